"""Derivatives without any theory: one element of an argument is moved, and the change of the value is looked at.

>>> import math
>>> number, relative, absolute = Differences(lambda x: math.sin(x) * x).at(0.5)
>>> round(number, 8), relative
(0.91821682, 1e-06)
>>> number, relative, absolute = Differences(lambda x: x * x * x).at(0.5)
>>> number, relative
(0.75, 1e-08)
"""

from __future__ import annotations

import copy
import enum
import types
import warnings
from collections.abc import Callable, Iterator
from numbers import Number
from typing import Any

import numpy as np

from s2sad.kinds import named

Path = tuple[tuple[str, Any], ...]
_EPS = float(np.finfo(float).eps)


class Differences:
    """The derivative of a function of one number.

    The complex step Im f(x + ih) / h is exact to the last digits, for an analytic function that takes complex numbers.
    It is used where it agrees with the central difference; where it does not once, it is not tried again.
    """

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f = f
        self.complex_step = True

    def at(self, x: Any, guess: complex | None = None) -> tuple[complex, float, float]:
        """The derivative at x, and what relative and absolute error it may have. `guess`: what it is thought to be.

        For a complex x it is the gradient of the real part: d f / d Re x - i d f / d Im x.
        """
        if np.iscomplexobj(x):
            along = None if guess is None else guess.real, None if guess is None else -guess.imag
            real, _, noise = self._central(lambda t: self.f(x + t), 0.0, float(abs(x)), along[0])
            imaginary, _, more = self._central(lambda t: self.f(x + 1j * t), 0.0, float(abs(x)), along[1])
            return real - 1j * imaginary, 1e-6, 1e-8 + noise + more
        x = float(x)
        number, uncertain, noise = self._central(self.f, x, abs(x), None if guess is None else guess.real)
        step = self._complex(x) if self.complex_step else None
        if step is not None and abs(step - number) <= 1e-5 * abs(number) + 1e-8 + uncertain:
            return step, 1e-8, 1e-10 + noise * 1e-3
        self.complex_step = False
        return number, 1e-6, 1e-8 + noise

    def _complex(self, x: float) -> float | None:
        h = 1e-30 * max(1.0, abs(x))
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                return float(np.imag(self.f(complex(x, h)))) / h
        except Exception:  # whatever f does with a number that it is not made for
            return None

    def _central(
        self, f: Callable[[Any], Any], x: float, size: float, guess: float | None
    ) -> tuple[float, float, float]:
        """Central differences of two widths, extrapolated; of several such pairs the most certain one, how far off it
        may be, and what part of that is rounding."""
        best = float("nan"), float("inf"), 0.0
        widths = [width * max(1.0, size) for width in (1e-3, 3e-5, 1e-6)]
        for h in [*widths, 1e-3 * size] if 0.0 < size < 1e-2 else widths:
            with np.errstate(all="ignore"):
                high, low = float(np.real(f(x + h))), float(np.real(f(x - h)))
                wide = (high - low) / (2.0 * h)
                narrow = float(np.real(f(x + h / 2.0)) - np.real(f(x - h / 2.0))) / h
                number = (4.0 * narrow - wide) / 3.0
                noise = 4.0 * _EPS * max(abs(high), abs(low)) / h
            if abs(narrow - wide) + noise < best[1]:
                best = number, abs(narrow - wide) + noise, noise
            if guess is not None and abs(number - guess) <= 1e-8 * abs(guess) + 1e-12:
                break
        return best


