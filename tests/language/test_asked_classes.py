"""isinstance of what s2sad stands in for: slices, ranges, functions made in f, deques, numbers whose class the kind
doesn't tell."""

import collections
import functools
import math
import types

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
V = array(4)


class Sequence:
    def __init__(self, x):
        self.x = x

    def __getitem__(self, i):
        return Sequence(self.x[i]) if isinstance(i, slice) else self.x[i]

    @property
    def norm(self):
        return math.sqrt(sum(v * v for v in self.x))


@case.each(V, [0.3, 0.7, 1.1])
def own_slices(x):
    sequence = Sequence(x)
    return sequence[1:].norm * sequence[0] + sequence[:-1][1]


def told(value):
    """A number for each class that a value may be of."""
    classes = (
        bool,
        int,
        float,
        list,
        tuple,
        range,
        slice,
        collections.deque,
        types.FunctionType,
        functools.partial,
        np.bool_,
        np.integer,
        np.floating,
        np.ndarray,
    )
    return sum(2.0**k for k, cls in enumerate(classes) if isinstance(value, cls))


@case(V, 0.7)
def things(x, a):
    made = told(slice(1, None)) + 3.0 * told(range(3)) + 5.0 * told(range(5)[1:])
    made += 7.0 * told(lambda v: v * a) + 11.0 * told(functools.partial(math.pow, a)) + 13.0 * told([a, *x])
    return x[0] * made + a * told(collections.deque([a]))


@case(V, 0.7)
def tuples_of_arrays(x, a):
    pieces = tuple(x)
    asked = 2.0 if isinstance(pieces, tuple) else 3.0
    asked += 5.0 if isinstance(pieces, list) else 7.0
    return x[0] * asked + a * (type(pieces) is tuple) + pieces[1]


@case(V, 0.7)
def answers_of_comparisons(x, a):
    made = told(a > 0.0) + 3.0 * told(x[0] > a) + 5.0 * told(0.0 < a < x[0]) + 7.0 * told(np.isnan(a))
    return x[0] * made + a * told(np.all(x > -9.0)) + x[1] * told(sum(v > 0.2 for v in x))


@case(V, 0.7, 3)
def numbers(x, a, n):
    made = told(round(x[0], 1)) + 3.0 * told([a, x[0]][1]) + 5.0 * told(np.count_nonzero(x)) + 7.0 * told(len(x))
    return x[0] * made + a * told(True + n) + x[1] * told(math.prod([n, 2])) + told(a) + 2.0 * told(a * 2.0)


@case(array(3))
def views_of_dicts(x):
    known, made = {"a": x[0], "b": 1.0}, {}
    for k, v in enumerate(x):
        made[str(k)] = v
    ks, vs = known.keys(), made.values()
    if isinstance(ks, tuple) or isinstance(known.items(), (list, tuple)) or isinstance(made.keys(), list):
        return x[1]
    return x[2] * (3.0 if isinstance(vs, (list, tuple)) else 5.0) + sum(vs)


@pytest.mark.parametrize("each", case, ids=str)
def test_asked_class(each):
    each.check()
