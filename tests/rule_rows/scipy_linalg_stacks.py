"""Rows of scipy.linalg: decompositions of stacks, which SciPy takes since 1.16, and of complex matrices."""

import numpy as np
import scipy
from scipy import linalg

from s2sad.rules import loading
from tests.rule_rows.table import complexes, normal, parts, row, rows

loading.load_rules_of(linalg.solve)

_stack = normal(2, 3, 3) + 4.0 * np.eye(3)
_tall = normal(2, 4, 3)
_wide = normal(2, 3, 4)
_complex = complexes(3, 3) + 4.0 * np.eye(3)
_complex_tall = complexes(4, 3)
_positive = np.array([[3.0, 0.4], [0.2, 2.0]])
_hermitian = _complex + np.conj(_complex).T

rows(linalg.svd, cases=[parts("1", _complex), row(_complex, compute_uv=False), parts("1", complexes(3, 4))])
rows(linalg.svdvals, linalg.pinv, cases=[row(_complex), row(_complex_tall)])
rows(linalg.qr, cases=[row(_complex_tall, mode="economic"), row(complexes(3, 4), mode="economic")])
rows(linalg.qr, cases=[row(normal(4, 3), mode="r"), row(normal(3, 4), mode="r"), row(_complex, mode="r")])
rows(linalg.eigh, cases=[parts("0", _hermitian), row(_hermitian, lower=False, eigvals_only=True)])
rows(linalg.eigvalsh, cases=[row(_hermitian), row(_complex, lower=False)])
rows(linalg.pinvh, cases=[row(_hermitian), row(_complex, lower=False)])
rows(linalg.lu, cases=[row(_complex), row(_complex_tall), row(complexes(3, 4))])
rows(linalg.polar, cases=[row(_complex), row(_complex_tall), row(complexes(3, 4), side="left")])
rows(linalg.signm, cases=[row(normal(3, 3) + np.diag([4.0, -5.0, 6.0])), row(normal(2, 2) + 3.0 * np.eye(2))])
rows(linalg.lu, cases=[row(each, permute_l=True) for each in (normal(3, 3), normal(4, 3), normal(3, 4))])
rows(linalg.lu, cases=[row(_complex_tall, permute_l=True), row(_complex, p_indices=True)])
rows(linalg.cosm, linalg.sinm, linalg.coshm, linalg.sinhm, cases=[row(0.2 * _complex)])
rows(linalg.fractional_matrix_power, cases=[row(_positive, 0.4), row(_complex, -0.3)])
rows(linalg.lstsq, cases=[parts("0", _complex_tall, normal(4)), parts("0", normal(4, 2), complexes(4, 2))])

if tuple(map(int, scipy.__version__.split(".")[:2])) >= (1, 16):
    rows(linalg.svd, cases=[row(_tall, full_matrices=False), row(_stack, compute_uv=False), parts("1", _wide)])
    rows(linalg.svdvals, linalg.pinv, cases=[row(_stack), row(_wide)])
    rows(linalg.qr, cases=[row(_tall, mode="economic"), row(_wide, mode="economic"), row(_stack)])
    rows(linalg.eigh, cases=[parts("0", _stack, lower=False), row(_stack, eigvals_only=True)])
    rows(linalg.eigvalsh, linalg.pinvh, cases=[row(_stack), row(_stack, lower=False)])
    rows(linalg.lu, cases=[row(_stack), row(_tall), row(_wide)])
    rows(linalg.polar, cases=[row(_stack), row(_tall), row(_wide, side="left")])
    rows(linalg.eigvals, cases=[row(_stack)])
    rows(linalg.lu, cases=[row(_stack, permute_l=True), row(_wide, True)])
    rows(linalg.cosm, linalg.sinm, linalg.coshm, linalg.sinhm, cases=[row(0.2 * _stack), row(0.1j * _stack)])
    rows(linalg.logm, cases=[row(_stack), row(_stack + 0.3j)])
    rows(linalg.signm, cases=[row(_stack), row(normal(2, 2, 2) + np.diag([4.0, -5.0]))])
    rows(linalg.fractional_matrix_power, cases=[row(_stack, 0.4)])
    rows(
        linalg.lstsq,
        cases=[
            parts("0", _tall, normal(4)),
            parts("0", _tall, normal(4, 2)),
            parts("0", _wide[0], normal(2, 3, 1)),
            parts("0", _tall + 0.5j, complexes(2, 4, 1)),
        ],
    )
