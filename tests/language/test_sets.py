"""Sets: of what has no gradient, in which equal ones are one."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
V = array(3)
PARAMS = {"layer0.w": 1.0, "layer0.b": 2.0, "layer1.w": 0.3}


@case(PARAMS, 0.7)
def layers_of_a_dict(params, x):
    for k in range(len({key.split(".")[0] for key in params})):
        x = np.tanh(params[f"layer{k}.w"] * x)
    return x


@case(PARAMS)
def lengths_of_keys(params):
    return len({len(key) for key in params}) * params["layer0.w"]


@case(PARAMS)
def pairs(params):
    return len({(key[0], k // 2) for k, key in enumerate(params)}) * params["layer0.b"]


@case(PARAMS)
def signs(params):
    return len({value > 0 for value in params.values()}) * params["layer0.b"]


@case(V)
def whole_parts(x):
    return len({int(v) for v in x}) * np.sum(x**2)


@case(V, 0.5)
def classes(x, a):
    labels = {int(v > 0.2) + int(v > 5.0) for v in x}
    total = 0.0
    for label in sorted(labels):
        total = total + np.sum(np.where((x > 0.2) == label, x * x, a * x)) * (label + 1)
    return total * len(labels)


@case(PARAMS)
def sets_in_expressions(params):
    first = {key[:6] for key in params}
    both = first | {"other"}
    both.add("layer0")
    return ("layer1" in first) * params["layer1.w"] + max({len(key) for key in params}) * params["layer0.w"] * len(both)


@case(PARAMS)
def run_through(params):
    total = 1.0
    for name in {key[:6] for key in params}:
        total *= params[name + ".w"] + 1.0
    return total


@case(PARAMS)
def nested(params):
    return len({key[k] for key in params for k in (0, 5) if key[k] != "?"}) * params["layer0.w"] ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_set(each):
    each.check()
