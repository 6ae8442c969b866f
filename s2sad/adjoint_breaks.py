"""Part of the stage `adjoint`: iterations that leave their loop before they have done anything.

for i in range(n):                  The iteration that breaks has changed nothing that the value depends on, so
    step = f(x)                     that there is nothing to reverse: it isn't counted, saves nothing, and the
    if abs(step) < limit:           reverse sweep needs no test.
        break
    else:
        x = x - step
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.statements import blocks_of

HARMLESS = (ir.Primitive, ir.GetItem, ir.Load, ir.Plain, ir.Copy, ir.Pack, ir.ListOp)  # they only set names


def whole_iteration(node: Any, active: set[str], outside: Iterable[str], inside: set[str]) -> list[gast.stmt] | None:
    """The block that only iterations reach that don't break, if those that do need no reversal.

    outside: the names that have an adjoint after the loop; inside: those that the loop sets.
    """
    last = node.body[-1] if node.body else None
    if (
        not node.loop.counted
        or node.loop.snapshots is not None
        or not isinstance(last, gast.If)
        or set(outside) & inside - set(node.loop.phis)
    ):
        return None
    if any(isinstance(each, gast.Break) for inner in node.body[:-1] for each in trees.walk(inner)):
        return None
    for leaving, whole in ((last.body, last.orelse), (last.orelse, last.body)):
        if leaving and isinstance(leaving[-1], gast.Break) and whole and breaks_not(whole):
            changed = {name for each in leaving[:-1] for name, _ in getattr(each.effect, "pairs", ())}
            if all(isinstance(each.effect, ir.Copy) for each in leaving[:-1]) and not changed & active:
                return whole if all(map(is_harmless, node.body[:-1])) else None
    return None


def breaks_not(block: list[gast.stmt]) -> bool:
    return not any(isinstance(each, gast.Break) for node in block for each in trees.walk(node))


def is_harmless(node: gast.stmt) -> bool:
    """Whether a statement sets names for the iteration and does nothing else, in branches only by copies."""
    if getattr(node, "counter", None):
        return True
    if isinstance(node, gast.If):
        return all(isinstance(getattr(each, "effect", None), ir.Copy) for block in blocks_of(node) for each in block)
    return not blocks_of(node) and isinstance(getattr(node, "effect", None), HARMLESS)


def count_whole(node: Any, whole: list[gast.stmt]) -> None:
    """Counts the iterations that don't break."""
    for k, each in enumerate(node.body):
        if getattr(each, "counter", None) and isinstance(each, gast.AugAssign):
            whole.insert(0, node.body.pop(k))
            break
    node.loop.whole = whole
