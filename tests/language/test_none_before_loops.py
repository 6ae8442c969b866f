"""A variable that one branch leaves None, and that a loop may set afterwards: whether it is None is asked for each time."""

import pytest

from s2sad import jvp, value_and_gradients_function
from tests.random_none import judge


def asked_alone(x, c):
    s = None
    if c > 0:
        s = x
    while c > 5:
        s = 0.5
        c = 0
    return 0.5 * x if s is None else 2.0 * x


def asked_and_read(x, c):
    s = None
    if c > 0:
        s = x * x
    for k in range(c - 5):
        s = x * k
    if s is None:
        return x * x
    return s * 3.0


def whether_it_is_none(x, c):
    s = None
    if c > 0:
        s = s is not None
    while c > 5:
        s = 0.5
        c = 0
    return 0.5 * x if s is None else s * 2.0 * x


def in_a_loop(x, c):
    best = None
    for k in range(c):
        s = None
        if k > 1:
            s = x * k
        while s is not None and s > 3.0:
            s = s * 0.5
            best = s
        if s is None:
            x = x * 1.5
    return x if best is None else best * x


@pytest.mark.parametrize("f", [asked_alone, asked_and_read, whether_it_is_none, in_a_loop])
@pytest.mark.parametrize("c", [0, 1, 4, 8])
def test_derivatives(f, c):
    expected = f(1.3 + 1e-30j, c).imag / 1e-30 if f is not in_a_loop else (f(1.3 + 1e-6, c) - f(1.3 - 1e-6, c)) / 2e-6
    value, (gradient,) = value_and_gradients_function(f, ("x",))(1.3, c)
    assert value == f(1.3, c)
    assert gradient == pytest.approx(expected, rel=1e-8)
    assert jvp(f, (1.3, c), (1.0, 0))[1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_random_programs(first):
    for seed in range(first, first + 10):
        for c in (0, 1, 3, 5):
            assert judge(seed, c) == ""
