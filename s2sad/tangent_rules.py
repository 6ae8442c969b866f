"""Part of the stage `tangent`: operations that have rules.

Partial derivatives are multiplied by the tangents of their operands; of a linear function the tangent is that function
of the tangents; any other has a template of its own (`@tangent`).
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, logistic, trees
from s2sad.errors import RuleError
from s2sad.expression_kinds import is_numpy
from s2sad.fresh import copy_in_order
from s2sad.kinds import UNKNOWN, Array, Kind, Scalar, Tuple, loose
from s2sad.rules import forward, registry, templates
from s2sad.rules.results import promoted


class Rules:
    def of_Primitive(self, node: gast.Assign, op: ir.Primitive) -> bool:
        target = node.targets[0].id
        if target not in self.active:
            return False
        made = self.tangent_of(op, node.value, trees.name(target), self.info[target].kind)
        if made is None:
            self.let_zero(target)
            return False
        expr, kind = made
        expr, kind = self.whole(op, expr, kind, target)
        expr = self.owned(expr, target)
        if self.is_written_complex(target):
            expr, kind = self.as_complex(expr, target), self.info[target].kind
        if getattr(node.value, "implied", False) and isinstance(expr, gast.Call):
            expr.implied = True  # as of the value itself
        self.let(target, expr, kind)
        return self.comes_first(target)

    def comes_first(self, target: str) -> bool:
        """x = x * x: the tangent is written before x is something else, if it does not read the result."""
        read = {name for node in self.block for name in self.read_by(node.value)}
        return target not in read and any(ir.base_of(name) == ir.base_of(target) for name in read)

    def tangent_of(
        self, op: ir.Primitive, value: gast.AST, result: gast.AST, kind: Kind
    ) -> tuple[gast.AST, Kind] | None:
        """The tangent of an operation, None for zero. value: the user's expression."""
        rule = op.rule
        if rule.form == registry.NONDIFFERENTIABLE or not self.wanted(op):  # all tangents of the operands may be zero
            return None
        try:
            if rule.tangent is not None:
                return self.by_template(op, result, kind)
            if rule.form == registry.PARTIALS:
                return self.by_partials(op, result, kind)
            if rule.linear == "each":
                return self.by_each(op, value, kind)
            if rule.linear:
                return self.by_linearity(op, value), kind
        except RuleError as error:
            raise self.refuse("rule_fails", name=rule.name, error=error) from None
        raise self.refuse("no_tangent", name=rule.name)

    def wanted(self, op: ir.Primitive) -> list[str]:
        """The differentiable parameters that have a tangent."""
        return [name for name in op.rule.wrt if name in op.arguments and self.has_tangent(op, name)]

    def has_tangent(self, op: ir.Primitive, name: str) -> bool:
        operands = op.arrays if op.arrays is not None and name == op.rule.variadic else [op.arguments[name]]
        return any(map(self.changes, operands))

    def changes(self, operand: gast.AST) -> bool:
        if isinstance(operand, (gast.List, gast.Tuple)):
            return any(map(self.changes, operand.elts))
        return self.is_active(operand)

    # ---------------------------------------------------------------- partial derivatives
    def by_partials(self, op: ir.Primitive, result: gast.AST, kind: Kind) -> tuple[gast.AST, Kind] | None:
        wanted = self.wanted(op)
        kinds = {**op.kinds, "result": kind}
        fresh = lambda stem: self.names.fresh("#t")  # noqa: E731
        try:
            made = templates.expand(
                op.rule, op.arguments, kinds, op.constants, wanted, result, None, fresh, op.library or None
            )
        except templates.Undecided:
            return self.partials_at_run_time(op, result, wanted, kind), UNKNOWN
        self.helpers.need_all(made.helpers)
        for statement in made.statements:
            self.add(statement)
        below = list(op.rule.parameters.parameters)[-1]
        found = logistic.logistic_of(op, self.info, self.active) if below in wanted else None
        if found is not None and not (
            self.is_active(found[0]) and logistic.same_size(kind, self.info[found[0].id].kind)
        ):
            found = None
        total: gast.AST | None = None
        total_kind: Kind = UNKNOWN
        for key in wanted:
            if key not in made.values:
                continue
            dot = self.dot(op.arguments[key].id)
            dot_kind = self.kinds[dot.id]
            partial, partial_kind = made.values[key], made.kinds.get(key, UNKNOWN)
            if key == below and found is not None:
                dot, partial = self.dot(found[0].id), logistic.slope(result, found[1])
                dot_kind, partial_kind = self.kinds[dot.id], kind
            if isinstance(result, gast.Name):
                partial = self.overflow.guarded(partial, op, result.id, forward=True) or partial
            scalar = isinstance(partial_kind, Scalar) and not isinstance(dot_kind, Scalar)
            term = times(dot, partial, scalar)
            term = self.real_part(term, op, wanted, kind)
            term_kind = product_kind(dot_kind, partial_kind, partial)
            if total is None:
                total, total_kind = term, term_kind
            elif trees.same(total, term):  # x * x
                total = times(trees.mul(trees.const(2.0), dot), partial, scalar)
                total = self.real_part(total, op, wanted, kind)
            else:
                total = trees.add(total, term)
                total_kind = product_kind(total_kind, term_kind, None)
        return None if total is None else (total, total_kind)

    def real_part(self, expr: gast.AST, op: ir.Primitive, wanted: list[str], target: Kind) -> gast.AST:
        """A real function of what is, or may be, complex: how it changes is the real part of the product."""
        real = all(getattr(op.kinds[key], "char", "?") in "bif" for key in wanted)
        if real or getattr(target, "char", "?") != "f":
            return expr
        return trees.attr(expr, "real") if isinstance(target, Scalar) else trees.np_call("real", expr)

    def partials_at_run_time(self, op: ir.Primitive, result: gast.AST, wanted: list[str], target: Kind) -> gast.AST:
        """The kinds don't decide which form the partial derivatives have: the whole rule is printed, and called."""
        call, only = self.helpers.call_template(op, op.arguments, result, trees.const(1.0), wanted)
        name = self.names.fresh("#t")
        self.add(trees.assign(name, call))
        total: gast.AST = trees.const(0.0)
        for key in wanted:
            partial: gast.AST = trees.name(name)
            partial = partial if only else trees.index(partial, trees.const(op.rule.wrt.index(key)))
            total = trees.add(total, trees.binary(gast.Mult, partial, self.dot(op.arguments[key].id)))
        return self.real_part(total, op, wanted, target)

    # ---------------------------------------------------------------- linear functions
    def by_linearity(self, op: ir.Primitive, value: gast.AST) -> gast.AST:
        """The function of the tangents; those of operands that have none are zeros."""
        rule = op.rule
        given = [name for name in rule.wrt if name in op.arguments]
        alone = op.arrays is None and len(given) == 1 and isinstance(op.arguments[given[0]], gast.Name)
        if rule.function is np.ndarray.copy and not getattr(op.kinds[given[0]], "dims", ()):
            return gast.UnaryOp(gast.UAdd(), self.dot(op.arguments[given[0]].id))  # a number may be one of Python's
        if alone and self.stands_alone(op, given[0], value):
            return renamed(value, {op.arguments[given[0]].id: self.dot(op.arguments[given[0]].id)})
        arguments = dict(op.arguments)
        for name in given:
            if op.arrays is not None and name == rule.variadic:
                items = [self.dot_of(each, kind) for each, kind in zip(op.arrays, op.array_kinds)]
                arguments[name] = gast.List(items, gast.Load())
            else:
                arguments[name] = self.dot_of(op.arguments[name], op.kinds[name])
        return self.call_again(rule, value, arguments, op.arguments)

    def by_each(self, op: ir.Primitive, value: gast.AST, kind: Kind) -> tuple[gast.AST, Kind]:
        """A product: the sum over its factors, each with its tangent in its place."""
        total: gast.AST = trees.const(0.0)
        for name in self.wanted(op):
            operand = op.arguments[name]
            if isinstance(operand, (gast.Tuple, gast.List)):  # of any number of factors
                for k, each in enumerate(operand.elts):
                    if self.is_active(each):
                        factors = [*operand.elts[:k], self.dot(each.id), *operand.elts[k + 1 :]]
                        arguments = {**op.arguments, name: type(operand)(factors, gast.Load())}
                        total = trees.add(total, self.call_again(op.rule, value, arguments, op.arguments))
                continue
            if self.stands_alone(op, name, value):
                term = renamed(value, {operand.id: self.dot(operand.id)})
            else:
                arguments = {**op.arguments, name: self.dot(operand.id)}
                term = self.call_again(op.rule, value, arguments, op.arguments)
            total = trees.add(total, term)
        return total, kind

    def stands_alone(self, op: ir.Primitive, name: str, value: gast.AST) -> bool:
        """Whether the operand's name stands for this parameter and no other, so that it can be replaced by name."""
        if not isinstance(op.arguments[name], gast.Name):
            return False
        own = op.arguments[name].id
        others = [other for key, other in op.arguments.items() if key != name]
        return own in trees.names_in(value) and not any(own in names_of_values(other) for other in others)

    def call_again(
        self, rule: Any, value: gast.AST, arguments: dict[str, gast.AST], before: dict[str, gast.AST]
    ) -> gast.AST:
        """The user's operation with other arguments."""
        if isinstance(value, gast.BinOp):
            first, second = list(rule.parameters.parameters)[:2]
            return gast.BinOp(arguments[first], value.op, arguments[second])
        function = trees.attr(trees.module(templates.library_module(rule.library)), rule.name)
        if isinstance(value, gast.Call) and isinstance(value.func, gast.Name) or is_of_module(value):
            function = value.func
        made = self.helpers.call_by_rule(function, rule, arguments)
        if isinstance(value, gast.Call) and function is not value.func and made.args:  # a method
            return gast.Call(trees.attr(made.args[0], value.func.attr), made.args[1:], made.keywords)
        return made

    # ---------------------------------------------------------------- templates
    def by_template(self, op: ir.Primitive, result: gast.AST, kind: Kind) -> tuple[gast.AST, Kind] | None:
        rule = op.rule
        arguments, kinds, dots = self.template_operands(op)
        constants = dict(op.constants)
        kinds["result"] = kind
        fresh = lambda stem: self.names.fresh("#t")  # noqa: E731
        try:
            made = forward.expand(rule, arguments, kinds, constants, dots, result, fresh, op.library or None)
        except templates.Undecided:
            return self.template_at_run_time(op, arguments, dots, result), UNKNOWN
        self.helpers.need_all(made.helpers)
        for statement in made.statements:
            self.add(statement)
        return None if made.value is None else (made.value, made.kind)

    def template_operands(
        self, op: ir.Primitive
    ) -> tuple[dict[str, gast.AST], dict[str, Kind], dict[str, gast.AST | None]]:
        """Arguments, kinds, and tangents of a template, None for those that are zero."""
        rule = op.rule
        arguments, kinds = dict(op.arguments), dict(op.kinds)
        dots: dict[str, gast.AST | None] = {}
        for name in rule.wrt:
            if name not in arguments:
                continue
            if op.arrays is not None and name == rule.variadic:
                arguments[name] = gast.List(op.arrays, gast.Load())
                kinds[name] = kinds[f"{name}_dot"] = Tuple(tuple(op.array_kinds))
                items = [self.dot_of(each, its) for each, its in zip(op.arrays, op.array_kinds)]
                dots[name] = gast.List(items, gast.Load())
            elif self.has_tangent(op, name):
                dots[name] = self.dot_of(arguments[name], kinds[name])
                kinds[f"{name}_dot"] = self.kinds.get(getattr(dots[name], "id", ""), kinds[name])
            else:
                dots[name] = None
        return arguments, kinds, dots

    # ---------------------------------------------------------------- functions with several results
    def of_Several(self, node: gast.Assign, op: ir.Several) -> None:
        self.several[node.targets[0].id] = op

    def of_Part(self, node: gast.Assign, op: ir.Part) -> None:
        """The tangents of all parts stand behind the last one."""
        several = self.several.get(op.whole)
        if several is None:
            self.of_Plain(node, op)
        elif node.targets[0].id == several.results[-1]:
            self.tangents_of_parts(op.whole, several)

    def tangents_of_parts(self, whole: str, op: ir.Several) -> None:
        if op.rule.tangent is None:
            raise self.refuse("no_tangent", name=op.rule.name)
        if whole in self.active:  # the tuple itself is put into a list, say
            self.active.update(name for name in op.results if self.info[name].varied)
        wanted = [k for k, name in enumerate(op.results) if name in self.active]
        if not wanted:
            return
        arguments, kinds, dots = self.template_operands(op)
        kinds["result"] = Tuple(tuple(self.info[name].kind for name in op.results))
        result = gast.Tuple([trees.name(name) for name in op.results], gast.Load())
        fresh = lambda stem: self.names.fresh("#t")  # noqa: E731
        try:
            made, statements, helpers = forward.expand_parts(
                op.rule, arguments, kinds, dict(op.constants), dots, result, wanted, fresh, op.library or None
            )
        except templates.Undecided:
            call = self.template_at_run_time(op, arguments, dots, result)
            name = self.names.fresh("#t")
            self.add(trees.assign(name, call))
            for k in wanted:
                self.let(op.results[k], trees.index(trees.name(name), trees.const(k)))
        except RuleError as error:
            raise self.refuse("rule_fails", name=op.rule.name, error=error) from None
        else:
            self.helpers.need_all(helpers)
            for statement in statements:
                self.add(statement)
            for k in wanted:
                expr, name = made[k].value, op.results[k]
                if expr is None:
                    self.let_zero(name)
                else:
                    self.let(name, self.owned(expr, name), made[k].kind)
        if whole in self.active:
            parts = [self.dot_of(trees.name(name), self.info[name].kind) for name in op.results]
            self.let(whole, gast.Tuple(parts, gast.Load()))

    def template_at_run_time(
        self, op: ir.Primitive, arguments: dict[str, gast.AST], dots: dict[str, gast.AST | None], result: gast.AST
    ) -> gast.AST:
        function, helpers = forward.runtime_helper(op.rule, op.library or None)
        self.helpers.need_all(helpers)
        given = {
            f"{name}_dot": self.zero(op.kinds[name], arguments[name]) if dot is None else dot
            for name, dot in dots.items()
        }
        return self.helpers.call_tangent(function, op.rule, arguments, given, result)

    # ---------------------------------------------------------------- as large as the value
    def whole(self, op: Any, expr: gast.AST, kind: Kind, target: str) -> tuple[gast.AST, Kind]:
        """A tangent that may be smaller than its value is broadcast to it."""
        wanted = self.info[target].kind
        if not isinstance(wanted, Array) or wanted.dims == () or not may_be_smaller(kind, wanted):
            return expr, kind
        read = trees.names_in(expr)
        if op.rule.form == registry.PARTIALS and all(
            isinstance(each, Scalar) or trees.names_in(op.arguments[name]) & read or self.dot_read(op, name, read)
            for name, each in op.kinds.items()
            if name in op.rule.parameters.parameters and isinstance(op.arguments.get(name), gast.Name)
        ):
            return expr, kind
        made = Array(getattr(kind, "dtype", "") or wanted.dtype, wanted.dims)
        if op.rule.form != registry.PARTIALS:
            return (expr, made)
        expr = trees.np_call("broadcast_to", expr, trees.np_call("shape", trees.name(target)))
        return (trees.index(expr, gast.Tuple([], gast.Load())) if wanted.dims is None else expr), made

    def dot_read(self, op: Any, name: str, read: set[str]) -> bool:
        return self.dots.get(op.arguments[name].id) in read

    def owned(self, expr: gast.AST, target: str) -> gast.AST:
        """Memory that is written, or made of memory that is, has a tangent of its own: a copy, where it isn't one."""
        info = self.info[target]
        if not isinstance(info.kind, Array) or info.place is None or info.place.path or info.place.root.name != target:
            return expr
        written = bool(info.place.root.stores)
        if info.place.root.in_order:
            return self.copied(expr, info.kind, True)
        if is_new(expr):
            fits = info.kind.dims is not None and info.kind.dims != ()
            return expr if fits or not written else trees.np_call("array", expr)
        if written or any(self.is_written_dot(name) for name in trees.names_in(expr)):
            return self.copied(expr, info.kind)
        return expr

    def is_written_complex(self, target: str) -> bool:
        info = self.info[target]
        own = info.place is not None and info.place.root.name == target and not info.place.path
        return own and getattr(info.kind, "char", "") == "c" and bool(info.place.root.stores)

    def as_complex(self, expr: gast.AST, target: str) -> gast.AST:
        """What may be a real tangent, as an array into which those of complex numbers can be written."""
        if is_numpy(expr, "copy"):
            expr = expr.args[0]
        elif isinstance(expr, gast.Call) and getattr(expr.func, "attr", "") == "copy":
            expr = expr.func.value
        return trees.np_call("array", expr, dtype=trees.attr(trees.name(target), "dtype"))

    def copied(self, expr: gast.AST, kind: Array, in_order: bool = False) -> gast.AST:
        if kind.dims:
            return copy_in_order(expr) if in_order else trees.call(trees.attr(expr, "copy"))
        return trees.np_call("array", expr, **({"order": trees.const("C")} if in_order else {}))

    def is_written_dot(self, dot: str) -> bool:
        """Whether a tangent's memory is written anywhere."""
        owner = ir.base_of(dot).removesuffix("_dot")
        info = self.info.get(owner)
        return info is not None and info.place is not None and bool(info.place.root.stores)


