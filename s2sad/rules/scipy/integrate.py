"""scipy.integrate: integrals of sampled values, linear in the values (and, for the trapezoidal rule, in the points).

Simpson's rule has a derivative in the values and in `dx`; its weights are those of the parabola through three points,
by intervals of any lengths, and for an even number of points those of K. V. Cartwright, "Simpson's rule cumulative
integration with MS Excel and irregularly-spaced data" (2017), equation 8, for the last interval.
"""

from __future__ import annotations

import numpy as np
from scipy import integrate

from s2sad.kinds import Array, Kind
from s2sad.rules.reductions import reduced
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, tangent
from s2sad.rules.results import FALSE, dims_of, floating, numeric, unknown_dim, unless_narrow

# --- the trapezoidal rule -------------------------------------------------------------------------------------------


@inline
def mistaken(y, x):
    """What the rules below don't say."""
    if np.iscomplexobj(y):
        return refuse("of complex values: integrate the real and the imaginary part by themselves")
    if x is not None and rank(x) != 1 and rank(x) != rank(y):
        return refuse("where x has neither one axis nor those of y: use np.broadcast_to(x, np.shape(y))")
    return None


@inline
def widths(y, x, dx, axis):
    """The lengths of the intervals, in a shape that broadcasts with y."""
    if x is None:
        return dx
    if known(rank(y) == 1):
        return np.diff(x)
    if rank(x) == 1:
        return along_axis(np.diff(x), y, axis)
    return np.diff(x, axis=axis)


@inline
def mean_values(y, axis):
    """The mean value in each interval."""
    if known(rank(y) == 1):
        return 0.5 * (y[1:] + y[:-1])
    return np.moveaxis(0.5 * (np.moveaxis(y, axis, 0)[1:] + np.moveaxis(y, axis, 0)[:-1]), 0, axis)


@inline
def of_intervals(grad, y, axis):
    """The cotangent of an integral as that of each interval."""
    if known(rank(y) == 1):
        return grad
    return np.expand_dims(grad, axis)


@inline
def of_values(weights, y, x, dx, axis):
    return values_of_intervals(0.5 * weights * widths(y, x, dx, axis), y, axis)


@inline
def of_points(weights, y, x, axis):
    if x is None:
        return 0.0
    if rank(x) == rank(y):
        return points_of_intervals(weights * mean_values(y, axis), x, axis)
    return points_of_intervals(summed_but(weights * mean_values(y, axis), axis), x, 0)


@inline
def of_spacing(weights, y, x, axis):
    return np.sum(weights * mean_values(y, axis)) if x is None else 0.0


def along_axis(weights, y, axis):
    """A vector, in the shape in which it broadcasts along one axis of y."""
    return np.reshape(weights, (-1,) + (1,) * (np.ndim(y) - 1 - axis % np.ndim(y)))


def values_of_intervals(weights, y, axis):
    """What each value of y gets of the intervals on both sides of it."""
    weights = np.moveaxis(weights + np.zeros_like(np.diff(y, axis=axis)), axis, 0)
    nothing = np.zeros_like(np.moveaxis(y, axis, 0)[:1])
    return np.moveaxis(np.concatenate((nothing, weights)) + np.concatenate((weights, nothing)), 0, axis)


def points_of_intervals(areas, x, axis):
    """What each point gets of the intervals that it ends and begins."""
    areas = np.moveaxis(areas, axis, 0)
    nothing = np.zeros_like(np.moveaxis(x, axis, 0)[:1])
    return np.moveaxis(np.concatenate((nothing, areas)) - np.concatenate((areas, nothing)), 0, axis)


def summed_but(areas, axis):
    """The sums over all axes but one."""
    rows = np.moveaxis(areas, axis, 0)
    return np.sum(np.reshape(rows, (np.shape(rows)[0], -1)), axis=1)


@adjoint(integrate.trapezoid, linear="each", cost=20)
def trapezoid(y, x=None, dx=1.0, axis=-1, *, grad):
    if mistaken(y, x) is not None:
        return mistaken(y, x)
    weights = of_intervals(grad, y, axis)
    return of_values(weights, y, x, dx, axis), of_points(weights, y, x, axis), of_spacing(weights, y, x, axis)


