"""numpy.fft: every transform is a symmetric matrix, so that its adjoint is a transform of the cotangent.

The functions of real numbers keep half of the frequencies; the other half is the conjugate of the first, so that the
adjoint of an inverse counts all but the first (and of an even number the middle one) twice. With d value =
Re(sum(gradient * dx)) nothing is conjugated where a function is analytic. All are linear.
"""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Dim, Kind
from s2sad.rules.registry import adjoint, inline, kind, known, refuse, sized, tangent
from s2sad.rules.results import (
    UNSURE,
    dim_of,
    dims_of,
    dims_of_shape,
    length_of,
    numeric,
    numpy_dtype,
    unknown_dim,
    value_of,
)

# --- parts ----------------------------------------------------------------------------------------------------------


@inline
def flipped(norm):
    """The norm with which the transform the other way is scaled like this one."""
    return "ortho" if norm == "ortho" else "backward" if norm == "forward" else "forward"


def fitted(x, shape):
    """x, cut or filled up with zeros to a shape."""
    made = x[tuple(slice(0, n) for n in shape)]
    filled = np.zeros(shape, dtype=x.dtype)
    filled[tuple(slice(0, n) for n in made.shape)] = made
    return filled


@inline
def as_large_as(x, whole, length):
    """The adjoint of a transform, cut or filled up where the transform was given a length, or lengths."""
    return sized(whole, x) if length is None else fitted(whole, np.shape(x))


