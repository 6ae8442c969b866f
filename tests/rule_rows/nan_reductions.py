"""Rows of reductions that leave out what is not a number."""

import numpy as np

from tests.rule_rows.running import NAN
from tests.rule_rows.table import A, T, V, Z, complexes, corner, normal, row, rows

_HOLES = np.where(np.arange(24.0).reshape(2, 3, 4) % 5 == 1, np.nan, T)
_cases = [
    row(V),
    row(A),
    row(NAN),
    row(NAN, axis=0),
    row(NAN, 1),
    row(NAN, axis=-1, keepdims=True),
    row(NAN, axis=None, keepdims=True),
    row(_HOLES, axis=(0, 2)),
    row(_HOLES, axis=1),
    row(_HOLES, axis=(0, -1), keepdims=True),
    row(normal(1, 4), axis=1),
]
rows(np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nanmax, np.nanmin, cases=_cases)
rows(
    *(np.nanprod, np.nanmax, np.nanmin),
    cases=[
        row(NAN, initial=0.5),
        row(NAN, axis=1, initial=0.5, where=np.array([[True], [True], [False]])),
        row(_HOLES, axis=(0, 2), keepdims=True, where=T > -9.0, initial=1.5),
        row(1.5, initial=2.0),
    ],
)
rows(
    *(np.nanmean, np.nanvar, np.nanstd),
    cases=[
        row(_HOLES, where=T > -1.0),
        row(_HOLES, axis=2, where=np.array([True, True, False, True])),
        row(_HOLES, axis=(0, 2), keepdims=True, where=T > -1.5),
    ],
)
rows(
    *(np.nanvar, np.nanstd),
    cases=[
        row(_HOLES, correction=1),
        row(_HOLES, mean=0.3),
        row(_HOLES, axis=1, mean=np.nanmean(_HOLES, axis=1, keepdims=True), where=T > -1.0),
    ],
)
rows(np.nanmax, np.nanmin, cases=[row(1.5)])
rows(np.nansum, np.nanprod, np.nanmean, cases=[row(1.5), row(Z), row(complexes(3, 2), axis=0)])
rows(np.nansum, np.nanprod, cases=[row(np.zeros(0)), row(np.zeros((0, 2)), axis=0)])
rows(np.nanvar, np.nanstd, cases=[row(NAN, ddof=1), row(NAN, axis=0, ddof=1), row(Z), row(complexes(3, 2), axis=0)])
rows(np.nanstd, cases=[corner((np.zeros(3),), np.array([2.0, np.nan, 2.0]))])
rows(np.nanmax, cases=[corner((np.array([0.0, 0.5, 0.5, 0.0]),), np.array([1.0, 3.0, 3.0, np.nan]))])
rows(np.nanmin, cases=[corner((np.array([0.5, 0.0, 0.5, 0.0]),), np.array([1.0, 3.0, 1.0, np.nan]))])
rows(np.nanvar, np.nanstd, cases=[row(NAN, axis=0, ddof=0.5), row(NAN, ddof=0.5), row(NAN, axis=1, correction=0.5)])
