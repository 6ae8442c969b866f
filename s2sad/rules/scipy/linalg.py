"""scipy.linalg: systems of equations, functions of matrices, matrices of a pattern.

Formulas: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation"
(2008); for the Cholesky factor I. Murray, "Differentiation of the Cholesky decomposition" (2016). Where SciPy reads one
triangle of a matrix only (assume_a="pos" and "sym", cholesky), the gradient is in that triangle, as the value is a
function of nothing else.
"""

from __future__ import annotations

import numpy as np
import scipy
from scipy import linalg

from s2sad.kinds import ONE, Array, Kind, broadcast_dims
from s2sad.rules.linalg import (
    cofactors,
    dims_of_stack,
    for_each_matrix,
    solve_along,
    solve_kind,
    turned,
    turned_conjugate,
)
from s2sad.rules.linalg_decompositions import cholesky_change, cholesky_slope, lower_half, upper_half
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, sized, tangent, unbroadcast
from s2sad.rules.results import TRUE, array_dtype, combined, dims_of, floating, numeric, result_dtype, shaped, value_of


@inline
def product_of_columns(a, b):
    """a @ b.T, of two vectors their outer product."""
    return np.outer(a, b) if known(rank(a) == 1) else a @ b.T


# --- systems of equations -------------------------------------------------------------------------------------------


OVERWRITTEN = "overwrite_a and overwrite_b destroy what the gradient needs: the call without them"
OTHER_STRUCTURE = "of such a structure: assume_a=None, 'gen', 'sym', 'her' or 'pos'"
STRUCTURES = (None, "gen", "general", "sym", "symmetric", "her", "hermitian", "pos", "positive definite")
OTHER_STACK = "of a stack of matrices, transposed or of a structure: use np.linalg.solve"


@adjoint(linalg.solve, cost=1000)
def solution(a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
             transposed=False, *, grad, result):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if rank(a) != 2 or rank(b) > 2:
        if transposed or assume_a not in (None, "gen", "general"):
            return refuse(OTHER_STACK)
        if rank(b) == 1:
            b_grad = np.linalg.solve(turned(a), grad[..., None])[..., 0]
            return -(b_grad[..., None] * result[..., None, :]), unbroadcast(b_grad)
        b_grad = np.linalg.solve(turned(a), grad)
        return unbroadcast(-(b_grad @ turned(result))), unbroadcast(b_grad)
    if assume_a not in STRUCTURES:
        return refuse(OTHER_STRUCTURE)
    if assume_a in (None, "gen", "general"):
        b_grad = linalg.solve(a if transposed else a.T, grad)
        return -(product_of_columns(result, b_grad) if transposed else product_of_columns(b_grad, result)), b_grad
    b_grad = linalg.solve(a.T, grad, lower=not lower, assume_a=assume_a)
    if np.iscomplexobj(a) and assume_a not in ("sym", "symmetric"):
        return in_hermitian_triangle(-product_of_columns(b_grad, result), lower), b_grad
    return in_triangle(-product_of_columns(b_grad, result), lower), b_grad


@tangent(linalg.solve)
def solution_tangent(a, b, lower=False, overwrite_a=False, overwrite_b=False, check_finite=True, assume_a=None,
                     transposed=False, *, result, a_dot, b_dot):  # fmt: skip
    if overwrite_a or overwrite_b:
        return refuse(OVERWRITTEN)
    if rank(a) != 2 or rank(b) > 2:
        if transposed or assume_a not in (None, "gen", "general"):
            return refuse(OTHER_STACK)
        return solve_along(a, b, result, a_dot, b_dot)
    if assume_a in (None, "gen", "general"):
        change = b_dot - (a_dot.T if transposed else a_dot) @ result
        return linalg.solve(a.T if transposed else a, change)
    if assume_a not in STRUCTURES:
        return refuse(OTHER_STRUCTURE)
    if np.iscomplexobj(a) and assume_a not in ("sym", "symmetric"):
        change = b_dot - whole_of_hermitian(a_dot, lower) @ result
        return linalg.solve(a, change, lower=lower, assume_a=assume_a)
    return linalg.solve(a, b_dot - whole_of_triangle(a_dot, lower) @ result, lower=lower, assume_a=assume_a)


