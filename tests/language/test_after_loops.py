"""What a loop makes anew in each iteration, read after the loop: it is the last iteration's, and only that one's."""

import numpy as np
import pytest

from .checker import Cases, array

case = Cases()
x = array(3)


@case(x)
def array_of_ones(x):
    for _ in range(2):
        g = np.ones(3)
        g *= x
    return np.sum(g * g)


@case(x)
def written_at_an_index(x):
    for i in range(2):
        g = np.zeros(3)
        g[i] = x[i]
        g[2] += x[2] * x[1]
    return np.sum(g * g)


@case(x)
def in_while(x):
    i = 0
    while i < 3:
        g = np.ones(3)
        g *= x
        i += 1
    return np.sum(g * g)


@case(x)
def in_a_loop_in_a_loop(x):
    s = 0.0
    for i in range(2):
        for _ in range(2):
            g = np.ones(3)
            g *= x
        s += np.sum(g * g) * x[i]
    return s


@case(x)
def written_sometimes(x):
    for i in range(3):
        g = np.ones(3)
        if i < 1 or x[i] > 0:
            g *= x
    return np.sum(g * x)


@case(x)
def through_a_view(x):
    for _ in range(3):
        g = np.ones((2, 3))
        h = g[0]
        h *= x
    return np.sum(g * g) + h[0]


@case(x)
def made_sometimes(x):
    for i in range(3):
        if i < 2:
            g = np.ones(i + 1)
            g *= x[i]
    return np.sum(g * x[0])


def ones(n):
    return np.ones(n)


@case(x)
def made_by_a_plain_call(x):
    for _ in range(2):
        g = ones(3)
        g -= x
    return np.sum(g * g)


# --- of another shape each time -----------------------------------------------------------------------------------


@case(x)
def longer_each_time(x):
    for i in range(3):
        g = np.ones(i + 1)
        g *= x[i]
    return np.sum(g * g)


@case(x)
def shorter_each_time(x):
    for i in range(3):
        g = np.ones(3 - i) * x[0]
        g[0] *= x[i]
    return np.sum(g * g)


@case(x)
def a_product_of_another_shape(x):
    for i in range(3):
        g = np.arange(1.0, i + 2) * x[i]
    return np.sum(g * g)


@case(x)
def the_rest(x):
    for i in range(3):
        g = x[i:].copy()
        g *= x[i]
        h = g * 2.0
    return np.sum(h * g[0])


@case(x)
def until_break(x):
    i = 0
    while True:
        g = np.ones(i + 1)
        g *= x[i]
        if i == 2:
            break
        i += 1
    return np.sum(g * g)


# --- kept from an iteration before the last one --------------------------------------------------------------------


@case(x)
def number_kept(x):
    best = 10.0
    for i in range(3):
        loss = x[i] * x[i]
        if loss < best:
            best = loss
            kept = loss
        extra = loss * 2.0
    return kept * best + extra


@case(x)
def array_kept(x):
    best = 10.0
    for i in range(3):
        r = np.zeros(2)
        r[0] = x[i]
        r[1] = x[0] * x[i]
        if r[0] < best:
            best = r[0]
            kept = r
    return np.sum(kept * kept) + best


@case(x)
def tuple_kept(x):
    best = 10.0
    for i in range(3):
        r = x * x[i]
        if r[0] < best:
            best = r[0]
            kept = r, i, x[i]
    return np.sum(kept[0]) * kept[2]


@case(x)
def list_kept(x):
    best = 10.0
    for i in range(3):
        items = [x[i], 2.0]
        items.append(x[i] * 3.0)
        if x[i] < best:
            best = x[i]
            kept = items
    return kept[0] * kept[1] * kept[2]


@case(x, may_refuse=True)
def dict_kept(x):
    best = 10.0
    for i in range(3):
        d = {"a": x[i], "b": 2.0}
        if x[i] < best:
            best = x[i]
            kept = d
    return kept["a"] * kept["b"]


@case(x)
def the_one_before_kept(x):
    prev = x[0]
    for i in range(3):
        cur = prev * x[i]
        if i == 1:
            kept = prev
        prev = cur
    return kept * prev


@case(x)
def kept_and_written(x):
    for i in range(3):
        r = np.ones(3) * x[i]
        if i < 2:
            kept = r
            kept[0] *= x[1]
    return np.sum(kept * r)


@case(x)
def kept_where_nothing_failed(x):
    for i in range(3):
        r = x * x[i]
        try:
            [0.0, 1.0][i]
            kept = r
        except IndexError:
            pass
    return np.sum(kept * r)


