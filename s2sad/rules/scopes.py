"""The names that a template or a helper function sees besides its own, and how a generated program gets at them.

A module is imported; a number is written down; a helper function is printed into the program, if it is of the same
package as the template; any other function is imported from the module that has it.

>>> import numpy as np
>>> place_of(np.linalg.inv)[0].__name__, place_of(np.add)[1]
('numpy.linalg', 'add')
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

import gast
import numpy as np

from s2sad import trees

_CONSTANTS = (bool, int, float, complex, str, type(None))


def names_of(function: Any) -> dict[str, Any]:
    """The globals of a function, and what it captures of the functions around it."""
    if not function.__closure__:
        return function.__globals__
    return {**function.__globals__, **captured(function)}


def captured(function: Any) -> dict[str, Any]:
    """What a function captures, without the names that are not set yet."""
    found = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def is_constant(value: Any) -> bool:
    """Whether a value is one that can be written down in a program."""
    if isinstance(value, (tuple, list)):
        return all(map(is_constant, value))
    return isinstance(value, (*_CONSTANTS, np.integer, np.floating, np.dtype)) or value is Ellipsis


def is_usable(value: Any, function: Any) -> bool:
    """Whether a template or helper (`function`) may use a value that is outside of it."""
    return is_constant(value) or inspect.ismodule(value) or is_printed(value, function) or place_of(value) is not None


def is_printed(value: Any, function: Any) -> bool:
    """Whether a function that a template or helper (`function`) uses is printed into the program."""
    if not inspect.isfunction(value):
        return False
    home = getattr(value, "__module__", None) or ""
    own = getattr(function, "__module__", None) or "s2sad"
    return home.partition(".")[0] == own.partition(".")[0] or place_of(value) is None


def place_of(value: Any) -> tuple[Any, str] | None:
    """The module that has a function or class, the most public one, and its name there; None where there is none."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    if isinstance(value, np.ufunc):
        homes = ["numpy", "scipy.special"]
    else:
        parts = (getattr(value, "__module__", None) or "").split(".")
        homes = [".".join(parts[: k + 1]) for k in range(len(parts))]
    for home in homes:
        module = sys.modules.get(home)
        if module is not None and home not in ("__main__", "builtins") and vars(module).get(name) is value:
            return module, name
    return None


def bound_in(tree: Any) -> set[str]:
    """The names that a function sets, anywhere in it, its parameters included."""
    found = set()
    for node in trees.walk(tree):
        if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
            found.add(node.id)
        elif isinstance(node, (gast.FunctionDef, gast.ClassDef)) and node is not tree:
            found.add(node.name)
        elif isinstance(node, gast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return found


def outside_names(function: Any) -> dict[str, Any]:
    """The names that a function may read from outside of it, each with the globals or the closure cell that has it."""
    code = function.__code__
    names = {name for each in _codes(code) for name in each.co_names}
    found: dict[str, Any] = {name: function.__globals__ for name in sorted(names) if name in function.__globals__}
    for name, cell in zip(code.co_freevars, function.__closure__ or ()):
        if name in captured(function):
            found[name] = cell
    return found


def _codes(code: Any) -> list[Any]:
    """The code of a function and of the functions and comprehensions in it."""
    inner = [each for each in code.co_consts if inspect.iscode(each)]
    return [code, *(each for one in inner for each in _codes(one))]


def with_helpers(functions: list[Any]) -> list[Any]:
    """Functions, and those of their helpers that are printed into programs."""
    found = list(functions)
    for function in found:  # grows while it is walked through
        names = names_of(function)
        found += [
            value
            for name in outside_names(function)
            if is_printed(value := names[name], function) and not any(value is each for each in found)
        ]
    return found
