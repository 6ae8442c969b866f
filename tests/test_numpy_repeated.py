"""Functions of NumPy that are differentiated as the loops and sums that they are: sampled values, polynomials,
np.vectorize, methods of ufuncs, np.put_along_axis."""

import warnings

import numpy as np
import pytest

from s2sad import NotDifferentiableError, check_gradients, gradients_function, jvp, value_and_gradients_function
from s2sad.rules import coverage
from tests.language.checker import Cases, array
from tests.language.vectorized import ORDER, horner, mixed, rows_cubed, scaled, vectorized

case = Cases()

A, S, T, V, W = array(3, 4) * 2.0, array(4, 5), array(2, 3, 4), array(5) * 3.0 - 2.0, array(3)
B = array(3, 4)
POINTS = np.array([0.0, 0.5, 1.7, 2.0, 3.1])


def test_no_public_name_of_numpy_is_missing() -> None:
    assert coverage.missing() == []


# --- sampled values -------------------------------------------------------------------------------------------------


@case(V)
def slopes(v):
    return np.gradient(v) ** 2


@case(V, 0.3)
def slopes_of_a_spacing(v, h):
    return np.gradient(v, h) ** 2


@case(V, POINTS)
def slopes_at_points(v, x):
    return np.gradient(v, x) ** 2


@case(V, POINTS)
def slopes_of_second_order(v, x):
    return np.gradient(v, x, edge_order=2) ** 2 + np.gradient(v, edge_order=2) ** 2


@case(S, POINTS)
def slopes_along_an_axis(A, x):
    return np.gradient(A, x, axis=1) ** 2 + np.gradient(A, 0.5, axis=0, edge_order=2)


@case(S, POINTS)
def slopes_along_all_axes(A, x):
    a, b = np.gradient(A, 0.5, x)
    return a * b


@case(T)
def slopes_along_some_axes(T):
    a, b = np.gradient(T, axis=(0, -1))
    return a * b


@case(V, POINTS)
def integral(v, x):
    return np.trapezoid(v) ** 2 + np.trapezoid(v, x) ** 3


@case(S, POINTS, 0.3)
def integral_along_an_axis(A, x, dx):
    return np.sum(np.trapezoid(A, x) ** 2) + np.sum(np.trapezoid(A, dx=dx, axis=0) ** 2)


@case(S, np.sort(array(4, 5), axis=0))
def integral_over_points_of_each(A, x):
    return np.trapezoid(A, x, axis=0) ** 2


@case(V, POINTS, V)
def interpolated(v, xp, fp):
    return np.interp(v, xp, fp) ** 2


@case(0.7, POINTS, V, 2.0)
def interpolated_with_ends(x, xp, fp, end):
    return np.interp(x, xp, fp, left=end) ** 2 + np.interp(-x, xp, fp, end) ** 2 + np.interp(9.0 * x, xp, fp, None, end)


@case(V, POINTS, V)
def interpolated_periodically(v, xp, fp):
    return np.interp(v, xp, fp, period=3.5) ** 2


# --- polynomials ----------------------------------------------------------------------------------------------------


@case(V, W)
def sums_of_polynomials(v, w):
    return np.polyadd(v, w) ** 2 + np.polysub(w, v) ** 3 + np.polysub(v, v**2)


@case(V, W)
def products_of_polynomials(v, w):
    return np.sum(np.polymul(v, w) ** 2) + np.sum(np.polymul(np.append(np.zeros(2), v), w))


@case(V, W)
def quotients_of_polynomials(v, w):
    q, r = np.polydiv(v, w)
    return np.sum(q**2) + np.sum(r**3)


@case(V, W)
def first_item_of_a_remainder(v, w):
    q, r = np.polydiv(v, w[1:])
    return q[0] * r[0]


@case(V)
def slopes_of_polynomials(v):
    return np.sum(np.polyder(v) ** 2) + np.sum(np.polyder(v, 2) ** 2) + np.sum(np.polyder(v, m=0))


@case(V, 0.3)
def integrals_of_polynomials(v, c):
    return np.sum(np.polyint(v) ** 2) + np.sum(np.polyint(v, 2, c) ** 2) + np.sum(np.polyint(v, 2, [c, c * c]) ** 2)


@case(V, 0.3)
@case(V, W)
@case(W, A)
def values_of_polynomials(p, x):
    return np.polyval(p, x) ** 2


@case(0.5, 1.5, -0.3)
def value_of_listed_coefficients(a, b, x):
    return np.polyval([a, 2.0, b], x)


@case(np.array([2.0, -1.0, -4.0, 1.0]))
def real_roots(p):
    return np.sort(np.real(np.roots(p))) ** 2


