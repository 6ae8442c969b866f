"""Deques: which of them have a `maxlen`, so that an item leaves as another comes in, and what of them is a list."""

import collections
from collections import deque

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases

case = Cases()


@case(0.7)
def made_anew_in_a_loop(a):
    q = deque([a, 2.0], maxlen=2)
    for i in range(3):
        q.append(a * a)
        s = q[0] * a
        q = deque([a, 2.0, 3 * a], maxlen=3 + i)
    return s


@case(0.7)
def copied_in_a_loop(a):
    q = deque([a, 2.0], maxlen=2)
    for i in range(3):
        q = q.copy()
        q.append(a * i)
    return q[0] * a + q[1]


def pushed(q, a, n):
    if n == 0:
        return q[0] * a
    q.append(a * n)
    return pushed(q, a, n - 1) + q[1]


@case(0.7)
def through_recursion(a):
    return pushed(deque([1.0, 2.0], maxlen=2), a, 3)


@case(0.7)
def in_a_list_by_a_comprehension(a):
    windows = [deque([1.0, 2.0], maxlen=2) for _ in range(3)]
    for i in range(6):
        windows[i % 3].append(a * i)
    return sum(q[0] * a for q in windows)


@case(0.7)
def lists_made_of_one(a):
    q = deque([3.0 * a, a, 2.0 * a], maxlen=2)
    ordered, listed, reverse, starred = sorted(q), list(q), list(reversed(q)), [*q]
    for each in (ordered, listed, reverse, starred):
        each.append(a * a)
    return ordered[0] * listed[1] + reverse[0] * starred[0] + ordered[2] * len(starred)


@case([0.3, 0.5])
def a_star_and_more(xs):
    q = deque(xs, maxlen=2)
    both = [*q, q[0] * q[1]]
    return both[0] * both[2] ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_deque(each):
    each.check()


def list_or_deque(a):
    q = collections.deque([a, 2.0], maxlen=2)
    s = 0.0
    for _ in range(2):
        q.append(a * a)
        s += q[0] * a
        q = [3 * a, a]
    return s


def sum_of_two(a):
    q = deque([a, 2.0], maxlen=2)
    w = q + q
    return w[0]


def several_times(a):
    q = deque([a, 2.0], maxlen=3)
    w = q * 2
    return w[0]


@pytest.mark.parametrize(
    "function, message, caret",
    [
        (list_or_deque, "`q` may be things of different types here", "q.append"),
        (sum_of_two, "`+` of a deque that has a `maxlen`", "q + q"),
        (several_times, "`*` of a deque that has a `maxlen`", "q * 2"),
    ],
)
def test_refused(function, message, caret):
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(function)(0.7)
    assert message in str(caught.value)
    assert caret in str(caught.value)


def test_is_none_of_a_constant_in_a_comprehension():
    def f(x):
        r = 0.25
        told = [r is None for k in range(2)]
        r = x
        return r * len(told)

    assert value_and_gradients_function(f)(np.float64(2.0)) == (4.0, (2.0,))


@pytest.mark.parametrize("made", [lambda x: deque([[x], 1.0]), lambda x: sorted([[x], 1.0], key=str)])
def test_items_of_different_types_are_refused(made):
    def f(x):
        items = made(x)
        return x * len(items)

    with pytest.raises(NotDifferentiableError, match="the items of a list are of different types"):
        value_and_gradients_function(f)(2.0)
