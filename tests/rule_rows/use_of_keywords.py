"""Keywords that the rows of the families leave out."""

from __future__ import annotations

import numpy as np

from tests.rule_rows.table import STACK, WELL, A, B, P, V, normal, positive, row, rows

NAN = np.where(normal(3, 4) > 0.5, np.nan, normal(3, 4))

rows(
    np.nansum, np.nanprod, np.nanmean, np.nanvar, np.nanstd, np.nancumsum, np.nancumprod,
    cases=[row(NAN, axis=1, dtype=float)],
)  # fmt: skip
rows(np.nansum, cases=[row(NAN, axis=0, initial=1.5, where=normal(4) > 0)])
rows(np.linspace, cases=[row(1.5, 2.5, 4, retstep=True), row(V, 2.5, 3, endpoint=False, retstep=True, axis=1)])
rows(np.linalg.pinv, cases=[row(WELL, hermitian=True), row(STACK * (1.0 + 0.2j), hermitian=True)])
rows(np.linalg.svd, cases=[row(WELL, hermitian=True), row(STACK, compute_uv=False, hermitian=True)])
rows(np.cumsum, np.cumprod, cases=[row(A, 1, dtype=np.float64)])
rows(np.linspace, np.geomspace, cases=[row(1.5, 2.5, 4, dtype=np.float64)])
rows(np.logspace, cases=[row(0.5, 1.5, 4, dtype=np.float64)])
rows(np.full, cases=[row((2, 3), 1.5, dtype=np.float64)])
rows(np.full_like, cases=[row(A, 1.5, dtype=np.float64)])
rows(np.nan_to_num, cases=[row(np.array([1.5, np.nan, -np.inf, np.inf]), nan=0.5, posinf=2.0, neginf=-3.0)])
rows(np.linalg.pinv, cases=[row(A, rcond=1e-12), row(A, rtol=1e-12)])
rows(
    np.cov,
    cases=[
        row(A, fweights=np.array([1, 2, 1, 3])),
        row(A, aweights=np.array([0.5, 2.0, 1.0, 3.0]), ddof=0),
        row(A, fweights=np.array([1, 2, 1, 3]), aweights=np.array([0.5, 2.0, 1.0, 3.0])),
        row(V, V[::-1] ** 2, aweights=np.array([0.5, 2.0, 1.0, 3.0]), bias=True),
        row(A.T, rowvar=False, fweights=np.array([1, 2, 1, 3]), dtype=np.float64),
    ],
)
rows(np.concatenate, cases=[row([A, B.T], 0, dtype=np.float64), row([V.astype("f"), V], dtype=np.complex128)])
rows(np.stack, np.vstack, np.hstack, cases=[row([V, V**2], dtype=np.float64), row([V, V.astype("f")], dtype=complex)])
rows(np.einsum, cases=[row("ij,j", A.astype("f"), V, dtype=np.float64), row("ij->i", A, dtype=np.complex128)])
rows(np.trace, cases=[row(A, dtype=np.float64), row(STACK, 0, 1, 2, np.complex128)])
rows(np.full_like, cases=[row(np.arange(3), 1.5, dtype=float), row(A, 1.5, shape=(2, 3)), row(A, V, shape=(2, 4))])
rows(np.corrcoef, cases=[row(A, dtype=np.float64)])
rows(np.percentile, np.nanpercentile, cases=[row(V, 30.0, weights=positive(4), method="inverted_cdf")])
rows(np.sort, cases=[row(A, axis=0, kind="stable")])
rows(np.copy, np.ndarray.copy, cases=[row(A, order="F")])
rows(np.ascontiguousarray, cases=[row(A, dtype=np.float64)])
rows(np.asfortranarray, cases=[row(A, dtype=np.float64)])
rows(np.asarray_chkfinite, cases=[row(A, dtype=np.float64, order="F")])
rows(np.linalg.trace, cases=[row(A, dtype=np.float64)])
rows(np.real_if_close, cases=[row(A, tol=10)])
rows(np.polyfit, cases=[row(np.arange(4.0), V, 1, rcond=1e-12, w=positive(4))])
rows(np.linalg.tensorsolve, cases=[row(normal(3, 4, 12).reshape(3, 4, 12), P, axes=None)])
rows(
    *(np.logaddexp.reduce, np.logaddexp2.reduce, np.hypot.reduce, np.fmax.reduce, np.fmin.reduce),
    *(np.maximum.accumulate, np.minimum.accumulate),
    cases=[row(A, axis=1, dtype=np.float64)],
)
rows(np.add.reduceat, cases=[row(A, np.array([0, 2]), axis=1, dtype=np.float64)])
rows(np.arange, cases=[row(0.25, 2.0, 0.5, dtype=np.float64)])
rows(np.array, cases=[row(A, copy=True)])
if hasattr(np, "cumulative_sum"):
    rows(np.cumulative_sum, np.cumulative_prod, cases=[row(A, axis=1, dtype=np.float64)])
if hasattr(np, "astype"):
    rows(np.astype, cases=[row(A, np.float64, copy=True)])
