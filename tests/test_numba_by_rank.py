"""Compiled decompositions, whose adjoints are helpers for arrays of any rank and any numbers: the plain numbers."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.test_jit import assert_close

pytest.importorskip("numba")
RNG = np.random.default_rng(5)
TALL, SQUARE, WIDE = RNG.normal(size=(3, 2)), RNG.normal(size=(3, 3)), RNG.normal(size=(2, 3))

k, v, turned = "globals", None, None  # have the names of variables in helpers, and change nothing


def vectors_of_svd(A):
    U, s, V = np.linalg.svd(A, full_matrices=False)
    return np.sum(s**3) + U[0, 0] * V[0, 1]


def vectors_of_qr(A):
    Q, R = np.linalg.qr(A)
    return Q[0, 1] * R[0, 1] + np.sum(R**2)


def vectors_of_eigh(A):
    w, V = np.linalg.eigh(A @ A.T)
    return np.sum(w**3) + V[0, 0] ** 2


def complex_qr(A):
    Q, R = np.linalg.qr(A + 1j * A**2)
    return np.real(np.sum(R**2)) + np.abs(Q[0, 1])


def complex_on_the_way(A):
    """The arguments are real, but not all that follows."""
    s = np.linalg.svd(A + 1j * A**2)[1]
    return np.sum(s**3)


def halves(A):
    return np.sum(np.tril(A, -1) ** 2) + np.sum(np.triu(A, k=1) ** 3) + np.sum(np.tril(A) * np.triu(A.T, -1))


def stacked(A):
    rows = [2.0 * row for row in A]
    both = [A * row for row in A]
    return np.sum(np.stack(rows, axis=-1) ** 3) + np.sum(np.stack(rows) ** 2) + np.sum(np.stack(both) ** 2)


def spread(T):
    return np.sum(np.var(T, axis=(0, 2), keepdims=True) ** 2 * T) + np.sum(np.std(T, axis=(1, 2)) ** 3)


def widths(T):
    """From the least to the greatest, along some axes; variances along all that are named."""
    along = np.sum(np.ptp(T, axis=1) ** 2) + np.sum(np.ptp(T, axis=(0, 2)) ** 2)
    return along + np.var(T, axis=(0, 1, 2)) + np.sum(np.std(T, axis=(-1, 0, 1), ddof=1, keepdims=True) * T)


@pytest.mark.long
@pytest.mark.parametrize(
    ("f", "argument"),
    [
        *[(vectors_of_svd, each) for each in (TALL, WIDE)],
        *[(vectors_of_qr, each) for each in (TALL, WIDE)],
        (vectors_of_eigh, SQUARE),
        (complex_qr, SQUARE),
        (complex_on_the_way, SQUARE),
        (halves, SQUARE),
        (stacked, SQUARE),
        (widths, RNG.normal(size=(3, 2, 4))),
        (spread, RNG.normal(size=(3, 2, 4))),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_numbers(f, argument):
    assert_close(value_and_gradients_function(f, jit="numba")(argument), value_and_gradients_function(f)(argument))
