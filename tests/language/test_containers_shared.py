"""Containers that hold memory, get and lose items, and have keys that are not known: never silently wrong."""

import collections
import operator

import numpy as np
import pytest

from s2sad import value_and_gradients_function

from .checker import Cases, array

case = Cases()


# ------------------------------------------------------------------ memory with two names
@case(array(3), may_refuse=True)  # row is written after it was put into a list that is read with an unknown index
def written_after_append(v):
    rows = []
    for k in range(2):
        row = [v[k], v[k + 1]]
        rows.append(row)
        row[0] = v[2] * v[k]
    total = 0.0
    for row in rows:
        total += row[0] * row[1]
    return total


@case(array(3))
def written_before_append(v):
    rows = []
    for k in range(2):
        row = [v[k], v[k + 1]]
        row[0] = v[2] * v[k]
        rows.append(row)
    total = 0.0
    for row in rows:
        total += row[0] * row[1]
    return total


@case(array(3), 3, may_refuse=True)  # one array under three positions
def one_array_appended_again_and_again(v, n):
    state = np.zeros(3)
    history = []
    for k in range(n):
        state[k % 3] = v[k % 3] * v[0]
        history.append(state)
    return np.sum(history[0]) * np.sum(history[1])


@case(array(3), 3)
def copies_appended(v, n):
    state = np.zeros(3)
    history = []
    for k in range(n):
        state[k % 3] = v[k % 3] * v[0]
        history.append(state.copy())
    return np.sum(history[0]) * np.sum(history[1]) * history[2][1]


@case(array(3), may_refuse=True)  # three times the same row
def rows_repeated(v):
    grid = [[0.0, 1.0]] * 3
    grid[0][0] = v[0] * v[1]
    return grid[1][0] * v[2]


@case(array(3))
def rows_made_apart(v):
    grid = [[0.0, 1.0] for _ in range(3)]
    grid[0][0] = v[0] * v[1]
    return grid[1][0] * v[2] + grid[0][0] * grid[0][1]


@case(array(3), may_refuse=True)  # a shallow copy of a list of lists, written through
def shallow_copy_written(v):
    rows = [[v[0], v[1]], [v[1], v[2]]]
    other = rows.copy()
    for k in range(2):
        other[k][0] = v[2] * v[k]
    return rows[0][0] * rows[1][1] + other[0][1]


@case(array(3), 1)
def item_of_display_by_unknown_index(v, k):
    a, b = v * 2.0, v * v
    pair = [a, b]
    pair[k][0] = v[1]
    return np.sum(pair[0]) * np.sum(pair[1])


@case(array(3), 1, may_refuse=True)  # b has two names, and both are used
def item_written_by_unknown_index(v, k):
    a, b = v * 2.0, v * v
    pair = [a, b]
    pair[k][0] = v[1]
    return np.sum(a) * np.sum(b)


@case(array(3), 1)
def parameter_written_through_a_list(v, k):
    pair = [v, v * 2.0]
    pair[0][k] = 5.0 * pair[1][0]
    return np.sum(pair[0] * pair[1])


@case([1.0, 2.0], 1.5, params=["x"])
def not_chosen_list_written(items, x):
    items[0] = x * x
    items.append(items[0] * x)
    return items[0] * items[2] + items[1]


@case(array(3), may_refuse=True)  # the item moves while a name holds it
def item_moves_away(v):
    rows = [[v[0]], [v[1]]]
    row = rows[0]
    rows.insert(0, [v[2]])
    row[0] = v[2] * v[1]
    return rows[0][0] * rows[1][0] + rows[2][0]


@case(array(3))
def item_read_before_it_moves(v):
    rows = [[v[0], 1.0], [v[1], 2.0]]
    row = rows[-1]
    rows.append([v[2], v[0]])
    return row[0] * rows[-1][0] * rows[0][0]


@case(array(3), may_refuse=True)  # popped, written, and still known by its own name
def popped_and_written(v):
    inner = [v[0], v[1]]
    stack = [[1.0, v[2]], inner]
    top = stack.pop()
    top[0] = v[2] * v[2]
    return inner[0] * top[1] * stack[0][1]


@case(array(3))
def rows_popped_and_written(v):
    stack = [[e, e * e] for e in v]
    total = 0.0
    while stack:
        top = stack.pop()
        top[0] = top[0] * top[1]
        total += top[0] * top[0]
    return total


@case(array(3), may_refuse=True)  # written after it was put into a tuple in a list
def tuple_in_list_written(v):
    a = v * 1.0
    pairs = [(a, v[0])]
    for k in range(2):
        pairs.append((a, v[k]))
        a[k] = v[2]
    return sum(np.sum(p[0]) * p[1] for p in pairs)


@case(array(3), may_refuse=True)  # a dict changed after it was put into a list
def dict_in_list_written(v):
    d = {"a": v[0]}
    items = []
    for k in range(2):
        items.append(d)
        d["a"] = v[k] * v[2]
    return items[0]["a"] * items[1]["a"]


