"""Counts with weights, covariances and correlations."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind
from s2sad.rules.registry import adjoint, kind, tangent
from s2sad.rules.results import TRUE, dims_of, floating, numeric, result_dtype, shaped, unknown_dim, value_of


@adjoint(np.bincount, wrt=["weights"], cost=5)
def counts(x, weights=None, minlength=0, *, grad):
    """Of the weights: each adds to the count of its number."""
    return None, grad[x]


@tangent(np.bincount)
def counts_tangent(x, weights=None, minlength=0, *, weights_dot):
    return np.bincount(x, weights_dot, minlength)


@kind(np.bincount)
def counts_kind(x: Kind, weights: Kind = NONE, minlength: Kind = NONE) -> Kind:
    return Array("int64" if value_of(weights) is None else "float64", (unknown_dim(),))


@adjoint(np.cov, cost=1000, wrt=["m", "y", "aweights"])
def covariance(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None, grad):
    if fweights is None and aweights is None:
        of_m = covariance_adjoint(m, y, rowvar, ddof_of(bias, ddof), grad, 0)
        if y is None:
            return of_m, None, None, None, None, None, None
        of_y = covariance_adjoint(m, y, rowvar, ddof_of(bias, ddof), grad, 1)
        return of_m, of_y, None, None, None, None, None
    weights = product_of_weights(fweights, aweights)
    freedom = weighted_freedom(weights, aweights, ddof_of(bias, ddof))
    of_m = weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, 0)
    of_weights = 0.0
    if aweights is not None:
        of_weights = covariance_weights_adjoint(m, y, rowvar, fweights, aweights, ddof_of(bias, ddof), grad)
    if y is None:
        return of_m, None, None, None, None, None, of_weights
    of_y = weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, 1)
    return of_m, of_y, None, None, None, None, of_weights


def product_of_weights(fweights, aweights):
    if fweights is None or aweights is None:
        return np.asarray(aweights if fweights is None else fweights)
    return np.asarray(fweights) * np.asarray(aweights)


def weighted_freedom(weights, aweights, ddof):
    """What the sum of products is divided by, as np.cov does."""
    total = np.sum(weights)
    return total - (ddof if aweights is None else ddof * np.sum(weights * np.asarray(aweights)) / total)


def freedom_slope(weights, aweights, ddof):
    """How that changes with each weight."""
    total = np.sum(weights)
    return 1.0 - ddof * (2.0 * np.asarray(aweights) - np.sum(weights * np.asarray(aweights)) / total) / total


def all_variables(m, y, rowvar):
    rows = variables_in_rows(m, rowvar)
    return rows if y is None else np.concatenate([rows, variables_in_rows(y, rowvar)])


def covariance_weights_adjoint(m, y, rowvar, fweights, aweights, ddof, grad):
    """The adjoint of np.cov with respect to its weights: each adds the product of what is centered, and to what the sum
    is divided by. (How the mean changes doesn't matter: what is centered sums to zero.)"""
    weights, rows = product_of_weights(fweights, aweights), all_variables(m, y, rowvar)
    square = np.reshape(grad, (rows.shape[0], rows.shape[0]))
    centered = rows - np.average(rows, axis=1, weights=weights)[:, None]
    products = np.real(np.sum(centered * (square @ np.conj(centered)), axis=0))
    freedom = weighted_freedom(weights, aweights, ddof)
    made = products - np.sum(products * weights) / freedom * freedom_slope(weights, aweights, ddof)
    return made / freedom if fweights is None else made / freedom * np.asarray(fweights)


def covariance_weights_change(m, y, rowvar, fweights, aweights, ddof, result, aweights_dot):
    weights, rows = product_of_weights(fweights, aweights), all_variables(m, y, rowvar)
    change = aweights_dot if fweights is None else aweights_dot * np.asarray(fweights)
    centered = rows - np.average(rows, axis=1, weights=weights)[:, None]
    moved = np.reshape((change * centered) @ np.conj(centered.T), np.shape(result))
    freedom = weighted_freedom(weights, aweights, ddof)
    return (moved - np.sum(change * freedom_slope(weights, aweights, ddof)) * result) / freedom


def weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, part):
    rows = all_variables(m, y, rowvar)
    count = variables_in_rows(m, rowvar).shape[0]
    square = np.reshape(grad, (rows.shape[0], rows.shape[0]))
    centered = rows - np.average(rows, axis=1, weights=weights)[:, None]
    made = (square + np.conj(square.T)) @ np.conj(centered * weights) / freedom
    return part_of_variables(made, count, rowvar, part, m if part == 0 else y)


def part_of_variables(made, count, rowvar, part, like):
    """Of the cotangents of all variables those of m (part 0) or y (part 1)."""
    made = made[:count] if part == 0 else made[count:]
    made = made if np.iscomplexobj(like) else np.real(made)
    return np.reshape(made if rowvar or np.ndim(like) < 2 else made.T, np.shape(like))


def ddof_of(bias, ddof):
    """How many degrees of freedom are taken off: `ddof` where it is given."""
    return (0 if bias else 1) if ddof is None else ddof


def variables_in_rows(x, rowvar):
    """The observations as np.cov sees them: one variable a row."""
    rows = np.atleast_2d(x)
    return rows if rowvar or np.ndim(x) < 2 else rows.T


def covariance_adjoint(m, y, rowvar, ddof, grad, part):
    """The adjoint of np.cov with respect to m (part 0) or y (part 1)."""
    rows = all_variables(m, y, rowvar)
    count = variables_in_rows(m, rowvar).shape[0]
    square = np.reshape(grad, (rows.shape[0], rows.shape[0]))
    centered = rows - np.mean(rows, axis=1, keepdims=True)
    made = (square + np.conj(square.T)) @ np.conj(centered) / (rows.shape[1] - ddof)
    return part_of_variables(made, count, rowvar, part, m if part == 0 else y)


