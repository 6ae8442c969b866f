"""Arrays that a call without a gradient gives as parts of another one: written into, they change that."""

import collections

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


@case(1.5)
def unpacked_pieces(x):
    data = np.array([1.0, 2.0, 3.0])
    first, second, third = np.hsplit(data, 3)
    scaled = data * x
    second[0] = 7.0
    third *= 2.0
    return np.sum(scaled * scaled) + np.sum(data * data) * x + first[0]


@case(1.5)
def unpacked_from_atleast(x):
    data = np.array([1.0, 2.0, 3.0])
    row, rest = np.atleast_2d(data, data[1:])
    scaled = data * x
    row *= 3.0
    return np.sum(scaled * scaled) + np.sum(data * data) * x * np.sum(rest)


@case(1.5)
def unpacked_from_meshgrid(x):
    data = np.array([1.0, 2.0, 3.0])
    rows, columns = np.meshgrid(data, data, copy=False, sparse=True)
    scaled = data * x
    columns[1] = 5.0
    return np.sum(scaled * scaled) + np.sum(data * rows) * x


@case(1.5)
def unpacked_twice(x):
    data = np.array([1.0, 2.0, 3.0])
    (whole, rest), factor = np.atleast_1d(data, data[1:]), 2.0
    total = 0.0
    for _ in range(2):
        scaled = data * x
        rest += factor
        total = total + np.sum(scaled * whole)
    return total


@case(1.5)
def unpacked_from_iterators(x):
    data = np.array([1.0, 2.0, 3.0])
    ((i, same),) = enumerate([data])
    (again,) = map(np.asarray, [data])
    scaled = data * x
    same[i] = 4.0
    again[1] *= 2.0
    return np.sum(scaled * scaled) + np.sum(data) * x


@case(1.5)
def unpacked_from_a_queue(x):
    data, others = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.5])
    taken, count = collections.deque([(data, 1)]).popleft()
    pair = collections.deque([(others, 2)]).pop()
    same = pair[0]
    scaled, second = taken * x, same * x
    data += 1.0
    others *= count * 2.0
    return np.sum(scaled * scaled) + np.sum(second * second) * x + np.sum(data) * np.sum(others)


@case(array(2, 2), array(2))
def elements_of_a_matrix(m, v):
    a, b, c, d = m.flat
    det = a * d - b * c
    return det * v[0] / (a + v[1] * v[1] + 9.0)


@case(array(2, 2), array(2))
def elements_of_a_matrix_that_is_written(m, v):
    m = m * 1.0
    a, b, c, d = m.flat
    m[0, 1] = a * v[0]
    _, changed, _, _ = m.T.flat
    _, again, *_ = m.ravel()
    return a * d - b * c + changed * b + again * v[1]


@pytest.mark.parametrize("each", case, ids=str)
def test_unpacked_view(each):
    each.check()
