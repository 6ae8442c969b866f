"""scipy.stats: moments, means of what lies within limits, ranges, and means of angles.

An angle's mean is that of the points on the unit circle (N. Fisher, "Statistical analysis of circular data", 1993,
section 2.3): with their resultant of length R and direction m, dm/dt = cos(t - m) / (n R) and dR/dt = -sin(t - m) / n.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from s2sad.kinds import NONE, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.order_statistics import ordered_points_adjoint, ordered_points_tangent
from s2sad.rules.reductions import aligned, count, reduced
from s2sad.rules.registry import adjoint, inline, kind, known, partials, refuse, spread, tangent
from s2sad.rules.results import FALSE, double_only, elementwise_helper, numeric
from s2sad.rules.scipy.stats_samples import moment_kind

# --- moments ----------------------------------------------------------------------------------------------------------


@inline
def slope_of_moment(a, order, axis, center):
    """About the mean, whose own change takes the mean of the powers away again."""
    if not isinstance(order, int):
        return refuse("of several orders, or of one that isn't an int: the moments one by one")
    if center is None and known(order == 1):
        return np.zeros_like(a)
    if center is None:
        powers = (a - np.mean(a, axis=axis, keepdims=True)) ** (order - 1)
        return order / count(a, axis) * (powers - np.mean(powers, axis=axis, keepdims=True))
    return order / count(a, axis) * (a - center) ** (order - 1)


@adjoint(stats.moment, cost=100)
def moment(a, order=1, axis=0, *, center=None, keepdims=False, grad):
    return spread(aligned(grad, a, axis, keepdims) * slope_of_moment(a, order, axis, center))


@tangent(stats.moment)
def moment_tangent(a, order=1, axis=0, *, center=None, keepdims=False, a_dot):
    return np.sum(slope_of_moment(a, order, axis, center) * a_dot, axis=axis, keepdims=keepdims)


@inline
def slope_of_variation(a, axis, ddof):
    mean, scale = np.mean(a, axis=axis, keepdims=True), np.std(a, axis=axis, ddof=ddof, keepdims=True)
    n = count(a, axis)
    return (a - mean) / ((n - ddof) * not_zero(scale) * mean) - scale / (n * mean**2)


@adjoint(stats.variation, cost=100)
def variation(a, axis=0, *, ddof=0, keepdims=False, grad):
    """The standard deviation as a part of the mean."""
    return aligned(grad, a, axis, keepdims) * slope_of_variation(a, axis, ddof)


@tangent(stats.variation)
def variation_tangent(a, axis=0, *, ddof=0, keepdims=False, a_dot):
    return np.sum(slope_of_variation(a, axis, ddof) * a_dot, axis=axis, keepdims=keepdims)


@kind(stats.moment)
def kind_of_moment(a: Kind, order: Kind, axis: Kind, *, center: Kind = NONE, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.variation)
def kind_of_variation(a: Kind, axis: Kind, *, ddof: Kind = NONE, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


# --- of what lies within limits ---------------------------------------------------------------------------------------


@inline
def weights_within(a, limits, inclusive):
    """1 for each number that counts, 0 for the others."""
    return np.ones_like(a) if limits is None else numbers_within(a, limits, inclusive)


def numbers_within(a, limits, inclusive):
    kept = np.ones_like(a)
    low, high = limits
    if low is not None:
        kept = kept * (a >= low if inclusive[0] else a > low)
    if high is not None:
        kept = kept * (a <= high if inclusive[1] else a < high)
    return kept


kind(numbers_within)(lambda a, *given: a)


@adjoint(stats.tmean, cost=50)
def trimmed_mean(a, limits=None, inclusive=(True, True), axis=None, *, keepdims=False, grad):
    kept = weights_within(a, limits, inclusive)
    return aligned(grad, a, axis, keepdims) * kept / np.sum(kept, axis=axis, keepdims=True)


@tangent(stats.tmean)
def trimmed_mean_tangent(a, limits=None, inclusive=(True, True), axis=None, *, keepdims=False, a_dot):
    kept = weights_within(a, limits, inclusive)
    return np.sum(kept * a_dot, axis=axis, keepdims=keepdims) / np.sum(kept, axis=axis, keepdims=keepdims)


@inline
def slope_of_variance(a, kept, axis, ddof):
    n = np.sum(kept, axis=axis, keepdims=True)
    return 2.0 * kept * (a - np.sum(kept * a, axis=axis, keepdims=True) / n) / (n - ddof)


@adjoint(stats.tvar, cost=50)
def trimmed_variance(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, grad):
    slope = slope_of_variance(a, weights_within(a, limits, inclusive), axis, ddof)
    return aligned(grad, a, axis, keepdims) * slope


@tangent(stats.tvar)
def trimmed_variance_tangent(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, a_dot):
    slope = slope_of_variance(a, weights_within(a, limits, inclusive), axis, ddof)
    return np.sum(slope * a_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.tstd, cost=50)
def trimmed_deviation(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, grad, result):
    slope = slope_of_variance(a, weights_within(a, limits, inclusive), axis, ddof)
    return aligned(0.5 * grad / result, a, axis, keepdims) * slope


@tangent(stats.tstd)
def trimmed_deviation_tangent(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, result, a_dot):
    slope = slope_of_variance(a, weights_within(a, limits, inclusive), axis, ddof)
    return 0.5 / result * np.sum(slope * a_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.tsem, cost=50)
def trimmed_error(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, grad, result):
    kept = weights_within(a, limits, inclusive)
    scale = np.sum(kept, axis=axis, keepdims=True)
    return aligned(0.5 * grad / result, a, axis, keepdims) * slope_of_variance(a, kept, axis, ddof) / scale


@tangent(stats.tsem)
def trimmed_error_tangent(a, limits=None, inclusive=(True, True), axis=0, ddof=1, *, keepdims=False, result, a_dot):
    kept = weights_within(a, limits, inclusive)
    slope = slope_of_variance(a, kept, axis, ddof) / np.sum(kept, axis=axis, keepdims=True)
    return 0.5 / result * np.sum(slope * a_dot, axis=axis, keepdims=keepdims)


@kind(stats.tmean)
def trimmed_mean_kind(a: Kind, limits: Kind, inclusive: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.tvar, stats.tstd, stats.tsem)
def trimmed_kind(a: Kind, limits: Kind, inclusive: Kind, axis: Kind, ddof: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


# --- by the order of the numbers --------------------------------------------------------------------------------------


@adjoint(stats.trim_mean, cost=100)
def mean_of_middle(a, proportiontocut, axis=0, *, keepdims=False, grad):
    """The mean of what is left when as many of the least and of the greatest are taken away."""
    kept = middle_numbers(a, proportiontocut, axis)
    return aligned(grad, a, axis, keepdims) * kept / np.sum(kept, axis=axis, keepdims=True), None


@tangent(stats.trim_mean)
def mean_of_middle_tangent(a, proportiontocut, axis=0, *, keepdims=False, a_dot):
    kept = middle_numbers(a, proportiontocut, axis)
    return np.sum(kept * a_dot, axis=axis, keepdims=keepdims) / np.sum(kept, axis=axis, keepdims=keepdims)


def middle_numbers(a, proportiontocut, axis):
    """1 for each number that is not among the least or the greatest, 0 for these."""
    rows = np.reshape(a, -1) if axis is None else a
    along = 0 if axis is None else axis
    places = np.argsort(np.argsort(rows, axis=along), axis=along)
    cut = int(proportiontocut * rows.shape[along])
    kept = (places >= cut) & (places < rows.shape[along] - cut)
    return np.reshape(kept.astype(a.dtype), np.shape(a))


kind(middle_numbers)(lambda a, *given: a)


@adjoint(stats.iqr, cost=100)
def range_of_middle(x, axis=None, rng=(25, 75), scale=1.0, interpolation="linear", keepdims=False, *, grad):
    """The difference of two percentiles."""
    if not isinstance(scale, (int, float)):
        return refuse("with this scale: the call without it, divided by the number")
    positions = np.percentile(np.arange(max(count(x, axis), 1)), np.sort(rng), method=interpolation)
    ends = np.stack([-grad / scale, grad / scale])
    return ordered_points_adjoint(ends, x, positions, axis)


@tangent(stats.iqr)
def range_of_middle_tangent(
    x, axis=None, rng=(25, 75), scale=1.0, interpolation="linear", keepdims=False, *, result, x_dot
):
    if not isinstance(scale, (int, float)):
        return refuse("with this scale: the call without it, divided by the number")
    positions = np.percentile(np.arange(max(count(x, axis), 1)), np.sort(rng), method=interpolation)
    ends = ordered_points_tangent(x_dot, x, positions, axis, np.stack([result, result]))
    return (ends[1] - ends[0]) / scale


@kind(stats.trim_mean)
def mean_of_middle_kind(a: Kind, proportiontocut: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.iqr)
def range_of_middle_kind(
    x: Kind, axis: Kind, rng: Kind, scale: Kind, interpolation: Kind, keepdims: Kind = FALSE
) -> Kind:
    return reduced(double_only(numeric(x)), numeric(x), axis, keepdims)


# --- angles -----------------------------------------------------------------------------------------------------------


@inline
def as_angles(samples, high, low):
    """The samples as angles."""
    return (samples - low) * (2.0 * math.pi / (high - low))


@inline
def from_mean(angles, axis):
    """How far the angles are from their mean, and the length of the mean of the points on the circle."""
    across = np.mean(np.sin(angles), axis=axis, keepdims=True)
    along = np.mean(np.cos(angles), axis=axis, keepdims=True)
    return angles - np.arctan2(across, along), np.hypot(across, along)


@inline
def slope_of_direction(samples, high, low, axis):
    away, length = from_mean(as_angles(samples, high, low), axis)
    return np.cos(away) / (count(samples, axis) * length)


@inline
def slope_of_dispersion(samples, high, low, axis):
    away, _ = from_mean(as_angles(samples, high, low), axis)
    return np.sin(away) * (2.0 * math.pi / (high - low) / count(samples, axis))


@inline
def slope_of_circular_deviation(samples, high, low, axis, normalize, deviation):
    """Of sqrt(-2 log R), of angles or (normalize) as it is; the subgradient 0 where all are equal."""
    away, length = from_mean(as_angles(samples, high, low), axis)
    turn = 2.0 * math.pi / (high - low)
    unit = turn if normalize else 1.0 / turn
    return np.sin(away) * unit / (count(samples, axis) * length * not_zero(deviation))


@adjoint(stats.circmean, cost=200, wrt=["samples"])
def mean_direction(samples, high=2.0 * math.pi, low=0, axis=None, *, keepdims=False, grad):
    return aligned(grad, samples, axis, keepdims) * slope_of_direction(samples, high, low, axis)


@tangent(stats.circmean)
def mean_direction_tangent(samples, high=2.0 * math.pi, low=0, axis=None, *, keepdims=False, samples_dot):
    return np.sum(slope_of_direction(samples, high, low, axis) * samples_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.circvar, cost=200, wrt=["samples"])
def circular_variance(samples, high=2.0 * math.pi, low=0, axis=None, *, keepdims=False, grad):
    return aligned(grad, samples, axis, keepdims) * slope_of_dispersion(samples, high, low, axis)


@tangent(stats.circvar)
def circular_variance_tangent(samples, high=2.0 * math.pi, low=0, axis=None, *, keepdims=False, samples_dot):
    return np.sum(slope_of_dispersion(samples, high, low, axis) * samples_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.circstd, cost=200, wrt=["samples"])
def circular_deviation(samples, high=2.0 * math.pi, low=0, axis=None, *, normalize=False, keepdims=False, grad, result):
    slope = slope_of_circular_deviation(samples, high, low, axis, normalize, aligned(result, samples, axis, keepdims))
    return aligned(grad, samples, axis, keepdims) * slope


@tangent(stats.circstd)
def circular_deviation_tangent(
    samples, high=2.0 * math.pi, low=0, axis=None, *, normalize=False, keepdims=False, result, samples_dot
):
    slope = slope_of_circular_deviation(samples, high, low, axis, normalize, aligned(result, samples, axis, keepdims))
    return np.sum(slope * samples_dot, axis=axis, keepdims=keepdims)


@kind(stats.circmean, stats.circvar)
def direction_kind(samples: Kind, high: Kind, low: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(samples, axis, keepdims=keepdims)


@kind(stats.circstd)
def circular_kind(
    samples: Kind, high: Kind, low: Kind, axis: Kind, *, normalize: Kind = FALSE, keepdims: Kind = FALSE
) -> Kind:
    return moment_kind(samples, axis, keepdims=keepdims)


# --- transformed numbers ----------------------------------------------------------------------------------------------


@partials(stats.yeojohnson, cost=50)
def yeo_johnson(x, lmbda=None, *, result):
    """I. Yeo and R. Johnson, "A new family of power transformations" (2000): ((x + 1) ** lmbda - 1) / lmbda, and for
    negative numbers -((1 - x) ** (2 - lmbda) - 1) / (2 - lmbda). Only with lmbda given."""
    if lmbda is None:
        return refuse("without lmbda, which SciPy searches then: the call with the one that it finds"), None
    return power_of_distance(x, lmbda), slope_by_power(x, lmbda, result)


@elementwise_helper
def power_of_distance(x, lmbda):
    return np.where(x >= 0, np.abs(x) + 1.0, 1.0) ** (lmbda - 1.0) * np.where(x < 0, np.abs(x) + 1.0, 1.0) ** (
        1.0 - lmbda
    )


@elementwise_helper
def slope_by_power(x, lmbda, result):
    """By lmbda, which stands in the exponent: with u = lmbda, or 2 - lmbda for negative numbers."""
    u, log = np.where(x >= 0, lmbda, 2.0 - lmbda), np.log1p(np.abs(x))
    size = np.abs(result)
    return np.where(np.abs(u) < 1e-8, 0.5 * log * log, (log * (u * size + 1.0) - size) / np.where(u == 0, 1.0, u))
