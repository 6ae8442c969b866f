"""Methods of ufuncs that repeat the ufunc: written as the loops that they are."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import part


@part
def reduced_by(ufunc, array, axis=0, dtype=None, out=None, keepdims=False):
    """ufunc.reduce: from the first to the last."""
    if axis is None and np.ndim(array) == 1:
        axis = 0
    rows = array if axis == 0 else np.moveaxis(array, axis, 0)
    made = rows[0]
    for k in range(1, len(rows)):
        made = ufunc(made, rows[k])
    return np.expand_dims(made, axis) if keepdims else made


@part
def accumulated_by(ufunc, array, axis=0, dtype=None, out=None):
    """ufunc.accumulate: what the reduction has come to at each place."""
    rows = array if axis == 0 else np.moveaxis(array, axis, 0)
    made = np.zeros_like(rows)
    if len(rows) > 0:
        made[0] = rows[0]
    for k in range(1, len(rows)):
        made[k] = ufunc(made[k - 1], rows[k])
    return made if axis == 0 else np.moveaxis(made, 0, axis)


@part
def reduced_in_segments(ufunc, array, indices, axis=0, dtype=None, out=None):
    """ufunc.reduceat: from each index to the next; the element itself, where the next is not further on."""
    rows = array if axis == 0 else np.moveaxis(array, axis, 0)
    indices = np.asarray(indices)
    ends = np.append(indices[1:], len(rows))
    made = np.zeros_like(rows[indices])
    for k in range(len(indices)):
        total = rows[indices[k]]
        for i in range(indices[k] + 1, ends[k]):
            total = ufunc(total, rows[i])
        made[k] = total
    return made if axis == 0 else np.moveaxis(made, 0, axis)


@part
def applied_at(ufunc, a, indices, b):
    """ufunc.at(a, indices, b): one place after the other."""
    places = np.ravel(indices)
    values = np.broadcast_to(b, np.shape(places) + np.shape(a)[1:])
    for k in range(len(places)):
        a[places[k]] = ufunc(a[places[k]], values[k])


@part
def applied_at_each(ufunc, a, indices):
    """ufunc.at(a, indices) of a ufunc of one operand."""
    places = np.ravel(indices)
    for k in range(len(places)):
        a[places[k]] = ufunc(a[places[k]])


@part
def applied_at_pairs(ufunc, a, indices, b):
    """ufunc.at(a, (rows, columns), b)."""
    rows, columns = one_by_one(indices)
    values = np.broadcast_to(b, np.shape(np.add(*indices)) + np.shape(a)[2:])
    values = np.reshape(values, (len(rows),) + np.shape(a)[2:])
    for k in range(len(rows)):
        a[rows[k], columns[k]] = ufunc(a[rows[k], columns[k]], values[k])


@part
def applied_at_each_pair(ufunc, a, indices):
    """ufunc.at(a, (rows, columns)) of a ufunc of one operand."""
    rows, columns = one_by_one(indices)
    for k in range(len(rows)):
        a[rows[k], columns[k]] = ufunc(a[rows[k], columns[k]])


@part
def one_by_one(indices):
    """The rows and columns of pairs of indices, as two vectors."""
    rows, columns = indices
    places = np.zeros(np.shape(np.add(rows, columns)), dtype=int)
    return np.ravel(rows + places), np.ravel(columns + places)
