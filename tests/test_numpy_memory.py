"""NumPy's functions that write, views that may be copies, results that are several, ints that are counts: beyond the corpus."""

import functools
import operator

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function, value_and_tangent_function
from tests.language.checker import Cases, array
from tests.language.helpers import WEIGHTS

case = Cases()

A, S, V = array(2, 3) * 3.0, array(3, 3) * 2.0, array(3) * 2.0


# Memory that carries no gradient, but is read by what does, and written afterwards.
@case(2.0)
def inactive_buffer_overwritten(x):
    w = np.ones(3)
    y = w * x
    w[:] = 5.0
    return np.sum(y * w)


@case(2.0)
def inactive_row_overwritten(x):
    w = np.ones((2, 3))
    r = w[0]
    y = r * x
    w[0, 1] = 5.0
    return np.sum(y * r)


@case(2.0, V, params=["x"])
def inactive_parameter_overwritten(x, w):
    y = w * x
    w[:] = 5.0
    return np.sum(y * w)


@case(2.0)
def inactive_buffer_in_loop(x):
    w = np.ones(3)
    for i in range(3):
        x = x * w[i] * np.sum(w)
        w[i] = 5.0 + i
        w *= 2.0
    return x


# Lengths that are joined, or differ from item to item.
@case(V)
def list_of_different_lengths(v):
    rows = []
    for k in range(1, 4):
        rows.append(v[:k] * 2.0)
    return np.sum(rows[0] * rows[2]) + np.sum(rows[1])


@case(V, 1)
@case(V, -1)
def lengths_decided_twice(v, n):
    x = v[:1] if n > 0 else v[:3]
    y = v[:1] if n < 0 else v[:3]
    return np.sum(x * y)


@case(V)
def array_that_shrinks(v):
    while len(v) > 1:
        v = v[1:] * v[:-1]
    return v[0]


@case(array(8))
def array_that_halves(v):
    for _ in range(3):
        v = v[::2] * v[1::2]
    return np.sum(v)


@case(V, 3, may_refuse=True)
def rotated_with_a_name_outside(w, n):
    a = w
    b = np.zeros(3)
    for k in range(n):
        b[:] = b * 2.0 + k
        a, b = w * 0.5, a
    return np.sum(w * a) + np.sum(b)


@case(V, 3, may_refuse=True)
def two_names_of_one_array_swapped(v, n):
    a = v * 2.0
    b = a
    for _ in range(n):
        b[0] = a[1] * 2.0
        a, b = b, a
    return np.sum(b * a)


@case(V, 3, may_refuse=True)
def two_carried_names_become_one(v, n):
    a, b = v * 2.0, v * 3.0
    for _ in range(n):
        b[0] = a[1] * b[2]
        a, b = b, b
    return np.sum(b * a)


# Views that may be copies.
@case(A)
def ravel_written(A):
    flat = A.ravel()
    flat[0] = 3.0 * A[1, 1]
    return np.sum(A * A) + np.sum(flat * flat)


@case(A)
@case(np.asfortranarray(A), may_refuse=True)
def ravel_of_result_written(A):
    w = A * 2.0
    if not w.flags.c_contiguous:
        w = w + np.zeros((2, 3))
    return np.sum(w.ravel() ** 2)


@case(A)
def rows_flattened_and_written(A):
    flat = A[1:].reshape(-1)
    flat[1] = A[0, 1] * flat[2]
    return np.sum(A * A)


@case(A)
def transpose_flattened_by_reshape(A):
    flat = A.T.reshape(6)
    flat[1] = A[0, 1] * flat[2]
    return np.sum(A * A) + np.sum(flat)


@case(A)
def column_flattened(A):
    flat = A[:, 1].ravel()
    flat[1] = A[0, 1] * flat[0]
    return np.sum(A * A) + np.sum(flat)


@case(A)
def column_reshaped(A):
    flat = A[:, 1].reshape(-1)
    flat[1] = A[0, 1] * flat[0]
    return np.sum(A * A) + np.sum(flat)


@case(A)
def base_of_flattened_transpose_written(A):
    flat = A.T.ravel()
    A[0, 1] = 3.0 * A[1, 0]
    return np.sum(A * A) + np.sum(flat * flat * np.arange(6.0))


