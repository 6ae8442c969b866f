"""Lists and dicts of the module around f, for Numba, which has neither as constants: lists are tuples there, and dicts
are named tuples, whose items are attributes.

>>> tree = gast.parse('def f(x):\\n    return x * SIZES[0] + RATES["slow"] * UNKNOWN["a"]')
>>> with_attributes(tree, {"SIZES": [1.0, 2.0], "RATES": {"slow": 0.5}})
>>> trees.show(tree.body[0].body[0].value)
"x * SIZES[0] + RATES.slow * UNKNOWN['a']"
>>> as_constant([1.0, [2.0, 3.0]]), as_constant({"slow": 0.5, "sizes": [1, 2]}), as_constant([None])
((1.0, (2.0, 3.0)), Fields(slow=0.5, sizes=(1, 2)), None)
"""

from __future__ import annotations

import collections
import functools
import keyword
from typing import Any

import gast
import numpy as np

from s2sad import trees

NUMBERS = (bool, int, float, complex, np.generic)
MOST = 256  # items; of longer tuples Numba compiles for long


@functools.cache
def fields(keys: tuple[str, ...]) -> Any:
    return collections.namedtuple("Fields", keys)  # type: ignore[misc]


def as_constant(value: Any) -> Any:
    """What compiled code sees of a list, tuple or dict of numbers and others of these; None of anything else."""
    if isinstance(value, NUMBERS):
        return value
    known = type(value) in (list, tuple) or type(value) is dict and value and all(map(is_field, value))
    if not known or len(value) > MOST:
        return None
    parts = [as_constant(each) for each in (value.values() if type(value) is dict else value)]
    if any(each is None for each in parts):
        return None
    return fields(tuple(value))(*parts) if type(value) is dict else tuple(parts)


def is_field(key: Any) -> bool:
    return isinstance(key, str) and key.isidentifier() and not keyword.iskeyword(key) and not key.startswith("_")


def with_attributes(tree: gast.AST, namespace: dict[str, Any]) -> None:
    """Writes the items of dicts around the functions as attributes."""
    for function in [node for node in trees.walk(tree) if isinstance(node, gast.FunctionDef)]:
        names = [node for node in trees.walk(function) if isinstance(node, gast.Name)]
        own = {node.id for node in names if not isinstance(node.ctx, gast.Load)}
        around = {node.id: namespace.get(node.id) for node in names if node.id not in own}
        dicts = {name: value for name, value in around.items() if holds_fields(value)}
        if dicts:
            Attributes(dicts).visit(function)


def holds_fields(value: Any) -> bool:
    if type(value) in (list, tuple):
        return any(map(holds_fields, value)) and as_constant(value) is not None
    return type(value) is dict and as_constant(value) is not None


class Attributes(gast.NodeTransformer):
    def __init__(self, dicts: dict[str, Any]) -> None:
        self.dicts = dicts

    def value_of(self, node: Any) -> Any:
        """The dict or list that a global, or an item of one, is."""
        if isinstance(node, gast.Name):
            return self.dicts.get(node.id)
        if not isinstance(node, gast.Subscript) or not isinstance(node.slice, gast.Constant):
            return None
        try:
            return self.value_of(node.value)[node.slice.value]
        except (TypeError, LookupError):
            return None

    def visit_Subscript(self, node: gast.Subscript) -> Any:
        inner = type(self.value_of(node.value)) is dict and isinstance(node.slice, gast.Constant)
        found = self.value_of(node) is not None
        self.generic_visit(node)
        if not inner or not found:
            return node
        made = trees.attr(node.value, str(node.slice.value))  # type: ignore[attr-defined]
        made.ctx = node.ctx
        return made
