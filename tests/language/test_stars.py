"""Stars: arguments, rows and items of which it isn't known how many there are before the function runs."""

import collections
import dataclasses
import functools
import itertools
import math

import numpy as np
import pytest

from .checker import Cases, array, printed_by

case = Cases()

Pair = collections.namedtuple("Pair", "a b")


@dataclasses.dataclass
class Line:
    slope: float
    offset: float

    def at(self, x, y):
        return self.slope * x + self.offset * y * y

    def total(self, *xs):
        return sum(x * self.slope for x in xs)


def product(a, b):
    return a * b + np.sin(a)


def scaled(a, b, c=2.0):
    return a * b * c + c * c


def decay(t, a, b, c):
    return a * np.exp(-b * t) + c


def squares_of(model, t, *params):
    return np.sum(model(t, *params) ** 2)


def polynomial(x, *coefficients):
    total = 0.0
    for k, c in enumerate(coefficients):
        total = total * x + c * (k + 1)
    return total


@case.each(array(2), [0.3, 0.4])
def all_arguments(p):
    return product(*p) + np.hypot(*p)


@case(array(3))
def parts_as_arguments(p):
    return product(*p[:2]) * product(*p[1:])


@case(array(3), array(4, 1))
def parameters_of_a_model(p, t):
    return np.sum(decay(t, *p) ** 2)


@case(array(3), array(4, 1))
def parameters_handed_on(p, t):
    return squares_of(decay, t, *p)


@case.each((0.7, array(3)), (0.7, [0.3, 0.5, 0.9]))
def any_number_of_arguments(x, c):
    return polynomial(x, *c) + polynomial(x, x, *c) * polynomial(x, *c[1:])


@case(array(2), [0.2, 0.1])
def constructors_and_methods(p, q):
    line, pair = Line(*p), Pair(*q)
    return line.at(*q) + pair.a * pair.b + line.total(*q) * line.total(*p)


@case(array(2))
def partial_functions(p):
    return functools.partial(scaled, c=1.5)(*p) + functools.partial(decay, p[0], p[1])(*p)


@case(array(2), {"c": 0.3})
def beside_a_dict(p, options):
    return scaled(*p, **options)


@case(array(2))
def lambda_of_any_number(p):
    f = lambda *a: a[0] * a[1] + sum(a)  # noqa: E731
    return f(*p)


@case([array(2), array(2, 1)])
def as_many_as_names(axes):
    X, Y = np.meshgrid(*axes)
    return np.sum(X * Y**2)


@case.each([[0.3, 0.4, 1.0], [0.2, 0.7, 0.1]], array(2, 3))
def zip_of_rows(rows):
    total = 0.0
    for k, (a, b) in enumerate(zip(*rows)):
        total += (k + 1) * a * b * b
    return total + sum([a * a * b for a, b in zip(*rows)])


@case([(0.3, 0.4), (1.0, 0.2), (0.7, 0.1)])
def zip_of_points(points):
    xs, ys = zip(*points)
    total = sum(x * x for x in xs) * sum(ys)
    for column in zip(*points):
        total += sum(column) ** 2
    table = np.array(list(zip(*points)))
    return total + np.sum(table[0] * table[1] ** 2)


@case(array(3, 2))
def columns_of_an_array(A):
    xs, ys = zip(*A)
    return sum(xs) * max(ys)


@case([(0.3, 0.4), (1.0, 0.2)])
def columns_as_arrays(points):
    xs, ys = map(np.array, zip(*points))
    return np.sum(xs**2 * ys)


@case.each(([0.3, 0.4], 0.35), (array(3), 0.35))
def extremes(xs, y):
    return max(*xs) + min(y, *xs) * 2 + max(*xs, y, key=lambda v: (v - 0.3) ** 2)


@case(array(3, 2))
def extremes_of_rows(A):
    return sum(max(*row) for row in A)


@case([0.3, 0.5, 0.2], [0.2, 0.9, 0.6], 0.4)
def lists_with_stars(a, b, c):
    xs = [*a, c, *b]
    ys = [c, *xs, c]
    return sum(v * k for k, v in enumerate(ys)) * len(ys) + xs[3] ** 2


