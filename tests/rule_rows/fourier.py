"""Rows of numpy.fft."""

import numpy as np

from tests.rule_rows.table import A, T, V, Z, complexes, normal, row, rows

C = complexes(3, 4)

rows(
    np.fft.fft,
    np.fft.ifft,
    cases=[
        row(V),
        row(Z),
        row(A),
        row(C, axis=0),
        row(V, 6),
        row(V, 3),
        row(C, 2, 0),
        row(V, norm="ortho"),
        row(C, 5, norm="forward"),
        row(T, axis=1),
        row(normal(1)),
        row(normal(2, 1)),
    ],
)
rows(
    np.fft.rfft,
    np.fft.ihfft,
    cases=[
        row(V),
        row(normal(5)),
        row(A, axis=0),
        row(V, 7),
        row(V, 3),
        row(T, 4, 1, "ortho"),
        row(A, norm="forward"),
        row(normal(1)),
    ],
)
rows(
    np.fft.irfft,
    np.fft.hfft,
    cases=[
        row(Z),
        row(Z, 5),
        row(C, axis=0),
        row(C, 3, 1),
        row(C, 9, 1, "ortho"),
        row(C, norm="forward"),
        row(V),
        row(complexes(2, 3, 4), axis=1),
    ],
)
rows(
    np.fft.fftn,
    np.fft.ifftn,
    np.fft.fft2,
    np.fft.ifft2,
    cases=[
        row(A),
        row(C),
        row(C, (2, 5), (0, 1)),
        row(T, axes=(0, 2)),
        row(T, (3, 3), (1, 2), "ortho"),
        row(C, norm="forward"),
    ],
)
rows(np.fft.fftn, np.fft.ifftn, cases=[row(T), row(V), row(T, (2, 2, 5), (0, 1, 2))])
rows(
    np.fft.rfftn,
    np.fft.rfft2,
    cases=[row(A), row(A, (5, 2), (0, 1)), row(T, axes=(2, 0)), row(T, axes=(0, 1), norm="ortho")],
)
rows(np.fft.rfftn, cases=[row(T), row(V), row(T, norm="forward")])
rows(
    np.fft.irfftn,
    np.fft.irfft2,
    cases=[row(C), row(C, (3, 5), (0, 1)), row(C, (2, 8), (0, 1), "ortho"), row(complexes(2, 3, 4), axes=(2, 0))],
)
rows(np.fft.irfftn, cases=[row(complexes(2, 3, 4)), row(Z), row(A)])
rows(np.fft.fftshift, np.fft.ifftshift, cases=[row(V), row(A), row(A, 1), row(C, axes=(0,)), row(normal(5))])
rows(np.fft.fftfreq, np.fft.rfftfreq, cases=[row(5), row(4, 0.1)])
