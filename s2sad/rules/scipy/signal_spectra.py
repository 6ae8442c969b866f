"""scipy.signal: spectra of a signal's pieces.

A spectrum is the mean of conj(X) Y over pieces, with X and Y the Fourier transforms of a piece of each signal, less its
trend and times the window (P. Welch, "The use of fast Fourier transform for the estimation of power spectra", 1967). It
is linear in each of the two: its cotangent goes back through the transform, the window and the trend to the piece.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from s2sad.kinds import Array, Kind, Tuple
from s2sad.rules.registry import adjoint, inline, kind, refuse, tangent
from s2sad.rules.results import dims_of, double_only, numeric, unknown_dim

# --- pieces of a signal -----------------------------------------------------------------------------------------------


def window_of_pieces(x, axis, window, nperseg):
    if isinstance(window, (str, tuple)):
        return signal.get_window(window, min(256 if nperseg is None else int(nperseg), np.shape(x)[axis]))
    return np.asarray(window)


def step_of_pieces(weights, noverlap):
    return len(weights) - (len(weights) // 2 if noverlap is None else int(noverlap))


def layout_of_pieces(x, y, axis, window, nperseg, noverlap, nfft):
    """The window, how far apart pieces begin, and over how many numbers each is transformed."""
    if np.shape(x) != np.shape(y):
        raise np.linalg.LinAlgError("the derivative of a spectrum of two signals takes signals of one shape")
    weights = window_of_pieces(x, axis, window, nperseg)
    return weights, step_of_pieces(weights, noverlap), len(weights) if nfft is None else int(nfft)


def pieces_of(x, axis, size, step):
    """The pieces as rows: the axes but the one along which they lie, then the pieces, then their numbers."""
    rows = np.moveaxis(x, axis, -1)
    return np.stack([rows[..., k : k + size] for k in range(0, rows.shape[-1] - size + 1, step)], axis=-2)


def pieces_back(pieces, x, axis, step):
    """The transpose: what each number of the signal got in all of its pieces."""
    made = np.zeros_like(np.moveaxis(x, axis, -1))
    for k in range(pieces.shape[-2]):
        made[..., k * step : k * step + pieces.shape[-1]] += pieces[..., k, :]
    return np.moveaxis(made, -1, axis)


def pieces_less_trend(pieces, detrend):
    return signal.detrend(pieces, axis=-1, type=detrend) if isinstance(detrend, str) else pieces


def transforms_of_pieces(x, axis, weights, step, count, detrend, one_sided):
    pieces = pieces_less_trend(pieces_of(x, axis, len(weights), step), detrend) * weights
    return np.fft.rfft(pieces, count) if one_sided else np.fft.fft(pieces, count)


def shares_of_spectrum(weights, count, one_sided, fs, scaling):
    """By what each frequency is multiplied: of a real signal's spectrum most stand for two."""
    shares = np.ones(count // 2 + 1 if one_sided else count)
    if one_sided:
        shares[1 : (count + 1) // 2] = 2.0
    return shares / (fs * np.sum(weights * weights) if scaling == "density" else np.sum(weights) ** 2)


def spectrum_adjoint(grad, x, y, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis, part):
    """The cotangent of x (part 0) or of y (part 1)."""
    if np.size(x) == 0:
        return np.zeros_like(x)
    weights, step, count = layout_of_pieces(x, y, axis, window, nperseg, noverlap, nfft)
    through = np.moveaxis(grad, axis, -1)[..., None, :] * shares_of_spectrum(weights, count, one_sided, fs, scaling)
    other = transforms_of_pieces(y if part == 0 else x, axis, weights, step, count, detrend, one_sided)
    through = np.conj((np.conj(through) if part == 1 else through) * other) / other.shape[-2]
    pieces = np.real(np.fft.fft(through, count))[..., : len(weights)]
    return pieces_back(pieces_less_trend(pieces * weights, detrend), x, axis, step)


def spectrum_with(x_dot, y, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis):
    return spectrum_of(x_dot, y, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis)


def spectrum_beside(x, y_dot, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis):
    return spectrum_of(x, y_dot, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis)


def spectrum_of(x, y, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis):
    if np.size(x) == 0:
        return np.zeros_like(x)
    weights, step, count = layout_of_pieces(x, y, axis, window, nperseg, noverlap, nfft)
    first = transforms_of_pieces(x, axis, weights, step, count, detrend, one_sided)
    second = transforms_of_pieces(y, axis, weights, step, count, detrend, one_sided)
    made = np.mean(np.conj(first) * second, axis=-2) * shares_of_spectrum(weights, count, one_sided, fs, scaling)
    return np.moveaxis(made, -1, axis)


# --- spectra ----------------------------------------------------------------------------------------------------------


@inline
def is_special(x, y, detrend, average):
    """What the rules don't say."""
    return np.iscomplexobj(x) or np.iscomplexobj(y) or average != "mean" or not isinstance(detrend, (str, bool))


SPECIAL = "of complex signals, of medians, or with a function as detrend: the mean over pieces of real signals"


@adjoint(signal.welch, several=True, cost=3000, wrt=["x"])
def power_spectrum(x, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
                   return_onesided=True, scaling="density", axis=-1, average="mean", *, grad):  # fmt: skip
    if is_special(x, x, detrend, average):
        return refuse(SPECIAL)
    if grad[1] is None:
        return np.zeros_like(x)
    return 2.0 * spectrum_adjoint(
        grad[1], x, x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, 1
    )


@tangent(signal.welch)
def power_spectrum_tangent(x, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
                           return_onesided=True, scaling="density", axis=-1, average="mean", *, result,
                           x_dot):  # fmt: skip
    if is_special(x, x, detrend, average):
        return refuse(SPECIAL)
    change = spectrum_with(x_dot, x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis)
    return np.zeros_like(result[0]), 2.0 * np.real(change)


@adjoint(signal.csd, several=True, cost=3000, wrt=["x", "y"])
def cross_spectrum(x, y, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
                   return_onesided=True, scaling="density", axis=-1, average="mean", *, grad):  # fmt: skip
    if is_special(x, y, detrend, average):
        return refuse(SPECIAL), None
    if grad[1] is None:
        return np.zeros_like(x), np.zeros_like(y)
    return (
        spectrum_adjoint(
            grad[1], x, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, 0
        ),
        spectrum_adjoint(
            grad[1], x, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, 1
        ),
    )


@tangent(signal.csd)
def cross_spectrum_tangent(x, y, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
                           return_onesided=True, scaling="density", axis=-1, average="mean", *, result,
                           x_dot, y_dot):  # fmt: skip
    if is_special(x, y, detrend, average):
        return refuse(SPECIAL)
    change = spectrum_with(x_dot, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis)
    other = spectrum_beside(x, y_dot, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis)
    return np.zeros_like(result[0]), change + other


# --- each piece by itself ---------------------------------------------------------------------------------------------


def pieces_beside(grad, axis):
    """The axes as the transform of the pieces has them: the pieces, then their frequencies."""
    return np.moveaxis(grad, axis if axis >= 0 else axis - 1, -1)


def size_of_transforms(weights, fs, scaling):
    return 1.0 / np.sqrt(fs * np.sum(weights * weights)) if scaling == "psd" else 1.0 / np.abs(np.sum(weights))


def transforms_adjoint(grad, x, fs, window, nperseg, noverlap, nfft, detrend, boundary, padded, axis, scaling):
    """Of the signal, from which its pieces were taken, with zeros before and behind it."""
    if np.size(x) == 0:
        return np.zeros_like(x)
    weights = window_of_pieces(x, axis, window, nperseg)
    size, step = len(weights), step_of_pieces(weights, noverlap)
    pieces = np.real(np.fft.fft(pieces_beside(grad, axis), size if nfft is None else int(nfft)))[..., :size]
    pieces = pieces_less_trend(pieces * (weights * size_of_transforms(weights, fs, scaling)), detrend)
    before, length = size // 2 if boundary is not None else 0, np.shape(x)[axis]
    behind = (size - length - 2 * before) % step % size if padded else 0
    longer = np.repeat(np.zeros_like(np.moveaxis(x, axis, -1)[..., :1]), length + 2 * before + behind, axis=-1)
    return np.moveaxis(pieces_back(pieces, longer, -1, step)[..., before : before + length], -1, axis)


@inline
def other_pieces(x, detrend):
    return np.iscomplexobj(x) or not isinstance(detrend, (str, bool))


OTHER_PIECES = "of complex signals, or with a function as detrend: real signals, less their trend before"
OTHER_BORDER = "with this boundary: boundary='zeros' or None"
OTHER_MODE = "in this mode: the default mode='psd', or np.abs(signal.stft(x, ..., boundary=None, padded=False)[2])"


@adjoint(signal.stft, several=True, cost=3000, wrt=["x"])
def transforms(x, fs=1.0, window="hann", nperseg=256, noverlap=None, nfft=None, detrend=False, return_onesided=True,
               boundary="zeros", padded=True, axis=-1, scaling="spectrum", *, grad):  # fmt: skip
    if other_pieces(x, detrend):
        return refuse(OTHER_PIECES)
    if boundary is not None and boundary != "zeros":
        return refuse(OTHER_BORDER)
    if grad[2] is None:
        return np.zeros_like(x)
    return transforms_adjoint(grad[2], x, fs, window, nperseg, noverlap, nfft, detrend, boundary, padded, axis, scaling)


@tangent(signal.stft)
def transforms_tangent(x, fs=1.0, window="hann", nperseg=256, noverlap=None, nfft=None, detrend=False,
                       return_onesided=True, boundary="zeros", padded=True, axis=-1, scaling="spectrum", *, result,
                       x_dot):  # fmt: skip
    if other_pieces(x, detrend):
        return refuse(OTHER_PIECES)
    if boundary is not None and boundary != "zeros":
        return refuse(OTHER_BORDER)
    made = signal.stft(
        x_dot, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, boundary, padded, axis, scaling
    )
    return np.zeros_like(result[0]), np.zeros_like(result[1]), made[2]


def powers_layout(x, axis, window, nperseg, noverlap, nfft):
    weights = window_of_pieces(x, axis, window, nperseg)
    step = len(weights) - (len(weights) // 8 if noverlap is None else int(noverlap))
    return weights, step, len(weights) if nfft is None else int(nfft)


def powers_adjoint(grad, x, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis):
    if np.size(x) == 0:
        return np.zeros_like(x)
    weights, step, count = powers_layout(x, axis, window, nperseg, noverlap, nfft)
    other = transforms_of_pieces(x, axis, weights, step, count, detrend, one_sided)
    through = 2.0 * pieces_beside(grad, axis) * shares_of_spectrum(weights, count, one_sided, fs, scaling)
    pieces = np.real(np.fft.fft(through * np.conj(other), count))[..., : len(weights)]
    return pieces_back(pieces_less_trend(pieces * weights, detrend), x, axis, step)


def powers_change(x_dot, x, fs, window, nperseg, noverlap, nfft, detrend, one_sided, scaling, axis):
    if np.size(x) == 0:
        return np.zeros_like(x)
    weights, step, count = powers_layout(x, axis, window, nperseg, noverlap, nfft)
    first = transforms_of_pieces(x_dot, axis, weights, step, count, detrend, one_sided)
    second = transforms_of_pieces(x, axis, weights, step, count, detrend, one_sided)
    made = 2.0 * np.real(np.conj(first) * second) * shares_of_spectrum(weights, count, one_sided, fs, scaling)
    return np.moveaxis(made, -1, axis if axis >= 0 else axis - 1)


@adjoint(signal.spectrogram, several=True, cost=3000, wrt=["x"])
def powers(x, fs=1.0, window=("tukey", 0.25), nperseg=None, noverlap=None, nfft=None, detrend="constant",
           return_onesided=True, scaling="density", axis=-1, mode="psd", *, grad):  # fmt: skip
    if other_pieces(x, detrend):
        return refuse(OTHER_PIECES)
    if mode != "psd":
        return refuse(OTHER_MODE)
    if grad[2] is None:
        return np.zeros_like(x)
    return powers_adjoint(grad[2], x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis)


@tangent(signal.spectrogram)
def powers_tangent(x, fs=1.0, window=("tukey", 0.25), nperseg=None, noverlap=None, nfft=None, detrend="constant",
                   return_onesided=True, scaling="density", axis=-1, mode="psd", *, result, x_dot):  # fmt: skip
    if other_pieces(x, detrend):
        return refuse(OTHER_PIECES)
    if mode != "psd":
        return refuse(OTHER_MODE)
    change = powers_change(x_dot, x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis)
    return np.zeros_like(result[0]), np.zeros_like(result[1]), change


@kind(transforms_adjoint, powers_adjoint)
def like_signal(grad: Kind, x: Kind, *options: Kind) -> Kind:
    return Array(double_only(numeric(x)), dims_of(numeric(x)))


def pieces_kind(x: Kind, dtype: str) -> Kind:
    dims = dims_of(numeric(x))
    made = Array(dtype if double_only(numeric(x)) else "", dims and tuple(unknown_dim() for _ in (*dims, 0)))
    return Tuple((Array("float64", (unknown_dim(),)), Array("float64", (unknown_dim(),)), made))


@kind(signal.stft)
def transforms_kind(x: Kind, *options: Kind) -> Kind:
    return pieces_kind(x, "complex128")


@kind(signal.spectrogram)
def powers_kind(x: Kind, *options: Kind) -> Kind:
    return pieces_kind(x, "float64")


# --- kinds of spectra -------------------------------------------------------------------------------------------------


def spectrum_kind(x: Kind, dtype: str) -> Kind:
    dims = dims_of(numeric(x))
    spectrum = Array(dtype if double_only(numeric(x)) else "", dims and tuple(unknown_dim() for _ in dims))
    return Tuple((Array("float64", (unknown_dim(),)), spectrum))


@kind(signal.welch)
def power_spectrum_kind(x: Kind, *options: Kind) -> Kind:
    return spectrum_kind(x, "float64")


@kind(signal.csd)
def cross_spectrum_kind(x: Kind, y: Kind, *options: Kind) -> Kind:
    return spectrum_kind(x, "complex128" if double_only(numeric(y)) else "")
