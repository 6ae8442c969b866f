"""Globals and captured variables that called functions read: a parameter, or another captured variable, of the same name
hides none of them in the program, where the function is written in place."""

import numpy as np
import pytest

from s2sad import check_gradients, gradients_function, hessian, jvp, value_and_gradients_function

FACTOR, COUNT = np.array([3.0, 1.0]), 3


def scaled(t):
    return np.sum(FACTOR * t)


def global_and_parameter(FACTOR):
    return scaled(FACTOR) ** 2


def global_and_variable(t):
    FACTOR = 2.0 * t
    return scaled(FACTOR) ** 2 + FACTOR


def halves(FACTOR, n):
    return scaled(FACTOR) + (halves(0.5 * FACTOR, n - 1) if n > 0 else 0.0)


def global_and_recursion(t):
    return halves(t, 2)


def captures(a):
    return lambda t: np.sum(a * t)


by_captured = captures(FACTOR)


def captured_and_parameter(a):
    return by_captured(a) ** 2


def captured_and_variable(t):
    a = 2.0 * t
    return by_captured(a) ** 2 + a


def halves_again(a, n):
    return by_captured(a) + (halves_again(0.5 * a, n - 1) if n > 0 else 0.0)


def captured_and_recursion(t):
    return halves_again(t, 2)


def several(a):
    def both_captured(t):
        return by_captured(t) ** 2 * a

    def inner(t):
        return np.sum(a * t)

    def same_captured(t):
        return inner(t) ** 2 * a

    def hidden_by_parameter(a):
        return inner(a) ** 2 * a

    def local_recursion(t):
        def times(s):
            return s * a

        def halved(a, n):
            return times(a) + (halved(0.5 * a, n - 1) if n > 0 else 0.0)

        return halved(t, 2) * a

    return [both_captured, same_captured, hidden_by_parameter, local_recursion]


def ours(dy, value):
    return lambda t: np.sum(dy * t) * value


by_ours = ours(FACTOR, 4.0)


def captured_dy(t):
    return by_ours(t) ** 2


def captured_dy_and_parameter(dy):
    return by_ours(dy) * dy


def of_builtins(x):
    return float(COUNT) * x + len([x, x]) * max(x, 0.1) + sum([x * x, x]) + abs(x)


def builtin_and_parameter(float):
    return of_builtins(float) ** 2


def builtin_and_parameters(len, abs=1.5, sum=0.5, max=2.0):
    return of_builtins(len) * abs * sum + of_builtins(max)


def builtin_of_ours(float):
    return np.sum(np.array([float, 2.0]) * FACTOR) ** 2


FUNCTIONS = [
    *(builtin_and_parameter, builtin_of_ours),
    *(global_and_parameter, global_and_variable, global_and_recursion, captured_and_parameter, captured_and_variable),
    *(captured_and_recursion, captured_dy, captured_dy_and_parameter, *several(5.0)),
]


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_of_one_name(f):
    value, (slope,) = value_and_gradients_function(f)(0.4)
    assert value == f(0.4)
    assert check_gradients(f, 0.4).ok
    assert jvp(f, (0.4,), (1.0,)) == (value, pytest.approx(slope))
    ends = [gradients_function(f)(0.4 + way)[0] for way in (1e-5, -1e-5)]
    assert hessian(f)(0.4) == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-8)


def test_several_builtins():
    f, args = builtin_and_parameters, (0.4, 1.3, 0.7, 0.9)
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    assert jvp(f, args, (1.0,) * 4)[1] == pytest.approx(sum(gradients_function(f)(*args)))


def test_what_is_changed_meanwhile(monkeypatch):
    derivative = gradients_function(global_and_parameter)
    assert derivative(0.5) == (pytest.approx(16.0),)
    monkeypatch.setitem(globals(), "FACTOR", np.array([1.0, 1.0]))
    assert derivative(0.5) == (pytest.approx(4.0),)
