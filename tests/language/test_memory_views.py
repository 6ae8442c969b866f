"""Arrays as memory: views and aliases written through any of their names."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


@case(array(2, 3), 2.0)
def row_view_written(A, x):
    row = A[1]
    row[2] = 3.0 * x
    row[0] *= A[0, 0]
    return np.sum(A * A)


@case(array(2, 3))
def base_written_view_read(A):
    row = A[0]
    A[0, 1] = A[1, 2] * 2.0
    A[0] *= A[1]
    return np.sum(row * row)


@case(array(3), array(3, seed=1))
def view_written_then_read_in_a_loop(y, x):
    head = x[:2]
    head[0:2] = 2.0 * head
    for _ in range(2):
        y[1] *= head[1]
    return y


@case(array(3, 3))
def rows_in_loop(A):
    for i in range(1, 3):
        row = A[i]
        row[:] = row * A[i - 1]
        row[0] += 1.0
    return np.sum(A * A)


@case(array(3, 3))
def iterated_rows_written(A):
    for row in A:
        row[1] = row[0] * row[2]
        row *= 2.0
    return np.sum(A * A)


@case(array(3, 3))
def enumerated_rows_written(A):
    for i, row in enumerate(A):
        row[i] = A[0, 1] * row[0]
    return np.sum(A * A)


@case(array(3, 2), array(3, 2, seed=1))
def zipped_rows_written(A, B):
    for a, b in zip(A, B):
        a[0] = b[1] * a[1]
        b += a
    return np.sum(A * B)


@case(array(6))
def slice_view(v):
    tail = v[2:]
    tail[0] = v[0] * v[1]
    tail *= 2.0
    v[3] = tail[0]
    return np.sum(v * v)


@case(array(6))
def view_of_view(v):
    tail = v[1:]
    every = tail[::2]
    every[1] = v[0] * v[3]
    tail[0] = every[1]
    return np.sum(v * v)


@case(array(6))
def reversed_view(v):
    back = v[::-1]
    back[0] = v[0] * 2.0
    v[1:] += back[1:]
    return np.sum(v * v)


@case(array(2, 3))
def transpose_written(A):
    t = A.T
    t[0, 1] = A[0, 2] * 3.0
    A[1] = t[:, 0]
    return np.sum(t * t * np.arange(6.0).reshape(3, 2))


@case(array(2, 3))
def reshape_view_written(A):
    flat = A.reshape(6)
    flat[1] = A[1, 0] * A[0, 0]
    flat[3:] *= 2.0
    return np.sum(A * A)


@case(array(2, 3))
def ravel_view_written(A):
    flat = A.ravel()
    for k in range(1, 6):
        flat[k] += flat[k - 1] * 0.5
    return np.sum(A * A)


@case(array(2, 3))
def flatten_is_a_copy(A):
    flat = A.flatten()
    flat[0] = 3.0 * A[1, 1]
    A[0, 0] = flat[0] * flat[1]
    return np.sum(flat) * np.sum(A)


@case(array(2, 3))
def ravel_of_transpose_is_a_copy(A):
    flat = A.T.ravel()
    flat[0] = 3.0 * A[1, 1]
    return np.sum(A * A) + np.sum(flat * flat)


@case(array(3, 3))
def diagonal_by_index(A):
    k = np.arange(3)
    A[k, k] = A[0] * 2.0
    A[k, k] += A[1, k]
    return np.sum(A * A)


@case(array(3, 3))
def diagonal_through_flat_slice(A):
    A.reshape(-1)[::4] = A[1] * A[2]
    return np.sum(A * A)


@case(array(3, 3))
def diagonal_view_read(A):
    d = np.diagonal(A)
    A[1, 1] = A[0, 1] * A[0, 0]
    return np.sum(d * d)


@case(array(4))
def diagonal_of_what_is_written(v):
    a = np.zeros(len(v))
    a[0] = v[0] * 2.0
    a[1:] = v[1:] * v[0]
    return np.sum(np.diag(a) * np.outer(v, v))


@case(array(3, 3))
def fill_diagonal(A):
    A[0, 1] = A[0, 0] * A[2, 2]
    np.fill_diagonal(A, A[1, 0])
    return np.sum(A * A)


@case(array(4))
def two_names(v):
    a = v * 2.0
    b = a
    b[0] = v[1] * v[2]
    a[1] = b[0] * b[2]
    return np.sum(a * b)


@case(array(4))
def alias_of_parameter(v):
    a = v
    a[0] = a[1] * 3.0
    v[2] *= a[0]
    return np.sum(a * v)


@case(array(4))
def augmented_through_alias(v):
    a = v
    a += 1.0
    b = a
    b *= v
    return np.sum(v * v)


@case(array(4))
def assignment_is_not_augmentation(v):
    a = v
    a = a + 1.0
    a *= 2.0
    return np.sum(v * a)


@case(array(4), 4)
def swap_buffers(v, n):
    old = v.copy()
    new = np.zeros_like(v)
    for _ in range(n):
        new[0] = old[0]
        new[1:] = old[1:] * 0.5 + old[:-1] * v[0]
        old, new = new, old
    return np.sum(old * old)


@case(array(4), 3)
def double_buffering(v, n):
    buffers = np.zeros((2, 4))
    buffers[0] = v
    for k in range(n):
        here, there = k % 2, (k + 1) % 2
        buffers[there] = np.sin(buffers[here]) * v
    return np.sum(buffers * np.array([[1.0], [2.0]]))


@case(array(4), 3)
def double_buffering_in_list(v, n):
    buffers = [v.copy(), np.zeros(4)]
    for k in range(n):
        buffers[(k + 1) % 2][:] = buffers[k % 2] ** 2 + v
    return np.sum(buffers[0]) * buffers[1][2]


@case(array(4), 3)
def three_buffers_rotated(v, n):
    a, b, c = v.copy(), v * 0.5, np.zeros(4)
    for _ in range(n):
        c[:] = 1.1 * b - a * b
        a, b, c = b, c, a
    return np.sum(b * b) + np.sum(a)


@case(array(3, 4))
def matrix_rows_unpacked(A):
    a, b, c = A
    a[0] = b[1] * c[2]
    c += a
    return np.sum(A * A)


@case(array(2, 4))
def columns_of_transpose(A):
    for column in A.T:
        column[0] = column[1] * column[0]
    return np.sum(A * A)


@case(array(3))
def array_twice_in_list(v):
    a = v * 1.0
    pair = [a, a]
    pair[0][1] = v[0] * v[2]
    pair[1] *= 2.0
    return np.sum(a * v)


@case(array(3))
def array_in_dict_and_name(v):
    a = v * 1.0
    d = {"a": a}
    d["a"][0] = v[1] * v[1]
    a[2] = d["a"][0] * 3.0
    return np.sum(d["a"] * v)


@case(array(2, 3))
def expand_and_squeeze_views(A):
    b = A[0][:, None]
    b[1, 0] = A[1, 1] * A[0, 0]
    c = b.squeeze()
    c[2] *= 3.0
    return np.sum(A * A)


@case(array(2, 3, 2))
def view_by_two_indices(T):
    m = T[1]
    row = m[2]
    row[0] = T[0, 0, 0] * row[1]
    m[0] += row
    return np.sum(T * T)


@case(array(2, 3))
def swapaxes_and_moveaxis(A):
    s = np.swapaxes(A, 0, 1)
    s[0] *= 2.0
    m = np.moveaxis(A, 0, 1)
    m[1, 0] = A[1, 2] * A[0, 0]
    return np.sum(A * A)


@case(array(2, 3))
def asarray_is_the_same(A):
    b = np.asarray(A)
    b[0] = b[1] * 2.0
    c = np.array(A, copy=True)
    c[1] = 7.0
    return np.sum(A * c)


@case(array(6))
def split_views(v):
    a, b = np.split(v, 2)
    a[0] = b[1] * b[0]
    b *= a
    return np.sum(v * v)


@case(array(4))
def parts_of_other_lengths(v):
    a, b = np.split(v, [1])
    return np.sum(a + b) + np.sum(np.exp(a) * b)


@case(array(3))
def parts_of_about_equal_length(v):
    a, b = np.array_split(v, 2)
    c, d, e = np.array_split(v * v, 3)
    return np.sum(a + b) * np.sum(c + e) + np.sum(a * d)


@case(array(6), 0.5)
def parts_of_equal_length(v, x):
    a, b = np.split(v, 2)
    c, d = np.split(np.sin(v), 2)
    return np.sum(a * c) + np.sum(b / (x + c * d))


@case(array(2, 3))
def parts_that_may_be_broadcast(A):
    rows, row = np.split(np.concatenate([A, A[:1]]), [2])
    return np.sum(rows + row)


@case(array(4), True, may_refuse=True)
@case(array(4), False, may_refuse=True)
def alias_decided_at_run_time(v, flag):
    w = v * 2.0
    z = v if flag else w
    z[0] = v[1] * w[2]
    return np.sum(v * w)


@case(array(4), 1.0, may_refuse=True)
@case(array(4), -1.0, may_refuse=True)
def alias_decided_by_active_value(v, x):
    w = v * x
    if x > 0.0:
        z = w
    else:
        z = w.copy()
    z[0] = w[1] * 3.0
    return np.sum(z * w)


@case(array(2, 3))
def view_kept_while_index_moves(A):
    k = 0
    row = A[k]
    k = 1
    row[0] = A[k, 1] * 2.0
    A[k] = row
    return np.sum(A * A)


@case(array(3))
def view_outlives_rebinding(v):
    a = v * 1.0
    tail = a[1:]
    a = a * 2.0
    tail[0] = a[0] * a[2]
    return np.sum(tail * tail) + np.sum(a)


@case(array(6))
def flat_attribute(v):
    A = (v * 1.0).reshape(2, 3)
    total = 0.0
    for e in A.flat:
        total += e * e * total + e
    A.flat[4] = total
    return np.sum(A)


@case(array(3, 3))
def lower_triangle_in_place(A):
    A[np.triu_indices(3, 1)] = 0.0
    A[np.tril_indices(3)] *= 2.0
    return np.sum(A @ A)


@case(array(3) + 1j * array(3, seed=1))
def real_and_imag_views(z):
    z.real[0] = z.imag[1] * 2.0
    return np.sum(np.abs(z) ** 2)


@case([0.339, -0.747, 0.11])
def view_of_a_view_added_to_between_a_store_and_its_reading(items):
    y = np.full(12, items[0]).reshape(2, 2, 3)
    y[0:2] += y
    items[0] = 0.5
    return y


@pytest.mark.parametrize("each", case, ids=str)
def test_view(each):
    each.check()
