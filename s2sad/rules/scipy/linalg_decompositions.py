"""scipy.linalg: decompositions, norms and pseudo-inverses as numpy.linalg has them.

The formulas are those of `rules/linalg_decompositions.py`. What SciPy has beyond (arrays that are overwritten) is
refused.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import UNKNOWN, Array, Kind, Scalar, Tuple
from s2sad.rules.linalg import (
    floating_of,
    pseudo_inverse_change,
    pseudo_inverse_slope,
    real_dtype,
)
from s2sad.rules.linalg_decompositions import (
    changes_of_singular_values,
    columns_by,
    complete_qr_changes,
    complete_qr_slope,
    cotangent_of_factored,
    for_singular_values,
    qr_changes,
    qr_factor,
    qr_slope,
    shorter,
    svd_changes,
    svd_slope,
    svd_tangents,
)
from s2sad.rules.linalg_norms import (
    norm_along,
    norm_back,
    norm_kind,
)
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, sized, tangent
from s2sad.rules.results import (
    UNSURE,
    dims_of,
    numeric,
    value_of,
)

OVERWRITTEN = "of an overwritten matrix: the call without it"


@inline
def plain_matrix(a):
    return rank(a) == 2 and not np.iscomplexobj(a)


# --- singular values -----------------------------------------------------------------------------------------------


@adjoint(linalg.svd, several=True, cost=9000)
def svd(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd", *,
        grad, result):  # fmt: skip
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if not plain_matrix(a):
        return sized(cotangent_of_factored(a, full_matrices, compute_uv, grad, result), a)
    if not compute_uv:
        u, s, vh = linalg.svd(a, full_matrices=False)
        return columns_by(u, for_singular_values(grad, s)) @ vh
    u, s, vh = result
    u_grad, s_grad, vh_grad = grad
    if u_grad is None and vh_grad is None:
        return columns_by(u[:, : s.shape[-1]], for_singular_values(s_grad, s)) @ vh[: s.shape[-1]]
    s_grad = np.zeros_like(s) if s_grad is None else s_grad
    u_grad = np.zeros_like(u) if u_grad is None else u_grad
    vh_grad = np.zeros_like(vh) if vh_grad is None else vh_grad
    return sized(svd_slope(u, s, vh, u_grad, s_grad, vh_grad), a)


@tangent(linalg.svd)
def svd_tangent(a, full_matrices=True, compute_uv=True, overwrite_a=False, check_finite=True, lapack_driver="gesdd", *,
                result, a_dot):  # fmt: skip
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if not plain_matrix(a):
        return svd_tangents(a, compute_uv, result, a_dot)
    if not compute_uv:
        u, s, vh = linalg.svd(a, full_matrices=False)
        return changes_of_singular_values(s, u.T @ a_dot @ vh.T)
    u, s, vh = result
    s_dot = changes_of_singular_values(s, u[:, : s.shape[-1]].T @ a_dot @ vh[: s.shape[-1]].T)
    return svd_changes(u, s, vh, a_dot)[0], s_dot, svd_changes(u, s, vh, a_dot)[1]


@kind(linalg.svd)
def svd_kind(a: Kind, full_matrices: Kind, compute_uv: Kind, *options: Kind) -> Kind:
    a = numeric(a)
    dtype, dims = floating_of(a), dims_of(a)
    full, vectors = value_of(full_matrices), value_of(compute_uv)
    if vectors is UNSURE or full is UNSURE:
        return UNKNOWN if vectors is UNSURE else Tuple((Array(dtype, None),) * 3)
    if dims is None or len(dims) < 2:
        values = Array(real_dtype(dtype), None)
        return Tuple((Array(dtype, None), values, Array(dtype, None))) if vectors else values
    m, n = dims[-2:]
    short = shorter(m, n)
    values = Array(real_dtype(dtype), (*dims[:-2], short))
    u, vh = (*dims[:-2], m, m if full else short), (*dims[:-2], n if full else short, n)
    return Tuple((Array(dtype, u), values, Array(dtype, vh))) if vectors else values


@adjoint(linalg.svdvals, cost=9000)
def svdvals(a, overwrite_a=False, check_finite=True, *, grad):
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if not plain_matrix(a):
        return cotangent_of_factored(a, False, False, grad, grad)
    u, s, vh = linalg.svd(a, full_matrices=False)
    return columns_by(u, for_singular_values(grad, s)) @ vh


@tangent(linalg.svdvals)
def svdvals_tangent(a, overwrite_a=False, check_finite=True, *, a_dot):
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if not plain_matrix(a):
        return svd_tangents(a, False, a, a_dot)
    u, s, vh = linalg.svd(a, full_matrices=False)
    return changes_of_singular_values(s, u.T @ a_dot @ vh.T)


@kind(linalg.svdvals)
def svdvals_kind(a: Kind, *options: Kind) -> Kind:
    a = numeric(a)
    dims = dims_of(a)
    return Array(real_dtype(floating_of(a)), None if dims is None else (*dims[:-2], shorter(*dims[-2:])))


PIVOTED = "with pivoting of a stack, or in this mode: mode='economic', one matrix at a time"

# --- QR and Cholesky ------------------------------------------------------------------------------------------------


@adjoint(linalg.qr, several=True, cost=2000)
def qr(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True, *, grad, result):
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if pivoting and not (rank(a) == 2 and (mode == "economic" or mode == "full")):
        return refuse(PIVOTED)
    if mode == "r":
        if rank(a) != 2:
            return refuse("of a stack in this mode: mode='economic'")
        r = determined_rows(result[0])
        q = qr_factor(a, r)
        return sized(qr_slope(a, q, r, np.zeros_like(q), determined_rows(grad[0])), a)
    if mode != "economic" and mode != "full":
        return refuse("in this mode: use mode='economic'")
    q, r = result[0], result[1]
    q_grad = np.zeros_like(q) if grad[0] is None else grad[0]
    r_grad = np.zeros_like(r) if grad[1] is None else grad[1]
    if pivoting:
        return sized(pivoted_qr_slope(a, q, r, result[2], q_grad, r_grad), a)
    if mode == "full":
        return sized(complete_qr_slope(a, q, r, q_grad, r_grad), a)
    return sized(qr_slope(a, q, r, q_grad, r_grad), a)


def determined_rows(r):
    """R without the rows of zeros below it."""
    return r[..., : min(r.shape[-2:]), :]


def changes_of_r(a, r, a_dot):
    """How R changes with a; the rows of zeros stay."""
    above = determined_rows(r)
    made = np.zeros_like(r)
    made[..., : above.shape[-2], :] = qr_changes(qr_factor(a, above), above, a_dot)[1]
    return made


def pivoted_qr_slope(a, q, r, order, q_grad, r_grad):
    """The columns in the order that was chosen, which small changes leave as it is."""
    made = np.zeros_like(a)
    made[:, order] = complete_qr_slope(a[:, order], q, r, q_grad, r_grad)
    return made


@tangent(linalg.qr)
def qr_tangent(a, overwrite_a=False, lwork=None, mode="full", pivoting=False, check_finite=True, *, result, a_dot):
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if pivoting and not (rank(a) == 2 and (mode == "economic" or mode == "full")):
        return refuse(PIVOTED)
    if mode == "r":
        if rank(a) != 2:
            return refuse("of a stack in this mode: mode='economic'")
        return (changes_of_r(a, result[0], a_dot),)
    if mode != "economic" and mode != "full":
        return refuse("in this mode: use mode='economic'")
    q, r = result[0], result[1]
    if pivoting:
        moved = a_dot[:, result[2]]
        chosen = a[:, result[2]]
        return complete_qr_changes(chosen, q, r, moved)[0], complete_qr_changes(chosen, q, r, moved)[1], 0
    if mode == "full":
        return complete_qr_changes(a, q, r, a_dot)[0], complete_qr_changes(a, q, r, a_dot)[1]
    return qr_changes(q, r, a_dot)[0], qr_changes(q, r, a_dot)[1]


@kind(linalg.qr)
def qr_kind(a: Kind, overwrite_a: Kind, lwork: Kind, mode: Kind, pivoting: Kind, check_finite: Kind) -> Kind:
    a = numeric(a)
    dtype, dims = floating_of(a), dims_of(a)
    if value_of(pivoting) is True:
        return Tuple((Array(dtype, None), Array(dtype, None), Array("int32", dims if dims is None else dims[-1:])))
    if value_of(mode) == "r":
        return Tuple((Array(dtype, dims),))
    if value_of(mode) not in ("economic", "full") or value_of(pivoting) is not False:
        return UNKNOWN
    if dims is None or value_of(mode) == "full":
        return Tuple((Array(dtype, None),) * 2)
    short = shorter(*dims[-2:])
    return Tuple((Array(dtype, (*dims[:-1], short)), Array(dtype, (*dims[:-2], short, dims[-1]))))


ORDERS_OF_STACK = "of a stack with p_indices=True: P as matrices, `linalg.lu(a)`"

# --- LU -------------------------------------------------------------------------------------------------------------


@adjoint(linalg.lu, several=True, cost=1000)
def lu(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False, *, grad, result):
    """A = P L U. The order of the rows is chosen by size, and small changes leave it as it is. S. Walter (2012),
    "Structured higher-order algorithmic differentiation in the forward and reverse mode", has the square case."""
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if p_indices and not permute_l and rank(a) != 2:
        return refuse(ORDERS_OF_STACK)
    if permute_l:
        p = linalg.lu(a)[0]
        lower, upper = rows_chosen(result[0], p), result[1]
        lower_grad = np.zeros_like(lower) if grad[0] is None else rows_chosen(grad[0], p)
        upper_grad = np.zeros_like(upper) if grad[1] is None else grad[1]
    else:
        p, lower, upper = result
        lower_grad = np.zeros_like(lower) if grad[1] is None else grad[1]
        upper_grad = np.zeros_like(upper) if grad[2] is None else grad[2]
    if plain_matrix(a):
        return sized(rows_returned(lu_slope(lower, upper, lower_grad, upper_grad), p), a)
    return sized(rows_returned(lu_slope_of_each(lower, upper, lower_grad, upper_grad), p), a)


def rows_returned(slope, p):
    """The rows of L @ U in the order of those of a. SciPy's P of an empty matrix has none."""
    if p.size == 0:
        return slope
    return slope[p] if p.ndim == 1 else p @ slope


