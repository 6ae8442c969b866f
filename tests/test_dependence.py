"""Whether an element can be overwritten later: the elimination that decides it, against linear programming, and random
programs of indices."""

import random

import numpy as np
import pytest
from scipy.optimize import linprog

from s2sad.dependence import alike, feasible, minus
from tests import random_slices
from tests.random_indices import judge

ATOMS = [("loop", 1), ("loop", 2), ("loop", 3), ("size", "n")]


def random_system(rng):
    rows = []
    for _ in range(rng.randint(2, 7)):
        form = {key: rng.randint(-3, 3) for key in rng.sample(ATOMS, rng.randint(1, 3))}
        rows.append({**form, None: rng.randint(-4, 3)})
    return rows


def by_linear_programming(system):
    """Whether there are numbers, those of sizes at least 0, for which all forms are at least 0."""
    rows = np.array([[-each.get(key, 0) for key in ATOMS] for each in system])
    bounds = [(0, None) if key[0] == "size" else (None, None) for key in ATOMS]
    found = linprog(np.zeros(len(ATOMS)), rows, [each.get(None, 0) for each in system], bounds=bounds)
    assert found.status in (0, 2)
    return found.status == 0


@pytest.mark.parametrize("seed", range(20))
def test_feasible(seed):
    rng = random.Random(seed)
    answers = set()
    for _ in range(8):
        system = random_system(rng)
        expected = by_linear_programming(system)
        assert feasible([dict(each) for each in system]) == expected, system
        answers.add(expected)
    assert answers <= {True, False}


def test_some_are_feasible_and_some_are_not():
    made = [by_linear_programming(random_system(random.Random(seed))) for seed in range(40)]
    assert 5 < sum(made) < 35


def test_forms():
    i, n = ("loop", 1), ("size", "n")
    assert minus({i: 1, None: 2}, {i: 1, n: 1}) == {i: 0, None: 2, n: -1}
    # i and i + 1 are never the same element, unless one counts from the end.
    equal, first_from_end, second_from_end = alike({i: 1}, {i: 1, None: 1})
    assert not feasible(equal)
    assert not feasible([*first_from_end, {i: 1}]) and not feasible([*second_from_end, {i: 1}])
    assert feasible(first_from_end[:1])


@pytest.mark.parametrize("first", [0, 10, 20, 265, 2000])
def test_random_programs(first):
    for seed in range(first, first + 10):
        for n in (3, 6):
            assert judge(seed, n) == ""


@pytest.mark.parametrize("first", [0, 40, 90])
def test_random_programs_of_slices(first):
    for seed in range(first, first + 10):
        for n in (3, 6):
            assert random_slices.judge(seed, n) == ""
