"""What a number is: of which type, on which way; and arrays of the wrong rank, where f raises."""

import itertools
import operator

import numpy as np
import pytest

from s2sad import jvp, value_and_gradients_function, value_and_tangent_function


def one_way_an_int(x):
    v = 1.5 * x if x > 0 else 0
    return x * x if isinstance(v, int) else x * 3.0


def an_int_until_the_loop_runs(x, n):
    total = 0
    for _ in range(n):
        total = total + x
    doubled = total * 2
    return x * x if isinstance(doubled, int) else x * 3.0


@pytest.mark.parametrize(
    ("f", "args", "expected"),
    [
        (one_way_an_int, (2.0,), 3.0),
        (one_way_an_int, (-2.0,), -4.0),
        (an_int_until_the_loop_runs, (2.0, 0), 4.0),
        (an_int_until_the_loop_runs, (2.0, 2), 3.0),
    ],
)
def test_isinstance_of_what_is_an_int_on_one_way(f, args, expected):
    assert value_and_gradients_function(f, params=["x"])(*args) == (f(*args), (expected,))


def test_copy_of_a_numpy_number():
    def f(x):
        y = x.copy()
        y.fill(1.0)
        return x * y

    assert value_and_gradients_function(f)(np.float64(2.0)) == (4.0, (4.0,))


def test_second_order_where_what_is_viewed_may_have_no_axes():
    def several(a, *rest, **more):
        for each in rest:
            total = each
        return total + sum(more)

    def f(x):
        value = sum(x)
        return several(1.0, *[value * value])

    x, x_dot = np.array([1.5, 0.5]), np.array([1.0, 2.0])
    tangent = value_and_tangent_function(f).compiled(x)
    _, (x_grad,) = value_and_gradients_function(tangent, params=["x"])(x, x_dot, dy=(0.0, 1.0))
    assert np.array_equal(x_grad, [6.0, 6.0])


WRONG_RANKS = [
    (lambda x: np.sum(np.concatenate([x, 1.0])), np.ones(3)),
    (lambda x: np.sum(np.append(x, 1.0, axis=0)), np.ones(3)),
    (lambda x: np.quantile(x, 0.5, axis=1), np.ones(3)),
    (lambda x: np.trace(x), np.ones(3)),
    (lambda x: np.trace(x), np.array(2.0)),
    (lambda x: np.sum(np.linalg.eigh(x)[0]), np.ones(3)),
    (lambda x: np.sum(np.rollaxis(x, 2)), np.ones(3)),
]


@pytest.mark.parametrize(("f", "x"), WRONG_RANKS)
def test_a_wrong_rank_raises_what_f_raises(f, x):
    with pytest.raises(Exception) as own:
        f(x)
    with pytest.raises(type(own.value)) as ours:
        value_and_gradients_function(f)(x)
    assert str(ours.value) == str(own.value)


KINDS = {
    "int": 3, "float": 1.7, "complex": 1.2 + 0.5j, "float32": np.float32(1.3), "float64": np.float64(1.9),
    "complex128": np.complex128(0.7 - 0.4j), "no axes": np.array(1.6), "one axis": np.array([1.1, 2.2, 0.7]),
    "narrow": np.array([1.5, 0.5, 2.5], np.float32), "length one": np.array([[1.5], [2.5]]),
}  # fmt: skip


def has_form_of(gradient, parameter):
    if isinstance(parameter, np.ndarray):
        return isinstance(gradient, np.ndarray) and (gradient.shape, gradient.dtype) == (
            parameter.shape,
            parameter.dtype,
        )
    number = np.asarray(gradient).dtype == np.asarray(parameter if not isinstance(parameter, int) else 1.0).dtype
    return number and not isinstance(gradient, np.ndarray)