@case(np.array([1.0, 2.0, 3.0]))
def complex_roots(p):
    return np.abs(np.roots(p)) ** 3


@case(V)
def polynomial_of_roots(v):
    return np.poly(v) ** 2


@case(POINTS, V)
def fitted(x, y):
    return np.polyfit(x, y, 2) ** 2


@case(POINTS, V, np.abs(V) + 0.5)
def fitted_with_weights(x, y, w):
    return np.polyfit(x, y, 2, w=w) ** 2


@case(POINTS, array(5, 2), np.abs(V) + 0.5)
def fitted_columns(x, y, w):
    return np.polyfit(x, y, 1, w=w) ** 2 + np.sum(np.polyfit(x, y, 0) ** 2)


# --- np.vectorize ---------------------------------------------------------------------------------------------------


@case(V)
@case(A)
@case(0.7)
def vectorized_outside(x):
    return vectorized(x) * x


@case(A, V[:4])
def vectorized_pair(A, v):
    return mixed(A, v) ** 2


@case(V, 0.7)
def vectorized_here(v, a):
    cube = np.vectorize(lambda x: a * x**3, otypes=[float])
    return cube(v) + cube(2.0 * v)


@case(V, 0.7)
def vectorized_with_two_results(v, a):
    first, second = np.vectorize(lambda x, y: (x * y, x**3 if x > y else x))(v, a)
    return first * second + np.vectorize(lambda x: (x, np.sin(x)))(2.0 * v)[1]


@case(A, V)
def vectorized_with_many_arguments(A, v):
    made = np.vectorize(lambda a, b, c, d: a * b**c + d)(A, v[:4], 2.0, A[:, :1])
    return made * np.vectorize(lambda a, b, c, d, e: a * b + c * d * e, otypes=[float])(v[:4], A, A, v[0], v[1])


@case(V, 0.7)
def vectorized_triple(v, a):
    return np.vectorize(lambda x, y, z: x * y * z)(v, a, v[0]) + np.vectorize(scaled)(np.ones(5))


@case(V, 0.7)
def vectorized_with_excluded(v, a):
    first = np.vectorize(lambda p, x: p[0] * x**2 + p[1], excluded={0})(v[:2], v)
    by_name = np.vectorize(horner, excluded=["p"])(p=v, x=first)
    behind = np.vectorize(lambda x, c, k=2.0: c * x**k, excluded=[1, "k"])(v, a, k=3.0)
    return by_name + behind + np.vectorize(lambda x, y: x * y)(v, y=a)


@case(V)
@case(A)
@case(array(2, 2, 3))
def vectorized_by_rows(x):
    return rows_cubed(x) + np.vectorize(np.sum, signature="(n)->()")(x)


@case(A, V[:4])
@case(A, A)
@case(V[:4], V[:4])
def vectorized_by_pairs_of_rows(x, y):
    lengths = np.vectorize(lambda a, b: a @ b, signature="(n),(n)->()")(x, y)
    return np.vectorize(lambda a, b: a * np.sum(b), signature="(n),(m)->(n)")(x, y) * np.expand_dims(lengths, -1)


@case(array(2, 3, 4), V[:4], array(3))
@case(array(3, 4), V[:4], 0.7)
def vectorized_by_matrices(m, v, s):
    last = s if np.ndim(s) == 0 else s[:2]
    return np.vectorize(lambda a, b, c: a @ b * c, otypes="d", signature="(m,n),(n),()->(m)")(m, v, last)


@case(V)
def vectorized_of_other_types(v):
    cached = np.vectorize(lambda t: t**3, cache=True)(v)
    return cached + np.real(np.vectorize(lambda t: t**2 * 1j + t, otypes=[complex])(v) ** 2)


# --- methods of ufuncs ----------------------------------------------------------------------------------------------


@case(V)
def reduced(v):
    return np.subtract.reduce(v) ** 2 + np.divide.reduce(v)


@case(A)
def reduced_along_an_axis(A):
    return np.subtract.reduce(A, axis=1) ** 2 + np.sum(np.divide.reduce(A, 0, keepdims=True))


@case(A)
def accumulated(A):
    return np.subtract.accumulate(A) ** 2 + np.logaddexp.accumulate(A, axis=1)


@case(V)
def reduced_in_segments(v):
    return np.multiply.reduceat(v, [0, 3, 1]) ** 2


@case(A)
def reduced_in_segments_along_an_axis(A):
    return np.maximum.reduceat(A, np.array([0, 2]), axis=1) ** 2


