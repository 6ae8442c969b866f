"""scipy.optimize: functions to try minimizers on, and least squares with numbers that aren't negative."""

from __future__ import annotations

import numpy as np
from scipy import optimize

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.registry import adjoint, kind, rank, refuse, tangent
from s2sad.rules.results import dims_of, double_only, numeric, shaped, unknown_dim

MORE_AXES = "of an array of several axes: the rows one by one"


@adjoint(optimize.rosen)
def rosenbrock(x, *, grad):
    if rank(x) != 1:
        return refuse(MORE_AXES)
    return grad * optimize.rosen_der(x)


@tangent(optimize.rosen)
def rosenbrock_tangent(x, *, x_dot):
    if rank(x) != 1:
        return refuse(MORE_AXES)
    return optimize.rosen_der(x) @ x_dot


@kind(optimize.rosen)
def rosenbrock_kind(x: Kind) -> Kind:
    return shaped(double_only(numeric(x)), ())


@adjoint(optimize.rosen_der)
def rosenbrock_slope(x, *, grad):
    if rank(x) != 1:
        return refuse(MORE_AXES)
    return optimize.rosen_hess_prod(x, grad)


@tangent(optimize.rosen_der)
def rosenbrock_slope_tangent(x, *, x_dot):
    if rank(x) != 1:
        return refuse(MORE_AXES)
    return optimize.rosen_hess_prod(x, x_dot)


@kind(optimize.rosen_der)
def rosenbrock_slope_kind(x: Kind) -> Kind:
    return Array(double_only(numeric(x)), dims_of(numeric(x)))


@adjoint(optimize.nnls, several=True, cost=3000, wrt=["A", "b"])
def positive_least_squares(A, b, maxiter=None, atol=None, *, grad, result):
    """Small changes leave the numbers that are zero where they are; the others are a solution of least squares, whose
    derivative is that of the normal equations (G. Golub and V. Pereyra, 1973)."""
    x, norm = result
    x_grad = np.zeros_like(x) if grad[0] is None else grad[0]
    norm_grad = 0.0 if grad[1] is None else grad[1]
    left = b - A @ x
    across = solution_among(A, x > 0, x_grad)
    beside = A @ across + norm_grad * left / (norm if norm > 0 else 1.0)
    return np.outer(left, across) - np.outer(beside, x), beside


def solution_among(A, free, grad):
    """The solution of A^T A y = grad in the numbers that are free to move; the others are 0."""
    y = np.zeros_like(grad)
    chosen = A[:, free]
    y[free] = np.linalg.solve(chosen.T @ chosen, grad[free])
    return y


@tangent(optimize.nnls)
def positive_least_squares_tangent(A, b, maxiter=None, atol=None, *, result, A_dot, b_dot):
    x, norm = result
    left = b - A @ x
    moved = b_dot - A_dot @ x
    return solution_among(A, x > 0, A_dot.T @ left + A.T @ moved), left @ moved / (norm if norm > 0 else 1.0)


@kind(optimize.nnls)
def positive_least_squares_kind(A: Kind, b: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(A))
    return Tuple((Array("float64", (dims[1],) if dims else (unknown_dim(),)), shaped("float64", ())))
