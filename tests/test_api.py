"""The contract of `value_and_gradients_function` and of its siblings: arguments, results, errors."""

from __future__ import annotations

import functools
import inspect
import math
import pickle
import traceback

import numpy as np
import pytest

import s2sad
from s2sad import (
    ArgumentError,
    ParameterError,
    custom_gradient,
    differentiable,
    grad,
    gradients_function,
    make_vjp,
    stop_gradient,
    value_and_grad,
    value_and_gradients_function,
    vjp,
)

SCALE = 2.0


def f(x, y):
    return x * x * x * y - x * y * y


def scaled(x):
    return SCALE * x


def everything(a, /, b, *rest, c=3.0, **named):
    return a * b * c * rest[0] * named["d"]


def power(x, n=3.0, /, *, scale=2.0):
    return scale * x * n


def own_dy(x, dy):
    return x * dy


def own_keyword_dy(x, *, dy):
    return x * dy


def with_mode(x, mode):
    return x * x if mode == "square" else x


def indexed(x, n):
    return x[n] * 2.0


def pair(x, y):
    return x * y, x + y


class Line:
    slope = 3.0

    def at(self, x, offset=0.0):
        return self.slope * x + offset

    def __call__(self, x):
        return self.slope * x * x

    @differentiable
    def double(self, x):
        return 2.0 * self.slope * x

    @staticmethod
    @differentiable
    def half(x):
        return x / 2.0


@differentiable
def decorated(x, y):
    return x * y


@differentiable(params=["x"])
def decorated_with_options(x, y):
    return x * y


# ------------------------------------------------------------------------------------------------ the contract
def test_the_example():
    value, (x_grad, y_grad) = value_and_gradients_function(f)(2.0, 3.0)
    assert (value, x_grad, y_grad) == (6.0, 27.0, -4.0)
    assert type(value) is type(x_grad) is type(y_grad) is float


@pytest.mark.parametrize("params", [[1], ["y"], (1,), range(1, 2), [np.int64(1)]])
def test_chosen_parameters(params):
    assert value_and_gradients_function(f, params=params)(2.0, 3.0) == (6.0, (-4.0,))


def test_gradients_come_in_the_order_of_params():
    assert value_and_gradients_function(f, ["y", "x"])(2.0, 3.0) == (6.0, (-4.0, 27.0))
    assert value_and_gradients_function(f, [])(2.0, 3.0) == (6.0, ())


@pytest.mark.parametrize(
    "params, said",
    [
        (["z"], "f has no parameter 'z'; it has x, y (positions 0 to 1)"),
        ([2], "f has no parameter at position 2; it has x, y (positions 0 to 1)"),
        ([-1], "f has no parameter at position -1"),
        (["x", "x"], "params has 'x' twice: ['x', 'x']"),
        ([1, 0, 1], "params has position 1 ('y') twice: [1, 0, 1]"),
        (["x", 1], "params must be all names or all positions, not a mixture: ['x', 1]"),
        ([True], "params must be all names or all positions, not [True]: True is a bool (a bool is no position)"),
        ([1.0], "[1.0]: 1.0 is a float"),
        ([None], "[None]: None is a NoneType"),
        ("y", "params must be a list of names or of positions, not 'y': write params=['y']"),
        (1, "params must be a list of names or of positions, not 1: write params=[1]"),
        (True, "not True"),
        ({"x"}, "params must be a list of names or of positions, not {'x'}"),
        (2.5, "not 2.5"),
    ],
)
def test_wrong_params(params, said):
    with pytest.raises(ParameterError) as caught:
        value_and_gradients_function(f, params)
    assert isinstance(caught.value, ValueError)
    assert said in str(caught.value)


def test_params_of_a_function_without_parameters():
    with pytest.raises(ValueError, match="has no parameter 'x'; it has none"):
        value_and_gradients_function(lambda: 1.0, ["x"])


def test_not_a_function():
    with pytest.raises(TypeError, match="a function is needed, not 3"):
        value_and_gradients_function(3)


def test_arrays_keep_shape_and_dtype():
    x, y = np.ones((2, 3), np.float32), np.full((2, 1), 2.0)
    value, (x_grad, y_grad) = value_and_gradients_function(lambda x, y: x * y)(x, y)
    assert value.tolist() == [[2.0] * 3] * 2
    assert x_grad.dtype == np.float32 and x_grad.tolist() == [[2.0] * 3] * 2
    assert y_grad.dtype == np.float64 and y_grad.tolist() == [[3.0], [3.0]]


