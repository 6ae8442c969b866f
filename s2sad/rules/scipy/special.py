"""scipy.special: error functions, exponentials and logarithms, sums of exponentials.

The formulas are those of the DLMF (https://dlmf.nist.gov), whose equations are named where they are not in every table.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import exp, log, log1p
from scipy import special

from s2sad.kinds import UNKNOWN, Kind, Tuple
from s2sad.rules.elementwise import not_zero
from s2sad.rules.operators import log_of_base
from s2sad.rules.reductions import aligned, reduced
from s2sad.rules.registry import (
    adjoint,
    inline,
    kind,
    known,
    nondifferentiable,
    partials,
    rank,
    refuse,
    tangent,
    unbroadcast,
)
from s2sad.rules.results import (
    dims_of,
    elementwise,
    elementwise_helper,
    floating,
    numeric,
    shaped,
    value_of,
)

DEGREE = math.pi / 180.0


def named(*names: str) -> list:
    """The functions of these names that this version of SciPy has."""
    return [getattr(special, name) for name in names if hasattr(special, name)]


# --- error functions (DLMF 7) ---------------------------------------------------------------------------------------


@partials(special.erf)
def error_function(x):
    return 2.0 / math.sqrt(math.pi) * exp(-x * x)


@partials(special.erfc)
def complementary_error_function(x):
    return -2.0 / math.sqrt(math.pi) * exp(-x * x)


@partials(special.erfi)
def imaginary_error_function(x):
    return 2.0 / math.sqrt(math.pi) * exp(x * x)


@partials(special.erfcx)
def scaled_error_function(x, *, result):
    """2 x erfcx(x) - 2 / sqrt(pi); where x is large, by its series (DLMF 7.12.1), since that would lose its digits."""
    return 2.0 * x * result - 2.0 / math.sqrt(math.pi) if np.iscomplexobj(x) else erfcx_slope(x, result)


@elementwise_helper
def erfcx_slope(x, result):
    """The derivative of erfcx: by its series where x is large, since the difference would lose its digits."""
    large = x > 100.0
    u = 0.5 / np.where(large, x, 100.0) ** 2
    series = -2.0 * u / math.sqrt(math.pi) * (1.0 - u * (3.0 - u * (15.0 - u * 105.0)))
    return np.where(large, series, 2.0 * np.where(large, 0.0, x * result) - 2.0 / math.sqrt(math.pi))


@partials(special.dawsn)
def dawson(x, *, result):
    return 1.0 - 2.0 * x * result if np.iscomplexobj(x) else dawsn_slope(x, result)


@elementwise_helper
def dawsn_slope(x, result):
    """The derivative of Dawson's integral: by its series where x is large, where the difference loses its digits."""
    large = np.abs(x) > 100.0
    u = 0.5 / np.where(large, x, 100.0) ** 2
    series = -u * (1.0 + u * (3.0 + u * (15.0 + u * 105.0)))
    return np.where(large, series, 1.0 - 2.0 * x * result)


@partials(special.erfinv)
def inverse_error_function(y, *, result):
    return 0.5 * math.sqrt(math.pi) * exp(result * result)


@partials(special.erfcinv)
def inverse_complementary_error_function(y, *, result):
    return -0.5 * math.sqrt(math.pi) * exp(result * result)


@partials(special.ndtr)
def normal_distribution(x):
    return exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


@partials(special.log_ndtr)
def log_of_normal_distribution(x):
    """The quotient of density and distribution, which erfcx gives without overflow."""
    return math.sqrt(2.0 / math.pi) / special.erfcx(-x / math.sqrt(2.0))


@partials(special.ndtri)
def inverse_normal_distribution(y, *, result):
    return math.sqrt(2.0 * math.pi) * exp(0.5 * result * result)


@partials(*named("ndtri_exp"))
def inverse_log_of_normal_distribution(y, *, result):
    return math.sqrt(0.5 * math.pi) * special.erfcx(-result / math.sqrt(2.0))


@partials(special.wofz)
def faddeeva(z, *, result):
    return -2.0 * z * result + 2j / math.sqrt(math.pi)


@partials(special.voigt_profile)
def voigt(x, sigma, gamma, *, result):
    """By the Faddeeva function w: w'(z) = -2 z w(z) + 2i / sqrt(pi) (DLMF 7.10.2)."""
    z = (x + 1j * gamma) / (math.sqrt(2.0) * sigma)
    slope = (2j / math.sqrt(math.pi) - 2.0 * z * special.wofz(z)) / (2.0 * math.sqrt(math.pi) * sigma**2)
    return np.real(slope), -np.real(math.sqrt(2.0) * z * slope) - result / sigma, -np.imag(slope)


@partials(special.owens_t)
def owen(h, a):
    return (
        -special.erf(a * h / math.sqrt(2.0)) * exp(-0.5 * h * h) / math.sqrt(8.0 * math.pi),
        exp(-0.5 * h * h * (1.0 + a * a)) / (2.0 * math.pi * (1.0 + a * a)),
    )


