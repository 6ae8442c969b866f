"""Part of the stage `simplify`: an adjoint of a few elements, each set on its own, is written as one display.

    s.2, i.3 = y.1                      s.2, i.3 = y.1
    ...                                 ...
    y.1_grad.6 = np.zeros_like(y.1)  ->     y.1_grad.6 = np.array([s_grad.4, i_grad.5])
    y.1_grad.6[0] = s_grad.4
    y.1_grad.6[1] = i_grad.5

Only of arrays that the function takes apart, so that their lengths are known.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import is_numpy
from s2sad.kinds import Array, Kind
from s2sad.reading import all_blocks
from s2sad.statements import all_of

LONGEST = 6


def use_displays(body: list[gast.stmt], kinds: dict[str, Kind], seeds: Collection[str]) -> None:
    lengths = lengths_of_parts(body)
    for block in all_blocks(body) if lengths else ():
        for k in reversed(range(len(block))):
            parts = parts_written(block, k, lengths, kinds, seeds)
            if parts is not None:
                block[k].value = trees.np_call("array", gast.List(parts[0], gast.Load()))
                del block[k + 1 : k + 1 + parts[1]]


def lengths_of_parts(body: list[gast.stmt]) -> dict[str, int]:
    """The number of elements of the arrays that are taken apart."""
    found = {}
    for node in all_of(body):
        target = node.targets[0] if isinstance(node, gast.Assign) else None
        if isinstance(target, gast.Tuple) and isinstance(node.value, gast.Name) and len(target.elts) <= LONGEST:
            if not any(isinstance(each, gast.Starred) for each in target.elts):
                found[node.value.id] = len(target.elts)
    return found


def parts_written(
    block: list[gast.stmt], at: int, lengths: dict[str, int], kinds: dict[str, Kind], seeds: Collection[str]
) -> tuple[list[gast.AST], int] | None:
    """The elements, and how many statements set them; None where it isn't so."""
    node: Any = block[at]
    if not getattr(node, "reverse", False) or not isinstance(node, gast.Assign):
        return None
    target, value = node.targets[0], node.value
    if not isinstance(target, gast.Name) or not is_numpy(value, "zeros_like") or value.keywords:
        return None
    kind, count = kinds.get(target.id), lengths.get(getattr(value.args[0], "id", ""), 0)
    if not isinstance(kind, Array) or kind.rank != 1 or kind.dtype != "float64" or not count:
        return None
    parts: list[gast.AST] = [trees.const(0.0)] * count
    written: set[int] = set()
    for each in block[at + 1 :]:
        place = element_set(each, target.id)
        if place is None or not 0 <= place < count or place in written:
            break
        if not getattr(each, "reverse", False) or not is_number(each.value, target.id, kinds, seeds):
            return None
        parts[place] = each.value
        written.add(place)
    return (parts, len(written)) if 2 * len(written) > count else None


def element_set(node: gast.stmt, name: str) -> int | None:
    """k, of `name[k] = ...`."""
    target = node.targets[0] if isinstance(node, gast.Assign) else None
    if not isinstance(target, gast.Subscript) or getattr(target.value, "id", "") != name:
        return None
    place = trees.literal(target.slice)
    return place if type(place) is int else None


def is_number(value: gast.AST, name: str, kinds: dict[str, Kind], seeds: Collection[str]) -> bool:
    """Whether an element is a number with a fraction: no array of one, and no `dy`, which may be given as 1."""
    names = ir.summary(value).names
    scalars = all(not isinstance(kinds.get(each), Array) for each in names)
    return name not in names and scalars and not (isinstance(value, gast.Name) and value.id in seeds)
