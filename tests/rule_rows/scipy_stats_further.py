"""Rows of still further distributions of scipy.stats: with three parameters of the shape, off the center, of counts."""

import numpy as np
from scipy import stats

from s2sad.rules import loading
from tests.rule_rows.table import corner, methods, positive, row, rows

loading.load_rules_of(stats.norm.pdf)

_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])
_densities, _probabilities, _quantiles = "logpdf pdf", "cdf sf logcdf logsf", "ppf isf"


_rest = f"{_probabilities} {_quantiles}"
_all = f"{_densities} {_rest}"

# SciPy warns of an erlang distribution whose shape is not an integer.
rows(*methods(stats.erlang, _all), cases=[row(0.7, 2), row(_unit, 3, 0.05, 1.7), row(0.9, a=2, loc=0.1, scale=_Q)])
rows(
    *methods(stats.pearson3, _densities),
    cases=[row(0.7, 0.6), row(-_unit, -0.8, 0.05, 1.7), row(0.9, 0.5 * _Q, 0.1, _Q), row(1.3, 0.01)],
)
# Nearly a normal distribution, by mpmath: the series of the skewness' derivative.
rows(
    stats.pearson3.logpdf,
    cases=[
        corner((np.array(-9.906835066864785), np.array(159.36543258508348)), 10.0, 0.0019),
        corner((np.array(9.08480137297461), np.array(-118.69915692861545)), -9.0, 0.0021),
    ],
)
rows(*methods(stats.pearson3, _rest), cases=[row(0.7, 1), row(_unit, -2, 0.05, 1.7), row(_unit, skew=1, scale=_Q)])
rows(
    *methods(stats.crystalball, _densities),
    cases=[row(0.7, 1.3, 2.5), row(-3.0 * _unit, 0.7, 3.4, 0.05, 1.7), row(-2.9, _Q, 2.1, 0.1, _Q)],
)
rows(*methods(stats.crystalball, _rest), cases=[row(0.7, 1, 3), row(_unit, 1, 2, 0.05, 1.7)])
rows(
    *methods(stats.trapezoid, _all),
    cases=[row(0.2, 0.3, 0.6), row(_unit, 0.3, 0.6, -0.05, 1.2), row(0.9, 0.3 * _unit, 0.6, 0.1, 1.5)],
)
rows(stats.trapezoid.pdf, cases=[corner((np.zeros(2), 0.0, 0.0), np.array([-0.5, 1.5]), 0.3, 0.6)])
rows(
    *methods(stats.geninvgauss, _densities),
    cases=[row(0.7, 2, 1.3), row(_unit, -1, 0.8, 0.05, 1.7), row(0.9, 2, _Q, 0.1, _Q)],
)
rows(*methods(stats.geninvgauss, _rest), cases=[row(0.7, 2, 3), row(_unit, -1, 2, 0.05, 1.7)])

# --- with three parameters -------------------------------------------------------------------------------------------

rows(
    *methods(stats.genexpon, _all),
    cases=[row(0.7, 0.6, 1.3, 0.8), row(_unit, 0.7, 1.4, 0.5, 0.05, 1.7), row(0.9, _Q, 2.1, _Q, 0.1, _Q)],
)
rows(
    *methods(stats.truncweibull_min, f"{_densities} {_probabilities}"),
    cases=[row(0.7, 1.3, 0.2, 1.8), row(_unit, 0.7, 0.05, 1.4, -0.05, 1.1), row(0.9, _Q, 0.3, 2.5, 0.1, 1.2)],
)
rows(*methods(stats.truncweibull_min, _quantiles), cases=[row(0.7, 1.3, 0.2, 1.8), row(_unit, _Q, 0.3, 2.5, 0.1, 1.2)])

# --- off the center --------------------------------------------------------------------------------------------------

rows(
    *methods(stats.ncx2, _all),
    cases=[row(0.7, 3, 1.3), row(_unit, 4, 0.8, 0.05, 1.7), row(0.9, 2, _Q, 0.1, _Q)],
)
rows(
    *methods(stats.nct, _all),
    cases=[row(0.7, 3, 1.3), row(_unit, 4, -0.8, 0.05, 1.7), row(0.9, 2, _Q, 0.1, _Q), row(0.7, 1, 0.6)],
)

# --- of counts -------------------------------------------------------------------------------------------------------

_masses = "logpmf pmf"
_counts = np.array([1, 2, 4])
rows(
    *methods(stats.betanbinom, _masses),
    cases=[row(3, 5, 1.6, 0.7), row(_counts, 5, _Q, 0.7), row(4, 3, 1.6, _Q, loc=1)],
)
rows(
    *methods(stats.zipfian, f"{_masses} {_probabilities}"),
    cases=[row(3, 1.6, 7), row(_counts, _Q, 7), row(4, 0.6, 9, loc=1), row(3, 1.2, np.array([5, 8]))],
)
rows(
    *methods(stats.boltzmann, _probabilities),
    cases=[row(3, 0.6, 7), row(_counts, _Q, 7), row(4, 0.6, 9, loc=1), row(2.0 + _counts, 0.7, 9)],
)
rows(*methods(stats.logser, _probabilities), cases=[row(3, 0.6), row(_counts, 0.4 * _Q), row(4, 0.6, loc=1)])
rows(stats.zipfian.cdf, stats.boltzmann.sf, cases=[corner((0.0,), np.array([-2, 12]), 0.4, 7)])
rows(stats.logser.cdf, cases=[corner((0.0,), np.array([-2, 0]), 0.4)])
for _one in (stats.betanbinom.ppf, stats.betanbinom.isf):
    rows(_one, cases=[row(0.3, 5, 1.6, 0.7)])
rows(stats.zipfian.ppf, stats.zipfian.isf, cases=[row(0.3, 1.6, 7)])
