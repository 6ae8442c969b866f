"""Part of the stage `simplify`: an adjoint that takes the place of another is computed when all has read the other.

    level_grad.9 = level_grad.7 * beta        alpha_grad.8 = alpha_grad.6 + level_grad.7 * x
    alpha_grad.8 = alpha_grad.6 +        ->   level_grad.9 = level_grad.7 * beta
        level_grad.7 * x

Both have one name in the text then. Only statements that belong to one line of the user's change places.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.comments import COMPOUND
from s2sad.expression_kinds import kind_of_names
from s2sad.folding import writes_memory
from s2sad.kinds import Kind, Scalar
from s2sad.statements import blocks_of, read_list, targets


def replace_last(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Moves the statements of the reverse sweep that replace an adjoint behind those that read it."""
    kind_of = kind_of_names(info, kinds)

    def is_number(name: str) -> bool:
        return isinstance(kind_of(name), Scalar)

    for node in body:
        for inner in blocks_of(node):
            replace_last(inner, info, kinds)
    for node in reversed(list(body)):
        name = replacement(node)
        if name is None:
            continue
        at = next(k for k, each in enumerate(body) if each is node)
        fixed, own = set(read_list(node)), targets(node)
        numbers = all(map(is_number, fixed))
        last = at
        for k in range(at + 1, len(body)):
            other = body[k]
            if isinstance(getattr(other, "effect", None), ir.Copy):
                taken = taken_out(other, name, own, fixed, is_number)
                body[k:k] = taken
                last = k + len(taken) - 1 if taken else last
                break
            if not is_step(other) or not may_pass(node, other, body[at - 1] if at else None):
                break
            if targets(other) & fixed or own & {*read_list(other), *targets(other)} or writes(other) and not numbers:
                break
            if name in read_list(other):
                last = k
        body.insert(last, body.pop(at))


def replacement(node: gast.stmt) -> str | None:
    """The adjoint of a variable that a statement computes the next one from; None of any other statement."""
    if not is_step(node) or not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
        return None
    if ir.summary(node.value).call or writes_memory(node):
        return None
    target = node.targets[0].id
    return next((name for name in read_list(node) if name != target and ir.variable(name) == ir.variable(target)), None)


def may_pass(node: gast.stmt, other: gast.stmt, above: gast.stmt | None) -> bool:
    """Whether both are of one line of the user's; what the header of a loop binds has no comment of its own, and may
    stand among the statements of another line."""
    origin, others = getattr(node, "origin", None), getattr(other, "origin", None)
    header = others is not None and isinstance(others[1], COMPOUND)
    return others == origin or header and above is not None and getattr(above, "origin", None) == origin


def is_step(node: Any) -> bool:
    """A simple statement of the reverse sweep that can change places with another."""
    if not getattr(node, "reverse", False) or isinstance(getattr(node, "effect", None), ir.Copy):
        return False
    if not isinstance(node, (gast.Assign, gast.AugAssign)) or getattr(node, "impure", False):
        return False
    return not ir.summary(node.value).pop and not ir.summary(node.value).append


def writes(node: gast.stmt) -> bool:
    return isinstance(node, gast.AugAssign) or writes_memory(node)


def taken_out(
    node: gast.stmt, name: str, own: set[str], fixed: set[str], is_number: Callable[[str], bool]
) -> list[gast.stmt]:
    """Of what is set at the end of an iteration, the numbers that are computed from a name, as statements of their own;
    they stand before one that sets `own` and reads `fixed`."""
    pairs = node.effect.pairs
    made: list[gast.stmt] = []
    for target, source in list(pairs):
        others = [its for other, its in pairs if other != target]
        names = set(ir.summary(source).names)
        free = target not in own | fixed and not any(target in ir.summary(its).names for its in others)
        if name in names - {target} and own.isdisjoint(names) and free and is_number(target):
            one = trees.assign(target, source)
            one.origin, one.reverse, one.number = node.effect.origins.get(target, node.origin), True, True
            made.append(one)
            pairs.remove((target, source))
    return made
