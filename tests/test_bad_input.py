"""What nobody wants to get: NaN and infinities, empty arrays, objects of all sorts, wrong dy, huge and deep programs, texts
of all sorts, files that changed. Each passes through as NumPy would have it, or is refused with a message that says what
to do; never is there an error from inside of s2sad. (Reading texts is in test_source, classes with arithmetic of their own
in test_foreign_values, the table of refusals in test_refusal_programs.)
"""

import array
import datetime
import importlib
import pathlib
import re
import sys
import types

import numpy as np
import pytest

from s2sad import (
    ArgumentError,
    NotDifferentiableError,
    SourceError,
    grad,
    value_and_gradients_function,
    value_and_tangent_function,
)
from s2sad.errors import InternalError, S2sadError
from s2sad.tangents import TangentError

INF, NAN = np.inf, np.nan


def chain(x):
    y = np.exp(x) * x - np.sqrt(np.abs(x))
    return np.sum(np.where(x > 0.0, np.log(y), y / x))


def loops(x):
    total = x[0] * 0.0
    for k in range(len(x)):
        if x[k] > total:
            total = total + x[k] * x[k]
        x[k] = total
    return np.max(x) - np.min(x) + np.prod(x)


# ------------------------------------------------------------------------------------------------ numbers
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", [chain, loops])
@pytest.mark.parametrize("values", [[NAN, 1.0], [INF, -INF], [0.0, -0.0], [1e308, 1e-320], [-1.0, NAN]])
def test_nan_and_infinity_pass_through(f, values):
    x = np.array(values)
    value, (x_grad,) = value_and_gradients_function(f)(x)
    np.testing.assert_array_equal(value, f(x.copy()))
    assert x_grad.shape == x.shape and x_grad.dtype == x.dtype


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    "f, x, expected",
    [
        (lambda x: np.sum(x * x), [NAN, 2.0], [NAN, 4.0]),  # the NaN stays where it is
        (lambda x: np.sum(x[1:] * 3.0), [NAN, 2.0], [0.0, 3.0]),
        (lambda x: np.sum(np.where(np.isnan(x), 0.0, x * x)), [NAN, 2.0], [0.0, 4.0]),
        (lambda x: np.nansum(x * x), [NAN, 2.0], [0.0, 4.0]),  # what is left out has no slope
        (lambda x: np.nanmax(x), [NAN, 2.0], [0.0, 1.0]),
        (lambda x: np.sum(1.0 / x), [INF, 2.0], [-0.0, -0.25]),
        (lambda x: np.sum(np.tanh(x)), [INF, -INF], [0.0, 0.0]),
        (lambda x: np.sum(np.exp(x)), [-INF, 0.0], [0.0, 1.0]),
        (lambda x: np.logaddexp(x[0], x[1]), [-INF, 0.0], [0.0, 1.0]),
        (lambda x: np.sum(np.clip(x, 0.0, 1.0)), [NAN, INF], [0.0, 0.0]),
        (lambda x: np.sum(np.maximum(x, 0.0)), [-INF, INF], [0.0, 1.0]),
    ],
)
def test_derivatives_at_nan_and_infinity(f, x, expected):
    f = types.FunctionType(f.__code__, f.__globals__, "f")
    np.testing.assert_array_equal(value_and_gradients_function(f)(np.array(x))[1][0], expected)


