"""scipy.stats: discrete distributions, in their parameters: of counts there is no derivative."""

from __future__ import annotations

from numpy import log
from scipy import special, stats

from s2sad.rules.registry import partials
from s2sad.rules.scipy.stats import kinds_of


@partials(stats.poisson.logpmf)
def poisson_log_mass(k, mu, loc=0):
    return None, (k - loc) / mu - 1.0, None


@partials(stats.poisson.pmf)
def poisson_mass(k, mu, loc=0, *, result):
    return None, result * ((k - loc) / mu - 1.0), None


@partials(stats.binom.logpmf)
def binomial_log_mass(k, n, p, loc=0):
    return None, None, (k - loc) / p - (n - k + loc) / (1.0 - p), None


@partials(stats.binom.pmf)
def binomial_mass(k, n, p, loc=0, *, result):
    return None, None, result * ((k - loc) / p - (n - k + loc) / (1.0 - p)), None


@partials(stats.bernoulli.logpmf)
def bernoulli_log_mass(k, p, loc=0):
    return None, (k - loc) / p - (1.0 - k + loc) / (1.0 - p), None


@partials(stats.bernoulli.pmf)
def bernoulli_mass(k, p, loc=0, *, result):
    return None, result * ((k - loc) / p - (1.0 - k + loc) / (1.0 - p)), None


@partials(stats.geom.logpmf)
def geometric_log_mass(k, p, loc=0):
    return None, 1.0 / p - (k - loc - 1.0) / (1.0 - p), None


@partials(stats.geom.pmf)
def geometric_mass(k, p, loc=0, *, result):
    return None, result * (1.0 / p - (k - loc - 1.0) / (1.0 - p)), None


@partials(stats.nbinom.logpmf)
def negative_binomial_log_mass(k, n, p, loc=0):
    return None, special.psi(k - loc + n) - special.psi(n) + log(p), n / p - (k - loc) / (1.0 - p), None


@partials(stats.nbinom.pmf)
def negative_binomial_mass(k, n, p, loc=0, *, result):
    in_n = result * (special.psi(k - loc + n) - special.psi(n) + log(p))
    return None, in_n, result * (n / p - (k - loc) / (1.0 - p)), None


for _distribution in (stats.poisson, stats.binom, stats.bernoulli, stats.geom, stats.nbinom):
    kinds_of(_distribution)
