"""How adjoint code is written: each case holds a function and lines that its gradient has, or has not."""

import math

import numpy as np
import pytest

from s2sad import grad, value_and_gradients_function

VECTOR, MATRIX = np.linspace(0.5, 1.5, 4), np.linspace(0.2, 1.8, 12).reshape(3, 4)


def half_square(x):
    return 0.5 * x * x


def cube(x):
    return x * x * x


def difference_of_products(x, y):
    return x * x * y - x * y * y


def quotient(x, y):
    return x / y


def half_of_it(x, y):
    return y * (x / (2.0 * y))


def third_of_it(x, y):
    return y * x / (-3.0 * y)


def scaled_rows(A, v):
    return np.sum(A / v)


def softmax(A):
    e = np.exp(A)
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.sum(p * p)


def scaled_vector(v, k):
    return np.sum(np.sin(k * v))


def gram(A, B):
    return np.sum((A @ B.T) ** 2)


def two_names(v, w):
    a, b = v * w, v - w
    return np.sum(a * a * b)


def smoothed(u, k):
    change = u[:-2] - 2.0 * u[1:-1] + u[2:]
    u[1:-1] += k * change
    return np.sum(u * u)


def rotated(x, y):
    def turned(a, b):
        return np.hypot(a, b)

    r = turned(x + y, x - y)
    return r * r


def chosen(A):
    labels = np.array([2, 0, 0])
    return np.sum(A[np.arange(A.shape[0]), labels] ** 2)


def chosen_backwards(A):
    return np.sum(A[np.arange(-2, 2), 0] ** 2) + np.sum(A[np.arange(1), [1, 1]] ** 3)


def chosen_layers(A, v):
    part = A[np.arange(1, 3), None, :2]
    return np.sum(part * part) + np.sum(v[np.arange(0, 4, 2)] ** 2)


def above(A):
    rows, columns = np.triu_indices(3, 1)
    return np.sum(A[rows, columns] ** 2) + np.sum(A[np.nonzero(A > 1.0)] ** 3)


def above_rows(A):
    return np.sum(A[np.nonzero(A > 0.7)[0], 1] ** 2)


def rows_by_diagonal(A):
    rows, _ = np.diag_indices(3)
    return np.sum(A[rows, 2] ** 3)


def upwards(v):
    k = np.nonzero(v > 0.8)[0]
    return np.sum(v[np.argsort(-v)] * np.array([1.0, 3.0, 2.0, 5.0])) + np.sum(v[k] ** 2)


def order_changed(v):
    order = np.argsort(v)
    order[0] = order[1]
    return np.sum(v[order] ** 2)


def error(x):
    return math.erf(x) * math.erfc(0.5 * x)


def circle(x):
    area = x * x * math.pi
    return math.sin(math.pi * x) / math.sqrt(2.0 * np.pi) + area


def scaled_in_place(A, v):
    A *= np.array([1.0, 2.0, -1.0, 0.5])
    A[1:, ::2] /= 3
    row = A[0]
    row *= 0.5
    A.T[1] *= 4.0
    return np.sum(A * A * v)


def scaled_twice(A):
    A = A + 1.0
    A[[0, 0, 1]] *= np.array([[2.0], [3.0], [5.0]])
    return np.sum(A * A)


def scaled_by_itself(A, v):
    A *= np.sum(A)
    A /= v
    return np.sum(A * A)


def neighbours_in_order(v):
    order = np.argsort(v)
    steps = v[order[1:]] - v[order[:-1]]
    return np.sum(steps * steps)


def written_out(v):
    return np.sum(v[[0, 2]] ** 2) + v[np.array([1, 3])] @ v[[3, 0]]


def written_out_twice(v):
    return np.sum(v[[0, 2, 0]] ** 2) + np.sum(v[[2, -2]] ** 3)


def order_of_parts(v):
    order = np.argsort(v)[1:]
    order[0] = order[1]
    return np.sum(v[order[:2]] ** 2)


def dotted(v):
    return v @ np.array([1.0, 3.0, 2.0, 5.0])


def powers(c, x):
    y = 0.0
    for n in range(1, 4):
        y = y + c[n] * x**n
    return y


def powers_from_zero(c, x):
    y = 0.0
    for n in range(4):
        y = y + c[n] * x**n
    return y


def powers_downwards(c, x):
    y = 0.0
    for n in range(3, 0, -1):
        y = y + c[n] * x**n
    return y


def history(a, b):
    made = np.zeros((3, 2))
    made[0] = a, b
    for k in range(1, 3):
        a, b = a * b, a + b
        made[k] = a, b
    return np.sum(made[:, 1] * made[:, 0])


