"""scipy.stats: the line through points, and their correlation, each along with a test of it.

With u and v, x and y without their means and of length 1, r = u @ v, so that r moves by (v - r u) / |x| with x. Under
the hypothesis of the test r has the density (1 - r^2)^(n / 2 - 2) / B(1/2, n/2 - 1) (R. A. Fisher, "Frequency
distribution of the values of the correlation coefficient in samples from an indefinitely large population", 1915), by
which the probability changes with r.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from s2sad.kinds import Kind, Scalar, Tuple
from s2sad.rules.registry import adjoint, inline, kind, rank, refuse, tangent
from s2sad.rules.results import floating, numeric, result_dtype

OTHER_POINTS = "but for two real vectors: a call for each pair of them"


@inline
def two_vectors(x, y):
    return rank(x) == 1 and rank(y) == 1 and not np.iscomplexobj(x) and not np.iscomplexobj(y)


def less_mean(x):
    return x - np.mean(x)


def slope_of_correlation(x, y, r):
    """How the correlation r of x and y changes with each number of x."""
    u, v = less_mean(x), less_mean(y)
    length = np.sqrt(np.sum(u * u))
    return (v / np.sqrt(np.sum(v * v)) - r * (u / length)) / length


def slope_of_probability(r, n, alternative):
    """How the probability of the test changes with the correlation; through two points there is always a line."""
    if n < 3:
        return 0.0 * r
    density = (1.0 - r * r) ** (0.5 * n - 2.0) / float(special.beta(0.5, 0.5 * n - 1.0))
    if alternative == "two-sided":
        return -2.0 * np.sign(r) * density
    return density if alternative == "less" else -density


@inline
def of_probability(p_grad, r, n, alternative):
    return None if p_grad is None else p_grad * slope_of_probability(r, n, alternative)


@inline
def in_precision_of(r, cotangent):
    """The probability is in double precision, the correlation in that of the numbers."""
    return None if cotangent is None else cotangent.astype(r.dtype)


def slope_by_x(x, y, slope):
    """How the slope of the line changes with each number of x."""
    u = less_mean(x)
    return (less_mean(y) - 2.0 * slope * u) / np.sum(u * u)


def slope_by_y(x):
    u = less_mean(x)
    return u / np.sum(u * u)


def deviation_by_y(x, y, slope, deviation):
    """How the standard deviation of the slope changes with each number of y; 0 where all points are on the line."""
    u = less_mean(x)
    whole = deviation * (len(x) - 2) * np.sum(u * u)
    return (less_mean(y) - slope * u) / (whole if deviation else 1.0)


def deviation_by_x(x, y, slope, deviation):
    return -slope * deviation_by_y(x, y, slope, deviation) - deviation * slope_by_y(x)


@inline
def added(grad, other):
    """The sum of two cotangents, of which either may be missing."""
    return other if grad is None else grad if other is None else grad + other


@inline
def times(grad, slope):
    return None if grad is None else grad * slope


@adjoint(stats.pearsonr, several=True, cost=500)
def correlation_with_test(x, y, *, alternative="two-sided", method=None, grad, result):
    if not two_vectors(x, y):
        return refuse(OTHER_POINTS)
    if method is not None:
        return refuse("with a method, which draws random samples: the call without one")
    r = result[0]
    r_grad = added(grad[0], in_precision_of(r, of_probability(grad[1], r, len(x), alternative)))
    return r_grad * slope_of_correlation(x, y, r), r_grad * slope_of_correlation(y, x, r)


@tangent(stats.pearsonr)
def correlation_with_test_tangent(x, y, *, alternative="two-sided", method=None, result, x_dot, y_dot):
    if not two_vectors(x, y):
        return refuse(OTHER_POINTS)
    if method is not None:
        return refuse("with a method, which draws random samples: the call without one")
    r = result[0]
    r_dot = np.sum(x_dot * slope_of_correlation(x, y, r) + y_dot * slope_of_correlation(y, x, r))
    return r_dot, r_dot * slope_of_probability(r, len(x), alternative)


@adjoint(stats.linregress, several=True, cost=500)
def line_with_test(x, y, alternative="two-sided", *, grad, result):
    if not two_vectors(x, y):
        return refuse(OTHER_POINTS)
    slope, r, deviation = result[0], result[2], result[4]
    # The intercept is the mean of y - slope * x.
    moved = added(grad[0], times(grad[1], -np.mean(x)))
    r_grad = added(grad[2], of_probability(grad[3], r, len(x), alternative))
    of_line_x = added(times(moved, slope_by_x(x, y, slope)), times(grad[1], -slope / len(x)))
    of_line_y = added(times(moved, slope_by_y(x)), times(grad[1], 1.0 / len(x)))
    of_tests_x = times(r_grad, slope_of_correlation(x, y, r))
    of_tests_y = times(r_grad, slope_of_correlation(y, x, r))
    of_deviation_x = times(grad[4], deviation_by_x(x, y, slope, deviation))
    of_deviation_y = times(grad[4], deviation_by_y(x, y, slope, deviation))
    return added(added(of_line_x, of_tests_x), of_deviation_x), added(added(of_line_y, of_tests_y), of_deviation_y)


@tangent(stats.linregress)
def line_with_test_tangent(x, y, alternative="two-sided", *, result, x_dot, y_dot):
    if not two_vectors(x, y):
        return refuse(OTHER_POINTS)
    slope, r, deviation = result[0], result[2], result[4]
    slope_dot = np.sum(x_dot * slope_by_x(x, y, slope) + y_dot * slope_by_y(x))
    r_dot = np.sum(x_dot * slope_of_correlation(x, y, r) + y_dot * slope_of_correlation(y, x, r))
    of_x, of_y = deviation_by_x(x, y, slope, deviation), deviation_by_y(x, y, slope, deviation)
    return (
        slope_dot,
        np.mean(y_dot - slope * x_dot) - np.mean(x) * slope_dot,
        r_dot,
        r_dot * slope_of_probability(r, len(x), alternative),
        np.sum(x_dot * of_x + y_dot * of_y),
    )


# What these return has names for its parts: `stats.linregress(x, y).slope`.
_LINE = type(stats.linregress([0.0, 1.0, 3.0], [0.0, 2.0, 1.0]))
_CORRELATION = type(stats.pearsonr([0.0, 1.0, 3.0], [0.0, 2.0, 1.0]))


def as_scipy_has_it(dtype: str) -> Scalar:
    """What is made of numbers of this dtype: of single precision, some versions of SciPy make double precision."""
    return Scalar("float64") if dtype == "float64" else Scalar("", real=True)


@kind(stats.pearsonr)
def correlation_kind(x: Kind, y: Kind, *, alternative: Kind, method: Kind) -> Kind:
    dtype = floating(result_dtype(None, numeric(x), numeric(y)))
    return Tuple((Scalar(dtype), as_scipy_has_it(dtype)), _CORRELATION)


@kind(stats.linregress)
def line_kind(x: Kind, y: Kind, alternative: Kind) -> Kind:
    return Tuple((as_scipy_has_it(floating(result_dtype(None, numeric(x), numeric(y)))),) * 5, _LINE)
