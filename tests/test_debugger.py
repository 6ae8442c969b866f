"""Generated programs in the hands of Python's own tools: tracebacks, warnings, pdb, inspect, linecache."""

import gc
import inspect
import linecache
import subprocess
import sys
import threading
import traceback
import warnings

import numpy as np
import pytest

from s2sad import (
    differentiable,
    grad,
    gradients_function,
    hessian,
    hvp,
    jacobian,
    jvp,
    make_vjp,
    value_and_grad,
    value_and_gradients_function,
    value_and_tangent_function,
    vjp,
)


def quotient(x, y):
    z = x * y
    return np.log(z) / y


def lines_of(val_grads, *args):
    """The generated lines of the main function, by their numbers in the text."""
    return dict(enumerate(val_grads.source(*args).splitlines(), 1))


def test_a_traceback_shows_the_generated_line():
    val_grads = value_and_gradients_function(quotient)
    with np.errstate(all="ignore"), pytest.raises(ZeroDivisionError) as caught:
        val_grads(1.0, 0.0)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.name == "quotient_value_and_gradients" and last.filename.startswith(
        "<s2sad quotient_value_and_gradients "
    )
    assert last.line == lines_of(val_grads, 1.0, 0.0)[last.lineno].strip() and "/ y" in last.line
    linecache.checkcache()
    assert last.line in "".join(traceback.format_exception(caught.value))


def test_a_traceback_through_helpers_and_pairs_shows_their_lines():
    def power(x, n):
        if n == 0:
            return 1.0 / x
        return x * power(x, n - 1)

    def f(x):
        return power(x, 2)

    val_grads = value_and_gradients_function(f)
    val_grads(1.0)
    with pytest.raises(ZeroDivisionError) as caught:
        val_grads(0.0)
    frames = traceback.extract_tb(caught.value.__traceback__)
    inner = [frame for frame in frames if frame.filename.startswith("<s2sad ")]
    assert [frame.name for frame in inner] == ["f_value_and_gradients"] + 3 * ["power_forward"]
    assert [frame.line for frame in inner] == [lines_of(val_grads, 0.0)[frame.lineno].strip() for frame in inner]


def test_a_warning_points_to_the_generated_line():
    val_grads = value_and_gradients_function(quotient)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        val_grads(np.array([1.0]), np.array([0.0]))
    lines = lines_of(val_grads, np.ones(1), np.ones(1))
    assert caught and all(each.filename.startswith("<s2sad quotient_value_and_gradients ") for each in caught)
    assert any("np.log(z) / y" in lines[each.lineno] for each in caught)
    shown = warnings.formatwarning(caught[0].message, RuntimeWarning, caught[0].filename, caught[0].lineno)
    assert lines[caught[0].lineno].strip() in shown


def test_inspect_knows_the_source():
    val_grads = value_and_gradients_function(quotient)
    function = val_grads.compiled(1.0, 2.0)
    text = val_grads.source(1.0, 2.0)
    linecache.checkcache()
    start = text.index("def quotient_value_and_gradients")
    assert inspect.getsource(function) == text[start:]
    assert inspect.getsourcelines(function)[1] == text[:start].count("\n") + 1
    assert inspect.getdoc(function).startswith("The value of quotient and its gradients")
    assert str(inspect.signature(function)) == "(x, y, dy=1.0)"


def test_inspect_knows_the_source_of_what_every_mode_makes():
    made = value_and_grad(quotient).compiled(1.0, 2.0)
    assert made(1.0, 2.0) == value_and_grad(quotient)(1.0, 2.0)
    assert inspect.getsource(made).startswith("def quotient_value_and_gradients(")
    assert str(inspect.signature(made)) == "(x, y, dy=1.0)"
    tangents = value_and_tangent_function(quotient).compiled(1.0, 2.0)
    assert inspect.getsource(tangents).startswith("def quotient_value_and_tangent(")
    for function in grad(quotient), gradients_function(quotient):
        assert inspect.getsource(function.compiled(1.0, 2.0)).startswith("def quotient_gradients(")
    assert inspect.getsource(grad(grad(quotient)).compiled(1.0, 2.0)).startswith("def quotient_gradients_gradients(")


def inverse(x, y):
    z = x * y
    return z * (1.0 / (x - 2.0))


