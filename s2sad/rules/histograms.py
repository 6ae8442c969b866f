"""np.histogram in its weights: each adds to the bin of its number. Which bin that is changes in jumps."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind, Tuple
from s2sad.rules.registry import adjoint, kind, tangent
from s2sad.rules.results import dim_of, floating, numeric, numpy_dtype, unknown_dim, unless_narrow, value_of


@adjoint(np.histogram, several=True, cost=50, wrt=["weights"])
def histogram(a, bins=10, range=None, density=None, weights=None, *, grad, result):
    if grad[0] is None:
        return None, None, None, None, 0.0
    if density:
        return None, None, None, None, of_bins(a, result[1], density_adjoint(a, result, weights, grad[0]))
    return None, None, None, None, of_bins(a, result[1], grad[0])


def of_bins(a, edges, grad):
    """What belongs to each number, of what belongs to its bin; zero outside. The last edge is in the last bin."""
    if len(edges) < 2:
        return np.zeros(a.shape)
    places = np.where(a == edges[-1], len(edges) - 2, np.searchsorted(edges, a, side="right") - 1)
    inside = (places >= 0) & (places < len(edges) - 1)
    return np.where(inside, grad[np.clip(places, 0, len(edges) - 2)], 0.0)


def density_adjoint(a, result, weights, grad):
    """The cotangent of the sums in the bins, of which each was divided by the length of the bin and the whole."""
    whole = np.sum(np.where((a >= result[1][0]) & (a <= result[1][-1]), weights, 0.0))
    return (grad / np.diff(result[1]) - np.sum(grad * result[0])) / whole


@tangent(np.histogram)
def histogram_tangent(a, bins=10, range=None, density=None, weights=None, *, result, weights_dot):
    if density:
        return density_change(a, result, weights, weights_dot), 0.0
    return sums_in_bins(a, result[1], weights_dot), 0.0


def sums_in_bins(a, edges, weights_dot):
    return np.histogram(a, edges, weights=weights_dot)[0]


def density_change(a, result, weights, weights_dot):
    """How the shares of the whole change, divided by the lengths of the bins."""
    sums = np.histogram(a, result[1], weights=weights_dot)[0]
    whole = np.sum(np.histogram(a, result[1], weights=weights)[0])
    return (sums / np.diff(result[1]) - result[0] * np.sum(sums)) / whole


@kind(np.histogram)
def histogram_kind(a: Kind, bins: Kind, range: Kind, density: Kind = NONE, weights: Kind = NONE) -> Kind:
    dtype = "int64" if value_of(weights) is None else numpy_dtype(getattr(numeric(weights), "dtype", ""))
    dtype = "float64" if value_of(density) not in (None, False) else dtype
    count = value_of(bins)
    known = isinstance(count, int)
    edges = unless_narrow(floating(getattr(numeric(a), "dtype", ""))) if known else ""
    return Tuple(
        (
            Array(dtype, (dim_of(count) if known else unknown_dim(),)),
            Array(edges, (dim_of(count + 1) if known else unknown_dim(),)),
        )
    )
