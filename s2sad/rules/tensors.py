"""Products of tensors: tensordot, kron, cross, convolve and correlate, vecdot, matvec and vecmat, and the functions of
numpy.linalg that the array API names."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind, Static, broadcast_dims
from s2sad.rules.diagonals import on_diagonal
from s2sad.rules.linear import left_without
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, sized, tangent, unbroadcast
from s2sad.rules.results import (
    UNSURE,
    array_dtype,
    combined,
    dims_of,
    elementwise,
    numeric,
    numpy_dtype,
    result_dtype,
    shaped,
    unknown_dim,
    value_of,
)
from s2sad.rules.shapes import inverse_permutation

# --- tensordot ------------------------------------------------------------------------------------------------------


def contracted_axes(axes, m, n):
    """The axes of a and those of b that np.tensordot sums over, of ranks m and n."""
    if isinstance(axes, int):
        return tuple(range(m - axes, m)), tuple(range(axes))
    first, second = axes
    first = (first,) if isinstance(first, int) else tuple(first)
    second = (second,) if isinstance(second, int) else tuple(second)
    return tuple(axis % m for axis in first), tuple(axis % n for axis in second)


def axes_left(axes, n):
    """The axes that are not among some."""
    return tuple(axis for axis in range(n) if axis not in axes)


def paired(axes, others):
    """The axes in the order of those that they are contracted with."""
    return tuple(axis for _, axis in sorted(zip(others, axes)))


@inline
def tensordot_first(a, b, axes, grad):
    mine, its = contracted_axes(axes, rank(a), rank(b))
    kept = rank(a) - len(mine)
    free = axes_left(its, rank(b))
    made = np.tensordot(grad, b, (tuple(range(kept, kept + len(free))), free)) if len(free) > 0 else outer_of(grad, b)
    order = inverse_permutation(axes_left(mine, rank(a)) + paired(mine, its))
    return made if order == tuple(range(rank(a))) else np.transpose(made, order)


@inline
def tensordot_second(a, b, axes, grad):
    its, mine = contracted_axes(axes, rank(a), rank(b))
    free = axes_left(its, rank(a))
    made = np.tensordot(a, grad, (free, tuple(range(len(free))))) if len(free) > 0 else outer_of(a, grad)
    order = inverse_permutation(paired(mine, its) + axes_left(mine, rank(b)))
    return made if order == tuple(range(rank(b))) else np.transpose(made, order)


@inline
def outer_of(a, b):
    return a * b if rank(a) == 0 or rank(b) == 0 else np.tensordot(a, b, 0)


@adjoint(np.tensordot, linear="each", cost=1000)
def tensordot(a, b, axes=2, *, grad):
    if known(isinstance(axes, int) and axes == 1 and rank(a) == 2 and rank(b) == 2):
        return grad @ b.T, a.T @ grad
    return tensordot_first(a, b, axes, grad), tensordot_second(a, b, axes, grad)


@adjoint(np.linalg.tensordot, linear="each", cost=1000)
def tensordot_of_linalg(x1, x2, *, axes=2, grad):
    return tensordot_first(x1, x2, axes, grad), tensordot_second(x1, x2, axes, grad)


@kind(np.tensordot)
def tensordot_kind(a: Kind, b: Kind, axes: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    m, n, which = dims_of(a), dims_of(b), value_of(axes)
    dtype = array_dtype(a, b)
    if m is None or n is None or which is UNSURE:
        return Array(dtype, None)
    first, second = contracted_axes(which, len(m), len(n))
    left = [dim for k, dim in enumerate(m) if k not in first] + [dim for k, dim in enumerate(n) if k not in second]
    return shaped(dtype, tuple(left), scalar=False)


@kind(np.linalg.tensordot)
def tensordot_of_linalg_kind(x1: Kind, x2: Kind, axes: Kind) -> Kind:
    return tensordot_kind(x1, x2, axes)


# --- kron -----------------------------------------------------------------------------------------------------------


@adjoint(np.kron, linear="each", cost=100)
def kron(a, b, *, grad):
    if rank(a) == 0 or rank(b) == 0:
        return unbroadcast(grad * b), unbroadcast(grad * a)
    if rank(a) == 1 and rank(b) == 1:
        return np.reshape(grad, (a.size, b.size)) @ b, a @ np.reshape(grad, (a.size, b.size))
    if rank(a) == 2 and rank(b) == 2:
        blocks = np.reshape(grad, (a.shape[0], b.shape[0], a.shape[1], b.shape[1]))
        return np.einsum("ikjl,kl->ij", blocks, b), np.einsum("ikjl,ij->kl", blocks, a)
    return first_of_kron(grad, a, b), second_of_kron(grad, a, b)


def kron_blocks(grad, a, b):
    """What belongs to each element of a (rows) and of b (columns)."""
    n = max(np.ndim(a), np.ndim(b))
    m = (1,) * (n - np.ndim(a)) + np.shape(a)
    k = (1,) * (n - np.ndim(b)) + np.shape(b)
    split = np.reshape(grad, tuple(length for pair in zip(m, k) for length in pair))
    order = tuple(range(0, 2 * n, 2)) + tuple(range(1, 2 * n, 2))
    return np.reshape(np.transpose(split, order), (np.size(a), np.size(b)))


def first_of_kron(grad, a, b):
    """The cotangent of a in np.kron(a, b)."""
    return np.reshape(kron_blocks(grad, a, b) @ np.ravel(b), np.shape(a))


def second_of_kron(grad, a, b):
    """The cotangent of b in np.kron(a, b)."""
    return np.reshape(np.ravel(a) @ kron_blocks(grad, a, b), np.shape(b))


@kind(np.kron)
def kron_kind(a: Kind, b: Kind) -> Kind:
    a, b = numeric(a), numeric(b)
    dtype, m, n = array_dtype(a, b), dims_of(a), dims_of(b)
    if m is None or n is None:
        return Array(dtype, None)
    short, long = sorted((m, n), key=len)
    front = long[: len(long) - len(short)]
    return Array(dtype, (*front, *(combined("*", x, y) for x, y in zip(long[len(front) :], short))))


# --- cross ----------------------------------------------------------------------------------------------------------


@adjoint(np.cross, linear="each", cost=20)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None, *, grad):
    """Of vectors in three dimensions; where they may have two, `infer_cross.py` puts another rule."""
    if axis is None and known(axisa == -1 and axisb == -1 and axisc == -1) or known(axis == -1):
        return unbroadcast(np.linalg.cross(b, grad)), unbroadcast(np.linalg.cross(grad, a))
    if rank(a) != rank(b):
        return refuse("np.cross along other axes than the last, of arrays with different numbers of axes")
    first, second, last = (axisa, axisb, axisc) if axis is None else (axis, axis, axis)
    moved = np.moveaxis(grad, last, -1)
    a_grad = np.linalg.cross(np.moveaxis(b, second, -1), moved)
    b_grad = np.linalg.cross(moved, np.moveaxis(a, first, -1))
    return unbroadcast(np.moveaxis(a_grad, -1, first)), unbroadcast(np.moveaxis(b_grad, -1, second))


@adjoint(np.linalg.cross, linear="each", cost=20)
def cross_of_linalg(x1, x2, *, axis=-1, grad):
    if known(axis == -1):
        return unbroadcast(np.linalg.cross(x2, grad)), unbroadcast(np.linalg.cross(grad, x1))
    if rank(x1) != rank(x2):
        return refuse("np.linalg.cross along another axis than the last, of arrays with different numbers of axes")
    return unbroadcast(np.linalg.cross(x2, grad, axis=axis)), unbroadcast(np.linalg.cross(grad, x1, axis=axis))


@kind(np.cross)
def cross_kind(a: Kind, b: Kind, axisa: Kind, axisb: Kind, axisc: Kind, axis: Kind) -> Kind:
    plain = value_of(axis) is None and value_of(axisa) == value_of(axisb) == value_of(axisc) == -1
    made = elementwise(np.multiply, a, b)
    same = plain or value_of(axis) is not None and dims_of(numeric(a)) == dims_of(numeric(b))
    return made if same else Array(getattr(made, "dtype", ""), _unnamed(dims_of(made)))


def _unnamed(dims: tuple | None) -> tuple | None:
    return None if dims is None else tuple(unknown_dim() for _ in dims)


@kind(np.linalg.cross)
def cross_of_linalg_kind(x1: Kind, x2: Kind, axis: Kind) -> Kind:
    return elementwise(np.multiply, x1, x2)


# --- convolutions ---------------------------------------------------------------------------------------------------


@adjoint(np.convolve, linear="each", cost=200)
def convolve(a, v, mode="full", *, grad):
    if known(rank(a) == 0) or known(rank(v) == 0):  # a number is an array of length 1 here
        of_a, of_v = grad * conjugated(v), grad * conjugated(a)
        return (np.sum(of_a) if known(rank(a) == 0) else of_a), (np.sum(of_v) if known(rank(v) == 0) else of_v)
    if known(mode == "full"):
        return sized(np.correlate(grad, conjugated(v)), a), sized(np.correlate(grad, conjugated(a)), v)
    whole = in_full_convolution(grad, a.size, v.size, mode, False)
    return sized(np.correlate(whole, conjugated(v)), a), sized(np.correlate(whole, conjugated(a)), v)


@adjoint(np.correlate, linear="each", cost=200)
def correlate(a, v, mode="valid", *, grad):
    if known(mode == "full"):
        return sized(np.correlate(grad, v[::-1]), a), sized(turned_back(np.correlate(grad, conjugated(a)), v), v)
    whole = in_full_convolution(grad, a.size, v.size, mode, a.size < v.size)
    return sized(np.correlate(whole, v[::-1]), a), sized(turned_back(np.correlate(whole, conjugated(a)), v), v)


@inline
def conjugated(x):
    return np.conj(x) if np.iscomplexobj(x) else x


@inline
def turned_back(x, v):
    return np.conj(x)[::-1] if np.iscomplexobj(v) else x[::-1]


def in_full_convolution(grad, m, n, mode, backwards):
    """The cotangent of a part of a convolution, as that of the whole; backwards: the part was found from its end."""
    short = min(m, n)
    start = short - 1 if mode == "valid" else (short - 1) // 2 if mode == "same" else 0
    if backwards:
        start = m + n - 1 - start - grad.size
    whole = np.zeros(m + n - 1, dtype=grad.dtype)
    whole[start : start + grad.size] = grad
    return whole


@kind(np.convolve, np.correlate)
def convolution_kind(a: Kind, v: Kind, mode: Kind) -> Kind:
    return Array(array_dtype(a, v), (unknown_dim(),))


# --- the array API: products ----------------------------------------------------------------------------------------


@inline
def beside_vectors(x, axis):
    """One number for each vector, to be multiplied with the vectors."""
    if known(rank(x) == 0):
        return x
    return x[..., None] if known(axis == -1) else np.expand_dims(x, axis)


@adjoint(np.vecdot, np.linalg.vecdot, linear=False, cost=10)
def vecdot(x1, x2, /, *, axis=-1, grad):
    """The sum of conj(x1) * x2."""
    return unbroadcast(conjugated(beside_vectors(grad, axis) * x2)), unbroadcast(
        beside_vectors(grad, axis) * conjugated(x1)
    )


@tangent(np.vecdot, np.linalg.vecdot)
def vecdot_tangent(x1, x2, /, *, axis=-1, x1_dot, x2_dot):
    change = np.conj(x1_dot) * x2 + np.conj(x1) * x2_dot
    return np.sum(change, axis=axis)


@kind(np.vecdot, np.linalg.vecdot)
def vecdot_kind(x1: Kind, x2: Kind, axis: Kind) -> Kind:
    x1, x2 = numeric(x1), numeric(x2)
    which, dims = value_of(axis), broadcast_dims(dims_of(x1), dims_of(x2))
    dtype = result_dtype(np.multiply, x1, x2)
    if dims is None or not isinstance(which, int):
        return Array(dtype, None)
    if which >= 0 and len(dims_of(x1) or ()) != len(dims_of(x2) or ()):
        return Array(dtype, None)
    return shaped(dtype, tuple(dim for k, dim in enumerate(dims) if k != which % len(dims)))


if hasattr(np, "matvec"):  # new in NumPy 2.2

    @adjoint(np.matvec, linear="each", cost=500)
    def matvec(x1, x2, /, *, grad):
        if known(rank(x1) == 2 and rank(x2) == 1):
            return np.outer(grad, x2), x1.T @ grad
        return (
            unbroadcast(grad[..., :, None] * x2[..., None, :]),
            unbroadcast(np.matvec(np.swapaxes(x1, -1, -2), grad)),
        )

    @kind(np.matvec)
    def matvec_kind(x1: Kind, x2: Kind) -> Kind:
        x1, x2 = numeric(x1), numeric(x2)
        m, n, dtype = dims_of(x1), dims_of(x2), result_dtype(np.multiply, x1, x2)
        if m is None or n is None:
            return Array(dtype, None)
        return Array(dtype, (*(broadcast_dims(m[:-2], n[:-1]) or ()), m[-2]))

    @adjoint(np.vecmat, linear="each", cost=500)
    def vecmat(x1, x2, /, *, grad):
        """conj(x1) @ x2."""
        if known(rank(x1) == 1 and rank(x2) == 2):
            return conjugated(x2 @ grad), np.outer(conjugated(x1), grad)
        return (
            unbroadcast(conjugated(np.matvec(x2, grad))),
            unbroadcast(conjugated(x1)[..., :, None] * grad[..., None, :]),
        )

    @kind(np.vecmat)
    def vecmat_kind(x1: Kind, x2: Kind) -> Kind:
        x1, x2 = numeric(x1), numeric(x2)
        m, n, dtype = dims_of(x1), dims_of(x2), result_dtype(np.multiply, x1, x2)
        if m is None or n is None:
            return Array(dtype, None)
        return Array(dtype, (*(broadcast_dims(m[:-1], n[:-2]) or ()), n[-1]))


# --- the array API: what NumPy has under another name ---------------------------------------------------------------


@adjoint(np.linalg.outer, linear="each", cost=10)
def outer_of_linalg(x1, x2, /, *, grad):
    return grad @ x2, x1 @ grad


@kind(np.linalg.outer)
def outer_of_linalg_kind(x1: Kind, x2: Kind) -> Kind:
    x1, x2 = numeric(x1), numeric(x2)
    m, n = dims_of(x1), dims_of(x2)
    return Array(result_dtype(np.multiply, x1, x2), None if m is None or n is None else (*m, *n))


@adjoint(np.linalg.diagonal, linear=True, view=True)
def diagonal_of_linalg(x, /, *, offset=0, grad):
    return on_diagonal(grad, x, offset, -2, -1)


@kind(np.linalg.diagonal)
def diagonal_of_linalg_kind(x: Kind, offset: Kind) -> Kind:
    dims = dims_of(x)
    return Array(numpy_dtype(getattr(x, "dtype", "")), None if dims is None else (*dims[:-2], unknown_dim()))


@adjoint(np.linalg.trace, linear=True)
def trace_of_linalg(x, /, *, offset=0, dtype=None, grad):
    ones = np.eye(x.shape[-2], x.shape[-1], offset, dtype=x.dtype)
    return grad * ones if known(rank(x) == 2) else grad[..., None, None] * ones


@kind(np.linalg.trace)
def trace_of_linalg_kind(x: Kind, offset: Kind, dtype: Kind) -> Kind:
    dims = dims_of(x)
    own = value_of(dtype)
    named = numpy_dtype(getattr(x, "dtype", "")) if own is None else "" if own is UNSURE else np.dtype(own).name
    return shaped(named, None if dims is None else left_without(dims, Static(-2), Static(-1)))
