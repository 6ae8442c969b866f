"""scipy.stats: the noncentral chi-squared and t distributions, by what they are measured at and by how far they are off
the center (`nc`), as in the power of a test. In the degrees of freedom there is no elementary derivative.

That of a noncentral chi-squared distribution function in nc is minus the density with two degrees of freedom more
(N. Johnson, S. Kotz and N. Balakrishnan, "Continuous Univariate Distributions", volume 2, 1995, 29.4). With Z normal
and W the root of a chi-squared number over its degrees of freedom, the noncentral t distribution is that of
(Z + nc) / W. All its derivatives are among the means of W**k phi(t W - nc), which for k = 0 and 2 are densities with
one degree of freedom less and more.
"""

from __future__ import annotations

import numpy as np
from numpy import exp
from scipy import special, stats

from s2sad.rules.registry import inline, partials
from s2sad.rules.results import elementwise_helper
from s2sad.rules.scipy.stats import kinds_of, positive, standard, within

# --- chi-squared -----------------------------------------------------------------------------------------------------


def bessel_share(z, df, nc):
    """I_(v + 1) / I_v at u = sqrt(z nc), over u, for v = df / 2 - 1; where both vanish by their continued fraction."""
    u = np.sqrt(np.maximum(z * nc, 0.0))
    below, above = special.ive(0.5 * df - 1.0, u), special.ive(0.5 * df, u)
    some = (below > 1e-290) & (u > 0.0)
    square = u * u
    small = 1.0 / (df + square / (df + 2.0 + square / (df + 4.0 + square / (df + 6.0))))
    return np.where(some, above / np.where(some, below * u, 1.0), small)


elementwise_helper(bessel_share)


@inline
def ncx2_score(z, df, nc):
    return (0.5 * df - 1.0) / z + 0.5 * nc * bessel_share(z, df, nc) - 0.5


@inline
def ncx2_second(z, df, nc):
    return 0.5 * z * bessel_share(z, df, nc) - 0.5


@inline
def ncx2_moved(z, df, nc):
    """How a quantile moves with nc."""
    return z * bessel_share(z, df, nc)


