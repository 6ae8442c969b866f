"""numpy.linalg: Cholesky, QR and singular value decompositions, of stacked matrices too.

The formulas: M. Giles (2008); M. Seeger et al., "Auto-differentiating linear algebra" (2017); J. Townsend,
"Differentiating the singular value decomposition" (2016); of complex matrices with d value = Re(sum(gradient * dx)).
A function that reads one half of a symmetric matrix gives a gradient in that half.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Dim, Kind, Tuple
from s2sad.rules.linalg import (
    floating_of,
    hermitian_half,
    lower_half,
    real_dtype,
    turned,
    turned_conjugate,
    whole_of_half,
)
from s2sad.rules.reflections import complete_q_change
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, sized, tangent
from s2sad.rules.results import UNSURE, dims_of, numeric, value_of

# --- parts of matrices ----------------------------------------------------------------------------------------------


@inline
def columns_by(matrix, numbers):
    """The columns of a matrix, each times a number."""
    return matrix * numbers if known(rank(matrix) == 2) else matrix * numbers[..., None, :]


@inline
def rows_by(numbers, matrix):
    return numbers[:, None] * matrix if known(rank(matrix) == 2) else numbers[..., :, None] * matrix


@inline
def upper_half(slope, a):
    return turned(hermitian_half(turned(slope))) if np.iscomplexobj(a) else np.triu(slope) + np.triu(turned(slope), 1)


@inline
def half_read(slope, a, UPLO):
    return lower_half(slope, a) if UPLO == "L" or UPLO == "l" else upper_half(slope, a)


@inline
def conjugate(x):
    return np.conj(x) if np.iscomplexobj(x) else x


def gaps(values):
    """values[j] - values[i], infinite for i = j; an error where two are equal."""
    differences = np.expand_dims(values, -2) - np.expand_dims(values, -1)
    same = np.eye(values.shape[-1], dtype=bool)
    if np.any((differences == 0) & ~same):
        raise np.linalg.LinAlgError("where eigenvalues or singular values are equal, the vectors have no derivative")
    return np.where(same, np.inf, differences)


def real_places(vectors, row):
    """Where each vector has the element that LAPACK makes real: in a row of its own, where that isn't 0; where there is
    no such row (None), the largest one."""
    tiny = np.finfo(vectors.dtype).eps
    lengths = np.where(np.abs(np.imag(vectors)) <= 8.0 * tiny, np.abs(vectors), -1.0)
    if row is not None:
        rows = np.expand_dims(np.arange(vectors.shape[-2]), -1)
        lengths = lengths + np.where((rows == row % vectors.shape[-2]) & (lengths > tiny**0.5), 2.0, 0.0)
    places = np.expand_dims(np.argmax(lengths, axis=-2), -2)
    if np.any(np.take_along_axis(lengths, places, -2) <= 0):
        raise np.linalg.LinAlgError("the phase of a vector is not determined, so that it has no derivative")
    return places


def at_given_phase(vectors, grad, row):
    """Without the part of the cotangent that turns the phase of a vector, which LAPACK fixes: one element is real."""
    inner = np.sum(vectors * grad, axis=-2, keepdims=True)
    fixed = real_places(vectors, row)
    pivot = np.real(np.take_along_axis(vectors, fixed, -2))
    rows = np.expand_dims(np.arange(vectors.shape[-2]), -1)
    return grad - np.where(rows == fixed, 1j * np.imag(inner) / pivot, 0.0)


def with_given_phase(vectors, changes, row):
    """Changes of vectors that keep real the element that LAPACK makes real."""
    fixed = real_places(vectors, row)
    pivot = np.real(np.take_along_axis(vectors, fixed, -2))
    turning = np.imag(np.take_along_axis(changes, fixed, -2)) / pivot
    return changes - 1j * turning * vectors


def for_eigenvalues(grad, values):
    """The cotangent of eigenvalues. Of equal ones each by itself has no derivative, what treats them alike has: an
    error where they have different cotangents."""
    equal = np.expand_dims(values, -1) == np.expand_dims(values, -2)
    apart = np.abs(np.expand_dims(grad, -1) - np.expand_dims(grad, -2))
    if np.any(equal & (apart > 1e-6 * np.abs(np.expand_dims(grad, -1)))):
        raise np.linalg.LinAlgError(
            "where eigenvalues or singular values are equal, one of them by itself has no derivative"
        )
    return grad


def changes_of_eigenvalues(values, inner_dot):
    """How eigenvalues change: an error where equal ones don't change alike, so that their order decides."""
    changes = np.diagonal(inner_dot, axis1=-2, axis2=-1)
    changes = changes if np.iscomplexobj(values) else np.real(changes)
    equal = (np.expand_dims(values, -1) == np.expand_dims(values, -2)) & ~np.eye(values.shape[-1], dtype=bool)
    if np.any(equal):
        apart = np.abs(inner_dot) + np.abs(np.expand_dims(changes, -1) - np.expand_dims(changes, -2))
        if np.any(equal & (apart > 1e-6 * np.max(np.abs(inner_dot)))):
            raise np.linalg.LinAlgError(
                "where eigenvalues or singular values are equal, one of them by itself has no derivative: for a "
                "function that treats them alike take the gradient, in reverse mode"
            )
    return changes


