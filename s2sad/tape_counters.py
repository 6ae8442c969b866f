"""Part of the stage `tape`: integers that each iteration changes by the same number are counted backwards.

while i < n:                            while x_saved:
    x = f(x, i)                  ->         i -= 1
    i += 1                                  ... x, i ...
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Scalar
from s2sad.reading import all_blocks
from s2sad.statements import targets

SIMPLE = 7  # nodes in an expression that may be written twice


class Counters:
    info: dict[str, ir.Info]

    def counters(self, loop: Any, places: Any, bindings: Any) -> dict[str, gast.stmt]:
        """The integers that each iteration changes by the same number, and how a reversed iteration takes that back:
        `i = i - 1` for `i = i + 1`."""
        found: dict[str, gast.stmt] = {}
        body = loop.loop.whole or loop.body
        changed = [name for block in all_blocks(loop.body) for each in block for name in targets(each)]
        for name in loop.loop.phis:
            ends = [
                each for each in body if isinstance(getattr(each, "effect", None), ir.Copy) and name in targets(each)
            ]
            kind = self.info[name].kind
            if len(ends) != 1 or changed.count(name) != 1 or not isinstance(kind, Scalar) or kind.dtype != "int":
                continue
            source = dict(ends[0].effect.pairs)[name]
            made: Any = (
                self.info[source.id].statement if isinstance(source, gast.Name) and source.id in self.info else None
            )
            step = step_of(made, name)
            if step is None or source.id not in changed or getattr(self.info[source.id].kind, "dtype", "") != "int":
                continue
            if any(each in places or each in bindings for each in ir.summary(step).names):
                continue
            op = gast.Sub if isinstance(made.value.op, gast.Add) else gast.Add
            back = trees.assign(name, trees.binary(op, trees.name(name), trees.copy_tree(step)))
            back.reverse = back.number = True
            back.effect, back.origin = ir.Plain(True), None
            found[name] = back
        return found


def step_of(node: Any, name: str) -> gast.AST | None:
    """c, of a statement that computes name + c or name - c, all of them integers."""
    value = getattr(node, "value", None)
    if not isinstance(getattr(node, "effect", None), ir.Plain) or not isinstance(value, gast.BinOp):
        return None
    if not isinstance(value.op, (gast.Add, gast.Sub)) or not isinstance(value.left, gast.Name) or value.left.id != name:
        return None
    found = ir.summary(value.right)
    return None if found.call or found.subscript or found.size > SIMPLE else value.right
