"""Part of the stage `activity`: how the values of operations follow when one of their operands is shifted.

A number d is added to a value (to each of its elements one of its own). What is computed from it may then be

    a sum        x + c d, with the same x for every d            a, -a, x - a, np.max(x - a), np.log of a product
    a product    x exp(c d)                                      np.exp of a sum, its sums, powers and quotients
    fixed        c = 0                                           e / np.sum(e)

or anything else, which raises `Mixed`. `axes` says for each axis of the value along which axis of d it goes, None where
d is the same for all along it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import gast

from s2sad import ir, trees
from s2sad.fewer_operations import elements, is_whole
from s2sad.kinds import ONE, Array, Dim, Kind, List, Scalar


class Facts(Protocol):
    """What is known of operands: degrees, kinds, whether a name is of one number wherever the shift is felt."""

    def degree(self, operand: Any) -> Operand: ...
    def kind(self, operand: Any) -> Kind | None: ...
    def is_steady(self, name: str) -> bool: ...


class Mixed(Exception):
    """A value is neither a sum nor a product of what it was and the shift."""


@dataclass(frozen=True)
class Degree:
    """What a shift does to a value; c is `times`, times numbers that have names."""

    is_product: bool
    times: float
    axes: tuple[int | None, ...]  # of the last axes of the value; it is the same along others
    factors: tuple[tuple[int, str], ...] = ()  # 1: times that number, -1: divided by it

    def full(self, rank: int) -> tuple[int | None, ...]:
        return (None,) * (rank - len(self.axes)) + self.axes

    def is_like(self, other: Degree) -> bool:
        return (self.is_product, self.times, self.factors) == (other.is_product, other.times, other.factors)


Operand = Degree | None  # None: fixed
SUM, PRODUCT = False, True
SAME = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "true_divide": "divide",
    "pow": "power",
}
SAME |= {"neg": "negative", "amax": "max", "amin": "min", "matmul": "dot", "float_power": "power"}
REDUCING = ("sum", "mean", "max", "min", "logsumexp")
RESHAPING = ("squeeze", "ravel", "reshape", "expand_dims")


def shift_itself(kind: Any) -> Degree:
    """The degree of the value that is shifted."""
    return Degree(SUM, 1, tuple(None if dim == ONE else axis for axis, dim in enumerate(dims_of(kind))))


def dims_of(kind: Any) -> tuple[Dim, ...]:
    if isinstance(kind, Scalar):
        return ()
    if not isinstance(kind, Array) or kind.dims is None:
        raise Mixed
    return kind.dims


def of_primitive(op: ir.Primitive, facts: Facts, kind: Any) -> Operand:
    """The degree of an operation's result; kind: of the result."""
    name = getattr(op.rule.function, "__name__", "")
    name = SAME.get(name, name)
    arguments = list(op.arguments.values())
    degrees = [facts.degree(each) for each in arguments]
    if op.arrays or not arguments:
        raise Mixed
    if name in BINARY and len(arguments) == 2:
        return of_two(name, arguments, degrees, facts)
    if name in ("power", "dot") and len(arguments) == 2:
        return (
            power(arguments, degrees)
            if name == "power"
            else product_of_matrices(degrees, [*map(facts.kind, arguments)])
        )
    if any(degrees[1:]) or degrees[0] is None:
        raise Mixed
    first, dims = degrees[0], dims_of(facts.kind(arguments[0]))
    if name in REDUCING:
        return reduced(name, first, op, len(dims))
    if name in RESHAPING:
        return replace(first, axes=moved(first.full(len(dims)), dims, dims_of(kind)))
    if name == "transpose" and len(arguments) == 1:
        return replace(first, axes=first.full(len(dims))[::-1])
    if name in UNARY and len(arguments) == 1:
        return UNARY[name](first)
    raise Mixed


def of_two(name: str, arguments: list[Any], degrees: list[Operand], facts: Facts) -> Operand:
    made = BINARY[name](arguments, degrees)
    if made is not None and any(not facts.is_steady(factor) for _, factor in made.factors):
        raise Mixed
    return made


# ---------------------------------------------------------------- element by element
def exponential(x: Degree) -> Operand:
    return as_if(not x.is_product, replace(x, is_product=PRODUCT))


