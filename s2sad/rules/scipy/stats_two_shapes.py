"""scipy.stats: distributions with two parameters of the shape. See stats.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, log, log1p
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.stats import differentiated, everywhere, positive, standard, within


def of_two_shapes(
    distribution: Any, inside: Any, log_density: Any, score: Any, first: Any, second: Any, *moved: Any
) -> None:
    """Functions of z and both parameters. first and second: the derivatives of the logarithm in these; moved: those
    of a quantile, if they are elementary."""
    probabilities = _moving_probabilities if moved else probabilities_at
    templates = (*_densities(inside, score, first, second), *probabilities(inside, log_density, *moved))
    differentiated(distribution, templates, "a", "b")


def _densities(inside: Any, score: Any, first: Any, second: Any) -> tuple[Any, ...]:
    def logpdf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        test = inside(z, a, b)
        slope = within(test, score(z, a, b) / scale)
        a_slope, b_slope = within(test, first(z, a, b)), within(test, second(z, a, b))
        return slope, a_slope, b_slope, -slope, -within(test, 1.0 / scale) - z * slope

    def pdf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test = inside(z, a, b)
        slope = within(test, result * score(z, a, b) / scale)
        a_slope, b_slope = within(test, result * first(z, a, b)), within(test, result * second(z, a, b))
        return slope, a_slope, b_slope, -slope, -result / scale - z * slope

    return logpdf, pdf


def probabilities_at(inside: Any, log_density: Any) -> tuple[Any, ...]:
    """Of distributions whose quantiles move in no elementary way."""

    def cdf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z, a, b), exp(log_density(z, a, b)) / scale)
        return slope, None, None, -slope, -z * slope

    def sf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z, a, b), exp(log_density(z, a, b)) / scale)
        return -slope, None, None, slope, z * slope

    def logcdf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z, a, b), exp(log_density(z, a, b) - result) / scale)
        return slope, None, None, -slope, -z * slope

    def logsf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z, a, b), exp(log_density(z, a, b) - result) / scale)
        return -slope, None, None, slope, z * slope

    def ppf(q, a, b, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / exp(log_density(z, a, b)), None, None, 1.0, z

    def isf(q, a, b, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return -scale / exp(log_density(z, a, b)), None, None, 1.0, z

    return cdf, sf, logcdf, logsf, ppf, isf


def _moving_probabilities(inside: Any, log_density: Any, first_moved: Any, second_moved: Any) -> tuple[Any, ...]:
    def cdf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        test, density = inside(z, a, b), exp(log_density(z, a, b))
        slope = within(test, density / scale)
        a_slope, b_slope = within(test, density * first_moved(z, a, b)), within(test, density * second_moved(z, a, b))
        return slope, -a_slope, -b_slope, -slope, -z * slope

    def sf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        test, density = inside(z, a, b), exp(log_density(z, a, b))
        slope = within(test, density / scale)
        a_slope, b_slope = within(test, density * first_moved(z, a, b)), within(test, density * second_moved(z, a, b))
        return -slope, a_slope, b_slope, slope, z * slope

    def logcdf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test, share = inside(z, a, b), exp(log_density(z, a, b) - result)
        slope = within(test, share / scale)
        a_slope, b_slope = within(test, share * first_moved(z, a, b)), within(test, share * second_moved(z, a, b))
        return slope, -a_slope, -b_slope, -slope, -z * slope

    def logsf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test, share = inside(z, a, b), exp(log_density(z, a, b) - result)
        slope = within(test, share / scale)
        a_slope, b_slope = within(test, share * first_moved(z, a, b)), within(test, share * second_moved(z, a, b))
        return -slope, a_slope, b_slope, slope, z * slope

    def ppf(q, a, b, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        slope = scale / exp(log_density(z, a, b))
        return slope, scale * first_moved(z, a, b), scale * second_moved(z, a, b), 1.0, z

    def isf(q, a, b, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        slope = scale / exp(log_density(z, a, b))
        return -slope, scale * first_moved(z, a, b), scale * second_moved(z, a, b), 1.0, z

    return cdf, sf, logcdf, logsf, ppf, isf


# --- the beta distribution ------------------------------------------------------------------------------------------


@inline
def inside_unit_interval(z, a, b):
    return (z > 0.0) & (z < 1.0)


@inline
def beta_log_density(z, a, b):
    return special.xlogy(a - 1.0, z) + special.xlog1py(b - 1.0, -z) - special.betaln(a, b)


@inline
def beta_score(z, a, b):
    return (a - 1.0) / z - (b - 1.0) / (1.0 - z)


@inline
def beta_first(z, a, b):
    return log(z) - special.psi(a) + special.psi(a + b)


@inline
def beta_second(z, a, b):
    return log1p(-z) - special.psi(b) + special.psi(a + b)


# --- the F distribution, a and b its degrees of freedom -------------------------------------------------------------


@inline
def f_log_density(z, a, b):
    whole = special.xlogy(0.5 * a, a) + special.xlogy(0.5 * b, b) + special.xlogy(0.5 * a - 1.0, z)
    return whole - 0.5 * (a + b) * log(b + a * z) - special.betaln(0.5 * a, 0.5 * b)


@inline
def f_score(z, a, b):
    return (0.5 * a - 1.0) / z - 0.5 * (a + b) * a / (b + a * z)


@inline
def f_first(z, a, b):
    digammas = special.psi(0.5 * (a + b)) - special.psi(0.5 * a)
    return 0.5 * (log(a * z / (b + a * z)) + 1.0 - (a + b) * z / (b + a * z) + digammas)


@inline
def f_second(z, a, b):
    digammas = special.psi(0.5 * (a + b)) - special.psi(0.5 * b)
    return 0.5 * (log(b / (b + a * z)) + 1.0 - (a + b) / (b + a * z) + digammas)


# --- the normal distribution between a and b ------------------------------------------------------------------------


@inline
def between(z, a, b):
    return (z >= a) & (z <= b)


def log_of_normal_mass(a, b):
    """log(ndtr(b) - ndtr(a)), from the side on which both are small; minus infinity where b isn't above a."""
    right, some = a > 0.0, a < b
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    gap = np.where(some, special.log_ndtr(low) - special.log_ndtr(high), -np.inf)
    return np.where(some, special.log_ndtr(high) + np.log1p(-np.exp(gap)), -np.inf)


