"""The cache: what makes a call compile again, what doesn't; guards, threads, and functions that go away."""

from __future__ import annotations

import builtins
import functools
import gc
import linecache
import pickle
import threading
import time
import types
import weakref

import numpy as np
import pytest

from s2sad import cache, compiling, pipeline, value_and_gradients_function
from s2sad.cache import Entry, FunctionCache, key_of, prepare_guards
from s2sad.kinds import FLOAT, Array, Dim, kind_of
from s2sad.pipeline import Guard, Program
from s2sad.values import MISSING

SCALE = 2.0


def helper(x):
    return x * x


def product(x, y):
    return x * y


@pytest.fixture
def generated(monkeypatch):
    """The requests that the pipeline gets."""
    requests = []
    generate = pipeline.generate

    def counting(request):
        requests.append(request)
        return generate(request)

    monkeypatch.setattr(pipeline, "generate", counting)
    return requests


def fresh(text, **namespace):
    """A function made from a text, in a namespace of its own."""
    return compiling.define(text, {"__builtins__": builtins, "np": np, **namespace})


# ------------------------------------------------------------------------------------------------ keys
def test_what_compiles_again(generated):
    val_grads = value_and_gradients_function(fresh("def f(x, y):\n    return x * y\n"))
    for args, count in [
        ((2.0, 3.0), 1),
        ((5.0, 7.0), 1),
        ((2, 3.0), 2),
        ((5, 3.0), 2),
        ((np.ones(3), 2.0), 3),
        ((np.ones(4), 2.0), 3),
        ((np.ones((4, 5)), 2.0), 4),
        ((np.ones((4, 1)), 2.0), 5),
        ((np.ones((7, 1)), 2.0), 5),
        ((np.ones((1, 7)), 2.0), 6),
        ((np.ones(4, np.float32), 2.0), 7),
        ((np.float64(2.0), 2.0), 8),
    ]:
        val_grads(*args)
        assert len(generated) == count, args
    assert val_grads(x=2.0, y=3.0) == (6.0, (3.0, 2.0))
    assert len(generated) == 8
    assert val_grads.cache_info()[:3] == (5, 8, 8)
    assert val_grads.cache_info().seconds > 0.0
    val_grads.cache_clear()
    assert val_grads.cache_info() == (0, 0, 0, 0.0, 0.0)
    val_grads(2.0, 3.0)
    assert len(generated) == 9


def test_one_cache_for_a_function_and_a_choice(generated):
    f = fresh("def f(x, y):\n    return x * y\n")
    for _ in range(3):
        value_and_gradients_function(f)(2.0, 3.0)
    assert len(generated) == 1
    value_and_gradients_function(f, ["x"])(2.0, 3.0)
    value_and_gradients_function(f, [0])(2.0, 3.0)
    assert len(generated) == 2

    @functools.wraps(f)
    def other(x, y):
        return f(x, y)

    value_and_gradients_function(other)(2.0, 3.0)
    assert len(generated) == 3


@pytest.mark.parametrize(
    "same",
    [
        [2, 3, -1],
        [2.0, 3.0],
        [True, False],
        [None, None],
        [[1.0, 2.0], [3.0]],
        [(1.0, 2), (2.0, 3)],
        [{"a": 1.0}, {"a": 2.0}],
        [np.zeros((2, 3)), np.ones((4, 5))],
        [np.zeros((2, 1, 3)), np.zeros((4, 1, 5))],
        [[np.zeros(2), np.zeros(3)], [np.zeros(4)]],
        ["tanh", "tanh"],
        [helper, helper],
        [types.SimpleNamespace(a=1.0), types.SimpleNamespace(a=2.0)],
    ],
)
def test_equal_keys(same):
    assert len({key_of(value) for value in same}) == 1
    assert len({kind_of(value) for value in same}) == 1


