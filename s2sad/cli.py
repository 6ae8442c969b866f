"""The command `s2sad`: print, save and check generated gradients.

    s2sad dump model.py:loss --params W,b --like "W=float[:, :], b=float[:]"
    s2sad dump model.py:loss -o loss_grad.py        s2sad dump --check loss_grad.py
    s2sad dump model.py:loss --mode forward
    s2sad check model.py:area --args "2.0, 3.0"
    s2sad rules                                     s2sad rules --missing

Exit status: 0 where all is well; 1 where a comparison fails (a file out of date, a wrong gradient, a missing
rule); 2 where what is asked for can't be done, with the reason on stderr.
"""

from __future__ import annotations

import argparse
import inspect
import math
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from s2sad import api, committed, numba_target, pipeline
from s2sad.errors import NotDifferentiableError, ParameterError, S2sadError
from s2sad.like import parameter_kinds
from s2sad.numeric import check_gradients
from s2sad.pullbacks import snapshot
from s2sad.rules import coverage, loading, registry
from s2sad.targets import load_function, plain_function
from s2sad.unimported import load_unimported
from s2sad.version import version

DIFFERENT, MISTAKE = 1, 2

_TARGET = "FILE.py:function or package.module:function; the file or module is imported, so its top level is run"
_LIKE = """types of the parameters, as in "x=float, W=float[:, :], n=int, params={'W': float[:]}, xs=list[float]";
           those not named have the types of their annotations or defaults, or are left open"""