elementwise_helper(log_of_normal_mass)


@inline
def truncnorm_log_density(z, a, b):
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi) - log_of_normal_mass(a, b)


@inline
def truncnorm_score(z, a, b):
    return -z


@inline
def truncnorm_first(z, a, b):
    return exp(truncnorm_log_density(a, a, b))


@inline
def truncnorm_second(z, a, b):
    return -exp(truncnorm_log_density(b, a, b))


@inline
def truncnorm_first_moved(z, a, b):
    return exp(0.5 * (z * z - a * a) + log_of_normal_mass(z, b) - log_of_normal_mass(a, b))


@inline
def truncnorm_second_moved(z, a, b):
    return exp(0.5 * (z * z - b * b) + log_of_normal_mass(a, z) - log_of_normal_mass(a, b))


# --- others on the positive numbers ----------------------------------------------------------------------------------


@inline
def betaprime_log_density(z, a, b):
    return special.xlogy(a - 1.0, z) - (a + b) * log1p(z) - special.betaln(a, b)


@inline
def betaprime_score(z, a, b):
    return (a - 1.0) / z - (a + b) / (1.0 + z)


@inline
def betaprime_first(z, a, b):
    return log(z) - log1p(z) - special.psi(a) + special.psi(a + b)


@inline
def betaprime_second(z, a, b):
    return special.psi(a + b) - special.psi(b) - log1p(z)


@inline
def gengamma_log_density(z, a, b):
    return log(np.abs(b)) + special.xlogy(a * b - 1.0, z) - z**b - special.gammaln(a)


@inline
def gengamma_score(z, a, b):
    return (a * b - 1.0 - b * z**b) / z


@inline
def gengamma_first(z, a, b):
    return b * log(z) - special.psi(a)


@inline
def gengamma_second(z, a, b):
    return 1.0 / b + log(z) * (a - z**b)


@inline
def burr12_log_density(z, a, b):
    return log(a * b) + special.xlogy(a - 1.0, z) - (b + 1.0) * log1p(z**a)


@inline
def burr12_score(z, a, b):
    return (a - 1.0 - a * (b + 1.0) * special.expit(a * log(z))) / z


@inline
def burr12_first(z, a, b):
    return 1.0 / a + log(z) * (1.0 - (b + 1.0) * special.expit(a * log(z)))


@inline
def burr12_second(z, a, b):
    return 1.0 / b - log1p(z**a)


