"""Pairs, dicts and objects that are items of a list that grew: what is read of one adds to that part of the list's
adjoint, as long as the item stays where it is."""

from dataclasses import dataclass

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.random_items import judge

from .checker import Cases, array, signed

case = Cases()
V = signed(4)


@dataclass
class Spring:
    rest: float
    stiffness: float
    name: str = "spring"


@case(V)
def pairs(v):
    made = [(x, x * x) for x in v]
    s = 0.0
    for x, y in made:
        s += x * y
    return s


@case(V, array(3))
def dicts_with_arrays(v, w):
    layers = []
    for x in v:
        layers.append({"w": w * x, "b": x})
    h = w
    for layer in layers:
        h = np.tanh(layer["w"] * h + layer["b"])
    return np.sum(h)


@case(V)
def another_one_in_its_place(v):
    pairs = [(x, 2.0 * x) for x in v]
    s = 1.0
    for k in range(len(pairs)):
        p = pairs[k]
        pairs[k] = (s, s * s)
        s = s + p[0] * p[1]
    return s * pairs[-1][1] + pairs[1][0]


@case(V)
def another_one_in_its_place_on_one_branch(v):
    pairs = [(x, 2.0 * x) for x in v]
    s = 1.0
    for k in range(len(pairs)):
        p = pairs[k]
        if k % 2 == 0:
            pairs[k - 1] = (s, s * s)
        else:
            pairs[k] = (p[1], s)
        s = s + p[0] * p[1]
    return s * pairs[-1][1] + pairs[1][0]


@case(V)
def items_before_it_go(v):
    pairs = [(x, 2.0 * x) for x in v]
    p = pairs[2]
    pairs.pop(0)
    q = pairs[2]
    pairs.insert(0, (p[0] * q[1], q[0]))
    return p[0] * p[1] * pairs[0][0] + q[1] * pairs[0][1]


@case(V)
def the_list_grows_while_it_is_read(v):
    pairs = [(x, 2.0 * x) for x in v]
    for k in range(3):
        p = pairs[k]
        pairs.append((p[0] * p[1], p[1]))
    return sum(a * b for a, b in pairs)


@case(V)
def the_list_grows_between_two_reads(v):
    pairs = [(x, 2.0 * x) for x in v]
    s = 0.0
    for x in v:
        p = pairs[-1]
        pairs.append((x * p[0], p[1]))
        s += p[0] * pairs[-1][0]
    return s


@case(V)
def kept_beyond_its_loop(v):
    pairs = [(x, 2.0 * x) for x in v]
    for p in pairs:
        q = p
    pairs[-1] = (v[0], v[1])
    return p[0] * q[1] * pairs[-1][0]


@case(V)
def kept_from_the_iteration_before(v):
    pairs = [(x, 2.0 * x) for x in v]
    last = pairs[0]
    s = 0.0
    for k in range(1, len(pairs)):
        s += last[0] * pairs[k][1]
        last = pairs[k]
        pairs[k] = (s, last[0])
    return s + last[1]


@case(V)
def rows_of_numbers(v):
    rows = [[x, x * x, 1.0] for x in v]
    s = 0.0
    for i in range(len(rows)):
        row = rows[i]
        for j in range(3):
            s += row[j] * rows[i - 1][j] * (i + j)
    return s


@case(V)
def rows_that_are_written(v):
    rows = [[x, x * x, 1.0] for x in v]
    s = 0.0
    for i in range(len(rows)):
        row = rows[i]
        s += row[0] * row[1]
        row[0] = s
        rows[i - 1][1] = row[2] * s
    return s + rows[0][0] * rows[2][1]


@case(V)
def one_object_twice(v):
    a, b = (v[0], v[1]), (v[2], v[3])
    pairs = []
    for k in range(3):
        pairs.append(a if k == 1 else b)
    s = 0.0
    for p in pairs:
        s = s * p[0] + p[1]
    return s


@case(V)
def handed_on_as_a_whole(v):
    pairs = [(x, 2.0 * x) for x in v]
    others = []
    s = 0.0
    for p in pairs:
        s += p[0]
        if p[1] > 0.0:
            others.append(p)
        s += p[1] * s
    return s + sum(a * b for a, b in others)


@case(V)
def stops_early(v):
    pairs = [(x, 2.0 * x) for x in v]
    s = 0.0
    for p in pairs:
        if p[0] * p[1] > 0.9:
            s += p[1]
            break
        s += p[0] ** 2
    return s * s


@case(V)
def pairs_in_pairs(v):
    made = [((x, 1.0), [x, x * x]) for x in v]
    s = 0.0
    for (a, b), rest in made:
        s += a * b * rest[1]
        for each in rest:
            s *= 1.0 + 0.1 * each
    return s


@pytest.mark.parametrize("each", case, ids=str)
def test_parts_of_items(each):
    each.check()


def test_adds_to_the_part():
    source = value_and_gradients_function(pairs).source(V)
    assert "made.append((x, x * x))" in source
    assert "made_grad[k][0] += " in source and "made_grad[k][1] += " in source and "for a, b in zip" not in source
    source = value_and_gradients_function(dicts_with_arrays).source(V, V[:3])
    assert "layers_grad[k] = " not in source


def test_objects():
    def objects(v):
        springs = [Spring(x, x * x) for x in v]
        return sum(0.5 * each.stiffness * (1.5 - each.rest) ** 2 for each in springs)

    run = value_and_gradients_function(objects)
    assert 'springs_grad[k]["rest"] -= ' in run.source(V) and "springs_grad[k] = " not in run.source(V)
    assert np.allclose(run(V)[1][0], V * (1.5 - V) ** 2 - V**2 * (1.5 - V), rtol=1e-12)


@pytest.mark.parametrize("first", [*range(80, 120, 10), 200])
def test_random_programs(first):
    for seed in range(first, first + 10):
        for n in (2, 4):
            assert judge(seed, n) == ""