# --- exponentials and logarithms ------------------------------------------------------------------------------------


@partials(special.expit)
def logistic(x, *, result):
    """result * (1 - result), with 1 - result as it is in the tail."""
    return result * special.expit(-x)


@partials(special.logit)
def inverse_logistic(x):
    return 1.0 / (x * (1.0 - x))


@partials(special.log_expit)
def log_of_logistic(x):
    return special.expit(-x)


@partials(*named("softplus"))
def softplus(x):
    return special.expit(x)


@partials(special.expm1)
def exponential_minus_one(x):
    return exp(x)


@partials(special.exp2)
def power_of_two(x, *, result):
    return math.log(2.0) * result


@partials(special.exp10)
def power_of_ten(x, *, result):
    return math.log(10.0) * result


@partials(special.log1p)
def logarithm_of_one_plus(x):
    return 1.0 / (1.0 + x)


@partials(special.cbrt)
def cube_root(x, *, result):
    return 1.0 / (3.0 * result * result)


@partials(special.exprel)
def relative_exponential(x, *, result):
    return exprel_slope(x)


@elementwise_helper
def exprel_slope(x):
    """The derivative of (exp(x) - 1) / x: by its series near 0, where the quotient would lose its digits. Beyond 700,
    where exp(x) overflows, -1 is nothing beside it."""
    small = np.abs(x) < 0.02
    t, u = np.where(small, 1.0, x), np.where(small, x, 0.0)
    series = 0.5 + u * (1.0 / 3.0 + u * (1.0 / 8.0 + u * (1.0 / 30.0 + u * (1.0 / 144.0 + u / 840.0))))
    quotient = special.exprel(t)
    slope = (np.exp(np.minimum(t, 700.0)) - quotient) / t
    return np.where(small, series, np.where(t > 700.0, quotient * (1.0 - 1.0 / np.maximum(t, 700.0)), slope))


@partials(special.cosm1)
def cosine_minus_one(x):
    return -np.sin(x)


@partials(special.powm1)
def power_minus_one(x, y):
    return y * x ** (y - 1.0), x**y * log_of_base(x)


@inline
def unless_both_are_zero(x, y):
    """y, or 1 where x and y are zero: x / y is 0 there, as x * log(y) is 0 for every other y."""
    if known(rank(x) == 0) and known(rank(y) == 0):
        return y if x != 0 or y != 0 else 1.0
    return np.where((x == 0) & (y == 0), 1.0, y)


@partials(special.xlogy)
def times_logarithm(x, y):
    return log(y), x / unless_both_are_zero(x, y)


@partials(special.xlog1py)
def times_logarithm_of_one_plus(x, y):
    return log1p(y), x / unless_both_are_zero(x, 1.0 + y)


@partials(special.entr)
def entropy(x):
    return -log(x) - 1.0


@partials(special.rel_entr)
def relative_entropy(x, y):
    return log(x) - log(y) + 1.0, -x / unless_both_are_zero(x, y)


@partials(special.kl_div)
def divergence(x, y):
    return log(x / y), 1.0 - x / unless_both_are_zero(x, y)


@partials(special.huber)
def huber(delta, r):
    return np.maximum(np.abs(r) - delta, 0.0), np.clip(r, -delta, delta)


@partials(special.pseudo_huber)
def pseudo_huber(delta, r):
    """Of delta * (length - delta), for which r, delta and the length are the sides of a right triangle."""
    length = not_zero(np.hypot(delta, r))
    excess = r * (r / (length + delta))
    return excess * (excess / length), delta * (r / length)


@partials(special.boxcox)
def box_cox(x, lmbda):
    return x ** (lmbda - 1.0), log(x) ** 2 * exprel_slope(lmbda * log(x))


@partials(special.boxcox1p)
def box_cox_of_one_plus(x, lmbda):
    return (1.0 + x) ** (lmbda - 1.0), log1p(x) ** 2 * exprel_slope(lmbda * log1p(x))


@partials(special.inv_boxcox)
def inverse_box_cox(y, lmbda, *, result):
    slope = result / (1.0 + lmbda * y)
    size = log1p(special.inv_boxcox1p(y, lmbda))
    return slope, -(size**2) * exprel_slope(lmbda * size) * slope


@partials(special.inv_boxcox1p)
def inverse_box_cox_of_one_plus(y, lmbda, *, result):
    slope = (1.0 + result) / (1.0 + lmbda * y)
    return slope, -(log1p(result) ** 2) * exprel_slope(lmbda * log1p(result)) * slope


@partials(special.sindg)
def sine_of_degrees(x):
    return DEGREE * special.cosdg(x)


@partials(special.cosdg)
def cosine_of_degrees(x):
    return -DEGREE * special.sindg(x)


@partials(special.tandg)
def tangent_of_degrees(x, *, result):
    return DEGREE * (1.0 + result * result)


