"""scipy.ndimage: Gaussian and uniform filters, in the array that is filtered; Gaussian ones by their width, too.

How far a Gaussian reaches is a whole number, which changes in jumps: between these only its numbers change with the
width.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from s2sad.rules.registry import adjoint, inline, kind, known, refuse, sized, tangent
from s2sad.rules.scipy.ndimage import filtered_kind, folded, shifts_only, symmetric, transposed_kind

# --- Gaussian ---------------------------------------------------------------------------------------------------------


@adjoint(ndimage.gaussian_filter1d, cost=300)
def gaussian_filter1d(input, sigma, axis=-1, order=0, *, mode="reflect", cval=0.0, truncate=4.0,
                      radius=None, grad):  # fmt: skip
    of_width = np.sum(grad * widened1d(input, sigma, axis, order, mode, cval, truncate, radius))
    if known(order == 0) and symmetric(mode):
        if known(truncate == 4.0) and radius is None:
            return sized(ndimage.gaussian_filter1d(grad, sigma, axis, mode=mode), input), of_width
        back = ndimage.gaussian_filter1d(grad, sigma, axis, mode=mode, truncate=truncate, radius=radius)
        return sized(back, input), of_width
    return sized(gaussian1d_transposed(grad, sigma, axis, order, mode, truncate, radius), input), of_width


@inline
def widened1d(input, sigma, axis, order, mode, cval, truncate, radius):
    """How the filtered array changes with the width."""
    return ndimage.correlate1d(input, widened_weights(sigma, order, truncate, radius), axis, mode=mode, cval=cval)


def widened_weights(sigma, order, truncate, radius):
    """How the weights of a Gaussian, which sum to 1, or of its derivative, change with its width. The derivative's are
    those times a polynomial q[n] = -(x q[n - 1] + (n - 1) q[n - 2]) / sigma^2 (Hermite's)."""
    wide = int(truncate * float(sigma) + 0.5) if radius is None else radius
    x = np.arange(-wide, wide + 1.0)
    weights = np.exp(-0.5 * x * x / sigma**2)
    weights = weights / np.sum(weights)
    before, factor = np.zeros_like(x), np.ones_like(x)
    for n in range(1, order + 1):
        before, factor = factor, -(x * factor + (n - 1) * before) / sigma**2
    change = factor * (x * x - np.sum(weights * x * x)) / sigma**3
    change = change - order * (factor - x * before / sigma**2) / sigma
    return np.flip(weights * change)


def gaussian1d_transposed(grad, sigma, axis, order, mode, truncate, radius):
    """A derivative of odd order is antisymmetric."""
    wide = int(truncate * sigma + 0.5) if radius is None else radius
    reach = [wide if k == axis % grad.ndim else 0 for k in range(grad.ndim)]
    whole = np.pad(grad, [(n, n) for n in reach])
    whole = ndimage.gaussian_filter1d(whole, sigma, axis, order, mode="constant", truncate=truncate, radius=radius)
    return folded((-1.0) ** order * whole, reach, grad.shape, mode)


@adjoint(ndimage.gaussian_filter, cost=500, wrt=["input"])
def gaussian_filter(input, sigma, order=0, *, mode="reflect", cval=0.0, truncate=4.0, radius=None,
                    axes=None, grad):  # fmt: skip
    if axes is not None or not isinstance(mode, str):
        return refuse("with axes, or with a mode for each axis: use ndimage.gaussian_filter1d, axis by axis")
    if known(order == 0) and symmetric(mode):
        if known(truncate == 4.0) and radius is None:
            return sized(ndimage.gaussian_filter(grad, sigma, mode=mode), input)
        return sized(ndimage.gaussian_filter(grad, sigma, mode=mode, truncate=truncate, radius=radius), input)
    return sized(gaussian_transposed(grad, sigma, order, mode, truncate, radius), input)


def gaussian_transposed(grad, sigma, order, mode, truncate, radius):
    sigmas, orders = for_each_axis(sigma, grad.ndim), for_each_axis(order, grad.ndim)
    reach = [int(truncate * s + 0.5) for s in sigmas] if radius is None else for_each_axis(radius, grad.ndim)
    whole = np.pad(grad, [(n, n) for n in reach])
    whole = ndimage.gaussian_filter(whole, sigma, order, mode="constant", truncate=truncate, radius=radius)
    sign = (-1.0) ** sum([order for order, s in zip(orders, sigmas) if s > 1e-15])  # SciPy leaves out the others
    return folded(sign * whole, reach, grad.shape, mode)


def for_each_axis(x, count):
    return [x] * count if np.ndim(x) == 0 else list(x)


@tangent(ndimage.gaussian_filter1d)
def gaussian_filter1d_tangent(input, sigma, axis=-1, order=0, *, mode="reflect", cval=0.0, truncate=4.0,
                              radius=None, input_dot, sigma_dot):  # fmt: skip
    moved = gaussian1d_of(input_dot, sigma, axis, order, mode, truncate, radius)
    return moved + sigma_dot * widened1d(input, sigma, axis, order, mode, cval, truncate, radius)


def gaussian1d_of(input_dot, sigma, axis, order, mode, truncate, radius):
    """Another array, filtered alike; what it goes on by is 0."""
    return ndimage.gaussian_filter1d(input_dot, sigma, axis, order, mode=mode, truncate=truncate, radius=radius)


@tangent(ndimage.gaussian_filter)
def gaussian_filter_tangent(input, sigma, order=0, *, mode="reflect", cval=0.0, truncate=4.0, radius=None,
                            axes=None, input_dot):  # fmt: skip
    return ndimage.gaussian_filter(input_dot, sigma, order, mode=mode, truncate=truncate, radius=radius, axes=axes)


# --- uniform ----------------------------------------------------------------------------------------------------------


@adjoint(ndimage.uniform_filter1d, cost=100, wrt=["input"])
def uniform_filter1d(input, size, axis=-1, *, mode="reflect", cval=0.0, origin=0, grad):
    if known(size % 2 == 1) and known(origin == 0) and symmetric(mode):
        return sized(ndimage.uniform_filter1d(grad, size, axis, mode=mode), input)
    if shifts_only(mode):
        return sized(ndimage.uniform_filter1d(grad, size, axis, mode=mode, origin=-origin - (size + 1) % 2), input)
    return sized(uniform1d_transposed(grad, size, axis, mode, origin), input)


def uniform1d_transposed(grad, size, axis, mode, origin):
    start = size // 2 + origin
    before = [start if k == axis % grad.ndim else 0 for k in range(grad.ndim)]
    after = [size - 1 - start if k == axis % grad.ndim else 0 for k in range(grad.ndim)]
    whole = np.pad(grad, list(zip(before, after)))
    whole = ndimage.uniform_filter1d(whole, size, axis, mode="constant", origin=-origin - (size + 1) % 2)
    return folded(whole, before, grad.shape, mode)


@adjoint(ndimage.uniform_filter, cost=200, wrt=["input"])
def uniform_filter(input, size=3, *, mode="reflect", cval=0.0, origin=0, axes=None, grad):
    if axes is not None or not isinstance(mode, str):
        return refuse("with axes, or with a mode for each axis: use ndimage.uniform_filter1d, axis by axis")
    if known(isinstance(size, int)) and known(size % 2 == 1) and known(origin == 0) and symmetric(mode):
        return sized(ndimage.uniform_filter(grad, size, mode=mode), input)
    return sized(uniform_transposed(grad, size, mode, origin), input)


def uniform_transposed(grad, size, mode, origin):
    sizes = [size] * grad.ndim if np.ndim(size) == 0 else list(size)
    origins = [origin] * grad.ndim if np.ndim(origin) == 0 else list(origin)
    for axis in range(grad.ndim):
        grad = uniform1d_transposed(grad, sizes[axis], axis, mode, origins[axis])
    return grad


@tangent(ndimage.uniform_filter1d)
def uniform_filter1d_tangent(input, size, axis=-1, *, mode="reflect", cval=0.0, origin=0, input_dot):
    return ndimage.uniform_filter1d(input_dot, size, axis, mode=mode, origin=origin)


@tangent(ndimage.uniform_filter)
def uniform_filter_tangent(input, size=3, *, mode="reflect", cval=0.0, origin=0, axes=None, input_dot):
    return ndimage.uniform_filter(input_dot, size, mode=mode, origin=origin, axes=axes)


# --- kinds ------------------------------------------------------------------------------------------------------------

kind(gaussian1d_transposed, gaussian_transposed, uniform1d_transposed, uniform_transposed)(transposed_kind)


kind(ndimage.gaussian_filter, ndimage.gaussian_filter1d, ndimage.uniform_filter, ndimage.uniform_filter1d)(
    filtered_kind
)
