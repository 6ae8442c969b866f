"""Kinds: what the compiler knows of a value before it runs.

A kind is an immutable, hashable description. Kinds start from a call's arguments (`kind_of`), flow through the rules
(`s2sad/rules`), and decide how short and fast the generated code is, never whether it is right.

>>> import numpy as np
>>> kind_of(2.0)
Scalar(dtype='float', symbol=None)
>>> kind_of(np.zeros((3, 1)), "x").rank
2
>>> join(Scalar("float"), Scalar("int"))
Scalar(dtype='float', symbol=None)
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import functools
import logging
import types
from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from s2sad.foreign import refuse_foreign

_CHARS = {"b": "b", "i": "i", "u": "i", "f": "f", "c": "c"}


def dtype_char(dtype: str) -> str:
    """'b', 'i', 'f' or 'c' for a dtype's name; '?' for one that is not known, 'O' for one that is not a number."""
    if dtype in _PYTHON:
        return _PYTHON[dtype]
    if not dtype:
        return "?"
    return _CHARS.get(np.dtype(dtype).kind, "O")


_PYTHON = {
    "bool": "b",
    "int": "i",
    "real": "f",
    "float": "f",
    "complex": "c",
}  # real: a number that is a Python int, or may be one


@dataclass(frozen=True)
class Dim:
    """One axis of an array: `key` names its length; `many` is true where the length is known not to be 1.

    Two axes with the same key have the same length. `ONE` is the axis of length exactly 1.
    """

    key: Any
    many: bool = False


ONE = Dim(1)
ITEM = "any item"  # in a key: of one item of a list or dict; that of another may be of another length


@dataclass(frozen=True)
class Kind:
    """The base of all kinds."""


@dataclass(frozen=True)
class Scalar(Kind):
    """A number. dtype: 'bool', 'int', 'float', 'complex' (Python's), or a NumPy name ('float64', 'float32', 'int64').

    `symbol` names the value of an integer, where it is known: a Python int for a constant, or any hashable.
    `real`: as of arrays.
    """

    dtype: str = "float"
    symbol: Any = None
    real: bool = field(default=False, repr=False)

    @property
    def char(self) -> str:
        return "f" if self.real and not self.dtype else dtype_char(self.dtype)

    @property
    def rank(self) -> int:
        return 0


@dataclass(frozen=True)
class Array(Kind):
    """A NumPy array. dtype: a NumPy name, or '' where unknown; dims: a tuple of Dim, or None where the rank is unknown
    (then it may also be a scalar); most, least: the highest and lowest rank that it may have then, as far as known;
    real: of an unknown dtype, but floating numbers in any case, not complex ones; mixed: of a complex dtype on some
    ways, of a real one on others."""

    dtype: str = "float64"
    dims: tuple[Dim, ...] | None = None
    most: int | None = field(default=None, repr=False)
    least: int = field(default=0, repr=False)
    real: bool = field(default=False, repr=False)
    mixed: bool = field(default=False, repr=False)

    @property
    def char(self) -> str:
        return "f" if self.real and not self.dtype else dtype_char(self.dtype)

    @property
    def rank(self) -> int | None:
        return None if self.dims is None else len(self.dims)

    def with_axes(self, dims: tuple[Dim, ...] | None) -> Array:
        """An array of such numbers, with other axes."""
        return Array(self.dtype, dims, real=self.real, mixed=self.mixed)


@dataclass(frozen=True)
class List(Kind):
    """A list whose items all have one kind; item is None while nothing is known to be in it (Unknown: anything may be).
    `cls`: deque, for one of those, or MutableSequence, where it may be either. `length`: for rules, if known at
    that moment."""

    item: Kind | None = None
    cls: type | None = None
    length: Dim | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Tuple(Kind):
    """A tuple of known length; `cls` is the namedtuple's class, or None."""

    items: tuple[Kind, ...] = ()
    cls: type | None = None


