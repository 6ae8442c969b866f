"""`checkpoint`: less is saved, more is computed again, and the gradients are the same: of loops bit for bit."""

import copy
import inspect
import linecache
import math
import re
import tracemalloc
import types

import numpy as np
import pytest

import s2sad
from s2sad import NotDifferentiableError, checkpoint, value_and_gradients_function
from s2sad.errors import ArgumentError, ParameterError
from tests.alone import run_alone
from tests.test_exemplars import assert_same, leaves

rng0 = np.random.default_rng(1)


def arrays(A, x, n):
    for t in checkpoint(range(n), snapshots=3):
        x = np.tanh(A @ x) + 0.1 * x
    return np.sum(x * x)


def heat(u, c, n):
    for _ in checkpoint(range(n), snapshots=2):
        u[1:-1] += c * (u[:-2] - 2.0 * u[1:-1] + u[2:]) * u[1:-1]
    return u


def two(x, v, n):
    for t in checkpoint(range(n), snapshots=4):
        a = -np.sin(x) - 0.1 * v * v
        v = v + 0.01 * a
        x = x + 0.01 * v
    return x * v


def ranges(x, a, b, c):
    for t in checkpoint(range(a, b, c), snapshots=2):
        x = x + 0.01 * np.sin(x) * t
    return x


def over(xs, w):
    s = 0.0
    for x in checkpoint(xs, snapshots=2):
        s = np.tanh(s * w + x)
    return s


def zipped(xs, ys, w):
    s = 0.0
    for k, (x, y) in checkpoint(enumerate(zip(xs, ys)), snapshots=2):
        s = np.tanh(s * w + x * y + 0.01 * k)
    return s


def zipped2(xs, ys, w):
    s = 0.0
    for x, y in checkpoint(list(zip(xs, ys)), snapshots=2):
        s = np.tanh(s * w + x * y)
    return s


def inner(A, x, n):
    m = len(x)
    for t in checkpoint(range(n), snapshots=2):
        y = np.zeros(m)
        for i in range(m):
            s = 0.0
            for j in range(m):
                s = s + A[i, j] * np.sin(x[j])
            y[i] = s * s * 0.1
        x = y
    return np.sum(x)


def branch(x, n):
    for t in checkpoint(range(n), snapshots=2):
        if x > 1.0:
            y = x * 0.5
            x = y * y
        elif t % 2:
            x = x * 1.7 + np.sin(x)
        else:
            x = x + x * x * 0.1
    return x


def outer(x, n):
    s = 0.0
    for i in range(3):
        y = x * (i + 1)
        for t in checkpoint(range(n + i), snapshots=2):
            y = y + 0.1 * np.sin(y) * x
        s = s + y * y
        x = x * 1.1 + y * 0.01
    return s


def nested(x, n):
    s = x
    for i in checkpoint(range(n), snapshots=2):
        y = s * 0.5
        for t in checkpoint(range(n + i), snapshots=2):
            y = y + 0.1 * np.sin(y) * s
        s = s + 0.1 * y
    return s


def record(x, n):
    xs = np.zeros(n)
    for t in checkpoint(range(n), snapshots=2):
        x = x + 0.1 * np.sin(x) * x
        xs[t] = x
    return np.sum(xs * xs * xs)


