"""scipy.stats: densities, distribution functions, tails and quantiles, called as stats.norm.logpdf(x, loc, scale).

All follow from the logarithm of the density of the standard form in z = (x - loc) / scale: its derivative in z (the
score) and in the parameters of the shape; and from how a quantile moves with these, dz / dshape where F(z, shape) stays
as it is: the distribution function changes by minus the density times that. Outside of the support all derivatives are
0. Where quantiles move in no elementary way (stats.gamma), a parameter of the shape is refused but for the density.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy import exp, log, log1p, tanh
from scipy import special, stats

from s2sad.kinds import Kind, broadcast_dims
from s2sad.rules.registry import alias, inline, kind, known, partials, rank, refuse
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
def chosen(test, value, other):
    return (value if test else other) if known(rank(test) == 0) else np.where(test, value, other)


@inline
def standard(x, loc, scale):
    if np.iscomplexobj(x) or np.iscomplexobj(loc) or np.iscomplexobj(scale):
        return refuse("of complex numbers, of which scipy.stats takes the real parts: use np.real(x)")
    return (x - loc) / scale


# --- distributions on a location and a scale alone -------------------------------------------------------------------


def of_location_and_scale(distribution: Any, inside: Any, density: Any, log_density: Any, score: Any) -> None:
    """inside(z): the support; density(z), its logarithm and the derivative of that, score(z): of the standard form."""

    @partials(distribution.logpdf)
    def logpdf(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), score(z) / scale)
        return slope, -slope, -within(inside(z), 1.0 / scale) - z * slope

    @partials(distribution.pdf)
    def pdf(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), result * score(z) / scale)
        return slope, -slope, -result / scale - z * slope

    @partials(distribution.cdf)
    def cdf(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) / scale)
        return slope, -slope, -z * slope

    @partials(distribution.sf)
    def sf(x, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(inside(z), density(z) / scale)
        return -slope, slope, z * slope

    @partials(distribution.logcdf)
    def logcdf(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z) - result) / scale)
        return slope, -slope, -z * slope

    @partials(distribution.logsf)
    def logsf(x, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(inside(z), exp(log_density(z) - result) / scale)
        return -slope, slope, z * slope

    @partials(distribution.ppf)
    def ppf(q, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return scale / density(z), 1.0, z

    @partials(distribution.isf)
    def isf(q, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        return -scale / density(z), 1.0, z

    kinds_of(distribution)


def differentiated(distribution: Any, templates: Iterable[Any], *shapes: str) -> None:
    """Rules of the methods that the templates are named after. shapes: what they call the parameters of the shape."""
    for template in templates:
        method = getattr(distribution, template.__name__)
        partials(method)(template)
        for name, own in zip(distribution.shapes.split(", ") if shapes else (), shapes):
            alias(method, name, own)
    kinds_of(distribution)


def kinds_of(distribution: Any) -> None:
    names = "logpdf pdf cdf sf logcdf logsf ppf isf logpmf pmf"
    for name in names.split():
        if hasattr(distribution, name):
            kind(getattr(distribution, name))(in_double)


# The supports, of distributions with none, one, two or three parameters of the shape.


@inline
def everywhere(z, a=None, b=None):
    return True


@inline
def positive(z, a=None, b=None, c=None):
    return z > 0.0


@inline
def not_negative(z, shape=None):
    return z >= 0.0


@inline
def in_unit_interval(z, a=None, b=None):
    return (z >= 0.0) & (z <= 1.0)


@inline
def normal_density(z):
    return exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


@inline
def normal_log_density(z):
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)


@inline
def normal_score(z):
    return -z


@inline
def cauchy_density(z):
    return 1.0 / (math.pi * (1.0 + z * z))


@inline
def cauchy_log_density(z):
    return -log(math.pi * (1.0 + z * z))


@inline
def cauchy_score(z):
    return -2.0 * z / (1.0 + z * z)


@inline
def laplace_density(z):
    return 0.5 * exp(-np.abs(z))


@inline
def laplace_log_density(z):
    return -np.abs(z) - math.log(2.0)


@inline
def laplace_score(z):
    return -np.sign(z)


@inline
def logistic_density(z):
    return special.expit(z) * special.expit(-z)


@inline
def logistic_log_density(z):
    return special.log_expit(z) + special.log_expit(-z)


@inline
def logistic_score(z):
    return -tanh(0.5 * z)


@inline
def gumbel_density(z):
    return exp(-z - exp(-z))


@inline
def gumbel_log_density(z):
    return -z - exp(-z)


@inline
def gumbel_score(z):
    return exp(-z) - 1.0


@inline
def exponential_density(z):
    return exp(-z)


@inline
def exponential_log_density(z):
    return -z


@inline
def exponential_score(z):
    return -1.0 + 0.0 * z


@inline
def uniform_density(z):
    return 1.0 + 0.0 * z


@inline
def uniform_log_density(z):
    return 0.0 * z


@inline
def uniform_score(z):
    return 0.0 * z


@inline
def gumbel_left_density(z):
    return exp(z - exp(z))


@inline
def gumbel_left_log_density(z):
    return z - exp(z)


@inline
def gumbel_left_score(z):
    return 1.0 - exp(z)


@inline
def half_normal_density(z):
    return math.sqrt(2.0 / math.pi) * exp(-0.5 * z * z)


@inline
def half_normal_log_density(z):
    return 0.5 * math.log(2.0 / math.pi) - 0.5 * z * z


@inline
def half_cauchy_density(z):
    return 2.0 / (math.pi * (1.0 + z * z))


@inline
def half_cauchy_log_density(z):
    return math.log(2.0 / math.pi) - log1p(z * z)


@inline
def rayleigh_density(z):
    return z * exp(-0.5 * z * z)


@inline
def rayleigh_log_density(z):
    return log(z) - 0.5 * z * z


@inline
def rayleigh_score(z):
    return 1.0 / z - z


@inline
def maxwell_density(z):
    return math.sqrt(2.0 / math.pi) * z * z * exp(-0.5 * z * z)


@inline
def maxwell_log_density(z):
    return 0.5 * math.log(2.0 / math.pi) + 2.0 * log(z) - 0.5 * z * z


@inline
def maxwell_score(z):
    return 2.0 / z - z


@inline
def levy_density(z):
    return exp(-0.5 / z) / (z * np.sqrt(2.0 * math.pi * z))


@inline
def levy_log_density(z):
    return -0.5 / z - 1.5 * log(z) - 0.5 * math.log(2.0 * math.pi)


@inline
def levy_score(z):
    return (0.5 / z - 1.5) / z


@inline
def wald_density(z):
    return exp(-0.5 * (z - 1.0) ** 2 / z) / (z * np.sqrt(2.0 * math.pi * z))


@inline
def wald_log_density(z):
    return -0.5 * (z - 1.0) ** 2 / z - 1.5 * log(z) - 0.5 * math.log(2.0 * math.pi)


@inline
def wald_score(z):
    return (0.5 / z - 1.5) / z - 0.5


@inline
def half_logistic_density(z):
    return 2.0 * special.expit(z) * special.expit(-z)


@inline
def half_logistic_log_density(z):
    return math.log(2.0) + special.log_expit(z) + special.log_expit(-z)


@inline
def moyal_density(z):
    return exp(-0.5 * (z + exp(-z))) / math.sqrt(2.0 * math.pi)


@inline
def moyal_log_density(z):
    return -0.5 * (z + exp(-z)) - 0.5 * math.log(2.0 * math.pi)


@inline
def moyal_score(z):
    return 0.5 * exp(-z) - 0.5


@inline
def secant_density(z):
    return 1.0 / (math.pi * np.cosh(z))


@inline
def secant_log_density(z):
    return math.log(2.0 / math.pi) - np.logaddexp(z, -z)


@inline
def secant_score(z):
    return -tanh(z)


of_location_and_scale(stats.norm, everywhere, normal_density, normal_log_density, normal_score)
of_location_and_scale(stats.cauchy, everywhere, cauchy_density, cauchy_log_density, cauchy_score)
of_location_and_scale(stats.laplace, everywhere, laplace_density, laplace_log_density, laplace_score)
of_location_and_scale(stats.logistic, everywhere, logistic_density, logistic_log_density, logistic_score)
of_location_and_scale(stats.gumbel_r, everywhere, gumbel_density, gumbel_log_density, gumbel_score)
of_location_and_scale(stats.expon, not_negative, exponential_density, exponential_log_density, exponential_score)
of_location_and_scale(stats.uniform, in_unit_interval, uniform_density, uniform_log_density, uniform_score)
of_location_and_scale(stats.gumbel_l, everywhere, gumbel_left_density, gumbel_left_log_density, gumbel_left_score)
of_location_and_scale(stats.halfnorm, not_negative, half_normal_density, half_normal_log_density, normal_score)
of_location_and_scale(stats.halfcauchy, not_negative, half_cauchy_density, half_cauchy_log_density, cauchy_score)
of_location_and_scale(stats.rayleigh, not_negative, rayleigh_density, rayleigh_log_density, rayleigh_score)
of_location_and_scale(stats.maxwell, not_negative, maxwell_density, maxwell_log_density, maxwell_score)
of_location_and_scale(stats.hypsecant, everywhere, secant_density, secant_log_density, secant_score)
of_location_and_scale(stats.levy, positive, levy_density, levy_log_density, levy_score)
of_location_and_scale(stats.wald, positive, wald_density, wald_log_density, wald_score)
of_location_and_scale(
    stats.halflogistic, not_negative, half_logistic_density, half_logistic_log_density, logistic_score
)
of_location_and_scale(stats.moyal, everywhere, moyal_density, moyal_log_density, moyal_score)


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
