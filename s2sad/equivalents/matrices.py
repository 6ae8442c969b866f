"""scipy.linalg's tangents of a matrix, by sines and cosines. Loaded with its rules."""

from __future__ import annotations

from typing import Any

from scipy import linalg

from s2sad.equivalents.registry import equivalent


@equivalent(linalg.tanm)
def tanm(A: Any) -> Any:
    return linalg.solve(linalg.cosm(A), linalg.sinm(A))


@equivalent(linalg.tanhm)
def tanhm(A: Any) -> Any:
    return linalg.solve(linalg.coshm(A), linalg.sinhm(A))
