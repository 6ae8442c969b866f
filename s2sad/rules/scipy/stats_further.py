"""scipy.stats: further distributions, some with three parameters of the shape. See stats_shapes.py and its kin.

The first parameter of some is an order of Bessel functions, in which there is no elementary derivative.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy import exp, expm1, log
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.stats import chosen, differentiated, everywhere, in_unit_interval, positive, standard, within
from s2sad.rules.scipy.stats_shapes import gamma_log_density, gamma_score, gamma_shape_score, of_shape
from s2sad.rules.scipy.stats_two_shapes import of_two_shapes, probabilities_at

# --- with one parameter ----------------------------------------------------------------------------------------------


@inline
def pearson3_inside(z, skew):
    return 1.0 + 0.5 * skew * z > 0.0


@inline
def pearson3_log_density(z, skew):
    return stats.pearson3.logpdf(z, skew)


@inline
def pearson3_score(z, skew):
    return -(z + 0.5 * skew) / (1.0 + 0.5 * skew * z)


def pearson3_shape_score(z, skew):
    """With a = 4 / skew**2 and w = z skew / 2 the logarithm is (a - 1) log1p(w) - a w, less what Stirling's formula
    leaves of gammaln(a). Where these are small, by series."""
    w = 0.5 * skew * z
    near, low = np.abs(w) < 0.01, np.abs(skew) < 0.02
    far, some = np.where(near, 1.0, w), np.where(low, 1.0, skew)
    a = 4.0 / some**2
    series = 4.0 / 3.0 - w * (2.0 - w * (12.0 / 5.0 - w * (8.0 / 3.0 - w * (20.0 / 7.0 - 3.0 * w))))
    bend = np.where(near, series, (8.0 * (far - np.log1p(far)) - 4.0 * far * far / (1.0 + far)) / far**3)
    rest = np.where(low, skew**5 / 3840.0 - skew / 24.0, 8.0 / some**3 * (special.psi(a) - np.log(a) + 0.5 / a))
    return 0.125 * z**3 * bend + rest - 0.5 * z / (1.0 + w)


elementwise_helper(pearson3_shape_score)

of_shape(stats.erlang, positive, gamma_log_density, gamma_score, gamma_shape_score)
of_shape(stats.pearson3, pearson3_inside, pearson3_log_density, pearson3_score, pearson3_shape_score)

# --- with two --------------------------------------------------------------------------------------------------------


@inline
def crystalball_mass(beta, m):
    """One over the constant of the density."""
    return m / (beta * (m - 1.0)) * exp(-0.5 * beta * beta) + math.sqrt(2.0 * math.pi) * special.ndtr(beta)


@inline
def crystalball_log_density(z, beta, m):
    tail = m * log(m / beta) - 0.5 * beta * beta - m * log(m / beta - beta - np.minimum(z, -beta))
    return chosen(z > -beta, -0.5 * z * z, tail) - log(crystalball_mass(beta, m))


@inline
def crystalball_score(z, beta, m):
    return chosen(z > -beta, -z, m / (m / beta - beta - np.minimum(z, -beta)))


@inline
def crystalball_first(z, beta, m):
    tail = m * (m / (beta * beta) + 1.0) / (m / beta - beta - np.minimum(z, -beta)) - m / beta - beta
    mass = exp(-0.5 * beta * beta) / (m - 1.0) * (m / (beta * beta) + 1.0)
    return chosen(z > -beta, 0.0, tail) + mass / crystalball_mass(beta, m)


@inline
def crystalball_second(z, beta, m):
    length = m / beta - beta - np.minimum(z, -beta)
    tail = log(m / beta) + 1.0 - log(length) - m / (beta * length)
    mass = exp(-0.5 * beta * beta) / (beta * (m - 1.0) ** 2)
    return chosen(z > -beta, 0.0, tail) + mass / crystalball_mass(beta, m)


@inline
def trapezoid_log_density(z, c, d):
    return log(chosen(z < c, z / c, chosen(z > d, (1.0 - z) / (1.0 - d), 1.0)) * 2.0 / (d - c + 1.0))


@inline
def trapezoid_score(z, c, d):
    return chosen(z < c, 1.0 / z, chosen(z > d, -1.0 / (1.0 - z), 0.0))


@inline
def trapezoid_first(z, c, d):
    return 1.0 / (d - c + 1.0) - chosen(z < c, 1.0 / c, 0.0)


@inline
def trapezoid_second(z, c, d):
    return chosen(z > d, 1.0 / (1.0 - d), 0.0) - 1.0 / (d - c + 1.0)


@inline
def trapezoid_first_moved(z, c, d):
    width = d - c + 1.0
    return chosen(
        z < c, 0.5 * z * (1.0 / c - 1.0 / width), chosen(z > d, 0.5 * (1.0 - z) / width, 0.5 - (z - 0.5 * c) / width)
    )


@inline
def trapezoid_second_moved(z, c, d):
    width = d - c + 1.0
    behind = 0.5 * (1.0 - z) * (1.0 / (1.0 - d) - 1.0 / width)
    return chosen(z < c, 0.5 * z / width, chosen(z > d, behind, (z - 0.5 * c) / width))


of_two_shapes(
    stats.crystalball, everywhere, crystalball_log_density, crystalball_score, crystalball_first, crystalball_second
)
of_two_shapes(
    stats.trapezoid,
    in_unit_interval,
    trapezoid_log_density,
    trapezoid_score,
    trapezoid_first,
    trapezoid_second,
    trapezoid_first_moved,
    trapezoid_second_moved,
)

# --- with two, of which the first is an order of Bessel functions -----------------------------------------------------


def of_second_shape(distribution: Any, log_density: Any, score: Any, second: Any) -> None:
    """Of positive numbers. second: the derivative of the logarithm in the second parameter."""

    def logpdf(x, a, b, loc=0, scale=1):
        z = standard(x, loc, scale)
        slope = within(positive(z), score(z, a, b) / scale)
        return slope, None, within(positive(z), second(z, a, b)), -slope, -within(positive(z), 1.0 / scale) - z * slope

    def pdf(x, a, b, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        slope = within(positive(z), result * score(z, a, b) / scale)
        return slope, None, within(positive(z), result * second(z, a, b)), -slope, -result / scale - z * slope

    differentiated(distribution, (logpdf, pdf, *probabilities_at(positive, log_density)), "a", "b")


@inline
def geninvgauss_log_density(z, p, b):
    return stats.geninvgauss.logpdf(z, p, b)


@inline
def geninvgauss_score(z, p, b):
    return (p - 1.0) / z - 0.5 * b * (1.0 - 1.0 / (z * z))


@inline
def geninvgauss_second(z, p, b):
    """K_p' = p / b K_p - K_(p + 1)."""
    return special.kve(p + 1.0, b) / special.kve(p, b) - p / b - 0.5 * (z + 1.0 / z)


