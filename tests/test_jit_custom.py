"""Users' own gradients in compiled functions: `@custom_gradient`, `@partials`."""

import math

import numpy as np
import pytest

import s2sad
from s2sad import NotDifferentiableError, custom_gradient, value_and_gradients_function
from tests.test_jit import assert_close

pytest.importorskip("numba")
SLOPE = 3.0


@custom_gradient
def softplus(x):
    e = math.exp(x)
    half = 0.5

    def grad(dy):
        part = e / (1.0 + e)
        return dy * part * SLOPE * (half + half)

    return math.log(1.0 + e), grad


@custom_gradient
def product(x, y):
    return x * y, lambda dy: (dy * y, 2.0 * dy * x)


@custom_gradient
def rounded(x):
    return np.round(x), lambda dy: dy


@custom_gradient
def by_sign(x):
    if x > 0.0:
        return x * x, lambda dy: dy * x
    return x, lambda dy: dy


@custom_gradient
def with_text(x):
    return x * len(np.base_repr(5, 2)), lambda dy: dy


def once(x, y):
    return softplus(x) * y + product(x, y) * x


def in_loops(x, y):
    """What the two keep is saved, under one name."""
    for k in range(4):
        x = softplus(x) * product(x, y)
        if k == 2:
            x = x * product(y, x)
    return x


def of_nothing_known(v, y):
    return np.sum(of_another_function(v) * y)


@pytest.mark.parametrize("f, args", [(once, (0.7, -1.5)), (in_loops, (0.7, 0.9))])
def test_own_gradients(f, args):
    found = value_and_gradients_function(f, params=[0], jit="numba")(*args)
    assert_close(found, value_and_gradients_function(f, params=[0])(*args))


def test_the_gradients_are_the_functions_own():
    x, y = 0.7, -1.5
    slope = SLOPE * math.exp(x) / (1.0 + math.exp(x))
    _, (x_grad, y_grad) = value_and_gradients_function(once, jit="numba")(x, y)
    assert_close((x_grad, y_grad), (slope * y + 2.0 * x * y, math.log(1.0 + math.exp(x)) + 2.0 * x * x))


def test_what_they_read_is_live(monkeypatch):
    jitted, plain = value_and_gradients_function(once, jit="numba"), value_and_gradients_function(once)
    before = jitted(0.7, 1.5)
    monkeypatch.setitem(globals(), "SLOPE", 5.0)
    assert_close(jitted(0.7, 1.5), plain(0.7, 1.5))
    assert jitted(0.7, 1.5) != before
    monkeypatch.setitem(globals(), "softplus", custom_gradient(lambda x: (x, lambda dy: 10.0 * dy)))
    assert_close(jitted(0.7, 1.5), plain(0.7, 1.5))


def test_gradients_that_depend_on_the_way_are_refused():
    def f(x):
        return by_sign(x) * 2.0

    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f, jit="numba")(1.0)
    assert str(caught.value) == (
        "Numba can't compile this: a function decorated with custom_gradient whose gradient can't be told from the rest of it\n"
        f'  File "{__file__}", line {f.__code__.co_firstlineno + 1}, in f\n'
        "    return by_sign(x) * 2.0\n    ^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  In the program for Numba: t1, pullback = by_sign.with_gradient(x)\n"
        "  Write instead: `return value, gradient` at its end, with a gradient that one `def` or `lambda` in it makes, "
        "or leave jit out"
    )


WEIGHTS = np.array([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])


@custom_gradient
def layer(x, b):
    y = WEIGHTS @ x + b
    return y, lambda dy: (WEIGHTS.T @ dy, 2.0 * np.sum(dy))


def of_arrays(x, y):
    """Of other ranks at other places, and in a loop."""
    for _ in range(2):
        x = rounded(3.0 * x) * y + x
    return np.sum(layer(x, y) ** 2) + np.sum(rounded(x[:, None] * x) * y)


def test_arrays():
    args = np.array([0.7, 1.6]), 2.0
    found = value_and_gradients_function(of_arrays, jit="numba")(*args)
    assert_close(found, value_and_gradients_function(of_arrays)(*args))


def doubled(x):
    return 2.0 * x


@custom_gradient
def of_another_function(x):
    return doubled(x), lambda dy: dy


def test_arrays_of_which_nothing_is_known_are_refused():
    with pytest.raises(NotDifferentiableError, match="how many axes an array here has is not known"):
        value_and_gradients_function(of_nothing_known, jit="numba")(np.array([0.7, 1.6]), 2.0)


def test_what_numba_lacks_in_them_is_refused_with_its_reason():
    with pytest.raises(NotDifferentiableError, match=r"numpy\.base_repr"):
        value_and_gradients_function(lambda x: with_text(x) * 2.0, jit="numba")(1.0)


def opaque(x):
    return math.floor(x) + 0.5


@s2sad.partials(opaque)
def _(x, *, result):
    return 7.0 * result


def test_rules():
    found = value_and_gradients_function(lambda x: opaque(x) * x, jit="numba")(1.5)
    assert_close(found, (2.25, (1.5 + 7.0 * 1.5 * 1.5,)))