@case(array(3))
def array_in_a_list(a):
    xs = [0.0, *a, a[0]]
    return sum(x * y for x, y in itertools.pairwise(xs)) if hasattr(itertools, "pairwise") else xs[1] * xs[2]


@case(array(2))
def functions_of_the_library(p):
    return math.atan2(*p) + np.dot(*(p, p * p))


ROWS = [[1.0, 2.0], [3.0, -4.0], [5.0, 0.5]]


@case(ROWS, [0.3, 0.5, -0.7])
def columns_of_lists(m, v):
    return [sum(a * b for a, b in zip(v, column)) for column in zip(*m)]


@case(array(3, 2), [0.3, 0.5, -0.7])
def columns_of_an_array(m, v):
    out = []
    for column in zip(*m):
        s = 0.0
        for a, b in zip(v, column):
            s += a * b * b
        out.append(s)
    return out


@case(ROWS)
def transposed(m):
    return list(zip(*m)), list(map(list, zip(*m))), [list(column) for column in zip(*m)]


@case(ROWS, [[0.1, 0.2, 0.3], [0.7, 0.8, 0.9]])
def product_of_lists(a, b):
    return [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]


@case(ROWS)
def two_columns_of_lists(points):
    xs, ys = zip(*points)
    return sum(xs) * sum(y * y for y in ys)


@case([[1.0, 2.0, 3.0], [4.0, 5.0]])
def columns_end_with_the_shortest_row(m):
    return max(sum(column) * len(column) for column in zip(*m))


@case(0.7, 3)
def columns_of_rows_made_here(x, n):
    rows = [[x * j + i for j in range(n)] for i in range(2)]
    return sum(column[0] * column[-1] for column in zip(*rows))


def rows_and_word(x):
    print("made")
    return [[x, 2.0 * x], [x * x, 3.0]]


def table_and_word(x, n):
    print("made")
    return [[x * i * j + 1.0 for i in range(n)] for j in range(n)]


@case(0.5, 3)
def rows_are_made_once(x, n):
    first = sum(column[0] * column[1] for column in zip(*rows_and_word(x)))
    second = list(zip(*rows_and_word(x)))
    third = sum(column[0] * column[-1] for column in zip(*table_and_word(x, n)))
    return first + second[0][1] * second[1][0] + third


@pytest.mark.parametrize("each", case, ids=str)
def test_cases(each):
    each.check()


def test_what_is_printed_with_a_star():
    from s2sad import value_and_gradients_function

    def f(xs):
        print("xs:", *xs, sep=", ")
        return xs[0] * xs[1]

    printed = printed_by(f, [2.0, 3.0])[1]
    assert printed == "xs:, 2.0, 3.0\n"
    assert printed_by(value_and_gradients_function(f), [2.0, 3.0])[1] == printed


@pytest.mark.parametrize("xs", [[1.0], []])
def test_an_extreme_of_less_than_two_numbers_fails_as_in_the_function(xs):
    from s2sad import value_and_gradients_function

    def f(xs):
        return max(*xs)

    val_grads = value_and_gradients_function(f)
    assert val_grads([1.0, 2.0]) == (2.0, ([0.0, 1.0],))
    with pytest.raises(TypeError) as wanted:
        f(xs)
    with pytest.raises(TypeError) as raised:
        val_grads(xs)
    assert type(raised.value) is type(wanted.value)


def test_more_values_than_parameters_fail():
    from s2sad import value_and_gradients_function

    val_grads = value_and_gradients_function(all_arguments)
    val_grads(np.ones(2))
    with pytest.raises(ValueError, match="too many values to unpack"):
        val_grads(np.ones(3))


def test_parameters_that_may_be_left_out_are_refused():
    from s2sad import NotDifferentiableError, value_and_gradients_function

    def f(p):
        return scaled(*p)

    with pytest.raises(NotDifferentiableError, match=r"scaled\(\*p\)"):
        value_and_gradients_function(f)(np.ones(3))
