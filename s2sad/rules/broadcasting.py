"""The helper that sums a cotangent down to what was broadcast, and its rule: gradients of gradients call it too."""

from __future__ import annotations

import dataclasses

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import kind, unlisted
from s2sad.rules.results import dims_of


def unbroadcast(grad, like):
    """grad, summed over the axes along which `like` was broadcast."""
    shape = np.shape(like)
    if np.shape(grad) == shape:
        return grad
    if np.ndim(grad) < len(shape):
        return grad + np.zeros_like(like)
    grad = np.sum(grad, axis=tuple(range(np.ndim(grad) - len(shape))))
    axes = tuple(k for k in range(len(shape)) if shape[k] == 1 and np.shape(grad)[k] != 1)
    grad = np.sum(grad, axis=axes, keepdims=True) if axes else grad
    return grad if np.shape(grad) == shape else grad + np.zeros_like(like)


def unbroadcast_adjoint(summed, like, *, grad):
    """It sums along some axes and repeats along others. Its adjoint does the opposite, which is the same function."""
    return unbroadcast(grad, summed), None


def unbroadcast_tangent(summed, like, *, summed_dot):
    return unbroadcast(summed_dot, like)


@kind(unbroadcast)
def shaped_like(summed: Kind, like: Kind) -> Kind:
    return Array(getattr(summed, "dtype", ""), dims_of(like))


# Not in the table of rules: `infer` takes it for the functions `unbroadcast` of generated programs. The result may be
# the argument itself.
UNBROADCAST = dataclasses.replace(
    unlisted(unbroadcast_adjoint, unbroadcast_tangent, shaped_like, ("summed",), cost=1), shares=True
)
