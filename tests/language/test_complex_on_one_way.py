"""A variable that is complex on one way and real on another: what is real gets a real gradient."""

import numpy as np
import pytest

from s2sad import check_gradients, grad, jvp

X = np.array([0.3, 0.8])


def in_a_branch(x, c):
    if c:
        v = 1j * x
    else:
        v = x * 2.0
    return np.sum(np.real((1 + 2j) * v * v))


def from_a_function(x, c):
    if c:
        v = 1j * x
    else:
        v = np.real(np.exp(1j * x))
    return np.sum(np.real((1 + 2j) * v * v))


def in_a_loop(x, c):
    v = x
    for _ in range(3 if c else 2):
        v = v * v * (1 + 0.2j)
    return np.sum(np.real((1 + 2j) * v * v))


def of_a_number(x, c):
    total = np.sum(x)
    v = total
    if c:
        v = v * 1j + total
    return (v * v * (2 + 1j)).real


def chosen(x, c):
    v = x * 2.0 if not c else x * 1j
    w = np.where(x > 0.5, x, v)
    return np.sum(np.real(w * w * (1 + 2j)))


@pytest.mark.parametrize("f", [in_a_branch, from_a_function, in_a_loop, of_a_number, chosen])
@pytest.mark.parametrize("c", [False, True])
def test_gradients(f, c):
    check_gradients(f, X, c, params=["x"]).raise_if_wrong()
    gradient = grad(f)(X, c)
    assert gradient.dtype == np.float64
    _, change = jvp(f, (X, c), (np.array([0.5, -0.3]), False))
    assert change == pytest.approx(gradient @ [0.5, -0.3], rel=1e-12)


def parts_of_what_is_joined(x, c):
    v = 1j * x if c else x * 2.0
    w = v * v
    s = np.sum(w[1:] * w[:-1])
    w[0] = s
    return np.sum(np.real((1 + 2j) * w))


def parts_of_items(x, c):
    s = 1.0 + 0.5j
    for v in [x * 2.0, 1j * x, x * x] if c else [x, x * (1 + 2j)]:
        s = s * np.sum(v[1:] * v[:-1])
    return s.real


def item_that_is_written(x, c):
    vectors = [x * 2.0, 1j * x]
    vectors[0][1] = x[0]
    s = 1.0 + 0.5j
    for k in range(2):
        s = s * np.sum(vectors[k][1:] * vectors[k])
    return s.real


@pytest.mark.parametrize("f", [parts_of_what_is_joined, parts_of_items, item_that_is_written])
@pytest.mark.parametrize("c", [False, True])
def test_gradients_of_parts(f, c):
    check_gradients(f, X, c, params=["x"]).raise_if_wrong()
    assert grad(f)(X, c).dtype == np.float64


def product(items):
    s = 1.0 + 0.5j
    for each in items:
        s = s * each
    return s.real


def made(x):
    return product([x, 1j * x, x * (2.0 + 1j)])


def made_as_a_dict(x):
    table = {0: x, 1: 1j * x}
    return product([table[k] for k in range(2)])


def appended(x):
    items = [x * k for k in range(1, 3)]
    items.append(1j * x)
    items.append(x * x)
    return product(items)


def inserted(x):
    items = [1j * x]
    items.insert(0, x * 3.0)
    return product(items)


def extended(x):
    items, more = [1j * x], [x * 3.0, x * 2.0]
    items.extend(more)
    return product(items) + more[0] * more[1]


def joined(x):
    items = [x * 3.0, x * x]
    return product(items + [1j * x]) + sum(items)


def repeated(x):
    items = [x * 3.0] * 2
    items.append(1j * x)
    return product(items)


def a_slice_is_stored(x):
    items = [1j * x, x * x, x]
    items[:1] = [x * 3.0, x + 1.0]
    return product(items)


def summed(x):
    items = [x * k for k in range(3)]
    items.append(1j * x)
    return (sum(items) ** 2).real


def lists_of_both(x):
    rows = [[x, x * x]]
    rows.append([1j * x, 2.0 * x])
    return product([product(row) for row in rows]) * product(rows[0])


def tables_of_both(x):
    tables = [{k: x * k for k in range(1, 3)}]
    tables.append({1: 1j * x, 2: x})
    s = 1.0 + 0.5j
    for table in tables:
        s = s * table[1] * table[2]
    return s.real


PROGRAMS = [made, made_as_a_dict, appended, inserted, extended, joined, repeated, a_slice_is_stored, summed]
PROGRAMS += [lists_of_both, tables_of_both]


@pytest.mark.parametrize("f", PROGRAMS)
def test_real_items_among_complex_ones(f):
    slope = (f(0.3 + 1e-6) - f(0.3 - 1e-6)) / 2e-6
    gradient = grad(f)(0.3)
    assert isinstance(gradient, float) and gradient == pytest.approx(slope, rel=1e-8)
    assert jvp(f, (0.3,), (1.0,))[1] == pytest.approx(slope, rel=1e-8)
