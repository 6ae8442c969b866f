"""The table of rules: for each function that has one, calls that cover its ranks, keywords, dtypes and corners.

`ROWS[function]` is a list of `row(*args, **keywords)`. Each is checked against differences in tests/test_rules.py; a
function with a rule and without a row fails a test. `plain(...)` is a call whose derivative is not compared (corners
where differences say nothing), `corner(expected, ...)` one whose gradients are given.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from typing import Any

import numpy as np

_rng = np.random.default_rng(7)


@dataclasses.dataclass(frozen=True)
class Row:
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    expected: tuple[Any, ...] | None = None
    compared: bool = True
    fixed: tuple[str, ...] = ()


def row(*args: Any, **keywords: Any) -> Row:
    return Row(args, keywords)


def plain(*args: Any, **keywords: Any) -> Row:
    return Row(args, keywords, compared=False)


def corner(expected: tuple[Any, ...], *args: Any, **keywords: Any) -> Row:
    """expected: the gradients of the sum of the result, one a differentiable argument."""
    return Row(args, keywords, expected)


def fixed(names: str, *args: Any, **keywords: Any) -> Row:
    """Some parameters are constants of the user's program: no derivative is asked of them, and their values are known."""
    return Row(args, keywords, fixed=tuple(names.split()))


def normal(*shape: int) -> Any:
    return _rng.normal(size=shape)


def positive(*shape: int) -> Any:
    return _rng.uniform(0.5, 2.0, size=shape)


def inside(*shape: int) -> Any:
    """Numbers between -1 and 1, not near either."""
    return _rng.uniform(-0.9, 0.9, size=shape)


def complexes(*shape: int) -> Any:
    return _rng.normal(size=shape) + 1j * _rng.normal(size=shape)


def integers(*shape: int) -> Any:
    return _rng.integers(1, 5, size=shape)


A, B, V, W, T = normal(3, 4), normal(4, 2), normal(4), normal(3), normal(2, 3, 4)
P, Q = positive(3, 4), positive(4)
Z = complexes(3)
ZEROS = np.array([2.0, 0.0, 3.0, 0.0])
ONE_ZERO = np.array([2.0, 0.0, 3.0, 4.0])
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
WELL = normal(3, 3) + 4.0 * np.eye(3)
STACK = normal(2, 3, 3) + 4.0 * np.eye(3)

ROWS: dict[Any, list[Row]] = {}


def rows(*functions: Any, cases: list[Row]) -> None:
    for function in functions:
        ROWS.setdefault(function, []).extend(cases)


def named(names: str, *libraries: Any) -> list[Any]:
    return [getattr(library, name) for name in names.split() for library in libraries if hasattr(library, name)]


# --- operators ------------------------------------------------------------------------------------------------------

