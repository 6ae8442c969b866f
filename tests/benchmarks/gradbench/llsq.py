"""llsq: the linear least squares objective of a polynomial fit."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["x"]
NOTE = "a loop over coefficients, data made by the function; n, m as below"


def f(x, n):
    t = np.linspace(-1.0, 1.0, n)
    rest = np.sign(t)
    power = np.ones(n)
    for j in range(len(x)):
        rest = rest - x[j] * power
        power = power * t
    return 0.5 * np.sum(rest * rest)


def by_hand(x, n):
    t = np.linspace(-1.0, 1.0, n)
    rest = np.sign(t)
    power = np.ones(n)
    powers = []
    for j in range(len(x)):
        powers.append(power)
        rest = rest - x[j] * power
        power = power * t
    x_grad = np.empty_like(x)
    for j in range(len(x)):
        x_grad[j] = -np.dot(rest, powers[j])
    return (x_grad,)


def arguments(size: str) -> tuple:
    n, m = {"tiny": (6, 3), "quick": (1000, 32), "full": (16392, 128)}[size]
    return np.random.default_rng(3).normal(size=m), n


def with_torch(args: tuple):
    import torch

    moved = peers.transplanted(f, torch, np=Torch(torch))
    return peers.torch_gradients(moved, (0,))(args)


class Torch:
    """PyTorch, with what f makes as numbers of 64 bits."""

    def __init__(self, torch) -> None:
        self.sign, self.sum = torch.sign, torch.sum
        self.linspace = lambda a, b, n: torch.linspace(a, b, n, dtype=torch.float64)
        self.ones = lambda n: torch.ones(n, dtype=torch.float64)


def tools() -> dict:
    return peers.columns(
        f,
        PARAMS,
        by_hand,
        autograd=peers.autograd_gradients(f, (0,)),
        jax=peers.jax_gradients(f, (0,)),
        torch=with_torch,
    )
