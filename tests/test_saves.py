"""What a loop saves for its reverse sweep: each case holds a function and lines that its gradient has, or has not."""

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.test_adjoint_text import differences

VECTOR = np.linspace(0.5, 1.5, 4)


def spiral(x, y, n):
    for _ in range(n):
        a = np.sin(x * y)
        x, y = x + a * y, y - a * x
    return x * y


def saved_is_taken(x, n):
    saved = [1.0, 2.0]
    for k in range(n):
        a = np.sin(x)
        b = np.exp(a)
        x = x * a * b * saved[k % 2]
    return x


def in_a_branch(x, n):
    total = 0.0
    for k in range(n):
        if k % 2 == 0:
            a = np.sin(x * k)
            b = np.exp(a * x)
            total += a * b * b
        x = x * x + 0.1
    return total


def overwritten_between(x, n):
    for _ in range(n):
        x = np.sin(x)
        x = x * x * np.exp(x)
        x = x * np.cos(x)
    return x


def lists_of_several_lengths(x):
    b = [x]
    for k in range(3):
        if k != 1:
            b.extend([x * k + q for q in range(3 - k)])
        b.append(x * x)
    return b[0] * b[1] + b[2] * b[3] + b[4] * b[-1]


def lists_of_several_lengths_inside(x):
    b = [x]
    for k in range(2):
        for j in range(2):
            if j > k - 1:
                b.extend([x * x] * (j + 1))
    return b[1] * b[2] + b[3] * b[4] * b[0]


def set_in_both_branches(x, n):
    for k in range(n):
        if k % 2 == 0:
            y = np.sin(x)
        else:
            y = x * x
        x = y * np.exp(-y)
    return x


def breaks_before_it_changes(x):
    for _ in range(20):
        step = np.sin(x) * x
        if step < 0.3:
            break
        x -= 0.5 * step
    return x


def breaks_in_else(x):
    total = 0.0
    for k in range(3):
        z = x * k
        while True:
            half = 0.5 * z
            small = abs(half) if k > 1 else half * half
            if small >= 0.2:
                z = z * half + 0.1
            else:
                break
        total += z * z
    return total


def breaks_after_it_changes(x):
    for k in range(20):
        y = x * x * 0.5
        if y < 0.3:
            x = x * 3.0
            break
        x = x - y * 0.2
    return x * y


def read_after_the_break(x):
    for k in range(9):
        y = x * x * 0.5
        if y < 0.3:
            break
        x = x - y * 0.2
    return x * y


def stores_before_it_breaks(x):
    a = np.zeros(20)
    for k in range(20):
        a[k] = x * x
        if x < 0.5:
            break
        x = x * np.cos(x)
    return np.sum(a * a)


def counts_up(x, n):
    i = 0
    while i < n:
        x = np.sin(x) * (i + 1) + x
        i += 1
    return x * i


def counts_in_two_loops(x, n):
    total, k = 0.0, 0
    for start in range(3):
        j = start
        while j < n:
            total = total + np.sin(x * j) * k
            j += 2
            k += 1
        x = x * 1.1 + total * 0.1
    return total + x


def counts_until_it_breaks(x):
    i = 0
    while i < 20:
        x = x * np.cos(x + i)
        if x * x < 0.02:
            i += 5
            break
        i += 1
    return x * i


def counts_at_times(x):
    i = 0
    while i < 10:
        if i % 2 == 0:
            i += 1
        x = x + np.sin(x * i)
        i += 1
    return x * i


def steps_of_a_size(x, n):
    i, step = 0, n // 2
    while i < 10:
        x = x + np.sin(x * i)
        i += step
    return x * i


def steps_of_sizes(x, n):
    i, step = 0, n // 2
    while i < 10:
        x = x + np.sin(x * i)
        i += step
        if i == 4:
            step = 3
    return x * i


def from_both_ends(x):
    v = np.zeros(8)
    low, high = 0, 7
    while low < high:
        v[low] = x * low
        v[high] = x * x * high
        x = x + np.sin(v[low]) * 0.1
        low += 1
        high -= 1
    return np.sum(v * v)


def downwards(p, q):
    x = np.zeros(len(p))
    x[-1] = q[-1]
    for i in range(len(p) - 2, -1, -1):
        x[i] = q[i] - p[i] * x[i + 1]
    return np.sum(x * x)


def gated(x, n):
    for _ in range(n):
        gate = 1.0 / (1.0 + np.exp(-x))
        x = x * gate + 0.1
    return x


