"""Rows of reductions."""

import bisect

import numpy as np

from tests.rule_rows.table import ONE_ZERO, TIES, ZEROS, A, T, V, W, Z, complexes, corner, normal, row, rows

_axes = [
    row(V),
    row(A),
    row(T),
    row(1.5),
    row(A, axis=0),
    row(A, axis=1),
    row(A, axis=-1),
    row(A, 0),
    row(T, axis=(0, 2)),
    row(T, axis=1),
    row(T, axis=-2),
    row(T, axis=-1),
    row(T, axis=(0, 1)),
    row(T, axis=(1, -1)),
    row(V, axis=0),
    row(V, axis=-1),
    row(A, axis=1, keepdims=True),
    row(A, axis=None, keepdims=True),
    row(T, axis=(0, 2), keepdims=True),
    row(A, axis=(0, 1)),
    row(normal(1, 4), axis=0),
    row(normal(3, 1), axis=1),
]
rows(np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, cases=_axes)
rows(np.var, np.std, cases=[each for each in _axes if np.shape(each.args[0]) not in ((), (1, 4), (3, 1))])
rows(np.var, np.std, cases=[row(A, ddof=1), row(A, axis=1, ddof=1), row(Z), row(complexes(3, 2), axis=0)])
rows(np.var, np.std, cases=[row(A, ddof=0.5), row(A, axis=1, ddof=0.5), row(A, 0, keepdims=True, correction=0.5)])
rows(np.var, np.std, cases=[row(A, axis=1, ddof=0.5, where=np.arange(4) > 0), row(complexes(3, 2), axis=0, ddof=-0.5)])
rows(np.var, cases=[row(1.5)])
rows(
    np.var,
    np.std,
    cases=[
        row(V, correction=1),
        row(A, axis=0, correction=1.5),
        row(V, mean=0.25),
        row(A, axis=0, mean=normal(1, 4)),
        row(A, axis=(0, 1), mean=normal(1, 1), ddof=1),
        row(T, axis=1, keepdims=True, mean=normal(2, 1, 4)),
        row(Z, mean=complexes(1)),
    ],
)
rows(np.std, cases=[corner((np.zeros(3),), np.full(3, 2.0)), corner((np.zeros((2, 2)),), np.full((2, 2), 2.0), axis=0)])
rows(np.sum, np.mean, np.prod, np.cumsum, np.cumprod, cases=[row(Z), row(complexes(3, 2), axis=1)])
rows(np.prod, cases=[row(ZEROS), row(ONE_ZERO), row(np.stack([ZEROS, ONE_ZERO]), axis=1)])
rows(
    np.max,
    cases=[
        corner((np.array([[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]]),), TIES),
        corner((np.array([[0.0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]]),), TIES, axis=1),
    ],
)
rows(
    np.min,
    cases=[
        corner((np.array([[1.0, 0.5, 0.5], [0.0, 0.5, 0.5]]),), np.array([[1.0, 2.0, 2.0], [2.0, 2.0, 2.0]]), axis=0)
    ],
)
rows(
    np.cumsum,
    np.cumprod,
    cases=[
        row(V),
        row(A),
        row(A, axis=0),
        row(A, axis=1),
        row(A, -1),
        row(V, axis=0),
        row(T, axis=1),
        row(ONE_ZERO),
        row(ZEROS),
    ],
)
rows(
    np.all,
    np.any,
    np.argmax,
    np.argmin,
    np.count_nonzero,
    np.nanargmax,
    np.nanargmin,
    cases=[row(A), row(A, axis=0), row(A, axis=1), row(V)],
)
rows(np.argsort, np.argpartition, cases=[row(V, -1), row(A, -1)])
rows(np.nonzero, np.flatnonzero, np.argwhere, cases=[row(V)])
rows(np.searchsorted, cases=[row(np.sort(V), 0.1), row(np.sort(V), W)])
rows(bisect.bisect_left, bisect.bisect_right, cases=[row(np.sort(V), 0.1)])
rows(np.digitize, cases=[row(W, np.sort(V))])
rows(np.unravel_index, cases=[row(3, (2, 2))])
rows(np.ravel_multi_index, cases=[row((1, 1), (2, 2))])
rows(np.lexsort, cases=[row((V, V))])
