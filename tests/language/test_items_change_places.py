"""Rows of a list that change places, `rows[i], rows[k] = rows[k], rows[i]`: so do their adjoints."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases, array

case = Cases()
MATRIX = [[2.0, 1.0, 0.5], [4.0, 1.0, 0.2], [1.0, 3.0, 2.0]]
ROWS = [[0.3, 2.0], [0.1, 5.0], [0.7, 1.0]]


@case(MATRIX, [1.0, 2.0, 3.0])
def gauss_pivot(M, b):
    n = len(b)
    M = [row[:] + [bi] for row, bi in zip(M, b)]
    for k in range(n):
        p = max(range(k, n), key=lambda i: abs(M[i][k]))
        if p != k:
            M[k], M[p] = M[p], M[k]
        for i in range(k + 1, n):
            f = M[i][k] / M[k][k]
            for j in range(k, n + 1):
                M[i][j] -= f * M[k][j]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (M[i][n] - sum(M[i][j] * x[j] for j in range(i + 1, n))) / M[i][i]
    return x[0] + 2 * x[1] * x[2]


@case(MATRIX)
def det_inplace(A):
    n = len(A)
    sign = 1.0
    d = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i][k]) > abs(A[p][k]):
                p = i
        if p != k:
            A[p], A[k] = A[k], A[p]
            sign = -sign
        d *= A[k][k]
        for i in range(k + 1, n):
            f = A[i][k] / A[k][k]
            A[i] = [a - f * b for a, b in zip(A[i], A[k])]
    return sign * d + A[0][0]


@case([array(2), array(2) + 0.5, array(2) * 2.0])
def swap_arrays(L):
    L[0], L[2] = L[2], L[0]
    L[0][0] *= L[1][1]
    L[-1], L[1] = L[1], L[-1]
    L[1] += L[0]
    return L[0] @ L[1] + np.sum(L[2] ** 2 * np.array([1.0, 3.0]))


@case([[0.3, 2.0], [0.1, 5.0], [0.7, 1.0], [0.2, 0.4]])
def bubble_rows(R):
    for i in range(len(R)):
        for j in range(len(R) - 1 - i):
            if R[j][0] > R[j + 1][0]:
                R[j], R[j + 1] = R[j + 1], R[j]
                R[j][1] *= 1.1
    return sum(r[1] * r[0] * (k + 1) for k, r in enumerate(R))


@case(ROWS)
def taken_before(R):
    a = R[0][1]
    row = R[1]
    R[0], R[1] = R[1], R[0]
    b = R[0][0] * a
    R[0][0] = b * b
    return R[0][0] * a + R[1][1]


class Table:
    def __init__(self, rows):
        self.rows = rows

    def swap(self, i, k):
        self.rows[i], self.rows[k] = self.rows[k], self.rows[i]


@case(ROWS)
def in_object(R):
    s = Table(R)
    s.swap(0, 2)
    s.rows[0][0] *= s.rows[2][1]
    s.swap(1, 0)
    s.rows[1][1] = s.rows[0][0] * s.rows[1][0]
    return R[0][0] * R[1][1] + R[1][0] * R[2][1]


@case([[[0.3, 2.0], [0.1, 5.0]], [[0.7, 1.0], [0.2, 0.9]]])
def nested(T):
    T[0][0], T[0][1] = T[0][1], T[0][0]
    T[0], T[1] = T[1], T[0]
    T[1][0][0] *= T[0][1][1]
    T[1][1][1] += T[1][0][0] ** 2
    return T[1][1][1] * T[0][0][0] + T[1][0][1]


@case([[0.3, 2.0], [0.1, 5.0]], 1.5)
def index_changes(R, x):
    i = 0
    for k in range(3):
        R[i], R[1 - i] = R[1 - i], R[i]
        R[i][0] *= x
        i = 1 - i
    return R[0][0] * R[1][1] + R[1][0]


@case([[0.3, 2.0], [0.1, 5.0], [0.2, 0.4]], 0)
def same_index(R, i):
    R[i], R[i] = R[i], R[i]
    R[i], R[-1] = R[-1], R[i]
    R[i][0] *= R[-1][1]
    return R[0][0] * R[2][0]


@case([{"a": 1.0, "b": 2.0}, {"a": 0.5, "b": 0.3}])
def dict_items(L):
    L[0], L[1] = L[1], L[0]
    L[0]["a"] *= L[1]["b"]
    return L[0]["a"] * L[1]["a"]


@case([(0.3, 2.0), (0.1, 5.0), (0.7, 1.0)])
def tuple_items(L):
    L[0], L[2] = L[2], L[0]
    a, b = L[0]
    return a * b * L[2][1]


@pytest.mark.parametrize("each", case, ids=str)
def test_items_change_places(each):
    each.check()


def test_a_row_that_has_a_name_of_its_own():
    def f(rows):
        row = rows[1]
        rows[0], rows[1] = rows[1], rows[0]
        row[0] = row[1] * 2.0
        return rows[0][0] * rows[1][1]

    with pytest.raises(NotDifferentiableError, match="an item of `rows` is used under a name of its own after"):
        value_and_gradients_function(f)(ROWS)


def test_the_text():
    def f(rows, i):
        rows[i], rows[-1] = rows[-1], rows[i]
        rows[0][0] *= rows[1][1]
        return rows[0][0]

    text = value_and_gradients_function(f, params=["rows"]).source(ROWS, 0)
    assert "    rows[i], rows[-1] = rows[-1], rows[i]\n" in text
    assert "    rows_grad[i], rows_grad[-1] = rows_grad[-1], rows_grad[i]\n" in text