EMPTY = [
    lambda x: np.sum(x * x),
    lambda x: np.prod(x) * 2.0,
    lambda x: np.sum(np.concatenate([x, x])),
    lambda x: np.sum(np.cumsum(x)),
    lambda x: np.sum(x[x > 0.0]),
    lambda x: np.sum(np.sort(x)),
    lambda x: np.linalg.norm(x),
    lambda x: x @ x,
    lambda x: np.sum(np.outer(x, x)),
    lambda x: np.sum(np.stack([x, x]), axis=1)[0],
    lambda x: np.max(x, initial=3.0),
    lambda x: np.einsum("i,i->", x, x),
    lambda x: sum([each * each for each in x]) + np.sum(x),
    lambda x: np.sum(np.reshape(x, (0, 3))),
    lambda x: np.logaddexp.reduce(x) * 0.0 + np.sum(x),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("k", range(len(EMPTY)))
def test_empty_arrays(k):
    f = EMPTY[k]
    x = np.zeros(0)
    value, (x_grad,) = value_and_gradients_function(f)(x)
    np.testing.assert_array_equal(value, f(x))
    assert x_grad.shape == (0,) and x_grad.dtype == float


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty_axes(shape):
    def f(a):
        for k in range(len(a)):
            a[k] = a[k] * 2.0
        return np.sum(np.tanh(a), axis=-1)

    value, (gradient,) = value_and_gradients_function(f)(np.ones(shape))
    assert value.shape == shape[:-1] and gradient.shape == shape


def test_empty_containers():
    def f(items, table, pair, x):
        for each in items:
            x = x * each
        for key in table:
            x = x * table[key]
        return x * x + len(pair)

    assert value_and_gradients_function(f)([], {}, (), 2.0) == (4.0, (None, None, None, 4.0))


# ------------------------------------------------------------------------------------------------ objects
def times(x, y):
    return np.sum(x * y)


def calls(x, y):
    return x * float(y)


def names(x, y):
    return x * y.scale


ODD = {
    "objects": np.array([1.0, None], dtype=object),
    "numbers as objects": np.array([1.0, 2.0], dtype=object),
    "text": "text",
    "bytes": b"bytes",
    "array of text": np.array(["a", "b"]),
    "None": None,
    "not implemented": NotImplemented,
    "ellipsis": ...,
    "structured": np.zeros(2, dtype=[("a", float), ("b", int)]),
    "record": np.zeros((), dtype=[("a", float)])[()],
    "datetime": np.array(["2020-01-01"], dtype="datetime64[D]"),
    "timedelta": np.timedelta64(3, "s"),
    "date": datetime.date(2020, 1, 1),
    "set": {1.0, 2.0},
    "frozenset": frozenset([1.0]),
    "array.array": array.array("d", [1.0, 2.0]),
    "memoryview": memoryview(np.ones(2)),
    "bytearray": bytearray(b"ab"),
    "range": range(3),
    "slice": slice(1, 2),
    "class": int,
    "function": len,
    "module": np,
    "generator": (k for k in range(3)),
    "iterator": iter([1.0]),
    "object": object(),
    "exception": ValueError("x"),
    "namespace": types.SimpleNamespace(scale=2.0),
    "mapping proxy": types.MappingProxyType({"a": 1.0}),
    "large int": 10**400,
    "long double": np.longdouble(1.5),
    "half": np.float16(1.5),
    "clongdouble": np.clongdouble(1.5),
    "void": np.void(b"abc"),
    "bool array": np.array([True, False]),
    "uint8": np.array([250, 7], dtype=np.uint8),
    "0-d object": np.array(None, dtype=object),
    "read only": np.frombuffer(np.ones(2).tobytes()),
    "big endian": np.ones(2, dtype=">f8"),
    "unaligned": np.frombuffer(b"0" + np.ones(2).tobytes(), dtype=np.uint8)[1:].view(np.float64),
    "negative strides": np.arange(4.0)[::-2],
    "broadcast": np.broadcast_to(np.float64(2.0), (2,)),
    "nested list": [[1.0, 2.0], [3.0, 4.0]],
    "ragged list": [[1.0], [2.0, 3.0]],
    "mixed list": [1.0, "a", None],
    "dict": {"a": 1.0},
    "dict with odd keys": {1: 1.0, (2, 3): 2.0, None: 3.0},
}
LOOP = []
LOOP.append(LOOP)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("f", [times, calls, names])
@pytest.mark.parametrize("what", ODD)
def test_objects_of_all_sorts(f, what):
    """As data: f's own value or f's own error, or refused; a gradient is asked for only with respect to x."""
    y = ODD[what]
    try:
        expected = f(2.0, y)
        failed = None
    except Exception as error:
        failed = error
    try:
        value, (x_grad,) = value_and_gradients_function(f, params=["x"])(2.0, y)
    except S2sadError as error:
        assert not isinstance(error, InternalError) and "y" in str(error)
        return
    except Exception as error:
        assert failed is not None and type(error) is type(failed)
        return
    assert failed is None
    np.testing.assert_array_equal(value, expected)
    if f is names:
        assert x_grad == 2.0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("what", ODD)
def test_objects_that_a_gradient_is_asked_for(what):
    try:
        times(2.0, ODD[what])
    except Exception:
        pass
    try:
        value_and_gradients_function(times, params=["y"])(2.0, ODD[what])
    except S2sadError as error:
        assert not isinstance(error, InternalError) and "y" in str(error)
    except Exception as error:  # f's own
        with pytest.raises(type(error)):
            times(2.0, ODD[what])


def test_containers_that_hold_themselves():
    table = {}
    table["a"] = (table,)
    for y in (LOOP, table, [1.0, {"a": LOOP}]):
        with pytest.raises(ArgumentError, match="that holds itself, or is nested too deeply: pass its parts"):
            value_and_gradients_function(times, params=["x"])(2.0, y)


# ------------------------------------------------------------------------------------------------ dy
DY = [
    None,
    1,
    2.5,
    True,
    np.float32(2.0),
    np.array(2.0),
    np.ones(2),
    np.ones((1, 2)),
    [1.0, 2.0],
    (1.0, 2.0),
    "ab",
    {"a": 1.0},
]
DY += [
    np.array([1, 2]),
    np.array([NAN, INF]),
    np.ones(3),
    1j,
    np.array([1j, 2.0]),
    np.array(["a", "b"]),
    np.ma.ones(2),
    object(),
    [],
]


@pytest.mark.parametrize("k", range(len(DY)))
@pytest.mark.parametrize(
    "f", [lambda x: x * 2.0, lambda x: np.sum(x), lambda x: (x * 2.0, np.sum(x)), lambda x: [x, {"a": x}]]
)
def test_a_wrong_dy_is_told_or_right(f, k):
    dy = DY[k]
    f = types.FunctionType(f.__code__, f.__globals__, "f")
    made = value_and_gradients_function(f)
    x = np.array([1.0, 2.0])
    try:
        value, (x_grad,) = made(x, dy=dy)
    except (ValueError, TypeError) as error:
        assert isinstance(error, S2sadError) and "dy" in str(error)
        return
    assert x_grad.shape == (2,) and x_grad.dtype == float
    if isinstance(value, np.ndarray):
        weights = np.ones(2) if dy is None else np.asarray(dy)
        assert weights.shape == (2,)
        np.testing.assert_array_equal(x_grad, 2.0 * weights)
    elif isinstance(value, float):
        np.testing.assert_array_equal(x_grad, (1.0 if dy is None else float(dy)) * np.ones(2))
    else:
        assert dy is None


# ------------------------------------------------------------------------------------------------ size and depth
@pytest.fixture
def load(tmp_path, monkeypatch):
    """Imports a module from its text."""
    monkeypatch.syspath_prepend(tmp_path)
    names = []

    def make(text, name="s2sad_bad_input"):
        path = pathlib.Path(tmp_path, f"{name}.py")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        importlib.invalidate_caches()
        sys.modules.pop(name, None)
        names.append(name)
        return importlib.import_module(name)

    yield make
    for name in names:
        sys.modules.pop(name, None)


def test_recursion_as_deep_as_that_of_f(load):
    made = load("def f(x, n):\n    return x if n == 0 else f(x, n - 1) * x\n")
    val_grads = value_and_gradients_function(made.f, params=["x"])
    value, (x_grad,) = val_grads(1.0, 200)
    assert (value, x_grad) == (1.0, 201.0)
    with pytest.raises(RecursionError):
        made.f(1.0, 10**6)
    with pytest.raises(RecursionError):
        val_grads(1.0, 10**6)
    assert val_grads(1.0, 200) == (1.0, (201.0,))


def test_recursion_without_end(load):
    made = load(
        "def f(x):\n    return f(x * 2.0) * x\ndef g(x):\n    return h(x) * x\ndef h(x):\n    return g(x) + x\n"
    )
    for f in (made.f, made.g):
        with pytest.raises((RecursionError, NotDifferentiableError)):
            value_and_gradients_function(f)(1.0)


DEEP = {
    "parentheses": "(" * 60 + "x" + " + 1.0)" * 60,
    "calls": "np.sin(" * 80 + "x" + ")" * 80,
    "negations": "-" * 200 + "x",
    "sum": " + ".join(["x"] * 500),
    "product": " * ".join(["x"] * 300),
    "ternaries": "x if x > 0.0 else " * 60 + "x",
    "lists": "sum(" + "[" * 30 + "x" + "]" * 30 + ("[0]" * 29) + ")",
    "indices": "[[[[x, x * 2.0]]]][0][0][0][1]",
    "ands": "x if " + " and ".join(["x > 0.0"] * 300) + " else x * x",
    "comparisons": "x if " + " < ".join(map(str, range(-100, 1))) + " < x else -x",
    "lambdas": "(lambda y: (lambda z: (lambda u: u * z)(z * y))(y))(x)",
    "powers": "((((x ** 1.1) ** 1.1) ** 1.1) ** 1.1)",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_expressions(load, name):
    made = load(f"import numpy as np\ndef f(x):\n    return {DEEP[name]}\n")
    value, (x_grad,) = value_and_gradients_function(made.f)(0.9)
    assert value == made.f(0.9)
    step = 1e-6
    assert np.isclose(x_grad, (made.f(0.9 + step) - made.f(0.9 - step)) / (2 * step), rtol=1e-5)


def test_blocks_as_deep_as_python_allows(load):
    lines = ["def f(x, n):", "    y = x"]
    for k in range(18):
        lines.append("    " * (k + 1) + ("for _ in range(n):" if k % 3 == 0 else "if x > 0.0:"))
    lines += ["    " * 19 + "y = y * x", "    return y"]
    made = load("\n".join(lines) + "\n")
    assert value_and_gradients_function(made.f, params=["x"])(1.5, 1) == (1.5**2, (3.0,))


@pytest.mark.long
def test_a_function_of_thousands_of_lines(load):
    """A chain of 5,000 statements, each of which uses the last."""
    body = "".join(f"    x = x * 0.5 + {k % 7}.0\n" for k in range(5000))
    made = load(f"def f(x):\n{body}    return x\n")
    value, (x_grad,) = value_and_gradients_function(made.f)(2.0)
    assert value == made.f(2.0) and x_grad == 0.0  # 0.5 to the 5,000th


def test_a_long_chain_of_functions(load):
    """Each is written where it is called: as many as Python's own limit allows."""
    chain = "".join(f"def g{k}(x):\n    return g{k + 1}(x) * 1.5\n" for k in range(70))
    made = load(f"{chain}def g70(x):\n    return x * x\n")
    assert value_and_gradients_function(made.g0)(1.0) == (made.g0(1.0), (pytest.approx(2.0 * 1.5**70),))


def test_functions_that_are_nested_too_deeply(load):
    chain = "".join(f"def g{k}(x):\n    return g{k + 1}(x) * 1.5\n" for k in range(2000))
    made = load(f"{chain}def g2000(x):\n    return x * x\n")
    with pytest.raises(NotDifferentiableError) as caught:
        value_and_gradients_function(made.g0)(1.0)
    # Which function it is depends on how deep the caller is.
    assert re.search(
        r"nested too deeply[^\n]*\n  File .*, in g\d+\n    .*\n    +\^+\n  Write instead: ", str(caught.value)
    )


# ------------------------------------------------------------------------------------------------ texts
TEXTS = {
    "tabs": b"def f(x):\n\tif x > 0.0:\n\t\ty = x * x\n\telse:\n\t\ty = x\n\treturn y * x\n",
    "tabs and spaces": b"def f(x):\n    if x > 0.0:\n    \ty = x * x\n    return y * x\n",
    "windows": b"def f(x):\r\n    y = x * x\r\n    return y * x\r\n",
    "old mac": b"def f(x):\r    y = x * x\r    return y * x\r",
    "no newline": b"def f(x):\n    y = x * x\n    return y * x",
    "comment at the end": b"def f(x):\n    y = x * x\n    return y * x # end",
    "byte order mark": b"\xef\xbb\xbfdef f(x):\n    y = x * x\n    return y * x\n",
    "latin-1": "# coding: latin-1\ndef f(é):\n    y = é * é  # ü\n    return y * é\n".encode("latin-1"),
    "not ascii": "def f(ñ):\n    变量 = ñ * ñ\n    return 变量 * ñ\n".encode(),
    "normalized names": "def f(ﬁ):\n    y = fi * ﬁ\n    return y * fi\n".encode(),  # both are `fi`
    "form feed": b"\x0c\ndef f(x):\n\x0c    y = x * x\n    return y * x\n",
    "semicolons": b"def f(x): y = x * x; return y * x\n",
    "backslashes": b"def f(x):\n    y = x \\\n        * x\n    return y \\\n* x\n",
    "type comments": b"def f(x):\n    # type: (float) -> float\n    y = x * x  # type: float\n    for k in [1]:  # type: int\n        pass\n    return y * x\n",
    "ignored types": b"def f(\n    x,  # type: ignore\n):  # type: ignore[misc]\n    y = x * x  # type: ignore\n    return y * x\n",
    "annotations": b"from __future__ import annotations\ndef f(x: gone.Type) -> Missing[1]:\n    y: Nowhere = x * x\n    return y * x\n",
    "decorators": b"def same(f):\n    return f\ndef of(*a):\n    return same\n@same\n@of(1,\n    2)\n# between\n\n@same\ndef f(x):\n    y = x * x\n    return y * x\n",
    "nested quotes": b"def f(x):\n    'it''s'\n    y = x * x\n    return y * x * len('''a\"\"\"''') / 4.0\n",
    "lines of strings": b"def f(x):\n    s = '''\ndef f(x):\n    return 0.0\n'''\n    y = x * x\n    return y * x\n",
    "twice": b"def f(x):\n    return 0.0 * x\ndef f(x):\n    y = x * x\n    return y * x\n",
    "in a class": b"class A:\n    @staticmethod\n    def f(x):\n        y = x * x\n        return y * x\nf = A.f\n",
    "in a branch": b"if 1:\n  try:\n    def f(x):\n        y = x * x\n        return y * x\n  finally:\n    pass\n",
    "a lambda": b"f = (\n    lambda x:\n        (x * x)\n        * x\n)\n",
    "global names": b"x_grad = 1.0\ndef f(x):\n    global unused\n    y = x * x\n    return y * x * x_grad\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_of_all_sorts(load, name):
    f = load(TEXTS[name]).f
    assert value_and_gradients_function(f)(2.0) == (8.0, (12.0,))
    assert grad(grad(f))(2.0) == 12.0


def test_a_file_that_changed_since_it_was_imported(load, tmp_path):
    made = load("def f(x):\n    return helper(x) * x\n\n\ndef helper(x):\n    return x * 2.0\n")
    path = tmp_path / "s2sad_bad_input.py"
    path.write_text("def f(x):\n    return helper(x) * x\n\n\ndef helper(x):\n    return x * 3.0  # changed\n")
    with pytest.raises((SourceError, NotDifferentiableError), match="has changed since helper was imported"):
        value_and_gradients_function(made.f)(2.0)
    made = load("def f(x):\n    return x * x\n")
    path.write_text("def f(x):\n    return x * 3.0  # changed\n")
    with pytest.raises(SourceError, match="has changed since f was imported; reload it"):
        value_and_gradients_function(made.f)(2.0)
    path.unlink()
    with pytest.raises(
        SourceError, match="can't find the source text of f: there is no file .*; pass the text as source="
    ):
        value_and_gradients_function(made.f)(2.0)


def test_functions_without_a_source():
    space = {}
    exec("def f(x):\n    return x * x\n", space)
    with pytest.raises(SourceError, match="pass the text as source="):
        value_and_gradients_function(space["f"])(2.0)
    with pytest.raises(SourceError, match="pass the text as source="):
        value_and_gradients_function(eval("lambda x: x * x"))(2.0)

    def uses(x):
        return space_f(x)

    space_f = space["f"]
    with pytest.raises(S2sadError, match="pass the text|source"):
        value_and_gradients_function(uses)(2.0)


def test_a_tangent_that_is_larger_than_any_float():
    with pytest.raises(TangentError, match="^the tangent of x is the int 1000.*, where x is the float 2.0$"):
        value_and_tangent_function(lambda x: x * x)(2.0, tangents=(10**400,))
