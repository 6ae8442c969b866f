"""Lists, tuples, dicts, namedtuples, dataclasses and simple classes: as parameters, locals and results."""

import collections
import math
from collections import namedtuple
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()

Point = namedtuple("Point", "x y")


class Segment(NamedTuple):
    start: Point
    end: Point
    weight: float = 1.0


@dataclass
class Layer:
    weights: np.ndarray
    bias: np.ndarray
    name: str = "layer"

    def forward(self, x):
        return np.tanh(x @ self.weights + self.bias)

    @property
    def width(self):
        return self.bias.shape[0]


@dataclass(frozen=True)
class Material:
    stiffness: float
    density: float
    grades: tuple = (1.0, 2.0)

    def speed(self):
        return math.sqrt(self.stiffness / self.density)


@dataclass
class Tally:
    total: float = 0.0
    parts: list = field(default_factory=list)

    def add(self, value):
        self.total += value
        self.parts.append(value)


class Spring:
    """A class with nothing special about it."""

    rest = 1.0

    def __init__(self, k, length):
        self.k = k
        self.length = length

    def energy(self, x):
        return 0.5 * self.k * (x - self.length) ** 2

    def stretch(self, by):
        self.length = self.length * by
        return self


class Damped(Spring):
    def __init__(self, k, length, c):
        super().__init__(k, length)
        self.c = c

    def energy(self, x):
        return super().energy(x) * math.exp(-self.c)


@case(1.5, 4)
def append_in_loop(x, n):
    states = [x]
    for k in range(n):
        states.append(states[-1] * x + states[0])
    return states[-1] * states[2]


@case(array(3))
def append_and_sum(v):
    items = []
    for e in v:
        items.append(e * e)
    return sum(items) * items[1]


@case(0.6, 3)
def repeated_dict(x, n):
    table = {}
    for k in range(n):
        table[k] = x * k + x * x
    total = 0.0
    for each in [table] * 3:
        for k in range(n):
            total += each[k] * each[n - 1]
    return total


@case(1.5, 2.5)
def extend_and_concatenate(x, y):
    items = [x]
    items.extend([y, x * y])
    items += [y * y]
    items = items + [x * x] * 2
    return items[1] * items[2] + items[3] * items[5]


@case(1.5, 3)
def pop_and_insert(x, n):
    stack = [x, x * x, 3.0]
    for k in range(n):
        top = stack.pop()
        stack.insert(0, top * x + k)
    first = stack.pop(0)
    return first * stack[0] + stack[-1]


@case([1.0, 2.0, 3.0])
def element_assignment(items):
    items[0] = items[1] * items[2]
    items[2] = items[0] * items[0]
    items[1] += items[2]
    return items[1] * items[0]


@case([1.0, 2.0, 3.0, 4.0])
def list_slices(items):
    head = items[:2]
    head[0] = head[0] * 5.0
    items[2:] = [head[0] * items[3]]
    return sum(items) * head[1] + len(items)


@case([3.0, 1.0, 2.0])
def sort_reverse_copy(items):
    ordered = items.copy()
    ordered.sort()
    ordered.reverse()
    return ordered[0] * items[0] + ordered[2] * items[1] * 2.0


@case([[1.0, 2.0], [3.0, 4.0]])
def nested_lists(rows):
    rows[0][1] = rows[1][0] * rows[0][0]
    rows[1] = [rows[0][1] * 2.0, rows[1][1]]
    return rows[1][0] * rows[0][1] + rows[1][1] ** 2


@case(array(3), 2.0)
def list_of_states(v, x):
    history = [v]
    for k in range(3):
        history.append(np.sin(history[-1]) * x)
    total = 0.0
    for state in history:
        total += np.sum(state * state)
    return total


@case(1.5, 3)
def preallocated_list(x, n):
    table = [0.0] * (n + 1)
    table[0] = x
    for k in range(1, n + 1):
        table[k] = table[k - 1] * x + k
    return table[n] * table[1]


@case(array(3), 2)
def table_of_lists(v, n):
    grid = [[0.0 for _ in range(3)] for _ in range(n)]
    for i in range(n):
        for j in range(3):
            grid[i][j] = v[j] * (i + 1)
            if i > 0:
                grid[i][j] *= grid[i - 1][j]
    return sum(sum(row) for row in grid)


@case((1.5, 2.5, 3.5))
def tuple_parameter(t):
    a = t[0] * t[1]
    return a * t[-1] + sum(t[1:])