def later(u, x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = np.sin(x * u[t])
    u[0] = 5.0 * x
    return x * u[0] * u[1]


def rows(U, n):
    for t in checkpoint(range(1, n), snapshots=2):
        U[t] = np.sin(U[t - 1]) * U[t]
    return np.sum(U)


def while_inside(x, n):
    for t in checkpoint(range(n), snapshots=2):
        y = x
        while y > 0.5:
            y = y * 0.7
        x = x * 1.2 + y * x * 0.1
    return x


def tuple_state(x, n):
    state = (x, x * 2.0)
    for t in checkpoint(range(n), snapshots=2):
        a, b = state
        state = (a + 0.1 * np.sin(b), b * 0.9 + a * a * 0.01)
    return state[0] * state[1]


def dict_state(x, n):
    p = {"a": x, "b": x * 2.0}
    for t in checkpoint(range(n), snapshots=2):
        p = {"a": p["a"] + 0.1 * np.sin(p["b"]), "b": p["b"] * 0.9 + p["a"] * p["a"] * 0.01}
    return p["a"] * p["b"]


def carried_memory(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * 1.1
        x[0] = x[1] * x[0]
        x[1] += np.sin(x[0])
    return x * x


def post(u, n):
    v = u * 2.0
    for t in checkpoint(range(n), snapshots=2):
        v[t] = v[t] * v[t - 1]
    v[1] = v[1] * v[2]
    return np.sum(v * v), v


def stepf(x, p):
    for i in range(3):
        x = x + p * np.sin(x)
    return x


def calls(x, p):
    y = checkpoint(stepf)(x, p)
    return y * checkpoint(stepf)(y, p * y)


def in_loop(x, p, n):
    for t in range(n):
        x = checkpoint(stepf)(x, p) * 1.01
    return x


def both(x, p, n):
    for t in checkpoint(range(n), snapshots=2):
        x = checkpoint(stepf)(x, p) * 1.01
    return x


def dead(x, n):
    y = 0.0
    for t in checkpoint(range(n), snapshots=2):
        y = y + t
    return x * y


def last(x, n):
    for t in checkpoint(range(n), snapshots=2):
        y = x * x
        x = np.sin(y) + x
    return x * y * t


def fact(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x + 0.1 * power(x, 3)
    return x


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def acc(x, w, n):
    s = 0.0
    for t in checkpoint(range(n), snapshots=2):
        x = np.sin(x * w)
        s += x * x
    return s / n


def mat(U, n):
    A = U.copy()
    for t in checkpoint(range(n), snapshots=2):
        row = A[t]
        row *= 0.5
        A[t + 1] += row * np.sin(row)
    return A


def helper_pure(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x + coefficient(t) * np.sin(x)
    return x


def counted_to(k):
    n = 0
    while n * n < k:
        n += 1
        if n > 100:
            break
    return n


def helper_that_counts(x, n):
    for k in checkpoint(range(n), snapshots=2):
        x = np.sin(x) * counted_to(10 * k) + x
    return x


def coefficient(t):
    return 0.1 * t + 0.01


def doubled(x):
    return 2.0 * np.sin(x) * x


doubled_again = checkpoint(doubled)


def named(x, n):
    for _ in range(n):
        x = doubled_again(x)
    return doubled_again(x)


def in_both_branches(x, n):
    for t in checkpoint(range(n), snapshots=2):
        if t % 2 == 0:
            y = np.sin(x)
            x = y * np.exp(y)
        else:
            y = x * x
            x = np.cos(y) * y + x
    return x


rng = np.random.default_rng(0)

A = rng.normal(size=(3, 3))
x3 = rng.normal(size=3)
CASES = [
    (arrays, (A, x3, 9)),
    (heat, (rng.normal(size=8), 0.2, 11)),
    (two, (0.5, 0.3, 20)),
    (ranges, (0.5, 2, 20, 3)),
    (ranges, (0.5, 20, 2, -3)),
    (ranges, (0.5, 3, 3, 1)),
    (over, (rng.normal(size=7), 0.7)),
    (over, (list(rng.normal(size=7)), 0.7)),
    (over, (rng.normal(size=(7, 2)), 0.7)),
    (zipped, (rng.normal(size=6), rng.normal(size=6), 0.7)),
    (zipped2, (rng.normal(size=6), rng.normal(size=6), 0.7)),
    (inner, (A, x3, 6)),
    (branch, (0.7, 13)),
    (outer, (0.7, 5)),
    (nested, (0.7, 5)),
    (record, (0.7, 9)),
    (later, (rng.normal(size=9), 0.7, 9)),
    (rows, (rng.normal(size=(6, 2)), 6)),
    (while_inside, (0.9, 7)),
    (tuple_state, (0.5, 7)),
    (dict_state, (0.5, 7)),
    (carried_memory, (x3.copy(), 6)),
    (post, (rng.normal(size=6), 6)),
    (calls, (0.4, 0.3)),
    (in_loop, (0.4, 0.3, 5)),
    (both, (0.4, 0.3, 5)),
    (dead, (0.3, 4)),
    (last, (0.3, 6)),
    (fact, (0.3, 5)),
    (named, (0.7, 3)),
    (acc, (0.3, 1.2, 6)),
    (mat, (rng.normal(size=(6, 2)), 5)),
    (helper_pure, (0.3, 6)),
    (helper_that_counts, (0.3, 6)),
    (in_both_branches, (0.4, 7)),
]


def without(f):
    """The same function without checkpoint."""
    text = re.sub(r"checkpoint\((.*), snapshots=\w+\):", r"\1:", inspect.getsource(f)).replace(
        "checkpoint(stepf)", "stepf"
    )
    text = text.replace("doubled_again", "doubled")
    assert "checkpoint" not in text
    file = f"<{f.__name__} without checkpoint>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space = dict(globals())
    exec(compile(text, file, "exec"), space)
    return space[f.__name__]


@pytest.mark.parametrize("f, args", CASES, ids=[f"{k}-{f.__name__}" for k, (f, _) in enumerate(CASES)])
def test_the_gradients_are_the_same(f, args):
    val_grads = value_and_gradients_function(f)
    found = val_grads(*copy.deepcopy(args))
    np.testing.assert_equal(found[0], f(*copy.deepcopy(args)))
    expected = value_and_gradients_function(without(f))(*copy.deepcopy(args))
    if "snapshots" in inspect.getsource(f):
        np.testing.assert_equal(found, expected)
    else:  # in another order, sums may be rounded in another way
        assert [each is None for each in leaves(found)] == [each is None for each in leaves(expected)]
        numbers = [[each for each in leaves(made) if each is not None] for made in (found, expected)]
        assert_same(*numbers)
    text = val_grads.source(*args)
    assert "checkpoint(" not in "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    if f not in (helper_pure, helper_that_counts):  # they call a global
        [(alone, _, _)] = run_alone(text, [(args, {}, {})], val_grads.compiled(*args))
        np.testing.assert_equal(alone, found)


@pytest.mark.parametrize("f, args", [(arrays, (A, x3, 9)), (in_both_branches, (0.4, 7))])
def test_what_an_iteration_needs_of_itself_stays_in_its_names(f, args):
    assert "saved" not in value_and_gradients_function(f).source(*args)


@pytest.mark.parametrize("f, args", [(branch, (0.7, 5)), (acc, (0.3, 1.2, 6)), (calls, (0.4, 0.3))])
def test_derived_again(f, args):
    assert math.isclose(s2sad.grad(s2sad.grad(f))(*args), s2sad.grad(s2sad.grad(without(f)))(*args), rel_tol=1e-12)
    tangents = (1.0, *[0.0 if isinstance(each, float) else 0 for each in args[1:]])
    found = s2sad.hvp(f, args, tangents)
    assert math.isclose(found[0], s2sad.grad(s2sad.grad(f))(*args), rel_tol=1e-12)


def test_forward_mode():
    made = s2sad.value_and_tangent_function(arrays, params=["x"])
    value, tangent = made(A, x3, 5, tangents=(np.ones(3),))
    (gradient,) = value_and_gradients_function(arrays, params=["x"])(A, x3, 5)[1]
    assert value == arrays(A, x3, 5) and math.isclose(tangent, np.sum(gradient), rel_tol=1e-12)


runs = []


def counted(x):
    runs.append(1)
    return 1.01 * x


@s2sad.partials(counted)
def _(x):
    return 1.01


def many(x, n, k):
    for _ in checkpoint(range(n), snapshots=k):
        x = counted(x)
    return x


def fewest(n, k):
    """The steps that have to be run again before each has been reversed: Griewank and Walther (2000), theorem 1."""
    repeats = 0
    while math.comb(k + repeats, k) < n:
        repeats += 1
    return repeats * n - math.comb(k + repeats, repeats - 1) if repeats else 0


@pytest.mark.parametrize("k", [1, 2, 3, 5, 10])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 7, 11, 29, 57, 100])
def test_as_few_steps_as_possible_are_run_again(n, k):
    val_grads = value_and_gradients_function(many, params=["x"]).compiled(1.0, n, k)
    runs.clear()
    val_grads(1.0, n, k)
    # Each step once for the value, as often as it takes to get to its reverse, and once for that.
    assert len(runs) == n + (fewest(n, k) - (n - 1) + n if n else 0)


def long(u, n):
    for _ in checkpoint(range(n), snapshots=4):
        u = np.sin(u) * u
    return np.sum(u)


def test_memory():
    u, n = np.linspace(0.0, 1.0, 5000), 60
    peaks = []
    for f in (long, without(long)):
        val_grads = value_and_gradients_function(f, params=["u"]).compiled(u, n)
        val_grads(u, n)
        tracemalloc.start()
        val_grads(u, n)
        peaks.append(tracemalloc.get_traced_memory()[1] / u.nbytes)
        tracemalloc.stop()
    assert peaks[0] < 4 + 10 < n < peaks[1]


def prints(x, n):
    for t in checkpoint(range(n), snapshots=2):
        print("step", t)
        x = x * x
    return x


def test_what_is_printed_is_printed_once(capsys):
    assert value_and_gradients_function(prints, params=["x"])(1.5, 3) == (1.5**8, (8 * 1.5**7,))
    assert capsys.readouterr().out == "step 0\nstep 1\nstep 2\n"


def constant_in_a_loop(x, c, n):
    for k in range(n):
        w = checkpoint(doubled)(c * k)
        x = x * np.cos(x) * w
    return x


def constant_in_a_branch(x, c, n):
    w = 1.0
    if n > 2:
        w = checkpoint(doubled)(c * n)
    return x * x * w


@pytest.mark.parametrize("f", [constant_in_a_loop, constant_in_a_branch])
def test_a_call_that_no_gradient_flows_into_is_not_run_again(f):
    val_grads = value_and_gradients_function(f, params=["x"])
    assert val_grads.source(0.3, 0.4, 3).count("c * ") == 1
    value, (x_grad,) = val_grads(0.3, 0.4, 3)
    assert value == f(0.3, 0.4, 3)
    assert x_grad == pytest.approx((f(0.3 + 1e-6, 0.4, 3) - f(0.3 - 1e-6, 0.4, 3)) / 2e-6, rel=1e-8)


def test_outside_of_a_gradient():
    assert list(checkpoint(range(3), snapshots=1)) == [0, 1, 2]
    assert checkpoint(doubled)(0.5) == doubled(0.5) and checkpoint(doubled).__name__ == "doubled"
    for call in (
        lambda: checkpoint(range(3)),
        lambda: checkpoint(range(3), snapshots=1.5),
        lambda: checkpoint(3, snapshots=1),
    ):
        with pytest.raises(ArgumentError):
            call()
    with pytest.raises(ParameterError):
        checkpoint(range(3), snapshots=0)
    with pytest.raises(ValueError, match="at least one snapshot"):
        value_and_gradients_function(many, params=["x"])(1.0, 5, 0)


def noise(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x + rng0.normal() * x
    return x


def noise2(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x + np.random.normal() * x
    return x


def noise3(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x + np.random.normal(size=3) * x
    return x


def breaks(x, n):
    for t in checkpoint(range(n), snapshots=2):
        if x > 2.0:
            break
        x = x * x
    return x


def returns(x, n):
    for t in checkpoint(range(n), snapshots=2):
        if x > 2.0:
            return x
        x = x * x
    return x


def grows(x, n):
    xs = []
    for t in checkpoint(range(n), snapshots=2):
        x = x * x
        xs.append(x)
    return sum(xs)


def setsitem(x, n):
    xs = [x, x]
    for t in checkpoint(range(n), snapshots=2):
        xs[t % 2] = xs[0] * xs[1]
    return xs[0]


def nosnap(x, n):
    for t in checkpoint(range(n)):
        x = x * x
    return x


def elsew(x, n):
    r = checkpoint(range(n), snapshots=2)
    for t in r:
        x = x * x
    return x


def compr(x, n):
    return sum([x * t for t in checkpoint(range(n), snapshots=2)])


def trys(x, n):
    for t in checkpoint(range(n), snapshots=2):
        try:
            x = x * x
        except ValueError:
            x = 0.0
    return x


def with_global(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * rng0.normal()
    return x


LOG = [1.0, 2.0]
TABLE = np.ones(3)
STATE = types.SimpleNamespace(steps=0, items=[1.0])


def logs(k):
    LOG.append(float(k))
    return len(LOG)


def counts(k):
    LOG[0] += 1.0
    return LOG[0]


def counts_in_a_default(k, log=LOG):
    log.insert(0, k)
    return len(log)


def counts_in_an_array(k):
    TABLE[k % 3] += 1.0
    return int(TABLE[0])


def counts_in_an_object(k):
    STATE.steps += 1
    return STATE.steps


def prints_too(k):
    print(k)
    return k + 1


def draws(k):
    return k + int(3 * rng0.random())


def looks(k):
    return int(TABLE[k % 3]) + k


def looks_further(k):
    return looks(k) + 1


def in_steps(step):
    def f(x, n):
        for t in checkpoint(range(n), snapshots=2):
            x = x * x * step(t)
        return x

    return f


def of_a_global_that_changes(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * (1.0 + TABLE[t % 3])
        TABLE[t % 3] = t
    return x


def of_a_global_that_is_added_to(x, n):
    for t in checkpoint(range(n), snapshots=2):
        TABLE[t % 3] += 1.0
        x = x * x * TABLE[t % 3]
    return x


def of_a_global_that_changes_later(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * (1.0 + TABLE[t % 3])
    TABLE[1] = 3.0
    return x


def of_a_global_that_a_call_changes_later(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * (1.0 + TABLE[t % 3])
    return x * counts_in_an_array(1)


def of_a_global_list_that_changes(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * (1.0 + LOG[-1])
        LOG[-1] = 0.5
    return x


def of_an_attribute_that_changes_later(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * STATE.items[0]
    STATE.items[0] = 3.0
    return x


def of_a_global_that_a_call_looks_at(x, n):
    for t in checkpoint(range(n), snapshots=2):
        x = x * x * looks_further(t)
    TABLE[1] = 3.0
    return x


def in_a_call(x, n):
    x = checkpoint(times_table)(x)
    TABLE[0] = 5.0
    return x * TABLE[0]


def times_table(x):
    return x * x * TABLE[0]


def squares_and_writes(x, n):
    TABLE[n % 3] += 1.0
    return x if n == 0 else squares_and_writes(x * x, n - 1)


def squares_and_logs(x, n):
    LOG.append(1.0)
    return x if n == 0 else squares_and_logs(x * x, n - 1)


def squares_and_prints(x, n):
    print(n)
    return x if n == 0 else squares_and_prints(x * x, n - 1)


def squares_of_squares(x, n):
    return x if n == 0 else squares_of_squares(squares_and_prints(x, 1), n - 1)


def calls_itself(f):
    return lambda x, n: checkpoint(f)(x, n) * x


REFUSED = {
    **{
        calls_itself(each): "checkpoint_effect"
        for each in (squares_and_writes, squares_and_logs, squares_and_prints, squares_of_squares)
    },
    **{
        in_steps(each): "checkpoint_effect"
        for each in (logs, counts, counts_in_a_default, counts_in_an_array, counts_in_an_object, prints_too, draws)
    },
    of_a_global_that_changes: "checkpoint_outside",
    of_a_global_that_is_added_to: "checkpoint_outside",
    of_a_global_that_changes_later: "checkpoint_outside",
    of_a_global_that_a_call_changes_later: "checkpoint_outside",
    of_a_global_list_that_changes: "checkpoint_outside",
    of_an_attribute_that_changes_later: "checkpoint_outside",
    of_a_global_that_a_call_looks_at: "checkpoint_outside",
    in_a_call: "checkpoint_outside",
    noise: "checkpoint_effect",
    noise2: "checkpoint_effect",
    noise3: "checkpoint_effect",
    breaks: "checkpoint_left",
    returns: "checkpoint_left",
    grows: "checkpoint_list",
    setsitem: "checkpoint_list",
    nosnap: "checkpoint_arguments",
    elsew: "checkpoint_place",
    compr: "checkpoint_place",
    with_global: "checkpoint_effect",
    trys: "checkpoint_try",
}


@pytest.mark.parametrize("f", REFUSED, ids=[f.__name__ for f in REFUSED])
def test_refused(f):
    with pytest.raises(NotDifferentiableError) as refusal:
        value_and_gradients_function(f).source(1.1, 3)
    assert refusal.value.key == REFUSED[f] and "^" in str(refusal.value)


def written_only(x, n):
    for t in checkpoint(range(n), snapshots=1):
        for k in range(2):
            TABLE[k] = t
        x = x * x
    return x


def looked_at(x, n):
    TABLE[0] = 2.0
    for t in checkpoint(range(n), snapshots=1):
        x = x * x * TABLE[t % 3] * looks_further(t)
    return x


def copied_before(x, n):
    own = TABLE.copy()
    for t in checkpoint(range(n), snapshots=1):
        x = x * x * own[t % 3]
        own[t % 3] = t + 1.0
    TABLE[1] = 9.0
    return x


@pytest.mark.parametrize("f", [written_only, looked_at, copied_before], ids=lambda f: f.__name__)
def test_globals(f):
    def run(function, *args):
        TABLE[:] = 1.0
        return function(*args), TABLE.copy()

    value, table = run(f, 1.1, 4)
    (found, (x_grad,)), table_after = run(value_and_gradients_function(f, params=["x"]), 1.1, 4)
    assert found == value and np.array_equal(table, table_after)
    assert x_grad == pytest.approx(2**4 * value / 1.1, rel=1e-12)  # a power of x
