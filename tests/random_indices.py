"""Random programs of loops over the elements of arrays: indices that are sums of loop variables, sizes and numbers (also
negative ones), loops in loops, up and down, in steps, and tests on the loops' variables. What an element holds is saved,
read again from where it stands, or taken back, by whether a later iteration may write it: a wrong proof is a wrong
gradient.

    python -m tests.random_indices 0 5000    # these seeds, each with the sizes 3 and 6
"""

from __future__ import annotations

import functools
import random
import warnings
from typing import Any

import numpy as np

from .random_branches import main
from .random_none import POINT, compared
from .random_repeated import function_of

START = {
    "a": (
        "a = x * np.arange(1.0, 2 * n + 2) / n",
        "a = np.zeros(2 * n + 1)\n    a[0] = x",
        "a = np.zeros(2 * n + 1) + x",
    ),
    "b": (
        "b = [0.5 + x] * (2 * n + 1)",
        "b = np.zeros(2 * n + 1)",
        "b = [0.0 for _ in range(2 * n + 1)]\n    b[n] = x",
    ),
    "c": ("c = np.zeros((n + 2, n + 2))", "c = x * np.ones((n + 2, n + 2))", "c = np.zeros((n + 2, n + 2)) + x / n"),
}
RANGES = ("range(n)", "range(1, n)", "range(n - 1)", "range(n - 1, -1, -1)", "range(n - 1, 0, -1)", "range(0, n, 2)",
          "range(1, n + 1)", "range(n, 0, -2)", "range(2, n)", "range(len(a) // 2)", "range(-1, n - 1)")  # fmt: skip
INNER = ("range({v})", "range({v} + 1)", "range({v}, n)", "range({v} + 1, n)", "range({v} - 1, -1, -1)", "range(n - {v})",
         "range(n - 1, {v}, -1)", "range(n)", "range(2)")  # fmt: skip
INDEX = ("{v}", "{v}", "{v}", "{v} + 1", "{v} - 1", "{v} + 2", "n - 1 - {v}", "n - {v}", "2 * {v}", "2 * {v} + 1", "-1",
         "-{v} - 1", "0", "1", "n", "{v} + n", "-{v}", "len(a) - 1 - {v}", "{v} % 3", "{v} // 2", "k", "{v} + {w}",
         "{v} - {w}", "n - 1")  # fmt: skip
TESTS = ("{v} > 1", "{v} == {w}", "{v} != n - 1", "{v} >= {w}", "{v} < k", "{v} % 2 == 0", "{v} == 0", "a[{v}].real > 0.5",
         "{v} + 1 < n", "not {v} > 2", "0 < {v} < n - 1")  # fmt: skip
VALUES = ("{r} * {s}", "np.sin({r}) + {s}", "{r} * 0.5 + {s} * x", "{r} * {r}", "np.exp(-{r} * {s})", "x * {r}", "t * {r}",
          "{r} + {s}", "{r}", "0.5", "x", "t + {r} * {s}", "{r} / (2.0 + {s} * {s})")  # fmt: skip