@dataclass(frozen=True)
class Dict(Kind):
    """A dict of known keys, in order: ((key, kind), ...)."""

    items: tuple[tuple[Any, Kind], ...] = ()

    def get(self, key: Any) -> Kind | None:
        return dict(self.items).get(key)


@dataclass(frozen=True)
class Mapping(Kind):
    """A dict whose keys are not known, with values of one kind."""

    key: Kind | None = None
    value: Kind | None = None
    default: Any = None  # of a defaultdict: float, int, list or dict


@dataclass(frozen=True)
class Record(Kind):
    """An instance of a dataclass or a simple class of the user's: ((attribute, kind), ...)."""

    cls: type
    fields: tuple[tuple[Any, Kind], ...] = ()

    def get(self, name: str) -> Kind | None:
        return dict(self.fields).get(name)


@dataclass(frozen=True)
class Static(Kind):
    """A value that is known: a function, module, class, string, None, Ellipsis, slice or tuple of such."""

    value: Any

    def __hash__(self) -> int:
        try:
            return hash((type(self.value), self.value))
        except TypeError:
            return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and (
            self.value is other.value
            or (
                type(self.value) is type(other.value)
                and isinstance(self.value, (str, bytes, tuple))
                and self.value == other.value
            )
        )


@dataclass(frozen=True)
class Unknown(Kind):
    """Nothing is known."""


@dataclass(frozen=True)
class Never(Kind):
    """What a recursive call gives, before it is known what the function returns."""


@dataclass(frozen=True)
class Text(Kind):
    """A string that is made when the function runs; `active` if from numbers that have a gradient."""

    active: bool = False


@dataclass(frozen=True)
class Constants(Kind):
    """A tuple whose length isn't known, of integers, strings and such tuples: no gradient flows through it."""


UNKNOWN = Unknown()
CONSTANTS = Constants()
NONE = Static(None)
FLOAT = Scalar("float")
INT = Scalar("int")
BOOL = Scalar("bool")


def is_real_or_complex(kind: Kind) -> bool:
    """Whether a value of this kind is a float or complex number or array of such (or may be): can carry a gradient."""
    return isinstance(kind, (Scalar, Array)) and kind.char in "fc?"


def carries_gradient(kind: Kind | None) -> bool:
    """Whether some leaf of a value of this kind can carry a gradient."""
    if kind is None or isinstance(kind, (Unknown, Never)):
        return True
    if isinstance(kind, (Scalar, Array)):
        return kind.char in "fc?"
    if isinstance(kind, List):
        return carries_gradient(kind.item)
    if isinstance(kind, Tuple):
        return any(map(carries_gradient, kind.items))
    if isinstance(kind, Dict):
        return any(carries_gradient(value) for _, value in kind.items)
    if isinstance(kind, Mapping):
        return carries_gradient(kind.value)
    if isinstance(kind, Record):
        return any(carries_gradient(value) for _, value in kind.fields)
    return False


def is_mutable(kind: Kind) -> bool:
    """Whether a value of this kind can be written into."""
    return isinstance(kind, (Array, List, Dict, Mapping, Record, Unknown))


def carries_memory(kind: Kind) -> bool:
    """Whether a value of this kind is memory that can be written into, or a tuple that holds such."""
    return is_mutable(kind) or isinstance(kind, Tuple) and any(map(carries_memory, kind.items))


def as_given(kind: Any, given: Any) -> Any:
    """The kind of a parameter that is written, without what f puts into it: what the caller gives as numbers are
    numbers; a dict in it is one of unknown keys where f makes it that.

    >>> as_given(List(List(Array("float64", None))), List(List(FLOAT)))
    List(item=List(item=Scalar(dtype='float', symbol=None), cls=None), cls=None)
    """
    if isinstance(given, Scalar):
        return given
    if isinstance(kind, List) and isinstance(given, List):
        return dataclasses.replace(kind, item=as_given(kind.item, given.item))
    if isinstance(kind, Mapping) and isinstance(given, Mapping):
        return dataclasses.replace(kind, value=as_given(kind.value, given.value))
    return kind


