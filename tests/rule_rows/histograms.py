"""Rows of np.histogram and its kin: a derivative in the weights alone."""

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

_x, _y = _a[:5], _a[2:] / 3.0
_v = positive(5)
_edges = np.array([0.0, 0.5, 2.0, 3.0])
rows(
    np.histogram2d,
    cases=[
        parts("0", _x, _y, 3, weights=_v),
        parts("0", _x, _y, (2, _edges), weights=_v),
        parts("0", _x, _y, _edges, None, True, _v),
        parts("0", _x, _y, [2, 3], ((0.0, 3.0), (-1.0, 1.0)), weights=_v, density=True),
        parts("0", _x[:0], _y[:0], 2, weights=_v[:0]),
    ],
)
rows(
    np.histogramdd,
    cases=[
        parts("0", (_x, _y), 3, weights=_v),
        parts("0", (_x, _y, _x * _y), 2, weights=_v, density=True),
        parts("0", np.stack([_x, _y], 1), (3, 3), ((0.0, 3.0), (-1.0, 1.0)), weights=_v),
        parts("0", np.stack([_x, _y], 1), [_edges, _edges - 1.0], None, True, _v),
        parts("0", (_x,), 3, weights=_v),
    ],
)