# The adjoint lies in another order than what is written: a view of it would be a copy.
@case(V)
def ravel_written_and_summed_up(v):
    v.ravel()[2] = 1.0
    return np.cumsum(v)


@case(S)
def reshape_written_and_turned(s):
    w = np.zeros((3, 3))
    w += s
    w.reshape(-1)[1] = s[0, 0] ** 2
    return np.sum((w.T @ s).T * s)


@case(S)
def reshape_in_a_list_written(s):
    rows = [s * 2.0, s * 3.0]
    rows[0].reshape(-1)[1] = s[0, 0] ** 2
    return rows[0].T + rows[1]


@case(S)
def of_what_has_no_name(s):
    w = np.asfortranarray(s * 2.0)
    w[0, 1] = s[0, 0]
    flat = np.ravel(s.T @ s)
    flat[1] *= flat[2]
    return np.sum(w * s) + np.sum(flat)


@case(A)
def flat_read_and_written(A):
    s = 0.0
    for e in A.flat:
        s += e * e
    A.flat[1:3] = A.flat[3] * A.flat[0]
    A.flat[[4, 5]] *= 2.0
    return s * np.sum(A * A) + A.flat[[1, 2]][1] + np.sum(A.flat) + list(A.flat)[2]


@case(A)
def flat_of_transpose(A):
    s = 0.0
    for k, e in enumerate(A.T.flat):
        s += e * k * e
    return s


@case(A)
def flat_of_transpose_written(A):
    A.T.flat[1] = A[0, 1] * A[0, 0]
    return np.sum(A * A * A)


@case(S)
def diagonal_sees_later_stores(S):
    d = np.diagonal(S, 1)
    e = d[1:]
    S[0, 1] = S[1, 1] * 2.0
    S[1, 2] *= S[0, 0]
    return np.sum(d * d) + np.sum(e * e * e)


@case(S)
def diag_of_a_vector_is_a_copy(S):
    d = np.diag(S)
    w = np.diag(d)
    S[1, 1] = S[0, 1] * 2.0
    w[0, 0] = S[1, 1]
    return np.sum(d * d) + np.sum(w * w) + np.trace(S)


@case(V)
def broadcast_sees_later_stores(v):
    b = np.broadcast_to(v, (2, 3))
    v[0] = v[1] * v[2]
    return np.sum(b * b * WEIGHTS)


@case(V + 1j * V[::-1])
def parts_of_complex_numbers_written(z):
    r = z.real
    i = z.imag
    i[0] = r[1] * r[1]
    r *= 2.0
    i[1:] += r[:-1]
    z.imag = z.imag * 2.0
    z.real[0] *= i[1]
    return np.sum(np.abs(z) ** 2) + np.sum(z.imag * z.real)


@case(1.13, S)
def rows_of_a_view_read_while_written(t, w):
    w = w[:]
    for r in w:
        for s in w:
            t *= s[2]
            r *= r
    return t


@case(A)
@case(np.asfortranarray(A))
def flattened_but_written_before_only(A):
    A[0] = A[1] * 2.0
    return np.sum(A.ravel()[1:] * A.reshape(-1)[:-1])


# Functions that write.
@case(S, V)
def diagonal_filled_with_a_vector(S, v):
    np.fill_diagonal(S, v * 2.0)
    return np.sum(S * S)


@case(A, 2.0)
def diagonal_filled_with_a_number(A, x):
    B = np.zeros((2, 2))
    np.fill_diagonal(B, x)
    np.fill_diagonal(A, A[1, 2])
    return np.sum(B * B) + np.sum(A * A)


@case(array(7, 3), V, 2.0)
def diagonal_that_begins_anew(A, v, x):
    np.fill_diagonal(A[:, :2], v[:2], wrap=True)
    np.fill_diagonal(A, x * x, True)
    return np.sum(A * A)


@case(np.array([[1.0, 2.0, 3.5], [4.0, 5.5, 7.0]]), V, 2.2)
def put_outside(A, v, x):
    np.put(A, [0, -5, 9], v, mode="clip")
    np.put(A, np.array([1, 8]), x, mode="wrap")
    A.put(indices=7, values=x * x, mode="wrap")
    return np.sum(A * A * WEIGHTS)


