"""The cache: generated functions by the kinds of their arguments, and what each of them relies on.

A cache belongs to the user's function and dies with it. Its keys are cheap stand-ins for the kinds of `s2sad/kinds.py`:
values with equal keys have equal kinds.

>>> import numpy as np
>>> key_of(2) == key_of(3), key_of("tanh") == key_of("relu")
(True, False)
>>> key_of(np.zeros((3, 4))) == key_of(np.zeros((5, 6))), key_of(np.zeros((3, 4))) == key_of(np.zeros((3, 1)))
(True, False)
"""

from __future__ import annotations

import gc
import os
import threading
import time
import types
import weakref
from collections.abc import Callable, Hashable, Iterable
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np

from s2sad.errors import ArgumentError
from s2sad.foreign import foreign
from s2sad.forking import global_lock
from s2sad.kinds import ONE, UNKNOWN, Dim, Kind, Scalar, Static, kind_of
from s2sad.requests import Guard, Program
from s2sad.values import MISSING

# Types whose values all have one kind, so that the type alone is the key.
PLAIN_TYPES = frozenset(
    [bool, int, float, complex, type(None), type(...)]
    + [np.dtype(char).type for char in "?bBhHiIlLqQefdgFDG"]
)  # fmt: skip
_ndarray = np.ndarray


class CacheInfo(NamedTuple):
    """hits, misses, currsize: as functools.lru_cache counts them; seconds: spent on transforming and compiling;
    jit_seconds: spent by Numba on compiling (nothing where it was found on disk)."""

    hits: int
    misses: int
    currsize: int
    seconds: float
    jit_seconds: float = 0.0


class Identity:
    """A key that stands for one object, without keeping it alive."""

    __slots__ = ("_hash", "look")

    def __init__(self, value: Any) -> None:
        self._hash = id(value)
        self.look: Callable[[], Any]
        try:
            self.look = weakref.ref(value)
        except TypeError:
            self.look = lambda: value

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        value = self.look()
        return value is not None and isinstance(other, Identity) and value is other.look()


def key_of(value: Any) -> Any:
    """A key for the kind of a value: equal keys mean equal kinds."""
    cls = type(value)
    if cls in PLAIN_TYPES:
        return cls
    if cls is _ndarray or isinstance(value, _ndarray):
        shape = value.shape
        return cls, value.dtype, tuple([n == 1 for n in shape]) if 1 in shape else len(shape)
    if cls is str or cls is bytes:
        return cls, value
    if isinstance(value, (tuple, list, dict)):
        try:
            if isinstance(value, tuple):
                return (cls, *map(key_of, value))
            if isinstance(value, list):
                return _key_of_list(value)
            return (cls, tuple(map(_key_of_name, value)), *map(key_of, value.values()))
        except RecursionError:
            raise ArgumentError(
                f"an argument is a {cls.__name__} that holds itself, or is nested too deeply: pass its parts"
            ) from None
    if cls is types.MethodType:
        return cls, Identity(value.__func__), Identity(value.__self__)
    if foreign(value) is not None:  # refused where its name is known
        return cls
    kind = kind_of(value)
    if isinstance(kind, Static):
        return Identity(value)
    # An object whose kind says nothing is told apart by its class.
    return (cls, kind) if kind == UNKNOWN else kind


def _key_of_list(value: list[Any]) -> Any:
    classes = set(map(type, value))
    if len(classes) < 2 and classes <= PLAIN_TYPES:
        return (list, *classes)
    keys = set(map(key_of, value))
    # How kinds of several sorts join depends on their order; what holds functions is followed item by item.
    return (list, *keys) if len(keys) == 1 and not _names_an_object(keys) else kind_of(value)


def _names_an_object(key: Any) -> bool:
    return isinstance(key, Identity) or isinstance(key, (tuple, set)) and any(map(_names_an_object, key))


def _key_of_name(name: Any) -> Hashable:
    return name if isinstance(name, str) else (type(name), name if isinstance(name, int) else None)


