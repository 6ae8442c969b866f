"""Arrays as memory: stores into elements, slices, fancy and boolean indices, and augmented assignments."""

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()


@case(array(5, 5), 2)
def gauss_seidel(A, steps):
    n, m = A.shape
    for t in range(steps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                A[i, j] = (A[i - 1, j] + A[i, j - 1] + A[i, j] + A[i, j + 1] + A[i + 1, j]) / 5.0
    return np.sum(A * A)


@case(1.3, array(3))
def all_of_it_one_number_and_multiplied(x, w):
    s = np.ones(3) * x
    s *= np.array([1.0, 2.0, 3.0])
    u = np.zeros((2, 3)) + x
    u[...] *= np.array([[2.0], [0.5]])
    u += x
    u /= [1.0, 2.0, 4.0]
    v = x * w
    v *= [0.5, 1.0, 2.0]
    return np.sum(s) + np.mean(u) + np.sum(v)


@case(array(3), 0.7)
def rounded_down_in_place(v, x):
    s = np.ones(3) * x
    s //= 0.25
    s[0] += x
    v[1:] //= 0.5
    v *= s
    return np.sum(v) + np.sum(s * x)


@case(array(4))
def element_stores(v):
    v[0] = v[1] * v[2]
    v[-1] = v[0] * v[3]
    return np.sum(v * v)


@case(1.3)
def buffer_of_zeros(x):
    a = np.zeros(4)
    a[0] = x
    for k in range(1, 4):
        a[k] = a[k - 1] * x + 1.0
    return a[3] * a[1]


@case(1.3, 4)
def buffer_of_empty(x, n):
    a = np.empty(n)
    for k in range(n):
        a[k] = x**k
    return np.sum(a * a)


@case(1.3)
def buffer_of_ndarray(x):
    a = np.ndarray((2, 2))
    a[:] = x
    a[0, 1] = a[1, 0] * x
    return np.sum(a * a)


@case(array(3))
def buffers_of_many_kinds(v):
    a = np.ones(3)
    b = np.full(3, 2.0)
    c = np.zeros_like(v)
    d = np.empty_like(a)
    a[0] = v[1]
    b[1] = v[2] * v[2]
    c[2] = v[0]
    d[:] = a * b + c
    return np.sum(d * v)


@case(array(5))
def slice_store(v):
    v[1:3] = v[3:] * v[0]
    v[:2] = 1.5
    v[::2] = v[::2] * v[4]
    return np.sum(v * v)


@case(array(3, 4))
def row_and_column_stores(a):
    a[0] = a[1] * a[2]
    a[:, 1] = a[:, 0] * 2.0
    a[1, :] = a[0, ::-1]
    a[..., -1] = 0.5
    return np.sum(a * a)


@case(array(3, 4), array(4), 1.5)
def broadcast_store(a, v, x):
    a[:2] = v * x
    a[2, 1:] = x
    return np.sum(a * a * np.arange(12.0).reshape(3, 4))


@case(array(6))
def shift_up(A):
    A[1:] = A[:-1]
    return np.sum(A * np.arange(1.0, 7.0)) * A[2]


@case(array(6))
def shift_down_and_scale(A):
    A[:-1] = A[1:] * A[:-1]
    return np.sum(A**2)


@case(array(6))
def overlapping_sum(A):
    A[1:] += A[:-1]
    A[:-1] -= 0.5 * A[1:]
    return np.sum(A * A * A)


@case(array(6))
def overlapping_product(A):
    A[1:] *= A[:-1]
    A[:-2] += A[2:] * A[1:-1]
    return np.sum(A * A)


@case(array(6))
def reverse_in_place(A):
    A[:] = A[::-1]
    A[::2] = A[1::2] * A[::2]
    return np.sum(A * np.arange(6.0)) * A[0]


@case(array(4), 3)
def stencil_in_loop(u, steps):
    for _ in range(steps):
        u[1:-1] = u[1:-1] + 0.2 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u * u)


@case(array(4))
def augmented_array(v):
    w = v * 2.0
    w += v
    w *= w
    w -= 3.0
    w /= v
    w **= 2
    return np.sum(w)


@case(array(4), 2.0)
def augmented_slices(v, x):
    v[1:] += x * v[0]
    v[:2] *= v[2:]
    v[0] /= x
    v[3] -= v[0] * v[1]
    v[::2] **= 2
    return np.sum(v * v)


@case(array(4), array(3, 4))
def augmented_broadcast(v, a):
    a += v
    a[1] *= v[0]
    a[:, 2] += v[:3]
    a *= a[0]
    return np.sum(a * a)


