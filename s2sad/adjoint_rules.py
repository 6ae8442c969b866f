"""Part of the stage `adjoint`: operations that have a rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import gast
import numpy as np

from s2sad import ir, logistic, trees
from s2sad.adjoint_sums import Cotangent
from s2sad.errors import RuleError
from s2sad.kinds import NONE, Array, Kind, List, Scalar, Tuple, Unknown, loose
from s2sad.lengths import wished
from s2sad.refusals import refuse
from s2sad.rules import templates
from s2sad.shapes import broadcast_axes


class Rules:
    def of_Primitive(self, node: gast.Assign, op: ir.Primitive) -> None:
        target = node.targets[0].id
        cotangent = self.take(target)
        if cotangent is None:
            return
        given = [
            name for name in op.rule.wrt if name in op.arguments and (op.arrays is None or name != op.rule.variadic)
        ]
        wanted = [name for name in given if self.is_active(op.arguments[name])]
        if op.arrays is not None:
            wanted += [f"{op.rule.variadic}{key}" for key, each in items_in(op.arrays) if self.is_active(each)]
        wanted = self.without_logistic(op, target, cotangent, wanted)
        if wanted:
            self.apply_rule(op, trees.name(getattr(op, "result", target)), cotangent, wanted, self.info[target].kind)

    def without_logistic(self, op: ir.Primitive, target: str, cotangent: Cotangent, wanted: list[str]) -> list[str]:
        """Of a quotient that is a logistic function, the adjoint goes to the argument of exp at once."""
        below = list(op.rule.parameters.parameters)[-1]
        found = logistic.logistic_of(op, self.info, self.active) if below in wanted else None
        kind = self.info[target].kind
        if found is None or not logistic.same_size(kind, self.info[found[0].id].kind):
            return wanted
        product = trees.mul(cotangent.expr, logistic.slope(trees.name(target), found[1]))
        self.accumulate(found[0], product, kind)
        return [name for name in wanted if name != below]

    def of_Several(self, node: gast.Assign, op: ir.Several) -> None:
        """One rule for all the results, with the cotangents of those that have one."""
        whole = self.take(node.targets[0].id)
        for k, name in enumerate(op.results):
            if whole is not None and self.info[name].varied:  # of the tuple itself, put into a list, say
                self.active.add(name)
                self.accumulate(name, trees.index(whole.expr, trees.const(k)), self.info[name].kind)
        taken = [self.take(name) for name in op.results]
        wanted = [name for name in op.rule.wrt if name in op.arguments and self.is_active(op.arguments[name])]
        if not wanted or all(each is None for each in taken):
            return
        kinds = [self.info[name].kind for name in op.results]
        grads = [
            trees.const(None) if each is None else self.full(trees.name(name), each, kind)
            for name, each, kind in zip(op.results, taken, kinds)
        ]
        given = tuple(NONE if each is None else kind for each, kind in zip(taken, kinds))
        results = gast.Tuple([trees.name(name) for name in op.values], gast.Load())
        cotangent = Cotangent(gast.Tuple(grads, gast.Load()), Tuple(given))
        self.apply_rule(op, results, cotangent, wanted, Tuple(tuple(kinds)))

    def apply_rule(
        self, op: ir.Primitive, result: gast.AST, cotangent: Cotangent, wanted: list[str], kind: Kind
    ) -> None:
        """Adds to the adjoints of the wanted operands what the rule says of them."""
        partials = op.rule.form == "partials"
        summed = [key for key in wanted if broadcast_axes(kind, self.operand_kind(op, key)) != ()]
        summed = summed if cotangent.spread and partials else []
        cotangent, grad_kind, vague = self.cotangent_for(op, result, cotangent, kind, bool(summed))
        made = self.expanded(op, result, cotangent.expr, grad_kind, wanted, kind)
        if made is None:
            return
        if cotangent.spread and not all(covers(made.kinds.get(key), kind) for key in summed if key in made.values):
            full = Cotangent(self.full(result, cotangent, kind), kind)
            self.apply_rule(op, result, full, wanted, kind)
            return
        self.helpers.need_all(made.helpers)
        for statement in made.statements:
            self.add(statement)
        for key, expr in self.contributions(op, made, wanted):
            operand = self.operand_of(op, key)
            value_kind = made.kinds.get(key) or kind
            if op.rule.form == "adjoint" and key not in made.spread | made.unbroadcast:
                value_kind = as_large_as(self.info[operand.id].kind, value_kind)
            if vague and self.is_smaller(value_kind, operand):
                value_kind = Array(getattr(value_kind, "dtype", ""), None)
            spread = (
                key in made.spread
                or cotangent.spread
                and partials
                and self.is_smaller(made.kinds.get(key), operand)
                and not (key in summed and covers(made.kinds.get(key), kind))
            )
            # A view of an array that nothing else refers to any more is as good as a new array, if it can be written.
            alone = op.rule.view and cotangent.owned and not cotangent.shadow and len(wanted) == 1
            alone = alone and not (op.rule.function is np.diag and getattr(value_kind, "rank", 1) == 1)
            self.accumulate(
                operand,
                expr,
                value_kind,
                spread=spread,
                larger=key in made.unbroadcast and not spread,
                owned=True if alone else None,
            )

    def cotangent_for(
        self, op: ir.Primitive, result: gast.AST, cotangent: Cotangent, kind: Kind, summed: bool
    ) -> tuple[Cotangent, Kind, bool]:
        """The cotangent as the rule takes it, the kind that it has there, and whether its size is not known."""
        partials = op.rule.form == "partials"
        if getattr(kind, "real", False) and getattr(cotangent.kind, "char", "") != "f":
            # Of a complex array or of a real one: real in any case, and so is its adjoint.
            real = trees.np_call("real", cotangent.expr)
            cotangent = dataclasses.replace(cotangent, expr=real, kind=templates.real_kind(cotangent.kind))
        if not partials and cotangent.spread and not self.spreads(op.rule, cotangent.kind):
            return dataclasses.replace(cotangent, expr=self.full(result, cotangent, kind)), kind, False
        if partials and summed and not isinstance(cotangent.kind, Scalar):
            return Cotangent(self.full(result, cotangent, kind), kind), kind, False
        grad_kind = kind if partials and not cotangent.spread and not isinstance(op, ir.Several) else cotangent.kind
        vague = cotangent.spread and partials and isinstance(grad_kind, Array) and grad_kind.dims is None
        # dy: a number, or as large as the value; times something of that size it is of that size
        return cotangent, Scalar(grad_kind.dtype or "float") if vague else grad_kind, vague

    def expanded(
        self, op: ir.Primitive, result: gast.AST, grad: gast.AST, grad_kind: Kind, wanted: list[str], kind: Kind
    ) -> templates.Expansion | None:
        """What the rule says of the wanted operands; None where that is decided while the program runs."""
        arguments = {key: self.before_transposition(each) for key, each in op.arguments.items()}
        kinds = dict(op.kinds)
        if op.arrays is not None:
            arguments[op.rule.variadic] = gast.List(op.arrays, gast.Load())
            kinds[op.rule.variadic] = Tuple(tuple(op.array_kinds))
        kinds["grad"], kinds["result"] = grad_kind, kind
        given = op.rule, arguments, kinds, op.constants, wanted, result
        try:
            made = templates.expand(*given, grad, lambda stem: self.names.fresh("#t"), op.library or None)
        except templates.Undecided:
            self.apply_at_run_time(op, arguments, result, grad, wanted, not is_real(kind))
            return None
        except RuleError as error:
            raise refuse("rule_fails", self.origin[1], self.origin[0], name=op.rule.name, error=error) from None
        for one, other in made.wishes:
            self.wishes += (wished(one, other, self.lengths, self.program.joined) if self.lengths else None) or ()
        if op.rule.form == "partials" and getattr(result, "id", None) in self.overflow.growing:
            flat = templates.expand(*given, None, library=op.library)
            for key, partial in flat.values.items():
                guarded = self.overflow.guarded(partial, op, result.id)
                if guarded is not None:
                    made.values[key] = trees.mul(grad, guarded)
        return made

    def contributions(self, op: ir.Primitive, made: Any, wanted: list[str]) -> Iterator[tuple[str, gast.AST]]:
        """What the operands get, in order; equal ones of one variable (of x * x) as one: 2.0 times it."""
        done: dict[str, gast.AST] = {}
        for key in wanted:
            if key not in made.values:
                continue
            name, expr = self.operand_of(op, key).id, made.values[key]
            if name in done and trees.same(done[name], expr):
                continue
            others = [each for each in wanted if each != key and each in made.values]
            twice = [other for other in others if self.operand_of(op, other).id == name]
            if len(twice) == 1 and trees.same(made.values[twice[0]], expr):
                done[name] = expr
                expr = trees.mul(trees.const(2.0), expr)
            yield key, expr

    def before_transposition(self, operand: Any) -> Any:
        """x.T for the name of a transposed matrix x: what reads its transpose, as products of matrices do, reads x."""
        info = self.info.get(operand.id) if isinstance(operand, gast.Name) else None
        value = getattr(info.statement, "value", None) if info is not None else None
        if not (isinstance(value, gast.Attribute) and value.attr == "T" and isinstance(value.value, gast.Name)):
            return operand
        known = self.info.get(value.value.id)
        fixed = (
            known is not None
            and known.place is not None
            and not any(each.stores for each in self.family(known.place.root))
        )
        plain = isinstance(info.statement.effect, ir.Primitive) and getattr(info.kind, "rank", None) == 2
        return value if fixed and plain and known.loops == info.loops else operand

    def operand_kind(self, op: ir.Primitive, key: str) -> Kind:
        return self.info[self.operand_of(op, key).id].kind

    def operand_of(self, op: ir.Primitive, key: str) -> gast.AST:
        if "[" in key:
            return dict(items_in(op.arrays))["[" + key.partition("[")[2]]
        return op.arguments[key]

    def spreads(self, rule: Any, kind: Kind) -> bool:
        """Whether a rule's template serves a cotangent that is still a number for a whole array."""
        return rule.spreads and getattr(kind, "rank", None) is not None

    def apply_at_run_time(
        self,
        op: ir.Primitive,
        arguments: dict[str, Any],
        result: gast.AST,
        grad: gast.AST,
        wanted: list[str],
        maybe_complex: bool,
    ) -> None:
        """The kinds don't decide which form the adjoint has: the whole rule is printed, and called."""
        call, only = self.helpers.call_template(op, arguments, result, grad, wanted)
        for key in wanted:
            expr = call
            if op.rule.variadic is None and not only:
                expr = trees.index(call, trees.const(op.rule.wrt.index(key)))
            elif "[" in key:
                expr = trees.index(call, trees.const(int(key.partition("[")[2].rstrip("]"))))
            operand = self.operand_of(op, key)
            target = self.info[operand.id].kind
            if isinstance(target, (List, Tuple)):
                self.accumulate(operand, expr, target)
                continue
            if maybe_complex and getattr(target, "char", "") == "f":
                expr = trees.np_call("real", expr)
            self.accumulate(operand, expr, Array(getattr(target, "dtype", "")), larger=True)


