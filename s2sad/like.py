"""Types in text: `--like "x=float, W=float[:, :]"` and annotations become kinds, and kinds become text again.

>>> kinds = parse_like("x=float, W=float[:, 3], n=int, params={'b': float[:]}, xs=list[float], p=(float, float)")
>>> [show(kind) for kind in kinds.values()]
['float', 'float[:, 3]', 'int', "{'b': float[:]}", 'list[float]', '(float, float)']

A type is `float`, `int`, `bool`, `complex` or a NumPy scalar type (`np.float32`); in brackets after it stand the axes
of an array: `:` for a length that is not 1, a number for that length, a name for a length that several axes share,
`...` alone for any axes at all. Other values stand for themselves: a string, None, a function, a number as an example.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import inspect
import types
import typing
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from typing import Any

import gast
import numpy as np
from numpy.typing import NDArray

from s2sad import kinds
from s2sad.errors import ParameterError
from s2sad.indexing import part_of, shortened
from s2sad.kinds import ONE, Array, Dict, Dim, Kind, List, Mapping, Record, Scalar, Static, Tuple

OPEN = Array("", None)  # what an unannotated parameter is taken for: a number or array, nothing else known
_NUMBERS = {"float": float, "int": int, "bool": bool, "complex": complex}
_NAMES: dict[str, Any] = {
    **_NUMBERS,
    "list": list, "tuple": tuple, "dict": dict, "str": str, "array": np.ndarray, "ndarray": np.ndarray,
}  # fmt: skip
_MODULES = {"np": np, "numpy": np}
_NO_NAMES: dict[str, Any] = {}
_ABSENT = object()
_SHORTER = {gast.Sub: shortened, gast.FloorDiv: part_of}


class _Unreadable(Exception):
    """A type that says too little, or is none; the message completes "can't read ...: "."""


@dataclasses.dataclass(frozen=True)
class _Place:
    """Where in the text a type stands: names the axes of arrays (`path`), and says how its names and strings read."""

    path: Any
    names: AnyMapping[str, Any]
    annotation: bool = False  # in an annotation a string is a type in quotes, elsewhere it is itself
    depth: int = 0

    def inside(self, key: Any) -> _Place:
        if self.depth > 20:
            raise _Unreadable("nested too deeply")
        return dataclasses.replace(self, path=(self.path, key), depth=self.depth + 1)


def parse_like(text: str, names: AnyMapping[str, Any] = _NO_NAMES) -> dict[str, Kind]:
    """The kinds that the text of `--like` states; `names` are the globals of the function's file."""
    try:
        call = gast.parse(f"like({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise ParameterError(f"--like: can't read {text!r}: {_reason(error)}") from None
    if not (isinstance(call, gast.Call) and isinstance(call.func, gast.Name)):
        raise ParameterError(f"--like: can't read {text!r}: unbalanced brackets")
    if call.args or any(keyword.arg is None for keyword in call.keywords):
        raise ParameterError(f'--like: can\'t read {text!r}: write name=type, as in "x=float, W=float[:, :]"')
    result: dict[str, Kind] = {}
    for keyword in call.keywords:
        if keyword.arg in result:
            raise ParameterError(f"--like: {keyword.arg} is given twice")
        try:
            result[keyword.arg] = _from_tree(keyword.value, _Place(keyword.arg, names))
        except _Unreadable as error:
            raise ParameterError(f"--like: {keyword.arg}: {error}") from None
    return result


def kind_of_type(annotation: Any, name: str, names: AnyMapping[str, Any] = _NO_NAMES) -> Kind | None:
    """The kind that an annotation states (a type, or text such as "float[:, :]"), or None where it states none.

    >>> kind_of_type(list[float], "xs")
    List(item=Scalar(dtype='float', symbol=None), cls=None)
    """
    try:
        return _from_object(annotation, _Place(name, names, annotation=True))
    except _Unreadable:
        return None


def parameter_kinds(function: Callable, like: str = "") -> tuple[dict[str, Kind], list[str]]:
    """A kind for each parameter of the function, and the names of those that had to be left open.

    In order of precedence: `like`, the annotation, the default value, nothing (`OPEN`).
    """
    names = getattr(inspect.unwrap(function), "__globals__", {})
    parameters = inspect.signature(function).parameters
    stated = parse_like(like, names)
    for name in stated:
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            raise ParameterError(f"--like: {name} is no parameter of {function.__name__} (it has: {known})")
    result, left_open = {}, []
    for name, parameter in parameters.items():
        kind = stated.get(name) or _of_parameter(parameter, names)
        if kind is None or kind == OPEN:
            left_open.append(name)
        if kind is None:
            kind = OPEN if parameter.annotation is parameter.empty else kinds.UNKNOWN
        result[name] = kind
    return result, left_open


def _of_parameter(parameter: inspect.Parameter, names: AnyMapping[str, Any]) -> Kind | None:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return Tuple()
    if parameter.kind is parameter.VAR_KEYWORD:
        return Dict()
    if parameter.annotation is not parameter.empty:
        kind = kind_of_type(parameter.annotation, parameter.name, names)
        if kind is not None:
            return kind
    if parameter.default is parameter.empty:
        return None
    return kinds.kind_of(parameter.default, parameter.name)


# ------------------------------------------------------------------------------------------------ text to kind


def _reason(error: SyntaxError) -> str:
    message = error.msg or "invalid syntax"
    if "never closed" in message or "does not match" in message or "unmatched" in message:
        return "unbalanced brackets"
    return message.split(". Perhaps")[0]


def _from_tree(node: Any, place: _Place) -> Kind:
    """The kind that an expression states."""
    if isinstance(node, gast.Subscript):
        return _from_subscript(node, place)
    if isinstance(node, gast.Tuple):
        return Tuple(tuple(_from_tree(item, place.inside(k)) for k, item in enumerate(node.elts)))
    if isinstance(node, gast.List):
        item: Kind | None = None
        for each in node.elts:
            item = kinds.join(item, _from_tree(each, place.inside(kinds.ITEM)))
        return List(item)
    if isinstance(node, gast.Dict) and all(isinstance(key, gast.Constant) for key in node.keys):
        items = zip([key.value for key in node.keys], node.values)
        return Dict(tuple((key, _from_tree(value, place.inside(key))) for key, value in items))
    if isinstance(node, gast.Call):
        return _from_call(node, place)
    return _from_object(_resolve(node, place), place)


def _resolve(node: Any, place: _Place) -> Any:
    """The object that a name, a dotted name or a constant stands for."""
    if isinstance(node, gast.Constant):
        if isinstance(node.value, str) and not place.annotation:
            return Static(node.value)
        return node.value
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub) and isinstance(node.operand, gast.Constant):
        return node.operand.value
    if isinstance(node, gast.Attribute):
        value = getattr(_resolve(node.value, place), node.attr, _ABSENT)
    elif isinstance(node, gast.Name):
        value = _NAMES.get(node.id, _ABSENT)
        for source in (place.names, _MODULES, vars(np)):
            value = source.get(node.id, _ABSENT) if value is _ABSENT else value
    else:
        raise _Unreadable("that is no type; write for example float, float[:, :], list[float] or {'W': float[:]}")
    if value is _ABSENT:
        raise _Unreadable(f"{gast.unparse(node).strip()} is not known here")
    return value


