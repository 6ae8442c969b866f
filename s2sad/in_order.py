"""Part of the stage `simplify`: items of an adjoint that are set one after the other are set in their order.

    p_grad[1] = b_grad             p_grad[0] = a_grad
    p_grad[0] = a_grad      ->     p_grad[1] = b_grad          of `a, b = p`

They are numbers of different items, so any order does. The reverse sweep has found them from the last to the first.

    y_grad.3 <- 0.0                x_grad.2 += y_grad.1
    x_grad.2 += y_grad.1    ->     y_grad.3 <- 0.0             in a branch

What is a number there has no need of a name beside that of what is read before.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.kinds import Kind, Scalar
from s2sad.statements import blocks_of, nested, read_list, targets


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


def set_numbers_last(body: list[gast.stmt]) -> None:
    """In the branches of the reverse sweep."""
    for node in body:
        for inner in blocks_of(node):
            set_numbers_last(inner)
            if isinstance(node, gast.If):
                inner[:] = with_numbers_last(inner)


def with_numbers_last(block: list[gast.stmt]) -> list[gast.stmt]:
    made: list[gast.stmt] = []
    last: list[gast.stmt] = []
    for k, node in enumerate(block):
        op = getattr(node, "effect", None)
        if not isinstance(op, ir.Copy) or not getattr(node, "reverse", False) or getattr(node, "tangent", False):
            made.append(node)
            continue
        later = [each for other in block[k + 1 :] for each in nested(other)]
        used = {name for each in later for name in (*read_list(each), *targets(each))}
        numbers = [pair for pair in op.pairs if isinstance(pair[1], gast.Constant) and pair[0] not in used]
        rest = [pair for pair in op.pairs if not any(pair is each for each in numbers)]
        if numbers:
            moved = ir.statement_copy(node)
            moved.effect = ir.Copy(numbers, dict(op.origins))
            last.append(moved)
            node.effect = ir.Copy(rest, dict(op.origins))
        if rest:
            made.append(node)
    ends = bool(made) and isinstance(made[-1], (gast.Break, gast.Return, gast.Raise))
    return [*made[:-1], *last, made[-1]] if ends else [*made, *last]
