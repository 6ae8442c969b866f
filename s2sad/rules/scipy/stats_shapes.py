"""scipy.stats: distributions with one or two parameters of the shape. See stats.py."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, log, log1p
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.stats import (
    differentiated,
    everywhere,
    in_unit_interval,
    normal_quotient,
    not_negative,
    positive,
    standard,
    within,
)

# --- distributions with a parameter of the shape ---------------------------------------------------------------------


def of_shape(distribution: Any, inside: Any, log_density: Any, score: Any, shape_score: Any, moved: Any = None) -> None:
    """Functions of z and the parameter of the shape. shape_score: the derivative of the logarithm in that; moved: that
    of a quantile, if it is elementary."""
    probabilities = _probabilities(inside, log_density)
    if moved is not None:
        probabilities = _moving_probabilities(inside, log_density, moved)
    differentiated(distribution, (*_densities(inside, score, shape_score), *probabilities), "shape")


def _densities(inside: Any, score: Any, shape_score: Any) -> tuple[Any, ...]:
    def logpdf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), score(z, shape) / scale)
        shape_slope = within(inside(z, shape), shape_score(z, shape))
        return slope, shape_slope, -slope, -within(inside(z, shape), 1.0 / scale) - z * slope

    def pdf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), result * score(z, shape) / scale)
        return slope, within(inside(z, shape), result * shape_score(z, shape)), -slope, -result / scale - z * slope

    return logpdf, pdf


def _probabilities(inside: Any, log_density: Any) -> tuple[Any, ...]:
    """Of distributions whose quantiles move in no elementary way."""

    def cdf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), exp(log_density(z, shape)) / scale)
        return slope, None, -slope, -z * slope

    def sf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), exp(log_density(z, shape)) / scale)
        return -slope, None, slope, z * slope

    def logcdf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), exp(log_density(z, shape) - result) / scale)
        return slope, None, -slope, -z * slope

    def logsf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z, shape), exp(log_density(z, shape) - result) / scale)
        return -slope, None, slope, z * slope

    def ppf(q, shape, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / exp(log_density(z, shape)), None, 1.0, z

    def isf(q, shape, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return -scale / exp(log_density(z, shape)), None, 1.0, z

    return cdf, sf, logcdf, logsf, ppf, isf


def _moving_probabilities(inside: Any, log_density: Any, moved: Any) -> tuple[Any, ...]:
    def cdf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        density = exp(log_density(z, shape))
        slope = within(inside(z, shape), density / scale)
        return slope, -within(inside(z, shape), density * moved(z, shape)), -slope, -z * slope

    def sf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        density = exp(log_density(z, shape))
        slope = within(inside(z, shape), density / scale)
        return -slope, within(inside(z, shape), density * moved(z, shape)), slope, z * slope

    def logcdf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        share = exp(log_density(z, shape) - result)
        slope = within(inside(z, shape), share / scale)
        return slope, -within(inside(z, shape), share * moved(z, shape)), -slope, -z * slope

    def logsf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        share = exp(log_density(z, shape) - result)
        slope = within(inside(z, shape), share / scale)
        return -slope, within(inside(z, shape), share * moved(z, shape)), slope, z * slope

    def ppf(q, shape, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / exp(log_density(z, shape)), scale * moved(z, shape), 1.0, z

    def isf(q, shape, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return -scale / exp(log_density(z, shape)), scale * moved(z, shape), 1.0, z

    return cdf, sf, logcdf, logsf, ppf, isf


@inline
def power_moved(z, shape):
    """Where z is a power whose exponent is 1 / shape, or -1 / shape."""
    return -special.xlogy(z, z) / shape


@inline
def above_one(z, shape=None):
    return z >= 1.0


@inline
def student_log_density(z, df):
    return -0.5 * (df + 1.0) * log1p(z * z / df) - special.betaln(0.5 * df, 0.5) - 0.5 * log(df)


@inline
def student_score(z, df):
    return -(df + 1.0) * z / (df + z * z)


@inline
def student_shape_score(z, df):
    change = special.psi(0.5 * df + 0.5) - special.psi(0.5 * df) - log1p(z * z / df)
    return 0.5 * (change - 1.0 / df + (df + 1.0) * z * z / (df * (df + z * z)))


@inline
def gamma_log_density(z, a):
    return special.xlogy(a - 1.0, z) - z - special.gammaln(a)


@inline
def gamma_score(z, a):
    return (a - 1.0) / z - 1.0


@inline
def gamma_shape_score(z, a):
    return log(z) - special.psi(a)


@inline
def chi2_log_density(z, df):
    return special.xlogy(0.5 * df - 1.0, 0.5 * z) - 0.5 * z - special.gammaln(0.5 * df) - math.log(2.0)


@inline
def chi2_score(z, df):
    return (0.5 * df - 1.0) / z - 0.5


@inline
def chi2_shape_score(z, df):
    return 0.5 * (log(0.5 * z) - special.psi(0.5 * df))


@inline
def lognorm_log_density(z, s):
    return -0.5 * (log(z) / s) ** 2 - log(s * z) - 0.5 * math.log(2.0 * math.pi)


@inline
def lognorm_score(z, s):
    return -(1.0 + log(z) / (s * s)) / z


@inline
def lognorm_shape_score(z, s):
    return (log(z) / s) ** 2 / s - 1.0 / s


@inline
def lognorm_moved(z, s):
    return special.xlogy(z, z) / s


@inline
def weibull_log_density(z, c):
    return log(c) + special.xlogy(c - 1.0, z) - z**c


@inline
def weibull_score(z, c):
    return (c - 1.0 - c * z**c) / z


@inline
def weibull_shape_score(z, c):
    return 1.0 / c + log(z) * (1.0 - z**c)


@inline
def pareto_log_density(z, b):
    return log(b) - (b + 1.0) * log(z)


@inline
def pareto_score(z, b):
    return -(b + 1.0) / z


@inline
def pareto_shape_score(z, b):
    return 1.0 / b - log(z)


@inline
def invgamma_log_density(z, a):
    return -(a + 1.0) * log(z) - 1.0 / z - special.gammaln(a)


@inline
def invgamma_score(z, a):
    return (1.0 / z - a - 1.0) / z


@inline
def invgamma_shape_score(z, a):
    return -log(z) - special.psi(a)


@inline
def chi_log_density(z, df):
    return (1.0 - 0.5 * df) * math.log(2.0) + special.xlogy(df - 1.0, z) - 0.5 * z * z - special.gammaln(0.5 * df)


@inline
def chi_score(z, df):
    return (df - 1.0) / z - z


@inline
def chi_shape_score(z, df):
    return log(z) - 0.5 * special.psi(0.5 * df) - 0.5 * math.log(2.0)


@inline
def lomax_log_density(z, c):
    return log(c) - (c + 1.0) * log1p(z)


@inline
def lomax_score(z, c):
    return -(c + 1.0) / (1.0 + z)


@inline
def lomax_shape_score(z, c):
    return 1.0 / c - log1p(z)


@inline
def lomax_moved(z, c):
    return -(1.0 + z) * log1p(z) / c


@inline
def powerlaw_log_density(z, a):
    return log(a) + special.xlogy(a - 1.0, z)


@inline
def powerlaw_score(z, a):
    return (a - 1.0) / z


@inline
def powerlaw_shape_score(z, a):
    return 1.0 / a + log(z)


@inline
def fisk_log_density(z, c):
    return log(c) + special.xlogy(c - 1.0, z) - 2.0 * log1p(z**c)


@inline
def fisk_score(z, c):
    return (c - 1.0 - 2.0 * c * special.expit(c * log(z))) / z


@inline
def fisk_shape_score(z, c):
    return 1.0 / c + log(z) * (1.0 - 2.0 * special.expit(c * log(z)))


@inline
def invgauss_log_density(z, mu):
    return -0.5 * math.log(2.0 * math.pi) - 1.5 * log(z) - 0.5 * ((z - mu) / mu) ** 2 / z


@inline
def invgauss_score(z, mu):
    return (0.5 / z - 1.5) / z - 0.5 / mu**2


@inline
def invgauss_shape_score(z, mu):
    return (z - mu) / mu**3


@inline
def invgauss_moved(z, mu):
    return 2.0 / mu**2 * exp(2.0 / mu + special.log_ndtr(-(z / mu + 1.0) / np.sqrt(z)) - invgauss_log_density(z, mu))


@inline
def skewnorm_log_density(z, a):
    return math.log(2.0 / math.sqrt(2.0 * math.pi)) - 0.5 * z * z + special.log_ndtr(a * z)


@inline
def skewnorm_score(z, a):
    return a * normal_quotient(a * z) - z


@inline
def skewnorm_shape_score(z, a):
    return z * normal_quotient(a * z)


@inline
def skewnorm_moved(z, a):
    return normal_quotient(a * z) / (1.0 + a * a)


@inline
def gennorm_log_density(z, beta):
    return log(0.5 * beta) - special.gammaln(1.0 / beta) - np.abs(z) ** beta


@inline
def gennorm_score(z, beta):
    return -beta * np.sign(z) * np.abs(z) ** (beta - 1.0)


@inline
def gennorm_shape_score(z, beta):
    return (1.0 + special.psi(1.0 / beta) / beta) / beta - special.xlogy(np.abs(z) ** beta, np.abs(z))


@inline
def vonmises_log_density(z, kappa):
    return kappa * special.cosm1(z) - log(2.0 * math.pi * special.i0e(kappa))


@inline
def vonmises_score(z, kappa):
    return -kappa * np.sin(z)


@inline
def vonmises_shape_score(z, kappa):
    return np.cos(z) - special.i1e(kappa) / special.i0e(kappa)


@inline
def inside_of_genpareto(z, c):
    return (z >= 0.0) & (1.0 + c * z > 0.0)


def stretched_log(c, z):
    """log(1 + c z) / c, which is z where c is 0."""
    small = np.abs(c * z) < 1e-5
    other = np.where(small, 1.0, c)
    return np.where(small, z - 0.5 * c * z * z, np.log1p(other * z) / other)


def slope_of_stretched_log(c, z):
    """The derivative of this by c."""
    small = np.abs(c * z) < 1e-5
    other = np.where(small, 1.0, c)
    whole = (z / (1.0 + other * z) - np.log1p(other * z) / other) / other
    return np.where(small, (2.0 * c * z / 3.0 - 0.5) * z * z, whole)


elementwise_helper(stretched_log)
elementwise_helper(slope_of_stretched_log)


@inline
def genpareto_log_density(z, c):
    return -log1p(c * z) - stretched_log(c, z)


@inline
def genpareto_score(z, c):
    return -(1.0 + c) / (1.0 + c * z)


@inline
def genpareto_shape_score(z, c):
    return -z / (1.0 + c * z) - slope_of_stretched_log(c, z)


@inline
def genpareto_moved(z, c):
    return -(1.0 + c * z) * slope_of_stretched_log(c, z)


of_shape(
    stats.genpareto, inside_of_genpareto, genpareto_log_density, genpareto_score, genpareto_shape_score, genpareto_moved
)
of_shape(stats.t, everywhere, student_log_density, student_score, student_shape_score)
of_shape(stats.gamma, positive, gamma_log_density, gamma_score, gamma_shape_score)
of_shape(stats.chi2, positive, chi2_log_density, chi2_score, chi2_shape_score)
of_shape(stats.lognorm, positive, lognorm_log_density, lognorm_score, lognorm_shape_score, lognorm_moved)
of_shape(stats.weibull_min, positive, weibull_log_density, weibull_score, weibull_shape_score, power_moved)
of_shape(stats.pareto, above_one, pareto_log_density, pareto_score, pareto_shape_score, power_moved)
of_shape(stats.invgamma, positive, invgamma_log_density, invgamma_score, invgamma_shape_score)
of_shape(stats.chi, positive, chi_log_density, chi_score, chi_shape_score)
of_shape(stats.lomax, not_negative, lomax_log_density, lomax_score, lomax_shape_score, lomax_moved)
of_shape(stats.powerlaw, in_unit_interval, powerlaw_log_density, powerlaw_score, powerlaw_shape_score, power_moved)
of_shape(stats.fisk, positive, fisk_log_density, fisk_score, fisk_shape_score, power_moved)
of_shape(stats.invgauss, positive, invgauss_log_density, invgauss_score, invgauss_shape_score, invgauss_moved)
of_shape(stats.skewnorm, everywhere, skewnorm_log_density, skewnorm_score, skewnorm_shape_score, skewnorm_moved)
of_shape(stats.gennorm, everywhere, gennorm_log_density, gennorm_score, gennorm_shape_score)
of_shape(stats.vonmises, everywhere, vonmises_log_density, vonmises_score, vonmises_shape_score)
