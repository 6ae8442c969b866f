"""Part of the stage `numba_fusion`: what statements read and write, and which of two may come first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_lengths import is_method
from s2sad.numba_pieces import Parts, Piece
from s2sad.numba_steps import View
from s2sad.numba_views import ANYWHERE, Memory


@dataclass
class Access:
    """reads, sets: names; seen, written: whose memory."""

    reads: set[str] = field(default_factory=set)
    sets: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    @staticmethod
    def of_piece(piece: Piece, memory: Memory) -> Access:
        made = Access({name for view in views_of(piece) for name in trees.names_in(view.array)} | piece.elsewhere)
        made.sets = {piece.name} - {""}
        made.seen = {root for name in made.reads for root in memory.of(trees.name(name))}
        made.written = memory.of(piece.target.array) if piece.target is not None else set()
        return made

    @staticmethod
    def of_statement(node: Any, memory: Memory) -> Access:
        """Of an assignment, or an `append`."""
        names = [each for each in trees.walk(node) if isinstance(each, gast.Name)]
        made = Access({each.id for each in names}, {each.id for each in names if isinstance(each.ctx, gast.Store)})
        made.seen = {root for name in made.reads for root in memory.of(trees.name(name))}
        targets = node.targets if isinstance(node, gast.Assign) else [node.target] if hasattr(node, "target") else []
        for target in targets:
            if isinstance(target, gast.Subscript) or isinstance(node, gast.AugAssign):
                place = trees.copy_tree(target)
                place.ctx = gast.Load()
                made.written |= memory.of(place) or {ANYWHERE}
        for each in trees.walk(node):
            if is_method(each, "append") or is_method(each, "pop"):
                made.sets.add(each.func.value.id)  # type: ignore[attr-defined]
        return made

    def depends(self, before: Access) -> bool:
        """Whether this has to come after the other."""
        return bool(
            self.reads & before.sets
            or self.sets & (before.reads | before.sets)
            or overlap(self.written, before.seen | before.written)
            or overlap(self.seen, before.written)
        )

    def join(self, other: Access) -> None:
        self.reads |= other.reads
        self.sets |= other.sets
        self.seen |= other.seen
        self.written |= other.written


def overlap(one: set[str], other: set[str]) -> bool:
    return bool(one & other) or bool(one and other) and ANYWHERE in one | other


def views_of(piece: Piece) -> list[View]:
    return [*piece.views, *([piece.target] if piece.target else []), *([piece.like] if piece.like else [])]


def is_passable(node: Any) -> bool:
    """Whether a piece may be computed before a statement that it doesn't depend on: one that surely goes on."""
    if isinstance(node, gast.Expr):
        return is_method(node.value, "append") and all(
            isinstance(each, (gast.Name, gast.Tuple)) for each in node.value.args
        )
    if not isinstance(node, (gast.Assign, gast.AugAssign)):
        return False
    return all(Parts.is_pure(each) for each in trees.walk(node) if isinstance(each, gast.Call)) and not any(
        isinstance(each, (gast.Lambda, gast.ListComp, gast.NamedExpr)) for each in trees.walk(node)
    )


def stored(node: Any, memory: Memory) -> set[str]:
    """The roots of what a statement writes into; what an unknown call is given may be written."""
    found = Access.of_statement(node, memory).written
    for each in trees.walk(node):
        if isinstance(each, gast.Call) and not Parts.is_pure(each):
            given = [*each.args, *each.keywords, getattr(each.func, "value", None)]
            for name in [name for part in given if part is not None for name in trees.names_in(part)]:
                found |= memory.of(trees.name(name)) or {name}
    return found


def goes_early(node: Any) -> bool:
    """`A_grad = np.zeros_like(A)`, and what is put into a list or taken from one."""
    value = getattr(node, "value", None)
    if getattr(node, "early", False) or isinstance(node, gast.Expr):
        return getattr(node, "early", False) or is_passable(node)
    if isinstance(node, gast.Assign) and is_method(value, "pop"):
        target = node.targets[0]
        return all(isinstance(each, gast.Name) for each in getattr(target, "elts", [target]))
    if (
        not isinstance(node, gast.Assign)
        or not isinstance(node.targets[0], gast.Name)
        or not isinstance(value, gast.Call)
    ):
        return False
    zeros = trees.function_of(value.func) is np.zeros_like
    return zeros and len(value.args) == 1 and isinstance(value.args[0], gast.Name) and not value.keywords


def bound(node: Any) -> set[str]:
    """The names that a statement binds, those inside it included."""
    return {each.id for each in trees.walk(node) if isinstance(each, gast.Name) and not isinstance(each.ctx, gast.Load)}


def rebound(function: gast.FunctionDef) -> set[str]:
    """The names that stand for one thing and then for another, the parameters among them."""
    found: set[str] = set()
    twice: set[str] = set()
    for body in function.body:
        for node in trees.walk(body):
            if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
                (twice if node.id in found else found).add(node.id)
    return twice | set(parameters(function)) & found


def stacks(function: gast.FunctionDef) -> dict[str, int]:
    """The lists that begin empty and that nothing is done with but `append`, `pop` and asking for their length, with
    the number of statements that append."""
    pushes: dict[str, int] = {}
    uses: dict[str, int] = {}
    begun: set[str] = set()
    for node in trees.walk(function):
        if isinstance(node, gast.Name):
            uses[node.id] = uses.get(node.id, 0) + 1
        if is_method(node, "append") or is_method(node, "pop"):
            name = node.func.value.id  # type: ignore[attr-defined]
            pushes[name] = pushes.get(name, 0) + (node.func.attr == "append")  # type: ignore[attr-defined]
            uses[name] = uses.get(name, 0) - 1
        elif (
            isinstance(node, gast.Call)
            and getattr(node.func, "id", "") == "len"
            and isinstance(node.args[0], gast.Name)
        ):
            uses[node.args[0].id] = uses.get(node.args[0].id, 0) - 1
        elif isinstance(node, gast.While) and isinstance(node.test, gast.Name):
            uses[node.test.id] = uses.get(node.test.id, 0) - 1
        elif isinstance(node, gast.Assign) and isinstance(node.value, gast.List) and not node.value.elts:
            begun |= {each.id for each in node.targets if isinstance(each, gast.Name)}
    return {name: count for name, count in pushes.items() if name in begun and uses[name] == 1}


def never_bound(function: gast.FunctionDef) -> set[str]:
    """The parameters that keep what they came with."""
    return set(parameters(function)) - {name for node in function.body for name in bound(node)}


def parameters(function: gast.FunctionDef) -> list[str]:
    args = function.args
    return [each.id for each in [*args.posonlyargs, *args.args, *args.kwonlyargs]]
