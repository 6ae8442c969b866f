"""Rows of scipy.linalg: equations for matrices, polar factors, eigenvalues, tridiagonal matrices."""

import numpy as np
from scipy import linalg

from s2sad.rules import loading
from tests.rule_rows.table import V, complexes, fixed, normal, parts, row, rows

loading.load_rules_of(linalg.solve)

_A, _Q, _B = normal(3, 3) + 4.0 * np.eye(3), normal(3, 3), normal(3, 2)
_small = 0.2 * normal(3, 3)
_positive = _Q @ _Q.T + np.eye(3)
_weights = np.array([[1.5, 0.2], [0.2, 1.1]])
_main, _beside = np.array([1.0, 2.5, -0.5, 3.0]), np.array([0.5, -0.7, 0.9])

rows(linalg.solve_continuous_lyapunov, cases=[row(_A, _Q), row(_A, _positive)])
rows(linalg.solve_discrete_lyapunov, cases=[row(_small, _Q), row(_small, _Q, method="bilinear")])
rows(
    linalg.solve_continuous_are,
    cases=[fixed("q r", 0.5 * _Q, _B, _positive, _weights), fixed("q r", _small, np.eye(3), np.eye(3), np.eye(3))],
)
rows(linalg.solve_discrete_are, cases=[fixed("q r", 0.5 * _Q, _B, _positive, _weights)])
rows(
    linalg.solve_continuous_are,
    linalg.solve_discrete_are,
    cases=[fixed("q r", 0.5 * _Q, _B, _positive, _weights, balanced=False)],
)
rows(linalg.polar, cases=[row(_A), row(normal(4, 3)), row(normal(3, 4), side="left"), row(_A, "left")])
rows(linalg.polar, cases=[parts("0", _A), parts("1", normal(4, 2))])
rows(linalg.orthogonal_procrustes, cases=[row(_A, normal(3, 3)), row(normal(5, 3), normal(5, 3)), parts("1", _A, _Q)])
rows(linalg.eig, cases=[row(_A + np.diag([1.0, 3.0, 6.0])), parts("0", _Q), row(_A, right=False)])
rows(linalg.eigvals, cases=[row(_A), row(_Q), row(np.array([[1.0, 2.0], [-3.0, 0.5]]))])
rows(linalg.eigvalsh_tridiagonal, cases=[row(_main, _beside), row(_main, _beside, tol=0.0)])
rows(linalg.eigh_tridiagonal, cases=[parts("0", _main, _beside, tol=0.0)])
rows(
    linalg.eigh_tridiagonal,
    cases=[row(_main, _beside), parts("0", _main, _beside), parts("1", _main, _beside, lapack_driver="stev")],
)
rows(linalg.pinvh, cases=[row(_positive), row(_A, lower=False), row(_A + _A.T, rtol=1e-12), row(_positive, atol=1e-12)])
rows(
    linalg.solve_toeplitz,
    cases=[row(np.array([4.0, 1.0, 0.5]), normal(3)), row(np.array([4.0, -1.0, 0.5, 0.2]), normal(4, 2))],
)
rows(linalg.cosm, linalg.sinm, linalg.coshm, linalg.sinhm, cases=[row(_A), row(_small)])

# --- of complex matrices ----------------------------------------------------------------------------------------------

_complex = 0.3 * complexes(3, 3)
_CA = 1j * _complex + 3.0 * np.eye(3)
_half = _complex @ np.conj(_complex).T + np.eye(3)
_hermitian = np.array([[1.5, 0.2 + 0.3j], [0.2 - 0.3j, 1.1]])
_b = complexes(5)
rows(linalg.solve_continuous_lyapunov, cases=[row(_CA, _Q), row(_CA, _complex)])
rows(linalg.solve_discrete_lyapunov, cases=[row(_complex, _Q), row(_complex, 1j * _complex, method="bilinear")])
rows(linalg.solve_sylvester, cases=[row(_CA, _CA.T, _complex), row(_CA, _CA[:2, :2], _B)])
rows(
    linalg.solve_continuous_are,
    linalg.solve_discrete_are,
    cases=[fixed("q r", _complex, _B + 0.5j, _half, _hermitian), fixed("q r", 0.5 * _Q, _B, _half, _weights)],
)
rows(
    linalg.solve_toeplitz,
    linalg.matmul_toeplitz,
    cases=[
        row(np.array([4.0, 1j, 0.5, -0.3 + 0.2j, 0.1]), _b),
        row(np.array([4.0 + 1j, 1.0, 0.5]), normal(3, 2)),
        row(np.array([4.0, 1.0, 0.5]), complexes(3, 2)),
    ],
)
rows(
    linalg.matmul_toeplitz,
    cases=[row(normal(3), normal(3)), row(normal(4), normal(4, 2), check_finite=True), row(V, V, workers=1)],
)
rows(
    linalg.solve_circulant,
    cases=[
        row(_main, normal(4)),
        row(_b + 4.0, _b),
        row(_main, complexes(4), singular="raise", tol=1e-9, caxis=0, baxis=0, outaxis=0),
        row(_main + 1j, _main),
    ],
)
