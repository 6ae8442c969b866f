"""scipy.stats: rarer distributions, with none or one parameter of the shape. See stats_shapes.py.

Densities as scipy.stats defines them; their derivatives are elementary.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import cos, exp, expm1, log, log1p, sqrt, tan
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.scipy.stats import (
    everywhere,
    in_unit_interval,
    normal_quotient,
    not_negative,
    of_location_and_scale,
    positive,
)
from s2sad.rules.scipy.stats_shapes import of_shape, power_moved, vonmises_score, vonmises_shape_score

# --- without a parameter of the shape --------------------------------------------------------------------------------


@inline
def within_eighth_turn(z):
    return np.abs(z) <= 0.25 * math.pi


@inline
def anglit_density(z):
    return cos(2.0 * z)


@inline
def anglit_log_density(z):
    return log(cos(2.0 * z))


@inline
def anglit_score(z):
    return -2.0 * tan(2.0 * z)


@inline
def arcsine_density(z):
    return 1.0 / (math.pi * sqrt(z * (1.0 - z)))


@inline
def arcsine_log_density(z):
    return -0.5 * log(z * (1.0 - z)) - math.log(math.pi)


@inline
def arcsine_score(z):
    return (z - 0.5) / (z * (1.0 - z))


@inline
def within_half_turn(z, kappa=None):
    return np.abs(z) <= math.pi


@inline
def cosine_density(z):
    return (1.0 + cos(z)) / (2.0 * math.pi)


@inline
def cosine_log_density(z):
    return log1p(cos(z)) - math.log(2.0 * math.pi)


@inline
def cosine_score(z):
    return -tan(0.5 * z)


@inline
def gibrat_density(z):
    return exp(-0.5 * log(z) ** 2) / (z * math.sqrt(2.0 * math.pi))


@inline
def gibrat_log_density(z):
    return -0.5 * log(z) ** 2 - log(z) - 0.5 * math.log(2.0 * math.pi)


@inline
def gibrat_score(z):
    return -(1.0 + log(z)) / z


@inline
def within_one(z, shape=None):
    return np.abs(z) <= 1.0


@inline
def semicircular_density(z):
    return 2.0 / math.pi * sqrt(1.0 - z * z)


@inline
def semicircular_log_density(z):
    return 0.5 * log1p(-z * z) + math.log(2.0 / math.pi)


@inline
def semicircular_score(z):
    return -z / (1.0 - z * z)


@inline
def left_of_zero(z):
    return z < 0.0


@inline
def levy_left_density(z):
    return exp(0.5 / z) / (-z * sqrt(-2.0 * math.pi * z))


@inline
def levy_left_log_density(z):
    return 0.5 / z - 1.5 * log(-z) - 0.5 * math.log(2.0 * math.pi)


@inline
def levy_left_score(z):
    return -(1.5 + 0.5 / z) / z


# --- with one --------------------------------------------------------------------------------------------------------


@inline
def alpha_log_density(z, a):
    return -0.5 * (a - 1.0 / z) ** 2 - 2.0 * log(z) - special.log_ndtr(a) - 0.5 * math.log(2.0 * math.pi)


@inline
def alpha_score(z, a):
    return -(2.0 + (a - 1.0 / z) / z) / z


@inline
def alpha_shape_score(z, a):
    return 1.0 / z - a - normal_quotient(a)


@inline
def alpha_moved(z, a):
    return z * z * (normal_quotient(a) / normal_quotient(a - 1.0 / z) - 1.0)


@inline
def bradford_log_density(z, c):
    return log(c) - log1p(c * z) - log(log1p(c))


@inline
def bradford_score(z, c):
    return -c / (1.0 + c * z)


@inline
def bradford_shape_score(z, c):
    return 1.0 / c - z / (1.0 + c * z) - 1.0 / ((1.0 + c) * log1p(c))


@inline
def bradford_moved(z, c):
    return ((1.0 + c * z) * log1p(c * z) / ((1.0 + c) * log1p(c)) - z) / c


@inline
def genlogistic_log_density(z, c):
    return log(c) - z + (c + 1.0) * special.log_expit(z)


@inline
def genlogistic_score(z, c):
    return (c + 1.0) * special.expit(-z) - 1.0


@inline
def genlogistic_shape_score(z, c):
    return 1.0 / c + special.log_expit(z)


@inline
def genlogistic_moved(z, c):
    return -(1.0 + exp(z)) * special.log_expit(z) / c


@inline
def loglaplace_log_density(z, c):
    return log(0.5 * c) - log(z) - c * np.abs(log(z))


@inline
def loglaplace_score(z, c):
    return -(1.0 + c * np.sign(log(z))) / z


@inline
def loglaplace_shape_score(z, c):
    return 1.0 / c - np.abs(log(z))


@inline
def dgamma_log_density(z, a):
    return special.xlogy(a - 1.0, np.abs(z)) - np.abs(z) - special.gammaln(a) - math.log(2.0)


@inline
def dgamma_score(z, a):
    return (a - 1.0) / z - np.sign(z)


@inline
def dgamma_shape_score(z, a):
    return log(np.abs(z)) - special.psi(a)


@inline
def dweibull_log_density(z, c):
    return log(0.5 * c) + special.xlogy(c - 1.0, np.abs(z)) - np.abs(z) ** c


@inline
def dweibull_score(z, c):
    return (c - 1.0 - c * np.abs(z) ** c) / z


@inline
def dweibull_shape_score(z, c):
    return 1.0 / c + log(np.abs(z)) * (1.0 - np.abs(z) ** c)


@inline
def dweibull_moved(z, c):
    return -special.xlogy(z, np.abs(z)) / c


@inline
def fatiguelife_log_density(z, c):
    return log1p(z) - 0.5 * (z - 1.0) ** 2 / (z * c * c) - log(c) - 1.5 * log(z) - 0.5 * math.log(8.0 * math.pi)


@inline
def fatiguelife_score(z, c):
    return 1.0 / (1.0 + z) - 0.5 * (1.0 - 1.0 / (z * z)) / (c * c) - 1.5 / z


@inline
def fatiguelife_shape_score(z, c):
    return ((z - 1.0) ** 2 / (z * c * c) - 1.0) / c


@inline
def fatiguelife_moved(z, c):
    return 2.0 * z * (z - 1.0) / (c * (z + 1.0))


@inline
def halfgennorm_log_density(z, beta):
    return log(beta) - special.gammaln(1.0 / beta) - z**beta


@inline
def halfgennorm_score(z, beta):
    return -beta * z ** (beta - 1.0)


@inline
def halfgennorm_shape_score(z, beta):
    return (1.0 + special.psi(1.0 / beta) / beta) / beta - z**beta * log(z)


@inline
def exponpow_log_density(z, b):
    return log(b) + special.xlogy(b - 1.0, z) + z**b - expm1(z**b)


@inline
def exponpow_score(z, b):
    return (b - 1.0 - b * z**b * expm1(z**b)) / z


@inline
def exponpow_shape_score(z, b):
    return 1.0 / b + log(z) * (1.0 - z**b * expm1(z**b))


@inline
def kappa3_log_density(z, a):
    return log(a) - (1.0 + 1.0 / a) * log(a + z**a)


@inline
def kappa3_score(z, a):
    return -(a + 1.0) * z ** (a - 1.0) / (a + z**a)


@inline
def kappa3_shape_score(z, a):
    return (1.0 + log(a + z**a) / a - (a + 1.0) * (1.0 + z**a * log(z)) / (a + z**a)) / a


@inline
def kappa3_moved(z, a):
    return z * (1.0 + z**a * log(z) - (a + z**a) * log(a + z**a) / a) / (a * a)


@inline
def powernorm_log_density(z, c):
    return log(c) - 0.5 * z * z + (c - 1.0) * special.log_ndtr(-z) - 0.5 * math.log(2.0 * math.pi)


@inline
def powernorm_score(z, c):
    return -z - (c - 1.0) * normal_quotient(-z)


@inline
def powernorm_shape_score(z, c):
    return 1.0 / c + special.log_ndtr(-z)


@inline
def powernorm_moved(z, c):
    return special.log_ndtr(-z) / (c * normal_quotient(-z))


@inline
def rdist_log_density(z, c):
    return (0.5 * c - 1.0) * log1p(-z * z) - special.betaln(0.5 * c, 0.5)


@inline
def rdist_score(z, c):
    return -(c - 2.0) * z / (1.0 - z * z)


@inline
def rdist_shape_score(z, c):
    return 0.5 * (log1p(-z * z) - special.psi(0.5 * c) + special.psi(0.5 * c + 0.5))


@inline
def recipinvgauss_log_density(z, mu):
    return -0.5 * ((1.0 - mu * z) / mu) ** 2 / z - 0.5 * log(2.0 * math.pi * z)


@inline
def recipinvgauss_score(z, mu):
    return 0.5 * (1.0 / (mu * z) ** 2 - 1.0 - 1.0 / z)


@inline
def recipinvgauss_shape_score(z, mu):
    return (1.0 / (mu * z) - 1.0) / (mu * mu)


@inline
def skewcauchy_log_density(z, a):
    return -log1p((z / (1.0 + a * np.sign(z))) ** 2) - math.log(math.pi)


@inline
def skewcauchy_score(z, a):
    return -2.0 * z / (z * z + (1.0 + a * np.sign(z)) ** 2)


@inline
def skewcauchy_shape_score(z, a):
    return 2.0 * z * np.abs(z) / ((1.0 + a * np.sign(z)) * (z * z + (1.0 + a * np.sign(z)) ** 2))


@inline
def skewcauchy_moved(z, a):
    ratio = np.abs(z) / (1.0 + a * np.sign(z))
    return (1.0 + ratio * ratio) * (0.5 * math.pi - np.arctan(ratio)) + ratio


@inline
def line_log_density(z, kappa):
    return kappa * (cos(z) - 1.0) - log(2.0 * math.pi * special.i0e(kappa))


@inline
def near_and_far(z, c):
    """The two parts of a Cauchy distribution that is folded at 0."""
    return 1.0 / (1.0 + (z - c) ** 2), 1.0 / (1.0 + (z + c) ** 2)


@inline
def foldcauchy_log_density(z, c):
    near, far = near_and_far(z, c)
    return log(near + far) - math.log(math.pi)


@inline
def foldcauchy_score(z, c):
    near, far = near_and_far(z, c)
    return -2.0 * ((z - c) * near * near + (z + c) * far * far) / (near + far)


@inline
def foldcauchy_shape_score(z, c):
    near, far = near_and_far(z, c)
    return 2.0 * ((z - c) * near * near - (z + c) * far * far) / (near + far)


@inline
def foldcauchy_moved(z, c):
    near, far = near_and_far(z, c)
    return (near - far) / (near + far)


of_location_and_scale(stats.anglit, within_eighth_turn, anglit_density, anglit_log_density, anglit_score)
of_location_and_scale(stats.arcsine, in_unit_interval, arcsine_density, arcsine_log_density, arcsine_score)
of_location_and_scale(stats.cosine, within_half_turn, cosine_density, cosine_log_density, cosine_score)
of_location_and_scale(stats.gibrat, positive, gibrat_density, gibrat_log_density, gibrat_score)
of_location_and_scale(
    stats.semicircular, within_one, semicircular_density, semicircular_log_density, semicircular_score
)
of_location_and_scale(stats.levy_l, left_of_zero, levy_left_density, levy_left_log_density, levy_left_score)
of_shape(stats.alpha, positive, alpha_log_density, alpha_score, alpha_shape_score, alpha_moved)
of_shape(stats.bradford, in_unit_interval, bradford_log_density, bradford_score, bradford_shape_score, bradford_moved)
of_shape(
    stats.genlogistic,
    everywhere,
    genlogistic_log_density,
    genlogistic_score,
    genlogistic_shape_score,
    genlogistic_moved,
)
of_shape(stats.loglaplace, positive, loglaplace_log_density, loglaplace_score, loglaplace_shape_score, power_moved)
of_shape(stats.dgamma, everywhere, dgamma_log_density, dgamma_score, dgamma_shape_score)
of_shape(stats.dweibull, everywhere, dweibull_log_density, dweibull_score, dweibull_shape_score, dweibull_moved)
of_shape(
    stats.fatiguelife,
    positive,
    fatiguelife_log_density,
    fatiguelife_score,
    fatiguelife_shape_score,
    fatiguelife_moved,
)
of_shape(stats.halfgennorm, positive, halfgennorm_log_density, halfgennorm_score, halfgennorm_shape_score)
of_shape(stats.exponpow, positive, exponpow_log_density, exponpow_score, exponpow_shape_score, power_moved)
of_shape(stats.kappa3, positive, kappa3_log_density, kappa3_score, kappa3_shape_score, kappa3_moved)
of_shape(stats.powernorm, everywhere, powernorm_log_density, powernorm_score, powernorm_shape_score, powernorm_moved)
of_shape(stats.rdist, within_one, rdist_log_density, rdist_score, rdist_shape_score)
of_shape(
    stats.recipinvgauss,
    positive,
    recipinvgauss_log_density,
    recipinvgauss_score,
    recipinvgauss_shape_score,
)
of_shape(
    stats.skewcauchy,
    everywhere,
    skewcauchy_log_density,
    skewcauchy_score,
    skewcauchy_shape_score,
    skewcauchy_moved,
)
of_shape(stats.vonmises_line, within_half_turn, line_log_density, vonmises_score, vonmises_shape_score)
of_shape(
    stats.foldcauchy,
    not_negative,
    foldcauchy_log_density,
    foldcauchy_score,
    foldcauchy_shape_score,
    foldcauchy_moved,
)
