"""What is found by the order of the numbers: median, quantiles, range; and the weighted average.

A quantile of n numbers is a point between two neighbours in their order, wherever the numbers lie. Of the numbers
0, ..., n - 1 it is the position itself: that gives the shares of the two, for each of NumPy's methods.
"""

from __future__ import annotations

import math

import numpy as np

from s2sad.kinds import NONE, Array, Kind, Scalar
from s2sad.rules.reductions import aligned, count_of, reduced_dims
from s2sad.rules.registry import adjoint, inline, kind, known, rank, tangent
from s2sad.rules.results import (
    FALSE,
    PYTHON_TYPES,
    UNSURE,
    dims_of,
    elementwise,
    floating,
    numeric,
    numpy_dtype,
    shaped,
    unless_narrow,
    value_of,
)

# --- quantiles ------------------------------------------------------------------------------------------------------


def columns_along(a, axis):
    """What lies along one axis, some axes or all of an array as columns of a matrix."""
    if axis is None:
        return np.reshape(a, (-1, 1))
    axes = axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(a, axes, tuple(range(len(axes))))
    return np.reshape(moved, (math.prod(moved.shape[: len(axes)]), math.prod(moved.shape[len(axes) :])))


def columns_back(columns, a, axis):
    """An array like `a` of what columns_along(a, axis) made a matrix."""
    if axis is None:
        return np.reshape(columns, np.shape(a))
    axes = axis if isinstance(axis, tuple) else (axis,)
    front = tuple(range(len(axes)))
    return np.moveaxis(np.reshape(columns, np.shape(np.moveaxis(a, axes, front))), front, axes)


def shares_of_positions(positions, length, dtype):
    """A matrix with the share of each of `length` ordered numbers in the points at some positions, a column each."""
    below = np.floor(positions).astype(int)
    points = np.arange(np.size(positions))
    shares = np.zeros((length, np.size(positions)), dtype=dtype)
    shares[below, points] += 1.0 - (positions - below)
    shares[np.minimum(below + 1, length - 1), points] += positions - below
    return shares


def ordered_points_adjoint(grad, a, positions, axis):
    """The adjoint of points at some positions in the order of the numbers along an axis."""
    columns = columns_along(a, axis)
    if columns.size == 0:
        return np.zeros_like(a)
    shares = shares_of_positions(np.ravel(positions), len(columns), np.result_type(columns, 1.0))
    ordered = shares @ np.reshape(grad, (np.size(positions), columns.shape[1]))
    places = np.argsort(np.argsort(columns, axis=0), axis=0)
    return columns_back(np.take_along_axis(ordered, places, 0), a, axis)


def ordered_points_tangent(a_dot, a, positions, axis, result):
    """How points at some positions in the order of the numbers along an axis change."""
    columns = columns_along(a, axis)
    shares = shares_of_positions(np.ravel(positions), len(columns), np.result_type(columns, 1.0))
    ordered = np.take_along_axis(columns_along(a_dot, axis), np.argsort(columns, axis=0), 0)
    return np.reshape(shares.T @ ordered, np.shape(result))


def ordered_numbers_adjoint(grad, a, q, axis, method):
    """The adjoint of np.nanquantile: each column has its own number of numbers, with what is no number behind them."""
    columns = columns_along(a, axis)
    made = np.zeros(columns.shape, dtype=np.result_type(columns, 1.0))
    if columns.size == 0:  # then the result is as if q were one number
        return columns_back(made, a, axis)
    grads = np.reshape(grad, (np.size(q), columns.shape[1]))
    for j in range(columns.shape[1]):
        count = np.count_nonzero(~np.isnan(columns[:, j]))
        if count > 0:
            positions = np.ravel(np.quantile(np.arange(count), q, method=method))
            order = np.argsort(columns[:, j])
            made[order, j] = shares_of_positions(positions, len(order), np.result_type(columns, 1.0)) @ grads[:, j]
    return columns_back(made, a, axis)