# --- where the loop may be left before --------------------------------------------------------------------------------


@case.each(-1.0, 1.0)
def returned_before(x):
    for _ in range(2):
        if x < 0.0:
            return 1.0 + x
        c = np.full(1, x)
    return c[0]


@case.each(-1.0, 1.5)
def returned_before_it_was_written(x):
    for k in range(2):
        if x < k:
            return 1.0 + x
        c = np.ones(2)
        c *= x
    return c[0]


@case.each((1.0, 3), (1.0, 2), params=["x"])
def left_in_the_last_iteration(x, n):
    for k in range(n):
        if k == 2:
            break
        c = np.ones(2)
        c *= x
    return c[0]


@case.each(1.0, -1.0)
def left_or_read(x):
    for _ in range(3):
        if x < 0.0:
            break
        c = np.ones(2)
        c *= x
    else:
        return c[0]
    return x * x


@case((1.0, array(2)), 0.5, params=["pair"])
def maybe_set_before(pair, a):
    if 0.3 < a:
        w = np.zeros(2)
    for _ in range(2):
        _, w = pair
    return w


@case.each((1.0, x), (-1.0, x))
def maybe_set_and_read_before(a, v):
    if a > 0:
        w = np.sin(v) * a
    for k in range(2):
        w = v * (k + a)
    return w


@case.each((1.0, x), (-1.0, x))
def maybe_a_view_before(a, v):
    if a > 0:
        w = v.ravel()
    v[0] *= 2.0
    for _ in v:
        w = 1.0
    return w * a


# --- lists and dicts ----------------------------------------------------------------------------------------------


@case(x)
def list_of_another_length(x):
    for i in range(3):
        g = [0.0] * (3 - i)
        g[0] = x[i]
        g[-1] *= x[0]
    return g[-1] * g[0]


@case(x)
def list_made_sometimes(x):
    for i in range(3):
        if x[i] > -2.0:
            g = [0.0] * (3 - i)
            g[0] = x[i]
            g[-1] += x[0]
    return g[-1] * g[0]


@case(x)
def list_of_lists(x):
    for i in range(3):
        g = [[x[i]] * (i + 1), [x[0]]]
        g[0][0] *= x[1]
        g[1].append(x[i])
    return g[0][-1] * g[0][0] * g[1][1]


@case(x)
def list_of_arrays(x):
    for i in range(3):
        g = [np.ones(i + 1)]
        g[0] *= x[i]
    return np.sum(g[0])


@case(x)
def dict_of_other_keys(x):
    for i in range(3):
        d = {}
        d[i] = x[i]
        d[i] *= x[1]
    return d[2]


@case(x)
def dict_of_more_keys(x):
    n = 0
    while n < 3:
        d = {}
        for k in range(n + 1):
            d[k] = x[k] * n
        n += 1
    return sum(d.values())


# --- what goes on in it -------------------------------------------------------------------------------------------


@case(array(3, 3), array(2))
def branch_that_never_runs(w, v):
    for _, _ in enumerate(v):
        if 1.0 < 1.5 < 0.0:
            w += 1.0
        else:
            w = np.abs(w)
    return w


@case(np.array([1.2, -0.7, -0.4]))
def masks_of_one_array(x):
    a = x[x > 0]
    b = x[x < 2]
    return np.sum(a * b)


@case(0.5)
def parts_of_a_dict_made_anew(x):
    p = {"a": x, "b": x * 2.0}
    for _ in range(3):
        p = {"a": p["a"] + 0.1 * np.sin(p["b"]), "b": p["b"] * 0.9 + p["a"] * p["a"] * 0.01}
    return p["a"] * p["b"]


# --- the same name again ------------------------------------------------------------------------------------------


@case(array(3, 2))
def rows_written_twice(A):
    for _ in range(2):
        for row in A:
            row[1] += row[0] * 0.1
        for row in A:
            row[0] -= row[1] * 0.1
    return np.sum(A * A)


@case(array(3, 2))
def rows_written_and_read(A):
    for row in A:
        row *= 2.0
    total = 0.0
    for row in A:
        total += row[0] * row[1]
    return total + sum(np.sum(row * row) for row in A)


@case([[1.5, 2.0], [2.5, 3.0]])
def lists_written_twice(ps):
    for _ in range(3):
        for p in ps:
            p[1] += p[0] * 0.1
        for p in ps:
            p[0] -= p[1] * 0.1
    return sum(p[0] * p[1] for p in ps)


@case(array(3, 2), array(2))
def name_of_a_comprehension(A, row):
    rest = [row * row[0] for row in A]
    row *= 2.0
    return sum(np.sum(each * row) for each in rest)