@case(array(2, 2))
def rows_of_array_in_list(A):
    rows = [A[0], A[1]]
    rows[0][1] = A[1, 0] * A[1, 1]
    return rows[0][1] * np.sum(A * A)


@case(array(2, 3), may_refuse=True)  # list(A) holds views of A
def list_of_rows_written(A):
    rows = list(A)
    for k in range(2):
        rows[k][0] = A[k, 1] ** 2
    return np.sum(A)


@case([[1.0, 2.0], [3.0]], 1.5)
def rows_replaced_by_others_of_other_length(rows, x):
    rows[0].append(x)
    rows[0] = [x * x, x, rows[1][0]]
    rows[1] = []
    return rows[0][0] * rows[0][2] + len(rows[1])


# ------------------------------------------------------------------ items that come, go and move
@case([1.0, 2.0, 3.0, 4.0], 1)
def insert_and_pop_anywhere(items, k):
    items.insert(k, items[0] * items[2])
    items.insert(-1, items[1] * 2.0)
    items.insert(100, items[-1] * items[0])
    a = items.pop(k)
    b = items.pop(-2)
    return a * b * items[k] + items[0] * items[-1] ** 2


@case([1.0, 2.0, 3.0, 4.0, 5.0])
def slices_assigned(items):
    items[1:3] = [items[0] * items[3]]
    items[:0] = [items[1] * items[2], 2.0]
    items[::2] = [items[1] * items[2]] * len(items[::2])
    items[-1:] = []
    return sum(a * (k + 1) for k, a in enumerate(items)) * items[0]


@case([1.0, 2.0, 3.0, 4.0])
def slices_deleted(items):
    items[1] = items[0] * items[3]
    del items[2:]
    return items[0] * items[1]


@case([3.0, 1.0, 2.0], 1.7)
def sorted_by_key_in_place(items, x):
    items.sort(key=lambda t: (t - x) ** 2, reverse=True)
    return items[0] * items[1] ** 2 * x


@case([(3.0, 1), (1.0, 2), (2.0, 0)])
def sorted_pairs(pairs):
    ordered = sorted(pairs, key=operator.itemgetter(1))
    best = max(pairs, key=lambda p: p[0])
    return ordered[0][0] * ordered[1][0] ** 2 + best[0]


@case([3.0, 1.0, 2.0])
def removed_and_cleared(items):
    items.remove(min(items))
    total = items[0] * items[1]
    items.clear()
    items.append(total)
    return items[0] * total


@case(array(4))
def deque_rotated(v):
    queue = collections.deque()
    for e in v:
        queue.append(e * e)
    queue.rotate(1)
    queue.appendleft(queue[0] * queue[-1])
    queue.reverse()
    last = queue.pop()
    return queue[0] * last + queue[2] * queue.popleft()


@case(array(3), 2)
def list_grown_in_both_ways(v, n):
    items = [v[0]]
    for k in range(n):
        if k % 2:
            items.append(items[0] * v[1])
        else:
            items.insert(0, items[-1] * v[2])
    return items[0] * items[1] * items[-1]


@case(array(5), 2)
def star_in_loop(v, n):
    rest = [e * e for e in v]
    total = 1.0
    for _ in range(n):
        first, *rest = rest
        total *= first
    *_, last = rest
    return total * last * sum(rest)


@case(array(3))
def next_with_default(v):
    stream = iter([e * e for e in v])
    total = 0.0
    for k in range(5):
        total += next(stream, 2.0) * v[0]
    return total


# ------------------------------------------------------------------ dicts of keys that are not known
@case(["a", "b", "a"], array(3))
def grouped(names, v):
    groups = collections.defaultdict(list)
    for name, e in zip(names, v):
        groups[name].append(e * e)
    return sum(sum(group) * len(group) for group in groups.values()) * groups["a"][1]


@case(array(4))
def mapping_of_arrays(v):
    table = {}
    for k in range(4):
        key = k % 2
        if key in table:
            table[key] = table[key] * v
        else:
            table[key] = v * v[k]
    return np.sum(table[0] * table[1])


@case(array(4))
def mapping_popped_and_deleted(v):
    table = {k: v[k] * v[0] for k in range(4) if k != 9}
    a = table.pop(2)
    b = table.pop(7, 3.0)
    k = 1
    for key in list(table):
        if key == k:
            del table[key]
    table.update({8: a * b})
    return sum(table.values()) * table[8] * len(table)


@case({"a": 1.5, "b": 2.5}, ["b", "c"])
def parameter_gets_new_keys(d, names):
    for name in names:
        d[name] = d["a"] * d.get(name, 2.0)
    total = 0.0
    for key, value in d.items():
        total += value * value * len(key)
    return total


@case(array(3), ["p", "q", "r"])
def mapping_returned(v, names):
    return {name: e * e for name, e in zip(names, v)}


@case(array(3), ["p", "q", "p"])
def mappings_merged(v, names):
    a = {name: e for name, e in zip(names, v)}
    b = dict(zip(names, v * v))
    c = a | b | {"z": v[0]}
    c |= {"p": c["q"] * v[1]}
    d = {**c, **a}
    for key in d:
        d[key] *= 2.0
    return sum(c.values()) * d["p"] + d["z"]


