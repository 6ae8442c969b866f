"""Part of the stage `program`: numbers that the user has a name for are read by it.

The stages see the number, and what follows from it. In the text it has its name again, where that means nothing else:

    value = np.sum(u) * 0.1 ** 2            h = 0.1
    # return np.sum(u) * h ** 2       ->    value = np.sum(u) * h ** 2
    ...
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import replace_nodes
from s2sad.imports import all_names
from s2sad.statements import blocks_of


def called(expr: gast.Constant, name: str, origin: Any) -> gast.Constant:
    """The number, as the value of a variable; origin: the source and the statement that gives it to it."""
    made: gast.Constant = trees.copy_tree(expr)
    made.called, made.origin = name, origin
    return made


def is_number(expr: gast.AST) -> bool:
    return isinstance(expr, gast.Constant) and type(expr.value) in (int, float, complex)


def use_names(body: list[gast.stmt], taken: set[str]) -> None:
    """Of statements with the names of the text. taken: names that mean something else."""
    found: dict[str, list[Any]] = {}
    for node in body:
        for each in trees.walk(node):
            if getattr(each, "called", None) is not None and is_number(each):
                found.setdefault(each.called, []).append(each)
    used = taken | all_names(body)
    for name, numbers in sorted(found.items(), key=lambda item: line_of(item[1][0].origin)):
        if name not in used and len({(type(each.value), repr(each.value)) for each in numbers}) == 1:
            put_name(body, name, numbers)


def line_of(origin: Any) -> int:
    """Of a statement in the user's text."""
    return getattr(origin[1], "lineno", 0) if origin is not None else 0


def put_name(body: list[gast.stmt], name: str, numbers: list[Any]) -> None:
    """Sets the name where the user does, in the branch that alone reads it."""
    mapping: dict[int, gast.AST] = {}
    for each in numbers:
        mapping[id(each)] = read = trees.name(name)
        read.number = each
    block, first = body, first_reading(body, mapping)
    while is_before(block[first], numbers[0].origin) and not is_read_in(outside_of(block, first), mapping):
        inner = [each for each in blocks_of(block[first]) if is_read_in(each, mapping)]
        if len(inner) > 1:
            break
        block, first = inner[0], first_reading(inner[0], mapping)
    start = trees.assign(name, numbers[0])
    start.origin, start.names_number = None, True
    block.insert(place_of(block[:first], numbers[0].origin), start)
    replace_in(body, mapping)


def outside_of(block: list[Any], k: int) -> list[Any]:
    """What a branch and what follows it reads, but for what is in its own blocks."""
    return [block[k].test, *block[k + 1 :]]


def is_before(node: gast.stmt, origin: Any) -> bool:
    """Whether the user sets the name in this branch."""
    other = getattr(node, "origin", None)
    return isinstance(node, gast.If) and None not in (other, origin) and is_later(origin, other)


def is_later(one: Any, other: Any) -> bool:
    return other[0] is one[0] and line_of(one) > line_of(other)


def is_read_in(nodes: list[Any], mapping: dict[int, gast.AST]) -> bool:
    return any(id(each) in mapping for node in nodes for each in trees.walk(node))


def first_reading(block: list[gast.stmt], mapping: dict[int, gast.AST]) -> int:
    return next(k for k, node in enumerate(block) if is_read_in([node], mapping))


def place_of(before: list[gast.stmt], origin: Any) -> int:
    """Where the statement that sets the name stands among those up to the first that reads it."""
    for k, node in enumerate(before):
        other = getattr(node, "origin", None)
        if other is not None and is_later(other, origin):
            return k
    return len(before)


def replace_in(block: list[gast.stmt], mapping: dict[int, gast.AST]) -> None:
    """In the expressions of statements, at any depth."""
    for node in block:
        if getattr(node, "names_number", False):
            continue
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, gast.AST):
                setattr(node, field, replace_nodes(value, mapping))
            elif isinstance(value, list) and not any(
                isinstance(each, (gast.stmt, gast.ExceptHandler)) for each in value
            ):
                setattr(node, field, [replace_nodes(each, mapping) for each in value])
        for inner in blocks_of(node):
            replace_in(inner, mapping)


def without_names(tree: Any) -> None:
    """The numbers themselves again, in place: what is compiled is better off with them."""
    mapping = {id(each): each.number for each in trees.walk(tree) if getattr(each, "number", None) is not None}
    for block in blocks_with_names(tree):
        block[:] = [node for node in block if not getattr(node, "names_number", False)]
    if mapping:
        for function in tree.body:
            if isinstance(function, gast.FunctionDef):
                replace_in(function.body, mapping)


def blocks_with_names(tree: Any) -> list[list[gast.stmt]]:
    found = [getattr(node, field, None) for node in trees.walk(tree) for field in ("body", "orelse")]
    return [each for each in found if isinstance(each, list) and any(getattr(x, "names_number", 0) for x in each)]
