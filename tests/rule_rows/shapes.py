"""Rows of functions that reshape, join and create arrays."""

import numpy as np

from tests.rule_rows.table import WELL, A, T, V, W, normal, plain, row, rows

# --- shapes ----------------------------------------------------------------------------------------------------------

rows(
    np.transpose,
    cases=[row(A), row(V), row(T), row(T, (1, 2, 0)), row(T, axes=(2, 0, 1)), row(T, (0, -1, 1)), row(np.array(0.3))],
)
rows(np.ndarray.transpose, cases=[row(A), row(T, 1, 2, 0), row(T, (1, 2, 0)), row(A, None), row(V), row(np.array(0.3))])
rows(np.swapaxes, cases=[row(A, 0, 1), row(T, 0, -1)])
rows(np.moveaxis, cases=[row(T, 0, 2), row(T, -1, 0), row(T, (0, 1), (1, 2))])
rows(np.matrix_transpose, cases=[row(A), row(T)])
rows(
    np.reshape,
    cases=[
        row(A, (2, 6)),
        row(A, (4, 3)),
        row(A, -1),
        row(A, (2, -1)),
        row(T, (6, 4)),
        row(T, (-1, 4)),
        row(A, (2, 6), order="F"),
        row(1.5, (1, 1)),
        row(A, 12),
    ],
)
rows(np.ndarray.reshape, cases=[row(A, 2, 6), row(A, (2, 6)), row(A, -1), row(A, 2, -1, order="F"), row(A, (-1, 1))])
rows(np.ravel, np.ndarray.flatten, cases=[row(A), row(T), row(A, "F"), row(A, order="C")])
rows(np.squeeze, cases=[row(normal(3, 1, 4)), row(normal(3, 1, 4), 1), row(normal(1, 3, 1), axis=(0, 2)), row(A)])
rows(np.expand_dims, cases=[row(A, 0), row(A, 1), row(A, -1), row(A, (0, 2)), row(V, axis=1)])
rows(np.atleast_1d, np.atleast_2d, np.atleast_3d, cases=[row(A), row(V), row(1.5), row(T)])
rows(np.broadcast_to, cases=[row(V, (3, 4)), row(1.5, (3, 4)), row(normal(3, 1), (2, 3, 4)), row(V, 4)])
rows(np.tile, cases=[row(V, 3), row(V, (2, 3)), row(A, 2), row(A, (2, 1, 3)), row(1.5, 3), row(A, (2, 1))])
rows(
    np.repeat,
    cases=[
        row(V, 3),
        row(A, 2),
        row(A, 2, 0),
        row(A, 2, axis=1),
        row(V, np.array([1, 0, 2, 3])),
        row(A, np.array([1, 2, 0]), axis=0),
        row(A, [1, 2, 0], axis=0),
    ],
)
rows(np.flip, cases=[row(V), row(A), row(A, 0), row(A, axis=1), row(T, (0, 2))])
rows(np.fliplr, np.flipud, cases=[row(A)])
rows(np.roll, cases=[row(V, 1), row(A, 2), row(A, 1, 0), row(A, -1, axis=1), row(A, (1, 2), axis=(0, 1))])
rows(np.sort, cases=[row(V), row(A), row(A, 0), row(A, axis=1), row(A, axis=None), row(T, axis=-2)])
rows(np.take_along_axis, cases=[row(A, np.argsort(A, axis=1), 1), row(A, np.argmax(A, axis=0)[None], axis=0), row(V, np.array([2, 0, 2]), axis=0), row(A, np.array([1, 1, 0]), None)])  # fmt: skip
rows(np.copy, np.ndarray.copy, np.ascontiguousarray, cases=[row(A), row(V)])
rows(
    np.ndarray.astype,
    cases=[row(A, float), row(A, np.float64), row(A, "float64"), row(A, complex), plain(A, np.float32)],
)
rows(
    np.ndarray.item,
    cases=[row(np.array(1.5)), row(np.array([1.5])), row(V, 2), row(A, 1, 2), row(A, 5), row(A, (1, 2)), row(V, -1)],
)
rows(np.diag, cases=[row(V), row(V, 1), row(V, k=-2), row(A), row(A, 1), row(A, -1), row(WELL)])
rows(np.diagonal, cases=[row(A), row(A, 1), row(A, -1), row(T), row(T, 0, 1, 2), row(T, 1, axis1=-1, axis2=0)])
rows(np.tril, np.triu, cases=[row(A), row(A, 1), row(A, k=-1), row(T), row(V), row(WELL)])

# --- joining ---------------------------------------------------------------------------------------------------------

rows(
    np.concatenate,
    cases=[
        row([V, W]),
        row((V, W, normal(2))),
        row([A, normal(2, 4)]),
        row([A, normal(2, 4)], axis=0),
        row([A, normal(3, 2)], axis=1),
        row([A, normal(3, 2)], axis=-1),
        row([T, normal(2, 1, 4)], axis=-2),
        row([A, V], axis=None),
    ],
)
rows(
    np.stack,
    cases=[
        row([V, normal(4)]),
        row([V, normal(4)], axis=1),
        row([A, normal(3, 4)], axis=-1),
        row((A, normal(3, 4)), 1),
        row([1.5, 2.5]),
        row([A, normal(3, 4)], axis=-2),
    ],
)
rows(
    np.vstack,
    cases=[row([V, normal(4)]), row([A, V]), row([V, A, normal(2, 4)]), row([1.5, 2.5]), row([T, normal(1, 3, 4)])],
)
rows(np.hstack, cases=[row([V, W]), row([A, normal(3, 2)]), row([1.5, 2.5]), row([1.5, V]), row([V, 1.5])])
rows(np.column_stack, cases=[row([V, normal(4)]), row([A, W]), row([W, A, normal(3, 2)])])
rows(
    np.array,
    np.asarray,
    np.asanyarray,
    cases=[
        row([1.5, 2.5, 3.5]),
        row((1.5, 2.5)),
        row([V, normal(4)]),
        row([1.5, 2, 3.5], dtype=float),
        row([[1.5, 2.5], [3.5, 4.5]]),
        row([np.float64(1.5), 2.5]),
        row([[A[0, 0], 1.0], [2.0, A[1, 1]]]),
    ],
)
rows(np.ndarray.tolist, cases=[row(V), row(A)])
rows(np.split, np.array_split, cases=[plain(V, 2), plain(A, [1, 2]), plain(A, 2, axis=1)])

# --- creation --------------------------------------------------------------------------------------------------------

rows(np.zeros, np.ones, np.empty, cases=[row(3), row((3, 4)), row((2,), dtype=int), row((1, 3))])
rows(np.zeros_like, np.ones_like, np.empty_like, cases=[row(A), row(1.5), row(V, dtype=int)])
rows(np.eye, cases=[row(3), row(3, 4), row(3, k=1), row(1)])
rows(np.identity, cases=[row(3)])
rows(np.indices, cases=[row((2, 3))])
rows(np.full, cases=[row(3, 1.5), row((3, 4), 1.5), row((3, 4), V), row((3,), np.float64(1.5))])
rows(np.full_like, cases=[row(A, 1.5), row(A, V), row(V, np.float64(2.5))])
rows(
    np.linspace,
    cases=[
        row(0.5, 2.5),
        row(0.5, 2.5, 7),
        row(0.5, 2.5, num=7, endpoint=False),
        row(V, 2.5, 5),
        row(V, normal(4), 5),
        row(0.5, A, 5),
    ],
)
rows(np.arange, cases=[row(5), row(2, 8, 2), row(0.25, 2.0, 0.5), row(1.5), row(0.25, 3.0)])
