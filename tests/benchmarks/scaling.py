"""How time and memory grow: with the length of loops and vectors, with statements, nesting and parameters.

    python -m tests.benchmarks.scaling [--quick] [--save]

For each size: the processor's time of a gradient by s2sad (and of the function, and of other tools where that is feasible),
and the most memory that was in use. The exponents are slopes over the larger sizes: 1 where it grows like the size.
"""

from __future__ import annotations

import argparse
import math
import time
import tracemalloc
from functools import partial
from typing import Any, Callable

from tests.benchmarks.pinning import pin

if __name__ == "__main__":  # before NumPy is there
    pin("tests.benchmarks.scaling")

import numpy as np  # noqa: E402

LONGEST = 3.0  # seconds for one call; larger sizes are left out then


def loop(x, n):
    for _ in range(n):
        x = x + 0.001 * math.sin(x)
    return x


def series(x):
    return np.sum(np.sin(x) * np.exp(-x * x))


def statements_text(count: int) -> str:
    from tests.benchmarks.tool_speed import straight_line

    return straight_line(count)


def nested_text(depth: int) -> str:
    """Loops of two iterations each, one inside the other."""
    lines = ["def f(x, y):"]
    lines += ["    " * (k + 1) + f"for k{k} in range(2):" for k in range(depth)]
    lines += ["    " * (depth + 1) + "x = x + 0.01 * math.sin(x) * y", "    return x", ""]
    return "\n".join(lines)


def parameters_text(count: int) -> str:
    names = [f"p{k}" for k in range(count)]
    lines = [f"def f({', '.join(names)}):", "    s = 0.0"]
    lines += [f"    s = s + math.sin({name}) * {name}" for name in names]
    return "\n".join([*lines, "    return s", ""])


# ---------------------------------------------------------------- what is measured
def ours(function: Callable, *args: Any) -> Callable[[], Any]:
    from s2sad import value_and_gradients_function

    params = [0] if function in (loop, series) else None
    return partial(value_and_gradients_function(function, params=params).compiled(*args), *args)


def autograd_loop(x, n):
    import autograd
    import autograd.numpy as anp

    def f(x):
        for _ in range(n):
            x = x + 0.001 * anp.sin(x)
        return x

    return partial(autograd.grad(f), x)


def jax_loop(x, n):
    from tests.benchmarks.gradbench import peers

    jnp = peers.jax_numpy()
    import jax

    def f(x):
        return jax.lax.scan(lambda x, _: (x + 0.001 * jnp.sin(x), None), x, None, length=n)[0]

    return peers.jax_compiled(lambda jax: jax.grad(f), (x,))


def torch_loop(x, n):
    from tests.benchmarks.gradbench import peers

    def f(x):
        for _ in range(n):
            x = x + 0.001 * x.sin()
        return x

    return peers.torch_gradients(f, (0,))((x,))


def vector(n: int) -> Any:
    return np.linspace(0.0, 1.0, n)


def autograd_vector(n: int) -> Callable[[], Any]:
    from tests.benchmarks.gradbench import peers

    return peers.autograd_gradients(series, (0,))((vector(n),))


def jax_vector(n: int) -> Callable[[], Any]:
    from tests.benchmarks.gradbench import peers

    return peers.jax_gradients(series, (0,))((vector(n),))


def torch_vector(n: int) -> Callable[[], Any]:
    import torch

    from tests.benchmarks.gradbench import peers

    return peers.torch_gradients(lambda x: torch.sum(torch.sin(x) * torch.exp(-x * x)), (0,))((vector(n),))


def made_of(text: str, count: int) -> Callable[[], Any]:
    from tests.benchmarks.tool_speed import fresh

    return ours(fresh(text), *[0.5 + 0.001 * k for k in range(count)])


