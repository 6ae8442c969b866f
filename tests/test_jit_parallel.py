"""`parallel=True`: loops of the user's `prange` run side by side in both sweeps, or it is refused."""

import inspect
import math
import textwrap

import numpy as np
import pytest

from s2sad import numba_options, value_and_gradients_function
from s2sad.errors import NotDifferentiableError
from tests.test_jit import assert_close

numba = pytest.importorskip("numba")
RNG = np.random.default_rng(5)


def saves_one_number(x):
    total = 0.0
    for i in numba.prange(len(x)):
        total += np.sin(x[i]) ** 2
    return total


def likelihood(x, mu, sigma):
    """Sums into `sigma_grad` twice in each iteration, with both signs."""
    total = 0.0
    for i in numba.prange(x.shape[0]):
        z = (x[i] - mu) / sigma
        total += 0.5 * z * z + np.log(sigma)
    return total


def paths(start, vol, z):
    """Saves one number behind the inner loop, and one in each iteration of it."""
    total = 0.0
    for i in numba.prange(z.shape[0]):
        s = start
        for j in range(z.shape[1]):
            s = s * np.exp(-0.005 * vol**2 + vol * 0.1 * z[i, j])
        total += max(s - 100.0, 0.0)
    return total / z.shape[0]


def by_branches(x):
    """How much an iteration saves depends on its numbers."""
    total = 0.0
    for i in numba.prange(1, x.shape[0]):
        a = 1.0
        for j in range(x.shape[1]):
            if x[i, j] > 0.0:
                a = a * math.exp(x[i, j]) + 0.1
            elif x[i, j] > -0.5:
                a = a - x[i, j] * a * a
        total += a * (i - 3)
    return total


def in_another_loop(x, steps):
    total = 0.0
    for k in range(steps):
        for i in numba.prange(x.shape[0]):
            a = np.cos(x[i] * k)
            total += a * a * a
    return total


def with_a_step_of_one(x):
    total = 0.0
    for i in numba.prange(1, len(x), 1):
        a = np.sin(x[i])
        total += a * a * a
    return total


CASES = [
    (saves_one_number, (RNG.normal(size=9),)),
    (likelihood, (RNG.normal(size=9), 0.1, 1.2)),
    (paths, (100.0, 0.2, RNG.normal(size=(6, 4)))),
    (by_branches, (RNG.normal(size=(6, 4)),)),
    (in_another_loop, (RNG.normal(size=5), 3)),
    (with_a_step_of_one, (RNG.normal(size=5),)),
]


@pytest.mark.long
@pytest.mark.parametrize("function, args", CASES)
def test_side_by_side(function, args):
    params = [name for name, each in zip(inspect.signature(function).parameters, args) if not isinstance(each, int)]
    jitted = value_and_gradients_function(function, params=params, jit=numba_options(parallel=True))
    assert_close(jitted(*args), value_and_gradients_function(function, params=params)(*args))
    text = inspect.getsource(jitted.compiled(*args).py_func)
    assert text.count("in prange(") == 2


def test_nothing_to_run_over():
    jitted = value_and_gradients_function(paths, jit=numba_options(parallel=True))
    assert_close(jitted(99.0, 0.2, np.zeros((3, 0))), (0.0, (0.0, 0.0, np.zeros((3, 0)))))


def shared_weights(x, w):
    out = np.zeros(x.shape[0])
    for i in numba.prange(x.shape[0]):
        a = 0.0
        for j in range(x.shape[1]):
            a += x[i, j] * w[j]
        out[i] = np.tanh(a)
    return out.sum()


def read_later(x):
    """The last iteration's number is read behind the loop."""
    t = 0.0
    for i in numba.prange(len(x)):
        t = x[i] * x[i]
    return t


def saves_arrays(x):
    total = 0.0
    for i in numba.prange(x.shape[0]):
        row = np.sin(x[i])
        total += np.sum(row * row * row)
    return total


def until_small(x):
    total = 0.0
    for i in numba.prange(len(x)):
        t = abs(x[i]) + 2.0
        while t > 1.0:
            t = t * 0.6 + 0.01 * t * t
        total += t * t
    return total


def longer_each_time(x):
    total = 0.0
    for i in numba.prange(len(x)):
        t = x[i]
        for j in range(i):
            t = t * x[i] + 0.1 * j
        total += t
    return total


def serial(function):
    """The same function with `range`."""
    text = textwrap.dedent(inspect.getsource(function)).replace("numba.prange", "range")
    return text, function.__name__


@pytest.mark.parametrize("function, args", [(saves_arrays, (np.ones((3, 2)),)), (until_small, (RNG.normal(size=5),)),
                                            (longer_each_time, (RNG.normal(size=5),))])  # fmt: skip
