"""Variables of comprehensions, and those that s2sad's own loops have for `map`, `filter` and `reduce`, are others than
the function's of that name, which a function in it may read."""

import functools
import sys

import numpy as np
import pytest

from .checker import Cases

case = Cases()
V = np.array([0.5, 1.5, 2.5])
scale = 0.3


@case(np.array([V, V + 0.3]), 0.4)
def rows_of_the_same_name(A, s):
    def doubled(v):
        row = v * 2.0
        return row * row

    A = A * 1.0
    for row in A:
        row *= s
    other = lambda row: row * s  # noqa: E731
    for row in A:
        s = s + doubled(row[0]) + other(row[1])
    return s


@case(V, 0.7)
def generator(x, v):
    g = lambda t: t * v  # noqa: E731
    return sum(g(v) for v in x)


@case([0.5, 1.5, 2.5], 0.7)
def list_of_two_loops_and_a_test(x, v):
    def g(t):
        return t * v

    return sum([g(v) * w for v in x for w in x if g(w) > 0.5]) * v


@case(V, 0.7)
def dict_of_known_keys(x, v):
    def g(t):
        return t * v

    d = {k: g(v) for k, v in enumerate(x)}
    e = {str(k): g(v) for k, v in zip("ab", x)}
    return d[0] * d[2] + e["a"]


@case(0.5, 0.7)
def tuple_that_is_gone_through(x, v):
    g = lambda t: t * v  # noqa: E731
    return sum([g(v) for v in (x, x * x)])


def one_inside_of_another(x, v):
    def outer():
        g = lambda t: t * v  # noqa: E731
        return sum([sum([g(v) + w for v in [w, v]]) for w in x for v in x])

    return outer() * v


if sys.version_info < (3, 12):  # Python itself takes the variables for one from then on, and raises NameError
    case(V, 0.7)(one_inside_of_another)


@case(V, 0.7)
def function_made_in_one(x, v):
    fs = [lambda t, v=v: t * v for v in (x[0], x[1])]
    return fs[0](v) * fs[1](v)


@case(V)
def name_of_the_module(x):
    doubled = [scale * 2.0 for scale in x]
    return sum(doubled) * scale


@case(V, 0.7)
def reduced(x, item):
    return functools.reduce(lambda p, q: p + q * item, x) * item


@case(V, 0.7)
def mapped(x, item):
    return sum(map(lambda v: v * item, x)) + item


@case(V, 0.7)
def two_mapped(x, item_0):
    return sum(map(lambda v, w: v * w * item_0, x, x[::-1])) + item_0


@case(V, 0.7)
def filtered(x, item):
    return sum(v * item for v in filter(lambda v: v > item, x)) + item


@case({"a": 0.5, "b": 0.7}, 0.7)
def merged(d, key):
    item = key * 2.0
    e = dict(d)
    e.update({"c": item})
    return e["a"] * e["c"] * key + item


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