def rows_chosen(a, p):
    """The rows of a in the order of those of L @ U."""
    if p.size == 0:
        return a
    return a[np.argsort(p)] if p.ndim == 1 else np.swapaxes(p, -1, -2) @ a


def lu_slope(lower, upper, lower_grad, upper_grad):
    """The cotangent of the matrix L @ U. L has the shape (m, k) and U (k, n): what goes beyond k in a is solved with
    the triangle of the other factor."""
    k = upper.shape[0]
    below, beside = lower[k:], upper[:, k:]
    first, second = lower[:k], upper[:, :k]
    of_below = linalg.solve_triangular(second, lower_grad[k:].T).T
    of_beside = linalg.solve_triangular(first, upper_grad[:, k:], lower=True, trans=1, unit_diagonal=True)
    inner = np.tril(first.T @ (lower_grad[:k] - of_beside @ beside.T), -1)
    inner = inner + np.triu((upper_grad[:, :k] - below.T @ of_below) @ second.T)
    half = linalg.solve_triangular(first, inner, lower=True, trans=1, unit_diagonal=True)
    square = linalg.solve_triangular(second, half.T).T
    return np.concatenate(
        [np.concatenate([square, of_beside], axis=1), np.pad(of_below, ((0, 0), (0, beside.shape[1])))]
    )


