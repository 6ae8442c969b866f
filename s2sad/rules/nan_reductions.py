"""Reductions that leave out what is not a number; what is left out has the derivative zero."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.reductions import aligned, extreme_kind, masked, mean_kind, others_of, spread_kind, sum_kind, whole_sum
from s2sad.rules.registry import adjoint, inline, kind, known, rank, tangent
from s2sad.rules.results import FALSE


@inline
def numbers(a):
    return np.where(np.isnan(a), 0.0, a)


@inline
def how_many(a, axis):
    """How many numbers are reduced to one, made to broadcast to `a`."""
    if known(rank(a) == 0) or known(a.dtype == np.float64) or known(a.dtype == np.complex128):
        return np.sum(~np.isnan(a)) if axis is None else np.sum(~np.isnan(a), axis=axis, keepdims=True)
    return np.sum(~np.isnan(a), axis=axis, dtype=a.dtype, keepdims=axis is not None)


@inline
def deviations(a, axis):
    """How far each number is from the mean; 0 for what is left out."""
    mean = np.nanmean(a) if axis is None else np.nanmean(a, axis=axis, keepdims=True)
    return np.where(np.isnan(a), 0.0, a - mean)


# --- sums and products ----------------------------------------------------------------------------------------------


@adjoint(np.nansum)
def sum_of_numbers(a, axis=None, dtype=None, *, keepdims=False, initial=0.0, where=True, grad, result):
    of_a = masked(np.where(np.isnan(a), 0.0, aligned(grad, a, axis, keepdims)), where)
    return of_a, None, None, None, whole_sum(grad, result)


@tangent(np.nansum)
def sum_of_numbers_tangent(a, axis=None, dtype=None, *, keepdims=False, initial=0.0, where=True, a_dot, initial_dot):
    of_a = np.sum(np.where(np.isnan(a), 0.0, a_dot), axis=axis, keepdims=keepdims, where=where)
    return of_a + initial_dot


@adjoint(np.nanprod, cost=20)
def product_of_numbers(a, axis=None, dtype=None, *, keepdims=False, grad):
    others = others_of(np.where(np.isnan(a), 1.0, a), axis)
    return np.where(np.isnan(a), 0.0, aligned(grad, a, axis, keepdims) * others)


@tangent(np.nanprod)
def product_of_numbers_tangent(a, axis=None, dtype=None, *, keepdims=False, a_dot):
    others = others_of(np.where(np.isnan(a), 1.0, a), axis)
    return np.sum(np.where(np.isnan(a), 0.0, others * a_dot), axis=axis, keepdims=keepdims)


# --- means and deviations -------------------------------------------------------------------------------------------


@adjoint(np.nanmean)
def mean_of_numbers(a, axis=None, dtype=None, *, keepdims=False, grad):
    return np.where(np.isnan(a), 0.0, aligned(grad, a, axis, keepdims) / how_many(a, axis))


@tangent(np.nanmean)
def mean_of_numbers_tangent(a, axis=None, dtype=None, *, keepdims=False, a_dot):
    total = np.sum(np.where(np.isnan(a), 0.0, a_dot), axis=axis, keepdims=keepdims)
    return total / np.sum(~np.isnan(a), axis=axis, keepdims=keepdims)


@adjoint(np.nanvar, cost=5)
def variance_of_numbers(a, axis=None, dtype=None, *, ddof=0, keepdims=False, grad):
    slope = 2.0 * aligned(grad, a, axis, keepdims) / (how_many(a, axis) - ddof)
    return slope * np.conj(deviations(a, axis)) if np.iscomplexobj(a) else slope * deviations(a, axis)


@tangent(np.nanvar)
def variance_of_numbers_tangent(a, axis=None, dtype=None, *, ddof=0, keepdims=False, a_dot):
    parts = np.where(np.isnan(a), 0.0, np.real(np.conj(deviations(a, axis)) * a_dot))
    freedom = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims) - ddof
    return 2.0 * np.sum(parts, axis=axis, keepdims=keepdims) / freedom


@adjoint(np.nanstd, cost=5)
def deviation_of_numbers(a, axis=None, dtype=None, *, ddof=0, keepdims=False, grad, result):
    """Where all numbers are equal, the subgradient 0."""
    slope = aligned(grad / not_zero(result), a, axis, keepdims) / (how_many(a, axis) - ddof)
    return slope * np.conj(deviations(a, axis)) if np.iscomplexobj(a) else slope * deviations(a, axis)


@tangent(np.nanstd)
def deviation_of_numbers_tangent(a, axis=None, dtype=None, *, ddof=0, keepdims=False, result, a_dot):
    parts = np.where(np.isnan(a), 0.0, np.real(np.conj(deviations(a, axis)) * a_dot))
    freedom = np.sum(~np.isnan(a), axis=axis, keepdims=keepdims) - ddof
    return np.sum(parts, axis=axis, keepdims=keepdims) / freedom / not_zero(result)


# --- extremes: ties share equally -----------------------------------------------------------------------------------


@adjoint(np.nanmax, np.nanmin)
def extreme_of_numbers(a, axis=None, *, keepdims=False, grad, result):
    best = a == aligned(result, a, axis, keepdims)
    shares = np.sum(best, dtype=a.dtype) if axis is None else np.sum(best, axis=axis, dtype=a.dtype, keepdims=True)
    return np.where(best, aligned(grad, a, axis, keepdims) / shares, 0.0)


@tangent(np.nanmax, np.nanmin)
def extreme_of_numbers_tangent(a, axis=None, *, keepdims=False, result, a_dot):
    best = a == aligned(result, a, axis, keepdims)
    chosen = np.sum(np.where(best, a_dot, 0.0), axis=axis, keepdims=keepdims)
    return chosen / np.sum(best, axis=axis, keepdims=keepdims)


# --- kinds ----------------------------------------------------------------------------------------------------------


@kind(np.nansum, np.nanprod)
def nan_sum_kind(a: Kind, axis: Kind, dtype: Kind, *, keepdims: Kind = FALSE, **options: Kind) -> Kind:
    return sum_kind(a, axis, dtype, NONE, keepdims)


@kind(np.nanmean)
def nan_mean_kind(a: Kind, axis: Kind, dtype: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return mean_kind(a, axis, dtype, NONE, keepdims)


@kind(np.nanmax, np.nanmin)
def nan_extreme_kind(a: Kind, axis: Kind, *, keepdims: Kind = FALSE) -> Kind:
    return extreme_kind(a, axis, NONE, keepdims, NONE)


@kind(np.nanvar, np.nanstd)
def nan_spread_kind(a: Kind, axis: Kind, dtype: Kind, *, ddof: Kind, keepdims: Kind = FALSE) -> Kind:
    return spread_kind(a, axis, dtype, NONE, ddof, keepdims)