@case(array(5))
def repeated_fancy_index(v):
    index = np.array([0, 2, 2, 4, 0])
    out = np.zeros(5)
    out[index] += v * v
    return np.sum(out * np.arange(1.0, 6.0) * v)


@case(array(5))
def repeated_fancy_store(v):
    out = np.ones(5)
    out[[1, 3, 1]] = v[:3] * v[2:]
    return np.sum(out * out * np.arange(5.0))


@case(array(5))
def add_at(v):
    out = np.zeros(3)
    np.add.at(out, [0, 2, 2, 1, 0], v * v)
    return np.sum(out * out)


@case(array(5))
def add_at_a_mask(v):
    out = v * 2.0
    np.add.at(out, v > v[1], v[0] * v[3])
    np.subtract.at(out, np.array([True, False, True, True, False]), v[:3])
    return np.sum(out * out)


@case(array(5))
def ufuncs_at_pairs(v):
    A, rows, columns = np.outer(v, v), np.array([0, 1, 1]), np.array([2, 0, 0])
    np.multiply.at(A, (rows, columns), v[:3])
    np.subtract.at(A, (rows, columns), v[2:])
    np.add.at(A, ([0, 4], [4, 0]), 2.0)
    np.negative.at(A, (rows, 1))
    np.add.at(A, (1,), v)
    return np.sum(A * A * A)


@case(array(4))
def a_negative_default(v, factor=-2.0):
    return np.sum(v * factor)


@case(array(5))
def fancy_stores(v):
    index = [4, 1]
    v[index] = v[[0, 2]] * v[index]
    v[[0, 3]] *= 2.0
    v[np.array([0, 1])] -= v[2]
    return np.sum(v * v)


@case(array(3, 4))
def fancy_pairs_store(a):
    rows = np.arange(3)
    cols = np.array([2, 0, 3])
    a[rows, cols] = a[rows, 0] * 2.0
    a[rows, cols] += a[0, :3] * a[rows, 1]
    a[[0, 2]] *= a[1]
    return np.sum(a * a)


@case(signed(6))
def boolean_stores(v):
    v[v < 0.0] = 0.1
    mask = v > 1.0
    v[mask] = v[mask] ** 2
    v[~mask] *= 3.0
    return np.sum(v * v)


@case(signed(3, 3), 0.5)
def boolean_matrix_stores(a, x):
    a[a < 0.0] *= x
    a[np.eye(3, dtype=bool)] += x
    a[a[:, 0] > 0.5, 1] = x * x
    return np.sum(a * a)


@case(array(4))
def store_inside_branch(v):
    for k in range(4):
        if v[k] > 1.0:
            v[k] = v[k] * v[0]
        else:
            v[k] += 1.0
    return np.sum(v * v)


@case(array(5))
def running_sum_in_place(v):
    for k in range(1, 5):
        v[k] += v[k - 1] * v[k]
    return v[-1] * v[2]


@case(array(3, 3))
def elimination(a):
    for k in range(3):
        for i in range(k + 1, 3):
            factor = a[i, k] / a[k, k]
            for j in range(k, 3):
                a[i, j] -= factor * a[k, j]
    return a[0, 0] * a[1, 1] * a[2, 2]


@case(array(3, 3) + 3.0 * np.eye(3))
def cholesky(a):
    lower = np.zeros_like(a)
    for i in range(3):
        for j in range(i + 1):
            s = a[i, j] - lower[i, :j] @ lower[j, :j]
            lower[i, j] = np.sqrt(s) if i == j else s / lower[j, j]
    return np.sum(lower)


@case(array(4))
def store_overwritten(v):
    a = np.zeros(2)
    a[0] = v[0] * v[1]
    a[0] = v[2]
    a[1] = a[0] * v[3]
    a[0] = a[1] * a[0]
    return a[0] * a[1]


@case(array(4), 2)
def store_at_computed_place(v, k):
    out = np.zeros(4)
    i = k - 1
    out[i] = v[k] * v[i]
    i = i + 1
    out[i] = out[i - 1] * v[0]
    i = 0
    out[i] += out[k]
    return np.sum(out * v)


@case(array(4))
def required_value_overwritten(v):
    w = np.exp(v)
    total = np.sum(w * v)
    w[:] = w * w
    total += np.sum(w * v)
    w[0] = v[1]
    return total + np.sum(w * w)


@case(array(3))
def product_then_overwrite(v):
    y = v * v
    v[0] = 5.0
    z = y * v
    v[:] = 0.0
    return np.sum(z * y) + np.sum(v)


@case(array(3))
def returns_written_array(v):
    v[0] = v[1] * v[2]
    return v


