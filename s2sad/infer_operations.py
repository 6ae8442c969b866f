"""Part of the stage `infer`: operations that have rules."""

from __future__ import annotations

import dataclasses
import operator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.affine import computed
from s2sad.expressions import mark_pure
from s2sad.infer_origins import may_be_argument
from s2sad.kinds import UNKNOWN, Array, Kind, List, Never, Scalar, Static, Tuple, Unknown, carries_gradient
from s2sad.rules import registry, scopes
from s2sad.values import MISSING, Value, is_active_text


class Operations:
    def primitive(
        self,
        rule: Any,
        values: list[Value],
        rebuild: Any,
        node: gast.AST,
        hint: str | None = None,
        *,
        bound: dict[str, Value] | None = None,
        library: str = "numpy",
    ) -> Value:
        """An operation by its rule. `rebuild` makes the user's expression again from the operands' expressions."""
        if bound is None:
            bound = dict(zip(rule.parameters.parameters, values))
        if not rule.own:
            self.note_template(rule)
        self.note_counts(rule, bound)
        kind = self.result_kind(rule, bound, values, node)
        if rule.view and values:
            rule = self.decided_view(rule, bound, values[0], kind, node)
            if self.assumed is not None:
                assumed, self.assumed = self.assumed, None
                made = self.primitive(rule, values, rebuild, node, hint, bound=bound, library=library)
                return self.assumed_copy(made, assumed)
        if rule.form != "nondifferentiable" and any(map(is_active_text, values)):
            raise self.refuse("string", node)
        varied = rule.form != "nondifferentiable" and any(value.varied for value in values)
        objects = isinstance(kind, Array) and kind.char == "O" or self.is_of_records(bound.get("dtype"))
        if varied and objects and not self.quiet:
            raise self.refuse("dtype", node)
        varied = varied and carries_gradient(kind)
        if varied and not self.quiet:
            for name, value in bound.items():
                if value.varied and name not in rule.wrt and carries_gradient(value.kind):
                    raise self.refuse("parameter", node, name=rule.name, parameter=name)
        if varied:
            varied = any(bound[name].varied for name in rule.wrt if name in bound) or rule_varies(rule, bound)
        if not varied or self.quiet:
            expr = rebuild([value.expr for value in values])
            mark_pure(expr)
            expr.fresh = not rule.view and not may_be_argument(rule, bound, self.known)
            made = Value(expr, kind, varied)
            if rule.view and values and values[0].place is not None and isinstance(kind, (Array, List)):
                made.place = self.view_place(values[0].place, values[0].expr, expr, node)
                self.mark_read_only(made.place, rule, bound)
            return made
        listed = self.tuples_as_lists(rule, bound, node)
        values = [listed.get(id(value), value) for value in values]
        bound = {name: listed.get(id(value), value) for name, value in bound.items()}
        return self.active_primitive(rule, values, rebuild, bound, kind, node, hint, library)

    def note_template(self, rule: Any) -> None:
        """The program relies on what a user's template and its helpers see: helpers, numbers, modules."""
        templates = [each for each in (rule.template, rule.tangent) if each is not None]
        for function in scopes.with_helpers(templates):
            self.note_guard(function, "__code__", function.__code__)
            for name, space in scopes.outside_names(function).items():
                if isinstance(space, dict):
                    self.note_guard(space, name, space[name])
                else:
                    self.note_guard(space, None, space.cell_contents)

    def is_of_records(self, dtype: Value | None) -> bool:
        """Whether a dtype has names for the parts of its items: `[("x", float), ("y", float)]`."""
        listed = dtype is not None and (dtype.items is not None or isinstance(dtype.kind, List))
        return listed or dtype is not None and getattr(self.known(dtype), "names", None) is not None

    def active_primitive(
        self,
        rule: Any,
        values: list[Value],
        rebuild: Any,
        bound: dict[str, Value],
        kind: Kind,
        node: gast.AST,
        hint: str | None,
        library: str,
    ) -> Value:
        if not rule.view and rule.name not in ("copy", "array", "asarray"):
            self.refuse_chosen_steps(values, node)
        if not getattr(rule, "variadic", None) and not isinstance(kind, List) and rule.library != "math":
            whole = rule.form == "partials" and isinstance(kind, Array)
            arrays_of = {id(value): self.list_as_array(value, node, whole) for value in values}
            values = [arrays_of[id(value)] for value in values]
            bound = {name: arrays_of.get(id(value), value) for name, value in bound.items()}
        view = rule.view and values[0].place is not None and isinstance(kind, (Array, List))
        names = {id(value): value.expr if view else self.operand(value) for value in values}
        exprs = [names[id(value)] for value in values]
        known = {name: self.known(value) for name, value in bound.items()}
        constants = {name: value for name, value in known.items() if value is not MISSING}
        arrays = kinds = None
        if getattr(rule, "variadic", None):
            listed = bound[rule.variadic]
            items = self.items_throughout(listed)
            if items is None:
                raise self.refuse("parameter", node, name=rule.name, parameter=rule.variadic)
            arrays = [self.operand(item) for item in items]
            kinds = [item.kind for item in items]
            display = gast.List if isinstance(listed.expr, gast.List) else gast.Tuple
            exprs = [display(arrays, gast.Load()) if value is listed else expr for value, expr in zip(values, exprs)]
        expr = rebuild(exprs)
        mark_pure(expr)
        op = ir.Primitive(
            rule,
            {name: names.get(id(value), value.expr) for name, value in bound.items()},
            {name: value.kind for name, value in bound.items()},
            constants,
            library,
            arrays,
            kinds,
        )
        if view:
            return self.active_view(op, values[0], expr, bound, kind, node, hint)
        made = self.emit(expr, op, kind, True, hint)
        if may_be_argument(rule, bound, self.known):
            self.note_shared(made, [place.root for value in values for place in self.memory_in(value)])
        if made.place is not None and self.is_changed(made.place):
            op.result = self.emit_load(made).expr.id
        return made

    def active_view(
        self,
        op: ir.Primitive,
        of: Value,
        expr: gast.AST,
        bound: dict[str, Value],
        kind: Kind,
        node: gast.AST,
        hint: str | None,
    ) -> Value:
        """A view of an array that carries a gradient; of one that is written it is the place that counts."""
        place = self.view_place(of.place, of.expr, expr, node)
        self.mark_read_only(place, op.rule, bound)
        effect: ir.Op = ir.Plain(True)
        if not self.is_changed(place):
            op.arguments = {name: self.operand(value) for name, value in bound.items()}
            effect = op
        made = self.emit(expr, effect, kind, True, hint)
        made.place = self.info[made.expr.id].place = place
        return made

    def list_as_array(self, value: Value, node: gast.AST, always: bool = False) -> Value:
        """NumPy takes a list for an array: here that is said where it carries a gradient, or (`always`) where its
        adjoint may calculate with it."""
        if not (value.varied or always) or not isinstance(value.kind, (List, Tuple)):
            return value
        return self.as_array(value, node)

    def result_kind(self, rule: Any, bound: dict[str, Value], values: list[Value], node: gast.AST) -> Kind:
        kinds = {name: self.rule_kind(value) for name, value in bound.items()}
        real = [k for k in kinds.values() if isinstance(k, Scalar) and k.dtype == "real"]
        if real and all(isinstance(k, Scalar) and k.dtype in ("real", "int", "bool") for k in kinds.values()):
            if rule.function in (
                operator.add,
                operator.sub,
                operator.mul,
                operator.neg,
                operator.pos,
                operator.pow,
                operator.floordiv,
                operator.mod,
            ):
                return Scalar("real")
        if any(isinstance(k, Never) for k in kinds.values()):
            return Never()
        if any(isinstance(k, Unknown) for k in kinds.values()) and rule.form == "partials":
            return Array("", None)
        try:
            kind = rule.kind(kinds)
        except registry.RuleError as error:  # the rule says that it doesn't know this use of the function
            if any(value.varied for value in values):
                raise self.refuse("rule_fails", node, name=rule.name, error=error) from None
            return UNKNOWN
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, ZeroDivisionError):
            return UNKNOWN
        if isinstance(kind, Scalar) and kind.char == "i" and kind.symbol is None:
            kind = Scalar(kind.dtype, symbol_of(rule.function, list(kinds.values())))
        return as_real(kind, rule, kinds)

    def rule_kind(self, value: Value) -> Kind:
        known = self.known(value)
        if known is not MISSING and (isinstance(known, bool) or not isinstance(value.kind, (Scalar, Tuple))):
            return Static(known)
        if isinstance(value.kind, List) and value.items:  # a display: how long it is, is known
            return Tuple(tuple(map(self.rule_kind, value.items)))
        if isinstance(value.kind, Tuple) and value.items:  # of displays, say: the rows of a matrix
            pairs = zip(value.kind.items, value.items)
            kinds = tuple(self.rule_kind(item) if isinstance(kind, List) else kind for kind, item in pairs)
            return dataclasses.replace(value.kind, items=kinds)
        if isinstance(value.kind, List) and (length := self.length_of_grown(value)) is not None:
            return dataclasses.replace(value.kind, length=length)
        return value.kind

    def operand(self, value: Value) -> gast.AST:
        """A name or constant for an operand; of written memory, what it holds at this moment."""
        if value.place is None and isinstance(value.kind, (Array, Unknown)) and not self.quiet:
            if not self.trivial(value.expr) and self.known(value) is MISSING and value.items is None:
                value = self.settle(value)
        expr = value.expr
        if (
            value.place is not None
            and (value.varied or isinstance(value.kind, (Array, List, Unknown)))
            and not self.quiet
            and self.is_changed(value.place)
        ):
            return self.emit_load(value).expr  # also of what carries no gradient: the reverse sweep may read it
        if self.trivial(expr) or self.known(value) is not MISSING:
            return expr
        if isinstance(expr, (gast.Tuple, gast.List)) and value.items is not None:
            made = trees.copy_tree(expr)
            made.elts = [self.operand(item) for item in value.items]
            return made
        if isinstance(value.kind, Static):
            return expr
        return self.settle(value).expr

    def use_as_integer(self, value: Value) -> None:
        """A parameter that is used as an integer is a count, not a real number."""
        if (
            isinstance(value.kind, Scalar)
            and value.kind.dtype == "real"
            or value.varied
            and isinstance(value.kind, Scalar)
        ):
            found = self.int_parameters(value.expr)
            if found:
                self.facts.counts |= found
                from s2sad.values import Restart

                raise Restart

    def int_parameters(self, expr: gast.AST) -> set[Any]:
        """The parameters given as Python ints that an expression is computed from."""
        found: set[Any] = set()
        todo, seen = [expr], set()
        while todo:
            for node in trees.walk(todo.pop()):
                if isinstance(node, gast.Name) and node.id not in seen and node.id in self.info:
                    seen.add(node.id)
                    info = self.info[node.id]
                    site = self.leaf_sites.get(node.id)
                    if site is not None and info.kind == Scalar("real"):
                        found.add(site)
                    if info.statement is not None and hasattr(info.statement, "value"):
                        todo.append(info.statement.value)
                    for pairs in self.phi_sources.get(node.id, ()):
                        todo.append(pairs)
        return found


