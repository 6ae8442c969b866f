"""What is found to be real while the program runs, times what is complex: right, and without a warning of NumPy's."""

import numpy as np
import pytest

from s2sad import grad, jvp

SYMMETRIC = np.array([[1.0, 0.2, 0.3], [0.2, 1.5, 0.4], [0.3, 0.4, 3.0]])
ANY = np.array([[1.0, 2.0, 0.3], [-2.0, 1.5, 0.4], [0.2, 0.1, 3.0]])


def items(a):
    w = np.linalg.eigvals(a)
    return (w[0] * 1j * w[1]).imag


def a_number(a):
    return abs(complex(np.linalg.eigvals(a)[0]))


def powers(a):
    w = np.linalg.eigvals(a)
    s = 0.0
    for k in range(3):
        s = s + (w[k] * (1 + 2j) ** k).real
    return s


def slices(a):
    w = np.linalg.eigvals(a)
    u, v = w[:2] * (1 + 1j), w[1:] * w[0]
    return np.sum((u * v).real)


def columns(a):
    w, V = np.linalg.eig(a)
    z = V[:, 0] * 1j
    return abs(np.sum(z * w))


def written(a):
    w = np.linalg.eigvals(a)
    w[0] = w[0] * w[1]
    return np.sum((w * 1j).imag)


@pytest.mark.parametrize("f", [items, a_number, powers, slices, columns, written])
@pytest.mark.parametrize("a", [SYMMETRIC, ANY], ids=["real", "complex"])
def test_derivatives(f, a):
    direction = np.random.default_rng(5).normal(size=(3, 3))
    expected = (f(a + 1e-5 * direction) - f(a - 1e-5 * direction)) / 2e-5
    gradient = grad(f)(a)
    assert gradient.dtype == np.float64
    assert np.sum(gradient * direction) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert jvp(f, (a,), (direction,))[1] == pytest.approx(expected, rel=1e-6, abs=1e-7)