def test_different_keys():
    values = [
        1, 1.0, True, 1j, None, np.float64(1.0), np.float32(1.0), np.int64(1), "a", "b", b"a", (), (1.0,), (1.0, 1.0), [], [1.0],
        [1], [1, 1.0], [np.ones(2)], [np.ones((2, 2))], {}, {"a": 1.0}, {"b": 1.0}, {"a": 1}, np.ones(2), np.ones(1), np.ones((2, 2)),
        np.ones((2, 1)), np.ones((1, 2)), np.ones(2, int), np.ones(2, np.float32), np.ones(2).astype(">f8"), helper, product,
        np.sin, np.cos, float, np, types.SimpleNamespace(a=1.0), types.SimpleNamespace(a=1), types.SimpleNamespace(b=1.0),
    ]  # fmt: skip
    for k, value in enumerate(values):
        assert [j for j, other in enumerate(values) if key_of(other) == key_of(value)] == [k]


def test_equal_keys_mean_equal_kinds():
    class Thing:
        def method(self):
            return 1.0

    thing = Thing()
    assert key_of(thing.method) == key_of(thing.method)
    assert key_of(thing.method) != key_of(Thing().method)


def test_function_arguments_are_not_kept_alive():
    def local(x):
        return x

    table = {(key_of(local), float): 1}
    watch = weakref.ref(local)
    assert (key_of(local), float) in table
    del local
    gc.collect()
    assert watch() is None
    assert cache._is_dead(next(iter(table)))


# ------------------------------------------------------------------------------------------------ the world
def test_globals_are_live(generated):
    space = {"scale": 2.0}
    val_grads = value_and_gradients_function(fresh("def f(x):\n    return scale * x\n", **space))
    space = val_grads.function.__globals__
    assert val_grads(3.0) == (6.0, (2.0,))
    space["scale"] = 5.0
    assert val_grads(3.0) == (15.0, (5.0,))
    assert len(generated) == 1
    space["scale"] = np.array([1.0, 2.0])
    value, gradients = val_grads(3.0)
    assert value.tolist() == [3.0, 6.0] and gradients == (3.0,)
    assert set(space) <= {"np", "scale", "__builtins__"}


def test_a_helper_that_is_redefined():
    space = {"helper": fresh("def helper(x):\n    return x * x\n")}
    f = fresh("def f(x):\n    return helper(x) + x\n", **space)
    val_grads = value_and_gradients_function(f)
    assert val_grads(3.0) == (12.0, (7.0,))
    f.__globals__["helper"] = fresh("def helper(x):\n    return 10.0 * x\n")
    assert val_grads(3.0) == (33.0, (11.0,))
    assert val_grads(x=3.0) == (33.0, (11.0,))


def test_code_and_defaults_that_are_replaced():
    f = fresh("def f(x, n=2.0):\n    return x * n\n")
    val_grads = value_and_gradients_function(f)
    f.__defaults__ = (2.0,)
    assert val_grads(3.0) == (6.0, (2.0, 3.0))
    f.__defaults__ = (5.0,)
    assert val_grads(3.0) == (15.0, (5.0, 3.0))
    f.__code__ = fresh("def f(x, n=2.0):\n    return x + n\n").__code__
    assert val_grads(3.0) == (8.0, (1.0, 1.0))


def test_a_mutable_default_is_looked_at_at_each_call():
    f = fresh("def f(x, items=None):\n    return x * items[0]\n")
    f.__defaults__ = ([2.0],)
    val_grads = value_and_gradients_function(f, ["x"])
    assert val_grads(3.0) == (6.0, (2.0,))
    f.__defaults__[0][0] = np.ones(2)
    assert val_grads(3.0)[1] == (2.0,)


def test_guards():
    space = {"f": helper, "scale": 2.0}
    cell = types.CellType(1.0)
    thing = types.SimpleNamespace(method=helper)

    def holding(*guards):
        return Entry(helper, Program("", "f", guards=list(guards)), helper).holds()

    assert holding(Guard(space, "f", "is", helper), Guard(space, "len", "is", len), Guard(space, "gone", "is", MISSING))
    assert not holding(Guard(space, "f", "is", product))
    assert not holding(Guard(space, "len", "is", max))
    assert holding(Guard(space, "scale", "kind", FLOAT), Guard(cell, None, "kind", FLOAT))
    assert not holding(Guard(space, "f", "kind", FLOAT))
    assert holding(Guard(space, "f", "code", helper.__code__), Guard(thing, "method", "code", helper.__code__))
    assert not holding(Guard(space, "f", "code", product.__code__))
    assert holding(Guard(thing, "method", "is", helper), Guard(np, "sin", "is", np.sin))
    assert not holding(Guard(thing, "other", "is", helper))
    assert not holding(Guard(types.CellType(), None, "is", helper))

    names, checks = prepare_guards([Guard(np, "sin", "is", np.sin), Guard(space, "len", "is", len)])
    assert not checks and (space, "len", MISSING) in names


