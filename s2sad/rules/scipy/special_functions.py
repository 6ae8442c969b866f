"""scipy.special: elliptic and exponential integrals, hypergeometric functions, orthogonal polynomials, distributions.

What has no derivative in elementary terms (an order, a parameter of a distribution) gets None: a gradient that
is asked for there is refused.
"""

from __future__ import annotations

import math

import numpy as np
from numpy import exp, sqrt
from scipy import special

from s2sad.rules.registry import inline, known, partials, rank
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.special import named
from s2sad.rules.scipy.special_bessel import whole

# --- elliptic integrals (DLMF 19), by Carlson's forms, which stay smooth where the parameter is 0 --------------------


@partials(special.ellipk)
def complete_elliptic_first(m):
    """DLMF 19.25.1 and 19.18.1."""
    return special.elliprd(0.0, 1.0, 1.0 - m) / 6.0


@partials(special.ellipkm1)
def complete_elliptic_first_near_one(p):
    return -special.elliprd(0.0, 1.0, p) / 6.0


@partials(special.ellipe)
def complete_elliptic_second(m):
    """(E - K) / (2 m), DLMF 19.4.2 and 19.25.1."""
    return -special.elliprd(0.0, 1.0 - m, 1.0) / 6.0


@partials(special.ellipkinc)
def incomplete_elliptic_first(phi, m):
    return 1.0 / sqrt(1.0 - m * np.sin(phi) ** 2), ellipkinc_slope(phi, m)


@elementwise_helper
def ellipkinc_slope(phi, m):
    """The derivative of ellipkinc in its parameter: whole periods, and a rest between -pi / 2 and pi / 2."""
    periods = np.round(phi / np.pi)
    s, c = np.sin(phi - np.pi * periods), np.cos(phi)
    complete = special.elliprd(0.0, 1.0, 1.0 - m)  # infinite at m = 1
    whole = periods * np.where(periods == 0.0, 0.0, complete) / 3.0
    return whole + s**3 * special.elliprd(c * c, 1.0, 1.0 - m * s * s) / 6.0


@partials(special.ellipeinc)
def incomplete_elliptic_second(phi, m):
    return sqrt(1.0 - m * np.sin(phi) ** 2), ellipeinc_slope(phi, m)


@elementwise_helper
def ellipeinc_slope(phi, m):
    """The derivative of ellipeinc in its parameter: whole periods, and a rest between -pi / 2 and pi / 2."""
    periods = np.round(phi / np.pi)
    s, c = np.sin(phi - np.pi * periods), np.cos(phi)
    whole = periods * special.elliprd(0.0, 1.0 - m, 1.0) / 3.0
    return -whole - s**3 * special.elliprd(c * c, 1.0 - m * s * s, 1.0) / 6.0


@partials(special.elliprf)
def carlson_first(x, y, z):
    """DLMF 19.18.1"""
    return -special.elliprd(y, z, x) / 6.0, -special.elliprd(x, z, y) / 6.0, -special.elliprd(x, y, z) / 6.0


@partials(special.elliprc)
def carlson_degenerate(x, y):
    return -special.elliprd(y, y, x) / 6.0, -special.elliprd(x, y, y) / 3.0


@partials(special.agm)
def arithmetic_geometric_mean(a, b, *, result):
    """DLMF 19.8.5 and 19.18.1: 1 / agm(a, b) = 2 / pi * R_F(0, a^2, b^2)."""
    factor = 2.0 / (3.0 * math.pi) * result * result
    return factor * a * special.elliprd(0.0, b * b, a * a), factor * b * special.elliprd(0.0, a * a, b * b)


# --- exponential integrals and hypergeometric functions (DLMF 6, 8.19, 13, 15) ---------------------------------------


@partials(special.expi)
def exponential_integral_i(x):
    return exp(x) / x


@partials(special.exp1)
def exponential_integral_1(z):
    return -exp(-z) / z


@partials(special.expn)
def exponential_integral_n(n, x):
    """DLMF 8.19.13"""
    return None, -expn_before(n, x)


@elementwise_helper
def expn_before(n, x):
    """expn(n - 1, x), also for n = 0."""
    return np.where(n == 0, np.exp(-x) * (1.0 + x) / x**2, special.expn(np.maximum(n - 1, 0), x))


@partials(special.hyp0f1)
def confluent_limit(v, z):
    return None, special.hyp0f1(v + 1, z) / v


