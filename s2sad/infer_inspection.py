"""Part of the stage `infer`: built-in functions that ask what a value is: its class, its attributes, whether
it can be called."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections import deque
from collections.abc import MutableSequence
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.infer_expressions import SliceOf
from s2sad.kinds import BOOL, UNKNOWN, Array, Dict, List, Mapping, Scalar, Static, Tuple
from s2sad.values import MISSING, BoundMethod, LocalFunction, Partial, Value

PYTHON_TYPES = {"float": float, "int": int, "real": int, "bool": bool, "complex": complex}

# What a number that is computed, or taken out of a list, may be of besides.
LIKE: dict[str, tuple[type, ...]] = {
    "bool": (bool, np.bool_, int, np.int64),
    "int": (int, np.int64, np.int32, bool),
    "real": (int, float, bool),
    "float": (float, np.float64, int),
    "complex": (complex, np.complex128),
}
NUMBERS_AND_ARRAYS = {np.ndarray, *(each for classes in LIKE.values() for each in classes), np.float32, np.complex64}
STANDS_FOR: dict[type, type] = {LocalFunction: types.FunctionType, Partial: functools.partial, SliceOf: slice}


class Inspection:
    def call_isinstance(self, node: gast.Call) -> Value:
        """Answered here where each class that the value may be of gives the same answer, else asked when it runs."""
        value, cls = self.visit_inert(node.args[0]), self.visit_inert(node.args[1])
        known = self.known(cls)
        classes = known if isinstance(known, tuple) else (known,)
        if known is not MISSING and all(isinstance(each, type) for each in classes):
            answers = {issubclass(each, classes) for each in self.classes_of(value, node)}
            if len(answers) == 1:
                return Value(trees.const(answers.pop()), BOOL)
        return Value(trees.call(trees.builtin("isinstance"), value.expr, cls.expr), BOOL)

    def classes_of(self, value: Value, node: Any) -> set[type]:
        """The classes that a value may be of; none where they aren't known."""
        kind = value.kind
        if value.view:
            return {type(getattr({}, value.view)())}
        if value.object is not None:
            return {value.object.cls}
        if value.items is not None or isinstance(kind, Tuple):
            return {isinstance(kind, Tuple) and kind.cls or tuple}
        if isinstance(kind, List) and kind.cls is MutableSequence:
            return {list, deque}
        if isinstance(kind, List):
            return {kind.cls} if kind.cls is not None else self.classes_of_list(value.expr)
        if isinstance(kind, Array) and kind.dims:
            return {np.ndarray}
        if isinstance(kind, Scalar) and kind.dtype in PYTHON_TYPES:
            return {PYTHON_TYPES[kind.dtype]} if self.is_given(value.expr) else set(LIKE[kind.dtype])
        if isinstance(kind, (Scalar, Array)) and kind.char != "O":
            return set(NUMBERS_AND_ARRAYS)
        if value.static is MISSING:
            return set()
        stand_in = type(value.static)
        if stand_in is BoundMethod:
            written = isinstance(value.static.function, types.FunctionType)
            return {types.MethodType if written else types.BuiltinFunctionType}
        if stand_in in STANDS_FOR:
            return {STANDS_FOR[stand_in]}
        if stand_in.__module__.partition(".")[0] == "s2sad":
            raise self.refuse("operator", node)
        return {stand_in}

    def is_given(self, expr: gast.AST) -> bool:
        """Whether a number is one that is written down, or that the caller gives by itself, whose kind tells its class:
        not an item of a list, nor computed."""
        if getattr(expr, "known_part", False):  # of what the guard looks at
            return True
        while isinstance(expr, (gast.Name, gast.Subscript, gast.Attribute)):
            if not isinstance(expr, gast.Name):
                expr = expr.value
                continue
            info = self.info.get(expr.id)
            if info is None or isinstance(info.kind, (List, Mapping, Array)) or expr.id in self.phi_sources:
                return False
            if not has_value(info):
                return info.statement is None
            expr = info.statement.value
        return trees.literal(expr) is not None

    def classes_of_list(self, expr: gast.AST) -> set[type]:
        """Of what is run through like a list: range(...) and tuple(...) give something else."""
        found: set[type] = set()
        todo, seen = [expr], set()
        while todo:
            each = todo.pop()
            info = self.info.get(each.id) if isinstance(each, gast.Name) else None
            if info is not None:
                if each.id in seen:
                    continue
                seen.add(each.id)
                sources = [info.statement.value] if has_value(info) else [*self.phi_sources.get(each.id, ())]
                todo += sources
                found |= set() if sources else {list}
            elif isinstance(each, gast.Subscript) and isinstance(each.slice, gast.Slice):
                todo.append(each.value)
            elif isinstance(each, gast.BinOp):
                todo += [side for side in (each.left, each.right) if not self.is_count(side)]
            else:
                called = getattr(each.func, "builtin", None) if isinstance(each, gast.Call) else None
                found.add(called if called in (range, tuple) else list)
        return found

    def is_count(self, expr: gast.AST) -> bool:
        info = self.info.get(expr.id) if isinstance(expr, gast.Name) else None
        return isinstance(expr, gast.Constant) or info is not None and isinstance(info.kind, Scalar)

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
        if isinstance(args[0].kind, (Scalar, Array, List, Tuple, Dict, Mapping)):
            return Value(trees.const(False), BOOL)
        return None

    def call_type(self, function: Value, args: list[Value], keywords: Any, node: Any, hint: Any) -> Value | None:
        value = args[0]
        container = value.object is not None or isinstance(value.kind, (List, Tuple))
        classes = self.classes_of(value, node) if len(args) == 1 and container else ()
        if len(classes) == 1:
            return Value(trees.call(trees.builtin("type"), value.expr), Static(*classes))
        return self.plain(function, args, keywords, UNKNOWN)


def has_value(info: ir.Info) -> bool:
    return isinstance(getattr(info.statement, "value", None), gast.AST)
