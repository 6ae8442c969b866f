"""Calls of functions that have a rule, with options that the rule doesn't know, written without these."""
# mypy: disable-error-code="assignment"

from __future__ import annotations

import numpy as np

from s2sad.equivalents.registry import part, with_options


@with_options(np.average)
def average_beside_weights(a, axis=None, weights=None, returned=False, *, keepdims=False):
    """With returned=True also the sum of the weights, of the same shape."""
    made = np.average(a, axis, weights, keepdims=keepdims)
    if not returned:
        return made
    if weights is None:
        total = np.size(a) / np.size(made)
    elif np.ndim(weights) == np.ndim(a):
        total = np.sum(weights, axis=axis, keepdims=keepdims)
    else:
        total = np.sum(weights)
    if np.ndim(made) > np.ndim(total):
        return made, np.full_like(made, total)
    return made, total


@with_options(np.clip)
def clipped_as(a, a_min, a_max, *, dtype):
    low = a_min if a_min is None else np.asarray(a_min, dtype=dtype)
    high = a_max if a_max is None else np.asarray(a_max, dtype=dtype)
    return np.clip(np.asarray(a, dtype=dtype), low, high)


@with_options(np.complex128)
def complex_of_parts(real, imag):
    return np.complex128(complex(real, imag))


@with_options(np.complex64)
def narrow_complex_of_parts(real, imag):
    return np.complex64(complex(real, imag))


@with_options(np.matmul)
def product_of_matrices_along(x1, x2, *, axes):
    """The axes of the matrices in both operands, and in the result."""
    first, second, made = axes
    product = np.matmul(last_two(x1, first), last_two(x2, second))
    if made[0] % np.ndim(product) == np.ndim(product) - 2 and made[1] % np.ndim(product) == np.ndim(product) - 1:
        return product
    return np.moveaxis(product, (-2, -1), made)


@part
def last_two(x, axes):
    """x with two of its axes put at the end."""
    first, second = axes
    if first % np.ndim(x) == np.ndim(x) - 2 and second % np.ndim(x) == np.ndim(x) - 1:
        return x
    return np.moveaxis(x, axes, (-2, -1))


if hasattr(np, "vecdot"):  # since NumPy 2.0

    @with_options(np.vecdot)
    def product_of_vectors_along(x1, x2, *, axis=-1, axes=None, keepdims=False):
        if axes is not None:
            x1 = np.moveaxis(x1, axes[0], -1)
            x2 = np.moveaxis(x2, axes[1], -1)
        made = np.vecdot(x1, x2, axis=axis)  # type: ignore[call-overload, unused-ignore]
        if not keepdims:
            return made
        if axes is not None and len(axes) == 3:
            return np.expand_dims(made, axes[2])
        return np.expand_dims(made, axis)


if hasattr(np, "matvec"):  # since NumPy 2.2

    @with_options(np.matvec)
    def matrices_times_vectors_along(x1, x2, *, axes):
        matrix, vector, made = axes
        return np.moveaxis(np.matvec(last_two(x1, matrix), np.moveaxis(x2, vector, -1)), -1, made)

    @with_options(np.vecmat)
    def vectors_times_matrices_along(x1, x2, *, axes):
        vector, matrix, made = axes
        return np.moveaxis(np.vecmat(np.moveaxis(x1, vector, -1), last_two(x2, matrix)), -1, made)
