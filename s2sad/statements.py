"""Questions about statements that several stages ask: what is inside them, what they set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import ir, trees

PLAIN = frozenset((gast.Assign, gast.AugAssign, gast.Expr, gast.Pass, gast.Break, gast.Return))  # with no blocks


def blocks_of(node: gast.stmt) -> list[list[gast.stmt]]:
    """The statement lists inside a compound statement."""
    if node.__class__ in PLAIN:
        return []
    if isinstance(node, gast.Try):
        return [node.body, *[handler.body for handler in node.handlers], node.orelse, node.finalbody]
    if isinstance(node, (gast.If, gast.For, gast.While)):
        return [node.body, node.orelse]
    if isinstance(node, gast.With):
        return [node.body]
    return []


def nested(node: gast.stmt) -> list[gast.stmt]:
    """A statement and all those inside it."""
    return [node, *all_statements(node)]


def all_statements(node: gast.stmt) -> list[gast.stmt]:
    """The statements inside a compound statement."""
    return [each for block in blocks_of(node) for each in all_of(block)]


def all_of(block: list[gast.stmt]) -> list[gast.stmt]:
    """The statements of a block and all those inside them."""
    return [each for node in block for each in nested(node)]


def names_with_globals(block: list[gast.stmt]) -> set[str]:
    """All names in a block, also those of the globals that functions look at that are called there."""
    found: set[str] = set()
    for node in all_of(block):
        found |= trees.names_in(node) | getattr(node, "looks_at", frozenset())
    return found


def read_list(node: gast.stmt) -> list[str]:
    """The names that a statement's own expressions read, each as often as it stands there."""
    found: list[str] = []
    for expr in own_expressions(node):
        found.extend(ir.summary(expr).names)
    return found


def own_expressions(node: gast.stmt) -> list[gast.AST]:
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        return [source for _, source in op.pairs]
    found: list[gast.AST] = []
    if isinstance(node, gast.Assign):
        found = [t for t in node.targets if isinstance(t, (gast.Subscript, gast.Attribute))] + [node.value]
    elif isinstance(node, gast.AugAssign):
        found = [node.target, node.value]
    elif isinstance(node, gast.With):
        found = [item.context_expr for item in node.items]
    elif isinstance(node, gast.Try):
        found = [handler.type for handler in node.handlers if handler.type is not None]
    elif isinstance(node, gast.Delete):
        found = list(node.targets)
    else:
        found = [
            getattr(node, field)
            for field in ("value", "test", "iter", "msg", "exc", "cause")
            if isinstance(getattr(node, field, None), gast.AST)
        ]
    return found


def change_adjoints(body: list[gast.stmt], change: Callable[[Any], Any]) -> None:
    """Changes what the statements of the reverse sweep set names to, add, or call."""
    for node in all_of(body):
        op = getattr(node, "effect", None)
        if not getattr(node, "reverse", False):
            continue
        if isinstance(op, ir.Copy):
            op.pairs = [(target, change(source)) for target, source in op.pairs]
        elif isinstance(node, (gast.Assign, gast.AugAssign, gast.Expr)):
            node.value = change(node.value)


def statement_of(origin: Any) -> Any:
    """Of what a comprehension makes, the statement that it stands in."""
    while origin is not None and getattr(origin[1], "stands_in", None) is not None:
        origin = origin[0], origin[1].stands_in
    return origin


def statements_in(node: gast.stmt) -> list[gast.stmt]:
    """All statements inside a compound statement, those of inner loops and their bindings too."""
    return [each for block in blocks_of(node) for each in statements_of(block)]


def statements_of(block: list[Any]) -> list[gast.stmt]:
    """The statements of a block and all inside them, as above."""
    found: list[gast.stmt] = []
    for each in block:
        found.append(each)
        found.extend(statements_in(each))
        if getattr(each, "loop", None) is not None:
            found.extend(each.loop.bindings)
    return found


def targets(node: gast.stmt) -> set[str]:
    """The names that a statement sets."""
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        return {name for name, _ in op.pairs}
    if isinstance(node, gast.Assign):
        return {name for target in node.targets for name in names_set(target)}
    if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name) and getattr(node, "counter", None):
        return {node.target.id}
    if isinstance(node, gast.For):
        return {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
    return set()


def names_set(target: gast.AST) -> set[str]:
    """The names that a target of an assignment sets."""
    if isinstance(target, gast.Name):
        return {target.id}
    parts = getattr(target, "elts", None) or ([target.value] if isinstance(target, gast.Starred) else [])
    return {name for part in parts for name in names_set(part)}
