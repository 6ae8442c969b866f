"""`A[np.ix_(rows, columns)]` compiled, against gradients by hand."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from s2sad.numba_errors import NotCompiledError

pytest.importorskip("numba")
RNG = np.random.default_rng(3)
A = RNG.normal(size=(4, 5))
ROWS, COLUMNS = np.array([2, 0, 2]), np.array([1, -1])
PLACES = np.ix_(ROWS, COLUMNS)


def read(A, rows, columns):
    B = A[np.ix_(rows, columns)]
    return np.sum(B * B * B)


def stored(A, v, rows, columns):
    A[np.ix_(rows, columns)] = v * v
    return np.sum(A * A * A)


def assembled(v, places):
    """As finite elements are: an index in each iteration, which the reverse sweep needs again."""
    K = np.zeros((5, 5))
    for e in range(len(places)):
        K[np.ix_(places[e], places[e])] += v[e] * v[e]
    return np.sum(K * K)


def test_read():
    value, (A_grad,) = value_and_gradients_function(read, params=["A"], jit="numba")(A, ROWS, COLUMNS)
    expected = np.zeros_like(A)
    np.add.at(expected, PLACES, 3.0 * A[PLACES] ** 2)  # row 2 is there twice
    assert np.isclose(value, np.sum(A[PLACES] ** 3), rtol=1e-12)
    assert np.allclose(A_grad, expected, rtol=1e-12)


def test_stored():
    v = RNG.normal(size=(3, 2))
    jitted = value_and_gradients_function(stored, params=["A", "v"], jit="numba")
    value, (A_grad, v_grad) = jitted(A, v, ROWS, COLUMNS)
    last = np.array([[0.0], [1.0], [1.0]])  # of what is stored in row 2, the last stays
    whole = A.copy()
    whole[PLACES] = v * v
    expected = 3.0 * whole**2
    expected[PLACES] = 0.0
    assert np.isclose(value, np.sum(whole**3), rtol=1e-12)
    assert np.allclose(A_grad, expected, rtol=1e-12)
    assert np.allclose(v_grad, 6.0 * v**5 * last, rtol=1e-12)


def test_assembled():
    places = np.array([[0, 1], [1, 3], [3, 4]])
    v = RNG.normal(size=(3, 2, 2))
    value, (v_grad,) = value_and_gradients_function(assembled, params=["v"], jit="numba")(v, places)
    K = np.zeros((5, 5))
    for each, place in zip(v, places):
        K[place[:, None], place] += each**2
    assert np.isclose(value, np.sum(K * K), rtol=1e-12)
    assert np.allclose(v_grad, [4.0 * each * K[place[:, None], place] for each, place in zip(v, places)], rtol=1e-12)


def one_of_both(A, rows, columns):
    places = np.ix_(rows, columns)
    return np.sum(A[places] ** 2) + np.sum(A[places[0]])


def of_a_stack(A, rows, columns):
    return np.sum(A[np.ix_(rows, columns)] ** 2)


def chosen(A, rows, columns):
    places = np.ix_(rows, columns)
    if A[0, 0] > 100.0:
        places = np.nonzero(A > 0.5)
    return np.sum(A[places] ** 2)


@pytest.mark.parametrize("function, array", [(one_of_both, A), (of_a_stack, RNG.normal(size=(4, 5, 2))), (chosen, A)])
def test_what_is_more_than_an_index_of_a_matrix_is_refused(function, array):
    with pytest.raises(NotCompiledError):
        value_and_gradients_function(function, params=["A"], jit="numba")(array, ROWS, COLUMNS)


def test_out_of_bounds():
    with pytest.raises(IndexError):
        value_and_gradients_function(read, params=["A"], jit="numba")(A, np.array([4]), COLUMNS)
