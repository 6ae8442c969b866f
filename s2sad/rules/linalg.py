"""numpy.linalg: inverses, determinants, linear systems, powers, products; of stacked matrices too.

The formulas: M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation"
(2008), with d value = Re(sum(gradient * dx)) for complex matrices, so that no conjugate appears where a function is
analytic.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar, Tuple, broadcast_dims
from s2sad.rules.reductions import products_of_others
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, sized, tangent, unbroadcast
from s2sad.rules.results import dims_of, floating, numeric, result_dtype, shaped, unknown_dim, value_of
from s2sad.rules.tensors import conjugated


@inline
def turned(a):
    """The transpose of a matrix, or of each matrix of a stack."""
    return a.T if known(rank(a) == 2) else np.swapaxes(a, -1, -2)


@inline
def turned_conjugate(a):
    return np.conj(turned(a)) if np.iscomplexobj(a) else turned(a)


@inline
def for_each_matrix(numbers):
    """One number for each matrix of a stack, to be multiplied with the matrices."""
    return numbers if known(rank(numbers) == 0) else numbers[..., None, None]


def dims_of_stack(a: Kind) -> tuple | None:
    dims = dims_of(a)
    return None if dims is None else dims[:-2]


def floating_of(a: Kind) -> str:
    return floating(getattr(a, "dtype", ""))


def real_dtype(dtype: str) -> str:
    return {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)


# --- inverses -------------------------------------------------------------------------------------------------------


@adjoint(np.linalg.inv, cost=1000)
def inverse(a, *, grad, result):
    """Giles (2008), 2.2.3."""
    return -(turned(result) @ grad @ turned(result))


@tangent(np.linalg.inv)
def inverse_tangent(a, *, result, a_dot):
    return -(result @ a_dot @ result)


@kind(np.linalg.inv)
def inverse_kind(a: Kind) -> Kind:
    a = numeric(a)
    return Array(floating_of(a), dims_of(a))


# --- symmetric matrices of which one half is read -------------------------------------------------------------------


@inline
def lower_half(slope, a):
    """What belongs to the lower half of a symmetric (Hermitian) matrix, if only that is read."""
    if np.iscomplexobj(a):
        return hermitian_half(slope)
    return np.tril(slope) + np.tril(turned(slope), -1)


def hermitian_half(slope):
    """The lower half of slope + its conjugate transpose, of which the diagonal counts once."""
    total = slope + np.conj(np.swapaxes(slope, -1, -2))
    return np.tril(total, -1) + 0.5 * (np.tril(total) - np.tril(total, -1))


def whole_of_half(a, UPLO):
    """The symmetric (Hermitian) matrix of which one half is read."""
    if UPLO in ("L", "l"):
        made = np.tril(a, -1)
    else:
        made = np.triu(a, 1)
    diagonal = np.real(np.tril(np.triu(a)))
    return made + np.conj(np.swapaxes(made, -1, -2)) + diagonal


@kind(whole_of_half)
def whole_kind(a: Kind, UPLO: Kind) -> Kind:
    return Array(floating_of(a), dims_of(a))


# --- pseudo-inverse -------------------------------------------------------------------------------------------------


@adjoint(np.linalg.pinv, cost=3000)
def pseudo_inverse(a, rcond=None, hermitian=False, *, rtol=None, grad, result):
    """The derivative among matrices of the same rank: G. Golub and V. Pereyra, SIAM J. Numer. Anal. 10 (1973), 413."""
    if hermitian:
        return lower_half(pseudo_inverse_slope(whole_of_half(a, "L"), result, grad), a)
    return pseudo_inverse_slope(a, result, grad)


@inline
def pseudo_inverse_slope(a, result, grad):
    left = turned(grad) @ result @ turned_conjugate(result)
    right = turned_conjugate(result) @ result @ turned(grad)
    rest = left - a @ (result @ left) + right - (right @ result) @ a
    return (np.conj(rest) if np.iscomplexobj(a) else rest) - turned(result) @ grad @ turned(result)


@tangent(np.linalg.pinv)
def pseudo_inverse_tangent(a, rcond=None, hermitian=False, *, rtol=None, result, a_dot):
    if hermitian:
        return pseudo_inverse_change(whole_of_half(a, "L"), result, whole_of_half(a_dot, "L"))
    return pseudo_inverse_change(a, result, a_dot)


@inline
def pseudo_inverse_change(a, result, a_dot):
    left = result @ turned_conjugate(result) @ turned_conjugate(a_dot)
    right = turned_conjugate(a_dot) @ turned_conjugate(result) @ result
    return left - (left @ a) @ result + right - result @ (a @ right) - result @ a_dot @ result


@kind(np.linalg.pinv)
def pseudo_inverse_kind(a: Kind, *options: Kind, **keywords: Kind) -> Kind:
    dims = dims_of(a)
    return Array(floating_of(a), None if dims is None else (*dims[:-2], dims[-1], dims[-2]))


# --- determinants ---------------------------------------------------------------------------------------------------


@adjoint(np.linalg.det, cost=1000)
def determinant(a, *, grad, result):
    """Giles (2008), 2.2.4, by the cofactors where the matrix is singular."""
    return sized(for_each_matrix(grad) * cofactors(a, result), a)


@tangent(np.linalg.det)
def determinant_tangent(a, *, result, a_dot):
    return np.sum(cofactors(a, result) * a_dot, axis=(-2, -1))


def cofactors(a, det):
    """det * inv(a).T, the derivative of the determinant; of a nearly singular matrix by its singular values."""
    lengths = np.sqrt(np.sum(np.abs(a) ** 2, axis=-1))
    if np.all(np.abs(det) > 1e-8 * np.prod(lengths, axis=-1)):
        return np.expand_dims(det, (-2, -1)) * np.swapaxes(np.linalg.inv(a), -1, -2)
    u, s, vh = np.linalg.svd(a)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    products = np.expand_dims(np.moveaxis(products_of_others(np.moveaxis(s, -1, 0)), 0, -1), -2)
    return np.expand_dims(sign, (-2, -1)) * ((np.conj(u) * products) @ np.conj(vh))


@kind(np.linalg.det)
def determinant_kind(a: Kind) -> Kind:
    a = numeric(a)
    return shaped(floating_of(a), dims_of_stack(a))


@adjoint(np.linalg.slogdet, several=True, cost=1000)
def log_determinant(a, *, grad, result):
    """Giles (2008), 2.2.4. The sign is constant; of a complex matrix it turns."""
    sign, _ = result
    sign_grad, log_grad = grad
    if np.iscomplexobj(a):
        if sign_grad is None:
            return for_each_matrix(log_grad) * turned(np.linalg.inv(a))
        turn = 1j * np.imag(sign_grad * sign)
        slope = turn if log_grad is None else log_grad + turn
        return for_each_matrix(slope) * turned(np.linalg.inv(a))
    return 0.0 if log_grad is None else for_each_matrix(log_grad) * turned(np.linalg.inv(a))


@tangent(np.linalg.slogdet)
def log_determinant_tangent(a, *, result, a_dot):
    change = np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)
    if np.iscomplexobj(a):
        return 1j * np.imag(change) * result[0], np.real(change)
    return np.zeros_like(change), change


@kind(np.linalg.slogdet)
def log_determinant_kind(a: Kind) -> Kind:
    dtype, dims = floating_of(a), dims_of_stack(a)
    return Tuple((shaped(dtype, dims), shaped(real_dtype(dtype), dims)), SLOGDET)


SLOGDET = type(np.linalg.slogdet(np.eye(1)))


# --- linear systems -------------------------------------------------------------------------------------------------


@adjoint(np.linalg.solve, cost=1000)
def solve(a, b, *, grad, result):
    """Giles (2008), 2.3.1: the transposed system gives b's, and a's is an outer product with the solution."""
    if rank(b) == 1 and rank(a) == 2:
        b_grad = np.linalg.solve(a.T, grad)
        return -np.outer(b_grad, result), b_grad
    if rank(b) == 1:
        b_grad = np.linalg.solve(turned(a), grad[..., None])[..., 0]
        return -(b_grad[..., None] * result[..., None, :]), unbroadcast(b_grad)
    b_grad = np.linalg.solve(turned(a), grad)
    if rank(a) == 2 and rank(b) == 2:
        return -(b_grad @ result.T), b_grad
    return unbroadcast(-(b_grad @ np.swapaxes(result, -1, -2))), unbroadcast(b_grad)


@tangent(np.linalg.solve)
def solve_tangent(a, b, *, result, a_dot, b_dot):
    return solve_along(a, b, result, a_dot, b_dot)


@inline
def solve_along(a, b, result, a_dot, b_dot):
    if rank(b) == 1 and known(rank(a) > 2):
        return np.linalg.solve(a, b_dot[..., None] - a_dot @ result[..., None])[..., 0]
    return np.linalg.solve(a, b_dot - a_dot @ result)


@kind(np.linalg.solve)
def solve_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = floating(result_dtype(None, a, b)), dims_of(a), dims_of(b)
    if m is None or n is None:
        return Array(dtype, None)
    if len(n) == 1:
        return Array(dtype, (*m[:-2], *n))
    return Array(dtype, (*(broadcast_dims(m[:-2], n[:-2]) or ()), *n[-2:]))


@adjoint(np.linalg.lstsq, several=True, cost=3000)
def least_squares(a, b, rcond=None, *, grad, result):
    """Of the solution by the pseudo-inverse (Golub and Pereyra, 1973), of the residuals by theirs; the derivative among
    matrices of the same rank. The singular values that come with them have that of np.linalg.svd."""
    x = result[0]
    x_grad, squares_grad, _, s_grad = grad
    if s_grad is not None:
        return refuse("the singular values of np.linalg.lstsq: write np.linalg.svd(a)")
    residuals = b - a @ x
    if x_grad is None:
        b_grad = 2.0 * (squares_grad * conjugated(residuals))
        return -times_transposed(b_grad, x), b_grad
    inverse = np.linalg.pinv(a, cutoff(a, rcond))
    y = inverse.T @ x_grad
    turning = times_transposed(conjugated(residuals), inverse @ conjugated(y))
    turning = turning + times_transposed(inverse.T @ conjugated(x), conjugated(x_grad - a.T @ y))
    if squares_grad is None:
        return turning - times_transposed(y, x), y
    b_grad = y + squares_part(squares_grad, residuals)
    return turning - times_transposed(b_grad, x), b_grad


@inline
def times_transposed(a, b):
    return np.outer(a, b) if rank(a) == 1 else a @ b.T


def cutoff(a, rcond):
    """What np.linalg.lstsq takes for zero among the singular values, relative to the largest."""
    return np.finfo(np.result_type(a, np.float32)).eps * max(a.shape) if rcond is None else rcond


def squares_part(squares_grad, residuals):
    """The cotangent of the residuals' squares, which are left out where the matrix has not full rank."""
    if squares_grad.size == 0:
        return np.zeros_like(residuals)
    return 2.0 * (squares_grad * np.conj(residuals))


