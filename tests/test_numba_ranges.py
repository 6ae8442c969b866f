"""Compiled: indices that go round, and whole numbers that loops say something of."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.test_jit import assert_close

pytest.importorskip("numba")
X = np.random.default_rng(2).normal(size=(4, 5))


def ring(x, k):
    n, total = len(x), 0.0
    for i in range(n):
        for j in range(x.shape[1] - 1, -1, -1):
            total += x[(i + 1) % n, j] * x[(i - 1) % n, (j - 1) % x.shape[1]] * x[i, (j + 1) % x.shape[1]]
            total += x[(i + 3) % n, (k + j) % x.shape[1]] ** 2 * ((i + 7) // n + (k - 9) // n)
    return total


def other_lengths(x, n):
    """The loop runs over something else, or what it runs over changes in it."""
    total, last = 0.0, n
    for i in range(n):
        total += x[(i + 1) % len(x), 0] ** 2
    for i in range(last):
        last = 3
        total += x[(i + 1) % last, 1] ** 3
    for i in range(last):
        i = i + 5
        total += x[(i + 1) % last, 2] * x[(i - 1) % last, 0]
    for i in range(-2, n):
        total += x[(i - 1) % n, 1] * x[(i + 1) % n, 1]
    return total


@pytest.mark.parametrize("f", [ring, other_lengths])
def test_indices_that_go_round(f):
    assert_close(
        value_and_gradients_function(f, params=["x"], jit="numba")(X, 4),
        value_and_gradients_function(f, params=["x"])(X, 4),
    )


def test_division_by_nothing_is_an_error():
    def f(x, n):
        for i in range(n, 2):
            x = x * (i % n + 1)
        return x

    with pytest.raises(ZeroDivisionError):
        value_and_gradients_function(f, params=["x"], jit="numba")(1.5, 0)
