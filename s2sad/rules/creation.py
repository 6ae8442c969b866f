"""Functions that make arrays out of numbers."""

from __future__ import annotations

import numpy as np
from numpy import log

from s2sad.kinds import NONE, Array, Kind, Tuple, dtype_char, highest_rank, lowest_rank
from s2sad.rules.registry import adjoint, inline, kind, known, nondifferentiable, rank, refuse, tangent, unbroadcast
from s2sad.rules.results import (
    FALSE,
    constant_kind,
    dims_of,
    dims_of_shape,
    dtype_of,
    elementwise,
    length_of,
    numeric,
    numpy_dtype,
    result_dtype,
    shaped,
    unknown_dim,
    value_of,
)

nondifferentiable(
    np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye, np.identity, np.indices
)


@kind(np.zeros, np.ones, np.empty)
def shape_kind(shape: Kind, dtype: Kind | None = None, *options: Kind, **keywords: Kind) -> Kind:
    return Array("float64" if dtype is None else dtype_of(dtype, "float64"), dims_of_shape(shape))


@kind(np.zeros_like, np.ones_like, np.empty_like)
def like_kind(a: Kind, dtype: Kind | None = None, *options: Kind, **keywords: Kind) -> Kind:
    a = numeric(a)
    own = numpy_dtype(getattr(a, "dtype", ""))
    dtype_name = own if dtype is None else dtype_of(dtype, own)
    return Array(dtype_name, dims_of(a), highest_rank(a), lowest_rank(a))


@kind(np.eye)
def eye_kind(
    N: Kind, M: Kind | None = None, k: Kind | None = None, dtype: Kind | None = None, *options: Kind, **keywords: Kind
) -> Kind:
    rows = length_of(N)
    columns = rows if M is None or value_of(M) is None else length_of(M)
    return Array("float64" if dtype is None else dtype_of(dtype, "float64"), (rows, columns))


@kind(np.identity)
def identity_kind(n: Kind, dtype: Kind | None = None, **keywords: Kind) -> Kind:
    return Array("float64" if dtype is None else dtype_of(dtype, "float64"), (length_of(n), length_of(n)))


@adjoint(np.full, linear=True, cost=1, wrt=["fill_value"])
def full(shape, fill_value, dtype=None, *, grad):
    return None, unbroadcast(grad)


@kind(np.full)
def full_kind(shape: Kind, fill_value: Kind, dtype: Kind) -> Kind:
    value = numeric(fill_value)
    return Array(dtype_of(dtype, numpy_dtype(getattr(value, "dtype", ""))), dims_of_shape(shape))


@adjoint(np.full_like, linear=True, cost=1)
def full_like(a, fill_value, dtype=None, *, shape=None, grad):
    return 0.0, unbroadcast(grad)


@tangent(np.full_like)
def full_like_tangent(a, fill_value, dtype=None, *, shape=None, result, fill_value_dot):
    return np.full_like(a if dtype is None and shape is None else result, fill_value_dot)


@kind(np.full_like)
def full_like_kind(a: Kind, fill_value: Kind, dtype: Kind, *, shape: Kind = NONE) -> Kind:
    dims = dims_of(numeric(a)) if value_of(shape) is None else dims_of_shape(shape)
    return Array(dtype_of(dtype, numpy_dtype(getattr(a, "dtype", ""))), dims)


# --- ranges ---------------------------------------------------------------------------------------------------------


@inline
def steps(grad, num, endpoint):
    """From 0 to 1, along the first axis of grad."""
    t = np.linspace(0.0, 1.0, num) if known(endpoint is True) else np.linspace(0.0, 1.0, num, endpoint=endpoint)
    return t if known(rank(grad) == 1) else np.reshape(t, (-1,) + (1,) * (rank(grad) - 1))


@inline
def ends(grad, t):
    """What the start and the end get, of numbers on the way between them."""
    if known(rank(grad) == 1):
        return grad @ (1.0 - t), grad @ t
    return unbroadcast(np.sum(grad * (1.0 - t), axis=0)), unbroadcast(np.sum(grad * t, axis=0))


@adjoint(np.linspace, linear=True, several=True)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, grad):
    if retstep:
        numbers, step = grad
        share = 0.0 if step is None else step / (num - 1 if endpoint else num)
        if numbers is None:
            return unbroadcast(-share), unbroadcast(share)
        of_rows = numbers if known(axis == 0) else np.moveaxis(numbers, axis, 0)
        of_start, of_stop = ends(of_rows, steps(of_rows, num, endpoint))
        return unbroadcast(of_start - share), unbroadcast(of_stop + share)
    rows = grad if known(axis == 0) else np.moveaxis(grad, axis, 0)
    first, last = ends(rows, steps(rows, num, endpoint))
    return first, last


@inline
def as_large(dot, x):
    """A tangent that is known to be zero is a number."""
    return dot if known(rank(dot) == rank(x)) else dot + np.zeros_like(x)


