"""Part of the stage `naming`: what an iteration hands on of its beginning is copied before the variable is set anew.

    x.4 = x.1 + dt * v.2                     x_old.3 = x.1                            x_old = x
    x_old.3, x.1 = x.1, x.4          ->      x.4 = x.1 + dt * v.2             ->      x = x + dt * v
    (at the end of the iteration)            x.1 = x.4

So the new value needs no name beside the old one.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir
from s2sad.ir import variable
from s2sad.statements import all_of, all_statements, blocks_of, nested, read_list, targets


def copy_early(body: list[gast.stmt]) -> None:
    """Looks at each loop of the forward part whose iterations all run to their end."""
    for node in body:
        for inner in blocks_of(node):
            copy_early(inner)
        if isinstance(node, (gast.For, gast.While)) and not getattr(node, "reverse", False):
            inside = all_statements(node)
            if not any(isinstance(each, (gast.Break, gast.Try, gast.With)) for each in inside):
                take_copies_forward(node.body, targets(node))


def take_copies_forward(block: list[gast.stmt], header: set[str]) -> None:
    """header: what the loop's own line sets."""
    end = len(block)
    while end and is_copy(block[end - 1]):
        end -= 1
    body, last = block[:end], block[end:]
    inside = [each for node in body for each in nested(node)]
    used = {name for each in inside for name in (*read_list(each), *targets(each))} | header
    pairs = [pair for node in last for pair in node.effect.pairs]
    carried = {target for target, _ in pairs}
    read = {name for target, source in pairs for name in ir.summary(source).names if name != target}
    for node in last:
        for target, source in list(node.effect.pairs):
            name = getattr(source, "id", "")
            if name not in carried or name == target or target in used or target in read:
                continue
            place = first_setting(body, variable(name), name)
            if place is None:
                continue
            made = ir.statement_copy(node)
            made.effect = ir.Copy([(target, source)], dict(node.effect.origins))
            node.effect.pairs = [each for each in node.effect.pairs if each[0] != target]
            body.insert(place, made)
    block[:] = [*body, *last]


def is_copy(node: Any) -> bool:
    """Of the forward part, or of tangents beside it."""
    own = not getattr(node, "reverse", False) or getattr(node, "tangent", False)
    return own and isinstance(getattr(node, "effect", None), ir.Copy)


def first_setting(block: list[gast.stmt], base: str, name: str) -> int | None:
    """Where another value of the variable is set first; None where its old one stays."""
    for k, node in enumerate(block):
        if any(variable(each) == base and each != name for each in set_in(node)):
            return k
    return None


def set_in(node: gast.stmt) -> set[str]:
    return {name for each in all_of([node]) for name in targets(each)}
