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
