"""Generated programs run without s2sad, wherever f and what it uses come from; and what they need is said.

That every case of the language, exemplar and random program stands alone is checked where these are (tests/alone.py).
"""

import importlib
import importlib.util
import linecache
import sys
import types

import numpy as np
import pytest

from s2sad import value_and_gradients_function
from tests.alone import Failed, names_to_provide, run_alone
from tests.language.checker import identical
from tests.language.helpers import SCALE as FACTOR
from tests.language.helpers import State


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder on sys.path; what gets imported from it is forgotten afterwards."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if not name.startswith(("s2sad", "numpy", "tests")):
            del sys.modules[name]


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    importlib.invalidate_caches()


def text_and_result(f, *args):
    val_grads = value_and_gradients_function(f)
    result, text = val_grads(*args), val_grads.source(*args)
    [(alone, _, untouched)] = run_alone(text, [(args, {}, {})], val_grads.compiled(*args))
    assert untouched
    assert identical(alone, result)
    return text, result


def test_s2sad_can_not_be_imported_there():
    for statement in (
        "import s2sad",
        "from s2sad.rules import registry",
        "import importlib; importlib.import_module('s2sad.api')",
    ):
        with pytest.raises(Failed, match="No module named 's2sad'"):
            run_alone(
                f"def f_value_and_gradients(x, dy=1.0):\n    {statement}\n    return x, (dy,)\n", [((1.0,), {}, {})]
            )
    with pytest.raises(Failed, match="NameError: name 'scale' is not defined"):
        run_alone("def f_value_and_gradients(x, dy=1.0):\n    return x * scale, (dy,)\n", [((1.0,), {}, {})])


def test_a_global_is_imported_from_where_the_file_of_f_imports_it():
    def f(x):
        return FACTOR * x * x

    text, _ = text_and_result(f, 2.0)
    assert "from tests.language.helpers import SCALE as FACTOR\n" in text and "defined here" not in text


def test_functions_of_a_package_with_relative_imports(folder):
    write(
        folder,
        {
            "pack/__init__.py": "",
            "pack/constants.py": "RATE = 0.5\nTABLE = [1.0, 2.0]\n",
            "pack/inner/__init__.py": "from ..constants import RATE\n",
            "pack/inner/tools.py": "from . import RATE\nOFFSET = 4.0\ndef shifted(x):\n    return x * RATE + OFFSET\n",
            "pack/model.py": "from .constants import (RATE as rate,\n    TABLE)\nfrom .inner.tools import shifted\nfrom .inner import tools\n"
            "def f(x):\n    return rate * shifted(x) * x + TABLE[1] * x + tools.OFFSET\n",
        },
    )
    text, _ = text_and_result(importlib.import_module("pack.model").f, 3.0)
    assert "from pack.constants import TABLE\n" in text and "from pack.constants import RATE as rate\n" in text
    assert not names_to_provide(text)


def test_what_surrounds_a_function_is_to_be_defined():
    def make(scale, table, inner):
        def f(x):
            return scale * np.sum(table * inner(x))

        return f

    text, _ = text_and_result(make(2.0, np.arange(3.0), lambda t: t * FACTOR), 1.5)
    head = "# To be defined here, as it can't be imported:\n#     scale: a variable around the function\n"
    assert head in text and names_to_provide(text) == ["scale", "table"]

    def surround(rate):
        def scaled(x):
            return rate * x

        return make(2.0, np.arange(3.0), scaled)

    text, _ = text_and_result(surround(3.0), 1.5)
    assert names_to_provide(text) == ["rate", "scale", "table"] and "#     rate: a variable around a function\n" in text


def cell(text, file="<ipython-input-7-abcdef>", name="__main__"):
    """The functions of a notebook's cell."""
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space = {"__name__": name, "np": np}
    exec(compile(text, file, "exec"), space)
    return space


def test_a_notebook_cell():
    space = cell(
        "K = 3.0\ndef helper(x):\n    return K * x\ndef f(x, y=K, z=[1.0]):\n    return helper(x) * y + z[0]\n"
    )
    text, _ = text_and_result(space["f"], 2.0)
    assert names_to_provide(text) == ["K"] and "#     K: a global of __main__\n" in text


def test_a_module_that_no_other_process_finds(folder):
    text = "K = 3.0\ndef f(x):\n    return K * x\n"
    write(folder, {"my-model.py": text, "plain.py": text, "class.py": text, "other/plain.py": text})
    for file, name in (
        ("my-model.py", "my-model"),
        ("plain.py", "plain_"),
        ("class.py", "class"),
        ("other/plain.py", "plain"),
    ):
        spec = importlib.util.spec_from_file_location(name, folder / file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
        text, _ = text_and_result(module.f, 2.0)
        assert names_to_provide(text) == ["K"]


def test_helpers_of_a_module_that_can_not_be_imported():
    outer = types.ModuleType("made_up")
    text = "K = 3.0\ndef scaled(x):\n    return K * x\n"
    linecache.cache["<made_up>"] = (len(text), None, text.splitlines(True), "<made_up>")
    exec(compile(text, "<made_up>", "exec"), vars(outer))
    sys.modules["made_up"] = outer
    try:
        space = cell("def f(x):\n    return made_up.scaled(x) + 1.0\n")
        space["made_up"] = outer
        val_grads = value_and_gradients_function(space["f"])
        text = val_grads.source(2.0)
        assert val_grads(2.0) == (7.0, (3.0,))
        assert names_to_provide(text) == ["made_up"] and "#     made_up: the module made_up\n" in text
    finally:
        del sys.modules["made_up"]


def test_methods_nested_functions_lambdas_and_classes():
    class Local:
        def __init__(self, k):
            self.k = k

        def energy(self, x):
            def square(t):
                return t * t

            return 0.5 * self.k * square(x)

    def f(x):
        spring = Local(x * 2.0)
        return spring.energy(x) + (lambda t: 3.0 * t)(x)

    text, _ = text_and_result(f, 2.0)
    assert not names_to_provide(text)

    def g(x):
        return State(x, np.ones(2) * x)

    text, _ = text_and_result(g, 2.0)
    assert "from tests.language.helpers import State\n" in text


def test_defaults():
    base = 2.5

    def f(x, a=base, b=(1, 2.0), c=None, *, d=FACTOR, e=base * 2, g="text"):
        return x * a * b[1] * d * e

    text, _ = text_and_result(f, 2.0)
    assert '(x, a=2.5, b=(1, 2.0), c=None, *, d=FACTOR, e=5.0, g="text", dy=1.0)' in text

    def g(x, a=1.0, b=2.0):
        return x * a * b

    g.__defaults__ = (3.5, 4.5)
    assert "(x, a=3.5, b=4.5, dy=1.0)" in text_and_result(g, 2.0)[0]

    def table(x, rows=np.arange(3.0) * base):
        return np.sum(x * rows)

    text, _ = text_and_result(table, 2.0)
    assert names_to_provide(text) == ["rows_default"] and "#     rows_default: the default of rows\n" in text
