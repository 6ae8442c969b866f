"""Random programs with branches inside branches inside loops: what is set at one depth is read at others.

The judge is the complex step: conditions look at counters alone, and all that is computed is analytic.

    python -m tests.random_branches 0 5000    # these seeds, each with the parameter c of 0 and of 1
"""

from __future__ import annotations

import cmath
import itertools
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from s2sad import NotDifferentiableError, value_and_gradients_function

TESTS = ("n % 2 == 0", "n % 3 == 1", "n > 2", "n == 4", "c > 0")
POINT = (0.376, 0.9)
STEP = 1e-200


def expression(rng: random.Random, names: list[str]) -> str:
    a, b = rng.choice(names), rng.choice(names)
    forms = ("math.sin({a} * {b})", "{a} * 0.7 + {b} * 0.2", "math.exp(-{a} * {a}) * {b}", "{a} * {b} * 0.3")
    return rng.choice((*forms, "math.cos({a})")).format(a=a, b=b)


def block(rng: random.Random, names: list[str], depth: int, count: Iterator[int], indent: str) -> list[str]:
    """Statements that set names, change what the loop carries, and choose; `depth`: how deep choices may go."""
    names, lines = list(names), []
    for _ in range(rng.randint(2, 4)):
        what = rng.random()
        if what < 0.35:
            lines.append(f"{indent}v{(name := next(count))} = {expression(rng, names)}")
            names.append(f"v{name}")
        elif what < 0.6:
            change = rng.choice(("+= 0.3 *", "= 0.5 *", "-= 0.2 *"))
            lines.append(f"{indent}{rng.choice('sxy')} {change} {expression(rng, names)}")
        elif what < 0.92 and depth:
            lines.append(f"{indent}if {rng.choice(TESTS)}:")
            lines += block(rng, names, depth - 1, count, indent + "    ")
            if rng.random() < 0.45:
                lines.append(f"{indent}else:")
                lines += block(rng, names, depth - 1, count, indent + "    ")
        elif what < 0.96 and depth > 1:
            lines.append(f"{indent}for k{next(count)} in range({rng.choice(('2', 'n % 3', '3'))}):")
            lines += block(rng, names, depth - 1, count, indent + "    ")
        else:
            lines.append(f"{indent}s += {expression(rng, names)}")
    if rng.random() < 0.12:
        lines.append(f"{indent}if n == {rng.randint(1, 5)}:")
        lines.append(f"{indent}    {rng.choice(('continue', 'break', 'return s * x'))}")
    return lines


def program(seed: int) -> str:
    rng = random.Random(seed)
    counted = ["    s = 0.1", "    for n in range(6):"]
    tested = ["    s, n = 0.1, -1", "    while n < 5:", "        n += 1"]
    lines = ["def f(x, y, c):", *(counted if rng.random() < 0.7 else tested)]
    lines += block(rng, ["x", "y", "s"], 3, itertools.count(), " " * 8)
    return "\n".join([*lines, "    return s + x * y", ""])


def function(text: str, library: Any) -> Any:
    scope: dict[str, Any] = {"math": library}
    exec(text, scope)
    return scope["f"]


def judge(seed: int, c: int) -> str:
    """'' where value and gradients are right, or the program has none, or none that can be told; else what is wrong."""
    text = program(seed)
    f, over_complex = function(text, math), function(text, cmath)
    x, y = POINT
    try:
        value = f(x, y, c)
        steps = over_complex(x + STEP * 1j, y, c), over_complex(x, y + STEP * 1j, c)
    except (ArithmeticError, ValueError):
        return ""
    expected = [step.imag / STEP for step in steps]
    if not all(abs(each) < 1e4 for each in expected):
        return ""  # too wild for the last digits to say something
    try:
        got, gradients = value_and_gradients_function(f, ["x", "y"], source=text)(x, y, c)
    except NotDifferentiableError:
        return ""
    close = all(abs(a - b) <= 1e-8 * (1 + abs(b)) for a, b in zip(gradients, expected))
    return "" if got == value and close else f"{got} for {value}, {gradients} for {expected} of\n{text}"


def main(judge: Callable[[int, int], str], parameters: Sequence[int]) -> None:
    """Judges the programs of the seeds on the command line, each with these parameters."""
    first, last = map(int, sys.argv[1:])
    wrong = 0
    for seed in range(first, last):
        for c in parameters:
            found = judge(seed, c)
            if found:
                wrong += 1
                print(f"seed {seed}, c = {c}: {found}", flush=True)
    print(f"# seeds {first} to {last - 1}: {wrong} wrong")


if __name__ == "__main__":
    main(judge, (0, 1))
