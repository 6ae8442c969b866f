"""Functions that the cases call from another module."""

import math
import math as m
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy
import numpy as np
from numpy import sin as sine

SCALE = 1.5
collected: list = []
WEIGHTS = np.arange(6.0).reshape(2, 3)


class Two(NamedTuple):
    a: float
    b: float


@dataclass
class State:
    x: float
    v: np.ndarray


def cube(t):
    return t * t * t


def scaled(t, by=2.0, *, shift=0.0):
    return by * t + shift


def softplus(t):
    return m.log1p(exp(t))


def wave(v):
    return sine(v) * numpy.cos(v)


def with_global(t):
    return SCALE * t * cube(t)


def weighted(*values, **weights):
    total = 0.0
    for k, value in enumerate(values):
        total += value * weights.get(f"w{k}", 1.0)
    return total


def power(base, n):
    if n == 0:
        return 1.0
    return base * power(base, n - 1)


def is_even_product(x, n):
    return 1.0 if n == 0 else x * is_odd_product(x, n - 1)


def is_odd_product(x, n):
    return x if n == 0 else (x + 1.0) * is_even_product(x, n - 1)


def fill_powers(out, x):
    out[0] = 1.0
    for k in range(1, len(out)):
        out[k] = out[k - 1] * x


def scale_in_place(a, factor):
    a *= factor


def log_normalise(a):
    a -= math.log(np.sum(np.exp(a)))
    return a


def smooth(a):
    """Averages neighbours; the ends stay."""
    b = a.copy()
    b[1:-1] = 0.5 * a[1:-1] + 0.25 * (a[:-2] + a[2:])
    return b
