"""Calls: of the user's own functions in every manner, of builtins, of math, of functions that are values."""

import functools
import math
import operator
from functools import partial, reduce

import numpy as np
import pytest

from . import helpers
from .checker import Cases, array, signed
from .helpers import power, weighted
from .helpers import softplus as soft

case = Cases()


def local_square(t):
    return t * t


def distance(x1, y1, x2=0.0, y2=0.0):
    return math.sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2)


def apply(function, *args, **kwargs):
    return function(*args, **kwargs)


def twice(function):
    return lambda t: function(function(t))


def tree_sum(tree):
    if isinstance(tree, float):
        return tree * tree
    left, right = tree
    return tree_sum(left) * 0.5 + tree_sum(right)


def returns_pair(x):
    return x * x, math.sin(x)


def first_root(v):
    for e in v:
        if e > 1.0:
            return math.sqrt(e)
    return v[0]


class Scaler:
    def __init__(self, factor):
        self.factor = factor

    def scale(self, x):
        return self.factor * x

    def __call__(self, x):
        return self.scale(x) * x

    @staticmethod
    def shifted(x):
        return x + 1.0

    @classmethod
    def doubled(cls, x):
        return cls(2.0).scale(x)


@case(1.3, 0.4)
def own_functions(x, y):
    return local_square(x * y) + distance(x, y) + local_square(local_square(y))


@case(1.3, 0.4)
def keywords_and_defaults(x, y):
    return distance(x, y, 1.0) + distance(x, y, y2=x * y) + distance(y1=y, x1=2.0, x2=x)


@case(1.3)
def from_other_module(x):
    return helpers.cube(x) + soft(x) + helpers.scaled(x, shift=x) + helpers.scaled(by=x, t=3.0)


@case(1.3)
def other_modules_globals(x):
    return helpers.with_global(x)


@case(array(3))
def other_modules_aliases(v):
    return np.sum(helpers.wave(v) * helpers.smooth(v))


@case(1.3, 0.4)
def star_arguments(x, y):
    return weighted(x, y, x * y) + weighted(x, y, w1=3.0) + weighted(*[x, x], **{"w0": y})


@case(1.3, 5, params=["x"])
def recursion(x, n):
    return power(x, n) + power(x + 1.0, 2)


@case(1.3, 5, params=["x"])
def mutual_recursion(x, n):
    return helpers.is_even_product(x, n)


@case(((1.0, 2.0), (3.0, (4.0, 5.0))))
def recursion_over_tree(tree):
    return tree_sum(tree)


@case(0.7, 4, params=["x"])
def recursive_itself(x, n):
    if n == 0:
        return math.sin(x)
    return x * recursive_itself(x + 0.1, n - 1) + recursive_itself(x * x, n - 2 if n > 1 else 0)


@case(array(5))
def recursive_on_slices(v):
    if len(v) == 1:
        return v[0] * v[0]
    half = len(v) // 2
    return recursive_on_slices(v[:half]) * recursive_on_slices(v[half:])


@case(1.3, 0.4)
def nested_function(x, y):
    def area(a, b=y):
        c = a * b
        return c * c

    return area(x) + area(y, b=x)


@case(1.3, 0.4)
def closure_over_active(x, y):
    def line(t):
        return x * t + y

    return line(line(2.0)) * line(y)


@case(1.3, 3)
def closure_over_rebound(x, n):
    total = 0.0

    def step(t):
        return t * x + total

    for k in range(n):
        total = total + step(k + 1.0)
        x = x * 0.9
    return total


@case(1.3)
def nonlocal_state(x):
    count = 0.0

    def bump(by):
        nonlocal count
        count = count * x + by
        return count

    bump(x)
    bump(2.0)
    return count * bump(x * x)


@case(1.3, 0.4)
def nested_twice(x, y):
    def outer(a):
        def inner(b):
            return a * b * x

        return inner(a) + inner(y)

    return outer(x) * outer(2.0)


@case(1.3)
def function_that_returns_functions(x):
    def multiplier(by):
        return lambda t: t * by

    double = multiplier(2.0)
    by_x = multiplier(x)
    return by_x(double(x)) + by_x(by_x(1.0))


@case(1.3)
def lambdas_and_compositions(x):
    fourth = twice(local_square)
    return fourth(x) + twice(lambda t: t * x)(2.0)


@case(math.sin, 1.3)
@case(math.exp, 1.3)
@case(helpers.cube, 1.3)
def function_argument(g, x):
    return g(x) * g(x * x)


@case(1.3)
def functions_passed_on(x):
    return apply(local_square, x) + apply(distance, x, 1.0, y2=x) + apply(math.cos, x)


@case(1.3)
def functions_in_containers(x):
    table = {"sin": math.sin, "square": lambda t: t * t}
    total = 0.0
    for name in ["sin", "square"]:
        total += table[name](x)
    for function in [math.exp, math.tanh]:
        total *= function(x)
    return total


@case(1.3, 0.4)
def partials(x, y):
    from_here = partial(distance, x, y)
    shifted = functools.partial(helpers.scaled, shift=y)
    return from_here(x2=2.0) + shifted(x) + shifted(x, by=y)


@case(partial(helpers.scaled, by=3.0, shift=1.0), 1.3)
def partial_argument(g, x):
    return g(x) * x


@case([1.0, 2.0, 3.0], 0.5)
def reduces(items, x):
    product = reduce(lambda a, b: a * b + x, items)
    total = reduce(operator.add, items, x)
    return product * total


@case(2.0, 1.3)
def bound_methods(k, x):
    scaler = Scaler(k)
    scale = scaler.scale
    return scale(x) * scaler(x) + Scaler.shifted(k) * Scaler.doubled(x)


@case(Scaler(2.0), 1.3)
def callable_object(scaler, x):
    return scaler(x) + scaler.scale(scaler.factor)


