"""Part of the stage `infer`: classes of the user's: made, their methods called."""

from __future__ import annotations

import collections
import dataclasses
import inspect
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_sparse import METHODS as SPARSE_METHODS
from s2sad.infer_sparse_solvers import SparseFactor
from s2sad.kinds import UNKNOWN, Array, List, Mapping, Record, Scalar, Static, Text, Tuple
from s2sad.values import BoundMethod, LocalFunction, Object, Super, Value, holds_active_text

LOGGING = ("debug", "info", "warning", "error", "critical", "exception", "log")
HEAP_TYPE = 1 << 9  # of the flags of classes that a program makes
WRITTEN_IN_C = (types.MethodDescriptorType, types.WrapperDescriptorType)
NOTHING = gast.parse("def init(): return None").body[0]


class Classes:
    def construct(
        self, function: Value, cls: type, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """cls(...): a namedtuple, a dataclass, a class of the user's."""
        everything = [*args, *keywords.values()]
        fields = getattr(cls, "_fields", None)
        if issubclass(cls, tuple) and fields is not None:
            if not is_plain_namedtuple(cls):
                raise self.refuse("own_protocol", node, name=cls.__name__, what="making instances")
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
        if issubclass(cls, BaseException):  # what is read of it would have to have a gradient: that is refused
            made = self.opaque_call(function, args, keywords, node)
            self.exceptions.add(getattr(made.expr, "id", ""))
            return dataclasses.replace(made, varied=any(v.varied for v in everything))
        if not everything and not self.quiet and makes_bare_objects(cls):
            return self.bare_object(function, cls, hint)
        if not any(v.varied for v in everything) and (
            cls is collections.Counter or not isinstance(getattr(cls, "__init__", None), types.FunctionType)
        ):
            return self.opaque_call(function, args, keywords, node)
        if self.quiet:
            return Value(
                self.call_expression(function.expr, [v.expr for v in args], {k: v.expr for k, v in keywords.items()}),
                UNKNOWN,
            )
        init = getattr(cls, "__init__", None)
        if not isinstance(init, types.FunctionType):
            raise self.refuse("no_rule", node, name=cls.__name__, module=cls.__module__)
        if cls.__new__ is not object.__new__ or type(cls).__call__ is not type.__call__:
            raise self.refuse("own_protocol", node, name=cls.__name__, what="making instances")
        if dataclasses.is_dataclass(cls) and "__init__" in vars(cls) and cls.__dataclass_params__.init:
            return self.construct_dataclass(function, cls, args, keywords, node, hint)
        value = self.bare_object(function, cls, hint)
        self.call_value(Value(function.expr, Static(BoundMethod(value, init, "__init__"))), args, keywords, node)
        return self.with_kind(value)

    def bare_object(self, function: Value, cls: type, hint: str | None) -> Value:
        """An instance that has no attributes yet."""
        new = trees.call(trees.attr(trees.builtin("object"), "__new__"), function.expr)
        return self.made_object(Object(cls, []), new, Record(cls, ()), hint)

    def with_kind(self, value: Value) -> Value:
        """An object, with what is known of its attributes now."""
        thing = value.object
        parts = [(key, self.state[thing, key].kind) for key in thing.keys]
        kind = Record(thing.cls, tuple(parts))
        varied = any(self.state[thing, key].varied for key in thing.keys)
        self.info[value.expr.id].kind, self.info[value.expr.id].varied = kind, varied
        return Value(value.expr, kind, varied, object=thing)

    def construct_dataclass(
        self, function: Value, cls: type, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        if any(each._field_type is dataclasses._FIELD_INITVAR for each in cls.__dataclass_fields__.values()):  # type: ignore
            raise self.refuse("post_init", node, name=cls.__name__)
        fields = [each for each in dataclasses.fields(cls) if each.init]
        named = dict(zip([each.name for each in fields if not each.kw_only], args)) | keywords
        parts: dict[str, Value] = {}
        for each in dataclasses.fields(cls):
            if each.init and each.name in named:
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
                    parts[each.name] = self.settle(self.call_value(factory, [], {}, node), each.name)
            elif each.init:
                raise self.refuse("wrong_call", node, name=cls.__name__, reason=f"its field {each.name} is missing")
        after = getattr(cls, "__post_init__", None)
        if after is not None or len(fields) != len(dataclasses.fields(cls)):
            return self.finished_dataclass(self.bare_object(function, cls, hint), parts, after, node)
        thing = Object(cls, list(parts))
        for key, value in parts.items():
            self.state[thing, key] = value
        expr = self.call_expression(function.expr, [], {key: value.expr for key, value in parts.items()})
        kind = Record(cls, tuple((key, value.kind) for key, value in parts.items()))
        return self.made_object(thing, expr, kind, hint)

    def finished_dataclass(self, value: Value, parts: dict[str, Value], after: Any, node: Any) -> Value:
        """What `__init__` does of a dataclass that has a `__post_init__`."""
        for key, each in parts.items():
            self.set_plainly(value, key, each, node)
        if after is not None:
            self.call_value(Value(value.expr, Static(BoundMethod(value, after, "__post_init__"))), [], {}, node)
        return self.with_kind(value)

    def call_new(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        """object.__new__(cls), as generated programs have it."""
        cls = args[0].static if len(args) == 1 else None
        return self.bare_object(args[0], cls, hint) if isinstance(cls, type) and not self.quiet else None

    def call_set_plainly(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        """object.__setattr__(owner, name, value)"""
        name = self.known(args[1]) if len(args) == 3 else None
        if args[0].object is None or not isinstance(name, str) or self.quiet:
            return None
        self.set_plainly(args[0], name, self.settle(args[2], name), node)
        return Value(trees.const(None), Static(None))

    def set_plainly(self, owner: Value, name: str, value: Value, node: Any) -> None:
        """object.__setattr__(owner, name, value), which a frozen dataclass needs; else owner.name = value."""
        frozen = dataclasses.is_dataclass(owner.object.cls) and owner.object.cls.__dataclass_params__.frozen  # type: ignore
        self.store_part(owner, name, value, trees.attr(owner.expr, name), node)
        if frozen:
            stored = self.block.pop()
            setting = trees.call(
                trees.attr(trees.builtin("object"), "__setattr__"), owner.expr, trees.const(name), value.expr
            )
            self.add(gast.Expr(setting), ir.Plain(False))
            self.block[-1].writes_part = stored.writes_part

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
        if isinstance(owner.static, SparseFactor):
            return self.solve_with_factor(owner.static, args, keywords, node, hint)
        if name in SPARSE_METHODS and self.sparse_of(owner) is not None:
            made = self.sparse_method(function, owner, name, args, keywords, node, hint)
            if made is not None:
                return made
        if isinstance(owner.kind, Tuple) and owner.items is not None and name in ("_replace", "_asdict"):
            return self.namedtuple_method(owner, name, keywords, node)
        if self.is_fixed_list(owner):
            return self.fixed_list_method(owner, name, args, keywords, node)
        if is_logging(method.function):
            return self.logged(function, args, keywords)
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

    def logged(self, function: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """logger.info(...): the call as it stands; it returns None."""
        exprs = [self.settle(each).expr for each in args]
        named = {key: self.settle(each).expr for key, each in keywords.items()}
        return Value(self.call_expression(function.expr, exprs, named), Static(None))

    def namedtuple_method(self, owner: Value, name: str, keywords: dict[str, Value], node: Any) -> Value:
        cls = owner.kind.cls
        if name == "_replace":
            items = [keywords.get(key, item) for key, item in zip(cls._fields, owner.items)]
            made = self.make_tuple([self.settle(item) for item in items], cls)
            if isinstance(owner.expr, gast.Name):
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


def makes_bare_objects(cls: type) -> bool:
    """Whether the objects of a class have no attributes at first: it is written in Python, without an `__init__`."""
    makers: Any = (getattr(cls, "__init__", None), cls.__new__, type(cls).__call__)
    if makers != (object.__init__, object.__new__, type.__call__):
        return False
    return not inspect.isabstract(cls) and all(is_written_in_python(each) for each in cls.__mro__[:-1])


def is_written_in_python(cls: type) -> bool:
    return bool(cls.__flags__ & HEAP_TYPE) and not any(isinstance(each, WRITTEN_IN_C) for each in vars(cls).values())


def is_plain_namedtuple(cls: type) -> bool:
    """Whether a class of tuples is made from its fields alone: by `namedtuple`, or a NamedTuple without a `__new__`."""
    made = getattr(getattr(cls.__new__, "__code__", None), "co_filename", "").startswith("<string")
    return made and hasattr(cls, "_make")


def is_logging(function: Any) -> bool:
    """Whether a function of the module `logging` only writes a message."""
    return getattr(function, "__module__", "") == "logging" and getattr(function, "__name__", "") in LOGGING
