"""Functions that keep their results (`functools.lru_cache`, `cache`): where a gradient flows, what they compute."""

import functools

import pytest

from s2sad import value_and_grad

from .checker import Cases

case = Cases()


@functools.lru_cache(maxsize=None)
def legendre(n, x):
    if n < 2:
        return x if n else 1.0
    return ((2 * n - 1) * x * legendre(n - 1, x) - (n - 1) * legendre(n - 2, x)) / n


@functools.cache
def pair(x, k=2.0):
    return x * k, x**k


@functools.lru_cache
def basis(i, k, x):
    """A B-spline by its recursion, with knots at the integers."""
    if k == 0:
        return 1.0 if i <= x < i + 1 else 0.0
    return (x - i) / k * basis(i, k - 1, x) + (i + k + 1 - x) / k * basis(i + 1, k - 1, x)


@case(0.3)
def recursion(x):
    return legendre(5, x) + legendre(3, x * x)


@case(1.5)
def tuples_and_keywords(x):
    a, b = pair(x)
    return a * b + pair(x, k=3.0)[1]


@case.each(0.4, 1.7, 3.9)
def splines(x):
    return basis(0, 3, x) + 2.0 * basis(1, 3, x)


@case(0.3)
def in_loops_and_lists(x):
    s = x
    for k in range(3):
        s = s * legendre(k, s) + sum([pair(x * j)[0] for j in range(k)])
    return s


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()


def test_nothing_is_kept_of_ours():
    legendre.cache_clear()
    value_and_grad(recursion)(0.3)
    assert legendre.cache_info().currsize == 0
