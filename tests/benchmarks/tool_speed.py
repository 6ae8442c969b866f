"""How fast s2sad itself is: transforming and compiling, and the cost of a call whose gradient is there already.

Run it with `python -m tests.benchmarks.tool_speed`, or with `make bench`.
"""

from __future__ import annotations

import itertools
import linecache
import math
import statistics
import time
from functools import partial
from typing import Callable

import numpy as np

from s2sad import value_and_gradients_function
from tests.benchmarks import timing

# A function of 30 lines such as people write: a simulation with loops, branches, arrays and reductions.
THIRTY_LINES = """
def shot(speed, angle, wind, masses, steps):
    drag = 0.01
    gravity = np.array([0.0, -9.81])
    velocity = np.array([speed * math.cos(angle), speed * math.sin(angle)])
    position = np.zeros(2)
    height = 0.0
    heights = []
    weights = masses / np.sum(masses)
    heaviest = np.max(weights)
    spread = np.sum((weights - np.mean(weights)) ** 2)
    for step in range(steps):
        relative = velocity - wind
        pace = np.sqrt(np.sum(relative * relative))
        if pace > 30.0:
            force = -drag * pace * relative
        elif pace > 10.0:
            force = -0.5 * drag * pace * relative
        else:
            force = -drag * relative
        acceleration = gravity + force * heaviest
        velocity = velocity + 0.01 * acceleration
        position = position + 0.01 * velocity
        height = max(height, position[1])
        heights.append(height)
        if position[1] < 0.0:
            break
    total = 0.0
    for each in heights:
        total += each * each
    score = position[0] + 0.1 * total - spread
    return score * math.exp(-0.001 * height)
"""
THIRTY_ARGS = (20.0, 0.7, np.array([1.0, 0.0]), np.array([1.0, 2.0, 4.0]), 50)

STATEMENTS = (
    "a{new} = a{old} * x + y",
    "a{new} = math.sin(a{old}) - x * y",
    "a{new} = a{old} / (1.0 + y * y)",
    "a{new} = 0.5 * (a{old} + a{older})",
)


def straight_line(statements: int) -> str:
    """The text of a function f(x, y) of so many assignments, each of which uses the one before."""
    lines = ["def f(x, y):", "    a0 = x - y", "    a1 = x * y"]
    for number in range(2, statements):
        form = STATEMENTS[number % len(STATEMENTS)]
        lines.append("    " + form.format(new=number, old=number - 1, older=number - 2))
    return "\n".join([*lines, f"    return a{statements - 1}", ""])


_numbers = itertools.count()


def fresh(text: str) -> Callable:
    """The function that the text defines, made anew, so that no cache knows it."""
    file = f"<benchmark {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"np": np, "math": math}
    exec(compile(text, file, "exec", dont_inherit=True), namespace)
    return next(value for name, value in namespace.items() if callable(value) and name not in ("np", "math"))


def milliseconds(text: str, args: tuple, repeats: int) -> float:
    """The median time of the processor from a function to its compiled gradient."""
    times = []
    for _ in range(repeats):
        function = fresh(text)
        start = time.process_time()
        value_and_gradients_function(function).compiled(*args)
        times.append(1000.0 * (time.process_time() - start))
    return statistics.median(times)


def exponent(times: dict[int, float]) -> float:
    """The slope of log(time) against log(size), by least squares: 1 where time grows linearly."""
    sizes = np.log(list(times))
    return float(np.polyfit(sizes, np.log(list(times.values())), 1)[0])


def call_overhead() -> float:
    """Microseconds that a cached call of two scalars costs over `.compiled` for them."""
    val_grads = value_and_gradients_function(fresh("def f(x, y):\n    return x * x * x * y - x * y * y\n"))
    compiled = val_grads.compiled(2.0, 3.0)
    assert val_grads(2.0, 3.0) == compiled(2.0, 3.0) == (6.0, (27.0, -4.0))
    pairs = timing.interleaved(partial(val_grads, 2.0, 3.0), partial(compiled, 2.0, 3.0), rounds=101)
    return 1e6 * timing.median_difference(pairs)


def report(what: str, found: float, unit: str, limit: float) -> None:
    print(f"{what:46} {found:9.2f} {unit:2}   limit {limit:6.1f}   {timing.verdict(found, limit)}")


SIZES = {10: 21, 100: 9, 1000: 3}  # statements: repeats


def main() -> None:
    milliseconds(straight_line(5), (0.9, 1.1), 3)  # imports, and rules that are read when first used
    milliseconds(THIRTY_LINES, THIRTY_ARGS, 1)
    report("transform and compile 30 lines", milliseconds(THIRTY_LINES, THIRTY_ARGS, 15), "ms", 30.0)
    report("transform and compile 120 statements", milliseconds(straight_line(120), (0.9, 1.1), 9), "ms", 120.0)
    times = {size: milliseconds(straight_line(size), (0.9, 1.1), repeats) for size, repeats in SIZES.items()}
    for size, taken in times.items():
        print(f"{f'  {size} statements':46} {taken:9.2f} ms   {1000 * taken / size:.0f} us a statement")
    report("exponent of time over statements", exponent(times), "", 1.1)
    report("ratio of 1000 to 100 statements", times[1000] / times[100], "", 12.0)
    report("a cached call over .compiled", call_overhead(), "us", 2.0)


if __name__ == "__main__":
    main()
