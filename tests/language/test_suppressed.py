"""Contexts and exceptions: `contextlib.suppress`, contexts that end nothing, and divisions that f never makes."""

import contextlib
import math

import numpy as np
import pytest

from .checker import Cases

case = Cases()


@case.each(1.5, 7.0)
def suppressed_in_a_loop(x):
    total = 0.0
    for k in range(4):
        with contextlib.suppress(ValueError):
            total = total + math.log(x - k)
    return total


@case.each(1.5, 7.0)
def suppressed(x):
    y = x * x
    with contextlib.suppress(ValueError, ZeroDivisionError):
        y = math.sqrt(x - 5.0)
    return y * 2.0


@case.each(1.5, 7.0)
def suppressed_among_others(x):
    y = x * x
    with np.errstate(all="ignore"), contextlib.suppress(ValueError):
        y = math.sqrt(x - 5.0)
    return y * x


class Passing:
    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


passing = Passing()


@contextlib.contextmanager
def counted(n):
    try:
        yield n
    finally:
        pass


@case(1.5)
def contexts_that_end_nothing(x):
    with counted(3) as n, np.errstate(all="ignore"):
        y = x * x * n
    with passing, Passing():
        y = y * x
    return y


@case(1.5)
def divided_by_zero_elsewhere(x):
    if x > 1e9:
        return x / 0.0
    return x * x if x > -1e9 else x % 0.0


@case(1.5)
def divided_by_zero_and_caught(x):
    try:
        y = x / 0.0
    except ZeroDivisionError:
        y = 3.0 * x
    return y * x


@pytest.mark.parametrize("each", case, ids=str)
def test_suppressed(each):
    each.check()
