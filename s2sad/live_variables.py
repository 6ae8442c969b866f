"""Part of the stage `infer`: which variables of a function in core form may still be read at its loops and branches.

A variable that is set again before it is read is not carried through a loop, whatever it held before:

>>> tree = gast.parse('''
... def f(A, s):
...     for row in A:
...         row *= s
...     for row in A:
...         s = s + row[0]
...     return s
... ''').body[0]
>>> _, second, _ = tree.body
>>> found = live_variables(tree)
>>> sorted(found.at_start[id(second)]), sorted(found.after[id(second)])
(['s'], ['s'])
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import trees

COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)


@dataclass
class Live:
    """By the id of a statement, the variables that may be read: behind it; after any part of it; at the start of each
    iteration of a loop or behind the loop."""

    after: dict[int, set[str]] = field(default_factory=dict)
    during: dict[int, set[str]] = field(default_factory=dict)
    at_start: dict[int, set[str]] = field(default_factory=dict)


def live_variables(function: Any) -> Live:
    """The live variables of a function (a lambda has no statements). What is read at any time later, in functions and
    iterators that it makes, is live everywhere."""
    found = Live()
    if isinstance(function.body, list):
        always = set().union(*(loads(each) for each in trees.walk(function) if runs_later(each, function)))
        _Walk(found, always).block(function.body, always, always)
    return found


def runs_later(node: gast.AST, function: gast.AST) -> bool:
    """Whether a part of a function may read its variables later: not a generator that is used up where it stands."""
    if isinstance(node, gast.GeneratorExp):
        return not getattr(node, "consumed", False)
    kinds = (gast.FunctionDef, gast.AsyncFunctionDef, gast.Lambda, gast.ClassDef)
    return isinstance(node, kinds) and node is not function


def loads(node: Any) -> set[str]:
    """The variables that anything in a tree reads, deletes, or shares with functions around it; not those that a
    comprehension or function in it has for itself."""
    found: set[str] = set()
    todo = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, gast.Name):
            if not isinstance(each.ctx, gast.Store):
                found.add(each.id)
        elif isinstance(each, COMPREHENSIONS):
            first, own = each.generators[0], set().union(*(stores(g.target) for g in each.generators))
            found |= inside(each) - own
            todo.append(first.iter)
        elif isinstance(each, (gast.FunctionDef, gast.Lambda)):
            body = each.body if isinstance(each.body, list) else [each.body]
            shared = {name for part in body for name in declared(part)}
            own = set().union(
                *map(stores, body), (arg.id for arg in trees.walk(each.args) if isinstance(arg, gast.Name))
            )
            found |= set().union(*map(loads, body)) - own | shared
            todo += [*each.args.defaults, *filter(None, each.args.kw_defaults), *getattr(each, "decorator_list", [])]
        else:
            if isinstance(each, gast.AugAssign) and isinstance(each.target, gast.Name):
                found.add(each.target.id)
            if isinstance(each, (gast.Nonlocal, gast.Global)):
                found.update(each.names)
            todo += trees.children(each)
    return found


def inside(comprehension: Any) -> set[str]:
    """What a comprehension reads apart from the first thing that it goes through."""
    first, *others = comprehension.generators
    results = [getattr(comprehension, field) for field in ("elt", "key", "value") if hasattr(comprehension, field)]
    return set().union(*map(loads, [*results, *first.ifs, *others]))


def declared(node: Any) -> set[str]:
    """The variables of functions around it that statements in a tree say they share."""
    return {name for each in trees.walk(node) if isinstance(each, (gast.Nonlocal, gast.Global)) for name in each.names}


def repeated(*parts: Any) -> set[str]:
    """The variables that occur more than once, or in what runs more than once: they may be read after another part that
    has them.

    >>> sorted(repeated(gast.parse("x + f(x, y) + sum([g(z, k) for k in ks])")))
    ['g', 'k', 'x', 'z']
    """
    nodes = [each for part in parts for each in trees.walk(part)]
    seen = [each.id for each in nodes if isinstance(each, gast.Name) and not isinstance(each.ctx, gast.Store)]
    seen += [
        each.target.id for each in nodes if isinstance(each, gast.AugAssign) and isinstance(each.target, gast.Name)
    ]
    again = set().union(*(inside(each) for each in nodes if isinstance(each, COMPREHENSIONS)))
    return {name for name in seen if seen.count(name) > 1} | again


def stores(target: Any) -> set[str]:
    return {each.id for each in trees.walk(target) if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)}


class _Walk:
    """Backwards through the statements. `live`: what may be read behind one; `left`: behind the loop around it."""

    def __init__(self, found: Live, always: set[str]) -> None:
        self.found, self.always = found, always
        self.exposed: dict[int, set[str]] = {}

    def block(self, body: list[Any], live: set[str], left: set[str]) -> set[str]:
        for node in reversed(body):
            live = self.statement(node, live, left)
        return live

    def statement(self, node: Any, live: set[str], left: set[str]) -> set[str]:
        self.found.after[id(node)] = live
        if isinstance(node, gast.If):
            inner = self.block(node.body, live, left) | self.block(node.orelse, live, left)
            return self.header(node, inner, node.test)
        if isinstance(node, (gast.For, gast.While)):
            return self.loop(node, live)
        if isinstance(node, (gast.Try, gast.With)):
            return self.protected(node, live, left)
        if isinstance(node, gast.Break):
            return left
        if isinstance(node, (gast.Return, gast.Raise)):
            live = self.always
        if isinstance(node, gast.Assign):
            live = live - set().union(*map(stores, node.targets)) | self.always
        return self.header(node, live, node)

    def header(self, node: Any, live: set[str], part: Any) -> set[str]:
        """What is live before a part of a statement, and, as may be read in the middle of it, what it has twice."""
        self.found.during[id(node)] = live | repeated(part)
        return live | loads(part)

    def loop(self, node: Any, live: set[str]) -> set[str]:
        if id(node) not in self.exposed:  # with nothing live behind it: what an iteration reads before it sets it
            self.exposed[id(node)] = self.block(node.body, self.always, self.always)
        start = self.exposed[id(node)]
        start = (
            start - stores(node.target) | loads(node.target) if isinstance(node, gast.For) else start | loads(node.test)
        )
        start = start | live | self.always
        self.found.at_start[id(node)] = start
        self.block(node.body, start, live)
        return self.header(node, start, node.iter if isinstance(node, gast.For) else node.test)

    def protected(self, node: Any, live: set[str], left: set[str]) -> set[str]:
        """`try` and `with`, which may be left anywhere: what they read is live all the way."""
        anywhere = live | left | loads(node)
        self.found.during[id(node)] = anywhere
        handlers = [each.body for each in getattr(node, "handlers", [])]
        for block in (node.body, getattr(node, "orelse", []), getattr(node, "finalbody", []), *handlers):
            self.block(block, anywhere, anywhere)
        return anywhere
