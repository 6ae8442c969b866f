"""scipy.special: Bessel functions and their relatives (DLMF 10, 11), in their argument; not in their order."""

from __future__ import annotations

import numpy as np
from scipy import special

from s2sad.kinds import UNKNOWN, Array, Kind
from s2sad.rules.elementwise import not_zero
from s2sad.rules.registry import inline, kind, known, partials, refuse
from s2sad.rules.results import dims_of, elementwise, elementwise_helper, floating, numeric, shaped

# --- of any order (DLMF 10.6.1, 10.29.1) ----------------------------------------------------------------------------


@partials(special.jv, special.jn)
def bessel_first(v, z):
    return None, 0.5 * (special.jv(v - 1, z) - special.jv(v + 1, z))


@partials(special.yv)
def bessel_second(v, z):
    return None, 0.5 * (special.yv(v - 1, z) - special.yv(v + 1, z))


@partials(special.iv)
def modified_first(v, z):
    return None, 0.5 * (special.iv(v - 1, z) + special.iv(v + 1, z))


@partials(special.kv)
def modified_second(v, z):
    return None, -0.5 * (special.kv(v - 1, z) + special.kv(v + 1, z))


@partials(special.yn)
def bessel_second_of_integer_order(n, x):
    return None, 0.5 * (special.yv(whole(n) - 1, x) - special.yv(whole(n) + 1, x))


@partials(special.kn)
def modified_second_of_integer_order(n, x):
    return None, -0.5 * (special.kv(whole(n) - 1, x) + special.kv(whole(n) + 1, x))


@inline
def whole(n):
    """An order as an integer: SciPy cuts off the fraction of one that isn't, and uses what is left."""
    return n if known(isinstance(n, int)) else np.trunc(n)


@partials(special.hankel1)
def hankel_first(v, z):
    return None, 0.5 * (special.hankel1(v - 1, z) - special.hankel1(v + 1, z))


@partials(special.hankel2)
def hankel_second(v, z):
    return None, 0.5 * (special.hankel2(v - 1, z) - special.hankel2(v + 1, z))


@partials(special.hankel1e)
def scaled_hankel_first(v, z, *, result):
    """hankel1(v, z) * exp(-1j * z)"""
    return None, 0.5 * (special.hankel1e(v - 1, z) - special.hankel1e(v + 1, z)) - 1j * result


@partials(special.hankel2e)
def scaled_hankel_second(v, z, *, result):
    """hankel2(v, z) * exp(1j * z)"""
    return None, 0.5 * (special.hankel2e(v - 1, z) - special.hankel2e(v + 1, z)) + 1j * result


@partials(special.kve)
def scaled_modified_second(v, z, *, result):
    """kv(v, z) * exp(z)"""
    if np.iscomplexobj(z):
        return None, result - 0.5 * (special.kve(v - 1, z) + special.kve(v + 1, z))
    return None, kve_slope(v, z)


@partials(special.ive)
def scaled_modified_first(v, z):
    """iv(v, z) * exp(-abs(z.real))"""
    if np.iscomplexobj(z):
        return refuse("it is not analytic: it is scaled by the absolute value of the real part")
    return None, ive_slope(v, z)


@partials(special.jve)
def scaled_bessel_first(v, z):
    """jv(v, z) * exp(-abs(z.imag))"""
    if np.iscomplexobj(z):
        return refuse("it is not analytic: it is scaled by the absolute value of the imaginary part")
    return None, 0.5 * (special.jve(v - 1, z) - special.jve(v + 1, z))


@partials(special.yve)
def scaled_bessel_second(v, z):
    """yv(v, z) * exp(-abs(z.imag))"""
    if np.iscomplexobj(z):
        return refuse("it is not analytic: it is scaled by the absolute value of the imaginary part")
    return None, 0.5 * (special.yve(v - 1, z) - special.yve(v + 1, z))


# --- of order 0 and 1 -----------------------------------------------------------------------------------------------


@partials(special.j0)
def bessel_first_0(x):
    return -special.j1(x)


@partials(special.j1)
def bessel_first_1(x):
    return 0.5 * (special.j0(x) - special.jv(2, x))


@partials(special.y0)
def bessel_second_0(x):
    return -special.y1(x)


@partials(special.y1)
def bessel_second_1(x):
    return 0.5 * (special.y0(x) - special.yv(2, x))


@partials(special.i0)
def modified_first_0(x):
    return special.i1(x)


@partials(special.i1)
def modified_first_1(x):
    return 0.5 * (special.i0(x) + special.iv(2, x))


@partials(special.k0)
def modified_second_0(x):
    return -special.k1(x)


@partials(special.k1)
def modified_second_1(x):
    return -0.5 * (special.k0(x) + special.kv(2, x))


@partials(special.i0e)
def scaled_modified_first_0(x):
    return ive_slope(0, x)


@partials(special.i1e)
def scaled_modified_first_1(x):
    return ive_slope(1, x)


@partials(special.k0e)
def scaled_modified_second_0(x):
    return kve_slope(0, x)


@partials(special.k1e)
def scaled_modified_second_1(x):
    return kve_slope(1, x)


@elementwise_helper
def ive_slope(v, x):
    """The derivative of ive(v, x): by its series where x is large (DLMF 10.40.1), where the difference would lose its
    digits."""
    size = np.abs(x)
    large = size > 1e4 * (1.0 + v * v)
    t = np.where(large, 0.0, x)
    near = 0.5 * (special.ive(v - 1, t) + special.ive(v + 1, t)) - np.sign(t) * special.ive(v, t)
    u, m = 0.125 / np.where(large, size, 1.0), 4.0 * v * v
    series = 1.0 - 3.0 * u * (m - 1.0) + 2.5 * u * u * (m - 1.0) * (m - 9.0)
    return np.where(large, -(np.copysign(1.0, x) ** (v + 1)) * 4.0 * u * np.sqrt(4.0 / np.pi * u) * series, near)


