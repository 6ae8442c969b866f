"""Which variables of a loop an iteration may read as an earlier iteration has left them.

>>> import gast
>>> (loop,) = gast.parse("for i in range(n):\\n    if i % 2: b = x\\n    c = b\\n    s += c").body
>>> sorted(read_from_before(loop))
['b', 's']
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from s2sad import trees
from s2sad.live_variables import loads, stores

# Calls that run over, or count, what they are given, and don't change it.
RUNNERS = ("range", "enumerate", "zip", "reversed", "len", "sorted", "list", "tuple", "min", "max")
# Methods that make lists and dicts shorter or longer.
RESIZING = {
    "append", "appendleft", "clear", "extend", "extendleft", "insert", "pop", "popitem", "popleft", "remove",
    "resize", "setdefault", "update",
}  # fmt: skip


def read_from_before(loop: gast.For | gast.While) -> set[str]:
    """The names that the loop sets, and that an iteration may read before it has set them."""
    changed = names_set([loop])
    found = Exposed(changed | names_resized(loop.body))
    sure = stores(loop.target) if isinstance(loop, gast.For) else set()
    if isinstance(loop, gast.While):
        found.read(loop.test, sure)
    found.block(loop.body, sure)
    return found.names & names_set(loop.body)


class Exposed:
    """A walk through an iteration. changed: what the loop around it sets, or makes longer or shorter."""

    def __init__(self, changed: set[str]):
        self.changed = changed
        self.names: set[str] = set()
        self.breaks: list[set[str]] = []

    def read(self, node: Any, sure: set[str]) -> None:
        """Notes the names that an expression reads, and that are not among those that are surely set."""
        self.names |= loads(node) - sure

    def block(self, body: Iterable[gast.stmt], sure: set[str]) -> set[str] | None:
        """What is surely set behind a block that begins with `sure`; None if nothing runs behind it."""
        known: set[str] | None = set(sure)
        for node in body:
            if known is None:
                return None
            known = getattr(self, "of_" + type(node).__name__, self.other)(node, known)
        return known

    def other(self, node: gast.stmt, sure: set[str]) -> set[str] | None:
        self.read(node, sure)
        return sure | names_set([node])

    def of_AugAssign(self, node: gast.AugAssign, sure: set[str]) -> set[str]:
        if isinstance(node.target, gast.Name) and node.target.id not in sure:
            self.names.add(node.target.id)
        return self.other(node, sure) or set()

    def of_Raise(self, node: gast.Raise, sure: set[str]) -> None:
        self.read(node, sure)

    def of_Break(self, node: gast.Break, sure: set[str]) -> None:
        self.breaks.append(sure)

    def of_Delete(self, node: gast.Delete, sure: set[str]) -> set[str]:
        return sure - {each.id for each in node.targets if isinstance(each, gast.Name)}

    def of_If(self, node: gast.If, sure: set[str]) -> set[str] | None:
        self.read(node.test, sure)
        return both(self.block(node.body, sure), self.block(node.orelse, sure))

    def of_With(self, node: gast.With, sure: set[str]) -> set[str] | None:
        for item in node.items:
            self.read(item.context_expr, sure)
            if item.optional_vars is not None:
                sure = sure | stores(item.optional_vars)
        return self.block(node.body, sure)

    def of_Try(self, node: gast.Try, sure: set[str]) -> set[str] | None:
        end = self.block(node.body, sure)
        end = None if end is None else self.block(node.orelse, end)
        for handler in node.handlers:
            end = both(end, self.block(handler.body, sure | names_set([handler])))
        final = self.block(node.finalbody, sure)
        return None if end is None or final is None else end | final

    def of_For(self, node: gast.For, sure: set[str]) -> set[str] | None:
        self.read(node.iter, sure)
        return self.inner_loop(node, sure | stores(node.target), self.runs_as_before(node.iter), sure)

    def of_While(self, node: gast.While, sure: set[str]) -> set[str] | None:
        self.read(node.test, sure)
        endless = isinstance(node.test, gast.Constant) and bool(node.test.value)
        return self.inner_loop(node, sure, endless, sure, endless)

    def inner_loop(
        self, node: Any, inside: set[str], runs: bool, sure: set[str], endless: bool = False
    ) -> set[str] | None:
        """Behind a loop in the loop. runs: it has an iteration, or never had one."""
        outer, self.breaks = self.breaks, []
        end = self.block(node.body, inside)
        ends, self.breaks = [*self.breaks, *([] if end is None or endless else [end])], outer
        if not runs:
            return sure
        return set.intersection(*ends) if ends else None if endless else sure

    def runs_as_before(self, node: gast.AST) -> bool:
        """Whether what a loop runs over is as long as in every other iteration of the loop around it."""
        if isinstance(node, gast.Constant):
            return True
        if isinstance(node, gast.Name):
            return node.id not in self.changed
        if isinstance(node, gast.Attribute):
            return self.runs_as_before(node.value)
        if isinstance(node, gast.Subscript):
            return self.runs_as_before(node.value) and self.runs_as_before(node.slice)
        if isinstance(node, (gast.List, gast.Tuple)):
            return bool(node.elts) or isinstance(node, gast.Tuple)
        if isinstance(node, gast.BinOp):
            return self.runs_as_before(node.left) and self.runs_as_before(node.right)
        if isinstance(node, gast.UnaryOp):
            return self.runs_as_before(node.operand)
        if isinstance(node, gast.Slice):
            return all(each is None or self.runs_as_before(each) for each in (node.lower, node.upper, node.step))
        if isinstance(node, gast.Call) and not node.keywords:
            method = isinstance(node.func, gast.Attribute) and node.func.attr in ("items", "keys", "values")
            known = isinstance(node.func, gast.Name) and node.func.id in RUNNERS
            return (method and self.runs_as_before(node.func) or known) and all(map(self.runs_as_before, node.args))
        return False


def both(a: set[str] | None, b: set[str] | None) -> set[str] | None:
    """What is surely set where two ways join; None is a way that doesn't come there."""
    return b if a is None else a if b is None else a & b


def is_store(node: gast.Name) -> bool:
    return isinstance(node.ctx, (gast.Store, gast.Del))


def names_set(body: Iterable[gast.AST]) -> set[str]:
    """The names that statements set, those inside their blocks too."""
    found: set[str] = set()
    todo: list[Any] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, gast.Name):
            found |= {node.id} if is_store(node) else set()
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, (gast.Import, gast.ImportFrom)):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        elif isinstance(node, gast.ExceptHandler):
            found |= {getattr(node.name, "id", node.name)} - {None}
            todo.extend(node.body)
        elif not isinstance(node, (gast.Lambda, gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)):
            todo.extend(gast.iter_child_nodes(node))
    return found


def names_resized(body: Iterable[gast.AST]) -> set[str]:
    """The names whose lists or dicts a block makes longer or shorter by their methods, or by parts."""
    found: set[str] = set()
    for node in (each for statement in body for each in trees.walk(statement)):
        if isinstance(node, gast.Attribute) and node.attr in RESIZING or isinstance(node, gast.Subscript):
            if isinstance(node, gast.Attribute) or not isinstance(node.ctx, gast.Load):
                found |= {each.id for each in trees.walk(node.value) if isinstance(each, gast.Name)}
    return found
