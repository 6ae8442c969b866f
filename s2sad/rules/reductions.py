"""Reductions over all or some axes: sum, mean, prod, max, ..., and running sums and products."""

from __future__ import annotations

import math

import numpy as np

from s2sad.kinds import ONE, Array, Kind, dtype_char
from s2sad.rules.elementwise import not_zero
from s2sad.rules.registry import adjoint, inline, kind, known, rank, spread, tangent
from s2sad.rules.results import (
    FALSE,
    Dims,
    axes_of,
    combined,
    dims_of,
    dtype_of,
    floating,
    numeric,
    numpy_dtype,
    shaped,
    value_of,
)

# --- kinds ----------------------------------------------------------------------------------------------------------


def reduced_dims(dims: Dims | None, axis: Kind, keepdims: Kind) -> Dims | None:
    """The axes that are left when some are reduced."""
    which, keep = value_of(axis), value_of(keepdims)
    if which is None and keep is False:
        return ()
    if dims is None or keep not in (True, False):
        return None
    axes = axes_of(which, len(dims))
    if axes is None:  # an axis that is known at run time only: what is left is not known, but how many
        return None
    return tuple(ONE if k in axes else dim for k, dim in enumerate(dims) if keep or k not in axes)


def reduced(dtype: str, a: Kind, axis: Kind, keepdims: Kind) -> Kind:
    return shaped(dtype, reduced_dims(dims_of(a), axis, keepdims))


@kind(np.sum, np.prod)
def sum_kind(a: Kind, axis: Kind, dtype: Kind, keepdims: Kind = FALSE) -> Kind:
    a = numeric(a)
    own = numpy_dtype(getattr(a, "dtype", ""))
    return reduced(dtype_of(dtype, "int64" if own in ("bool", "int8", "int16", "int32") else own), a, axis, keepdims)


@kind(np.mean)
def mean_kind(a: Kind, axis: Kind, dtype: Kind, keepdims: Kind) -> Kind:
    a = numeric(a)
    return reduced(dtype_of(dtype, floating(getattr(a, "dtype", ""))), a, axis, keepdims)


@kind(np.var, np.std)
def spread_kind(a: Kind, axis: Kind, dtype: Kind, ddof: Kind, keepdims: Kind) -> Kind:
    a = numeric(a)
    own = floating(getattr(a, "dtype", ""))
    return reduced(dtype_of(dtype, _absolute(own)), a, axis, keepdims)


def _absolute(dtype: str) -> str:
    return {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)


@kind(np.max, np.min, np.amax, np.amin)
def extreme_kind(a: Kind, axis: Kind, keepdims: Kind) -> Kind:
    a = numeric(a)
    return reduced(numpy_dtype(getattr(a, "dtype", "")), a, axis, keepdims)


@kind(np.cumsum, np.cumprod)
def running_kind(a: Kind, axis: Kind, dtype: Kind) -> Kind:
    a = numeric(a)
    own, dims = numpy_dtype(getattr(a, "dtype", "")), dims_of(a)
    if value_of(axis) is None:
        dims = None if dims is None else (combined("*", *dims),)
    return Array(dtype_of(dtype, "int64" if dtype_char(own) == "b" else own), dims)


# --- parts of templates ---------------------------------------------------------------------------------------------


@inline
def aligned(small, a, axis, keepdims):
    """A value of the result's shape, made to broadcast to `a` along the reduced axes."""
    if axis is None or keepdims or known(axis == 0) or known(rank(a) <= 1) or known(rank(small) == 0):
        return small
    if known(isinstance(axis, tuple) and axis == tuple(range(len(axis)))):
        return small
    if known(axis == 1 and rank(a) == 2):
        return small[:, None]
    if known(axis == -1) or known(axis == rank(a) - 1):
        return small[..., None] if known(rank(a) > 1) else np.expand_dims(small, axis)
    return np.expand_dims(small, axis)


@inline
def count(a, axis):
    """How many items are reduced to one."""
    if known(rank(a) == 0):
        return 1
    if axis is None:
        return a.size
    if isinstance(axis, tuple):
        return math.prod([a.shape[k] for k in axis])
    return a.shape[axis]


@inline
def centered(a, axis):
    return a - np.mean(a) if axis is None else a - np.mean(a, axis=axis, keepdims=True)


# --- sums -----------------------------------------------------------------------------------------------------------


@adjoint(np.sum, linear=True, spreads=True)
def total(a, axis=None, dtype=None, *, keepdims=False, grad):
    return spread(aligned(grad, a, axis, keepdims))


@adjoint(np.mean, linear=True, spreads=True)
def mean(a, axis=None, dtype=None, *, keepdims=False, grad):
    return spread(aligned(grad, a, axis, keepdims) / count(a, axis))


@adjoint(np.var, spreads=True, cost=5)
def variance(a, axis=None, dtype=None, *, ddof=0, keepdims=False, grad):
    slope = 2.0 * aligned(grad, a, axis, keepdims) / (count(a, axis) - ddof)
    return slope * np.conj(centered(a, axis)) if np.iscomplexobj(a) else slope * centered(a, axis)


