"""Part of the stage `simplify`: takes out what nothing reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.ir import GENERATED
from s2sad.reading import range_arguments, reads
from s2sad.statements import all_of, blocks_of, targets


def remove_dead(body: list[gast.stmt], counters: bool = True) -> None:
    """Removes statements whose result nothing reads, loops that do nothing, and branches that are empty."""
    for _ in range(4):
        if not sweep(body, needed_names(body)) or not any(map(blocks_of, body)):
            break  # in straight-line code one sweep finds all
    reversed_ones = {
        id(node.forward) for node in all_of(body) if isinstance(node, gast.For) and hasattr(node, "forward")
    }
    if reversed_ones:
        drop_empty_loops(body, reversed_ones, read_outside(body))


def drop_empty_loops(block: list[gast.stmt], reversed_ones: set[int], read: set[str]) -> None:
    """Removes loops of the function over a range in which nothing is left, if the reverse sweep runs over that too: it
    fails where they would."""
    for node in list(block):
        for inner in blocks_of(node):
            drop_empty_loops(inner, reversed_ones, read)
        if isinstance(node, gast.For) and not node.body and id(node) in reversed_ones and range_arguments(node):
            if read.isdisjoint(targets(node)):
                block.remove(node)


def read_outside(block: list[gast.stmt], loops: frozenset[str] = frozenset()) -> set[str]:
    """The names that are read where no loop around sets them."""
    found: set[str] = set()
    for node in block:
        found |= reads(node) - loops
        own = loops | targets(node) if isinstance(node, gast.For) else loops
        for inner in blocks_of(node):
            found |= read_outside(inner, own)
    return found


RESTORED = "<"  # behind a name: what the reverse sweep takes back into it from where it was saved


def needed_names(body: list[gast.stmt]) -> set[str]:
    """The names that are read; and those with `<` that are read after they were restored."""
    sources: dict[str, set[str]] = {}
    needed: set[str] = set()
    restored: dict[str, int] = {}  # where in the body that happens first, loops as a whole

    def find(block: list[gast.stmt], here: int) -> None:
        for node in block:
            if getattr(node, "restore", False):
                for name in targets(node):
                    restored.setdefault(name, here)
            for inner in blocks_of(node):
                find(inner, here)

    def collect(block: list[gast.stmt], outer: bool, here: int) -> None:
        def read(names: Iterable[str], backwards: bool) -> set[str]:
            return {*names, *(name + RESTORED for name in names if backwards and restored.get(name, here + 1) <= here)}

        for node in block:
            op = getattr(node, "effect", None)
            backwards = outer or getattr(node, "reverse", False) or isinstance(node, gast.Return)
            if isinstance(op, ir.Copy):
                for target, source in op.pairs:
                    sources.setdefault(target, set()).update(read(ir.summary(source).names, backwards))
            elif getattr(node, "counter", None):
                pass
            elif getattr(node, "save", None):
                sources.setdefault(f"{node.save}_saved.0", set()).add(node.save)
            elif removable(node):
                for target in targets(node):
                    name = target + RESTORED if getattr(node, "restore", False) else target
                    sources.setdefault(name, set()).update(read(reads(node), backwards))
            elif getattr(node, "writes_part", None) is not None or getattr(node, "parameter_copy", False):
                owner = owner_name(node)
                sources.setdefault(owner, set()).update(read(reads(node) - {owner}, backwards))
            else:
                needed.update(read(reads(node), backwards))
            for inner in blocks_of(node):
                collect(inner, backwards, here)

    for k, node in enumerate(body):
        find([node], k)
    for k, node in enumerate(body):
        collect([node], False, k)
    todo = list(needed)
    while todo:
        for name in sources.get(todo.pop(), ()):
            if name not in needed:
                needed.add(name)
                todo.append(name)
    return needed


def owner_name(node: gast.stmt) -> str:
    """The name of the object that a statement writes a part of."""
    target = node.targets[0] if isinstance(node, gast.Assign) else node.value.args[0]  # object.__setattr__(owner, ...)
    while isinstance(target, (gast.Attribute, gast.Subscript)):
        target = target.value
    return target.id if isinstance(target, gast.Name) else "?"


def removable(node: gast.stmt) -> bool:
    """Whether a statement does nothing but set a name."""
    if not isinstance(node, gast.Assign) or not sets_names(node):
        return False
    if getattr(node, "counter", None) or getattr(node, "stack", None) or getattr(node, "makes", None) is not None:
        return True
    if getattr(node, "taken_apart", False) and not getattr(node, "reverse", False):
        return False
    if getattr(node, "taken_out", False):  # of a tuple or record of known parts
        return True
    op = getattr(node, "effect", None)
    if getattr(node, "impure", False):
        return False
    if isinstance(op, (ir.Checked, ir.PairCall, ir.Pop)):
        return False
    if isinstance(op, ir.Plain) and not op.pure:
        return is_display(node.value) and ir.base_of(node.targets[0].id) in GENERATED
    if getattr(node, "reverse", False):
        found = ir.summary(node.value)
        return not (found.pop or found.append) or getattr(node, "restore", False)
    if isinstance(op, (ir.Load, ir.GetItem, ir.Pack, ir.Part)):
        return True
    if getattr(node, "droppable", False):  # it was only for the value, which isn't asked for
        return True
    found = ir.summary(node.value)
    return not (found.call or found.subscript) or ir.base_of(node.targets[0].id) in GENERATED


def is_display(node: gast.AST) -> bool:
    """Whether an expression only puts names and numbers into a list or tuple, or lists of such into one."""
    if not isinstance(node, (gast.List, gast.Tuple)):
        return False
    return all(trees.is_atom(each) or is_display(each) for each in node.elts)


def sets_names(node: gast.Assign) -> bool:
    """Whether the target is a name, or in the reverse sweep a tuple of names, which are the program's own."""
    target = node.targets[0]
    own = getattr(node, "reverse", False) or getattr(node, "taken_apart", False)
    return isinstance(target, gast.Name) or own and is_tuple_of_names(target)


