"""Rows of np.histogram: a derivative in the weights alone."""

import numpy as np

from tests.rule_rows.table import normal, parts, positive, rows

_a = np.array([0.1, 0.5, 0.5, 1.7, 2.9, 3.0, -4.0])
_w = positive(7)
rows(
    np.histogram,
    cases=[
        parts("0", _a, 4, weights=_w),
        parts("0", _a, np.array([0.0, 0.5, 2.0, 3.0]), weights=_w),
        parts("0", _a, 3, (0.0, 3.0), weights=_w),
        parts("0", _a, 4, density=True, weights=_w),
        parts("0", _a, np.array([0.0, 0.5, 2.0, 3.0]), None, True, _w),
        parts("0", np.reshape(_a[:6], (2, 3)), 4, weights=normal(2, 3)),
    ],
)
