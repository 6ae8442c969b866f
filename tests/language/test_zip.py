"""Loops over `zip`: until the shortest ends, also where a tuple's items are run through one by one."""

import functools
import itertools

import numpy as np
import pytest

from s2sad import jvp, value_and_gradients_function

from .checker import Cases, array

case = Cases()

X = array(3, seed=2)


@case(X)
def tuple_longer_than_an_array(x):
    s = 0.0
    for a, b in zip(x, (1.0, 2.0, 3.0, 4.0, 5.0)):
        s = s + a * b * s + a
    return s


@case(X)
def tuple_first(x):
    return sum(a * b for a, b in zip((1.0, 2.0, 3.0, 4.0), x))


@case(X)
def range_shorter_than_a_tuple(x):
    s = 0.0
    for k, w in zip(range(2), (1.0, 2.0, 3.0)):
        s = s + w * x[k] ** 2
    return s


@case(X)
def range_and_functions(x):
    n = 2
    s = 0.0
    for k, g in zip(range(n), (np.sin, np.cos, np.exp)):
        s = s + g(x[k])
    return s


@case(X)
def range_that_is_not_known_and_numbers(x):
    s = 0.0
    for k, (w, j) in enumerate(zip((1.0, 2.0, 3.0), range(len(x) - 1))):
        s = s + w * x[j] * (k + 1)
    return s


@case(X)
def counted_functions(x):
    s = 0.0
    for k, g in zip(itertools.count(1), (np.sin, np.cos, np.exp)):
        s = s + g(x[k - 1]) * k
    return s


@case(X)
def strictly_together(x):
    s = 0.0
    for a, b in zip(x, [1.0, 2.0, 3.0], strict=True):
        s = s + a * b
    return s + sum(a * b for a, b in zip(x, x[::-1], strict=True))


@case(X)
def not_strictly_together(x):
    y = np.zeros(2)
    for k, w in zip(range(2), x, strict=False):
        y[k] = w * w
    return np.sum(y)


@pytest.mark.parametrize("each", case, ids=str)
def test_zip(each):
    each.check()


def test_strict_zip_of_different_lengths_raises():
    def f(x, y):
        return sum(a * b for a, b in zip(x, y, strict=True))

    val_grads = value_and_gradients_function(f)
    assert val_grads(X, X)[0] == f(X, X)
    with pytest.raises(ValueError, match="lengths"):
        val_grads(X, X[1:])


def test_range_that_ends_before_a_tuple_of_functions_raises():
    def f(x, n):
        s = 0.0
        for k, g in zip(range(n), (np.sin, np.cos, np.exp)):
            s = s + g(x[k])
        return s

    val_grads = value_and_gradients_function(f)
    assert val_grads(X, 3)[0] == f(X, 3)
    with pytest.raises(ValueError, match="ends before its tuple does"):
        val_grads(X, 2)


def shown(name, value):
    print(name)
    return value


def pairs(x):
    return sum(a * b for a, b in list(zip(shown("p", x * 2.0), shown("q", [x[0], x[1] * x[0], x[2]]))))


def sorted_pairs(x):
    return sorted(zip(shown("p", x * 2.0), shown("q", x)))[1][0] ** 2


def array_of_pairs(x):
    rows = np.array(list(zip(shown("p", x * 2.0), shown("q", x))))
    return np.sum(rows[:, 0] * rows[:, 1] ** 2)


def counted_list(x):
    total = 0.0
    for k, v in list(enumerate(shown("p", x * 2.0))):
        total += k * v * v
    return total


def last_to_first(x):
    both = list(zip(range(3), reversed(shown("p", x * 2.0))))
    return sum(a * b * b for a, b in both)


def largest_pair(x):
    most = max(zip(shown("p", x * 2.0), shown("q", x)))
    return most[0] * most[1]


def by_a_partial(x):
    with_p = functools.partial(zip, shown("p", x * 2.0))
    return sum(a * b for a, b in list(with_p(shown("q", x))))


@pytest.mark.parametrize(
    "f",
    [
        pairs,
        sorted_pairs,
        array_of_pairs,
        counted_list,
        last_to_first,
        largest_pair,
        by_a_partial,
    ],
)
def test_what_is_zipped_is_made_once(f, capsys):
    f(X)
    expected = capsys.readouterr().out
    _, (gradient,) = value_and_gradients_function(f)(X)
    assert capsys.readouterr().out == expected
    jvp(f, (X,), (np.ones_like(X),))
    assert capsys.readouterr().out == expected
    for k in range(len(X)):
        step = np.zeros_like(X)
        step[k] = 1e-6
        assert gradient[k] == pytest.approx((f(X + step) - f(X - step)) / 2e-6, rel=1e-6, abs=1e-8)
