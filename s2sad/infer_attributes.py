"""Part of the stage `infer`: attributes: of modules, arrays, records and namedtuples."""

from __future__ import annotations

import functools
import types
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.infer_dunders import NeedsStatements
from s2sad.infer_expressions import SliceOf
from s2sad.infer_frozen import Frozen
from s2sad.infer_grids import Grid
from s2sad.infer_memory import dim_symbol
from s2sad.infer_sparse import Sparse
from s2sad.infer_sparse_solvers import SparseFactor
from s2sad.infer_splines import Spline
from s2sad.infer_surfaces import Surface
from s2sad.kinds import UNKNOWN, Array, Dict, List, Mapping, Scalar, Static, Text, Tuple
from s2sad.rules import registry
from s2sad.values import MISSING, BoundMethod, Solution, Super, Value

COUNTS = ("size", "ndim", "itemsize", "nbytes")
LAYOUT = ("dtype", "flags", "strides")
PLAIN_ATTRIBUTES = (
    *(property, classmethod, staticmethod, type, types.FunctionType, types.BuiltinFunctionType, np.ufunc),
    *(types.MemberDescriptorType, types.WrapperDescriptorType, types.MethodDescriptorType),
    *(types.GetSetDescriptorType, types.MethodType),
)
ATTRIBUTES = ("T", "shape", "flat", *COUNTS, *LAYOUT)  # those that the compiler knows itself


