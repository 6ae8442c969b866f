"""The kind of `base[index]`, and what an index selects.

>>> item_kind(Array("float64", (Dim("n", True), Dim("m", True))), [("int", None)])
Array(dtype='float64', dims=(Dim(key='m', many=True),))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gast

from s2sad import trees
from s2sad.affine import ONCE, Form, form_of, isnt_negative, minus
from s2sad.kinds import ONE, Array, Dim, Kind, Scalar, broadcast_dims


def item_kind(base: Array, parts: list[tuple[str, Any]], cut: Callable[[Dim, Any], Dim] | None = None) -> Kind:
    """parts: ('int', _), ('slice', symbols), ('none', _), ('ellipsis', _), ('array', kind of an integer or boolean
    array). cut: what a slice leaves of an axis, where more is known of that than `sliced` knows."""
    if base.dims is None:
        return base.with_axes(None)
    used = sum(1 if tag in ("int", "slice") else (rank_used(value) if tag == "array" else 0) for tag, value in parts)
    if used > len(base.dims) or any(tag == "unknown" for tag, _ in parts):
        return base.with_axes(None)
    if not any(tag == "ellipsis" for tag, _ in parts):
        parts = [*parts, ("ellipsis", None)]
    dims: list[Dim] = []
    fancy: list[Any] = []
    place: int | None = None
    apart = False
    axis = 0
    for tag, value in parts:
        if tag == "none":
            dims.append(ONE)
        elif tag == "ellipsis":
            rest = len(base.dims) - used
            dims.extend(base.dims[axis : axis + rest])
            axis += rest
        elif tag == "slice":
            dims.append((cut or sliced)(base.dims[axis], value))
            axis += 1
        elif tag == "int":
            axis += 1
        elif tag == "array":
            if place is not None and place != len(dims):
                apart = True
            place = len(dims) if place is None else place
            fancy.append(fancy_dims(value))
            axis += rank_used(value)
    if fancy:
        together = broadcast_dims(*fancy)
        if together is None:
            return base.with_axes(None)
        at = 0 if apart or (any(t == "int" for t, _ in parts)) and apart else (place or 0)
        dims[at:at] = together
    if not dims and not any(tag in ("ellipsis", "array") and value == "explicit" for tag, value in parts):
        return Scalar(base.dtype, real=base.real)
    return base.with_axes(tuple(dims))


def rank_used(kind: Any) -> int:
    if isinstance(kind, Array) and kind.char == "b":
        return len(kind.dims) if kind.dims is not None else 99
    return 1


@dataclass(frozen=True)
class Mask(Array):
    """An array of booleans as an index; `which` one it is: what two of them select need not be equally long."""

    which: Any = None


def fancy_dims(kind: Any) -> tuple[Dim, ...] | None:
    if isinstance(kind, Mask):
        return (Dim(("mask", kind.which)),)
    return kind.dims if isinstance(kind, Array) else None


@dataclass(eq=False)
class Window:
    """A slice's bounds: `length` is their difference, a symbol; `last` the largest upper bound; `facts`: what isn't
    negative."""

    length: Any
    last: Form
    facts: list[Form]

    def is_within(self, dim: Dim) -> bool:
        """Whether no window ends behind an axis."""
        return isnt_negative(minus(form_of(dim), self.last), self.facts)


def sliced(dim: Dim, symbols: tuple[Any, Any, Any]) -> Dim:
    """The axis that a slice leaves: the same for `:`, else one named by the axis and the bounds."""
    start, stop, step = symbols
    if isinstance(start, Window):
        if step in (None, 1) and start.is_within(dim):
            return dim_of(start.length)
        return Dim(("slice", object()))
    if isinstance(dim.key, int) and all(symbol is None or isinstance(symbol, int) for symbol in symbols):
        length = len(range(dim.key)[slice(start, stop, step)])
        return Dim(length, length != 1)
    if (start, stop) == (None, None) and step in (None, 1, -1):
        return dim
    if dim == ONE:
        return Dim(("slice", 1, symbols))
    if (
        step in (None, 1)
        and (start is None or isinstance(start, int) and start >= 0)
        and (stop is None or isinstance(stop, int) and stop < 0)
    ):
        return shortened(dim, (start or 0) - (stop or 0))
    if any(symbol == ("?",) for symbol in symbols):
        return Dim(("slice", object()))
    return Dim(("slice", dim.key, symbols))


def dim_of(symbol: Any) -> Dim:
    """The axis of a length, given as a number, a symbol (an axis stands for its own length) or None."""
    if symbol is None or isinstance(symbol, Dim):
        return symbol or unknown_dim()
    if isinstance(symbol, int):
        return ONE if symbol == 1 else Dim(int(symbol), True)
    form = dict(form_of(symbol))
    count = -form.pop(ONCE, 0)
    if count > 0 and list(form.values()) == [1] and isinstance(next(iter(form)), Dim):
        return shortened(next(iter(form)), count)  # n - 1, as x[1:] has
    return Dim(symbol)


def unknown_dim() -> Dim:
    """An axis of unknown length: never known to be as long as another one."""
    return Dim(("unknown", object()))


def shortened(dim: Dim, count: int) -> Dim:
    """The axis without `count` items at its ends: x[1:], x[:-1] and x[2:][:0] of one axis are as long as each other.

    >>> shortened(shortened(Dim("n", True), 1), 1) == shortened(Dim("n", True), 2)
    True
    """
    if isinstance(dim.key, tuple) and len(dim.key) == 3 and dim.key[0] == "without":
        return Dim(("without", dim.key[1], dim.key[2] + count))
    return Dim(("without", dim.key, count))


def fewer(dim: Dim, count: int) -> Dim:
    """The axis without `count` items; none is left of one that has no more of them.

    >>> fewer(Dim(3, True), 1), fewer(Dim(2, True), 1) == ONE, fewer(Dim(2, True), 5).key
    (Dim(key=2, many=True), True, 0)
    """
    return dim_of(max(dim.key - count, 0)) if isinstance(dim.key, int) else shortened(dim, count) if count else dim


def part_of(dim: Dim, count: int) -> Dim:
    """One of so many equal parts of an axis.

    >>> part_of(Dim(6, True), 3), part_of(Dim("n", True), 3)
    (Dim(key=2, many=True), Dim(key=('part of', 'n', 3), many=False))
    """
    return dim_of(dim.key // count) if isinstance(dim.key, int) and count else Dim(("part of", dim.key, count))


def filled(kind: Kind, value: Kind) -> Kind:
    """The kind of what an array is stored in: as long as the value, along axes where that isn't repeated.

    >>> filled(Array("float64", (Dim("any"),)), Array("float64", (Dim("n", True),))).dims
    (Dim(key='n', many=True),)
    """
    if not isinstance(kind, Array) or not isinstance(value, Array) or kind.dims is None or value.dims is None:
        return kind
    before = len(kind.dims) - len(value.dims)
    if before < 0:
        return kind
    own = [mine if its is None or not its.many else its for mine, its in zip(kind.dims, (None,) * before + value.dims)]
    return replace(kind, dims=tuple(own))


def index_value(index: gast.AST) -> gast.AST:
    """An index as an argument: slices written as calls of `slice`."""
    if isinstance(index, gast.Tuple):
        return gast.Tuple([index_value(each) for each in index.elts], gast.Load())
    if not isinstance(index, gast.Slice):
        return index
    bounds = [trees.const(None) if each is None else each for each in (index.lower, index.upper, index.step)]
    if index.step is None:
        bounds.pop()
    call = trees.call(trees.builtin("slice"), *bounds)
    call.pure = True
    return call


def added_at(place: gast.Subscript, expr: gast.AST) -> gast.stmt:
    """np.add.at(x, k, e), of the place x[k]: what an index selects twice is added twice."""
    return gast.Expr(trees.call(trees.add_at(), place.value, index_value(place.slice), expr))
