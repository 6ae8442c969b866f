"""Derivatives that a function takes itself, of functions that it makes, has as arguments, or finds outside."""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

from s2sad import (
    NotDifferentiableError,
    grad,
    gradients_function,
    hessian,
    hvp,
    jacobian,
    jvp,
    make_vjp,
    value_and_grad,
    value_and_gradients_function,
    value_and_tangent_function,
    vjp,
)
from tests.alone import run_alone

X = np.array([0.3, 0.7, 1.1])
W = 0.7


def wave(t):
    return math.sin(t) * t


def cubes(q, k):
    return k * np.sum(q**3)


slope_of_wave = grad(wave)
wave_and_change = value_and_tangent_function(wave)
pull_cubes = make_vjp(cubes, params=["q"])
curvature = hessian(cubes)
squares_and_products = jacobian(lambda q: np.array([q[0] ** 2, q[1] * q[2]]))


def a_lambda(w, x):
    return grad(lambda t: w * t**3)(x[0]) ** 2


def two_parameters(w, x):
    def energy(q, p):
        return np.sum(q**2 * p) + w * np.sum(p**2)

    return np.sum(grad(energy, "q")(x, 2 * x) * grad(energy, params="p")(x, 2 * x))


def twice(w, x):
    def net(t):
        return np.tanh(w * t) + t * x[0]

    slope, bend = grad(net), grad(grad(net))
    return np.sum(np.array([bend(t) * slope(t) + net(t) for t in (0.1, 0.4)]))


def leapfrog(w, x):
    k = w * 2

    def potential(q):
        return 0.5 * k * np.sum(q**2) + np.sum(q**4)

    q, p = x, np.zeros(3)
    for _ in range(4):
        p = p - 0.05 * grad(potential)(q)
        q = q + 0.1 * p
        p = p - 0.05 * grad(potential)(q)
    return np.sum(q * q) + np.sum(p * p)


def steps_of_descent(w, x):
    def loss(a, t):
        return np.mean((a * x - t) ** 2)

    a = w
    for _ in range(3):
        a = a - 0.1 * grad(loss)(a, x**2)
    return loss(a, x**2)


def value_beside(w, x):
    value, gradient = value_and_grad(lambda q: np.sum(np.sin(q) * w))(x)
    return value * np.sum(gradient)


def several_beside(w, x):
    value, (g, h) = value_and_gradients_function(lambda q, r: np.sum(np.sin(q) * w * r))(x, x**2)
    (only,) = gradients_function(lambda q: np.sum(np.sin(q) * w))(x)
    return value * np.sum(g * h) + np.sum(only)


def weighed(w, x):
    _, (g,) = value_and_gradients_function(lambda q: q * q * w)(x, dy=x)
    (h,) = gradients_function(lambda q: q * q * w)(x, dy=x * w)
    return np.sum(g * h)


def along_a_direction(w, x):
    value, change = jvp(lambda q, r: np.sum(q * r * w), (x, x**2), (np.ones(3), None))
    return value * change + wave_and_change(x[0], tangents=(w,))[1]


def pulled_back(w, x):
    value, pull = vjp(lambda q: q**2 * w, x)
    x = x * 2.0
    other, pull_other = make_vjp(lambda q: q * x)(value)
    cubed, pull_cubed = pull_cubes(x, w)
    return np.sum(pull(x)[0] * pull(value)[0]) + np.sum(pull_other(other)[0]) + cubed * np.sum(pull_cubed(w)[0])


def pulled_back_as_it_was(w, x):
    q = x * w
    value, pull = vjp(lambda r: np.sum(r**3), q)
    q *= 2.0
    return value * np.sum(pull(1.0)[0] * q)


def pulled_back_of_a_dict(w, x):
    state = {"w": w, "x": x}
    value, pull = vjp(lambda s: np.sum(s["x"] ** 2) * s["w"], state)
    return value * np.sum(pull(2.0)[0]["x"] * pull(w)[0]["w"])


def hessian_times(w, x):
    return np.sum(hvp(lambda q: np.sum(q**3) * w, (x,), (x**2,)))


def jacobians(w, x):
    made = jacobian(lambda q: np.array([q[0] * w, q[1] * q[2]]))(x)
    row = jacobian(lambda q: np.sum(q**2) * w)(x)
    column = jacobian(lambda t: t * x)(w * w)
    return np.sum(made**2) + np.sum(row**3) + np.sum(column) + np.sum(squares_and_products(x * w) ** 2)


def hessians(w, x):
    return np.sum(hessian(lambda q: np.sum(q**3) * w * q[0])(x) ** 2) + np.sum(curvature(x, w) ** 2)


def matrices(w, x):
    q = np.outer(x, x + w)
    by_matrix = jacobian(lambda a: np.sin(a) * w)(q)
    row = jacobian(lambda a: a[0] * np.sum(a))(q)
    return np.sum(by_matrix**2) + np.sum(row) + np.sum(hessian(lambda a: np.sum(np.exp(a) * a))(q[:2]) ** 2)


