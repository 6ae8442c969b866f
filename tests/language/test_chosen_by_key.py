"""`min` and `max` by a key that carries a gradient, of what carries none (the row of a pivot, the name of the best); and
the tuples that itertools gives of indices."""

import itertools
from collections import Counter

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases, array

case = Cases()
V = np.array([0.3, 0.9, 0.5, 0.2])


@case([0.3, 0.9, 0.5, 0.2])
def selection_sort(x):
    for i in range(len(x)):
        k = min(range(i, len(x)), key=lambda j: x[j])
        x[i], x[k] = x[k], x[i]
    return x[0] + 2.0 * x[1] ** 2 + 3.0 * x[2] ** 3 + x[3]


@case(V)
def pivots(x):
    A = np.outer(x, x + 1.0) + np.diag(x[::-1])
    det = 1.0
    for k in range(4):
        p = max(range(k, 4), key=lambda i: abs(A[i, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            det = -det
        det *= A[k, k]
        for i in range(k + 1, 4):
            A[i, k:] -= A[i, k] / A[k, k] * A[k, k:]
    return det


@case(V)
def name_of_the_best(x):
    d = {}
    for i, v in enumerate(x):
        d["k%d" % i] = v * v
    best = max(d, key=d.get)
    return d[best] * x[0] + d[min(sorted(d), key=d.__getitem__)]


@case(V)
def nearest_node(w):
    graph = {0: [(1, 0), (2, 1)], 1: [(3, 2)], 2: [(3, 3)], 3: []}
    dist = {n: float("inf") for n in graph}
    dist[0] = 0.0
    todo = list(graph)
    while todo:
        u = min(todo, key=lambda n: dist[n])
        todo.remove(u)
        for v, k in graph[u]:
            if dist[u] + w[k] ** 2 < dist[v]:
                dist[v] = dist[u] + w[k] ** 2
    return dist[3] * w[0]


@case([0.3, 0.9, 0.5, 0.2])
def none_or_one(x):
    near = min((i for i in range(len(x)) if x[i] > 0.4), key=lambda i: x[i], default=0)
    far = max([i for i in range(len(x)) if x[i] > 5], key=lambda i: x[i], default=-1)
    return x[near] * x[far]


@case(V)
def ties_take_the_first(x):
    k = max(range(4), key=lambda i: round(x[i] * 0.0))
    j = min(["b", "a"], key=lambda name: x[len(name)] * 0.0)
    return x[k] * x[1] + len(j) * x[2] + (x[3] if j == "b" else 0.0)


@case(V)
def key_that_counts(x):
    calls = 0

    def key(i):
        nonlocal calls
        calls += 1
        return x[i] * x[0]

    return x[max(range(4), key=key)] * calls


@case(V)
def groups(x):
    c = [x[0], x[1]]
    for _ in range(3):
        parts = [[], []]
        for v in x:
            parts[min(range(2), key=lambda j: (v - c[j]) ** 2)].append(v)
        c = [sum(part) / len(part) for part in parts]
    return c[0] * c[1]


@case(array(3) + 2.0)
def pairs_of_indices(x):
    s = 0.0
    for i, j in itertools.combinations(range(3), 2):
        s += x[i] / x[j]
    pairs = list(itertools.permutations((0, 1, 2), 3))
    for a, b, c in pairs:
        s += x[a] * x[b] ** 2 * x[c] ** 3
    for i, j in itertools.product(range(2), range(3)):
        s += x[i] * x[j] ** 2
    for a, b in itertools.pairwise(["u", "vv", "w"]):
        s *= x[len(a)] + len(b)
    return s


@case(array(3) + 2.0)
def pairs_of_values(x):
    s = 0.0
    for a, b in itertools.permutations(x, 2):
        s += a * b * b
    return s


@case(array(3) + 2.0)
def counted(x):
    count = Counter("abba")
    s = 0.0
    for k, n in count.items():
        s = s + x["ab".index(k)] ** n
    return s * count["a"] + count["z"]


@pytest.mark.parametrize("each", case, ids=str)
def test_chosen_by_key(each):
    each.check()


def test_of_nothing():
    def f(x):
        return x[min([i for i in range(2) if x[i] > 1.0], key=lambda i: x[i])]

    with pytest.raises(ValueError, match="empty"):
        value_and_gradients_function(f)([0.5, 0.6])


class Logistic:
    def __call__(self, x):
        return 1.0 / (1.0 + np.exp(-x))


class Power:
    def __init__(self, n=2):
        self.n = n

    def __call__(self, x):
        return x**self.n


TABLE = {"sin": np.sin, "logistic": Logistic, "power": Power, 3: {"exp": np.exp}}


class Layer:
    def __init__(self, name):
        self.bend = TABLE[name]()


@pytest.mark.parametrize("name", ["logistic", "power"])
def test_functions_and_classes_of_a_table(name, monkeypatch):
    def f(x, name):
        layer = Layer(name)
        return layer.bend(x) * TABLE["sin"](x) + TABLE[3]["exp"](x) + TABLE[name]()(2.0 * x)

    val_grad = value_and_gradients_function(f, ["x"])
    for _ in range(2):
        expected = f(0.3 + 1e-30j, name).imag / 1e-30
        assert val_grad(0.3, name)[1][0] == pytest.approx(expected, rel=1e-12)
        monkeypatch.setitem(TABLE, "sin", np.cos)


def test_a_table_that_changes_in_f_is_refused():
    def f(x):
        TABLE["sin"] = np.cos
        return TABLE["sin"](x)

    with pytest.raises(NotImplementedError, match="TABLE"):
        value_and_gradients_function(f)(0.3)
