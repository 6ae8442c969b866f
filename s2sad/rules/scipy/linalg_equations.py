"""scipy.linalg: equations for matrices (Lyapunov's and Riccati's), polar factors, eigenvalues of any matrix.

For an equation F(X, A, ...) = 0 the derivative of F by X is a linear map L, and that by what it is made of says how the
rest follows: L(dX) = -N(dA, ...). Back, one system with the transposed map is solved, for these equations one of
Lyapunov's: T.-C. Kao and G. Hennequin, "Automatic differentiation of Sylvester, Lyapunov, and algebraic Riccati
equations" (2020), from the differentials in M. Konstantinov et al., "Perturbation Theory for Matrix Equations" (2003).
Of complex matrices the transposed ones in the equations are conjugates, too; in the system back they are not.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.linalg import floating_of, turned, turned_conjugate
from s2sad.rules.linalg_decompositions import changes_of_eigenvalues, for_eigenvalues, gaps, rows_by
from s2sad.rules.linalg_eigen import at_given_scale, real_of_real, with_given_scale
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, sized, tangent
from s2sad.rules.results import (
    FALSE,
    dims_of,
    floating,
    numeric,
    result_dtype,
    shaped,
    unless_narrow,
    value_of,
)
from s2sad.rules.scipy.linalg_decompositions import plain_matrix
from s2sad.rules.tensors import conjugated

# --- Lyapunov's equations ---------------------------------------------------------------------------------------------


@inline
def plain_lyapunov(a, q):
    return rank(a) == 2 and rank(q) == 2 and (np.iscomplexobj(a) or not np.iscomplexobj(q))


OTHER_LYAPUNOV = (
    "of a stack, or of a real matrix with a complex q (SciPy's own solution is wrong there, where eigenvalues are "
    "complex): a call for each matrix, with `a + 0j` for a real one"
)


@inline
def conjugated_as(like, x):
    """The conjugate of what is complex if another matrix is."""
    return np.conj(x) if np.iscomplexobj(like) else x


@adjoint(linalg.solve_continuous_lyapunov, cost=3000)
def lyapunov(a, q, *, grad, result):
    """A X + X A^H = Q."""
    if not plain_lyapunov(a, q):
        return refuse(OTHER_LYAPUNOV)
    q_grad = linalg.solve_continuous_lyapunov(a.T, grad)
    return -(q_grad @ result.T + conjugated_as(a, q_grad.T @ result)), q_grad


@tangent(linalg.solve_continuous_lyapunov)
def lyapunov_tangent(a, q, *, result, a_dot, q_dot):
    if not plain_lyapunov(a, q):
        return refuse(OTHER_LYAPUNOV)
    return linalg.solve_continuous_lyapunov(a, q_dot - a_dot @ result - result @ conjugated_as(a, a_dot.T))


@adjoint(linalg.solve_discrete_lyapunov, cost=3000, wrt=["a", "q"])
def discrete_lyapunov(a, q, method=None, *, grad, result):
    """A X A^H - X + Q = 0."""
    if not plain_lyapunov(a, q):
        return refuse(OTHER_LYAPUNOV)
    q_grad = linalg.solve_discrete_lyapunov(a.T, grad, method)
    return q_grad @ conjugated(a) @ result.T + conjugated_as(a, q_grad.T @ a @ result), q_grad


@tangent(linalg.solve_discrete_lyapunov)
def discrete_lyapunov_tangent(a, q, method=None, *, result, a_dot, q_dot):
    if not plain_lyapunov(a, q):
        return refuse(OTHER_LYAPUNOV)
    change = a_dot @ result @ conjugated(a.T) + a @ result @ conjugated_as(a, a_dot.T) + q_dot
    return linalg.solve_discrete_lyapunov(a, change, method)


@kind(linalg.solve_continuous_lyapunov)
def lyapunov_kind(a: Kind, q: Kind, *options: Kind) -> Array:
    a, q = numeric(a), numeric(q)
    return Array(floating(result_dtype(np.matmul, a, q)), dims_of(a))


@kind(linalg.solve_discrete_lyapunov)
def discrete_lyapunov_kind(a: Kind, q: Kind, *options: Kind) -> Kind:
    return wide(lyapunov_kind(a, q))


def wide(array: Array) -> Array:
    return Array(unless_narrow(array.dtype), array.dims)


# --- Riccati's equations ----------------------------------------------------------------------------------------------


@inline
def plain_riccati(a, b, q, r, e, s):
    return rank(a) == 2 and rank(b) == 2 and rank(q) == 2 and rank(r) == 2 and e is None and s is None


OTHER_RICCATI = "of a stack, or with e or s: a call without e and s for each matrix"


@inline
def with_its_conjugate(result, x):
    """x + x^H."""
    return x + conjugated_as(result, x.T)


@adjoint(linalg.solve_continuous_are, cost=9000, wrt=["a", "b", "q", "r"])
def riccati(a, b, q, r, e=None, s=None, balanced=True, *, grad, result):
    """A^H X + X A - X B R^-1 B^H X + Q = 0. Q and R are symmetric (Hermitian), and so are their gradients."""
    if not plain_riccati(a, b, q, r, e, s):
        return refuse(OTHER_RICCATI)
    gain = linalg.solve(r, turned_conjugate(b) @ result)
    slope = linalg.solve_continuous_lyapunov(conjugated_as(result, a - b @ gain), -grad)
    both = with_its_conjugate(result, slope)
    of_a = conjugated(result) @ both
    return of_a, -of_a @ gain.T, 0.5 * both, 0.5 * conjugated_as(result, gain) @ both @ gain.T


@tangent(linalg.solve_continuous_are)
def riccati_tangent(a, b, q, r, e=None, s=None, balanced=True, *, result, a_dot, b_dot, q_dot, r_dot):
    if not plain_riccati(a, b, q, r, e, s):
        return refuse(OTHER_RICCATI)
    gain = linalg.solve(r, turned_conjugate(b) @ result)
    half = result @ a_dot - result @ b_dot @ gain
    change = with_its_conjugate(result, half) + conjugated_as(result, gain.T) @ r_dot @ gain + q_dot
    return linalg.solve_continuous_lyapunov(conjugated_as(result, (a - b @ gain).T), -change)


@adjoint(linalg.solve_discrete_are, cost=9000, wrt=["a", "b", "q", "r"])
def discrete_riccati(a, b, q, r, e=None, s=None, balanced=True, *, grad, result):
    """A^H X A - X - A^H X B (R + B^H X B)^-1 B^H X A + Q = 0."""
    if not plain_riccati(a, b, q, r, e, s):
        return refuse(OTHER_RICCATI)
    gain = linalg.solve(r + turned_conjugate(b) @ result @ b, turned_conjugate(b) @ result @ a)
    closed = a - b @ gain
    slope = linalg.solve_discrete_lyapunov(conjugated_as(result, closed), grad)
    both = with_its_conjugate(result, slope)
    of_a = conjugated_as(result, result @ closed) @ both
    return of_a, -of_a @ gain.T, 0.5 * both, 0.5 * conjugated_as(result, gain) @ both @ gain.T


@tangent(linalg.solve_discrete_are)
def discrete_riccati_tangent(a, b, q, r, e=None, s=None, balanced=True, *, result, a_dot, b_dot, q_dot, r_dot):
    if not plain_riccati(a, b, q, r, e, s):
        return refuse(OTHER_RICCATI)
    gain = linalg.solve(r + turned_conjugate(b) @ result @ b, turned_conjugate(b) @ result @ a)
    closed = a - b @ gain
    half = conjugated_as(result, closed.T) @ result @ (a_dot - b_dot @ gain)
    change = with_its_conjugate(result, half) + conjugated_as(result, gain.T) @ r_dot @ gain + q_dot
    return linalg.solve_discrete_lyapunov(conjugated_as(result, closed.T), change)


@kind(linalg.solve_continuous_are, linalg.solve_discrete_are)
def riccati_kind(a: Kind, b: Kind, q: Kind, r: Kind, *options: Kind) -> Kind:
    return wide(Array(floating(result_dtype(None, *map(numeric, (a, b, q, r)))), dims_of(numeric(a))))


# --- polar factors ----------------------------------------------------------------------------------------------------


@adjoint(linalg.polar, several=True, cost=9000)
def polar(a, side="right", *, grad, result):
    u, p = result
    u_grad = np.zeros_like(u) if grad[0] is None else grad[0]
    p_grad = np.zeros_like(p) if grad[1] is None else grad[1]
    if not plain_matrix(a):
        if side == "right":
            return sized(np.conj(polar_slope_of_each(u, p, np.conj(u_grad), np.conj(p_grad))), a)
        return sized(turned(polar_slope_of_each(turned_conjugate(u), p, turned(u_grad), np.conj(p_grad))), a)
    if side == "right":
        return sized(polar_slope(u, p, u_grad, p_grad), a)
    return sized(polar_slope(u.T, p, u_grad.T, p_grad).T, a)


def polar_slope(u, p, u_grad, p_grad):
    """The cotangent of u @ p, with orthonormal columns in u and a symmetric p: u changes by u W and what is across, and
    p W + W p is what u^T da is not symmetric by (N. Higham, "Functions of Matrices", 2008, chapter 8)."""
    refuse_without_factors(u, p)
    turning = linalg.solve_sylvester(p, p, u.T @ u_grad - p_grad @ p)
    across = linalg.solve(p, (u_grad - u @ (u.T @ u_grad)).T).T
    return u @ (turning - turning.T + p_grad) + across


def polar_slope_of_each(u, p, u_grad, p_grad):
    """The same of a stack, or of complex matrices, whose p is Hermitian."""
    refuse_without_factors(u, p)
    u_turned = np.conj(np.swapaxes(u, -1, -2))
    turning = twice_divided(p, u_turned @ u_grad - p_grad @ p)
    beside = np.conj(np.swapaxes(u_grad - u @ (u_turned @ u_grad), -1, -2))
    across = np.conj(np.swapaxes(np.linalg.solve(p, beside), -1, -2))
    return u @ (turning - np.conj(np.swapaxes(turning, -1, -2)) + p_grad) + across


def twice_divided(p, a):
    """The solution x of p x + x p = a, of Hermitian p."""
    values, vectors = np.linalg.eigh(p)
    inner = np.conj(np.swapaxes(vectors, -1, -2)) @ a @ vectors
    inner = inner / (np.expand_dims(values, -1) + np.expand_dims(values, -2))
    return vectors @ inner @ np.conj(np.swapaxes(vectors, -1, -2))


def refuse_without_factors(u, p):
    if u.shape[-2] < u.shape[-1]:
        raise np.linalg.LinAlgError("of a matrix with more columns than rows the polar factors have no derivative")
    if p.size and np.any(np.linalg.matrix_rank(p) < p.shape[-1]):
        raise np.linalg.LinAlgError("of a matrix without full rank the polar factors have no derivative")


@tangent(linalg.polar)
def polar_tangent(a, side="right", *, result, a_dot):
    u, p = result
    if not plain_matrix(a):
        if side == "right":
            return polar_changes_of_each(u, p, a_dot)[0], polar_changes_of_each(u, p, a_dot)[1]
        changes = polar_changes_of_each(turned_conjugate(u), p, turned_conjugate(a_dot))
        return turned_conjugate(changes[0]), changes[1]
    if side == "right":
        return polar_changes(u, p, a_dot)[0], polar_changes(u, p, a_dot)[1]
    return polar_changes(u.T, p, a_dot.T)[0].T, polar_changes(u.T, p, a_dot.T)[1]


def polar_changes_of_each(u, p, change):
    """How u and p change, of a stack, or of complex matrices."""
    refuse_without_factors(u, p)
    inner = np.conj(np.swapaxes(u, -1, -2)) @ change
    turning = twice_divided(p, inner - np.conj(np.swapaxes(inner, -1, -2)))
    across = np.conj(np.swapaxes(np.linalg.solve(p, np.conj(np.swapaxes(change - u @ inner, -1, -2))), -1, -2))
    return u @ turning + across, inner - turning @ p


def polar_changes(u, p, change):
    """How u and p change with u @ p."""
    refuse_without_factors(u, p)
    inner = u.T @ change
    turning = linalg.solve_sylvester(p, p, inner - inner.T)
    across = linalg.solve(p, (change - u @ inner).T).T
    return u @ turning + across, inner - turning @ p


@kind(linalg.polar)
def polar_kind(a: Kind, side: Kind) -> Kind:
    a = numeric(a)
    dtype, dims, which = floating_of(a), dims_of(a), value_of(side)
    if dims is None or len(dims) < 2 or which not in ("right", "left"):
        return Tuple((Array(dtype, None),) * 2)
    n = dims[-1] if which == "right" else dims[-2]
    return Tuple((Array(dtype, dims), Array(dtype, (*dims[:-2], n, n))))


@adjoint(linalg.orthogonal_procrustes, several=True, cost=9000, wrt=["A", "B"])
def procrustes(A, B, check_finite=True, *, grad, result):
    """The polar factor of A^T B, and the sum of its singular values."""
    if not plain_matrix(A) or not plain_matrix(B):
        return refuse("of complex matrices")
    u = result[0]
    product = A.T @ B
    if grad[0] is None:
        slope = grad[1] * u
    elif grad[1] is None:
        slope = polar_slope(u, u.T @ product, grad[0], np.zeros_like(u))
    else:
        slope = polar_slope(u, u.T @ product, grad[0], np.zeros_like(u)) + grad[1] * u
    return B @ slope.T, A @ slope


@tangent(linalg.orthogonal_procrustes)
def procrustes_tangent(A, B, check_finite=True, *, result, A_dot, B_dot):
    if not plain_matrix(A) or not plain_matrix(B):
        return refuse("of complex matrices")
    u = result[0]
    change = A_dot.T @ B + A.T @ B_dot
    return polar_changes(u, u.T @ A.T @ B, change)[0], np.sum(u * change)


@kind(linalg.orthogonal_procrustes)
def procrustes_kind(A: Kind, B: Kind, check_finite: Kind) -> Kind:
    A, B = numeric(A), numeric(B)
    dims, dtype = dims_of(A), floating(result_dtype(np.matmul, A, B))
    n = None if dims is None or len(dims) != 2 else (dims[1], dims[1])
    return Tuple((Array(dtype, n), shaped(dtype, ())))


# --- eigenvalues ------------------------------------------------------------------------------------------------------

OTHER_EIG = "with b, left, or overwritten: scipy.linalg.eigh takes b"


@inline
def plain_eig(a, b, left, overwrite_a, overwrite_b, homogeneous_eigvals):
    return b is None and not (left or overwrite_a or overwrite_b or homogeneous_eigvals)


@inline
def slope_of_eigenvalues(a, values, vectors, grad):
    return real_of_real(linalg.solve(turned(vectors), rows_by(for_eigenvalues(grad, values), turned(vectors))), a)


@inline
def eigenvalues_along(values, vectors, a_dot):
    return changes_of_eigenvalues(values, linalg.solve(vectors, a_dot @ vectors))


@adjoint(linalg.eig, several=True, cost=9000, wrt=["a"])
def eig(a, b=None, left=False, right=True, overwrite_a=False, overwrite_b=False, check_finite=True,
        homogeneous_eigvals=False, *, grad, result):  # fmt: skip
    """As np.linalg.eig: M. Giles (2008), 3.1, with the vectors as LAPACK scales them."""
    if not plain_eig(a, b, left, overwrite_a, overwrite_b, homogeneous_eigvals):
        return refuse(OTHER_EIG)
    if not right:
        values, vectors = linalg.eig(a)
        return slope_of_eigenvalues(a, values, vectors, grad)
    values, vectors = result
    values_grad, vectors_grad = grad
    if vectors_grad is None:
        return slope_of_eigenvalues(a, values, vectors, values_grad)
    inner = (turned(vectors) @ at_given_scale(vectors, vectors_grad)) / gaps(values)
    slope = inner @ turned(vectors)
    if values_grad is None:
        return real_of_real(linalg.solve(turned(vectors), slope), a)
    return real_of_real(linalg.solve(turned(vectors), slope + rows_by(values_grad, turned(vectors))), a)


@tangent(linalg.eig)
def eig_tangent(a, b=None, left=False, right=True, overwrite_a=False, overwrite_b=False, check_finite=True,
                homogeneous_eigvals=False, *, result, a_dot):  # fmt: skip
    if not plain_eig(a, b, left, overwrite_a, overwrite_b, homogeneous_eigvals):
        return refuse(OTHER_EIG)
    if not right:
        values, vectors = linalg.eig(a)
        return eigenvalues_along(values, vectors, a_dot)
    values, vectors = result
    inner = linalg.solve(vectors, a_dot @ vectors)
    return changes_of_eigenvalues(values, inner), with_given_scale(vectors, vectors @ (inner / gaps(values)))


@kind(linalg.eig)
def eig_kind(a: Kind, b: Kind, left: Kind, right: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(a))
    values = Array("complex128" if floating_of(numeric(a)) in ("float64", "complex128") else "",
                   None if dims is None else dims[:-1])  # fmt: skip
    vectors = Array("complex128" if floating_of(numeric(a)) == "complex128" else "", dims)
    return values if value_of(right) is False else Tuple((values, vectors))


@adjoint(linalg.eigvals, cost=9000, wrt=["a"])
def eigvals(a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False, *, grad):
    if not plain_eig(a, b, False, overwrite_a, False, homogeneous_eigvals):
        return refuse(OTHER_EIG)
    values, vectors = linalg.eig(a)
    return slope_of_eigenvalues(a, values, vectors, grad)


@tangent(linalg.eigvals)
def eigvals_tangent(a, b=None, overwrite_a=False, check_finite=True, homogeneous_eigvals=False, *, a_dot):
    if not plain_eig(a, b, False, overwrite_a, False, homogeneous_eigvals):
        return refuse(OTHER_EIG)
    values, vectors = linalg.eig(a)
    return eigenvalues_along(values, vectors, a_dot)


@kind(linalg.eigvals)
def eigvals_kind(a: Kind, *options: Kind) -> Kind:
    return eig_kind(a, FALSE, FALSE, FALSE)


# --- symmetric tridiagonal matrices -----------------------------------------------------------------------------------

ALL_VALUES = "of a stack, or of a part of the eigenvalues: select='a', and a slice of the result"
ALL_VECTORS = (
    "of a stack, or of a part of what it gives: select='a', and linalg.eigvalsh_tridiagonal for the values alone"
)


@adjoint(linalg.eigvalsh_tridiagonal, cost=1000, wrt=["d", "e"])
def tridiagonal_values(
    d, e, select="a", select_range=None, check_finite=True, tol=0.0, lapack_driver="auto", *, grad
):  # fmt: skip
    """Giles (2008), 3.1: the parts of V diag(grad) V^T that stand in the matrix; e stands there twice."""
    if select != "a" or rank(d) != 1:
        return refuse(ALL_VALUES)
    values, vectors = linalg.eigh_tridiagonal(d, e)
    numbers = for_eigenvalues(grad, values)
    return vectors**2 @ numbers, 2.0 * (vectors[:-1] * vectors[1:]) @ numbers


@tangent(linalg.eigvalsh_tridiagonal)
def tridiagonal_values_tangent(
    d, e, select="a", select_range=None, check_finite=True, tol=0.0, lapack_driver="auto", *, d_dot, e_dot
):  # fmt: skip
    if select != "a" or rank(d) != 1:
        return refuse(ALL_VALUES)
    values, vectors = linalg.eigh_tridiagonal(d, e)
    return changes_of_eigenvalues(values, vectors.T @ tridiagonal_of(d_dot, e_dot, vectors))


@adjoint(linalg.eigh_tridiagonal, several=True, cost=1000, wrt=["d", "e"])
def tridiagonal(d, e, eigvals_only=False, select="a", select_range=None, check_finite=True, tol=0.0,
                lapack_driver="auto", *, grad, result):  # fmt: skip
    if select != "a" or eigvals_only or rank(d) != 1:
        return refuse(ALL_VECTORS)
    values, vectors = result
    values_grad, vectors_grad = grad
    if vectors_grad is None:
        numbers = for_eigenvalues(values_grad, values)
        return vectors**2 @ numbers, 2.0 * (vectors[:-1] * vectors[1:]) @ numbers
    slope = vectors @ ((vectors.T @ vectors_grad) / gaps(values)) @ vectors.T
    if values_grad is None:
        return np.diag(slope), np.diag(slope, 1) + np.diag(slope, -1)
    return (
        np.diag(slope) + vectors**2 @ values_grad,
        np.diag(slope, 1) + np.diag(slope, -1) + 2.0 * (vectors[:-1] * vectors[1:]) @ values_grad,
    )


@tangent(linalg.eigh_tridiagonal)
def tridiagonal_tangent(d, e, eigvals_only=False, select="a", select_range=None, check_finite=True, tol=0.0,
                        lapack_driver="auto", *, result, d_dot, e_dot):  # fmt: skip
    if select != "a" or eigvals_only or rank(d) != 1:
        return refuse(ALL_VECTORS)
    values, vectors = result
    inner = vectors.T @ tridiagonal_of(d_dot, e_dot, vectors)
    return changes_of_eigenvalues(values, inner), vectors @ (inner / gaps(values))


def tridiagonal_of(d_dot, e_dot, vectors):
    """The product of a symmetric tridiagonal matrix with vectors; a tangent may be the number 0."""
    n = len(vectors)
    main, beside = np.broadcast_to(d_dot, n), np.broadcast_to(e_dot, n - 1)
    made = main[:, None] * vectors
    made[:-1] += beside[:, None] * vectors[1:]
    made[1:] += beside[:, None] * vectors[:-1]
    return made


@kind(linalg.eigvalsh_tridiagonal)
def tridiagonal_values_kind(d: Kind, e: Kind, *options: Kind) -> Kind:
    d, e = numeric(d), numeric(e)
    return Array(floating(result_dtype(np.add, d, e)), dims_of(d))


@kind(linalg.eigh_tridiagonal)
def tridiagonal_kind(d: Kind, e: Kind, eigvals_only: Kind, *options: Kind) -> Kind:
    values = tridiagonal_values_kind(d, e)
    dims = dims_of(numeric(d))
    return Tuple((values, Array(values.dtype, None if dims is None else (*dims, *dims))))  # type: ignore[attr-defined]
