"""Fourier transforms, einsum and other products in programs: in loops, of views, of arrays that are written."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.language.checker import Cases, array

case = Cases()


@case(array(3, 4), array(4, 2))
def lists_of_indices(a, b):
    return np.einsum(a, [0, 1], b, [1, 2], [0, 2]) + np.einsum(a, [0, 1], b, [1, 2])


@case(array(2, 3, 4), array(4, 3))
def ellipsis_in_lists(a, b):
    return np.einsum(a, [..., 0, 1], b, [1, 0], [...])


@case(array(3, 4), array(3, 4), array(4))
def several_products(a, b, v):
    return np.einsum("ij,ij,j->i", a, b, v, optimize=True) * np.einsum("ij,i->", a, b[:, 1])


@case(array(4, 4))
def traces_and_sums(a):
    return np.einsum("ii->", a) * np.einsum("ii->i", a) + np.einsum("ij->j", a)


@case(array(3, 3), array(3))
def products_in_a_loop(a, v):
    total = 0.0
    for k in range(3):
        v = np.einsum("ij,j->i", a, v) / (k + 1.0)
        total += np.dot(v, np.cross(v, a[k]))
    return total


@case(array(2, 6))
def transforms_of_views(a):
    a[0, 1:5] = np.fft.irfft(np.fft.rfft(a[1, :4]) ** 2)
    return np.sum(np.abs(np.fft.fft(a[:, ::2])) ** 2)


@case(array(8))
def spectrum(x):
    s = np.fft.fftshift(np.fft.fft(x, norm="ortho"))
    return np.sum(s.real**2 * np.arange(8) + s.imag)


@case(array(5))
def middle_of_a_spectrum(x):
    s = np.fft.fft(x)
    return np.median(s.real) + np.quantile(s.imag, 0.7) + np.prod(np.sort(np.fft.ifft(x).real))


@case(array(5), array(3))
def convolutions(a, v):
    b = np.convolve(a, v, "same")
    return np.correlate(b, a[1:4], mode="full") * np.sum(np.convolve(v, b))


@case(array(2, 3), array(3, 2))
def products_of_tensors(a, b):
    return np.tensordot(a, b, axes=([1, 0], [0, 1])) * np.kron(a, b)


@case(array(2, 3))
def norms(a):
    return np.linalg.norm(a, np.inf) + np.linalg.norm(a, -np.inf, axis=0) * np.linalg.norm(a, "nuc")


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()


def test_the_adjoint_of_einsum_is_one():
    def f(a, b):
        return np.einsum("ij,jk->ik", a, b)

    source = value_and_gradients_function(f).source(np.ones((2, 3)), np.ones((3, 4)))
    assert 'a_grad = np.einsum("ik,jk->ij", value_grad, b)' in source


def test_vectors_in_two_dimensions():
    def f(a, b):
        return np.cross(a, b)

    with pytest.raises((ValueError, DeprecationWarning)):
        value_and_gradients_function(f)(np.ones((3, 2)), np.ones((3, 2)))
