"""Sorting, and what reads an array in a given order along an axis."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind, Scalar
from s2sad.rules import registry  # np.sort has a parameter `kind`, so the decorator isn't imported by that name
from s2sad.rules.registry import adjoint, tangent
from s2sad.rules.results import combined, dims_of, numeric, numpy_dtype, value_of


@adjoint(np.sort, cost=20)
def sort(a, axis=-1, kind=None, *, grad):
    return unsorted(grad, a, axis)


def unsorted(grad, a, axis):
    """The adjoint of np.sort: each item gets what belongs to its place in the order."""
    if axis is None:
        return np.reshape(grad[np.argsort(np.argsort(np.ravel(a)))], np.shape(a))
    order = np.argsort(np.argsort(a, axis=axis), axis=axis)
    return np.take_along_axis(grad, order, axis)


@tangent(np.sort)
def sort_tangent(a, axis=-1, kind=None, *, a_dot):
    return ordered(a_dot, a, axis)


def ordered(a_dot, a, axis):
    """a_dot in the order of a."""
    if axis is None:
        return np.ravel(a_dot)[np.argsort(np.ravel(a))]
    return np.take_along_axis(a_dot, np.argsort(a, axis=axis), axis)


@adjoint(np.partition, cost=20)
def partition(a, kth, axis=-1, *, grad, result):
    return as_in(grad, result, a, axis), None


def as_in(grad, source, target, axis):
    """What belongs to the items of an array, moved to where the same items are in another one."""
    if axis is None:
        there = np.argsort(np.argsort(np.ravel(target)))
        return np.reshape(np.ravel(grad)[np.argsort(np.ravel(source))][there], np.shape(target))
    ordered = np.take_along_axis(grad, np.argsort(source, axis=axis), axis)
    return np.take_along_axis(ordered, np.argsort(np.argsort(target, axis=axis), axis=axis), axis)


@tangent(np.partition)
def partition_tangent(a, kth, axis=-1, *, result, a_dot):
    return as_in(a_dot, a, result, axis)


@registry.kind(np.partition)
def partition_kind(a: Kind, kth: Kind, axis: Kind) -> Kind:
    return sort_kind(a, axis)


@registry.kind(np.sort)
def sort_kind(a: Kind, axis: Kind, kind: Kind = NONE) -> Kind:
    a = numeric(a)
    dims = dims_of(a)
    if value_of(axis) is None and dims is not None:
        dims = (combined("*", *dims),)
    return Array(numpy_dtype(getattr(a, "dtype", "")), dims)


@adjoint(np.take_along_axis, cost=5)
def take_along_axis(arr, indices, axis, *, grad):
    return put_back_along_axis(grad, arr, indices, axis), None


def put_back_along_axis(grad, arr, indices, axis):
    """An array like `arr` of zeros, to which each number of grad is added where it was taken from."""
    if axis is None:
        flat = np.zeros(np.size(arr), dtype=grad.dtype)
        np.add.at(flat, indices, grad)
        return np.reshape(flat, np.shape(arr))
    made = np.zeros(np.shape(arr), dtype=grad.dtype)
    grids = list(np.indices(np.shape(indices)))
    grids[axis] = indices
    np.add.at(made, tuple(grids), grad)
    return made


@tangent(np.take_along_axis)
def take_along_axis_tangent(arr, indices, axis, *, arr_dot):
    return np.take_along_axis(arr_dot, indices, axis)


@registry.kind(np.take_along_axis)
def take_along_axis_kind(arr: Kind, indices: Kind, axis: Kind) -> Kind:
    found = numeric(indices)
    return Array(
        numpy_dtype(getattr(numeric(arr), "dtype", "")), dims_of(found) if isinstance(found, (Array, Scalar)) else None
    )
