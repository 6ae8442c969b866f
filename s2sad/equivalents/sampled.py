"""Functions of sampled values: their slopes, their integral, and what lies between them."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent, part


@equivalent(np.trapezoid)
def trapezoidal_rule(y, x=None, dx=1.0, axis=-1):
    y = np.asarray(y)
    if np.ndim(y) == 1:
        d = dx if x is None else np.diff(x)
        return np.sum(d * (y[1:] + y[:-1]) / 2.0)
    rows = np.moveaxis(y, axis, -1)
    if x is None:
        d = dx
    else:
        d = np.diff(x) if np.ndim(x) == 1 else np.moveaxis(np.diff(x, axis=axis), axis, -1)
    return np.sum(np.moveaxis(d * (rows[..., 1:] + rows[..., :-1]) / 2.0, -1, axis), axis=axis)


@part
def evenly_spaced_slopes(f, h, edge_order):
    """Central differences inside, at both ends one-sided ones of the given order; along the first axis."""
    made = np.zeros_like(f)
    made[1:-1] = (f[2:] - f[:-2]) / (2.0 * h)
    if edge_order == 1:
        made[0] = (f[1] - f[0]) / h
        made[-1] = (f[-1] - f[-2]) / h
    else:
        made[0] = -1.5 / h * f[0] + 2.0 / h * f[1] + -0.5 / h * f[2]
        made[-1] = 0.5 / h * f[-3] + -2.0 / h * f[-2] + 1.5 / h * f[-1]
    return made


@part
def in_a_column(v, f):
    """A vector, in the shape in which it broadcasts along the first axis of f."""
    return v if np.ndim(f) == 1 else np.reshape(v, (-1,) + (1,) * (np.ndim(f) - 1))


@part
def unevenly_spaced_slopes(f, h, edge_order):
    """The same for points of any distances: the slopes of the parabolas through three of them."""
    made = np.zeros_like(f)
    h1 = h[:-1]
    h2 = h[1:]
    a = in_a_column(-h2 / (h1 * (h1 + h2)), f)
    b = in_a_column((h2 - h1) / (h1 * h2), f)
    c = in_a_column(h1 / (h2 * (h1 + h2)), f)
    made[1:-1] = a * f[:-2] + b * f[1:-1] + c * f[2:]
    if edge_order == 1:
        made[0] = (f[1] - f[0]) / h[0]
        made[-1] = (f[-1] - f[-2]) / h[-1]
    else:
        first, second = h[0], h[1]
        a = -(2.0 * first + second) / (first * (first + second))
        b = (first + second) / (first * second)
        c = -first / (second * (first + second))
        made[0] = a * f[0] + b * f[1] + c * f[2]
        first, second = h[-2], h[-1]
        a = second / (first * (first + second))
        b = -(second + first) / (first * second)
        c = (2.0 * second + first) / (second * (first + second))
        made[-1] = a * f[-3] + b * f[-2] + c * f[-1]
    return made


@part
def slopes_along(f, spacing, axis, edge_order):
    """The slopes along one axis; the spacing is a number, or the points."""
    axis = axis % np.ndim(f)
    rows = f if axis == 0 else np.moveaxis(f, axis, 0)
    if len(rows) < edge_order + 1:
        raise ValueError("the array is too short along this axis for np.gradient with this edge_order")
    if np.ndim(spacing) == 0:
        made = evenly_spaced_slopes(rows, spacing, edge_order)
    else:
        h = np.diff(spacing)
        if (h == h[0]).all():
            made = evenly_spaced_slopes(rows, h[0], edge_order)
        else:
            made = unevenly_spaced_slopes(rows, h, edge_order)
    return made if axis == 0 else np.moveaxis(made, 0, axis)


@part
def spacing_of(varargs, k):
    """The distance or the points along the k-th axis: one number may stand for all axes."""
    if len(varargs) == 0:
        return 1.0
    return varargs[0] if len(varargs) == 1 else varargs[k]


@equivalent(np.gradient)
def slopes(f, *varargs, axis=None, edge_order=1):
    f = np.asarray(f)
    if isinstance(axis, int):
        return slopes_along(f, spacing_of(varargs, 0), axis, edge_order)
    if np.ndim(f) == 1:
        return slopes_along(f, spacing_of(varargs, 0), 0, edge_order)
    made = ()
    if axis is None:
        for k, _ in enumerate(np.shape(f)):
            made = (*made, slopes_along(f, spacing_of(varargs, k), k, edge_order))
    else:
        for k, each in enumerate(axis):
            made = (*made, slopes_along(f, spacing_of(varargs, k), each, edge_order))
    return made[0] if len(made) == 1 else made


@part
def periodic_interpolation(x, xp, fp, left=None, right=None, period=None):
    """np.interp with a period: points sorted within one, and one more on each side."""
    period = abs(period)
    xp = np.asarray(xp) % period
    order = np.argsort(xp)
    xp = xp[order]
    fp = np.asarray(fp)[order]
    points = np.concatenate((xp[-1:] - period, xp, xp[0:1] + period))
    values = np.concatenate((fp[-1:], fp, fp[0:1]))
    return np.interp(x % period, points, values)