def test_a_built_in_that_is_hidden():
    space = {}
    names, _ = prepare_guards([Guard(space, "len", "is", len)])
    entry = Entry(helper, Program("", "f", guards=[Guard(space, "len", "is", len)]), helper)
    assert entry.holds() and len(names) == 2
    space["len"] = max
    assert not entry.holds()


def test_a_guard_on_an_array_looks_at_its_kind_and_not_its_length():
    space = {"W": np.ones((2, 3))}
    expected = Array("float64", (Dim("a", True), Dim("b", True)))
    entry = Entry(helper, Program("", "f", guards=[Guard(space, "W", "kind", expected)]), helper)
    assert entry.holds()
    space["W"] = np.ones((7, 8))
    assert entry.holds()
    space["W"] = np.ones((7, 1))
    assert not entry.holds()


# ------------------------------------------------------------------------------------------------ threads
def in_threads(count, work):
    errors = []
    barrier = threading.Barrier(count)

    def run(k):
        try:
            barrier.wait(10)
            work(k)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(k,), daemon=True) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert not errors


def test_threads_compile_once(generated):
    val_grads = value_and_gradients_function(fresh("def f(x, y):\n    return x * y\n"))
    results = []
    in_threads(16, lambda k: results.append(val_grads(2.0, 3.0)))
    assert results == [(6.0, (3.0, 2.0))] * 16
    assert len(generated) == 1
    assert val_grads.cache_info()[:3] == (15, 1, 1)


def test_signatures_do_not_wait_for_one_another():
    made = FunctionCache()
    both = threading.Barrier(2)

    def make():
        both.wait(10)  # passes only while the other one is being made as well
        return Entry(helper, Program("", "f"), helper)

    in_threads(2, lambda k: made.find(k, make))
    assert made.info()[:3] == (0, 2, 2)


def test_an_error_is_raised_in_every_thread_and_nothing_is_kept():
    made = FunctionCache()
    count = []

    def fail():
        count.append(1)
        time.sleep(0.001)
        raise ValueError("no")

    def work(k):
        with pytest.raises(ValueError, match="no"):
            made.find("key", fail)

    in_threads(8, work)
    assert len(count) == 8 and made.info().currsize == 0 and not made._pending


def test_a_transformation_that_calls_itself(monkeypatch):
    f = fresh("def f(x):\n    return x * x\n")
    val_grads = value_and_gradients_function(f)
    generate = pipeline.generate
    depth = []

    def calling(request):
        depth.append(1)
        if len(depth) == 1:
            assert val_grads(3.0) == (9.0, (6.0,))
        return generate(request)

    monkeypatch.setattr(pipeline, "generate", calling)
    in_threads(2, lambda k: val_grads(3.0))
    assert val_grads(3.0) == (9.0, (6.0,))


# ------------------------------------------------------------------------------------------------ going away
def test_a_function_that_goes_takes_everything_with_it():
    def recursive(x, n):
        return x if n == 0 else x * recursive(x, n - 1)

    before = set(linecache.cache)
    val_grads = value_and_gradients_function(recursive, ["x"])
    val_grads(2.0, 3)
    generated = val_grads.compiled(2.0, 3)
    watches = [weakref.ref(thing) for thing in (recursive, generated, generated.__code__, val_grads)]
    assert any(name.startswith("<s2sad recursive") for name in set(linecache.cache) - before)
    del val_grads, generated
    recursive = None
    gc.collect()
    assert [watch() for watch in watches] == [None] * 4
    value_and_gradients_function(fresh("def another(x):\n    return x * x\n")).compiled(2.0)
    assert not any(name.startswith("<s2sad recursive") for name in set(linecache.cache) - before)


