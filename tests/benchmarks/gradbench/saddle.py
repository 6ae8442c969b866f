"""saddle: the saddle point of a simple function by gradient descent over gradient ascent: nested derivatives.

The outer derivative goes through the inner optimisation, which itself uses a derivative.
"""

from __future__ import annotations

import numpy as np

from s2sad import gradients_function
from tests.benchmarks.gradbench import peers

PARAMS = ["x1", "x2"]
NOTE = "one gradient of the outer function, whose value is found by the gradients of the inner one; 30 inner steps"


def height(x1, x2, y1, y2):
    return x1 * x1 + x2 * x2 - y1 * y1 - y2 * y2 + 0.1 * x1 * y1 + 0.2 * x2 * y2


slopes = gradients_function(height, params=["y1", "y2"])


def f(x1, x2, steps):
    """The maximum over y, by gradient ascent from 1, 1."""
    y1, y2 = 1.0, 1.0
    for _ in range(steps):
        y1_slope, y2_slope = slopes(x1, x2, y1, y2)
        y1, y2 = y1 + 0.1 * y1_slope, y2 + 0.1 * y2_slope
    return height(x1, x2, y1, y2)


def by_hand(x1, x2, steps):
    y1, y2 = 1.0, 1.0
    for _ in range(steps):
        y1, y2 = y1 + 0.1 * (0.1 * x1 - 2.0 * y1), y2 + 0.1 * (0.2 * x2 - 2.0 * y2)
    x1_grad, x2_grad = 2.0 * x1 + 0.1 * y1, 2.0 * x2 + 0.2 * y2
    y1_grad, y2_grad = 0.1 * x1 - 2.0 * y1, 0.2 * x2 - 2.0 * y2
    for _ in range(steps):
        x1_grad += 0.01 * y1_grad
        x2_grad += 0.02 * y2_grad
        y1_grad *= 0.8
        y2_grad *= 0.8
    return x1_grad, x2_grad


def arguments(size: str) -> tuple:
    return 1.5, -0.5, {"tiny": 5, "quick": 30, "full": 30}[size]


def with_autograd(args: tuple):
    import autograd

    inner = autograd.grad(height, (2, 3))
    return lambda: autograd.grad(peers.transplanted(f, np, slopes=inner), (0, 1))(*args)


def with_jax(args: tuple):
    peers.jax_numpy()
    import jax

    inner = jax.grad(height, (2, 3))
    moved = peers.transplanted(f, np, slopes=inner)
    return peers.jax_compiled(lambda jax: jax.grad(moved, (0, 1)), args)


def with_torch(args: tuple):
    import torch

    def inner(x1, x2, y1, y2):
        return torch.autograd.grad(height(x1, x2, y1, y2), (y1, y2), create_graph=True)

    def descent(x1, x2, steps):
        y1, y2 = (torch.tensor(1.0, dtype=torch.float64, requires_grad=True) for _ in range(2))
        for _ in range(steps):
            y1_slope, y2_slope = inner(x1, x2, y1, y2)
            y1, y2 = y1 + 0.1 * y1_slope, y2 + 0.1 * y2_slope
        return height(x1, x2, y1, y2)

    return peers.torch_gradients(descent, (0, 1))(args)


def tools() -> dict:
    return peers.columns(f, PARAMS, by_hand, autograd=with_autograd, jax=with_jax, torch=with_torch)
