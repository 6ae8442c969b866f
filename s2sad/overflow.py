"""Part of the stages `adjoint` and `tangent`: where an exponential overflows and the value doesn't.

    t = np.cosh(x)                 t_grad = -value_grad * value / t
    value = 1.0 / t         ->     x_grad = t_grad * np.where(np.isinf(t), 0.0, np.sinh(x))

An infinite number that is divided by, or bounded, leaves nothing of itself in the value: its adjoint is zero. The
derivative of what made it is infinite, and zero times infinity is nan. So the derivative is left out there. That is
done only where every way from an exponential (a hyperbolic function, a power or product of such) to the value leads
through a quotient, a negative power, a minimum or another function that swallows infinity.
"""

from __future__ import annotations

import operator
from typing import Any

import gast
import numpy as np

from s2sad import ir, logistic, trees
from s2sad.activity import leaves
from s2sad.expression_kinds import is_numpy
from s2sad.inlining import op_names
from s2sad.kinds import Scalar
from s2sad.reading import reads
from s2sad.statements import blocks_of

EITHER, UNKNOWN = 0, 2  # signs: infinite of either sign, depending on x; of the sign of another factor
EXPONENTIALS: dict[Any, int] = {
    np.exp: 1,
    np.exp2: 1,
    np.expm1: 1,
    np.cosh: 1,
    np.sinh: EITHER,
}  # the sign of what is infinite
ADD, SUBTRACT = {operator.add, np.add}, {operator.sub, np.subtract}
MULTIPLY, DIVIDE = {operator.mul, np.multiply}, {operator.truediv, np.true_divide}
NEGATE, POWER = {operator.neg, np.negative}, {operator.pow, pow, np.power, np.float_power}
PASSING = {operator.pos, np.positive, np.sum, np.mean, np.transpose, np.reshape, np.expand_dims, np.sqrt, np.ravel}
ABSOLUTE = {abs, operator.abs, np.absolute, np.square}
# Functions that are finite, with a derivative that is zero, at infinity of this sign.
SWALLOWING: dict[Any, int] = {
    **dict.fromkeys((np.tanh, np.arctan, np.reciprocal, np.clip, np.ndarray.clip), 0),
    **dict.fromkeys((np.minimum, np.fmin), 1),
    **dict.fromkeys((np.maximum, np.fmax, np.exp, np.exp2, np.expm1), -1),
}
Use = tuple[str, ir.Primitive, str]  # the target of a statement, its operation, the parameter that is meant


