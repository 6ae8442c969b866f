"""Part of the stage `infer`: expressions."""

from __future__ import annotations

import math
import types
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.expressions import OPERATORS
from s2sad.infer_dunders import NeedsStatements
from s2sad.kinds import BOOL, List, Mapping, Scalar, Static, Text, Tuple, Unknown
from s2sad.local_functions import LAMBDA
from s2sad.rules import registry
from s2sad.values import MISSING, BoundMethod, LocalFunction, Partial, Value


class Expressions:
    """`visit` gives the Value of an expression. What carries no derivative stays an expression; each operation that
    does
    becomes a statement."""

    def visit(self, node: gast.AST, hint: str | None = None) -> Value:
        if isinstance(node, gast.BinOp):
            return self.visit_binop(node, hint)
        method = getattr(self, "visit_" + node.__class__.__name__, None)
        if method is None:
            raise self.refuse("expression", node, what=type(node).__name__)
        if isinstance(
            node,
            (
                gast.Call,
                gast.IfExp,
                gast.UnaryOp,
                gast.Subscript,
                gast.List,
                gast.ListComp,
                gast.Dict,
                gast.DictComp,
                gast.Attribute,
                gast.BoolOp,
            ),
        ):
            return method(node, hint)
        return method(node)

    def visit_all(self, nodes: list[gast.AST], hints: list[str | None] | None = None) -> list[Value]:
        """Several expressions in the order of evaluation: one is put into a statement if a later one has an effect."""
        values, marks, effects = [], [], []
        for k, node in enumerate(nodes):
            values.append(self.visit(node, hint=hints[k] if hints is not None else None))
            marks.append((self.block, len(self.block)))
            effects.append(self.effects)
        moved = 0  # what stands behind, by the statements put in before
        for k, value in enumerate(values):
            if (
                self.effects != effects[k]
                and not self.trivial(value.expr)
                and not self.quiet
                and not isinstance(value.kind, Static)
            ):
                block, at = marks[k]
                if block is self.block:
                    at += moved
                    later = self.block[at:]
                    del self.block[at:]
                    values[k] = self.settle(value)
                    moved += len(self.block) - at
                    self.block.extend(later)
        return values

    def visit_inert(self, node: gast.AST) -> Value:
        """An expression that is only looked at: a test, a message. It stays one expression where that is possible."""
        if self.needs_statements(node):
            return self.settle(self.visit(node))
        self.quiet += 1
        try:
            return self.visit(node)
        except NeedsStatements:
            if self.quiet > 1:
                raise
        finally:
            self.quiet -= 1
        return self.settle(self.visit(node))

    def needs_statements(self, node: gast.AST) -> bool:
        """Whether an expression calls something that only exists inside this function, so that it can't stay as it
        is."""
        for each in trees.walk(node):
            if isinstance(each, gast.Call):
                if self.may_write(each):
                    return True
                if isinstance(each.func, gast.Name):
                    found = self.lookup_quietly(each.func.id)
                    if isinstance(found, Value) and isinstance(found.static, (LocalFunction, Partial, BoundMethod)):
                        return True
                    if (
                        isinstance(found, Value)
                        and isinstance(found.static, types.FunctionType)
                        and self.has_memory(each)
                    ):
                        return True
                elif isinstance(each.func, gast.Attribute):
                    if isinstance(each.func.value, gast.Name):
                        found = self.lookup_quietly(each.func.value.id)
                        if isinstance(found, Value) and (
                            found.object is not None or isinstance(found.kind, (List, Mapping))
                        ):
                            return True
                    else:
                        return True
        return False

    def has_memory(self, call: gast.Call) -> bool:
        for each in trees.walk(call):
            if isinstance(each, gast.Name):
                found = self.lookup_quietly(each.id)
                if isinstance(found, Value) and (found.object is not None or found.place is not None):
                    return True
        return False

    # ---------------------------------------------------------------- atoms and displays
    def visit_Constant(self, node: gast.Constant) -> Value:
        value = node.value
        if isinstance(value, bool):
            return Value(node, BOOL)
        if isinstance(value, int):
            return Value(node, Scalar("int", value))
        if isinstance(value, (float, complex)):
            return Value(node, Scalar(type(value).__name__))
        return Value(node, Static(value))

    def visit_JoinedStr(self, node: gast.JoinedStr) -> Value:
        parts = []
        for each in node.values:
            if isinstance(each, gast.FormattedValue):
                spec = None if each.format_spec is None else self.visit_inert(each.format_spec).expr
                parts.append(gast.FormattedValue(self.visit_inert(each.value).expr, each.conversion, spec))
            else:
                parts.append(each)
        active = any(self.value_is_active(each) for each in node.values if isinstance(each, gast.FormattedValue))
        return Value(gast.JoinedStr(parts), Text(active))

    def value_is_active(self, node: gast.AST) -> bool:
        return any(
            isinstance(found := self.lookup_quietly(each.id), Value) and found.varied
            for each in trees.walk(node)
            if isinstance(each, gast.Name)
        )

    def visit_Lambda(self, node: gast.Lambda) -> Value:
        tree = gast.FunctionDef(
            LAMBDA, node.args, [gast.copy_location(gast.Return(node.body), node.body)], [], None, None, []
        )
        gast.copy_location(tree, node)
        cached = self.facts.results.setdefault(("lambda", id(node)), tree)
        return self.local_function(cached, LAMBDA)

    def visit_Slice(self, node: gast.Slice) -> Value:
        parts = [None if each is None else self.visit(each) for each in (node.lower, node.upper, node.step)]
        for part in parts:
            if part is not None:
                self.use_as_integer(part)
        values = [None if p is None else p.expr if self.quiet else self.settle(p).expr for p in parts]
        made = gast.Slice(*values)
        symbols = tuple(None if part is None else self.bound_symbol(part) for part in parts)
        if symbols[0] == ("?",) and symbols[1] == ("?",):
            window = self.window(*parts[:2])
            symbols = (window or ("?",), *symbols[1:])
        return Value(made, Static(SliceOf(symbols)))

    def bound_symbol(self, value: Value) -> Any:
        if value.static is None:
            return None
        known = self.known(value)
        if isinstance(known, int):
            return known
        symbol = value.kind.symbol if isinstance(value.kind, Scalar) else None
        return ("?",) if symbol is None else symbol

    def visit_Starred(self, node: gast.Starred) -> Value:
        raise self.refuse("expression", node, what="a starred expression here")

    # ---------------------------------------------------------------- operators
    def visit_binop(self, node: gast.BinOp, hint: str | None = None) -> Value:
        """A chain `a + b + c + ...` is walked in a loop, so that a sum of thousands of terms is no deep recursion."""
        spine = [node]
        while isinstance(spine[-1].left, gast.BinOp):
            spine.append(spine[-1].left)
        left = self.visit(spine[-1].left)
        for each in reversed(spine):
            if self.simple_operand(each.right):
                right = self.visit(each.right)
            else:
                mark, block, effects = len(self.block), self.block, self.effects
                right = self.visit(each.right)
                if (
                    self.effects != effects
                    and not self.trivial(left.expr)
                    and not self.quiet
                    and not isinstance(left.kind, Static)
                ):
                    later = block[mark:]
                    del block[mark:]
                    left = self.settle(left)
                    block.extend(later)
            left = self.binary(each.op, left, right, each, hint if each is node else None)
        return left

    def simple_operand(self, node: gast.AST) -> bool:
        return isinstance(node, (gast.Name, gast.Constant))

    def binary(self, op: gast.operator, left: Value, right: Value, node: gast.AST, hint: str | None = None) -> Value:
        made = self.operator_method(op, left, right, node) or self.container_operator(op, left, right, hint, node)
        if made is not None:
            return made
        if self.quiet and any(self.is_known_sparse(value) for value in (left, right)):
            raise NeedsStatements(str(self.refuse("operator", node, what=type(op).__name__)))
        made = self.sparse_operator(op, left, right, node, hint) if not self.quiet else None
        if made is not None:
            return made
        if (left.varied or right.varied) and not self.quiet:
            self.check_sparse_operands(op, left, right, node)
        if left.object is not None or right.object is not None:
            raise self.refuse("operator", node, what=type(op).__name__)
        if isinstance(op, (gast.LShift, gast.RShift, gast.BitAnd, gast.BitOr, gast.BitXor)):
            self.use_as_integer(left)
            self.use_as_integer(right)
        if isinstance(op, gast.Mult) and is_one(right.expr) and isinstance(getattr(left.expr, "value", None), float):
            return left
        if not self.quiet and may_be_joined(op, left, right):
            raise self.refuse("joined_or_added", node)
        rule = registry.find(OPERATORS[type(op)])
        return self.primitive(rule, [left, right], lambda exprs: gast.BinOp(exprs[0], op, exprs[1]), node, hint)

    def visit_UnaryOp(self, node: gast.UnaryOp, hint: str | None = None) -> Value:
        if isinstance(node.op, gast.Not):
            value = self.truth_method(self.visit_inert(node.operand), node)
            known = self.truth(value)
            if known is not None:
                return Value(trees.const(not known), BOOL)
            return Value(gast.UnaryOp(node.op, value.expr), BOOL)
        value = self.visit(node.operand)
        made = self.unary_method(node.op, value, node) or self.sparse_unary(node.op, value, node)
        if made is not None:
            return made
        if isinstance(node.op, gast.USub) and isinstance(value.expr, gast.Constant) and isinstance(value.kind, Scalar):
            symbol = -value.kind.symbol if isinstance(value.kind.symbol, int) else None
            return Value(gast.UnaryOp(node.op, value.expr), Scalar(value.kind.dtype, symbol))
        rule = registry.find(OPERATORS[type(node.op)])
        return self.primitive(rule, [value], lambda exprs: gast.UnaryOp(node.op, exprs[0]), node, hint)

    def known(self, value: Value) -> Any:
        """The value itself where it is known when transforming: a string, a function, an int, a tuple of such."""
        if value.static is not MISSING and not isinstance(value.static, SliceOf):
            return value.static
        if isinstance(value.expr, gast.Constant):
            return value.expr.value
        if isinstance(value.expr, (gast.UnaryOp, gast.BinOp)) and isinstance(value.kind, Scalar):
            number = number_of(value.expr)
            if number is not None:
                return number
        if isinstance(value.kind, Scalar) and isinstance(value.kind.symbol, int) and not value.varied:
            return value.kind.symbol
        if value.items is not None and not value.varied:
            items = [self.known(item) for item in value.items]
            return MISSING if any(item is MISSING for item in items) else tuple(items)
        return infinity_of(value.expr)


