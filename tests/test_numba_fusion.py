"""Statements of arrays as loops: the values of NumPy, whatever the lengths, and its errors."""

from __future__ import annotations

import re

import numpy as np
import pytest

pytest.importorskip("numba")

from s2sad import numba_options, value_and_gradients_function, value_and_tangent_function  # noqa: E402
from s2sad.numba_target import text_for_equal_lengths  # noqa: E402
from tests.test_jit import assert_close  # noqa: E402


def stencil(u, n):
    u = u.copy()
    for _ in range(n):
        lap = u[2:] - 2.0 * u[1:-1] + u[:-2]
        u[1:-1] = u[1:-1] + 0.1 * lap
        u[1:] += 0.5 * u[:-1]
        u[:-1] *= u[1:] + 1.0
    return np.sum(u * u)


def chain(A, v, s):
    B = np.exp(-A) * v + s
    C = np.where(B > 1.0, B * v, B / (2.0 + v * v))
    row = C.T
    low = np.sum(row * C.T, axis=0)
    return np.sum(low[:, None] * B, axis=1) * np.sum(C**3)


def rebinding(x, y):
    t = x * y
    x = t[1:] * 2.0
    w = x[:, None] * y
    y = w[0].copy()
    for k in range(3):
        last = y * float(k)
        y = y + last[:1]
        w[k % 2] = y
        y = w[1] * y
    return w, y


def two_names(x, y):
    a = x * 2.0
    b = a[::-1]
    a += b * y
    c = a + b
    b[1:] = c[1:] * a[:-1]
    return a * c


def stored_lists(x, y):
    A = np.zeros((2, 3))
    A[0] = x * y
    A[1, :2] = [y, y * y]
    return np.sum(A * A)


def short_axes(p, q, w):
    r = p[:, :3] - q
    length = np.sqrt(np.sum(r * r, axis=1))
    c = np.cross(r / length[:, None], p[:, 1:4] * w[:, None])
    c[:, 1:] *= r[:, :2]
    return c[:, :2] / (2.0 + c[:, 2:] * w[:, None])


def shifted(x, y):
    t = np.zeros((len(x), 2))
    t[:, 0] = x * y
    t[1:, 1] += t[:-1, 0]
    return t[:, :1] * t[:, 1:]


def computed_again(x, y):
    x = x.copy()
    t = x * y
    u = 2.0 * y - t
    size = np.sum(u * u) + np.sum(t)
    x[1:] *= 3.0
    w = np.sin(t / size) * u
    return np.sum(w * x)


def dead_arrays(A, B, n):
    """What nothing reads any more may give its memory away; all that is read in another way may not."""
    t = A @ B
    u = np.exp(t) * 0.5
    low = np.min(u, axis=1)
    w = u + low[:, None]
    turned = A @ B
    v = turned * w + turned.T  # read at another place than is written
    first = v @ v
    row = first[0]  # another name of it
    second = np.sin(v) * 2.0
    kept = [A @ second]
    for k in range(n):
        before = second @ A
        after = before * float(k) + row
        kept.append(after)
        second = after * 0.25 + before[0]
    maximum = np.maximum(kept[0], kept[n])
    return np.sum(row * np.sum(maximum, axis=0)), second, kept[1]


def same_product_twice(A, B, n):
    made = A @ B
    other = made * 2.0
    out = np.add(other, 1.0, made)
    return out * np.cos(other), made


def changed_where_they_lie(x, s, n):
    """What a name stands for may be written over when it becomes something new; not so what something else keeps."""
    rest, lost = np.sign(x), np.sign(x) * 3.0
    power, whole, turned = np.ones_like(x), x * 2.0, x * x
    before, seen, total = lost, [], 0.0
    for k in range(n):
        rest = rest - s * power
        lost = lost * power + before
        power = power * x
        turned = turned[::-1] * s + turned
        last = whole
        whole = whole * s + power
        total = total + np.sum(rest * whole) + np.sum(last * turned)
        seen.append(whole)
        if k == 1:
            power = power * 0.5 + last
    counts = np.zeros(len(x), dtype=int)
    for k in range(n):
        counts = counts + (x > 0.5 * k)
    return total + np.sum(before * lost * power) + np.sum(seen[0] * seen[-1] * counts)


def elements_are_no_views(x, indices, s):
    """An array of which only elements, and those at a vector of indices, are read may be written over."""
    whole, parted, masked = np.sign(x), np.sign(x) * 2.0, np.sign(x) * 3.0
    total, picked, part, more = 0.0, x[indices], x[:2], x[x > 0.6]
    for k in range(len(indices)):
        total = total + whole[k] * picked[0] + part[0] * more[0]
        picked, part, more = whole[indices], parted[:2], masked[x > 0.6]
        whole = whole * s + x
        parted = parted * s + x
        masked = masked * s - x
        total = total + np.sum(picked * whole[indices]) + np.sum(part) + np.sum(more * masked[x > 0.6])
    return total, picked, part, more


