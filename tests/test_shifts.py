"""Shifts that cancel get no adjoint: the maximum of a softmax or of a logarithm of a sum of exponentials, however it is
written. What looks like one and isn't keeps its adjoint. Each gradient is compared with finite differences."""

import numpy as np
import pytest

from s2sad import check_gradients, value_and_gradients_function

X = np.random.default_rng(0).normal(size=(4, 3))
SQUARE = np.random.default_rng(1).normal(size=(3, 3))
V = np.array([0.3, -1.2, 2.0])
Y = np.array([0, 2, 1, 1])


def text_of(f, *args):
    check_gradients(f, *args).raise_if_wrong()
    return value_and_gradients_function(f).source(*args).partition('"""\n')[2]


def squeezed(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.sum(np.squeeze(m) + np.log(np.sum(np.exp(x - m), axis=1)))


def squeezed_axis(x):
    m = x.max(axis=1, keepdims=True)
    return np.sum(np.squeeze(m, axis=1) + np.log(np.sum(np.exp(x - m), axis=1)))


def expanded(x):
    m = x.max(axis=1)
    return np.sum(m + np.log(np.sum(np.exp(x - m[:, None]), axis=1)))


def column_taken(x):
    m = x.max(axis=1, keepdims=True)
    return np.sum(np.log(np.exp(x - m).sum(axis=1)) + m[:, 0])


def flattened(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.sum(m.ravel() + np.log(np.exp(x - m).sum(axis=1)))


def reshaped(x):
    m = np.max(x, axis=1)
    return np.sum(m + np.log(np.sum(np.exp(x - m.reshape(-1, 1)), axis=1)))


def transposed(x):
    m = np.max(x, axis=1)
    return np.sum(m + np.log(np.sum(np.exp(x.T - m), axis=0)))


def in_place(x):
    w = 2.0 * x
    w -= w.max()
    w = np.exp(w)
    return np.sum((w / w.sum()) ** 2)


def both_in_place(x):
    z = 2.0 * x
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    e /= e.sum(axis=1, keepdims=True)
    return np.sum(e * e)


def logarithm_in_place(x):
    z = 2.0 * x
    z -= z.max(axis=1, keepdims=True)
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return -logs[np.arange(len(Y)), Y].mean()


def of_labels(x):
    z = x - x.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(Y)), Y])


def subtracted_twice(x):
    m = x.max(axis=1, keepdims=True)
    logs = np.log(np.exp(x - m).sum(axis=1, keepdims=True))
    return -np.mean((x - m - logs)[:, 1])


def two_of_one_sum(x):
    m = np.max(x, axis=-1)
    e = np.exp(x - m[:, np.newaxis])
    s = e.sum(axis=-1)
    return np.sum(np.log(s) + m) + np.sum((e / s[:, None]) ** 2)


def with_temperature(x, T=1.5):
    m = np.max(x)
    e = np.exp((x - m) / T)
    return np.sum(e / np.sum(e) * x)


def attention(x):
    s = x @ x.T
    e = np.exp(s - s.max(axis=1, keepdims=True))
    return np.sum(np.sin(e @ x / e.sum(axis=1, keepdims=True)))


def hidden_states(x):
    alpha = x[0]
    for t in range(1, len(x)):
        new = np.zeros(3)
        for j in range(3):
            v = alpha + SQUARE[:, j]
            m = np.max(v)
            new[j] = m + np.log(np.sum(np.exp(v - m))) + x[t, j]
        alpha = new
    return np.sum(alpha * alpha)


def summed_in_loop(x):
    m = np.max(x)
    s = 0.0
    for each in x.ravel():
        s += np.exp(each - m)
    return m + np.log(s)


def geometric_mean(x):
    m = np.max(x)
    e = np.sqrt(np.exp(x - m)) / np.exp(0.5 * (x - m))
    return np.sum(e * x)


def in_both_branches(x):
    m = np.max(x)
    s = np.exp(x[0, 0] - m) if x[0, 0] > 0 else np.exp(x[1, 1] - m)
    return s / np.sum(np.exp(x - m))


GONE = [squeezed, squeezed_axis, expanded, column_taken, flattened, reshaped, transposed, in_place, both_in_place]
GONE += [logarithm_in_place, of_labels, subtracted_twice, two_of_one_sum, with_temperature, attention, hidden_states]
GONE += [summed_in_loop, geometric_mean, in_both_branches]