def for_singular_values(grad, values):
    """The cotangent of singular values, like that of eigenvalues; at 0 the subgradient 0."""
    return for_eigenvalues(np.where(values == 0, 0.0, grad), values)


def changes_of_singular_values(values, inner_dot):
    """How singular values change; those that are 0 by the subgradient 0."""
    both = 0.5 * (inner_dot + np.conj(np.swapaxes(inner_dot, -1, -2)))
    return changes_of_eigenvalues(values, np.where(np.expand_dims(values, -1) == 0, 0.0, both))


# --- Cholesky -------------------------------------------------------------------------------------------------------


@adjoint(np.linalg.cholesky, cost=1000)
def cholesky(a, *, upper=False, grad, result):
    """Seeger et al. (2017), 4.1; Giles (2008) has the same by elements."""
    if upper:
        factor = turned_conjugate(result)
        return upper_half(cholesky_slope(factor, turned_conjugate(grad)), a)
    return lower_half(cholesky_slope(result, grad), a)


@inline
def cholesky_slope(factor, grad):
    inner = lower_with_half_diagonal(turned(factor) @ grad)
    return np.linalg.solve(turned(factor), turned(np.linalg.solve(turned_conjugate(factor), turned(inner))))


def lower_with_half_diagonal(a):
    """The lower triangle, the diagonal halved."""
    return 0.5 * (np.tril(a) + np.tril(a, -1))


@tangent(np.linalg.cholesky)
def cholesky_tangent(a, *, upper=False, result, a_dot):
    return cholesky_change(result, a_dot, upper)


@inline
def cholesky_change(result, a_dot, upper):
    if upper:
        factor = turned_conjugate(result)
        change = np.linalg.solve(factor, whole_of_half(a_dot, "U"))
    else:
        factor = result
        change = np.linalg.solve(factor, whole_of_half(a_dot, "L"))
    inner = turned_conjugate(np.linalg.solve(factor, turned_conjugate(change)))
    made = factor @ lower_with_half_diagonal(inner)
    return turned_conjugate(made) if upper else made


@kind(np.linalg.cholesky)
def cholesky_kind(a: Kind, upper: Kind) -> Kind:
    a = numeric(a)
    return Array(floating_of(a), dims_of(a))


# --- QR -------------------------------------------------------------------------------------------------------------


