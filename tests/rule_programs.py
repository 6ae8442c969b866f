"""The rows of the rules as whole programs: `def f(x, a): return np.interp(x, a, ...)`, of the arguments that the rule
has a derivative for, and of arrays that are constants."""

from __future__ import annotations

import builtins
import cmath
import dataclasses
import functools
import importlib
import math
import operator
import statistics
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from scipy import stats

from s2sad.compiling import define
from s2sad.rules import loading, registry, scopes
from s2sad.rules.registry import NONDIFFERENTIABLE, Rule
from tests.rule_rows import ROWS, Row

_SPACE = {
    "np": np,
    "math": math,
    "cmath": cmath,
    "operator": operator,
    "scipy": scipy,
    "statistics": statistics,
    "__name__": "rules",
}


@dataclasses.dataclass
class Program:
    """A function that calls another one; `params`: the names of those arguments that are differentiated."""

    rule: Rule
    text: str
    function: Callable[..., Any]
    args: list[Any]
    params: list[str]


def all_rules() -> list[Rule]:
    return [rule for rule in registry.rules() if rule.own and rule.form != NONDIFFERENTIABLE]


def one_of_each_template() -> list[Rule]:
    """The rules, but of those that share a template only the first that a program can call."""
    made: dict[Any, Rule] = {}
    for rule in all_rules():
        if spelled(rule.function) is not None:
            made.setdefault(rule.template, rule)
    return list(made.values())


@functools.cache
def programs_of(rule: Rule) -> list[Program]:
    """A program for each row that is compared with differences."""
    rows = [row for row in ROWS.get(rule.function, []) if row.compared and row.expected is None]
    made = [program_of(rule, row) for row in rows]
    return [each for each in made if each is not None and each.params]


def smallest(programs: list[Program]) -> Program:
    """The program with the fewest numbers in its arguments, but not none."""
    return min(programs, key=lambda each: sum(map(_size, each.args)))


def _size(value: Any) -> int:
    return (value.size or 1000) if isinstance(value, np.ndarray) else 1


def program_of(rule: Rule, row: Row) -> Program | None:
    """The program of a row, None where the function has no name that a program could call it by."""
    writer = _Writer(rule, row)
    name = spelled(rule.function)
    if name is None:
        return None
    parts = []
    by_name = False
    for key, parameter in rule.parameters.parameters.items():
        if key not in writer.bound:
            by_name = True
            continue
        text = writer.argument(key, writer.bound[key], key in rule.wrt and key not in row.fixed)
        if parameter.kind is parameter.VAR_POSITIONAL:
            parts.append(text[1:-1].rstrip(",") if text.startswith(("(", "[")) else f"*{text}")
        elif parameter.kind is parameter.VAR_KEYWORD:
            return None
        elif (
            parameter.kind is parameter.POSITIONAL_ONLY or not by_name and parameter.kind is not parameter.KEYWORD_ONLY
        ):
            parts.append(text)
        else:
            parts.append(f"{key}={text}")
    call = f"{name}({', '.join(parts)})"
    if name.startswith("np.ndarray."):
        call = f"{parts[0]}.{name.removeprefix('np.ndarray.')}({', '.join(parts[1:])})"
    if len(row.parts) == 1:
        call = f"{call}[{row.parts[0]}]"
    text = f"def f({', '.join(writer.parameters)}):\n    return {call}\n"
    function = define(text, dict(_SPACE))
    return Program(rule, text, function, list(writer.parameters.values()), writer.params)


class _Writer:
    """The arguments of a call as text: constants as they are, all else as parameters of the program."""

    def __init__(self, rule: Rule, row: Row) -> None:
        self.bound = rule.bind(row.args, row.keywords)
        self.rule, self.row = rule, row
        self.parameters: dict[str, Any] = {}
        self.params: list[str] = []

    def argument(self, name: str, value: Any, moved: bool) -> str:
        name = name if name.isidentifier() else f"{name}_"
        if isinstance(value, (list, tuple)) and any(isinstance(each, (np.ndarray, float, list)) for each in value):
            items = [self.argument(f"{name}_{k}", each, moved) for k, each in enumerate(value)]
            if isinstance(value, list):
                return f"[{', '.join(items)}]"
            return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
        number = not isinstance(value, (str, bool, int, type, type(None))) and np.asarray(value).dtype.kind in "fc"
        if moved and number and not isinstance(value, (list, tuple)):
            self.parameters[name] = value
            self.params.append(name)
            return name
        if scopes.is_constant(value) and not (isinstance(value, float) and not math.isfinite(value)):
            return repr(value)
        if isinstance(value, (list, tuple)) and all(isinstance(each, int) for each in value):
            return repr(value)
        self.parameters[name] = value
        return name


@functools.cache
def spelled(function: Any) -> str | None:
    """The name of a function in a program: `np.linalg.inv`."""
    name = getattr(function, "__name__", "")
    if isinstance(getattr(function, "__self__", None), np.ufunc):
        return f"{spelled(function.__self__)}.{name}"
    if isinstance(function, types.MethodType):
        home = next((each for each in vars(stats) if vars(stats)[each] is function.__self__), None)
        return f"scipy.stats.{home}.{name}" if home is not None else None
    homes = {
        "np": np,
        "np.linalg": np.linalg,
        "np.fft": np.fft,
        "np.emath": np.emath,
        "np.ndarray": np.ndarray,
        "math": math,
    }
    homes |= {"operator": operator, "cmath": cmath}
    homes |= {home: importlib.import_module(home) for home in (*loading.MODULES, "scipy.spatial.distance")}
    for home, module in homes.items():
        if getattr(module, name, None) is function:
            return f"{home}.{name}"
        found = next(
            (each for each in vars(module) if not each.startswith("_") and vars(module)[each] is function), None
        )
        if found is not None:
            return f"{home}.{found}"
    return name if getattr(builtins, name, None) is function else None
