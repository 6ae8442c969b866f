"""An independent derivative to hold gradients against: extrapolated central differences.

Works on any function of nested lists, tuples, namedtuples, dicts, dataclasses and plain objects of floats, complex
numbers and arrays of them. Each number is moved in a copy of the arguments, by steps h, h/2, h/4, h/8; Richardson's
extrapolation of the four differences is accurate to about 1e-10 of the derivative's scale on smooth functions.
float32 numbers are widened first, so that their differences are as accurate.

>>> [round(each, 9) for each in value_and_gradients(lambda x, y: x * x * x * y - x * y * y, (2.0, 3.0))[1]]
[27.0, -4.0]
"""

from __future__ import annotations

import collections
import copy
import dataclasses
import enum
import inspect
import types
from typing import Any, Callable

import numpy as np

STEPS = (4e-3, 3e-4, 2.5e-5, 4e-6)
LEVELS = 4


class Unstable(ArithmeticError):
    """Two step sizes disagree: the function isn't smooth at this point, or too wild for differences."""


class _Unchecked:
    """Stands for the gradient of something that carries none, deep in a structure: not looked at."""

    def __repr__(self) -> str:
        return "UNCHECKED"


UNCHECKED = _Unchecked()


def is_real_leaf(value: Any) -> bool:
    """Whether a value is a float or complex number, or an array of them."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex, np.floating, np.complexfloating))


def _is_record(value: Any) -> bool:
    if isinstance(value, enum.Enum):
        return False
    if isinstance(value, (type, types.ModuleType, types.FunctionType, np.ndarray, np.generic)) or callable(value):
        return dataclasses.is_dataclass(value) and not isinstance(value, type)
    return hasattr(value, "__dict__")


def mapped(value: Any, function: Callable, path: tuple = ()) -> Any:
    """The same structure with `function(path, leaf)` in place of each leaf."""
    if isinstance(value, (list, collections.deque)):
        return type(value)(mapped(item, function, (*path, k)) for k, item in enumerate(value))
    if isinstance(value, tuple):
        items = [mapped(item, function, (*path, k)) for k, item in enumerate(value)]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, dict):
        result = copy.copy(value)
        for key, item in value.items():
            result[key] = mapped(item, function, (*path, key))
        return result
    if _is_record(value):
        result = copy.copy(value)
        for name, item in vars(value).items():
            object.__setattr__(result, name, mapped(item, function, (*path, name)))
        return result
    return function(path, value)


def leaves(value: Any) -> list[tuple[tuple, Any]]:
    """Each leaf of a structure with its path."""
    found: list[tuple[tuple, Any]] = []
    mapped(value, lambda path, leaf: found.append((path, leaf)))
    return found


def copied(value: Any) -> Any:
    """A deep copy; an array that occurs twice is one array in the copy too. Functions and modules stay as they are."""
    seen: dict[int, Any] = {}

    def copy_leaf(_: tuple, leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        if id(leaf) not in seen:
            seen[id(leaf)] = leaf.copy(order="K")
        return seen[id(leaf)]

    return mapped(value, copy_leaf)


def numbers(value: Any) -> np.ndarray:
    """The floats and complex numbers of a structure, in a row."""
    rows = [np.ravel(leaf) for _, leaf in leaves(value) if is_real_leaf(leaf)]
    return np.concatenate([np.zeros(0), *rows])


def _widened(leaf: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return leaf.astype(np.result_type(leaf.dtype, np.float64))
    if isinstance(leaf, (np.float16, np.float32)):
        return np.float64(leaf)
    return leaf


def is_narrow(leaf: Any) -> bool:
    return isinstance(leaf, (np.ndarray, np.generic)) and leaf.dtype in (np.float16, np.float32, np.complex64)


def _moved(arguments: dict, path: tuple, element: tuple | None, step: complex) -> dict:
    """A copy of the arguments in which one number is moved by `step`."""

    def move(here: tuple, leaf: Any) -> Any:
        if here != path:
            return leaf
        if element is None:
            return leaf + step
        leaf = leaf.copy(order="K")  # its own array, also where it occurs twice
        leaf[element] += step
        return leaf

    return mapped(copied(arguments), move)


def _extrapolated(difference: Callable[[float], float], step: float) -> tuple[float, float]:
    """Richardson's table of central differences; returns the derivative and an estimate of its error."""
    row = [difference(step)]
    for level in range(1, LEVELS):
        new = [difference(step / 2**level)]
        for k, old in enumerate(row):
            factor = 4.0 ** (k + 1)
            new.append((factor * new[k] - old) / (factor - 1.0))
        row, last = new, row
    return row[-1], max(abs(row[-1] - row[-2]), abs(row[-1] - last[-1]))