def the_same_each_time(x, A, n):
    for _ in range(n):
        x = np.tanh(np.exp(A) @ x)
    return np.sum(x)


def the_same_in_both_loops(x, rate, n):
    total = 0.0
    for i in range(n):
        for j in range(i):
            decay = np.exp(-rate)
            total += decay * x[j] * np.exp(total)
    return total * decay


def the_same_until_it_is_written(x, A, n):
    A = A.copy()
    for k in range(n):
        x = np.tanh(np.exp(A) @ x)
        A[0, k] *= 0.5
    return np.sum(x)


def the_same_within_one_row(x, A, n):
    total = 0.0
    for k in range(n):
        x = np.sin(x)
        for j in range(k):
            scale = np.exp(x)
            total += np.sum(scale * A[j] * total) + A[j, 0]
    return total


def the_same_at_times(x, rate, n):
    total = 1.0
    for i in range(n):
        if i % 2 == 1:
            decay = np.exp(-rate)
            total *= decay * x[i]
    return total


def diffuses(u, rate, n):
    u = u.copy()
    for _ in range(n):
        old = u.copy()
        u[1:-1] = old[1:-1] + 0.1 * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    return np.sum(u**2) * rate


def diffuses_at_a_rate(u, rate, n):
    u = u.copy()
    for _ in range(n):
        old = u.copy()
        u[1:-1] = old[1:-1] + rate * (old[2:] - 2.0 * old[1:-1] + old[:-2])
    return np.sum(u**2)


def means_of_copies(A, n):
    total = 0.0
    for k in range(n):
        B = k * A
        C = B + 1.0
        C[0] = 0.0
        total += np.mean(B) + C[1, 1]
    return total


def doubles(x, n):
    i = 1
    while i < n:
        x = x + np.sin(x * i)
        i = i * 2
    return x * i


def last_step(x, n):
    old = x
    for _ in range(n):
        old = x
        x = np.sin(x) + x
    return x - old


def read_at_first_written_later(v, n):
    a = v.copy()
    s = 0.0
    for k in range(n):
        if k < 2:
            s += np.sin(a[k])
        if k >= 2:
            a[k - 2] = s
    return s + np.sum(a * a)


def read_at_first_never_written(v, n):
    a = v.copy()
    s = 0.0
    for k in range(n):
        if k < 2:
            s += np.sin(a[k])
        if k > 3:
            a[k - 2] = s
    return s + np.sum(a * a)


def bounds_that_change(v, n):
    a = v.copy()
    s = 0.0
    for k in range(n):
        m = k * 2 % 3
        if m < 2:
            s += np.sin(a[m + 1])
        if m >= 2:
            a[m - 1] = s
    return s + np.sum(a * a)


def bounds_of_an_iteration(v, n):
    s = 1.0
    for k in range(n):
        m = k * k % 3
        a = v * s
        for i in range(4):
            if i < m:
                s += np.sin(a[i])
            if i >= m:
                a[i] = s * 0.5
        s += a[3]
    return s


def computed_again_behind_the_loop(x, n):
    for _ in range(n):
        x = np.cos(x) * x
    a = np.sin(x)
    return a * a * x


def made_in_one_loop_and_written_in_another(v, n):
    s = 1.0
    for _ in range(n):
        for _ in range(2):
            a = v * s
            s = a[0] * a[1]
        for j in range(1, 4):
            s += np.sin(a[j])
            a[j - 1] = s
    return s


def handed_on_twice(x, n):
    y = x
    for _ in range(n):
        z = np.exp(y)
        y = np.exp(z * 0.1) * x
        x = z
    return x * y


