"""Programs that put together what goes wrong easily: second names, closures, jumps, containers that change."""

import collections
import dataclasses
import math

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases
from .helpers import Two

case = Cases()
G = np.array([1.0, 2.0, 3.0])


@dataclasses.dataclass
class P:
    a: object
    b: object

    def grow(self, s):
        self.a *= s
        return self


@dataclasses.dataclass(frozen=True)
class F:
    a: object
    b: object = 2.0


@case(np.array([[0.3, -0.7, 1.1], [0.9, 0.4, -1.2]]), 2)
def constant_matrix_beside_what_is_written_later(x, n):
    y = x * 0.5
    for _ in range(n):
        y = np.full((2, 2), 0.3).T @ y
    y[0, 1] += x[0, 0] ** 2
    return y


@case(2.1, 3.2)
def default_that_is_changed(x, y):
    def add(v, acc=[]):
        acc.append(v)
        return sum(acc)

    return add(x) * add(y) + add(x * y)


@case(2.1, 3.2)
def views_of_views(x, y):
    a = np.array([x, y, x * y, x + y])
    b = a[::-1]
    c = b[::2]
    d = c[::-1]
    d[0] = d[0] * 3
    return np.sum(a * np.array([1.0, 2.0, 3.0, 4.0])) + b[-1] * y


@case(2.1, 3.2)
def rows_swapped(x, y):
    a = np.array([[x, y], [y, x * x]])
    a[[0, 1]] = a[[1, 0]]
    a[0], a[1] = a[1].copy(), a[0].copy()
    a[:, [0, 1]] = a[:, [1, 0]]
    return a[0, 0] * 2 + a[0, 1] * 3 + a[1, 0] * a[1, 1]


@case(2.1, 3.2)
def rows_swapped_by_views(x, y):
    a = np.array([[x, y], [y, x * x]])
    a[0], a[1] = a[1], a[0]
    return a[0, 0] * 2 + a[0, 1] * 3 + a[1, 0] * a[1, 1]


@case(2.1, 3.2)
def out_is_an_operand(x, y):
    a = np.array([x, y, x * y])
    np.multiply(a, a, out=a)
    np.add(a, a[::-1].copy(), out=a)
    np.exp(a * 0.1, out=a)
    return np.sum(a * a)


@case(2.1, 3.2)
def broadcast_in_place(x, y):
    a = np.zeros((2, 3))
    r = a[0]
    r += np.array([x, y, 1.0])
    a += r
    a *= a[:, :1]
    return np.sum(a * a)


@case(2.1, 3.2)
def recursion_that_appends(x, y):
    def go(n, acc):
        if n == 0:
            return acc
        acc.append(acc[-1] * x + n)
        return go(n - 1, acc)

    r = go(3, [y])
    return r[-1] * r[1]


@case(2.1, 3.2)
def finally_after_a_test(x, y):
    t = x
    try:
        t = t * y
        if t > 100:
            raise ValueError
    finally:
        t = t + x
    return t * t


@case(2.1, 3.2)
def missing_key(x, y):
    d = {}
    try:
        v = d["a"]
    except KeyError:
        v = x * y
    else:
        v = y
    finally:
        d["a"] = v
    return d["a"] * x


@case(2.1, 3.2)
def while_else(x, y):
    n = 0
    while n < 3:
        x = x * y
        n += 1
        if n == 5:
            break
    else:
        x = x + y
    return x


@case(2.1, 3.2)
def walrus_in_a_while(x, y):
    t = 0.0
    while (t := t + x) < 10:
        y = y * 1.1 + t
    return t * y


@case(2.1, 3.2)
def starred_arguments(x, y):
    def f(*args, scale=1.0, **kw):
        first, *rest = args
        return first * sum(rest) * scale + kw.get("z", 0.0)

    return f(x, *[y, x], scale=y, **{"z": x * y})


@case(2.1, 3.2)
def nonlocal_total(x, y):
    total = 0.0

    def add(v):
        nonlocal total
        total += v * y
        return total

    a = add(x)
    b = add(x * x)
    return a * b + total


@case(2.1, 3.2)
def deleted_and_put_back(x, y):
    d = {"a": x, "b": y, "c": x * y}
    del d["a"]
    d["a"] = x * 5
    t = 1.0
    for i, (k, v) in enumerate(d.items()):
        t = t * v + i
    return t


@case(2.1, 3.2)
def match_of_a_dict(x, y):
    p = {"kind": "pair", "v": (x, y)}
    match p:
        case {"kind": "single", "v": a}:
            return a
        case {"kind": "pair", "v": (a, b)} if b > a:
            return a * b * b
        case _:
            return x


@case(2.1, 3.2)
def match_of_a_class(x, y):
    q = P(x, y)
    match q:
        case P(a=u, b=v):
            return u * v + u


