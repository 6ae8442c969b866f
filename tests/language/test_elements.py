"""Loops over the elements of an array that they write: elements that stay what they are once written, and those that
don't, also where that hangs on bounds, signs of indices, branches, or the iteration that made the array."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


@case(array(5))
def written_once(v):
    x = np.zeros(6)
    x[0] = 1.5
    for i in range(5):
        x[i + 1] = x[i] * x[i] * v[i]
    return x[5]


@case(array(5))
def from_the_end(v):
    x = np.zeros(6)
    x[-1] = 1.5
    for i in range(4, -1, -1):
        x[i] = x[i + 1] * x[i + 1] * v[i]
    return x[0]


@case(array(5))
def wraps_around(v):
    x = np.ones(5)
    for i in range(5):
        x[i] = x[i - 1] * x[i - 1] * v[i]
    return np.sum(x * x)


@case(array(5))
def negative_and_positive(v):
    x = np.ones(5)
    for i in range(5):
        x[-i] = x[i] * x[i] * v[i]
    return np.sum(x * x)


@case(array(5))
def overwritten_in_the_same_place(v):
    for i in range(1, 5):
        v[i] = v[i] * v[i] * v[i - 1]
    return np.sum(v * v)


@case(array(5))
def overwritten_by_the_next(v):
    for i in range(4):
        v[i + 1] = v[i] * v[i + 1]
        v[i] = v[i + 1] * v[i + 1]
    return np.sum(v)


@case(array(5), 3)
def swept_again(v, steps):
    for _ in range(steps):
        for i in range(1, 4):
            v[i] = v[i - 1] * v[i] + v[i + 1]
    return np.sum(v * v)


@case(array(5))
def another_loop_after(v):
    x = np.zeros(5)
    for i in range(5):
        x[i] = v[i] * v[i]
        v[i] = x[i] * v[i]
    for i in range(0, 5, 2):
        x[i] = x[i] * v[i]
    return np.sum(x * v)


@case(array(4))
def counted_down_by_two(v):
    x = np.ones(9)
    for i in range(8, 0, -2):
        x[i - 1] = x[i] * v[i // 2 - 1]
        x[i - 2] = x[i - 1] * x[i]
    return np.sum(x * x)


@case(array(4, 4))
def triangle(A):
    n = len(A)
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / (2.0 + A[k, k] * A[k, k])
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(A * A)


@case(array(4, 4))
def triangle_with_one_row_too_many(A):
    n = len(A)
    for k in range(n):
        for i in range(k, n):
            A[i, k] = A[i, k] / (2.0 + A[k, k] * A[k, k])
            for j in range(k, n):
                A[i, j] -= 0.1 * A[i, k] * A[k, j]
    return np.sum(A * A)


@case(array(4, 4))
def branches_on_indices(A):
    L = np.ones((4, 4))
    for i in range(4):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.exp(0.1 * s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L * L)


@case(array(5))
def branches_that_overlap(v):
    x = np.ones(6)
    for i in range(5):
        if i > 2:
            x[i - 1] = x[i] * v[i]
        if i > 1:
            x[i] = x[i - 1] * x[i - 1] * v[i]
        else:
            x[i + 1] = x[i] * v[i]
    return np.sum(x * x)


@case(array(4, 3))
def rows(A):
    for i in range(1, 4):
        A[i] = A[i - 1] * A[i]
        row = A[i]
        row[0] = row[1] * A[i - 1, 2]
    return np.sum(A * A)


@case(array(4, 3))
def rows_read_while_their_elements_change(A):
    total = 0.0
    for i in range(3):
        for j in range(3):
            A[i + 1, j] = A[i, j] * A[i + 1, j]
            total += np.sum(A[i + 1] * A[i])
    return total


@case(array(4), 3)
def made_in_each_iteration(u, steps):
    for _ in range(steps):
        new = u.copy()
        for i in range(1, 3):
            new[i] = u[i - 1] * u[i] * u[i + 1]
        u = new
    return np.sum(u * u)


@case(array(4), 3)
def made_before_and_swapped(u, steps):
    old = u * 1.0
    for _ in range(steps):
        new = np.zeros(4)
        for i in range(4):
            new[i] = old[i] * old[i - 1]
            old[i] = new[i] * u[i]
        old = new * old
    return np.sum(old)


@case(array(4))
def while_with_a_position(v):
    x = np.ones(5)
    i = 0
    while i < 4:
        x[i + 1] = x[i] * x[i] * v[i]
        i += 1
    return np.sum(x * x)


@case(array(4))
def position_that_stays(v):
    x = np.ones(3)
    p = 1
    for i in range(4):
        x[p] = x[p] * x[p] * v[i]
        x[p - 1] = x[p] * v[i]
    return np.sum(x * x)


@case(array(4), array(4) > 0)
def a_mask_is_no_position(v, mask):
    x = np.ones(4)
    for i in range(4):
        x[mask] = x[mask] * v[i]
        x[i] = x[i] * x[i] * v[i]
    return np.sum(x * x)


@case(array(3))
def left_early(v):
    x = np.ones(4)
    for i in range(3):
        x[i + 1] = x[i] * x[i] * v[i]
        if x[i + 1] > 100.0:
            break
    return np.sum(x * x)


@case(array(3), array(3))
def table(x, y):
    D = np.full((4, 4), 5.0)
    D[0, 0] = 0.0
    for i in range(1, 4):
        for j in range(1, 4):
            d = x[i - 1] - y[j - 1]
            D[i, j] = d * d + min(D[i - 1, j], D[i, j - 1] * 1.01, D[i - 1, j - 1] * 0.99)
    return D[3, 3] * D[2, 2]


@case(array(5))
def kept_in_a_row_of_its_own(v):
    w = np.zeros(3)
    for i in range(5):
        w[0] = v[i] * v[i]
        w[1] = w[0] * w[2] + v[i]
        w[2] = w[1] * w[0]
    return w[2]


@pytest.mark.parametrize("each", case, ids=str)
def test_elements(each):
    each.check()
