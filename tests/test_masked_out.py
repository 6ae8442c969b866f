"""What a function writes over, or doesn't read, adds nothing, though its derivative is infinite: distances from points
to themselves, a spectrum divided by a wave number that is zero, logarithms of zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from s2sad import grad, jvp, value_and_gradients_function

POINTS = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 5.0]])


def diagonal_filled(x):
    r = np.sqrt(((x[:, None, :] - x[None]) ** 2).sum(-1))
    np.fill_diagonal(r, np.inf)
    return np.sum(1.0 / r**6 - 1.0 / r**3)


def pairs_picked(x):
    distances = np.sqrt(np.abs(x[:, None, 0] - x[None, :, 1] + x[:, None, 1] - x[None, :, 0]))
    return np.sum(np.sin(distances[np.triu_indices(len(x), 1)]))


def upper_half(x):
    d = np.abs(x[:, 0, None] - x[:, 0])
    return np.sum(np.triu(1.0 / d, 1) * np.array([1.0, 2.0, 3.0]))


def lower_half_of_a_root(x):
    r = np.sqrt(np.abs(x[:, 0, None] - x[:, 0]))
    return np.sum(np.tril(r, -1) ** 3)


def masked_quotients(x):
    r = np.sqrt((x[:, 0, None] - x[:, 0]) ** 2 + (x[:, 1, None] - x[:, 1]) ** 2)
    r[r > 0] = 1.0 / r[r > 0]
    return np.sum(np.triu(r, 1))


def power_written_over(x):
    d = ((x[:, None, :] - x[None]) ** 2).sum(-1)
    with np.errstate(divide="ignore"):
        inverse = d**-1.5
    np.fill_diagonal(inverse, 0.0)
    return np.sum(inverse[:, :, None] * (x[None] - x[:, None]) ** 2)


def two_steps(x):
    d = np.sqrt(((x[:, None, :] - x[None]) ** 2).sum(-1))
    inverse = 1.0 / d
    cube = inverse**3
    np.fill_diagonal(cube, 0)
    return np.sum(cube[:, :, None] * (x[None] - x[:, None]) * np.arange(1.0, 3.0) * x)


def one_item_written_over(x):
    k = np.fft.fftfreq(8) * 8
    density = np.outer(np.cos(np.arange(8) * x[0, 0]), np.sin(np.arange(8) * x[1, 1]))
    potential = np.fft.fft2(density) / (k[:, None] ** 2 + k**2)
    potential[0, 0] = 0
    return np.sum(np.real(np.fft.ifft2(potential)) * np.cos(np.arange(8)))


def logarithms_picked(x):
    logs = np.log(x - x.min())
    return np.sum(logs[logs > -1e9] ** 2)


def in_a_loop(x):
    total = 0.0
    for k in range(2):
        d = np.abs(x[:, k, None] - x[:, k])
        w = 1.0 / d
        w[d == 0] = 0.0
        total += np.sum(w * w)
    return total


def with_itself(x):
    """Distances of all, from themselves as well: they are zero there whatever x is."""
    return np.sum(np.sqrt(((x[:, None, :] - x[None]) ** 2).sum(-1)))


def weights_of_zero(x):
    """No mask: a factor that is zero."""
    return np.sum(np.sqrt(np.abs(x[:, 0, None] - x[:, 0])) * (1.0 - np.eye(3)))


def scaled_steps(x):
    """Adam, of a coordinate on which nothing depends."""
    w, m, v = x.copy(), np.zeros_like(x), np.zeros_like(x)
    for _ in range(3):
        g = w * np.array([1.0, 0.0])
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g**2
        w = w - 0.1 * m / (np.sqrt(v) + 1e-8)
    return np.sum(w**2)


def small_powers(x):
    d = np.abs(x[:, 0, None] - x[:, 0])
    return np.sum((d**0.3 + d**0.5 + np.cbrt(d) + np.arccos(np.cos(d))) * (1.0 - np.eye(3)))


PROGRAMS = [
    *(diagonal_filled, pairs_picked, upper_half, lower_half_of_a_root, masked_quotients, power_written_over, two_steps),
    *(one_item_written_over, logarithms_picked, in_a_loop, with_itself, weights_of_zero, scaled_steps, small_powers),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # the functions themselves divide by zero
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda each: each.__name__)
def test_gradients_are_those_of_what_is_read(function: Any) -> None:
    direction = np.array([[0.3, -0.4], [-0.9, 0.2], [0.5, 0.7]])
    steps = [(function(POINTS + h * direction) - function(POINTS - h * direction)) / (2 * h) for h in (1e-4, 2e-4)]
    expected = (4 * steps[0] - steps[1]) / 3
    value, (grad,) = value_and_gradients_function(function)(POINTS)
    assert value == function(POINTS)
    assert np.all(np.isfinite(grad))
    assert np.sum(grad * direction) == pytest.approx(expected, rel=1e-6)
    assert jvp(function, (POINTS,), (direction,))[1] == pytest.approx(expected, rel=1e-6)


def test_no_warning_that_the_function_does_not_give() -> None:
    """pyproject.toml makes warnings errors: of these, only roots of zero are taken."""
    for function in (pairs_picked, lower_half_of_a_root, with_itself, weights_of_zero, scaled_steps):
        assert np.all(np.isfinite(grad(function)(POINTS)))


def test_a_root_at_zero_that_is_read_is_still_infinite() -> None:
    def f(x):
        return np.sum(np.sqrt(x) * np.arange(3.0))

    with np.errstate(divide="ignore"):
        found = grad(f)(np.array([0.0, 0.0, 4.0]))
    assert found.tolist() == [0.0, np.inf, 0.5]


def test_no_sums_of_squares() -> None:
    """The real part of a square, and a sum that begins below zero: where these are zero, their derivative is not."""

    def real_part(z):
        return np.sum(np.sqrt((z * z).real) * np.arange(1.0, 3.0))

    def begun(x):
        return np.sum(np.sqrt(np.sum(x * x, axis=1, initial=-1.0)) * np.arange(1.0, 3.0))

    with np.errstate(all="ignore"):
        assert not np.isfinite(grad(real_part)(np.array([1.0 + 1.0j, 2.0]))[0])
        assert grad(begun)(np.array([[1.0, 0.0], [2.0, 1.0]]))[0, 0] == np.inf


def text_of(function: Any, *args: Any) -> str:
    return value_and_gradients_function(function).source(*args)


def test_no_guard_where_none_is_needed() -> None:
    def positive(x):
        return np.sum(np.sqrt(1.0 + x * x) * x)

    def divided(x, w):
        s = np.sqrt(w)
        return np.sum(x / s) + np.sum(x * s)

    def whole(x):
        return np.sum(np.sqrt(x))

    x = np.ones(3)
    assert "np.where" not in text_of(positive, x) + text_of(divided, x, x) + text_of(whole, x)


def test_forms() -> None:
    def root(x, w):
        return np.sum(np.sqrt(x) * w)

    def length(x, w):
        return np.sum(np.sqrt(np.sum(x * x, axis=1)) * w)

    def mask(x, w):
        y = w / x
        y[w > 1] = 0.0
        return np.sum(y)

    x = np.ones((3, 2))
    assert "x_grad = 0.5 * dy * w / np.where(w == 0, 1.0, t1)" in text_of(root, x, x)
    assert "np.where(t1 == 0, 1.0, t1)" in text_of(length, x, x[:, 0])
    assert "np.where(y_grad != 0, y_grad / x, 0.0)" in text_of(mask, x, x)