@case(2.1, 3.2)
def named_tuple(x, y):
    q = Two(x, y)._replace(b=y * x)
    a, b = q
    return q.a * b + q[1] * a


@case(2.1, 3.2)
def object_with_two_names(x, y):
    p = P(x, y)
    q = p
    q.grow(y)
    p.b = p.a * q.b
    return p.a * q.b


@case(2.1, 3.2)
def frozen_object(x, y):
    f = dataclasses.replace(F(x), b=y)
    return f.a * f.b + F(y).b * x


@case(2.1, 3.2)
def sums_with_a_start(x, y):
    return sum([x, y], start=x * y) * sum([[x], [y]], [])[1]


@case(2.1, 3.2)
def zip_of_unequal_lengths(x, y):
    t = 0.0
    for a, b in zip([x, y, x * y], [y, x]):
        t += a * b * a
    for i, a in enumerate([x, y], start=3):
        t += a * i
    return t


@case(2.1, 3.2)
def chained_comparison(x, y):
    return x * y if 0 < x < y <= 10 != x else y


@case(2.1, 3.2)
def deleted_names(x, y):
    a = [x, y, x * y]
    del a[0]
    b = a
    del a
    return b[0] * b[1]


@case(2.1, 3.2)
def text_with_effects(x, y):
    log = []
    s = f"{log.append(x) or 'a'}{len(log)}"
    return x * len(s) + y * log[0]


@case(2.1, 3.2)
def one_array_in_two_lists(x, y):
    a = np.array([x, y])
    l = [a]
    m = [l, l]
    m[0][0] = m[1][0] * y
    return np.sum(l[0]) * np.sum(a)


@case(2.1, 3.2)
def reshape_of_a_transposed_array(x, y):
    a = np.arange(6.0).reshape(2, 3) * x
    b = a.T
    c = b.reshape(-1)
    c[0] = y
    b[0, 0] = y * y
    return np.sum(a) + np.sum(c * c)


@case(2.1, 3.2)
def overlapping_slices(x, y):
    a = np.array([x, y, 1.0])
    a[1:] = a[:-1]
    a[:-1] += a[1:]
    return np.sum(a * a)


@case(2.1, 3.2)
def repeated_indices(x, y):
    a = np.zeros(3)
    np.add.at(a, [0, 0, 1], np.array([x, y, x * y]))
    a[[0, 0]] += y
    a[[1, 1]] = np.array([x, y])
    return np.sum(a * a)


@case(2.1, 3.2)
def continue_and_finally(x, y):
    try:
        r = x
        for i in range(5):
            if i == 3:
                break
            try:
                if i == 1:
                    continue
                r = r * y
            finally:
                r = r + 1.0
    finally:
        r = r * 2
    return r


@case(2.1, 3.2)
def while_true(x, y):
    i = 0
    t = x
    while True:
        i += 1
        if i % 2:
            t = t * y
            continue
        if i > 5:
            return t
        t = t + i


@case(2.1, 3.2)
def return_from_two_loops(x, y):
    def inner(n):
        for k in range(n):
            for j in range(n):
                if j > k:
                    return k * x + j * y * x
        return y

    return inner(2) * inner(1)


@case(2.1, 3.2)
def dict_of_sums(x, y):
    c = collections.defaultdict(float)
    for k, v in [("a", x), ("b", y), ("a", y)]:
        c[k] += v
    return c["a"] * c["b"] + c["z"]


@case(2.1, 3.2)
def rows_in_place(x, y):
    a = np.array([[x, y], [y, x]])
    for row in a:
        row *= 2
        row[0] += row[1]
    return np.sum(a[:, 0] * a[:, 1])


@case(2.1, 3.2)
def slices_of_lists(x, y):
    a = [x, y, x * y, x + y]
    a[1:3] = [a[2] * a[0]]
    a[::2] = a[::2][::-1]
    a.sort(key=lambda v: -v)
    return a[0] * 2 + a[1] * a[2]


@case(2.1, 3.2)
def names_after_in_place(x, y):
    a = np.array([x, y])
    b = a
    a = a * 2
    b += a
    a -= b
    return np.sum(a * b)


@case(2.1, 3.2)
def merged_dicts(x, y):
    s = {"p": [x, y]}
    t = {**s}
    u = dict(s)
    t["p"][0] *= y
    u["p"] = [1.0]
    return s["p"][0] * x


@case(2.1, 3.2)
def masks(x, y):
    a = np.array([x, y, x * y])
    m = a > 2.5
    a[m] *= a[m]
    a[~m] = y
    a = np.where(m, a, a[::-1])
    return np.sum(a**2)


@case(2.1, 3.2)
def nested_targets(x, y):
    x, y = y, x * y
    (a, [b, c]), d = (x, (y, x)), y
    return a * b - c * d * a