@partials(stats.ncx2.logpdf)
def noncentral_log_density(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = within(positive(z), ncx2_score(z, df, nc) / scale)
    in_nc = within(positive(z), ncx2_second(z, df, nc))
    return slope, None, in_nc, -slope, -within(positive(z), 1.0 / scale) - z * slope


@partials(stats.ncx2.pdf)
def noncentral_density(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    slope = within(positive(z), result * ncx2_score(z, df, nc) / scale)
    return slope, None, within(positive(z), result * ncx2_second(z, df, nc)), -slope, -result / scale - z * slope


@partials(stats.ncx2.cdf)
def noncentral_share(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    density = stats.ncx2.pdf(z, df, nc)
    slope = within(positive(z), density / scale)
    return slope, None, -within(positive(z), density * ncx2_moved(z, df, nc)), -slope, -z * slope


@partials(stats.ncx2.sf)
def noncentral_tail(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    density = stats.ncx2.pdf(z, df, nc)
    slope = within(positive(z), density / scale)
    return -slope, None, within(positive(z), density * ncx2_moved(z, df, nc)), slope, z * slope


@partials(stats.ncx2.logcdf)
def noncentral_log_share(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    share = exp(stats.ncx2.logpdf(z, df, nc) - result)
    slope = within(positive(z), share / scale)
    return slope, None, -within(positive(z), share * ncx2_moved(z, df, nc)), -slope, -z * slope


@partials(stats.ncx2.logsf)
def noncentral_log_tail(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    share = exp(stats.ncx2.logpdf(z, df, nc) - result)
    slope = within(positive(z), share / scale)
    return -slope, None, within(positive(z), share * ncx2_moved(z, df, nc)), slope, z * slope


@partials(stats.ncx2.ppf)
def noncentral_quantile(q, df, nc, loc=0, scale=1, *, result):
    z = (result - loc) / scale
    return scale / stats.ncx2.pdf(z, df, nc), None, scale * ncx2_moved(z, df, nc), 1.0, z


@partials(stats.ncx2.isf)
def noncentral_upper_quantile(q, df, nc, loc=0, scale=1, *, result):
    z = (result - loc) / scale
    return -scale / stats.ncx2.pdf(z, df, nc), None, scale * ncx2_moved(z, df, nc), 1.0, z


# --- t ---------------------------------------------------------------------------------------------------------------


@elementwise_helper
def nct_mean(z, df, nc):
    """The mean of phi(z W - nc): with one degree of freedom less, or of those with more, integrated by parts."""
    less = np.maximum(df, 1.5) - 1.0
    gammas = special.gammaln(0.5 * less) - special.gammaln(0.5 * less + 0.5)
    mean = np.sqrt(0.5 * less) * np.exp(gammas) * stats.nct.pdf(z * np.sqrt(less / (less + 1.0)), less, nc)
    by_parts = ((df + z * z) * nct_square(z, df, nc) - z * nc * stats.nct.pdf(z, df, nc)) / df
    return np.where(df < 1.5, by_parts, mean)


@elementwise_helper
def nct_square(z, df, nc):
    """The mean of W**2 phi(z W - nc)."""
    gammas = special.gammaln(0.5 * df + 0.5) - special.gammaln(0.5 * df)
    more = stats.nct.pdf(z * np.sqrt((df + 1.0) / df), df + 1.0, nc)
    return 2.0 / df * np.sqrt(0.5 * df + 0.5) * np.exp(gammas) * more


@inline
def nct_slope(z, df, nc, density):
    """The derivative of the density in z."""
    return (nc * df * nct_square(z, df, nc) - z * (df + 1.0) * density) / (z * z + df)


@partials(stats.nct.logpdf)
def noncentral_t_log_density(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    density = stats.nct.pdf(z, df, nc)
    slope = nct_slope(z, df, nc, density) / density / scale
    return slope, None, z * nct_square(z, df, nc) / density - nc, -slope, -1.0 / scale - z * slope


@partials(stats.nct.pdf)
def noncentral_t_density(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    slope = nct_slope(z, df, nc, scale * result) / scale**2
    return slope, None, z * nct_square(z, df, nc) / scale - nc * result, -slope, -result / scale - z * slope


@partials(stats.nct.cdf)
def noncentral_t_share(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = stats.nct.pdf(z, df, nc) / scale
    return slope, None, -nct_mean(z, df, nc), -slope, -z * slope


@partials(stats.nct.sf)
def noncentral_t_tail(x, df, nc, loc=0, scale=1):
    z = standard(x, loc, scale)
    slope = stats.nct.pdf(z, df, nc) / scale
    return -slope, None, nct_mean(z, df, nc), slope, z * slope


@partials(stats.nct.logcdf)
def noncentral_t_log_share(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    slope = stats.nct.pdf(z, df, nc) * exp(-result) / scale
    return slope, None, -nct_mean(z, df, nc) * exp(-result), -slope, -z * slope


@partials(stats.nct.logsf)
def noncentral_t_log_tail(x, df, nc, loc=0, scale=1, *, result):
    z = standard(x, loc, scale)
    slope = stats.nct.pdf(z, df, nc) * exp(-result) / scale
    return -slope, None, nct_mean(z, df, nc) * exp(-result), slope, z * slope


@partials(stats.nct.ppf)
def noncentral_t_quantile(q, df, nc, loc=0, scale=1, *, result):
    z = (result - loc) / scale
    density = stats.nct.pdf(z, df, nc)
    return scale / density, None, scale * nct_mean(z, df, nc) / density, 1.0, z


@partials(stats.nct.isf)
def noncentral_t_upper_quantile(q, df, nc, loc=0, scale=1, *, result):
    z = (result - loc) / scale
    density = stats.nct.pdf(z, df, nc)
    return -scale / density, None, scale * nct_mean(z, df, nc) / density, 1.0, z


kinds_of(stats.ncx2)
kinds_of(stats.nct)
