"""scipy.ndimage: linear filters.

A filter correlates an array that is continued beyond its borders with weights. Transposed, it convolves the cotangent
with the same weights, and what falls outside goes back to the places that the continuation copied. Where the array is
continued by zeros or periodically that is a filter of the same mode; and a symmetric filter of the mode "reflect" is
its own transpose.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, inline, kind, known, refuse, sized, tangent
from s2sad.rules.results import dims_of, numeric, numpy_dtype, unknown_dim

# --- borders ----------------------------------------------------------------------------------------------------------


def sources(n, before, after, mode):
    """The places in an axis of n that its continuation on both sides takes its numbers from."""
    names = {
        "reflect": "symmetric",
        "mirror": "reflect",
        "nearest": "edge",
        "wrap": "wrap",
        "grid-mirror": "symmetric",
        "grid-wrap": "wrap",
    }
    return np.pad(np.arange(n), (before, after), mode=names[mode])  # type: ignore[call-overload]


def continued(x, before, after, mode, cval):
    """x continued beyond its borders, by numbers of places before and after, one for each axis."""
    if mode in ("constant", "grid-constant"):
        return np.pad(x, list(zip(before, after)), constant_values=cval)
    for axis in range(x.ndim):
        x = np.take(x, sources(x.shape[axis], before[axis], after[axis], mode), axis)
    return x


def folded(whole, before, shape, mode):
    """The transpose of `continued`: what lies beyond the borders is added where it came from."""
    for axis, (start, n) in enumerate(zip(before, shape)):
        moved = np.moveaxis(whole, axis, 0)
        inner = moved[start : start + n].copy()
        if mode not in ("constant", "grid-constant"):
            places = sources(n, start, len(moved) - n - start, mode)
            np.add.at(inner, places[:start], moved[:start])
            np.add.at(inner, places[start + n :], moved[start + n :])
        whole = np.moveaxis(inner, 0, axis)
    return whole


@kind(continued)
def continued_kind(x: Kind, *given: Kind) -> Kind:
    dims = dims_of(x)
    return Array(getattr(x, "dtype", ""), None if dims is None else tuple(unknown_dim() for _ in dims))


@kind(folded)
def folded_kind(whole: Kind, *given: Kind) -> Kind:
    return continued_kind(whole)


@inline
def shifts_only(mode):
    """Whether the continuation is by constants or periodic."""
    return known(mode in ("constant", "wrap", "grid-constant", "grid-wrap"))


@inline
def symmetric(mode):
    """Whether a filter with symmetric weights is its own transpose."""
    return known(mode in ("reflect", "constant", "wrap", "grid-mirror", "grid-constant", "grid-wrap"))


# --- any weights ------------------------------------------------------------------------------------------------------


@adjoint(ndimage.correlate, cost=500)
def correlate(input, weights, *, mode="reflect", cval=0.0, origin=0, axes=None, grad):
    if np.iscomplexobj(np.asarray(weights)) or axes is not None or not isinstance(mode, str):
        return refuse("with complex weights, with axes, or with a mode for each axis")
    if shifts_only(mode):
        back = ndimage.convolve(grad, weights, mode=mode, origin=origin)
    else:
        back = correlate_transposed(grad, weights, mode, origin)
    return sized(back, input), sized(real_of(slope_of_weights(input, grad, weights, mode, cval, origin), grad), weights)


@adjoint(ndimage.convolve, cost=500)
def convolve(input, weights, *, mode="reflect", cval=0.0, origin=0, axes=None, grad):
    """The correlation with the weights turned_round around."""
    if np.iscomplexobj(np.asarray(weights)) or axes is not None or not isinstance(mode, str):
        return refuse("with complex weights, with axes, or with a mode for each axis")
    if shifts_only(mode):
        back = ndimage.correlate(grad, weights, mode=mode, origin=origin)
    else:
        back = correlate_transposed(grad, np.flip(weights), mode, turned_round(origin, weights))
    slope = np.flip(slope_of_weights(input, grad, weights, mode, cval, turned_round(origin, weights)))
    return sized(back, input), sized(real_of(slope, grad), weights)


@adjoint(ndimage.correlate1d, cost=300)
def correlate1d(input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, grad):
    if np.iscomplexobj(np.asarray(weights)):
        return refuse("with complex weights")
    if shifts_only(mode):
        back = ndimage.convolve1d(grad, weights, axis, mode=mode, origin=origin)
    else:
        back = correlate_transposed(
            grad, filtered_along(weights, axis, np.ndim(input)), mode, shift_along(origin, axis, np.ndim(input))
        )
    slope = slope_of_weights(
        input,
        grad,
        filtered_along(weights, axis, np.ndim(input)),
        mode,
        cval,
        shift_along(origin, axis, np.ndim(input)),
    )
    return sized(back, input), sized(real_of(np.ravel(slope), grad), weights)


@adjoint(ndimage.convolve1d, cost=300)
def convolve1d(input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, grad):
    if np.iscomplexobj(np.asarray(weights)):
        return refuse("with complex weights")
    shift = shift_along(-origin - (len(weights) + 1) % 2, axis, np.ndim(input))
    if shifts_only(mode):
        back = ndimage.correlate1d(grad, weights, axis, mode=mode, origin=origin)
    else:
        back = correlate_transposed(grad, filtered_along(weights[::-1], axis, np.ndim(input)), mode, shift)
    slope = slope_of_weights(input, grad, filtered_along(weights, axis, np.ndim(input)), mode, cval, shift)
    return sized(back, input), sized(real_of(np.ravel(slope)[::-1], grad), weights)


def filtered_along(weights, axis, count):
    """Weights of one axis as weights of all."""
    shape = [1] * count
    shape[axis] = -1
    return np.reshape(weights, shape)


def shift_along(origin, axis, count):
    shifts = [0] * count
    shifts[axis] = origin
    return shifts


def turned_round(origin, weights):
    """The origin of the correlation that is a convolution."""
    given = [origin] * np.ndim(weights) if np.ndim(origin) == 0 else origin
    return [-shift - (n + 1) % 2 for shift, n in zip(given, np.shape(weights))]


def reach(weights, origin):
    """How far weights reach before and after a place, on each axis."""
    given = [origin] * np.ndim(weights) if np.ndim(origin) == 0 else origin
    before = [n // 2 + shift for shift, n in zip(given, np.shape(weights))]
    return before, [n - 1 - start for start, n in zip(before, np.shape(weights))]


def correlate_transposed(grad, weights, mode, origin):
    before, after = reach(weights, origin)
    whole = np.pad(grad, list(zip(before, after)))
    return folded(ndimage.convolve(whole, weights, mode="constant", origin=origin), before, grad.shape, mode)


def slope_of_weights(x, grad, weights, mode, cval, origin):
    """The cotangent of the weights of a correlation."""
    before, after = reach(weights, origin)
    return signal.correlate(continued(x, before, after, mode, cval), np.conj(grad), "valid")


@inline
def real_of(slope, grad):
    return np.real(slope) if np.iscomplexobj(grad) else slope


@kind(filtered_along)
def along_kind(weights: Kind, *given: Kind) -> Kind:
    return Array(getattr(numeric(weights), "dtype", ""), None)


@kind(correlate_transposed)
def transposed_kind(grad: Kind, *given: Kind) -> Kind:
    return grad


@kind(slope_of_weights)
def slope_kind(x: Kind, grad: Kind, weights: Kind, *given: Kind) -> Kind:
    return continued_kind(grad)


@tangent(ndimage.correlate)
def correlate_tangent(input, weights, *, mode="reflect", cval=0.0, origin=0, axes=None, input_dot, weights_dot):
    if axes is not None:
        return refuse("with axes: use weights of all axes, of length 1 along the others")
    return correlated(input_dot, weights, mode, origin) + correlated_with(input, weights_dot, mode, cval, origin)


def correlated(input_dot, weights, mode, origin):
    return ndimage.correlate(input_dot, weights, mode=mode, origin=origin)


def correlated_with(input, weights_dot, mode, cval, origin):
    return ndimage.correlate(input, weights_dot, mode=mode, cval=cval, origin=origin)


@tangent(ndimage.convolve)
def convolve_tangent(input, weights, *, mode="reflect", cval=0.0, origin=0, axes=None, input_dot, weights_dot):
    if axes is not None:
        return refuse("with axes: use weights of all axes, of length 1 along the others")
    return convolved(input_dot, weights, mode, origin) + convolved_with(input, weights_dot, mode, cval, origin)


def convolved(input_dot, weights, mode, origin):
    return ndimage.convolve(input_dot, weights, mode=mode, origin=origin)


def convolved_with(input, weights_dot, mode, cval, origin):
    return ndimage.convolve(input, weights_dot, mode=mode, cval=cval, origin=origin)


@tangent(ndimage.correlate1d)
def correlate1d_tangent(input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot):
    return correlated_along(input_dot, weights, axis, mode, origin) + correlated_along_with(
        input, weights_dot, axis, mode, cval, origin
    )


def correlated_along(input_dot, weights, axis, mode, origin):
    return ndimage.correlate1d(input_dot, weights, axis, mode=mode, origin=origin)


def correlated_along_with(input, weights_dot, axis, mode, cval, origin):
    return ndimage.correlate1d(input, weights_dot, axis, mode=mode, cval=cval, origin=origin)


@tangent(ndimage.convolve1d)
def convolve1d_tangent(input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot):
    return convolved_along(input_dot, weights, axis, mode, origin) + convolved_along_with(
        input, weights_dot, axis, mode, cval, origin
    )


def convolved_along(input_dot, weights, axis, mode, origin):
    return ndimage.convolve1d(input_dot, weights, axis, mode=mode, origin=origin)


def convolved_along_with(input, weights_dot, axis, mode, cval, origin):
    return ndimage.convolve1d(input, weights_dot, axis, mode=mode, cval=cval, origin=origin)


# --- kinds ------------------------------------------------------------------------------------------------------------


@kind(ndimage.correlate, ndimage.convolve, ndimage.correlate1d, ndimage.convolve1d)
def filter_kind(input: Kind, weights: Kind, *options: Kind, **keywords: Kind) -> Kind:
    weights = numeric(weights)
    dtype = getattr(weights, "dtype", "")
    return filtered_kind(input) if dtype and not dtype.startswith("complex") else Array("", dims_of(numeric(input)))


def filtered_kind(input: Kind, *options: Kind, **keywords: Kind) -> Kind:
    """A filter's result has the dtype of what it filters, also where that is one of integers."""
    input = numeric(input)
    return Array(numpy_dtype(getattr(input, "dtype", "")), dims_of(input))
