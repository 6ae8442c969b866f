"""Rows of polynomials (of the old interface) and of np.interp."""

import numpy as np

from tests.rule_rows.table import A, V, W, Z, complexes, corner, fixed, normal, parts, positive, row, rows  # noqa: F401

_x = np.array([0.0, 0.5, 1.7, 2.0, 3.1])
_w = positive(5)
_y, _two = normal(5), normal(5, 2)
_inside = np.array([0.3, 2.5, 1.2])

rows(np.polyval, cases=[row(V, 0.7), row(V, W), row(W, A), row(V, normal(0)), row(normal(1), W), row(Z, 0.3 + 0.2j)])
rows(np.roots, cases=[row(np.array([2.0, -1.0, -4.0, 1.0])), row(np.array([1.0, 2.0, 3.0])), row(np.array([2.0, 3.0]))])
rows(np.roots, cases=[row(np.array([1.0 + 1j, 2.0, 3.0 - 1j, 1j]))])
rows(np.poly, cases=[row(V), row(normal(1)), row(normal(2))])
rows(
    np.polyfit,
    cases=[
        row(_x, _y, 2),
        row(_x, _y, 0),
        row(_x, _two, 1),
        row(_x, _y, 2, w=_w),
        row(_x, _two, 1, w=_w),
        row(_x, _two, 0, w=_w),
    ],
)
rows(
    np.interp,
    cases=[
        row(_inside, _x, _y),
        row(0.7, _x, _y),
        row(normal(2, 2), _x, _y),
        row(np.array([-1.0, 0.2, 9.0]), _x, _y),
        row(np.array([-1.0, 0.2, 9.0]), _x, _y, 2.0),
        row(np.array([-1.0, 0.2, 9.0]), _x, _y, 2.0, 3.0),
        row(9.0, _x, _y, right=3.0),
        row(_inside, _x, complexes(5)),
        row(normal(0), _x, _y),
        corner((np.array([0.25, -0.25]),), np.array([1.0, 2.0]), np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.5])),
    ],
)
