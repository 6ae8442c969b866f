"""scipy.stats: densities, distribution functions, tails and quantiles, called as stats.norm.logpdf(x, loc, scale).

All follow from the logarithm of the density of the standard form in z = (x - loc) / scale: its derivative in z (the
score) and in the parameters of the shape. Outside of the support all derivatives are 0. A distribution function has no
elementary derivative in a parameter of the shape: that is refused.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, log, log1p, tanh
from scipy import special, stats

from s2sad.kinds import Kind, broadcast_dims
from s2sad.rules.registry import adjoint, alias, inline, kind, known, partials, rank, refuse, tangent
from s2sad.rules.results import dims_of, numeric, shaped


def in_double(*kinds: Kind) -> Kind:
    """scipy.stats computes in double precision, whatever it is given."""
    return shaped("float64", broadcast_dims(*(dims_of(numeric(each)) for each in kinds)))


@inline
def within(test, value):
    """The value where the test holds, else 0. A test that is True always holds."""
    if test is True:
        return value
    return (value if test else 0.0) if known(rank(test) == 0) else np.where(test, value, 0.0)


@inline
def standard(x, loc, scale):
    if np.iscomplexobj(x) or np.iscomplexobj(loc) or np.iscomplexobj(scale):
        return refuse("of complex numbers: scipy.stats takes their real parts")
    return (x - loc) / scale


# --- distributions on a location and a scale alone -------------------------------------------------------------------


def of_location_and_scale(distribution: Any, inside: Any, density: Any, score: Any) -> None:
    """inside(z): the support; density(z) and score(z): of the standard form."""

    @partials(distribution.logpdf)
    def log_density(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), score(z) / scale)
        return slope, -slope, -within(inside(z), 1.0 / scale) - z * slope

    @partials(distribution.pdf)
    def density_itself(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), result * score(z) / scale)
        return slope, -slope, -result / scale - z * slope

    @partials(distribution.cdf)
    def distribution_function(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) / scale)
        return slope, -slope, -z * slope

    @partials(distribution.sf)
    def tail(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) / scale)
        return -slope, slope, z * slope

    @partials(distribution.logcdf)
    def log_distribution_function(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) * exp(-result) / scale)
        return slope, -slope, -z * slope

    @partials(distribution.logsf)
    def log_tail(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) * exp(-result) / scale)
        return -slope, slope, z * slope

    @partials(distribution.ppf)
    def quantile(q, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / density(z), 1.0, z

    _kinds_of(distribution)


def _kinds_of(distribution: Any) -> None:
    names = "logpdf pdf cdf sf logcdf logsf ppf logpmf pmf"
    for name in names.split():
        if hasattr(distribution, name):
            kind(getattr(distribution, name))(in_double)


@inline
def everywhere(z):
    return True


@inline
def not_negative(z):
    return z >= 0.0


@inline
def in_unit_interval(z):
    return (z >= 0.0) & (z <= 1.0)


@inline
def normal_density(z):
    return exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


@inline
def normal_score(z):
    return -z


@inline
def cauchy_density(z):
    return 1.0 / (math.pi * (1.0 + z * z))


@inline
def cauchy_score(z):
    return -2.0 * z / (1.0 + z * z)


@inline
def laplace_density(z):
    return 0.5 * exp(-np.abs(z))


@inline
def laplace_score(z):
    return -np.sign(z)


@inline
def logistic_density(z):
    return special.expit(z) * special.expit(-z)


@inline
def logistic_score(z):
    return -tanh(0.5 * z)


@inline
def gumbel_density(z):
    return exp(-z - exp(-z))


@inline
def gumbel_score(z):
    return exp(-z) - 1.0


@inline
def exponential_density(z):
    return exp(-z)


@inline
def exponential_score(z):
    return -1.0 + 0.0 * z


@inline
def uniform_density(z):
    return 1.0 + 0.0 * z


@inline
def uniform_score(z):
    return 0.0 * z


of_location_and_scale(stats.norm, everywhere, normal_density, normal_score)
of_location_and_scale(stats.cauchy, everywhere, cauchy_density, cauchy_score)
of_location_and_scale(stats.laplace, everywhere, laplace_density, laplace_score)
of_location_and_scale(stats.logistic, everywhere, logistic_density, logistic_score)
of_location_and_scale(stats.gumbel_r, everywhere, gumbel_density, gumbel_score)
of_location_and_scale(stats.expon, not_negative, exponential_density, exponential_score)
of_location_and_scale(stats.uniform, in_unit_interval, uniform_density, uniform_score)


@inline
def normal_quotient(z):
    """Density over distribution function, without overflow."""
    return math.sqrt(2.0 / math.pi) / special.erfcx(-z / math.sqrt(2.0))


@partials(stats.norm.logcdf)
def log_of_normal(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = normal_quotient(z) / scale
    return slope, -slope, -z * slope


@partials(stats.norm.logsf)
def log_of_normal_tail(x, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = normal_quotient(-z) / scale
    return -slope, slope, z * slope


# --- distributions with a parameter of the shape ---------------------------------------------------------------------


def of_shape(distribution: Any, inside: Any, log_density: Any, score: Any, shape_score: Any) -> None:
    """As above, of z and the parameter of the shape; shape_score: the derivative in that."""
    for method, template in _templates(inside, log_density, score, shape_score).items():
        partials(getattr(distribution, method))(template)
        alias(getattr(distribution, method), distribution.shapes, "shape")
    _kinds_of(distribution)


def _templates(inside: Any, log_density: Any, score: Any, shape_score: Any) -> dict[str, Any]:
    def logpdf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), score(z, shape) / scale)
        shape_slope = within(inside(z), shape_score(z, shape))
        return slope, shape_slope, -slope, -within(inside(z), 1.0 / scale) - z * slope

    def pdf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), result * score(z, shape) / scale)
        return slope, within(inside(z), result * shape_score(z, shape)), -slope, -result / scale - z * slope

    def cdf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z, shape)) / scale)
        return slope, None, -slope, -z * slope

    def sf(x, shape, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z, shape)) / scale)
        return -slope, None, slope, z * slope

    def logcdf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z, shape) - result) / scale)
        return slope, None, -slope, -z * slope

    def logsf(x, shape, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z, shape) - result) / scale)
        return -slope, None, slope, z * slope

    def ppf(q, shape, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / exp(log_density(z, shape)), None, 1.0, z

    made = (logpdf, pdf, cdf, sf, logcdf, logsf, ppf)
    return {each.__name__: each for each in made}


@inline
def positive(z):
    return z > 0.0


@inline
def above_one(z):
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


of_shape(stats.t, everywhere, student_log_density, student_score, student_shape_score)
of_shape(stats.gamma, positive, gamma_log_density, gamma_score, gamma_shape_score)
of_shape(stats.chi2, positive, chi2_log_density, chi2_score, chi2_shape_score)
of_shape(stats.lognorm, positive, lognorm_log_density, lognorm_score, lognorm_shape_score)
of_shape(stats.weibull_min, positive, weibull_log_density, weibull_score, weibull_shape_score)
of_shape(stats.pareto, above_one, pareto_log_density, pareto_score, pareto_shape_score)


# --- the beta distribution ------------------------------------------------------------------------------------------


@inline
def inside_unit_interval(z):
    return (z > 0.0) & (z < 1.0)


@inline
def beta_score(z, a, b):
    return (a - 1.0) / z - (b - 1.0) / (1.0 - z)


@partials(stats.beta.logpdf)
def beta_log_density(x, a, b, loc=0, scale=1):
    z = standard(x, loc, scale)
    test, whole = inside_unit_interval(z), special.psi(a + b)
    slope = within(test, beta_score(z, a, b) / scale)
    a_slope = within(test, log(z) - special.psi(a) + whole)
    b_slope = within(test, log1p(-z) - special.psi(b) + whole)
    return slope, a_slope, b_slope, -slope, -within(test, 1.0 / scale) - z * slope


@partials(stats.beta.pdf)
def beta_density(x, a, b, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    test, whole = inside_unit_interval(z), special.psi(a + b)
    slope = within(test, result * beta_score(z, a, b) / scale)
    a_slope = within(test, result * (log(z) - special.psi(a) + whole))
    b_slope = within(test, result * (log1p(-z) - special.psi(b) + whole))
    return slope, a_slope, b_slope, -slope, -result / scale - z * slope


@partials(stats.beta.cdf)
def beta_distribution(x, a, b, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = within(inside_unit_interval(z), beta_standard_density(z, a, b) / scale)
    return slope, None, None, -slope, -z * slope


@partials(stats.beta.sf)
def beta_tail(x, a, b, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = within(inside_unit_interval(z), beta_standard_density(z, a, b) / scale)
    return -slope, None, None, slope, z * slope


@partials(stats.beta.ppf)
def beta_quantile(q, a, b, loc=0, scale=1, *, result):
    z = (result - loc) / scale
    return scale / beta_standard_density(z, a, b), None, None, 1.0, z


@inline
def beta_standard_density(z, a, b):
    return exp(special.xlogy(a - 1.0, z) + special.xlog1py(b - 1.0, -z) - special.betaln(a, b))


_kinds_of(stats.beta)

# --- discrete distributions, in their parameters: of counts there is no derivative -----------------------------------


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


for _distribution in (stats.poisson, stats.binom, stats.bernoulli):
    _kinds_of(_distribution)


# --- the normal distribution of vectors ------------------------------------------------------------------------------
# The density's derivatives by the mean and the covariance: T. W. Anderson, "An introduction to multivariate statistical
# analysis" (2003), section 3.2. SciPy reads the covariance on and below its diagonal, so the gradient stands there.


@inline
def unusual(x, mean, cov, allow_singular):
    """What the rules below don't say."""
    if np.iscomplexobj(x) or np.iscomplexobj(mean) or np.iscomplexobj(cov):
        return refuse("of complex numbers: scipy.stats takes their real parts")
    if mean is None or allow_singular or rank(cov) != 2 or rank(mean) != 1 or rank(x) > 2 or rank(x) == 0:
        return refuse("but for vectors x, a vector as mean and a matrix as cov; stats.norm is for numbers")
    return None