def lu_slope_of_each(lower, upper, lower_grad, upper_grad):
    """The same of a stack, or of complex matrices."""
    k = upper.shape[-2]
    lower_turned, upper_turned = np.swapaxes(lower, -1, -2), np.swapaxes(upper, -1, -2)
    below_turned = np.swapaxes(lower_grad[..., k:, :], -1, -2)
    of_below = np.swapaxes(np.linalg.solve(upper[..., :k], below_turned), -1, -2)
    of_beside = np.linalg.solve(lower_turned[..., :k], upper_grad[..., k:])
    first = lower_turned[..., :k] @ (lower_grad[..., :k, :] - of_beside @ upper_turned[..., k:, :])
    second = (upper_grad[..., :k] - lower_turned[..., k:] @ of_below) @ upper_turned[..., :k, :]
    half = np.linalg.solve(lower_turned[..., :k], np.tril(first, -1) + np.triu(second))
    square = np.swapaxes(np.linalg.solve(upper[..., :k], np.swapaxes(half, -1, -2)), -1, -2)
    zeros = np.zeros_like(of_below @ upper[..., k:])
    return np.concatenate(
        [np.concatenate([square, of_beside], axis=-1), np.concatenate([of_below, zeros], axis=-1)], axis=-2
    )


@tangent(linalg.lu)
def lu_tangent(a, permute_l=False, overwrite_a=False, check_finite=True, p_indices=False, *, result, a_dot):
    if overwrite_a:
        return refuse(OVERWRITTEN)
    if p_indices and not permute_l and rank(a) != 2:
        return refuse(ORDERS_OF_STACK)
    if permute_l:
        p = linalg.lu(a)[0]
        lower, upper = rows_chosen(result[0], p), result[1]
        if plain_matrix(a):
            lower_dot, upper_dot = lu_changes(lower, upper, rows_chosen(a_dot, p))
        else:
            lower_dot, upper_dot = lu_changes_of_each(lower, upper, rows_chosen(a_dot, p))
        return rows_returned(lower_dot, p), upper_dot
    p, lower, upper = result
    moved = rows_chosen(a_dot, p)
    zero = 0.0 if p_indices is False else 0
    if plain_matrix(a):
        return zero, lu_changes(lower, upper, moved)[0], lu_changes(lower, upper, moved)[1]
    return zero, lu_changes_of_each(lower, upper, moved)[0], lu_changes_of_each(lower, upper, moved)[1]


