"""Part of the stage `infer`: loops over what is followed item by item.

for f, y in ((np.sin, x), (np.exp, v)):         total += np.sin(x)
    total += f(y)                          ->   total += np.exp(v)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import BOOL, Scalar
from s2sad.values import Value


class Unrolled:
    def unroll(self, items: Sequence[Value], pattern: Any, body: Any, node: Any) -> None:
        """A loop over a tuple or a dict of known keys: its body once for each item."""
        if len(items) > 64:
            raise self.refuse("long_tuple", node)
        path = self.path
        for k, item in enumerate(items):
            self.path = (*path, ("item", k))
            self.origin = (self.frame.source, node)
            if pattern is not None:
                self.bind(pattern, item)
            body()
        self.path = path

    def unroll_until_break(self, items: Sequence[Value], node: gast.For) -> None:
        """The same with a `break`: what follows for the next items stands where the body goes on to them."""
        if len(items) > 64:
            raise self.refuse("long_tuple", node)
        path, live = self.path, self.live().after.get(id(node))

        def run_from(k: int) -> None:
            if k == len(items):
                return
            outer, self.path = self.path, (*path, ("item", k))
            self.origin = (self.frame.source, node)
            self.bind(node.target, items[k])
            if ways_on(node.body) < 2:
                self.walk_on(node.body, lambda: run_from(k + 1), lambda: None, live)
            else:
                self.walk_unless(self.whether_it_breaks(node.body), lambda: run_from(k + 1), live)
            self.path = outer

        run_from(0)

    def whether_it_breaks(self, body: list[Any]) -> Value:
        """Walks through the body of a loop; True where it ends with a `break`."""
        key = ("choice", self.names.fresh("k"))

        def note(broke: bool) -> Callable[[], None]:
            return lambda: self.state.update({key: Value(trees.const(broke), BOOL)})

        self.hints = {**getattr(self, "hints", {}), key: "broke"}
        self.walk_on(body, note(False), note(True), None)
        return self.state.pop(key)

    def walk_unless(self, test: Value, rest: Callable[[], None], live: set[str] | None) -> None:
        known = self.truth(test)
        if known is None:
            self.branch(gast.UnaryOp(gast.Not(), test.expr), rest, lambda: None, live)
        elif not known:
            rest()

    def walk_on(
        self, body: list[Any], rest: Callable[[], None], left: Callable[[], None], live: set[str] | None
    ) -> None:
        """Walks through the body of a loop, and through what follows it: rest, or left where it ends with a `break`.
        live: what may be read behind all this; None: what may be behind the body."""
        *before, last = body
        if not breaks_in([last]):
            self.walk(body)
            rest()
            return
        self.walk(before)
        if isinstance(last, gast.Break):
            left()
            return
        self.origin = (self.frame.source, last)
        bodies = [last.body, last.orelse or [gast.Pass()]]
        ways = [lambda body=body: self.walk_on(body, rest, left, live) for body in bodies]
        self.decide(last, ways, self.live().after.get(id(last)) if live is None else live)


def are_alike(items: Sequence[Value]) -> bool:
    """Whether these are numbers of one type, or tuples of such: a loop may run over a list of them instead."""
    first = items[0].items if items else None
    if first is None:
        kinds = {each.kind.dtype if isinstance(each.kind, Scalar) else None for each in items}
        return len(kinds) == 1 and None not in kinds
    rows = [each.items for each in items]
    plain = all(getattr(each.kind, "cls", None) is None for each in items)
    return plain and all(row is not None and len(row) == len(first) for row in rows) and all(map(are_alike, zip(*rows)))


def breaks_in(body: list[Any]) -> bool:
    """Whether a `break` in these statements ends the loop that they are the body of."""
    todo = list(body)
    while todo:
        each = todo.pop()
        if isinstance(each, gast.Break):
            return True
        if not isinstance(each, (gast.For, gast.While, gast.FunctionDef)):
            todo.extend(gast.iter_child_nodes(each))
    return False


def ways_on(body: list[Any]) -> int:
    """How many ways through the body of a loop lead to the next iteration."""
    last = body[-1] if body else None
    if isinstance(last, gast.If) and breaks_in([last]):
        return ways_on(last.body) + ways_on(last.orelse)
    return 0 if isinstance(last, gast.Break) else 1
