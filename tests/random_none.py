"""Random programs of variables that are None at times: set in branches, in loops, by a helper, exchanged, asked for.

The judge is the complex step: conditions look at counters and at what is None, and all that is computed is analytic.

    python -m tests.random_none 0 5000    # these seeds, each with the parameter c of 0, 1, 3 and 5
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

from s2sad import NotDifferentiableError, jvp, value_and_gradients_function

from .random_branches import main
from .random_repeated import function_of

NUMBERS = ("x", "x * x", "0.5", "x * 2.0", "p * x", "p + 0.5")
TESTS = ("{v} is None", "{v} is not None", "c > {n}", "{v} is None or c > {n}", "{v} is not None and c > {n}",
         "s is None and t is None")  # fmt: skip
HELPERS = (
    "    return y if v is None else v * y",
    "    if v is None:\n        return None\n    return v + y",
    "    if v is not None:\n        v = None\n    else:\n        v = y\n    return v",
)
SIMPLE = ("{v} = {number}", "{v} = {number}", "{v} = None", "{v} = {w}", "{v} = helper({w}, x)", "s, t = t, s",
          "p = p * 0.5 + (x if {v} is None else {v} * x)", "p = p + x")  # fmt: skip
POINT, STEP = 0.7, 1e-30


def block(rng: random.Random, depth: int, count: Iterator[int], indent: str) -> list[str]:
    lines: list[str] = []

    def test() -> str:
        return rng.choice(TESTS).format(v=rng.choice("st"), n=rng.randint(0, 4))

    for _ in range(rng.randint(1, 3)):
        what = rng.random()
        if what < 0.25 and depth < 3:
            lines += [f"{indent}if {test()}:", *block(rng, depth + 1, count, indent + "    ")]
            if rng.random() < 0.4:
                lines += [f"{indent}else:", *block(rng, depth + 1, count, indent + "    ")]
        elif what < 0.45 and depth < 2:
            if rng.random() < 0.6:
                lines.append(f"{indent}for i{next(count)} in range(c - {rng.randint(0, 3)}):")
            else:
                lines += [f"{indent}while c > {rng.randint(1, 4)}:", f"{indent}    c = c - 1"]
            lines += block(rng, depth + 1, count, indent + "    ")
            if rng.random() < 0.25:
                lines += [f"{indent}    if {test()}:", f"{indent}        {rng.choice(('break', 'continue'))}"]
        else:
            v, w = rng.sample("st", 2)
            lines.append(indent + rng.choice(SIMPLE).format(v=v, w=w, number=rng.choice(NUMBERS)))
    return lines


def program(seed: int) -> str:
    rng, count = random.Random(seed), itertools.count()
    lines = ["def helper(v, y):", rng.choice(HELPERS), "", "", "def f(x, c):"]
    lines += [f"    s = {rng.choice(('None', 'None', 'x'))}", f"    t = {rng.choice(('None', '0.5', 'x * x'))}"]
    lines += ["    p = x", *block(rng, 0, count, "    "), *block(rng, 0, count, "    ")]
    lines += ["    if s is None:", "        p = p * 3.0", "    else:", "        p = p + s * s"]
    return "\n".join([*lines, "    return p * (2.0 if t is None else t)", ""])


def judge(seed: int, c: int) -> str:
    """'' where value, gradient and tangent are right, or f has none, or none that can be told; else what is wrong."""
    text = program(seed)
    f = function_of(text, seed)
    return compared(f, f, c, text, TypeError)  # None was calculated with


def judge_memory(text: str, seed: int, c: int, unfit: type[Exception]) -> str:
    """'' where a program of arrays `np.zeros(3)`, lists and dicts is right or refused, or raises `unfit`."""
    f, on_complex = function_of(text, seed), function_of(text.replace("zeros(3)", "zeros(3, complex)"), -1 - seed)
    try:
        return compared(f, on_complex, c, text, unfit)
    except Exception as error:  # the program of what f computes
        return f"{type(error).__name__}: {error} with c = {c} of\n{text}"


def compared(f: Any, on_complex: Any, c: int, text: str, unfit: type[Exception] | tuple) -> str:
    """The same, of f, and of f for complex numbers; what raises `unfit` has no value."""
    try:
        value, step = f(POINT, c), on_complex(POINT + STEP * 1j, c)
    except UnboundLocalError:
        return without_value(f, c, text)
    except unfit:
        return ""
    expected = step.imag / STEP
    if not (abs(value) < 1e8 and abs(expected) < 1e8):
        return ""
    try:
        got, (gradient,) = value_and_gradients_function(f, ["x"])(POINT, c)
        _, tangent = jvp(f, (POINT, c), (1.0, 0))
    except NotDifferentiableError:
        return ""
    close = all(abs(each - expected) <= 1e-9 * (1 + abs(expected)) for each in (gradient, tangent))
    return "" if got == value and close else f"{got} for {value}, {gradient}, {tangent} for {expected} of\n{text}"


def without_value(f: Any, c: int, text: str) -> str:
    """'' where our programs raise what f does that reads a variable without a value."""
    for run in (
        lambda: value_and_gradients_function(f, ["x"])(POINT, c),
        lambda: jvp(f, (POINT, c), (1.0, 0)),
    ):
        try:
            return f"{run()}, and f reads what has no value, of\n{text}"
        except (UnboundLocalError, NotDifferentiableError):
            continue
    return ""


if __name__ == "__main__":
    main(judge, (0, 1, 3, 5))
