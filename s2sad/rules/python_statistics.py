"""The functions of Python's `statistics` that sum exactly, in ways that can't be followed (others are followed)."""

from __future__ import annotations

import math
import statistics

import numpy as np

from s2sad.kinds import FLOAT, UNKNOWN, Kind
from s2sad.rules.registry import adjoint, inline, kind, spread, tangent
from s2sad.rules.results import numeric

# --- means ----------------------------------------------------------------------------------------------------------


@adjoint(statistics.mean, linear=True)
def mean(data, *, grad):
    if isinstance(data, np.ndarray):
        return spread(grad / len(data))
    return [grad / len(data) for x in data]


@adjoint(statistics.fmean)
def float_mean(data, weights=None, *, grad, result):
    if weights is None:
        return shared_alike(data, grad / len(data)), None
    return scaled_items(weights, grad / math.fsum(weights)), scaled_deviations(data, result, grad / math.fsum(weights))


@tangent(statistics.fmean)
def float_mean_tangent(data, weights=None, *, result, data_dot, weights_dot):
    if weights is None:
        return statistics.fmean(data_dot)
    of_data, of_weights = inner_product(weights, data_dot), change_by_deviations(data, result, weights_dot)
    return (of_data + of_weights) / math.fsum(weights)


@adjoint(statistics.geometric_mean)
def geometric_mean(data, *, grad, result):
    if isinstance(data, np.ndarray):
        return grad * result / len(data) / data
    return [grad * result / len(data) / x for x in data]


@tangent(statistics.geometric_mean)
def geometric_mean_tangent(data, *, result, data_dot):
    return result / len(data) * sum([x_dot / x for x, x_dot in zip(data, data_dot)])


@adjoint(statistics.harmonic_mean, wrt=["data"])
def harmonic_mean(data, weights=None, *, grad, result):
    if weights is None:
        if isinstance(data, np.ndarray):
            return grad / len(data) * (result / data) ** 2, None
        return [grad / len(data) * (result / x) ** 2 for x in data], None
    return harmonic_shares(data, weights, result, grad / math.fsum(weights)), None


@tangent(statistics.harmonic_mean)
def harmonic_mean_tangent(data, weights=None, *, result, data_dot):
    if weights is None:
        return sum([(result / x) ** 2 * x_dot for x, x_dot in zip(data, data_dot)]) / len(data)
    changes = [w * (result / x) ** 2 * x_dot for w, x, x_dot in zip(weights, data, data_dot)]
    return sum(changes) / math.fsum(weights)


def harmonic_shares(data, weights, result, factor):
    """How a weighted harmonic mean changes with each number, times a factor."""
    found = [factor * w * (result / x) ** 2 for w, x in zip(weights, data)]
    return np.array(found) if isinstance(data, np.ndarray) else found


@inline
def shared_alike(data, share):
    return spread(share) if isinstance(data, np.ndarray) else [share for x in data]


def scaled_items(items, factor):
    """A list or array of numbers, times a factor."""
    return factor * items if isinstance(items, np.ndarray) else [factor * x for x in items]


def scaled_deviations(items, center, factor):
    """How far each number is from the center, times a factor."""
    return factor * (items - center) if isinstance(items, np.ndarray) else [factor * (x - center) for x in items]


def inner_product(items, items_dot):
    """A sum of products with changes."""
    return sum([x * x_dot for x, x_dot in zip(items, items_dot)])


def change_by_deviations(items, center, items_dot):
    """A sum of changes, each times how far its number is from the center."""
    return sum([(x - center) * x_dot for x, x_dot in zip(items, items_dot)])


# --- variances ------------------------------------------------------------------------------------------------------


@inline
def center_of(data, center):
    return math.fsum(data) / len(data) if center is None else center


@adjoint(statistics.variance)
def sample_variance(data, xbar=None, *, grad):
    factor = 2.0 * grad / (len(data) - 1)
    if xbar is None:
        return scaled_deviations(data, math.fsum(data) / len(data), factor), None
    return scaled_deviations(data, xbar, factor), factor * (len(data) * xbar - math.fsum(data))


@tangent(statistics.variance)
def sample_variance_tangent(data, xbar=None, *, data_dot, xbar_dot):
    change = 2.0 * change_by_deviations(data, center_of(data, xbar), data_dot) / (len(data) - 1)
    if xbar is None:
        return change
    return change + 2.0 * (len(data) * xbar - math.fsum(data)) / (len(data) - 1) * xbar_dot


@adjoint(statistics.pvariance)
def population_variance(data, mu=None, *, grad):
    factor = 2.0 * grad / len(data)
    if mu is None:
        return scaled_deviations(data, math.fsum(data) / len(data), factor), None
    return scaled_deviations(data, mu, factor), factor * (len(data) * mu - math.fsum(data))


