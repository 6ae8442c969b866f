"""Rows of further distributions of scipy.stats, continuous and of counts."""

import numpy as np
from scipy import stats

from s2sad.rules import loading
from tests.rule_rows.table import corner, methods, positive, row, rows

loading.load_rules_of(stats.norm.pdf)

_Q = positive(3)
_unit = np.array([0.1, 0.45, 0.8])
_densities, _probabilities, _quantiles = "logpdf pdf", "cdf sf logcdf logsf", "ppf isf"


_all = f"{_densities} {_probabilities} {_quantiles}"
for _one in (stats.argus, stats.truncexpon):
    rows(*methods(_one, _all), cases=[row(0.7, 1.3), row(_unit, 1.3, 0.05, 1.7), row(0.9, _Q + 0.5, 0.1, 1.7)])
rows(*methods(stats.genhalflogistic, _all), cases=[row(0.3, 0.6), row(_unit, 0.4, 0.05, 1.7), row(0.4, 0.5 * _Q, 0.1)])
rows(*methods(stats.wrapcauchy, _all), cases=[row(0.7, 0.4), row(_unit, 0.4, 0.05, 0.2), row(0.9, _unit, 0.1, _Q)])
rows(stats.wrapcauchy.logpdf, stats.wrapcauchy.cdf, cases=[row(np.array([0.1, 2.0, 4.0, 6.0]), 0.4)])
for _one in (stats.exponweib, stats.burr, stats.mielke, stats.powerlognorm):
    rows(
        *methods(_one, _all),
        cases=[row(0.7, 1.3, 0.8), row(_unit, 0.7, 1.4, 0.05, 1.7), row(0.9, _Q, 2.1, 0.1, _Q), row(_unit, 1.2, _Q)],
    )
rows(
    *methods(stats.truncpareto, f"{_densities} {_probabilities}"),
    cases=[row(1.7, 1.3, 2.8), row(_unit + 1.1, 0.7, 3.4, 0.05, 0.9), row(1.9, _Q, 4.1, 0.1, 1.2)],
)
rows(*methods(stats.truncpareto, _quantiles), cases=[row(0.7, 1.3, 2.8), row(_unit, _Q, 3.4, 0.05, 0.9)])
if np.isfinite(stats.truncpareto.cdf(1.7, -1.3, 2.8)):  # of a newer SciPy
    rows(*methods(stats.truncpareto, f"{_densities} {_probabilities}"), cases=[row(1.7, -1.3, 2.8)])
    rows(*methods(stats.truncpareto, _quantiles), cases=[row(0.7, -1.3, 2.8)])
rows(stats.truncexpon.pdf, stats.truncexpon.cdf, cases=[corner((np.zeros(2), 0.0), np.array([-0.5, 9.0]), 1.3)])
# Whose quantiles move with the shape in no elementary way.
_rest = f"{_probabilities} {_quantiles}"
if hasattr(stats, "rel_breitwigner"):
    _cases = [row(0.7, 2.5), row(_unit, 2.5, 0.05, 1.7), row(0.9, _Q, 0.1, _Q + 1.0)]
    rows(*methods(stats.rel_breitwigner, _densities), cases=_cases)
    rows(*methods(stats.rel_breitwigner, _rest), cases=[row(0.7, 3), row(_unit, 3, 0.05, 1.7)])
for _one in (stats.norminvgauss, *([stats.jf_skew_t] if hasattr(stats, "jf_skew_t") else [])):
    rows(*methods(_one, _densities), cases=[row(-0.7, 2.5, 1.1), row(_unit, 2.5, 1.2, 0.05, 1.7)])
    rows(*methods(_one, _densities), cases=[row(0.9, _Q + 1.5, 1.3, 0.1, _Q)])
    rows(*methods(_one, _rest), cases=[row(0.7, 3, 2), row(_unit, 3, 2, 0.05, 1.7)])

# --- of counts -------------------------------------------------------------------------------------------------------

_masses = "logpmf pmf"
_counts = np.array([1, 2, 4])
for _one in (stats.planck, stats.dlaplace, stats.yulesimon):
    rows(
        *methods(_one, f"{_masses} {_probabilities}"),
        cases=[row(3, 0.6), row(_counts, _Q), row(4, 0.6, loc=1), row(2.0 + _counts, 0.7)],
    )
rows(*methods(stats.dlaplace, f"{_masses} {_probabilities}"), cases=[row(-_counts, _Q), row(np.array([-1, 0]), 0.6)])
rows(*methods(stats.boltzmann, _masses), cases=[row(3, 0.6, 7), row(_counts, _Q, 7), row(4, 0.6, 9, loc=1)])
rows(stats.planck.logpmf, stats.yulesimon.logpmf, cases=[corner((0.0,), np.array([-2, -1]), 0.4)])
rows(stats.boltzmann.logpmf, cases=[corner((0.0,), np.array([-1, 7]), 0.4, 7)])
rows(stats.planck.cdf, stats.yulesimon.sf, cases=[corner((0.0,), np.array([-2, -1]), 0.4)])
for _one in (stats.planck, stats.dlaplace, stats.yulesimon):
    rows(_one.ppf, _one.isf, cases=[row(0.3, 0.6), row(_unit, _Q)])
rows(stats.boltzmann.ppf, stats.boltzmann.isf, cases=[row(0.3, 0.6, 7)])