# ---------------------------------------------------------------------------------------------- structures
def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The numbers in a value, each with the way to it.

    >>> list(leaves({"a": [1.0, 2.0]}))
    [((('item', 'a'), ('item', 0)), 1.0), ((('item', 'a'), ('item', 1)), 2.0)]
    """
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fc":
            for index in np.ndindex(value.shape):
                yield (*path, ("index", index)), value[index]
    elif isinstance(value, (Number, np.generic)):
        if not isinstance(value, (bool, np.bool_)):
            yield path, value
    elif isinstance(value, (list, tuple)):
        for k, item in enumerate(value):
            yield from leaves(item, (*path, ("item", k)))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, ("item", key)))
    elif is_record(value):
        for name, item in vars(value).items():
            yield from leaves(item, (*path, ("attribute", name)))


def is_record(value: Any) -> bool:
    """Whether a value is an object whose attributes are data."""
    return hasattr(value, "__dict__") and not callable(value) and not isinstance(value, (types.ModuleType, enum.Enum))


def get(value: Any, path: Path) -> Any:
    """What stands at the end of a path, or None where the structure ends before."""
    for how, key in path:
        if value is None:
            return None
        value = getattr(value, key) if how == "attribute" else value[key]
    return value


def put(value: Any, path: Path, leaf: Any) -> Any:
    """A copy of a value with another number at the end of a path, in double precision.

    >>> put((1.0, [2.0, 3.0]), (("item", 1), ("item", 0)), 5.0)
    (1.0, [5.0, 3.0])
    """
    if not path:
        return leaf
    (how, key), *rest = path
    if how == "index":
        made = value.astype(
            np.result_type(value.dtype, np.float64, np.complex128 if isinstance(leaf, complex) else np.float64)
        )
        made[key] = leaf
        return made
    inner = put(get(value, (path[0],)), tuple(rest), leaf)
    if isinstance(value, tuple):
        items = (*value[:key], inner, *value[key + 1 :])
        return named(type(value), items)
    made = copy.copy(value)
    if how == "attribute":
        object.__setattr__(made, key, inner)  # the class may be a frozen dataclass
    else:
        made[key] = inner
    return made


def name_of(parameter: str, path: Path) -> str:
    """How a path is written in Python.

    >>> name_of("net", (("attribute", "W"), ("index", (0, 1))))
    'net.W[0, 1]'
    """
    for how, key in path:
        if how == "attribute":
            parameter += f".{key}"
        elif how == "item":
            parameter += f"[{key!r}]"
        elif key:
            parameter += f"[{', '.join(map(str, key))}]"
    return parameter


def random_like(value: Any, random: np.random.Generator) -> Any:
    """Numbers between 0.5 and 1.5 in the structure of a value; None for what is no float. A single number gets 1."""
    if isinstance(value, (float, complex, np.floating, np.complexfloating)):
        return 1.0
    return _random_like(value, random)


def _random_like(value: Any, random: np.random.Generator) -> Any:
    if isinstance(value, np.ndarray):
        return np.asarray(random.uniform(0.5, 1.5, value.shape), value.dtype) if value.dtype.kind in "fc" else None
    if isinstance(value, (float, complex, np.floating, np.complexfloating)):
        return float(random.uniform(0.5, 1.5))
    if isinstance(value, (list, tuple)):
        items = [_random_like(item, random) for item in value]
        return named(type(value), tuple(items)) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {key: _random_like(item, random) for key, item in value.items()}
    if is_record(value):
        made = copy.copy(value)
        for name, item in vars(value).items():
            object.__setattr__(made, name, _random_like(item, random))
        return made
    return None


def contract(dy: Any, value: Any) -> Any:
    """The sum of dy times the value, over all its numbers."""
    if isinstance(value, (list, tuple)):
        return sum(map(contract, dy, value))
    if isinstance(value, dict):
        return sum(contract(dy[key], value[key]) for key in value)
    if is_record(value) and not isinstance(value, np.ndarray):
        return sum(contract(getattr(dy, name, None), item) for name, item in vars(value).items())
    if isinstance(value, (Number, np.generic, np.ndarray)) and dy is not None:
        return np.sum(np.multiply(dy, value))  # type: ignore[arg-type]
    return 0.0


def equal_but_for_rounding(a: Any, b: Any) -> bool:
    """Whether two values hold numbers at the same places that agree to nine digits of the largest."""
    (places, ours), (others, theirs) = ([*zip(*leaves(each))] or [(), ()] for each in (a, b))
    scale = max((abs(each) for each in theirs if np.isfinite(each)), default=0.0)
    return places == others and bool(np.allclose(ours, theirs, 1e-9, 1e-9 * scale, equal_nan=True))


def identical(a: Any, b: Any) -> bool:
    """Whether two values are of the same types and hold the same numbers, where NaN is like NaN."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(identical(a[key], b[key]) for key in a)
    if isinstance(a, (Number, np.generic, str, bytes)):
        return bool(a == b) or bool(a != a and b != b)
    return not is_record(a) or identical(vars(a), vars(b))
