"""How the adjoints of choices, lists and comprehensions are written."""

import numpy as np
import pytest

from s2sad import check_gradients, jvp, value_and_gradients_function
from tests.needless import needless

VECTOR, MATRIX = np.linspace(0.3, 1.7, 4), np.linspace(0.2, 1.8, 12).reshape(3, 4)


def root_or_square(x):
    return np.sum(np.where(x > 0.5, np.sqrt(x), x * x))


def exponential_unit(x, a):
    return np.sum(np.where(x > 1.0, x, a * (np.exp(x) - 1.0)))


def softplus_of_product(A, b):
    z = A @ b
    return np.sum(np.where(z > 1.0, z + np.log1p(np.exp(-z)), np.log1p(np.exp(z))))


def two_tests(x):
    return np.sum(np.where(x > 0.5, x * x, 0.0) + np.where(x > 1.0, 0.0, np.sin(x)))


def scaled(xs, a):
    out = [a * x for x in xs]
    return np.sum(np.array(out))


def mean_of_items(v):
    out = []
    for x in v:
        out.append(x * x)
    return np.mean(out)


def sum_of_items(v):
    return sum(np.sin(x) * x for x in v)


def pairs_of_rows(A):
    return sum(a * b for row in A for a, b in zip(row, row[1:]))


def padded(x):
    p = np.pad(x, 1)
    return np.sum((p[2:] - 2.0 * p[1:-1] + p[:-2]) ** 2)


def smallest(values):
    best = values[0]
    for item in values[1:]:
        if item < best:
            best = item
    return best * best


def closest(points, x):
    best = 100.0
    for p in points:
        d = (p - x) ** 2
        if d < best:
            best = d
    return best


def halved(x, n):
    if n == 0:
        return x
    half = halved(x * x, n // 2)
    with_more = half + 1.0
    return half * with_more


def entropy(p):
    return -np.sum(p * np.log(p))


def two_entropies(p, q):
    return np.sum(p * np.log(p) + q * np.log(q) * p)


def power_spectrum(signal):
    spec = np.fft.rfft(signal)
    p = spec.real**2 + spec.imag**2
    return np.sum(p * p)


def products_of_differences(nodes):
    w = [1.0] * len(nodes)
    for i in range(len(nodes)):
        for j in range(len(nodes)):
            if i != j:
                w[i] /= nodes[i] - nodes[j]
    return sum(w)


CASES = [
    (entropy, (VECTOR,), ["-dy * (t1 + 1.0)"], ["p / p"]),
    (two_entropies, (VECTOR, VECTOR[::-1].copy()), [], ["p / p", "q / q"]),
    (power_spectrum, (VECTOR,), [], ["0j"]),
    (products_of_differences, ([0.0, 1.0, 2.5],), [], []),
    (
        smallest,
        ([3.0, 1.0, 2.0],),
        ["        best_grad = 0.0\n", "best_grad = 2.0 * dy * best"],
        ["best_grad2", "else"],
    ),
    (closest, ([1.0, 2.0], 0.4), ["            best_grad = 0.0\n"], ["best_grad2", "else"]),
    (halved, (1.1, 2), ["half_grad", "# half = halved(x * x, n // 2)"], []),
    (root_or_square, (VECTOR,), ["x_grad = dy * np.where(t2, 0.5 / t1, 2.0 * x)"], ["0.0"]),
    (exponential_unit, (VECTOR, 0.7), ["x_grad = dy * np.where(t3, 1.0, a * t1)"], []),
    (softplus_of_product, (MATRIX, VECTOR), ["z_grad = dy * np.where("], ["0.0,", ", 0.0"]),
    (two_tests, (VECTOR,), [], []),
    (scaled, ([0.4, 0.5], 2.0), ["# out = [a * x for x in xs]", "out_grad = [dy] * len(t1)"], ["zeros_like"]),
    (mean_of_items, (VECTOR,), ["out_grad = [dy / t1.size] * len(t1)"], ["list("]),
    (sum_of_items, (VECTOR,), ["# return sum(np.sin(x) * x for x in v)"], []),
    (pairs_of_rows, (MATRIX,), ["# return sum("], []),
    (padded, (VECTOR,), ["x_grad ="], ["def widths_of"]),
]


@pytest.mark.parametrize(("f", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text_and_gradients(f, args, lines, absent):
    text = value_and_gradients_function(f).source(*args)
    body = text.partition('    """\n')[2]
    sweep = body.partition("\n\n")[2] or body
    assert all(line in sweep for line in lines) and not any(line in sweep for line in absent), text
    assert "def widths_of" not in text
    assert f is not products_of_differences or "w = [1.0] * len(nodes)" in text
    assert text.count("# return") <= (3 if f is halved else 1)  # a comprehension is a part of its line
    assert not [each for each in needless(text) if "never called" in each]
    check_gradients(f, *args)


def test_the_tangent_of_a_number_is_set_before_a_break():
    def f(x, limit):
        for _ in range(3):
            x = 1.0
            if limit > 0.0:
                break
        return x * x

    for limit in (-1.0, 1.0):
        assert jvp(f, (0.7, limit), (0.5, 0.0)) == (1.0, 0.0)
        assert value_and_gradients_function(f, params=["x"])(0.7, limit) == (1.0, (0.0,))
