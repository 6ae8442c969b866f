"""Idioms of array code whose adjoint takes less work: what is emitted, and that it is right."""

import numpy as np
import pytest

from s2sad import check_gradients, value_and_gradients_function


def text_of(f, *args, **options):
    check_gradients(f, *args, **options).raise_if_wrong()
    return value_and_gradients_function(f, **options).source(*args).partition('"""\n')[2]


X = np.random.default_rng(0).normal(size=(4, 3))
SQUARE = np.random.default_rng(1).normal(size=(3, 3))
V = np.array([0.3, -1.2, 2.0])


def lse(x):
    a = np.max(x)
    return a + np.log(np.sum(np.exp(x - a)))


def lse_of_columns(x):
    a = np.max(x, axis=0)
    return np.sum(a + np.log(np.sum(np.exp(x - a), axis=0)))


def lse_of_rows(x):
    a = np.max(x, axis=1, keepdims=True)
    return np.sum(np.log(np.sum(np.exp(x - a), axis=1, keepdims=True)) + a)


def lse_weighted(x):
    a = np.max(x)
    return a + np.log(np.sum(2.0 * np.exp(x - a) * x * x))


@pytest.mark.parametrize("f, x", [(lse, V), (lse_of_columns, X), (lse_of_rows, X), (lse_weighted, V)])
def test_a_shift_that_cancels_gets_no_adjoint(f, x):
    assert "a_grad" not in text_of(f, x) and "np.where" not in text_of(f, x)


def softmax(x):
    e = np.exp(x - np.max(x))
    p = e / np.sum(e)
    return np.sum(p * p)


