"""Rows of numpy.emath: in the real domain, outside of it, and of complex numbers."""

import numpy as np

from tests.rule_rows.table import A, P, V, Z, corner, inside, positive, row, rows

_away = np.array([0.7, -1.3, 2.5, -0.4])
rows(
    np.emath.sqrt,
    np.emath.log,
    np.emath.log2,
    np.emath.log10,
    cases=[row(positive(4)), row(_away), row(P), row(2.5), row(-2.5), row(Z), row(np.zeros(0))],
)
rows(
    np.emath.arcsin, np.emath.arccos, np.emath.arctanh, cases=[row(inside(4)), row(_away), row(0.4), row(-1.7), row(Z)]
)
rows(np.emath.logn, cases=[row(2.0, _away), row(positive(4), positive(4)), row(3.0, -1.5), row(2.0, P)])
rows(
    np.emath.power,
    cases=[
        row(positive(4), V),
        row(_away, 3.0),
        row(_away, 0.5),
        row(-1.5, 2.5),
        row(P, 2.0),
        row(positive(4), A),
        corner((np.zeros(2), np.array([0.0, 0.0])), np.array([1.0, 1.0]), np.array([0.0, 0.0])),
    ],
)
