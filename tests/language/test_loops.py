"""Loops: each thing that can be iterated over, each way out, bounds that depend on data, nests."""

import math

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()


@case(0.3, 3.7, 6)
def logistic_map(x, r, n):
    for i in range(n):
        x = r * x * (1.0 - x)
    return x


@case(0.9, 2, 9, 3)
def range_with_bounds_and_step(x, start, stop, step):
    total = 0.0
    for k in range(start, stop, step):
        total += x**k
    for k in range(stop, start, -2):
        total *= 1.0 + x / k
    return total


@case(1.3, 0)
def no_iterations(x, n):
    y = x
    for k in range(n):
        y = y * x
    return y * 2.0


@case.each((array(2, 3), 0), (array(2, 3), 2))
def no_iterations_leave_a_number(x, n):
    y = 0
    for _ in range(n):
        y = x
    return np.mean(y) + np.std(y) + np.median(y)


@case(array(4))
def rows_of_vector(v):
    p = 1.0
    for e in v:
        p = p * e + e
    return p


@case(array(4, 3))
def rows_of_matrix(a):
    h = np.zeros(3)
    for row in a:
        h = np.tanh(h + row * row)
    return np.sum(h)


@case(array(2, 3, 2))
def rows_of_rows(a):
    total = 0.0
    for matrix in a:
        for row in matrix:
            total += row[0] * row[1] * total + row[0]
    return total


@case([1.0, 2.0, 3.0])
def list_items(items):
    p = 1.0
    for item in items:
        p *= item + p
    return p


@case([array(2), array(2, seed=1)])
def list_of_arrays(items):
    total = np.zeros(2)
    for item in items:
        total = total * item + item
    return np.sum(total)


@case([array(2), array(3), array(4)])
def list_of_arrays_of_different_shape(items):
    total = 1.0
    for item in items:
        total = total * np.sum(item * item)
    return total


@case((1.0, 2.0, array(2)))
def tuple_items(items):
    total = 0.0
    for item in items:
        total = total + np.sum(item * item)
    return total


@case(1.5, 0.5)
def tuple_display(x, y):
    total = 1.0
    for a in (x, y, x * y):
        total *= a
    for f in (math.sin, math.cos):
        total += f(x)
    return total


@case({"a": 1.5, "b": 0.5})
def dict_keys(d):
    total = 1.0
    for key in d:
        total *= d[key] + total
    return total


@case({"a": 1.5, "b": 0.5})
def dict_items(d):
    total = 0.0
    for key, value in d.items():
        if key != "a":
            total += value
        total += value * value
    return total


@case({"a": array(2), "b": array(3)})
def dict_values(d):
    total = 0.0
    for value in d.values():
        total += np.sum(value**2) + total * value[0]
    return total


@case({"a": 1.5, "b": 0.5})
def dict_keys_view(d):
    total = 0.0
    for key in sorted(d.keys(), reverse=True):
        total = total * 0.5 + d[key] ** 2
    return total


@case(array(4))
def enumerated(v):
    total = 0.0
    for k, e in enumerate(v):
        total += (k + 1) * e * e
    for k, e in enumerate(v, start=2):
        total += e**k
    return total


@case(array(3), [1.0, 2.0, 3.0])
def zipped(v, items):
    total = 0.0
    for a, b in zip(v, items):
        total += a * b * b
    return total


@case(array(3), array(5), array(4))
def zip_of_different_lengths(u, v, w):
    total = 0.0
    for a, b, c in zip(u, v, w):
        total += a * b * c
    return total


@case(array(4), array(4, 2))
def enumerate_of_zip(v, a):
    total = 0.0
    for k, (e, row) in enumerate(zip(v, a)):
        total += k * e * np.sum(row * row)
    return total


def pair_of(p, a):
    return p["v"] * a, p["w"]


@case({"v": array(3), "w": array(3, 2)}, 1.3)
def zip_of_what_a_function_gives(p, a):
    s = 0.0
    for k, (e, row) in enumerate(zip(*pair_of(p, a))):
        s += e * np.sum(row) * k
    return s + sum(e * row[0] for e, row in zip(*[p["v"], p["w"]]))


@case(array(4), 0.5)
def reversed_array(v, x):
    for e in reversed(v):
        x = x * e + 1.0
    return x


