"""Runs the lessons in samples/, and says or writes what they print.

A lesson is a Python file of prose in comments and of code. What a statement prints stands below it, in lines that begin
with the mark `#:`. `python -m tests.lessons` (part of `make golden`) writes these lines anew; tests/test_samples.py
compares. Run plainly (`python samples/NAME.py`), a lesson prints the same.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
LESSONS = sorted(path.stem for path in SAMPLES.glob("[0-9]*.py"))
MARK = "#:"


def path_of(lesson: str) -> Path:
    return SAMPLES / f"{lesson}.py"


def rerun(path: Path) -> str:
    """The text of the lesson as it should be: run as it lies there, with what each statement prints below it."""
    linecache.checkcache(str(path))
    text = path.read_text()
    lines = text.splitlines()
    namespace = {"__name__": "__main__", "__file__": str(path)}
    made: list[str] = []
    done = 0
    for statement in ast.parse(text, str(path)).body:
        made += without_output(lines[done : statement.end_lineno])
        done = statement.end_lineno or done
        made += [f"{MARK} {line}".rstrip() for line in printed_by(statement, path, namespace)]
    return "\n".join([*made, *without_output(lines[done:])]) + "\n"


def without_output(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(MARK)]


def printed_by(statement: ast.stmt, path: Path, namespace: dict) -> list[str]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(ast.Module([statement], []), str(path), "exec", dont_inherit=True), namespace)
    return output.getvalue().rstrip("\n").splitlines()


def rewrite(path: Path) -> None:
    """Writes the output anew. That may move a function to another line, which what it prints may name: so again."""
    for _ in range(4):
        text = rerun(path)
        if text == path.read_text():
            return
        path.write_text(text)
        print(f"wrote {path.name}")
    raise RuntimeError(f"{path.name} prints something else each time that it is run")


if __name__ == "__main__":
    for lesson in LESSONS:
        rewrite(path_of(lesson))
