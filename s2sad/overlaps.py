"""Whether the arguments of a call share memory, also inside of lists, dicts and objects."""

from __future__ import annotations

import enum
import types
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from s2sad.cache import PLAIN_TYPES


def share_memory(a: Any, b: Any) -> bool:
    """Whether two arguments share an array (or a part of its memory), a list, a dict or an object; of one argument
    (`a is b`): whether it holds one twice.

    >>> x = np.zeros(3)
    >>> share_memory([x, 1.0], {"k": x[1:]}), share_memory([x], [x.copy()])
    (True, False)
    >>> pair = [x, x]
    >>> share_memory(pair, pair)
    True
    """
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        return a is not b and bool(np.may_share_memory(a, b))
    first = parts_of(a)
    second = first if a is b else parts_of(b)
    holders = [[id(each) for each in parts if not isinstance(each, np.ndarray)] for parts in (first, second)]
    if len({*holders[0]}) < len(holders[0]) if a is b else not {*holders[0]}.isdisjoint(holders[1]):
        return True
    sides = [first] if a is b else [first, second]
    spans = [
        (*byte_bounds(each), side)
        for side, parts in enumerate(sides)
        for each in parts
        if isinstance(each, np.ndarray) and each.size
    ]
    ends = [0, 0]  # where the memory of each side that was seen ends
    for start, end, side in sorted(spans):
        if start < ends[0 if a is b else 1 - side]:
            return True
        ends[side] = max(ends[side], end)
    return False


def parts_of(value: Any) -> list[Any]:
    """The arrays, lists, dicts and objects in an argument, itself among them, each as often as it is there."""
    found: list[Any] = []
    todo: list[tuple[Any, tuple[int, ...]]] = [(value, ())]
    while todo:
        each, around = todo.pop()
        if isinstance(each, np.ndarray):
            found.append(each)
            continue
        inside = items_of(each)
        if inside is None or id(each) in around:  # a number, a string, a function; or what holds itself
            continue
        if not isinstance(each, tuple):
            found.append(each)
        todo.extend((item, (*around, id(each))) for item in inside)
    return found


def items_of(value: Any) -> list[Any] | None:
    """What a list, tuple, dict or object holds; of one of numbers alone, which may be long, nothing."""
    if isinstance(value, (list, tuple)):
        items = value
    elif isinstance(value, dict):
        items = list(value.values())
    elif callable(value) or isinstance(value, (type, types.ModuleType, enum.Enum, np.generic)):
        return None
    elif hasattr(value, "__dict__"):
        items = list(vars(value).values())
    else:
        return None
    return [] if PLAIN_TYPES.issuperset(map(type, items)) else list(items)