@adjoint(np.linalg.qr, several=True, cost=2000)
def qr(a, mode="reduced", *, grad, result):
    """S. Walter and L. Lehmann, "Algorithmic differentiation of linear algebra functions with applications in optimum
    experimental design" (2010)."""
    if mode == "r":
        q = qr_factor(a, result)
        return sized(qr_slope(a, q, result, np.zeros_like(q), grad), a)
    if mode != "reduced" and mode != "complete":
        return refuse("np.linalg.qr(..., mode='raw') gives the reflections of LAPACK: use mode='reduced'")
    q, r = result
    q_grad, r_grad = grad
    if mode == "complete":
        q_grad = np.zeros_like(q) if q_grad is None else q_grad
        r_grad = np.zeros_like(r) if r_grad is None else r_grad
        return sized(complete_qr_slope(a, q, r, q_grad, r_grad), a)
    q_grad = np.zeros_like(q) if q_grad is None else q_grad
    r_grad = np.zeros_like(r) if r_grad is None else r_grad
    return sized(qr_slope(a, q, r, q_grad, r_grad), a)


def qr_factor(a, r):
    """Q, where only R is known."""
    k = r.shape[-2]
    return np.swapaxes(np.linalg.solve(np.swapaxes(r[..., :k], -1, -2), np.swapaxes(a[..., :k], -1, -2)), -1, -2)


def qr_slope(a, q, r, q_grad, r_grad):
    """The adjoint of np.linalg.qr. The columns that a wide matrix has more are Q times those of R."""
    k = r.shape[-2]
    q_grad, r_grad = np.conj(q_grad), np.conj(r_grad)
    square, square_grad, rest_grad = r[..., :k], r_grad[..., :k], r_grad[..., k:]
    q_grad = q_grad + a[..., k:] @ np.conj(np.swapaxes(rest_grad, -1, -2))
    m = square @ np.conj(np.swapaxes(square_grad, -1, -2)) - np.conj(np.swapaxes(q_grad, -1, -2)) @ q
    below = np.tril(m, -1)
    slope = q_grad + q @ (below + np.conj(np.swapaxes(below, -1, -2)) + np.real(np.tril(np.triu(m))))
    first_grad = np.conj(np.swapaxes(np.linalg.solve(square, np.conj(np.swapaxes(slope, -1, -2))), -1, -2))
    return np.conj(np.concatenate([first_grad, q @ rest_grad], axis=-1))


def complete_qr_slope(a, q, r, q_grad, r_grad):
    """Of the complete Q only the columns that belong to rows of R are determined by a."""
    k = min(a.shape[-2:])
    if np.any(q_grad[..., k:]):
        raise np.linalg.LinAlgError("the columns that complete Q have no derivative: use mode='reduced'")
    return qr_slope(a, q[..., :k], r[..., :k, :], q_grad[..., :k], r_grad[..., :k, :])


@tangent(np.linalg.qr)
def qr_tangent(a, mode="reduced", *, result, a_dot):
    if mode == "r":
        return qr_changes(qr_factor(a, result), result, a_dot)[1]
    if mode == "complete":
        q, r = result
        return complete_qr_changes(a, q, r, a_dot)[0], complete_qr_changes(a, q, r, a_dot)[1]
    if mode != "reduced":
        return refuse("np.linalg.qr(..., mode='raw') gives the reflections of LAPACK: use mode='reduced'")
    return qr_changes(result[0], result[1], a_dot)[0], qr_changes(result[0], result[1], a_dot)[1]


def complete_qr_changes(a, q, r, a_dot):
    """How the complete Q and R change. The rows of R beside the columns that only complete Q stay zero."""
    k = min(r.shape[-2:])
    q_dot, r_dot = qr_changes(q[..., :k], r[..., :k, :], a_dot)
    zeros = np.zeros((*r.shape[:-2], r.shape[-2] - k, r.shape[-1]), dtype=r.dtype)
    if q.shape[-1] > k:
        q_dot = complete_q_change(a, q, a_dot)
    return q_dot, np.concatenate([r_dot, zeros], axis=-2)


