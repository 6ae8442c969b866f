"""Functions of itertools, and the keys of dicts in an order: what a loop runs over."""

import itertools
import math

import numpy as np
import pytest

from .checker import Cases

case = Cases()
V = np.array([0.3, -0.7, 1.1, 0.9])
L = [0.3, -0.7, 1.1, 0.9]


@case({"w": 0.5, "b": -0.25}, 1.5)
def keys_of_a_dict_in_order(p, x):
    out = {}
    for k in sorted(p):
        out[k + "_new"] = p[k] * x
    return out["w_new"] * out["b_new"] + p["w"]


@case({"w": 0.5, "b": -0.25}, 1.5)
def keys_backwards(p, x):
    s = 1.0
    for i, k in enumerate(sorted(p, reverse=True)):
        s = s * x + p[k] * i
    return s


@case({"w": 0.5, "b": -0.25}, 1.5)
def items_of_a_dict_in_order(p, x):
    s = 1.0
    for k, v in sorted(p.items()):
        s = s * x + v * len(k)
    return s


@case(1.2, 0.4)
def key_of_the_largest(x, y):
    d = {"a": x, "b": y, "c": x * y}
    k = max(d, key=d.get)
    return d[k] * 2


@case({"a": 0.5, "b": 0.7})
def key_of_the_largest_of_a_parameter(d):
    k = max(d, key=lambda k: d[k] ** 2)
    return d[k] * d["a"]


@case(V)
def product_of_one_with_itself(x):
    s = 0.0
    for a, b in itertools.product(x, repeat=2):
        s += np.exp(-((a - b) ** 2)) * a
    return s


@case.each((V, 2), (V, 1), (V, 3), (V, 7))
def as_many_as_is_said(x, n):
    return sum(math.prod(c) + max(c) * c[0] for c in itertools.combinations(x, n))


@case.each((V, 2), (V, 3))
def in_every_order(x, n):
    s = 0.0
    for c in itertools.permutations(x, n):
        s += np.prod(c) * np.arange(1.0, n + 1) @ np.array(c)
    return s


@case.each((V, 1), (V, 2))
def with_repetitions(x, n):
    return sum(sum(c) ** 2 * c[-1] for c in itertools.combinations_with_replacement(x, n))


@case.each((V, 1), (V, 4))
def powers_of_one(x, n):
    return sum(math.fsum(c) * c[0] for c in itertools.product(x[:2], repeat=n))


@case(V)
def of_one_and_of_four(x):
    s = sum(c[0] ** 2 for c in itertools.combinations(x, 1))
    s += sum(a * b for a, b in itertools.combinations_with_replacement(x, 2))
    s += sum(c[0] * c[2] for c in itertools.permutations(x))
    return s + sum(math.prod(c) for c in itertools.combinations([*x, 2.0 * x[0]], 4))


@case(V)
def product_of_three(x):
    return sum(a * b + c for a, b, c in itertools.product(x[:2], x[1:], [1.0, 2.0]))


@case(V)
def a_part(x):
    return sum(v * v for v in itertools.islice(x, 1, 3))


@case(V)
def beginnings_and_steps(x):
    a = list(itertools.islice(x, 2))
    b = list(itertools.islice(x, 0, None, 2))
    return a[0] * a[1] + b[1]


@case(V)
def beginning_of_a_generator(x):
    return sum(itertools.islice((v * v for v in x), 3))


@case(L, L[:2])
def longer_of_two_lists(a, b):
    s = 0.0
    for u, v in itertools.zip_longest(a, b, fillvalue=0.0):
        s += u * v + u
    return s


@case(V, V[:2])
def longer_of_two_arrays(a, b):
    return sum(u * v + u for u, v in itertools.zip_longest(b, a, fillvalue=1.0))


@case(L)
def runs(xs):
    s = 0.0
    for k, g in itertools.groupby(xs, key=lambda v: v > 0):
        p = 1.0
        for v in g:
            p *= v
        s += p if k else p * 2
    return s


@case(L)
def runs_as_lists(xs):
    runs = [list(g) for _, g in itertools.groupby(xs, lambda v: v > 0)]
    return sum(sum(r) ** 2 for r in runs)


@case(L)
def sums_of_runs(xs):
    return sum(sum(g) ** 2 * (1 + k) for k, g in itertools.groupby(xs, lambda v: v > 0))


@case(V)
def runs_by_sign(xs):
    return sum(sum(g) ** 2 for k, g in itertools.groupby(xs, np.sign))


@case(1.2)
def one_thing_again(x):
    return math.prod(itertools.repeat(x, 3)) + sum(a * b for a, b in zip([1.0, x], itertools.repeat(2.0, 2)))


@case(1.2)
def count_until_a_break(x):
    for k in itertools.count(1):
        x = x * 1.1 + k
        if x > 5:
            break
    return x * k


@case(1.2)
def count_until_a_return(x):
    for k in itertools.count():
        if x > 5:
            return x
        x = x * 2


@case(V)
def count_beside_an_array(x):
    return sum(k * v for v, k in zip(x, itertools.count(1)))


@case(V)
def function_of_pairs(x):
    return sum(itertools.starmap(lambda a, b: a * b, zip(x, x[1:])))


@case(V)
def until_the_first_that_is_large(x):
    return sum(itertools.takewhile(lambda v: v < 1, x))


@case(V)
def one_after_the_other(x):
    return sum(v * v for v in itertools.chain.from_iterable([x[:2], x[1:]]))


@case(V)
def what_is_left_out(x):
    return sum(itertools.dropwhile(lambda v: v < 1, x)) * sum(itertools.filterfalse(lambda v: v > 1, x))


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()
