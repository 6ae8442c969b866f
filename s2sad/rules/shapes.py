"""Functions that move the elements of one array: transposes, reshapes, flips, repeats, diagonals, triangles."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import NONE, ONE, Array, Dim, Kind, Scalar, Tuple
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, spread, unbroadcast
from s2sad.rules.results import (
    ORDER_C,
    UNSURE,
    Dims,
    axes_of,
    combined,
    dims_of,
    dims_of_shape,
    length_of,
    numeric,
    numpy_dtype,
    unknown_dim,
    value_of,
)


def with_dims(a: Kind, dims: Dims | None) -> Kind:
    """An array of a's dtype."""
    return Array(numpy_dtype(getattr(a, "dtype", "")), dims)


# --- the order of axes ----------------------------------------------------------------------------------------------


def inverse_permutation(axes):
    """The permutation that undoes a permutation."""
    return tuple(sorted(range(len(axes)), key=[axis % len(axes) for axis in axes].__getitem__))


@adjoint(np.transpose, linear=True, view=True, cost=1)
def transpose(a, axes=None, *, grad):
    if known(rank(a) < 2):
        return grad
    if axes is None:
        return grad.T
    return np.transpose(grad, inverse_permutation(axes))


@adjoint(np.ndarray.transpose, linear=True, view=True, cost=1)
def transpose_method(a, *axes, grad):
    if known(rank(a) < 2):
        return grad
    order = axes[0] if len(axes) == 1 else axes
    if order is None or len(axes) == 0:
        return grad.T
    if len(axes) == 1 and known(rank(order) == 0):  # of the only axis
        return grad
    return np.transpose(grad, inverse_permutation(order))


@kind(np.transpose)
def transpose_kind(a: Kind, axes: Kind = NONE) -> Kind:
    dims, order = dims_of(numeric(a)), value_of(axes)
    if dims is None or order is UNSURE:
        return with_dims(a, None if dims is None else tuple(unknown_dim() for _ in dims))
    return with_dims(a, dims[::-1] if order is None else tuple(dims[axis] for axis in order))


@kind(np.ndarray.transpose)
def transpose_method_kind(a: Kind, *axes: Kind) -> Kind:
    if len(axes) == 1:
        return transpose_kind(a, axes[0])
    return transpose_kind(a, Tuple(axes) if axes else NONE)


@adjoint(np.swapaxes, linear=True, view=True, cost=1)
def swap_axes(a, axis1, axis2, *, grad):
    return np.swapaxes(grad, axis1, axis2)


@kind(np.swapaxes)
def swap_axes_kind(a: Kind, axis1: Kind, axis2: Kind) -> Kind:
    dims, i, j = dims_of(a), value_of(axis1), value_of(axis2)
    if dims is None or i is UNSURE or j is UNSURE:
        return with_dims(a, None)
    made = list(dims)
    made[i], made[j] = made[j], made[i]
    return with_dims(a, tuple(made))


@adjoint(np.moveaxis, linear=True, view=True, cost=1)
def move_axis(a, source, destination, *, grad):
    return np.moveaxis(grad, destination, source)


@kind(np.moveaxis)
def move_axis_kind(a: Kind, source: Kind, destination: Kind) -> Kind:
    dims, start, stop = dims_of(a), value_of(source), value_of(destination)
    if not dims or start is UNSURE or stop is UNSURE:
        return with_dims(a, None if dims is None else tuple(unknown_dim() for _ in dims))
    start = [axis % len(dims) for axis in (start if isinstance(start, tuple) else (start,))]
    stop = [axis % len(dims) for axis in (stop if isinstance(stop, tuple) else (stop,))]
    order = [k for k in range(len(dims)) if k not in start]
    for place, axis in sorted(zip(stop, start)):
        order.insert(place, axis)
    return with_dims(a, tuple(dims[k] for k in order))


@adjoint(np.matrix_transpose, np.linalg.matrix_transpose, linear=True, view=True, cost=1)
def matrix_transpose(x, *, grad):
    return np.swapaxes(grad, -1, -2)


@kind(np.matrix_transpose, np.linalg.matrix_transpose)
def matrix_transpose_kind(x: Kind) -> Kind:
    dims = dims_of(x)
    return with_dims(x, None if dims is None else (*dims[:-2], dims[-1], dims[-2]))


@adjoint(np.rollaxis, linear=True, view=True, cost=1)
def roll_axis(a, axis, start=0, *, grad):
    place, before = axis % rank(a), start % (rank(a) + 1)
    return np.moveaxis(grad, before - 1 if before > place else before, place)


@kind(np.rollaxis)
def roll_axis_kind(a: Kind, axis: Kind, start: Kind) -> Kind:
    dims, place, before = dims_of(a), value_of(axis), value_of(start)
    if dims is None or not isinstance(place, int) or not isinstance(before, int):
        return with_dims(a, None)
    place, before = place % len(dims), before % (len(dims) + 1)
    left = [dim for k, dim in enumerate(dims) if k != place]
    left.insert(before - 1 if before > place else before, dims[place])
    return with_dims(a, tuple(left))


