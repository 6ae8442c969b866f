"""Rows of the methods of ufuncs that have rules of their own."""

import numpy as np

from tests.rule_rows.table import A, T, V, corner, normal, row, rows

_reduced = [
    row(V),
    row(A),
    row(A, 1),
    row(A, axis=-1, keepdims=True),
    row(T, axis=1),
    row(T, 0),
    row(A, None),
    row(normal(1, 4)),
    row(normal(3, 1), 1),
]
rows(np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce, cases=_reduced)
rows(
    np.logaddexp.reduce,
    cases=[
        corner((np.array([0.0, 1.0]),), np.array([-np.inf, 1e30])),
        corner((np.array([0.0, 0.0]),), np.array([-np.inf, -np.inf])),
    ],
)
rows(np.hypot.reduce, cases=[corner((np.zeros(2),), np.zeros(2))])
_running = [row(V), row(A), row(A, 1), row(T, axis=-1), row(T, 1), row(normal(1, 4))]
rows(np.maximum.accumulate, np.minimum.accumulate, cases=_running)
_third = 1.0 / 3.0
_shares = np.array([2.0 + _third, 1.0 + _third, 0.0, _third, 1.0])
rows(np.maximum.accumulate, cases=[corner((_shares,), np.array([2.0, 2.0, 1.0, 2.0, 3.0]))])
_places = np.array([0, 2, 1])
rows(
    np.add.reduceat,
    cases=[
        row(V, _places),
        row(A, _places, 1),
        row(A, np.array([1, 0])),
        row(T, [0, 2], axis=-1),
        row(V, np.array([3, 1, 1])),
    ],
)
rows(np.fmax.reduce, np.fmin.reduce, cases=_reduced)
rows(np.fmax.reduce, cases=[corner((np.array([0.0, 0.5, 0.5]),), np.array([np.nan, 2.0, 2.0]))])
_some = np.array([[True, True, False, True], [True, False, True, True], [False, True, True, False]])
_with_initial = [row(V, initial=0.3), row(A, 1, initial=0.2), row(T, None, initial=-0.1), row(T, (0, 2), initial=0.4),
                 row(A, axis=1, keepdims=True, where=_some, initial=0.2)]  # fmt: skip
rows(np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce, np.fmax.reduce, np.fmin.reduce, cases=_with_initial)
rows(np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce, cases=[row(A, where=_some), row(A, 1, where=_some[0])])
rows(np.logaddexp.reduce, cases=[corner((np.zeros(2), np.array(1.0)), np.array([-np.inf, -1e30]), initial=0.0)])
rows(np.fmax.reduce, cases=[corner((np.array([1 / 3, 1 / 3]), np.array(1 / 3)), np.full(2, 2.0), initial=2.0)])
