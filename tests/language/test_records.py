"""Records as programs pass them on: namedtuples and dataclasses as states, in patterns, as tuples and dicts; Enums as keys."""

import dataclasses
import enum
from dataclasses import asdict, astuple, dataclass
from typing import NamedTuple

import numpy as np
import pytest

from .checker import Cases

case = Cases()


class State(NamedTuple):
    x: float
    v: float

    def energy(self):
        return self.x**2 + self.x * self.v


class Course(NamedTuple):
    state: State
    rate: float


@dataclass(frozen=True)
class Disc:
    radius: float


@dataclass(frozen=True)
class Box:
    width: float
    height: float


@dataclass
class Body:
    place: Box
    name: str
    weights: np.ndarray
    mass: float = 2.0


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def moved(s, k):
    return State(s.x + 0.1 * s.v, s.v - 0.1 * k * s.x**3)


@case(State(1.0, 2.0), 3.0)
def carried_and_returned(s, k):
    for _ in range(4):
        s = moved(s, k)
    return s


@case(State(1.0, 2.0), 3.0)
def replaced_in_a_loop(s, k):
    for _ in range(4):
        s = s._replace(x=s.x + 0.1 * s.v)
        s = s._replace(v=s.v - 0.1 * k * s.x)
    return s.x * s.v


@case.each((State(1.0, 2.0), 3.0), (State(1.0, 2.0), -3.0))
def chosen_by_a_branch(s, k):
    if k > 0:
        s = s._replace(x=s.v * k)
    print(s, isinstance(s, State))
    return s.energy()


@case(State(1.0, 2.0), 3.0)
def the_best_of_them(s, k):
    best = s
    for _ in range(4):
        s = moved(s, k)
        if s.x > best.x:
            best = s
    return best


@case(State(1.0, 2.0), 3.0)
def one_in_another(s, k):
    course = Course(s, k)
    for _ in range(3):
        course = Course(moved(course.state, course.rate), course.rate * 0.9)
    return course


def later(s, n):
    return s if n == 0 else later(moved(s, 0.5), n - 1)


@case(State(1.0, 2.0), 3, params=["s"])
def from_a_function_that_calls_itself(s, n):
    return later(s, n)


def area(shape):
    match shape:
        case Disc(r):
            return 3.0 * r * r
        case Box(w, h) if w > h:
            return w * h
        case Box(w, height=h):
            return w * h * h


@case(Box(3.0, 2.0), Disc(1.5))
@case(Box(2.0, 3.0), Disc(1.5))
def patterns_by_position(box, disc):
    return area(box) * area(disc)


@case([Box(3.0, 2.0), Box(1.5, 0.5)])
def patterns_of_items(boxes):
    return sum(area(each) for each in boxes)


@case(Box(3.0, 2.0), 0.3)
def dataclass_as_tuple(box, k):
    for _ in range(3):
        w, h = astuple(box)
        box = Box(w + k * h, h - k * w)
    return sum(astuple(box)) * w


@case(Body(Box(3.0, 2.0), "a", np.array([0.5, 2.0])))
def dataclass_as_dict(body):
    found = asdict(body)
    found["place"]["width"] *= found["mass"]
    found["weights"][0] *= 3.0
    return found["place"]["width"] * body.place.width + found["weights"][0] * body.weights[0] * found["weights"][1]


@case(Box(3.0, 2.0), 0.3)
def made_of_its_dict(box, k):
    return Box(**{key: value * k for key, value in dataclasses.asdict(box).items()}).width * box.height


@case(1.5, 2.5)
def members_as_keys(a, b):
    held = {Color.RED: a, Color.BLUE: b}
    held[Color.RED] = held[Color.RED] * held[Color.BLUE]
    return sum(held.values())


@case({Color.RED: 1.5, Color.BLUE: 2.0}, 3, params=["held"])
def members_as_keys_of_a_parameter(held, n):
    held = dict(held)
    for _ in range(n):
        for key in held:
            held[key] = held[key] * held[Color.BLUE]
    return held[Color.RED] + sum(held.values())


