"""Loops over `zip`: until the shortest ends, also where a tuple's items are run through one by one."""

import itertools

import numpy as np
import pytest

from s2sad import value_and_gradients_function

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
