"""What takes items one by one, and maybe not all of them: `any`, `all`, `next`, `zip`, `in`, `enumerate`."""

import collections

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


@case(0.626)
def leaves_before_a_deque_is_made(y):
    kept = [0.5]
    for n in range(2):
        first = kept[0]
        if (first is not None) > 0.2:
            break
        kept = collections.deque([y], maxlen=3)
    return first * y


@case(np.array([0.7, 1.3, 0.4]))
def leaves_before_a_list_is_made(x):
    rows = [0.5]
    for n in range(3):
        s = rows[0]
        if s > 0.6:
            break
        rows = []
        for v in x:
            rows.append(v * s)
        rows = rows[::-1]
    return s * x[1] + rows[-1]


@case(np.array([0.7, 1.3, 0.4]))
def tuples_that_an_inner_loop_sets(x):
    t = 0.0
    for b in [0.3, 0.5]:
        r = 0
        while r < 2:
            r += 1
            fixed = (1.5, 2)
        for r in range(3):
            if x[r] > 0.5:
                made = ((b * x[0], r), x[r])
        s, c = fixed
        (p, q), d = made
        t = t + s * c * p * (q + 1.0) * d
    return t


@pytest.mark.parametrize("each", case, ids=str)
def test_stops_early(each):
    each.check()
