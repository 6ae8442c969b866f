"""scipy.ndimage: filters of a Fourier transform. Each multiplies every number of it by one of its own, and is its own
transpose."""

from __future__ import annotations

from scipy import ndimage

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, kind
from s2sad.rules.results import dims_of, numeric


@adjoint(ndimage.fourier_gaussian, linear=True, cost=100)
def fourier_gaussian(input, sigma, n=-1, axis=-1, *, grad):
    return ndimage.fourier_gaussian(grad, sigma, n, axis)


@adjoint(ndimage.fourier_uniform, linear=True, cost=100)
def fourier_uniform(input, size, n=-1, axis=-1, *, grad):
    return ndimage.fourier_uniform(grad, size, n, axis)


@adjoint(ndimage.fourier_ellipsoid, linear=True, cost=100)
def fourier_ellipsoid(input, size, n=-1, axis=-1, *, grad):
    return ndimage.fourier_ellipsoid(grad, size, n, axis)


@adjoint(ndimage.fourier_shift, linear=True, cost=100)
def fourier_shift(input, shift, n=-1, axis=-1, *, grad):
    return ndimage.fourier_shift(grad, shift, n, axis)


@kind(ndimage.fourier_gaussian, ndimage.fourier_uniform, ndimage.fourier_ellipsoid)
def filtered_transform_kind(input: Kind, *options: Kind) -> Kind:
    given = numeric(input)
    dtype = getattr(given, "dtype", "")
    return Array(dtype if dtype in ("float64", "complex128") else "", dims_of(given))


@kind(ndimage.fourier_shift)
def shifted_transform_kind(input: Kind, *options: Kind) -> Kind:
    given = numeric(input)
    double = getattr(given, "dtype", "") in ("float64", "complex128")
    return Array("complex128" if double else "", dims_of(given))
