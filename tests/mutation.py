"""Changes s2sad in one small place at a time, and asks whether a test notices: a mutation tester.

    python -m tests.mutation --count 300 --seed 1 s2sad/adjoint.py s2sad/tape.py

A mutant turns one comparison round, takes one statement out, swaps `and` with `or`, a sign, a truth value, or moves a
number by one. Only tests that run the changed line are run on it: cases of tests/language, rows of rules, golden texts.
A mutant that survives is printed: a test is missing, or the line does nothing that matters.
"""

from __future__ import annotations

import argparse
import ast
import collections
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import itertools
import linecache
import os
import pickle
import random
import re
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Iterator

ROOT = Path(__file__).parent.parent
TARGETS = ["s2sad/activity.py", "s2sad/tape.py", "s2sad/pairs.py", "s2sad/adjoint*.py", "s2sad/rules/*.py"]
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
TESTS_OF_A_ROW = [
    "test_template_against_differences",
    "test_text_is_the_template",
    "test_float32_stays_float32",
    "test_tangent_against_differences",
    "test_kind",
]
SECONDS = 30  # a mutant may make a loop endless


# ------------------------------------------------------------------------------------------ mutants
def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[ast.AST], None]]]:
    """The ways to change one node: what it is called, and what does it, in place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield "comparison", lambda each: each.ops.__setitem__(0, COMPARISONS[type(each.ops[0])]())
    if isinstance(node, ast.BoolOp):
        yield "and/or", lambda each: setattr(each, "op", ast.Or() if isinstance(each.op, ast.And) else ast.And())
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield "operator", lambda each: setattr(each, "op", OPERATORS[type(each.op)]())
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", lambda each: setattr(each, "op", ast.UAdd())
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield "test negated", lambda each: setattr(each, "test", ast.UnaryOp(ast.Not(), each.test))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth value", lambda each: setattr(each, "value", not each.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield "number", lambda each: setattr(each, "value", each.value + 1)
    if isinstance(node, ast.AugAssign) or isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield "statement left out", _leave_out
    if isinstance(node, (ast.Continue, ast.Break)):
        yield "statement left out", _leave_out


def _leave_out(node: Any) -> None:
    node.__class__ = ast.Pass
    node._fields = ()


def nodes_of(tree: ast.Module) -> list[ast.AST]:
    """The nodes inside of functions, annotations, defaults and decorators left out."""
    found: list[ast.AST] = []
    for each in ast.walk(tree):
        if isinstance(each, ast.FunctionDef):
            found.extend(node for statement in each.body for node in ast.walk(statement))
    return list(dict.fromkeys(found))


def mutants_of(path: Path) -> list[tuple[str, int, int, str]]:
    """(file, number of the node, line, name of the change)"""
    nodes = nodes_of(ast.parse(path.read_text()))
    name = str(path.relative_to(ROOT))
    return [(name, k, getattr(node, "lineno", 0), what) for k, node in enumerate(nodes) for what, _ in changes(node)]


def mutated(mutant: tuple[str, int, int, str]) -> str:
    """The text of the file with that change."""
    name, number, _, what = mutant
    text = (ROOT / name).read_text()
    node: Any = nodes_of(ast.parse(text))[number]
    place = node.test if isinstance(node, (ast.If, ast.While)) else node  # the block of an `if` keeps its form
    begins = [0, *itertools.accumulate(len(line) for line in text.encode().splitlines(keepends=True))]
    start, end = begins[place.lineno - 1] + place.col_offset, begins[place.end_lineno - 1] + place.end_col_offset
    dict(changes(node))[what](node)
    made = ast.unparse(ast.fix_missing_locations(node.test if place is not node else node))
    data = text.encode()
    return (data[:start] + (f"({made})" if isinstance(place, ast.expr) else made).encode() + data[end:]).decode()


class Loader(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from another text."""

    def __init__(self, module: str, path: Path, text: str) -> None:
        self.module, self.path, self.text = module, path, text

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name != self.module:
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=str(self.path), is_package=False)
        if spec is not None:
            spec.has_location = True
        return spec

    def get_source(self, fullname: str) -> str:
        return self.text

    def exec_module(self, module: Any) -> None:
        exec(compile(self.text, str(self.path), "exec"), module.__dict__)


