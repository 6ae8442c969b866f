"""scipy.linalg: eigenvalues of symmetric matrices, also generalized ones, and a part of them.

For a v = w b v, with v.T b v = 1, the values change with v.T (da - w db) v; the formulas of numpy.linalg's `eigh` (see
`rules/linalg_eigen.py`) are those for b = 1. (M. B. Giles, An extended collection of matrix derivative results, 2008,
3.1; R. L. Fox and M. P. Kapoor, AIAA Journal 6 (1968), 2426, for b.)
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import UNKNOWN, Array, Kind, Tuple
from s2sad.rules.linalg import floating_of, real_dtype, turned_conjugate, whole_of_half
from s2sad.rules.linalg_decompositions import changes_of_eigenvalues, columns_by, for_eigenvalues, gaps
from s2sad.rules.linalg_eigen import changes_of_hermitian, slope_of_hermitian
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent
from s2sad.rules.results import dims_of, numeric, result_dtype, unknown_dim, value_of
from s2sad.rules.scipy.linalg import in_triangle, whole_of_triangle

OTHER = "of a stack or complex matrices with b, or of a part of their values: a call for all values of each real matrix"
OVERWRITTEN = "of an overwritten matrix: the call without it"
OTHER_TYPE = "with another type than 1: type=1, of matrices that are multiplied before"


@inline
def real_matrices(a, b):
    if b is None:
        return rank(a) == 2 and not np.iscomplexobj(a)
    return rank(a) == 2 and rank(b) == 2 and not np.iscomplexobj(a) and not np.iscomplexobj(b)


@inline
def rebuilt(vectors, numbers):
    """The sum of number * vector vector.T."""
    return columns_by(vectors, numbers) @ vectors.T


@inline
def changes_of_values(values, vectors, half, a_dot):
    return changes_of_eigenvalues(values, turned_conjugate(vectors) @ whole_of_half(a_dot, half) @ vectors)


@inline
def all_of(subset_by_index, subset_by_value):
    return subset_by_index is None and subset_by_value is None


@adjoint(linalg.eigh, several=True, cost=5000, wrt=["a", "b"])
def eigh(a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
         subset_by_index=None, subset_by_value=None, driver=None, grad, result):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if not real_matrices(a, b):
        if b is not None or not all_of(subset_by_index, subset_by_value):
            return refuse(OTHER)
        half = "L" if lower else "U"
        if eigvals_only:
            values, vectors = linalg.eigh(a, lower=lower)
            return slope_of_hermitian(a, half, values, vectors, grad, None), 0.0
        return slope_of_hermitian(a, half, result[0], result[1], grad[0], grad[1]), 0.0
    if b is not None and type != 1:
        return refuse(OTHER_TYPE)
    if eigvals_only:
        of_a, of_b = slopes_of_values(a, b, lower, subset_by_index, subset_by_value, grad)
        return of_a, of_b
    values, vectors = result
    values_grad, vectors_grad = grad
    if vectors_grad is None:
        numbers = for_eigenvalues(values_grad, values)
        of_b = 0.0 if b is None else in_triangle(-rebuilt(vectors, numbers * values), lower)
        return in_triangle(rebuilt(vectors, numbers), lower), of_b
    if not all_of(subset_by_index, subset_by_value):
        whole = linalg.eigh(a, lower=lower) if b is None else linalg.eigh(a, b, lower=lower)
        made = part_slopes(values, vectors, whole[0], whole[1], values_grad, vectors_grad)
        return in_triangle(made[0], lower), 0.0 if b is None else in_triangle(made[1], lower)
    turning = vectors.T @ vectors_grad
    slope = turning / gaps(values)
    inner = slope if values_grad is None else slope + np.diag(values_grad)
    if b is None:
        return in_triangle(vectors @ inner @ vectors.T, lower), 0.0
    stretch = columns_by(inner, values) + np.diag(0.5 * np.diagonal(turning))
    return in_triangle(vectors @ inner @ vectors.T, lower), in_triangle(-vectors @ stretch @ vectors.T, lower)


def part_of_gaps(values, all_values):
    """values[i] - all_values[j], infinite where they are the same one; an error where two others are equal."""
    first = int(np.argmin(np.abs(all_values - values[0]))) if values.size else 0
    chosen = first + np.arange(values.size)
    differences = all_values[chosen] - all_values[:, None]
    same = np.arange(all_values.size)[:, None] == chosen
    if np.any((differences == 0) & ~same):
        raise np.linalg.LinAlgError("where eigenvalues or singular values are equal, the vectors have no derivative")
    return np.where(same, np.inf, differences)


def part_slopes(values, vectors, all_values, all_vectors, values_grad, vectors_grad):
    """What belongs to a and to b, where only some of the values and vectors are given: these turn to all others."""
    turning = all_vectors @ ((all_vectors.T @ vectors_grad) / part_of_gaps(values, all_values))
    numbers = np.zeros_like(values) if values_grad is None else values_grad
    stretch = numbers * values + 0.5 * np.sum(vectors * vectors_grad, axis=0)
    return (turning + vectors * numbers) @ vectors.T, -(turning * values + vectors * stretch) @ vectors.T


def part_changes(values, vectors, all_values, all_vectors, change_dot, stretch_dot):
    """How some of the values and vectors change; change_dot, stretch_dot: of a - value * b and of b, times the vectors.
    Their signs may differ from those among all vectors."""
    turning = (all_vectors.T @ change_dot) / part_of_gaps(values, all_values)
    lengths = 0.5 * np.sum(vectors * stretch_dot, axis=0)
    return np.sum(vectors * change_dot, axis=0), all_vectors @ turning - vectors * lengths


@inline
def pairs_of(a, b, lower, subset_by_index, subset_by_value):
    """Values and vectors, where the call gave the values alone: of a part by index in a form that has a derivative."""
    if subset_by_value is not None:
        return linalg.eigh(a, b, lower=lower, subset_by_value=subset_by_value)
    values, vectors = linalg.eigh(a, lower=lower) if b is None else linalg.eigh(a, b, lower=lower)
    if subset_by_index is None:
        return values, vectors
    part = slice(subset_by_index[0], subset_by_index[1] + 1)
    return values[part], vectors[:, part]


@inline
def slopes_of_values(a, b, lower, subset_by_index, subset_by_value, grad):
    values, vectors = pairs_of(a, b, lower, subset_by_index, subset_by_value)
    numbers = for_eigenvalues(grad, values)
    if b is None:
        return in_triangle(rebuilt(vectors, numbers), lower), 0.0
    return in_triangle(rebuilt(vectors, numbers), lower), in_triangle(-rebuilt(vectors, numbers * values), lower)


@tangent(linalg.eigh)
def eigh_tangent(a, b=None, *, lower=True, eigvals_only=False, overwrite_a=False, overwrite_b=False, type=1,
                 check_finite=True, subset_by_index=None, subset_by_value=None, driver=None, result,
                 a_dot, b_dot):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if not real_matrices(a, b):
        if b is not None or not all_of(subset_by_index, subset_by_value):
            return refuse(OTHER)
        half = "L" if lower else "U"
        if eigvals_only:
            values, vectors = linalg.eigh(a, lower=lower)
            return changes_of_values(values, vectors, half, a_dot)
        return changes_of_hermitian(a, half, result[0], result[1], a_dot)
    if b is not None and type != 1:
        return refuse(OTHER_TYPE)
    if eigvals_only:
        return changes_of_pairs(a, b, lower, subset_by_index, subset_by_value, a_dot, b_dot)
    values, vectors = result
    if not all_of(subset_by_index, subset_by_value):
        whole = linalg.eigh(a, lower=lower) if b is None else linalg.eigh(a, b, lower=lower)
        change = whole_of_triangle(a_dot, lower) @ vectors
        if b is None:
            made = part_changes(values, vectors, whole[0], whole[1], change, np.zeros_like(vectors))
            return made[0], made[1]
        stretch = whole_of_triangle(b_dot, lower) @ vectors
        made = part_changes(values, vectors, whole[0], whole[1], change - stretch * values, stretch)
        return made[0], made[1]
    if b is None:
        inner = vectors.T @ whole_of_triangle(a_dot, lower) @ vectors
        return changes_of_eigenvalues(values, inner), vectors @ (inner / gaps(values))
    stretch = inner_change(vectors, b_dot, lower)
    inner = inner_change(vectors, a_dot, lower) - columns_by(stretch, values)
    return changes_of_eigenvalues(values, inner), vectors @ (inner / gaps(values) - np.diag(0.5 * np.diagonal(stretch)))


def inner_change(vectors, matrix_dot, lower):
    """The change of a symmetric matrix, of which one triangle is read, between the vectors."""
    half = np.tril(matrix_dot, -1) if lower else np.triu(matrix_dot, 1)
    return vectors.T @ (half + half.T + np.diag(np.diagonal(matrix_dot))) @ vectors


@inline
def changes_of_pairs(a, b, lower, subset_by_index, subset_by_value, a_dot, b_dot):
    values, vectors = pairs_of(a, b, lower, subset_by_index, subset_by_value)
    if b is None:
        return changes_of_eigenvalues(values, vectors.T @ whole_of_triangle(a_dot, lower) @ vectors)
    stretch = columns_by(inner_change(vectors, b_dot, lower), values)
    return changes_of_eigenvalues(values, inner_change(vectors, a_dot, lower) - stretch)


@kind(inner_change)
def inner_kind(vectors: Kind, *others: Kind) -> Kind:
    dims = dims_of(vectors)
    return Array(getattr(vectors, "dtype", ""), None if dims is None else (dims[-1], dims[-1]))


@kind(linalg.eigh)
def eigh_kind(
    a: Kind,
    b: Kind,
    *,
    eigvals_only: Kind,
    subset_by_index: Kind,
    subset_by_value: Kind,
    **options: Kind,
) -> Kind:
    values = values_kind(a, b, subset_by_index, subset_by_value)
    dims, alone = values.dims, value_of(eigvals_only)
    square = dims_of(numeric(a))
    vectors = Array(floating_of(of_both(a, b)), None if dims is None or square is None else (*square[:-1], dims[-1]))
    return values if alone is True else Tuple((values, vectors)) if alone is False else UNKNOWN


def values_kind(a: Kind, b: Kind, *subsets: Kind) -> Array:
    dims = dims_of(numeric(a))
    if dims is not None:
        dims = dims[:-1] if all(value_of(each) is None for each in subsets) else (*dims[:-2], unknown_dim())
    return Array(real_dtype(floating_of(of_both(a, b))), dims)


def of_both(a: Kind, b: Kind) -> Kind:
    return numeric(a) if value_of(b) is None else Array(result_dtype(np.add, numeric(a), numeric(b)))


@adjoint(linalg.eigvalsh, cost=3000, wrt=["a", "b"])
def eigvalsh(a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
             subset_by_index=None, subset_by_value=None, driver=None, grad):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if not real_matrices(a, b):
        if b is not None or not all_of(subset_by_index, subset_by_value):
            return refuse(OTHER)
        values, vectors = linalg.eigh(a, lower=lower)
        return slope_of_hermitian(a, "L" if lower else "U", values, vectors, grad, None), 0.0
    if b is not None and type != 1:
        return refuse(OTHER_TYPE)
    of_a, of_b = slopes_of_values(a, b, lower, subset_by_index, subset_by_value, grad)
    return of_a, of_b


@tangent(linalg.eigvalsh)
def eigvalsh_tangent(a, b=None, *, lower=True, overwrite_a=False, overwrite_b=False, type=1, check_finite=True,
                     subset_by_index=None, subset_by_value=None, driver=None, a_dot, b_dot):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if not real_matrices(a, b):
        if b is not None or not all_of(subset_by_index, subset_by_value):
            return refuse(OTHER)
        values, vectors = linalg.eigh(a, lower=lower)
        return changes_of_values(values, vectors, "L" if lower else "U", a_dot)
    if b is not None and type != 1:
        return refuse(OTHER_TYPE)
    return changes_of_pairs(a, b, lower, subset_by_index, subset_by_value, a_dot, b_dot)


@kind(linalg.eigvalsh)
def eigvalsh_kind(a: Kind, b: Kind, *, subset_by_index: Kind, subset_by_value: Kind, **options: Kind) -> Kind:
    return values_kind(a, b, subset_by_index, subset_by_value)
