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
from s2sad.rules.linalg import solve_kind, turned
from s2sad.rules.registry import inline, rank, unbroadcast, unlisted
from s2sad.rules.results import dims_of


@inline
def products(w, x):
    """w x^T, of vectors, of the columns of matrices, or of a stack of either."""
    if rank(w) == 1:
        return np.outer(w, x)
    return w @ turned(x)


def lu_solution(factor, a, b, trans=0, *, result, grad):
    """lu_solve(factor, b, trans), where factor = lu_factor(a)."""
    if rank(b) == 1 and rank(a) > 2:
        w = linalg.lu_solve(factor, grad[..., None], trans=1 - trans)
        product = -(w * result[..., None, :])
        return None, product if trans == 0 else turned(product), unbroadcast(w[..., 0]), None
    w = linalg.lu_solve(factor, grad, trans=1 - trans)
    return None, unbroadcast(-(products(w, result) if trans == 0 else products(result, w))), unbroadcast(w), None


def lu_solution_tangent(factor, a, b, trans=0, *, result, a_dot, b_dot):
    changes = a_dot if trans == 0 else turned(a_dot)
    if rank(b) == 1 and rank(a) > 2:
        change = b_dot[..., None] - changes @ result[..., None]
        return linalg.lu_solve(factor, change, trans=trans)[..., 0]
    return linalg.lu_solve(factor, b_dot - changes @ result, trans=trans)


def one_triangle(a, lower):
    """A matrix, with what stands in one triangle of it added to the other, which is all that is left."""
    other = np.swapaxes(a, -1, -2)
    return np.tril(a) + np.tril(other, -1) if lower else np.triu(a) + np.triu(other, 1)


def both_triangles(a, lower):
    """The symmetric matrix of which one triangle is given."""
    other = np.swapaxes(a, -1, -2)
    return np.tril(a) + np.triu(other, 1) if lower else np.triu(a) + np.tril(other, -1)


def cholesky_solution(factor, a, b, lower=False, *, result, grad):
    """cho_solve(factor, b), where factor = cho_factor(a, lower)."""
    if rank(b) == 1 and rank(a) > 2:
        w = linalg.cho_solve(factor, grad[..., None])
        return None, -one_triangle(w * result[..., None, :], lower), unbroadcast(w[..., 0]), None
    w = linalg.cho_solve(factor, grad)
    return None, unbroadcast(-one_triangle(products(w, result), lower)), unbroadcast(w), None


def cholesky_solution_tangent(factor, a, b, lower=False, *, result, a_dot, b_dot):
    whole = both_triangles(a_dot, lower)
    if rank(b) == 1 and rank(a) > 2:
        return linalg.cho_solve(factor, b_dot[..., None] - whole @ result[..., None])[..., 0]
    return linalg.cho_solve(factor, b_dot - whole @ result)


def triangle_solution(c, lower, b, *, result, grad):
    """cho_solve((c, lower), b): with A = L L^T, that of A goes on to L as (A_grad + A_grad^T) L (Giles, as above)."""
    if rank(b) == 1 and rank(c) > 2:
        w = linalg.cho_solve((c, lower), grad[..., None])
        product, b_grad = w * result[..., None, :], w[..., 0]
    else:
        b_grad = linalg.cho_solve((c, lower), grad)
        product = products(b_grad, result)
    both = product + turned(product)
    made = np.tril(both @ np.tril(c)) if lower else np.triu(np.triu(c) @ both)
    return unbroadcast(-made), None, unbroadcast(b_grad)


def triangle_solution_tangent(c, lower, b, *, result, c_dot, b_dot):
    half = np.tril(c_dot) @ turned(np.tril(c)) if lower else turned(np.triu(c)) @ np.triu(c_dot)
    if rank(b) == 1 and rank(c) > 2:
        change = b_dot[..., None] - (half + turned(half)) @ result[..., None]
        return linalg.cho_solve((c, lower), change)[..., 0]
    return linalg.cho_solve((c, lower), b_dot - (half + turned(half)) @ result)


def triangle_kind(c: Kind, lower: Kind, b: Kind) -> Kind:
    return solution_kind(c, c, b)


def solution_kind(factor: Kind, a: Kind, b: Kind, *options: Kind) -> Kind:
    found = {getattr(a, "dtype", ""), getattr(b, "dtype", "")}
    return Array("float64" if found == {"float64"} else "", dims_of(solve_kind(a, b)))


# Not in the table of rules: no function of the user's means these. `infer_factors.py` puts them in their place.
LU = unlisted(lu_solution, lu_solution_tangent, solution_kind, ("a", "b"), cost=300)
CHOLESKY = unlisted(cholesky_solution, cholesky_solution_tangent, solution_kind, ("a", "b"), cost=300)
TRIANGLE = unlisted(triangle_solution, triangle_solution_tangent, triangle_kind, ("c", "b"), cost=300)
