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
from s2sad.numba_sorts import bind


class Records(gast.NodeTransformer):
    """classes: by their keys, the names of the named tuples; tuples: of those that are the user's."""

    def __init__(
        self,
        classes: dict[tuple[str, ...], str],
        known: Expressions,
        tuples: dict[tuple[str, ...], str] | None = None,
    ) -> None:
        self.classes, self.known, self.tuples = classes, known, tuples or {}

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
        if isinstance(node.target, gast.Attribute) and rank == 0 and is_place(node.target.value):
            return self.with_field(node)
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
        """dataclasses.replace(p, a=...) and p._replace(a=...) are named tuples with all of their fields."""
        fields: Any = self.known.of(node.args[0]) if node.args else ("", None)
        self.generic_visit(node)
        if getattr(node.func, "attr", "") == "_replace" and not node.args:
            return self.replaced(node)
        if getattr(node.func, "attr", "") != "replace" or fields[0] != "{}":
            return node
        name = self.classes.get(tuple(fields[1]))
        if name is None:
            return node
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        whole: list[Any] = [given.get(key) or trees.attr(trees.copy_tree(node.args[0]), key) for key in fields[1]]
        return trees.call(trees.name(name), *whole)

    def with_field(self, node: gast.AugAssign) -> gast.AST:
        """`p.a += 1.0`, where a is a number: another named tuple in the place of p."""
        whole = trees.copy_tree(node.target.value)
        whole.ctx = gast.Load()
        sort: Any = self.known.of(whole)
        fields = tuple(sort[1]) if sort[0] == "{}" else ()
        if fields not in self.classes:
            return node
        parts: list[Any] = [trees.attr(trees.copy_tree(whole), key) for key in fields]
        k = fields.index(node.target.attr)
        parts[k] = trees.binary(type(node.op), parts[k], node.value)
        node.target.value.ctx = gast.Store()
        return gast.Assign([node.target.value], trees.call(trees.name(self.classes[fields]), *parts), None)

    def replaced(self, node: gast.Call) -> gast.Call:
        """`p._replace(a=...)`, where one of the user's named tuples has such fields."""
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        found = [fields for fields in self.tuples if set(given) <= set(fields)]
        if len(found) != 1 or not (set(given) == set(found[0]) or trees.is_atom(node.func.value)):
            return node
        whole: list[Any] = [given.get(key) or trees.attr(trees.copy_tree(node.func.value), key) for key in found[0]]
        return trees.call(trees.name(self.tuples[found[0]]), *whole)


def is_place(node: gast.AST) -> bool:
    """A name, or an item of one, which can be read and set again."""
    if isinstance(node, gast.Subscript):
        return isinstance(node.value, gast.Name) and trees.is_atom(node.slice)
    return isinstance(node, gast.Name)


def unlike_as_tuples(function: gast.FunctionDef, known: Expressions) -> None:
    """Lists of unlike items that lie in another list (the gradients of a matrix and a vector) are tuples."""
    for node in trees.walk(function):
        if isinstance(node, gast.Call) and getattr(node.func, "attr", "") in ("append", "insert"):
            node.args = [as_tuple(each, known) for each in node.args]
        elif isinstance(node, gast.ListComp):
            inner = Expressions(dict(known.known), known.world)
            for loop in node.generators:
                bind(inner.known, loop.target, inner.item(loop.iter))
            node.elt = as_tuple(node.elt, inner)
        elif isinstance(node, (gast.List, gast.Tuple)) and isinstance(node.ctx, gast.Load):
            node.elts = [as_tuple(each, known) for each in node.elts]


def as_tuple(node: gast.AST, known: Expressions) -> gast.AST:
    return gast.Tuple(node.elts, gast.Load()) if isinstance(node, gast.List) and known.of(node)[0] == "()" else node
