"""What only the shape is read of: from what it is read, and that it is the right shape."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function

X, Y = np.array([0.3, 0.7, 1.1, 0.2]), np.array([0.5, 0.1, -0.4, 0.9])


def mean_of_squares(x, y):
    return np.mean((x - y) ** 2)


def mean_of_several(x, y):
    return np.mean(np.exp(x) * y + np.sin(x)) + np.mean(np.tanh(y))


def in_a_loop(x, y):
    s = 0.0
    for k in range(3):
        s += np.mean(np.cos(x * k) * y)
    return s


def broadcast(x, y):
    return np.mean(np.outer(x, x) * y) + np.mean((x[:, None] + y) ** 2)


def of_one_against_several(x, y):
    return np.mean(x[:1] * y) + np.mean(np.exp(x[1:2]) - y)


def after_a_store(x, y):
    z = x * y
    z[1:] += y[:-1]
    z = z[: len(x) - 1]
    return np.mean(np.exp(z)) + np.mean(z * x[0])


@pytest.mark.parametrize(
    "f", [mean_of_squares, mean_of_several, in_a_loop, broadcast, of_one_against_several, after_a_store]
)
@pytest.mark.parametrize("n", [4, 1])
def test_gradients(f, n):
    if n == 1 and f in (broadcast, of_one_against_several, after_a_store):
        return  # these need two elements
    x, y = X[:n], Y[:n]
    value, gradients = value_and_gradients_function(f)(x, y)
    assert value == f(x, y)
    for k, gradient in enumerate(gradients):
        for place in range(n):
            moved = [x.astype(complex), y.astype(complex)]
            moved[k][place] += 1e-30j
            assert gradient[place] == pytest.approx(np.imag(f(*moved)) * 1e30, rel=1e-12, abs=1e-14)


def test_nothing_is_kept_for_its_shape():
    assert "np.mean(t1**2)" in value_and_gradients_function(mean_of_squares).source(X, Y)
    assert "dy / x.size" in value_and_gradients_function(in_a_loop).source(X, Y)


def slope(x, y):
    z = np.empty_like(y)
    z[0] = x[0]
    z[1:] = x[1:] * y[:-1]
    return z


def two_stages(x, y):
    for _ in range(3):
        k = slope(x, y)
        y = y + 0.1 * slope(x, y + 0.5 * k)
    return y[-1] * y[1]


def test_nothing_of_an_iteration_is_kept_for_its_shape_alone():
    """What a stage makes is needed for the argument of the next one, which is kept for its items."""
    test_gradients(two_stages, 4)
    assert "saved.append((y, y2))" in value_and_gradients_function(two_stages).source(X, Y)
