"""Rows of functions whose results carry no derivative: questions, windows, conversions to integers."""

import numpy as np

from s2sad.rules.nondifferentiable import INTEGER_TYPES
from tests.rule_rows.table import A, V, W, plain, row, rows

rows(np.bartlett, np.blackman, np.hamming, np.hanning, cases=[row(5), row(1), row(0)])
rows(np.fft.fftfreq, np.fft.rfftfreq, cases=[row(5), row(4, 0.5)])
rows(np.tril_indices_from, np.triu_indices_from, cases=[row(A), row(A, 1)])
rows(np.diag_indices_from, cases=[row(np.eye(3))])
rows(np.mask_indices, cases=[row(3, np.triu)])
rows(np.ix_, cases=[row(np.array([0, 1]), np.array([2, 0]))])
rows(np.iterable, np.isfortran, cases=[row(A)])
rows(np.common_type, np.broadcast, cases=[row(A, V)])
rows(np.min_scalar_type, cases=[row(3), row(2.5)])
rows(np.mintypecode, np.typename, cases=[row("d")])
rows(np.isdtype, cases=[row(np.float64, "real floating")])
rows(np.ndindex, cases=[row((2, 3)), row(2, 3)])
rows(np.bitwise_count, cases=[row(5), row(np.arange(4))])
rows(np.isnat, cases=[row(np.datetime64("2024-01-01"))])
rows(*INTEGER_TYPES, cases=[row(2.5), row(True), row(np.array([1.5, 0.0])), row(np.abs(W))])
rows(np.longdouble, np.clongdouble, cases=[plain(2.5), plain(V)])
if hasattr(np, "in1d"):
    rows(np.in1d, cases=[row(V, W)])
