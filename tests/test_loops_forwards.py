"""Reversed loops that run forwards: what they would take from lists, they compute again on their way (`tape_forwards.py`)."""

import numpy as np
import pytest

from s2sad import gradients_function, make_vjp, value_and_gradients_function
from tests.test_adjoint_text import differences

VECTOR = np.linspace(0.5, 1.5, 4)


def powers(x, t):
    total = np.zeros_like(t)
    power = np.ones(len(t))
    for j in range(len(x)):
        total += x[j] * power
        power = power * t
    return total @ total


def powers_of_each(x, t, n):
    total = 0.0
    for i in range(len(t)):
        power = t[i]
        for j in range(n):
            total += x[j] ** 2 * power
            power *= t[i]
    return total


def powers_and_places(x, n):
    k, power, total = 1, 1.0, 0.0
    for _ in range(n):
        total += x[k] ** 2 * power
        k += 1
        power = power * 0.5 + k
    return total


def powers_of_items(x, t):
    power, total = 1.0, 0.0
    for item in x:
        total += item**2 * power
        power = power * t
    return total


def powers_at_times(x, n):
    power, total = 1.0, 0.0
    for i in range(n):
        if power > 0.3:
            total += x[i] ** 2 * power
        power = power * 0.5
    return total


def powers_written_in_place(x, n):
    power, total = np.ones(3), 0.0
    for i in range(n):
        power[1] = 2.0
        total += x[i] ** 2 * power[0] * power[1]
        power = power * 0.5
    return total


def powers_where_told(x, n):
    power, total = 1.0, 0.0
    for i in range(n):
        total += x[i] ** 2 * power
        if i % 2:
            power = power * 0.5
    return total


def powers_from_a_loop(x, n):
    for i in range(n):
        power = x[i] * 0.5
        x = x * 1.1
    total = 0.0
    for i in range(n):
        total += x[i] * (i + 1.5)
    return total * power


def powers_of_a_state(x, n):
    power, state = 1.0, 0.3
    for i in range(n):
        state = state + np.sin(x[i] * state * power)
        power = power * 0.5
    return state


def powers_of_what_is_stored(x, n):
    out, power = np.zeros(n + 1), 1.0
    for i in range(n):
        out[i + 1] = out[i] * x[i] + x[i] * power
        power = power * 0.5
    return np.sum(out)


def powers_with_what_costs(x, n):
    power, total = 1.0, 0.0
    for i in range(n):
        total += x[i] ** 2 * power
        power = np.exp(-power)
    return total


def powers_and_before(x, n):
    now, before, total = 1.0, 0.5, 0.0
    for i in range(n, 0, -1):
        total += x[i] ** 2 * now * before
        now, before = now * 0.7 + i, now
    return total


def powers_of_an_argument(x, t, n):
    total = 0.0
    for i in range(n):
        total += x[i] ** 2 * np.sum(t)
        t = t * 0.9
    return total


def powers_that_loop_inside(x, n):
    power, total = 1.0, 0.0
    for i in range(n):
        y = x[i]
        for _ in range(2):
            y = np.sin(y) * power
        total += y
        power = power * 0.5
    return total


def powers_of_the_last(x, n):
    for i in range(n):
        start = 0.5 * i
    total, power = 0.0, start
    for i in range(n):
        total += x[i] ** 2 * power
        power = power * 0.5
    return total * i


# function, arguments, lines of the text, what isn't in it
FORWARDS = [
    (
        powers,
        (VECTOR, np.linspace(0.1, 1.0, 3)),
        ["    power = np.ones(len(t))\n    for j in range(len(x)):\n"],
        ["power2"],
    ),
    (powers_of_each, (VECTOR, VECTOR, 3), ["        power = t[i]\n        for j in range(n):\n"], []),
    (powers_and_places, (VECTOR, 3), ["    k = 1\n    power = 1.0\n    for _ in range(n):\n"], []),
    (powers_of_items, (VECTOR, 0.7), ["    power = 1.0\n    for k in range(len(x)):\n"], []),
    (powers_at_times, (VECTOR, 4), ["        if power > 0.3:\n"], []),
    (powers_and_before, (np.append(VECTOR, 0.3), 4), ["    for i in range(n, 0, -1):\n"], []),
    (powers_of_an_argument, (VECTOR, VECTOR, 3), ["    for i in range(n):\n"], []),
    (powers_of_the_last, (VECTOR, 3), ["    power = start\n    for i in range(n):\n"], []),
]
BACKWARDS = [
    powers_written_in_place,
    powers_where_told,
    powers_from_a_loop,
    powers_of_a_state,
    powers_of_what_is_stored,
    powers_that_loop_inside,
]


def named(each):
    return getattr(each, "__name__", "")


@pytest.mark.parametrize(("function", "args", "lines", "absent"), FORWARDS, ids=named)
def test_forwards(function, args, lines, absent):
    val_grads = value_and_gradients_function(function, params=[0])
    text = val_grads.source(*args)
    assert all(line in text.partition("x_grad = ")[2] for line in lines), text
    assert not any(word in text for word in [*absent, "reversed(range(n)):\n    power", "saved", ".pop()"]), text
    is_right(function, args)


@pytest.mark.parametrize("function", BACKWARDS, ids=named)
def test_backwards(function):
    assert "reversed(" in value_and_gradients_function(function, params=[0]).source(VECTOR, 3)
    is_right(function, (VECTOR, 3))


def is_right(function, args):
    expected = differences(function, args, 0)
    before = [np.copy(each) for each in args]
    value, (gradient,) = value_and_gradients_function(function, params=[0])(*args)
    assert value == function(*args)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(gradients_function(function, params=[0])(*args)[0], gradient)
    value, back = make_vjp(function, params=[0])(*args)
    for _ in range(2):
        np.testing.assert_array_equal(back(1.0)[0], gradient)
    assert all(map(np.array_equal, before, args))


def test_both_loops_are_one_where_the_value_is_not_asked_for():
    for function, args, loops in ((powers_and_places, (VECTOR, 3), 1), (powers_of_each, (VECTOR, VECTOR, 3), 2)):
        text = gradients_function(function, params=[0]).source(*args)
        assert "    pass" not in text and text.count("    for ") == loops, text


def test_loop_that_is_left_out_fails_where_the_function_does():
    grads = gradients_function(powers_at_times, params=[0])
    with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
        grads(VECTOR, 2.0)


def test_item_of_a_loop_that_is_left_out_stays_if_it_is_read():
    def last(x, n):
        for i in range(n):
            x = x * 1.0
        return x[i] ** 2

    np.testing.assert_array_equal(gradients_function(last, params=[0])(VECTOR, 3)[0], [0.0, 0.0, 2.0 * VECTOR[2], 0.0])


def test_compiled():
    pytest.importorskip("numba")
    args = VECTOR, np.linspace(0.1, 1.0, 3)
    (plain,), (compiled,) = (gradients_function(powers, params=[0], jit=jit)(*args) for jit in (None, "numba"))
    np.testing.assert_allclose(compiled, plain, rtol=1e-14)