CASES = [
    (made_in_one_loop_and_written_in_another, (VECTOR, 2), ["t1_saved.append(t1)\n"], []),
    (handed_on_twice, (0.2, 3), ["while saved:\n        z = x\n"], []),
    (doubles, (0.4, 9), ["i = saved.pop()\n"], ["i -= "]),
    (last_step, (0.4, 3), ["        old = x\n        x = np.sin(x) + x\n"], []),
    (read_at_first_written_later, (VECTOR, 4), ["t1_saved.append(t1)\n"], []),
    (read_at_first_never_written, (np.linspace(0.5, 1.5, 6), 6), ["* np.cos(a[k])\n"], ["saved"]),
    (bounds_that_change, (VECTOR, 4), ["t1_saved.append(t1)\n"], []),
    (bounds_of_an_iteration, (VECTOR, 4), ["* np.cos(a[i])\n"], ["t1_saved"]),
    (computed_again_behind_the_loop, (0.4, 3), ["x * np.sin(x)\n", "a_grad * np.cos(x)\n"], ["saved.append((x, a"]),
    (diffuses, (VECTOR, 0.3, 3), ["old_grad = np.zeros_like(u)\n"], ["saved"]),
    (diffuses_at_a_rate, (VECTOR, 0.3, 3), ["saved.append(t1)\n", "old_grad = np.zeros_like(u)\n"], ["saved.append(("]),
    (means_of_copies, (np.full((4, 4), 0.3), 3), [], ["saved"]),
    (gated, (0.4, 3), ["* (1.0 - gate)"], ["1.0 - gate * gate"]),
    (counts_up, (0.4, 4), ["i -= 1\n", "x_saved.append(x)\n", "while x_saved:\n"], ["steps"]),
    (counts_in_two_loops, (0.4, 4), ["j -= 2\n", "k -= 1\n"], []),
    (counts_until_it_breaks, (0.9,), [], ["i -= "]),
    (counts_at_times, (0.4,), [], ["i -= "]),
    (steps_of_a_size, (0.4, 4), ["i -= n // 2\n"], []),
    (steps_of_sizes, (0.4, 4), [], ["i -= "]),
    (from_both_ends, (0.4,), ["low -= 1\n", "high += 1\n"], []),
    (downwards, (VECTOR, 2.0 - VECTOR), ["* x[i + 1]\n"], ["saved"]),
    (
        breaks_before_it_changes,
        (2.0,),
        ["            break\n        saved.append(", "while saved:\n"],
        [],
    ),
    (breaks_in_else, (0.9,), [], []),
    (breaks_after_it_changes, (2.0,), [], []),
    (read_after_the_break, (1.5,), [], []),
    (stores_before_it_breaks, (1.5,), [], []),
    (lists_of_several_lengths, (0.4,), [], []),
    (lists_of_several_lengths_inside, (0.4,), [], []),
    (set_in_both_branches, (0.4, 4), ["            y = np.sin(x)\n"], []),
    (spiral, (0.3, 0.7, 3), ["saved.append((x, y, a))\n", "x, y, a = saved.pop()\n"], ["_saved"]),
    (saved_is_taken, (0.3, 3), ["x_saved.append((", "= x_saved.pop()\n", " saved = [1.0"], []),
    (in_a_branch, (0.3, 5), ["saved.append((a, b))", "a, b = saved.pop()"], []),
    (the_same_each_time, (VECTOR, np.full((4, 4), 0.3), 3), ["t1 = np.exp(A)\n", "x_saved.append(x)\n"], ["t1_saved"]),
    (the_same_in_both_loops, (VECTOR, 0.7, 3), ["saved.append("], ["decay_saved", ", decay", "decay,"]),
    (the_same_until_it_is_written, (VECTOR, np.full((4, 4), 0.3), 3), ["saved.append((x, t1))\n"], []),
    (the_same_within_one_row, (VECTOR, np.full((4, 4), 0.3), 3), ["total, scale = saved.pop()\n"], []),
    (the_same_at_times, (VECTOR, 0.7, 4), [], ["decay_saved", ", decay", "decay,"]),
    (overwritten_between, (0.6, 3), ["x = np.sin(x)\n"], []),
]


@pytest.mark.parametrize(("function", "args", "lines", "absent"), CASES, ids=lambda each: getattr(each, "__name__", ""))
def test_text(function, args, lines, absent):
    params = [k for k, each in enumerate(args) if not isinstance(each, int)]
    val_grads = value_and_gradients_function(function, params=params)
    text = val_grads.source(*args)
    body = text.partition('    """\n')[2]
    assert all(line in body for line in lines), text
    assert not any(line in body for line in absent), text
    value, gradients = val_grads(*args)
    assert value == function(*args)
    for k, gradient in zip(params, gradients):
        np.testing.assert_allclose(gradient, differences(function, args, k), rtol=1e-6, atol=1e-7)


def test_logistic_function_of_large_numbers():
    def gate(x):
        return 1.0 / (1.0 + np.exp(-x))

    val_grad = value_and_gradients_function(gate)
    with np.errstate(over="ignore"):
        found = [val_grad(x)[1][0] for x in (-800.0, -40.0, 0.0, 800.0)]
    np.testing.assert_allclose(found, [0.0, np.exp(-40.0), 0.25, 0.0], rtol=1e-15)