def test_what_saves_otherwise_is_refused_or_runs_serially(function, args):
    """Refused where the user wrote `prange`; one after the other where it says `range`."""
    with pytest.raises(NotDifferentiableError, match="Write instead: `range` for `prange`"):
        value_and_gradients_function(function, jit=numba_options(parallel=True))(*args)
    text, name = serial(function)
    space = {"np": np}
    exec(text, space)
    jitted = value_and_gradients_function(space[name], jit=numba_options(parallel=True), source=text)
    assert_close(jitted(*args), value_and_gradients_function(space[name], source=text)(*args))


def neighbours_added(x):
    """Each iteration reads what the one before wrote."""
    y = np.zeros_like(x)
    shared = y
    total = 0.0
    for i in range(1, len(x)):
        y[i] = y[i - 1] * 0.5 + x[i] * x[i - 1]
        total += shared[i] * x[i]
    return total + np.sum(shared)


def into_the_same_places(x, places):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[places[i]] = x[i] * i
    for i in range(len(x)):
        y[i % 3] += x[i] * x[i]
    return np.sum(y * y)


@pytest.mark.parametrize("function, args", [(neighbours_added, (RNG.normal(size=6),)),
                                            (into_the_same_places, (RNG.normal(size=6), np.array([3, 1, 3, 0, 1, 3])))])  # fmt: skip
def test_iterations_that_meet_run_one_after_the_other(function, args):
    jitted = value_and_gradients_function(function, params=["x"], jit=numba_options(parallel=True))
    assert_close(jitted(*args), value_and_gradients_function(function, params=["x"])(*args))


def by_twos(x):
    total = 0.0
    for i in numba.prange(0, len(x), 2):
        total += x[i] ** 2
    return total


def into_a_list(x):
    found = []
    for i in numba.prange(len(x)):
        found.append(x[i] ** 2)
    return sum(found)


def until_negative(x):
    total = 0.0
    for i in numba.prange(len(x)):
        if x[i] < 0.0:
            break
        total += x[i] ** 2
    return total


def of_neighbours(x):
    y = np.zeros_like(x)
    for i in numba.prange(1, len(x)):
        y[i] = x[i] * x[i - 1]
    return y.sum()


def noted(x, notes):
    total = 0.0
    for i in numba.prange(len(x)):
        notes.clear()
        total += x[i] ** 2
    return total


SERIALLY = "`range` for `prange`, so that they run one after the other"
REFUSED = [
    (shared_weights, "this statement, or its adjoint, may write or add into elements that other iterations over `i` use, so "
     "they can't run side by side", "a += x[i, j] * w[j]", f"{SERIALLY}, or an index here that begins with `i`"),
    (of_neighbours, "this statement, or its adjoint, may write or add into elements that other iterations over `i` use, so "
     "they can't run side by side", "y[i] = x[i] * x[i - 1]", f"{SERIALLY}, or an index here that begins with `i`"),
    (read_later, "`t` is handed on from an iteration to the next one or to what follows the loop, so the iterations can't run "
     "side by side", "t = x[i] * x[i]", f"{SERIALLY}, or a sum, `t += ...`, if it is one"),
    (until_negative, "iterations with `break` in them don't run side by side", "break",
     f"{SERIALLY}, or a loop without `break`"),
    (noted, "`notes.clear` may change what other iterations use, so they can't run side by side", "notes.clear()",
     f"{SERIALLY}, or what it does in place of the call"),
    (into_a_list, "the iterations over `i` put their items into `found` in their order, so they can't run side by side",
     "found.append(x[i] ** 2)", "an array of the length of the loop, `found[i] = ...`, or " + SERIALLY),
    (saves_arrays, "the reverse sweep needs `row` of each iteration, and how much room that takes isn't known before, "
     "so the iterations can't run side by side", "for i in numba.prange(x.shape[0]):",
     f"{SERIALLY}, or numbers in place of arrays, and inner loops whose lengths are the same in each iteration"),
    (by_twos, "`prange` runs its iterations side by side only where its step is 1",
     "for i in numba.prange(0, len(x), 2):", f"{SERIALLY}, or a `prange` without a step"),
]  # fmt: skip


@pytest.mark.parametrize("function, cause, line, instead", REFUSED)
def test_refused(function, cause, line, instead):
    """With the statement that collides."""
    args = [{"x": np.ones((3, 2)) if "x.shape" in inspect.getsource(function) else np.ones(3), "w": np.ones(2), "notes": [1]}[name]
            for name in inspect.signature(function).parameters]  # fmt: skip
    with pytest.raises(NotDifferentiableError) as error:
        value_and_gradients_function(
            function, params=["x"] if function is noted else None, jit=numba_options(parallel=True)
        )(*args)
    first, place, text, carets, remedy = str(error.value).split("\n")
    assert (first, text.strip(), remedy) == (
        f"s2sad can't differentiate this: {cause}",
        line,
        f"  Write instead: {instead}",
    )
    assert "test_jit_parallel.py" in place and set(carets.strip()) == {"^"}