_SCALAR_TYPES: dict[type, Scalar] = {bool: BOOL, int: INT, float: FLOAT, complex: Scalar("complex")}
_STATIC_TYPES = (
    str,
    bytes,
    type(None),
    type(Ellipsis),
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    np.ufunc,
    np.dtype,
)


def named(cls: Any, items: tuple[Any, ...]) -> Any:
    """A tuple with the names of a namedtuple, if it is one. SciPy's results have such names as well, and hold more than
    what these are of."""
    if not hasattr(cls, "_fields"):
        return items
    return cls(*items) if hasattr(cls, "_make") else collections.namedtuple("Named", cls._fields)(*items)


def kind_of(value: Any, key: Any = None) -> Kind:
    """The kind of a value. `key` names it, so that the lengths of an array's axes get names.

    Raises ArgumentError for a number or an array whose class has arithmetic of its own (np.matrix, masked arrays).
    """
    scalar = _SCALAR_TYPES.get(type(value))
    if scalar is not None:
        return scalar
    refuse_foreign(value, key)
    if isinstance(value, np.ndarray):
        dims = tuple(ONE if n == 1 else Dim((key, axis), True) for axis, n in enumerate(value.shape))
        return Array(value.dtype.name if value.dtype.kind in "biufc" else "O", dims)
    if isinstance(value, np.generic):
        return Scalar(value.dtype.name) if value.dtype.kind in "biufc" else Static(value)
    if isinstance(value, logging.Logger):
        return Static(value)
    if isinstance(value, tuple):
        items = tuple(kind_of(item, (key, k)) for k, item in enumerate(value))
        return Tuple(items, type(value) if hasattr(value, "_fields") else None)
    if isinstance(value, list):
        item: Kind | None = None
        for each in value:
            item = join(item, kind_of(each, (key, ITEM)))
        if len(value) <= 64 and value and (is_mixed([item]) or holds_function(item) or loses_something(item)):
            kinds = [kind_of(each, (key, k)) for k, each in enumerate(value)]
            apart = is_mixed(kinds) and carries_gradient(Tuple(tuple(kinds)))
            if apart or any(map(holds_function, kinds)):
                return Record(list, tuple(enumerate(kinds)))
        return List(item)
    if isinstance(value, dict):
        if all(isinstance(k, (str, int)) for k in value):
            return Dict(tuple((k, kind_of(v, (key, k))) for k, v in value.items()))
        held: Kind | None = None
        for each in value.values():
            held = join(held, kind_of(each, (key, ITEM)))
        return Mapping(None, held)
    if isinstance(value, _STATIC_TYPES) or callable(value) or isinstance(value, enum.Enum):
        return Static(value)
    if str(type(value).__module__).startswith("numpy."):  # np.r_, whose fields are its own affair
        return UNKNOWN
    if dataclasses.is_dataclass(value) or hasattr(value, "__dict__"):
        fields = tuple((name, kind_of(field, (key, name))) for name, field in vars(value).items())
        return Record(type(value), fields)
    return UNKNOWN


_ORDER = "bifc"


def join_dtype(a: str, b: str) -> str:
    """The dtype that stands for either: the same, or the wider, or '' where that is not known."""
    if a == b:
        return a
    if not a or not b or "O" in (a, b):
        return ""
    if a in _PYTHON and b in _PYTHON:
        wider = a if _ORDER.index(_PYTHON[a]) >= _ORDER.index(_PYTHON[b]) else b
        return "float" if {a, b} == {"real", "float"} else wider
    return ""


def is_mixed(kinds: list[Any]) -> bool:
    """Whether values of these kinds have no kind in common that says enough of each."""
    joined = join_all(kinds)
    return says_little(joined) and (
        len(kinds) == 1 or not any(says_little(kind) and not isinstance(kind, Static) for kind in kinds)
    )


def holds_function(kind: Kind | None) -> bool:
    """Whether a value of this kind is a function, or a list, tuple or dict with a function somewhere in it."""
    return isinstance(kind, Static) and callable(kind.value) or any(map(holds_function, parts_of(kind)))


