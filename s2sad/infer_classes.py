"""Part of the stage `infer`: classes of the user's: made, their methods called."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import mark_pure
from s2sad.kinds import UNKNOWN, Array, List, Mapping, Record, Scalar, Static, Text, Tuple
from s2sad.values import BoundMethod, LocalFunction, Object, Super, Value, holds_active_text

NOTHING = gast.parse("def init(): return None").body[0]


class Classes:
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
        if name in ("dot", "tocoo") and len(args) == (name == "dot") and self.sparse_of(owner) is not None:
            made = self.sparse_method(function, owner, args, node, hint)
            if made is not None:
                return made
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
        made = self.opaque_call(function, args, keywords, node)
        given = [owner, *args, *keywords.values()]
        active = any(holds_active_text(value.kind) or value.varied for value in given)
        return dataclasses.replace(made, kind=Text(True)) if active else made

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
