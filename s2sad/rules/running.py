"""Running sums and products, and differences of neighbours: linear along one axis, and each the other's adjoint."""

from __future__ import annotations

import numpy as np

from s2sad.indexing import fewer
from s2sad.kinds import NONE, Array, Kind, Scalar, dtype_char
from s2sad.rules.registry import adjoint, inline, kind, known, rank, tangent, unbroadcast
from s2sad.rules.results import (
    FALSE,
    UNSURE,
    Dims,
    combined,
    dim_of,
    dims_of,
    dtype_of,
    elementwise,
    numeric,
    numpy_dtype,
    result_dtype,
    unknown_dim,
    value_of,
)


@inline
def along(x, axis, cut):
    """An index that cuts one axis of x."""
    if axis >= 0:
        return (slice(None),) * axis + (cut,)
    if known(rank(x) > 0):
        return (slice(None),) * (axis % rank(x)) + (cut,)
    return (..., cut) + (slice(None),) * (-axis - 1)


@inline
def reversed_along(x, axis):
    return x[along(x, axis, slice(None, None, -1))]


# --- sums -----------------------------------------------------------------------------------------------------------


@inline
def summed_from_the_end(grad, a, axis):
    if known(rank(a) == 0):
        return np.sum(grad)
    if known(rank(a) == 1):
        return np.cumsum(grad[::-1])[::-1]
    if axis is None:
        return np.reshape(np.cumsum(grad[::-1])[::-1], np.shape(a))
    return reversed_along(np.cumsum(reversed_along(grad, axis), axis=axis), axis)


@adjoint(np.cumsum, linear=True)
def running_sum(a, axis=None, dtype=None, *, grad):
    return summed_from_the_end(grad, a, axis)


@inline
def without_initial(grad, axis, include_initial):
    """The first sum, 0, is no one's."""
    if not include_initial:
        return grad
    return grad[1:] if axis is None else grad[along(grad, axis, slice(1, None))]


@adjoint(np.nancumsum)
def running_sum_of_numbers(a, axis=None, dtype=None, *, grad):
    return np.where(np.isnan(a), 0.0, summed_from_the_end(grad, a, axis))


@tangent(np.nancumsum)
def running_sum_of_numbers_tangent(a, axis=None, dtype=None, *, a_dot):
    return np.cumsum(np.where(np.isnan(a), 0.0, a_dot), axis)


# --- products -------------------------------------------------------------------------------------------------------


@adjoint(np.cumprod, cost=20)
def running_product(a, axis=None, dtype=None, *, grad):
    return running_product_adjoint(a, axis, grad)


@adjoint(np.nancumprod, cost=20)
def running_product_of_numbers(a, axis=None, dtype=None, *, grad):
    return np.where(np.isnan(a), 0.0, running_product_adjoint(np.where(np.isnan(a), 1.0, a), axis, grad))


def running_product_adjoint(a, axis, grad):
    """The adjoint of np.cumprod: exact also where items are zero."""
    rows = np.reshape(a, (-1,)) if axis is None or np.ndim(a) == 0 else np.moveaxis(a, axis, 0)
    later = np.copy(np.moveaxis(grad, 0 if axis is None else axis, 0))
    for i in reversed(range(len(rows) - 1)):
        later[i] = later[i] + rows[i + 1] * later[i + 1]
    before = np.cumprod(np.concatenate([np.ones_like(rows[:1]), rows[:-1]]), axis=0)
    made = before * later
    return np.reshape(made, np.shape(a)) if axis is None else np.moveaxis(made, 0, axis)


@tangent(np.cumprod)
def running_product_tangent(a, axis=None, dtype=None, *, a_dot):
    return running_product_derivative(a, axis, a_dot)


def running_product_derivative(a, axis, a_dot):
    """How np.cumprod changes with a: the product rule along the axis."""
    rows = np.reshape(a, (-1,)) if axis is None else np.moveaxis(a, axis, 0)
    changes = np.copy(np.reshape(a_dot, (-1,)) if axis is None else np.moveaxis(a_dot, axis, 0))
    products = np.cumprod(rows, axis=0)
    for i in range(1, len(rows)):
        changes[i] = changes[i] * products[i - 1] + rows[i] * changes[i - 1]
    return changes if axis is None else np.moveaxis(changes, 0, axis)