def _from_subscript(node: Any, place: _Place) -> Kind:
    base = _resolve(node.value, place)
    base = typing.get_origin(base) or base  # typing.List stands for list
    inner = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
    dtype = _dtype(base)
    if dtype is not None:
        return Array(dtype, _axes(inner, place))
    if base is np.ndarray or base is NDArray:
        return _ndarray([_scalar_type(each, place) for each in inner][-1], None)
    if base in _CONTAINERS:
        return _container(base, inner, place)
    if place.annotation:
        raise _Unreadable("not a type that says enough")
    raise _Unreadable(f"{gast.unparse(node.value).strip()} takes no brackets here")


def _axes(inner: list[Any], place: _Place) -> tuple[Dim, ...] | None:
    if len(inner) == 1 and _is_ellipsis(inner[0]):
        return None
    return tuple(_axis(node, place, axis) for axis, node in enumerate(inner))


def _axis(node: Any, place: _Place, axis: int) -> Dim:
    least = node.lower if isinstance(node, gast.Slice) else None
    if isinstance(node, gast.Slice) and node.upper is node.step is None and (least is None or is_count(least)):
        return Dim((place.path, axis), True)
    if is_count(node):
        return ONE if node.value == 1 else Dim(node.value, True)
    if isinstance(node, gast.Name):
        return Dim(node.id, True)
    if isinstance(node, gast.BinOp) and type(node.op) in _SHORTER and is_count(node.right):
        return _SHORTER[type(node.op)](_axis(node.left, place, axis), node.right.value)
    raise _Unreadable(
        "an axis is written as :, a number or a name, or less than that, as in float[:, 3, n, n - 1, n // 2], or as "
        "float[...]"
    )