@elementwise_helper
def kve_slope(v, x):
    """The derivative of kve(v, x): by its series where x is large (DLMF 10.40.2), where the difference would lose its
    digits."""
    large = x > 1e4 * (1.0 + v * v)
    t = np.where(large, 1.0, x)
    near = special.kve(v, t) - 0.5 * (special.kve(v - 1, t) + special.kve(v + 1, t))
    u, m = 0.125 / np.where(large, x, 1.0), 4.0 * v * v
    series = 1.0 + 3.0 * u * (m - 1.0) + 2.5 * u * u * (m - 1.0) * (m - 9.0)
    return np.where(large, -4.0 * u * np.sqrt(4.0 * np.pi * u) * series, near)


# --- derivatives of Bessel functions: of order n, the next order ----------------------------------------------------


@partials(special.jvp)
def bessel_first_derivative(v, z, n=1):
    return None, special.jvp(v, z, n + 1)


@partials(special.yvp)
def bessel_second_derivative(v, z, n=1):
    return None, special.yvp(v, z, n + 1)


@partials(special.ivp)
def modified_first_derivative(v, z, n=1):
    return None, special.ivp(v, z, n + 1)


@partials(special.kvp)
def modified_second_derivative(v, z, n=1):
    return None, special.kvp(v, z, n + 1)


@partials(special.h1vp)
def hankel_first_derivative(v, z, n=1):
    return None, special.h1vp(v, z, n + 1)


@partials(special.h2vp)
def hankel_second_derivative(v, z, n=1):
    return None, special.h2vp(v, z, n + 1)


def in_double(kind: Kind) -> Kind:
    """Of numbers of single precision it depends on SciPy's version what the result is."""
    if getattr(kind, "dtype", "") in ("float64", "complex128"):
        return kind
    return Array("", kind.dims) if isinstance(kind, Array) else UNKNOWN


@kind(special.jvp, special.yvp, special.ivp, special.kvp)
def derivative_kind(v: Kind, z: Kind, n: Kind) -> Kind:
    return in_double(elementwise(special.jv, numeric(v), numeric(z)))


@kind(special.h1vp, special.h2vp)
def hankel_derivative_kind(v: Kind, z: Kind, n: Kind) -> Kind:
    return shaped("complex128", dims_of(elementwise(special.hankel1, numeric(v), numeric(z))))


# --- spherical (DLMF 10.51) -----------------------------------------------------------------------------------------


@partials(special.spherical_jn)
def spherical_first(n, z, derivative=False, *, result):
    if derivative:
        return None, (n * (n + 1) / (z * z) - 1.0) * special.spherical_jn(n, z) - 2.0 / z * result
    return None, special.spherical_jn(n, z, True)


@partials(special.spherical_yn)
def spherical_second(n, z, derivative=False, *, result):
    if derivative:
        return None, (n * (n + 1) / (z * z) - 1.0) * special.spherical_yn(n, z) - 2.0 / z * result
    return None, special.spherical_yn(n, z, True)


@partials(special.spherical_in)
def spherical_modified_first(n, z, derivative=False, *, result):
    if derivative:
        return None, (n * (n + 1) / (z * z) + 1.0) * special.spherical_in(n, z) - 2.0 / z * result
    return None, special.spherical_in(n, z, True)


@partials(special.spherical_kn)
def spherical_modified_second(n, z, derivative=False, *, result):
    if derivative:
        return None, (n * (n + 1) / (z * z) + 1.0) * special.spherical_kn(n, z) - 2.0 / z * result
    return None, special.spherical_kn(n, z, True)


@kind(special.spherical_jn, special.spherical_yn, special.spherical_in, special.spherical_kn)
def spherical_kind(n: Kind, z: Kind, derivative: Kind) -> Kind:
    n, z = numeric(n), numeric(z)
    return in_double(shaped(floating(getattr(z, "dtype", "")), dims_of(elementwise(np.add, n, z))))


# --- Struve and Kelvin functions (DLMF 11.4, 10.61) -----------------------------------------------------------------


@partials(special.struve)
def struve(v, x, *, result):
    return None, special.struve(v - 1, x) - v * result / not_zero(x)


@partials(special.modstruve)
def modified_struve(v, x, *, result):
    return None, special.modstruve(v - 1, x) - v * result / not_zero(x)


@partials(special.ber)
def kelvin_ber(x):
    return special.berp(x)


@partials(special.bei)
def kelvin_bei(x):
    return special.beip(x)


@partials(special.ker)
def kelvin_ker(x):
    return special.kerp(x)


@partials(special.kei)
def kelvin_kei(x):
    return special.keip(x)


@partials(special.berp)
def kelvin_ber_derivative(x, *, result):
    return -special.bei(x) - result / x


@partials(special.beip)
def kelvin_bei_derivative(x, *, result):
    return special.ber(x) - result / x


@partials(special.kerp)
def kelvin_ker_derivative(x, *, result):
    return -special.kei(x) - result / x


@partials(special.keip)
def kelvin_kei_derivative(x, *, result):
    return special.ker(x) - result / x


@partials(special.itstruve0)
def integral_of_struve(x):
    return special.struve(0, x)


@partials(special.itmodstruve0)
def integral_of_modified_struve(x):
    return special.modstruve(0, x)


@partials(special.it2struve0)
def integral_of_struve_over_t(x):
    return -special.struve(0, x) / x