def dot(u, v):
    return sum(a * b for a, b in zip(u, v))


@case([1.0, 2.0], [[2.0, 0.5], [0.5, 1.0]])
def list_that_a_helper_reads_before_a_break(b, rows):
    r = b[:]
    p = r[:]
    for _ in range(3):
        r = [x - 0.1 * dot(row, p) for x, row in zip(r, rows)]
        if dot(r, r) < 1e-9:
            break
        p = [x + 0.2 * y for x, y in zip(r, p)]
    return dot(p, r)


LINKS = {"a": ["b", "c"], "b": ["c"], "c": ["a"]}


@case(0.85)
def ranks_of_pages(d):
    rank = {page: 1 / 3 for page in LINKS}
    for _ in range(3):
        new = {page: (1 - d) / 3 for page in LINKS}
        for page, targets in LINKS.items():
            for target in targets:
                new[target] += d * rank[page] / len(targets)
        rank = new
    return rank["a"] ** 2 + rank["c"]


@case([("a", "b", 1.0), ("b", "c", 2.5), ("a", "c", 4.0), ("c", "d", 1.5)], ["a", "b", "c", "d"], params=["edges"])
def shortest_way(edges, places):
    length = {each: float("inf") for each in places}
    length["a"] = 0.0
    for _ in range(3):
        for tail, head, cost in edges:
            if length[tail] + cost < length[head]:
                length[head] = length[tail] + cost
    return length["d"] ** 2


@case([1.0, 2.0, 0.5], ["u", "v", "u"], params=["x"])
def totals_that_begin_as_integers(x, keys):
    total = {key: 0 for key in keys}
    count = {key: len(key) for key in keys}
    for each, key in zip(x, keys):
        total[key] += each * each
        count[key] += 1
    return sum(total[key] ** count[key] for key in total)


@case(0.8, ["u", "v"], params=["x"])
def dict_of_numbers_by_two_names(x, keys):
    one = {key: 0.5 for key in keys}
    other = one
    other["u"] = x * x
    kept = dict(one)
    one["v"] = x
    return one["u"] * kept["v"] * one["v"] + max(one.values())


@case(0.8, ["u", "v"], params=["x"])
def dict_of_numbers_with_an_array(x, keys):
    held = {key: 0.0 for key in keys}
    held["u"] = np.array([x, x * x])
    return np.sum(held["u"]) * x + held["v"]


@pytest.mark.parametrize("each", case, ids=str)
def test_records(each):
    each.check()


def test_a_namedtuple_stays_one():
    from s2sad import value_and_gradients_function

    for f in (carried_and_returned, the_best_of_them, one_in_another):
        value, _ = value_and_gradients_function(f)(State(1.0, 2.0), 3.0)
        assert type(value) is type(f(State(1.0, 2.0), 3.0)) and value == f(State(1.0, 2.0), 3.0)


def test_second_derivatives():
    from s2sad import hvp

    assert hvp(members_as_keys, (1.5, 2.5), (1.0, 1.0)) == (1.0, 1.0)
    product, _ = hvp(chosen_by_a_branch, (State(1.0, 2.0), -3.0), (State(1.0, 0.5), 0.0))
    assert product == State(2.5, 1.0)


def mixed_in_a_loop(s, k):
    s = (s.x, s.v)
    for _ in range(2):
        s = State(s[0] * k, s[1])
    return s


def mixed_by_a_branch(s, k):
    if k > 0:
        s = (s.x, k)
    return s


@pytest.mark.parametrize("f", [mixed_in_a_loop, mixed_by_a_branch], ids=lambda f: f.__name__)
def test_a_tuple_that_may_be_a_namedtuple_is_refused(f):
    from s2sad import value_and_gradients_function

    with pytest.raises(NotImplementedError, match="`s` may be things of different types here"):
        value_and_gradients_function(f)(State(1.0, 2.0), 3.0)
