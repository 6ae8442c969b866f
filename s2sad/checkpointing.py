"""Checkpointing: less memory for the reverse sweep, at the price of running parts of a function again.

>>> def steps(x, n):
...     for t in checkpoint(range(n), snapshots=3):
...         x = x + 0.1 * x * (1.0 - x)
...     return x
>>> from s2sad import value_and_gradients_function
>>> value_and_gradients_function(steps, params=["x"])(0.5, 0)
(0.5, (1.0,))
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable
from typing import Any

from s2sad.errors import ArgumentError, ParameterError


def checkpoint(what: Any, *, snapshots: int | None = None) -> Any:
    """In a function that is differentiated: computes again in the reverse sweep what would otherwise be saved.

    `for t in checkpoint(range(n), snapshots=k):` runs the loop as it is. Its reverse sweep keeps the state of the loop
    (what one iteration hands to the next) at no more than k places at a time, beside the present one, instead of what
    each of the n iterations needs; from there iterations are run again, as few as possible (Griewank and Walther 2000,
    Algorithm 799: with r such that n <= binomial(k + r, k), no iteration runs more than r times before it is reversed).
    `snapshots=k` is a positive integer; the loop is over a range, an array or a list, without `break` and `return`.

    `checkpoint(f)` is f as a function (also as a decorator) whose calls are run again in the reverse sweep.

    The gradients are those without checkpoint: of a loop bit for bit, of calls to rounding, since each call adds up
    what belongs to it before that is added to the rest. Outside of a gradient it does nothing.

    >>> list(checkpoint(range(3), snapshots=2))
    [0, 1, 2]
    >>> checkpoint(abs)(-1.0)
    1.0
    """
    if callable(what) and snapshots is None:
        return Checkpointed(what)
    if isinstance(snapshots, bool) or not isinstance(snapshots, int):
        given = "no snapshots" if snapshots is None else f"snapshots={snapshots!r}"
        raise ArgumentError(
            f"checkpoint got {given}: write `for t in checkpoint(range(n), snapshots=k):` with an integer k, the "
            "number of states to keep"
        )
    if snapshots < 1:
        raise ParameterError(f"checkpoint needs at least one snapshot, not {snapshots}")
    if not isinstance(what, Iterable):
        raise ArgumentError(f"checkpoint is of a function or of what a loop runs over, not of {what!r}")
    return what


class Checkpointed:
    """A function whose calls are run again in the reverse sweep."""

    __name__: str
    __qualname__: str

    def __init__(self, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.function = function

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"checkpoint({self.function!r})"


def steps_to_keep(first, stop, snapshots):
    """The steps before which to keep the state, so that steps first, ..., stop - 1 can be reversed with the fewest
    steps run again: the binomial schedule of Griewank and Walther (2000). The last step is always one of them."""
    if snapshots < 1 and stop - first > 1:
        raise ValueError("checkpoint needs at least one snapshot")
    kept = [first, stop - 1]
    while snapshots > 1 and stop - first > 1:
        # No step is run more than `repeats` times for up to binomial(snapshots + repeats, snapshots) steps.
        repeats, reach = 1, snapshots + 1
        while reach < stop - first:
            repeats += 1
            reach = reach * (snapshots + repeats) // repeats
        # So much is reached with a snapshot less (from the next one on), and with two repeats less.
        later = reach * snapshots // (snapshots + repeats)
        earlier = reach * repeats * (repeats - 1) // ((snapshots + repeats) * (snapshots + repeats - 1))
        first += max(1, earlier, stop - first - later)
        snapshots -= 1
        kept.append(first)
    return kept
