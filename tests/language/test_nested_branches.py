"""Branches inside branches inside loops: what is set in one is read in those inside it, and behind them."""

import math

import numpy as np
import pytest

from tests.random_branches import judge

from .checker import Cases, array

case = Cases()


@case(0.376)
def read_in_a_branch_and_behind(x):
    s = 0.0
    for n in range(5):
        if n > 0:
            t = math.exp(x * n * 0.3)
            if n % 2 == 0:
                s += math.sin(t * s + x)
            s += t * t
    return s


@case(0.376)
def read_in_one_branch_only(x):
    s = 0.0
    for n in range(6):
        if n > 0:
            t = math.exp(x * n * 0.3)
            if n % 2 == 0:
                s += math.sin(t * s + x)
            x = x * 1.01
    return s


@case(0.376)
def read_in_two_branches(x):
    s = 0.0
    for n in range(6):
        if n > 0:
            t = math.exp(x * n * 0.3)
            if n % 2 == 0:
                s += math.sin(t * s + x)
            if n % 3 == 0:
                s += math.cos(t * t)
            x = x * 1.01
    return s


@case(0.776, 0)
def two_returns(x, c):
    for _ in range(2):
        if c > 2:
            return 1.0
        x = x * math.cos(x)
        if c < -2:
            return x * x
    return x


@case(0.376)
def within_errstate(x):
    s = 0.0
    for n in range(6):
        with np.errstate(all="ignore"):
            if n > 1:
                t = np.exp(x * n * 0.3)
                if n % 2 == 0:
                    s += np.sin(t * s + x)
                if n % 3 == 0:
                    s += np.cos(t * t)
                x = x * 1.01
    return s


@case(0.376)
def handlers(x):
    s = 0.0
    for n in range(6):
        if n > 1:
            try:
                u = math.log(x - (n % 3)) / (n % 2)
            except ZeroDivisionError:
                v = math.exp(x * 0.1 * (n + 1))
                if n > 3:
                    s += v * v * s
                u = v
            except ValueError:
                v = math.sin(x)
                if n % 2:
                    s += v * v
                u = 0.5 * v
            x = x * 1.01 + u * 0.1
        w = x * s
        if n % 2:
            z = math.sin(w)
            if n % 3:
                s += z * z
            else:
                x = x * 0.9 + z * 0.1
            s += w * z
    return s


@case(0.376)
def loops_inside(x):
    s, n = 0.0, 0
    while n < 7:
        n += 1
        if n > 1:
            t = x * n * 0.3
            if n % 2 == 0:
                q = math.exp(t)
                if n % 4 == 0:
                    s += q * q
                if n == 6:
                    s += math.sin(q) * t
            if n == 5:
                continue
            for k in range(3):
                r = math.exp(-t * k)
                if k:
                    z = r * x
                    if k > 1:
                        s += z * z * t
                    else:
                        s += math.sin(z * r)
            x = x * 1.01
    return s


@case(array(2), 0)
@case(array(2), 1)
def of_arrays(x, c):
    y = x
    for n in range(5):
        if n:
            a = np.sin(y * n)
            if n == 2:
                b = a * y
                y = y + b if c else y - 0.1 * b * b
            elif n == 3:
                y = a * a
            y = y + a * 0.1
    return np.sum(y)


@pytest.mark.parametrize("each", case, ids=str)
def test_cases(each):
    each.check()


@pytest.mark.parametrize("first", range(0, 150, 10))
def test_random_branches(first):
    for seed in range(first, first + 10):
        assert not judge(seed, seed % 2)
