"""What the checks of language cases share: numbers to try functions on, comparing bit for bit, what a call prints."""

from __future__ import annotations

import contextlib
import inspect
import io
from typing import Any, Callable

import numpy as np


def array(*shape: int, seed: int = 0) -> np.ndarray:
    """Distinct positive numbers between 0.4 and 1.6."""
    return np.random.default_rng([seed, 7, *shape]).uniform(0.4, 1.6, shape)


def signed(*shape: int, seed: int = 0) -> np.ndarray:
    """Distinct numbers between -1.6 and 1.6, none near 0."""
    return array(*shape, seed=seed) * np.random.default_rng([seed, 8, *shape]).choice([-1.0, 1.0], shape)


def identical(a: Any, b: Any, rounding: float = 0.0) -> bool:
    """Whether two structures are the same in types and bit for bit; rounding: by how many of their epsilons."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and same_numbers(a, b, rounding)
    if isinstance(a, (float, complex)):
        return same_numbers(np.asarray(a), np.asarray(b), rounding)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(identical(one, other, rounding) for one, other in zip(a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key], rounding) for key in a)
    if hasattr(a, "__dict__") and not callable(a) and not inspect.ismodule(a):
        return identical(vars(a), vars(b), rounding)
    return a is b or a == b


def same_numbers(a: Any, b: Any, rounding: float) -> bool:
    if a.tobytes() == b.tobytes():
        return True
    if a.dtype.char in "gG" and np.array_equal(a, b, equal_nan=True):  # a long double has bytes that mean nothing
        return True
    if not rounding or a.dtype.kind not in "fc":
        return False
    relative = rounding * float(np.finfo(a.dtype).eps)
    largest = np.max(np.abs(b), initial=0.0, where=np.isfinite(b))
    return np.allclose(a, b, rtol=relative, atol=relative * largest, equal_nan=True)


def printed_by(function: Callable, *args: Any, **kwargs: Any) -> tuple[Any, str]:
    """A call's result, and what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = function(*args, **kwargs)
    return result, out.getvalue()