class SliceOf:
    """The symbols of a slice's bounds, as a static value: (start, stop, step)."""

    def __init__(self, symbols: tuple[Any, ...]) -> None:
        self.symbols = symbols


def is_one(expr: gast.AST) -> bool:
    """Whether it is the 1.0 that a parameter has by default (`dy=1.0`), which nobody wrote there."""
    return (
        isinstance(expr, gast.Constant)
        and type(expr.value) is float
        and expr.value == 1.0
        and not hasattr(expr, "lineno")
    )


def may_be_joined(op: gast.operator, left: Value, right: Value) -> bool:
    """Whether `a + b`, `a * n` may join or repeat lists or tuples, for all that is known, where a gradient flows."""
    if not isinstance(op, (gast.Add, gast.Mult)):
        return False
    pairs = ((left, right), (right, left))
    return any(
        one.varied
        and isinstance(one.kind, Unknown)
        and (
            isinstance(other.kind, (Unknown, Tuple, List))
            if isinstance(op, gast.Add)
            else isinstance(other.kind, Unknown) or isinstance(other.kind, Scalar) and other.kind.char == "i"
        )
        for one, other in pairs
    )


def number_of(expr: gast.AST) -> Any:
    """The float that an expression of literals stands for (-0.5, 1 / 3), else None."""
    if isinstance(expr, gast.UnaryOp) and isinstance(expr.op, gast.USub):
        inner = number_of(expr.operand)
        return None if inner is None else -inner
    if isinstance(expr, gast.BinOp) and isinstance(expr.op, (gast.Add, gast.Sub, gast.Mult, gast.Div)):
        left, right = (trees.literal(each) for each in (expr.left, expr.right))
        if left is None or right is None or isinstance(expr.op, gast.Div) and right == 0:
            return None
        made = OPERATORS[type(expr.op)](left, right)
        return made if isinstance(made, float) and math.isfinite(made) else None
    value = trees.literal(expr)
    return value if isinstance(value, float) else None


def infinity_of(expr: gast.AST) -> Any:
    """The value of `np.inf`, `math.inf` or the negative of one (the order of a norm), else MISSING."""
    if isinstance(expr, gast.UnaryOp) and isinstance(expr.op, gast.USub):
        found = infinity_of(expr.operand)
        return found if found is MISSING else -found
    module = getattr(expr.value, "module", None) if isinstance(expr, gast.Attribute) else None
    return float("inf") if module in (np, math) and module is not None and expr.attr == "inf" else MISSING
