"""Reductions over all or some axes: sum, mean, prod, max, ..."""

from __future__ import annotations

import math

import numpy as np

from s2sad.kinds import NONE, ONE, Array, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.registry import adjoint, inline, kind, known, rank, spread, tangent, unbroadcast
from s2sad.rules.results import (
    FALSE,
    TRUE,
    Dims,
    axes_of,
    dims_of,
    dtype_of,
    floating,
    numeric,
    numpy_dtype,
    result_dtype,
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
def sum_kind(
    a: Kind, axis: Kind, dtype: Kind, out: Kind = NONE, keepdims: Kind = FALSE, initial: Kind = NONE, where: Kind = TRUE
) -> Kind:
    a = numeric(a)
    own = numpy_dtype(getattr(a, "dtype", ""))
    return reduced(dtype_of(dtype, "int64" if own in ("bool", "int8", "int16", "int32") else own), a, axis, keepdims)


@kind(np.mean)
def mean_kind(a: Kind, axis: Kind, dtype: Kind, out: Kind, keepdims: Kind, *, where: Kind = TRUE) -> Kind:
    a = numeric(a)
    return reduced(dtype_of(dtype, floating(getattr(a, "dtype", ""))), a, axis, keepdims)


@kind(np.var, np.std)
def spread_kind(
    a: Kind, axis: Kind, dtype: Kind, out: Kind, ddof: Kind, keepdims: Kind, *others: Kind, mean: Kind = NONE
) -> Kind:
    """others: where, and for np.var and np.std the mean."""
    a, mean = numeric(a), others[1] if len(others) > 1 else mean
    own = floating(getattr(a, "dtype", "") if value_of(mean) is None else result_dtype(None, a, mean))
    return reduced(dtype_of(dtype, _absolute(own)), a, axis, keepdims)


def _absolute(dtype: str) -> str:
    return {"complex128": "float64", "complex64": "float32"}.get(dtype, dtype)


@kind(np.max, np.min, np.amax, np.amin)
def extreme_kind(a: Kind, axis: Kind, out: Kind, keepdims: Kind, initial: Kind, where: Kind = TRUE) -> Kind:
    a = numeric(a)
    return reduced(numpy_dtype(getattr(a, "dtype", "")), a, axis, keepdims)


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
def count(a, axis, where=True):
    """How many items are reduced to one."""
    if known(rank(a) == 0):
        return 1
    if where is not True:
        return count_of(np.broadcast_to(where, np.shape(a)), a, axis)
    if axis is None:
        return np.size(a)
    if isinstance(axis, tuple):
        return math.prod([a.shape[k] for k in axis])
    return a.shape[axis]


@inline
def freedom(a, axis, where, ddof, correction):
    """The degrees of freedom: `correction` is another name for `ddof`."""
    return count(a, axis, where) - (ddof if known(correction == 0) else correction)


@inline
def change_of_square_sum(a, axis, where, mean, keepdims, a_dot, mean_dot):
    """Half of how the sum of the squares changes."""
    change = a_dot if mean is None else a_dot - mean_dot
    product = conjugate_if_complex(centered(a, axis, where, mean), a) * change
    return np.sum(np.real(product), axis=axis, keepdims=keepdims, where=where)


@inline
def in_shape(n, where, result):
    """The degrees of freedom in the shape of the result; with `where` they have the reduced axes, too."""
    return n if where is True else np.reshape(n, np.shape(result))


@inline
def count_of(best, a, axis):
    """How many are True; of a's dtype, so that dividing by it keeps the dtype."""
    if known(a.dtype == np.float64):
        return np.count_nonzero(best) if axis is None else np.sum(best, axis=axis, keepdims=True)
    return np.sum(best, axis=axis, dtype=a.dtype, keepdims=axis is not None)  # type: ignore[call-overload, unused-ignore]


@inline
def masked(e, where):
    """What belongs to the items that are not left out."""
    return e if where is True else np.where(where, e, 0.0)


@inline
def whole_sum(grad, result):
    """The sum of grad in the result's size: what a number that went into all of the results gets."""
    if rank(result) == 0:
        return grad
    return np.sum(np.broadcast_to(grad, np.shape(result)))


@inline
def centered(a, axis, where=True, mean=None):
    if mean is not None:
        return a - mean
    if where is not True:
        return a - np.mean(a, axis=axis, keepdims=True, where=where)
    if known(axis == 0):  # the mean fits as it is, and f may have it
        return a - np.mean(a, axis=0)
    return a - np.mean(a) if axis is None else a - np.mean(a, axis=axis, keepdims=True)


@inline
def conjugate_if_complex(e, a):
    return np.conj(e) if np.iscomplexobj(a) else e


# --- sums -----------------------------------------------------------------------------------------------------------


@adjoint(np.sum, linear=True, spreads=True)
def total(a, axis=None, dtype=None, out=None, keepdims=False, initial=0.0, where=True, *, grad, result):
    of_a = masked(aligned(grad, a, axis, keepdims), where)
    return spread(of_a), None, None, None, None, whole_sum(grad, result)


@adjoint(np.mean, linear=True, spreads=True)
def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True, grad):
    return spread(masked(aligned(grad, a, axis, keepdims) / count(a, axis, where), where))


