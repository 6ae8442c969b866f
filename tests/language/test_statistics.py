"""Python's `statistics`: the value is that of the call itself, and gradients flow through lists, arrays, generators."""

import statistics

import numpy as np
import pytest

from s2sad import check_gradients, grad, value_and_gradients_function


def of_a_display(x):
    return statistics.stdev([x[0], 2.0 * x[1] * x[0], x[2]])


def of_a_generator(x):
    return statistics.mean(e * e for e in x)


def around_a_mean(x):
    center = statistics.fmean(x)
    return statistics.variance(x, center) + statistics.pvariance(x, 2.0 * center)


def of_a_grown_list(x):
    squares = []
    for e in x:
        squares.append(e * e)
    return statistics.pstdev(squares) / statistics.harmonic_mean(squares)


def of_a_tuple(x):
    return statistics.geometric_mean((x[0], x[1] ** 2, x[2]))


def of_two(x):
    return statistics.correlation(x, [e**3 for e in x]) * statistics.median(x)


@pytest.mark.parametrize("f", [of_a_display, of_a_generator, around_a_mean, of_a_grown_list, of_a_tuple, of_two])
@pytest.mark.parametrize("x", [[0.1, 3.0, 2.5, 0.7], np.array([0.1, 3.0, 2.5, 0.7])], ids=["list", "array"])
def test_statistics(f, x):
    assert check_gradients(f, x).ok
    assert value_and_gradients_function(f)(x)[0] == f(x)
    if isinstance(x, np.ndarray):
        assert check_gradients(grad(f), x).ok
