"""Stage `values at hand`: the reverse sweep reads what the forward part has computed, where it would compute it again.

    a.2 = np.sin(x.1)
    b.3 = np.cos(x.1)
    ...
    x.1_grad.5 = b.3_grad.4 * -np.sin(x.1)      ->     x.1_grad.5 = b.3_grad.4 * -a.2

In a loop, that is done where the iteration's value is kept anyway.
"""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.expressions import rebuilt
from s2sad.fewer_operations import elements
from s2sad.ir import GENERATED
from s2sad.kinds import Array, Kind
from s2sad.named_products import changes
from s2sad.reading import reads
from s2sad.repeated import Repeats, gives_the_same, is_calm, unwritten
from s2sad.statements import all_of, blocks_of, targets
from s2sad.terms import key_of

ARITHMETIC = (gast.BinOp, gast.UnaryOp)
NAMED = (gast.BinOp, gast.Call, gast.Subscript)


def use_names(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> bool:
    """The same at the end of the stage `simplify`, where what the adjoint code has become is computed already; also of
    what a tangent's own part of the function has computed before it. The forward part reads the names that the program
    has given to what f computes more than once; those of the user's stand where the user has put them. Whether there
    was any."""
    names = Names(body, info, kinds)
    names.block(body, {})
    return names.used


def use_values(program: ir.Inferred, forward: list[gast.stmt], sweep: list[gast.stmt]) -> None:
    Values(program, forward).block(sweep, frozenset())


class Values:
    """sets: how often each name is set. What is set more than once (`x.3` around a loop) has the value of the iteration
    that the reverse sweep is in: what was computed from it has to be of that iteration, too."""

    def __init__(self, program: ir.Inferred, forward: list[gast.stmt]) -> None:
        self.info = program.info
        self.first: dict[Any, list[str]] = {}  # by what is computed, the names that hold it
        self.outside = {name for node in forward for name in targets(node)}  # of loops and branches
        self.sets = collections.Counter(name for node in all_of(forward) for name in targets(node))
        self.read: dict[str, tuple[str, ...]] = {}  # by name, what it was computed from
        repeats, calm = Repeats(program), all(map(is_calm, all_of(forward)))
        for node in all_of(forward):
            key, value = repeats.computed(node)
            if value is not None and (calm or not value.large):
                self.first.setdefault(key, []).append(value.name)
                self.read[value.name] = (value.name, *value.names)

    def block(self, block: list[gast.stmt], kept: frozenset[str], loops: tuple[int, ...] = ()) -> None:
        """loops: those of the function that the reversed ones belong to."""
        kept = kept.union(*map(reads, block))
        for node in block:
            change_parts(node, lambda each: self.operand(each, kept, loops))
            loop = getattr(getattr(node, "forward", node), "loop", None)
            for inner in blocks_of(node):
                self.block(inner, kept, loops if loop is None else (*loops, loop.number))

    def operand(self, node: Any, kept: frozenset[str], loops: tuple[int, ...]) -> Any:
        node = in_parts(node, lambda each: self.operand(each, kept, loops))
        if not isinstance(node, (gast.Call, gast.BinOp)):
            return node
        for name in self.first.get(key_of(node), ()):
            if self.holds(name, loops) and (name in kept or name in self.outside and self.is_costly(node, name)):
                return trees.name(name)
        return node

    def holds(self, name: str, loops: tuple[int, ...]) -> bool:
        """Whether a name has the value that is meant in a reversed loop."""
        return all(self.sets[each] < 2 for each in self.read[name]) or self.info[name].loops == loops

    def is_costly(self, node: gast.AST, name: str) -> bool:
        return isinstance(node, gast.Call) or isinstance(self.info[name].kind, Array)


class Names:
    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        forward = [node for node in all_of(body) if not getattr(node, "reverse", False)]
        self.stays = unwritten(forward, info, kind_of_names(info, kinds))
        self.used = False

    def block(self, block: list[gast.stmt], outer: dict[Any, tuple[str, set[str]]]) -> None:
        seen = dict(outer)
        for node in block:
            changed = changes(node)
            if seen and not getattr(node, "restore", False):
                users = getattr(node, "reverse", False)
                change_parts(node, lambda each, users=users: self.operand(each, seen, users))  # type: ignore[misc]
            if isinstance(node, (gast.For, gast.While)):
                seen = without(seen, changed)
            for inner in blocks_of(node):
                self.block(inner, seen)
            seen = without(seen, changed)
            if self.is_definition(node):
                name, value = node.targets[0].id, node.value
                seen.setdefault(key_of(value), (name, {name, *ir.summary(value).names}))

    def operand(self, node: Any, seen: dict[Any, tuple[str, set[str]]], users: bool) -> Any:
        """users: whether the names of the user's are read as well as those that the program has given."""
        found = seen.get(key_of(node)) if isinstance(node, NAMED) else None
        if found is not None and (users or ir.base_of(found[0]) in GENERATED):
            self.used = True
            return trees.name(found[0])
        return in_parts(node, lambda each: self.operand(each, seen, users))

    def is_definition(self, node: Any) -> bool:
        """Whether a name of the function's own is set to a number or array that follows from what stays as it is."""
        if getattr(node, "reverse", False) or not isinstance(node, gast.Assign):
            return False
        target, value = node.targets[0], node.value
        if not isinstance(target, gast.Name) or not isinstance(value, NAMED):
            return False
        if isinstance(value, gast.Subscript) and not any(
            isinstance(each, gast.Slice) for each in elements(value.slice)
        ):
            return False
        calls = [each for each in trees.walk(value) if isinstance(each, gast.Call)]
        return all(map(gives_the_same, calls)) and all(map(self.stays, (target.id, *ir.summary(value).names)))


def without(seen: dict[Any, tuple[str, set[str]]], changed: set[str]) -> dict[Any, tuple[str, set[str]]]:
    return {key: each for key, each in seen.items() if each[1].isdisjoint(changed)}


def change_parts(node: Any, change: Callable[[Any], Any]) -> None:
    """Changes the operands of what a statement of the reverse sweep computes: not the whole, which might be written."""
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        op.pairs = [(target, operands(source, change)) for target, source in op.pairs]
    elif isinstance(node, (gast.Assign, gast.AugAssign, gast.Expr)):
        node.value = operands(node.value, change)


def operands(node: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(node, ARITHMETIC):
        return in_parts(node, change)
    if isinstance(node, gast.Call) and trees.function_of(node.func) is np.array:
        return rebuilt(node, lambda each: in_items(each, change), kept=("ctx", "op", "func"))
    return in_parts(node, lambda each: operands(each, change))


def in_parts(node: Any, change: Callable[[Any], Any]) -> Any:
    return rebuilt(node, change, kept=("ctx", "op", "func")) if isinstance(node, (*ARITHMETIC, gast.Call)) else node


def in_items(node: Any, change: Callable[[Any], Any]) -> Any:
    """Changes the items of a display of which an array is made: they are copied into it."""
    if isinstance(node, (gast.List, gast.Tuple)):
        return rebuilt(node, lambda each: in_items(each, change), kept=("ctx",))
    return change(node)
