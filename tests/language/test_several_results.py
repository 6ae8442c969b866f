"""Functions of NumPy that have several results: unpacked, by index, by name, whole, in loops, written into."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.language.checker import Cases, array

case = Cases()
M = array(3, 3) + np.diag([1.0, 2.0, 4.0])


@case(M)
def unpacked(a):
    w, v = np.linalg.eigh(a)
    return np.sum(w * w) + np.sum(v[0] ** 2 * w)


@case(M)
def by_name(a):
    result = np.linalg.svd(a)
    return np.sum(result.S**3) + np.sum(result.U[:, 0] * result.S) ** 2


@case(M)
def by_index(a):
    return np.linalg.slogdet(a)[1]


@case(M)
def sign_and_logarithm(a):
    sign, logarithm = np.linalg.slogdet(a)
    return sign * logarithm


@case(M)
def whole(a):
    return np.linalg.svd(a, full_matrices=False).S


@case(M)
def in_a_loop(a):
    total = 0.0
    for k in range(3):
        q, r = np.linalg.qr(a + k * np.eye(3))
        total += r[0, 0] * q[1, 1]
        a = r @ q
    return total


@case(M)
def written_into(a):
    w, v = np.linalg.eigh(a)
    w[0] = w[0] * w[1]
    v *= w
    return np.sum(v * v)


@case(M)
def in_a_list(a):
    parts = []
    for k in range(3):
        parts.append(np.linalg.eigh(a * (k + 1.0)).eigenvalues)
    return np.sum(np.stack(parts) ** 2)


@case(M, array(3))
def on_one_branch(a, b):
    if b[0] > 0.0:
        u, s, vh = np.linalg.svd(a)
        return vh.T @ ((u.T @ b) / s)
    return b


@case(M, array(3))
def least_squares(a, b):
    x, _, rank, _ = np.linalg.lstsq(a, b, rcond=None)
    return x * rank


def decompose(a):
    return np.linalg.eigh(a @ a.T)


@case(M)
def of_a_function(a):
    values, vectors = decompose(a)
    return np.sum(np.sqrt(values)) + vectors[0, 0] ** 2


@case(M)
def divided(a):
    quotient, remainder = divmod(a[0, 0] * 7.0, 3.0)
    return quotient * remainder


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()


def source(f):
    return value_and_gradients_function(f).source(M)


def test_only_what_is_needed_is_unpacked():
    assert "w, v = np.linalg.eigh(a)" in source(unpacked)
    assert "= np.linalg.slogdet(a)[1]" in source(by_index)
    assert source(by_index).count("np.linalg.slogdet") == 2  # once in a comment


def test_vectors_of_equal_eigenvalues():
    def f(a):
        return np.linalg.eigh(a).eigenvectors[0, 0]

    def g(a):
        return np.sum(np.linalg.eigh(a).eigenvalues ** 2)

    with pytest.raises(np.linalg.LinAlgError, match="equal"):
        value_and_gradients_function(f)(np.eye(3))
    value, (gradient,) = value_and_gradients_function(g)(np.eye(3))
    assert np.allclose(gradient, 2.0 * np.eye(3))


def test_vectors_that_complete_a_basis():
    def f(a):
        return np.linalg.svd(a)[0][0, -1]

    with pytest.raises(np.linalg.LinAlgError, match="full_matrices=False"):
        value_and_gradients_function(f)(array(3, 2))


def test_singular_values_of_least_squares_in_forward_mode():
    from s2sad import jvp

    def f(a, b):
        return np.sum(np.linalg.lstsq(a, b)[3] ** 2)

    a = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]])
    _, tangent = jvp(f, (a, np.ones(3)), (np.ones_like(a), np.zeros(3)))
    assert abs(tangent - 2.0 * np.sum(a)) < 1e-12  # their squares add up to those of all entries