def ordered_numbers_tangent(a_dot, a, q, axis, method, result):
    """How np.nanquantile changes."""
    columns, changes = columns_along(a, axis), columns_along(a_dot, axis)
    made = np.zeros((np.size(q), columns.shape[1]), dtype=np.result_type(columns, 1.0))
    for j in range(columns.shape[1]):
        count = np.count_nonzero(~np.isnan(columns[:, j]))
        if count > 0:
            positions = np.ravel(np.quantile(np.arange(count), q, method=method))
            order = np.argsort(columns[:, j])
            made[:, j] = shares_of_positions(positions, len(order), np.result_type(columns, 1.0)).T @ changes[order, j]
    return np.reshape(made, np.shape(result))


def gaps_at_positions(a, positions, axis):
    """How far the next number in the order is, at some positions along an axis: a row for each of these."""
    ordered = np.sort(columns_along(a, axis), axis=0)
    below = np.floor(np.ravel(positions)).astype(int)
    return ordered[np.minimum(below + 1, len(ordered) - 1)] - ordered[below]


def gaps_at_quantiles(a, q, axis, method):
    """The same for np.nanquantile, times how fast the position goes along with q."""
    columns = columns_along(a, axis)
    made = np.zeros((np.size(q), columns.shape[1]), dtype=np.result_type(columns, 1.0))
    for j in range(columns.shape[1]):
        count = np.count_nonzero(~np.isnan(columns[:, j]))
        if count > 0:
            numbers = np.sort(columns[:, j])[:count]
            positions = np.ravel(np.quantile(np.arange(count), q, method=method))
            gaps = gaps_at_positions(numbers, positions, None)[:, 0]
            moves = (positions > 0.0) | (method == "linear")
            made[:, j] = rate_of_position(count, method) * np.where(moves, gaps, 0.0)
    return made


def rate_of_position(count, method):
    """How fast the position of a quantile goes along with q (R. Hyndman and Y. Fan, Sample quantiles, 1996): not at all
    where the method takes numbers as they are."""
    more = {
        "linear": -1.0,
        "interpolated_inverted_cdf": 0.0,
        "hazen": 0.0,
        "weibull": 1.0,
        "median_unbiased": 1.0 / 3.0,
        "normal_unbiased": 0.25,
    }
    return count + more[method] if method in more else 0.0


def sums_for_quantiles(gaps, grad, q):
    """The adjoint of q, of gaps that have a row for each of its numbers; zeros where there is nothing between which it
    could move: the method takes numbers as they are, or there are none."""
    if np.ndim(gaps) == 0 or np.size(gaps) != np.size(grad):
        return np.zeros(np.shape(q))
    sums = np.sum(gaps * np.reshape(grad, np.shape(gaps)), axis=1)
    return sums[0] if np.ndim(q) == 0 else np.reshape(sums, np.shape(q))


def along_with_quantiles(gaps, q_dot, result):
    """How quantiles change with q."""
    if np.ndim(gaps) == 0 or np.size(gaps) != np.size(result):
        return np.zeros(np.shape(result))
    return np.reshape(gaps * np.reshape(q_dot, (-1, 1)), np.shape(result))


def heavy_points_adjoint(grad, a, weights, axis, result):
    """A weighted quantile is one of the numbers that have a weight; equal ones share."""
    columns = columns_along(a, axis)
    heavy = columns_along(weights_like(weights, a, axis), axis) > 0.0
    points, grads = np.reshape(result, (-1, columns.shape[1])), np.reshape(grad, (-1, columns.shape[1]))
    made = np.zeros(columns.shape, dtype=np.result_type(columns, 1.0))
    for k in range(len(points)):
        chosen = (columns == points[k]) & heavy
        made[:] += np.where(chosen, grads[k] / np.sum(chosen, axis=0, dtype=np.result_type(columns, 1.0)), 0.0)
    return columns_back(made, a, axis)


def heavy_points_tangent(a_dot, a, weights, axis, result):
    """How a weighted quantile changes."""
    columns, changes = columns_along(a, axis), columns_along(a_dot, axis)
    heavy = columns_along(weights_like(weights, a, axis), axis) > 0.0
    points = np.reshape(result, (-1, columns.shape[1]))
    made = np.zeros(points.shape, dtype=np.result_type(columns, 1.0))
    for k in range(len(points)):
        chosen = (columns == points[k]) & heavy
        made[k] = np.sum(np.where(chosen, changes, 0.0), axis=0) / np.sum(chosen, axis=0)
    return np.reshape(made, np.shape(result))


