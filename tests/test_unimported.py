"""`s2sad dump --no-import`: a file is read and never run."""

import subprocess
import sys

import pytest

from s2sad import cli

SAFE = '''
"""A module that would say so if it was run."""
import math
import math as m, numpy
import numpy as np
from math import sin, pi as PI
from scipy import special
from scipy.special import gammaln as log_gamma
print("the file was run")
raise SystemExit("the file was run")

RATE = 2 * PI + np.pi / -m.e ** 2
WEIGHTS: object = np.array([1.0, RATE, 3])
TABLE = {"a": RATE, "b": (1, [2.0, "text"])}
NAMES, OTHERS = (1, 2)
SECOND = RATE
MODE = "fast"


def helper(t, k=RATE, *, power=2):
    return t ** power * k + inner(t)


def inner(t):
    return np.sum(WEIGHTS * sin(t)) if MODE == "fast" else t


def f(x: float, W: "float[:, :]" = None, n: "int" = 2):
    """Uses most of it."""
    def local(y):
        return y * TABLE["a"]
    total = helper(x) + local(x) * special.expit(x) + log_gamma(x)
    for _ in range(n):
        total = total * numpy.tanh(x) + SECOND
    return total


def größe(é: float, mode: str = "a" "b"):
    return é * é if mode else é
'''


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in a folder; what got into Python's tables is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)

    def command(*arguments, **files):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        for name in set(sys.modules) - known:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
                del sys.modules[name]
        status = cli.main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    yield command
    for name in set(sys.modules) - known:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.mark.parametrize("function", ["f", "größe", "helper", "inner"])
def test_the_program_is_that_of_the_imported_file(run, function):
    status, out, err = run("dump", "safe.py:" + function, "--no-import", safe=SAFE)
    assert (status, err) == (0, "") and "the file was run" not in out
    harmless = SAFE.replace('print("the file was run")\nraise SystemExit("the file was run")\n', "\n\n")
    assert run("dump", "safe.py:" + function, safe=harmless) == (0, out, "")


def test_nothing_is_run_though_files_stand_in_for_libraries(run, tmp_path):
    evil = "open('ran', 'w').close()\n"
    text = "from scipy import special\n" + evil + "def f(x: float):\n    return special.expit(x)\n"
    for name in ("scipy", "math", "operator", "gast"):
        (tmp_path / f"{name}.py").write_text(evil)
    status, out, err = run("dump", "f.py:f", "--no-import", f=text)
    assert (status, err) == (0, "") and "def f_value_and_gradients" in out
    assert not (tmp_path / "ran").exists()


