"""Part of the stage `infer`: calls. Which function is meant, and what the program does for it: a rule, its body in
place, a
function beside the main one, or the call as it stands where no gradient flows."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import operator
import sys
import types
from collections import defaultdict, deque
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.core import lower
from s2sad.custom import CustomGradient, stop_gradient
from s2sad.errors import RuleError, SourceError
from s2sad.infer_expressions import mark_pure
from s2sad.infer_memory import is_function, replace_nodes
from s2sad.kinds import (
    BOOL,
    FLOAT,
    INT,
    UNKNOWN,
    Array,
    Dict,
    List,
    Mapping,
    Record,
    Scalar,
    Static,
    Tuple,
    Unknown,
    carries_gradient,
    join,
    kind_of,
)
from s2sad.rules import registry
from s2sad.source import read
from s2sad.values import MISSING, BoundMethod, Choice, Frame, LocalFunction, Object, Partial, Restart, Super, Value


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
        return self.call_value(function, positional, keywords, node, hint)

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
        if isinstance(static, CustomGradient):
            return self.call_checked(function, static, args, keywords, node, hint)
        if hasattr(type(static), "plain_function"):
            return self.call_derived(function, static, args, keywords, node, hint)
        args = self.without_flat(args, node)
        made = self.numpy_call(function, static, args, keywords, node, hint)
        if made is not None:
            return made
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
        if isinstance(static, types.MethodType):
            owner = self.outside_value(
                static.__self__, trees.attr(function.expr, "__self__"), ("self", id(static.__self__))
            )
            inner = Value(trees.attr(function.expr, "__func__"), Static(static.__func__))
            return self.call_value(inner, [owner, *args], keywords, node, hint)
        if isinstance(static, types.FunctionType):
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
                name=getattr(static, "__name__", str(static)),
                module=getattr(static, "__module__", None) or "",
            )
        return self.opaque_call(function, args, keywords, node)

    # ---------------------------------------------------------------- plain calls
    def call_expression(self, function: gast.AST, args: list[gast.AST], keywords: dict[str, gast.AST]) -> gast.Call:
        return gast.Call(function, list(args), [gast.keyword(key, value) for key, value in keywords.items()])

    def opaque_call(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        """A call that no gradient flows through: done once, in its place."""
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        static = function.static
        if self.quiet:
            return Value(expr, self.guess_kind(static, args))
        if pure_builtin(static):
            mark_pure(expr)
            return Value(expr, self.guess_kind(static, args))
        for value in [*args, *keywords.values()]:
            if value.place is not None and not harmless(static):
                self.note_store(value.place, False, node)
        self.effects += 1
        made = self.emit(expr, ir.Plain(False), self.guess_kind(static, args), False)
        self.effects += 1
        return made

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
            bound = rule.bind(args, keywords)
        except (RuleError, TypeError):
            if (
                not any(value.varied for value in [*args, *keywords.values()])
                or rule.form == "nondifferentiable"
                or self.quiet
            ):
                return self.pure_call(function, args, keywords, node)
            raise self.refuse(
                "rule_keyword", node, name=rule.name, keywords=", ".join(keywords) or "these arguments"
            ) from None
        for name, value in list(bound.items()):
            if isinstance(value, tuple):
                bound[name] = self.make_tuple(list(value))
        args, keywords, bound = self.arrays_for(rule, bound, args, keywords, node)
        if rule.variadic and rule.variadic in bound and rule.form != "nondifferentiable":
            listed = self.listed(bound[rule.variadic])
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

        return self.primitive(rule, values, rebuild, node, hint, bound=bound, library=rule.library)

    def pure_call(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        expr = self.call_expression(
            function.expr, [value.expr for value in args], {k: v.expr for k, v in keywords.items()}
        )
        mark_pure(expr)
        return Value(expr, UNKNOWN)

    def listed(self, value: Value) -> Value | None:
        """A list or tuple display as separate operands; None where the items can't be told apart."""
        if value.items is not None:
            if any(item.items is not None for item in value.items):
                return None
            return value
        if value.iteration is not None and isinstance(value.iteration, list) and not self.is_written(value.place.root):
            if any(isinstance(item.kind, List) or item.items is not None for item in value.iteration):
                return None
            expr = gast.List([item.expr for item in value.iteration], gast.Load())
            return Value(expr, value.kind, value.varied, items=value.iteration)
        return None

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

    # ---------------------------------------------------------------- the user's functions
    def call_user(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        everything = [*args, *keywords.values()]
        self.guards[id(static), "__code__"] = self.make_guard(static, "__code__", "is", static.__code__)
        if not any(
            value.varied
            or value.place is not None
            or value.object is not None
            or value.items is not None
            or is_function(value)
            for value in everything
        ):
            return (
                self.opaque_call(function, args, keywords, node)
                if self.quiet
                else self.plain_user_call(function, static, args, keywords, node)
            )
        if self.quiet:
            return Value(
                self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()}),
                UNKNOWN,
            )
        tree, source = self.lowered_source(static, node)
        if tree is None:
            if any(value.varied for value in everything):
                raise self.refuse("no_source", node, name=static.__name__, reason=source)
            return self.opaque_call(function, args, keywords, node)
        frame = self.new_frame(source, static, tree, static.__globals__, None)
        frame.number = (*self.path, id(node), "call")
        defaults = [self.default_value(function, static, k, each) for k, each in enumerate(static.__defaults__ or ())]
        named = {
            key: self.default_value(function, static, key, each) for key, each in (static.__kwdefaults__ or {}).items()
        }
        arguments = self.bind_arguments(tree.args, args, keywords, defaults, named, node, static.__name__)
        return self.in_place(static.__code__, tree, frame, arguments, node)

    def plain_user_call(
        self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        """A call of the user's own function with plain numbers: it stays a call; its kind is found by walking
        through it."""
        made = self.opaque_call(function, args, keywords, node)
        kind = self.kind_by_walking(static, args, keywords, node)
        name = made.expr.id
        self.info[name].kind = kind
        if not isinstance(kind, (Array, List, Mapping, Unknown)):
            made.place = self.info[name].place = None
        return Value(made.expr, kind, False, place=made.place)

    def kind_by_walking(self, static: Any, args: list[Value], keywords: dict[str, Value], node: Any) -> Any:
        from s2sad.errors import NotDifferentiableError

        if static.__code__ in self.stack or len(self.stack) > 20:
            return UNKNOWN
        state, block, position, sites = dict(self.state), self.block, self.position, dict(self.site_counts)
        self.block = []
        try:
            tree, source = self.lowered_source(static, node)
            if tree is None:
                return UNKNOWN
            frame = self.new_frame(source, static, tree, static.__globals__, None)
            defaults = [Value(trees.const(0), kind_of(each)) for each in static.__defaults__ or ()]
            named = {key: Value(trees.const(0), kind_of(each)) for key, each in (static.__kwdefaults__ or {}).items()}
            arguments = self.bind_arguments(tree.args, args, keywords, defaults, named, node, static.__name__)
            return self.in_place(static.__code__, tree, frame, arguments, node).kind
        except NotDifferentiableError:
            return UNKNOWN
        finally:
            self.state, self.block, self.position, self.site_counts = state, block, position, sites

    def default_value(self, function: Value, static: Any, key: Any, value: Any) -> Value:
        kind = kind_of(value, ("default", id(static), key))
        if isinstance(value, (int, float, bool, str, type(None))):
            made = trees.const(value) if value == value else trees.attr(trees.name("np", module=np), "nan")
            return self.visit_Constant(made) if isinstance(made, gast.Constant) else Value(made, kind)
        if isinstance(key, int):
            expr = trees.index(trees.attr(function.expr, "__defaults__"), trees.const(key))
        else:
            expr = trees.index(trees.attr(function.expr, "__kwdefaults__"), trees.const(key))
        return self.outside_value(value, expr, ("default", id(static), key))

    def lowered_source(self, static: Any, node: Any) -> tuple[Any, Any]:
        found = self.facts.results.get(("lowered", static.__code__))
        if found is None:
            try:
                source = read(static, self.request.source.text_for(static))
                from s2sad.check import check

                check(source)
                found = lower(source.tree), source
            except SourceError as error:
                found = None, str(error)
            self.facts.results["lowered", static.__code__] = found
        return found

    def call_local(self, static: LocalFunction, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        key = ("lowered", id(static.tree))
        tree = self.facts.results.get(key)
        if tree is None:
            tree = self.facts.results[key] = lower(static.tree)
            self.facts.results["keep", id(static.tree)] = static.tree
        frame = self.new_frame(static.frame.source, None, tree, static.frame.namespace, static.frame)
        frame.number = (*self.path, id(node), "call")
        named = {
            each.id: value
            for each, value in zip(static.tree.args.kwonlyargs, static.keyword_defaults)
            if value is not None
        }
        arguments = self.bind_arguments(tree.args, args, keywords, static.defaults, named, node, static.name)
        return self.in_place((id(static.tree), static.frame.number), tree, frame, arguments, node)

    def in_place(self, identity: Any, tree: Any, frame: Frame, arguments: dict[str, Value], node: Any) -> Value:
        """The body of a function, written where it is called."""
        if identity in self.facts.outlined:
            return self.call_beside(identity, tree, frame, arguments, node)
        if identity in self.stack:
            self.facts.outlined.add(identity)
            raise Restart
        if len(self.stack) > 60:
            raise self.refuse("recursion", node, name=tree.name)
        outer = self.frame, self.path, self.origin
        self.stack.append(identity)
        self.path = (*self.path, id(node))
        self.frame = frame
        for name, value in arguments.items():
            value = value if value.items is not None or value.object is not None else self.settle(value, name)
            self.state[frame.number, name] = value
        try:
            return self.run_body(tree)
        finally:
            self.stack.pop()
            self.frame, self.path, self.origin = outer

    def bind_arguments(
        self,
        args: gast.arguments,
        positional: list[Value],
        keywords: dict[str, Value],
        defaults: list[Value],
        named: dict[str, Value],
        node: Any,
        name: str,
    ) -> dict[str, Value]:
        """Which argument goes to which parameter, as Python does it."""
        bound: dict[str, Value] = {}
        names = [each.id for each in [*args.posonlyargs, *args.args]]
        keywords = dict(keywords)
        rest = positional[len(names) :]
        bound.update(zip(names, positional))
        if rest and args.vararg is None:
            raise self.refuse(
                "wrong_call", node, name=name, reason=f"it takes {len(names)} arguments, {len(positional)} are given"
            )
        for each in names[len(args.posonlyargs) :]:
            if each in keywords:
                bound[each] = keywords.pop(each)
        for each, value in zip(names[len(names) - len(defaults) :] if defaults else [], defaults):
            bound.setdefault(each, value)
        for each in args.kwonlyargs:
            if each.id in keywords:
                bound[each.id] = keywords.pop(each.id)
            elif each.id in named:
                bound[each.id] = named[each.id]
        missing = [each for each in [*names, *[k.id for k in args.kwonlyargs]] if each not in bound]
        if missing:
            raise self.refuse("wrong_call", node, name=name, reason=f"its parameter {missing[0]} is missing")
        if args.vararg is not None:
            bound[args.vararg.id] = self.make_tuple(rest)
        if args.kwarg is not None:
            bound[args.kwarg.id] = self.make_dict(keywords, args.kwarg.id)
        elif keywords:
            raise self.refuse("wrong_call", node, name=name, reason=f"it has no parameter {next(iter(keywords))}")
        return bound

    # ---------------------------------------------------------------- classes and methods
    def construct(
        self, function: Value, cls: type, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """cls(...): a namedtuple, a dataclass, a class of the user's."""
        everything = [*args, *keywords.values()]
        fields = getattr(cls, "_fields", None)
        if issubclass(cls, tuple) and fields is not None:
            named = dict(zip(fields, args)) | keywords
            for key, each in getattr(cls, "_field_defaults", {}).items():
                if key not in named:
                    named[key] = (
                        self.key_value(each)
                        if isinstance(each, (int, float, str, bool, type(None)))
                        else self.outside_value(
                            each,
                            trees.index(trees.attr(function.expr, "_field_defaults"), trees.const(key)),
                            ("field", cls, key),
                        )
                    )
            missing = [key for key in fields if key not in named]
            if missing:
                raise self.refuse("wrong_call", node, name=cls.__name__, reason=f"its field {missing[0]} is missing")
            items = [self.settle(named[key]) for key in fields]
            expr = self.call_expression(function.expr, [item.expr for item in items], {})
            mark_pure(expr)
            return Value(expr, Tuple(tuple(i.kind for i in items), cls), any(i.varied for i in items), items=items)
        if (
            issubclass(cls, BaseException)
            or not any(v.varied for v in everything)
            and not isinstance(getattr(cls, "__init__", None), types.FunctionType)
        ):
            return self.opaque_call(function, args, keywords, node)
        if self.quiet:
            return Value(
                self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()}),
                UNKNOWN,
            )
        if dataclasses.is_dataclass(cls) and "__init__" in vars(cls) and cls.__dataclass_params__.init:
            return self.construct_dataclass(function, cls, args, keywords, node, hint)
        init = getattr(cls, "__init__", None)
        if not isinstance(init, types.FunctionType):
            raise self.refuse("no_rule", node, name=cls.__name__, module=cls.__module__)
        thing = Object(cls, [])
        new = trees.call(trees.attr(trees.builtin("object"), "__new__"), function.expr)
        value = self.made_object(thing, new, Record(cls, ()), hint)
        self.call_value(Value(function.expr, Static(BoundMethod(value, init, "__init__"))), args, keywords, node)
        parts = [(key, self.state[thing, key].kind) for key in thing.keys]
        kind = Record(cls, tuple(parts))
        varied = any(self.state[thing, key].varied for key in thing.keys)
        self.info[value.expr.id].kind, self.info[value.expr.id].varied = kind, varied
        return Value(value.expr, kind, varied, object=thing)

    def construct_dataclass(
        self, function: Value, cls: type, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        fields = [each for each in dataclasses.fields(cls) if each.init]
        if hasattr(cls, "__post_init__") or len(fields) != len(dataclasses.fields(cls)):
            raise self.refuse("post_init", node, name=cls.__name__)
        named = dict(zip([each.name for each in fields if not each.kw_only], args)) | keywords
        parts: dict[str, Value] = {}
        for each in fields:
            if each.name in named:
                parts[each.name] = self.settle(named[each.name], each.name)
            elif each.default is not dataclasses.MISSING:
                parts[each.name] = (
                    self.outside_value(each.default, trees.attr(function.expr, each.name), ("field", cls, each.name))
                    if not isinstance(each.default, (int, float, str, bool, type(None)))
                    else self.key_value(each.default)
                )
            elif each.default_factory is not dataclasses.MISSING:
                factory = self.outside_value(each.default_factory, trees.const(None), ("factory", cls, each.name))
                if each.default_factory is list:
                    parts[each.name] = self.make_list([], each.name)
                elif each.default_factory is dict:
                    parts[each.name] = self.make_dict({}, each.name)
                else:
                    raise self.refuse("post_init", node, name=cls.__name__)
                del factory
            else:
                raise self.refuse("wrong_call", node, name=cls.__name__, reason=f"its field {each.name} is missing")
        thing = Object(cls, list(parts))
        for key, value in parts.items():
            self.state[thing, key] = value
        expr = self.call_expression(function.expr, [], {key: value.expr for key, value in parts.items()})
        kind = Record(cls, tuple((key, value.kind) for key, value in parts.items()))
        return self.made_object(thing, expr, kind, hint)

    def call_method(
        self,
        function: Value,
        method: BoundMethod,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        owner, name = method.owner, method.name
        if isinstance(owner.kind, Tuple) and owner.items is not None and name in ("_replace", "_asdict"):
            return self.namedtuple_method(owner, name, keywords, node)
        if self.is_fixed_list(owner):
            return self.fixed_list_method(owner, name, args, keywords, node)
        if isinstance(method.function, types.FunctionType):
            inner = Value(trees.attr(trees.attr(owner.expr, "__class__"), name), Static(method.function))
            return self.call_value(inner, [owner, *args], keywords, node, hint)
        if isinstance(owner.kind, Tuple) and owner.kind.cls is not None and owner.items is not None:
            return self.namedtuple_method(owner, name, keywords, node)
        if owner.object is not None and owner.object.cls is dict:
            return self.dict_method(owner, name, args, keywords, node)
        if isinstance(owner.kind, (List, Mapping)):
            return self.list_method(owner, name, args, node, keywords)
        if isinstance(owner.kind, (Array, Scalar)):
            return self.array_method(function, owner, name, args, keywords, node, hint)
        if (
            any(value.varied for value in [owner, *args, *keywords.values()])
            and not self.quiet
            and not isinstance(owner.static, (str, bytes))
        ):
            raise self.refuse("unknown_method", node, name=name)
        return self.opaque_call(function, args, keywords, node)

    def namedtuple_method(self, owner: Value, name: str, keywords: dict[str, Value], node: Any) -> Value:
        cls = owner.kind.cls
        if name == "_replace":
            items = [keywords.get(key, item) for key, item in zip(cls._fields, owner.items)]
            made = self.make_tuple([self.settle(item) for item in items], cls)
            made.expr = self.call_expression(
                trees.attr(owner.expr, "_replace"), [], {k: v.expr for k, v in keywords.items()}
            )
            mark_pure(made.expr)
            return made
        if name == "_asdict":
            return self.make_dict(dict(zip(cls._fields, owner.items)))
        raise self.refuse("unknown_method", node, name=name)

    def array_method(
        self,
        function: Value,
        owner: Value,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        if name == "fill":
            self.store(
                owner, trees.const(...), [("ellipsis", "explicit")], owner.kind, self.settle(args[0]), None, node
            )
            return Value(trees.const(None), Static(None))
        written = self.numpy_method(owner, name, args, keywords, node, hint)
        if written is not None:
            return written
        found = registry.find_method(name)
        rule = registry.find(found) if found is not None else None
        if rule is None or found is None:
            if owner.varied or any(value.varied for value in args):
                if self.quiet or isinstance(owner.kind, Scalar) and name in ("is_integer", "as_integer_ratio"):
                    return Value(self.call_expression(function.expr, [v.expr for v in args], {}), UNKNOWN)
                raise self.refuse("unknown_method", node, name=name)
            if name in ("sort", "partition", "put", "resize", "itemset") and owner.place is not None:
                self.note_store(owner.place, False, node)
            return self.opaque_call(function, args, keywords, node)
        owner = owner if self.quiet else self.settle(owner)
        out = keywords.pop("out", None)
        try:
            bound = rule.bind([owner, *args], keywords)
        except (RuleError, TypeError):
            if not owner.varied:
                return self.pure_call(function, args, keywords, node)
            raise self.refuse(
                "rule_keyword", node, name=name, keywords=", ".join(keywords) or "these arguments"
            ) from None
        bound = {
            key: self.make_tuple(list(value)) if isinstance(value, tuple) else value for key, value in bound.items()
        }
        names = list(keywords)
        count = len(args)

        def rebuild(exprs: list[gast.AST]) -> gast.AST:
            return self.call_expression(
                trees.attr(exprs[0], name), exprs[1 : 1 + count], dict(zip(names, exprs[1 + count :]))
            )

        values = [owner, *args, *keywords.values()]
        if rule.view and owner.varied and owner.place is not None and owner.expr.__class__ is not gast.Name:
            owner = self.settle(owner)
        made = self.primitive(rule, values, rebuild, node, hint, bound=bound, library="numpy")
        if out is not None:
            self.store_whole(out, made, node)
            return out
        return made

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
        kinds = self.kinds_for(static.plain_signature, args, keywords)
        plain, entry = static.plain_function(kinds)
        self.facts.results.setdefault("keep", []).append((plain, entry))
        return self.call_user(Value(function.expr, Static(plain)), plain, args, keywords, node, hint)

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
        if not any(value.varied for value in args):
            return self.opaque_call(function, args, keywords, node)
        if keywords:
            raise self.refuse("custom_keywords", node, name=getattr(static, "__name__", "it"))
        operands = [self.operand(value) for value in args]
        name, pullback = self.names.fresh(hint or "#t"), self.names.fresh("pullback")
        target = gast.Tuple([trees.name(name, store=True), trees.name(pullback, store=True)], gast.Store())
        expr = self.call_expression(trees.attr(function.expr, "with_gradient"), operands, {})
        op = ir.Checked(operands, [value.kind for value in args], pullback)
        op.target = name
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

    def call_super(self, node: gast.Call) -> Value:
        code = getattr(self.frame.function, "__code__", None)
        arguments = self.frame.tree.args
        first = [*arguments.posonlyargs, *arguments.args][:1]
        owner = self.state.get((self.frame.number, first[0].id)) if first else None
        cls = (
            owner.object.cls
            if isinstance(owner, Value) and owner.object is not None
            else owner.static
            if isinstance(owner, Value)
            else None
        )
        if isinstance(cls, type):
            for each in cls.__mro__:
                if any(
                    getattr(getattr(found, "__func__", found), "__code__", None) is code
                    for found in vars(each).values()
                ):
                    return Value(trees.call(trees.builtin("super")), Static(Super(owner, each)))
        raise self.refuse("super", node)

    def super_attribute(self, static: Super, name: str, node: Any) -> Value:
        mro = static.owner.object.cls.__mro__ if static.owner.object is not None else static.owner.static.__mro__
        for cls in mro[mro.index(static.cls) + 1 :]:
            if name in vars(cls):
                found = vars(cls)[name]
                if isinstance(found, types.FunctionType):
                    return Value(trees.attr(static.owner.expr, name), Static(BoundMethod(static.owner, found, name)))
                if cls is object and name == "__init__":
                    return Value(trees.builtin("print"), Static(LocalFunction(NOTHING, self.frame, [], [], "init")))
        raise self.refuse("super", node)

    def whole(self, value: Value) -> Value:
        return value

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
            elif isinstance(value.kind, Scalar) and value.kind.dtype in PYTHON_TYPES:
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
}


def pure_builtin(static: Any) -> bool:
    return static in (len, isinstance, callable, hasattr, range, type, ord, chr, str, repr, hash, any, all)


def harmless(static: Any) -> bool:
    """Whether a function is known to write into none of its arguments."""
    module = getattr(static, "__module__", None) or ""
    if static is print or isinstance(static, type) and module == "builtins" or module == "builtins":
        return True
    if module.startswith(("numpy", "math")) and getattr(static, "__name__", "") not in (
        "put",
        "place",
        "copyto",
        "shuffle",
        "fill_diagonal",
        "putmask",
        "at",
    ):
        return True
    return isinstance(static, BoundMethod)


_ = (inspect, operator, Dict, Restart, carries_gradient, join, replace_nodes)
