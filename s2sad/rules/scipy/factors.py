"""Systems of equations by a factor of their matrix, as functions of the matrix itself.

What `lu_factor` and `cho_factor` return is used by `lu_solve` and `cho_solve` alone, so the gradient goes past it: with
x = A^-1 b and w = A^-T grad, that of b is w and that of A is -w x^T (M. B. Giles, "Collected matrix derivative results
for forward and reverse mode algorithmic differentiation", 2008, section 2.3.1). `cho_factor` reads one triangle of A,
so what belongs to the other one is added to this. Neither looks into the factor. `cho_solve` with a triangle that
`cholesky` gives is a function of that triangle.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import Array, Kind
from s2sad.rules.linalg import lower_half, solve_kind, turned, turned_conjugate, whole_of_half
from s2sad.rules.linalg_decompositions import upper_half
from s2sad.rules.registry import inline, rank, unbroadcast, unlisted
from s2sad.rules.results import dims_of
from s2sad.rules.scipy.linalg_systems import back_by_cholesky, back_by_lu
from s2sad.rules.tensors import conjugated


@inline
def products(w, x, vectors):
    """w x^T, of vectors, of the columns of matrices, or of a stack of either."""
    return np.outer(w, x) if vectors else w @ turned(x)


def lu_solution(factor, a, b, trans=0, *, result, grad):
    """lu_solve(factor, b, trans), where factor = lu_factor(a)."""
    if rank(b) == 1 and rank(a) > 2:
        w, x = back_by_lu(factor, grad[..., None], trans, result), result[..., None]
        return None, lu_slope_of_matrix(w, x, trans, False), unbroadcast(w[..., 0]), None
    w = back_by_lu(factor, grad, trans, result)
    slope = lu_slope_of_matrix(w, result, trans, rank(b) == 1)
    if rank(a) == 2 and rank(b) < 3:
        return None, slope, w, None
    return None, unbroadcast(slope), unbroadcast(w), None


@inline
def lu_slope_of_matrix(w, x, trans, vectors):
    if trans == 0:
        return -products(w, x, vectors)
    return -products(x, w, vectors) if trans == 1 else -conjugated(products(x, w, vectors))


def lu_solution_tangent(factor, a, b, trans=0, *, result, a_dot, b_dot):
    changes = a_dot if trans == 0 else turned(a_dot) if trans == 1 else turned_conjugate(a_dot)
    if rank(b) == 1 and rank(a) > 2:
        change = b_dot[..., None] - changes @ result[..., None]
        return linalg.lu_solve(factor, change, trans=trans)[..., 0]
    return linalg.lu_solve(factor, b_dot - changes @ result, trans=trans)


@inline
def one_triangle(slope, a, lower):
    """What belongs to a matrix of which one triangle is read: what stands in the other one is added to it."""
    return lower_half(slope, a) if lower else upper_half(slope, a)


@inline
def both_triangles(a_dot, lower):
    """The symmetric or Hermitian matrix of which one triangle is given."""
    return whole_of_half(a_dot, "L" if lower else "U")


def cholesky_solution(factor, a, b, lower=False, *, result, grad):
    """cho_solve(factor, b), where factor = cho_factor(a, lower)."""
    if rank(b) == 1 and rank(a) > 2:
        w = back_by_cholesky(factor, grad[..., None], result)
        return None, one_triangle(-(w * result[..., None, :]), a, lower), unbroadcast(w[..., 0]), None
    w = back_by_cholesky(factor, grad, result)
    slope = one_triangle(-products(w, result, rank(b) == 1), a, lower)
    if rank(a) == 2 and rank(b) < 3:
        return None, slope, w, None
    return None, unbroadcast(slope), unbroadcast(w), None


def cholesky_solution_tangent(factor, a, b, lower=False, *, result, a_dot, b_dot):
    whole = both_triangles(a_dot, lower)
    if rank(b) == 1 and rank(a) > 2:
        return linalg.cho_solve(factor, b_dot[..., None] - whole @ result[..., None])[..., 0]
    return linalg.cho_solve(factor, b_dot - whole @ result)


def triangle_solution(c, lower, b, *, result, grad):
    """cho_solve((c, lower), b): with A = L L^H, that of A goes on to L as (A_grad + A_grad^H) L (Giles, as above)."""
    if rank(b) == 1 and rank(c) > 2:
        w = back_by_cholesky((c, lower), grad[..., None], result)
        product, b_grad = w * result[..., None, :], w[..., 0]
    else:
        b_grad = back_by_cholesky((c, lower), grad, result)
        product = products(b_grad, result, rank(b) == 1)
    both = product + turned_conjugate(product)
    made = np.tril(both @ np.tril(conjugated(c))) if lower else np.triu(np.triu(conjugated(c)) @ both)
    if rank(c) == 2 and rank(b) < 3:
        return -made, None, b_grad
    return unbroadcast(-made), None, unbroadcast(b_grad)


def triangle_solution_tangent(c, lower, b, *, result, c_dot, b_dot):
    if lower:
        half = np.tril(c_dot) @ turned_conjugate(np.tril(c))
    else:
        half = turned_conjugate(np.triu(c)) @ np.triu(c_dot)
    if rank(b) == 1 and rank(c) > 2:
        change = b_dot[..., None] - (half + turned_conjugate(half)) @ result[..., None]
        return linalg.cho_solve((c, lower), change)[..., 0]
    return linalg.cho_solve((c, lower), b_dot - (half + turned_conjugate(half)) @ result)


def triangle_kind(c: Kind, lower: Kind, b: Kind) -> Kind:
    return solution_kind(c, c, b)


def solution_kind(factor: Kind, a: Kind, b: Kind, *options: Kind) -> Kind:
    dtypes = {getattr(a, "dtype", ""), getattr(b, "dtype", "")}
    wide = dtypes <= {"float64", "complex128"}  # of narrow ones, what LAPACK has
    made = "" if not wide else "complex128" if "complex128" in dtypes else "float64"
    return Array(made, dims_of(solve_kind(a, b)))


# Not in the table of rules: no function of the user's means these. `infer_factors.py` puts them in their place.
LU = unlisted(lu_solution, lu_solution_tangent, solution_kind, ("a", "b"), cost=300)
CHOLESKY = unlisted(cholesky_solution, cholesky_solution_tangent, solution_kind, ("a", "b"), cost=300)
TRIANGLE = unlisted(triangle_solution, triangle_solution_tangent, triangle_kind, ("c", "b"), cost=300)
