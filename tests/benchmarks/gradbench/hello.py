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
    return {
        "function": peers.called(f),
        "s2sad": peers.gradients(f, PARAMS),
        "s2sad numba": peers.numba_gradients(f, PARAMS),
        "by hand": peers.called(by_hand),
        "autograd": peers.autograd_gradients(f, (0,)),
        "jax": peers.jax_gradients(f, (0,)),
        "torch": peers.torch_gradients(f, (0,)),
    }