@inline
def burr12_first_moved(z, a, b):
    return -special.xlogy(z, z) / a


@inline
def burr12_second_moved(z, a, b):
    return -z * log1p(z**a) * (1.0 + z**-a) / (a * b)


# --- where a + b u(z) is normal (Johnson), and where log(z) is uniform ------------------------------------------------


@inline
def johnsonsu_log_density(z, a, b):
    return log(b) - 0.5 * log1p(z * z) - 0.5 * (a + b * np.arcsinh(z)) ** 2 - 0.5 * math.log(2.0 * math.pi)


@inline
def johnsonsu_score(z, a, b):
    return -z / (1.0 + z * z) - b * (a + b * np.arcsinh(z)) / np.sqrt(1.0 + z * z)


@inline
def johnsonsu_first(z, a, b):
    return -(a + b * np.arcsinh(z))


@inline
def johnsonsu_second(z, a, b):
    return 1.0 / b - (a + b * np.arcsinh(z)) * np.arcsinh(z)


@inline
def johnsonsu_first_moved(z, a, b):
    return -np.sqrt(1.0 + z * z) / b


@inline
def johnsonsu_second_moved(z, a, b):
    return -np.arcsinh(z) * np.sqrt(1.0 + z * z) / b


@inline
def johnsonsb_log_density(z, a, b):
    return log(b / (z * (1.0 - z))) - 0.5 * (a + b * special.logit(z)) ** 2 - 0.5 * math.log(2.0 * math.pi)


@inline
def johnsonsb_score(z, a, b):
    return (2.0 * z - 1.0 - b * (a + b * special.logit(z))) / (z * (1.0 - z))


@inline
def johnsonsb_first(z, a, b):
    return -(a + b * special.logit(z))


@inline
def johnsonsb_second(z, a, b):
    return 1.0 / b - (a + b * special.logit(z)) * special.logit(z)


@inline
def johnsonsb_first_moved(z, a, b):
    return -z * (1.0 - z) / b


@inline
def johnsonsb_second_moved(z, a, b):
    return -special.logit(z) * z * (1.0 - z) / b


@inline
def loguniform_log_density(z, a, b):
    return -log(z) - log(log(b / a))


@inline
def loguniform_score(z, a, b):
    return -1.0 / z


@inline
def loguniform_first(z, a, b):
    return 1.0 / (a * log(b / a))


@inline
def loguniform_second(z, a, b):
    return -1.0 / (b * log(b / a))


@inline
def loguniform_first_moved(z, a, b):
    return z / a * (log(b / z) / log(b / a))


@inline
def loguniform_second_moved(z, a, b):
    return z / b * (log(z / a) / log(b / a))


of_two_shapes(stats.beta, inside_unit_interval, beta_log_density, beta_score, beta_first, beta_second)
of_two_shapes(stats.f, positive, f_log_density, f_score, f_first, f_second)
of_two_shapes(
    stats.truncnorm,
    between,
    truncnorm_log_density,
    truncnorm_score,
    truncnorm_first,
    truncnorm_second,
    truncnorm_first_moved,
    truncnorm_second_moved,
)
of_two_shapes(stats.betaprime, positive, betaprime_log_density, betaprime_score, betaprime_first, betaprime_second)
of_two_shapes(stats.gengamma, positive, gengamma_log_density, gengamma_score, gengamma_first, gengamma_second)
of_two_shapes(
    stats.burr12,
    positive,
    burr12_log_density,
    burr12_score,
    burr12_first,
    burr12_second,
    burr12_first_moved,
    burr12_second_moved,
)
of_two_shapes(
    stats.johnsonsu,
    everywhere,
    johnsonsu_log_density,
    johnsonsu_score,
    johnsonsu_first,
    johnsonsu_second,
    johnsonsu_first_moved,
    johnsonsu_second_moved,
)
of_two_shapes(
    stats.johnsonsb,
    inside_unit_interval,
    johnsonsb_log_density,
    johnsonsb_score,
    johnsonsb_first,
    johnsonsb_second,
    johnsonsb_first_moved,
    johnsonsb_second_moved,
)
for _one in (stats.loguniform, stats.reciprocal):
    of_two_shapes(
        _one,
        between,
        loguniform_log_density,
        loguniform_score,
        loguniform_first,
        loguniform_second,
        loguniform_first_moved,
        loguniform_second_moved,
    )