@adjoint(np.var, spreads=True, cost=5)
def variance(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, mean=None, correction=0, *, grad, result
):
    """With `mean=`, the mean is a number like any: that it comes from `a` is told by its own derivative."""
    n = freedom(a, axis, where, ddof, correction)
    slope = 2.0 * aligned(grad, a, axis, keepdims) / n
    of_a = masked(slope * conjugate_if_complex(centered(a, axis, where, mean), a), where)
    of_ddof = whole_sum(grad * result / in_shape(n, where, result), result)
    return of_a, None, None, None, of_ddof, None, None, unbroadcast(-of_a), of_ddof


@tangent(np.var)
def variance_tangent(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=0,
    *,
    result,
    a_dot,
    ddof_dot,
    mean_dot,
    correction_dot,
):
    total = change_of_square_sum(a, axis, where, mean, keepdims, a_dot, mean_dot)
    n = in_shape(freedom(a, axis, where, ddof, correction), where, result)
    if known(ddof_dot == 0.0) and known(correction_dot == 0.0):
        return 2.0 * total / n
    return (2.0 * total + (ddof_dot + correction_dot) * result) / n


@adjoint(np.std, spreads=True, cost=5)
def deviation(
    a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, mean=None, correction=0, *, grad, result
):
    """Where all numbers are equal, the subgradient 0."""
    n = freedom(a, axis, where, ddof, correction)
    slope = aligned(grad / not_zero(result), a, axis, keepdims) / n
    of_a = masked(slope * conjugate_if_complex(centered(a, axis, where, mean), a), where)
    of_ddof = whole_sum(0.5 * grad * result / in_shape(n, where, result), result)
    return of_a, None, None, None, of_ddof, None, None, unbroadcast(-of_a), of_ddof


@tangent(np.std)
def deviation_tangent(
    a,
    axis=None,
    dtype=None,
    out=None,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=0,
    *,
    result,
    a_dot,
    ddof_dot,
    mean_dot,
    correction_dot,
):
    total = change_of_square_sum(a, axis, where, mean, keepdims, a_dot, mean_dot)
    n = in_shape(freedom(a, axis, where, ddof, correction), where, result)
    if known(ddof_dot == 0.0) and known(correction_dot == 0.0):
        return total / n / not_zero(result)
    return (total / not_zero(result) + 0.5 * (ddof_dot + correction_dot) * result) / n


# --- products -------------------------------------------------------------------------------------------------------


@inline
def factors(a, where):
    return a if where is True else np.where(where, a, 1.0)