@case(2.1, 3.2)
def generator_of_two_loops(x, y):
    t = 0.0
    for v in (w for w in [x, y] for _ in range(2)):
        t = t * v + v
    return t


@case(2.1, 3.2)
def functions_in_a_zip(x, y):
    return [f(v) for f, v in zip([math.sin, math.exp, lambda v: v * v], [x, y, x * y])][-1] * max(
        [x, y], key=lambda v: -v
    )


@case(2.1, 3.2)
def iterator_of_an_array(x, y):
    a = np.array([x, y])
    it = iter(a)
    p = next(it)
    a[1] = x * 9
    return p * next(it)


@case(2.1, 3.2)
def closure_that_appends(x, y):
    acc = []

    def rec(n):
        acc.append(x * n)
        if n:
            rec(n - 1)

    rec(3)
    return math.prod(acc[:3]) * y


@case(2.1, 3.2)
def diagonal_filled(x, y):
    a = np.ones((2, 2)) * x
    np.fill_diagonal(a, y)
    a[np.triu_indices(2, 1)] *= y
    return np.linalg.det(a) + np.trace(a)


@case(2.1, 3.2)
def argument_written_and_returned(x, y):
    a = np.array([x, y])

    def f(v):
        v[0] = v[0] * y
        return v

    return np.sum(f(a) * a) + np.sum(f(a.copy()))


@case(2.1, 3.2)
def loop_variable_after_else(x, y):
    a = x
    for a in [a, a * y]:
        pass
    else:
        a *= 2
    return a


@case(2.1, 3.2)
def normalized_in_place(x, y):
    with np.errstate(all="ignore"):
        a = np.array([x, y])
        a /= a.sum()
        a[...] = np.cumsum(a)
    return a @ a * y


@case(2.1, 3.2)
def list_used_as_a_queue(x, y):
    it = [x, y]
    total = 0.0
    while it:
        v = it.pop()
        total = total * v + v
        if len(it) == 1 and total < 5:
            it.append(v * 2)
            it.insert(0, total)
            total = 10.0 + total
    return total


@case(2.1, 3.2)
def recursion_returns_what_it_writes(x, y):
    def go(n, acc):
        if n == 0:
            return acc
        acc[0] = acc[0] * x + n
        return go(n - 1, acc)

    r = go(2, np.array([y, x]))
    r[1] *= y
    return r[0] * r[1]


@case(2.1, 3.2)
def recursion_returns_what_it_is_given(x, y):
    def go(n, acc):
        if n == 0:
            return acc
        return go(n - 1, acc)

    a = np.array([y, x])
    r = go(2, a)
    a[1] *= y
    return r[0] * r[1]


@case(2.1, 3.2)
def recursion_returns_a_tuple(x, y):
    def go(n, acc):
        if n == 0:
            return acc, x
        acc.append(x * n)
        return go(n - 1, acc)

    r, q = go(2, [y])
    return r[0] * r[2] * q


@case(2.1, 3.2)
def sum_of_lists(x, y):
    return sum([[x * k] for k in range(4)], [])[2] * y + sum([[x], [y]], [])[1]


@case(2.1, 3.2)
def sum_of_lists_then_written(x, y):
    rows = [[x, y], [y]]
    out = sum(rows, start=[x * y])
    out[1] *= 3
    return out[0] * out[1] * rows[0][0]


@case(2.1, 3.2)
def failing_expression(x, y):
    d = {"b": x}
    try:
        d["a"] * 2
        x = y * 4
    except KeyError:
        pass
    return x * x


@case(2.1, 3.2)
def failing_index(x, y):
    a = [x]
    try:
        a[3]
        x = y * 4
    except IndexError:
        pass
    return x * x


@case(2.1, 3.2)
def failing_index_of_an_array(x, y):
    a = np.array([x])
    try:
        b = a[3]
        x = y * 4
    except IndexError:
        x = x * y
    return x * x


@case(2.1, 3.2)
def failing_division(x, y):
    try:
        z = 1.0 / (x - x)
        x = y * 4
    except ZeroDivisionError:
        x = x * y
    return x * x


@case(2.1, 3.2)
def array_in_an_object(x, y):
    c = P(np.array([x, y]), 2.0)
    c.a[0] *= 3
    c.a += c.a[::-1].copy()
    return np.sum(c.a * c.b)


@case(2.1, 3.2)
def closures_with_a_state(x, y):
    def make(k):
        def inc(v):
            nonlocal k
            k = k * v
            return k

        return inc

    f = make(x)
    g = make(y)
    return f(y) + g(x) * f(2.0)


@case(2.1, 3.2)
def array_written_in_its_loop(x, y):
    a = np.array([x, y, x])
    for i, v in enumerate(a):
        a[2] = v * 2
        if i == 2:
            break
    return a[2]


