"""Which value has the shape of another: an operand of what is made element by element, or copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import replace_nodes
from s2sad.kinds import Array, loose

SHAPES = ("size", "shape")
READERS = (np.shape, np.size, np.zeros_like, len)


def reading_elsewhere(sources: Sources, is_to_change: Callable[[str, str], bool]) -> Callable[[gast.AST], gast.AST]:
    """What makes an expression read shapes from the easiest source, where that is wanted for (name, source)."""

    def change(expr: gast.AST) -> gast.AST:
        changed: dict[int, gast.AST] = {}
        for each in trees.walk(expr):
            name = shape_read(each)
            if name is None or name.id in sources.needed or name.id not in sources.info:
                continue
            source = sources.of(name.id, same_dtype=trees.function_of(getattr(each, "func", None)) is np.zeros_like)
            if source != name.id and is_to_change(name.id, source):
                changed[id(each)] = replace_nodes(each, {id(name): trees.name(source)})
        return replace_nodes(expr, changed) if changed else expr

    return change


def shape_read(expr: gast.AST) -> gast.Name | None:
    """The name of which only the shape is read here."""
    found: Any = None
    if isinstance(expr, gast.Attribute) and expr.attr in SHAPES:
        found = expr.value
    elif isinstance(expr, gast.Call) and len(expr.args) == 1 and not expr.keywords:
        function = getattr(expr.func, "builtin", None) or trees.function_of(expr.func)
        found = expr.args[0] if any(function is each for each in READERS) else None
    return found if isinstance(found, gast.Name) else None


class Sources:
    """Which value has the shape of another and is easier to have."""

    def __init__(self, info: dict[str, ir.Info], needed: set[str]) -> None:
        self.info, self.needed = info, needed

    def of(self, name: str, same_dtype: bool) -> str:
        found = name
        for each in self.made_of(name):
            if self.is_better(each, found) and (not same_dtype or self.dtype(each) == self.dtype(name) != ""):
                found = each
        return found

    def made_of(self, name: str) -> list[str]:
        """The operands of the same shape, from the nearest on."""
        found, todo = [], [name]
        while todo:
            each = todo.pop(0)
            more = [operand for operand in self.operands(each) if self.is_like(operand, each) and operand not in found]
            found += more
            todo += more
        return found

    def operands(self, name: str) -> list[str]:
        op = getattr(getattr(self.info.get(name), "statement", None), "effect", None)
        if isinstance(op, ir.Load):
            return [op.place.root.name]
        if isinstance(op, ir.Primitive):
            return [operand.id for operand in op.arguments.values() if isinstance(operand, gast.Name)]
        return []

    def is_like(self, operand: str, name: str) -> bool:
        """Whether two names hold arrays of one shape, and the first keeps its value."""
        one, other = self.info.get(operand), self.info.get(name)
        if one is None or other is None or one.carried or one.unset or one.early:
            return False
        dims = getattr(one.kind, "dims", None) or ()
        return dims != () and dims == getattr(other.kind, "dims", None) and not any(map(loose, dims))

    def is_better(self, one: str, other: str) -> bool:
        """Outside of more loops; needed in any case; with a name of the user's."""
        return self.rank(one) > self.rank(other)

    def rank(self, name: str) -> tuple[int, bool, bool]:
        info = self.info[name]
        return -len(info.loops), name in self.needed, not name.startswith("#")

    def dtype(self, name: str) -> str:
        kind = self.info[name].kind
        return kind.dtype if isinstance(kind, Array) else ""
