"""Part of the stage `numba_fusion`: lengths of arguments that a program is compiled for as if they were the same.

`x * y` may broadcast, but hardly ever does where both are arguments. So the program is first compiled for lengths that
are equal wherever two of them meet, and slices `A[:, 3:6]` that aren't cut short; it looks at them when it begins:

    if not (y.shape[0] == x.shape[0] and ...):
        raise ValueError(DIFFERENT)

The general one is compiled only when such a call comes. What is taken to be equal is a fact of the call, whatever the
program does with it; lengths of what the program makes itself are not guessed.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad.kinds import Array, Kind, Scalar

Length = frozenset
ONE: Length = frozenset()
DIFFERENT = "arguments of other lengths than this was compiled for: call `.compiled` with such arguments"


class Assumed:
    """kinds: of the parameters that have no default. `same`: by length, one that is taken to be equal; `pairs`: what
    has to be looked at."""

    def __init__(self, kinds: dict[str, Kind]) -> None:
        self.arrays = {name: kind for name, kind in kinds.items() if isinstance(kind, Array) and kind.dims is not None}
        self.numbers = {name for name, kind in kinds.items() if isinstance(kind, Scalar) and kind.char == "i"}
        self.same: dict[Length, Length] = {}
        self.pairs: list[tuple[Length, Length]] = []
        for name, kind in self.arrays.items():
            for k, dim in enumerate(kind.dims or ()):
                if dim.key == 1:
                    self.note(frozenset([(name, k)]), ONE)

    def note(self, length: Length, other: Length) -> Length:
        self.same[length] = other
        self.pairs.append((length, other))
        return other

    def canonical(self, length: Length) -> Length:
        while length in self.same:
            length = self.same[length]
        return length

    def equal(self, one: Length, other: Length) -> Length | None:
        """What two lengths are from now on; None where it can't be seen at the beginning whether they are equal."""
        one, other = self.canonical(one), self.canonical(other)
        if one == other:
            return one
        if not (self.is_known(one) and self.is_known(other)):
            return None
        if is_literal(one) and is_literal(other):
            return None
        if is_literal(other) or not is_literal(one) and repr(sorted(other)) < repr(sorted(one)):
            one, other = other, one
        return self.note(other, one)

    def is_known(self, length: Length) -> bool:
        """Whether a length is one of the arguments', or follows from it."""
        if len(length) != 1:
            return False
        [atom] = length
        if isinstance(atom, int):
            return True
        if atom[0] == "cut" and isinstance(atom[1], frozenset):
            return self.is_known(atom[1])
        if atom[0] == "number" and isinstance(atom[1], str):
            return atom[1] in self.numbers
        return isinstance(atom[0], str) and atom[0] in self.arrays

    def test(self) -> str:
        return " and ".join(text_of_pair(one, other) for one, other in self.pairs)

    def check(self) -> list[Any]:
        """The statement that stands first in the program."""
        text = f"if not ({self.test()}):\n    raise ValueError({DIFFERENT!r})"
        return gast.parse(text).body


def is_literal(length: Length) -> bool:
    return length == ONE or len(length) == 1 and isinstance(next(iter(length)), int)


def text_of_pair(one: Length, other: Length) -> str:
    atoms = (*one, *other)
    if len(atoms) == 2 and isinstance(atoms[0], tuple) and atoms[0][0] == "cut" and len(atoms[0]) == 4:
        _, base, low, high = atoms[0]
        if isinstance(base, frozenset) and atoms[1] == high - low:  # not cut short
            return f"{text_of(base)} >= {high}"
    return f"{text_of(one)} == {text_of(other)}"


def text_of(length: Length) -> str:
    """How a length is found at the beginning."""
    if length == ONE:
        return "1"
    [atom] = length
    if isinstance(atom, int):
        return str(atom)
    if atom[0] == "cut" and isinstance(atom[1], frozenset):
        base = text_of(atom[1])
        if len(atom) == 3:
            return f"max({base} - {atom[2]}, 0)"
        return f"max(min({base}, {atom[3]}) - {atom[2]}, 0)" if atom[2] else f"min({base}, {atom[3]})"
    if atom[0] == "number" and isinstance(atom[1], str):
        return str(atom[1])
    return f"{atom[0]}.shape[{atom[1]}]"
