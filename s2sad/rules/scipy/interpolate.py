"""scipy.interpolate: polynomials through points, and values between the points of a grid.

A polynomial through values is linear in them: the weights are the polynomials through the rows of the unit matrix
(Lagrange's). Between the points of a grid the value is the sum over the corners of a cell, each with the product of its
shares along the axes; a place on a border is taken to be in the cell behind it, as SciPy does.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy import interpolate

from s2sad.kinds import Array, Kind, Scalar
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent, unlisted
from s2sad.rules.results import dims_of, numeric, unknown_dim
from s2sad.rules.splines import weighted

OTHER_POLYNOMIAL = "of complex values, of more than two axes, or along another axis: a call for each part"

# --- polynomials ------------------------------------------------------------------------------------------------------


@inline
def plain_polynomial(yi, axis):
    return rank(yi) in (1, 2) and axis == 0 and not np.iscomplexobj(yi)


@inline
def of_polynomial_values(basis, grad, x, yi):
    """What the values get: of vectors each column by itself."""
    if rank(yi) == 1:
        return weighted(grad, basis, x)
    return np.reshape(basis, (-1, len(yi))).T @ np.reshape(grad, (-1, yi.shape[1]))


@inline
def of_polynomial_place(slope, grad, yi):
    return grad * slope if rank(yi) == 1 else np.sum(grad * slope, axis=-1)


@adjoint(interpolate.barycentric_interpolate, cost=300, wrt=["yi", "x"])
def barycentric(xi, yi, x, axis=0, *, der=0, rng=None, grad):
    if not plain_polynomial(yi, axis):
        return refuse(OTHER_POLYNOMIAL)
    basis = interpolate.barycentric_interpolate(xi, np.eye(len(yi)), x, der=der)
    slope = interpolate.barycentric_interpolate(xi, yi, x, der=der + 1)
    return None, of_polynomial_values(basis, grad, x, yi), of_polynomial_place(slope, grad, yi)


@tangent(interpolate.barycentric_interpolate)
def barycentric_tangent(xi, yi, x, axis=0, *, der=0, rng=None, yi_dot, x_dot):
    if not plain_polynomial(yi, axis):
        return refuse(OTHER_POLYNOMIAL)
    along = x_dot if rank(yi) == 1 else np.expand_dims(x_dot, -1)
    moved = along * interpolate.barycentric_interpolate(xi, yi, x, der=der + 1)
    return moved + barycentric_between(xi, yi_dot, x, der)


def barycentric_between(xi, yi_dot, x, der):
    """The polynomial through other values."""
    return interpolate.barycentric_interpolate(xi, yi_dot, x, der=der)


@adjoint(interpolate.krogh_interpolate, cost=300, wrt=["yi", "x"])
def krogh(xi, yi, x, der=0, axis=0, *, grad):
    if not plain_polynomial(yi, axis):
        return refuse(OTHER_POLYNOMIAL)
    basis = interpolate.krogh_interpolate(xi, np.eye(len(yi)), x, der)
    slope = interpolate.krogh_interpolate(xi, yi, x, der + 1)
    return None, of_polynomial_values(basis, grad, x, yi), of_polynomial_place(slope, grad, yi)


@tangent(interpolate.krogh_interpolate)
def krogh_tangent(xi, yi, x, der=0, axis=0, *, yi_dot, x_dot):
    if not plain_polynomial(yi, axis):
        return refuse(OTHER_POLYNOMIAL)
    along = x_dot if rank(yi) == 1 else np.expand_dims(x_dot, -1)
    return along * interpolate.krogh_interpolate(xi, yi, x, der + 1) + krogh_between(xi, yi_dot, x, der)


def krogh_between(xi, yi_dot, x, der):
    """The polynomial through other values."""
    return interpolate.krogh_interpolate(xi, yi_dot, x, der)


@kind(interpolate.barycentric_interpolate, interpolate.krogh_interpolate)
def polynomial_kind(xi: Kind, yi: Kind, x: Kind, *options: Kind, **more: Kind) -> Kind:
    places = () if isinstance(x, Scalar) else dims_of(numeric(x))
    values = dims_of(numeric(yi))
    return Array("float64", None if places is None or not values else (*places, *values[1:]))


# --- between the points of a grid -------------------------------------------------------------------------------------


def cells_of(points, places):
    """The first corner of the cell that each place is in, how far behind it that is along each axis, and the widths."""
    corners, shares, widths = [], [], []
    for p, x in zip(points, places.T):
        sign = -1.0 if p[0] > p[-1] else 1.0
        i = np.clip(np.searchsorted(sign * p, sign * x, "right") - 1, 0, len(p) - 2)
        corners.append(i)
        shares.append((x - p[i]) / (p[i + 1] - p[i]))
        widths.append(p[i + 1] - p[i])
    return corners, shares, widths


def inside_of(points, places):
    """Whether each place is inside of the grid, as a number."""
    made = np.ones(len(places))
    for p, x in zip(points, places.T):
        made = made * ((x >= np.min(p)) & (x <= np.max(p)))
    return made


def spread_to_corners(points, values, xi, grad, masked):
    """What the values at the corners get: the cotangent in shares."""
    places = np.reshape(xi, (-1, len(points)))
    corners, shares, _ = cells_of(points, places)
    flat = np.ravel(grad)
    if masked:
        flat = flat * inside_of(points, places)
    made = np.zeros_like(values)
    for corner in itertools.product((0, 1), repeat=len(points)):
        weight = flat
        for c, share in zip(corner, shares):
            weight = weight * (share if c else 1.0 - share)
        np.add.at(made, tuple([i + c for i, c in zip(corners, corner)]), weight)
    return made


def slopes_in_cells(points, values, xi, masked):
    """How the value at each place changes along each axis."""
    places = np.reshape(xi, (-1, len(points)))
    corners, shares, widths = cells_of(points, places)
    made = np.zeros(places.shape)
    for corner in itertools.product((0, 1), repeat=len(points)):
        found = values[tuple([i + c for i, c in zip(corners, corner)])]
        for axis in range(len(points)):
            weight = (found if corner[axis] else -found) / widths[axis]
            for k in range(len(points)):
                if k != axis:
                    weight = weight * (shares[k] if corner[k] else 1.0 - shares[k])
            made[:, axis] += weight
    if masked:
        made = made * inside_of(points, places)[:, None]
    return np.reshape(made, np.shape(xi))


def between_points(points, values, xi, masked, *, grad):
    """interpn(points, values, xi), linear. masked: what is outside of the grid gets a number."""
    of_places = slopes_in_cells(points, values, xi, masked)
    if rank(xi) == 1:  # one place, or places along a single axis
        rows = np.reshape(of_places, (-1, len(points)))
        slope = np.reshape(grad[:, None] * rows, np.shape(xi))
    else:
        slope = grad[..., None] * of_places
    return None, spread_to_corners(points, values, xi, grad, masked), slope, None


def between_points_tangent(points, values, xi, masked, *, values_dot, xi_dot):
    moved = moved_places(slopes_in_cells(points, values, xi, masked), xi_dot, len(points))
    return moved + between_others(points, values_dot, xi, masked)


def moved_places(slopes, xi_dot, count):
    """The sum over the axes of slopes times a tangent."""
    products = slopes * xi_dot
    return np.sum(np.reshape(products, (-1, count)), axis=1) if np.ndim(slopes) == 1 else np.sum(products, axis=-1)


def between_others(points, values_dot, xi, masked):
    """The same places between other values."""
    return interpolate.interpn(points, values_dot, xi, bounds_error=False, fill_value=0.0 if masked else None)


def between_points_kind(points: Kind, values: Kind, xi: Kind, masked: Kind) -> Kind:
    dims = getattr(xi, "dims", None)
    return Array("float64", None if dims is None else (unknown_dim(),) if len(dims) < 2 else dims[:-1])


# Not in the table of rules: `infer_grids.py` puts it beside a call.
GRID = unlisted(between_points, between_points_tangent, between_points_kind, ("values", "xi"), cost=300)
