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
    not_first,
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
    """The first column alone, and a vector or a matrix."""
    return not isinstance(c_or_cr, tuple) and rank(c_or_cr) == 1 and rank(b) <= 2


OTHER_TOEPLITZ = "of a column and a row, or of a stack: linalg.solve(linalg.toeplitz(c, r), b)"
OTHER_TOEPLITZ_PRODUCT = "of a column and a row, or of a stack: linalg.toeplitz(c, r) @ x"


@inline
def turned_column(c):
    """What the transposed matrix is made of; above the diagonal stand the conjugates of what is below."""
    return np.concatenate((c[:1], np.conj(c[1:]))) if np.iscomplexobj(c) else c


@adjoint(linalg.solve_toeplitz, cost=300)
def solution_of_toeplitz(c_or_cr, b, check_finite=True, *, grad, result):
    """Of a symmetric (Hermitian) matrix, that is given by its first column."""
    if not plain_toeplitz(c_or_cr, b):
        return refuse(OTHER_TOEPLITZ)
    b_grad = linalg.solve_toeplitz(turned_column(c_or_cr), grad)
    slope = np.outer(b_grad, result) if rank(b) == 1 else b_grad @ result.T
    return -sums_beside(slope, c_or_cr), b_grad


def sums_beside(a, like):
    """The sums along the diagonals below the main one, and those of the conjugates above it."""
    below, above = sums_of_diagonals(a, like, -1), np.conj(sums_of_diagonals(a, like, 1))
    above[:1] = 0.0
    return below + above


@tangent(linalg.solve_toeplitz)
def solution_of_toeplitz_tangent(c_or_cr, b, check_finite=True, *, result, c_or_cr_dot, b_dot):
    if not plain_toeplitz(c_or_cr, b):
        return refuse(OTHER_TOEPLITZ)
    return linalg.solve_toeplitz(c_or_cr, b_dot - toeplitz_times(c_or_cr_dot, result))


def toeplitz_times(c_or_cr_dot, x):
    """The product with a symmetric (Hermitian) matrix that is given by its first column."""
    return linalg.toeplitz(c_or_cr_dot) @ x


@adjoint(linalg.matmul_toeplitz, cost=300)
def product_with_toeplitz(c_or_cr, x, check_finite=False, workers=None, *, grad):
    """Of a symmetric (Hermitian) matrix, that is given by its first column."""
    if not plain_toeplitz(c_or_cr, x):
        return refuse(OTHER_TOEPLITZ_PRODUCT)
    of_x = linalg.matmul_toeplitz(turned_column(c_or_cr), grad, check_finite, workers)
    return sums_of_far_products(grad, x) + np.conj(sums_of_far_products(x, grad)) * not_first(c_or_cr), of_x


def sums_of_far_products(left, right):
    """The sums of left[i + k] * right[i] for k = 0, 1, ..., over columns too; by Fourier transforms, as the product."""
    n = len(left)
    length = max(2 * n, 1)
    products = np.fft.fft(left, length, axis=0) * np.conj(np.fft.fft(np.conj(right), length, axis=0))
    sums = np.fft.ifft(products, axis=0)[:n]
    if sums.ndim > 1:
        sums = np.sum(sums, axis=1)
    return sums if np.iscomplexobj(left) or np.iscomplexobj(right) else np.real(sums)


@tangent(linalg.matmul_toeplitz)
def product_with_toeplitz_tangent(c_or_cr, x, check_finite=False, workers=None, *, c_or_cr_dot, x_dot):
    if not plain_toeplitz(c_or_cr, x):
        return refuse(OTHER_TOEPLITZ_PRODUCT)
    return product_along(c_or_cr, x_dot, workers) + product_beside(c_or_cr_dot, x, workers)


def product_along(c_or_cr, x_dot, workers):
    return linalg.matmul_toeplitz(c_or_cr, x_dot, workers=workers)


def product_beside(c_or_cr_dot, x, workers):
    return linalg.matmul_toeplitz(c_or_cr_dot, x, workers=workers)


@kind(linalg.solve_toeplitz, linalg.matmul_toeplitz)
def solution_of_toeplitz_kind(c_or_cr: Kind, b: Kind, *options: Kind) -> Kind:
    b = numeric(b)
    return wide(Array(floating(result_dtype(np.matmul, numeric(c_or_cr), b)), dims_of(b)))


kind(sums_of_far_products)(lambda left, right: Array("", None))

# --- of circulant form ------------------------------------------------------------------------------------------------

OTHER_CIRCULANT = "of a stack, or with singular='lstsq': linalg.solve(linalg.circulant(c), b), and np.stack"


@inline
def plain_circulant(c, b, singular):
    """Of vectors the axes say nothing, and tol only which matrices are an error."""
    return rank(c) == 1 and rank(b) == 1 and singular == "raise"


@adjoint(linalg.solve_circulant, cost=300, wrt=["c", "b"])
def solution_of_circulant(c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0, *, grad, result):
    """The matrix is c[i - j], the transposed one c[j - i]: that of c in the other direction around."""
    if not plain_circulant(c, b, singular):
        return refuse(OTHER_CIRCULANT)
    b_grad = linalg.solve_circulant(np.roll(c[::-1], 1), grad)
    return -sums_of_products_around(b_grad, result), b_grad


@tangent(linalg.solve_circulant)
def solution_of_circulant_tangent(
    c, b, singular="raise", tol=None, caxis=-1, baxis=0, outaxis=0, *, result, c_dot, b_dot
):
    if not plain_circulant(c, b, singular):
        return refuse(OTHER_CIRCULANT)
    return linalg.solve_circulant(c, b_dot - products_around(c_dot, result))


def sums_of_products_around(left, right):
    """The sums of left[i + k] * right[i], counted around, for each k."""
    n = max(len(left), 1)
    sums = np.fft.ifft(np.fft.fft(left, n) * np.conj(np.fft.fft(np.conj(right), n)))[: len(left)]
    return sums if np.iscomplexobj(left) or np.iscomplexobj(right) else np.real(sums)


def products_around(c_dot, x):
    """The product of the circulant matrix with x."""
    n = max(len(x), 1)
    sums = np.fft.ifft(np.fft.fft(c_dot, n) * np.fft.fft(x, n))[: len(x)]
    return sums if np.iscomplexobj(c_dot) or np.iscomplexobj(x) else np.real(sums)


@kind(linalg.solve_circulant)
def solution_of_circulant_kind(c: Kind, b: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(b))
    dtype = floating(result_dtype(np.matmul, numeric(c), numeric(b)))
    return wide(Array(dtype, dims if dims is not None and len(dims) == 1 else None))


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