@partials(special.hyp1f1)
def confluent_first(a, b, x):
    return None, None, a / b * special.hyp1f1(a + 1, b + 1, x)


@partials(special.hyperu)
def confluent_second(a, b, x):
    return None, None, -a * special.hyperu(a + 1, b + 1, x)


@partials(special.hyp2f1)
def hypergeometric(a, b, c, z):
    return None, None, None, a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, z)


@partials(*named("wright_bessel"))
def wright_bessel(a, b, x):
    """DLMF 10.46.1, term by term."""
    return None, None, special.wright_bessel(a, a + b, x)


@partials(*named("log_wright_bessel"))
def log_of_wright_bessel(a, b, x, *, result):
    return None, None, exp(special.log_wright_bessel(a, a + b, x) - result)


# --- orthogonal polynomials (DLMF 18.9) -----------------------------------------------------------------------------


@inline
def before(n):
    """The degree before n; of degree 0, where what is multiplied with it is 0, again 0."""
    return (n - 1 if n > 0 else 0) if known(rank(n) == 0) else np.maximum(n - 1, 0)


@partials(special.eval_legendre)
def legendre(n, x):
    return None, 0.5 * (n + 1) * special.eval_jacobi(n - 1, 1.0, 1.0, x)


@partials(special.eval_sh_legendre)
def shifted_legendre(n, x):
    return None, (n + 1) * special.eval_jacobi(n - 1, 1.0, 1.0, 2.0 * x - 1.0)


@partials(special.eval_chebyt)
def chebyshev_first(n, x):
    return None, n * special.eval_chebyu(n - 1, x)


@partials(special.eval_chebyu)
def chebyshev_second(n, x):
    return None, 2.0 * special.eval_gegenbauer(n - 1, 2.0, x)


@partials(special.eval_chebyc)
def chebyshev_first_on_two(n, x):
    return None, n * special.eval_chebyu(n - 1, 0.5 * x)


@partials(special.eval_chebys)
def chebyshev_second_on_two(n, x):
    return None, special.eval_gegenbauer(n - 1, 2.0, 0.5 * x)


@partials(special.eval_sh_chebyt)
def shifted_chebyshev_first(n, x):
    return None, 2.0 * n * special.eval_chebyu(n - 1, 2.0 * x - 1.0)


@partials(special.eval_sh_chebyu)
def shifted_chebyshev_second(n, x):
    return None, 4.0 * special.eval_gegenbauer(n - 1, 2.0, 2.0 * x - 1.0)


@partials(special.eval_gegenbauer)
def gegenbauer(n, alpha, x):
    return None, None, 2.0 * alpha * special.eval_gegenbauer(n - 1, alpha + 1.0, x)


@partials(special.eval_jacobi)
def jacobi(n, alpha, beta, x):
    slope = 0.5 * (n + alpha + beta + 1.0) * special.eval_jacobi(n - 1, alpha + 1.0, beta + 1.0, x)
    return None, None, None, slope


@partials(special.eval_sh_jacobi)
def shifted_jacobi(n, p, q, x):
    return None, None, None, n * special.eval_sh_jacobi(before(n), p + 2.0, q + 1.0, x)


@partials(special.eval_laguerre)
def laguerre(n, x):
    return None, -special.eval_genlaguerre(n - 1, 1.0, x)


@partials(special.eval_genlaguerre)
def generalized_laguerre(n, alpha, x):
    return None, None, -special.eval_genlaguerre(n - 1, alpha + 1.0, x)


@partials(special.eval_hermite)
def hermite(n, x):
    return None, 2.0 * n * special.eval_hermite(before(n), x)


@partials(special.eval_hermitenorm)
def hermite_of_statistics(n, x):
    return None, n * special.eval_hermitenorm(before(n), x)


@partials(special.lpmv)
def associated_legendre(m, v, x, *, result):
    """DLMF 14.10.5"""
    return None, None, ((v + m) * special.lpmv(m, v - 1, x) - v * x * result) / (1.0 - x * x)


# --- distributions, in their variable or the one parameter that has an elementary derivative ------------------------


@partials(special.bdtr)
def binomial_distribution(k, n, p):
    return None, None, -binomial_slope(k, n, p)


@partials(special.bdtrc)
def binomial_tail(k, n, p):
    return None, None, binomial_slope(k, n, p)


@partials(special.bdtri)
def inverse_binomial_distribution(k, n, y, *, result):
    return None, None, -1.0 / binomial_slope(k, n, result)