@case([1.0, 2.0, 3.0], 0.5)
def reversed_list_and_range(items, x):
    for item in reversed(items):
        x = x * item + item
    for k in reversed(range(1, 4)):
        x = x + items[k - 1] ** k
    return x


@case(array(4))
def sorted_values(v):
    total = 0.0
    for k, e in enumerate(sorted(v)):
        total += k * e * e
    return total


@case([[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]])
def ragged_lists(rows):
    total = 0.0
    for row in rows:
        p = 1.0
        for e in row:
            p *= e
        total += p
    return total


@case([(1.0, 2.0), (3.0, 4.0)])
def list_of_pairs(pairs):
    total = 0.0
    for a, b in pairs:
        total += a * b * b
    return total


@case(array(4))
def sliced_iterable(v):
    total = 0.0
    for a, b in zip(v[:-1], v[1:]):
        total += (b - a) ** 2
    for e in v[::2]:
        total += e
    return total


@case(array(5), np.array([0, 3, 3, 1]))
def over_index_array(v, index):
    total = 1.0
    for k in index:
        total = total * v[k] + v[k]
    return total


@case("abca", {"a": 1.5, "b": 0.5, "c": 2.0})
def over_string(text, weights):
    total = 0.0
    for letter in text:
        total = total * 0.5 + weights[letter] ** 2
    return total


@case(array(3, 3))
def upper_triangle(a):
    total = 0.0
    for i in range(3):
        for j in range(i, 3):
            total += a[i, j] * a[j, i]
    return total


@case(array(2, 3), array(3, 2))
def matrix_product_by_hand(a, b):
    n, m = a.shape
    c = np.zeros((n, b.shape[1]))
    for i in range(n):
        for j in range(b.shape[1]):
            for k in range(m):
                c[i, j] += a[i, k] * b[k, j]
    return np.sum(c * c)


@case(0.9, 2)
def four_deep(x, n):
    for i in range(n):
        for j in range(n):
            for k in range(i + 1):
                for m in range(j, n):
                    x = x * 0.9 + 0.05 * x * x * (i + j + k + m)
    return x


@case(7.0)
def newton_sqrt(a):
    x = a
    while True:
        step = (x * x - a) / (2.0 * x)
        x = x - step
        if abs(step) < 1e-12:
            break
    return x


@case(0.7, 20)
def while_a_number_is_doubled(x, n):
    i = 1
    while i < n:
        x = math.sin(x * i) + x
        i = i * 2
    return x


@case(1.3)
def while_on_active_value(x):
    k = 0
    while x < 10.0:
        x = x * x + 0.1
        k += 1
    return x * k


@case(13.7, 2.0)
def while_with_two_conditions(x, y):
    k = 0
    while x > 1.0 and k < 4:
        x = x / y
        y = y + 0.1 * x
        k += 1
    return x * y


@case(array(6), 2.5)
@case(array(6), 100.0)
def break_on_data(v, limit):
    total = 0.0
    for e in v:
        if total > limit:
            break
        total += e * e
        total *= 1.1
    return total * limit


@case(array(6))
def break_in_middle(v):
    total = 0.0
    for k in range(6):
        total += v[k] * total + v[k]
        if total > 3.0:
            break
        total = total * 1.1
    return total + k


@case(signed(6))
def continue_on_data(v):
    total = 1.0
    for e in v:
        if e < 0.0:
            continue
        total *= e
        total += 1.0
    return total


@case(array(6))
def continue_and_break(v):
    total = 0.0
    for k, e in enumerate(v):
        if k == 1:
            continue
        if k == 4:
            break
        total = total * e + e
    return total


@case(array(4), 1.0)
@case(array(4), 9.0)
def for_else(v, limit):
    total = 0.0
    for e in v:
        total += e
        if total * total > limit:
            break
    else:
        total = total * 10.0
    return total * total


@case(array(3, 4)[::-1], 1.5)
def break_out_of_two_loops(a, limit):
    total = 0.0
    for row in a:
        for e in row:
            if e > limit:
                break
            total += e * e
        else:
            total *= 2.0
            continue
        break
    return total * limit


@case(5.5, 1.6)
def bounds_from_data(x, y):
    total = 0.0
    for k in range(int(x)):
        total += y * k
        for _ in range(int(y * k) % 3):
            total *= x / 5.0
    return total


@case(array(5))
def bounds_from_shape_and_len(v):
    total = 0.0
    for i in range(len(v)):
        for j in range(v.shape[0] - i):
            total += v[i] * v[j]
    return total


