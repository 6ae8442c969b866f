import numpy as np


def heat_value_and_tangent(u, k, steps, u_dot, k_dot):
    """The value of heat, and how it changes when u and k change by their tangents.

    Made by s2sad from heat in heat.py, line 11, for u: float[:], k: float[:], steps: int.
    """
    u = u.copy()
    u_dot = u_dot.copy()
    for _ in range(steps):
        new = u.copy()
        new_dot = u_dot.copy()
        for i in range(1, len(u) - 1):
            t1 = k[i]
            t2 = u[i - 1] - 2.0 * u[i] + u[i + 1]
            t3_dot = k_dot[i] * t2 + (u_dot[i - 1] - 2.0 * u_dot[i] + u_dot[i + 1]) * t1
            new_dot[i] = u_dot[i] + t3_dot
            new[i] = u[i] + t1 * t2
        u_dot = new_dot
        u = new
    value = np.sum(u * u)
    value_dot = 2.0 * (u_dot @ u)
    return value, value_dot
