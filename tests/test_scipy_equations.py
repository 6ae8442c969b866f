"""scipy.linalg's equations for matrices, whose symmetric arguments can't be moved one element by one, and functions of
matrices."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import linalg

from s2sad import NotDifferentiableError, check_gradients, gradients_function, value_and_tangent_function
from tests.both_modes import check_both_modes

RANDOM = np.random.default_rng(5)
A, B, Q, R = (RANDOM.normal(size=shape) for shape in ((3, 3), (3, 2), (3, 3), (2, 2)))


def continuous(a, b, q, r):
    return linalg.solve_continuous_are(a, b, q @ q.T + np.eye(3), r @ r.T + np.eye(2))


def discrete(a, b, q, r):
    return linalg.solve_discrete_are(a, b, q @ q.T + np.eye(3), r @ r.T + np.eye(2))


def of_complex(solver):
    """A Riccati equation of complex matrices that are made of real ones."""

    def solved(a, b, q, r):
        made, weights = q + 1j * q.T, r + 0.5j * r.T
        hermitian, positive = made @ np.conj(made).T + np.eye(3), weights @ np.conj(weights).T + np.eye(2)
        x = solver(0.5 * (a + 0.3j * a.T), b + 0.5j, hermitian, positive)
        return np.real(x) + np.imag(x * x)

    return solved


def by_eigenvalues(a):
    values, vectors = linalg.eig(a)
    return np.real(np.sum(values**2 * np.arange(3)) + np.sum((vectors * np.conj(vectors)) ** 2))


def by_tridiagonal(d, e):
    values, vectors = linalg.eigh_tridiagonal(d, e)
    return np.sum(values**3 * np.arange(3)) + np.sum(vectors**4)


def aligned(a, b):
    turn, scale = linalg.orthogonal_procrustes(a, b)
    return np.sum(turn**3) + scale**2


def stretched(a):
    turn, stretch = linalg.polar(a)
    return np.sum(turn**3) + np.sum(stretch**3)


CASES = {
    "eigenvalues": (by_eigenvalues, A),
    "tridiagonal": (by_tridiagonal, np.array([1.0, 2.5, -0.5]), np.array([0.5, -0.7])),
    "aligned": (aligned, A, Q),
    "stretched": (stretched, A),
    "continuous": (continuous, A, B, Q, R),
    "discrete": (discrete, 0.5 * A, B, Q, R),
    "complex continuous": (of_complex(linalg.solve_continuous_are), A, B, Q, R),
    "complex discrete": (of_complex(linalg.solve_discrete_are), A, B, Q, R),
    "cosm": (lambda a: linalg.cosm(a) ** 2, A),
    "sinm": (lambda a: linalg.sinm(a) ** 2, A),
    "tanm": (lambda a: linalg.tanm(a) ** 2, A),
    "coshm": (lambda a: linalg.coshm(a) ** 2, A),
    "sinhm": (lambda a: linalg.sinhm(a) ** 2, A),
    "tanhm": (lambda a: linalg.tanhm(a) ** 2, A),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients(name):
    f, *args = CASES[name]
    check_both_modes(f, *args)
    assert check_gradients(gradients_function(f, params=[0]), *args).ok


def test_polar_factors_of_a_matrix_with_more_columns_than_rows():
    with pytest.raises(np.linalg.LinAlgError, match="more columns than rows"):
        gradients_function(lambda a: np.sum(linalg.polar(a)[0]))(B.T)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_polar_factors_of_lower_rank(mode):
    """Which turn is found is a matter of rounding."""
    first, second = np.array([[0.3, -0.7, 1.1]]), np.array([[0.5, 0.2, -0.4]])

    def turn(first, second):
        return linalg.orthogonal_procrustes(first, second)[0]

    with pytest.raises(np.linalg.LinAlgError, match="without full rank"):
        if mode == "reverse":
            gradients_function(turn)(first, second)
        else:
            value_and_tangent_function(turn)(first, second, tangents=(first, second))


@pytest.mark.parametrize("solver", [linalg.solve_continuous_lyapunov, linalg.solve_discrete_lyapunov])
def test_lyapunov_of_real_matrices_and_complex_numbers(solver):
    """SciPy takes the real Schur form of a matrix for a complex one, and a block of two eigenvalues for a triangle."""
    a, q = np.array([[1.0, 2.0], [-2.0, 1.0]]), np.array([[1.0, 1j], [0.5, 2.0]])
    with pytest.raises(NotDifferentiableError, match=r"SciPy's own solution is wrong there.*\n.*(?s:.)*`a \+ 0j`"):
        gradients_function(lambda a: np.abs(np.sum(solver(a, q))))(a)
    with pytest.raises(NotDifferentiableError, match=r"real and complex(?s:.)*`a \+ 0j`"):
        gradients_function(lambda a: np.abs(np.sum(linalg.solve_sylvester(a, a, q))))(a)
