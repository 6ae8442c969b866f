"""Expressions, one kind at a time."""

import math

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()


@case(1.3, 0.7)
def arithmetic(x, y):
    return x + y * x - y / x + (x - y) * (x + y) / (1.0 + x * x)


@case(1.3, 2.4)
def powers(x, y):
    return x**2 + x**y + 2.0**y + x**-1.5 + (x * y) ** 0.5 + x**3


@case(1.3, 2)
def power_of_int_parameter(x, n):
    return x**n


@case(-1.3)
def powers_of_negative_base(x):
    return x**2 + x**3 - x**-2 + x**1 + x**0


@case(0.0)
def powers_at_zero(x):
    return x**2 + x**1 + 3.0 * x**3 + x**0


@case(7.3, 2.2)
@case(-7.3, 2.2)
@case(7.3, -2.2)
def floor_division_and_modulo(x, y):
    return x // y * x + x % y + y * (x % 3.0)


@case(7.3, 2.2)
def divmod_pair(x, y):
    q, r = divmod(x, y)
    return q * x + r * r


@case(1.3)
def unary(x):
    return -x + +x * 2.0 - -x * x - (-(-x)) ** 2


@case(1.3, False)
@case(1.3, True)
def not_operator(x, flag):
    return x * x if not flag else x * 3.0


@case(1.3, 6)
def bit_operators(x, n):
    k = (n & 3) | 1
    m = (n ^ 5) << 1
    return x * k + x * x * (m >> 1) + x * ~n


@case(0.4)
@case(1.4)
@case(2.4)
def chained_comparison(x):
    if 0.5 < x <= 2.0 != x:
        return x * x
    return 3.0 * x


@case(0.4, 0.6)
@case(0.6, 0.4)
def comparison_as_number(x, y):
    return (x < y) * x * 2.0 + (x >= y) * y * y


@case(0.4, 0.7)
@case(-0.4, 0.7)
def or_gives_operand(x, y):
    return ((x > 0.0 and x) or y) * 3.0 + y


@case(0.4, 0.7)
def and_gives_operand(x, y):
    return (x and y) * 3.0 + x


@case(0.4, 0.7)
@case(0.7, 0.4)
@case(-0.4, 0.4)
def boolean_conditions(x, y):
    if x > 0.0 and (y > x or not y > 0.5):
        return x * y
    return x - y


@case(-1.0)
@case(1.0)
def short_circuit_guards(x):
    return x * x if x > 0 and math.log(x) < 1.0 else -x


@case(0.4, 0.7)
@case(0.7, 0.4)
def ternary(x, y):
    return x * x if x > y else y * y * x


@case(0.4, 0.7)
@case(1.4, 0.7)
@case(2.4, 0.7)
def nested_ternary(x, y):
    z = x * y if x < 1.0 else (x / y if x < 2.0 else math.exp(y))
    return z * z


@case(0.4, 0.7)
def ternary_in_expression(x, y):
    return 2.0 * (x if x > y else y) + (y if x > y else x) * x


@case(1.3)
def walrus_in_condition(x):
    if (y := x * x) > 1.0:
        return y * x
    return y


@case(1.3)
def walrus_in_expression(x):
    return (y := math.sin(x)) * y + (z := y * x) * z


@case(9.0)
def walrus_in_while(x):
    total = 0.0
    while (x := x * 0.5) > 1.0:
        total += x * x
    return total


@case([0.5, 1.5, 2.5])
def asked_of_all_by_a_function(items):
    def large(item):
        return item > 2.0

    total = items[0] if all(map(lambda item: item > 0.1, items)) else items[1]
    return total * (items[2] if any(map(large, items)) else items[1]) + 2.0 * any(map(math.isnan, items))


@case([0.5, 1.5, 2.5])
def walrus_in_comprehension(items):
    return sum([y * y for item in items if (y := item * 2.0) > 2.0])


