"""np.histogram and its kin in their weights: each adds to the bin of its number. Which bin that is changes in jumps."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind, List, Tuple
from s2sad.rules.registry import adjoint, inline, kind, tangent
from s2sad.rules.results import dim_of, dims_of, floating, numeric, numpy_dtype, unknown_dim, unless_narrow, value_of


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


@kind(of_bins)
def of_bins_kind(a: Kind, edges: Kind, grad: Kind) -> Kind:
    return Array(getattr(grad, "dtype", ""), dims_of(a))


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


# --- several dimensions ---------------------------------------------------------------------------------------------


@adjoint(np.histogramdd, several=True, cost=100, wrt=["weights"])
def histogram_of_points(sample, bins=10, range=None, density=None, weights=None, *, grad, result):
    if grad[0] is None:
        return None, None, None, None, 0.0
    if density:
        slope = shares_adjoint(columns_of(sample), result[1], result[0], weights, grad[0])
        return None, None, None, None, of_cells(columns_of(sample), result[1], slope)
    return None, None, None, None, of_cells(columns_of(sample), result[1], grad[0])


@adjoint(np.histogram2d, several=True, cost=100, wrt=["weights"])
def histogram_of_pairs(x, y, bins=10, range=None, density=None, weights=None, *, grad, result):
    if grad[0] is None:
        return None, None, None, None, None, 0.0
    if density:
        slope = shares_adjoint((x, y), (result[1], result[2]), result[0], weights, grad[0])
        return None, None, None, None, None, of_cells((x, y), (result[1], result[2]), slope)
    return None, None, None, None, None, of_cells((x, y), (result[1], result[2]), grad[0])


@inline
def columns_of(sample):
    """The coordinates of points: those that are given, or the columns of an array."""
    return sample if isinstance(sample, (tuple, list)) else np.transpose(sample)


def of_cells(sample, edges, grad):
    """What belongs to each point, of what belongs to its cell; zero outside."""
    places, inside = cells_of(sample, edges)
    if np.size(grad) == 0:
        return np.zeros(inside.shape)
    return np.where(inside, grad[places], 0.0)


@kind(of_cells)
def of_cells_kind(sample: Kind, edges: Kind, grad: Kind) -> Kind:
    return Array("float64", (unknown_dim(),))


def cells_of(sample, edges):
    """For each point the indices of its cell, and whether it is in one. The last edges are in the last cells."""
    places = [np.searchsorted(e, x, side="right") - 1 - (x == e[-1]) for x, e in zip(sample, edges)]
    inside = np.all([(k >= 0) & (k < len(e) - 1) for k, e in zip(places, edges)], axis=0)
    return tuple([np.where(inside, k, 0) for k in places]), inside


def shares_adjoint(sample, edges, shares, weights, grad):
    """The cotangent of the sums in the cells, of which each was divided by the size of its cell and the whole."""
    whole = np.sum(np.where(cells_of(sample, edges)[1], weights, 0.0))
    return (grad / sizes_of_cells(edges) - np.sum(grad * shares)) / whole


def sizes_of_cells(edges):
    sizes = np.diff(edges[0])
    for e in edges[1:]:
        sizes = sizes[..., None] * np.diff(e)
    return sizes


@tangent(np.histogramdd)
def histogram_of_points_tangent(sample, bins=10, range=None, density=None, weights=None, *, result, weights_dot):
    if density:
        return shares_change(columns_of(sample), result[1], result[0], weights, weights_dot), 0.0
    return sums_in_cells(columns_of(sample), result[1], weights_dot), 0.0


@tangent(np.histogram2d)
def histogram_of_pairs_tangent(x, y, bins=10, range=None, density=None, weights=None, *, result, weights_dot):
    if density:
        return shares_change((x, y), (result[1], result[2]), result[0], weights, weights_dot), 0.0, 0.0
    return sums_in_cells((x, y), (result[1], result[2]), weights_dot), 0.0, 0.0


def sums_in_cells(sample, edges, weights_dot):
    return np.histogramdd(tuple(sample), tuple(edges), weights=weights_dot)[0]


def shares_change(sample, edges, shares, weights, weights_dot):
    """How the shares of the whole change, divided by the sizes of the cells."""
    sums = sums_in_cells(sample, edges, weights_dot)
    whole = np.sum(sums_in_cells(sample, edges, weights))
    return (sums / sizes_of_cells(edges) - shares * np.sum(sums)) / whole


@kind(np.histogramdd)
def points_kind(sample: Kind, bins: Kind, range: Kind, density: Kind = NONE, weights: Kind = NONE) -> Kind:
    dims = dims_of(sample)
    count = len(sample.items) if isinstance(sample, Tuple) else dims[1].key if dims and len(dims) == 2 else 0
    cells = cells_kind(count, bins) if isinstance(count, int) and count > 0 else Array("float64", None)
    return Tuple((cells, List(Array("", (unknown_dim(),)))))


@kind(np.histogram2d)
def pairs_kind(x: Kind, y: Kind, bins: Kind, range: Kind, density: Kind = NONE, weights: Kind = NONE) -> Kind:
    edges = unknown_dim() if not isinstance(value_of(bins), int) else dim_of(value_of(bins) + 1)
    return Tuple((cells_kind(2, bins), *[Array("", (edges,))] * 2))


def cells_kind(count: int, bins: Kind) -> Kind:
    """The kind of the sums of so many coordinates."""
    length = value_of(bins)
    return Array(
        "float64", tuple(dim_of(length) if isinstance(length, int) else unknown_dim() for _ in np.arange(count))
    )
