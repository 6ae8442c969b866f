"""What the text for Numba says otherwise, because Numba would do something else or take long: compiled, it gives the
numbers of the plain program."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function, value_and_tangent_function
from tests import exemplars
from tests.test_jit import assert_close

numba = pytest.importorskip("numba")


def both(f, *args, params=None):
    """Compares the numbers of the compiled program with those of the plain one."""
    jitted = value_and_gradients_function(f, jit="numba", params=params)
    assert_close(jitted(*args), value_and_gradients_function(f, params=params)(*args))


def add(x, y):
    x += y


def shifted(a, b):
    a[1:] += a[:-1]  # Numba itself would add what it has just written
    later, earlier = b[1:], b[:-1]
    later -= earlier
    add(a[1:], a[:-1])
    b[:-1] *= b[1:]
    return np.sum(a * b)


def test_views_are_read_before_they_are_written():
    a, b = np.arange(1.0, 7.0), np.linspace(0.5, 2.0, 6)
    both(shifted, a, b)
    one = a.copy()
    one[1:] += one[:-1]
    one[1:] += one[:-1].copy()
    two = b.copy()
    two[1:] -= b[:-1]
    two[:-1] *= two[1:].copy()
    assert np.isclose(value_and_gradients_function(shifted, jit="numba")(a, b)[0], np.sum(one * two), rtol=1e-13)


def stores(A, v, rows, columns):
    B = np.zeros_like(A)
    B[:] = v
    B[1] = v * v
    B[:, 0] += v[: A.shape[0]]
    B[rows, columns] = A[columns, rows]
    B[2:, 1:] = A[:1, 1:] * v[1:]
    return np.sum(B * A)


@pytest.mark.long
def test_stores_and_reads_by_index():
    rng = np.random.default_rng(2)
    rows = np.array([0, 3, 0, -1])
    both(stores, rng.normal(size=(4, 4)), rng.normal(size=4), rows, np.array([1, 2, 1, 2]), params=["A", "v"])


def wrong_store(v, w):
    A = np.zeros((2, 3))
    A[0] = v * w
    return np.sum(A)


def test_a_store_that_does_not_fit_is_an_error():
    jitted = value_and_gradients_function(wrong_store, jit="numba")
    assert_close(jitted(np.ones(1), np.full(1, 2.0)), (6.0, (np.array([6.0]), np.array([3.0]))))
    with pytest.raises(ValueError, match="could not broadcast"):
        jitted(np.ones(2), np.ones(2))


def nested(x, n, m):
    total = 0.0
    for i in range(1, n):
        for j in range(m):
            x = np.sin(x) * x if x > 0.3 else x + 0.1 * (i - j)
            total = total + x * x * i
        for j in range(i):  # runs another number of times in each iteration
            total = total * np.cos(x) + 0.5
    return total


@pytest.mark.parametrize("n, m", [(4, 3), (1, 3), (0, 2), (3, 0)])
def test_saved_numbers(n, m):
    both(nested, 0.7, n, m, params=["x"])


def halved(x):
    count = 0
    while x > 1.0:
        x = x * x / (x + 1.0)
        count += 1
    return x * count


def test_numbers_saved_in_a_while_loop():
    both(halved, 7.0)
    both(halved, 0.5)


def test_a_list_of_dicts():
    exemplar = exemplars.load("mlp")
    made, wanted = (
        value_and_gradients_function(exemplar.function, params=exemplar.params, jit=jit)(*exemplar.args())
        for jit in ("numba", None)
    )
    assert abs(made[0] - wanted[0]) < 1e-12
    for layer, other in zip(made[1][0], wanted[1][0]):
        assert list(layer) == list(other)
        for key in layer:
            np.testing.assert_allclose(layer[key], other[key], rtol=1e-10)


def newton(a):
    x = a
    while True:
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-12:
            x = new
            break
        x = new
    return x


def halves_and_roots(x, most):
    count = 0
    while 1:
        count += 1
        if x < 0.1 or count > most:
            break
        if count % 2 == 0:
            x = x / 2.0
            continue
        x = np.sqrt(x) * 0.9
    return x * count


def test_an_endless_loop_with_one_break():
    """Numba itself (0.68) compiles these to loops without an end, or to other numbers."""
    both(newton, 3.0)
    both(halves_and_roots, 3.7, 50, params=["x"])


def turned(a, n):
    total = np.zeros(3)
    for i in range(n):
        R = np.array([[np.cos(a[0] * i), -np.sin(a[0]), 0], [np.sin(a[0]), np.cos(a[0]), 0.0], [0.0, 0.0, 1]])
        counts = np.array([[1, 2, 3], [4, 5, 6]])
        row = np.array([[a[0], a[1]]]) * 2.0
        total = total + R @ np.array([a[0], a[1], 1.0]) + R[0] * 2.0 + counts[0] * row[0, 1]
    return np.sum(total**2)


def test_displays_of_numbers_are_tuples():
    args, along = (np.array([0.3, 0.4]), 3), np.array([1.0, 0.5])
    for make, given in ((value_and_gradients_function, args), (value_and_tangent_function, (*args, along))):
        programs = [make(turned, params=[0], jit=jit).compiled(*args) for jit in (None, "numba")]
        (value, derivatives), (compiled, found) = (program(*given) for program in programs)
        np.testing.assert_allclose(compiled, value, rtol=1e-13)
        np.testing.assert_allclose(found, derivatives, rtol=1e-12)