def logarithm(x: Degree) -> Operand:
    return as_if(x.is_product, replace(x, is_product=SUM))


def as_if(fits: bool, degree: Degree) -> Operand:
    if not fits:
        raise Mixed
    return degree if degree.times else None


UNARY: dict[str, Callable[[Degree], Operand]] = {
    "exp": exponential,
    "log": logarithm,
    "negative": lambda x: x if x.is_product else replace(x, times=-x.times),
    "sqrt": lambda x: as_if(x.is_product, replace(x, times=x.times / 2)),
    "square": lambda x: as_if(x.is_product, replace(x, times=x.times * 2)),
    "reciprocal": lambda x: as_if(x.is_product, replace(x, times=-x.times)),
    "copy": lambda x: x,
}


def sum_of(sign: int) -> Callable[[list[Any], list[Operand]], Operand]:
    def combined(arguments: list[Any], degrees: list[Operand]) -> Operand:
        one, other = degrees
        if one is None and other is None:
            return None
        if any(each is not None and each.is_product for each in degrees):
            return sum_of_products(arguments, degrees)
        return combination(one, other, sign)

    return combined


def combination(one: Operand, other: Operand, sign: int) -> Operand:
    """The degrees added up, or the second taken from the first."""
    axes = joined(one, other)
    if one is None or other is None:
        only = one or other
        assert only is not None
        return only if one is not None or sign > 0 else replace(only, times=-only.times)
    if one.factors != other.factors:
        raise Mixed
    times = one.times + sign * other.times
    return replace(one, times=times, axes=axes) if times else None


def sum_of_products(arguments: list[Any], degrees: list[Operand]) -> Operand:
    """Both grow by the same factor; zero does with any."""
    for argument, degree, other in zip(arguments, degrees, degrees[::-1]):
        if degree is None and trees.literal(argument) == 0:
            return other
    one, other = degrees
    if one is None or other is None or not one.is_like(other):
        raise Mixed
    return replace(one, axes=joined(one, other))


def joined(one: Operand, other: Operand) -> tuple[int | None, ...]:
    """The axes of what two operands give: a shift in both must stand in both along the same axes."""
    if one is None or other is None:
        return (one or other).axes  # type: ignore[union-attr]
    rank = max(len(one.axes), len(other.axes))
    if one.full(rank) != other.full(rank):
        raise Mixed
    return one.full(rank)


def product_of(sign: int) -> Callable[[list[Any], list[Operand]], Operand]:
    def combined(arguments: list[Any], degrees: list[Operand]) -> Operand:
        one, other = degrees
        if one is None and other is None:
            return None
        if all(each is None or each.is_product for each in degrees):
            return combination(one, other, sign)
        if one is not None and other is not None or one is None and sign < 0:
            raise Mixed
        return scaled(one or other, arguments[1] if one else arguments[0], sign)

    return combined


def scaled(degree: Operand, by: Any, sign: int) -> Operand:
    """A sum times a number that is the same for all of it, or divided by it."""
    factor = trees.literal(by)
    assert degree is not None
    if isinstance(by, gast.Name):
        return replace(degree, factors=tuple(sorted([*degree.factors, (sign, by.id)])))
    if not isinstance(factor, (int, float)) or not factor:
        raise Mixed
    return replace(degree, times=degree.times * factor if sign > 0 else degree.times / factor)


BINARY = {"add": sum_of(1), "subtract": sum_of(-1), "multiply": product_of(1), "divide": product_of(-1)}


def power(arguments: list[Any], degrees: list[Operand]) -> Operand:
    base, exponent = degrees
    literal = trees.literal(arguments[1])
    if base is None or exponent is not None or not base.is_product or not isinstance(literal, (int, float)):
        raise Mixed
    return replace(base, times=base.times * literal) if literal else None


# ---------------------------------------------------------------- along axes
def reduced(name: str, first: Degree, op: ir.Primitive, rank: int) -> Operand:
    """A sum of products is one; a mean, a maximum is what its operands are."""
    if not op.arguments.keys() <= {"a", "axis", "keepdims"} or not {*op.arguments} - {"a"} <= {*op.constants}:
        raise Mixed
    if name == "sum" and not first.is_product or name == "logsumexp" and first.is_product:
        raise Mixed
    axis = op.constants.get("axis")
    taken = range(rank) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    positions = {each % rank for each in taken} if rank else set()
    own = first.full(rank)
    if any(own[each] is not None for each in positions):
        raise Mixed
    if op.constants.get("keepdims"):
        return replace(first, axes=own)
    return replace(first, axes=tuple(each for position, each in enumerate(own) if position not in positions))


