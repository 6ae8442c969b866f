"""How programs as users write them read as gradients: their own names and expressions, and adjoints as a hand writes them."""

import math

import numpy as np
import pytest

from s2sad import check_gradients, value_and_gradients_function

V, W = np.linspace(0.5, 1.5, 4), np.linspace(0.2, 1.4, 12).reshape(3, 4)


def cubes(v, n):
    for _ in range(n):
        v = v - 0.1 * (v * v * v)
    return np.sum(v)


def smoothing(alpha, series):
    level, error = series[0], 0.0
    for p in series[1:]:
        error += (p - level) ** 2
        level = alpha * p + (1 - alpha) * level
    return error


def log_likelihood(variance, returns):
    total = 0.0
    for r in returns:
        total += 0.5 * (math.log(variance) + r * r / variance)
    return total


def layer(params, x):
    weights, bias = params
    return np.sum(np.tanh(weights @ x + bias))


def gradient_of_image(image, weight):
    dx = image[1:, :-1] - image[:-1, :-1]
    dy = image[:-1, 1:] - image[:-1, :-1]
    return weight * np.sum(dx**2 * dy)


def extremes(x, y, n):
    for k in range(n):
        x = max(x * y, 0.1) + min(x, y, 0.5 * k)
    return x


def chosen(x, y):
    r = x if x > y else y * y
    return r * max(x, y)


def pairs(positions):
    energy = 0.0
    for i in range(len(positions)):
        for j in range(i):
            d = positions[i] - positions[j]
            energy += np.dot(d, d)
    return energy


def normalized(xs, y):
    ws = [math.exp(-e * y) for e in xs]
    total = sum(ws)
    s = 0.0
    for w in ws:
        s += (w / total) ** 2
    return s


def weighted(r, x, n):
    return np.sum((r.T @ x / n) ** 2 * np.sum(r, axis=0))


def area_of_polygon(points):
    area = 0.0
    for i in range(len(points)):
        x0, y0 = points[i]
        x1, y1 = points[(i + 1) % len(points)]
        area += x0 * y1 - x1 * y0
    return 0.5 * area


def distances(points):
    total = 0.0
    for p in points:
        q = points[0]
        total += (p[0] - q[1]) ** 2 * p[1]
    return total


def row_read_otherwise(points):
    p = points[1]
    return p[0] * np.sum(p) * points[0][2]


def items_in_a_branch(points, n):
    p, total = points[1], 0.0
    for k in range(n):
        if k > 0:
            total += p[k] * p[0]
    return total


def part_of_row(points, i):
    row = points[i]
    return np.sum(row[1:] * row[:-1]) + row[-1]


def items_of_stack(stack):
    row = stack[1][2]
    return row[0] * row[1] + np.sum(stack[0, 1])


def autoregression(coefficients, y):
    a, b, c = coefficients
    return np.sum((y[2:] - a - b * y[1:-1] - c * y[:-2] * c) ** 2)


def moving_average(x, alpha):
    s, out = x[0], []
    for v in x:
        s = alpha * v + (1 - alpha) * s
        out.append(s)
    return np.sum(np.array(out) ** 2)


def hinge(x):
    inside = np.clip(x, 0.3, 1.2)
    positive = x * (x > 0)
    return np.sum(inside * positive)


def rotated(w, points):
    K = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])
    return np.sum((points @ (np.eye(3) + 0.1 * K + K @ K).T) ** 2)


def network(layers, x):
    for A, b in layers[:-1]:
        x = np.tanh(x @ A + b)
    A, b = layers[-1]
    return np.sum((x @ A + b) ** 2)


def neighbours(xs):
    s = xs[0]
    for a, b in zip(xs[:-1], xs[1:]):
        s += a * b * s
    return s


def steps_of_rows(points):
    s, last = 0.0, points[0]
    for p in points[1:]:
        s += np.sum((p - last) ** 2) * p[0]
        last = p
    return s


def inner_lists(rows):
    s = 0.0
    for row in rows[1:]:
        for x in row[1:]:
            s += x * x * row[0]
    return s


def slice_read_otherwise(y):
    t, s = y[1:], 0.0
    for p in t:
        s += p * np.sum(t)
    return s


def written_meanwhile(y):
    y, s = y * 1.0, 0.0
    for p in y[1:]:
        s += p * p
        y[2] = s
    return s + np.sum(y)


def set_whole(x):
    y = np.array(0.3)
    y[()] = x * x
    return y * x


