"""Forward mode through the public interface. (Language cases and rules are checked in both modes where they stand.)"""

import math
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from s2sad import NotDifferentiableError, custom_gradient, jvp, value_and_tangent_function


def cubic(x, y):
    return x * x * x * y - x * y * y


def test_jvp():
    value, tangent = jvp(cubic, (2.0, 3.0), (1.0, 0.0))
    assert (value, tangent) == (6.0, 27.0)
    assert jvp(cubic, (2.0, 3.0), (0.0, 1.0)) == (6.0, -4.0)
    assert jvp(cubic, [2.0, 3.0], [1.0, 10.0]) == (6.0, 27.0 - 40.0)


def test_params():
    assert jvp(cubic, (2.0, 3.0), (1.0,), params=["y"]) == (6.0, -4.0)
    assert jvp(cubic, (2.0, 3.0), (1.0,), params="x") == (6.0, 27.0)
    assert jvp(cubic, (2.0, 3.0), (1.0,), params=1) == (6.0, -4.0)
    text = value_and_tangent_function(cubic, params=["y"]).source(2.0, 3.0)
    assert "def cubic_value_and_tangent(x, y, y_dot):" in text and "x_dot" not in text


def test_the_object():
    made = value_and_tangent_function(cubic)
    made.cache_clear()
    assert made(2.0, 3.0, tangents=(1.0, 0.0)) == made(2.0, y=3.0, tangents=(1.0, 0.0)) == (6.0, 27.0)
    assert made.compiled(2.0, 3.0)(2.0, 3.0, 1.0, 0.0) == (6.0, 27.0)
    assert made.cache_info().currsize == 1
    assert made.__name__ == "cubic_value_and_tangent"
    assert pickle.loads(pickle.dumps(made))(2.0, 3.0, tangents=(0.0, 1.0)) == (6.0, -4.0)
    assert made.source(2.0, 3.0) == value_and_tangent_function(cubic).source(2.0, 3.0)


def test_names_of_the_user():
    def f(x, x_dot, value_dot=2.0):
        np_dot = x * x_dot
        return np_dot * value_dot

    made = value_and_tangent_function(f)
    value, tangent = made(3.0, 5.0, tangents=(1.0, 10.0, 100.0))
    assert value == 30.0 and tangent == 5.0 * 2.0 + 3.0 * 10.0 * 2.0 + 15.0 * 100.0


def test_parameters_of_all_sorts():
    def f(a, /, b, *args, c=2.0, **kwargs):
        return a * b * args[0] * args[1] * c * kwargs["d"]

    given = {"c": 3.0, "d": 5.0}
    made = value_and_tangent_function(f)
    value, tangent = made(1.0, 2.0, 3.0, 4.0, **given, tangents=(1.0, 0.0, (0.0, 1.0), 1.0, {"d": 1.0}))
    assert value == 360.0
    assert tangent == pytest.approx(360.0 / 1.0 + 360.0 / 4.0 + 360.0 / 3.0 + 360.0 / 5.0)


@dataclass
class Layer:
    weights: np.ndarray
    bias: float
    name: str


def test_structures():
    def f(layer, pair):
        return {"out": layer.weights * pair[0] + layer.bias, "name": layer.name, "pair": (pair[1], 2.0)}

    layer = Layer(np.array([1.0, 2.0]), 3.0, "first")
    change = Layer(np.array([0.5, 0.0]), 1.0, "first")
    value, tangent = jvp(f, (layer, (2.0, 4.0)), (change, (0.0, 1.0)))
    assert value["name"] == "first" and tangent["name"] is None
    np.testing.assert_array_equal(tangent["out"], [2.0, 1.0])
    assert tangent["pair"] == (1.0, 0.0)
    _, tangent = jvp(f, (layer, (2.0, 4.0)), (None, (1.0, None)))
    np.testing.assert_array_equal(tangent["out"], layer.weights)


def test_counts_and_other_things_without_derivative():
    def f(x, n, mode):
        for _ in range(n):
            x = x * x if mode == "square" else x + x
        return x

    assert jvp(f, (3.0, 2, "square"), (1.0, None, None)) == (81.0, 108.0)
    assert jvp(f, (3.0, 2, "square"), (1.0, 0, None)) == (81.0, 108.0)
    with pytest.raises(ValueError, match=r"the tangent of n is the int 1, but n has no derivative"):
        jvp(f, (3.0, 2, "square"), (1.0, 1, None))
    assert jvp(cubic, (2, 3), (1.0, 0)) == (6, 27.0)  # in arithmetic an int is a number


@pytest.mark.parametrize(
    ("primal", "tangent", "message"),
    [
        (
            np.zeros((2, 3)),
            np.zeros((3, 2)),
            r"shape \(3, 2\) and dtype float64, where x is an array of shape \(2, 3\)",
        ),
        (np.zeros(2), 1.0, r"the tangent of x is the float 1.0, where x is an array of shape \(2,\)"),
        (np.zeros(2), np.zeros(2, complex), "dtype complex128, where x is an array"),
        ([1.0, 2.0], [1.0], r"a list of length 1, where x is a list of length 2"),
        ({"a": 1.0}, {"b": 1.0}, r"a dict with the keys 'b', where x is a dict with the keys 'a'"),
        ((1.0, (2.0,)), (1.0, 2.0), r"the tangent of x\[1\] is the float 2.0, where x\[1\] is a tuple of length 1"),
        (1.0, "one", r"the tangent of x is a str, where x is the float 1.0"),
        (1.0, 1j, r"the tangent of x is the complex 1j, where x is the float 1.0"),
    ],
)
def test_tangents_that_do_not_fit(primal, tangent, message):
    def f(x):
        return x

    with pytest.raises(ValueError, match=message):
        jvp(f, (primal,), (tangent,))


