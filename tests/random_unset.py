"""Random programs of arrays, lists and dicts that only some ways through a function make: in branches, in loops.

Where f reads what has no value, ours has to raise the same error; all others are judged by the complex step.

    python -m tests.random_unset 0 5000    # these seeds, each with the flags 0 to 7
"""

from __future__ import annotations

import random

from .random_branches import main
from .random_none import judge_memory

MADE = (
    "{v} = np.zeros(3)",
    "{v} = np.zeros(3)\n{v}[{i}] = x * x",
    "{v} = x * np.ones(3)",
    "{v} = [x, 0.5, x * x]",
    "{v} = [0.0] * 3",
    "{v} = []\nfor k in range(3):\n    {v}.append(x * k)",
    "{v} = {{0: x, 1: x * x, 2: 0.5}}",
    "{v} = {{}}\nfor k in range(3):\n    {v}[k] = x * k",
)
USED = (
    "p = p + {v}[{i}] * x",
    "p = p * 0.5 + {v}[{i}]",
    "for k in range({n}):\n    p = p + {v}[k] * {v}[k]",
    "{v}[{i}] = p * x",
    "{v}[{i}] += x",
    "{v}[{i}] *= 0.5",
    "for k in range({n}):\n    {v}[k] = {v}[k] * x + p",
    "p = p + x * 0.5",
)

# What is not seen where it is read: each with what reads it, also where it may have no value.
STANDS_FOR = {
    "{v} = 0.5": "p = p * {v}",
    "{v} = p": "p = p + {v} * x",
    "{v} = (x, 2.0)": "p = p * {v}[1]",
    "{v} = np.sin": "p = {v}(p) * x",
    "{v} = lambda y: y * 0.5": "p = {v}(p)",
    "{v} = 'abc'": "p = p * len({v})",
    "{v} = 1": "p = p + [x, p][{v}]",
    "{v} = {{'u': x}}": "p = p * {v}['u']",
    "{v} = None": "p = p * (2.0 if {v} is None else x)",
    "{v} = p * x": "q = {v}\nif c & 2:\n    p = p + q * x",
    "{v} = len([p])": "p = p + 0.5\n{v}",
}


def block(rng: random.Random, made: dict[str, tuple[str, int]], depth: int, indent: str, sure: int) -> list[str]:
    """Statements that make a or b or use one of them, where the flags say that it is there, or branches and loops.
    sure: the flags that are set here."""
    lines: list[str] = []
    for _ in range(rng.randint(1, 3)):
        name = rng.choice(list(made))
        form, flag = made[name]
        if not sure & flag and rng.random() < 0.8:
            lines += [f"{indent}if c & {flag}:", *block(rng, made, depth + 1, indent + "    ", sure | flag)]
            if rng.random() < 0.2:
                lines += [f"{indent}else:", f"{indent}    p = p * x"]
        elif depth < 3 and rng.random() < 0.25:
            loop = rng.choice((f"for i{depth} in range(2):", f"for i{depth} in range(c & 3):"))
            lines += [indent + loop, *block(rng, made, depth + 1, indent + "    ", sure)]
        elif form in STANDS_FOR:
            text = form if rng.random() < 0.15 else STANDS_FOR[form]
            lines += [indent + line for line in text.format(v=name).split("\n")]
        elif sure & flag:
            form = form if rng.random() < 0.15 else rng.choice(USED)
            text = form.format(v=name, i=rng.randint(0, 2), n=rng.choice(("3", "c & 3", f"n_{name}")))
            lines += [indent + line for line in text.split("\n")]
        else:
            lines += [f"{indent}for k in range(n_{name}):", f"{indent}    p = p + {name}[k] * x"]
    return lines


def program(seed: int) -> str:
    rng = random.Random(seed)
    made = {name: (rng.choice(MADE), rng.choice((1, 2, 4))) for name in "ab"}
    if seed % 2:
        made["q"] = rng.choice(list(STANDS_FOR)), rng.choice((1, 2, 4))
    lines = ["def f(x, c):", "    p = x", "    n_a = n_b = n_q = 0"]
    for name, (form, flag) in made.items():
        text = form.format(v=name, i=rng.randint(0, 2))
        if rng.random() < 0.3:
            lines.append("    p = p * x")
        way = f"if c & {flag}:" if rng.random() < 0.8 else f"for i in range(c & {flag}):"
        lines += ["    " + way, f"        n_{name} = 3", *("        " + line for line in text.split("\n"))]
    lines += block(rng, made, 0, "    ", 0) + block(rng, made, 0, "    ", 0)
    return "\n".join([*lines, "    return p * x", ""])


def judge(seed: int, c: int) -> str:
    """'' where value, gradient and tangent are right, or f has none, or is refused; else what is wrong."""
    return judge_memory(program(seed), seed, c, NameError)


if __name__ == "__main__":
    main(judge, range(8))
