"""Part of the stage `infer`: names that may stand for one piece of memory.

Where ways join, a name may be another name for memory that had one before (`x, y = y, x` at the end of an
iteration). That is
exact as long as the old name is not used any more. Where it is, and the memory is written afterwards, it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from s2sad import ir
from s2sad.infer_maybe import without_none
from s2sad.ir import family
from s2sad.values import Value


@dataclass
class Sharing:
    """A joined name, the root it got, the one it took over, and the user's node where a second name of that memory is
    still in use."""

    root: ir.Root
    taken: ir.Root
    name: str
    node: Any
    source: Any


class Aliases:
    def note_sharing(
        self, state: dict[Any, Any], key: Any, value: Any, root: ir.Root, live: set[str] | None, node: Any
    ) -> None:
        """`key` takes over value's memory as `root`: is that memory still known by another name that is used?"""
        if value.place is None:
            return
        mine = set(family(value.place.root))
        if any(mine & set(family(each)) for each in self.iterated):
            self.sharings.append(Sharing(root, value.place.root, ir.base_of(root.name), node, self.frame.source))
            return
        for other, found in state.items():
            found = without_none(found)
            if other == key or other[0] == "choice" or not isinstance(found, Value):  # of `a if c else b`: value itself
                continue
            names = [each for each in held_roots(found) if each is not root and mine & set(family(each))]
            if not any(not both_carried(value.place.root, each) for each in names):
                continue
            if not self.is_live(other, live):
                continue
            self.sharings.append(Sharing(root, value.place.root, ir.base_of(root.name), node, self.frame.source))
            return

    def check_sharings(self) -> None:
        """Refuses memory that has two names in use and is written after it got the second."""
        from s2sad.refusals import refuse

        for each in self.sharings:
            for root in (each.root, *family(each.taken)):  # what an iteration makes anew is not the memory in question
                for loops, position in root.stores:
                    together = set(loops) & set(each.root.loops)
                    if position > each.root.born or together - set(root.loops):
                        raise refuse("ambiguous_store", each.node, each.source, name=each.name)
        for root in self.roots:
            end = next((each for each in root.sources if each is not root and may_stay(root, each)), None)
            if end is not None and any(each.shrinks for each in family(root)):
                raise refuse("ambiguous_store", end.joined_at[1], end.joined_at[0], name=ir.shown_name(root.name))


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
