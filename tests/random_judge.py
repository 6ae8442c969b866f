"""Says whether s2sad's programs for a random function are right: reverse mode, forward mode, and second order.

Each is held against the independent derivative of tests/random_complex.py along random directions; value, output,
arguments and structures against f's own; and each program runs again from a file where there is no s2sad.
Second order is one mode over one mode: which ones is chosen by the seed.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import itertools
import re
import signal
import traceback
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

from s2sad import gradients_function, value_and_gradients_function, value_and_tangent_function
from s2sad.errors import NotDifferentiableError
from tests import reference
from tests.alone import Failed, run_alone
from tests.language.basics import identical, printed_by
from tests.random_complex import WIDTHS, Case, define, directional, is_number, numbers, second_directional
from tests.reference import copied, is_real_leaf, leaves, mapped

TOLERANCE = 1e-8
LARGEST = 1e5
MODES = ("reverse", "forward", "second")
GOOD = ("right", "refused", "unfit")


@dataclass
class Outcome:
    """What came of a case in one mode. kind: right, refused, unfit (the program itself is no good), or what is wrong."""

    kind: str
    message: str = ""
    expected: Any = None
    got: Any = None
    signature: str = ""
    source: str = field(default="", repr=False)
    mode: str = ""

    @property
    def failed(self) -> bool:
        return self.kind not in GOOD


class Unfit(Exception):
    """The program is no good for a comparison: it raises, or its numbers are too large or undefined."""


class NoValue(Unfit):
    """The program reads a variable without a value: ours has to raise that, too."""

    def __init__(self, f: Any, error: Exception):
        super().__init__(f"UnboundLocalError: {error}")
        self.f = f


class TooLong(BaseException):
    """The program runs too long."""


class Found(Exception):
    """Something other than right."""

    def __init__(self, outcome: Outcome):
        super().__init__(outcome.kind)
        self.outcome = outcome


@contextlib.contextmanager
def time_limit(seconds: float):
    """Raises TooLong in the block when it takes longer, of the processor's time: a busy machine fails nothing."""

    def stop(*_: Any) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)  # again each second: one raised in a destructor is lost
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


