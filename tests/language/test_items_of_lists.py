"""Items of a list that are dicts, tuples or lists of arrays: their adjoints are items of the list's."""

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function

from .checker import Cases, array

case = Cases()

WEIGHTS = np.sin(np.arange(9.0)).reshape(3, 3)
BIAS = np.array([0.3, -0.2, 0.5])
LAYERS = [{"W": WEIGHTS, "b": BIAS, "s": 1.3}, {"W": WEIGHTS.T * 0.7, "b": BIAS[::-1] + 0.1, "s": 0.4}]
PAIRS = [(WEIGHTS, BIAS), (WEIGHTS.T * 0.7, BIAS[::-1] + 0.1)]
INPUTS = np.cos(np.arange(6.0)).reshape(2, 3)


@case(array(2, 3), 0.7, 2)
def another_shape_in_its_place(A, x, n):
    items = [A * x]
    for _ in range(n):
        items[0] = np.ones(4) * x
    others = [A[0] + x, A[1]]
    others[0] = others[1][:2] * x
    return np.sum(items[0]) + np.sum(others[0]) * x


@case(LAYERS, INPUTS)
def each_layer(layers, x):
    h = x
    for layer in layers:
        h = np.tanh(h @ layer["W"] + layer["b"] * layer["s"])
    return np.sum(h * h)


@case(PAIRS, INPUTS)
def pairs(layers, x):
    h = x
    for W, b in layers:
        h = np.tanh(h @ W + b)
    return np.sum(h * h)


@case([0.5, -1.2, 0.7])
def items_of_a_slice(values):
    rest = values[1:]
    return rest[1] * rest[0]


@case([0.5, -1.2, 0.7])
def unpacked_with_a_star(values):
    first, *rest = values
    return rest[1] * first


@case(PAIRS, INPUTS)
def pairs_of_a_slice(layers, x):
    h = x
    for W, b in layers[1:]:
        h = np.tanh(h @ W + b)
    W, b = layers[:1][0]
    return np.sum(h * h) + np.sum(b)


@case(LAYERS, INPUTS)
def last_after_the_loop(layers, x):
    h = x
    for layer in layers:
        h = h * 1.5
    return np.sum((h @ layer["W"] + layer["b"]) ** 2)


@case(LAYERS, INPUTS, 3)
def taken_before_the_loop(layers, x, n):
    first, last = layers[0], layers[-1]
    h = x @ first["W"]
    for _ in range(n):
        h = np.tanh(h @ last["W"].T @ last["W"][:, ::-1] + first["b"])
    return np.sum(h * first["b"])


@case(LAYERS, INPUTS)
@case(LAYERS, -INPUTS)
def in_branches(layers, x):
    layer = layers[0]
    k = 1
    if x[0, 0] > 0:
        h = x @ layer["W"] + layer["b"]
        k = 2
    else:
        h = x @ layers[0]["W"] * 2
    while k < 3:
        other = layers[0]
        if k == 2:
            h = h + layer["b"] * other["b"]
        k += 1
    return np.sum(h * h)


@case(LAYERS, INPUTS)
def in_an_inner_loop(layers, x):
    h = x
    for layer in layers:
        for j in range(2):
            if j == 1:
                h = np.tanh(h @ layer["W"] + layer["b"])
    return np.sum(h * h)


@case(LAYERS, INPUTS)
def by_two_names(layers, x):
    h = x
    for k in range(len(layers)):
        a, b = layers[k], layers[0]
        h = np.tanh(h @ a["W"] + a["b"]) + np.sum(b["W"]) + np.sum(layers[k]["b"])
    return np.sum(h * h)


@case(LAYERS, INPUTS)
def kept_whole(layers, x):
    h = x

    def apply(layer, h):
        return np.tanh(h @ layer["W"] + layer["b"])

    kept = []
    for layer in layers:
        kept.append(layer)
        h = apply(layer, h)
    return np.sum(h * h) + np.sum(kept[1]["b"] ** 2)


@case({"blocks": [{"layers": PAIRS}, {"layers": PAIRS[:1]}], "scale": 1.5}, INPUTS)
def nested_lists(model, x):
    h = x
    for block in model["blocks"]:
        for W, b in block["layers"]:
            h = np.tanh(h @ W + b)
    return np.sum(h * h * model["scale"])


