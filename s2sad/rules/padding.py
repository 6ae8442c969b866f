"""np.pad, in all modes. It pads along one axis after the other, and so the adjoint takes one after the other back."""

from __future__ import annotations

import math

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import dims_of, numeric, numpy_dtype, unknown_dim


def widths_of(pad_width, rank):
    """How many items are put before and after, for each axis."""
    return np.broadcast_to(pad_width, (rank, 2)).tolist()


def widths_by_axis(pad_width, rank):
    """What a dict says of the axes that it names, for each axis."""
    made = [[0, 0] for _ in range(rank)]
    for axis in pad_width:
        made[axis] = np.broadcast_to(pad_width[axis], 2).tolist()
    return made


@inline
def inner(grad, array, pad_width):
    """The part of a padded array that was there before."""
    if known(isinstance(pad_width, int) and pad_width > 0):
        return grad[(slice(pad_width, -pad_width),) * rank(array)]
    if known(isinstance(pad_width, tuple)) and known(isinstance(pad_width[0], int)) and known(pad_width[1] >= 0):
        return grad[(slice(pad_width[0] or None, -pad_width[1] or None),) * rank(array)]
    if (
        known(isinstance(pad_width, tuple))
        and known(len(pad_width) == rank(array))
        and known(pad_width[0][0] >= 0)
        and known(len(pad_width[0]) == 2)
    ):
        return grad[tuple([slice(pair[0] or None, -pair[1] or None) for pair in pad_width])]
    return inner_of_padded(grad, np.shape(array), pad_width)


def inner_of_padded(grad, shape, pad_width):
    """The part of a padded array that was there before."""
    widths = widths_of(pad_width, len(shape))
    return grad[tuple([slice(pair[0], pair[0] + n) for pair, n in zip(widths, shape)])]


def added_where_taken(grad, array, pad_width, mode):
    """The adjoint of padding with copies of items: each gets the sum over its copies."""
    places = np.pad(np.reshape(np.arange(np.size(array)), np.shape(array)), pad_width, mode=mode)
    made = np.zeros(np.size(array), dtype=grad.dtype)
    np.add.at(made, places, grad)
    return np.reshape(made, np.shape(array))


# --- modes that compute what they put -------------------------------------------------------------------------------


def shares_of_chunk(chunk, mode):
    """What each item of a chunk has of the number that is put beside it."""
    if mode == "mean":
        return np.ones_like(chunk) / len(chunk)
    if mode == "median":
        places = np.argsort(np.argsort(chunk, axis=0), axis=0)
        middle = places == (len(chunk) - 1) // 2, places == len(chunk) // 2
        return 0.5 * middle[0].astype(chunk.dtype) + 0.5 * middle[1].astype(chunk.dtype)
    best = chunk == (np.max(chunk, axis=0) if mode == "maximum" else np.min(chunk, axis=0))
    return best.astype(chunk.dtype) / np.sum(best, axis=0, dtype=chunk.dtype)


def computed_adjoint(grad, array, pad_width, mode, lengths):
    """The adjoint of padding with means, medians or extremes of the items at the ends."""
    widths = widths_of(pad_width, np.ndim(array))
    spans = np.broadcast_to(0 if lengths is None else lengths, (np.ndim(array), 2)).tolist()
    made = grad
    for axis in reversed(range(np.ndim(array))):
        before = widths[axis][0]
        length = np.shape(array)[axis]
        first = min(spans[axis][0] or length, length)
        last = min(spans[axis][1] or length, length)
        done = [widths[k] if k < axis else [0, 0] for k in range(np.ndim(array))]
        rows = np.moveaxis(np.pad(array, done, mode=mode, stat_length=lengths), axis, 0)
        parts = np.moveaxis(made, axis, 0)
        middle = np.copy(parts[before : before + length])
        middle[:first] += np.sum(parts[:before], axis=0) * shares_of_chunk(rows[:first], mode)
        middle[length - last :] += np.sum(parts[before + length :], axis=0) * shares_of_chunk(
            rows[length - last :], mode
        )
        made = np.moveaxis(middle, 0, axis)
    return made


def computed_tangent(array_dot, array, pad_width, mode, lengths):
    """How padding with medians or extremes of the items at the ends changes."""
    widths = widths_of(pad_width, np.ndim(array))
    spans = np.broadcast_to(0 if lengths is None else lengths, (np.ndim(array), 2)).tolist()
    made = array_dot
    for axis in range(np.ndim(array)):
        before, after = widths[axis]
        length = np.shape(array)[axis]
        first = min(spans[axis][0] or length, length)
        last = min(spans[axis][1] or length, length)
        done = [widths[k] if k < axis else [0, 0] for k in range(np.ndim(array))]
        rows = np.moveaxis(np.pad(array, done, mode=mode, stat_length=lengths), axis, 0)
        parts = np.moveaxis(made, axis, 0)
        left = np.sum(parts[:first] * shares_of_chunk(rows[:first], mode), axis=0)
        right = np.sum(parts[length - last :] * shares_of_chunk(rows[length - last :], mode), axis=0)
        joined = np.concatenate([np.repeat(left[None], before, 0), parts, np.repeat(right[None], after, 0)])
        made = np.moveaxis(joined, 0, axis)
    return made