def moved(axes: tuple[int | None, ...], before: tuple[Dim, ...], after: tuple[Dim, ...]) -> tuple[int | None, ...]:
    """The axes of an array whose shape is changed: only axes of length 1 come and go."""
    if not any(each is not None for each in axes):
        return (None,) * len(after)
    long = [axis for axis, dim in enumerate(before) if dim != ONE]
    places = [axis for axis, dim in enumerate(after) if dim != ONE]
    if len(long) != len(places) or not all(before[axis].many for axis in long):
        raise Mixed
    if len(long) > 1 and [before[axis] for axis in long] != [after[axis] for axis in places]:
        raise Mixed
    found = dict(zip(places, long))
    return tuple(axes[found[axis]] if axis in found else None for axis in range(len(after)))


def product_of_matrices(degrees: list[Operand], kinds: list[Any]) -> Operand:
    """e @ v, of a product that is shifted alike along the axis that is summed."""
    one, other = degrees
    ranks = [len(dims_of(kind)) for kind in kinds]
    if one is not None and other is not None or not all(0 < rank < 3 for rank in ranks):
        raise Mixed
    degree, rank, axis = (one, ranks[0], -1) if one is not None else (other, ranks[1], -2 if ranks[1] == 2 else -1)
    assert degree is not None
    axes = degree.full(rank)
    if not degree.is_product or axes[axis] is not None:
        raise Mixed
    rest = [each for position, each in enumerate(axes) if position != axis % rank]
    more: list[int | None] = [None] * ((ranks[1] if one is not None else ranks[0]) - 1)
    return replace(degree, axes=(*rest, *more) if one is not None else (*more, *rest))


def of_item(base: Degree, op: Any, is_arange: Callable[[gast.AST], bool]) -> Operand:
    """x[index]; is_arange: whether an index is np.arange(length of that axis)."""
    if isinstance(op.base_kind, List):
        if [tag for tag, _ in op.parts] != ["int"]:
            raise Mixed
        return base
    dims = dims_of(op.base_kind)
    axes = base.full(len(dims))
    if not any(each is not None for each in axes):
        return replace(base, axes=(None,) * len(dims_of(op.kind)))
    parts = list(zip([tag for tag, _ in op.parts], elements(op.index)))
    tags = [tag for tag, _ in parts]
    if len(tags) != len(elements(op.index)) or tags.count("ellipsis") > 1:
        raise Mixed
    if "ellipsis" in tags:
        at, missing = tags.index("ellipsis"), len(dims) - sum(tag not in ("none", "ellipsis") for tag in tags)
        parts[at : at + 1] = [("slice", gast.Slice(None, None, None))] * missing
    found, position = selected(parts, axes, dims, is_arange)
    made = (*found, *axes[position:])
    if len(made) != len(dims_of(op.kind)):
        raise Mixed
    return replace(base, axes=made)


def selected(parts: Any, axes: Any, dims: Any, is_arange: Callable[[gast.AST], bool]) -> tuple[list[int | None], int]:
    """The axes that are left of those that an index has parts for, and how many these are."""
    found: list[int | None] = []
    position = 0
    arrays = [at for at, (tag, _) in enumerate(parts) if tag == "array"]
    if arrays and (arrays != list(range(len(arrays))) or any(tag == "int" for tag, _ in parts)):
        raise Mixed
    for at, (tag, node) in enumerate(parts):
        if tag == "none":
            found.append(None)
            continue
        axis, dim = axes[position], dims[position]
        position += 1
        fits = axis is None or (tag == "slice" and is_whole(node)) or (tag == "array" and dim.many and is_arange(node))
        if not fits or tag not in ("int", "slice", "array"):
            raise Mixed
        if tag == "slice":
            found.append(axis)
        elif tag == "array":
            found = [axis if axis is not None else found[0] if at else None]
    return found, position
