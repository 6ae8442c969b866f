"""Rows of scipy.stats."""

import inspect

import numpy as np
import scipy
from scipy import stats

from s2sad.rules import loading
from tests.rule_rows.table import corner, methods, plain, positive, row, rows

loading.load_rules_of(stats.norm.logpdf)


def takes(function, name):
    """Whether a function has an option in this version of SciPy."""
    return name in inspect.signature(function).parameters


_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])


_everywhere = stats.norm, stats.cauchy, stats.laplace, stats.logistic, stats.gumbel_r, stats.gumbel_l, stats.hypsecant
for _one in _everywhere:
    _cases = [
        row(0.4, 0.3, 1.7),
        row(_unit, 0.3, 1.7),
        row(0.6, loc=_Q, scale=1.3),
        row(_unit, _Q),
        row(_unit, scale=_Q),
    ]
    rows(*methods(_one), cases=_cases)
rows(*methods(stats.expon), cases=[row(0.7), row(_unit, 0.05, 1.7), row(0.4, 0.1, _Q), row(_unit, scale=2.0)])
for _one in (stats.halfnorm, stats.halfcauchy, stats.rayleigh, stats.maxwell):
    rows(*methods(_one), cases=[row(0.7), row(_unit, 0.05, 1.7), row(0.6, 0.1, _Q)])
rows(*methods(stats.uniform), cases=[row(0.7), row(_unit, 0.05, 1.7), row(0.4, 0.1, _Q)])
_densities, _probabilities = "logpdf pdf", "cdf sf logcdf logsf"
_of_values = f"{_densities} {_probabilities}"
# Whose quantiles move with the shape in no elementary way.
for _one in (stats.t, stats.gamma, stats.chi2, stats.chi, stats.invgamma, stats.gennorm, stats.vonmises):
    rows(*methods(_one, _densities), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q)])
    rows(
        *methods(_one, f"{_probabilities} ppf isf"),
        cases=[row(0.7, 3), row(_unit, 3, 0.05, 1.7), row(0.9, 2, 0.1, _Q)],
    )
for _one in (stats.lognorm, stats.weibull_min, stats.lomax, stats.fisk, stats.invgauss, stats.skewnorm):
    rows(*methods(_one), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q)])
rows(*methods(stats.powerlaw), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.8, _Q, 0.1)])
rows(*methods(stats.pareto, _of_values), cases=[row(1.7, 2.5), row(_unit + 2.0, 2.5, 0.05, 1.7)])
rows(stats.pareto.ppf, stats.pareto.isf, cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.6, _Q, 0.1, _Q)])
rows(*methods(stats.beta, "logpdf pdf"), cases=[row(0.7, 2.5, 1.5), row(_unit, 2.5, 1.5, 0.05, 1.7), row(0.9, _Q, 2.0)])
rows(*methods(stats.genpareto), cases=[row(0.7, 0.4), row(_unit, -0.3, 0.05, 1.7), row(_unit, 0.0)])
rows(*methods(stats.genpareto), cases=[row(_unit, np.array([-0.5, 1e-7, 2.0]))])
rows(*methods(stats.f, "logpdf pdf"), cases=[row(0.7, 3.5, 1.5), row(_unit, 2.5, 4.0, 0.05, 1.7), row(0.9, _Q, 2.0)])
rows(*methods(stats.truncnorm, _of_values), cases=[row(0.7, 0.5, 1.5), row(_unit, -0.8, 2.5, 0.05, 1.7)])
rows(*methods(stats.truncnorm, _of_values), cases=[row(8.3, 8.0, np.array([9.0, 8.5])), row(0.2, -_Q, 1.0)])
rows(stats.truncnorm.ppf, stats.truncnorm.isf, cases=[row(0.7, 0.5, 1.5), row(_unit, -0.8, 2.5, 0.05, 1.7)])
_names = "cdf sf logcdf logsf ppf isf"
for _one in (stats.beta, stats.f):
    rows(*methods(_one, _names), cases=[row(0.7, 3, 2), row(_unit, 3, 2, 0.05, 1.7)])
rows(*methods(stats.poisson, "logpmf pmf"), cases=[row(3, 2.5), row(np.array([0, 1, 4]), _Q)])
rows(*methods(stats.binom, "logpmf pmf"), cases=[row(3, 5, 0.4), row(np.array([0, 1, 4]), 5, _unit)])
rows(*methods(stats.bernoulli, "logpmf pmf"), cases=[row(1, 0.4), row(np.array([0, 1, 1]), _unit)])
rows(*methods(stats.geom, "logpmf pmf"), cases=[row(3, 0.4), row(np.array([1, 2, 4]), _unit)])
for _one, _shapes in (
    (stats.poisson, (2.5,)),
    (stats.binom, (5, 0.4)),
    (stats.geom, (0.4,)),
    (stats.nbinom, (2.5, 0.4)),
):
    rows(*methods(_one, "logpmf pmf"), cases=[row(4, *_shapes, loc=1)])
