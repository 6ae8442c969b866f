"""`and` and `or` that choose a value, whose operands are evaluated once, in their order."""

import numpy as np
import pytest

from .checker import Cases

case = Cases()


class Thing:
    def __init__(self, a):
        self.a = a


def shown(v):
    print("shown", round(float(v), 3))
    return v > 0.5


# --- a value that is chosen --------------------------------------------------------------------------------------------


@case(0.7)
def default_for_none(x, y=None):
    y = y or x * x
    return y * x


@case(0.7)
def default_for_empty(x, options=None, config=None):
    options = options or []
    options.append(x)
    config = config or {"k": 2.0, "p": x}
    return options[0] * config["k"] * config["p"]


@case(0.7)
def constants_first(x):
    n = 3
    y = n and x * x
    z = 0 or x * 2
    w = "" or [x, x * x]
    return y * x + z * w[1] + (True and x**3)


@case(0.7)
def missing_key(x):
    found = {}
    y = found.get("k") or x * x
    return y


@case(0.7)
def nested(x):
    y = (x > 5 or x * x) * ((x < 5 and x) or 3.0)
    return y + (not (x and 0) and x * x)


@case(0.7)
def arrays(x):
    a = np.array([x, 2.0])
    b = None or a * x
    b *= 2
    return np.sum(b) * a[0]


@case(0.7)
def tuples_and_things(x):
    t = () or (x, x * x)
    u = (x, 1.0) and (x * x, 2.0)
    thing = None or Thing(x)
    thing.a *= x
    return t[0] * t[1] * u[0] * thing.a


@case(0.7, may_refuse=True)
def dicts_that_are_written(x):
    d = {}
    e = d or {"k": x}
    e["k"] *= x
    return e["k"]


@case(0.7, may_refuse=True)
def lists_that_are_written(x):
    a = []
    b = a or [2.0]
    b[0] *= x
    a.append(x)
    return b[0] * a[0]


# --- once, and in order ------------------------------------------------------------------------------------------------


@case(0.7)
def a_function_of_its_own(x):
    calls = []

    def c(v):
        calls.append(v)
        return v > 0.5

    if c(x) and c(x * x) or c(x * 3):
        x = x * 2
    return sum(calls) * x


@case(0.7)
def a_function_that_writes(x):
    a = np.array([x, 2.0])

    def w():
        a[0] *= 2
        return a[0] > 1

    y = 0 < a[0] < 3 and w() and w()
    z = a[0] if w() or w() else a[1]
    return np.sum(a) * z * (2.0 if y else 1.0)


@case(0.7)
def methods(x):
    items = [x]
    y = items.pop() and x * 2 or x * 3
    z = items.append(x) or x * x
    return y * x + z * len(items)


@case(0.7)
def what_is_printed(x):
    y = shown(x) and x * 2 or shown(x * 3) and x * 5
    while shown(x) and x < 1.2 and shown(x + 1):
        x = x * 1.3
    return y * x if shown(x) and shown(x * 0.1) else y * x * x


@pytest.mark.parametrize("each", case, ids=str)
def test_and_or(each):
    each.check()
