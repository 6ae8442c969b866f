"""Kinds of results: what every rule file needs to say which kind a call gives.

>>> from s2sad.kinds import Array, Dim, Scalar
>>> result_dtype(np.add, Scalar("float"), Array("float32", (Dim("n"),))), result_dtype(np.sin, Scalar("int"))
('float32', 'float64')
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from s2sad.affine import computed
from s2sad.indexing import dim_of, unknown_dim
from s2sad.kinds import (
    UNKNOWN,
    Array,
    Dim,
    Kind,
    List,
    Scalar,
    Static,
    Tuple,
    broadcast_dims,
    dtype_char,
    highest_rank,
    lowest_rank,
)
from s2sad.rules.registry import ADJOINT, PARTIALS, F, Rule, kind

Dims = tuple[Dim, ...]

FALSE, TRUE, ORDER_C = Static(False), Static(True), Static("C")

PYTHON_TYPES: dict[str, type] = {"bool": bool, "int": int, "real": float, "float": float, "complex": complex}


class _Unsure:
    def __repr__(self) -> str:
        return "UNSURE"


UNSURE: Any = _Unsure()  # the value of something that is not a known constant


def kind_of_call(rule: Rule, kinds: dict[str, Kind]) -> Kind:
    """The kind of a call's result from the kinds of the arguments given."""
    full = {**{name: Static(default) for name, default in rule.defaults().items()}, **kinds}
    if rule.kind_function is not None:
        return rule.kind_function(*_positional(rule, full), **_by_keyword(rule, full))
    if rule.form == PARTIALS:
        return elementwise(rule.function, *full.values())
    if rule.form == ADJOINT and not rule.own:  # a user's: arrays or numbers
        if rule.several:
            return Tuple((Array("", None),) * rule.several)
        return numeric(full[rule.like]) if rule.like is not None else Array("", None)
    return UNKNOWN


def _positional(rule: Rule, kinds: dict[str, Kind]) -> list[Kind]:
    found: list[Kind] = []
    for p in rule.parameters.parameters.values():
        if p.kind is p.VAR_POSITIONAL:
            given = kinds[p.name]
            found += given.items if isinstance(given, Tuple) else map(constant_kind, given.value)  # type: ignore
        elif p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found.append(kinds[p.name])
    return found


def _by_keyword(rule: Rule, kinds: dict[str, Kind]) -> dict[str, Kind]:
    return {p.name: kinds[p.name] for p in rule.parameters.parameters.values() if p.kind is p.KEYWORD_ONLY}


# --- constants ------------------------------------------------------------------------------------------------------


def value_of(kind: Kind | None) -> Any:
    """The value of a constant (None, an axis, a tuple of axes), or UNSURE."""
    if isinstance(kind, Static):
        return kind.value
    if isinstance(kind, Scalar) and isinstance(kind.symbol, (bool, int)):
        return bool(kind.symbol) if kind.dtype == "bool" else int(kind.symbol)
    if isinstance(kind, Tuple):
        values = tuple(map(value_of, kind.items))
        return UNSURE if UNSURE in values else values
    return UNSURE


def constant_kind(value: Any) -> Kind:
    """The kind of a constant."""
    if isinstance(value, (bool, int)):
        return Scalar(type(value).__name__, value)
    if isinstance(value, (float, complex)):
        return Scalar(type(value).__name__)
    if isinstance(value, np.generic):
        return Scalar(value.dtype.name)
    if isinstance(value, tuple):
        return Tuple(tuple(map(constant_kind, value)))
    return Static(value)


def numeric(kind: Kind) -> Kind:
    """A constant number as a scalar; a list or tuple of numbers as the array that NumPy makes of it."""
    if isinstance(kind, Static) and isinstance(kind.value, (bool, int, float, complex, np.generic)):
        return constant_kind(kind.value)
    if isinstance(kind, Static) and isinstance(kind.value, (tuple, list)):
        return array_of_items(constant_kind(tuple(kind.value)))
    if isinstance(kind, (Tuple, List)):
        return array_of_items(kind)
    return kind


def array_of_items(kind: Kind) -> Kind:
    """The kind that np.array makes of a (nested) list or tuple."""
    if isinstance(kind, List):
        inner, first = (kind.item or UNKNOWN), kind.length or unknown_dim()
    elif isinstance(kind, Tuple):
        items = [array_of_items(numeric(item)) for item in kind.items]
        first = dim_of(len(items))
        if not items:
            return Array("float64", (first,))
        inner = Array(result_dtype(None, *items), max((dims_of(item) or () for item in items), key=len))
        if any(dims_of(item) is None or isinstance(item, (Static, type(UNKNOWN))) for item in items):
            return Array(inner.dtype, None)
    else:
        return kind
    inner = array_of_items(inner)
    if not isinstance(inner, (Scalar, Array)) or dims_of(inner) is None:
        return Array(getattr(inner, "dtype", ""), None)
    return Array(numpy_dtype(inner.dtype), (first, *dims_of(inner)))  # type: ignore[misc]


