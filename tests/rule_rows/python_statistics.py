"""Rows of the functions of Python's `statistics`."""

import statistics
import sys

import numpy as np

from s2sad.rules import loading
from tests.rule_rows.table import corner, normal, positive, row, rows

loading.load_rules_of(statistics.mean)
_list, _other = [1.5, 0.3, 2.5, 0.9], [0.2, 1.4, 1.1, 0.6]
_array, _more = positive(5), normal(5)

rows(statistics.mean, statistics.geometric_mean, statistics.harmonic_mean, cases=[row(_list), row(_array), row([2.5])])
rows(statistics.fmean, cases=[row(_list), row(_array), row([2.5])])
if sys.version_info >= (3, 11):
    rows(statistics.fmean, cases=[row(_list, _other), row(_array, weights=positive(5))])
if sys.version_info >= (3, 10):
    rows(statistics.harmonic_mean, cases=[row(_list, _other), row(_array, weights=positive(5))])
    rows(
        statistics.covariance,
        statistics.correlation,
        cases=[row(_list, _other), row(_array, _more), row(_more[:4], _list)],
    )
rows(
    statistics.variance,
    statistics.pvariance,
    statistics.stdev,
    statistics.pstdev,
    cases=[row(_list), row(_array), row(_list, 1.2), row(_more, 0.1)],
)
_equal = [1.5, 1.5]
rows(
    statistics.stdev, statistics.pstdev, cases=[corner(([0.0, 0.0],), _equal), corner((np.zeros(2),), np.array(_equal))]
)