_binary = [
    row(1.7, 2.3),
    row(P, 1.5),
    row(1.5, P),
    row(P, Q),
    row(Q, P),
    row(P, positive(3, 1)),
    row(positive(2, 1, 4), positive(3, 1)),
    row(np.float64(1.5), np.float64(2.5)),
    row(P, np.arange(1, 5)),
    row(np.array(1.5), Q),
]
rows(
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    np.add,
    np.subtract,
    np.multiply,
    np.true_divide,
    cases=[*_binary, row(Z, 2.0), row(2.5, Z), row(Z, complexes(3)), row(1.5, 2.0 + 1j), row(W, Z)],
)
rows(
    operator.pow,
    np.power,
    np.float_power,
    cases=[
        *_binary,
        row(A, 2),
        row(A, 3),
        row(P, 2.0),
        row(A, 1),
        row(A, 0),
        row(P, 0.5),
        row(P, -1),
        row(P, -0.5),
        row(1.5, 2),
        row(2.5, 0.5),
        row(P, 1.5),
        row(2.0, positive(3)),
        row(Z, 2),
        row(Z, 3.0),
        *[fixed("y", A, n) for n in (0, 1, 2, 3, 1.0, 2.0, 3.0)],
        *[fixed("y", P, n) for n in (0.5, -0.5, -1, -1.0, 1.5)],
        fixed("y", 1.5, 0.5),
        fixed("y", 1.5, 2),
        corner((np.array([0.0, 0.0]),), np.array([0.0, 2.0]), 0),
        corner((np.array([1.0, 1.0]),), np.array([0.0, 2.0]), 1),
        corner((np.array([0.0, 4.0]),), np.array([0.0, 2.0]), 2),
        corner(
            (np.array([0.0, 12.0]), np.array([0.0, 8.0 * math.log(2.0)])), np.array([0.0, 2.0]), np.array([3.0, 3.0])
        ),
        corner((np.array([0.0, 0.0]), np.array([0.0, math.log(2.0)])), np.array([0.0, 2.0]), np.array([0.0, 0.0])),
        corner((0.0, 0.0), 0.0, 2.5),
    ],
)
rows(pow, math.pow, cases=[row(1.5, 2.5), row(1.5, 2), row(1.5, 0), row(2.0, 3.0), corner((0.0, 0.0), 0.0, 2.5)])
rows(operator.neg, operator.pos, np.negative, np.positive, cases=[row(1.5), row(A), row(Z), row(T)])
rows(operator.mod, np.remainder, cases=[row(7.3, 2.1), row(-7.3, 2.1), row(P * 5, Q), row(P * 5, 0.7), row(7.3, Q)])
rows(operator.floordiv, np.floor_divide, cases=[row(7.3, 2.1), row(7, 2), row(P * 5, Q)])
rows(divmod, cases=[plain(7.3, 2.1), plain(7, 2)])
rows(
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    cases=[row(1.0, 2.0), row(A, V), row(A, 0.0), row(1, 2)],
)
rows(
    operator.and_,
    operator.or_,
    operator.xor,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    cases=[row(5, 3), row(np.array([True, False]), True), row(np.arange(4), 3)],
)
rows(operator.lshift, operator.rshift, np.left_shift, np.right_shift, cases=[row(5, 1), row(np.arange(4), 1)])
rows(operator.invert, np.invert, cases=[row(5), row(np.arange(4)), row(np.array([True, False]))])
rows(operator.is_, operator.is_not, cases=[row(1.0, None)])
rows(operator.not_, operator.truth, bool, cases=[row(1.0), row(2)])
rows(operator.contains, cases=[row((1, 2), 1)])
rows(int, cases=[row(2.5), row(2), row("12")])
rows(round, cases=[row(2.567), row(2.567, 1), row(3)])
rows(float, np.float64, cases=[row(2.5), row(3), row(np.array(2.5)), plain(np.float32(2.5))])
rows(np.float64, cases=[row(V)])
rows(np.float32, np.float16, np.complex64, np.complex128, cases=[plain(2.5), plain(V)])
rows(complex, cases=[row(1.5, 2.5), row(1.5)])

# --- elementwise ----------------------------------------------------------------------------------------------------

