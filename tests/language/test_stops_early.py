"""What takes items one by one, and maybe not all of them: `any`, `all`, `next`, `zip`, `in`, `enumerate`."""

import numpy as np
import pytest

from .checker import Cases

case = Cases()


@case(0.7, may_refuse=True)
def any_of_calls(x):
    seen = []

    def k(v):
        seen.append(v)
        return v > 1

    y = x if any(k(v) for v in (x, 2 * x, 3 * x)) else 2 * x
    return y * len(seen)


@case(0.7, may_refuse=True)
def all_of_a_map(x):
    scale = [x]

    def k(v):
        scale[0] *= v
        return v > 1

    return scale[0] * (2 if all(map(k, (2.0, 0.5, 3.0))) else 3)


@case(0.7, may_refuse=True)
def next_of_calls(x):
    seen = []

    def k(v):
        seen.append(v)
        return v > 1

    return next((v for v in (x, 2 * x, 3 * x) if k(v)), x) * len(seen)


@case(0.7, may_refuse=True)
def zip_of_calls(x):
    seen = []

    def k(v):
        seen.append(v)
        return v

    for a, b in zip((k(v) for v in (x, 2 * x, 3 * x)), (k(v) for v in (x,))):
        y = a * b
    return y * len(seen)


@case(0.7, may_refuse=True)
def found_in_calls(x):
    scale = [x]

    def k(v):
        scale[0] *= v
        return v

    return scale[0] * (2.0 in (k(v) for v in (1.0, 2.0, 3.0)))


@case(0.7, may_refuse=True)
def enumerate_of_calls(x):
    scale, s = [x], 0.0

    def k(v):
        scale[0] *= v
        return scale[0]

    for i, v in enumerate(k(j + 1.5) for j in range(3)):
        scale[0] += 1.0
        s += v * i
    return s * scale[0]


@case(0.7)
def calls_that_only_look(x):
    def ok(v):
        return v > 0 and abs(v) < 5

    y = x if any(ok(v) for v in (x, 2 * x)) else 2 * x
    z = next((v * v for v in (x, 2 * x, 3 * x) if ok(v)), 0.0)
    return y * z * (3 if all(ok(v) for v in (1.0, 2.0)) else 1)


@case(np.array([0.5, -1.2, 2.0]))
def returns_beside_stores(x):
    y = np.zeros(3)
    for i in range(3):
        if x[i] < 0:
            return y * x[0]
        y[i] = x[i] ** 2
    return y


@case(np.array([0.5, -1.2, 2.0]))
def stores_of_other_elements(x):
    s = 0.0
    for i in range(3):
        if x[i] < 0:
            s = s + x[0] * x[2]
        else:
            s = s + x[i] ** 3
    return s


@pytest.mark.parametrize("each", case, ids=str)
def test_stops_early(each):
    each.check()
