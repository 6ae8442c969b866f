"""SciPy's solvers of several unknowns, minima and integrals by what is in them, through the public interface."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize

import s2sad
from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function

MATRIX = np.array([[2.0, 0.1], [0.1, 3.0]])
TIMES = np.linspace(0.0, 1.0, 7)


def system(x, p, q):
    return [x[0] ** 2 + p * x[1] - q[0], x[1] ** 3 + x[0] * q[1] - p]


def by_root(p, q):
    solution = optimize.root(system, [1.0, 1.0], args=(p, q), tol=1e-12)
    if not solution.success:
        raise ArithmeticError(solution.message)
    return solution.x[0] * p + solution.x[1]


def by_closure(p, q):
    def equations(x):
        return MATRIX @ x + p * np.tanh(x) - q

    return np.sum(optimize.fsolve(equations, np.ones(2), xtol=1e-12) ** 2)


def in_a_loop(p):
    x = np.array([0.5, 0.5])
    for k in range(1, 3):
        x = optimize.fsolve(lambda y: y - 0.5 * np.cos(p * y) - 0.1 * k * x, x, xtol=1e-12)  # noqa: B023
    return x[0]


def of_helpers(p):
    def shifted(x):
        return x - p

    return (
        optimize.brentq(lambda x: shifted(x) ** 3 + x, -5.0, 5.0, xtol=1e-13)
        + optimize.root_scalar(shifted, bracket=(-5.0, 5.0), xtol=1e-13).root
    )


SYSTEMS = {
    "root": (by_root, 0.7, np.array([1.0, 2.0])),
    "fsolve": (by_closure, 0.7, np.array([1.0, 2.0])),
    "loop": (in_a_loop, 0.7),
    "helpers": (of_helpers, 0.7),
    "fixed_point": (lambda p: optimize.fixed_point(lambda x: np.cos(p * x), [0.5], xtol=1e-13)[0], 0.7),
    "fixed_number": (lambda p: optimize.fixed_point(lambda x: np.cos(p * x), 0.5, xtol=1e-13), 0.7),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_systems(name):
    """Both modes against differences, and the gradient of the gradient."""
    f, *args = SYSTEMS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    assert check_gradients(gradients_function(f), *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


def bowl(x, a, b):
    return (x[0] - a) ** 2 + b * (x[1] - a * x[0]) ** 2 + x[0]


def lowest(a, b):
    return optimize.minimize(bowl, np.zeros(2), args=(a, b), method="BFGS", tol=1e-9)


def test_minima_in_closed_form():
    """At the minimum x0 = a - 1/2, x1 = a x0, and the objective is a - 1/4."""

    def place(a, b):
        return lowest(a, b).x[1]

    def depth(a, b):
        return optimize.minimize(bowl, np.zeros(2), args=(a, b), method="BFGS", tol=1e-9).fun

    assert gradients_function(place)(1.2, 2.0) == pytest.approx((1.9, 0.0), abs=1e-6)
    assert jvp(place, (1.2, 2.0), (1.0, 1.0))[1] == pytest.approx(1.9, abs=1e-6)
    assert s2sad.hessian(place, "a")(1.2, 2.0) == pytest.approx(2.0, abs=1e-5)
    assert gradients_function(depth)(1.2, 2.0) == pytest.approx((1.0, 0.0), abs=1e-6)
    assert s2sad.hessian(depth, "a")(1.2, 2.0) == pytest.approx(0.0, abs=1e-5)

    def along(p, q):
        found = optimize.minimize_scalar(lambda x: (x - p) ** 2 + q * x, tol=1e-9)
        return found.x * found.fun  # (p - q/2) (p q - q^2/4)

    p, q = 1.2, 0.5
    exact = (p * q - q * q / 4 + (p - q / 2) * q, -0.5 * (p * q - q * q / 4) + (p - q / 2) * (p - q / 2))
    assert gradients_function(along)(p, q) == pytest.approx(exact, abs=1e-6)


def test_least_squares_in_closed_form():
    def fitted(y, slope):
        found = optimize.least_squares(lambda w: w[0] + w[1] * slope * TIMES - y, [1.0, 0.0])
        return found.x[1] * 2.0 + found.cost

    y = TIMES**2 + 0.1
    design = np.stack([np.ones(7), TIMES], axis=1)
    weights = np.linalg.pinv(design)
    y_grad, slope_grad = gradients_function(fitted)(y, 2.0)
    assert y_grad == pytest.approx(2.0 * weights[1] / 2.0 - (design @ weights @ y - y), abs=1e-6)
    assert slope_grad == pytest.approx(-2.0 * (weights @ y)[1] / 4.0, abs=1e-6)


def bell(x, s, w):
    return np.exp(-s * x**2) * (w[0] + w[1] * x**2)


INTEGRALS = {
    "args": (
        lambda s, w, b: (
            integrate.quad(bell, -np.inf, np.inf, args=(s, w))[0] + b * integrate.quad(bell, 0.0, b, (s, w))[0]
        ),
        0.7,
        np.array([1.0, 2.0]),
        1.5,
    ),
    "captured": (lambda p, b: integrate.quad(lambda x: x**p * np.cos(x), 0.0, b, epsabs=1e-12)[0], 0.5, 1.2),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals(name):
    f, *args = INTEGRALS[name]
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    assert check_gradients(f, *args).ok
    slope = sum(np.sum(each * arg) for each, arg in zip(gradients_function(f)(*args), args))
    assert jvp(f, args, args)[1] == pytest.approx(slope)


def test_second_derivative_of_an_integral():
    assert check_gradients(gradients_function(INTEGRALS["captured"][0]), 0.5, 1.2).ok


def test_text_of_a_system():
    text = value_and_gradients_function(by_closure).source(0.7, np.array([1.0, 2.0]))
    assert "optimize.fsolve(equations, np.ones(2), xtol=1e-12, args=(p, q))" in text
    assert "p_grad, q_grad = root_adjoint(t2, 2.0 * dy * t2, (p, q), equations_forward, equations_backward)" in text
    assert "s2sad" not in text.replace("Made by s2sad from", "")


def test_what_a_solver_returns_is_refused_as_a_whole():
    def whole(p):
        return optimize.root(system, [1.0, 1.0], args=(p, np.ones(2)))

    def inside(p):
        found = [optimize.root(system, [1.0, 1.0], args=(p, np.ones(2)))]
        return found[0].x[0]

    with pytest.raises(NotDifferentiableError, match=r"`whole` returns something else, which has no gradient"):
        s2sad.grad(whole)(2.0)
    with pytest.raises(NotDifferentiableError, match=r"(?s)what `root` returns is used as a whole.*solution\.x"):
        s2sad.grad(inside)(2.0)
    with pytest.raises(NotDifferentiableError, match=r"no rule for `fun`"):
        s2sad.grad(lambda p: optimize.root(system, [1.0, 1.0], args=(p, np.ones(2))).fun[0])(2.0)
    with pytest.raises(NotDifferentiableError, match=r"no rule for `minimize` with `bounds`"):
        s2sad.grad(lambda p: optimize.minimize(bowl, np.zeros(2), args=(p, 1.0), bounds=[(0, 1), (0, 1)]).x[0])(2.0)
