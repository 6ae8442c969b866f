"""Hygiene: whatever the user's names are, none is captured or shadowed by the generated code."""

# ruff: noqa: A001, A002
import math
import math as np_
import math as statistics_np

import numpy
import numpy as np
import pytest

from .checker import Cases, array

case = Cases()

grad = 0.25
saved = 3.0


def x_forward(t):
    return t * t


def x_backward(t):
    return t * 2.0


def unbroadcast(t):
    return math.sin(t)


@case(2.0, 3.0)
def parameters_called_like_ours(t1, t2):
    t3 = t1 * t2
    t1 = t3 * t3
    return t1 + t2 * t3


@case(2.0, 3.0)
def adjoint_names_taken(x, x_grad):
    y_grad = x * x_grad
    y = y_grad * x
    z = y * y_grad
    z_grad = x * z
    return z_grad * y + x_grad


@case(2.0)
def value_and_result(value):
    result = value * value
    value = result * value
    result_grad = value * result
    return result_grad + value


@case(0.7, 4)
def saved_names_taken(x, n):
    x_saved = [x]
    saved = 1.0
    stack = []
    for i in range(n):
        x = math.sin(x) * x + saved
        x_saved.append(x)
        stack.append(i)
    return x * x_saved[1] * len(stack)


@case(array(3))
def np_is_a_variable(v):
    np = v * v
    return numpy.sum(np * v)


@case(array(3), 2.0)
def np_is_a_parameter(np, math):
    return np[0] * np[1] * math + np[2]


@case(array(2, 3))
def numpy_is_a_variable(a):
    numpy = 2.0
    return np.sum(a * a, axis=0) * numpy


@case(0.7)
def math_is_a_variable(x):
    math = np.sin(x)
    return math * x + math**2


@case(0.7)
def np_is_math(x):
    import math as np

    return np.sin(x) * np.exp(x) + np.sqrt(x)


@case(0.7)
def other_module_aliases(x):
    return np_.sin(x) * statistics_np.exp(x)


@case(array(3), 0.5)
def builtins_are_variables(v, x):
    sum = np.sum(v * x)
    len = sum * 2.0
    range = len * x
    list = [range, sum]
    zip = list[0] * list[1]
    return zip + len


@case(array(4), 3)
def more_builtins_are_variables(v, n):
    reversed = v[0]
    enumerate = v[1]
    tuple = 1.0
    for int in range(n):
        reversed = reversed * enumerate + v[int]
        float = reversed * tuple
        tuple = float + enumerate
    return tuple


@case(2.0, 3.0)
def grad_is_a_parameter(grad, dx):
    value_grad = grad * dx
    return value_grad * grad


@case(2.0, 3.0)
def underscores(_, __):
    _x = _ * __
    __x = _x * _
    return __x + _x


@case(2.0)
def globals_called_like_ours(x):
    return x_forward(x) * grad + x_backward(x) * saved + unbroadcast(x)


@case(2.0)
def f(x):
    return x * x_forward(x)


@case(2.0)
def f_value_and_gradients(f):
    f_grad = f * f
    return f_grad * f


@case(array(3))
def comprehension_variable_shadows(v):
    k = 2.0
    e = v[0]
    total = sum([e * k for k, e in enumerate(v)])
    return total * k * e


@case(2.0, 3.0)
def lambda_parameter_shadows(x, y):
    g = lambda x: x * y
    h = lambda y, t1=x: y * t1
    return g(y) * h(x) * x


@case(2.0, 3.0)
def nested_function_shadows(x, y):
    def g(y):
        x = y * y
        return x * 2.0

    t1 = g(x)
    return t1 * x * y


@case(2.0)
def callee_has_the_same_names(x):
    def helper(t):
        x = t * t
        value = x * t
        return value + x

    t = helper(x)
    value = helper(t * 0.1)
    return value * t * x


@case(2.0, 3.0)
def loop_variables_shadow(x, k):
    total = 0.0
    for k in range(3):
        for x_grad in (1.0, 2.0):
            total = total * 0.5 + x * x_grad * k
    return total * k


@case(array(3), 0.5)
def every_name_of_the_generator(x, t):
    x_grad, x_saved, t_grad, i, j, n, out, tmp, A, A_grad = (x * k for k in range(1, 11))
    value_and_gradients = np.sum(x_grad * x_saved) + np.sum(t_grad * i) * t
    zeros, copy, dy_ = np.sum(j), np.sum(n * out), np.sum(tmp * A * A_grad)
    return value_and_gradients * zeros + copy * dy_


@case({"dy": 2.0, "np": 3.0})
def keys_called_like_ours(value):
    return value["dy"] * value["np"] ** 2


@case(2.0, kwargs={"np": 3.0, "x_grad": 0.5})
def keywords_called_like_ours(x, **t1):
    return x * t1["np"] * t1["x_grad"] ** 2


@case(2.0)
def keyword_like_names(x):
    match = x * x
    case = match * x
    type = case + match
    return type * match


@case(2.0)
def exception_called_like_ours(x):
    try:
        t1 = {}["missing"]
    except KeyError as t2:
        t1 = x * len(t2.args)
    return t1 * x


@case(2.0, 1.5)
def dy_is_a_local(x, y):
    dy = x * y
    for _ in range(2):
        dy = dy * y
    return dy * x


@case(2.0, 1.5)
def dy_is_a_parameter(x, dy):
    return x * dy * dy


@pytest.mark.parametrize("each", case, ids=str)
def test_hygiene(each):
    each.check()
