"""Rows at the edges, made of those in the table: for each rule arrays of two and of three axes, with axes of length 1,
without elements, and operands that are broadcast against one another.

A row of an elementwise function gives numbers of its domain; they are laid out in other shapes. Of any other function
the arrays are cut (`a[:1]`, `a[..., :1]`, `a[:0]`) or get an axis more (`a[None]`), and what the function itself then
refuses is left out.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy

from s2sad.rules.registry import PARTIALS, Rule
from tests.rule_programs import Program, programs_of

# One operand after another: broadcast, each of them is smaller than the result.
BROADCAST = ((2, 1, 3), (4, 1), (3,), (1, 1))
SAME = {"two axes": (2, 3), "length 1": (2, 1, 3), "empty": (0,)}
CUTS: dict[str, Any] = {
    "first": lambda a: a[:1],
    "last": lambda a: a[..., :1],
    "none": lambda a: a[:0],
    "none in the last": lambda a: a[..., :0],
    "one more": lambda a: a[None],
}
# What older versions take otherwise: one observation of several variables, no elements, systems of one equation.
NUMPY, SCIPY = (tuple(map(int, each.__version__.split(".")[:2])) for each in (np, scipy))
EACH = 2  # programs of a rule that is not elementwise
# Cuts after which a function takes what is no argument of it: matrices that are not square, no coefficients, no points.
SENSELESS = {
    "solve_sylvester": ("none", "none in the last"),
    "solve_banded": ("none in the last",),
    "solveh_banded": ("none in the last",),
    "tensorsolve": ("none in the last",),
    "poly": ("none", "none in the last"),
    "lstsq": ("none in the last",),
    "pdist": ("none",),
    # Of an empty image SciPy makes what happens to lie in memory.
    "map_coordinates": ("none", "none in the last"),
    **dict.fromkeys(("solve_toeplitz", "matmul_toeplitz"), ("none",)),  # SciPy gives (0, 0) for (0, 2)
    "svdvals": ("none",),  # of no matrices SciPy gives an array of shape (0, 0)
    "orthogonal_procrustes": ("none",),  # of no rows, which turn is found differs between SciPy's versions
    # Of no frequencies NumPy makes what happens to lie in memory.
    **dict.fromkeys(("irfft", "hfft"), ("none", "none in the last")),
    **dict.fromkeys(("euclidean", "sqeuclidean", "cityblock"), ("first", "last", "none", "none in the last")),
}
if NUMPY < (2, 2):
    SENSELESS["corrcoef"] = ("first",)
if SCIPY < (1, 15):
    SENSELESS |= {"solve_banded": ("last", "none in the last"), "svdvals": ("none", "none in the last")}
    SENSELESS["lstsq"] = ("none", "none in the last")


def edges_of(rule: Rule) -> Iterator[tuple[str, Program, list[Any]]]:
    """(what it is about, the program, its arguments)."""
    programs = programs_of(rule)
    if rule.form == PARTIALS:
        yield from elementwise(programs)
        return
    different: dict[Any, Program] = {}
    for each in programs:
        different.setdefault((each.text, *[np.ndim(arg) for arg in each.args]), each)
    for program in list(different.values())[:EACH]:
        for name, cut in CUTS.items():
            if name in SENSELESS.get(rule.name, ()):
                continue
            args = [cut(arg) if is_array(arg) else arg for arg in program.args]
            if any(map(is_array, args)) and accepted(program, args):
                yield name, program, args


def elementwise(programs: list[Program]) -> Iterator[tuple[str, Program, list[Any]]]:
    """The first program of real numbers (or else of complex ones), with its numbers in other shapes."""
    found = sorted(programs, key=lambda each: any(map(np.iscomplexobj, each.args)))
    for program in found[:1]:
        moved = [k for k, arg in enumerate(program.args) if np.asarray(arg).dtype.kind in "fc"]
        layouts = {name: [shape] * len(moved) for name, shape in SAME.items()}
        if len(moved) > 1:
            layouts["broadcast"] = [BROADCAST[k % 4] for k in range(len(moved))]
        for name, shapes in layouts.items():
            args = [first(arg) if is_array(arg) else arg for arg in program.args]
            for k, shape in zip(moved, shapes):
                args[k] = np.resize(program.args[k], shape)
            if accepted(program, args):
                yield name, program, args


def first(value: Any) -> Any:
    """One of the numbers of an array that is no operand of the derivative (an order, a condition)."""
    return value.flat[0].item()


def is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim > 0


def accepted(program: Program, args: list[Any]) -> bool:
    """Whether the function itself takes these."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program.function(*args)
    except Exception:
        return False
    return True


def sole_operands(rule: Rule) -> Iterator[Program]:
    """By each operand alone: the program of the first row with several, and, of what is not elementwise, of the first
    whose ranks differ (the tangent of one that is a constant is the number 0, and does not spread the result)."""
    several = [each for each in programs_of(rule) if len(each.params) > 1 and accepted(each, each.args)]
    unlike = [each for each in several[1:] if len({np.ndim(arg) for arg in each.args if is_float(arg)}) > 1]
    for program in (*several[:1], *(unlike[:1] if rule.form != PARTIALS else ())):
        yield from (dataclasses.replace(program, params=[name]) for name in program.params)


def is_float(value: Any) -> bool:
    return not isinstance(value, (str, tuple, list)) and np.asarray(value).dtype.kind in "fc"
