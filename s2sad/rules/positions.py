"""The functions that give positions of items, as arrays of integers: no derivative, but known ranks and lengths."""

from __future__ import annotations

import bisect

import numpy as np

from s2sad.indexing import dim_of
from s2sad.kinds import INT, NONE, ONE, UNKNOWN, Array, Dim, Kind, Scalar, Static, Tuple
from s2sad.rules.registry import kind, nondifferentiable
from s2sad.rules.results import UNSURE, dims_of, dims_of_shape, length_of, numeric, shaped, unknown_dim, value_of

LAST, TWO = Static(-1), Static(2)

nondifferentiable(
    bisect.bisect_left,
    bisect.bisect_right,
    np.argsort,
    np.nonzero,
    np.flatnonzero,
    np.argwhere,
    np.searchsorted,
    np.digitize,
    np.unravel_index,
    np.ravel_multi_index,
    np.lexsort,
    np.argpartition,
    np.tril_indices,
    np.triu_indices,
    np.diag_indices,
    np.tril_indices_from,
    np.triu_indices_from,
    np.diag_indices_from,
    np.mask_indices,
    np.ix_,
)


def one_array_for_each(count: int, *dims: Dim) -> Kind:
    return Tuple((Array("int64", dims),) * count)


@kind(np.argsort)
def order_kind(a: Kind, axis: Kind = LAST, *options: Kind, **keywords: Kind) -> Kind:
    dims, which = dims_of(numeric(a)), value_of(axis)
    flat = which is None or which is UNSURE
    return Array("int64", dims if not flat else (unknown_dim(),) if which is None else None)


@kind(np.argpartition)
def partition_kind(a: Kind, kth: Kind, axis: Kind = LAST, *options: Kind, **keywords: Kind) -> Kind:
    return order_kind(a, axis)


@kind(np.ix_)
def crossing_kind(*vectors: Kind) -> Kind:
    """One array for each axis, with as many axes as there are vectors."""
    found = [numeric(each) for each in vectors]
    items = []
    for k, each in enumerate(found):
        if not isinstance(each, Array) or each.char not in "bi" or each.dims is None or len(each.dims) != 1:
            return UNKNOWN
        its = each.dims[0] if each.char == "i" else unknown_dim()
        dims = [ONE] * len(found)
        dims[k] = its
        items.append(Array(each.dtype if each.char == "i" else "int64", tuple(dims)))
    return Tuple(tuple(items))


@kind(np.nonzero)
def nonzero_kind(a: Kind) -> Kind:
    dims = dims_of(numeric(a))
    return UNKNOWN if dims is None else one_array_for_each(len(dims), unknown_dim())


@kind(np.flatnonzero)
def positions_kind(a: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return Array("int64", (unknown_dim(),))


@kind(np.argwhere)
def rows_kind(a: Kind) -> Kind:
    dims = dims_of(numeric(a))
    return UNKNOWN if dims is None else Array("int64", (unknown_dim(), dim_of(len(dims))))


@kind(np.searchsorted)
def place_kind(a: Kind, v: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return shaped("int64", dims_of(numeric(v)), True)


@kind(bisect.bisect_left, bisect.bisect_right)
def list_place_kind(a: Kind, x: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return INT


@kind(np.digitize)
def bin_kind(x: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return shaped("int64", dims_of(numeric(x)), True)


@kind(np.unravel_index)
def unraveled_kind(indices: Kind, shape: Kind, order: Kind = NONE) -> Kind:
    sizes, dims = dims_of_shape(shape), dims_of(numeric(indices))
    if sizes is None or dims is None:
        return UNKNOWN
    return Tuple((Array("int64", dims) if dims else Scalar("int64"),) * len(sizes))


@kind(np.tril_indices, np.triu_indices, np.tril_indices_from, np.triu_indices_from, np.mask_indices)
def part_of_matrix_kind(*options: Kind) -> Kind:
    """Rows and columns: as many of both, whatever that is."""
    return one_array_for_each(2, unknown_dim())


@kind(np.diag_indices)
def diagonal_kind(n: Kind, ndim: Kind = TWO) -> Kind:
    count = value_of(ndim)
    return one_array_for_each(count, length_of(n)) if isinstance(count, int) else UNKNOWN


@kind(np.diag_indices_from)
def diagonal_of_kind(arr: Kind) -> Kind:
    dims = dims_of(numeric(arr))
    return one_array_for_each(len(dims), dims[0]) if dims else UNKNOWN
