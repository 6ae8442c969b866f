"""Rows of scipy.spatial.distance: distances of two points."""

import numpy as np
from scipy.spatial import distance

from s2sad.rules import loading
from tests.rule_rows.table import corner, normal, row, rows

loading.load_rules_of(distance.chebyshev)

_U, _V, _ONE = normal(4), normal(4), np.array([0.7])
_zeros, _half = np.zeros(2), np.array([0.5, 0.5])
rows(
    distance.chebyshev,
    distance.canberra,
    distance.braycurtis,
    distance.minkowski,
    cases=[row(_U, _V), row(_ONE, np.array([-0.3]))],
)
rows(distance.correlation, cases=[row(_U, _V)])
rows(distance.chebyshev, cases=[corner((_half, -_half), np.ones(2), _zeros), corner((_zeros, _zeros), _zeros, _zeros)])
rows(distance.canberra, cases=[corner((_zeros, _zeros), _zeros, _zeros)])
rows(
    distance.minkowski,
    cases=[
        row(_U, _V, 1),
        row(_U, _V, 2),
        row(_U, _V, p=3),
        row(_U, _V, 1.5),
        row(_U, _V, np.inf),
        corner((_zeros, _zeros), np.ones(2), np.ones(2), 3),
    ],
)
rows(distance.mahalanobis, cases=[row(_U, _V, np.eye(4) + 0.1 * normal(4, 4))])
rows(distance.seuclidean, cases=[row(_U, _V, np.array([1.0, 2.0, 0.5, 0.7]))])