rows(*methods(stats.bernoulli, "logpmf pmf"), cases=[row(2, 0.4, loc=1)])
rows(*methods(stats.nbinom, "logpmf pmf"), cases=[row(3, 2.5, 0.4), row(np.array([0, 1, 4]), _Q, _unit)])
_counts = "cdf sf logcdf logsf"
rows(*methods(stats.poisson, _counts), cases=[row(3, 2.5), row(np.array([0, 1, 4]), _Q), row(4, 2.5, loc=1)])
rows(*methods(stats.binom, _counts), cases=[row(3, 5, 0.4), row(np.array([0, 1, 4]), 5, _unit), row(4, 5, 0.4, loc=1)])
rows(*methods(stats.bernoulli, _counts[:6]), cases=[row(0, 0.4), row(np.array([0, 1, 0]), _unit), row(2, 0.4, loc=1)])
rows(*methods(stats.bernoulli, _counts[7:]), cases=[row(0, 0.4), row(1, 0.4, loc=1)])
rows(*methods(stats.geom, _counts), cases=[row(3, 0.4), row(np.array([1, 2, 4]), _unit), row(4, 0.4, loc=1)])
rows(*methods(stats.nbinom, _counts), cases=[row(3, 2, 0.4), row(np.array([0, 1, 4]), 2, _unit), row(4, 2, 0.4, loc=1)])
rows(
    *methods(stats.betabinom, "logpmf pmf"),
    cases=[row(3, 5, 2.5, 0.4), row(np.array([0, 1, 4]), 5, _Q, _unit), row(4, 5, 2.5, 0.4, loc=1)],
)
rows(*methods(stats.logser, "logpmf pmf"), cases=[row(3, 0.4), row(np.array([1, 2, 4]), _unit), row(4, 0.4, loc=1)])
rows(
    *methods(stats.skellam, "logpmf pmf"),
    cases=[row(3, 2.5, 0.4), row(np.array([0, -1, 4]), _Q, _unit), row(4, 2.5, 0.4, loc=1)],
)
# Counts that can't be; a probability of 0 or 1.
_impossible = np.array([-1, 7])
rows(stats.bernoulli.logpmf, cases=[corner((0.0,), _impossible, 0.4), corner((-1.0,), 0, 0.0)])
rows(stats.bernoulli.logpmf, cases=[corner((1e20,), 1, 1e-20), corner((0.0,), 2, 0.4)])
rows(stats.bernoulli.pmf, cases=[corner((np.array([0.0, -1.0, 1.0, 0.0]),), np.array([-1, 0, 1, 2]), np.zeros(4))])
rows(stats.binom.logpmf, cases=[corner((0.0,), _impossible, 5, 0.4)])
rows(stats.poisson.logpmf, cases=[corner((0.0,), _impossible[:1], 2.5), corner((0.0,), 2, 2.5, 3)])
rows(stats.geom.logpmf, stats.logser.logpmf, cases=[corner((0.0,), np.array([-1, 0]), 0.4)])
rows(stats.nbinom.logpmf, cases=[corner((0.0, 0.0), np.array([-1]), 2.5, 0.4)])
rows(stats.betabinom.logpmf, cases=[corner((0.0, 0.0), _impossible, 5, 2.5, 0.4)])
for _one in (stats.poisson, stats.geom, stats.logser):
    rows(_one.ppf, _one.isf, cases=[row(0.3, 0.4), row(_unit, 0.6)])
for _one, _parameters in ((stats.binom, (5, 0.4)), (stats.nbinom, (2, 0.4)), (stats.betabinom, (5, 2.5, 1.5))):
    rows(_one.ppf, _one.isf, cases=[row(0.3, *_parameters), row(_unit, *_parameters)])
for _one, _parameters in ((stats.bernoulli, (0.4,)), (stats.skellam, (2.5, 1.5))):
    rows(_one.ppf, _one.isf, cases=[row(0.3, *_parameters), row(_unit, *_parameters)])
for _one in (stats.levy, stats.wald, stats.halflogistic, stats.moyal):
    rows(*methods(_one), cases=[row(0.7), row(_unit, 0.05, 1.7), row(0.6, 0.1, _Q)])
for _one in (stats.loggamma, stats.nakagami):
    rows(*methods(_one, _densities), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q)])
    rows(*methods(_one, f"{_probabilities} ppf isf"), cases=[row(0.7, 4), row(_unit, 4, 0.05, 1.7)])