@case(np.array([[1.0, 2.0, 3.5], [4.0, 5.5, 7.0]]), V, 2.2)
def put_place_putmask(A, v, x):
    np.put(A, [0, 5, 2], v)
    np.put(A, [1, 3], x)
    np.put(A, [1, 3, 4], v[:2])
    np.place(A, A > 3.0, v * x)
    np.putmask(A, A > 5.0, A * A)
    np.putmask(A, A < 1.5, v[:2])
    A.put([2], x)
    return np.sum(A * A * WEIGHTS)


@case(np.array([[1.0, 2.0, 3.5], [4.0, 5.5, 7.0]]), np.array([1.0, 2.0, 3.0]), 1.7)
def copyto_where(A, v, x):
    np.copyto(A, v, where=A > 2.5)
    np.copyto(A, x, where=v > 1.5)
    np.copyto(A, [1.0, 2.0, 4.0], where=A > 4.0)
    return np.sum(A * A)


# An `out` that has no name: the call gives the array that it stored into.
@case(V)
def out_made_in_the_call(v):
    return np.sum(np.exp(v, out=np.empty(3)) * np.cumsum(v, out=np.zeros_like(v)))


@case(V)
def out_in_a_tuple(v):
    t = np.empty(3)
    u = np.exp(v, out=(t,))
    t *= v
    return np.sum(u * np.sin(v, out=(v.copy(),)))


@case(V)
def out_of_a_method_and_by_position(v):
    t = v.cumsum(out=np.empty(3))
    return np.sum(t * np.tanh(v, np.empty((2, 3))[1]) * v.clip(-1.0, 1.0, np.empty(3)))


@case(V)
def methods_of_ufuncs_with_a_dtype(v):
    first = np.add.outer(v, v, dtype=np.float64)
    return np.sum(np.hypot.accumulate(first, axis=1, dtype=float) * np.multiply.reduce(v, dtype=np.float64))


@case(V)
def views_that_are_to_be_copies(v):
    y, z = np.asarray(v, copy=True), np.asanyarray(v, copy=True)
    y[0] = 5.0
    z[1] *= 2.0
    return np.sum(v * v) + np.sum(y * z)


@case(V)
def out_made_in_the_call_where(v):
    return np.sum(np.sqrt(v, out=v.copy(), where=v > 0.0) * np.clip(v, min=-1.0, out=np.empty(3)))


@case(V, np.array([1.0, 0.0, 2.0]), params=["v"])
def divide_where_not_zero(v, w):
    out = np.ones(3)
    np.divide(v, w, out=out, where=w != 0.0)
    return np.sum(out * v)


@case(A, V)
def out_in_all_its_forms(A, v):
    out = np.empty(2)
    np.dot(A, v, out)
    s = np.sum(out * out)
    np.add(out, 1.0, out=(out,))
    r = np.multiply(out, out, out)
    r[0] *= 2.0
    A.sum(axis=1, out=out)
    np.cumsum(out, out=out)
    np.clip(out, 0.0, 4.0, out)
    return s + np.sum(out * r)


@case(A[:, ::-1].copy())
def sorted_in_place(A):
    A.sort()
    A.sort(axis=0)
    return np.sum(A * A * WEIGHTS) + np.sort(A, axis=None)[2]


@case(V)
def scattered(v):
    a = v * 1.0
    np.subtract.at(a, [0, 0, 1], v)
    np.add.at(a, [0, 0, 1], v * v)
    return np.sum(a * a)


@case(1.7)
def integers_cut_off(x):
    a = np.zeros(2, dtype=int)
    a[0] = x * 2.0
    a[1] += 1
    return x * a[0] + a[1]


# Several results, functions as values.
@case(V, A)
def outer_and_reduce_of_ufuncs(v, A):
    outer = np.sum(np.add.outer(v, v * v) * np.multiply.outer(v, v)) + np.sum(np.multiply.outer(A, v))
    reduced = np.sum(np.add.reduce(A) * np.multiply.reduce(A, axis=0)) + np.sum(np.maximum.reduce(A, 1))
    return outer + reduced + np.sum(np.add.accumulate(A))


@case({"a": 1.5, "b": 2.5}, 1.1)
def functions_of_operator(d, x):
    get = operator.itemgetter("a", "b")
    a, b = get(d)
    product = functools.reduce(operator.mul, [a, b, x])
    return operator.pow(a, 2) * operator.sub(b, x) / operator.truediv(x, a) + product + operator.getitem([a, b], 1)