@partials(special.cotdg)
def cotangent_of_degrees(x, *, result):
    return -DEGREE * (1.0 + result * result)


@partials(special.radian, cost=3)
def degrees_minutes_seconds(d, m, s):
    return DEGREE, DEGREE / 60.0, DEGREE / 3600.0


@partials(special.lambertw)
def lambert(z, k=0, tol=1e-8, *, result):
    """DLMF 4.13.4, in the form that holds at 0 as well."""
    return exp(-result) / (1.0 + result)


@kind(special.lambertw)
def lambert_kind(z: Kind, k: Kind, tol: Kind) -> Kind:
    return shaped("complex128", dims_of(elementwise(np.add, numeric(z), numeric(k))))


@partials(special.wrightomega)
def wright_omega(z, *, result):
    return result / (1.0 + result)


@partials(special.spence)
def dilogarithm(z):
    """DLMF 25.12.2: spence(z) = Li2(1 - z). At 1 the quotient is 0 / 0 and -1."""
    return np.where(z == 1.0, -1.0, log(z) / np.where(z == 1.0, 1.0, 1.0 - z))


nondifferentiable(special.round)
kind(special.round)(lambda x: elementwise(special.round, x))


# --- sums of exponentials -------------------------------------------------------------------------------------------


@inline
def finite(result):
    """A logarithm to be subtracted: not -inf, from which -inf can't be taken."""
    if known(rank(result) == 0):
        return 0.0 if result == -np.inf else result
    return np.where(result == -np.inf, 0.0, result)


@adjoint(special.logsumexp, several=True)
def log_of_sum_of_exponentials(a, axis=None, b=None, keepdims=False, return_sign=False, *, grad, result):
    """Where the sum is 0 (the result -inf), the derivative is taken as 0. The sign is constant."""
    if return_sign:
        if np.iscomplexobj(a) or np.iscomplexobj(b):
            return refuse("with return_sign, of complex numbers")
        if grad[0] is None:
            return 0.0, None, 0.0
        share = aligned(grad[0], a, axis, keepdims) * shares_of_sum(a, axis, b, keepdims, result[0])
        return share if b is None else unbroadcast(share * b), None, unbroadcast(share)
    share = aligned(grad, a, axis, keepdims) * shares_of_sum(a, axis, b, keepdims, result)
    return share if b is None else unbroadcast(share * b), None, unbroadcast(share)


@inline
def shares_of_sum(a, axis, b, keepdims, result):
    """exp(a) / sum(b * exp(a)): the result is subtracted before, and its rounding is in both then."""
    terms = np.exp(a - aligned(finite(result), a, axis, keepdims))
    return terms / not_zero(np.sum(terms if b is None else b * terms, axis=axis, keepdims=True))


@tangent(special.logsumexp)
def log_of_sum_of_exponentials_tangent(
    a, axis=None, b=None, keepdims=False, return_sign=False, *, result, a_dot, b_dot
):
    if return_sign:
        if np.iscomplexobj(a) or np.iscomplexobj(b):
            return refuse("with return_sign, of complex numbers")
        moved = shares_of_sum(a, axis, b, keepdims, result[0]) * (a_dot if b is None else b * a_dot + b_dot)
        return np.sum(moved, axis=axis, keepdims=keepdims), np.zeros_like(result[1])
    moved = shares_of_sum(a, axis, b, keepdims, result) * (a_dot if b is None else b * a_dot + b_dot)
    return np.sum(moved, axis=axis, keepdims=keepdims)


@kind(special.logsumexp)
def logsumexp_kind(a: Kind, axis: Kind, b: Kind, keepdims: Kind, return_sign: Kind) -> Kind:
    a = numeric(a)
    whole = a if value_of(b) is None else elementwise(np.multiply, a, numeric(b))
    made = reduced(floating(getattr(whole, "dtype", "")), whole, axis, keepdims)
    signed = value_of(return_sign)
    return made if signed is False else Tuple((made, made)) if signed is True else UNKNOWN


@adjoint(special.softmax)
def softmax(x, axis=None, *, grad, result):
    return result * (grad - np.sum(grad * result, axis=axis, keepdims=True))


@tangent(special.softmax)
def softmax_tangent(x, axis=None, *, result, x_dot):
    return result * (x_dot - np.sum(result * x_dot, axis=axis, keepdims=True))


@adjoint(special.log_softmax)
def log_of_softmax(x, axis=None, *, grad, result):
    return grad - np.exp(result) * np.sum(grad, axis=axis, keepdims=True)


@tangent(special.log_softmax)
def log_of_softmax_tangent(x, axis=None, *, result, x_dot):
    return x_dot - np.sum(np.exp(result) * x_dot, axis=axis, keepdims=True)


@kind(special.softmax, special.log_softmax)
def softmax_kind(x: Kind, axis: Kind) -> Kind:
    x = numeric(x)
    return shaped(floating(getattr(x, "dtype", "")), dims_of(x))
