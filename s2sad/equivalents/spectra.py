"""scipy.signal's spectra that are made of others. Loaded with its rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

from s2sad.equivalents.registry import equivalent


@equivalent(signal.periodogram)
def periodogram(
    x: Any,
    fs: Any = 1.0,
    window: Any = "boxcar",
    nfft: Any = None,
    detrend: Any = "constant",
    return_onesided: Any = True,
    scaling: Any = "density",
    axis: int = -1,
) -> Any:
    """One piece, of the whole signal or of its first nfft numbers."""
    count = np.shape(x)[axis] if nfft is None else min(nfft, np.shape(x)[axis])
    rows = np.moveaxis(np.moveaxis(x, axis, -1)[..., :count], -1, axis)
    length = count if nfft is None else max(nfft, count)
    chosen = "boxcar" if window is None else window
    return signal.welch(rows, fs, chosen, count, 0, length, detrend, return_onesided, scaling, axis)


@equivalent(signal.coherence)
def coherence(
    x: Any,
    y: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: Any = None,
    noverlap: Any = None,
    nfft: Any = None,
    detrend: Any = "constant",
    axis: int = -1,
) -> Any:
    freqs, first = signal.welch(x, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, second = signal.welch(y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    _, both = signal.csd(x, y, fs, window, nperseg, noverlap, nfft, detrend, axis=axis)
    return freqs, np.abs(both) ** 2 / first / second


@equivalent(signal.decimate)
def decimate(x: Any, q: int, n: Any = None, ftype: Any = "iir", axis: int = -1, zero_phase: Any = True) -> Any:
    """A filter, and of what it gives every q-th number."""
    if ftype == "fir":
        weights = signal.firwin((20 * q if n is None else n) + 1, 1.0 / q, window="hamming")
        if zero_phase:
            return signal.resample_poly(x, 1, q, axis=axis, window=weights)
        count = np.shape(x)[axis] // q + (1 if np.shape(x)[axis] % q else 0)
        made = np.moveaxis(signal.upfirdn(weights, x, up=1, down=q, axis=axis), axis, -1)
        return np.moveaxis(made[..., :count], -1, axis)
    if ftype != "iir":
        raise ValueError("signal.decimate with a gradient takes ftype='iir' or 'fir'")
    sections = signal.cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos")
    made = signal.sosfiltfilt(sections, x, axis=axis) if zero_phase else signal.sosfilt(sections, x, axis=axis)
    return np.moveaxis(np.moveaxis(made, axis, -1)[..., ::q], -1, axis)
