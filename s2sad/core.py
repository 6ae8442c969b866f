"""Core form: a user's function in a smaller language, which every later stage can rely on.

>>> import ast, textwrap
>>> tree = gast.parse(textwrap.dedent('''
... def huber(r: float, delta: float):
...     "The Huber loss."
...     a: float = abs(r)
...     if a > delta:
...         return delta * (a - 0.5 * delta)
...     return 0.5 * r * r
... ''')).body[0]
>>> print(ast.unparse(gast.gast_to_ast(lower(tree))))
def huber(r: float, delta: float):
    a = abs(r)
    if a > delta:
        value = delta * (a - 0.5 * delta)
    else:
        value = 0.5 * r * r
    return value

The result runs and does exactly what the function does. Its body has only: assignments with one target (`Assign`,
`AugAssign`), `Expr`, `If`, `For` and `While` without `else`, `With`, `Try`, `Assert`, `Raise`, `Pass`, `Delete`,
imports, nested definitions as they were, `Global`, `Nonlocal`, and at most one `Return`, its last statement (none where
f returns nothing). A `break` stands only at the end of its loop's body, or of a branch of an `if` that stands there.
Expressions stay as they are, but without `:=` (except in a lambda and a generator expression).

In order: patterns (`core_match.py`), `:=` (`core_walrus.py`), assignments (here), jumps (`core_control.py`); then which
reads may find no value (`unset_reads.py`).
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad.core_control import lower_jumps
from s2sad.core_match import Fields, MatchLowering
from s2sad.core_nodes import DEFINITIONS, LOOPS, TRIES, WITHS, Names, assign, copy_nodes, copy_tree, load, place, walk
from s2sad.core_nodes import used_names as used_names
from s2sad.core_scopes import separate_comprehensions
from s2sad.core_walrus import Hoister
from s2sad.unset_reads import note_unset_reads, own_variables

Block = list[gast.stmt]


def lower(tree: gast.FunctionDef, taken: set[str] | None = None, fields: Fields | None = None) -> gast.FunctionDef:
    """The core form of a function, a new tree without the decorators and the docstring.

    New names differ from all names in the function and from those in `taken`. A name in `taken` also is one that may
    hide a built-in function; the globals of f's module are what to pass.

    `fields` gives the `__match_args__` of the class that an expression in a pattern stands for (`fields_of_class`), or
    None where it doesn't know: then they are looked up when the function runs.
    """
    nodes = copy_nodes(tree)
    new = nodes[0]
    new.decorator_list = []
    new.type_comment = None
    body = new.body[1:] if _is_docstring(new.body[0]) else new.body
    if not body:
        new.body = [place(gast.Pass(), new.body[0])]
        return new
    new.body = body
    names = Names(nodes, taken)
    own = own_variables(new)
    separate_comprehensions(new, nodes, names)
    body = lower_jumps(_Statements(new, {type(node) for node in nodes}, names, fields).block(body), names)
    new.body = [place(statement, body[0]) for statement in names.imports()] + body
    note_unset_reads(new, own)
    return new


def _is_docstring(s: Any) -> bool:
    return isinstance(s, gast.Expr) and isinstance(s.value, gast.Constant) and isinstance(s.value.value, str)


class _Statements:
    """Rewrites statements one by one; what it makes still has jumps in it."""

    def __init__(self, tree: gast.FunctionDef, kinds: set[type], names: Names, fields: Fields | None) -> None:
        self.names = names
        self.matches = MatchLowering(tree, names, fields) if gast.Match in kinds else None
        self.hoister = Hoister(tree, names) if gast.NamedExpr in kinds else None

    def block(self, block: Block) -> Block:
        out = [new for s in block for new in self.statement(s)]
        return out if out or not block else [place(gast.Pass(), block[0])]

    def statement(self, s: Any) -> Block:
        kind = type(s)
        if kind is gast.Match and self.matches:
            return self.again(self.matches.lower(s))
        if kind is gast.AnnAssign:
            return self.annotated(s)
        if kind is gast.Assign and len(s.targets) > 1:
            return self.again(self.chained(s))
        if self.hoister and (new := self.hoister.statement(s)) is not None:
            return [done for one in new for done in (self.inside(s) if one is s else self.statement(one))]
        return self.inside(s)

    def again(self, block: Block) -> Block:
        """The same for statements that were just made."""
        if self.hoister:
            self.hoister.find(block)
        return [new for s in block for new in self.statement(s)]

    def inside(self, s: Any) -> Block:
        """A compound statement with its blocks rewritten."""
        if isinstance(s, (gast.If, *LOOPS, *WITHS, *TRIES)):
            s.body = self.block(s.body)
            for field in ("orelse", "finalbody"):
                if getattr(s, field, None):
                    setattr(s, field, self.block(getattr(s, field)))
            for handler in getattr(s, "handlers", ()):
                handler.body = self.block(handler.body)
        if not isinstance(s, DEFINITIONS) and getattr(s, "type_comment", None):
            s.type_comment = None
        return [s]

    def annotated(self, s: Any) -> Block:
        """`x: float = e` -> `x = e`; without a value only the parts of the target are evaluated."""
        if s.value is not None:
            return self.again([assign(s.target, s.value, s)])
        parts = [getattr(s.target, field, None) for field in ("value", "slice")]
        wanted = [part for part in parts if part is not None and not isinstance(part, (gast.Name, gast.Constant))]
        return self.again([place(gast.Expr(part), s) for part in wanted if not isinstance(part, gast.Slice)])

    def chained(self, s: Any) -> Block:
        """`a = b = e` -> `a = e; b = a`, by a new name where a later target needs the value and `a` is not it."""
        first, *others = s.targets
        if isinstance(s.value, gast.Constant):
            return [assign(target, copy_tree(s.value), s) for target in s.targets]
        rebound = {node.id for target in others[:-1] for node in walk(target) if isinstance(node, gast.Name)}
        if isinstance(first, gast.Name) and first.id not in rebound:
            source, out = first.id, [assign(first, s.value, s)]
        else:
            source, others = self.names.fresh("shared"), s.targets
            out = [assign(source, s.value, s)]
        return out + [assign(target, load(source), s) for target in others]
