"""scipy.signal: convolutions, correlations and linear filters.

A convolution is a product of polynomials, so that the cotangent of one factor is the correlation of the whole product's
cotangent with the other factor. The modes "same" and "valid" keep the middle of the whole product. A filter is the
quotient of two polynomials of the shift, y = (B / A) x; transposed it runs backwards in time.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from s2sad.kinds import UNKNOWN, Array, Kind
from s2sad.rules.registry import adjoint, inline, kind, known, rank, refuse, sized, tangent, unbroadcast
from s2sad.rules.results import array_dtype, dims_of, floating, length_of, numeric, result_dtype, unknown_dim, value_of
from s2sad.rules.scipy.signal_states import (
    filter_with_state_kind,
    sections_adjoint,
    sections_changes,
    sections_with_state_kind,
    state_adjoint,
    state_changes,
)

# --- convolution and correlation --------------------------------------------------------------------------------------


@adjoint(signal.convolve, linear="each", cost=300)
def convolve(in1, in2, mode="full", method="auto", *, grad):
    whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
    return (
        sized(correlated(whole, conjugated_signal(in2), method), in1),
        sized(correlated(whole, conjugated_signal(in1), method), in2),
    )


@adjoint(signal.correlate, cost=300)
def correlate(in1, in2, mode="full", method="auto", *, grad):
    """The convolution with in2 turned around and conjugated_signal."""
    whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
    return (
        sized(convolved(whole, conjugated_signal(in2), method), in1),
        sized(correlated(conjugated_signal(in1), whole, method), in2),
    )


@tangent(signal.correlate)
def correlate_tangent(in1, in2, mode="full", method="auto", *, in1_dot, in2_dot):
    return correlation(in1_dot, in2, mode, method) + correlation_with(in1, in2_dot, mode, method)


def correlation(in1_dot, in2, mode, method):
    return signal.correlate(in1_dot, in2, mode, method)


def correlation_with(in1, in2_dot, mode, method):
    return signal.correlate(in1, in2_dot, mode, method)


@adjoint(signal.fftconvolve, linear="each", cost=300)
def fftconvolve(in1, in2, mode="full", axes=None, *, grad):
    if axes is None:
        whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
        return (
            sized(signal.fftconvolve(whole, np.flip(in2), "valid"), in1),
            sized(signal.fftconvolve(whole, np.flip(in1), "valid"), in2),
        )
    whole = grad if known(mode == "full") else in_the_middle_along(grad, in1, in2, axes)
    return (
        unbroadcast(signal.fftconvolve(whole, np.flip(in2, axes), "valid", axes)),
        unbroadcast(signal.fftconvolve(whole, np.flip(in1, axes), "valid", axes)),
    )


@adjoint(signal.oaconvolve, linear="each", cost=300)
def oaconvolve(in1, in2, mode="full", axes=None, *, grad):
    if axes is not None:
        return refuse("with axes: use signal.fftconvolve, which takes them")
    whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
    return (
        sized(signal.oaconvolve(whole, np.flip(in2), "valid"), in1),
        sized(signal.oaconvolve(whole, np.flip(in1), "valid"), in2),
    )


@inline
def is_continued(mode, boundary, fillvalue):
    """Whether in1 goes on beyond its boundary: not by zeros, and where the result sees it."""
    return mode != "valid" and (boundary != "fill" or fillvalue != 0)


@adjoint(signal.convolve2d, linear="each", cost=300)
def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0, *, grad):
    whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
    if is_continued(mode, boundary, fillvalue):
        return (
            from_beyond(signal.correlate2d(whole, conjugated_signal(in2)), in1, in2, boundary),
            np.flip(signal.correlate2d(with_beyond(in1, in2, boundary, fillvalue), conjugated_signal(whole), "valid")),
        )
    return (
        sized(signal.correlate2d(whole, conjugated_signal(in2), "valid"), in1),
        sized(signal.correlate2d(whole, conjugated_signal(in1), "valid"), in2),
    )


@adjoint(signal.correlate2d, linear="each", cost=300)
def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0, *, grad):
    whole = grad if known(mode == "full") else in_the_middle(grad, in1, in2)
    if mode == "same":
        whole = behind_half(grad, in1, in2)
    if is_continued(mode, boundary, fillvalue):
        return (
            from_beyond(signal.convolve2d(whole, conjugated_signal(in2)), in1, in2, boundary),
            conjugated_signal(
                signal.correlate2d(with_beyond(in1, in2, boundary, fillvalue), conjugated_signal(whole), "valid")
            ),
        )
    return (
        sized(signal.convolve2d(whole, conjugated_signal(in2), "valid"), in1),
        sized(np.flip(conjugated_signal(signal.correlate2d(whole, conjugated_signal(in1), "valid"))), in2),
    )


@tangent(signal.convolve2d)
def convolve2d_tangent(in1, in2, mode="full", boundary="fill", fillvalue=0, *, in1_dot, in2_dot):
    """What in1 is continued by doesn't change with it."""
    if known(boundary == "fill" and fillvalue == 0):
        return signal.convolve2d(in1_dot, in2, mode) + signal.convolve2d(in1, in2_dot, mode)
    of_in1 = signal.convolve2d(in1_dot, in2, mode, boundary)
    return of_in1 + signal.convolve2d(in1, in2_dot, mode, boundary, fillvalue)


