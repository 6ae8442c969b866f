"""Rows of scipy.spatial.distance."""

import numpy as np
from scipy.spatial import distance

from s2sad.rules import loading
from tests.rule_rows.table import corner, normal, row, rows

loading.load_rules_of(distance.cdist)

_u, _v, _a, _b = normal(4), normal(4), normal(3, 4), normal(2, 4)
_same = np.zeros(4)

rows(distance.euclidean, distance.sqeuclidean, distance.cityblock, distance.cosine, cases=[row(_u, _v)])
rows(distance.euclidean, distance.sqeuclidean, distance.cityblock, cases=[row(_u, [0.4, 0.3, -1.0, 2.0])])
rows(distance.euclidean, distance.sqeuclidean, distance.cityblock, cases=[corner((_same, _same), _u, _u)])
_metrics = ("sqeuclidean", "cityblock", "cosine")
rows(distance.cdist, cases=[row(_a, _b), row(_a, _b, "euclidean"), *(row(_a, _b, metric=each) for each in _metrics)])
rows(distance.cdist, cases=[corner((np.zeros((1, 4)), np.zeros((1, 4))), _u[None], _u[None])])
rows(distance.pdist, cases=[row(_a), row(_b), *(row(normal(4, 3), each) for each in _metrics)])
_symmetric = np.array([[0.0, 0.7, 1.1], [0.7, 0.0, 0.4], [1.1, 0.4, 0.0]])
rows(distance.squareform, cases=[row(normal(6)), row(normal(1)), row(_symmetric, checks=False), row(normal(3), "no")])