def is_count(node: Any) -> bool:
    """Whether it is a number, as in `float[3:]`: an axis of three or more."""
    return isinstance(node, gast.Constant) and type(node.value) is int and node.value >= 0


def _scalar_type(node: Any, place: _Place) -> Any:
    """What stands in the brackets of NDArray and ndarray: a scalar type, or `dtype[scalar type]`."""
    if isinstance(node, gast.Subscript):
        return _scalar_type(node.slice, place) if not isinstance(node.slice, gast.Tuple) else None
    try:
        return _resolve(node, place)
    except _Unreadable:
        return None


def _from_call(node: Any, place: _Place) -> Kind:
    """`Point(x=float, y=float)`: an instance of a class of the user's."""
    cls = _resolve(node.func, place)
    if not isinstance(cls, type):
        raise _Unreadable(f"{gast.unparse(node.func).strip()} is no class")
    given = {word.arg: _from_tree(word.value, place.inside(word.arg)) for word in node.keywords}
    names = list(getattr(cls, "_fields", None) or [field.name for field in _fields(cls)] or given)
    for k, each in enumerate(node.args[: len(names)]):
        given[names[k]] = _from_tree(each, place.inside(names[k]))
    if set(given) != set(names) or len(node.args) > len(names):
        raise _Unreadable(f"{cls.__name__} has the fields {', '.join(names)}")
    if issubclass(cls, tuple):
        return Tuple(tuple(given[name] for name in names), cls)
    return Record(cls, tuple((name, given[name]) for name in names))


# ------------------------------------------------------------------------------------------------ object to kind


def _from_object(value: Any, place: _Place) -> Kind:
    """The kind that an object states: a type, text or a tree that names one, or a value that stands for itself."""
    if isinstance(value, gast.AST):
        return _from_tree(value, place)
    if isinstance(value, Kind):
        return value
    if isinstance(value, str):
        try:
            return _from_tree(gast.parse(value.strip(), mode="eval").body, place)
        except SyntaxError as error:
            raise _Unreadable(_reason(error)) from None
    if isinstance(value, dict):
        return Dict(tuple((key, _from_object(each, place.inside(key))) for key, each in value.items()))
    if value is None or value is types.NoneType:
        return kinds.NONE
    if value is typing.Any or isinstance(value, (typing.TypeVar, typing.NewType)):
        raise _Unreadable("not a type that says enough")
    if isinstance(value, type) and not isinstance(value, types.GenericAlias):
        return _from_class(value, place)
    origin = typing.get_origin(value)
    if origin is not None:
        return _from_generic(origin, list(typing.get_args(value)), place)
    if hasattr(value, "__value__"):  # type X = ...
        return _from_object(value.__value__, place)
    return kinds.kind_of(value, place.path)


def _from_class(cls: type, place: _Place) -> Kind:
    if cls in _NUMBERS.values():
        return Scalar(cls.__name__)
    dtype = _dtype(cls)
    if dtype is not None:
        return Scalar(dtype) if dtype else OPEN
    if cls is np.ndarray:
        return OPEN
    if cls is str:
        raise _Unreadable("give the string itself, as in mode='fast'")
    if cls in _CONTAINERS:
        raise _Unreadable(f"say what the {cls.__name__} holds, as in {_EXAMPLES.get(cls, 'list[float]')}")
    hints = _hints(cls, place)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return Tuple(tuple(_field(cls, name, hints, place) for name in cls._fields), cls)
    if dataclasses.is_dataclass(cls):
        return Record(cls, tuple((each.name, _field(cls, each.name, hints, place)) for each in _fields(cls)))
    if place.annotation:
        raise _Unreadable("not a type that says enough")
    raise _Unreadable(f"say what {cls.__name__} holds, as in {cls.__name__}(x=float)")


def _hints(cls: type, place: _Place) -> dict[str, Any]:
    try:
        return typing.get_type_hints(cls)
    except (NameError, TypeError, SyntaxError):
        return {name: text for name, text in getattr(cls, "__annotations__", {}).items() if text != cls.__name__}


def _fields(cls: type) -> tuple[Any, ...]:
    return dataclasses.fields(cls) if dataclasses.is_dataclass(cls) else ()


def _field(cls: type, name: str, hints: dict[str, Any], place: _Place) -> Kind:
    hint = hints.get(name)
    if hint is None or hint is cls:
        raise _Unreadable(f"say what {cls.__name__}.{name} is, as in {cls.__name__}({name}=float)")
    return _from_object(hint, dataclasses.replace(place.inside(name), annotation=True))


