"""Prints a gast tree as Python source: the last stage before compiling.

Parentheses only where precedence asks for them, comments where a statement carries them, long lines broken.

>>> import gast
>>> tree = gast.parse("y = ((a * b) + ((-c) ** 2))\\nif y: z = x[(1, 2, ...)]")
>>> tree.body[1].comments = ["the user's line"]
>>> tree.body[1].body.append(Comment("and one more"))
>>> print(to_text(tree), end="")
y = a * b + (-c) ** 2
# the user's line
if y:
    z = x[1, 2, ...]
    # and one more
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import gast

from s2sad.layout import CLOSE, INDENT, OPEN, break_line
from s2sad.printer_expressions import ALWAYS, BINARY, NAMED, TEST, YIELD, ExpressionPrinter


class Comment(gast.stmt):
    """A pseudo-statement, legal anywhere in a block: a comment on a line of its own."""

    _fields = ("text",)
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self, text: str = "") -> None:
        self.text = text


class BlankLine(gast.stmt):
    """A pseudo-statement, legal anywhere in a block: one empty line."""

    _fields = ()
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self) -> None:
        pass


def to_text(tree: Any, width: int = 100) -> str:
    """The source of a module, a statement or a list of statements (ends with a newline), or of an expression.

    Lines are broken at about `width` columns. A statement, an `except` or a `case` may have an attribute `comments`,
    a list of texts, which are printed above it.
    """
    printer = Printer(width)
    if isinstance(tree, list):
        printer.block(tree)
    elif isinstance(tree, gast.stmt):
        printer.block([tree])
    elif isinstance(tree, (gast.Module, gast.Interactive)):
        printer.dispatch(tree)
    else:
        printer.fill()
        printer.soft(tree)
        printer.flush()
        return "\n".join(printer.lines)
    printer.flush()
    return "".join(line + "\n" for line in printer.lines)


IMPORTS = ("Import", "ImportFrom")
DEFINITIONS = ("FunctionDef", "AsyncFunctionDef", "ClassDef")
PSEUDO = ("Comment", "BlankLine")


class Printer(ExpressionPrinter):
    """Statements become lines; those that are missing here the base class prints."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.lines: list[str] = []
        self.margin = ""
        self._indent = 0  # where the base class counts it

    # Lines

    def fill(self, text: str = "") -> None:
        """Starts a line."""
        self.flush()
        self.margin = INDENT * self._indent
        self.write(text)

    def flush(self) -> None:
        """Ends the line, if there is one."""
        if self.pieces:
            line = self.margin + "".join(self.pieces)
            if len(line) > self.width and "\n" not in line:
                self.lines += break_line(self.pieces, self.margin, self.width)
            else:
                self.lines.append(line)
            self.pieces.clear()

    def gap(self, size: int) -> None:
        """Sees to it that there are so many empty lines before the next one."""
        self.flush()
        present = 0
        while present < min(size, len(self.lines)) and not self.lines[-1 - present]:
            present += 1
        self.lines += [""] * (size - present)

    def remark(self, comments: Iterable[str]) -> None:
        self.flush()
        for comment in comments:
            for line in comment.splitlines() or [""]:
                self.lines.append(f"{INDENT * self._indent}# {line}".rstrip())

    # Blocks

    def block(self, body: Sequence[Any], owner: str = "", inside_branch: bool = False) -> None:
        """Statements, with empty lines around definitions; `pass` where there are only comments.

        `owner` is the class of the node whose docstring may come first.
        """
        empty = True
        previous = ""
        for position, node in enumerate(body):
            kind = node.__class__.__name__
            if position and kind != "BlankLine":
                self.part(body, position, previous)
            comments = getattr(node, "comments", None)
            if comments:
                self.remark(comments)
            elif inside_branch and not position and kind in DEFINITIONS:
                self.gap(1)
            if empty and owner and is_string(node):
                self.fill()
                self.docstring(node.value)
                previous = owner + " docstring"
            else:
                self.method(kind)(node)
                ending = "FunctionDef" if ends_in_definition(node) else kind
                previous = previous if kind == "BlankLine" else ending
            empty = empty and kind in PSEUDO
        if empty and self._indent:
            self.fill("pass")

    def part(self, body: Sequence[Any], position: int, previous: str) -> None:
        """Writes the empty lines before a statement."""
        kind = body[position].__class__.__name__
        if kind == "Comment" and previous != "Comment":  # a comment stays with the definition that it precedes
            kinds = (node.__class__.__name__ for node in body[position:])
            kind = next((kind for kind in kinds if kind != "Comment"), kind)
        if previous in DEFINITIONS or (kind in DEFINITIONS and previous != "Comment"):
            self.gap(1 if self._indent else 2)
        elif previous in ("Module docstring", "ClassDef docstring") or (previous in IMPORTS and kind not in IMPORTS):
            self.gap(1)

    def suite(self, body: Sequence[Any], owner: str = "") -> None:
        """The colon and the block after a header."""
        self.enter()
        self.block(body, owner, inside_branch=not owner)
        self.leave()

    def clause(self, head: str, body: Sequence[Any]) -> None:
        """A header that is only a word, with its block; nothing if there is no block."""
        if body:
            self.fill(head)
            self.suite(body)

    def header(self, head: str, test: Any, body: Sequence[Any]) -> None:
        """A header with a condition, and its block."""
        self.fill(head)
        self.soft(test, NAMED)
        self.suite(body)

    def _Module(self, t: Any) -> None:
        self.block(t.body, "Module")

    def _Interactive(self, t: Any) -> None:
        self.block(t.body)

    def _Comment(self, t: Any) -> None:
        self.remark([t.text])

    def _BlankLine(self, t: Any) -> None:
        self.flush()
        self.lines.append("")

    # Simple statements

    def value(self, node: Any, takes_yield: bool = True) -> None:
        """What may stand alone or after `=`: anything, also a tuple and a yield without parentheses."""
        self.write(OPEN)
        is_yield = node.__class__.__name__ in ("Yield", "YieldFrom")
        self.bare(node, YIELD if is_yield and takes_yield else TEST)
        self.write(CLOSE)

    def _Expr(self, t: Any) -> None:
        self.fill()
        self.value(t.value)

    def _Assign(self, t: Any) -> None:
        self.fill()
        for target in t.targets:
            self.bare(target)
            self.write(" = ")
        self.value(t.value)

    def _AugAssign(self, t: Any) -> None:
        self.fill()
        self.put(t.target)
        self.write(BINARY[t.op.__class__.__name__][0].rstrip() + "= ")
        self.value(t.value)

    def _AnnAssign(self, t: Any) -> None:
        self.fill()
        is_name = t.target.__class__.__name__ == "Name"
        self.put(t.target, ALWAYS if is_name and not t.simple else TEST)
        self.write(": ")
        self.put(t.annotation)
        if t.value is not None:
            self.write(" = ")
            self.value(t.value)

    def _TypeAlias(self, t: Any) -> None:
        self.fill("type ")
        self.put(t.name)
        self.type_parameters(t)
        self.write(" = ")
        self.soft(t.value)

    def _Return(self, t: Any) -> None:
        self.fill("return")
        if t.value is not None:
            self.write(" ")
            self.value(t.value, takes_yield=False)

    def _Raise(self, t: Any) -> None:
        self.fill("raise")
        for word, node in ((" ", t.exc), (" from ", t.cause)):
            if node is not None:
                self.write(word)
                self.soft(node)

    def _Assert(self, t: Any) -> None:
        self.fill("assert ")
        self.soft(t.test)
        if t.msg is not None:
            self.write(", ")
            self.soft(t.msg)

    def _ImportFrom(self, t: Any) -> None:
        self.fill("from ")
        self.write("." * (t.level or 0) + (t.module or ""))
        self.write(" import ")
        if t.names[0].name == "*":
            self.write("*")
        else:
            self.write(OPEN)
            self.commas(t.names)
            self.write(CLOSE)

    # Compound statements

    def _If(self, t: Any) -> None:
        self.header("if ", t.test, t.body)
        while len(t.orelse) == 1 and t.orelse[0].__class__.__name__ == "If":
            t = t.orelse[0]
            self.remark(getattr(t, "comments", None) or ())
            self.header("elif ", t.test, t.body)
        self.clause("else", t.orelse)

    def _While(self, t: Any) -> None:
        self.header("while ", t.test, t.body)
        self.clause("else", t.orelse)

    def _For(self, t: Any, word: str = "for ") -> None:
        self.fill(word)
        self.bare(t.target)
        self.write(" in ")
        self.value(t.iter, takes_yield=False)
        self.suite(t.body)
        self.clause("else", t.orelse)

    def _AsyncFor(self, t: Any) -> None:
        self._For(t, "async for ")

    def _With(self, t: Any, word: str = "with ") -> None:
        self.fill(word)
        # `with (a, b):` would be two contexts, not a tuple.
        alone = len(t.items) == 1 and t.items[0].optional_vars is None
        level = ALWAYS if alone and t.items[0].context_expr.__class__.__name__ == "Tuple" else TEST
        self.write(OPEN)
        for position, item in enumerate(t.items):
            if position:
                self.write(", ")
            self.put(item.context_expr, level)
            if item.optional_vars is not None:
                self.write(" as ")
                self.put(item.optional_vars)
        self.write(CLOSE)
        self.suite(t.body)

    def _AsyncWith(self, t: Any) -> None:
        self._With(t, "async with ")

    def _Try(self, t: Any, word: str = "except") -> None:
        self.clause("try", t.body)
        for handler in t.handlers:
            self.remark(getattr(handler, "comments", None) or ())
            self.fill(word)
            if handler.type is not None:
                self.write(" ")
                self.put(handler.type)
            if handler.name is not None:
                self.write(" as " + getattr(handler.name, "id", handler.name))
            self.suite(handler.body)
        self.clause("else", t.orelse)
        self.clause("finally", t.finalbody or ([] if t.handlers else [gast.Pass()]))

    def _TryStar(self, t: Any) -> None:
        self._Try(t, "except*")

    def _Match(self, t: Any) -> None:
        self.fill("match ")
        self.soft(t.subject)
        self.enter()
        for case in t.cases:
            self.remark(getattr(case, "comments", None) or ())
            self.fill("case ")
            self.soft(case.pattern, NAMED)
            if case.guard is not None:
                self.write(" if ")
                self.soft(case.guard, NAMED)
            self.suite(case.body)
        self.leave()

    # Definitions

    def _FunctionDef(self, t: Any, word: str = "def ") -> None:
        self.decorators(t)
        self.fill(word)
        self.write(t.name)
        self.type_parameters(t)
        self.write("(")
        self.put(t.args)
        self.write(")")
        if getattr(t, "returns", None) is not None:
            self.write(" -> ")
            self.put(t.returns)
        self.suite(t.body, "FunctionDef")

    def _AsyncFunctionDef(self, t: Any) -> None:
        self._FunctionDef(t, "async def ")

    def _ClassDef(self, t: Any) -> None:
        self.decorators(t)
        self.fill("class ")
        self.write(t.name)
        self.type_parameters(t)
        if t.bases or t.keywords:
            self.write("(")
            self.commas([*t.bases, *t.keywords])
            self.write(")")
        self.suite(t.body, "ClassDef")

    def decorators(self, t: Any) -> None:
        for decorator in t.decorator_list:
            self.fill("@")
            self.put(decorator)

    def type_parameters(self, t: Any) -> None:
        if getattr(t, "type_params", None):
            self.write("[")
            self.commas(t.type_params)
            self.write("]")

    def _TypeVar(self, t: Any, star: str = "") -> None:
        self.write(star + t.name)
        for sign, node in ((": ", getattr(t, "bound", None)), (" = ", getattr(t, "default_value", None))):
            if node is not None:
                self.write(sign)
                self.put(node)

    def _TypeVarTuple(self, t: Any) -> None:
        self._TypeVar(t, "*")

    def _ParamSpec(self, t: Any) -> None:
        self._TypeVar(t, "**")


def ends_in_definition(node: Any) -> bool:
    """Whether the last line of a branch, loop, `with` or `try` belongs to a definition inside of it."""
    while True:
        blocks = [getattr(node, field, None) for field in ("finalbody", "orelse", "handlers", "cases", "body")]
        last = next((each[-1] for each in blocks if isinstance(each, list) and each), None)
        if last is None or node.__class__.__name__ in (*DEFINITIONS, "Lambda"):
            return False
        if last.__class__.__name__ in DEFINITIONS:
            return True
        node = last


def is_string(node: Any) -> bool:
    """A statement that is a docstring, where it comes first."""
    if node.__class__.__name__ != "Expr" or node.value.__class__.__name__ != "Constant":
        return False
    return isinstance(node.value.value, str)