PARAMS = {smoothing: ["alpha"]}  # others by all
# function, arguments, lines that are there, what is not there
CASES = [
    (cubes, (V, 3), ["* v**2\n"], ["* v * v\n"]),
    (smoothing, (0.3, [1.0, 2.0, 0.5]), ["level_grad *= 1 - alpha\n"], ["level_grad2"]),
    (log_likelihood, (0.7, V), ["t1_grad * (1.0 - r * r / variance) / variance"], []),
    (layer, ((W, V[:3]), V), ["    weights, bias = params\n", "(weights_grad, bias_grad)"], ["params_0"]),
    (gradient_of_image, (W, 0.5), ["    value_grad = dy\n", "    dy = image[:-1, 1:]", "dy_grad"], ["dy2"]),
    (extremes, (0.8, 1.2, 3), ["x = max(x * y, 0.1) + min(x, y, 0.5 * k)\n", "if 0.5 * k < min(x, y):"], []),
    (chosen, (0.8, 1.2), ["    r = x if x > y else y * y\n"], []),
    (pairs, (W,), ["for i in range(len(positions)):", "reversed(range(len(positions)))"], ["energy_grad"]),
    (normalized, ([0.3, 0.4], 1.2), ["[a + total_grad for a in ws_grad]"], ["zip"]),
    (weighted, (W, V[:3], V), ["np.outer(x, "], [").T"]),
    (area_of_polygon, (W[:, :2],), ["points_grad[i, 0] += x0_grad\n        points_grad[i, 1] +="], ["zeros_like(t"]),
    (distances, (W,), ["points_grad[k, 0] +=", "points_grad[0, 1] -="], ["zeros_like(p)"]),
    (row_read_otherwise, (W,), ["p_grad[0] +=", "points_grad[0, 2] ="], []),
    (items_in_a_branch, (W, 3), ["p_grad[0] +="], ["points_grad[1, 0]"]),
    (part_of_row, (W, 1), ["points_grad[i, 1:] +=", "points_grad[i, :-1] +="], ["row_grad"]),
    (items_of_stack, (np.stack([W, W + 0.3]),), ["stack_grad[1, 2, 0] ="], ["row_grad"]),
    (autoregression, (V[:3], W.ravel()), ["coefficients_grad = np.array([a_grad, b_grad, c_grad])\n"], []),
    (moving_average, (V, 0.3), ["x_grad[k] = s_grad * alpha\n        s_grad *= 1 - alpha\n"], ["s_grad2"]),
    (hinge, (V,), ["    x_grad += np.where("], []),
    (network, ([(W, V), (W.T @ W, V), (W.T, V[:3])], W[:, :3]), ["layers_grad[k][1] +="], ["zip"]),
    (neighbours, ([0.3, 1.2, 0.7, 0.4],), ["xs_grad[k + 1] +=", "xs_grad[k] +="], ["zip(xs_grad"]),
    (steps_of_rows, (W,), ["points_grad[k + 1] += p_grad"], ["t1_grad"]),
    (inner_lists, ([[0.3, 1.2], [0.7, 0.4, 0.2], [1.1, 0.9]],), ["row_grad[k2 + 1] +="], ["zip(row_grad[1:]"]),
    (slice_read_otherwise, (V,), ["t_grad[k] +="], ["y_grad[k + 1]"]),
    (written_meanwhile, (V,), ["y_grad[1:][k] +="], []),
    (set_whole, (0.7,), [], []),
    (rotated, (V[:3], W[:, :3]), [], ["unbroadcast"]),
]


@pytest.mark.parametrize(("function", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text(function, args, lines, absent):
    text = value_and_gradients_function(function, params=PARAMS.get(function)).source(*args).partition('    """\n')[2]
    assert all(line in text for line in lines), text
    assert not any(line in text for line in absent), text
    assert check_gradients(function, *args)


def test_the_first_largest_gets_the_gradient():
    """`max` gives the first of equal numbers, and nan where that is first: so does the gradient."""

    def largest(x, y, z):
        return max(x, y, z)

    gradients = value_and_gradients_function(largest)
    assert gradients(1.0, 1.0, 1.0)[1] == (1.0, 0.0, 0.0)
    assert gradients(0.0, 1.0, 1.0)[1] == (0.0, 1.0, 0.0)
    assert gradients(math.nan, 1.0, 2.0)[1] == (1.0, 0.0, 0.0)
    assert gradients(1.0, math.nan, 2.0)[1] == (0.0, 0.0, 1.0)
    assert [gradients(a, b, c)[0] for a, b, c in [(1.0, math.nan, 2.0), (0, 0.0, -1)]] == [2.0, 0]
