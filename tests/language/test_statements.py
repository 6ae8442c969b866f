"""Simple statements, one by one. PYTEST_DONT_REWRITE: the functions' own asserts are part of the cases."""

import math

import numpy as np
import pytest

from .checker import Cases, array, signed

case = Cases()

RATE = 0.3
TABLE = {"slope": 1.5, "offsets": [0.1, 0.2]}


@case(2.0, 3.0)
def contract_example(x, y):
    return x * x * x * y - x * y * y


@case(2.0, 3.0)
def chained_assignment(x, y):
    a = b = x * y
    a = a * a
    return a + b * x


@case(2.0, 3.0)
def chained_assignment_with_pattern(x, y):
    pair = p, q = x * y, x + y
    return pair[0] * q + p


@case(array(3), 2.0)
def chained_store(v, x):
    out = np.zeros(3)
    out[0] = last = out[2] = x * v[1]
    return np.sum(out * v) + last


@case(1.5, 0.5)
def tuple_unpacking(x, y):
    a, b = x + y, x * y
    a, b = b, a
    return a * a * b


@case(array(3))
def unpack_array(v):
    a, b, c = v
    return a * b + c * c


@case((1.0, (2.0, 3.0)))
def nested_unpacking(pair):
    a, (b, c) = pair
    return a * b * c + b


@case(array(5))
def starred_unpacking(v):
    first, *middle, last = v
    total = first * last
    for m in middle:
        total += m * first
    return total


@case([1.0, 2.0, 3.0, 4.0])
def starred_front(items):
    *rest, last = items
    return sum(rest) * last


@case(1.0, 2.0)
def starred_of_tuple(x, y):
    a, *b = x * y, x + y, x - y
    return a * b[0] * b[1]


@case(2.0)
def list_pattern(x):
    [a, b] = [x * x, 1.0 / x]
    return a - 3.0 * b


@case(2.0)
def annotated_assignment(x):
    y: float = x * x
    z: "float"
    z = y * x
    return y + z


@case(1.2, 0.7)
def fibonacci_swap(a, b):
    for _ in range(5):
        a, b = b, a + 0.5 * b
    return a * b


@case(array(4))
def swap_elements(v):
    v[0], v[3] = v[3] * 2.0, v[0]
    return v[0] * v[0] + v[3] * v[1]


@case(2.0, 3.0)
def augmented_names(x, y):
    a = x
    a += y
    a *= x
    a -= 3.0
    a /= y
    a **= 2
    return a


@case(2.5, 7.25)
def augmented_floor_and_modulo(x, y):
    a = y
    a %= x
    b = y
    b //= x
    return a * x + b * y


@case(array(2, 2), array(2, 2, seed=1))
def augmented_matmul(a, b):
    c = a * 2.0
    c @= b
    return np.sum(c * c)


@case([1.0, 2.0, 3.0], 0.5)
def augmented_subscripts(items, x):
    items[0] += x * items[1]
    items[1] *= items[0]
    items[-1] /= x
    return items[0] + items[1] * items[2]


@case({"a": 1.0, "b": 2.0})
def augmented_dict_item(d):
    d["a"] *= d["b"]
    d["b"] -= d["a"]
    return d["a"] * d["b"]


@case(3.0, 4)
def augmented_counter(x, n):
    n += 1
    n <<= 1
    n -= 2
    total = 0.0
    for k in range(n):
        total += x / (k + 1)
    return total


@case(1.5)
@case(-0.5)
@case(0.2)
def if_elif_else(x):
    if x > 1.0:
        y = x * x
    elif x > 0.0:
        y = math.sin(x)
    else:
        y = -3.0 * x
    return y * x


@case(1.5)
@case(-1.5)
def if_without_else(x):
    y = x
    if x < 0.0:
        y = y * x
    return y + 1.0


@case(0.3, 0.4)
@case(-0.3, 0.4)
@case(-0.3, -0.4)
def nested_ifs(x, y):
    if x > 0:
        if y > 0:
            r = x * y
        else:
            r = x - y
    else:
        if y > 0:
            r = x / y
        else:
            r = x * x * y
    return r


@case(0.5, True)
@case(0.5, False)
def if_on_flag(x, squared):
    if squared:
        x = x * x
    return math.exp(x)


@case(2.0, "cube")
@case(2.0, "other")
def if_on_string(x, mode):
    if mode == "cube":
        return x**3
    return x


@case(2.0)
@case(2.0, 3.0)
def if_on_none(x, scale=None):
    if scale is None:
        scale = 0.5
    return x * x * scale


@case(2.0)
def pass_statements(x):
    pass
    if x > 100.0:
        pass
    else:
        x = x * x
    for _ in range(3):
        pass
    return x


