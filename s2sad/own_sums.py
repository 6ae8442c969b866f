"""Part of the stage `infer`: names that `+=` may as well set anew.

    total = 0.0                          total += e  is  total = total + e
    for k in range(n):
        total += term(k)                 whether it is a number or an array: nothing else stands for that array
    return 2.0 * total

That is so where each value of the name is made by arithmetic, and is only computed with: no other name, list or
function gets hold of it. An array would keep its shape and dtype: a program raises where it wouldn't (`check_kept`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import trees
from s2sad.infer_origins import SOMETIMES
from s2sad.rules import registry

COMPUTES = (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Return, gast.FormattedValue)
SCOPES = (gast.Lambda, gast.FunctionDef, gast.AsyncFunctionDef, gast.ClassDef, gast.GeneratorExp)


def is_own_sum(name: str, tree: gast.FunctionDef, known: Callable[[gast.AST], Any]) -> bool:
    """Whether all that the variable of a function stands for is made by arithmetic and is held by nothing else.

    known: what a name or an attribute of a module stands for.
    """
    if name in {each.id for each in trees.walk(tree.args) if isinstance(each, gast.Name)}:
        return False
    stack: list[tuple[Any, gast.AST]] = [(tree, each) for each in tree.body]
    while stack:
        parent, node = stack.pop()
        if isinstance(node, SCOPES) and name in trees.names_in(node):
            return False
        if isinstance(node, (gast.Global, gast.Nonlocal)) and name in node.names:
            return False
        if isinstance(node, gast.Name) and node.id == name:
            if not (is_set_anew(parent, node, known) if isinstance(node.ctx, gast.Store) else computes(parent, known)):
                return False
        stack.extend((node, each) for each in gast.iter_child_nodes(node))
    return True


def is_set_anew(parent: gast.AST, node: gast.Name, known: Callable[[gast.AST], Any]) -> bool:
    if isinstance(parent, gast.AugAssign):
        return True
    if not isinstance(parent, gast.Assign) or len(parent.targets) != 1 or parent.targets[0] is not node:
        return False
    value = parent.value
    return isinstance(value, (gast.BinOp, gast.UnaryOp)) or trees.literal(value) is not None or computes(value, known)


def computes(node: gast.AST, known: Callable[[gast.AST], Any]) -> bool:
    """Whether an expression or statement only computes with what stands in it, and makes something new."""
    if isinstance(node, gast.AugAssign):
        return not isinstance(node.op, gast.Add)  # a list takes up what is added to it
    if isinstance(node, gast.Call) and isinstance(node.func, (gast.Name, gast.Attribute)):
        return makes_new(known(node.func)) and all(each.arg in ("axis", "keepdims") for each in node.keywords)
    return isinstance(node, COMPUTES)


def makes_new(function: Any) -> bool:
    if isinstance(function, type) or not callable(function):
        return function is float
    rule = registry.find(function)
    return rule is not None and rule.own and not rule.shares and function not in SOMETIMES
