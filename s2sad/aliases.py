"""Part of the stage `simplify`: names that are only other names for something that stays what it is.

#t.5 = u.3
value.6 = np.sum(#t.5 ** 2)       ->     value.6 = np.sum(u.3 ** 2)
total_grad.8 <- dy.7                     ... dy.7 ...
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.folding import writes_memory
from s2sad.inlining import rename_reads, substituted
from s2sad.ir import GENERATED, family
from s2sad.kinds import Array, Kind, Scalar
from s2sad.reading import all_blocks, common
from s2sad.statements import all_of, blocks_of, nested, read_list, targets


def drop_aliases(body: list[gast.stmt], info: dict[str, ir.Info], dy: str, kinds: dict[str, Kind]) -> None:
    """Replaces such names by what they stand for, all through the program."""
    sets: dict[str, int] = {}
    backwards: set[str] = set()
    found: dict[str, gast.AST] = {}
    lines: dict[str, Any] = {}  # the user's line that what stands for a name belongs to

    def count(block: list[gast.stmt]) -> None:
        for node in block:
            for name in targets(node):
                sets[name] = sets.get(name, 0) + 1
                if getattr(node, "reverse", False):
                    backwards.add(name)
            for inner in blocks_of(node):
                count(inner)

    def collect(block: list[gast.stmt]) -> None:
        for node in block:
            effect = getattr(node, "effect", None)
            if isinstance(effect, ir.Load) and is_alias(node, effect, info) and sets[node.targets[0].id] == 1:
                if effect.place.root.name not in backwards:
                    found[node.targets[0].id] = node.value
            elif is_length(node, info) and sets[node.targets[0].id] == 1 and sets.get(node.value.args[0].id, 0) < 2:
                if sum(reading(each, node.targets[0].id) for each in body) == 2:
                    found[node.targets[0].id] = node.value
            elif is_negative(node, kinds):
                name, other = node.targets[0].id, node.value.operand.id
                if sets[name] == 1 and (sets.get(other, 0) == 1 or other == dy and dy not in sets):
                    found[name] = substituted(node.value, found)
                    lines[name] = getattr(node, "origin", None)
            for inner in blocks_of(node):
                collect(inner)

    count(body)
    if dy and dy not in sets:
        found.update((name, trees.name(dy)) for name in names_for(dy, body, sets))
    collect(body)
    for block in all_blocks(body):
        for k, node in enumerate(block):
            effect = getattr(node, "effect", None)
            if isinstance(effect, ir.Load) and is_other_name(node, effect) and sets[node.targets[0].id] == 1:
                if node.targets[0].id not in found and is_read_soon(node, block[k + 1 :], body, info):
                    found[node.targets[0].id] = node.value
    if found:
        replace(body, found, lines)


def names_for(dy: str, body: list[gast.stmt], sets: dict[str, int]) -> set[str]:
    """The names that stand for `dy` wherever they are set, also where one loop takes them over from another."""
    pairs = [
        pair
        for node in all_of(body)
        if isinstance(getattr(node, "effect", None), ir.Copy)
        for pair in node.effect.pairs
    ]
    copied: dict[str, int] = {}
    for target, _ in pairs:
        copied[target] = copied.get(target, 0) + 1
    found = {name for name, count in copied.items() if count == sets[name]}
    while True:
        others = {
            target
            for target, source in pairs
            if target in found and getattr(source, "id", "") != dy and getattr(source, "id", "") not in found
        }
        if not others:
            break
        found -= others
    reached: set[str] = set()  # those that only stand for one another have no value
    while True:
        more = {t for t, source in pairs if t in found - reached and getattr(source, "id", "") in {dy, *reached}}
        if not more:
            return reached
        reached |= more


def is_negative(node: gast.stmt, kinds: dict[str, Kind]) -> bool:
    """t_grad = -y_grad, of numbers: a sign costs nothing in the product or sum that reads it."""
    return (
        isinstance(node, gast.Assign)
        and getattr(node, "reverse", False)
        and isinstance(node.targets[0], gast.Name)
        and (not getattr(node, "tangent", False) or node.targets[0].id.startswith("#"))
        and isinstance(node.value, gast.UnaryOp)
        and isinstance(node.value.op, gast.USub)
        and isinstance(node.value.operand, gast.Name)
        and all(isinstance(kinds.get(each.id), Scalar) for each in (node.targets[0], node.value.operand))
    )


def is_length(node: gast.stmt, info: dict[str, ir.Info]) -> bool:
    """#t.5 = len(x.3), of an array: read in a loop's header and in that of its reversal, it stands in both."""
    value = node.value if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) else None
    if not isinstance(value, gast.Call) or getattr(value.func, "builtin", None) is None or value.func.id != "len":
        return False
    of = value.args[0].id if isinstance(value.args[0], gast.Name) else None
    return ir.base_of(node.targets[0].id) == "#t" and of in info and isinstance(info[of].kind, Array)


