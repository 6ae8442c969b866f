"""Rows of the rarer distributions of scipy.stats."""

import numpy as np
from scipy import stats

from s2sad.rules import loading
from tests.rule_rows.table import methods, positive, row, rows

loading.load_rules_of(stats.norm.pdf)

_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])
_densities, _probabilities, _quantiles = "logpdf pdf", "cdf sf logcdf logsf", "ppf isf"


_all = f"{_densities} {_probabilities} {_quantiles}"
for _one in (stats.anglit, stats.arcsine, stats.cosine, stats.gibrat, stats.semicircular):
    rows(*methods(_one, _all), cases=[row(0.6), row(_unit, 0.05, 1.7), row(0.6, 0.1, _Q)])
rows(*methods(stats.levy_l, f"{_densities} {_probabilities}"), cases=[row(-0.6), row(-_unit, 0.05, 1.7)])
rows(stats.levy_l.ppf, stats.levy_l.isf, cases=[row(0.6), row(_unit, 0.05, 1.7)])
for _one in (stats.alpha, stats.genlogistic, stats.loglaplace, stats.dweibull, stats.fatiguelife, stats.powernorm):
    rows(*methods(_one, _all), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q)])
rows(*methods(stats.bradford, _all), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1)])
for _one in (stats.exponpow, stats.kappa3, stats.foldcauchy):
    rows(*methods(_one, _all), cases=[row(0.7, 1.5), row(_unit, 1.5, 0.05, 1.7), row(0.8, _Q, 0.1, _Q)])
rows(*methods(stats.skewcauchy, _all), cases=[row(0.7, 0.4), row(_unit, -0.3, 0.05, 1.7), row(0.8, _unit, 0.1, _Q)])
rows(stats.skewcauchy.logpdf, stats.skewcauchy.cdf, stats.dweibull.cdf, cases=[row(-_unit, 0.3, 0.05, 1.7)])
rows(stats.dgamma.logpdf, stats.dweibull.pdf, cases=[row(-_unit, 1.6, 0.05, 1.7)])
# Whose quantiles move with the shape in no elementary way.
for _one in (stats.dgamma, stats.halfgennorm, stats.rdist, stats.recipinvgauss, stats.vonmises_line):
    rows(*methods(_one, _densities), cases=[row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q + 1.0)])
    rows(*methods(_one, f"{_probabilities} {_quantiles}"), cases=[row(0.7, 3), row(_unit, 3, 0.05, 1.7)])
