"""Part of the stage `infer`: calls. Which function is meant, and which part of the stage does what it means: a rule,
its body in place, a function beside the main one, or the call as it stands where no gradient flows."""

from __future__ import annotations

import functools
import types
from typing import Any

import gast
import numpy as np

from s2sad import equivalents, trees
from s2sad.callables import LRU_CACHE
from s2sad.checkpointing import Checkpointed, checkpoint
from s2sad.custom import CustomGradient, stop_gradient
from s2sad.drawn import counts_of, draws
from s2sad.equivalents.giving import GIVING
from s2sad.helpers import helper_with_rule
from s2sad.infer_checkpoints import Inside
from s2sad.infer_classes import is_logging
from s2sad.infer_functions import outside_module
from s2sad.infer_generators import Consumer, Pending, is_one_of
from s2sad.infer_gradients import is_public
from s2sad.infer_memory import is_function
from s2sad.infer_outputs import positional
from s2sad.infer_stars import is_starred
from s2sad.inserting import grad_of
from s2sad.kinds import Record, Static, carries_memory, kind_of
from s2sad.rules import loading, registry, templates
from s2sad.rules.refused import reason_for
from s2sad.values import (
    MISSING,
    BoundMethod,
    Choice,
    InnerDerivative,
    InnerPullback,
    LocalFunction,
    Partial,
    Value,
    Vectorized,
)

AT_ONCE = (list, tuple, sum, max, min, sorted)  # take all items before anything else runs