def test_keyword_arguments_and_defaults():
    val_grads = value_and_gradients_function(power)
    assert val_grads(2.0) == (12.0, (6.0, 4.0, 6.0))
    assert val_grads(2.0, 5.0, scale=1.0) == (10.0, (5.0, 2.0, 10.0))
    assert value_and_gradients_function(f)(y=3.0, x=2.0) == (6.0, (27.0, -4.0))


def test_every_sort_of_parameter():
    val_grads = value_and_gradients_function(everything)
    value, gradients = val_grads(2.0, 3.0, 5.0, c=7.0, d=11.0)
    assert value == 2310.0
    assert gradients == (1155.0, 770.0, (462.0,), 330.0, {"d": 210.0})
    assert val_grads(2.0, 3.0, 5.0, d=11.0, dy=2.0)[1][0] == 990.0


@pytest.mark.parametrize(
    "args, kwargs",
    [
        ((), {}),
        ((1.0,), {}),
        ((1.0, 2.0, 3.0), {}),
        ((1.0, 2.0), {"z": 1.0}),
        ((1.0,), {"x": 2.0}),
        ((1, 2, 3), {"dy": 1.0}),
    ],
)
def test_a_wrong_call_is_the_same_error_as_f_has(args, kwargs):
    with pytest.raises(TypeError) as own:
        f(*args, **{key: value for key, value in kwargs.items() if key != "dy"})
    for made in (value_and_gradients_function(f), gradients_function(f), make_vjp(f)):
        if made.__name__ == "f_make_vjp" and "dy" in kwargs:
            continue
        with pytest.raises(TypeError) as caught:
            made(*args, **kwargs)
        assert str(caught.value) == str(own.value)


@pytest.mark.parametrize("call", [lambda g: g(), lambda g: g(1.0, 2.0, 3.0), lambda g: g(1.0, z=2.0)])
def test_a_wrong_call_of_a_method_is_the_same_error(call):
    method = Line().at
    with pytest.raises(TypeError) as own:
        call(method)
    with pytest.raises(TypeError) as caught:
        call(value_and_gradients_function(method))
    assert str(caught.value) == str(own.value)


# ------------------------------------------------------------------------------------------------ dy
def test_dy():
    val_grads = value_and_gradients_function(f)
    assert val_grads(2.0, 3.0, dy=2.0) == (6.0, (54.0, -8.0))
    assert val_grads(2.0, 3.0, dy=None) == (6.0, (27.0, -4.0))
    value, (x_grad,) = value_and_gradients_function(lambda x: x * x)(np.array([1.0, 2.0]), dy=np.array([10.0, 100.0]))
    assert x_grad.tolist() == [20.0, 400.0]


