"""Rows of scipy.ndimage."""

import numpy as np
from scipy import ndimage

from s2sad.rules import loading
from tests.rule_rows.table import complexes, corner, fixed, normal, row, rows

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

# --- between the points of an image -----------------------------------------------------------------------------------

_ALL, _wide_image, _along = (*_MODES, "grid-mirror", "grid-wrap"), normal(6, 5), normal(8)
rows(ndimage.spline_filter1d, cases=[row(_along), row(_wide_image, 2, 0, mode="reflect"), row(_along, 5, mode="wrap")])
rows(ndimage.spline_filter, cases=[row(_wide_image), row(_along, 2, mode="grid-wrap")])
rows(
    ndimage.shift,
    cases=[
        fixed("shift", _wide_image, (0.6, -1.3)),
        fixed("shift", _along, 0.4, prefilter=False),
        *(
            fixed("shift", _wide_image, 0.6, order=order, mode=mode)
            for mode in _ALL
            for order in ((0, 1) if mode == "nearest" else (0, 1, 3))
        ),
        fixed("shift", _wide_image, (0.6, -1.3), cval=0.7),
        fixed("shift", complexes(6), 0.5),
        row(_wide_image, np.array([0.6, -1.3]), cval=0.7),
        *(row(_wide_image, 0.6, None, order, mode) for mode in ("mirror", "reflect", "wrap") for order in (1, 3)),
        row(_along, 0.4, mode="nearest", order=1),
    ],
)
rows(
    ndimage.zoom,
    cases=[
        row(_wide_image, 1.7),
        *(row(_wide_image, (0.6, 1.4), order=order, mode=mode) for mode in _ALL for order in (1, 2)),
        row(_along, 2, cval=0.7, prefilter=False),
        row(normal(4, 3), (2, 1.5), grid_mode=True, mode="grid-constant", order=1),
    ],
)
_points = [[1.2, 3.7, -0.4, 5.3, 0.0], [2.4, -1.2, 0.3, 4.0, 3.6]]
rows(
    ndimage.map_coordinates,
    cases=[
        fixed("coordinates", _wide_image, _points),
        fixed("coordinates", _along, [[0.5, 2.25, 9.0]], mode="wrap"),
        *(
            fixed("coordinates", _wide_image, _points, order=order, mode=mode)
            for mode in _ALL
            if mode != "nearest"
            for order in (1, 3)
        ),
        fixed("coordinates", _wide_image, _points, order=1, mode="nearest", cval=0.7),
        fixed("coordinates", normal(4, 4, 5), np.full((3, 2, 2), 1.3), prefilter=False),
        fixed("coordinates", complexes(6), [[1.5, 2.2]]),
    ],
)
_between = np.array([[1.2, 3.7, 0.3, 2.4], [2.4, 1.2, 0.3, 3.6]])
rows(
    ndimage.map_coordinates,
    cases=[
        row(_wide_image, _between),
        *(row(_wide_image, _between, None, order, "mirror") for order in (1, 2, 4, 5)),
        *(
            row(_wide_image, _between - 2.5, order=order, mode=mode)
            for mode in ("reflect", "grid-wrap")
            for order in (1, 3)
        ),
        row(_wide_image, _between - 1.5, mode="constant", cval=0.7),
        row(_wide_image, _between - 1.5, order=1, mode="nearest"),
        *(row(_wide_image, _between - 2.63, order=order, mode="wrap") for order in (1, 3)),
        row(_wide_image, _between - 1.8, order=1, mode="grid-constant", cval=0.7),
        row(normal(4, 4, 5), np.full((3, 2, 2), 1.3), mode="mirror", prefilter=False),
        row(_along, np.array([[0.55, 2.25, 4.1]]), mode="mirror"),
    ],
)
_turn = [[0.9, 0.2], [-0.1, 1.1]]
rows(
    ndimage.affine_transform,
    cases=[
        fixed("matrix", _wide_image, np.array(_turn)),
        fixed("matrix offset", _wide_image, _turn, (0.3, -0.2), cval=0.7, mode="constant"),
        fixed("matrix offset", _wide_image, [0.8, 1.1], 0.2, (4, 4), order=1, mode="nearest"),
        fixed("matrix", _wide_image, [[0.9, 0.2, 0.3], [-0.1, 1.1, 0.1]], mode="mirror", prefilter=False),
        fixed("matrix", _along, [0.7], output_shape=(5,), mode="reflect"),
        row(_wide_image, np.array(_turn) * 0.93, np.array([0.31, -0.24]), cval=0.7),
        row(_wide_image, np.array([0.83, 1.07]), 0.23, (4, 4), order=1, mode="nearest"),
        row(_wide_image, np.array([[0.91, 0.2, 0.33], [-0.1, 1.07, 0.13], [0.0, 0.0, 1.0]])[:2], mode="mirror"),
    ],
)
rows(  # of what is turned the size changes with the angle, in jumps
    ndimage.rotate,
    cases=[
        fixed("angle", _wide_image, 30.0),
        fixed("angle", _wide_image, 20.0, (0, 1), reshape=False, order=1, mode="nearest"),
        fixed("angle", normal(4, 3, 5), 20.0, axes=(0, 2), mode="mirror", cval=0.7),
        fixed("angle", normal(2, 5, 5), 20.0, axes=(1, 2), prefilter=False),
        row(_wide_image, 21.3, (0, 1), reshape=False, order=1, mode="nearest"),
        row(normal(3, 4, 5), 21.3, axes=(0, 2), mode="mirror", reshape=False),
        row(_wide_image, 31.3, cval=0.7),
    ],
)

