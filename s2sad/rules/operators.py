"""Python's operators, the ufuncs that they are for arrays, and the built-in functions of numbers."""

from __future__ import annotations

import functools
import math
import operator

import numpy as np
from numpy import log

from s2sad.kinds import BOOL, FLOAT, INT, Array, Kind, Scalar, Tuple
from s2sad.rules.registry import (
    adjoint,
    alias,
    constant,
    inline,
    kind,
    known,
    nondifferentiable,
    partials,
    rank,
    spread,
)
from s2sad.rules.results import dims_of, elementwise, numeric, value_of


@partials(operator.add, np.add, cost=1)
def add(x, y):
    return 1.0, 1.0


@partials(operator.sub, np.subtract, cost=1)
def subtract(x, y):
    return 1.0, -1.0


@partials(operator.mul, np.multiply, cost=1)
def multiply(x, y):
    return y, x


@partials(operator.truediv, np.true_divide, cost=3)
def divide(x, y, *, result):
    return 1.0 / y, -result / y


@partials(operator.neg, np.negative, cost=1)
def negative(x):
    return -1.0


@partials(operator.pos, np.positive, cost=1)
def positive(x):
    return 1.0


@partials(operator.mod, np.remainder, cost=3)
def remainder(x, y):
    return 1.0, -(x // y)


@inline
def log_of_base(x):
    """log(x), or 0 where x is 0: it is multiplied by 0 ** y."""
    if known(isinstance(x, (int, float))):
        return math.log(x if x != 0 else 1.0)
    if known(rank(x) == 0):
        return log(x if x != 0 else 1.0)
    return log(np.where(x == 0, 1.0, x))


@partials(operator.pow, pow, np.power, np.float_power)
def power(x, y, *, result):
    """x ** 0 has the derivative 0 everywhere; 0 ** y has the derivative 0 with respect to y.

    Only 0 ** 0 needs a guard: elsewhere y * x ** (y - 1) is right at y = 0, with its own derivative by y, 1 / x.
    """
    if constant(y) and y == 0:
        return 0.0, 0.0
    if constant(y) and y == 0.5:
        return 0.5 / result, result * log_of_base(x)
    if constant(y):
        return float(y) * x ** (y - 1), result * log_of_base(x)
    if rank(y) == 0:
        if known(rank(x) == 0):
            return y * x ** (y - 1 if x != 0 or y != 0 else 1), result * log_of_base(x)
        return y * x ** (y - 1 if y != 0 else np.where(x == 0, 1.0, y - 1)), result * log_of_base(x)
    return y * x ** np.where((x == 0) & (y == 0), 1.0, y - 1), result * log_of_base(x)


alias(pow, "base", "x")
alias(pow, "exp", "y")


@adjoint(float, np.float64, linear=True, cost=1)
def float_of(x=0.0, *, grad):
    return grad if rank(x) == 0 else spread(grad)


# The long ones are others on some machines, and the same as these on some.
FLOATS = tuple(dict.fromkeys([np.float32, np.float16, np.complex64, np.complex128, np.longdouble, np.clongdouble]))


@adjoint(*FLOATS, linear=True, cost=1)
def number_of(x=0.0, *, grad):
    return grad if rank(x) == 0 else spread(grad)


@partials(complex, cost=1)
def complex_of(real=0.0, imag=0.0):
    return 1.0, 1j


nondifferentiable(
    operator.floordiv,
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.is_,
    operator.is_not,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.invert,
    operator.lshift,
    operator.rshift,
    operator.not_,
    operator.contains,
    operator.truth,
    operator.index,
    int,
    bool,
    round,
)

for _function in (
    operator.floordiv,
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.and_,
    operator.or_,
    operator.xor,
    operator.invert,
    operator.lshift,
    operator.rshift,
):
    kind(_function)(functools.partial(elementwise, _function))


@kind(operator.is_, operator.is_not, operator.not_, operator.contains, operator.truth, bool)
def truth_kind(*operands: Kind) -> Kind:
    return BOOL


@kind(int, operator.index)
def int_kind(x: Kind = INT, *base: Kind) -> Kind:
    return Scalar("int", x.symbol) if isinstance(x, Scalar) and x.char == "i" else INT


@kind(round)
def round_kind(number: Kind, ndigits: Kind | None = None) -> Kind:
    if isinstance(number, Scalar) and number.char == "i":
        return number
    return INT if ndigits is None or value_of(ndigits) is None else FLOAT


@kind(float)
def float_kind(x: Kind) -> Kind:
    return FLOAT


@kind(complex)
def complex_kind(real: Kind, imag: Kind) -> Kind:
    return Scalar("complex")


def _kind_of_number_type(function: type) -> None:
    dtype = np.dtype(function).name

    @kind(function)
    def made(x: Kind) -> Kind:
        dims = dims_of(numeric(x))  # a list gives an array
        return Scalar(dtype) if dims == () else Array(dtype, dims)


for _type in (np.float64, *FLOATS):
    _kind_of_number_type(_type)


@kind(divmod)
def divmod_kind(x: Kind, y: Kind) -> Kind:
    return Tuple((elementwise(operator.floordiv, x, y), elementwise(operator.mod, x, y)))


@adjoint(divmod)
def quotient_and_remainder(x, y, *, grad, result):
    return grad[1], -(grad[1] * result[0])
