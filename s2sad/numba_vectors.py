"""Part of the stage `numba_fusion`: functions that a loop computes for some hundred numbers at once.

Numba calls exp of the C library, for one number at a time. What is written as arithmetic without branches, over a short
array of its own, becomes the processor's vector instructions:

    for i in range(n):                 for first in range(0, n, 256):
        t = np.exp(a[i])                   last = min(first + 256, n)
        r += t                             for i in range(first, last):
                               ->              u[i - first] = a[i]
                                           exp_of_each(u, last - first)
                                           for i in range(first, last):
                                               t = u[i - first]
                                               r += t

exp(x) = 2**k * exp(r), with k = round(x / log 2) and r = x - k * log 2, where log 2 is the sum of two numbers; one has
zeros at its end, so that k times it is exact (Cody and Waite, Software Manual for the Elementary Functions, 1980).
exp(r) is its Taylor polynomial of degree 13: |r| < 0.35, so what is left out is less than 5e-18. 2**k is made of its
bits, as two factors, since 2**1024 and what is less than 2**-1022 are no normal numbers.
tanh(x) = -e / (2 + e) with e = expm1(-2 |x|) = 2**k * expm1(r) + (2**k - 1), which loses nothing where x is small.

Compared with a computation of 50 digits: exp within 1 unit in the last place, tanh within 3. Where a loop has few
iterations, it is as it was.
"""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

LETTERS = "ijk"  # of the loops, from the outermost
AT_ONCE, LEAST = 256, 32


def polynomial(first: int, last: int) -> str:
    """Statements that set p to the sum of r**(k - first) / k! for k from `first` to `last`, by Horner's rule.

    >>> polynomial(2, 4).split("\\n")
    ['p = 0.041666666666666664', 'p = p * r + 0.16666666666666666', 'p = p * r + 0.5']
    """
    factors = [repr(1.0 / math.factorial(k)) for k in range(last, first - 1, -1)]
    return "\n".join([f"p = {factors[0]}", *(f"p = p * r + {each}" for each in factors[1:])])


REDUCED = f"""
k = np.floor(x * 1.4426950408889634 + 0.5)
r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10
{polynomial(2, 13)}
"""
TEXTS = {  # that make y of what is given
    "exp": f"""
x = min(max(given, -746.0), 710.0){REDUCED}half = np.floor(0.5 * k)
one = np.int64((np.int64(half) + 1023) << 52).view(np.float64)
other = np.int64((np.int64(k - half) + 1023) << 52).view(np.float64)
y = (1.0 + (r + r * r * p)) * one * other
""",
    "tanh": f"""
x = max(-2.0 * abs(given), -50.0){REDUCED}two = np.int64((np.int64(k) + 1023) << 52).view(np.float64)
e = two * (r + r * r * p) + (two - 1.0)
y = e / (2.0 + e) if given < 0.0 else -e / (2.0 + e)
y = y if given != 0.0 else given
""",
}


def of_each(name: str) -> str:
    """The text of a function that puts in the place of each of the first n numbers in u its exp or tanh."""
    body = textwrap.indent(f"given = u[i]{TEXTS[name]}u[i] = y if given == given else given", " " * 8)
    return f"def {name}_of_each(u, n):\n    for i in range(n):\n{body}\n"


class Ahead:
    """The part of a loop's text (`numba_fused.py`) for what is computed before an iteration."""

    forms: Any
    changing: set[str]
    arrays: dict[str, tuple[str, Any]]
    inner: tuple[int, ...]
    loops_count: int
    body: list[Any]
    ahead: list[tuple[str, str, Any]]
    at_once: bool

    def goes_ahead(self, argument: Any) -> bool:
        """Whether an argument can be computed for several iterations before the rest of them: nothing is written into
        what it is made of, and there are no short axes."""
        if self.inner:
            return False
        found, _ = self.sources(argument(False, ()))
        texts = [argument(False, ()), *(self.body[k][2](False) for k in found)]
        changing = {letter for key, (letter, _) in self.arrays.items() if key in self.changing}
        return changing.isdisjoint(re.findall(r"\b\w+(?=\[)", " ".join(texts)))

    def sources(self, text: str) -> tuple[set[int], set[str]]:
        """Which statements of the loop make the numbers in a text, and what they take of what is computed ahead."""
        found: set[int] = set()
        ahead: set[str] = set()
        pending = [text]
        while pending:
            names = set(re.findall(r"\b[tu]\d+(?:_\d+)*\b", pending.pop()))
            ahead |= {name for name in names if name.startswith("u")}
            for k, (target, _, value) in enumerate(self.body):
                if k not in found and not callable(target) and target in names:
                    found.add(k)
                    pending.append(value(False))
        return found, ahead

    def computed_ahead(self, name: str, argument: Any) -> Any:
        """The result of a function that is computed for some hundred numbers at once."""
        array = f"u{len(self.ahead)}"
        self.ahead.append((array, str(self.forms.helper(f"{name}_of_each", of_each(name)).func.id), argument))
        text = f"{array}[{LETTERS[self.loops_count - 1]} - first]"
        return lambda general, at=(): text if self.at_once else f"np.{name}({argument(general, at)})"

    def loops_ahead(self, body: list[str]) -> list[str]:
        """The loops that compute arguments, each for functions that need none of one another, and their calls."""
        rounds: list[list[tuple[str, str, Any]]] = []
        for each in self.ahead:
            _, others = self.sources(each[2](False, ()))
            if not rounds or others & {array for array, _, _ in rounds[-1]}:
                rounds.append([])
            rounds[-1].append(each)
        letter, lines = LETTERS[self.loops_count - 1], []
        for these in rounds:
            needed = set().union(*(self.sources(argument(False, ()))[0] for _, _, argument in these))
            lines += [f"for {letter} in range(first, last):", *(f"    {body[k]}" for k in sorted(needed))]
            lines += [f"    {array}[{letter} - first] = {argument(False, ())}" for array, _, argument in these]
            lines += [f"{function}({array}, last - first)" for array, function, _ in these]
        return lines
