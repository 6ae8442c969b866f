"""Adjoint code that multiplies with reciprocals which are at hand, compiled: the numbers of the plain program."""

from __future__ import annotations

import math

import pytest

pytest.importorskip("numba")

from s2sad import gradients_function, numba_options, value_and_gradients_function  # noqa: E402
from s2sad.numba_target import program_text  # noqa: E402
from tests.test_jit import assert_close  # noqa: E402


def well(x, y):
    r = 1.0 / math.sqrt(x * x + y * y)
    return r + 1.0 / (x * r + 3.0)


slopes = gradients_function(well, params=["x", "y"])


def orbit(x, y, n):
    vx, vy, total = 0.1, 0.2, 0.0
    for _ in range(n):
        ax, ay = slopes(x, y)
        vx, vy = vx - 0.1 * ax, vy - 0.1 * ay
        x, y = x + 0.1 * vx, y + 0.1 * vy
        total = total + x / y
    return total * vx


def changing(x, a):
    total, r = 0.0, 1.0 / x
    for k in range(3):
        total = total + r * math.sin(a / x)
        x = x * a + r
        if k == 1:
            r = 1.0 / x
        total = total / x + math.exp(r / x)
        a = a + 1.0 / a
    s = 1.0 / total
    return s * s + a / total + r


def reciprocals(x, a):
    r, s = 1.0 / x, 1.0 / a
    t = math.tanh(r * s) / a
    x = a * t + x
    return 1.0 / x + s / x + t / a


@pytest.mark.parametrize(
    ("function", "args"),
    [(orbit, (1.5, 0.75, 4)), (orbit, (1.5, 0.75, 0)), (changing, (1.25, 0.5)), (reciprocals, (2.5, -0.5))],
)
def test_gradients_are_those_of_the_plain_program(function, args):
    params = [name for name in function.__code__.co_varnames[: len(args)] if name != "n"]
    plain, jitted = (
        value_and_gradients_function(function, params=params, jit=jit) for jit in (None, numba_options(cache=False))
    )
    assert_close(jitted(*args), plain(*args))


def test_what_f_computes_itself_is_divided():
    jitted = value_and_gradients_function(reciprocals, jit=numba_options(cache=False))
    jitted.compiled(2.5, -0.5)
    [entry] = jitted._cache.entries.values()
    forward, _, backward = program_text(entry.program, reciprocals).text.partition("    # return 1.0 / x")
    lines = [line for line in backward.splitlines()[1:] if "#" not in line]
    assert "t = t1 / a" in forward and lines and not any("/ a" in line or "/ x" in line for line in lines)
