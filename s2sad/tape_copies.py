"""Part of the stage `tape`: views of memory that changes. One that the reverse sweep reads is a copy instead.

row.3 = A.1[0]                      row.3 = A.1[0].copy()
y.4 = np.sum(row.3 ** 2)     ->     y.4 = np.sum(row.3 ** 2)
A.1[0] = 2.0                        A.1[0] = 2.0
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.inlining import substituted
from s2sad.ir import family
from s2sad.kinds import Array, List, Scalar, Unknown
from s2sad.reading import all_blocks, contents_read, everything_read, reads
from s2sad.rules import registry
from s2sad.statements import blocks_of


class KeptCopies:
    program: ir.Inferred
    info: dict[str, ir.Info]
    names: ir.Names
    saved: dict[str, str]

    stored_after: Any

    def keep_copies(self, forward: list[gast.stmt], reverse: list[gast.stmt]) -> None:
        """A view that the reverse sweep reads, of memory written afterwards, is a copy instead."""
        saved = set(self.saved.values())
        handed = self.handed_on(forward)
        needed = contents_read(reverse) | saved | self.resized(reverse)
        for name in sorted(needed):
            info = self.info.get(name)
            if info is None or info.place is None or info.statement is None or isinstance(info.kind, Scalar):
                continue
            op = info.statement.effect
            if info.place.root.name == name:
                if name in saved and self.resized_elsewhere(info.place.root):
                    self.keep_length(name, forward)
                continue
            if not isinstance(op, (ir.Load, ir.GetItem, ir.Primitive, ir.Plain)):
                continue
            if self.stored_after(info.place.root, info):
                if not isinstance(op, ir.Load) or name in handed:  # it has to stay a view
                    self.keep_beside(name, forward, reverse, name in saved)
                    continue
                read_the_view(name, info.statement, forward)
                info.statement.value = copied(info.kind, info.statement.value)
                info.statement.kept = True

    def handed_on(self, forward: list[gast.stmt]) -> set[str]:
        """The names of what something else may be, or hold, as well: what follows may write through that."""
        found: set[str] = set()
        for block in all_blocks(forward):
            for node in block:
                if not isinstance(node, (gast.If, gast.While)) and not self.makes_its_own(node):
                    found |= reads(node)
        return found

    def makes_its_own(self, node: gast.stmt) -> bool:
        """Whether what a statement makes or writes into doesn't become another name of what it reads."""
        op = getattr(node, "effect", None)
        if getattr(node, "save", None):
            return True
        if isinstance(op, ir.Store):
            return isinstance(op.place.root.kind, Array)
        if isinstance(op, ir.Plain) and isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            made = self.info[node.targets[0].id]
            own = made.place is not None and isinstance(made.kind, Array) and len(family(made.place.root)) == 1
            return own or isinstance(made.kind, Scalar)
        return isinstance(op, (ir.Load, ir.GetItem)) or isinstance(op, ir.Primitive) and not op.rule.shares

    def resized(self, reverse: list[gast.stmt]) -> set[str]:
        """The lists that the reverse sweep reads and that get longer or shorter: not even their lengths stay."""
        infos = [(name, self.info.get(name)) for name in everything_read(reverse)]
        return {name for name, info in infos if info is not None and is_resized(info)}

    def resized_elsewhere(self, root: ir.Root) -> bool:
        """Whether a list is made longer or shorter under another name, which the sweep back may not undo."""
        others = ir.other_names(root, self.program.roots)
        return any(resizes for each in others for *_, resizes in each.moves)

    def keep_length(self, name: str, forward: list[gast.stmt]) -> None:
        """What is saved of a list of which the reverse sweep asks how long it is: a copy, at the end of the iteration
        that makes it, which is where the reverse sweep begins to undo what changes it."""
        for block in all_blocks(forward):
            at = next((k for k, node in enumerate(block) if getattr(node, "save", None) == name), None)
            if at is not None:
                save = block.pop(at)
                save.value.args[0] = copied(self.info[name].kind, trees.name(name))
                insert_at_ends(block, at, save)
                return

    def keep_beside(self, name: str, forward: list[gast.stmt], reverse: list[gast.stmt], saved: bool) -> None:
        """A copy under a name of its own, of what a view holds when it is made."""
        info = self.info[name]
        if saved:
            for block in all_blocks(forward):
                for node in block:
                    if getattr(node, "save", None) == name:
                        node.value.args[0] = copied(info.kind, trees.name(name))
            return
        kept = self.names.fresh(ir.base_of(name))
        self.info[kept] = dataclasses.replace(info, place=None, statement=None)
        made = trees.assign(kept, copied(info.kind, trees.name(name)))
        made.effect, made.origin = ir.Plain(True), getattr(info.statement, "origin", None)
        block, at = behind(info.statement, forward)
        block.insert(at, made)
        for node in reverse:
            rename_deeply(node, {name: trees.name(kept)})


