"""scipy.ndimage: measures of regions, which labels tell apart. Sums and means are linear in the image.

Where several numbers of a region are its extreme, each gets the same share, as for np.max.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from s2sad.kinds import Array, Kind, broadcast_dims
from s2sad.rules.registry import adjoint, kind, tangent, unbroadcast
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


def as_wide(input, labels):
    """The image, broadcast to the labels."""
    return input if labels is None else np.broadcast_to(input, np.broadcast_shapes(np.shape(input), np.shape(labels)))


def regions_of(input, labels, index):
    """Where each region is that is asked for."""
    if labels is None:
        return [np.ones(np.shape(input), dtype=bool)]
    labels = np.broadcast_to(labels, np.shape(input))
    return [labels > 0] if index is None else [labels == which for which in np.ravel(index)]


def deviations_of(inside, input):
    """How the variance of a region changes with each number."""
    count = max(np.sum(inside), 1)
    return np.where(inside, 2.0 / count * (input - np.sum(np.where(inside, input, 0.0)) / count), 0.0)


def to_deviations(grad, input, labels, index):
    """The cotangent of the image, given that of the variances of its regions."""
    made = np.zeros_like(input)
    for inside, share in zip(regions_of(input, labels, index), np.ravel(grad)):
        made += share * deviations_of(inside, input)
    return made


def variances_moved(input, labels, index, result, input_dot):
    moved = [np.sum(deviations_of(inside, input) * input_dot) for inside in regions_of(input, labels, index)]
    return np.reshape(np.array(moved), np.shape(result))


def over_twice(x, deviations):
    """x / (2 deviations), and 0 where all numbers of a region are the same."""
    return np.where(deviations == 0.0, 0.0, 0.5 * x / np.where(deviations == 0.0, 1.0, deviations))


def shares_of_extremes(inside, input, value):
    """Of the numbers in a region those that are its extreme."""
    chosen = inside & (input == value)
    return chosen / max(np.sum(chosen), 1)


def to_extremes(grad, input, labels, index, result):
    made = np.zeros_like(input)
    for inside, share, value in zip(regions_of(input, labels, index), np.ravel(grad), np.ravel(result)):
        made += share * shares_of_extremes(inside, input, value)
    return made


def extremes_moved(input, labels, index, result, input_dot):
    regions = zip(regions_of(input, labels, index), np.ravel(result))
    moved = [np.sum(shares_of_extremes(inside, input, value) * input_dot) for inside, value in regions]
    return np.reshape(np.array(moved), np.shape(result))


def shares_of_middle(inside, input):
    """Of the numbers in a region the one in the middle of their order, or two."""
    places = np.flatnonzero(inside)
    places = places[np.argsort(np.ravel(input)[places], kind="stable")]
    made = np.zeros(np.size(input))
    if len(places):
        made[places[(len(places) - 1) // 2]] += 0.5
        made[places[len(places) // 2]] += 0.5
    return np.reshape(made, np.shape(input))


def to_middles(grad, input, labels, index):
    made = np.zeros_like(input)
    for inside, share in zip(regions_of(input, labels, index), np.ravel(grad)):
        made += share * shares_of_middle(inside, input)
    return made


def middles_moved(input, labels, index, result, input_dot):
    moved = [np.sum(shares_of_middle(inside, input) * input_dot) for inside in regions_of(input, labels, index)]
    return np.reshape(np.array(moved), np.shape(result))


@adjoint(ndimage.variance, cost=100, wrt=["input"])
def variances_of_regions(input, labels=None, index=None, *, grad):
    return unbroadcast(to_deviations(grad, as_wide(input, labels), labels, index))


@tangent(ndimage.variance)
def variances_of_regions_tangent(input, labels=None, index=None, *, result, input_dot):
    return variances_moved(as_wide(input, labels), labels, index, result, as_wide(input_dot, labels))


@adjoint(ndimage.standard_deviation, cost=100, wrt=["input"])
def deviations_of_regions(input, labels=None, index=None, *, grad, result):
    return unbroadcast(to_deviations(over_twice(grad, result), as_wide(input, labels), labels, index))


@tangent(ndimage.standard_deviation)
def deviations_of_regions_tangent(input, labels=None, index=None, *, result, input_dot):
    return over_twice(
        variances_moved(as_wide(input, labels), labels, index, result, as_wide(input_dot, labels)), result
    )


@adjoint(ndimage.minimum, ndimage.maximum, cost=100, wrt=["input"])
def extremes_of_regions(input, labels=None, index=None, *, grad, result):
    return unbroadcast(to_extremes(grad, as_wide(input, labels), labels, index, result))


@tangent(ndimage.minimum, ndimage.maximum)
def extremes_of_regions_tangent(input, labels=None, index=None, *, result, input_dot):
    return extremes_moved(as_wide(input, labels), labels, index, result, as_wide(input_dot, labels))


@adjoint(ndimage.median, cost=100, wrt=["input"])
def medians_of_regions(input, labels=None, index=None, *, grad):
    return unbroadcast(to_middles(grad, as_wide(input, labels), labels, index))


@tangent(ndimage.median)
def medians_of_regions_tangent(input, labels=None, index=None, *, result, input_dot):
    return middles_moved(as_wide(input, labels), labels, index, result, as_wide(input_dot, labels))


@kind(as_wide)
def wide_kind(input: Kind, labels: Kind) -> Kind:
    return to_regions_kind(input, input, labels, labels)


@kind(to_deviations, to_extremes, to_middles)
def like_image(grad: Kind, input: Kind, *others: Kind) -> Kind:
    return Array(getattr(input, "dtype", ""), dims_of(input))


@kind(ndimage.sum_labels, ndimage.sum, ndimage.mean, ndimage.variance, ndimage.standard_deviation, ndimage.minimum)
@kind(ndimage.maximum, ndimage.median)
def regions_kind(input: Kind, labels: Kind, index: Kind) -> Kind:
    dtype = "float64" if getattr(numeric(input), "dtype", "") == "float64" else ""
    return shaped(dtype, () if value_of(index) is None else dims_of(numeric(index)))
