"""Rows of products and linear algebra."""

import operator

import numpy as np

from tests.rule_rows.table import WELL, A, B, T, V, W, Z, complexes, normal, row, rows

# --- products --------------------------------------------------------------------------------------------------------

_products = [row(A, B), row(A, V), row(W, A), row(V, normal(4))]
rows(
    np.matmul,
    operator.matmul,
    np.dot,
    cases=[
        *_products,
        row(complexes(2, 3), complexes(3, 2)),
        row(A, complexes(4)),
        row(T, B),
        row(T, V),
    ],
)
rows(
    np.matmul,
    operator.matmul,
    cases=[
        row(normal(2, 3, 4), normal(2, 4, 2)),
        row(normal(1, 3, 4), normal(2, 4, 2)),
        row(A, normal(2, 4, 2)),
        row(V, normal(2, 4, 3)),
        row(normal(2, 1, 3, 4), normal(5, 4, 2)),
    ],
)
rows(
    np.dot,
    cases=[
        row(1.5, A),
        row(A, 2.5),
        row(1.5, 2.5),
        row(A, normal(2, 4, 3)),
        row(T, normal(2, 4, 3)),
        row(V, normal(2, 4, 3)),
    ],
)
rows(np.vdot, cases=[row(V, normal(4)), row(A, normal(3, 4)), row(Z, complexes(3)), row(W, Z)])
rows(
    np.inner,
    cases=[
        row(V, normal(4)),
        row(A, normal(2, 4)),
        row(A, V),
        row(V, A),
        row(1.5, A),
        row(A, 1.5),
        row(T, normal(2, 4)),
    ],
)
rows(np.outer, cases=[row(V, W), row(A, W), row(V, A), row(1.5, V)])
rows(
    np.trace,
    cases=[
        row(A),
        row(WELL),
        row(A, 1),
        row(A, offset=-1),
        row(T),
        row(T, 0, 1, 2),
        row(T, offset=1, axis1=0, axis2=2),
    ],
)