def is_other_name(node: gast.Assign, effect: ir.Load) -> bool:
    """#t.5 = u.3"""
    plain = isinstance(node.value, gast.Name) and not effect.place.path and node.value.id == effect.place.root.name
    return plain and ir.base_of(node.targets[0].id) in GENERATED


def is_alias(node: gast.Assign, effect: ir.Load, info: dict[str, ir.Info]) -> bool:
    return is_other_name(node, effect) and not stored_after(effect.place.root, info[node.targets[0].id])


def is_read_soon(node: gast.Assign, rest: list[gast.stmt], body: list[gast.stmt], info: dict[str, ir.Info]) -> bool:
    """Whether all that reads a name does so before anything is written, or its other name is set anew."""
    name, other = node.targets[0].id, node.value.id
    left = sum(reading(each, name) for each in body)
    for each in rest:
        if any(other in targets(one) or writes(one, info) for one in nested(each)):
            return False
        left -= reading(each, name)
        if left == 0:
            return True
    return False


def reading(node: gast.stmt, name: str) -> int:
    """How often a statement, and those in it, read a name."""
    return sum(read_list(each).count(name) for each in nested(node))


def writes(node: gast.stmt, info: dict[str, ir.Info]) -> bool:
    """Whether a statement may write into memory of the program's own; the reverse sweep has its own."""
    if not getattr(node, "reverse", False):
        return writes_memory(node)
    return not info.keys().isdisjoint(names_written(node))


def names_written(node: gast.stmt) -> set[str]:
    """The names in what a statement of the sweep writes a part of."""
    parts = [node.target] if isinstance(node, gast.AugAssign) else getattr(node, "targets", [])
    return {part.value.id for part in parts if isinstance(getattr(part, "value", None), gast.Name)}


def stored_after(root: ir.Root, info: ir.Info) -> bool:
    """Whether a root's memory may be written after a name was set."""
    for each in family(root):
        for moment in each.stores:
            if may_follow(moment, info.loops, info.position, each.loops):
                return True
    return False


def may_follow(
    moment: tuple[tuple[int, ...], int], loops: tuple[int, ...], position: int, born: tuple[int, ...]
) -> bool:
    """Whether a moment (loops and position) may come after another one, in the life of memory made in the loops
    `born`."""
    together = common(moment[0], loops)
    return moment[1] > position or len(together) > len(common(together, born))


def replace(block: list[gast.stmt], found: dict[str, gast.AST], lines: dict[str, Any]) -> None:
    kept = []
    for node in block:
        effect = getattr(node, "effect", None)
        for inner in blocks_of(node):
            replace(inner, found, lines)
        if isinstance(effect, ir.Copy):
            for target, source in effect.pairs:
                if isinstance(source, gast.Name) and source.id in lines:
                    effect.origins.setdefault(target, lines[source.id])
        rename_reads(node, found)
        if isinstance(effect, ir.Copy):
            effect.pairs = [pair for pair in effect.pairs if pair[0] not in found]
            if not effect.pairs:
                continue
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and node.targets[0].id in found:
            continue
        kept.append(node)
    block[:] = kept
