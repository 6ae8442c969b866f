"""Compiled: a variable that has no value where it is read raises UnboundLocalError, where Numba itself takes zeros."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.language.test_unset_reads import the_index_itself


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
