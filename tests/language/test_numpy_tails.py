"""Gradients at the ends of the range of elementwise functions, against closed forms; powers with exponents 0 and 1."""

import math
import operator

import numpy as np
import pytest

from s2sad import grad, gradients_function, hessian, jvp


@pytest.mark.parametrize("exponent", [1, 1.0, 0])
def test_powers_that_are_no_product(exponent: float) -> None:
    """The gradient has the shape of the argument, though it doesn't mention it."""

    def f(x):
        return np.sum((x * 3.0) ** exponent) + np.sum(x**exponent)

    (dx,) = gradients_function(f)(np.array([0.0, -1.0, 2.0]))
    assert dx.tolist() == [4.0 * exponent] * 3


@pytest.mark.parametrize("power", [operator.pow, pow, math.pow, np.power])
@pytest.mark.parametrize(("x", "y"), [(2.0, 0.0), (0.5, 0.0), (2.0, 1.0), (1.5, -2.0)])
def test_second_derivatives_of_powers(power, x: float, y: float) -> None:
    """The mixed derivative at y = 0 is 1 / x: the guard for 0 ** 0 must not hide it."""
    log = math.log(x)
    mixed = x ** (y - 1) * (1.0 + y * log)
    expected = [[y * (y - 1) * x ** (y - 2), mixed], [mixed, x**y * log * log]]
    np.testing.assert_allclose(hessian(lambda v: power(v[0], v[1]))(np.array([x, y])), expected, rtol=1e-13)


def test_second_derivatives_of_powers_of_arrays() -> None:
    def f(v):
        return np.sum(v[:2] ** v[2]) + np.sum(v[:2] ** v[2:])

    x = np.array([2.0, 0.5])
    made = hessian(f)(np.array([*x, 0.0, 0.0]))
    log = np.log(x)
    expected = np.zeros((4, 4))
    expected[:2, 2] = expected[2, :2] = [2.0 / x[0], 1.0 / x[1]]
    expected[1, 3] = expected[3, 1] = 1.0 / x[1]
    expected[2, 2], expected[3, 3] = 2.0 * log[0] ** 2 + log[1] ** 2, log[1] ** 2
    np.testing.assert_allclose(made, expected, rtol=1e-13)


def test_zero_to_the_zero() -> None:
    def f(x, y):
        return np.sum(x**y)

    for y in (np.zeros(2), 0.0):
        dx, dy = gradients_function(f)(np.array([0.0, 3.0]), y)
        assert dx.tolist() == [0.0, 0.0] and np.sum(dy) == pytest.approx(math.log(3.0))


def test_tanh() -> None:
    """Within the rounding of 1 everywhere, and consistent with the value where that is rounded."""
    x = np.array([0.0, -0.0, 1e-300, 0.5, -5.0, 10.0, 18.0, -40.0, 1e300, -np.inf])
    t = np.exp(-2.0 * np.abs(x))
    (dx,) = gradients_function(lambda x: np.sum(np.tanh(x)))(x)
    np.testing.assert_allclose(dx, 4.0 * t / (1.0 + t) ** 2, rtol=0.0, atol=2.5e-16)
    for f, expected in ((lambda x: np.arctanh(np.tanh(x)), 1.0), (lambda x: np.log(1.0 - np.tanh(x) ** 2), -2.0)):
        assert gradients_function(f)(18.0)[0] == pytest.approx(expected, rel=1e-14)