@pytest.mark.parametrize("function", [operator.add, operator.mul, operator.truediv, np.multiply], ids=str)
def test_gradients_of_each_pair_of_kinds_have_the_form_of_their_parameters(function):
    def f(a, b):
        return function(a, b)

    run = value_and_gradients_function(f)
    for (first, a), (second, b) in itertools.product(KINDS.items(), repeat=2):
        _, gradients = run(a, b)
        assert has_form_of(gradients[0], a) and has_form_of(gradients[1], b), (first, second, gradients)


# --- what NumPy makes of a number that may be an int -----------------------------------------------------------------
def filled(x, n):
    s = 1
    for _ in range(n):
        s = s * x
    b = np.full(3, s)
    b[0] = 0.5 * x
    return b[0] + b[1]


def put_together(x, n):
    s = x if n > 1 else True
    b = np.array([s, s])
    b[0] = 0.5 * x
    return b[0] + b[1]


def computed(x, n):
    s = 0
    for _ in range(n):
        s += x
    b = np.zeros(2, dtype=int) + 2 * s
    b[0] += 0.5 * x
    return b[0] + b[1]


@pytest.mark.parametrize(("f", "expected"), [(filled, 2.5), (put_together, 1.5), (computed, 8.5)])
def test_what_an_array_of_integers_cuts_off(f, expected):
    """Of an array that is one of integers on some ways: there a program that would be wrong says so."""
    run = value_and_gradients_function(f, ["x"])
    assert run(1.0, 2) == (f(1.0, 2), (expected,))
    with pytest.raises(TypeError, match="^b is an array of integers here, so what is stored there is cut off: make it"):
        run(1.0, 0)
    with pytest.raises(TypeError, match="^b is an array of integers here"):
        jvp(f, (1.0, 0), (1.0, 0))


def test_the_adjoint_of_an_array_that_may_be_one_of_booleans():
    def f(x, steps):
        for _ in range(2):
            x = 1.0 < 0.3
        rows = [np.zeros(3), np.max(np.full((3, 2), x), axis=1)]
        for _ in steps:
            return np.sum(rows, axis=0)

    value, gradients = value_and_gradients_function(f, ["x"])(0.5, [1.0])
    assert np.array_equal(value, np.zeros(3)) and gradients == (0.0,)


# --- gradients of numbers are numbers ---------------------------------------------------------------------------------
def test_another_name_for_an_adjoint_without_axes():
    def f(a):
        for v in [0.3]:
            t1_grad = -a  # noqa: F841
        b = [np.full((), a)]
        return sum(q for q in b)

    def g(a):
        for _ in range(1):
            w = np.full((), a)
            a = 1.0
            w *= 1.0
            return [1.0]
        return [w]

    assert value_and_gradients_function(f)(0.5)[1] == (1.0,)
    for each in (f, g):
        assert isinstance(value_and_gradients_function(each)(0.5)[1][0], float)


def of_any_number_of_things(a, *rest, **more):
    return 1.0 + sum(more)


def test_items_of_a_list_beside_unknown_ones():
    def f(a):
        a = a + [of_any_number_of_things(2, 1.5)]
        for j in range(1, 0, -1):
            pass
        s = sum(a) if j == 1 else 1.0  # noqa: F841
        return a

    value, (gradient,) = value_and_gradients_function(f)([0.5, 2.0])
    assert gradient == [1.0, 1.0] and all(isinstance(each, float) for each in gradient)


def test_a_list_with_a_float_in_it_makes_an_array_of_floats():
    def f(x, n):
        s = 0
        for k in range(n):
            s = s + x * k
        b = np.array([s, x, 1])
        path = [0]
        for _ in range(n):
            path.append(path[-1] + x)
        return b[0] * b[1] + np.sum(np.array(path) ** 2)

    text = value_and_gradients_function(f, ["x"]).source(1.5, 2)
    assert "result_type" not in text and "np.real" not in text
    assert value_and_gradients_function(f, ["x"])(1.5, 2) == (f(1.5, 2), (18.0,))
