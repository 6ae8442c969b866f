"""Rows of running sums and products, and of differences."""

import numpy as np

from tests.rule_rows.table import ONE_ZERO, ZEROS, A, T, V, W, Z, complexes, corner, normal, row, rows

EMPTY = np.zeros(0)
_running = [
    row(V),
    row(A, axis=0),
    row(A, axis=1),
    row(A, axis=-1),
    row(T, axis=1),
    row(T, axis=-2),
    row(normal(1, 4), axis=0),
    row(normal(4, 1), axis=1),
    row(EMPTY),
    row(np.zeros((0, 3)), axis=0),
    row(ONE_ZERO),
    row(ZEROS),
    row(Z),
    row(complexes(3, 2), axis=0),
]
NAN = np.array([[1.5, np.nan, 2.0, -1.0], [np.nan, 0.5, 0.0, 3.0], [1.0, 2.5, -2.0, np.nan]])
rows(np.nancumsum, np.nancumprod, cases=[*_running, row(A), row(NAN), row(NAN, axis=0), row(NAN, 1)])
if hasattr(np, "cumulative_sum"):
    rows(
        np.cumulative_sum,
        np.cumulative_prod,
        cases=[
            *_running,
            row(V, include_initial=True),
            row(A, axis=0, include_initial=True),
            row(T, axis=-1, include_initial=True),
            row(EMPTY, include_initial=True),
        ],
    )
rows(
    np.diff,
    cases=[
        row(V),
        row(A),
        row(A, axis=0),
        row(A, 1, 0),
        row(T, axis=1),
        row(T, axis=-3),
        row(V, 2),
        row(V, n=3),
        row(V, n=5),
        row(A, 2, axis=0),
        row(A, n=0),
        row(Z),
        row(normal(1)),
        row(normal(1), 2),
        row(EMPTY),
        row(np.zeros((0, 3)), axis=0),
        row(normal(3, 1)),
        row(V, prepend=0.5),
        row(V, append=1.5),
        row(V, prepend=0.5, append=W),
        row(V, 2, prepend=W, append=0.5),
        row(A, prepend=1.5),
        row(A, axis=0, prepend=normal(2, 4), append=normal(1, 4)),
        row(A, 2, prepend=normal(3, 1)),
        row(T, axis=1, append=0.5),
        corner((np.array([-1.0, 0.0, 0.0, 1.0]),), V),
    ],
)
rows(
    np.ediff1d,
    cases=[
        row(V),
        row(A),
        row(EMPTY),
        row(normal(1)),
        row(V, 0.5),
        row(V, to_begin=1.5),
        row(A, to_end=W, to_begin=normal(2)),
        row(V, normal(2, 2), 0.5),
        row(Z),
    ],
)
_jumps = np.array([0.3, 3.9, 7.9, 1.0, 9.5, 3.0])
rows(
    np.unwrap,
    cases=[
        row(V),
        row(_jumps),
        row(A * 4.0),
        row(A * 4.0, axis=0),
        row(_jumps, 5.0),
        row(_jumps, period=4.0),
        row(A * 4.0, axis=0, period=np.float64(3.0)),
        row(EMPTY),
    ],
)
