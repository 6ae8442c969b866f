"""What is computed twice from the same values is computed once, in both sweeps; and what might not be the same, twice."""

import math

import numpy as np
import pytest

from s2sad import (
    check_gradients,
    checkpoint,
    grad,
    grad_of,
    jvp,
    value_and_grad,
    value_and_gradients_function,
    value_and_tangent_function,
)

X = np.array([0.3, 0.8, 1.7])
Y = np.array([1.4, 0.5, 0.9])


def text_of(f, *args):
    check_gradients(f, *args).raise_if_wrong()
    return value_and_gradients_function(f).source(*args).partition('"""\n')[2]


def lennard_jones(r, eps, sigma):
    return 4 * eps * ((sigma / r) ** 12 - (sigma / r) ** 6)


def reciprocal(u):
    return 1 / u + math.log(1 / u)


def arrhenius(k, t, ea):
    return k * math.exp(-ea / (8.314 * t)) + math.exp(-ea / (8.314 * t)) ** 2


def length(a, b):
    return math.sqrt(a * a + b * b) / (1.0 + math.sqrt(a * a + b * b))


def own_name(x):
    mu = np.mean(x)
    return np.sum((x - np.mean(x)) ** 3) * mu


def mean_of_std(x):
    mu = np.mean(x)
    return np.sum(((x - mu) / np.std(x)) ** 3)


def sine_and_cosine(x):
    a = np.sin(x)
    b = np.cos(x)
    return np.sum(a * b)


def in_a_loop(x, n):
    for _ in range(n):
        a = math.sin(x)
        b = math.cos(x)
        x = a * b + 0.5 * a
    return x


def huber(x, y):
    r = x - y
    return np.sum(np.where(np.abs(r) < 1.0, 0.5 * r * r, np.abs(r) - 0.5))


def two_masks(x, y):
    return np.sum(np.where(x > y, x * y, x)) + np.sum(np.where(x > y, y, x * x))


def entropy(p):
    return -np.sum(p * np.log(p))


def product_by_name(x, y):
    a = x * y
    return np.sum(np.exp(a) * a * np.sin(x))


def rotated(a, P):
    R = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return np.sum((P @ R.T) ** 3)


