"""The table of rules: for each function that has one, calls that cover its ranks, keywords, dtypes and corners.

`ROWS[function]` is a list of `row(*args, **keywords)`. Each is checked against differences in tests/test_rules.py; a
function with a rule and without a row fails a test. `plain(...)` is a call whose derivative is not compared (corners
where differences say nothing), `corner(expected, ...)` one whose gradients are given.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np

_streams: dict[str, np.random.Generator] = {}


@dataclasses.dataclass(frozen=True)
class Row:
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    expected: tuple[Any, ...] | None = None
    compared: bool = True
    fixed: tuple[str, ...] = ()
    parts: tuple[int, ...] = ()


def row(*args: Any, **keywords: Any) -> Row:
    return Row(args, keywords)


def methods(distribution: Any, names: str = "logpdf pdf cdf sf logcdf logsf ppf isf") -> list[Any]:
    return [getattr(distribution, name) for name in names.split()]


def plain(*args: Any, **keywords: Any) -> Row:
    return Row(args, keywords, compared=False)


def corner(expected: tuple[Any, ...], *args: Any, **keywords: Any) -> Row:
    """expected: the gradients of the sum of the result, one a differentiable argument."""
    return Row(args, keywords, expected)


def fixed(names: str, *args: Any, **keywords: Any) -> Row:
    """Some parameters are constants of the user's program: no derivative is asked of them, and their values are known."""
    return Row(args, keywords, fixed=tuple(names.split()))


def parts(numbers: str, *args: Any, **keywords: Any) -> Row:
    """Of several results only some have a derivative here."""
    return Row(args, keywords, parts=tuple(map(int, numbers.split())))


def _stream() -> np.random.Generator:
    """Random numbers of the file of rows that asks: a new file changes no other's."""
    asking = sys._getframe(2).f_globals["__name__"]
    return _streams.setdefault(asking, np.random.default_rng(7))


def normal(*shape: int) -> Any:
    return _stream().normal(size=shape)


def positive(*shape: int) -> Any:
    return _stream().uniform(0.5, 2.0, size=shape)


def inside(*shape: int) -> Any:
    """Numbers between -1 and 1, not near either."""
    return _stream().uniform(-0.9, 0.9, size=shape)


def complexes(*shape: int) -> Any:
    return _stream().normal(size=shape) + 1j * _stream().normal(size=shape)


def integers(*shape: int) -> Any:
    return _stream().integers(1, 5, size=shape)


A, B, V, W, T = normal(3, 4), normal(4, 2), normal(4), normal(3), normal(2, 3, 4)
P, Q = positive(3, 4), positive(4)
Z = complexes(3)
ZEROS = np.array([2.0, 0.0, 3.0, 0.0])
ONE_ZERO = np.array([2.0, 0.0, 3.0, 4.0])
TIES = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
WELL = normal(3, 3) + 4.0 * np.eye(3)
STACK = normal(2, 3, 3) + 4.0 * np.eye(3)

ROWS: dict[Any, list[Row]] = {}
FAMILIES: dict[Any, str] = {}  # the file in which the first rows of a function are


def rows(*functions: Any, cases: list[Row]) -> None:
    family = sys._getframe(1).f_globals["__name__"].rpartition(".")[2]
    for function in functions:
        FAMILIES.setdefault(function, family)
        ROWS.setdefault(function, []).extend(cases)


def named(names: str, *libraries: Any) -> list[Any]:
    return [getattr(library, name) for name in names.split() for library in libraries if hasattr(library, name)]