def weights_like(weights, a, axis):
    """Weights of the shape of what they weigh: those of one axis are the same along the others."""
    if np.shape(weights) == np.shape(a):
        return weights
    axes = axis if isinstance(axis, tuple) else (axis,)
    shape = [1] * np.ndim(a)
    for k in range(len(axes)):
        shape[axes[k]] = np.shape(weights)[k]
    return np.broadcast_to(np.reshape(np.transpose(weights, np.argsort(np.argsort(axes))), shape), np.shape(a))


@inline
def length_along(a, axis):
    """How many numbers are ordered together."""
    if axis is None:
        return np.size(a)
    return math.prod([a.shape[k] for k in axis]) if isinstance(axis, tuple) else a.shape[axis]


@adjoint(np.median, cost=100)
def median(a, axis=None, *, keepdims=False, grad):
    if known(rank(a) == 0):
        return grad
    return ordered_points_adjoint(grad, a, np.array(0.5 * (length_along(a, axis) - 1)), axis)


@tangent(np.median)
def median_tangent(a, axis=None, *, keepdims=False, result, a_dot):
    if known(rank(a) == 0):
        return a_dot
    return ordered_points_tangent(a_dot, a, np.array(0.5 * (length_along(a, axis) - 1)), axis, result)


@inline
def gaps_for(a, positions, axis, method):
    """The gaps where the positions are, times how fast these go along with q: not before the first number."""
    if method == "linear":
        return (length_along(a, axis) - 1.0) * gaps_at_positions(a, positions, axis)
    rate = rate_of_position(length_along(a, axis), method)
    return rate * np.where(np.reshape(positions, (-1, 1)) > 0.0, gaps_at_positions(a, positions, axis), 0.0)


@adjoint(np.quantile, cost=100)
def quantile(a, q, axis=None, *, method="linear", keepdims=False, weights=None, grad, result):
    if weights is not None:
        return heavy_points_adjoint(grad, a, weights, axis, result), 0.0
    if known(rank(a) == 0):
        return np.sum(grad), 0.0
    positions = np.quantile(np.arange(length_along(a, axis)), q, method=method)
    gaps = gaps_for(a, positions, axis, method)
    return ordered_points_adjoint(grad, a, positions, axis), sums_for_quantiles(gaps, grad, q)


@tangent(np.quantile)
def quantile_change(a, q, axis=None, *, method="linear", keepdims=False, weights=None, result, a_dot, q_dot):
    if weights is not None:
        return heavy_points_tangent(a_dot, a, weights, axis, result)
    if known(rank(a) == 0):
        return a_dot + np.zeros_like(result)
    positions = np.quantile(np.arange(length_along(a, axis)), q, method=method)
    along = along_with_quantiles(gaps_for(a, positions, axis, method), q_dot, result)
    return ordered_points_tangent(a_dot, a, positions, axis, result) + along


@adjoint(np.percentile, cost=100)
def percentile(a, q, axis=None, *, method="linear", keepdims=False, weights=None, grad, result):
    if weights is not None:
        return heavy_points_adjoint(grad, a, weights, axis, result), 0.0
    if known(rank(a) == 0):
        return np.sum(grad), 0.0
    positions = np.percentile(np.arange(length_along(a, axis)), q, method=method)
    gaps = 0.01 * gaps_for(a, positions, axis, method)
    return ordered_points_adjoint(grad, a, positions, axis), sums_for_quantiles(gaps, grad, q)


@tangent(np.percentile)
def percentile_change(a, q, axis=None, *, method="linear", keepdims=False, weights=None, result, a_dot, q_dot):
    if weights is not None:
        return heavy_points_tangent(a_dot, a, weights, axis, result)
    if known(rank(a) == 0):
        return a_dot + np.zeros_like(result)
    positions = np.percentile(np.arange(length_along(a, axis)), q, method=method)
    along = along_with_quantiles(0.01 * gaps_for(a, positions, axis, method), q_dot, result)
    return ordered_points_tangent(a_dot, a, positions, axis, result) + along