_smooth = [row(0.7), row(np.float64(0.7)), row(A), row(V), row(T), row(normal(1)), row(normal(0)), row(np.array(0.3))]
_both = "sin cos tan tanh sinh cosh exp expm1 arctan arcsinh exp2"
rows(*named(_both, np), np.sinc, np.deg2rad, np.radians, np.rad2deg, np.degrees, np.square, cases=_smooth)
rows(
    np.sin,
    np.cos,
    np.tan,
    np.tanh,
    np.sinh,
    np.cosh,
    np.exp,
    np.expm1,
    np.arctan,
    np.arcsinh,
    np.square,
    np.log,
    np.log1p,
    np.log2,
    np.log10,
    np.sqrt,
    np.arcsin,
    np.arccos,
    np.arccosh,
    np.arctanh,
    np.reciprocal,
    np.absolute,
    abs,
    np.conjugate,
    np.real,
    np.imag,
    np.angle,
    np.sign,
    cases=[row(Z), row(1.5 + 0.5j)],
)
rows(
    *named("sin cos tan tanh sinh cosh exp expm1 atan asinh exp2 degrees radians erf erfc", math),
    cases=[row(0.7), row(-1.3), row(2)],
)
rows(np.arcsin, np.arccos, np.arctanh, cases=[row(0.7), row(inside(3, 4)), row(inside(3))])
rows(math.asin, math.acos, math.atanh, cases=[row(0.7), row(-0.3)])
_positives = [row(1.7), row(P), row(Q)]
rows(*named("log log1p log2 log10 sqrt cbrt reciprocal", np), cases=_positives)
rows(*named("log log1p log2 log10 sqrt cbrt gamma lgamma", math), cases=[row(1.7), row(0.3), row(12.5)])
rows(math.gamma, math.lgamma, cases=[row(-0.7), row(-3.2), row(25.0)])
rows(math.log, cases=[row(2.5, 3.5), row(2.5, 10)])
rows(np.arccosh, math.acosh, cases=[row(1.7), row(3.5)])
rows(np.arccosh, cases=[row(P + 1.0)])
rows(
    np.arctan2,
    np.hypot,
    np.logaddexp,
    np.logaddexp2,
    cases=[
        row(0.7, -1.3),
        row(A, V),
        row(V, A),
        row(A, 1.5),
        row(1.5, A),
        row(normal(3, 1), normal(2, 1, 4)),
    ],
)
rows(math.atan2, cases=[row(0.7, -1.3), row(-0.7, 1.3)])
rows(
    np.logaddexp,
    np.logaddexp2,
    cases=[
        corner((0.0, 1.0), -np.inf, 1.0),
        corner((0.0, 0.0), -np.inf, -np.inf),
        corner((0.0, 1.0), -1e300, 1e300),
    ],
)
rows(np.hypot, cases=[corner((0.0, 0.0), 0.0, 0.0), corner((np.zeros(2), np.zeros(2)), np.zeros(2), np.zeros(2))])
rows(np.sinc, cases=[row(np.array([1e-3, 5e-3, 0.009, 0.011, 0.1])), corner((np.zeros(2),), np.array([0.0, -0.0]))])
rows(np.fmod, math.fmod, math.remainder, cases=[row(7.3, 2.1), row(-7.3, 2.1), row(7.3, -2.1)])
rows(np.fmod, cases=[row(P * 5, Q)])
rows(np.ldexp, cases=[row(1.5, 3), row(V, 2), row(V, integers(4))])
rows(math.ldexp, cases=[row(1.5, 3)])
rows(np.nextafter, cases=[plain(1.5, 2.0), plain(V, 2.0)])
rows(math.nextafter, cases=[plain(1.5, 2.0)])

# --- pieces ---------------------------------------------------------------------------------------------------------

