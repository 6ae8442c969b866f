import numpy as np


def ray_march_value_and_gradients(origin, direction, center, radius, dy=1.0):
    """The value of ray_march and its gradients with respect to origin, direction, center and radius.

    Made by s2sad from ray_march in ray_march.py, line 10, for origin: float[:],
    direction: float[:], center: float[:], radius: float.
    """
    saved = []
    t = 0.0
    for _ in range(60):
        p = origin + t * direction
        t1 = np.linalg.norm(p - center)
        sphere = t1 - radius
        distance = min(sphere, p[1])
        if distance < 1e-06:
            break
        saved.append((t, p, t1))
        t += distance
    value = t

    direction_grad = np.zeros_like(direction)
    origin_grad = np.zeros_like(origin)
    center_grad = np.zeros_like(center)
    t_grad = dy
    radius_grad = 0.0
    while saved:
        # distance = min(sphere, p[1])
        t, p, t1 = saved.pop()
        if p[1] < t1 - radius:
            p_grad = np.zeros_like(p)
            p_grad[1] = t_grad
        else:
            # sphere = np.linalg.norm(p - center) - radius
            radius_grad -= t_grad
            t2_grad = t_grad / (t1 or 1.0) * (p - center)
            p_grad = t2_grad
            center_grad -= t2_grad
        # p = origin + t * direction
        origin_grad += p_grad
        t_grad += p_grad @ direction
        direction_grad += t * p_grad
    return value, (origin_grad, direction_grad, center_grad, radius_grad)
