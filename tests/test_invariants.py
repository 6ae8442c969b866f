"""What always holds (the design's section 2), each with a test of its own that goes through the public interface.

Much more of the same is in tests/language (test_hygiene, test_live_world), test_standing_alone and test_cache; here each
promise stands alone, with the programs that are most likely to break it.
"""

import builtins
import copy
import dataclasses
import math
import pickle

import numpy as np
import pytest

from s2sad import (
    NotDifferentiableError,
    grad,
    gradients_function,
    make_vjp,
    value_and_gradients_function,
    value_and_tangent_function,
)
from tests import memory_growth

RNG = np.random.default_rng(7)


@dataclasses.dataclass
class Layer:
    w: np.ndarray
    b: float


# ------------------------------------------------------------------------------------------------ the value
def chain(x):
    return math.sin(x * 1e8) / (x - 1.1) ** 3 + (x + 1e16 - 1e16) * x**0.1


def written(a, x):
    for i in range(len(a)):
        a[i] = a[i] * x + np.sum(a) / 3.0
    a[::2] -= a[1::2].mean()
    return np.sum(a * a) / np.sum(a), a


def reductions(a, x):
    return (
        np.sum(a) * x,
        np.mean(a, axis=0),
        np.var(a),
        np.sum(a, axis=1),
        (a @ a.T).sum(),
        np.cumsum(a)[-1],
        np.prod(a),
    )


