"""A function's value and its derivatives in both modes, for tests of what is not in the table of rules."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import pytest

from s2sad import check_gradients, jvp, value_and_gradients_function


def check_both_modes(f: Callable[..., Any], *args: Any) -> None:
    """The value is f's own, the gradients are right by differences, and the tangent along the arguments agrees."""
    value, gradients = value_and_gradients_function(f)(*args)
    assert np.all(value == f(*args))
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients, args))
    assert np.sum(jvp(f, args, args)[1]) == pytest.approx(slope)