def _derivative(difference: Callable[[float], float], scale: float, where: str) -> float:
    tries = []
    for step in STEPS:
        tries.append(_extrapolated(difference, step * scale))
        if len(tries) == 2 and max(error / (1.0 + abs(value)) for value, error in tries) < 1e-8:
            break
    value, error = min(tries, key=lambda each: each[1])
    agreeing = [each for each, _ in tries if abs(each - value) <= 2e-7 * (1.0 + abs(value))]
    if not np.isfinite(value) or len(agreeing) < 2:
        raise Unstable(f"differences at {where} don't settle: {tries}")
    return value


def call(f: Callable, arguments: dict) -> Any:
    """f of its parameters given by name, passed the way its signature wants them."""
    bound = inspect.BoundArguments(inspect.signature(f), collections.OrderedDict(arguments))  # type: ignore[arg-type]
    return f(*bound.args, **bound.kwargs)


def bind(f: Callable, args: tuple, kwargs: dict | None = None) -> dict:
    """The arguments of a call by parameter, defaults included."""
    bound = inspect.signature(f).bind(*args, **(kwargs or {}))
    bound.apply_defaults()
    return dict(bound.arguments)


def chosen(arguments: dict, params: list | None) -> list[str]:
    """The names of the parameters that `params` chooses."""
    if params is None:
        return list(arguments)
    return [name if isinstance(name, str) else list(arguments)[name] for name in params]


def _is_count(f: Callable, arguments: dict, name: str) -> bool:
    """Whether f uses an int as an integer: it fails when it is given the same number as a float."""
    try:
        call(f, {**copied(arguments), name: float(arguments[name])})
    except (TypeError, IndexError, KeyError, ValueError):
        return True
    return False


def _leaf_gradient(f: Callable, arguments: dict, path: tuple, leaf: Any, dy: Any) -> Any:
    """The gradient for one leaf, number by number."""
    weights = np.ones_like(numbers(call(f, copied(arguments)))) if dy is None else numbers(dy)

    def partial(element: tuple | None, unit: complex) -> float:
        number = abs(leaf if element is None else leaf[element])

        def difference(step: float) -> float:
            up, down = (numbers(call(f, _moved(arguments, path, element, sign * step * unit))) for sign in (1, -1))
            if up.shape != weights.shape or down.shape != weights.shape:
                raise Unstable(f"the value's structure changes near {path}")
            return float(np.real(np.sum(weights * (up - down)))) / (2.0 * step)

        return _derivative(difference, max(1.0, float(number)), f"{path} {element}")

    def entry(element: tuple | None) -> complex:
        if np.iscomplexobj(leaf):
            return partial(element, 1.0) - 1j * partial(element, 1j)
        return partial(element, 1.0)

    if not isinstance(leaf, np.ndarray):
        return entry(None)
    result = np.zeros(leaf.shape, complex if leaf.dtype.kind == "c" else float)
    for element in np.ndindex(leaf.shape):
        result[element] = entry(element)
    return result


def value_and_gradients(
    f: Callable,
    args: tuple,
    kwargs: dict | None = None,
    params: list | None = None,
    dy: Any = None,
    counts: tuple = (),
) -> tuple:
    """f's value and its gradients by differences, a tuple in the order of `params` (names or positions).

    A parameter without any float gets None; a Python int gets None if f needs it as an int, else a gradient. Those
    that f needs as ints only on a way that this call doesn't take are named in `counts`.
    Leaves of a structure that carry no gradient are UNCHECKED in it.
    """
    arguments = bind(f, args, kwargs)
    value = call(f, copied(arguments))
    names = chosen(arguments, params)
    wide = mapped(arguments, lambda _, leaf: _widened(leaf) if is_real_leaf(leaf) else leaf)

    def gradient(name: str) -> Any:
        argument = wide[name]
        if isinstance(argument, int) and not isinstance(argument, bool):
            if name in counts or _is_count(f, wide, name):
                return None
            real = float(argument)
            return _leaf_gradient(f, {**wide, name: real}, (name,), real, dy)
        if not any(is_real_leaf(leaf) for _, leaf in leaves(argument)):
            structured = isinstance(argument, (list, tuple, dict)) and argument
            return UNCHECKED if structured else None
        return mapped(
            argument,
            lambda path, leaf: _leaf_gradient(f, wide, path, leaf, dy) if is_real_leaf(leaf) else UNCHECKED,
            (name,),
        )

    return value, tuple(gradient(name) for name in names)
