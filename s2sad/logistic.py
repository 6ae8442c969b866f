"""The logistic function where it is written out: `value = a / (k + exp(z))`, with a number k.

Its derivative in z is `-value * (1 - k / (k + exp(z)))`, which is `-value * (1 - value)` for a = k. Taken operation by
operation it would be `-value / (k + exp(z)) * exp(z)`, which is 0 times infinity where exp overflows. Both are right
to 1e-16 absolutely; this one is 0 where k / (k + exp(z)) is rounded to 1 (z < -37, for k = 1), as that of tanh is.

>>> logistic_of(None, {}, {}) is None
True
"""

from __future__ import annotations

import math
import operator
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.kinds import Array, Kind, Scalar

_QUOTIENTS = (operator.truediv, np.true_divide)
_SUMS = (operator.add, np.add)
_EXPONENTIALS = (np.exp, math.exp)


def logistic_of(op: Any, info: dict[str, ir.Info], active: Any) -> tuple[gast.Name, gast.AST] | None:
    """(z, its factor `k / (k + exp(z))`) of a quotient `a / (k + exp(z))`; None for anything else. The factor is None
    where it is the quotient itself."""
    if getattr(op, "rule", None) is None or op.rule.function not in _QUOTIENTS or len(op.arguments) != 2:
        return None
    above, below = list(op.arguments.values())
    added = made_by(below, _SUMS, info, None)
    if added is None:
        return None
    numbers = [each for each in added.arguments.values() if trees.literal(each) is not None]
    others = [each for each in added.arguments.values() if trees.literal(each) is None]
    if len(numbers) != 1 or len(others) != 1 or isinstance(above, gast.Name) and above.id == others[0].id:
        return None
    exponential = made_by(others[0], _EXPONENTIALS, info, info[below.id].loops)
    if exponential is None:
        return None
    (z,) = exponential.arguments.values()
    if not isinstance(z, gast.Name) or z.id not in active or info[z.id].loops != info[below.id].loops:
        return None
    own = trees.literal(above) is not None and trees.literal(above) == trees.literal(numbers[0])
    return z, None if own else trees.div(trees.copy_tree(numbers[0]), trees.name(below.id))


def made_by(operand: Any, functions: tuple, info: dict[str, ir.Info], loops: Any) -> ir.Primitive | None:
    """The operation that makes an operand, if it is one of these functions and its memory isn't written."""
    known = info.get(operand.id) if isinstance(operand, gast.Name) else None
    if known is None:
        return None
    op = getattr(known.statement, "effect", None)
    if not isinstance(op, ir.Primitive) or op.rule.function not in functions or not is_plain(known.kind):
        return None
    if loops is not None and known.loops != loops or known.place is not None and known.place.root.stores:
        return None
    return op


def is_plain(kind: Kind) -> bool:
    return isinstance(kind, Scalar) or isinstance(kind, Array) and kind.dims is not None


def same_size(a: Kind, b: Kind) -> bool:
    """Whether two values are known to be as large as one another."""
    return isinstance(a, Scalar) and isinstance(b, Scalar) or getattr(a, "dims", ()) == getattr(b, "dims", None) != ()


def slope(value: gast.AST, factor: gast.AST | None) -> gast.AST:
    """-value * (1 - factor)."""
    inner = trees.sub(trees.const(1.0), trees.copy_tree(value) if factor is None else factor)
    return trees.neg(trees.mul(trees.copy_tree(value), inner))
