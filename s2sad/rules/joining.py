"""Functions that join a list of arrays, or split an array into one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from s2sad.kinds import NONE, UNKNOWN, Array, Dim, Kind, List, Scalar, Static, Tuple
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, tangent
from s2sad.rules.results import (
    TRUE,
    UNSURE,
    Dims,
    array_dtype,
    array_of_items,
    combined,
    constant_kind,
    dim_of,
    dims_of,
    dtype_of,
    numeric,
    numpy_dtype,
    result_dtype,
    unknown_dim,
    value_of,
)


@inline
def part(grad, lengths, k, axis):
    """The k-th of the parts that lie one behind the other along an axis."""
    start = sum(lengths[:k]) if k > 0 else None
    stop = sum(lengths[: k + 1]) if k + 1 < len(lengths) else None
    if axis >= 0:
        return grad[(slice(None),) * axis + (slice(start, stop),)]
    return grad[(..., slice(start, stop)) + (slice(None),) * (-axis - 1)]


@inline
def parts(grad, lengths, axis):
    return np.split(grad, np.cumsum(lengths)[:-1], axis)


@adjoint(np.concatenate, linear=True, variadic="arrays")
def concatenate(arrays, axis=0, *, dtype=None, grad, k):
    if axis is None and k is None:
        return pieces_of_flattened(grad, arrays)
    if axis is None:
        return np.reshape(part(grad, [np.size(a) for a in arrays], k, 0), np.shape(arrays[k]))
    if k is None:
        return parts(grad, [a.shape[axis] for a in arrays], axis)
    return part(grad, [a.shape[axis] for a in arrays], k, axis)


def pieces_of_flattened(grad, arrays):
    """What each of the arrays gets of a gradient of all of them, flattened and joined."""
    pieces = np.split(grad, np.cumsum([np.size(a) for a in arrays])[:-1])
    return [np.reshape(piece, np.shape(a)) for piece, a in zip(pieces, arrays)]


@adjoint(np.stack, linear=True, variadic="arrays")
def stack(arrays, axis=0, *, dtype=None, grad, k):
    if k is None:
        return list(grad) if known(axis == 0) else list(np.moveaxis(grad, axis, 0))
    if axis >= 0:
        return grad[(slice(None),) * axis + (k,)]
    return grad[(..., k) + (slice(None),) * (-axis - 1)]


@adjoint(np.vstack, linear=True, variadic="tup")
def vertical_stack(tup, *, dtype=None, grad, k):
    if k is None:
        return pieces_of_stack(grad, tup, 0)
    if known(all(rank(a) < 2 for a in tup)):
        return grad[k, 0] if rank(tup[k]) == 0 else grad[k]
    lengths = [1 if rank(a) < 2 else a.shape[0] for a in tup]
    if rank(tup[k]) == 0:
        return grad[sum(lengths[:k]), 0]
    return grad[sum(lengths[:k])] if rank(tup[k]) == 1 else part(grad, lengths, k, 0)


@adjoint(np.hstack, linear=True, variadic="tup")
def horizontal_stack(tup, *, dtype=None, grad, k):
    if k is None:
        return pieces_of_stack(grad, tup, 1)
    if known(all(rank(a) == 0 for a in tup)):
        return grad[k]
    lengths = [1 if rank(a) == 0 else a.shape[0] for a in tup]
    if rank(tup[k]) == 0:
        return grad[sum(lengths[:k])]
    if rank(tup[k]) == 1:
        return part(grad, lengths, k, 0)
    return part(grad, [a.shape[1] for a in tup], k, 1)


@adjoint(np.column_stack, linear=True, variadic="tup")
def stack_of_columns(tup, *, grad, k):
    if k is None:
        return columns_of_stack(grad, tup)
    if known(all(rank(a) == 1 for a in tup)):
        return grad[:, k]
    lengths = [1 if rank(a) < 2 else a.shape[1] for a in tup]
    return grad[:, sum(lengths[:k])] if rank(tup[k]) == 1 else part(grad, lengths, k, 1)


def pieces_of_stack(grad, arrays, axis):
    """The adjoint of np.vstack (axis 0) and np.hstack (axis 1) of a list of arrays."""
    axis = min(axis, np.ndim(grad) - 1)
    lengths = [a.shape[axis] if np.ndim(a) > axis and np.ndim(a) == np.ndim(grad) else 1 for a in arrays]
    pieces = np.split(grad, np.cumsum(lengths)[:-1], axis)
    return [np.reshape(piece, np.shape(a)) for piece, a in zip(pieces, arrays)]


def columns_of_stack(grad, arrays):
    """The adjoint of np.column_stack of a list of arrays."""
    widths = [a.shape[1] if np.ndim(a) == 2 else 1 for a in arrays]
    pieces = np.split(grad, np.cumsum(widths)[:-1], 1)
    return [np.reshape(piece, np.shape(a)) for piece, a in zip(pieces, arrays)]


@adjoint(np.array, linear=True, variadic="object", cost=1)
def array(object, dtype=None, *, copy=True, grad, k):
    if copy is not True:
        return refuse("np.array(x, copy=False) may be x itself: write np.asarray(x)")
    return whole_list(object, grad) if k is None else grad[k]


@adjoint(np.asarray, np.asanyarray, linear=True, variadic="a", view=True, cost=1)
def as_array(a, dtype=None, *, grad, k):
    return whole_list(a, grad) if k is None else grad[k]


@inline
def whole_list(items, grad):
    """The gradient of what was made an array: an array or number as it is, a list or tuple as a list or tuple."""
    if isinstance(items, tuple):
        return tuple(grad)
    if isinstance(items, list):
        return [list(row) for row in grad] if isinstance(items[0], list) else list(grad)
    return grad


@adjoint(np.ndarray.tolist, linear=True, cost=3)
def to_list(a, *, grad):
    """An empty list may be of any number of axes."""
    return np.array(grad) if known(rank(a) <= 1) else np.reshape(grad, np.shape(a))


@adjoint(np.split, np.array_split, linear=True, view=True)
def split(ary, indices_or_sections, axis=0, *, grad):
    return np.concatenate(grad, axis=axis)


@tangent(np.split)
def split_tangent(ary, indices_or_sections, axis=0, *, ary_dot):
    return np.split(ary_dot, indices_or_sections, axis)


# --- kinds ----------------------------------------------------------------------------------------------------------


def _items(arrays: Kind) -> list[Kind] | None:
    """The kinds of the arrays of a list of known length."""
    if isinstance(arrays, Static) and isinstance(arrays.value, (tuple, list)):
        arrays = constant_kind(tuple(arrays.value))
    return [array_of_items(item) for item in arrays.items] if isinstance(arrays, Tuple) else None


def _list_item(arrays: Kind) -> Kind:
    return array_of_items(arrays.item) if isinstance(arrays, List) and arrays.item is not None else UNKNOWN


@kind(np.concatenate)
def concatenate_kind(arrays: Kind, axis: Kind, *, dtype: Kind = NONE) -> Kind:
    items, which = _items(arrays), value_of(axis)
    if items is None:
        item = _list_item(arrays)
        dims = dims_of(item)
        if which is None:
            dims = (unknown_dim(),)
        elif dims is not None and which is not UNSURE:
            dims = replaced(dims, which, unknown_dim())
        return Array(dtype_of(dtype, numpy_dtype(getattr(item, "dtype", ""))), dims)
    own = dtype_of(dtype, result_dtype(None, *items))
    ranks = [dims_of(item) for item in items]
    if which is UNSURE or None in ranks:
        return Array(own, None)
    if which is None:
        return Array(own, (combined("+", *(combined("*", *dims) for dims in ranks)),))  # type: ignore[misc]
    return Array(own, _joined(ranks, which))  # type: ignore[arg-type]


def _joined(ranks: list[tuple[Dim, ...]], axis: int) -> tuple[Dim, ...]:
    total = combined("+", *(dims[axis] for dims in ranks))
    best = max(ranks, key=lambda dims: sum(dim.many for dim in dims))
    return replaced(best, axis, total)


def replaced(dims: tuple[Dim, ...], axis: int, dim: Dim) -> tuple[Dim, ...]:
    made = list(dims)
    made[axis] = dim
    return tuple(made)


@kind(np.stack)
def stack_kind(arrays: Kind, axis: Kind, *, dtype: Kind = NONE) -> Kind:
    items, which = _items(arrays), value_of(axis)
    item, first = (_list_item(arrays), unknown_dim()) if items is None else (items[0], dim_of(len(items)))
    dims = dims_of(item)
    own = dtype_of(dtype, result_dtype(None, *items) if items else numpy_dtype(getattr(item, "dtype", "")))
    if dims is None or which is UNSURE:
        return Array(own, None)
    made = list(dims)
    made.insert(which if which >= 0 else len(dims) + 1 + which, first)
    return Array(own, tuple(made))


def _stacked(tup: Kind, raised: Callable[[Dims], Dims], axis_of: Callable[[Dims], int], dtype: Kind = NONE) -> Kind:
    """np.vstack and its kin: what the axes of each array are raised to, and the axis along which they are joined."""
    items = _items(tup)
    if items is None:
        item = _list_item(tup)
        dims, own = dims_of(item), dtype_of(dtype, numpy_dtype(getattr(item, "dtype", "")))
        if dims is None:
            return Array(own, None)
        dims = raised(dims)
        return Array(own, replaced(dims, axis_of(dims), unknown_dim()))
    own, ranks = dtype_of(dtype, array_dtype(*items)), [dims_of(item) for item in items]
    known_ranks = [raised(dims) for dims in ranks if dims is not None]
    if len(known_ranks) < len(ranks):
        return Array(own, None)
    return Array(own, _joined(known_ranks, axis_of(known_ranks[0])))


ONE_AXIS = (dim_of(1),)


@kind(np.vstack)
def vertical_kind(tup: Kind, *, dtype: Kind = NONE) -> Kind:
    return _stacked(tup, lambda dims: ONE_AXIS * (2 - len(dims)) + dims, lambda dims: 0, dtype)


@kind(np.hstack)
def horizontal_kind(tup: Kind, *, dtype: Kind = NONE) -> Kind:
    return _stacked(tup, lambda dims: dims or ONE_AXIS, lambda dims: 0 if len(dims) == 1 else 1, dtype)


@kind(np.column_stack)
def columns_kind(tup: Kind) -> Kind:
    return _stacked(tup, lambda dims: (dims or ONE_AXIS) + ONE_AXIS if len(dims) < 2 else dims, lambda dims: 1)


@kind(np.array, np.asarray, np.asanyarray)
def array_kind(object: Kind, dtype: Kind, copy: Kind = TRUE) -> Kind:
    made = array_of_items(numeric(object))
    own = dtype_of(dtype, numpy_dtype(getattr(made, "dtype", "")))
    return Array(own, dims_of(made))


@kind(np.ndarray.tolist)
def list_kind(a: Kind) -> Kind:
    dims = dims_of(a)
    if dims is None:
        return UNKNOWN
    char = getattr(a, "char", "?")
    made: Kind = Scalar({"b": "bool", "i": "int", "f": "float", "c": "complex"}.get(char, ""))
    for _ in dims:
        made = List(made)
    return made


@kind(np.split, np.array_split)
def split_kind(ary: Kind, indices_or_sections: Kind, axis: Kind) -> Kind:
    dims, which = dims_of(ary), value_of(axis)
    if dims is not None:
        dims = None if which is UNSURE else replaced(dims, which, unknown_dim())
    return List(Array(numpy_dtype(getattr(ary, "dtype", "")), dims))