def newton_for_systems(w, x):
    def f(q):
        return np.array([q[0] ** 2 * w, q[1] * q[0], x[2] * q[2]])

    q = x
    for _ in range(3):
        q = q - 0.3 * np.linalg.solve(jacobian(f)(q) + np.eye(3), f(q))
    return np.sum(q)


def lagrangian(w, x):
    def action(q, v):
        return 0.5 * w * np.sum(v**2) - np.sum(q**4)

    q, v = x, 2 * x
    for _ in range(2):
        mass = hessian(action, "v")(q, v)
        mixed = jacobian(grad(action, "v"), "q")(q, v) @ v
        acceleration = np.linalg.solve(mass, grad(action, "q")(q, v) - mixed)
        q, v = q + 0.1 * v, v + 0.1 * acceleration
    return np.sum(q * v)


@dataclass
class Oscillator:
    k: float

    def energy(self, q):
        return 0.5 * self.k * np.sum(q**2)

    def force(self, q):
        return -grad(self.energy)(q)


def of_a_method(w, x):
    return np.sum(Oscillator(w).force(x) ** 2)


def of_a_partial(w, x):
    first = grad(functools.partial(cubes, k=w))(x)
    second = grad(functools.partial(lambda a, b: a * b**2, w))(x[0])
    return np.sum(first**2) * second


def root(f, r):
    for _ in range(6):
        r = r - f(r) / grad(f)(r)
    return r


def of_an_argument(w, x):
    return root(lambda r: r**3 - w * x[0], 1.0) + root(lambda r: np.exp(r) - x[1], 0.2)


def of_what_a_loop_changes(w, x):
    s = 0.0
    for k in range(3):
        s += grad(lambda t, k=k: w * t ** (k + 2))(x[k])
        s += grad(lambda t: w * t**2 * x[k])(x[k])
    return s


def of_a_list_and_a_dict(w, x):
    def net(t, layers):
        for layer in layers:
            t = np.tanh(layer * t)
        return np.sum(t) * w

    g = grad(net, "layers")(x, [x, 2 * x])
    d = grad(lambda p: np.sum(p["a"] * p["b"] ** 2))({"a": w, "b": x})
    return np.sum(g[0] * g[1]) + d["a"] * np.sum(d["b"])


class State(NamedTuple):
    a: float
    b: np.ndarray


def of_a_namedtuple(w, x):
    g = grad(lambda s: s.a * np.sum(s.b**2))(State(w, x))
    return g.a * np.sum(g.b)


def of_stores_and_branches(w, x):
    def inner(t):
        y = np.zeros(3)
        for i in range(3):
            y[i] = t[i] * w
        y *= x
        return np.sum(y * y) if t[0] < 1.0 else np.sum(y)

    return np.sum(grad(inner)(x) ** 2) + np.sum(grad(inner)(x + 1.0))


def of_an_equation(w, x):
    def u(at, t):
        return np.sin(w * at) * np.exp(-t) * x[0]

    u_x, u_t = grad(u, 0), grad(u, 1)
    u_xx = grad(u_x, 0)
    residual = 0.0
    for at in (0.1, 0.5):
        residual += (u_t(at, 0.2) - 0.1 * u_xx(at, 0.2) + u(at, 0.2) * u_x(at, 0.2)) ** 2
    return residual


def one_in_another(w, x):
    def outer(v):
        return np.sum(grad(lambda t: np.sum(t**3 * v))(x))

    return np.sum(grad(outer)(x * w))


def of_what_changed_meanwhile(w, x):
    c = np.array([1.0, 2.0])
    slope = grad(lambda t: t * t * c[0])
    c[0] = 7.0
    first = slope(x[0])
    c[0] = w
    return first + slope(x[0]) * slope_of_wave(w)


PROGRAMS = [
    a_lambda,
    two_parameters,
    twice,
    leapfrog,
    steps_of_descent,
    value_beside,
    several_beside,
    weighed,
    along_a_direction,
    pulled_back,
    pulled_back_as_it_was,
    pulled_back_of_a_dict,
    hessian_times,
    jacobians,
    hessians,
    matrices,
    newton_for_systems,
    lagrangian,
    of_a_method,
    of_a_partial,
    of_an_argument,
    of_what_a_loop_changes,
    of_a_list_and_a_dict,
    of_a_namedtuple,
    of_stores_and_branches,
    of_an_equation,
    one_in_another,
    of_what_changed_meanwhile,
]


def differences(f):
    e = 1e-5

    def along(dw, dx):
        return (8.0 * (f(W + e * dw, X + e * dx) - f(W - e * dw, X - e * dx))
                - (f(W + 2 * e * dw, X + 2 * e * dx) - f(W - 2 * e * dw, X - 2 * e * dx))) / (12.0 * e)  # fmt: skip

    return along(1.0, 0.0), np.array([along(0.0, unit) for unit in np.eye(3)])