def studies(quick: bool) -> dict[str, tuple[list[int], dict[str, Callable[[int], Callable[[], Any]]]]]:
    """What grows: sizes, and for each tool how to get a call of that size."""
    most = 4 if quick else 7
    tens = [10**k for k in range(1, most + 1)]
    return {
        "loop length": (
            tens,
            {
                "function": lambda n: partial(loop, 0.5, n),
                "s2sad": lambda n: ours(loop, 0.5, n),
                "autograd": partial(autograd_loop, 0.5),
                "jax": partial(jax_loop, 0.5),
                "torch": partial(torch_loop, 0.5),
            },
        ),
        "vector length": (
            [1, *tens],
            {
                "function": lambda n: partial(series, vector(n)),
                "s2sad": lambda n: ours(series, vector(n)),
                "autograd": autograd_vector,
                "jax": jax_vector,
                "torch": torch_vector,
            },
        ),
        "statements": (
            [10, 30, 100, 300] + [1000] * (not quick),
            {"s2sad": lambda n: made_of(statements_text(n), 2)},
        ),
        "nested loops": (list(range(1, 5 if quick else 9)), {"s2sad": lambda n: made_of(nested_text(n), 2)}),
        "parameters": ([1, 3, 10, 30] + [100, 200] * (not quick), {"s2sad": lambda n: made_of(parameters_text(n), n)}),
    }


def measure(make: Callable[[int], Callable[[], Any]], size: int) -> dict[str, float]:
    start = time.process_time()
    run = make(size)
    run()
    first = time.process_time() - start
    times = [once(run)]
    while len(times) < 9 and sum(times) < 0.3:
        times.append(once(run))
    many = max(1, int(0.02 / max(min(times), 1e-9)))
    if many > 1:
        times = [once(run, many) for _ in range(5)]
    peak = 0
    if (
        min(times) < LONGEST / 5
    ):  # of Python and NumPy: what JAX and PyTorch take isn't seen, and the tracing slows down
        tracemalloc.start()
        run()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return {"seconds": sorted(times)[len(times) // 2], "first": first, "peak": peak}


def once(run: Callable[[], Any], calls: int = 1) -> float:
    start = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - start) / calls


def slope(sizes: list[int], values: list[float]) -> float:
    """Of the logarithms, over the upper half of the sizes."""
    from tests.benchmarks.tool_speed import exponent

    half = max(0, len(sizes) // 2 - 1)
    pairs = {size: value for size, value in list(zip(sizes, values))[half:] if value > 0}
    return exponent(pairs) if len(pairs) > 1 else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--save", action="store_true")
    options = parser.parse_args()
    from tests.benchmarks import results
    from tests.benchmarks.gradbench import peers

    found: dict[str, dict[str, Any]] = {}
    for what, (sizes, tools) in studies(options.quick).items():
        found[what] = {}
        print(f"\n{what}")
        for tool, make in tools.items():
            if not peers.installed(tool):
                print(f"  {tool} is skipped: it isn't installed (pip install -e '.[bench]')")
                continue
            rows: dict[int, dict[str, float]] = {}
            for size in sizes:
                try:
                    rows[size] = measure(make, size)
                except RecursionError:
                    print(f"  {tool} fails at {size}: RecursionError")
                    break
                if rows[size]["seconds"] > LONGEST or rows[size]["first"] > 10 * LONGEST:
                    break
            found[what][tool] = rows
            show(tool, rows)
    print("\nresults:", results.write("scaling_quick" if options.quick else "scaling", found, options.save))
    plot(found, results, options.save)


def show(tool: str, rows: dict[int, dict[str, float]]) -> None:
    sizes = list(rows)
    cells = "  ".join(
        f"{size}: {1e3 * each['seconds']:.3g} ms {each['peak'] / 1e6:.2g} MB" for size, each in rows.items()
    )
    exponents = [slope(sizes, [each[key] for each in rows.values()]) for key in ("seconds", "peak", "first")]
    print(f"  {tool:9} {cells}")
    print(
        f"  {'':9} exponents: time {exponents[0]:.2f}, memory {exponents[1]:.2f}, first call {exponents[2]:.2f}",
        flush=True,
    )


def plot(found: dict[str, dict[str, Any]], results: Any, save: bool) -> None:
    pyplot = results.plotting()
    if pyplot is None:
        return
    figure, axes = pyplot.subplots(1, len(found), figsize=(4 * len(found), 3.5))
    for place, (what, tools) in zip(axes, found.items()):
        for tool, rows in tools.items():
            place.plot(list(rows), [1e3 * each["seconds"] for each in rows.values()], marker=".", label=tool)
        place.set(xscale="log", yscale="log", title=what, xlabel="size")
        place.legend(fontsize="small")
    axes[0].set_ylabel("milliseconds for a gradient")
    path = results.folder(save) / "scaling.svg"
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
    print("plot:", path)


if __name__ == "__main__":
    main()
