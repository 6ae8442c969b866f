"""Rows of einsum and of products of tensors."""

import numpy as np

from tests.rule_rows.table import STACK, WELL, A, B, T, V, W, Z, complexes, named, normal, row, rows

U = normal(2, 3, 4)

rows(
    np.einsum,
    cases=[
        row("ij,jk->ik", A, B),
        row("ij,jk", A, B),
        row("ij,jk->", A, B),
        row("ij,j->i", A, V),
        row("i,i", V, normal(4)),
        row("i,j", V, W),
        row("ij->ji", A),
        row("ij", A),
        row("ji", A),
        row("ij->i", A),
        row("ij->", A),
        row("ij->j", A),
        row("ii", WELL),
        row("ii->i", WELL),
        row("iij->j", normal(3, 3, 2)),
        row("iii->i", normal(2, 2, 2)),
        row("ii,i->i", WELL, W),
        row("ij,k->k", A, V),
        row("i,ij,j->", W, A, V),
        row("i, ij, j", W, A, V, optimize=True),
        row("ij,jk,kl->il", A, B, normal(2, 3), optimize="greedy"),
        row("ijk,ijk->i", T, U),
        row("bij,bjk->bik", STACK, STACK),
        row("...ij,...jk->...ik", STACK, normal(2, 3, 2)),
        row("...ij,jk->...ik", STACK, normal(3, 2)),
        row("...ij,...jk", normal(2, 1, 3, 4), normal(5, 4, 2)),
        row("...i,...i->...", T, V),
        row("...,...", T, V),
        row("...ii->...i", STACK),
        row("i...->...", T),
        row("ij,ij->ij", normal(1, 4), A),
        row("ij,ij->i", normal(3, 1), A),
        row("ij,jk->ik", complexes(2, 3), complexes(3, 2)),
        row("ij,jk->ik", A, complexes(4, 2)),
        row("ij,jk->ik", np.zeros((0, 4)), B),
        row(",i->i", 1.5, V),
    ],
)
rows(np.einsum_path, cases=[row("ij,jk->ik", A, B)])
rows(
    np.tensordot,
    cases=[
        row(A, B, 1),
        row(T, U, 3),
        row(T, normal(3, 4, 2)),
        row(T, normal(4, 5), 1),
        row(A, V, 0),
        row(T, normal(4, 2, 5), ((0, 2), (1, 0))),
        row(T, normal(4, 2, 5), ([2, 0], [0, 1])),
        row(T, normal(5, 3), axes=(1, 1)),
        row(T, normal(5, 3), (1, -1)),
        row(T, T, ((0, 1, 2), (0, 1, 2))),
        row(T, normal(4, 3, 2), ((0, 1, 2), (2, 1, 0))),
        row(complexes(2, 3), complexes(3, 2), 1),
    ],
)
rows(
    np.linalg.tensordot, cases=[row(T, normal(3, 4, 2)), row(T, normal(4, 5), axes=1), row(T, U, axes=((0, 1), (0, 1)))]
)
rows(
    np.kron,
    cases=[
        row(V, W),
        row(A, B),
        row(A, V),
        row(V, A),
        row(T, A),
        row(1.5, A),
        row(A, 2.5),
        row(T, normal(2, 1, 2)),
        row(complexes(2, 2), A),
    ],
)
rows(
    np.cross,
    cases=[
        row(W, normal(3)),
        row(normal(4, 3), W),
        row(W, normal(2, 4, 3)),
        row(normal(4, 1, 3), normal(2, 3)),
        row(normal(3, 4), normal(3, 4), axis=0),
        row(normal(3, 4), normal(4, 3), 0, 1, 1),
        row(normal(3, 4), normal(4, 3), axisa=0, axisc=0),
        row(Z, complexes(3)),
    ],
)
rows(np.linalg.cross, cases=[row(W, normal(3)), row(normal(4, 3), W), row(normal(3, 4), normal(3, 4), axis=0)])
_lengths = [(5, 3), (3, 5), (4, 4), (6, 4), (4, 6), (1, 3), (3, 1)]
rows(
    np.convolve,
    np.correlate,
    cases=[
        *[row(normal(m), normal(n), mode) for m, n in _lengths for mode in ("full", "same", "valid")],
        row(V, W),
        row(Z, complexes(5)),
        row(complexes(5), Z, "same"),
        row(complexes(4), V, mode="valid"),
    ],
)
rows(
    *named("vecdot", np, np.linalg),
    cases=[
        row(V, normal(4)),
        row(A, V),
        row(T, normal(3, 4)),
        row(A, normal(3, 4), axis=0),
        row(Z, complexes(3)),
        row(A, complexes(4)),
        row(normal(2, 1, 4), normal(3, 4)),
    ],
)
rows(
    *named("matvec", np),
    cases=[row(A, V), row(T, V), row(A, normal(2, 4)), row(T, normal(2, 4)), row(complexes(2, 3), Z)],
)
rows(
    *named("vecmat", np),
    cases=[row(W, A), row(W, T), row(normal(2, 3), A), row(normal(2, 3), T), row(Z, complexes(3, 2))],
)
rows(np.linalg.outer, cases=[row(V, W), row(Z, W)])
rows(np.linalg.diagonal, cases=[row(A), row(STACK), row(A, offset=1), row(T, offset=-1)])
rows(np.linalg.trace, cases=[row(A), row(STACK), row(A, offset=1), row(T, offset=-1)])
rows(np.linalg.matmul, cases=[row(A, B), row(STACK, normal(3, 2)), row(W, A)])
rows(np.linalg.matrix_transpose, cases=[row(A), row(T)])

rows(np.convolve, cases=[row(V, 1.5), row(1.5, V, "same"), row(V, normal(1))])