@case(array(3), ["p", "q", "r"])
def mapping_in_loop_of_its_own(v, names):
    total = 0.0
    for k in range(2):
        local = {}
        for name, e in zip(names, v):
            local[name] = e * e * (k + 1)
            local.setdefault(name + "x", e)
        total += local["p"] * local["qx"] * local["r"]
    return total


@case(array(3), ["p", "q"], may_refuse=True)  # two names of one dict, written through one of them
def mapping_with_two_names(v, names):
    d = {}
    e = d
    for name in names:
        d[name] = v[0] * v[1]
    e["p"] = e["p"] * v[2]
    return d["p"] * d["q"]


@case(array(2), ["sin", "cos", "sin"])
def functions_by_unknown_name(v, names):
    table = {"sin": np.sin, "cos": np.cos}
    steps = [lambda t: t * t, lambda t: t + 1.0]
    total = 0.0
    for k, name in enumerate(names):
        total += np.sum(table[name](v)) * steps[k % 2](v[0])
    return total


@case([1.0, "text", (2.0, array(2))], 3.0)
def mixed_list_changed(items, x):
    items[0] = items[0] * x
    items.append(items[2][0] * x)
    return items[0] * items[3] + np.sum(items[2][1]) + len(items)


@case(array(2), 2)
def mixed_list_by_unknown_index(v, n):
    parts = [v[0], v * 2.0, v]
    total = 0.0
    for k in range(n):
        total += np.sum(parts[k] * v)
    return total


# ------------------------------------------------------------------ what random programs found
@case(0.9, 1.3, 2)
def items_counted_before_more_come(x, y, n):
    a = [[x, 1.0], [y, x * y], [2.0, y]]
    b = [[y, x], [1.0, x]]
    for _ in range(n):
        a.insert(0, [y + 0.5, y])
        b = [q.copy() for q in a]
    return sum(q[0] * (i + 1.5) + q[1] for i, q in enumerate(a)) + b[0][0] * y + b[0][1]


@case(0.9, 1.3, 2, may_refuse=True)  # w is carried by the loop, and b holds what it was
def held_array_carried_by_a_loop(x, y, n):
    w = np.array([x, y])
    b = [w]
    for _ in range(n):
        w *= y
        w = w * np.sum(w)
    return np.sum(w) + b[0][0]


@case(0.9, 1.3)
def key_new_on_one_way(x, y):
    d = {0: x, 1: y}
    if x < 0.5:
        d[2] = x * y
    return sum(d.values()) * len(d) + d.setdefault(2, y) * x


@case(0.9, 1.3, 2)
def dicts_of_other_keys_in_a_loop(x, y, n):
    d = {0: x, 1: y, 2: x * y}
    e = {1: y}
    for _ in range(n):
        d.update(e)
        e = {q: t * 1.5 for q, t in d.items()}
        e[1] = y
    return sum(d.values()) * 1.3 + d[1] * e[1] + d[2] * d[0]


@case(0.9, 1.3, 2, may_refuse=True)  # a slice holds the rows that are written through it
def slice_carried_and_written(x, y, n):
    a = [[x, 1.0], [y, x * y], [2.0, y]]
    b = [[y, x], [1.0, x]]
    for _ in range(n):
        b[0][1] += y
        b = a[:2]
    return sum(q[0] * (i + 1.5) + q[1] for i, q in enumerate(a)) + b[0][0] * y + b[0][1]


@case(0.9, 1.3, 2)
def dict_of_known_keys_takes_a_mappings_place(x, y, n):
    d = {0: x, 1: y}
    e = {}
    for q, t in d.items():
        e[q + n] = t
    for _ in range(n):
        e = dict(d)
    return e[1] * y + e[0]


@case([1.0, 2.0, 3.0], may_refuse=True)  # a list that grows while a loop goes through it
def grows_while_looped(items):
    total = 0.0
    for item in items:
        if len(items) < 5:
            items.append(item * items[0])
        total += item * item
    return total


@pytest.mark.parametrize("each", case, ids=str)
def test_shared(each):
    each.check()


def rows_changed(rows):
    rows[0][...] = 2.0 * rows[1]
    rows[1][0] *= 3.0
    rows.append(rows[0] * rows[1])
    return rows


def test_dy_of_a_list_is_not_written_into():
    rows = [np.array([1.0, 2.0]), np.array([0.5, 1.5])]
    dy = [np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])]
    before = [row.copy() for row in dy]
    _, (gradient,) = value_and_gradients_function(rows_changed)(rows, dy=dy)
    assert len(dy) == 3 and all(map(np.array_equal, dy, before))
    # The value is (2 b, (3 b0, b1), (6 b0^2, 2 b1^2)), of the second row b.
    np.testing.assert_array_equal(gradient[0], [0.0, 0.0])
    np.testing.assert_allclose(gradient[1], [2 * 1 + 3 * 3 + 12 * 0.5 * 5, 2 * 2 + 4 + 4 * 1.5 * 6])