@case(0.9, 5)
def bound_overwritten_in_loop(x, n):
    for k in range(n):
        n = n - 1
        x = x * x + 0.1 * n
    return x * (n + 1)


@case(1.1, 3)
def loop_variable_used_after(x, n):
    for k in range(n):
        x = x + k * x
    return x * k


@case(1.1, 4)
def loop_variable_overwritten(x, n):
    for k in range(n):
        k = k * 2
        x = x + 0.1 * k * x
    return x


@case(1.1, 6)
def two_states(x, n):
    p, q = x, 0.0
    for k in range(n):
        p = p - 0.1 * q
        q = q + 0.1 * p * p
    return p * q


@case(array(3), 4)
def array_state(v, n):
    w = v
    for k in range(n):
        w = np.sin(w) + 0.1 * v * w
    return np.sum(w)


@case(1.5, 3)
def same_loop_twice(x, n):
    y = x
    for k in range(n):
        y = y * x
    for k in range(n):
        y = y + x * y
    return y


@case(array(3), 5)
def linear_loop(v, n):
    total = 0.0
    for k in range(n):
        total = total + 2.0 * v[k % 3] - 0.5 * total
    return total


@case([3.0, 1.0, 2.0])
def while_list_not_empty(items):
    total = 1.0
    while items:
        item = items.pop()
        total = total * item + item
    return total


@case(array(4))
def iterator_by_hand(v):
    stream = iter(v)
    total = next(stream) ** 2
    for e in stream:
        total = total * e
    return total


@case(array(2, 3), array(2, 3, seed=1))
def zip_of_matrices(a, b):
    total = 0.0
    for p, q in zip(a, b):
        total += p @ q
        for x, y in zip(p, q):
            total += x / y
    return total


@case(array(3))
def over_iteration_variable_name_reuse(x):
    total = 0.0
    for x in x:
        total += x * x
    return total * x


@case(0.1, 0.7)
@case(0.1, np.array(0.3))
def sums_in_the_users_order(x, n):
    y = n
    for _ in range(5):
        y = y + x + 0.3
    z = n
    for _ in range(3):
        z = x * z
    for _ in range(3):
        z = z - x + 0.7 * n
    return np.sum(y) + np.sum(z)


@case(array(5) + np.arange(5.0))
def writes_before_it_breaks(x):
    s = np.zeros(5)
    t = np.zeros(5)
    for i in range(5):
        s[i] = x[i] * x[i]
        if x[i] > 3.0:
            break
        t[i] = x[i] * s[i]
    return np.sum(s * s) + np.sum(t)


@case(array(5) + np.arange(5.0))
def adds_in_a_loop_before_it_breaks(x):
    s = np.zeros(5)
    t = np.zeros(5)
    for i in range(5):
        for j in range(2):
            s[j] += x[i] * x[i]
        if x[i] > 3.0:
            break
        t[i] = x[i] * s[i]
    return np.sum(s * s) + np.sum(t)


@case(2.0)
def read_by_a_default_alone(x):
    w = 3.0 * x
    y = 0.0
    for i in range(3):
        g = lambda v, k=w: v * k  # noqa: E731
        y += g(x)
        w = x * i
    return y


@case(2.0)
def read_by_a_default_of_a_keyword_alone(x):
    w = 3.0 * x
    y = 0.0
    for i in range(3):

        def g(v, *, k=w):
            return v * k

        y += g(x)
        w = x * i
    return y


@case.each((0.05,), (0.3,), (0.7,), (2.5,))
def left_over_numbers_in_a_tuple(x):
    for step in (0.1, 0.5, 1.0, 2.0):
        if x < step:
            break
        x = x * step + x
    return x * step


@case.each((0.05,), (0.7,), (2.5,))
def returned_over_pairs_in_a_tuple(x):
    for a, b in ((0.1, 1.0), (0.5, 2.0), (1.0, 3.0)):
        y = a * x + b
        if y > 2.0:
            return y * x
    return x


@case.each((0.4,), (0.7,), (2.5,))
def left_over_a_tuple_with_gradients(x):
    for y in (x, x * x, x + 1.0):
        if y > 0.6:
            break
    else:
        y *= 3.0
    return y * x


@pytest.mark.parametrize("each", case, ids=str)
def test_loop(each):
    each.check()