@case([0.5, -0.2, 0.7], 0.3)
def ratings_of_games(ratings, k):
    ratings, games, loss = list(ratings), [(0, 1), (2, 1), (1, 0), (2, 0)], 0.0
    for winner, loser in games:
        expected = 1.0 / (1.0 + 10.0 ** (-(ratings[winner] - ratings[loser]) / 0.4))
        loss -= np.log(expected)
        change = k * (1.0 - expected)
        ratings[winner] += change
        ratings[loser] -= change
    return loss


@case([0.5, -0.2, 0.7], [((0, 1), 0.4), ((2, 1), 0.3)])
def parts_of_parts(x, edges):
    total = 0.0
    for (i, j), w in edges:
        total += w * (x[i] - x[j]) ** 2
    for k, ((i, j), w) in enumerate(edges):
        total += (k + 1) * w * x[i] * x[j]
    return total


@case([0.5, -0.2, 0.7], np.array([[0, 1], [2, 1]]))
def rows_taken_apart(x, edges):
    total = 0.0
    for i, j in edges:
        total += x[i] * x[i] * x[j]
    return total


@case([0.5, -0.2, 0.7], [(0, 1), (2, 1)])
def item_read_whole_too(x, edges):
    total = 0.0
    for edge in edges:
        i, j = edge
        total += x[i] * x[edge[1]] * x[j]
    for i, j in edges:
        i, j = j, i
        total += x[i] * x[i] * x[j]
    return total * x[i]


@case([0.5, 1, 0.7], 0.3)
def numbers_added_to(x, y):
    x[1] += y * x[0]
    x[0] -= 2
    x[2] += x[1] * x[2]
    x[x.index(x[1])] += x[1]
    kept = {k: each for k, each in enumerate(x)}
    for k in range(3):
        kept[k] += y * kept[2 - k]
    return x[0] * x[1] * x[2] * kept[0] * kept[1]


@case([0.5, 0.6, 0.7])
def written_while_added_to(x):
    def changed():
        x[1] = x[0] * 3.0
        return x[2]

    x[1] += changed()
    return x[1] * x[1]


@case([array(3), array(3)])
def number_added_to_an_array_in_a_list(rows):
    kept = []
    for row in rows:
        kept.append(np.zeros_like(row))
    kept[0] += np.sum(rows[0])
    kept[0] += rows[0] * 2.0
    first = kept[0][0]
    kept[0][0] = 0.0
    kept[0][2] += first
    return np.sum(kept[0] ** 2)


# --- numbers among arrays ---------------------------------------------------------------------------------------------


@case(0.7)
def number_beside_array_without_axes(x):
    v = [np.ones(()), x]
    w = [np.ones(())]
    w.append(x)
    w.insert(0, x * x)
    return v[1] * w[2] * w[0]


@case(0.7, np.array(2.0))
def number_stored_beside_array(x, y):
    v = [y, x]
    v[1] = v[1] * 2.0
    return v[1] * v[0]


@case([0.7, 0.2], np.array([1.0, 2.0]), may_refuse=True)
def number_that_an_array_is_added_to(x, v):
    x[1] += x[0] * v
    return np.sum(x[1])


@case(0.7, may_refuse=True)
def numbers_and_arrays_that_grow(x):
    v = [x, np.ones(2)]
    for i in range(2):
        v[i] += v[1 - i] * x
    return np.sum(v[0])


PARTICLES = [{"m": 1.0, "v": 2.0}, {"m": 3.0, "v": -0.5}, {"m": 0.7, "v": 1.2}]


@case(PARTICLES)
def entries_are_written(ps):
    for p in ps:
        p["v"] += p["m"] * 0.1
    for p in ps:
        p["m"] = p["v"] * p["m"]
    return sum(p["m"] * p["v"] for p in ps)


@case(PARTICLES)
def entries_of_neighbours_are_written(ps):
    for _ in range(3):
        for k in range(len(ps)):
            ps[k]["v"] -= ps[k - 1]["v"] * 0.1
    return ps[0]["v"] * ps[1]["m"]