def qr_changes(q, r, a_dot):
    """How Q and R change with a."""
    k = r.shape[-2]
    first, square = a_dot[..., :k], r[..., :k]
    scaled = np.swapaxes(np.linalg.solve(np.swapaxes(square, -1, -2), np.swapaxes(first, -1, -2)), -1, -2)
    inner = np.conj(np.swapaxes(q, -1, -2)) @ scaled
    below = np.tril(inner, -1)
    turning = below - np.conj(np.swapaxes(below, -1, -2)) + (np.tril(np.triu(inner)) - np.real(np.tril(np.triu(inner))))
    q_dot = scaled - q @ inner + q @ turning
    return q_dot, np.conj(np.swapaxes(q, -1, -2)) @ a_dot - turning @ r


QR = type(np.linalg.qr(np.eye(1)))


@kind(np.linalg.qr)
def qr_kind(a: Kind, mode: Kind) -> Kind:
    a = numeric(a)
    dtype, dims, how = floating_of(a), dims_of(a), value_of(mode)
    if how == "raw" or how is UNSURE:
        return Array(dtype, None)
    if dims is None:
        q = r = Array(dtype, None)
    else:
        m, n = dims[-2:]
        short = m if how == "complete" else shorter(m, n)
        q, r = Array(dtype, (*dims[:-2], m, short)), Array(dtype, (*dims[:-2], short, n))
    return r if how == "r" else Tuple((q, r), QR)


def shorter(m: Dim, n: Dim) -> Dim:
    if isinstance(m.key, int) and isinstance(n.key, int):
        return m if m.key < n.key else n
    return m if m == n else Dim(("min", m.key, n.key), m.many and n.many)


# --- singular values ------------------------------------------------------------------------------------------------


@adjoint(np.linalg.svd, several=True, cost=9000)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False, *, grad, result):
    """Townsend (2016). Where singular values are equal, the vectors have no derivative, which is an error; so are
    columns that only complete U or V. Of a complex matrix LAPACK makes real the first row of V, of a wide one of U."""
    if hermitian:  # the lower half is read
        return lower_half(cotangent_of_factored(whole_of_half(a, "L"), full_matrices, compute_uv, grad, result), a)
    return sized(cotangent_of_factored(a, full_matrices, compute_uv, grad, result), a)


@inline
def cotangent_of_factored(a, full_matrices, compute_uv, cotangent, made):
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return columns_by(conjugate(u), for_singular_values(cotangent, s)) @ conjugate(vh)
    u, s, vh = made
    u_grad, s_grad, vh_grad = cotangent
    if u_grad is None and vh_grad is None:
        numbers = for_singular_values(s_grad, s)
        if full_matrices:
            return columns_by(conjugate(u[..., : s.shape[-1]]), numbers) @ conjugate(vh[..., : s.shape[-1], :])
        return columns_by(conjugate(u), numbers) @ conjugate(vh)
    s_grad = np.zeros_like(s) if s_grad is None else s_grad
    u_grad = np.zeros_like(u) if u_grad is None else u_grad
    vh_grad = np.zeros_like(vh) if vh_grad is None else vh_grad
    if np.iscomplexobj(a):
        u_grad, vh_grad = cotangents_at_given_phase(u, vh, u_grad, vh_grad)
    return svd_slope(u, s, vh, u_grad, s_grad, vh_grad)


