"""scipy.linalg and numpy.linalg compiled by Numba: the numbers of the plain program; tangents of few digits; and axes that
`np.squeeze` finds by itself."""

import numpy as np
import pytest

import s2sad
from s2sad import value_and_gradients_function
from s2sad.numba_errors import NotCompiledError
from s2sad.numba_target import text_for_equal_lengths
from tests.test_jit import assert_close

linalg = pytest.importorskip("scipy.linalg")
numba = pytest.importorskip("numba")
RNG = np.random.default_rng(3)
A = RNG.normal(size=(4, 4)) + 4.0 * np.eye(4)
V, B = RNG.normal(size=4), RNG.normal(size=(4, 2))


def both(f, *args, params=None):
    jitted = value_and_gradients_function(f, jit="numba", params=params)
    assert_close(jitted(*args), value_and_gradients_function(f, params=params)(*args))


def process(length, noise, x, y):
    """The logarithm of a Gaussian process's likelihood."""
    d = (x[:, None] - x) / length
    factor = linalg.cholesky(np.exp(-0.5 * d * d) + noise * np.eye(len(x)), lower=True)
    return -0.5 * np.dot(y, linalg.cho_solve((factor, True), y)) - np.sum(np.log(np.diag(factor)))


@pytest.mark.long
def test_a_gaussian_process():
    both(process, 0.7, 0.1, V, V**2, params=["length", "noise", "y"])


def triangles(A, v, B):
    """Each triangle, as it is and turned, with a vector and with a matrix."""
    one = linalg.solve_triangular(A, v, lower=True) * linalg.solve_triangular(A, v, 1, unit_diagonal=True)
    two = linalg.solve_triangular(A, B, check_finite=False) * linalg.solve_triangular(A, B, trans="T", lower=True)
    return np.sum(one * one) + np.sum(two * two)


@pytest.mark.long
def test_triangular_systems():
    both(triangles, A, V, B)


def singular(v):
    return linalg.solve_triangular(np.zeros((2, 2)), v)


def test_a_singular_triangle_is_an_error():
    with pytest.raises(np.linalg.LinAlgError):
        value_and_gradients_function(singular, jit="numba")(np.ones(2))


def others(A, v):
    S = A @ A.T
    whole = linalg.cholesky(S) + linalg.cholesky(S, lower=True) * linalg.det(A) + linalg.inv(A)
    solved = linalg.solve(A, v) * linalg.cho_solve(linalg.cho_factor(S), v)
    return np.sum(whole) + linalg.norm(A) * np.sum(solved)


@pytest.mark.long
def test_other_functions():
    both(others, A, V)


def by_factors(A, v, B):
    factor = linalg.lu_factor(A)
    x, y = linalg.lu_solve(factor, v), linalg.lu_solve(factor, v, trans=1)
    return np.sum(x * y) + np.sum(linalg.lu_solve(linalg.lu_factor(A[::-1]), B, 1) * linalg.lu_solve(factor, B) ** 2)


@pytest.mark.long
def test_factors_of_lu():
    """With rows that change places, and without."""
    both(by_factors, A, V, B)
    both(by_factors, np.array([[0.0, 1.0, 2.0], [3.0, 0.5, 0.0], [1.0, -4.0, 1.0]]), V[:3], B[:3])


def test_a_singular_matrix_has_no_error_here(recwarn):
    """As in SciPy, which warns."""
    f = value_and_gradients_function(
        lambda v: np.sum(linalg.lu_solve(linalg.lu_factor(np.eye(2) * v[1]), v)), jit="numba"
    )
    assert not np.isfinite(f(np.array([1.0, 0.0]))[0])


def exponential(A):
    return np.sum(linalg.expm(A) ** 2)


@pytest.mark.long
def test_exponentials():
    """Of each degree, halved and not."""
    jitted, plain = value_and_gradients_function(exponential, jit="numba"), value_and_gradients_function(exponential)
    for scale in (1e-3, 0.02, 0.1, 0.4, 0.8, 2.0):
        (value, (grad,)), (wanted, (its,)) = (f(scale * (A - 4.0 * np.eye(4))) for f in (jitted, plain))
        np.testing.assert_allclose(value, wanted, rtol=1e-12)
        np.testing.assert_allclose(grad, its, rtol=1e-12, atol=1e-12 * np.max(np.abs(its)))


@pytest.mark.parametrize("A", [np.zeros((0, 0)), np.array([[-1.5]]), np.array([[2, 1], [-1, 1]])])
def test_exponentials_of_other_matrices(A):
    f = value_and_gradients_function(lambda x, A: x * np.sum(linalg.expm(A)), params=["x"], jit="numba")
    np.testing.assert_allclose(f(2.0, A)[0], 2.0 * np.sum(linalg.expm(A)), rtol=1e-13)


def factors(A):
    s, Q, R = linalg.svd(A, full_matrices=False)[1], *linalg.qr(A, mode="economic")
    return np.sum(linalg.svdvals(A) ** 3) + np.sum(Q * R**2) + s[0] * linalg.svd(A)[1][1]