# ------------------------------------------------------------------------------------------ tests
def units() -> dict[str, Callable[[], None]]:
    """The tests that are tried: each by a name that stays the same when everything is imported anew."""
    from tests import golden_cases, test_golden, test_rules
    from tests.language.checker import Cases

    found: dict[str, Callable[[], None]] = {}
    for path in sorted((ROOT / "tests" / "language").glob("test_*.py")):
        module = importlib.import_module(f"tests.language.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, Cases):
                for k, case in enumerate(value):
                    found[f"{path.stem}.{name}[{k}]"] = case.check
    for case in golden_cases.CASES:
        found[f"golden.{case}"] = lambda case=case: test_golden.test_golden(case)
    for parameter in test_rules.CASES:
        rule, row = parameter.values
        for name in TESTS_OF_A_ROW if rule.form != "nondifferentiable" else ["test_kind"]:
            test = getattr(test_rules, name)
            found[f"{name}.{parameter.id}"] = lambda test=test, rule=rule, row=row: _run(test, rule, row)
    return found


def _run(test: Callable, rule: Any, row: Any) -> None:
    names = test.__code__.co_varnames[: test.__code__.co_argcount]
    test(**{name: {"rule": rule, "row": row}.get(name) for name in names})


def passes(unit: Callable[[], None]) -> bool:
    import pytest

    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            unit()
        except pytest.skip.Exception:
            return True
        except BaseException:
            return False
    return True


def lines_run(unit: Callable[[], None], files: set[str]) -> set[tuple[str, int]]:
    """The lines of the files that a test runs."""
    seen: set[tuple[str, int]] = set()

    def trace(frame: Any, event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if name not in files:
            return None

        def local(frame: Any, event: str, _: Any) -> Any:
            seen.add((name, frame.f_lineno))
            return local

        return local(frame, event, None)

    sys.settrace(trace)
    try:
        passes(unit)
    finally:
        sys.settrace(None)
    return seen


def coverage(files: set[str], only: str = "") -> dict[tuple[str, int], list[str]]:
    """The tests that run each line, quick ones first. A template's lines count as run where its rule is tested."""
    from tests import test_rules

    ran: dict[tuple[str, int], list[tuple[float, str]]] = collections.defaultdict(list)
    templates = {parameter.id: parameter.values[0].template for parameter in test_rules.CASES}
    for name, unit in units().items():
        if not re.match(only, name):
            continue
        start = time.perf_counter()
        lines = lines_run(unit, files)
        seconds = time.perf_counter() - start
        template = templates.get(name.partition(".")[2])
        if template is not None:
            code = template.__code__
            last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
            lines |= {(code.co_filename, line) for line in range(code.co_firstlineno, last + 1)}
        for line in lines:
            ran[line].append((seconds, name))
    return {line: [name for _, name in sorted(tests)] for line, tests in ran.items()}


# ------------------------------------------------------------------------------------------ one mutant
def outcome(mutant: tuple[str, int, int, str], tests: list[str]) -> str:
    """'killed', 'survived' or 'slow': what a child process finds that runs the tests on the mutant."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        answer = b"killed"
        try:
            answer = _try(mutant, tests)
        finally:
            os.write(write, answer)
            os._exit(0)
    os.close(write)
    deadline = time.monotonic() + SECONDS * 4
    while time.monotonic() < deadline:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done:
            return os.read(read, 100).decode() or "killed"
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "slow"


def _try(mutant: tuple[str, int, int, str], tests: list[str]) -> bytes:
    sys.stderr = sys.stdout = io.StringIO()
    for name in [name for name in sys.modules if name.split(".")[0] in ("s2sad", "tests")]:
        if name != "tests":
            del sys.modules[name]
    path = ROOT / mutant[0]
    module = mutant[0].removesuffix(".py").replace("/", ".")
    text = mutated(mutant)
    linecache.cache[str(path)] = (len(text), None, text.splitlines(True), str(path))
    sys.meta_path.insert(0, Loader(module, path, text))
    found = units()
    return b"survived" if all(passes(found[name]) for name in tests if name in found) else b"killed"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="*", default=TARGETS)
    parser.add_argument("--count", type=int, default=200, help="how many mutants, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", type=int, default=40, help="at most this many tests a mutant")
    parser.add_argument("--only", default="", help="a pattern that the names of tests begin with, as in 'test_|golden'")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--coverage", type=Path, help="a file that keeps which test runs which line")
    options = parser.parse_args()
    paths = sorted({path for pattern in options.files for path in ROOT.glob(pattern)})
    every = [mutant for path in paths for mutant in mutants_of(path)]
    if options.coverage and options.coverage.is_file():
        ran = pickle.loads(options.coverage.read_bytes())
    else:
        ran = coverage({str(path) for path in paths}, options.only)
        if options.coverage:
            options.coverage.write_bytes(pickle.dumps(ran))
    chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
    counts: collections.Counter = collections.Counter()

    def attempt(mutant: tuple[str, int, int, str]) -> tuple[Any, str]:
        tests = ran.get((str(ROOT / mutant[0]), mutant[2]), [])
        return mutant, outcome(mutant, tests[: options.tests]) if tests else "not run"

    with ThreadPoolExecutor(options.jobs) as pool:
        for mutant, found in pool.map(attempt, chosen):
            counts[found] += 1
            if found in ("survived", "not run"):
                line = (ROOT / mutant[0]).read_text().splitlines()[mutant[2] - 1].strip()
                print(f"{found}: {mutant[0]}:{mutant[2]} {mutant[3]}: {line}", flush=True)
    killed = counts["killed"] + counts["slow"]
    share = killed / max(1, killed + counts["survived"])
    print(f"{dict(counts)} of {len(every)} possible; {share:.1%} killed of those that a test runs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
