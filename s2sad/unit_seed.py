"""A generated program that is always called without `dy`, as a gradient in another function is: 1.0 in its place.

    x_grad = 2.0 * dy * x    ->    x_grad = 2.0 * x

Only products with floats lose the factor, so that all numbers stay as they were, to the last bit.

>>> from s2sad.kinds import Scalar
>>> tree = gast.parse("def f(x, n, dy=1.0):\\n    x_grad = 2.0 * dy * x - dy * n\\n    return x, (x_grad, -dy * x / n)")
>>> from s2sad.printer import to_text
>>> print(to_text(with_unit_seed(tree, "dy", {"x": Scalar("float"), "n": Scalar("int")})), end="")
def f(x, n, dy=1.0):
    x_grad = 2.0 * x - 1.0 * n
    return x, (x_grad, -x / n)
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Array, Kind, Scalar
from s2sad.printer import to_text
from s2sad.requests import Program

FLOATS = ("float", "float64")


def for_unit_seed(program: Program) -> Program:
    """The program, where its value is a number."""
    if not isinstance(program.value_kind, Scalar) or program.tree is None:
        return program
    tree = with_unit_seed(trees.copy_tree(program.tree), program.dy_name, program.kinds)
    return dataclasses.replace(program, tree=tree, text=to_text(tree))


def with_unit_seed(tree: gast.Module, dy: str, kinds: dict[str, Kind]) -> gast.Module:
    main = tree.body[-1]
    stored = {node.id for node in trees.walk(main) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)}
    if dy in stored:
        return tree
    seeded = Seeded(dy, kinds)
    main.body = [seeded.visit(node) for node in main.body]
    return tree


class Seeded(gast.NodeTransformer):
    def __init__(self, dy: str, kinds: dict[str, Kind]) -> None:
        self.dy, self.kinds = dy, kinds

    def visit_Name(self, node: gast.Name) -> gast.AST:
        return trees.const(1.0) if node.id == self.dy else node

    def visit_BinOp(self, node: gast.BinOp) -> gast.AST:
        self.generic_visit(node)
        node.left, node.right = self.without_unit(node.left), self.without_unit(node.right)
        made = self.without_unit(node)
        is_memory = isinstance(made, gast.Name) and not isinstance(self.kinds.get(made.id), Scalar)
        return node if is_memory else made  # 1.0 * x is an array of its own, which may be written into

    def without_unit(self, node: gast.AST) -> gast.AST:
        """What a product with 1.0 is a product of."""
        if not isinstance(node, gast.BinOp) or not isinstance(node.op, gast.Mult):
            return node
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if trees.literal(one) in (1.0, -1.0) and isinstance(trees.literal(one), float) and self.is_float(other):
                return other if trees.literal(one) == 1.0 else gast.UnaryOp(gast.USub(), other)
        return node

    def is_float(self, node: gast.AST) -> bool:
        """Whether a value is a float of Python's or as wide, or an array of such."""
        if isinstance(node, gast.Constant):
            return isinstance(node.value, float)
        if isinstance(node, gast.Name):
            kind: Any = self.kinds.get(node.id)
            return isinstance(kind, (Scalar, Array)) and kind.dtype in FLOATS
        if isinstance(node, gast.UnaryOp):
            return isinstance(node.op, gast.USub) and self.is_float(node.operand)
        if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Pow):  # (-2.0) ** 0.5 is complex
            return self.is_float(node.left) and self.is_whole(node.right)
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub, gast.Mult, gast.Div)):
            both = (node.left, node.right)
            return any(map(self.is_float, both)) and all(self.is_float(each) or self.is_whole(each) for each in both)
        return False

    def is_whole(self, node: gast.AST) -> bool:
        kind: Any = self.kinds.get(node.id) if isinstance(node, gast.Name) else None
        return type(trees.literal(node)) is int or isinstance(kind, Scalar) and kind.dtype == "int"
