"""Rows of scipy.interpolate's functions (its splines and grids are in tests of their own)."""

import numpy as np
from scipy import interpolate

from s2sad.rules import loading
from tests.rule_rows.table import fixed, normal, row, rows

loading.load_rules_of(interpolate.krogh_interpolate)

_points, _values = np.array([0.0, 0.7, 1.5, 2.0]), normal(4)
_places = np.array([[0.3, 1.2], [1.8, 0.9]])
rows(
    interpolate.barycentric_interpolate,
    interpolate.krogh_interpolate,
    cases=[
        row(_points, _values, _places[0]),
        row(_points, _values, 0.4),
        row(_points, _values, _places, der=1),
        fixed("xi", _points, normal(4, 3), _places[0]),
        fixed("xi", _points, normal(4, 2), 1.1, der=1),
    ],
)
rows(interpolate.krogh_interpolate, cases=[row(_points, _values, _places[0], 2)])
