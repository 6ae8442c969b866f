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


def identical(a: Any, b: Any) -> bool:
    """Whether two structures are the same in types and bit for bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (np.ndarray, np.generic)):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (float, complex)):
        return np.asarray(a).tobytes() == np.asarray(b).tobytes()
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(identical(a[key], b[key]) for key in a)
    if hasattr(a, "__dict__") and not callable(a) and not inspect.ismodule(a):
        return identical(vars(a), vars(b))
    return a is b or a == b


def printed_by(function: Callable, *args: Any, **kwargs: Any) -> tuple[Any, str]:
    """A call's result, and what it printed."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        result = function(*args, **kwargs)
    return result, out.getvalue()