@case(V)
def method_called_by_name(v):
    return operator.methodcaller("sum")(v) * operator.attrgetter("T")(v)


@case(1.3, np.array([1.1, 2.3, 3.7]))
def quotients_and_parts(x, v):
    q, r = divmod(x, 0.3)
    q2, r2 = np.divmod(v, x)
    f, w = np.modf(v * x)
    m, e = np.frexp(v * x)
    return q * r + np.sum(q2 * r2 * v) + np.sum(f * w) + np.sum(m * e)


@case(1.3, 5)
def quotient_of_integers(x, n):
    q, r = divmod(n, 2)
    return x * q + np.zeros(q + 1)[r] + x**r


@case(V, 1.2)
def lists_in_place_of_arrays(v, x):
    s = np.sum([v[0], x]) * np.max([x, v[1]]) + np.mean([v, v * v]) + np.dot([x, 1.0, 2.0], v)
    joined = np.concatenate([[x], v, (1.0, x)]) @ np.arange(6.0)
    return s + joined + np.vstack([[x, 1.0, 2.0], v])[0, 0]


@case(V, 1.2)
def nested_lists(v, x):
    square = np.array([[v[0], x], [1.0, v[1]]]) @ np.array([[x, 2.0], [v[2], v[0] * x]])
    return np.sum(square) + np.array([v, [x, 1.0, v[0]]])[1, 2]


@case(A, 1, 3)
def counts_of_rules(a, axis, n):
    return (
        np.sum(np.roll(a, n, axis=axis) * WEIGHTS)
        + np.sum(np.repeat(a, n))
        + round(1.23456, n) * np.sum(np.cumsum(a, axis=axis))
    )


@case(A.astype(np.float32), np.float32(0.7), 1.5)
def float32_everywhere(a, x, y):
    return np.where(a > 1.0, a, a * x) * np.maximum(a, 1.0) * y + np.clip(x, 0.0, 0.9)


@pytest.mark.parametrize("each", case, ids=str)
def test_numpy_memory(each):
    each.check()


def test_layout_is_looked_at():
    """In f itself `ravel` of an array in Fortran's order is a copy: the program for a view must not run."""

    def f(A):
        flat = A.ravel()
        flat[0] = A[1, 1]
        return np.sum(A)

    g = value_and_gradients_function(f)
    assert g(A)[0] == f(A.copy())
    with pytest.raises(ValueError, match="contiguous"):
        g(np.asfortranarray(A))


@pytest.mark.parametrize("order", ["C", "F"])
def test_order_of_what_is_given(order):
    """Cotangents and tangents may lie in any order."""

    def f(s):
        w = s * 2.0
        w.reshape(-1)[1] = 5.0
        return w.T

    given = np.arange(9.0).reshape(3, 3)
    wanted = 2.0 * given.T
    wanted[0, 1] = 0.0
    dy = np.array(given, order=order)
    np.testing.assert_array_equal(value_and_gradients_function(f)(S, dy=dy)[1][0], wanted)
    _, tangent = value_and_tangent_function(f)(S, tangents=(dy,))
    wanted = 2.0 * given
    wanted[0, 1] = 0.0
    np.testing.assert_array_equal(tangent, wanted.T)


def test_fortran_order_refused():
    def f(s):
        w = s * 2.0
        z = np.asfortranarray(w)
        z[0, 1] = s[0, 0]
        return w

    with pytest.raises(NotDifferentiableError, match="view of `w` or a copy"):
        value_and_gradients_function(f)(S)


def test_order_of_elements_refused():
    def f(A):
        flat = A.ravel(order="F")
        flat[0] = A[1, 1]
        return np.sum(A)

    with pytest.raises(NotDifferentiableError, match="view of `A` or a copy"):
        value_and_gradients_function(f)(A)


def test_parameters_named_as_modules():
    def f(np, math, operator):
        np[0] = np[1] * math
        return operator * np[0]

    value, grads = value_and_gradients_function(f)(V, 2.0, 3.0)
    assert value == f(V.copy(), 2.0, 3.0)
    np.testing.assert_allclose(grads[0], [0.0, 6.0, 0.0])
    assert grads[1:] == (3.0 * V[1], 2.0 * V[1])
