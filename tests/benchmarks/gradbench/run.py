"""Times the problems of GradBench: the function, its gradient by s2sad and by hand, and by other tools, in one run.

    python -m tests.benchmarks.gradbench.run [--quick] [--only gmm,ode] [--save] [--limit SECONDS]

Everything runs on one core with one thread, each problem in a process of its own (which may be given a limit). What the tools compute is compared before anything is timed; then they run in
turn, and the median of the processor's times counts. The first call (with all compiling) is apart from the steady state.
Tools that aren't installed are left out; results are in build/benchmarks/gradbench.json.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable

from tests.benchmarks.pinning import pin

SECONDS = {"quick": 0.15, "full": 3.0}  # for each problem and tool
ROUNDS = {"quick": 7, "full": 15}
TOLERANCE = 1e-6


def main() -> None:
    options = arguments()
    from tests.benchmarks import results
    from tests.benchmarks.gradbench import NAMES, peers

    size = "quick" if options.quick else "full"
    if options.into:
        found = measure(
            importlib.import_module(f"tests.benchmarks.gradbench.{options.only}"),
            size,
            tuple(options.without.split(",")),
        )
        Path(options.into).write_text(json.dumps(found))
        return
    missing = [tool for tool in peers.TOOLS if not peers.installed(tool)]
    for tool in missing:
        print(f"{tool} is skipped: it isn't installed (pip install -e '.[bench]')")
    found = {}
    print(header())
    for name in options.only.split(",") if options.only else NAMES:
        made = apart(name, options)
        if made is not None:
            found[name] = made
            print(row(name, made), flush=True)
    print("\nfirst calls, in seconds of the processor, with all that is compiled for them")
    for name, problem in found.items():
        print(f"{name:10}", "  ".join(f"{tool} {each['first']:.3f}" for tool, each in problem["tools"].items()))
    for name, problem in found.items():
        for tool, why in problem["failed"].items():
            print(f"{name}: {tool} {why}")
    print("results:", results.write(f"gradbench_{size}", found, options.save))
    plot(found, results, options.save, size)
    if options.save:
        results.into_readme("gradbench", table(found))


def arguments(description: str | None = __doc__) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes, few repeats")
    parser.add_argument("--only", default="", help="these problems, with commas between")
    parser.add_argument("--save", action="store_true", help="keep the results where README shows them")
    parser.add_argument("--limit", type=float, help="seconds for a problem; one that takes longer is left out")
    parser.add_argument("--without", default="", help="leave these tools out, with commas between")
    parser.add_argument("--into", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def apart(name: str, options: argparse.Namespace) -> dict[str, Any] | None:
    """Measures a problem in a process of its own; None if it takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.json"
        command = [sys.executable, "-m", "tests.benchmarks.gradbench.run", "--only", name, "--into", str(path)]
        try:
            subprocess.run(
                [*command, "--without", options.without] + ["--quick"] * options.quick,
                check=True,
                timeout=options.limit,
            )
        except subprocess.TimeoutExpired:
            print(f"{name:10} is left out: it takes longer than {options.limit:g} seconds", flush=True)
            return None
        return dict(json.loads(path.read_text()))


# ---------------------------------------------------------------- one problem
def measure(module: Any, size: str, without: tuple[str, ...] = ()) -> dict[str, Any]:
    args = module.arguments(size)
    runs: dict[str, Callable[[], Any]] = {}
    first: dict[str, float] = {}
    failed: dict[str, str] = {}
    computed: dict[str, Any] = {}
    from tests.benchmarks.gradbench import peers

    for tool, prepare in module.tools().items():
        if prepare is None or not peers.installed(tool) or tool in without:
            continue
        try:
            start = time.process_time()
            run = prepare(args)
            run()
            first[tool] = time.process_time() - start
        except Exception as error:
            if tool in ("s2sad", "function", "by hand"):
                raise
            failed[tool] = f"fails: {type(error).__name__}: {str(error).splitlines()[0][:100]}"
            continue
        runs[tool] = run
        if tool != "function":
            computed[tool] = peers.derivatives(run)
    compare(computed, failed)
    for tool in failed:
        runs.pop(tool, None)
    times = interleaved(runs, SECONDS[size], ROUNDS[size])
    tools = {
        tool: {"seconds": statistics.median(each), "first": first[tool], "rounds": each} for tool, each in times.items()
    }
    return {"tools": tools, "failed": failed, "note": module.NOTE, "sizes": shapes(args)}


def compare(computed: dict[str, Any], failed: dict[str, str]) -> None:
    """All have to agree with the gradient by hand, or else with the first other tool; s2sad must."""
    import numpy as np

    others = [tool for tool in ("by hand", "jax", "torch", "autograd") if tool in computed]
    right = computed[others[0]] if others else computed["s2sad"]
    for tool, each in computed.items():
        fits = len(each) == len(right) and all(
            np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE * max(1e-300, np.max(np.abs(b))))
            for a, b in zip(each, right)
        )
        if not fits and tool.startswith("s2sad"):
            raise SystemExit(f"{tool} and {others[0]} don't agree: nothing is timed")
        if not fits:
            failed[tool] = f"computes something else than {others[0]}"