class Overflow:
    """growing: the names that may be infinite where their adjoint is zero."""

    def __init__(self, program: ir.Inferred, active: set[str]) -> None:
        self.info, self.active = program.info, active
        self.uses: dict[str, list[Use | None]] = {}  # None: other than as an operand
        self.growing: set[str] = set()
        seeds: list[str] = []
        self.walk(program.body, seeds)
        for leaf in leaves(program.value) if seeds else ():
            for name in trees.names_in(leaf.expr):
                self.uses.setdefault(name, []).append(None)
        for seed in seeds:
            self.follow(seed)

    def walk(self, block: list[gast.stmt], seeds: list[str]) -> None:
        for node in block:
            op = getattr(node, "effect", None)
            for inner in blocks_of(node):
                if not (isinstance(node, gast.If) and inner is node.orelse and self.tests_infinity(node.test)):
                    self.walk(inner, seeds)
            if not isinstance(op, ir.Primitive) or isinstance(op, ir.Several):
                if not isinstance(op, ir.Plain) and not isinstance(node, (gast.If, gast.While, gast.Assert)):
                    for name in reads(node) | op_names(op):
                        self.uses.setdefault(name, []).append(None)
                continue
            target = node.targets[0].id
            if target not in self.active:
                continue
            if op.rule.function in EXPONENTIALS and self.may_overflow(op):
                seeds.append(target)
            for name in op_names(op):
                keys = [key for key, each in op.arguments.items() if isinstance(each, gast.Name) and each.id == name]
                self.uses.setdefault(name, []).extend([(target, op, key) for key in keys] or [None])

    def tests_infinity(self, test: Any) -> bool:
        known = self.info.get(test.id) if isinstance(test, gast.Name) else None
        value = getattr(known.statement, "value", None) if known is not None else test
        return value is not None and is_numpy(value, "isinf")

    # ---------------------------------------------------------------- what may overflow
    def may_overflow(self, op: ir.Primitive) -> bool:
        (operand,) = list(op.arguments.values())[:1]
        real = all(getattr(kind, "char", "") != "c" for kind in op.kinds.values())
        even = op.rule.function is np.cosh
        return real and isinstance(operand, gast.Name) and (even or not self.is_negative(operand))

    def maker(self, operand: Any) -> ir.Primitive | None:
        """The operation that an operand comes from."""
        known = self.info.get(operand.id) if isinstance(operand, gast.Name) else None
        op = getattr(known.statement, "effect", None) if known is not None else None
        return op if isinstance(op, ir.Primitive) else None

    def is_negative(self, operand: Any) -> bool:
        """Whether a number is known to be at most zero: -x * x, x - np.max(x)."""
        number = trees.literal(operand)
        if number is not None:
            return isinstance(number, (int, float)) and number <= 0
        op = self.maker(operand)
        if op is None:
            return False
        first, *rest = op.arguments.values()
        if op.rule.function in NEGATE:
            return self.is_positive(first)
        if op.rule.function in MULTIPLY | DIVIDE:
            return any(self.is_negative(a) and self.is_positive(b) for a, b in ((first, *rest), (*rest, first)))
        largest = self.maker(rest[0]) if op.rule.function in SUBTRACT else None
        return largest is not None and largest.rule.function is np.max and trees.same(largest.arguments["a"], first)

    def is_positive(self, operand: Any) -> bool:
        """Whether a number is known to be at least zero."""
        number = trees.literal(operand)
        if number is not None:
            return isinstance(number, (int, float)) and number >= 0
        op = self.maker(operand)
        if op is None:
            return False
        first, *rest = op.arguments.values()
        function = op.rule.function
        if function in MULTIPLY | DIVIDE and not (function in MULTIPLY and trees.same(first, rest[0])):
            return all(map(self.is_positive, op.arguments.values()))
        if function in ADD | PASSING:
            return all(self.is_positive(each) for each in op.arguments.values() if isinstance(each, gast.AST))
        even = function in POWER and trees.literal(rest[0]) in (2, 4)
        return even or function in MULTIPLY | ABSOLUTE | {np.exp, np.cosh, np.sqrt}

    # ---------------------------------------------------------------- where it goes
    def follow(self, seed: str) -> None:
        """Adds the names on the ways from here to where infinity is swallowed."""
        made = self.reached(seed)
        found: dict[tuple[str, int], bool] = {}

        def ends(name: str, sign: int) -> bool:
            if (name, sign) not in found:
                ways = [use is not None and self.step(use, sign, made) for use in self.uses.get(name, ())]
                found[name, sign] = all(way is True or isinstance(way, tuple) and ends(*way) for way in ways)
            return found[name, sign]

        op = self.maker(trees.name(seed))
        if op is not None and ends(seed, EXPONENTIALS[op.rule.function]):
            self.growing.update(name for name, _ in found)

    def reached(self, seed: str) -> set[str]:
        """The names that are infinite where this one is."""
        found, waiting = {seed}, [seed]
        while waiting:
            for use in self.uses.get(waiting.pop(), ()):
                way = use is not None and self.step(use, 1, set())
                if isinstance(way, tuple) and way[0] not in found:
                    found.add(way[0])
                    waiting.append(way[0])
        return found

    def step(self, use: Use, sign: int, made: set[str]) -> bool | tuple[str, int]:
        """True where infinity ends here, the name and the sign that it goes on with, or False."""
        target, op, key = use
        function = op.rule.function
        names = list(op.arguments)
        others = [op.arguments[name] for name in names if name != key]
        if function is np.where:
            return key == "y" and self.tests_infinity(op.arguments["condition"])
        if function in SWALLOWING and self.swallows(SWALLOWING[function], sign):
            return key == names[0] or function in (np.minimum, np.fmin, np.maximum, np.fmax)
        if function in DIVIDE and key == names[1]:
            alike = isinstance(others[0], gast.Name) and others[0].id in made
            return not alike and logistic.logistic_of(op, self.info, self.active) is None
        if function in POWER:
            exponent = trees.literal(others[0]) if key == names[0] and others else None
            if not isinstance(exponent, (int, float)):
                return False
            return True if exponent < 0 else (target, sign if exponent % 2 == 1 else 1)
        if function in NEGATE:
            return target, opposite(sign)
        if function in MULTIPLY | DIVIDE:
            if self.is_positive(others[0]):
                return target, sign
            if self.is_negative(others[0]):
                return target, opposite(sign)
            return target, sign if sign == EITHER else UNKNOWN
        if function in SUBTRACT:
            return target, sign if key == names[0] else opposite(sign)
        if function in ADD | PASSING | EXPONENTIALS.keys():
            return target, sign
        return (target, 1) if function in ABSOLUTE else False

    def swallows(self, wanted: int, sign: int) -> bool:
        return not wanted or sign in (EITHER, wanted)

    # ---------------------------------------------------------------- what is to be done
    def guarded(self, partial: gast.AST, op: ir.Primitive, target: str, forward: bool = False) -> gast.AST | None:
        """A derivative, or zero where the result is infinite; None if it needs no guard. forward: what it is multiplied
        by makes a tangent, which must not be infinite either."""
        if target not in self.growing or op.library == "math":
            return None
        function = op.rule.function
        if function not in EXPONENTIALS.keys() | POWER | {np.square}:
            if function not in MULTIPLY | DIVIDE:
                return None
            if self.growing.isdisjoint(trees.names_in(partial)) and not (forward and function in MULTIPLY):
                return None
        if function in MULTIPLY and isinstance(partial, gast.Name) and not forward:
            target = partial.id  # of 0.0 * t, which is nan
        infinite = trees.np_call("isinf", trees.name(target))
        if isinstance(self.info[target].kind, Scalar):
            return gast.IfExp(infinite, trees.const(0.0), partial)
        return trees.np_call("where", infinite, trees.const(0.0), partial)


def opposite(sign: int) -> int:
    return sign if sign in (EITHER, UNKNOWN) else -sign


def within(node: gast.AST) -> gast.AST | None:
    """t, of `np.where(np.isinf(t), 0.0, t)`."""
    if trees.is_where(node):
        test, zero, value = node.args
    elif isinstance(node, gast.IfExp):
        test, zero, value = node.test, node.body, node.orelse
    else:
        return None
    same = is_numpy(test, "isinf") and trees.is_zero(zero) and trees.same(test.args[0], value)
    return value if same else None
