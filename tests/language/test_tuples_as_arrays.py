"""Tuples and lists where NumPy takes an array: stored into arrays, as operands, as arguments."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


@case(array(3))
def tuple_into_array(h):
    A = np.zeros(3)
    A[:] = h[0], h[0] * h[1], 2.0
    return np.sum(A * A)


@case(array(3))
def tuple_into_row_in_loop(h):
    n = len(h)
    A = np.eye(n)
    for i in range(1, n - 1):
        A[i, i - 1 : i + 2] = h[i - 1], 2.0 * (h[i - 1] + h[i]), h[i]
    return np.sum(np.linalg.solve(A, h))


@case(array(3))
def tuple_added_in_place(h):
    A = np.ones(3)
    A += h[0], h[0] * h[1], 2.0
    A[0:3] *= (h[0], h[0] * h[1], 2.0)
    A[[0, 2]] -= h[0], h[1]
    return np.sum(A * A)


@case(array(3))
def tuple_into_masked_places(h):
    A = np.ones(3)
    A[A > 0] = (h[0], h[0] * h[1], 2.0)
    return np.sum(A * A)


@case(array(3))
def tuple_added_at(h):
    A = np.ones(3)
    np.add.at(A, [0, 1, 1], (h[0], h[0] * h[1], 2.0))
    return np.sum(A * A)


@case(array(3))
def rows_of_lists_and_tuples(h):
    A = np.ones((2, 3))
    A[:] = (h[0], h[0] * h[1], 2.0), [h[1], h[1], h[0]]
    B = np.zeros((2, 3))
    B[0], B[1] = (h[0], h[0] * h[1], 2.0), [h[1], h[1], h[0]]
    return np.sum(A * A * B)


@case(array(3))
def arrays_in_tuple_into_array(h):
    A, B = np.zeros((2, 3)), np.zeros((2, 3))
    A[:] = h, 2 * h
    B[:] = [h, 2 * h]
    return np.sum(A * A) + np.sum(B * A)


@case(array(3))
def tuple_from_dict_into_array(h):
    d = {"a": (h[0], h[1])}
    A = np.zeros(2)
    A[:] = d["a"]
    return np.sum(A * A)


@case(array(3))
def tuple_as_operand(h):
    A = np.ones(3) + (h[0], h[0] * h[1], 2.0)
    B = A - (h[1], 1.0, 0.0)
    return np.sum(A * B) + np.ones(3) @ (h[0], h[1], 1.0)


@case(array(3))
def tuple_as_argument(h):
    A = np.where([True, False, True], (h[0], h[1], h[0]), (h[1], h[1], h[0] * h[1]))
    np.fill_diagonal(B := np.ones((2, 2)), (h[0], h[0] * h[1]))
    return np.sum(A * A) + np.sum(B * B)


@case(array(3))
def tuple_as_out(h):
    A = np.ones(3)
    np.multiply(A, (h[0], h[1], h[2]), out=A)
    return np.sum(A * A)


@case(1.3, np.array([3, 4]))
def number_or_array_of_integers(x, n):
    y = n
    if x > 0:
        y = x
    return y * y


@case(1.3, np.array([3, 4]))
def number_beside_array_of_integers(x, n):
    items = [n, n]
    items[0] = x
    return items[0] * items[1]


@case(1.3, np.array(1.4))
def array_without_axes_times_number_in_loop(x, n):
    y = n
    for k in range(2):
        y = y * x
    return np.sum(y)


@case(array(2), (0.3, 1.9))
def array_and_tuple_as_rows(x, n):
    y = np.array([x, n])
    return y * y


@case(1.3, 1.0 + 2.0j)
def number_beside_complex_number(x, n):
    y = [x, n]
    z = [n] * 2
    z[0] = x
    return abs(y[0] * y[1] + z[0] * z[1])


@case(array(2), [2.0, 3.0])
def list_as_exponent(x, n):
    return x**n + n * x


@case(array(1), array(2))
@case(array(2, 1), array(2, 2))
@case(array(2, 2), array(2, 1))
def sum_of_arrays_that_broadcast(x, y):
    items = [x, y]
    return sum(items) * y


@case(array(1), array(2))
@case(array(2), array(2, 2))
@case(array(2, 1), array(2))
def sum_that_starts_with_another_shape(x, y):
    return sum([x * 2], y) + sum([y], x)


@case(array(2), array(2, 2))
def sum_of_arrays_of_different_ranks(x, y):
    items = []
    for k in range(3):
        items.append(x if k == 1 else y)
    return sum(items)


@case((1.7, 2.3), array(2))
def tuple_divided_with_remainder(x, y):
    whole, part = divmod(x, y)
    return part * whole


@pytest.mark.parametrize("each", case, ids=str)
def test_listed(each):
    each.check()