@pytest.mark.long
def test_factors():
    both(factors, A)


def test_eigenvectors_whose_signs_differ_are_refused():
    with pytest.raises(NotCompiledError, match=r"scipy\.linalg\.eigh has no counterpart in Numba"):
        value_and_gradients_function(lambda A: np.sum(linalg.eigh(A)[1]), jit="numba")(A)


def spread(T):
    return np.sum(np.std(T, axis=(0, 2)) ** 3) + np.sum(np.var(T, axis=(-1, 1), ddof=1, keepdims=True) * T)


@pytest.mark.long
def test_deviations_along_several_axes():
    both(spread, RNG.normal(size=(2, 3, 4)))


def stacked(x, n):
    """Lists that aren't written out, along the first axis and the last."""
    rows = [np.sin(x * k) for k in range(n)]
    table = np.stack([row * row for row in rows], axis=-1)
    return np.sum(table[1] * table[0]) + np.sum(np.stack(rows) * x)


def test_lists_that_are_stacked():
    both(stacked, np.array([0.5, -1.5, 2.0]), 3, params=["x"])


def appended(x):
    return np.sum(np.append(x, 1.0) ** 2) * np.append(x[0], x)[1]


def test_numbers_that_are_appended():
    both(appended, np.array([0.5, -1.5, 2.0]))


def test_what_numpy_would_do_otherwise_is_refused():
    with pytest.raises(NotCompiledError):
        value_and_gradients_function(lambda A: np.sum(linalg.solve(A, A, assume_a="pos")), jit="numba")(A)


def squeezed(T, v):
    return np.sum(np.squeeze(T) ** 2) * np.squeeze(v.reshape(1, 4, 1)) + T.squeeze()[0] * v


def test_axes_of_length_one():
    both(squeezed, RNG.normal(size=(2, 1, 4)), V)


def layouts(S, b, B):
    """Systems whose matrices and right-hand sides lie in memory in all ways, with one and with several of these."""
    rows = np.linalg.solve(S, B[::2])
    one = np.linalg.solve(S.T, B[:, 0][::2]) + np.linalg.solve(S, rows[:, 1])
    return b @ np.linalg.solve(S, b) + np.sum(np.linalg.solve(S.T, rows.T[:2].T) ** 2) + one @ one


def test_systems_in_all_layouts():
    both(layouts, A, V, RNG.normal(size=(8, 3)))
    both(layouts, np.asfortranarray(A), RNG.normal(size=8)[::2], RNG.normal(size=(3, 8)).T)


def likelihood(x, y, noise):
    d = (x[:, None] - x[None, :])[..., None] * noise
    L = np.linalg.cholesky(np.exp(-np.sum(d * d, axis=-1)) + noise * np.eye(len(x)))
    return y @ np.linalg.solve(L.T, np.linalg.solve(L, y)) + np.sum(np.log(np.diag(L)))


def test_lengths_of_factors_and_solutions_are_known():
    jitted = value_and_gradients_function(likelihood, jit="numba")
    assert_close(jitted(V, V**2, 0.5), value_and_gradients_function(likelihood)(V, V**2, 0.5))
    [entry] = jitted._cache.entries.values()
    text, _ = text_for_equal_lengths(entry.program, likelihood)
    assert "n0 == 1" not in text.text and text.text.count("np.linalg.solve(L, as_column(") == 2


def narrow(a, S):
    return np.sum(np.tanh(a) * a) + a @ np.linalg.solve(S, a)


def test_tangents_of_few_digits():
    """They have the digits of what changes, and what Numba computes with more digits meets what it doesn't."""
    a, S = V.astype(np.float32), A.astype(np.float32)
    for function, close in ((s2sad.jvp, 1e-5), (s2sad.hvp, 1e-4)):
        made, plain = function(narrow, (a, S), (a, S), jit="numba"), function(narrow, (a, S), (a, S))
        for one, other in zip(made, plain, strict=True):
            assert one.dtype == other.dtype == np.float32
            np.testing.assert_allclose(one, other, rtol=close, atol=close)


def lines(x, fp):
    xp = np.array([-1.0, 0.0, 2.0])
    return np.interp(x[1], xp, fp) * x[0] + np.sum(np.interp(x, xp, fp, left=0.5, right=1.0) ** 2)


def test_tangents_of_piecewise_lines():
    args = np.array([0.5, 1.0, -4.0, 3.5, 2.0]), np.array([1.0, 2.0, -1.0])
    assert_close(s2sad.jvp(lines, args, args, jit="numba"), s2sad.jvp(lines, args, args))
    both(lines, *args)


def middles(A):
    return np.sum(np.median(A, axis=1) ** 2) * np.median(A) + np.sum(np.quantile(A, [0.2, 0.7], axis=0)[1] * A)


def test_tangents_of_medians():
    tangents = (B + 1.0,)
    assert_close(s2sad.jvp(middles, (B,), tangents, jit="numba"), s2sad.jvp(middles, (B,), tangents))
