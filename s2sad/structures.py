"""The parts of tuples, dicts and records, and the memory in them, by their kinds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple


def structure_parts(kind: Any) -> list[tuple[Any, Kind]]:
    """(position, key or attribute; kind) of each part."""
    if isinstance(kind, Tuple):
        return list(enumerate(kind.items))
    return list(kind.items if isinstance(kind, Dict) else kind.fields)


def part_of(kind: Kind, expr: gast.AST, key: Any) -> gast.AST:
    """The part of what an expression gives, as one reads it."""
    return (
        trees.attr(expr, key)
        if isinstance(kind, Record) and kind.cls is not list
        else trees.index(expr, trees.const(key))
    )


def may_share(kind: Kind | None, other: Kind | None) -> bool:
    """Whether values of two kinds may be, or hold, one piece of memory.

    >>> array, number = Array("float64", ()), Scalar("float")
    >>> may_share(array, List(array)), may_share(array, List(number))
    (True, False)
    """
    mine, theirs = set(memory_in(kind)), set(memory_in(other))
    return object in mine | theirs or not mine.isdisjoint(theirs)


def memory_in(kind: Kind | None) -> Iterator[type]:
    """The sorts of memory that a value is or holds: arrays, lists, dicts; `object` is any."""
    if isinstance(kind, Array):
        yield Array
    elif isinstance(kind, List):
        yield List
        yield from memory_in(kind.item)
    elif isinstance(kind, Mapping):
        yield Mapping
        yield from memory_in(kind.value)
    elif isinstance(kind, Tuple):
        for item in kind.items:
            yield from memory_in(item)
    elif kind is not None and not isinstance(kind, Scalar):
        yield object