MODES = {
    "value_and_gradients": lambda f: value_and_gradients_function(f)(2.0, 1.0),
    "gradients": lambda f: gradients_function(f)(2.0, 1.0),
    "grad": lambda f: grad(f)(2.0, 1.0),
    "value_and_grad": lambda f: value_and_grad(f)(2.0, 1.0),
    "vjp": lambda f: vjp(f, 2.0, 1.0)[1](1.0),
    "make_vjp": lambda f: make_vjp(f)(2.0, 1.0),
    "jvp": lambda f: jvp(f, (2.0, 1.0), (1.0, 0.0)),
    "jacobian": lambda f: jacobian(f)(2.0, 1.0),
    "hessian": lambda f: hessian(f)(2.0, 1.0),
    "hvp": lambda f: hvp(f, (2.0, 1.0), (1.0, 0.0)),
    "second": lambda f: grad(grad(f))(2.0, 1.0),
    "third": lambda f: grad(grad(grad(f)))(2.0, 1.0),
    "decorated": lambda f: differentiable(f).gradients(2.0, 1.0),
    "inner": lambda f: grad(lambda x: grad(f)(x, x) * 2.0)(2.0),
}


@pytest.mark.parametrize("mode", MODES)
def test_a_traceback_shows_the_generated_line_in_every_mode(mode):
    with pytest.raises(ZeroDivisionError) as caught:
        MODES[mode](inverse)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert last.filename.startswith("<s2sad ") and "1.0 / " in last.line


def test_each_program_has_a_file_name_of_its_own():
    val_grads = value_and_gradients_function(quotient)
    one, two = np.ones(1), np.ones((1, 1))
    functions = [val_grads.compiled(*args) for args in ((1.0, 2.0), (one, one), (two, two), (one, 2.0))]
    functions += [value_and_gradients_function(make(k)).compiled(1.0) for k in range(3)]  # the same text each time
    names = [each.__code__.co_filename for each in functions]
    assert len(set(names)) == len(names)
    for each in functions:
        assert inspect.getsource(each).startswith(f"def {each.__name__}(")


def make(k):
    def f(x):
        return k * x

    return f


def test_names_are_distinct_when_many_threads_make_programs():
    found, start = [], threading.Barrier(8)

    def work():
        start.wait()
        for rank in range(1, 6):
            function = value_and_gradients_function(make(rank)).compiled(np.ones((1,) * rank))
            found.append((function.__code__.co_filename, function))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40 and len({name for name, _ in found}) == 40
    assert all(name in linecache.cache for name, _ in found)


def test_the_lines_go_when_the_program_goes():
    f = make(2.0)
    val_grads = value_and_gradients_function(f)
    names = [val_grads.compiled(*args).__code__.co_filename for args in ((1.0,), (np.ones(2),), (np.ones((2, 2)),))]
    assert all(name in linecache.cache for name in names)
    val_grads.cache_clear()
    gc.collect()
    name = val_grads.compiled(1.0).__code__.co_filename  # when another one comes
    assert not any(each in linecache.cache for each in names if each != name)
    del val_grads, f
    gc.collect()
    value_and_gradients_function(make(3.0)).compiled(np.ones(2))
    assert name not in linecache.cache


SCRIPT = """
import pdb
from s2sad import value_and_gradients_function

def f(x, y):
    z = x * y
    return z * z

val_grads = value_and_gradients_function(f)
function = val_grads.compiled(2.0, 3.0)
pdb.set_trace()
value = function(2.0, 3.0)
print("got", value)
"""
COMMANDS = [
    "step",
    "next",
    "next",
    "p z",
    "list",
    "tbreak 12",
    "continue",
    "p z_grad",
    "where",
    "return",
    "p value",
    "c",
]


def test_pdb_steps_through_the_generated_lines(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    commands = [*(["next"] if sys.version_info >= (3, 13) else []), *COMMANDS]  # from 3.13 on it stops a line earlier
    command = [sys.executable, "-W", "error", str(tmp_path / "script.py")]
    script = "\n".join(commands) + "\n"
    found = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, ""), found.stdout
    assert "got (36.0, (36.0, 24.0))" in found.stdout
    answers = found.stdout.split("(Pdb) ")[-len(COMMANDS) - 1 :][1:]
    shown = dict(zip(COMMANDS, answers))
    assert "-> def f_value_and_gradients(x, y, dy=1.0):" in shown["step"]
    assert "-> value = z * z" in shown["next"]  # the second of them
    assert shown["p z"] == "6.0\n"
    assert "  6  \t    z = x * y\n  7  ->\t    value = z * z\n" in shown["list"]
    assert "-> x_grad = z_grad * y" in shown["continue"]
    assert shown["p z_grad"] == "12.0\n"
    assert "f_value_and_gradients()\n-> x_grad = z_grad * y" in shown["where"]
    assert "--Return--" in shown["return"] and "-> return value, (x_grad, y_grad)" in shown["return"]
    assert shown["p value"] == "36.0\n"
