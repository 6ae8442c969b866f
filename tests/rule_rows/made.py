"""Rows of what makes arrays and statistics: spaced numbers, windows, counts with weights, covariances."""

import numpy as np

from tests.rule_rows.table import A, P, T, V, W, Z, complexes, corner, normal, plain, positive, row, rows

rows(
    np.i0,
    cases=[row(A), row(V), row(T), row(normal(1)), row(normal(0)), row(np.array([1e-8, 0.0, 5.0, -12.0, 30.0]) / 3)],
)
rows(np.kaiser, cases=[row(5, 2.5), row(6, 0.3), row(1, 2.5), row(0, 2.5)])
_x = np.array([0, 2, 2, 5])
rows(np.bincount, cases=[row(_x), row(_x, V), row(_x, weights=V, minlength=8)])
rows(
    np.cov,
    cases=[
        row(A),
        row(V),
        row(A, rowvar=False),
        row(A, bias=True),
        row(A, ddof=0),
        row(V, normal(4)),
        row(A, normal(2, 4)),
        row(A, normal(3, 2), False),
    ],
)
rows(np.corrcoef, cases=[row(A), row(A, rowvar=False), row(V, normal(4)), row(A, normal(2, 4)), row(V)])
_spaced = [
    row(0.5, 2.5),
    row(0.5, 2.5, 7),
    row(0.5, 2.5, num=7, endpoint=False),
    row(Q := positive(3), 2.5, 5),
    row(1.5, positive(2, 3), 5),
    row(Q, positive(3), 4, axis=1),
    row(Q, positive(3), 4, axis=-1),
    row(0.5, 2.5, 1),
]
rows(np.linspace, np.logspace, np.geomspace, cases=_spaced)
rows(np.logspace, cases=[row(0.5, 2.5, 4, base=2.0), row(0.5, 1.5, 4, True, 3.0)])
rows(np.geomspace, cases=[row(-0.5, -2.5, 4), row(1.0 + 1j, 2.0 - 1j, 4)])
rows(np.asfortranarray, np.asarray_chkfinite, cases=[row(A), row(V), row(T)])
rows(np.require, cases=[row(A), row(A, requirements="C"), row(V, np.float64)])
rows(np.real_if_close, cases=[row(A), row(V), row(Z)])
rows(np.rollaxis, cases=[row(A, 1), row(T, 2), row(T, 0, 3), row(T, 1, start=0), row(T, -1), row(T, 0, 2)])
if hasattr(np, "astype"):
    rows(np.astype, cases=[row(A, float), row(A, np.float64), plain(A, np.float32)])
_ = (P, W, Z, corner)
rows(
    np.cov, np.corrcoef, cases=[row(complexes(3, 4)), row(complexes(2, 4), normal(3, 4)), row(normal(4), complexes(4))]
)
