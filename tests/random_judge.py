"""Says whether s2sad's program for a function is right, by a derivative that shares nothing with it.

The function's text is run once more on complex numbers, each moved by 1e-30j times a random direction: the imaginary
part of the value is the derivative along that direction, to all digits. For that, `np`, `math` and the built-in
functions are replaced by versions that compare and cut off real parts; comparisons are rewritten in the text.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import linecache
import math
import re
import signal
import traceback
import types
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

from s2sad import value_and_gradients_function
from s2sad.errors import NotDifferentiableError
from tests import reference
from tests.alone import Failed, run_alone
from tests.reference import copied, is_real_leaf, leaves, mapped

FILE = "<random program>"
STEP = 1e-30
TOLERANCE = 1e-8
LARGEST = 1e5


@dataclass
class Case:
    """A program as text, whose function `f` is called with `args`."""

    text: str
    args: tuple
    seed: int = 0


@dataclass
class Outcome:
    """What came of a case. kind: right, refused, unfit (the program itself is no good), or what is wrong."""

    kind: str
    message: str = ""
    expected: Any = None
    got: Any = None
    signature: str = ""
    source: str = field(default="", repr=False)

    @property
    def failed(self) -> bool:
        return self.kind not in ("right", "refused", "unfit")


class Unfit(Exception):
    """The program is no good for a comparison: it raises, or its numbers are too large or undefined."""


class TooLong(BaseException):
    """The program runs too long."""


# ------------------------------------------------------------------------------------------ on complex numbers
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


def _namespace(complex_numbers: bool) -> dict:
    if not complex_numbers:
        return {"np": np, "math": math}
    return {"np": _shim(np, NUMPY), "math": _shim(math, MATH), "_real": _real, "__builtins__": BUILTINS}


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


def _numbers(value: Any) -> np.ndarray:
    rows = [np.ravel(leaf).astype(complex) for _, leaf in leaves(value) if _is_number(leaf)]
    return np.concatenate([np.zeros(0, complex), *rows])


def _is_number(leaf: Any) -> bool:
    return not isinstance(leaf, (bool, str, type(None))) and np.asarray(leaf).dtype.kind in "ifc"


def directional(case: Case, directions: Any, weights: np.ndarray) -> complex:
    """The derivative of the weighted value along a direction, in its real part; to all digits."""

    def moved(leaf: Any, direction: Any) -> Any:
        return (
            leaf + STEP * 1j * direction
            if isinstance(leaf, np.ndarray)
            else np.complex128(leaf + STEP * 1j * direction)
        )

    pairs = iter(directions)
    args = mapped(case.args, lambda _, leaf: moved(leaf, next(pairs)) if is_real_leaf(leaf) else leaf)
    value = define(case.text, complex_numbers=True)(*args)
    return float(np.sum(weights * _numbers(value)).imag) / STEP


# ------------------------------------------------------------------------------------------ one case
@contextlib.contextmanager
def time_limit(seconds: float):
    """Raises TooLong in the block when it takes longer, of the processor's time: a busy machine fails nothing."""

    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _same(a: Any, b: Any) -> bool:
    """Whether two structures are the same in types and bit for bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    return a == b or (a != a and b != b)


def _printed(function: Callable, *args: Any) -> tuple[Any, str]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        value = function(*args)
    return value, out.getvalue()


def _plain_run(case: Case) -> tuple[Any, str]:
    """What f itself gives and prints."""
    try:
        value, output = _printed(define(case.text), *copied(case.args))
    except (Exception, TooLong) as error:
        raise Unfit(f"{type(error).__name__}: {error}") from None
    numbers = _numbers(value)
    if not numbers.size or not np.all(np.isfinite(numbers)) or np.max(np.abs(numbers)) > LARGEST:
        raise Unfit("no numbers, or undefined or large ones")
    if any(not _is_number(leaf) for _, leaf in leaves(value)):
        raise Unfit("something else than numbers")
    return value, output


def check(case: Case, seconds: float = 5.0) -> Outcome:
    """Transforms the program of a case, runs it, and compares value, output, arguments and gradients."""
    with warnings.catch_warnings(), time_limit(seconds), np.errstate(all="warn"):
        warnings.simplefilter("error")
        try:
            return _check(case)
        except Unfit as unfit:
            return Outcome("unfit", str(unfit))
        except TooLong:
            return Outcome("slow", "takes too long", signature="slow")


def _check(case: Case) -> Outcome:
    value, output = _plain_run(case)
    weights = np.random.default_rng(case.seed).uniform(0.5, 1.5, _numbers(value).size)
    directions = [
        np.random.default_rng([case.seed, k]).uniform(0.5, 1.5, np.shape(leaf)) * 1.0
        for k, (_, leaf) in enumerate(each for each in leaves(case.args) if is_real_leaf(each[1]))
    ]
    try:
        derivative = directional(case, directions, weights)
    except Exception as error:
        raise Unfit(f"on complex numbers: {type(error).__name__}: {error}") from None
    if not np.isfinite(derivative) or abs(derivative) > LARGEST:
        raise Unfit("undefined or large derivative")
    if not all(map(_real_leaf_is_float, (leaf for _, leaf in leaves(value)))):
        raise Unfit("an integer in the value")
    weighted = iter(np.split(weights, np.cumsum([np.size(leaf) for _, leaf in leaves(value)])[:-1]))
    dy = mapped(value, lambda _, leaf: _shaped(next(weighted), leaf))
    return _transformed(case, value, output, dy, directions, derivative)


def _real_leaf_is_float(leaf: Any) -> bool:
    return np.asarray(leaf).dtype.kind == "f"


def _shaped(row: np.ndarray, leaf: Any) -> Any:
    return row.reshape(leaf.shape) if isinstance(leaf, np.ndarray) else float(row[0])


def _transformed(case: Case, value: Any, output: str, dy: Any, directions: list, derivative: float) -> Outcome:
    args = copied(case.args)
    source = ""
    try:
        gradients_of = value_and_gradients_function(define(case.text), source=case.text)
        source = gradients_of.source(*args)
    except NotDifferentiableError as refusal:
        return _refusal(str(refusal))
    except Exception as error:
        return Outcome("internal error", _last(error), signature=_where(error))
    try:
        (got, gradients), got_output = _printed(lambda *given: gradients_of(*given, dy=dy), *args)
    except NotDifferentiableError as refusal:
        return _refusal(str(refusal))
    except Exception as error:
        if "has to be contiguous" in str(error):  # refused when it runs: how an array lies in memory is known then
            return Outcome("refused", str(error), signature="how an array lies in memory")
        shape = re.sub(r"['\"`].*?['\"`]|\d+", "_", str(error))
        return Outcome("crash", _last(error), signature=f"{type(error).__name__} {shape}", source=source)
    if not _same(got, value):
        return Outcome("wrong value", "", value, got, "wrong value", source)
    if not _same(args, case.args):
        return Outcome("argument modified", "", case.args, args, "argument modified", source)
    if got_output != output:
        return Outcome("wrong output", "", output, got_output, "wrong output", source)
    outcome = _compared(case, gradients, dy, directions, derivative, source)
    if outcome.kind != "right":
        return outcome
    return _alone(case, outcome, (got, gradients), dy, output, gradients_of.compiled(*args))


def _alone(case: Case, outcome: Outcome, result: tuple, dy: Any, output: str, compiled: Callable) -> Outcome:
    """A right outcome, if the source gives the same to the last bit from a file, where there is no s2sad."""
    try:
        [(again, printed, untouched)] = run_alone(outcome.source, [(case.args, {}, {"dy": dy})], compiled)
    except Failed as failure:
        return Outcome("fails alone", str(failure), signature="fails alone", source=outcome.source)
    pairs = zip(leaves(again[1]), leaves(result[1]))
    same = all(np.array_equal(one, other, equal_nan=is_real_leaf(one)) for (_, one), (_, other) in pairs)
    if not (same and untouched and printed == output and _same(again[0], result[0])):
        return Outcome("differs alone", "", result, again, "differs alone", outcome.source)
    return outcome


def _compared(case: Case, gradients: tuple, dy: Any, directions: list, derivative: float, source: str) -> Outcome:
    pieces = [leaf for _, leaf in leaves(case.args) if is_real_leaf(leaf)]
    found = [leaf for _, leaf in leaves(gradients) if leaf is not None]
    shapes = [(np.shape(each), np.asarray(each).dtype) for each in pieces]
    if shapes != [(np.shape(each), np.asarray(each).dtype) for each in found]:
        return Outcome("wrong structure", "", case.args, gradients, "wrong structure", source)
    if any(isinstance(each, np.ndarray) != isinstance(piece, np.ndarray) for each, piece in zip(found, pieces)):
        return Outcome("wrong structure", "", case.args, gradients, "wrong structure", source)
    terms = [np.sum(each * direction) for each, direction in zip(found, directions)]
    total = float(np.sum(terms)) if terms else 0.0
    scale = 1.0 + float(np.sum([np.sum(np.abs(each)) for each in found])) + abs(derivative)
    if abs(total - derivative) <= TOLERANCE * scale:
        return Outcome("right", source=source)
    return _second_opinion(case, gradients, dy, source)


def _second_opinion(case: Case, gradients: tuple, dy: Any, source: str) -> Outcome:
    """The comparison with differences, which also see a kink at this point or a loss of digits."""
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            _, expected = reference.value_and_gradients(define(case.text), case.args, dy=dy)
    except Exception as error:
        raise Unfit(f"differences: {error}") from None
    pairs = zip(leaves(expected), leaves(gradients))
    numeric = [(a, b) for (_, a), (_, b) in pairs if b is not None and is_real_leaf(a)]
    if all(np.allclose(a, b, rtol=1e-5, atol=1e-6) for a, b in numeric):
        raise Unfit("a kink at this point")
    return Outcome("wrong gradient", "", expected, gradients, "wrong gradient", source)


def _refusal(text: str) -> Outcome:
    lines = text.splitlines()
    what = re.sub(r"`.*?`", "_", lines[0].partition(": ")[2])
    formed = re.search(r'\n  File ".*", line \d+, in .*\n    .*\S.*\n    +\^+', text) and "\n  Write instead: " in text
    return Outcome("refused" if formed else "refusal without position", text, signature=what)


def _last(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)[-3:])


def _where(error: BaseException) -> str:
    """The exception and the function of s2sad that it comes from."""
    error = error.__cause__ or error
    frames = [each for each in traceback.extract_tb(error.__traceback__) if "s2sad" in each.filename]
    last = frames[-1] if frames else None
    place = f"{last.filename.rpartition('/')[2]}:{last.name}" if last else "?"
    return f"{type(error).__name__} in {place}"
