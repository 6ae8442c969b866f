"""np.cross of vectors of which it isn't known whether they have two or three elements."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import known, rank, refuse, unbroadcast, unlisted
from s2sad.rules.results import numeric, result_dtype


def cross_of_any(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, grad):
    if axis is None and known(axisa == -1 and axisb == -1 and axisc == -1) or known(axis == -1):
        return unbroadcast(first_of_cross(grad, a, b)), unbroadcast(-first_of_cross(grad, b, a))
    if rank(a) != rank(b):
        return refuse("np.cross along other axes than the last, of arrays with different numbers of axes")
    first, second, last = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    return (
        unbroadcast(first_of_cross_along(grad, a, b, first, second, last)),
        unbroadcast(-first_of_cross_along(grad, b, a, second, first, last)),
    )


def first_of_cross(grad, a, b):
    """The cotangent of a in np.cross(a, b), of vectors in two or three dimensions."""
    if a.shape[-1] == 2 and b.shape[-1] == 2:
        return np.expand_dims(grad, -1) * np.stack([b[..., 1], -b[..., 0]], axis=-1)
    filled = np.pad(b, [(0, 0)] * (np.ndim(b) - 1) + [(0, 3 - b.shape[-1])])
    return np.linalg.cross(filled, grad)[..., : a.shape[-1]]


def first_of_cross_along(grad, a, b, first, second, last):
    a, b = np.moveaxis(a, first, -1), np.moveaxis(b, second, -1)
    flat = a.shape[-1] == 2 and b.shape[-1] == 2
    return np.moveaxis(first_of_cross(grad if flat else np.moveaxis(grad, last, -1), a, b), -1, first)


def cross_of_any_tangent(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, a_dot, b_dot):
    if axis is None and axisa == -1 and axisb == -1 and axisc == -1:
        return np.cross(a_dot, b) + np.cross(a, b_dot)
    if axis is None:
        return np.cross(a_dot, b, axisa, axisb, axisc) + np.cross(a, b_dot, axisa, axisb, axisc)
    return np.cross(a_dot, b, axis=axis) + np.cross(a, b_dot, axis=axis)


def cross_of_any_kind(a: Kind, b: Kind, *axes: Kind) -> Kind:
    return Array(result_dtype(np.multiply, numeric(a), numeric(b)), None)


# Not in the table of rules: `infer_cross.py` puts it in the place of a call.
CROSS_OF_ANY = unlisted(cross_of_any, cross_of_any_tangent, cross_of_any_kind, ("a", "b"), cost=20)
