"""Part of the stage `infer`: names that `+=` and its like may as well set anew.

    total = 0.0                          total += e  is  total = total + e
    for k in range(n):
        total += term(k)                 whether it is a number or an array: nothing else stands for that array
    return 2.0 * total

    p = np.exp(x)                        p /= e  is  p = p / e
    p /= p.sum()                         and the numbers before, which the gradient needs, need no copy

That is so where each value of the name is made by arithmetic, and is only computed with: no other name, list or
function gets hold of it. An array would keep its shape and dtype: of a number or an array, a program raises where it
wouldn't (`check_kept`); of an array, only what keeps them for sure is set anew (`keeps_form`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.expression_kinds import same_axes
from s2sad.infer_origins import SOMETIMES
from s2sad.kinds import ONE, Array, Kind, Scalar
from s2sad.rules import registry

COMPUTES = (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Return, gast.FormattedValue)
SCOPES = (gast.Lambda, gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef, gast.GeneratorExp)
LOOKS = ("shape", "ndim", "size", "dtype")
Known = Callable[[gast.AST], Any]


def is_own(name: str, tree: gast.FunctionDef, known: Known) -> bool:
    """Whether all that the variable of a function stands for is made by arithmetic and is held by nothing else.

    known: what a name or an attribute of a module stands for.
    """
    if name in {each.id for each in trees.walk(tree.args) if isinstance(each, gast.Name)}:
        return False
    stack: list[tuple[tuple[Any, ...], gast.AST]] = [((tree,), each) for each in tree.body]
    while stack:
        around, node = stack.pop()
        if isinstance(node, SCOPES) and name in trees.names_in(node):
            return False
        if isinstance(node, (gast.Global, gast.Nonlocal)) and name in node.names:
            return False
        if isinstance(node, gast.Name) and node.id == name:
            if isinstance(node.ctx, gast.Store):
                if not is_set_anew(around[-1], node, known):
                    return False
            elif not is_computed_with(node, around, known):
                return False
        stack.extend(((*around[-3:], node), each) for each in gast.iter_child_nodes(node))
    return True


def is_set_anew(parent: gast.AST, node: gast.Name, known: Known) -> bool:
    if isinstance(parent, gast.AugAssign):
        return True
    if not isinstance(parent, gast.Assign) or len(parent.targets) != 1 or parent.targets[0] is not node:
        return False
    value = parent.value
    if isinstance(value, (gast.BinOp, gast.UnaryOp)) or trees.literal(value) is not None:
        return True
    return computes(value, known) or is_method_that_makes_new(value)


def is_computed_with(node: gast.AST, around: tuple[Any, ...], known: Known) -> bool:
    """Whether nothing keeps the array that a name stands for where it is read: `v * w`, `v.sum()`, `v[k] * w`."""
    parent, outer = around[-1], around[-2] if len(around) > 1 else None
    if isinstance(parent, gast.Attribute):
        return parent.attr in LOOKS or is_method_that_makes_new(outer) and getattr(outer, "func", None) is parent
    if isinstance(parent, gast.Subscript) and parent.value is node:
        return not isinstance(parent.ctx, gast.Load) or is_computed_with(parent, around[:-1], known)
    if isinstance(parent, gast.Tuple) and isinstance(outer, gast.Return):
        return True
    return computes(parent, known)


def computes(node: gast.AST, known: Known) -> bool:
    """Whether an expression or statement only computes with what stands in it, and makes something new."""
    if isinstance(node, gast.AugAssign):
        return not isinstance(node.op, gast.Add)  # a list takes up what is added to it
    if isinstance(node, gast.Call) and isinstance(node.func, (gast.Name, gast.Attribute)):
        function = known(node.func)
        return makes_new(function) and has_plain_arguments(node, function)
    return isinstance(node, COMPUTES)


def is_method_that_makes_new(node: Any) -> bool:
    """Whether it is a call `x.sum()` of a method that arrays have, and that gives them something new."""
    if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute):
        return False
    function = registry.find_method(node.func.attr)
    return makes_new(function) and has_plain_arguments(node, function, 1)


def has_plain_arguments(node: gast.Call, function: Any, before: int = 0) -> bool:
    """Whether none of the arguments is memory to write into. before: how many there are before those that are given."""
    rule = registry.find(function)
    names = list(rule.parameters.parameters) if rule is not None else []
    given = range(before, before + len(node.args))
    inputs = function.nin if isinstance(function, np.ufunc) else len(names)
    out = names.index("out") if "out" in names else inputs
    starred = any(isinstance(each, gast.Starred) for each in node.args)
    return (
        not starred
        and min(out, inputs) not in given
        and all(each.arg in ("axis", "keepdims") for each in node.keywords)
    )


def makes_new(function: Any) -> bool:
    if isinstance(function, type) or not callable(function):
        return function is float
    rule = registry.find(function)
    return rule is not None and rule.own and not (rule.shares or rule.view) and function not in SOMETIMES


def keeps_form(array: Kind, operand: Kind) -> bool:
    """Whether an operation of an array of axes with an operand has the shape and dtype of the array, for sure."""
    if not isinstance(array, Array) or array.dtype != "float64" or not array.dims:
        return False
    if not isinstance(operand, (Array, Scalar)) or not operand.dtype or operand.char not in "fib":
        return False
    dims = operand.dims if isinstance(operand, Array) else ()
    if dims is None or len(dims) > len(array.dims):
        return False
    return all(dim == ONE or same_axes((dim,), (own,)) for dim, own in zip(dims[::-1], array.dims[::-1]))
