"""scipy.ndimage's filters that are made of filters along one axis: edges, and sums of second differences.

Loaded with the rules of scipy.ndimage. `output` is not known to them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from s2sad.equivalents.registry import equivalent, part, with_options


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


@equivalent(ndimage.center_of_mass)
def center_of_mass(input: Any, labels: Any = None, index: Any = None) -> Any:
    whole = ndimage.sum_labels(input, labels, index)
    centers = ()
    for k, n in enumerate(np.shape(input)):
        places = np.reshape(np.arange(n).astype(float), (1,) * k + (-1,) + (1,) * (np.ndim(input) - 1 - k))
        centers = (*centers, ndimage.sum_labels(input * places, labels, index) / whole)  # type: ignore[assignment]
    if index is None or np.ndim(index) == 0:
        return centers
    return [tuple(each) for each in np.stack(centers, axis=-1)]


@with_options(ndimage.gaussian_filter)
def gaussian_filter_by_width(
    input: Any,
    sigma: Any,
    order: Any = 0,
    *,
    mode: Any = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
    radius: Any = None,
    axes: Any = None,
) -> Any:
    """Along one axis after the other, of which each has its width."""
    made = input
    if axes is None:
        for k, _ in enumerate(np.shape(input)):
            made = with_width(made, k, sigma, order, mode, cval, truncate, radius, k)
    else:
        for n, k in enumerate(axes):
            made = with_width(made, n, sigma, order, mode, cval, truncate, radius, k)
    return made


@part
def with_width(
    image: Any, n: int, sigma: Any, order: Any, mode: Any, cval: float, truncate: float, radius: Any, axis: int
) -> Any:
    """Along one axis, the n-th of those that are named; SciPy leaves out those with no width."""
    width = sigma if np.ndim(sigma) == 0 else sigma[n]
    if width <= 1e-15:
        return image
    return ndimage.gaussian_filter1d(
        image,
        width,
        axis,
        order[n] if isinstance(order, (tuple, list)) else order,
        mode=mode if isinstance(mode, str) else mode[n],
        cval=cval,
        truncate=truncate,
        radius=radius[n] if isinstance(radius, (tuple, list)) else radius,
    )
