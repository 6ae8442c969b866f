"""Evaluates a template for one call: decides its tests, keeps what is used several times in a local.

Each wanted parameter is evaluated on its own, so that nothing is made that is not wanted; a local of the template
that is used once is put where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import UNKNOWN, Dim, Kind, Scalar, Static, Tuple
from s2sad.rules import indexing, registry, scopes, templates
from s2sad.rules.expressions import Expressions
from s2sad.rules.registry import Rule
from s2sad.rules.templates import Undecided
from s2sad.rules.values import (
    Value,
    expression,
    from_constant,
    is_printable,
    renamed,
)


class Evaluator(Expressions):
    """Evaluates one template for one call. After `run`: statements, spread, unbroadcast, helpers, wishes."""

    def __init__(
        self,
        rule: Rule,
        arguments: dict[str, gast.AST],
        kinds: dict[str, Kind],
        constants: dict[str, Any],
        result: gast.AST | None,
        grad: gast.AST | None,
        library: str | None,
    ) -> None:
        assert rule.template is not None
        self.rule, self.result, self.grad = rule, result, grad
        self.kinds = kinds
        self.definition = templates.read(rule.template)
        self.function = rule.template
        self.globals = scopes.names_of(rule.template)
        given = [kinds.get(name, UNKNOWN) for name in arguments]
        self.library = templates.library_module(library or templates.choose_library(rule, given))
        self.result_kind = kinds.get("result") or self._kind_of_call(rule, kinds, arguments)
        self.parameters = self._parameters(arguments, kinds, constants)
        self.statements: list[gast.Assign] = []
        self.spread: set[str] = set()
        self.unbroadcast: set[str] = set()
        self.helpers: list[Callable[..., Any]] = []
        self.wishes: list[tuple[Dim, Dim]] = []  # the pairs of axes that a test would like to be equally long

    # --- parameters ---

    def _parameters(
        self, arguments: dict[str, gast.AST], kinds: dict[str, Kind], constants: dict[str, Any]
    ) -> dict[str, Value]:
        made = {}
        for name, default in self.rule.defaults().items():
            if name not in arguments:
                made[name] = from_constant(default)
        for name, node in arguments.items():
            kind = kinds.get(name, UNKNOWN)
            made[name] = from_constant(constants[name], node) if name in constants else self._argument(node, kind)
        return made

    def _argument(self, node: gast.AST, kind: Kind) -> Value:
        if isinstance(node, (gast.Tuple, gast.List)) and not any(isinstance(e, gast.Starred) for e in node.elts):
            inner = (
                kind.items
                if isinstance(kind, Tuple) and len(kind.items) == len(node.elts)
                else (UNKNOWN,) * len(node.elts)
            )
            items = tuple(map(self._argument, node.elts, inner))
            return Value(node, kind, items=items, is_list=isinstance(node, gast.List))
        if isinstance(kind, Static) and is_printable(kind.value):
            return from_constant(kind.value, node)
        if isinstance(kind, Scalar) and isinstance(kind.symbol, int) and kind.dtype in ("int", "bool"):
            return Value(node, kind, True, kind.symbol, from_call=True)
        return expression(node, kind)

    def _kind_of_call(self, rule: Rule, kinds: dict[str, Kind], given: Any) -> Kind:
        try:
            return rule.kind({name: kind for name, kind in kinds.items() if name in given})
        except Exception:  # kinds that a rule has not thought of: nothing is known then
            return UNKNOWN

    # --- the whole template ---

    def run(
        self, targets: list[tuple[str, str, tuple[int, ...] | None]], fresh: Callable[[str], str]
    ) -> dict[str, Value]:
        """The cotangents of the targets; statements for what is used several times."""
        inline: set[str] = set()
        while True:
            self.locals: dict[str, Value] = {}
            self.placeholders: list[tuple[str, gast.AST, Kind | None]] = []
            self.parts: dict[str, tuple[gast.AST, int, int]] = {}
            self.spread, self.unbroadcast, self.helpers = set(), set(), []
            self.inline = inline
            made = {key: self._target(key, parameter, path, fresh) for key, parameter, path in targets}
            once = self._used_once(made) - inline if self.placeholders else set()
            if not once:
                break
            inline = inline | once
        if self.placeholders:
            self._place(made, fresh)
        return made

    def _target(self, key: str, parameter: str, path: tuple[int, ...] | None, fresh: Callable[[str], str]) -> Value:
        self.key, self.parameter, self.fresh = key, parameter, fresh
        self.env = {**self.parameters, "grad": self._grad(), "result": self._result()}
        self.env.setdefault("k", from_constant(None if path is None else path[0] if len(path) == 1 else path))
        value = self._block(self.definition.body, self._returned)
        if value is None:
            raise Undecided(f"{self.rule.name}: no return was reached")
        if self.rule.form == registry.PARTIALS and self.grad is not None:
            value = self._times_grad(value)
            if isinstance(self.result_kind, Scalar) and not isinstance(value.kind, Scalar):
                value = replace(value, kind=self.result_kind)  # of numbers, all is numbers
        kind = self.kinds.get(parameter, UNKNOWN)
        for k in path or ():
            kind = kind.items[k] if isinstance(kind, Tuple) else UNKNOWN
        node = self._node(value)
        partial = self.rule.form == registry.PARTIALS and self.grad is None  # of a real parameter it may be complex
        unknown = getattr(value.kind, "char", "") in ("", "?") and not is_real_part(node)
        if not partial and unknown and getattr(kind, "char", "") == "f" and self._grad_may_be_complex():
            return replace(value, node=trees.np_call("real", node))  # what is complex for all that is known
        made = node if partial else templates.real_part(node, kind, value.kind)
        return replace(value, node=made, kind=value.kind if made is node else templates.real_kind(value.kind))

    def _grad_may_be_complex(self) -> bool:
        """The cotangent of a real result is real."""
        char = getattr(self._grad().kind, "char", "")
        results = self.result_kind.items if isinstance(self.result_kind, Tuple) else (self.result_kind,)
        real = all(getattr(each, "char", "?") in "fib" for each in results)
        return char == "c" or char in ("", "?") and not real

    def _times_grad(self, partial: Value) -> Value:
        """grad * p * q reads better than grad * (p * q), unless p and q are numbers and grad is an array."""
        whole = self._binary(gast.Mult(), self._grad(), partial)
        node = partial.node
        if not (isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult)) or partial.known:
            return whole
        if isinstance(partial.kind, Scalar) and not isinstance(self._grad().kind, Scalar):
            return whole
        first = self._times_grad(expression(node.left, partial.kind))
        return expression(trees.mul(self._node(first), trees.copy_tree(node.right)), whole.kind)

    def _grad(self) -> Value:
        kind = self.kinds.get("grad") or self.result_kind
        if self.grad is None:
            return expression(trees.name("grad"), kind)
        if isinstance(self.grad, gast.Tuple):  # of several results
            return self._argument(self.grad, kind)
        size, full = getattr(kind, "rank", None), getattr(self.result_kind, "rank", None)
        if self.rule.form == registry.ADJOINT and size and full and size < full:
            # A grad that is still to be broadcast along leading axes: with these, its axes are those of the result.
            padded = trees.index(self.grad, trees.const((None,) * (full - size) if full - size > 1 else None))
            kind = indexing.kind_of_index(kind, (None,) * (full - size))
            return self._shared("grad", expression(padded, kind))
        return self._shared("grad", expression(self.grad, kind))

    def _result(self) -> Value:
        if isinstance(self.result, gast.Tuple):
            return self._argument(self.result, self.result_kind)
        return expression(self.result or trees.name("result"), self.result_kind)

    def _block(self, body: list[gast.stmt], returned: Callable[[gast.AST], Value]) -> Value | None:
        for statement in body:
            if isinstance(statement, gast.Return):
                return returned(statement.value)
            if isinstance(statement, gast.If):
                value = self._block(statement.body if self._decide(statement.test) else statement.orelse, returned)
                if value is not None:
                    return value
            elif isinstance(statement, gast.Assign):
                self._assign(statement.targets[0], self._eval(statement.value))
        return None

    def _returned(self, node: gast.AST) -> Value:
        """The entry of the returned tuple for the parameter that is asked for."""
        if isinstance(node, gast.Tuple):
            place = list(self.rule.parameters.parameters).index(self.parameter)
            refusals = [each for each in node.elts if self._refuses(each)]
            if refusals:  # of the whole call, wherever it stands
                return self._eval(refusals[0])
            node = node.elts[place] if place < len(node.elts) else gast.Constant(None, None)
        if isinstance(node, gast.IfExp) and self._sure(test := self._eval(node.test)):
            return self._returned(node.body if self._truth(test) else node.orelse)
        value = self._eval(node)
        return from_constant(0.0) if value.known and value.value is None else value

    def _refuses(self, node: gast.AST) -> bool:
        name = getattr(getattr(node, "func", None), "id", None)
        return name is not None and self.globals.get(name) is registry.refuse

    def _assign(self, target: gast.AST, value: Value) -> None:
        if isinstance(target, gast.Name):
            self.env[target.id] = self._shared(target.id, value)
            return
        items = self._items(value)
        if items is None or not isinstance(target, gast.Tuple) or len(items) != len(target.elts):
            raise Undecided(f"{self.rule.name}: what is unpacked is not known")
        if value.items is None and not value.known and not trees.is_atom(value.node):
            items = tuple(
                self._part(each.id, value, k, item.kind) for k, (each, item) in enumerate(zip(target.elts, items))
            )
        for each, item in zip(target.elts, items):
            self._assign(each, item)

    # --- locals that are used several times ---

    def _shared(self, name: str, value: Value) -> Value:
        """A placeholder for what may be used several times; the expression itself once it is known not to be."""
        if value.known or value.items is not None or value.node is None or trees.is_atom(value.node):
            return value
        for placeholder, node, _ in self.placeholders:
            if placeholder.startswith(f"%{name}%") and trees.same(node, value.node):
                break
        else:
            placeholder = f"%{name}%{sum(each[0].startswith(f'%{name}%') for each in self.placeholders)}"
            self.placeholders.append((placeholder, value.node, value.kind))
        return value if placeholder in self.inline else expression(trees.name(placeholder), value.kind)

    def _part(self, name: str, value: Value, k: int, kind: Kind | None) -> Value:
        """The k-th part of what a function with several results gives: of `u, s = f(x)`, a placeholder for u."""
        for placeholder, (whole, place, _) in self.parts.items():
            if place == k and trees.same(whole, value.node):
                return expression(trees.name(placeholder), kind)
        placeholder = f"%{name}%{sum(each[0].startswith(f'%{name}%') for each in self.placeholders)}"
        count = len(value.kind.items) if isinstance(value.kind, Tuple) else k + 1
        self.parts[placeholder] = (value.node, k, count)
        self.placeholders.append((placeholder, trees.index(value.node, trees.const(k)), kind))
        return expression(trees.name(placeholder), kind)

    def _used_once(self, made: dict[str, Value]) -> set[str]:
        counts = self._counts(made)
        return {name for name, count in counts.items() if count == 1 and name not in self.parts}

    def _counts(self, made: dict[str, Value]) -> dict[str, int]:
        """How often each placeholder is needed, by the values and by the placeholders that are needed themselves."""
        counts = {name: 0 for name, _, _ in self.placeholders if name not in self.inline}

        def note(node: gast.AST) -> None:
            for each in trees.walk(node):
                if isinstance(each, gast.Name) and each.id in counts:
                    counts[each.id] += 1
                elif isinstance(each, (gast.ListComp, gast.GeneratorExp)):
                    note(each.elt)  # what stands in it is computed for each item: not once

        for value in made.values():
            if value.node is not None:
                note(value.node)
        seen: list[gast.AST] = []
        for name, node, _ in reversed(self.placeholders):
            if counts.get(name):
                if name in self.parts:  # the parts of one call read its operands once
                    if any(each is self.parts[name][0] for each in seen):
                        continue
                    seen.append(self.parts[name][0])
                note(node)
        return counts

    def _place(self, made: dict[str, Value], fresh: Callable[[str], str]) -> None:
        """Statements for the placeholders that are left, under fresh names."""
        counts, names = self._counts(made), {}
        for name, _, _ in self.placeholders:
            if counts.get(name):
                names[name] = fresh(name.split("%")[1])
        done: list[gast.AST] = []
        for name, node, _ in self.placeholders:
            if name in names and name in self.parts:
                whole, _, count = self.parts[name]
                if not any(each is whole for each in done):
                    done.append(whole)
                    self.statements.append(self._unpacking(whole, count, names))
            elif name in names:
                self.statements.append(trees.assign(names[name], renamed(node, names)))
        for key, value in made.items():
            made[key] = replace(value, node=renamed(value.node, names))

    def _unpacking(self, whole: gast.AST, count: int, names: dict[str, str]) -> gast.Assign:
        """`u, _, vh = f(x)`, for the parts that are needed."""
        given = ["_"] * count
        for placeholder, (node, k, _) in self.parts.items():
            if node is whole and placeholder in names:
                given[k] = names[placeholder]
        target = gast.Tuple([trees.name(each, store=True) for each in given], gast.Store())
        return gast.Assign([target], renamed(whole, names), None)

    # --- tests ---

    def _sure(self, value: Value) -> bool:
        return value.known or value.items is not None

    def _truth(self, value: Value) -> bool:
        return bool(value.value) if value.known else bool(value.items)

    def _decide(self, test: gast.AST) -> bool:
        value = self._eval(test)
        if not self._sure(value):
            raise Undecided(f"{self.rule.name}: {trees.show(test)}")
        return self._truth(value)


def is_real_part(node: gast.AST) -> bool:
    """Whether an expression is np.real(...), maybe negated."""
    inner = node.operand if isinstance(node, gast.UnaryOp) else node
    return isinstance(inner, gast.Call) and isinstance(inner.func, gast.Attribute) and inner.func.attr == "real"
