"""Part of the stage `simplify`: statements that only look whether a variable has a value, before what reads it anyway.

if n > 1:                  if n > 1:
    c = 2.0 * x                c = 2.0 * x
c                     ->   value = c + 1.0
value = c + 1.0
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.dead import needed_names, removable
from s2sad.reading import all_blocks, reads
from s2sad.statements import all_of, all_statements, own_expressions, targets
from s2sad.unset_reads import surely_read


def drop_looks(body: list[gast.stmt], kept: set[str]) -> None:
    """Takes out those whose error the next statements raise, before they do anything else. kept: what is read behind
    the body."""
    blocks = list(all_blocks(body))
    if not any(is_look(node) for block in blocks for node in block):
        return
    whole = [list(block) for block in blocks]
    for block in blocks:
        block[:] = [node for node in block if not is_look(node)]  # what only they read isn't needed
    read_behind = gast.Return(gast.Tuple([trees.name(each) for each in sorted(kept)], gast.Load()))
    needed: set[str] | None = None
    found = needed_names([*body, read_behind])
    while found != needed:
        needed = found
        found = needed_names([*staying(body, needed), read_behind])
    for block, nodes in zip(blocks, whole):
        block[:] = [
            node
            for k, node in enumerate(nodes)
            if not is_look(node) or not is_read_next(node.value.id, nodes[k + 1 :], needed)
        ]


def staying(block: list[Any], needed: set[str]) -> list[Any]:
    """What is left of a block without what goes away, in copies of the statements around it."""
    left = []
    for node in block:
        if goes_away(node, needed):
            continue
        if isinstance(node, (gast.If, gast.For, gast.While)):
            around = ir.statement_copy(node)
            around.body, around.orelse = staying(node.body, needed), staying(node.orelse, needed)
            node = around
        left.append(node)
    return left


def goes_away(node: Any, needed: set[str]) -> bool:
    """Whether a statement is going to be taken out, as it does nothing that is needed."""
    if isinstance(node, (gast.If, gast.For)):
        return all(goes_away(each, needed) for each in all_statements(node))
    return isinstance(node, gast.Pass) or (is_copy(node) or removable(node)) and targets(node).isdisjoint(needed)


def drop_unread_marks(body: list[gast.stmt], kept: set[str]) -> None:
    """Takes out the names that are set where variables are, and that no statement looks at."""
    blocks = list(all_blocks(body))
    marks = {name for block in blocks for node in block if getattr(node, "mark", False) for name in targets(node)}
    if not marks:
        return
    nodes = [node for block in blocks for node in block]
    copies = [pair for node in nodes if is_copy(node) for pair in node.effect.pairs]
    read = kept.union(*(reads(node) for node in all_of(body) if not is_copy(node)))
    while more := {each for name, source in copies if name in read for each in trees.names_in(source)} - read:
        read |= more
    while more := {name for name, source in copies if trees.names_in(source) & marks} - marks:
        marks |= more
    for block in blocks:
        for node in filter(is_copy, block):
            node.effect.pairs = [pair for pair in node.effect.pairs if pair[0] not in marks - read]
        block[:] = [node for node in block if not (is_copy(node) and not node.effect.pairs)]
        block[:] = [node for node in block if not getattr(node, "mark", False) or targets(node) & read]


def is_copy(node: Any) -> bool:
    return isinstance(getattr(node, "effect", None), ir.Copy)


def names_of(value: Any) -> set[str]:
    """The names that the value which f returns is made of."""
    parts = [*(value.items or ()), *(getattr(value, "parts", None) or {}).values()]
    return trees.names_in(value.expr).union(*map(names_of, parts))


def is_look(node: Any) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Name)


def is_read_next(name: str, rest: list[Any], needed: set[str]) -> bool:
    for node in rest:
        if goes_away(node, needed) or is_copy(node):  # a copy of a variable that begins as None raises nothing
            continue
        if any(name in surely_read(expr) for expr in own_expressions(node)):
            return True
        sweep = getattr(node, "reverse", False) or hasattr(node, "forward")
        if not (is_look(node) or sweep or isinstance(node, gast.Assign) and not getattr(node, "impure", False)):
            return False
    return False
