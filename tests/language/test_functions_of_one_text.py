"""Functions that are made several times of one text, around other variables; helpers that make functions and objects."""

import functools

import numpy as np
import pytest

from .checker import Cases

case = Cases()


def adder(a):
    def g(v):
        return v * a + 1.0

    return g


def compose(f, g):
    return lambda v: f(g(v))


DOUBLE, TRIPLE = adder(2.0), adder(3.0)
CHAIN = compose(np.sin, compose(DOUBLE, compose(TRIPLE, DOUBLE)))


@case(1.2)
def composed_outside(x):
    return CHAIN(x) + DOUBLE(TRIPLE(x))


@case(1.2, 0.4)
def made_by_a_comprehension(x, y):
    fs = [adder(v) for v in (x, y)]
    return fs[0](x) + fs[1](3.0)


@case(1.2, 0.4)
def made_for_a_dict(x, y):
    d = {k: adder(v) for k, v in (("a", x), ("b", y))}
    return d["a"](2.0) * d["b"](x)


@case(1.2, 0.4)
def made_by_map(x, y):
    a, b = map(adder, (x, y))
    return a(2.0) * b(x)


@case(1.2, 0.4)
def composed_by_reduce(x, y):
    h = functools.reduce(lambda f, g: lambda v: f(g(v)), [lambda v: v * x, lambda v: v + y, np.sin])
    return h(x)


@case(1.2, 0.4)
def each_with_its_own_total(x, y):
    def counter(start):
        total = start

        def add(v):
            nonlocal total
            total += v
            return total

        return add

    f, g = [counter(s) for s in (x, y)]
    f(x)
    g(y * y)
    return f(1.0) * g(2.0)


@case(1.2, 0.4)
def given_to_a_function_that_calls_itself(x, y):
    def integral(f, a, b, depth):
        m = (a + b) / 2
        if depth == 0:
            return f(m) * (b - a)
        return integral(f, a, m, depth - 1) + integral(f, m, b, depth - 1)

    f, g = [adder(v) for v in (x, y)]
    return integral(f, 0.0, 1.0, 2) * integral(g, 0.0, y, 1) * integral(lambda t: f(g(t)), 0.0, y, 1)


@case(1.2)
def made_of_constants(x):
    g = adder(2.0)
    h = adder(3.0)
    return g(x) * h(x)


class Account:
    def __init__(self, balance):
        self.balance = balance
        self.history = []

    def add(self, x):
        self.balance += x
        self.history.append(self.balance)
        return self


def opened():
    return Account(1.0)


def settings():
    return {"start": 0.0, "values": [], "f": lambda v: v * v}


@case(1.2)
def helper_that_makes_an_object(x):
    a, b = opened(), opened()
    a.add(x).add(x * x)
    b.add(a.balance)
    return a.balance * a.history[0] * b.balance


@case(1.2)
def helper_that_makes_a_dict(x):
    d, e = settings(), settings()
    d["start"] = x
    d["values"].append(x * x)
    e["start"] += 2.0
    return d["start"] * d["f"](d["values"][0]) + e["start"] * x


class Node:
    def __init__(self, value, children=()):
        self.value = value
        self.children = children

    def total(self):
        s = self.value
        for child in self.children:
            s += child.total() * 0.5
        return s


@case(1.4, 0.3)
def tree_of_objects(x, y):
    t = Node(x, (Node(y), Node(x * y, (Node(x + y),))))
    return t.total() ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