@tangent(statistics.pvariance)
def population_variance_tangent(data, mu=None, *, data_dot, mu_dot):
    change = 2.0 * change_by_deviations(data, center_of(data, mu), data_dot) / len(data)
    if mu is None:
        return change
    return change + 2.0 * (mu - math.fsum(data) / len(data)) * mu_dot


@adjoint(statistics.stdev)
def sample_deviation(data, xbar=None, *, grad, result):
    """Of equal numbers the subgradient 0."""
    factor = grad / ((len(data) - 1) * (result or 1.0))
    if xbar is None:
        return scaled_deviations(data, math.fsum(data) / len(data), factor), None
    return scaled_deviations(data, xbar, factor), factor * (len(data) * xbar - math.fsum(data))


@tangent(statistics.stdev)
def sample_deviation_tangent(data, xbar=None, *, result, data_dot, xbar_dot):
    change = change_by_deviations(data, center_of(data, xbar), data_dot) / ((len(data) - 1) * (result or 1.0))
    if xbar is None:
        return change
    return change + (len(data) * xbar - math.fsum(data)) / ((len(data) - 1) * (result or 1.0)) * xbar_dot


@adjoint(statistics.pstdev)
def population_deviation(data, mu=None, *, grad, result):
    """Of equal numbers the subgradient 0."""
    factor = grad / (len(data) * (result or 1.0))
    if mu is None:
        return scaled_deviations(data, math.fsum(data) / len(data), factor), None
    return scaled_deviations(data, mu, factor), factor * (len(data) * mu - math.fsum(data))


@tangent(statistics.pstdev)
def population_deviation_tangent(data, mu=None, *, result, data_dot, mu_dot):
    change = change_by_deviations(data, center_of(data, mu), data_dot) / (len(data) * (result or 1.0))
    if mu is None:
        return change
    return change + (mu - math.fsum(data) / len(data)) / (result or 1.0) * mu_dot


# --- of two lists ---------------------------------------------------------------------------------------------------


@adjoint(statistics.covariance)
def sample_covariance(x, y, *, grad):
    factor = grad / (len(x) - 1)
    return scaled_deviations(y, math.fsum(y) / len(y), factor), scaled_deviations(x, math.fsum(x) / len(x), factor)


@tangent(statistics.covariance)
def sample_covariance_tangent(x, y, *, x_dot, y_dot):
    of_x = change_by_deviations(y, math.fsum(y) / len(y), x_dot)
    return (of_x + change_by_deviations(x, math.fsum(x) / len(x), y_dot)) / (len(x) - 1)


def change_of_correlated(x, y, x_dot, result):
    """How the correlation of two lists of numbers changes with the first."""
    x_mean, y_mean = math.fsum(x) / len(x), math.fsum(y) / len(y)
    x_squares, y_squares = sum([(a - x_mean) ** 2 for a in x]), sum([(b - y_mean) ** 2 for b in y])
    both = change_by_deviations(y, y_mean, x_dot) / math.sqrt(x_squares * y_squares)
    return both - result * change_by_deviations(x, x_mean, x_dot) / x_squares


def adjoint_of_correlated(x, y, grad, result):
    """What the first of two lists of numbers gets from the adjoint of their correlation."""
    x_mean, y_mean = math.fsum(x) / len(x), math.fsum(y) / len(y)
    x_squares, y_squares = sum([(a - x_mean) ** 2 for a in x]), sum([(b - y_mean) ** 2 for b in y])
    both, own = grad / math.sqrt(x_squares * y_squares), grad * result / x_squares
    found = [both * (b - y_mean) - own * (a - x_mean) for a, b in zip(x, y)]
    return np.array(found) if isinstance(x, np.ndarray) else found


@adjoint(statistics.correlation)
def correlation(x, y, *, grad, result):
    return adjoint_of_correlated(x, y, grad, result), adjoint_of_correlated(y, x, grad, result)


@tangent(statistics.correlation)
def correlation_tangent(x, y, *, result, x_dot, y_dot):
    return change_of_correlated(x, y, x_dot, result) + change_of_correlated(y, x, y_dot, result)


# --- kinds ----------------------------------------------------------------------------------------------------------


@kind(statistics.fmean, statistics.geometric_mean)
def float_kind_of_data(*data: Kind, **options: Kind) -> Kind:
    return FLOAT


@kind(
    statistics.mean,
    statistics.harmonic_mean,
    statistics.variance,
    statistics.pvariance,
    statistics.stdev,
    statistics.pstdev,
)
def kind_of_data(data: Kind, center: Kind | None = None) -> Kind:
    """Of whole numbers it may be a whole number, and NumPy's numbers of less precision stay what they are."""
    dtype = getattr(numeric(data), "dtype", "")
    return FLOAT if dtype == "float64" else UNKNOWN


@kind(statistics.covariance, statistics.correlation)
def kind_of_both(x: Kind, y: Kind, **options: Kind) -> Kind:
    """Since Python 3.12, NumPy's numbers of less precision stay what they are."""
    return FLOAT if kind_of_data(x) == kind_of_data(y) == FLOAT else UNKNOWN
