"""Where f may live: files, aliases, executed text, prompts, lambdas, decorators, classes, functions with rules."""

import functools
import importlib.util
import linecache
import math
import operator
import textwrap

import numpy
import numpy as jnp
import numpy as np
import pytest
from numpy import cos, exp, sin
from numpy import sum as total_of

from . import helpers
from .checker import REFERENCE_ONLY, Cases, array, check_case

case = Cases()


@case(array(3))
def numpy_by_its_own_name(v):
    return numpy.sum(numpy.sin(v) * numpy.ones(3))


@case(array(3))
def numpy_by_another_alias(v):
    return jnp.sum(jnp.cos(v) ** 2) + jnp.dot(v, v)


@case(array(3))
def names_from_numpy(v):
    return total_of(sin(v) * cos(v)) + exp(v[0])


@case(0.7)
def both_sines(x):
    return math.sin(x) * np.sin(x) + sin(x)


def tripled(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return 3.0 * function(*args, **kwargs)

    return wrapper


def with_rate(rate):
    def decorate(function):
        def wrapper(x):
            return function(x * rate) + rate

        return wrapper

    return decorate


def unchanged(function):
    function.note = "seen"
    return function


@tripled
def decorated(x, y=2.0):
    return x * x * y


@with_rate(0.5)
@tripled
def decorated_twice(x):
    return math.sin(x)


@unchanged
@case(0.7, 1.3)
# a comment between decorators
@unchanged
def decorated_by_registration(x, y):
    return x * y * y


case(1.3)(decorated)
case(1.3, 0.4)(decorated)
case(1.3)(decorated_twice)


@case(1.3)
def multi_line_signature(
    x,  # the place
    scale=2.0,
    *,
    shift: "float" = 0.5,
) -> float:
    return (x - shift) * scale * x


@case(1.3, 0.4)
def ünïcode_names(λ, μ):
    é = λ * μ
    return é * λ  # ü


# fmt: off
@case(1.3)
def   odd_layout ( x ):
  y = x*x ; z=(
 y
     *x )
  if z > 0 : return z+y
  else     : return y


# fmt: on
class Model:
    """Methods, whose text is indented."""

    gain = 2.0

    def __init__(self, w):
        self.w = w

    def loss(self, x):
        return np.sum((self.w * x) ** 2) * self.gain

    @staticmethod
    def penalty(w, rate=0.5):
        """A text with a line
        at another indentation."""
        return rate * np.sum(w * w)

    @classmethod
    def scaled(cls, w):
        return cls.gain * np.sum(w)

    def __call__(self, x):
        return self.loss(x) + self.penalty(self.w)


case(array(2))(Model(array(2)).loss)
case(array(2))(Model.penalty)
case(array(2))(Model.scaled)
case(Model(array(2)), array(2))(Model.loss)
case(array(2))(Model(array(2)).__call__)


def make_closure(power, w):
    def inner(x):
        y = x * w
        return y**power

    return inner


case(1.3)(make_closure(2, 0.5))
case(1.3)(make_closure(3, 1.5))

square, cube = lambda x: x * x, lambda x: x * x * x
twins = [lambda x: x * 2.0, lambda x: x * 3.0, lambda x, y=2.0: x * y, lambda x: x * 2.0]
chosen = {"a": lambda x: x + 1.0, "b": (lambda x: x - 1.0)}["b"]  # fmt: skip
spread_out = lambda x, y: (
    x * y
    + math.sin(
        x
    )
)  # fmt: skip
curried = (lambda k: lambda x: k * x)(3.0)
argument = (lambda f: f)(lambda x: x / 2.0)

for function in [square, cube, *twins, chosen, argument]:
    case(1.3)(function)
case(1.3, 0.4)(spread_out)
case(1.3)(curried)


@pytest.mark.parametrize("each", case, ids=str)
def test_place(each):
    each.check()


TEXT = """
import math
import numpy as np

RATE = 0.5

def helper(t):
    return t * t * RATE

def f(x, v):
    y = helper(x) + math.sin(x)
    return y * np.sum(v * v)
"""


def test_executed_text_with_source():
    space = {}
    exec(TEXT, space)
    check_case(space["f"], (1.3, array(3)), options={"source": TEXT})


def test_source_of_one_function():
    space = {"np": np}
    text = "def f(x):\n    return np.sum(x * x)\n"
    exec(text, space)
    check_case(space["f"], (array(3),), options={"source": text})


def test_lambda_with_source():
    text = "lambda x, y: x * y * y"
    check_case(eval(text), (1.3, 0.4), options={"source": text})


def test_executed_text_without_source_is_refused():
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function
    from s2sad.errors import SourceError

    space = {"np": np}
    exec("def f(x):\n    return x * x\n", space)
    with pytest.raises(SourceError, match="source"):
        value_and_gradients_function(space["f"])(2.0)


def test_cell_of_a_notebook():
    for name in ["<ipython-input-1-abc>", "<python-input-7>"]:
        linecache.cache[name] = (len(TEXT), None, TEXT.splitlines(keepends=True), name)
        space = {}
        exec(compile(TEXT, name, "exec"), space)
        check_case(space["f"], (1.3, array(3)))


def load(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_module_from_a_file(tmp_path):
    path = tmp_path / "model_of_mine.py"
    path.write_text(TEXT)
    check_case(load(path, "model_of_mine").f, (1.3, array(3)))


def test_tabs_and_windows_line_ends(tmp_path):
    path = tmp_path / "windows.py"
    path.write_bytes(b"def f(x):\r\n\tif x > 0.0:\r\n\t\ty = x * x\r\n\telse:\r\n\t\ty = x\r\n\treturn y * x\r\n")
    check_case(load(path, "windows").f, (1.3,))


def test_no_line_end_at_the_end(tmp_path):
    path = tmp_path / "unended.py"
    path.write_text("def f(x):\n    return x * x")
    check_case(load(path, "unended").f, (1.3,))


def test_file_edited_after_import_is_refused(tmp_path):
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function
    from s2sad.errors import SourceError

    path = tmp_path / "edited.py"
    path.write_text("def f(x):\n    return x * x\n")
    module = load(path, "edited")
    path.write_text("def f(x):\n    return x * x * x * 12345.0\n")
    linecache.checkcache(str(path))
    with pytest.raises(SourceError):
        value_and_gradients_function(module.f)(2.0)


def test_same_name_defined_twice(tmp_path):
    path = tmp_path / "twice.py"
    text = """
        def f(x):
            return x * x
        first = f
        def f(x):
            return x * x * x
        if True:
            def f(x, y=1.5):
                return x * y
    """
    path.write_text(textwrap.dedent(text))
    module = load(path, "twice")
    check_case(module.first, (1.3,))
    check_case(module.f, (1.3,))


@pytest.mark.parametrize("f", [np.sin, np.exp, math.sin, math.log, abs, np.sum, np.sqrt, helpers.cube])
def test_function_with_a_rule(f):
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function

    value, gradients = value_and_gradients_function(f, params=[0])(0.7)
    assert value == f(0.7)
    assert gradients[0] == pytest.approx((f(0.7 + 1e-5) - f(0.7 - 1e-5)) / 2e-5, rel=1e-8)


@pytest.mark.parametrize("f", [np.multiply, np.dot, np.arctan2, math.atan2, operator.mul, math.pow])
def test_function_of_two_with_a_rule(f):
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function

    value, gradients = value_and_gradients_function(f, params=[0, 1])(0.7, 1.2)
    assert value == f(0.7, 1.2)
    by_x = (f(0.7 + 1e-5, 1.2) - f(0.7 - 1e-5, 1.2)) / 2e-5
    by_y = (f(0.7, 1.2 + 1e-5) - f(0.7, 1.2 - 1e-5)) / 2e-5
    assert gradients == pytest.approx((by_x, by_y), rel=1e-8)


def test_partial_object():
    f = functools.partial(helpers.scaled, by=3.0)
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function

    value, (t_grad,) = value_and_gradients_function(f, params=["t"])(2.0)
    assert (value, t_grad) == (6.0, 3.0)
    value, (by_grad,) = value_and_gradients_function(functools.partial(helpers.scaled, 2.0), params=["by"])(by=4.0)
    assert (value, by_grad) == (8.0, 2.0)


def test_many_lambdas_on_a_line_have_their_own_gradients():
    if REFERENCE_ONLY:
        return
    from s2sad import value_and_gradients_function

    a, b, c = lambda x: x * 5.0, lambda x: x * 6.0, lambda x: (lambda t: t * 7.0)(x)  # fmt: skip
    assert [value_and_gradients_function(f)(2.0) for f in (a, b, c)] == [(10.0, (5.0,)), (12.0, (6.0,)), (14.0, (7.0,))]
