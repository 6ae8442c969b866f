"""What goes into the pipeline and what comes out: a request, a program, and what the program relies on."""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

from s2sad.kinds import Kind


@dataclass
class Request:
    """What is to be differentiated.

    kinds: one per parameter of the function (`*args` is a Tuple kind, `**kwargs` a Dict kind); params: the names to
    differentiate, in order; namespace: the globals that the function sees; mode: 'reverse' or 'forward'; lengths: of
    the arguments, where the program is made for a call, and equal: those that it may take to be (`lengths.py`).
    """

    source: Any
    function: Any
    kinds: dict[str, Kind]
    params: tuple[str, ...]
    namespace: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    mode: str = "reverse"
    lengths: dict[Any, tuple[int, str]] = field(default_factory=dict)
    equal: tuple[Any, ...] = ()

    def names_outside(self) -> set[str]:
        """Of globals, built-ins and variables around f: no function beside it has a parameter of such a name."""
        code = getattr(self.function, "__code__", None)
        return {*self.namespace, *vars(builtins), *(code.co_freevars if code is not None else ())}


@dataclass(frozen=True, eq=False)
class Guard:
    """Something of the world that the transformation relied on; looked at again at each call.

    space: a globals dict, a closure cell or an object with attributes; name: of the global or attribute (None for a
    cell); test: 'is' (the same object), 'kind' (a value of the same kind), 'code' (a function with the same code).
    """

    space: Any
    name: str | None
    test: str
    expected: Any


@dataclass
class Program:
    """A generated program.

    text: of a module that stands alone; name: of its main function; own_imports: the imported names that are not to be
    taken from the function's globals; externals: names that the text uses and that can't be imported (a value that is
    a closure cell stays live); skipped: the parameters that get None as their gradient; sharing: pairs of parameters
    that must not share memory, since f writes into the first; written: the parameters that f writes into; tangents: in
    forward mode, by parameter the name of its tangent; tree: what the text was printed from; kinds: what is known of
    the names of its main function; parameters: the kinds of the arguments that it was made for; equal, unequal: pairs
    of lengths of arguments that are, and that it would have been another program for if they were; returns: 'both', the
    value and the gradients, the 'gradients' alone (a tuple), or the one 'gradient'; reached: whether an axis of an
    argument is as long as a slice of it goes.
    """

    text: str
    name: str
    own_imports: set[str] = field(default_factory=set)
    externals: dict[str, Any] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    dy_name: str = "dy"
    value_kind: Kind | None = None
    gradient_kinds: dict[str, Kind] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    sharing: tuple[tuple[str, str], ...] = ()
    tangents: dict[str, str] = field(default_factory=dict)
    tree: Any = None
    kinds: dict[str, Kind] = field(default_factory=dict)
    parameters: dict[str, Kind] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    equal: tuple[Any, ...] = ()
    unequal: tuple[Any, ...] = ()
    reached: dict[tuple[Any, int], bool] = field(default_factory=dict)
    returns: str = "both"
