"""Part of the stage `numba_fusion`: parts of arrays, as what each axis of the array is to them.

`A[:, 2, None]` is the view of A with the steps [(0, 0, None), 2]: the first axis of A is the first of the view, from
its beginning to its end; of the second one element is taken; the view's last axis is new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.numba_lengths import literal_slice


@dataclass
class View:
    """A part of an array: array, what stands for it at the call; steps: for each of its axes (axis of the view, where
    that begins, where it ends) or an index."""

    array: gast.AST
    steps: list[Any]
    rank: int
    key: str = ""
    node: Any = None  # that it was found as
    axes: Any = None

    def is_whole(self) -> bool:
        return isinstance(self.array, gast.Name) and self.steps == [(k, 0, None) for k in range(self.rank)]

    def array_key(self) -> str:
        return trees.show(self.array)

    def apart_from(self, other: View) -> bool:
        """Whether two views of one array never share an element, as A[i, 2] and A[j, 3]."""
        (one, own), (name, its) = self.numbers(), other.numbers()
        return one == name != "" and any(None not in pair and pair[0] != pair[1] for pair in zip(own, its))

    def numbers(self) -> tuple[str, list[int | None]]:
        """The name of the array, and for each of its axes, from the first, the one index that is taken, if any."""
        if isinstance(self.array, gast.Name):
            return self.array.id, [step if isinstance(step, int) else None for step in self.steps]
        if not isinstance(self.array, gast.Subscript) or not isinstance(self.array.value, gast.Name):
            return "", []
        index = self.array.slice
        made: list[int | None] = []
        for step in index.elts if isinstance(index, gast.Tuple) else [index]:
            if isinstance(step, gast.Constant) and (step.value is None or step.value is ...):
                break
            value = trees.literal(step)
            made.append(value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None)
        return self.array.value.id, made


def turned(base: View) -> View:
    steps = [(1 - step[0], *step[1:]) if isinstance(step, tuple) else step for step in base.steps]
    return View(base.array, steps, 2)


def widened(base: View, axis: int) -> View:
    steps = [(step[0] + (step[0] >= axis), *step[1:]) if isinstance(step, tuple) else step for step in base.steps]
    return View(base.array, steps, base.rank + 1)


def cut(base: View, steps: list[Any]) -> View | None:
    """A view of an array by literal slices, indices and new axes."""
    made: list[Any] = []
    axis = place = 0
    for step in steps:
        if isinstance(step, gast.Constant) and step.value is None:
            axis += 1
            continue
        if place >= base.rank:
            return None
        if isinstance(step, gast.Slice):
            low, high = literal_slice(step) or (0, None)
            made.append((axis, low, high))
            axis += 1
        else:
            made.append(int(trees.literal(step)))
        place += 1
    for _ in range(base.rank - place):
        made.append((axis, 0, None))
        axis += 1
    return View(base.array, made, axis)
