"""A generated program cut in two: what `make_vjp` runs, on the gradients that are written by hand in tests/exemplars."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import types
from pathlib import Path

import numpy as np
import pytest

from s2sad import make_vjp, pipeline
from s2sad.compiling import define
from s2sad.differences import identical
from s2sad.kinds import kind_of
from s2sad.pullbacks import cut_in_two, snapshot

EXEMPLARS = sorted(Path(__file__).with_name("exemplars").glob("[a-z]*.py"))


def load(path):
    spec = importlib.util.spec_from_file_location(f"exemplar_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def use(monkeypatch, text, name, value):
    def generate(request):
        return pipeline.Program(text, name, own_imports={"np", "math"}, value_kind=kind_of(value))

    monkeypatch.setattr(pipeline, "generate", generate)


@pytest.mark.parametrize("path", EXEMPLARS, ids=lambda path: path.stem)
def test_exemplars(monkeypatch, path):
    module = load(path)
    gradient = next(f for name, f in vars(module).items() if name.endswith("_value_and_gradients"))
    function = getattr(module, gradient.__name__.removesuffix("_value_and_gradients"))
    main = inspect.getsource(gradient)
    text = f"import math\nimport numpy as np\n\n\n{main}"
    args = snapshot(module.ARGS)
    expected = gradient(*args)
    use(monkeypatch, text, gradient.__name__, expected[0])
    assert cut_in_two(text, gradient.__name__, "dy") is not None
    value, vjp_function = make_vjp(function, module.PARAMS)(*args)
    assert identical(value, expected[0])
    again = [vjp_function() for _ in range(3)]
    assert all(identical(each, expected[1]) for each in again)
    if np.ndim(value) == 0:
        assert identical(vjp_function(3.0), gradient(*args, dy=3.0)[1])


def cut(body, name="f_value_and_gradients", numbers=()):
    return cut_in_two(f"def {name}{body}", name, "dy", set(numbers))


def test_where_it_is_cut():
    text, forward, backward, state, sharing = cut(
        "(x, y, dy=1.0):\n    a = x * y\n    value = a * y\n    saved = [a]\n    y_grad = dy * saved.pop()\n"
        "    b = dy * y\n    return value, (b * y, y_grad + b)\n",
        numbers=["x", "y", "dy"],
    )
    assert (forward, backward) == ("f_forward", "f_backward")
    assert state == ("saved", "y") and sharing.written == {"saved"}
    assert text == (
        "def f_forward(x, y):\n    a = x * y\n    value = a * y\n    saved = [a]\n    return (value, locals_of_forward())\n\n"
        "def f_backward(*, saved=None, y=None, dy=1.0):\n    y_grad = dy * saved.pop()\n    b = dy * y\n"
        "    return (b * y, y_grad + b)\n"
    )


def test_what_it_takes_to_be_cut():
    assert cut("(x, dy=1.0):\n    x_grad = dy * 2\n    value = x * 2\n    return value, (x_grad,)\n") is None
    assert cut("(x, dy=1.0):\n    return result(x, dy)\n") is None
    assert cut("(x, dy=1.0):\n    def g(a): return a * x\n    value = g(x)\n    return value, (g(dy),)\n") is None
    text, *_ = cut("(x, *, k=2, dy=1.0, **more):\n    return x, (0.0,)\n")
    assert [ast.unparse(node.args) for node in ast.parse(text).body] == ["x, *, k=2, **more", "*, dy=1.0"]


@pytest.mark.parametrize(
    "statement, written",
    [
        ("a[0] = dy", {"a"}),
        ("a.b.c = dy", {"a"}),
        ("a += dy", {"a"}),
        ("a.fill(dy)", {"a"}),
        ("np.add.at(a, i, dy)", {"a", "i"}),
        ("np.multiply(b, dy, out=a)", {"a", "b"}),
        ("helper(a, dy)", {"a"}),
        ("t = dy\n    t = a[1:]\n    t[0] = 1.0", {"a"}),
        ("for row in a:\n        row *= dy", {"a"}),
        ("t = np.sum(a) * dy", set()),
        ("t = len(a) + float(b) * dy", set()),
        ("t = a @ b * dy", set()),
        ("t = [dy]\n    t.append(1.0)", set()),
    ],
)
def test_what_is_written_into(statement, written):
    *_, found = cut(f"(a, b, i, dy=1.0):\n    value = 1.0\n    {statement}\n    return value, (a,)\n")
    assert found.written == written


@pytest.mark.parametrize(
    "statements, outside, handed_out",
    [  # of the first half and the second, for an array a and a list x: what is copied at once, what for each call
        ("t = a * 2.0\n    u = t[1:]", "a", "u"),
        ("t = np.exp(a)\n    u = np.sum(t, 0, None, a)", "a t u", "u"),
        ("t = a.T\n    u = t * 1.0", "a t", "u"),
        ("t = x + [a]\n    u = t[0]", "a t u", "u"),
        ("t = keep(a)\n    u = a * 2.0", "a t", "u"),
        ("t = a * 2.0\n    keep(t)\n    u = t * 2.0", "a t", "u"),
        ("t = of(a * 2.0, a)\n    u = of(a, 1.0)", "a u", "u"),
        ("t = [a * 2.0] + pair(a)\n    u = t[0]", "a t u", "u"),
    ],
)
def test_what_is_copied(statements, outside, handed_out):
    helpers = "def of(g, like):\n    return g + np.zeros_like(like)\n\ndef pair(g):\n    return [g, g]\n\n"
    body = f"(a, x, dy=1.0):\n    {statements}\n    value = 1.0\n    g = dy if a is t is u else 1.0\n    return value, (g, u)\n"
    *_, found = cut_in_two(f"{helpers}def f{body}", "f", "dy", {"a", "dy"})
    assert found.outside & {"a", "t", "u"} == set(outside.split()) & {"a", "t", "u"}
    assert found.handed_out & {"a", "t", "u"} == set(handed_out.split())


def test_memory_with_two_names_is_not_cut(monkeypatch):
    calls = []
    text = (
        "def f_value_and_gradients(A, dy=1.0):\n    note()\n    A = A.copy()\n    row = A[0]\n    value = row.sum()\n"
        "    row[0] = dy\n    return value, (A * 1.0,)\n"
    )
    f = define("def f(A):\n    return A[0].sum()\n", {"__builtins__": __builtins__, "note": lambda: calls.append(1)})
    use(monkeypatch, text, "f_value_and_gradients", 1.0)
    A = np.ones((2, 2))
    value, vjp_function = make_vjp(f)(A)
    A[:] = 7.0
    assert value == 2.0
    assert vjp_function(5.0)[0].tolist() == [[5.0, 1.0], [1.0, 1.0]]
    assert vjp_function(6.0)[0].tolist() == [[6.0, 1.0], [1.0, 1.0]]


def test_one_array_by_two_names_stays_one(monkeypatch):
    text = (
        "def f_value_and_gradients(A, dy=1.0):\n    t = A * 2.0\n    u = [t]\n    v = t\n    w = u\n    value = 1.0\n"
        "    t += dy\n    w.append(dy)\n    return value, (v + len(u),)\n"
    )
    f = define("def f(A):\n    return A[0].sum()\n", {"__builtins__": __builtins__})
    use(monkeypatch, text, "f_value_and_gradients", 1.0)
    A = np.ones(2)
    _, vjp_function = make_vjp(f)(A)
    assert [vjp_function(5.0)[0].tolist() for _ in range(2)] == [[9.0, 9.0], [9.0, 9.0]]


def test_snapshots():
    shared = np.ones(2)
    thing = types.SimpleNamespace(a=shared, f=len)
    value = (shared, [shared, {"k": shared}], thing, "text", len, np)
    made = snapshot(value)
    assert made[0] is not shared and made[1][0] is made[0] and made[1][1]["k"] is made[0] and made[2].a is made[0]
    assert made[2] is not thing and made[3:] == ("text", len, np)
    shared[0] = 5.0
    assert made[0].tolist() == [1.0, 1.0]
    loop = []
    loop.append(loop)
    made = snapshot(loop)
    assert made[0] is made
    fortran = np.asfortranarray(np.ones((2, 3)))
    assert snapshot(fortran).flags.f_contiguous
