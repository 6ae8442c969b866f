"""numpy.linalg: norms of vectors and matrices in all orders, condition numbers, ranks.

Where a norm has a kink it has a subgradient here: 0 at 0, the mean of those of the items that tie for a maximum, and
for the spectral norm that of the first of equal singular values.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar, Static
from s2sad.rules.linalg import floating_of, turned
from s2sad.rules.piecewise import sign_of
from s2sad.rules.reductions import aligned, count_of, reduced
from s2sad.rules.registry import adjoint, inline, kind, known, nondifferentiable, rank, tangent
from s2sad.rules.results import dims_of, floating, numeric, result_dtype, shaped

# --- np.linalg.norm -------------------------------------------------------------------------------------------------


@adjoint(np.linalg.norm, spreads=True, cost=5)
def norm(x, ord=None, axis=None, keepdims=False, *, grad, result):
    return norm_back(x, ord, axis, keepdims, grad, result)


@tangent(np.linalg.norm)
def norm_tangent(x, ord=None, axis=None, keepdims=False, *, result, x_dot):
    return norm_along(x, ord, axis, keepdims, result, x_dot)


@inline
def norm_back(x, ord, axis, keepdims, grad, result):
    """The cotangent of x, of a norm of it."""
    if ord is None or known(ord == "fro"):
        return aligned(per_length(grad, result), x, axis, keepdims) * conjugate_of(x)
    if known(isinstance(axis, int)) or (axis is None and rank(x) == 1):
        return aligned(grad, x, axis, keepdims) * slope_of_vector_norm(x, ord, aligned(result, x, axis, keepdims), axis)
    if axis is None:
        return two_axes(grad, keepdims) * slope_of_matrix_norm(x, ord)
    moved = np.moveaxis(x, axis, (-2, -1))
    small = np.moveaxis(grad, axis, (-2, -1)) if known(keepdims and rank(grad) != 0) else two_axes(grad, keepdims)
    return np.moveaxis(small * slope_of_matrix_norm(moved, ord), (-2, -1), axis)


@inline
def norm_along(x, ord, axis, keepdims, result, x_dot):
    """How a norm of x changes when x does."""
    if ord is None or known(ord == "fro"):
        return np.sum(np.real(conjugate_of(x) * x_dot), axis=axis, keepdims=keepdims) / nonzero_length(result)
    if known(isinstance(axis, int)) or (axis is None and rank(x) == 1):
        slope = slope_of_vector_norm(x, ord, aligned(result, x, axis, keepdims), axis)
        return np.sum(np.real(slope * x_dot), axis=axis, keepdims=keepdims)
    if axis is None:
        return np.sum(np.real(slope_of_matrix_norm(x, ord) * x_dot), keepdims=keepdims)
    slope = slope_of_matrix_norm(np.moveaxis(x, axis, (-2, -1)), ord)
    return np.sum(np.real(np.moveaxis(slope, (-2, -1), axis) * x_dot), axis=axis, keepdims=keepdims)


@inline
def conjugate_of(x):
    return np.conj(x) if np.iscomplexobj(x) else x


@inline
def nonzero_length(result):
    return (result or 1.0) if known(rank(result) == 0) else np.where(result == 0, 1.0, result)


@inline
def per_length(grad, result):
    return grad / nonzero_length(result)


@inline
def two_axes(grad, keepdims):
    """One number for each matrix, to be multiplied with the matrices."""
    return grad if keepdims or known(rank(grad) == 0) else grad[..., None, None]


@inline
def direction(x):
    """x / |x|, conjugate; 0 at 0."""
    return np.conj(np.sign(x)) if np.iscomplexobj(x) else sign_of(x)


@inline
def slope_of_vector_norm(x, ord, result, axis):
    """The derivative of the norm; `result` broadcasts to x."""
    if ord == 2:
        return conjugate_of(x) / nonzero_length(result)
    if ord == 0:
        return 0.0
    if ord == 1:
        return direction(x)
    if ord == np.inf or ord == -np.inf:
        best = np.abs(x) == result
        return np.where(best, direction(x), 0.0) / count_of(best, x, axis)
    return direction(x) * (np.abs(x) / nonzero_length(result)) ** (ord - 1)


@inline
def slope_of_matrix_norm(x, ord):
    """The derivative of a norm of each matrix of a stack. Of the nuclear and the spectral norm: G. A. Watson,
    "Characterization of the subdifferential of some matrix norms" (1992)."""
    if ord == "nuc":
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return conjugate_of((u * rows_of(np.sign(s))) @ vh)
    if ord == "fro":
        return conjugate_of(x) / nonzero_norm(x)
    if ord == 2 or ord == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return conjugate_of(u[..., :, :1] @ vh[..., :1, :] if ord == 2 else u[..., :, -1:] @ vh[..., -1:, :])
    lengths = np.sum(np.abs(x), axis=-2, keepdims=True) if ord == 1 or ord == -1 else row_sums(x)
    best = lengths == extreme_length(lengths, ord)
    return direction(x) * np.where(best, 1.0 / np.sum(best, axis=(-2, -1), dtype=lengths.dtype, keepdims=True), 0.0)


@inline
def row_sums(x):
    return np.sum(np.abs(x), axis=-1, keepdims=True)


@inline
def extreme_length(lengths, ord):
    return np.max(lengths, axis=(-2, -1), keepdims=True) if ord > 0 else np.min(lengths, axis=(-2, -1), keepdims=True)


@inline
def nonzero_norm(x):
    length = np.linalg.norm(x, axis=(-2, -1), keepdims=True)
    return np.where(length == 0, 1.0, length)


@inline
def rows_of(s):
    """One number for each column of a matrix."""
    return s if known(rank(s) == 1) else s[..., None, :]


@kind(np.linalg.norm)
def norm_kind(x: Kind, ord: Kind, axis: Kind, keepdims: Kind) -> Kind:
    x = numeric(x)
    dtype = result_dtype(np.absolute, Scalar(floating(getattr(x, "dtype", ""))))
    return reduced(dtype, x, axis, keepdims)


# --- the norms of the array API -------------------------------------------------------------------------------------


@adjoint(np.linalg.vector_norm, spreads=True, cost=5)
def vector_norm(x, *, axis=None, keepdims=False, ord=2, grad, result):
    if known(ord == 2):
        return aligned(per_length(grad, result), x, axis, keepdims) * conjugate_of(x)
    return aligned(grad, x, axis, keepdims) * slope_of_vector_norm(x, ord, aligned(result, x, axis, keepdims), axis)


@tangent(np.linalg.vector_norm)
def vector_norm_tangent(x, *, axis=None, keepdims=False, ord=2, result, x_dot):
    slope = slope_of_vector_norm(x, ord, aligned(result, x, axis, keepdims), axis)
    return np.sum(np.real(slope * x_dot), axis=axis, keepdims=keepdims)


@kind(np.linalg.vector_norm)
def vector_norm_kind(x: Kind, axis: Kind, keepdims: Kind, ord: Kind) -> Kind:
    return norm_kind(x, ord, axis, keepdims)


@adjoint(np.linalg.matrix_norm, spreads=False, cost=1000)
def matrix_norm(x, *, keepdims=False, ord="fro", grad, result):
    if ord == "fro" or ord is None:
        return two_axes(per_length(grad, result), keepdims) * conjugate_of(x)
    return two_axes(grad, keepdims) * slope_of_matrix_norm(x, ord)


@tangent(np.linalg.matrix_norm)
def matrix_norm_tangent(x, *, keepdims=False, ord="fro", result, x_dot):
    order = "fro" if ord is None else ord
    return np.sum(np.real(slope_of_matrix_norm(x, order) * x_dot), axis=(-2, -1), keepdims=keepdims)


@kind(np.linalg.matrix_norm)
def matrix_norm_kind(x: Kind, keepdims: Kind, ord: Kind) -> Kind:
    return norm_kind(x, ord, Static((-2, -1)), keepdims)


# --- condition numbers, ranks ---------------------------------------------------------------------------------------


@adjoint(np.linalg.cond, cost=3000)
def condition(x, p=None, *, grad, result):
    """Of the singular values, or of the norms of the matrix and of its inverse."""
    return two_axes(grad, False) * slope_of_condition(x, p)


@tangent(np.linalg.cond)
def condition_tangent(x, p=None, *, result, x_dot):
    return np.sum(np.real(slope_of_condition(x, p) * x_dot), axis=(-2, -1))


@inline
def slope_of_condition(x, p):
    if p is None or p == 2 or p == -2:
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        high, low = s[..., :1, None], s[..., -1:, None]
        upper, lower = u[..., :, :1] @ vh[..., :1, :], u[..., :, -1:] @ vh[..., -1:, :]
        slope = (lower * high - low * upper) / high**2 if p == -2 else (upper * low - high * lower) / low**2
        return conjugate_of(slope)
    inverse = np.linalg.inv(x)
    outer_slope = turned(inverse) @ slope_of_matrix_norm(inverse, p) @ turned(inverse)
    return matrix_length(inverse, p) * slope_of_matrix_norm(x, p) - matrix_length(x, p) * outer_slope


@inline
def matrix_length(x, p):
    return np.linalg.norm(x, p, axis=(-2, -1), keepdims=True)


@kind(np.linalg.cond)
def condition_kind(x: Kind, p: Kind) -> Kind:
    x = numeric(x)
    dims = dims_of(x)
    real = result_dtype(np.absolute, Scalar(floating_of(x)))
    return shaped(real, None if dims is None else dims[:-2])


nondifferentiable(np.linalg.matrix_rank)


@kind(np.linalg.matrix_rank)
def matrix_rank_kind(A: Kind, *options: Kind, **keywords: Kind) -> Kind:
    dims = dims_of(numeric(A))
    return Array("int64", None) if dims is None else shaped("int64", dims[:-2] if len(dims) > 1 else ())
