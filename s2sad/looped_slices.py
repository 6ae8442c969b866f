"""Before the stage `activity`, in reverse mode: what a loop takes from a slice is taken from the whole.

t = layers[:-1]                      for layer in t:      derived as layer = layers[k]
for layer in t: ...         ->       t = y[1:]
                                     for v in t:          derived as v = y[k + 1]

The text of the function stays. The adjoint of the slice would have to be joined to that of the whole.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import leaves, of_op
from s2sad.ir import family
from s2sad.kinds import Array, List
from s2sad.statements import all_of


def take_from_whole(program: ir.Inferred) -> None:
    """Changes the effects of such reads."""
    reads: dict[str, list[Any]] = {}
    others = {name for leaf in leaves(program.value) for name in trees.names_in(leaf.expr)}
    for node in all_of(program.body):
        loop = getattr(node, "loop", None)
        for each in [node, *(loop.bindings if loop is not None else [])]:
            op = getattr(each, "effect", None)
            if loop is not None and isinstance(op, ir.GetItem) and op.place is None and is_position(op, loop):
                reads.setdefault(op.base, []).append(each)
            elif op is not None:
                others.update(source for _, source in of_op(each, op))
    for name, bindings in reads.items():
        found = None if name in others else sliced_from(name, program.info)
        if found is not None:
            for each in bindings:
                each.effect = from_whole(each.effect, *found, program.info)


def is_position(op: ir.GetItem, loop: ir.Loop) -> bool:
    return loop.index is not None and isinstance(op.index, gast.Name) and op.index.id == loop.index


def sliced_from(name: str, info: dict[str, ir.Info]) -> tuple[str, int] | None:
    """What a name is a slice of, `whole[start:...]`, and where that starts; of arrays and lists that aren't written."""
    statement: Any = info[name].statement if name in info else None
    op = getattr(statement, "effect", None)
    if not isinstance(op, ir.GetItem) or op.place is not None or not isinstance(op.base_kind, (Array, List)):
        return None
    cut = statement.value
    if not isinstance(cut, gast.Subscript) or not isinstance(cut.value, gast.Name) or cut.value.id not in info:
        return None
    if not isinstance(cut.slice, gast.Slice) or cut.slice.step is not None:
        return None
    start = 0 if cut.slice.lower is None else trees.literal(cut.slice.lower)
    whole, place = cut.value.id, info[cut.value.id].place
    if place is None or info[whole].carried or type(start) is not int or start < 0:
        return None
    written = any(each.stores or each.moves or each.deep for each in family(place.root))
    return None if written or not isinstance(info[whole].kind, (Array, List)) else (whole, start)


def from_whole(op: ir.GetItem, whole: str, start: int, info: dict[str, ir.Info]) -> ir.GetItem:
    index = trees.binary(gast.Add, op.index, trees.const(start)) if start else op.index
    made = dataclasses.replace(op, base=whole, base_kind=info[whole].kind, index=index)
    made.parts = [("int", None)]  # type: ignore[attr-defined]
    return made
