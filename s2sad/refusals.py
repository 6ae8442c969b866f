"""How s2sad refuses: what is wrong, where, and what to write instead. To add a refusal, add a row to the table in
`refusals_of_code.py` or `refusals_of_data.py`, and raise `refuse(key, ...)`.

>>> from s2sad.source import read
>>> text = "def f(x):\\n    total = 0.0\\n    yield x\\n"
>>> space = {}
>>> exec(text, space)
>>> f = read(space["f"], source=text)
>>> print(refuse("yield", f.tree.body[1].value, f, name="f"))
s2sad can't differentiate this: `yield` makes `f` a generator, which has no single value
  File "<string>", line 3, in f
    yield x
    ^^^^^^^
  Write instead: a list: `values.append(...)` in place of `yield ...`, and `return values` at the end

The words in braces are given to `refuse`. Two are always there: {text} is the user's own text of the node, {f} the name
of the function; a word that is not given is the text as well.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import gast

from s2sad.errors import NotDifferentiableError, UndefinedNameError
from s2sad.quoting import character
from s2sad.refusals_of_code import REFUSALS_OF_CODE
from s2sad.refusals_of_data import REFUSALS_OF_DATA
from s2sad.rules.options import instead_of

REFUSALS: dict[str, tuple[str, str]] = {**REFUSALS_OF_CODE, **REFUSALS_OF_DATA}


class _Words(dict[str, Any]):
    """The words of a message; those that are not given stand for the user's own text."""

    def __init__(self, words: dict[str, Any], node: Any, source: Any) -> None:
        super().__init__(words)
        self.setdefault("f", source.name if source is not None else "the function")
        self.node, self.source = node, source

    def __missing__(self, key: str) -> str:
        text = self.source.statement_text(self.node, 60) if self.source is not None and self.node is not None else ""
        return text or self["f"]


def refuse(key: str, node: gast.AST | None, source: Any, /, **words: Any) -> NotDifferentiableError:
    """The error to raise for a node of a function (`source`: its FunctionSource); without a node, for all of it."""
    cause, remedy = REFUSALS[key]
    if source is not None and getattr(node, "lineno", None) is None:
        node = source.tree
    known = _Words(_instead(key, words) | words, node, source)
    where = "" if source is None else place(node, source)
    error = UndefinedNameError if key == "undefined" else NotDifferentiableError
    made = error(
        f"s2sad can't differentiate this: {cause.format_map(known)}\n{where}  Write instead: {remedy.format_map(known)}"
    )
    made.key = key
    return made


def _instead(key: str, words: dict[str, Any]) -> dict[str, Any]:
    """What to write in place of a call that its rule doesn't do."""
    if key == "rule_keyword":
        return {"instead": instead_of(words.get("name", ""), words.get("keywords", "").split(", "))}
    if key == "rule_fails":
        return {"instead": getattr(words.get("error"), "instead", "") or "other arguments"}
    return {}


def place(node: Any, source: Any) -> str:
    """The place of a node: file, line, the line's text, and carets under the part of it that the node is."""
    line = source.line_text(node.lineno)
    lines = [f'  File "{source.filename}", line {node.lineno}, in {source.name}']
    if line.strip():
        indent = len(line) - len(line.lstrip())
        start = max(character(line, node.col_offset), indent)
        one = getattr(node, "end_lineno", None) == node.lineno
        end = character(line, node.end_col_offset) if one else len(line.rstrip())
        # A tab is as wide as the terminal makes it, in both lines.
        before = "".join("\t" if each == "\t" else " " * _columns(each) for each in line[indent:start])
        lines += ["    " + line.strip(), "    " + before + "^" * max(1, _columns(line[start:end]))]
    return "\n".join(lines) + "\n"


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)