@inline
def log_binomial_slope(k, n, p):
    """Of whole numbers k and n, as in those below."""
    return special.xlogy(k, p) + special.xlog1py(n - k - 1, -p) - special.betaln(k + 1, n - k)


@inline
def binomial_slope(k, n, p):
    k, n = whole(k), whole(n)
    return exp(log_binomial_slope(k, n, p))


@partials(special.nbdtr)
def negative_binomial_distribution(k, n, p):
    return None, None, negative_binomial_slope(k, n, p)


@partials(special.nbdtrc)
def negative_binomial_tail(k, n, p):
    return None, None, -negative_binomial_slope(k, n, p)


@partials(special.nbdtri)
def inverse_negative_binomial_distribution(k, n, y, *, result):
    return None, None, 1.0 / negative_binomial_slope(k, n, result)


@inline
def log_negative_binomial_slope(k, n, p):
    return special.xlogy(n - 1, p) + special.xlog1py(k, -p) - special.betaln(n, k + 1)


@inline
def negative_binomial_slope(k, n, p):
    k, n = whole(k), whole(n)
    return exp(log_negative_binomial_slope(k, n, p))


@partials(special.pdtr)
def poisson_distribution(k, m):
    return None, -poisson_slope(k, m)


@partials(special.pdtrc)
def poisson_tail(k, m):
    return None, poisson_slope(k, m)


@partials(special.pdtri)
def inverse_poisson_distribution(k, y, *, result):
    return None, -1.0 / poisson_slope(k, result)


@inline
def log_poisson_slope(k, m):
    return special.xlogy(k, m) - m - special.gammaln(k + 1)


@inline
def poisson_slope(k, m):
    floor = np.floor(k)
    return exp(log_poisson_slope(floor, m))


@partials(special.chdtr)
def chi_square_distribution(v, x):
    return None, chi_square_density(v, x)


@partials(special.chdtrc)
def chi_square_tail(v, x):
    return None, -chi_square_density(v, x)


@partials(special.chdtri)
def inverse_chi_square_tail(v, p, *, result):
    return None, -1.0 / chi_square_density(v, result)


@inline
def chi_square_density(v, x):
    return 0.5 * exp(special.xlogy(0.5 * v - 1.0, 0.5 * x) - 0.5 * x - special.gammaln(0.5 * v))


@partials(special.gdtr)
def gamma_distribution(a, b, x):
    density = gamma_distribution_density(a, b, x)
    return x * density, None, a * density


@partials(special.gdtrc)
def gamma_tail(a, b, x):
    density = gamma_distribution_density(a, b, x)
    return -x * density, None, -a * density


@partials(special.gdtrix)
def inverse_gamma_distribution(a, b, p, *, result):
    return -result / a, None, 1.0 / (a * gamma_distribution_density(a, b, result))


@partials(special.gdtria)
def rate_of_gamma_distribution(p, b, x, *, result):
    return 1.0 / (x * gamma_distribution_density(result, b, x)), None, -result / x


@inline
def gamma_distribution_density(a, b, x):
    return exp(special.xlogy(b - 1.0, a * x) - a * x - special.gammaln(b))


@partials(special.stdtr)
def student_distribution(df, t):
    return None, student_density(df, t)


@partials(special.stdtrit)
def inverse_student_distribution(df, p, *, result):
    return None, 1.0 / student_density(df, result)


@inline
def student_density(df, t):
    return exp(-0.5 * (df + 1.0) * np.log1p(t * t / df) - special.betaln(0.5 * df, 0.5)) / np.sqrt(df)


@partials(special.fdtr)
def f_distribution(dfn, dfd, x):
    return None, None, f_density(dfn, dfd, x)


@partials(special.fdtrc)
def f_tail(dfn, dfd, x):
    return None, None, -f_density(dfn, dfd, x)


@partials(special.fdtri)
def inverse_f_distribution(dfn, dfd, p, *, result):
    return None, None, 1.0 / f_density(dfn, dfd, result)


@inline
def f_density(dfn, dfd, x):
    """By betainc(dfn / 2, dfd / 2, u) for u = dfn x / (dfd + dfn x)."""
    u = dfn * x / (dfd + dfn * x)
    steep = dfn * dfd / (dfd + dfn * x) ** 2
    return steep * exp(
        special.xlogy(0.5 * dfn - 1.0, u) + special.xlog1py(0.5 * dfd - 1.0, -u) - special.betaln(0.5 * dfn, 0.5 * dfd)
    )