@inline
def whole_of_triangle(a, lower):
    """The symmetric matrix of which one triangle is read."""
    return np.tril(a) + np.tril(a, -1).T if lower else np.triu(a) + np.triu(a, 1).T


@inline
def in_triangle(whole, lower):
    """What a matrix that is symmetric by construction passes on to the one triangle that it is made of."""
    return np.tril(whole) + np.triu(whole, 1).T if lower else np.triu(whole) + np.tril(whole, -1).T


@inline
def whole_of_hermitian(a, lower):
    """The Hermitian matrix of which one triangle is read, and of its diagonal the real parts."""
    below = np.tril(a, -1) if lower else np.conj(np.triu(a, 1)).T
    return below + np.conj(below).T + np.diag(np.real(np.diag(a)))


@inline
def in_hermitian_triangle(whole, lower):
    """What that passes on to the one triangle; the elements of the other one are conjugates."""
    both = np.tril(whole, -1) + np.conj(np.triu(whole, 1)).T
    return (both if lower else np.conj(both).T) + np.diag(np.real(np.diag(whole)))


@kind(linalg.solve)
def solution_kind(a: Kind, b: Kind, *options: Kind) -> Kind:
    return solve_kind(a, b)


ONE_VECTOR = "of a stack of matrices with one vector: b as a matrix of one column, `b[:, None]`"


@adjoint(linalg.solve_triangular, cost=300)
def solution_of_triangular(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True, *,
                           grad, result):  # fmt: skip
    if overwrite_b:
        return refuse("overwrite_b destroys what the gradient needs: the call without it")
    if rank(b) == 1 and rank(a) != 2:
        return refuse(ONE_VECTOR)
    if trans in (2, "C"):
        b_grad = np.conj(linalg.solve_triangular(a, np.conj(grad), lower=lower, unit_diagonal=unit_diagonal))
        if rank(a) == 2 and rank(b) < 3:
            return triangle(-np.conj(product_of_columns(result, b_grad)), lower, unit_diagonal), b_grad
        product = np.conj(result @ turned(b_grad))
        return unbroadcast(-triangle(product, lower, unit_diagonal)), unbroadcast(b_grad)
    if rank(a) != 2 or rank(b) > 2:
        backwards = 1 if trans in (0, "N") else 0
        b_grad = linalg.solve_triangular(a, grad, trans=backwards, lower=lower, unit_diagonal=unit_diagonal)
        product = b_grad @ turned(result) if trans in (0, "N") else result @ turned(b_grad)
        return unbroadcast(-triangle(product, lower, unit_diagonal)), unbroadcast(b_grad)
    if trans in (0, "N"):
        b_grad = linalg.solve_triangular(a, grad, trans=1, lower=lower, unit_diagonal=unit_diagonal)
        return triangle(-product_of_columns(b_grad, result), lower, unit_diagonal), b_grad
    b_grad = linalg.solve_triangular(a, grad, lower=lower, unit_diagonal=unit_diagonal)
    return triangle(-product_of_columns(result, b_grad), lower, unit_diagonal), b_grad


@tangent(linalg.solve_triangular)
def solution_of_triangular_tangent(a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False,
                                   check_finite=True, *, result, a_dot, b_dot):  # fmt: skip
    if overwrite_b:
        return refuse("overwrite_b destroys what the derivative needs: the call without it")
    if rank(b) == 1 and known(rank(a) > 2):
        return refuse(ONE_VECTOR)
    part = triangle(a_dot, lower, unit_diagonal)
    if trans in (2, "C"):
        part = np.conj(part)
    change = b_dot - (part if trans in (0, "N") else turned(part)) @ result
    return linalg.solve_triangular(a, change, trans=trans, lower=lower, unit_diagonal=unit_diagonal)


@inline
def triangle(whole, lower, unit_diagonal):
    if unit_diagonal:
        return np.tril(whole, -1) if lower else np.triu(whole, 1)
    return np.tril(whole) if lower else np.triu(whole)


kind(linalg.solve_triangular)(solution_kind)


@inline
def wrong_sylvester(a, b, q):
    """SciPy takes the blocks of two complex eigenvalues that a real Schur form has for triangles of a complex one."""
    return np.iscomplexobj(a) != np.iscomplexobj(b) or np.iscomplexobj(q) and not np.iscomplexobj(a)