for _one in (stats.gompertz, stats.exponnorm, stats.rice, stats.foldnorm, stats.laplace_asymmetric, stats.invweibull):
    _x = _unit + 1.0 if _one is stats.invweibull else _unit
    rows(*methods(_one, _of_values), cases=[row(0.7, 2.5), row(_x, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q)])
    rows(_one.ppf, _one.isf, cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.6, _Q, 0.1, _Q)])
rows(*methods(stats.laplace_asymmetric, _of_values), cases=[row(-_unit, 2.5, 0.05, 1.7)])
rows(
    *methods(stats.genextreme),
    cases=[row(0.7, 0.4), row(_unit, -0.3, 0.05, 1.7), row(_unit, np.array([-0.5, 1e-7, 0.8])), row(_unit, 0.0)],
)
rows(*methods(stats.weibull_max, _of_values), cases=[row(-0.7, 2.5), row(-_unit, 2.5, 0.05, 1.7)])
rows(stats.weibull_max.ppf, stats.weibull_max.isf, cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7)])
rows(*methods(stats.triang), cases=[row(0.7, 0.4), row(_unit, 0.4, 0.05, 1.7), row(0.6, _unit, 0.1)])
for _one in (stats.betaprime, stats.gengamma):
    rows(*methods(_one, _densities), cases=[row(0.7, 2.5, 1.5), row(_unit, 2.5, 1.5, 0.05, 1.7), row(0.9, _Q, 2.0)])
    rows(*methods(_one, _names), cases=[row(0.7, 3, 2), row(_unit, 3, 2, 0.05, 1.7)])
for _one in (stats.burr12, stats.johnsonsu, stats.johnsonsb):
    rows(*methods(_one), cases=[row(0.7, 2.5, 1.5), row(_unit, 2.5, 1.5, 0.05, 1.7), row(0.9, _Q, 2.0)])
for _one in (stats.loguniform, stats.reciprocal):
    rows(*methods(_one, _of_values), cases=[row(0.7, 0.5, 1.5), row(_unit, 0.02, 1.5, 0.05, 1.7)])
    rows(*methods(_one, _of_values), cases=[row(1.1, _unit, 2.0)])
    rows(_one.ppf, _one.isf, cases=[row(0.6, 0.5, 1.5), row(_unit, 0.02, 1.5, 0.05, 1.7)])
rows(stats.expon.logpdf, stats.expon.pdf, stats.expon.cdf, cases=[corner((np.zeros(2),), np.array([-1.0, -3.0]))])
rows(
    stats.norm.logcdf,
    cases=[corner((np.array([100000.00001, 0.0]),), np.array([-1e5, 50.0]))],
)

# Far out, where the probabilities themselves are too small for a number.
rows(stats.expon.logsf, cases=[corner((np.array([-1.0, -1.0]),), np.array([2.0, 1000.0]))])
rows(stats.gumbel_r.logcdf, cases=[corner((np.array([np.exp(7.0)]),), np.array([-7.0]))])
rows(stats.gumbel_l.logsf, cases=[corner((np.array([-np.exp(7.0)]),), np.array([7.0]))])
rows(stats.logistic.logcdf, cases=[corner((np.array([1.0]),), np.array([-1000.0]))])
rows(stats.logistic.logsf, cases=[corner((np.array([-1.0]),), np.array([1000.0]))])
rows(stats.weibull_min.logsf, cases=[corner((np.array([-2e3]),), np.array([1e3]), 2)])
rows(stats.rayleigh.logsf, cases=[corner((np.array([-1e3]),), np.array([1e3]))])
rows(stats.geom.logsf, cases=[corner((-1e4 / 0.6,), 10000, 0.4)])

_mean, _cov = np.array([0.3, -0.2, 0.5]), np.array([[2.0, 0.3, 0.1], [0.3, 1.5, -0.2], [0.1, -0.2, 1.0]])
rows(
    stats.multivariate_normal.logpdf,
    stats.multivariate_normal.pdf,
    cases=[row(_Q, _mean, _cov), row(np.stack([_Q, _unit]), _mean, cov=_cov)],
)

# --- lines and correlations ----------------------------------------------------------------------------------------

_x, _y = positive(6), positive(6)
for _one in (stats.linregress, stats.pearsonr):
    rows(_one, cases=[row(_x, _y), row(_x, -_x + 0.1 * _y), row(_x, _y, alternative="less"), row(_y[:3], _x[:3])])
    rows(_one, cases=[row(_x, _y, alternative="greater"), row(np.arange(6), _y)])

# --- of samples ------------------------------------------------------------------------------------------------------

