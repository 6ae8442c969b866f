"""What comes from the standard library: iterators of itertools, enumerations, namedtuples with methods of their own."""

import bisect
import enum
import itertools
import math
import random
from typing import NamedTuple

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


@case.each(([0.5, 1.5, -0.7],), (array(4),))
def pairs_of_neighbours(x):
    total = 0.0
    for a, b in itertools.pairwise(x):
        total += math.sin(a) * b
    return total


@case(array(4))
@case([0.5, 1.5, -0.7])
def combinations_of_two(x):
    return sum((a - b) ** 2 * a for a, b in itertools.combinations(x, 2))


@case(array(4))
def combinations_of_three(x):
    total = 0.0
    for a, b, c in itertools.combinations(x, 3):
        total += a * b * c
    return total


@case(array(2, 3))
def combinations_of_rows(x):
    return np.sum([np.dot(a, b) ** 2 for a, b in itertools.combinations(x, 2)])


@case([0.5, 1.5], array(3))
def product_of_two(x, y):
    return sum(a * b**2 for a, b in itertools.product(x, y))


@case([0.5, 1.5], array(3), 0.3)
def chained(x, y, z):
    total = 1.0
    for each in itertools.chain(x, y, (z, 2.0)):
        total *= each
    return total


@case([0.5, 1.5, 0.7], 2.0)
def accumulated(x, y):
    return sum(itertools.accumulate(x, lambda a, b: a * y + b)) + sum(v * v for v in itertools.accumulate(x))


@case([0.5, 1.5, 0.7], 2.0)
def accumulated_from_a_first(x, y):
    return sum(v**2 for v in itertools.accumulate(x, initial=y))


class Scale(enum.Enum):
    SMALL = 0.5
    LARGE = 3.0

    @property
    def squared(self):
        return self.value**2


@case(1.5)
def value_of_an_enumeration(x):
    return x**2 * Scale.LARGE.value + x * Scale.SMALL.squared


@case.each((1.5, Scale.SMALL), (1.5, Scale.LARGE))
def member_of_an_enumeration(x, scale):
    if scale is Scale.SMALL:
        return x * scale.value
    return x * x * scale.value if scale == Scale.LARGE else x


class Sphere(NamedTuple):
    radius: float
    height: float = 2.0
    SHAPE = "sphere"
    FACTOR = 4.0 / 3.0

    @property
    def volume(self):
        return self.FACTOR * math.pi * self.radius**3

    def above(self, level):
        return self.height - self.radius - level

    @classmethod
    def of_diameter(cls, diameter):
        return cls(diameter / 2.0, diameter)

    @staticmethod
    def area(radius):
        return 4.0 * math.pi * radius**2


@case(0.7)
def namedtuple_with_a_property(x):
    return Sphere(x).volume * x


@case(0.7, 1.1)
def namedtuple_with_methods(x, y):
    one, other = Sphere(x, y), Sphere.of_diameter(y)
    return one.above(x) * other.volume + other.area(x) * Sphere.area(y) + one._replace(radius=y).radius


@case(Sphere(0.7, 1.2))
def namedtuple_parameter_with_methods(s):
    return s.volume * s.above(0.3) if s.SHAPE == "sphere" else s.radius


@case(1.3, 0.2, 3, 7)
def monte_carlo(start, sigma, n, seed):
    np.random.seed(seed)
    paths = np.zeros((n + 1, 5))
    paths[0] = start
    mean = 0.0
    for t in range(n):
        z = np.random.standard_normal(5)
        z -= z.mean()
        paths[t + 1] = paths[t] * np.exp(sigma * z + 0.1 * np.random.randn(n, 5)[0])
        mean += sigma * np.random.uniform(0.0, 1.0) + start * np.random.randint(0, 3)
    return np.sum(paths[-1]) + mean


@case(1.3, 3, 7)
def random_walk(x, n, seed):
    random.seed(seed)
    own = random.Random(seed)
    steps = np.random.RandomState(seed).normal(size=n)
    for k in range(n):
        x = x + x * random.gauss(0.0, 0.1) * k
        x = x * (1.0 + own.random()) + np.random.default_rng(seed).normal() * x * x
    return x * np.sum(steps)


@case.each(([0.3, 1.2, 2.2, 3.1], 0.9), ((0.3, 1.2, 2.2, 3.1), 2.5), (np.array([0.3, 1.2, 2.2, 3.1]), 1.7))
def between_two_knots(xs, x):
    i = bisect.bisect(xs, x) - 1
    j = bisect.bisect_left(xs, x, 1, len(xs))
    t = (x - xs[i]) / (xs[j] - xs[i])
    return t**2 + (1 - t) * xs[i] * xs[bisect.bisect_right(xs, x, lo=2) - 1]


@case(1.1)
def place_among_computed_knots(x):
    knots = [0.0, x, 2.0 * x, 3.0]
    knots.append(5.0 * x)
    return knots[bisect.bisect(knots, 1.5)] ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_standard_library(each):
    each.check()
