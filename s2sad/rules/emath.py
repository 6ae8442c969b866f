"""numpy.emath: functions that give complex numbers where the argument is outside of the real domain.

What they give, real or complex, is known when they run only. The derivatives are those of the complex functions at the
values that were found, so that they are on the same side of a branch.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from s2sad.kinds import Array, Kind, broadcast_dims
from s2sad.rules.linalg_eigen import real_of_real
from s2sad.rules.registry import adjoint, kind, tangent, unbroadcast
from s2sad.rules.results import Dims, dims_of, numeric, numpy_dtype, shaped

LN2, LN10 = math.log(2.0), math.log(10.0)


@adjoint(np.emath.sqrt, cost=5)
def square_root_found(x, *, grad, result):
    return real_of_real(grad * 0.5 / result, x)


@tangent(np.emath.sqrt)
def square_root_found_tangent(x, *, result, x_dot):
    return x_dot * 0.5 / result


def of_logarithm(function: Any, factor: float) -> None:
    """The logarithm to a base, whose own natural logarithm is `factor`."""

    @adjoint(function, cost=10)
    def logarithm_found(x, *, grad):
        return real_of_real(grad / (factor * x), x)

    @tangent(function)
    def logarithm_found_tangent(x, *, result, x_dot):
        return x_dot / (factor * x) + np.zeros_like(result)


of_logarithm(np.emath.log, 1.0)
of_logarithm(np.emath.log2, LN2)
of_logarithm(np.emath.log10, LN10)


@adjoint(np.emath.logn, cost=20)
def logarithm_to_a_base(n, x, *, grad, result):
    base = np.emath.log(n)
    return (
        unbroadcast(real_of_real(-grad * result / (n * base), n)),
        unbroadcast(real_of_real(grad / (x * base), x)),
    )


@tangent(np.emath.logn)
def logarithm_to_a_base_tangent(n, x, *, result, n_dot, x_dot):
    base = np.emath.log(n)
    return x_dot / (x * base) - n_dot * result / (n * base)


@adjoint(np.emath.power, cost=20)
def power_found(x, p, *, grad, result):
    return (
        unbroadcast(real_of_real(grad * slope_of_power(x, p), x)),
        unbroadcast(real_of_real(grad * slope_in_exponent(x, result), p)),
    )


@tangent(np.emath.power)
def power_found_tangent(x, p, *, result, x_dot, p_dot):
    return x_dot * slope_of_power(x, p) + p_dot * slope_in_exponent(x, result)


def slope_of_power(x, p):
    return np.where(p == 0, 0.0, p * np.emath.power(x, np.where(p == 0, p, p - 1)))


def slope_in_exponent(x, result):
    return result * np.emath.log(np.where(result == 0, 1.0, x))


@adjoint(np.emath.arcsin, cost=20)
def arc_sine_found(x, *, grad, result):
    return real_of_real(grad * slope_of_arc_sine(x, result), x)


@tangent(np.emath.arcsin)
def arc_sine_found_tangent(x, *, result, x_dot):
    return x_dot * slope_of_arc_sine(x, result)


def slope_of_arc_sine(x, result):
    return 1.0 / np.cos(result) if np.iscomplexobj(result) else 1.0 / np.sqrt((1.0 - x) * (1.0 + x))


@adjoint(np.emath.arccos, cost=20)
def arc_cosine_found(x, *, grad, result):
    return real_of_real(grad * slope_of_arc_cosine(x, result), x)


@tangent(np.emath.arccos)
def arc_cosine_found_tangent(x, *, result, x_dot):
    return x_dot * slope_of_arc_cosine(x, result)


def slope_of_arc_cosine(x, result):
    return -1.0 / np.sin(result) if np.iscomplexobj(result) else -1.0 / np.sqrt((1.0 - x) * (1.0 + x))


@adjoint(np.emath.arctanh, cost=20)
def arc_hyperbolic_tangent_found(x, *, grad):
    return real_of_real(grad / ((1.0 - x) * (1.0 + x)), x)


@tangent(np.emath.arctanh)
def arc_hyperbolic_tangent_found_tangent(x, *, result, x_dot):
    return x_dot / ((1.0 - x) * (1.0 + x)) + np.zeros_like(result)


@kind(
    np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10, np.emath.arcsin, np.emath.arccos, np.emath.arctanh
)  # fmt: skip
def real_or_complex(x: Kind) -> Kind:
    x = numeric(x)
    dtype = numpy_dtype(getattr(x, "dtype", ""))
    return found(dtype if dtype in ("complex128", "complex64") else "", dims_of(x))


@kind(np.emath.logn, np.emath.power, slope_of_power, slope_in_exponent, slope_of_arc_sine, slope_of_arc_cosine)
def real_or_complex_of_two(x: Kind, y: Kind) -> Kind:
    return found("", broadcast_dims(dims_of(numeric(x)), dims_of(numeric(y))))


def found(dtype: str, dims: Dims | None) -> Kind:
    """Of a number not even whether it is real is known."""
    return Array("", None) if dims == () and not dtype else shaped(dtype, dims)