GUARDED = [
    (lambda x: np.where(x > 0, np.log(x), 0.0), lambda x: 1.0 / x, {0.0: 0.0, -1.0: 0.0}),
    (lambda x: np.where(x > 0, np.sqrt(x), x), lambda x: 0.5 / np.sqrt(x), {0.0: 1.0}),
    (lambda x: np.where(x == 0, 1.0, np.sin(x) / x), lambda x: (np.cos(x) - np.sin(x) / x) / x, {0.0: 0.0}),
    (lambda x: np.where(x != 0, 1.0 / x, 0.0), lambda x: -1.0 / x**2, {0.0: 0.0}),
    (lambda x: np.where(x > 0, x**0.5, 0.0) * 3.0, lambda x: 1.5 / np.sqrt(x), {0.0: 0.0, -2.0: 0.0}),
    (lambda x: np.where(x < 700, np.log1p(np.exp(x)), x), lambda x: 1.0 / (1.0 + np.exp(-x)), {800.0: 1.0, 1e300: 1.0}),
    (
        lambda x: np.logaddexp(0.0, x),
        lambda x: 1.0 / (1.0 + np.exp(-x)),
        {800.0: 1.0, 1e300: 1.0, -1e300: 0.0, np.inf: 1.0, -np.inf: 0.0},
    ),
    (
        lambda x: np.logaddexp2(x, 0.0),
        lambda x: 1.0 / (1.0 + 2.0**-x),
        {2000.0: 1.0, 1e300: 1.0, -1e300: 0.0, np.inf: 1.0, -np.inf: 0.0},
    ),
    (lambda x: 1 / (1 + np.exp(x)), lambda x: -0.25 / np.cosh(0.5 * x) ** 2, {800.0: 0.0, -800.0: 0.0, np.inf: 0.0}),
    (
        lambda x: x / (np.exp(-x) + 3.0),
        lambda x: (1.0 + x * (1.0 - 3.0 / (3.0 + np.exp(-x)))) / (np.exp(-x) + 3.0),
        {800.0: 1.0 / 3.0, -800.0: 0.0},
    ),
    # an exponential that overflows, and a value that doesn't
    (lambda x: 1 / np.cosh(x), lambda x: -np.sinh(x) / np.cosh(x) ** 2, {800.0: 0.0, -800.0: 0.0, np.inf: 0.0}),
    (lambda x: 1 / np.sinh(x), lambda x: -np.cosh(x) / np.sinh(x) ** 2, {800.0: 0.0, -800.0: 0.0}),
    (lambda x: 1 / (1 + np.exp(x)) ** 2, lambda x: -2 * np.exp(x) / (1 + np.exp(x)) ** 3, {400.0: 0.0, 800.0: 0.0}),
    (  # of a sum that begins with something positive
        lambda x: 1 / (1 + np.exp(x * x + x)) ** 2,
        lambda x: -2 * (2 * x + 1) * np.exp(x * x + x) / (1 + np.exp(x * x + x)) ** 3,
        {30.0: 0.0},
    ),
    (lambda x: (1 + np.exp(x)) ** -0.5, lambda x: -0.5 * np.exp(x) * (1 + np.exp(x)) ** -1.5, {800.0: 0.0}),
    (lambda x: 1 / np.sqrt(1 + np.exp(x)), lambda x: -0.5 * np.exp(x) * (1 + np.exp(x)) ** -1.5, {800.0: 0.0}),
    (
        lambda x: x**3 / (np.exp(x) - 1),
        lambda x: (3 * x**2 * (np.exp(x) - 1) - x**3 * np.exp(x)) / (np.exp(x) - 1) ** 2,
        {800.0: 0.0},
    ),
    (lambda x: np.exp(-np.exp(x)), lambda x: -np.exp(x - np.exp(x)), {800.0: 0.0, -800.0: 0.0}),
    (lambda x: np.tanh(np.exp(x)), lambda x: np.exp(x) * (1 - np.tanh(np.exp(x)) ** 2), {800.0: 0.0}),
    (lambda x: np.minimum(np.exp(x), 50.0), np.exp, {4.0: 0.0, 800.0: 0.0}),
    (lambda x: np.clip(np.exp(x), 0.0, 50.0), np.exp, {4.0: 0.0, 800.0: 0.0}),
    (
        lambda x: 1 / (np.exp(x) * np.cosh(2 * x)),
        lambda x: -(1 + 2 * np.tanh(2 * x)) / (np.exp(x) * np.cosh(2 * x)),
        {300.0: 0.0, 800.0: 0.0},
    ),
    (lambda x: 3 / np.exp(x) + x / np.exp(x), lambda x: -(2 + x) * np.exp(-x), {800.0: 0.0}),
    (lambda x: 2.0 / (1.0 + np.exp(-x)), lambda x: 0.5 / np.cosh(0.5 * x) ** 2, {800.0: 0.0, -800.0: 0.0}),
]


