"""Positions that NumPy and itertools give, one array or number for each axis, as an index: read, stored, added to."""

import itertools

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases, array

case = Cases()


def matrix():
    return np.random.default_rng(3).normal(size=(3, 3))


def many(K):
    return np.linspace(0.5, 1.5, int((K > 0.1).sum()))


@case(matrix(), array(3))
def mask_as_positions_read(K, x):
    i = np.nonzero(K > 0.1)
    return np.sum(K[i] * x[0]) + np.sum(K[np.where(K < 0)] ** 2) * x[1]


@case(matrix(), many(matrix()))
def mask_as_positions_times_as_many(K, x):
    i = np.nonzero(K > 0.1)
    return np.sum(K[i] * x)


@case(matrix(), many(matrix()))
def mask_as_positions_stored(K, x):
    K = K.copy()
    K[np.nonzero(K > 0.1)] = x
    return np.sum(K**2)


@case(matrix(), array(3))
def mask_as_positions_scaled_and_added(K, x):
    at = np.where(K > 0)
    L = K.copy()
    L[at] *= 2.0
    L[at] += np.arange(len(at[0])) * x[0]
    return np.sum(L[at] ** 2) + np.sum(L * x)


@case(matrix(), array(6))
def triangle_stored(K, x):
    i, j = np.triu_indices(3)
    L = np.zeros((3, 3))
    L[i, j] = x
    M = np.zeros((3, 3))
    M[np.tril_indices(3)] = x * x
    return np.sum(K @ L @ M)


@case(array(4))
def pairs_of_items(x):
    """Each item is in several pairs: rows and columns are different together only."""
    i, j = np.triu_indices(4, 1)
    rows, columns = np.tril_indices(4)
    first, second = np.nonzero(np.subtract.outer(x, x) > 0)
    (alone,) = np.nonzero(x > 0)
    return np.sum(x[i] * x[j] ** 2) + np.sum(x[rows] * x[columns]) + np.sum(x[first] / x[second]) + np.sum(x[alone])


@case(array(4, 2), array(4, 4))
def distances_of_pairs(x, K):
    i, j = np.triu_indices(4, 1)
    apart = x[i] - x[j]
    return np.sum(np.sum(apart**2, axis=1) * K[i, j]) + np.sum(K[i] * K[j])


@case(matrix(), array(3))
def diagonal_stored_and_added(K, x):
    at = np.diag_indices(3)
    L = K.copy()
    L[at] = x
    L[at] += x**2
    i, j = np.diag_indices_from(K)
    L[i, j] = np.exp(L[i, j]) * x
    return np.sum(L**2)


@case(matrix(), array(2))
def open_mesh(K, x):
    first = np.ix_([0, 2], [1, 2])
    i = np.arange(1, 3)
    L = K.copy()
    L[np.ix_(i, i)] += np.outer(x, x)
    u = np.linalg.solve(L[np.ix_(i, i)] + np.eye(2), x)
    return np.sum(L[first] * x) + u @ x


@case(matrix(), array(3))
def open_mesh_of_a_mask_and_of_the_same_positions_twice(K, x):
    L = K.copy()
    L[np.ix_([0, 0, 2], [1, 2])] += np.outer(x, x[:2])
    return np.sum(L[np.ix_(x > 0, [0, 0])] ** 2) + np.sum(L**2)


@case(matrix(), array(3))
def place_of_the_largest(K, x):
    i, j = np.unravel_index(np.argmax(K), K.shape)
    at = np.unravel_index(np.array([1, 4, 7]), K.shape)
    return K[i, j] * x[i] + K[np.unravel_index(np.argmin(K), K.shape)] * np.sum(K[at] * x)


@case(matrix(), array(3))
def lists_of_lists_and_of_truths(K, x):
    return np.sum(K[[[0, 1], [2, 2]]] * x) + np.sum(K[[True, False, True]] * x) + np.sum(K[[0, 2, 0]] * x)


@case(matrix(), array(3))
def sorted_or_parted_without_axes(K, x):
    order = np.argsort(K, axis=None)
    least = np.argpartition(K, 1, axis=None)[:1]
    return np.sum(np.ravel(K)[order][:3] * x) + np.sum(np.ravel(K)[least] ** 2 * x)


@case(matrix(), array(3))
def all_positions_one_after_another(K, x):
    s = 0.0
    for i, j in np.ndindex(K.shape):
        s += K[i, j] * x[i] ** 2
    for p in np.ndindex(3, 2):
        s += K[p] * x[p[1]]
    for p in itertools.product(range(3), range(2)):
        s += K[p] ** 2 * x[p[1]]
    return s


@case(matrix(), array(3))
def rows_of_positions(K, x):
    s = 0.0
    for p in np.argwhere(K > -0.2):
        s += K[tuple(p)] * x[p[0]] ** 2
    return s


@case(matrix(), array(3), [(0, 1), (2, 2), (0, 1)])
def positions_in_a_list(K, x, places):
    K = K.copy()
    for p in places:
        K[p] = x[p[1]] * K[p]
    return np.sum(K**2) + sum(K[p] for p in places)


@case(array(2, 3))
def elements_with_their_indices(x):
    total = 0.0
    for (i, j), v in np.ndenumerate(x):
        total += v * (i + 1) ** j
    y = np.zeros((3, 2))
    for index, v in np.ndenumerate(np.sin(x[0])):
        total += v**2 * index[0] + x[(1, *index)]
        y[(*index, 0)] = v
    return total * np.sum(y**2)


@pytest.mark.parametrize("each", case, ids=str)
def test_positions(each):
    each.check()


KNOWN = (triangle_stored, diagonal_stored_and_added, place_of_the_largest)


@pytest.mark.parametrize("each", [each for each in case if each.f in KNOWN], ids=str)
def test_ranks_and_lengths_are_known(each):
    text = value_and_gradients_function(each.f).source(*each.args)
    assert "unbroadcast" not in text and "zeros_like(x) +" not in text


def test_no_name_for_what_is_listed_at_once():
    text = value_and_gradients_function(all_positions_one_after_another).source(matrix(), array(3))
    assert "items = list(np.ndindex(K.shape))" in text
