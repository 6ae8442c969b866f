"""`a, b = x` fails where x has more or fewer items than names: the programs of s2sad fail there, too."""

import functools

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function, value_and_tangent_function


def two(x):
    a, b = x
    return a * b


def only_the_first(x):
    a, _ = x
    return a * 2.0


def rows(x):
    s = 0.0
    for a, b in x:
        s += a * b
    return s


def rows_by_name(x):
    s = 0.0
    for row in x:
        a, b = row
        s += a
    return s


def inner(x):
    (a, b), c = x[0], x[1]
    return a * b + c[0]


def kept(x):
    for _ in range(2):
        a, b = x
        x = [b, a * b]
    return x[0]


def first_and_last(x):
    a, *b, c = x
    return a * c + sum(b)


CALLS = [
    (first_and_last, [1.0, 2.0], [1.0]),
    (first_and_last, np.ones(3), np.ones(0)),
    (two, [1.0, 2.0], [1.0, 2.0, 3.0]),
    (two, np.ones(2), np.ones(3)),
    (two, np.ones(2), np.ones(1)),
    (only_the_first, [1.0, 2.0], [1.0, 2.0, 3.0]),
    (only_the_first, np.ones(2), np.ones(3)),
    (rows, [[1.0, 2.0]], [[1.0, 2.0, 3.0]]),
    (rows, np.ones((3, 2)), np.ones((2, 3))),
    (rows_by_name, [[1.0, 2.0]], [[1.0, 2.0, 3.0]]),
    (rows_by_name, np.ones((3, 2)), np.ones((2, 3))),
    (inner, np.ones((2, 2)), np.ones((2, 3))),
    (kept, [1.0, 2.0], [1.0, 2.0, 3.0]),
]


@pytest.mark.parametrize(("f", "good", "bad"), CALLS)
def test_unpacking(f, good, bad):
    val_grads, val_tangent = value_and_gradients_function(f), value_and_tangent_function(f)
    assert val_grads(good)[0] == val_tangent(good, tangents=(good,))[0] == f(good)
    for run in (f, val_grads, lambda x: val_tangent(x, tangents=(x,))):
        with pytest.raises(ValueError, match="values to unpack"):
            run(bad)


def test_one_item_that_would_be_the_first_and_the_last():
    with pytest.raises(NotDifferentiableError, match="1 values are unpacked into 2 names"):
        value_and_gradients_function(first_and_last)(np.ones(1))


def test_reduce_of_nothing():
    def f(x):
        return x * functools.reduce(lambda a, b: a * b, [])

    with pytest.raises((TypeError, IndexError)):
        value_and_gradients_function(f)(2.0)


def test_text():
    assert "\n    a, b = x\n" in value_and_gradients_function(two).source([1.0, 2.0])
    assert "\n    a, b = x\n" in value_and_tangent_function(two).source(np.ones(2))
    assert "\n    for a, b in x:\n" in value_and_gradients_function(rows).source(np.ones((3, 2)))
