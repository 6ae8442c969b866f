"""Functions beside f, in the random programs: some write into an argument, call themselves, or take any number."""

from __future__ import annotations

import random
from typing import Any

from tests.random_expressions import Type, array_of

# Names that mean something else in the module, and in what s2sad generates.
CLASH = """def clash(np, math, dy):
    t1, t1_grad = np * math, dy
    x_saved = [t1, t1_grad]
    for steps in range(2):
        value = x_saved.pop() * 0.5 + np
        dy = dy - value * t1_grad
    return dy + value * math"""

RECURSION = """def again(a, b, n=2):
    if n <= 0:
        return a
    if a > 0.4:
        return again(a * 0.5, b, n - 1) + b
    return b * again(a + 0.3, a, n - 1)"""

RECURSION_THAT_WRITES = """def deeper(a, b):
    if len(b) < 2:
        b[...] = np.tanh(b) * a
        return a
    b[0] *= b[-1]
    return deeper(a + b[0], b[1:]) * 0.5"""

ANY_NUMBER = """def several(a, *rest, scale=0.5, **more):
    total = a
    for each in rest:
        total = total * scale + each
    return total * more.get("grad", 1.0) + sum(more.values())"""

TWO_RESULTS = """def pair(a, b):
    a[0] += b
    if b > 0.0:
        return a * b, b
    return a, np.sum(a)"""


class Helper:
    """A function beside f: its parameters' types, what it returns, whether it may write into an argument."""

    def __init__(self, name: str, types: tuple, result: Type, writes: bool, text: str, call: str = ""):
        self.name, self.types, self.result, self.writes, self.text = name, types, result, writes, text
        self.call = call or name + "({})"


VECTOR = array_of((3,))
FIXED = [
    Helper("clash", ("s", "s", "s"), "s", False, CLASH),
    Helper("again", ("s", "s"), "s", False, RECURSION),
    Helper("deeper", ("s", VECTOR), "s", True, RECURSION_THAT_WRITES),
    Helper("several", ("s", "s"), "s", False, ANY_NUMBER),
    Helper("several", ("s", "s", "s"), "s", False, ANY_NUMBER, "several({}, scale=0.3, grad=0.7)"),
    Helper("several", ("s", "l"), "s", False, ANY_NUMBER, "several({0}, *{1})"),
    Helper("pair", (VECTOR, "s"), "s", True, TWO_RESULTS, "pair({})[1]"),
    Helper("pair", (VECTOR, "s"), VECTOR, True, TWO_RESULTS, "pair({})[0]"),
]


def helpers(chance: random.Random, statements: Any) -> list[Helper]:
    """Functions for one program."""
    made = [helper(chance, k, statements) for k in range(chance.choice([0, 0, 1, 2]))]
    return made + (chance.sample(FIXED, chance.choice([1, 1, 2])) if chance.random() < 0.3 else [])


def helper(chance: random.Random, number: int, statements: Any) -> Helper:
    """A random function; some write into an argument."""
    types: list[Type] = []
    for _ in range(chance.randint(1, 3)):
        types.append("s" if chance.random() < 0.5 else array_of(chance.choice([(2,), (3,), (2, 3), (3, 3)])))
    body = statements(chance, dict(zip(["a", "b", "c"], types)), "s" if chance.random() < 0.6 else VECTOR)
    body.nested = True
    body.block(1, chance.randint(0, 3))
    body.indent = 1
    body.line(f"return {body.of_type(body.result)}")
    name = f"{chance.choice(['helper', 'f_', 'g', 'np_', 'step'])}{number}"
    text = [f"def {name}({', '.join(['a', 'b', 'c'][: len(types)])}):", *body.lines]
    return Helper(name, tuple(types), body.result, any(each != "s" for each in types), "\n".join(text))


def texts(made: list[Helper]) -> list[str]:
    """The texts of functions, each once."""
    return list(dict.fromkeys(each.text for each in made))
