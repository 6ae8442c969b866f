"""Changes s2sad in one small place at a time, and asks whether a test notices: a mutation tester.

    python -m tests.mutation --count 80 --seed 1 --coverage lines.pickle s2sad/adjoint*.py s2sad/tape*.py

A mutant turns one comparison round, takes one statement or operand out, swaps `and` with `or`, operands, a sign, a truth
value, or moves a number by one; in a rule's template it also negates what is returned, or reads another parameter.
pytest collects the tests once; each mutant is tried in a fork of that process, in which the functions of the mutated
file get their new code, by the tests that run the changed line, quick ones first, until one fails. A mutant that
survives is printed: a test is missing, or the line does nothing that matters. "missed" says that it is the first, since
one of so many random --programs is wrong then; "same texts" that all programs of these tests came out the same. What
runs only while s2sad is imported is mutated where it registers rules ("import"): the file is run again in its module.
Elsewhere it is "not run".

Which test runs which line is found once (with coverage.py, which must be installed) and kept in the file of --coverage.
"""

from __future__ import annotations

import argparse
import ast
import collections
import copy
import dataclasses
import fnmatch
import functools
import gc
import importlib
import io
import itertools
import linecache
import os
import pickle
import random
import resource
import selectors
import sys
import time
import types
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
TARGETS = ["s2sad/activity.py", "s2sad/tape*.py", "s2sad/pairs.py", "s2sad/adjoint*.py", "s2sad/tangent*.py"]
# Not those that compile with Numba, measure, or start processes of their own.
TESTS = [
    "tests/language", "tests/test_adjoint_text.py", "tests/test_alias_programs.py", "tests/test_bad_input.py",
    "tests/test_core.py", "tests/test_dependence.py", "tests/test_exemplars.py", "tests/test_fewer_operations.py",
    "tests/test_first_writes.py", "tests/test_forward.py", "tests/test_golden.py", "tests/test_golden_rules.py",
    "tests/test_guards.py", "tests/test_higher.py", "tests/test_invariants.py", "tests/test_numpy_equivalents.py",
    "tests/test_numpy_memory.py", "tests/test_numpy_repeated.py", "tests/test_overlaps.py", "tests/test_pullbacks.py",
    "tests/test_random_programs.py", "tests/test_refusal_programs.py", "tests/test_refusals.py",
    "tests/test_rule_edges.py", "tests/test_rule_keywords.py", "tests/test_rule_programs.py", "tests/test_rules.py",
    "tests/test_saves.py", "tests/test_scipy.py", "tests/test_scipy_factors.py", "tests/test_scipy_solvers.py",
    "tests/test_scipy_sparse.py", "tests/test_scipy_splines.py", "tests/test_scipy_systems.py",
    "tests/test_scipy_trajectories.py", "tests/test_single_precision.py", "tests/test_steps.py",
    "tests/test_text_of_users.py", "tests/test_users_rules.py", "s2sad",
]  # fmt: skip
COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
SWAPPED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)
IMPORT = "import: "  # begins the names of changes to what runs while a module is imported
Mutant = tuple[str, int, int, str, tuple[int, int]]  # file, number of the node, line, change, lines that tests must run
Lines = dict[str, set[int]]
FIRST_PROGRAM = 77_000_000  # the seed of the first random program that survivors are tried on
TOGETHER = 20  # tests whose lines are found in one process


