"""Sphere tracing: a ray is followed to the surface of a signed distance function, a sphere above a plane."""

import numpy as np

SIGNATURE = dict(origin="float[:]", direction="float[:]", center="float[:]", radius=float)
PARAMS = ["origin", "direction", "center", "radius"]
ARGS = (np.array([0.0, 1.0, -4.0]), np.array([0.1, 0.05, 0.99]), np.array([0.2, 1.3, 0.5]), 0.9)


def ray_march(origin, direction, center, radius):
    t = 0.0
    for _ in range(60):
        p = origin + t * direction
        sphere = np.linalg.norm(p - center) - radius
        distance = min(sphere, p[1])
        if distance < 1e-6:
            break
        t += distance
    return t


def ray_march_value_and_gradients(origin, direction, center, radius, dy=1.0):
    t = 0.0
    saved = []
    for _ in range(60):
        p = origin + t * direction
        offset = p - center
        norm = np.linalg.norm(offset)
        sphere = norm - radius
        distance = min(sphere, p[1])
        if distance < 1e-6:
            break
        saved.append((t, offset, norm, sphere < p[1]))
        t += distance
    value = t

    t_grad = dy
    origin_grad = np.zeros_like(origin)
    direction_grad = np.zeros_like(direction)
    center_grad = np.zeros_like(center)
    radius_grad = 0.0
    while saved:
        t, offset, norm, hit_sphere = saved.pop()
        if hit_sphere:
            # sphere = np.linalg.norm(p - center) - radius
            radius_grad -= t_grad
            p_grad = t_grad / norm * offset
            center_grad -= p_grad
        else:
            p_grad = np.array([0.0, t_grad, 0.0])
        # p = origin + t * direction
        origin_grad += p_grad
        direction_grad += t * p_grad
        t_grad = t_grad + p_grad @ direction
    return value, (origin_grad, direction_grad, center_grad, radius_grad)
