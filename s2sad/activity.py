"""Stage `activity`: which names carry a gradient, that is: depend on a chosen parameter and reach the value.

The stage `infer` has found what depends on a parameter; this one walks from the value back along what each statement
reads.

    z.3 = x.1 * k.2        active: x.1, z.3 (k.2 was not chosen)
    w.4 = x.1 + 1.0        w.4 does not reach the value
    value: z.3
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import List
from s2sad.statements import blocks_of


def active_names(program: ir.Inferred, outputs: list[str] | None = None) -> set[str]:
    """The active names of an inferred program; outputs: further names that count like the value."""
    reads: dict[str, set[str]] = {}
    for target, source in dependencies(program.body, program.info):
        reads.setdefault(target, set()).add(source)
    reached: set[str] = set()
    todo = [name for leaf in leaves(program.value) for name in trees.names_in(leaf.expr)] + list(outputs or ())
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        info = program.info.get(name)
        if info is not None and info.place is not None:
            root = info.place.root
            todo.append(root.name)
            if root.name == name and isinstance(root.kind, List):  # what changes its length elsewhere is undone too
                todo.extend(each.name for each in ir.other_names(root, program.roots) if each.moves)
        todo.extend(reads.get(name, ()))
    return {name for name in reached if name in program.info and program.info[name].varied}


def leaves(value: Any, state: Any = None) -> Iterator[Any]:
    """The parts of a value: of a tuple, its items'; of a dict or record, its parts'."""
    if value.items is not None:
        for item in value.items:
            yield from leaves(item)
    elif getattr(value, "parts", None) is not None:
        for part in value.parts.values():
            yield from leaves(part)
    else:
        yield value


def dependencies(body: list[gast.stmt], info: dict[str, ir.Info]) -> Iterator[tuple[str, str]]:
    """(name, name that it is computed from), for all that can carry a gradient."""
    for node in body:
        op = getattr(node, "effect", None)
        if op is not None:
            yield from of_op(node, op)
        for block in blocks_of(node):
            yield from dependencies(block, info)
        loop = getattr(node, "loop", None)
        if loop is not None:
            yield from dependencies(loop.bindings, info)


def is_repeatable(block: list[gast.stmt], roots: set[Any]) -> bool:
    """Whether a block gives the same again, and writes into nothing that was there before (the roots, and globals)."""
    for node in block:
        op = getattr(node, "effect", None)
        if isinstance(op, (ir.Store, ir.Append, ir.Extend, ir.Pop)):
            if any(root in roots or root.outside for root in ir.family(op.place.root)):
                return False
        if isinstance(op, (ir.Checked, ir.PairCall)) or isinstance(op, ir.Plain) and not op.pure:
            harmless = getattr(node, "counter", None) or getattr(node, "makes", None) is not None
            if not harmless and not getattr(node, "repeatable", False):
                return False
        if not all(is_repeatable(inner, roots) for inner in blocks_of(node)):
            return False
    return True


def of_op(node: gast.stmt, op: ir.Op) -> Iterator[tuple[str, str]]:
    if isinstance(op, ir.Copy):
        for target, source in op.pairs:
            yield from ((target, name) for name in trees.names_in(source))
        return
    if isinstance(op, (ir.Store, ir.Append, ir.Extend)):
        yield from ((op.place.root.name, name) for name in trees.names_in(op.value))
        return
    if isinstance(op, ir.PairCall):
        found = {name for item in op.arguments for name in trees.names_in(item)}
        changed = [place.root.name for place, written in zip(op.places, op.written) if written]
        for target in [*op.results, *changed]:
            yield from ((target, name) for name in found)
        return
    targets = (
        [op.target]
        if isinstance(op, ir.Checked)
        else [node.targets[0].id]
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name)
        else []
    )
    for target in targets:
        for source in sources(op, node):
            yield target, source


def sources(op: ir.Op, node: Any) -> set[str]:
    """The names that an operation's derivative flows to."""
    if isinstance(op, ir.Primitive):
        found = {
            name
            for parameter in op.rule.wrt
            if parameter in op.arguments
            for name in trees.names_in(op.arguments[parameter])
        }
        for each in op.arrays or []:
            found |= trees.names_in(each)
        return found
    if isinstance(op, ir.Part):
        return {op.whole}
    if isinstance(op, ir.Again):
        return trees.names_in(node.value)
    if isinstance(op, ir.GetItem):
        return {op.place.root.name if op.place is not None else op.base}
    if isinstance(op, (ir.Load, ir.Pop)):
        return {op.place.root.name}
    if isinstance(op, ir.Pack):
        return {name for item in op.items for name in trees.names_in(item)}
    if isinstance(op, ir.ListOp):
        return {name for item in op.operands for name in trees.names_in(item)}
    if isinstance(op, (ir.Checked, ir.PairCall)):
        return {name for item in op.arguments for name in trees.names_in(item)}
    if isinstance(op, ir.Solved):
        return {name for item in [*op.arguments, *op.starts] for name in trees.names_in(item)}
    if isinstance(op, ir.GradOf):
        found = {name for item in op.grads for name in trees.names_in(item)}
        return found | {place.root.name for place in op.places if place is not None}
    return set()
