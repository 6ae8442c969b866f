"""scipy.stats: means, standardized numbers, moments and entropies of samples."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from s2sad.kinds import NONE, Kind
from s2sad.rules.reductions import aligned, count, reduced
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, spread, tangent, unbroadcast
from s2sad.rules.results import FALSE, dims_of, double_only, elementwise_helper, numeric, shaped

DTYPE = "with a dtype: of a.astype(dtype)"

# --- means ------------------------------------------------------------------------------------------------------------


@inline
def parts_of_mean(a, axis, weights):
    """How much each of the numbers weighs in the mean."""
    if weights is None:
        return 1.0 / count(a, axis)
    if known(rank(weights) != rank(a)):
        return refuse("with weights of another rank than the numbers: np.broadcast_to(weights, np.shape(a))")
    whole = np.reshape(weights, np.shape(a))  # which fails where weights of another shape are broadcast
    return whole / np.sum(whole, axis=axis, keepdims=True)


@inline
def of_weight_in_mean(grad, a, axis, keepdims, weights, over_mean):
    """The cotangent of the weights, where a mean changes with one by `over_mean` times its share of their sum."""
    if weights is None:
        return None
    return aligned(grad, a, axis, keepdims) * over_mean / np.sum(weights, axis=axis, keepdims=True)


@adjoint(stats.gmean, cost=100, wrt=["a", "weights"])
def geometric_mean(a, axis=0, dtype=None, weights=None, *, keepdims=False, grad, result):
    """exp(sum(w log a) / sum(w))."""
    if dtype is not None:
        return refuse(DTYPE), None
    whole = aligned(result, a, axis, keepdims)
    moved = aligned(grad * result, a, axis, keepdims) * parts_of_mean(a, axis, weights) / a
    return moved, 0.0, 0.0, of_weight_in_mean(grad, a, axis, keepdims, weights, whole * (np.log(a) - np.log(whole)))


@tangent(stats.gmean)
def geometric_mean_tangent(a, axis=0, dtype=None, weights=None, *, keepdims=False, result, a_dot, weights_dot):
    if dtype is not None:
        return refuse(DTYPE)
    if weights is None:
        return result * np.mean(a_dot / a, axis=axis, keepdims=keepdims)
    excess = np.log(a) - np.log(aligned(result, a, axis, keepdims))
    moved = parts_of_mean(a, axis, weights) / a * a_dot
    heavier = excess / np.sum(weights, axis=axis, keepdims=True) * weights_dot
    return result * np.sum(moved + heavier, axis=axis, keepdims=keepdims)


@adjoint(stats.hmean, cost=100, wrt=["a", "weights"])
def harmonic_mean(a, axis=0, dtype=None, *, weights=None, keepdims=False, grad, result):
    """sum(w) / sum(w / a)."""
    if dtype is not None:
        return refuse(DTYPE), None
    whole = aligned(result, a, axis, keepdims)
    moved = aligned(grad, a, axis, keepdims) * parts_of_mean(a, axis, weights) * (whole / a) ** 2
    return moved, 0.0, 0.0, of_weight_in_mean(grad, a, axis, keepdims, weights, whole * (1.0 - whole / a))


@tangent(stats.hmean)
def harmonic_mean_tangent(a, axis=0, dtype=None, *, weights=None, keepdims=False, result, a_dot, weights_dot):
    if dtype is not None:
        return refuse(DTYPE)
    share = aligned(result, a, axis, keepdims) / a
    if weights is None:
        return np.mean(share * share * a_dot, axis=axis, keepdims=keepdims)
    moved = parts_of_mean(a, axis, weights) * share**2 * a_dot
    heavier = (
        aligned(result, a, axis, keepdims) * (1.0 - share) / np.sum(weights, axis=axis, keepdims=True) * weights_dot
    )
    return np.sum(moved + heavier, axis=axis, keepdims=keepdims)


@adjoint(stats.pmean, cost=100, wrt=["a", "weights"])
def power_mean(a, p, *, axis=0, dtype=None, weights=None, keepdims=False, grad, result):
    """(sum(w a**p) / sum(w)) ** (1 / p), and for p = 0 the geometric mean."""
    if dtype is not None:
        return refuse(DTYPE), None
    whole = aligned(result, a, axis, keepdims)
    moved = aligned(grad, a, axis, keepdims) * parts_of_mean(a, axis, weights) * (a / whole) ** (p - 1.0)
    heavier = of_weight_in_mean(grad, a, axis, keepdims, weights, whole * excess_of_power(a / whole, p))
    return spread(moved), 0.0, 0.0, 0.0, heavier


@tangent(stats.pmean)
def power_mean_tangent(a, p, *, axis=0, dtype=None, weights=None, keepdims=False, result, a_dot, weights_dot):
    if dtype is not None:
        return refuse(DTYPE)
    whole = aligned(result, a, axis, keepdims)
    moved = parts_of_mean(a, axis, weights) * (a / whole) ** (p - 1.0) * a_dot
    if weights is None:
        return np.sum(moved, axis=axis, keepdims=keepdims)
    heavier = whole * excess_of_power(a / whole, p) / np.sum(weights, axis=axis, keepdims=True) * weights_dot
    return np.sum(moved + heavier, axis=axis, keepdims=keepdims)


@elementwise_helper
def excess_of_power(x, p):
    return np.log(x) if p == 0 else (x**p - 1.0) / p


# --- standardized numbers, and what is made of them -------------------------------------------------------------------


@adjoint(stats.zscore, cost=100)
def standardized(a, axis=0, ddof=0, *, grad, result):
    return less_mean_and_scale(grad, a, axis, ddof, result)


@tangent(stats.zscore)
def standardized_tangent(a, axis=0, ddof=0, *, result, a_dot):
    """The derivative is a symmetric matrix."""
    return less_mean_and_scale(a_dot, a, axis, ddof, result)


@adjoint(stats.zmap, cost=100)
def standardized_beside(scores, compare, axis=0, ddof=0, *, grad, result):
    scale = np.std(compare, axis=axis, ddof=ddof, keepdims=True)
    moved = -np.sum(grad, axis=axis, keepdims=True) / count(compare, axis)
    along = np.sum(grad * result, axis=axis, keepdims=True) / (count(compare, axis) - ddof)
    own = (compare - np.mean(compare, axis=axis, keepdims=True)) / scale
    return unbroadcast(grad / scale), unbroadcast((moved - own * along) / scale)


@tangent(stats.zmap)
def standardized_beside_tangent(scores, compare, axis=0, ddof=0, *, result, scores_dot, compare_dot):
    scale = np.std(compare, axis=axis, ddof=ddof, keepdims=True)
    own = (compare - np.mean(compare, axis=axis, keepdims=True)) / scale
    along = np.sum(own * compare_dot, axis=axis, keepdims=True) / (count(compare, axis) - ddof)
    return (scores_dot - np.mean(compare_dot, axis=axis, keepdims=True) - result * along) / scale


@adjoint(stats.gstd, cost=100)
def geometric_deviation(a, axis=0, ddof=1, *, keepdims=False, grad, result):
    """exp of the standard deviation of the logarithms."""
    scale = (count(a, axis) - ddof) * aligned(np.log(result), a, axis, keepdims)
    excess = np.log(a) - np.mean(np.log(a), axis=axis, keepdims=True)
    return aligned(grad * result, a, axis, keepdims) * excess / (scale * a)


@tangent(stats.gstd)
def geometric_deviation_tangent(a, axis=0, ddof=1, *, keepdims=False, result, a_dot):
    excess = np.log(a) - np.mean(np.log(a), axis=axis, keepdims=True)
    moved = np.sum(excess / a * a_dot, axis=axis, keepdims=keepdims)
    return result * moved / ((count(a, axis) - ddof) * np.log(result))


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


@inline
def without_bias(n, bias):
    """By what an unbiased skewness is greater; of fewer numbers than it takes SciPy leaves it as it is."""
    return 1.0 if bias is True or n <= 2 else math.sqrt(n * (n - 1.0)) / (n - 2.0)


@inline
def without_bias_of_kurtosis(n, bias):
    return 1.0 if bias is True or n <= 3 else (n - 1.0) * (n + 1.0) / ((n - 2.0) * (n - 3.0))


@adjoint(stats.skew, cost=100)
def skewness(a, axis=0, bias=True, *, keepdims=False, grad):
    return aligned(grad, a, axis, keepdims) * without_bias(count(a, axis), bias) * slope_of_skewness(a, axis)


@tangent(stats.skew)
def skewness_tangent(a, axis=0, bias=True, *, keepdims=False, a_dot):
    slope = without_bias(count(a, axis), bias) * slope_of_skewness(a, axis)
    return np.sum(slope * a_dot, axis=axis, keepdims=keepdims)


@adjoint(stats.kurtosis, cost=100)
def kurtosis(a, axis=0, fisher=True, bias=True, *, keepdims=False, grad):
    return (
        aligned(grad, a, axis, keepdims) * without_bias_of_kurtosis(count(a, axis), bias) * slope_of_kurtosis(a, axis)
    )


@tangent(stats.kurtosis)
def kurtosis_tangent(a, axis=0, fisher=True, bias=True, *, keepdims=False, a_dot):
    slope = without_bias_of_kurtosis(count(a, axis), bias) * slope_of_kurtosis(a, axis)
    return np.sum(slope * a_dot, axis=axis, keepdims=keepdims)


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


@kind(stats.pmean)
def power_mean_kind(
    a: Kind, p: Kind, *, axis: Kind, dtype: Kind = NONE, weights: Kind = NONE, keepdims: Kind = FALSE
) -> Kind:
    return moment_kind(a, axis, keepdims=keepdims)


@kind(stats.zmap)
def standardized_beside_kind(scores: Kind, compare: Kind, axis: Kind, ddof: Kind) -> Kind:
    scores, compare = numeric(scores), numeric(compare)
    return shaped("float64" if double_only(scores) and double_only(compare) else "", dims_of(scores))


@kind(stats.hmean, stats.skew, stats.sem, stats.gstd)
def kind_of_spread(a: Kind, axis: Kind, *options: Kind, keepdims: Kind = FALSE, weights: Kind = FALSE) -> Kind:
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
