"""Part of the stage `simplify`: tuples are taken apart in one statement, as the function does it.

t = f(x); a = t[0]; b = t[1]         a, b = f(x)           where t is read for nothing else
a = p[0]; b = p[1]             ->    a, b = p              of a parameter p with two items, where f has it so
h = x.shape[0]; w = x.shape[1]       h, w = x.shape        where f has it so

In forward mode the tangents of these stand between them at first; they are taken apart in the next line.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Tuple
from s2sad.statements import blocks_of, read_list


def unpack_results(body: list[gast.stmt], info: dict[str, ir.Info]) -> None:
    counts: dict[str, int] = {}
    count_reads(body, counts)
    unpack_in(body, counts, info)


def count_reads(block: list[gast.stmt], counts: dict[str, int]) -> None:
    for node in block:
        for name in read_list(node):
            counts[name] = counts.get(name, 0) + 1
        for inner in blocks_of(node):
            count_reads(inner, counts)


def unpack_in(block: list[gast.stmt], counts: dict[str, int], info: dict[str, ir.Info]) -> None:
    for node in list(block):
        for inner in blocks_of(node):
            unpack_in(inner, counts, info)
        whole = set_name(node)
        kind = info[whole].kind if whole in info else None
        if whole is None or not isinstance(kind, Tuple) or not isinstance(node.value, gast.Call):
            continue
        parts: dict[int, gast.stmt] = {}
        for each in block:
            place = place_read(each, whole, kind)
            if place is not None and -len(kind.items) <= place < len(kind.items):
                parts.setdefault(place % len(kind.items), each)
        if len(parts) < 2 or counts.get(whole) != len(parts):
            continue
        names = [set_name(parts[k]) or "_" if k in parts else "_" for k in range(len(kind.items))]
        node.targets = [gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())]
        block[:] = [each for each in block if not any(each is part for part in parts.values())]


def set_name(node: gast.stmt) -> str | None:
    one = isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name)
    return node.targets[0].id if one else None


def place_read(node: gast.stmt, whole: str, kind: Any) -> int | None:
    """k, where the statement is `name = whole[k]` or `name = whole.field`; else None."""
    value = node.value if set_name(node) is not None else None
    if not isinstance(value, (gast.Subscript, gast.Attribute)) or not isinstance(value.value, gast.Name):
        return None
    if value.value.id != whole:
        return None
    if isinstance(value, gast.Attribute) and value.attr not in getattr(getattr(kind, "cls", None), "_fields", ()):
        return None
    if isinstance(value, gast.Attribute):
        return list(getattr(kind.cls, "_fields", ())).index(value.attr)
    place = trees.literal(value.slice)
    return place if isinstance(place, int) else None


def unpack_parameters(body: list[gast.stmt]) -> None:
    """`infer` has marked the statements that read an item of a tuple which f takes apart."""
    made: list[gast.stmt] = []
    for node in body:
        made.append(node)
        whole, k, count = getattr(node, "unpacks", (None, 0, 0))
        parts = made[-count:]
        marks = [getattr(each, "unpacks", (None, 0, 0)) for each in parts]
        together = [mark[1] for mark in marks] == list(range(count)) and all(trees.same(m[0], whole) for m in marks)
        if count > 1 and k == count - 1 and together:
            target = gast.Tuple([trees.name(each.targets[0].id, store=True) for each in parts], gast.Store())
            first = ir.statement_copy(parts[0])
            first.targets, first.value = [target], whole
            made[-count:] = [first]
    body[:] = made


def unpack_shapes(body: list[Any]) -> None:
    start = 0
    while start < len(body):
        end, whole = start, None
        while end < len(body) and same_origin(body[end], body[start]):
            part = length_read(body[end])
            if part is None or whole is not None and not trees.same(part[0], whole):
                break
            whole, end = part[0], end + 1
        count = names_taken(body[start])
        if whole is not None and end - start > 1 and end - start <= count:
            names = dict.fromkeys(range(count), "_")
            for each in body[start:end]:
                names[trees.literal(each.value.slice)] = each.targets[0].id
            first = ir.statement_copy(body[start])
            first.targets = [gast.Tuple([trees.name(each, store=True) for each in names.values()], gast.Store())]
            first.value = whole
            if len(names) == count and len(set(names.values()) - {"_"}) == end - start:
                body[start:end] = [first]
                end = start + 1
        start = max(end, start + 1)


def length_read(node: Any) -> tuple[gast.AST, int] | None:
    """x.shape, k of `name = x.shape[k]`."""
    value: Any = node.value if set_name(node) is not None and not getattr(node, "reverse", False) else None
    if not isinstance(value, gast.Subscript) or not isinstance(value.value, gast.Attribute):
        return None
    place = trees.literal(value.slice)
    named = value.value.attr == "shape" and isinstance(value.value.value, gast.Name)
    return (value.value, place) if named and type(place) is int else None


def names_taken(node: gast.stmt) -> int:
    """How many names the user's statement takes the lengths of an array apart into."""
    line = (getattr(node, "origin", None) or (None, None))[1]
    if not isinstance(line, gast.Assign) or getattr(line.value, "attr", "") != "shape":
        return 0
    names = getattr(line.targets[0], "elts", [])
    return len(names) if all(isinstance(each, gast.Name) for each in names) else 0


def tangents_behind(body: list[gast.stmt]) -> None:
    """a = p[0]; a_dot = p_dot[0]; b = p[1]; b_dot = p_dot[1]: first the items, then their tangents."""
    start = 0
    while start < len(body):
        end = start
        while end < len(body) and is_part(body[end]) and same_origin(body[end], body[start]):
            end += 1
        run = body[start:end]
        body[start:end] = sorted(run, key=lambda each: getattr(each, "tangent", False))
        start = max(end, start + 1)


def is_part(node: gast.stmt) -> bool:
    """x = p[2]"""
    value: Any = node.value if set_name(node) is not None else None  # type: ignore[attr-defined]
    named = isinstance(value, gast.Subscript) and isinstance(value.value, gast.Name)
    return named and isinstance(trees.literal(value.slice), int)


def same_origin(one: gast.stmt, other: gast.stmt) -> bool:
    return getattr(one, "origin", None) == getattr(other, "origin", None)


def unpack_tangents(body: list[gast.stmt]) -> None:
    """a_dot, b_dot = p_dot, behind `a, b = p`."""
    for k, node in enumerate(body):
        target = node.targets[0] if isinstance(node, gast.Assign) else None
        whole = getattr(getattr(node, "value", None), "id", "")
        if not isinstance(target, gast.Tuple) or not whole:
            continue
        parts: list[Any] = body[k + 1 : k + 1 + len(target.elts)]
        if not all(map(is_part, parts)) or len({each.value.value.id for each in parts}) != 1:
            continue
        places = [trees.literal(each.value.slice) for each in parts]
        if places == list(range(len(target.elts))) and parts[0].value.value.id.startswith(f"{whole}_dot"):
            names = [trees.name(each.targets[0].id, store=True) for each in parts]
            parts[0].value, parts[0].targets = parts[0].value.value, [gast.Tuple(names, gast.Store())]
            del body[k + 2 : k + 1 + len(parts)]
