"""Rows of numpy.linalg."""

import numpy as np

from tests.rule_rows.table import STACK, WELL, A, T, V, W, Z, complexes, corner, normal, parts, row, rows

COMPLEX = WELL + 1j * normal(3, 3)
SYMMETRIC = WELL + WELL.T + np.diag([0.0, 1.0, 3.0])
HERMITIAN = SYMMETRIC + 1j * (COMPLEX.imag - COMPLEX.imag.T)
POSITIVE = STACK @ np.swapaxes(STACK, -1, -2) + np.eye(3)
ROTATING = np.array([[1.0, -2.0, 0.3], [1.5, 0.5, 0.2], [0.1, 0.4, 3.0]])
SINGULAR = np.array([[1.0, 2.0, 0.5], [2.0, 4.0, 1.0], [0.3, -1.0, 2.0]])
TALL, WIDE = normal(4, 2), normal(2, 4)

# --- norms -----------------------------------------------------------------------------------------------------------

rows(
    np.linalg.norm,
    cases=[
        row(V),
        row(A),
        row(T),
        row(V, 2),
        row(V, 1),
        row(V, 3),
        row(V, np.inf),
        row(V, -np.inf),
        row(V, 2.5),
        row(A, "fro"),
        row(A, axis=1),
        row(A, axis=0),
        row(A, None, -1),
        row(A, 1, 1),
        row(A, 3, axis=0),
        row(A, axis=1, keepdims=True),
        row(A, np.inf, 1),
        row(Z),
        row(Z, 1),
        row(Z, 3),
        row(Z, np.inf),
        row(A, None, (0, 1)),
        row(T, axis=(1, 2)),
        corner((np.zeros(3),), np.zeros(3)),
        corner((np.zeros((2, 3)),), np.zeros((2, 3)), axis=1),
        corner((np.zeros(3),), np.zeros(3), 2),
        corner((np.zeros(3),), np.zeros(3), 1),
        row(V, 0),
        *[row(WELL, ord) for ord in ("nuc", 1, -1, 2, -2, np.inf, -np.inf)],
        *[row(T, ord, (0, 2)) for ord in ("nuc", "fro", 1, 2, np.inf)],
        row(T, 1, axis=(1, 2), keepdims=True),
        row(T, "nuc", axis=(2, 1)),
        row(COMPLEX, "nuc"),
        row(COMPLEX, 2),
        row(COMPLEX, 1),
        row(np.zeros((0,))),
    ],
)
rows(
    np.linalg.vector_norm,
    cases=[
        row(V),
        row(T),
        row(A, axis=1, keepdims=True),
        row(T, axis=(0, 2)),
        row(T, ord=1),
        row(T, ord=3, axis=0),
        row(A, ord=np.inf, axis=1),
        row(Z),
        row(A, ord=0),
        corner((np.zeros(3),), np.zeros(3)),
    ],
)
rows(
    np.linalg.matrix_norm,
    cases=[
        row(A),
        row(STACK),
        row(STACK, keepdims=True),
        *[row(STACK, ord=ord) for ord in ("nuc", 1, -1, 2, -2, np.inf, -np.inf)],
        row(STACK, ord="nuc", keepdims=True),
        row(COMPLEX),
    ],
)
rows(
    np.linalg.cond,
    cases=[
        row(WELL),
        row(TALL),
        row(STACK),
        *[row(WELL, p) for p in (2, -2, 1, -1, np.inf, "fro", "nuc")],
        row(COMPLEX),
    ],
)
rows(np.linalg.matrix_rank, cases=[row(WELL), row(STACK)])

# --- inverses, determinants, systems ---------------------------------------------------------------------------------

