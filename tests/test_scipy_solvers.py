"""SciPy's functions that are given a function: roots of an equation, and integrals, through the public interface."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate, interpolate, optimize, sparse

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function


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

    with pytest.raises(NotDifferentiableError, match=r"through `UnivariateSpline`(.|\n)*UnivariateSpline\(x, y\)"):
        s2sad.grad(f)(x**2)

    def f(p):
        return np.sum(sparse.csr_matrix(p * np.eye(2)) @ np.ones(2))

    with pytest.raises(NotDifferentiableError, match="through `csr_matrix`"):
        s2sad.grad(f)(2.0)
