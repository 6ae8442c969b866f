"""What Numba says of a program, said at the user's line."""

from __future__ import annotations

import ast
import re
import types
from typing import Any

from s2sad.errors import NotDifferentiableError
from s2sad.refusals import place
from s2sad.source import read


class NotCompiledWarning(UserWarning):
    """`jit="numba?"`: what Numba can't compile runs as plain Python."""


class NotCompiledError(NotDifferentiableError):
    """Something in the user's function, or in its gradient, that Numba can't compile, shown at the user's line."""

    key = "numba"


PLAIN = (NotImplementedError, AssertionError, AttributeError, TypeError, ValueError, KeyError, RuntimeError)


def is_numba_error(error: BaseException) -> bool:
    """Whether an exception says that something can't be compiled."""
    from numba.core import errors

    if isinstance(error, (errors.NumbaError, errors.NumbaWarning)) or type(error).__module__ == errors.__name__:
        return True
    # Numba reports some of what it can't do by plain exceptions from inside of its compiler, or of LLVM.
    if not isinstance(error, PLAIN):
        return False
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith(("numba.core.compiler", "numba.core.typing", "numba.core.lowering", "llvmlite")):
            return True
        trace = trace.tb_next
    return isinstance(error, TypeError) and str(error).startswith("cannot determine Numba type") or is_of_layouts(error)


def is_of_a_copy(error: BaseException) -> bool:
    """Whether compiled code was to reshape an array that only a copy can have the shape of: Numba makes none."""
    return isinstance(error, NotImplementedError) and str(error) == "incompatible shape for array"


def is_of_layouts(error: BaseException) -> bool:
    """Whether a list held items of different types, which the layouts of arrays are part of."""
    return isinstance(error, TypeError) and str(error).startswith("can't unbox heterogeneous list")


def refusal(error: BaseException, text: Any, origin: types.FunctionType) -> NotCompiledError:
    """The error for what Numba said when it compiled a text."""
    message = plain_message(error)
    lines = [int(found) for found in re.findall(r'File "<s2sad [^"]*>", line (\d+)', str(error))]
    lines += [int(found) for found in re.findall(r'File "[^"]*[0-9a-f]{32}.program\.py", line (\d+)', str(error))]
    lines += [error.loc.line] if getattr(getattr(error, "loc", None), "line", None) else []  # type: ignore[attr-defined]
    where, program_line = "", ""
    lines = with_callers(text, lines)
    for line in lines:
        found = text.origins.get(line)
        if found is not None:
            where = place(found[1], found[0])
            program_line = text.line(line)
            break
    if not where:
        source = read(origin)
        where = place(source.tree, source)
        if lines:
            program_line = text.line(lines[0])
    if "unbroadcast(" in program_line:
        message = "how many axes an array here has is not known before the function runs"
    instead, either = "what Numba knows", '; jit="numba?" runs such functions as plain Python'
    if is_of_a_copy(error):
        message = "to reshape an array that doesn't lie in memory row by row, such as A.T"
        instead, either = "np.ascontiguousarray(A.T)", ""
    if "CustomGradient" in message:
        message = "a function decorated with custom_gradient whose gradient can't be told from the rest of it"
        instead, either = (
            "`return value, gradient` at its end, with a gradient that one `def` or `lambda` in it makes",
            "",
        )
    if text.foreign and ("pyobject" in message or message.lower().startswith("cannot determine numba type")):
        message = f"{text.foreign} is a list of dicts or objects, which can't be passed to compiled code"
        program_line, instead = "", "a list of arrays for each of their keys"
    lacking = re.match(r"Unknown attribute '(\w+)' of type Module\(<module '([\w.]+)'", message)
    if lacking:
        message = f"{lacking[2]}.{lacking[1]} has no counterpart in Numba"
    if lacking and lacking[2] in ("numpy.fft", "scipy.fft"):
        instead = 'the same, with `pip install "s2sad[fft]"`, which teaches Numba Fourier transforms'
    if "recursive function does not converge" in message:
        message, instead = "what a function gives back that calls itself has no type that Numba finds", "a loop"
    shown = f"  In the program for Numba: {program_line}\n" if program_line else ""
    made = NotCompiledError(
        f"Numba can't compile this: {message}\n{where}{shown}  Write instead: {instead}, or leave jit out{either}"
    )
    made.key = "numba"
    made.__cause__ = error if isinstance(error, Exception) else None
    return made


def with_callers(text: Any, lines: list[int]) -> list[int]:
    """Lines of the text, each before those that call the helper which it stands in."""
    functions = [node for node in ast.parse(text.text).body if isinstance(node, ast.FunctionDef)]
    calls = [each for node in functions for each in ast.walk(node) if isinstance(each, ast.Call)]
    found: list[int] = []
    for line in lines:
        around = next((node.name for node in functions if node.lineno <= line <= (node.end_lineno or 0)), "")
        called = [each.lineno for each in calls if getattr(each.func, "id", None) == around]
        found += [line, *(called if around in text.inner else [])]
    return found


def plain_message(error: BaseException) -> str:
    """The one line of Numba's report that says what is wrong."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if line and not line.startswith(("Failed in nopython", "During:", "File ", ">>>"))]
    found = [line for line in lines if line.startswith(_TELLING)]
    chosen = found[-1] if found else (lines[0] if lines else type(error).__name__)
    if chosen.startswith("No implementation of function"):
        called = next((line.strip() for line in text.split("\n") if line.strip().startswith(">>>")), "")
        return f"{called.removeprefix('>>>').strip()} has no counterpart in Numba" if called else chosen
    return chosen.rstrip(".")


_TELLING = (
    "No implementation of function",
    "Untyped global name",
    "Cannot unify",
    "cannot determine Numba type",
    "Cannot determine Numba type",
    "Use of unsupported",
    "Unknown attribute",
    "Invalid use of",
    "Cannot infer the type",
    "The use of",
    "Unsupported",
)
