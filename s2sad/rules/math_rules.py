"""The functions of `math` that are not NumPy's as well."""

from __future__ import annotations

import math

import numpy as np
from numpy import log

from s2sad.kinds import BOOL, FLOAT, INT, Array, Kind, Scalar, Tuple
from s2sad.rules.operators import log_of_base
from s2sad.rules.registry import adjoint, constant, kind, nondifferentiable, partials, spread, tangent
from s2sad.rules.results import numeric, unless_narrow


@partials(math.pow)
def power(x, y, *, result):
    if constant(y) and y == 0:
        return 0.0, 0.0
    if constant(y):
        return float(y) * x ** (y - 1), result * log_of_base(x)
    return y * x ** (y - 1 if x != 0 or y != 0 else 1), result * log_of_base(x)


@partials(math.log)
def logarithm(x, base=None, *, result):
    if base is None:
        return 1.0 / x, 0.0
    return 1.0 / (x * log(base)), -result / (base * log(base))


@partials(math.fmod, math.remainder, cost=3)
def remainder(x, y, *, result):
    return 1.0, round((result - x) / y)


@partials(math.erf)
def error_function(x):
    return 2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@partials(math.erfc)
def complementary_error_function(x):
    return -2.0 / math.sqrt(math.pi) * math.exp(-x * x)


@partials(math.gamma)
def gamma(x, *, result):
    return result * digamma(x)


@partials(math.lgamma)
def log_gamma(x):
    return digamma(x)


def digamma(x):
    """The derivative of the logarithm of the gamma function, by recurrence and Stirling's series (DLMF 5.11.2)."""
    total = 0.0
    if x < 0.5:
        total = -math.pi / math.tan(math.pi * (x - round(x)))
        x = 1.0 - x
    while x < 10.0:
        total = total - 1.0 / x
        x = x + 1.0
    t = 1.0 / (x * x)
    tail = t * (1 / 12 - t * (1 / 120 - t * (1 / 252 - t * (1 / 240 - t * (1 / 132 - t * 691 / 32760)))))
    return total + math.log(x) - 0.5 / x - tail


@adjoint(math.ldexp, linear=True, cost=1)
def scaled(x, i, *, grad):
    return math.ldexp(grad, i)


@adjoint(math.modf)
def fraction_and_integer(x, *, grad):
    return grad[0]


@adjoint(math.frexp)
def mantissa_and_exponent(x, *, grad, result):
    return math.ldexp(grad[0], -result[1])


# --- functions of several numbers -----------------------------------------------------------------------------------


@adjoint(math.hypot, variadic="coordinates")
def hypotenuse(*coordinates, grad, result, k):
    """At the origin the subgradient 0."""
    return grad * coordinates[k] / (result or 1.0)


@tangent(math.hypot)
def hypotenuse_tangent(*coordinates, result, coordinates_dot):
    return sum([x * x_dot for x, x_dot in zip(coordinates, coordinates_dot)]) / (result or 1.0)


@adjoint(math.fsum, linear=True, variadic="seq")
def exact_sum(seq, *, grad, k):
    if k is None:
        return spread(grad) if isinstance(seq, np.ndarray) else [grad for x in seq]
    return grad


@adjoint(math.prod, variadic="iterable")
def product(iterable, *, start=1, grad, k):
    if k is None and isinstance(iterable, np.ndarray):
        return grad * start * products_of_other_numbers(iterable)
    if k is None:
        return scaled_products(iterable, grad * start)
    return grad * start * math.prod([x for j, x in enumerate(iterable) if j != k])


@tangent(math.prod)
def product_tangent(iterable, *, start=1, iterable_dot):
    return change_of_product(iterable, iterable_dot) * start


def change_of_product(items, items_dot):
    """How the product of the items changes: exact also where numbers are zero."""
    others = [math.prod(items[:i]) * math.prod(items[i + 1 :]) for i in range(len(items))]
    return sum([each * x_dot for each, x_dot in zip(others, items_dot)])


def products_of_other_numbers(items):
    """For each number the product of all the others: exact also where numbers are zero."""
    return np.array([math.prod(items[:i]) * math.prod(items[i + 1 :]) for i in range(len(items))])


def scaled_products(items, grad):
    """For each item grad times the product of all the others."""
    return [grad * (math.prod(items[:i]) * math.prod(items[i + 1 :])) for i in range(len(items))]


@adjoint(math.dist)
def distance(p, q, *, grad, result):
    """At equal points the subgradient 0."""
    length = result or 1.0
    if isinstance(p, np.ndarray) and isinstance(q, np.ndarray):
        return grad * (p - q) / length, grad * (q - p) / length
    return [grad * (a - b) / length for a, b in zip(p, q)], [grad * (b - a) / length for a, b in zip(p, q)]


@tangent(math.dist)
def distance_tangent(p, q, *, result, p_dot, q_dot):
    return (change_of_square(p, q, p_dot) + change_of_square(q, p, q_dot)) / (result or 1.0)


def change_of_square(p, q, p_dot):
    """Half of how the squared distance of two points changes when one of them moves."""
    return sum([(a - b) * a_dot for a, b, a_dot in zip(p, q, p_dot)])


if hasattr(math, "sumprod"):  # Python 3.12

    @adjoint(math.sumprod, linear="each")
    def sum_of_products(p, q, *, grad):
        if isinstance(p, np.ndarray) and isinstance(q, np.ndarray):
            return grad * q, grad * p
        return [grad * b for b in q], [grad * a for a in p]

    @kind(math.sumprod)
    def sum_of_products_kind(p, q):
        dtypes = [each.dtype for each in (p, q) if isinstance(each, Array)]
        return Scalar(max(dtypes, key=lambda each: np.dtype(each).itemsize)) if all(dtypes) and dtypes else FLOAT


if hasattr(math, "fma"):  # Python 3.13

    @partials(math.fma, cost=3)
    def multiply_and_add(x, y, z):
        return y, x, 1.0


@partials(math.nextafter, cost=1)
def next_number(x, y):
    return 1.0, 0.0


nondifferentiable(
    math.ceil,
    math.floor,
    math.trunc,
    math.comb,
    math.perm,
    math.factorial,
    math.gcd,
    math.lcm,
    math.isqrt,
    math.ulp,
    math.isclose,
    math.isfinite,
    math.isinf,
    math.isnan,
)
for _name in ("isnormal", "issubnormal", "signbit"):
    if hasattr(math, _name):
        nondifferentiable(getattr(math, _name))
        kind(getattr(math, _name))(lambda x: BOOL)


@kind(math.ceil, math.floor, math.trunc, math.comb, math.perm, math.factorial, math.gcd, math.lcm, math.isqrt)
def int_kind(*numbers: Kind) -> Kind:
    return INT


@kind(math.isclose, math.isfinite, math.isinf, math.isnan)
def truth_kind(*numbers: Kind, **options: Kind) -> Kind:
    return BOOL


@kind(math.ulp, math.ldexp, math.hypot, math.fsum, math.dist)
def float_kind(*numbers: Kind, **options: Kind) -> Kind:
    return FLOAT


@kind(math.prod)
def product_kind(iterable: Kind, *, start: Kind) -> Kind:
    """NumPy's numbers of less precision stay what they are."""
    dtype = getattr(numeric(iterable), "dtype", "")
    return FLOAT if dtype == unless_narrow(dtype) else Scalar(dtype)


@kind(math.modf)
def modf_kind(x: Kind) -> Kind:
    return Tuple((FLOAT, FLOAT))


@kind(math.frexp)
def frexp_kind(x: Kind) -> Kind:
    return Tuple((FLOAT, INT))