def is_resized(info: ir.Info) -> bool:
    """Whether a list, or what a part of a list or dict was taken from, gets longer or shorter."""
    if info.place is None:
        return False
    part = isinstance(info.kind, List) and bool(info.place.path)
    return any(each.moves or part and each.resized_inside for each in family(info.place.root))


def read_the_view(name: str, statement: Any, forward: list[gast.stmt]) -> None:
    """Sums and products are made of the view itself, not of its copy: they go another way through an array whose
    elements lie side by side, and then the last digit of the value differs."""
    block, at = behind(statement, forward)
    for node in block[at:]:
        op = getattr(node, "effect", None)
        if not writes_nothing(op) and not getattr(node, "save", None):
            break
        if isinstance(op, ir.Primitive) and op.rule.form != registry.PARTIALS and isinstance(node, gast.Assign):
            node.value = substituted(node.value, {name: statement.value})


def behind(statement: Any, body: list[gast.stmt]) -> tuple[list[gast.stmt], int]:
    """The block that holds a statement, and the place behind it; an empty one where none does."""
    for block in all_blocks(body):
        for k, node in enumerate(block):
            if node is statement:
                return block, k + 1
    return [], 0


def writes_nothing(op: Any) -> bool:
    return isinstance(op, (ir.Primitive, ir.Load, ir.GetItem)) or isinstance(op, ir.Plain) and op.pure


def share_loads(forward: list[gast.stmt], reverse: list[gast.stmt]) -> None:
    """What is read twice, with no write in between, is one value to the reverse sweep: rather what is read from a view
    than that itself, since it can be a copy."""
    same: dict[str, gast.AST] = {}
    for block in all_blocks(forward):
        texts: dict[str, str] = {}  # by name, what it is read from
        seen: dict[str, tuple[str, bool]] = {}  # by that, who has it, and whether it is no view
        for node in block:
            op = getattr(node, "effect", None)
            if isinstance(op, (ir.Load, ir.GetItem)) and isinstance(node, gast.Assign):
                name, value = node.targets[0].id, substituted(node.value, same)
                text = texts[name] = texts.get(getattr(value, "id", ""), gast.dump(value))
                first, loaded = seen.get(text, (name, False))
                if first == name or isinstance(op, ir.Load) and not loaded:
                    seen[text] = name, isinstance(op, ir.Load)
                else:
                    same[name] = trees.name(first)
            elif not writes_nothing(op):
                texts, seen = {}, {}
    for node in reverse if same else ():
        rename_deeply(node, same)


def insert_at_ends(block: list[gast.stmt], start: int, made: gast.stmt, runs_through: bool = True) -> None:
    """Puts a statement at the end of a block, and at the end of every branch behind `start` that ends the loop."""
    for node in block[start:]:
        for inner in blocks_of(node) if not isinstance(node, (gast.For, gast.While)) else ():
            insert_at_ends(inner, 0, made, runs_through=False)
    if not runs_through and not (block and isinstance(block[-1], LEAVING)):
        return
    at = len(block)
    while at > start and (
        isinstance(block[at - 1], LEAVING) or isinstance(getattr(block[at - 1], "effect", None), ir.Copy)
    ):
        at -= 1
    block.insert(at, trees.copy_tree(made))


LEAVING = (gast.Break, gast.Continue)


def rename_deeply(node: gast.stmt, known: dict[str, gast.AST]) -> None:
    from s2sad.inlining import rename_reads

    rename_reads(node, known)
    for inner in blocks_of(node):
        for each in inner:
            rename_deeply(each, known)


def copied(kind: Any, value: gast.AST) -> gast.AST:
    if isinstance(kind, List) and (kind.item is None or isinstance(kind.item, Scalar)):
        return trees.call(trees.builtin("list"), value)
    if isinstance(kind, (List, Unknown)):  # it may be a number, or a tuple of what is written
        made = trees.call(trees.attr(trees.module(copy), "deepcopy"), value)
        made.pure = True
        return made
    plain = not isinstance(kind, Array) or kind.rank == 1  # an item of a list may be a number where it has no axes
    # np.copy keeps the order in which the elements lie: what is computed from the copy is the same to the last bit.
    made = trees.call(trees.attr(value, "copy")) if plain else trees.np_call("copy", value)
    made.pure = True
    return made