def is_new(expr: gast.AST) -> bool:
    """Whether an expression makes memory that nothing else refers to."""
    if isinstance(expr, (gast.BinOp, gast.UnaryOp)):
        return True
    if isinstance(expr, gast.Call) and isinstance(expr.func, gast.Attribute):
        return expr.func.attr in NEW
    return False


# Functions that always make a new array.
NEW = frozenset(
    (
        *("where", "zeros_like", "full_like", "full", "array", "copy", "concatenate", "stack", "vstack", "hstack"),
        *("outer", "matmul", "dot", "multiply", "cumsum", "cumprod", "take", "sort", "astype", "sum", "mean"),
        *("repeat", "tile"),
    )
)


def names_of_values(expr: gast.AST) -> set[str]:
    """The names whose values an expression depends on, rather than their shapes alone."""
    if isinstance(expr, gast.Attribute) and expr.attr in ("shape", "ndim", "size", "dtype"):
        return set()
    if isinstance(expr, gast.Call) and isinstance(expr.func, gast.Name) and expr.func.id == "len":
        return set()
    if isinstance(expr, gast.Name):
        return {expr.id}
    return {name for child in trees.children(expr) for name in names_of_values(child)}


def is_of_module(value: gast.AST) -> bool:
    """Whether an expression is a call of a module's function: `np.sum(x)`, `np.linalg.inv(x)`."""
    function = getattr(value, "func", None)
    while isinstance(function, gast.Attribute):
        function = function.value
        if getattr(function, "module", None) is not None:
            return True
    return False


