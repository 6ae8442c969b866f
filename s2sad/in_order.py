"""Part of the stage `simplify`: items of an adjoint that are set one after the other are set in their order.

    p_grad[1] = b_grad             p_grad[0] = a_grad
    p_grad[0] = a_grad      ->     p_grad[1] = b_grad          of `a, b = p`

They are numbers of different items, so any order does. The reverse sweep has found them from the last to the first.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.kinds import Kind, Scalar
from s2sad.statements import blocks_of


def set_in_order(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    kind_of = kind_of_names(info, kinds)

    def item_set(node: gast.stmt) -> tuple[str, int] | None:
        """Which array, and 1, of `p_grad[1] = number` and `p_grad[i, 1] += number`."""
        if not getattr(node, "reverse", False) or not isinstance(node, (gast.Assign, gast.AugAssign)):
            return None
        target: Any = node.target if isinstance(node, gast.AugAssign) else node.targets[0]
        if not isinstance(target, gast.Subscript) or not isinstance(target.value, gast.Name):
            return None
        first, last = [], target.slice
        if isinstance(last, gast.Tuple) and last.elts:
            first, last = last.elts[:-1], last.elts[-1]
        index, found = trees.literal(last), ir.summary(node.value)
        plain = not (found.call or found.subscript or found.attribute)
        numbers = all(isinstance(kind_of(name), Scalar) for name in found.names)
        array = ", ".join([target.value.id, *map(trees.show, first)])
        return (array, index) if type(index) is int and index >= 0 and plain and numbers else None

    def walk(block: list[gast.stmt]) -> None:
        start = 0
        while start < len(block):
            run = [item_set(block[start])]
            for node in block[start + 1 :]:
                place = item_set(node)
                if place is None or run[0] is None or place[0] != run[0][0] or place in run:
                    break
                if getattr(node, "origin", None) != getattr(block[start], "origin", None):
                    break
                run.append(place)
            end = start + len(run)
            if run[0] is not None:
                block[start:end] = [block[start + k] for k in sorted(range(len(run)), key=lambda k: run[k] or ("", 0))]
            start = end
        for node in block:
            for inner in blocks_of(node):
                walk(inner)

    walk(body)
