import numpy as np


def diffusion_value_and_tangent(u, k, steps, u_dot, k_dot):
    """The value of diffusion, and how it changes when u and k change by their tangents.

    Made by s2sad from diffusion in diffusion.py, line 10, for u: float[:, :], k: float, steps: int.
    """
    u = np.copy(u)
    u_dot = u_dot.copy()
    for _ in range(steps):
        t1_dot = u_dot[:-2, 1:-1] + u_dot[2:, 1:-1] + u_dot[1:-1, :-2]
        laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        laplacian_dot = t1_dot + u_dot[1:-1, 2:] - 4.0 * u_dot[1:-1, 1:-1]
        u_dot[1:-1, 1:-1] += k_dot * laplacian + k * laplacian_dot
        u[1:-1, 1:-1] += k * laplacian
    value = np.sum(u * u)
    value_dot = 2.0 * np.sum(u_dot * u)
    return value, value_dot