def is_real(kind: Kind) -> bool:
    """Whether a result, or each of several, is known to be real, so that its cotangent is, too."""
    if isinstance(kind, Tuple):
        return all(is_real(each) for each in kind.items)
    return getattr(kind, "real", False) or getattr(kind, "char", "") in ("f", "i", "b")


def items_in(displays: list[gast.AST]) -> Iterator[tuple[str, gast.AST]]:
    """("[1]", item) of each item of a list display, ("[1][0]", item) of those in displays in it."""
    for k, each in enumerate(displays):
        if isinstance(each, (gast.List, gast.Tuple)):
            yield from ((f"[{k}]{key}", item) for key, item in items_in(each.elts))
        else:
            yield f"[{k}]", each


def as_large_as(operand: Kind, kind: Kind) -> Kind:
    """The kind of a cotangent that is as large as its operand: a rule says so of all that it doesn't mark otherwise."""
    if not isinstance(operand, Array) or operand.dims is None or not isinstance(kind, (Array, Scalar, Unknown)):
        return kind
    return Array(getattr(kind, "dtype", ""), operand.dims)


def covers(made: Kind | None, whole: Kind) -> bool:
    """Whether something is as large as a whole array: what is summed of it counts each item."""
    if not isinstance(made, Array) or not isinstance(whole, Array) or made.dims is None or whole.dims is None:
        return False
    return len(made.dims) == len(whole.dims) and all(
        m.many or m == n and not loose(m) for m, n in zip(made.dims, whole.dims)
    )  # what is made of parts of a whole can't be larger
