"""scipy.fft: transforms of several axes that keep half of the frequencies, and cosine and sine transforms of several.

Along each of the axes they are what the transforms of one axis are (see rules/scipy/fft.py and rules/fourier.py).
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from s2sad.kinds import Kind
from s2sad.rules.fourier import (
    as_large_as,
    complex_of,
    counted_twice,
    fitted,
    flipped,
    lengths_along,
    lengths_given,
    real_of,
    transformed,
)
from s2sad.rules.registry import adjoint, inline, kind, sized
from s2sad.rules.results import numeric
from s2sad.rules.scipy.fft import axes_of, other_way, scaled_ends, several, trigonometric_kind

# --- Fourier transforms of real numbers ------------------------------------------------------------------------------


@inline
def filled_up_axes(x, s, axes, norm, grad):
    """The transform of the kept frequencies, with zeros for the others."""
    which = axes_of(grad, s, axes)
    if s is None:
        return sized(np.real(fft.fftn(grad, lengths_along(np.shape(x), which), which, norm)), x)
    return fitted(np.real(fft.fftn(grad, lengths_given(several(s), x, which), which, norm)), np.shape(x))


@adjoint(fft.rfftn, linear=True, cost=200)
def real_fourier_n(x, s=None, axes=None, norm=None, *, grad):
    return filled_up_axes(x, s, axes, norm, grad)


@adjoint(fft.rfft2, linear=True, cost=200)
def real_fourier_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    return filled_up_axes(x, s, axes, norm, grad)


@adjoint(fft.ihfftn, linear=True, cost=200)
def inverse_hermitian_n(x, s=None, axes=None, norm=None, *, grad):
    return filled_up_axes(x, s, axes, flipped(norm), np.conj(grad))


@adjoint(fft.ihfft2, linear=True, cost=200)
def inverse_hermitian_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    return filled_up_axes(x, s, axes, flipped(norm), np.conj(grad))


@inline
def kept(x, s, axes, half, grad):
    """Of the frequencies of the cotangent that are kept, those that stand for two twice."""
    last = -1 if axes is None else several(axes)[-1]
    whole = counted_twice(half, grad.shape[last], last)
    return as_large_as(x, whole, s)


@adjoint(fft.irfftn, linear=True, cost=200)
def inverse_real_fourier_n(x, s=None, axes=None, norm=None, *, grad):
    half = np.conj(fft.rfftn(grad, axes=axes_of(grad, s, axes), norm=flipped(norm)))
    return kept(x, s, axes, half, grad)


@adjoint(fft.irfft2, linear=True, cost=200)
def inverse_real_fourier_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    return kept(x, s, axes, np.conj(fft.rfftn(grad, axes=axes, norm=flipped(norm))), grad)


@adjoint(fft.hfftn, linear=True, cost=200)
def hermitian_n(x, s=None, axes=None, norm=None, *, grad):
    return kept(x, s, axes, fft.rfftn(grad, axes=axes_of(grad, s, axes), norm=norm), grad)


@adjoint(fft.hfft2, linear=True, cost=200)
def hermitian_2(x, s=None, axes=(-2, -1), norm=None, *, grad):
    return kept(x, s, axes, fft.rfftn(grad, axes=axes, norm=norm), grad)


# --- cosine and sine transforms ---------------------------------------------------------------------------------------


def scaled_ends_of_axes(x, first, last, axes):
    """x with its first and last numbers along each of the axes multiplied."""
    for axis in axes:
        x = scaled_ends(x, first, last, axis)
    return x


kind(scaled_ends_of_axes)(lambda x, *given: x)


@inline
def cosine_n_adjoint(grad, type, axes, norm):
    if type == 4 or type == 1 and norm == "ortho":
        return fft.dctn(grad, type, axes=axes, norm=norm)
    if type == 1:
        ends = scaled_ends_of_axes(grad, 2.0, 2.0, axes)
        return scaled_ends_of_axes(fft.dctn(ends, 1, axes=axes, norm=norm), 0.5, 0.5, axes)
    if norm == "ortho":
        return fft.dctn(grad, 5 - type, axes=axes, norm=norm)
    if type == 2:
        return fft.dctn(scaled_ends_of_axes(grad, 2.0, 1.0, axes), 3, axes=axes, norm=norm)
    return scaled_ends_of_axes(fft.dctn(grad, 2, axes=axes, norm=norm), 0.5, 1.0, axes)


@inline
def sine_n_adjoint(grad, type, axes, norm):
    if type == 1 or type == 4:
        return fft.dstn(grad, type, axes=axes, norm=norm)
    if norm == "ortho":
        return fft.dstn(grad, 5 - type, axes=axes, norm=norm)
    if type == 2:
        return fft.dstn(scaled_ends_of_axes(grad, 1.0, 2.0, axes), 3, axes=axes, norm=norm)
    return scaled_ends_of_axes(fft.dstn(grad, 2, axes=axes, norm=norm), 1.0, 0.5, axes)


@adjoint(fft.dctn, linear=True, cost=200)
def cosine_n(x, type=2, s=None, axes=None, norm=None, *, grad):
    whole = cosine_n_adjoint(grad, type, axes_of(grad, s, axes), norm)
    return as_large_as(x, whole, s)


@adjoint(fft.idctn, linear=True, cost=200)
def inverse_cosine_n(x, type=2, s=None, axes=None, norm=None, *, grad):
    whole = cosine_n_adjoint(grad, other_way(type), axes_of(grad, s, axes), flipped(norm))
    return as_large_as(x, whole, s)


@adjoint(fft.dstn, linear=True, cost=200)
def sine_n(x, type=2, s=None, axes=None, norm=None, *, grad):
    whole = sine_n_adjoint(grad, type, axes_of(grad, s, axes), norm)
    return as_large_as(x, whole, s)


@adjoint(fft.idstn, linear=True, cost=200)
def inverse_sine_n(x, type=2, s=None, axes=None, norm=None, *, grad):
    whole = sine_n_adjoint(grad, other_way(type), axes_of(grad, s, axes), flipped(norm))
    return as_large_as(x, whole, s)


# --- kinds ------------------------------------------------------------------------------------------------------------


@kind(fft.rfftn, fft.rfft2, fft.ihfftn, fft.ihfft2)
def half_kind(x: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(x, s, axes, complex_of(numeric(x)), "half")


@kind(fft.irfftn, fft.irfft2, fft.hfftn, fft.hfft2)
def real_kind(x: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(x, s, axes, real_of(numeric(x)), "whole")


kind(fft.dctn, fft.idctn, fft.dstn, fft.idstn)(trigonometric_kind)
