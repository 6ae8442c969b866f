"""The stage between `adjoint` and `tape`: what the reverse sweep reads only the shape of.

    t2 = t1 ** 2
    value = np.mean(t2)
    t1_grad = 2.0 * dy / t2.size * t1    ->    t1_grad = 2.0 * dy / t1.size * t1

A value that is made element by element has the shape of what it is made of. Where that is a variable of the user's, is
made outside of the loop, or is needed in any case, it is read instead, so that nothing has to be kept for its shape.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import replace_nodes
from s2sad.kinds import Array, loose
from s2sad.reading import contents_read
from s2sad.statements import change_adjoints

SHAPES = ("size", "shape")
READERS = (np.shape, np.size, np.zeros_like, len)


def read_lengths_elsewhere(sweep: list[gast.stmt], inferred: ir.Inferred) -> None:
    needed = contents_read(sweep)
    sources = Sources(inferred.info, needed)

    def change(expr: gast.AST) -> gast.AST:
        changed: dict[int, gast.AST] = {}
        for each in trees.walk(expr):
            name = shape_read(each)
            if name is None or name.id in needed or not name.id.startswith("#"):
                continue  # the value of a variable is often at hand, to compute others again from it
            source = sources.of(name.id, same_dtype=trees.function_of(getattr(each, "func", None)) is np.zeros_like)
            if source != name.id:
                changed[id(each)] = replace_nodes(each, {id(name): trees.name(source)})
        return replace_nodes(expr, changed) if changed else expr

    change_adjoints(sweep, change)


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
            op = getattr(getattr(self.info.get(each), "statement", None), "effect", None)
            if not isinstance(op, ir.Primitive) or op.rule.form != "partials":
                continue
            operands = [operand.id for operand in op.arguments.values() if isinstance(operand, gast.Name)]
            more = [operand for operand in operands if self.is_like(operand, each) and operand not in found]
            found += more
            todo += more
        return found

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
