"""Quoting: a node -> the user's own text of it on one line, for comments and messages.

>>> lines = ["for k in range(n):  # all of them", "    total += f(a[k],  # the k-th", "               b)"]
>>> loop = gast.parse("\\n".join(lines)).body[0]
>>> one_line(lines, loop)
'for k in range(n):'
>>> one_line(lines, loop.body[0])
'total += f(a[k], b)'
"""

from __future__ import annotations

import re
import tokenize
from typing import Any

import gast

WIDTH = 100  # of a statement that is quoted in a comment

_BLOCKS = {"body", "orelse", "finalbody", "handlers", "cases", "decorator_list", "name"}
_SKIPPED = {tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT}
_FSTRING_START, _FSTRING_END = getattr(tokenize, "FSTRING_START", -1), getattr(tokenize, "FSTRING_END", -1)  # from 3.12
_HEADER_REST = re.compile(r"[\s)]*:")


def character(line: str, offset: int) -> int:
    """The index of a character in a line, from the offset in UTF-8 that a node has.

    >>> character("é = x", 3)
    2
    """
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


def one_line(lines: list[str], node: Any) -> str:
    """The text of an expression or statement, of a compound statement its header; empty for a node without a place."""
    first = getattr(node, "lineno", None)
    if first is None or getattr(node, "end_lineno", None) is None or not 1 <= first <= node.end_lineno <= len(lines):
        return ""
    compound = isinstance(getattr(node, "body", None), list) or isinstance(node, gast.Match)
    last, offset = _header_end(node) if compound else (node.end_lineno, node.end_col_offset)
    start, end = character(lines[first - 1], node.col_offset), character(lines[last - 1], offset)
    if first == last:
        text = lines[first - 1][start:end]
        rest = _HEADER_REST.match(lines[first - 1], end) if compound else None
        if "  " not in text and "\t" not in text and (rest or not compound):
            return text + re.sub(r"\s", "", rest.group()) if rest else text
    try:
        rows = lines[first - 1 : max(last, _body_line(node) if compound else 0)]
        return _joined(rows, start, (last - first + 1, end), compound)
    except (tokenize.TokenError, SyntaxError):
        return lines[first - 1].strip()


def _header_end(node: Any) -> tuple[int, int]:
    """Where the last expression of a compound statement's header ends."""
    end = (node.lineno, node.col_offset)
    stack = [getattr(node, each, None) for each in node._fields if each not in _BLOCKS]
    while stack:
        each = stack.pop()
        if isinstance(each, list):
            stack.extend(each)
        elif isinstance(each, gast.AST):
            if getattr(each, "end_lineno", None) is not None:
                end = max(end, (each.end_lineno, each.end_col_offset))
            if not isinstance(each, gast.expr):
                stack.extend(getattr(each, field, None) for field in each._fields)
    return end


def _body_line(node: Any) -> int:
    """The line on which the body starts; the colon may stand on that line or above."""
    inside = node.cases[0].pattern if isinstance(node, gast.Match) else node.body[0] if node.body else node
    return getattr(inside, "lineno", None) or node.end_lineno


def _joined(lines: list[str], start: int, end: tuple[int, int], compound: bool) -> str:
    """The text from a column of the first line up to `end` (of a header: up to its colon) as one line, without comments
    and with single spaces."""
    rows = [" " * start + lines[0][start:], *lines[1:]]
    text = ""
    depth = string = 0
    row, column = 1, start
    for token in tokenize.generate_tokens((line + "\n" for line in rows).__next__):
        if token.type in _SKIPPED:
            continue
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER) or (not compound and token.start >= end):
            break
        if token.start[0] == row:
            gap = rows[row - 1][column : token.start[1]]
            text += gap if string or gap.strip() else " " * bool(gap)
        elif text and text[-1] not in "([{." and token.string not in (")", "]", "}", "."):
            text += " "
        if token.end[0] != token.start[0]:  # a string over several lines
            return text + rows[token.start[0] - 1][token.start[1] :].rstrip() + " ..."
        text += rows[token.start[0] - 1][token.start[1] : token.end[1]]
        row, column = token.end
        string += (token.type == _FSTRING_START) - (token.type == _FSTRING_END)
        if token.type == tokenize.OP:
            depth += (token.string in ("(", "[", "{")) - (token.string in (")", "]", "}"))
        if compound and token.string == ":" and depth == 0 and token.start >= end:
            break
    return text


def shorten(text: str, width: int) -> str:
    if len(text) <= width:
        return text
    cut = text.rfind(" ", 0, width - 3)
    return text[: cut if cut > width // 2 else width - 4].rstrip() + " ..."
