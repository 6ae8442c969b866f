"""scipy.stats: means, standardized numbers, moments and entropies of samples."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from s2sad.kinds import Kind
from s2sad.rules.reductions import aligned, count, reduced
from s2sad.rules.registry import adjoint, inline, kind, refuse, tangent, unbroadcast
from s2sad.rules.results import FALSE, dims_of, double_only, numeric, shaped

BIASED = "with bias=False: the result without it, times a factor of the number of items"
WEIGHTED_GEOMETRIC = "with weights or a dtype: np.exp(np.average(np.log(a), weights=weights))"
WEIGHTED_HARMONIC = "with weights or a dtype: 1.0 / np.average(1.0 / a, weights=weights)"

# --- means ------------------------------------------------------------------------------------------------------------


@adjoint(stats.gmean, cost=100)
def geometric_mean(a, axis=0, dtype=None, weights=None, *, keepdims=False, grad, result):
    if weights is not None or dtype is not None:
        return refuse(WEIGHTED_GEOMETRIC), None
    return aligned(grad * result, a, axis, keepdims) / (count(a, axis) * a)


@tangent(stats.gmean)
def geometric_mean_tangent(a, axis=0, dtype=None, weights=None, *, keepdims=False, result, a_dot):
    if weights is not None or dtype is not None:
        return refuse(WEIGHTED_GEOMETRIC)
    return result * np.mean(a_dot / a, axis=axis, keepdims=keepdims)


@adjoint(stats.hmean, cost=100)
def harmonic_mean(a, axis=0, dtype=None, *, weights=None, keepdims=False, grad, result):
    if weights is not None or dtype is not None:
        return refuse(WEIGHTED_HARMONIC), None
    share = aligned(result, a, axis, keepdims) / a
    return aligned(grad, a, axis, keepdims) / count(a, axis) * share * share


@tangent(stats.hmean)
def harmonic_mean_tangent(a, axis=0, dtype=None, *, weights=None, keepdims=False, result, a_dot):
    if weights is not None or dtype is not None:
        return refuse(WEIGHTED_HARMONIC)
    share = aligned(result, a, axis, keepdims) / a
    return np.mean(share * share * a_dot, axis=axis, keepdims=keepdims)


# --- standardized numbers, and what is made of them -------------------------------------------------------------------


@adjoint(stats.zscore, cost=100)
def standardized(a, axis=0, ddof=0, *, grad, result):
    return less_mean_and_scale(grad, a, axis, ddof, result)


@tangent(stats.zscore)
def standardized_tangent(a, axis=0, ddof=0, *, result, a_dot):
    """The derivative is a symmetric matrix."""
    return less_mean_and_scale(a_dot, a, axis, ddof, result)


@inline
def less_mean_and_scale(x, a, axis, ddof, z):
    along = z * np.sum(x * z, axis=axis, keepdims=True) / (count(a, axis) - ddof)
    return (x - np.mean(x, axis=axis, keepdims=True) - along) / np.std(a, axis=axis, ddof=ddof, keepdims=True)


@inline
def slope_of_skewness(a, axis):
    scale = np.std(a, axis=axis, keepdims=True)
    z = (a - np.mean(a, axis=axis, keepdims=True)) / scale
    return 3.0 / count(a, axis) * (z**2 - 1.0 - np.mean(z**3, axis=axis, keepdims=True) * z) / scale


@inline
def slope_of_kurtosis(a, axis):
    scale = np.std(a, axis=axis, keepdims=True)
    z = (a - np.mean(a, axis=axis, keepdims=True)) / scale
    skewness, fourth = np.mean(z**3, axis=axis, keepdims=True), np.mean(z**4, axis=axis, keepdims=True)
    return 4.0 / count(a, axis) * (z**3 - skewness - fourth * z) / scale


@adjoint(stats.skew, cost=100)
def skewness(a, axis=0, bias=True, *, keepdims=False, grad):
    if bias is not True:
        return refuse(BIASED)
    return aligned(grad, a, axis, keepdims) * slope_of_skewness(a, axis)


@tangent(stats.skew)
def skewness_tangent(a, axis=0, bias=True, *, keepdims=False, a_dot):
    if bias is not True:
        return refuse(BIASED)
    return np.sum(slope_of_skewness(a, axis) * a_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.kurtosis, cost=100)
def kurtosis(a, axis=0, fisher=True, bias=True, *, keepdims=False, grad):
    if bias is not True:
        return refuse(BIASED)
    return aligned(grad, a, axis, keepdims) * slope_of_kurtosis(a, axis)


@tangent(stats.kurtosis)
def kurtosis_tangent(a, axis=0, fisher=True, bias=True, *, keepdims=False, a_dot):
    if bias is not True:
        return refuse(BIASED)
    return np.sum(slope_of_kurtosis(a, axis) * a_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.sem, cost=100)
def error_of_mean(a, axis=0, ddof=1, *, keepdims=False, grad, result):
    n = count(a, axis)
    slope = aligned(grad / result, a, axis, keepdims) / (n * (n - ddof))
    return slope * (a - np.mean(a, axis=axis, keepdims=True))


@tangent(stats.sem)
def error_of_mean_tangent(a, axis=0, ddof=1, *, keepdims=False, result, a_dot):
    n = count(a, axis)
    moved = np.sum((a - np.mean(a, axis=axis, keepdims=True)) * a_dot, axis=axis, keepdims=keepdims)
    return moved / (n * (n - ddof) * result)


@kind(stats.gmean)
def geometric_kind(a: Kind, axis: Kind, dtype: Kind, weights: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.hmean, stats.skew, stats.sem)
def harmonic_kind(a: Kind, axis: Kind, *options: Kind, keepdims: Kind = FALSE, weights: Kind = FALSE) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.kurtosis)
def moment_kind(a: Kind, axis: Kind, *options: Kind, keepdims: Kind = FALSE) -> Kind:
    return reduced(double_only(numeric(a)), numeric(a), axis, keepdims)


@kind(stats.zscore)
def standardized_kind(a: Kind, axis: Kind, ddof: Kind) -> Kind:
    return shaped(double_only(numeric(a)), dims_of(numeric(a)))


# --- entropies --------------------------------------------------------------------------------------------------------


@inline
def unit(base):
    return 1.0 if base is None else math.log(base)


@adjoint(stats.entropy, cost=100, wrt=["pk", "qk"])
def entropy(pk, qk=None, base=None, axis=0, *, keepdims=False, grad, result):
    """Of pk / sum(pk), or its divergence from qk / sum(qk)."""
    weights = aligned(grad / unit(base), pk, axis, keepdims)
    whole, own = np.sum(pk, axis=axis, keepdims=True), unit(base) * aligned(result, pk, axis, keepdims)
    if qk is None:
        return -weights * (np.log(pk / whole) + own) / whole, 0.0, None
    other = np.sum(qk, axis=axis, keepdims=True)
    quotient = pk / whole / (qk / other)
    return (
        unbroadcast(weights * (np.log(quotient) - own) / whole),
        unbroadcast(weights * (1.0 - quotient) / other),
        None,
    )


@tangent(stats.entropy)
def entropy_tangent(pk, qk=None, base=None, axis=0, *, keepdims=False, result, pk_dot, qk_dot):
    whole, own = np.sum(pk, axis=axis, keepdims=True), unit(base) * aligned(result, pk, axis, keepdims)
    if qk is None:
        moved = -(np.log(pk / whole) + own) / whole * pk_dot
        return np.sum(moved, axis=axis, keepdims=keepdims) / unit(base)
    other = np.sum(qk, axis=axis, keepdims=True)
    quotient = pk / whole / (qk / other)
    moved = (np.log(quotient) - own) / whole * pk_dot + (1.0 - quotient) / other * qk_dot
    return np.sum(moved, axis=axis, keepdims=keepdims) / unit(base)


@kind(stats.entropy)
def entropy_kind(pk: Kind, qk: Kind, base: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    if dims_of(numeric(qk)) not in (None, dims_of(numeric(pk))):
        return shaped("", None)
    return moment_kind(pk, axis, keepdims=keepdims)
