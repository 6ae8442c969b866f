"""Part of the stage `tangent`: branches, loops, `with` and `try`. They stay as they are, with tangents inside.

A loop over something that has a tangent runs over both: `for x, x_dot in zip(xs, xs_dot)`.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.reading import free_reads, reads
from s2sad.refusals import refuse
from s2sad.statements import blocks_of


class Control:
    def of_If(self, node: gast.If, op: Any) -> None:
        self.walk(node.body)
        self.walk(node.orelse)

    def of_While(self, node: gast.While, op: Any) -> None:
        self.walk(node.body)

    def of_With(self, node: gast.With, op: Any) -> None:
        self.walk(node.body)

    # ---------------------------------------------------------------- loops over something
    def of_For(self, node: gast.For, op: Any) -> None:
        together, at_start = self.bound_tangents(node)
        self.walk(node.body)
        node.body[:0] = at_start
        if together:
            self.run_together(node, together)
        self.bind_again(node)

    def bound_tangents(self, node: gast.For) -> tuple[list[tuple[str, gast.AST]], list[gast.stmt]]:
        """The tangents of what the header binds: (name, what it runs over), and statements for the other ones."""
        together: list[tuple[str, gast.AST]] = []
        outer, self.block = self.block, []
        header = {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
        for each in node.loop.bindings:
            op = getattr(each, "effect", None)
            name = each.targets[0].id if isinstance(each, gast.Assign) else None
            simple = isinstance(op, ir.GetItem) and name in self.active and name in header
            if simple and trees.same(op.index, trees.name(node.loop.index)) and self.in_step(op, node):
                sequence = self.sequence_of(op)
                if sequence is None:
                    self.let_zero(name)
                else:
                    together.append((self.dot_name(name), sequence))
                continue
            self.statement(each)
        made, self.block = self.block, outer
        return together, made

    def in_step(self, op: ir.GetItem, node: gast.For) -> bool:
        """Whether what an item is taken from is what the loop runs over, so that both can be run over at once."""
        return op.place is None or not any(
            node.loop.index in trees.names_in(step) for step in op.place.path[:-1] if step is not None
        )

    def sequence_of(self, op: ir.GetItem) -> gast.AST | None:
        if op.place is not None:
            if not self.has_memory(op.place):
                return None
            return self.at(ir.Place(op.place.root, op.place.path[:-1]))
        return self.dot(op.base) if self.is_active(trees.name(op.base)) else None

    def run_together(self, node: gast.For, together: list[tuple[str, gast.AST]]) -> None:
        names = [trees.name(name, store=True) for name, _ in together]
        sequences = [sequence for _, sequence in together]
        iterated, target = node.iter, node.target
        if is_call(iterated, "zip") and isinstance(target, gast.Tuple):
            node.target = gast.Tuple([*target.elts, *names], gast.Store())
            node.iter = gast.Call(iterated.func, [*iterated.args, *sequences], iterated.keywords)
            return
        node.target = gast.Tuple([target, *names], gast.Store())
        node.iter = trees.call(trees.builtin("zip"), iterated, *sequences)

    def bind_again(self, node: gast.For) -> None:
        """What an iteration's names are in terms of its position, where the tangents need what the header doesn't bind:
        the position itself, a key."""
        header = {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
        needed = free_reads(node.body)
        for each in reversed(node.loop.bindings):
            name = single_name(each)
            if name is None or name in header or name not in needed:
                continue
            made = self.plain(name, each.value)
            made.effect = ir.Plain(True)
            node.body.insert(0, made)
            needed |= reads(each)
        index = node.loop.index
        if index is None or index not in needed or index in header:
            return
        same = next((each for each in node.loop.bindings if trees.same(each.value, trees.name(index))), None)
        if same is not None and single_name(same) in header:
            node.body.insert(0, self.plain(index, trees.name(single_name(same))))
            return
        node.target = gast.Tuple([trees.name(index, store=True), node.target], gast.Store())
        node.iter = trees.call(trees.builtin("enumerate"), node.iter)

    def plain(self, name: str, expr: gast.AST) -> gast.stmt:
        made = trees.assign(name, expr)
        made.origin, made.reverse = self.origin, True
        return made

    # ---------------------------------------------------------------- try
    def of_Try(self, node: gast.Try, op: Any) -> None:
        """Tangents of what is tried stand after it: an error in one of them is not the user's to catch."""
        self.walk(node.body)
        for handler in node.handlers:
            self.walk(handler.body)
        self.walk(node.orelse)
        self.walk(node.finalbody)
        if node.going_on:
            self.put_off(node)

    def put_off(self, node: gast.Try) -> None:
        """The tangents go into the `else` of the `try`."""
        if self.reads_what_is_written(node.body):
            raise refuse("try_tangent", getattr(node, "origin", self.origin)[1], self.origin[0])
        ours: list[gast.stmt] = []
        node.body[:] = self.parted(node.body, ours) or [gast.Pass()]
        node.orelse[:0] = ours

    def parted(self, body: list[gast.stmt], ours: list[gast.stmt]) -> list[gast.stmt]:
        """The user's statements of a block; the tangents are added to `ours`, in branches that test again."""
        rest: list[gast.stmt] = []
        for node in body:
            if is_ours(node):
                ours.append(node)
                continue
            rest.append(node)
            blocks = blocks_of(node)
            if not blocks:
                continue
            inner: list[list[gast.stmt]] = [[] for _ in blocks]
            for block, found in zip(blocks, inner):
                block[:] = self.parted(block, found)
            if not any(inner):
                continue
            if not isinstance(node, gast.If):
                raise refuse("try_tangent", getattr(node, "origin", self.origin)[1], self.origin[0])
            made = gast.If(node.test, inner[0], inner[1])
            made.origin = getattr(node, "origin", None)
            ours.append(made)
            node.body[:] = node.body or [gast.Pass()]
        return rest

    def reads_what_is_written(self, body: list[gast.stmt]) -> bool:
        """Whether a block reads memory that it writes: what the tangents need is then gone after it."""
        written: set[Any] = set()
        read: set[Any] = set()

        def look(block: list[gast.stmt]) -> None:
            for node in block:
                op = getattr(node, "effect", None)
                place = getattr(op, "place", None)
                if place is not None and not is_ours(node):
                    (read if isinstance(op, (ir.Load, ir.GetItem)) else written).add(place.root)
                if isinstance(op, ir.PairCall) and any(op.written):
                    written.update(place.root for place in op.places if place is not None)
                for inner in blocks_of(node):
                    look(inner)

        look(body)
        return bool(written & read)


def is_ours(node: gast.stmt) -> bool:
    return bool(getattr(node, "reverse", False))


def single_name(node: gast.stmt) -> str | None:
    return node.targets[0].id if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None


def is_call(expr: gast.AST, name: str) -> bool:
    return isinstance(expr, gast.Call) and isinstance(expr.func, gast.Name) and expr.func.id == name
