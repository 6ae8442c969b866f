"""Where results go: into build/benchmarks, or with `--save` into tests/benchmarks/results, from where README shows them."""

from __future__ import annotations

import json
import platform
import re
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "tests" / "benchmarks" / "results"
PACKAGES = ("numpy", "numba", "autograd", "jax", "torch")


def folder(save: bool) -> Path:
    made = KEPT if save else ROOT / "build" / "benchmarks"
    made.mkdir(parents=True, exist_ok=True)
    return made


def write(name: str, found: Any, save: bool) -> Path:
    path = folder(save) / f"{name}.json"
    path.write_text(json.dumps({"versions": versions(), "results": found}, indent=1) + "\n")
    return path


def versions() -> dict[str, str]:
    made = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            made[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            made[package] = "not installed"
    return made


def into_readme(name: str, text: str) -> None:
    """Replaces what stands between the marks of that name in README.md."""
    readme = ROOT / "README.md"
    pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
    made = re.sub(pattern, lambda found: found[1] + text + found[2], readme.read_text(), flags=re.DOTALL)
    readme.write_text(made)


def plotting() -> Any:
    """matplotlib, or None if it isn't installed."""
    try:
        import matplotlib
    except ImportError:
        print("matplotlib is not installed: no plots (pip install -e '.[bench]')")
        return None
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "s2sad"
    import matplotlib.pyplot

    return matplotlib.pyplot