_corners = np.array([-2.0, 0.0, 3.0])
rows(
    abs,
    np.absolute,
    np.fabs,
    cases=[row(1.5), row(-1.5), row(A), corner((np.array([-1.0, 0.0, 1.0]),), _corners), corner((0.0,), 0.0)],
)
rows(math.fabs, cases=[row(1.5), row(-1.5), corner((0.0,), 0.0), corner((0.0,), -0.0)])
rows(np.sign, cases=[row(1.5), row(A)])
rows(np.copysign, math.copysign, cases=[row(1.5, -2.0), row(-1.5, -2.0), row(-1.5, 2.0)])
rows(np.copysign, cases=[row(A, V), row(A, -1.0)])
rows(np.heaviside, cases=[row(1.5, 0.5), row(A, 0.5), row(A, V), corner((0.0, 1.0), 0.0, 0.3)])
_tied = np.array([1.0, 2.0, 3.0])
_half, _none = np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.5, 0.0])
_extremes = [
    row(1.5, 2.5),
    row(2.5, 1.5),
    row(A, V),
    row(A, 0.1),
    row(0.1, A),
    row(normal(3, 1), V),
    corner((0.5, 0.5), 2.0, 2.0),
]
rows(np.maximum, np.minimum, np.fmax, np.fmin, cases=_extremes)
rows(np.maximum, np.fmax, cases=[corner((_half, _none), _tied, np.full(3, 2.0))])
rows(np.minimum, np.fmin, cases=[corner((_none, _half), _tied, np.full(3, 2.0))])
rows(
    np.fmax,
    np.fmin,
    cases=[
        corner((np.array([1.0, 0.0]), np.array([0.0, 1.0])), np.array([1.0, np.nan]), np.array([np.nan, 1.0])),
        corner((1.0, 0.0), 1.0, np.nan),
    ],
)
_clipped = [
    row(A, -0.5, 0.5),
    row(A, None, 0.5),
    row(A, -0.5, None),
    row(0.2, -0.5, 0.5),
    row(0.7, -0.5, 0.5),
    row(0.2, None, 0.1),
    row(A, normal(4) - 1.0, normal(4) + 1.0),
    corner((np.array([0.0, 0.5, 1.0, 0.5, 0.0]),), np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), 0, 1),
]
rows(np.clip, cases=_clipped)
rows(np.ndarray.clip, cases=[row(A, -0.5, 0.5), row(A, min=-0.5), row(A, max=0.5)])
rows(np.nan_to_num, cases=[row(A), row(1.5), corner((np.array([1.0, 0.0, 0.0]),), np.array([1.0, np.nan, np.inf]))])
_mask = A > 0
rows(
    np.where,
    cases=[
        row(_mask, A, 0.0),
        row(_mask, A, P),
        row(_mask, V, 1.5),
        row(_mask, 1.5, V),
        row(True, 1.5, 2.5),
        row(False, A, V),
        row(_mask[0], 1.5, 2.5),
        row(_mask, A, normal(3, 1)),
        plain(_mask),
    ],
)
rows(np.real, np.imag, np.conjugate, np.angle, cases=[row(A), row(1.5)])
rows(np.angle, cases=[row(Z, deg=True), row(Z, True)])

# --- math -----------------------------------------------------------------------------------------------------------

rows(math.hypot, cases=[row(3.0, 4.0), row(1.0, 2.0, 3.0), row(-2.0), corner((0.0, 0.0), 0.0, 0.0)])
rows(math.modf, math.frexp, cases=[plain(3.7), plain(-3.7)])
rows(math.fsum, cases=[row([1.0, 2.0, 3.0]), row(V)])
rows(math.prod, cases=[row([1.5, 2.5, 3.5]), row([0.0, 2.5, 3.5]), row([1.5, 2.5], start=2.0), row(V), row([2.5])])
rows(math.dist, cases=[row([1.0, 2.0], [3.0, 5.0]), row(V, normal(4)), corner(([0.0], [0.0]), [1.0], [1.0])])
if hasattr(math, "sumprod"):
    rows(math.sumprod, cases=[row([1.0, 2.0], [3.0, 5.0]), row(V, normal(4))])
if hasattr(math, "fma"):
    rows(math.fma, cases=[row(1.5, 2.5, 3.5)])
rows(math.ceil, math.floor, math.trunc, math.isfinite, math.isinf, math.isnan, math.ulp, cases=[row(2.5)])
rows(*named("isnormal issubnormal signbit", math), cases=[row(2.5)])
rows(math.comb, math.perm, math.gcd, math.lcm, cases=[row(5, 3)])
rows(math.factorial, math.isqrt, cases=[row(5)])
rows(math.isclose, cases=[row(1.0, 1.0)])

# --- reductions -----------------------------------------------------------------------------------------------------

