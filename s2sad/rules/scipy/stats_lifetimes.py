"""scipy.stats: distributions of extremes, lifetimes and lengths, with one parameter of the shape. See stats_shapes.py.

Densities as scipy.stats defines them; their derivatives are elementary.
"""

from __future__ import annotations

import math

from numpy import cosh, exp, expm1, log, log1p, tanh
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.scipy.stats import chosen, everywhere, in_unit_interval, normal_quotient, not_negative, positive
from s2sad.rules.scipy.stats_shapes import of_shape, power_moved, slope_of_stretched_log, stretched_log

# --- extremes: with exp(s), s = log(1 - c z) / c ---------------------------------------------------------------------


@inline
def below_the_end(z, c):
    return 1.0 - c * z > 0.0


@inline
def genextreme_log_density(z, c):
    return -exp(-stretched_log(-c, z)) - stretched_log(-c, z) - log1p(-c * z)


@inline
def genextreme_score(z, c):
    return (exp(-stretched_log(-c, z)) - 1.0 + c) / (1.0 - c * z)


@inline
def genextreme_shape_score(z, c):
    return (1.0 - exp(-stretched_log(-c, z))) * slope_of_stretched_log(-c, z) + z / (1.0 - c * z)


@inline
def genextreme_moved(z, c):
    return (1.0 - c * z) * slope_of_stretched_log(-c, z)


@inline
def invweibull_log_density(z, c):
    return log(c) - (c + 1.0) * log(z) - z**-c


@inline
def invweibull_score(z, c):
    return (c * z**-c - c - 1.0) / z


@inline
def invweibull_shape_score(z, c):
    return 1.0 / c - log(z) * (1.0 - z**-c)


@inline
def negative(z, c):
    return z < 0.0


@inline
def weibull_max_log_density(z, c):
    return log(c) + special.xlogy(c - 1.0, -z) - (-z) ** c


@inline
def weibull_max_score(z, c):
    return (c - 1.0 - c * (-z) ** c) / z


@inline
def weibull_max_shape_score(z, c):
    return 1.0 / c + log(-z) * (1.0 - (-z) ** c)


@inline
def weibull_max_moved(z, c):
    return -special.xlogy(z, -z) / c


# --- lifetimes -------------------------------------------------------------------------------------------------------


@inline
def gompertz_log_density(z, c):
    return log(c) + z - c * expm1(z)


@inline
def gompertz_score(z, c):
    return 1.0 - c * exp(z)


@inline
def gompertz_shape_score(z, c):
    return 1.0 / c - expm1(z)


@inline
def gompertz_moved(z, c):
    return expm1(-z) / c


@inline
def exponnorm_log_density(z, K):
    return 0.5 / (K * K) - z / K - log(K) + special.log_ndtr(z - 1.0 / K)


@inline
def exponnorm_score(z, K):
    return normal_quotient(z - 1.0 / K) - 1.0 / K


@inline
def exponnorm_shape_score(z, K):
    return ((normal_quotient(z - 1.0 / K) + z - 1.0 / K) / K - 1.0) / K


@inline
def exponnorm_moved(z, K):
    return 1.0 + K * exponnorm_shape_score(z, K)


@inline
def loggamma_log_density(z, c):
    return c * z - exp(z) - special.gammaln(c)


@inline
def loggamma_score(z, c):
    return c - exp(z)


@inline
def loggamma_shape_score(z, c):
    return z - special.psi(c)


# --- lengths of vectors with normal parts ----------------------------------------------------------------------------


@inline
def nakagami_log_density(z, nu):
    return math.log(2.0) + special.xlogy(nu, nu) - special.gammaln(nu) + special.xlogy(2.0 * nu - 1.0, z) - nu * z * z


@inline
def nakagami_score(z, nu):
    return (2.0 * nu - 1.0) / z - 2.0 * nu * z


@inline
def nakagami_shape_score(z, nu):
    return 1.0 + log(nu * z * z) - special.psi(nu) - z * z


@inline
def rice_log_density(z, b):
    return log(z * special.i0e(b * z)) - 0.5 * (z - b) ** 2


@inline
def rice_score(z, b):
    return 1.0 / z - z + b * special.i1e(b * z) / special.i0e(b * z)


@inline
def rice_shape_score(z, b):
    return z * special.i1e(b * z) / special.i0e(b * z) - b


@inline
def rice_moved(z, b):
    return special.i1e(b * z) / special.i0e(b * z)


@inline
def foldnorm_log_density(z, c):
    return log(2.0 * exp(-c * z) * cosh(c * z)) - 0.5 * (z - c) ** 2 - 0.5 * math.log(2.0 * math.pi)


@inline
def foldnorm_score(z, c):
    return c * tanh(c * z) - z


@inline
def foldnorm_shape_score(z, c):
    return z * tanh(c * z) - c


@inline
def foldnorm_moved(z, c):
    return tanh(c * z)


# --- of two pieces ---------------------------------------------------------------------------------------------------


@inline
def triang_log_density(z, c):
    return chosen(z < c, log(2.0 * z / c), log(2.0 * (1.0 - z) / (1.0 - c)))


@inline
def triang_score(z, c):
    return chosen(z < c, 1.0 / z, -1.0 / (1.0 - z))


@inline
def triang_shape_score(z, c):
    return chosen(z < c, -1.0 / c, 1.0 / (1.0 - c))


@inline
def triang_moved(z, c):
    return 0.5 * chosen(z < c, z / c, (1.0 - z) / (1.0 - c))


@inline
def laplace_asymmetric_log_density(z, kappa):
    return chosen(z < 0.0, z / kappa, -kappa * z) - log(kappa + 1.0 / kappa)


@inline
def laplace_asymmetric_score(z, kappa):
    return chosen(z < 0.0, 1.0 / kappa, -kappa)


@inline
def laplace_asymmetric_shape_score(z, kappa):
    return chosen(z < 0.0, -z / (kappa * kappa), -z) - (kappa - 1.0 / kappa) / (kappa * kappa + 1.0)


@inline
def laplace_asymmetric_moved(z, kappa):
    return chosen(z < 0.0, z, -z) / kappa - 2.0 / (kappa * kappa + 1.0)


of_shape(
    stats.genextreme, below_the_end, genextreme_log_density, genextreme_score, genextreme_shape_score, genextreme_moved
)
of_shape(stats.invweibull, positive, invweibull_log_density, invweibull_score, invweibull_shape_score, power_moved)
of_shape(
    stats.weibull_max, negative, weibull_max_log_density, weibull_max_score, weibull_max_shape_score, weibull_max_moved
)
of_shape(stats.gompertz, not_negative, gompertz_log_density, gompertz_score, gompertz_shape_score, gompertz_moved)
of_shape(stats.exponnorm, everywhere, exponnorm_log_density, exponnorm_score, exponnorm_shape_score, exponnorm_moved)
of_shape(stats.loggamma, everywhere, loggamma_log_density, loggamma_score, loggamma_shape_score)
of_shape(stats.nakagami, positive, nakagami_log_density, nakagami_score, nakagami_shape_score)
of_shape(stats.rice, positive, rice_log_density, rice_score, rice_shape_score, rice_moved)
of_shape(stats.foldnorm, not_negative, foldnorm_log_density, foldnorm_score, foldnorm_shape_score, foldnorm_moved)
of_shape(stats.triang, in_unit_interval, triang_log_density, triang_score, triang_shape_score, triang_moved)
of_shape(
    stats.laplace_asymmetric,
    everywhere,
    laplace_asymmetric_log_density,
    laplace_asymmetric_score,
    laplace_asymmetric_shape_score,
    laplace_asymmetric_moved,
)
