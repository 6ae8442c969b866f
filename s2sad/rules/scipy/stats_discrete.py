"""scipy.stats: discrete distributions, in their parameters: of counts there is no derivative.

Counts that can't be have a derivative of 0; their probability is 0, its logarithm minus infinity.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import exp, expm1, log, log1p
from scipy import special, stats

from s2sad.rules.registry import inline, known, nondifferentiable, partials
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.special_functions import (
    log_binomial_slope,
    log_negative_binomial_slope,
    log_poisson_slope,
)
from s2sad.rules.scipy.stats import differentiated, kinds_of, within


@partials(stats.poisson.logpmf)
def poisson_log_mass(k, mu, loc=0):
    return None, within(k >= loc, (k - loc) / mu - 1.0), None


@partials(stats.poisson.pmf)
def poisson_mass(k, mu, loc=0, *, result):
    return None, result * ((k - loc) / mu - 1.0), None


@partials(stats.binom.logpmf)
def binomial_log_mass(k, n, p, loc=0):
    count = k - loc
    return None, None, within((count >= 0) & (count <= n), count / p - (n - count) / (1.0 - p)), None


@partials(stats.binom.pmf)
def binomial_mass(k, n, p, loc=0, *, result):
    return None, None, result * ((k - loc) / p - (n - k + loc) / (1.0 - p)), None


@partials(stats.bernoulli.logpmf)
def bernoulli_log_mass(k, p, loc=0):
    count = k - loc
    return None, within((count == 0) | (count == 1), 1.0 / (p + (count - 1.0))), None


@partials(stats.bernoulli.pmf)
def bernoulli_mass(k, p, loc=0):
    count = k - loc
    return None, within((count == 0) | (count == 1), 2.0 * count - 1.0), None


@partials(stats.geom.logpmf)
def geometric_log_mass(k, p, loc=0):
    return None, within(k > loc, 1.0 / p - (k - loc - 1.0) / (1.0 - p)), None


@partials(stats.geom.pmf)
def geometric_mass(k, p, loc=0, *, result):
    return None, result * (1.0 / p - (k - loc - 1.0) / (1.0 - p)), None


@partials(stats.nbinom.logpmf)
def negative_binomial_log_mass(k, n, p, loc=0):
    test, count = k >= loc, k - loc
    in_n = within(test, special.psi(count + n) - special.psi(n) + log(p))
    return None, in_n, within(test, n / p - count / (1.0 - p)), None


@partials(stats.nbinom.pmf)
def negative_binomial_mass(k, n, p, loc=0, *, result):
    in_n = result * (special.psi(k - loc + n) - special.psi(n) + log(p))
    return None, in_n, result * (n / p - (k - loc) / (1.0 - p)), None


@partials(stats.betabinom.logpmf)
def beta_binomial_log_mass(k, n, a, b, loc=0):
    count, both = k - loc, special.psi(a + b) - special.psi(n + a + b)
    test = (count >= 0) & (count <= n)
    in_a = within(test, special.psi(count + a) - special.psi(a) + both)
    return None, None, in_a, within(test, special.psi(n - count + b) - special.psi(b) + both), None


@partials(stats.betabinom.pmf)
def beta_binomial_mass(k, n, a, b, loc=0, *, result):
    both = special.psi(a + b) - special.psi(n + a + b)
    in_a = result * (special.psi(k - loc + a) - special.psi(a) + both)
    return None, None, in_a, result * (special.psi(n - k + loc + b) - special.psi(b) + both), None


@partials(stats.logser.logpmf)
def log_series_log_mass(k, p, loc=0):
    return None, within(k > loc, (k - loc) / p + 1.0 / ((1.0 - p) * log1p(-p))), None


@partials(stats.logser.pmf)
def log_series_mass(k, p, loc=0, *, result):
    return None, result * ((k - loc) / p + 1.0 / ((1.0 - p) * log1p(-p))), None


@partials(stats.skellam.logpmf)
def skellam_log_mass(k, mu1, mu2, loc=0):
    u = 2.0 * np.sqrt(mu1 * mu2)
    quotient = special.ive(k - loc + 1, u) / special.ive(k - loc, u)
    in_mu1 = np.sqrt(mu2 / mu1) * quotient + (k - loc) / mu1 - 1.0
    return None, in_mu1, np.sqrt(mu1 / mu2) * quotient - 1.0, None


@partials(stats.skellam.pmf)
def skellam_mass(k, mu1, mu2, loc=0, *, result):
    u = 2.0 * np.sqrt(mu1 * mu2)
    quotient = special.ive(k - loc + 1, u) / special.ive(k - loc, u)
    in_mu1 = result * (np.sqrt(mu2 / mu1) * quotient + (k - loc) / mu1 - 1.0)
    return None, in_mu1, result * (np.sqrt(mu1 / mu2) * quotient - 1.0), None


@partials(stats.planck.logpmf)
def planck_log_mass(k, lambda_, loc=0):
    return None, within(k >= loc, 1.0 / expm1(lambda_) - (k - loc)), None


@partials(stats.planck.pmf)
def planck_mass(k, lambda_, loc=0, *, result):
    return None, result * (1.0 / expm1(lambda_) - (k - loc)), None


@partials(stats.boltzmann.logpmf)
def boltzmann_log_mass(k, lambda_, N, loc=0):
    test = (k >= loc) & (k - loc < N)
    return None, within(test, 1.0 / expm1(lambda_) - N / expm1(lambda_ * N) - (k - loc)), None, None


@partials(stats.boltzmann.pmf)
def boltzmann_mass(k, lambda_, N, loc=0, *, result):
    return None, result * (1.0 / expm1(lambda_) - N / expm1(lambda_ * N) - (k - loc)), None, None


@partials(stats.dlaplace.logpmf)
def discrete_laplace_log_mass(k, a, loc=0):
    return None, 1.0 / np.sinh(a) - np.abs(k - loc), None


@partials(stats.dlaplace.pmf)
def discrete_laplace_mass(k, a, loc=0, *, result):
    return None, result * (1.0 / np.sinh(a) - np.abs(k - loc)), None


@partials(stats.yulesimon.logpmf)
def yule_simon_log_mass(k, alpha, loc=0):
    count = np.maximum(k - loc, 1)
    slope = 1.0 / alpha + special.psi(alpha + 1.0) - special.psi(count + alpha + 1.0)
    return None, within(k > loc, slope), None


@partials(stats.yulesimon.pmf)
def yule_simon_mass(k, alpha, loc=0, *, result):
    count = np.maximum(k - loc, 1)
    return None, result * (1.0 / alpha + special.psi(alpha + 1.0) - special.psi(count + alpha + 1.0)), None


@partials(stats.betanbinom.logpmf)
def beta_negative_binomial_log_mass(k, n, a, b, loc=0):
    count, whole = k - loc, special.psi(a + n + b + k - loc)
    test = count >= 0
    in_a = within(test, special.psi(a + n) - whole - special.psi(a) + special.psi(a + b))
    return None, None, in_a, within(test, special.psi(b + count) - whole - special.psi(b) + special.psi(a + b)), None


@partials(stats.betanbinom.pmf)
def beta_negative_binomial_mass(k, n, a, b, loc=0, *, result):
    count, whole = k - loc, special.psi(a + n + b + k - loc)
    in_a = result * (special.psi(a + n) - whole - special.psi(a) + special.psi(a + b))
    return None, None, in_a, result * (special.psi(b + count) - whole - special.psi(b) + special.psi(a + b)), None


def mean_logarithm(a, last):
    """The mean of log(j) over j = 1, 2, ... last, of which each counts j**-a."""
    j = np.arange(1.0, np.max(last, initial=1.0) + 1.0)
    weights = np.where(j <= np.expand_dims(last, -1), j ** -np.expand_dims(a, -1), 0.0)
    total = np.sum(weights, axis=-1)
    return np.sum(weights * np.log(j), axis=-1) / np.where(total > 0.0, total, 1.0)


elementwise_helper(mean_logarithm)


@partials(stats.zipfian.logpmf)
def zipfian_log_mass(k, a, n, loc=0):
    test = (k > loc) & (k - loc <= n)
    return None, within(test, mean_logarithm(a, n) - log(np.maximum(k - loc, 1))), None, None


@partials(stats.zipfian.pmf)
def zipfian_mass(k, a, n, loc=0, *, result):
    return None, result * (mean_logarithm(a, n) - log(np.maximum(k - loc, 1))), None, None


# --- distribution functions, in the parameter that has an elementary derivative --------------------------------------


@inline
def whole_count(k):
    return k if known(isinstance(k, int)) else np.floor(k)


def of_parameter(distribution: Any, slope: Any) -> None:
    """slope(k, p, log): the derivative of the distribution function at a count, in the parameter, over exp(log)."""

    def cdf(k, p, loc=0):
        return None, slope(whole_count(k - loc), p, 0.0), None

    def sf(k, p, loc=0):
        return None, -slope(whole_count(k - loc), p, 0.0), None

    def logcdf(k, p, loc=0, *, result):
        return None, slope(whole_count(k - loc), p, result), None

    def logsf(k, p, loc=0, *, result):
        return None, -slope(whole_count(k - loc), p, result), None

    differentiated(distribution, (cdf, sf, logcdf, logsf), "p")


def of_last_parameter(distribution: Any, slope: Any) -> None:
    """slope(k, n, p, log): in p, over exp(log)."""

    def cdf(k, n, p, loc=0):
        return None, None, slope(whole_count(k - loc), n, p, 0.0), None

    def sf(k, n, p, loc=0):
        return None, None, -slope(whole_count(k - loc), n, p, 0.0), None

    def logcdf(k, n, p, loc=0, *, result):
        return None, None, slope(whole_count(k - loc), n, p, result), None

    def logsf(k, n, p, loc=0, *, result):
        return None, None, -slope(whole_count(k - loc), n, p, result), None

    differentiated(distribution, (cdf, sf, logcdf, logsf))


@inline
def poisson_slope(k, mu, log):
    return -exp(log_poisson_slope(k, mu) - log)


@inline
def bernoulli_slope(k, p, log):
    return within(k == 0, -exp(-log))


@inline
def geometric_slope(k, p, log):
    return within(k > 0, k * exp(special.xlog1py(k - 1, -p) - log))


@inline
def binomial_slope(k, n, p, log):
    return -exp(log_binomial_slope(k, n, p) - log)


@inline
def negative_binomial_slope(k, n, p, log):
    return within(k >= 0, exp(log_negative_binomial_slope(k, n, p) - log))


@inline
def planck_slope(k, lambda_, log):
    return within(k >= 0, (k + 1) * exp(-lambda_ * (k + 1) - log))


@inline
def discrete_laplace_slope(k, a, log):
    """Of the two tails, each is a power of exp(-a), times one of exp(a) + 1."""
    far = np.where(k >= 0, k, -k - 1)
    return np.where(k >= 0, 1.0, -1.0) * (far + special.expit(a)) * exp(-a * far - np.logaddexp(0.0, a) - log)


@inline
def yule_simon_slope(k, alpha, log):
    count = np.maximum(k, 1)
    slope = special.psi(count + alpha + 1.0) - special.psi(alpha + 1.0)
    return within(k > 0, count * slope * exp(special.betaln(count, alpha + 1.0) - log))


def of_first_parameter(distribution: Any, slope: Any) -> None:
    """slope(k, p, n, times): the derivative of the logarithm of the distribution function in p, times that."""

    def cdf(k, p, n, loc=0, *, result):
        return None, slope(whole_count(k - loc), p, n, result), None, None

    def sf(k, p, n, loc=0, *, result):
        return None, slope(whole_count(k - loc), p, n, result - 1.0), None, None

    def logcdf(k, p, n, loc=0):
        return None, slope(whole_count(k - loc), p, n, 1.0), None, None

    def logsf(k, p, n, loc=0, *, result):
        return None, slope(whole_count(k - loc), p, n, -expm1(-result)), None, None

    differentiated(distribution, (cdf, sf, logcdf, logsf), "p", "n")


@inline
def zipfian_slope(k, a, n, times):
    return within((k >= 1) & (k < n), times * (mean_logarithm(a, n) - mean_logarithm(a, k)))


@inline
def boltzmann_slope(k, lambda_, N, times):
    count = np.maximum(k + 1, 1)
    return within((k >= 0) & (k + 1 < N), times * (count / expm1(lambda_ * count) - N / expm1(lambda_ * N)))


@inline
def log_series_rest(k, p, share):
    """The derivative of the distribution function, which is `share` at k."""
    return within(k >= 1, (share - 1.0 + p ** np.maximum(k, 1)) / ((1.0 - p) * log1p(-p)))


@partials(stats.logser.cdf)
def log_series_share(k, p, loc=0, *, result):
    return None, log_series_rest(whole_count(k - loc), p, result), None


@partials(stats.logser.sf)
def log_series_tail(k, p, loc=0, *, result):
    return None, -log_series_rest(whole_count(k - loc), p, 1.0 - result), None


@partials(stats.logser.logcdf)
def log_series_log_share(k, p, loc=0, *, result):
    return None, log_series_rest(whole_count(k - loc), p, exp(result)) * exp(-result), None


@partials(stats.logser.logsf)
def log_series_log_tail(k, p, loc=0, *, result):
    return None, -log_series_rest(whole_count(k - loc), p, -expm1(result)) * exp(-result), None


of_first_parameter(stats.zipfian, zipfian_slope)
of_first_parameter(stats.boltzmann, boltzmann_slope)
of_parameter(stats.poisson, poisson_slope)
of_parameter(stats.planck, planck_slope)
of_parameter(stats.dlaplace, discrete_laplace_slope)
of_parameter(stats.yulesimon, yule_simon_slope)
of_parameter(stats.bernoulli, bernoulli_slope)
of_parameter(stats.geom, geometric_slope)
of_last_parameter(stats.binom, binomial_slope)
of_last_parameter(stats.nbinom, negative_binomial_slope)

# Quantiles are counts, which change in jumps.
for _distribution in (
    stats.bernoulli,
    stats.betabinom,
    stats.betanbinom,
    stats.binom,
    stats.boltzmann,
    stats.dlaplace,
    stats.geom,
    stats.logser,
    stats.nbinom,
    stats.planck,
    stats.poisson,
    stats.skellam,
    stats.yulesimon,
    stats.zipfian,
):
    nondifferentiable(_distribution.ppf)
    nondifferentiable(_distribution.isf)
    kinds_of(_distribution)