@case(array(3, 2))
def name_read_by_a_function_of_f(A):
    def last():
        return row

    for row in A:
        pass
    first = last()
    for row in A:
        pass
    return np.sum(first * last())


@case(array(3, 2), array(2))
def name_kept_if_a_loop_does_not_run(A, row):
    total = 0.0
    for row in A[:0]:
        total += row[0]
    return np.sum(row * row * A) + total


@case(array(3), 0.3)
def set_again_on_one_way(x, s):
    t = x * s
    for k in range(3):
        if x[k] > 0.2:
            t = x[k] * x
        else:
            u = t
            t = u * s
    return np.sum(t)


@case([(array(3, 4), array(4)), (array(4, 2), array(2))], array(5, 3))
def layers_of_other_widths(params, inputs):
    for W, b in params:
        outputs = inputs @ W + b
        inputs = np.tanh(outputs)
    return outputs


@case({"a": array(3), "b": array(2)}, 0.3)
def values_of_other_lengths(parts, s):
    for part in {k: s * v for k, v in parts.items()}.values():
        squares = part * part
        s = s + np.sum(np.sin(squares))
    return s * squares


@case([array(3), array(2)], 0.3)
def lengths_of_other_items(xs, s):
    for x in xs:
        w = s * np.ones(len(x))
        s = s + np.sum(np.sin(w * x))
    return s * w


@case(x)
def list_made_in_an_inner_loop(x):
    for _ in range(2):
        for k in range(2):
            b = [x[k], x[0] * x[2]]
        x = x * b[0] + b[1]
    return b


@case(x)
def item_of_a_list_made_in_an_inner_loop(x):
    for _ in range(2):
        for k in range(2):
            for j in range(2):
                b = [x[k] * x[j]]
        x = x * b[0]
    return b[0] * x[1]


@case(x)
def list_made_where_the_array_is_written(x):
    for item in x:
        for each in [item]:
            b = [each]
        x *= b[0]
    return b


@case(x)
def list_that_a_branch_doubles(x):
    for k in range(2):
        b = [x[k]]
        if x[0] > -5.0:
            for _ in range(k + 1):
                b = b + b
    return b


@case(x)
def list_made_in_both_branches(x):
    for k in range(2):
        if x[k] > 0.5:
            b = [x[k], x[0]]
        else:
            b = [x[k] * x[1], x[2], x[0]]
        x = x * b[0] + b[-1]
    return b


@case(x)
def dict_made_in_both_branches(x):
    for k in range(3):
        if k == 1:
            b = {j: x[j] * x[k] for j in range(3)}
        else:
            b = {j: x[j] for j in range(k + 1)}
        x = x * b[0]
    return b[1]


@case(x)
def what_the_iteration_that_breaks_has_taken(x):
    s = 1.0
    for v in x:
        if v < 1.0:
            break
        s += v * v
    return s * v


@case(x)
def and_its_number(x):
    n = 0
    for k, v in enumerate(x):
        n += 1
        if v < 1.0:
            break
    return v * x[k] + n * v


@case(x)
def and_of_two_at_a_time(x):
    s = 1.0
    for v, w in zip(x, x[::-1]):
        t = v * w
        if v < 1.0:
            break
        for u in x:
            if u < v:
                break
            s += u * v
    return s * v + w * t


@case(np.array([0.5, 0.7, 1.1]))
def list_of_what_goes_on(u):
    for j in range(2):
        w = [u]
        u = u * u
    return np.sum(w[0])


@case(np.array([0.5, 0.7, 1.1]))
def items_of_what_goes_on(u):
    for j in range(2):
        w = [u, 2 * u]
        u = u * u
    return np.sum(w[0] * w[1])


@case(np.array([0.5, 0.7, 1.1]))
def run_through(u):
    for j in range(2):
        w = [u, 2 * u]
        u = u * u
    s = 0.0
    for x in w:
        s = s + np.sum(x)
    return s


@case(np.array([0.5, 0.7, 1.1]))
def nested_lists(u):
    for j in range(2):
        w = [[u, 2 * u], [u]]
        u = u * u
    return np.sum(w[0][0] * w[1][0]) + np.sum(np.concatenate(w[0]))


@case(np.array([0.5, 0.7, 1.1]))
def lists_and_dicts_in_a_dict(u):
    for j in range(2):
        w = {"a": [u], "b": {"c": u}}
        u = u * u
    return np.sum(w["a"][0]) + np.sum(w["b"]["c"])