@case([1.0, 2.0, 3.0], 0.5)
def maps_and_filters(items, x):
    squares = list(map(lambda t: t * t * x, items))
    both = map(operator.mul, items, squares)
    large = filter(lambda t: t > 1.5, items)
    return sum(both) + sum(large) * x + sum(map(math.sin, items))


@case([3.0, -1.0, 2.0], 0.5)
def sum_min_max_abs(items, x):
    return sum(items, x) * min(items) + max(items) * max(x, 0.2, x * x) + abs(items[1]) * min(x, 3.0)


@case([3.0, -1.0, 2.0])
def min_max_with_key(items):
    return max(items, key=abs) * min(items, key=lambda t: (t - 2.2) ** 2) + max(items, default=0.0)


@case(1.31, 5)
def conversions(x, n):
    return float(x) * float(n) + int(x * 10.0) * x + float(np.sin(x)) + bool(n) * x


@case(2.6)
def rounding(x):
    return round(x) * x + math.floor(x) * x + math.ceil(x) * x * x + math.trunc(x) * x + round(x * 1.0, 1) * 0.0


@case(2.6, [1.0, 2.0], array(3))
def type_tests(x, items, v):
    if isinstance(x, float) and not isinstance(items, (tuple, dict)) and type(items) is list:
        if isinstance(v, np.ndarray) and hasattr(v, "shape") and callable(math.sin):
            return x * items[0] * v[0] * len(items) * len(v)
    return x


@case([3.0, 1.0, 2.0])
def sorting(items):
    down = sorted(items, reverse=True)
    near = sorted(items, key=lambda t: abs(t - 1.9))
    return down[0] * down[1] ** 2 + near[0] * near[1] ** 3


@case([3.0, 1.0], (2.0, 5.0))
def container_conversions(items, t):
    a = tuple(items)
    b = list(t)
    c = dict(zip(["p", "q"], items))
    d = dict(r=t[0], s=items[1])
    return a[0] * b[1] + c["p"] * c["q"] * d["r"] * d["s"]


@case([True, False, True], 1.3)
def any_and_all(flags, x):
    y = x * x if any(flags) else x
    return y * 3.0 if all(flags) else y * x


@case(1.3, 0.7)
def math_powers_and_roots(x, y):
    return math.pow(x, y) * math.sqrt(x) + math.pow(2.0, y) + math.pow(y, 3)


@case(0.6, 0.7)
def math_exponentials(x, y):
    return math.exp(x) * math.expm1(y) + math.log(x) * math.log1p(y) + math.log2(x) * math.log10(y) + math.log(x, 3.0)


@case(0.6, 0.7)
def math_trigonometry(x, y):
    return math.sin(x) * math.cos(y) + math.tan(x) * math.asin(y) + math.acos(x) * math.atan(y) + math.atan2(x, y)


@case(0.6, 0.7)
def math_hyperbolics(x, y):
    return math.sinh(x) * math.cosh(y) + math.tanh(x) * math.asinh(y) + math.acosh(1.0 + x) * math.atanh(y)


@case(0.6, 0.7)
def math_others(x, y):
    return (
        math.hypot(x, y, 2.0)
        + math.dist((x, 1.0), (y, x))
        + math.erf(x) * math.erfc(y)
        + math.gamma(1.0 + x) * math.lgamma(2.0 + y)
        + math.degrees(x) * math.radians(y)
        + math.fabs(-x) * math.copysign(x, -y)
        + math.fmod(7.0 + x, 2.0)
        + math.fsum([x, y, x * y])
        + math.prod([x, y, x])
        + math.ldexp(x, 3)
    )


@case(2.6, 4)
def math_integers(x, n):
    return (
        x * math.factorial(n) + x * math.comb(n, 2) + math.gcd(n, 6) * x * x + x * math.isqrt(n) + x * math.isfinite(x)
    )


@case(2.6)
def math_parts(x):
    fraction, whole = math.modf(x)
    mantissa, exponent = math.frexp(x)
    return fraction * whole + mantissa * exponent * x + math.remainder(x, 2.0)


@case(1.3)
def operator_module(x):
    return operator.mul(x, operator.add(x, 2.0)) + operator.neg(x) * operator.itemgetter(1)([1.0, x])


@case(0.8)
def result_unpacked(x):
    a, b = returns_pair(x)
    c = returns_pair(b)[0]
    return a * b * c


@case(signed(4) + 1.0)
def callee_with_early_return(v):
    return first_root(v) * first_root(v[::-1])


@case(0.8, 3)
def call_in_loop(x, n):
    for k in range(n):
        x = helpers.scaled(local_square(x), by=0.5, shift=k * 0.1)
    return x


@case(0.8, array(3))
def one_callee_many_kinds(x, v):
    return local_square(x) * np.sum(local_square(v)) + local_square(3) + np.sum(local_square(np.outer(v, v)))


@case(0.8)
def callee_ignores_result(x):
    local_square(x)
    print(local_square(2.0))
    return x * x


@case(0.8, 3.0)
def callee_rebinds_its_parameters(x, y):
    def shrink(t, k):
        while t > 1.0:
            t = t / k
        return t * t

    return shrink(y * 2.0, y) + shrink(x * 9.0, 2.0) + y


@case(0.8)
def comprehension_calls(x):
    return sum(power(x, k) for k in range(4)) + sum([local_square(x + k) for k in range(2)])


@functools.lru_cache(maxsize=None)
def cached_factor(n):
    return 1.0 / (1.0 + n)


@case(0.8, 3, may_refuse=True)
def cached_callee_of_constants(x, n):
    return x * x * cached_factor(n)


@pytest.mark.parametrize("each", case, ids=str)
def test_call(each):
    each.check()