class Attributes:
    def visit_Attribute(self, node: gast.Attribute, hint: str | None = None) -> Value:
        self.look_first(node.value, node)
        return self.get_attribute(self.taken_apart(self.visit(node.value), node), node.attr, node, hint)

    def get_attribute(self, owner: Value, name: str, node: Any, hint: str | None = None) -> Value:
        static = owner.static
        expr = trees.attr(owner.expr, name)
        if isinstance(static, Super):
            return self.super_attribute(static, name, node)
        if isinstance(static, Solution):
            return self.part_of_solution(static, name, node)
        if isinstance(static, Surface):
            return self.part_of_surface(static, name)
        if isinstance(static, Spline):
            return self.part_of_spline(static, name, node)
        if isinstance(static, Grid):
            return self.part_of_grid(static, name, node)
        if isinstance(static, SparseFactor):
            return self.factor_attribute(static, owner, name, node)
        matrix = self.sparse_of(owner)
        made = self.sparse_attribute(matrix, owner, name, node) if matrix is not None and not self.quiet else None
        if made is not None:
            return made
        if isinstance(static, Sparse) and self.quiet:
            return Value(trees.attr(static.whole, name), UNKNOWN)
        if self.is_fixed_list(owner):
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if owner.object is not None and owner.object.cls is not dict:
            return self.record_attribute(owner, name, node)
        if (
            owner.items is not None
            and isinstance(owner.kind, Tuple)
            and owner.kind.cls is not None
            and name in owner.kind.cls._fields
        ):
            return owner.items[owner.kind.cls._fields.index(name)]
        if isinstance(owner.kind, Tuple) and owner.kind.cls is not None and hasattr(owner.kind.cls, name):
            if name == "__class__":
                return Value(expr, Static(owner.kind.cls))
            if name in vars(tuple) or name in ("_replace", "_asdict"):
                return Value(expr, Static(BoundMethod(owner, getattr(owner.kind.cls, name), name)))
            return self.class_attribute(owner, owner.kind.cls, name, node)
        if static is not MISSING and not isinstance(static, (str, bytes, SliceOf)):
            frozen = static if isinstance(static, Frozen) else self.frozen_outside(owner, static)
            if frozen is not None:
                return self.part_of_frozen(frozen, name, node)
            if name == "py_func" and static is not owner.kind.value:  # of what Numba has compiled
                return Value(expr, Static(static))
            if not hasattr(static, name):
                raise self.refuse(
                    "no_attribute", node, name=name, what=getattr(static, "__name__", type(static).__name__)
                )
            value = getattr(static, name)
            if (
                hasattr(static, "__dict__")
                and name in getattr(static, "__dict__", ())
                and not str(getattr(static, "__name__", "")).startswith(("numpy", "math", "scipy"))
            ):
                self.guard(static.__dict__, name, value)
            return self.outside_value(value, expr, ("attribute", trees.show(expr)))
        if isinstance(owner.kind, (Array, Scalar)):
            return self.array_attribute(owner, name, node, hint)
        if (
            owner.object is not None
            or isinstance(owner.kind, (List, Mapping, Dict, Text))
            or isinstance(static, (str, bytes))
        ):
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if owner.varied:
            held = getattr(owner.expr, "id", "") in self.exceptions
            raise self.refuse("exception_value" if held else "unknown_attribute", node, name=name)
        return Value(expr, UNKNOWN)

    def array_attribute(self, owner: Value, name: str, node: Any, hint: str | None) -> Value:
        if name == "T" and isinstance(owner.kind, Scalar):
            return owner
        expr = trees.attr(owner.expr, name)
        dims = getattr(owner.kind, "dims", ())
        if name == "shape":
            if dims is None:
                return Value(expr, UNKNOWN)
            items = [
                Value(trees.index(expr, trees.const(k)), Scalar("int", 1 if d.key == 1 else dim_symbol(d)))
                for k, d in enumerate(dims)
            ]
            return Value(expr, Tuple(tuple(item.kind for item in items)), items=items)
        if name == "ndim" and dims is not None:
            return Value(trees.const(len(dims)), Scalar("int", len(dims)))
        if name in COUNTS:
            return Value(expr, Scalar("int", ("size", dims) if dims is not None and name == "size" else None))
        if name in LAYOUT:
            return Value(
                expr,
                Static(np.dtype(owner.kind.dtype))
                if name == "dtype" and owner.kind.dtype in np.sctypeDict
                else UNKNOWN,
            )
        function = registry.find_attribute(name)
        if function is not None:
            rule = registry.find(function)
            owner = owner if self.quiet else self.settle(owner)
            return self.primitive(rule, [owner], lambda exprs: trees.attr(exprs[0], name), node, hint)
        if name == "flat" and isinstance(owner.kind, Array):
            return Value(expr, Static(BoundMethod(owner, None, "flat")), owner.varied, place=owner.place)
        if not hasattr(np.ndarray, name):
            self.refuse_left_open(owner, node)
        memory = owner.varied or isinstance(owner.kind, Array)
        if memory and not callable(getattr(np.ndarray, name, len)):  # memory by another way: x.data, x.ctypes
            raise self.refuse("unknown_attribute", node, name=name)
        return Value(expr, Static(BoundMethod(owner, None, name)))

    def refuse_left_open(self, owner: Value, node: Any) -> None:
        """What no number or array has is read of a parameter that is taken for one: `dump` left its type open."""
        if owner.varied and owner.kind == Array("", None) and self.request.options.get("left_open"):
            raise self.refuse("left_open", node)

    def cached_attribute(self, owner: Value, raw: Any, name: str, node: Any) -> Value:
        """What a `cached_property` is at the first look; from then on an attribute like others."""
        if owner.object is None or owner.object.block is not self.block or self.quiet:
            raise self.refuse("own_protocol", node, name=owner.kind.cls.__name__, what=f"getting `{name}`")
        made = self.call_value(Value(owner.expr, Static(BoundMethod(owner, raw.func, name))), [], {}, node)
        made = self.settle(made, name)
        self.store_part(owner, name, made, trees.attr(owner.expr, name), node)
        return made

    def record_attribute(self, owner: Value, name: str, node: Any) -> Value:
        if isinstance(getattr(owner.object.cls, "__getattribute__", None), types.FunctionType):
            raise self.refuse("own_protocol", node, name=owner.object.cls.__name__, what="getting attributes")
        if (owner.object, name) in self.state:
            return self.read_part(owner, name, node)
        if name == "__class__":
            return Value(trees.attr(owner.expr, name), Static(owner.object.cls))
        return self.class_attribute(owner, owner.object.cls, name, node)

    def class_attribute(self, owner: Value, cls: type, name: str, node: Any) -> Value:
        """An attribute that an object has from its class: a method, a property, a constant."""
        if name == "__dict__":  # of the object: what it holds is followed by the names of its attributes alone
            if self.may_vary(owner):
                raise self.refuse("unknown_attribute", node, name=name)
            return Value(trees.attr(owner.expr, name), UNKNOWN)
        found = getattr(cls, name, MISSING)
        if found is MISSING:
            raise self.refuse("no_attribute", node, name=name, what=cls.__name__)
        raw = next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), found)
        self.guard(cls, name, found)
        if isinstance(raw, functools.cached_property):
            return self.cached_attribute(owner, raw, name, node)
        if not isinstance(raw, PLAIN_ATTRIBUTES) and hasattr(type(raw), "__get__"):
            raise self.refuse("own_protocol", node, name=cls.__name__, what=f"getting `{name}`")
        if isinstance(raw, property):
            if self.quiet:  # it reads memory, whose moment is that of a statement
                raise NeedsStatements(str(self.refuse("operator", node, what=name)))
            return self.call_value(Value(owner.expr, Static(BoundMethod(owner, raw.fget, name))), [], {}, node)
        if isinstance(raw, staticmethod):
            return Value(trees.attr(owner.expr, name), Static(found))
        if isinstance(raw, classmethod):
            made = Value(trees.attr(owner.expr, "__class__"), Static(cls))
            return Value(trees.attr(owner.expr, name), Static(BoundMethod(made, raw.__func__, name)))
        if callable(found):
            return Value(trees.attr(owner.expr, name), Static(BoundMethod(owner, found, name)))
        made_here = owner.object is not None and not owner.object.sources  # the object itself may not be needed
        holder = self.class_reference(cls) if made_here else owner.expr
        return self.outside_value(found, trees.attr(holder, name), ("class", cls, name))
