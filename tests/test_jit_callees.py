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
