"""Rows of the further keywords of reductions: initial, where, mean, correction, dtype."""

import numpy as np

from tests.rule_rows.table import A, P, T, V, corner, fixed, normal, plain, row, rows

_some = A > -0.5
_rows_chosen = np.array([[True], [False], [True]])
rows(
    np.sum,
    np.prod,
    cases=[
        row(V, initial=2.5),
        row(A, axis=1, initial=2.5),
        row(A, 1, None, None, True, 2.5),
        row(A, where=_some),
        row(A, axis=0, where=_some),
        row(T, axis=(0, 2), where=T > 0),
        row(A, axis=1, where=_rows_chosen, keepdims=True),
        row(A, where=_rows_chosen),
        row(A, initial=1.5, where=_some),
        fixed("initial", V, initial=2),
        row(V, dtype=np.float64),
        row(1.5, initial=2.0),
        row(normal(0)),
        row(normal(0, 3), axis=0),
        row(normal(2, 0), axis=0),
    ],
)
rows(
    np.mean,
    np.var,
    np.std,
    cases=[
        row(P, where=P > 0.7),
        row(P, axis=1, where=P > 0.6),
        row(P, 0, None, None, where=P > 0.6, keepdims=True),
        row(A, axis=0, where=np.array([[True], [True], [False]])),
        row(V, dtype=np.float64),
        plain(normal(1)),
    ],
)
_mean = np.mean(A, axis=1, keepdims=True)
rows(
    np.var,
    np.std,
    cases=[
        row(A, correction=1),
        row(A, axis=0, correction=1, keepdims=True),
        row(A, 1, None, None, 1, True),
        row(A, axis=1, mean=_mean),
        row(A, axis=1, mean=_mean + 0.3, ddof=1, keepdims=True),
        row(A, axis=None, mean=np.array([[0.25]]), where=_some),
        row(A, ddof=1, where=_some),
    ],
)
_ends = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
rows(
    np.max,
    np.min,
    np.amax,
    np.amin,
    cases=[
        row(A, initial=0.1),
        row(A, axis=1, initial=0.1),
        row(A, axis=0, initial=0.1, keepdims=True),
        row(A, 1, None, True),
        row(A, axis=1, initial=0.2, where=_some),
        row(A, initial=5.0, where=_some),
        row(A, axis=0, initial=-5.0, where=_rows_chosen),
        row(1.5, initial=0.5),
        corner((np.zeros(2),), np.array([np.nan, 1.0])),
    ],
)
rows(
    np.max,
    cases=[
        corner((np.array([0.5, 0.0]), 0.5), np.array([2.0, 1.0]), initial=2.0),
        corner((np.array([[0.0, 0.5, 0.5], [0.25, 0.25, 0.25]]), 0.25), _ends, axis=1, initial=2.0),
    ],
)
