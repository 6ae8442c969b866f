"""Many at once: threads with different signatures, other processes, coroutines, and functions that differentiate themselves.

The results are compared with derivatives in closed form. On a free-threaded Python the threads run at the same time.
"""

import asyncio
import concurrent.futures
import multiprocessing
import random
import sys
import threading

import numpy as np
import pytest

from s2sad import NotDifferentiableError, grad, value_and_gradients_function, value_and_tangent_function

SCALE = 2.0


def f(x, y):
    total = x * y
    for k in range(3):
        total = total + helper(x, k) * y
    return total


def helper(x, k):
    return SCALE * x * x + k


def expected(x, y):
    """f is x y + (6 x^2 + 3) y."""
    return x * y + (6.0 * x * x + 3.0) * y, (y + 12.0 * x * y, x + 6.0 * x * x + 3.0)


SIGNATURES = [
    (2.0, 3.0),
    (2, 3.0),
    (np.float64(2.0), 3.0),
    (np.float32(2.0), np.float32(3.0)),
    (np.array([1.0, 2.0]), np.array([3.0, 4.0])),
    (np.full((2, 1), 1.5), np.full((2, 1), 2.5)),
    (np.full((1, 3), 1.5), np.full((1, 3), 2.5)),
    (2.0 + 1.0j, 3.0 - 1.0j),
]


def check(result, x, y):
    value, gradients = expected(x, y)
    np.testing.assert_allclose(result[0], value, rtol=1e-6)
    for found, wanted in zip(result[1], gradients):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.fixture
def often():
    """Threads change places as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(count, work):
    barrier = threading.Barrier(count)

    def run(k):
        barrier.wait(60)
        return work(k)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return [each.result(120) for each in [pool.submit(run, k) for k in range(count)]]


def test_32_threads_with_mixed_signatures(often):
    shared = value_and_gradients_function(f)

    def work(k):
        order = random.Random(k)
        own = value_and_gradients_function(f, params=["y"] if k % 2 else None)
        for _ in range(6):
            x, y = order.choice(SIGNATURES)
            check(shared(x, y, dy=np.ones_like(x) * 1.0) if k % 3 == 0 else shared(x, y), x, y)
            if k % 2:
                np.testing.assert_allclose(own(x, y)[1][0], expected(x, y)[1][1], rtol=1e-6)
            if k % 8 == 0:
                shared.cache_clear()
            if k % 8 == 1:
                shared.source(x, y)

    in_threads(32, work)


def test_threads_while_the_world_changes(often):
    """Each result belongs to one of the helpers that were there, never to a mixture."""
    space = {"np": np}
    exec("def g(x):\n    return part(x) * x\n", space)
    space["part"] = first
    text = "def g(x):\n    return part(x) * x\n"
    val_grads = value_and_gradients_function(space["g"], source=text)
    allowed = {(8.0, (12.0,)), (6.0, (3.0,))}
    done = threading.Event()

    def change():
        while not done.is_set():
            space["part"] = second if space["part"] is first else first

    changing = threading.Thread(target=change)
    changing.start()
    try:
        found = {val_grads(2.0) for _ in range(30)}
    finally:
        done.set()
        changing.join()
    assert {value for value, _ in found} <= {8.0, 6.0} and found <= allowed


def first(x):
    return x * x


def second(x):
    return 3.0


def in_process(k):
    """Runs in a worker: what came along with it, and what it makes itself."""
    x, y = SIGNATURES[k]
    check(value_and_gradients_function(f)(x, y), x, y)
    return True


def given(job):
    val_grads, k = job
    x, y = SIGNATURES[k]
    check(val_grads(x, y), x, y)
    return val_grads.cache_info().misses


METHODS = multiprocessing.get_all_start_methods()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("method", METHODS)
def test_worker_processes(method):
    val_grads = value_and_gradients_function(f)
    val_grads(*SIGNATURES[0])
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
        assert all(pool.map(in_process, range(2), timeout=300))
        assert list(pool.map(given, [(val_grads, 0), (val_grads, 4)], timeout=300))


@pytest.mark.skipif("fork" not in METHODS, reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_fork_while_another_thread_transforms():
    """A child never waits for a thread that it doesn't have."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(x, y):
        return x * y

    val_grads = value_and_gradients_function(slow)
    cache = val_grads._cache
    make = type(cache)._timed

    def waiting(self, make_one):
        if threading.current_thread() is not threading.main_thread() and not begun.is_set():
            begun.set()
            go_on.wait(60)
        return make(self, make_one)

    type(cache)._timed = waiting
    try:
        thread = threading.Thread(target=val_grads, args=(2.0, 3.0))
        thread.start()
        assert begun.wait(60)
        context = multiprocessing.get_context("fork")
        queue = context.SimpleQueue()
        child = context.Process(target=lambda: queue.put(val_grads(2.0, 3.0)))
        child.start()
        child.join(60)
        alive = child.is_alive()
        if alive:
            child.kill()
        assert not alive and queue.get() == (6.0, (3.0, 2.0))
    finally:
        go_on.set()
        thread.join()
        type(cache)._timed = make


def test_asyncio():
    val_grads = value_and_gradients_function(f)

    async def task(k):
        results = []
        for x, y in SIGNATURES[k % 4 :]:
            await asyncio.sleep(0)
            results.append((val_grads(x, y), x, y))
            results.append((await asyncio.to_thread(val_grads, x, y), x, y))
        return results

    async def everything():
        return await asyncio.gather(*map(task, range(8)))

    for results in asyncio.run(everything()):
        for result, x, y in results:
            check(result, x, y)


# ------------------------------------------------------------------------------------------------ f uses gradients
def uses_its_own_gradient(x, depth):
    if depth == 0:
        return x * x * x
    return grad(uses_its_own_gradient, params="x")(x, depth - 1) * x


def test_f_that_calls_its_own_gradient():
    """By itself it runs; its own gradient would need the next one, without end: that is said, and soon."""
    assert uses_its_own_gradient(2.0, 0) == 8.0
    for depth in (0, 1):
        with pytest.raises(NotDifferentiableError, match="`uses_its_own_gradient` takes a gradient of itself"):
            grad(uses_its_own_gradient, params="x")(2.0, depth)


def of_order_0(x):
    return x * x * x


def of_order_1(x):
    return grad(of_order_0)(x) * x


def of_order_2(x):
    return grad(of_order_1)(x) * x


def test_functions_that_call_gradients():
    assert of_order_2(2.0) == 72.0
    assert value_and_gradients_function(of_order_2)(2.0) == (72.0, (108.0,))


@pytest.mark.not_alone("what they call uses s2sad itself")
def test_f_that_calls_gradients_of_others_while_it_runs():
    calls = []
    inner = value_and_gradients_function(helper, params=["x"])

    def watch(x):
        calls.append(inner(float(x), 1))

    def outer(x):
        watch(3.0)
        return x * helper(x, 1)

    assert value_and_gradients_function(outer)(2.0) == (18.0, (25.0,))
    assert calls == [(19.0, (12.0,))]


def test_forward_and_reverse_of_one_function_at_once(often):
    reverse, forward = value_and_gradients_function(f), value_and_tangent_function(f)

    def work(k):
        x, y = SIGNATURES[k % 6]
        value, (x_grad, y_grad) = reverse(x, y)
        _, tangent = forward(x, y, tangents=(np.ones_like(x) * 1.0, np.ones_like(y) * 1.0)) if k % 6 > 3 else (0, None)
        if tangent is not None:
            np.testing.assert_allclose(tangent, x_grad + y_grad)

    in_threads(8, work)