@tangent(signal.correlate2d)
def correlate2d_tangent(in1, in2, mode="full", boundary="fill", fillvalue=0, *, in1_dot, in2_dot):
    if known(boundary == "fill" and fillvalue == 0):
        return signal.correlate2d(in1_dot, in2, mode) + signal.correlate2d(in1, in2_dot, mode)
    of_in1 = signal.correlate2d(in1_dot, in2, mode, boundary)
    return of_in1 + signal.correlate2d(in1, in2_dot, mode, boundary, fillvalue)


@inline
def correlated(a, b, method):
    return signal.correlate(a, b, "valid") if known(method == "auto") else signal.correlate(a, b, "valid", method)


@inline
def convolved(a, b, method):
    return signal.convolve(a, b, "valid") if known(method == "auto") else signal.convolve(a, b, "valid", method)


@inline
def conjugated_signal(x):
    return np.conj(x) if np.iscomplexobj(x) else x


def in_the_middle(grad, in1, in2):
    """The cotangent of the middle of a convolution, as that of the whole."""
    return surrounded(grad, tuple([max(m + n - 1, 0) for m, n in zip(np.shape(in1), np.shape(in2))]))


def behind_half(grad, in1, in2):
    """The same of a correlation of two dimensions, which keeps another middle of an even number."""
    whole = np.zeros([m + n - 1 for m, n in zip(np.shape(in1), np.shape(in2))], dtype=grad.dtype)
    whole[tuple([slice(n // 2, n // 2 + m) for m, n in zip(np.shape(in1), np.shape(in2))])] = grad
    return whole


def beyond(boundary):
    """np.pad's name for a boundary of scipy.signal."""
    if boundary in ("fill", "pad"):
        return "constant"
    return "wrap" if boundary in ("wrap", "circular") else "symmetric"


def with_beyond(in1, in2, boundary, fillvalue):
    """in1 with what it goes on by, as far as in2 reaches."""
    widths = [(n - 1, n - 1) for n in in2.shape]
    if beyond(boundary) == "constant":
        return np.pad(in1, widths, constant_values=fillvalue)
    return np.pad(in1, widths, beyond(boundary))


def from_beyond(grad, in1, in2, boundary):
    """The cotangent of in1, of that of all this: what it goes on by are numbers of its own, or constants."""
    rows, columns = in2.shape[0] - 1, in2.shape[1] - 1
    if beyond(boundary) == "constant":
        return grad[rows : rows + in1.shape[0], columns : columns + in1.shape[1]]
    made = np.zeros_like(in1)
    places = [np.pad(np.arange(m), n - 1, beyond(boundary)) for m, n in zip(in1.shape, in2.shape)]
    np.add.at(made, np.ix_(*places), grad)
    return made


def in_the_middle_along(grad, in1, in2, axes):
    """The same of a convolution along some axes; along the others the factors broadcast."""
    along = [axis % grad.ndim for axis in ([axes] if isinstance(axes, int) else axes)]
    lengths = enumerate(zip(np.shape(in1), np.shape(in2)))
    return surrounded(grad, tuple([m + n - 1 if k in along else max(m, n) for k, (m, n) in lengths]))


def surrounded(x, shape):
    """x in the middle of zeros."""
    whole = np.zeros(shape, dtype=x.dtype)
    whole[tuple([slice((m - n) // 2, (m - n) // 2 + n) for m, n in zip(shape, x.shape)])] = x
    return whole


@kind(from_beyond)
def like_in1(grad: Kind, in1: Kind, *others: Kind) -> Kind:
    return Array(getattr(in1, "dtype", ""), dims_of(in1))


@kind(in_the_middle, in_the_middle_along, behind_half, surrounded, with_beyond)
def surrounded_kind(x: Kind, *given: Kind) -> Kind:
    dims = dims_of(x)
    return Array(getattr(x, "dtype", ""), None if dims is None else tuple(unknown_dim() for _ in dims))


@kind(signal.convolve2d, signal.correlate2d)
def convolution2d_kind(in1: Kind, in2: Kind, mode: Kind, *options: Kind) -> Kind:
    return in_mode(numeric(in1), mode, result_dtype(np.multiply, numeric(in1), numeric(in2)))


@kind(signal.convolve, signal.correlate)
def convolution_kind(in1: Kind, in2: Kind, mode: Kind, method: Kind) -> Kind:
    return in_mode(numeric(in1), mode, result_dtype(np.multiply, numeric(in1), numeric(in2)))


@kind(signal.fftconvolve, signal.oaconvolve)
def fftconvolve_kind(in1: Kind, in2: Kind, mode: Kind, axes: Kind) -> Kind:
    in1, in2 = numeric(in1), numeric(in2)
    return in_mode(in1, mode, floating(result_dtype(np.multiply, in1, in2)))


def in_mode(in1: Kind, mode: Kind, dtype: str) -> Kind:
    dims = dims_of(in1)
    if dims is None or dims == ():
        return Array(dtype, None)
    return Array(dtype, dims if value_of(mode) == "same" else tuple(unknown_dim() for _ in dims))


# --- filters ----------------------------------------------------------------------------------------------------------


@adjoint(signal.lfilter, several=True, cost=300)
def lfilter(b, a, x, axis=-1, zi=None, *, grad, result):
    """The sums over n of w[n] x[n - k] and -w[n] y[n - k], with w the cotangent through 1 / A."""
    if zi is not None:
        made = state_adjoint(b, a, x, axis, zi, result, grad)
        return made[0], made[1], made[2], None, unbroadcast(made[3])
    source = filtered_backwards(np.ones_like(a, shape=1), a, grad, axis)
    return (
        products_of_lags(source, x, b, axis),
        -products_of_lags(source, result, a, axis),
        sized(filtered_backwards(b, a, grad, axis), x),
        None,
        0.0,
    )


@adjoint(signal.sosfilt, several=True, cost=300)
def sosfilt(sos, x, axis=-1, zi=None, *, grad):
    """In the signal: the same sections, backwards in time. In the coefficients, signal.lfilter has a rule."""
    if zi is not None:
        made = sections_adjoint(sos, x, axis, zi, grad)
        return None, made[0], None, made[1]
    return None, sized(np.flip(signal.sosfilt(sos, np.flip(grad, axis), axis), axis), x), None, 0.0


@tangent(signal.sosfilt)
def sosfilt_tangent(sos, x, axis=-1, zi=None, *, x_dot, zi_dot=0.0):
    if zi is not None:
        made = sections_changes(sos, x, axis, zi, x_dot, zi_dot)
        return made[0], made[1]
    return signal.sosfilt(sos, x_dot, axis)


@kind(signal.sosfilt)
def sosfilt_kind(sos: Kind, x: Kind, axis: Kind, zi: Kind) -> Kind:
    if value_of(zi) is not None:
        return sections_with_state_kind(sos, x, zi) if isinstance(numeric(zi), Array) else UNKNOWN
    return Array(floating(result_dtype(np.multiply, numeric(sos), numeric(x))), dims_of(numeric(x)))


@inline
def filtered_backwards(b, a, grad, axis):
    if known(rank(grad) == 1):
        return signal.lfilter(b, a, grad[::-1])[::-1]
    return np.flip(signal.lfilter(b, a, np.flip(grad, axis), axis), axis)


@inline
def products_of_lags(source, x, b, axis):
    if known(rank(b) == 0):
        return np.sum(source * x)
    if known(rank(x) == 1):
        return sums_of_lags(source, x, len(b))
    return sums_of_lags(np.moveaxis(source, axis, 0), np.moveaxis(x, axis, 0), len(b))


def sums_of_lags(later, earlier, count):
    """The sums of later[n] * earlier[n - k], for k from 0 on."""
    n = len(earlier)
    return np.array([np.sum(later[k:] * earlier[: max(n - k, 0)]) for k in range(count)])


@tangent(signal.lfilter)
def lfilter_tangent(b, a, x, axis=-1, zi=None, *, result, b_dot, a_dot, x_dot, zi_dot=0.0):
    """(1 / A) (dB x - dA y + B dx)."""
    if zi is not None:
        made = state_changes(b, a, x, axis, zi, result, b_dot, a_dot, x_dot, zi_dot)
        return made[0], made[1]
    moved = filtered_by(b_dot, a, x, axis) - filtered_by(a_dot, a, result, axis)
    return moved + filtered(b, a, x_dot, axis)


def filtered(b, a, x_dot, axis):
    return signal.lfilter(b, a, x_dot, axis)


def filtered_by(b_dot, a, x, axis):
    return signal.lfilter(b_dot, a, x, axis)


@kind(signal.lfilter)
def lfilter_kind(b: Kind, a: Kind, x: Kind, axis: Kind, zi: Kind) -> Kind:
    if value_of(zi) is None:
        return filtered_kind(b, a, x, axis)
    return filter_with_state_kind(b, a, x, zi) if isinstance(numeric(zi), Array) else UNKNOWN


kind(sums_of_lags)(lambda later, earlier, count: Array(result_dtype(np.multiply, later, earlier), (length_of(count),)))


@kind(filtered, filtered_by)
def filtered_kind(b: Kind, a: Kind, x: Kind, axis: Kind) -> Kind:
    b, a, x = numeric(b), numeric(a), numeric(x)
    return Array(array_dtype(b, a, x), dims_of(x))
