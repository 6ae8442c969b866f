"""scipy.special: gamma and beta functions, whole and incomplete, and the numbers made of them (DLMF 5, 8)."""

from __future__ import annotations

import numpy as np
from numpy import exp
from scipy import special

from s2sad.kinds import UNKNOWN, Kind
from s2sad.rules.registry import inline, kind, nondifferentiable, partials, refuse
from s2sad.rules.results import dims_of, elementwise, elementwise_helper, numeric, shaped, value_of
from s2sad.rules.scipy.special_bessel import in_double


@partials(special.gamma)
def gamma(z, *, result):
    return result * special.psi(z)


@partials(special.gammaln, special.loggamma)
def log_gamma(z):
    return special.psi(z)


@partials(special.rgamma)
def reciprocal_gamma(z, *, result):
    return -result * special.psi(z) if np.iscomplexobj(z) else rgamma_slope(z, result)


@elementwise_helper
def rgamma_slope(x, result):
    """The derivative of rgamma; where it is zero, at 0, -1, ..., by reflection (DLMF 5.5.3). It tends to 0 at inf."""
    zero = (x <= 0.0) & (result == 0.0)
    at_zero = np.cos(np.pi * np.where(zero, x % 2.0, 0.0)) * special.gamma(np.where(zero, 1.0 - x, 1.0))
    return np.where(zero, at_zero, -result * special.psi(np.where(zero | (x == np.inf), 1.0, x)))


@partials(special.psi, special.digamma)
def digamma(z):
    if np.iscomplexobj(z):
        return refuse("of complex numbers, for which scipy.special has no trigamma function")
    return special.polygamma(1, z)


nondifferentiable(special.gammasgn)
kind(special.gammasgn)(lambda x: elementwise(special.gammasgn, x))


@partials(special.polygamma)
def polygamma(n, x):
    return None, special.polygamma(n + 1, x)


@kind(special.polygamma)
def polygamma_kind(n: Kind, x: Kind) -> Kind:
    return shaped("float64", dims_of(elementwise(np.add, numeric(n), numeric(x))), scalar=False)


@partials(special.multigammaln)
def log_of_multivariate_gamma(a, d):
    return sum(special.psi(a - 0.5 * j) for j in range(d)), None


@kind(special.multigammaln)
def like_argument(a: Kind, d: Kind) -> Kind:
    return shaped("float64", dims_of(numeric(a)))


@partials(special.zeta)
def hurwitz_zeta(x, q=None):
    """DLMF 25.11.17. There is no such form for the derivative in x."""
    return None, -x * special.zeta(x + 1.0, q)


@kind(special.zeta)
def zeta_kind(x: Kind, q: Kind) -> Kind:
    return elementwise(np.arctan2, x, x if value_of(q) is None else q)


@partials(special.beta)
def beta(a, b, *, result):
    whole = special.psi(a + b)
    return result * (special.psi(a) - whole), result * (special.psi(b) - whole)


@partials(special.betaln)
def log_beta(a, b):
    whole = special.psi(a + b)
    return special.psi(a) - whole, special.psi(b) - whole


@partials(special.binom)
def binomial_coefficient(n, k, *, result):
    rest = special.psi(n - k + 1.0)
    return result * (special.psi(n + 1.0) - rest), result * (rest - special.psi(k + 1.0))


@partials(special.poch)
def rising_factorial(z, m, *, result):
    whole = special.psi(z + m)
    return result * (whole - special.psi(z)), result * whole


@partials(special.comb)
def combinations(N, k, *, exact=False, repetition=False, result):
    """That of special.binom, and 0 where the number is 0 by definition."""
    if exact:
        return refuse("with exact=True, which is for whole numbers")
    n = N + k - 1.0 if repetition else N
    rest, fewer = special.psi(n - k + 1.0), special.psi(k + 1.0)
    inside = (k <= n) & (n >= 0) & (k >= 0)
    upper = np.where(inside, result * (special.psi(n + 1.0) - rest), 0.0)
    lower = np.where(inside, result * (rest - fewer), 0.0)
    return upper, upper + lower if repetition else lower


@partials(special.perm)
def permutations(N, k, exact=False, *, result):
    if exact:
        return refuse("with exact=True, which is for whole numbers")
    rest = special.psi(N - k + 1.0)
    inside = (k <= N) & (N >= 0) & (k >= 0)
    return np.where(inside, result * (special.psi(N + 1.0) - rest), 0.0), np.where(inside, result * rest, 0.0)


@partials(special.factorial)
def factorial(n, exact=False, extend="zero", *, result):
    """gamma(n + 1); below 0 it is taken as 0."""
    if exact or extend != "zero":
        return refuse("with exact=True or extend='complex': use special.gamma(n + 1)")
    return np.where(n < 0, 0.0, result * special.psi(np.where(n < 0, 0.0, n) + 1.0))


@kind(special.comb)
def combinations_kind(N: Kind, k: Kind, *, exact: Kind, repetition: Kind) -> Kind:
    return permutations_kind(N, k, exact)


@kind(special.perm)
def permutations_kind(N: Kind, k: Kind, exact: Kind) -> Kind:
    if value_of(exact) is not False:
        return UNKNOWN
    return in_double(elementwise(special.binom, numeric(N), numeric(k)))


@kind(special.factorial)
def factorial_kind(n: Kind, exact: Kind, extend: Kind) -> Kind:
    if value_of(exact) is not False:
        return UNKNOWN
    return in_double(elementwise(special.gamma, numeric(n)))


@partials(special.gammainc)
def incomplete_gamma(a, x):
    return None, gamma_density(a, x)


@partials(special.gammaincc)
def complementary_incomplete_gamma(a, x):
    return None, -gamma_density(a, x)


@partials(special.gammaincinv)
def inverse_incomplete_gamma(a, y, *, result):
    return None, 1.0 / gamma_density(a, result)


@partials(special.gammainccinv)
def inverse_complementary_incomplete_gamma(a, y, *, result):
    return None, -1.0 / gamma_density(a, result)


@inline
def gamma_density(a, x):
    """DLMF 8.8.13, by logarithms, so that nothing overflows."""
    return exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


@partials(special.betainc)
def incomplete_beta(a, b, x):
    return None, None, beta_density(a, b, x)


@partials(special.betaincc)
def complementary_incomplete_beta(a, b, x):
    return None, None, -beta_density(a, b, x)


@partials(special.betaincinv)
def inverse_incomplete_beta(a, b, y, *, result):
    return None, None, 1.0 / beta_density(a, b, result)


@partials(special.betainccinv)
def inverse_complementary_incomplete_beta(a, b, y, *, result):
    return None, None, -1.0 / beta_density(a, b, result)


@inline
def beta_density(a, b, x):
    return exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))
