"""What an expression of a template may be when it is evaluated at compile time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import expressions, trees
from s2sad.kinds import UNKNOWN, Array, Kind, List, Scalar, Static, Tuple

# What is evaluated when compiling, of what is known.
OPERATORS: dict[type, Callable[..., Any]] = {**expressions.OPERATORS, **expressions.ORDERS, **expressions.COMPARES}
PURE_BUILTINS = {abs, all, any, bool, float, int, len, list, max, min, range, reversed, set, slice, sorted, sum, tuple}


@dataclass
class Value:
    """Never changed once it is made."""

    node: gast.AST | None = None
    kind: Kind | None = None
    known: bool = False
    value: Any = None
    items: tuple[Value, ...] | None = None
    is_list: bool = False
    unsure: bool = False  # stands for something that a kind should tell and doesn't
    from_call: bool = False  # a known value that comes from the call: computing with it makes a new literal


def from_constant(value: Any, node: gast.AST | None = None, from_call: bool = True) -> Value:
    return Value(node, None, True, value, from_call=from_call)


def expression(node: gast.AST, kind: Kind | None = None, unsure: bool = False) -> Value:
    return Value(node, kind, unsure=unsure)


def kind_of_value(value: Value) -> Kind:
    if value.kind is not None and not value.known:
        return value.kind
    return kind_of_constant(value.value) if value.known else UNKNOWN


def kind_of_constant(value: Any) -> Kind:
    if isinstance(value, (bool, int)):
        return Scalar(type(value).__name__, value)
    if isinstance(value, (float, complex)):
        return Scalar(type(value).__name__)
    return Static(value)


def is_printable(value: Any) -> bool:
    """Whether a constant argument is one that templates may compute with."""
    if isinstance(value, (tuple, list)):
        return all(map(is_printable, value))
    return value is None or isinstance(value, (bool, int, float, complex, str, type, np.dtype, type(...), slice))


def is_instance(value: Value, types: Any) -> bool | None:
    if value.known:
        return isinstance(value.value, types)
    types = types if isinstance(types, tuple) else (types,)
    if value.items is not None or isinstance(value.kind, (Tuple, List)):
        is_list = value.is_list if value.items is not None else isinstance(value.kind, List)
        return list in types if is_list else tuple in types
    if isinstance(value.kind, Scalar):
        return value.kind.dtype.replace("real", "int") in [each.__name__ for each in types]
    if isinstance(value.kind, Array) and value.kind.rank:
        return np.ndarray in types
    return None


def renamed(node: gast.AST, names: dict[str, str]) -> gast.AST:
    """The expression with some names replaced."""
    made = trees.copy_tree(node)
    for each in trees.walk(made):
        if isinstance(each, gast.Name) and each.id in names:
            each.id = names[each.id]
    return made
