"""Statements that steer: try, with, match, early returns and their mixtures. PYTEST_DONT_REWRITE"""

import contextlib
import math
import warnings

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()


class Doubling:
    """A context manager of the user's."""

    def __init__(self, factor):
        self.factor = factor

    def __enter__(self):
        return self.factor

    def __exit__(self, *exc):
        return False


@contextlib.contextmanager
def announced(name):
    print("enter", name)
    yield
    print("leave", name)


@case(4.0)
def try_without_exception(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        y = 0.0
    return y * x


@case(-4.0)
def try_with_exception(x):
    try:
        y = math.sqrt(x)
    except ValueError:
        y = x * x
    return y * x


@case(0.5)
@case(2.0)
def try_raises_itself(x):
    try:
        if x > 1.0:
            raise ValueError("large")
        y = x * x
    except ValueError as error:
        y = 3.0 * x + len(str(error))
    return y * y


@case(2.0)
def try_finally(x):
    y = x
    try:
        y = y * x
    finally:
        y = y + x
    return y * y


@case(2.0)
@case(-2.0)
def try_else_finally(x):
    y = 1.0
    try:
        z = math.log(x)
    except ValueError:
        z = -x
    else:
        z = z * x
    finally:
        y = y * z
    return y


@case({"a": 2.0}, 3.0)
@case({"b": 2.0}, 3.0)
def try_key(d, x):
    try:
        y = d["a"]
    except KeyError:
        y = x
    return y * y * x


@case([1.0, 2.0], 3.0)
def try_in_loop(items, x):
    total = 0.0
    for k in range(4):
        try:
            total += items[k] * x
        except IndexError:
            total += x
    return total * total


@case(2.0)
def try_several_handlers(x):
    try:
        y = {"a": 1.0}["b"]
    except (IndexError, ZeroDivisionError):
        y = 0.0
    except KeyError:
        y = x * x
    return y


@case(2.0)
def try_returns(x):
    try:
        return math.exp(x) * x
    except OverflowError:
        return math.inf


@case(array(3))
def with_errstate(v):
    with np.errstate(divide="ignore", invalid="ignore"):
        w = np.log(v) / v
    return np.sum(w * v * v)


@case(array(3))
def with_two_contexts(v):
    with np.errstate(all="ignore"), contextlib.suppress(ValueError):
        w = v * v
    return np.sum(w)


@case(2.0)
def with_warnings(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = x * x
        z = y * x
    return z


@case(2.0)
def with_own_context(x):
    with announced("here"):
        y = x * x
        print("inside")
    return y * x


@case(2.0, 3.0, may_refuse=True)
def with_value(x, y):
    with Doubling(2.0) as factor:
        z = factor * x * y
    return z


@case(2.0)
def with_return_inside(x):
    with np.errstate(all="ignore"):
        return x * x * x


@case(2.0, "square")
@case(2.0, "cube")
@case(2.0, "none")
def match_strings(x, mode):
    match mode:
        case "square":
            return x * x
        case "cube":
            return x * x * x
        case _:
            return x


@case(2.0, 1, params=["x"])
@case(2.0, 3, params=["x"])
@case(2.0, 7, params=["x"])
def match_numbers(x, n):
    match n:
        case 0 | 1:
            y = x
        case 2 | 3 if x > 1.0:
            y = x * x
        case _:
            y = -x
    return y * x


@case((2.0, 3.0))
@case((2.0, 3.0, 4.0))
@case((2.0,))
def match_sequences(items):
    match items:
        case (a,):
            return a * a
        case (a, b):
            return a * b
        case (a, *rest):
            return a * sum(rest)
    return 0.0


@case({"kind": "circle", "r": 2.0})
@case({"kind": "box", "w": 2.0, "h": 3.0})
def match_mappings(shape):
    match shape:
        case {"kind": "circle", "r": r}:
            return math.pi * r * r
        case {"kind": "box", "w": w, "h": h}:
            return w * h
    return 0.0


@case(array(4), 0.5)
def return_in_for(v, x):
    for k in range(4):
        if v[k] * x > 0.1:
            return v[k] * x * (k + 1)
    return x


@case(array(6), 2.5)
@case(array(6), 250.0)
def return_in_middle_of_loop(v, limit):
    total = 0.0
    for k in range(6):
        total += v[k] * v[k]
        if total > limit:
            return total * limit
        total += v[k]
    return total - limit


@case(3.0)
def return_in_while(x):
    while True:
        x = x * 0.6
        if x < 1.0:
            return x * x


@case(array(3, 4), 1.3)
def return_in_nested_loops(a, x):
    s = 0.0
    for i in range(3):
        for j in range(4):
            s += a[i, j] * x
            if s > 6.0:
                return s * a[i, j]
    return s


@case(2.0)
@case(0.5)
@case(-1.0)
def return_in_branches_in_loop(x):
    for k in range(3):
        if x > 1.5:
            return x * (k + 1)
        elif x > 0:
            x = x * 1.7
        else:
            return math.exp(x) + k
    return x * x


@case(2.0, array(2))
@case(-2.0, array(2))
def returns_of_different_structure(x, v):
    if x > 0:
        return x * v
    return v * v


@case(2.0, 1.0)
@case(1.0, 2.0)
def returns_from_deep_nest(x, y):
    if x > y:
        if x > 10.0:
            return x
        z = x - y
        if z > 0.5:
            return z * x
        return z
    else:
        z = y - x
    return z * z * y


@case(0.7, 4)
@case(0.7, 0, counts=("n",))
def guard_clauses(x, n):
    if n == 0:
        return x
    if n < 0:
        raise ValueError("negative")
    y = x
    for _ in range(n - 1):
        y *= x
    return y + n * x


@case(2.0)
def defined_in_branches_only(x):
    if x > 1.0:
        scale = x * x
        found = True
    else:
        found = False
    if found:
        return scale * x
    return x


@case(2.0)
@case(0.5)
def variable_changes_kind(x):
    y = None
    if x > 1.0:
        y = x * x
    if y is None:
        y = 3.0 * x
    return y * x


@case(signed(4))
def scalar_becomes_array(v):
    total = 0
    for row in v:
        total = total + np.array([row, row * row])
    return np.sum(total * total)


@case(2.0)
def nested_function_in_branch(x):
    if x > 0:

        def g(t):
            return t * t * x

    else:

        def g(t):
            return t

    return g(x + 1.0)


@case(2.0)
def unreachable_code(x):
    return x * x
    x = x + 1.0
    return x


@case(2.0)
def while_false(x):
    while False:
        x = x * x
    if 0:
        x = x * 3.0
    return x * 2.0


@case(array(3))
def bare_return_in_helper(v):
    def fill(out, flag):
        if flag:
            out[0] = v[1] * v[2]
            return
        out[0] = 1.0

    out = np.zeros(2)
    fill(out, True)
    return out[0] * v[0]


@pytest.mark.parametrize("each", case, ids=str)
def test_control(each):
    each.check()
