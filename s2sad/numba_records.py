"""Part of the stage `numba`: dicts of known keys and objects are named tuples.

>>> import gast
>>> from s2sad.printer import to_text
>>> tree = gast.parse("def f(p):\\n    w = p['W']\\n    return {'W': w * 2.0}")
>>> tree = Records({("W",): "Fields_W"}, Expressions({"p": ("{}", {"W": ("f", 1)})})).visit(tree)
>>> print(to_text(tree), end="")
def f(p):
    w = p.W
    return Fields_W(w * 2.0)
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.numba_ranks import Expressions


class Records(gast.NodeTransformer):
    """classes: by their keys, the names of the named tuples."""

    def __init__(self, classes: dict[tuple[str, ...], str], known: Expressions) -> None:
        self.classes, self.known = classes, known

    def visit_Subscript(self, node: gast.Subscript) -> gast.AST:
        fields = self.known.of(node.value)
        key = getattr(node.slice, "value", None)
        node.value = self.visit(node.value)
        if fields[0] != "{}" or key not in fields[1]:
            node.slice = self.visit(node.slice)
            return node
        return gast.Attribute(node.value, key, node.ctx)

    def visit_AugAssign(self, node: gast.AugAssign) -> gast.AST:
        """A field can't be set, but an array in it can be written into."""
        rank = self.known.rank(node.target)
        self.generic_visit(node)
        if isinstance(node.target, gast.Attribute) and rank not in (None, 0):
            node.target.ctx = gast.Load()
            node.target = gast.Subscript(node.target, trees.const(slice(None)), gast.Store())
        return node

    def visit_Dict(self, node: gast.Dict) -> gast.AST:
        self.generic_visit(node)
        keys = tuple(getattr(key, "value", None) for key in node.keys)
        name = self.classes.get(keys)  # type: ignore[arg-type]
        return node if name is None else trees.call(trees.name(name), *node.values)

    def visit_Call(self, node: gast.Call) -> gast.AST:
        """dataclasses.replace(p, a=...) is a named tuple with all of its fields."""
        fields: Any = self.known.of(node.args[0]) if node.args else ("", None)
        self.generic_visit(node)
        if getattr(node.func, "attr", "") != "replace" or fields[0] != "{}":
            return node
        name = self.classes.get(tuple(fields[1]))
        if name is None:
            return node
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        whole: list[Any] = [given.get(key) or trees.attr(trees.copy_tree(node.args[0]), key) for key in fields[1]]
        return trees.call(trees.name(name), *whole)