class Calls:
    def visit_Call(self, node: gast.Call, hint: str | None = None) -> Value:
        if id(node) in self.ready:
            return self.ready[id(node)]
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
        given = plain + [keyword.value for keyword in node.keywords]
        values = self.visit_all(given) if not self.is_walked(static) else self.visit_given(given)
        keywords: dict[str, Value] = {}
        for keyword, value in zip(node.keywords, values[len(plain) :]):
            if keyword.arg is None:
                if value.object is None or value.object.cls is not dict:
                    raise self.refuse("dict_merge", keyword.value)
                keywords.update({key: self.state[value.object, key] for key in value.object.keys})
            else:
                keywords[keyword.arg] = value
        if static is min or static is max:
            chosen = self.starred_extreme(function, node, values, keywords, hint)
            if chosen is not None:
                return chosen
        positional = self.call_arguments(function, node, values, set(keywords))
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
        if isinstance(static, Consumer):
            return static.take(args[0], node)
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
            first, bound, named = self.parts_of_partial(function, static)
            return self.call_value(first, [*bound, *args], {**named, **keywords}, node, hint)
        if static is MISSING:
            if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
                raise self.refuse("unknown_function", node)
            return self.opaque_call(function, args, keywords, node)
        return self.call_known(function, static, args, keywords, node, hint)

    def parts_of_partial(
        self, function: Value, static: functools.partial[Any]
    ) -> tuple[Value, list[Value], dict[str, Value]]:
        """The function and arguments of a partial that was made outside of f."""

        def part(value: Any, field: str, *keys: Any) -> Value:
            expr: gast.AST = trees.attr(function.expr, field)
            for key in keys:
                expr = trees.index(expr, trees.const(key))
            return self.outside_value(value, expr, ("partial", id(static), *keys))

        bound = [part(value, "args", k) for k, value in enumerate(static.args)]
        return part(static.func, "func"), bound, {k: part(v, "keywords", k) for k, v in static.keywords.items()}

    def call_known(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """The call of what is known before f runs, by the first of these that it belongs to."""
        if any(isinstance(each.static, Pending) for each in args) and not self.quiet:
            if is_one_of(static, GIVING):
                found = next(each for function, each in GIVING.items() if function is static)
                return self.call_equivalent(found, args, keywords, node, hint)
            if (
                static is not next
                and not isinstance(static, (types.FunctionType, type))
                or static in AT_ONCE
                or loading.home_of(static)
            ):
                args = [self.run_through(each, node, static in AT_ONCE) for each in args]
        made = self.function_method(static, args, node)
        if made is None:
            made = self.call_marked(function, static, args, keywords, node, hint)
        if made is None:
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
        made = self.call_ruled(function, static, args, keywords, node, hint)
        if made is None:
            made = self.call_code(function, static, args, keywords, node, hint)
        if made is not None:
            return made
        if any(value.varied for value in [*args, *keywords.values()]) and not self.quiet:
            name = getattr(static, "__name__", str(static))
            if isinstance(getattr(static, "__self__", None), np.ufunc):
                name = registry.name_of(static).replace("_re", ".re").replace("_acc", ".acc")
            raise self.refuse("no_rule", node, name=name, module=getattr(static, "__module__", None) or "")
        return self.opaque_call(function, args, keywords, node)

    def call_marked(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """Of what isn't called for its value alone: s2sad's own functions and derivatives, logging, random numbers."""
        if is_logging(static):
            return self.logged(function, args, keywords)
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
        if isinstance(static, InnerDerivative):
            return self.call_inner(static, args, keywords, node, hint)
        if isinstance(static, InnerPullback):
            return self.call_pullback(static, args, keywords, node, hint)
        if hasattr(type(static), "pulled_back"):
            given = Value(trees.attr(function.expr, "function"), Static(static.function))
            return self.value_and_pullback(given, static.pulled_back, args, keywords, node)
        if hasattr(type(static), "plain_function"):
            return self.call_derived(function, static, args, keywords, node, hint)
        if draws(static):  # its own code writes into itself
            for value in counts_of(static, args, keywords):
                for each in value.items or [value]:
                    self.use_as_integer(each)
            if not any(value.varied for value in [*args, *keywords.values()]):
                return self.opaque_call(function, args, keywords, node)
        return None

    def call_ruled(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """Of what s2sad knows itself: its public functions, builtins, functions with a rule or a reason against one."""
        if (getattr(static, "__module__", None) or "").partition(".")[0] == "s2sad" and is_public(static):
            return self.call_ours(function, static, args, keywords, node)
        handler = self.builtin_handler(static)
        made = handler(function, args, keywords, node, hint) if handler is not None else None
        if made is not None:
            return made
        rule = registry.find(static)
        if rule is not None:
            return self.call_rule(rule, function, args, keywords, node, hint)
        reason = reason_for(static)
        return None if reason is None else self.call_refused(function, reason, args, keywords, node)

    def call_code(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """Of what has a source text: functions, methods, classes, objects that can be called."""
        if isinstance(static, types.MethodType):
            if loading.home_of(static) and self.is_plain_call(static, args, keywords):
                return self.opaque_call(function, args, keywords, node, reads_only=True)
            owner = self.outside_value(
                static.__self__, trees.attr(function.expr, "__self__"), ("self", id(static.__self__))
            )
            inner = Value(trees.attr(function.expr, "__func__"), Static(static.__func__))
            return self.call_value(inner, [owner, *args], keywords, node, hint)
        if isinstance(static, types.FunctionType):
            if loading.home_of(static):
                return self.call_library(function, static, args, keywords, node, hint)
            helper = helper_with_rule(static)
            if helper is not None and len(args) == 2:
                return self.call_helper(static, *helper, args, node, hint)
            if outside_module(static):
                return self.call_outside_code(function, static, args, keywords, node, hint)
            return self.call_user(function, static, args, keywords, node, hint)
        if isinstance(static, LRU_CACHE):
            return self.call_cached(function, static, args, keywords, node, hint)
        if isinstance(static, type):
            return self.construct(function, static, args, keywords, node, hint)
        call = getattr(type(static), "__call__", None)
        if isinstance(call, types.FunctionType) and hasattr(static, "__dict__"):
            fields = tuple((key, kind_of(each)) for key, each in vars(static).items())
            owner = self.outside_object(static, function.expr, Record(type(static), fields), ("self", id(static)))
            method = Value(function.expr, Static(BoundMethod(owner, call, "__call__")))
            return self.call_value(method, args, keywords, node, hint)
        return None

    def call_cached(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """A function that keeps its results (`functools.lru_cache`): where a gradient flows, what it computes."""
        if not any(value.varied for value in [*args, *keywords.values()]):
            return None
        inner = Value(trees.attr(function.expr, "__wrapped__"), Static(static.__wrapped__))
        made = self.call_value(inner, args, keywords, node, hint)
        if carries_memory(made.kind):  # the next call would give the same one
            raise self.refuse("cached_memory", node, name=static.__name__)
        return made

    def call_helper(self, static: Any, helper: Any, rule: Any, args: list[Value], node: Any, hint: str | None) -> Value:
        """A helper that an earlier program of ours brought along: this one brings it along too, where it is called."""
        self.guards[id(static), "__code__"] = self.make_guard(static, "__code__", "is", static.__code__)
        printed = trees.name(helper.__name__, function=helper, definition=templates.printable(helper))
        grad, like = map(self.settle, args)
        like = Value(like.expr, like.kind, False, place=like.place)  # its shape is all that counts
        return self.primitive(rule, [grad, like], lambda exprs: trees.call(printed, *exprs), node, hint)

    def needs_equivalent(self, plain: Any, values: list[Value]) -> bool:
        """Whether a gradient flows through a call, into it or into a function that is given to it."""
        return any(value.varied or is_function(value) for value in values) or equivalents.is_part(plain)

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
            args = [self.visit_inert(each.value if isinstance(each, gast.Starred) else each) for each in node.args]
            exprs = [self.whole(each).expr for each in args]
            shown = [gast.Starred(e, gast.Load()) if is_starred(each) else e for each, e in zip(node.args, exprs)]
            keywords = {k.arg: self.visit_inert(k.value).expr for k in node.keywords}
            return Value(self.call_expression(trees.builtin("print"), shown, keywords), Static(None))
        if static is zip:
            rows = self.starred_rows(node)
            columns = None if rows is None else self.columns(rows, node, getattr(node, "columns", None))
            if columns is None and rows is not None and rows.varied:
                return self.collected(self.iteration_of_rows(rows, node), node, hint)
            return columns
        return None

    def whole(self, value: Value) -> Value:
        return value
