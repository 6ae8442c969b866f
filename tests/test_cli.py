"""The command `s2sad`, as a user runs it."""

import os
import subprocess
import sys
import types

import pytest

from s2sad import cli

MODEL = """
import numpy as np


def polynomial(x, y):
    return x * x * x * y - x * y * y


def loss(w: "float[:]", inputs: "float[:, :]", targets: "float[:]"):
    errors = inputs @ w - targets
    return np.mean(errors * errors)


def scale(xs: list[float], factor: float = 2.0):
    total = 0.0
    for x in xs:
        total += x * factor
    return total


def power(x: float, n: int):
    result = 1.0
    for _ in range(n):
        result = result * x
    return result


def tied(x: float):
    return np.floor(x) + abs(x - 2.0)


def produce(x):
    yield x


class Shape:
    def area(self, side):
        return side * side


NUMBER = 3
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with model.py, which is the current one; what gets imported from it is forgotten afterwards."""
    (tmp_path / "model.py").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if not name.startswith(("s2sad", "numpy")):
            del sys.modules[name]


@pytest.fixture
def s2sad(folder, capsys):
    """Runs a command line; gives the exit status, and what went to stdout and to stderr."""

    def run(*arguments):
        status = cli.main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def gradient_of(text, name):
    namespace = {}
    exec(compile(text, f"<{name}>", "exec", dont_inherit=True), namespace)
    return namespace[f"{name}_value_and_gradients"]


