"""Functions of NumPy that call a function of the user's: written as the loop, or the call, that they are."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent


@equivalent(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    made = np.zeros_like(x)
    if len(funclist) == len(condlist) + 1:
        covered = condlist[0]
        for condition in condlist[1:]:
            covered = covered | condition
        conditions = (*condlist, ~covered)
    else:
        conditions = condlist
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
        return np.asarray(func1d(arr, *args, **kwargs))
    rows = np.moveaxis(arr, axis, -1)
    found = [func1d(row, *args, **kwargs) for row in np.reshape(rows, (-1, rows.shape[-1]))]
    made = np.array(found)
    if np.ndim(made) == 1:
        return made if np.ndim(arr) == 2 else np.reshape(made, rows.shape[:-1])
    full = np.reshape(made, rows.shape[:-1] + made.shape[1:])
    if np.ndim(made) == 2:
        return np.moveaxis(full, -1, axis)
    raise NotImplementedError("np.apply_along_axis with a function whose result has more than one axis")


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
