"""scipy.stats: further distributions with one or two parameters of the shape. See stats_shapes.py, stats_two_shapes.py.

Densities as scipy.stats defines them; their derivatives are elementary, or elementary in scipy.special.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import cos, exp, expm1, log, log1p, sin, sqrt, tanh
from scipy import special, stats

from s2sad.rules.registry import inline
from s2sad.rules.scipy.stats import everywhere, in_unit_interval, normal_quotient, positive
from s2sad.rules.scipy.stats_shapes import of_shape
from s2sad.rules.scipy.stats_two_shapes import of_two_shapes

# --- with one parameter ----------------------------------------------------------------------------------------------


@inline
def argus_mass(chi):
    """The distribution function of a chi variable of three degrees of freedom, halved."""
    return 0.5 * special.gammainc(1.5, 0.5 * chi * chi)


@inline
def argus_slope(chi):
    """The derivative of that."""
    return chi * chi * exp(-0.5 * chi * chi) / math.sqrt(2.0 * math.pi)


@inline
def argus_log_density(z, chi):
    width = (1.0 - z) * (1.0 + z)
    constant = 3.0 * log(chi) - 0.5 * math.log(2.0 * math.pi) - log(argus_mass(chi))
    return constant + log(z) + 0.5 * log(width) - 0.5 * chi * chi * width


@inline
def argus_score(z, chi):
    return 1.0 / z - z / ((1.0 - z) * (1.0 + z)) + chi * chi * z


@inline
def argus_shape_score(z, chi):
    return 3.0 / chi - argus_slope(chi) / argus_mass(chi) - chi * (1.0 - z) * (1.0 + z)


@inline
def argus_moved(z, chi):
    width = (1.0 - z) * (1.0 + z)
    share = argus_mass(chi * sqrt(width)) / argus_mass(chi)
    return (width - share * exp(-0.5 * chi * chi * z * z) / sqrt(width)) / (chi * z)


@inline
def before_end(z, c):
    return (z >= 0.0) & (c * z < 1.0)


@inline
def genhalflogistic_argument(z, c):
    """The argument of which the distribution function is that of the half-logistic distribution."""
    return -log1p(-c * z) / c


@inline
def genhalflogistic_log_density(z, c):
    y = genhalflogistic_argument(z, c)
    return math.log(2.0) + special.log_expit(y) + special.log_expit(-y) - log1p(-c * z)


@inline
def genhalflogistic_score(z, c):
    return (c - tanh(0.5 * genhalflogistic_argument(z, c))) / (1.0 - c * z)


@inline
def genhalflogistic_shape_score(z, c):
    slope = log1p(-c * z) / (c * c) + z / (c * (1.0 - c * z))
    return z / (1.0 - c * z) - tanh(0.5 * genhalflogistic_argument(z, c)) * slope


@inline
def genhalflogistic_moved(z, c):
    return -((1.0 - c * z) * log1p(-c * z) / c + z) / c


@inline
def breitwigner_distance(z, rho):
    return (z - rho) * (z + rho) / rho


@inline
def breitwigner_log_density(z, rho):
    root = sqrt(1.0 + 1.0 / (rho * rho))
    constant = 0.5 * log(2.0 * root * root / (1.0 + root)) + math.log(2.0 / math.pi)
    return constant - log1p(breitwigner_distance(z, rho) ** 2)


@inline
def breitwigner_score(z, rho):
    w = breitwigner_distance(z, rho)
    return -4.0 * w * z / (rho * (1.0 + w * w))


@inline
def breitwigner_shape_score(z, rho):
    w, root = breitwigner_distance(z, rho), sqrt(1.0 + 1.0 / (rho * rho))
    constant = (0.5 / (root * (1.0 + root)) - 1.0 / (root * root)) / rho**3
    return constant + 2.0 * w * (1.0 + (z / rho) ** 2) / (1.0 + w * w)


@inline
def up_to_shape(z, b):
    return (z >= 0.0) & (z <= b)


@inline
def truncexpon_log_density(z, b):
    return -z - log(-expm1(-b))


@inline
def truncexpon_score(z, b):
    return -1.0 + 0.0 * z


@inline
def truncexpon_shape_score(z, b):
    return -1.0 / expm1(b) + 0.0 * z


@inline
def truncexpon_moved(z, b):
    return expm1(z) / expm1(b)


@inline
def within_turn(z, c):
    return (z >= 0.0) & (z <= 2.0 * math.pi)


@inline
def wrapcauchy_log_density(z, c):
    return log1p(-c * c) - log(1.0 + c * c - 2.0 * c * cos(z)) - math.log(2.0 * math.pi)


@inline
def wrapcauchy_score(z, c):
    return -2.0 * c * sin(z) / (1.0 + c * c - 2.0 * c * cos(z))


@inline
def wrapcauchy_shape_score(z, c):
    return 2.0 * (cos(z) - c) / (1.0 + c * c - 2.0 * c * cos(z)) - 2.0 * c / (1.0 - c * c)


@inline
def wrapcauchy_moved(z, c):
    return -2.0 * sin(z) / (1.0 - c * c)


of_shape(stats.argus, in_unit_interval, argus_log_density, argus_score, argus_shape_score, argus_moved)
of_shape(
    stats.genhalflogistic,
    before_end,
    genhalflogistic_log_density,
    genhalflogistic_score,
    genhalflogistic_shape_score,
    genhalflogistic_moved,
)
if hasattr(stats, "rel_breitwigner"):
    of_shape(stats.rel_breitwigner, positive, breitwigner_log_density, breitwigner_score, breitwigner_shape_score)
of_shape(
    stats.truncexpon,
    up_to_shape,
    truncexpon_log_density,
    truncexpon_score,
    truncexpon_shape_score,
    truncexpon_moved,
)
of_shape(
    stats.wrapcauchy,
    within_turn,
    wrapcauchy_log_density,
    wrapcauchy_score,
    wrapcauchy_shape_score,
    wrapcauchy_moved,
)

# --- with two --------------------------------------------------------------------------------------------------------


@inline
def exponweib_log_density(z, a, c):
    t = z**c
    return log(a * c) + (a - 1.0) * log(-expm1(-t)) - t + (c - 1.0) * log(z)


@inline
def exponweib_score(z, a, c):
    t = z**c
    return (c * ((a - 1.0) * t / expm1(t) - t + 1.0) - 1.0) / z


@inline
def exponweib_first(z, a, c):
    return 1.0 / a + log(-expm1(-(z**c)))


@inline
def exponweib_second(z, a, c):
    t = z**c
    return 1.0 / c + log(z) * ((a - 1.0) * t / expm1(t) - t + 1.0)


@inline
def exponweib_first_moved(z, a, c):
    t = z**c
    return -log(-expm1(-t)) * z * expm1(t) / (a * c * t)


@inline
def power_second_moved(z, a, c):
    return -z * log(z) / c


@inline
def burr_log_density(z, c, d):
    return log(c * d) - (c + 1.0) * log(z) - (d + 1.0) * log1p(z**-c)


@inline
def burr_score(z, c, d):
    return ((d + 1.0) * c / (1.0 + z**c) - c - 1.0) / z


@inline
def burr_first(z, c, d):
    return 1.0 / c + log(z) * ((d + 1.0) / (1.0 + z**c) - 1.0)


@inline
def burr_second(z, c, d):
    return 1.0 / d - log1p(z**-c)


@inline
def burr_first_moved(z, c, d):
    return -z * log(z) / c


@inline
def burr_second_moved(z, c, d):
    return z * (1.0 + z**c) * log1p(z**-c) / (c * d)


@inline
def mielke_log_density(z, k, s):
    return log(k) + (k - 1.0) * log(z) - (1.0 + k / s) * log1p(z**s)


@inline
def mielke_score(z, k, s):
    return (k - 1.0 - (k + s) * z**s / (1.0 + z**s)) / z


@inline
def mielke_first(z, k, s):
    return 1.0 / k + log(z) - log1p(z**s) / s


@inline
def mielke_second(z, k, s):
    return k * log1p(z**s) / (s * s) - (1.0 + k / s) * log(z) * z**s / (1.0 + z**s)


@inline
def mielke_first_moved(z, k, s):
    return z * (1.0 + z**s) * (log1p(z**s) / s - log(z)) / k


@inline
def mielke_second_moved(z, k, s):
    return z * (z**s * log(z) - (1.0 + z**s) * log1p(z**s) / s) / s


@inline
def norminvgauss_quotient(z, a):
    """K_0 over K_1, of the argument of the Bessel function in the density."""
    u = a * np.hypot(1.0, z)
    return special.k0e(u) / special.k1e(u)


@inline
def norminvgauss_log_density(z, a, b):
    length = np.hypot(1.0, z)
    return log(a * special.k1e(a * length) / (math.pi * length)) - a * length + b * z + sqrt((a - b) * (a + b))


@inline
def norminvgauss_score(z, a, b):
    length = np.hypot(1.0, z)
    return b - 2.0 * z / (length * length) - a * z / length * norminvgauss_quotient(z, a)


@inline
def norminvgauss_first(z, a, b):
    return a / sqrt((a - b) * (a + b)) - np.hypot(1.0, z) * norminvgauss_quotient(z, a)


@inline
def norminvgauss_second(z, a, b):
    return z - b / sqrt((a - b) * (a + b))


@inline
def powerlognorm_log_density(z, c, s):
    y = log(z) / s
    return log(c / (s * z)) - 0.5 * y * y + (c - 1.0) * special.log_ndtr(-y) - 0.5 * math.log(2.0 * math.pi)


@inline
def powerlognorm_score(z, c, s):
    y = log(z) / s
    return -(1.0 + (y + (c - 1.0) * normal_quotient(-y)) / s) / z


@inline
def powerlognorm_first(z, c, s):
    return 1.0 / c + special.log_ndtr(-log(z) / s)


@inline
def powerlognorm_second(z, c, s):
    y = log(z) / s
    return (y * (y + (c - 1.0) * normal_quotient(-y)) - 1.0) / s


@inline
def powerlognorm_first_moved(z, c, s):
    y = log(z) / s
    return s * z * special.log_ndtr(-y) / (c * normal_quotient(-y))


@inline
def powerlognorm_second_moved(z, c, s):
    return z * log(z) / s


@inline
def from_one_to_shape(z, b, c):
    return (z >= 1.0) & (z <= c)


@inline
def truncpareto_log_density(z, b, c):
    return log(b / -expm1(-b * log(c))) - (b + 1.0) * log(z)


@inline
def truncpareto_score(z, b, c):
    return -(b + 1.0) / z


@inline
def truncpareto_first(z, b, c):
    return 1.0 / b - log(z) - log(c) / expm1(b * log(c))


@inline
def truncpareto_second(z, b, c):
    return -b / (c * expm1(b * log(c))) + 0.0 * z


@inline
def truncpareto_first_moved(z, b, c):
    return z * (log(c) * expm1(b * log(z)) / expm1(b * log(c)) - log(z)) / b


@inline
def truncpareto_second_moved(z, b, c):
    return z * expm1(b * log(z)) / (c * expm1(b * log(c)))


@inline
def skew_share(z, a, b):
    return z / sqrt(a + b + z * z)


@inline
def skew_pull(z, a, b):
    """The derivative of the logarithm of the density in `skew_share`, over (a + b + z^2)^1.5."""
    w = skew_share(z, a, b)
    return ((a + 0.5) / (1.0 + w) - (b + 0.5) / (1.0 - w)) / (a + b + z * z) ** 1.5


@inline
def jf_skew_t_log_density(z, a, b):
    w = skew_share(z, a, b)
    constant = (a + b - 1.0) * math.log(2.0) + special.betaln(a, b) + 0.5 * log(a + b)
    return (a + 0.5) * log1p(w) + (b + 0.5) * log1p(-w) - constant


@inline
def jf_skew_t_score(z, a, b):
    return (a + b) * skew_pull(z, a, b)


@inline
def jf_skew_t_first(z, a, b):
    constant = math.log(2.0) + special.psi(a) - special.psi(a + b) + 0.5 / (a + b)
    return log1p(skew_share(z, a, b)) - 0.5 * z * skew_pull(z, a, b) - constant


@inline
def jf_skew_t_second(z, a, b):
    constant = math.log(2.0) + special.psi(b) - special.psi(a + b) + 0.5 / (a + b)
    return log1p(-skew_share(z, a, b)) - 0.5 * z * skew_pull(z, a, b) - constant


of_two_shapes(
    stats.exponweib,
    positive,
    exponweib_log_density,
    exponweib_score,
    exponweib_first,
    exponweib_second,
    exponweib_first_moved,
    power_second_moved,
)
of_two_shapes(
    stats.burr, positive, burr_log_density, burr_score, burr_first, burr_second, burr_first_moved, burr_second_moved
)
of_two_shapes(
    stats.mielke,
    positive,
    mielke_log_density,
    mielke_score,
    mielke_first,
    mielke_second,
    mielke_first_moved,
    mielke_second_moved,
)
of_two_shapes(
    stats.norminvgauss,
    everywhere,
    norminvgauss_log_density,
    norminvgauss_score,
    norminvgauss_first,
    norminvgauss_second,
)
of_two_shapes(
    stats.powerlognorm,
    positive,
    powerlognorm_log_density,
    powerlognorm_score,
    powerlognorm_first,
    powerlognorm_second,
    powerlognorm_first_moved,
    powerlognorm_second_moved,
)
of_two_shapes(
    stats.truncpareto,
    from_one_to_shape,
    truncpareto_log_density,
    truncpareto_score,
    truncpareto_first,
    truncpareto_second,
    truncpareto_first_moved,
    truncpareto_second_moved,
)
if hasattr(stats, "jf_skew_t"):
    of_two_shapes(
        stats.jf_skew_t,
        everywhere,
        jf_skew_t_log_density,
        jf_skew_t_score,
        jf_skew_t_first,
        jf_skew_t_second,
    )
