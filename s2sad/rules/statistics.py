"""Counts with weights, covariances and correlations."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, Array, Kind
from s2sad.rules.registry import adjoint, kind, refuse, tangent
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


@adjoint(np.cov, cost=1000)
def covariance(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None, grad):
    """Of complex numbers, and by its weights, it is refused: a product of what is centered has these derivatives."""
    if np.iscomplexobj(grad):
        return refuse("complex numbers in np.cov: write it as a product of what is centered"), None
    if fweights is None and aweights is None:
        of_m = covariance_adjoint(m, y, rowvar, ddof_of(bias, ddof), grad, 0)
        if y is None:
            return of_m, None
        return of_m, covariance_adjoint(m, y, rowvar, ddof_of(bias, ddof), grad, 1)
    weights = product_of_weights(fweights, aweights)
    freedom = weighted_freedom(weights, aweights, ddof_of(bias, ddof))
    of_m = weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, 0)
    if y is None:
        return of_m, None
    return of_m, weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, 1)


def product_of_weights(fweights, aweights):
    if fweights is None or aweights is None:
        return np.asarray(aweights if fweights is None else fweights)
    return np.asarray(fweights) * np.asarray(aweights)


def weighted_freedom(weights, aweights, ddof):
    """What the sum of products is divided by, as np.cov does."""
    total = np.sum(weights)
    return total - (ddof if aweights is None else ddof * np.sum(weights * np.asarray(aweights)) / total)


def weighted_covariance_adjoint(m, y, rowvar, weights, freedom, grad, part):
    rows = variables_in_rows(m, rowvar)
    count = rows.shape[0]
    if y is not None:
        rows = np.concatenate([rows, variables_in_rows(y, rowvar)])
    square = np.reshape(grad, (rows.shape[0], rows.shape[0]))
    centered = rows - np.average(rows, axis=1, weights=weights)[:, None]
    made = (square + square.T) @ (centered * weights) / freedom
    made = made[:count] if part == 0 else made[count:]
    like = m if part == 0 else y
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
    rows = variables_in_rows(m, rowvar)
    count = rows.shape[0]
    if y is not None:
        rows = np.concatenate([rows, variables_in_rows(y, rowvar)])
    square = np.reshape(grad, (rows.shape[0], rows.shape[0]))
    centered = rows - np.mean(rows, axis=1, keepdims=True)
    made = (square + square.T) @ centered / (rows.shape[1] - ddof)
    made = made[:count] if part == 0 else made[count:]
    like = m if part == 0 else y
    return np.reshape(made if rowvar or np.ndim(like) < 2 else made.T, np.shape(like))


@tangent(np.cov)
def covariance_tangent(
    m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None, result, m_dot, y_dot
):
    if np.iscomplexobj(m):
        return refuse("complex numbers in np.cov: write it as a product of what is centered")
    if fweights is not None or aweights is not None:
        weights = product_of_weights(fweights, aweights)
        freedom = weighted_freedom(weights, aweights, ddof_of(bias, ddof))
        moved = weighted_covariance_change(m, y, rowvar, weights, freedom, result, m_dot, 0)
        return (
            moved if y is None else moved + weighted_covariance_change(m, y, rowvar, weights, freedom, result, y_dot, 1)
        )
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
    half = moved @ (rows - np.mean(rows, axis=1, keepdims=True)).T / (rows.shape[1] - ddof)
    return np.reshape(half + half.T, np.shape(result))


def weighted_covariance_change(m, y, rowvar, weights, freedom, result, x_dot, part):
    rows, moved = variables_in_rows(m, rowvar), variables_in_rows(x_dot, rowvar)
    if y is not None:
        others = variables_in_rows(y, rowvar)
        still = np.zeros_like(rows if part == 1 else others)
        moved = np.concatenate([still, moved] if part == 1 else [moved, still])
        rows = np.concatenate([rows, others])
    half = moved @ (weights * (rows - np.average(rows, axis=1, weights=weights)[:, None])).T / freedom
    return np.reshape(half + half.T, np.shape(result))


@adjoint(np.corrcoef, cost=1000)
def correlation(x, y=None, rowvar=True, *, dtype=None, grad, result):
    if np.iscomplexobj(grad):
        return refuse("complex numbers in np.corrcoef: write it as a product of what is centered"), None
    of_x = correlation_adjoint(x, y, rowvar, grad, result, 0)
    if y is None:
        return of_x, None
    return of_x, correlation_adjoint(x, y, rowvar, grad, result, 1)


def correlation_adjoint(x, y, rowvar, grad, result, part):
    """The adjoint of np.corrcoef: that of np.cov, after the division by both deviations."""
    square = np.atleast_2d(np.cov(x, y, rowvar))
    variances = np.diag(square)
    deviations = np.sqrt(variances)
    change = np.reshape(grad, square.shape)
    shares = change * np.reshape(result, square.shape)
    sums = np.sum(shares, axis=0) + np.sum(shares, axis=1)
    of_square = change / np.outer(deviations, deviations) - np.diag(0.5 * sums / variances)
    return covariance_adjoint(x, y, rowvar, 1, of_square, part)


@tangent(np.corrcoef)
def correlation_tangent(x, y=None, rowvar=True, *, dtype=None, result, x_dot, y_dot):
    if np.iscomplexobj(x):
        return refuse("complex numbers in np.corrcoef: write it as a product of what is centered")
    change = correlation_change(x, y, rowvar, result, x_dot, 0)
    if y is None:
        return change
    return change + correlation_change(x, y, rowvar, result, y_dot, 1)


def correlation_change(x, y, rowvar, result, x_dot, part):
    """How np.corrcoef changes: as np.cov does, but for what both deviations take away."""
    square = np.atleast_2d(np.cov(x, y, rowvar))
    variances = np.diag(square)
    deviations = np.sqrt(variances)
    change = covariance_change(x, y, rowvar, 1, square, x_dot, part)
    shares = 0.5 * np.diag(change) / variances
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
    dtype = "float64" if dtype in ("float32", "float16") else dtype
    if dims is None or value_of(rowvar) not in (True, False):
        return Array(dtype, None)
    if alone:
        if len(dims) < 2:
            return Array(dtype, ())
        side = dims[1 if value_of(rowvar) is False else 0]
        return Array(dtype, (side, side) if side.many else None)
    side = unknown_dim()
    return Array(dtype, (side, side))