def _from_generic(origin: Any, arguments: list[Any], place: _Place) -> Kind:
    if origin is typing.Annotated:
        return _from_object(arguments[0], place)
    if origin is NDArray:  # new versions of NumPy write it as `type NDArray[T] = ...`
        return _ndarray(arguments[0], None)
    if origin is np.ndarray:
        return _ndarray(arguments[1], arguments[0])
    if origin in _CONTAINERS:
        return _container(origin, arguments, place)
    raise _Unreadable("not a type that says enough")


_CONTAINERS: dict[Any, type] = {
    list: list,
    collections.abc.Sequence: list,
    tuple: tuple,
    dict: dict,
    collections.abc.Mapping: dict,
}
_EXAMPLES: dict[Any, str] = {
    list: "list[float]",
    tuple: "tuple[float, float]",
    dict: "{'W': float[:]} or dict[str, float]",
}


def _container(origin: Any, arguments: list[Any], place: _Place) -> Kind:
    shape = _CONTAINERS[origin]
    if shape is tuple:
        if any(_is_ellipsis(each) for each in arguments):
            raise _Unreadable("a tuple's length must be known, as in tuple[float, float]")
        return Tuple(tuple(_from_object(each, place.inside(k)) for k, each in enumerate(arguments)))
    if len(arguments) != (1 if shape is list else 2):
        raise _Unreadable(f"write {_EXAMPLES[shape]}")
    item = _from_object(arguments[-1], place.inside(kinds.ITEM))
    return List(item) if shape is list else Mapping(None, item)


def _is_ellipsis(value: Any) -> bool:
    return value is Ellipsis or (isinstance(value, gast.Constant) and value.value is Ellipsis)


def _ndarray(dtype: Any, shape: Any) -> Kind:
    """`np.ndarray[shape, np.dtype[scalar type]]`, which is what `NDArray[scalar type]` stands for."""
    inner = typing.get_args(dtype)
    name = _dtype(inner[0] if inner else dtype) or ""
    axes = typing.get_args(shape)
    if not axes or Ellipsis in axes:
        return Array(name, None)
    return Array(name, tuple(Dim(("axis", axis), True) for axis in range(len(axes))))


def _dtype(scalar: Any) -> str | None:
    """The dtype's name of an array of such scalars; '' for an abstract type such as np.floating; None for no number."""
    if not isinstance(scalar, type):
        return None
    if scalar in _NUMBERS.values():
        return np.dtype(scalar).name
    if not issubclass(scalar, np.generic):
        return None
    if scalar in (np.generic, np.number, np.floating, np.integer, np.inexact, np.complexfloating):
        return ""
    return np.dtype(scalar).name if np.dtype(scalar).kind in "biufc" else None


# ------------------------------------------------------------------------------------------------ kind to text


def show(kind: Kind | None) -> str:
    """The text that `--like` would take for this kind; 'any' where nothing is known.

    >>> show(kinds.kind_of({"W": np.zeros((2, 1)), "xs": [1.0], "f": None}))
    "{'W': float[:, 1], 'xs': list[float], 'f': None}"
    """
    if isinstance(kind, Scalar):
        return kind.dtype if kind.dtype in _NUMBERS else f"np.{kind.dtype}"
    if isinstance(kind, Array):
        return _show_array(kind)
    if isinstance(kind, List):
        return f"list[{show(kind.item)}]" if kind.item else "[]"
    if isinstance(kind, Tuple):
        inside = ", ".join(map(show, kind.items)) + ("," if len(kind.items) == 1 and not kind.cls else "")
        return f"{kind.cls.__name__ if kind.cls else ''}({inside})"
    if isinstance(kind, Dict):
        return "{" + ", ".join(f"{key!r}: {show(value)}" for key, value in kind.items) + "}"
    if isinstance(kind, Mapping):
        return f"dict[{show(kind.key)}, {show(kind.value)}]"
    if isinstance(kind, Record):
        return f"{kind.cls.__name__}({', '.join(f'{name}={show(value)}' for name, value in kind.fields)})"
    if isinstance(kind, Static):
        return getattr(kind.value, "__name__", None) or repr(kind.value)
    return "any"


def _show_array(kind: Array) -> str:
    dtypes = {np.dtype(number).name: name for name, number in _NUMBERS.items()}
    dtype = dtypes.get(kind.dtype) or (f"np.{kind.dtype}" if kind.dtype else "any")
    if kind.dims is None:
        return f"{dtype}[...]" if kind.dtype else "any"
    return f"{dtype}[{', '.join(map(_show_axis, kind.dims))}]"


def _show_axis(dim: Dim) -> str:
    return str(dim.key) if isinstance(dim.key, (int, str)) else ":"
