"""How programs of forward mode are written: tangents stand beside what they belong to, and are taken apart like it."""

import numpy as np
import pytest

from s2sad import check_gradients, jvp, value_and_gradients_function, value_and_tangent_function
from tests.test_names_of_users import landing, momentum

GENERATOR = np.random.default_rng(0)
LAYERS = [(GENERATOR.normal(size=(3, 3)), GENERATOR.normal(size=3)) for _ in range(2)]
INPUTS = GENERATOR.normal(size=(2, 3))


def network(layers, x):
    h = x
    for W, b in layers:
        h = np.tanh(h @ W + b)
    return np.sum(h * h)


def weights_alone(layers, x):
    for W, _ in layers:
        x = x @ W
    return np.sum(x)


def nested_items(items, x):
    for a, (b, c) in items:
        x = a * x + b * c
    return x


def item_as_a_whole(items, x):
    for item in items:
        a, b = item
        x = a * x + b + item[0]
    return x


def numbered(items, x):
    for k, (a, b) in enumerate(items):
        x = a * x + b * k
    return x


def predators(p, x0):
    a, b, c, d = p
    xs = np.zeros((4, 2))
    xs[0] = x0
    for k in range(3):
        prey, pred = xs[k]
        xs[k + 1, 0] = prey + 0.1 * (a * prey - b * prey * pred)
        xs[k + 1, 1] = pred + 0.1 * (d * prey * pred - c * pred)
    return np.mean(xs[:, 1])


def first_and_last(p):
    a, b = p
    return a * np.sin(b)


NUMBERS = [(1.0, 2.0), (0.3, 0.4)]
CASES = [
    (network, (LAYERS, INPUTS), ["for (W, b), (W_dot, b_dot) in zip(layers, layers_dot):"]),
    (weights_alone, (LAYERS, INPUTS), ["for (W, _), (W_dot, _) in zip(layers, layers_dot):"]),
    (nested_items, ([(1.0, (2.0, 3.0)), (0.5, (1.0, 2.0))], 0.7), ["(a_dot, "]),
    (item_as_a_whole, (NUMBERS, 0.7), []),
    (numbered, (NUMBERS, 0.7), []),
    (predators, (np.array([1.1, 0.4, 0.4, 0.1]), np.array([10.0, 5.0])), ["a_dot, b_dot, c_dot, d_dot = p_dot\n"]),
    (first_and_last, ((0.4, 1.2),), ["    a, b = p\n"]),
    (landing, (1.3, 0.2), ["        x_old = x\n        x = x + 0.1 * v\n"]),
    (momentum, (np.linspace(0.5, 1.5, 3),), ["        before_dot = w_dot\n"]),
]


@pytest.mark.parametrize(("f", "args", "lines"), CASES, ids=[f.__name__ for f, _, _ in CASES])
def test_text_and_tangents(f, args, lines):
    text = value_and_tangent_function(f).source(*args)
    for line in lines:
        assert line in text, text
    check_gradients(f, *args)
    gradients = value_and_gradients_function(f)(*args)[1]
    value, tangent = jvp(f, args, tuple(map(along, args)))
    assert value == f(*args)
    np.testing.assert_allclose(tangent, sum(product(g, along(each)) for g, each in zip(gradients, args)), rtol=1e-12)


def along(value):
    """A direction: another number for each leaf."""
    if isinstance(value, (list, tuple)):
        return type(value)(along(each) for each in value)
    return np.cos(3.0 * value) if isinstance(value, np.ndarray) else float(np.cos(3.0 * value))


def product(gradient, direction):
    if isinstance(gradient, (list, tuple)):
        return sum(product(*each) for each in zip(gradient, direction))
    return np.sum(gradient * direction)
