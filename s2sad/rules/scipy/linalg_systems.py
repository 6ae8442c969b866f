"""scipy.linalg: systems of banded matrices, with a factor at hand, and more matrices of a pattern."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import UNKNOWN, Array, Kind, Record, Tuple
from s2sad.rules.linalg import solve_kind
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import combined, dims_of, floating, numeric, result_dtype
from s2sad.rules.scipy.linalg import toeplitz_kind
from s2sad.rules.tensors import conjugated

# --- banded matrices ------------------------------------------------------------------------------------------------


OTHER_BANDS = "of a stack, or overwritten matrices: a call for each matrix, `np.stack([...])`"


@adjoint(linalg.solve_banded, cost=300)
def solution_of_banded(l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True, *, grad, result):
    """A's element i, j is ab[u + i - j, j]. The transposed system gives b's gradient."""
    if rank(ab) != 2 or rank(b) > 2 or overwrite_ab or overwrite_b:
        return refuse(OTHER_BANDS)
    b_grad = linalg.solve_banded((l_and_u[1], l_and_u[0]), transposed_bands(l_and_u, ab), grad)
    return None, -products_in_bands(l_and_u, b_grad, result), b_grad


@tangent(linalg.solve_banded)
def solution_of_banded_tangent(
    l_and_u, ab, b, overwrite_ab=False, overwrite_b=False, check_finite=True, *, result, ab_dot, b_dot
):
    if rank(ab) != 2 or rank(b) > 2 or overwrite_ab or overwrite_b:
        return refuse(OTHER_BANDS)
    return linalg.solve_banded(l_and_u, ab, b_dot - bands_times(l_and_u, ab_dot, result))


def transposed_bands(l_and_u, ab):
    """The bands of the transposed matrix: diagonal k becomes diagonal -k, as far along the columns."""
    below, n = l_and_u[0], ab.shape[1]
    made = np.zeros_like(ab)
    for row in range(len(ab)):
        k = row - below
        made[row, max(0, -k) : n - max(0, k)] = ab[len(ab) - 1 - row, max(0, k) : n - max(0, -k)]
    return made


def products_in_bands(l_and_u, left, right):
    """The bands of left @ right.T, of vectors of their outer product."""
    below, above, n = l_and_u[0], l_and_u[1], len(right)
    left, right = np.reshape(left, (n, -1)), np.reshape(right, (n, -1))
    made = np.zeros((below + above + 1, n), dtype=left.dtype)
    for row in range(below + above + 1):
        k = row - above
        first, last = max(0, -k), n - max(0, k)
        made[row, first:last] = np.sum(left[first + k : last + k] * right[first:last], axis=1)
    return made


def bands_times(l_and_u, ab_dot, x):
    """The product of a banded matrix with a vector, or with the columns of a matrix."""
    above, n = l_and_u[1], len(x)
    columns = np.reshape(x, (n, -1))
    made = np.zeros_like(columns)
    for row in range(len(ab_dot)):
        k = row - above
        first, last = max(0, -k), n - max(0, k)
        made[first + k : last + k] += ab_dot[row, first:last, None] * columns[first:last]
    return np.reshape(made, np.shape(x))


@kind(linalg.solve_banded)
def solution_of_banded_kind(l_and_u: Kind, ab: Kind, b: Kind, *options: Kind) -> Kind:
    ab, b = numeric(ab), numeric(b)
    return Array(floating(result_dtype(np.matmul, ab, b)), dims_of(b))


@adjoint(linalg.solveh_banded, cost=300)
def solution_of_symmetric_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True, *,
                                 grad, result):  # fmt: skip
    """Its bands are one half of a symmetric (Hermitian) matrix: what belongs to the other half is added to them."""
    if rank(ab) != 2 or rank(b) > 2 or overwrite_ab or overwrite_b:
        return refuse(OTHER_BANDS)
    b_grad = conjugated(linalg.solveh_banded(ab, conjugated(grad), lower=lower))
    return -products_in_half_bands(len(ab) - 1, b_grad, result, lower), b_grad


@tangent(linalg.solveh_banded)
def solution_of_symmetric_banded_tangent(
    ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True, *, result, ab_dot, b_dot
):
    if rank(ab) != 2 or rank(b) > 2 or overwrite_ab or overwrite_b:
        return refuse(OTHER_BANDS)
    return linalg.solveh_banded(ab, b_dot - half_bands_times(ab_dot, result, lower), lower=lower)


def products_in_half_bands(count, left, right, lower):
    """The bands of one half of left @ right.T + its conjugate transpose, of which the diagonal counts once."""
    sides = (count, 0) if lower else (0, count)
    made = products_in_bands(sides, left, right) + np.conj(products_in_bands(sides, right, left))
    made[0 if lower else count] *= 0.5
    return made


def half_bands_times(ab_dot, x, lower):
    """The product of a symmetric (Hermitian) matrix, of which one half of the bands is given."""
    count = len(ab_dot) - 1
    sides = (count, 0) if lower else (0, count)
    half = np.array(ab_dot)
    half[0 if lower else count] = 0.5 * np.real(half[0 if lower else count])
    turned = np.conj(transposed_bands(sides, half))
    return bands_times(sides, half, x) + bands_times((sides[1], sides[0]), turned, x)


@kind(linalg.solveh_banded)
def solution_of_symmetric_banded_kind(ab: Kind, b: Kind, *options: Kind) -> Kind:
    return solution_of_banded_kind(ab, ab, b)


# --- with a factor at hand ------------------------------------------------------------------------------------------


OVERWRITTEN_SIDE = "of an array that is overwritten: the call without overwrite_b"


@adjoint(linalg.cho_solve, cost=300)
def solution_by_cholesky(c_and_lower, b, overwrite_b=False, check_finite=True, *, grad, result):
    """In b. In the factor, linalg.solve(a, b, assume_a="pos") has a gradient."""
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    if rank(b) == 1 and rank(grad) > 1:
        return None, unbroadcast(back_by_cholesky(c_and_lower, grad[..., None], result)[..., 0])
    return None, unbroadcast(back_by_cholesky(c_and_lower, grad, result))


@inline
def back_by_cholesky(factor, grad, result):
    """The solution of the system with the transposed matrix, which is the conjugate one."""
    if np.iscomplexobj(result):
        return np.conj(linalg.cho_solve(factor, np.conj(grad)))
    return linalg.cho_solve(factor, grad)


@tangent(linalg.cho_solve)
def solution_by_cholesky_tangent(c_and_lower, b, overwrite_b=False, check_finite=True, *, b_dot):
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    return linalg.cho_solve(c_and_lower, b_dot)


@adjoint(linalg.cho_solve_banded, cost=300)
def solution_by_banded_cholesky(cb_and_lower, b, overwrite_b=False, check_finite=True, *, grad, result):
    """In b. In the matrix, linalg.solveh_banded(ab, b) has a gradient."""
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    if rank(b) > 2:
        return refuse("of a stack of matrices: a call for each, `np.stack([...])`")
    if np.iscomplexobj(result):
        return None, np.conj(linalg.cho_solve_banded(cb_and_lower, np.conj(grad)))
    return None, linalg.cho_solve_banded(cb_and_lower, grad)


@tangent(linalg.cho_solve_banded)
def solution_by_banded_cholesky_tangent(cb_and_lower, b, overwrite_b=False, check_finite=True, *, b_dot):
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    if rank(b) > 2:
        return refuse("of a stack of matrices: a call for each, `np.stack([...])`")
    return linalg.cho_solve_banded(cb_and_lower, b_dot)


@adjoint(linalg.lu_solve, cost=300)
def solution_by_lu(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True, *, grad, result):
    """In b. In the matrix, linalg.solve(a, b) has a gradient."""
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    if rank(b) == 1 and rank(grad) > 1:
        return None, unbroadcast(back_by_lu(lu_and_piv, grad[..., None], trans, result)[..., 0])
    return None, unbroadcast(back_by_lu(lu_and_piv, grad, trans, result))


@inline
def back_by_lu(lu_and_piv, grad, trans, result):
    """The solution of the system whose matrix is the transposed one."""
    if trans == 2 and np.iscomplexobj(result):
        return np.conj(linalg.lu_solve(lu_and_piv, np.conj(grad)))
    if trans == 2:
        return linalg.lu_solve(lu_and_piv, grad)
    return linalg.lu_solve(lu_and_piv, grad, trans=1 - trans)


@tangent(linalg.lu_solve)
def solution_by_lu_tangent(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True, *, b_dot):
    if overwrite_b:
        return refuse(OVERWRITTEN_SIDE)
    return linalg.lu_solve(lu_and_piv, b_dot, trans=trans)


@kind(linalg.cho_solve_banded)
def by_banded_factor_kind(factor: Kind, b: Kind, *options: Kind) -> Kind:
    return solution_of_banded_kind(factor, factor.items[0] if isinstance(factor, Tuple) else UNKNOWN, b)


@kind(linalg.cho_solve, linalg.lu_solve)
def by_factor_kind(factor: Kind, b: Kind, *options: Kind) -> Kind:
    matrix = factor.items[0] if isinstance(factor, Tuple) else UNKNOWN
    if isinstance(factor, Record):  # SciPy gives the factors of a stack in a list
        matrix = dict(factor.fields).get(0, UNKNOWN)
    return solve_kind(matrix, b)


# --- matrices of a pattern ------------------------------------------------------------------------------------------


@adjoint(linalg.circulant, linear=True)
def circulant(c, *, grad):
    if rank(c) != 1:
        return refuse("of more than one row: np.stack of a call for each")
    return sums_around(grad)


def sums_around(a):
    """The sums of the elements whose row less column is k, counted around."""
    n = len(a)
    return np.array([np.trace(a, -k) + np.trace(a, n - k) for k in range(n)])


@kind(sums_around)
def sums_around_kind(a: Kind) -> Kind:
    dims = dims_of(a)
    return Array(getattr(a, "dtype", ""), None if dims is None else dims[:1])


@kind(linalg.circulant)
def circulant_kind(c: Kind) -> Kind:
    c = numeric(c)
    dims = dims_of(c)
    return Array(getattr(c, "dtype", ""), (*dims, dims[-1]) if dims else None)


@adjoint(linalg.hankel, linear=True)
def hankel(c, r=None, *, grad):
    """The first item of r is not used."""
    if rank(c) != 1:
        return refuse("of more than one row: np.stack of a call for each")
    if r is None:
        return sums_of_antidiagonals(grad, 0, len(c)), 0.0
    rest = sums_of_antidiagonals(grad, len(c) - 1, len(r))
    return sums_of_antidiagonals(grad, 0, len(c)), rest * (np.arange(len(r)) > 0)


def sums_of_antidiagonals(a, first, count):
    """The sums of the elements whose row plus column is first, first + 1, ..."""
    turned = a[:, ::-1]
    return np.array([np.trace(turned, a.shape[1] - 1 - k) for k in range(first, first + count)])


kind(sums_of_antidiagonals)(lambda a, first, count: Array(getattr(a, "dtype", ""), None))
kind(linalg.hankel)(toeplitz_kind)


@adjoint(linalg.khatri_rao, linear="each")
def columns_of_kronecker(a, b, *, grad):
    if np.iscomplexobj(a) or np.iscomplexobj(b) or rank(a) != 2 or rank(b) != 2:
        return refuse("of stacks or complex matrices")
    parts = np.reshape(grad, (a.shape[0], b.shape[0], a.shape[1]))
    return np.sum(parts * b, axis=1), np.sum(parts * a[:, None], axis=0)


@kind(linalg.khatri_rao)
def khatri_rao_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    m, n = dims_of(a), dims_of(b)
    dtype = result_dtype(np.multiply, a, b)
    if m is None or n is None or len(m) != 2 or len(n) != 2:
        return Array(dtype, None)
    return Array(dtype, (combined("*", m[0], n[0]), m[1]))
