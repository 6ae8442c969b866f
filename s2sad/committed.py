"""Gradient files that a project keeps: the command that made one stands in its first line, so that it can be made anew.

>>> line = first_line("model.py:loss", "w", "w=float[:], n=int")
>>> print(line, end="")
# s2sad dump model.py:loss --params w --like 'w=float[:], n=int'
>>> commands_of(line + "def f(): ...")
[['model.py:loss', '--params', 'w', '--like', 'w=float[:], n=int']]
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import shlex
import tokenize
from collections.abc import Iterable
from pathlib import Path

from s2sad.errors import ParameterError

_START = "# s2sad dump "
_MADE_FROM = re.compile(r"(?<=Made by s2sad from )(.*), line \d+")


def first_line(function: str, params: str | None, like: str, mode: str = "reverse", target: str = "python") -> str:
    """The comment that says how a file was made. ParameterError for a name that can't stand in a line."""
    if not function.isprintable():
        raise ParameterError(f"{function!a} has a character in its name that can't be printed: rename the file")
    params, like = params and " ".join(params.split()), " ".join(like.split())
    command = [function, *(["--params", params] if params is not None else []), *(["--like", like] if like else [])]
    command += ["--mode", mode] if mode != "reverse" else []
    command += ["--target", target] if target != "python" else []
    return _START + shlex.join(command) + "\n"


def commands_of(text: str) -> list[list[str]]:
    """The arguments of the command that made a file, or of several, one after the other (`cat a.py b.py`); none where
    the file doesn't say in its first line."""
    if not text.startswith(_START):
        return []
    return [shlex.split(line.removeprefix(_START)) for line in text.splitlines() if line.startswith(_START)]


def files_in(places: Iterable[Path]) -> list[Path]:
    """The files that are named, and for a folder the gradient files in it."""
    found: list[Path] = []
    for place in places:
        if place.is_dir():
            inside = [path for path in sorted(place.rglob("*.py")) if _says_how(path)]
            if not inside:
                raise ParameterError(f"{place}: in this folder is no file that `s2sad dump ... -o FILE` wrote")
            found += inside
        else:
            found.append(place)
    return found


def _says_how(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as stream:
        return stream.readline().startswith(_START)


def difference(path: Path, found: str, text: str) -> str:
    """A unified diff from what a file has to what it should have; empty if they say the same.

    What a formatter changes makes no difference, nor does the number of the line where f stands.
    """
    if found == text or _said(found) == _said(text):
        return ""
    before, after = found.splitlines(True), text.splitlines(True)
    return "".join(difflib.unified_diff(before, after, str(path), f"{path} (as it should be)"))


def _said(text: str) -> object:
    """The code of a text, without its layout, and its comments."""
    try:
        tree = ast.parse(_MADE_FROM.sub(r"\1", text))
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (SyntaxError, tokenize.TokenError, ValueError):
        return text
    return ast.dump(tree), [token.string for token in tokens if token.type == tokenize.COMMENT]
