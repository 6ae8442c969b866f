"""Functions of NumPy that call a function of the user's: written as the loop, or the call, that they are."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent, part


@equivalent(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    made = np.zeros_like(x)
    given = condlist if isinstance(condlist, (tuple, list)) or np.ndim(condlist) > np.ndim(x) else (condlist,)
    if len(funclist) == len(given) + 1:
        covered = given[0]
        for condition in given[1:]:
            covered = covered | condition
        conditions = (*given, ~covered)
    else:
        conditions = given
    for condition, function in zip(conditions, funclist):
        if isinstance(function, (int, float, complex)):
            made[condition] = function
        else:
            chosen = x[condition]
            if chosen.size > 0:
                made[condition] = function(chosen, *args, **kw)
    return made


@equivalent(np.apply_along_axis)
def along_axis(func1d, axis, arr, *args, **kwargs):
    if np.ndim(arr) == 1:
        return np.array(func1d(arr, *args, **kwargs))
    rows = np.moveaxis(arr, axis, -1)
    found = [func1d(row, *args, **kwargs) for row in np.reshape(rows, (-1, rows.shape[-1]))]
    made = np.array(found)
    if np.ndim(made) == 1:
        return made if np.ndim(arr) == 2 else np.reshape(made, rows.shape[:-1])
    full = np.reshape(made, rows.shape[:-1] + made.shape[1:])
    if np.ndim(made) == 2:
        return np.moveaxis(full, -1, axis)
    count = np.ndim(made) - 1  # what the function returns stands in the place of the axis, with all of its own
    at = axis % np.ndim(arr)
    return np.moveaxis(full, tuple(range(np.ndim(arr) - 1, np.ndim(arr) - 1 + count)), tuple(range(at, at + count)))


@equivalent(np.apply_over_axes)
def over_axes(func, a, axes):
    made = a
    for axis in axes if isinstance(axes, (tuple, list)) else (axes,):
        reduced = func(made, axis)
        made = reduced if np.ndim(reduced) == np.ndim(made) else np.expand_dims(reduced, axis)
    return made


@equivalent(np.fromfunction)
def from_function(function, shape, *, dtype=float, **kwargs):
    grids = np.indices(shape, dtype=dtype)
    args = ()
    for k, _ in enumerate(shape):
        args = (*args, grids[k])
    return function(*args, **kwargs)


@part
def type_of_results(made, otypes):
    """np.vectorize gives all results the type of the first one: what this is to be if a derivative is wanted."""
    if otypes is None:
        if len(made) == 0:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        if isinstance(made[0], tuple):
            raise TypeError("np.vectorize of a function that gives tuples: s2sad has to see them, in `return a, b`")
        if np.result_type(made[0]).kind in "bi":
            raise TypeError(
                "np.vectorize makes all results integers, like the first: return a float, or give otypes=[float]"
            )
        return np.array(made)
    return np.array(made) if otypes == "d" else np.array(made).astype(otypes)


@part
def shaped_results(made, otypes, places, shape):
    """The results in the shape of the arguments; where each is a tuple, an array for each of its `places`."""
    if places is None:
        return np.reshape(type_of_results(made, otypes), shape)
    arrays = ()
    for k in places:
        arrays = (*arrays, np.reshape(type_of_results([each[k] for each in made], otypes), shape))
    return arrays


@part
def type_of_first(pyfunc, *args):
    """What np.vectorize looks at where elements aren't Python's numbers: the result for the first of them as it is."""
    return np.result_type(pyfunc(*[np.ravel(each)[0] for each in args]))


@part
def for_each(pyfunc, otypes, places, x):
    """np.vectorize(pyfunc, otypes)(x): elements are Python's numbers."""
    made = [pyfunc(each) for each in np.ravel(x).tolist()]
    return shaped_results(made, otypes, places, np.shape(x))


@part
def for_each_pair(pyfunc, otypes, places, x, y):
    shape = np.broadcast_shapes(np.shape(x), np.shape(y))
    first = np.ravel(np.broadcast_to(x, shape)).tolist()
    second = np.ravel(np.broadcast_to(y, shape)).tolist()
    made = [pyfunc(a, b) for a, b in zip(first, second)]
    return shaped_results(made, otypes, places, shape)


@part
def for_each_triple(pyfunc, otypes, places, x, y, z):
    shape = np.broadcast_shapes(np.shape(x), np.shape(y), np.shape(z))
    first = np.ravel(np.broadcast_to(x, shape)).tolist()
    second = np.ravel(np.broadcast_to(y, shape)).tolist()
    third = np.ravel(np.broadcast_to(z, shape)).tolist()
    made = [pyfunc(a, b, c) for a, b, c in zip(first, second, third)]
    return shaped_results(made, otypes, places, shape)


@part
def for_each_of_several(pyfunc, otypes, places, *arrays):
    shapes = ()
    for x in arrays:
        shapes = (*shapes, np.shape(x))
    shape = np.broadcast_shapes(*shapes)
    numbers = ()
    for x in arrays:
        numbers = (*numbers, np.ravel(np.broadcast_to(x, shape)).tolist())
    made = [pyfunc(*each) for each in zip(*numbers)]
    return shaped_results(made, otypes, places, shape)


@part
def rows_of(x, rank):
    """What lies along the last `rank` axes, one after the other."""
    if rank == 0:
        return np.ravel(x)
    return np.reshape(x, (-1, x.shape[-1]) if rank == 1 else (-1, x.shape[-2], x.shape[-1]))


@part
def axes_before(x, rank):
    return np.shape(x) if rank == 0 else x.shape[:-1] if rank == 1 else x.shape[:-2]


@part
def rows_in(x, rank, lead):
    """The same of x broadcast to further axes before these."""
    if rank == 0:
        return rows_of(np.broadcast_to(x, lead), 0)
    return rows_of(np.broadcast_to(x, lead + (x.shape[-1:] if rank == 1 else x.shape[-2:])), rank)


@part
def for_each_part(pyfunc, otypes, rank, x):
    """np.vectorize(pyfunc, otypes, signature=...)(x): the last `rank` axes are given at once."""
    made = type_of_results([pyfunc(each) for each in rows_of(x, rank)], otypes)
    return np.reshape(made, axes_before(x, rank) + made.shape[1:])


@part
def for_each_pair_of_parts(pyfunc, otypes, x_rank, y_rank, x, y):
    lead = np.broadcast_shapes(axes_before(x, x_rank), axes_before(y, y_rank))
    first, second = rows_in(x, x_rank, lead), rows_in(y, y_rank, lead)
    made = type_of_results([pyfunc(a, b) for a, b in zip(first, second)], otypes)
    return np.reshape(made, lead + made.shape[1:])


@part
def for_each_triple_of_parts(pyfunc, otypes, x_rank, y_rank, z_rank, x, y, z):
    lead = np.broadcast_shapes(axes_before(x, x_rank), axes_before(y, y_rank), axes_before(z, z_rank))
    first, second, third = rows_in(x, x_rank, lead), rows_in(y, y_rank, lead), rows_in(z, z_rank, lead)
    made = type_of_results([pyfunc(a, b, c) for a, b, c in zip(first, second, third)], otypes)
    return np.reshape(made, lead + made.shape[1:])
