"""Rows of scipy.ndimage."""

import numpy as np
from scipy import ndimage

from s2sad.rules import loading
from tests.rule_rows.table import complexes, normal, row, rows

loading.load_rules_of(ndimage.correlate)

_MODES = ("reflect", "constant", "nearest", "mirror", "wrap")
_x, _image = normal(5), normal(4, 3)
_k, _even, _wide = normal(3), normal(2), normal(7)

rows(
    ndimage.correlate,
    ndimage.convolve,
    cases=[
        row(_x, _k),
        *(row(_image, normal(3, 2), mode=mode) for mode in _MODES),
        *(row(_image, normal(2, 3), mode=mode, cval=0.7, origin=(-1, 1)) for mode in _MODES),
        row(_x, _even, mode="nearest", origin=-1),
        row(complexes(4), _k, mode="mirror"),
        row(normal(2, 3, 2), normal(3, 1, 2)),
    ],
)
rows(
    ndimage.correlate1d,
    ndimage.convolve1d,
    cases=[
        row(_x, _k),
        *(row(_image, _k, 0, mode=mode, cval=0.7) for mode in _MODES),
        *(row(_x, _even, mode=mode, cval=0.7, origin=-1) for mode in _MODES),
        *(row(normal(3), _wide, mode=mode, origin=2) for mode in _MODES),
        row(complexes(4), _k),
        row(_x, [0.5, 0.2, 0.3], mode="wrap"),
        row(normal(1), _k, mode="mirror"),
    ],
)
rows(
    ndimage.gaussian_filter1d,
    cases=[
        row(_x, 1.0),
        *(row(_image, 0.7, 0, mode=mode, cval=0.7) for mode in _MODES),
        *(row(_x, 0.6, order=order, mode=mode) for mode in _MODES for order in (1, 2)),
        row(_x, 0.8, truncate=2.0),
        row(_x, 0.8, mode="nearest", radius=2),
        row(_x, 0.8, radius=1),
        row(complexes(4), 1.0),
    ],
)
rows(
    ndimage.gaussian_filter,
    cases=[
        row(_x, 1.0),
        *(row(_image, (0.7, 0.4), mode=mode, cval=0.7) for mode in _MODES),
        *(row(_image, 0.6, (1, 0), mode=mode) for mode in _MODES),
        row(_image, 0.6, 1),
        row(_image, (0.0, 0.6), (1, 0), mode="nearest"),
        row(_image, 0.8, truncate=2.0),
        row(_image, 0.8, mode="mirror", radius=2),
    ],
)
rows(
    ndimage.uniform_filter1d,
    cases=[
        row(_x, 3),
        *(row(_image, 3, 0, mode=mode, cval=0.7) for mode in _MODES),
        *(row(_x, size, mode=mode) for mode in _MODES for size in (2, 7)),
        *(row(_x, 4, mode=mode, origin=1) for mode in _MODES),
    ],
)
rows(
    ndimage.uniform_filter,
    cases=[
        row(_image),
        *(row(_image, 3, mode=mode, cval=0.7) for mode in _MODES),
        *(row(_image, (2, 3), mode=mode, origin=(-1, 0)) for mode in _MODES),
        row(_x, 2),
        row(_image, np.array([3, 1])),
    ],
)
