"""Part of the stage `program`: the user's lines as comments, and statements as text."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir
from s2sad.activity import blocks_of
from s2sad.kinds import Kind, Scalar
from s2sad.printer import BlankLine, to_text


def mark_numbers(body: list[gast.stmt], kinds: dict[str, Kind], info: dict[str, ir.Info]) -> None:
    """Before names are chosen: which sums are of a number. (An array, also one without axes, that something is added to
    in place is another thing than a sum: it may be the caller's.)"""
    for node in body:
        for inner in blocks_of(node):
            mark_numbers(inner, kinds, info)
        left = node.value.left if isinstance(node, gast.Assign) and isinstance(node.value, gast.BinOp) else None
        if getattr(node, "number", False) and isinstance(left, gast.Name):
            known = info.get(left.id)
            kind = kinds.get(left.id) or (known.kind if known is not None else None)
            node.number = isinstance(kind, Scalar)


def shorten(body: list[gast.stmt]) -> None:
    """`x = x + e` of numbers is `x += e`; what the user wrote behind an `if` that leaves stands behind it again."""
    body[:] = [each for node in body for each in without_else(node)]
    for k, node in enumerate(body):
        for inner in blocks_of(node):
            shorten(inner)
        if (
            isinstance(node, gast.Assign)
            and getattr(node, "number", False)
            and isinstance(node.value, gast.BinOp)
            and isinstance(node.value.op, (gast.Add, gast.Sub, gast.Mult, gast.Div))
        ):
            target = node.targets[0]
            if (
                isinstance(target, gast.Name)
                and isinstance(node.value.left, gast.Name)
                and node.value.left.id == target.id
            ):
                made = gast.AugAssign(target, node.value.op, node.value.right)
                made.origin, made.reverse = getattr(node, "origin", None), getattr(node, "reverse", False)
                body[k] = made


def without_else(node: gast.stmt) -> list[gast.stmt]:
    """`if c: break` and what the core form has put into its `else`; `if not c` for an `if` that does nothing."""
    if not isinstance(node, gast.If) or not node.orelse:
        return [node]
    if node.body and isinstance(node.body[-1], (gast.Break, gast.Raise)) and not has_else(node):
        rest, node.orelse = node.orelse, []
        return [node, *[each for inner in rest for each in without_else(inner)]]
    if getattr(node, "reverse", False) and all(isinstance(each, gast.Pass) for each in node.body):
        node.test = gast.UnaryOp(gast.Not(), node.test)
        node.body, node.orelse = node.orelse, []
    return [node]


def has_else(node: gast.If) -> bool:
    """Whether the user wrote the `else`: it is further in than its `if`."""
    users = (getattr(node, "origin", None) or (None, None))[1]
    if not isinstance(users, gast.If) or not users.orelse:
        return True
    return users.orelse[0].col_offset != users.col_offset


def comment(body: list[gast.stmt]) -> None:
    """Before each group of adjoint statements the user's line that it belongs to; a blank line between the sweeps."""
    first = next((k for k, node in enumerate(body) if getattr(node, "reverse", False)), None)
    comment_block(body)
    if first is not None and first > 0:
        body.insert(first, BlankLine())


def comment_block(body: list[gast.stmt]) -> None:
    last: Any = None
    for node in body:
        if getattr(node, "reverse", False):
            origin = getattr(node, "origin", None)
            simple = origin is not None and not isinstance(
                origin[1],
                (
                    gast.For,
                    gast.While,
                    gast.If,
                    gast.FunctionDef,
                    gast.With,
                    gast.Try,
                    gast.ListComp,
                    gast.GeneratorExp,
                    gast.comprehension,
                ),
            )
            if simple and origin[1] is not last and not blocks_of(node):
                node.comments = [origin[0].statement_text(origin[1])]
                last = origin[1]
        for inner in blocks_of(node):
            comment_block(inner)


def show_statements(body: list[gast.stmt]) -> str:
    """Statements in single assignment, as text."""
    lines: list[str] = []

    def walk(block: list[gast.stmt], indent: str) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                lines.append(
                    indent + ", ".join(f"{target} <- {to_text(source).strip()}" for target, source in op.pairs)
                )
                continue
            if blocks_of(node):
                shell = ir.statement_copy(node)
                for field in ("body", "orelse", "finalbody", "handlers"):
                    if hasattr(shell, field):
                        setattr(shell, field, [gast.Pass()] if field == "body" else [])
                lines.append(indent + to_text(shell).split("\n")[0])
                for k, inner in enumerate(blocks_of(node)):
                    if k and inner:
                        lines.append(indent + "else:")
                    walk(inner, indent + "    ")
                continue
            lines.extend(indent + line for line in to_text(node).rstrip("\n").split("\n"))

    walk(body, "")
    return "\n".join(lines) + "\n"
