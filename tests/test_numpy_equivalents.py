"""Functions of NumPy that are differentiated as what they are made of: values, gradients, in loops, on views."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function
from tests.language.checker import Cases, array

case = Cases()

A, S, T, V, W = array(3, 4) * 2.0, array(3, 3), array(2, 3, 4), array(5) * 3.0 - 2.0, array(3)


@case(A, 0.7)
def append_flattens(A, x):
    return np.append(A, x) ** 2


@case(V, W)
def append_vectors(v, w):
    return np.append(v, w) ** 2


@case(A)
def append_along_axis(A):
    return np.append(A, A**2, axis=1)


@case(A)
@case(V)
def stacked_in_depth(x):
    return np.dstack([x, x**2])


@case(A, V)
def blocks(A, v):
    return np.block([[A, A**2], [v[:4], v[1:] ** 2]])


@case(V, 0.5)
def block_of_one_row(v, x):
    return np.block([v, x, v**2]) ** 2


@case(T)
def split_in_all_ways(T):
    a, b = np.dsplit(T, 2)
    c, d, _ = np.hsplit(T, 3)
    return np.sum(a * b) + np.sum(c * d) + np.sum(np.vsplit(T, 2)[1] ** 2)


@case(V, W)
def grid(v, w):
    x, y = np.meshgrid(v, w)
    return x * y


@case(V, W)
def grid_of_matrix_indices(v, w):
    x, y = np.meshgrid(v, w, indexing="ij")
    return x * y**2


@case(V, W)
def open_grid(v, w):
    x, y = np.meshgrid(v, w, sparse=True)
    return x * y**2


@case(W, W)
def grid_of_three(v, w):
    x, y, z = np.meshgrid(v, w, v * w)
    return x * y**2 + z


@case(V, 0.7)
def row_of_items(v, x):
    return np.r_[v, x, v**2, 3.0] ** 2


@case(V.astype(np.float32), 0.7)
def row_of_narrow_items(v, x):
    return np.r_[v, x, v**2, 3.0] ** 2 + np.r_[1, v, v, x] * np.r_[0.5, np.r_[v, v], x]


@case(V, A)
def columns_of_items(v, A):
    return np.c_[v[:3], A, v[1:4] ** 2] ** 2


@case(A)
def rotated(A):
    return np.rot90(A, 2) * np.rot90(A, 4) + np.sum(np.rot90(A, -1) ** 2)


@case(T)
def rotated_about_an_axis(T):
    return np.rot90(T, axes=(1, 2)) ** 2


@case(A)
def rotated_once(A):
    return np.rot90(A) ** 2


@case(T)
def rolled_axis(T):
    return np.rollaxis(T, 2) ** 2 + np.sum(np.rollaxis(T, 0, 3) ** 3)


@case(0.3, 0.9)
def logarithmic(a, b):
    return np.logspace(a, b, 5) + np.logspace(a, b, 5, base=2.0, endpoint=False)


@case(np.array([0.0, 0.0, 1.5, 0.0, 2.5, 0.0]))
def without_zeros(v):
    return np.sum(np.trim_zeros(v * 2.0) ** 2) + np.sum(np.trim_zeros(v, "f") ** 2)


@case(V)
def selected(v):
    return np.select([v > 1.0, v > 0.0], [v**2, v**3], default=2.0 * v)


@case(V, 1.5)
def in_pieces(v, x):
    return np.piecewise(v, [v < -1.0, v > 1.0], [lambda t: t**2, lambda t: x * t, np.sin])


@case(V, 1.5)
def in_constant_pieces(v, x):
    return np.piecewise(v, [v < -1.0, v > 1.0], [1.5, -2.0]) * v * x


@case(V, 1.5)
def in_pieces_with_arguments(v, x):
    return np.piecewise(v, [v < 0.0, v >= 0.0], [lambda t, a: a * t, lambda t, a: a * a * t**3], x)


@case(V, 1.5)
def in_two_pieces_by_one_condition(v, x):
    return np.piecewise(v, v < 0.0, [lambda t, a: a * t**2, lambda t, a: a * a * t], a=x)


@case(A, 1.5)
@case(T, 1.5)
def along_axis_to_matrices(A, x):
    return np.apply_along_axis(lambda row: np.outer(row, x * row[:2]), 1, A)


@case(A, 1.5)
def along_axis(A, x):
    return np.apply_along_axis(lambda row: np.sum(row**2) * x, 1, A)


@case(A)
def along_axis_to_vectors(A):
    return np.apply_along_axis(lambda column: column[:2] ** 2, 0, A)


@case(T)
def along_axis_with_arguments(T):
    return np.apply_along_axis(lambda row, k: row[k] * row[0], -1, T, 2)


@case(T)
def over_axes(T):
    return np.apply_over_axes(np.sum, T**2, [0, 2])


@case(1.5)
def from_function(x):
    return np.fromfunction(lambda i, j: i * x + j, (2, 3))


if hasattr(np, "unstack"):

    @case(A)
    def unstacked(A):
        a, b, c = np.unstack(A)
        return a * b * c

    @case(T)
    def unstacked_along_axis(T):
        a, b, c = np.unstack(T, axis=1)
        return a * b * c


# In loops, on written arrays and on views.
@case(V)
def appended_in_a_loop(v):
    made = v[:1] * 2.0
    for k in range(1, 4):
        made = np.append(made, v[k] * made[0])
    return np.sum(made**2)


@case(A)
def written_before_and_after(A):
    B = A * 2.0
    C = np.rot90(B).copy()
    B[0] = 0.0
    C[0] *= 2.0
    return np.sum(C**2) + np.sum(B)


@case(A)
def running_sum_of_a_view(A):
    B = A * 1.0
    row = B[1]
    total = np.cumsum(row)
    row[:] = np.diff(total, prepend=0.0) * total
    return np.sum(np.sort(B, axis=0) ** 2)


@case(V)
def median_in_a_loop(v):
    x = v
    for _ in range(3):
        x = x - 0.5 * np.median(x) + 0.1 * np.pad(np.diff(x), (1, 0), mode="edge") ** 2
    return np.sum(x**2)


@case(V)
def of_items_one_by_one(x):
    return np.fromiter((v * v for v in x), float) * np.fromiter(x, dtype=np.float64, count=3)[1]


@case(V, W)
def polynomials_made_here(x, c):
    p = np.polynomial.Polynomial(c, domain=[-2.0, 3.0])
    q = np.polynomial.Chebyshev([1.0, 2.0, c[0]])
    return p(x) * q(x) + p.deriv()(x) * np.polynomial.Legendre([0.5, 2.0])(x)


@case(V, W)
def series_of_other_families(x, c):
    made = np.polynomial.legendre.legval(x, c) * np.polynomial.hermite.hermval(x, c)
    return made + np.polynomial.hermite_e.hermeval(x, c) * np.polynomial.laguerre.lagval(x, c)


SERIES, WAVES = np.polynomial.Polynomial([1.0, -2.0, 0.5]), np.polynomial.Chebyshev([1.0, -2.0, 0.5])


@case.each((0.7, V), (V, W), (W, V), (A, W), (W, A), (0.3, A))
def series(x, c):
    return np.polynomial.polynomial.polyval(x, c)


@case.each((W, S), (0.7, S))
def series_side_by_side(x, c):
    return np.polynomial.polynomial.polyval(x, c, tensor=False)


@pytest.mark.parametrize("each", case, ids=str)
def test_equivalents(each):
    each.check()


def test_index_with_a_number_that_carries_a_gradient_is_refused() -> None:
    def f(x):
        return np.sum(np.mgrid[0:x:5j] * x)

    with pytest.raises(NotDifferentiableError):
        value_and_gradients_function(f)(2.5)


@pytest.mark.parametrize("write", [np.place, np.putmask])
def test_masks_of_numbers(write) -> None:
    """What isn't zero counts as true; these are no positions."""

    def f(x, mask):
        y = np.ones(4)
        write(y, mask, x[:1])
        write(y, mask, y[1] * x[2] + 0.0 * y[:1])
        return y * x

    x, mask = np.arange(1.0, 5.0), np.array([0, 2, 1, 0])
    value, (slope,) = value_and_gradients_function(f, params=["x"])(x, mask)
    assert np.array_equal(value, f(x, mask)) and np.array_equal(value, [1.0, 6.0, 9.0, 4.0])
    assert np.array_equal(slope, [16.0, 3.0, 8.0, 1.0])


@pytest.mark.parametrize("x", [0.7, V, A], ids=["number", "vector", "matrix"])
def test_polynomial_objects(x) -> None:
    def f(x):
        return np.sum(SERIES(x) * WAVES(x))

    value, (gradient,) = value_and_gradients_function(f)(x)
    assert value == f(x)
    slope = SERIES.deriv()(x) * WAVES(x) + SERIES(x) * WAVES.deriv()(x)
    np.testing.assert_allclose(gradient, slope, rtol=1e-12)