@adjoint(np.nanmedian, cost=100)
def nan_median(a, axis=None, *, keepdims=False, grad):
    return ordered_numbers_adjoint(grad, a, 0.5, axis, "linear")


@tangent(np.nanmedian)
def nan_median_tangent(a, axis=None, *, keepdims=False, result, a_dot):
    return ordered_numbers_tangent(a_dot, a, 0.5, axis, "linear", result)


@adjoint(np.nanquantile, cost=100)
def nan_quantile(a, q, axis=None, *, method="linear", keepdims=False, weights=None, grad, result):
    if weights is not None:
        return heavy_points_adjoint(grad, a, weights, axis, result), 0.0
    gaps = gaps_at_quantiles(a, q, axis, method)
    return ordered_numbers_adjoint(grad, a, q, axis, method), sums_for_quantiles(gaps, grad, q)


@tangent(np.nanquantile)
def nan_quantile_change(a, q, axis=None, *, method="linear", keepdims=False, weights=None, result, a_dot, q_dot):
    if weights is not None:
        return heavy_points_tangent(a_dot, a, weights, axis, result)
    along = along_with_quantiles(gaps_at_quantiles(a, q, axis, method), q_dot, result)
    return ordered_numbers_tangent(a_dot, a, q, axis, method, result) + along


@adjoint(np.nanpercentile, cost=100)
def nan_percentile(a, q, axis=None, *, method="linear", keepdims=False, weights=None, grad, result):
    if weights is not None:
        return heavy_points_adjoint(grad, a, weights, axis, result), 0.0
    fractions = np.true_divide(q, 100.0)
    gaps = 0.01 * gaps_at_quantiles(a, fractions, axis, method)
    return ordered_numbers_adjoint(grad, a, fractions, axis, method), sums_for_quantiles(gaps, grad, q)


@tangent(np.nanpercentile)
def nan_percentile_change(a, q, axis=None, *, method="linear", keepdims=False, weights=None, result, a_dot, q_dot):
    if weights is not None:
        return heavy_points_tangent(a_dot, a, weights, axis, result)
    fractions = np.true_divide(q, 100.0)
    along = along_with_quantiles(0.01 * gaps_at_quantiles(a, fractions, axis, method), q_dot, result)
    return ordered_numbers_tangent(a_dot, a, fractions, axis, method, result) + along


# --- the range ------------------------------------------------------------------------------------------------------


@inline
def extremes(a, axis):
    """Where the largest and where the smallest numbers are."""
    if axis is None:
        return a == np.max(a), a == np.min(a)
    return a == np.max(a, axis=axis, keepdims=True), a == np.min(a, axis=axis, keepdims=True)


@adjoint(np.ptp, cost=20)
def peak_to_peak(a, axis=None, *, keepdims=False, grad):
    if known(rank(a) == 0):
        return 0.0
    top, bottom = extremes(a, axis)
    return aligned(grad, a, axis, keepdims) * (top / count_of(top, a, axis) - bottom / count_of(bottom, a, axis))


@tangent(np.ptp)
def peak_to_peak_tangent(a, axis=None, *, keepdims=False, a_dot):
    top, bottom = extremes(a, axis)
    change = a_dot * (top / count_of(top, a, axis) - bottom / count_of(bottom, a, axis))
    return np.sum(change, axis=axis, keepdims=keepdims)


# --- the average ----------------------------------------------------------------------------------------------------


@inline
def weights_along(weights, a, axis):
    """Weights, made to broadcast to what they weigh."""
    if known(rank(weights) == rank(a)) or known(axis == -1) or known(axis == rank(a) - 1):
        return weights
    if known(rank(weights) == 1 and isinstance(axis, int) and axis >= 0):
        return weights[(slice(None),) + (None,) * (rank(a) - 1 - axis)]
    return weights_like(weights, a, axis)


@inline
def total_weight(weights, a, axis):
    """The sum of the weights of each average."""
    if axis is None or known(rank(weights) < rank(a)):
        return np.sum(weights)
    return np.sum(weights, axis=axis, keepdims=True)


