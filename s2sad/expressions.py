"""Questions about expressions that several stages ask, and changes that they make."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Collection
from typing import Any

import gast

from s2sad import ir, trees

# What an operator does.
OPERATORS: dict[type, Any] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.UAdd: operator.pos,
    gast.USub: operator.neg,
    gast.Invert: operator.invert,
}
OPERATOR_NODES = {function: node for node, function in OPERATORS.items()}
ORDERS: dict[type, Any] = {gast.Lt: operator.lt, gast.LtE: operator.le, gast.Gt: operator.gt, gast.GtE: operator.ge}
COMPARES: dict[type, Any] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
    gast.In: lambda a, b: a in b,
    gast.NotIn: lambda a, b: a not in b,
}


def load(target: gast.AST) -> gast.AST:
    new = copy.copy(target)
    new.ctx = gast.Load()
    return new


def owner_of_method(expr: gast.AST) -> gast.AST:
    """The object whose bound method an expression gives: x, of `x.method`, and `method.__self__`, of a name."""
    return expr.value if isinstance(expr, gast.Attribute) else trees.attr(expr, "__self__")


def is_call(expr: gast.AST) -> bool:
    return isinstance(expr, gast.Call)


def is_pure(expr: gast.AST) -> bool:
    """Whether the expression can be evaluated again, with the same result and no effect, while its names hold."""
    for node in trees.walk(expr):
        if isinstance(node, gast.Call) and not getattr(node, "pure", False):
            return False
        if isinstance(node, (gast.Yield, gast.Await, gast.NamedExpr)) or hasattr(node, "passing"):
            return False
    return True


def size_of(expr: gast.AST) -> int:
    return sum(1 for node in trees.walk(expr) if isinstance(node, (gast.BinOp, gast.Call, gast.Compare, gast.ListComp)))


def scope_of(tree: Any) -> tuple[set[str], set[str], set[str]]:
    """The local names of a function, and those it declares nonlocal or global."""
    local: set[str] = set()
    nonlocals: set[str] = set()
    globals_: set[str] = set()
    arguments = tree.args
    for each in [*arguments.args, *arguments.posonlyargs, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]:
        if each is not None:
            local.add(each.id)
    todo = list(tree.body) if isinstance(tree.body, list) else [tree.body]
    while todo:
        node = todo.pop()
        if isinstance(node, gast.FunctionDef):
            local.add(node.name)
            continue
        if isinstance(node, (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)):
            continue
        if isinstance(node, gast.Name) and isinstance(node.ctx, (gast.Store, gast.Del)):
            local.add(node.id)
        elif isinstance(node, gast.Nonlocal):
            nonlocals.update(node.names)
        elif isinstance(node, gast.Global):
            globals_.update(node.names)
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            local.update((each.asname or each.name).partition(".")[0] for each in node.names)
        elif isinstance(node, gast.ExceptHandler) and node.name is not None:
            local.add(node.name.id if isinstance(node.name, gast.Name) else node.name)
        todo.extend(gast.iter_child_nodes(node))
    return local - nonlocals - globals_, nonlocals, globals_


def rebuilt(node: Any, change: Callable[[Any], Any], kept: Collection[str] = ("ctx", "op")) -> Any:
    """A copy of a node with its parts changed, but for those in the fields `kept`."""
    made = ir.statement_copy(node)
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            setattr(made, field, [change(each) if isinstance(each, gast.AST) else each for each in value])
        elif isinstance(value, gast.AST) and field not in kept:
            setattr(made, field, change(value))
    return made


def mark_pure(expr: gast.AST) -> None:
    if isinstance(expr, gast.Call):
        expr.pure = True


def replace_nodes(tree: Any, mapping: dict[int, gast.AST]) -> Any:
    """tree with some of its nodes replaced, by identity; parts without any are shared."""
    found = mapping.get(id(tree))
    if found is not None:
        return found
    if not isinstance(tree, gast.AST):
        return tree
    changes = {}
    for field in tree._fields:
        value = getattr(tree, field, None)
        if isinstance(value, list):
            made = [replace_nodes(item, mapping) for item in value]
            if any(x is not y for x, y in zip(made, value)):
                changes[field] = made
        elif isinstance(value, gast.AST):
            new = replace_nodes(value, mapping)
            if new is not value:
                changes[field] = new
    if not changes:
        return tree
    copy = ir.statement_copy(tree)
    copy.__dict__.update(changes)
    return copy


def substitute(tree: gast.AST, old: gast.AST, new: gast.AST) -> gast.AST | None:
    """tree with the node `old` replaced; None if it does not stand in it."""
    if tree is old:
        return new
    made = replace_nodes(tree, {id(old): new})
    return None if made is tree else made


def told_from_none(expr: Any) -> Any:
    """`0.25 is None`, where a variable stood, is False: Python warns of it as it stands."""
    if not isinstance(expr, gast.Compare) or not isinstance(expr.ops[0], (gast.Is, gast.IsNot)):
        return expr
    sides = [expr.left, *expr.comparators]
    if len(sides) != 2 or not all(map(is_of_constants, sides)):
        return expr
    values = [side.value if isinstance(side, gast.Constant) else object() for side in sides]
    return trees.const((values[0] is values[1]) == isinstance(expr.ops[0], gast.Is))


def is_of_constants(expr: gast.AST) -> bool:
    """Whether an expression is a constant, or computed from constants."""
    inside = (gast.Constant, gast.BinOp, gast.UnaryOp, gast.operator, gast.unaryop)
    return all(isinstance(each, inside) for each in trees.walk(expr))