WRONG_SYLVESTER = (
    "of real and complex matrices, where SciPy's own solution is wrong if eigenvalues of a real one are complex: "
    "`a + 0j`, `b + 0j` for the real ones"
)


@adjoint(linalg.solve_sylvester, cost=3000)
def solution_of_sylvester(a, b, q, *, grad, result):
    if wrong_sylvester(a, b, q):
        return refuse(WRONG_SYLVESTER)
    q_grad = linalg.solve_sylvester(turned(a), turned(b), grad)
    if known(rank(a) == 2 and rank(b) == 2 and rank(q) == 2):
        return -q_grad @ result.T, -result.T @ q_grad, q_grad
    return (
        unbroadcast(-(q_grad @ turned(result))),
        unbroadcast(-(turned(result) @ q_grad)),
        unbroadcast(q_grad),
    )


@tangent(linalg.solve_sylvester)
def solution_of_sylvester_tangent(a, b, q, *, result, a_dot, b_dot, q_dot):
    if wrong_sylvester(a, b, q):
        return refuse(WRONG_SYLVESTER)
    return linalg.solve_sylvester(a, b, q_dot - a_dot @ result - result @ b_dot)


@kind(linalg.solve_sylvester)
def sylvester_kind(a: Kind, b: Kind, q: Kind) -> Kind:
    a, b, q = numeric(a), numeric(b), numeric(q)
    dtype, stacks = floating(result_dtype(None, a, b, q)), [dims_of_stack(each) for each in (a, b, q)]
    dims = dims_of(q)
    if dims is None or None in stacks:
        return Array(dtype, None)
    return Array(dtype, (*(broadcast_dims(*stacks) or ()), *dims[-2:]))


# --- functions of a matrix ------------------------------------------------------------------------------------------


@adjoint(linalg.inv, cost=1000)
def inverse(a, overwrite_a=False, check_finite=True, *, grad, result):
    if overwrite_a:
        return refuse("of a matrix that is overwritten: the call without overwrite_a")
    return -turned(result) @ grad @ turned(result)


@tangent(linalg.inv)
def inverse_tangent(a, overwrite_a=False, check_finite=True, *, result, a_dot):
    return -result @ a_dot @ result


@kind(linalg.inv)
def inverse_kind(a: Kind, *options: Kind) -> Kind:
    a = numeric(a)
    return Array(floating(getattr(a, "dtype", "")), dims_of(a))


@adjoint(linalg.det, cost=1000)
def determinant(a, overwrite_a=False, check_finite=True, *, grad, result):
    """Of one matrix that is not singular; of those of a stack as np.linalg.det."""
    if overwrite_a:
        return refuse("of a matrix that is overwritten: the call without overwrite_a")
    if known(rank(a) == 2):
        return grad * result * linalg.inv(a).T
    return sized(for_each_matrix(grad) * cofactors(a, result), a)


@tangent(linalg.det)
def determinant_tangent(a, overwrite_a=False, check_finite=True, *, result, a_dot):
    if known(rank(a) == 2):
        return result * np.trace(linalg.solve(a, a_dot))
    return np.sum(cofactors(a, result) * a_dot, axis=(-2, -1))


@kind(linalg.det)
def determinant_kind(a: Kind, *options: Kind) -> Kind:
    dtype = getattr(numeric(a), "dtype", "")
    return shaped("complex128" if dtype.startswith("complex") else "float64", dims_of_stack(a))


@adjoint(linalg.expm, cost=5000)
def exponential(A, *, grad):
    return expm_slope(turned(A), grad)


@tangent(linalg.expm)
def exponential_tangent(A, *, A_dot):
    return expm_slope(A, A_dot)


def expm_slope(a, direction):
    """How expm(a) changes along a direction: a block of the exponential of a block matrix (C. Van Loan, 1978)."""
    n = a.shape[-1]
    first = np.concatenate([a, direction], axis=-1)
    second = np.concatenate([np.zeros_like(a), a], axis=-1)
    return linalg.expm(np.concatenate([first, second], axis=-2))[..., :n, n:]


kind(linalg.expm)(inverse_kind)
kind(expm_slope)(lambda a, direction: inverse_kind(direction))


