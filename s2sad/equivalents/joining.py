"""Functions that join arrays, and those that take one apart."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent, part


@equivalent(np.append)
def append(arr, values, axis=None):
    if axis is None:
        if np.ndim(arr) != 1:
            arr = np.ravel(arr)
        if np.ndim(values) != 1:
            values = np.ravel(values)
        return np.concatenate((arr, values))
    return np.concatenate((arr, values), axis=axis)


if hasattr(np, "row_stack"):  # an old name, which newer versions of NumPy will not have

    @equivalent(np.row_stack)
    def stack_as_rows(tup):
        return np.vstack(tup)


@equivalent(np.dstack)
def stack_in_depth(tup):
    return np.concatenate([np.atleast_3d(each) for each in tup], axis=2)


@part
def with_rank(x, rank):
    """x with axes put in front, up to a rank."""
    if np.ndim(x) == 1 and rank == 2:
        return np.reshape(x, (1, -1))
    if np.ndim(x) < rank:
        return np.reshape(x, (1,) * (rank - np.ndim(x)) + np.shape(x))
    return x


@part
def larger(m, n):
    if m > n:
        return m
    return n


@part
def rank_of_blocks(arrays):
    """The rank of what np.block makes of nested lists: that of the largest block, or the depth of the lists."""
    rank = 1
    for each in arrays:
        if isinstance(each, (list, tuple)):
            rank = larger(rank, rank_of_row(each))
        else:
            rank = larger(rank, np.ndim(each))
    return rank


@part
def rank_of_row(row):
    rank = 2
    for each in row:
        rank = larger(rank, np.ndim(each))
    return rank


@part
def row_of_blocks(row, rank):
    cells = ()
    for each in row:
        cells = (*cells, with_rank(each, rank))
    return np.concatenate(cells, axis=-1)


@equivalent(np.block)
def block(arrays):
    rank = rank_of_blocks(arrays)
    if isinstance(arrays[0], (list, tuple)):
        rows = ()
        for row in arrays:
            rows = (*rows, row_of_blocks(row, rank))
        return np.concatenate(rows, axis=-2)
    return row_of_blocks(arrays, rank)


@equivalent(np.hsplit)
def split_columns(ary, indices_or_sections):
    if np.ndim(ary) > 1:
        return np.split(ary, indices_or_sections, axis=1)
    return np.split(ary, indices_or_sections)


@equivalent(np.vsplit)
def split_rows(ary, indices_or_sections):
    return np.split(ary, indices_or_sections)


@equivalent(np.dsplit)
def split_depth(ary, indices_or_sections):
    return np.split(ary, indices_or_sections, axis=2)


@part
def line_of_grid(x, k, count, indexing):
    """The k-th of `count` lines that a grid is made of, along the axis that is its own."""
    place = k
    if indexing == "xy":
        if count > 1:
            if k < 2:
                place = 1 - k
    if count == 2:
        if place == 0:
            return np.reshape(x, (-1, 1))
        return np.reshape(x, (1, -1))
    if count == 1:
        return np.reshape(x, (-1,))
    return np.reshape(x, (1,) * place + (-1,) + (1,) * (count - 1 - place))


@equivalent(np.meshgrid)
def grid(*xi, copy=True, sparse=False, indexing="xy"):
    count = len(xi)
    lines = ()
    for k, x in enumerate(xi):
        lines = (*lines, line_of_grid(x, k, count, indexing))
    full = lines if sparse else np.broadcast_arrays(*lines)
    if not copy:
        return full
    made = ()
    for each in full:
        made = (*made, np.copy(each))
    return made


@part
def joined_in_a_row(*items):
    """np.r_[items]: arrays and numbers, one behind the other."""
    parts = ()
    for item in items:
        parts = (*parts, np.reshape(item, (1,)) if np.ndim(item) == 0 else item)
    return np.concatenate(parts)


@part
def joined_as_columns(*items):
    """np.c_[items]: vectors as columns, matrices beside them."""
    parts = ()
    for item in items:
        parts = (*parts, as_columns(item))
    return np.concatenate(parts, axis=-1)


@part
def as_columns(item):
    if np.ndim(item) < 2:
        return np.reshape(item, (-1, 1))
    return item


if hasattr(np, "unstack"):

    @equivalent(np.unstack)
    def unstack(x, *, axis=0):
        if axis == 0:
            return tuple(x)
        return tuple(np.moveaxis(x, axis, 0))


@equivalent(np.fromiter)
def fromiter(iter, dtype, count=-1):
    items = list(iter)
    if count > len(items):
        raise ValueError("iterator too short")
    return np.array(items if count == -1 else items[:count], dtype)