def test_a_function_may_go_while_linecache_looks_at_its_names(monkeypatch):
    """Python collects garbage wherever it likes: here in the midst of `linecache.checkcache`, which `pdb` and every
    traceback call. Until Python 3.13 it looks up each of the names that it has read before."""

    class Lines(dict):
        def keys(self):
            names = list(super().keys())
            generated.clear()
            gc.collect()
            return names

    monkeypatch.setattr(linecache, "cache", Lines(linecache.cache))
    generated = [value_and_gradients_function(fresh("def going(x):\n    return x * x\n")).compiled(2.0)]
    linecache.checkcache()
    assert not generated


def test_lines_stay_as_long_as_the_generated_function():
    f = fresh("def going(x):\n    return x * x\n")
    generated = value_and_gradients_function(f).compiled(2.0)
    del f
    gc.collect()
    assert generated(3.0) == (9.0, (6.0,))
    assert linecache.getline(generated.__code__.co_filename, generated.__code__.co_firstlineno).startswith(
        "def going_value_and"
    )


def test_what_is_kept_is_not_pickled_and_not_inherited():
    f = fresh("def f(x):\n    return x * x\n")
    value_and_gradients_function(f)(2.0)
    kept = f._s2sad_kept
    assert not pickle.loads(pickle.dumps(kept)).things

    @functools.wraps(f)
    def g(x):
        return x

    assert cache._things_of(g) is not kept.things


def test_the_number_of_entries_is_bounded(monkeypatch):
    monkeypatch.setattr(cache, "_MOST_ENTRIES", 3)
    made = FunctionCache()
    for k in range(10):
        made.find(k, lambda: Entry(helper, Program("", "f"), helper))
    assert sorted(made.entries) == [7, 8, 9]


# ------------------------------------------------------------------------------------------------ compiling
def compiled(text, name="main", function=None, **more):
    return compiling.compile_program(Program(text, name, **more), function)


def test_imports_of_the_program_are_its_own_or_those_of_f():
    text = "import numpy as np\nimport math\n\ndef main(x, dy=1.0):\n    return np, math.sqrt(x)\n"
    f = fresh("def f(x):\n    return np\n")
    f.__globals__["np"] = "mine"
    assert compiled(text, function=f, own_imports={"math"})(4.0) == ("mine", 2.0)
    assert "math" not in f.__globals__
    assert compiled(text, function=f, own_imports={"np", "math"})(4.0) == (np, 2.0)


def test_helpers_call_one_another_and_see_cells():
    def outer():
        factor = 2.0

        def f(x, n=7.0, *, k=8.0):
            return factor * x

        def change(value):
            nonlocal factor
            factor = value

        return f, change

    f, change = outer()
    text = (
        "def even(x):\n    return factor if x == 0 else odd(x - 1)\n\n"
        "def odd(x):\n    return other + factor if x == 0 else even(x - 1)\n\n"
        "def main(x, n=0, *, k=0, dy=1.0):\n    return even(x), n, k, dy\n"
    )
    cell = types.CellType(100.0)
    main = compiled(text, function=f, externals={"other": cell})
    assert main(4) == (2.0, 7.0, 8.0, 1.0) and main(3) == (102.0, 7.0, 8.0, 1.0)
    change(5.0)
    cell.cell_contents = 1000.0
    assert main(4) == (5.0, 7.0, 8.0, 1.0) and main(3) == (1005.0, 7.0, 8.0, 1.0)
    assert main.__qualname__ == "main"


def test_annotations_and_defaults_of_the_text_are_not_evaluated():
    f = fresh("def f(x, y):\n    return x\n")
    f.__defaults__ = (3.0,)
    main = compiled("def main(x: Unknown, y: Unknown = gone, dy=1.0) -> Unknown:\n    return x, y, dy\n", function=f)
    assert main(1.0) == (1.0, 3.0, 1.0)


def test_lines_are_those_of_the_text():
    text = "import math\n\n\n# a comment\ndef main(x, dy=1.0):\n    s = '\\x0c\u2028'\n    raise ValueError(s)\n"
    main = compiled(text)
    with pytest.raises(ValueError) as caught:
        main(1.0)
    assert caught.traceback[-1].lineno + 1 == 7
    assert linecache.getline(main.__code__.co_filename, 7) == "    raise ValueError(s)\n"
    assert compiled(text).__code__.co_filename != main.__code__.co_filename
