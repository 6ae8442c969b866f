"""Nothing of the user's text, and nothing of what is passed, breaks out of a comment or a string of a generated program."""

import ast
import dataclasses
import importlib.util
import linecache
import sys
import tokenize

import numpy as np
import pytest

from s2sad import cli, committed, value_and_gradients_function, value_and_tangent_function
from s2sad.errors import ParameterError, S2sadError

EVIL = "PWNED = 1"


@pytest.fixture
def load(tmp_path):
    """Imports a file of any name with any text."""

    def make(text, name="hostile.py"):
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        spec = importlib.util.spec_from_file_location("hostile", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return make


def check(f, *args, source=None):
    """The programs of both modes define functions and nothing else, and compute f's value."""
    expected = f(*args)
    texts = []
    made = value_and_gradients_function(f, source=source)
    texts.append(made.source(*args))
    assert made(*args)[0] == expected
    if len(args) == 1 and isinstance(args[0], float):
        forward = value_and_tangent_function(f, params=[0], source=source)
        texts.append(forward.source(*args))
        assert forward(*args, tangents=(1.0,))[0] == expected
    for text in texts:
        for node in ast.parse(text).body:
            assert isinstance(node, (ast.FunctionDef, ast.Import, ast.ImportFrom))
        for node in ast.walk(ast.parse(text)):
            assert not (isinstance(node, ast.Name) and node.id == "PWNED")
        assert all(character in "\n" or character.isprintable() for character in text), repr(text)
    return texts[0]


TEXTS = {
    "docstring": 'def f(x):\n    """Doc \\"\\"\\"\n    PWNED = 1\n    \\\\"""\n    return x * x\n',
    "raw docstring": "def f(x):\n    r'''\"\"\"\nPWNED = 1\n\\d'''\n    return x * x\n",
    "comments": "def f(x):  # \"\"\" \\\n    # PWNED = 1\n    y = x * x  # ''' \\\n    return y * x  # \x0c PWNED = 1\n",
    "strings": 'def f(x):\n    s = """a\nPWNED = 1\n"""\n    t = "\\n\\"\\"\\"PWNED = 1\\\\"\n    d = {s: x * x, t: x}\n    return d[s] * d[t]\n',
    "bytes": 'def f(x):\n    d = {b\'\\n"""PWNED = 1\\\\\': x}\n    return d[b\'\\n"""PWNED = 1\\\\\'] * x\n',
    "f-string": 'def f(x):\n    s = f\'\\n{"PWNED = 1"}"""\'\n    return {s: x * x}[s]\n',
    "message": 'def f(x):\n    assert x > 0.0, \'\\nPWNED = 1 """ \\\\\'\n    return x * x\n',
    "separators": "def f(x):\n    s = 'a\u2028PWNED = 1\u2029\x0b\x1c\x85'; y = x * x * len(s)\n    return y * y\n",
    "bidi": "def f(x):\n    y = x * x  # \u202e\u2066 PWNED\n    s = '\u202e'; z = y * len(s)\n    return z * y\n",
    "continued": "def f(x):\n    y = x * \\\n  x; z = (y *  # PWNED\n  x)\n    return z * y\n",
    "form feed": "def f(x):\n    y = x *\x0cx\n    return y *\x0cy\n",
    "parameter": 'def f(x, mode="\\n\\"\\"\\"PWNED = 1\\\\"):\n    return x * x if mode else x\n',
}


@pytest.mark.parametrize("name", TEXTS)
def test_strings_and_comments_of_the_source(load, name):
    check(load(TEXTS[name]).f, 2.0)


NAMES = [
    '"""\nPWNED = 1\n"""',
    "\\",
    '"""',
    "\nPWNED = 1\n#",
    "\r PWNED = 1",
    '"',
    "'",
    "\u2028PWNED = 1",
    "\udcff",
    "\x1b[31m",
    "{0}%s",
]


@pytest.mark.skipif(sys.platform == "win32", reason="such names can't be there")
@pytest.mark.parametrize("name", NAMES)
def test_names_of_files(load, name):
    check(load("def f(x):\n    y = x * x\n    return y * y\n", f"a{name}.py").f, 2.0)


def test_names_that_are_not_ascii(load):
    text = "def größe(é, λ=2.0):\n    ª = é * λ\n    return ª * ª\n"
    made = check(load(text).größe, 2.0)
    assert "def größe_value_and_gradients(é, λ=2.0, dy=1.0):" in made


def test_names_of_classes_and_functions_that_are_set():
    """What a name of a class says is only ever text."""
    Evil = dataclasses.make_dataclass("Evil", [("x", float)])
    Evil.__name__ = Evil.__qualname__ = '"""\nPWNED = 1\n"""'
    text = "def f(thing):\n    return thing.x * thing.x\n"
    space = {}
    exec(text, space)
    space["f"].__name__ = space["f"].__qualname__ = "f\nPWNED = 1\n"
    try:
        check(space["f"], Evil(2.0), source=text)
    except S2sadError as error:  # a function of another name may not be found: that is said
        assert "PWNED" in str(error)
    space["f"].__name__ = "f"
    check(space["f"], Evil(2.0), source=text)


def test_lines_that_are_not_what_they_seem():
    """A cell whose 'lines' hold line ends of another kind."""
    text = "def f(x):\n    y = x * x  # one\r    z = 'a'\n    return y * y\n"
    name = "<cell of test_hostile_text>"
    linecache.cache[name] = (len(text), None, [line + "\n" for line in text.split("\n")], name)
    space = {}
    exec(compile(text, name, "exec"), space)
    try:
        check(space["f"], 2.0)
    except S2sadError:
        pass  # not found is as good
    finally:
        del linecache.cache[name]


# ------------------------------------------------------------------------------------------------ values
SECRET = 918273.645463728
COUNT = 91827


def uses(a, items, table, n, number, z, flag):
    total = number * np.sum(a) + items[0] + table["key"][0] * z.real
    for k in range(n - COUNT + 2):
        total = total * a[k % 2]
    return total if flag else number


def test_no_value_is_in_the_text():
    args = (
        np.full(3, SECRET),
        [SECRET, SECRET],
        {"key": (SECRET,)},
        COUNT,
        np.float64(SECRET),
        complex(0.0, SECRET),
        True,
    )
    for made in (value_and_gradients_function(uses), value_and_gradients_function(uses, params=["a"])):
        text = made.source(*args)
        assert not any(part in text for part in ("9182", "7364", "5463"))


def test_a_string_that_is_passed_is_a_key_at_most():
    def f(x, mode, label):
        print(label)
        if mode.startswith("sec"):
            return {mode: x * x}
        return {mode: x}

    text = value_and_gradients_function(f).source(2.0, 'sec"""\nPWNED = 1', "private label")
    assert "private label" not in text and "PWNED" not in [
        each.id for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)
    ]


