"""Products of matrices and vectors, stacked ones included."""

from __future__ import annotations

import operator

import numpy as np

from s2sad.kinds import NONE, Array, Kind, broadcast_dims
from s2sad.rules.registry import adjoint, inline, kind, known, rank, square, unbroadcast
from s2sad.rules.results import (
    UNSURE,
    array_dtype,
    combined,
    dims_of,
    dtype_of,
    numeric,
    result_dtype,
    shaped,
    value_of,
)


@adjoint(np.matmul, operator.matmul, np.linalg.matmul, linear="each", cost=1000)
def matmul(a, b, *, grad):
    if rank(a) == 1 and rank(b) == 1:
        return grad * b, grad * a
    if rank(a) == 2 and rank(b) == 1:
        return np.outer(grad, b), a.T @ grad
    if rank(a) == 1 and rank(b) == 2:
        return b @ grad, np.outer(a, grad)
    if rank(a) == 2 and rank(b) == 2:
        return grad @ b.T, a.T @ grad
    if rank(b) == 1:
        return grad[..., None] * b, np.reshape(a, (-1, a.shape[-1])).T @ np.ravel(grad)
    if rank(a) == 1:
        return unbroadcast((b @ grad[..., None])[..., 0]), a[:, None] * grad[..., None, :]
    if rank(b) == 2:
        return grad @ b.T, np.reshape(a, (-1, a.shape[-1])).T @ np.reshape(grad, (-1, grad.shape[-1]))
    return unbroadcast(grad @ np.swapaxes(b, -1, -2)), unbroadcast(np.swapaxes(a, -1, -2) @ grad)


@kind(np.matmul, operator.matmul, np.linalg.matmul)
def matmul_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = result_dtype(np.matmul, a, b), dims_of(a), dims_of(b)
    if not m or not n:
        return Array(dtype, None)
    stack = broadcast_dims(m[:-2], n[:-2]) or ()
    return shaped(dtype, (*stack, *m[-2:-1], *(n[-1:] if len(n) > 1 else ())))


@adjoint(np.dot, linear="each", cost=1000)
def dot(a, b, *, grad):
    if rank(a) == 0 or rank(b) == 0:
        return unbroadcast(grad * b), unbroadcast(grad * a)
    if rank(a) == 1 and rank(b) == 1:
        return grad * b, grad * a
    if rank(a) == 2 and rank(b) == 1:
        return np.outer(grad, b), a.T @ grad
    if rank(a) == 1 and rank(b) == 2:
        return b @ grad, np.outer(a, grad)
    if rank(a) == 2 and rank(b) == 2:
        return grad @ b.T, a.T @ grad
    if rank(b) == 1:
        return grad[..., None] * b, np.reshape(a, (-1, a.shape[-1])).T @ np.ravel(grad)
    if rank(b) == 2:
        return grad @ b.T, np.reshape(a, (-1, a.shape[-1])).T @ np.reshape(grad, (-1, grad.shape[-1]))
    columns = np.reshape(np.moveaxis(b, -2, 0), (b.shape[-2], -1))
    flat = np.reshape(grad, (-1, columns.shape[1]))
    rows = np.reshape(a, (-1, a.shape[-1]))
    moved = (b.shape[-2], *b.shape[:-2], b.shape[-1])
    return np.reshape(flat @ columns.T, a.shape), np.moveaxis(np.reshape(rows.T @ flat, moved), 0, -2)


@kind(np.dot)
def dot_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    m, n = dims_of(a), dims_of(b)
    if m == () or n == ():
        return shaped(array_dtype(a, b), broadcast_dims(m, n))
    dtype = array_dtype(a, b)
    if not m or not n:
        return Array(dtype, None)
    return shaped(dtype, (*m[:-1], *n[:-2], *(n[-1:] if len(n) > 1 else ())))


@inline
def shaped_as(e, a):
    return e if known(rank(a) == 1) else np.reshape(e, np.shape(a))


@adjoint(np.vdot, linear="each")
def inner_of_flattened(a, b, *, grad):
    if np.iscomplexobj(a) or np.iscomplexobj(b):
        return shaped_as(np.conj(grad * np.ravel(b)), a), shaped_as(grad * np.conj(np.ravel(a)), b)
    return shaped_as(grad * np.ravel(b), a), shaped_as(grad * np.ravel(a), b)


@kind(np.vdot)
def vdot_kind(a: Kind, b: Kind) -> Kind:
    return shaped(array_dtype(a, b), ())


@adjoint(np.inner, linear="each")
def inner(a, b, *, grad):
    if rank(a) == 0 or rank(b) == 0:
        return unbroadcast(grad * b), unbroadcast(grad * a)
    if rank(a) == 1 and rank(b) == 1:
        return grad * b, grad * a
    if rank(a) == 2 and rank(b) == 2:
        return grad @ b, grad.T @ a
    rows, columns = np.reshape(a, (-1, a.shape[-1])), np.reshape(b, (-1, b.shape[-1]))
    flat = np.reshape(grad, (rows.shape[0], columns.shape[0]))
    return np.reshape(flat @ columns, a.shape), np.reshape(flat.T @ rows, b.shape)


@kind(np.inner)
def inner_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    m, n = dims_of(a), dims_of(b)
    if m == () or n == ():
        return shaped(array_dtype(a, b), broadcast_dims(m, n))
    dtype = array_dtype(a, b)
    return Array(dtype, None) if m is None or n is None else shaped(dtype, (*m[:-1], *n[:-1]))


@adjoint(np.outer, linear="each")
def outer(a, b, *, grad):
    if rank(a) == 1 and rank(b) == 1:
        return grad @ b, a @ grad
    return np.reshape(grad @ np.ravel(b), np.shape(a)), np.reshape(np.ravel(a) @ grad, np.shape(b))


@kind(np.outer)
def outer_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = array_dtype(a, b), dims_of(a), dims_of(b)
    if m is None or n is None:
        return Array(dtype, None)
    return Array(dtype, (combined("*", *m), combined("*", *n)))


@adjoint(np.trace, linear=True)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, *, grad):
    if known(rank(a) == 2):
        return grad * ones_on_diagonal(a, offset, axis1, axis2)
    return np.moveaxis(grad[..., None, None] * ones_on_diagonal(a, offset, axis1, axis2), (-2, -1), (axis1, axis2))


@inline
def ones_on_diagonal(a, offset, axis1, axis2):
    if known(a.dtype == np.float64) and known(offset == 0):
        if square(a):
            return np.eye(a.shape[0])
        return np.eye(a.shape[axis1], a.shape[axis2])
    return np.eye(a.shape[axis1], a.shape[axis2], offset, dtype=a.dtype)


@kind(np.trace)
def trace_kind(a: Kind, offset: Kind, axis1: Kind, axis2: Kind, dtype: Kind = NONE) -> Kind:
    dims = dims_of(a)
    return shaped(dtype_of(dtype, getattr(a, "dtype", "")), None if dims is None else left_without(dims, axis1, axis2))


def left_without(dims: tuple, *axes: Kind) -> tuple | None:
    """The axes that are left without some."""
    gone = [value_of(axis) for axis in axes]
    if UNSURE in gone:
        return None
    return tuple(dim for k, dim in enumerate(dims) if k not in [each % len(dims) for each in gone])
