"""Functions that return a tuple, dict or object, or None; what is None in the end."""

import dataclasses

import numpy as np
import pytest

from .checker import Cases

case = Cases()

ROOTS = np.array([-2.0, 3.0, -1.5, 5.0])


def hit(o, d, r):
    b = o * d
    disc = b * b - (o * o - r * r)
    if disc < 0:
        return None
    t = -b - np.sqrt(disc)
    if t < 0:
        return None
    return t, (o + t * d) / r


@dataclasses.dataclass
class Hit:
    t: float
    n: float


def hitd(o, d, r):
    b = o * d
    disc = b * b - (o * o - r * r)
    if disc < 0:
        return None
    t = -b - np.sqrt(disc)
    if t < 0:
        return None
    return Hit(t, (o + t * d) / r)


def hitdict(o, d, r):
    b = o * d
    disc = b * b - (o * o - r * r)
    if disc < 0:
        return None
    t = -b - np.sqrt(disc)
    return {"t": t, "n": (o + t * d) / r} if t > 0 else None


@case(ROOTS, 0.7)
def objs(os, r):
    tot = 0.0
    for o in os:
        h = hitd(o, 1.0, r)
        if h is None:
            continue
        tot += h.t * h.n
    return tot


@case(ROOTS, 0.7)
def objs_best(os, r):
    best = None
    for o in os:
        h = hitd(o, 1.0, r)
        if h is not None and (best is None or h.t < best.t):
            best = h
    return best.t * best.n if best is not None else 0.0


@case(ROOTS, 0.7)
def dicts(os, r):
    tot = 0.0
    for o in os:
        h = hitdict(o, 1.0, r)
        if not h:
            continue
        tot += h["t"] * h["n"]
    return tot


@case(ROOTS, 0.7)
def truthy(os, r):
    tot = 0.0
    for o in os:
        h = hit(o, 1.0, r)
        if h:
            tot += h[0]
        else:
            tot += o * 0.1
    return tot


def first_above(xs, c):
    for k, x in enumerate(xs):
        if x > c:
            return x * x, k
    return None


@case(ROOTS)
def early(xs):
    r = first_above(xs, 0.0)
    s = first_above(xs, 100.0)
    t = 0.0
    if r is not None:
        t += r[0] * r[1]
    if s is not None:
        t += s[0] * 10
    return t


def both(o, r):
    h = hit(o, 1.0, r)
    if h is None:
        h = hit(o, -1.0, r)
    return h


@case(ROOTS, 0.7)
def nested(os, r):
    t = 0.0
    for o in os:
        h = both(o, r)
        if h is None:
            continue
        t += h[0] * h[1]
    return t


def shade(h, c):
    if h is None:
        return c * 0.5
    t, n = h
    return t * n * c


@case(ROOTS, 0.7)
def passed(os, r):
    t = 0.0
    for o in os:
        t += shade(hit(o, 1.0, r), o)
    return t


@case(ROOTS, 0.7)
def passed_named(os, r):
    t = 0.0
    for o in os:
        h = hit(o, 1.0, r)
        t += shade(h, o)
    return t


@case(-2.0, 0.7)
def unpack_direct(o, r):
    t, n = hit(o, 1.0, r)
    return t * n + hit(o, 1.0, r)[0]


@case(-2.0, 0.7)
def asserted(o, r):
    h = hit(o, 1.0, r)
    assert h is not None
    return h[0] * h[1]


@case(-2.0, 0.7)
def ternary(o, r):
    h = (o * 2, r * 3) if o < 0 else None
    return h[0] * h[1] if h is not None else o


def step(x, n):
    if n > 5:
        return None
    return x * 0.9, n + 1


@case(1.3)
def states_until_none(x):
    s = (x, 0)
    t = 0.0
    while s is not None:
        x, n = s
        t += x * n
        s = step(x, n)
    return t


@case(ROOTS)
def matched(xs):
    t = 0.0
    for x in xs:
        match hit(x, 1.0, 0.7):
            case None:
                t += x
            case (a, b):
                t += a * b
    return t


@case(1.3)
def none_in_the_end(x):
    state, total = (x, 0), 0.0
    for _ in range(9):
        if state is not None:
            y, n = state
            total += y * n
            if n > 5:
                state = None
            else:
                state = y * 0.9, n + 1
    return total


@pytest.mark.parametrize("each", case, ids=str)
def test_cases(each):
    each.check()


def test_none_that_is_taken_apart_fails_as_in_the_function():
    from s2sad import value_and_gradients_function

    val_grads = value_and_gradients_function(unpack_direct)
    assert val_grads(-2.0, 0.7)[0] == unpack_direct(-2.0, 0.7)
    with pytest.raises(TypeError, match="cannot unpack non-iterable NoneType object"):
        unpack_direct(3.0, 0.7)
    with pytest.raises(TypeError, match="cannot unpack non-iterable NoneType object"):
        val_grads(3.0, 0.7)


@pytest.mark.parametrize("f", [lambda o, r: hit(o, 1.0, r), lambda o, r: [hit(o, 1.0, r)]], ids=["value", "item"])
def test_a_value_that_is_maybe_none_is_refused(f):
    from s2sad import NotDifferentiableError, value_and_gradients_function

    with pytest.raises(NotDifferentiableError, match="may be things of different types"):
        value_and_gradients_function(f)(-2.0, 0.7)
