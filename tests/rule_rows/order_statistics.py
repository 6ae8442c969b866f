"""Rows of medians, quantiles, ranges and averages."""

import numpy as np

from tests.rule_rows.running import NAN
from tests.rule_rows.table import A, P, Q, T, V, W, Z, complexes, corner, fixed, normal, positive, row, rows

_axes = [
    row(V),
    row(normal(5)),
    row(normal(1)),
    row(A),
    row(A, axis=0),
    row(A, axis=1),
    row(A, axis=-1, keepdims=True),
    row(T, axis=1),
    row(T, axis=(0, 2)),
    row(T, axis=(-1, 0), keepdims=True),
    row(A, keepdims=True),
    row(normal(1, 4), axis=1),
]
rows(np.median, np.nanmedian, np.ptp, cases=_axes)
rows(np.nanmedian, cases=[row(NAN), row(NAN, axis=0), row(NAN, axis=1, keepdims=True)])
rows(
    np.ptp,
    cases=[
        corner((np.array([-0.5, -0.5, 1.0]),), np.array([1.0, 1.0, 2.0])),
        corner((np.zeros((2, 2)),), np.ones((2, 2)), axis=1),
    ],
)
rows(np.median, cases=[corner((np.array([0.0, 0.5, 0.5, 0.0]),), np.array([1.0, 2.0, 3.0, 4.0]))])
METHODS = (
    "linear lower higher midpoint nearest inverted_cdf averaged_inverted_cdf closest_observation "
    "interpolated_inverted_cdf hazen weibull median_unbiased normal_unbiased"
).split()


def _quantiles(scale: float) -> list:
    q, points = 0.3 * scale, np.array([0.1, 0.5, 0.95]) * scale
    cases = [
        fixed("q", normal(7), q),
        fixed("q", A, q, axis=0),
        fixed("q", A, q, 1),
        fixed("q", A, points),
        fixed("q", A, points, axis=1),
        fixed("q", T, points, axis=(0, 2)),
        fixed("q", T, q, axis=-2, keepdims=True),
        fixed("q", T, points, axis=1, keepdims=True),
        fixed("q", V, 0.0),
        fixed("q", V, 1.0 * scale),
        fixed("q", normal(1), q),
    ]
    return cases + [fixed("q", normal(2, 6), points, axis=1, method=method) for method in METHODS]


_weighted = [
    fixed("q weights", normal(6), 0.4, method="inverted_cdf", weights=positive(6)),
    fixed("q weights", A, 0.4, axis=1, method="inverted_cdf", weights=Q),
    fixed("q weights", A, np.array([0.2, 0.7]), axis=0, method="inverted_cdf", weights=P),
]


def _moving(scale: float) -> list:
    """Quantiles whose places change as well."""
    q, points = 0.37 * scale, np.array([0.21, 0.58]) * scale
    cases = [row(normal(7), q), row(A, points, axis=1), row(T, points, axis=(0, 1), keepdims=True)]
    cases += [row(normal(5), q, method=method) for method in METHODS]
    cases.append(fixed("a", np.array([1, 3, 7, 12]), q, method="median_unbiased"))
    return cases + [corner((np.eye(1, 3)[0], 0.0), np.array([1.0, 2.0, 4.0]), 0.01 * scale, method="weibull")]


rows(np.quantile, np.nanquantile, cases=_moving(1.0))
rows(np.percentile, np.nanpercentile, cases=_moving(100.0))
rows(np.nanquantile, cases=[row(NAN, 0.3), row(NAN, np.array([0.2, 0.7]), axis=0)])
rows(np.quantile, np.nanquantile, cases=_quantiles(1.0))
rows(np.nanquantile, cases=_weighted[:1])  # NumPy itself fails at others
rows(np.quantile, cases=_weighted)
rows(np.percentile, np.nanpercentile, cases=_quantiles(100.0))
rows(np.nanquantile, cases=[fixed("q", NAN, 0.3), fixed("q", NAN, np.array([0.2, 0.8]), axis=0)])
rows(np.nanpercentile, cases=[fixed("q", NAN, 30.0, axis=1), fixed("q", NAN, 30.0, axis=1, keepdims=True)])
rows(
    np.average,
    cases=[
        row(V),
        row(A, 0),
        row(A, axis=1, keepdims=True),
        row(T, axis=(0, 2)),
        row(V, weights=Q),
        row(A, weights=P),
        row(A, 0, P),
        row(A, axis=1, weights=P, keepdims=True),
        row(A, axis=1, weights=Q),
        row(A, 0, positive(3)),
        row(T, axis=1, weights=positive(3)),
        row(T, axis=(0, 2), weights=positive(2, 4)),
        row(T, axis=(2, 0), weights=positive(4, 2)),
        row(Z, weights=positive(3)),
        row(W, weights=complexes(3)),
    ],
)
