"""Rules printed whole, as the kinds aren't known: a partial derivative that isn't wanted isn't computed, as it may not
exist. x ** n has none by n where x is negative: the logarithm of Python's floats raises there, NumPy's warns."""

import numpy as np
import pytest

import s2sad

FORMS = {"square": (2, 0.5), "cube": (3, 1.5), "down": (-1.0, 2.0), "each": (np.array([1.0, 2.0]), 0.7)}
MIDDLES = {"near": (0.3, 2.0), "far": (2.5, -1.5)}


def power(x, form):
    n, factor = FORMS[form]
    return np.sum(factor * x**n)


def shifted(x, form):
    n, factor = FORMS[form]
    middle, scale = MIDDLES["far"]
    return np.sum(((x - middle) / scale) ** n) + factor


def both(x, form):
    n, factor = FORMS[form]
    return np.sum((factor * x) ** (n * x))


POINTS = [(-2.0, "cube"), (-0.5, "down"), (-0.5, "each"), (np.array([-2.0, 0.7]), "square")]
POINTS += [(np.array([-2.0, 0.7]), "each"), (np.array([[-1.0, 2.0], [0.3, -0.2]]), "cube")]
POSITIVE = [(1.3, "cube"), (np.array([0.4, 1.2]), "each")]
ROWS = [*[(f, x, form) for f in (power, shifted) for x, form in POINTS], *[(both, x, form) for x, form in POSITIVE]]


@pytest.mark.parametrize("f, x, form", ROWS)
def test_only_what_is_wanted_is_computed(f, x, form):
    direction = np.cos(np.arange(np.size(x)) + 1.0).reshape(np.shape(x))
    direction = direction if np.ndim(x) else float(direction)
    expected = f(x + 1e-30j * direction, form).imag / 1e-30
    value, (x_grad,) = s2sad.value_and_gradients_function(f, ["x"])(x, form)
    assert value == f(x, form)
    assert np.sum(x_grad * direction) == pytest.approx(expected, rel=1e-12)
    value_dot = s2sad.value_and_tangent_function(f, ["x"])(x, form, tangents=(direction,))[1]
    assert value_dot == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n, second", [("cube", -18.0), ("square", 1.0)])
def test_second_derivatives_too(n, second):
    assert s2sad.hessian(power, "x")(-2.0, n) == pytest.approx(second, rel=1e-12)


def test_what_the_other_one_needs_is_not_printed():
    text = s2sad.gradients_function(power, ["x"]).source(-2.0, "cube")
    assert "def pow_adjoint_x(x, y, *, grad):" in text
    assert "log" not in text and "None" not in text


MIXED = {"any": [np.array([[2.0, 1j], [0.5, 3.0]]), "text", 1]}


def test_of_a_real_argument_it_is_real():
    """Whether the matrix is complex is only known when it runs."""

    def f(x):
        return np.sum(np.abs(np.linalg.solve(MIXED["any"][0], x)) ** 2)

    def g(x):
        return np.sum(np.abs(np.linalg.solve(MIXED["any"][0] * x[0], x)) ** 2)

    x = np.array([0.7, -1.2])
    for function in (f, g):
        (x_grad,) = s2sad.gradients_function(function)(x)
        assert x_grad.dtype == np.float64
        assert s2sad.check_gradients(function, x).ok
