"""Arrays and lists that one of two branches makes, and that are written into behind: the gradient goes to the branch."""

from collections import deque

import numpy as np
import pytest

from tests.random_joined import judge

from .checker import Cases, array

case = Cases()


@case.each((0.7,), (-0.7,))
def arrays_of_different_lengths(x):
    if x > 0:
        a = np.zeros(3)
    else:
        a = np.ones(4)
    a[0] = x
    a[1] = x * x
    return np.sum(a * a)


@case.each((0.7, False), (0.7, True))
def a_list_that_one_branch_shortens(x, c):
    r = [1.0, x] * 2
    if c:
        y = r.pop()
        r = [y, x, x * x]
    del r[0]
    return r[0] * 2.0 + r[-1]


@case.each((0.7, False), (0.7, True))
def a_deque_that_one_branch_shortens(x, c):
    r = deque([1.0, x, x * x])
    if c:
        y = r.pop()
        r = deque([y, x])
    r.popleft()
    return r[0] * 2.0 + r[-1]


@case.each((0.7, array(3)), (-0.7, array(3)))
def zeros_or_a_copy(x, v):
    if x > 0:
        a = np.zeros_like(v)
    else:
        a = v.copy()
    a[0] += x
    a[1:] *= v[1:]
    return np.sum(a * a)


@case.each((0.7, array(3)), (-0.7, array(3)))
def parameter_or_zeros(x, v):
    out = v if x > 0 else np.zeros(3)
    for i in range(3):
        out[i] *= x**i
        out[0] += x * i
    return np.sum(out * out)


@case.each((0.7,), (-0.7,))
def lists_of_numbers(x):
    if x > 0:
        q = [0] * 3
    else:
        q = [1, 2, 3]
    q[0] = x * x
    q[1] = q[2] * x
    q.append(x)
    return q[0] * q[1] + q[2] * q[3]


@case.each((0.7,), (-0.7,))
def made_in_a_loop_and_written_behind_an_inner_branch(x):
    total = 0.0
    for k in range(3):
        a = np.full(2, x) if k * x > 0.5 else np.zeros(2)
        a[1] += k * x
        total += a[0] * a[1] + a[1]
    return total


@pytest.mark.parametrize("each", case, ids=str)
def test_written_behind_branches(each):
    each.check()


def test_another_name_in_use_is_refused():
    def f(x):
        w = np.array([x, 2.0])
        a = w if x > 0 else np.zeros(2)
        a[0] *= x
        return np.sum(a) + w[0]

    from s2sad import NotDifferentiableError, value_and_gradients_function

    with pytest.raises(NotDifferentiableError, match="may be one of several things"):
        value_and_gradients_function(f)(0.7)


@pytest.mark.parametrize("seed", range(24))
def test_random_programs(seed):
    assert not any(judge(seed, flags) for flags in range(4))