def test_how_many_tangents():
    with pytest.raises(TypeError, match=r"cubic: 1 tangents for 2 parameters \(x, y\)"):
        jvp(cubic, (2.0, 3.0), (1.0,))
    with pytest.raises(TypeError, match="tangents has to be a tuple"):
        value_and_tangent_function(cubic)(2.0, 3.0)
    with pytest.raises(TypeError, match="as tuples"):
        jvp(cubic, 2.0, 1.0)


def test_tangents_are_made_like_their_primals():
    value, tangent = jvp(lambda x: x * 2.0, (np.ones(3, np.float32),), (np.ones(3),))
    assert value.dtype == tangent.dtype == np.float32
    value, tangent = jvp(lambda x: x * x, (2.0,), (np.array(1),))
    assert isinstance(tangent, float) and tangent == 4.0


def test_what_is_given_stays_as_it_is():
    def f(x):
        x[0] = x[1] * x[2]
        return x

    x, x_dot = np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0])
    value, tangent = jvp(f, (x,), (x_dot,))
    np.testing.assert_array_equal(tangent, [20.0 * 3.0 + 2.0 * 30.0, 20.0, 30.0])
    np.testing.assert_array_equal(x_dot, [10.0, 20.0, 30.0])
    np.testing.assert_array_equal(x, [1.0, 2.0, 3.0])
    assert not np.may_share_memory(value, tangent)


def test_a_tangent_that_is_the_primal():
    def f(x):
        x[0] *= x[1]
        return np.sum(x)

    x = np.array([2.0, 3.0])
    assert jvp(f, (x,), (x,)) == (9.0, 2.0 * 3.0 + 3.0 * 2.0 + 3.0)


def test_an_error_of_a_tangent_is_not_the_users_to_catch():
    def f(x):
        try:
            y = math.sqrt(x)
        except (ValueError, ZeroDivisionError):
            y = -1.0
        return y

    assert jvp(f, (4.0,), (1.0,)) == (2.0, 0.25)
    assert jvp(f, (-4.0,), (1.0,)) == (-1.0, 0.0)
    with pytest.raises(ZeroDivisionError):  # the value of f there is 0.0, not -1.0
        jvp(f, (0.0,), (1.0,))


def _product_with_tangent(x, y):
    return x * y, lambda dy: (dy * y, dy * x)


_product = custom_gradient(_product_with_tangent, tangent=lambda x, y, x_dot, y_dot: x_dot * y + x * y_dot)


def test_custom_gradient_with_a_tangent():
    def f(x):
        y = _product(x, 3.0) + 1.0
        y = _product(y, y)
        return y * x

    value, tangent = jvp(f, (2.0,), (0.5,))
    assert value == f(2.0) and tangent == pytest.approx(0.5 * (49.0 + 2.0 * 2.0 * 7.0 * 3.0))


def test_a_tangent_that_is_no_function():
    with pytest.raises(TypeError, match="tangent="):
        custom_gradient(lambda x: (x, lambda dy: dy), tangent=3.0)


def test_custom_gradient_is_refused():
    @custom_gradient
    def doubled(x):
        return 2.0 * x, lambda dy: 2.0 * dy

    def f(x):
        return doubled(x) * x

    with pytest.raises(NotDifferentiableError, match="has a gradient of its own, and no tangent"):
        jvp(f, (1.0,), (1.0,))


def test_the_readable_text():
    def step(x, v, dt):
        force = -np.sin(x)
        v = v + dt * force
        x = x + dt * v
        return x, v

    text = value_and_tangent_function(step, params=["x", "v"]).source(1.0, 2.0, 0.1)
    lines = [line.strip() for line in text.splitlines()]
    assert lines[lines.index("force = -np.sin(x)") :] == [
        "force = -np.sin(x)",
        "force_dot = -x_dot * np.cos(x)",
        "v = v + dt * force",
        "v_dot += force_dot * dt",
        "x = x + dt * v",
        "x_dot += v_dot * dt",
        "return (x, v), (x_dot, v_dot)",
    ]


def test_functions_with_several_results():
    def f(a):
        values, vectors = np.linalg.eigh(a + a.T)
        q, r = np.linalg.qr(a)
        return np.sum(values**3) + vectors[0, 0] ** 2 + r[0, 1] * q[1, 0]

    rng = np.random.default_rng(3)
    a, a_dot = rng.normal(size=(2, 3, 3))
    steps = (1e-4, 5e-5)
    coarse, fine = ((f(a + h * a_dot) - f(a - h * a_dot)) / (2.0 * h) for h in steps)
    value, tangent = jvp(f, (a,), (a_dot,))
    assert value == f(a)
    assert tangent == pytest.approx((4.0 * fine - coarse) / 3.0, rel=1e-7)


@pytest.mark.parametrize(("x", "tangent"), [(-0.5, 1.0), (0.0, 0.0), (2.0, 0.0), (2.5, 10.0)])
def test_what_stands_beyond_the_ends_of_interp_is_not_felt_at_them(x, tangent):
    def f(left, right):
        return np.interp(x, np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 2.0]), left, right)

    assert jvp(f, (5.0, 7.0), (1.0, 10.0))[1] == tangent