def test_a_package_is_not_imported_either(run, tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("raise SystemExit('the package was run')\n")
    (tmp_path / "package" / "model.py").write_text(
        "import numpy as np\nK = 2.0\ndef f(x: float):\n    return K * np.sin(x)\n"
    )
    status, out, err = run("dump", "package/model.py:f", "--no-import")
    assert (status, err) == (0, "") and "from package.model import K\n" in out
    for name in ("package", "package.model"):
        sys.modules.pop(name, None)


REFUSED = {
    "from project import other\ndef f(x):\n    return other(x)\n": "line 1: other, which f uses, comes from project, and only math, numpy, scipy and their like are imported",
    "from . import other\ndef f(x):\n    return other.g(x)\n": "line 1: other, which f uses, comes from ., and only",
    "import os\nA = os.getpid()\ndef f(x):\n    return A * x\n": "line 1: os, which A uses, comes from os, and only",
    "A = open('a').read()\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is `open('a')`, which is more than a simple constant",
    "A = 10 ** 10 ** 10\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is `10 ** 10 ** 10`, which can't be computed: it may be too large",
    "A = 'a' * 3\ndef f(x):\n    return A\n": "line 1: A, which f uses, is `'a' * 3`, which can't be computed: str is no number",
    "A = 1 / 0\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is `1 / 0`, which can't be computed: division by zero",
    "A = 1.0\nA = 2.0\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is set in several places (lines 1, 2)",
    "A = 1.0\ndef g():\n    global A\n    A = 2.0\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is set in several places (lines 1, 3)",
    "A, B = 1.0, 2.0\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is set together with others",
    "if True:\n    A = 1.0\ndef f(x):\n    return A * x\n": "line 1: A, which f uses, is set by an `if`",
    "try:\n    import numpy\nexcept ImportError:\n    numpy = None\ndef f(x):\n    return numpy.sin(x)\n": "line 1: numpy, which f uses, is set by a `try`",
    "class A:\n    b = 1.0\ndef f(x):\n    return A.b * x\n": "line 1: A, which f uses, is set by a class, whose body would have to run",
    "import functools\n@functools.cache\ndef g(x):\n    return x\ndef f(x):\n    return g(x)\n": "line 3: g, which f uses, has a decorator, which may do anything",
    "def f(x, y=print('no')):\n    return x\n": "line 1: the default of y, which f uses, is `print('no')`, which is more than a simple constant",
    "import numpy.nowhere as n\ndef f(x):\n    return n.a * x\n": "line 1: n, which f uses, can't be imported: No module named 'numpy.nowhere'",
    "f = lambda x: x\n": "line 1: f is `lambda x: x`, which is more than a simple constant",
    "from math import sin as f\n": "f.py:f is no function that is written in this file",
    "def g(x):\n    return x\n": "f.py has no function f (it has: g)",
    "def f(x:\n": "f.py, line 1: syntax error: ",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_name_would_need_is_said(run, text):
    status, out, err = run("dump", "f.py:f", "--no-import", f=text)
    assert (status, out) == (2, "") and err.startswith("s2sad: f.py") and REFUSED[text] in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "target, said",
    [
        ("numpy:sum", "numpy:sum: --no-import reads a file: write FILE.py:function"),
        ("gone.py:f", "gone.py: no such file"),
        ("f.py:A.g", "f.py:A.g: a method needs its class, which --no-import doesn't make: name a function"),
    ],
)
def test_targets(run, target, said):
    assert run("dump", target, "--no-import", f="def f(x):\n    return x\n") == (2, "", f"s2sad: {said}\n")


def test_a_name_that_is_nowhere_is_the_usual_error(run):
    status, _, err = run("dump", "f.py:f", "--no-import", f="def f(x):\n    return nowhere(x)\n")
    assert status == 2 and "nowhere" in err and "    return nowhere(x)\n" in err


def test_recursion_and_stars(run):
    text = "from numpy import *\nfrom math import *\ndef f(x: float, n: int):\n    return x if n < 1 else sin(f(x, n - 1)) * pi\n"
    status, out, err = run("dump", "f.py:f", "--no-import", f=text)
    assert (status, err) == (0, "") and "math" in out


def test_files_are_checked_and_updated_without_running_them(run, tmp_path):
    text = "import numpy as np\ndef f(x: float):\n    return np.sin(x)\n"
    assert run("dump", "model.py:f", "-o", "f_grad.py", "--no-import", model=text) == (0, "", "")
    assert "no-import" not in (tmp_path / "f_grad.py").read_text()
    changed = text.replace("sin", "cos") + "raise SystemExit('run')\n"
    status, out, err = run("dump", "--no-import", "--check", "f_grad.py", model=changed)
    assert status == 1 and "+    value = np.cos(x)" in out
    assert run("dump", "--no-import", "--update", "f_grad.py", model=changed)[0] == 0
    assert run("dump", "--no-import", "--check", "f_grad.py", model=changed) == (0, "", "")


def test_from_a_shell(tmp_path):
    (tmp_path / "f.py").write_text("def f(x: float):\n    return x * x\nprint('run')\n")
    (tmp_path / "scipy.py").write_text("print('run')\n")
    command = [sys.executable, "-P"] if sys.version_info >= (3, 11) else [sys.executable]
    made = subprocess.run(
        [*command, "-m", "s2sad", "dump", "f.py:f", "--no-import"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0 and "def f_value_and_gradients" in made.stdout and "run" not in made.stdout.split()
