"""ode: a system of differential equations by Runge-Kutta steps; the gradient is of the last element."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["x"]
NOTE = "a loop over time, arrays as state; n, steps as below"


def slope(x, y):
    z = np.empty_like(y)
    z[0] = x[0]
    z[1:] = x[1:] * y[:-1]
    return z


def f(x, steps):
    h = 2.0 / steps
    y = np.zeros_like(x)
    for _ in range(steps):
        k1 = slope(x, y)
        k2 = slope(x, y + h * k1 / 2.0)
        k3 = slope(x, y + h * k2 / 2.0)
        k4 = slope(x, y + h * k3)
        y = y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    return y[-1]


def slope_backward(x, y, z_grad, x_grad):
    """Adds to x_grad; the gradient of y."""
    x_grad[0] += z_grad[0]
    x_grad[1:] += z_grad[1:] * y[:-1]
    y_grad = np.zeros_like(y)
    y_grad[:-1] = z_grad[1:] * x[1:]
    return y_grad


def by_hand(x, steps):
    h = 2.0 / steps
    y = np.zeros_like(x)
    saved = []
    for _ in range(steps):
        k1 = slope(x, y)
        y2 = y + h * k1 / 2.0
        k2 = slope(x, y2)
        y3 = y + h * k2 / 2.0
        k3 = slope(x, y3)
        y4 = y + h * k3
        k4 = slope(x, y4)
        saved.append((y, y2, y3, y4))
        y = y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
    x_grad, y_grad = np.zeros_like(x), np.zeros_like(x)
    y_grad[-1] = 1.0
    for y, y2, y3, y4 in reversed(saved):
        k1_grad = y_grad * (h / 6.0)
        k2_grad = y_grad * (h / 3.0)
        y4_grad = slope_backward(x, y4, k1_grad, x_grad)
        y3_grad = slope_backward(x, y3, k2_grad + h * y4_grad, x_grad)
        y2_grad = slope_backward(x, y2, k2_grad + (h / 2.0) * y3_grad, x_grad)
        y1_grad = slope_backward(x, y, k1_grad + (h / 2.0) * y2_grad, x_grad)
        y_grad = y_grad + y4_grad + y3_grad + y2_grad + y1_grad
    return (x_grad,)


def arguments(size: str) -> tuple:
    n, steps = {"tiny": (4, 3), "quick": (1000, 30), "full": (10000, 100)}[size]
    return np.linspace(0.9, 1.1, n), steps


def with_jax(args: tuple):
    jnp = peers.jax_numpy()
    x, steps = args

    def slope(x, y):
        return jnp.concatenate((x[:1], x[1:] * y[:-1]))

    def last(x):
        import jax

        h = 2.0 / steps

        def step(y, _):
            k1 = slope(x, y)
            k2 = slope(x, y + h * k1 / 2.0)
            k3 = slope(x, y + h * k2 / 2.0)
            k4 = slope(x, y + h * k3)
            return y + h * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0, None

        return jax.lax.scan(step, jnp.zeros_like(x), None, length=steps)[0][-1]

    return peers.jax_compiled(lambda jax: jax.grad(last, (0,)), (x,))


def with_autograd(args: tuple):
    import autograd.numpy as anp

    return peers.autograd_gradients(f, (0,), slope=lambda x, y: anp.concatenate((x[:1], x[1:] * y[:-1])))(args)


def with_torch(args: tuple):
    import torch

    moved = peers.transplanted(f, torch, slope=lambda x, y: torch.cat((x[:1], x[1:] * y[:-1])))
    return peers.torch_gradients(moved, (0,))(args)


def tools() -> dict:
    return peers.columns(f, PARAMS, by_hand, autograd=with_autograd, jax=with_jax, torch=with_torch)
