"""How arguments and results cross the boundary between Python and compiled code.

Numba knows neither dicts of unlike items nor objects: they are named tuples in the program, and come back as what they
were. What goes in is a tuple, and the program begins with what it stands for:

    {"W": array, "b": array}          (array, array)            p = Fields_W_b(p[0], p[1])
    a dataclass, an object            a tuple of its fields     the same
    [(W, b), (W, b)]                  ((W, b), (W, b))          layers = [each for each in layers]

A list, or a named tuple, takes Numba 50 microseconds for each item, a tuple half a microsecond; so that is done to
short lists of arrays, tuples or records as well.

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

from s2sad import trees
from s2sad.kinds import Array, Dict, Kind, List, Record, Scalar, Tuple
from s2sad.requests import Program

NARROW = ("float32", "complex64", "float16")
SHORT = 16  # items: each length of a tuple is compiled for


class Boundary:
    """The conversions for one program. `convert` calls the compiled function with arguments as f has them; it is None
    where they go in and out as they are; `needed`: whether that isn't for speed alone. `classes`: the named tuples, by
    their names in the text; `tuples`: those of the user's. `foreign`: a parameter that can't go in, or ''."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.classes: dict[str, Any] = {}
        self.tuples: dict[str, Any] = {}
        self.kinds = {name: program.parameters[name] for name in parameters_of(program) if name in program.parameters}
        for name, kind in self.kinds.items():  # which ints are used as numbers is found out on the way
            found = program.kinds.get(name)
            if isinstance(kind, Scalar) and isinstance(found, Scalar) and found.dtype == "real":
                self.kinds[name] = found
        for name, tangent in program.tangents.items():  # in the structure of its parameter
            primal = program.parameters.get(name)
            if tangent in parameters_of(program) and isinstance(primal, (Dict, Record, Tuple)):
                self.kinds[tangent] = primal
        self.needed = False
        inward = {name: self.inward(kind) for name, kind in self.kinds.items()}
        self.into = {name: change for name, change in inward.items() if change is not None}
        self.names = list(parameters_of(program))
        self.back = [(name, self.outward(program.parameters.get(name))) for name in program.gradient_kinds]
        self.foreign = next((name for name, kind in self.kinds.items() if holds_records(kind)), "")
        self.needed = self.needed or any(change is not None for _, change in self.back)
        needed = bool(self.into) or self.needed
        narrow = any(getattr(kind, "dtype", "") in NARROW for kind in self.kinds.values())
        self.narrow = narrow and bool(program.tangents)
        self.value_dtype = getattr(program.value_kind, "dtype", "") if narrow else ""
        self.needed = self.needed or self.value_dtype in NARROW or self.narrow and has_narrow(program.value_kind)
        self.convert: Callable[..., Any] | None = self.call if needed or self.needed else None

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
            kind = self.program.value_kind
            return of_kind(value, kind, self.narrow), of_kind(as_python(gradients), kind, self.narrow)
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
            self.needed = self.needed or kind.dtype == "real"
            return float if kind.dtype == "real" else None
        if isinstance(kind, Tuple):
            return self.inward_tuple(kind)
        if isinstance(kind, List):
            item = self.inward(kind.item)
            if item is None:
                return short_as_tuple if is_faster(kind) else None
            # Numba takes the first item's layout for that of all.
            return lambda given: short_as_tuple([item(each) for each in given])
        if isinstance(kind, Dict):
            return self.inward_fields(kind.items, dict.__getitem__)
        if isinstance(kind, Record) and kind.cls is not list:
            return self.inward_fields(kind.fields, getattr)
        return None

    def inward_tuple(self, kind: Tuple) -> Callable[[Any], Any] | None:
        items = [self.inward(each) for each in kind.items]
        if kind.cls is not None:
            self.tuples[kind.cls.__name__] = kind.cls
        if not any(items):
            return tuple if kind.cls is not None else None
        return lambda given: tuple([each if item is None else item(each) for item, each in zip(items, given)])

    def inward_fields(self, fields: Any, get: Callable[[Any, Any], Any]) -> Callable[[Any], Any] | None:
        if self.named_tuple([key for key, _ in fields]) is None:
            return None
        self.needed = True
        parts = [(key, self.inward(each)) for key, each in fields]

        def change(given: Any) -> Any:
            return tuple([get(given, key) if part is None else part(get(given, key)) for key, part in parts])

        return change

    def named_tuple(self, keys: list[Any]) -> Any:
        """The class for these keys; None where one of them is no name."""
        if not are_names(keys):
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
        if isinstance(kind, (Dict, List, Tuple)) and (changes(kind) or has_narrow(kind)):
            return rebuilt
        return None


def of_kind(made: Any, kind: Any, narrow: bool) -> Any:
    """What compiled code made as this kind says: objects for dicts; narrow: and with as few digits."""
    if narrow and isinstance(kind, (Scalar, Array)) and kind.dtype in NARROW and made is not None:
        return np.asarray(made).astype(kind.dtype, copy=False)[() if isinstance(kind, Scalar) else ...]
    if isinstance(kind, Tuple) and isinstance(made, tuple) and len(made) == len(kind.items):
        parts = [of_kind(each, its, narrow) for each, its in zip(made, kind.items)]
        return type(made)(*parts) if hasattr(made, "_fields") else tuple(parts)
    if isinstance(kind, Record) and isinstance(made, dict):
        filled: Any = object.__new__(kind.cls)
        for name, its in kind.fields:
            object.__setattr__(filled, name, of_kind(made.get(name), its, narrow))
        return filled
    return made


