"""Runs generated programs where s2sad can't be imported: a process beside the tests, started when first needed.

A program's text, its arguments and the names that it says must be provided are all that the process gets.
"""

from __future__ import annotations

import ast
import atexit
import functools
import hashlib
import inspect
import pickle
import re
import subprocess
import sys
import types
from pathlib import Path
from typing import Any, Callable

from tests.alone_worker import pickled, receive, send
from tests.language.basics import identical

ROOT = Path(__file__).parent.parent
PROVIDED = re.compile(r"^# To be defined here, as it can't be imported:\n((?:#  +\w+: .*\n)+)", re.MULTILINE)


NO_S2SAD = "No module named 's2sad' in the process that runs generated programs"


class Failed(AssertionError):
    """The program doesn't run alone."""


class Worker:
    """The process."""

    def __init__(self, *arguments: str) -> None:
        self.process: Any = None
        self.arguments = arguments

    def ask(self, request: bytes) -> Any:
        if self.process is None:
            command = [sys.executable, "-m", "tests.alone_worker", *self.arguments]
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        answer = b""
        try:
            send(self.process.stdin, request)
            answer = receive(self.process.stdout)
        finally:
            if not answer:  # it has died, or we were interrupted: a late answer must not be taken for the next one
                self.process.kill()
                self.close()
        if not answer:
            raise Failed("the process that runs generated programs has died")
        return pickle.loads(answer)

    def close(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.stdin.close()
            process.stdout.close()
            process.wait()


_worker, _worker_with_tests = Worker(), Worker("with-tests")
atexit.register(_worker.close)
atexit.register(_worker_with_tests.close)


def main_function(text: str) -> tuple[str, str]:
    """The name of a generated text's main function, which is the last one, and of its last parameter, which is dy."""
    main = ast.parse(text).body[-1]
    assert isinstance(main, ast.FunctionDef)
    return main.name, [*main.args.args, *main.args.kwonlyargs][-1].arg


def names_to_provide(text: str) -> list[str]:
    """The names that a text says its reader must define."""
    found = PROVIDED.search(text)
    return re.findall(r"^#  +(\w+): ", found.group(1), re.MULTILINE) if found else []


def run_alone(text: str, calls: list[tuple], compiled: Callable | None = None) -> list[tuple]:
    """For each call (args, kwargs, {} or {'dy': dy} or tangents by name) its result, what it printed, and whether its arguments are as before.

    compiled: the same program as a function, in which the values are found that the text says must be provided, and
    the object of a method.
    """
    while isinstance(compiled, (types.MethodType, functools.partial)):
        before = compiled.args if isinstance(compiled, functools.partial) else (compiled.__self__,)
        keywords = getattr(compiled, "keywords", {})
        compiled = compiled.func if isinstance(compiled, functools.partial) else compiled.__func__
        calls = [((*before, *args), {**keywords, **kwargs}, extra) for args, kwargs, extra in calls]
    main, dy_name = main_function(text)
    calls = [
        (args, kwargs, {dy_name if key == "dy" else key: extra[key] for key in extra}) for args, kwargs, extra in calls
    ]
    provided = {name: value_of(name, compiled) for name in names_to_provide(text)}
    _texts.add(text)
    return _ask(pickled((text, main, provided, calls)), text)


def run_pickled(request: bytes, text: str, result: bytes) -> None:
    """Runs one call that is pickled already; AssertionError if its result isn't the one that is pickled.

    The last digits may differ, as those of a matrix product do by where the arrays lie in memory. Whether it warns is
    not looked at: the test may have meant it to.
    """
    [(found, _, _)] = _ask(request, text, with_tests=True)
    wanted = pickle.loads(result)
    assert identical(found, wanted, rounding=1e4), f"the program gives {found!r} alone, not {wanted!r}\n{text}"


_texts: set[str] = set()  # those that have been run in a test of their own
_requests: set[bytes] = set()


def is_known(text: str, request: bytes) -> bool:
    """Whether a text has been run alone by a test itself, or this very call of it before."""
    digest = hashlib.sha256(request).digest()
    known = text in _texts or digest in _requests
    _requests.add(digest)
    return known


def _ask(request: bytes, text: str, with_tests: bool = False) -> list[tuple]:
    request = pickled((sys.path, not with_tests, request))
    good, answer = _worker.ask(request)
    if not good and with_tests and NO_S2SAD in answer:
        good, answer = _worker_with_tests.ask(request)
    if not good:
        raise Failed(f"the program fails alone:\n{answer}\n{text}")
    return answer


def value_of(name: str, function: Any) -> Any:
    """What a name means in a compiled program."""
    if name.endswith("_default"):
        return inspect.signature(function).parameters[name.removesuffix("_default")].default
    todo, done = [function], []
    while todo:
        each = todo.pop()
        done.append(each)
        for free, cell in zip(each.__code__.co_freevars, each.__closure__ or ()):
            if free == name:
                return cell.cell_contents
            inner = cell.cell_contents
            if isinstance(inner, types.FunctionType) and inner not in done:
                todo.append(inner)
    return function.__globals__[name]
