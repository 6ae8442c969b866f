"""Functions that read an array in another arrangement: windows that slide over it, repetitions, powers of its items."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from s2sad.kinds import Array, Kind, Scalar
from s2sad.rules.registry import adjoint, kind, known, rank, tangent
from s2sad.rules.results import (
    combined,
    dims_of,
    dims_of_shape,
    length_of,
    numeric,
    numpy_dtype,
    result_dtype,
    unknown_dim,
    value_of,
)


@adjoint(sliding_window_view, linear=True, view=True, cost=1)
def sliding_windows(x, window_shape, axis=None, *, grad):
    return sum_of_windows(grad, np.shape(x), window_shape, axis)


def sum_of_windows(grad, shape, window_shape, axis):
    """The adjoint of sliding windows: each item gets the sum over the windows that it is in."""
    window = window_shape if isinstance(window_shape, tuple) else (window_shape,)
    axes = tuple(range(len(shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    made = np.zeros(shape, dtype=grad.dtype)
    for offsets in np.ndindex(*window):
        places = [slice(None)] * len(shape)
        for k in range(len(axes)):
            count = shape[axes[k]] - window[k] + 1
            places[axes[k]] = slice(offsets[k], offsets[k] + count)
        made[tuple(places)] += grad[(..., *offsets)]
    return made


@kind(sliding_window_view)
def windows_kind(x: Kind, window_shape: Kind, axis: Kind) -> Kind:
    x = numeric(x)
    dims, window = dims_of(x), dims_of_shape(window_shape)
    own = numpy_dtype(getattr(x, "dtype", ""))
    if dims is None or window is None:
        return Array(own, None)
    return Array(own, (*(unknown_dim() for _ in dims), *window))


@adjoint(np.resize, linear=True, wrt=["a"])
def resize(a, new_shape, *, grad):
    return sum_of_repetitions(grad, np.shape(a)), None


def sum_of_repetitions(grad, shape):
    """The adjoint of np.resize: each item gets the sum over its repetitions."""
    flat = np.ravel(grad)
    made = np.zeros(shape, dtype=grad.dtype)
    size = np.size(made)
    if size == 0:
        return made
    whole = np.concatenate([flat, np.zeros(-np.size(flat) % size, dtype=grad.dtype)])
    return np.reshape(np.sum(np.reshape(whole, (-1, size)), axis=0), shape)


@kind(np.resize)
def resize_kind(a: Kind, new_shape: Kind) -> Kind:
    return Array(numpy_dtype(getattr(numeric(a), "dtype", "")), dims_of_shape(new_shape))


@adjoint(np.diagflat, linear=True)
def diagonal_of_flattened(v, k=0, *, grad):
    diagonal = np.diag(grad) if known(k == 0) else np.diag(grad, k)
    return diagonal if known(rank(v) == 1) else np.reshape(diagonal, np.shape(v))


@kind(np.diagflat)
def diagflat_kind(v: Kind, k: Kind) -> Kind:
    v = numeric(v)
    dims = dims_of(v)
    side = unknown_dim() if dims is None or value_of(k) != 0 else combined("*", *dims)
    return Array(numpy_dtype(getattr(v, "dtype", "")), (side, side))


@adjoint(np.vander, cost=20)
def powers(x, N=None, increasing=False, *, grad, result):
    """The derivative of x ** k is k * x ** (k - 1): the columns of the matrix itself, moved by one."""
    factors = np.arange(1, result.shape[1])
    if increasing:
        return np.sum(grad[:, 1:] * factors * result[:, :-1], axis=1)
    return np.sum(grad[:, :-1] * factors[::-1] * result[:, 1:], axis=1)


@tangent(np.vander)
def powers_tangent(x, N=None, increasing=False, *, result, x_dot):
    factors = np.arange(1, result.shape[1])
    constant = np.zeros_like(result[:, :1])
    if increasing:
        return np.concatenate([constant, factors * result[:, :-1] * x_dot[:, None]], axis=1)
    return np.concatenate([factors[::-1] * result[:, 1:] * x_dot[:, None], constant], axis=1)


@kind(np.vander)
def powers_kind(x: Kind, N: Kind, increasing: Kind) -> Kind:
    x = numeric(x)
    dims = dims_of(x)
    dtype = result_dtype(None, x, Scalar("int64"))
    if dims is None:
        return Array(dtype, None)
    return Array(dtype, (*dims, dims[0] if value_of(N) is None else length_of(N)))
