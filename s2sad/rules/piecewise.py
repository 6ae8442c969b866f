"""Elementwise functions with corners and pieces. At a corner the pieces share equally, as a central difference does."""

from __future__ import annotations

import math
import operator

import numpy as np
from numpy import copysign

from s2sad.kinds import UNKNOWN, Array, Kind, Scalar, Tuple
from s2sad.rules.registry import adjoint, inline, kind, known, partials, rank, refuse, tangent
from s2sad.rules.results import (
    PYTHON_TYPES,
    dims_of,
    dtype_of,
    elementwise,
    numeric,
    numpy_dtype,
    result_dtype,
    shaped,
    unknown_dim,
)


@inline
def sign_of(x):
    return (1.0 if x > 0 else -1.0 if x < 0 else 0.0) if known(rank(x) == 0) else np.sign(x)


@partials(abs, operator.abs, np.absolute, cost=1)
def absolute(x, *, result):
    """At 0 the subgradient 0."""
    if np.iscomplexobj(x):
        return np.conj(x) / ((result or 1.0) if known(rank(x) == 0) else np.where(result == 0, 1.0, result))
    return sign_of(x)


@adjoint(np.sign, cost=1)
def sign(x, *, grad, result):
    """Of a complex number its direction; of a real one the derivative is zero."""
    if not np.iscomplexobj(x):
        return 0.0
    length = np.abs(x)
    across = np.imag(grad * result) * 1j * np.conj(result)
    return across / ((length or 1.0) if known(rank(x) == 0) else np.where(length == 0, 1.0, length))


@tangent(np.sign)
def sign_tangent(x, *, result, x_dot):
    if not np.iscomplexobj(x):
        return 0.0
    length = np.abs(x)
    across = np.imag(np.conj(result) * x_dot) * 1j * result
    return across / ((length or 1.0) if known(rank(x) == 0) else np.where(length == 0, 1.0, length))


@kind(np.sign)
def sign_kind(x: Kind) -> Kind:
    return elementwise(np.sign, x)


@partials(np.fabs, math.fabs, cost=1)
def absolute_of_real(x):
    return sign_of(x)


@partials(np.copysign, math.copysign, cost=1)
def with_sign(x1, x2, *, result):
    if known(rank(x1) == 0) and known(rank(x2) == 0):
        return copysign(1.0, x2) * sign_of(x1), 0.0
    return np.sign(result) * np.sign(x1), 0.0


@partials(np.heaviside, cost=1)
def step(x1, x2):
    if known(rank(x1) == 0) and known(rank(x2) == 0):
        return 0.0, (1.0 if x1 == 0 else 0.0)
    return 0.0, np.where(x1 == 0, 1.0, 0.0)


@inline
def share_above(x, y):
    """How much of the larger of x and y is x."""
    if known(rank(x) == 0) and known(rank(y) == 0):
        if np.iscomplexobj(x) or np.iscomplexobj(y):
            return refuse("of complex numbers, which Python has no order of")
        return 1.0 if x > y else 0.5 if x == y else 0.0
    return np.where(x > y, 1.0, np.where(x == y, 0.5, 0.0))


@partials(np.maximum, cost=3)
def maximum(x1, x2):
    return share_above(x1, x2), share_above(x2, x1)


@partials(np.minimum, cost=3)
def minimum(x1, x2):
    return share_above(x2, x1), share_above(x1, x2)


@partials(np.fmax, cost=3)
def maximum_without_nan(x1, x2):
    return share_unless_nan(x1, x2, x1 > x2), share_unless_nan(x2, x1, x2 > x1)


@partials(np.fmin, cost=3)
def minimum_without_nan(x1, x2):
    return share_unless_nan(x1, x2, x1 < x2), share_unless_nan(x2, x1, x2 < x1)


@inline
def share_unless_nan(x, y, chosen):
    if known(rank(x) == 0) and known(rank(y) == 0):
        return 1.0 if chosen or np.isnan(y) else 0.5 if x == y else 0.0
    return np.where(chosen | np.isnan(y), 1.0, np.where(x == y, 0.5, 0.0))


@inline
def parts_of_clip(a, low, high, result):
    if low is None and high is None:
        return 1.0, 0.0, 0.0
    if low is None:
        return share_above(high, a), 0.0, share_above(a, high)
    if high is None:
        return share_above(a, low), share_above(low, a), 0.0
    return (
        inside(a, low, high, result),
        in_order(a, low, high, share_above(low, a), 0.0),
        in_order(a, low, high, share_above(a, high), 1.0),
    )


