"""Lists whose items are of one kind on one way and of another on the other: what an item is, isn't known behind it."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_grad


def pairs_or_triples(x, n):
    if n == 2:
        rows = [(x[0], x[1]), (x[1], x[2])]
    else:
        rows = [(x[0], x[1], x[2])]
    return sum(np.mean(row) for row in rows)


def numbers_or_lists(x, n):
    if n == 2:
        rows = [x[0], x[1]]
    else:
        rows = [[x[0], x[1]]]
    return np.sum(rows[0])


def carried_by_a_loop(x, n):
    rows = [(x[0], x[1])]
    for _ in range(n):
        s = np.max(rows[0])
        rows = [(x[0], x[1], x[2])]
    return s + np.max(rows[0])


def left_by_a_break(x, n):
    for k in range(3):
        if k == n:
            rows = [(x[0], x[1])]
            break
        rows = [x]
    return np.sum(rows[0])


def values_of_dicts(x, n):
    d = {k: x[k] for k in range(n)} if n < 2 else {k: (x[0], x[1]) for k in range(n)}
    return np.std(d[0])


@pytest.mark.parametrize("f", [pairs_or_triples, numbers_or_lists, carried_by_a_loop, left_by_a_break, values_of_dicts])
@pytest.mark.parametrize("n", [1, 2])
def test_is_refused_or_right(f, n):
    x = np.array([0.3, 1.2, 0.7])
    try:
        value, gradient = value_and_grad(f)(x, n)
    except NotDifferentiableError as error:
        assert "may be things of different types" in str(error)
        return
    assert value == f(x, n)
    steps = [(f(x + 1e-6 * e, n) - f(x - 1e-6 * e, n)) / 2e-6 for e in np.eye(3)]
    np.testing.assert_allclose(gradient, steps, rtol=1e-6, atol=1e-9)
