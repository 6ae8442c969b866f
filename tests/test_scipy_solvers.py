"""SciPy's functions that are given a function: roots of an equation, and integrals, through the public interface."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, interpolate, optimize, sparse

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function
from tests.alone import run_alone


def cosine_meets_cube(x, p, q):
    return p * np.cos(x) - q * x**3


def powers(x, w):
    return np.sum(w * x ** np.arange(3.0)) - 3.0


def root_inside(x, p):
    return optimize.brentq(cosine_meets_cube, 0.0, 5.0, args=(p, x), xtol=1e-13) - x


def bracketed(find):
    return lambda p, q: find(cosine_meets_cube, 0.0, 5.0, (p, q), xtol=1e-13)


ROOTS = {
    **{
        name: (bracketed(getattr(optimize, name)), 1.0, 0.5)
        for name in ("brentq", "brenth", "bisect", "ridder", "toms748")
    },
    "newton": (lambda p, q: q * optimize.newton(cosine_meets_cube, 1.0, args=(p, q), tol=1e-13), 1.0, 0.5),
    "bracket": (lambda p: optimize.brentq(cosine_meets_cube, 0.1 * p, 4.0 + p, args=(p, 0.5), xtol=1e-13) ** 2, 1.2),
    "array": (lambda w: optimize.brentq(powers, 0.0, 5.0, args=(w,), xtol=1e-13), np.array([1.0, 2.0, 3.0])),
    "nested": (lambda p: optimize.brentq(root_inside, 0.1, 5.0, args=(p,), xtol=1e-13), 1.0),
    "constant": (lambda p: p * optimize.brentq(np.cos, 0.0, 3.0), 1.5),
}


@pytest.mark.parametrize("name", ROOTS)
def test_roots(name):
    """The implicit function theorem, in both modes, and again."""
    f, *args = ROOTS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    assert check_gradients(gradients_function(f), *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


def slope_and_bend(t, q):
    return q * np.cos(t) + t


def part_of_an_integral(a):
    value, error = integrate.quad(np.exp, -np.inf, a)
    return value * a if error < 1.0 else a


def integrals_in_a_loop(a):
    total = 0.0
    for _ in range(3):
        total += integrate.quad(math.cos, total, a)[0]
    return total


INTEGRALS = {
    "upper": (lambda b: integrate.quad(slope_and_bend, 0.0, b, args=(2.0,))[0], 1.2),
    "both": (lambda a, b: integrate.quad(slope_and_bend, a * b, b, (2.0,))[0] ** 2, 1.2, 0.5),
    "infinite": (part_of_an_integral, 0.7),
    "loop": (integrals_in_a_loop, 0.7),
}


def over_a_moving_area(v):
    return integrate.dblquad(lambda y, x: np.sin(x * y * v), 0.0, v, lambda x: x * v, lambda x: 1.0 + x * x)[0]


def with_arguments(v, w):
    return integrate.dblquad(
        lambda y, x, s, t: np.sin(x * y * s) * t, 0, 1, 0.0, lambda x: x, args=(v, w), epsabs=1e-10
    )[0]


def over_a_volume(v):
    return integrate.tplquad(lambda z, y, x: np.sin(x * y * v + z), 0, 1, 0, 1, 0.0, lambda x, y: x + y)[0]


AREAS = {
    "area": (lambda v: integrate.dblquad(lambda y, x: np.sin(x * y * v), 0, 1, 0, 1)[0], 1.3),
    "of a module's function": (lambda p: integrate.dblquad(slope_and_bend, 0.0, p, 0.0, 1.0)[0], 1.3),
    "names as ours": (
        lambda x, y, low: integrate.dblquad(lambda s, t: np.sin(x * s * t) * y * low, 0, 1, 0, 1)[0],
        1.3,
        0.5,
        2.0,
    ),
    "moving area": (over_a_moving_area, 1.1),
    "arguments": (with_arguments, 1.3, 0.6),
    "two ranges": (lambda v: integrate.nquad(lambda s, t: np.sin(s * t * v), [[0, 1], [0, v]])[0], 1.3),
    "volume": (over_a_volume, 1.3),
    "three ranges": (
        lambda v: integrate.nquad(lambda s, t, u: np.sin(s * t * v + u), [(0, 1), (0, 1), (0, v)])[0],
        1.3,
    ),
}


@pytest.mark.parametrize("name", AREAS)
def test_integrals_over_areas(name):
    """Their own gradients and tangents; of second order some are refused."""
    f, *args = AREAS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


@pytest.mark.parametrize("name", [each for each in AREAS if "module" not in each])
def test_integrals_over_areas_alone(name):
    """But for the function of this module, which imports s2sad."""
    f, *args = AREAS[name]
    program = value_and_gradients_function(f)
    [(got, *_)] = run_alone(program.source(*args), [(args, {}, {})], program.compiled(*args))
    assert got[0] == f(*args)


def decay(t, a, b):
    return a * np.exp(-b * t)


TIMES = np.linspace(0.0, 2.0, 7)
CURVES = {
    "given": lambda t, y: optimize.curve_fit(decay, t, y, p0=[1.0, 1.0], ftol=1e-13, xtol=1e-13)[0] ** 2,
    "lambda": lambda t, y: optimize.curve_fit(lambda t, a, b: a * np.exp(-b * t), t, y)[0][0],
    "line": lambda t, y: optimize.curve_fit(lambda t, a, b: a + b * t, t, y)[0],
}


@pytest.mark.parametrize("name", CURVES)
def test_fitted_curves(name):
    """The parameters follow the data as those do where the gradient of the sum of squares is zero."""
    f, t, y = CURVES[name], TIMES, 2.0 * np.exp(-0.7 * TIMES) + 0.05 * np.cos(9.0 * TIMES)
    assert np.array_equal(value_and_gradients_function(f)(t, y)[0], f(t, y))
    dt, dy, step = 0.1 * np.sin(5.0 * t), np.cos(3.0 * t), 1e-4
    slope = (f(t + step * dt, y + step * dy) - f(t - step * dt, y - step * dy)) / (2.0 * step)
    np.testing.assert_allclose(jvp(f, (t, y), (dt, dy))[1], slope, rtol=1e-3)
    of_t, of_y = gradients_function(f)(t, y)
    assert np.sum(of_t * dt) + np.sum(of_y * dy) == pytest.approx(np.sum(slope), rel=1e-3)


def test_a_fitted_line_in_closed_form():
    """The normal equations: the gradient by the data is the row of the pseudo-inverse."""
    made = gradients_function(lambda y: optimize.curve_fit(lambda t, a, b: a + b * t, TIMES, y)[0][1])
    inverse = np.linalg.pinv(np.stack([np.ones(7), TIMES], axis=1))
    np.testing.assert_allclose(made(np.sin(TIMES))[0], inverse[1], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals_by_their_limits(name):
    f, *args = INTEGRALS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    assert check_gradients(gradients_function(f), *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


def test_roots_in_closed_form_and_in_a_loop():
    def f(p):
        s = 1.0
        for _ in range(3):
            s = optimize.newton(square, 1.0, args=(s * p,), tol=1e-14)
        return s  # p ** (1/2 + 1/4 + 1/8)

    assert s2sad.grad(f)(2.0) == pytest.approx(0.875 * 2.0**-0.125, rel=1e-12)


def square(x, p):
    return x * x - p


def test_no_gradient_flows_into_a_solver():
    def f(p):
        least = optimize.minimize_scalar(square, bounds=(-1.0, 2.0), args=(1.0,), method="bounded").x
        return p * (3.0 + least) * integrate.quad(square, 0.0, 1.0, args=(1.0,))[0]

    assert s2sad.grad(f)(2.0) == pytest.approx(-2.0, rel=1e-6)


def test_text_of_a_root():
    def f(p):
        return optimize.brentq(square, 0.0, 5.0, args=(p,))

    text = value_and_gradients_function(f).source(2.0)
    imports = [line for line in text.split("\n") if line.startswith(("import", "from"))]
    body = [line.strip() for line in text.split("\n    return value")[0].split("\n") if "_grad =" in line]
    assert imports == ["from scipy import optimize", "from tests.test_scipy_solvers import square"]
    assert body == ["x_grad = 2.0 * x", "t1_grad = -dy / x_grad"]


def test_objects_of_scipy_are_refused_in_the_users_line():
    x = np.arange(4.0)

    def f(y):
        return interpolate.UnivariateSpline(x, y)(1.5)

    with pytest.raises(NotDifferentiableError, match=r"through `UnivariateSpline`(.|\n)*UnivariateSpline\(x, y, s=0\)"):
        s2sad.grad(f)(x**2)

    def f(p):
        return np.sum(sparse.kron(p * np.eye(2), np.eye(2)) @ np.ones(4))

    with pytest.raises(NotDifferentiableError, match="through `kron`"):
        s2sad.grad(f)(2.0)


def test_a_variable_of_the_function_does_not_hide_what_an_inner_one_captures():
    """They can't both keep their name where the functions are put at the top: it is refused (it was a wrong gradient)."""

    def f(x):
        def weight(s):
            return s * x

        def inner(t):
            x = t * 2.0
            return x * weight(t)

        return integrate.quad(inner, 0.0, 1.0)[0]

    with pytest.raises(NotDifferentiableError, match="`quad` is given a function"):
        gradients_function(f)(1.3)