def loses_something(kind: Kind | None) -> bool:
    """Whether something in a value of this kind isn't known, as of one that was joined of several."""
    return isinstance(kind, Unknown) or any(map(loses_something, parts_of(kind)))


def tells_functions_apart(kinds: list[Any]) -> bool:
    """Whether values of these kinds hold different functions in the same place.

    >>> tells_functions_apart([Tuple((Static(np.sin), FLOAT)), Tuple((Static(np.cos), FLOAT))])
    True
    """
    if all(isinstance(kind, Static) and callable(kind.value) for kind in kinds):
        return any(kind != kinds[0] for kind in kinds)
    parts = [parts_of(kind) for kind in kinds]
    alike = len({type(kind) for kind in kinds}) == 1 and len(set(map(len, parts))) == 1
    return alike and any(tells_functions_apart(list(each)) for each in zip(*parts))


def parts_of(kind: Kind | None) -> tuple[Kind | None, ...]:
    """The kinds of what is in a value."""
    if isinstance(kind, Tuple):
        return kind.items
    if isinstance(kind, (Dict, Record)):
        return tuple(each for _, each in (kind.items if isinstance(kind, Dict) else kind.fields))
    return (_item_of(kind),) if isinstance(kind, (List, Mapping)) else ()


def tells_nothing(joined: Kind, *kinds: Kind) -> bool:
    """Whether nothing is known of a value that is of one of these kinds; or of the items in it, of which each kind for
    itself says something.

    >>> pair, triple = Tuple((FLOAT,) * 2), Tuple((FLOAT,) * 3)
    >>> tells_nothing(join(List(pair), List(triple)), List(pair), List(triple))
    True
    """
    if isinstance(joined, Unknown):
        return True
    if isinstance(joined, (List, Mapping)):
        items = [of for of in map(_item_of, kinds) if of is not None]
        inner = _item_of(joined)
        return inner is not None and tells_nothing(inner, *items) and not any(isinstance(of, Unknown) for of in items)
    return False


def _item_of(kind: Kind) -> Kind | None:
    return (
        kind.item if isinstance(kind, List) else as_mapping(kind).value if isinstance(kind, (Dict, Mapping)) else None
    )


def says_little(kind: Any) -> bool:
    return (
        isinstance(kind, (Unknown, Static))
        or isinstance(kind, Array)
        and (kind.dims is None or kind.dtype in ("", "O"))
    )


def _join_dims(a: tuple[Dim, ...] | None, b: tuple[Dim, ...] | None) -> tuple[Dim, ...] | None:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(m if m == n else Dim(("join", _ways(m) | _ways(n)), m.many and n.many) for m, n in zip(a, b))


def _ways(dim: Dim) -> frozenset[Any]:
    """What an axis may be, of several that were joined."""
    joined = isinstance(dim.key, tuple) and dim.key[:1] == ("join",)
    return dim.key[1] if joined else frozenset([dim.key])


def loose(dim: Dim) -> bool:
    """Whether two axes of this key may differ: one of them 1, say, where they were joined at different places."""
    return not dim.many and is_joined(dim.key)


def is_joined(key: Any) -> bool:
    """Whether a length was joined of several, or is that of a part of such an axis."""
    if not isinstance(key, tuple) or not key:
        return False
    return key[0] == "join" or key[0] in ("without", "part of") and is_joined(key[1])


def with_dims(kind: Any, change: Any) -> Any:
    """The kind with each axis changed, in arrays at any depth: change(dim, axis)."""
    if isinstance(kind, Array) and kind.dims:
        return kind.with_axes(tuple(change(dim, axis) for axis, dim in enumerate(kind.dims)))
    if isinstance(kind, List) and kind.item is not None:
        return List(with_dims(kind.item, change), kind.cls)
    if isinstance(kind, Tuple):
        return Tuple(tuple(with_dims(item, change) for item in kind.items), kind.cls)
    if isinstance(kind, Dict):
        return Dict(tuple((key, with_dims(value, change)) for key, value in kind.items))
    if isinstance(kind, Mapping) and kind.value is not None:
        return Mapping(kind.key, with_dims(kind.value, change))
    if isinstance(kind, Record):
        return Record(kind.cls, tuple((key, with_dims(value, change)) for key, value in kind.fields))
    return kind


