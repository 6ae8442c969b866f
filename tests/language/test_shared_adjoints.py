"""The adjoint of one thing may be the memory of another's, or a view of it: written into, it has to be a copy.

In each case the adjoint of `y` becomes that of `w`, or a part of it, and `t`, which is computed first, is added to it last.
"""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
both = case.each((array(3), array(3, seed=1)))


@case(array(3), array(3, 1, seed=1))
def with_an_axis_more(a, w):
    y = np.sin(a)
    t = y[0] * 3.0
    z = w + y[:, None]
    return np.sum(z * z) * t


@case(array(3, 3), array(3, 3, seed=1))
def transposed(a, w):
    y = np.sin(a)
    t = y[0, 1] ** 2
    z = y.T + w
    return np.sum(z * z) * t


@both
def reshaped(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    z = np.reshape(y, (3,)) + w
    return np.sum(z * z) * t


@both
def among_items(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    items = [y, w]
    return np.sum(sum(items) ** 2) * t


@both
def appended(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    items = [w]
    for _ in range(int(w[0] < 5.0)):
        items.append(y)
    return np.sum(sum(items) ** 2) * t


@both
def begins_a_sum(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    return np.sum(sum([w], y) ** 2) * t


@both
def in_a_slice_of_a_list(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    items = [w, w, w]
    items[1:] = [y, w]
    return np.sum(sum(items) ** 2) * t


@both
def one_of_two(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    z = y if w[0] < 5.0 else w
    u = z + w
    return np.sum(u * u) * t


@both
def in_a_branch(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    if w[0] < 5.0:
        u = y + w
    else:
        u = y * w
    return np.sum(u * u) * t


def handed_down(a, w, n):
    return (a, w) if n == 0 else handed_down(a, w, n - 1)


@both
def through_calls(a, w):
    y = np.sin(a)
    t = y[0] ** 2
    z, v = handed_down(y, w, 2)
    return np.sum((z + v) ** 2) * t


@both
def stored(a, w):
    B = np.zeros_like(a)
    y = np.sin(a)
    t = y[0] ** 2
    B[...] = y
    u = B + w
    return np.sum(u * u) * t


@both
def added_in_place(a, w):
    B = np.sin(w)
    y = np.sin(a)
    s = B[1] ** 2
    t = y[0] ** 2
    B += y
    return np.sum(B * B) * t + s


@both
def goes_over_in_a_loop(a, w):
    z = np.sin(a)
    v = np.sin(w)
    s = 0.0
    for i in range(3):
        s += z[i] * v[1]
        u = z + v
        z = u + w
        v = u
    return np.sum(z * v) * s


@case([array(3), array(3, seed=1)], array(3, seed=2))
def summed_and_written_in_the_next(items, w):
    for _ in range(3):
        items = [sum(items), np.sort(w)]
        items[0], items[-1] = items[-1], items[0]
        items[0][0] = 1.0
    return np.sum(items[0] * items[1] ** 2)


@pytest.mark.parametrize("each", case, ids=str)
def test_shared_adjoint(each):
    each.check()