@tangent(np.nancumprod)
def running_product_of_numbers_tangent(a, axis=None, dtype=None, *, a_dot):
    changes = np.where(np.isnan(a), 0.0, a_dot)
    return running_product_derivative(np.where(np.isnan(a), 1.0, a), axis, changes)


@kind(np.cumsum, np.cumprod, np.nancumsum, np.nancumprod)
def running_kind(a: Kind, axis: Kind, dtype: Kind) -> Kind:
    a = numeric(a)
    own, dims = numpy_dtype(getattr(a, "dtype", "")), dims_of(a)
    if value_of(axis) is None or dims == ():
        dims = None if dims is None else (combined("*", *dims),)
    return Array(dtype_of(dtype, "int64" if dtype_char(own) == "b" else own), dims)


# --- the names of the array API (NumPy 2.1 and later) ----------------------------------------------------------------

if hasattr(np, "cumulative_sum"):

    @adjoint(np.cumulative_sum, linear=True)
    def cumulative_sum(x, *, axis=None, dtype=None, include_initial=False, grad):
        return summed_from_the_end(without_initial(grad, axis, include_initial), x, axis)

    @adjoint(np.cumulative_prod, cost=20)
    def cumulative_product(x, *, axis=None, dtype=None, include_initial=False, grad):
        return running_product_adjoint(x, axis, without_initial(grad, axis, include_initial))

    @tangent(np.cumulative_prod)
    def cumulative_product_tangent(x, *, axis=None, dtype=None, include_initial=False, result, x_dot):
        changes = running_product_derivative(x, axis, x_dot)
        if not include_initial:
            return changes
        which = 0 if axis is None else axis
        return np.concatenate([np.zeros_like(result[along(result, which, slice(1))]), changes], axis=which)

    @kind(np.cumulative_sum, np.cumulative_prod)
    def cumulative_kind(x: Kind, *, axis: Kind = NONE, dtype: Kind = NONE, include_initial: Kind = FALSE) -> Kind:
        made, which = running_kind(x, axis, dtype), value_of(axis)
        dims = dims_of(made)
        if value_of(include_initial) is False or dims is None:
            return made
        if value_of(include_initial) is UNSURE or which is UNSURE:
            return Array(getattr(made, "dtype", ""), None)
        place = 0 if which is None else which
        return Array(getattr(made, "dtype", ""), changed(dims, place, combined("+", dims[place], dim_of(1))))


def changed(dims: Dims, axis: int, dim: object) -> Dims:
    """The axes with another one in one place."""
    made = list(dims)
    made[axis] = dim  # type: ignore[call-overload]
    return tuple(made)


# --- differences ----------------------------------------------------------------------------------------------------


@inline
def differences_undone(grad, a, n, axis):
    """The adjoint of n differences along an axis: differences again, of what is zero outside."""
    if known(n == 0):
        return grad
    if known(n == 1):
        return difference_undone(grad, np.zeros_like(a[along(a, axis, slice(1))]), axis)
    return differences_adjoint(grad, a.shape[axis], n, axis)


@inline
def difference_undone(grad, zero, axis):
    if known(rank(grad) == 1):
        return -np.diff(grad, prepend=zero, append=zero)
    return -np.diff(grad, axis=axis, prepend=zero, append=zero)


def differences_adjoint(grad, length, n, axis):
    """The adjoint of n differences along an axis of this length."""
    rows = np.moveaxis(grad, axis, 0)
    for k in range(n):
        count = max(length - n + k + 1, 0)
        wider = np.zeros((count, *rows.shape[1:]), dtype=rows.dtype)
        wider[1:] += rows[: max(count - 1, 0)]
        wider[:-1] -= rows[: max(count - 1, 0)]
        rows = wider
    return np.moveaxis(rows, 0, axis)


@inline
def lengths_of(prepend, a, append, axis):
    """How many items each of three arrays has along an axis."""
    before = 0 if prepend is None else 1 if rank(prepend) == 0 else prepend.shape[axis]
    after = 0 if append is None else 1 if rank(append) == 0 else append.shape[axis]
    return before, a.shape[axis], after


