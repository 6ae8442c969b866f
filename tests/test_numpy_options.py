"""Functions of NumPy whose options say how much they give, or whether that is new memory."""

import numpy as np
import pytest
from scipy.spatial import distance

from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function
from tests.language.checker import Cases, array

case = Cases()
NEW = tuple(map(int, np.__version__.split(".")[:2])) >= (2, 3)
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


@case(A, array(4))
def averages_beside_weights(A, w):
    made, total = np.average(A, axis=1, weights=w**2, returned=True)
    whole, count = np.average(A, None, None, True)
    return np.sum(made * total) + whole * count


@case(array(2, 3, 4), array(2, 4), array(3, 4))
def averages_beside_weights_of_some_axes(T, w, A):
    made, total = np.average(T, axis=(0, 2), weights=w**2, returned=True)
    kept, sums = np.average(A, 0, A**2, returned=True, keepdims=True)
    return np.sum(made * total) + np.sum(kept * sums**2) + np.average(A, 0, A[:, 0] ** 2, False)[1]


@case(array(3, 3), array(2, 3, 3))
def products_along_axes(A, T):
    made = np.matmul(A, T, axes=[(1, 0), (1, 2), (-1, -2)]) ** 2
    return np.sum(made * np.arange(3.0)) + np.matmul(A, A, dtype=np.float64)[0, 1] ** 2


@case(array(3), array(3))
def numbers_of_two_parts(x, y):
    return np.abs(np.complex128(x[0], y[1])) ** 2 + np.clip(x, None, 0.5, dtype=np.float64)[0] ** 2


@case(V, [1.0, 2.0, 0.5, -1.0, 3.0], params=["v"])
@case(1.5, [1.0, 2.0, 0.5, -1.0, 3.0], params=["v"])
def numbers_of_a_list(v, numbers):
    return np.sum(np.float64(numbers) * v**2) + np.abs(np.sum(np.complex128(numbers) * v))


@case(A)
def rows_that_differ(A):
    rows, counts = np.unique(A, axis=0, return_counts=True)
    return rows**2 * counts[:, None] + np.sum(np.unique(A, equal_nan=False)[2:4] ** 3)


@case(V)
def density_of_moving_bins(v):
    shares, edges = np.histogram(v, 3, density=True)
    return shares**2 + edges[1:] + np.histogram_bin_edges(v, bins=2)[1] + np.histogram_bin_edges(v, [0.0, 1.0])[0]


@case(A)
def shapes_with_options(A):
    return A.astype(float, "K") ** 2 + np.sum(np.asarray([A, A], order="C") ** 3)


if NEW:

    @case(A)
    def copies_only_where_they_have_to_be(A):
        made, same = A * 2.0, A * 3.0
        given, wider = np.array(made, copy=None), np.array(same, copy=False, dtype=float, ndmin=3)
        given[0] *= A[1]
        wider[0, 1] = 2.0 * A[0]
        return made * same + np.sum(np.array([A[0, 0], 2.0, A[1, 1] ** 2], copy=None, ndmin=2) ** 2)

    @case(A)
    def copies_in_another_shape(A):
        made = A.reshape((4, 3), order="F", copy=True)
        made[0] *= 2.0
        return made * np.arange(3.0) + np.sum(np.reshape(A, (2, 6), copy=False)[0] ** 2)

    @case(array(3, 3), array(3, 3))
    def products_of_vectors_along_axes(A, B):
        kept = np.vecdot(A, B, axis=0, keepdims=True) ** 2
        made = np.vecdot(A, B, axes=[0, 1]) ** 2 + np.vecdot(A, B, axes=[0, 1, 1], keepdims=True)[:, 0] ** 3
        return kept + np.sum(made * np.arange(3.0))

    @case(array(2, 3, 3), array(3))
    def products_of_matrices_and_vectors_along_axes(T, v):
        made = np.matvec(T, v, axes=[(0, 2), 0, -1]) if hasattr(np, "matvec") else T[:, 0]
        return made**2 + np.sum(np.unique(v, sorted=True) ** 2) + np.sum(np.trim_zeros(T, axis=1) ** 3)


@pytest.mark.parametrize("each", case, ids=str)
def test_options(each):
    each.check()