@kind(integrate.trapezoid)
def trapezoid_kind(y: Kind, x: Kind, dx: Kind, axis: Kind) -> Kind:
    y = numeric(y)
    return reduced(unless_narrow(floating(getattr(y, "dtype", ""))), y, axis, FALSE)


# --- its running integral -------------------------------------------------------------------------------------------


@inline
def of_running(grad, axis, initial):
    """The cotangents of the areas: each is in all integrals from there on."""
    if initial is None:
        return np.flip(np.cumsum(np.flip(grad, axis), axis=axis), axis)
    later = np.flip(np.cumsum(np.flip(grad, axis), axis=axis), axis)
    return np.moveaxis(np.moveaxis(later, axis, 0)[1:], 0, axis)


@adjoint(integrate.cumulative_trapezoid, linear="each", cost=20)
def running_trapezoid(y, x=None, dx=1.0, axis=-1, initial=None, *, grad):
    if mistaken(y, x) is not None:
        return mistaken(y, x)
    weights = of_running(grad, axis, initial)
    return of_values(weights, y, x, dx, axis), of_points(weights, y, x, axis), of_spacing(weights, y, x, axis), None


@kind(integrate.cumulative_trapezoid)
def running_trapezoid_kind(y: Kind, x: Kind, dx: Kind, axis: Kind, initial: Kind) -> Kind:
    dims = dims_of(numeric(y))
    return Array(
        unless_narrow(floating(getattr(numeric(y), "dtype", ""))),
        None if dims is None else tuple(unknown_dim() for _ in dims),
    )


# --- Simpson's rule -------------------------------------------------------------------------------------------------


@adjoint(integrate.simpson, cost=20)
def simpson(y, x=None, *, dx=1.0, axis=-1, grad):
    if np.iscomplexobj(y):
        return refuse("of complex values: integrate the real and the imaginary part by themselves")
    if x is not None and rank(x) != 1:
        return refuse("for points x of several axes: x with one axis")
    if known(rank(y) == 1):
        of_x = None if x is None else grad * simpson_slopes(y, x, axis)
        return grad * simpson_weights(y, x, dx, axis), of_x, of_simpson_spacing(grad, y, x, axis)
    weights = along_axis(simpson_weights(y, x, dx, axis), y, axis)
    of_x = None if x is None else np.tensordot(grad, simpson_slopes(y, x, axis), rank(y) - 1)
    return np.expand_dims(grad, axis) * weights, of_x, of_simpson_spacing(grad, y, x, axis)


@tangent(integrate.simpson)
def simpson_tangent(y, x=None, *, dx=1.0, axis=-1, y_dot, x_dot, dx_dot):
    if x is None:
        return simpson_along(y_dot, x, dx, axis) + dx_dot * integrate.simpson(y, axis=axis)
    return simpson_along(y_dot, x, dx, axis) + simpson_slopes(y, x, axis) @ x_dot


def simpson_along(y_dot, x, dx, axis):
    """The integral of other values."""
    return integrate.simpson(y_dot, x=x, dx=dx, axis=axis)


@inline
def of_simpson_spacing(grad, y, x, axis):
    return np.sum(grad * integrate.simpson(y, axis=axis)) if x is None else 0.0


def simpson_weights(y, x, dx, axis):
    """The weight that each value along an axis of y has in the integral by Simpson's rule."""
    n = np.shape(y)[axis]
    steps = np.full(n - 1, dx) if x is None else np.diff(x)
    weights = np.zeros(n, dtype=np.result_type(y, np.float32))
    if n == 2:
        weights[:] = 0.5 * steps[0]
        return weights
    if n < 2:
        return weights
    left, right = steps[: n - 2 : 2], steps[1 : n - 1 : 2]
    both = left + right
    weights[: n - 2 : 2] += both / 6.0 * (2.0 - quotient(right, left))
    weights[1 : n - 1 : 2] += both / 6.0 * quotient(both * both, left * right)
    weights[2:n:2] += both / 6.0 * (2.0 - quotient(left, right))
    if n % 2 == 0:
        before, last = steps[n - 3], steps[n - 2]
        weights[n - 1] += quotient(last * (2.0 * last + 3.0 * before), 6.0 * (before + last))
        weights[n - 2] += quotient(last * (last + 3.0 * before), 6.0 * before)
        weights[n - 3] -= quotient(last * last * last, 6.0 * before * (before + last))
    return weights