@tangent(np.var)
def variance_tangent(a, axis=None, dtype=None, *, ddof=0, keepdims=False, a_dot):
    product = np.conj(centered(a, axis)) * a_dot if np.iscomplexobj(a) else centered(a, axis) * a_dot
    return 2.0 * np.sum(np.real(product), axis=axis, keepdims=keepdims) / (count(a, axis) - ddof)


@adjoint(np.std, spreads=True, cost=5)
def deviation(a, axis=None, dtype=None, *, ddof=0, keepdims=False, grad, result):
    """Where all numbers are equal, the subgradient 0."""
    slope = aligned(grad / not_zero(result), a, axis, keepdims) / (count(a, axis) - ddof)
    return slope * np.conj(centered(a, axis)) if np.iscomplexobj(a) else slope * centered(a, axis)


@tangent(np.std)
def deviation_tangent(a, axis=None, dtype=None, *, ddof=0, keepdims=False, result, a_dot):
    product = np.conj(centered(a, axis)) * a_dot if np.iscomplexobj(a) else centered(a, axis) * a_dot
    variance_dot = np.sum(np.real(product), axis=axis, keepdims=keepdims) / (count(a, axis) - ddof)
    return variance_dot / not_zero(result)


@adjoint(np.cumsum, linear=True)
def running_sum(a, axis=None, dtype=None, *, grad):
    if known(rank(a) == 1):
        return np.cumsum(grad[::-1])[::-1]
    if axis is None:
        return np.reshape(np.cumsum(grad[::-1])[::-1], np.shape(a))
    return np.flip(np.cumsum(np.flip(grad, axis), axis), axis)


# --- products -------------------------------------------------------------------------------------------------------


@adjoint(np.prod, spreads=True, cost=20)
def product(a, axis=None, dtype=None, *, keepdims=False, grad):
    return aligned(grad, a, axis, keepdims) * products_of_others(a, axis)


@tangent(np.prod)
def product_tangent(a, axis=None, dtype=None, *, keepdims=False, a_dot):
    return np.sum(products_of_others(a, axis) * a_dot, axis=axis, keepdims=keepdims)


@adjoint(np.cumprod, cost=20)
def running_product(a, axis=None, dtype=None, *, grad):
    return running_product_adjoint(a, axis, grad)


def products_of_others(a, axis=None):
    """For each item of `a` the product of all the others along the axis: exact also where items are zero."""
    axes = tuple(range(np.ndim(a))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    front = tuple(range(len(axes)))
    moved = np.moveaxis(a, axes, front)
    rows = np.reshape(moved, (-1, *moved.shape[len(axes) :]))
    first = np.ones_like(rows[:1])
    before = np.cumprod(np.concatenate([first, rows[:-1]]), axis=0)
    after = np.flip(np.cumprod(np.concatenate([first, np.flip(rows[1:], 0)]), axis=0), 0)
    return np.moveaxis(np.reshape(before * after, moved.shape), front, axes)


def running_product_adjoint(a, axis, grad):
    """The adjoint of np.cumprod: exact also where items are zero."""
    rows = np.reshape(a, (-1,)) if axis is None else np.moveaxis(a, axis, 0)
    later = np.copy(np.moveaxis(grad, 0 if axis is None else axis, 0))
    for i in reversed(range(len(rows) - 1)):
        later[i] = later[i] + rows[i + 1] * later[i + 1]
    before = np.cumprod(np.concatenate([np.ones_like(rows[:1]), rows[:-1]]), axis=0)
    made = before * later
    return np.reshape(made, np.shape(a)) if axis is None else np.moveaxis(made, 0, axis)


@tangent(np.cumprod)
def running_product_tangent(a, axis=None, dtype=None, *, a_dot):
    return running_product_derivative(a, axis, a_dot)


def running_product_derivative(a, axis, a_dot):
    """How np.cumprod changes with a: the product rule along the axis."""
    rows = np.reshape(a, (-1,)) if axis is None else np.moveaxis(a, axis, 0)
    changes = np.copy(np.reshape(a_dot, (-1,)) if axis is None else np.moveaxis(a_dot, axis, 0))
    products = np.cumprod(rows, axis=0)
    for i in range(1, len(rows)):
        changes[i] = changes[i] * products[i - 1] + rows[i] * changes[i - 1]
    return changes if axis is None else np.moveaxis(changes, 0, axis)


# --- extremes: ties share equally -----------------------------------------------------------------------------------


@adjoint(np.max, np.min, np.amax, np.amin, spreads=True)
def extreme(a, axis=None, *, keepdims=False, grad, result):
    if known(rank(a) == 0):
        return grad
    best = a == aligned(result, a, axis, keepdims)
    return np.where(best, aligned(grad, a, axis, keepdims) / count_of(best, a, axis), 0.0)


@inline
def count_of(best, a, axis):
    """How many share; of a's dtype, so that dividing by it keeps the dtype."""
    if known(a.dtype == np.float64):
        return np.count_nonzero(best) if axis is None else np.sum(best, axis=axis, keepdims=True)
    return np.sum(best, axis=axis, dtype=a.dtype, keepdims=axis is not None)


@tangent(np.max, np.min, np.amax, np.amin)
def extreme_tangent(a, axis=None, *, keepdims=False, result, a_dot):
    best = a == aligned(result, a, axis, keepdims)
    return np.sum(best * a_dot, axis=axis, keepdims=keepdims) / np.sum(best, axis=axis, keepdims=keepdims)