@case(V, W)
def applied_at(v, w):
    a = v * 2.0
    np.multiply.at(a, [0, 3, 0], w)
    np.negative.at(a, [1, 1, 2])
    return a**2


@case(A, W)
def applied_at_rows(A, w):
    B = A * 1.0
    np.subtract.at(B, [0, 1, 1], w[:, None])
    np.maximum.at(B, [2, 0], 0.1)
    return B**2


# --- stores ---------------------------------------------------------------------------------------------------------


@case(A, array(3, 2))
def put_along(A, values):
    B = A * 1.0
    np.put_along_axis(B, ORDER, values, axis=1)
    np.put_along_axis(B, np.array([[1, 0, 2, 1]]), 2.0 * A[0], axis=0)
    return B**2


@case(V)
def put_along_a_vector(v):
    w = v * 1.0
    np.put_along_axis(w, np.array([2, 0]), v[:2] ** 2, axis=-1)
    np.put_along_axis(w, np.array([4]), 3.0, None)
    return w**2


@case(A)
def partitioned_in_place(A):
    B = A * 1.0
    B.partition(1, axis=1)
    v = B[0] * 2.0
    v.partition(2)
    return B**2 + v


@case(V)
def written_through_a_view(v):
    w = v * 1.0
    u = w.view()
    u[1:3] = u[0] * v[3]
    return w**2


@case(V)
def sorted_as_complex(v):
    return np.abs(np.sort_complex(v) + 1j) ** 2


@pytest.mark.parametrize("each", case, ids=str)
def test_repeated(each):
    each.check()


@pytest.mark.parametrize("name", ["fftn", "ifftn", "rfftn", "irfftn"])
@pytest.mark.parametrize(("s", "axes"), [((4,), None), ((5,), None), ((2,), (0,)), ((2, -1), None)])
@pytest.mark.filterwarnings("ignore:`axes` should not be:DeprecationWarning")
def test_transforms_of_fewer_lengths_than_axes(name, s, axes):
    """The lengths are those of the last axes."""
    transform = getattr(np.fft, name)

    def f(x):
        y = transform(x, s=s, axes=axes)
        return np.sum(np.real(y) ** 2) + np.sum(np.imag(y) * 0.7)

    check_gradients(f, A).raise_if_wrong()
    (gradient,) = gradients_function(f)(A)
    assert jvp(f, (A,), (B,))[1] == pytest.approx(np.sum(gradient * B))


@pytest.mark.skipif(not hasattr(np, "row_stack"), reason="newer versions of NumPy don't have it")
def test_row_stack():
    def f(v):
        return np.sum(np.row_stack([v, v**2]) ** 2)

    _, (gradient,) = value_and_gradients_function(f)(V)
    np.testing.assert_allclose(gradient, 2.0 * V + 4.0 * V**3)


def test_vectorize_of_integers_is_an_error():
    """np.vectorize truncates all results to integers where the first is one."""

    def f(v):
        return np.vectorize(lambda x: x * 1.5 if x > 0.0 else 0)(v)

    assert value_and_gradients_function(f)(np.array([1.0, 2.0]))[1][0].tolist() == [1.5, 1.5]
    with pytest.raises(TypeError, match="otypes"):
        value_and_gradients_function(f)(np.array([-1.0, 2.0]))


def test_what_vectorize_excludes_may_change():
    outer = np.vectorize(lambda p, x: np.sum(p) * x, excluded={0})
    made = value_and_gradients_function(lambda p, x: np.sum(outer(p, x)))
    assert made(V, V)[1][0] == pytest.approx(np.full(len(V), np.sum(V)))
    outer.excluded.clear()
    assert made(V, V)[1][0] == pytest.approx(V)


@pytest.mark.parametrize(
    "function",
    [
        lambda v: np.vectorize(lambda x, y, z: x * y * z, excluded=[1])(v, 2.0, v),
        lambda v: np.vectorize(lambda x, y: x * y, excluded=[0, 1])(v, 2.0),
        lambda v: np.vectorize(lambda x: (x, x), signature="()->(),()")(v),
        lambda v: np.vectorize(lambda x: x, signature="(k,m,n)->()")(v),
        lambda v: np.vectorize(lambda x: x * 2.0, otypes=[int])(v),
        lambda v: np.vectorize(lambda x: (x, x), otypes="dd")(v)[0],
        lambda v: np.vectorize(np.add)(x1=v, x2=v),
    ],
)
def test_what_vectorize_can_not_do_is_refused(function):
    with pytest.raises(NotDifferentiableError, match="np.vectorize"), warnings.catch_warnings():
        value_and_gradients_function(function)(V)
