"""From a rule's `@tangent` template to the tangent of one call: evaluated as far as kinds and constants allow.

A tangent that is known to be zero is 0.0 in the template, and what is linear in it vanishes.

>>> import numpy as np
>>> from s2sad.kinds import Array, Dim
>>> from s2sad.rules import find
>>> from s2sad.trees import name, show
>>> vector = Array("float64", (Dim("n"),))
>>> made = expand(find(np.sort), {"a": name("x")}, {"a": vector}, {}, {"a": name("x_dot")}, name("y"))
>>> show(made.value)
'ordered(x_dot, x, -1)'
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import UNKNOWN, Kind
from s2sad.rules import registry, templates
from s2sad.rules.evaluator import Evaluator
from s2sad.rules.registry import Rule
from s2sad.rules.templates import Undecided
from s2sad.rules.values import Value, from_constant

TANGENT = "tangent"
ZERO = 0.0


@dataclass
class Expansion:
    """The tangent of one call: `value` is None where it is zero. `helpers` as in `templates.Expansion`."""

    value: gast.AST | None
    kind: Kind = UNKNOWN
    statements: list[gast.Assign] = field(default_factory=list)
    helpers: list[Callable[..., Any]] = field(default_factory=list)


def expand(
    rule: Rule,
    arguments: dict[str, gast.AST],
    kinds: dict[str, Kind],
    constants: dict[str, Any],
    dots: dict[str, gast.AST | None],
    result: gast.AST,
    fresh: Callable[[str], str] | None = None,
    library: str | None = None,
) -> Expansion:
    """The tangent of a call, by the rule's template for it; Undecided where its tests can't be decided.

    dots: by differentiable parameter, its tangent, or None for zero. The rest is as in `templates.expand`.
    """
    evaluator = _evaluator(rule, arguments, kinds, constants, dots, result, library)
    made = evaluator.run([(TANGENT, TANGENT, None)], fresh or templates.numbered())[TANGENT]
    if made.node is None or trees.is_zero(made.node):
        return Expansion(None)
    return Expansion(made.node, made.kind or UNKNOWN, evaluator.statements, evaluator.helpers)


def _evaluator(
    rule: Rule,
    arguments: dict[str, gast.AST],
    kinds: dict[str, Kind],
    constants: dict[str, Any],
    dots: dict[str, gast.AST | None],
    result: gast.AST,
    library: str | None,
) -> TangentEvaluator:
    own = as_rule(rule)
    accepted = own.parameters.parameters
    given = {name: node for name, node in arguments.items() if name in accepted}
    given |= {f"{name}_dot": node for name, node in dots.items() if node is not None and f"{name}_dot" in accepted}
    evaluator = TangentEvaluator(own, given, kinds, constants, result, None, library)
    for name in rule.wrt:
        if dots.get(name) is None:
            evaluator.parameters[f"{name}_dot"] = from_constant(ZERO)
    return evaluator


def expand_parts(
    rule: Rule,
    arguments: dict[str, gast.AST],
    kinds: dict[str, Kind],
    constants: dict[str, Any],
    dots: dict[str, gast.AST | None],
    result: gast.AST,
    wanted: list[int],
    fresh: Callable[[str], str] | None = None,
    library: str | None = None,
) -> tuple[dict[int, Expansion], list[gast.Assign], list[Callable[..., Any]]]:
    """The same for a function with several results: the tangents of the wanted ones, statements and helpers."""
    evaluator = _evaluator(rule, arguments, kinds, constants, dots, result, library)
    made = evaluator.run([(str(k), TANGENT, (k,)) for k in wanted], fresh or templates.numbered())
    found = {}
    for k in wanted:
        value = made[str(k)]
        zero = value.node is None or trees.is_zero(value.node)
        found[k] = Expansion(None if zero else value.node, value.kind or UNKNOWN)
    return found, evaluator.statements, evaluator.helpers


def as_rule(rule: Rule) -> Rule:
    """The tangent's template as a rule of its own, whose parameters are those of the function and the tangents."""
    assert rule.tangent is not None
    signature = inspect.signature(rule.tangent)
    kept = [p for p in signature.parameters.values() if p.name != "result"]
    kept = [p.replace(default=ZERO) if p.name.endswith("_dot") else p for p in kept]
    return dataclasses.replace(
        rule, form=TANGENT, template=rule.tangent, parameters=signature.replace(parameters=kept), variadic=None
    )


