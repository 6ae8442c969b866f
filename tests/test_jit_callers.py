"""`.compiled(...)` and `.cache_info()` of everything that takes `jit=`: compiled code of the user's calls it."""

import math

import numpy as np
import pytest

import s2sad
from s2sad import NotDifferentiableError
from tests.test_jit import assert_close

numba = pytest.importorskip("numba")
X = np.array([0.5, -1.5, 2.0])
A = np.array([[0.5, 1.5], [-1.0, 2.0], [0.25, -0.75]])


def wide(x, n):
    """More values than parameters."""
    return np.outer(np.sin(x) * n, x)


def narrow(x, n):
    return np.array([np.sum(x * x) * n, np.prod(np.ravel(x))])


def curved(x, n):
    return np.sum(np.exp(x) * x) * n + np.sum(x) ** 3


def line(t, n):
    return np.array([t * n, t * t])


def power(x, n):
    return x**3 * n


def affine(x, n):
    return np.sum(x) * n


def called_compiled(function, *args, **kwargs):
    """What compiled code gets that calls it."""
    assert isinstance(function, numba.core.dispatcher.Dispatcher)
    names = [f"a{k}" for k in range(len(args))]
    given = [*names, *(f"{name}={value!r}" for name, value in kwargs.items())]
    space = {"function": function}
    exec(f"def caller({', '.join(names)}):\n    return function({', '.join(given)})", space)
    return numba.njit(space["caller"])(*args)


MATRICES = [
    (s2sad.jacobian, wide, X, 3.0),
    (s2sad.jacobian, wide, np.zeros(0), 3.0),
    (s2sad.jacobian, narrow, A, 3),
    (s2sad.jacobian, affine, X, 3),
    (s2sad.jacobian, line, 1.5, 2.0),
    (s2sad.hessian, curved, A, 3),
    (s2sad.hessian, affine, X, 2.0),
    (s2sad.hessian, power, 1.5, 3.0),
]


@pytest.mark.long
@pytest.mark.parametrize("make, f, x, n", MATRICES)
def test_matrices(make, f, x, n):
    matrix, expected = make(f, jit="numba"), make(f)(x, n)
    assert_close(matrix(x, n), expected)
    assert_close(called_compiled(matrix.compiled(x, n), x, n), expected)
    assert matrix.cache_info().currsize > 0


@pytest.mark.parametrize("f, x", [(wide, X), (narrow, A), (line, 1.5)])
def test_plain_matrices(f, x):
    matrix = s2sad.jacobian(f)
    assert_close(matrix.compiled(x, 3.0)(x, 3.0), matrix(x, 3.0))
    assert matrix.cache_info().currsize > 0 and "def " in matrix.source(x, 3.0)
    matrix.cache_clear()
    assert matrix.cache_info().currsize == 0


def with_options(x, scale=2.0, *, power=1):
    return np.sum(x**3) * scale * power


def test_what_has_keywords_and_defaults():
    """Ints become floats inside of the compiled function, and a parameter has its default."""
    x = X * 1.0
    pairs = s2sad.value_and_grad(with_options, jit="numba").compiled(x, power=3)
    expected = s2sad.value_and_grad(with_options)(x, power=3)
    assert_close(called_compiled(pairs, x, power=3), expected)
    value, x_grad = called_compiled(pairs, x, power=3, dy=2.0)
    assert_close((value, x_grad), (expected[0], 2.0 * expected[1]))
    tangent = s2sad.value_and_tangent_function(with_options, params=["x"], jit="numba").compiled(x, power=3)
    found = numba.njit(lambda x, x_dot: tangent(x, power=3, x_dot=x_dot))(x, np.ones(3))
    assert_close(found, s2sad.jvp(lambda x: with_options(x, power=3), (x,), (np.ones(3),)))


def test_pullbacks():
    """Compiled code is handed no function: the gradients come with the value."""
    for params in (None, "x"):
        vjp = s2sad.make_vjp(curved, params, jit="numba")
        found = called_compiled(vjp.compiled(X, 2), X, 2, dy=3.0)
        expected, pullback = s2sad.vjp(curved, X, 2, params=[params] if params else None)
        gradients = pullback(3.0)
        assert_close(found, (expected, gradients[0] if params else gradients))
        assert_close(s2sad.make_vjp(curved, params).compiled(X, 2)(X, 2, dy=3.0), found)
        assert vjp.cache_info().jit_seconds >= 0.0


def not_for_numba(x):
    return x * len(np.base_repr(5, 2))


@pytest.mark.parametrize("make", [s2sad.jacobian, s2sad.value_and_grad, s2sad.make_vjp])
def test_refused_at_the_users_line(make):
    with pytest.raises(NotDifferentiableError, match="Numba can't compile this") as caught:
        make(not_for_numba, "x", jit="numba").compiled(1.0)(1.0)
    assert f"line {not_for_numba.__code__.co_firstlineno + 1}, in not_for_numba" in str(caught.value)


def of_a_jacobian(v, w):
    return np.sum(s2sad.jacobian(lambda v: np.sin(v) * w)(v) ** 2)


def of_gradients(x, y):
    def inner(x, y):
        return x * x * y + math.sin(x * y)

    value, (a, b) = s2sad.value_and_gradients_function(inner)(x, y)
    return value * a * b


@pytest.mark.long
@pytest.mark.parametrize("f, args", [(of_a_jacobian, (X, 2.0)), (of_gradients, (0.7, 1.3))])
def test_derivatives_inside_of_f(f, args):
    for make in (s2sad.value_and_gradients_function, s2sad.hessian):
        assert_close(make(f, jit="numba")(*args), make(f)(*args))


@pytest.mark.long
def test_derivatives_of_derivatives():
    def third(jit):
        return s2sad.grad(s2sad.grad(s2sad.grad(power)), jit=jit)

    assert_close(third("numba")(1.5, 2.0), 12.0)
    twice = s2sad.jacobian(s2sad.jacobian(lambda v: np.sin(v) * v), jit="numba")(X)
    expected = np.zeros((3, 3, 3))
    for k, x in enumerate(X):
        expected[k, k, k] = 2.0 * np.cos(x) - x * np.sin(x)
    assert_close(twice, expected)
