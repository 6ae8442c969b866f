"""Piecewise linear functions through points: np.interp."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, kind, tangent
from s2sad.rules.results import dims_of, numeric, result_dtype, shaped


@adjoint(np.interp, cost=50)
def interpolated(x, xp, fp, left=None, right=None, *, grad):
    """At a point, where the slope jumps, the mean of both slopes; beyond the ends zero."""
    return (
        grad * slope_of_line(x, xp, fp),
        line_points_adjoint(x, xp, fp, grad),
        line_values_adjoint(x, xp, fp, left, right, grad),
        0.0 if left is None else np.sum(np.where(x < xp[0], grad, 0.0)),
        0.0 if right is None else np.sum(np.where(x > xp[-1], grad, 0.0)),
    )


@tangent(np.interp)
def interpolated_tangent(x, xp, fp, left=None, right=None, *, x_dot, xp_dot, fp_dot, left_dot, right_dot):
    slope = slope_of_line(x, xp, fp)
    change = slope * (x_dot - line_between(x, xp, xp_dot, False, False))
    change = change + line_between(x, xp, fp_dot, left is None, right is None)
    if left is not None:
        change = change + np.where(x < xp[0], 1.0, 0.0) * left_dot
    if right is not None:
        change = change + np.where(x > xp[-1], 1.0, 0.0) * right_dot
    return change


def line_between(x, xp, values_dot, goes_left, goes_right):
    """np.interp of the tangents of the values; beyond the ends their own, or zero."""
    return np.interp(x, xp, values_dot, None if goes_left else 0.0, None if goes_right else 0.0)


def slope_on(x, xp, fp, side):
    """The slope of the piece to the left or right of x; zero beyond the ends."""
    k = np.searchsorted(xp, x, side)
    end = np.clip(k, 1, len(xp) - 1)
    slopes = (fp[end] - fp[end - 1]) / (xp[end] - xp[end - 1])
    return np.where((k > 0) & (k < len(xp)), slopes, 0.0)


def slope_of_line(x, xp, fp):
    return 0.5 * (slope_on(x, xp, fp, "left") + slope_on(x, xp, fp, "right"))


def end_and_share(x, xp, side):
    """The point at the end of the piece that x lies on, and how near x is to it: 0 at the start, 1 at the end."""
    end = np.clip(np.searchsorted(xp, x, side), 1, len(xp) - 1)
    return end, np.clip((x - xp[end - 1]) / (xp[end] - xp[end - 1]), 0.0, 1.0)


def line_values_adjoint(x, xp, fp, left, right, grad):
    """What each value gets of the places between it and its neighbours."""
    if len(xp) == 1:
        end, share, inside = np.zeros(np.shape(x), dtype=int), np.ones(np.shape(x)), grad
    else:
        end, share = end_and_share(x, xp, "right")
        inside = grad
    if left is not None:
        inside = np.where(x < xp[0], 0.0, inside)
    if right is not None:
        inside = np.where(x > xp[-1], 0.0, inside)
    made = np.zeros(len(xp), dtype=np.asarray(inside).dtype)
    np.add.at(made, end, share * inside)
    np.add.at(made, end - 1, (1.0 - share) * inside)
    return made


def line_points_adjoint(x, xp, fp, grad):
    """What each point gets: a point that moves to the right takes the line with it."""
    made = np.zeros(len(xp), dtype=np.asarray(grad).dtype)
    for side in ("left", "right"):
        end, share = end_and_share(x, xp, side)
        change = -0.5 * grad * slope_on(x, xp, fp, side)
        np.add.at(made, end, share * change)
        np.add.at(made, end - 1, (1.0 - share) * change)
    return made


@kind(np.interp)
def interpolated_kind(x: Kind, xp: Kind, fp: Kind, left: Kind, right: Kind) -> Kind:
    dtype = "complex128" if result_dtype(None, fp).startswith("complex") else "float64"
    return shaped(dtype if result_dtype(None, fp) else "", dims_of(numeric(x)))


@kind(slope_of_line)
def slope_kind(x: Kind, xp: Kind, fp: Kind) -> Kind:
    return Array("float64", dims_of(numeric(x)))
