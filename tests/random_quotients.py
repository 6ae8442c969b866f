"""Random formulas of products, quotients, powers and written numbers, as in engineering: few names, so that the same stands
over and under the line, some of them temporaries. `python -m tests.random_quotients --count 1000` tries that many; a wrong
one is printed. Gradients and tangents are compared with a complex step.
"""

from __future__ import annotations

import random

import numpy as np

from s2sad import grad, jvp, value_and_gradients_function
from tests.random_repeated import STEP, function_of, main

WRITTEN = ("2.0", "0.5", "3.0", "4.0", "0.1", "1.5", "12.0", "2", "3", "-2.0", "np.pi")
PARAMETERS = ("x", "y", "z")
NUMBERS = ((0.7, 1.3, 2.1), (1.0, 0.6, -0.8))
ARRAYS = (
    (np.array([0.4, 0.9, 1.3]), np.array([1.2, 0.5, 1.1]), 0.7),
    (np.array([1.0, -0.5, 0.7]), np.array([0.3, 0.8, -1.0]), 0.4),
)


def program(seed: int) -> str:
    drawn = random.Random(seed)
    lines, names = ["def f(x, y, z):"], list(PARAMETERS)
    for name in ("u", "v")[: drawn.randint(0, 2)]:
        lines.append(f"    {name} = {product(drawn, names, 1)}")
        names.append(name)
    return "\n".join([*lines, f"    return np.sum({terms(drawn, names, 0)})\n"])


def terms(drawn: random.Random, names: list[str], depth: int) -> str:
    made = product(drawn, names, depth)
    for _ in range(drawn.randint(0, 2)):
        made += f" {drawn.choice('+-')} {product(drawn, names, depth)}"
    return made


def product(drawn: random.Random, names: list[str], depth: int) -> str:
    made = factor(drawn, names, depth)
    for _ in range(drawn.randint(1, 4)):
        made += f" {drawn.choice('**/')} {factor(drawn, names, depth)}"
    return made


def factor(drawn: random.Random, names: list[str], depth: int) -> str:
    way = drawn.random()
    if way < 0.3:
        return drawn.choice(WRITTEN)
    if depth < 2 and way < 0.45:
        return f"({product(drawn, names, depth + 1)})"
    if depth < 2 and way < 0.55:
        return f"(1.0 + ({terms(drawn, names, depth + 2)}) ** 2)"
    return drawn.choice(names) + (drawn.choice(("**2", "**3", "**-1")) if way > 0.9 else "")


def wrong(seed: int) -> str | None:
    """What is wrong with the derivatives of a program; None if nothing is."""
    text = program(seed)
    f, (point, direction) = function_of(text, seed), ARRAYS if seed % 3 == 0 else NUMBERS
    with np.errstate(all="ignore"):
        slope = np.imag(f(*(a + 1j * STEP * b for a, b in zip(point, direction)))) / STEP
        gradients = value_and_gradients_function(f)(*point)[1]
        alone = [grad(f, name)(*point) for name in PARAMETERS]  # with fewer temporaries
        change = jvp(f, point, direction)[1]
    along = sum(np.sum(gradient * way) for gradient, way in zip(gradients, direction))
    size = sum(np.sum(np.abs(gradient * way)) for gradient, way in zip(gradients, direction))
    each = sum(np.sum(gradient * way) for gradient, way in zip(alone, direction))
    if np.allclose([along, each, change], slope, rtol=1e-9, atol=1e-11 * (1.0 + size)):
        return None
    return f"seed {seed}: gradient {along!r}, one by one {each!r}, and tangent {change!r} for {slope!r}\n{text}"


if __name__ == "__main__":
    main(wrong, __doc__)