# ------------------------------------------------------------------------------------------ what is right
class Truth:
    """What f itself gives and prints, and its derivative along a random direction.

    `f` and `text` are what s2sad gets.
    """

    def __init__(self, case: Case):
        self.case, self.text = case, case.text
        self.value, self.output = self._plain_run()
        self.weights = np.random.default_rng(case.seed).uniform(0.5, 1.5, numbers(self.value).size)
        self.first, self.second = self._directions(0), self._directions(1)
        self.on_complex = define(case.text, complex_numbers=True)
        try:
            self.derivative = directional(self.on_complex, case.args, self.first, self.weights)
        except Exception as error:
            raise Unfit(f"on complex numbers: {type(error).__name__}: {error}") from None
        if not np.isfinite(self.derivative) or abs(self.derivative) > LARGEST:
            raise Unfit("undefined or large derivative")
        if any(np.asarray(leaf).dtype.kind != "f" for _, leaf in leaves(self.value)):
            raise Unfit("an integer in the value")
        self.dy = self._weights_in_structure()

    def _plain_run(self) -> tuple[Any, str]:
        try:
            self.f = define(self.text)
            value, output = printed_by(self.f, *copied(self.case.args))
        except UnboundLocalError as error:
            raise NoValue(self.f, error) from None
        except (Exception, TooLong) as error:
            raise Unfit(f"{type(error).__name__}: {error}") from None
        try:
            found = numbers(value)
        except RecursionError:
            raise Unfit("a value that holds itself") from None
        if not found.size or not np.all(np.isfinite(found)) or np.max(np.abs(found)) > LARGEST:
            raise Unfit("no numbers, or undefined or large ones")
        if any(not is_number(leaf) for _, leaf in leaves(value)):
            raise Unfit("something else than numbers")
        return value, output

    def _directions(self, number: int) -> list:
        """A direction for each number or array among the arguments."""
        sizes = [np.shape(leaf) for _, leaf in leaves(self.case.args) if is_real_leaf(leaf)]
        seeds = [[self.case.seed, k, number][: 2 + bool(number)] for k in range(len(sizes))]
        return [np.random.default_rng(seed).uniform(0.5, 1.5, size) * 1.0 for seed, size in zip(seeds, sizes)]

    def _weights_in_structure(self) -> Any:
        cuts = np.cumsum([np.size(leaf) for _, leaf in leaves(self.value)])[:-1]
        rows = iter(np.split(self.weights, cuts))

        def shaped(row: np.ndarray, leaf: Any) -> Any:
            return row.reshape(leaf.shape) if isinstance(leaf, np.ndarray) else float(row[0])

        return mapped(self.value, lambda _, leaf: shaped(next(rows), leaf))

    def tangents(self, directions: list) -> tuple:
        """A direction in the structure of the arguments."""
        pairs = iter(directions)

        def direction(_: tuple, leaf: Any) -> Any:
            if not is_real_leaf(leaf):
                return None
            number = next(pairs)
            return np.array(number) if isinstance(leaf, np.ndarray) else type(leaf)(number)

        return mapped(self.case.args, direction)

    def curvature(self) -> float:
        """How the derivative along the first direction changes along the second."""
        try:
            found = second_directional(self.on_complex, self.case.args, self.first, self.second, self.weights)
        except Exception as error:
            raise Unfit(f"on complex numbers: {type(error).__name__}: {error}") from None
        if not np.isfinite(found) or abs(found) > LARGEST:
            raise Unfit("undefined or large second derivative")
        return found

    def settled(self) -> bool:
        """Whether the derivative is the same where the arguments differ in their last digits, one way or the other."""
        for seed, sign in itertools.product(range(4), (1.0, -1.0)):
            random = np.random.default_rng([self.case.seed, seed, 2])

            def near(_: tuple, leaf: Any) -> Any:
                away = sign * random.uniform(-1e-14, 1e-14, np.shape(leaf))
                return leaf * (1.0 + away) if is_real_leaf(leaf) else leaf

            there = directional(self.on_complex, mapped(self.case.args, near), self.first, self.weights)
            if abs(there - self.derivative) > 1e-6 * (1.0 + abs(self.derivative)):
                return False
        return True

    def curvature_settles(self, tolerance: float) -> bool:
        """Whether other widths give the same second derivative: no kink is near."""
        args = (self.on_complex, self.case.args, self.first, self.second, self.weights)
        found = [second_directional(*args, width) for width in WIDTHS]
        return max(found) - min(found) <= tolerance


def check(case: Case, modes: tuple[str, ...] = ("reverse",), seconds: float = 10.0) -> dict[str, Outcome]:
    """For each mode: transforms the program of a case, runs it, and compares all that can be compared."""
    with warnings.catch_warnings(), np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("error")
        try:
            # Some never end; those that do take milliseconds. What underflows in f has lost digits of its derivative.
            with time_limit(min(seconds, 0.5)), np.errstate(under="warn"):
                truth = Truth(case)
        except NoValue as unfit:
            return {mode: _without_value_too(unfit, case, mode) for mode in modes}
        except Unfit as unfit:
            return {mode: Outcome("unfit", str(unfit), mode=mode) for mode in modes}
        except TooLong:
            return {mode: Outcome("unfit", "takes too long", mode=mode) for mode in modes}
        return {mode: _check(truth, mode, seconds) for mode in modes}


def _without_value_too(found: NoValue, case: Case, mode: str) -> Outcome:
    """What our program gives where f reads a variable without a value: an error as well, of whichever kind."""
    if mode == "reverse":
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            value, _ = value_and_gradients_function(found.f, source=case.text)(*copied(case.args))
            return Outcome("no error", "f raises UnboundLocalError", got=value, signature="no error", mode=mode)
    return Outcome("unfit", str(found), mode=mode)