@inline
def in_order(a, low, high, usual, crossed):
    """Where the lower bound is above the upper one, the result is the upper one."""
    if known(rank(a) == 0) and known(rank(low) == 0) and known(rank(high) == 0):
        return usual if low <= high else crossed
    return np.where(low <= high, usual, crossed)


@inline
def inside(a, low, high, result):
    if known(rank(a) == 0) and known(rank(low) == 0) and known(rank(high) == 0):
        return 1.0 if low < a < high else 0.5 if a == result else 0.0
    return np.where((a > low) & (a < high), 1.0, np.where(a == result, 0.5, 0.0))


@partials(np.clip, cost=3)
def clip(a, a_min=None, a_max=None, *, result):
    of_a, of_min, of_max = parts_of_clip(a, a_min, a_max, result)
    return of_a, of_min, of_max


@kind(np.clip)
def clip_kind(a: Kind, a_min: Kind, a_max: Kind) -> Kind:
    a = numeric(a)
    return elementwise(np.clip, Scalar(numpy_dtype(a.dtype)) if isinstance(a, Scalar) else a, a_min, a_max)


@partials(np.ndarray.clip, cost=3)
def clip_method(a, min=None, max=None, *, result):
    of_a, of_min, of_max = parts_of_clip(a, min, max, result)
    return of_a, of_min, of_max


@partials(np.nan_to_num, cost=3)
def numbers_only(x, copy=True, nan=0.0, posinf=None, neginf=None):
    if known(rank(x) == 0):
        return 1.0 if np.isfinite(x) else 0.0
    return np.where(np.isfinite(x), 1.0, 0.0)


@kind(np.nan_to_num)
def numbers_only_kind(x: Kind, *options: Kind) -> Kind:
    return shaped(result_dtype(np.positive, x), dims_of(numeric(x)))


# --- choices --------------------------------------------------------------------------------------------------------


@partials(np.where, cost=3)
def where(condition, x=None, y=None):
    if known(rank(condition) == 0) and known(rank(x) == 0) and known(rank(y) == 0):
        return None, (1.0 if condition else 0.0), (0.0 if condition else 1.0)
    return None, np.where(condition, 1.0, 0.0), np.where(condition, 0.0, 1.0)


@tangent(np.where)
def where_tangent(condition, x=None, y=None, *, x_dot, y_dot):
    return np.where(condition, x_dot, y_dot)


@kind(np.where)
def where_kind(condition: Kind, x: Kind, y: Kind) -> Kind:
    if dtype_of(x, "none") == "none":
        dims = dims_of(numeric(condition))
        return UNKNOWN if dims is None else Tuple((Array("int64", (unknown_dim(),)),) * len(dims))
    full = elementwise(np.add, numeric(condition), numeric(x), numeric(y))
    return Array(result_dtype(None, x, y), dims_of(full))


# --- complex numbers: for a real value, d value = Re(sum(gradient * dx)) ---------------------------------------------


@adjoint(np.real, linear=True, view=True, cost=1)
def real(val, *, grad):
    return grad + 0j if np.iscomplexobj(val) else grad


@adjoint(np.imag, linear=True, view=True, cost=1)
def imaginary(val, *, grad):
    return -1j * grad if np.iscomplexobj(val) else 0.0


@adjoint(np.conjugate, linear=True, cost=1)
def conjugate(x, *, grad):
    return np.conj(grad) if np.iscomplexobj(x) else grad


@adjoint(np.angle)
def angle(z, deg=False, *, grad):
    if not np.iscomplexobj(z):
        return 0.0
    return -1j * (180.0 / np.pi) * grad / z if deg else -1j * grad / z


@tangent(np.angle)
def angle_tangent(z, deg=False, *, z_dot):
    if not np.iscomplexobj(z):
        return 0.0 * z
    return (180.0 / np.pi) * np.imag(z_dot / z) if deg else np.imag(z_dot / z)


@kind(np.real, np.imag)
def part_kind(val: Kind) -> Kind:
    val = numeric(val)
    if isinstance(val, Scalar) and val.dtype in PYTHON_TYPES:
        return val if val.char != "c" else Scalar("float")
    return shaped(result_dtype(np.absolute, val), dims_of(val), not isinstance(val, Array))


@kind(np.angle)
def angle_kind(z: Kind, deg: Kind) -> Kind:
    return shaped(result_dtype(np.arctan2, *[Scalar(result_dtype(np.absolute, numeric(z)))] * 2), dims_of(numeric(z)))


@kind(np.conjugate)
def conjugate_kind(x: Kind) -> Kind:
    return elementwise(np.conjugate, x)