class TangentEvaluator(Evaluator):
    """Evaluates a template that returns one tangent, of which parts may be zero."""

    def _kind_of_call(self, rule: Rule, kinds: dict[str, Kind], given: Any) -> Kind:
        if rule.form == TANGENT:
            return self.kinds.get("result", UNKNOWN)
        return super()._kind_of_call(rule, kinds, given)

    def _returned(self, node: gast.AST) -> Value:
        if isinstance(node, gast.IfExp) and self._sure(test := self._eval(node.test)):
            return self._returned(node.body if self._truth(test) else node.orelse)
        value = self._eval(node)
        if self.key == TANGENT:
            return value
        items = self._items(value)
        if items is None:
            raise Undecided(f"{self.rule.name}: the parts of its tangent are not known")
        return items[int(self.key)]

    def _binary(self, op: gast.operator, left: Value, right: Value) -> Value:
        if isinstance(op, (gast.Mult, gast.MatMult)) and (is_zero(left) or is_zero(right)):
            return from_constant(ZERO)
        return super()._binary(op, left, right)

    def _eval_Attribute(self, node: gast.Attribute) -> Value:
        if node.attr in ("T", "mT", "real", "imag") and is_zero(self._eval(node.value)):
            return from_constant(ZERO)
        return super()._eval_Attribute(node)

    def _eval_Subscript(self, node: gast.Subscript) -> Value:
        return from_constant(ZERO) if is_zero(self._eval(node.value)) else super()._eval_Subscript(node)

    def _eval_Call(self, node: gast.Call) -> Value:
        value = super()._eval_Call(node)
        if not isinstance(value.node, gast.Call) or value.known:
            return value
        function = self._eval_function(node.func)
        if isinstance(function, str) or any(isinstance(each, gast.Starred) for each in node.args):
            return value
        if templates.is_helper(function.value, self.function):
            return from_constant(ZERO) if self._without_change(function.value, node) else value
        rule = registry.find(function.value)
        if rule is None or not rule.linear:
            return value
        try:
            bound = rule.bind(
                [self._eval(each) for each in node.args], {each.arg: self._eval(each.value) for each in node.keywords}
            )
        except Exception:  # a call that the rule doesn't know
            return value
        zeros = [is_zero(bound[name]) for name in rule.wrt if isinstance(bound.get(name), Value)]
        if zeros and (any(zeros) if rule.linear == "each" else all(zeros)):
            return from_constant(ZERO)
        return value

    def _without_change(self, helper: Callable[..., Any], node: gast.Call) -> bool:
        """Whether all that a helper takes as tangents (parameters named `..._dot`, in which it is linear) is zero."""
        given = {each.arg: self._eval(each.value) for each in node.keywords}
        bound = inspect.signature(helper).bind(*map(self._eval, node.args), **given).arguments
        dots = [value for name, value in bound.items() if name.endswith("_dot")]
        return bool(dots) and all(map(is_zero, dots))


def is_zero(value: Value) -> bool:
    """Whether a value is the zero that stands for a tangent."""
    return value.known and isinstance(value.value, float) and value.value == 0.0


def runtime_helper(rule: Rule, library: str | None = None) -> tuple[gast.FunctionDef, list[Callable[..., Any]]]:
    """The template as a function to print, for a call that is Undecided, and the helpers that it needs."""
    assert rule.tangent is not None
    definition = trees.copy_tree(templates.read(rule.tangent))
    printed = templates._Printed(rule.tangent, library or rule.library or "numpy")
    definition.body = [printed.visit(statement) for statement in definition.body]
    definition.name = f"{rule.name}_tangent"
    return definition, printed.helpers
