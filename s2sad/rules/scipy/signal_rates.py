"""scipy.signal: filters between other numbers of samples, and sections that run in both directions."""

from __future__ import annotations

import numpy as np
from scipy import signal

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, kind, known, rank, refuse, sized, tangent
from s2sad.rules.results import array_dtype, dims_of, floating, numeric, result_dtype, unknown_dim
from s2sad.rules.scipy.signal_sequences import continued_by_zeros, ends_back, steady_transposed

# --- another number of samples --------------------------------------------------------------------------------------


@adjoint(signal.upfirdn, linear="each", cost=300, wrt=["h", "x"])
def up_filter_down(h, x, up=1, down=1, axis=-1, mode="constant", cval=0, *, grad):
    """y[m] is the sum of h[m * down - k * up] * x[k]."""
    if mode != "constant" or cval != 0:
        return refuse("continued at the ends: np.pad(x, ...) before, and mode='constant'")
    if rank(h) != 1:
        return refuse("with more than one filter: a call for each")
    windows = windows_under_filter(grad, len(h), np.shape(x)[axis], up, down, axis)
    if known(axis == -1):
        return np.ravel(x) @ np.reshape(windows, (-1, len(h))), windows @ h
    rows = np.moveaxis(x, axis, -1)
    return np.ravel(rows) @ np.reshape(windows, (-1, len(h))), np.moveaxis(windows @ h, -1, axis)


def windows_under_filter(grad, taps, n, up, down, axis):
    """For each sample, along the last axis but one, the results that the taps of the filter carry it to."""
    rows = np.moveaxis(grad, axis, -1)
    spread = np.zeros((*rows.shape[:-1], (n - 1) * up + taps), dtype=rows.dtype)
    spread[..., ::down] = rows
    return np.lib.stride_tricks.sliding_window_view(spread, taps, axis=-1)[..., ::up, :]


@kind(signal.upfirdn)
def up_filter_down_kind(h: Kind, x: Kind, *options: Kind) -> Kind:
    dims = dims_of(numeric(x))
    dtype = floating(result_dtype(None, numeric(h), numeric(x)))
    return Array(dtype, None if dims is None else tuple(unknown_dim() for _ in dims))


OTHER_ENDS = "continued at the ends otherwise than by zeros: padtype='constant'"


@adjoint(signal.resample_poly, cost=500, wrt=["x"])
def resample_by_filter(x, up, down, axis=0, window=("kaiser", 5.0), padtype="constant", cval=None, *, grad):
    """Back, the filter runs the other way between the same samples."""
    if padtype != "constant" or cval is not None:
        return refuse(OTHER_ENDS)
    return sized(resample_back(grad, up, down, axis, window, np.shape(x)[axis]), x)


def resample_back(grad, up, down, axis, window, n):
    """The filter turned around, its middle tap in the middle. (SciPy multiplies it by the first of the two numbers.)"""
    if isinstance(window, (list, np.ndarray)):
        window = np.flip(window)
        window = window if len(window) % 2 == 1 else np.append(window, np.zeros_like(window[:1]))
    rows = np.moveaxis(signal.resample_poly(grad, down, up, axis, window), axis, 0)
    return np.moveaxis((up / down) * rows[:n], 0, axis)


@tangent(signal.resample_poly)
def resample_by_filter_tangent(x, up, down, axis=0, window=("kaiser", 5.0), padtype="constant", cval=None, *, x_dot):
    if padtype != "constant" or cval is not None:
        return refuse(OTHER_ENDS)
    return signal.resample_poly(x_dot, up, down, axis, window)


@kind(signal.resample_poly)
def resample_by_filter_kind(x: Kind, *options: Kind) -> Kind:
    dims, dtype = dims_of(numeric(x)), getattr(numeric(x), "dtype", "")
    return Array(dtype if dtype == "float64" else "", None if dims is None else tuple(unknown_dim() for _ in dims))


kind(resample_back)(lambda grad, *given: Array(getattr(grad, "dtype", ""), None))


# --- sections in both directions ------------------------------------------------------------------------------------


@adjoint(signal.sosfiltfilt, cost=1000, wrt=["x"])
def sections_both_ways(sos, x, axis=-1, padtype="odd", padlen=None, *, grad):
    """In the signal. In the coefficients, signal.lfilter has a rule."""
    if padtype not in ("odd", None):
        return refuse("with this padtype: padtype='odd' or None")
    return None, sized(sections_both_ways_transposed(np.asarray(sos), grad, axis, padtype, padlen), x)


def sections_both_ways_transposed(sos, grad, axis, padtype, padlen):
    """As that of signal.filtfilt, section by section."""
    moved = np.moveaxis(grad, axis, 0)
    taps = 2 * len(sos) + 1 - min(np.sum(sos[:, 2] == 0), np.sum(sos[:, 5] == 0))
    edge = 0 if padtype is None else 3 * taps if padlen is None else padlen
    whole = continued_by_zeros(moved, edge)
    for _ in range(2):
        whole = np.flip(whole, 0)
        for k in reversed(range(len(sos))):
            whole = steady_transposed(sos[k, :3], sos[k, 3:], whole)
    return np.moveaxis(ends_back(whole, edge, len(moved)), 0, axis)


@tangent(signal.sosfiltfilt)
def sections_both_ways_tangent(sos, x, axis=-1, padtype="odd", padlen=None, *, x_dot):
    return signal.sosfiltfilt(sos, x_dot, axis, padtype, padlen)


@kind(signal.sosfiltfilt)
def sections_both_ways_kind(sos: Kind, x: Kind, *options: Kind) -> Kind:
    dtype = array_dtype(numeric(sos), numeric(x))
    return Array(dtype if dtype == "float64" else "", dims_of(numeric(x)))


kind(sections_both_ways_transposed)(lambda sos, grad, *given: grad)
