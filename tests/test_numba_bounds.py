"""Compiled: what f raises IndexError for raises it, wherever indices are looked at; in loops they are looked at before."""

import itertools

import numpy as np
import pytest

from s2sad import numba_options, value_and_gradients_function
from s2sad.jit import JitEntry
from tests.test_jit import assert_close

pytest.importorskip("numba")
UNCHECKED = numba_options(cache=False)
X = np.random.default_rng(3).normal(size=12)


def first_reached(x, y, a, b, c):
    s = 0.0
    for i in range(a, b):
        s += x[i + c] * y[2 * i]
    return s


def downwards(x, y, a, b, c):
    z = np.zeros(b + 1)
    for i in range(b, a, -1):
        z[i] = x[i - c] * x[a - i]
        z[i - 1] += y[i] * x[i]
    return np.sum(z * z)


def by_steps(x, y, a, b, c):
    s = 0.0
    for i in range(a, b, 3):
        for j in range(i, c, -2):
            s += x[i] * y[j] * x[j - i]
    return s


def in_branches(x, y, a, b, c):
    s = 0.0
    for i in range(b):
        if i > 0 and x[i - 1] < 2.0:
            s += x[i - 1] * y[i]
        else:
            s += y[c] * (x[i + a] if i > c else 1.0)
    return s


def leaves(x, y, a, b, c):
    s = 0.0
    for i in range(b):
        if i >= c:
            break
        s += x[i] * x[i]
    for i in range(b):
        if i < a:
            continue
        s += y[i] ** 2
    return s


def by_others(x, y, a, b, c):
    where = np.array([0, a, b, c])
    s = 0.0
    for i in range(4):
        for k in range(where[i], where[2]):
            s += x[k] * y[where[i]]
    return s


def two_at_once(x, y, a, b, c):
    A = np.reshape(x, (3, 4))
    B = np.zeros((4, 3))
    for i in range(a):
        for j in range(b):
            B[j, i] += A[i, j] * A[i][j] * y[i + j]
            B[j, 0] -= y[c]
    return np.sum(B * B)


def changes(x, y, a, b, c):
    s, n = 0.0, b
    for i in range(n):
        n = c
        for j in range(n):
            s += x[i] * y[j + a]
        row = x[i:]
        s += row[a] ** 2
    return s


def goes_round(x, y, a, b, c):
    n, s = max(b, 1), 0.0
    for i in range(n):
        s += x[(i + 1) % n] * y[(i - 1) % n]
    for i in range(1, n):
        s += x[(i + 1) % n] ** 2
    return s


def triangle(x, y, a, b, c):
    s = 0.0
    for i in range(b):
        for j in range(i + 1):
            for k in range(j, i):
                s += x[i] * y[j] * x[k + a] * y[i - k]
    return s


def empty(x, y, a, b, c):
    """Nothing is reached where one of the loops has no iterations."""
    s = 0.0
    for i in range(50, 50 + a):
        for j in range(b):
            s += x[i] * y[j]
    while s < c:
        s += 1.0 + x[a] ** 2
        for i in range(b - 9):
            s += y[i + 20]
    return s


def raises_before(x, y, a, b, c):
    s = 0.0
    for i in range(b):
        if i == c:
            raise ValueError("c")
        s += x[i] * y[i + a]
    return s


def lists(x, y, a, b, c):
    parts, rows = [x[:3], y, x[2:]], []
    s = 0.0
    for i in range(a):
        for j in range(b):
            s += parts[i][j] * parts[c][j]
        rows.append(x[i] * y)
    for i in range(len(rows)):
        for j in range(c):
            s += rows[i][j]
    return s


ALL = [first_reached, downwards, by_steps, in_branches, leaves, by_others, two_at_once, changes, goes_round, triangle, empty,
       raises_before, lists]  # fmt: skip


def outcome(function, *args):
    try:
        return function(*args)
    except (IndexError, ValueError) as error:
        return type(error)


@pytest.mark.rows
@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_bounds_errors_stay_in_loops(f):
    """For all small numbers, and arrays that are too short for some."""
    plain = value_and_gradients_function(f, params=["x", "y"])
    compiled = value_and_gradients_function(f, params=["x", "y"], jit=UNCHECKED)
    raised = 0
    for a, b, c in itertools.product((0, 1, 2, 3), (0, 1, 3, 4, 7, 13), (-1, 0, 1, 2, 5)):
        for length in (5, 12):
            args = (X.copy(), X[:length] * 2.0, a, b, c)
            expected, found = outcome(plain, *args), outcome(compiled, *args)
            if isinstance(expected, type):
                raised += 1
                assert found is expected, (a, b, c, length)
            else:
                assert not isinstance(found, type), (a, b, c, length)
                assert_close(found, expected)
    assert raised


def heat(u, k, steps):
    n, m = u.shape
    for _ in range(steps):
        v = u.copy()
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                v[i, j] = u[i, j] + k * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - 4.0 * u[i, j])
        u = v
    return np.sum(u * u)


def text_of(f, params, *args):
    compiled = value_and_gradients_function(f, params=params, jit=UNCHECKED)
    compiled(*args)
    [entry] = [each for each in compiled._cache.entries.values() if isinstance(each, JitEntry)]
    return entry.guarded.text


def test_a_stencil_is_looked_at_once():
    text = text_of(heat, ["u", "k"], np.ones((4, 5)), 0.1, 2)
    assert not text.indexing and "checked_index" not in text.text
    lines = text.text.split("\n")
    checks = [k for k, line in enumerate(lines) if line.strip().startswith("check_indices(")]
    assert checks and all("for i in" not in "\n".join(lines[k - 6 : k]) for k in checks)


def recurrence(x, a, b):
    n = len(x)
    y, s = np.zeros(n), 0.0
    for i in range(1, n):
        y[i] = a * y[i - 1] + b * x[i]
        s += y[i] * x[i - 1]
    return s


def test_what_follows_from_the_program_is_not_looked_at():
    text = text_of(recurrence, ["x", "a", "b"], X, 0.5, 0.3)
    assert not text.indexing and "check" not in text.text
