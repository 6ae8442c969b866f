"""The Bessel function i0, and the window that is made of it."""

from __future__ import annotations

import numpy as np

from s2sad.kinds import Array, Kind
from s2sad.rules.registry import adjoint, kind, partials, tangent
from s2sad.rules.results import dims_of, floating, length_of, numeric, shaped


@partials(np.i0, cost=30)
def bessel_i0(x):
    return bessel_i1(x)


def bessel_i1(x):
    """The modified Bessel function of order 1: its integral over a quarter of a period (DLMF 10.32.3), by midpoints.

    The integrand is periodic, so 64 points are exact to rounding for |x| < 700, where the result overflows.
    """
    x = np.asarray(1.0 * x)
    c = np.cos(np.pi / 128.0 * (np.arange(64) + 0.5)).astype(x.dtype)
    return np.mean(c * np.sinh(x[..., None] * c), axis=-1)


@kind(bessel_i1)
def bessel_kind(x: Kind) -> Kind:
    x = numeric(x)
    return shaped(floating(getattr(x, "dtype", "")), dims_of(x))


@kind(np.i0)
def i0_kind(x: Kind) -> Kind:
    x = numeric(x)
    return Array(floating(getattr(x, "dtype", "")), dims_of(x))


@adjoint(np.kaiser, wrt=["beta"], cost=100)
def kaiser(M, beta, *, grad, result):
    return None, grad @ kaiser_slope(M, beta, result)


@tangent(np.kaiser)
def kaiser_tangent(M, beta, *, result, beta_dot):
    return beta_dot * kaiser_slope(M, beta, result)


def kaiser_slope(M, beta, window):
    """How np.kaiser(M, beta) changes with beta."""
    x = np.arange(M) / max(M - 1, 1) * 2.0 - (1.0 if M > 1 else 0.0)
    s = np.sqrt(np.maximum(1.0 - x * x, 0.0))
    return (s * bessel_i1(beta * s) - window * bessel_i1(beta)) / np.i0(float(beta))


@kind(np.kaiser)
def kaiser_kind(M: Kind, beta: Kind) -> Kind:
    return Array("float64", (length_of(M),))
