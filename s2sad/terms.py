"""Part of the stage `simplify`: products taken apart into factors, and put together again as a person would write them.

>>> from s2sad.expression_kinds import ExpressionKinds
>>> from s2sad.kinds import Array, Dim, Scalar
>>> n, number = Dim("n", True), Scalar("float")
>>> kinds = {"m": number, "dy": number, "x": Array("float64", (n,)), "A": Array("float64", (n, n))}
>>> def again(text):
...     term = as_product(gast.parse(text, mode="eval").body, ExpressionKinds(kinds.get).rank)
...     return trees.show(term.tree())
>>> again("2.0 * (dy * x)"), again("x * dy * -0.5"), again("A * (x * (dy / m))"), again("dy * (A / x)")
('2.0 * dy * x', '-0.5 * dy * x', 'dy / m * x * A', 'dy * A / x')
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.rules import registry

UNWIELDY = 12  # characters of a number: 2.302585092994046
Rank = Callable[[gast.AST], Any]


@dataclass(frozen=True)
class Factor:
    """An expression that is multiplied with (`over` the line) or divided by. Numbers (`rank` 0) come before arrays."""

    node: gast.AST
    rank: int | None
    over: bool = True

    @property
    def key(self) -> Any:
        return (self.over, key_of(self.node))


@dataclass(frozen=True)
class Term:
    """A number times factors."""

    number: float = 1.0
    factors: tuple[Factor, ...] = ()

    def __mul__(self, other: Term) -> Term:
        number = product_of_numbers(self.number, other.number)
        if number is not None:
            return Term(number, self.factors + other.factors)
        # 0.1 * 3.0 is 0.30000000000000004: nobody would write that
        return Term(self.number, (*self.factors, Factor(trees.const(other.number), 0), *other.factors))

    def times(self, number: float) -> Term:
        return self * Term(number)

    def divided_by(self, number: float) -> Term:
        quotient = self.number / number
        if quotient * number == self.number and len(repr(quotient)) <= len(repr(self.number)) + 1:
            return replace(self, number=quotient)
        sign = -1.0 if number < 0 else 1.0  # 1.0 / 3.0 stays a quotient
        return Term(sign * self.number, (*self.factors, Factor(trees.const(abs(number)), 0, False)))

    @property
    def keys(self) -> list[Any]:
        """What the factors are, in any order, as something that can be compared."""
        return sorted((factor.key for factor in self.factors), key=repr)

    @property
    def has_over(self) -> int:
        return sum(factor.over for factor in self.factors)

    @property
    def length(self) -> int:
        return len(self.factors) + (abs(self.number) != 1.0)

    def without(self, key: Any) -> Term:
        """This term without one of its factors."""
        at = next(k for k, factor in enumerate(self.factors) if factor.key == key)
        return replace(self, factors=self.factors[:at] + self.factors[at + 1 :])

    def tree(self) -> gast.AST:
        """The product as an expression: the sign and the number first, then what is small, then what is large."""
        negative, size = self.number < 0, abs(self.number)
        factors = list(self.factors)
        if all(factor.rank is not None for factor in factors):
            factors.sort(key=lambda factor: factor.rank or 0)
        made = None if size == 1 and self.has_over else trees.const(size)
        if negative and made is not None:
            made, negative = trees.neg(made), False
        waiting: list[gast.AST] = []
        for factor in factors:
            if not factor.over:
                waiting.append(factor.node)
            else:
                node = trees.neg(factor.node) if negative else factor.node
                negative = False
                made = node if made is None else gast.BinOp(made, gast.Mult(), node)
            while made is not None and waiting:
                made = gast.BinOp(made, gast.Div(), waiting.pop(0))
        assert made is not None
        return made


def product_of_numbers(a: float, b: float) -> float | None:
    """The product of two literals, where it is not longer than they are, or where one of them is none that a person
    would have written."""
    made = a * b
    longest = max(len(repr(a)), len(repr(b)))
    fits = len(repr(made)) <= longest + 1 or longest > UNWIELDY
    return made if fits and made == made and abs(made) != float("inf") and made != 0 else None


def raised(node: gast.AST) -> tuple[gast.Name, int] | None:
    """x, n of `x ** n`, for a literal n."""
    if not isinstance(node, gast.BinOp) or not isinstance(node.op, gast.Pow) or not isinstance(node.left, gast.Name):
        return None
    exponent = trees.literal(node.right)
    return (node.left, exponent) if type(exponent) is int and exponent > 1 else None


def as_product(node: gast.AST, rank: Rank) -> Term:
    """The factors of an expression; of one that is no product, itself."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        return as_product(node.operand, rank).times(-1.0)
    value = trees.literal(node)
    if isinstance(value, float) and value == value and value not in (0.0, float("inf"), float("-inf")):
        return Term(value)
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult):
        return as_product(node.left, rank) * as_product(node.right, rank)
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Div):
        # What an array is divided by stays with the array: 1.0 / 0.0 is an error of Python's.
        return as_product(node.left, rank) * Term(1.0, (Factor(node.right, rank(node), False),))
    return Term(1.0, (Factor(node, rank(node)),))


def as_sum(node: gast.AST, rank: Rank) -> list[Term]:
    """The terms of an expression, their signs in their numbers."""
    found: list[Term] = []
    pending = [(node, 1.0)]
    while pending:
        node, sign = pending.pop()
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub)):
            pending.append((node.right, sign if isinstance(node.op, gast.Add) else -sign))
            pending.append((node.left, sign))
        elif isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            pending.append((node.operand, -sign))
        else:
            found.append(as_product(node, rank).times(sign))
    return found


def sum_tree(terms: list[Term]) -> gast.AST:
    """The sum of terms, one that is added before those that are subtracted."""
    first = next((k for k, term in enumerate(terms) if term.number > 0), 0)
    ordered = [terms[first], *terms[:first], *terms[first + 1 :]]
    made = ordered[0].tree()
    for term in ordered[1:]:
        op = gast.Add() if term.number > 0 else gast.Sub()
        made = gast.BinOp(made, op, replace(term, number=abs(term.number)).tree())
    return made


def as_function(node: gast.AST) -> gast.AST:
    """np.mean(x, axis=0), of the method x.mean(axis=0) that is the same; else the node."""
    function = getattr(node, "func", None)
    if not isinstance(node, gast.Call) or not isinstance(function, gast.Attribute) or hasattr(function.value, "module"):
        return node
    same = registry.find_method(function.attr)
    if same is None or same is not getattr(np, function.attr, None):
        return node
    return gast.Call(trees.attr(trees.module(np), function.attr), [function.value, *node.args], node.keywords)


def key_of(node: gast.AST) -> Any:
    """Something that is equal for equal expressions."""
    if isinstance(node, gast.Name):
        helper = node.__dict__.get("function")  # two helpers may have one name
        module = node.__dict__.get("module")  # and one module two
        return module.__name__ if module is not None else node.id if helper is None else (node.id, id(helper))
    if isinstance(node, gast.Constant):
        return (type(node.value).__name__, repr(node.value))
    node = as_function(node)
    parts: list[Any] = [type(node).__name__]
    for field in node._fields:
        value = getattr(node, field, None)
        if isinstance(value, list):
            parts.append(tuple(key_of(each) if isinstance(each, gast.AST) else each for each in value))
        elif field != "ctx":
            parts.append(key_of(value) if isinstance(value, gast.AST) else value)
    return tuple(parts)