_sample, _samples = positive(5), positive(4, 3)
_means = [row(_sample), row(_samples), row(_samples, 1), row(_samples, axis=None), row(_samples, axis=1, keepdims=True)]
rows(stats.gmean, stats.hmean, stats.skew, stats.kurtosis, stats.sem, cases=_means)
rows(
    stats.zscore, cases=[row(_sample), row(_samples), row(_samples, 1), row(_samples, axis=None), row(_sample, ddof=1)]
)
rows(stats.kurtosis, cases=[row(_samples, fisher=False)])
rows(stats.sem, cases=[row(_samples, ddof=0)])
rows(stats.entropy, cases=[row(_sample), row(_samples), row(_samples, axis=1), row(_sample, base=2.0)])
rows(stats.entropy, cases=[row(_samples, axis=None), row(_samples, axis=1, keepdims=True)])
rows(stats.entropy, cases=[row(_sample, positive(5)), row(_samples, positive(4, 3), axis=1, base=10.0)])

# --- weights, and what is freed of a bias ------------------------------------------------------------------------------

_weights, _numbers = positive(4, 3), positive(5)
for _mean in (stats.gmean, stats.hmean):
    rows(
        _mean,
        cases=[
            row(_samples, weights=_weights),
            row(_samples, 1, weights=_weights, keepdims=True),
            row(_samples, axis=None, weights=_weights),
            row(_sample, weights=[1.0, 2.0, 0.5, 1.5, 3.0]),
        ],
    )
rows(
    stats.pmean,
    cases=[
        row(_sample, 2),
        row(_samples, -1.5, axis=1, keepdims=True),
        row(_samples, 3, weights=_weights),
        row(_samples, 0, axis=None, weights=_weights),
        row(_sample, 1),
    ],
)
_unbiased = [row(_sample, bias=False), row(_samples, 1, bias=False), row(_samples[:2, 0], 0, bias=False)]
rows(stats.kurtosis, cases=_unbiased)
# SciPy 1.13 itself fails for single precision.
rows(stats.skew, cases=_unbiased if scipy.__version__ > "1.14" else [plain(_sample, bias=False)])

# --- moments, what lies within limits, angles --------------------------------------------------------------------------

_all = [row(_numbers), row(_samples), row(_samples, axis=1, keepdims=True), row(_samples, axis=None)]
rows(stats.variation, cases=[*_all, row(_samples, 1, ddof=1)])
_known = [each for each in _all if not each.keywords.get("keepdims") or takes(stats.gstd, "keepdims")]
rows(stats.gstd, cases=[*_known, row(_samples, 1, ddof=0)])
rows(
    stats.moment,
    cases=[row(_numbers), row(_numbers, 2), row(_samples, 3, 1), row(_samples, order=4, axis=None, keepdims=True)],
)
rows(stats.moment, cases=[row(_numbers, 3, center=0.7), row(_samples, 1, center=0.7)])
rows(
    stats.tmean,
    stats.tvar,
    stats.tstd,
    stats.tsem,
    cases=[*_all, row(_numbers, (0.7, 3.0)), row(_samples, limits=(None, 1.6), axis=None)],
)
rows(stats.tmean, stats.tvar, stats.tstd, stats.tsem, cases=[row(_numbers, (0.6, 1.9), inclusive=(False, False))])
rows(stats.tvar, stats.tstd, stats.tsem, cases=[row(_numbers, ddof=0)])
rows(
    stats.trim_mean,
    cases=[row(_numbers, 0.2), row(_samples, 0.3), row(_samples, 0.3, 1), row(_samples, 0.2, axis=None)],
)
if takes(stats.trim_mean, "keepdims"):
    rows(stats.trim_mean, cases=[row(_samples, 0.3, 1, keepdims=True)])
rows(
    stats.iqr,
    cases=[
        *_all,
        row(_numbers, rng=(20, 70), scale=2.0),
        row(_samples, 0, interpolation="midpoint"),
        row(_samples, axis=(0, 1)),
    ],
)
rows(
    stats.circmean,
    stats.circvar,
    stats.circstd,
    cases=[*_all, row(_numbers, 3.0, -1.0), row(_samples, high=4.0, low=0.5, axis=1)],
)
rows(stats.circstd, cases=[row(_numbers, high=3.0, normalize=True)])
rows(
    stats.zmap,
    cases=[
        row(_numbers, _sample),
        row(_samples, _weights, ddof=1),
        row(_samples, _weights, 1),
        row(_samples, _weights, axis=None),
    ],
)
_signs = np.array([0.8, -0.3, 1.9, -2.2])
rows(stats.yeojohnson, cases=[row(_signs, 0.5), row(_signs, lmbda=2.5), row(_signs, 2.0), row(_signs, 0.0)])
