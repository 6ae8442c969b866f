"""copy.copy and copy.deepcopy: memory of their own, as deep as they go."""

import copy

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases, array

case = Cases()

X = array(3, seed=2)


@case(X)
def arrays(x):
    y, z = copy.deepcopy(x), copy.copy(x)
    y[0] = 3.0 * x[1]
    z *= y
    return np.sum(x * y) + np.sum(z * z)


@case(X)
def lists_of_arrays(x):
    a = [x, x * 2.0]
    b = copy.deepcopy(a)
    b[0][0] = 5.0
    c = copy.copy(a)
    c[1] = b[0] * x
    return np.sum(a[0] * b[1]) + np.sum(b[0]) + np.sum(c[1] * c[0])


@case(X)
def dicts_of_both(x):
    p = {"w": x, "b": [x[0], 2.0]}
    q, r = copy.deepcopy(p), copy.copy(p)
    q["w"] *= 2.0
    q["b"].append(x[1])
    r["w"] = r["w"] * 3.0
    return np.sum(p["w"] * q["w"]) + sum(q["b"]) + np.sum(r["w"]) * len(p["b"])


@case(X)
def tuples_of_all(x):
    t = (x, [x[0]], 2.0, "name")
    u = copy.deepcopy(t)
    u[0][1] = 3.0
    u[1].append(1.0)
    return np.sum(t[0] * u[0]) * len(t[1]) + u[1][0]


@case(X)
def lists_of_numbers(x):
    a = [x[0], x[1]]
    b = copy.copy(a)
    b[0] = 7.0 * x[2]
    c = copy.deepcopy(b)
    c.append(x[0])
    return a[0] * b[0] + b[1] * sum(c) + len(b)


@case(X)
def positions(x):
    i = np.array([0, 1, 2])
    j, k = copy.deepcopy(i), copy.copy(i)
    i[0] = 2
    return np.sum(x[i] ** 2) + np.sum(x[j] ** 3) + np.sum(x[k] ** 4)


@pytest.mark.parametrize("each", case, ids=str)
def test_copies(each):
    each.check()


def test_one_array_twice_is_one_array_in_the_copy():
    def f(x):
        y = x * 2.0
        b = copy.deepcopy([y, y])
        b[0][0] = 4.0
        return np.sum(b[1] * x)

    with pytest.raises(NotDifferentiableError, match="may hold one array or list twice"):
        value_and_gradients_function(f)(X)