def run() -> NoReturn:
    """The entry point of the installed command."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:  # what reads our output has read enough, as in `s2sad rules | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carries out a command line and returns the exit status."""
    try:
        options = _parser().parse_args(arguments)
        return options.command(options)
    except NotDifferentiableError as error:  # several lines: it shows the user's own
        print(error, file=sys.stderr)
    except S2sadError as error:
        print(f"s2sad: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"s2sad: {error.filename}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
    except SystemExit as stop:  # argparse: --help, --version, or a mistake that it has reported
        return stop.code if isinstance(stop.code, int) else 0
    return MISTAKE


class _Parser(argparse.ArgumentParser):
    """One line for a mistake, instead of the usage and a line."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="s2sad", description="Turns Python/NumPy functions into the source of their gradients.")
    parser.add_argument("--version", action="version", version=f"s2sad {version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    dump = commands.add_parser(
        "dump",
        help="print the program that computes a function's value and gradients",
        description="Prints the program that computes a function's value and gradients. The file or module that the "
        "function is in is imported, so its top level is run (not with --no-import). The program's first line says how "
        "it was made; --check and --update read it there.",
    )
    dump.add_argument("function", metavar="FUNCTION", nargs="?", help=_TARGET)
    dump.add_argument(
        "--params", help="names or positions of the parameters to differentiate: W,b or 0,2 (default: all)"
    )
    dump.add_argument("--like", default="", metavar="TYPES", help=_LIKE)
    dump.add_argument("--stage", metavar="NAME", help="print what this stage makes of it instead; all: every stage")
    dump.add_argument(
        "--mode",
        choices=("reverse", "forward"),
        default="reverse",
        help="reverse: gradients (the default); forward: how the value changes by given tangents of the parameters",
    )
    dump.add_argument(
        "--no-import",
        action="store_true",
        help="read the file and run nothing of it: for a function that uses only functions of that file, simple "
        "constants, and known libraries (math, numpy, scipy and their like), which are imported",
    )
    dump.add_argument(
        "--target",
        choices=("python", "numba"),
        default="python",
        help="numba: the program as it is compiled by Numba, with what that lacks written otherwise",
    )
    where = dump.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", metavar="FILE", type=Path, help="write the program to a file")
    where.add_argument(
        "--check",
        metavar="FILE",
        nargs="+",
        type=Path,
        help="compare with files (or the gradient files in folders): status 1 and a diff if one is out of date",
    )
    where.add_argument("--update", metavar="FILE", nargs="+", type=Path, help="write such files anew")
    dump.set_defaults(command=_dump)

    check = commands.add_parser(
        "check",
        help="compare a function's gradients with finite differences",
        description="Compares a function's gradients with finite differences, and prints a table. The file or module "
        "that the function is in is imported, so its top level is run.",
    )
    check.add_argument("target", metavar="FUNCTION", help=_TARGET)
    check.add_argument("--args", required=True, help='arguments, as in "2.0, np.ones(3), steps=4"; np is NumPy')
    check.add_argument("--params", help="names or positions of the parameters to check (default: all)")
    check.add_argument("--tolerance", type=float, help="largest relative error allowed")
    check.set_defaults(command=_check)

    rules = commands.add_parser(
        "rules",
        help="list the functions whose derivatives are known",
        description="Lists the functions whose derivatives are known.",
    )
    rules.add_argument(
        "--missing",
        action="store_true",
        help="list what NumPy and scipy.special offer and has neither a rule, nor a derivative of zero, nor a reason "
        "to be refused; status 1 if there is anything",
    )
    rules.set_defaults(command=_rules)
    return parser


def _params(text: str | None) -> list[Any] | None:
    """`--params`: names or positions.

    >>> _params("W, b"), _params("0,1"), _params(None)
    (['W', 'b'], [0, 1], None)
    """
    if text is None:
        return None
    words = [word.strip() for word in text.split(",")]
    if not all(words):
        raise ParameterError(f"--params: write names or positions, as in W,b or 0,2, not {text!r}")
    return [int(word) if word.removeprefix("-").isdigit() else word for word in words]


# ------------------------------------------------------------------------------------------------ dump


def _dump(options: argparse.Namespace) -> int:
    places = options.check or options.update
    if places:
        return max(_compare(path, options) for path in committed.files_in(places))
    if options.function is None:
        raise ParameterError(f"dump: name a function: {_TARGET.partition(';')[0]}")
    if options.stage is not None:
        return _show_stage(_request(options), options.stage, options.target)
    text = _program_text(options)
    if options.output is not None:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _program_text(options: argparse.Namespace, folder: Path | None = None) -> str:
    """The program, below the command that made it."""
    first = committed.first_line(options.function, options.params, options.like, options.mode, options.target)
    return first + _text_for_target(_request(options, folder), options.target)


def _text_for_target(request: pipeline.Request, target: str) -> str:
    program = pipeline.generate(request)
    return program.text if target == "python" else numba_target.standalone_text(program, request.function)


def _request(options: argparse.Namespace, folder: Path | None = None) -> pipeline.Request:
    """What the command line asks for, in the pipeline's terms."""
    function = (load_unimported if options.no_import else plain_function)(options.function, folder)
    kinds, left_open = parameter_kinds(function, options.like)
    return api.request(function, _params(options.params), kinds, {"left_open": tuple(left_open)}, options.mode)


def _compare(path: Path, options: argparse.Namespace) -> int:
    """Compares a gradient file with what it should be; with --update, makes it so."""
    found = path.read_text(encoding="utf-8")
    made = [options]
    if options.function is None:
        commands = committed.commands_of(found)
        if not commands:
            how = f"write it anew with: s2sad dump FUNCTION -o {path}"
            print(f"s2sad: {path} does not say in its first line how s2sad made it; {how}", file=sys.stderr)
            return MISTAKE
        more = ["--no-import"] if options.no_import else []
        made = [_parser().parse_args(["dump", *command, *more]) for command in commands]
    try:
        text = "\n\n".join(_program_text(each, path.parent) for each in made)
    except S2sadError as error:
        print(f"s2sad: {path} can't be made any more: {error}", file=sys.stderr)
        return MISTAKE
    difference = committed.difference(path, found, text)
    if options.update:
        if difference:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path}")
        return 0
    if not difference:
        return 0
    print(difference, end="")
    names = ", ".join(each.function for each in made)
    how = f"s2sad dump --update {path}" if options.function is None else f"s2sad dump {names} ... -o {path}"
    print(f"s2sad: {path} is out of date; if the change in {names} is meant, run: {how}", file=sys.stderr)
    return DIFFERENT


