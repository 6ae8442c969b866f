"""Lists that a later iteration knows under another name and makes shorter or longer there: their adjoints have as many
items as they had when they were read."""

from collections import deque

import pytest

from .checker import Cases

case = Cases()


@case.each((0.578, 0.8), (0.578, 1.8))
def popped_by_the_next_iteration(x, c):
    v = 1.0
    w = [3.0]
    for k in range(3):
        u = [x, 2 * x]
        if c > k:
            v *= u[1]
        s = w.pop()
        w = u
    return v


@case.each((0.578, 0.8), (0.578, 0.2))
def skipped_by_continue(x, c):
    u = [1.0]
    v = 1.0
    for b in [0.3, 1.0]:
        w = u
        u = [x]
        s = w.pop()
        if b > c:
            continue
        v /= sum(u)
    return v


@case.each((0.578, 0.8), (0.578, 0.2))
def of_a_deque(x, c):
    u = deque([1.0])
    v = 1.0
    for b in [0.3, 1.0]:
        w = u
        u = deque([x, x * x])
        s = w.popleft()
        if b > c:
            continue
        v /= sum(u)
    return v


@case.each((0.578, 1), (0.578, 2))
def grown_here_and_popped_there(x, n):
    v = 1.0
    w = [3.0, 1.0, 2.0]
    for k in range(4):
        u = [x]
        u.append(2.0)
        u.append(x * x)
        if k % n == 0:
            v *= u[2] + u[0]
        w.pop()
        w.pop()
        w = u
    return v


@case(0.578)
def lengthened_by_the_next_iteration(x):
    v = 1.0
    w = [3.0]
    for k in range(4):
        u = [x]
        if k % 2:
            v *= u[0] * x
        w.append(x)
        w = u
    return v + w[0]


@case(0.578)
def left_by_break(x):
    v = 1.0
    w = [3.0]
    for k in range(4):
        u = [x, 3.0 * x]
        if k == 2:
            w.pop()
            w = u
            break
        if k % 2:
            v *= u[1] * x
        w.pop()
        w = u
    w.pop()
    return v


@case.each((0.578, 0), (0.578, 1), (0.578, 5))
def left_by_one_of_two_breaks(x, n):
    v = 1.0
    w = [3.0]
    for k in range(4):
        u = [x, 3.0 * x]
        if k >= n:
            u.append(2.0)
            if k > 1:
                w.pop()
                break
        if k % 2:
            v *= u[1] * x
        w.pop()
        w = u
    return v


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