@adjoint(linalg.logm, cost=9000)
def logarithm(A, disp=True, *, grad):
    """As that of the exponential, by a block of the logarithm of a block matrix (N. Higham, Functions of Matrices,
    2008, section 3.2). Of a real matrix that has a complex logarithm, the real part."""
    if not disp:
        return refuse("with disp=False: the call without it, and the error by linalg.expm of the result")
    return logm_slope(turned(A), grad) if np.iscomplexobj(A) else np.real(logm_slope(turned(A), grad))


@tangent(linalg.logm)
def logarithm_tangent(A, disp=True, *, A_dot):
    return logm_slope(A, A_dot)


def logm_slope(a, direction):
    """How logm(a) changes along a direction."""
    n = a.shape[-1]
    first = np.concatenate([a, direction], axis=-1)
    second = np.concatenate([np.zeros_like(a), a], axis=-1)
    return linalg.logm(np.concatenate([first, second], axis=-2))[..., :n, n:]


@kind(linalg.logm)
def logarithm_kind(A: Kind, disp: Kind = TRUE) -> Kind:
    return Array("", dims_of(numeric(A)))  # real or complex, as its eigenvalues are


@kind(logm_slope)
def logm_slope_kind(a: Kind, direction: Kind) -> Kind:
    return Array("", dims_of(direction))


@adjoint(linalg.fractional_matrix_power, cost=9000)
def fractional_power(A, t, *, grad, result):
    """In A as that of the logarithm; in t it is log(A) A^t. Of a real matrix with a complex power the real part."""
    made = fractional_power_slope(turned(A), t, grad)
    of_t = np.sum(grad * (linalg.logm(A) @ result))
    return made if np.iscomplexobj(A) else np.real(made), of_t


@tangent(linalg.fractional_matrix_power)
def fractional_power_tangent(A, t, *, result, A_dot, t_dot):
    return fractional_power_slope(A, t, A_dot) + t_dot * (linalg.logm(A) @ result)


def fractional_power_slope(a, t, direction_dot):
    """How fractional_matrix_power(a, t) changes along a direction, which may be the number 0."""
    n = a.shape[-1]
    first = np.concatenate([a, np.broadcast_to(direction_dot, a.shape)], axis=-1)
    second = np.concatenate([np.zeros_like(a), a], axis=-1)
    return linalg.fractional_matrix_power(np.concatenate([first, second], axis=-2), t)[..., :n, n:]


@kind(linalg.fractional_matrix_power)
def fractional_power_kind(A: Kind, t: Kind) -> Kind:
    return Array("", dims_of(numeric(A)))  # real or complex, as its eigenvalues are


@kind(fractional_power_slope)
def fractional_power_slope_kind(a: Kind, t: Kind, direction_dot: Kind) -> Kind:
    return Array("", dims_of(direction_dot))


@adjoint(linalg.sqrtm, cost=5000)
def square_root(A, *, grad, result):
    if known(rank(A) == 2):
        return linalg.solve_sylvester(turned(result), turned(result), grad)
    return change_of_roots(turned(result), grad)


@tangent(linalg.sqrtm)
def square_root_tangent(A, *, result, A_dot):
    return linalg.solve_sylvester(result, result, A_dot) if known(rank(A) == 2) else change_of_roots(result, A_dot)


def change_of_roots(roots, change):
    """The matrices X with root @ X + X @ root = change; SciPy takes no empty stack."""
    return linalg.solve_sylvester(roots, roots, change) if np.size(change) else change


@kind(change_of_roots)
def change_of_roots_kind(roots: Kind, change: Kind) -> Kind:
    return change


@kind(linalg.sqrtm)
def square_root_kind(A: Kind) -> Kind:
    return Array("", dims_of(numeric(A)))  # real or complex, as its eigenvalues are


OVERWRITTEN_FACTOR = "of a matrix that is overwritten: the call without overwrite_a"


@adjoint(linalg.cholesky, cost=300)
def cholesky_factor(a, lower=False, overwrite_a=False, check_finite=True, *, grad, result):
    """Of a stack or of complex matrices as np.linalg.cholesky."""
    if overwrite_a:
        return refuse(OVERWRITTEN_FACTOR)
    if known(rank(a) == 2 and not np.iscomplexobj(a)):
        factor = result if lower else result.T
        half = half_of_lower(factor.T @ (grad if lower else grad.T))
        inner = linalg.solve_triangular(factor, half, trans=1, lower=True)
        whole = linalg.solve_triangular(factor, inner.T, trans=1, lower=True).T
        return in_triangle(0.5 * (whole + whole.T), lower)
    if lower:
        return lower_half(cholesky_slope(result, grad), a)
    return upper_half(cholesky_slope(turned_conjugate(result), turned_conjugate(grad)), a)