def _check(truth: Truth, mode: str, seconds: float) -> Outcome:
    try:
        with time_limit(seconds):
            outcome = CHECKS[mode](truth)
    except Unfit as unfit:
        outcome = Outcome("unfit", str(unfit))
    except TooLong:
        outcome = Outcome("slow", "takes too long", signature="slow")
    except Found as found:
        outcome = found.outcome
    outcome.mode = mode
    return outcome


# ------------------------------------------------------------------------------------------ the modes
def _reverse(truth: Truth) -> Outcome:
    case = truth.case
    gradients_of, source = _made(lambda: value_and_gradients_function(truth.f, source=truth.text), case.args)
    dy = copied(truth.dy)
    value, gradients = _run(truth, lambda *args: gradients_of(*args, dy=dy), case.args, source)
    _compare_given(truth.dy, dy, source)
    _compare_values(truth, truth.value, value, source)
    _compare_structures(case.args, gradients, source)
    parts = [np.sum(a * b) for a, b in zip(_real_leaves(gradients), truth.first)]
    scale = 1.0 + float(np.sum([np.sum(np.abs(each)) for each in _real_leaves(gradients)]))
    if not _close(float(np.sum(parts)), truth.derivative, scale):
        _second_opinion(truth, gradients, source)
    if case.seed % 3 == 0 and "dy" not in inspect.signature(truth.f).parameters:
        _without_value(truth, gradients)
    compiled = gradients_of.compiled(*copied(case.args))
    return _alone(truth, source, case.args, {"dy": truth.dy}, (value, gradients), compiled)


def _without_value(truth: Truth, gradients: tuple) -> None:
    """The program that computes the gradients alone gives the same ones."""
    args = truth.case.args
    only, source = _made(lambda: gradients_function(truth.f, source=truth.text), args)
    run = only.compiled(*copied(args))
    found = _run(truth, lambda *given: run(*given, dy=copied(truth.dy)), args, source)
    _compare_structures(args, found, source)
    for one, other in zip(_real_leaves(found), _real_leaves(gradients)):
        if not np.allclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True):
            raise Found(Outcome("wrong without value", "", other, one, "wrong without value", source))


def _forward(truth: Truth) -> Outcome:
    case = truth.case
    tangent_of, source = _made(lambda: value_and_tangent_function(truth.f, source=truth.text), case.args)
    tangents = truth.tangents(truth.first)
    value, tangent = _run(truth, lambda *args: tangent_of(*args, tangents=tangents), case.args, source)
    _compare_values(truth, truth.value, value, source)
    _compare_given(truth.tangents(truth.first), tangents, source)
    _compare_structures(value, tangent, source)
    found = numbers(tangent).real
    total = float(np.sum(truth.weights * found))
    if not _close(total, truth.derivative, 1.0 + float(np.sum(np.abs(found)))):
        if abs(_by_differences(truth) - total) <= 1e-5 * (1.0 + abs(total)):
            raise Unfit("a kink at this point")
        if not truth.settled():
            raise Unfit("a kink so near that rounding decides its side")
        raise Found(Outcome("wrong tangent", "", truth.derivative, total, "wrong tangent", source))
    compiled = tangent_of.compiled(*copied(case.args))
    return _alone(truth, source, case.args, _named(compiled, case.args, tangents), (value, tangent), compiled)


