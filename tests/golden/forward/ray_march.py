import numpy as np


def ray_march_value_and_tangent(
    origin, direction, center, radius, origin_dot, direction_dot, center_dot, radius_dot
):
    """The value of ray_march, and how it changes when origin, direction, center and radius change by
    their tangents.

    Made by s2sad from ray_march in ray_march.py, line 10, for origin: float[:],
    direction: float[:], center: float[:], radius: float.
    """
    t_dot = 0.0
    t = 0.0
    for _ in range(60):
        p = origin + t * direction
        p_dot = origin_dot + t_dot * direction + t * direction_dot
        t1 = p - center
        t2 = np.linalg.norm(t1)
        sphere = t2 - radius
        sphere_dot = t1 @ (p_dot - center_dot) / (t2 or 1.0) - radius_dot
        t3 = p[1]
        t3_dot = p_dot[1]
        if t3 < sphere:
            distance_dot = t3_dot
            distance = t3
        else:
            distance_dot = sphere_dot
            distance = sphere
        if distance < 1e-06:
            break
        t += distance
        t_dot += distance_dot
    return t, t_dot
