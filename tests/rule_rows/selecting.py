"""Rows of what chooses from arrays, leaves out, puts in, pads, and arranges anew."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.rule_rows.table import ONE_ZERO, A, T, V, W, Z, complexes, corner, normal, plain, row, rows

NUMPY = tuple(map(int, np.__version__.split(".")[:2]))

rows(
    np.take,
    cases=[
        row(V, 2),
        row(V, [0, 2, 2]),
        row(V, np.array([[0, 1], [2, -1]])),
        row(A, [1, 5, 5]),
        row(A, [0, 2, 2], 0),
        row(A, [0, 2, 2], axis=1),
        row(A, 1, axis=1),
        row(T, np.array([[0, 1], [1, 1]]), axis=-2),
        row(V, [5, -7], mode="wrap"),
        row(A, [7, -7], 1, mode="clip"),
        row(Z, [0, 0]),
        row(V, np.zeros(0, int)),
        row(V, []),
        row(V, np.array([True, False])),
    ],
)
_mask, _half = np.array([True, False, True, True]), np.array([False, True, True])
rows(np.compress, cases=[row(_mask, V), row(_half, A, 0), row(_mask, A, axis=1), row(_half, T, axis=1), row(_mask, A)])
rows(np.ndarray.compress, cases=[row(V, _mask), row(A, _half, 0), row(A, _mask, axis=1)])
rows(np.extract, cases=[row(V > 0, V), row(A > 0, A), row(T > 0, T), row(A > 100, A)])
rows(
    np.choose,
    cases=[
        row(np.array([0, 1, 0, 1]), [V, normal(4)]),
        row(np.array([[0], [2], [1]]), [V, normal(4), 1.5]),
        row(np.array([0, 5, -1, 1]), [V, normal(4)], mode="wrap"),
        row(np.array([0, 5, -1, 1]), [V, normal(4)], mode="clip"),
        row(1, [V, normal(4)]),
        row(0, [1.5, 2.5]),
        row(5, [1.5, V], mode="wrap"),
        row([0, 1, 1, 0], [V, normal(4)]),
        row(np.array([2, 0, 2]), A[:, :3]),
        row(np.array([[0], [2], [1]]), A),
        row(np.array([0, 5, -1, 1, 1]), V, mode="wrap"),
    ],
)
rows(
    np.delete,
    cases=[
        row(V, 2),
        row(V, -1),
        row(V, [0, 2]),
        row(V, _mask),
        row(V, slice(1, 3)),
        row(A, 1, 0),
        row(A, [0, 1], axis=1),
        row(A, 2, axis=-1),
        row(A, 5),
        row(T, 1, axis=1),
    ],
)
rows(
    np.insert,
    cases=[
        row(V, 2, 1.5),
        row(V, -1, 1.5),
        row(V, 2, W),
        row(V, [0, 2, 2], W),
        row(V, [3, 1], 0.5),
        row(A, 1, 1.5),
        row(A, 1, V, axis=0),
        row(A, 1, W, axis=1),
        row(A, [0, 2], normal(2, 4), axis=0),
        row(A, [2, 0], normal(3, 2), axis=1),
        row(A, 1, 0.5, axis=1),
        row(A, [1], normal(1, 4), axis=0),
    ],
)
rows(np.unique, cases=[row(V), row(A), corner((np.array([0.5, 1.0, 0.5]),), np.array([2.0, 1.0, 2.0]))])
rows(
    np.partition,
    cases=[row(V, 1), row(normal(9), 4), row(A, 1, 0), row(A, 2, axis=1), row(A, 5, axis=None), row(normal(9), (2, 6))],
)

_pads = [1, (1, 2), ((1, 2), (0, 3)), ((0, 0), (2, 1))]
for _mode in "constant edge linear_ramp maximum mean median minimum reflect symmetric wrap".split():
    rows(np.pad, cases=[row(V, 2, mode=_mode), row(V, (0, 3), _mode), *[row(A, each, mode=_mode) for each in _pads]])
    rows(np.pad, cases=[row(T, ((1, 0), (2, 1), (0, 1)), mode=_mode)])
for _mode in "maximum mean median minimum".split():
    rows(np.pad, cases=[row(V, 2, mode=_mode, stat_length=2), row(A, 1, mode=_mode, stat_length=((2, 1), (3, 2)))])
for _mode in ("reflect", "symmetric"):
    rows(np.pad, cases=[row(V, 2, mode=_mode, reflect_type="odd"), row(A, (1, 6), mode=_mode, reflect_type="odd")])
rows(
    np.pad,
    cases=[
        row(V, 1, constant_values=1.5),
        row(A, (1, 2), constant_values=0.5),
        row(A, 1, constant_values=np.array([[1.0, 2.0], [3.0, 4.0]])),
        row(A, (2, 1), constant_values=np.array([1.0, 2.0])),
        row(A, 2, mode="linear_ramp", end_values=1.5),
        row(A, ((1, 2), (0, 3)), mode="linear_ramp", end_values=np.array([[1.5, -1.0], [0.5, 2.0]])),
        row(T, ((1, 0), (2, 1), (0, 3)), "linear_ramp", end_values=np.array([1.5, -1.0])),
        row(V, 2, "linear_ramp", end_values=np.array([1.5, -1.0])),
        row(V, 9, mode="wrap"),
        row(A, ((1,), (2,))),
        row(V, 9, mode="reflect"),
        row(Z, 1),
        row(complexes(2, 2), 1, mode="edge"),
        row(A, 0),
        plain(A, 1, mode="empty"),
        corner((np.array([3.0, 3.0, 3.0]),), np.ones(3), 3, mode="maximum"),
    ],
)
if NUMPY >= (2, 3):  # widths by axis
    for _mode in "constant edge linear_ramp maximum mean reflect".split():
        rows(np.pad, cases=[row(A, {0: (1, 2)}, mode=_mode), row(A, {-1: 2}, mode=_mode)])

rows(
    sliding_window_view,
    cases=[
        row(V, 2),
        row(V, (3,)),
        row(A, (2, 3)),
        row(A, 2, axis=0),
        row(A, (2,), axis=1),
        row(T, (2, 2), axis=(0, 2)),
    ],
)
rows(np.resize, cases=[row(V, 10), row(V, (2, 3)), row(A, (2, 2)), row(A, (3, 9)), row(1.5, 3), row(W, (2, 3))])
rows(np.diagflat, cases=[row(V), row(A), row(V, 1), row(W, k=-2), row(1.5)])
rows(
    np.vander,
    cases=[row(V), row(V, 3), row(V, N=5, increasing=True), row(ONE_ZERO, 4), row(W, 1), row(Z, 3), row(V, 3, True)],
)
