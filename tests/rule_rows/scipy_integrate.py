"""Rows of scipy.integrate: integrals of sampled values."""

import numpy as np
from scipy import integrate

from s2sad.rules import loading
from tests.rule_rows.table import A, V, W, fixed, normal, positive, row, rows

loading.load_rules_of(integrate.trapezoid)

_points = np.cumsum(positive(4))
_odd = normal(5)

rows(
    integrate.trapezoid,
    integrate.cumulative_trapezoid,
    cases=[
        row(V),
        row(V, _points),
        row(V, dx=0.3),
        row(A, _points),
        row(A, None, 0.2, 0),
        row(A, _points[:3], axis=0),
        row(A, np.cumsum(positive(3, 4), axis=0), axis=0),
        row(normal(1)),
    ],
)
rows(
    integrate.cumulative_trapezoid,
    cases=[row(V, _points, initial=0), row(A, _points[:3], axis=0, initial=0)],
)
rows(
    integrate.simpson,
    cases=[
        row(V),
        row(V, dx=0.3),
        row(_odd),
        row(W, dx=2.0),
        row(V[:2], dx=0.5),
        row(A, axis=0),
        row(V, _points),
        row(_odd, np.cumsum(positive(5))),
        row(A, _points),
        row(A, _points[:3], axis=0),
        row(V[:2], _points[:2]),
        row(normal(6), np.cumsum(positive(6))),
        fixed("x", _odd, np.array([0.0, 1.0, 1.0, 2.0, 4.0])),
        fixed("x", V, np.array([0.0, 1.0, 1.0, 1.0])),
    ],
)
rows(
    integrate.romb,
    cases=[
        row(normal(5)),
        row(normal(9), 0.3),
        row(normal(3, 2), axis=0, show=False),
        row(normal(2, 17), 0.5),
        row(normal(2)),
        row(normal(2, 3, 2), dx=0.5, axis=1),
    ],
)
