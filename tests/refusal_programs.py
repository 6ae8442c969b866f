"""A small program for each refusal of the table, so that its whole message can be read: tests/golden/refusals.txt.

`python -m tests.refusal_programs` (part of `make golden`) writes that file anew; tests/test_refusal_programs.py compares,
and sees that no refusal lacks a program.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import fractions
import functools
import inspect
import itertools
import math
import statistics
import textwrap
import types
from pathlib import Path
from typing import Any, Callable

import numpy as np
from scipy import integrate, interpolate, linalg, optimize, signal, sparse

from s2sad import (
    NotDifferentiableError,
    adjoint,
    checkpoint,
    custom_gradient,
    grad,
    jvp,
    value_and_gradients_function,
    vjp,
)

PAGE = Path(__file__).parent / "golden" / "refusals.txt"
PROGRAMS: list[tuple[str, Callable, tuple]] = []
FORWARD = {"custom_tangent", "no_tangent"}  # these are refused in forward mode only
# Guards that no program is known to reach, or only a very large one; and those that other tests show.
NOT_SHOWN = {"statement", "expression", "no_key", "too_many_kinds", "extreme_key", "try_tangent", "unknown_owner"}
# tests/test_refusals.py, test_cli.py, test_jit.py and test_bad_input.py; grad_of_*: tests/language/test_grad_of.py
PRANGE = {"prange", *(f"prange_{each}" for each in ("call", "carried", "form", "list", "saved", "step"))}
ELSEWHERE = {"type_alias", "try_star", "nonlocal_write", *PRANGE, "left_open", "too_deep"}

A = np.arange(1.0, 10.0).reshape(3, 3)
V = np.array([1.0, 2.0, 3.0])
GRID = np.mgrid[0.0:5.0, 0.0:5.0].reshape(2, -1)
LOG = np.zeros(3)
RANDOM = np.random.default_rng(0)
THIRD = fractions.Fraction(1, 3)
without_source: dict[str, Any] = {}
exec("def hidden(x):\n    return x * x\n", without_source)
hidden = without_source["hidden"]


def shows(key: str, *args: Any) -> Callable:
    def register(f: Callable) -> Callable:
        f.key = key
        PROGRAMS.append((key, f, args))
        return f

    return register


def mystery(x):
    return [x, x]


@adjoint(mystery)
def _(x, *, grad):
    return grad[0] + grad[1]


def reversed_by_c(x):
    return x[::-1]


@adjoint(reversed_by_c)
def _(x, *, grad):
    return grad[::-1]


@custom_gradient
def squared(x):
    return x * x, lambda dy: 2.0 * dy * x


@dataclasses.dataclass
class Point:
    x: float


@dataclasses.dataclass
class Pixel:
    x: float


@dataclasses.dataclass
class Normed:
    x: float
    scale: dataclasses.InitVar[float] = 1.0

    def __post_init__(self, scale):
        self.length = scale * abs(self.x)


class Shared:
    def __new__(cls, x):
        return SHARED

    def __init__(self, x):
        self.x = x


SHARED = object.__new__(Shared)


def nested_each_time(x):
    return nested_each_time([x])


@shows("exception_value", 2.0)
def f(x):
    try:
        raise ValueError(x)
    except ValueError as error:
        y = error.args[0]
    return y * y


@shows("exception_value", 2.0)
def f(x):
    error = ValueError("too large", x)
    return error.args[1] * 2.0


@shows("recursion_result", 2.0)
def f(x):
    def power(n):
        if n == 0:
            return lambda v: 1.0
        g = power(n - 1)
        return lambda v: v * g(v) + x

    return power(3)(x)


# ------------------------------------------------------------------------------------------ seen in the text
@shows("async_function", 2.0)
async def f(x):
    return x


@shows("yield", 2.0)
def f(x):
    yield x


@shows("class", 2.0)
def f(x):
    class Inside:
        y = x

    return Inside.y


@shows("exec", 2.0)
def f(x):
    return eval("x * x")


@shows("locals", 2.0)
def f(x):
    return locals()["x"] * x


@shows("setattr", Point(2.0), "x")
def f(point, name):
    setattr(point, name, 1.0)
    return point.x


@shows("global_write", 2.0)
def f(x):
    global LOG
    LOG = x * x
    return x


# ------------------------------------------------------------------------------------------ names
@shows("ambiguous_object", 2.0)
def f(x):
    best, d = {"loss": 0.0}, {"loss": x}
    if x > 1.0:
        best = d
    d["loss"] = x * x
    return best["loss"]


@shows("number_or_view", V, A, 0)
def number_or_view(v, a, k):
    rows = [2.0 * v, 2.0 * a]
    first = rows[k][0]
    rows[k][0] = 0.0
    return np.sum(first * rows[k])


@shows("unbound", 2.0)
def f(x):
    y = y + x
    return y


@shows("undefined", 2.0)
def f(x):
    return no_such_name * x


@shows("foreign", 2.0)
def f(x):
    return x * THIRD


@shows("import", 2.0)
def f(x):
    import no_such_module

    return no_such_module.f(x)


@shows("decorated_local", 2.0)
def f(x):
    @functools.cache
    def double(t):
        return 2.0 * t

    return double(x)


@shows("outside_store", 2.0)
def f(x):
    LOG[0] = x
    return x


# ------------------------------------------------------------------------------------------ calls
@shows("no_rule", 2.0)
def f(x):
    return types.SimpleNamespace(x=x).x


@shows("refused", V)
def f(x):
    return np.frombuffer(x.tobytes())[0]


@shows("no_source", 2.0)
def f(x):
    return hidden(x)


@shows("unknown_function", V)
def f(x):
    return np.frompyfunc(abs, 1, 1)(x)


@shows("function_value", 2.0)
def f(x):
    functions = []
    for k in range(3):
        functions.append(lambda t: t * x * k)
    return functions[0](2.0)


@shows("unknown_method", 2.0)
def f(x):
    return x.hex()


@shows("bounded_deque", 1.0)
def longer_window(x):
    window = collections.deque([x, 2.0], maxlen=3)
    return sum(window * 2)


@shows("list_method", [1.0, 2.0])
def f(xs):
    xs.__setitem__(0, 1.0)
    return xs[0]


@shows("dict_method", ["a", "b"], V)
def f(names, x):
    items = dict(zip(names, x))
    items.popitem()
    return items["a"]


@shows("wrong_call", 2.0)
def f(x):
    def double(t):
        return 2.0 * t

    return double(x, x)


@shows("custom_keywords", 2.0)
def f(x):
    return squared(x=x)


@shows("post_init", 2.0)
def f(x):
    return Normed(x).length


@shows("own_protocol", 2.0)
def f(x):
    return Shared(x).x


@shows("operator", Point(2.0))
def f(point):
    return (point @ point).x


@shows("joined_or_added", 2.0)
def f(x):
    ways = [([], 0.0)]
    for k in range(4):
        way, cost = ways[-1]
        ways.append((way + [k], cost + x * len(way)))
    return ways[-1][1]


@shows("super", 2.0)
def f(x):
    return super().scale(x)


@shows("rule_keyword", V)
def f(x):
    return np.tanh(x, signature="d->d")


@shows("vectorize", V)
def f(x):
    return np.vectorize(lambda a, b, c: a * b * c, excluded=[1])(x, 2.0, x)


@shows("vectorize", V)
def f(x):
    return np.vectorize(lambda a: (a, a * a), signature="()->(),()")(x)[0]


@shows("joined_by_index", V)
def f(x):
    return np.r_["0,2", x]


@shows("reduced_otherwise", V)
def f(x):
    return np.power.reduce(x)


@shows("vectorize_effects", V)
def f(x):
    total = 0.0

    def g(a):
        nonlocal total
        total = total + a
        return a * total

    return np.vectorize(g)(x)


@shows("parameter", V)
def f(x):
    return np.sum(x, where=x)


@shows("rule_fails", V)
def f(x):
    return np.array(x, copy=False, dtype=np.float32)


# ------------------------------------------------------------------------------------------ control flow
@shows("joined_kinds", 2.0)
def f(x):
    y = x if x > 1.0 else "text"
    return y


@shows("joined_tuples", 2.0)
def f(x):
    y = (x,) if x > 1.0 else (x, x)
    return y[0]


@shows("joined_functions", 2.0)
def f(x):
    if x > 1.0:
        g = math.sin
    else:
        g = None
    return g(x)


@shows("joined_objects", 2.0)
def f(x):
    point = Point(x) if x > 1.0 else Pixel(x)
    return point.x


@shows("unknown_loop", 2.0)
def f(x):
    total = 0.0
    for y in mystery(x):
        total = total + y
    return total


@shows("active_mapping_loop", 2.0)
def f(x):
    total = 0.0
    for y in mystery(x).values():
        total = total + y
    return total


@shows("long_tuple", (1.0, V) * 40)
def f(items):
    total = 0.0
    for item in items:
        total += np.sum(item)
    return total


@shows("iterator", A)
def f(A):
    flat, total = A.flat, 0.0
    for a in flat:
        total += a
    return total


@shows("runs_later", 2.0, 3.0)
def f(x, y):
    squares = (v * v for v in [x, y])
    return sum(squares) + max(squares)


@shows("unknown_item", 2.0)
def f(x):
    return np.sum(np.mgrid[0:x:5j])


@shows("runs_later", 2.0, 3.0)
def f(x, y):
    pairs = [zip([x, y], [y, x])]
    return sum(a * b for a, b in pairs[0])


@shows("kept_view", 2.0, 3.0)
def f(x, y):
    d = {"a": x, "b": y}
    values = d.values()
    d["a"] = x * y
    return sum(values)


@shows("recursion_memory", 2.0, 3.0)
def f(x, y):
    def scale(n, a):
        if n == 0:
            return a[1:]
        a[1] = a[1] * x
        return scale(n - 1, a)

    return scale(2, np.array([x, y]))[0]


@shows("nonlocal_recursion", 2.0)
def f(x):
    def g(v):
        return v * x

    def visit(n):
        nonlocal g
        if n > 0:
            g = np.sin
            visit(n - 1)

    visit(2)
    return g(x)


@shows("lifted_nonlocal", 2.0)
def f(x):
    calls = 0

    def g(v):
        nonlocal calls
        calls += 1
        return v**3 - x

    return optimize.brentq(g, 0.0, 2.0) * calls


@shows("changed_in_loop", [1.0, 2.0])
def f(xs):
    for x in xs:
        if len(xs) < 5:
            xs.append(x * x)
    return xs[-1]


@shows("try_unknown", 2.0)
def f(x):
    y = x
    try:
        y = y * 2.0
        y = math.sqrt(y - 100.0)
    except ValueError:
        pass
    return y


@shows("with_active", 2.0)
def f(x):
    with contextlib.nullcontext(x) as y:
        return y * x


@contextlib.contextmanager
def quiet(n):
    try:
        yield n
    except ValueError:
        print("failed")


@shows("with_swallows", 2.0)
def f(x):
    y = x
    with quiet(3):
        y = math.sqrt(x - 5.0)
    return y


@shows("with_target", 2.0)
def f(x):
    states = {}
    with np.errstate() as states["a"]:
        return x


@shows("checkpoint_arguments", 2.0, 9)
def f(x, n):
    for _ in checkpoint(range(n)):
        x = np.sin(x)
    return x


@shows("checkpoint_place", 2.0, 9)
def f(x, n):
    steps = checkpoint(range(n), snapshots=3)
    for _ in steps:
        x = np.sin(x)
    return x


@shows("checkpoint_over", 2.0)
def f(x):
    for k in checkpoint((1.0, 2.0, 3.0), snapshots=2):
        x = np.sin(k * x)
    return x


@shows("checkpoint_left", 2.0, 9)
def f(x, n):
    for _ in checkpoint(range(n), snapshots=3):
        if x < 0.1:
            break
        x = np.sin(x)
    return x


@shows("checkpoint_try", 2.0, 9)
def f(x, n):
    for _ in checkpoint(range(n), snapshots=3):
        try:
            x = math.sqrt(x - 1.0)
        except ValueError:
            x = 0.5
    return x


@shows("checkpoint_effect", 2.0, 9)
def f(x, n):
    for _ in checkpoint(range(n), snapshots=3):
        x = x + RANDOM.normal() * np.sin(x)
    return x


@shows("checkpoint_list", 2.0, 9)
def f(x, n):
    values = []
    for _ in checkpoint(range(n), snapshots=3):
        x = np.sin(x)
        values.append(x)
    return values


@shows("checkpoint_outside", 2.0, 9)
def f(x, n):
    for k in checkpoint(range(n), snapshots=3):
        x = x * np.sin(x + LOG[k % 3])
    LOG[0] = 1.0
    return x


# ------------------------------------------------------------------------------------------ memory
@shows("ambiguous_store", V, V + 1.0)
def f(x, y):
    z = x
    for _ in range(2):
        w, z = z, y
        w[0] = 1.0
    return np.sum(x * y)


@shows("ended_loop", A)
def f(A):
    for row in A:
        pass
    row[0] = 1.0
    return np.sum(A)


@shows("augment_number", [1.0, 2.0], V)
def f(x, v):
    x[1] += x[0] * v
    return np.sum(x[1])


@shows("carried_unset", 2.0)
def f(x):
    for i in range(4):
        if i % 2 == 0:
            b = [x, i * x]
        x += b[0] * b[1]
    return x


@shows("fill_of_either", np.array(2.0))
def f(x):
    for _ in range(3):
        x.fill(1.5)
        x = np.sin(1.0)
    return x


@shows("array_attribute", V)
def f(x):
    y = x * 2.0
    y.shape = (2, 1)
    return np.sum(y * y)


@shows("array_attribute", V)
def f(x):
    y = x * 2.0
    y.dtype = np.int64
    return np.sum(y * y)


@shows("array_attribute", V)
def f(x):
    y = x * 2.0
    y.flat = x
    return np.sum(y * y)


@shows("array_attribute", V)
def f(x):
    y = x * 2.0
    y.strides = (16,)
    return np.sum(y * y)


@shows("generator_recursion", 2.0)
def f(x):
    def halves(v, n):
        yield v
        if n > 0:
            yield from halves(0.5 * v, n - 1)

    return sum(halves(x, 3))


@shows("endless", 2.0)
def f(x):
    s = 0.0
    for a, b in zip(itertools.cycle([1.0, 2.0]), [x, x * x, x]):
        s = s + a * b
    return s


@shows("endless", 2.0)
def f(x):
    return sum(itertools.islice((x**k for k in itertools.count()), 3))


@functools.cache
def kept_row(x):
    return [x, 2.0 * x]


@shows("cached_memory", 2.0)
def f(x):
    return sum(kept_row(x))


@shows("no_such_equivalent", V)
def f(x):
    return sum(a * b for a, b, c, d in itertools.product(x, x, repeat=2))


@shows("runs_later", 2.0)
def f(x):
    return map(np.sin, [x])


@shows("runs_later", 2.0)
def f(x):
    return (each * x for each in [x])


@shows("runs_later", 2.0)
def f(x):
    return {"a": x}.values()


@shows("iterator", 2.0)
def f(x):
    return [x, iter([x])]


@shows("kept_argument", V)
def f(xs):
    kept = xs * 2.0
    same = np.einsum("i->i", kept)
    kept[0] = 1.0
    return np.sum(same * xs)


@shows("maybe_view", A)
def f(A):
    y = np.ravel(A, order="K")
    y[0] = 1.0
    return np.sum(A)


@shows("unknown_store", 2.0)
def f(x):
    data = bytearray(3)
    data[0] = x
    return x


@shows("held_write", V)
def f(x):
    rows = []
    for k in range(2):
        row = x[k : k + 2]
        rows.append(row)
        row[0] *= 2.0
    return np.sum(rows[0] * rows[1])


@shows("moved_item", [V, V + 1.0])
def f(xs):
    x = xs[0]
    xs.pop(0)
    x[0] = 3.0
    return np.sum(x)


@shows("boxed_write", [Point(1.0), Point(2.0)])
def f(points):
    for point in points:
        point.x *= 2.0
    return points[0].x


@shows("augment_unknown", V, 1)
def f(x, n):
    y = x[0] if n > 0 else x
    y += x
    return np.sum(y)


@shows("array_method", V)
def f(x):
    x.resize((2, 2))
    return np.sum(x)


@shows("delete", [1.0, 2.0, 3.0])
def f(xs):
    del xs[::2]
    return xs[0]


# ------------------------------------------------------------------------------------------ containers
@shows("unpack", 2.0)
def f(x):
    a, b, c = x, x
    return a


@shows("unpack_length", [1.0, 2.0])
def f(xs):
    return math.hypot(*xs)


@shows("active_set", 2.0)
def f(x):
    return sum({x, 2.0 * x})


@shows("active_key", 2.0)
def f(x):
    return max({x: 1, 2.0 * x: 2})


@shows("dict_merge", 2.0)
def f(x):
    return {**mystery(x), "b": x}["b"]


@shows("unknown_key", 2.0)
def f(x):
    return dict(mystery(x))["a"]


@shows("index_range", (1.0, 2.0))
def f(xs):
    return xs[2]


@shows("mixed_list", (1.0, V), 0)
def f(items, k):
    return np.sum(items[k])


@shows("no_attribute", Point(2.0))
def f(point):
    return point.y


@shows("unknown_attribute", V)
def f(x):
    x.data[0] = 1.0
    return np.sum(x)


@shows("unknown_attribute", V)
def f(x):
    point = Point(x, x)
    return np.sum(point.__dict__["x"])


# ------------------------------------------------------------------------------------------ values
@shows("dtype", 2.0)
def f(x):
    points = np.array([(x, 1.0), (2.0, x)], dtype=[("a", float), ("b", float)])
    return points["a"].sum()


@shows("dtype", 2.0)
def f(x):
    items = np.empty(3, dtype=object)
    items[0] = x
    return items[0]


@shows("string", 2.0)
def f(x):
    return float(f"{x:.3f}") * x


@shows("unpack_unknown", V)
def unpacks_a_result(x):
    return np.sum(np.reshape(x, (1, *hidden(3.0))))


@shows("written_default", 2.0)
def grows(x, held=[]):
    held.append(x)
    return x * held[0]


@shows("shared_arguments", A[0], A.ravel()[1:4])
def f(x, y):
    x[0] = 2.0
    return np.sum(x * y)


def square_minus(x, p):
    return x * x - p


@shows("solver", 2.0)
def f(p):
    return integrate.quad_vec(lambda x: square_minus(x, p), 0.0, 1.0)[0]


@shows("solver", 0.5)
def f(b):
    spline = interpolate.UnivariateSpline(np.arange(6.0), np.arange(6.0) ** 2)
    return spline.derivatives(b)[1]


@shows("solver", 0.5)
def f(x):
    return interpolate.bisplev(x, 0.5, interpolate.bisplrep(GRID[0], GRID[1], GRID[0] * GRID[1]))


@shows("solver", np.arange(6.0))
def f(y):
    return np.sum(interpolate.griddata(np.arange(6.0)[:, None], y, V[:, None]))


@shows("solver", np.arange(6.0))
def f(y):
    return np.sum(interpolate.LSQUnivariateSpline(np.arange(6.0), y, [2.5])(V))


@shows("refused", V)
def f(b):
    return np.sum(np.abs(signal.freqs(b, V, V)[1]))


@shows("solver_function", 2.0)
def f(p):
    return optimize.brentq(lambda x, q=p: x * x - q, 0.0, 5.0)


@shows("solver_args", 2.0)
def f(p):
    return optimize.brentq(square_minus, 0.0, 5.0, args=p)


def fall(t, y, k):
    return -k * y


def fall_in_place(t, y, k):
    y *= -k
    return y


@shows("library", np.eye(2))
def f(A):
    return np.sum(linalg.hessenberg(A))


@shows("library", [1.0, 2.0])
def f(x):
    return statistics.mode(x)


@shows("library", V)
def f(x):
    return np.sum(signal.residue(x, x)[0])


@shows("solver_state", 2.0)
def f(k):
    return integrate.solve_ivp(fall, (0.0, 1.0), [1.0 + 0.0j], args=(k,)).y[0, -1].real


@shows("solver_dense", 2.0)
def f(k):
    return integrate.solve_ivp(fall, (0.0, 1.0), [1.0], args=(k,), dense_output=True).sol(0.5)[0]


@shows("solver_part", 2.0)
def f(k):
    solution = integrate.solve_ivp(fall, (0.0, 1.0), [1.0], args=(k,))
    return k * solution.nfev


@shows("solver_steps", 2.0)
def f(k):
    solution = integrate.solve_ivp(fall, (0.0, 1.0), [1.0], args=(k,))
    return np.trapezoid(solution.y[0], solution.t)


@shows("spline_points", V, 1.5)
def f(x, t):
    return interpolate.CubicSpline(x, V)(t)


@shows("grid_options", V, np.array([[1.5]]))
def f(values, places):
    return np.sum(interpolate.interpn((V,), values, places, method="nearest"))


PLANE = interpolate.RectBivariateSpline(np.arange(3.0), np.arange(3.0), np.ones((3, 3)), kx=1, ky=1)


@shows("surface_degree", 1.5)
def f(t):
    return PLANE.ev(t, 0.5)


@shows("spline_degree", 1.5)
def f(t):
    return interpolate.InterpolatedUnivariateSpline(np.arange(4.0), np.ones(4), k=2)(t, 2)


@shows("spline_options", V, 1.5)
def f(y, t):
    return interpolate.CubicSpline(V, y, bc_type=((1, 0.0), (1, 0.0)))(t)


@shows("spline_vector", A, 1.5)
def f(y, t):
    return interpolate.CubicSpline(V, y)(t)[0]


@shows("sparse_operator", 2.0)
def f(y):
    A = sparse.eye_array(3, format="csr")
    return np.sum((A**y) @ np.ones(3))


@shows("sparse_form", sparse.diags_array(V))
def f(matrix):
    return np.sum(matrix @ V)


@shows("solver_whole", 2.0)
def f(k):
    solutions = [integrate.solve_ivp(fall, (0.0, 1.0), [1.0], args=(k,))]
    return solutions[0].y[0, -1]


@shows("factor_whole", np.eye(3))
def f(a):
    c, lower = linalg.cho_factor(a)
    return np.sum(np.log(np.diag(c)))


@shows("solver_second", 2.0)
def f(p):
    whole, error = integrate.dblquad(square_minus, 0.0, p, 0.0, 1.0)
    return whole + error


@shows("solver_writes", 2.0)
def f(k):
    return integrate.solve_ivp(fall_in_place, (0.0, 1.0), [1.0], args=(k,)).y[0, -1]


@shows("solver_option", 2.0)
def f(p):
    return optimize.brentq(square_minus, 0.0, 5.0, args=(p,), full_output=True)[0]


@shows("solver_start", 2.0)
def f(p):
    return np.sum(optimize.newton(square_minus, np.ones(2), args=(p,)))


@shows("inner_gradient", 2.0)
def f(x):
    g = math.sin if x > 1.0 else math.cos
    return grad(g)(x)


@shows("changed_for_pullback", 2.0)
def f(x):
    state = {"x": x}
    value, pull = vjp(lambda s: s["x"] ** 2, state)
    state["x"] = 3.0
    return value * pull(1.0)[0]["x"]


@shows("recursion", 2.0, 3)
def f(x, n):
    def nested(pair, n):
        return nested((pair, 1.0), n - 1) if n > 0 else x

    return nested(x, n)


@shows("deepcopy", V)
def f(xs):
    pair = copy.deepcopy([xs, xs])
    pair[0][0] = 2.0
    return np.sum(pair[0] * pair[1])


@shows("zip_opaque", V)
def f(xs):
    total = 0.0
    for g, b in zip((np.sin, np.cos), reversed(xs)):
        total = total + g(b)
    return total


@shows("sorted_key", 2.0)
def f(x):
    return x if 0.0 < x < sorted([x, 2.0 * x], key=lambda each: -each)[0] else x * x


@shows("inner_writes", 2.0)
def f(x):
    seen = np.zeros(2)

    def square(t):
        seen[0] = 1.0
        return t * t

    return grad(square)(x) * seen[0]


@shows("skipped_derivative", 2.0)
def f(x):
    return x if x > 1.0 > grad(lambda t: t * t)(0.3) else x * x


@shows("optional_argument", 2.0)
def f(x):
    slope = None
    for k in range(3):
        if x * k > 1.0:
            slope = x * k
    return grad(lambda t: t * t if slope is None else slope * t)(x)


@shows("inner_function", 2.0)
def f(x):
    def power(t, n):
        return t * power(t, n - 1) if n > 0 else x

    return grad(power)(x, 3)


@shows("own_gradient", 2.0)
def slope_of_itself(x):
    return grad(slope_of_itself)(x - 1.0) * x if x > 1.0 else x * x


@shows("value_type", 2.0)
def f(x):
    print(x * x)


# ------------------------------------------------------------------------------------------ forward mode
@shows("custom_tangent", 2.0)
def f(x):
    return squared(x) + 1.0


@shows("no_tangent", V)
def f(x):
    return np.sum(reversed_by_c(x))


# ------------------------------------------------------------------------------------------ the page
def refusal(f: Callable, args: tuple) -> NotDifferentiableError | None:
    """What s2sad raises for a program."""
    try:
        if f.key in FORWARD:
            jvp(f, args, args)
        else:
            value_and_gradients_function(f)(*args)
    except NotDifferentiableError as error:
        return error
    return None


def page() -> str:
    """All programs with their messages; lines are counted from the program's first."""
    parts = []
    for key, f, args in PROGRAMS:
        error = refusal(f, args)
        lines, first = inspect.getsourcelines(f)
        text = textwrap.dedent("".join(lines)).partition("\n")[2]  # without the line of the decorator
        shown = "nothing: it is differentiated" if error is None else told_from(str(error), first)
        parts.append(f"=== {key}\n{text}\n{shown}\n")
    return "\n".join(parts)


def told_from(message: str, first: int) -> str:
    """A message with the file's name alone, and lines counted from the program's first."""
    made = []
    for line in message.splitlines():
        if line.startswith('  File "'):
            name, _, rest = line.removeprefix('  File "').partition('", line ')
            number, _, where = rest.partition(", in ")
            line = f'  File "{Path(name).name}", line {int(number) - first}, in {where}'
        made.append(line)
    return "\n".join(made)


if __name__ == "__main__":
    if not PAGE.is_file() or PAGE.read_text() != page():
        PAGE.write_text(page())
        print(f"wrote {PAGE.name}")
