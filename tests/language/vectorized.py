"""Functions made by np.vectorize and indices, which programs of the tests import (where s2sad can't be)."""

import numpy as np

ORDER = np.array([[2, 0], [1, 3], [0, 1]])


def scaled(x):
    return x * x if x > 0.0 else 0.5 * x


vectorized = np.vectorize(scaled)


@np.vectorize
def mixed(x, y):
    return x * y + np.sin(x)


def horner(p, x):
    total = 0.0
    for each in p:
        total = total * x + each
    return total


rows_cubed = np.vectorize(lambda row: np.sum(row**3), signature="(n)->()")
