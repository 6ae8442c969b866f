"""Part of the stage `simplify`: which values of the function are surely positive, and which are sums of squares.

>>> parsed = lambda text: gast.parse(text, mode="eval").body
>>> signs = Signs({"d": parsed("(x - y) ** 2")})
>>> [signs.of(parsed(text)) for text in ("d", "d + z * z", "1.0 + 2 * d", "d + z")]
['squares', 'squares', 'positive', None]
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.terms import key_of

POSITIVE, SQUARES = "positive", "squares"  # SQUARES: zero only where its derivative is zero too
SUMS = (np.sum, np.mean, np.copy, np.reshape, np.transpose, np.ravel, np.broadcast_to, np.squeeze, np.expand_dims)
METHODS = {each.__name__ for each in SUMS}


class Signs:
    """values: what names stand for."""

    def __init__(self, values: dict[str, gast.AST]) -> None:
        self.values = values
        self.found: dict[str, str | None] = {}

    def of(self, node: Any) -> str | None:
        """POSITIVE, SQUARES, or None: it isn't known."""
        if node is None:
            return None
        value = trees.literal(node)
        if isinstance(value, (int, float)):
            return POSITIVE if value > 0 else None
        if isinstance(node, gast.Name):
            return self.of_name(node.id)
        if isinstance(node, gast.BinOp):
            return self.of_operation(node)
        if isinstance(node, gast.Subscript) or isinstance(node, gast.Attribute) and node.attr == "T":
            return self.of(node.value)  # not `.real`: the real part of a square is none
        return self.of_call(node) if isinstance(node, gast.Call) else None

    def of_name(self, name: str) -> str | None:
        if name not in self.found:
            self.found[name] = None  # while it is being looked at
            self.found[name] = self.of(self.values[name]) if name in self.values else None
        return self.found[name]

    def of_operation(self, node: Any) -> str | None:
        left = self.of(node.left)
        if isinstance(node.op, gast.Pow):
            even = trees.literal(node.right) in (2, 4, 6, 8)
            return left if left == POSITIVE else SQUARES if even else None
        if isinstance(node.op, gast.Mult) and key_of(node.left) == key_of(node.right):
            return left if left == POSITIVE else SQUARES
        right = self.of(node.right)
        if left is None or right is None:
            return None
        if isinstance(node.op, gast.Add):
            return POSITIVE if POSITIVE in (left, right) else SQUARES
        if isinstance(node.op, (gast.Mult, gast.Div)):
            return POSITIVE if left == right == POSITIVE else SQUARES
        return None

    def of_call(self, node: Any) -> str | None:
        function = trees.function_of(node.func)
        first = node.args[0] if node.args else None
        if any(keyword.arg == "initial" for keyword in node.keywords):
            return None
        if function is None and isinstance(node.func, gast.Attribute) and node.func.attr in METHODS:
            return self.of(node.func.value)
        if function in (np.exp, np.cosh):
            return POSITIVE
        if function in (np.square, np.var):
            return SQUARES
        if function in SUMS:
            return self.of(first)
        if function is np.einsum and len(node.args) == 3:
            one, _, other = str(getattr(first, "value", "")).partition("->")[0].partition(",")
            same = one.strip() == other.strip() and key_of(node.args[1]) == key_of(node.args[2])
            return SQUARES if same else None
        return None