@tangent(np.cov)
def covariance_tangent(
    m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None, result, m_dot, y_dot,
    aweights_dot
):  # fmt: skip
    if fweights is not None or aweights is not None:
        weights = product_of_weights(fweights, aweights)
        freedom = weighted_freedom(weights, aweights, ddof_of(bias, ddof))
        moved = weighted_covariance_change(m, y, rowvar, weights, freedom, result, m_dot, 0)
        if y is not None:
            moved = moved + weighted_covariance_change(m, y, rowvar, weights, freedom, result, y_dot, 1)
        if aweights is None:
            return moved
        given = ddof_of(bias, ddof)
        return moved + covariance_weights_change(m, y, rowvar, fweights, aweights, given, result, aweights_dot)
    change = covariance_change(m, y, rowvar, ddof_of(bias, ddof), result, m_dot, 0)
    if y is None:
        return change
    return change + covariance_change(m, y, rowvar, ddof_of(bias, ddof), result, y_dot, 1)


def covariance_change(m, y, rowvar, ddof, result, x_dot, part):
    """How np.cov changes when m (part 0) or y (part 1) does."""
    rows, moved = variables_in_rows(m, rowvar), variables_in_rows(x_dot, rowvar)
    if y is not None:
        others = variables_in_rows(y, rowvar)
        still = np.zeros_like(rows if part == 1 else others)
        moved = np.concatenate([still, moved] if part == 1 else [moved, still])
        rows = np.concatenate([rows, others])
    half = moved @ np.conj(rows - np.mean(rows, axis=1, keepdims=True)).T / (rows.shape[1] - ddof)
    return np.reshape(half + np.conj(half.T), np.shape(result))


def weighted_covariance_change(m, y, rowvar, weights, freedom, result, x_dot, part):
    rows, moved = variables_in_rows(m, rowvar), variables_in_rows(x_dot, rowvar)
    if y is not None:
        others = variables_in_rows(y, rowvar)
        still = np.zeros_like(rows if part == 1 else others)
        moved = np.concatenate([still, moved] if part == 1 else [moved, still])
        rows = np.concatenate([rows, others])
    half = moved @ np.conj(weights * (rows - np.average(rows, axis=1, weights=weights)[:, None])).T / freedom
    return np.reshape(half + np.conj(half.T), np.shape(result))


@adjoint(np.corrcoef, cost=1000)
def correlation(x, y=None, rowvar=True, *, dtype=None, grad, result):
    of_x = correlation_adjoint(x, y, rowvar, grad, result, 0)
    if y is None:
        return of_x, None
    return of_x, correlation_adjoint(x, y, rowvar, grad, result, 1)


def correlation_adjoint(x, y, rowvar, grad, result, part):
    """The adjoint of np.corrcoef: that of np.cov, after the division by both deviations."""
    square = np.atleast_2d(np.cov(x, y, rowvar))
    variances = np.real(np.diag(square))
    deviations = np.sqrt(variances)
    change = np.reshape(grad, square.shape)
    shares = np.real(change * np.reshape(result, square.shape))
    sums = np.sum(shares, axis=0) + np.sum(shares, axis=1)
    of_square = change / np.outer(deviations, deviations) - np.diag(0.5 * sums / variances)
    return covariance_adjoint(x, y, rowvar, 1, of_square, part)


@tangent(np.corrcoef)
def correlation_tangent(x, y=None, rowvar=True, *, dtype=None, result, x_dot, y_dot):
    change = correlation_change(x, y, rowvar, result, x_dot, 0)
    if y is None:
        return change
    return change + correlation_change(x, y, rowvar, result, y_dot, 1)


def correlation_change(x, y, rowvar, result, x_dot, part):
    """How np.corrcoef changes: as np.cov does, but for what both deviations take away."""
    square = np.atleast_2d(np.cov(x, y, rowvar))
    variances = np.real(np.diag(square))
    deviations = np.sqrt(variances)
    change = covariance_change(x, y, rowvar, 1, square, x_dot, part)
    shares = 0.5 * np.real(np.diag(change)) / variances
    made = change / np.outer(deviations, deviations)
    return np.reshape(made - np.reshape(result, square.shape) * (shares[:, None] + shares), np.shape(result))


@kind(np.cov)
def covariance_kind(m: Kind, y: Kind, rowvar: Kind = TRUE, *others: Kind, dtype: Kind = NONE) -> Kind:
    return between_variables(m, y, rowvar)


@kind(np.corrcoef)
def correlation_kind(x: Kind, y: Kind, rowvar: Kind = TRUE, *others: Kind, dtype: Kind = NONE) -> Kind:
    made = between_variables(x, y, rowvar)
    return shaped(made.dtype, ()) if made.rank == 0 else made  # type: ignore[attr-defined]


def between_variables(m: Kind, y: Kind, rowvar: Kind) -> Array:
    m, y = numeric(m), numeric(y)
    dims, alone = dims_of(m), value_of(y) is None
    dtype = floating(result_dtype(None, m) if alone else result_dtype(None, m, y))
    dtype = {"float32": "float64", "float16": "float64", "complex64": "complex128"}.get(dtype, dtype)
    if dims is None or value_of(rowvar) not in (True, False):
        return Array(dtype, None)
    if alone:
        if len(dims) < 2:
            return Array(dtype, ())
        side = dims[1 if value_of(rowvar) is False else 0]
        return Array(dtype, (side, side) if side.many else None)
    side = unknown_dim()
    return Array(dtype, (side, side))
