"""Part of the stage `infer`: names that may stand for one piece of memory.

Where ways join, a name may be another name for memory that had one before (`x, y = y, x` at the end of an
iteration). That is
exact as long as the old name is not used any more. Where it is, and the memory is written afterwards, it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.ir import family
from s2sad.values import Value


@dataclass
class Sharing:
    """A joined name, the root it got, and the user's node where a second name of the same memory is still in use."""

    root: ir.Root
    name: str
    node: Any
    source: Any


class Aliases:
    def note_sharing(
        self, state: dict[Any, Any], key: Any, value: Any, root: ir.Root, live: Callable[[], set[str]] | None, node: Any
    ) -> None:
        """`key` takes over value's memory as `root`: is that memory still known by another name that is used?"""
        if value.place is None:
            return
        mine = set(family(value.place.root))
        if any(mine & set(family(each)) for each in self.iterated):
            self.sharings.append(Sharing(root, ir.base_of(root.name), node, self.frame.source))
            return
        for other, found in state.items():
            if other == key or not isinstance(found, Value):
                continue
            names = [each for each in held_roots(found) if each is not root and mine & set(family(each))]
            if not any(not both_carried(value.place.root, each) for each in names):
                continue
            if live is not None and other[0] == self.frame.number and other[1] not in live():
                continue
            self.sharings.append(Sharing(root, ir.base_of(root.name), node, self.frame.source))
            return

    def check_sharings(self) -> None:
        """Refuses memory that has two names in use and is written after it got the second."""
        from s2sad.refusals import refuse

        for each in self.sharings:
            for root in family(each.root):
                for loops, position in root.stores:
                    together = set(loops) & set(each.root.loops)
                    if position > each.root.born or together - set(root.loops):
                        raise refuse("ambiguous_store", each.node, each.source, name=each.name)
        for root in self.roots:
            end = next((each for each in root.sources if each is not root and may_stay(root, each)), None)
            if end is not None and any(each.shrinks for each in family(root)):
                raise refuse("ambiguous_store", end.joined_at[1], end.joined_at[0], name=ir.base_of(root.name))


def may_stay(carried: ir.Root, end: ir.Root) -> bool:
    """Whether what a loop carries may be, after an iteration that ends with `end`, the very memory that it was, or
    another: the length that it had in an iteration isn't known any more when items were taken out in later ones."""
    return len(end.sources) > 1 and end.joined_at is not None and carried in family(end)


def held_roots(value: Value) -> list[ir.Root]:
    """The memory that a variable stands for, or holds in a tuple or list of known items."""
    if value.items is not None:
        return [root for item in value.items for root in held_roots(item)]
    found = [] if value.place is None else [value.place.root]
    if isinstance(value.iteration, list):
        found += [root for item in value.iteration for root in held_roots(item)]
    return found


def both_carried(a: ir.Root, b: ir.Root) -> bool:
    """Whether these are two names that one loop carries: apart at its entry and at each end of an iteration (which
    is looked
    at for each of them), they are apart in between, though each may stand for the other's memory later."""
    carried = all(
        isinstance(root.site, tuple) and root.site[:1] == ("phi",) and getattr(root, "linear_checked", False)
        for root in (a, b)
    )
    return carried and a is not b and a.loops == b.loops


def used_after(tree: Any, node: Any) -> set[str]:
    """The names that a loop reads before it sets them, and those read after it."""
    found = exposed(node.body, set())
    end = getattr(node, "end_lineno", None) or 0
    for each in trees.walk(tree):
        if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Load) and (getattr(each, "lineno", 0) or 0) > end:
            found.add(each.id)
    return found


def used_outside(tree: Any, node: Any) -> set[str]:
    """The names that are read before a loop or after it, not in it."""
    first, last = getattr(node, "lineno", None) or 0, getattr(node, "end_lineno", None) or 0
    lines = ((each.id, getattr(each, "lineno", 0) or 0) for each in trees.walk(tree) if is_load(each))
    return {name for name, line in lines if not first <= line <= last or line == 0}


def is_load(node: gast.AST) -> bool:
    return isinstance(node, gast.Name) and isinstance(node.ctx, gast.Load)


def loaded_from(tree: Any, line: int) -> set[str]:
    """The names that are read at or after a line."""
    return {
        each.id
        for each in trees.walk(tree)
        if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Load) and (getattr(each, "lineno", 0) or 0) >= line
    }


def exposed(body: list[gast.AST], known: set[str]) -> set[str]:
    """The names that statements read before they set them; `known` grows by what they surely set."""
    found: set[str] = set()
    for node in body:
        if isinstance(node, gast.If):
            found |= loads(node.test) - known
            first, second = set(known), set(known)
            found |= exposed(node.body, first) | exposed(node.orelse, second)
            known |= first & second
        elif isinstance(node, (gast.For, gast.While)):
            found |= loads(node.iter if isinstance(node, gast.For) else node.test) - known
            inner = set(known)
            if isinstance(node, gast.For):
                inner |= {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}
            found |= exposed(node.body, inner)
        elif isinstance(node, gast.Assign):
            found |= loads(node.value) - known
            for target in node.targets:
                found |= loads(target) - known
                known |= {
                    each.id
                    for each in trees.walk(target)
                    if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)
                }
        elif isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name):
            found |= ({node.target.id} | loads(node.value)) - known
        else:
            found |= loads(node) - known
    return found


def loads(node: Any) -> set[str]:
    return {
        each.id
        for each in trees.walk(node)
        if isinstance(each, gast.Name) and isinstance(each.ctx, (gast.Load, gast.Del))
    }
