"""Core NumPy, element by element: functions of one array, of two under broadcasting, selections, dtypes."""

import math

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()

LINE = array(3).astype(np.float32)
ZERO = np.array(0.6)

unary = case.each(0.7, array(2, 3) * 0.5)
narrow = case.each(np.float32(0.7), LINE * np.float32(0.5), ZERO, np.float64(0.6))

unary(lambda x: np.exp(x))
unary(lambda x: np.exp2(x))
unary(lambda x: np.expm1(x))
unary(lambda x: np.log(x))
unary(lambda x: np.log2(x))
unary(lambda x: np.log10(x))
unary(lambda x: np.log1p(x))
unary(lambda x: np.sqrt(x))
unary(lambda x: np.cbrt(x))
unary(lambda x: np.square(x))
unary(lambda x: np.reciprocal(x))
unary(lambda x: np.sin(x))
unary(lambda x: np.cos(x))
unary(lambda x: np.tan(x))
unary(lambda x: np.arcsin(x))
unary(lambda x: np.arccos(x))
unary(lambda x: np.arctan(x))
unary(lambda x: np.sinh(x))
unary(lambda x: np.cosh(x))
unary(lambda x: np.tanh(x))
unary(lambda x: np.arcsinh(x))
unary(lambda x: np.arccosh(1.0 + x))
unary(lambda x: np.arctanh(x))
unary(lambda x: np.abs(x - 0.55) + np.absolute(x - 0.6) + np.fabs(x - 0.65))
unary(lambda x: np.negative(x) + np.positive(x) * x)
unary(lambda x: np.sign(x - 0.55) * x + np.heaviside(x - 0.55, 0.5) * x)
unary(lambda x: np.floor(x * 9.0) * x + np.ceil(x * 9.0) * x)
unary(lambda x: np.rint(x * 9.0) * x + np.trunc(x * 9.0) * x + np.round(x * 9.0) * x)
unary(lambda x: np.deg2rad(x) + np.rad2deg(x) * x + np.degrees(x) - np.radians(x))
unary(lambda x: np.isnan(x) * x + np.isfinite(x) * x * x)
unary(lambda x: np.clip(x, 0.4, 0.6) * x + np.clip(x, None, 0.6) + np.clip(x, 0.45, None))
unary(lambda x: np.maximum(x, 0.5) * x + np.minimum(0.5, x))
unary(lambda x: np.where(x > 0.5, x * x, np.sin(x)))
unary(lambda x: 1.0 - x)
unary(lambda x: 2.0 / x)
unary(lambda x: 2.0**x + x**2 + x**0.5)
unary(lambda x: -x)
unary(lambda x: abs(x - 0.55) + +x)
unary(lambda x: x % 0.17 + x // 0.17 * x)

narrow(lambda x: np.exp(x) + np.sin(x) * x)
narrow(lambda x: x * x * 2.0 + 1.0)
narrow(lambda x: np.sqrt(x) / (1.0 + x) ** 2)
narrow(lambda x: np.where(x > 0.5, x, 0.5 * x) + np.maximum(x, 0.4))
narrow(lambda x: x * 3 + 2 / x - x**2)
narrow(lambda x: np.tanh(x) * np.log(x) + abs(x))


def mixed_arithmetic(x, y):
    return x * y + x / y - (y + 0.5) ** x


SHAPES = [None, (1,), (3,), (2, 3), (2, 1), (1, 3), (4, 2, 3), (4, 1, 3), (1, 1, 1)]


def of_shape(shape, seed):
    return 0.6 + 0.1 * seed if shape is None else array(*shape, seed=seed)


for left in SHAPES:
    for right in SHAPES:
        case(of_shape(left, 1), of_shape(right, 2))(mixed_arithmetic)

SOME = [((3,), (3,)), ((2, 1), (3,)), ((2, 3), None), (None, (2, 3)), ((1, 3), (2, 1))]
binary = case.each(*[(of_shape(left, 1), of_shape(right, 2)) for left, right in SOME])

binary(lambda x, y: np.add(x, y) * np.subtract(x, y))
binary(lambda x, y: np.multiply(x, y) + np.divide(x, y) + np.true_divide(y, x))
binary(lambda x, y: np.power(x, y) + np.float_power(y, x))
binary(lambda x, y: np.maximum(x, y) * np.minimum(x, y) + np.fmax(x, y) - np.fmin(x, 2.0 * y))
binary(lambda x, y: np.arctan2(x, y) + np.hypot(x, y))
binary(lambda x, y: np.logaddexp(x, y) + np.logaddexp2(x, y))
binary(lambda x, y: np.where(x < y, x * y, x - y))
binary(lambda x, y: np.where(x < y, x, 0.0) + np.where(y <= x, 1.0, y))
binary(lambda x, y: (x > y) * x + (x != y) * y + (x == y) * 1.0)
binary(lambda x, y: np.greater(x, y) * x + np.less_equal(x, y) * y * x)
binary(lambda x, y: np.mod(x, 0.3 * y) + np.remainder(x, y) + np.fmod(x, 0.4 * y))
binary(lambda x, y: np.floor_divide(x, 0.3 * y) * x + x // y * y * 2.0 + x % y)
binary(lambda x, y: np.copysign(x, -y) * y)
binary(lambda x, y: np.clip(x, 0.5 * y, 1.2 * y) * x)
binary(lambda x, y: (x * y) ** 2 / (x + y) - 3.0 * (x - y) * x)


@case(array(2, 3), array(3), array(2, 1), 1.5)
def four_operands(a, v, c, x):
    return (a * v + c) / (x + v * c) - x * a * c


@case(array(2, 3), signed(2, 3) > 0.0, array(3))
def where_with_mask_parameter(a, mask, v):
    return np.where(mask, a * a, v) + mask * v


@case(signed(4))
def where_keeps_the_other_branch_finite(v):
    safe = np.where(v > 0.0, v, 1.0)
    return np.where(v > 0.0, np.log(safe) * np.sqrt(safe), 0.1 * v)


@case(array(3), np.arange(3))
def integer_array_mixed(v, k):
    return v * k + v ** (k + 1) + k / (1.0 + v)


@case(array(3), 2)
def integer_scalar_mixed(v, n):
    return v * n + v**n + n / v


@case(1.5, np.array([1, 2, 3]))
def integer_array_times_active(x, k):
    return np.sum(k * x) * k + x**k


@case(1.5, array(3) > 1.0)
def boolean_array_inactive(x, mask):
    return np.sum(mask * x * x)


@case(array(3).astype(np.float32), 2.0)
def float32_with_python_scalar(v, x):
    return np.sum(v * v * x) * v


@case(array(2, 3).astype(np.float32), array(3).astype(np.float32))
def float32_broadcast(a, v):
    return np.tanh(a * v) + np.mean(a, axis=1, keepdims=True)


@case(array(3).astype(np.float32), array(3))
def float32_with_float64(v, w):
    return v * w + v


@case(array(3))
def cast_to_float32_and_back(v):
    return v * np.asarray([0.5, 1.0, 2.0], dtype=np.float32) + v.astype(np.float64)


@case(np.float64(0.7), array(2))
def numpy_scalar_parameter(x, v):
    return np.sin(x) * v + x.item() * v[0]


@case(array(3))
def numpy_scalars_from_elements(v):
    x = v[0]
    y = x.item() * float(v[1])
    return math.sin(x) * np.float64(y) * v[2]


@case(array(2, 1, 3), array(4, 1))
def broadcasting_functions(a, b):
    c = np.broadcast_to(b, (2, 4, 3)) * a
    d, e = np.broadcast_arrays(a, b)
    return c + d * e


# Where the function has a kink: ties share equally, abs and friends have derivative 0 there.
case(0.0, expected=(0.0,))(lambda x: abs(x))
case(np.zeros(3), expected=(np.zeros(3),))(lambda x: np.abs(x))
case(0.0, expected=(1.0,))(lambda x: abs(x) + x)
case(2.0, 2.0, expected=(0.5, 0.5))(lambda x, y: np.maximum(x, y))
case(np.ones(2), np.ones(2), expected=(np.full(2, 0.5), np.full(2, 0.5)))(lambda x, y: np.minimum(x, y))
case(np.ones(4), expected=(np.full(4, 0.25),))(lambda x: np.max(x))
case(np.array([1.0, 3.0, 3.0]), expected=(np.array([0.0, 0.5, 0.5]),))(lambda x: x.max())
case(np.zeros(3), expected=(np.zeros(3),))(lambda x: np.sum(x**2 + x**3))
case(np.array([0.0, 2.0]), expected=(np.array([1.0, 2.0]),))(lambda x: np.prod(x + 1.0) + x[1] - x[0] * 2.0)
case(np.array([0.0, 2.0, 3.0]), expected=(np.array([6.0, 0.0, 0.0]),))(lambda x: np.prod(x))
case(20.0, rtol=1e-5, expected=(4.0 * math.exp(-40.0),))(lambda x: np.tanh(x))
case(np.array([1e-20, 800.0]), expected=(np.array([1.0, 0.0]),))(lambda x: np.sum(-np.expm1(-x)))


@pytest.mark.rows
@pytest.mark.parametrize("each", case, ids=str)
def test_elementwise(each):
    each.check()