def chain(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def likelihood(x, h):
    return np.sum(np.log(2 * np.pi * h) + x**2 / h)


def direction(x, w):
    return w @ (x / np.linalg.norm(x))


def rows_of_length_one(A, w):
    A = A / np.linalg.norm(A, axis=1, keepdims=True)
    return np.sum(np.tanh(A @ w))


def where_there_is_a_length(A, w):
    n = np.linalg.norm(A, axis=1, keepdims=True)
    return np.sum(np.tanh(np.where(n > 0, A / n, 0.0) @ w))


def upwind(u, c):
    up = np.roll(u, -1)
    v = u - c * u * (up - u)
    return np.sum(v**2)


def bilinear(img, x, y):
    i, j = int(y), int(x)
    dx, dy = x - j, y - i
    upper = img[i, j] * (1 - dx) * (1 - dy) + img[i, j + 1] * dx * (1 - dy)
    return upper + img[i + 1, j] * (1 - dx) * dy + img[i + 1, j + 1] * dx * dy


def upwind_twice(u, v, c):
    moved = u - c * (u[1:] - u[:-1])[0] * u - c * (v[1:] - v[:-1])[0] * u * v
    return np.sum(np.exp(moved - c * u * v))


@pytest.mark.parametrize(
    "f, args, times",
    [
        (bilinear, (np.outer(X, Y), 0.3, 0.6), {"1 - dx": 1, "1 - dy": 1}),
        (upwind_twice, (X, Y, 0.1), {"= -": 1}),
        (rotated, (0.3, np.array([X, Y])[:, :2]), {"np.sin(": 1}),
        (chain, (X,), {"x[:-1]": 1}),
        (likelihood, (X, Y), {"np.pi": 1, "/ (": 0}),
        (direction, (X, Y), {" or ": 0}),
        (rows_of_length_one, (np.array([X, Y]), X), {"np.where(": 0}),
        (where_there_is_a_length, (np.array([X, Y]), X), {"== 0": 1}),
        (upwind, (X, 0.1), {"u_grad = u_grad": 0}),
        (lennard_jones, (1.1, 0.7, 0.9), {"sigma / r": 1}),
        (reciprocal, (1.7,), {"1 / u": 1, "dy": 1}),
        (arrhenius, (1.3, 300.0, 800.0), {"math.exp(": 1, "8.314 * t\n": 1}),
        (length, (0.6, 0.8), {"math.sqrt(": 1}),
        (own_name, (X,), {"np.mean(": 1}),
        (mean_of_std, (X,), {"np.mean(": 1, "x - mu": 1}),
        (sine_and_cosine, (X,), {"np.sin(": 1, "np.cos(": 1}),
        (in_a_loop, (0.7, 4), {"math.sin(": 1, "math.cos(": 1}),
        (huber, (3.0 * X, Y), {"np.abs(": 1, "np.where(": 2}),
        (two_masks, (X, Y), {"x > y": 1}),
        (entropy, (X,), {"p / p": 0, "np.log(": 1}),
        (product_by_name, (X, Y), {"x * y": 1}),
    ],
)
def test_what_is_at_hand_is_not_computed_again(f, args, times):
    text = "\n".join(line for line in text_of(f, *args).splitlines() if not line.strip().startswith("#"))
    assert {part: text.count(part) for part in times} == times, text


def smoothing(y, alpha):
    level = y[0]
    error = 0.0
    for v in y[1:]:
        error += (v - level) ** 2
        level = alpha * v + (1 - alpha) * level
    return error


@pytest.mark.parametrize(
    "f, args, times",
    [
        (mean_of_std, (X,), {"np.mean(": 2, "np.real": 0, "where=True": 0}),
        (sine_and_cosine, (X,), {"np.sin(": 1}),
        (smoothing, (X, 0.3), {"v - level": 1}),
        (entropy, (X,), {"p / p": 0}),
    ],
)
def test_tangents_read_what_is_at_hand(f, args, times):
    check_gradients(f, *args).raise_if_wrong()
    text = value_and_tangent_function(f).source(*args).partition('"""\n')[2]
    assert {part: text.count(part) for part in times} == times, text


def sine_after_a_loop(x, n):
    for _ in range(n):
        x = x * math.cos(x)
    return math.sin(x) * x


def sine_before_and_after(x, n):
    y = math.sin(x)
    for _ in range(n):
        x = x * math.cos(x)
        y = y + x
    return y * math.sin(x)


def sine_after_while(x, n):
    while n > 0:
        x = math.cos(x) * x
        n -= 1
    y = math.sin(x)
    return y * y


def sine_between_loops(x, n):
    total = 0.0
    for _ in range(n):
        for _ in range(2):
            x = x * math.cos(x)
        total += math.sin(x) * x
    return total * math.sin(x) + math.cos(x) * x


def sine_in_both_loops(x, n):
    for _ in range(n):
        s = math.sin(x)
        x = x * math.cos(x) + s * s
        for _ in range(2):
            x = x * math.cos(x) + 0.1 * math.sin(x)
    return x * math.sin(x)


def exponential_after_a_branch(x, n):
    if n > 2:
        x = x * math.exp(0.1 * x)
    y = math.exp(0.1 * x)
    for _ in range(n):
        if x < 1.0:
            x = x * math.exp(0.1 * x)
        else:
            x = math.sin(x)
    return y * math.exp(0.1 * x) * math.cos(x)


def arrays_after_a_loop(x, n):
    w = 0.5 * x
    for _ in range(n):
        w = w * np.cos(w) + x * x
    return np.sum(np.sin(w) * w * x * x)


def checkpointed(x, n):
    for _ in checkpoint(range(n), snapshots=2):
        x = x * math.cos(x)
    return math.sin(x) * x


def broken_off(x, n):
    for k in range(n):
        x = x * math.cos(x)
        if x < 0.4:
            break
        x = x + 0.1 * math.sin(x)
    return math.sin(x) * math.cos(x) * x


@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize(
    "f",
    [
        *(sine_after_a_loop, sine_before_and_after, sine_after_while, sine_between_loops, sine_in_both_loops),
        *(exponential_after_a_branch, arrays_after_a_loop, checkpointed, broken_off),
    ],
)
def test_what_a_loop_carries_has_a_value_in_each_iteration(f, n):
    x = X if f is arrays_after_a_loop else 0.7
    check_gradients(f, x, n, params=["x"]).raise_if_wrong()
    gradient = grad(f)(x, n)
    direction = np.linspace(0.5, 1.5, np.size(x)) if f is arrays_after_a_loop else 1.5
    change = value_and_tangent_function(f, params=["x"])(x, n, tangents=(direction,))[1]
    np.testing.assert_allclose(change, np.sum(gradient * direction), rtol=1e-12)


def half_of_twice(x):
    x = x.copy()
    z = 0.5 * (x + x)
    x += 0.3 * np.tanh(x)
    return np.sum(z * x)


def half_of_twice_in_a_loop(x):
    x = x.copy()
    z = x * x
    for _ in range(2):
        z = 0.5 * (x + x) * z
        y = 0.5 * (z + z)
        z += np.sin(x)
        x += 0.3 * np.tanh(y)
    return np.sum(z * x)


@pytest.mark.parametrize("f", [half_of_twice, half_of_twice_in_a_loop])
def test_what_becomes_another_array_is_a_copy_where_that_is_written(f):
    check_gradients(f, X).raise_if_wrong()
    np.testing.assert_allclose(jvp(f, (X,), (Y,))[1], grad(f)(X) @ Y, rtol=1e-13)


CALLS = []


def counted(x):
    CALLS.append(x)
    return 2.0 * len(CALLS)


def called_twice(x):
    return counted(1.0) * x + counted(1.0) * x * x


def test_a_function_of_the_users_is_called_as_often_as_it_stands_there():
    CALLS.clear()
    assert value_and_grad(called_twice)(3.0) == (2.0 * 3.0 + 4.0 * 9.0, 2.0 + 2.0 * 4.0 * 3.0)
    assert len(CALLS) == 2


def written_between(x):
    x = x.copy()
    first = np.sum(np.exp(x) * x)
    x[0] = 2.0 * x[1]
    return first * np.sum(np.exp(x))


def written_by_a_stranger(x, n):
    first = np.exp(n) * x
    fill(n)
    return np.sum(first * np.exp(n))


def fill(n):
    np.asarray(n).fill(0.5)
    CALLS.append(n)


def carried(x, n):
    total = 0.0
    for _ in range(n):
        total += math.exp(0.1 * x) * x
        x = 0.5 * x
        total += math.exp(0.1 * x) * x
    return total


def in_one_way_only(x, c):
    y = x
    if c > 0.0:
        y = math.exp(0.3 * x) * x
    return y * math.exp(0.3 * x)


def only_if_it_runs(x, n):
    total = 0.0
    for _ in range(n):
        total += math.sqrt(x - 1.0)
    return total + (math.sqrt(x - 1.0) if x > 1.0 else x)


@pytest.mark.parametrize(
    "f, args",
    [
        (written_between, (X,)),
        (carried, (0.7, 3)),
        (in_one_way_only, (0.7, 1.0)),
        (in_one_way_only, (0.7, -1.0)),
        (only_if_it_runs, (0.7, 0)),
        (only_if_it_runs, (1.7, 2)),
    ],
)
def test_what_has_changed_is_another_value(f, args):
    check_gradients(f, *args).raise_if_wrong()
    assert value_and_grad(f)(*args)[0] == f(*args)


def test_what_a_stranger_may_have_written_is_read_again():
    value, gradient = value_and_grad(written_by_a_stranger)(X, np.array([1.0, 2.0, 3.0]))
    assert value == written_by_a_stranger(X, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(gradient, np.exp([1.0, 2.0, 3.0]) * np.exp(0.5), rtol=1e-14)


def two_results(x):
    return np.exp(x), np.exp(x)


def test_results_are_apart():
    (first, second), _ = value_and_gradients_function(two_results)(X, dy=(np.ones(3), np.ones(3)))
    assert not np.shares_memory(first, second)
    (first, second), _ = jvp(two_results, (X,), (np.ones(3),))
    assert not np.shares_memory(first, second)


ADJOINTS = []


def asked_for(x):
    mu = np.mean(x)
    with grad_of(mu) as mu_grad:
        ADJOINTS.append(mu_grad)
    return np.mean(x) * mu


def test_the_adjoint_that_is_asked_for_is_that_of_the_name_alone():
    ADJOINTS.clear()
    np.testing.assert_allclose(grad(asked_for)(X), 2.0 * np.mean(X) / 3.0 * np.ones(3), rtol=1e-14)
    assert ADJOINTS == [np.mean(X)]


def overwritten_in_a_branch(x, y):
    z = x * np.cos(y)
    x = np.tanh(z)
    z = np.tanh(y)
    if x > 0.3:
        z = 0.5 * np.cos(y)
    return z * z + y * y


@pytest.mark.parametrize("x", [0.7, -0.2])
def test_adjoints_used_in_branches_keep_their_order(x):
    # y's is added to in one branch for the cosine, and then in the other one for the tanh, and was read too early there.
    check_gradients(overwritten_in_a_branch, x, -0.4).raise_if_wrong()