@case(1.5, 2.5)
def tuple_building(x, y):
    t = (x,)
    t += (y, x * y)
    t = t + (1.0,) * 2
    return t[0] * t[2] + len(t) * t[1]


@case({"w": array(2, 2), "b": array(2)}, array(2))
def dict_of_arrays(params, v):
    h = np.tanh(v @ params["w"] + params["b"])
    return np.sum(h * h)


@case({"a": {"x": 1.5, "y": [2.0, 3.0]}, "b": (0.5, array(2))})
def nested_dict(tree):
    return tree["a"]["x"] * tree["a"]["y"][1] * tree["b"][0] + np.sum(tree["b"][1] ** 2)


@case(1.5)
def dict_built_in_steps(x):
    d = {}
    d["a"] = x * x
    d["b"] = d["a"] * x
    d.update(c=d["b"] + x, d=1.0)
    d.setdefault("a", 5.0)
    d["e"] = d.get("c") * d.get("missing", 2.0)
    return d["e"] * d.pop("b") + sum(d.values())


@case(array(4))
def dict_with_computed_keys(v):
    d = {}
    for k in range(4):
        key = f"w{k % 2}"
        d[key] = d.get(key, 1.0) * v[k]
    return d["w0"] * d["w0"] + d["w1"]


@case(array(4))
def dict_with_integer_keys(v):
    memo = {0: v[0], 1: v[1]}
    for k in range(2, 6):
        memo[k] = memo[k - 1] * v[2] + memo[k - 2] * v[3]
    return memo[5]


@case(array(3))
def dict_with_tuple_keys(v):
    table = {}
    for i in range(3):
        for j in range(3):
            table[i, j] = v[i] * v[j] * v[j]
    return table[0, 2] * table[(2, 1)] + sum(table.values())


@case({"a": 1.5, "b": 2.5})
def dict_merge(d):
    e = {**d, "c": d["a"] * d["b"]}
    e = e | {"a": 3.0 * d["b"]}
    return e["a"] * e["c"] + e["b"]


@case(1.5)
def default_dict(x):
    groups = collections.defaultdict(float)
    for k in range(4):
        groups[k % 2] += x**k
    return groups[0] * groups[1]


@case(1.5)
def deque_of_states(x):
    queue = collections.deque([x, x * x])
    for _ in range(3):
        a = queue.popleft()
        queue.append(a * queue[0])
    return queue[0] * queue[1]


@case(Point(1.5, 2.5))
def namedtuple_parameter(p):
    x, y = p
    return p.x * p.y + x * p[1] ** 2


@case(Segment(Point(1.0, 2.0), Point(4.0, 6.5), 0.5))
def nested_namedtuple(s):
    dx = s.end.x - s.start.x
    dy = s.end.y - s.start.y
    return s.weight * math.sqrt(dx * dx + dy * dy)


@case(1.5, 2.5)
def namedtuple_built(x, y):
    p = Point(x * y, y=x)
    q = p._replace(x=p.x * p.y)
    return q.x * q.y


@case(1.5)
def namedtuple_returned(x):
    return Point(x * x, 1.0 / x)


@case(Layer(array(3, 2), array(2)), array(3))
def dataclass_attributes(layer, v):
    h = np.tanh(v @ layer.weights + layer.bias)
    return np.sum(h * h) * len(layer.name)


@case([Layer(array(3, 2), array(2), "a"), Layer(array(2, 2), array(2, seed=1), "b")], array(3))
def list_of_dataclasses(layers, v):
    for layer in layers:
        v = layer.forward(v)
    return np.sum(v) / layers[-1].width


@case(Material(3.0, 2.0))
def frozen_dataclass(m):
    return m.speed() * m.stiffness + m.grades[1]


@case(Material(3.0, 2.0))
def dataclass_replaced(m):
    lighter = replace(m, density=m.density * 0.5)
    return lighter.speed() * m.density


@case(1.5)
def dataclass_built(x):
    m = Material(x * x, density=x + 1.0)
    return m.speed() * m.density


@case(1.5)
def dataclass_returned(x):
    return Material(x * x, 3.0 * x)


@case(array(3))
def object_that_grows(v):
    tally = Tally()
    for e in v:
        tally.add(e * e)
    return tally.total * tally.parts[1]


@case(Spring(2.0, 1.0), 1.5)
def object_parameter(spring, x):
    return spring.energy(x) * spring.k + spring.rest


@case(2.0, 1.5)
def object_built(k, x):
    spring = Spring(k, x * 0.5)
    spring.length = spring.length * k
    spring.k += x
    return spring.stretch(x).energy(x)


