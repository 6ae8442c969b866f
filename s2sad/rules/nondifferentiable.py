"""The functions whose derivative is zero wherever they have one, or whose result carries none, and what they give."""

from __future__ import annotations

import functools

import numpy as np

from s2sad.kinds import BOOL, INT, NONE, UNKNOWN, Array, Kind, Scalar, Static, Tuple
from s2sad.rules.reductions import reduced
from s2sad.rules.registry import kind, nondifferentiable
from s2sad.rules.results import (
    FALSE,
    dims_of,
    elementwise,
    length_of,
    numeric,
    numpy_dtype,
    shaped,
    value_of,
)

# --- elementwise ----------------------------------------------------------------------------------------------------

ELEMENTWISE = (
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.signbit,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.spacing,
    np.floor_divide,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    np.logical_and,
    np.logical_or,
    np.logical_xor,
    np.logical_not,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.invert,
    np.left_shift,
    np.right_shift,
    np.gcd,
    np.lcm,
    np.bitwise_count,
    np.isnat,
)

nondifferentiable(*ELEMENTWISE)
for _ufunc in ELEMENTWISE:
    kind(_ufunc)(functools.partial(elementwise, _ufunc))

nondifferentiable(np.round, np.around, np.fix, np.isclose, np.isreal, np.iscomplex, np.isneginf, np.isposinf)


@kind(np.round, np.around, np.fix)
def like_first(x: Kind, *options: Kind, **keywords: Kind) -> Kind:
    x = numeric(x)
    return shaped(numpy_dtype(getattr(x, "dtype", "")), dims_of(x), not isinstance(x, Array))


@kind(np.isclose, np.isreal, np.iscomplex, np.isneginf, np.isposinf)
def truths(x: Kind, *options: Kind, **keywords: Kind) -> Kind:
    others = [each for each in options if isinstance(each, (Scalar, Array))]
    return elementwise(np.equal, numeric(x), numeric(others[0]) if others else numeric(x))


# --- reductions and positions ---------------------------------------------------------------------------------------

nondifferentiable(np.all, np.any, np.argmax, np.argmin, np.count_nonzero, np.nanargmax, np.nanargmin)


@kind(np.all, np.any)
def truth_kind(a: Kind, axis: Kind = NONE, out: Kind = NONE, keepdims: Kind = FALSE, **keywords: Kind) -> Kind:
    return reduced("bool", numeric(a), axis, keepdims if value_of(keepdims) in (True, False) else FALSE)


@kind(np.argmax, np.argmin, np.nanargmax, np.nanargmin)
def position_kind(a: Kind, axis: Kind = NONE, out: Kind = NONE, keepdims: Kind = FALSE) -> Kind:
    return reduced("int64", numeric(a), axis, keepdims if value_of(keepdims) in (True, False) else FALSE)


@kind(np.count_nonzero)
def count_kind(a: Kind, axis: Kind = NONE, keepdims: Kind = FALSE) -> Kind:
    made = reduced("int64", numeric(a), axis, keepdims)
    return INT if isinstance(made, Scalar) and value_of(axis) is None else made


# --- questions ------------------------------------------------------------------------------------------------------

nondifferentiable(
    np.shape,
    np.ndim,
    np.size,
    np.allclose,
    np.array_equal,
    np.array_equiv,
    np.iscomplexobj,
    np.isrealobj,
    np.isscalar,
    np.result_type,
    np.may_share_memory,
    np.shares_memory,
    np.finfo,
    np.iinfo,
    np.dtype,
    np.broadcast_shapes,
    np.can_cast,
    np.promote_types,
    np.issubdtype,
    np.isin,
    np.tri,
    np.isfortran,
    np.iterable,
    np.common_type,
    np.min_scalar_type,
    np.mintypecode,
    np.isdtype,
    np.typename,
    np.ndindex,
)

if hasattr(np, "in1d"):  # until NumPy 2.3
    nondifferentiable(np.in1d)

# Windows: of how many numbers they are is a count.
nondifferentiable(np.bartlett, np.blackman, np.hamming, np.hanning)


@kind(np.bartlett, np.blackman, np.hamming, np.hanning)
def window_kind(M: Kind) -> Kind:
    return Array("float64", (length_of(M),))


@kind(np.shape)
def shape_kind(a: Kind) -> Kind:
    dims = dims_of(numeric(a))
    return UNKNOWN if dims is None else Tuple(tuple(Scalar("int", symbol_of(dim)) for dim in dims))


def symbol_of(dim: object) -> object:
    """The symbol of a length: the number, or the axis itself."""
    key = getattr(dim, "key", None)
    return key if isinstance(key, int) else dim


@kind(np.ndim)
def ndim_kind(a: Kind) -> Kind:
    dims = dims_of(numeric(a))
    return INT if dims is None else Scalar("int", len(dims))


@kind(np.size)
def size_kind(a: Kind, axis: Kind = NONE) -> Kind:
    dims, which = dims_of(numeric(a)), value_of(axis)
    if dims is not None and isinstance(which, int):
        return Scalar("int", symbol_of(dims[which]))
    return INT


@kind(
    np.allclose,
    np.array_equal,
    np.array_equiv,
    np.iscomplexobj,
    np.isrealobj,
    np.isscalar,
    np.may_share_memory,
    np.shares_memory,
    np.can_cast,
    np.issubdtype,
    np.isfortran,
    np.iterable,
    np.isdtype,
)
def answer_kind(*operands: Kind, **options: Kind) -> Kind:
    return BOOL


# --- numbers that are no floats: what is cut off changes in steps ---------------------------------------------------

_INTEGERS = ["int8", "int16", "int32", "int64", "intc", "intp", "long", "longlong"]
INTEGER_TYPES = (np.bool, *dict.fromkeys(getattr(np, u + name) for name in _INTEGERS for u in ("", "u")))
nondifferentiable(*INTEGER_TYPES)


def _kind_of_integer_type(function: type) -> None:
    dtype = np.dtype(function).name

    @kind(function)
    def made(x: Kind = INT) -> Kind:
        return shaped(dtype, dims_of(numeric(x)))


for _type in INTEGER_TYPES:
    _kind_of_integer_type(_type)


# --- Python's -------------------------------------------------------------------------------------------------------

nondifferentiable(
    len, isinstance, issubclass, callable, hasattr, id, hash, repr, str, format, ascii, type, ord, chr, bin, hex, oct
)
nondifferentiable(print, input, pure=False)


@kind(len)
def len_kind(x: Kind) -> Kind:
    if isinstance(x, Tuple):
        return Scalar("int", len(x.items))
    if isinstance(x, Static) and hasattr(x.value, "__len__"):
        return Scalar("int", len(x.value))
    dims = dims_of(x)
    return Scalar("int", symbol_of(dims[0])) if dims else INT


@kind(isinstance, issubclass, callable, hasattr)
def bool_kind(*operands: Kind) -> Kind:
    return BOOL


@kind(id, hash, ord)
def int_kind(*operands: Kind) -> Kind:
    return INT


@kind(print)
def none_kind(*operands: Kind, **options: Kind) -> Kind:
    return NONE
