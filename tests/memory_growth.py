"""Does memory grow with the number of calls, or with the number of functions that came and went?

    python -m tests.memory_growth                                    # 100,000 calls and 1,000 transformations
    python -m tests.memory_growth --calls 5000 --transformations 50

What is still there after the garbage collector ran is counted between the middle of the work and its end: what is kept
once (caches of NumPy, of `re`, of rules) is there by then. By hand, bytes are counted (tracemalloc); the suite does
less, and counts Python's blocks of memory, which is quicker.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tracemalloc
from collections.abc import Callable

import numpy as np

from s2sad import value_and_gradients_function, value_and_tangent_function

TEXT = """
def helper(t, k):
    return t * np.sin(t) + k

def f(x, v, n, params):
    v = v * 1.0
    for k in range(n):
        v[k % 2] += helper(x, k) * params["w"][k]
        if v[0] > 100.0:
            return v[0]
    return np.sum(v) * params["b"]
"""
ARGUMENTS = (0.5, np.arange(3.0), 2, {"w": np.ones(2), "b": 2.0})


def fresh() -> Callable:
    space = {"np": np, "__name__": "made"}
    exec(TEXT, space)
    return space["f"]


def kept() -> int:
    """Bytes, or blocks if bytes aren't counted."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else sys.getallocatedblocks()


def growth(work: Callable[[], object], count: int) -> float:
    """How much more there is after each time the work is done."""
    for _ in range(count - count // 2):
        work()
    before = kept()
    for _ in range(count // 2):
        work()
    return (kept() - before) / (count // 2)


def of_calls(count: int) -> float:
    """Calls: with one signature, by keyword, with `dy`, and such that fail."""
    val_grads = value_and_gradients_function(fresh(), source=TEXT)
    numbers = iter(range(10**9))

    def work() -> None:
        which = next(numbers) % 8
        if which == 0:
            x, v, n, params = ARGUMENTS
            val_grads(x, v, n=n, params=params)
        elif which == 1:
            val_grads(*ARGUMENTS, dy=0.5)
        elif which == 2:
            try:
                val_grads(0.5, np.arange(1.0), 2, ARGUMENTS[3])  # an IndexError of f's
            except IndexError:
                pass
        else:
            val_grads(*ARGUMENTS)

    return growth(work, count)


def of_transformations(count: int) -> float:
    """Functions that are made, differentiated in both modes, called, and forgotten."""
    numbers = iter(range(10**9))

    def work() -> None:
        f = fresh()
        value_and_gradients_function(f, source=TEXT)(*ARGUMENTS)
        if next(numbers) % 4 == 0:
            value_and_tangent_function(f, params=["x"], source=TEXT)(*ARGUMENTS, tangents=(1.0,))

    return growth(work, count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--transformations", type=int, default=1_000)
    options = parser.parse_args()
    tracemalloc.start()
    by_calls, by_transformations = of_calls(options.calls), of_transformations(options.transformations)
    print(f"{by_calls:.2f} bytes a call, {by_transformations:.1f} bytes a transformation")
    sys.exit(by_calls > 1.0 or by_transformations > 100.0)