# --- axes and lengths -----------------------------------------------------------------------------------------------


def dims_of(kind: Kind) -> Dims | None:
    """The axes: () for a scalar, None where the rank is unknown."""
    if isinstance(kind, Array):
        return kind.dims
    return () if isinstance(kind, Scalar) else None


def length_of(kind: Kind) -> Dim:
    """The axis whose length is the value of an integer."""
    value = value_of(kind)
    if isinstance(value, int):
        return dim_of(value)
    return dim_of(kind.symbol) if isinstance(kind, Scalar) else unknown_dim()


def combined(operation: str, *dims: Dim) -> Dim:
    """The axis whose length is computed of others ("+", "*"), unknown if one of them is."""
    keys = [dim.key for dim in dims]
    numbers = [key for key in keys if isinstance(key, int)]
    others = sorted((key for key in keys if not isinstance(key, int)), key=repr)
    compute = operator.add if operation == "+" else operator.mul
    total = functools.reduce(compute, numbers, 0 if operation == "+" else 1)
    if not others:
        return dim_of(total)
    if total == (0 if operation == "+" else 1) and len(others) == 1:
        return next(dim for dim in dims if dim.key == others[0])
    return Dim((operation, total, *others), operation == "+" and total > 1)


def dims_of_shape(kind: Kind) -> Dims | None:
    """The axes that a shape gives: an int, or a tuple of ints."""
    value = value_of(kind)
    if isinstance(value, (tuple, list)):
        return tuple(dim_of(n) if isinstance(n, int) else unknown_dim() for n in value)
    if isinstance(kind, Tuple):
        return tuple(map(length_of, kind.items))
    if isinstance(kind, Scalar) or isinstance(value, int):
        return (length_of(kind),)
    return None


def axes_of(axis: Any, rank: int) -> tuple[int, ...] | None:
    """Axes as a sorted tuple of non-negative numbers; None where they are not known. axis=None means all."""
    if axis is UNSURE:
        return None
    given = tuple(range(rank)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    return tuple(sorted(each % rank if rank else 0 for each in given))


# --- dtypes ---------------------------------------------------------------------------------------------------------


def numpy_dtype(dtype: str) -> str:
    """The NumPy name of a dtype: 'float' is 'float64'; '' for 'real', a number that may be an int."""
    if dtype == "real":
        return ""
    return np.dtype(PYTHON_TYPES.get(dtype, dtype)).name if dtype and dtype != "O" else dtype


def dtype_of(kind: Kind, default: str = "") -> str:
    """The dtype that a `dtype=` argument or a `like` argument names."""
    value = value_of(kind)
    if value is None:
        return default
    try:
        return "" if value is UNSURE else np.dtype(value).name
    except TypeError:
        return ""


def result_dtype(function: Any, *kinds: Kind) -> str:
    """The dtype of an elementwise function (None: of putting the operands into one array); '' where not known.

    Python's numbers are weak, as in NEP 50: `float32 * 2.0` is float32.
    """
    dtypes = tuple(getattr(kind, "dtype", "") for kind in map(numeric, kinds))
    return _resolved(function, dtypes)


def array_dtype(*kinds: Kind) -> str:
    """The dtype of a function that makes arrays of its operands first (np.dot, np.hstack): a float is float64 then."""
    return _resolved(None, tuple(numpy_dtype(getattr(kind, "dtype", "")) for kind in map(numeric, kinds)))


def unless_narrow(dtype: str) -> str:
    """Not known for numbers of less than double precision: what a function makes of them differs between versions."""
    return "" if dtype in ("float16", "float32", "complex64") else dtype


def double_only(kind: Kind) -> str:
    """'float64' for numbers of that dtype, and for whole numbers; not known for others, as above."""
    return "float64" if getattr(kind, "dtype", "") in ("int64", "float64") else ""


@functools.cache
def _resolved(function: Any, dtypes: tuple[str, ...]) -> str:
    if not dtypes or "" in dtypes:
        return ""
    if "O" in dtypes:
        return "O"
    if "real" in dtypes and (function is None or not PYTHON_TYPES.keys() >= set(dtypes)):
        ways = {_resolved(function, tuple(way if d == "real" else d for d in dtypes)) for way in ("int", "float")}
        return ways.pop() if len(ways) == 1 else ""
    operands: list[Any] = [
        PYTHON_TYPES[d] if d in PYTHON_TYPES and d != "bool" else np.dtype(PYTHON_TYPES.get(d, d)) for d in dtypes
    ]
    try:
        if isinstance(function, np.ufunc):
            return str(function.resolve_dtypes((*operands, *[None] * function.nout))[-1].name)
        return str(np.result_type(*(each if isinstance(each, np.dtype) else each(0) for each in operands)).name)
    except TypeError:
        return ""


UFUNCS: dict[Any, np.ufunc] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.true_divide,
    operator.floordiv: np.floor_divide,
    operator.mod: np.remainder,
    operator.pow: np.power,
    operator.neg: np.negative,
    operator.pos: np.positive,
    operator.abs: np.absolute,
    abs: np.absolute,
    pow: np.power,
    operator.invert: np.invert,
    operator.and_: np.bitwise_and,
    operator.or_: np.bitwise_or,
    operator.xor: np.bitwise_xor,
    operator.lshift: np.left_shift,
    operator.rshift: np.right_shift,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
}
_SAMPLES = {"bool": True, "int": 2, "real": 2.0, "float": 2.0, "complex": 2j}


