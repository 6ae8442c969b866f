import numpy as np


def diffusion_value_and_gradients(u, k, steps, dy=1.0):
    """The value of diffusion and its gradients with respect to u and k.

    Made by s2sad from diffusion in diffusion.py, line 10, for u: float[:, :], k: float, steps: int.
    """
    laplacian_saved = []
    u = np.copy(u)
    for _ in range(steps):
        laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        laplacian_saved.append(laplacian)
        u[1:-1, 1:-1] += k * laplacian
    value = np.sum(u * u)

    # return np.sum(u * u)
    u_grad = 2.0 * dy * u
    k_grad = 0.0
    while laplacian_saved:
        # u[1:-1, 1:-1] += k * laplacian
        t1_grad = u_grad[1:-1, 1:-1]
        laplacian = laplacian_saved.pop()
        k_grad += np.sum(t1_grad * laplacian)
        laplacian_grad = k * t1_grad
        # laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        u_grad[1:-1, 1:-1] -= 4.0 * laplacian_grad
        u_grad[1:-1, 2:] += laplacian_grad
        u_grad[1:-1, :-2] += laplacian_grad
        u_grad[2:, 1:-1] += laplacian_grad
        u_grad[:-2, 1:-1] += laplacian_grad
    return value, (u_grad, k_grad)