# --- filters of a Fourier transform ------------------------------------------------------------------------------------

_spectrum, _half = complexes(4, 5), complexes(4, 3)
for _filter, _how in (
    (ndimage.fourier_gaussian, 0.6),
    (ndimage.fourier_uniform, 1.4),
    (ndimage.fourier_ellipsoid, 1.4),
    (ndimage.fourier_shift, 0.3),
):
    rows(
        _filter,
        cases=[
            row(_spectrum, _how),
            row(normal(4, 5), (_how, 2.0 * _how)),
            row(_half, _how, 5, 1),
            row(_half, _how, n=5, axis=-1),
            row(normal(6), _how),
        ],
    )

# --- regions ----------------------------------------------------------------------------------------------------------

_labels = np.array([[0, 1, 1], [2, 2, 1], [3, 0, 2], [3, 3, 1]])
rows(
    ndimage.sum,
    ndimage.sum_labels,
    ndimage.mean,
    cases=[
        row(_image),
        row(_image, _labels),
        row(_image, _labels, 2),
        row(_image, _labels, [1, 3, 0]),
        row(_image, labels=_labels, index=np.array([[2, 1], [3, 2]])),
        row(_image, np.array([1, 0, 2]), index=[2, 1]),
        row(normal(3), _labels, [1, 2]),
    ],
)
_regions = [
    row(_image),
    row(_image, _labels),
    row(_image, _labels, 2),
    row(_image, _labels, [1, 3, 3]),
    row(_image, labels=_labels, index=np.array([[2, 1], [3, 2]])),
]
_broadcast = [row(_image, np.array([1, 2, 2]), index=[2, 1]), row(normal(3), _labels, [1, 2])]
rows(ndimage.variance, ndimage.standard_deviation, cases=_regions)
rows(ndimage.minimum, ndimage.maximum, ndimage.median, cases=[*_regions, *_broadcast])
_ties = np.array([2.0, 1.0, 1.0, 5.0])
rows(ndimage.minimum, cases=[corner((np.array([0.0, 0.5, 0.5, 1.0]),), _ties, np.array([1, 1, 1, 2]), [1, 2, 7])])
rows(ndimage.standard_deviation, cases=[corner((np.zeros(2),), np.ones(2), np.array([1, 1]), 1)])