# --- shapes ---------------------------------------------------------------------------------------------------------


@inline
def back_in_shape(grad, a, order):
    if known(rank(a) == 0 and rank(grad) > 0):
        return grad[(0,) * rank(grad)]
    if known(rank(a) == 0):
        return np.reshape(grad, ())[()]
    if known(order == "C"):
        return np.reshape(grad, np.shape(a))
    if order == "F":
        return np.reshape(grad, np.shape(a), order="F")
    return refuse("the order of the elements depends on how the array lies in memory: say order='C' or order='F'")


@adjoint(np.reshape, linear=True, view=True, cost=1)
def reshape(a, shape, order="C", *, grad):
    return back_in_shape(grad, a, order)


@adjoint(np.ndarray.reshape, linear=True, view=True, cost=1)
def reshape_method(a, *shape, order="C", grad):
    return back_in_shape(grad, a, order)


@adjoint(np.ravel, linear=True, view=True, cost=1)
def ravel(a, order="C", *, grad):
    return back_in_shape(grad, a, order)


@adjoint(np.ndarray.flatten, linear=True, cost=1)
def flatten(a, order="C", *, grad):
    return back_in_shape(grad, a, order)


@adjoint(np.squeeze, linear=True, view=True, cost=1)
def squeeze(a, axis=None, *, grad):
    return np.reshape(grad, np.shape(a))


@adjoint(np.expand_dims, linear=True, view=True, cost=1)
def expand_dims(a, axis, *, grad):
    return np.squeeze(grad, axis)


@adjoint(np.atleast_1d, np.atleast_2d, np.atleast_3d, linear=True, view=True, cost=1)
def at_least(a, *, grad):
    return np.reshape(grad, np.shape(a))


@kind(np.reshape)
def reshape_kind(a: Kind, shape: Kind, order: Kind = ORDER_C) -> Kind:
    dims, made = dims_of(numeric(a)), dims_of_shape(shape)
    if made is None:
        return with_dims(a, None)
    free = [k for k, dim in enumerate(made) if dim.key == -1]
    if free:
        others = [dim for dim in made if dim.key != -1]
        made = (*made[: free[0]], rest_of(dims, others), *made[free[0] + 1 :])
    return with_dims(a, made)


def rest_of(dims: Dims | None, taken: list[Dim]) -> Dim:
    """The axis that is left of all elements when some axes have taken their part."""
    if dims is None:
        return unknown_dim()
    left = list(dims)
    for dim in taken:
        same = next((each for each in left if each.key == dim.key), None)
        if same is not None:
            left.remove(same)
        elif dim != ONE:
            return unknown_dim()
    return combined("*", *left)


@kind(np.ndarray.reshape)
def reshape_method_kind(a: Kind, *shape: Kind, order: Kind = ORDER_C) -> Kind:
    return reshape_kind(a, shape[0] if len(shape) == 1 else Tuple(shape))


@kind(np.ravel, np.ndarray.flatten)
def ravel_kind(a: Kind, order: Kind) -> Kind:
    dims = dims_of(numeric(a))
    return with_dims(a, (unknown_dim() if dims is None else combined("*", *dims),))


@kind(np.squeeze)
def squeeze_kind(a: Kind, axis: Kind) -> Kind:
    dims, which = dims_of(a), value_of(axis)
    if dims is None or which is UNSURE:
        return with_dims(a, None)
    if which is None:
        sure = all(dim == ONE or dim.many for dim in dims)
        return with_dims(a, tuple(dim for dim in dims if dim != ONE) if sure else None)
    axes = axes_of(which, len(dims)) or ()
    return with_dims(a, tuple(dim for k, dim in enumerate(dims) if k not in axes))


@kind(np.expand_dims)
def expand_dims_kind(a: Kind, axis: Kind) -> Kind:
    dims, which = dims_of(numeric(a)), value_of(axis)
    if dims is None or which is UNSURE:
        return with_dims(a, None)
    axes = axes_of(which, len(dims) + (len(which) if isinstance(which, tuple) else 1)) or ()
    left = iter(dims)
    return with_dims(a, tuple(ONE if k in axes else next(left) for k in range(len(dims) + len(axes))))


def _kind_of_at_least(function: object, rank_wanted: int) -> None:
    @kind(function)
    def made(a: Kind) -> Kind:
        dims = dims_of(numeric(a))
        if dims is None or rank_wanted == 3 and len(dims) < 3:
            return with_dims(a, None)
        return with_dims(a, (ONE,) * (rank_wanted - len(dims)) + dims)


_kind_of_at_least(np.atleast_1d, 1)
_kind_of_at_least(np.atleast_2d, 2)
_kind_of_at_least(np.atleast_3d, 3)


# --- copies of elements ---------------------------------------------------------------------------------------------


@adjoint(np.broadcast_to, linear=True, view=True, cost=1, wrt=["array"])
def broadcast_to(array, shape, *, grad):
    return unbroadcast(grad)


@kind(np.broadcast_to)
def broadcast_to_kind(array: Kind, shape: Kind) -> Kind:
    return with_dims(array, dims_of_shape(shape))


