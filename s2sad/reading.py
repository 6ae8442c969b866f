"""What statements read and set, and where: facts that several stages ask for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.statements import blocks_of, targets


def reads(node: gast.AST | None) -> set[str]:
    """The names in single assignment that an expression or statement reads, apart from those inside its blocks."""
    found: set[str] = set()
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        for _, source in op.pairs:
            found.update(ir.summary(source).names)
        return {name for name in found if ir.is_ssa(name)}
    if isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
        return set(ir.summary(node.value).names)
    todo: list[Any] = []
    if isinstance(node, gast.Assign):
        todo = [node.value, *[place for target in node.targets for place in places_in(target)]]
    elif isinstance(node, gast.AugAssign):
        todo = [node.target, node.value]
    elif isinstance(node, (gast.If, gast.While)):
        todo = [node.test]
    elif isinstance(node, gast.For):
        todo = [node.iter]
    elif isinstance(node, gast.With):
        todo = [item.context_expr for item in node.items]
    elif isinstance(node, gast.Try):
        todo = [handler.type for handler in node.handlers if handler.type is not None]
    elif isinstance(node, gast.stmt):  # a statement changes, so that no summary is kept on it
        for field in node._fields:
            value = getattr(node, field, None)
            todo.extend(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, gast.expr))
    elif node is not None:
        todo = [node]
    for each in todo:
        found.update(ir.summary(each).names)
    return found


def owner_of(node: gast.stmt) -> str | None:
    """The name of the array that a statement writes into, itself or a view of it (`x.reshape(2, 3)[0] += e`)."""
    target: Any = None
    if isinstance(node, gast.AugAssign):
        target = node.target
    elif isinstance(node, gast.Assign) and isinstance(node.targets[0], (gast.Subscript, gast.Attribute)):
        target = node.targets[0]
    while isinstance(target, (gast.Subscript, gast.Attribute, gast.Call)):
        target = target.value if not isinstance(target, gast.Call) else viewed(target)
    return None if target is None else getattr(target, "id", "?")


def viewed(call: gast.Call) -> gast.AST | None:
    """What a call is a view of: that whose method it is, or the first argument of a library's function."""
    base = call.func
    while isinstance(base, gast.Attribute):
        base = base.value
    if isinstance(call.func, gast.Attribute) and not hasattr(base, "module"):
        return call.func.value
    return call.args[0] if call.args else gast.Name("?", gast.Load(), None, None)


def places_in(target: gast.AST) -> list[gast.AST]:
    """What a target of an assignment has besides names: `x[k]`, `x.a`."""
    parts = getattr(target, "elts", None) or ([target.value] if isinstance(target, gast.Starred) else None)
    if parts is None:
        return [] if isinstance(target, gast.Name) else [target]
    return [place for part in parts for place in places_in(part)]


def free_reads(block: list[gast.stmt]) -> set[str]:
    """The names that a block reads before it sets them."""
    return reads_and_sets(block)[0]


def surely_set(block: list[gast.stmt]) -> set[str]:
    """The names that a block sets whichever way is taken through it."""
    return reads_and_sets(block)[1]


def reads_and_sets(block: list[gast.stmt]) -> tuple[set[str], set[str]]:
    """The two above, in one walk."""
    read: set[str] = set()
    found: set[str] = set()
    for node in block:
        read |= reads(node) - found
        blocks = blocks_of(node)
        if not blocks:
            found |= targets(node)
            continue
        inner = [reads_and_sets(each) for each in blocks]
        header = targets(node)  # of a loop
        for before, _ in inner:
            read |= before - header - found
        if isinstance(node, gast.If):
            ways = [sets for each, (_, sets) in zip(blocks, inner) if not leaves(each)]
            found |= set.intersection(*ways) if ways else set()
        elif isinstance(node, gast.With):
            found |= inner[0][1]
    return read, found


def leaves(block: list[gast.stmt]) -> bool:
    """Whether what stands behind a block never runs after it."""
    return bool(block) and isinstance(block[-1], (gast.Break, gast.Raise, gast.Return))


def everything_read(block: list[gast.stmt]) -> set[str]:
    found: set[str] = set()
    for node in block:
        found |= reads(node)
        for inner in blocks_of(node):
            found |= everything_read(inner)
    return found


def contents_read(block: list[gast.stmt]) -> set[str]:
    """The names that a block reads for more than their length or shape, which no store changes."""
    found: set[str] = set()
    for node in block:
        names = reads(node)
        if names:
            names = names & set().union(*map(names_of_contents, parts_of(node)))
        found |= names
        for inner in blocks_of(node):
            found |= contents_read(inner)
    return found


def parts_of(node: gast.stmt) -> list[gast.AST]:
    """The expressions of a statement, without the statements inside it."""
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Copy):
        return [source for _, source in op.pairs]
    if not blocks_of(node):
        return [node]
    parts = [getattr(node, field, None) for field in ("test", "iter")] + [
        item.context_expr for item in getattr(node, "items", [])
    ]
    parts += [handler.type for handler in getattr(node, "handlers", [])]
    return [part for part in parts if part is not None]


def names_of_contents(expr: gast.AST) -> set[str]:
    """The names that an expression reads other than in `len(x)`, `x.shape`, `np.shape(x)`, `np.zeros_like(x)`: by where
    they stand, since one node may stand at several places of a tree."""
    found: set[str] = set()
    left = [expr]
    while left:
        each = left.pop()
        if isinstance(each, gast.Name):
            found.add(each.id)
            continue
        parts = [part for part in gast.iter_child_nodes(each) if not isinstance(part, gast.expr_context)]
        if isinstance(each, gast.Attribute) and each.attr in ("shape", "ndim", "size", "dtype"):
            parts = [part for part in parts if not isinstance(part, gast.Name)]
        elif isinstance(each, gast.Call) and each.args and isinstance(each.args[0], gast.Name):
            function = each.func.attr if isinstance(each.func, gast.Attribute) else getattr(each.func, "id", "")
            if function in ("len", "shape", "ndim", "zeros_like", "ones_like", "empty_like", "full_like"):
                parts = [each.func, *each.args[1:], *each.keywords]
        left.extend(parts)
    return found


def all_blocks(block: list[gast.stmt]) -> Iterator[list[gast.stmt]]:
    """A statement list and all those inside it."""
    yield block
    for node in block:
        for inner in blocks_of(node):
            yield from all_blocks(inner)


def range_arguments(node: gast.For) -> list[gast.AST]:
    """What `range` is given, of a loop whose only variable runs over one, forwards or backwards; else nothing."""
    call: Any = node.iter
    if getattr(getattr(call, "func", None), "builtin", None) is reversed:
        call = call.args[0]
    if getattr(getattr(call, "func", None), "builtin", None) is not range or not isinstance(node.target, gast.Name):
        return []
    return list(call.args)


def common(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The loops that two places are both in."""
    k = 0
    while k < len(a) and k < len(b) and a[k] == b[k]:
        k += 1
    return a[:k]


def length_read(expr: Any) -> tuple[gast.AST, Any] | None:
    """(x, 0) of `len(x)`, and (x, k) of `x.shape[k]`.

    >>> base, axis = length_read(gast.parse("x.shape[1]").body[0].value)
    >>> base.id, axis
    ('x', 1)
    """
    if isinstance(expr, gast.Call) and getattr(expr.func, "builtin", None) is len and len(expr.args) == 1:
        return expr.args[0], 0
    if isinstance(expr, gast.Subscript) and isinstance(expr.value, gast.Attribute) and expr.value.attr == "shape":
        axis = trees.literal(expr.slice)
        return None if axis is None else (expr.value.value, axis)
    return None