def history_by_hand(a, b):
    made = np.zeros((2, 2))
    made[0] = np.array((a, b))
    made[1] = [[b, a * b]][0]
    return np.sum(made * made)


def rows_unpacked(a, b):
    made = np.zeros((4, 2))
    made[0] = a, a * b
    for k in range(3):
        x, y = made[k]
        made[k + 1] = x * y, x - b * y
    return np.sum(made)


def springs(d, rest):
    length = np.sqrt(np.sum(d**2, axis=1))
    return np.sum((length - rest) ** 2)


def fourth_power(x, v):
    return np.sum(v / (1.0 + (x * v) ** 4)) * 2


def sums_of_rows(A, B):
    return np.sum(np.sum(A / B, axis=1) ** 2)


def messages(A):
    inbox = np.zeros((4, A.shape[1]))
    np.add.at(inbox, [1, 1, 3], A)
    np.subtract.at(inbox, np.array([0, 1]), A[:2])
    return np.sum(inbox * inbox)


def leapfrog(x, v):
    force = np.sin(x)
    for _ in range(3):
        v += 0.1 * force
        x += 0.1 * v
        force = np.sin(x)
        v += 0.1 * force
    return np.sum(x * x) + np.sum(v**3)


def pulled(A):
    for _ in range(2):
        force = np.zeros_like(A)
        pull = np.sin(A[1:] - A[:-1])
        force[:-1] += pull
        force[1:] -= pull
        A = A + force
    return np.sum(A * A)


def softmax_in_place(A):
    A = np.exp(A)
    A /= np.sum(A, axis=1, keepdims=True)
    return np.sum(A * A)


def differences_of_columns(A):
    A *= 2.0
    x = A[:, 0:1]
    return np.sum((x.T - x) ** 3)


def scaled_columns(A, v):
    for i in range(2):
        v[i] = np.sum(np.sin(A * v[np.newaxis]))
    return np.sum(v * v)


def columns_side_by_side(A, w):
    left, right = np.sin(A) @ w, np.cos(A) @ w
    return np.sum(np.hstack((left, right)) ** 2)


def less_than_the_largest(v):
    return 1.0 / (1.0 + np.sum(np.exp(v - np.max(v))))


def option(u, r):
    value = u
    for _ in range(2):
        value = np.maximum(np.exp(-r) * value, 1.0 - u)
    return value


def mirrored(v):
    w = np.sin(v)
    w[0] = w[-1] = 0.0
    return np.sum(w * w)


def last_layer(layers, v):
    W, b = layers[-1]
    return np.sum(np.tanh(v @ W + b) ** 2)


def tails(u, r):
    total = 0.0
    for k in range(3):
        total += math.log(u * (r - 2.0)) + (u + k) ** 2 / (u * (r - 2.0))
    return total


