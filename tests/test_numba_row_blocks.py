"""Products of matrices, and what follows along their rows, some rows at a time: NumPy's values and errors."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numba")

from s2sad import value_and_gradients_function  # noqa: E402
from s2sad.numba_target import standalone_text, text_for_equal_lengths  # noqa: E402
from tests.test_jit import assert_close  # noqa: E402

ROWS, WIDTH = 600, 300  # three blocks


def least_distances(points, centers):
    squares = np.sum(points * points, axis=1)[:, None] - 2.0 * points @ centers.T
    squares = squares + np.sum(centers * centers, axis=1)
    return np.sum(np.min(squares, axis=1))


def network(x, w, b, v, y):
    hidden = np.tanh(x @ w + b)
    error = hidden @ v - y
    return 0.5 * np.sum(error * error)


def softmax(x, w, labels):
    z = x @ w
    e = np.exp(z - np.max(z, axis=1)[:, None])
    return -np.sum(labels * np.log(e / np.sum(e, axis=1)[:, None]))


def kernel(x, z, a, y):
    k = np.exp(x @ z.T - np.sum(x * x, axis=1)[:, None] - np.sum(z * z, axis=1))
    r = k @ a - y
    return r @ r


def steps(x, ws, scale):
    """In a loop."""
    total = 0.0
    for k in range(len(ws)):
        z = np.tanh(x @ ws[k])
        total = total + scale * np.sum(z * z)
    return total


def counted(x, w, s):
    """Whole numbers, and the mean of each row."""
    p = x @ w
    many = np.sum(p > 0.0, axis=0)
    return np.sum(many * s) + np.sum(np.mean(p, axis=1) * np.argmax(p, axis=1))


def arrays(*shapes):
    rng = np.random.default_rng(4)
    return tuple(0.1 * rng.normal(size=shape) for shape in shapes)


CASES = {
    least_distances: ("points centers", arrays((ROWS, 3), (WIDTH, 3))),
    network: ("w b v", arrays((ROWS, 3), (3, WIDTH), WIDTH, (WIDTH, 2), (ROWS, 2))),
    softmax: ("x w", arrays((ROWS, 3), (3, WIDTH), (ROWS, WIDTH))),
    kernel: ("x z a y", arrays((ROWS, 3), (WIDTH, 3), WIDTH, ROWS)),
    steps: ("scale", (*arrays((ROWS, 3), (2, 3, WIDTH)), 2.0)),
    counted: ("x w s", arrays((ROWS, 3), (3, WIDTH), WIDTH)),
}


def texts(f, args, params):
    """The program for any lengths, and that for lengths that are equal where they meet."""
    derived = value_and_gradients_function(f, params=params)
    program = derived.entry_and_arguments(args, {})[0].program
    found = text_for_equal_lengths(program, f)
    return standalone_text(program, f), found[0].text if found else ""


def is_in_blocks(text: str) -> bool:
    return "for start1 in range(0, max(" in text


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_blocks_of_rows(f):
    params, args = CASES[f]
    assert any(map(is_in_blocks, texts(f, args, params.split())))
    plain, compiled = (value_and_gradients_function(f, params=params.split(), jit=jit) for jit in (None, "numba"))
    first = tuple(each[:1] if isinstance(each, np.ndarray) and len(each) == ROWS else each for each in args)
    none = tuple(each[:0] if isinstance(each, np.ndarray) and len(each) == ROWS else each for each in args)
    for given in (args, first, none):
        assert_close(plain(*given), compiled(*given))


def test_the_rows_of_a_sum_over_blocks_are_all_there():
    """By a closed form: the gradient of the sum of all x @ w."""
    x, w = arrays((ROWS, 3), (3, WIDTH))
    derived = value_and_gradients_function(lambda x, w, c: np.sum((x @ w) * c), params=["x", "w"], jit="numba")
    value, (x_grad, w_grad) = derived(x, w, 2.0)
    assert value == pytest.approx(2.0 * np.sum(x, axis=0) @ np.sum(w, axis=1))
    np.testing.assert_allclose(x_grad, np.tile(2.0 * np.sum(w, axis=1), (ROWS, 1)), rtol=1e-12)
    np.testing.assert_allclose(w_grad, np.tile(2.0 * np.sum(x, axis=0)[:, None], (1, WIDTH)), rtol=1e-12, atol=1e-12)


def returned(x, w):
    p = x @ w
    return np.sum(p * p), p


def read_by_columns(x, w):
    p = x @ w
    q = np.exp(p)
    return np.sum(q[:-1] * p[1:])


def read_whole(x, w):
    p = x @ w
    return np.sum((p.T @ p) @ p.T)


def with_no_index(x, w):
    p = x @ w
    q = p[()]
    q[0] = 1.0
    return np.sum(q * p)


def written_outside(x, w):
    out = np.zeros((len(x) + 1, len(w[0])))
    p = x @ w
    out[1:] = np.exp(p)
    out[:-1] += out[1:] * p
    return np.sum(out * out)


@pytest.mark.parametrize(
    "f", [returned, read_by_columns, read_whole, with_no_index, written_outside], ids=lambda f: f.__name__
)
def test_what_is_read_otherwise_stays_whole(f):
    args = arrays((ROWS, 3), (3, WIDTH))
    compiled = value_and_gradients_function(f, jit="numba")
    assert_close(value_and_gradients_function(f)(*args), compiled(*args))


def test_lengths_that_dont_fit():
    x, w, b, v, y = CASES[network][1]
    compiled = value_and_gradients_function(network, jit="numba")
    assert_close(value_and_gradients_function(network)(x, w, b, v, y[:1]), compiled(x, w, b, v, y[:1]))
    for wrong in ((x[:, :2], w, b, v, y), (x, w, b[:5], v, y), (x, w, b, v, y[:5]), (x[:0, :2], w, b, v, y[:0])):
        with pytest.raises(ValueError):
            compiled(*wrong)
