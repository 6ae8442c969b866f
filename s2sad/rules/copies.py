"""Copies of arrays, and conversions to another dtype."""

from __future__ import annotations

import numpy as np

from s2sad.errors import RuleRefusalError
from s2sad.kinds import Array, Kind, Scalar
from s2sad.rules.registry import adjoint, inline, kind, known, tangent
from s2sad.rules.results import (
    dims_of,
    dtype_of,
    numeric,
    numpy_dtype,
    shaped,
    value_of,
)
from s2sad.rules.shapes import with_dims


@adjoint(np.copy, linear=True, cost=1)
def copy(a, order="K", *, grad):
    return grad


@adjoint(np.ndarray.copy, linear=True, cost=1)
def copy_method(a, order="C", *, grad):
    return grad


@adjoint(np.ascontiguousarray, linear=True, view=True, cost=1)
def contiguous(a, dtype=None, *, grad):
    return grad


@adjoint(np.asfortranarray, np.asarray_chkfinite, linear=True, view=True, cost=1)
def as_array(a, dtype=None, order=None, *, grad):
    return grad


@adjoint(np.require, linear=True, view=True, cost=1)
def required(a, dtype=None, requirements=None, *, grad):
    return grad


@adjoint(np.real_if_close, view=True, cost=1)
def real_if_close(a, tol=100, *, grad):
    """Where only the real part is kept, the cotangent of the other is zero."""
    return grad + 0j if np.iscomplexobj(a) else grad


@tangent(np.real_if_close)
def real_if_close_tangent(a, tol=100, *, result, a_dot):
    if np.iscomplexobj(a):
        return kept_parts(a_dot, result)
    return np.real_if_close(a_dot)


def kept_parts(x, result):
    """x, or its real part where the result has no other."""
    return x if np.iscomplexobj(result) else np.real(x)


@inline
def cast_back(grad, a):
    if known(grad.dtype == a.dtype):
        return grad
    if np.iscomplexobj(grad) and not np.iscomplexobj(a):
        return np.real(grad).astype(a.dtype)
    return grad.astype(a.dtype)


@adjoint(np.ndarray.astype, cost=1)
def as_type(a, dtype, *, grad):
    return cast_back(grad, a)


@tangent(np.ndarray.astype)
def as_type_tangent(a, dtype, *, a_dot):
    return a_dot.astype(dtype)


if hasattr(np, "astype"):  # since NumPy 2.1

    @adjoint(np.astype, cost=1)
    def as_type_function(x, dtype, /, *, copy=True, device=None, grad):
        return cast_back(grad, x)

    @tangent(np.astype)
    def as_type_function_tangent(x, dtype, /, *, copy=True, device=None, x_dot):
        return np.astype(x_dot, dtype)

    @kind(np.astype)
    def as_type_kind(x: Kind, dtype: Kind, *, copy: Kind, **options: Kind) -> Kind:
        if value_of(copy) is not True:  # also where no gradient flows through it: what is written into it is x
            raise RuleRefusalError("with copy=False, of which the result may be x itself: the call without it, or x")
        return cast_kind(x, dtype)


@kind(np.copy)
def copy_kind(a: Kind, order: Kind) -> Kind:
    return with_dims(a, dims_of(numeric(a)))


@kind(np.ndarray.copy)
def copy_method_kind(a: Kind, order: Kind) -> Kind:
    return a if isinstance(a, Scalar) else with_dims(a, dims_of(numeric(a)))


@kind(np.asfortranarray, np.asarray_chkfinite, np.require)
def as_array_kind(a: Kind, dtype: Kind, *options: Kind) -> Kind:
    return with_dims(cast_kind(a, dtype), dims_of(numeric(a)))


@kind(np.real_if_close)
def real_if_close_kind(a: Kind, tol: Kind) -> Kind:
    a = numeric(a)
    return with_dims(a, dims_of(a)) if getattr(a, "char", "?") in "bif" else Array("", dims_of(a))


@kind(kept_parts)
def kept_kind(x: Kind, result: Kind) -> Kind:
    return result


@kind(np.ascontiguousarray, np.ndarray.astype)
def cast_kind(a: Kind, dtype: Kind) -> Kind:
    a = numeric(a)
    made = dtype_of(dtype, numpy_dtype(getattr(a, "dtype", "")))
    return shaped(made, dims_of(a), not isinstance(a, Array))