CASES = [
    (tails, (1.5, 3.0), [], []),
    (differences_of_columns, (MATRIX,), ["A_grad[:, 0:1] += np.sum(", ".T\n"], [".T[...]", "axis=-2"]),
    (scaled_columns, (MATRIX, VECTOR), ["v_grad += np.sum(", "axis=0)"], ["newaxis] +="]),
    (columns_side_by_side, (MATRIX, VECTOR[:, None]), ["t3_grad[:, :1]", "t3_grad[:, 1:]"], [".shape[1]"]),
    (option, (0.4, 0.1), [], ["isinf"]),
    (less_than_the_largest, (VECTOR,), [], ["isinf"]),
    (
        messages,
        (MATRIX,),
        ["    np.add.at(inbox, t1, A)\n", "A_grad += inbox_grad[t1]\n"],
        ["in range", "copy()", "unbroadcast"],
    ),
    (leapfrog, (VECTOR, VECTOR + 1.0), ["        force_grad = 0.1 * v_grad\n"], ["np.array("]),
    (pulled, (MATRIX,), ["force_grad = A_grad\n", "pull_grad += force_grad[:-1]\n"], ["np.array("]),
    (softmax_in_place, (MATRIX,), ["np.copy(A)"], ["t5"]),
    (
        rows_unpacked,
        (0.5, 1.2),
        ["        x, y = made[k]\n", " = made_grad[k + 1]\n", "a_grad, t", "made_grad[k, 0] += "],
        ["made[k][", "copy()"],
    ),
    (springs, (MATRIX, VECTOR[:3]), [" / np.where(length == 0, 1.0, length))[:, None] * d"], ["(0.5 * "]),
    (fourth_power, (0.4, VECTOR), ["** 4"], ["**3 *", "** 3 *"]),
    (sums_of_rows, (MATRIX, MATRIX + 1.0), [" = 2.0 * (dy * t"], ["zeros_like"]),
    (neighbours_in_order, (VECTOR,), ["v_grad[t2] = ", "v_grad[t1] += "], ["add.at"]),
    (written_out, (VECTOR,), ["v_grad["], ["add.at"]),
    (written_out_twice, (VECTOR,), ["np.add.at(v_grad, t1", "np.add.at(v_grad, t4"], []),
    (order_of_parts, (VECTOR,), ["np.add.at"], []),
    (dotted, (VECTOR,), ["np.array([1.0, 3.0, 2.0, 5.0])\n"], ["= [1.0"]),
    (powers, (VECTOR, 1.2), ["x ** (n - 1)\n"], [" if "]),
    (powers_from_zero, (VECTOR, 0.0), [" if x != 0 or n != 0 else 1)"], []),
    (powers_downwards, (VECTOR, 1.2), [" if x != 0 or n != 0 else 1)"], []),
    (history, (0.5, 1.2), ["    made[0] = a, b\n", "        made[k] = a2, b\n"], ["np.array"]),
    (history_by_hand, (0.5, 1.2), ["made[0] = np.array((a, b))"], []),
    (
        scaled_in_place,
        (MATRIX, VECTOR),
        ["    A_grad *= ", "A_grad[1:, ::2] /= 3\n", "A_grad[0] *= 0.5\n", "A_grad.T[1] *= 4.0\n"],
        ["A_grad.copy", "= 0.0"],
    ),
    (scaled_twice, (MATRIX,), ["A_grad[t1] *= "], ["= 0.0"]),
    (scaled_by_itself, (MATRIX, VECTOR), [], []),
    (chosen, (MATRIX,), ["A_grad[t1, labels] = "], ["add.at"]),
    (chosen_backwards, (MATRIX,), ["np.add.at(A_grad, (t1, 0)", "np.add.at(A_grad, (t5, t4)"], []),
    (chosen_layers, (MATRIX, VECTOR), [", None, :2] = ", "v_grad["], ["add.at"]),
    (above, (MATRIX,), ["A_grad["], ["add.at"]),
    (above_rows, (MATRIX,), ["np.add.at"], []),
    (rows_by_diagonal, (MATRIX,), ["A_grad[rows, 2] = "], ["add.at"]),
    (upwards, (VECTOR,), ["v_grad[k] =", "v_grad[t1] +="], ["add.at"]),
    (order_changed, (VECTOR,), ["np.add.at"], []),
    (error, (0.4,), ["2.0", "/ math.sqrt(math.pi) * math.exp(-x * x)"], ["1.128", "0.564"]),
    (circle, (0.4,), ["x * x * math.pi", "math.sin(t1)", "math.sqrt(2.0 * np.pi)"], ["= math.pi\n", "= np.pi\n"]),
    (half_square, (3.0,), ["x_grad = dy * x"], ["t1"]),
    (cube, (3.0,), ["x_grad = 3.0 * dy * t1"], []),
    (quotient, (3.0, 2.0), ["x_grad = dy / y", "y_grad = -x_grad * value"], []),
    (scaled_rows, (MATRIX, VECTOR), ["v_grad = -dy * np.sum(t1, axis=0) / v"], ["unbroadcast"]),
    (softmax, (MATRIX,), ["np.sum(p_grad * p, axis=-1, keepdims=True)) / t1"], []),
    (scaled_vector, (VECTOR, 2.0), ["k_grad = t1_grad @ v", "v_grad = k * t1_grad"], ["np.sum(t1_grad * v)"]),
    (gram, (MATRIX, MATRIX[:2]), ["A_grad = t1_grad @ B", "B_grad = t1_grad.T @ A"], [".T.T", "copy"]),
    (two_names, (VECTOR, VECTOR[::-1].copy()), ["a = v * w", "b = v - w", "a_grad", "b_grad"], []),
    (smoothed, (VECTOR.copy(), 0.3), ["= u_grad[1:-1]\n", "u_grad[1:-1] -= 2.0 * change_grad"], ["1].copy()"]),
    (rotated, (1.0, 2.0), ["a = x + y", "r = np.hypot(a, b)"], ["value2"]),
]


def test_a_line_of_several_targets_is_shown_once():
    assert value_and_gradients_function(mirrored).source(VECTOR).count("# w[0] = w[-1] = 0.0") == 1


def test_items_have_the_names_that_the_user_gives_them():
    layers = [(MATRIX.T, VECTOR[:3]), (MATRIX.T + 0.1, VECTOR[1:])]
    text = value_and_gradients_function(last_layer, params=["layers"]).source(layers, VECTOR)
    assert "    W, b = layers[-1]\n" in text and "layers_grad[-1][0] += W_grad" in text


