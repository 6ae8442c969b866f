"""Functions of NumPy whose options say how much they give, or whether that is new memory."""

import numpy as np
import pytest
from scipy.spatial import distance

from s2sad import NotDifferentiableError, gradients_function, jvp, value_and_gradients_function
from tests.language.checker import Cases, array

case = Cases()
V, A = array(5) * 3.0 - 2.0, array(3, 4)
TIES = np.array([2.0, 1.0, 2.0, 1.0, 3.0])


@case(V)
@case(A)
def at_least_so_many_axes(x):
    return np.sum(np.array(x, ndmin=3)[0] ** 2) + np.sum(np.array(x, ndmin=1) * x)


@case(0.5, 1.5)
def numbers_with_axes(x, y):
    return np.array([x, x * y], ndmin=2) @ np.array([[y], [2.0]])


@case(V)
def written_where_it_is_the_same_array(v):
    w = v * 2.0
    u = w.astype(float, copy=False)
    u[0] = u[1] * w[2]
    return np.sum(w**2)


@case(V)
def written_where_it_is_another_array(v):
    w = v * 2.0
    u = w.astype(complex, copy=False)
    u[0] = w[1] * w[2]
    return np.sum(w**2) + np.sum(u.real**3)


@case(V)
def counts_and_places_beside_numbers(v):
    numbers, first, places, counts = np.unique(v, True, return_inverse=True, return_counts=True)
    return np.sum(numbers**2 * counts) + np.sum(numbers[places] * v) + np.sum(v[first] ** 3)


@case(V)
def bins_of_what_carries_a_gradient(v):
    counts, edges = np.histogram(v, 3)
    inside, fixed = np.histogram(v, bins=[-2.0, 0.0, 1.0])
    return np.sum(counts * edges[1:] ** 2) + np.sum(inside * v[:2]) + fixed[0] * v[0]


@case(V, array(5))
def weights_in_bins(v, w):
    return np.histogram(v, range=(-3.0, 2.0), bins=4, weights=w)[0] ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_options(each):
    each.check()


def test_numbers_that_are_equal_share():
    def f(v):
        numbers, counts = np.unique(v, return_counts=True)
        return np.sum(numbers * numbers * counts)

    np.testing.assert_allclose(gradients_function(f)(TIES)[0], 2.0 * TIES)


def test_density_of_moving_bins_is_refused():
    with pytest.raises(NotDifferentiableError, match="histogram"):
        gradients_function(lambda v: np.histogram(v, 3, density=True)[0])(V)


@pytest.mark.parametrize("f", [distance.euclidean, distance.sqeuclidean, distance.cityblock])
def test_distances_from_points_with_one_number(f):
    """NumPy broadcasts the point; so does its tangent."""

    def total(u, v):
        return f(u, v)

    u, v, step = np.array([0.5, -1.0, 2.0]), np.array([0.3]), 1e-6
    expected = (f(u + step * u, v + step * 0.7) - f(u - step * u, v - step * 0.7)) / (2.0 * step)
    assert jvp(total, (u, v), (u, np.array([0.7])))[1] == pytest.approx(expected)


def test_complex_numbers_that_may_be_real():
    def f(z):
        made = np.real_if_close(z)
        return np.sum(np.real(made)) + np.sum(np.imag(made))

    with pytest.raises(NotDifferentiableError, match="depends on the numbers"):
        gradients_function(f)(np.array([1.0 + 0.5j]))
    with pytest.raises(NotDifferentiableError, match="depends on the numbers"):
        jvp(f, (np.array([1.0 + 0.5j]),), (np.array([1.0]),))


def test_the_gradient_of_a_number_is_a_number_behind_where():
    def f(x):
        for _ in range(2):
            x = np.where(1.0 > 0.1, x * x, 1.0)
        return x

    _, (gradient,) = value_and_gradients_function(f)(1.1)
    assert isinstance(gradient, float) and gradient == pytest.approx(4 * 1.1**3)
