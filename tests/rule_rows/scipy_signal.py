"""Rows of scipy.signal."""

import numpy as np
from scipy import signal

from s2sad.rules import loading
from tests.rule_rows.table import complexes, fixed, normal, parts, row, rows

loading.load_rules_of(signal.lfilter)

_x, _k, _even = normal(6), normal(3), normal(4)
_image, _kernel = normal(4, 5), normal(2, 3)
_z, _w = complexes(5), complexes(3)

rows(
    signal.convolve,
    signal.correlate,
    cases=[
        row(_x, _k),
        row(_k, _x),
        row(_z, _w),
        row(_z, _k),
        row(_x, _w, "same"),
        *(row(_x, each, mode) for each in (_k, _even) for mode in ("same", "valid")),
        *(row(_even, _x, mode) for mode in ("same", "valid")),
        *(row(_image, _kernel, mode, "direct") for mode in ("full", "same", "valid")),
        row(_kernel, _image, mode="valid", method="fft"),
        row(_w, _z, mode="valid"),
        row(normal(2, 3, 2), normal(2, 1, 2), mode="same"),
    ],
)
rows(
    signal.fftconvolve,
    cases=[
        row(_x, _k),
        row(_z, _w),
        row(_x, _w),
        *(row(_x, each, mode) for each in (_k, _even) for mode in ("same", "valid")),
        *(row(_even, _x, mode) for mode in ("same", "valid")),
        *(row(_image, _kernel, mode) for mode in ("full", "same", "valid")),
        *(row(_image, normal(4, 2), mode, axes=1) for mode in ("full", "same", "valid")),
        *(row(_image, normal(1, 4), mode, axes=-1) for mode in ("full", "same", "valid")),
        row(normal(1, 3), normal(2, 3), axes=(1,)),
        row(_kernel, _image, "valid", axes=(0, 1)),
    ],
)
_b, _a = np.array([0.5, 0.3, -0.2]), np.array([1.2, -0.4, 0.1])
rows(
    signal.lfilter,
    cases=[
        row(_b, _a, _x),
        row(_b, _a[:2], _image),
        row(_b[:1], _a, _image, axis=0),
        row(_b, _a[:1], _x),
        row([0.5, 0.3], [1.0, -0.4], _x),
        row(_b, 1.5, _x),
        row(0.5, _a, _x),
        row(normal(5), _a, _k),
        row(_w, _a, _z),
        row(_b, _a, normal(2, 3, 4), 1),
        row(_b, _a, _x, zi=normal(2)),
        row(_b, _a[:2], _x, zi=normal(2)),
        row(_b[:2], _a, _image, 0, normal(2, 5)),
        row(_b, _a, _image, zi=normal(4, 2)),
        row(_b, _a, _image, zi=normal(1, 2)),
        row(_b, _a, normal(1), zi=normal(2)),
        row(_b, np.array([1.5]), _x, zi=normal(2)),
        row(_w, _a, _z, zi=complexes(2)),
        *(parts(each, _b, _a, _image, 1, normal(4, 2)) for each in "01"),
    ],
)
rows(signal.lfilter_zi, cases=[row(_b, _a), row(_b[:2], _a), row(_b, _a[:2]), row(normal(4), np.array([1.0, 0.3]))])
_sos = signal.butter(4, 0.3, output="sos")
rows(signal.sosfilt, cases=[row(_sos, _x), row(_sos, _image, axis=0), row(_sos[:1], normal(2, 3, 4), 1)])
rows(
    signal.sosfilt,
    cases=[
        row(_sos, _x, zi=normal(2, 2)),
        row(_sos, _image, 0, normal(2, 2, 5)),
        row(_sos[:1], normal(2, 3, 4), 1, normal(1, 2, 2, 4)),
        *(parts(each, _sos, _image, zi=normal(2, 4, 2)) for each in "01"),
    ],
)
rows(signal.oaconvolve, cases=[row(_x, _k), row(_even, _x, "same"), row(_image, _kernel, "valid"), row(_z, _w)])
rows(
    signal.convolve2d,
    signal.correlate2d,
    cases=[
        row(_image, _kernel),
        row(_kernel, _image, "full"),
        row(_image, _kernel, "same"),
        row(_image, normal(2, 4), mode="same"),
        row(_image, _kernel, mode="valid", boundary="fill", fillvalue=0),
        row(_image, _kernel, "same", "symm"),
        row(_image, _kernel, boundary="wrap"),
        row(_image, _kernel, "full", "fill", 1.5),
        row(_image, _kernel, mode="valid", boundary="symm"),
        row(_kernel, _image, "same", "wrap"),
        row(_kernel, _image, "valid"),
        row(normal(1, 3), normal(1, 1)),
        row(_image, _kernel + 0.3j, "same", "wrap"),
        row(_image + 0.5j, _kernel - 0.3j),
    ],
)

