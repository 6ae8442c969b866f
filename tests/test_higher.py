"""Second and third derivatives: each mode over each, Hessians and Jacobians, against closed forms and differences."""

import numpy as np
import pytest

from s2sad import (
    gradients_function,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_gradients_function,
    value_and_tangent_function,
)


def loop(x, a):
    for _ in range(3):
        x = a * x * x + np.sin(x)
    return x


def arrays(x, a):
    y = np.tanh(x @ x.T) * a
    y[0] *= y[1]
    for row in y:
        row[0] += np.exp(row[1])
    return np.sum(y * y)


def parts(x, a):
    """Whether a part has one element, which is broadcast, or several, is known when the gradient runs."""
    y = np.zeros(x.shape[0])
    for i in range(2):
        y[i:] += a * a * np.sin(x[i:, 0]) * x[i, i:]
        a = a + x[i : i + 1, i:] @ np.cos(x[i:, 1] * y[i:])
    return np.sum(y * y * a)


X = np.array([[0.3, -0.2], [0.5, 0.1]])
V = np.array([[0.7, 0.4], [-0.6, 1.1]])


def layers(params, inputs):
    penalty = 0.0
    for W, b in params:
        penalty = penalty + np.sum(W * W) * np.sum(b * b)
    for W, b in params:
        outputs = inputs @ W + b
        inputs = np.tanh(outputs)
    return np.sum(np.exp(outputs)) + penalty


def test_hessian_times_a_vector_for_a_list_of_layers():
    rng = np.random.default_rng(0)
    params, v = ([(rng.normal(size=(m, n)), rng.normal(size=n)) for m, n in ((2, 3), (3, 4))] for _ in range(2))

    def gradient(s):
        moved = [(W + s * W_dot, b + s * b_dot) for (W, b), (W_dot, b_dot) in zip(params, v)]
        (made,) = gradients_function(layers, ["params"])(moved, X)
        return np.concatenate([part.ravel() for each in made for part in each])

    (made,) = hvp(layers, (params, X), (v,), ["params"])
    flat = np.concatenate([part.ravel() for each in made for part in each])
    np.testing.assert_allclose(flat, differences(gradient), rtol=1e-7, atol=1e-7)


def differences(f, h=1e-4):
    """The derivative of f at 0: central differences, extrapolated."""
    coarse, fine = ((f(s) - f(-s)) / (2.0 * s) for s in (h, h / 2.0))
    return (4.0 * fine - coarse) / 3.0


@pytest.mark.parametrize(("f", "x", "v"), [(loop, 0.4, 0.9), (arrays, X, V), (parts, X, V)])
def test_each_mode_over_each(f, x, v):
    def gradient(x):
        return value_and_gradients_function(f, ["x"])(x, 0.8)[1][0]

    expected = differences(lambda s: gradient(x + s * v))
    forward_over_reverse = hvp(f, (x, 0.8), (v,), ["x"])[0]
    np.testing.assert_allclose(forward_over_reverse, expected, rtol=1e-7, atol=1e-9)
    tangent = value_and_tangent_function(f, ["x"]).compiled(x, 0.8)
    _, (x_grad,) = value_and_gradients_function(tangent, ["x"])(x, 0.8, v, dy=(0.0, 1.0))
    np.testing.assert_allclose(x_grad, expected, rtol=1e-7, atol=1e-9)
    (_, first), (again, second) = jvp(tangent, (x, 0.8, v), (v,), ["x"])
    assert first == pytest.approx(again)
    np.testing.assert_allclose(second, np.sum(expected * v), rtol=1e-7)


@pytest.mark.parametrize(("f", "x", "v"), [(loop, 0.4, 0.9), (arrays, X, V), (parts, X, V)])
def test_third_order(f, x, v):
    def curvature(x):
        return np.sum(hvp(f, (x, 0.8), (v,), ["x"])[0] * v)

    expected = differences(lambda s: curvature(x + s * v))
    once = value_and_tangent_function(f, ["x"]).compiled(x, 0.8)
    twice = value_and_tangent_function(once, ["x"]).compiled(x, 0.8, v)
    third = jvp(twice, (x, 0.8, v, v), (v,), ["x"])[1][1][1]
    np.testing.assert_allclose(third, expected, rtol=1e-6)
    _, (x_grad,) = value_and_gradients_function(twice, ["x"])(x, 0.8, v, v, dy=((0.0, 0.0), (0.0, 1.0)))
    np.testing.assert_allclose(np.sum(x_grad * v), expected, rtol=1e-6)


def test_hvp():
    assert hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0)) == (4.0, 6.0)
    assert hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0,), "x") == 4.0


