"""How long a list is that a loop has filled: known, the gradient sums nothing down; wrong, it would be of another shape.

In the programs whose length is not known, the list has one item where the array beside it has several, or the other way round.
"""

import numpy as np
import pytest

from s2sad import value_and_gradients_function


def array(n, start=0.3):
    return start + 0.17 * np.arange(n) ** 1.3


def simulated(x, v, data):
    trace = []
    for _ in range(len(data)):
        v -= 0.1 * x
        x += 0.1 * v
        trace.append(x)
    return np.sum((np.array(trace) - data) ** 2)


def with_the_first(x, v, data):
    trace = [x]
    for k in range(1, len(data)):
        trace.append(trace[-1] * v + 0.1 * k)
    return np.sum((np.asarray(trace) - data) ** 2)


def over_the_data(x, v, data):
    errors = []
    for d in data:
        errors.append(np.exp(x * d) - v)
    return np.sum(np.array(errors) * data)


def over_several(x, v, data):
    errors = []
    for k, (d, e) in enumerate(zip(data, data * v)):
        errors.append(x * d * k + e)
    return np.dot(np.array(errors), data) + np.sum(np.array(errors) * data)


def in_a_comprehension(x, v, data):
    return np.sum((np.array([np.sin(x * d) * v for d in data]) - data) ** 2)


def repeated(x, v, data):
    n = len(data)
    made = [x] * n
    for k in range(1, n):
        made[k] = made[k - 1] * v
    return np.sum((np.array(made) - data) ** 2)


def in_each_iteration(x, v, data):
    s = 0.0
    for _ in range(3):
        row = []
        for d in data:
            row.append(x * d)
        s += np.sum(np.array(row) * data) * v
        x = x * v
    return s


@pytest.mark.parametrize(
    "f", [simulated, with_the_first, over_the_data, over_several, in_a_comprehension, repeated, in_each_iteration]
)
def test_lengths_that_are_known(f):
    val_grads = value_and_gradients_function(f)
    for n in (4, 1, 0, 4) if f is not with_the_first else (4, 1, 4):
        agrees(val_grads, f, 0.4, 1.1, array(n))
    assert "unbroadcast" not in val_grads.source(0.4, 1.1, array(4))


def test_a_number_of_steps():
    def f(x, v, n, data):
        trace = []
        for _ in range(n):
            x = x * v
            trace.append(x)
        return np.sum((np.array(trace) - data) ** 2)

    val_grads = value_and_gradients_function(f, params=["x", "v", "data"])
    for n, length in ((3, 3), (3, 1), (1, 3), (1, 1)):
        agrees(val_grads, f, 0.4, 1.1, n, array(length), leave=(2,))
    assert "unbroadcast" not in val_grads.source(0.4, 1.1, 3, array(3))
    assert "data: float[n]" in val_grads.source(0.4, 1.1, 3, array(3))


def some_of_them(x, v, data):
    found = []
    for d in data:
        if d.real < 0.35:
            found.append(x * d)
    return np.sum((np.array(found) - data) ** 2) * v


def until_one_is_large(x, v, data):
    found = []
    for d in data:
        if d.real > 0.4:
            break
        found.append(x * d)
    return np.sum((np.array(found) - data) ** 2) * v


def the_last_taken_out(x, v, data):
    found = []
    for d in data:
        found.append(x * d)
        if len(found) > 1:
            found.pop()
    return np.sum((np.array(found) - data) ** 2) * v


def made_anew(x, v, data):
    found = []
    for d in data:
        found = []
        found.append(x * d)
    return np.sum((np.array(found) - data) ** 2) * v


def one_way_or_another(x, v, data):
    found, others = [], [x]
    for d in data:
        found.append(x * d)
    chosen = found if abs(x) > 1.0 else others
    return np.sum((np.array(chosen) - data) ** 2) * v


def through_another_list(x, v, data):
    found = [v]
    rows = [found]
    for k, d in enumerate(data):
        for row in rows:
            if k == 0:
                row[0] = x * d
    return np.sum((np.array(rows[0]) - data) ** 2)


def read_while_it_grows(x, v, data):
    found, s = [], 0.0
    for d in data:
        found.append(x * d)
        if len(found) == 1:
            s += np.sum((np.array(found) - data) ** 2)
    return s * v


def grown_after_it_was_read(x, v, data):
    s, found = 0.0, [x]
    for k in range(3):
        if k == 0 or k == len(data) - 1:
            s += np.sum((np.array(found) - data) ** 2)
        found.append(v * found[-1])
    return s


def a_loop_inside(x, v, data):
    found = []
    for _ in range(1):
        for d in data[:1]:
            found.append(x * d * v)
    return np.sum((np.array(found) - data) ** 2)


def a_function_that_appends(x, v, data):
    def note(kept, value):
        if len(kept) < 1:
            kept.append(value)

    found = []
    for d in data:
        note(found, x * d)
    return np.sum((np.array(found) - data) ** 2) * v


class Log:
    def __init__(self):
        self.kept = []

    def note(self, value):
        if not self.kept:
            self.kept.append(value)


def a_list_of_a_class(x, v, data):
    log = Log()
    for d in data:
        log.note(x * d)
    return np.sum((np.array(log.kept) - data) ** 2) * v


@pytest.mark.parametrize(
    "f",
    [
        some_of_them,
        until_one_is_large,
        the_last_taken_out,
        made_anew,
        one_way_or_another,
        through_another_list,
        read_while_it_grows,
        grown_after_it_was_read,
        a_loop_inside,
        a_function_that_appends,
        a_list_of_a_class,
    ],
)
def test_lengths_that_are_not(f):
    val_grads = value_and_gradients_function(f)
    agrees(val_grads, f, 0.4, 1.1, array(3))


def agrees(val_grads, f, *args, leave=()):
    value, gradients = val_grads(*args)
    assert value == f(*args)
    for gradient, index in zip(gradients, [k for k in range(len(args)) if k not in leave]):
        expected = gradient_by_complex_step(f, args, index)
        assert np.shape(gradient) == np.shape(args[index])
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


def gradient_by_complex_step(f, args, k):
    gradient = np.zeros(np.shape(args[k]))
    for place in np.ndindex(gradient.shape):
        moved = [each.astype(complex) if isinstance(each, np.ndarray) else each for each in args]
        moved[k] = moved[k] + 1e-30j * (np.eye(gradient.size)[place] if place else 1.0)
        gradient[place] = np.imag(f(*moved)) * 1e30
    return gradient
