"""What only one branch makes, and a later branch or loop reads: on other ways it has no value, and no adjoint."""

import numpy as np
import pytest

from s2sad import jvp, value_and_gradients_function
from tests.random_unset import judge


def array_made_and_written(x, flags):
    if flags & 2:
        c = np.zeros(3)
        c[1] = x * x
    if flags & 4:
        s = c[1] * x
    else:
        s = x
    return s


def list_made_and_written(x, flags):
    if flags & 2:
        c = [0.0] * 3
        c[1] = x * x
    if flags & 4:
        s = c[1] * x
    else:
        s = x
    return s


def array_of_arithmetic(x, flags):
    if flags & 2:
        c = x * np.ones(3)
    if flags & 4:
        s = c[1] * x
    else:
        s = x
    return s


def list_read_twice(x, flags):
    s = x
    if flags & 2:
        c = [x, x * x, 2.0]
        c[0] *= 2.0
    if flags & 4:
        s = c[1] * x
    if flags & 8:
        s += c[0] * c[1]
    return s


def dict_read_twice(x, flags):
    s = x
    if flags & 2:
        c = {"a": x}
        c["b"] = x * x
    if flags & 4:
        s = c["b"] * x
    if flags & 8:
        s += c["a"] * x
    return s


def list_that_grows(x, flags):
    s = x
    if flags & 2:
        c = []
        for k in range(3):
            c.append(x * k)
    if flags & 4:
        for v in c:
            s += v * v
    return s


def array_filled_in_a_loop(x, flags):
    s = x
    if flags & 2:
        c = np.zeros(3)
        for k in range(3):
            c[k] = x * k
    if flags & 4:
        for k in range(3):
            s += c[k] ** 2
    return s


def array_read_in_a_loop(x, flags):
    s = x
    n = 0
    if flags & 2:
        c = np.zeros(3)
        n = 3
        for k in range(3):
            c[k] = x * k
    for k in range(n):
        s += c[k] ** 2
    return s


def list_read_in_a_loop(x, flags):
    s = x
    n = 0
    if flags & 2:
        c = [0.0] * 3
        n = 3
        for k in range(3):
            c[k] = x * k
    for k in range(n):
        s += c[k] ** 2
    return s


def inside_of_a_loop(x, flags):
    s = 0.0
    for j in range(3):
        if flags & 2:
            c = np.zeros(2)
            c[1] += x * j
        s += x
        if flags & 4:
            s += c[1] * c[0] + c[1]
        else:
            s *= x
    return s


def list_in_a_list(x, flags):
    s = x
    if flags & 2:
        c = [x, [x * x, 3.0]]
        c[1][1] *= x
    if flags & 4:
        s = c[1][1] * x
    if flags & 8:
        s += c[0] * c[1][0]
    return s


def dict_filled_in_a_loop(x, flags):
    s = x
    if flags & 2:
        d = {}
        for k in range(3):
            d[k] = x * k
    if flags & 4:
        for k in d:
            s += d[k] ** 2
    return s


def read_where_both_are_there(x, flags):
    p = x
    if flags & 2:
        b = np.zeros(3)
        b[1] = x * x
    if flags & 4:
        if flags & 2:
            p = p * 0.5 + b[1]
        else:
            p = p * x
    if flags & 2:
        for _ in range(flags & 3):
            b[1] = p * x
            p = p + b[1] * x
    return p * x


def dict_remade_in_another_branch(x, flags):
    p = x
    if flags & 2:
        b = {}
        for k in range(3):
            b[k] = x * k
    if flags & 8:
        b = {}
        for k in range(3):
            b[k] = x * k * 2
    if flags & 10:
        p = p + b[2] * x
    return p * x


def list_with_a_second_name(x, flags):
    p = x
    if flags & 2:
        b = [x, x * x, 1.0]
        first = b
    if flags & 8:
        b = [3 * x, x * x, 1.0]
    if flags & 10:
        p += sum(b)
    if flags & 2:
        p += sum(first) * first[1]
    if flags & 10:
        p += sum(b)
    return p


def list_read_by_either_name(x, flags):
    p = x
    if flags & 2:
        b = [x, x * x, 1.0]
        first = b
    if flags & 1:
        b = [3 * x, x * x, 1.0]
    if flags & 8:
        p += sum(b)
    if flags & 4:
        p += sum(first) * first[1]
    return p


def array_read_by_either_name(x, flags):
    p = x
    if flags & 2:
        b = np.ones(3) * x
        b[1] *= x
        first = b
    if flags & 1:
        b = np.ones(2) * 3 * x
    if flags & 8:
        p += np.sum(b)
    if flags & 4:
        p += np.sum(first) * first[1]
    return p


def array_with_a_second_name(x, flags):
    p = x
    if flags & 2:
        b = np.ones(3) * x
        b[1] *= x
        first = b
    if flags & 8:
        b = x * x * np.ones(3)
        b[0] *= x
    for k in range(3 if flags & 10 else 0):
        p += b[0] + b[k] * x
    for k in range(3 if flags & 2 else 0):
        p += first[0] * first[k]
    return p