@adjoint(np.diff, linear=True)
def differences(a, n=1, axis=-1, prepend=None, append=None, *, grad):
    if prepend is None and append is None:
        return differences_undone(grad, a, n, axis)
    numbers = (prepend is None or known(rank(prepend) == 0)) and (append is None or known(rank(append) == 0))
    if known(n == 1) and known(rank(a) == 1) and known(a.dtype == np.float64) and numbers:
        of_prepend = 0 if prepend is None else -grad[0]
        of_append = 0 if append is None else grad[-1]
        return between_numbers(grad, prepend, append), None, None, of_prepend, of_append
    before, middle, after = lengths_of(prepend, a, append, axis)
    spans = differences_adjoint(grad, before + middle + after, n, axis)
    of_a = spans[along(grad, axis, slice(before or None, before + middle))]
    of_prepend = spans[along(grad, axis, slice(before))]
    of_append = spans[along(grad, axis, slice(before + middle, None))]
    if known(rank(a) == 1):
        of_prepend = of_prepend[0] if prepend is not None and rank(prepend) == 0 else of_prepend
        of_append = of_append[0] if append is not None and rank(append) == 0 else of_append
    return of_a, None, None, unbroadcast(of_prepend), unbroadcast(of_append)


@inline
def between_numbers(grad, prepend, append):
    """The adjoint of differences of a vector with a number before it, or behind it, or both."""
    if prepend is None:
        return -np.diff(grad, prepend=0.0)
    return -np.diff(grad, append=0.0) if append is None else -np.diff(grad)


@kind(np.diff)
def differences_kind(a: Kind, n: Kind, axis: Kind, prepend: Kind, append: Kind) -> Kind:
    a, which, times = numeric(a), value_of(axis), value_of(n)
    ends = [numeric(each) for each in (prepend, append) if value_of(each) is not None]
    own = result_dtype(None, a, *(Scalar(numpy_dtype(getattr(each, "dtype", ""))) for each in ends))
    dims = dims_of(a)
    if dims is None or which is UNSURE:
        return Array(own, None if dims is None else tuple(unknown_dim() for _ in dims))
    if not isinstance(times, int) or times and any(dims_of(each) != () for each in ends):
        return Array(own, changed(dims, which, unknown_dim()))
    count = times - len(ends) if times else 0
    return Array(own, changed(dims, which, fewer(dims[which], count) if count >= 0 else unknown_dim()))


@adjoint(np.ediff1d, linear=True)
def differences_of_flattened(ary, to_end=None, to_begin=None, *, grad):
    before = 0 if to_begin is None else 1 if rank(to_begin) == 0 else np.size(to_begin)
    after = 0 if to_end is None else 1 if rank(to_end) == 0 else np.size(to_end)
    middle = grad if to_end is None and to_begin is None else grad[before : grad.shape[0] - after]
    flat = ary if known(rank(ary) == 1) else np.ravel(ary)
    spans = differences_undone(middle, flat, 1, 0)
    return (
        spans if known(rank(ary) == 1) else np.reshape(spans, np.shape(ary)),
        0 if to_end is None else in_shape_of(grad[grad.shape[0] - after :], to_end),
        0 if to_begin is None else in_shape_of(grad[:before], to_begin),
    )


@inline
def in_shape_of(part, given):
    if known(rank(given) == 0):
        return part[0]
    return part if known(rank(given) == 1) else np.reshape(part, np.shape(given))


@kind(np.ediff1d)
def ediff1d_kind(ary: Kind, to_end: Kind, to_begin: Kind) -> Kind:
    return Array(numpy_dtype(getattr(numeric(ary), "dtype", "")), (unknown_dim(),))


@adjoint(np.unwrap, cost=1)
def unwrap(p, discont=None, axis=-1, *, period=2.0 * np.pi, grad, result):
    """Whole periods are added: the derivative in p is that of p, and that in the period says how many."""
    return grad, None, None, np.sum(grad * (result - p)) / period


@tangent(np.unwrap)
def unwrap_tangent(p, discont=None, axis=-1, *, period=2.0 * np.pi, result, p_dot, period_dot):
    return p_dot + (result - p) / period * period_dot


@kind(np.unwrap)
def unwrap_kind(p: Kind, discont: Kind, axis: Kind, *, period: Kind) -> Kind:
    p = numeric(p)
    made = elementwise(np.add, p, Scalar("float") if value_of(period) is UNSURE else numeric(period))
    return Array(numpy_dtype(getattr(made, "dtype", "")), dims_of(p))
