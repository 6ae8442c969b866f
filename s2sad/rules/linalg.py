"""numpy.linalg: norms, inverses, determinants, linear systems; of stacked matrices too."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar, broadcast_dims
from s2sad.rules.piecewise import sign_of
from s2sad.rules.reductions import aligned, count_of, reduced
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, unbroadcast
from s2sad.rules.results import dims_of, floating, numeric, result_dtype, shaped


@inline
def turned(a):
    """The transpose of a matrix, or of each matrix of a stack."""
    return a.T if known(rank(a) == 2) else np.swapaxes(a, -1, -2)


@adjoint(np.linalg.norm, spreads=True, cost=5)
def norm(x, ord=None, axis=None, keepdims=False, *, grad, result):
    """At 0 the subgradient 0. Norms of matrices that need singular values or sums of rows have no rule."""
    vectors = known(isinstance(axis, int)) or (axis is None and known(rank(x) == 1))
    if ord is None or ord == "fro" or (vectors and ord == 2):
        direction = np.conj(x) if np.iscomplexobj(x) else x
        return aligned(per_length(grad, result), x, axis, keepdims) * direction
    if np.iscomplexobj(x) or not vectors or isinstance(ord, str):
        return refuse("np.linalg.norm of this order")
    if ord == 0:
        return 0.0
    if ord == 1:
        return aligned(grad, x, axis, keepdims) * sign_of(x)
    if ord == np.inf or ord == -np.inf:
        best = np.abs(x) == aligned(result, x, axis, keepdims)
        return np.where(best, aligned(grad, x, axis, keepdims) / count_of(best, x, axis), 0.0) * np.sign(x)
    scaled = np.abs(x) / aligned(nonzero_length(result), x, axis, keepdims)
    return aligned(grad, x, axis, keepdims) * np.sign(x) * scaled ** (ord - 1)


@inline
def nonzero_length(result):
    return (result or 1.0) if known(rank(result) == 0) else np.where(result == 0, 1.0, result)


@inline
def per_length(grad, result):
    return grad / nonzero_length(result)


@kind(np.linalg.norm)
def norm_kind(x: Kind, ord: Kind, axis: Kind, keepdims: Kind) -> Kind:
    x = numeric(x)
    dtype = result_dtype(np.absolute, Scalar(floating(getattr(x, "dtype", ""))))
    return reduced(dtype, x, axis, keepdims)


@adjoint(np.linalg.inv, cost=1000)
def inverse(a, *, grad, result):
    return -(turned(result) @ grad @ turned(result))


@adjoint(np.linalg.det, cost=1000)
def determinant(a, *, grad, result):
    """By the inverse: of a singular matrix there is none, and NumPy says so."""
    if known(rank(a) == 2):
        return grad * result * np.linalg.inv(a).T
    return (grad * result)[..., None, None] * turned(np.linalg.inv(a))


@adjoint(np.linalg.solve, cost=1000)
def solve(a, b, *, grad, result):
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


@kind(np.linalg.inv)
def inverse_kind(a: Kind) -> Kind:
    return Array(floating(getattr(a, "dtype", "")), dims_of(a))


@kind(np.linalg.det)
def determinant_kind(a: Kind) -> Kind:
    dims = dims_of(a)
    return shaped(floating(getattr(a, "dtype", "")), None if dims is None else dims[:-2])


@kind(np.linalg.solve)
def solve_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = floating(result_dtype(None, a, b)), dims_of(a), dims_of(b)
    if m is None or n is None:
        return Array(dtype, None)
    if len(n) == 1:
        return Array(dtype, (*m[:-2], *n))
    return Array(dtype, (*(broadcast_dims(m[:-2], n[:-2]) or ()), *n[-2:]))
