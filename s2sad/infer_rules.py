"""Part of the stage `infer`: calls of functions that have a rule."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import gast
import numpy as np

from s2sad import equivalents, ir, trees
from s2sad.errors import RuleError
from s2sad.expressions import mark_pure
from s2sad.kinds import Array, List, Scalar, Tuple, Unknown
from s2sad.rules.options import changes_nothing
from s2sad.values import MISSING, Value

SHAPE_MAKERS = (np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.arange)


class Rules:
    def call_rule(
        self, rule: Any, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        keywords = dict(keywords)
        if rule.view and "copy" in keywords and self.known(keywords["copy"]) is True:
            del keywords["copy"]
            return self.call_function(np.copy, [self.call_rule(rule, function, args, keywords, node, None)], node)
        out = self.take_out(keywords)
        if out is not None:
            made = self.call_rule(rule, function, args, keywords, node, hint)
            self.store_whole(out, made, node)
            return out
        if (
            keywords.get("where") is not None
            and "where" not in rule.parameters.parameters
            and self.known(keywords["where"]) is True
        ):
            keywords.pop("where")
        try:
            bound = rule.bind(args, self.that_matter(rule, keywords))
        except (RuleError, TypeError):
            bound = None
        lacking = bound is None or any(bound[name].varied for name in bound if self.is_still(rule, name, bound))
        wider = equivalents.find_with_options(rule.function) if lacking and not self.quiet else None
        if (
            wider is not None
            and any(value.varied for value in [*args, *keywords.values()])
            and self.takes_call(wider, args, keywords)
        ):
            return self.call_equivalent(wider, args, keywords, node, hint)
        written = self.written_by_options(rule, args, keywords, bound)
        if written:
            return self.call_writing(function, rule.name, args, keywords, written, node)
        if bound is None:
            if (
                not any(value.varied for value in [*args, *keywords.values()])
                or rule.form == "nondifferentiable"
                or self.quiet
            ):
                return self.pure_call(function, args, keywords, node)
            raise self.refuse("rule_keyword", node, name=rule.name, keywords=", ".join(keywords) or "these arguments")
        for name, value in list(bound.items()):
            if isinstance(value, tuple):
                bound[name] = self.make_tuple(list(value))
        args, keywords, bound = self.lists_of_integers(rule, bound, args, keywords)
        args, keywords, bound = self.arrays_for(rule, bound, args, keywords, node)
        if rule.variadic and rule.variadic in bound and rule.form != "nondifferentiable":
            listed = self.listed(bound[rule.variadic], rule.function in (np.array, np.asarray, np.asanyarray))
            if listed is None:
                return self.call_on_list(rule, function, args, keywords, bound, node, hint)
            args = [listed if value is bound[rule.variadic] else value for value in args]
            bound[rule.variadic] = listed
        if getattr(rule, "function", None) in SHAPE_MAKERS:
            for value in args[:1]:
                for each in value.items or [value]:
                    if isinstance(each.kind, Scalar):
                        self.use_as_integer(each)
        values = [*args, *keywords.values()]
        names = list(keywords)

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            made = self.call_expression(function.expr, exprs[: len(args)], dict(zip(names, exprs[len(args) :])))
            made.pure = True
            return made

        if rule.several and not self.quiet:
            kind = self.result_kind(rule, bound, values, node)
            if isinstance(kind, Tuple):
                return self.call_several(rule, values, rebuild, bound, kind, node, hint)
        return self.primitive(rule, values, rebuild, node, hint, bound=bound, library=rule.library)

    def that_matter(self, rule: Any, keywords: dict[str, Value]) -> dict[str, Value]:
        """Without those keywords that the rule doesn't name, for they change no derivative."""
        own = rule.parameters.parameters
        passing = {k for k, v in keywords.items() if changes_nothing(k, self.known(v))}
        if rule.view and "copy" in keywords:  # False: a view, or an error of NumPy's
            passing = passing - {"copy"} | ({"copy"} if self.known(keywords["copy"]) in (None, False) else set())
        return {k: v for k, v in keywords.items() if k in own or k not in passing}

    def is_still(self, rule: Any, name: str, bound: dict[str, Any]) -> bool:
        """Whether the rule has no derivative by a parameter."""
        return rule.form == "adjoint" and name not in rule.wrt and isinstance(bound[name], Value)

    def takes_call(self, plain: Any, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether a program takes these arguments, but for options that change nothing."""
        named = {key: value for key, value in keywords.items() if not self.says_how(plain, key, value)}
        try:
            inspect.signature(plain).bind(*args, **named)
        except TypeError:
            return False
        return True

    def listed(self, value: Value, nested: bool = False) -> Value | None:
        """A list or tuple display as separate operands, where it is `nested` also those of displays in it; None where
        the items can't be told apart."""
        items = self.items_throughout(value)
        if items is None:
            return None
        items = [self.as_items(item) for item in items]
        made = [self.listed(item) if nested and is_display(item) else item for item in items]
        if any(item is None or not nested and is_display(item) for item in made):
            return None
        if isinstance(value.expr, (gast.Tuple, gast.List)) and value.items is not None and made == items:
            return value
        display = gast.Tuple if value.items is not None else gast.List
        expr = display([item.expr for item in made], gast.Load())
        kind = Tuple(tuple(item.kind for item in made)) if any(map(is_display, made)) else value.kind
        return Value(expr, kind, value.varied, items=made)

    def call_on_list(
        self,
        rule: Any,
        function: Value,
        args: list[Value],
        keywords: dict[str, Value],
        bound: Any,
        node: Any,
        hint: str | None,
    ) -> Value:
        """np.stack(xs), np.array(xs) of a list that grew: the rule's form for a whole list."""
        listed = bound[rule.variadic]
        if listed.items is not None:
            boxed = self.make_list([self.make_list(i.items) if i.items is not None else i for i in listed.items])
            args = [boxed if value is listed else value for value in args]
            bound[rule.variadic] = boxed
            listed = boxed
        names = list(keywords)
        values = [*args, *keywords.values()]

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(function.expr, exprs[: len(args)], dict(zip(names, exprs[len(args) :])))

        kind = self.result_kind(rule, bound, values, node)
        if not isinstance(listed.kind, (List, Tuple)):
            return self.primitive(
                dataclasses.replace(rule, variadic=None, chosen=rule.wrt), values, rebuild, node, hint, bound=bound
            )
        if isinstance(kind, Unknown):
            kind = Array("", None)
        if not listed.varied or self.quiet:
            expr = rebuild([value.expr for value in values])
            mark_pure(expr)
            return Value(expr, kind, listed.varied)
        names_of = {id(value): self.operand(value) for value in values}
        constants = {name: self.known(v) for name, v in bound.items() if self.known(v) is not MISSING}
        expr = rebuild([names_of[id(value)] for value in values])
        mark_pure(expr)
        op = ir.Primitive(
            rule,
            {name: names_of[id(v)] for name, v in bound.items()},
            {n: v.kind for n, v in bound.items()},
            constants,
            rule.library,
        )
        return self.emit(expr, op, kind, True, hint)

    def store_whole(self, target: Value, value: Value, node: Any) -> None:
        """target[...] = value, as `out=` and np.copyto do."""
        target = self.settle(target)
        if not isinstance(target.kind, Array):
            raise self.refuse("unknown_store", node)
        self.store(target, trees.const(...), [("ellipsis", "explicit")], target.kind, self.settle(value), None, node)


def is_display(value: Value) -> bool:
    """Whether a value is a list or tuple, whose items are looked at one by one."""
    return isinstance(value.kind, List) or value.items is not None
