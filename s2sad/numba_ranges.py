"""Part of the stage `numba`: what the loops around an expression say of whole numbers: in the body of
`for i in range(n)`, n is no 0, and i is below n.

>>> text = "for i in range(n - 1, -1, -1):\\n    a = (i + 1) % n\\n    b = (i - 1) % n\\n    c = k // n"
>>> loop = gast.parse(text).body[0]
>>> ranges = Ranges()
>>> with ranges.inside(loop, lambda node: True):
...     [trees.show(ranges.divided(each.value) or each.value) for each in loop.body]
['i + 1 if i + 1 < n else 0', 'i - 1 if i > 0 else n - 1', 'k // n']
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import gast

from s2sad import trees


class Ranges:
    """below: by the variable of a loop around, what it is below, being no less than 0; here that is at least 1."""

    def __init__(self) -> None:
        self.below: dict[str, gast.AST] = {}

    @contextlib.contextmanager
    def inside(self, loop: gast.For, is_array: Callable[[gast.AST], bool]) -> Iterator[None]:
        """In the body of a loop. is_array: whether an expression is an array for sure, whose lengths don't change."""
        outer = self.below
        stored = {each.id for node in loop.body for each in trees.walk(node)
                  if isinstance(each, gast.Name) and not isinstance(each.ctx, gast.Load)}  # fmt: skip
        bound = upper_bound(loop.iter)
        if isinstance(loop.target, gast.Name) and bound is not None and is_length(bound, is_array):
            self.below = {**outer, loop.target.id: bound}
        self.below = {name: each for name, each in self.below.items() if not {name, *trees.names_in(each)} & stored}
        try:
            yield
        finally:
            self.below = outer

    def is_positive(self, node: gast.AST) -> bool:
        return any(trees.same(node, each) for each in self.below.values())

    def divided(self, node: gast.BinOp) -> gast.AST | None:
        """`(i + 1) % n` and `(i - 1) % n` without a division: indices of what goes round."""
        left, right = node.left, node.right
        if not isinstance(node.op, gast.Mod) or not isinstance(left, gast.BinOp) or trees.literal(left.right) != 1:
            return None
        below = self.below.get(getattr(left.left, "id", ""))
        if below is None or not trees.same(below, right):
            return None
        made = None
        if isinstance(left.op, gast.Add):
            made = gast.IfExp(gast.Compare(left, [gast.Lt()], [right]), trees.copy_tree(left), trees.const(0))
        if isinstance(left.op, gast.Sub):
            first = gast.Compare(trees.copy_tree(left.left), [gast.Gt()], [trees.const(0)])
            made = gast.IfExp(first, left, trees.sub(right, trees.const(1)))
        if made is not None:
            made.around = left.left.id, right
        return made


def upper_bound(iterated: Any) -> gast.AST | None:
    """n of `range(n)`, `range(2, n)`, `range(n - 1, -1, -1)`; None where the numbers may be others, or less than 0."""
    if not isinstance(iterated, gast.Call) or getattr(iterated.func, "id", "") != "range" or iterated.keywords:
        return None
    args = iterated.args
    if len(args) == 1:
        return args[0]
    ends = [trees.literal(each) for each in args]
    step = ends[2] if len(args) == 3 else 1
    if type(step) is not int:
        return None
    if step > 0:
        return args[1] if type(ends[0]) is int and ends[0] >= 0 else None
    first = args[0]
    descends = type(ends[1]) is int and ends[1] >= -1 and isinstance(first, gast.BinOp)
    if step < 0 and descends and isinstance(first.op, gast.Sub) and trees.literal(first.right) == 1:
        return first.left
    return None


def is_length(node: Any, is_array: Callable[[gast.AST], bool]) -> bool:
    """Whether an expression is a name, or a length of an array that has one."""
    if isinstance(node, gast.Name):
        return True
    if isinstance(node, gast.Subscript) and isinstance(node.slice, gast.Constant):
        shape = node.value
        return isinstance(shape, gast.Attribute) and shape.attr == "shape" and is_named(shape.value, is_array)
    return isinstance(node, gast.Call) and getattr(node.func, "id", "") == "len" and is_named(node.args[0], is_array)


def is_named(node: Any, is_array: Callable[[gast.AST], bool]) -> bool:
    return isinstance(node, gast.Name) and is_array(node)