def array_read_in_a_branch_and_in_a_loop(x, flags):
    p, n = x, 0
    if flags & 2:
        n = 3
        b = x * np.ones(3)
    for k in range(n):
        p = p + b[k] * x
    if flags & 10 == 2:
        p = p + b[2] * x
    return p * x


def array_remade_in_a_loop(x, flags):
    p, n = x, 0
    if flags & 2:
        n = 3
        a = np.zeros(3)
        a[1] = x * x
    for _ in range(flags & 3):
        a = np.zeros(3)
    if flags & 2:
        for k in range(n):
            p = p + a[k] * x
    return p * x


def list_that_two_loops_make(x, flags):
    for _ in range(flags):
        w = [x for k in range(2)]
    s = 0
    while s < flags + 1:
        s += 1
        w = [x * s for k in range(1, 3)]
    return w[0] * w[1]


def dict_that_a_loop_or_a_branch_makes(x, flags):
    for i in range(flags):
        w = {}
        for k in range(2):
            w[k] = x * (i + k)
    if flags == 0:
        w = {}
        for k in range(2):
            w[k] = x * k * 3
    return w[0] + w[1] * x


def list_remade_in_a_branch_in_a_loop(x, flags):
    p = x
    if flags & 1:
        a = [x * k for k in range(3)]
    for _ in range(flags & 3):
        if flags & 1:
            p = p + a[1] * a[2]
            a = [p * k for k in range(3)]
    return p * x


def list_that_loops_make_write_and_read(x, flags):
    p = x
    for _ in range(2):
        for i in range(flags & 3):
            w = [x * i, x]
        for i in range(flags & 3):
            w[0] *= 2
            w = [w[0] * i, x]
        for _ in range(flags & 3):
            p += w[0]
    return p


PROGRAMS = [
    dict_remade_in_another_branch,
    list_with_a_second_name,
    list_read_by_either_name,
    array_read_by_either_name,
    array_with_a_second_name,
    array_read_in_a_branch_and_in_a_loop,
    array_remade_in_a_loop,
    list_that_two_loops_make,
    dict_that_a_loop_or_a_branch_makes,
    list_remade_in_a_branch_in_a_loop,
    list_that_loops_make_write_and_read,
    read_where_both_are_there,
    array_made_and_written,
    list_made_and_written,
    array_of_arithmetic,
    list_read_twice,
    dict_read_twice,
    list_that_grows,
    array_filled_in_a_loop,
    array_read_in_a_loop,
    list_read_in_a_loop,
    inside_of_a_loop,
    list_in_a_list,
    dict_filled_in_a_loop,
]


def left_before_the_list_is_made(x, flags):
    for _ in range(flags & 3):
        if x < 0.5:
            return x * x
        c = [1.0, 2.0]
        c[0] *= x
    if flags & 3 == 0:
        c = [x]
    return c[0]


def list_of_a_branch_remade_in_a_loop(x, flags):
    if flags & 2:
        b = [x]
    for _ in range(2):
        b = [0.75 * x * x]
    return b[0]


PROGRAMS += [left_before_the_list_is_made, list_of_a_branch_remade_in_a_loop]


@pytest.mark.parametrize("f", PROGRAMS)
@pytest.mark.parametrize("flags", [0, 1, 2, 6, 10, 14])
def test_derivatives(f, flags):
    expected = f(0.3, flags)
    slope = (f(0.3 + 1e-6, flags) - f(0.3 - 1e-6, flags)) / 2e-6
    value, (gradient, _) = value_and_gradients_function(f)(0.3, flags)
    assert value == expected
    assert gradient == pytest.approx(slope, rel=1e-7, abs=1e-9)
    assert jvp(f, (0.3, flags), (1.0, 0)) == (expected, pytest.approx(slope, rel=1e-7, abs=1e-9))


@pytest.mark.parametrize("f", [array_made_and_written, list_made_and_written, array_of_arithmetic, list_read_twice])
def test_what_has_no_value_is_an_error(f):
    with pytest.raises(UnboundLocalError):
        value_and_gradients_function(f)(0.3, 4)


def written_in_another_branch(x, flags):
    p = x
    if flags & 1:
        b = np.zeros(3)
    if flags & 1:
        b[1] += x
    for _ in range(flags):
        p = p + b[1] * x
        b = np.zeros(3)
    return p * x


def test_what_another_branch_writes_into_before_a_loop_makes_it_anew_is_refused():
    with pytest.raises(NotImplementedError, match="may have no value before the loop"):
        value_and_gradients_function(written_in_another_branch)(0.3, 1)


@pytest.mark.parametrize("seed", range(24))
def test_random_programs(seed):
    assert not any(judge(seed, flags) for flags in range(8))
