"""How programs as users write them read as gradients: their own names and expressions, and adjoints as a hand writes them."""

import math

import numpy as np
import pytest

from s2sad import check_gradients, value_and_gradients_function

V, W = np.linspace(0.5, 1.5, 4), np.linspace(0.2, 1.4, 12).reshape(3, 4)


def cubes(v, n):
    for _ in range(n):
        v = v - 0.1 * (v * v * v)
    return np.sum(v)


def smoothing(alpha, series):
    level, error = series[0], 0.0
    for p in series[1:]:
        error += (p - level) ** 2
        level = alpha * p + (1 - alpha) * level
    return error


def log_likelihood(variance, returns):
    total = 0.0
    for r in returns:
        total += 0.5 * (math.log(variance) + r * r / variance)
    return total


def layer(params, x):
    weights, bias = params
    return np.sum(np.tanh(weights @ x + bias))


def gradient_of_image(image, weight):
    dx = image[1:, :-1] - image[:-1, :-1]
    dy = image[:-1, 1:] - image[:-1, :-1]
    return weight * np.sum(dx**2 * dy)


def extremes(x, y, n):
    for k in range(n):
        x = max(x * y, 0.1) + min(x, y, 0.5 * k)
    return x


def chosen(x, y):
    r = x if x > y else y * y
    return r * max(x, y)


def pairs(positions):
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            d = positions[i] - positions[j]
            energy += np.dot(d, d)
    return energy


def normalized(xs, y):
    ws = [math.exp(-e * y) for e in xs]
    total = sum(ws)
    s = 0.0
    for w in ws:
        s += (w / total) ** 2
    return s


def weighted(r, x, n):
    return np.sum((r.T @ x / n) ** 2 * np.sum(r, axis=0))


PARAMS = {smoothing: ["alpha"]}  # others by all
# function, arguments, lines that are there, what is not there
CASES = [
    (cubes, (V, 3), ["* v**2\n"], ["* v * v\n"]),
    (smoothing, (0.3, [1.0, 2.0, 0.5]), ["level_grad *= 1 - alpha\n"], ["level_grad2"]),
    (log_likelihood, (0.7, V), ["t1_grad * (1.0 - r * r / variance) / variance"], []),
    (layer, ((W, V[:3]), V), ["    weights, bias = params\n", "(weights_grad, bias_grad)"], ["params_0"]),
    (gradient_of_image, (W, 0.5), ["    value_grad = dy\n", "    dy = image[:-1, 1:]", "dy_grad"], ["dy2"]),
    (extremes, (0.8, 1.2, 3), ["x = max(x * y, 0.1) + min(x, y, 0.5 * k)\n", "if 0.5 * k < min(x, y):"], []),
    (chosen, (0.8, 1.2), ["    r = x if x > y else y * y\n"], []),
    (pairs, (W,), ["for i in range(len(positions)):", "reversed(range(len(positions)))"], ["energy_grad"]),
    (normalized, ([0.3, 0.4], 1.2), ["[a + total_grad for a in ws_grad]"], ["zip"]),
    (weighted, (W, V[:3], V), ["np.outer(x, "], [").T"]),
]


@pytest.mark.parametrize(("function", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text(function, args, lines, absent):
    text = value_and_gradients_function(function, params=PARAMS.get(function)).source(*args).partition('    """\n')[2]
    assert all(line in text for line in lines), text
    assert not any(line in text for line in absent), text
    assert check_gradients(function, *args)


def test_the_first_largest_gets_the_gradient():
    """`max` gives the first of equal numbers, and nan where that is first: so does the gradient."""

    def largest(x, y, z):
        return max(x, y, z)

    gradients = value_and_gradients_function(largest)
    assert gradients(1.0, 1.0, 1.0)[1] == (1.0, 0.0, 0.0)
    assert gradients(0.0, 1.0, 1.0)[1] == (0.0, 1.0, 0.0)
    assert gradients(math.nan, 1.0, 2.0)[1] == (1.0, 0.0, 0.0)
    assert gradients(1.0, math.nan, 2.0)[1] == (0.0, 0.0, 1.0)
    assert [gradients(a, b, c)[0] for a, b, c in [(1.0, math.nan, 2.0), (0, 0.0, -1)]] == [2.0, 0]
