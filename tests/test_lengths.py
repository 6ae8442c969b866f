"""Programs for arguments of equal lengths, and what becomes of calls with others; lengths that follow from bounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from s2sad import value_and_gradients_function


def tails(x, y):
    return np.sum(x[1:] * np.exp(y[1:]))


def held_in(pair, params, n):
    u, v = pair
    z = np.zeros(n)
    z[1:] += u[1:] * v[1:] * params["w"][1:]
    return np.sum(z * z[::-1])


def chain(a, b, c, d):
    return np.sum(a[1:] * b[1:] + c[1:] * np.sin(d[1:]))


def gradient_by_complex_step(f, args, k):
    gradient = np.zeros(args[k].shape)
    for place in np.ndindex(gradient.shape):
        moved = [each.astype(complex) if isinstance(each, np.ndarray) else each for each in args]
        moved[k][place] += 1e-30j
        gradient[place] = np.imag(f(*moved)) * 1e30
    return gradient


def array(n, start=0.3):
    return np.cos(start + np.arange(n))


def agrees(val_grads, f, *args):
    value, gradients = val_grads(*args)
    assert value == f(*args)
    for k, (arg, gradient) in enumerate(zip(args, gradients)):
        if isinstance(arg, np.ndarray):
            expected = gradient_by_complex_step(f, args, k)
            assert gradient.shape == arg.shape
            np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


def test_equal_lengths_have_a_short_program_that_says_so():
    val_grads = value_and_gradients_function(tails)
    text = val_grads.source(array(5), array(5))
    assert "unbroadcast" not in text
    assert "for x: float[n], y: float[n]." in text
    other = val_grads.source(array(5), array(2))
    assert "unbroadcast" in other
    assert "for x: float[:], y: float[:]." in other


@pytest.mark.parametrize("order", list(itertools.permutations([(5, 5), (2, 5), (5, 2)])), ids=str)
def test_each_call_gets_the_program_for_its_lengths(order):
    def f(x, y):
        return np.sum(x[1:] * np.exp(y[1:]))

    val_grads = value_and_gradients_function(f)
    for n, m in (*order, *order):
        agrees(val_grads, f, array(n), array(m, 0.7))
    assert val_grads.cache_info().currsize == 2


def test_lengths_inside_of_containers_and_given_as_a_number():
    val_grads = value_and_gradients_function(held_in)
    text = val_grads.source((array(4), array(4)), {"w": array(4)}, 4)
    assert "unbroadcast" not in text
    assert "for pair: (float[n], float[n]), params: {'w': float[n]}, n: int." in " ".join(text.split())
    for lengths in [(4, 4, 4, 4), (4, 2, 4, 4), (2, 2, 4, 4), (2, 4, 2, 4), (4, 4, 4, 4)]:
        u, v, w = (array(k, 0.2 * k) for k in lengths[:3])
        value, (pair_grad, params_grad, _) = val_grads((u, v), {"w": w}, lengths[3])
        assert value == held_in((u, v), {"w": w}, lengths[3])

        def plain(u, v, w, n=lengths[3]):
            z = np.zeros(n, dtype=complex)
            z[1:] += u[1:] * v[1:] * w[1:]
            return np.sum(z * z[::-1])

        for k, gradient in enumerate((*pair_grad, params_grad["w"])):
            np.testing.assert_allclose(gradient, gradient_by_complex_step(plain, (u, v, w), k), rtol=1e-12, atol=1e-14)


def springs(x, k):
    return np.sum(k * np.diff(x) ** 3)


def springs_by_slices(x, k, m):
    return np.sum(k * (x[1:] - x[:-1]) ** 3) + np.sum(m[1:] * x[1:] * k)


def curvature(x, k):
    return np.sum(k * np.diff(x, n=2) ** 3)


def with_ends(x, k):
    return np.sum(k * np.diff(x, prepend=0.5, append=0.25) ** 3)


def moved(pose, points):
    c, s = np.cos(pose[0]), np.sin(pose[0])
    R = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
    return np.sum((points @ R.T + pose[1:]) ** 3)


def test_a_matrix_with_a_row_of_numbers_has_known_lengths():
    val_grads = value_and_gradients_function(moved)
    points = array(15).reshape(5, 3)
    text = val_grads.source(array(4), points)
    assert "unbroadcast" not in text and "matmul" not in text and "for pose: float[4]," in text
    assert text.count("pose[0]") == 4  # in the value twice, and in its comment
    agrees(val_grads, moved, array(4), points)
    agrees(val_grads, moved, array(2), points)


LESS = [
    (springs, "k: float[n - 1]"),
    (curvature, "k: float[n - 2]"),
    (springs_by_slices, "k: float[n - 1], m: float[n]"),
]


@pytest.mark.parametrize("f, said", LESS, ids=lambda each: getattr(each, "__name__", ""))
def test_an_argument_that_is_shorter_than_another_by_a_number(f, said):
    val_grads = value_and_gradients_function(f)
    less = 2 if f is curvature else 1
    rest = [array(6, 0.9)] if f is springs_by_slices else []
    text = val_grads.source(array(6), array(6 - less, 0.7), *rest)
    assert "unbroadcast" not in text and "zeros_like(k)" not in text
    assert f"for x: float[n], {said}." in " ".join(text.split())
    for n, m in [(6, 6 - less), (3, 3 - less), (6, 1), (1 + less, 4), (6, 6 - less), (less, 1)]:
        agrees(val_grads, f, array(n), array(m, 0.7), *[array(n, 0.9) for _ in rest])


@pytest.mark.parametrize("lengths", [(4, 5), (4, 1), (1, 2), (0, 1), (0, 3)])
def test_differences_with_a_number_at_each_end(lengths):
    val_grads = value_and_gradients_function(with_ends)
    agrees(val_grads, with_ends, array(lengths[0]), array(lengths[1], 0.7))


def test_the_number_of_programs_is_bounded():
    val_grads = value_and_gradients_function(chain)
    for lengths in itertools.product((2, 3), repeat=4):
        agrees(val_grads, chain, *(array(n, 0.1 * k) for k, n in enumerate(lengths)))
    assert val_grads.cache_info().currsize <= 9


def test_keywords_defaults_and_dy():
    def f(x, y, scale=2.0):
        return scale * x[1:] * y[1:]

    val_grads = value_and_gradients_function(f, params=["x"])
    for n in (4, 2, 4):
        x, y = array(4), array(n)
        _, (x_grad,) = val_grads(y=y, x=x, dy=np.array([1.0, 10.0, 100.0]))
        full = np.zeros(4)
        full[1:] = 2.0 * np.array([1.0, 10.0, 100.0]) * y[1:]
        np.testing.assert_allclose(x_grad, full)
        np.testing.assert_allclose(val_grads(x, y)[1][0], np.concatenate([[0.0], 2.0 * np.ones(3) * y[1:]]))


# ------------------------------------------------------------------------------------------ slices that move along
def filtered(x, w):
    out = np.zeros(len(x) - len(w) + 1, dtype=x.dtype)
    for i in range(len(x) - len(w) + 1):
        out[i] = np.sum(x[i : i + len(w)] * w)
    return np.sum(out * out)


def accumulated(image, kernel):
    h, w = image.shape
    n, m = kernel.shape
    out = np.zeros((h - n + 1, w - m + 1), dtype=image.dtype)
    for i in range(n):
        for j in range(m):
            out += kernel[i, j] * image[i : i + h - n + 1, j : j + w - m + 1]
    return np.sum(out * out)


def neighbours(x):
    s = 0.0
    for i in range(1, len(x) - 1):
        part = x[i - 1 : i + 2]
        s += np.sum(part * np.exp(part[::-1]))
    return s


def cut_short(x, w):  # the last windows end behind x
    s = 0.0
    for i in range(len(x)):
        s += np.sum(x[i : i + 2] * w[:2])
    return s


def begins_before(x, w):  # x[-1:1] is empty
    s = 0.0
    for i in range(len(x) - 1):
        s += np.sum(x[i - 1 : i + 1] * w[: len(x[i - 1 : i + 1])])
    return s


def moved_on(x, w):
    s = 0.0
    for i in range(len(x) - len(w)):
        i += 1
        s += np.sum(x[i : i + len(w)] * w)
        i = 0 * i
        s += np.sum(x[i : i + len(w)] * w)
    return s


@pytest.mark.parametrize(
    "f, args, short",
    [
        (filtered, (array(7), array(3, 0.9)), True),
        (filtered, (array(4), array(4, 0.9)), True),
        (filtered, (array(4), array(1, 0.9)), False),
        (accumulated, (array(30).reshape(6, 5), array(6, 0.9).reshape(3, 2)), True),
        (accumulated, (array(30).reshape(6, 5), array(30, 0.9).reshape(6, 5)), True),
        (neighbours, (array(6),), True),
        (cut_short, (array(5), array(3, 0.9)), False),
        (begins_before, (array(5), array(3, 0.9)), False),
        (moved_on, (array(7), array(3, 0.9)), False),
    ],
)
def test_slices_that_move_along(f, args, short):
    val_grads = value_and_gradients_function(f)
    agrees(val_grads, f, *args)
    if short:
        assert "unbroadcast" not in val_grads.source(*args)


def test_a_length_that_may_be_negative_names_none():
    def f(x, y, k):
        s = 0.0
        for i in range(2):
            s += np.sum(x[i : i + k] * y[i : i + k])
        return s

    val_grads = value_and_gradients_function(f, params=["x", "y"])
    for n, m, k in ((4, 6, 2), (6, 3, -2), (4, 4, 3)):
        x, y = array(n), array(m, 0.7)
        value, gradients = val_grads(x, y, k)
        assert value == f(x, y, k)
        for index, gradient in enumerate(gradients):
            expected = gradient_by_complex_step(f, (x, y, k), index)
            np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)


def test_a_display_names_a_length_too():
    def f(y, n):
        for _ in range(n):
            y = y + 0.1 * np.array([y[1] * y[2], -y[0] * y[2], y[0] * y[1]])
        return np.sum(y * y)

    val_grads = value_and_gradients_function(f, params=["y"])
    agrees(lambda y: val_grads(y, 3), lambda y: f(y, 3), array(3))
    assert "unbroadcast" not in val_grads.source(array(3), 3)
    assert "for y: float[3], n: int." in val_grads.source(array(3), 3) or "float[:]" in val_grads.source(array(3), 3)


def test_an_argument_that_is_as_long_as_its_slices_go():
    def columns(positions):
        x, y = positions[:, 0:1], positions[:, 1:2]
        return np.sum(np.exp(x - x.T) * (y * x))

    def beginning(x):
        return np.sum(x[0:3] * x[0:1])

    val_grads = value_and_gradients_function(columns)
    agrees(val_grads, columns, array(8).reshape(4, 2))
    text = val_grads.source(array(8).reshape(4, 2))
    assert "unbroadcast" not in text
    assert "for positions: float[:, 2:]." in text
    val_grads = value_and_gradients_function(beginning)
    for n in (5, 2, 1, 3, 0, 5):
        agrees(val_grads, beginning, array(n))
    assert "for x: float[3:]." in val_grads.source(array(4))
    assert "for x: float[1:]." in val_grads.source(array(2))
