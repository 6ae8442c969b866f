"""The functions of `cmath`, of one complex number."""

from __future__ import annotations

import cmath

from s2sad.kinds import BOOL, Kind, Scalar
from s2sad.rules.registry import kind, nondifferentiable, partials


@partials(cmath.exp)
def exponential(z, *, result):
    return result


@partials(cmath.log)
def logarithm(z, base=None, *, result):
    if base is None:
        return 1.0 / z, 0.0
    return 1.0 / (z * cmath.log(base)), -result / (base * cmath.log(base))


@partials(cmath.log10)
def logarithm_of_base_10(z):
    return 0.4342944819032518 / z


@partials(cmath.sqrt)
def root(z, *, result):
    return 0.5 / result


@partials(cmath.sin)
def sine(z):
    return cmath.cos(z)


@partials(cmath.cos)
def cosine(z):
    return -cmath.sin(z)


@partials(cmath.tan)
def tangent_of_angle(z, *, result):
    return 1.0 + result * result


@partials(cmath.sinh)
def hyperbolic_sine(z):
    return cmath.cosh(z)


@partials(cmath.cosh)
def hyperbolic_cosine(z):
    return cmath.sinh(z)


@partials(cmath.tanh)
def hyperbolic_tangent(z, *, result):
    return 1.0 - result * result


@partials(cmath.asin)
def inverse_sine(z):
    return 1.0 / cmath.sqrt(1.0 - z * z)


@partials(cmath.acos)
def inverse_cosine(z):
    return -1.0 / cmath.sqrt(1.0 - z * z)


@partials(cmath.atan)
def inverse_tangent(z):
    return 1.0 / (1.0 + z * z)


@partials(cmath.asinh)
def inverse_hyperbolic_sine(z):
    return 1.0 / cmath.sqrt(z * z + 1.0)


@partials(cmath.acosh)
def inverse_hyperbolic_cosine(z):
    return 1.0 / (cmath.sqrt(z - 1.0) * cmath.sqrt(z + 1.0))


@partials(cmath.atanh)
def inverse_hyperbolic_tangent(z):
    return 1.0 / (1.0 - z * z)


nondifferentiable(cmath.isclose, cmath.isfinite, cmath.isinf, cmath.isnan)


@kind(cmath.isclose, cmath.isfinite, cmath.isinf, cmath.isnan)
def truth_kind(*numbers: Kind, **options: Kind) -> Kind:
    return BOOL


@kind(cmath.exp, cmath.log, cmath.log10, cmath.sqrt, cmath.sin, cmath.cos, cmath.tan, cmath.sinh, cmath.cosh)
@kind(cmath.tanh, cmath.asin, cmath.acos, cmath.atan, cmath.asinh, cmath.acosh, cmath.atanh)
def complex_kind(*numbers: Kind) -> Kind:
    return Scalar("complex")
