"""numpy.linalg: eigenvalues and eigenvectors, of symmetric matrices and of any, of stacked ones too.

The formulas: M. Giles (2008); of complex matrices with d value = Re(sum(gradient * dx)), and vectors at a given phase.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.linalg import (
    floating_of,
    real_dtype,
    turned,
    turned_conjugate,
    whole_of_half,
)
from s2sad.rules.linalg_decompositions import (
    at_given_phase,
    changes_of_eigenvalues,
    columns_by,
    conjugate,
    for_eigenvalues,
    gaps,
    half_read,
    rows_by,
    with_given_phase,
)
from s2sad.rules.registry import adjoint, inline, kind, tangent
from s2sad.rules.results import dims_of, numeric

# --- eigenvalues of symmetric matrices ------------------------------------------------------------------------------


@adjoint(np.linalg.eigh, several=True, cost=5000)
def eigh(a, UPLO="L", *, grad, result):
    """Giles (2008), 3.1. Where eigenvalues are equal, the vectors have no derivative, which is an error; the values
    have one in what treats them alike."""
    return slope_of_hermitian(a, UPLO, result[0], result[1], grad[0], grad[1])


@inline
def real_row(UPLO):
    """The row of the vectors that LAPACK makes real: it reduces the matrix from the other end."""
    return 0 if UPLO == "L" or UPLO == "l" else -1


@inline
def slope_of_hermitian(a, UPLO, values, vectors, values_grad, vectors_grad):
    if vectors_grad is None:
        return half_read(
            columns_by(conjugate(vectors), for_eigenvalues(values_grad, values)) @ turned(vectors), a, UPLO
        )
    if np.iscomplexobj(a):
        vectors_grad = at_given_phase(vectors, vectors_grad, real_row(UPLO))
    inner = (turned(vectors) @ vectors_grad) / gaps(values)
    if values_grad is None:
        return half_read(conjugate(vectors) @ inner @ turned(vectors), a, UPLO)
    slope = conjugate(vectors) @ inner @ turned(vectors)
    return half_read(columns_by(conjugate(vectors), values_grad) @ turned(vectors) + slope, a, UPLO)


@tangent(np.linalg.eigh)
def eigh_tangent(a, UPLO="L", *, result, a_dot):
    return changes_of_hermitian(a, UPLO, result[0], result[1], a_dot)


@inline
def changes_of_hermitian(a, UPLO, values, vectors, a_dot):
    inner = turned_conjugate(vectors) @ whole_of_half(a_dot, UPLO) @ vectors
    vectors_dot = vectors @ (inner / gaps(values))
    if np.iscomplexobj(a):
        vectors_dot = with_given_phase(vectors, vectors_dot, real_row(UPLO))
    return changes_of_eigenvalues(values, inner), vectors_dot


EIGH = type(np.linalg.eigh(np.eye(1)))


@kind(np.linalg.eigh)
def eigh_kind(a: Kind, UPLO: Kind) -> Kind:
    a = numeric(a)
    dtype, dims = floating_of(a), dims_of(a)
    return Tuple((Array(real_dtype(dtype), None if dims is None else dims[:-1]), Array(dtype, dims)), EIGH)


@adjoint(np.linalg.eigvalsh, cost=3000)
def eigvalsh(a, UPLO="L", *, grad, result):
    """Giles (2008), 3.1."""
    values, vectors = np.linalg.eigh(a) if UPLO == "L" else np.linalg.eigh(a, UPLO)
    return half_read(columns_by(conjugate(vectors), for_eigenvalues(grad, values)) @ turned(vectors), a, UPLO)


@tangent(np.linalg.eigvalsh)
def eigvalsh_tangent(a, UPLO="L", *, a_dot):
    values, vectors = np.linalg.eigh(a, UPLO)
    return changes_of_eigenvalues(values, turned_conjugate(vectors) @ whole_of_half(a_dot, UPLO) @ vectors)


@kind(np.linalg.eigvalsh)
def eigvalsh_kind(a: Kind, UPLO: Kind) -> Kind:
    return eigh_kind(a, UPLO).items[0]  # type: ignore[attr-defined]


# --- eigenvalues of any matrix --------------------------------------------------------------------------------------


@inline
def real_of_real(slope, a):
    """A real matrix may have complex eigenvalues; its gradient is real."""
    return slope if np.iscomplexobj(a) else np.real(slope)


@adjoint(np.linalg.eig, several=True, cost=9000)
def eig(a, *, grad, result):
    """Giles (2008), 3.1, with the vectors as LAPACK scales them: of length 1, the largest element real."""
    values, vectors = result
    values_grad, vectors_grad = grad
    if vectors_grad is None:
        return real_of_real(
            np.linalg.solve(turned(vectors), rows_by(for_eigenvalues(values_grad, values), turned(vectors))), a
        )
    inner = (turned(vectors) @ at_given_scale(vectors, vectors_grad)) / gaps(values)
    slope = inner @ turned(vectors)
    if values_grad is None:
        return real_of_real(np.linalg.solve(turned(vectors), slope), a)
    return real_of_real(np.linalg.solve(turned(vectors), slope + rows_by(values_grad, turned(vectors))), a)


def at_given_scale(vectors, grad):
    """Without the part of the cotangent that changes the length or the phase of a vector, which LAPACK fixes."""
    inner = np.sum(vectors * grad, axis=-2, keepdims=True)
    grad = grad - np.real(inner) * np.conj(vectors)
    return at_given_phase(vectors, grad, None) if np.iscomplexobj(vectors) else grad


@tangent(np.linalg.eig)
def eig_tangent(a, *, result, a_dot):
    values, vectors = result
    inner = np.linalg.solve(vectors, a_dot @ vectors)
    vectors_dot = vectors @ (inner / gaps(values))
    return changes_of_eigenvalues(values, inner), with_given_scale(vectors, vectors_dot)


def with_given_scale(vectors, changes):
    """Changes of vectors that keep the length and the phase that LAPACK gives them."""
    lengthening = np.real(np.sum(np.conj(vectors) * changes, axis=-2, keepdims=True))
    changes = changes - lengthening * vectors
    return with_given_phase(vectors, changes, None) if np.iscomplexobj(vectors) else changes


EIG = type(np.linalg.eig(np.eye(1)))


@kind(np.linalg.eig)
def eig_kind(a: Kind) -> Kind:
    a = numeric(a)
    dims, dtype = dims_of(a), floating_of(a)
    dtype = dtype if dtype in ("complex128", "complex64") else ""  # of a real matrix they may be complex
    return Tuple((Array(dtype, None if dims is None else dims[:-1]), Array(dtype, dims)), EIG)


@adjoint(np.linalg.eigvals, cost=9000)
def eigvals(a, *, grad, result):
    """Giles (2008), 3.1."""
    values, vectors = np.linalg.eig(a)
    return real_of_real(np.linalg.solve(turned(vectors), rows_by(for_eigenvalues(grad, values), turned(vectors))), a)


@tangent(np.linalg.eigvals)
def eigvals_tangent(a, *, a_dot):
    values, vectors = np.linalg.eig(a)
    return changes_of_eigenvalues(values, np.linalg.solve(vectors, a_dot @ vectors))


@kind(np.linalg.eigvals)
def eigvals_kind(a: Kind) -> Kind:
    return eig_kind(a).items[0]  # type: ignore[attr-defined]


# --- kinds of helpers ----------------------------------------------------------------------------------------------


@kind(at_given_scale)
def like_vectors(vectors: Kind, grad: Kind) -> Kind:
    return vectors