@adjoint(np.average, cost=5)
def average(a, axis=None, weights=None, *, keepdims=False, grad, result):
    if weights is None and known(rank(a) == 0):
        return grad, None, 0.0
    if weights is None:
        return aligned(grad, a, axis, keepdims) / length_along(a, axis) + np.zeros_like(a), None, 0.0
    slope = aligned(grad, a, axis, keepdims) / total_weight(weights, a, axis)
    apart = a - aligned(result, a, axis, keepdims)
    return slope * weights_along(weights, a, axis), None, of_weights(slope * apart, weights, a, axis)


@inline
def of_weights(whole, weights, a, axis):
    """What belongs to weights of one axis: the sum over the others."""
    if known(rank(weights) == rank(a)):
        return whole
    if known(rank(weights) == 1 and isinstance(axis, int)):
        return np.sum(whole, axis=tuple([k for k in range(rank(a)) if k != axis % rank(a)]))
    return sum_like_weights(whole, weights, axis)


def sum_like_weights(whole, weights, axis):
    """The sum over the axes that the weights don't have."""
    if np.ndim(whole) == np.ndim(weights):
        return whole
    axes = [k % np.ndim(whole) for k in (axis if isinstance(axis, tuple) else (axis,))]
    summed = np.sum(whole, axis=tuple([k for k in range(np.ndim(whole)) if k not in axes]))
    return np.transpose(summed, np.argsort(axes))


@tangent(np.average)
def average_tangent(a, axis=None, weights=None, *, keepdims=False, result, a_dot, weights_dot=0.0):
    if weights is None:
        return np.average(a_dot, axis, keepdims=keepdims)
    full = np.broadcast_to(weights_along(weights, a, axis), np.shape(a))
    total = np.sum(full, axis=axis, keepdims=keepdims)
    full_dot = np.zeros_like(weights) + weights_dot
    change = full * a_dot + (a - aligned(result, a, axis, keepdims)) * weights_along(full_dot, a, axis)
    return np.sum(change, axis=axis, keepdims=keepdims) / total


# --- kinds ----------------------------------------------------------------------------------------------------------


@kind(np.median, np.nanmedian)
def median_kind(a: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    a = numeric(a)
    return shaped(floating(getattr(a, "dtype", "")), reduced_dims(dims_of(a), axis, keepdims))


@kind(np.quantile, np.percentile, np.nanquantile, np.nanpercentile)
def quantile_kind(a: Kind, q: Kind, axis: Kind, *, method: Kind, keepdims: Kind = FALSE, weights: Kind = NONE) -> Kind:
    a, q = numeric(a), numeric(q)
    left, points = reduced_dims(dims_of(a), axis, keepdims), dims_of(q)
    own = numpy_dtype(getattr(elementwise(np.multiply, a, q), "dtype", "")) if getattr(a, "char", "") in "fc" else ""
    if not (isinstance(q, Scalar) and q.dtype in PYTHON_TYPES) or isinstance(a, Scalar):
        own = own if own == unless_narrow(own) and unless_narrow(getattr(a, "dtype", "")) else ""
    made = None if left is None or points is None else (*points, *left)
    if made == () and not own and value_of(weights) is None:
        return Scalar("", real=True)
    return shaped(own, made, value_of(weights) is None)  # with weights, NumPy gives an array without axes


@kind(np.ptp)
def range_kind(a: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    a = numeric(a)
    return shaped(numpy_dtype(getattr(a, "dtype", "")), reduced_dims(dims_of(a), axis, keepdims))


@kind(np.average)
def average_kind(a: Kind, axis: Kind, weights: Kind, *, keepdims: Kind = FALSE) -> Kind:
    a, weights = numeric(a), numeric(weights)
    own = floating(getattr(a, "dtype", ""))
    if value_of(weights) is UNSURE:
        own = numpy_dtype(getattr(elementwise(np.multiply, Array(own, ()), weights), "dtype", ""))
    return shaped(floating(own) if own else "", reduced_dims(dims_of(a), axis, keepdims))