@adjoint(np.prod, spreads=True, cost=20)
def product(a, axis=None, dtype=None, out=None, keepdims=False, initial=1.0, where=True, *, grad):
    others = masked(others_of(factors(a, where), axis), where)
    of_initial = unbroadcast(grad * np.prod(a, axis=axis, keepdims=keepdims, where=where))
    return aligned(initial * grad, a, axis, keepdims) * others, None, None, None, None, of_initial


@tangent(np.prod)
def product_tangent(a, axis=None, dtype=None, out=None, keepdims=False, initial=1.0, where=True, *, a_dot, initial_dot):
    others = masked(others_of(factors(a, where), axis), where)
    change = initial * np.sum(others * a_dot, axis=axis, keepdims=keepdims)
    if known(initial_dot == 0.0):
        return change
    return change + initial_dot * np.prod(a, axis=axis, keepdims=keepdims, where=where)


@inline
def others_of(a, axis):
    """For each item of `a` the product of all the others along the axes."""
    if known(rank(a) == 0):
        return 1.0
    if axis is None and rank(a) == 1 or known(axis == 0):
        return products_of_others(a)
    if axis is None:
        return np.reshape(products_of_others(np.reshape(a, -1)), np.shape(a))
    if isinstance(axis, tuple):
        return products_of_others_in_axes(a, axis)
    return np.moveaxis(products_of_others(np.moveaxis(a, axis, 0)), 0, axis)


def products_of_others(a):
    """For each item of `a` the product of all the others along the first axis: exact also where items are zero."""
    first = np.ones_like(a[:1])
    before = np.cumprod(np.concatenate([first, a[:-1]]), axis=0)
    after = np.flip(np.cumprod(np.concatenate([first, np.flip(a[1:], 0)]), axis=0), 0)
    return before * after


def products_of_others_in_axes(a, axes):
    """For each item of `a` the product of all the others along several axes."""
    front = tuple(range(len(axes)))
    moved = np.moveaxis(a, axes, front)
    rows = np.reshape(moved, (math.prod(moved.shape[: len(axes)]), *moved.shape[len(axes) :]))
    return np.moveaxis(np.reshape(products_of_others(rows), moved.shape), front, axes)


@kind(products_of_others, products_of_others_in_axes)
def like_first(a: Kind, *others: Kind) -> Kind:
    a = numeric(a)
    return Array(numpy_dtype(getattr(a, "dtype", "")), dims_of(a))


# --- extremes: ties share equally -----------------------------------------------------------------------------------


@inline
def best_of(a, axis, keepdims, where, result):
    best = a == aligned(result, a, axis, keepdims)
    return best if where is True else best & where


@inline
def sharers(best, a, axis, keepdims, initial, result):
    """How many share: at least 1, also where NaN is not equal to itself."""
    if initial is not None:
        return count_of(best, a, axis) + (aligned(result, a, axis, keepdims) == initial)
    return (np.count_nonzero(best) or 1) if axis is None and known(a.dtype == np.float64) else count_of(best, a, axis)


@adjoint(np.max, np.min, np.amax, np.amin, spreads=True)
def extreme(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, grad, result):
    if known(rank(a) == 0) and initial is None:
        return grad
    if known(rank(a) == 0):
        share = grad / (1.0 + (a == initial))
        return share * (a == result), None, None, None, share * (initial == result)
    best = best_of(a, axis, keepdims, where, result)
    share = aligned(grad, a, axis, keepdims) / sharers(best, a, axis, keepdims, initial, result)
    of_initial = np.where(aligned(result, a, axis, keepdims) == initial, share, 0.0)
    return np.where(best, share, 0.0), None, None, None, unbroadcast(of_initial)


@tangent(np.max, np.min, np.amax, np.amin)
def extreme_tangent(a, axis=None, out=None, keepdims=False, initial=None, where=True, *, result, a_dot, initial_dot):
    best = best_of(a, axis, keepdims, where, result)
    change = np.sum(best * a_dot, axis=axis, keepdims=keepdims)
    n = np.sum(best, axis=axis, keepdims=keepdims)
    if initial is None:
        return change / n
    first = result == initial
    return (change + first * initial_dot) / (n + first)