_axes = [
    row(V),
    row(A),
    row(T),
    row(1.5),
    row(A, axis=0),
    row(A, axis=1),
    row(A, axis=-1),
    row(A, 0),
    row(T, axis=(0, 2)),
    row(T, axis=1),
    row(T, axis=-2),
    row(T, axis=-1),
    row(T, axis=(0, 1)),
    row(T, axis=(1, -1)),
    row(V, axis=0),
    row(V, axis=-1),
    row(A, axis=1, keepdims=True),
    row(A, axis=None, keepdims=True),
    row(T, axis=(0, 2), keepdims=True),
    row(A, axis=(0, 1)),
    row(normal(1, 4), axis=0),
    row(normal(3, 1), axis=1),
]
rows(np.sum, np.mean, np.prod, np.max, np.min, np.amax, np.amin, cases=_axes)
rows(np.var, np.std, cases=[each for each in _axes if np.shape(each.args[0]) not in ((), (1, 4), (3, 1))])
rows(np.var, np.std, cases=[row(A, ddof=1), row(A, axis=1, ddof=1), row(Z), row(complexes(3, 2), axis=0)])
rows(np.var, cases=[row(1.5)])
rows(np.std, cases=[corner((np.zeros(3),), np.full(3, 2.0)), corner((np.zeros((2, 2)),), np.full((2, 2), 2.0), axis=0)])
rows(np.sum, np.mean, np.prod, np.cumsum, np.cumprod, cases=[row(Z), row(complexes(3, 2), axis=1)])
rows(np.prod, cases=[row(ZEROS), row(ONE_ZERO), row(np.stack([ZEROS, ONE_ZERO]), axis=1)])
rows(
    np.max,
    cases=[
        corner((np.array([[0.0, 0.5, 0.5], [0.0, 0.0, 0.0]]),), TIES),
        corner((np.array([[0.0, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3]]),), TIES, axis=1),
    ],
)
rows(
    np.min,
    cases=[
        corner((np.array([[1.0, 0.5, 0.5], [0.0, 0.5, 0.5]]),), np.array([[1.0, 2.0, 2.0], [2.0, 2.0, 2.0]]), axis=0)
    ],
)
rows(
    np.cumsum,
    np.cumprod,
    cases=[
        row(V),
        row(A),
        row(A, axis=0),
        row(A, axis=1),
        row(A, -1),
        row(V, axis=0),
        row(T, axis=1),
        row(ONE_ZERO),
        row(ZEROS),
    ],
)
rows(
    np.all,
    np.any,
    np.argmax,
    np.argmin,
    np.count_nonzero,
    np.nanargmax,
    np.nanargmin,
    cases=[row(A), row(A, axis=0), row(A, axis=1), row(V)],
)
rows(np.argsort, np.argpartition, cases=[row(V, -1), row(A, -1)])
rows(np.nonzero, np.flatnonzero, np.argwhere, cases=[row(V)])
rows(np.searchsorted, cases=[row(np.sort(V), 0.1), row(np.sort(V), W)])
rows(np.digitize, cases=[row(W, np.sort(V))])
rows(np.bincount, cases=[row(integers(4))])
rows(np.unravel_index, cases=[row(3, (2, 2))])
rows(np.ravel_multi_index, cases=[row((1, 1), (2, 2))])
rows(np.lexsort, cases=[row((V, V))])

# --- products -------------------------------------------------------------------------------------------------------

_products = [row(A, B), row(A, V), row(W, A), row(V, normal(4))]
rows(
    np.matmul,
    operator.matmul,
    np.dot,
    cases=[
        *_products,
        row(complexes(2, 3), complexes(3, 2)),
        row(A, complexes(4)),
        row(T, B),
        row(T, V),
    ],
)
rows(
    np.matmul,
    operator.matmul,
    cases=[
        row(normal(2, 3, 4), normal(2, 4, 2)),
        row(normal(1, 3, 4), normal(2, 4, 2)),
        row(A, normal(2, 4, 2)),
        row(V, normal(2, 4, 3)),
        row(normal(2, 1, 3, 4), normal(5, 4, 2)),
    ],
)
rows(
    np.dot,
    cases=[
        row(1.5, A),
        row(A, 2.5),
        row(1.5, 2.5),
        row(A, normal(2, 4, 3)),
        row(T, normal(2, 4, 3)),
        row(V, normal(2, 4, 3)),
    ],
)
rows(np.vdot, cases=[row(V, normal(4)), row(A, normal(3, 4)), row(Z, complexes(3)), row(W, Z)])
rows(
    np.inner,
    cases=[
        row(V, normal(4)),
        row(A, normal(2, 4)),
        row(A, V),
        row(V, A),
        row(1.5, A),
        row(A, 1.5),
        row(T, normal(2, 4)),
    ],
)
rows(np.outer, cases=[row(V, W), row(A, W), row(V, A), row(1.5, V)])
rows(
    np.trace,
    cases=[
        row(A),
        row(WELL),
        row(A, 1),
        row(A, offset=-1),
        row(T),
        row(T, 0, 1, 2),
        row(T, offset=1, axis1=0, axis2=2),
    ],
)

