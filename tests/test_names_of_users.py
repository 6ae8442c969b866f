"""The forward part of a generated program reads like f: the user's variables keep their names, numbers among them."""

import math
import runpy

import numpy as np
import pytest

from s2sad import check_gradients, grad_of, hessian, jvp, value_and_gradients_function, value_and_tangent_function
from s2sad.cli import main


def grown(x):
    for _ in range(3):
        x = math.exp(0.5 * x)
    return x


def watched(x):
    for _ in range(2):
        x = math.exp(0.5 * x)
        for x_grad in grad_of(x):
            x_grad = min(x_grad, 2.0)
    return x


def in_two_steps(x):
    for _ in range(3):
        x = math.sqrt(0.5 * x)
        x = math.exp(-0.5 * x)
    return x


def both(x, v):
    for _ in range(3):
        v = math.exp(-v)
        x = math.sqrt(x * v)
    return x, v


def newton(a):
    x, x_old = a, 0.0
    while abs(x - x_old) > 1e-9:
        x_old = x
        x = 0.5 * (x + a / x)
    return x


def landing(v, drag):
    x, z = 0.0, 1.0
    x_old = z_old = 0.0
    while z > 0.0:
        x_old, z_old = x, z
        x, z = x + 0.1 * v, z - 0.1 * drag * v * z - 0.05
    return x_old + z_old / (z_old - z) * (x - x_old)


def momentum(w):
    step = np.zeros_like(w)
    before = w
    for _ in range(3):
        before = w
        step = 0.9 * step - 0.1 * np.sin(w)
        w = w + step
    return np.sum(w * before)


def stopped(x):
    old = 0.0
    for _ in range(5):
        if x > 3.0:
            break
        old = x
        x = x * 1.5 + 0.2
    return x * old


def read_again(x):
    old = x
    for _ in range(3):
        x = x * old
        old = x
        x = x + 1.0
    return x * old


OLD = [(newton, (2.0,)), (landing, (1.3, 0.2)), (momentum, (np.ones(3),)), (stopped, (0.7,)), (read_again, (0.7,))]


@pytest.mark.parametrize("f, args", OLD, ids=[f.__name__ for f, _ in OLD])
def test_the_value_of_the_iteration_before(f, args):
    text = value_and_gradients_function(f).source(*args)
    forward = text.partition("\n\n")[0].rpartition("_grad")[0] or text.partition("_grad = ")[0]
    if f in (newton, landing, momentum):
        assert "2 = " not in forward, text
    assert value_and_gradients_function(f)(*args)[0] == f(*args)
    check_gradients(f, *args)


@pytest.mark.parametrize("f", [grown, watched, in_two_steps, both], ids=lambda f: f.__name__)
def test_what_a_loop_saves_of_a_variable_needs_no_second_name(f):
    args = (0.7, 0.4)[: f.__code__.co_argcount]
    text = value_and_gradients_function(f).source(*args)
    assert "x2" not in text and "v2" not in text, text
    if f is not watched:
        check_gradients(f, *args)


def spring(x):
    stiffness = 2.5
    n, h = 3, 0.1
    v = 0.0
    for _ in range(n):
        v = v - h * stiffness * x
        x = x + h * v
    return x


def in_a_branch(x):
    power = 3
    if x > 0.0:
        scale = 2.0
        y = scale * x**power
    else:
        y = x
    return y


def used_twice(x):
    def root(u):
        small = 1e-3
        return np.sqrt(u * u + small)

    return root(x) * root(2.0 * x)


def two_values(x):
    k = 2.0
    y = k * np.sin(x)
    k = 3.0
    return y**k


def a_number_first(x):
    total = 1.0
    for _ in range(3):
        total = total * x
    return total


def taken(x):
    t1 = 2.0
    return x * x * t1 * np.sin(x * x)


LINES = [
    (spring, ["stiffness = 2.5", "n = 3", "h = 0.1", "for _ in range(n):", "v = v - h * stiffness * x"]),
    (in_a_branch, ["    power = 3", "        scale = 2.0", "y = scale * x**power"]),
    (used_twice, ["small = 0.001", "np.sqrt(x * x + small)"]),
    (two_values, ["y = 2.0 * np.sin(x)", "value = y**3.0"]),
    (a_number_first, ["total = 1.0"]),
    (taken, ["t1 = x * x * 2.0"]),
]


@pytest.mark.parametrize("f, lines", LINES, ids=lambda each: getattr(each, "__name__", ""))
def test_numbers_are_read_by_their_names(f, lines):
    text = value_and_gradients_function(f).source(0.6)
    for line in lines:
        assert line in text, text
    check_gradients(f, 0.6)
    step = 1e-5
    slopes = [value_and_gradients_function(f)(0.6 + d)[1][0] for d in (-step, step)]
    np.testing.assert_allclose(hessian(f)(0.6), (slopes[1] - slopes[0]) / (2 * step), rtol=1e-7)
    assert lines[0] in value_and_tangent_function(f).source(0.6)
    np.testing.assert_allclose(jvp(f, (0.6,), (1.0,))[1], value_and_gradients_function(f)(0.6)[1][0])


def test_a_name_that_is_used_for_something_else_is_not_given():
    scale = 3.0

    def outer(x):
        return scale * x

    def f(x):
        def g(u):
            scale = 2.0
            return scale * u

        return outer(x) * g(x)

    value, (x_grad,) = value_and_gradients_function(f)(0.5)
    assert (value, x_grad) == (1.5, 6.0)


def test_numba_gets_the_numbers(capsys, tmp_path, monkeypatch):
    (tmp_path / "named.py").write_text(
        "def f(x):\n    n, h = 3, 0.1\n    for _ in range(n):\n        x = x + h * x * x\n    return x\n"
    )
    monkeypatch.chdir(tmp_path)
    for stage, line in ("text", "for _ in range(n):"), ("numba", "for _ in range(3):"):
        assert main(["dump", "named.py:f", "--like", "x=float", "--target", "numba", "--stage", stage]) == 0
        shown = capsys.readouterr().out
        assert line in shown and ("h = 0.1" in shown) == (stage == "text"), shown


def test_a_variable_with_the_name_of_a_module_that_is_used_for_it():
    def f(x):
        t1 = None
        a = [[0.5, t1 is not None]]
        a[0] = [x * sum((sum(q) for q in a)), a[0][0]]
        copy = 0
        while copy < 4:
            copy += 1
        return a[0][0] * a[0][1]

    check_gradients(f, 0.7).raise_if_wrong()


@pytest.mark.parametrize(
    "name", ["steps", "times", "split", "without", "join", "broadcast", "slice", "unknown", "axis"]
)
def test_parameters_called_as_lengths_are_called_inside(name, tmp_path):
    path = tmp_path / "named.py"
    path.write_text(
        f"import numpy as np\ndef f({name}, y):\n    z = {name} * y\n"
        f"    return np.sum(z[1:] * {name}[:-1]) + np.mean(np.tanh({name} @ y) * y)\n"
    )
    namespace = runpy.run_path(str(path))
    check_gradients(namespace["f"], np.arange(3.0), np.ones(3)).raise_if_wrong()
