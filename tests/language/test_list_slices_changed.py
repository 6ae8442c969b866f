"""`items[a:b] op= e` of a list: Python makes a new list of these items, or NumPy an array, and puts it in their place,
which may change the length."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases

case = Cases()
V = np.array([1.3, 0.7, 2.1])


@case(V)
def by_a_number_of_an_array(x):
    shear = [x[0], x[0] * x[1], 3.0]
    shear[0] /= x[1]
    shear[1:] /= x[2]
    shear[:2] -= x[0] * x[1:]
    return shear[0] * shear[1] + shear[2] ** 2


@case(V)
def of_constants(x):
    weights = [1.0, 2.0, 3.0]
    weights[1:] /= x[2]
    weights[:1] -= x[1:2]
    return weights[0] * weights[1] * weights[2]


@case(V)
def by_arrays(x):
    s = [x[0], x[1] * x[0], x[2]]
    before = s[1:]
    s[:2] *= x[1:]
    s[1:] **= x[:2]
    s[::2] += np.sin(x[:2])
    return s[0] * s[1] + s[2] * before[0]


@case(V)
def repeated(x):
    s = [x[0], x[1] * x[0], x[2]]
    s[1:] *= 2
    return s[0] * s[1] * s[3] ** 2 * len(s)


@case(V)
def appended_in_the_middle(x):
    s = [x[0], x[1] * x[0], x[2]]
    s[:1] += [x[0] * x[0], 3.0]
    s[4:] += (x[1], s[0])
    return s[0] * s[1] * s[3] * s[5] * len(s)


@case(V)
def in_a_loop(x):
    s = [x[0], x[1], x[2], x[0] * x[1]]
    for i in range(3):
        s[i:] /= x[i] + s[i]
    return s[0] * s[1] + s[2] * s[3]


@case(V)
def read_before_the_value_is_computed(x):
    s = [x[0], x[1], x[2], x[0] * x[1]]

    def put():
        s[1] = x[0] ** 3
        return x[2]

    s[1:] /= put()
    return s[1] * s[3]


@pytest.mark.parametrize("each", case, ids=str)
def test_slices_of_lists(each):
    each.check()


ADDED = {"list": [1.0, 2.0], "array": np.array([1.0, 2.0])}


def test_added_or_appended_is_not_guessed():
    def f(x, kind):
        s = [x, x * x]
        s[:] += ADDED[kind]
        return s[0] * s[1]

    with pytest.raises(NotDifferentiableError, match="which of these is not known"):
        value_and_gradients_function(f, ["x"])(2.0, "list")