@case(PARTICLES)
def new_keys(ps):
    for p in ps:
        p["new"] = p["v"] * 0.1
    return sum(p["m"] * p["new"] for p in ps)


@case(LAYERS, INPUTS)
def arrays_of_dicts_are_replaced(layers, x):
    for layer in layers:
        layer["W"] = layer["W"] * 0.9 - layer["b"]
    for layer in layers:
        x = np.tanh(x @ layer["W"] + layer["b"])
    return np.sum(x)


@case(1.5, 2.0)
def dicts_made_in_a_display(m, v):
    ps = [{"m": m, "v": v}, {"m": 2 * m, "v": v * v}]
    for p in ps:
        p["v"] = p["v"] * 0.5
    return sum(p["m"] * p["v"] for p in ps)


@case(1.5, 2.0)
def dicts_made_in_a_comprehension(m, v):
    ps = [{"m": m * k, "v": v} for k in range(4)]
    for _ in range(3):
        for p in ps:
            p["v"] += p["m"] * 0.1
    return sum(p["m"] * p["v"] for p in ps)


@case(1.5, 2.0)
def dicts_appended(m, v):
    ps = []
    for k in range(4):
        ps.append({"m": m * k, "v": v})
    for t in range(3):
        ps[t]["v"] += ps[t + 1]["m"] * 0.1
    return sum(p["m"] * p["v"] for p in ps)


@case(1.5, 2.0, ["m", "v"])
def dicts_of_any_keys(m, v, names):
    ps = []
    for k in range(3):
        d = {}
        for name in names:
            d[name] = m * k + v
        ps.append(d)
    for p in ps:
        p["v"] = p["v"] * 0.5 + p["m"]
    return sum(p["m"] * p["v"] for p in ps)


# --- lists that are repeated, also not at all ---------------------------------------------------------------------------


@case.each(([1.5, 0.7], 0), ([1.5, 0.7], 2), ([WEIGHTS, BIAS], 0), ([WEIGHTS, BIAS], 2))
def repeated(items, n):
    s = np.sum(items[0])
    for each in items * n:
        s = s + np.sum(each * each)
    return s


@case.each((PAIRS, 0), (PAIRS, 2), ([[1.5, 0.7], [0.3, 1.1]], 0), ([[1.5, 0.7], [0.3, 1.1]], 2))
def repeated_structures(pairs, n):
    s = np.sum(pairs[1][0])
    for pair in pairs * n:
        s = s + np.sum(pair[0] * pair[1])
    return s


@case.each((LAYERS, 0), (LAYERS, 2))
def repeated_dicts(layers, n):
    s = 0.0
    for layer in layers * n:
        s = s + np.sum(layer["W"]) * layer["s"] ** 2
    return s


@case([np.array([1.0, 2.0, 3.0]), np.array([4.0, 2.5, 0.3])])
def integers_put_in_among_floats(arrays):
    arrays.insert(0, np.full(4, 2))
    first = arrays[0]
    return np.mean(first) * arrays[1][0] + first[2] * np.sum(arrays[-1] ** 2)


@case([np.array([1.0, 2.0, 3.0]), np.array([4.0, 2.5, 0.3])])
def integers_in_the_place_of_floats(arrays):
    arrays[0] = np.array([3])
    s = np.sum(arrays[0])
    arrays[0] *= 2
    return s * np.sum(arrays[1] ** 2) + arrays[0][0]


@pytest.mark.parametrize("each", case, ids=str)
def test_case(each):
    each.check()


def test_adds_into_the_list_itself():
    text = value_and_gradients_function(each_layer, params=["layers"]).source(LAYERS, INPUTS)
    assert 'layers_grad[k]["W"] += ' in text
    assert text.count("zeros_like") == 2, text
    assert text.endswith("return value, (layers_grad,)\n"), text


def test_gradients_of_one_array_at_two_places_are_apart():
    def product(pairs):
        total = 0.0
        for a, b in pairs:
            total += np.sum(a * b)
        return total

    shared = np.array([1.0, 2.0])
    _, (grads,) = value_and_gradients_function(product)([(shared, shared), (shared, 3.0 * shared)])
    np.testing.assert_array_equal(grads, [[[1.0, 2.0], [1.0, 2.0]], [[3.0, 6.0], [1.0, 2.0]]])