def test_jacobian():
    def f(x, k):
        return np.outer(x, x) * k

    x = np.array([1.0, 2.0])
    made = jacobian(f)(x, 3.0)
    assert made.shape == (2, 2, 2)
    expected = 3.0 * (np.einsum("ik,j->ijk", np.eye(2), x) + np.einsum("jk,i->ijk", np.eye(2), x))
    np.testing.assert_allclose(made, expected)
    np.testing.assert_allclose(jacobian(f, "k")(x, 3.0), np.outer(x, x))
    np.testing.assert_allclose(jacobian(lambda x: np.sum(x * x))(x), 2.0 * x)
    assert jacobian(lambda x: x**3)(2.0) == 12.0
    with pytest.raises(TypeError, match="one parameter"):
        jacobian(f, ["x", "k"])
    with pytest.raises(TypeError, match="the value of .* is a tuple"):
        jacobian(lambda x: (x, x))(2.0)


def test_hessian():
    matrix = np.array([[2.0, 1.0], [0.0, 3.0]])
    made = hessian(lambda x: x @ matrix @ x)(np.array([1.0, -1.0]))
    np.testing.assert_allclose(made, matrix + matrix.T)
    assert hessian(lambda x, y: x**2 * y**3, "y")(3.0, 2.0) == pytest.approx(9.0 * 6.0 * 2.0)


def test_the_tangent_of_gradients():
    change = value_and_tangent_function(gradients_function(loop, "x"), ["x"])
    assert change(0.4, 0.8, tangents=(1.0,))[1] == pytest.approx(hvp(loop, (0.4, 0.8), (1.0,), "x"))


PRODUCTS = {
    "of all": lambda x: np.prod(x),
    "along an axis": lambda x: np.sum(np.prod(x, axis=1) ** 2),
    "over axes": lambda x: np.prod(x, axis=(0, 1)) ** 2,
    "of numbers": lambda x: np.sum(np.nanprod(x, axis=0)),
    "running": lambda x: np.sum(np.cumprod(x, axis=1)[:, 1:] ** 2),
}


@pytest.mark.parametrize("name", PRODUCTS)
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_products_with_zeros(name, zeros):
    """Second derivatives where factors are zero: polynomials, so that differences of the value are exact but rounding."""
    f, x = PRODUCTS[name], np.array([[0.5, -1.2, 2.0], [1.5, 0.7, -0.3]])
    np.ravel(x)[1 : 1 + zeros] = 0.0
    found = hessian(f)(x).reshape(6, 6)
    step = 1e-3
    moves = step * np.eye(6).reshape(6, 2, 3)
    for a, row in zip(moves, found):
        for b, one in zip(moves, row):
            change = f(x + a + b) - f(x + a - b) - f(x - a + b) + f(x - a - b)
            assert one == pytest.approx(change / (4 * step * step), rel=1e-4, abs=1e-4)


def test_what_waits_reads_no_view_of_what_is_written_meanwhile():
    def f(x):
        for _ in range(2):
            y = x * 1.0
            x[0] = np.sum(y[1:] * x[1:])
            x[1:] *= 0.5
            x[2] += np.sum(y * x)
        return np.sum(x * x)

    gradient = value_and_gradients_function(f)

    def squared(x):
        return np.sum(gradient(x)[1][0] ** 2)

    x, step = np.linspace(0.1, 1.0, 4), 1e-6
    expected = [(squared(x + move) - squared(x - move)) / (2 * step) for move in step * np.eye(4)]
    np.testing.assert_allclose(value_and_gradients_function(squared)(x)[1][0], expected, rtol=1e-6)


def test_a_break_before_a_write_in_place():
    def f(x):
        x = np.tanh(x)
        for _ in range(2):
            break
        np.multiply(x, 0.5, out=x)
        return np.sum(x)

    x, v = np.array([0.1, 0.3, -0.2]), np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(hvp(f, (x,), (v,))[0], -np.tanh(x) * (1 - np.tanh(x) ** 2) * v, rtol=1e-12)


def powers_in_place(x, y):
    z = x.copy()
    np.power.at(z, [0, 1], y)
    return np.sum(z)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("f", [lambda x, y: np.sum(x**y), powers_in_place])
def test_powers_at_exponents_that_have_a_simpler_derivative(f, exponent):
    """The simpler one is right for a constant alone: it says nothing of how the derivative changes with the exponent."""
    x, y = np.array([1.1, 0.7]), exponent
    log = np.log(x)
    by_x, by_y = hvp(f, (x, y), (np.zeros(2), 1.0))
    np.testing.assert_allclose(by_x, x ** (y - 1) * (1 + y * log), rtol=1e-12)
    np.testing.assert_allclose(by_y, np.sum(x**y * log * log), rtol=1e-12)