def _show_stage(request: pipeline.Request, stage: str, target: str) -> int:
    stages = pipeline.stages(request)
    if target == "numba":
        stages.append(("numba", _text_for_target(request, target)))
    names = [name for name, _ in stages]
    if stage not in ("all", *names):
        raise ParameterError(f"--stage: no stage {stage} (there are: {', '.join(names)}, all)")
    for name, text in stages:
        if stage == "all":
            print(f"# {'-' * 20} {name}")
        if stage in ("all", name):
            print(text.rstrip("\n"))
    return 0


# ------------------------------------------------------------------------------------------------ check


def _check(options: argparse.Namespace) -> int:
    function = load_function(options.target)
    args, keywords = _arguments(options.args, function)
    params = _params(options.params)
    try:
        inspect.signature(function).bind(*args, **keywords)
        function(*snapshot(args), **snapshot(keywords))
    except Exception as error:
        raise ParameterError(f"{options.target} fails for these --args: {type(error).__name__}: {error}") from None
    report = check_gradients(function, *args, params=params, rtol=options.tolerance, **keywords)
    print(report)
    return 0 if report.ok else DIFFERENT


def _arguments(text: str, function: Callable) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What `--args` states, evaluated among the names of the function's file."""
    names = {"np": np, "math": math, **getattr(inspect.unwrap(function), "__globals__", {})}
    try:
        return eval(f"(lambda *args, **keywords: (args, keywords))({text}\n)", names)
    except Exception as error:
        reason = error.msg if isinstance(error, SyntaxError) else f"{type(error).__name__}: {error}"
        raise ParameterError(f"--args: can't evaluate {text!r}: {reason}") from None


# ------------------------------------------------------------------------------------------------ rules


def _rules(options: argparse.Namespace) -> int:
    if options.missing:
        return _missing()
    loading.load_all()
    table: dict[str, list[tuple[str, str, str]]] = {}
    for rule in registry.rules():
        namespace, name = _named(rule.function)
        row = (name, ", ".join(rule.wrt) or "-", _stated(rule))
        if row not in table.setdefault(namespace, []):
            table[namespace].append(row)
    for namespace in sorted(table):
        rows = sorted(table[namespace])
        print(f"{namespace} ({len(rows)})")
        _print_table([("function", "derivative in", "stated as"), *rows], margin="  ")
        print()
    return 0


def _missing() -> int:
    names, total = coverage.missing(), len(coverage.public_names())
    for name in names:
        print(name)
    print(f"{len(names)} of the {total} public names of {_libraries()} are missing", file=sys.stderr)
    return DIFFERENT if names else 0


def _libraries() -> str:
    scipy = sys.modules.get("scipy")
    return f"NumPy {np.__version__}" + (f" and scipy.special {scipy.__version__}" if scipy is not None else "")


def _stated(rule: Any) -> str:
    return {"nondifferentiable": "zero", "adjoint": "adjoint", "partials": "partial derivatives"}.get(
        rule.form, rule.form
    )


def _named(function: Any) -> tuple[str, str]:
    """The namespace and the name under which people know a function."""
    owner = getattr(function, "__objclass__", None)
    name = str(getattr(function, "__qualname__", None) or getattr(function, "__name__", repr(function)))
    if owner is not None:
        return _named(owner)[0], name
    if isinstance(function, np.ufunc):  # it has no module
        special = sys.modules.get("scipy.special")
        return ("numpy" if getattr(special, name, None) is not function else "scipy.special"), name
    distribution = getattr(getattr(function, "__self__", None), "name", None)
    if isinstance(distribution, str):  # a method of scipy.stats.norm
        name = f"{distribution}.{function.__name__}"
    module = loading.home_of(function) or str(getattr(function, "__module__", None) or "numpy")
    return {"builtins": "Python", "_operator": "operator"}.get(module, module), name


def _print_table(rows: list[tuple[str, ...]], margin: str = "") -> None:
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        print((margin + "  ".join(cell.ljust(width) for cell, width in zip(row, widths))).rstrip())
