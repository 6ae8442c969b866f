"""Part of the stage `simplify`: what one block computes twice has one name.

    t8_grad = -t6_grad                 t8_grad = -t6_grad
    t4_grad = t8_grad * t3      ->     t4_grad = t8_grad * t3
    t9_grad = -t6_grad                 t2_grad = t8_grad * t1
    t2_grad = t9_grad * t1

Of temporaries: numbers in both sweeps, and new arrays of the reverse one into which nothing is written.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.folding import untouched
from s2sad.inlining import rename_loop, rename_reads
from s2sad.kinds import Kind, Scalar
from s2sad.named_products import changes
from s2sad.reading import reads
from s2sad.repeated import gives_the_same, unwritten
from s2sad.statements import all_of, blocks_of, targets
from s2sad.terms import key_of
from s2sad.values_at_hand import without

Seen = dict[Any, tuple[str, set[str]]]


def compute_in_one_place(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    Twice(body, info, kinds).block(body, {})


class Twice:
    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        forward = [node for node in all_of(body) if not getattr(node, "reverse", False)]
        self.kind_of = kind_of_names(info, kinds)
        self.info, self.untouched, self.unwritten = info, untouched(body), unwritten(forward, info, self.kind_of)
        self.sets: dict[str, int] = {}
        self.handed_on: set[str] = set()  # from one half of a pair to the other, under this name
        for node in all_of(body):
            if isinstance(node, gast.Return):
                self.handed_on |= reads(node)
            for name in targets(node) | (trees.names_in(node.target) if isinstance(node, gast.AugAssign) else set()):
                self.sets[name] = self.sets.get(name, 0) + 1
        self.same: dict[str, gast.AST] = {}  # by name, the earlier one of the same value

    def block(self, block: list[gast.stmt], outer: Seen) -> None:
        made, seen = [], dict(outer)
        for node in block:
            rename_reads(node, self.same)
            rename_loop(node, self.same)
            changed = changes(node)
            if isinstance(node, (gast.For, gast.While)):
                seen = without(seen, changed)
            for inner in blocks_of(node):
                self.block(inner, seen)
            name = self.defined(node)
            first = seen.get(key_of(node.value)) if name else None
            if (
                first is not None
                and all(each.startswith("#") for each in (name, first[0]))
                and name not in self.handed_on
            ):
                self.same[name] = trees.name(first[0])
                continue
            made.append(node)
            seen = without(seen, changed)
            if name:
                seen[key_of(node.value)] = name, {name, *ir.summary(node.value).names}
        block[:] = made

    def defined(self, node: Any) -> str:
        """The name that a statement gives to what follows from values that stay as they are; else ''."""
        if not isinstance(node, gast.Assign) or len(node.targets) != 1 or getattr(node, "restore", False):
            return ""
        target, value = node.targets[0], node.value
        if not isinstance(target, gast.Name) or self.sets.get(target.id) != 1 or not self.stays(target.id):
            return ""
        if not isinstance(value, (gast.BinOp, gast.UnaryOp, gast.Call)):
            return ""
        if target.id in self.info and not isinstance(self.kind_of(target.id), Scalar):
            return ""  # f may hand it to others, to whom it matters which array it is
        calls = [each for each in trees.walk(value) if isinstance(each, gast.Call)]
        return target.id if all(map(gives_the_same, calls)) and all(map(self.stays, ir.summary(value).names)) else ""

    def stays(self, name: str) -> bool:
        """Whether a name stands for a number, or for an array that is never written."""
        if isinstance(self.kind_of(name), Scalar):
            return True
        return self.unwritten(name) if name in self.info else name in self.untouched
