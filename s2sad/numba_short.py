"""Part of the stage `numba_fusion`: short axes of known length are written out, as numbers in the loop over the others.

c = np.cross(a, b)             for i in range(n0):
s = np.sum(c * c, axis=1)          t0_0 = a[i, 1] * b[i, 2] - a[i, 2] * b[i, 1]
                        ->         t0_1 = ...
                                   t1 = 0.0
                                   t1 += t0_0 * t0_0 ...
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

from s2sad.numba_lengths import ONE

SHORT, MOST_PLACES = 4, 16


def split(axes: Any) -> tuple[Any, tuple[int, ...]]:
    """The axes that are loops, at least one, and the lengths of those behind them that are written out.

    >>> n, three = frozenset([("x", 0)]), frozenset([3])
    >>> split((n, three)) == ((n,), (3,)), split((n, n)) == ((n, n), ()), split((three,)) == ((three,), ())
    (True, True, True)
    """
    count, inner = len(axes), ()  # type: int, tuple[int, ...]
    while count > 1 and (size := size_of(axes[count - 1])) is not None:
        count -= 1
        inner = (size, *inner)
    return (axes, ()) if math.prod(inner) > MOST_PLACES else (axes[:count], inner)


def size_of(length: Any) -> int | None:
    """The length of a short axis; None of others."""
    if length == ONE:
        return 1
    [atom] = length if len(length) == 1 else [None]
    return atom if isinstance(atom, int) and 1 <= atom <= SHORT else None


def places_of(sizes: Iterable[int]) -> list[tuple[int, ...]]:
    return list(itertools.product(*(range(size) for size in sizes)))


def local_index(view: Any, own: Any, axes: Any, at: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Which of the numbers that a piece of the loop made a view of it means, at a place of the short axes of a piece
    that goes over `axes` (None: at the first); own: the axes of what was made. None where that is in another
    iteration."""
    loops, (outer, inner) = len(split(axes)[0]), split(axes)
    own_inner = [size_of(length) for length in own[loops:]]
    at = (0,) * len(inner) if at is None else at
    made = []
    if len(view.steps) != len(own):
        return None
    for place, step in enumerate(view.steps):
        along = None if isinstance(step, int) else len(axes) - view.rank + step[0]
        if place < loops:
            if along != place or step[1] or step[2] is not None or view.axes[step[0]] != outer[along]:
                return None
            continue
        if along is not None and along < loops:
            return None
        if along is None:
            index = step
        else:
            length = view.axes[step[0]]
            if length != ONE and length != axes[along]:
                return None
            index = step[1] + (0 if length == ONE else at[along - loops])
        size = own_inner[place - loops]
        if size is None or index >= size:
            return None
        made.append(index)
    return tuple(made)


def row_of(view: Any, axes: Any) -> Any:
    """Where in an array an iteration reads or writes: where that is equal for two views of one array, different
    iterations never meet in them. None where it isn't known."""
    loops = len(split(axes)[0])
    found = {}
    for place, step in enumerate(view.steps):
        along = loops if isinstance(step, int) else len(axes) - view.rank + step[0]
        if along < loops and view.axes[step[0]] == axes[along] and axes[along] != ONE:
            found[along] = (place, step[1])
    return (view.array_key(), tuple(sorted(found.items()))) if len(found) == loops else None