def rule_varies(rule: Any, bound: dict[str, Value]) -> bool:
    variadic = getattr(rule, "variadic", None)
    return bool(variadic) and bound[variadic].varied


def symbol_of(function: Any, kinds: list[Kind]) -> Any:
    """A name for the value of integer arithmetic, so that the same expression names the same length."""
    symbols = [kind.symbol if isinstance(kind, Scalar) else None for kind in kinds]
    if function is operator.truediv:
        return None
    if all(isinstance(symbol, int) for symbol in symbols):
        try:
            value = function(*symbols)
        except Exception:
            return None
        return value if isinstance(value, int) and abs(value) < 2**62 else None
    return computed(function, symbols)


def as_real(kind: Kind, rule: Any, kinds: dict[str, Kind]) -> Kind:
    """kind, with a note that it is real if it would be one of real numbers also where all that isn't known to be real
    is complex: lengths, singular values."""
    if not any(map(has_open_dtype, kind.items if isinstance(kind, Tuple) else (kind,))):
        return kind
    try:
        found = rule.kind({name: supposed_complex(each) for name, each in kinds.items()})
    except Exception:  # kinds that the rule has not thought of
        return kind
    if isinstance(kind, Tuple) and isinstance(found, Tuple) and len(kind.items) == len(found.items):
        return dataclasses.replace(kind, items=tuple(map(noted_as_real, kind.items, found.items)))
    return noted_as_real(kind, found)


def supposed_complex(kind: Kind) -> Kind:
    """The kind, with a dtype in the place of each that isn't known."""
    if isinstance(kind, (Scalar, Array)) and not kind.dtype:
        return dataclasses.replace(kind, dtype="float64" if kind.real else "complex128")
    if isinstance(kind, Tuple):
        return dataclasses.replace(kind, items=tuple(map(supposed_complex, kind.items)))
    if isinstance(kind, List) and kind.item is not None:
        return dataclasses.replace(kind, item=supposed_complex(kind.item))
    return Array("complex128", None) if isinstance(kind, Unknown) else kind


def noted_as_real(kind: Kind, worst: Kind) -> Kind:
    if isinstance(kind, (Scalar, Array)) and has_open_dtype(kind) and getattr(worst, "char", "") == "f":
        return dataclasses.replace(kind, real=True)
    return kind


def has_open_dtype(kind: Kind) -> bool:
    return isinstance(kind, (Scalar, Array)) and not kind.dtype
