"""Part of the stage `simplify`: numbers that the reverse sweep computes twice in one block are computed once.

t.5 = nu.1 - 2.0                 t.5 = nu.1 - 2.0
t.6 = var.2 * t.5         ->     t.6 = var.2 * t.5
t.8 = nu.1 - 2.0
t.9 = t.7 / t.8                  t.9 = t.7 / t.5
"""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.inlining import rename_all
from s2sad.kinds import Kind, Scalar
from s2sad.reading import all_blocks
from s2sad.statements import all_of, nested, read_list, targets


def share_numbers(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    kind_of = kind_of_names(info, kinds)
    sets: dict[str, int] = {}
    reads: dict[str, int] = {}
    for node in all_of(body):
        for name in targets(node):
            sets[name] = sets.get(name, 0) + 1
        for name in read_list(node):
            reads[name] = reads.get(name, 0) + 1

    def key_of(node: gast.stmt) -> str | None:
        """What a statement computes, if that is arithmetic of numbers alone, for a temporary that is set here alone."""
        if not getattr(node, "reverse", False) or not isinstance(node, gast.Assign):
            return None
        target = node.targets[0]
        if not isinstance(target, gast.Name) or not target.id.startswith("#") or sets[target.id] != 1:
            return None
        parts = list(trees.walk(node.value))
        if not isinstance(node.value, gast.BinOp) or not all(isinstance(each, ARITHMETIC) for each in parts):
            return None
        names = [each.id for each in parts if isinstance(each, gast.Name)]
        return gast.dump(node.value) if names and all(isinstance(kind_of(name), Scalar) for name in names) else None

    same: dict[str, str] = {}
    for block in all_blocks(body):
        seen: dict[str, tuple[str, set[str]]] = {}
        for node in list(block):
            key = key_of(node)
            if key in seen:
                name, first = node.targets[0].id, seen[key][0]
                if reads.get(name, 0) > 1 or reads.get(first, 0) > 1:  # else both go back into expressions
                    same[name] = first
                    block.remove(node)
                    continue
            changed = set().union(*(targets(each) for each in nested(node)))
            seen = {each: found for each, found in seen.items() if found[1].isdisjoint(changed)}
            if key is not None:
                name = node.targets[0].id
                seen[key] = name, {name, *trees.names_in(node.value)}
    rename_all(body, same)


ARITHMETIC = (gast.BinOp, gast.UnaryOp, gast.Name, gast.Constant, gast.operator, gast.unaryop, gast.expr_context)