@pytest.mark.filterwarnings("ignore:(divide|invalid|overflow)")
@pytest.mark.parametrize(("f", "derivative", "ends"), GUARDED)
def test_guards_of_infinite_branches(f, derivative, ends: dict[float, float]) -> None:
    """np.where gives 0 to the branch that is not taken, also where that branch is infinite or undefined; a logistic
    function is flat where exp overflows."""
    x = np.array([0.5, 2.0, 3.0])
    (dx,) = gradients_function(lambda x: np.sum(f(x)))(np.array([*x, *ends]))
    _, change = jvp(f, (np.array([*x, *ends]),), (np.ones(3 + len(ends)),))
    np.testing.assert_allclose(change, dx, rtol=1e-13)
    np.testing.assert_allclose(dx, [*derivative(x), *ends.values()], rtol=1e-13)


@pytest.mark.filterwarnings("ignore:(divide|invalid|overflow)")
@pytest.mark.parametrize(("f", "derivative", "ends"), GUARDED[8:])
def test_second_derivatives_where_exponentials_overflow(f, derivative, ends: dict[float, float]) -> None:
    x = np.array([0.5, *(end for end in ends if abs(end) >= 700)])
    (dx,) = gradients_function(lambda x: np.sum(gradients_function(f)(x)[0]))(x)
    slope = (derivative(0.5 + 1e-5) - derivative(0.5 - 1e-5)) / 2e-5
    np.testing.assert_allclose(dx, [slope, *[0.0] * (len(x) - 1)], rtol=1e-7)


@pytest.mark.filterwarnings("ignore:(divide|invalid|overflow)")
def test_nan_of_an_infinite_quotient_stays_nan() -> None:
    """What is infinite above the line as well as under it makes the value nan, and so its derivative."""

    def f(x):
        e = np.exp(x)
        above = 2.0 * e
        return np.tanh((above + 3.0) / (1.0 + e * e))

    assert "isinf" not in grad(f).source(0.5)
    assert np.isnan(f(800.0)) and np.isnan(grad(f)(800.0))


def squared_logarithm(x):
    y = np.log(x)
    z = y * y
    return np.sum(np.where(x > 0, z, 0.0))


def root_and_inverse(x):
    y = 1.0 / x
    s = y * y
    r = np.sqrt(x)
    return np.sum(np.where(x > 0, s, 1.0)) + np.sum(np.where(x > 0, r, x))


@pytest.mark.filterwarnings("ignore:(divide|invalid)")
@pytest.mark.parametrize(
    ("f", "derivative", "at_zero"),
    [
        (squared_logarithm, lambda x: 2.0 * np.log(x) / x, 0.0),
        (root_and_inverse, lambda x: -2.0 / x**3 + 0.5 / np.sqrt(x), 1.0),
    ],
)
def test_guards_behind_names(f, derivative, at_zero: float) -> None:
    """The same where the adjoint of what is guarded has a name."""
    x = np.array([0.5, 2.0])
    (dx,) = gradients_function(f)(np.array([*x, 0.0]))
    np.testing.assert_allclose(dx, [*derivative(x), at_zero], rtol=1e-13)


