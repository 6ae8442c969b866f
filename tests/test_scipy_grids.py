"""scipy.interpolate: values on grids, splines with slopes, splrep; through the public interface."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import interpolate

from s2sad import NotDifferentiableError, check_gradients, gradients_function
from tests.both_modes import check_both_modes

X, Y = np.arange(6.0), np.array([0.5, 1.2, 0.9, 2.0, 2.5, 1.0])
T, TS = np.array([0.3, 1.7, 4.2]), np.array([[0.3, 1.2], [4.4, 2.6]])
RANDOM = np.random.default_rng(1)
AXES, ON_GRID, IN_SPACE = (X, np.arange(4.0)), RANDOM.normal(size=(6, 4)), RANDOM.normal(size=(3, 4, 2))
PLACES = np.array([[0.3, 1.2], [4.4, 2.6], [2.2, 0.7]])
OUTSIDE = np.array([[0.3, 1.2], [9.0, 2.6], [-2.2, 0.7]])
GRID = interpolate.RegularGridInterpolator(AXES, ON_GRID)
MASKED = interpolate.RegularGridInterpolator(AXES, ON_GRID, bounds_error=False)
PCHIP, HERMITE = interpolate.PchipInterpolator(X, Y), interpolate.CubicHermiteSpline(X, Y, np.cos(X))
Pchip, Akima = interpolate.PchipInterpolator, interpolate.Akima1DInterpolator
Regular, interpn = interpolate.RegularGridInterpolator, interpolate.interpn


def written(y, t):
    y = y.copy()
    spline = Pchip(X, y)
    y[1] = 7.0
    return spline(t) ** 2


CASES = {
    "pchip": (lambda y, t: Pchip(X, y)(t) ** 2, Y, T),
    "pchip's slope": (lambda y, t: Pchip(X, y)(t, 1) ** 2, Y, T),
    "pchip at one place": (lambda y, t: Pchip(X, y)(t) ** 2, Y, 1.3),
    "pchip of two points": (lambda y, t: Pchip(X[:2], y[:2])(t) ** 2, Y, 0.3),
    "pchip of three points": (lambda y, t: Pchip(X[:3], y[:3])(t) ** 2, Y, 1.3),
    "pchip of lists": (lambda y, t: Pchip([0.0, 1.0, 2.0, 3.0], [y[0], y[2], 1.0, y[1]])(t) ** 2, Y, 1.3),
    "pchip outside": (lambda t: PCHIP(t) ** 2, T),
    "pchip with steep ends": (
        lambda y, t: Pchip(X[:4], y)(t) ** 2,
        np.array([0.0, 1.0, -9.0, 2.0]),
        np.array([0.3, 2.9]),
    ),
    "akima": (lambda y, t: Akima(X, y)(t) ** 2, Y, T),
    "hermite": (lambda y, d, t: interpolate.CubicHermiteSpline(X, y, d)(t) ** 2, Y, np.cos(X), T),
    "hermite's slopes": (lambda d, t: interpolate.CubicHermiteSpline(X, Y, d)(t) ** 2, np.cos(X), TS),
    "hermite outside": (lambda t: HERMITE(t) ** 2, T),
    "written": (written, Y, T),
    "splrep": (lambda y, t: interpolate.splev(t, interpolate.splrep(X, y)) ** 2, Y, T),
    "splrep of degree 5": (lambda y, t: interpolate.splev(t, interpolate.splrep(X, y, s=0, k=5), der=1) ** 2, Y, T),
    "splrep's coefficients": (lambda y: interpolate.splrep(X, y)[1] ** 2, Y),
    "grid": (lambda v, t: Regular(AXES, v)(t) ** 2, ON_GRID, PLACES),
    "grid of one axis": (lambda y, t: Regular((X,), y)(t[:, None]) ** 2, Y, T),
    "grid, places by axes": (lambda v, a, b: Regular(AXES, v)((a, b)) ** 2, ON_GRID, PLACES[:, 0], PLACES[:, 1]),
    "grid, one place": (lambda v, a, b: Regular(AXES, v)([a, b]) ** 2, ON_GRID, 0.3, 1.2),
    "grid, rows of places": (lambda v, t: Regular(AXES, v)(t) ** 2, ON_GRID, np.array([PLACES, PLACES + 0.1])),
    "grid, falling": (lambda v, t: Regular((X[::-1], np.arange(4.0)), v)(t) ** 2, ON_GRID, PLACES),
    "grid outside": (lambda t: GRID(t) ** 2, PLACES),
    "masked outside": (lambda t: np.nan_to_num(MASKED(t)) ** 2, OUTSIDE),
    "interpn": (lambda v, t: interpn(AXES, v, t) ** 2, ON_GRID, PLACES),
    "interpn in space": (
        lambda v, t: interpn((X[:3], X[:4], X[:2]), v, t) ** 2,
        IN_SPACE,
        np.array([[0.3, 1.2, 0.4], [1.4, 2.6, 0.7]]),
    ),
    "interpn, filled": (lambda v, t: interpn(AXES, v, t, bounds_error=False, fill_value=0.0) ** 2, ON_GRID, OUTSIDE),
    "interpn, beyond": (lambda v, t: interpn(AXES, v, t, bounds_error=False, fill_value=None) ** 2, ON_GRID, OUTSIDE),
}


@pytest.mark.parametrize("name", CASES)
def test_gradients(name):
    f, *args = CASES[name]
    check_both_modes(f, *args)


@pytest.mark.parametrize("name", ["pchip", "akima", "hermite", "splrep", "grid", "interpn, filled"])
def test_second_derivatives(name):
    f, *args = CASES[name]
    assert check_gradients(gradients_function(f), *args).ok


@pytest.mark.parametrize(
    "f",
    [
        lambda v: np.sum(Regular(AXES, v, method="nearest")(PLACES)),
        lambda v: np.sum(Regular(AXES, v)(PLACES, method="nearest")),
        lambda v: np.sum(interpn(AXES, v, PLACES, method="splinef2d")),
        lambda v: np.sum(interpn((v[:, 0], X[:4]), ON_GRID, PLACES)),
        lambda v: np.sum(interpolate.griddata(PLACES, v[:3, 0], PLACES)),
        lambda v: np.sum(Akima(X, v[:, 0], method="makima")(T)),
        lambda v: np.sum(interpolate.splrep(X, v[:, 0], s=0.5)[1]),
    ],
)
def test_refused(f):
    with pytest.raises(NotDifferentiableError):
        gradients_function(f)(ON_GRID)
