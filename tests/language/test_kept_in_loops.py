"""What an iteration keeps: what the one that leaves the loop, or doesn't set it, must not change."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()


class Thing:
    def __init__(self, a):
        self.a = a


a = array(3, 2)
pairs = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


# --- another name of what the next iteration sets anew ---------------------------------------------------------------


@case(0.7)
def not_in_the_iteration_that_breaks(x):
    for i in range(5):
        v = x * i
        if v > 2.0:
            break
        last = v
    return last


@case(0.7)
def one_behind(x):
    v = x
    for _ in range(3):
        before = v
        v = v * 1.7
    return before * v


@case(0.7)
def one_behind_with_break(x):
    v = x
    while v < 3.0:
        before = v
        v = v * 1.7
        if v > 2.5:
            break
        other = before
    return before * other


@case(0.7)
def tuple_and_dict(x):
    for i in range(5):
        v = x * i
        if v > 2.0:
            break
        both, named = (v, v * x), {"v": v}
    return both[0] * both[1] * named["v"]


@case(0.7)
def break_in_except(x):
    for i in range(5):
        v = x * i
        try:
            if v > 2.0:
                raise ValueError("too large")
        except ValueError:
            break
        last = v
    return last


@case(0.7)
def in_a_loop_in_a_loop(x):
    for i in range(5):
        for j in range(5):
            v = x * i * j
            if v > 2.0:
                break
            b = v
        c = b
        if c > 1.7:
            break
        d = c
    return b + d * x


@case(0.7)
def arrays(x):
    v = np.array([x, 2 * x])
    for _ in range(3):
        b = v
        v = v * 1.7
        if v[0] > 3.0:
            break
        c = b
    return b[0] * b[1] + c[0]


@case(0.7)
def lists(x):
    v = [x, 2 * x]
    for _ in range(3):
        b = v
        v = [v[1] * 1.7, v[0]]
    return b[0] * b[1]


# --- items of lists and rows of arrays ---------------------------------------------------------------------------------


@case(pairs)
def last_item(rows):
    for r in rows:
        pass
    return r[0] * r[1]


@case(pairs)
def item_of_a_counter(rows):
    n = 0
    while n < 2:
        b = rows[n]
        n += 1
    return b[0] * b[1]


@case(pairs)
def item_of_some_iteration(rows):
    for i in range(3):
        if rows[i][0] < 2.0:
            b = rows[i]
    return b[1] * b[0]


@case(pairs)
def item_before_break(rows):
    for r in rows:
        if r[0] > 4.0:
            break
        b = r
    return b[1] * b[0]


@case(a)
def row_of_an_index(a):
    for i in range(2):
        a *= 2.0
        b = a[i].reshape(1, 2)
    return b[0, 0] ** 2


@case(a, may_refuse=True)
def row_of_a_loop(a):
    for row in a:
        a *= 2.0
        b = row.reshape(1, 2)
    return b[0, 0] * b[0, 1]


@case(a, may_refuse=True)
def row_of_a_loop_before_another(a):
    s = 0.0
    for row in a:
        a *= 2.0
        b = row[::-1]
    for other in a:
        s = s + b[0] * other[0]
    return s


@case(a, may_refuse=True)
def row_of_a_counter(a):
    n = 0
    while n < 2:
        b = a[n].reshape(1, 2)
        a *= 1.1
        n += 1
    return b[0, 1]


@case(a, may_refuse=True)
def row_of_some_iteration(a):
    for i in range(3):
        if a[i, 0] < 1.5 * a[0, 0]:
            b = a[i].reshape(1, 2)
        a *= 2.0
    return b[0, 1]


@case(a, may_refuse=True)
def row_before_break(a):
    for i in range(3):
        if i > 1:
            break
        b = a[i].reshape(1, 2)
        a *= 1.1
    return b[0, 1]


# --- set in some iterations, without a value before the loop -----------------------------------------------------------


@case(0.7)
def set_in_every_other(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            b = x * (i + 1)
        s += b * b
    return s


@case(0.7)
def set_by_an_inner_loop_that_may_not_run(x):
    s = 0.0
    for i in range(3):
        for j in range(2 - i):
            b = x * (i + j + 1)
        s += b * b
    return s


@case(0.7)
def read_in_a_branch_of_an_inner_loop(x):
    s = x
    for i in range(3):
        for j in range(2):
            if j > 0:
                s += b * b * x  # noqa: F821
            b = x * (i + 1)
    return s


@case(0.7)
def set_in_one_iteration_and_read_in_a_later_one(x):
    s = x
    for i in range(3):
        if i == 1:
            b = x * x
        if i > 1:
            s += b * b * s
    return s


@case.each((0.1,), (0.7,))
def array_set_in_a_branch_before(x):
    s = x
    if x < 0.3:
        b = np.sin(x) * np.ones(2)
    for i in range(3):
        if i > 0 or x < 0.3:
            b[0] = 3.0 * s
            s += np.sum(b * b * x)
        b = x * (i + 1) * np.ones(3)
    return s


@case(0.7)
def parts_of_a_tuple(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            b, c = x * (i + 1), (x, s)
        s += b**2 * c[0] + c[1]
    return s


@case(0.7)
def unset_in_while(x):
    s, i = 0.0, 0
    while True:
        i += 1
        if i % 2 == 1:
            b = x * i
        if i > 6:
            break
        s += b**2
    return s


@case(0.7)
def unset_where_try_fails(x):
    s = 0.0
    for i in range(5):
        try:
            if i in (1, 2):
                raise ValueError
            b = x * (i + 1)
        except ValueError:
            pass
        s += b * b
    return s


@case(0.7)
def set_in_the_first_iterations(x):
    s = x
    for i in range(4):
        if i < 2:
            q = s * x
        else:
            s = s * q
    return s


@case(0.7)
def array_set_in_every_other(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            b = np.array([x * (i + 1), x])
        s += b[0] * b[1]
    return s


@case(0.7)
def item_set_in_every_other(x):
    a = [np.ones(2) * x, np.ones(2) * x * x, np.ones(2)]
    s = 0.0
    for i in range(3):
        if i != 1:
            b = a[i]
        s += np.sum(b * b)
    return s


@case(0.7, may_refuse=True)
def list_set_in_every_other(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            b = [x * (i + 1), x]
        s += b[0] * b[1]
    return s


@case(0.7, may_refuse=True)
def dict_set_in_every_other(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            b = {"u": x * (i + 1)}
        s += b["u"] ** 2
    return s


@case(array(2, 2, 3))
def set_before_on_the_other_way(w):
    if not 2 > 0.5:
        b = w.reshape(4, 3)
    else:
        n = 0
    if 0 > 0.5:
        return np.sum(w)
    while n < 1:
        n += 1
        b = np.sum(w)
    return b


@case(0.7)
def attribute_set_in_every_other(x):
    s, total = Thing(x), 0.0
    for i in range(4):
        if i % 2 == 0:
            s.b = x * (i + 1)
        total += s.b * s.b
    return total


@case(0.7)
def attribute_set_by_an_inner_loop(x):
    s, total = Thing(x), 0.0
    for i in range(3):
        for j in range(2 - i):
            s.c = x * (i + j + 1)
        total += s.c
    return total


@case(0.7)
def attributes_kept(x):
    s, v = Thing(x), x
    for _ in range(4):
        if v > 1.5:
            break
        s.last = v
        v = v * 1.3
        s.a = s.a * 1.1
    return s.last * s.a * v


# --- kept memory that is written ---------------------------------------------------------------------------------------


@case(a, may_refuse=True)
def row_of_the_best_written_after(a):
    a, best = a.copy(), -1e9
    for row in a:
        total = np.sum(row)
        if total > best:
            best = total
            keep = row
    a *= 2
    return np.sum(keep * keep) * best


@case(np.array([[0.5, 1.2], [0.6, 2.0], [1.9, 0.3]]), may_refuse=True)
def row_before_break_written_after(a):
    a = a.copy()
    for row in a:
        if row[0] > 1.5:
            break
        b = row
    a *= 2
    return np.sum(b * b)


@case(a[0])
def old_beside_written_new(x):
    x = x.copy()
    for _ in range(5):
        old = x
        x = x - 0.1 * np.sin(x)
        x[x < -1.1] = -1.1
        if np.linalg.norm(x - old) < 1e-8:
            break
    return np.sum(x * x)


# --- the exception itself ----------------------------------------------------------------------------------------------


@case(0.7)
def message_of_the_exception(x):
    s = 0.0
    for i in range(3):
        try:
            if i == 1:
                raise ValueError("a")
            s += x * i
        except ValueError as error:
            s += x * x * len(str(error))
    return s * x


# --- what the reverse sweep computes again ------------------------------------------------------------------------------


@case(array(3), array(3, 2) + 3.0, params=["b"])
def divided_by_a_sum_that_keeps_its_axis(b, x):
    s = 0.0
    for k in range(3):
        s += k * np.sum(b[:, None] / np.sum(x, axis=1, keepdims=True))
    return s


@pytest.mark.parametrize("each", case, ids=str)
def test_kept(each):
    each.check()


def read_too_early(x, n):
    for _ in range(n):
        x = x * np.sin(before)  # noqa: F821
        before = x * x
    return x


def test_what_has_no_value_yet_is_no_none_that_is_saved():
    from s2sad import value_and_gradients_function

    with pytest.raises(UnboundLocalError):
        value_and_gradients_function(read_too_early)(1.5, 2)
    assert value_and_gradients_function(read_too_early)(1.5, 0)[1] == (1.0, None)


def read_after_no_iteration(x, n):
    for k in range(n):
        if k > 0:
            x = x * c  # noqa: F821
        c = x * k
    return c


def read_in_one_way(x, n):
    for k in range(n):
        c = x * k
    for k in range(2):
        c = c if x > 0.0 else x
    return [x, c]


def read_in_a_test(x, n):
    for k in range(n):
        c = x * k
    for k in range(3):
        while k > 1 and c > 5.0:
            c = x
        if x > 0.0:
            x = x * np.sin(x)
        elif c:
            c = x
    return x


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (read_after_no_iteration, (2.0, 0)),
        (read_in_one_way, (2.0, 0)),
        (read_in_a_test, (-2.0, 0)),
        (read_in_a_test, (2.0, 0)),
    ],
)
def test_what_has_no_value_is_no_none_that_f_gives(f, args):
    """Both raise an error, of one sort, with the variable's name: also where the value would only be passed on."""
    from s2sad import value_and_gradients_function, value_and_tangent_function

    with pytest.raises(UnboundLocalError):
        f(*args)
    with pytest.raises(UnboundLocalError, match="^c has no value$|'c'"):
        value_and_gradients_function(f, params=["x"])(*args)
    with pytest.raises(UnboundLocalError, match="^c has no value$|'c'"):
        value_and_tangent_function(f, params=["x"])(*args, tangents=(1.0,))


# ------------------------------------------------------------------------------------------ views of what is carried
@case(np.array([0.3, 0.7, 0.2]), 3)
def view_of_what_the_iteration_began_with(x, n):
    for _ in range(n):
        b = x[1:]
        b += 1.0
        x = 2.0 * x
    return b


@case(np.array([[0.3, 0.7, 0.2]]), 2)
def transposed_and_written_by_the_other_name(x, n):
    for _ in range(n):
        b = x.T
        x = 2.0 * x
        x[0] = 1.0
    return np.sum(b * b) + np.sum(x)


@case(np.array([0.3, 0.7, 0.2]), 2)
def view_made_in_an_inner_loop(x, n):
    for _ in range(n):
        for _ in range(2):
            b = x[1:]
            b += 1.0
        x = 2.0 * x
    return b


@case(np.array([0.3, 0.7, 0.2]), 3)
def view_in_a_tuple(x, n):
    for _ in range(n):
        b = (x[1:], 2.0)
        b[0][0] += 1.0
        x = 2.0 * x
    return b[0] * b[1]


@case(np.array([[0.169, 0.687, 0.945]]))
def while_with_a_view(t):
    while np.any(t > 0.8):
        b = t.T
        b += 1.0
        t = 1.0 - t
    return b
