"""scipy.linalg: least squares, of stacks too. The formulas are those of numpy.linalg's (see rules/linalg.py)."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import UNKNOWN, Array, Kind, Scalar, Tuple
from s2sad.rules.linalg import real_dtype, singular_change, squares_change, turned, turned_conjugate
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import dims_of, floating, numeric, result_dtype, unknown_dim
from s2sad.rules.scipy.linalg import product_of_columns
from s2sad.rules.scipy.linalg_decompositions import plain_matrix
from s2sad.rules.tensors import conjugated

OVERWRITTEN_SYSTEM = "of overwritten matrices: the call without overwrite_a and overwrite_b"


@adjoint(linalg.lstsq, several=True, cost=3000)
def least_squares(a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None, *,
                  grad, result):  # fmt: skip
    """Of the solution, by the pseudo-inverse (Golub and Pereyra, 1973), among matrices of the same rank."""
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN_SYSTEM)
    x_grad, squares_grad, _, s_grad = grad
    if squares_grad is not None or s_grad is not None:
        return refuse(
            "the residuals and singular values: write np.sum((b - a @ x) ** 2, axis=0), and linalg.svdvals(a)"
        )
    x = result[0]
    inverse = linalg.pinv(a, rtol=np.finfo(x.dtype).eps if cond is None else cond)
    if not plain_matrix(a) or np.iscomplexobj(b) or rank(b) > 2:
        if rank(b) == 1:
            of_a, of_b = slopes_of_squares(a, b[:, None], x[..., None], inverse, x_grad[..., None])
            return unbroadcast(of_a), unbroadcast(of_b[..., 0])
        of_a, of_b = slopes_of_squares(a, b, x, inverse, x_grad)
        return unbroadcast(of_a), unbroadcast(of_b)
    y = inverse.T @ x_grad
    turning = product_of_columns(b - a @ x, inverse @ y) + product_of_columns(inverse.T @ x, x_grad - a.T @ y)
    return turning - product_of_columns(y, x), y


@inline
def slopes_of_squares(a, b, x, inverse, x_grad):
    """The same of columns, of stacks or complex matrices too."""
    y = turned(inverse) @ x_grad
    turning = conjugated(b - a @ x) @ turned(inverse @ conjugated(y))
    turning = turning + turned(inverse) @ conjugated(x) @ turned(conjugated(x_grad - turned(a) @ y))
    return turning - y @ turned(x), y


@tangent(linalg.lstsq)
def least_squares_tangent(a, b, cond=None, overwrite_a=False, overwrite_b=False, check_finite=True, lapack_driver=None,
                          *, result, a_dot, b_dot):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN_SYSTEM)
    x, squares = result[0], result[1]
    inverse = linalg.pinv(a, rtol=np.finfo(x.dtype).eps if cond is None else cond)
    if not plain_matrix(a) or np.iscomplexobj(b) or rank(b) > 2:
        s_dot = singular_change(a, a_dot) + np.zeros_like(result[3])
        if rank(b) == 1:
            residuals = b[:, None] - a @ x[..., None]
            change = column_of(b_dot) - a_dot @ x[..., None]
            x_dot = change_of_squares(a, x[..., None], inverse, residuals, change, a_dot)
            return x_dot[..., 0], squares_change(squares, residuals, change), 0, s_dot
        residuals, change = b - a @ x, b_dot - a_dot @ x
        x_dot = change_of_squares(a, x, inverse, residuals, change, a_dot)
        return x_dot, squares_change(squares, residuals, change), 0, s_dot
    residuals, change = b - a @ x, b_dot - a_dot @ x
    turning = a_dot.T @ (inverse.T @ x)
    x_dot = inverse @ (change + inverse.T @ (a_dot.T @ residuals) - a @ turning) + turning
    return x_dot, squares_change(squares, residuals, change), 0, singular_change(a, a_dot)


def column_of(b_dot):
    return b_dot[:, None]


@inline
def change_of_squares(a, x, inverse, residuals, change, a_dot):
    turning = turned_conjugate(a_dot) @ (turned_conjugate(inverse) @ x)
    inner = turned_conjugate(inverse) @ (turned_conjugate(a_dot) @ residuals)
    return inverse @ (change + inner - a @ turning) + turning


@kind(linalg.lstsq)
def least_squares_kind(a: Kind, b: Kind, *options: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = floating(result_dtype(None, a, b)), dims_of(a), dims_of(b)
    if m is None or n is None or len(m) > 2 or len(n) > 2:
        return Tuple((Array(dtype, None), Array("", None), UNKNOWN, Array("", None)))
    real = real_dtype(dtype)
    squares = real if real == dtype else ""  # of complex numbers they are complex since SciPy 1.18
    return Tuple((Array(dtype, (m[-1], *n[1:])), Array(squares, None), Scalar("int"), Array(real, (unknown_dim(),))))
