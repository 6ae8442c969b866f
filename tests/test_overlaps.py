"""Arguments that share memory inside of lists, dicts and objects, where the function writes into it."""

import copy

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function, value_and_tangent_function

x, y = np.array([0.5, -1.2, 2.0]), np.array([1.0, 2.0, 3.0])
pair = [1.0, 2.0]


class Thing:
    def __init__(self, a, b):
        self.a, self.b = a, b


def first_of_list(items):
    items[0] *= 2
    return np.sum(items[1] * items[0])


def all_of_list(items):
    for a in items:
        a *= 2
    return sum(np.sum(a * a) for a in items)


def in_dict(d):
    d["a"][0] = 3.0 * d["b"][1]
    return np.sum(d["b"] * d["a"])


def in_thing(o):
    o.a[0] = 3.0 * o.b[1]
    return np.sum(o.b * o.a)


def lists_in_list(items):
    items[0][0] = 5.0 * items[1][1]
    return items[1][0] * items[0][0]


def dict_and_array(d, x):
    d["a"] *= 2
    return np.sum(x * d["a"])


def list_and_array(items, x):
    x *= 2
    return np.sum(x * items[0])


def only_the_list(items):
    items[0] = items[1] * 2
    return np.sum(items[1] * items[0])


@pytest.mark.parametrize(
    "f, shared, apart",
    [
        (first_of_list, ([x, x],), ([x, y],)),
        (all_of_list, ([x, x[1:]],), ([x, y],)),
        (in_dict, ({"a": x, "b": x[::-1]},), ({"a": x, "b": y},)),
        (in_thing, (Thing(x, x),), (Thing(x, y),)),
        (lists_in_list, ([pair, pair],), ([pair, [3.0, 4.0]],)),
        (dict_and_array, ({"a": x}, x), ({"a": x}, y)),
        (list_and_array, ([x], x[:2]), ([x], y)),
    ],
)
def test_shared_and_apart(f, shared, apart):
    want = f(*copy.deepcopy(apart))
    assert value_and_gradients_function(f)(*apart)[0] == want
    with pytest.raises(NotDifferentiableError, match="share memory in this call"):
        value_and_gradients_function(f)(*shared)
    if f is first_of_list:
        with pytest.raises(NotDifferentiableError, match="share memory in this call"):
            value_and_tangent_function(f)(*shared, tangents=shared)


def test_what_is_not_written_may_be_shared():
    assert value_and_gradients_function(only_the_list)([x, x])[0] == only_the_list([x, x])