of_second_shape(stats.geninvgauss, geninvgauss_log_density, geninvgauss_score, geninvgauss_second)

# --- with three ------------------------------------------------------------------------------------------------------


def of_three_shapes(distribution: Any, inside: Any, log_density: Any, score: Any, *of_shapes: Any) -> None:
    """of_shapes: the derivatives of the logarithm in the parameters, and those of a quantile."""
    templates = (*_densities(inside, score, *of_shapes[:3]), *_probabilities(inside, log_density, *of_shapes[3:]))
    differentiated(distribution, templates, "first", "second", "third")


def _densities(inside: Any, score: Any, in_first: Any, in_second: Any, in_third: Any) -> tuple[Any, ...]:
    def logpdf(x, first, second, third, loc=0, scale=1):
        z = standard(x, loc, scale)
        test = inside(z, first, second, third)
        slope = within(test, score(z, first, second, third) / scale)
        of_first = within(test, in_first(z, first, second, third))
        of_second = within(test, in_second(z, first, second, third))
        of_third = within(test, in_third(z, first, second, third))
        return slope, of_first, of_second, of_third, -slope, -within(test, 1.0 / scale) - z * slope

    def pdf(x, first, second, third, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test = inside(z, first, second, third)
        slope = within(test, result * score(z, first, second, third) / scale)
        of_first = within(test, result * in_first(z, first, second, third))
        of_second = within(test, result * in_second(z, first, second, third))
        of_third = within(test, result * in_third(z, first, second, third))
        return slope, of_first, of_second, of_third, -slope, -result / scale - z * slope

    return logpdf, pdf


def _probabilities(inside: Any, log_density: Any, in_first: Any, in_second: Any, in_third: Any) -> tuple[Any, ...]:
    def cdf(x, first, second, third, loc=0, scale=1):
        z = standard(x, loc, scale)
        test, density = inside(z, first, second, third), exp(log_density(z, first, second, third))
        slope = within(test, density / scale)
        of_first = within(test, density * in_first(z, first, second, third))
        of_second = within(test, density * in_second(z, first, second, third))
        of_third = within(test, density * in_third(z, first, second, third))
        return slope, -of_first, -of_second, -of_third, -slope, -z * slope

    def sf(x, first, second, third, loc=0, scale=1):
        z = standard(x, loc, scale)
        test, density = inside(z, first, second, third), exp(log_density(z, first, second, third))
        slope = within(test, density / scale)
        of_first = within(test, density * in_first(z, first, second, third))
        of_second = within(test, density * in_second(z, first, second, third))
        of_third = within(test, density * in_third(z, first, second, third))
        return -slope, of_first, of_second, of_third, slope, z * slope

    def logcdf(x, first, second, third, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test, share = inside(z, first, second, third), exp(log_density(z, first, second, third) - result)
        slope = within(test, share / scale)
        of_first = within(test, share * in_first(z, first, second, third))
        of_second = within(test, share * in_second(z, first, second, third))
        of_third = within(test, share * in_third(z, first, second, third))
        return slope, -of_first, -of_second, -of_third, -slope, -z * slope

    def logsf(x, first, second, third, loc=0, scale=1, *, result):
        z = standard(x, loc, scale)
        test, share = inside(z, first, second, third), exp(log_density(z, first, second, third) - result)
        slope = within(test, share / scale)
        of_first = within(test, share * in_first(z, first, second, third))
        of_second = within(test, share * in_second(z, first, second, third))
        of_third = within(test, share * in_third(z, first, second, third))
        return -slope, of_first, of_second, of_third, slope, z * slope

    def ppf(q, first, second, third, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        slope = scale / exp(log_density(z, first, second, third))
        of_first, of_second = in_first(z, first, second, third), in_second(z, first, second, third)
        return slope, scale * of_first, scale * of_second, scale * in_third(z, first, second, third), 1.0, z

    def isf(q, first, second, third, loc=0, scale=1, *, result):
        z = (result - loc) / scale
        slope = scale / exp(log_density(z, first, second, third))
        of_first, of_second = in_first(z, first, second, third), in_second(z, first, second, third)
        return -slope, scale * of_first, scale * of_second, scale * in_third(z, first, second, third), 1.0, z

    return cdf, sf, logcdf, logsf, ppf, isf


@inline
def genexpon_rate(z, a, b, c):
    return a - b * expm1(-c * z)


@inline
def genexpon_log_density(z, a, b, c):
    return log(genexpon_rate(z, a, b, c)) - (a + b) * z - b * expm1(-c * z) / c


@inline
def genexpon_score(z, a, b, c):
    return b * c * exp(-c * z) / genexpon_rate(z, a, b, c) - genexpon_rate(z, a, b, c)


@inline
def genexpon_first(z, a, b, c):
    return 1.0 / genexpon_rate(z, a, b, c) - z


@inline
def genexpon_second(z, a, b, c):
    return -expm1(-c * z) / genexpon_rate(z, a, b, c) - z - expm1(-c * z) / c


@inline
def genexpon_bend(z, b, c):
    return b * (z * exp(-c * z) + expm1(-c * z) / c) / c


@inline
def genexpon_third(z, a, b, c):
    return b * z * exp(-c * z) / genexpon_rate(z, a, b, c) + genexpon_bend(z, b, c)


@inline
def genexpon_first_moved(z, a, b, c):
    return -z / genexpon_rate(z, a, b, c)


@inline
def genexpon_second_moved(z, a, b, c):
    return -(z + expm1(-c * z) / c) / genexpon_rate(z, a, b, c)


@inline
def genexpon_third_moved(z, a, b, c):
    return genexpon_bend(z, b, c) / genexpon_rate(z, a, b, c)


@inline
def between_ends(z, c, a, b):
    return (z > a) & (z <= b)


@inline
def weibull_log_mass(c, a, b):
    """The logarithm of exp(-a**c) - exp(-b**c)."""
    return -(a**c) + log(-expm1(a**c - b**c))


@inline
def weibull_moment(z, c):
    """By what exp(-z**c) changes with c, with the sign turned around."""
    return special.xlogy(z**c, z) * exp(-(z**c))


@inline
def truncweibull_log_density(z, c, a, b):
    return log(c) + (c - 1.0) * log(z) - z**c - weibull_log_mass(c, a, b)


@inline
def truncweibull_score(z, c, a, b):
    return (c - 1.0 - c * z**c) / z


@inline
def truncweibull_first(z, c, a, b):
    change = (weibull_moment(a, c) - weibull_moment(b, c)) * exp(-weibull_log_mass(c, a, b))
    return 1.0 / c + log(z) * (1.0 - z**c) + change


@inline
def truncweibull_second(z, c, a, b):
    return c * a ** (c - 1.0) * exp(-(a**c) - weibull_log_mass(c, a, b))


@inline
def truncweibull_third(z, c, a, b):
    return -c * b ** (c - 1.0) * exp(-(b**c) - weibull_log_mass(c, a, b))


@inline
def truncweibull_share(z, c, a, b):
    """The distribution function."""
    return expm1(a**c - z**c) / expm1(a**c - b**c)


@inline
def truncweibull_first_moved(z, c, a, b):
    change = weibull_moment(a, c) - weibull_moment(z, c)
    change = change - truncweibull_share(z, c, a, b) * (weibull_moment(a, c) - weibull_moment(b, c))
    return change * exp(z**c) / (c * z ** (c - 1.0))


@inline
def truncweibull_second_moved(z, c, a, b):
    return (a / z) ** (c - 1.0) * exp(z**c - a**c) * (1.0 - truncweibull_share(z, c, a, b))


@inline
def truncweibull_third_moved(z, c, a, b):
    return (b / z) ** (c - 1.0) * exp(z**c - b**c) * truncweibull_share(z, c, a, b)


of_three_shapes(
    stats.genexpon,
    positive,
    genexpon_log_density,
    genexpon_score,
    genexpon_first,
    genexpon_second,
    genexpon_third,
    genexpon_first_moved,
    genexpon_second_moved,
    genexpon_third_moved,
)
of_three_shapes(
    stats.truncweibull_min,
    between_ends,
    truncweibull_log_density,
    truncweibull_score,
    truncweibull_first,
    truncweibull_second,
    truncweibull_third,
    truncweibull_first_moved,
    truncweibull_second_moved,
    truncweibull_third_moved,
)
