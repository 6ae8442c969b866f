"""Rows of elementwise functions: smooth ones, those made of pieces, and the `math` module."""

import math
import operator

import numpy as np

from tests.rule_rows.table import A, P, Q, T, V, Z, corner, inside, integers, named, normal, plain, row, rows

# --- elementwise -----------------------------------------------------------------------------------------------------

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
rows(math.lgamma, cases=[corner((-1000799917193443.1,), -0.999999999999999)])
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
        corner((0.5, 0.5), 1e17, 1e17),
        corner((1.0, 0.0), np.inf, 3.0),
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

# --- pieces ----------------------------------------------------------------------------------------------------------

_corners = np.array([-2.0, 0.0, 3.0])
rows(
    abs,
    operator.abs,
    np.absolute,
    np.fabs,
    cases=[row(1.5), row(-1.5), row(A), corner((np.array([-1.0, 0.0, 1.0]),), _corners), corner((0.0,), 0.0)],
)
rows(math.fabs, cases=[row(1.5), row(-1.5), corner((0.0,), 0.0), corner((0.0,), -0.0)])
rows(np.sign, cases=[row(1.5), row(A)])
rows(np.copysign, math.copysign, cases=[row(1.5, -2.0), row(-1.5, -2.0), row(-1.5, 2.0)])
rows(np.copysign, cases=[row(A, V), row(A, -1.0)])
rows(np.heaviside, cases=[row(1.5, 0.5), row(A, 0.5), row(A, V), row(1.5, V), corner((0.0, 1.0), 0.0, 0.3)])
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
    row(A, inside(4) - 1.0, inside(4) + 1.0),
    row(A, 0.5, -0.5),
    row(A, 0.4 * np.ones(4), np.array([-0.4, 0.9, -0.4, 0.9])),
    row(0.2, 0.5, -0.5),
    corner((np.array([0.0, 0.5, 1.0, 0.5, 0.0]),), np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), 0, 1),
]
rows(np.clip, cases=_clipped)
rows(np.ndarray.clip, cases=[row(A, -0.5, 0.5), row(A, min=-0.5), row(A, max=0.5)])
rows(
    np.nan_to_num,
    cases=[
        row(A),
        row(1.5),
        row(A, True, 1.0),
        row(A, nan=0.5, posinf=9.0),
        corner((np.array([1.0, 0.0, 0.0]),), np.array([1.0, np.nan, np.inf])),
    ],
)
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

# --- math ------------------------------------------------------------------------------------------------------------

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
