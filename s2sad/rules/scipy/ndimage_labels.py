"""scipy.ndimage: sums and means of regions, which labels tell apart. Both are linear in the image."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from s2sad.kinds import Array, Kind, broadcast_dims
from s2sad.rules.registry import adjoint, kind, unbroadcast
from s2sad.rules.results import dims_of, numeric, shaped, value_of


@adjoint(ndimage.sum_labels, ndimage.sum, linear=True, cost=100, wrt=["input"])
def sums_of_regions(input, labels=None, index=None, *, grad):
    return unbroadcast(to_regions(grad, input, labels, index))


@adjoint(ndimage.mean, linear=True, cost=100, wrt=["input"])
def means_of_regions(input, labels=None, index=None, *, grad):
    counts = ndimage.sum_labels(np.ones_like(input), labels, index)
    return unbroadcast(to_regions((grad / counts).astype(input.dtype), input, labels, index))


def to_regions(grad, input, labels, index):
    """What belongs to each number of the image, of what belongs to its region: without an index those of a positive
    label are one region."""
    if labels is None:
        return np.zeros_like(input) + grad
    labels = np.asarray(labels)
    made = np.zeros(np.broadcast_shapes(np.shape(input), np.shape(labels)), dtype=input.dtype)
    if index is None:
        return np.where(labels > 0, grad, made)
    for which, share in zip(np.ravel(index), np.ravel(grad)):
        made += np.where(labels == which, share, 0.0)
    return made


@kind(to_regions)
def to_regions_kind(grad: Kind, input: Kind, labels: Kind, index: Kind) -> Kind:
    dims = dims_of(input)
    if value_of(labels) is not None:
        dims = broadcast_dims(dims, dims_of(numeric(labels)))
    return Array(getattr(input, "dtype", ""), dims)


@kind(ndimage.sum_labels, ndimage.sum, ndimage.mean)
def regions_kind(input: Kind, labels: Kind, index: Kind) -> Kind:
    dtype = "float64" if getattr(numeric(input), "dtype", "") == "float64" else ""
    return shaped(dtype, () if value_of(index) is None else dims_of(numeric(index)))