def svd_slope(u, s, vh, u_grad, s_grad, vh_grad):
    """The adjoint of np.linalg.svd for all three results."""
    k = s.shape[-1]
    if np.any(u_grad[..., k:]) or np.any(vh_grad[..., k:, :]):
        raise np.linalg.LinAlgError("the vectors that complete U or V have no derivative: use full_matrices=False")
    u, vh, u_grad, v_grad = u[..., :k], vh[..., :k, :], np.conj(u_grad[..., :k]), vh_grad[..., :k, :]
    v, v_grad = np.conj(np.swapaxes(vh, -1, -2)), np.swapaxes(v_grad, -1, -2)
    left, right = np.conj(np.swapaxes(u, -1, -2)) @ u_grad, vh @ v_grad
    columns, rows = np.expand_dims(s, -2), np.expand_dims(s, -1)
    squares = gaps(s**2)
    inner = (left - np.conj(np.swapaxes(left, -1, -2))) / squares * columns
    inner = inner + rows * ((right - np.conj(np.swapaxes(right, -1, -2))) / squares)
    inner = inner + np.expand_dims(s_grad, -2) * np.eye(k, dtype=s.dtype)
    if np.iscomplexobj(u):
        inner = inner + np.eye(k) * np.expand_dims(1j * np.imag(np.diagonal(left, axis1=-2, axis2=-1)) / s, -2)
    made = u @ inner @ vh
    if u.shape[-2] > k:
        made = made + ((u_grad - u @ left) / columns) @ vh
    if vh.shape[-1] > k:
        made = made + (u / columns) @ np.conj(np.swapaxes(v_grad - v @ right, -1, -2))
    return np.conj(made)


def in_one_column(u, vh):
    """The vectors of V, each above its partner of U. They have one phase: LAPACK makes real the first element of that
    of V, of a wide matrix that of U. How many elements are above it, comes second."""
    k = min(u.shape[-2], vh.shape[-1])
    above = 0 if u.shape[-2] >= vh.shape[-1] else vh.shape[-1]
    return np.concatenate([np.conj(np.swapaxes(vh[..., :k, :], -1, -2)), u[..., :k]], axis=-2), above


def cotangents_at_given_phase(u, vh, u_grad, vh_grad):
    """Those of complex singular vectors, without the part that turns their phases."""
    both, row = in_one_column(u, vh)
    k, n = both.shape[-1], vh.shape[-1]
    grad = at_given_phase(both, in_one_column(u_grad, vh_grad)[0], row)
    v_grad = np.conj(np.swapaxes(grad[..., :n, :], -1, -2))
    u_grad = np.concatenate([grad[..., n:, :], u_grad[..., k:]], axis=-1)
    return u_grad, np.concatenate([v_grad, vh_grad[..., k:, :]], axis=-2)


@tangent(np.linalg.svd)
def svd_tangent(a, full_matrices=True, compute_uv=True, hermitian=False, *, result, a_dot):
    if hermitian:
        return svd_tangents(whole_of_half(a, "L"), compute_uv, result, whole_of_half(a_dot, "L"))
    return svd_tangents(a, compute_uv, result, a_dot)


@inline
def svd_tangents(a, compute_uv, result, a_dot):
    if not compute_uv:
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        return changes_of_singular_values(s, turned_conjugate(u) @ a_dot @ turned_conjugate(vh))
    u, s, vh = result
    k = s.shape[-1]
    s_dot = changes_of_singular_values(s, turned_conjugate(u[..., :k]) @ a_dot @ turned_conjugate(vh[..., :k, :]))
    if np.iscomplexobj(a):
        return complex_svd_changes(u, s, vh, a_dot)[0], s_dot, complex_svd_changes(u, s, vh, a_dot)[1]
    return svd_changes(u, s, vh, a_dot)[0], s_dot, svd_changes(u, s, vh, a_dot)[1]


def svd_changes(u, s, vh, a_dot):
    """How U and V change with a. Vectors that only complete them have no derivative: nan."""
    k = s.shape[-1]
    first, v = u[..., :k], np.conj(np.swapaxes(vh[..., :k, :], -1, -2))
    inner = np.conj(np.swapaxes(first, -1, -2)) @ a_dot @ v
    columns, rows, squares = np.expand_dims(s, -2), np.expand_dims(s, -1), gaps(s**2)
    across = np.conj(np.swapaxes(inner, -1, -2))
    u_dot = first @ ((inner * columns + rows * across) / squares)
    v_dot = v @ ((rows * inner + across * columns) / squares)
    if u.shape[-2] > k:
        u_dot = u_dot + (a_dot @ v - first @ inner) / columns
    if vh.shape[-1] > k:
        v_dot = v_dot + (np.conj(np.swapaxes(a_dot, -1, -2)) @ first - v @ across) / columns
    u_dot = with_unknown_columns(u_dot, u.shape[-1] - k)
    return u_dot, np.conj(np.swapaxes(with_unknown_columns(v_dot, vh.shape[-2] - k), -1, -2))