@case([0.5, 1.5, 2.5])
def walrus_in_what_is_summed(items):
    y = 0.0
    total = sum(y * y for item in items if (y := item * 2.0) > 2.0)
    return total * y + max(v for item in items if (v := item * y) > 1.0)


@case(1.3)
def walrus_behind_and(x):
    if x > 1.0 and (y := x * x) > 1.5:
        return y * x
    return x


@case(1.3, "name")
def formatted_string(x, label):
    text = f"{label}: {x:.2f} {label!r:>10} {x!s:.1}"
    return x * x + len(text)


@case(1.3)
def string_operations(x):
    kind = "sin" + "h"
    key = "%s-%d" % (kind, 3)
    if key.startswith("sinh") and "3" in key:
        return math.sinh(x)
    return x


@case(0.7)
def immediately_called_lambda(x):
    return (lambda t: t * t * x)(x + 1.0)


@case(0.7)
def lambda_in_variable(x):
    square = lambda t: t * t
    shift = lambda t, by=2.0: t + by * x
    return square(shift(x)) + shift(x, by=3.0)


@case([0.5, 1.5, 2.5], 2.0)
def list_comprehension(items, x):
    squares = [item * item * x for item in items]
    return sum(squares) + squares[1] * squares[2]


@case(array(5), 1.0)
def filtered_comprehension(v, x):
    return sum([e * e * x for e in v if e < x])


@case(array(3), array(4))
def nested_comprehension(v, w):
    table = [[a * b for b in w] for a in v]
    return table[0][1] * table[2][3] + sum(sum(row) for row in table)


@case(array(3), array(2))
def comprehension_of_two_loops(v, w):
    return sum([a * b * b for a in v for b in w if a > b])


@case({"a": 1.5, "b": 2.5})
def dict_comprehension(d):
    squares = {key: value * value for key, value in d.items()}
    return squares["a"] * squares["b"] + sum(squares.values())


@case(array(4))
def set_comprehension(v):
    kept = {k for k in range(4) if k % 2 == 0}
    return sum(v[k] * v[k] for k in sorted(kept))


@case([1, 5, 3], 2.0, params=["x"])
def set_of_integers(items, x):
    seen = {1, 2}
    total = 0.0
    for item in items:
        if item in seen:
            total += x * item
        else:
            total += x * x
    return total


@case(array(4), 1.5)
def generator_expression(v, x):
    return sum(x * e for e in v) * max(e * x for e in v)


@case(array(4))
def generator_passed_on(v):
    return math.fsum(e * e for e in v) + math.prod(e for e in v)


@case(array(6))
def slices(v):
    return np.sum(v[1:4] * v[:3]) + np.sum(v[::2]) * v[-1] + np.sum(v[::-1] * v) + np.sum(v[-3:-1] * v[4:])


@case(array(4, 5))
def slices_of_matrix(a):
    return np.sum(a[1:, :-1] * a[:-1, 1:]) + np.sum(a[:, 2] ** 2) + np.sum(a[::2, ::-2]) * a[0, -1]


@case(array(3))
def none_and_ellipsis(v):
    outer = v[:, None] * v[None, :]
    return np.sum(outer[..., 0] * v) + np.sum(v[np.newaxis, ...] * outer[1, ...])


@case(array(2, 3, 4))
def ellipsis_in_middle(a):
    return np.sum(a[0, ..., 1] * a[1, ..., 2]) + np.sum(a[..., -1])


@case(array(5))
def fancy_index(v):
    order = [3, 0, 0, 2]
    index = np.array([1, 4])
    return np.sum(v[order] ** 2) + np.prod(v[index])


@case(array(4, 4))
def fancy_index_pairs(a):
    rows = np.array([0, 1, 3])
    cols = np.array([2, 2, 0])
    return np.sum(a[rows, cols] ** 2) + np.sum(a[rows] * a[:, cols].T) + np.sum(a[rows, 1:3])


