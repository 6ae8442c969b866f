"""Kinds of `x[key]`: integers drop an axis, slices keep it, None adds one, masks and integer arrays as NumPy has them.

>>> from s2sad.kinds import Array, Dim
>>> kind_of_index(Array("float64", (Dim("n"), Dim("m"))), (..., None)).rank
3
"""

from __future__ import annotations

from typing import Any

from s2sad.kinds import ONE, UNKNOWN, Array, Dim, Kind, Scalar, Static, Tuple, broadcast_dims
from s2sad.rules.results import Dims, dims_of, numeric, unknown_dim, value_of


def kind_of_index(owner: Kind, key: Any = None, key_kind: Kind | None = None) -> Kind:
    """The kind of `owner[key]`. A key that is not wholly known is given as a kind, for several axes as a Tuple."""
    if not isinstance(owner, Array):
        return UNKNOWN
    if owner.dims is None:
        return Array(owner.dtype, None)
    entries = _entries(key, key_kind)
    if entries is None:
        return Array(owner.dtype, None)
    dims = _indexed(owner.dims, entries)
    if dims is None:
        return Array(owner.dtype, None)
    return Scalar(owner.dtype) if dims == () and owner.dtype and Ellipsis not in entries else Array(owner.dtype, dims)


def _entries(key: Any, kind: Kind | None) -> list[Any] | None:
    """One entry an axis: an int, slice, None, Ellipsis, or the kind of an array or scalar."""
    if isinstance(kind, Tuple):
        entries = [value_of(item) if isinstance(item, Static) else item for item in kind.items]
    elif isinstance(kind, Static):
        entries = list(kind.value) if isinstance(kind.value, tuple) else [kind.value]
    elif kind is not None:
        entries = [numeric(kind)]
    else:
        entries = list(key) if isinstance(key, tuple) else [key]
    good = (int, slice, type(None), type(...), Scalar, Array)
    return entries if all(isinstance(each, good) and not isinstance(each, bool) for each in entries) else None


def _indexed(dims: Dims, entries: list[Any]) -> Dims | None:
    arrays = [each for each in entries if isinstance(each, Array)]
    if any(each.char not in "bi" or each.dims is None for each in arrays):
        return None
    taken = sum(0 if each is None or each is Ellipsis else _axes_taken(each) for each in entries)
    if taken > len(dims):
        return None
    if Ellipsis not in entries:
        entries = [*entries, Ellipsis]
    result: list[Dim] = []
    place, where = 0, []
    for entry in entries:
        if entry is None:
            result.append(ONE)
        elif entry is Ellipsis:
            result += dims[place : place + len(dims) - taken]
            place += len(dims) - taken
        elif isinstance(entry, slice):
            result.append(_sliced(dims[place], entry))
            place += 1
        else:
            where.append(len(result))
            place += _axes_taken(entry)
    if not arrays:
        return tuple(result)
    fancy = broadcast_dims(*((unknown_dim(),) if each.char == "b" else dims_of(each) for each in arrays))
    if fancy is None:
        return None
    start = where[0] if all(w == where[0] for w in where) else 0
    return (*result[:start], *fancy, *result[start:])


def _axes_taken(entry: Any) -> int:
    return len(entry.dims or ()) if isinstance(entry, Array) and entry.char == "b" else 1


def _sliced(dim: Dim, key: slice) -> Dim:
    if key == slice(None) or key == slice(None, None, -1):
        return dim
    return unknown_dim()
