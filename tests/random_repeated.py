"""Random programs of few functions and variables, so that the same is computed again and again: in loops and behind them,
in branches, before and after a variable is set or written in place. `python -m tests.random_repeated --count 1000` tries
that many; a wrong one is printed. Values are compared with the function's own, gradients and tangents with a complex step.
"""

from __future__ import annotations

import argparse
import linecache
import random
from typing import Any, Callable

import numpy as np

from s2sad import NotDifferentiableError, jvp, value_and_gradients_function

FORMS = (
    *("np.sin({a})", "np.cos({a})", "np.exp(0.3 * {a})", "np.tanh({a})", "({a} * {b})", "({a} / (2.0 + {b} * {b}))"),
    *("({a} - {b})", "({a} + {b})", "np.exp(0.3 * {a}) * {b}", "np.sqrt(1.0 + {a} * {a})", "np.log(2.0 + {a} * {a})"),
    "np.where(np.real({a}) > 0.5, {b}, np.sin({a}))",
)
NAMES = ("x", "y", "z")
STEP = 1e-30
NUMBERS = ((0.7, -0.4), (1.0, 0.6))
ARRAYS = (
    (np.array([0.4, 0.9, -0.3]), np.array([0.2, -0.5, 1.1])),
    (np.array([1.0, -0.5, 0.7]), np.array([0.3, 0.8, -1.0])),
)


def program(seed: int) -> str:
    drawn = random.Random(seed)
    lines = ["def f(x, y):", f"    z = {expression(drawn, NAMES[:2])}"]
    for _ in range(2):
        statements(drawn, "    ", 0, lines)
    ends = [f"np.sum({expression(drawn, NAMES)})" for _ in range(2)]
    return "\n".join([*lines, f"    return {' + '.join(ends)}\n"])


def expression(drawn: random.Random, names: tuple[str, ...], inner: bool = True) -> str:
    made = drawn.choice(FORMS).format(a=drawn.choice(names), b=drawn.choice(names))
    if inner and drawn.random() < 0.5:
        made = f"{made} {drawn.choice('+-*')} {expression(drawn, names, False)}"
    return made


def statements(drawn: random.Random, indent: str, depth: int, lines: list[str]) -> None:
    for _ in range(drawn.randint(1, 3)):
        way, name, test = drawn.random(), drawn.choice(NAMES), f"np.sum(np.real({drawn.choice(NAMES)}))"
        if depth < 2 and way < 0.2:
            lines.append(f"{indent}for k{depth} in range({drawn.randint(0, 3)}):")
            statements(drawn, indent + "    ", depth + 1, lines)
            if drawn.random() < 0.2:
                lines += [f"{indent}    if {test} > 1.5:", f"{indent}        break"]
        elif depth < 2 and way < 0.3:
            lines.append(f"{indent}if {test} > {drawn.choice([0.3, 0.8])}:")
            statements(drawn, indent + "    ", depth + 1, lines)
            if drawn.random() < 0.5:
                lines.append(f"{indent}else:")
                statements(drawn, indent + "    ", depth + 1, lines)
        elif way < 0.4:
            lines.append(f"{indent}{name} += 0.3 * np.tanh({expression(drawn, NAMES)})")
        elif way < 0.7:
            lines.append(f"{indent}{name} = np.tanh({expression(drawn, NAMES)})")
        else:
            lines.append(f"{indent}{name} = 0.5 * ({expression(drawn, NAMES)})")


def function_of(text: str, seed: int) -> Callable[..., Any]:
    name = f"<random repeated {seed}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace: dict[str, Any] = {"np": np}
    exec(compile(text, name, "exec"), namespace)
    return namespace["f"]


def wrong(seed: int) -> str | None:
    """What is wrong with the derivatives of a program; None if nothing is, or they are refused."""
    text = program(seed)
    f, ((x, y), (dx, dy)) = function_of(text, seed), ARRAYS if seed % 3 == 0 else NUMBERS
    with np.errstate(all="ignore"):
        value = f(x + 0.0, y + 0.0)
        slope = np.imag(f(x + 1j * STEP * dx, y + 1j * STEP * dy)) / STEP
        try:
            own, gradients = value_and_gradients_function(f)(x + 0.0, y + 0.0)
            change = jvp(f, (x + 0.0, y + 0.0), (dx, dy))[1]
        except NotDifferentiableError:
            return None
    along = sum(np.sum(gradient * direction) for gradient, direction in zip(gradients, (dx, dy)))
    close = np.allclose([along, change], slope, rtol=1e-9, atol=1e-9) or not np.isfinite(slope)
    if own == value and close:
        return None
    return f"seed {seed}: value {own!r} for {value!r}, gradient {along!r} and tangent {change!r} for {slope!r}\n{text}"


def main(wrong: Callable[[int], str | None], description: str | None) -> None:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = [each for k in range(options.count) if (each := wrong(options.seed + k)) is not None]
    print("\n".join(found))
    print(f"# {options.count} programs, {len(found)} wrong")


if __name__ == "__main__":
    main(wrong, __doc__)