rows(
    signal.freqz,
    cases=[
        row(_b, _a, 5),
        row(_b, worN=np.array([0.1, 0.7, 2.0])),
        row(_b, _a[:2], np.array([0.1, 0.4]), fs=1.0),
        row(_b, 1.5, 4, whole=True, plot=None),
        row(_w, _a, 4, include_nyquist=True),
    ],
)

# --- trends, smoothing, both directions ------------------------------------------------------------------------------

_long, _rows = normal(9), normal(2, 9)
rows(
    signal.detrend,
    cases=[row(_x), row(_image, 0), row(_x, type="constant"), row(_long, bp=4), row(_long, -1, "linear")],
)
rows(signal.hilbert, cases=[row(_x), row(normal(5)), row(_image), row(_image, axis=0)])
rows(
    signal.savgol_filter,
    cases=[row(_long, 5, 2), row(_rows, 5, 3, 1), row(_rows.T, 5, 2, axis=0), row(_long, 4, 2, deriv=1, delta=0.5)],
)
rows(
    signal.filtfilt,
    cases=[
        row(_b, _a[:2], normal(12)),
        row(_b, _a, _rows.T, 0, padlen=4),
        row(_b, _a, _rows, padtype=None),
        row(np.array([0.2, 0.3]), np.array([1.0]), normal(8), padlen=2),
    ],
)
rows(
    signal.savgol_coeffs,
    cases=[row(5, 2, 1, 0.5), row(7, 3, deriv=2, delta=1.5, pos=1, use="dot"), row(5, 2, delta=0.5)],
)

# --- another number of samples ----------------------------------------------------------------------------------------

rows(
    signal.resample,
    cases=[
        *(row(_x, num) for num in (3, 4, 6, 9, 10)),
        *(row(normal(5), num) for num in (2, 3, 8, 9)),
        row(_rows, 6, axis=1),
        row(_rows.T, 12, axis=0),
        *(row(_z, num) for num in (3, 4, 8)),
        row(complexes(6), 9),
    ],
)

rows(
    signal.upfirdn,
    cases=[
        row(_b, normal(7)),
        row(_b, _rows, 3, 2),
        row(_b, _rows.T, up=2, axis=0),
        row(_b, normal(4), 1, 5),
        row(np.array([2.0]), normal(5), 2, 3),
        row(_b, complexes(5), 2),
    ],
)
rows(
    signal.resample_poly,
    cases=[
        row(_rows, 3, 2, axis=1),
        row(_rows.T, 2, 4),
        *(fixed("window", normal(9), up, down, window=normal(n)) for up, down, n in ((3, 2, 5), (2, 3, 4), (1, 1, 3))),
        row(normal(6), 1, 4, window="hamming"),
    ],
)
_sections = np.array([[0.2, 0.3, 0.1, 1.0, -0.4, 0.2], [0.5, 0.1, 0.0, 1.0, 0.3, 0.0]])
rows(
    signal.sosfiltfilt,
    cases=[
        fixed("sos", _sections, normal(16)),
        fixed("sos", _sections, _rows.T, 0, padlen=4),
        fixed("sos", _sections[:1], _rows, padtype=None),
    ],
)

# --- spectra ---------------------------------------------------------------------------------------------------------

_tone, _tones = normal(20), normal(2, 13)
_pieces = [
    {"nperseg": 8},
    {"fs": 2.0, "nperseg": 7, "noverlap": 2, "nfft": 12},
    {"nperseg": 8, "detrend": False, "scaling": "spectrum"},
    {"nperseg": 6, "detrend": "linear", "return_onesided": False},
    {"window": "boxcar", "nperseg": 5, "noverlap": 0},
]
rows(signal.welch, cases=[row(_tone, **each) for each in _pieces])
rows(signal.welch, cases=[row(_tones, nperseg=6), row(_tones.T, 3.0, [1.0, 2.0, 3.0, 1.0], axis=0)])
rows(signal.spectrogram, cases=[parts("2", _tone, **each) for each in _pieces])
rows(
    signal.spectrogram,
    cases=[parts("2", _tones.T, 3.0, [1.0, 2.0, 3.0, 1.0], axis=0), parts("2", _tone, nperseg=8, mode="psd")],
)
rows(signal.stft, cases=[parts("2", _tone, **each | {"scaling": "psd"}) for each in _pieces])
rows(
    signal.stft,
    cases=[
        parts("2", _tone, nperseg=8, boundary=None, padded=False),
        parts("2", _tones, nperseg=6, boundary="zeros", noverlap=1),
        parts("2", _tones.T, 3.0, [1.0, 2.0, 3.0, 1.0], 4, axis=0, padded=False),
    ],
)
rows(signal.csd, cases=[row(_tone, normal(20), **each) for each in _pieces])
rows(signal.csd, cases=[row(_tones, normal(2, 13), nperseg=6), row(_tones.T, normal(13, 2), nperseg=5, axis=0)])