def times(dot: gast.AST, partial: gast.AST, scalar: bool) -> gast.AST:
    """dot * p * q reads better than dot * (p * q), unless p and q are numbers and dot is an array."""
    if isinstance(partial, gast.BinOp) and isinstance(partial.op, gast.Mult) and not scalar:
        return trees.mul(times(dot, partial.left, scalar), partial.right)
    return trees.mul(dot, partial)


def product_kind(a: Kind, b: Kind, node: gast.AST | None) -> Kind:
    """The kind of a product or sum."""
    if node is not None and trees.literal(node) is not None:
        return a
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return promoted(a, b)
    rule = registry.find(np.multiply)
    try:
        return rule.kind(dict(zip(rule.parameters.parameters, (a, b))))
    except Exception:  # kinds that are not known
        return UNKNOWN


def may_be_smaller(kind: Kind, target: Array) -> bool:
    if not isinstance(kind, Array) or kind.dims is None or target.dims is None:
        return True
    if len(kind.dims) != len(target.dims):
        return True
    return not all(a == b and not loose(a) or a.many for a, b in zip(kind.dims, target.dims))


def renamed(expr: gast.AST, names: dict[str, gast.AST]) -> gast.AST:
    """An expression of the user's with other names in it, as one of ours."""
    from s2sad.inlining import substituted

    return trees.copy_tree(substituted(expr, names))
