"""Part of the stage `simplify`: what an iteration saves is saved at once, and taken back at once.

    x_saved.append(x)                        saved.append((x, v))
    v_saved.append(v)                 ->     ...
    ...                                      x, v = saved.pop()

Only where it changes no other line: between the places where the values were saved and the one where they are now, no
user's variable gets a new value (it would need a second name), and the same backwards. It is shorter from two values
on, and faster from three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.ir import variable
from s2sad.naming import TEMPORARY
from s2sad.reading import all_blocks, everything_read
from s2sad.statements import nested, targets

Pair = tuple[gast.stmt, gast.stmt]  # a push and its pop


def save_together(body: list[gast.stmt], names: ir.Names, info: dict[str, ir.Info]) -> None:
    """Joins lists of saved values that are filled in one block and emptied in another one."""
    pushes: dict[str, list[tuple[list[gast.stmt], gast.stmt]]] = {}
    pops: dict[str, list[tuple[list[gast.stmt], gast.stmt]]] = {}
    for block in all_blocks(body):
        for node in block:
            if getattr(node, "save", None):
                pushes.setdefault(node.value.func.value.id, []).append((block, node))
            elif getattr(node, "restore", False):
                pops.setdefault(node.value.func.value.id, []).append((block, node))
    pairs: dict[tuple[int, int], list[Pair]] = {}
    blocks: dict[int, list[gast.stmt]] = {}
    for stack, pushed in pushes.items():
        popped = pops.get(stack, [])
        if len(pushed) != 1 or len(popped) != 1 or not isinstance(pushed[0][1].value.args[0], gast.Name):
            continue
        (first, push), (second, pop) = pushed[0], popped[0]
        blocks[id(first)], blocks[id(second)] = first, second
        pairs.setdefault((id(first), id(second)), []).append((push, pop))
    taken = any(ir.base_of(name) == "saved" for name in info)  # by a variable of the user's
    renamed: dict[str, str] = {}
    for (first_id, second_id), found in pairs.items():
        for group in groups(found, Facts(blocks[first_id]), Facts(blocks[second_id])):
            stack = group[0][0].value.func.value.id if taken else names.fresh("saved")
            renamed.update({push.value.func.value.id: stack for push, _ in group})
            join(group, blocks[first_id], blocks[second_id], stack)
    use_joined(body, renamed)


@dataclass
class Facts:
    """Of a block: where its statements stand, and for each of them what it sets and reads, with all inside of it."""

    block: list[gast.stmt]
    place: dict[int, int] = field(init=False)
    sets: list[set[str]] = field(init=False)
    reads: list[set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.place = {id(node): k for k, node in enumerate(self.block)}
        self.sets = [{name for each in nested(node) for name in targets(each)} for node in self.block]
        self.reads = [everything_read([node]) for node in self.block]

    def value_read_behind(self, name: str, position: int) -> bool:
        """Whether a later statement reads the name, other than to save it."""
        later = range(position + 1, len(self.block))
        return any(name in self.reads[k] and not getattr(self.block[k], "save", None) for k in later)


def groups(found: list[Pair], forward: Facts, reverse: Facts) -> list[list[Pair]]:
    """Pairs of push and pop that can be done together: each can move to the group's last push and first pop."""
    left = sorted(found, key=lambda pair: forward.place[id(pair[0])])
    made = []
    while left:
        group = [left[0]]
        rest: list[Pair] = []
        for pair in left[1:]:
            (group if fits([*group, pair], forward, reverse) else rest).append(pair)
        if len(group) > 1:
            made.append(group)
        left = rest
    return made


def fits(group: list[Pair], forward: Facts, reverse: Facts) -> bool:
    """Whether no name of a group's would be needed at the same time as another one of its variable's, if it isn't
    already."""
    last = max(forward.place[id(push)] for push, _ in group)
    first = min(reverse.place[id(pop)] for _, pop in group)
    for push, pop in group:
        between = range(forward.place[id(push)], last)
        before = range(first, reverse.place[id(pop)])
        if any(push.save in forward.sets[k] for k in between):
            return False
        if any(push.save in reverse.reads[k] or push.save in reverse.sets[k] for k in before):
            return False
        if ir.base_of(push.save) in TEMPORARY:  # each has a name of its own
            continue
        own = variable(push.save)
        for k in between:
            if own in map(variable, forward.sets[k]) and not forward.value_read_behind(push.save, k):
                return False
        for k in before:
            if own in map(variable, filter(ir.is_ssa, reverse.reads[k] | reverse.sets[k])):
                return False
    return True


def index_of(node: gast.stmt, block: list[gast.stmt]) -> int:
    return next(k for k, each in enumerate(block) if each is node)


def join(group: list[Pair], forward: list[gast.stmt], reverse: list[gast.stmt], stack: str) -> None:
    """One push and one pop for a group."""
    last = max((push for push, _ in group), key=lambda each: index_of(each, forward))
    first = min((pop for _, pop in group), key=lambda each: index_of(each, reverse))
    group = sorted(group, key=lambda pair: int(pair[0].save.rpartition(".")[2]))
    values = [push.value.args[0] for push, _ in group]
    last.value = trees.call(trees.attr(trees.name(stack), "append"), gast.Tuple(values, gast.Load()))
    first.targets = [gast.Tuple([trees.name(push.save, store=True) for push, _ in group], gast.Store())]
    first.value = trees.call(trees.attr(trees.name(stack), "pop"))
    pushes, pops = {id(push) for push, _ in group}, {id(pop) for _, pop in group}
    forward[:] = [node for node in forward if node is last or id(node) not in pushes]
    reverse[:] = [node for node in reverse if node is first or id(node) not in pops]


def use_joined(body: list[gast.stmt], renamed: dict[str, str]) -> None:
    """The new lists begin where the first of their old ones did; loops run as long as they hold something."""
    begun: set[str] = set()
    for block in all_blocks(body):
        kept: list[Any] = []
        for node in block:
            if isinstance(node, gast.While) and isinstance(node.test, gast.Name) and node.test.id in renamed:
                node.test = trees.name(renamed[node.test.id])
            if getattr(node, "stack", None) in renamed:
                if renamed[node.stack] in begun:
                    continue
                node.stack = renamed[node.stack]
                begun.add(node.stack)
                node.targets = [trees.name(node.stack, store=True)]
            kept.append(node)
        block[:] = kept
