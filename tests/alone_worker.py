"""A process in which `import s2sad` fails, and that runs generated programs from files: the other end of tests/alone.py.

It reads pickled requests from stdin, each with its length in front, and answers on stdout in the same way.

A program may need what a test file defines (a class, a global), and test files import s2sad. With the argument
`with-tests` the process imports these first, and what the arguments are made of; only then is s2sad gone.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.util
import io
import marshal
import os
import pickle
import struct
import sys
import tempfile
import traceback
import types
import warnings
from pathlib import Path
from typing import Any, BinaryIO, Iterator

# As in pyproject.toml: what older versions of SciPy say of calls that are right.
WARNINGS = ("The behavior of affine_transform with a 1-D array", "You are passing x=")


class NoS2sad:
    """Finds s2sad before anything else could, and refuses it."""

    allowed = False

    @classmethod
    def find_spec(cls, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] == "s2sad" and not cls.allowed:
            raise ModuleNotFoundError("No module named 's2sad' in the process that runs generated programs", name=name)


@contextlib.contextmanager
def s2sad_allowed() -> Iterator[None]:
    """Here s2sad can be imported; behind it is gone again."""
    NoS2sad.allowed = True
    sys.modules.update(_loaded)
    try:
        yield
    finally:
        NoS2sad.allowed = False
        _loaded.update((name, sys.modules.pop(name)) for name in list(sys.modules) if name.split(".")[0] == "s2sad")


_loaded: dict[str, types.ModuleType] = {}


def send(stream: BinaryIO, data: bytes) -> None:
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> bytes:
    head = stream.read(8)
    return stream.read(struct.unpack("<Q", head)[0]) if len(head) == 8 else b""


def made_function(
    code: bytes, module: str | None, name: str, defaults: Any, keywords: Any, cells: list[types.CellType]
) -> types.FunctionType:
    """A function that can't be pickled by its name (a lambda, one inside of another), made anew."""
    space = vars(importlib.import_module(module)) if module else {}
    made = types.FunctionType(marshal.loads(code), space, name, defaults, tuple(cells))
    made.__kwdefaults__ = keywords
    return made


def give_globals(function: types.FunctionType, used: dict[str, Any]) -> None:
    function.__globals__.update(used, __builtins__=builtins)  # NumPy looks for it


def made_cell(*content: Any) -> types.CellType:
    return types.CellType(*content)


class _Pickler(pickle.Pickler):
    """Pickles functions that have no place of their own by their code, with what they see around them."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, types.ModuleType):
            if value.__name__ == "__main__" or importlib.util.find_spec(value.__name__) is None:
                raise pickle.PicklingError(f"no other process finds the module {value.__name__}")
            return importlib.import_module, (value.__name__,)
        if isinstance(value, types.CellType):
            try:
                return made_cell, (value.cell_contents,)
            except ValueError:
                return made_cell, ()
        if isinstance(value, types.FunctionType) and not _has_place(value):
            module = function_home(value)
            code, closure = marshal.dumps(value.__code__), list(value.__closure__ or ())
            parts = (code, module, value.__name__, value.__defaults__, value.__kwdefaults__, closure)
            space = value.__globals__
            used = {} if module else {name: space[name] for name in names_of(value.__code__) if name in space}
            return made_function, parts, used, None, None, give_globals
        return NotImplemented


def _has_place(function: types.FunctionType) -> bool:
    place: Any = sys.modules.get(function.__module__)
    for part in function.__qualname__.split("."):
        place = getattr(place, part, None)
    return place is function


def function_home(function: types.FunctionType) -> str | None:
    """The module over whose globals a function runs, if it is one that can be imported."""
    name = function.__globals__.get("__name__")
    return name if name and vars(sys.modules.get(name, types)) is function.__globals__ else None


def names_of(code: types.CodeType) -> set[str]:
    inner = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return set(code.co_names).union(*map(names_of, inner))


def pickled(value: Any) -> bytes:
    stream = io.BytesIO()
    _Pickler(stream).dump(value)
    return stream.getvalue()


def run(folder: Path, number: int, text: str, name: str, provided: dict[str, Any], calls: list[tuple]) -> list[tuple]:
    """Imports the text from a file; for each call its result, what it printed, and whether its arguments are unchanged."""
    path = folder / f"generated_{number}.py"
    path.write_text(text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    vars(module).update(provided)
    spec.loader.exec_module(module)
    made = []
    for args, kwargs, extra in calls:
        out = io.StringIO()
        before = pickled((args, kwargs, extra))
        with contextlib.redirect_stdout(out):
            result = getattr(module, name)(*args, **kwargs, **extra)
        made.append((result, out.getvalue(), pickled((args, kwargs, extra)) == before))
    return made


def read_request(request: bytes, with_tests: bool) -> tuple:
    if not with_tests:
        return pickle.loads(request)
    with s2sad_allowed():
        read = pickle.loads(request)
        for node in ast.parse(read[0]).body:
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tests."):
                importlib.import_module(node.module)
        return read


def serve(requests: BinaryIO, answers: BinaryIO, with_tests: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        number = 0
        while request := receive(requests):
            number += 1
            try:
                path, strict, rest = pickle.loads(request)
                warnings.simplefilter("error" if strict else "ignore")
                for message in WARNINGS:
                    warnings.filterwarnings("ignore", message)
                if path != sys.path:
                    sys.path[:] = path
                    importlib.invalidate_caches()
                answer = pickled((True, run(Path(folder), number, *read_request(rest, with_tests))))
            except BaseException:
                answer = pickle.dumps((False, traceback.format_exc()))
            send(answers, answer)


if __name__ == "__main__":
    sys.meta_path.insert(0, NoS2sad)  # type: ignore[arg-type]
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what the programs print past sys.stdout must not get among the answers
    serve(sys.stdin.buffer, answers, "with-tests" in sys.argv)
