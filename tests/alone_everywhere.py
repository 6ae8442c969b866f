"""Every generated program that a test calls, whichever test it is, is run once more where s2sad can't be imported.

    make alone          (or: python -m pytest --alone)

A plugin of pytest. With that option it hears of the first call of each program that `compile_program` makes: what it is
given, what it returns. When the test is done, the program's text, the arguments, and the names that the text says must be
provided go to the process of tests/alone.py, and the result has to be the same. Nothing else is changed: the calls are
heard by `sys.monitoring`, which Python has from 3.12 on. Without the option only the cases of the language, the rules, the
exemplars and random programs are run alone (where they are tested).
"""

from __future__ import annotations

import inspect
import sys
import types
import weakref
from typing import Any, Iterator

import pytest

from s2sad import api, compiling
from s2sad.requests import Program
from tests.alone import is_known, main_function, names_to_provide, run_pickled, value_of
from tests.alone_worker import pickled

TOOL = 4  # of the numbers that sys.monitoring has for tools; debuggers, coverage.py and profilers take 0 to 2


class Heard:
    """The first call of a program."""

    def __init__(self, program: Program, main: types.FunctionType) -> None:
        self.text, self.main = program.text, weakref.ref(main)
        self.request: bytes | None = None  # what the other process is to be given
        self.result: bytes | None = None  # None where the call failed
        self.why_not = ""  # why the call can't be told to another process

    def call(self, space: dict[str, Any]) -> None:
        """The arguments, from the names in the function as it begins."""
        main = self.main()
        assert main is not None
        args, kwargs = arguments_of(main, space)
        provided = {name: value_of(name, main) for name in names_to_provide(self.text)}
        self.request = pickled((self.text, main_function(self.text)[0], provided, [(args, kwargs, {})]))


def arguments_of(function: types.FunctionType, space: dict[str, Any]) -> tuple[tuple, dict]:
    """What a function was called with; what its defaults gave is left out at the end."""
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    left_out = True
    for name, each in reversed(inspect.signature(function).parameters.items()):
        value = space[name]
        if each.kind == each.VAR_KEYWORD:
            kwargs |= value
        elif each.kind == each.VAR_POSITIONAL:
            args[:0] = value
            left_out = left_out and not value
        elif each.kind == each.KEYWORD_ONLY:
            if value is not each.default:
                kwargs[name] = value
        elif not left_out or value is not each.default:
            args.insert(0, value)
            left_out = False
    return tuple(args), kwargs


class Listener:
    """Knows the programs that were made and not called yet, and those that were called in the current test."""

    def __init__(self) -> None:
        self.waiting: dict[int, Heard] = {}  # by the id of the code: two codes of the same text are equal
        self.running: dict[int, Heard] = {}
        self.heard: list[Heard] = []
        self.counts = {"called": 0, "run alone": 0, "failed themselves": 0, "known": 0, "not told": 0}

    def begin(self) -> None:
        sys.monitoring.use_tool_id(TOOL, "programs alone")
        events = sys.monitoring.events
        sys.monitoring.register_callback(TOOL, events.PY_START, self.started)
        sys.monitoring.register_callback(TOOL, events.PY_RETURN, self.returned)
        compile_program = compiling.compile_program

        def compile_and_listen(program: Program, *rest: Any) -> types.FunctionType:
            main = compile_program(program, *rest)
            if program.tree is not None:  # else it is text that a test has put in place of a program
                self.waiting[id(main.__code__)] = Heard(program, main)
                weakref.finalize(main.__code__, self.waiting.pop, id(main.__code__), None).atexit = False
                sys.monitoring.set_local_events(TOOL, main.__code__, events.PY_START | events.PY_RETURN)
            return main

        api.compile_program = compile_and_listen

    def started(self, code: types.CodeType, _: int) -> None:
        frame = sys._getframe(1)
        self.running.pop(id(frame), None)  # of an earlier call that raised, whose frame was where this one is
        heard = self.waiting.pop(id(code), None)
        if heard is None:
            return
        self.counts["called"] += 1
        try:
            heard.call(dict(frame.f_locals))
        except Exception as error:
            heard.why_not = f"{type(error).__name__}: {error}"
        self.running[id(frame)] = heard
        self.heard.append(heard)

    def returned(self, code: types.CodeType, _: int, result: Any) -> None:
        heard = self.running.pop(id(sys._getframe(1)), None)
        if heard is None:
            return
        sys.monitoring.set_local_events(TOOL, code, 0)
        try:
            heard.result = pickled(result)
        except Exception as error:
            heard.why_not = f"{type(error).__name__}: {error}"

    def run_alone(self, wanted: bool) -> None:
        """Runs alone what has been heard since last time."""
        heard, self.heard = self.heard, []
        self.running.clear()
        for each in heard:
            what = self.sort_of(each) if wanted else "not told"
            self.counts[what] += 1
            if what == "run alone":
                run_pickled(each.request, each.text, each.result)

    def sort_of(self, heard: Heard) -> str:
        if heard.why_not or heard.request is None:
            return "not told"
        if heard.result is None:
            return "failed themselves"
        return "known" if is_known(heard.text, heard.request) else "run alone"


listener = Listener()


def pytest_addoption(parser: Any) -> None:
    parser.addoption("--alone", action="store_true", help="run each generated program alone, too (Python 3.12 on)")


def pytest_configure(config: Any) -> None:
    config.addinivalue_line("markers", "not_alone(why): the programs of this test can't run alone")
    if config.getoption("--alone"):
        if not hasattr(sys, "monitoring"):
            raise pytest.UsageError("--alone needs Python 3.12 or newer, which can listen to calls")
        listener.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: Any) -> Iterator[None]:
    result = yield
    listener.run_alone(item.get_closest_marker("not_alone") is None)
    return result


def pytest_sessionfinish(session: Any) -> None:
    """In a worker of xdist the counts go to the process that reports."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["programs alone"] = listener.counts


_of_workers: list[dict[str, int]] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    _of_workers.append(getattr(node, "workeroutput", {}).get("programs alone", {}))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    found = _of_workers or [listener.counts]
    sums = {key: sum(each.get(key, 0) for each in found) for key in listener.counts}
    if sums["called"]:
        said = ", ".join(f"{count} {key}" for key, count in sums.items())
        terminalreporter.write_line(f"generated programs: {said}")
