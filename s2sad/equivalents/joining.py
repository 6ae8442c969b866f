"""Functions that join arrays, and those that take one apart."""

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import equivalent


@equivalent(np.append)
def append(arr, values, axis=None):
    if axis is None:
        if np.ndim(arr) != 1:
            arr = np.ravel(arr)
        if np.ndim(values) != 1:
            values = np.ravel(values)
        return np.concatenate((arr, values))
    return np.concatenate((arr, values), axis=axis)
