"""Methods of ufuncs. `np.add.reduce` and its like are `np.sum`, `np.cumsum`, ... (the compiler knows which)."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad.kinds import NONE, Array, Kind
from s2sad.rules.elementwise import bounded, not_zero
from s2sad.rules.reductions import aligned, best_of, masked, reduced, sharers
from s2sad.rules.registry import adjoint, inline, kind, tangent, unbroadcast
from s2sad.rules.results import FALSE, TRUE, dims_of, floating, numeric, numpy_dtype, value_of

# --- reduce ---------------------------------------------------------------------------------------------------------


@inline
def exponents(array, axis, keepdims, result):
    """Of the terms of exp(result) = sum(exp(array)), divided by it; where that is rounded, they don't quite make 1."""
    return np.minimum(array - aligned(bounded(result), array, axis, keepdims), 0.0)


@inline
def share_of(terms, array, axis, keepdims, grad):
    """What belongs to each term, of the result that they make."""
    return aligned(grad, array, axis, keepdims) * (terms / not_zero(np.sum(terms, axis=axis, keepdims=True)))


@inline
def whole_with(first, terms, axis, keepdims):
    """The sum of the terms, with the one that `initial` makes."""
    return not_zero(np.sum(terms, axis=axis, keepdims=keepdims) + first)


@inline
def change_by(terms, axis, keepdims, array_dot):
    shares = terms / not_zero(np.sum(terms, axis=axis, keepdims=True))
    return np.sum(shares * array_dot, axis=axis, keepdims=keepdims)


@inline
def change_with(first, terms, axis, keepdims, array_dot, initial_dot):
    change = np.sum(terms * array_dot, axis=axis, keepdims=keepdims) + first * initial_dot
    return change / whole_with(first, terms, axis, keepdims)


@inline
def natural_power(x):
    return np.exp(x)


@inline
def binary_power(x):
    return np.exp2(x)


def of_log_of_sum(function: Any, power: Any) -> None:
    """log(sum(power(array))): the shares of the terms in the sum."""

    @adjoint(function, spreads=True, cost=20)
    def log_of_sum(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True, *, grad, result):
        terms = masked(power(exponents(array, axis, keepdims, result)), where)
        if initial is None:
            return share_of(terms, array, axis, keepdims, grad)
        first = power(np.minimum(initial - bounded(result), 0.0))
        part = grad / whole_with(first, terms, axis, keepdims)
        return aligned(part, array, axis, keepdims) * terms, None, None, None, None, unbroadcast(part * first)

    @tangent(function)
    def log_of_sum_tangent(
        array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True, *, result, array_dot, initial_dot
    ):
        terms = masked(power(exponents(array, axis, keepdims, result)), where)
        if initial is None:
            return change_by(terms, axis, keepdims, array_dot)
        first = power(np.minimum(initial - bounded(result), 0.0))
        return change_with(first, terms, axis, keepdims, array_dot, initial_dot)


of_log_of_sum(np.logaddexp.reduce, natural_power)
of_log_of_sum(np.logaddexp2.reduce, binary_power)


@adjoint(np.hypot.reduce, spreads=True, cost=10)
def length(array, axis=0, dtype=None, out=None, keepdims=False, initial=0.0, where=True, *, grad, result):
    """At 0 the subgradient 0."""
    part = grad / not_zero(result)
    of_array = masked(aligned(part, array, axis, keepdims) * array, where)
    return of_array, None, None, None, None, unbroadcast(part * initial)


@tangent(np.hypot.reduce)
def length_tangent(
    array, axis=0, dtype=None, out=None, keepdims=False, initial=0.0, where=True, *, result, array_dot, initial_dot
):
    change = np.sum(masked(array, where) * array_dot, axis=axis, keepdims=keepdims) + initial * initial_dot
    return change / not_zero(result)


@adjoint(np.fmax.reduce, np.fmin.reduce, spreads=True, cost=10)
def extreme_without_nan(array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True, *, grad, result):
    """Ties share equally."""
    best = best_of(array, axis, keepdims, where, result)
    n = np.maximum(sharers(best, array, axis, keepdims, initial, result), 1)
    share = aligned(grad, array, axis, keepdims) / n
    of_initial = np.where(aligned(result, array, axis, keepdims) == initial, share, 0.0)
    return np.where(best, share, 0.0), None, None, None, None, unbroadcast(of_initial)


@tangent(np.fmax.reduce, np.fmin.reduce)
def extreme_without_nan_tangent(
    array, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True, *, result, array_dot, initial_dot
):
    best = best_of(array, axis, keepdims, where, result)
    change = np.sum(best * array_dot, axis=axis, keepdims=keepdims)
    n = np.sum(best, axis=axis, keepdims=keepdims)
    if initial is None:
        return change / np.maximum(n, 1)
    first = result == initial
    return (change + first * initial_dot) / np.maximum(n + first, 1)


@kind(np.fmax.reduce, np.fmin.reduce, np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce)
def reduced_kind(
    array: Kind,
    axis: Kind,
    dtype: Kind = NONE,
    out: Kind = NONE,
    keepdims: Kind = FALSE,
    initial: Kind = NONE,
    where: Kind = TRUE,
) -> Kind:
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
