"""Whether an expression makes memory that nothing else refers to."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Tuple
from s2sad.rules import registry
from s2sad.structures import structure_parts


def is_fresh(expr: gast.AST) -> bool:
    """Whether an expression makes a new array that nothing else refers to."""
    if isinstance(expr, (gast.BinOp, gast.UnaryOp)):
        return True
    if isinstance(expr, gast.Attribute) and expr.attr in (
        "real",
        "T",
    ):  # all of a new array is held by its real part alone
        return is_fresh(expr.value)
    if isinstance(expr, gast.Call) and isinstance(expr.func, (gast.Attribute, gast.Name)):
        function = trees.function_of(expr.func)
        if function in (np.real, np.imag):
            return is_fresh(expr.args[0])
        rule = registry.find(function) if function is not None else None
        if rule is not None:
            return not rule.view and not rule.variadic or function in (np.array, np.concatenate, np.stack, np.einsum)
        return isinstance(expr.func, gast.Attribute) and expr.func.attr in ("zeros_like", "full_like", "copy")
    return False


def copy_of(kind: Kind | None, expr: gast.AST, fresh: Any, in_order: bool = False) -> gast.AST:
    """A copy of an adjoint that shares nothing with it; in_order: arrays in it lie in C order."""
    if isinstance(kind, Array):
        if in_order and kind.rank:
            return copy_in_order(expr)
        made = trees.np_call("array", expr)
        return trees.index(made, gast.Tuple([], gast.Load())) if kind.dims is None else made  # a number stays one
    if isinstance(kind, List) and shares(kind.item):
        item = trees.name(fresh("item"))
        return gast.ListComp(copy_of(kind.item, item, fresh, in_order), [gast.comprehension(item, expr, [], 0)])
    if isinstance(kind, Mapping) and shares(kind.value):
        key, item = trees.name(fresh("key")), trees.name(fresh("item"))
        loop = gast.comprehension(gast.Tuple([key, item], gast.Store()), trees.call(trees.attr(expr, "items")), [], 0)
        return gast.DictComp(key, copy_of(kind.value, item, fresh, in_order), [loop])
    if isinstance(kind, Tuple):
        return gast.List(
            [copy_of(each, trees.index(expr, trees.const(k)), fresh, in_order) for k, each in enumerate(kind.items)],
            gast.Load(),
        )
    if isinstance(kind, (Dict, Record)):
        parts = structure_parts(kind)
        return gast.Dict(
            [trees.const(key) for key, _ in parts],
            [copy_of(each, trees.index(expr, trees.const(key)), fresh, in_order) for key, each in parts],
        )
    if isinstance(kind, List):
        return trees.call(trees.builtin("list"), expr)
    return trees.call(trees.builtin("dict"), expr) if isinstance(kind, Mapping) else expr


def copy_in_order(expr: gast.AST) -> gast.AST:
    """A copy of an array that lies in C order, so that `reshape` and `ravel` give views of it."""
    made = trees.call(trees.attr(expr, "copy"))
    made.in_order = True
    return made


def shares_nothing(kind: Kind | None, expr: gast.AST) -> bool:
    """Whether an adjoint in the structure of a kind is new, down to its arrays, each of them there once."""
    if not shares(kind):
        return True
    if isinstance(kind, Array):
        return is_fresh(expr)
    if isinstance(expr, (gast.List, gast.Tuple)):
        items = kind.items if isinstance(kind, Tuple) else [getattr(kind, "item", None)] * len(expr.elts)
        return all(map(shares_nothing, items, expr.elts))
    if isinstance(expr, gast.Dict):
        items = (
            [kind.value] * len(expr.values)
            if isinstance(kind, Mapping)
            else [each for _, each in structure_parts(kind)]
        )
        return all(map(shares_nothing, items, expr.values))
    if isinstance(expr, gast.ListComp):
        return shares_nothing(getattr(kind, "item", None), expr.elt)
    if isinstance(expr, gast.DictComp):
        return isinstance(kind, Mapping) and shares_nothing(kind.value, expr.value)
    sliced = isinstance(expr, gast.Subscript) and isinstance(expr.slice, gast.Slice)
    new = sliced or isinstance(expr, (gast.BinOp, gast.Call))
    return new and not shares(kind.value if isinstance(kind, Mapping) else getattr(kind, "item", kind))


def shares(kind: Any) -> bool:
    """Whether two values of a kind may be one piece of memory."""
    return isinstance(kind, (Array, List, Mapping, Tuple, Dict, Record))