@case(2.0, 1.5)
def inherited_methods(k, x):
    return Damped(k, 1.0, x).energy(x) * k


@case(Spring(2.0, 1.0), 1.5)
def parameter_attribute_written(spring, x):
    spring.k = spring.k * x
    spring.length += x
    return spring.k * spring.length


@case(Layer(array(2, 2), array(2)), 2.0)
def array_in_dataclass_written(layer, x):
    layer.weights[0] *= x
    layer.bias[1] = layer.weights[0, 1] * x
    return np.sum(layer.weights) * np.sum(layer.bias)


@case([array(2), array(2, seed=1)], 2.0)
def arrays_in_list_written(items, x):
    items[0][1] = items[1][0] * x
    items[1] *= items[0]
    items.append(items[0] * items[1])
    return np.sum(items[2] * items[1])


@case({"a": array(2), "b": array(2, seed=1)})
def arrays_in_dict_written(d):
    d["a"][0] = d["b"][1] ** 2
    d["b"] += d["a"]
    return np.sum(d["a"] * d["b"])


@case((array(3), array(3, seed=1)))
def arrays_in_tuple_written(pair):
    x, y = pair
    x[1:] = y[:-1] * x[1:]
    pair[1][0] = x[1]
    return np.sum(x * y)


@case([array(2), array(2, seed=1)], 0.1)
def update_every_parameter(params, rate):
    for k in range(len(params)):
        params[k] = params[k] - rate * params[k] ** 2
    return sum(np.sum(p * p) for p in params)


@case(array(3), 2.0)
def list_to_array(v, x):
    rows = []
    for e in v:
        rows.append([e, e * x, 1.0])
    return np.sum(np.array(rows) @ v)


@case(array(3))
def list_shared_by_two_names(v):
    a = [v[0]]
    b = a
    b.append(v[1])
    a[0] = a[0] * a[1]
    return b[0] * b[1] + v[2]


@case(array(3))
def list_holds_list(v):
    inner = [v[0], v[1]]
    outer = [inner, inner]
    outer[0][0] = v[2] * v[2]
    return outer[1][0] * inner[1]


@case(array(2), 3)
def list_of_buffers(v, n):
    buffers = [np.zeros(2) for _ in range(n)]
    buffers[0][:] = v
    for k in range(1, n):
        buffers[k][0] = buffers[k - 1][1] * v[0]
        buffers[k][1] = buffers[k - 1][0] + buffers[k][0]
    return np.sum(buffers[n - 1]) * buffers[1][0]


@case([])
def empty_list(items):
    return sum(items) + 1.0


@case([2.0, 3, "text", None, array(2), np.arange(2)])
def mixed_list(items):
    return items[0] * items[0] + np.sum(items[4] ** 2) * items[1]


@case(array(3))
def membership_and_length(v):
    d = {"a": v[0]}
    if "b" not in d:
        d["b"] = v[1] * v[2]
    return d["b"] * len(d) * d["a"]


@case([1.0, 2.0], (3.0,), {"k": 4.0})
def comparisons_of_containers(items, t, d):
    if items and len(t) == 1 and list(d) == ["k"]:
        return items[0] * items[1] * t[0] * d["k"]
    return items[0]


@case(1.3)
def grown_list_beside_a_mixed_one(x):
    mixed = [1, "name", x]
    grown = [x * x, 3.0]
    grown.append(x)
    grown[1] = 2.0 * x
    both = mixed + grown
    also = grown + mixed
    return x * both[-1] * both[2] * len(both) + x * both[-2] * also[1] * len(also)


@case(1.3, 3)
def bounded_deque(x, n):
    window = collections.deque([x, x * x, x + 1.0, 2.0], n)
    total = 0.0
    for k in range(5):
        if k % 2:
            window.append(x * k)
        else:
            window.appendleft(x + k)
        total += window[0] * window[-1]
    window.extend([x, 2.0 * x])
    while window:
        total = total * 0.5 + window.popleft() ** 2
    return total


class Average:
    def __init__(self, n):
        self.window = collections.deque(maxlen=n)

    def __call__(self, value):
        self.window.append(value)
        return sum(self.window) / len(self.window)


@case([0.3, 0.5, 0.9, 0.2, 0.1])
def running_average(xs):
    average = Average(3)
    return sum(average(v) ** 2 for v in xs)


@pytest.mark.parametrize("each", case, ids=str)
def test_container(each):
    each.check()