def interleaved(runs: dict[str, Callable[[], Any]], seconds: float, rounds: int) -> dict[str, list[float]]:
    """Seconds of the processor for each call, in rounds that go through the tools forwards and backwards in turn."""
    calls = {}
    for tool, run in runs.items():
        taken = processor_seconds(run, 1)
        taken = min(taken, processor_seconds(run, 1)) if taken < 1.0 else taken
        calls[tool] = max(1, int(seconds / rounds / max(taken, 1e-7)))
        if taken > seconds / 3:
            calls[tool] = -3  # only so many rounds
        elif taken > seconds / rounds:
            calls[tool] = -max(3, int(seconds / taken))
    times: dict[str, list[float]] = {tool: [] for tool in runs}
    for number in range(rounds):
        order = list(runs) if number % 2 else list(runs)[::-1]
        for tool in order:
            if calls[tool] < 0 and number >= -calls[tool]:
                continue
            many = max(1, calls[tool])
            times[tool].append(processor_seconds(runs[tool], many) / many)
    return times


def processor_seconds(run: Callable[[], Any], calls: int) -> float:
    """Of all threads of this process: some tools compute in threads of their own."""
    start = time.process_time()
    for _ in range(calls):
        run()
    return time.process_time() - start


def shapes(args: tuple) -> str:
    return ", ".join(str(each.shape) if hasattr(each, "shape") else str(each) for each in args)


# ---------------------------------------------------------------- what is shown
OTHERS = ("by hand", "autograd", "jax", "torch")


def header() -> str:
    names = "".join(f"{tool:>11}" for tool in OTHERS)
    return f"{'':10}{'function':>12}{'s2sad':>12}{'/ function':>11}   how many times the time of s2sad:{'':2}\n{'':48}{names}{'numba':>11}"


def row(name: str, problem: dict[str, Any]) -> str:
    tools = problem["tools"]
    ours, function = tools["s2sad"]["seconds"], tools["function"]["seconds"]
    parts = [f"{name:10}{1e3 * function:9.3f} ms{1e3 * ours:9.3f} ms{ours / function:11.2f}   "]
    for tool in (*OTHERS, "s2sad numba"):
        parts.append(f"{ratio(problem, tool):11.2f}" if tool in tools else f"{'-':>11}")
    return "".join(parts)


def ratio(problem: dict[str, Any], tool: str) -> float:
    """The time of a tool over that of s2sad, as the median over the rounds that both were in."""
    one, other = problem["tools"][tool]["rounds"], problem["tools"]["s2sad"]["rounds"]
    return statistics.median(a / b for a, b in zip(one, other))


def table(found: dict[str, Any]) -> str:
    """For README: how many times as long as s2sad each takes."""
    tools = [tool for tool in (*OTHERS, "s2sad numba") if any(tool in each["tools"] for each in found.values())]
    lines = ["| problem | function, ms | s2sad, ms | " + " | ".join(tools) + " |", "| --- " * (3 + len(tools)) + "|"]
    for name, problem in found.items():
        cells = [f"{ratio(problem, tool):.2f}" if tool in problem["tools"] else "-" for tool in tools]
        times = [f"{1e3 * problem['tools'][tool]['seconds']:.3g}" for tool in ("function", "s2sad")]
        lines.append(f"| {name} | " + " | ".join([*times, *cells]) + " |")
    return "\n".join(lines) + "\n"


def plot(found: dict[str, Any], results: Any, save: bool, size: str) -> None:
    pyplot = results.plotting() if found else None
    if pyplot is None:
        return
    from tests.benchmarks.gradbench.peers import TOOLS

    tools = [tool for tool in TOOLS if tool != "function" and any(tool in each["tools"] for each in found.values())]
    figure, axes = pyplot.subplots(figsize=(10, 4.5))
    width = 0.8 / len(tools)
    for k, tool in enumerate(tools):
        heights = [
            each["tools"][tool]["seconds"] / each["tools"]["function"]["seconds"] if tool in each["tools"] else 0.0
            for each in found.values()
        ]
        axes.bar([n + (k - (len(tools) - 1) / 2) * width for n in range(len(found))], heights, width, label=tool)
    axes.set_yscale("log")
    axes.set_xticks(range(len(found)), list(found))
    axes.set_ylabel("time of the derivative / time of the function")
    axes.set_title("GradBench: derivatives, in times of the function in NumPy (less is better)")
    axes.axhline(1.0, color="grey", linewidth=0.5)
    axes.legend(ncols=len(tools), fontsize="small")
    path = results.folder(save) / f"gradbench_{size}.svg"
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    print("plot:", path)


if __name__ == "__main__":
    pin("tests.benchmarks.gradbench.run")
    main()