@inline
def of_vectors(weights, x, mean, cov):
    """The cotangents of x, mean and cov: weights times those of the logarithm of the density at each vector."""
    w = np.linalg.solve(cov, (x - mean).T).T
    if rank(x) == 1:
        return -weights * w, weights * w, below(weights * (np.outer(w, w) - np.linalg.inv(cov)))
    pulled = weights[:, np.newaxis] * w
    return -pulled, np.sum(pulled, axis=0), below(w.T @ pulled - np.sum(weights) * np.linalg.inv(cov))


def below(a):
    """A symmetric matrix, on and below its diagonal, which counts half."""
    return np.tril(a) - 0.5 * np.diag(np.diag(a))


def of_half(a_dot):
    """The symmetric matrix that is given on and below its diagonal."""
    return np.tril(a_dot) + np.tril(a_dot, -1).T


def moved(w, x_dot):
    return np.sum(w * x_dot, axis=-1)


def widened(w, cov, cov_dot):
    """How the logarithm of the density changes with the covariance."""
    change = of_half(cov_dot)
    return 0.5 * (np.sum(w @ change * w, axis=-1) - np.trace(np.linalg.solve(cov, change)))


@adjoint(stats.multivariate_normal.logpdf, cost=1000)
def vector_normal_log_density(x, mean=None, cov=1, allow_singular=False, *, grad):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    x_grad, mean_grad, cov_grad = of_vectors(grad, x, mean, cov)
    return x_grad, mean_grad, cov_grad, None