@case(np.array([0.5, 0.7, 1.1]))
def lists_in_a_tuple(u):
    for j in range(2):
        w = ([u], (u, 3.0))
        u = u * u
    return np.sum(w[0][0]) + np.sum(w[1][0]) + np.sum(np.stack(w[0]))


@case(np.array([0.5, 0.7, 1.1]))
def list_of_the_iteration_before(u):
    w = [u]
    for j in range(2):
        v = w
        w = [u * 2]
        u = u * u
    return np.sum(v[0]) + np.sum(np.array(v)) + sum(np.sum(q) for q in v)


@case(np.array([0.5, 0.7, 1.1]))
def left_by_break(u):
    for j in range(3):
        w = [u]
        if j == 1:
            break
        u = u * u
    (x,) = w
    return np.sum(x) + np.sum(np.vstack(w)) + max(np.max(q) for q in w)


@case(np.array([0.5, 0.7, 1.1]))
def list_by_comprehension(u):
    k = 0
    while True:
        w = [q * 2 for q in u]
        u = u * u
        k += 1
        if k > 2:
            break
    return sum(w) + np.sum(np.array(w) ** 2) + w[0] * w[-1]


@case(np.array([0.5, 0.7, 1.1]))
def nested_dicts_made_anew(t):
    b = {"a": {"x": t[0], "v": 3.0}, "b": [t[1], {"z": t[2]}]}
    for k in range(3):
        b = {"a": {"x": b["a"]["x"] * t[0] + k, "v": b["b"][0]}, "b": [b["a"]["v"], {"z": b["b"][1]["z"] * 2}]}
    return b["a"]["x"] * b["a"]["v"] + b["b"][0] + b["b"][1]["z"]


@case(np.array([0.5, 0.7, 1.1]))
def optimizer_of_nested_dicts(t):
    p = {"w": {"a": t * 1.0, "b": t[0]}, "n": 0}
    m = {"w": {"a": 0 * t, "b": 0.0}}
    for n in range(3):
        g = {"a": 2 * p["w"]["a"], "b": p["w"]["b"] ** 2}
        m = {"w": {q: 0.9 * m["w"][q] + g[q] for q in g}}
        p = {"w": {q: p["w"][q] - 0.1 * m["w"][q] for q in g}, "n": p["n"] + 1}
    return np.sum(p["w"]["a"]) * p["w"]["b"] + p["n"]


@case(np.array([0.5, 0.7, 1.1]))
def nested_tuples_made_anew(t):
    s = (t[0], (t[1], {"q": t[2]}))
    for n in range(3):
        s = (s[0] * s[1][0], (s[0], {"q": s[1][1]["q"] + s[0]}))
    return s[0] + s[1][0] * s[1][1]["q"]


@case(0.7, (0, 2, 1))
@case(0.7, (3, 1, 0))
@case(0.7, (9, 9, 9))
def lists_of_other_lengths_at_each_break(x, n):
    s = 0.0
    for j in range(3):
        for i in range(4):
            if i >= n[j]:
                r = [x * x] * (i + 1)
                break
            r = [x * i, x]
            s += r[0] * len(r)
            if i == 2:
                r = r + [x]
                break
        s += sum(r) * len(r) * x
    return s


@case(array(3))
def list_made_anew_unless_the_loop_is_left(x):
    for i in range(4):
        g = [x[0]]
        if i == 2:
            break
        g = [x[1] * x[0], x[1], x[2] ** 2]
    return g[0]


@case(array(3))
def list_read_and_made_anew_unless_the_loop_is_left(x):
    s = 0.0
    for i in range(4):
        g = [x[0]]
        if i == 2:
            break
        g = [x[1] * x[0], x[1], x[2] ** 2]
        s += g[0] * g[-1] + g[1]
    return s * g[0]


@case(array(3))
def list_filled_unless_the_loop_is_left(x):
    s = 0.0
    for i in range(4):
        g = [x[0]]
        if i == 2:
            break
        g = []
        for k in range(3 - i):
            g.append(x[k] ** 2)
        s += g[0] * g[-1] + g[0]
    return s * g[0]


@case(array(3))
def list_that_grows_until_the_loop_is_left(x):
    s, i = 0.0, 0
    while True:
        g = [x[0]]
        if s > 1.0 or i > 10:
            break
        g = [x[0]] * (i + 1)
        g[i] = x[1] * x[2]
        s += g[-1] + 0.2 + g[0]
        i += 1
    return s * g[0]


@pytest.mark.parametrize("each", case, ids=str)
def test_after_loop(each):
    each.check()