@tangent(linalg.cholesky)
def cholesky_factor_tangent(a, lower=False, overwrite_a=False, check_finite=True, *, result, a_dot):
    if overwrite_a:
        return refuse(OVERWRITTEN_FACTOR)
    if known(rank(a) == 2 and not np.iscomplexobj(a)):
        factor = result if lower else result.T
        inner = linalg.solve_triangular(factor, whole_of_triangle(a_dot, lower), lower=True)
        change = factor @ half_of_lower(linalg.solve_triangular(factor, inner.T, lower=True))
        return change if lower else change.T
    return cholesky_change(result, a_dot, not lower)


@inline
def half_of_lower(a):
    """The lower triangle, with half of the diagonal."""
    return np.tril(a) - 0.5 * np.diag(np.diag(a))


kind(linalg.cholesky)(inverse_kind)


# --- matrices of a pattern ------------------------------------------------------------------------------------------


TAKES_ROWS = tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17)  # and makes a matrix of each


@adjoint(linalg.toeplitz, linear=True)
def constant_along_diagonals(c, r=None, *, grad):
    """Of complex numbers, the row is that of the conjugates unless it is given."""
    if known(not TAKES_ROWS) and rank(c) > 1:
        return refuse("of more than one row, which SciPy joins before 1.17: np.stack of a call for each")
    if r is None and np.iscomplexobj(c):
        return refuse("of complex numbers without the row: `linalg.toeplitz(c, np.conj(c))`")
    if r is None:
        return sums_of_diagonals(grad, c, -1) + sums_of_diagonals(grad, c, 1) * not_first(c), 0.0
    return sums_of_diagonals(grad, c, -1), sums_of_diagonals(grad, r, 1) * not_first(r)


@inline
def not_first(numbers):
    return np.arange(numbers.shape[-1]) > 0


def sums_of_diagonals(a, like, sign):
    """The sums along the diagonals of a, or of each matrix of a stack: the first is the main one, the next ones are on
    one side of it."""
    return np.moveaxis(np.array([np.trace(a, sign * k, -2, -1) for k in range(like.shape[-1])]), 0, -1)


kind(sums_of_diagonals)(lambda a, like, sign: Array(getattr(a, "dtype", ""), dims_of(like)))


@kind(linalg.toeplitz)
def toeplitz_kind(c: Kind, r: Kind) -> Kind:
    c = numeric(c)
    columns = c if value_of(r) is None else numeric(r)
    m, n = dims_of(c), dims_of(columns)
    dtype = array_dtype(c, columns)
    return Array(dtype, (m[0], n[0])) if m and n and len(m) == 1 and len(n) == 1 else Array(dtype, None)


@adjoint(linalg.block_diag, linear=True, variadic="arrs")
def blocks_on_diagonal(*arrs, grad, k):
    if rank(grad) != 2:
        return refuse("of stacks of matrices")
    row, column = sum([rows_of_block(each) for each in arrs[:k]]), sum([columns_of_block(each) for each in arrs[:k]])
    of_block = grad[row : row + rows_of_block(arrs[k]), column : column + columns_of_block(arrs[k])]
    return of_block if known(rank(arrs[k]) == 2) else np.reshape(of_block, np.shape(arrs[k]))


@inline
def rows_of_block(x):
    """A vector is a row, a number a matrix of one."""
    return x.shape[0] if known(rank(x) == 2) else np.atleast_2d(x).shape[0]


@inline
def columns_of_block(x):
    return x.shape[1] if known(rank(x) == 2) else np.size(x) if known(rank(x) < 2) else x.shape[1]


@kind(linalg.block_diag)
def block_diag_kind(*arrs: Kind) -> Kind:
    made = [numeric(each) for each in arrs]
    dtype, dims = array_dtype(*made), [dims_of(each) for each in made]
    if any(each is None or len(each) > 2 for each in dims):
        return Array(dtype, None)
    blocks = [(ONE,) * (2 - len(each or ())) + (each or ()) for each in dims]  # a vector is a row
    return Array(dtype, (combined("+", *(m for m, _ in blocks)), combined("+", *(n for _, n in blocks))))
