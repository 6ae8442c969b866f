"""Arrays as memory: functions and methods that write into their arguments, out=, arguments that share memory."""

import math

import numpy as np
import pytest

from tests import reference

from . import helpers
from .checker import REFERENCE_ONLY, Cases, array, identical

case = Cases()


def fill(out, v):
    for k in range(len(v)):
        out[k] = v[k] * v[k]


def accumulate(out, k, value):
    out[k] += value


def relax(u, rate):
    u[1:-1] += rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u


def normalise_rows(A):
    for row in A:
        row /= np.sqrt(np.sum(row * row))


def update(state, x):
    state["v"] += x
    state["x"] = state["x"] + state["v"] * 0.1


def push(stack, value):
    stack.append(value * value)
    return len(stack)


def swap_rows(A, i, j):
    A[i], A[j] = A[j].copy(), A[i].copy()


@case(array(3))
def helper_fills_buffer(v):
    out = np.zeros(3)
    fill(out, v)
    return np.sum(out * v)


@case(array(3), 1.3)
def helper_of_other_module_fills(v, x):
    out = np.empty(4)
    helpers.fill_powers(out, x)
    helpers.scale_in_place(v, x)
    return np.sum(out) * np.sum(v * v)


@case(array(3))
def helper_modifies_parameter(v):
    helpers.scale_in_place(v, v[0])
    helpers.log_normalise(v)
    return np.sum(v * v)


