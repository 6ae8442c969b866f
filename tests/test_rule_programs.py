"""Every rule in a whole program: the smallest of its rows in reverse and forward mode and to second order, and alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from s2sad import (
    NotDifferentiableError,
    gradients_function,
    value_and_gradients_function,
    value_and_tangent_function,
)
from tests.alone import run_alone
from tests.language.checker import identical
from tests.rule_programs import Program, one_of_each_template, programs_of, smallest

RULES = [(rule, programs) for rule in one_of_each_template() if (programs := programs_of(rule))]
PROGRAMS = [pytest.param(smallest(each), id=f"{rule.library}.{rule.name}") for rule, each in RULES]
STEP = 1e-5
# Made of scipy.special.elliprd, which has no derivative of its own in elementary terms.
FIRST_ORDER = {
    "ellipk",
    "ellipkm1",
    "ellipe",
    "ellipkinc",
    "ellipeinc",
    "ellipj",
    "elliprf",
    "elliprc",
    "elliprd",
    "agm",
}


def directions(values: list[Any]) -> list[Any]:
    """A direction for each argument, of numbers that tell its elements apart."""
    made = []
    for k, value in enumerate(values):
        value = np.asarray(value)
        one = 0.3 + 0.1 * k + 0.2 * np.cos(np.arange(value.size)).reshape(value.shape)
        one = one * (1.0 - 0.5j) if np.iscomplexobj(value) else one
        made.append(one if value.ndim else one.item())
    return made


def weights(value: Any) -> Any:
    """A dy like the value."""
    if isinstance(value, (tuple, list)):
        return (tuple if isinstance(value, tuple) else list)(map(weights, value))
    value = np.asarray(value)
    made = 0.5 + 0.25 * np.sin(np.arange(value.size)).reshape(value.shape)
    made = made * (1.0 + 0.5j) if np.iscomplexobj(value) else made
    return made if value.ndim else made.item()


def product(a: Any, b: Any) -> float:
    """The real part of the sum of the products of two structures. The tangent of a whole number is None."""
    if a is None or b is None:
        return 0.0
    if isinstance(a, (tuple, list)):
        return sum(product(x, y) for x, y in zip(a, b))
    return float(np.real(np.sum(np.asarray(a) * np.asarray(b))))


class Checked:
    """A program at its arguments."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = list(program.function.__code__.co_varnames[: program.function.__code__.co_argcount])
        self.moved = [program.args[self.names.index(name)] for name in program.params]
        self.dots = directions(self.moved)

    def at(self, step: float) -> list[Any]:
        """The arguments, moved along the direction."""
        made = list(self.program.args)
        for name, value, dot in zip(self.program.params, self.moved, self.dots):
            moved = np.asarray(value) + step * np.asarray(dot)
            made[self.names.index(name)] = moved if isinstance(value, np.ndarray) else moved.item()
        return made

    def slope(self, function: Any) -> float:
        """How a number that depends on the arguments changes along the direction."""
        return (function(*self.at(STEP)) - function(*self.at(-STEP))) / (2.0 * STEP)


@pytest.mark.rows
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.filterwarnings("ignore")
def test_rule_in_a_program(program: Program) -> None:
    checked = Checked(program)
    try:
        made = value_and_gradients_function(program.function, params=program.params)
        plain = program.function(*program.args)
        dy = weights(plain)
        value, gradients = made(*program.args, dy=dy)
    except NotDifferentiableError as error:
        pytest.skip(str(error).splitlines()[0])
    assert identical(value, plain), program.text
    for argument, gradient in zip(checked.moved, gradients):
        assert np.shape(gradient) == np.shape(argument), program.text
        if isinstance(argument, np.ndarray):
            assert np.asarray(gradient).dtype == argument.dtype, program.text
    slope = checked.slope(lambda *args: product(dy, program.function(*args)))
    text, compiled = made.source(*program.args), made.compiled(*program.args)
    assert product(gradients, checked.dots) == pytest.approx(slope, rel=1e-6, abs=1e-6), text
    alone = run_alone(text, [(tuple(program.args), {}, {"dy": dy})], compiled)
    assert identical(alone[0][0][1], compiled(*program.args, dy=dy)[1]), text
    try:
        _check_forward(checked, slope, dy)
        if program.rule.name not in FIRST_ORDER:
            _check_second_order(checked)
    except (NotDifferentiableError, np.linalg.LinAlgError) as error:
        if program.text.partition("return ")[2].startswith("np.") and not isinstance(error, np.linalg.LinAlgError):
            raise
        pytest.skip(str(error).splitlines()[0])


def _check_forward(checked: Checked, slope: float, dy: Any) -> None:
    program = checked.program
    made = value_and_tangent_function(program.function, params=program.params)
    value, tangent = made(*program.args, tangents=tuple(checked.dots))
    if not isinstance(value, (list, tuple)):
        assert np.shape(tangent) == np.shape(value), made.source(*program.args)
    assert product(dy, tangent) == pytest.approx(slope, rel=1e-6, abs=1e-6), made.source(*program.args)


def _check_second_order(checked: Checked) -> None:
    """The gradient's own tangent against differences of the gradient; where it can't be had, it is refused."""
    program = checked.program
    gradient = gradients_function(program.function, params=program.params)
    again = weights(gradient(*program.args))
    slope = checked.slope(lambda *args: product(again, gradient(*args)))
    made = value_and_tangent_function(gradient, params=program.params)
    _, tangent = made(*program.args, tangents=tuple(checked.dots))
    assert product(again, tangent) == pytest.approx(slope, rel=1e-5, abs=1e-5), made.source(*program.args)
