"""What Numba has compiled, kept on disk for the next process.

A program goes into a folder of its own, named by a hash of all that its machine code depends on: its text, the user's
functions that it calls (and what those call), the globals that these read, the options, and the versions of Python,
NumPy, Numba and s2sad. So nothing that is found there can be out of date. What can't be hashed is not kept.

The folders are in S2SAD_CACHE_DIR, else in the user's folder for caches. They may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from s2sad.numba_attributes import KNOWN


class Unknown(Exception):
    """Something that can't be hashed."""


def folder() -> Path:
    """Where compiled programs are kept."""
    given = os.environ.get("S2SAD_CACHE_DIR")
    if given:
        return Path(given)
    home = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "s2sad"


class Fingerprint:
    """A hash of values, one after the other. `digest()` is None if one of them can't be hashed."""

    def __init__(self) -> None:
        self.hash: Any = hashlib.sha256()
        self.known: set[int] = set()
        import numba

        from s2sad.version import version

        for each in (sys.version, platform.machine(), np.__version__, numba.__version__, version()):
            self.add(each)

    def digest(self) -> str | None:
        return None if self.hash is None else self.hash.hexdigest()[:32]

    def add(self, *values: Any) -> None:
        for value in values:
            try:
                if self.hash is not None:
                    self.take(value)
            except Unknown:
                self.hash = None

    def write(self, *parts: Any) -> None:
        for part in parts:
            data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
            self.hash.update(b"%d:" % len(data))
            self.hash.update(data)

    def take(self, value: Any) -> None:
        self.write(type(value).__module__, type(value).__qualname__)
        if value is None or isinstance(value, (bool, int, float, complex, str, bytes, np.dtype)):
            self.write(repr(value))
        elif isinstance(value, (np.ndarray, np.generic)):
            if value.dtype.hasobject:
                raise Unknown
            self.write(value.dtype.str, value.shape, value.tobytes())
        elif isinstance(value, (tuple, list)):
            self.write(len(value))
            for each in value:
                self.take(each)
        elif isinstance(value, (set, frozenset)):
            self.take(sorted(value, key=repr))
        elif isinstance(value, dict):
            self.take(list(value.items()))
        elif isinstance(value, types.ModuleType):
            if value.__name__.partition(".")[0] not in KNOWN:  # what Numba reads there isn't known
                raise Unknown
            self.write(value.__name__, getattr(value, "__version__", ""))
        elif isinstance(value, type):
            self.write(value.__module__, value.__qualname__, getattr(value, "_fields", ""))
        elif isinstance(value, (types.BuiltinFunctionType, np.ufunc)) or type(value).__module__ == "numpy":
            self.write(getattr(value, "__module__", ""), value.__name__)
        elif isinstance(value, types.CodeType):
            self.code(value)
        elif isinstance(getattr(value, "py_func", None), types.FunctionType):
            self.take(dict(getattr(value, "targetoptions", {})))
            self.function(value.py_func)
        elif isinstance(value, types.FunctionType):
            self.function(value)
        else:
            raise Unknown

    def code(self, code: types.CodeType) -> None:
        self.write(code.co_code, code.co_names, code.co_varnames, code.co_freevars)
        self.take(code.co_consts)

    def function(self, function: types.FunctionType) -> None:
        """A function, and what it reads."""
        if id(function) in self.known:
            return
        self.known.add(id(function))
        module = function.__module__ or ""
        if module.partition(".")[0] in ("numpy", "numba", "math"):
            self.write(module, function.__qualname__)
            return
        self.code(function.__code__)
        self.take(function.__defaults__)
        self.take(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            self.take(cell.cell_contents)
        for name in sorted(names_of(function.__code__)):
            if name in function.__globals__:
                self.write(name)
                self.take(function.__globals__[name])


def names_of(code: types.CodeType) -> set[str]:
    """The names that code, and the code inside of it, may look up in its globals."""
    found = set(code.co_names)
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            found |= names_of(each)
    return found


def file_of(text: str, digest: str) -> str | None:
    """The file that holds a text; None where none can be written."""
    path = folder() / digest / "program.py"
    try:
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return str(path)
        if path.exists():  # damaged: what was compiled from it goes, too
            shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, text.encode("utf-8"))
    except (OSError, UnicodeError):
        return None
    return str(path)


def replace(path: Path, data: bytes) -> None:
    """Writes a file at once: another process sees the old one or the new one."""
    number, made = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


def keep_on_disk(dispatcher: Any) -> None:
    """Makes a dispatcher, whose function is in a file, look there for what has been compiled, and put it there."""
    from numba.core.caching import FunctionCache

    class CheckedCache(FunctionCache):
        """Numba's own, beside which stand the checksums of its files: machine code that is damaged must not run."""

        def load_overload(self, sig: Any, target_context: Any) -> Any:
            try:
                check(Path(self._cache_path))
                return super().load_overload(sig, target_context)
            except Exception:
                forget(Path(self._cache_path))
                return None

        def save_overload(self, sig: Any, data: Any) -> None:
            if UNRESOLVED in data.library.get_llvm_str():
                return
            try:
                super().save_overload(sig, data)
                note(Path(self._cache_path))
            except OSError:
                forget(Path(self._cache_path))

    make: Callable[..., Any] = CheckedCache
    try:
        dispatcher._cache = make(dispatcher.py_func)
    except (RuntimeError, OSError):  # no place where it could be written
        return


_SUMS = "checksums.json"

# Where functions call each other, or one calls itself with other types, machine code finds the other half by a table of
# this process, which Numba doesn't fill when it loads that code: it would jump to nowhere.
UNRESOLVED = ".numba.unresolved$"


def files_in(place: Path) -> list[Path]:
    return sorted(each for each in place.iterdir() if each.suffix in (".nbi", ".nbc")) if place.is_dir() else []


def sums_of(place: Path) -> dict[str, str]:
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in files_in(place)}


def check(place: Path) -> None:
    """Raises an error unless each file is as it was when it was written."""
    found = sums_of(place)
    if found and found != json.loads((place / _SUMS).read_text()):
        raise ValueError("damaged")


def note(place: Path) -> None:
    replace(place / _SUMS, json.dumps(sums_of(place)).encode())


def forget(place: Path) -> None:
    for each in files_in(place):
        each.unlink(missing_ok=True)
