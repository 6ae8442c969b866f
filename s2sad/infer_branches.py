"""Part of the stage `infer`: branches, and what they leave behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import is_pure, mark_pure, size_of
from s2sad.kinds import Scalar, Static, Tuple, Unknown
from s2sad.values import MISSING, Undecided, Value


class Branches:
    def do_If(self, node: gast.If) -> None:
        live = self.live().after.get(id(node))
        self.decide(node, (lambda: self.walk(node.body), lambda: self.walk(node.orelse)), live)

    def decide(self, node: gast.If, ways: Any, live: set[str] | None) -> None:
        """Walks one of two ways, or both where it isn't known which. live: what may be read behind them."""
        test = self.test(node.test)
        if isinstance(test, bool):
            ways[0 if test else 1]()
            return
        sure = [self.implied(self.asked_as_test(node.test), truth) for truth in (True, False)]

        def walk(k: int) -> None:
            self.take_for_sure(sure[k])
            ways[k]()

        self.origin = (self.frame.source, node)
        made = self.branch(test, lambda: walk(0), lambda: walk(1), live)
        made.user = node

    def test(self, node: gast.AST) -> Any:
        """A condition: True or False where that is known, else a name or expression in the program."""
        node = self.asked_as_test(node)
        self.look_before_test(node)
        value = self.truth_method(self.visit_inert(node), node)
        known = self.truth(value)
        if known is not None:
            return known
        return self.asked_now(value)

    def asked_now(self, value: Value) -> gast.AST:
        """What a branch tests. The reverse sweep asks again: of memory that is written, what it was at this moment."""
        expr = value.expr
        asked = {name for part in asked_whether_empty(expr) for name in trees.names_in(part)}
        changes = any(map(self.name_may_be_emptied, asked)) or self.may_be_emptied(value)
        if self.quiet or self.trivial(expr) and not changes:
            return expr
        if changes and not is_answer(expr):  # `S and x > 0` may be S itself
            expr = trees.call(trees.builtin("bool"), expr)
            mark_pure(expr)
        again = is_pure(expr) and not changes
        return self.emit(expr, ir.Plain(again, size_of(expr)), Scalar("bool"), False, "#c").expr

    def may_be_emptied(self, value: Value) -> bool:
        """Whether a name may be true now and false later, or the other way round: a list, a dict, an array of one."""
        if not isinstance(value.expr, gast.Name) or isinstance(value.kind, (Scalar, Static, Tuple)):
            return False
        if value.place is not None:
            return self.is_changed(value.place) or self.is_resized(value.place)
        return isinstance(value.kind, Unknown) or value.object is not None and value.object.cls is dict

    def name_may_be_emptied(self, name: str) -> bool:
        info = self.info.get(name)
        return info is not None and self.may_be_emptied(Value(trees.name(name), info.kind, place=info.place))

    def truth(self, value: Value) -> bool | None:
        if isinstance(value.expr, gast.Constant) and not isinstance(value.kind, Unknown):
            return bool(value.expr.value)
        static = value.static
        if static is not MISSING and (static is None or isinstance(static, (str, bytes, type)) or callable(static)):
            return bool(static)
        if value.items is not None:
            return bool(value.items)
        return None

    def branch(self, test: gast.AST, first: Any, second: Any, live: set[str] | None = None) -> gast.If:
        """if test: first() else: second(); what they leave behind is joined: what is live, where that is known."""
        outer, state = self.block, self.state
        origin = self.origin
        blocks, states = [], []
        start = self.position
        for run in (first, second):
            self.block, self.state = self.new_block(), dict(state)
            self.run_unless_undecided(run, last_chance=any(map(is_undecided, blocks)))
            blocks.append(self.block)
            states.append({key: value for key, value in self.state.items() if self.is_live(key, live)})
            self.block = outer
        self.block, self.state, self.origin = outer, state, origin
        node = self.add(gast.If(test, blocks[0], blocks[1]))
        ends = [leaves(block) for block in blocks]
        for side in (0, 1):
            if ends[side] == "break" and isinstance(blocks[side][-1], gast.Break):
                self.breaks.append((states[side], blocks[side]))
        if ends[0] or ends[1]:
            self.state = states[1] if ends[0] else states[0]
        else:
            outer_test, self.joining_test, self.branch_start = self.joining_test, test, start
            outer_live, self.live_names = self.live_names, self.live_from_here() if live is None else live
            self.state = self.join_states(states, blocks)
            self.joining_test, self.live_names = outer_test, outer_live
        return node

    def run_unless_undecided(self, run: Callable[[], None], last_chance: bool) -> None:
        """A way that needs what isn't known yet is left out, as one that raises, if there is another."""
        kept = self.block, self.frame, self.path, self.origin, self.loops, self.breaks, self.quiet, list(self.stack)
        try:
            run()
        except Undecided:
            if last_chance:
                raise
            self.block, self.frame, self.path, self.origin, self.loops, self.breaks, self.quiet, self.stack = kept
            self.block[:] = []
            self.add(gast.Raise(None, None), ir.Plain(False)).undecided = True

    def join_states(self, states: list[dict[Any, Any]], blocks: list[list[gast.stmt]]) -> dict[Any, Any]:
        """The state after two ways; copies at their ends give both the same names."""
        joined, copies = self.joined_states(states)
        for block, pairs in zip(blocks, copies):
            if pairs:
                self.add_copies(pairs, block)
        return joined

    def joined_states(self, states: list[dict[Any, Any]]) -> tuple[dict[Any, Any], list[list[tuple[str, gast.AST]]]]:
        joined: dict[Any, Any] = {}
        outer_joining, self.joining = self.joining, (states[0], states[1])
        outer_parts, self.pending_parts = self.pending_parts, {}
        copies: list[list[tuple[str, gast.AST]]] = [[], []]
        for key in {**states[0], **states[1]}:
            a, b = states[0].get(key), states[1].get(key)
            if a is b or same_value(a, b):
                joined[key] = a
            else:
                joined[key] = self.join_values(key, a, b, copies)
        joined.update(self.pending_parts)
        self.joining, self.pending_parts = outer_joining, outer_parts
        return joined, copies

    def leaves(self, block: list[gast.stmt]) -> str | None:
        return leaves(block)

    def add_copies(self, pairs: list[tuple[str, gast.AST]], block: list[gast.stmt]) -> None:
        """Copies at the end of a block, on each way through it that does not break."""
        for way in last_ways(block):
            outer, self.block = self.block, way
            at_break = way.pop() if way and isinstance(way[-1], gast.Break) else None
            copies = [(name, self.loaded_view(source)) for name, source in pairs]
            self.add(gast.Assign([trees.name("_", store=True)], trees.const(None), None), ir.Copy(copies))
            if at_break is not None:
                way.append(at_break)
            self.block = outer

    def loaded_view(self, source: gast.AST) -> gast.AST:
        """A view of written memory that gets another name: what it holds at this moment."""
        info = self.info.get(source.id) if isinstance(source, gast.Name) else None
        if (
            info is None
            or not info.varied
            or info.place is None
            or not info.place.path
            or not self.is_written(info.place.root)
        ):
            return source
        return self.emit_load(Value(source, info.kind, info.varied, place=info.place)).expr


