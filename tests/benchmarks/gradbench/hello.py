"""hello: the square of a number."""

from __future__ import annotations

from tests.benchmarks.gradbench import peers

PARAMS = ["x"]
NOTE = "one multiplication: what a call costs"


def f(x):
    return x * x


def by_hand(x):
    return (2.0 * x,)


def arguments(size: str) -> tuple:
    return (3.0,)


def tools() -> dict:
    return peers.columns(
        f,
        PARAMS,
        by_hand,
        autograd=peers.autograd_gradients(f, (0,)),
        jax=peers.jax_gradients(f, (0,)),
        torch=peers.torch_gradients(f, (0,)),
    )
