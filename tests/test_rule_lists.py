"""What carries no gradient (places, masks, weights, points) may be given as a list: the gradients are those of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from s2sad import gradients_function
from tests.rule_programs import Program, all_rules, programs_of
from tests.test_rule_programs import weights

EACH = 3  # programs of a rule


def in_lists(program: Program) -> list[Any] | None:
    """The arguments with the constant arrays as lists, None where there are none or the function takes arrays only."""
    names = program.function.__code__.co_varnames
    moved = [
        value.tolist() if isinstance(value, np.ndarray) and value.ndim and name not in program.params else value
        for name, value in zip(names, program.args)
    ]
    if all(a is b for a, b in zip(moved, program.args)):
        return None
    try:
        program.function(*moved)
    except (TypeError, AttributeError, IndexError, ValueError):
        return None
    return moved


CASES = [
    pytest.param(found[:EACH], id=f"{rule.library}.{rule.name}")
    for rule in all_rules()
    if (found := [(program, args) for program in programs_of(rule) if (args := in_lists(program)) is not None])
]


@pytest.mark.rows
@pytest.mark.parametrize("cases", CASES)
@pytest.mark.filterwarnings("ignore")
def test_gradients_beside_lists(cases: list[tuple[Program, list[Any]]]) -> None:
    for program, args in cases:
        made = gradients_function(program.function, params=program.params)
        dy = weights(program.function(*args))
        for found, expected in zip(made(*args, dy=dy), made(*program.args, dy=dy)):
            np.testing.assert_allclose(found, expected, rtol=1e-12, err_msg=program.text)
