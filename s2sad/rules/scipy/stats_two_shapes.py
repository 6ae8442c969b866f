"""scipy.stats: distributions with two parameters of the shape. See stats.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, log, log1p
from scipy import special, stats

from s2sad.rules.registry import alias, inline, partials
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.stats import kinds_of, standard, within


def of_two_shapes(distribution: Any, inside: Any, log_density: Any, score: Any, first: Any, second: Any) -> None:
    """Functions of z and both parameters; first and second: the derivatives of the logarithm in these."""
    for method, template in _templates(inside, log_density, score, first, second).items():
        partials(getattr(distribution, method))(template)
        for name, own in zip(distribution.shapes.split(", "), ("a", "b")):
            alias(getattr(distribution, method), name, own)
    kinds_of(distribution)


def _templates(inside: Any, log_density: Any, score: Any, first: Any, second: Any) -> dict[str, Any]:
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

    return {each.__name__: each for each in (logpdf, pdf, cdf, sf, logcdf, logsf, ppf, isf)}


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
def above_zero(z, a, b):
    return z > 0.0


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
    """log(ndtr(b) - ndtr(a)), from the side on which both are small."""
    right = a > 0.0
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    return special.log_ndtr(high) + np.log1p(-np.exp(special.log_ndtr(low) - special.log_ndtr(high)))


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


of_two_shapes(stats.beta, inside_unit_interval, beta_log_density, beta_score, beta_first, beta_second)
of_two_shapes(stats.f, above_zero, f_log_density, f_score, f_first, f_second)
of_two_shapes(stats.truncnorm, between, truncnorm_log_density, truncnorm_score, truncnorm_first, truncnorm_second)
