"""scipy.linalg: matrices of which a part is given, and functions of a matrix by its exponential.

Sines and cosines are parts of exp(i A), so their derivatives are of Fréchet derivatives of the exponential (N. Higham,
"Functions of Matrices", 2008, chapter 12).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import Array, Kind
from s2sad.rules.linalg import pseudo_inverse_change, pseudo_inverse_slope, turned, whole_of_half
from s2sad.rules.linalg_decompositions import half_read
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, tangent
from s2sad.rules.results import dims_of, floating, numeric, result_dtype
from s2sad.rules.scipy.linalg import (
    change_of_roots,
    expm_slope,
    in_triangle,
    inverse_kind,
    sums_of_diagonals,
    whole_of_triangle,
)
from s2sad.rules.scipy.linalg_decompositions import plain_matrix
from s2sad.rules.scipy.linalg_equations import wide

# --- of one triangle, and of Toeplitz form ----------------------------------------------------------------------------

OTHER_PSEUDO_INVERSE = "with return_rank: np.linalg.matrix_rank, beside it"


@adjoint(linalg.pinvh, cost=3000, wrt=["a"])
def symmetric_pseudo_inverse(
    a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True, *, grad, result
):  # fmt: skip
    """Of a symmetric matrix among those of the same rank (Golub and Pereyra, 1973), of which one triangle is read."""
    if return_rank:
        return refuse(OTHER_PSEUDO_INVERSE)
    if not plain_matrix(a):
        half = "L" if lower else "U"
        return half_read(pseudo_inverse_slope(whole_of_half(a, half), result, grad), a, half)
    whole = whole_of_triangle(a, lower)
    square = result @ result
    beside = (grad + grad.T) @ square
    moved = beside - whole @ (result @ beside)
    return in_triangle(0.5 * (moved + moved.T) - 0.5 * result @ (grad + grad.T) @ result, lower)


@tangent(linalg.pinvh)
def symmetric_pseudo_inverse_tangent(
    a, atol=None, rtol=None, lower=True, return_rank=False, check_finite=True, *, result, a_dot
):  # fmt: skip
    if return_rank:
        return refuse(OTHER_PSEUDO_INVERSE)
    if not plain_matrix(a):
        half = "L" if lower else "U"
        return pseudo_inverse_change(whole_of_half(a, half), result, whole_of_half(a_dot, half))
    change = whole_of_triangle(a_dot, lower)
    beside = result @ result @ change
    moved = beside - beside @ whole_of_triangle(a, lower) @ result
    return moved + moved.T - result @ change @ result


@kind(linalg.pinvh)
def symmetric_pseudo_inverse_kind(a: Kind, *options: Kind) -> Kind:
    return inverse_kind(a)


@inline
def plain_toeplitz(c_or_cr, b):
    """A real symmetric matrix, that is given by its first column, and vectors or a matrix."""
    real = not (np.iscomplexobj(c_or_cr) or np.iscomplexobj(b))
    return not isinstance(c_or_cr, tuple) and rank(c_or_cr) == 1 and rank(b) <= 2 and real


OTHER_TOEPLITZ = "of another matrix than a real symmetric one: linalg.solve(linalg.toeplitz(c, r), b)"


@adjoint(linalg.solve_toeplitz, cost=300)
def solution_of_toeplitz(c_or_cr, b, check_finite=True, *, grad, result):
    """Of a symmetric matrix, that is given by its first column."""
    if not plain_toeplitz(c_or_cr, b):
        return refuse(OTHER_TOEPLITZ)
    b_grad = linalg.solve_toeplitz(c_or_cr, grad)
    slope = np.outer(b_grad, result) if rank(b) == 1 else b_grad @ result.T
    return -sums_beside(slope + slope.T, c_or_cr), b_grad


def sums_beside(a, like):
    """The sums along the diagonals of a symmetric matrix, below the main one, of which half counts."""
    made = sums_of_diagonals(a, like, -1)
    made[:1] *= 0.5
    return made


@tangent(linalg.solve_toeplitz)
def solution_of_toeplitz_tangent(c_or_cr, b, check_finite=True, *, result, c_or_cr_dot, b_dot):
    if not plain_toeplitz(c_or_cr, b):
        return refuse(OTHER_TOEPLITZ)
    return linalg.solve_toeplitz(c_or_cr, b_dot - toeplitz_times(c_or_cr_dot, result))


def toeplitz_times(c_or_cr_dot, x):
    """The product with a symmetric matrix that is given by its first column."""
    return linalg.toeplitz(c_or_cr_dot) @ x


@kind(linalg.solve_toeplitz)
def solution_of_toeplitz_kind(c_or_cr: Kind, b: Kind, check_finite: Kind) -> Kind:
    b = numeric(b)
    return wide(Array(floating(result_dtype(np.matmul, numeric(c_or_cr), b)), dims_of(b)))


# --- functions of a matrix, by its exponential ------------------------------------------------------------------------


@adjoint(linalg.cosm, cost=9000)
def cosine_of_matrix(A, *, grad):
    """The real part of expm(1j * A); of a complex matrix half of its sum with expm(-1j * A)."""
    return cosm_slope(turned(A), grad)


@tangent(linalg.cosm)
def cosine_of_matrix_tangent(A, *, A_dot):
    return cosm_slope(A, A_dot)


def cosm_slope(a, direction):
    """How cosm(a) changes along a direction."""
    if np.iscomplexobj(a) or np.iscomplexobj(direction):
        return 0.5 * (expm_slope(1j * a, 1j * direction) + expm_slope(-1j * a, -1j * direction))
    return np.real(expm_slope(1j * a, 1j * direction))


@adjoint(linalg.sinm, cost=9000)
def sine_of_matrix(A, *, grad):
    """The imaginary part of expm(1j * A); of a complex matrix by its difference from expm(-1j * A)."""
    return sinm_slope(turned(A), grad)


@tangent(linalg.sinm)
def sine_of_matrix_tangent(A, *, A_dot):
    return sinm_slope(A, A_dot)


def sinm_slope(a, direction):
    """How sinm(a) changes along a direction."""
    if np.iscomplexobj(a) or np.iscomplexobj(direction):
        return -0.5j * (expm_slope(1j * a, 1j * direction) - expm_slope(-1j * a, -1j * direction))
    return np.imag(expm_slope(1j * a, 1j * direction))


@adjoint(linalg.coshm, cost=9000)
def hyperbolic_cosine_of_matrix(A, *, grad):
    return 0.5 * (expm_slope(turned(A), grad) + expm_slope(-turned(A), -grad))


@tangent(linalg.coshm)
def hyperbolic_cosine_of_matrix_tangent(A, *, A_dot):
    return 0.5 * (expm_slope(A, A_dot) + expm_slope(-A, -A_dot))


@adjoint(linalg.sinhm, cost=9000)
def hyperbolic_sine_of_matrix(A, *, grad):
    return 0.5 * (expm_slope(turned(A), grad) - expm_slope(-turned(A), -grad))


@tangent(linalg.sinhm)
def hyperbolic_sine_of_matrix_tangent(A, *, A_dot):
    return 0.5 * (expm_slope(A, A_dot) - expm_slope(-A, -A_dot))


@adjoint(linalg.signm, cost=9000)
def sign_of_matrix(A, *, grad, result):
    """With N = sign(A) A the sign changes by the solution of N X + X N = E - S E S (Higham, 2008, theorem 5.3)."""
    if known(rank(A) == 2):
        inner = linalg.solve_sylvester((result @ A).T, (result @ A).T, grad)
        return inner - result.T @ inner @ result.T
    inner = change_of_roots(turned(result @ A), grad)
    return inner - turned(result) @ inner @ turned(result)


@tangent(linalg.signm)
def sign_of_matrix_tangent(A, *, result, A_dot):
    if known(rank(A) == 2):
        return linalg.solve_sylvester(result @ A, result @ A, A_dot - result @ A_dot @ result)
    return change_of_roots(result @ A, A_dot - result @ A_dot @ result)


kind(linalg.cosm, linalg.sinm, linalg.coshm, linalg.sinhm, linalg.signm)(inverse_kind)
kind(cosm_slope, sinm_slope)(lambda a, direction: inverse_kind(direction))
