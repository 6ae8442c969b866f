"""Undoing broadcasting: which axes a cotangent has to be summed over, from the kinds.

>>> from s2sad.kinds import Array, Dim, Scalar
>>> n, m = Dim("n", True), Dim("m", True)
>>> broadcast_axes(Array("float64", (n, m)), Array("float64", (m,)))
(0,)
>>> broadcast_axes(Array("float64", (n, m)), Array("float64", (n, m)))
()
>>> broadcast_axes(Array("float64", (n, m)), Array("float64", (n, Dim("k"))))  # may or may not be 1: unknown
"""

from __future__ import annotations

from s2sad.kinds import ONE, Dim, Kind, Scalar, loose


def broadcast_axes(larger: Kind, smaller: Kind) -> tuple[int, ...] | None:
    """The axes of `larger` along which `smaller` was broadcast (negative ones for those kept as length 1); None if
    unknown."""
    big = () if isinstance(larger, Scalar) else getattr(larger, "dims", None)
    small = () if isinstance(smaller, Scalar) else getattr(smaller, "dims", None)
    if big is None or small is None:
        return None
    extra = len(big) - len(small)
    if extra < 0:
        return ()
    axes = list(range(extra))
    for position, dim in enumerate(small):
        other: Dim = big[extra + position]
        if dim == other and not loose(dim) or dim.many:
            continue
        if dim == ONE:
            if other == ONE:
                continue
            axes.append(position - len(small))
            continue
        return None
    return tuple(axes)
