"""The text of functions that are differentiated beside the main one, in two halves."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function, value_and_tangent_function


def test_halves_that_nothing_calls_are_not_printed():
    """In the first look at a loop, the functions that it calls may be thought to carry a gradient."""

    def again(a, n):
        return a if n <= 0 else again(a * 0.5, n - 1)

    def f(x):
        for c in [0.3, 0.6]:
            b = again(again(0.75 * c, 2), min(3, 5))
        return x * 2 + 0.0 * (b is None)

    for text in (value_and_gradients_function(f).source(0.3), value_and_tangent_function(f).source(0.3)):
        assert "_forward" not in text and "_backward" not in text and "_with_tangent" not in text


def test_the_forward_half_computes_once_what_it_reads_twice():
    def product(v, n):
        if n == 0:
            return np.sum(v)
        return np.sum(np.exp(v)) * product(v * np.exp(v), n - 1)

    text = value_and_gradients_function(product, params=["v"]).source(np.ones(3), 2)
    half = text.partition("def product_backward")[0]
    assert half.count("np.exp(v)") == 1
    assert "    if n == 0:\n" in half and "product_forward(v * t1, n - 1)" in half


def test_items_of_one_parameter_are_numbered():
    def turned(point, n):
        if n == 0:
            return point["the first"] * point["the second"] ** 2
        return turned({"the first": point["the second"], "the second": 2.0 * point["the first"]}, n - 1)

    def f(x, n):
        return turned({"the first": x, "the second": x * x}, n)

    val_grads = value_and_gradients_function(f, params=["x"])
    text = val_grads.source(0.5, 3)
    assert "def turned_forward(point, point2, point3, n):" in text
    assert "with respect to point, point2." in text and "return point_grad, point2_grad\n" in text
    assert val_grads(0.5, 2)[1][0] == pytest.approx(8.0 * 5.0 * 0.5**4)


@pytest.mark.parametrize("n", [0, 2])
def test_an_adjoint_that_is_a_number_on_one_way_is_as_large_as_the_argument(n):
    def squares(v, n):
        if n == 0:
            return np.sum(v)
        return 1.5 * squares(v * v, n - 1)

    def f(v, n):
        return squares(v, n)

    v = np.array([0.5, 1.5])
    (v_grad,) = value_and_gradients_function(f, params=["v"])(v, n)[1]
    assert v_grad.shape == v.shape
    np.testing.assert_allclose(v_grad, 1.5**n * 2**n * v ** (2**n - 1), rtol=1e-14)
