"""Functions around a compiled program, compiled as well: what `.compiled(...)` hands to callers, where that isn't the
program itself. Each is a few lines with the parameters of the program:

    def f_value_and_grad(x, n, dy=1.0):
        value, gradients = called(x, n, dy)
        return value, gradients[0]

Code that Numba compiles calls them, which it can't do with what converts arguments or makes functions.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from s2sad.jit_options import need_numba
from s2sad.numba_boundary import NARROW, Boundary, parameters_of, short_as_tuple
from s2sad.requests import Program

LINES = ("return {call}",)


def is_dispatcher(function: Any) -> bool:
    """Whether compiled code can call it."""
    numba = sys.modules.get("numba")
    return numba is not None and isinstance(function, numba.core.dispatcher.Dispatcher)


def for_callers(compiled: Any, program: Program, plain: Callable[..., Any]) -> Any:
    """The compiled program with the parameters of the plain one, each by its position or its name; None where arguments
    or results have to be converted, but for ints that become floats."""
    boundary, args = Boundary(program), program.tree.body[-1].args
    if args.vararg is not None or args.kwarg is not None or boundary.value_dtype in NARROW:
        return None
    changes = {*boundary.into.values(), *[change for _, change in boundary.back if change is not None]}
    if changes - {float, short_as_tuple}:
        return None
    own = inspect.signature(plain).parameters
    parameters = [inspect.Parameter(each, own[each].POSITIONAL_OR_KEYWORD, default=own[each].default)
                  for each in parameters_of(program)]  # fmt: skip
    floats = {name for name, change in boundary.into.items() if change is float}
    given = [f"float({each.name})" if each.name in floats else each.name for each in parameters]
    return wrapper(compiled, program.name, parameters, given)


def parameters_in(compiled: Any, *without: str) -> list[inspect.Parameter]:
    return [each for each in inspect.signature(compiled.py_func).parameters.values() if each.name not in without]


def picked(function: Any, lines: Iterable[str], name: str) -> Any:
    """A function that returns what the lines make of what a compiled one returns, `{call}` in them being its call."""
    if is_dispatcher(function):
        parameters = parameters_in(function)
        return wrapper(function, name, parameters, [each.name for each in parameters], lines)
    space: dict[str, Any] = {"called": function}
    body = "".join(f"    {line.format(call='called(*args, **kwargs)')}\n" for line in lines)
    exec(compile(f"def {name}(*args, **kwargs):\n{body}", f"<{name}>", "exec"), space)
    return space[name]


def wrapper(
    function: Any,
    name: str,
    parameters: list[inspect.Parameter],
    given: list[str],
    lines: Iterable[str] = LINES,
    **others: Any,
) -> Any:
    """A compiled function of these parameters whose lines call another one with what is `given`. One that has to be
    given, behind others with defaults, is None where it isn't. others: what else the lines call."""
    names = [each.name for each in parameters]
    called = free("called", names)
    first = next((k for k, each in enumerate(parameters) if each.default is not each.empty), len(parameters))
    defaults = tuple(None if each.default is each.empty else each.default for each in parameters[first:])
    header = ", ".join(each + ("" if k < first else "=None") for k, each in enumerate(names))
    call = f"{called}({', '.join(given)})"
    body = "".join(f"    {line.format(call=call)}\n" for line in lines)
    space: dict[str, Any] = {called: function, "np": np, **others}
    # No name of a text of s2sad's, in which the lines of what Numba reports are looked for.
    exec(compile(f"def {name}({header}):\n{body}", f"<{name}>", "exec"), space)
    space[name].__defaults__ = defaults or None
    made = need_numba("numba").njit(space[name])
    return function.told(made) if hasattr(function, "told") else made


def free(name: str, used: Iterable[str]) -> str:
    used = set(used)
    while name in used:
        name += "_"
    return name


# ---------------------------------------------------------------------------------------------- matrices
def columns(called: Any, name: str, x: str, tangent: str, of_number: bool) -> Any:
    """A function that returns the matrix whose columns are a program's tangents for each unit of its parameter x."""
    parameters = parameters_in(called, tangent)
    given = [each.name for each in parameters]
    if of_number:
        return wrapper(called, name, parameters, [*given, f"{tangent}=1.0"], ["return {call}[1]"])
    own = own_names(given)
    lines = COLUMNS.format(x=x, call="{call}", **own).strip().split("\n")
    return wrapper(called, name, parameters, [*given, f"{tangent}={own['unit']}.reshape({x}.shape)"], lines)


def rows(called: Any, value_of: Any, name: str, x: str, dy: str) -> Any:
    """A function that returns the matrix whose rows are the gradients of a program for each unit of its value, which
    another one returns alone."""
    parameters = parameters_in(called, dy)
    given = [each.name for each in parameters]
    own = own_names(given)
    value = f"{own['value_of']}({', '.join(given)})[0]"
    lines = ROWS.format(x=x, call="{call}", value_call=value, **own).strip().split("\n")
    passed = f"{dy}={own['unit']}.reshape({own['value']}.shape)"
    return wrapper(called, name, parameters, [*given, passed], lines, **{own["value_of"]: value_of})


def own_names(used: list[str]) -> dict[str, str]:
    """The names in the texts below, none of which is a parameter's."""
    return {each: free(each, used) for each in ("unit", "value", "value_of", "matrix", "part", "i", "k")}


COLUMNS = """
{unit} = np.zeros({x}.size)
{value} = {call}[0]
{matrix} = np.empty(({value}.size, {x}.size))
for {k} in range({x}.size):
    {unit}[{k}] = 1.0
    {part} = {call}[1].ravel()
    for {i} in range({value}.size):
        {matrix}[{i}, {k}] = {part}[{i}]
    {unit}[{k}] = 0.0
return {matrix}.reshape({value}.shape + {x}.shape)
"""
ROWS = """
{value} = {value_call}
{unit} = np.zeros({value}.size)
{matrix} = np.empty(({value}.size, {x}.size))
for {k} in range({value}.size):
    {unit}[{k}] = 1.0
    {part} = {call}[1][0].ravel()
    for {i} in range({x}.size):
        {matrix}[{k}, {i}] = {part}[{i}]
    {unit}[{k}] = 0.0
return {matrix}.reshape({value}.shape + {x}.shape)
"""