def simpson_slopes(y, x, axis):
    """How the integral along an axis changes with each point: each moves two of the steps, by which the integral of the
    parabola through three values, and that behind the last of an even number of points, is differentiated."""
    y = np.moveaxis(y, axis, -1)
    n, steps = y.shape[-1], np.diff(x)
    dtype = np.result_type(y, x, np.float32)
    if n < 2:
        return np.zeros(y.shape, dtype=dtype)
    by_steps = np.zeros((*y.shape[:-1], n + 1), dtype=dtype)  # with a step of no points at each end
    if n == 2:
        by_steps[..., 1] = 0.5 * (y[..., 0] + y[..., 1])
    else:
        left, right = steps[: n - 2 : 2], steps[1 : n - 1 : 2]
        both, apart = left + right, left - right
        first, middle, last = y[..., : n - 2 : 2], y[..., 1 : n - 1 : 2], y[..., 2:n:2]
        ends = first * (2.0 - quotient(right, left)) + last * (2.0 - quotient(left, right))
        mean = (ends + middle * quotient(both * both, left * right)) / 6.0
        turn = first * quotient(right, left) - last * quotient(left, right)
        turn = both / 6.0 * (turn + middle * quotient(both * apart, left * right))
        by_steps[..., 1 : n - 1 : 2] += mean + quotient(turn, left)
        by_steps[..., 2:n:2] += mean - quotient(turn, right)
    if n > 2 and n % 2 == 0:
        b, e = steps[n - 3], steps[n - 2]
        both = b + e
        by_e = y[..., n - 1] * quotient(2.0 * e * e + 4.0 * e * b + 3.0 * b * b, 6.0 * both * both)
        by_e = by_e + y[..., n - 2] * quotient(2.0 * e + 3.0 * b, 6.0 * b)
        by_b = y[..., n - 1] * quotient(e * e, 6.0 * both * both) - y[..., n - 2] * quotient(e * e, 6.0 * b * b)
        by_steps[..., n - 1] += by_e - y[..., n - 3] * quotient(e * e * (3.0 * b + 2.0 * e), 6.0 * b * both * both)
        by_steps[..., n - 2] += by_b + y[..., n - 3] * quotient(e**3 * (2.0 * b + e), 6.0 * b * b * both * both)
    return by_steps[..., :-1] - by_steps[..., 1:]


@adjoint(integrate.romb, linear="each", cost=20)
def romb(y, dx=1.0, axis=-1, show=False, *, grad):
    """Romberg's rule is a sum of trapezoidal ones, with the weights of Richardson's extrapolation."""
    if show or np.iscomplexobj(y):
        return refuse("of complex values, or with a table to be shown"), 0.0
    if known(rank(y) == 1):
        return grad * dx * romberg_weights(y, axis), np.sum(grad * integrate.romb(y, axis=axis))
    weights = along_axis(dx * romberg_weights(y, axis), y, axis)
    return np.expand_dims(grad, axis) * weights, np.sum(grad * integrate.romb(y, axis=axis))


def romberg_weights(y, axis):
    """The weight that each value along an axis of y has in the integral, for points at a distance of 1."""
    n = np.shape(y)[axis]
    count = int(np.round(np.log2(n - 1))) + 1
    table = np.eye(count)
    for j in range(1, count):
        table[j:] = table[j:] + (table[j:] - table[j - 1 : -1]) / (4**j - 1)
    weights = np.zeros(n, dtype=np.result_type(y, np.float32))
    for i in range(count):
        step = (n - 1) >> i
        weights[::step] += step * table[count - 1, i]
        weights[0] -= 0.5 * step * table[count - 1, i]
        weights[n - 1] -= 0.5 * step * table[count - 1, i]
    return weights


@kind(integrate.romb)
def romb_kind(y: Kind, dx: Kind, axis: Kind, show: Kind) -> Kind:
    y = numeric(y)
    return reduced(unless_narrow(floating(getattr(y, "dtype", ""))), y, axis, FALSE)


def quotient(a, b):
    """a / b, and 0 where b is: where points coincide."""
    return np.where(b == 0, 0.0, a / np.where(b == 0, 1.0, b))


@kind(integrate.simpson)
def simpson_kind(y: Kind, x: Kind, *, dx: Kind, axis: Kind) -> Kind:
    y = numeric(y)
    return reduced(unless_narrow(floating(getattr(y, "dtype", ""))), y, axis, FALSE)
