"""Methods of ufuncs. `np.add.reduce` and its like are `np.sum`, `np.cumsum`, ... (the compiler knows which)."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind
from s2sad.rules.elementwise import bounded, not_zero
from s2sad.rules.reductions import aligned, count_of, reduced
from s2sad.rules.registry import adjoint, inline, kind, tangent
from s2sad.rules.results import FALSE, dims_of, floating, numeric, numpy_dtype, value_of

# --- reduce ---------------------------------------------------------------------------------------------------------


@inline
def shares(array, axis, keepdims, result):
    """Of the terms in log(sum(exp(array))), in the sum of what exp gives: they make 1 if the result is rounded, too."""
    terms = np.exp(np.minimum(array - aligned(bounded(result), array, axis, keepdims), 0.0))
    return terms / not_zero(np.sum(terms, axis=axis, keepdims=True))


@inline
def binary_shares(array, axis, keepdims, result):
    terms = np.exp2(np.minimum(array - aligned(bounded(result), array, axis, keepdims), 0.0))
    return terms / not_zero(np.sum(terms, axis=axis, keepdims=True))


@adjoint(np.logaddexp.reduce, cost=20)
def log_of_sum(array, axis=0, dtype=None, out=None, keepdims=False, *, grad, result):
    """log(sum(exp(array))): the shares of the terms in the sum."""
    return aligned(grad, array, axis, keepdims) * shares(array, axis, keepdims, result)


@tangent(np.logaddexp.reduce)
def log_of_sum_tangent(array, axis=0, dtype=None, out=None, keepdims=False, *, result, array_dot):
    return np.sum(shares(array, axis, keepdims, result) * array_dot, axis=axis, keepdims=keepdims)


@adjoint(np.logaddexp2.reduce, cost=20)
def binary_log_of_sum(array, axis=0, dtype=None, out=None, keepdims=False, *, grad, result):
    return aligned(grad, array, axis, keepdims) * binary_shares(array, axis, keepdims, result)


@tangent(np.logaddexp2.reduce)
def binary_log_of_sum_tangent(array, axis=0, dtype=None, out=None, keepdims=False, *, result, array_dot):
    return np.sum(binary_shares(array, axis, keepdims, result) * array_dot, axis=axis, keepdims=keepdims)


@adjoint(np.hypot.reduce, cost=10)
def length(array, axis=0, dtype=None, out=None, keepdims=False, *, grad, result):
    """At 0 the subgradient 0."""
    return aligned(grad / not_zero(result), array, axis, keepdims) * array


@tangent(np.hypot.reduce)
def length_tangent(array, axis=0, dtype=None, out=None, keepdims=False, *, result, array_dot):
    return np.sum(array * array_dot, axis=axis, keepdims=keepdims) / not_zero(result)


@adjoint(np.fmax.reduce, np.fmin.reduce, cost=10)
def extreme_without_nan(array, axis=0, dtype=None, out=None, keepdims=False, *, grad, result):
    """Ties share equally."""
    best = array == aligned(result, array, axis, keepdims)
    return np.where(best, aligned(grad, array, axis, keepdims) / np.maximum(count_of(best, array, axis), 1), 0.0)


@tangent(np.fmax.reduce, np.fmin.reduce)
def extreme_without_nan_tangent(array, axis=0, dtype=None, out=None, keepdims=False, *, result, array_dot):
    best = array == aligned(result, array, axis, keepdims)
    change = np.sum(best * array_dot, axis=axis, keepdims=keepdims)
    return change / np.maximum(np.sum(best, axis=axis, keepdims=keepdims), 1)


@kind(np.fmax.reduce, np.fmin.reduce, np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce)
def reduced_kind(array: Kind, axis: Kind, dtype: Kind = NONE, out: Kind = NONE, keepdims: Kind = FALSE) -> Kind:
    array = numeric(array)
    return reduced(floating(getattr(array, "dtype", "")), array, axis, keepdims)


# --- accumulate -----------------------------------------------------------------------------------------------------


@adjoint(np.maximum.accumulate, np.minimum.accumulate, cost=20)
def running_extreme(array, axis=0, dtype=None, out=None, *, grad, result):
    return running_extreme_adjoint(array, result, axis, grad)


def running_extreme_adjoint(array, result, axis, grad):
    """The adjoint of a running maximum or minimum: those that are equal so far share."""
    rows, best = np.moveaxis(array, axis, 0), np.moveaxis(result, axis, 0)
    made = np.copy(np.moveaxis(grad, axis, 0))
    count = np.ones_like(rows[:1])[0] if len(rows) > 0 else 0.0
    for i in range(1, len(rows)):
        count = np.where(best[i] == best[i - 1], count + (rows[i] == best[i]), 1.0)
        made[i] = made[i] / count
    for i in reversed(range(1, len(rows))):
        made[i - 1] = made[i - 1] + np.where(best[i] == best[i - 1], made[i], 0.0)
    return np.moveaxis(np.where(rows == best, made, 0.0), 0, axis)


@kind(running_extreme_adjoint)
def like_array(array: Kind, *others: Kind) -> Kind:
    array = numeric(array)
    return Array(numpy_dtype(getattr(array, "dtype", "")), dims_of(array))


@kind(np.maximum.accumulate, np.minimum.accumulate)
def running_extreme_kind(array: Kind, axis: Kind, dtype: Kind = NONE, out: Kind = NONE) -> Kind:
    return like_array(array)


@tangent(np.maximum.accumulate, np.minimum.accumulate)
def running_extreme_tangent(array, axis=0, dtype=None, out=None, *, result, array_dot):
    return running_extreme_derivative(array, result, axis, array_dot)


def running_extreme_derivative(array, result, axis, array_dot):
    """How a running maximum or minimum changes: by the mean of those that are equal to it so far."""
    rows, best = np.moveaxis(array, axis, 0), np.moveaxis(result, axis, 0)
    made = np.copy(np.moveaxis(array_dot, axis, 0))
    count = np.ones_like(rows[:1])[0] if len(rows) > 0 else 0.0
    for i in range(1, len(rows)):
        same, now = best[i] == best[i - 1], rows[i] == best[i]
        total = np.where(same, count * made[i - 1], 0.0) + np.where(now, made[i], 0.0)
        count = np.where(same, count + now, 1.0)
        made[i] = total / count
    return np.moveaxis(made, 0, axis)


# --- reduceat -------------------------------------------------------------------------------------------------------


@adjoint(np.add.reduceat, linear=True, wrt=["array"], cost=10)
def sums_of_segments(array, indices, axis=0, dtype=None, out=None, *, grad):
    return segments_adjoint(array, indices, axis, grad)


def segments_adjoint(array, indices, axis, grad):
    """The adjoint of np.add.reduceat: each segment gets what belongs to its sum."""
    sums = np.moveaxis(grad, axis, 0)
    made = np.zeros_like(np.moveaxis(array, axis, 0))
    for i in range(len(indices)):
        start = indices[i]
        stop = indices[i + 1] if i + 1 < len(indices) else len(made)
        made[start : max(stop, start + 1)] += sums[i]
    return np.moveaxis(made, 0, axis)


kind(segments_adjoint)(like_array)


@kind(np.add.reduceat)
def segments_kind(array: Kind, indices: Kind, axis: Kind, dtype: Kind = NONE, out: Kind = NONE) -> Kind:
    array, places = numeric(array), numeric(indices)
    dims, found = dims_of(array), dims_of(places)
    if dims is None or not found or not isinstance(value_of(axis), int):
        return Array(numpy_dtype(getattr(array, "dtype", "")), None)
    where = value_of(axis) % len(dims)
    return Array(numpy_dtype(getattr(array, "dtype", "")), (*dims[:where], found[0], *dims[where + 1 :]))
