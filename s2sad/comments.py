"""Part of the stage `program`: the user's lines as comments, and statements as text."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir
from s2sad.printer import BlankLine, Comment, to_text
from s2sad.quoting import WIDTH
from s2sad.statements import blocks_of, statement_of


def comment(body: list[gast.stmt]) -> None:
    """Before each group of adjoint statements the user's line that it belongs to; a blank line between the sweeps."""
    first = next((k for k, node in enumerate(body) if getattr(node, "reverse", False)), None)
    comment_block(body)
    while first is not None and first > 0 and isinstance(body[first - 1], Comment):
        first -= 1
    if first is not None and first > 0:
        body.insert(first, BlankLine())


SHORTEST = 40  # of a comment, however far it is indented
COMPOUND = (gast.For, gast.While, gast.If, gast.FunctionDef, gast.With, gast.Try)


def comment_block(body: list[gast.stmt], above: Any = None, depth: int = 1) -> None:
    """above: the line that stands above the statement that the block belongs to; depth: how far it is indented."""
    last: Any = above
    for node in body:
        inside: Any = None
        if getattr(node, "reverse", False):
            origin = statement_of(getattr(node, "origin", None))
            simple = origin is not None and not isinstance(origin[1], COMPOUND)
            if simple and isinstance(node, gast.If):
                inside = origin[1]
            if simple and isinstance(node, gast.For) and is_same_line(origin[1], last):
                inside = origin[1]  # of a comprehension
            if simple and not is_same_line(origin[1], last) and (inside is not None or not blocks_of(node)):
                node.comments = [origin[0].statement_text(origin[1], max(WIDTH - len("# ") - 4 * depth, SHORTEST))]
                last = origin[1]
        for inner in blocks_of(node):
            comment_block(inner, inside, depth + 1)


def is_same_line(node: Any, last: Any) -> bool:
    """Whether two statements are one of the user's: `a[0] = a[-1] = 0.0` is lowered to two."""
    place = [(getattr(each, "lineno", None), getattr(each, "col_offset", None)) for each in (node, last)]
    return node is last or type(node) is type(last) and place[0] == place[1] != (None, None)


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