class Writer:
    start: dict[str, tuple[str, ...]] = START

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []

    def index(self, loops: list[str]) -> str:
        v, w = (self.rng.choice(loops), self.rng.choice(loops)) if loops else ("k", "n")
        return self.rng.choice(INDEX if loops else ("0", "1", "-1", "n", "k")).format(v=v, w=w)

    def element(self, loops: list[str]) -> str:
        """Of the same arrays near the same places mostly: what may meet is what matters."""
        name = self.rng.choice("aaabbc")
        return f"{name}[{self.index(loops)}{', ' + self.index(loops) if name == 'c' else ''}]"

    def value(self, loops: list[str]) -> str:
        return self.rng.choice(VALUES).format(r=self.element(loops), s=self.element(loops))

    def statement(self, loops: list[str], indent: str) -> None:
        what = self.rng.random()
        if what < 0.5:
            self.lines.append(
                f"{indent}{self.element(loops)} {self.rng.choice(('=', '=', '+=', '*=', '-='))} {self.value(loops)}"
            )
        elif what < 0.65:
            self.lines.append(f"{indent}t = {self.value(loops)}")
        elif what < 0.72:
            self.lines.append(f"{indent}p = p + {self.element(loops)} * {self.element(loops)}")
        elif what < 0.77:
            self.lines.append(f"{indent}{self.element(loops)}, t = t, {self.element(loops)}")
        elif what < 0.82:
            i = self.index(loops)
            self.lines.append(
                f"{indent}c[{i}] {self.rng.choice(('=', '*=', '+='))} c[{self.index(loops)}] * {self.element(loops)}"
            )
        elif what < 0.86:
            self.lines.append(f"{indent}a[{self.index(loops)} :] *= {self.element(loops)}")
        elif what < 0.9:
            self.lines.append(f"{indent}k = {self.rng.choice(('k + 1', 'k - 1', '1', 'n - 1', *loops))}")
        else:
            v = self.rng.choice(loops or ["k"])
            self.branch(self.rng.choice(TESTS).format(v=v, w=self.rng.choice(loops or ["k"])), loops, indent)

    def branch(self, test: str, loops: list[str], indent: str) -> None:
        self.lines.append(f"{indent}if {test}:")
        self.statement(loops, indent + "    ")
        if self.rng.random() < 0.4:
            self.lines.append(f"{indent}else:")
            self.statement(loops, indent + "    ")
        elif self.rng.random() < 0.15 and loops:
            self.lines.append(f"{indent}    {self.rng.choice(('break', 'continue'))}")

    def loop(self, loops: list[str], indent: str) -> None:
        variable = "ijl"[len(loops)]
        ranges = INNER if loops and self.rng.random() < 0.7 else RANGES
        self.lines.append(f"{indent}for {variable} in {self.rng.choice(ranges).format(v=loops[-1] if loops else '')}:")
        loops = [*loops, variable]
        for _ in range(self.rng.randint(1, 3)):
            if len(loops) < 3 and self.rng.random() < 0.3:
                self.loop(loops, indent + "    ")
            else:
                self.statement(loops, indent + "    ")

    def program(self) -> str:
        self.lines = ["    t, p, k = x, x, 1"]
        self.lines += [f"    {self.rng.choice(self.start[name])}" for name in "abc"]
        for _ in range(self.rng.randint(1, 3)):
            self.loop([], "    ")
            if self.rng.random() < 0.3:
                self.statement([], "    ")
        return "\n".join(["def f(x, n):", *self.lines, f"    return {self.rng.choice(ENDS)}", ""])


ENDS = ("p + sum(a) + sum(b) * x", "p * t + a[n] * b[1]", "p + np.sum(a * a) + np.sum(c * c)", "sum(a[i] * b[i] for i in range(n))",
        "p + t + c[1, 1] + a[-1] + b[-1]")  # fmt: skip


def overflows(f: Any, n: int) -> bool:
    """Whether numbers become infinite on the way: times an adjoint that is zero they are no numbers."""
    try:
        with np.errstate(over="raise", invalid="raise"):
            f(POINT, n)
    except FloatingPointError:
        return True
    except (UnboundLocalError, IndexError, ArithmeticError, ValueError):
        pass
    return False


def judged(writer: type[Writer], seed: int, n: int) -> str:
    """'' where value, gradient and tangent are right, or f is refused, or reads outside of an array; else what is wrong."""
    text = writer(seed).program()
    f, on_complex = (
        function_of(text, seed),
        function_of(text.replace("zeros(", "zeros(dtype=complex, shape="), -1 - seed),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if overflows(f, n):
            return ""
        try:
            return compared(f, on_complex, n, text, (IndexError, ArithmeticError, ValueError))
        except Exception as error:  # the program of what f computes
            return f"{type(error).__name__}: {error} with n = {n} of\n{text}"


judge = functools.partial(judged, Writer)

if __name__ == "__main__":
    main(judge, (3, 6))
