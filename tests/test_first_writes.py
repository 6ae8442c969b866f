"""Adjoints that begin as zeros: what is added first is set, where nothing else can have been added there."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.test_adjoint_text import differences

VECTOR, MATRIX = np.linspace(0.5, 1.5, 4), np.linspace(0.2, 1.8, 12).reshape(3, 4)


def rows_apart(A):
    return np.sum(np.sin(A[0]) * np.exp(A[1]) * np.cos(A[2]))


def rows_repeated(A):
    return np.sum(np.sin(A[0]) * np.exp(A[-3]) * np.cos(A[2]))


def slices_apart(v):
    return np.sum(np.sin(v[:2])) * np.exp(v[2]) + v[3] ** 3


def slices_together(v):
    return np.sum(np.sin(v[:2])) * np.exp(v[1]) + v[3] ** 3


def corners(A):
    return A[0, 1] * A[1, 1] * A[0, 2] ** 2


def columns_and_rows(A):
    return np.sum(A[0, 1:] ** 2) * np.sum(A[1:, 2] ** 3) + np.sin(A[0, 0])


def whole_after_part(v):
    return np.sum(np.exp(v)) + v[1] ** 2


def whole_after_repeats(v):
    return np.sum(np.exp(v)) - np.sum(v[np.array([0, 0, 1])] ** 2)


def whole_read_between(v):
    w = v * v
    return np.sum(np.exp(w) * w[::-1]) + w[1] ** 2


def smaller_than_whole(A, v):
    return np.sum(A * v) + A[0, 0] ** 2 + v[1] * v[2]


def by_position(v):
    total = 0.0
    for k in range(len(v)):
        total = total + np.sin(v[k]) * (k + 1)
    return total


def by_position_twice(v):
    total = 0.0
    for _ in range(2):
        for k in range(len(v)):
            total = total * 0.5 + np.sin(v[k]) * (k + 1)
    return total


def by_both_positions(A):
    total = 0.0
    for i in range(A.shape[0]):
        for j in range(1, A.shape[1]):
            total = total * 0.9 + np.sin(A[i, j]) * (i + j)
    return total


def by_row(A):
    total = 0.0
    for i in range(A.shape[0]):
        for j in range(A.shape[1]):
            total = total * 0.9 + np.sum(np.sin(A[i])) * (i + j)
    return total


def around_the_end(v):
    total = 0.0
    for k in range(-2, len(v)):
        total = total + np.sin(v[k]) * (k + 3)
    return total


def sometimes(v):
    total = 0.0
    for k in range(len(v)):
        if v[k] > 0.8:
            total = total + np.sin(v[k])
        else:
            total = total * 1.5 + v[k] ** 2
    return total


def neighbours(v):
    total = 0.0
    for k in range(1, len(v)):
        total = total + v[k] * v[k - 1]
    return total


def list_by_position(values):
    total = 0.0
    for k in range(len(values)):
        total = total + values[k] ** 3
    return total


def one_branch(v, x):
    w = np.exp(v)
    if x > 0.5:
        y = np.sum(w * w)
    else:
        y = w[1] * x
    return y * x


def branch_in_loop(v, x):
    total = x
    for k in range(3):
        p = v * total
        if p[1] < 1.2:
            total = np.sum(p * p)
        else:
            total = p[1] * 0.5 + p[1] ** 2
    return total


def branch_handed_on(v, x):
    w = np.exp(v) * x
    if x > 0.3:
        u = w * 1.0
        u[0] = x
        y = np.sum(u * u) + u[1]
    else:
        y = w[1] * x
    return y + np.sum(w[1:] * v[1:])


def cubes(v):
    w = v * 1.0
    w[0] = 2.0
    return np.sum(w * w * w)


def another_name(u):
    for _ in range(2):
        new = u.copy()
        new[0] = new[0] * u[1]
        u = new
    return np.sum(u * u)


def written_between(u):
    u = u * 1.0
    w = u
    a = np.sum(w * w)
    u[1] = a
    return a * np.sum(w * u)


def saved_for_nothing(u):
    u = u * 1.0
    for _ in range(2):
        new = u.copy()
        new[0] = new[0] * u[1]
        u = new
    s = np.sum(u * u)
    u[0] = 3.0
    return s + np.sum(u**3)


def four_gates(z, c):
    i, f, g, o = np.split(np.sin(z), 4)
    c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
    return np.sum(np.tanh(c) / (1 + np.exp(-o)))


def columns_cut(A):
    a, b, c = np.split(A, [1, 2], axis=1)
    return np.sum(a * b - c**2)


CASES = [
    (
        four_gates,
        (np.linspace(-1.0, 1.0, 8), VECTOR[:2]),
        ["t1_grad[2 * t3 : 3 * t3] = ", "t1_grad[:t3] = "],
        ["+=", "unbroadcast"],
    ),
    (columns_cut, (MATRIX,), ["A_grad[:, 2:] = ", "A_grad[:, 1:2] = ", "A_grad[:, :1] = "], ["+="]),
    (cubes, (VECTOR,), ["w_grad = 3.0 * dy * "], ["w_grad += "]),
    (another_name, (VECTOR,), ["np.sum(u * u)", "u_grad = 2.0 * dy * u\n"], []),
    (written_between, (VECTOR,), ["= u.copy()"], []),
    (saved_for_nothing, (VECTOR,), ["saved.append((t1, t2))"], ["append((u"]),
    (rows_apart, (MATRIX,), ["A_grad[2] = ", "A_grad[1] = ", "A_grad[0] = "], ["+=", "-="]),
    (rows_repeated, (MATRIX,), ["A_grad[2] = ", "A_grad[-3] += ", "A_grad[0] += "], []),
    (slices_apart, (VECTOR,), ["v_grad[3] = ", "v_grad[2] = ", "v_grad[:2] = "], ["+="]),
    (slices_together, (VECTOR,), ["v_grad[3] = ", "v_grad[1] = ", "v_grad[:2] += "], []),
    (corners, (MATRIX,), ["A_grad[0, 2] = ", "A_grad[1, 1] = ", "A_grad[0, 1] = "], ["+="]),
    (columns_and_rows, (MATRIX,), ["A_grad[0, 0] = ", "A_grad[1:, 2] = ", "A_grad[0, 1:] = "], ["+="]),
    (whole_after_part, (VECTOR,), ["v_grad = dy * t1", "v_grad[1] += "], ["zeros"]),
    (whole_after_repeats, (VECTOR,), ["v_grad = dy * t1", "np.add.at(v_grad"], ["zeros"]),
    (whole_read_between, (VECTOR,), [], []),
    (smaller_than_whole, (MATRIX, VECTOR), ["A_grad[0, 0] "], []),
    (by_position, (VECTOR,), ["v_grad[k] = "], ["v_grad[k] += "]),
    (by_position_twice, (VECTOR,), ["v_grad[k] += "], []),
    (by_both_positions, (MATRIX,), ["A_grad[i, j] = "], ["A_grad[i, j] += "]),
    (by_row, (MATRIX,), ["A_grad[i] += "], []),
    (around_the_end, (VECTOR,), ["v_grad[k] += "], []),
    (sometimes, (VECTOR,), [], []),
    (neighbours, (VECTOR,), ["v_grad[k] += "], []),
    (one_branch, (VECTOR, 0.7), [], []),
    (one_branch, (VECTOR, 0.3), [], []),
    (branch_in_loop, (VECTOR, 0.2), ["p_grad[1] = "], []),
    (branch_in_loop, (VECTOR, 1.4), [], []),
    (branch_handed_on, (VECTOR, 0.7), [], []),
    (branch_handed_on, (VECTOR, 0.2), [], []),
]


@pytest.mark.parametrize(("function", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text(function, args, lines, absent):
    val_grads = value_and_gradients_function(function)
    text = val_grads.source(*args)
    body = text[text.index('"""', text.index('"""') + 3) + 3 :]
    assert all(line in body for line in lines), text
    assert not any(line in body for line in absent), text
    value, gradients = val_grads(*args)
    assert value == function(*args)
    for k, gradient in enumerate(gradients):
        np.testing.assert_allclose(gradient, differences(function, args, k), rtol=1e-6, atol=1e-7)


def from_parts(p, x):
    a, b, _ = p
    return a * np.exp(-b * x)


def test_of_an_array_that_is_taken_apart():
    val_grads = value_and_gradients_function(from_parts, params=["p"])
    point = np.array([0.7, 0.4, 2.0])
    assert "p_grad = np.array([a_grad, -t2_grad, 0.0])\n" in val_grads.source(point, 0.5)
    np.testing.assert_allclose(val_grads(point, 0.5)[1][0], differences(from_parts, (point, 0.5), 0), rtol=1e-6)
    assert val_grads(point.astype(np.float32), np.float32(0.5))[1][0].dtype == np.float32
    assert val_grads.compiled(point, 0.5)(point, 0.5, dy=2)[1][0].dtype == np.float64


def first_of_two(p):
    a, b = p
    return a


def test_a_cotangent_that_is_a_whole_number_makes_numbers_with_a_fraction():
    compiled = value_and_gradients_function(first_of_two).compiled(np.array([0.7, 0.4]))
    assert compiled(np.array([0.7, 0.4]), dy=2)[1][0].dtype == np.float64


def test_lists():
    values = [0.5, -1.0, 2.0]
    val_grads = value_and_gradients_function(list_by_position)
    assert "values_grad[k] = " in val_grads.source(values)
    assert val_grads(values)[1] == ([0.75, 3.0, 12.0],)


def test_float32_stays():
    """What is added may be of a wider dtype than the adjoint: then that stays as it is."""

    def mixed(v, w):
        return np.sum(v * w) + v[0]

    v, w = VECTOR.astype(np.float32), VECTOR
    v_grad, w_grad = value_and_gradients_function(mixed)(v, w)[1]
    assert v_grad.dtype == np.float32 and w_grad.dtype == np.float64
    np.testing.assert_allclose(v_grad, w + [1, 0, 0, 0], rtol=1e-6)