def is_faster(kind: Any) -> bool:
    """Whether a list goes in faster as a tuple: not one of numbers, which may be long."""
    return isinstance(kind, List) and isinstance(kind.item, (Array, Tuple, Dict, Record))


def short_as_tuple(given: Any) -> Any:
    made = [contiguous(each) for each in given]
    return tuple(made) if 0 < len(made) <= SHORT else made


def changes(kind: Any) -> bool:
    """Whether a gradient of this kind isn't what compiled code returns: there are dicts, objects or ints in it."""
    if isinstance(kind, (Dict, Record)):
        return True
    if isinstance(kind, Scalar):
        return kind.dtype == "real"
    return any(map(changes, kind.items)) if isinstance(kind, Tuple) else isinstance(kind, List) and changes(kind.item)


def as_given(node: Any, kind: Any, depth: int = 0) -> Any:
    """The expression with lists, named tuples and records again where tuples go in; None where there are none in it."""
    if isinstance(kind, List):
        each = "each" + "_" * depth
        inner = as_given(trees.name(each), kind.item, depth + 1)
        if inner is None and not is_faster(kind):
            return None
        loop = gast.comprehension(trees.name(each, store=True), node, [], 0)
        return gast.ListComp(inner or trees.name(each), [loop])
    if isinstance(kind, Tuple):
        found = [as_given(part_of(node, k), each, depth) for k, each in enumerate(kind.items)]
        items = [made or part_of(node, k) for k, made in enumerate(found)]
        if kind.cls is not None:
            return trees.call(trees.name(kind.cls.__name__), *items)
        return gast.Tuple(items, gast.Load()) if any(found) else None
    fields = fields_of(kind)
    if not are_names([key for key, _ in fields]):
        return None
    items = [as_given(part_of(node, k), each, depth) or part_of(node, k) for k, (_, each) in enumerate(fields)]
    return gast.Dict([trees.const(key) for key, _ in fields], items)


def begin_as_given(function: gast.FunctionDef, kinds: dict[str, Kind]) -> None:
    """Tuples come in where lists, named tuples and records were given."""
    made = [(name, as_given(trees.name(name), kind)) for name, kind in kinds.items()]
    lines = [trees.assign(name, each) for name, each in made if each is not None]
    first = int(isinstance(function.body[0], gast.Expr) and isinstance(function.body[0].value, gast.Constant))
    function.body[first:first] = lines


def drop_sharing_checks(tree: gast.Module, parameters: set[str]) -> None:
    """`if np.may_share_memory(a, b): raise ...` for parameters: Numba has no such function, and each call from Python
    compares them before."""
    for function in tree.body:
        if isinstance(function, gast.FunctionDef):
            function.body = [node for node in function.body if not is_sharing_check(node, parameters)]


def is_sharing_check(node: Any, parameters: set[str]) -> bool:
    test: Any = getattr(node, "test", None)
    called = getattr(getattr(test, "func", None), "attr", "")
    if not isinstance(node, gast.If) or called != "may_share_memory" or not isinstance(node.body[0], gast.Raise):
        return False
    return all(isinstance(each, gast.Name) and each.id in parameters for each in test.args)


def part_of(node: Any, k: int) -> gast.AST:
    return trees.index(trees.copy_tree(node), trees.const(k))


def fields_of(kind: Any) -> Any:
    """The parts of a dict or an object, with their names; none of anything else."""
    if isinstance(kind, Dict):
        return kind.items
    return kind.fields if isinstance(kind, Record) and kind.cls is not list else ()


def are_names(keys: list[Any]) -> bool:
    return bool(keys) and all(isinstance(key, str) and key.isidentifier() and key[0] != "_" for key in keys)


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
    if isinstance(like, np.ndarray):
        return np.asarray(made).astype(like.dtype, copy=False) if like.dtype.char in "efF" else made
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
    return None if takes_all_by_position(program.tree.body[-1].args) else with_defaults(plain)


def filler(plain: Callable[..., Any]) -> Callable[..., tuple[Any, ...]] | None:
    """The same where a default is nothing that Numba fills in itself: it has to cross the boundary as an argument."""
    defaults = [each.default for each in inspect.signature(plain).parameters.values()]
    return None if all(map(is_plain_default, defaults)) else with_defaults(plain)


def is_plain_default(value: Any) -> bool:
    if isinstance(value, tuple) and type(value) is tuple:
        return all(map(is_plain_default, value))
    return value is None or value is inspect.Parameter.empty or isinstance(value, (bool, int, float, complex, str))


def with_defaults(plain: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    signature = inspect.signature(plain)

    def bind(*args: Any, **kwargs: Any) -> tuple[Any, ...]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return tuple(bound.arguments.values())

    return bind
