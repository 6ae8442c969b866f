"""lse: the logarithm of a sum of exponentials."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.gradbench import peers

PARAMS = ["x"]
NOTE = "one large vector; n as below"


def f(x):
    a = np.max(x)
    return a + np.log(np.sum(np.exp(x - a)))


def by_hand(x):
    a = np.max(x)
    e = np.exp(x - a)
    return (e / np.sum(e),)


def arguments(size: str) -> tuple:
    n = {"tiny": 5, "quick": 20_000, "full": 1_280_000}[size]
    return (np.random.default_rng(2).normal(size=n),)


def with_torch(args: tuple):
    import torch

    return peers.torch_gradients(peers.transplanted(f, torch), (0,))(args)


def tools() -> dict:
    return peers.columns(
        f,
        PARAMS,
        by_hand,
        autograd=peers.autograd_gradients(f, (0,)),
        jax=peers.jax_gradients(f, (0,)),
        torch=with_torch,
    )