def settled(kind: Any, site: Any, ways: dict[Any, set[Any]]) -> Any:
    """The kind with one name for each joined axis, given by the place where they are joined, so that none grows. `ways`
    keeps what was joined there."""

    def change(dim: Dim, axis: int) -> Dim:
        if not isinstance(dim.key, tuple) or dim.key[:1] != ("join",):
            return dim
        ways.setdefault((site, axis), set()).update(dim.key[1] - {(site, axis)})
        return Dim(("join", frozenset([(site, axis)])), dim.many)

    return with_dims(kind, change)


def of_item(kind: Any) -> Any:
    """The kind of one item of a list, whose items may be of different lengths under one name."""
    if isinstance(kind, Scalar) and kind.symbol is not None and not isinstance(kind.symbol, int):
        return Scalar(kind.dtype)
    return with_dims(kind, lambda dim, axis: dim if dim.many or dim.key == 1 else Dim(("join", _ways(dim))))


def join(a: Kind | None, b: Kind | None) -> Kind:
    """The kind of a value that is of kind a or of kind b. None is the kind of nothing at all.

    >>> join(Array("float64", ()), Array("float64", (ONE,)))
    Array(dtype='float64', dims=None)
    """
    if a is None or b is None:
        return a if b is None else b  # type: ignore[return-value]
    if isinstance(a, Never) or isinstance(b, Never):
        return b if isinstance(a, Never) else a
    if a == b:
        return a
    if _is_text(a) and _is_text(b):
        return Text(Text(True) in (a, b))
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        dtype = join_dtype(a.dtype, b.dtype)
        if not dtype and a.char == b.char:
            dtype = {"b": "bool", "i": "int", "f": "float", "c": "complex"}.get(a.char, "")
        if not dtype:
            dtype = max(a.dtype, b.dtype, key=lambda d: _ORDER.find(dtype_char(d)))
        return Scalar(dtype, a.symbol if a.symbol == b.symbol else None)
    if isinstance(a, (Scalar, Array)) and isinstance(b, (Scalar, Array)):
        dtype = join_dtype(a.dtype, b.dtype)
        if not dtype and isinstance(a, Array) != isinstance(b, Array) and a.char in "bif" and b.char in "bif":
            array, number = (a, b) if isinstance(a, Array) else (b, a)
            dtype = array.dtype if _ORDER.index(array.char) >= _ORDER.index(number.char) else ""
        elif not dtype and "c" in (a.char, b.char) and a.char in "bifc" and b.char in "bifc":
            dtype = a.dtype if a.char == "c" else b.dtype  # what reaches something real has its imaginary part cut off
        real = not dtype and a.char == b.char == "f"
        mixed = dtype_char(dtype) == "c" and (a.char != b.char or any(getattr(each, "mixed", False) for each in (a, b)))
        dims = _join_dims(getattr(a, "dims", ()), getattr(b, "dims", ()))
        if dims is not None and (dims or type(a) is type(b)):
            return Array(dtype, dims, real=real, mixed=mixed)
        return Array(dtype, None, highest_rank(a, b), min(map(lowest_rank, (a, b))), real, mixed)
    if isinstance(a, List) and isinstance(b, List):
        return List(join(a.item, b.item) if a.item or b.item else None, a.cls if a.cls is b.cls else MutableSequence)
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items) and a.cls is b.cls:
        return Tuple(tuple(map(join, a.items, b.items)), a.cls)
    if isinstance(a, Dict) and isinstance(b, Dict) and [k for k, _ in a.items] == [k for k, _ in b.items]:
        return Dict(tuple((k, join(v, w)) for (k, v), (_, w) in zip(a.items, b.items)))
    if isinstance(a, (Dict, Mapping)) and isinstance(b, (Dict, Mapping)):
        x, y = as_mapping(a), as_mapping(b)
        if x.default is not y.default:
            return UNKNOWN
        return Mapping(None, join(x.value, y.value) if x.value or y.value else None, x.default)
    if isinstance(a, Record) and isinstance(b, Record) and a.cls is b.cls:
        names = [name for name, _ in a.fields if b.get(name) is not None]
        return Record(a.cls, tuple((name, join(a.get(name), b.get(name))) for name in names))
    return CONSTANTS if is_constants(a) and is_constants(b) else UNKNOWN