def complex_svd_changes(u, s, vh, a_dot):
    """How complex U and V change with a, at the phases that LAPACK gives them."""
    both, row = in_one_column(u, vh)
    k, n = both.shape[-1], vh.shape[-1]
    u_dot, vh_dot = svd_changes(u, s, vh, a_dot)
    inner = np.sum(np.conj(u[..., :k]) * (a_dot @ both[..., :n, :]), axis=-2, keepdims=True)
    u_dot = u_dot[..., :k] + 1j * u[..., :k] * np.imag(inner) / np.expand_dims(s, -2)
    turned = with_given_phase(both, in_one_column(u_dot, vh_dot)[0], row)
    u_dot = with_unknown_columns(turned[..., n:, :], u.shape[-1] - k)
    return u_dot, np.conj(np.swapaxes(with_unknown_columns(turned[..., :n, :], vh.shape[-2] - k), -1, -2))


def with_unknown_columns(a, count):
    """A matrix with further columns, of nan."""
    return np.concatenate([a, np.full((*a.shape[:-1], count), np.nan, dtype=a.dtype)], axis=-1) if count > 0 else a


SVD = type(np.linalg.svd(np.eye(1)))


@kind(np.linalg.svd)
def svd_kind(a: Kind, full_matrices: Kind, compute_uv: Kind, hermitian: Kind) -> Kind:
    a = numeric(a)
    dtype, dims = floating_of(a), dims_of(a)
    full, vectors = value_of(full_matrices), value_of(compute_uv)
    if vectors is UNSURE or full is UNSURE:
        return Array("", None) if vectors is UNSURE else Tuple((Array(dtype, None),) * 3, SVD)
    if dims is None:
        u = s = vh = None
    else:
        m, n = dims[-2:]
        short = shorter(m, n)
        u, s = (*dims[:-2], m, m if full else short), (*dims[:-2], short)
        vh = (*dims[:-2], n if full else short, n)
    values = Array(real_dtype(dtype), s)
    return Tuple((Array(dtype, u), values, Array(dtype, vh)), SVD) if vectors else values


@adjoint(np.linalg.svdvals, cost=9000)
def svdvals(x, *, grad, result):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return columns_by(conjugate(u), for_singular_values(grad, s)) @ conjugate(vh)


@tangent(np.linalg.svdvals)
def svdvals_tangent(x, *, x_dot):
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    return changes_of_singular_values(s, turned_conjugate(u) @ x_dot @ turned_conjugate(vh))


@kind(np.linalg.svdvals)
def svdvals_kind(x: Kind) -> Kind:
    x = numeric(x)
    dims = dims_of(x)
    return Array(real_dtype(floating_of(x)), None if dims is None else (*dims[:-2], shorter(*dims[-2:])))


# --- kinds of helpers -----------------------------------------------------------------------------------------------


@kind(lower_with_half_diagonal, hermitian_half)
def like_matrix(a: Kind) -> Kind:
    return a


@kind(for_eigenvalues, for_singular_values)
def like_values(grad: Kind, values: Kind) -> Kind:
    return values


@kind(changes_of_eigenvalues, changes_of_singular_values)
def changes_kind(values: Kind, inner_dot: Kind) -> Kind:
    return values


@kind(gaps)
def gaps_kind(values: Kind) -> Kind:
    dims = dims_of(values)
    return Array(getattr(values, "dtype", ""), None if dims is None else (*dims, dims[-1]))


@kind(at_given_phase, with_given_phase)
def phased_kind(vectors: Kind, grad: Kind, row: Kind) -> Kind:
    return vectors
