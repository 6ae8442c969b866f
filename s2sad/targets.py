"""What the command is pointed at: `FILE.py:f` or `package.module:f` becomes a function.

The file is imported, under the name that it would have for its neighbours: a file inside a package as a module of that
package, another one under its own name, with its folder on `sys.path`, as `python FILE.py` would have it.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
import types
from collections.abc import Callable
from pathlib import Path

from s2sad.callables import target_of
from s2sad.errors import ParameterError, S2sadError


def load_function(target: str, folder: Path | None = None) -> Callable:
    """The function that `FILE.py:f`, `package.module:f` or `FILE.py:Class.method` names.

    folder: if the file is not there, it is looked for from here and from the folders above.
    """
    place, _, name = target.rpartition(":")
    if not place or not name:
        raise ParameterError(f"{target}: write FILE.py:function or package.module:function")
    if place.endswith(".py"):
        module = _load_file(found_from(Path(place), folder))
    else:
        module = _load_module(place)
    value: object = module
    for part in name.split("."):
        value = getattr(value, part, None)
        if value is None:
            raise ParameterError(f"{place} has no function {name}{_known(module)}")
    if not callable(value):
        raise ParameterError(f"{target} is no function, but {_article(type(value).__name__)}")
    return value


def found_from(path: Path, folder: Path | None) -> Path:
    if folder is None or path.is_file():
        return path
    start = folder.resolve()
    return next((above / path for above in (start, *start.parents) if (above / path).is_file()), path)


def plain_function(target: str, folder: Path | None = None) -> types.FunctionType:
    """The Python function that a target names, or that stands behind what it names."""
    value = load_function(target, folder)
    try:
        found = target_of(value)
    except S2sadError as error:
        raise ParameterError(f"{target}: {error}") from None
    if found.function is None or found.before or found.keywords:
        raise ParameterError(
            f"{target} is {_article(type(value).__name__)} made at run time: name the function it is made from"
        )
    return found.function


def _known(module: types.ModuleType) -> str:
    own = [
        name
        for name, value in vars(module).items()
        if isinstance(value, types.FunctionType) and value.__module__ == module.__name__
    ]
    return f" (it has: {', '.join(own[:10])}{', ...' if len(own) > 10 else ''})" if own else ""


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"


def _load_module(name: str) -> types.ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if name == missing or name.startswith(missing + "."):
            raise ParameterError(f"no module {missing} (a file is named with its ending, as in {name}.py:f)") from None
        raise ParameterError(reason(name, error)) from None
    except (Exception, SystemExit) as error:
        raise ParameterError(reason(name, error)) from None


def _load_file(path: Path) -> types.ModuleType:
    if not path.is_file():
        raise ParameterError(f"{path}: {'is no file' if path.exists() else 'no such file'}")
    parts = [path.stem]
    folder = path.resolve().parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if str(folder) not in sys.path[:1]:
        sys.path.insert(0, str(folder))
    known = sys.modules.get(path.stem)
    if len(parts) == 1 and known is not None and getattr(known, "__file__", None) == str(path.resolve()):
        return known
    try:
        if len(parts) > 1:
            return importlib.import_module(".".join(parts))
        # By its place, since a module of another file may have that name, such as the standard library's.
        name = path.stem if path.stem not in sys.modules else f"{path.stem}_"
        spec = importlib.util.spec_from_file_location(name, path.resolve())
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    except (Exception, SystemExit) as error:
        raise ParameterError(reason(str(path), error)) from None


def reason(what: str, error: BaseException) -> str:
    """One line that says why something could not be imported."""
    if isinstance(error, SyntaxError):
        return f"{error.filename or what}, line {error.lineno}: syntax error: {error.msg}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
    where = f" (line {frames[-1].lineno} of {Path(frames[-1].filename).name})" if frames[1:] else ""
    return f"{what} can't be imported: {type(error).__name__}: {error}{where}"