@case(array(3))
def returns_value_and_scratch(v):
    a = v * v
    total = np.sum(a * v)
    a[0] = 0.0
    return total, a


@case(array(3), 3)
def saved_states_of_buffer(v, n):
    a = np.zeros(3)
    total = 0.0
    for k in range(n):
        a[:] = np.sin(a) + v * (k + 1)
        total += np.sum(a * a)
    return total


@case(array(3), 3)
def history_matrix(v, n):
    history = np.zeros((n + 1, 3))
    history[0] = v
    for k in range(n):
        history[k + 1] = history[k] * v + np.cos(history[k])
    return np.sum(history[1:] * history[:-1])


@case(array(3))
def copy_breaks_the_alias(v):
    w = v.copy()
    u = np.array(v)
    w[0] = v[1] * v[0]
    u[1] = w[0]
    v[2] = 4.0 * u[1]
    return np.sum(w * u * v)


@case(2.0)
def array_of_actives_written(x):
    a = np.array([x, x * x, 1.0])
    a[2] = a[0] * a[1]
    a *= a[0]
    return np.sum(a)


@case(array(2, 2), array(2, 2, seed=1))
def matrix_augmented_matmul(a, b):
    a @= b
    b[:] = a @ b
    return np.sum(b * a)


@case(array(4).astype(np.float32))
def float32_stores(v):
    out = np.zeros(4, dtype=v.dtype)
    out[1:] = v[:-1] * v[1:]
    out[0] = v[3]
    out += v
    return np.sum(out * out)


@case(array(4), np.arange(4))
def integer_array_written(v, k):
    k[1:] = k[:-1]
    k += 1
    return np.sum(v[k] * k) if k[3] < 4 else v[0]


@case(1.7)
def real_into_integer_array(x):
    a = np.zeros(2, dtype=int)
    a[0] = x * 2.0
    return x * x * a[0]


@case(array(2, 3))
def store_of_scalar_computed_from_row(a):
    out = np.zeros((2, 3))
    for i in range(2):
        norm = np.sqrt(np.sum(a[i] ** 2))
        out[i] = a[i] / norm
        a[i, 0] = norm
    return np.sum(out * a)


@case(array(3))
def written_while_read_from_the_end(v):
    for item in reversed(v):
        v[0] += item / v[2]
    return v


@case(array(3))
def written_while_read_with_its_number(v):
    for k, item in enumerate(reversed(v)):
        v[0] += (k + 1) * item / v[2] + item * item
    return v


@case([1.5, 0.5])
def a_list_read_whole_that_grew(items):
    made = []
    for x in items:
        made.append(x * x)
    half = sum(made) / len(made)
    made.append(half)
    return half * made[0] + sum(made)


# --- complex numbers stored among what began as real ones --------------------------------------------------------------


@case(array(3))
def imaginary_parts_of_a_sum(x):
    a = x + 0j
    a.imag[1:] = x[1:]
    return np.sum(a.real * a.imag)


@case(array(3))
def products_with_i(x):
    a = x + 0j
    a[1:] *= 1j
    a[0] += 1j * x[1]
    return np.sum(np.imag(a) * x)


@case(array(2))
def an_array_of_one_real_number(x):
    a = np.array([x[0], 1j])
    a[1] = x[1] * 1j
    return np.sum(np.abs(a) ** 2)


@case(array(3))
def carried_as_complex_numbers(x):
    a = x + 0j
    for k in range(2):
        a = a * 1.5
        a[k] *= 1j * x[1]
    return np.sum(np.imag(a) * x)


@case(np.array(0.5), 3, params=["a"])
def array_without_axes_set_anew_and_written(a, n):
    for k in range(n):
        a = np.asarray(np.sin(a))
        a[...] = a * (k + 1)
    return a


@case(0.7, 3, params=["x"])
def arrays_without_axes_in_a_loop(x, n):
    a, b = np.zeros(()), np.array(x)
    for k in range(n):
        a[()] = a * x + k
        a = np.asarray(a + 1.0)
        a[...] += x
        if k % 2:
            b = np.where(x > 0.0, b * x, 1.0)
        b += x
    return a * b


@pytest.mark.parametrize("each", case, ids=str)
def test_store(each):
    each.check()


@case(1.5)
def array_without_axes(x):
    a = np.full((), x)
    a[...] += 1.0
    a *= x
    return a[()]


@case(1.5, array(2))
def several_values_of_one_array(x, a):
    b = np.sin(a)
    return np.mean(b) * x + a, b


@case(0.7, 0.9)
def number_made_an_array_without_axes(x, y):
    row = np.full((), x)
    for _ in range(2):
        y *= row
    return y