class Entry:
    """One generated function, and what has to hold so that it may be used. fits: a function of f's arguments that says
    whether it is made for their lengths; None where it is for any."""

    __slots__ = ("checks", "code", "defaults", "fits", "function", "names", "origin", "plain", "program", "written")

    def __init__(self, function: Callable, program: Program, origin: types.FunctionType) -> None:
        self.function = self.plain = function  # the plain one is read where it is differentiated again
        self.program, self.origin = program, origin
        self.fits: Callable[..., bool] | None = None
        self.written = set(program.written)
        self.code, self.defaults = origin.__code__, origin.__defaults__
        self.names, self.checks = prepare_guards(program.guards)

    def holds(self) -> bool:
        """Whether the world still is as the transformation saw it."""
        if self.origin.__code__ is not self.code or self.origin.__defaults__ is not self.defaults:
            return False
        for space, name, expected in self.names:
            if space.get(name, MISSING) is not expected:
                return False
        for check in self.checks:  # noqa: SIM110 (this runs at every call)
            if not check():
                return False
        return True

    def compiled_for_callers(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Callable[..., Any]:
        """What `compiled` hands out for such arguments."""
        return self.function

    def jit_seconds(self) -> float:
        """The seconds that went into compiling to machine code."""
        return 0.0

    def rely_on(self, other: Entry) -> None:
        """This function was made from another generated one: it holds as long as that one does."""
        self.checks = (*self.checks, other.holds)
        self.written |= other.written


Names = tuple[tuple[dict[str, Any], str, Any], ...]
Checks = tuple[Callable[[], bool], ...]


def prepare_guards(guards: Iterable[Guard]) -> tuple[Names, Checks]:
    """Guards in a form that is fast to check: (dict, name, the object expected), and functions for the rest."""
    names: list[tuple[dict[str, Any], str, Any]] = []
    checks: list[Callable[[], bool]] = []
    for guard in guards:
        space, name = guard.space, guard.name
        if isinstance(space, types.ModuleType) and name in vars(space):
            space = vars(space)
        if guard.test == "is" and isinstance(space, dict):
            if name not in space and guard.expected is not MISSING:
                names.append((space, name, MISSING))  # type: ignore[arg-type]
                space = _builtins_of(space)
            names.append((space, name, guard.expected))  # type: ignore[arg-type]
        else:
            checks.append(_check(_reader(space, name), guard.test, guard.expected))
    return tuple(names), tuple(checks)


def _builtins_of(namespace: dict[str, Any]) -> dict[str, Any]:
    found = namespace.get("__builtins__", __builtins__)
    return found if isinstance(found, dict) else vars(found)


def _reader(space: Any, name: str | None) -> Callable[[], Any]:
    """A function that reads a global (or built-in), a closure cell or an attribute; MISSING where there is none."""
    if isinstance(space, types.CellType):

        def read_cell() -> Any:
            try:
                return space.cell_contents
            except ValueError:
                return MISSING

        return read_cell
    assert name is not None
    if isinstance(space, dict):
        builtins = _builtins_of(space)
        return lambda: space[name] if name in space else builtins.get(name, MISSING)
    return lambda: getattr(space, name, MISSING)


def _check(read: Callable[[], Any], test: str, expected: Any) -> Callable[[], bool]:
    if test == "is":
        return lambda: read() is expected
    if test == "code":
        return lambda: getattr(read(), "__code__", None) is expected
    wanted = _without_lengths(expected)
    if isinstance(expected, Scalar) and expected.dtype in _PYTHON_TYPES:
        cls = _PYTHON_TYPES[expected.dtype]
        return lambda: type(read()) is cls
    return lambda: _without_lengths(kind_of(read())) == wanted


_PYTHON_TYPES = {"bool": bool, "int": int, "float": float, "complex": complex}


def _without_lengths(kind: Any) -> Any:
    """A kind without the names of its axes' lengths, which depend on where it was made."""
    if isinstance(kind, Dim):
        return kind == ONE
    if isinstance(kind, Static):
        return kind
    if isinstance(kind, Scalar):
        return Scalar(kind.dtype)
    if isinstance(kind, tuple):
        return tuple(map(_without_lengths, kind))
    if isinstance(kind, Kind) and is_dataclass(kind):
        return (type(kind), *(_without_lengths(getattr(kind, field.name)) for field in fields(kind)))
    return kind


_MOST_ENTRIES = 1000


class _Pending:
    """An entry that some thread is making."""

    __slots__ = ("done",)

    def __init__(self) -> None:
        self.done = threading.Event()


_making = threading.local()
_caches: weakref.WeakSet[FunctionCache] = weakref.WeakSet()


def _after_fork() -> None:
    """In the child: other threads may have been in the middle of a transformation, and held locks."""
    waiting = False
    for cache in list(_caches):
        waiting = waiting or bool(cache._pending)
        cache.start_anew()
    if waiting and not getattr(_making, "depth", 0):
        gc.enable()  # a transformation stops the collector while it runs


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class FunctionCache:
    """The entries of one function for one choice of parameters."""

    def __init__(self) -> None:
        self.entries: dict[Hashable, Entry] = {}
        self.fast: dict[tuple[Hashable, ...], Entry] = {}  # by positional arguments alone, where these suffice
        self.hits = self.misses = 0
        self.seconds = 0.0
        self._pending: dict[Hashable, _Pending] = {}
        self.start_anew()
        _caches.add(self)

    def start_anew(self) -> None:
        """Nobody is making anything: so in a child process after a fork, which has no other threads."""
        # Re-entrant, since the garbage collector may run a user's code anywhere.
        self._lock = threading.RLock()
        self._pending.clear()

    def info(self) -> CacheInfo:
        with self._lock:
            jit_seconds = sum(entry.jit_seconds() for entry in set(self.entries.values()))
        return CacheInfo(self.hits, self.misses, len(self.entries), self.seconds, jit_seconds)

    def clear(self) -> None:
        with self._lock:
            self.fast.clear()
            self.entries.clear()
            self.hits = self.misses = 0
            self.seconds = 0.0

    def find(self, key: Hashable, make: Callable[[], Entry]) -> Entry:
        """The entry for a key. Where there is none that holds, one thread makes it and the others wait for it."""
        entry = self.entries.get(key)
        if entry is not None and entry.holds():
            self.hits += 1
            return entry
        while True:
            with self._lock:
                entry = self.entries.get(key)
                if entry is not None and entry.holds():
                    self.hits += 1
                    return entry
                pending = self._pending.get(key)
                if pending is None:
                    mine = self._pending[key] = _Pending()
                    break
            if getattr(_making, "depth", 0):
                # This thread is in the middle of a transformation, perhaps of this very one: waiting could be for ever.
                return self._timed(make)
            pending.done.wait()
        try:
            entry = self._timed(make)
            with self._lock:
                self._make_room()
                self.entries[key] = entry
            return entry
        finally:
            with self._lock:
                self._pending.pop(key, None)  # not there in a child process that was forked meanwhile
            mine.done.set()

    def _timed(self, make: Callable[[], Entry]) -> Entry:
        _making.depth = getattr(_making, "depth", 0) + 1
        start = time.perf_counter()
        try:
            return make()
        finally:
            _making.depth -= 1
            with self._lock:
                self.misses += 1
                if not _making.depth:
                    self.seconds += time.perf_counter() - start

    def _make_room(self) -> None:
        """Forgets the entries for arguments (functions, mostly) that no longer exist, and the oldest of too many."""
        self.fast.clear()
        for key in [key for key in self.entries if _is_dead(key)]:
            del self.entries[key]
        if len(self.entries) >= _MOST_ENTRIES:
            del self.entries[next(iter(self.entries))]


def _is_dead(key: Hashable) -> bool:
    if isinstance(key, Identity):
        return key.look() is None
    return isinstance(key, tuple) and any(map(_is_dead, key))


class _Kept:
    """What s2sad keeps on a user's function: its caches, so that they live exactly as long as it does."""

    def __init__(self, owner: Any = None) -> None:
        self.owner = (lambda: None) if owner is None else weakref.ref(owner)
        self.things: dict[Hashable, Any] = {}

    def __reduce__(self) -> Any:  # a function that is pickled by value leaves its caches behind
        return _Kept, ()


_NAME = "_s2sad_kept"
_without_attributes: dict[int, tuple[Any, dict[Hashable, Any]]] = {}
_keeping = global_lock()


def keep(owner: Any, name: Hashable, make: Callable[[], Any]) -> Any:
    """Something that is made once for a function and goes with it."""
    with _keeping:
        things = _things_of(owner)
        if name in things:
            return things[name]
    made = make()
    with _keeping:
        return _things_of(owner).setdefault(name, made)


def _things_of(owner: Any) -> dict[Hashable, Any]:
    kept = getattr(owner, "__dict__", {}).get(_NAME)
    # functools.wraps copies attributes: what is found may belong to another function.
    if isinstance(kept, _Kept) and kept.owner() is owner:
        return kept.things
    try:
        kept = _Kept(owner)
        setattr(owner, _NAME, kept)
        return kept.things
    except (AttributeError, TypeError):
        # A built-in function: these are few and are never collected.
        return _without_attributes.setdefault(id(owner), (owner, {}))[1]