def join_all(kinds: Iterable[Kind]) -> Kind | None:
    """The kind of a value that is of one of these kinds."""
    return functools.reduce(join, kinds, None)


def join_variable(a: Kind | None, b: Kind | None) -> Kind:
    """The kind of a variable that is of kind a or of kind b: what NumPy makes of a list of both is an array of floats,
    what it makes of the variable may be one of integers.

    >>> join(Scalar("float"), Scalar("int")), join_variable(Scalar("float"), Scalar("int"))
    (Scalar(dtype='float', symbol=None), Scalar(dtype='real', symbol=None))
    """
    made = join(a, b)
    if made == FLOAT and any(
        isinstance(each, Scalar) and (each.char in "bi" or each.dtype == "real") for each in (a, b)
    ):
        return Scalar("real")
    return made


def may_be_number(kind: Kind) -> bool:
    """Whether a value may be a number or an array, of which op= changes only one in place."""
    return isinstance(kind, Unknown) or isinstance(kind, Array) and kind.dims is None and not kind.least


def highest_rank(*kinds: Kind) -> int | None:
    """The highest rank that one of these numbers and arrays may have; None where that is not known."""
    ranks = []
    for kind in kinds:
        dims = getattr(kind, "dims", ()) if isinstance(kind, (Scalar, Array)) else None
        ranks.append(len(dims) if dims is not None else getattr(kind, "most", None))
    return None if None in ranks else max(ranks, default=0)  # type: ignore[type-var]


def lowest_rank(kind: Kind) -> int:
    """The lowest rank that a number or array may have; a number has none."""
    dims = getattr(kind, "dims", ())
    return getattr(kind, "least", 0) if dims is None else len(dims)


def is_constants(kind: Kind) -> bool:
    """Whether values of this kind are tuples of integers, strings and such tuples."""
    if isinstance(kind, Constants):
        return True
    return isinstance(kind, Tuple) and kind.cls is None and all(map(_is_constant, kind.items))


def _is_constant(kind: Kind) -> bool:
    if isinstance(kind, Scalar):
        return kind.char in "bi"
    return _is_text(kind) and kind != Text(True) or is_constants(kind)


def _is_text(kind: Kind) -> bool:
    return isinstance(kind, Text) or isinstance(kind, Static) and isinstance(kind.value, str)


def as_mapping(kind: Dict | Mapping) -> Mapping:
    """A dict of known keys seen as one of unknown keys."""
    if isinstance(kind, Mapping):
        return kind
    value: Kind | None = None
    for _, each in kind.items:
        value = join(value, each)
    return Mapping(None, value)


def broadcast_dims(*operands: tuple[Dim, ...] | None) -> tuple[Dim, ...] | None:
    """The axes that NumPy's broadcasting of these gives; None where a rank is unknown."""
    if any(dims is None for dims in operands):
        return None
    rank = max((len(dims) for dims in operands), default=0)  # type: ignore[arg-type]
    result = []
    for axis in range(-rank, 0):
        best = ONE
        for dims in operands:
            if len(dims) >= -axis:  # type: ignore[arg-type]
                dim = dims[axis]  # type: ignore[index]
                if dim in (ONE, best):
                    continue
                if best == ONE or dim.many and not best.many:
                    best = dim
                elif not dim.many and not best.many:
                    best = Dim(("broadcast", best.key, dim.key))
        result.append(best)
    return tuple(result)