def last_ways(block: list[gast.stmt]) -> list[list[gast.stmt]]:
    """The blocks where the ways through this one end that do not break."""
    last = block[-1] if block else None
    if isinstance(last, gast.If) and breaks_inside(last):
        ways = []
        for branch in (last.body, last.orelse):
            if not leaves(branch):
                ways.extend(last_ways(branch))
        return ways
    return [block]


def breaks_inside(node: gast.If) -> bool:
    return any(
        each and (isinstance(each[-1], gast.Break) or isinstance(each[-1], gast.If) and breaks_inside(each[-1]))
        for each in (node.body, node.orelse)
    )


def leaves(block: list[gast.stmt]) -> str | None:
    """'break' or 'raise' where every way through the block ends so, else None."""
    last = block[-1] if block else None
    if isinstance(last, gast.Break):
        return "break"
    if isinstance(last, gast.Raise):
        return "raise"
    if isinstance(last, gast.If):
        ends = {leaves(last.body), leaves(last.orelse)}
        return None if None in ends else "break" if "break" in ends else "raise"
    return None


def same_value(a: Any, b: Any) -> bool:
    return (
        isinstance(a, Value)
        and isinstance(b, Value)
        and a.kind == b.kind
        and a.object is b.object
        and a.items is b.items
        and trees.same(a.expr, b.expr)
        and (a.expr.__class__ in (gast.Name, gast.Constant))
    )


def is_answer(expr: gast.AST) -> bool:
    """Whether an expression is true or false itself, not something that is asked whether it is empty."""
    return isinstance(expr, gast.Compare) or isinstance(expr, gast.UnaryOp) and isinstance(expr.op, gast.Not)


def asked_whether_empty(expr: gast.AST) -> list[gast.AST]:
    """The parts of a test whose own truth it asks for: S and T[k] of `S and not T[k] and x > 0`."""
    if isinstance(expr, gast.BoolOp):
        return [part for each in expr.values for part in asked_whether_empty(each)]
    if isinstance(expr, gast.UnaryOp) and isinstance(expr.op, gast.Not):
        return asked_whether_empty(expr.operand)
    return [] if isinstance(expr, (gast.Compare, gast.Call)) else [expr]


def is_undecided(block: list[gast.stmt]) -> bool:
    return bool(block) and hasattr(block[-1], "undecided")
