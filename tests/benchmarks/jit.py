"""Compiled gradients against compiled functions, for the exemplars: `python -m tests.benchmarks.jit [NAME ...]`.

For each, in one run: the function and its gradient as plain Python and compiled, as microseconds; the gradient over the
function when both are compiled; and the seconds of CPU time of the first call. Medians of interleaved repeats.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings

import numba

from s2sad import numba_options, value_and_gradients_function
from tests import exemplars

REPEATS = 15


def measure(functions: list, make_args) -> list[float]:
    """The median seconds of a call of each, taken in turns."""
    counts, times = [], [[] for _ in functions]
    for function in functions:
        start = time.perf_counter()
        function(*make_args())
        counts.append(max(1, min(1000, int(0.005 / max(time.perf_counter() - start, 1e-7)))))
    for _ in range(REPEATS):
        for function, count, found in zip(functions, counts, times):
            args = make_args()
            start = time.perf_counter()
            for _ in range(count):
                function(*args)
            found.append((time.perf_counter() - start) / count)
    return [statistics.median(found) for found in times]


def main(names: list[str]) -> None:
    warnings.simplefilter("ignore")
    options = numba_options(cache=False)
    numba.njit(lambda x: x + 1.0)(1.0)
    print(f"{'':22}{'f':>9}{'f jit':>9}{'grad':>9}{'grad jit':>9}{'ratio':>7}{'first':>7}")
    for name in names or exemplars.NAMES:
        exemplar = exemplars.load(name)
        plain = value_and_gradients_function(exemplar.function, params=exemplar.params)
        jitted = value_and_gradients_function(exemplar.function, params=exemplar.params, jit=options)
        start = time.process_time()
        jitted(*exemplar.args())
        first = time.process_time() - start
        gradient = jitted.compiled(*exemplar.args())
        try:
            function = numba.njit(exemplar.function, error_model="numpy", boundscheck=True)
            function(*exemplar.args())
        except Exception:
            function = None
        run = [exemplar.function, plain.compiled(*exemplar.args()), gradient, *([function] if function else [])]
        times = [1e6 * each for each in measure(run, exemplar.args)]
        alone = times[3] if function else float("nan")
        line = f"{times[0]:9.1f}{alone:9.1f}{times[1]:9.1f}{times[2]:9.1f}{times[2] / alone:7.2f}{first:7.2f}"
        print(f"{name:22}{line}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
