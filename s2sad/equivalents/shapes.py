"""Functions that move the elements of an array, and those that make arrays of numbers."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent, part


@equivalent(np.rot90)
def rotated(m, k=1, axes=(0, 1)):
    first, second = axes
    k = k % 4
    if k == 0:
        return m[:]
    if k == 2:
        return np.flip(np.flip(m, first), second)
    if k == 1:
        return np.swapaxes(np.flip(m, second), first, second)
    return np.flip(np.swapaxes(m, first, second), second)


@part
def with_axes_before(a, count):
    """np.array(a, ndmin=count) of an array."""
    return np.reshape(a, (1,) * (count - np.ndim(a)) + np.shape(a)) if np.ndim(a) < count else a


@part
def density(counts, edges):
    """What np.histogram(..., density=True) gives beside the edges."""
    return counts / np.diff(edges) / np.sum(counts)


@equivalent(np.rollaxis)
def rolled_axis(a, axis, start=0):
    axis = axis % np.ndim(a)
    start = start + np.ndim(a) if start < 0 else start
    return np.moveaxis(a, axis, start - 1 if axis < start else start)


@equivalent(np.logspace)
def logarithmic_space(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    if dtype is not None:
        return np.power(base, np.linspace(start, stop, num, endpoint=endpoint, axis=axis)).astype(dtype)
    return np.power(base, np.linspace(start, stop, num, endpoint=endpoint, axis=axis))


@equivalent(np.trim_zeros)
def trim_zeros(filt, trim="fb", axis=None):
    """Of several axes (since NumPy 2.2) the smallest block that holds all numbers but zeros."""
    if np.ndim(filt) > 1:
        made = filt
        places = np.nonzero(filt)
        for k in range(np.ndim(filt)) if axis is None else (axis,) if isinstance(axis, int) else axis:
            made = made[(slice(None),) * (k % np.ndim(filt)) + (slice(*ends_of_places(places[k], trim)),)]
        return made
    places = np.flatnonzero(filt)
    first = places[0] if "f" in trim.lower() and len(places) > 0 else 0
    last = places[-1] + 1 if "b" in trim.lower() and len(places) > 0 else len(filt)
    return filt[first:last] if len(places) > 0 else filt[:0]


@part
def ends_of_places(places, trim):
    """Where the first of some places is, and where what follows the last; where there are none, none is left."""
    if len(places) == 0:
        return 0, 0
    return np.min(places) if "f" in trim.lower() else None, np.max(places) + 1 if "b" in trim.lower() else None


@equivalent(np.select)
def select(condlist, choicelist, default=0):
    made = default
    for condition, choice in zip(condlist[::-1], choicelist[::-1]):
        made = np.where(condition, choice, made)
    return made


@equivalent(np.sort_complex)
def sorted_complex(a):
    b = np.sort(np.asarray(a))
    return b if np.iscomplexobj(b) else b.astype(complex)


@equivalent(np.put_along_axis)
def put_along(arr, indices, values, axis):
    """Writes values at the places that indices say along one axis."""
    if axis is None:
        axis = 0
        arr = np.reshape(arr, (-1,))
    axis = axis % np.ndim(arr)
    index = ()
    for k, n in enumerate(np.shape(arr)):
        if k == axis:
            index = (*index, indices)
        else:
            index = (*index, np.reshape(np.arange(n), (1,) * k + (-1,) + (1,) * (np.ndim(arr) - 1 - k)))
    arr[index] = values