@adjoint(stats.multivariate_normal.pdf, cost=1000)
def vector_normal_density(x, mean=None, cov=1, allow_singular=False, *, grad, result):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    x_grad, mean_grad, cov_grad = of_vectors(grad * result, x, mean, cov)
    return x_grad, mean_grad, cov_grad, None


@tangent(stats.multivariate_normal.logpdf)
def vector_normal_log_density_tangent(x, mean=None, cov=1, allow_singular=False, *, x_dot, mean_dot, cov_dot):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    w = np.linalg.solve(cov, (x - mean).T).T
    return moved(w, mean_dot) - moved(w, x_dot) + widened(w, cov, cov_dot)


@tangent(stats.multivariate_normal.pdf)
def vector_normal_density_tangent(x, mean=None, cov=1, allow_singular=False, *, result, x_dot, mean_dot, cov_dot):
    if unusual(x, mean, cov, allow_singular) is not None:
        return unusual(x, mean, cov, allow_singular)
    w = np.linalg.solve(cov, (x - mean).T).T
    return result * (moved(w, mean_dot) - moved(w, x_dot) + widened(w, cov, cov_dot))


@kind(stats.multivariate_normal.logpdf, stats.multivariate_normal.pdf)
def number_for_each_vector(x: Kind, *parameters: Kind) -> Kind:
    dims = dims_of(numeric(x))
    return shaped("float64", None if dims is None else dims[:-1])
