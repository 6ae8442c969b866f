"""Rows of scipy.fft."""

from scipy import fft

from s2sad.rules import loading
from tests.rule_rows.table import complexes, normal, row, rows

loading.load_rules_of(fft.fft)

_x, _image, _z = normal(5), normal(3, 4), complexes(4)

rows(
    fft.fft,
    fft.ifft,
    cases=[row(_x), row(_z), row(_image, axis=0), row(_z, 6), row(_x, 3, norm="ortho"), row(_image, 5, 0, "forward")],
)
rows(
    fft.rfft,
    fft.ihfft,
    cases=[row(_x), row(_image), row(_image, axis=0, norm="ortho"), row(_x, 7), row(_x, 4, norm="forward")],
)
rows(
    fft.irfft,
    fft.hfft,
    cases=[row(_z), row(_z, 5), row(complexes(3, 2), axis=0), row(_z, 3, norm="ortho"), row(_z, norm="forward")],
)
rows(
    fft.fftn,
    fft.ifftn,
    fft.fft2,
    fft.ifft2,
    cases=[row(_image), row(complexes(2, 3), (3, 2), (0, 1)), row(_image, axes=(1, 0), norm="ortho")],
)
rows(fft.fftn, fft.ifftn, cases=[row(_x), row(normal(2, 3, 2), axes=(0, 2), norm="forward")])
rows(fft.fftshift, fft.ifftshift, cases=[row(_x), row(_image, 1), row(_z)])
rows(
    fft.dct,
    fft.idct,
    fft.dst,
    fft.idst,
    cases=[
        row(_x),
        *(row(_x, kind, norm=norm) for kind in (1, 2, 3, 4) for norm in (None, "ortho", "forward")),
        *(row(_image, kind, axis=0) for kind in (1, 2, 3, 4)),
        *(row(_x, kind, n) for kind in (1, 2, 3, 4) for n in (3, 7)),
        row(_z),
        row(_z, 3, 6, norm="ortho"),
        row(normal(2, 3, 2), 2, axis=1),
    ],
)
_cube = complexes(2, 3, 3)
rows(
    fft.rfftn,
    fft.rfft2,
    fft.ihfftn,
    fft.ihfft2,
    cases=[
        row(_image),
        row(normal(2, 3, 3), axes=(0, 1), norm="ortho"),
        row(_image, (3, 5), (1, 0)),
        row(_image, (4, -1), (-2, -1), "forward"),
        row(normal(1, 4)),
    ],
)
rows(
    fft.irfftn,
    fft.irfft2,
    fft.hfftn,
    fft.hfft2,
    cases=[
        row(_cube),
        row(_cube, axes=(0, 1), norm="ortho"),
        row(_cube, (3, 5), (1, 0)),
        row(_cube, (4, -1), (-2, -1), "forward"),
        row(complexes(1, 3)),
    ],
)
rows(fft.fftn, fft.ifftn, cases=[row(_image, (3, 2)), row(_image, 3), row(_image, 3, 0)])
rows(
    fft.rfftn,
    fft.ihfftn,
    cases=[row(_x), row(_x, 3), row(_image, axes=0), row(_image, (3,)), row(normal(2, 3, 3), norm="forward")],
)
rows(
    fft.irfftn, fft.hfftn, cases=[row(_z), row(_z, 5), row(_cube, axes=1), row(_cube, (3,)), row(_cube, norm="forward")]
)
rows(
    fft.dctn,
    fft.idctn,
    fft.dstn,
    fft.idstn,
    cases=[
        row(_x),
        *(row(_image, kind, norm=norm) for kind in (1, 2, 3, 4) for norm in (None, "ortho", "forward")),
        *(row(normal(2, 3, 2), kind, axes=(0, -1)) for kind in (1, 2, 3, 4)),
        *(row(_image, kind, (2, 5)) for kind in (1, 2, 3, 4)),
        row(_cube[0], 2),
        row(_x, 3, 6, norm="ortho"),
    ],
)
