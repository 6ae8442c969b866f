"""Functions in lists, tuples and dicts: of f, around f, among its arguments, taken in loops or by a key that is not known."""

import operator

import numpy as np
import pytest

from s2sad import grad, value_and_grad

from .checker import Cases, array
from .tables import BY_NAME, LAYERS, MIXED, NESTED, PIECES, STEPS, WEIGHTED, Layer, identity, model, relu

case = Cases()
V = np.array([0.4, 0.7])


@case(V)
def loop_over_a_list(x):
    total = 0.0
    for f in LAYERS:
        total += f(x[0]) * x[1]
    return total


@case([array(2, 3), array(3, 3, seed=1)], params=["weights"])
def layers_of_weights(weights):
    x = np.ones((2, 2))
    for w, act in zip(weights, LAYERS):
        x = act(x @ w)
    return np.sum(x)


@case(V, ["sin", "relu"], params=["x"])
def by_names_that_are_given(x, names):
    total = 0.0
    for v, name in zip(x, names):
        total += BY_NAME[name](v)
    return total


@case(V, 1, params=["x"])
def by_a_position_that_is_given(x, k):
    return np.sum(LAYERS[k](x)) + np.sum(LAYERS[k - 1](x))


@case(V)
def by_the_number_of_an_iteration(x):
    for i in range(4):
        x = LAYERS[i % 2](x)
    return np.sum(x)


@case(V)
def pairs_that_are_written_down(x):
    total = 0.0
    for f, w in [(np.sin, 2.0), (relu, x[1])]:
        total += f(x[0]) * w
    return total


@case(V)
def operations_by_name(x):
    operations = {"add": operator.add, "mul": operator.mul}
    y = x[0]
    for name, k in [("add", 1), ("mul", 0), ("add", 0)]:
        y = operations[name](y, x[k])
    return y


@case(V)
def named_steps(x):
    factor = 2.0
    steps = [("scale", lambda v: v * factor), ("shift", lambda v: v + 1.0), ("square", np.square)]
    for name, step in steps:
        x = step(x)
        if name == "shift":
            x = x / 2.0
    return np.sum(x)


@case(np.array([1.5, 0.5, 8.0]))
def pieces_until_one_fits(x):
    total = 0.0
    for v in x:
        for low, high, f in PIECES:
            if low <= v < high:
                total += f(v)
                break
        else:
            total += 100.0 * v
    return total


@case(np.array([0.5, 1.5, 3.5]))
def goes_on_and_breaks(x):
    total = 0.0
    for v in x:
        for low, high, what in [(0.0, 1.0, x[0]), (1.0, 2.0, "square"), (2.0, 3.0, x[1])]:
            if v < low:
                continue
            if v >= high:
                continue
            total += v * v if what == "square" else v * what
            break
        else:
            total += 10.0 * v
    return total


@case(V)
def in_dicts_of_a_list(x):
    return sum(step["weight"] * step["f"](v) for step, v in zip(STEPS, x))


@case(V)
def in_a_dict_of_other_things(x):
    y = MIXED["inner"]["g"](x[0]) * MIXED["weight"] ** MIXED["inner"]["order"]
    for key in MIXED:
        if callable(MIXED[key]):
            y += np.sum(MIXED[key](x))
        elif isinstance(MIXED[key], float):
            y += MIXED[key] * x[1]
    return y


@case(V)
def of_lists_of_lists(x):
    total = 0.0
    for row in NESTED:
        for f in row:
            total += f(x[0]) * x[1]
    return total


@case(V)
def beside_arrays(x):
    total = 0.0
    for f, w in WEIGHTED:
        total += np.sum(f(x[0]) * w)
    return total


@case(V)
def joined_cut_and_repeated(x):
    total = 0.0
    for f in (LAYERS + [np.exp])[1:] + list(LAYERS) + [np.sin] * 2:
        total += f(x[0])
    return total + sum(f(x[1]) for f in reversed(LAYERS))


@case(V, [np.sin, np.cos], params=["x"])
def in_an_argument(x, functions):
    return sum(f(v) for f, v in zip(functions, x))


@case(array(2, 2))
def objects_with_functions_of_their_own(w):
    x = np.ones((1, 2))
    for layer in [Layer(w, act=relu), Layer(w + 1.0), Layer(w, identity)]:
        x = layer(x)
    return np.sum(x**2)


@case(V)
def of_a_class_by_names_of_an_object(x):
    return model(x)


@pytest.mark.parametrize("each", case, ids=str)
def test_table(each):
    each.check()


def test_a_table_that_has_changed():
    space = {"np": np, "table": [np.sin], "named": {"f": np.sin}}
    text = "def f(x):\n    y = named['f'](x)\n    for g in table:\n        y += g(x)\n    return y\n"
    exec(text, space)
    gradient = grad(space["f"], source=text)
    assert gradient(0.3) == pytest.approx(2.0 * np.cos(0.3))
    space["table"].append(np.exp)
    assert gradient(0.3) == pytest.approx(2.0 * np.cos(0.3) + np.exp(0.3))
    space["table"][0] = np.cos
    space["named"]["f"] = np.tan
    assert gradient(0.3) == pytest.approx(np.cos(0.3) ** -2 - np.sin(0.3) + np.exp(0.3))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_lists_of_one_function_of_other_lengths(count):
    assert grad(in_an_argument)(np.ones(count), [np.sin] * count) == pytest.approx(np.cos(np.ones(count)))


def test_a_position_that_is_not_there():
    with pytest.raises(IndexError):
        value_and_grad(by_a_position_that_is_given)(V, 2)
    with pytest.raises(KeyError):
        value_and_grad(by_names_that_are_given)(V, ["sin", "tan"])


def test_what_ends_before_the_functions_do():
    with pytest.raises(IndexError):
        value_and_grad(layers_of_weights)([np.ones((2, 2))])
