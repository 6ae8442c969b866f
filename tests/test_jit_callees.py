"""Functions that Numba has compiled already, called by f: what is differentiated is their Python text."""

import math

import numpy as np
import pytest

import s2sad
from s2sad import value_and_gradients_function
from tests.test_jit import assert_close

numba = pytest.importorskip("numba")


@numba.njit
def bond(x, i, j, stiffness=2.0):
    return 0.5 * stiffness * (x[i] - x[j]) ** 2


@numba.njit
def squares_into(x, out):
    for i in range(len(x)):
        out[i] = x[i] * x[i]


@numba.njit
def doubled(n):
    return 2 * n


class Model:
    pass


model = Model()
model.bond = bond


def chain(x, n):
    energy, out = 0.0, np.zeros_like(x)
    squares_into(x, out)
    for i in range(len(x) - 1):
        energy += bond(x, i, i + 1, stiffness=3.0) + bond.py_func(x, 0, i) + model.bond(x, 1, i)
    return energy * doubled(n) + out[0] * out[1]


def applied(x, function):
    return function(x, 0, 1) * x[2]


@pytest.mark.parametrize("jit", [None, "numba"])
def test_compiled_functions_are_looked_through(jit):
    x = np.array([0.5, 2.0, -1.0])
    jitted = value_and_gradients_function(chain, params=["x"], jit=jit)
    (value, (x_grad,)) = jitted(x, 3)
    d, e = x[0] - x[1], x[1] - x[2]
    energy = 1.5 * (d * d + e * e) + d * d + d * d
    expected = 6 * np.array([7.0 * d, 3.0 * e - 7.0 * d, -3.0 * e])
    expected += 2.0 * np.array([x[0] * x[1] ** 2, x[0] ** 2 * x[1], 0.0])
    assert_close((value, x_grad), (energy * 6 + x[0] ** 2 * x[1] ** 2, expected))
    found = value_and_gradients_function(applied, params=["x"], jit=jit)(x, bond)
    assert_close(found, (d * d * x[2], (np.array([2.0 * d * x[2], -2.0 * d * x[2], d * d]),)))


def test_what_needs_no_gradient_stays_a_call_of_compiled_code():
    assert "doubled(n)" in value_and_gradients_function(chain, params=["x"]).source(np.ones(3), 3)


def test_compiled_functions_are_checked_but_for_rounding():
    x = np.array([0.5, 2.0, -1.0])
    assert s2sad.check_gradients(lambda x: bond(x, 0, 1) * bond(x, 1, 2), x).ok
    assert s2sad.check_gradients(bond, x, 0, 1).ok


@numba.njit
def ruled(x):
    return math.floor(x) + 0.5


@s2sad.partials(ruled)
def _(x, *, result):
    return 7.0


def test_a_rule_for_a_compiled_function():
    assert value_and_gradients_function(lambda x: ruled(x) * 2.0)(1.5) == (3.0, (14.0,))


def power(base, n):
    if n == 0:
        return 1.0
    half = power(base, n // 2)
    return half * half * (base if n % 2 else 1.0)


@numba.njit
def compiled_power(base, n):
    return base if n < 2 else base * compiled_power(base, n - 1)


def of_powers(x):
    total = 0.0
    for k in range(1, 4):
        total += power(2.0 * x, k) * k
    return total * compiled_power(x, 3)


@pytest.mark.parametrize("jit", [None, "numba"])
def test_recursion_in_a_function_of_other_parameters(jit):
    x = 1.25
    value, (x_grad,) = value_and_gradients_function(of_powers, jit=jit)(x)
    expected = 2.0 * x**4 + 8.0 * x**5 + 24.0 * x**6
    assert_close((value, x_grad), (expected, 8.0 * x**3 + 40.0 * x**4 + 144.0 * x**5))


class Settings:
    rate = 2.0

    def __init__(self):
        self.shift, self.weights, self.inner = 1.0, np.array([1.0, 3.0]), {"steps": (1, 2)}


settings = Settings()


def with_defaults(x, scale=(2.0, 3.0), weights=settings.weights):
    return np.sum(x * weights) * scale[1]


def reads_attributes(x):
    total = x * settings.rate + settings.shift * x * x
    for weight in settings.weights:
        total += weight * x
    return total * Settings.rate + with_defaults(x) * numba_free(3)


def numba_free(n):
    return n * settings.shift


def test_attributes_are_live(monkeypatch):
    jitted, plain = (
        value_and_gradients_function(reads_attributes, jit="numba"),
        value_and_gradients_function(reads_attributes),
    )
    assert_close(jitted(1.5), plain(1.5))
    changes = [(settings, "shift", 5.0), (Settings, "rate", 7.0), (settings, "weights", np.array([2.0, 5.0]))]
    for owner, name, value in changes:
        before = jitted(1.5)
        monkeypatch.setattr(owner, name, value)
        assert_close(jitted(1.5), plain(1.5))
        assert jitted(1.5) != before
    settings.weights[1] = 9.0
    assert_close(jitted(1.5), plain(1.5))
    monkeypatch.setattr(with_defaults, "__defaults__", ((1.0, 5.0), np.array([4.0, 4.0])))
    assert_close(jitted(1.5), plain(1.5))


def halves(x, y):
    return x * y, x * x * y


def test_gradients_of_functions_that_return_tuples():
    """The default of `dy` is a tuple of the generated function's."""
    for inner in (s2sad.value_and_gradients_function(halves), s2sad.gradients_function(halves)):
        jitted = value_and_gradients_function(inner, jit="numba")
        assert_close(jitted(1.5, 2.0), value_and_gradients_function(inner)(1.5, 2.0))