@pytest.mark.parametrize("f", GONE)
def test_a_shift_that_is_not_felt_has_no_adjoint(f):
    text = text_of(f, X)
    assert "m_grad" not in text and " == " not in text


def softmax_of_list(x):
    m = max(x)
    e = [np.exp(each - m) for each in x]
    s = sum(e)
    return sum(each / s * each / s for each in e)


def logarithm_of_list(x):
    m = max(x)
    return m + np.log(sum(np.exp(each - m) for each in x))


@pytest.mark.parametrize("f", [softmax_of_list, logarithm_of_list])
def test_a_shift_of_a_list(f):
    assert "m_grad" not in text_of(f, [0.3, -1.2, 2.0])


def kept_over_iterations(x):
    s = p = 0.0
    for i in range(3):
        e = np.exp(x - np.max(x) * (i + 1.0))
        s += e.sum()
        p += e[0, 0]
    return p / s


def kept_in_list(x):
    sums = []
    for i in range(3):
        sums.append(np.sum(np.exp(x - np.max(x) * (i + 1.0))))
    return sums[0] / sums[1] + sum(sums)


def sums_reversed(x):
    z = x - x.max(axis=1, keepdims=True)
    return np.sum((z[np.arange(len(Y)), Y] - np.log(np.exp(z).sum(axis=1))[::-1]) ** 2)


def other_rows(x):
    z = x - x.max(axis=1, keepdims=True)
    return np.sum((z[np.array([3, 2, 1, 0]), Y] - np.log(np.exp(z).sum(axis=1))) ** 2)


def one_row_of_sums(x):
    z = x - x.max(axis=1, keepdims=True)
    return np.sum((z[0, 0] - np.log(np.exp(z).sum(axis=1))) ** 2)


def shifted_again_in_place(x):
    z = 2.0 * x
    for _ in range(2):
        z -= z.max() * 0.3
    return np.exp(z[0, 0]) / np.exp(z).sum() * z[0, 0]


def part_shifted_in_place(x):
    z = 2.0 * x
    z[0] -= z.max()
    e = np.exp(z)
    return np.sum((e / e.sum()) ** 2)


def shifted_back(x):
    z = 2.0 * x
    z -= z.max(axis=1, keepdims=True)
    z += x
    return np.sum(np.exp(z))


def changing_factor(x):
    m = np.max(x)
    e = []
    for k in range(3):
        e.append(np.exp((x[0, k] - m) * V[k]))
    return e[0] / sum(e)


def in_one_branch(x):
    m = np.max(x)
    s = np.exp(x[0, 0] - m) if x[0, 0] > 0 else 0.5
    return s / np.sum(np.exp(x - m))


def starts_elsewhere(x):
    m = np.max(x)
    s = 0.1
    for each in x.ravel():
        s += np.exp(each - m)
    return m + np.log(s)


def summed_beside(x):
    m = np.max(x)
    s, total = 0.0, 0.0
    for each in x.ravel():
        s += np.exp(each - m)
        total += s * s
    return total


def other_temperature(x):
    m = np.max(x)
    return np.sum(np.exp((x - m) / 1.5) / np.sum(np.exp((x - m) / 1.4)))


def sum_of_shifts(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.sum(m + np.log(np.sum(x - m, axis=1, keepdims=True) ** 2))


KEPT = [kept_over_iterations, kept_in_list, sums_reversed, other_rows, one_row_of_sums, shifted_again_in_place]
KEPT += [part_shifted_in_place, shifted_back, changing_factor, in_one_branch, starts_elsewhere, summed_beside]
KEPT += [other_temperature, sum_of_shifts]


@pytest.mark.parametrize("f", KEPT)
def test_a_shift_that_is_felt_keeps_its_adjoint(f):
    text = text_of(f, X)
    assert "np.where(" in text or "_grad[" in text


def column_beside_row(x):  # x is square: what is added is not what was subtracted
    m = np.max(x, axis=1)
    return np.sum((m[:, None] + np.log(np.sum(np.exp(x - m[:, None]), axis=1))) ** 2)


def transposed_wrongly(x):
    m = np.max(x, axis=1, keepdims=True)
    return np.sum((np.exp(x - m) / np.exp(x - m).sum(axis=1, keepdims=True).T) ** 2)


@pytest.mark.parametrize("f", [column_beside_row, transposed_wrongly])
def test_a_shift_of_another_axis(f):
    assert "np.where(" in text_of(f, SQUARE)
