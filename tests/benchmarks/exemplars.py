"""What s2sad generates for the exemplars, held against the gradients written by hand: time, and length in tree nodes.

Run it with `python -m tests.benchmarks.exemplars`, or with `make bench`.
"""

from __future__ import annotations

import copy
import inspect
import statistics
from functools import partial

import gast
import numpy as np

from s2sad import value_and_gradients_function
from tests import exemplars
from tests.benchmarks import timing
from tests.test_exemplars import assert_same

TIME_LIMIT = 1.15
LENGTH_LIMIT = 1.25
BIGGER = {"gauss_seidel": (np.random.default_rng(1).normal(size=(20, 20)), 3), "logistic_map": (0.3, 3.7, 300)}


def nodes(text: str, wanted=lambda name: True) -> int:
    """How many tree nodes the functions of that text have, docstrings left out."""
    total = 0
    for function in gast.parse(text).body:
        if isinstance(function, gast.FunctionDef) and wanted(function.name):
            body = function.body[1:] if gast.get_docstring(function) else function.body
            total += sum(1 for statement in body for _ in gast.walk(statement))
    return total


def is_by_hand(name: str) -> bool:
    return name.endswith(("_value_and_gradients", "_forward", "_backward"))


def main() -> None:
    print(f"{'':22} {'generated':>12} {'by hand':>12} {'time':>6} {'length':>7}")
    time_ratios, length_ratios = [], []
    for name in exemplars.NAMES:
        exemplar = exemplars.load(name)
        args = BIGGER.get(name) or exemplar.args()
        val_grads = value_and_gradients_function(exemplar.function, params=exemplar.params)
        generated = val_grads.compiled(*args)
        hand = exemplar.by_hand
        assert_same(generated(*copy.deepcopy(args)), hand(*copy.deepcopy(args)))
        pairs = timing.interleaved(partial(generated, *args), partial(hand, *args))
        length = nodes(val_grads.source(*args)) / nodes(inspect.getsource(exemplar.module), is_by_hand)
        ratio = timing.median_ratio(pairs)
        one, other = (1e6 * statistics.median(each) for each in zip(*pairs))
        marks = "SLOW " if ratio > TIME_LIMIT else ""
        marks += "LONG" if length > LENGTH_LIMIT else ""
        print(f"{name:22} {one:9.1f} us {other:9.1f} us {ratio:6.2f} {length:7.2f}  {marks}".rstrip())
        time_ratios.append(ratio)
        length_ratios.append(length)
    print(f"{'median':48} {statistics.median(time_ratios):6.2f} {statistics.median(length_ratios):7.2f}")
    print(f"limits: time {TIME_LIMIT}, length {LENGTH_LIMIT}")


if __name__ == "__main__":
    main()