# ------------------------------------------------------------------------------------------------ gradient files
def test_the_first_line_of_a_gradient_file_is_one_line():
    for like in ("x=float,\n    y=float", "x=float\rPWNED = 1", "x=float\u2028PWNED = 1"):
        line = committed.first_line("model.py:f", "x,\n y", like)
        assert line.count("\n") == 1 and len(line.splitlines()) == 1
        assert committed.commands_of(line)[0][:3] == ["model.py:f", "--params", "x, y"]
    for target in ("a\nPWNED = 1\n.py:f", "a\r.py:f", "a\u2028.py:f", "a\udcff.py:f"):
        with pytest.raises(ParameterError, match="has a character in its name that can't be printed: rename the file"):
            committed.first_line(target, None, "")


@pytest.mark.skipif(sys.platform == "win32", reason="such names can't be there")
def test_a_file_with_a_line_end_in_its_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    name = "a\nPWNED = 1\n.py"
    (tmp_path / name).write_text("def f(x: float):\n    return x * x\n")
    assert cli.main(["dump", f"{name}:f"]) == 2
    assert "rename the file" in capsys.readouterr().err


def test_texts_are_tokens_of_python():
    """The tokens of a program with every hostile text in it are those of its tree, printed by Python itself."""
    space = {}
    text = "\n".join(each.replace("def f(", f"def f{k}(") for k, each in enumerate(TEXTS.values()))
    exec(text, space)
    for k in range(len(TEXTS)):
        made = value_and_gradients_function(space[f"f{k}"], source=text).source(2.0)
        assert ast.dump(ast.parse(ast.unparse(ast.parse(made)))) == ast.dump(ast.parse(made))
        assert list(tokenize.tokenize(iter(made.encode().splitlines(keepends=True)).__next__))