# --- shapes ---------------------------------------------------------------------------------------------------------

rows(np.transpose, cases=[row(A), row(V), row(T), row(T, (1, 2, 0)), row(T, axes=(2, 0, 1)), row(T, (0, -1, 1))])
rows(np.ndarray.transpose, cases=[row(A), row(T, 1, 2, 0), row(T, (1, 2, 0)), row(A, None)])
rows(np.swapaxes, cases=[row(A, 0, 1), row(T, 0, -1)])
rows(np.moveaxis, cases=[row(T, 0, 2), row(T, -1, 0), row(T, (0, 1), (1, 2))])
rows(np.matrix_transpose, cases=[row(A), row(T)])
rows(
    np.reshape,
    cases=[
        row(A, (2, 6)),
        row(A, (4, 3)),
        row(A, -1),
        row(A, (2, -1)),
        row(T, (6, 4)),
        row(T, (-1, 4)),
        row(A, (2, 6), order="F"),
        row(1.5, (1, 1)),
        row(A, 12),
    ],
)
rows(np.ndarray.reshape, cases=[row(A, 2, 6), row(A, (2, 6)), row(A, -1), row(A, 2, -1, order="F"), row(A, (-1, 1))])
rows(np.ravel, np.ndarray.flatten, cases=[row(A), row(T), row(A, "F"), row(A, order="C")])
rows(np.squeeze, cases=[row(normal(3, 1, 4)), row(normal(3, 1, 4), 1), row(normal(1, 3, 1), axis=(0, 2)), row(A)])
rows(np.expand_dims, cases=[row(A, 0), row(A, 1), row(A, -1), row(A, (0, 2)), row(V, axis=1)])
rows(np.atleast_1d, np.atleast_2d, np.atleast_3d, cases=[row(A), row(V), row(1.5), row(T)])
rows(np.broadcast_to, cases=[row(V, (3, 4)), row(1.5, (3, 4)), row(normal(3, 1), (2, 3, 4)), row(V, 4)])
rows(np.tile, cases=[row(V, 3), row(V, (2, 3)), row(A, 2), row(A, (2, 1, 3)), row(1.5, 3), row(A, (2, 1))])
rows(
    np.repeat,
    cases=[
        row(V, 3),
        row(A, 2),
        row(A, 2, 0),
        row(A, 2, axis=1),
        row(V, np.array([1, 0, 2, 3])),
        row(A, np.array([1, 2, 0]), axis=0),
        row(A, [1, 2, 0], axis=0),
    ],
)
rows(np.flip, cases=[row(V), row(A), row(A, 0), row(A, axis=1), row(T, (0, 2))])
rows(np.fliplr, np.flipud, cases=[row(A)])
rows(np.roll, cases=[row(V, 1), row(A, 2), row(A, 1, 0), row(A, -1, axis=1), row(A, (1, 2), axis=(0, 1))])
rows(np.sort, cases=[row(V), row(A), row(A, 0), row(A, axis=1), row(A, axis=None), row(T, axis=-2)])
rows(np.take_along_axis, cases=[row(A, np.argsort(A, axis=1), 1), row(A, np.argmax(A, axis=0)[None], axis=0), row(V, np.array([2, 0, 2]), axis=0), row(A, np.array([1, 1, 0]), None)])  # fmt: skip
rows(np.copy, np.ndarray.copy, np.ascontiguousarray, cases=[row(A), row(V)])
rows(
    np.ndarray.astype,
    cases=[row(A, float), row(A, np.float64), row(A, "float64"), row(A, complex), plain(A, np.float32)],
)
rows(
    np.ndarray.item,
    cases=[row(np.array(1.5)), row(np.array([1.5])), row(V, 2), row(A, 1, 2), row(A, 5), row(A, (1, 2)), row(V, -1)],
)
rows(np.diag, cases=[row(V), row(V, 1), row(V, k=-2), row(A), row(A, 1), row(A, -1), row(WELL)])
rows(np.diagonal, cases=[row(A), row(A, 1), row(A, -1), row(T), row(T, 0, 1, 2), row(T, 1, axis1=-1, axis2=0)])
rows(np.tril, np.triu, cases=[row(A), row(A, 1), row(A, k=-1), row(T), row(V), row(WELL)])