# ------------------------------------------------------------------------------------------ mutants
def changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """The ways to change one node: what it is called, and what does it, in place."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        yield "comparison", lambda each: each.ops.__setitem__(0, COMPARISONS[type(each.ops[0])]())
    if isinstance(node, ast.BoolOp):
        yield "and/or", lambda each: setattr(each, "op", ast.Or() if isinstance(each.op, ast.And) else ast.And())
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        yield "operator", lambda each: setattr(each, "op", OPERATORS[type(each.op)]())
        yield "operand left out", _only_left
    if isinstance(node, ast.BinOp) and isinstance(node.op, SWAPPED):
        yield "operands swapped", lambda each: each.__dict__.update(left=each.right, right=each.left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "sign", lambda each: setattr(each, "op", ast.UAdd())
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        yield "test negated", lambda each: setattr(each, "test", ast.UnaryOp(ast.Not(), each.test))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "truth value", lambda each: setattr(each, "value", not each.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        yield "number", lambda each: setattr(each, "value", each.value + 1)
    left_out = isinstance(node, (ast.AugAssign, ast.Continue, ast.Break))
    if left_out or isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant):
        yield "statement left out", _leave_out


def _leave_out(node: Any) -> None:
    node.__class__ = ast.Pass
    node._fields = ()


def _only_left(node: Any) -> None:
    node.__class__, fields = node.left.__class__, node.left.__dict__
    node.__dict__.update(fields)


def template_changes(function: ast.FunctionDef) -> Iterator[tuple[ast.AST, str, Callable[[Any], None]]]:
    """(a node of a rule's template or helper, the name of a change, what does it)."""
    head = function.args
    names = [each.arg for each in [*head.posonlyargs, *head.args, *head.kwonlyargs]]
    for node in (each for statement in function.body for each in ast.walk(statement)):
        if isinstance(node, ast.Return) and node.value is not None:
            for part in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
                if not isinstance(part, ast.Constant):
                    yield part, "negated", _negate
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names and len(names) > 1:
            other = names[(names.index(node.id) + 1) % len(names)]
            yield node, f"reads {other}", functools.partial(_rename, other)


def _rename(name: str, node: Any) -> None:
    node.id = name


def _negate(node: Any) -> None:
    inner, node.__class__ = copy.copy(node), ast.UnaryOp
    node.__dict__.update(op=ast.USub(), operand=inner)


def registers_rules(path: Path) -> bool:
    """Whether a file can be run again in its module, and then registers its rules anew."""
    text = path.read_text()
    return "s2sad/rules/" in str(path) and "from s2sad.rules.registry import" in text and path.stem != "results"


@dataclasses.dataclass
class Place:
    """A node that can be changed: where tests must have been for it, and how it can be."""

    node: Any
    lines: tuple[int, int]
    changes: list[tuple[str, Callable[[Any], None]]]


def places_of(path: Path) -> list[Place]:
    """The nodes inside of functions, but for defaults and what is in f-strings; of rules, also those outside."""
    tree, rules = ast.parse(path.read_text()), registers_rules(path)
    strings = {node for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for node in ast.walk(each)}
    whole = {}  # of what is in a simple statement, its lines
    for statement in ast.walk(tree):
        if isinstance(statement, ast.stmt) and not hasattr(statement, "body"):
            whole.update(dict.fromkeys(ast.walk(statement), (statement.lineno, statement.end_lineno or 0)))
    places: dict[ast.AST, Place] = {}
    for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
        for node in (node for statement in function.body for node in ast.walk(statement)):
            lines = whole.get(node, (getattr(node, "lineno", 0), getattr(node, "end_lineno", 0)))
            places.setdefault(node, Place(node, lines, list(changes(node))))
        for node, name, change in template_changes(function) if rules and function.returns is None else ():
            places[node].changes.append((name, change))
    for statement in tree.body if rules else ():
        if isinstance(statement, ast.FunctionDef):
            outside: list[Any] = statement.decorator_list
            lines = statement.body[0].lineno, statement.end_lineno or 0
        else:
            outside, lines = [statement], (0, 1 << 30)
        for node in (node for each in outside for node in ast.walk(each) if node not in places):
            found = [(IMPORT + name, change) for name, change in changes(node) if change is not _leave_out]
            places[node] = Place(node, lines, found)
    return [place for node, place in places.items() if node not in strings]


def mutants_of(path: Path) -> list[Mutant]:
    name = str(path.relative_to(ROOT))
    return [
        (name, number, getattr(place.node, "lineno", 0), what, place.lines)
        for number, place in enumerate(places_of(path))
        for what, _ in place.changes
    ]


def mutated(mutant: Mutant) -> str:
    """The text of the file with that change; all other lines keep their numbers."""
    name, number, _, what, _ = mutant
    text, found = (ROOT / name).read_text(), places_of(ROOT / name)[number]
    node: Any = found.node
    place: Any = node.test if isinstance(node, (ast.If, ast.While)) else node  # the block of an `if` keeps its form
    begins = [0, *itertools.accumulate(len(line) for line in text.encode().splitlines(keepends=True))]
    start, end = begins[place.lineno - 1] + place.col_offset, begins[place.end_lineno - 1] + place.end_col_offset
    height = place.end_lineno - place.lineno
    dict(found.changes)[what](node)
    made = ast.unparse(ast.fix_missing_locations(node.test if place is not node else node))
    made = f"({made}" + "\n" * height + ")" if isinstance(place, ast.expr) else made + "\n" * height
    data = text.encode()
    return (data[:start] + made.encode() + data[end:]).decode()


# ------------------------------------------------------------------------------------------ giving functions new code
def codes_of(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from codes_of(each)


@functools.cache
def functions_of(path: str) -> list[types.FunctionType]:
    """The functions of a file that there are."""
    return [each for each in _functions() if each.__code__.co_filename == path]


@functools.cache
def _functions() -> list[types.FunctionType]:
    return [each for each in gc.get_objects() if isinstance(each, types.FunctionType)]


def replace_code(name: str, text: str) -> None:
    """Gives the functions of an imported file the code that another text of it has."""
    path = str(ROOT / name)
    old, new = (
        list(codes_of(compile(each, path, "exec", dont_inherit=True))) for each in ((ROOT / name).read_text(), text)
    )
    if len(old) != len(new):  # a lambda or comprehension has gone
        by_place = {(code.co_name, code.co_firstlineno): code for code in new}
        new = [by_place.get((code.co_name, code.co_firstlineno), code) for code in old]
    changed = {code: other for code, other in zip(old, new) if code != other}
    for each in functions_of(path):
        each.__code__ = changed.get(each.__code__, each.__code__)
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)


def run_again(name: str, text: str) -> None:
    """Runs another text of an imported file in its module: rules are registered anew. Who has the old ones (the tests'
    lists) finds the new ones in them."""
    from s2sad.rules import registry

    path = str(ROOT / name)
    module = next(each for each in list(sys.modules.values()) if getattr(each, "__file__", None) == path)
    linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    before = dict(registry._rules)
    exec(compile(text, path, "exec", dont_inherit=True), vars(module))
    for function, old in before.items():
        made = vars(registry._rules[function]).copy()
        old.__dict__.clear()
        old.__dict__.update(made)


def lines_of_import(files: list[str]) -> bytes:
    """The lines that are run when the files of rules are imported, pickled."""
    import coverage

    tracing = coverage.Coverage(data_file=None, config_file=False, include=files, messages=False)
    tracing.start()
    for file in files:
        run_again(str(Path(file).relative_to(ROOT)), Path(file).read_text())
    tracing.stop()
    return pickle.dumps({file: set(tracing.get_data().lines(file) or ()) for file in files})


# ------------------------------------------------------------------------------------------ in a fork
class Watch:
    """What the tests that run in this process make: the text of each program, and the templates that are read."""

    def __init__(self) -> None:
        from s2sad import pipeline
        from s2sad.rules import templates

        self.texts: list[int] = []
        self.read: set[types.CodeType] = set()
        stages, parsed = pipeline.run_stages, templates._parsed

        def run_stages(*arguments: Any) -> Any:
            made = stages(*arguments)
            self.texts.append(zlib.crc32(made.text.encode()))
            return made

        def parse(function: Any, code: Any) -> Any:
            self.read.add(code)
            return parsed(function, code)

        pipeline.run_stages, templates._parsed = run_stages, parse  # type: ignore[assignment]

    def template_lines(self) -> Iterator[tuple[str, int]]:
        for code in self.read:
            lines = [line for each in codes_of(code) for _, _, line in each.co_lines() if line]
            yield from ((code.co_filename, line) for line in range(code.co_firstlineno, max(lines) + 1))


def ask_a_fork(with_tests: bool, request: bytes) -> Any:
    """As tests.alone's processes answer: a fork is there at once."""
    from tests import alone_worker

    def answer() -> bytes:
        for name in [name for name in sys.modules if name.partition(".")[0] == "s2sad"]:
            alone_worker._loaded[name] = sys.modules.pop(name)
        sys.meta_path.insert(0, alone_worker.NoS2sad)  # type: ignore[arg-type]
        answers = io.BytesIO()
        alone_worker.serve(io.BytesIO(len(request).to_bytes(8, "little") + request), answers, with_tests)
        return answers.getvalue()[8:]

    [(_, found)] = in_forks([("", answer)], 1, 60)
    return pickle.loads(found)


def passes(item: Any) -> bool:
    from _pytest.runner import runtestprotocol
    from _pytest.warnings import catch_warnings_for_item

    with catch_warnings_for_item(item.config, item.ihook, "runtest", item):  # with the filters that the test asks for
        return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def lines_run(items: list[Any], files: list[str]) -> bytes:
    """Of each test (seconds, lines of the files that it runs, the texts of its programs), pickled."""
    import coverage

    from s2sad.rules import memo, templates

    watch, made = Watch(), {}
    tracing = coverage.Coverage(data_file=None, config_file=False, include=files, messages=False)
    tracing._warn_no_data = False
    tracing.start()
    for item in items:
        memo._made.clear()  # so that the next test reads its templates too
        templates.read.cache_clear()
        watch.texts, watch.read = [], set()
        tracing.switch_context(item.nodeid)
        start = time.perf_counter()
        good = passes(item)
        seconds = time.perf_counter() - start
        tracing.switch_context("")
        lines: Lines = collections.defaultdict(set)
        for name, line in watch.template_lines():
            lines[name].add(line)
        made[item.nodeid] = (seconds if good else -1.0, lines, watch.texts)
    tracing.stop()
    data = tracing.get_data()
    for name in data.measured_files():
        for line, tests in data.contexts_by_lineno(name).items():
            for test in tests:
                if test in made:
                    made[test][1][name].add(line)
    return pickle.dumps({test: (seconds, dict(lines), texts) for test, (seconds, lines, texts) in made.items()})


def tried(
    mutant: Mutant, again: bool, items: list[Any], texts: dict[str, list[int]], seconds: float, programs: int
) -> bytes:
    """What the tests find of a mutant, as text; of one that they don't kill, what so many random programs find."""
    text = mutated(mutant)
    try:
        (run_again if again else replace_code)(mutant[0], text)
    except Exception as error:  # in another place than the line: a defect of this tester
        return (f"killed by the import ({error})" if again else f"no mutant ({error})").encode()
    watch, differs, count = Watch(), "", 0
    deadline = time.process_time() + seconds
    for item in items:
        if time.process_time() > deadline:
            break
        watch.texts.clear()
        count += 1
        if not passes(item):
            return f"killed by {item.nodeid}".encode()
        if not differs and watch.texts != texts[item.nodeid]:
            differs = item.nodeid
    found = missing_test(programs) if differs or count < len(items) else ""
    if found:
        return f"missed by {count} of {len(items)} tests: {found}".encode()
    return f"survived {count} of {len(items)} tests, {'other text in ' + differs if differs else 'same texts'}".encode()


def missing_test(programs: int) -> str:
    """The first random program of which a mutant that the tests don't notice makes something wrong."""
    from tests import random_programs
    from tests.random_judge import GOOD, check

    for seed in range(FIRST_PROGRAM, FIRST_PROGRAM + programs):
        for outcome in check(random_programs.make(seed), ("reverse",)).values():
            if outcome.kind not in GOOD:
                return f"the program of seed {seed} is {outcome.kind}"
    return ""


def in_forks(
    tasks: Iterable[tuple[Any, Callable[[], bytes]]], jobs: int, seconds: float
) -> Iterator[tuple[Any, bytes]]:
    """(what names a task, what it returned in a fork of this process); b"" for one that died, also of taking more
    than these seconds of the processor."""
    waiting, running = iter(tasks), selectors.DefaultSelector()
    while True:
        while len(running.get_map()) < jobs and (task := next(waiting, None)) is not None:
            ends, child = _forked(task[1], int(seconds))
            running.register(ends, selectors.EVENT_READ, (task[0], child, []))
        if not running.get_map():
            return
        for key, _ in running.select():
            name, child, parts = key.data
            if part := os.read(key.fd, 1 << 20):
                parts.append(part)
            else:
                running.unregister(key.fd)
                os.close(key.fd)
                os.waitpid(child, 0)
                yield name, b"".join(parts)


def _forked(task: Callable[[], bytes], seconds: int) -> tuple[int, int]:
    """The end to read from, and the process."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return read, child
    try:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        for stream in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), stream)
        answer = task()
        while answer:
            answer = answer[os.write(write, answer) :]
    finally:
        os._exit(0)


# ------------------------------------------------------------------------------------------ in the process that forks
class Tester:
    """A plugin of pytest: instead of running the tests, tries the mutants on them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        paths = {path for pattern in [*TARGETS, *options.files] for path in ROOT.glob(pattern)}
        self.files = sorted(map(str, paths | set((ROOT / "s2sad").glob("**/*.py"))))

    def pytest_runtestloop(self, session: Any) -> bool:
        from s2sad.rules import loading
        from tests import alone

        loading.load_all()
        for path in {path for pattern in self.options.files or TARGETS for path in ROOT.glob(pattern)}:
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))  # some are imported late
        for module in [module for name, module in sys.modules.items() if name.partition(".")[0] == "s2sad"]:
            for value in list(vars(module).values()):
                if isinstance(value, type(functools.cache(len))):
                    value.cache_clear()
        _functions()
        for worker, with_tests in ((alone._worker, False), (alone._worker_with_tests, True)):
            worker.ask = functools.partial(ask_a_fork, with_tests)  # type: ignore[method-assign]
        items = {item.nodeid: item for item in session.items if self.takes(item.nodeid)}
        self.try_mutants(items, self.coverage(items))
        return True

    def takes(self, test: str) -> bool:
        named = any(fnmatch.fnmatch(test, each) for each in self.options.tests or ["*"])
        return named and zlib.crc32(test.encode()) % self.options.one_in == 0

    def coverage(self, items: dict[str, Any]) -> dict[str, tuple[float, Lines, list[int]]]:
        """Of each test: how long it takes, the lines that it runs, the texts that it makes."""
        known: dict[str, tuple[float, Lines, list[int]]] = {}
        path = self.options.coverage
        if path.is_file():
            with path.open("rb") as file:
                while file.peek(1):
                    known.update(pickle.load(file))
        todo = [item for name, item in items.items() if name not in known]
        parts = [todo[k : k + TOGETHER] for k in range(0, len(todo), TOGETHER)]
        tasks = [(part, lambda part=part: lines_run(part, self.files)) for part in parts]
        with path.open("ab") as file:
            for part, answer in in_forks(tasks, self.options.jobs, 3600):
                found = {item.nodeid: (-1.0, {}, []) for item in part} | (pickle.loads(answer) if answer else {})
                known.update(found)
                pickle.dump(found, file)
                file.flush()
                print(f"{len(known)} of {len(items)} tests", flush=True)
        failing = [name for name in items if known[name][0] < 0]
        if todo and failing:
            print(f"left out, as they fail without a mutant: {failing}", flush=True)
        return {name: found for name, found in known.items() if name in items and found[0] >= 0}

    def lines_of_import(self, paths: Iterable[Path]) -> Lines:
        loaded = {getattr(each, "__file__", None) for each in sys.modules.values()}
        files = [str(path) for path in paths if registers_rules(path) and str(path) in loaded]
        return pickle.loads(next(in_forks([("", lambda: lines_of_import(files))], 1, 600))[1]) if files else {}

    def try_mutants(self, items: dict[str, Any], ran: dict[str, tuple[float, Lines, list[int]]]) -> None:
        options = self.options
        paths = sorted({path for pattern in options.files or TARGETS for path in ROOT.glob(pattern)})
        every = [mutant for path in paths for mutant in mutants_of(path)]
        chosen = random.Random(options.seed).sample(every, min(options.count, len(every)))
        if options.line:
            chosen = [mutant for mutant in every if mutant[2] in options.line]
        counts: collections.Counter = collections.Counter()
        texts = {name: found[2] for name, found in ran.items()}
        tasks: list[tuple[Mutant, Callable[[], bytes]]] = []
        at_import = self.lines_of_import(paths)
        for mutant in chosen:
            file, (first, last) = str(ROOT / mutant[0]), mutant[4]
            wanted = set(range(first, min(last, 10_000) + 1))
            mine, again = [name for name in ran if wanted & ran[name][1].get(file, set())], mutant[3].startswith(IMPORT)
            if not mine and wanted & at_import.get(file, set()):
                mine, again = [name for name in ran if ran[name][1].get(file)], True
            with_items = [items[name] for name in sorted(mine, key=lambda name: ran[name][0])]
            task = functools.partial(tried, mutant, again, with_items, texts, options.seconds, options.programs)
            tasks.append((mutant, task if mine else lambda: b"not run by a test"))
        for mutant, answer in in_forks(tasks, options.jobs, 2 * options.seconds + 60 + options.programs):
            found = answer.decode() or "killed by its death or by time"
            counts[found.split()[0]] += 1
            if options.verbose or not found.startswith("killed"):
                line = (ROOT / mutant[0]).read_text().splitlines()[mutant[2] - 1].strip()
                print(f"{mutant[0]}:{mutant[2]} {mutant[3]}: {line}\n    {found}", flush=True)
        share = counts["killed"] / max(1, counts["killed"] + counts["survived"] + counts["missed"])
        print(f"{dict(counts)} of {len(every)} possible; {share:.1%} killed of those that a test runs", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="*", help="patterns of files to mutate")
    parser.add_argument("--count", type=int, default=80, help="how many mutants, chosen at random")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--line", type=int, action="append", help="all mutants of these lines instead")
    parser.add_argument("--seconds", type=float, default=60, help="of the processor, for the tests of a mutant")
    parser.add_argument("--from", dest="collect", nargs="*", default=TESTS, help="files of tests")
    parser.add_argument("--share", default="all", help="of the tests, as in tests/shares.py")
    parser.add_argument("--tests", action="append", help="a pattern for the tests' names (several: any of them)")
    parser.add_argument("--one-in", type=int, default=1, help="of so many of these tests")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--coverage", type=Path, required=True, help="a file that keeps which test runs which line")
    parser.add_argument("--programs", type=int, default=0, help="random programs to try on each that survives")
    parser.add_argument("--verbose", action="store_true", help="print also what kills")
    options = parser.parse_args()
    importlib.import_module("coverage")
    how = ["-qq", "-s", "-n", "0", "-p", "no:cacheprovider", "--no-header", "--share", options.share]
    pytest.main([*how, *options.collect], [Tester(options)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
