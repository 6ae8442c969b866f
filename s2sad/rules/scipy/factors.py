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
from s2sad.rules.registry import rank, unlisted


def lu_solution(factor, a, b, trans=0, *, result, grad):
    """lu_solve(factor, b, trans), where factor = lu_factor(a)."""
    w = linalg.lu_solve(factor, grad, trans=1 - trans)
    if rank(b) == 1:
        return None, -np.outer(w, result) if trans == 0 else -np.outer(result, w), w, None
    return None, -w @ result.T if trans == 0 else -result @ w.T, w, None


def lu_solution_tangent(factor, a, b, trans=0, *, result, a_dot, b_dot):
    if trans == 0:
        return linalg.lu_solve(factor, b_dot - a_dot @ result)
    return linalg.lu_solve(factor, b_dot - a_dot.T @ result, trans=1)


def one_triangle(a, lower):
    """A matrix, with what stands in one triangle of it added to the other, which is all that is left."""
    half = np.tril(a + a.T) if lower else np.triu(a + a.T)
    return half - np.diag(np.diag(a))


def both_triangles(a, lower):
    """The symmetric matrix of which one triangle is given."""
    half = np.tril(a, -1) if lower else np.triu(a, 1)
    return half + half.T + np.diag(np.diag(a))


def cholesky_solution(factor, a, b, lower=False, *, result, grad):
    """cho_solve(factor, b), where factor = cho_factor(a, lower)."""
    w = linalg.cho_solve(factor, grad)
    if rank(b) == 1:
        return None, -one_triangle(np.outer(w, result), lower), w, None
    return None, -one_triangle(w @ result.T, lower), w, None


def cholesky_solution_tangent(factor, a, b, lower=False, *, result, a_dot, b_dot):
    return linalg.cho_solve(factor, b_dot - both_triangles(a_dot, lower) @ result)


def triangle_solution(c, lower, b, *, result, grad):
    """cho_solve((c, lower), b): with A = L L^T, that of A goes on to L as (A_grad + A_grad^T) L (Giles, as above)."""
    w = linalg.cho_solve((c, lower), grad)
    product = np.outer(w, result) if rank(b) == 1 else w @ result.T
    if lower:
        return -np.tril((product + product.T) @ np.tril(c)), None, w
    return -np.triu(np.triu(c) @ (product + product.T)), None, w


def triangle_solution_tangent(c, lower, b, *, result, c_dot, b_dot):
    if lower:
        half = np.tril(c_dot) @ np.tril(c).T
        return linalg.cho_solve((c, lower), b_dot - (half + half.T) @ result)
    half = np.triu(c).T @ np.triu(c_dot)
    return linalg.cho_solve((c, lower), b_dot - (half + half.T) @ result)


def triangle_kind(c: Kind, lower: Kind, b: Kind) -> Kind:
    return solution_kind(c, c, b)


def solution_kind(factor: Kind, a: Kind, b: Kind, *options: Kind) -> Kind:
    found = {getattr(a, "dtype", ""), getattr(b, "dtype", "")}
    return Array("float64" if found == {"float64"} else "", getattr(b, "dims", None))


# Not in the table of rules: no function of the user's means these. `infer_factors.py` puts them in their place.
LU = unlisted(lu_solution, lu_solution_tangent, solution_kind, ("a", "b"), cost=300)
CHOLESKY = unlisted(cholesky_solution, cholesky_solution_tangent, solution_kind, ("a", "b"), cost=300)
TRIANGLE = unlisted(triangle_solution, triangle_solution_tangent, triangle_kind, ("c", "b"), cost=300)