def softmax_of_rows(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return np.sum(p[:, 1] ** 2 + p[:, 0])


def softmax_of_rows_expanded(x):
    e = np.exp(x - np.max(x, axis=1)[:, None])
    p = e / np.sum(e, axis=1)[:, None]
    return np.sum(p * p * p)


def softmax_of_columns(x):
    e = np.exp(x - np.max(x, axis=0))
    return np.sum((e / np.sum(e, axis=0)) ** 2)


def softmax_shifted_by_all(x):
    e = np.exp(x - np.max(x))
    return np.sum((e / np.sum(e, axis=1, keepdims=True)) ** 2)


def softmax_in_place(x):
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return np.sum(p[:, 0] * p[:, 1])


def logarithm_of_softmax(x):
    z = x - np.max(x, axis=1, keepdims=True)
    logs = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return np.sum(logs[:, 0] * logs[:, 1])


def logarithm_of_softmax_expanded(x):
    z = x - np.max(x, axis=1)[:, None]
    logs = z - np.log(np.sum(np.exp(z), axis=1))[:, None]
    return np.sum(logs[:, 0] * logs[:, 1])


SOFTMAX = [softmax_of_rows, softmax_of_rows_expanded, softmax_of_columns, softmax_shifted_by_all, softmax_in_place]


@pytest.mark.parametrize("f", [*SOFTMAX, logarithm_of_softmax, logarithm_of_softmax_expanded])
def test_the_shift_of_a_softmax_gets_no_adjoint(f):
    assert "==" not in text_of(f, X)


def test_the_shift_of_a_softmax_of_a_vector_gets_no_adjoint():
    assert "==" not in text_of(softmax, V)


def softmax_of_other_axis(x):  # x is square
    e = np.exp(x - np.max(x, axis=1))
    return np.sum((e / np.sum(e, axis=1, keepdims=True)) ** 2)


def softmax_divided_beside(x):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    return np.sum((e / np.sum(e, axis=1)) ** 2)


def softmax_used_elsewhere(x):
    e = np.exp(x - np.max(x))
    s = np.sum(e)
    return np.sum((e / s) ** 2) + s


def softmax_exponential_used_elsewhere(x):
    e = np.exp(x - np.max(x))
    return np.sum((e / np.sum(e)) ** 2) + e[0, 0]


def softmax_squared(x):
    p = np.exp(x - np.max(x))
    s = np.sum(p)
    for _ in range(2):
        p /= s
    return np.sum(p)


def softmax_changed_before(x):
    p = np.exp(x - np.max(x))
    s = np.sum(p)
    p[0] = 2.0
    p /= s
    return np.sum(p)


def softmax_read_before(x):
    p = np.exp(x - np.max(x))
    first = p[0, 0]
    p /= np.sum(p)
    return np.sum(p * p) * first


def logarithm_of_softmax_and_more(x):
    z = x - np.max(x)
    return np.sum(z - np.log(np.sum(np.exp(z)))) + z[0, 0] ** 2


def logarithm_of_other_sum(x):
    z = x - np.max(x, axis=1, keepdims=True)
    return np.sum((z - np.log(np.sum(np.exp(z), axis=0, keepdims=True))) ** 2)


OTHERS = [softmax_of_other_axis, softmax_divided_beside, softmax_used_elsewhere, softmax_exponential_used_elsewhere]
OTHERS += [softmax_squared, softmax_changed_before, softmax_read_before, logarithm_of_softmax_and_more]


@pytest.mark.parametrize("f", [*OTHERS, logarithm_of_other_sum])
def test_other_shifts_keep_their_adjoints(f):
    assert "==" in text_of(f, SQUARE)


def shift_used_elsewhere(x):
    a = np.max(x)
    return a + np.log(np.sum(np.exp(x - a))) + a * a


def shift_of_other_axis(x):  # x is square: what is subtracted is not what is added
    a = np.max(x, axis=1)
    return np.sum(a + np.log(np.sum(np.exp(x - a), axis=1)))


def shift_subtracted_only(x):
    a = np.max(x)
    return np.log(np.sum(np.exp(x - a)))


def shift_other_way(x):
    a = np.max(x)
    return a + np.log(np.sum(np.exp(a - x)))


def shift_of_two(x):
    a = np.max(x)
    e = np.exp(x - a)
    return a + np.log(np.sum(e)) + e[0]


@pytest.mark.parametrize(
    "f, x",
    [
        (shift_used_elsewhere, V),
        (shift_of_other_axis, SQUARE),
        (shift_subtracted_only, V),
        (shift_other_way, V),
        (shift_of_two, V),
    ],
)
def test_other_shifts_keep_theirs(f, x):
    assert "a_grad" in text_of(f, x)


def columns(x, w):
    return np.sum(np.sin(x * w[:, None]) * w[:, None])


def test_added_axes_take_no_memory():
    text = text_of(columns, X, np.arange(1.0, 5.0))
    assert "w_grad = np.zeros" not in text and "[:, None] +=" not in text


def added_twice(x):
    return np.sum(np.sin(x[None, :, None] * SQUARE))


def added_and_cut(x):
    return np.sum(np.sin(x[1:, None] * SQUARE))


def added_to_memory(x):
    x[0] = 2.0 * x[1]
    return np.sum(np.sin(x[:, None] * SQUARE))


@pytest.mark.parametrize("f", [added_twice, added_to_memory])
def test_other_indices_with_none(f):
    text_of(f, V.copy())


def test_slices_with_none():
    text_of(added_and_cut, np.array([0.1, 0.2, 0.3, 0.4]))


def centred(mu, Q):
    y = (X - mu) @ Q.T
    return np.sum(y * y * y)


def test_sum_before_the_product():
    text = text_of(centred, V, SQUARE)
    assert "np.sum(y_grad, axis=0) @ Q" in text


def scaled_rows(b, A):
    return np.sum(np.sin(A @ (X.T * b[:, None])))


def test_sum_of_rows():
    text_of(scaled_rows, V, SQUARE)


def of_distances(x, y, length):
    return np.sum(np.exp(-np.abs(x[:, None] - y[None, :]) / length))


def test_a_sum_of_rows_is_no_column_first():
    text = text_of(of_distances, V, np.array([0.1, 0.7]), 0.6, params=["x"])
    assert ", axis=1) / length\n" in text, text


def made_of_a_count(x, n):
    rest = np.linspace(0.0, 1.0, n)
    for k in range(len(x)):
        rest = rest - x[k] * np.ones(n)
    return np.sum(rest * rest)


def counts_change(x, n):
    total = 0.0
    while n > 1:
        rest = np.ones(n) * x
        n = n - 1
        total = total + np.sum(np.outer(rest, np.ones(n)))
    return total


def one_or_many(x, n):
    return np.sum(np.sin(x * np.ones(n)))


def test_arrays_made_with_one_count_are_of_one_length():
    assert "unbroadcast" not in text_of(made_of_a_count, V, 5, params=["x"])
    text_of(counts_change, 0.3, 4, params=["x"])
    val_grads = value_and_gradients_function(one_or_many, params=["x"])
    for n in (1, 3):
        for x in (np.array([0.5]), np.full(n, 0.5)):
            _, (gradient,) = val_grads(x, n)
            np.testing.assert_allclose(gradient, n / len(x) * np.cos(x))


def both_get_it(x, y):
    return np.sum((x + y) * (x + y) * V)


def test_gradients_are_arrays_of_their_own():
    val_grads = value_and_gradients_function(both_get_it)
    _, (x_grad, y_grad) = val_grads(V, 2.0 * V)
    np.testing.assert_array_equal(x_grad, y_grad)
    assert not np.may_share_memory(x_grad, y_grad)
    dy = np.ones(3)
    _, (gradient,) = value_and_gradients_function(lambda x: x + 1.0)(V, dy=dy)
    assert not np.may_share_memory(gradient, dy)
    _, (gradient,) = value_and_gradients_function(lambda x: np.exp(x) * 1.0)(V, dy=dy)
    assert not np.may_share_memory(gradient, dy)


def of_squares(x, s):
    return np.sum(np.exp(-0.5 * x**2 / s**2))


def of_a_cube(x, s):
    return np.sum(x) / s**3


def of_squares_in_a_loop(x, s):
    total = 0.0
    for each in x:
        total += np.exp(-each / s**2) * s
    return total


@pytest.mark.parametrize(
    "f, line",
    [(of_squares, "/ s\n"), (of_a_cube, "s_grad = -3.0 * dy * value / s\n"), (of_squares_in_a_loop, "x[k] / s / t3\n")],
)
def test_a_square_and_its_root_cancel(f, line):
    assert line in text_of(f, V, 0.8)


def normalized(x, g, b):
    y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    return np.sum((g * y + b) ** 3)


def normalized_rows(x, g, b):
    y = (x - x.mean(axis=-1, keepdims=True)) / (np.std(x, axis=-1, keepdims=True) + 1e-5)
    return np.sum((g * y + b) ** 3)


@pytest.mark.parametrize("f", [normalized, normalized_rows])
def test_what_is_centered_is_at_hand(f):
    forward, _, reverse = text_of(f, X, V, V + 1.0).partition("value =")
    assert "mean(" in forward and "mean(" not in reverse.replace("# y = (x - x.mean(", "")


def orthonormal(A):
    Q = A.copy()
    for j in range(Q.shape[1]):
        for k in range(j):
            Q[:, j] -= (Q[:, k] @ Q[:, j]) * Q[:, k]
        Q[:, j] /= np.linalg.norm(Q[:, j])
    return np.sum(Q**3)


def test_a_column_is_kept_once():
    forward = text_of(orthonormal, X).partition("value =")[0]
    assert forward.count(".copy()") == 3 and forward.count(".append(") == 2


def sum_of_numbers(x, w):
    return sum(w * each**2 for each in x)


def mean_of_a_list(x, w):
    found = []
    for each in x:
        found.append(np.tanh(w * each))
    return sum(found) / len(found)


def two_loops_and_a_sum(x, w):
    found = [w * each for each in x]
    for each in x:
        found.append(each**3)
    return np.exp(0.1 * sum(found))


def a_sum_of_rows(x, w):
    return np.sum(sum(w * row for row in x) ** 2)


def items_that_are_read_as_well(x, w):
    found = [w * each for each in x]
    found.append(x[0] * w)
    return sum(found) + found[1] * found[3]


@pytest.mark.parametrize("f", [sum_of_numbers, mean_of_a_list, two_loops_and_a_sum])
def test_adjoints_of_what_is_summed_are_one_number(f):
    assert "_grad.pop()" not in text_of(f, V, 0.8)


@pytest.mark.parametrize("f, x", [(a_sum_of_rows, X), (items_that_are_read_as_well, V)])
def test_other_adjoints_are_lists(f, x):
    assert "_grad" in text_of(f, x, 0.8)


def of_states(x, W):
    states, h = [], x
    for t in range(3):
        h = np.tanh(W @ h)
        states.append(h)
    H = np.array(states)
    return np.sum(H[-1] ** 2) + np.mean(H)


def of_rows(x, W):
    return np.sum(np.stack([x * w for w in W]) ** 3)


def of_rows_twice(x, W):
    rows, others = [], []
    for w in W:
        rows.append(x * w)
        others.append(np.sin(rows[-1]))
    return np.sum(np.array(rows) ** 3) + np.sum(np.array(others)[1:] ** 2)


def of_rows_that_are_the_same(x, W):
    rows = []
    for w in W:
        rows.append(x)
        rows.append(w)
    return np.sum(np.array(rows) ** 3 * np.arange(18.0).reshape(6, 3))


def of_rows_in_others(x, W):
    rows, kept = [], []
    for w in W:
        y = x * w
        rows.append(y)
        kept.append([y, w])
    return np.sum(np.array(rows) ** 3) + np.sum(kept[1][0] * kept[2][1])


@pytest.mark.parametrize("f", [of_states, of_rows])
def test_rows_are_taken_as_they_are(f):
    assert "for item in" not in text_of(f, V, SQUARE)


@pytest.mark.parametrize("f", [of_rows_twice, of_rows_that_are_the_same, of_rows_in_others])
def test_rows_that_are_written_or_kept(f):
    text_of(f, V, SQUARE)
