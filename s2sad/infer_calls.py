"""Part of the stage `infer`: calls. Which function is meant, and what the program does for it: a rule, its body in
place, a
function beside the main one, or the call as it stands where no gradient flows."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import sys
import threading
import types
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import gast
import numpy as np

from s2sad import equivalents, ir, trees
from s2sad.checkpointing import Checkpointed, checkpoint
from s2sad.custom import CustomGradient, stop_gradient
from s2sad.errors import RuleError
from s2sad.infer_checkpoints import Inside
from s2sad.infer_expressions import mark_pure
from s2sad.infer_memory import is_function
from s2sad.infer_outputs import WRITING, harmless_by_name, positional
from s2sad.inserting import grad_of
from s2sad.kinds import (
    BOOL,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Dict,
    List,
    Record,
    Scalar,
    Static,
    Tuple,
    Unknown,
    kind_of,
)
from s2sad.rules import loading, registry
from s2sad.rules.options import changes_nothing
from s2sad.rules.refused import reason_for
from s2sad.values import MISSING, BoundMethod, Choice, LocalFunction, Partial, Value, Vectorized


class Calls:
    def visit_Call(self, node: gast.Call, hint: str | None = None) -> Value:
        function = self.visit(node.func)
        static = function.static
        if static is MISSING and function.object is not None:
            method = getattr(function.object.cls, "__call__", None)
            static = BoundMethod(function, method, "__call__")
            function = Value(function.expr, Static(static))
        special = self.special_form(static, node, hint)
        if special is not None:
            return special
        plain = [each.value if isinstance(each, gast.Starred) else each for each in node.args]
        values = self.visit_all(plain + [keyword.value for keyword in node.keywords])
        positional: list[Value] = []
        for each, value in zip(node.args, values):
            if isinstance(each, gast.Starred):
                positional.extend(self.parts_of(value, None, each))
            else:
                positional.append(value)
        keywords: dict[str, Value] = {}
        for keyword, value in zip(node.keywords, values[len(plain) :]):
            if keyword.arg is None:
                if value.object is None or value.object.cls is not dict:
                    raise self.refuse("dict_merge", keyword.value)
                keywords.update({key: self.state[value.object, key] for key in value.object.keys})
            else:
                keywords[keyword.arg] = value
        made = self.call_value(function, positional, keywords, node, hint)
        self.check_iterators(node, function, list(zip([*node.args, *node.keywords], values)), made)
        return made

    def call_value(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None = None
    ) -> Value:
        """function(*args, **keywords), whatever the function is."""
        static = function.static
        if isinstance(static, Choice):
            run = [
                lambda each=each: self.call_value(each, args, keywords, node, hint)
                for each in (static.first, static.second)
            ]
            args = [self.settle(value) for value in args]
            return self.choose(static.test, run[0], run[1], hint)
        if isinstance(static, np.vectorize):
            static = self.vectorized_outside(static, function)
        if isinstance(static, Vectorized):
            return self.call_vectorized(function, static, args, keywords, node, hint)
        if isinstance(static, Partial):
            return self.call_value(
                static.function, [*static.positional, *args], {**static.keywords, **keywords}, node, hint
            )
        if isinstance(static, BoundMethod):
            return self.call_method(function, static, args, keywords, node, hint)
        if isinstance(static, LocalFunction):
            return self.call_local(static, args, keywords, node)
        if isinstance(static, functools.partial):
            first = self.outside_value(static.func, trees.attr(function.expr, "func"), ("partial", id(static)))
            bound = [
                self.outside_value(
                    v, trees.index(trees.attr(function.expr, "args"), trees.const(k)), ("partial", id(static), k)
                )
                for k, v in enumerate(static.args)
            ]
            named = {
                k: self.outside_value(
                    v, trees.index(trees.attr(function.expr, "keywords"), trees.const(k)), ("partial", id(static), k)
                )
                for k, v in static.keywords.items()
            }
            return self.call_value(first, [*bound, *args], {**named, **keywords}, node, hint)
        if static is MISSING:
            if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
                raise self.refuse("unknown_function", node)
            return self.opaque_call(function, args, keywords, node)
        return self.call_known(function, static, args, keywords, node, hint)

    def call_known(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        if static is stop_gradient:
            return self.without_gradient(self.settle(args[0]))
        if static is grad_of:
            raise self.refuse("grad_of_place", node)
        if static is checkpoint:
            return self.checkpoint_of(function, args, keywords, node)
        if isinstance(static, (Checkpointed, Inside)):
            return self.call_checkpointed(function, static, args, keywords, node, hint)
        if isinstance(static, CustomGradient):
            return self.call_checked(function, static, args, keywords, node, hint)
        if hasattr(type(static), "plain_function"):
            return self.call_derived(function, static, args, keywords, node, hint)
        made = self.call_solver(function, static, args, keywords, node, hint)
        if made is not None:
            return made
        args = self.without_flat(args, node)
        args, keywords = self.name_out(positional(static), args, keywords)
        made = self.numpy_call(function, static, args, keywords, node, hint)
        if made is not None:
            return made
        plain = equivalents.find(static) if not self.quiet and registry.find(static) is None else None
        if plain is not None and self.needs_equivalent(plain, [*args, *keywords.values()]):
            return self.call_equivalent(plain, args, keywords, node, hint)
        if not isinstance(static, types.FunctionType) and any(map(self.is_fixed_list, args)):
            args = [self.as_items(value) for value in args]
        if (getattr(static, "__module__", None) or "").partition(".")[0] == "s2sad" and is_public(static):
            return self.call_ours(function, static, args, keywords, node)
        handler = self.builtin_handler(static)
        if handler is not None:
            made = handler(function, args, keywords, node, hint)
            if made is not None:
                return made
        rule = registry.find(static)
        if rule is not None:
            return self.call_rule(rule, function, args, keywords, node, hint)
        reason = reason_for(static)
        if reason is not None:
            return self.call_refused(function, reason, args, keywords, node)
        if isinstance(static, types.MethodType):
            owner = self.outside_value(
                static.__self__, trees.attr(function.expr, "__self__"), ("self", id(static.__self__))
            )
            inner = Value(trees.attr(function.expr, "__func__"), Static(static.__func__))
            return self.call_value(inner, [owner, *args], keywords, node, hint)
        if isinstance(static, types.FunctionType):
            if loading.home_of(static):
                return self.call_library(function, static, args, keywords, node, hint)
            return self.call_user(function, static, args, keywords, node, hint)
        if isinstance(static, type):
            return self.construct(function, static, args, keywords, node, hint)
        call = getattr(type(static), "__call__", None)
        if isinstance(call, types.FunctionType) and not isinstance(static, type) and hasattr(static, "__dict__"):
            fields = tuple((key, kind_of(each)) for key, each in vars(static).items())
            owner = self.outside_object(static, function.expr, Record(type(static), fields), ("self", id(static)))
            return self.call_value(
                Value(function.expr, Static(BoundMethod(owner, call, "__call__"))), args, keywords, node, hint
            )
        if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
            raise self.refuse(
                "no_rule",
                node,
                name=registry.name_of(static).replace("_re", ".re").replace("_acc", ".acc")
                if isinstance(getattr(static, "__self__", None), np.ufunc)
                else getattr(static, "__name__", str(static)),
                module=getattr(static, "__module__", None) or "",
            )
        return self.opaque_call(function, args, keywords, node)

    def call_refused(
        self, function: Value, reason: tuple[str, str], args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """A function that has no derivative, on constants alone."""
        if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
            name = getattr(function.static, "__name__", trees.show(function.expr).rpartition(".")[2])
            raise self.refuse("refused", node, name=name, why=reason[0], instead=reason[1])
        return self.opaque_call(function, args, keywords, node)

    def needs_equivalent(self, plain: Any, values: list[Value]) -> bool:
        """Whether a gradient flows through a call, into it or into a function that is given to it."""
        return any(value.varied or is_function(value) for value in values) or equivalents.is_part(plain)

    # ---------------------------------------------------------------- plain calls
    def call_expression(self, function: gast.AST, args: list[gast.AST], keywords: dict[str, gast.AST]) -> gast.Call:
        return gast.Call(function, list(args), [gast.keyword(key, value) for key, value in keywords.items()])

    def opaque_call(
        self,
        function: Value,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        written: Sequence[Value] = (),
        reads_only: bool = False,
    ) -> Value:
        """A call that no gradient flows through: done once, in its place. written: what it is known to write into."""
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        static = function.static
        if self.quiet:
            if not harmless(static) and any(value.varied and value.place is not None for value in args):
                raise self.refuse("no_rule", node, name=getattr(static, "__name__", "it"), module="")
            return Value(expr, self.guess_kind(static, args))
        if pure_builtin(static):
            mark_pure(expr)
            return Value(expr, self.guess_kind(static, args))
        if isinstance(static, BoundMethod) and static.name in WRITING and not self.is_memory(static.owner):
            if static.owner.place is None:
                raise self.refuse("unknown_store", node)
            written = [*written, static.owner]
        known = reads_only or harmless(static) and not self.given_writer(static, args, keywords)
        touched = [] if known and not written else [*(written or [*args, *keywords.values()])]
        if not known:
            touched.append(function)  # what it belongs to
        places = [place for value in touched for place in self.memory_in(value)]
        if not known:
            self.escaped += [place.root for place in places if place.root not in self.escaped]
            places = [*places, *map(ir.Place, self.escaped)]  # what another call was given, it may have kept
        self.note_writes(places, node)
        self.effects += 1
        made = self.emit(expr, ir.Plain(False), self.guess_kind(static, args), False)
        self.effects += 1
        if not self.makes_new(expr):
            given = [place.root for value in [*args, *keywords.values()] for place in self.memory_in(value)]
            self.note_shared(made, given if known else [*given, *self.escaped])
        return made

    def given_writer(self, static: Any, args: list[Value], keywords: dict[str, Value]) -> bool:
        """Whether a call that writes nothing itself is given a function that may: map(fill, rows)."""
        if any(self.is_writer(value.static) for value in [*args, *keywords.values()] if is_function(value)):
            return True
        called = args[:1] if static in (map, filter) else [v for k, v in keywords.items() if k == "key"]
        return any(isinstance(value.kind, Unknown) for value in called)

    def guess_kind(self, static: Any, args: list[Value]) -> Any:
        if (
            static is len
            or static is int
            or static is round
            and len(args) == 1
            or static is id
            or static is hash
            or static is ord
        ):
            return INT
        if static is float:
            return FLOAT
        if static in (bool, isinstance, callable, any, all, hasattr, issubclass):
            return BOOL
        return UNKNOWN

    def that_matter(self, rule: Any, keywords: dict[str, Value]) -> dict[str, Value]:
        """Without those keywords that the rule doesn't name, for they change no derivative."""
        own = rule.parameters.parameters
        return {k: v for k, v in keywords.items() if k in own or not changes_nothing(k, self.known(v))}

    def call_rule(
        self, rule: Any, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        keywords = dict(keywords)
        out = keywords.pop("out", None)
        if out is not None and out.static is not None:
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

    def pure_call(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        mark_pure(expr)
        return Value(expr, UNKNOWN)

    def listed(self, value: Value, nested: bool = False) -> Value | None:
        """A list or tuple display as separate operands, where it is `nested` also those of displays in it; None where
        the items can't be told apart."""
        items = value.items
        if items is None and isinstance(value.iteration, list) and not self.is_written(value.place.root):
            items = value.iteration
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
            return self.primitive(dataclasses.replace(rule, variadic=None), values, rebuild, node, hint, bound=bound)
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
        if target.items is not None and len(target.items) == 1:
            target = target.items[0]
        target = self.settle(target)
        if not isinstance(target.kind, Array):
            raise self.refuse("unknown_store", node)
        self.store(target, trees.const(...), [("ellipsis", "explicit")], target.kind, self.settle(value), None, node)

    # ---------------------------------------------------------------- functions that wrap others
    def call_ours(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """grad(g) and its like, of a function that is known now, inside of f."""
        known = [self.known(value) for value in args]
        named = {key: self.known(value) for key, value in keywords.items()}
        if any(
            each is MISSING or isinstance(each, (LocalFunction, Partial, BoundMethod, Choice))
            for each in [*known, *named.values()]
        ):
            raise self.refuse("inner_gradient", node, name=static.__name__)
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {key: value.expr for key, value in keywords.items()}
        )
        return Value(expr, Static(static(*known, **named)))

    def call_derived(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function that s2sad made, called inside of another: the program that it runs is differentiated like any."""
        plain = self.plain_of(static, args, keywords, node)
        return self.call_user(Value(function.expr, Static(plain)), plain, args, keywords, node, hint)

    def plain_of(
        self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any = None
    ) -> types.FunctionType:
        """A function that does what one that s2sad made does, for arguments of these kinds; the same in each walk."""
        kinds = self.kinds_for(static.plain_signature, args, keywords)
        key = "plain", id(static), repr(kinds)
        if key not in self.facts.results:
            chain = _chain.__dict__.setdefault("functions", [])
            if chain.count(self.request.function) > 5:
                raise self.refuse("own_gradient", node)
            chain.append(self.request.function)
            try:
                self.facts.results[key] = (*static.plain_function(kinds), static)
            finally:
                chain.pop()
        return self.facts.results[key][0]

    def gradient_of(self, target: Any) -> Any:
        """grad(target), the same in each walk."""
        from s2sad.derived import grad  # it runs the pipeline that this stage is part of

        if ("gradient", target) not in self.facts.results:
            self.facts.results["gradient", target] = grad(target)
        return self.facts.results["gradient", target]

    def kinds_for(self, signature: inspect.Signature, args: list[Value], keywords: dict[str, Value]) -> dict[str, Any]:
        bound = signature.bind(*args, **keywords)
        bound.apply_defaults()
        kinds = {}
        for name, value in bound.arguments.items():
            if isinstance(value, Value):
                kinds[name] = FLOAT if value.kind == Scalar("real") else value.kind
            elif isinstance(value, tuple):
                kinds[name] = Tuple(tuple(v.kind if isinstance(v, Value) else kind_of(v) for v in value))
            elif isinstance(value, dict):
                kinds[name] = Dict(tuple((k, v.kind if isinstance(v, Value) else kind_of(v)) for k, v in value.items()))
            else:
                kinds[name] = kind_of(value)
        return kinds

    def without_gradient(self, value: Value) -> Value:
        if value.items is not None:
            return self.make_tuple([self.without_gradient(item) for item in value.items])
        if value.object is not None:
            return self.make_dict(
                {key: self.without_gradient(self.state[value.object, key]) for key in value.object.keys}
            )
        if not value.varied or self.quiet:
            return Value(value.expr, value.kind, False, place=value.place)
        made = self.emit(self.operand(value), ir.Plain(True), value.kind, False)
        self.info[made.expr.id].varied = made.varied = False
        if value.place is not None:
            made.place = self.info[made.expr.id].place = value.place
        return made

    def call_checked(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A function with a gradient of its own, called at run time with its `with_gradient`."""
        if not any(value.varied for value in [*args, *keywords.values()]):
            return self.opaque_call(function, args, keywords, node)
        if keywords:
            raise self.refuse("custom_keywords", node, name=getattr(static, "__name__", "it"))
        operands = [self.operand(value) for value in args]
        name, pullback = self.names.fresh(hint or "#t"), self.names.fresh("pullback")
        target = gast.Tuple([trees.name(name, store=True), trees.name(pullback, store=True)], gast.Store())
        expr = self.call_expression(trees.attr(function.expr, "with_gradient"), operands, {})
        op = ir.Checked(operands, [value.kind for value in args], pullback)
        op.target, op.tangent = name, static.tangent is not None
        statement = self.add(gast.Assign([target], expr, None), op)
        self.effects += 1
        kind: Any = Array("float64", None)
        if all(isinstance(value.kind, Scalar) for value in args):
            kind = FLOAT
        for each, k in ((name, kind), (pullback, UNKNOWN)):
            self.info[each] = ir.Info(k, each == name, statement, None, self.loops, self.position)
        return Value(trees.name(name), kind, True)

    # ---------------------------------------------------------------- builtins
    def special_form(self, static: Any, node: gast.Call, hint: str | None) -> Value | None:
        """Built-in functions that look at their arguments without evaluating them as ours do."""
        if static is isinstance and len(node.args) == 2:
            return self.call_isinstance(node)
        if static is super and not node.args:
            return self.call_super(node)
        if (
            static in (sum, list, tuple, any, all, min, max, sorted, np.array, np.asarray, np.stack)
            and len(node.args) == 1
            and isinstance(node.args[0], (gast.GeneratorExp, gast.ListComp))
        ):
            return None
        if static is dict and len(node.args) == 1 and not node.keywords and isinstance(node.args[0], gast.Call):
            return self.dict_of_pairs(node, hint)
        if static is print:
            args = [self.visit_inert(each) for each in node.args if not isinstance(each, gast.Starred)]
            if len(args) != len(node.args):
                raise self.refuse("expression", node, what="a starred argument of print")
            keywords = {k.arg: self.visit_inert(k.value).expr for k in node.keywords}
            return Value(
                self.call_expression(trees.builtin("print"), [self.whole(each).expr for each in args], keywords),
                Static(None),
            )
        return None

    def whole(self, value: Value) -> Value:
        return value

    def is_mixed(self, expr: gast.AST) -> bool:
        """Whether a number may be of another type than its kind says: of one type on one way, of another on another."""
        todo, seen = [expr], set()
        while todo:
            for node in trees.walk(todo.pop()):
                if isinstance(node, gast.IfExp) or isinstance(node, gast.Name) and node.id in self.mixed:
                    return True
                if isinstance(node, gast.Name) and node.id in self.info and node.id not in seen:
                    seen.add(node.id)
                    todo += [self.info[node.id].statement.value] if has_value(self.info[node.id]) else []
                    todo += self.phi_sources.get(node.id, ())
        return False

    def call_isinstance(self, node: gast.Call) -> Value:
        value, cls = self.visit_inert(node.args[0]), self.visit_inert(node.args[1])
        known = self.known(cls)
        classes = known if isinstance(known, tuple) else (known,)
        found: bool | None = None
        if known is not MISSING and all(isinstance(each, type) for each in classes):
            if value.object is not None:
                found = issubclass(value.object.cls, classes)
            elif value.items is not None or isinstance(value.kind, Tuple):
                found = (
                    issubclass(value.kind.cls or tuple, classes)
                    if isinstance(value.kind, Tuple)
                    else issubclass(tuple, classes)
                )
            elif isinstance(value.kind, List):
                found = issubclass(list, classes)
            elif isinstance(value.kind, Array) and value.kind.dims:
                found = issubclass(np.ndarray, classes)
            elif isinstance(value.kind, Scalar) and value.kind.dtype in PYTHON_TYPES and not self.is_mixed(value.expr):
                found = issubclass(PYTHON_TYPES[value.kind.dtype], classes)
            elif value.static is not MISSING:
                found = isinstance(value.static, classes)
        if found is not None:
            return Value(trees.const(found), BOOL)
        return Value(trees.call(trees.builtin("isinstance"), value.expr, cls.expr), BOOL)

    def builtin_handler(self, static: Any) -> Any:
        try:
            name = HANDLERS.get(static)
        except TypeError:
            return None
        return getattr(self, name) if name else None


def has_value(info: ir.Info) -> bool:
    return isinstance(getattr(info.statement, "value", None), gast.AST)


def is_public(function: Any) -> bool:
    """Whether a function is one that `import s2sad` gives."""
    package = sys.modules["s2sad"]
    return getattr(package, getattr(function, "__name__", ""), None) is function


NOTHING = gast.parse("def init(): return None").body[0]
SHAPE_MAKERS = (np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.arange)
PYTHON_TYPES = {"float": float, "int": int, "real": int, "bool": bool, "complex": complex}

HANDLERS: dict[Any, str] = {
    len: "call_len",
    float: "call_float",
    int: "call_inert",
    round: "call_inert",
    bool: "call_inert",
    str: "call_inert",
    repr: "call_inert",
    complex: "call_float",
    sum: "call_sum",
    min: "call_extreme",
    max: "call_extreme",
    map: "call_map",
    list: "call_list",
    tuple: "call_tuple",
    dict: "call_dict",
    sorted: "call_sorted",
    reversed: "call_reversed",
    functools.reduce: "call_reduce",
    functools.partial: "call_partial",
    getattr: "call_getattr",
    zip: "call_zip",
    enumerate: "call_zip",
    np.add.at: "call_add_at",
    callable: "call_callable",
    dataclasses.replace: "call_replace",
    copy.copy: "call_copy",
    filter: "call_filter",
    range: "call_range",
    np.ndarray: "call_ndarray",
    setattr: "call_setattr",
    deque: "call_deque",
    defaultdict: "call_defaultdict",
    iter: "call_iter",
    next: "call_next",
    type: "call_type",
    hasattr: "call_hasattr",
    slice: "call_slice",
    **dict.fromkeys(
        [np.array2string, np.array_repr, np.array_str, np.base_repr, np.binary_repr]
        + [np.format_float_positional, np.format_float_scientific],
        "call_text",
    ),
}


_chain = threading.local()  # the functions whose gradients call gradients, while these are made


def pure_builtin(static: Any) -> bool:
    return static in (len, isinstance, callable, hasattr, range, type, ord, chr, str, repr, hash, any, all)


def harmless(static: Any) -> bool:
    """Whether a function is known to write into none of its arguments."""
    module = getattr(static, "__module__", None) or ""
    if static is memoryview or module.startswith("numpy.ma"):  # what they give shares the argument's memory
        return False
    if static is print or isinstance(static, type) and module == "builtins" or module == "builtins":
        return True
    if module.startswith(("numpy", "math")) and harmless_by_name(static):
        return True
    return isinstance(static, BoundMethod)


def is_display(value: Value) -> bool:
    """Whether a value is a list or tuple, whose items are looked at one by one."""
    return isinstance(value.kind, List) or value.items is not None