@tangent(np.linalg.lstsq)
def least_squares_tangent(a, b, rcond=None, *, result, a_dot, b_dot):
    x, squares = result[0], result[1]
    inverse = np.linalg.pinv(a, cutoff(a, rcond))
    residuals = b - a @ x
    change = b_dot - a_dot @ x
    turning = conjugated(a_dot.T) @ (conjugated(inverse.T) @ x)
    inner = conjugated(inverse.T) @ (conjugated(a_dot.T) @ residuals)
    x_dot = inverse @ (change + inner - a @ turning) + turning
    return x_dot, squares_change(squares, residuals, change), 0, singular_change(a, a_dot)


def singular_change(a, a_dot):
    """How the singular values change: u_i' da v_i."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return np.sum(np.real(np.conj(np.swapaxes(u, -1, -2)) @ a_dot * np.conj(vh)), axis=-1)


def squares_change(squares, residuals, change):
    """How the squares of the residuals change; they are left out where the matrix has not full rank."""
    if squares.size == 0:
        return squares
    axis = 0 if np.ndim(residuals) == 1 else -2
    return np.reshape(2.0 * np.sum(np.real(np.conj(residuals) * change), axis=axis), np.shape(squares))


@kind(np.linalg.lstsq)
def least_squares_kind(a: Kind, b: Kind, rcond: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = floating(result_dtype(None, a, b)), dims_of(a), dims_of(b)
    x = None if m is None or n is None else (m[1], *n[1:])
    real = real_dtype(dtype)
    return Tuple((Array(dtype, x), Array(real, (unknown_dim(),)), Scalar("int32"), Array(real, (unknown_dim(),))))


# --- systems and inverses of tensors --------------------------------------------------------------------------------


@adjoint(np.linalg.tensorsolve, cost=1000)
def tensor_solve(a, b, axes=None, *, grad, result):
    """np.linalg.solve, for a and b with their axes put together; `axes` of a are moved to its end before."""
    if axes is None:
        b_grad = np.linalg.solve(np.reshape(a, (b.size, b.size)).T, np.ravel(grad))
        return np.reshape(-np.outer(b_grad, result), a.shape), np.reshape(b_grad, b.shape)
    moved = np.transpose(a, axes_last(axes, np.ndim(a)))
    b_grad = np.linalg.solve(np.reshape(moved, (b.size, b.size)).T, np.ravel(grad))
    moved_grad = np.reshape(-np.outer(b_grad, result), moved.shape)
    return np.transpose(moved_grad, np.argsort(axes_last(axes, np.ndim(a)))), np.reshape(b_grad, b.shape)


def axes_last(axes, count):
    """The order of axes in which some of them are moved to the end."""
    return [axis for axis in range(count) if axis not in axes] + list(axes)


@tangent(np.linalg.tensorsolve)
def tensor_solve_tangent(a, b, axes=None, *, result, a_dot, b_dot):
    if axes is None:
        return np.linalg.tensorsolve(a, b_dot - np.tensordot(a_dot, result, np.ndim(result)))
    change = np.tensordot(np.transpose(a_dot, axes_last(axes, np.ndim(a))), result, np.ndim(result))
    return np.linalg.tensorsolve(a, b_dot - change, axes)


@kind(np.linalg.tensorsolve)
def tensor_solve_kind(a: Kind, b: Kind, axes: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    m, n = dims_of(a), dims_of(b)
    dtype = floating(result_dtype(None, a, b))
    if value_of(axes) is not None:
        return Array(dtype, None if m is None or n is None else tuple(unknown_dim() for _ in m[len(n) :]))
    return Array(dtype, None if m is None or n is None else m[len(n) :])


@adjoint(np.linalg.tensorinv, cost=1000)
def tensor_inverse(a, ind=2, *, grad, result):
    n = np.prod(a.shape[:ind])
    flat = np.reshape(result, (n, n)).T
    return np.reshape(-(flat @ np.reshape(grad, (n, n)) @ flat), a.shape)


@tangent(np.linalg.tensorinv)
def tensor_inverse_tangent(a, ind=2, *, result, a_dot):
    n = np.prod(a.shape[:ind])
    flat = np.reshape(result, (n, n))
    return np.reshape(-(flat @ np.reshape(a_dot, (n, n)) @ flat), result.shape)


@kind(np.linalg.tensorinv)
def tensor_inverse_kind(a: Kind, ind: Kind) -> Kind:
    dims, k = dims_of(a), value_of(ind)
    return Array(floating_of(a), None if dims is None or not isinstance(k, int) else (*dims[k:], *dims[:k]))


# --- powers and products of several matrices ------------------------------------------------------------------------


@adjoint(np.linalg.matrix_power, cost=2000)
def matrix_power(a, n, *, grad):
    if n == 0:
        return 0.0
    if n == 1:
        return grad
    if n == 2:
        return turned(a) @ grad + grad @ turned(a)
    return sized(power_terms(turned(a), n, grad), a)


def power_terms(a, n, x):
    """The sum of a^k @ x @ a^(n-1-k) for k = 0, ..., n-1: how a^n changes with a. For a negative n, of inv(a)^-n."""
    if n == 0:
        return np.zeros_like(x)
    if n < 0:
        a = np.linalg.inv(a)
        x = -(a @ x @ a)
    total, power = x, a
    for _ in range(abs(n) - 1):
        total = total @ a + power @ x
        power = power @ a
    return total


@tangent(np.linalg.matrix_power)
def matrix_power_tangent(a, n, *, a_dot):
    return power_terms(a, n, a_dot)


@kind(np.linalg.matrix_power)
def matrix_power_kind(a: Kind, n: Kind) -> Kind:
    return Array(floating_of(a), dims_of(a))


@adjoint(np.linalg.multi_dot, linear="each", variadic="arrays", cost=2000)
def multi_dot(arrays, *, grad, k):
    if known(rank(arrays[0]) > 2):
        return refuse("np.linalg.multi_dot of stacks: a @ b @ c")
    if k is None:
        return multi_dot_parts(arrays, grad)
    before = [as_column(a) if rank(a) == 1 else a.T for a in arrays[:k][::-1]]
    after = [as_row(a) if rank(a) == 1 else a.T for a in arrays[k + 1 :][::-1]]
    made = np.linalg.multi_dot([*before, as_matrix(grad, arrays[0], arrays[-1]), *after])
    if rank(arrays[k]) == 2:
        return sized(made, arrays[k])
    return sized(made[0] if k == 0 else made[:, 0], arrays[k])


@inline
def as_column(a):
    return a[:, None]


@inline
def as_row(a):
    return a[None, :]


@inline
def as_matrix(grad, first, last):
    """The cotangent of a product with the axes that vectors at its ends took away."""
    if rank(first) == 1:
        return np.reshape(grad, (1, 1)) if rank(last) == 1 else grad[None, :]
    return grad[:, None] if rank(last) == 1 else grad


def multi_dot_parts(arrays, grad):
    """The cotangents of all matrices of a product."""
    first, last = arrays[0], arrays[-1]
    matrices = [first[None, :] if np.ndim(first) == 1 else first, *arrays[1:-1]]
    matrices = [*matrices, last[:, None] if np.ndim(last) == 1 else last]
    grad = np.reshape(grad, (matrices[0].shape[0], matrices[-1].shape[1]))
    made = []
    for k in range(len(matrices)):
        part = grad
        for a in matrices[:k]:
            part = a.T @ part
        for a in matrices[:k:-1]:
            part = part @ a.T
        made.append(np.reshape(part, np.shape(arrays[k])))
    return made


@kind(np.linalg.multi_dot)
def multi_dot_kind(arrays: Kind) -> Kind:
    if not isinstance(arrays, Tuple):
        return Array("", None)
    items = [numeric(item) for item in arrays.items]
    first, last = dims_of(items[0]), dims_of(items[-1])
    dtype = result_dtype(np.multiply, *items[:2]) if len(items) == 2 else result_dtype(None, *items)
    return Array(dtype, None) if first is None or last is None else shaped(dtype, (*first[:-1], *last[1:]))


@kind(squares_part)
def like_residuals(squares_grad: Kind, residuals: Kind) -> Kind:
    return residuals
