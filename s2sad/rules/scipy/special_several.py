"""scipy.special: functions with several results (DLMF 6, 7, 9, 22), and integrals of Airy and Bessel functions.

Each result is elementwise in the arguments; the cotangent of an argument is the sum over the results, of those that the
value depends on.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from s2sad.kinds import Kind, Tuple
from s2sad.rules import refused_special
from s2sad.rules.registry import adjoint, inline, kind, nondifferentiable, refuse, tangent, unbroadcast
from s2sad.rules.results import elementwise, elementwise_helper, numeric
from s2sad.rules.scipy.special_functions import ellipkinc_slope


def tuple_of(function):
    """A kind function: that many results, each as large as the arguments broadcast together."""

    def results_kind(*kinds: Kind) -> Kind:
        made = elementwise(function, *map(numeric, kinds))
        return Tuple((made,) * function.nout)

    return results_kind


@inline
def weighed(grad, slope):
    """The part of one result in the cotangent of an argument."""
    return 0.0 if grad is None else grad * slope


# --- Airy functions (DLMF 9) ----------------------------------------------------------------------------------------


@adjoint(special.airy, several=True, cost=100)
def airy(z, *, grad, result):
    """Both functions solve w'' = z w (DLMF 9.2.1)."""
    a, a_slope, b, b_slope = result
    a_grad, a_slope_grad, b_grad, b_slope_grad = grad
    first = weighed(a_grad, a_slope) + weighed(a_slope_grad, z * a)
    return first + weighed(b_grad, b_slope) + weighed(b_slope_grad, z * b)


@tangent(special.airy)
def airy_tangent(z, *, result, z_dot):
    a, a_slope, b, b_slope = result
    return a_slope * z_dot, z * a * z_dot, b_slope * z_dot, z * b * z_dot


kind(special.airy)(tuple_of(special.airy))


@adjoint(special.airye, several=True, cost=100)
def airye(z, *, grad, result):
    """Of a complex z, Ai and its derivative alone: Bi is scaled by an absolute value."""
    a, a_slope, b, b_slope = result
    a_grad, a_slope_grad, b_grad, b_slope_grad = grad
    if np.iscomplexobj(z):
        if b_grad is not None or b_slope_grad is not None:
            return refuse("the scaled Bi is not analytic; of complex numbers, take Ai and its derivative only")
        root = np.sqrt(z)
        return weighed(a_grad, a_slope + root * a) + weighed(a_slope_grad, z * a + root * a_slope)
    first = weighed(a_grad, airye_decaying(z, a_slope, a)) + weighed(a_slope_grad, airye_decaying_slope(z, a, a_slope))
    return (
        first
        + weighed(b_grad, airye_growing(z, b_slope, b))
        + weighed(b_slope_grad, airye_growing_slope(z, b, b_slope))
    )


@tangent(special.airye)
def airye_tangent(z, *, result, z_dot):
    a, a_slope, b, b_slope = result
    if np.iscomplexobj(z):
        return refuse("the scaled Bi is not analytic")
    return (
        airye_decaying(z, a_slope, a) * z_dot,
        airye_decaying_slope(z, a, a_slope) * z_dot,
        airye_growing(z, b_slope, b) * z_dot,
        airye_growing_slope(z, b, b_slope) * z_dot,
    )


kind(special.airye)(tuple_of(special.airye))


# exp(zeta) and exp(-zeta), zeta = 2/3 z^(3/2), have the logarithmic derivatives +-sqrt(z). Where z is large the sum
# would lose its digits: there by the series DLMF 9.7.5-9.7.8, of which each term is differentiated.


@elementwise_helper
def airye_decaying(z, a_slope, a):
    return np.where(z > 100.0, airye_series(z, -0.25, -1.0) / 2.0, a_slope + np.sqrt(z) * a)


@elementwise_helper
def airye_decaying_slope(z, a, a_slope):
    return np.where(z > 100.0, airye_series(z, 0.25, -1.0) / -2.0, z * a + np.sqrt(z) * a_slope)


@elementwise_helper
def airye_growing(z, b_slope, b):
    """For z < 0 nothing is scaled."""
    return np.where(z > 100.0, airye_series(z, -0.25, 1.0), b_slope - np.sqrt(np.maximum(z, 0.0)) * b)


@elementwise_helper
def airye_growing_slope(z, b, b_slope):
    return np.where(z > 100.0, airye_series(z, 0.25, 1.0), z * b - np.sqrt(np.maximum(z, 0.0)) * b_slope)


@elementwise_helper
def airye_series(z, power, sign):
    """The derivative of z^power / sqrt(pi) * (1 + sign * u1 / zeta + u2 / zeta^2 + ...), with v for u at power 1/4."""
    z = np.maximum(z, 100.0)
    u, zeta = [5.0 / 72.0, 385.0 / 10368.0, 85085.0 / 2239488.0], 2.0 / 3.0 * sign * z**1.5
    if power > 0:
        u = [-7.0 / 72.0, -455.0 / 10368.0, -95095.0 / 2239488.0]
    total = power + (power - 1.5) * u[0] / zeta + (power - 3.0) * u[1] / zeta**2 + (power - 4.5) * u[2] / zeta**3
    return z ** (power - 1.0) * total / math.sqrt(math.pi)


# --- integrals of one variable: result by result, the integrand ------------------------------------------------------


def of_integrals(function, *integrands):
    """The rule of a function of one variable whose two or four results have these derivatives."""
    first, second = integrands[:2]

    if len(integrands) == 2:

        def integrals(x, *, grad):
            return weighed(grad[0], first(x)) + weighed(grad[1], second(x))

        def integrals_tangent(x, *, x_dot):
            return first(x) * x_dot, second(x) * x_dot

    else:
        third, fourth = integrands[2:]

        def integrals(x, *, grad):
            made = weighed(grad[0], first(x)) + weighed(grad[1], second(x))
            return made + weighed(grad[2], third(x)) + weighed(grad[3], fourth(x))

        def integrals_tangent(x, *, x_dot):
            return first(x) * x_dot, second(x) * x_dot, third(x) * x_dot, fourth(x) * x_dot

    adjoint(function, several=True, cost=100)(integrals)
    tangent(function)(integrals_tangent)
    kind(function)(tuple_of(function))


@elementwise_helper
def sine_over(x):
    """sin(x) / x, and 1 at 0."""
    return np.where(x == 0.0, 1.0, np.sin(x) / np.where(x == 0.0, 1.0, x))


@inline
def cosine_over(x):
    return np.cos(x) / x


@elementwise_helper
def hyperbolic_sine_over(x):
    return np.where(x == 0.0, 1.0, np.sinh(x) / np.where(x == 0.0, 1.0, x))


@inline
def hyperbolic_cosine_over(x):
    return np.cosh(x) / x


@inline
def fresnel_sine(x):
    return np.sin(0.5 * math.pi * x * x)


@inline
def fresnel_cosine(x):
    return np.cos(0.5 * math.pi * x * x)


@inline
def airy_first(x):
    return special.airy(x)[0]


@inline
def airy_second(x):
    return special.airy(x)[2]


@inline
def airy_first_of_minus(x):
    return special.airy(-x)[0]


@inline
def airy_second_of_minus(x):
    return special.airy(-x)[2]


@inline
def modified_over(x):
    return bessel_0_minus_one_over(x, 1.0)


@inline
def bessel_over(x):
    return -bessel_0_minus_one_over(x, -1.0)


@elementwise_helper
def bessel_0_minus_one_over(x, sign):
    """(I0(x) - 1) / x, or for sign = -1 (J0(x) - 1) / x: by the series near 0 (DLMF 10.2.2, 10.25.2)."""
    small = np.abs(x) < 0.5
    t, u = np.where(small, 1.0, x), np.where(small, 0.25 * sign * x * x, 0.0)
    series = (
        0.25 * sign * x * (1.0 + u / 4.0 * (1.0 + u / 9.0 * (1.0 + u / 16.0 * (1.0 + u / 25.0 * (1.0 + u / 36.0)))))
    )
    return np.where(small, series, ((special.i0(t) if sign > 0 else special.j0(t)) - 1.0) / t)


@inline
def modified_second_over(x):
    return -special.k0(x) / x


@inline
def bessel_second_over(x):
    return -special.y0(x) / x


of_integrals(special.sici, sine_over, cosine_over)
of_integrals(special.shichi, hyperbolic_sine_over, hyperbolic_cosine_over)
of_integrals(special.fresnel, fresnel_sine, fresnel_cosine)
of_integrals(special.iti0k0, special.i0, special.k0)
of_integrals(special.itj0y0, special.j0, special.y0)
of_integrals(special.it2i0k0, modified_over, modified_second_over)
of_integrals(special.it2j0y0, bessel_over, bessel_second_over)
of_integrals(special.itairy, airy_first, airy_second, airy_first_of_minus, airy_second_of_minus)


# --- a function and its derivative, by the differential equation -----------------------------------------------------


@adjoint(special.pbdv, special.pbvv, several=True, cost=100)
def parabolic_cylinder(v, x, *, grad, result):
    """DLMF 12.2.2, with a = -v - 1/2."""
    made = weighed(grad[0], result[1]) + weighed(grad[1], (0.25 * x * x - v - 0.5) * result[0])
    return None, unbroadcast(made)


@tangent(special.pbdv, special.pbvv)
def parabolic_cylinder_tangent(v, x, *, result, x_dot):
    return result[1] * x_dot, (0.25 * x * x - v - 0.5) * result[0] * x_dot


@adjoint(special.pbwa, several=True, cost=100)
def parabolic_cylinder_w(a, x, *, grad, result):
    """DLMF 12.14.2"""
    return None, unbroadcast(weighed(grad[0], result[1]) + weighed(grad[1], (a - 0.25 * x * x) * result[0]))


@tangent(special.pbwa)
def parabolic_cylinder_w_tangent(a, x, *, result, x_dot):
    return result[1] * x_dot, (a - 0.25 * x * x) * result[0] * x_dot


for _function in (special.pbdv, special.pbvv, special.pbwa):
    kind(_function)(tuple_of(_function))


@adjoint(special.kelvin, several=True, cost=100)
def kelvin(x, *, grad, result):
    """Be and Ke solve x^2 w'' + x w' = i x^2 w (DLMF 10.61.3)."""
    be, ke, be_slope, ke_slope = result
    be_grad, ke_grad, be_slope_grad, ke_slope_grad = grad
    first = weighed(be_grad, be_slope) + weighed(be_slope_grad, 1j * be - be_slope / x)
    return np.real(first + weighed(ke_grad, ke_slope) + weighed(ke_slope_grad, 1j * ke - ke_slope / x))