def rows_apart(W, x, state):
    """Rows of one array: those with different numbers never meet, others may."""
    out = np.zeros_like(W)
    for k in range(len(W)):
        gate = x * W[k, 0] + W[k, 1]
        out[k, 0] += gate * x
        out[k, 1] += gate * state[k]
        out[k, k] = out[k, 0] * 2.0 + out[k, 1]
        out[k, -1] = out[k, 0] * out[k, 1]
        state[k] = gate * W[k, 2] + out[k, 2]
        x = gate * state[k - 1]
    return out, state, x


def gates(W, x, state):
    total = 0.0
    for k in range(len(W)):
        first = np.tanh(x * W[k, 0] + W[k, 1])
        state[k] = first * state[k] + np.exp(x * W[k, 2])
        x = state[k] * first
        total = total + np.sum(x)
    return total


def turned_about(a, b, s):
    c = np.cross(a, b)
    return np.cross(c * s[:, None], b) * np.sum(c * a, axis=1)[:, None]


def rows(n):
    rng = np.random.default_rng(n)
    return rng.normal(size=(n, 5)), rng.normal(size=(n, 3)), rng.normal(size=n)


SQUARES = np.linspace(-1.0, 1.0, 18).reshape(2, 3, 3)
CASES = [
    (
        changed_where_they_lie,
        [(np.array([0.5, -1.5, 2.5]), 0.75, 3), (np.array([0.5, -1.5, 2.5]), 0.75, 1), (np.zeros(0), 0.75, 2)],
    ),
    (elements_are_no_views, [(np.array([0.5, -1.5, 2.5, 0.75]), np.array([3, 0, 2]), 0.75)]),
    (
        rows_apart,
        [
            (np.linspace(-1.0, 1.0, 3 * 4 * n).reshape(3, 4, n), np.linspace(0.5, 1.0, n), np.ones((3, n)))
            for n in (5, 1, 0)
        ],
    ),
    (
        gates,
        [(np.linspace(-1.0, 1.0, 8 * n).reshape(2, 4, n), np.linspace(0.5, 1.0, n), np.ones((2, n))) for n in (5, 0)],
    ),
    (turned_about, [(rows(n)[1], 2.0 - rows(n)[1][:, ::-1], rows(n)[2]) for n in (4, 1, 0)]),
    (dead_arrays, [(*SQUARES, 2), (*SQUARES[::-1], 3)]),
    (same_product_twice, [(*SQUARES, 2)]),
    (
        short_axes,
        [rows(4), (rows(1)[0], *rows(3)[1:])],
    ),
    (computed_again, [(np.array([0.5, 1.5, 2.5]), np.array([1.0, 2.0, -1.0]))]),
    (shifted, [(np.array([0.5, 1.5, 2.5]), np.array([1.0, 2.0, -1.0]))]),
    (stored_lists, [(np.arange(3.0), 2.0)]),
    (stencil, [(np.linspace(0.5, 1.5, n), 3) for n in (7, 3)]),
    (
        chain,
        [
            (np.linspace(-1.0, 1.0, 6).reshape(2, 3), np.array([0.5, 1.5, -0.5]), 0.25),
            (np.linspace(-1.0, 1.0, 3).reshape(3, 1), np.array([0.5, 1.5, -0.5]), 0.25),  # A is broadcast
            (np.linspace(-1.0, 1.0, 6).reshape(2, 3), np.array([0.5]), 0.25),  # v is
            (np.zeros((0, 3)), np.ones(3), 0.25),
            (np.zeros((2, 0)), np.ones(1), 0.25),
        ],
    ),
    (rebinding, [(np.array([0.5, 1.5, 2.5]), np.array([1.0, 2.0, -1.0]))]),
    (two_names, [(np.array([0.5, 1.5, 2.5]), np.array([1.0, 2.0, -1.0])), (np.ones(3), np.ones(1))]),
]


@pytest.mark.long
@pytest.mark.parametrize(("function", "calls"), CASES, ids=[case[0].__name__ for case in CASES])
def test_loops_compute_what_numpy_does(function, calls):
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    params = [name for name in names if name not in ("n", "indices")]
    plain = value_and_gradients_function(function, params=params)
    jitted = value_and_gradients_function(function, params=params, jit=numba_options(cache=False))
    for args in calls:
        assert_close(jitted(*args), plain(*args))


@pytest.mark.parametrize(
    ("function", "args", "most"),
    [(turned_about, (*rows(4)[1:2] * 2, rows(4)[2]), 1), (gates, (np.ones((3, 4, 5)), np.ones(5), np.ones((3, 5))), 6)],
)
def test_what_belongs_together_is_one_loop(function, args, most):
    jitted = value_and_gradients_function(function, jit=numba_options(cache=False))
    jitted.compiled(*args)
    [entry] = jitted._cache.entries.values()
    text, _ = text_for_equal_lengths(entry.program, function)
    assert text.text.count("def loop_") == most, text.text