@case(2.1, 3.2)
def name_of_a_row_after_rebinding(x, y):
    a = np.array([[x, y], [y, x]])
    b = a[0]
    a = a @ a
    b *= 2
    return np.sum(a * b)


@case(2.1, 3.2)
def negative_step_by_a_slice_object(x, y):
    a = np.array([x, y])
    s = slice(None, None, -1)
    b = a[s]
    b[0] = b[0] * b[1]
    return a[1] * 2 + a[0]


@case(2.1, 3.2)
def two_stores_at_once(x, y):
    a = np.array([x, y, x * y, 1.0])
    a[1:3], a[0] = a[0:2].copy(), a[3] * x
    return np.sum(a * np.arange(1.0, 5.0))


@case(2.1, 3.2)
def list_in_a_tuple(x, y):
    t = (x, [y])
    t[1].append(x)
    u = t
    u[1][0] = u[1][1] * t[0]
    return t[1][0] * t[1][1]


@case(2.1, 3.2)
def stack_of_pairs(x, y):
    stack = [(x, 2)]
    total = 0.0
    while stack:
        v, n = stack.pop()
        total += v * v
        if n:
            stack.append((v * y, n - 1))
            stack.append((v + 1.0, n - 1))
    return total


@case(2.1, 3.2)
def broadcast_copy(x, y):
    a = np.array([x, y])
    b = np.broadcast_to(a, (3, 2)).copy()
    b[1:] += a
    a[0] = 0.0
    return np.sum(b * b)


@case(2.1, 3.2)
def last_item_first(x, y):
    r = [0.0] * 3
    for i in range(3):
        r[i] = r[i - 1] * x + y
    return r[-1] * r[0]


@case(2.1, 3.2)
def ravel_and_flatten(x, y):
    a = np.zeros((2, 2))
    v = a.ravel()
    w = a.flatten()
    v[0] = x
    w[1] = y
    a[1, 1] = y
    return np.sum(v * v) + np.sum(w)


@case(2.1, 3.2)
def views_and_copies(x, y):
    a = np.array([x, y])
    b = a.view()
    c = np.asarray(a)
    d = np.array(a)
    b += 1
    c *= 2
    d -= 1
    return np.sum(a * d)


@case(2.1, 3.2)
def starred_targets(x, y):
    *a, b = x, y, x * y
    a[0], b = b, a[0]
    return a[0] * b + a[1]


@case(2.1, 3.2)
def setdefault_twice(x, y):
    e = {}
    e.setdefault("a", []).append(x)
    e.setdefault("a", []).append(y)
    return math.prod(e["a"]) * len(e["a"])


@case(2.1, 3.2)
def continue_in_an_except(x, y):
    for i in range(4):
        try:
            if i == 2:
                raise ValueError
            x = x * y
        except ValueError:
            x = x + 1
            continue
        x = x - 0.5
    return x


@case(2.1, 3.2)
def sorted_pairs(x, y):
    q = sorted([(x, 1.0), (y, 2.0), (x * y, 0.0)], key=lambda p: (p[1], p[0]), reverse=True)
    (a, _), *rest = q
    return a * rest[0][0] + rest[-1][0]


@pytest.mark.parametrize("one", case, ids=str)
def test_case(one):
    one.check()


def array_in_a_list_twice(x, y):
    a = np.array([x, y])
    both = [a, a]
    both[0] = both[0] * 2
    both[1] *= 3
    return np.sum(a) * both[0][0]


def copy_or_not(x, y):
    a = np.array([x, y])
    b = a if x > 1 else a.copy()
    b[0] = b[0] * y
    return a[0] * b[1]


def one_row_twice(x, y):
    rows = [[x] * 2] * 2
    rows[0][0] = y * 3
    return rows[1][0] * rows[0][1]


def recursion_returns_a_part(x, y):
    def go(n, acc):
        if n == 0:
            return acc[1:]
        acc[1] = acc[1] * x + n
        return go(n - 1, acc)

    a = np.array([y, x])
    r = go(2, a)
    a[1] *= y
    return r[0] * a[1]


def recursion_returns_one_or_the_other(x, y):
    def go(n, acc, b):
        if n == 0:
            return acc
        acc[1] = acc[1] * x + n
        return go(n - 1, b, acc)

    a = np.array([y, x])
    b = np.array([x, x])
    r = go(2, a, b)
    a[1] *= y
    return r[0] * r[1]


@pytest.mark.parametrize(
    ("f", "key"),
    [
        (array_in_a_list_twice, "held_write"),
        (copy_or_not, "ambiguous_store"),
        (one_row_twice, "held_write"),
        (recursion_returns_a_part, "recursion_memory"),
        (recursion_returns_one_or_the_other, "recursion_memory"),
    ],
)
def test_refused(f, key):
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(f)(2.1, 3.2)
    assert caught.value.key == key
