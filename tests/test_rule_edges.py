"""Every rule at the edges: two and three axes, axes of length 1, no elements, operands that are broadcast against one
another, and a derivative by one operand alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from s2sad import NotDifferentiableError, value_and_gradients_function, value_and_tangent_function
from tests.rule_edges import edges_of, sole_operands
from tests.rule_programs import Program, one_of_each_template
from tests.test_rule_programs import Checked, product, weights

RULES = one_of_each_template()


@pytest.mark.rows
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.library}.{rule.name}")
@pytest.mark.filterwarnings("ignore")
def test_edges(rule: Any) -> None:
    with np.errstate(all="ignore"):
        for name, program, args in edges_of(rule):
            check(dataclasses.replace(program, args=args), name, forward=name in ("broadcast", "last", "none"))
        for program in sole_operands(rule):
            check(program, "alone")


def check(program: Program, name: str, forward: bool = True) -> None:
    """The gradients' shapes and dtypes, and along a direction both modes against differences."""
    checked, args = Checked(program), program.args
    place = f"{name}: {program.text} {[np.shape(arg) for arg in args]}"
    plain = program.function(*args)
    dy = weights(plain)
    made = value_and_gradients_function(program.function, params=program.params)
    try:
        gradients = made(*args, dy=dy)[1]
    except (NotImplementedError, np.linalg.LinAlgError):  # refused, with a reason
        return
    for argument, gradient in zip(checked.moved, gradients):
        assert np.shape(gradient) == np.shape(argument), place
        assert not isinstance(argument, np.ndarray) or np.asarray(gradient).dtype == argument.dtype, place
    slope = checked.slope(lambda *moved: product(dy, program.function(*moved)))
    if not np.isfinite(slope):
        return
    assert product(gradients, checked.dots) == pytest.approx(slope, rel=1e-5, abs=1e-5), place
    if forward:
        tangents = value_and_tangent_function(program.function, params=program.params)
        try:
            tangent = tangents(*args, tangents=tuple(checked.dots))[1]
        except NotDifferentiableError as error:
            assert program.text.partition("return ")[2].startswith("scipy.") and "fails here" in str(error), place
            return
        assert product(dy, tangent) == pytest.approx(slope, rel=1e-5, abs=1e-5), place
