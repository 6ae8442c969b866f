"""op= of what no gradient goes through, and may be a number or an array: who else has a number's name keeps the number,
who else has an array's sees it change."""

import numpy as np
import pytest

from .checker import Cases

case = Cases()


def unknown(*values, **more):
    return 1.0 + sum(more) + sum(values)


def unknown_array(*values, **more):
    return np.ones(3) * (1 + sum(more) + sum(values))


class Total:
    def __init__(self, total):
        self.total = total

    def add(self, value):
        self.total += value
        return self


@case(0.7)
def another_name(a):
    b = unknown(0.5)
    c = b
    b += 2.0
    return a * b * c


@case(0.7)
def an_entry(a):
    b = unknown(0.5)
    d = {"k": b}
    d["k"] += 2.0
    return a * b * d["k"]


@case(0.7)
def an_attribute(a):
    b = unknown(0.5)
    return a * Total(b).add(1.5).total * b


def one_more(z):
    z += 1
    return z


@case(0.7)
def an_argument(a):
    b = unknown(1.0)
    return a * one_more(b) * b


@case(0.7)
def again_and_again(a):
    n = unknown(1.0)
    n -= 1.5
    for k in range(3):
        n *= k + 2
    if n < 100.0:
        n += 10
    return a * n


@case(0.7)
def before_and_after(a):
    n, s = unknown(1.0), 0.0
    twice = n * 2.0
    for _ in range(3):
        n += 1.5
        s = s + a * n * twice
    return float(s)


@case(0.7)
def arrays_change(a):
    b = unknown_array(1)
    c = b
    b += 2.0
    d = {"k": b}
    d["k"] *= 2.0
    return np.sum(a * b * c * d["k"] * Total(b).add(3.0).total)


@case(0.7)
@case(np.array([0.7, -0.2]))
def a_sum_of_what_carries_a_gradient(a):
    total = 0.0
    for k in range(3):
        total += unknown(k) * a
    total *= 0.5
    total = np.exp(total)
    total -= a
    return np.sum(total) + np.sum(total * a)


@case(np.array([0.7, -0.2]))
def a_sum_of_arrays(a):
    total = 0.0
    for k in range(3):
        total += unknown_array(k)[:2] * a
    return np.sum(total * a)


@pytest.mark.parametrize("each", case, ids=str)
def test_maybe_number(each):
    each.check()


def another_name_of_the_sum(a):
    total = unknown(0.5) * a
    first = total
    total += a
    return np.sum(first) + np.sum(total)


def a_list_of_the_sums(a):
    total, sums = unknown(0.5) * a, []
    for _ in range(2):
        total += a
        sums.append(total)
    return np.sum(sums[0])


def an_argument(total):
    first = total

    def added(total):
        total += unknown(0.5) * total
        return total

    return np.sum(added(unknown(1.0) * total)) + np.sum(first)


@pytest.mark.parametrize("f", [another_name_of_the_sum, a_list_of_the_sums, an_argument])
def test_sums_that_have_another_name_are_refused(f):
    from s2sad import value_and_gradients_function

    with pytest.raises(NotImplementedError, match="which of these is not known"):
        value_and_gradients_function(f)(0.7)


def a_sum_along_some_axes(x, y, n):
    total = np.sum(x, axis=tuple(range(n)))
    total += y
    return total * 2.0


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("dtypes", ["ff", "dd", "df"])
def test_an_array_keeps_its_dtype_when_it_is_added_to(n, dtypes):
    from s2sad import value_and_gradients_function

    x = np.arange(12.0).reshape(3, 4).astype(dtypes[0])
    y = np.arange(4.0).astype(dtypes[1])
    value, gradients = value_and_gradients_function(a_sum_along_some_axes)(x, y, n)
    expected = a_sum_along_some_axes(x, y, n)
    assert value.dtype == expected.dtype and np.array_equal(value, expected)
    assert np.array_equal(gradients[0], np.full((3, 4), 2.0 if n == 1 else 8.0, dtypes[0]))
    assert np.array_equal(gradients[1], np.full(4, 2.0, dtypes[1]))


@pytest.mark.parametrize("x", [np.ones((3, 4), "float32"), np.ones((3, 4), int), np.ones((2, 3, 4))])
def test_an_array_that_would_change_in_place_is_refused(x):
    from s2sad import value_and_gradients_function

    y = np.ones(4) if x.ndim == 2 else np.ones((2, 3, 4))
    with pytest.raises(
        ValueError, match="^the array total would get another shape or dtype here: set it anew, by `total = ...`$"
    ):
        value_and_gradients_function(a_sum_along_some_axes)(x, y, 1)