rows(np.linalg.inv, cases=[row(WELL), row(STACK), row(COMPLEX), row(np.zeros((2, 0, 0)))])
rows(
    np.linalg.pinv,
    cases=[row(WELL), row(STACK), row(TALL), row(WIDE), row(normal(2, 4, 3)), row(COMPLEX), row(complexes(3, 2))],
)
rows(
    np.linalg.det,
    cases=[
        row(WELL),
        row(STACK),
        row(COMPLEX),
        row(SINGULAR),
        row(np.stack([SINGULAR, WELL])),
        row(SINGULAR + 1j * SINGULAR),
        row(np.zeros((2, 2))),
        row(np.array([[3.0]])),
    ],
)
rows(
    np.linalg.slogdet,
    cases=[
        parts("1", WELL),
        parts("1", STACK),
        row(COMPLEX),
        row(np.stack([COMPLEX, 2j * COMPLEX.T])),
        parts("1", -WELL),
    ],
)
rows(
    np.linalg.solve,
    cases=[
        row(WELL, W),
        row(WELL, normal(3, 2)),
        row(STACK, normal(2, 3, 2)),
        row(STACK, normal(3, 2)),
        row(WELL, normal(2, 3, 2)),
        row(COMPLEX, W),
        row(STACK, W),
        row(STACK, Z),
        row(normal(2, 1, 3, 3) + 3.0 * np.eye(3), normal(4, 3, 2)),
    ],
)
rows(
    np.linalg.lstsq,
    cases=[
        parts("0 1", TALL, V),
        parts("0 1", TALL, normal(4, 3)),
        parts("0", WIDE, normal(2)),
        parts("0", WIDE, normal(2, 3), None),
        parts("0", WELL, W),
        parts("0 1", TALL, V, 1e-12),
        parts("0 1", complexes(4, 3), complexes(4)),
        parts("0 1", complexes(4, 3), normal(4, 2)),
        parts("0 1", TALL, complexes(4)),
        parts("0", complexes(2, 3), complexes(2)),
    ],
)
rows(
    np.linalg.tensorsolve,
    cases=[
        row(normal(2, 3, 6) + 0.0, normal(2, 3)),
        row(normal(2, 3, 3, 2), normal(2, 3)),
        row(normal(2, 6, 3), normal(6), (0,)),
        row(normal(3, 2, 6), normal(6), axes=(1, 0)),
    ],
)
rows(np.linalg.tensorinv, cases=[row(normal(4, 2, 2), ind=1), row(normal(2, 3, 6))])
rows(
    np.linalg.matrix_power,
    cases=[*[row(WELL, n) for n in (0, 1, 2, 3, 5, -1, -3)], row(STACK, 3), row(COMPLEX, -2)],
)
rows(
    np.linalg.multi_dot,
    cases=[
        row([A, normal(4, 2)]),
        row([A, normal(4, 2), normal(2, 5)]),
        row([W, A, normal(4, 2), normal(2)]),
        row([W, A, normal(4, 2)]),
        row([A, normal(4, 2), normal(2)]),
    ],
)

# --- decompositions --------------------------------------------------------------------------------------------------

rows(
    np.linalg.cholesky,
    cases=[row(POSITIVE[0]), row(POSITIVE), row(POSITIVE[0], upper=True), row(POSITIVE, upper=True)]
    + [row(COMPLEX @ np.conj(COMPLEX.T)), row(COMPLEX @ np.conj(COMPLEX.T), upper=True)],
)
rows(
    np.linalg.qr,
    cases=[
        row(WELL),
        row(TALL),
        row(WIDE),
        row(STACK),
        row(normal(2, 4, 3)),
        row(normal(2, 3, 4)),
        row(COMPLEX),
        row(complexes(4, 2)),
        row(complexes(2, 4)),
        row(TALL, "r"),
        row(WIDE, mode="r"),
        parts("1", TALL, "complete"),
        parts("0 1", WELL, "complete"),
    ],
)
rows(
    np.linalg.eigh,
    cases=[row(SYMMETRIC), row(SYMMETRIC, "U"), row(POSITIVE), row(HERMITIAN), row(HERMITIAN, UPLO="U")]
    + [row(np.stack([HERMITIAN, 2.0 * HERMITIAN]))],
)
rows(np.linalg.eigvalsh, cases=[row(SYMMETRIC), row(SYMMETRIC, "U"), row(POSITIVE), row(HERMITIAN)])
rows(
    np.linalg.eig,
    cases=[row(SYMMETRIC + 0.1 * WELL), row(ROTATING), row(STACK + np.diag([0.0, 3.0, 6.0])), row(COMPLEX)],
)
rows(np.linalg.eigvals, cases=[row(SYMMETRIC + 0.1 * WELL), row(ROTATING), row(STACK), row(COMPLEX)])
rows(
    np.linalg.svd,
    cases=[
        row(WELL),
        row(STACK),
        row(TALL, False),
        row(WIDE, full_matrices=False),
        row(normal(2, 4, 3), False),
        parts("1", TALL),
        parts("1", WIDE),
        parts("1", COMPLEX),
        parts("1", complexes(2, 4, 3)),
        row(TALL, compute_uv=False),
        row(STACK, True, False),
    ],
)
rows(np.linalg.svdvals, cases=[row(WELL), row(TALL), row(STACK), row(COMPLEX)])
rows(np.linalg.norm, cases=[row(TALL, -2), row(TALL.T, -2)])
