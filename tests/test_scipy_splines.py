"""SciPy's splines, by where they are evaluated and by their values, through the public interface."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from scipy.interpolate import (
    Akima1DInterpolator,
    BSpline,
    CubicSpline,
    InterpolatedUnivariateSpline,
    PchipInterpolator,
    RectBivariateSpline,
    UnivariateSpline,
    interp1d,
    make_interp_spline,
    make_lsq_spline,
    make_smoothing_spline,
    splev,
    splrep,
)

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function

X = np.array([0.0, 0.7, 1.5, 2.2, 3.0, 4.1])
Y = np.sin(X) + 0.1 * X**2
T = np.array([0.3, 1.1, 2.9])
KNOTS, TCK = np.arange(9.0), splrep(X, Y)
ENDS, WEIGHTS = np.array([0.0] * 4 + [2.0] + [4.1] * 4), np.array([1.0, 2.0, 1.0, 0.5, 1.0, 1.0])
SURFACE = RectBivariateSpline(X, X[:5], np.outer(Y, Y[:5] ** 2))
FITTED = InterpolatedUnivariateSpline(X, Y)
CUBIC, LINEAR = CubicSpline(X, Y), interp1d(X, Y)


def of_a_list(a, t):
    return CubicSpline([0.0, 1.0, 2.0, 3.0], [a, a * a, 1.0, 2.0])(t, 1)


def in_a_loop(y, t):
    spline = CubicSpline(X, y)
    for _ in range(3):
        t = spline(t) + 1.0
    return t


SPLINES = {
    "cubic": (lambda y, t: np.sum(CubicSpline(X, y)(t) * t), Y, T),
    "natural": (lambda y, t: np.sum(CubicSpline(X, y, bc_type="natural")(t) ** 2), Y, T),
    "number": (lambda y, t: CubicSpline(X, y)(t) * t, Y, 1.2),
    "grid": (lambda y, t: np.sum(CubicSpline(X, y)(t, 1) * t), Y, np.stack([T, T + 0.5])),
    "b-spline": (lambda y, t: np.sum(make_interp_spline(X, y, k=5)(t) * t), Y, T),
    "vectors": (lambda t: np.sum(CubicSpline(X, np.stack([Y, Y * X], axis=1))(t) ** 2), T),
    "others": (lambda t: np.sum(PchipInterpolator(X, Y)(t) ** 2 + Akima1DInterpolator(X, Y)(t)), T),
    "coefficients": (lambda c, t: np.sum(BSpline(KNOTS, c, 3)(t) * t), Y[:5], T + 2.5),
    "slope": (lambda c, t: BSpline(KNOTS, c, k=3)(t, 1) * t, Y[:5], 3.7),
    "splev": (lambda c, t: np.sum(splev(t, (KNOTS, c, 3)) * t), Y[:5], T + 2.5),
    "splev, slope": (lambda c, t: np.sum(splev(t, (KNOTS, c, 3), der=1) * t), Y[:5], T + 2.5),
    "splrep": (lambda t: np.sum(splev(t, splrep(X, Y)) * t), T),
    "derivative": (lambda y, t: np.sum(CubicSpline(X, y).derivative()(t) * t), Y, T),
    "antiderivative": (lambda y, t: np.sum(make_interp_spline(X, y).antiderivative(2)(t) ** 2), Y, T),
    "integral": (lambda y, a, b: CubicSpline(X, y).integrate(a, b=b) * a, Y, 0.4, 2.9),
    "integral of a b-spline": (lambda y, b: make_interp_spline(X, y).integrate(0.4, b) ** 2, Y, 2.9),
    "integral of vectors": (
        lambda a, b: np.sum(CubicSpline(X, np.stack([Y, Y * X], axis=1)).integrate(a, b) ** 2),
        0.4,
        2.9,
    ),
    "integral of slopes": (lambda y, a: PchipInterpolator(X, y).integrate(a, 2.9) * a, Y, 0.4),
    "integral of slopes by its end": (lambda y, b: PchipInterpolator(X, y).integrate(0.4, b) * b, Y, 2.9),
    "methods of a global": (lambda a, t: np.sum(CUBIC.derivative(2)(t)) * CUBIC.integrate(a, 1.9), 0.4, T),
    "fitpack": (lambda t: np.sum(FITTED(t) * FITTED.derivative()(t) + UnivariateSpline(X, Y, k=4)(t, 1)), T),
    "fitpack by values": (lambda y, t: np.sum(InterpolatedUnivariateSpline(X, y)(t) * t), Y, T + 2.0),
    "fitpack by values, of degree 4": (lambda y, t: UnivariateSpline(X, y, k=4, s=0)(t, 1) * t, Y, 1.2),
    "fitpack's integral": (lambda y, a: InterpolatedUnivariateSpline(X, y, k=2).integral(a, b=2.9) * a, Y, 0.4),
    "fitpack's integral from beyond": (lambda y, a, b: UnivariateSpline(X, y, s=0).integral(a, b) * a, Y, -0.4, 2.9),
    "fitpack's integral of a global": (
        lambda a, b: FITTED.integral(a, b) * UnivariateSpline(X, Y).integral(b, a),
        0.4,
        2.9,
    ),
    "squares": (lambda y, t: np.sum(make_lsq_spline(X, y, ENDS, w=WEIGHTS)(t) * t), Y, T),
    "squares, of degree 2": (lambda y, b: make_lsq_spline(X, y, ENDS[1:-1], 2).integrate(0.3, b) * b, Y, 2.9),
    "surface": (lambda t, u: np.sum(SURFACE.ev(t, u) ** 2 + SURFACE(u, t, grid=False)), T, 1.1),
    "surface of f": (lambda t, u: np.sum(RectBivariateSpline(X, X[:5], np.outer(Y, Y[:5])).ev(t, u) ** 2), T, 1.1),
    "surface of f on a grid": (lambda t, u: np.sum(RectBivariateSpline(X, X, np.outer(Y, Y), kx=2)(t, u) ** 2), T, 1.1),
    "surface on a grid": (lambda t, u: np.sum(SURFACE(t, u) ** 2) + SURFACE(1.3, u)[0, 0], T, 1.1),
    "beyond a surface": (lambda t, u: np.sum(SURFACE.ev(t, u)) ** 2, T - 1.0, 1.1),
    "list": (of_a_list, 0.7, 1.3),
    "loop": (in_a_loop, Y, 1.1),
}
ONCE = {
    "linear": (lambda y, t: np.sum(interp1d(X, y)(t) ** 2), Y, T),
    "interp1d cubic": (lambda y, t: interp1d(X, y, kind="cubic")(t) ** 2, Y, 2.5),
    "splev of a global": (lambda t: np.sum(splev(t, TCK) * t), T),
    "slope of a surface": (lambda t, u: SURFACE.ev(t, u, 1, 0) * SURFACE.ev(t, u, dy=1), 1.4, 0.9),
    "slope of slopes": (lambda y, t: np.sum(PchipInterpolator(X, y).derivative()(t) ** 2), Y, T),
    "globals": (lambda t: np.sum(CUBIC(t) * LINEAR(t) * CUBIC(t, 1)), T),
}


@pytest.mark.parametrize("name", [*SPLINES, *ONCE])
def test_splines(name):
    f, *args = (SPLINES | ONCE)[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


@pytest.mark.parametrize("name", ["cubic", "vectors", "others", "slope", "splrep", "squares", "fitpack's integral"])
def test_second_derivatives(name):
    f, *args = SPLINES[name]
    assert check_gradients(gradients_function(f), *args).ok


@pytest.mark.skipif("axis" not in inspect.signature(make_smoothing_spline).parameters, reason="rows: newer SciPy")
def test_a_spline_that_smooths():
    def f(y, t, smoothing):
        return np.sum(make_smoothing_spline(X, y, lam=smoothing)(t) * t + make_smoothing_spline(X, y, WEIGHTS, 0.2)(t))

    by_values = s2sad.gradients_function(f, params=["y", "t"])
    assert check_gradients(f, Y, T, 0.1, params=["y", "t"]).ok
    assert check_gradients(by_values, Y, T, 0.1, params=["y", "t"]).ok


def test_a_spline_that_chooses_how_much_to_smooth():
    with pytest.raises(NotDifferentiableError, match="with a fixed `lam`"):
        s2sad.grad(lambda y: make_smoothing_spline(X, y)(1.0))(Y)


def test_gradient_by_the_values_is_the_cardinal_spline():
    assert s2sad.grad(lambda y: CubicSpline(X, y)(1.0))(Y) == pytest.approx(CubicSpline(X, np.eye(6))(1.0))


def test_text_of_a_spline():
    text = value_and_gradients_function(SPLINES["natural"][0]).source(Y, T)
    assert "from scipy.interpolate import CubicSpline\n" in text
    assert 'CubicSpline(X, np.eye(len(y)), bc_type="natural")' in text


def test_values_beyond_the_ends_of_interp1d():
    """There it is constant if it is told so, which the slope's spline is not."""

    def f(t):
        return interp1d(X, Y, bounds_error=False, fill_value=0.0)(t)

    with pytest.raises(NotDifferentiableError, match="`interp1d` with these options: kind, fill_value"):
        s2sad.grad(f)(5.0)
