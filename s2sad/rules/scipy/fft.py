"""scipy.fft: Fourier transforms along one axis or several, and the real cosine and sine transforms.

The Fourier transforms are those of numpy.fft (see rules/fourier.py). The transposed cosine and sine transforms of the
types 2 and 3 are each other, but for the number that stands alone: the first of a cosine transform, the last of a sine
transform. Those of the types 1 and 4 are symmetric, but for the two ends of a cosine transform of type 1. With
norm="ortho" the exceptions are gone. overwrite_x, workers, plan and orthogonalize are not known to the rules.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from s2sad.kinds import Kind
from s2sad.rules.fourier import (
    as_large_as,
    axes_of_transform,
    complex_of,
    counted_twice,
    fitted,
    flipped,
    real_of,
    shift_kind,
    transformed,
)
from s2sad.rules.registry import adjoint, inline, kind, known
from s2sad.rules.results import numeric

# --- Fourier transforms of one axis -----------------------------------------------------------------------------------


@adjoint(fft.fft, linear=True, cost=200)
def fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = fft.fft(grad) if norm is None and known(axis == -1) else fft.fft(grad, axis=axis, norm=norm)
    return whole if n is None else fitted(whole, np.shape(x))


@adjoint(fft.ifft, linear=True, cost=200)
def inverse_fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = fft.ifft(grad) if norm is None and known(axis == -1) else fft.ifft(grad, axis=axis, norm=norm)
    return whole if n is None else fitted(whole, np.shape(x))


@adjoint(fft.rfft, linear=True, cost=200)
def real_fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = np.real(fft.fft(grad, x.shape[axis] if n is None else n, axis, norm))
    return as_large_as(x, whole, n)


@inline
def kept_spectrum(grad, axis, norm):
    if known(norm == "backward") and known(axis == -1):
        return fft.rfft(grad)
    return fft.rfft(grad, axis=axis, norm=norm)


@adjoint(fft.irfft, linear=True, cost=200)
def inverse_real_fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = counted_twice(np.conj(kept_spectrum(grad, axis, flipped(norm))), grad.shape[axis], axis)
    return as_large_as(x, whole, n)


@adjoint(fft.hfft, linear=True, cost=200)
def hermitian_fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = counted_twice(kept_spectrum(grad, axis, "backward" if norm is None else norm), grad.shape[axis], axis)
    return as_large_as(x, whole, n)


@adjoint(fft.ihfft, linear=True, cost=200)
def inverse_hermitian_fourier(x, n=None, axis=-1, norm=None, *, grad):
    whole = np.real(fft.fft(np.conj(grad), x.shape[axis] if n is None else n, axis, flipped(norm)))
    return as_large_as(x, whole, n)


# --- of several axes --------------------------------------------------------------------------------------------------


@inline
def axes_of(x, s, axes):
    """All axes; with lengths, as many of the last ones. A number stands for one axis, or one length."""
    return axes_of_transform(x, several(s), several(axes))


@inline
def several(numbers):
    return (numbers,) if isinstance(numbers, int) else numbers


@adjoint(fft.fftn, linear=True, cost=200)
def fourier_n(x, s=None, axes=None, norm=None, *, grad):
    if s is None:
        return fft.fftn(grad) if norm is None and axes is None else fft.fftn(grad, axes=axes, norm=norm)
    return fitted(fft.fftn(grad, axes=axes_of(grad, s, axes), norm=norm), np.shape(x))


@adjoint(fft.ifftn, linear=True, cost=200)
def inverse_fourier_n(x, s=None, axes=None, norm=None, *, grad):
    if s is None:
        return fft.ifftn(grad) if norm is None and axes is None else fft.ifftn(grad, axes=axes, norm=norm)
    return fitted(fft.ifftn(grad, axes=axes_of(grad, s, axes), norm=norm), np.shape(x))


@adjoint(fft.fft2, linear=True, cost=200)
def fourier_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    default = norm is None and known(axes == (-2, -1))
    whole = fft.fft2(grad) if default else fft.fft2(grad, axes=axes, norm=norm)
    return whole if s is None else fitted(whole, np.shape(x))


@adjoint(fft.ifft2, linear=True, cost=200)
def inverse_fourier_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    default = norm is None and known(axes == (-2, -1))
    whole = fft.ifft2(grad) if default else fft.ifft2(grad, axes=axes, norm=norm)
    return whole if s is None else fitted(whole, np.shape(x))


@adjoint(fft.fftshift, linear=True)
def shift(x, axes=None, *, grad):
    return fft.ifftshift(grad) if axes is None else fft.ifftshift(grad, axes)


@adjoint(fft.ifftshift, linear=True)
def shift_back(x, axes=None, *, grad):
    return fft.fftshift(grad) if axes is None else fft.fftshift(grad, axes)


# --- cosine and sine transforms ---------------------------------------------------------------------------------------


def scaled_ends(x, first, last, axis):
    """x with its first and last numbers along an axis multiplied."""
    weights = np.ones(x.shape[axis], dtype=x.real.dtype)
    weights[0] *= first
    weights[-1] *= last
    return x * np.reshape(weights, (-1,) + (1,) * (-(axis - x.ndim if axis >= 0 else axis) - 1))


kind(scaled_ends)(lambda x, *given: x)


@inline
def cosine_adjoint(grad, type, axis, norm):
    if type == 4 or type == 1 and norm == "ortho":
        return fft.dct(grad, type, axis=axis, norm=norm)
    if type == 1:
        return scaled_ends(fft.dct(scaled_ends(grad, 2.0, 2.0, axis), 1, axis=axis, norm=norm), 0.5, 0.5, axis)
    if norm == "ortho":
        return fft.dct(grad, 5 - type, axis=axis, norm=norm)
    if type == 2:
        return fft.dct(scaled_ends(grad, 2.0, 1.0, axis), 3, axis=axis, norm=norm)
    return scaled_ends(fft.dct(grad, 2, axis=axis, norm=norm), 0.5, 1.0, axis)


@inline
def sine_adjoint(grad, type, axis, norm):
    if type == 1 or type == 4:
        return fft.dst(grad, type, axis=axis, norm=norm)
    if norm == "ortho":
        return fft.dst(grad, 5 - type, axis=axis, norm=norm)
    if type == 2:
        return fft.dst(scaled_ends(grad, 1.0, 2.0, axis), 3, axis=axis, norm=norm)
    return scaled_ends(fft.dst(grad, 2, axis=axis, norm=norm), 1.0, 0.5, axis)


@inline
def other_way(type):
    """The type of which the inverse transform of this type is a multiple."""
    return 3 if type == 2 else 2 if type == 3 else type


@adjoint(fft.dct, linear=True, cost=200)
def cosine(x, type=2, n=None, axis=-1, norm=None, *, grad):
    whole = cosine_adjoint(grad, type, axis, norm)
    return as_large_as(x, whole, n)


@adjoint(fft.idct, linear=True, cost=200)
def inverse_cosine(x, type=2, n=None, axis=-1, norm=None, *, grad):
    whole = cosine_adjoint(grad, other_way(type), axis, flipped(norm))
    return as_large_as(x, whole, n)


@adjoint(fft.dst, linear=True, cost=200)
def sine(x, type=2, n=None, axis=-1, norm=None, *, grad):
    whole = sine_adjoint(grad, type, axis, norm)
    return as_large_as(x, whole, n)


@adjoint(fft.idst, linear=True, cost=200)
def inverse_sine(x, type=2, n=None, axis=-1, norm=None, *, grad):
    whole = sine_adjoint(grad, other_way(type), axis, flipped(norm))
    return as_large_as(x, whole, n)


# --- kinds ------------------------------------------------------------------------------------------------------------


@kind(fft.fft, fft.ifft, fft.fftn, fft.ifftn, fft.fft2, fft.ifft2)
def complex_kind(x: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(x, s, axes, complex_of(numeric(x)))


@kind(fft.rfft, fft.ihfft)
def half_kind(x: Kind, n: Kind, axis: Kind, norm: Kind) -> Kind:
    return transformed(x, n, axis, complex_of(numeric(x)), "half")


@kind(fft.irfft, fft.hfft)
def real_kind(x: Kind, n: Kind, axis: Kind, norm: Kind) -> Kind:
    return transformed(x, n, axis, real_of(numeric(x)), "whole")


@kind(fft.dct, fft.idct, fft.dst, fft.idst)
def trigonometric_kind(x: Kind, type: Kind, n: Kind, axis: Kind, norm: Kind) -> Kind:
    given: str = getattr(numeric(x), "dtype", "")
    made = complex_of(numeric(x)) if given.startswith("complex") else real_of(numeric(x))
    return transformed(x, n, axis, made)


kind(fft.fftshift, fft.ifftshift)(shift_kind)
