"""Part of the stage `infer`: operators, tests and built-in functions on objects of the user's classes: they are calls
of the methods that Python would call (`a + b`: `__add__`, `a += b`: `__iadd__`, `if a`: `__bool__`)."""

from __future__ import annotations

import types
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.errors import NotDifferentiableError
from s2sad.infer_iterators import Iterator
from s2sad.kinds import BOOL, Array, Scalar, Static, Tuple
from s2sad.rules import loading
from s2sad.values import BoundMethod, Value

BINARY = {
    gast.Add: "add",
    gast.Sub: "sub",
    gast.Mult: "mul",
    gast.Div: "truediv",
    gast.Pow: "pow",
    gast.MatMult: "matmul",
    gast.FloorDiv: "floordiv",
    gast.Mod: "mod",
    gast.BitAnd: "and",
    gast.BitOr: "or",
    gast.BitXor: "xor",
    gast.LShift: "lshift",
    gast.RShift: "rshift",
}
UNARY = {gast.USub: "__neg__", gast.UAdd: "__pos__", gast.Invert: "__invert__"}
COMPARISONS = {  # the method of the left operand, that of the right one
    gast.Lt: ("__lt__", "__gt__"),
    gast.LtE: ("__le__", "__ge__"),
    gast.Gt: ("__gt__", "__lt__"),
    gast.GtE: ("__ge__", "__le__"),
    gast.Eq: ("__eq__", "__eq__"),
    gast.NotEq: ("__ne__", "__ne__"),
}
FUNCTIONS = {abs: "__abs__", round: "__round__", float: "__float__", int: "__int__", reversed: "__reversed__"}


class NeedsStatements(NotDifferentiableError):
    """An expression that is only looked at calls a method of the user's: it has to be written out as statements."""


def class_of(value: Value) -> type | None:
    """The class of the user's that a value is an instance of, as far as it is one whose operators may be its own."""
    if value.object is not None:
        return None if value.object.cls in (dict, list) else value.object.cls
    return value.kind.cls if isinstance(value.kind, Tuple) and value.items is not None else None


class Dunders:
    def own_method(self, value: Value, name: str) -> Any:
        """The method that the user has written for it; what a dataclass has of itself has no source."""
        cls = class_of(value)
        found = getattr(cls, name, None) if cls is not None else None
        if not isinstance(found, types.FunctionType) or found.__code__.co_filename.startswith("<string"):
            return None
        if loading.home_of(found):
            return None
        self.guard(cls, name, found)
        return found

    def call_special(self, value: Value, function: Any, args: list[Value], node: Any) -> Value:
        if self.quiet:
            raise NeedsStatements(str(self.refuse("operator", node, what=function.__name__)))
        bound = Value(value.expr, Static(BoundMethod(value, function, function.__name__)))
        return self.call_value(bound, args, {}, node)

    # ---------------------------------------------------------------- operators
    def operator_method(self, op: gast.operator, left: Value, right: Value, node: Any) -> Value | None:
        """left op right, if one of them is of a class of the user's; None if no method of such a class does it."""
        name = BINARY.get(type(op), "?")
        ways = [(left, right, f"__{name}__"), (right, left, f"__r{name}__")]
        first, second = class_of(left), class_of(right)
        if first is not None and first is second:
            ways = ways[:1]
        elif first is not None and second is not None and issubclass(second, first):
            ways.reverse()
        for owner, other, method in ways:
            function = self.own_method(owner, method)
            if function is None:
                continue
            if owner is right and takes_over(left, second):
                break
            made = self.call_special(owner, function, [other], node)
            if made.static is not NotImplemented:
                return made
        return None

    def in_place_method(self, node: gast.AugAssign, current: Value, value: Value) -> Value | None:
        """current op= value, by the class's own method."""
        function = self.own_method(current, f"__i{BINARY.get(type(node.op), '?')}__")
        made = None if function is None else self.call_special(current, function, [value], node)
        return None if made is None or made.static is NotImplemented else made

    def unary_method(self, op: gast.unaryop, value: Value, node: Any) -> Value | None:
        function = self.own_method(value, UNARY.get(type(op), "?"))
        return None if function is None else self.call_special(value, function, [], node)

    def function_method(self, static: Any, args: list[Value], node: Any) -> Value | None:
        """abs(value), float(value), ..."""
        name = FUNCTIONS.get(static) if isinstance(static, (type, types.BuiltinFunctionType)) and args else None
        function = self.own_method(args[0], name) if name else None
        return None if function is None else self.call_special(args[0], function, args[1:], node)

    def as_iterated(self, value: Value, node: Any) -> Value:
        """What is run over where an object is: what its `__iter__` returns."""
        function = self.own_method(value, "__iter__")
        if function is None:
            return self.run_through(value, node)
        made = self.run_through(self.call_special(value, function, [], node), node)
        return made.object.values if made.object is not None and made.object.cls is Iterator else made

    # ---------------------------------------------------------------- tests
    def comparison_method(self, op: gast.cmpop, left: Value, right: Value, node: Any) -> Value | None:
        """left op right, of an object whose class compares itself."""
        if isinstance(op, (gast.In, gast.NotIn)):
            function = self.own_method(right, "__contains__")
            made = None if function is None else self.call_special(right, function, [left], node)
            return None if made is None else self.as_test(made, isinstance(op, gast.In), node)
        names = COMPARISONS.get(type(op))
        if names is None:
            return None
        ways = [(left, right, names[0]), (right, left, names[1])]
        first, second = class_of(left), class_of(right)
        if first is not None and second is not None and first is not second and issubclass(second, first):
            ways.reverse()
        for owner, other, method in ways:
            function = self.own_method(owner, method)
            inverted = function is None and method == "__ne__"
            function = self.own_method(owner, "__eq__") if inverted else function
            made = None if function is None else self.call_special(owner, function, [other], node)
            if made is not None and made.static is not NotImplemented:
                return self.as_test(made, False, node) if inverted else made
        return None

    def as_test(self, value: Value, truth: bool, node: Any) -> Value:
        """bool(value), or its opposite."""
        value = self.truth_method(value, node)
        known = self.truth(value)
        if known is not None:
            return Value(trees.const(known == truth), BOOL)
        if truth:
            return value
        return Value(gast.UnaryOp(gast.Not(), value.expr), BOOL)

    def truth_method(self, value: Value, node: Any) -> Value:
        """What is asked where an object is the test of an `if`: its `__bool__`, or its `__len__`."""
        for name in ("__bool__", "__len__"):
            function = self.own_method(value, name)
            if function is not None:
                return self.settle(self.call_special(value, function, [], node))
        return value


def takes_over(left: Value, cls: type | None) -> bool:
    """Whether an operator of NumPy's takes an object as an array, before the object's class is asked."""
    if getattr(cls, "__array_ufunc__", 0) is None:
        return False
    if isinstance(left.kind, Array):
        return getattr(cls, "__array_priority__", -1.0) <= 0.0 or hasattr(cls, "__array_ufunc__")
    numpy_number = isinstance(left.kind, Scalar) and left.kind.dtype in np.sctypeDict and left.kind.dtype not in PLAIN
    return numpy_number and any(hasattr(cls, name) for name in ("__array__", "__len__", "__array_ufunc__"))


PLAIN = ("int", "float", "complex", "bool", "real")
