"""The value of a spline as a function of where it is evaluated, and of the values that it goes through.

Its derivative by the place is a spline, which SciPy has: `spline(t, 1)`. A spline through values y is linear in these,
so it is a sum over them, each times the spline through 1 there and 0 elsewhere (a cardinal spline: C. de Boor, "A
practical guide to splines", 1978, chapter IV). `basis` is the spline through the rows of the unit matrix: all of these
at once, which cost as much as n splines.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Scalar
from s2sad.rules.registry import inline, known, rank, unlisted
from s2sad.rules.results import unknown_dim


@inline
def weighted(grad, weights, t):
    """The sum over all places of a cotangent times what is there."""
    if known(rank(t) == 0):
        return grad * weights
    if known(rank(t) == 1):
        return grad @ weights
    return np.tensordot(grad, weights, np.ndim(t))


@inline
def derivative(spline, t, nu):
    return spline(t) if nu == 0 else spline(t, nu)


def spline_at(t, y, spline, basis, nu=0, *, grad):
    """spline(t, nu), of a spline through y."""
    return grad * spline(t, nu + 1), weighted(grad, derivative(basis, t, nu), t), None, None, None


def spline_at_tangent(t, y, spline, basis, nu=0, *, t_dot, y_dot):
    return t_dot * spline(t, nu + 1) + derivative(basis, t, nu) @ y_dot


def spline_rows_at(t, spline, nu=0, *, grad):
    """spline(t, nu), of a spline through vectors."""
    return np.sum(grad * spline(t, nu + 1), axis=-1), None, None


def spline_rows_at_tangent(t, spline, nu=0, *, t_dot):
    return np.expand_dims(t_dot, -1) * spline(t, nu + 1)


def interpolation_at(t, y, interpolation, basis, slope, *, grad):
    """interpolation(t), through y; `slope` is its derivative."""
    return grad * slope(t), weighted(grad, basis(t), t), None, None, None


def interpolation_at_tangent(t, y, interpolation, basis, slope, *, t_dot, y_dot):
    return t_dot * slope(t) + basis(t) @ y_dot


def hermite_at(t, y, slopes, spline, by_values, by_slopes, nu=0, *, grad):
    """spline(t, nu), of cubic pieces with these values and slopes at the points: linear in both."""
    return (
        grad * spline(t, nu + 1),
        weighted(grad, derivative(by_values, t, nu), t),
        weighted(grad, derivative(by_slopes, t, nu), t),
        None,
        None,
        None,
        None,
    )


def hermite_at_tangent(t, y, slopes, spline, by_values, by_slopes, nu=0, *, t_dot, y_dot, slopes_dot):
    moved = derivative(by_values, t, nu) @ y_dot + derivative(by_slopes, t, nu) @ slopes_dot
    return t_dot * spline(t, nu + 1) + moved


def integral(a, b, y, spline, basis, *, grad):
    """spline.integrate(a, b), of a spline through y."""
    return -grad * spline(a), grad * spline(b), grad * basis.integrate(a, b), None, None


def integral_tangent(a, b, y, spline, basis, *, a_dot, b_dot, y_dot):
    return b_dot * spline(b) - a_dot * spline(a) + basis.integrate(a, b) @ y_dot


@inline
def within(spline, t, first, last):
    """spline(t), where there are points around it."""
    return spline(t) if first <= t <= last else 0.0


@inline
def between(t, first, last):
    return min(max(t, first), last)


def fitpack_integral(a, b, y, spline, basis, *, grad):
    """spline.integral(a, b), for which the spline is 0 beyond its points."""
    first, last = float(spline.get_knots()[0]), float(spline.get_knots()[-1])
    return (
        -grad * within(spline, a, first, last),
        grad * within(spline, b, first, last),
        grad * basis.integrate(between(a, first, last), between(b, first, last)),
        None,
        None,
    )


def fitpack_integral_tangent(a, b, y, spline, basis, *, a_dot, b_dot, y_dot):
    first, last = float(spline.get_knots()[0]), float(spline.get_knots()[-1])
    ends = b_dot * within(spline, b, first, last) - a_dot * within(spline, a, first, last)
    return ends + basis.integrate(between(a, first, last), between(b, first, last)) @ y_dot


def integral_of_rows(a, b, spline, *, grad):
    """The same of a spline through vectors."""
    return -np.sum(grad * spline(a)), np.sum(grad * spline(b)), None


def integral_of_rows_tangent(a, b, spline, *, a_dot, b_dot):
    return b_dot * spline(b) - a_dot * spline(a)


def hermite_integral(a, b, y, slopes, spline, by_values, by_slopes, *, grad):
    return (
        -grad * spline(a),
        grad * spline(b),
        grad * by_values.integrate(a, b),
        grad * by_slopes.integrate(a, b),
        None,
        None,
        None,
    )


def hermite_integral_tangent(a, b, y, slopes, spline, by_values, by_slopes, *, a_dot, b_dot, y_dot, slopes_dot):
    moved = by_values.integrate(a, b) @ y_dot + by_slopes.integrate(a, b) @ slopes_dot
    return b_dot * spline(b) - a_dot * spline(a) + moved


def coefficients(y, found, basis, *, grad):
    """The coefficients of the spline through y, after which `splrep` writes zeros."""
    return basis.T @ grad[: len(y)], None, None


def coefficients_tangent(y, found, basis, *, y_dot):
    return filled_up(y_dot, basis, found)


def filled_up(y_dot, basis, found):
    """The coefficients of another spline, and zeros."""
    return np.concatenate([basis @ y_dot, np.zeros(len(found) - len(basis))])


def like_places(t: Kind, *others: Kind) -> Kind:
    """A real number for each place; of one place it is an array without axes."""
    return Array("float64", () if isinstance(t, Scalar) else getattr(t, "dims", None))


def rows_for_places(t: Kind, *others: Kind) -> Kind:
    dims = () if isinstance(t, Scalar) else getattr(t, "dims", None)
    return Array("float64", None if dims is None else (*dims, unknown_dim()))


def number_kind(a: Kind, *others: Kind) -> Kind:
    return Array("float64", ())


def float_kind(a: Kind, *others: Kind) -> Kind:
    return Scalar("float")


def vector_kind(a: Kind, *others: Kind) -> Kind:
    return Array("float64", (unknown_dim(),))


# Not in the table of rules: no function of the user's means these. `infer_splines.py` puts them beside a call.
SPLINE = unlisted(spline_at, spline_at_tangent, like_places, ("t", "y"), cost=50)
ROWS = unlisted(spline_rows_at, spline_rows_at_tangent, rows_for_places, ("t",), cost=50)
INTERPOLATION = unlisted(interpolation_at, interpolation_at_tangent, like_places, ("t", "y"), cost=50)
HERMITE = unlisted(hermite_at, hermite_at_tangent, like_places, ("t", "y", "slopes"), cost=50)
INTEGRAL = unlisted(integral, integral_tangent, number_kind, ("a", "b", "y"), cost=50)
FITPACK_INTEGRAL = unlisted(fitpack_integral, fitpack_integral_tangent, float_kind, ("a", "b", "y"), cost=50)
INTEGRAL_OF_ROWS = unlisted(integral_of_rows, integral_of_rows_tangent, vector_kind, ("a", "b"), cost=50)
HERMITE_INTEGRAL = unlisted(hermite_integral, hermite_integral_tangent, number_kind, ("a", "b", "y", "slopes"), cost=50)
COEFFICIENTS = unlisted(coefficients, coefficients_tangent, lambda y, found, basis: found, ("y",), cost=50)