def lu_changes_of_each(lower, upper, change):
    """How L and U change, of a stack, or of complex matrices."""
    k = upper.shape[-2]
    first, second = lower[..., :k, :], np.swapaxes(upper[..., :k], -1, -2)
    half = np.linalg.solve(first, change[..., :k, :])
    inner = np.swapaxes(np.linalg.solve(second, np.swapaxes(half[..., :k], -1, -2)), -1, -2)
    lower_inner, upper_inner = np.tril(inner, -1), np.triu(inner)
    upper_dot = np.concatenate([upper_inner @ upper[..., :k], half[..., k:] - lower_inner @ upper[..., k:]], axis=-1)
    rest = change[..., k:, :k] - lower[..., k:, :] @ (upper_inner @ upper[..., :k])
    rest = np.swapaxes(np.linalg.solve(second, np.swapaxes(rest, -1, -2)), -1, -2)
    return np.concatenate([first @ lower_inner, rest], axis=-2), upper_dot


def lu_changes(lower, upper, change):
    """How L and U change with the matrix L @ U."""
    k = upper.shape[0]
    first, second = lower[:k], upper[:, :k]
    half = linalg.solve_triangular(first, change[:k], lower=True, unit_diagonal=True)
    inner = linalg.solve_triangular(second, half[:, :k].T, trans=1).T
    lower_inner, upper_inner = np.tril(inner, -1), np.triu(inner)
    upper_dot = np.concatenate([upper_inner @ second, half[:, k:] - lower_inner @ upper[:, k:]], axis=1)
    rest = linalg.solve_triangular(second, (change[k:, :k] - lower[k:] @ (upper_inner @ second)).T, trans=1).T
    return np.concatenate([first @ lower_inner, rest]), upper_dot