@case(2.0)
def asserts(x):
    assert x > 0
    y = x * x
    assert y == x * x, f"unexpected {y}"
    return y * x


@case(2.0)
def raises_elsewhere(x):
    if x < 0.0:
        raise ValueError(f"negative: {x}")
    return math.sqrt(x)


@case(2.0)
def raise_in_else(x):
    if x > 0.0:
        y = math.log(x)
    else:
        raise ArithmeticError
    return y * x


@case(3.0, 2.0)
def delete_names(x, y):
    t = x * y
    u = t * t
    del t
    t = u + x
    del u
    return t * y


@case([1.0, 2.0, 3.0, 4.0])
def delete_list_item(items):
    del items[1]
    del items[-1]
    return items[0] * items[1]


@case({"a": 2.0, "b": 3.0, "c": 4.0})
def delete_dict_item(d):
    product = d["a"] * d["b"]
    del d["a"]
    return product * sum(d.values())


@case(0.5)
def import_inside(x):
    import math as m
    from math import cos

    return m.sin(x) * cos(x)


@case(array(3))
def import_numpy_inside(v):
    import numpy
    import numpy as other

    return numpy.sum(numpy.exp(v)) + other.dot(v, v)


@case(2.0)
def global_reads(x):
    return RATE * x * x + TABLE["slope"] * x + TABLE["offsets"][1]


@case(2.0)
def global_declared(x):
    global RATE
    return RATE * x


@case(2.0)
def prints(x):
    print("x is", x)
    y = x * x
    print(f"y = {y:.3f}", end="!\n")
    return y


@case(array(3))
def prints_in_loop(v):
    total = 0.0
    for k in range(3):
        total += v[k] * v[k]
        print(k, total)
    return total


@case(2.0)
def docstring_and_comments(x):
    """The square of x.

    Over several lines; with "quotes" and a \\ backslash.
    """
    # a comment
    y = x * x  # another
    "a bare string"
    3.0
    x
    return y


@case(2.0)
def constants_of_module(x):
    return math.pi * x + np.pi * x * x + math.e * np.euler_gamma


@case(2.0, 3.0)
def returns_tuple(x, y):
    return x * y, x + y


@case(2.0, array(3))
def returns_list_and_dict(x, v):
    return [x * x, {"v": v * x, "name": "scaled", "n": 3}]


@case(2.0, array(2))
def returns_nested(x, v):
    return (x, (x * x, v)), v * x


@case(2.0, 1.0)
def returns_argument(x, y):
    return x


@case(array(3))
def returns_argument_array(v):
    return v


@case(2.0)
def returns_constant(x):
    return 3.0


@case(2.0)
def returns_array(x):
    return np.array([x, x * x, 1.0])


@case(signed(3), 2.0)
@case(-signed(3), 2.0)
def several_returns(v, x):
    if v[0] > 0.0:
        return v[0] * x
    if v[1] > 0.0:
        y = v[1] * x
        return y * y
    total = np.sum(v)
    return total * x


@case(1.0, 2.0, 3.0)
def semicolons(x, y, z):
    a = x * y; b = y * z; a += b  # fmt: skip
    return a * b


@case(1.3)
def long_lines(x):
    y = (
        x * x
        + 2.0 * x
        - (x / 3.0)
    )  # fmt: skip
    return y * x


@case(0.7)
def many_reassignments(x):
    x = x * x
    x = math.sin(x)
    x = x + x * x
    x = math.exp(-x)
    x = x / (1.0 + x)
    return x


@case(0.7, 1.1)
def overwritten_operand(x, y):
    z = x * y
    x = z * z
    z = x * y
    y = z + x
    return z * y


@case(1.5)
def self_products(z):
    z = z * z
    z = z * z
    return z * z


@case(2.0, 3.0)
def dead_code(x, y):
    unused = x * y
    never = math.exp(x)
    unused = never + 1.0
    return x


@case(2.0, 3.0)
def unused_parameter(x, y):
    return x * x


@case(2.0, (0.3, 1.2, 4.0))
def try_of_items_that_are_there(x, theta):
    bounds = (0.5, 2.5)
    try:
        low, scale = bounds[0], theta[-1]
        rest = tuple(theta[:-2])
    except IndexError as error:
        raise ValueError("not enough") from error
    else:
        x = x * x
    finally:
        x = x + low
    return x * scale * rest[0]


@case(2.0)
def try_of_nothing(x):
    try:
        pass
    except ValueError:
        x = 0.0
    return x * x


@pytest.mark.parametrize("each", case, ids=str)
def test_statement(each):
    each.check()