def test_dy_of_a_tuple():
    val_grads = value_and_gradients_function(pair)
    assert val_grads(2.0, 3.0) == ((6.0, 5.0), (4.0, 3.0))
    assert val_grads(2.0, 3.0, dy=(1.0, 10.0)) == ((6.0, 5.0), (13.0, 12.0))
    assert val_grads(2.0, 3.0, dy=(1, 10)) == ((6.0, 5.0), (13.0, 12.0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_dy_does_not_change_that_of_the_gradient(dtype):
    x = np.ones(2, dtype)
    for dy in (np.ones(2, np.float64), np.ones(2, np.float32), np.ones(2, int)):
        assert value_and_gradients_function(lambda x: x * x)(x, dy=dy)[1][0].dtype == dtype
    assert type(value_and_gradients_function(f)(2.0, 3.0, dy=np.float32(1.0))[1][0]) is float


@pytest.mark.parametrize(
    "function, args, dy, said",
    [
        (f, (2.0, 3.0), np.ones(2), "dy is an array of shape (2,), the value is a float"),
        (f, (2.0, 3.0), (1.0,), "dy is a tuple (a float), the value is a float"),
        (f, (2.0, 3.0), "one", "dy is a str, the value is a float"),
        (f, (2.0, 3.0), 1j, "dy is a complex, the value is a float"),
        (f, (np.ones(2), 3.0), 1.0, "dy is a float, the value is an array of shape (2,)"),
        (f, (np.ones(2), 3.0), np.ones(3), "dy is an array of shape (3,), the value is an array of shape (2,)"),
        (f, (np.ones(2), 3.0), np.ones((2, 2)), "dy is an array of shape (2, 2), the value is an array of shape (2,)"),
        (f, (np.ones(2), 3.0), np.ones(1), "dy is an array of shape (1,), the value is an array of shape (2,)"),
        (f, (np.ones(2), 3.0), [1.0, 1.0], "dy is a list [a float, a float], the value is an array of shape (2,)"),
        (pair, (2.0, 3.0), 1.0, "dy is a float, the value is a tuple (a float, a float)"),
        (pair, (2.0, 3.0), [1.0, 1.0], "dy is a list [a float, a float], the value is a tuple (a float, a float)"),
        (pair, (2.0, 3.0), (1.0, 1.0, 1.0), "dy is a tuple (a float, a float, a float), the value is"),
    ],
)
def test_a_wrong_dy_shows_both(function, args, dy, said):
    with pytest.raises(ParameterError) as caught:
        value_and_gradients_function(function)(*args, dy=dy)
    assert isinstance(caught.value, ValueError)
    assert said in str(caught.value)


def test_a_wrong_dy_runs_f_once():
    seen = []

    def noting(x):
        seen.append(1)
        return x * 2.0

    for dy in (np.ones(3), np.ones((2, 2)), 1.0):
        seen.clear()
        with pytest.raises(ValueError, match="dy must be like the value of noting"):
            value_and_gradients_function(noting)(np.ones(2), dy=dy)
        assert len(seen) == 1


def test_an_error_of_f_passes_through_with_dy():
    def failing(x):
        if x > 1.0:
            raise ValueError("too large")
        return x * x

    val_grads = value_and_gradients_function(failing)
    assert val_grads(1.0, dy=2.0) == (1.0, (4.0,))
    with pytest.raises(ValueError, match="^too large$"):
        val_grads(2.0, dy=2.0)


def test_a_parameter_of_its_own_named_dy():
    val_grads = value_and_gradients_function(own_dy)
    assert val_grads(2.0, 3.0) == (6.0, (3.0, 2.0))
    assert val_grads(2.0, 3.0, dy=10.0) == (6.0, (30.0, 20.0))
    with pytest.raises(ValueError, match="own_keyword_dy has a keyword-only parameter dy"):
        value_and_gradients_function(own_keyword_dy)


# ------------------------------------------------------------------------------------------------ no gradient
def test_parameters_without_a_gradient():
    assert value_and_gradients_function(with_mode)(3.0, "square") == (9.0, (6.0, None))
    assert value_and_gradients_function(with_mode)(3.0, "other") == (3.0, (1.0, None))
    x_grad, n_grad = value_and_gradients_function(lambda x, n: x * n)(2.0, np.array([1, 2]))[1]
    assert x_grad == 3.0 and n_grad is None


@pytest.mark.parametrize(
    "argument, said",
    [
        ("square", "the parameter mode of with_mode is the str 'square', which has no gradient"),
        (None, "the parameter mode of with_mode is None"),
        (math.sin, "is the builtin_function_or_method sin"),
        (np.array([1, 2]), "is an array of dtype int64, which has no gradient: pass mode.astype(float)"),
        (np.array([True]), "is an array of dtype bool"),
        (True, "is a bool"),
    ],
)
def test_named_parameters_without_a_gradient(argument, said):
    val_grads = value_and_gradients_function(with_mode, params=["mode"])
    with pytest.raises(ArgumentError) as caught:
        val_grads(3.0, argument)
    assert isinstance(caught.value, TypeError)
    assert said in str(caught.value)


def test_a_python_int_is_a_number_or_a_count():
    assert value_and_gradients_function(f)(2, 3) == (6, (27.0, -4.0))
    value, (x_grad, n_grad) = value_and_gradients_function(indexed)(np.array([1.0, 2.0]), 1)
    assert value == 4.0 and x_grad.tolist() == [0.0, 2.0] and n_grad is None
    with pytest.raises(TypeError, match="the parameter n of indexed is used as a count"):
        value_and_gradients_function(indexed, ["n"])(np.array([1.0, 2.0]), 1)


# ------------------------------------------------------------------------------------------------ callables
def test_methods_partials_and_callable_objects():
    line = Line()
    assert value_and_gradients_function(line.at)(2.0) == (6.0, (3.0, 1.0))
    assert value_and_gradients_function(line.at, ["x"])(2.0, offset=1.0) == (7.0, (3.0,))
    assert value_and_gradients_function(line)(2.0) == (12.0, (12.0,))
    assert value_and_gradients_function(functools.partial(f, 2.0))(3.0) == (6.0, (-4.0,))
    assert value_and_gradients_function(functools.partial(f, y=3.0), ["x"])(2.0) == (6.0, (27.0,))
    assert value_and_gradients_function(functools.partial(line.at, offset=1.0), [0])(2.0) == (7.0, (3.0,))
    assert value_and_gradients_function(line.at).compiled(2.0)(2.0) == (6.0, (3.0, 1.0))
    assert value_and_gradients_function(functools.partial(f, 2.0)).compiled(3.0)(3.0) == (6.0, (-4.0,))


def test_the_object_of_a_method_is_looked_at_at_each_call():
    line = Line()
    val_grads = value_and_gradients_function(line.at, ["x"])
    assert val_grads(2.0) == (6.0, (3.0,))
    line.slope = 5.0
    assert val_grads(2.0) == (10.0, (5.0,))


def test_functions_with_rules():
    assert value_and_gradients_function(np.sin)(0.0) == (0.0, (1.0,))
    assert value_and_gradients_function(math.exp)(0.0) == (1.0, (1.0,))
    assert value_and_gradients_function(abs)(-2.0) == (2.0, (-1.0,))
    value, (gradient,) = value_and_gradients_function(np.sum, [0])(np.ones((2, 3)), axis=0)
    assert value.tolist() == [2.0] * 3 and gradient.tolist() == [[1.0] * 3] * 2
    assert "np.sin(x)" in value_and_gradients_function(np.sin).source(0.0)


def test_lambdas_and_closures():
    factor = 2.0
    val_grads = value_and_gradients_function(lambda x: factor * x * x)
    assert val_grads(3.0) == (18.0, (12.0,))
    factor = 5.0
    assert val_grads(3.0) == (45.0, (30.0,))


def test_a_decorated_function_has_the_parameters_that_it_shows():
    def twice(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return 2.0 * function(*args, **kwargs)

        return wrapper

    @twice
    def product(x, y=3.0):
        return x * y

    assert value_and_gradients_function(product, ["y"])(2.0) == (12.0, (4.0,))
    assert value_and_gradients_function(product)(2.0, y=5.0) == (20.0, (10.0, 4.0))

    @functools.lru_cache
    def cached(x):
        return x * x

    assert value_and_gradients_function(cached)(3.0) == (9.0, (6.0,))


def test_source_given_as_text():
    text = "def cube(x):\n    return x * x * x\n"
    space = {}
    exec(text, space)
    assert value_and_gradients_function(space["cube"], source=text)(2.0) == (8.0, (12.0,))


# ------------------------------------------------------------------------------------------------ the object
def test_what_the_returned_object_says_of_itself():
    val_grads = value_and_gradients_function(f, ["y"])
    assert val_grads.__name__ == "f_value_and_gradients"
    assert val_grads.params == ("y",)
    assert val_grads.function is f
    assert str(inspect.signature(val_grads)) == "(x, y, *, dy=None)"
    assert (
        str(inspect.signature(value_and_gradients_function(everything))) == "(a, /, b, *rest, c=3.0, dy=None, **named)"
    )
    assert repr(val_grads) == "<value and gradients of f with respect to (y)>"
    assert "gradients with respect to y" in val_grads.__doc__
    assert grad(f).__name__ == "f_gradients" and "with respect to x" in repr(grad(f))


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickles(protocol):
    def again(thing):
        return pickle.loads(pickle.dumps(thing, protocol))

    assert again(value_and_gradients_function(f, ["y"]))(2.0, 3.0) == (6.0, (-4.0,))
    assert again(value_and_gradients_function(Line().at))(2.0) == (6.0, (3.0, 1.0))
    assert again(grad(f, "y"))(2.0, 3.0) == -4.0
    assert again(value_and_grad(f))(2.0, 3.0) == (6.0, 27.0)
    assert again(make_vjp(f))(2.0, 3.0)[1]() == (27.0, -4.0)
    assert again(decorated.gradients)(2.0, 3.0) == (3.0, 2.0)
    assert again(doubled)(2.0) == 4.0


def test_source_stands_alone():
    text = value_and_gradients_function(scaled).source(3.0)
    assert "import s2sad" not in text and "from s2sad" not in text
    space = {"SCALE": 2.0}
    exec(text, space)
    assert space["scaled_value_and_gradients"](3.0) == (6.0, (2.0,))


def test_generated_lines_are_seen_by_inspect_and_in_tracebacks():
    val_grads = value_and_gradients_function(dividing)
    generated = val_grads.compiled(1.0)
    lines = inspect.getsource(generated)
    assert lines.startswith("def dividing_value_and_gradients(x, dy=1.0):") and lines in val_grads.source(1.0)
    assert str(inspect.signature(generated)) == "(x, dy=1.0)"
    with pytest.raises(ZeroDivisionError) as caught:
        val_grads(0.0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.filename.startswith("<s2sad dividing_value_and_gradients ") and last.line in lines and last.line


def dividing(x):
    return 1.0 / x


def test_the_namespace_of_f_is_not_written_to():
    before = set(globals())
    value_and_gradients_function(scaled)(1.0)
    assert set(globals()) == before


# ------------------------------------------------------------------------------------------------ siblings
def test_gradients_function():
    assert gradients_function(f)(2.0, 3.0) == (27.0, -4.0)
    assert gradients_function(f, params=[1])(2.0, 3.0) == (-4.0,)
    assert gradients_function(f, params="y")(2.0, 3.0) == -4.0
    assert gradients_function(f)(2.0, 3.0, dy=2.0) == (54.0, -8.0)


def test_gradients_alone_leave_out_what_only_the_value_needs(capsys):
    def g(x):
        squares = x * x
        print("once")
        if len(x) == 1:
            total = np.log(np.sum(x))
        else:
            total = np.sum(np.exp(squares))
        return total * 3.0

    only, both = gradients_function(g, params="x"), value_and_gradients_function(g, params=["x"])
    x = np.array([0.5, 0.25])
    assert only(x, dy=5.0).tolist() == both(x, dy=5.0)[1][0].tolist()
    capsys.readouterr()
    assert np.allclose(only(x), 6.0 * x * np.exp(x * x))
    assert capsys.readouterr().out == "once\n"
    text = only.source(x)
    assert "  total = np.log" not in text and "  total = np.log" in both.source(x) and "return x_grad\n" in text
    assert only.__name__ == "g_gradients" == only.compiled(x).__name__
    assert (
        gradients_function(f, "x")(x, 2.0, dy=x).tolist()
        == value_and_gradients_function(f)(x, 2.0, dy=x)[1][0].tolist()
    )
    with pytest.raises(ParameterError, match="dy must be like the value of f"):
        gradients_function(f)(x, 2.0, dy=np.ones(3))
    with pytest.raises(ParameterError, match="dy is a str, the value is a float"):
        gradients_function(f)(2.0, 3.0, dy="one")


def test_dy_of_what_may_be_a_text_may_be_none():
    def f(counts, x):
        numbers, names = [], []
        for count, weight in zip(counts, x):
            for name, n in count.items():
                numbers.append((name, n * weight))
        rows = []
        for name, n in sorted(numbers, key=lambda row: str(row[0])):
            rows.append(n)
            names.append(name)
        return rows, names

    counts, x, dy = [{"O": 2}, {"N": 3}], [2.0, 3.0], ([1.0, 10.0], [None, None])
    assert value_and_gradients_function(f, ["x"])(counts, x, dy=dy) == (([9.0, 4.0], ["N", "O"]), ([20.0, 3.0],))
    assert gradients_function(f, ["x"])(counts, x, dy=dy) == ([20.0, 3.0],)
    assert make_vjp(f, ["x"])(counts, x)[1](dy) == ([20.0, 3.0],)
    with pytest.raises(ParameterError, match="a list .None, None.*, the value is a tuple"):
        value_and_gradients_function(f, ["x"])([{1.5: 2}, {0.5: 3}], x, dy=dy)


def test_an_error_before_there_is_a_value_is_none_of_dy():
    def g(value):
        value = np.transpose(np.zeros((3, 2, 2)), (2, 1, 0))
        for _ in range(2):
            first, row = value
            value[::2] *= 1
            flat = row.reshape(-1)
        return row[0]

    with pytest.raises(ValueError, match="row has to be contiguous"):  # the variable of the value is another one there
        value_and_gradients_function(g)(1.0, dy=np.ones(3))


def test_grad_and_value_and_grad():
    assert grad(f)(2.0, 3.0) == 27.0
    assert grad(f, 1)(2.0, 3.0) == grad(f, "y")(2.0, 3.0) == -4.0
    assert grad(f, ["x", "y"])(2.0, 3.0) == grad(f, None)(2.0, 3.0) == (27.0, -4.0)
    assert value_and_grad(f)(2.0, 3.0) == (6.0, 27.0)
    assert value_and_grad(f, None)(2.0, 3.0) == (6.0, (27.0, -4.0))
    assert grad(f).compiled(2.0, 3.0)(2.0, 3.0) == 27.0
    with pytest.raises(ParameterError, match="no parameter 'z'"):
        grad(f, "z")


def test_grad_of_grad():
    assert grad(grad(f))(2.0, 3.0) == 36.0
    assert grad(grad(f), "y")(2.0, 3.0) == 6.0
    assert value_and_grad(grad(scaled_square))(3.0) == (12.0, 4.0)
    assert grad(grad(grad(f)))(2.0, 3.0) == 18.0


def test_generated_programs_are_differentiated_like_any_other():
    generated = value_and_gradients_function(f).compiled(2.0, 3.0)
    value, gradients = value_and_gradients_function(generated, ["x", "y"])(2.0, 3.0)
    assert value == (6.0, (27.0, -4.0)) and gradients == (27.0 + 36.0 + 6.0, -4.0 + 6.0 - 4.0)
    assert value_and_gradients_function(value_and_gradients_function(f))(2.0, 3.0) == (value, gradients)


def scaled_square(x):
    return SCALE * x * x


def test_vjp():
    value, vjp_function = vjp(f, 2.0, 3.0)
    assert value == 6.0
    assert vjp_function() == vjp_function(None) == (27.0, -4.0)
    assert vjp_function(2.0) == (54.0, -8.0)
    assert vjp(f, 2.0, 3.0, params="y")[1](1.0) == -4.0


def test_make_vjp_runs_f_once():
    seen = []

    def noting(x):
        seen.append(1)
        return x * x

    x = np.array([1.0, 2.0])
    value, vjp_function = make_vjp(noting)(x)
    x[:] = 100.0
    value[:] = 100.0
    rows = [vjp_function(row)[0].tolist() for row in np.eye(2)]
    assert rows == [[2.0, 0.0], [0.0, 4.0]]
    assert len(seen) == 1
    with pytest.raises(ValueError, match=r"dy is an array of shape \(3,\), the value is an array of shape \(2,\)"):
        vjp_function(np.ones(3))


@custom_gradient
def doubled(x):
    return 2.0 * x, lambda dy: 20.0 * dy


def test_custom_gradient():
    assert doubled(3.0) == 6.0
    assert doubled.__name__ == "doubled"
    assert value_and_gradients_function(lambda x: doubled(x) * x)(3.0) == (18.0, (66.0,))
    assert grad(doubled)(3.0) == 20.0

    @custom_gradient
    def wrong(x):
        return x

    with pytest.raises(TypeError, match=r"wrong is decorated with custom_gradient, so it must return"):
        wrong(1.0)


def test_stop_gradient():
    assert stop_gradient("anything") == "anything"
    assert value_and_gradients_function(lambda x: x * stop_gradient(x))(3.0) == (9.0, (3.0,))


def test_differentiable():
    assert decorated(2.0, 3.0) == 6.0
    assert inspect.isfunction(decorated)
    assert decorated.value_and_gradients(2.0, 3.0) == (6.0, (3.0, 2.0))
    assert decorated.gradients(2.0, 3.0) == (3.0, 2.0)
    assert "def decorated_value_and_gradients(x, y" in decorated.source(2.0, 3.0)
    assert decorated_with_options(2.0, 3.0) == 6.0
    assert decorated_with_options.gradients(2.0, 3.0) == (3.0,)
    with pytest.raises(ParameterError):
        differentiable(params=["z"])(f)


def test_differentiable_methods():
    line = Line()
    assert line.double(2.0) == 12.0
    assert line.double.gradients(2.0) == (6.0,)
    assert line.double.value_and_gradients(2.0) == (12.0, (6.0,))
    assert "def double_value_and_gradients(self, x" in line.double.source(2.0)
    assert Line.double(line, 2.0) == 12.0
    assert value_and_gradients_function(line.double)(2.0) == (12.0, (6.0,))
    assert Line.half(3.0) == 1.5 and Line.half.gradients(3.0) == (0.5,)


def test_the_names_of_the_package():
    assert all(hasattr(s2sad, name) for name in s2sad.__all__)
    assert list(s2sad.__all__) == sorted(s2sad.__all__)