@kind(linalg.lu)
def lu_kind(a: Kind, permute_l: Kind, overwrite_a: Kind, check_finite: Kind, p_indices: Kind) -> Kind:
    a = numeric(a)
    dtype, dims = floating_of(a), dims_of(a)
    permuted = value_of(permute_l)
    if permuted is UNSURE or not permuted and value_of(p_indices) is UNSURE:
        return UNKNOWN
    if dims is None or len(dims) < 2:
        return Tuple((Array("", None),) * (2 if permuted else 3))
    stack, m, n = dims[:-2], *dims[-2:]
    short = shorter(m, n)
    if permuted:
        return Tuple((Array(dtype, (*stack, m, short)), Array(dtype, (*stack, short, n))))
    p = Array(real_dtype(dtype), (*stack, m, m)) if value_of(p_indices) is False else Array("int32", (*stack, m))
    return Tuple((p, Array(dtype, (*stack, m, short)), Array(dtype, (*stack, short, n))))


# --- norms, pseudo-inverses -----------------------------------------------------------------------------------------


@adjoint(linalg.norm, spreads=True, cost=5)
def norm(a, ord=None, axis=None, keepdims=False, check_finite=True, *, grad, result):
    return norm_back(a, ord, axis, keepdims, grad, result)


@tangent(linalg.norm)
def norm_tangent(a, ord=None, axis=None, keepdims=False, check_finite=True, *, result, a_dot):
    return norm_along(a, ord, axis, keepdims, result, a_dot)


@kind(linalg.norm)
def norm_of_array_kind(a: Kind, ord: Kind, axis: Kind, keepdims: Kind, check_finite: Kind) -> Kind:
    dims, which = dims_of(numeric(a)), value_of(ord)
    if dims is not None and len(dims) > 1:
        return norm_kind(a, ord, axis, keepdims)
    if dims is None or which is UNSURE or value_of(axis) is UNSURE or value_of(keepdims) is UNSURE:
        return UNKNOWN
    if which in (None, 2) and value_of(axis) is None and value_of(keepdims) is False:
        return Scalar("float")  # BLAS gives a Python number
    return norm_kind(a, ord, axis, keepdims)


@adjoint(linalg.pinv, cost=3000)
def pseudo_inverse(a, *, atol=None, rtol=None, return_rank=False, check_finite=True, grad, result):
    """The derivative among matrices of the same rank: G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973), 413."""
    if return_rank:
        return refuse("with return_rank: np.linalg.matrix_rank, beside it")
    if not plain_matrix(a):
        return pseudo_inverse_slope(a, result, grad)
    left = grad.T @ result @ result.T
    right = result.T @ result @ grad.T
    return left - a @ (result @ left) + right - (right @ result) @ a - result.T @ grad @ result.T


@tangent(linalg.pinv)
def pseudo_inverse_tangent(a, *, atol=None, rtol=None, return_rank=False, check_finite=True, result, a_dot):
    if return_rank:
        return refuse("with return_rank: np.linalg.matrix_rank, beside it")
    if not plain_matrix(a):
        return pseudo_inverse_change(a, result, a_dot)
    left = result @ result.T @ a_dot.T
    right = a_dot.T @ result.T @ result
    return left - (left @ a) @ result + right - result @ (a @ right) - result @ a_dot @ result


@kind(linalg.pinv)
def pseudo_inverse_kind(a: Kind, *, return_rank: Kind, **options: Kind) -> Kind:
    dims = dims_of(a)
    if value_of(return_rank) is not False:
        return UNKNOWN
    return Array(floating_of(numeric(a)), None if dims is None else (*dims[:-2], dims[-1], dims[-2]))