# ------------------------------------------------------------------------------------------------ mistakes


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["dump", "missing.py:f"], "missing.py: no such file"),
        (["dump", ".py:f"], ".py: no such file"),
        (["dump", "model.py"], "model.py: write FILE.py:function or package.module:function"),
        (["dump", "model.py:"], "model.py:: write FILE.py:function"),
        (["dump", "model.py:loose"], "model.py has no function loose (it has: polynomial, loss, scale, power"),
        (["dump", "model.py:Shape.volume"], "model.py has no function Shape.volume"),
        (["dump", "model.py:NUMBER"], "model.py:NUMBER is no function, but an int"),
        (["dump", "syntax.py:f"], "syntax.py, line 2: syntax error: "),
        (
            ["dump", "broken.py:f"],
            "broken.py can't be imported: ZeroDivisionError: division by zero (line 3 of broken.py)",
        ),
        (["dump", "stops.py:f"], "stops.py can't be imported: SystemExit: 3"),
        (["dump", "uses.py:f"], "uses.py can't be imported: ModuleNotFoundError: No module named 'nowhere'"),
        (["dump", "nowhere:f"], "no module nowhere (a file is named with its ending, as in nowhere.py:f)"),
        (["dump", "nowhere.inside:f"], "no module nowhere"),
        (["dump", "uses:f"], "uses can't be imported: ModuleNotFoundError: No module named 'nowhere'"),
        (["dump", "model.py:loss", "--params", "w,v"], "loss has no parameter 'v'"),
        (["dump", "model.py:loss", "--params", "3"], "loss has no parameter at position 3"),
        (["dump", "model.py:loss", "--params", "w,1"], "params must be all names or all positions"),
        (["dump", "model.py:loss", "--params", "w,w"], "params has 'w' twice"),
        (["dump", "model.py:loss", "--params", "w,"], "--params: write names or positions"),
        (["dump", "model.py:loss", "--like", "w=float[:"], "--like: can't read 'w=float[:': unbalanced brackets"),
        (
            ["dump", "model.py:loss", "--like", "v=float"],
            "--like: v is no parameter of loss (it has: w, inputs, targets)",
        ),
        (["dump", "model.py:loss", "--like", "w=thing"], "--like: w: thing is not known here"),
        (["dump", "model.py:loss", "--stage", "magic"], "--stage: no stage magic (there are: "),
        (["dump", "model.py:loss", "--check", "missing.txt"], "missing.txt: no such file or directory"),
        (["dump", "model.py:loss", "-o", "nowhere/out.py"], "nowhere/out.py: no such file or directory"),
        (["dump", "model.py:loss", "-o", "a", "--check", "b"], "not allowed with argument"),
        (["dump"], "dump: name a function: FILE.py:function or package.module:function"),
        (["dump", "--check", "missing.py"], "missing.py: no such file or directory"),
        (["dump", "--check", "model.py"], "model.py does not say in its first line how s2sad made it; write it anew"),
        (["dump", "--check", "."], ".: in this folder is no file that `s2sad dump ... -o FILE` wrote"),
        (["dump", "--check", "old.py"], "old.py can't be made any more: model.py has no function gone (it has: "),
        (["check", "model.py:polynomial", "--args", "2.0, ]"], "--args: can't evaluate '2.0, ]'"),
        (["check", "model.py:polynomial", "--args", "nothing"], "--args: can't evaluate 'nothing': NameError"),
        (
            ["check", "model.py:polynomial", "--args", "2.0"],
            "fails for these --args: TypeError: missing a required argument: 'y'",
        ),
        (["check", "model.py:polynomial", "--args", "'a', 2.0"], "fails for these --args: TypeError: "),
        (
            ["check", "model.py:power", "--args", "2.0, 3", "--params", "n"],
            "the parameter n of power is used as a count",
        ),
        (["fly"], "invalid choice: 'fly'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_mistakes_are_one_line(s2sad, folder, arguments, message):
    (folder / "syntax.py").write_text("def f(x):\n    return (x +\n")
    (folder / "broken.py").write_text("one = 1\n\none / 0\n")
    (folder / "stops.py").write_text("import sys\nsys.exit(3)\n")
    (folder / "uses.py").write_text("import nowhere\n")
    if "old.py" in arguments:
        (folder / "old.py").write_text("# s2sad dump model.py:gone\n")
    status, out, err = s2sad(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("s2sad") and message in err
    assert err.count("\n") == 1 and "Traceback" not in err


def test_a_refusal_shows_the_line(s2sad):
    status, out, err = s2sad("dump", "model.py:produce")
    assert (status, out) == (2, "")
    assert "model.py" in err and "yield x" in err and "Traceback" not in err


# ------------------------------------------------------------------------------------------------ dump


def test_dump(s2sad):
    status, out, err = s2sad("dump", "model.py:polynomial", "--like", "x=float, y=float")
    assert (status, err) == (0, "")
    assert gradient_of(out, "polynomial")(2.0, 3.0) == (6.0, (27.0, -4.0))


@pytest.mark.parametrize("params", ["y", "1"])
def test_dump_params(s2sad, params):
    _, out, _ = s2sad("dump", "model.py:polynomial", "--params", params, "--like", "x=float, y=float")
    assert gradient_of(out, "polynomial")(2.0, 3.0) == (6.0, (-4.0,))


def test_dump_with_types_left_open(s2sad):
    status, out, _ = s2sad("dump", "model.py:polynomial")
    assert status == 0
    gradient = gradient_of(out, "polynomial")
    assert "x" in gradient.__doc__ and "y" in gradient.__doc__
    assert gradient(2.0, 3.0) == (6.0, (27.0, -4.0))


def test_dump_takes_the_type_of_a_default(s2sad, folder):
    (folder / "line.py").write_text("def line(x: float, slope=2.0):\n    return slope * x\n")
    _, out, _ = s2sad("dump", "line.py:line")
    assert "for x: float, slope: float." in out and "left open" not in out and "unbroadcast" not in out
    assert gradient_of(out, "line")(3.0) == (6.0, (2.0, 3.0))
    _, out, _ = s2sad("dump", "line.py:line", "--like", "slope=float[:]")
    assert "for x: float, slope: float[:]." in out


POINT = """
class Point:
    def __init__(self, x):
        self.x = x

    def scaled(self, factor: float):
        return factor * self.x

def scaled(point, factor: float):
    return factor * point["x"]
"""


@pytest.mark.parametrize(
    "function, line, text, caret",
    [
        ("Point.scaled", "line 7, in scaled\n    return factor * self.x\n", "self.x", 20),
        ("scaled", 'line 10, in scaled\n    return factor * point["x"]\n', 'point["x"]', 20),
    ],
)
def test_an_object_whose_type_is_left_open_is_taken_for_no_array(s2sad, folder, function, line, text, caret):
    """Its gradient would be zero: what is read of it isn't known."""
    (folder / "point.py").write_text(POINT)
    status, out, err = s2sad("dump", f"point.py:{function}")
    assert (status, out) == (2, "")
    assert err == (
        f"s2sad can't differentiate this: `{text}` is of something whose type was left open, and which is taken for "
        f'a number or an array\n  File "{folder / "point.py"}", {line}{" " * caret}{"^" * len(text)}\n'
        '  Write instead: its type, in an annotation or as in `--like "p=Point(x=float, y=float)"`, '
        """`--like "p={'W': float[:]}"`\n"""
    )
    _, out, _ = s2sad("dump", f"point.py:{function}", "--params", "factor")  # a gradient is asked of factor alone
    name = function.rpartition(".")[2]
    point = {"x": 3.0} if name == function else types.SimpleNamespace(x=3.0)
    assert gradient_of(out, name)(point, 2.0) == (6.0, (3.0,))


def test_dump_takes_types_from_annotations(s2sad):
    _, annotated, _ = s2sad("dump", "model.py:loss")
    _, stated, _ = s2sad("dump", "model.py:loss", "--like", "w=float[:], inputs=float[:, :], targets=float[:]")
    assert annotated.partition("\n")[2] == stated.partition("\n")[2] and "unbroadcast" not in annotated


def test_dump_a_count_has_no_gradient(s2sad):
    _, out, _ = s2sad("dump", "model.py:power")
    assert gradient_of(out, "power")(2.0, 3) == (8.0, (12.0, None))


def test_dump_from_an_installed_module(s2sad):
    status, out, _ = s2sad("dump", "model:power", "--params", "x")
    assert status == 0 and "def power_value_and_gradients" in out


def test_dump_from_a_package(s2sad, folder):
    package = folder / "shapes"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "factors.py").write_text("FACTOR = 3.0\n")
    (package / "square.py").write_text("from .factors import FACTOR\n\ndef f(x: float):\n    return FACTOR * x * x\n")
    status, by_file, err = s2sad("dump", "shapes/square.py:f")
    assert (status, err) == (0, "")
    status, by_name, _ = s2sad("dump", "shapes.square:f")
    assert by_file.splitlines()[0] == "# s2sad dump shapes/square.py:f"
    assert by_name.splitlines()[0] == "# s2sad dump shapes.square:f"
    assert by_name.splitlines()[1:] == by_file.splitlines()[1:]
    assert "from shapes.factors import FACTOR\n" in by_file


def test_a_file_named_like_another_module(s2sad, folder):
    (folder / "json.py").write_text("def f(x: float):\n    return x * x\n")
    status, out, _ = s2sad("dump", "json.py:f")
    assert status == 0 and gradient_of(out, "f")(3.0) == (9.0, (6.0,))


def test_output_and_check(s2sad, folder):
    command = ["dump", "model.py:power", "--params", "x"]
    _, text, _ = s2sad(*command)
    assert s2sad(*command, "-o", "power_grad.py") == (0, "", "")
    assert (folder / "power_grad.py").read_text() == text
    assert s2sad(*command, "--check", "power_grad.py") == (0, "", "")
    (folder / "power_grad.py").write_text(text.replace("return value", "return  0.0"))
    status, out, err = s2sad(*command, "--check", "power_grad.py")
    how = "if the change in model.py:power is meant, run: s2sad dump model.py:power ... -o power_grad.py"
    assert (status, err) == (1, f"s2sad: power_grad.py is out of date; {how}\n")
    assert "--- power_grad.py\n" in out and "\n-    return  0.0" in out and "\n+    return value" in out


@pytest.fixture
def project(s2sad, folder):
    """A project that keeps two gradients in a folder, made from the folder above."""
    (folder / "gradients").mkdir()
    like = "x=float, y=float"
    assert s2sad("dump", "model.py:polynomial", "--params", "x,y", "--like", like, "-o", "gradients/poly.py")[0] == 0
    assert s2sad("dump", "model.py:power", "-o", "gradients/power.py")[0] == 0
    (folder / "gradients" / "__init__.py").write_text("")
    return folder


def forget_model():
    """As a new process would: what has been imported is what the file had then."""
    for name in ("model", "model_"):
        sys.modules.pop(name, None)


def test_check_knows_from_the_file_how_it_was_made(s2sad, project, monkeypatch):
    first = (project / "gradients" / "poly.py").read_text().splitlines()[0]
    assert first == "# s2sad dump model.py:polynomial --params x,y --like 'x=float, y=float'"
    assert s2sad("dump", "--check", "gradients/poly.py", "gradients/power.py") == (0, "", "")
    assert s2sad("dump", "--check", "gradients") == (0, "", "")
    monkeypatch.chdir(project / "gradients")
    assert s2sad("dump", "--check", "poly.py", ".") == (0, "", "")


def test_check_finds_what_is_out_of_date_and_update_writes_it(s2sad, project):
    (project / "model.py").write_text(MODEL.replace("x * x * x * y", "x * x * y"))
    forget_model()
    status, out, err = s2sad("dump", "--check", "gradients")
    assert status == 1 and "--- gradients/poly.py\n" in out and "\n-    # return x * x * x * y - x * y * y\n" in out
    assert "power.py" not in out + err
    how = "s2sad dump --update gradients/poly.py"
    assert (
        err == f"s2sad: gradients/poly.py is out of date; if the change in model.py:polynomial is meant, run: {how}\n"
    )
    assert s2sad("dump", "--update", "gradients") == (0, "wrote gradients/poly.py\n", "")
    assert s2sad("dump", "--check", "gradients") == (0, "", "")
    (project / "model.py").write_text(MODEL.replace("def power", "def powers"))
    forget_model()
    status, out, err = s2sad("dump", "--check", "gradients")
    assert status == 2 and "poly.py is out of date" in err  # the others are looked at all the same
    assert "gradients/power.py can't be made any more: model.py has no function power (it has: " in err


def test_several_programs_in_one_file(s2sad, project):
    both = project / "gradients" / "both.py"
    both.write_text("".join((project / "gradients" / name).read_text() for name in ("poly.py", "power.py")))
    assert s2sad("dump", "--check", "gradients/both.py") == (0, "", "")
    (project / "model.py").write_text(MODEL.replace("x * x * x * y", "x * x * y"))
    forget_model()
    status, out, err = s2sad("dump", "--check", "gradients/both.py")
    assert status == 1 and "\n-    # return x * x * x * y - x * y * y\n" in out
    assert err == (
        "s2sad: gradients/both.py is out of date; if the change in model.py:polynomial, model.py:power is meant, "
        "run: s2sad dump --update gradients/both.py\n"
    )
    assert s2sad("dump", "--update", "gradients/both.py") == (0, "wrote gradients/both.py\n", "")
    assert s2sad("dump", "--check", "gradients/both.py") == (0, "", "")
    space: dict = {}
    exec(both.read_text(), space)
    assert space["polynomial_value_and_gradients"](2.0, 3.0) == (-6.0, (3.0, -8.0))
    assert space["power_value_and_gradients"](2.0, 3) == (8.0, (12.0, None))


def test_check_does_not_mind_a_formatter_nor_the_line_of_the_function(s2sad, project):
    path = project / "gradients" / "power.py"
    text = path.read_text()
    path.write_text(text.replace("    return value, ", "    return   (value), "))
    (project / "model.py").write_text(MODEL.replace("import numpy as np", "# a comment\nimport numpy as np"))
    forget_model()
    assert path.read_text() != text
    assert s2sad("dump", "--check", "gradients/power.py") == (0, "", "")
    path.write_text(text.replace("    # ", "    # not "))  # comments count
    assert s2sad("dump", "--check", "gradients/power.py")[0] == 1


def test_stages(s2sad):
    status, out, _ = s2sad("dump", "model.py:power", "--stage", "core")
    assert status == 0 and "for _ in range(n):" in out
    _, every, _ = s2sad("dump", "model.py:power", "--stage", "all")
    assert out in every and every.count("# -----") > 3


def test_forward_mode(s2sad):
    status, out, _ = s2sad("dump", "model.py:polynomial", "--mode", "forward", "--params", "x", "-o", "forward.py")
    assert (status, out) == (0, "")
    _, printed, _ = s2sad("dump", "model.py:polynomial", "--mode", "forward", "--params", "x")
    space: dict = {}
    exec(printed, space)
    assert space["polynomial_value_and_tangent"](2.0, 3.0, 10.0) == (6.0, 270.0)
    assert s2sad("dump", "--check", "forward.py")[0] == 0
    _, every, _ = s2sad("dump", "model.py:power", "--mode", "forward", "--stage", "all")
    assert "# -------------------- tangent" in every and "adjoint" not in every
    assert s2sad("dump", "model.py:power", "--mode", "sideways")[0] == 2


# ------------------------------------------------------------------------------------------------ check


def test_check(s2sad):
    status, out, err = s2sad("check", "model.py:polynomial", "--args", "2.0, y=3.0")
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert lines[0][0] == "parameter"
    assert [(line[0], float(line[1])) for line in lines[1:3]] == [("x", 27.0), ("y", -4.0)]
    assert float(lines[1][2]) == pytest.approx(27.0) and float(lines[1][3]) < 1e-7
    assert "agree with finite differences" in out


def test_check_evaluates_expressions(s2sad):
    args = "np.ones(3), np.arange(6.0).reshape(2, 3), targets=np.zeros(2)"
    status, out, _ = s2sad("check", "model.py:loss", "--args", args, "--params", "w,targets")
    assert status == 0 and "w[" in out and "targets[" in out and "inputs" not in out
    assert s2sad("check", "model.py:scale", "--args", "[1.0, 2.0, NUMBER * 1.0]")[0] == 0


def test_check_finds_a_wrong_gradient(s2sad):
    # At 2 the function jumps and has a corner: finite differences and the gradient can't agree.
    status, out, _ = s2sad("check", "model.py:tied", "--args", "2.0")
    assert status == 1 and "WRONG" in out


# ------------------------------------------------------------------------------------------------ the rest


def test_missing_rules(s2sad):
    """What is in NumPy and not known is listed, and nothing else."""
    status, out, err = s2sad("rules", "--missing")
    names = out.splitlines()
    assert status == (1 if names else 0) and f"{len(names)} of the " in err
    assert all(name.startswith(("numpy.", "ndarray.")) for name in names)  # none of scipy.special
    assert not {"numpy.sin", "numpy.floor", "numpy.frombuffer", "ndarray.sum", "ndarray.shape"} & set(names)


def test_rules(s2sad):
    status, out, _ = s2sad("rules")
    lines = out.splitlines()
    assert status == 0
    assert any(line.startswith("numpy (") for line in lines) and any(line.startswith("math (") for line in lines)
    assert any(line.split()[:2] == ["tanh", "x"] for line in lines)
    assert any(line.startswith("scipy.special (") for line in lines)
    assert any(line.split()[:2] == ["norm.logpdf", "x,"] for line in lines)


def test_help_says_that_the_file_is_imported(s2sad):
    status, out, _ = s2sad("dump", "--help")
    assert status == 0 and "is imported" in " ".join(out.split())


def run_process(*command, folder):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, timeout=60)


def test_as_a_module(folder):
    found = run_process(sys.executable, "-m", "s2sad", "--version", folder=folder)
    assert (found.returncode, found.stderr) == (0, "") and found.stdout.startswith("s2sad ")
    found = run_process(sys.executable, "-m", "s2sad", "dump", "missing.py:f", folder=folder)
    assert (found.returncode, found.stderr) == (2, "s2sad: missing.py: no such file\n")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell's pipe")
def test_a_reader_that_stops_early(folder):
    found = run_process("sh", "-c", f"'{sys.executable}' -m s2sad rules | head -n 1", folder=folder)
    assert found.stdout.count("\n") == 1 and found.stderr == ""
