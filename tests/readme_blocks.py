"""Runs the code blocks of README.md, and says or writes what they print.

* A block marked ```python is run; all of them share one set of names, in the order of the page.
* `print(...)  # text` or `expression  # text` on one line states what that line prints, or is equal to.
* A block under the line `<!-- printed -->` holds what the Python block before it prints by its other lines.
* A block under `<!-- run -->` holds commands `$ s2sad ...`, each followed by what it prints.
* A Python block under `<!-- file NAME.py -->` is the text of that file: commands and imports find it.
* A block under `<!-- needs NAME -->` is run where that package is installed.

`python -m tests.readme_blocks` (part of `make golden`) fills in the last three anew.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import linecache
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
_BLOCK = re.compile(r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S)


class Readme:
    """One pass over the page: `problems` holds what isn't as stated, `text` the page as it should be."""

    def __init__(self, text: str):
        self.namespace: dict = {"__name__": "readme"}
        self.printed = ""
        self.problems: list[str] = []
        self.blocks = 0
        folder = os.getcwd()
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            sys.path.insert(0, place)
            try:
                self.text = _BLOCK.sub(self._block, text)
            finally:
                sys.path.remove(place)
                os.chdir(folder)
                self._forget_modules(place)

    @staticmethod
    def _forget_modules(place: str) -> None:
        for name, module in list(sys.modules.items()):
            if (getattr(module, "__file__", None) or "").startswith(os.path.realpath(place)):
                del sys.modules[name]

    def _block(self, match: re.Match) -> str:
        mark, text = match["mark"] or "", match["text"]
        line = match.string.count("\n", 0, match.start("text")) + 1
        self.blocks += 1
        if mark.startswith("file "):
            Path(mark.split()[1]).write_text(text)
            return match[0]
        if mark.startswith("needs ") and importlib.util.find_spec(mark.split()[1]) is None:
            return match[0]
        if mark == "printed":
            new = self.printed
        elif mark == "run":
            new = self._commands(text)
        else:
            if match["language"] == "python":
                self._run(text, line)
            return match[0]
        if new != text:
            self.problems.append(f"line {line}: the block is not what is printed now:\n{new}")
        return match[0][: match.start("text") - match.start()] + new + "```"

    def _run(self, text: str, line: int) -> None:
        """Runs a block, statement by statement."""
        name = f"<README.md line {line}>"
        padded = "\n" * (line - 1) + text
        lines = padded.splitlines(keepends=True)
        linecache.cache[name] = (len(padded), None, lines, name)
        self.printed = ""
        for statement in ast.parse(padded, name).body:
            last = lines[statement.end_lineno - 1]
            stated = re.search(r"  # (.*)$", last) if isinstance(statement, ast.Expr) else None
            found = self._run_statement(statement, name)
            if stated is None:
                self.printed += found
            elif found.strip() != stated[1].strip():
                self.problems.append(f"line {statement.lineno}: {stated[1]!r} is stated, {found.strip()!r} is found")

    def _run_statement(self, statement: ast.stmt, name: str) -> str:
        """What the statement prints; the repr of its value, if it is an expression with one."""
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), name, "eval", dont_inherit=True), self.namespace)
                if value is not None:
                    print(repr(value))
            else:
                exec(compile(ast.Module([statement], []), name, "exec", dont_inherit=True), self.namespace)
        return output.getvalue()

    @staticmethod
    def _commands(text: str) -> str:
        from s2sad.cli import main

        result = ""
        for command in re.findall(r"^\$ s2sad (.*)$", text, re.M):
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                main(shlex.split(command))
            result += f"$ s2sad {command}\n{output.getvalue()}"
        return result


if __name__ == "__main__":
    page = Readme(README.read_text())
    for _ in range(3):  # what a block prints may say in which line of the page another one stands
        if page.text != README.read_text():
            README.write_text(page.text)
            print("wrote README.md")
            page = Readme(page.text)
    for problem in page.problems:
        print(problem)