@tangent(special.kelvin)
def kelvin_tangent(x, *, result, x_dot):
    be, ke, be_slope, ke_slope = result
    second, other = (1j * be - be_slope / x) * x_dot, (1j * ke - ke_slope / x) * x_dot
    return be_slope * x_dot, ke_slope * x_dot, second, other


kind(special.kelvin)(tuple_of(special.kelvin))

# --- Jacobi's elliptic functions (DLMF 22) --------------------------------------------------------------------------


@adjoint(special.ellipj, several=True, cost=300)
def jacobi_elliptic(u, m, *, grad, result):
    """DLMF 22.13.1 in u; in m by the amplitude, since u is the elliptic integral of it."""
    sn, cn, dn, _ = result
    sn_grad, cn_grad, dn_grad, ph_grad = grad
    ph_total = weighed(sn_grad, cn) - weighed(cn_grad, sn) - weighed(dn_grad, m * sn * cn / dn) + weighed(ph_grad, 1.0)
    u_grad = ph_total * dn
    m_grad = -u_grad * ellipkinc_slope(result[3], m) - weighed(dn_grad, sn * sn / (2.0 * dn))
    return unbroadcast(u_grad), unbroadcast(m_grad)


@tangent(special.ellipj)
def jacobi_elliptic_tangent(u, m, *, result, u_dot, m_dot):
    sn, cn, dn, ph = result
    ph_dot = dn * (u_dot - ellipkinc_slope(ph, m) * m_dot)
    return cn * ph_dot, -sn * ph_dot, -(m * sn * cn * ph_dot + 0.5 * sn * sn * m_dot) / dn, ph_dot


kind(special.ellipj)(tuple_of(special.ellipj))

# --- of whole numbers -----------------------------------------------------------------------------------------------

nondifferentiable(*(getattr(special, name) for name in refused_special.CONSTANTS.split() if hasattr(special, name)))
