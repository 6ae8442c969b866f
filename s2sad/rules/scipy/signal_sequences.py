"""scipy.signal: trends, smoothing, the analytic signal, and filters that run in both directions."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, signal

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, kind, known, refuse, sized, tangent
from s2sad.rules.results import array_dtype, dims_of, double_only, length_of, numeric, unknown_dim, unless_narrow


@adjoint(signal.detrend, linear=True, cost=300)
def without_trend(data, axis=-1, type="linear", bp=0, overwrite_data=False, *, grad):
    """What is left beside a trend: an orthogonal projection, which is its own transpose."""
    if overwrite_data:
        return refuse("with overwrite_data=True, which writes into the argument: the call without it")
    if known(axis == -1) and type == "linear" and known(isinstance(bp, int)):
        return signal.detrend(grad)
    return signal.detrend(grad, axis, type, bp)


@adjoint(signal.hilbert, linear=True, cost=300)
def analytic_signal(x, N=None, axis=-1, *, grad):
    """x + 1j * H x, where the transpose of H is -H."""
    if N is not None:
        return refuse("with N: np.pad(x, ...) before, or a part of x")
    if known(axis == -1):
        return np.real(grad) + np.imag(signal.hilbert(np.imag(grad)))
    return np.real(grad) + np.imag(signal.hilbert(np.imag(grad), axis=axis))


@kind(signal.detrend)
def without_trend_kind(data: Kind, *options: Kind) -> Kind:
    return Array(double_only(numeric(data)), dims_of(numeric(data)))


@kind(signal.hilbert)
def analytic_signal_kind(x: Kind, *options: Kind) -> Kind:
    return Array("complex128" if double_only(numeric(x)) else "", dims_of(numeric(x)))


# --- smoothing by polynomials -----------------------------------------------------------------------------------------


@adjoint(signal.savgol_coeffs, cost=300, wrt=["delta"])
def smoothing_weights(window_length, polyorder, deriv=0, delta=1.0, pos=None, use="conv", *, grad, result):
    """Those of a derivative are divided by as many powers of the distance."""
    return None, None, None, -deriv * np.sum(grad * result) / delta


@tangent(signal.savgol_coeffs)
def smoothing_weights_tangent(window_length, polyorder, deriv=0, delta=1.0, pos=None, use="conv", *, result, delta_dot):
    return -deriv / delta * delta_dot * result


@kind(signal.savgol_coeffs)
def smoothing_weights_kind(window_length: Kind, *options: Kind) -> Kind:
    return Array("float64", (length_of(window_length),))


@adjoint(signal.savgol_filter, cost=500, wrt=["x"])
def smoothed(x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0, *, grad):
    if mode != "interp":
        return refuse("with this mode: scipy.ndimage.convolve1d(x, signal.savgol_coeffs(...), axis, mode=mode)")
    return sized(smoothing_transposed(grad, window_length, polyorder, deriv, delta, axis), x)


def smoothing_transposed(grad, window_length, polyorder, deriv, delta, axis):
    """Each number goes back with the weights of its place; those of half a window at the ends with those that the
    polynomials have there."""
    moved, half = np.moveaxis(grad, axis, 0), window_length // 2
    ends = signal.savgol_filter(np.eye(window_length), window_length, polyorder, deriv, delta, 0)
    inner = np.zeros_like(moved)
    inner[half : len(moved) - half] = moved[half : len(moved) - half]
    weights = signal.savgol_coeffs(window_length, polyorder, deriv=deriv, delta=delta)
    made = ndimage.correlate1d(inner, weights, 0, mode="constant")
    made[:window_length] += np.tensordot(ends[:half], moved[:half], (0, 0))
    made[len(moved) - window_length :] += np.tensordot(ends[window_length - half :], moved[len(moved) - half :], (0, 0))
    return np.moveaxis(made, 0, axis)


@tangent(signal.savgol_filter)
def smoothed_tangent(x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp", cval=0.0, *, x_dot):
    return signal.savgol_filter(x_dot, window_length, polyorder, deriv, delta, axis, mode)


@kind(signal.savgol_filter)
def smoothed_kind(x: Kind, *options: Kind) -> Kind:
    return Array(unless_narrow(array_dtype(numeric(x), numeric(x))), dims_of(numeric(x)))


kind(smoothing_transposed)(lambda grad, *given: grad)

# --- filters in both directions ---------------------------------------------------------------------------------------


@adjoint(signal.filtfilt, cost=1000, wrt=["x"])
def filtered_both_ways(b, a, x, axis=-1, padtype="odd", padlen=None, method="pad", irlen=None, *, grad):
    """In the signal. In the coefficients, signal.lfilter has a rule."""
    if method != "pad" or padtype not in ("odd", None):
        return refuse("with this padtype or method: padtype='odd' or None, method='pad'")
    return None, None, sized(both_ways_transposed(b, a, grad, axis, padtype, padlen), x)


def both_ways_transposed(b, a, grad, axis, padtype, padlen):
    """Both runs backwards in time, in the other order; then what was continued at the ends goes back to where it came
    from."""
    moved = np.moveaxis(grad, axis, 0)
    edge = 0 if padtype is None else 3 * max(len(a), len(b)) if padlen is None else padlen
    whole = continued_by_zeros(moved, edge)
    whole = steady_transposed(b, a, np.flip(steady_transposed(b, a, np.flip(whole, 0)), 0))
    return np.moveaxis(ends_back(whole, edge, len(moved)), 0, axis)


def continued_by_zeros(rows, edge):
    side = np.repeat(np.zeros_like(rows[:1]), edge, axis=0)
    return np.concatenate([side, rows, side])


def ends_back(whole, edge, n):
    """The transpose of what continues n rows by their reflections in both ends."""
    before, made, after = whole[:edge], whole[edge : edge + n].copy(), whole[edge + n :]
    made[1 : edge + 1] -= np.flip(before, 0)
    made[0] += 2.0 * np.sum(before, axis=0)
    made[n - 1 - edge : n - 1] -= np.flip(after, 0)
    made[n - 1] += 2.0 * np.sum(after, axis=0)
    return made


def steady_transposed(b, a, grad):
    """The transpose of a filter that begins as if its first number had been there forever."""
    made = np.flip(signal.lfilter(b, a, np.flip(grad, 0), 0), 0).copy()
    made[0] += np.sum(b) / np.sum(a) * np.sum(grad, axis=0) - np.sum(made, axis=0)
    return made


@tangent(signal.filtfilt)
def filtered_both_ways_tangent(b, a, x, axis=-1, padtype="odd", padlen=None, method="pad", irlen=None, *, x_dot):
    return signal.filtfilt(b, a, x_dot, axis, padtype, padlen, method, irlen)


@kind(signal.filtfilt)
def filtered_both_ways_kind(b: Kind, a: Kind, x: Kind, *options: Kind) -> Kind:
    return Array(unless_narrow(array_dtype(numeric(b), numeric(a), numeric(x))), dims_of(numeric(x)))


kind(both_ways_transposed)(lambda b, a, grad, *given: grad)


# --- another number of samples ----------------------------------------------------------------------------------------


@adjoint(signal.resample, cost=500, wrt=["x"])
def resample(x, num, t=None, axis=0, window=None, domain="time", *, grad):
    """The Fourier coefficients of the lower frequencies, or more of them that are zero. Back, the same, but for the
    greatest frequency of an even number of samples, which is there once for two."""
    if t is not None or window is not None or domain != "time":
        return refuse("with times, a window, or of frequencies: the call without, and the times beside it")
    return sized(resample_transposed(grad, np.shape(x)[axis], axis), x)


def resample_transposed(grad, n, axis):
    count = grad.shape[axis]
    rows = np.moveaxis(grad, axis, -1)
    made = signal.resample(rows, n, axis=-1) * (count / n)
    least = min(count, n)
    if count != n and least % 2 == 0:
        signs = np.cos(np.pi * least / count * np.arange(count))
        back = np.cos(np.pi * least / n * np.arange(n)) / n
        made = made + (1.0 if count < n else -1.0) * np.sum(rows * signs, axis=-1, keepdims=True) * back
    return np.moveaxis(made, -1, axis).astype(grad.dtype)


@tangent(signal.resample)
def resample_tangent(x, num, t=None, axis=0, window=None, domain="time", *, x_dot):
    if t is not None or window is not None or domain != "time":
        return refuse("with times, a window, or of frequencies: the call without, and the times beside it")
    return signal.resample(x_dot, num, axis=axis)


@kind(signal.resample)
def resample_kind(x: Kind, num: Kind, t: Kind, axis: Kind, window: Kind, domain: Kind) -> Kind:
    dims = dims_of(numeric(x))
    return Array(getattr(numeric(x), "dtype", ""), None if dims is None else tuple(unknown_dim() for _ in dims))
