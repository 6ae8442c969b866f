"""Rows of functions that have no derivative."""

import numpy as np

from tests.rule_rows.table import A, T, V, W, row, rows

rows(
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.signbit,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.spacing,
    np.round,
    np.around,
    np.fix,
    np.isreal,
    np.iscomplex,
    np.isneginf,
    np.isposinf,
    cases=[row(1.5), row(A)],
)
rows(np.logical_and, np.logical_or, np.logical_xor, np.isclose, cases=[row(A, V), row(1.0, 2.0)])
rows(np.logical_not, cases=[row(A), row(1.5)])
rows(np.gcd, np.lcm, cases=[row(4, 6), row(np.arange(1, 4), 2)])
rows(np.shape, np.ndim, np.size, cases=[row(A), row(1.5), row(T)])
rows(np.allclose, np.array_equal, np.array_equiv, np.may_share_memory, np.shares_memory, cases=[row(A, A)])
rows(np.iscomplexobj, np.isrealobj, np.isscalar, cases=[row(A), row(1.5)])
rows(np.result_type, np.promote_types, np.can_cast, np.issubdtype, cases=[row(np.float32, np.float64)])
rows(np.isin, cases=[row(V, W)])
rows(np.tri, np.tril_indices, np.triu_indices, np.diag_indices, cases=[row(3)])
rows(np.isfortran, cases=[row(A)])
rows(np.finfo, cases=[row(np.float64)])
rows(np.iinfo, cases=[row(np.int64)])
rows(np.dtype, cases=[row("float32")])
rows(np.broadcast_shapes, cases=[row((3, 1), (4,))])
rows(len, cases=[row(A), row((1, 2))])
rows(isinstance, cases=[row(1.5, float)])
rows(issubclass, cases=[row(float, object)])
rows(callable, id, hash, repr, str, format, ascii, type, cases=[row(1.5)])
rows(hasattr, cases=[row(1.5, "real")])
rows(ord, cases=[row("a")])
rows(chr, bin, hex, oct, cases=[row(97)])
rows(print, cases=[row()])
rows(input, cases=[])
