"""Functions that choose from arrays by places, masks or numbers, and those that leave out or put in."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind, List, broadcast_dims
from s2sad.rules.joining import replaced
from s2sad.rules.registry import adjoint, constant, inline, kind, known, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import (
    UNSURE,
    array_of_items,
    dims_of,
    numeric,
    numpy_dtype,
    result_dtype,
    shaped,
    unknown_dim,
    value_of,
)


def added_at(grad, a, indices, axis, mode):
    """An array like `a` of zeros, to which each part of grad is added where it was taken from."""
    made = np.zeros(np.size(a) if axis is None else np.shape(a), dtype=a.dtype)
    length = np.size(a) if axis is None else np.shape(a)[axis]
    places = np.asarray(indices, dtype=np.intp)
    if mode == "wrap" or mode == "clip":
        places = places % length if mode == "wrap" else np.clip(places, 0, length - 1)
    if axis is None or axis == 0:
        np.add.at(made, places, grad)
    else:
        rows = np.moveaxis(made, axis, 0)
        first = axis % np.ndim(a)
        count = np.ndim(places)
        parts = np.moveaxis(grad, tuple(range(first, first + count)), tuple(range(count))) if count else grad
        np.add.at(rows, places, parts)
    return np.reshape(made, np.shape(a))


def put_at(grad, a, places, axis):
    """An array like `a` of zeros, with the parts of grad at some places, all of them different."""
    made = np.zeros(np.size(a) if axis is None else np.shape(a), dtype=a.dtype)
    if axis is None or axis == 0:
        made[places] = grad
    else:
        rows = np.moveaxis(made, axis, 0)
        rows[places] = np.moveaxis(grad, axis, 0)
    return np.reshape(made, np.shape(a))


# --- by places ------------------------------------------------------------------------------------------------------


@adjoint(np.take, cost=5)
def take(a, indices, axis=None, *, mode="raise", grad):
    return np.sum(grad) if known(rank(a) == 0) else added_at(grad, a, indices, axis, mode), None


@tangent(np.take)
def take_tangent(a, indices, axis=None, *, mode="raise", a_dot):
    return np.take(a_dot, indices, axis, mode=mode)


@kind(np.take)
def take_kind(a: Kind, indices: Kind, axis: Kind, *, mode: Kind = NONE) -> Kind:
    a, places = numeric(a), dims_of(array_of_items(numeric(indices)))
    own, dims, which = numpy_dtype(getattr(a, "dtype", "")), dims_of(a), value_of(axis)
    if places is None or dims is None or which is UNSURE:
        return Array(own, None)
    if which is None or not dims:
        return shaped(own, places)
    which = which % len(dims)
    return shaped(own, (*dims[:which], *places, *dims[which + 1 :]))


@adjoint(np.compress, cost=5)
def compress(condition, a, axis=None, *, grad):
    return None, np.sum(grad) if known(rank(a) == 0) else put_at(grad, a, np.flatnonzero(condition), axis)


@tangent(np.compress)
def compress_tangent(condition, a, axis=None, *, a_dot):
    return np.compress(condition, a_dot, axis)


@kind(np.compress)
def compress_kind(condition: Kind, a: Kind, axis: Kind) -> Kind:
    a = numeric(a)
    own, dims, which = numpy_dtype(getattr(a, "dtype", "")), dims_of(a), value_of(axis)
    if which is None:
        return Array(own, (unknown_dim(),))
    return Array(own, None if dims is None or which is UNSURE else replaced(dims, which, unknown_dim()))


@adjoint(np.ndarray.compress, cost=5)
def compress_method(a, condition, axis=None, *, grad):
    return put_at(grad, a, np.flatnonzero(condition), axis)


@tangent(np.ndarray.compress)
def compress_method_tangent(a, condition, axis=None, *, a_dot):
    return np.compress(condition, a_dot, axis)


@kind(np.ndarray.compress)
def compress_method_kind(a: Kind, condition: Kind, axis: Kind) -> Kind:
    return compress_kind(condition, a, axis)


@adjoint(np.extract, cost=5)
def extract(condition, arr, *, grad):
    return None, np.sum(grad) if known(rank(arr) == 0) else put_at(grad, arr, np.flatnonzero(condition), None)


@tangent(np.extract)
def extract_tangent(condition, arr, *, arr_dot):
    return np.extract(condition, arr_dot)


@kind(np.extract)
def extract_kind(condition: Kind, arr: Kind) -> Kind:
    return Array(numpy_dtype(getattr(numeric(arr), "dtype", "")), (unknown_dim(),))


# --- by numbers -----------------------------------------------------------------------------------------------------


@adjoint(np.choose, linear=True, variadic="choices", cost=5)
def choose(a, choices, *, mode="raise", grad, k):
    if k is None and isinstance(choices, np.ndarray):
        return to_choices(grad, a, choices, mode)
    if k is None:
        return [unbroadcast(where_chosen(a, len(choices), mode, i, grad)) for i in range(len(choices))]
    return unbroadcast(where_chosen(a, len(choices), mode, k, grad))


def to_choices(grad, a, choices, mode):
    """The cotangent of an array whose rows are the choices."""
    made = np.zeros(choices.size, dtype=choices.dtype)
    places = np.reshape(np.arange(choices.size), choices.shape)
    np.add.at(made, np.choose(a, places, mode=mode), grad)
    return np.reshape(made, choices.shape)


@kind(to_choices)
def like_choices(grad: Kind, a: Kind, choices: Kind, mode: Kind) -> Kind:
    return Array(getattr(choices, "dtype", ""), dims_of(choices))


@inline
def where_chosen(a, count, mode, k, grad):
    if constant(a) and mode == "raise":
        return grad if a == k else 0.0
    if known(isinstance(a, np.ndarray)) or mode != "raise":
        return np.where(chosen(a, count, mode) == k, grad, 0.0)
    return np.where(np.equal(a, k), grad, 0.0)  # a list is equal to no number


@inline
def chosen(a, count, mode):
    if mode == "wrap":
        return np.mod(a, count)
    return np.clip(a, 0, count - 1) if mode == "clip" else a


@kind(np.choose)
def choose_kind(a: Kind, choices: Kind, *, mode: Kind = NONE) -> Kind:
    if isinstance(choices, Array):
        rows = dims_of(choices)
        wide = None if rows is None else broadcast_dims(dims_of(array_of_items(numeric(a))), rows[1:])
        return shaped(numpy_dtype(choices.dtype), wide)
    listed = [choices.item] if isinstance(choices, List) else getattr(choices, "items", ())
    items = [array_of_items(numeric(each)) for each in listed if each is not None]
    if not items:
        return Array("", None)
    dims = [dims_of(each) for each in (array_of_items(numeric(a)), *items)]
    return shaped(result_dtype(None, *items), None if None in dims else broadcast_dims(*dims))


# --- leaving out and putting in -------------------------------------------------------------------------------------


@adjoint(np.delete, cost=5)
def delete(arr, obj, axis=None, *, grad):
    if known(rank(arr) == 0):
        return np.sum(grad), None
    if known(isinstance(obj, int)) and known(rank(arr) == 1 or axis == 0) and known(obj >= 0):
        return np.insert(grad, obj, 0.0, axis=0), None
    if axis is None:
        return put_at(grad, arr, np.delete(np.arange(np.size(arr)), obj), None), None
    return put_at(grad, arr, np.delete(np.arange(arr.shape[axis]), obj), axis), None


@tangent(np.delete)
def delete_tangent(arr, obj, axis=None, *, arr_dot):
    return np.delete(arr_dot, obj, axis)


@kind(np.delete)
def delete_kind(arr: Kind, obj: Kind, axis: Kind) -> Kind:
    return compress_kind(NONE, arr, axis)


def order_of_insert(length, obj, count):
    """The places of the old items, then those of the new ones, in what np.insert gives."""
    return np.argsort(np.insert(np.full(length, -1), obj, np.arange(count)), kind="stable")


def count_of_insert(arr, obj, values, axis):
    """How many items np.insert puts in along the axis."""
    if np.size(obj) != 1:
        return np.size(obj)
    if axis is None or np.ndim(arr) == 1:
        return np.size(values)
    if np.ndim(values) < np.ndim(arr):
        return 1
    return np.shape(values)[0] if np.ndim(obj) == 0 else np.shape(values)[axis]


def old_of_insert(grad, arr, obj, values, axis):
    """What belongs to the items that were there."""
    length = np.size(arr) if axis is None else np.shape(arr)[axis]
    order = order_of_insert(length, obj, count_of_insert(arr, obj, values, axis))
    return np.reshape(np.take(grad, order[:length], axis=axis), np.shape(arr))


def new_of_insert(grad, arr, obj, values, axis):
    """What belongs to the items that were put in, in the shape that the values are broadcast to."""
    length = np.size(arr) if axis is None else np.shape(arr)[axis]
    order = order_of_insert(length, obj, count_of_insert(arr, obj, values, axis))
    part = np.take(grad, order[length:], axis=axis)
    if axis is not None and np.ndim(arr) > 1 and np.ndim(obj) == 0:
        return np.moveaxis(part, axis, 0)
    return np.reshape(part, np.shape(values)) if np.size(part) == np.size(values) else part


@adjoint(np.insert, linear=True, cost=5, wrt=["arr", "values"])
def insert(arr, obj, values, axis=None, *, grad):
    if isinstance(obj, slice):
        return refuse("np.insert at a slice: give the places, as in np.arange(...)"), None, 0.0
    return (
        old_of_insert(grad, arr, obj, values, axis),
        None,
        unbroadcast(new_of_insert(grad, arr, obj, values, axis)),
    )


@kind(np.insert)
def insert_kind(arr: Kind, obj: Kind, values: Kind, axis: Kind) -> Kind:
    return compress_kind(NONE, arr, axis)


# --- each number once -----------------------------------------------------------------------------------------------


@adjoint(np.unique, cost=20)
def unique(ar, *, grad):
    """Numbers that are equal share equally."""
    return shared_by_equals(grad, ar)


def shared_by_equals(grad, ar):
    """What belongs to each number of an array, of what belongs to each different one."""
    places = np.searchsorted(np.unique(ar), ar)
    return (grad / np.bincount(np.ravel(places)).astype(ar.dtype))[places]


@tangent(np.unique)
def unique_tangent(ar, *, ar_dot):
    return mean_of_equals(ar_dot, ar)


def mean_of_equals(ar_dot, ar):
    """The mean of what belongs to equal numbers."""
    places = np.searchsorted(np.unique(ar), np.ravel(ar))
    counts = np.bincount(places)
    made = np.zeros(counts.shape, dtype=ar_dot.dtype)
    np.add.at(made, places, np.ravel(ar_dot))
    return made / counts.astype(made.dtype)


@kind(np.unique)
def unique_kind(ar: Kind) -> Kind:
    return Array(numpy_dtype(getattr(numeric(ar), "dtype", "")), (unknown_dim(),))