def counted_twice(x, n, axis):
    """Twice the half of n frequencies that a transform of real numbers keeps, but those that are alone."""
    k = np.arange(n // 2 + 1)
    weights = np.where((k == 0) | (2 * k == n), 1.0, 2.0).astype(x.real.dtype)
    return x * np.reshape(weights, (-1,) + (1,) * (-(axis - x.ndim if axis >= 0 else axis) - 1))


@kind(fitted)
def fitted_kind(x: Kind, shape: Kind) -> Kind:
    return Array(getattr(x, "dtype", ""), dims_of_shape(shape))


@kind(counted_twice)
def counted_kind(x: Kind, n: Kind, axis: Kind) -> Kind:
    return x


# --- one axis -------------------------------------------------------------------------------------------------------


@adjoint(np.fft.fft, linear=True, cost=200)
def fft(a, n=None, axis=-1, norm=None, *, grad):
    whole = np.fft.fft(grad) if norm is None and known(axis == -1) else np.fft.fft(grad, axis=axis, norm=norm)
    return whole if n is None else fitted(whole, np.shape(a))


@adjoint(np.fft.ifft, linear=True, cost=200)
def ifft(a, n=None, axis=-1, norm=None, *, grad):
    whole = np.fft.ifft(grad) if norm is None and known(axis == -1) else np.fft.ifft(grad, axis=axis, norm=norm)
    return whole if n is None else fitted(whole, np.shape(a))


@adjoint(np.fft.rfft, linear=True, cost=200)
def rfft(a, n=None, axis=-1, norm=None, *, grad):
    if n is None:
        return sized(np.real(filled_up(grad, a.shape[axis], axis, norm)), a)
    return fitted(np.real(filled_up(grad, n, axis, norm)), np.shape(a))


@inline
def filled_up(grad, n, axis, norm):
    """The transform of the kept half of n frequencies, with zeros for the others."""
    return np.fft.fft(grad, n) if norm is None and known(axis == -1) else np.fft.fft(grad, n, axis, norm)


@inline
def kept_half(grad, axis, norm):
    if known(norm == "backward") and known(axis == -1):
        return np.fft.rfft(grad)
    return np.fft.rfft(grad, norm=norm) if known(axis == -1) else np.fft.rfft(grad, axis=axis, norm=norm)


@adjoint(np.fft.irfft, linear=True, cost=200)
def irfft(a, n=None, axis=-1, norm=None, *, grad):
    half = np.conj(kept_half(grad, axis, flipped(norm)))
    whole = counted_twice(half, grad.shape[axis], axis)
    return as_large_as(a, whole, n)


@adjoint(np.fft.hfft, linear=True, cost=200)
def hfft(a, n=None, axis=-1, norm=None, *, grad):
    half = kept_half(grad, axis, "backward" if norm is None else norm)
    whole = counted_twice(half, grad.shape[axis], axis)
    return as_large_as(a, whole, n)


@adjoint(np.fft.ihfft, linear=True, cost=200)
def ihfft(a, n=None, axis=-1, norm=None, *, grad):
    whole = np.real(np.fft.fft(np.conj(grad), a.shape[axis] if n is None else n, axis, flipped(norm)))
    return as_large_as(a, whole, n)


# --- several axes ---------------------------------------------------------------------------------------------------


@adjoint(np.fft.fftn, linear=True, cost=200)
def fftn(a, s=None, axes=None, norm=None, *, grad):
    if s is None:
        return np.fft.fftn(grad) if norm is None and axes is None else np.fft.fftn(grad, axes=axes, norm=norm)
    return fitted(np.fft.fftn(grad, axes=axes_of_transform(grad, s, axes), norm=norm), np.shape(a))


@adjoint(np.fft.ifftn, linear=True, cost=200)
def ifftn(a, s=None, axes=None, norm=None, *, grad):
    if s is None:
        return np.fft.ifftn(grad) if norm is None and axes is None else np.fft.ifftn(grad, axes=axes, norm=norm)
    return fitted(np.fft.ifftn(grad, axes=axes_of_transform(grad, s, axes), norm=norm), np.shape(a))


@adjoint(np.fft.fft2, linear=True, cost=200)
def fft2(a, s=None, axes=(-2, -1), norm=None, *, grad):
    default = norm is None and known(axes == (-2, -1))
    whole = np.fft.fft2(grad) if default else np.fft.fft2(grad, axes=axes, norm=norm)
    return whole if s is None else fitted(whole, np.shape(a))


@adjoint(np.fft.ifft2, linear=True, cost=200)
def ifft2(a, s=None, axes=(-2, -1), norm=None, *, grad):
    default = norm is None and known(axes == (-2, -1))
    whole = np.fft.ifft2(grad) if default else np.fft.ifft2(grad, axes=axes, norm=norm)
    return whole if s is None else fitted(whole, np.shape(a))


@adjoint(np.fft.rfftn, linear=True, cost=200)
def rfftn(a, s=None, axes=None, norm=None, *, grad):
    return real_transform_adjoint(a, s, axes, norm, grad)


@adjoint(np.fft.rfft2, linear=True, cost=200)
def rfft2(a, s=None, axes=(-2, -1), norm=None, *, grad):
    return real_transform_adjoint(a, s, axes, norm, grad)


@inline
def real_transform_adjoint(a, s, axes, norm, grad):
    if axes is not None and repeated(axes, grad):
        return refuse("of one axis twice: np.fft.fft along it of np.fft.rfft along it")
    axes = axes_of_transform(grad, s, axes)
    if s is None:
        return sized(np.real(np.fft.fftn(grad, lengths_along(np.shape(a), axes), axes, norm)), a)
    return fitted(np.real(np.fft.fftn(grad, lengths_given(s, a, axes), axes, norm)), np.shape(a))


@inline
def axes_of_transform(x, s, axes):
    """All axes; with lengths, as many of the last ones."""
    if axes is not None:
        return axes
    return tuple(range(np.ndim(x))) if s is None else tuple(range(-len(s), 0))


@inline
def repeated(axes, x):
    """Whether one axis is transformed twice: then only the first transform is one of real numbers."""
    distinct = tuple([axis % x.ndim for axis in axes])
    return len(set(distinct)) < len(distinct)


@inline
def lengths_given(s, a, axes):
    """The lengths, of which -1 is that of the axis."""
    return tuple([a.shape[axis] if n == -1 else n for n, axis in zip(s, axes)]) if -1 in s else s


@inline
def lengths_along(shape, axes):
    return shape if axes is None else tuple([shape[axis] for axis in axes])


@adjoint(np.fft.irfftn, linear=True, cost=200)
def irfftn(a, s=None, axes=None, norm=None, *, grad):
    if axes is not None and repeated(axes, grad):
        return refuse("of one axis twice: np.fft.irfft along it of np.fft.ifft along it")
    half = np.conj(np.fft.rfftn(grad, axes=axes_of_transform(grad, s, axes), norm=flipped(norm)))
    whole = counted_twice(half, grad.shape[-1 if axes is None else axes[-1]], -1 if axes is None else axes[-1])
    return as_large_as(a, whole, s)


@adjoint(np.fft.irfft2, linear=True, cost=200)
def irfft2(a, s=None, axes=(-2, -1), norm=None, *, grad):
    if axes is not None and repeated(axes, grad):
        return refuse("of one axis twice: np.fft.irfft along it of np.fft.ifft along it")
    half = np.conj(np.fft.rfftn(grad, axes=axes, norm=flipped(norm)))
    whole = counted_twice(half, grad.shape[axes[-1]], axes[-1])
    return as_large_as(a, whole, s)


# --- shifts and frequencies -----------------------------------------------------------------------------------------


@adjoint(np.fft.fftshift, linear=True)
def shift(x, axes=None, *, grad):
    return np.fft.ifftshift(grad) if axes is None else np.fft.ifftshift(grad, axes)


@adjoint(np.fft.ifftshift, linear=True)
def shift_back(x, axes=None, *, grad):
    return np.fft.fftshift(grad) if axes is None else np.fft.fftshift(grad, axes)


@kind(np.fft.fftshift, np.fft.ifftshift)
def shift_kind(x: Kind, axes: Kind) -> Kind:
    x = numeric(x)
    return Array(numpy_dtype(getattr(x, "dtype", "")), dims_of(x))


@adjoint(np.fft.fftfreq, np.fft.rfftfreq)
def frequencies(n, d=1.0, *, grad, result):
    return None, -np.sum(grad * result) / d


@tangent(np.fft.fftfreq, np.fft.rfftfreq)
def frequencies_tangent(n, d=1.0, *, result, d_dot):
    return -d_dot / d * result


@kind(np.fft.fftfreq)
def frequencies_kind(n: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return Array("float64", (length_of(n),))


@kind(np.fft.rfftfreq)
def half_frequencies_kind(n: Kind, *options: Kind, **keywords: Kind) -> Kind:
    return Array("float64", (half_of(length_of(n)),))


# --- kinds ----------------------------------------------------------------------------------------------------------


def complex_of(a: Kind) -> str:
    dtype = numpy_dtype(getattr(a, "dtype", ""))
    return "complex64" if dtype in ("float32", "complex64", "float16") else "complex128" if dtype else ""


def real_of(a: Kind) -> str:
    return {"complex64": "float32", "complex128": "float64"}.get(complex_of(a), "")


def half_of(dim: Dim) -> Dim:
    """The axis of the frequencies that are kept of n."""
    return dim_of(dim.key // 2 + 1) if isinstance(dim.key, int) else Dim(("half", dim.key), dim.many)


def whole_of(dim: Dim) -> Dim:
    """The axis that a transform of m kept frequencies has, if nothing else is said."""
    return dim_of(2 * (dim.key - 1)) if isinstance(dim.key, int) else Dim(("whole", dim.key), dim.many)


def transformed(a: Kind, s: Kind, axes: Kind, dtype: str, last: str = "") -> Kind:
    """The kind of a transform along some axes (an int or a tuple), to the lengths s; `last`: what becomes of the last
    one: 'half', 'whole' or nothing."""
    dims, which, lengths = dims_of(numeric(a)), value_of(axes), value_of(s)
    if dims is None:
        return Array(dtype, None)
    if which is None:
        given = None if lengths is None else dims_of_shape(s)
        which = tuple(range(len(dims))) if lengths is None else UNSURE if given is None else range(-len(given), 0)
    if which is UNSURE:
        return Array(dtype, tuple(unknown_dim() for _ in dims))
    which = (which,) if isinstance(which, int) else tuple(which)
    made = list(dims)
    if lengths is not None:
        given = dims_of_shape(s) or (unknown_dim(),) * len(which)
        for axis, dim in zip(which, given):
            made[axis] = unknown_dim() if dim.key == -1 else dim
    if last == "half":
        made[which[-1]] = half_of(made[which[-1]])
    elif last == "whole" and lengths is None:
        made[which[-1]] = whole_of(made[which[-1]])
    return Array(dtype, tuple(made))


@kind(np.fft.fft, np.fft.ifft, np.fft.fftn, np.fft.ifftn, np.fft.fft2, np.fft.ifft2)
def complex_kind(a: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(a, s, axes, complex_of(a))


@kind(np.fft.rfft, np.fft.rfftn, np.fft.rfft2, np.fft.ihfft)
def half_kind(a: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(a, s, axes, complex_of(a), "half")


@kind(np.fft.irfft, np.fft.irfftn, np.fft.irfft2, np.fft.hfft)
def real_kind(a: Kind, s: Kind, axes: Kind, norm: Kind) -> Kind:
    return transformed(a, s, axes, real_of(a), "whole")