def containers(layer, x):
    out = {"y": np.tanh(layer.w @ x + layer.b), "list": [layer.b / 3.0, layer.b // 0.3]}
    return Layer(out["y"] * 2.0, out["list"][0]), out, (np.exp(out["y"] * 300.0), None, "text", 3)


def everywhere(a, x):
    b = a / (a - a[0])  # NaN and infinity
    return np.where(b > 0.0, np.log(b), x), np.nansum(b[1:] * x), np.max(b), 1.0 / x


def halves(a, x):
    total = x * 0.0
    while total < 3.0:
        total += x / 7.0
        if total > 2.5:
            return total * a
    return total


def views_that_are_written(a, x):
    u, total = np.transpose(a * x), 0.0
    for k in range(len(u)):
        total += u[k] @ a[k] + np.sum(u[:, :3])
        u[k] *= x
        u[:, :3] /= 3.0
    return total


A = RNG.normal(size=(6, 6))
VALUES = [
    (chain, (1.2345678901234567,)),
    (chain, (np.float64(-0.1) ** 2,)),
    *[
        (f, (each, 0.1))
        for f in (written, reductions, everywhere, halves)
        for each in (A, np.asfortranarray(A), A[:, ::-1], A.astype(np.float32), A + 1j * A.T)
        if not (f is everywhere and each.dtype.kind == "c")
    ],
    *[(views_that_are_written, (RNG.normal(size=(40, 40)), 0.3 + 0.1 * k)) for k in range(5)],
    (containers, (Layer(A, 0.7), A[0])),
    (containers, (Layer(np.asfortranarray(A), np.float32(0.7)), A[:, 0])),
]


def same(a, b):
    """The same to the last bit, and of the same types."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        a, b = list(a.values()), list(b.values())
    elif dataclasses.is_dataclass(a):
        a, b = list(vars(a).values()), list(vars(b).values())
    if isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            same(x, y)
    elif isinstance(a, (np.ndarray, np.generic)):
        assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    else:
        assert repr(a) == repr(b)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("f, args", VALUES)
def test_the_value_is_that_of_f_to_the_last_bit(f, args):
    expected = f(*(copy.deepcopy(args) if f is written else args))  # a copy may lie otherwise in memory
    same(value_and_gradients_function(f)(*args)[0], expected)
    if not any(isinstance(each, np.ndarray) and each.dtype.kind == "c" for each in args):
        params = ["x"] if len(args) > 1 else None
        tangents = (np.ones_like(args[-1]) if isinstance(args[-1], np.ndarray) else 1.0,)
        same(value_and_tangent_function(f, params=params)(*args, tangents=tangents)[0], expected)


LOG = []


def log(*what):
    LOG.append(what)


def effects(x, stream):
    log("begins", float(x > 0.0))
    for k in range(3):
        x = x * next(stream)
        print("step", k)
    log("ends")
    return x


def test_side_effects_happen_once(capsys):
    taken = []

    def stream():
        for k in range(1, 10):
            taken.append(k)
            yield float(k)

    for call in (
        lambda: value_and_gradients_function(effects, params=["x"])(2.0, stream()),
        lambda: value_and_gradients_function(effects, params=["x"])(2.0, stream(), dy=3.0),
        lambda: value_and_tangent_function(effects, params=["x"])(2.0, stream(), tangents=(1.0,)),
    ):
        LOG.clear()
        taken.clear()
        assert call()[0] == 12.0
        assert LOG == [("begins", 1.0), ("ends",)] and taken == [1, 2, 3]
        assert capsys.readouterr().out == "step 0\nstep 1\nstep 2\n"


# ------------------------------------------------------------------------------------------------ the arguments
class Stop(Exception):
    pass


def spoils(a, items, table, layer, x):
    a[0] = x
    a *= 2.0
    items.append(x)
    items[0] = items[1] * x
    table["new"] = x
    table["old"] += 1.0
    layer.w[...] = a[0] * layer.w
    layer.b = x
    if x > 1.0:
        raise Stop
    a.sort()
    items.clear()
    return np.sum(a) * x + layer.b + table["new"] * np.sum(layer.w)


@pytest.mark.parametrize("x", [0.5, 2.0])
@pytest.mark.parametrize("mode", ["reverse", "forward", "vjp", "second"])
def test_the_callers_arguments_are_not_modified_also_where_f_fails_half_way(x, mode):
    args = (np.array([3.0, 1.0, 2.0]), [1.0, 2.0], {"old": 1.0}, Layer(np.ones((2, 2)), 3.0), x)
    before = copy.deepcopy(args)
    call = {
        "reverse": lambda: value_and_gradients_function(spoils)(*args),
        "forward": lambda: value_and_tangent_function(spoils, params=["x"])(*args, tangents=(1.0,)),
        "vjp": lambda: make_vjp(spoils, params=["x"])(*args)[1](1.0),
        "second": lambda: grad(grad(spoils, params="x"), params="x")(*args),
    }[mode]
    if x > 1.0:
        with pytest.raises(Stop):
            call()
    else:
        call()
    same(args, before)


def test_dy_is_not_modified():
    dy = np.array([1.0, 2.0, 3.0])

    def f(x):
        y = x * x
        y[0] = 0.0
        return y

    gradient = value_and_gradients_function(f)(np.ones(3), dy=dy)[1][0]
    assert dy.tolist() == [1.0, 2.0, 3.0] and gradient.tolist() == [0.0, 4.0, 6.0]
    gradient[:] = 7.0
    assert dy.tolist() == [1.0, 2.0, 3.0]


# ------------------------------------------------------------------------------------------------ the text
def helper(t):
    return np.sum(t * t) if t[0] > 0.0 else np.prod(t)


def program(a, x):
    for k in range(3):
        a[k] = helper(a) * x + np.logaddexp(a[k], x)
    return np.sum(a[np.array([0, 0, 1])] * a, axis=0)


def test_the_text_stands_alone():
    """It runs where s2sad can't be imported, and nothing of its module is there."""
    val_grads = value_and_gradients_function(program)
    expected = val_grads(np.ones(3), 0.3)
    text = val_grads.source(np.ones(3), 0.3)

    def importing(name, *rest):
        assert name.partition(".")[0] in ("numpy", "math"), name
        return builtins.__import__(name, *rest)

    space = {"__builtins__": {**vars(builtins), "__import__": importing}, "__name__": "alone"}
    exec(text, space)
    same(space["program_value_and_gradients"](np.ones(3), 0.3), expected)


def f_of(x, y):
    return np.exp(x * y) * np.sin(x)


def test_the_output_is_differentiated_again_to_third_order():
    x, y = 0.7, 1.3
    # d^3/dx^3 of exp(x y) sin(x) is the imaginary part of (y + i)^3 exp(x (y + i)).
    expected = ((y + 1j) ** 3 * np.exp(x * (y + 1j))).imag
    assert math.isclose(grad(grad(grad(f_of)))(x, y), expected, rel_tol=1e-12)

    # The same from texts: each is the input of the next, in a module of its own.
    function, text, name = f_of, None, "f_of"
    for _ in range(3):
        made = value_and_gradients_function(function, params=["x"], source=text)
        text = made.source(x, y) + f"\n\ndef f_of(x, y):\n    return {name}_value_and_gradients(x, y)[1][0]\n"
        name = "f_of"
        space = {}
        exec(text, space)
        function = space["f_of"]
        last = function(x, y)
    assert math.isclose(last, expected, rel_tol=1e-12)


def loops_and_writes(a):
    for k in range(1, 4):
        a[k] = a[k] * a[k - 1]
    return np.sum(a**2)


def slope_along(a, e):
    return np.sum(grad(loops_and_writes)(a) * e)


def curvature_along(a, e):
    return np.sum(grad(slope_along, params="a")(a, e) * e)


def test_third_order_through_loops_and_writes():
    a = np.array([0.5, 1.5, 0.7, 1.1])
    third = sum(grad(curvature_along, params="a")(a, e) for e in np.eye(4))

    def trace(v):
        """Of the Hessian of q0 (1 + q1 (1 + q2 (1 + q3))), where q is v ** 2."""
        q0, q1, q2, q3 = v**2
        return 2 * (1 + q1 * (1 + q2 * (1 + q3))) + 2 * q0 * ((1 + q2 * (1 + q3)) + q1 * (1 + q3) + q1 * q2)

    expected = [np.imag(trace(a + 1e-30j * e)) / 1e-30 for e in np.eye(4)]
    np.testing.assert_allclose(third, expected, rtol=1e-12)


# ------------------------------------------------------------------------------------------------ names and the world
HYGIENE = """
import math as value
import numpy as t1
dy = 2.0
x_grad = 3.0
t2 = lambda np: np * dy

def unbroadcast(np, like):
    return np * like

def f(np, x, sum=1.0):
    a_grad = unbroadcast(np, x_grad) + t2(x)
    t3 = [a_grad * dy for dy in (1.0, 2.0)]
    for len in range(2):
        a_grad += t3[len] * value.sin(x)
    return t1.sum(a_grad * np) * sum
"""


def test_no_name_is_captured_or_shadowed():
    space = {}
    exec(HYGIENE, space)
    before = dict(space)
    args = (np.array([1.0, 2.0]), 0.5, 3.0)
    made = value_and_gradients_function(space["f"], source=HYGIENE)
    value, gradients = made(*args)
    assert value == space["f"](*args) and {**space} == before
    step = 1e-30j

    def complexly(v, x, s):
        a = v * 3.0 + x * 2.0
        t3 = [a * 1.0, a * 2.0]
        for k in range(2):
            a = a + t3[k] * np.sin(x)
        return np.sum(a * v) * s

    v, x, s = args
    np.testing.assert_allclose(
        gradients[0], [complexly(v + step * e, x, s).imag / 1e-30 for e in np.eye(2)], rtol=1e-14
    )
    np.testing.assert_allclose(gradients[1], complexly(v, x + step, s).imag / 1e-30, rtol=1e-14)
    np.testing.assert_allclose(gradients[2], complexly(v, x, s + step).imag / 1e-30, rtol=1e-14)


WORLD = """
scale = 2.0
def inner(x):
    return x * scale
def outer(x):
    return inner(x) * x
"""


def test_globals_are_live_and_helpers_can_be_redefined():
    space = {}
    exec(WORLD, space)
    val_grads = value_and_gradients_function(space["outer"], source=WORLD)
    second = grad(grad(space["outer"]))
    assert val_grads(3.0) == (18.0, (12.0,))
    space["scale"] = 5.0
    assert val_grads(3.0) == (45.0, (30.0,)) and second(3.0) == 10.0
    exec("def inner(x):\n    return scale / x * x * x\n", space)
    with pytest.raises(Exception, match="source"):  # nobody keeps the text of what exec ran: said, not guessed
        val_grads(3.0)
    space["inner"] = twice_as_much
    assert val_grads(3.0) == (18.0, (12.0,)) and second(3.0) == 4.0
    space["inner"] = np.square
    assert val_grads(3.0) == (27.0, (27.0,)) and second(3.0) == 18.0


def twice_as_much(x):
    return 2.0 * x


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_results_and_functions_can_be_pickled(protocol):
    val_grads = value_and_gradients_function(containers)
    args = (Layer(A, 0.7), A[0])
    dy = (Layer(A[1], 1.0), {"y": A[2], "list": [1.0, 0.0]}, (A[3] * 0.0, None, None, None))
    result = val_grads(*args, dy=dy)
    same(pickle.loads(pickle.dumps(result, protocol)), result)
    again = pickle.loads(pickle.dumps(val_grads, protocol))
    same(again(*args, dy=dy), result)
    for made in (grad(f_of), gradients_function(f_of, params=["y"]), value_and_tangent_function(f_of)):
        assert repr(pickle.loads(pickle.dumps(made, protocol))) == repr(made)


# ------------------------------------------------------------------------------------------------ memory
@pytest.mark.long
def test_memory_does_not_grow():
    """The full count by hand: python -m tests.memory_growth

    What is lost is lost each time; a cache that fills meanwhile, of another test's, fills once."""
    assert any(memory_growth.of_calls(1000) < 0.2 for _ in range(3))
    assert any(memory_growth.of_transformations(32) < 20.0 for _ in range(3))


def test_what_can_not_be_exact_is_refused():
    def f(x, y):
        z = y
        z[0] = x  # y is given as an object that s2sad can't look into
        return y[0]

    with pytest.raises(NotDifferentiableError):
        value_and_gradients_function(f)(2.0, memoryview(bytearray(8)))
