"""How arguments and results cross the boundary between Python and compiled code.

Numba knows neither dicts of unlike items nor objects. They go in as named tuples, and come back as what they were:

    {"W": array, "b": array}          ->  Fields_W_b(array, array)
    a dataclass, an object            ->  a named tuple of its fields

In the program `params["W"]` is `params.W` then, and a dict that is made is a named tuple. A Python int that f uses as a
number goes in as a float: an int would wrap around at 64 bits. Gradients have the precision of their parameters.
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad.kinds import Array, Dict, Kind, List, Record, Scalar, Tuple
from s2sad.requests import Program

NARROW = ("float32", "complex64", "float16")


class Boundary:
    """The conversions for one program. `convert` calls the compiled function with arguments as f has them; it is None
    where they go in and out as they are. `classes`: the named tuples, by their names in the text. `foreign`: a
    parameter that can't go in, or ''."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.classes: dict[str, Any] = {}
        self.kinds = {name: program.parameters[name] for name in parameters_of(program) if name in program.parameters}
        for name, kind in self.kinds.items():  # which ints are used as numbers is found out on the way
            found = program.kinds.get(name)
            if isinstance(kind, Scalar) and isinstance(found, Scalar) and found.dtype == "real":
                self.kinds[name] = found
        inward = {name: self.inward(kind) for name, kind in self.kinds.items()}
        self.into = {name: change for name, change in inward.items() if change is not None}
        self.names = list(parameters_of(program))
        self.back = [(name, self.outward(program.parameters.get(name))) for name in program.gradient_kinds]
        self.foreign = next((name for name, kind in self.kinds.items() if holds_records(kind)), "")
        needed = bool(self.into) or any(change is not None for _, change in self.back)
        narrow = any(getattr(kind, "dtype", "") in NARROW for kind in self.kinds.values())
        self.value_dtype = getattr(program.value_kind, "dtype", "") if narrow else ""
        self.convert: Callable[..., Any] | None = self.call if needed or self.value_dtype in NARROW else None

    def call(self, compiled: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        into = self.into
        given = dict(zip(self.names, args))
        args = tuple([into[name](each) if name in into else each for name, each in given.items()])
        made = {name: into[name](each) if name in into else each for name, each in kwargs.items()}
        made = compiled(*args, **made)
        returns = self.program.returns
        value, gradients = made if returns == "both" else (None, (made,) if returns == "gradient" else made)
        value = as_python(value)
        if self.value_dtype in NARROW and returns == "both":
            value = np.asarray(value).astype(self.value_dtype)[()]
        if self.program.tangents:
            return value, as_python(gradients)
        given.update(kwargs)
        results = []
        for (name, change), gradient in zip(self.back, gradients):
            like = given.get(name)
            results.append(gradient if change is None or gradient is None else change(gradient, like))
        if returns == "both":
            return value, tuple(results)
        return results[0] if returns == "gradient" else tuple(results)

    # ------------------------------------------------------------------------------------------ inward
    def inward(self, kind: Kind | None) -> Callable[[Any], Any] | None:
        """How an argument of this kind is converted; None where it is passed as it is."""
        if isinstance(kind, Scalar):
            return float if kind.dtype == "real" else None
        if isinstance(kind, Tuple):
            return self.inward_tuple(kind)
        if isinstance(kind, List):
            item = self.inward(kind.item)
            if item is None:
                return None
            # Numba takes the first item's layout for that of all.
            return lambda given: [contiguous(item(each)) for each in given]
        if isinstance(kind, Dict):
            return self.inward_fields(kind.items, dict.__getitem__)
        if isinstance(kind, Record) and kind.cls is not list:
            return self.inward_fields(kind.fields, getattr)
        return None

    def inward_tuple(self, kind: Tuple) -> Callable[[Any], Any] | None:
        items = [self.inward(each) for each in kind.items]
        if not any(items):
            return None

        def change(given: Any) -> Any:
            made = [each if item is None else item(each) for item, each in zip(items, given)]
            return tuple(made) if kind.cls is None else kind.cls(*made)

        return change

    def inward_fields(self, fields: Any, get: Callable[[Any, Any], Any]) -> Callable[[Any], Any] | None:
        cls = self.named_tuple([key for key, _ in fields])
        if cls is None:
            return None
        parts = [(key, self.inward(each)) for key, each in fields]

        def change(given: Any) -> Any:
            return cls(*[get(given, key) if part is None else part(get(given, key)) for key, part in parts])

        return change

    def named_tuple(self, keys: list[Any]) -> Any:
        """The class for these keys; None where one of them is no name."""
        if not keys or not all(isinstance(key, str) and key.isidentifier() and key[0] != "_" for key in keys):
            return None
        name = "Fields_" + "_".join(keys)
        if name not in self.classes:
            self.classes[name] = collections.namedtuple(name, keys)  # type: ignore[misc]
        return self.classes[name]

    # ------------------------------------------------------------------------------------------ outward
    def outward(self, kind: Kind | None) -> Callable[[Any, Any], Any] | None:
        """How the gradient of such a parameter is converted, given what came back and the argument."""
        if isinstance(kind, (Scalar, Array)) and kind.dtype in NARROW:
            dtype = np.dtype(kind.dtype)
            return lambda made, like: np.asarray(made).astype(dtype, copy=False)[
                () if isinstance(kind, Scalar) else ...
            ]
        if isinstance(kind, Record) and kind.cls is not list:
            return rebuilt
        if isinstance(kind, (Dict, List, Tuple)) and (self.inward(kind) is not None or has_narrow(kind)):
            return rebuilt
        return None


def contiguous(value: Any) -> Any:
    """A value with arrays in it that aren't contiguous copied."""
    if isinstance(value, np.ndarray):
        return value if value.flags.c_contiguous else value.copy()
    if isinstance(value, tuple):
        made = [contiguous(each) for each in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    return list(map(contiguous, value)) if isinstance(value, list) else value


def is_contiguous(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.flags.c_contiguous)
    return not isinstance(value, (list, tuple)) or all(map(is_contiguous, value))


def rebuilt(made: Any, like: Any) -> Any:
    """A gradient in the structure of the argument."""
    if made is None:
        return None
    if isinstance(like, dict):
        return {key: rebuilt(getattr(made, key), like[key]) for key in like}
    if isinstance(like, list):
        return [rebuilt(each, other) for each, other in zip(made, like)]
    if isinstance(like, tuple):
        parts = [rebuilt(each, other) for each, other in zip(made, like)]
        return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)
    if isinstance(like, np.ndarray) and like.dtype.name in NARROW:
        return np.asarray(made).astype(like.dtype, copy=False)
    if hasattr(made, "_fields"):
        fields = {key: rebuilt(getattr(made, key), getattr(like, key)) for key in made._fields}
        if dataclasses.is_dataclass(like):
            return dataclasses.replace(like, **fields)  # type: ignore[type-var,arg-type]
        other = copy.copy(like)
        vars(other).update(fields)
        return other
    return made


def as_python(value: Any) -> Any:
    """A result with the named tuples that stand for dicts as dicts."""
    if isinstance(value, tuple):
        if type(value).__name__.startswith("Fields_"):
            return {key: as_python(each) for key, each in zip(value._fields, value)}  # type: ignore[attr-defined]
        made = [as_python(each) for each in value]
        return type(value)(*made) if hasattr(value, "_fields") else tuple(made)
    return [as_python(each) for each in value] if isinstance(value, list) else value


def holds_records(kind: Any) -> bool:
    """Whether it is a list of dicts or objects, which compiled code can't be given."""
    return isinstance(kind, List) and isinstance(kind.item, (Dict, Record))


def has_narrow(kind: Any) -> bool:
    if isinstance(kind, List):
        return has_narrow(kind.item)
    if isinstance(kind, Tuple):
        return any(map(has_narrow, kind.items))
    if isinstance(kind, Dict):
        return any(has_narrow(each) for _, each in kind.items)
    return getattr(kind, "dtype", "") in NARROW


def parameters_of(program: Program) -> list[str]:
    """The names of the parameters of the main function."""
    return [each.id for each, _ in parameters_by_position(program.tree.body[-1].args)]


def parameters_by_position(args: gast.arguments) -> list[tuple[gast.Name, gast.AST | None]]:
    """All parameters with their defaults, as if each were given by its position."""
    positional = [*args.posonlyargs, *args.args]
    defaults = [*[None] * (len(positional) - len(args.defaults)), *args.defaults]
    made = list(zip(positional, defaults))
    made += [] if args.vararg is None else [(args.vararg, None)]
    made += zip(args.kwonlyargs, args.kw_defaults)
    return made if args.kwarg is None else [*made, (args.kwarg, None)]


def takes_all_by_position(args: gast.arguments) -> bool:
    return args.vararg is None and args.kwarg is None and not args.kwonlyargs


def by_position(args: gast.arguments) -> gast.arguments:
    """Numba (0.68) takes keyword-only parameters for others, and knows no `**`: each by its position, then."""
    if takes_all_by_position(args):
        return args
    made = parameters_by_position(args)
    first = max((k + 1 for k, (_, default) in enumerate(made) if default is None), default=0)
    return gast.arguments([each for each, _ in made], [], None, [], [], None, [default for _, default in made[first:]])


def binder(program: Program, plain: Callable[..., Any]) -> Callable[..., tuple[Any, ...]] | None:
    """From the arguments of a call to those of the compiled program; None where they are the same."""
    if takes_all_by_position(program.tree.body[-1].args):
        return None
    signature = inspect.signature(plain)

    def bind(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    return bind
