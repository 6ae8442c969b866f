"""Part of the stage `numba`: sorts, which say what an expression gives: numbers (bool, int, float, complex) with so
many axes, lists and tuples of such."""

from __future__ import annotations

from typing import Any

import gast

from s2sad.kinds import Array, Dict, Kind, List, Record, Scalar, Tuple

Sort = tuple[Any, Any]  # ('b', 'i', 'f', 'c' or None, the rank or None); ('[]', the Sort of the items) for a list

UNKNOWN: Sort = (None, None)
TRUTH: Sort = ("b", 0)
COUNT: Sort = ("i", 0)
ORDER = "bifc"
BLOCK: Sort = ("ix", None)  # the rows and columns of a part of a matrix; see numba_blocks.py

# Helpers of programs, and which of its arguments has the sort of what it gives.
LIKE_ARGUMENT: dict[Any, int] = {}
SHAPED_LIKE: dict[Any, int] = {}  # and which one has its shape


def sort_of(kind: Kind | None) -> Sort:
    """What a kind says."""
    if isinstance(kind, Scalar):
        return kind.char, 0
    if isinstance(kind, Array):
        return (None if kind.char in "?O" else kind.char), (None if kind.dims is None else len(kind.dims))
    if isinstance(kind, List) and kind.item is not None:
        return "[]", sort_of(kind.item)
    if isinstance(kind, Dict):
        return "{}", {key: sort_of(each) for key, each in kind.items}
    if isinstance(kind, Record) and kind.cls is not list:
        return "{}", {key: sort_of(each) for key, each in kind.fields}
    if isinstance(kind, Tuple) and kind.items:
        if all(each == kind.items[0] for each in kind.items):
            return "[]", sort_of(kind.items[0])
        return "()", [sort_of(each) for each in kind.items]
    return UNKNOWN


def note(known: dict[str, Any], name: str, sort: Any) -> None:
    """One more value that a name stands for."""
    if sort == UNKNOWN and name in known:
        return
    found = known.get(name, UNKNOWN)
    known[name] = sort if found in (UNKNOWN, sort) else join(found, sort)


def join(a: Any, b: Any) -> Any:
    if a == b or b == UNKNOWN:
        return a
    if a == UNKNOWN:
        return b
    if "[]" in (a[0], b[0]):
        return ("[]", join(a[1], b[1])) if a[0] == b[0] else ("?", "?")
    if {"()", "{}"} & {a[0], b[0]}:
        return ("?", "?")
    char = max(a[0], b[0], key=ORDER.find) if a[0] in tuple(ORDER) and b[0] in tuple(ORDER) else None
    return char, (a[1] if a[1] == b[1] else "?")


def bind(known: dict[str, Any], target: Any, sort: Any, fixed: Any = ()) -> None:
    """What a target stands for after an assignment."""
    if isinstance(target, gast.Name):
        if target.id not in fixed:
            note(known, target.id, sort)
    elif isinstance(target, (gast.Tuple, gast.List)):
        for k, each in enumerate(target.elts):
            if sort[0] == "()" and len(sort[1]) == len(target.elts):
                part = sort[1][k]
            elif sort[0] == "[]":
                part = sort[1]
            else:
                part = (sort[0], sort[1] - 1) if isinstance(sort[1], int) and sort[1] else UNKNOWN
            bind(known, each, part, fixed)


def wider(a: Any, b: Any) -> Any:
    """The sort of number that two give together."""
    if a[0] == "c" or b[0] == "c":
        return "c"
    if a[0] not in tuple(ORDER) or b[0] not in tuple(ORDER):
        return None
    return max(a[0], b[0], key=ORDER.find)


def widest(ranks: list[Any]) -> int | None:
    return max(ranks) if ranks and all(isinstance(rank, int) for rank in ranks) else None


def product_rank(a: Any, b: Any) -> int | None:
    if not isinstance(a, int) or not isinstance(b, int):
        return None
    if a > 2 or b > 2:
        return max(a, b) - (1 if 1 in (a, b) else 0)
    return a + b - 2 if a and b else max(a, b)


def dtype_of(node: gast.AST | None, others: list[Any]) -> Any:
    """The sort of a dtype that is given; a float where none is."""
    node = node or (others[0] if others else None)
    if node is None:
        return "f"
    name = getattr(node, "attr", getattr(node, "id", ""))
    if name == "dtype":
        return None
    return {"int": "i", "bool": "b", "comp": "c", "floa": "f", "doub": "f"}.get(name[:4])