CORNERS = [
    (lambda x: np.log1p(x), [1e-300, 1e300, 0.0, -0.0, np.inf], [1.0, 1e-300, 1.0, 1.0, 0.0]),
    (lambda x: np.expm1(x), [1e-300, -1e300, 0.0, -0.0, -np.inf], [1.0, 0.0, 1.0, 1.0, 0.0]),
    (lambda x: np.arcsinh(x), [1e-300, 1e300, -1e300, 0.0], [1.0, 1e-300, 1e-300, 1.0]),
    (lambda x: np.arccosh(x), [1e300, np.inf], [1e-300, 0.0]),
    (lambda x: np.sqrt(x), [1e-300, 1e300, np.inf], [5e149, 5e-151, 0.0]),
    (lambda x: np.cbrt(x), [1e-300, 1e300, -1e300], [1e200 / 3.0, 1e-200 / 3.0, 1e-200 / 3.0]),
    (lambda x: np.abs(x), [1e-300, 0.0, -0.0, np.inf, -np.inf], [1.0, 0.0, 0.0, 1.0, -1.0]),
    (lambda x: np.sinc(x), [0.0, -0.0, 1e-300], [0.0, 0.0, -(math.pi**2) / 3.0 * 1e-300]),
    (lambda x: np.arcsin(x), [0.0, 1e-300, 1.0 - 2.0**-53], [1.0, 1.0, 2.0**26]),
    (lambda x: np.arccos(x), [0.0, 1e-300, 1.0 - 2.0**-53], [-1.0, -1.0, -(2.0**26)]),
    (lambda x: np.arctan2(x, 0.0), [1e-300, 2.0, -2.0, 1e300], [0.0, 0.0, 0.0, 0.0]),
    (lambda x: np.arctan2(0.0, x), [1e-300, 2.0, -2.0, 1e300], [0.0, 0.0, 0.0, 0.0]),
    (lambda x: np.arctan2(x, 2.0), [0.0, -0.0, 1e300, -1e300], [0.5, 0.5, 0.0, 0.0]),
    (lambda x: np.hypot(x, 0.0), [0.0, 1e-300, -1e-300, 1e300], [0.0, 1.0, -1.0, 1.0]),
    (lambda x: np.hypot(x, x), [0.0, 1e-300, 1e300], [0.0, math.sqrt(2.0), math.sqrt(2.0)]),
    (lambda x: x / 1e300, [1e300, 1e-300, 0.0], [1e-300, 1e-300, 1e-300]),
    (lambda x: 1e300 / x, [1e200, 1e300, -1e300], [-1e-100, -1e-300, -1e-300]),
]


@pytest.mark.parametrize(("f", "places", "slopes"), CORNERS)
def test_ends_of_the_range(f, places: list[float], slopes: list[float]) -> None:
    x = np.array(places)
    np.testing.assert_allclose(gradients_function(lambda x: np.sum(f(x)))(x)[0], slopes, rtol=1e-13, atol=1e-320)
    for place, slope in zip(x, slopes):
        assert gradients_function(f)(place)[0] == pytest.approx(slope, rel=1e-13, abs=1e-320)


@pytest.mark.parametrize("f", [np.tanh, np.log1p, np.expm1, np.sqrt, np.abs, np.arctan, np.sinc, np.exp2, np.cbrt])
def test_nan_passes_through(f) -> None:
    dx = gradients_function(lambda x: np.sum(f(x)))(np.array([np.nan, 0.5]))[0]
    assert np.isnan(dx[0]) and np.isfinite(dx[1])


NUMBERS = [
    (lambda x: np.take(x, [0, 0], axis=0), 2.0),
    (lambda x: np.take(x, 0), 1.0),
    (lambda x: np.compress([True], x, axis=0), 1.0),
    (lambda x: np.extract([True], x), 1.0),
    (lambda x: np.repeat(x, 3, axis=0), 3.0),
    (lambda x: np.delete(x, 0), 0.0),
    (lambda x: np.cumsum(x, axis=0), 1.0),
    (lambda x: np.cumprod(x), 1.0),
    (lambda x: np.convolve(x, x), 4.0),
    (lambda x: np.quantile(x, [0.5, 0.1]), 2.0),
    (lambda x: np.percentile(x, 50.0), 1.0),
    (lambda x: np.average(x), 1.0),
    (lambda x: np.full(3, max(x, 3)), 0.0),
    (lambda x: np.full(3, min(x, 3)), 3.0),
]


@pytest.mark.parametrize(("f", "slope"), NUMBERS)
def test_numbers_where_arrays_are_meant(f, slope: float) -> None:
    """Functions that take a number for an array of one."""
    for x in (2.0, np.array(2.0)):
        (dx,) = gradients_function(f)(x)
        assert np.shape(dx) == () and dx == slope and np.sum(jvp(f, (x,), (np.ones_like(x)[()],))[1]) == slope


@pytest.mark.parametrize(
    "f", [lambda x: tuple(x)[0], *([lambda x: np.unstack(x)[0]] if hasattr(np, "unstack") else [])]
)
def test_items_of_an_array_without_axes(f) -> None:
    with pytest.raises((TypeError, ValueError)):
        gradients_function(f)(np.array(2.0))
