"""The most memory that each gradient of GradBench's problems takes while it runs, in MB, beyond what was there before.

    python -m tests.benchmarks.memory [--quick] [--only gmm,ode] [--save]

Measured by the kernel's mark of the highest resident memory, which is set back before a call (Linux only), after a first
call with all its compiling. What the allocator kept of earlier calls is given back before, and large blocks are taken from
the kernel each time: otherwise what a tool takes again and again isn't seen.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import statistics
from pathlib import Path
from typing import Any, Callable

from tests.benchmarks.pinning import pin

LARGE = {"MALLOC_MMAP_THRESHOLD_": "65536", "MALLOC_TRIM_THRESHOLD_": "65536"}
TOOLS = ("function", "s2sad", "s2sad numba", "by hand", "jax")
CALLS = 3


def main() -> None:
    from tests.benchmarks import results
    from tests.benchmarks.gradbench import NAMES, peers
    from tests.benchmarks.gradbench.run import arguments

    options = arguments(__doc__)
    if not Path("/proc/self/clear_refs").exists():
        raise SystemExit("memory is measured on Linux only")
    print(f"{'':10}" + "".join(f"{tool:>13}" for tool in TOOLS))
    found: dict[str, dict[str, float]] = {}
    for name in options.only.split(",") if options.only else NAMES:
        module = importlib.import_module(f"tests.benchmarks.gradbench.{name}")
        args = module.arguments("quick" if options.quick else "full")
        found[name] = {}
        for tool, prepare in module.tools().items():
            if (
                tool in TOOLS
                and tool not in options.without.split(",")
                and prepare is not None
                and peers.installed(tool)
            ):
                try:
                    found[name][tool] = taken(prepare(args))
                except Exception as error:
                    print(f"{name}: {tool} fails: {type(error).__name__}")
        cells = [f"{found[name][tool]:13.1f}" if tool in found[name] else f"{'-':>13}" for tool in TOOLS]
        print(f"{name:10}" + "".join(cells), flush=True)
    print("results:", results.write(f"memory_{'quick' if options.quick else 'full'}", found, options.save))
    if options.save:
        results.into_readme("memory", table(found))


def taken(run: Callable[[], Any]) -> float:
    """MB that a call takes at most, by the median of some."""
    run()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", lambda size: None)
    peaks = []
    for _ in range(CALLS):
        gc.collect()
        trim(0)
        before = status("VmRSS")
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        run()
        peaks.append(max(0.0, status("VmHWM") - before))
    return statistics.median(peaks)


def status(key: str) -> float:
    """A line of this process's status, in MB."""
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024.0
    raise KeyError(key)


def table(found: dict[str, dict[str, float]]) -> str:
    """For README."""
    lines = ["| problem | " + " | ".join(TOOLS) + " |", "| --- " * (1 + len(TOOLS)) + "|"]
    for name, each in found.items():
        cells = [f"{each[tool]:.3g}" if tool in each else "-" for tool in TOOLS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    os.environ.update(LARGE)
    pin("tests.benchmarks.memory")
    main()
