"""Rows of scipy.linalg."""

import numpy as np
import scipy
from scipy import linalg

from s2sad.rules import loading
from tests.rule_rows.table import STACK, WELL, A, V, W, Z, complexes, normal, row, rows

loading.load_rules_of(linalg.solve)

_symmetric = WELL + WELL.T
_lower, _upper = np.tril(WELL), np.triu(WELL)
_columns = normal(3, 2)
_hermitian = _symmetric + 0.2j * (WELL - WELL.T)

rows(
    linalg.solve,
    cases=[
        row(WELL, W),
        row(WELL, _columns),
        row(WELL, W, assume_a="gen"),
        row(WELL, W, transposed=True),
        row(WELL, _columns, transposed=True),
        row(_symmetric, W, assume_a="pos"),
        row(_symmetric, _columns, lower=True, assume_a="pos"),
        row(_symmetric, W, assume_a="sym"),
        row(_symmetric, W, assume_a="her"),
        row(_hermitian, W, assume_a="pos"),
        row(_hermitian, _columns, lower=True, assume_a="her"),
        row(_hermitian, 1j * _columns, lower=True, assume_a="pos"),
        row(_hermitian + _hermitian.T, W, assume_a="sym"),
    ],
)
rows(
    linalg.solve_triangular,
    cases=[
        row(_upper, W),
        row(_upper, _columns, trans=1),
        row(_lower, W, lower=True),
        row(_lower, _columns, 1, True),
        row(_lower, W, trans="T", lower=True, unit_diagonal=True),
        row(WELL, W, trans="N", unit_diagonal=True),
        row(_upper, W, 2),
        row(_upper + 0.5j * np.triu(WELL), complexes(3), trans=2),
        row(_lower + 0.5j * np.tril(WELL), complexes(3, 2), "C", True),
        row(_lower + 0.5j * np.tril(WELL), _columns, "C", lower=True, unit_diagonal=True),
        row(WELL + 0.5j * _upper, complexes(3), trans="T"),
    ],
)
rows(linalg.solve_sylvester, cases=[row(WELL, normal(2, 2) + 4.0 * np.eye(2), _columns)])
rows(linalg.inv, linalg.det, linalg.expm, cases=[row(WELL), row(0.3 * WELL)])
rows(linalg.expm, cases=[row(0.3 * WELL + 0.1j * normal(3, 3))])
rows(linalg.det, linalg.expm, cases=[row(0.3 * STACK), row(0.1 * normal(2, 1, 2, 2) + np.eye(2))])
rows(linalg.expm, cases=[row(0.2 * STACK + 0.1j * normal(3, 3))])
rows(linalg.sqrtm, cases=[row(_symmetric)])
if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 16):  # all of these take stacks since then
    _beside = normal(2, 3, 2)
    _positive = STACK @ np.swapaxes(STACK, 1, 2)
    rows(linalg.cholesky, cases=[row(_positive), row(_positive[None] + 0.1j * (WELL - WELL.T), lower=True)])
    rows(linalg.inv, cases=[row(STACK), row(STACK[None] + 0.1j * normal(3, 3))])
    rows(linalg.sqrtm, cases=[row(STACK @ np.swapaxes(STACK, 1, 2))])
    rows(linalg.solve, cases=[row(STACK, _beside), row(STACK, _columns), row(WELL, _beside), row(STACK, W)])
    rows(
        linalg.solve_triangular,
        cases=[
            row(STACK, _beside),
            row(STACK, _columns, 1, True),
            row(STACK + 0.5j, _columns, 2, True),
            row(WELL, _beside, trans="T", unit_diagonal=True),
            row(STACK, _beside, lower=True),
        ],
    )
    rows(
        linalg.solve_sylvester,
        cases=[row(STACK, STACK[:, :2, :2], _beside), row(WELL, WELL[:2, :2], _beside), row(STACK, WELL, WELL)],
    )
_near_real = [row(WELL @ WELL.T, each) for each in (0.5, -0.3, 1.7, 2)] + [row(_symmetric + 0.1j * normal(3, 3), 0.3)]
rows(linalg.fractional_matrix_power, cases=_near_real)
rows(linalg.logm, cases=[row(_symmetric), row(WELL @ WELL.T), row(_symmetric + 0.1j * normal(3, 3))])
rows(linalg.cholesky, cases=[row(_symmetric), row(_symmetric, lower=True), row(_symmetric, True)])
rows(linalg.cholesky, cases=[row(_hermitian), row(_hermitian, lower=True)])
rows(linalg.toeplitz, cases=[row(V), row(V, W), row(W, r=V), row(Z, Z * V[:3])])
if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 17):
    rows(linalg.toeplitz, cases=[row(A), row(A, WELL), row(normal(2, 1, 3))])
rows(linalg.block_diag, cases=[row(A), row(A, WELL), row(WELL, A, normal(1, 2)), row(1.5, V, A)])
