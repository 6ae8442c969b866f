"""Part of the stage `adjoint`: the adjoint of an item of a row goes to the array at once.

p = points[i]                   points_grad[i, 0] += x_grad       there is no p_grad
x = p[0]                 ->     points_grad[i, 1] += y_grad
y = p[1]

So it is where the row is read for its items alone, among the statements that take it, and the array isn't written.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import leaves, sources
from s2sad.fewer_operations import elements
from s2sad.kinds import Array
from s2sad.statements import blocks_of


def items_of_rows(program: ir.Inferred) -> dict[int, ir.GetItem]:
    """For each statement that reads an item of such a row, by its id: the same read from the array."""
    rows: dict[str, ir.GetItem] = {}
    items: dict[str, list[gast.Assign]] = {}
    others = {name for leaf in leaves(program.value) for name in trees.names_in(leaf.expr)}

    def walk(block: list[gast.stmt]) -> None:
        for node in block:
            op: Any = getattr(node, "effect", None)
            if is_read(op) and isinstance(node, gast.Assign):
                rows[node.targets[0].id] = op
                items.setdefault(op.base, []).append(node)
            elif isinstance(op, ir.Copy):
                others.update(name for _, source in op.pairs for name in trees.names_in(source))
            elif isinstance(op, (ir.Store, ir.Append, ir.Extend)):
                others.update(trees.names_in(op.value))
            elif op is not None:
                others.update(sources(op, node))
            loop = getattr(node, "loop", None)
            if loop is not None:
                walk(loop.bindings)
            for inner in blocks_of(node):
                walk(inner)

    walk(program.body)
    found: dict[int, ir.GetItem] = {}
    for name, reads in items.items():
        row = rows.get(name)
        info = program.info[name]
        if row is None or name in others or info.carried or not is_number_of_row(row):
            continue
        if all(program.info[each.targets[0].id].scope == info.scope is not None for each in reads):
            for each in reads:
                found[id(each)] = of_array(found.get(id(info.statement), row), each.effect)
    return found


def is_read(op: Any) -> bool:
    """Whether it is `a[k]`, `a[i, :]` of an array that isn't written."""
    if not isinstance(op, ir.GetItem) or op.place is not None or not isinstance(op.base_kind, Array):
        return False
    parts: list[Any] = op.parts  # type: ignore[attr-defined]
    return len(elements(op.index)) == len(parts) and all(tag in ("int", "slice") for tag, _ in parts)


def is_number_of_row(op: Any) -> bool:
    return all(tag == "int" for tag, _ in op.parts)


def of_array(row: Any, item: Any) -> ir.GetItem:
    """a[i, k], of a[i] and its item [k]."""
    index = [*elements(row.index), *elements(item.index)]
    made = dataclasses.replace(item, base=row.base, base_kind=row.base_kind, index=gast.Tuple(index, gast.Load()))
    made.parts = [*row.parts, *item.parts]  # type: ignore[attr-defined]
    return made