def _second(truth: Truth) -> Outcome:
    """One mode over one mode, along two directions."""
    outer, inner = [(a, b) for a in ("reverse", "forward") for b in ("reverse", "forward")][truth.case.seed // 2 % 4]
    args, first, scale = _first_order(truth, inner)
    names = list(inspect.signature(first).parameters)[: len(truth.case.args)]
    directions = truth.tangents(truth.second)
    make = value_and_gradients_function if outer == "reverse" else value_and_tangent_function
    derivative_of, source = _made(lambda: make(first, names), args, f"{outer} over {inner}: ")
    expected, _ = printed_by(first, *copied(args))
    if outer == "reverse":
        dy = (_zeros(truth.value), truth.tangents(truth.first) if inner == "reverse" else truth.dy)
        given = copied(dy)
        value, found = _run(truth, lambda *args: derivative_of(*args, dy=given), args, source)
        _compare_given(dy, given, source)
        _compare_structures(truth.case.args, found, source)
        total = sum(float(np.sum(a * b)) for a, b in zip(_real_leaves(found), truth.second))
        extra = {"dy": dy}
    else:
        value, (value_dot, found) = _run(truth, lambda *args: derivative_of(*args, tangents=directions), args, source)
        _compare_given(truth.tangents(truth.second), directions, source)
        _compare_structures(value, (value_dot, found), source)
        weights = truth.first if inner == "reverse" else _real_leaves(truth.dy)
        total = sum(float(np.sum(a * b)) for a, b in zip(_real_leaves(found), weights))
        extra = _named(derivative_of.compiled(*copied(args)), args, directions)
    _compare_values(truth, expected, value, source)
    scale += float(np.sum([np.sum(np.abs(each)) for each in _real_leaves(found)]))
    wanted = truth.curvature()
    if not _close(total, wanted, scale):
        if not truth.curvature_settles(TOLERANCE * scale):
            raise Unfit("a kink near this point")
        raise Found(Outcome("wrong second derivative", "", wanted, total, "wrong second derivative", source))
    result = (value, found if outer == "reverse" else (value_dot, found))
    return _alone(truth, source, args, extra, result, derivative_of.compiled(*copied(args)))


def _first_order(truth: Truth, mode: str) -> tuple[tuple, Callable, float]:
    """The arguments of a generated program, that program, and the scale of what it gives. For the second order."""
    case = truth.case
    try:
        if mode == "reverse":
            first = value_and_gradients_function(truth.f, source=truth.text).compiled(*copied(case.args))
            args = (*case.args, truth.dy)
        else:
            first = value_and_tangent_function(truth.f, source=truth.text).compiled(*copied(case.args))
            args = (*case.args, *truth.tangents(truth.first))
        (_, found), _ = printed_by(first, *copied(args))
    except Exception as error:
        raise Unfit(f"no first order: {type(error).__name__}") from None
    return args, first, 1.0 + float(np.sum([np.sum(np.abs(each)) for each in _real_leaves(found)]))


CHECKS = {"reverse": _reverse, "forward": _forward, "second": _second}


# ------------------------------------------------------------------------------------------ steps of all modes
def _made(make: Callable, args: tuple, note: str = "") -> tuple[Any, str]:
    """A function that s2sad makes, and its source for these arguments."""
    try:
        made = make()
        return made, made.source(*copied(args))
    except NotDifferentiableError as refusal:
        raise Found(_refusal(str(refusal))) from None
    except Exception as error:
        raise Found(Outcome("internal error", note + _last(error), signature=note + _where(error))) from None


def _run(truth: Truth, call: Callable, args: tuple, source: str) -> Any:
    """What a call gives, which must print what f prints and leave the arguments as they are."""
    own = copied(args)
    try:
        result, output = printed_by(call, *own)
    except NotDifferentiableError as refusal:
        raise Found(_refusal(str(refusal))) from None
    except Exception as error:
        if "has to be contiguous" in str(error):  # refused when it runs: how an array lies in memory is known then
            raise Found(Outcome("refused", str(error), signature="how an array lies in memory")) from None
        shape = re.sub(r"['\"`].*?['\"`]|\d+", "_", str(error))
        signature = f"{type(error).__name__} {shape}"
        raise Found(Outcome("crash", _last(error), signature=signature, source=source)) from None
    if not identical(own, args):
        raise Found(Outcome("argument modified", "", args, own, "argument modified", source))
    if output != truth.output:
        raise Found(Outcome("wrong output", "", truth.output, output, "wrong output", source))
    return result


def _compare_values(truth: Truth, expected: Any, got: Any, source: str) -> None:
    """Bit for bit. But a derivative that f takes may be summed in another order, as a float or as NumPy's."""
    rounding = 64.0 if re.search(r"\b(grad|jvp)\(", truth.text) else 0.0
    if rounding:
        expected, got = (mapped(each, lambda _, leaf: _plain_float(leaf)) for each in (expected, got))
    if not identical(expected, got, rounding):
        raise Found(Outcome("wrong value", "", expected, got, "wrong value", source))


def _plain_float(leaf: Any) -> Any:
    return float(leaf) if isinstance(leaf, np.float64) else leaf


def _compare_given(before: Any, after: Any, source: str) -> None:
    """Whether a dy, or tangents, are as they were."""
    if not identical(before, after):
        raise Found(Outcome("dy modified", "", before, after, "dy modified", source))


def _compare_structures(expected: Any, got: Any, source: str) -> None:
    """Whether what belongs to something has its structure, shapes and dtypes."""

    def structure(value: Any) -> Any:
        return mapped(value, lambda _, leaf: f"{np.asarray(leaf).dtype}{np.shape(leaf)}{isinstance(leaf, np.ndarray)}")

    if structure(expected) != structure(got):
        raise Found(Outcome("wrong structure", "", expected, got, "wrong structure", source))


def _real_leaves(value: Any) -> list:
    return [leaf for _, leaf in leaves(value) if is_real_leaf(leaf)]


def _zeros(value: Any) -> Any:
    return mapped(value, lambda _, leaf: np.zeros_like(leaf) if isinstance(leaf, np.ndarray) else type(leaf)(0.0))


def _close(found: float, expected: float, scale: float) -> bool:
    return abs(found - expected) <= TOLERANCE * (scale + abs(expected))


def _named(compiled: Callable, args: tuple, tangents: tuple) -> dict:
    """Tangents by the names that a program of forward mode has for them."""
    return dict(zip(list(inspect.signature(compiled).parameters)[len(args) :], tangents))


def _alone(truth: Truth, source: str, args: tuple, extra: dict, result: tuple, compiled: Callable) -> Outcome:
    """Right, if the source gives the same to the last bit from a file, where there is no s2sad."""
    try:
        [(again, printed, untouched)] = run_alone(source, [(args, {}, extra)], compiled)
    except Failed as failure:
        raise Found(Outcome("fails alone", str(failure), signature="fails alone", source=source)) from None
    pairs = zip(leaves(again[1]), leaves(result[1]))
    same = all(np.array_equal(one, other, equal_nan=is_real_leaf(one)) for (_, one), (_, other) in pairs)
    if not (same and untouched and printed == truth.output and identical(again[0], result[0])):
        raise Found(Outcome("differs alone", "", result, again, "differs alone", source))
    return Outcome("right", source=source)


def _differences(truth: Truth) -> tuple:
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            return reference.value_and_gradients(define(truth.case.text), truth.case.args, dy=truth.dy)[1]
    except Exception as error:
        raise Unfit(f"differences: {error}") from None


def _by_differences(truth: Truth) -> float:
    return sum(float(np.sum(a * b)) for a, b in zip(_real_leaves(_differences(truth)), truth.first))


def _second_opinion(truth: Truth, gradients: tuple, source: str) -> None:
    """The comparison with differences, which also see a kink at this point or a loss of digits."""
    expected = _differences(truth)
    if all(np.allclose(a, b, rtol=1e-5, atol=1e-6) for a, b in zip(_real_leaves(expected), _real_leaves(gradients))):
        raise Unfit("a kink at this point")
    if not truth.settled():
        raise Unfit("a kink so near that rounding decides its side")
    raise Found(Outcome("wrong gradient", "", expected, gradients, "wrong gradient", source))


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
