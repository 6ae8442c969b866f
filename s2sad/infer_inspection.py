"""Part of the stage `infer`: built-in functions that ask what a value is: its class, its attributes, whether
it can be called."""

from __future__ import annotations

import dataclasses
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.kinds import BOOL, UNKNOWN, Array, List, Scalar, Static, Tuple
from s2sad.values import MISSING, BoundMethod, LocalFunction, Partial, Value

PYTHON_TYPES = {"float": float, "int": int, "real": int, "bool": bool, "complex": complex}


class Inspection:
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

    def call_getattr(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        name = self.known(args[1])
        if not isinstance(name, str):
            if args[0].varied:
                raise self.refuse("unknown_attribute", node, name="?")
            return None
        if (
            args[0].object is not None
            and (args[0].object, name) not in self.state
            and not hasattr(args[0].object.cls, name)
            and len(args) > 2
        ):
            return args[2]
        return self.get_attribute(args[0], name, node, hint)

    def call_fields(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        """dataclasses.astuple(owner) and asdict(owner)"""
        return self.copied_fields(args[0], function.static, node) if len(args) == 1 and not keywords else None

    def copied_fields(self, value: Value, function: Any, node: Any) -> Value | None:
        """What `astuple` or `asdict` makes of a value; None where it holds what isn't copied here."""
        if value.object is not None and dataclasses.is_dataclass(value.object.cls):
            keys = [each.name for each in dataclasses.fields(value.object.cls)]
            parts = [self.copied_fields(self.read_part(value, key, node), function, node) for key in keys]
            found = [each for each in parts if each is not None]
            if len(found) < len(keys):
                return None
            return self.make_tuple(found) if function is dataclasses.astuple else self.make_dict(dict(zip(keys, found)))
        if isinstance(value.kind, Array) and value.kind.dims:
            return self.call_function(np.copy, [value], node)
        return value if isinstance(value.kind, Scalar) or isinstance(value.static, (str, type(None))) else None

    def call_hasattr(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        name = self.known(args[1])
        if args[0].object is not None and isinstance(name, str):
            return Value(trees.const((args[0].object, name) in self.state or hasattr(args[0].object.cls, name)), BOOL)
        return None

    def call_setattr(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        name = self.known(args[1])
        if isinstance(name, str) and args[0].object is not None:
            self.store_attribute_value(args[0], name, self.settle(args[2]), node)
            return Value(trees.const(None), Static(None))
        if any(v.varied for v in args):
            raise self.refuse("unknown_store", node)
        return None

    def call_callable(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        if args[0].static is not MISSING:
            return Value(
                trees.const(
                    callable(args[0].static) or isinstance(args[0].static, (LocalFunction, Partial, BoundMethod))
                ),
                BOOL,
            )
        if isinstance(args[0].kind, (Scalar, Array, List)):
            return Value(trees.const(False), BOOL)
        return None

    def call_type(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        value = args[0]
        if value.object is not None and len(args) == 1:
            return Value(trees.call(trees.builtin("type"), value.expr), Static(value.object.cls))
        return self.plain(function, args, keywords, UNKNOWN)


def has_value(info: ir.Info) -> bool:
    return isinstance(getattr(info.statement, "value", None), gast.AST)