def test_a_number_is_computed_once_in_a_line():
    assert value_and_gradients_function(tails).source(1.5, 3.0).count(" = r - 2.0\n") == 1


def differences(function, args, k):
    """Central differences of a function of arrays and numbers, by its k-th argument."""
    made = np.zeros(np.shape(args[k]))
    for place in np.ndindex(made.shape):
        values = []
        for step in (1e-6, -1e-6):
            moved = [np.array(arg) if np.ndim(arg) else arg for arg in args]
            if made.shape:
                moved[k][place] += step
            else:
                moved[k] += step
            values.append(function(*moved))
        made[place] = (values[0] - values[1]) / 2e-6
    return made


@pytest.mark.parametrize(("function", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text(function, args, lines, absent):
    val_grads = value_and_gradients_function(function)
    text = val_grads.source(*args)
    body = text.partition('    """\n')[2]
    assert all(line in body for line in lines), text
    assert not any(line in body for line in absent), text
    for k, gradient in enumerate(val_grads(*args)[1]):
        np.testing.assert_allclose(gradient, differences(function, args, k), rtol=1e-6, atol=1e-7)


def test_docstring_lines_are_short():
    def many(first_parameter, second_parameter, third_parameter, fourth_parameter, fifth_parameter):
        return first_parameter * second_parameter * third_parameter * fourth_parameter * fifth_parameter

    text = value_and_gradients_function(many).source(1.0, 2.0, 3.0, 4.0, 5.0)
    docstring = text.split('"""')[1]
    assert max(map(len, docstring.splitlines())) <= 100
    assert "fifth_parameter: float." in docstring


def test_what_is_read_after_it_is_written_is_copied():
    """The adjoint of what is stored is read again after its place is cleared."""

    def shifted(u, k):
        u[1:] = k * u[:-1]
        return np.sum(u * u)

    val_grads = value_and_gradients_function(shifted)
    assert ".copy()" in val_grads.source(VECTOR.copy(), 0.3)
    for k, gradient in enumerate(val_grads(VECTOR.copy(), 0.3)[1]):
        np.testing.assert_allclose(gradient, differences(shifted, (VECTOR, 0.3), k), rtol=1e-6)


def test_products_of_a_loop_that_change_are_not_confused():
    """t is half of the x before: after the loop it is not half of x."""

    def mixed(x, n):
        t = x
        for _ in range(n):
            t = 0.5 * x
            x = x * 1.5
        return t * x + x * x

    value, (x_grad,) = value_and_gradients_function(mixed, params=["x"])(2.0, 3)
    np.testing.assert_allclose(x_grad, (mixed(2.0 + 1e-6, 3) - mixed(2.0 - 1e-6, 3)) / 2e-6, rtol=1e-7)


def test_the_adjoint_of_a_result_stands_in_the_line_of_the_call():
    def doubled(x):
        return np.exp(2.0 * x)

    def pair(v):
        a = np.zeros(3)
        a[0] = doubled(v[0])
        a[1] = doubled(v[1])
        return a[0] * a[1]

    text = value_and_gradients_function(pair).source(VECTOR)
    assert "# return np.exp" not in text
    assert text.count("v_grad[") == 2
    np.testing.assert_allclose(
        value_and_gradients_function(pair)(VECTOR)[1][0], differences(pair, (VECTOR,), 0), rtol=1e-6
    )


def test_a_small_first_term_waits_for_the_rest():
    def stages(y, dt):
        k1 = np.sin(y)
        k2 = np.sin(y + dt * k1)
        return np.sum(k1 * 2.0 + np.exp(k1 * k2))

    text = value_and_gradients_function(stages).source(VECTOR, 0.1)
    for k, gradient in enumerate(value_and_gradients_function(stages)(VECTOR, 0.1)[1]):
        np.testing.assert_allclose(gradient, differences(stages, (VECTOR, 0.1), k), rtol=1e-6)
    assert text.count("k1_grad =") == 1


@pytest.mark.parametrize(
    ("function", "line"), [(half_of_it, "x_grad = 0.5 * dy\n"), (third_of_it, "x_grad = -dy / 3.0\n")]
)
def test_numbers_under_the_line(function, line):
    """What cancels against a factor of a product under the line leaves its number there."""
    gradient = grad(function, "x")
    assert line in gradient.source(3.0, 2.0)
    np.testing.assert_allclose(gradient(3.0, 2.0), differences(function, (3.0, 2.0), 0), rtol=1e-6)
