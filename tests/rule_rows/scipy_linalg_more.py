"""Rows of scipy.linalg: decompositions, norms, least squares, banded systems, matrices of a pattern."""

import numpy as np
from scipy import linalg

from s2sad.rules import loading
from tests.rule_rows.table import A, V, W, complexes, corner, normal, parts, row, rows

loading.load_rules_of(linalg.solve)

_WELL = normal(3, 3) + 4.0 * np.eye(3)
_symmetric = _WELL + _WELL.T
_columns = normal(3, 2)

# The default driver may turn the sign of a vector at the least change of the matrix.
rows(
    linalg.eigh,
    cases=[row(_symmetric, driver="ev"), row(_WELL, driver="ev"), row(_symmetric, lower=False, driver="ev")],
)
rows(
    linalg.eigh,
    cases=[row(_WELL, eigvals_only=True), row(_WELL, lower=False, eigvals_only=True), parts("0", _symmetric)],
)
rows(linalg.eigvalsh, cases=[row(_symmetric), row(_WELL, lower=False)])
_MASS = _columns @ _columns.T + 2.0 * np.eye(3)  # of a generalized problem
rows(
    linalg.eigh,
    cases=[
        row(_symmetric, _MASS, driver="gv"),
        row(_WELL, _MASS, lower=False, type=1, driver="gv"),
        row(_WELL, b=_MASS, eigvals_only=True),
        row(_WELL, eigvals_only=True, subset_by_index=[0, 1]),
        parts("0", _WELL, subset_by_index=[1, 2]),
        parts("0", _symmetric, _MASS, subset_by_value=[-np.inf, 2.0]),
        row(_symmetric, subset_by_index=[0, 1]),
        row(_WELL, lower=False, subset_by_index=[2, 2]),
        row(_symmetric, _MASS, subset_by_index=[1, 2]),
        row(_WELL, _MASS, lower=False, subset_by_value=[-np.inf, 2.0]),
    ],
)
rows(
    linalg.eigvalsh,
    cases=[
        row(_WELL, _MASS),
        row(_WELL, _MASS, lower=False, type=1, subset_by_index=[1, 2]),
        row(_WELL, subset_by_index=[0, 0]),
        row(_symmetric, subset_by_value=[-np.inf, 4.0]),
    ],
)
rows(
    linalg.svd,
    cases=[
        row(_WELL),
        row(normal(4, 2), full_matrices=False),
        row(normal(2, 4), False),
        parts("1", normal(3, 2)),
        row(A, compute_uv=False),
    ],
)
rows(linalg.svdvals, linalg.pinv, cases=[row(_WELL), row(A), row(normal(4, 2))])
rows(linalg.pinv, cases=[row(_WELL, atol=1e-12), row(A, rtol=1e-12)])
rows(linalg.qr, cases=[row(_WELL, mode="economic"), row(normal(4, 2), mode="economic"), row(A, mode="economic")])
rows(linalg.qr, cases=[row(_WELL), row(A), row(_WELL, pivoting=True), row(A.T, pivoting=True, mode="economic")])
rows(linalg.lu, cases=[row(_WELL), row(normal(4, 2)), row(A), row(A, p_indices=True), row(A.T, p_indices=True)])
rows(
    linalg.norm,
    cases=[
        row(V),
        row(A),
        row(V, 1),
        row(V, np.inf),
        row(V, 3),
        row(A, "nuc"),
        row(A, "fro"),
        row(A, 2),
        row(A, 1, keepdims=True),
        row(A, -np.inf),
        row(A, axis=0),
        row(A, 1, axis=1),
        row(normal(2, 3, 4), "nuc", axis=(0, 2)),
        row(complexes(3)),
        corner((np.zeros(3),), np.zeros(3)),
    ],
)
rows(
    linalg.lstsq,
    cases=[
        parts("0", normal(4, 2), V),
        parts("0", normal(4, 2), normal(4, 3)),
        parts("0", normal(2, 4), normal(2)),
        parts("0", _WELL, W),
        parts("0", normal(4, 2), V, cond=1e-12),
    ],
)

# --- banded ----------------------------------------------------------------------------------------------------------

_bands = normal(4, 5) + np.array([0.0, 0.0, 8.0, 0.0])[:, None]
_half = np.array([[0.0, 0.0, 0.3, 0.4, 0.2], [0.0, 1.0, -1.1, 0.6, 0.5], [4.0, 5.0, 4.5, 6.0, 4.2]])
rows(
    linalg.solve_banded,
    cases=[row((1, 2), _bands, normal(5)), row((1, 2), _bands, normal(5, 2)), row((0, 0), _bands[2:3], normal(5))],
)
rows(
    linalg.solveh_banded,
    cases=[
        row(_half, normal(5)),
        row(_half, normal(5, 2)),
        row(_half[::-1], normal(5), lower=True),
        row(np.array([[4.0, 5.0], [0.5, 0.0]]), normal(2), False, False, True),
    ],
)
_factor, _lu = (linalg.cho_factor(_symmetric)[0], False), linalg.lu_factor(_WELL)
rows(linalg.cho_solve, cases=[row(_factor, W), row(_factor, _columns)])
rows(
    linalg.lu_solve, cases=[row(_lu, W), row(_lu, _columns), row(_lu, W, trans=1), row(_lu, W, 1), row(_lu, W + 1j, 2)]
)
_hermitian = _symmetric + 0.2j * (_WELL - _WELL.T)
_factor, _lu = (linalg.cho_factor(_hermitian)[0], False), linalg.lu_factor(_WELL + 0.5j * _symmetric)
rows(linalg.cho_solve, cases=[row(_factor, W), row(_factor, _columns + 0.5j)])
rows(linalg.lu_solve, cases=[row(_lu, W), row(_lu, _columns + 0.5j), row(_lu, W + 1j, trans=1), row(_lu, W, 2)])

# --- of a pattern ----------------------------------------------------------------------------------------------------

rows(linalg.circulant, cases=[row(V), row(np.array([1.5])), row(V + 0.5j * V[::-1])])
rows(linalg.hankel, cases=[row(V), row(V, W), row(W, r=V), row(V + 0.5j * V[::-1], W)])
rows(linalg.solve_banded, cases=[row((1, 2), _bands + 0.5j, normal(5)), row((1, 2), _bands, normal(5) + 1j)])
rows(linalg.khatri_rao, cases=[row(A, normal(2, 4)), row(_WELL, _WELL)])

# --- banded, of complex numbers ---------------------------------------------------------------------------------------

_banded = np.array([[0.0, 0.0, 0.3j, 0.4, 0.2], [0.0, 1.0, -1.1j, 0.6, 0.5 + 1j], [4.0, 5.0, 4.5, 6.0, 4.2]])
_b = complexes(5)
rows(linalg.solveh_banded, cases=[row(_banded, _b), row(_banded[1:], complexes(5, 2)), row(_banded.real, _b)])
rows(linalg.solveh_banded, cases=[row(_banded[::-1], _b.real, lower=True), row(_banded[:0:-1], _b, lower=True)])
_upper, _lower = linalg.cholesky_banded(_banded), linalg.cholesky_banded(_banded[::-1].real, lower=True)
rows(linalg.cho_solve_banded, cases=[row((_upper, False), _b), row((_upper, False), normal(5, 2))])
rows(linalg.cho_solve_banded, cases=[row((_lower, True), normal(5)), row((_lower, True), _b)])
