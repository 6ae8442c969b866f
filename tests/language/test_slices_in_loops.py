"""Slices that a loop reads, of arrays that it writes into: what they hold is read again in the reverse sweep where no
later iteration writes there, and a copy of it where one does."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases, array

case = Cases()  # those that need no copy
copied = Cases()
SQUARE = array(4, 4) + 4.0 * np.eye(4)


@case(SQUARE, array(4))
def forward_substitution(L, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n):
        x[i] = (b[i] - L[i, :i] @ x[:i]) / L[i, i]
    return np.sum(x * x)


@case(SQUARE, array(4))
def backward_substitution(U, b):
    n = len(b)
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - U[i, i + 1 :] @ x[i + 1 :]) / U[i, i]
    return np.sum(x * x)


@case(SQUARE @ SQUARE.T)
def cholesky_in_place(A):
    A = A.copy()
    for j in range(len(A)):
        A[j, j] = np.sqrt(A[j, j] - A[j, :j] @ A[j, :j])
        for i in range(j + 1, len(A)):
            A[i, j] = (A[i, j] - A[i, :j] @ A[j, :j]) / A[j, j]
    return np.sum(np.tril(A) ** 2)


@case(array(2), array(7))
def autoregression(h, x):
    y = np.zeros(len(x))
    for t in range(2, len(x)):
        y[t] = x[t] + h @ y[t - 2 : t]
    return np.sum(y * y)


@case(array(6), 5)
def renewal(p, n):
    u = np.zeros(n + 1)
    u[0] = 1.0
    for k in range(1, n + 1):
        u[k] = np.sum(p[:k] ** 2 @ u[:k][::-1])
    return u[n]


@case(array(5))
def rows_of_a_triangle(x):
    c, total = np.zeros((5, 5)), 0.0
    for i in range(5):
        for j in range(i):
            c[i][j] = x[i] * x[j] + c[j, :i] @ c[j, :i]
        total += np.sum(c[i, :i] ** 2)
    return total


@copied(array(5))
def up_to_and_with_itself(x):
    a, total = x * 1.0, 0.0
    for i in range(len(a)):
        total += a[: i + 1] @ a[: i + 1]
        a[i] = 0.3 * total
    return total + np.sum(a)


@copied(array(5))
def down_to_and_with_itself(x):
    a, total = x * 1.0, 0.0
    for i in range(len(a) - 1, -1, -1):
        total += a[i:] @ a[i:]
        a[i] = 0.3 * total
    return total + np.sum(a)


@copied(array(6))
def what_comes_after(x):
    a, total = x * 1.0, 0.0
    for i in range(len(a)):
        total += np.sum(a[i + 1 :] ** 2)
        a[i] = 0.3 * total
    return total


@copied(array(6))
def ends_that_count_from_the_end(x):
    a, total = x * 1.0, 0.0
    for i in range(1, len(a) - 2):
        total += np.sum(a[: i - 2] ** 2)
        a[i] = 0.3 * total
    return total


@copied(array(6))
def starts_that_count_from_the_end(x):
    a, total = x * 1.0, 0.0
    for i in range(5, 0, -1):
        total += np.sum(a[i - 3 :] ** 2)
        a[i] = 0.3 * total
    return total


@copied(array(6))
def downwards(x):
    a, total = x * 1.0, 0.0
    for i in range(len(a)):
        total += np.sum(a[i::-1] ** 2)
        a[i] = 0.3 * total
    return total


@copied(array(6))
def written_as_a_slice(x):
    a, total = x * 1.0, 0.0
    for i in range(1, len(a)):
        total += np.sum(a[:i] ** 2)
        a[i - 1 : i + 1] = 0.3 * total
    return total


@copied(array(4, 4))
def written_through_a_view(x):
    c, total = x * 1.0, 0.0
    for i in range(len(c)):
        row = c[i]
        total += np.sum(c[: i + 1, 0] ** 2)
        row[:2] = 0.3 * total
    return total


@pytest.mark.parametrize("each", [*case, *copied], ids=str)
def test_slice(each):
    each.check()


@pytest.mark.parametrize("each", case, ids=str)
def test_nothing_is_kept(each):
    source = value_and_gradients_function(each.f).source(*each.args)
    for line in source.splitlines():
        assert line.strip() == "A = A.copy()" or "copy(" not in line, source
