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
