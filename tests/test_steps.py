"""Derivatives of np.maximum and the like as products with a step function, and where they have to stay choices."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function, value_and_tangent_function

VECTOR = np.array([-1.5, 0.0, 0.5, 2.0])


def rectified(x):
    y = np.maximum(x, 0.0)
    return np.sum(y * y * y + 3.0 * y)


def above_one(x):
    y = np.maximum(x, 0.5)
    return np.sum(y * y)


def rectified_in_loop(x, W):
    h = x
    for _ in range(2):
        h = np.maximum(h @ W, 0.0)
    return np.mean(h * h)


def root(x):
    return np.sum(np.sqrt(np.maximum(x, 0.0) + 1.0))


def choice_of_arrays(x):
    y = np.maximum(x, x[::-1])
    return np.sum(y * y)


def gradients(function, *args):
    val_grads = value_and_gradients_function(function)
    return val_grads.source(*args), val_grads(*args)[1]


def test_ties_share():
    text, (x_grad,) = gradients(rectified, VECTOR)
    assert "* np.heaviside(x, 0.5)" in text and "where" not in text
    np.testing.assert_allclose(x_grad, [0.0, 1.5, 3.75, 15.0], rtol=1e-15)


def test_other_bound():
    text, (x_grad,) = gradients(above_one, VECTOR)
    assert "* np.heaviside(x - 0.5, 0.5)" in text
    np.testing.assert_allclose(x_grad, [0.0, 0.0, 0.5, 4.0], rtol=1e-15)


def test_loop_and_both_modes():
    x, W = np.random.default_rng(3).normal(size=(3, 2)), np.random.default_rng(4).normal(size=(2, 2))
    text, (x_grad, W_grad) = gradients(rectified_in_loop, x, W)
    assert "np.heaviside(" in text
    forward = value_and_tangent_function(rectified_in_loop)
    assert "np.heaviside(" in forward.source(x, W)
    x_dot, W_dot = np.ones_like(x), np.array([[1.0, -2.0], [0.5, 3.0]])
    _, tangent = forward(x, W, tangents=(x_dot, W_dot))
    np.testing.assert_allclose(np.sum(x_grad * x_dot) + np.sum(W_grad * W_dot), tangent, rtol=1e-12)
    step = 1e-6
    values = [rectified_in_loop(x + h * x_dot, W + h * W_dot) for h in (step, -step)]
    np.testing.assert_allclose(tangent, (values[0] - values[1]) / (2 * step), rtol=1e-6)


@pytest.mark.parametrize("function", [root, choice_of_arrays])
def test_choices_that_stay(function):
    """Where an adjoint may be infinite, or the bound is an array."""
    text, _ = gradients(function, VECTOR)
    assert "np.where(" in text and "heaviside" not in text


def test_infinite_adjoint_is_left_out():
    """The derivative of sqrt at 0 is infinite, and must not be multiplied by 0."""

    def roots(x):
        return np.sum(np.sqrt(np.maximum(x, 0.0)))

    with np.errstate(divide="ignore"):
        _, (x_grad,) = gradients(roots, np.array([-1.0, 4.0]))
    np.testing.assert_array_equal(x_grad, [0.0, 0.25])


def test_again():
    """What was generated is differentiated: twice 3 y^2 + 3 where x > 0."""
    first = value_and_gradients_function(rectified)

    def slope(x):
        return np.sum(first(x)[1][0])

    x = np.array([-1.5, 0.5, 2.0])
    np.testing.assert_allclose(value_and_gradients_function(slope)(x)[1][0], [0.0, 3.0, 12.0], rtol=1e-12)


def test_float32():
    _, (x_grad,) = gradients(rectified, VECTOR.astype(np.float32))
    assert x_grad.dtype == np.float32