def is_tuple_of_names(target: gast.AST) -> bool:
    if not isinstance(target, gast.Tuple):
        return False
    return all(isinstance(each, gast.Name) or is_tuple_of_names(each) for each in target.elts)


def name_set(node: gast.stmt) -> set[str]:
    """What a statement that sets names sets, as `needed_names` calls it."""
    return {name + RESTORED for name in targets(node)} if getattr(node, "restore", False) else targets(node)


def is_empty(node: Any) -> bool:
    """Whether this is a branch, or a loop of the reverse sweep, with nothing in it."""
    if isinstance(node, gast.If):
        return not node.body and not node.orelse
    return isinstance(node, gast.For) and hasattr(node, "forward") and not node.body


def sweep(block: list[gast.stmt], needed: set[str]) -> bool:
    """Removes from a block, and the blocks in it, what sets none of the needed names; whether anything changed."""
    changed = False
    kept = []
    for node in block:
        op = getattr(node, "effect", None)
        for inner in blocks_of(node):
            changed = sweep(inner, needed) or changed
        if isinstance(op, ir.Copy):
            pairs = [pair for pair in op.pairs if pair[0] in needed]
            if len(pairs) != len(op.pairs):
                changed = True
                op.pairs = pairs
            if not pairs:
                continue
        elif (
            getattr(node, "counter", None)
            and node.counter not in needed
            or getattr(node, "save", None)
            and f"{node.save}_saved.0" not in needed
            or removable(node)
            and needed.isdisjoint(name_set(node))
            or getattr(node, "writes_part", None) is not None
            and owner_name(node) not in needed
            or is_empty(node)
        ):
            changed = True
            continue
        if isinstance(node, gast.Try) and all(isinstance(each, gast.Pass) for each in node.body):  # nothing may fail
            changed = True
            kept += [*node.orelse, *node.finalbody]
            continue
        kept.append(node)
    block[:] = kept
    return changed