# ------------------------------------------------------------------------------------------------ parts of a list
NUMBERS = [0.6, -1.1, 1.4]
ROWS = [[0.6, -1.1], [1.4, 0.3], [-0.8, 0.9]]


@case(LAYERS, INPUTS)
def all_but_the_last_layer(layers, x):
    h = x
    for layer in layers[:-1]:
        h = np.tanh(h @ layer["W"] + layer["b"])
    first = layers[:1]
    return np.sum((h @ layers[-1]["W"]) ** 2) + np.sum(first[0]["b"])


@case(NUMBERS)
def a_slice(w):
    rest = w[1:]
    return rest[0] * rest[1] + w[1]


@case(NUMBERS)
def a_slice_of_a_slice(w):
    part = w[:2]
    end = part[1:]
    return end[0] * w[0]


@case(NUMBERS)
def a_slice_turned_around(w):
    back = w[::-1]
    cut = slice(1, None)
    rest = w[cut]
    return back[0] * rest[0]


@case(NUMBERS)
def slices_in_a_loop(w):
    total = 0.0
    for k in range(2):
        part = w[k:]
        total += part[0] * part[1] * k + part[0]
    return total


@case(NUMBERS)
def unpacked_with_a_star(w):
    first, *rest = w
    *most, last = w
    return first * rest[1] + most[1] * last


@case(NUMBERS)
def a_slice_that_grows(w):
    part = w[1:]
    part.append(w[0])
    part[0] = part[2] * 2.0
    return part[0] * part[1] + w[1]


@case(ROWS)
def a_slice_of_rows(w):
    part = w[1:]
    row = part[0]
    return row[1] * part[1][0] + w[1][0] * row[0]


@case(ROWS)
def a_slice_of_a_row(w):
    row = w[0]
    end = row[1:]
    return end[0] * row[0] * w[1:][0][1:][0]


def test_float32_items():
    def scaled(rows, k):
        total = 0.0
        for row in rows:
            total = total + k * np.sum(row["a"] * row["a"])
        return total

    rows = [{"a": np.array([1.0, 2.0], dtype=np.float32)}]
    _, (grads, _) = value_and_gradients_function(scaled)(rows, np.float64(3.0))
    assert grads[0]["a"].dtype == np.float32
    np.testing.assert_allclose(grads[0]["a"], [6.0, 12.0])


def test_a_list_that_may_be_another_one_after_an_iteration_and_shrinks():
    """How long it was in an iteration can't be told from the list itself: later iterations took items out of it."""

    def sum_of_some(a):
        queue, total = list(a), 0.0
        while queue:
            total += queue.pop(0) ** 2
            if len(queue) > 2:
                queue = queue[1:]
        return total

    def sum_of_others(a):
        queue, total = list(a), 0.0
        while queue:
            total += queue.pop(0) ** 2
            queue = queue[1:] if len(queue) > 2 else queue.copy()
        return total

    with pytest.raises(NotDifferentiableError, match="`queue` may be one of several things"):
        value_and_gradients_function(sum_of_some)([1.0, 2.0, 3.0, 4.0])
    assert value_and_gradients_function(sum_of_others)([1.0, 2.0, 3.0, 4.0]) == (26.0, ([2.0, 0.0, 6.0, 8.0],))


def test_the_names_of_parts_stand_in_the_header():
    def energy(x, edges):
        total = 0.0
        for n, ((i, j), w) in enumerate(edges):
            x[i] += n * w * x[j]
            total += x[i] * x[i]
        return total

    text = value_and_gradients_function(energy, params=["x"]).source([0.5, 1.2, 0.7], [((0, 1), 0.4), ((2, 1), 0.3)])
    assert "    for n, ((i, j), w) in enumerate(edges):\n        x[i] += n * w * x[j]\n" in text
    assert "        (i, j), w = edges[k]\n" in text
    assert "[0]" not in text and "x_grad[i] = " not in text
