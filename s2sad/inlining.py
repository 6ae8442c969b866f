"""Part of the stage `simplify`: cheap tests and indices, written where they are used; names replaced by expressions."""

from __future__ import annotations

import collections
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import told_from_none
from s2sad.ir import GENERATED
from s2sad.kinds import Scalar
from s2sad.reading import reads
from s2sad.statements import all_of, blocks_of, targets


def inline_block(program: ir.Inferred) -> None:
    """`t.4 = i.3 - 1` is written out wherever t.4 is read: computing it again costs less than keeping it."""
    known: dict[str, gast.AST] = {}

    def walk(block: list[gast.stmt]) -> list[gast.stmt]:
        made = []
        for node in block:
            rename_reads(node, known)
            for inner in blocks_of(node):
                inner[:] = walk(inner)
            rename_loop(node, known)
            if is_cheap(node, program):
                known[node.targets[0].id] = node.value
                continue
            made.append(node)
        return made

    program.body[:] = walk(program.body)
    value_names(program.value, known)


def use_negatives(program: ir.Inferred, sweep: list[gast.stmt]) -> None:
    """The reverse sweep reads -k, not the temporary that the forward part has for it."""
    sets = collections.Counter(name for node in all_of(program.body) for name in targets(node))
    known: dict[str, gast.AST] = {}
    for node in all_of(program.body):
        if is_negative(node, program) and sets[node.value.operand.id] < 2:
            known[node.targets[0].id] = node.value
    for node in all_of(sweep) if known else ():
        rename_reads(node, known)


def is_negative(node: Any, program: ir.Inferred) -> bool:
    """`#t.4 = -k.1`, of a number"""
    if not isinstance(getattr(node, "effect", None), ir.Primitive) or not isinstance(node, gast.Assign):
        return False
    value, target = node.value, node.targets[0]
    if not isinstance(value, gast.UnaryOp) or not isinstance(value.op, gast.USub) or not trees.is_atom(value):
        return False
    name = getattr(value.operand, "id", None)
    number = name in program.info and isinstance(program.info[name].kind, Scalar)
    return number and isinstance(target, gast.Name) and ir.base_of(target.id) == "#t"


def value_names(value: Any, known: dict[str, gast.AST]) -> None:
    value.expr = substituted(value.expr, known)
    for item in value.items or ():
        value_names(item, known)
    for part in (getattr(value, "parts", None) or {}).values():
        value_names(part, known)


def is_cheap(node: gast.stmt, program: ir.Inferred) -> bool:
    op = getattr(node, "effect", None)
    if (
        not isinstance(op, ir.Plain)
        or not op.pure
        or not isinstance(node, gast.Assign)
        or not isinstance(node.targets[0], gast.Name)
    ):
        return False
    if ir.base_of(node.targets[0].id) not in GENERATED or isinstance(node.value, gast.Name):
        return False
    count = 0
    for each in trees.walk(node.value):
        if isinstance(each, gast.Name) and ir.is_ssa(each.id):
            info = program.info.get(each.id)
            if info is None or not isinstance(info.kind, Scalar):
                return False
        elif isinstance(each, (gast.BinOp, gast.Compare, gast.BoolOp, gast.UnaryOp)):
            count += 1
        elif isinstance(each, (gast.Call, gast.Subscript, gast.Attribute, gast.IfExp, gast.Tuple, gast.List)):
            return is_shape(node.value)
    return count <= 3


def is_shape(expr: gast.AST) -> bool:
    """x.shape[k], of a name."""
    return (
        isinstance(expr, gast.Subscript)
        and isinstance(expr.value, gast.Attribute)
        and expr.value.attr == "shape"
        and isinstance(expr.value.value, gast.Name)
    )


def substituted(expr: Any, known: dict[str, gast.AST]) -> Any:
    """expr with names replaced by expressions."""
    if expr is None or not known or known.keys().isdisjoint(ir.summary(expr).names):
        return expr
    if isinstance(expr, gast.Name):
        return known[expr.id]
    spine = [expr]
    while isinstance(spine[-1], gast.BinOp) and isinstance(spine[-1].left, gast.BinOp):
        spine.append(spine[-1].left)
    made: gast.AST | None = None
    for each in reversed(spine):
        copy = ir.statement_copy(each)
        for field in each._fields:
            value = getattr(each, field, None)
            if field == "left" and made is not None:
                copy.left = made
            elif isinstance(value, list):
                setattr(
                    copy, field, [substituted(item, known) if isinstance(item, gast.AST) else item for item in value]
                )
            elif isinstance(value, gast.AST):
                setattr(copy, field, substituted(value, known))
        made = told_from_none(copy)
    return made


