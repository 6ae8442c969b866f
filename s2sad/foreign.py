"""Values that look like numbers or arrays but have arithmetic of their own, so that no rule is true of them.

>>> foreign(np.arange(3.0)) is None
True
>>> foreign(np.ma.array([1.0])).instead
'.filled(...), or the data and the mask as two arrays'
"""

from __future__ import annotations

import functools
import numbers
from typing import Any, NamedTuple

import numpy as np

from s2sad.errors import ArgumentError


class Foreign(NamedTuple):
    """What a value is, and what to pass instead."""

    what: str
    instead: str


# What a subclass of ndarray may define without changing what its arrays compute.
_HARMLESS = set(dir(object)) - {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__getattribute__"}
_HARMLESS |= {"__module__", "__dict__", "__weakref__", "__slots__", "__annotations__"}
_HARMLESS |= {"__array_finalize__", "__array_priority__", "__array_wrap__", "__setstate__", "__class_getitem__"}
_BUILTIN = frozenset([bool, int, float, complex])


def foreign(value: Any) -> Foreign | None:
    """What is foreign about a value; None if nothing is. Values that are neither numbers nor arrays never are."""
    return foreign_type(type(value))  # type: ignore[arg-type]  # a class is hashable


@functools.lru_cache(maxsize=1024)
def foreign_type(cls: type) -> Foreign | None:
    if cls is np.ndarray or cls in _BUILTIN or issubclass(cls, (int, np.generic, np.memmap)):
        return None
    if issubclass(cls, np.ma.MaskedArray):
        return Foreign("a masked array", ".filled(...), or the data and the mask as two arrays")
    if issubclass(cls, np.matrix):
        return Foreign("an np.matrix, which multiplies in its own way", " as np.asarray(...)")
    if issubclass(cls, np.ndarray):
        own = _defined_above(cls, np.ndarray)
        return Foreign(f"a {cls.__name__}, which has a {own} of its own", " as np.asarray(...)") if own else None
    if issubclass(cls, (float, complex)):
        base = float if issubclass(cls, float) else complex
        own = _defined_above(cls, base)
        return Foreign(f"a {cls.__name__}, which has a {own} of its own", f" as {base.__name__}(...)") if own else None
    if issubclass(cls, numbers.Number):
        return Foreign(f"a {cls.__name__}", " as float(...)")
    return None


def _defined_above(cls: type, base: type) -> str:
    """An attribute of `base` that a class between defines in another way."""
    for each in cls.__mro__[: cls.__mro__.index(base)]:
        for name in vars(each):
            if hasattr(base, name) and name not in _HARMLESS:
                return name
    return ""


def refuse_foreign(value: Any, key: Any) -> None:
    """Raises ArgumentError for a foreign value; the outermost of `key` is its name."""
    found = foreign(value)
    if found is not None:
        name = key
        while isinstance(name, tuple) and name:
            name = name[-1] if name[0] == "global" else name[0]
        where = name if isinstance(name, str) else "a value"
        inside = "in " if isinstance(key, tuple) and key and key[0] != "global" else ""
        raise ArgumentError(f"{inside}{where} is {found.what}; its gradient isn't known: pass it{found.instead}")