@case(array(4))
def helper_in_loop(v):
    out = np.zeros(4)
    for k in range(4):
        accumulate(out, k, v[k] * v[k])
        accumulate(out, k // 2, v[k])
    return np.sum(out * out)


@case(array(5), 3)
def helper_returns_what_it_wrote(u, n):
    w = u
    for _ in range(n):
        w = relax(w, 0.2)
    return np.sum(w * u)


@case(array(3, 2))
def helper_writes_rows(A):
    normalise_rows(A)
    return np.sum(A * np.arange(6.0).reshape(3, 2))


@case(array(6))
def helper_gets_view(v):
    fill(v[3:], v[:3])
    helpers.scale_in_place(v[::2], 2.0)
    return np.sum(v * v)


@case(array(2, 3))
def helper_gets_row(A):
    fill(A[1], A[0])
    relax(A[0], A[1, 1])
    return np.sum(A * A)


@case({"x": 1.0, "v": 0.5}, 0.3)
def helper_updates_dict(state, x):
    for _ in range(3):
        update(state, x * state["x"])
    return state["x"] * state["v"]


@case(array(3))
def helper_pushes(v):
    stack = []
    for e in v:
        n = push(stack, e)
    return stack[0] * stack[2] * n


@case(array(3, 3))
def helper_swaps_rows(A):
    swap_rows(A, 0, 2)
    A[1] *= A[0]
    return np.sum(A * A * np.arange(9.0).reshape(3, 3))


@case(array(3), 1.3)
def closure_writes_captured(v, x):
    out = np.zeros(3)

    def put(k, value):
        out[k] = value * x

    for k in range(3):
        put(k, v[k] * v[k])
    return np.sum(out * v)


@case(array(4))
def recursion_writes(v):
    def scan(a, k):
        if k < len(a):
            a[k] += a[k - 1] * a[k]
            scan(a, k + 1)

    scan(v, 1)
    return np.sum(v * v)


@case(array(2, 3))
def recursion_writes_rows_of_a_loop(A):
    def clear(row, k):
        if k < 2:
            clear(row, k + 1)
        else:
            row[...] = 2.0

    total = 0.0
    for row in A:
        before = np.sum(row)
        clear(row, 0)
        total += before * np.sum(row * row)
    return total + np.sum(A)


@case(0.6)
def recursion_writes_at_a_computed_place(x):
    def fill(row, value):
        if value > 5.0:
            fill(row, value - 5.0)
        row[...] = value * x

    rows = np.ones((2, 3))
    for j in range(2):
        fill(rows[-j], x + j)
        if x > 2.0:
            break
    return rows


@case(np.array(-1.1))
def a_number_of_an_array_without_axes(x):
    return float(x)


@case(np.array(-1.1))
def an_array_without_axes_copied_in_a_loop(x):
    for _ in range(2):
        x = x.copy()
    return x


@case(0.4)
def recursion_writes_what_nobody_reads(x):
    def fill(row, value):
        row[...] = value
        if value < 2.0:
            fill(row, value * 2.0)

    w = np.ones(3)
    fill(np.zeros(3), x)
    fill(w, x)
    return x * x + 0.0 * w[0]


@case(np.array(-1.1), np.array(0.4))
def numbers_of_arrays_without_axes_in_a_list(a, x):
    numbers = [float(a), np.max(x)]
    return x + sum(numbers)


@case(array(4))
def adds_parts_of_itself(v):
    v += np.concatenate([v[:1], v[:3]])
    w = np.concatenate([v[:3], v[:1]])
    v[...] += w
    return np.dot(v, v)


@case(array(3), array(3, seed=1))
def ufunc_out(u, v):
    out = np.zeros(3)
    np.multiply(u, v, out=out)
    np.add(out, u, out)
    np.exp(out, out=out)
    return np.sum(out)


@case(array(3), array(3, seed=1))
def ufunc_out_is_an_input(u, v):
    np.multiply(u, v, out=u)
    np.sin(u, out=u)
    np.add(u, u, out=v)
    return np.sum(u * v)


@case(array(4))
def ufunc_out_slice(v):
    np.multiply(v[:2], v[2:], out=v[1:3])
    return np.sum(v * v)


@case(array(2, 3), array(3))
def reductions_and_products_out(A, v):
    out = np.empty(2)
    np.dot(A, v, out=out)
    total = np.sum(out * out)
    np.sum(A, axis=1, out=out)
    return total + np.sum(out * out)


@case(array(3), 2.0)
def copyto(v, x):
    out = np.zeros(3)
    np.copyto(out, v)
    out[0] *= x
    np.copyto(v, out * out)
    np.copyto(out, x)
    return np.sum(out * v)


@case(array(2, 3), array(3))
def copyto_broadcast(A, v):
    np.copyto(A, v * v)
    A[0] += v
    return np.sum(A * A)


@case(array(4))
def methods_that_write(v):
    a = v * v
    a.fill(v[0])
    a[1] = v[1]
    b = v.copy()
    b.sort()
    return np.sum(a * b)


@case(array(4))
def sort_in_place(v):
    v.sort()
    return np.sum(v * np.array([1.0, 2.0, 5.0, 9.0]))


@case(array(5))
def put_and_place(v):
    a = v.copy()
    np.put(a, [0, 2], v[3:] * v[1])
    np.putmask(a, a > 1.2, 0.5)
    return np.sum(a * v)


@case(array(3))
def arguments_modified_and_returned(v):
    v *= 2.0
    v[0] = v[1] * v[2]
    return np.sum(v), v


@case(array(3), array(3, seed=1), 0.3)
def several_arguments_modified(x, v, dt):
    for _ in range(3):
        v -= dt * x
        x += dt * v
    return np.sum(x * x) + np.sum(v)


@case([array(2), 1.5])
def argument_list_modified(items):
    items[0] *= items[1]
    items[1] = np.sum(items[0])
    items.append(items[1] * items[1])
    return items[2] * items[0][0]


@case(np.array(1.5))
def rank_zero_array_modified(x):
    y = x
    y += 1.0
    y *= y
    return x * 2.0


@case(array(3), array(2, 3))
def default_buffers(v, A):
    def total(a, scratch=None):
        if scratch is None:
            scratch = np.zeros(3)
        scratch += a
        return np.sum(scratch * scratch)

    mine = v.copy()
    return total(A[0]) + total(A[1], mine) + np.sum(mine)


@case(array(4))
def callee_reads_while_caller_writes(v):
    def neighbours(a, k):
        return a[k - 1] * a[k]

    for k in range(1, 4):
        v[k] = neighbours(v, k) + math.sin(neighbours(v, k - 1))
    return np.sum(v * v)


def damped(u, v):
    """Writes into what it is given, and gives it back."""
    mean = 0.5 * (u + v)
    u -= 0.3 * mean
    v += 0.2 * mean * u
    return u, v


def moved(f, u):
    return f * np.cos(u) + np.roll(u, 1)


@case(array(6), array(3))
def fields_that_are_parts_of_one_array(x, smoke):
    u, v = x[:3], x[3:]
    for _ in range(3):
        u_next = moved(u, v)
        v_next = moved(v, u)
        u, v = damped(u_next, v_next)
        smoke = moved(smoke, u + v)
    return np.sum(smoke * u)


@case(array(6), may_refuse=True)
def parts_of_one_array_written_after_a_swap(x):
    u, v = x[:4], x[2:]
    for k in range(3):
        u, v = v, u
        if k == 1:
            u[0] *= v[3]
    return np.sum(u * u * v)


@pytest.mark.parametrize("each", case, ids=str)
def test_memory_call(each):
    each.check()


def mixes(x, y):
    x[0] = 2.0 * y[1]
    y[2] *= x[1]
    return np.sum(x * y) + x[0] * y[0]


def only_reads(x, y):
    return np.sum(x * y * y)


def check_shared(f, make):
    """The gradients of arguments that share memory, put together, are the derivative by that memory."""
    memory = array(4)
    _, (want,) = reference.value_and_gradients(lambda memory: f(*make(memory)), (memory,))
    value = f(*make(memory.copy()))
    if REFERENCE_ONLY:
        return
    from s2sad import NotDifferentiableError, value_and_gradients_function

    args = make(memory.copy())
    try:
        got_value, grads = value_and_gradients_function(f)(*args)
    except NotDifferentiableError:
        pytest.skip("refused")
    assert identical(got_value, value)
    for argument, untouched in zip(args, make(memory)):
        assert identical(argument, untouched)
    total = np.zeros(4)
    for place, grad in zip(make(np.arange(4)), grads):
        np.add.at(total, place, grad)
    np.testing.assert_allclose(total, want, rtol=1e-6)


@pytest.mark.parametrize("f", [mixes, only_reads])
def test_same_array_twice(f):
    check_shared(f, lambda memory: (memory, memory))


@pytest.mark.parametrize("f", [mixes, only_reads])
def test_overlapping_arguments(f):
    check_shared(f, lambda memory: (memory[:3], memory[1:]))
    check_shared(f, lambda memory: (memory[::-1], memory))


# ------------------------------------------------------------------------------------------ helpers that step along
def stepped(u, n):
    for _ in range(n):
        u = 0.5 * u + 1.0
        u[0] = 1.0
        u[-1] = u[-2] * u[1]
    return u


@case(array(4), 3)
def helper_makes_a_new_array_and_writes_it(u, n):
    return np.sum(stepped(u, n) ** 2)


@case(array(4), 2)
def helper_and_its_argument_again(u, n):
    u = 2.0 * u
    return np.sum(stepped(u, n) * u)


@case(array(4), 3)
def helper_for_several_counts(u, n):
    u = 2.0 * u
    return sum([np.sum(stepped(u, m)) for m in range(n)])


@case(array(4), 2)
def helper_in_a_loop(u, n):
    s = 0.0
    for _ in range(n):
        u = stepped(u, 2)
        s += np.sum(u)
    return s


@case(array(4), 3)
def first_is_kept(u, n):
    u = u * 1.5
    first = u
    for _ in range(n):
        u = u * 1.5
        u[0] = 2.0 * u[1]
    return np.sum(first * u)


@case(array(4), 2, may_refuse=True)
def helper_writes_before_it_makes_a_new_array(u, n):
    def changed(v, n):
        for _ in range(n):
            v[0] = 2.0 * v[1]
            v = v * 1.5
        return v

    u = 2.0 * u
    return np.sum(changed(u, n)) + np.sum(u * u)


@case(array(4), 2, may_refuse=True)
def first_is_kept_and_written(u, n):
    u = u * 1.5
    first = u
    for _ in range(n):
        u[0] = 2.0 * u[1]
        u = u * 1.5
    return np.sum(first * u)


def test_array_and_its_row():
    matrix = array(2, 3)

    def f(A, row):
        row[0] = A[1, 1] * row[1]
        A[0] *= 2.0
        return np.sum(A * A) + np.sum(row)

    def of_memory(A):
        return f(A, A[0])

    value, (want,) = reference.value_and_gradients(of_memory, (matrix,))
    if REFERENCE_ONLY:
        return
    from s2sad import NotDifferentiableError, value_and_gradients_function

    A = matrix.copy()
    try:
        got_value, (A_grad, row_grad) = value_and_gradients_function(f)(A, A[0])
    except NotDifferentiableError:
        pytest.skip("refused")
    assert identical(got_value, value)
    assert identical(A, matrix)
    A_grad = A_grad.copy()
    A_grad[0] += row_grad
    np.testing.assert_allclose(A_grad, want, rtol=1e-6)