def rename_reads(node: gast.stmt, known: dict[str, gast.AST]) -> None:
    """Replaces names in a statement's own expressions, and in what it does for differentiation."""
    if not known:
        return
    if not (reads(node) | op_names(getattr(node, "effect", None))) & known.keys():
        return
    for field in ("value", "test", "iter", "msg", "exc", "cause"):
        if isinstance(getattr(node, field, None), gast.AST):
            setattr(node, field, substituted(getattr(node, field), known))
    if isinstance(node, gast.Delete):
        node.targets = [substituted(each, known) for each in node.targets]
    elif isinstance(node, gast.Try):
        for handler in node.handlers:
            handler.type = substituted(handler.type, known)
    elif isinstance(node, gast.Assign):
        node.targets = [t if isinstance(t, gast.Name) else substituted(t, known) for t in node.targets]
    elif isinstance(node, gast.AugAssign):
        node.target = substituted(node.target, known)
    elif isinstance(node, gast.With):
        node.items = [gast.withitem(substituted(item.context_expr, known), item.optional_vars) for item in node.items]
    op = getattr(node, "effect", None)
    if op is not None:
        rename_op(op, known)


def rename_loop(node: Any, known: dict[str, gast.AST]) -> None:
    """Replaces names in what is known of a loop."""
    loop = getattr(node, "loop", None)
    if loop is None or not known:
        return
    for each in loop.bindings:
        rename_reads(each, known)
    for field in ("count", "length", "snapshots"):
        setattr(loop, field, substituted(getattr(loop, field), known))
    loop.range = [substituted(each, known) for each in loop.range] if loop.range else loop.range


def rename_all(block: list[gast.stmt], renamed: dict[str, str]) -> None:
    """Names for others, where they are set and where they are read."""
    known: dict[str, gast.AST] = {old: trees.name(new) for old, new in renamed.items()}
    for node in all_of(block) if renamed else ():
        rename_reads(node, known)
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            op.pairs = [(renamed.get(target, target), source) for target, source in op.pairs]
        elif isinstance(node, gast.Assign):
            for target in node.targets:
                for each in [target, *getattr(target, "elts", [])]:
                    if isinstance(each, gast.Name):
                        each.id = renamed.get(each.id, each.id)


def op_names(op: Any) -> set[str]:
    found: set[str] = set()
    if op is None:
        return found
    for value in vars(op).values():
        for each in (
            value if isinstance(value, (list, tuple)) else value.values() if isinstance(value, dict) else [value]
        ):
            if isinstance(each, gast.AST):
                found.update(ir.summary(each).names)
            elif isinstance(each, tuple) and len(each) == 2 and isinstance(each[1], gast.AST):
                found |= trees.names_in(each[1])
    for place in [getattr(op, "place", None), *(getattr(op, "places", None) or [])]:
        for step in place.path if place is not None else ():
            found |= trees.names_in(step)
    return found


def rename_op(op: ir.Op, known: dict[str, gast.AST]) -> None:
    def in_place(place: ir.Place) -> ir.Place:
        return ir.Place(place.root, tuple(substituted(step, known) for step in place.path), place.exact)

    for name, value in list(vars(op).items()):
        if isinstance(value, gast.AST):
            setattr(op, name, substituted(value, known))
        elif isinstance(value, list):
            setattr(
                op,
                name,
                [
                    substituted(v, known)
                    if isinstance(v, gast.AST)
                    else (v[0], substituted(v[1], known))
                    if isinstance(v, tuple) and len(v) == 2 and isinstance(v[1], gast.AST)
                    else in_place(v)
                    if isinstance(v, ir.Place)
                    else v
                    for v in value
                ],
            )
        elif isinstance(value, dict):
            setattr(op, name, {k: substituted(v, known) if isinstance(v, gast.AST) else v for k, v in value.items()})
        elif isinstance(value, ir.Place):
            op.place = in_place(value)
