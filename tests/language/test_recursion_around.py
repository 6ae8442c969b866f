"""Functions that call themselves, and what they have of the functions around them: variables that they read by way of
others, strings and functions that they are given, and variables that they set (`nonlocal`)."""

import math

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
V = array(2)


@case(0.3, 0.9)
def sets_a_number(x, y):
    calls, total = 0, 0.0

    def visit(v, k):
        nonlocal calls, total
        calls += 1
        total = total + v
        return v if k == 0 else visit(v * y, k - 1) + x

    return visit(x, 3) * calls + total


@case(0.3, 0.9)
def sets_by_way_of_another(x, y):
    t = y

    def bump(v):
        nonlocal t
        t *= v

    def visit(v, k):
        bump(v)
        return v if k == 0 else visit(v + x, k - 1)

    return visit(x, 2) * t


@case(0.3, 0.9)
def sets_what_is_none_at_first(x, y):
    best = None

    def visit(v, k):
        nonlocal best
        if best is None or v > best:
            best = v
        if k > 0:
            visit(v * y, k - 1)
            visit(v + x, k - 1)

    visit(x, 2)
    return best * y


@case(0.3, 0.9)
def sets_within_two(x, y):
    s = 0.0

    def outer(v, k):
        def inner(u, j):
            nonlocal s
            s += u
            if j > 0:
                inner(u * y, j - 1)

        inner(v, k)
        if k > 0:
            outer(v * x, k - 1)

    outer(x, 2)
    return s


@case(V)
def sets_an_array(x):
    top = x

    def visit(k):
        nonlocal top
        top = np.where(top * k > x, top * top, x)
        if k > 0:
            visit(k - 1)

    visit(3)
    return top * x


@case(0.3, 0.9)
def sets_and_reads_between(x, y):
    s = x

    def visit(k):
        nonlocal s
        before = s
        if k > 0:
            s = s * y
            visit(k - 1)
            s = s + before * visit(k - 2)
        return s * before

    return visit(3) + s * s


def integral(f, a, b, depth):
    m = (a + b) / 2
    whole = (b - a) * (f(a) + 4 * f(m) + f(b)) / 6
    left = (m - a) * (f(a) + 4 * f((a + m) / 2) + f(m)) / 6
    if depth == 0 or abs(whole - 2 * left) < 1e-9:
        return whole
    return integral(f, a, m, depth - 1) + integral(f, m, b, depth - 1)


@case(0.3, 1.2, np.sinh)
def given_a_function(a, b, f):
    return integral(f, a, b, 2)


@case(0.3, {"inner": math.exp})
def given_a_function_of_a_dict(a, functions):
    return integral(functions["inner"], a, 2.0, 2)


@case(0.3, 1.2, 2.0)
def given_a_closure(a, b, w):
    k = w * a
    return integral(lambda t: math.sin(k * t * 3) * w, a, b, 2)


class Decay:
    def __init__(self, rate, scale):
        self.rate, self.scale = rate, scale

    def at(self, t):
        return math.exp(-self.rate * t) * self.scale[0] + self.scale[1]


@case(0.3, 1.2, V)
def given_a_method(a, rate, scale):
    return integral(Decay(rate, scale).at, a, 2.0, 2)


@case(V, 0.7)
def reads_by_way_of_another(c, x):
    def g(t):
        return c[0] + c[1] * t * t

    def visit(v, k):
        return g(v) if k == 0 else visit(g(v) + x, k - 1)

    return visit(x, 2)


@case(0.4, 0.7)
def reads_what_is_new_between(x, y):
    k = x

    def g(v):
        return v * k

    def visit(v, n):
        return g(v) if n == 0 else visit(g(v) + y, n - 1)

    first = visit(x, 2)
    k = y
    return first + visit(x, 2)


def power_of(x, n, key, table):
    return x if n == 0 else power_of(x * table[key], n - 1, key, table)


@case(0.3, "b", 1.5)
def given_a_string(x, mode, y):
    return power_of(x, 2, mode, {"a": x, "b": y})


def printing(x, n, key):
    print(key, n)
    return x if n == 0 else printing(x * x, n - 1, key)


@case(0.3, "b")
def prints_a_string(x, key):
    other = key
    return printing(x, 2, other)


def swapping(x, n, first, second):
    print(first, second)
    return x if n == 0 else swapping(x * (2.0 if first == "a" else 3.0), n - 1, second, first)


@case(0.3, "a", "b")
def strings_change_places(x, second, first):
    return swapping(x, 3, first, second)


@case(("+", ("*", 0.3, 0.7), ("-", 0.2, ("*", 1.1, 0.3))))
def expression_of_tuples(t):
    def value(e):
        if isinstance(e, float):
            return e
        op, left, right = e
        a, b = value(left), value(right)
        return a + b if op == "+" else a - b if op == "-" else a * b

    return value(t) ** 2


@case(0.3, "aab")
def goes_through_a_string(x, text):
    def read(t, acc):
        if not t:
            return acc
        return read(t[1:], acc * x) if t[0] == "a" else read(t[1:], acc + x)

    return read(text, 1.0) + read("ba", x)


def halves(part, n):
    if n == 0:
        return part[0] * part[1]
    return halves((part[0] * part[1], part[1]), n - 1)


@case(1.1, 0.7)
def of_a_tuple(x, y):
    return halves((x, y), 3)


def products(a, w, n):
    if n == 0:
        return a * w, w
    b, c = products(a * w, w, n - 1)
    return b + c, c * w


@case(V, V + 0.5)
def returns_what_it_was_given(a, w):
    z, v = products(a, w, 2)
    return np.sum(z * v)


@case([[1.0, 2.0], [3.0, 4.0]], [[0.5, -1.0], [2.0, 0.7]])
def writes_into_lists_of_lists(a, b):
    result = [[0.0] * len(b[0]) for _ in a]

    def go(i, j, a, b, result):
        if i >= len(a):
            return
        if j >= len(b[0]):
            return go(i + 1, 0, a, b, result)
        result[i][j] += a[i][j] * b[i][j]
        return go(i, j + 1, a, b, result)

    go(0, 0, a, b, result)
    return result


def product_of_sums(v, x, n):
    if n == 0:
        return x
    return np.sum(v) * product_of_sums(np.arange(3.0) + x, x, n - 1)


@case(array(4), 0.3, 2, params=["v", "x"])
def gradient_that_is_one_number_for_an_array(v, x, n):
    return product_of_sums(v, x, n)


@pytest.mark.parametrize("each", case, ids=str)
def test_recursion_around(each):
    each.check()


key = "a"  # what a program that forgot to pass the string on would read


def test_a_string_is_not_taken_for_a_global():
    from s2sad import value_and_gradients_function

    def f(x, key):
        return printing(x, 1, key)

    value, (gradient, _) = value_and_gradients_function(f)(0.5, "b")
    assert (value, gradient) == (0.25, 1.0)
    assert "printing_forward(x, 1, key)" in value_and_gradients_function(f).source(0.5, "b")
