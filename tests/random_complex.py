"""The independent derivative of random programs: their text is run once more on complex numbers.

Each argument is moved by 1e-30j times a direction: the imaginary part of the value is the derivative along that
direction, to all digits. For that, `np`, `math` and the built-in functions are replaced by versions that compare and cut
off real parts; comparisons are rewritten in the text. The second derivative is the difference of such first derivatives
at four points beside this one, which has 10 or more digits.
"""

from __future__ import annotations

import ast
import builtins
import collections
import linecache
import math
import types
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

import s2sad
from tests.random_classes import Point, State, Total
from tests.reference import is_real_leaf, leaves, mapped

FILE = "<random program>"
STEP = 1e-30
WIDTHS = (1e-4, 2e-3, 1e-5)  # of second derivatives; the others are for a second opinion


@dataclass
class Case:
    """A program as text, whose function `f` is called with `args`."""

    text: str
    args: tuple
    seed: int = 0


def _real(value: Any) -> Any:
    return value.real if isinstance(value, (np.ndarray, np.complexfloating, complex)) else value


def _complexified(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(complex)
    return value


def _makes(function: Callable) -> Callable:
    """A function that makes arrays, making complex ones."""
    return lambda *args, **kwargs: _complexified(function(*args, **kwargs))


def _on_real(function: Callable) -> Callable:
    return lambda value, *args, **kwargs: function(_real(value), *args, **kwargs)


def _absolute(value: Any) -> Any:
    return value * np.where(_real(value) < 0, -1.0, 1.0)


def _variance(value: Any, axis: Any = None, keepdims: bool = False) -> Any:
    away = value - np.mean(value, axis=axis, keepdims=True)
    return np.mean(away * away, axis=axis, keepdims=keepdims)


def _picked(first: Any, second: Any, sign: float) -> Any:
    return np.where(sign * _real(first) >= sign * _real(second), first, second)


def _scalar(function: Callable) -> Callable:
    return lambda *args: np.complex128(function(*args))


NUMPY: dict[str, Any] = {
    **{name: _makes(getattr(np, name)) for name in ("zeros", "ones", "empty", "full", "zeros_like", "ones_like")},
    **{name: _makes(getattr(np, name)) for name in ("array", "asarray", "linspace", "eye", "arange", "full_like")},
    **{name: _on_real(getattr(np, name)) for name in ("sign", "floor", "ceil", "rint", "trunc", "argmax", "argmin")},
    **{name: _on_real(getattr(np, name)) for name in ("argsort", "isfinite")},
    "abs": _absolute,
    "absolute": _absolute,
    "var": _variance,
    "std": lambda *args, **kwargs: np.sqrt(_variance(*args, **kwargs)),
    "maximum": lambda a, b: _picked(a, b, 1.0),
    "minimum": lambda a, b: _picked(a, b, -1.0),
    "clip": lambda a, low, high: _picked(_picked(a, low, 1.0), high, -1.0),
    "linalg": types.SimpleNamespace(norm=lambda a: np.sqrt(np.sum(a * a)), solve=np.linalg.solve, inv=np.linalg.inv),
}
MATH = {
    **{
        name: _scalar(getattr(np, name))
        for name in ("sin", "cos", "tanh", "exp", "log", "sqrt", "sinh", "cosh", "log1p")
    },
    "atan": _scalar(np.arctan),
    "fabs": _absolute,
    "floor": lambda value: math.floor(_real(value)),
    "hypot": lambda a, b: np.complex128(np.sqrt(a * a + b * b)),
    "pow": lambda a, b: a**b,
}


def _extreme(choose: Callable) -> Callable:
    def extreme(*values: Any) -> Any:
        return choose(*values, key=_real) if len(values) > 1 else choose(values[0], key=_real)

    return extreme


def _shim(module: Any, replaced: dict) -> types.SimpleNamespace:
    return types.SimpleNamespace(**{**vars(module), **replaced})


BUILTINS = {
    **vars(builtins),
    "float": lambda value: np.complex128(value),
    "int": _on_real(int),
    "abs": _absolute,
    "max": _extreme(max),
    "min": _extreme(min),
    "sorted": lambda values: sorted(values, key=_real),
    "print": lambda *args: None,
}


class _OnRealParts(ast.NodeTransformer):
    """Each operand of a comparison gets `_real(...)` around it, and `a % b`, `a // b` are done on real parts."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        node.left = self._wrapped(node.left)
        node.comparators = [self._wrapped(each) for each in node.comparators]
        return node

    @staticmethod
    def _wrapped(node: ast.expr) -> ast.expr:
        return ast.Call(ast.Name("_real", ast.Load()), [node], [])


CLASSES = {"State": State, "Total": Total, "Point": Point}
EIGHTH_ORDER = (4 / 5, -1 / 5, 4 / 105, -1 / 280)


def _grad(f: Callable, width: float = 0.01) -> Callable:
    """The derivative of a smooth function of one number, by differences of eighth order: 12 digits or more."""

    def derivative(x: Any) -> Any:
        pairs = [(weight, k * width) for k, weight in enumerate(EIGHTH_ORDER, 1)]
        return sum(weight * (f(x + step) - f(x - step)) for weight, step in pairs) / width

    return derivative


def _jvp(f: Callable, primals: tuple, tangents: tuple) -> tuple:
    return f(*primals), _grad(f)(*primals) * tangents[0]


def _namespace(complex_numbers: bool) -> dict:
    both = {"collections": collections, **CLASSES}
    if not complex_numbers:
        return {"np": np, "math": math, "grad": s2sad.grad, "jvp": s2sad.jvp, **both}
    shims = {"np": _shim(np, NUMPY), "math": _shim(math, MATH), "grad": _grad, "jvp": _jvp}
    return {**shims, **both, "_real": _real, "__builtins__": BUILTINS}


def define(text: str, complex_numbers: bool = False) -> Callable:
    """The function `f` of a text."""
    tree = ast.parse(text)
    if complex_numbers:
        tree = ast.fix_missing_locations(_OnRealParts().visit(tree))
    space = _namespace(complex_numbers)
    # Python finds the text of a function beside f by its file, as that of a cell of a notebook.
    linecache.cache[FILE] = (len(text), None, text.splitlines(True), FILE)
    exec(compile(tree, FILE, "exec"), space)
    return space["f"]


def numbers(value: Any) -> np.ndarray:
    rows = [np.ravel(leaf).astype(complex) for _, leaf in leaves(value) if is_number(leaf)]
    return np.concatenate([np.zeros(0, complex), *rows])


def is_number(leaf: Any) -> bool:
    return not isinstance(leaf, (bool, str, type(None))) and np.asarray(leaf).dtype.kind in "ifc"


def directional(f: Callable, args: tuple, directions: list, weights: np.ndarray) -> float:
    """The derivative of the weighted value along a direction, to all digits. f: as `define` makes it for complex numbers."""
    pairs = iter(directions)

    def moved(_: tuple, leaf: Any) -> Any:
        if not is_real_leaf(leaf):
            return leaf
        number = leaf + STEP * 1j * next(pairs)
        return np.asarray(number) if isinstance(leaf, np.ndarray) else np.complex128(number)

    return float(np.sum(weights * numbers(f(*mapped(args, moved)))).imag) / STEP


def second_directional(
    f: Callable, args: tuple, first: list, second: list, weights: np.ndarray, width: float = WIDTHS[0]
) -> float:
    """How the derivative along the directions `first` changes along `second`."""

    def at(step: float) -> float:
        pairs = iter(second)
        there = mapped(args, lambda _, leaf: _like(leaf, leaf + step * next(pairs)) if is_real_leaf(leaf) else leaf)
        return directional(f, there, first, weights)

    return (8.0 * (at(width) - at(-width)) - (at(2.0 * width) - at(-2.0 * width))) / (12.0 * width)


def _like(leaf: Any, number: Any) -> Any:
    return np.asarray(number) if isinstance(leaf, np.ndarray) else float(number)