# --- joining --------------------------------------------------------------------------------------------------------

rows(
    np.concatenate,
    cases=[
        row([V, W]),
        row((V, W, normal(2))),
        row([A, normal(2, 4)]),
        row([A, normal(2, 4)], axis=0),
        row([A, normal(3, 2)], axis=1),
        row([A, normal(3, 2)], axis=-1),
        row([T, normal(2, 1, 4)], axis=-2),
        row([A, V], axis=None),
    ],
)
rows(
    np.stack,
    cases=[
        row([V, normal(4)]),
        row([V, normal(4)], axis=1),
        row([A, normal(3, 4)], axis=-1),
        row((A, normal(3, 4)), 1),
        row([1.5, 2.5]),
        row([A, normal(3, 4)], axis=-2),
    ],
)
rows(
    np.vstack,
    cases=[row([V, normal(4)]), row([A, V]), row([V, A, normal(2, 4)]), row([1.5, 2.5]), row([T, normal(1, 3, 4)])],
)
rows(np.hstack, cases=[row([V, W]), row([A, normal(3, 2)]), row([1.5, 2.5]), row([1.5, V]), row([V, 1.5])])
rows(np.column_stack, cases=[row([V, normal(4)]), row([A, W]), row([W, A, normal(3, 2)])])
rows(
    np.array,
    np.asarray,
    np.asanyarray,
    cases=[
        row([1.5, 2.5, 3.5]),
        row((1.5, 2.5)),
        row([V, normal(4)]),
        row([1.5, 2, 3.5], dtype=float),
        row([[1.5, 2.5], [3.5, 4.5]]),
        row([np.float64(1.5), 2.5]),
        row([[A[0, 0], 1.0], [2.0, A[1, 1]]]),
    ],
)
rows(np.ndarray.tolist, cases=[row(V), row(A)])
rows(np.split, np.array_split, cases=[plain(V, 2), plain(A, [1, 2]), plain(A, 2, axis=1)])

# --- creation -------------------------------------------------------------------------------------------------------

rows(np.zeros, np.ones, np.empty, cases=[row(3), row((3, 4)), row((2,), dtype=int), row((1, 3))])
rows(np.zeros_like, np.ones_like, np.empty_like, cases=[row(A), row(1.5), row(V, dtype=int)])
rows(np.eye, cases=[row(3), row(3, 4), row(3, k=1), row(1)])
rows(np.identity, cases=[row(3)])
rows(np.indices, cases=[row((2, 3))])
rows(np.full, cases=[row(3, 1.5), row((3, 4), 1.5), row((3, 4), V), row((3,), np.float64(1.5))])
rows(np.full_like, cases=[row(A, 1.5), row(A, V), row(V, np.float64(2.5))])
rows(
    np.linspace,
    cases=[
        row(0.5, 2.5),
        row(0.5, 2.5, 7),
        row(0.5, 2.5, num=7, endpoint=False),
        row(V, 2.5, 5),
        row(V, normal(4), 5),
        row(0.5, A, 5),
    ],
)
rows(np.arange, cases=[row(5), row(2, 8, 2), row(0.25, 2.0, 0.5), row(1.5), row(0.25, 3.0)])