@case(array(4, 3))
def fancy_index_outer(a):
    return np.sum(a[np.ix_([0, 2], [1, 2])] ** 2) + np.sum(a[[[0], [3]], [0, 2]])


@case(signed(6))
def boolean_index(v):
    return np.sum(v[v > 0.0] ** 2) + np.sum(v[v < 0.0])


@case(signed(3, 4))
def boolean_index_matrix(a):
    mask = np.array([True, False, True])
    return np.sum(a[mask] ** 2) + np.sum(a[a > 0.3] ** 3) + np.sum(a[:, np.array([True, False, False, True])])


@case(array(5), 2)
def variable_slices(v, k):
    s = slice(k, None)
    return np.sum(v[k:] * v[: 5 - k]) + np.sum(v[s] ** 2) + v[k - 1] * v[-k]


@case(array(4), np.array([2, 0, 2]))
def index_array_parameter(v, index):
    return np.sum(v[index] * np.array([1.0, 2.0, 3.0]))


@case(array(4))
def index_from_argmax(v):
    return v[np.argmax(v)] * v[int(np.argmin(v))]


@case(1.3, 2.4)
def starred_arguments(x, y):
    def area(a, b, scale=1.0):
        return a * b * scale

    pair = (x * y, y)
    options = {"scale": x}
    return area(*pair) + area(*pair, **options) + area(x, *[y])


@case(1.3, 2.4)
def starred_in_displays(x, y):
    a = [x, y]
    b = [*a, x * y, *a]
    c = (*b, 1.0)
    d = {**{"p": x}, "q": y * x}
    return b[2] * c[4] + d["p"] * d["q"]


@case(1.3)
def displays(x):
    pairs = [(x, 1.0), (2.0, x * x)]
    table = {"a": [x, x * x], "b": (x, {"c": x**3})}
    return pairs[1][1] * pairs[0][0] + table["a"][1] * table["b"][1]["c"]


@case(1.3, 2.4)
def is_and_in(x, y):
    z = None if x is y else x
    if z is not None and "a" in {"a": 1} and 3 not in [1, 2]:
        return z * y
    return x


@case(1.3)
def attribute_of_expression(x):
    return (np.ones((2, 3)) * x).T.shape[0] * np.array([x, x * x]).sum()


@case(1.3)
def conditional_function_choice(x):
    function = math.sin if x > 1.0 else math.cos
    return function(x) * x


@case(array(3, 3), array(3))
def matmul_operator(a, v):
    return v @ a @ v + np.sum((a @ a) * a) + v @ v


@case(2.0)
def constants_of_every_kind(x):
    return x * 0x10 + x * 1_000.5e-3 + x * True + (x * 1e0) ** 2


@case(2.0)
def string_of_additions(x):
    return x + x * x + x * x * x + 1.0 + 2.0 + x / 2.0 + x / 3.0 - x / 4.0 - (x - (x - (x - 2.0 * x)))


@case(0.3, 1.9)
def evaluation_order(x, y):
    log = []

    def noted(value):
        log.append(len(log))
        print("noted", len(log))
        return value

    return noted(x) * noted(y) - noted(x * y) / noted(2.0 + x)


@case(3, 2)
def integers_as_reals(x, y):
    return x * x * y - y


@case(7, 2)
def true_division_of_integers(x, y):
    return x / y + y / x


@case(1 + 2j, 0.5 - 1j)
def complex_arithmetic(z, w):
    return abs(z * w) ** 2 + (z / w).real + (z * z).imag


@case(0.5 + 1j)
def complex_conjugates(z):
    return (z * z.conjugate()).real * z.real + z.imag**2


@pytest.mark.parametrize("each", case, ids=str)
def test_expression(each):
    each.check()


@case(1.5)
def complex_of_a_constant_and_a_number(x):
    return abs(complex(2.0, x)) + abs(complex(0, imag=3.0 * x))


@case(2.5)
def text_for_people(x):
    name = f"{x:.1f}".rjust(6) + "|"
    return x * len(name)
