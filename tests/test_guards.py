"""What a `where` doesn't choose may be infinite, or not a number: gradients and second derivatives are zero there."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from s2sad import gradients_function, value_and_tangent_function

X = np.array([0.5, 0.0, 2.0, -1.0])
CHOSEN = X > 0


def squares(x):
    t = np.log(x)
    return np.where(x > 0, t * t + t, 0.0)


def quotient(x):
    r = np.sqrt(x * x + 0.0 * x)
    return np.where(x > 0, x / r * np.log(x), 0.0)


def other_side(x):
    t = np.log(x)
    return np.where(x <= 0, 0.0, t * np.sqrt(x) + t)


def twice(x):
    t = np.log(x)
    s = np.where(x > 0, t * np.sqrt(x), 0.0)
    return np.sum(s) + np.sum(np.where(x > 0, t, 0.0))


def chain(x):
    a = np.log(x)
    b = a * 2
    c = b + np.sqrt(x)
    return np.where(x > 0, b * c, 0)


def in_a_loop(x):
    t = np.log(x)
    for _ in range(2):
        t = t * np.sqrt(x)
    return np.where(x > 0, t, 0.0)


def behind_another(x):
    t = np.where(x > 0, np.log(x), 0.0)
    return np.sum(np.where(x > 0, t * np.sqrt(x), 0.0))


def in_sums(x):
    t = np.log(x)
    return np.sum(np.where(x > 0, t * t * np.sqrt(x), 0.0)) * 3.0


CASES = [
    squares, quotient, other_side, twice, chain, in_a_loop, behind_another, in_sums,
    lambda x: np.where(x > 0, np.log(x) * np.sqrt(x), 0),
    lambda x: np.where(x > 0, x * np.log(x), 0),
    lambda x: np.select([x > 0], [np.log(x) * np.sqrt(x)], 0.0),
    lambda x: np.where((x > 0) & (x < 9), np.log(x) / x, np.where(x >= 9, 3 * x, 0.0)),
    lambda x: np.where(x > 0, (1.0 - np.cos(x)) / np.sqrt(x) * np.sin(x) / x, 0.0),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
@pytest.mark.parametrize(
    "f", CASES, ids=lambda f: f.__name__ if f.__name__ != "<lambda>" else inspect.getsource(f).strip()
)
def test_where_guards(f: Any) -> None:
    step = 1e-6 * CHOSEN
    gradient = gradients_function(f)
    (found,) = gradient(X)
    assert found == pytest.approx(differences(lambda x: np.sum(f(x)), step), rel=1e-6)
    (second,) = value_and_tangent_function(gradient)(X, tangents=(np.ones(4),))[1]
    expected = (gradient(X + step)[0] - gradient(X - step)[0]) / 2e-6
    assert second == pytest.approx(expected, rel=1e-5)
    if f is not in_a_loop:
        assert gradients_function(gradient)(X)[0] == pytest.approx(expected, rel=1e-5)


def differences(f: Any, step: np.ndarray) -> np.ndarray:
    return np.array([(f(X + h) - f(X - h)) / 2e-6 for h in np.diag(step)])


def test_a_guard_ends_where_something_is_added_to_an_element() -> None:
    def f(x):
        a = 1.0 / x
        first = a[0]
        return np.sum(np.where(x > 0.0, a, 0.0)) + first

    def g(x):
        y = np.clip(np.full(3, x), 0.7, 0.8)
        y[0] = x
        y *= y
        return np.mean(y)

    assert gradients_function(f, "x")(np.array([-2.0, 4.0])).tolist() == [-0.25, -0.0625]
    assert gradients_function(gradients_function(g, "x"), "x")(-0.54) == pytest.approx(2.0 / 3.0)
