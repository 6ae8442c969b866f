"""Part of the stage `infer`: comparisons, `and`, `or`, and expressions that choose."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import COMPARES, ORDERS
from s2sad.infer_maybe import Maybe
from s2sad.kinds import BOOL, Array, Kind, Scalar, Unknown, carries_gradient, join
from s2sad.values import MISSING, Conflict, Value


class Choices:
    def visit_Compare(self, node: gast.Compare) -> Value:
        asked = self.asked.get(id(node))
        if asked is not None:
            return asked
        found = self.none_test(node)
        if found is not None:
            return self.is_there(found[1], found[2])
        operands = [node.left, *node.comparators]
        if any(self.needs_statements(each) for each in operands):
            values = [self.settle(value) for value in self.visit_all(operands)]
        else:
            values = [self.visit_inert(each) for each in operands]
        if len(values) == 2:
            made = self.comparison_method(node.ops[0], *values, node)
            if made is not None:
                return made
            known = self.compare_static(node.ops[0], *values)
            if known is not None:
                return Value(trees.const(known), BOOL)
        kind: Kind = BOOL
        arrays = [value.kind for value in values if isinstance(value.kind, Array)]
        if arrays and isinstance(node.ops[0], (gast.Eq, gast.NotEq, gast.Lt, gast.LtE, gast.Gt, gast.GtE)):
            from s2sad.kinds import broadcast_dims

            kind = Array(
                "bool",
                broadcast_dims(*(getattr(v.kind, "dims", () if isinstance(v.kind, Scalar) else None) for v in values)),
            )
        return Value(gast.Compare(values[0].expr, node.ops, [value.expr for value in values[1:]]), kind)

    def compare_static(self, op: gast.cmpop, left: Value, right: Value) -> bool | None:
        function = COMPARES.get(type(op))
        if function is None and self.frame.stands_for is not None:
            function = ORDERS.get(type(op))  # a question about ranks, in an equivalent
        if function is None:
            return None
        a, b = self.known(left), self.known(right)
        if a is not MISSING and b is not MISSING:
            try:
                return bool(function(a, b))
            except Exception:
                return None
        if isinstance(op, (gast.Is, gast.IsNot)) and None in (left.static, right.static):
            other = right if left.static is None else left
            if self.is_optional(other):
                return None
            if "optional_items" in self.facts.results and isinstance(other.expr, (gast.Name, gast.Subscript)):
                return None  # a list or dict holds what may be None
            if not isinstance(other.kind, Unknown):
                return isinstance(op, gast.IsNot)
        if (
            isinstance(op, (gast.In, gast.NotIn))
            and right.object is not None
            and right.object.cls is dict
            and a is not MISSING
        ):
            return (a in right.object.keys) == isinstance(op, gast.In)
        return None

    def visit_BoolOp(self, node: gast.BoolOp, hint: str | None = None) -> Value:
        """`and` and `or` as tests stay as they are; where they choose a value that carries a gradient, they branch."""
        sure = self.tests_before(node)
        if sure:
            with self.taken_for_sure(sure):
                return self.visit_BoolOp(node, hint)
        if any(map(self.needs_statements, node.values[1:])):
            return self.branching_boolop(node, self.visit(node.values[0]), node.values[1:], hint)
        values: list[Value] = []
        first, rest = node.values[0], node.values[1:]
        settled = self.needs_statements(first)
        for k, each in enumerate(node.values):
            value = self.visit_inert(each)
            self.truth_method(value, each)
            known = self.truth(value)
            if known is not None:
                if known != isinstance(node.op, gast.And):
                    if not values:
                        return value if settled and k == 0 or self.quiet else self.visit(each, hint)
                    values.append(value)
                    break
                if each is not node.values[-1]:
                    continue
            if not values:
                first, rest, settled = each, node.values[k + 1 :], settled and k == 0
            values.append(value)
        varied = any(value.varied and carries_gradient(value.kind) for value in values)
        structured = any(value.object is not None or self.is_memory(value) for value in values)
        if not self.quiet and (varied or structured or len(values) == 1):
            begin = values[0] if settled else self.visit(first, hint if len(values) == 1 else None)
            return begin if len(values) == 1 else self.branching_boolop(node, begin, rest, hint)
        if len(values) == 1:
            return values[0]
        kind = self.join_kinds([value.kind for value in values])
        return Value(gast.BoolOp(node.op, [value.expr for value in values]), kind, varied)

    def branching_boolop(self, node: gast.BoolOp, first: Value, others: list[gast.AST], hint: str | None) -> Value:
        """`first and others` or `first or others`, where first is evaluated already."""
        rest = others[0] if len(others) == 1 else gast.copy_location(gast.BoolOp(node.op, others), node)
        known = self.truth(first)
        if known is not None:
            return self.visit(rest) if known == isinstance(node.op, gast.And) else first
        first = self.settle(first)
        test = self.asked_now(self.truth_method(first, node))
        if isinstance(node.op, gast.And):
            return self.choose(test, lambda: self.visit(rest), lambda: first, hint)
        return self.choose(test, lambda: first, lambda: self.visit(rest), hint)

    def visit_IfExp(self, node: gast.IfExp, hint: str | None = None) -> Value:
        test = self.test(node.test)
        if isinstance(test, bool):
            return self.visit(node.body if test else node.orelse, hint)
        if self.quiet:
            body, orelse = self.visit(node.body), self.visit(node.orelse)
            return Value(
                gast.IfExp(test, body.expr, orelse.expr), join(body.kind, orelse.kind), body.varied or orelse.varied
            )
        sure = [self.implied(self.asked_as_test(node.test), truth) for truth in (True, False)]

        def side(k: int) -> Value:
            self.take_for_sure(sure[k])
            self.look_whether_set([node.body, node.orelse][k])
            return self.visit([node.body, node.orelse][k], hint)

        return self.choose(test, lambda: side(0), lambda: side(1), hint)

    def choose(self, test: gast.AST, first: Any, second: Any, hint: str | None) -> Value:
        key = ("choice", self.names.fresh("k"))

        def run(side: Any) -> Any:
            def walk() -> None:
                self.state[key] = self.settle(side(), hint)

            return walk

        self.hints = {**getattr(self, "hints", {}), key: hint or "#t"}
        made = self.branch(test, run(first), run(second))
        made.chosen = True
        found = self.state.pop(key)
        if isinstance(found, Maybe) and found.value is not None:
            return self.maybe_result(found, hint or "value")
        if isinstance(found, Conflict):
            raise self.refuse(found.key, None, **{"name": hint or "value", **found.words})
        return found
