"""scipy.ndimage's filters that are made of filters along one axis: edges, and sums of second differences.

Loaded with the rules of scipy.ndimage. `output` is not known to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from s2sad.equivalents.registry import equivalent, part


@equivalent(ndimage.sobel)
def sobel(input: Any, axis: int = -1, *, mode: Any = "reflect", cval: float = 0.0) -> Any:
    return edges(input, axis, (1, 2, 1), mode, cval)


@equivalent(ndimage.prewitt)
def prewitt(input: Any, axis: int = -1, *, mode: Any = "reflect", cval: float = 0.0) -> Any:
    return edges(input, axis, (1, 1, 1), mode, cval)


@part
def edges(input: Any, axis: int, across: Any, mode: Any, cval: float) -> Any:
    made = ndimage.correlate1d(input, (-1, 0, 1), axis, mode=mode, cval=cval)
    for k in range(np.ndim(input)):
        if k != axis % np.ndim(input):
            made = ndimage.correlate1d(made, across, k, mode=mode, cval=cval)
    return made


@equivalent(ndimage.laplace)
def laplace(input: Any, *, mode: Any = "reflect", cval: float = 0.0) -> Any:
    made = ndimage.correlate1d(input, (1, -2, 1), 0, mode=mode, cval=cval)
    for k in range(1, np.ndim(input)):
        made = made + ndimage.correlate1d(input, (1, -2, 1), k, mode=mode, cval=cval)
    return made


@equivalent(ndimage.gaussian_laplace)
def gaussian_laplace(input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0) -> Any:
    made = along_one(input, sigma, 0, 2, mode, cval)
    for k in range(1, np.ndim(input)):
        made = made + along_one(input, sigma, k, 2, mode, cval)
    return made


@equivalent(ndimage.gaussian_gradient_magnitude)
def gaussian_gradient_magnitude(
    input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0
) -> Any:
    """Where the image is flat, the subgradient 0."""
    made = along_one(input, sigma, 0, 1, mode, cval) ** 2
    for k in range(1, np.ndim(input)):
        made = made + along_one(input, sigma, k, 1, mode, cval) ** 2
    return np.where(made == 0, 0.0, np.sqrt(np.where(made == 0, 1.0, made)))


@part
def along_one(input: Any, sigma: Any, axis: int, order: int, mode: Any, cval: float) -> Any:
    """A derivative of the smoothed image along one axis."""
    orders = (0,) * axis + (order,) + (0,) * (np.ndim(input) - 1 - axis)
    return ndimage.gaussian_filter(input, sigma, orders, mode=mode, cval=cval)