@pytest.mark.rows
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_in_both_modes(f):
    by_w, by_x = differences(f)
    val_grads = value_and_gradients_function(f)
    value, (w_grad, x_grad) = val_grads(W, X)
    np.testing.assert_allclose(value, f(W, X), rtol=1e-13)
    np.testing.assert_allclose(w_grad, by_w, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(x_grad, by_x, rtol=1e-7, atol=1e-8)
    value, tangent = jvp(f, (W, X), (1.0, np.array([1.0, 2.0, -1.0])))
    np.testing.assert_allclose(tangent, by_w + by_x @ [1.0, 2.0, -1.0], rtol=1e-7, atol=1e-8)
    ((result, printed, _),) = run_alone(val_grads.source(W, X), [((W, X), {}, {})], val_grads.compiled(W, X))
    np.testing.assert_allclose(result[1][1], x_grad, rtol=1e-13)
    assert not printed


def test_single_precision_stays():
    def f(x):
        return np.sum(jacobian(lambda q: q * q)(x) ** 2) + np.sum(hessian(lambda q: np.sum(q**3))(x))

    (x_grad,) = gradients_function(f)(X.astype(np.float32))
    assert x_grad.dtype == np.float32
    np.testing.assert_allclose(x_grad, 8.0 * X + 6.0, rtol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (2, 2)])
def test_single_precision_has_the_bits_of_f(shape):
    def curved(q):
        return np.sum(np.exp(q) * q)

    def f(x):
        return np.sum(jacobian(lambda q: np.sin(q) * q)(x) ** 2) + np.sum(hessian(curved)(x) ** 3)

    x = np.linspace(-0.7, 1.3, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    value, (x_grad,) = value_and_gradients_function(f)(x)
    assert (value, value.dtype, x_grad.dtype) == (f(x), np.float32, np.float32)


def test_a_tangent_of_another_shape():
    def f(x, v):
        return jvp(lambda q: np.sum(q**3), (x,), (v,))[1]

    val_grads = value_and_gradients_function(f)
    assert val_grads(X, np.ones(3))[0] == pytest.approx(np.sum(3.0 * X**2))
    with pytest.raises(ValueError, match="the tangent of q has another shape than q"):
        val_grads(X, np.ones(1))


# Nothing that a gradient flows through is given to these.
def of_a_constant(x):
    return x * grad(lambda q: q * q)(0.3)


def that_is_zero(x):
    c = 2.0
    return x + grad(lambda q: c)(1.0) + np.sum(hessian(lambda q: 1.0)(np.ones(2)))


def pulled_back(x):
    value, pull = make_vjp(lambda q: 3.0 * q)(0.5)
    return x * value * pull(2.0)[0]


@pytest.mark.parametrize(("f", "slope"), [(of_a_constant, 0.6), (that_is_zero, 1.0), (pulled_back, 9.0)])
def test_at_what_needs_no_gradient(f, slope):
    value, (x_grad,) = value_and_gradients_function(f)(0.7)
    assert value == f(0.7) and x_grad == pytest.approx(slope)
    assert value_and_tangent_function(f)(0.7, tangents=(1.0,)) == (value, pytest.approx(slope))


@pytest.mark.parametrize(
    ("f", "reason"),
    [
        (
            lambda x: jvp(lambda q: q * q, (x,)),
            "`jvp` can't be called like this: missing a required argument: 'tangents'",
        ),
        (lambda x: grad(lambda q: q * q)(x, x), "can't be called like this: too many positional arguments"),
        (lambda x: grad(cubes)(x), "can't be called like this: missing a required argument: 'k'"),
        (
            lambda x: jvp(lambda q: np.sum(q * q), (np.full(2, x),), (x,))[1],
            "`jvp` can't be called like this: the tangent of q is not like q itself, of the same number of axes",
        ),
    ],
)
def test_wrong_calls(f, reason):
    with pytest.raises(NotDifferentiableError, match=re.escape(reason)):
        grad(f)(2.0)


def test_they_can_be_pickled_and_nested():
    import pickle

    assert np.array_equal(pickle.loads(pickle.dumps(curvature))(X, 2.0), curvature(X, 2.0))
    third = jacobian(curvature)(X, 1.0)
    np.testing.assert_allclose(third[0, 0], [6.0, 0.0, 0.0])


def test_a_tangent_of_an_integer_is_a_float():
    def f(x):
        _, tangent = jvp(lambda q: q, (2,), (1,))
        return x * tangent, np.full(2, tangent)

    value, _ = value_and_gradients_function(f)(0.5, dy=(1.0, np.ones(2)))
    assert repr(value) == repr(f(0.5))
