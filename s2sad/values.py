"""What the stage `infer` knows of each value while it walks through a function, and the state it keeps of all of
them."""

from __future__ import annotations

import itertools
import types
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad.ir import Place
from s2sad.kinds import Kind, List, Static, Text, Tuple

_numbers = itertools.count(1)


@dataclass(eq=False)
class Object:
    """A dict of known keys, or an instance of a user's class: its parts stand in the state under (object, key)."""

    cls: type
    keys: list[Any]
    number: int = field(default_factory=lambda: next(_numbers))
    frozen: bool = False
    sources: tuple[Object, ...] = ()
    param: str | None = None
    loops: tuple[int, ...] = ()
    block: Any = None  # the statements among which it is made
    joined: tuple[int, ...] | None = None  # one of several, depending on the way: the loops that make it anew
    site: Any = None  # of a dict: names the place where it is made


@dataclass(eq=False)
class Value:
    """expr: how the program refers to it; kind; varied: whether it depends on a chosen parameter.

    items: the parts of a tuple of known length; object: of a dict or record; place: where in memory it lives."""

    expr: gast.AST
    kind: Kind
    varied: bool = False
    items: list[Value] | None = None
    object: Object | None = None
    place: Place | None = None
    iteration: Any = None
    telling: Any = None  # of what is maybe None elsewhere, and not here: the ways to parts that are None only then
    maybe: Any = None  # of a result that is maybe None: the Maybe that a name for it stands for
    spread: bool = False  # any number of arguments of a call
    view: str = ""  # of what stands for d.keys(), d.values() or d.items(): which
    given: tuple[int, ...] = ()  # of what a recursive function returns: the arguments whose memory it may be

    @property
    def static(self) -> Any:
        """The value itself, where the kind is Static (if Numba has compiled it, the Python function); else MISSING."""
        if not isinstance(self.kind, Static):
            return MISSING
        value = self.kind.value
        return below(value) if str(type(value).__module__).startswith("numba.") else value


def below(value: Any) -> Any:
    """The Python function of what Numba has compiled; what has a rule of its own is taken as it is."""
    from s2sad.rules import registry

    function = getattr(value, "py_func", None)
    return function if isinstance(function, types.FunctionType) and registry.find(value) is None else value


class Missing:
    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def is_active_text(value: Value) -> bool:
    """Whether a value is text, or something made of text, in which numbers with a gradient are written."""
    return value.kind == Text(True)


def holds_active_text(kind: Kind | None) -> bool:
    """Whether such text is in a value of this kind."""
    if isinstance(kind, List):
        return holds_active_text(kind.item)
    return kind == Text(True) or isinstance(kind, Tuple) and any(map(holds_active_text, kind.items))


@dataclass(eq=False)
class Conflict:
    """A variable that holds one thing or another, in a way that can't be followed; reading it is refused."""

    key: str
    node: Any = None
    words: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False)
class Frame:
    """One function being walked: where its names are looked up."""

    source: Any
    function: Any
    namespace: dict[str, Any]
    cells: dict[str, Any]
    locals: set[str]
    parent: Frame | None = None
    nonlocals: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    number: Any = None
    tree: Any = None
    live: Any = None  # live_variables.Live of the tree
    callers: dict[Any, Any] = field(default_factory=dict)  # by number, what those that wait for it may still read
    makes_functions: bool = True  # or iterators, which may read its variables later
    stands_for: Any = None  # in an equivalent: the user's source, statement and call


def own_variable(name: str) -> str:
    """The name of a variable of ours in the user's function, which none of the user's names means: `<item>`."""
    return f"<{name}>"


def own_target(*names: str) -> gast.AST:
    """What a loop of ours binds: one of these variables, or a tuple of them."""
    made = [gast.Name(own_variable(name), gast.Store(), None, None) for name in names]
    return made[0] if len(made) == 1 else gast.Tuple(made, gast.Store())


def is_set(name: str) -> str:
    """The name of the variable of ours that has a value where the user's variable of this name has one."""
    return own_variable(f"{name} is set")


def of_user(name: Any) -> Any:
    """The user's variable whose value, or whose being set, a variable stands for."""
    return name[1 : -len(" is set>")] if isinstance(name, str) and name.endswith(" is set>") else name


def shown_variable(name: str) -> str:
    return name.strip("<>")


@dataclass(eq=False)
class LocalFunction:
    """A lambda or nested function, with the frame that it closes over."""

    tree: Any
    frame: Frame
    defaults: list[Value]
    keyword_defaults: list[Value | None]
    name: str

    @property
    def __name__(self) -> str:
        return self.name


@dataclass(eq=False)
class BoundMethod:
    """obj.method of a user's class, or an array's or list's method, before it is called."""

    owner: Value
    function: Any
    name: str


@dataclass(eq=False)
class Partial:
    """functools.partial(function, ...)."""

    function: Value
    positional: list[Value]
    keywords: dict[str, Value]


@dataclass(eq=False)
class Vectorized(Partial):
    """np.vectorize(function, ...); `keywords` are its options."""


@dataclass(eq=False)
class Solution:
    """What a solver of a library returns: the parts that have a rule, and those that carry no derivative."""

    name: str
    whole: gast.AST
    parts: dict[str, Any]  # a Value, or a function that makes it
    plain: tuple[str, ...]


@dataclass(eq=False)
class Choice:
    """One function or another, depending on a test that has been made."""

    test: Any
    first: Value
    second: Value


@dataclass(eq=False)
class InnerDerivative:
    """grad(function) and its like, inside of f, of a function that is made there; `maker` is s2sad's own function."""

    maker: Any
    function: Value
    params: Any


@dataclass(eq=False)
class InnerPullback:
    """What vjp(function, *args) gives inside of f, beside the value."""

    function: Value
    params: Any
    args: list[Value]
    keywords: dict[str, Value]
    parts: list[Any]  # of dicts and objects among these, as they were


@dataclass(eq=False)
class Super:
    """super() inside a method of `cls`, with the object that the method belongs to."""

    owner: Value
    cls: type


class Restart(Exception):
    """Something was learnt that changes what was decided before: the stage begins again, knowing it."""


class Undecided(Exception):
    """What a function gives that calls itself is asked for, where only what it gives without that is looked for."""


@dataclass
class Facts:
    """What one walk has learnt for the next."""

    counts: set[Any] = field(default_factory=set)
    written: set[Any] = field(default_factory=set)
    outlined: set[Any] = field(default_factory=set)
    phis: dict[Any, dict[Any, tuple[Kind, bool]]] = field(default_factory=dict)
    results: dict[Any, Any] = field(default_factory=dict)
    calls: dict[Any, int] = field(default_factory=dict)
    list_items: dict[Any, tuple[Kind | None, bool]] = field(default_factory=dict)