@tangent(np.linspace)
def linspace_tangent(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, start_dot, stop_dot):
    first, last = as_large(start_dot, start), as_large(stop_dot, stop)
    if retstep:
        return np.linspace(first, last, num, endpoint=endpoint, axis=axis), (last - first) / (
            num - 1 if endpoint else num
        )
    if known(endpoint is True) and known(axis == 0):
        return np.linspace(first, last, num)
    return np.linspace(first, last, num, endpoint=endpoint, axis=axis)


@adjoint(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, *, grad, result):
    """base ** np.linspace(start, stop, ...)."""
    change = grad * result if known(axis == 0) else np.moveaxis(grad * result, axis, 0)
    first, last = ends(log(base) * change, steps(change, num, endpoint))
    if rank(base) > 0:
        return refuse("np.logspace with an array as its base"), 0.0
    return first, last, None, None, np.sum(grad * result * np.log(result)) / (base * log(base))


@adjoint(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0, *, grad, result):
    """start ** (1 - t) * stop ** t."""
    change = grad * result if known(axis == 0) else np.moveaxis(grad * result, axis, 0)
    first, last = ends(change, steps(change, num, endpoint))
    return first / start, last / stop


@tangent(np.logspace)
def logspace_tangent(
    start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0, *, result, start_dot, stop_dot, base_dot
):
    first, last = as_large(start_dot, start), as_large(stop_dot, stop)
    change = log(base) * np.linspace(first, last, num, endpoint=endpoint, axis=axis)
    return result * (change + np.log(result) / (base * log(base)) * base_dot)


@tangent(np.geomspace)
def geomspace_tangent(start, stop, num=50, endpoint=True, dtype=None, axis=0, *, result, start_dot, stop_dot):
    first, last = as_large(start_dot, start) / start, as_large(stop_dot, stop) / stop
    return result * np.linspace(first, last, num, endpoint=endpoint, axis=axis)


@kind(np.logspace)
def logspace_kind(start: Kind, stop: Kind, num: Kind, endpoint: Kind, base: Kind, dtype: Kind, axis: Kind) -> Kind:
    return linspace_kind(start, stop, num, endpoint, FALSE, dtype, axis)


@kind(np.geomspace)
def geomspace_kind(start: Kind, stop: Kind, num: Kind, endpoint: Kind, dtype: Kind, axis: Kind) -> Kind:
    made = linspace_kind(start, stop, num, endpoint, FALSE, dtype, axis)
    assert isinstance(made, Array)
    wide = {"float32": "float64", "complex64": "complex128"}.get(made.dtype, made.dtype)
    return Array(made.dtype if value_of(dtype) is not None else wide, made.dims)


@kind(np.linspace)
def linspace_kind(start: Kind, stop: Kind, num: Kind, endpoint: Kind, retstep: Kind, dtype: Kind, axis: Kind) -> Kind:
    full = elementwise(np.true_divide, numeric(start), numeric(stop))
    own = dtype_of(dtype, numpy_dtype(getattr(full, "dtype", "")))
    dims = dims_of(full)
    place = value_of(axis)
    if dims is not None and isinstance(place, int):
        place %= len(dims) + 1
        dims = (*dims[:place], length_of(num), *dims[place:])
    made = Array(own, dims if isinstance(place, int) else None)
    return Tuple((made, shaped(own, dims_of(full)))) if value_of(retstep) is True else made


@adjoint(np.arange)
def arange(start, stop=None, step=1, dtype=None, *, grad):
    """A range moves with its start and its step; its stop only says how many numbers there are."""
    if stop is None:
        return 0.0
    return np.sum(grad), 0.0, grad @ np.arange(grad.size)


@tangent(np.arange)
def arange_tangent(start, stop=None, step=1, dtype=None, *, result, start_dot, step_dot):
    if stop is None:
        return np.zeros_like(result)
    if known(step_dot == 0.0):
        return np.full_like(result, start_dot)
    return start_dot + step_dot * np.arange(result.size)


@kind(np.arange)
def arange_kind(start: Kind, stop: Kind, step: Kind, dtype: Kind) -> Kind:
    start, only = numeric(start), value_of(stop) is None
    numbers = [numeric(each) for each in ([start] if only else [start, stop, step])]
    own = dtype_of(dtype, _range_dtype(numbers))
    if only and dtype_char(getattr(start, "dtype", "")) == "i":
        return Array(own, (length_of(start),))
    values = [value_of(each) for each in ([constant_kind(0), start, constant_kind(1)] if only else [start, stop, step])]
    if all(isinstance(each, int) for each in values) and values[2] != 0:
        return Array(own, (length_of(constant_kind(len(range(*values)))),))
    return Array(own, (unknown_dim(),))


def _range_dtype(numbers: list[Kind]) -> str:
    """NumPy's numbers of less precision become another dtype, in some versions."""
    made = result_dtype(None, *numbers)
    return made if made in ("int64", "float64", "complex128") else ""