def elementwise(function: Any, *kinds: Kind) -> Kind:
    """The kind of an elementwise function: broadcast axes, promoted dtype; of scalars a scalar."""
    operands = [numeric(kind) for kind in kinds if not (isinstance(kind, Static) and kind.value is None)]
    if getattr(function, "__module__", None) == "math":
        return Scalar("float")
    if not all(isinstance(kind, (Scalar, Array)) for kind in operands):
        return UNKNOWN if not any(isinstance(kind, (Scalar, Array)) for kind in operands) else Array("", None)
    scalars = [kind for kind in operands if isinstance(kind, Scalar) and kind.dtype in PYTHON_TYPES]
    if function in UFUNCS and len(scalars) == len(operands):
        return _python_result(function, *scalars)
    dtype = result_dtype(UFUNCS.get(function, function), *operands)
    dims = broadcast_dims(*map(dims_of, operands))
    if dims == () and dtype == "object" and not any(getattr(kind, "char", "") == "O" for kind in operands):
        return Array("", None)  # np.frompyfunc: whatever the function gives for one number
    return shaped(dtype, dims) if dims is not None else of_bounded_rank(dtype, operands)


def of_bounded_rank(dtype: str, operands: list[Any]) -> Kind:
    """The kind of what is broadcast of operands some of which have no known rank: that of the others, if these have as
    many axes, none of them of length 1, as any may have."""
    most = highest_rank(*operands)
    known = broadcast_dims(*(dims for dims in map(dims_of, operands) if dims is not None))
    if most is not None and known and len(known) == most and all(dim.many for dim in known):
        return Array(dtype, known)
    return Array(dtype, None, most, max(map(lowest_rank, operands)))


def floats_of(*kinds: Kind) -> Kind:
    """The kind of numbers as large as the arguments broadcast together, of the float dtype that these have."""
    operands = [numeric(kind) for kind in kinds]
    if not all(isinstance(kind, (Scalar, Array)) for kind in operands):
        return UNKNOWN
    return shaped(floating(result_dtype(None, *operands)), broadcast_dims(*map(dims_of, operands)))


def elementwise_helper(function: F) -> F:
    """A helper of templates whose result is as large as its arguments broadcast together: so its kind is known."""
    kind(function)(floats_of)
    return function


def _python_result(function: Any, *operands: Scalar) -> Kind:
    """Python's own arithmetic: a Python number, with its value if those of the operands are known."""
    sample = [_SAMPLES[kind.dtype] for kind in operands]
    symbols = [kind.symbol for kind in operands]
    integers = all(kind.dtype in ("int", "bool") for kind in operands)
    try:
        if integers and all(isinstance(symbol, int) for symbol in symbols):
            return constant_kind(function(*symbols))
        result = type(function(*sample)).__name__
    except (ArithmeticError, TypeError, ValueError):
        return UNKNOWN
    return Scalar(result, computed(function, symbols) if result == "int" and integers else None)


def shaped(dtype: str, dims: Dims | None, scalar: bool = True) -> Kind:
    """An array of these axes; without axes a NumPy scalar, unless `scalar` is false."""
    return Scalar(numpy_dtype(dtype)) if dims == () and scalar and dtype else Array(dtype, dims)


def floating(dtype: str) -> str:
    """The dtype that a mean, a standard deviation, a linear algebra routine has: integers become float64."""
    return "float64" if dtype_char(dtype) in "bi" else numpy_dtype(dtype)


def same_as(*names: int) -> Callable[..., Kind]:
    """A kind function: the result is like its first parameter."""
    return lambda a, *args, **keywords: numeric(a)


def promoted(kind: Kind, other: Kind) -> Kind:
    """The kind, with the dtype that a sum with the other has."""
    a, b = getattr(kind, "dtype", None), getattr(other, "dtype", None)
    if (
        not isinstance(kind, (Scalar, Array))
        or a == b
        or not isinstance(other, (Scalar, Array))
        or b in ("float", "int", "real")
    ):
        return kind
    dtype = result_dtype(np.add, kind, other)
    return Array(dtype, kind.dims) if isinstance(kind, Array) else Scalar(dtype or kind.dtype, None)
