"""Diagonals and triangles of matrices."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Kind
from s2sad.rules.linear import left_without
from s2sad.rules.registry import adjoint, kind, known, rank, square, unbroadcast
from s2sad.rules.results import (
    Dims,
    combined,
    dim_of,
    dims_of,
    unknown_dim,
    value_of,
)
from s2sad.rules.shapes import with_dims


@adjoint(np.diag, linear=True, view=True)
def diag(v, k=0, *, grad):
    if rank(v) == 1:
        return np.diag(grad) if known(k == 0) else np.diag(grad, k)
    if known(k == 0) and square(v):
        return np.diag(grad)
    return on_diagonal(grad, v, k, 0, 1)


@adjoint(np.diagonal, linear=True, view=True)
def diagonal(a, offset=0, axis1=0, axis2=1, *, grad):
    if known(rank(a) == 2) and known(offset == 0) and square(a):
        return np.diag(grad)
    return on_diagonal(grad, a, offset, axis1, axis2)


def on_diagonal(grad, a, offset, axis1, axis2):
    """An array like `a` of zeros, with grad on a diagonal."""
    made = np.zeros(np.shape(np.moveaxis(a, (axis1, axis2), (-2, -1))), dtype=a.dtype)
    k = np.arange(grad.shape[-1])
    made[..., k - min(offset, 0), k + max(offset, 0)] = grad
    return np.moveaxis(made, (-2, -1), (axis1, axis2))


@kind(np.diag)
def diag_kind(v: Kind, k: Kind) -> Kind:
    dims, offset = dims_of(v), value_of(k)
    if dims is None or not 0 < len(dims) < 3:
        return with_dims(v, None)
    if len(dims) == 1:
        shifted = offset if isinstance(offset, int) else None
        side = (
            dims[0]
            if shifted == 0
            else unknown_dim()
            if shifted is None
            else combined("+", dims[0], dim_of(abs(shifted)))
        )
        return with_dims(v, (side, side))
    return with_dims(v, (dims[0] if dims[0] == dims[1] and offset == 0 else unknown_dim(),))


@kind(np.diagonal)
def diagonal_kind(a: Kind, offset: Kind, axis1: Kind, axis2: Kind) -> Kind:
    dims = dims_of(a)
    if dims is not None and len(dims) == 2 and dims[0] == dims[1] and value_of(offset) == 0:
        return with_dims(a, dims[:1])
    return with_dims(a, None if dims is None else (*(dim_of_rest(dims, axis1, axis2)), unknown_dim()))


def dim_of_rest(dims: Dims, axis1: Kind, axis2: Kind) -> Dims:
    left = left_without(dims, axis1, axis2)
    return tuple(unknown_dim() for _ in dims[2:]) if left is None else left


@adjoint(np.tril, linear=True)
def lower_triangle(m, k=0, *, grad):
    made = np.tril(grad) if known(k == 0) else np.tril(grad, k)
    return unbroadcast(made) if rank(m) == 1 else made


@adjoint(np.triu, linear=True)
def upper_triangle(m, k=0, *, grad):
    made = np.triu(grad) if known(k == 0) else np.triu(grad, k)
    return unbroadcast(made) if rank(m) == 1 else made


@kind(np.tril, np.triu)
def triangle_kind(m: Kind, k: Kind) -> Kind:
    dims = dims_of(m)
    return with_dims(m, (dims[0], dims[0]) if dims is not None and len(dims) == 1 else dims)
