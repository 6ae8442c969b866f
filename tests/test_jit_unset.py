"""Compiled: a variable that has no value where it is read raises UnboundLocalError, where Numba itself takes zeros."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.language.test_unset_reads import the_index_itself
from tests.test_jit import assert_close


def left_by_a_loop(x, n):
    for i in range(n):
        y = x * i
    return y * y


def an_array_of_one_branch(x, n):
    if n > 1:
        c = x * np.ones(3)
    return np.sum(c)


def last(x, n):
    for i in range(n):
        y = x * i
    return y


def of_a_function(x, n):
    return last(x, n) * 2.0


@pytest.mark.parametrize(
    "f", [left_by_a_loop, an_array_of_one_branch, the_index_itself, of_a_function], ids=lambda f: f.__name__
)
def test_raises_where_f_does(f):
    compiled, plain = (value_and_gradients_function(f, ["x"], **options) for options in ({"jit": "numba"}, {}))
    assert compiled(2.0, 3) == plain(2.0, 3)
    for run in (f, plain, compiled):
        with pytest.raises(UnboundLocalError):
            run(2.0, 0)


# ------------------------------------------------------------------------------------------ in loops
def of_some_iterations(x, w):
    s = 0.0
    for i in range(len(x)):
        if x[i] > w:
            y = x[i] * w
        s += y * x[i]
    return s


def of_the_one_before(x, w):
    s = 0.0
    for i in range(len(x)):
        c = x[i] * w
        if x[0] < w or i > 0:
            s += c * p  # noqa: F821
        p = c
    return s


def of_no_branch(x, w):
    s = 0.0
    for i in range(len(x)):
        if x[i] > w:
            sign, k = 1.0, 2 * i
        elif x[i] < w:
            sign, k = -1.0, i
        s += sign * x[i] * x[k // 2] * w
    return s


def copied_on(x, w):
    s = 0.0
    for i in range(len(x)):
        if x[i] > w:
            now = x[i] * x[i] * w
        if i > 0:
            s += before * now  # noqa: F821
        before = now
    return s


@pytest.mark.parametrize(
    "f", [of_some_iterations, of_the_one_before, of_no_branch, copied_on], ids=lambda f: f.__name__
)
def test_numbers_without_a_value_in_loops(f):
    compiled = value_and_gradients_function(f, jit="numba")
    plain = value_and_gradients_function(f)
    x = np.array([1.5, 0.5, 2.0, -1.0, 3.0])
    assert_close(compiled(x, 0.7), plain(x, 0.7))
    for bad in (np.array([0.7, 2.0, 3.0, 4.0]), np.array([0.5, 0.6, 0.1])):
        results = [outcome(run, bad, 0.7) for run in (f, plain, compiled)]
        if results[0] is UnboundLocalError:
            assert results[1:] == [UnboundLocalError, UnboundLocalError]
        else:
            assert_close(results[2], results[1])
    [entry] = compiled._cache.entries.values()
    assert "None" not in entry.guarded.text.text and ".append" not in entry.guarded.text.text


def outcome(run, *args):
    try:
        return run(*args)
    except UnboundLocalError as error:
        return type(error)