def moved_on(x, indices, s):
    now, grid, total = np.sign(x), np.zeros((3, len(x))), 0.0
    for k in range(len(indices)):
        now = now * s + x
        grid = grid * s + x
        total = total + now[k] + np.sum(grid[:, indices])
    return total, grid[:, indices]


def kept_on(x, indices, s):
    now, grid, rows = np.sign(x), np.zeros((3, len(x))), []
    for k in range(len(indices)):
        rows.append(now[1:])
        rows.append(grid[k])
        now = now * s + x
        grid = grid * s + x
    return rows[0] * s, rows[1] * s, rows[2] * s, rows[3] * s


@pytest.mark.parametrize("function", [moved_on, kept_on, elements_are_no_views], ids=lambda each: each.__name__)
def test_arrays_of_which_only_elements_are_read_are_written_over(function):
    args = np.array([0.5, -1.5, 2.5, 0.75]), np.array([3, 0, 2]), 0.75
    jitted = value_and_tangent_function(function, params=["s"], jit=numba_options(cache=False))
    made = jitted.compiled(*args)(*args, 1.0)
    plain = value_and_tangent_function(function, params=["s"]).compiled(*args)(*args, 1.0)
    for one, other in zip([*made[0], *made[1]], [*plain[0], *plain[1]]):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    if function is elements_are_no_views:
        [entry] = jitted._cache.entries.values()
        text = text_for_equal_lengths(entry.program, function)[0].text
        for name, first in (("masked_dot", "a"), ("parted_dot", "r0")):  # of one, parts have other names
            loop = re.search(rf" {name}, .* = (loop_\d+)\(", text)[1]
            assert re.search(rf"def {loop}\(.*?return (\w+),", text, re.DOTALL)[1] == first, text


def another_length(x, w):
    y = np.zeros(3)
    total = 0.0
    for k in range(3):
        y = np.sqrt(x + k)
        total = total + np.sum(y * y)
    return w * total + np.sum(y)


def not_there_before(x, w):
    total = 0.0
    for k in range(3):
        y = np.sqrt(x + k)
        total = total + np.sum(y * y)
    return w * total + np.sum(y)


@pytest.mark.parametrize("function", [another_length, not_there_before])
def test_what_was_of_another_length_is_not_written_over(function):
    x = np.linspace(0.1, 1.0, 100)
    plain, jitted = (value_and_gradients_function(function, params=["w"], jit=jit) for jit in (None, "numba"))
    total, last = sum(np.sum(x + k) for k in range(3)), np.sum(np.sqrt(x + 2.0))
    for made in (plain(x, 0.5), jitted(x, 0.5)):
        assert_close(made, (0.5 * total + last, (total,)))


@pytest.mark.long
def test_lengths_that_do_not_fit_raise_what_numpy_raises():
    jitted = value_and_gradients_function(chain, jit=numba_options(cache=False))
    jitted(np.ones((2, 3)), np.ones(3), 0.5)
    for wrong in (np.ones(2), np.ones(0)):
        with pytest.raises(ValueError, match="could not be broadcast together"):
            jitted(np.ones((2, 3)), wrong, 0.5)


def beginning(x, y):
    return np.sum(np.exp(x[:3] * y) * y)


def test_other_lengths_are_compiled_when_they_come():
    plain, jitted = (value_and_gradients_function(beginning, jit=jit) for jit in (None, numba_options(cache=False)))
    x, y = np.linspace(0.5, 1.5, 5), np.array([0.5, -1.0, 2.0])
    compiled = jitted.compiled(x, y)
    assert_close(compiled(x[1:], y), plain(x[1:], y))
    with pytest.raises(ValueError, match="other lengths"):
        compiled(x[:2], y[:2])
    for args in ((x, y), (x[:2], y[:2])):
        assert_close(jitted(*args), plain(*args))
    with pytest.raises(ValueError, match="could not be broadcast"):
        jitted(x, y[:2])
    tangent = value_and_tangent_function(beginning, jit=numba_options(cache=False)).compiled(x, y)
    assert_close(tangent(x, y, x, y), value_and_tangent_function(beginning)(x, y, tangents=(x, y)))


def narrow(x, y):
    z = x * y + x
    return np.sum(z * z)


def test_narrow_numbers_stay_as_they_were():
    x = np.array([0.5, 1.5], np.float32)
    plain, jitted = (value_and_gradients_function(narrow, jit=jit) for jit in (None, numba_options(cache=False)))
    value, (x_grad, y_grad) = jitted(x, x)
    expected = plain(x, x)
    assert value == expected[0] and x_grad.dtype == y_grad.dtype == np.float32
    assert x_grad.tolist() == expected[1][0].tolist()
