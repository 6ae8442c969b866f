"""Expansions that are made once: calls of one rule on the same kinds give the same code but for the names in it.

Programs have the same few operations on the same few kinds over and over. What one call gave, with stand-ins for the
names of its operands, serves the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Kind
from s2sad.rules.registry import Rule

_SIZE = 4096
_made: dict[Any, Any] = {}


def stand_in(node: Any, name: str) -> gast.AST | None:
    """What stands for an operand in the code that is kept: a name for a name; a literal stands for itself."""
    if isinstance(node, gast.Name):
        return trees.name("@" + name)
    return node if isinstance(node, gast.Constant) else None


def key_of(
    rule: Rule,
    nodes: dict[str, Any],
    kinds: dict[str, Kind],
    constants: dict[str, Any],
    wanted: Iterable[str] | None,
    library: str | None,
) -> Any:
    """What an expansion depends on; None where it is not worth keeping, or can't be."""
    operands: list[Any] = []
    for name, node in nodes.items():
        if isinstance(node, gast.Name):
            operands.append(name)
        elif isinstance(node, gast.Constant):
            operands.append((name, node.value.__class__, node.value))
        else:
            return None
    # 1 and True and 1.0 are equal, and so are 0.0 and -0.0.
    fixed = [
        (name, value.__class__, value, repr(value) if isinstance(value, (float, complex, tuple)) else "")
        for name, value in constants.items()
    ]
    return (
        rule.function,
        rule.template,
        rule.variadic,
        rule.form,
        tuple(operands),
        tuple(kinds.items()),
        tuple(fixed),
        None if wanted is None else tuple(wanted),
        library,
    )


def recall(key: Any) -> Any:
    """What is kept under a key, or None."""
    try:
        return _made.get(key)
    except TypeError:  # a constant that can't be hashed
        return None


def keep(key: Any, made: Any) -> None:
    if len(_made) >= _SIZE:
        _made.clear()
    try:
        _made[key] = made
    except TypeError:
        return


def instantiate(node: gast.AST, operands: dict[str, Any], names: dict[str, str]) -> gast.AST:
    """A copy with the operands in the places of their stand-ins, and fresh names for locals."""
    made = trees.copy_tree(node)
    for each in trees.walk(made):
        if each.__class__ is gast.Name:
            if each.id[0] == "@":
                each.__dict__.update(operands[each.id[1:]].__dict__)
            elif each.id in names:
                each.id = names[each.id]
    return made


def stems() -> Callable[[str], str]:
    """Names for the locals of an expansion that is kept: "#0 best", to be replaced by fresh ones."""
    given: list[str] = []

    def fresh(stem: str) -> str:
        given.append(stem)
        return f"#{len(given)} {stem}"

    return fresh
