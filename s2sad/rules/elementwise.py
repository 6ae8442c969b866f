"""NumPy's elementwise functions, with those of `math` that are the same."""

from __future__ import annotations

import math

import numpy as np
from numpy import cos, cosh, exp, hypot, sin, sinh, sqrt

from s2sad.kinds import Kind
from s2sad.rules.registry import adjoint, constant, inline, kind, known, partials, rank, unbroadcast
from s2sad.rules.results import elementwise, elementwise_helper, floats_of

LN2, LN10, DEGREE = math.log(2.0), math.log(10.0), math.pi / 180.0


def _both(name: str, other: str | None = None) -> list:
    """NumPy's function of that name and math's, where there is one."""
    found = [getattr(np, name), getattr(math, other or name, None)]
    return [function for function in found if function is not None]


# --- trigonometric and hyperbolic functions -------------------------------------------------------------------------


@partials(*_both("sin"))
def sine(x):
    return cos(x)


@partials(*_both("cos"))
def cosine(x):
    return -sin(x)


@partials(*_both("tan"))
def tangent(x, *, result):
    return 1.0 + result * result


@partials(*_both("arcsin", "asin"))
def arc_sine(x):
    return 1.0 / sqrt((1.0 - x) * (1.0 + x))


@partials(*_both("arccos", "acos"))
def arc_cosine(x):
    return -1.0 / sqrt((1.0 - x) * (1.0 + x))


@partials(*_both("arctan", "atan"))
def arc_tangent(x):
    return 1.0 / (1.0 + x * x)


@partials(*_both("arctan2", "atan2"))
def arc_tangent_of_quotient(y, x):
    r = hypot(x, y)
    return x / r / r, -y / r / r


@partials(*_both("sinh"))
def hyperbolic_sine(x):
    return cosh(x)


@partials(*_both("cosh"))
def hyperbolic_cosine(x):
    return sinh(x)


@partials(*_both("tanh"))
def hyperbolic_tangent(x, *, result):
    """From the result, which is at hand: right to 1e-16 absolutely, 0 where the result is rounded to 1 (|x| > 19)."""
    return 1.0 - result * result


@partials(*_both("arcsinh", "asinh"))
def arc_hyperbolic_sine(x):
    return 1.0 / sqrt(1.0 + x * x) if np.iscomplexobj(x) else 1.0 / hypot(1.0, x)


@partials(*_both("arccosh", "acosh"))
def arc_hyperbolic_cosine(x):
    return 1.0 / (sqrt(x - 1.0) * sqrt(x + 1.0))


@partials(*_both("arctanh", "atanh"))
def arc_hyperbolic_tangent(x):
    return 1.0 / ((1.0 - x) * (1.0 + x))


@partials(np.deg2rad, np.radians, math.radians, cost=1)
def degrees_to_radians(x):
    return DEGREE


@partials(np.rad2deg, np.degrees, math.degrees, cost=1)
def radians_to_degrees(x):
    return 1.0 / DEGREE


# --- exponentials, logarithms, roots --------------------------------------------------------------------------------


@partials(*_both("exp"))
def exponential(x, *, result):
    return result


@partials(*_both("expm1"))
def exponential_minus_one(x):
    return exp(x)


@partials(*_both("exp2"))
def power_of_two(x, *, result):
    return LN2 * result


@partials(np.log)
def logarithm(x):
    return 1.0 / x


@partials(*_both("log1p"))
def logarithm_of_one_plus(x):
    return 1.0 / (1.0 + x)


@partials(*_both("log2"))
def binary_logarithm(x):
    return 1.0 / (LN2 * x)


@partials(*_both("log10"))
def decimal_logarithm(x):
    return 1.0 / (LN10 * x)


@partials(*_both("sqrt"))
def square_root(x, *, result):
    """At 0 the derivative is infinite, and dividing by zero says so as NumPy and Python do."""
    return 0.5 / result


@partials(*_both("cbrt"))
def cube_root(x, *, result):
    return 1.0 / (3.0 * result * result)


@partials(np.square, cost=1)
def square(x):
    return 2.0 * x


@partials(np.reciprocal, cost=3)
def reciprocal(x, *, result):
    return -(result * result)


@inline
def bounded(result):
    """The result of logaddexp, to be subtracted: not infinite, from which infinity can't be taken."""
    if known(result.dtype == np.float64):
        return np.clip(result, -np.finfo(float).max, np.finfo(float).max)
    return np.nan_to_num(result, nan=np.nan)


@inline
def not_zero(result):
    """A length to divide by: 1 instead of 0, where what is divided is 0 as well."""
    return (result or 1.0) if known(rank(result) == 0) else np.where(result == 0, 1.0, result)


@inline
def is_finite(x):
    return constant(x) and abs(x) < math.inf


@partials(np.logaddexp)
def log_of_sum(x1, x2, *, result):
    """The shares of the terms in their sum; the rounding of the result is in all of them, and cancels."""
    if is_finite(x1) or is_finite(x2):
        return np.exp(-np.logaddexp(0.0, x2 - x1)), np.exp(-np.logaddexp(0.0, x1 - x2))
    total = bounded(result)
    first, second = np.exp(np.minimum(x1 - total, 0.0)), np.exp(np.minimum(x2 - total, 0.0))
    whole = not_zero(first + second)
    return first / whole, second / whole


@partials(np.logaddexp2)
def binary_log_of_sum(x1, x2, *, result):
    if is_finite(x1) or is_finite(x2):
        return np.exp2(-np.logaddexp2(0.0, x2 - x1)), np.exp2(-np.logaddexp2(0.0, x1 - x2))
    total = bounded(result)
    first, second = np.exp2(np.minimum(x1 - total, 0.0)), np.exp2(np.minimum(x2 - total, 0.0))
    whole = not_zero(first + second)
    return first / whole, second / whole


@partials(np.hypot)
def hypotenuse(x1, x2, *, result):
    """At (0, 0) the subgradient 0."""
    length = not_zero(result)
    return x1 / length, x2 / length


@partials(np.sinc)
def cardinal_sine(x):
    return sinc_slope(x)


@kind(np.sinc)
def sinc_kind(x: Kind) -> Kind:
    return floats_of(x)


@elementwise_helper
def sinc_slope(x):
    """The derivative of sin(pi x) / (pi x): by its series near 0, where the quotient would lose its digits."""
    small = np.abs(x) < 0.01
    t = np.pi * np.where(small, 1.0, x)
    u = np.pi * np.where(small, x, 0.0)
    series = u * (-1.0 / 3.0 + u * u * (1.0 / 30.0 - u * u / 840.0))
    return np.pi * np.where(small, series, (np.cos(t) - np.sin(t) / t) / t)


# --- remainders and scales ------------------------------------------------------------------------------------------


@partials(np.fmod, cost=3)
def truncated_remainder(x1, x2, *, result):
    return 1.0, np.round((result - x1) / x2)


@adjoint(np.ldexp, linear=True, cost=1)
def scaled(x1, x2, *, grad):
    return unbroadcast(np.ldexp(grad, x2))


@kind(np.ldexp)
def scaled_kind(x1: Kind, x2: Kind) -> Kind:
    return elementwise(np.ldexp, x1, x2)


@partials(np.nextafter, cost=1)
def next_number(x1, x2):
    return 1.0, 0.0
