"""Reductions that leave out what is not a number; what is left out has the derivative zero."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.reductions import (
    aligned,
    best_of,
    conjugate_if_complex,
    count_of,
    extreme_kind,
    masked,
    mean_kind,
    others_of,
    spread_kind,
    sum_kind,
    whole_sum,
)
from s2sad.rules.registry import adjoint, inline, kind, known, rank, tangent, unbroadcast
from s2sad.rules.results import FALSE, TRUE


@inline
def numbers(a):
    return np.where(np.isnan(a), 0.0, a)


@inline
def left_out(a, where):
    return np.isnan(a) if where is True else np.isnan(a) | np.logical_not(where)


@inline
def how_many(a, axis, where=True):
    """How many numbers are reduced to one, made to broadcast to `a`."""
    if known(rank(a) == 0) or known(a.dtype == np.float64) or known(a.dtype == np.complex128):
        return np.sum(~left_out(a, where)) if axis is None else np.sum(~left_out(a, where), axis=axis, keepdims=True)
    return np.sum(~left_out(a, where), axis=axis, dtype=a.dtype, keepdims=axis is not None)  # type: ignore[call-overload, unused-ignore]


@inline
def deviations(a, axis, where=True, mean=None):
    """How far each number is from the mean; 0 for what is left out."""
    return np.where(left_out(a, where), 0.0, a - (mean_of(a, axis, where) if mean is None else mean))


@inline
def mean_of(a, axis, where):
    if where is not True:
        return np.nanmean(a, axis=axis, keepdims=True, where=where)
    return np.nanmean(a) if axis is None else np.nanmean(a, axis=axis, keepdims=True)


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
def product_of_numbers(a, axis=None, dtype=None, *, keepdims=False, initial=1.0, where=True, grad):
    others = others_of(np.where(left_out(a, where), 1.0, a), axis)
    of_initial = unbroadcast(grad * np.nanprod(a, axis=axis, keepdims=keepdims, where=where))
    of_a = np.where(left_out(a, where), 0.0, aligned(initial * grad, a, axis, keepdims) * others)
    return of_a, None, None, None, of_initial


@tangent(np.nanprod)
def product_of_numbers_tangent(
    a, axis=None, dtype=None, *, keepdims=False, initial=1.0, where=True, a_dot, initial_dot
):
    others = others_of(np.where(left_out(a, where), 1.0, a), axis)
    change = initial * np.sum(np.where(left_out(a, where), 0.0, others * a_dot), axis=axis, keepdims=keepdims)
    if known(initial_dot == 0.0):
        return change
    return change + initial_dot * np.nanprod(a, axis=axis, keepdims=keepdims, where=where)


# --- means and deviations -------------------------------------------------------------------------------------------


@adjoint(np.nanmean)
def mean_of_numbers(a, axis=None, dtype=None, *, keepdims=False, where=True, grad):
    return np.where(left_out(a, where), 0.0, aligned(grad, a, axis, keepdims) / how_many(a, axis, where))


@tangent(np.nanmean)
def mean_of_numbers_tangent(a, axis=None, dtype=None, *, keepdims=False, where=True, a_dot):
    total = np.sum(np.where(left_out(a, where), 0.0, a_dot), axis=axis, keepdims=keepdims)
    return total / np.sum(~left_out(a, where), axis=axis, keepdims=keepdims)


@inline
def freedom_of(a, axis, where, ddof, correction):
    """The degrees of freedom: `correction` is another name for `ddof`."""
    return how_many(a, axis, where) - (ddof if known(correction == 0) else correction)


@inline
def final_freedom(a, axis, where, keepdims, ddof, correction):
    """The same, in the shape of the result."""
    return np.sum(~left_out(a, where), axis=axis, keepdims=keepdims) - (ddof if known(correction == 0) else correction)


@inline
def change_of_squares(a, axis, where, mean, keepdims, a_dot, mean_dot):
    """Half of how the sum of the squares changes."""
    change = a_dot if mean is None else a_dot - mean_dot
    parts = np.where(left_out(a, where), 0.0, np.real(np.conj(deviations(a, axis, where, mean)) * change))
    return np.sum(parts, axis=axis, keepdims=keepdims)


@adjoint(np.nanvar, cost=5)
def variance_of_numbers(
    a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=0, grad, result
):
    slope = 2.0 * aligned(grad, a, axis, keepdims) / freedom_of(a, axis, where, ddof, correction)
    of_a = slope * conjugate_if_complex(deviations(a, axis, where, mean), a)
    of_ddof = np.sum(grad * result / final_freedom(a, axis, where, keepdims, ddof, correction))
    return of_a, None, None, of_ddof, None, None, unbroadcast(-of_a), of_ddof


@tangent(np.nanvar)
def variance_of_numbers_tangent(
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=0,
    result,
    a_dot,
    ddof_dot,
    mean_dot,
    correction_dot,
):
    change = 2.0 * change_of_squares(a, axis, where, mean, keepdims, a_dot, mean_dot)
    if known(ddof_dot == 0.0) and known(correction_dot == 0.0):
        return change / final_freedom(a, axis, where, keepdims, ddof, correction)
    total = change + (ddof_dot + correction_dot) * result
    return total / final_freedom(a, axis, where, keepdims, ddof, correction)


@adjoint(np.nanstd, cost=5)
def deviation_of_numbers(
    a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, mean=None, correction=0, grad, result
):
    """Where all numbers are equal, the subgradient 0."""
    slope = aligned(grad / not_zero(result), a, axis, keepdims) / freedom_of(a, axis, where, ddof, correction)
    of_a = slope * conjugate_if_complex(deviations(a, axis, where, mean), a)
    of_ddof = np.sum(0.5 * grad * result / final_freedom(a, axis, where, keepdims, ddof, correction))
    return of_a, None, None, of_ddof, None, None, unbroadcast(-of_a), of_ddof


@tangent(np.nanstd)
def deviation_of_numbers_tangent(
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=0,
    result,
    a_dot,
    ddof_dot,
    mean_dot,
    correction_dot,
):
    change = change_of_squares(a, axis, where, mean, keepdims, a_dot, mean_dot) / not_zero(result)
    if known(ddof_dot == 0.0) and known(correction_dot == 0.0):
        return change / final_freedom(a, axis, where, keepdims, ddof, correction)
    total = change + 0.5 * (ddof_dot + correction_dot) * result
    return total / final_freedom(a, axis, where, keepdims, ddof, correction)


# --- extremes: ties share equally -----------------------------------------------------------------------------------


@adjoint(np.nanmax, np.nanmin)
def extreme_of_numbers(a, axis=None, *, keepdims=False, initial=None, where=True, grad, result):
    if known(rank(a) == 0) and initial is None:
        return grad * (a == result)
    if known(rank(a) == 0):
        share = grad / (1.0 + (a == initial))
        return share * (a == result), None, None, share * (initial == result)
    best = best_of(a, axis, keepdims, where, result)
    if initial is None:
        shares = np.sum(best, dtype=a.dtype) if axis is None else np.sum(best, axis=axis, dtype=a.dtype, keepdims=True)
        return np.where(best, aligned(grad, a, axis, keepdims) / shares, 0.0)
    first = aligned(result, a, axis, keepdims) == initial
    share = aligned(grad, a, axis, keepdims) / (count_of(best, a, axis) + first)
    return np.where(best, share, 0.0), None, None, unbroadcast(np.where(first, share, 0.0))


@tangent(np.nanmax, np.nanmin)
def extreme_of_numbers_tangent(a, axis=None, *, keepdims=False, initial=None, where=True, result, a_dot, initial_dot):
    best = best_of(a, axis, keepdims, where, result)
    chosen = np.sum(np.where(best, a_dot, 0.0), axis=axis, keepdims=keepdims)
    n = np.sum(best, axis=axis, keepdims=keepdims)
    if initial is None:
        return chosen / n
    first = result == initial
    return (chosen + first * initial_dot) / (n + first)


# --- kinds ----------------------------------------------------------------------------------------------------------


@kind(np.nansum, np.nanprod)
def nan_sum_kind(a: Kind, axis: Kind, dtype: Kind, *, keepdims: Kind = FALSE, **options: Kind) -> Kind:
    return sum_kind(a, axis, dtype, NONE, keepdims)


@kind(np.nanmean)
def nan_mean_kind(a: Kind, axis: Kind, dtype: Kind, *, keepdims: Kind = FALSE, where: Kind = TRUE) -> Kind:
    return mean_kind(a, axis, dtype, NONE, keepdims)


@kind(np.nanmax, np.nanmin)
def nan_extreme_kind(a: Kind, axis: Kind, *, keepdims: Kind = FALSE, **options: Kind) -> Kind:
    return extreme_kind(a, axis, NONE, keepdims, NONE)


@kind(np.nanvar, np.nanstd)
def nan_spread_kind(
    a: Kind, axis: Kind, dtype: Kind, *, ddof: Kind, keepdims: Kind = FALSE, mean: Kind = NONE, **options: Kind
) -> Kind:
    return spread_kind(a, axis, dtype, NONE, ddof, keepdims, mean=mean)