def test_numbers_that_are_equal_share():
    def f(v):
        numbers, counts = np.unique(v, return_counts=True)
        return np.sum(numbers * numbers * counts)

    np.testing.assert_allclose(gradients_function(f)(TIES)[0], 2.0 * TIES)


def test_items_that_are_counted_from_the_end():
    def f(A):
        places = np.nonzero(A)
        rows = places[0]
        columns = places[-1]
        return np.sum(A[rows, columns] ** 2) + np.sum(A[rows[0], columns])

    expected = 2.0 * A
    expected[0] += len(A)
    np.testing.assert_allclose(gradients_function(f)(A)[0], expected)


def test_blocks_without_zeros():
    padded = np.pad(A, 1)
    if NEW:
        gradient = gradients_function(lambda x: np.sum(np.trim_zeros(x) ** 2))(padded)[0]
        np.testing.assert_allclose(gradient, 2.0 * padded)


def test_numbers_whose_counts_are_asked_for():
    with pytest.raises(NotDifferentiableError, match=r"s2sad.stop_gradient around the numbers that are counted"):
        gradients_function(lambda v: np.histogram2d(v, v**2, 3)[0])(V)
    with pytest.raises(NotDifferentiableError, match="how many bins there are"):
        gradients_function(lambda v: np.histogram_bin_edges(v, "auto"))(V)


@pytest.mark.parametrize("f", [distance.euclidean, distance.sqeuclidean, distance.cityblock])
def test_distances_from_points_with_one_number(f):
    """NumPy broadcasts the point; so does its tangent."""

    def total(u, v):
        return f(u, v)

    u, v, step = np.array([0.5, -1.0, 2.0]), np.array([0.3]), 1e-6
    expected = (f(u + step * u, v + step * 0.7) - f(u - step * u, v - step * 0.7)) / (2.0 * step)
    assert jvp(total, (u, v), (u, np.array([0.7])))[1] == pytest.approx(expected)


def test_complex_numbers_that_may_be_real():
    def there_and_back(x):
        made = np.real_if_close(np.fft.ifft(np.fft.fft(x)))
        return np.sum(made * made * x)

    def doubled(z):
        made = np.real_if_close(z) * 2.0
        return made * z

    x, z = np.array([1.0, -0.5, 2.0]), np.array([1.0 + 0.5j, 0.3j])
    assert check_gradients(there_and_back, x).ok and check_gradients(gradients_function(there_and_back), x).ok
    assert jvp(there_and_back, (x,), (x,))[1] == pytest.approx(3.0 * there_and_back(x))
    assert check_gradients(doubled, z).ok
    np.testing.assert_allclose(jvp(doubled, (z,), (z,))[1], 2.0 * doubled(z))
    real, dot = z.real + 0j, np.array([1.0 + 2.0j, 3.0])
    np.testing.assert_allclose(gradients_function(lambda z: np.real_if_close(z))(real), [[1.0, 1.0]])
    np.testing.assert_allclose(jvp(lambda z: np.real_if_close(z), (real,), (dot,))[1], dot.real)


@pytest.mark.parametrize("f", [np.fft.rfftn, np.fft.rfft2, np.fft.irfftn, np.fft.irfft2])
def test_an_axis_that_is_transformed_twice(f):
    x = np.ones((3, 4)) + (0.0 if "r" == f.__name__[0] else 0j)
    with pytest.raises(NotDifferentiableError, match=r"fails here: of one axis twice(.|\n)*along it of np.fft.i?r?fft"):
        gradients_function(lambda x: np.abs(f(x, axes=(1, -1))))(x)
    by_axes = gradients_function(lambda x, axes: np.abs(f(x, axes=axes)), params=["x"])
    with pytest.raises(NotImplementedError, match="of one axis twice"):
        by_axes(x, (1, -1))
    assert by_axes(x, (0, 1))[0].shape == (3, 4)


def test_the_gradient_of_a_number_is_a_number_behind_where():
    def f(x):
        for _ in range(2):
            x = np.where(1.0 > 0.1, x * x, 1.0)
        return x

    _, (gradient,) = value_and_gradients_function(f)(1.1)
    assert isinstance(gradient, float) and gradient == pytest.approx(4 * 1.1**3)