def odd_or_ramp_adjoint(grad, array, pad_width, mode, reflect_type):
    """The adjoint of padding that is linear along each axis, by the matrix that it is along that axis."""
    widths = widths_of(pad_width, np.ndim(array))
    made = grad
    for axis in range(np.ndim(array)):
        unit = np.eye(np.shape(array)[axis], dtype=grad.dtype)
        if mode == "linear_ramp":
            matrix = np.pad(unit, [widths[axis], [0, 0]], mode=mode)
        else:
            matrix = np.pad(unit, [widths[axis], [0, 0]], mode=mode, reflect_type=reflect_type)
        rows = np.moveaxis(made, axis, 0)
        columns = matrix.T @ np.reshape(rows, (len(rows), math.prod(rows.shape[1:])))
        made = np.moveaxis(np.reshape(columns, (len(columns), *rows.shape[1:])), 0, axis)
    return made


@adjoint(np.pad, cost=20, wrt=["array", "constant_values", "end_values"])
def pad(
    array,
    pad_width,
    mode="constant",
    *,
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
    grad,
):
    if isinstance(pad_width, dict):
        pad_width = widths_by_axis(pad_width, np.ndim(array))
    if mode == "constant":
        of_values = unbroadcast(sums_of_margins(grad, np.shape(array), pad_width))
        return inner(grad, array, pad_width), None, None, of_values, 0.0
    if mode == "empty":
        return inner(grad, array, pad_width), None, None, 0.0, 0.0
    if mode == "linear_ramp":
        of_ends = unbroadcast(sums_of_ramps(grad, np.shape(array), pad_width))
        return odd_or_ramp_adjoint(grad, array, pad_width, mode, reflect_type), None, None, 0.0, of_ends
    if reflect_type == "odd":
        return odd_or_ramp_adjoint(grad, array, pad_width, mode, reflect_type), None, None, 0.0, 0.0
    if mode in ("edge", "reflect", "symmetric", "wrap"):
        return added_where_taken(grad, array, pad_width, mode), None, None, 0.0, 0.0
    if mode in ("maximum", "mean", "median", "minimum"):
        return computed_adjoint(grad, array, pad_width, mode, stat_length), None, None, 0.0, 0.0
    return refuse("np.pad with a function as its mode: stores into the margins of an array")


def sums_of_margins(grad, shape, pad_width):
    """What the numbers put before and after along each axis get; the corners are those of the last axis."""
    widths = widths_of(pad_width, len(shape))
    made = np.zeros((len(shape), 2), dtype=grad.dtype)
    rest = grad
    for axis in reversed(range(len(shape))):
        before = widths[axis][0]
        parts = np.moveaxis(rest, axis, 0)
        made[axis, 0] = np.sum(parts[:before])
        made[axis, 1] = np.sum(parts[before + shape[axis] :])
        rest = np.moveaxis(parts[before : before + shape[axis]], 0, axis)
    return made


def sums_of_ramps(grad, shape, pad_width):
    """What the ends of the ramps before and after along each axis get; later axes have ramps of these ramps."""
    widths = widths_of(pad_width, len(shape))
    made = np.zeros((len(shape), 2), dtype=grad.dtype)
    rest = grad
    for axis in reversed(range(len(shape))):
        rows = np.moveaxis(rest, axis, 0)
        flat = np.reshape(rows, (len(rows), math.prod(rows.shape[1:])))
        nothing = np.zeros(shape[axis], dtype=grad.dtype)
        made[axis, 0] = np.sum(np.pad(nothing, widths[axis], mode="linear_ramp", end_values=(1, 0)) @ flat)
        made[axis, 1] = np.sum(np.pad(nothing, widths[axis], mode="linear_ramp", end_values=(0, 1)) @ flat)
        matrix = np.pad(np.eye(shape[axis], dtype=grad.dtype), [widths[axis], [0, 0]], mode="linear_ramp")
        rest = np.moveaxis(np.reshape(matrix.T @ flat, (shape[axis], *rows.shape[1:])), 0, axis)
    return made


@tangent(np.pad)
def pad_tangent(
    array,
    pad_width,
    mode="constant",
    *,
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
    array_dot,
    constant_values_dot=0.0,
    end_values_dot=0.0,
):
    if isinstance(pad_width, dict):
        pad_width = widths_by_axis(pad_width, np.ndim(array))
    if mode == "constant" and known(rank(array_dot) == 0):
        return np.pad(np.zeros_like(array), pad_width, constant_values=constant_values_dot)
    if mode == "constant":
        return np.pad(array_dot, pad_width, constant_values=constant_values_dot)
    if mode == "linear_ramp" and known(rank(array_dot) == 0):
        return np.pad(np.zeros_like(array), pad_width, mode=mode, end_values=end_values_dot)
    if mode == "linear_ramp":
        return np.pad(array_dot, pad_width, mode=mode, end_values=end_values_dot)
    if mode in ("empty", "edge", "wrap"):
        return np.pad(array_dot, pad_width, mode="constant" if mode == "empty" else mode)
    if mode in ("reflect", "symmetric"):
        return np.pad(array_dot, pad_width, mode=mode, reflect_type=reflect_type)
    if mode in ("maximum", "mean", "median", "minimum"):
        return computed_tangent(array_dot, array, pad_width, mode, stat_length)
    return refuse("np.pad with a function as its mode: stores into the margins of an array")


@kind(np.pad)
def pad_kind(array: Kind, pad_width: Kind, mode: Kind, **options: Kind) -> Kind:
    array = numeric(array)
    dims = dims_of(array)
    return Array(numpy_dtype(getattr(array, "dtype", "")), None if dims is None else tuple(unknown_dim() for _ in dims))
