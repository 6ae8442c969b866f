"""A stencil in two dimensions, written in place with slices: only the factor of the coefficient is saved."""

import numpy as np

SIGNATURE = dict(u="float[:, :]", k=float, steps=int)
PARAMS = ["u", "k"]
ARGS = (np.random.default_rng(4).normal(size=(8, 9)), 0.2, 5)


def diffusion(u, k, steps):
    for _ in range(steps):
        laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        u[1:-1, 1:-1] += k * laplacian
    return np.sum(u * u)


def diffusion_value_and_gradients(u, k, steps, dy=1.0):
    u = u.copy()
    laplacian_saved = []
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
        inner_grad = u_grad[1:-1, 1:-1]
        k_grad += np.sum(inner_grad * laplacian_saved.pop())
        laplacian_grad = k * inner_grad
        # laplacian = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4.0 * u[1:-1, 1:-1]
        u_grad[1:-1, 1:-1] -= 4.0 * laplacian_grad
        u_grad[1:-1, 2:] += laplacian_grad
        u_grad[1:-1, :-2] += laplacian_grad
        u_grad[2:, 1:-1] += laplacian_grad
        u_grad[:-2, 1:-1] += laplacian_grad
    return value, (u_grad, k_grad)
