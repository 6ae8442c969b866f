"""Random programs of arrays and lists that two branches make or name, and that are written into behind, among other names
for the same memory: variables, views, items of lists and dicts, attributes, closures.

    python -m tests.random_joined 0 5000    # these seeds, each with the flags 0 to 3
"""

from __future__ import annotations

import random

from .random_branches import main
from .random_none import judge_memory

ARRAYS = ("np.zeros(3)", "x * np.ones(3)", "w", "u", "w.copy()", "w * x", "np.array([x, 0.5, p])", "np.zeros(3)")
LISTS = ("[0.0] * 3", "[x, 0.5, p]", "w", "u", "list(w)", "[v * x for v in w]", "w[:]", "u + []")
SECOND = ("held = [w, u]", "held = {0: w, 1: u}", "held = (w, u)", "held = Box(w, u)", "held = lambda k: w",
          "held = [w]\nheld.append(u)")  # fmt: skip
OF_ARRAYS = ("a *= {e}", "a[1:] += {e}", "a[:2] *= x", "w *= x", "u[1:] += x", "b = a[1:]\nb[0] += {e}", "a += w")
OF_LISTS = ("a.append({e})\np = p + a.pop()", "a.reverse()", "w[1] = {e}", "u.append(x)", "a[1:] = [x, {e}]")
BOTH = ("a[{i}] = {e}", "a[{i}] += {e}", "w[{i}] = {e}", "u[{i}] *= x", "{h}[{i}] = {e}", "{h}[{i}] *= x")
READ = ("p = p + a[{i}] * x", "p = p * 0.5 + w[{i}]", "p = p + u[{i}] * a[{i}]", "p = p + {h}[{i}]",
        "p = p * x + sum(a)", "for v in a:\n    p = p + v * x", "p = p + a[{i}] ** 2")  # fmt: skip


def program(seed: int) -> str:
    rng = random.Random(seed)
    arrays = rng.random() < 0.6
    forms = ARRAYS if arrays else LISTS
    second = rng.choice(SECOND) if rng.random() < 0.6 else ""
    places = {"held = lambda": "held(0)", "held = Box": rng.choice(("held.w", "held.u")), "": rng.choice("wu")}
    h = next((place for start, place in places.items() if start and second.startswith(start)), None)
    h = h or ("held[1]" if second and rng.random() < 0.5 else "held[0]" if second else places[""])
    lines = ["    p = x", f"    w = {'np.array([x, x * x, 0.5])' if arrays else '[x, x * x, 0.5]'}"]
    lines += [f"    u = {'x * np.ones(3)' if arrays else '[0.5, x, x]'}"]
    lines += ["    " + line for line in second.split("\n") if line]

    def some(choices: tuple[str, ...]) -> list[str]:
        e = rng.choice(("x", "p", "x * x", "p * x", "0.25"))
        return rng.choice(choices).format(e=e, i=rng.randint(0, 2), h=h).split("\n")

    def join(indent: str) -> list[str]:
        if rng.random() < 0.25:
            return [f"{indent}a = {rng.choice(forms)} if c & {rng.choice((1, 2))} else {rng.choice(forms)}"]
        made = [f"{indent}if c & {rng.choice((1, 2))}:", f"{indent}    a = {rng.choice(forms)}"]
        made += [f"{indent}    {line}" for line in (some(READ) if rng.random() < 0.3 else [])]
        made += [f"{indent}else:", f"{indent}    a = {rng.choice(forms)}"]
        return made + [f"{indent}    {line}" for line in (some(BOTH) if rng.random() < 0.4 else [])]

    lines += join("    ")
    indent = "    "
    for k in range(rng.randint(3, 7)):
        what = rng.random()
        if what < 0.1:
            lines += join(indent)
        elif what < 0.2 and len(indent) == 4:
            lines.append(f"{indent}for i{k} in range(c + 1):")
            indent += "    "
            lines += [indent + line for line in some(READ)]
        elif what < 0.27 and len(indent) > 4:
            indent = indent[:-4]
        else:
            writes = (*(OF_ARRAYS if arrays else OF_LISTS), *BOTH)
            lines += [indent + line for line in some(writes if what < 0.65 else READ)]
    lines += ["    " + line for _ in range(2) for line in some(READ)]
    text = "\n".join(["def f(x, c):", *lines, "    return p * x", ""])
    box = "class Box:\n    def __init__(self, w, u):\n        self.w, self.u = w, u\n\n\n"
    return box + text if "Box" in text else text


def judge(seed: int, c: int) -> str:
    """'' where value, gradient and tangent are right, or f is refused; else what is wrong."""
    return judge_memory(program(seed), seed, c, IndexError)


if __name__ == "__main__":
    main(judge, range(4))