@adjoint(np.tile, linear=True)
def tile(A, reps, *, grad):
    if known(isinstance(reps, int) and rank(A) == 1) and not known(reps == 0):
        return np.sum(np.reshape(grad, (reps, -1)), axis=0)
    return sum_of_tiles(grad, np.shape(A), reps)


def sum_of_tiles(grad, shape, reps):
    """The adjoint of np.tile: the sum of all tiles."""
    times = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    times = (1,) * (len(shape) - len(times)) + times
    sizes = (1,) * (len(times) - len(shape)) + tuple(shape)
    pairs = tuple(n for pair in zip(times, sizes) for n in pair)
    return np.reshape(np.sum(np.reshape(grad, pairs), axis=tuple(range(0, len(pairs), 2))), shape)


@kind(np.tile)
def tile_kind(A: Kind, reps: Kind) -> Kind:
    dims, times = dims_of(numeric(A)), dims_of_shape(reps)
    if dims is None or times is None:
        return with_dims(A, None)
    size = max(len(dims), len(times))
    dims, times = (ONE,) * (size - len(dims)) + dims, (ONE,) * (size - len(times)) + times
    return with_dims(A, tuple(combined("*", m, n) for m, n in zip(dims, times)))


@adjoint(np.repeat, linear=True)
def repeat(a, repeats, axis=None, *, grad):
    if known(rank(a) == 0):
        return np.sum(grad)
    if known(isinstance(repeats, int) and rank(a) == 1):
        return np.sum(np.reshape(grad, (-1, repeats)), axis=1)
    return sum_of_repeats(grad, np.shape(a), repeats, axis)


def sum_of_repeats(grad, shape, repeats, axis):
    """The adjoint of np.repeat: each element gets the sum over its copies."""
    rows = np.reshape(grad, (-1,)) if axis is None else np.moveaxis(grad, axis, 0)
    length = math_product(shape) if axis is None else shape[axis]
    counts = np.broadcast_to(repeats, (length,))
    made = np.zeros((length, *rows.shape[1:]), dtype=rows.dtype)
    start = 0
    for i in range(length):
        stop = start + int(counts[i])
        made[i] = np.sum(rows[start:stop], axis=0)
        start = stop
    return np.reshape(made, shape) if axis is None else np.moveaxis(made, 0, axis)


def math_product(numbers):
    """The product of some integers."""
    result = 1
    for n in numbers:
        result = result * n
    return result


@kind(np.repeat)
def repeat_kind(a: Kind, repeats: Kind, axis: Kind) -> Kind:
    dims, which = dims_of(numeric(a)), value_of(axis)
    if dims is None or which is UNSURE:
        return with_dims(a, (unknown_dim(),) if which is None else None)
    times = length_of(repeats) if dims_of(repeats) == () or isinstance(value_of(repeats), int) else None
    if which is None or not dims:
        return with_dims(a, (combined("*", *dims, times) if times else unknown_dim(),))
    made = list(dims)
    made[which] = combined("*", made[which], times) if times else unknown_dim()
    return with_dims(a, tuple(made))


# --- the order of elements ------------------------------------------------------------------------------------------


@adjoint(np.flip, linear=True, view=True, cost=1)
def flip(m, axis=None, *, grad):
    if known(rank(m) == 1):
        return grad[::-1]
    return np.flip(grad) if axis is None else np.flip(grad, axis)


@adjoint(np.fliplr, linear=True, view=True, cost=1)
def flip_columns(m, *, grad):
    return np.fliplr(grad)


@adjoint(np.flipud, linear=True, view=True, cost=1)
def flip_rows(m, *, grad):
    return np.flipud(grad)


@adjoint(np.roll, linear=True)
def roll(a, shift, axis=None, *, grad):
    if isinstance(shift, tuple):
        return np.roll(grad, tuple([-n for n in shift]), axis)
    return np.roll(grad, -shift) if axis is None else np.roll(grad, -shift, axis)


@kind(np.flip, np.roll, np.fliplr, np.flipud)
def same_kind(a: Kind, *options: Kind) -> Kind:
    return with_dims(a, dims_of(numeric(a)))


# --- one element, lists ---------------------------------------------------------------------------------------------


@adjoint(np.ndarray.item, linear=True, cost=1)
def item(a, *args, grad):
    if len(args) == 0:
        return spread(grad)
    return one_element(grad, a, args)


def one_element(grad, a, args):
    """An array like `a` of zeros, with grad at one place."""
    made = np.zeros(np.shape(a), dtype=a.dtype)
    if len(args) == 1 and np.ndim(args[0]) == 0:
        flat = np.reshape(made, (-1,))
        flat[args[0]] = grad
    else:
        made[args[0] if len(args) == 1 else args] = grad
    return made


@kind(np.ndarray.item)
def item_kind(a: Kind, *args: Kind) -> Kind:
    char = getattr(a, "char", "?")
    return Scalar({"b": "bool", "i": "int", "f": "float", "c": "complex"}[char]) if char in "bifc" else Array("", ())
