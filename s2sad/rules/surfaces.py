"""The value of a spline of two variables, as a function of where it is evaluated.

Its derivatives are splines, which SciPy has: `surface.ev(x, y, 1, 0)`. Beyond its border a surface is as at the border,
so that it doesn't change with the place there.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar, broadcast_dims
from s2sad.rules.registry import unbroadcast, unlisted
from s2sad.rules.results import unknown_dim


def within_surface(surface, place, axis):
    """Whether places along an axis are inside of the border."""
    knots = surface.tck[axis]
    return (place >= knots[0]) & (place <= knots[-1])


def slope_at_places(surface, x, y, dx, dy, axis):
    """How the value changes with the place along an axis."""
    inside = within_surface(surface, x if axis == 0 else y, axis)
    return np.where(inside, surface.ev(x, y, dx + 1 - axis, dy + axis), 0.0)


def slope_on_grid(surface, x, y, dx, dy, axis):
    """The same for all pairs of places."""
    inside = np.reshape(within_surface(surface, x if axis == 0 else y, axis), (-1, 1) if axis == 0 else (1, -1))
    return np.where(inside, surface(x, y, dx + 1 - axis, dy + axis), 0.0)


def at_places(x, y, surface, dx, dy, *, grad):
    """surface.ev(x, y, dx, dy)."""
    return (
        unbroadcast(grad * slope_at_places(surface, x, y, dx, dy, 0)),
        unbroadcast(grad * slope_at_places(surface, x, y, dx, dy, 1)),
        None,
        None,
        None,
    )


def at_places_tangent(x, y, surface, dx, dy, *, x_dot, y_dot):
    moved = x_dot * slope_at_places(surface, x, y, dx, dy, 0)
    return moved + y_dot * slope_at_places(surface, x, y, dx, dy, 1)


def on_grid(x, y, surface, dx, dy, *, grad):
    """surface(x, y, dx, dy), for all pairs of x and y."""
    of_x = np.sum(grad * slope_on_grid(surface, x, y, dx, dy, 0), axis=1)
    of_y = np.sum(grad * slope_on_grid(surface, x, y, dx, dy, 1), axis=0)
    return np.reshape(of_x, np.shape(x)), np.reshape(of_y, np.shape(y)), None, None, None


def on_grid_tangent(x, y, surface, dx, dy, *, x_dot, y_dot):
    moved = np.reshape(x_dot, (-1, 1)) * slope_on_grid(surface, x, y, dx, dy, 0)
    return moved + np.reshape(y_dot, (1, -1)) * slope_on_grid(surface, x, y, dx, dy, 1)


def like_pairs(x: Kind, y: Kind, *others: Kind) -> Kind:
    dims = [() if isinstance(each, Scalar) else getattr(each, "dims", None) for each in (x, y)]
    return Array("float64", None if None in dims else broadcast_dims(*dims))


def matrix_kind(x: Kind, y: Kind, *others: Kind) -> Kind:
    return Array("float64", (unknown_dim(), unknown_dim()))


# Not in the table of rules: no function of the user's means these. `infer_surfaces.py` puts them beside a call.
AT_PLACES = unlisted(at_places, at_places_tangent, like_pairs, ("x", "y"), cost=100)
ON_GRID = unlisted(on_grid, on_grid_tangent, matrix_kind, ("x", "y"), cost=100)
