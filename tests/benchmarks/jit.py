"""Compiled gradients against compiled functions, for the exemplars: `python -m tests.benchmarks.jit [--large] [NAME ...]`.

For each, in one run: the function and its gradient as plain Python and compiled, and the compiled gradient by hand, as
microseconds; the compiled gradient over the function and over the one by hand; the seconds of CPU time of its first call.
Medians of interleaved repeats. A call itself costs about 0.4, and each array that it returns 0.5.
"""

from __future__ import annotations

import argparse
import ast
import copy
import statistics
import time
import types
import warnings

import numba
import numpy as np

from s2sad import numba_options, value_and_gradients_function
from s2sad.numba_errors import NotCompiledError
from s2sad.numba_target import function_text
from s2sad.source import read
from tests import exemplars

REPEATS = 15


def measure(functions: list, make_args) -> list[float]:
    """The median seconds of a call of each, taken in turns."""
    counts, times = [], [[] for _ in functions]
    for function in functions:
        taken = []
        for _ in range(5):  # the first calls are slower than the later ones
            args = make_args()
            start = time.perf_counter()
            function(*args)
            taken.append(time.perf_counter() - start)
        counts.append(max(1, min(1000, int(0.005 / max(min(taken), 1e-7)))))
    for _ in range(REPEATS):
        for function, count, found in zip(functions, counts, times):
            args = make_args()
            start = time.process_time()
            for _ in range(count):
                function(*args)
            found.append((time.process_time() - start) / count)
    return [statistics.median(found) for found in times]


def large(name: str) -> tuple:
    """Arguments that keep a compiled function busy for longer than a call costs."""
    rng = np.random.default_rng(0)
    half = rng.normal(size=(60, 60))
    series = [rng.normal(size=1000) for _ in range(3)]
    return {
        "heat": (rng.normal(size=1000), 0.1 + 0.3 * rng.random(1000), 100),
        "thomas": (series[0], 5.0 + rng.random(1000), series[1], series[2]),
        "logistic_map": (0.3, 3.7, 100_000),
        "cholesky": (half @ half.T + 60.0 * np.eye(60),),
        "dynamic_time_warping": (rng.normal(size=200), rng.normal(size=200)),
        "cutoff_energy": (rng.uniform(0.0, 4.0, size=(100, 2)), 2.0),
    }[name]


def compiled_by_hand(function):
    """The gradient by hand, as Numba takes it; None where it doesn't."""
    text = function_text(read(function), function)
    space = {**function.__globals__, **text.modules}
    for name, value in space.items():
        if isinstance(value, types.FunctionType) and value.__module__ == function.__module__:
            space[name] = numba.njit(value, error_model="numpy")
    exec(text.text, space)
    for name in [each.name for each in ast.parse(text.text).body]:
        space[name] = numba.njit(space[name], error_model="numpy", boundscheck=True)
    return space[function.__name__]


def compiled(make, args):
    """A compiled function that has been called once; None where Numba can't compile it."""
    try:
        function = make()
        function(*args)
    except Exception:
        return None
    return function


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="exemplars; all of them, if none is named")
    parser.add_argument("--large", action="store_true", help="larger inputs, for those that have them")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    numba.njit(lambda x: x + 1.0)(1.0)
    columns = ("f", "f jit", "grad", "grad jit", "hand jit")
    print(f"{'':22}", *[f"{each:>9}" for each in columns], f"{'/ f jit':>8}{'/ hand':>8}{'first':>7}")
    for name in options.names or exemplars.NAMES:
        one(exemplars.load(name), large(name) if options.large else None)


def one(exemplar, args) -> None:
    def make_args():
        return exemplar.args() if args is None else copy.deepcopy(args)

    plain = value_and_gradients_function(exemplar.function, params=exemplar.params)
    jitted = value_and_gradients_function(exemplar.function, params=exemplar.params, jit=numba_options(cache=False))
    start = time.process_time()
    try:
        jitted(*exemplar.args())
    except NotCompiledError as error:
        print(f"{exemplar.name:22} {str(error).splitlines()[0]}", flush=True)
        return
    first = time.process_time() - start
    run = [
        exemplar.function,
        compiled(lambda: numba.njit(exemplar.function, error_model="numpy", boundscheck=True), exemplar.args()),
        plain.compiled(*exemplar.args()),
        jitted.compiled(*exemplar.args()),
        compiled(lambda: compiled_by_hand(exemplar.by_hand), exemplar.args()),
    ]
    found = iter(measure([each for each in run if each is not None], make_args))
    times = [float("nan") if each is None else 1e6 * next(found) for each in run]
    ratios = f"{times[3] / times[1]:8.2f}{times[3] / times[4]:8.2f}{first:7.2f}"
    print(f"{exemplar.name:22}", *[f"{each:9.1f}" for each in times], ratios, flush=True)


if __name__ == "__main__":
    main()
