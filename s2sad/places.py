"""Part of the stages `adjoint` and `tangent`: places in memory, as paths lead there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import trees
from s2sad.expression_kinds import ExpressionKinds
from s2sad.expressions import replace_nodes
from s2sad.kinds import Array, Kind


def step_into(expr: Any, step: Any, kind_of: Callable[[str], Kind | None]) -> gast.AST:
    """Where a step of a path leads from a place; from x[i], of an array, the step `_[j]` leads to x[i, j]."""
    if is_one_index(expr, step, kind_of):
        first = expr.slice.elts if isinstance(expr.slice, gast.Tuple) else [expr.slice]
        return trees.index(expr.value, gast.Tuple([*first, step.slice], gast.Load()))
    hole = next(each for each in trees.walk(step) if isinstance(each, gast.Name) and each.id == "_")
    return replace_nodes(step, {id(hole): expr})


def is_one_index(expr: Any, step: Any, kind_of: Callable[[str], Kind | None]) -> bool:
    """Whether x[i][j] is x[i, j]: x is an array, and both are whole numbers."""
    for each in (expr, step):
        if not isinstance(each, gast.Subscript) or not isinstance(each.value, gast.Name) or hasattr(each, "of_list"):
            return False
    parts = [*(expr.slice.elts if isinstance(expr.slice, gast.Tuple) else [expr.slice]), step.slice]
    return isinstance(kind_of(expr.value.id), Array) and all(map(ExpressionKinds(kind_of).is_whole_number, parts))
