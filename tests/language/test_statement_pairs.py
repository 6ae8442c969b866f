"""Statements inside one another: every compound statement holds or follows some other."""

import math

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()


@case(0.9, 6)
def if_in_for(x, n):
    y = x
    for k in range(n):
        if k % 2 == 0:
            y = y * x
        else:
            y = y + math.sin(y)
    return y


@case(1.7)
def if_on_active_in_while(x):
    steps = 0
    while x < 40.0:
        if x < 5.0:
            x = x * x
        else:
            x = x + 3.0 * math.sqrt(x)
        steps += 1
    return x * steps


@case(array(4))
def for_in_if(v):
    total = 1.0
    if v[0] > 0.0:
        for e in v:
            total *= e
    else:
        for e in v:
            total += e
    return total


@case(array(3), 2.0)
def while_in_for(v, x):
    total = 0.0
    for e in v:
        t = e
        while t < 5.0:
            t = t * x
        total += t
    return total


@case(2.0, 3)
def for_in_while(x, n):
    while n > 0:
        for k in range(n):
            x = x + 0.1 * x * k
        n -= 1
    return x


@case(array(3), -1.0)
def try_in_for_in_if(v, x):
    total = 0.0
    if x < 0.0:
        for e in v:
            try:
                total += math.sqrt(e + x)
            except ValueError:
                total += e * x
    return total


@case([0.5, -0.5, 2.0])
def try_raise_in_loop(items):
    total = 0.0
    for item in items:
        try:
            if item < 0.0:
                raise ValueError
            total += item * item
        except ValueError:
            total -= 3.0 * item
        finally:
            total *= 1.1
    return total


@case(array(4))
def with_in_loop(v):
    total = 0.0
    for k in range(4):
        with np.errstate(divide="ignore"):
            total = total * 0.5 + np.log(v[k])
    return total * total


@case(array(4))
def loop_in_with(v):
    with np.errstate(all="ignore"):
        out = np.zeros_like(v)
        for k in range(1, 4):
            out[k] = out[k - 1] * v[k] + v[k - 1]
    return np.sum(out)


@case(array(4), "up")
@case(array(4), "down")
@case(array(4), "flat")
def match_in_loop(v, mode):
    y = 1.0
    for e in v:
        match mode:
            case "up":
                y *= e
            case "down":
                y /= e
            case _:
                continue
    return y


@case(array(5))
def augmented_in_branches_in_loop(v):
    out = np.zeros(5)
    for k in range(5):
        out[k] += v[k]
        if k > 0:
            out[k] *= out[k - 1]
            if k > 2:
                out[k - 1] -= v[k]
    return np.sum(out * out)


@case(array(4))
def unpack_in_loop_header(v):
    total = 0.0
    for k, (a, b) in enumerate(zip(v, v[1:])):
        total += (k + 1) * a * b
    return total


@case(1.5, 4)
def swap_in_loop_and_branch(x, n):
    a, b = x, 1.0
    for k in range(n):
        if a > b:
            a, b = b, a * 0.9
        else:
            a, b = a * b, b + a
    return a + 2.0 * b


@case(1.1, 5)
def augmented_after_break(x, n):
    y = x
    for k in range(n):
        if y > 2.0:
            break
        y *= 1.3
        y += x
    else:
        y -= x
    y *= x
    return y


@case(1.2, 2)
def assert_in_loop(x, n):
    for _ in range(n):
        x = x * x
        assert x > 0.0, "positive"
    return x


@case(array(3))
def del_in_loop(v):
    total = 0.0
    for e in v:
        t = e * e
        total += t * total + t
        del t
    return total


@case(array(3))
def define_function_in_loop(v):
    total = 0.0
    for e in v:

        def g(t):
            return t * e

        total += g(e + 1.0)
    return total


@case(array(2, 3))
def import_in_loop(a):
    total = 0.0
    for row in a:
        from math import exp

        total += exp(row[0]) * row[1]
    return total


@case(array(3), 0.5)
def chained_assignment_in_loop(v, x):
    total = 0.0
    for e in v:
        a = b = e * x
        a += 1.0
        total += a * b
        x = a
    return total


@case(signed(6))
def branches_carry_values(v):
    best = v[0]
    where = 0
    for k in range(1, 6):
        if v[k] > best:
            best = v[k]
            where = k
    return best * best + v[where]


@case(2.0, 3)
def starred_unpack_in_while(x, n):
    items = [x, x * x, x + 1.0]
    while len(items) > 1:
        first, *items = items
        items[0] = items[0] * first
    return items[0] * n


@case(0.8, 3)
def print_everywhere(x, n):
    print("start")
    for k in range(n):
        if k == 1:
            print("one", x)
        x = x * x + 0.5
        print(k, f"{x:.4f}")
    else:
        print("done")
    return x


@case(1.3)
def return_in_try_in_loop(x):
    for k in range(5):
        try:
            y = math.log(x - k)
        except ValueError:
            return x * k
        x = x + y * y
    return x


@case(0.6)
@case(1.6)
def return_before_and_in_with(x):
    if x > 1.0:
        return x * x
    with np.errstate(all="ignore"):
        for _ in range(3):
            x = x + x * x
            if x > 1.5:
                return x * 3.0
    return x


@case(1.4)
def while_else_after_break(x):
    k = 0
    while k < 5:
        x = x * 1.1
        k += 1
        if x > 100.0:
            break
    else:
        x = x * x
    return x


@case(array(3, 3))
def three_deep(a):
    total = 0.0
    for i in range(3):
        for j in range(i + 1):
            t = a[i, j]
            while t < 3.0:
                t = t * 1.7
                if t > 2.0:
                    total += t * a[j, i]
    return total


@case(array(4), 3)
def continue_then_store(v, n):
    for t in range(n):
        for k in range(1, 4):
            if (k + t) % 2:
                continue
            v[k] = v[k - 1] * v[k] + 0.1 * t
    return np.sum(v)


@case(0.5, 1.5)
def branches_swap_roles(x, y):
    for k in range(6):
        if x < y:
            x = x + 0.4 * y
        else:
            y = y + 0.3 * x * x
            if y > 4.0:
                x = x / y
    return x * y


@pytest.mark.parametrize("each", case, ids=str)
def test_pair(each):
    each.check()