# --- linear algebra -------------------------------------------------------------------------------------------------

rows(
    np.linalg.norm,
    cases=[
        row(V),
        row(A),
        row(T),
        row(V, 2),
        row(V, 1),
        row(V, 3),
        row(V, np.inf),
        row(V, -np.inf),
        row(V, 2.5),
        row(A, "fro"),
        row(A, axis=1),
        row(A, axis=0),
        row(A, None, -1),
        row(A, 1, 1),
        row(A, 3, axis=0),
        row(A, axis=1, keepdims=True),
        row(A, np.inf, 1),
        row(Z),
        row(A, None, (0, 1)),
        row(T, axis=(1, 2)),
        corner((np.zeros(3),), np.zeros(3)),
        corner((np.zeros((2, 3)),), np.zeros((2, 3)), axis=1),
        row(V, 0),
    ],
)
rows(np.linalg.inv, cases=[row(WELL), row(STACK), row(WELL + 1j * normal(3, 3))])
rows(np.linalg.det, cases=[row(WELL), row(STACK), row(WELL + 1j * normal(3, 3))])
rows(
    np.linalg.solve,
    cases=[
        row(WELL, W),
        row(WELL, normal(3, 2)),
        row(STACK, normal(2, 3, 2)),
        row(STACK, normal(3, 2)),
        row(WELL, normal(2, 3, 2)),
        row(WELL + 1j * normal(3, 3), W),
        row(STACK, W),
    ],
)

# --- no derivative --------------------------------------------------------------------------------------------------

rows(
    np.floor,
    np.ceil,
    np.trunc,
    np.rint,
    np.signbit,
    np.isnan,
    np.isinf,
    np.isfinite,
    np.spacing,
    np.round,
    np.around,
    np.fix,
    np.isreal,
    np.iscomplex,
    np.isneginf,
    np.isposinf,
    cases=[row(1.5), row(A)],
)
rows(np.logical_and, np.logical_or, np.logical_xor, np.isclose, cases=[row(A, V), row(1.0, 2.0)])
rows(np.logical_not, cases=[row(A), row(1.5)])
rows(np.gcd, np.lcm, cases=[row(4, 6), row(np.arange(1, 4), 2)])
rows(np.shape, np.ndim, np.size, cases=[row(A), row(1.5), row(T)])
rows(np.allclose, np.array_equal, np.array_equiv, np.may_share_memory, np.shares_memory, cases=[row(A, A)])
rows(np.iscomplexobj, np.isrealobj, np.isscalar, cases=[row(A), row(1.5)])
rows(np.result_type, np.promote_types, np.can_cast, np.issubdtype, cases=[row(np.float32, np.float64)])
rows(np.isin, cases=[row(V, W)])
rows(np.tri, np.tril_indices, np.triu_indices, np.diag_indices, cases=[row(3)])
rows(np.isfortran, cases=[row(A)])
rows(np.finfo, cases=[row(np.float64)])
rows(np.iinfo, cases=[row(np.int64)])
rows(np.dtype, cases=[row("float32")])
rows(np.broadcast_shapes, cases=[row((3, 1), (4,))])
rows(len, cases=[row(A), row((1, 2))])
rows(isinstance, cases=[row(1.5, float)])
rows(issubclass, cases=[row(float, object)])
rows(callable, id, hash, repr, str, format, ascii, type, cases=[row(1.5)])
rows(hasattr, cases=[row(1.5, "real")])
rows(ord, cases=[row("a")])
rows(chr, bin, hex, oct, cases=[row(97)])
rows(print, cases=[row()])
rows(input, cases=[])
