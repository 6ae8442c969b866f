"""Part of the stage `infer`: memory that lists and mappings hold.

The adjoint of a list has adjoints of its own for what the list holds, so an array or list that is put into one has
two names: its own, and its place in the list. That is exact while nothing writes into it after it was put there;
where something does, through the list, it is exact as long as its own name is not used any more. What is neither is
refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import ir
from s2sad.ir import family
from s2sad.kinds import Array, List, Mapping, Scalar, Unknown, is_mutable
from s2sad.statements import blocks_of
from s2sad.values import Value

Moment = tuple[tuple[int, ...], int]
DEEP = 9  # how far inside a write goes that isn't known


@dataclass
class Held:
    """The memory `item` is put into `container`; `whole`: not itself, but the things that it holds."""

    container: ir.Root
    item: ir.Root
    at: Moment
    node: Any
    source: Any
    whole: bool = False
    times: bool = False
    level: int = 1  # how far inside
    flat: bool = False  # what the item holds, however far inside, the container may hold right away
    inferred: bool = False  # from what an expression is made of


class Holdings:
    # ---------------------------------------------------------------- what is noted
    def note_held(self, container: ir.Root, value: Value, node: Any, level: int = 1) -> None:
        """value is put into the container, that far inside."""
        if value.items is not None:
            for item in value.items:
                self.note_held(container, item, node, level)
        elif value.object is not None:
            self.boxings.append((value.object, self.moment(), node, self.frame.source))
            for key in value.object.keys:
                part = self.state.get((value.object, key))
                if isinstance(part, Value):
                    self.note_held(container, part, node, level)
        elif value.place is not None and is_mutable(value.kind) and not isinstance(value.kind, Scalar):
            root = value.place.root
            whole = bool(value.place.path) and isinstance(root.kind, (List, Mapping))  # something that a list holds
            made = Held(container, root, self.moment(), node or self.origin[1], self.frame.source, whole, level=level)
            made.flat = whole and len(value.place.path) > 1
            self.held.append(made)

    def moment(self) -> Moment:
        return self.loops, self.position

    def note_shared_items(self, container: ir.Root, value: Value, node: Any, times: bool = False) -> None:
        """The items of a list are put into the container as well."""
        kind = value.kind.item if isinstance(value.kind, List) else value.kind
        if value.place is not None and (kind is None or is_mutable(kind) or not isinstance(kind, (Scalar, Array))):
            if isinstance(value.kind, Array) or holds_memory(kind):
                self.held.append(
                    Held(
                        container,
                        value.place.root,
                        self.moment(),
                        node or self.origin[1],
                        self.frame.source,
                        True,
                        times,
                    )
                )

    def note_same_items(self, made: Value, values: list[Value], what: str) -> None:
        """A list made from others holds what they hold; `repeat`: several times."""
        if isinstance(made.kind, List) and made.place is not None:
            if what == "sum":  # it holds what the items hold
                self.note_items_of(made.place.root, [value.place.root for value in values if value.place is not None])
                return
            for value in values:
                if isinstance(value.kind, (List, Array)):
                    self.note_shared_items(made.place.root, value, None, what == "repeat")

    def note_taken_out(self, container: ir.Root, made: Value, node: Any) -> None:
        """What a list held is a name of its own from here on."""
        if made.place is not None:
            self.taken_out.append((container, made.place.root))

    def note_items_of(self, container: ir.Root, found: list[ir.Root]) -> None:
        """A new list holds this memory, or what it holds."""
        for root in found:
            made = Held(container, root, self.moment(), self.origin[1], self.frame.source, True)
            made.inferred = made.flat = True
            self.held.append(made)

    def note_change(self, place: ir.Place, how: str) -> None:
        """A write: into the items that a list has ('items', 'last', 'end', 'item'), or into what it holds."""
        for each in family(place.root):
            if not isinstance(each.kind, (List, Mapping)):
                continue
            unsure = each is not place.root and place.root.shares
            within = each is not place.root and place.root.inside
            if place.path or how == "held" or unsure or within:
                moment = (self.loops, self.position + 1)
                each.deep.append(moment)
                inside = DEEP if how == "held" or unsure or within else len(place.path)
                each.depths[moment] = max(inside, each.depths.get(moment, 0))
                each.resized_inside |= how != "item"
                self.learn_deep(each)
            listed = isinstance(place.root.kind, (List, Mapping))
            if unsure or not (place.path or how == "held") and (listed or not within):
                each.moves.append((self.loops, self.position + 1, how in ("end", "last"), how != "item"))
                each.shrinks = each.shrinks or how in ("items", "last")
                for fact in ["moved", "resized"] if how != "item" else ["moved"]:
                    known = self.facts.results.setdefault(fact, set())
                    if each.site not in known:
                        known.add(each.site)
                        self.learnt = True

    def learn_deep(self, root: ir.Root) -> None:
        deep = self.facts.results.setdefault("deep", set())
        if root.site not in deep:
            deep.add(root.site)
            self.learnt = True

    def is_changed(self, place: ir.Place) -> bool:
        """Whether memory is written so that what this place holds, read once, may not be what it holds later."""
        if place.path and isinstance(place.root.kind, (List, Mapping)):
            deep = self.facts.results.get("deep", ())
            return any(each.site in deep for each in family(place.root))
        root = place.root
        others = [*root.holders, *(family(root)[1:] if root.shares or root.inside else ())]
        if any(each.site in self.facts.results.get("deep", ()) for each in others):
            return True
        return self.is_written(place.root)

    def is_resized(self, place: ir.Place) -> bool:
        """Whether the list at a place gets or loses items somewhere."""
        roots = family(place.root)
        facts = "deep" if place.path else "resized"
        return any(each.site in self.facts.results.get(facts, ()) for each in roots)

    def check_not_resized(self, it: Any, number: int, node: Any) -> None:
        """A list may not get or lose items while a loop goes through it."""
        for part in [it, *it.parts]:
            place = part.value.place if part.value is not None else None
            for each in family(place.root) if place is not None and isinstance(part.value.kind, List) else ():
                if number not in each.loops and any(number in loops for loops, _, _, resizes in each.moves if resizes):
                    raise self.refuse("changed_in_loop", node, name=shown(each))

    # ---------------------------------------------------------------- what is checked at the end of a walk
    def check_holdings(self) -> None:
        self.join_families()
        uses = Uses(self)
        self.share_stores()
        self.pass_on()
        self.through: dict[ir.Root, list[Moment]] = {}
        self.write_through()
        seen = -1
        while seen != (seen := sum(map(len, self.through.values()))):  # what one is found to change, others hold too
            for each in self.held:
                self.check_held(each, uses)
        for root, moment, node, source in self.part_stores:
            for holder in root.holders:
                if (self.is_active(root) or self.is_active(holder)) and uses.after(holder, moment):
                    raise self.refusal("held_write", node, source, name=shown(root))
        self.check_sometimes_views(uses)
        for root, moments in self.through.items():
            extend(root.stores, moments)
        self.share_stores()
        for root, at, node, source in self.mapping_views:
            if any(after(moment, at, root.loops) for each in family(root) for moment in [*each.stores, *each.deep]):
                raise self.refusal("kept_view", node, source)
        for thing, at, node, source in self.boxings:
            for loops, position, key in self.part_writes.get(thing, ()):
                if after((loops, position), at, thing.loops):
                    self.need_written_boxes(thing)
                    raise self.refusal("boxed_write", node, source, name=key)
        uses.check_places()

    def check_sometimes_views(self, uses: Any) -> None:
        """What a rule makes anew, but for some arguments is one of them, has an adjoint of its own: the argument isn't
        written while it is used."""
        for root in self.roots:
            known = self.info.get(root.name)
            if not root.shares or known is None or not known.varied:
                continue
            op = getattr(known.statement, "effect", None)
            if (
                not isinstance(op, ir.Primitive)
                or op.rule.function is np.array
                and op.constants.get("copy", True) is True
            ):
                continue  # (an array of objects holds what it is made of: it carries no gradient)
            for moment in [moment for each in family(root)[1:] for moment in each.stores]:
                if after(moment, (root.loops, root.born), self.life(root)) and uses.after(root, moment):
                    source, node = known.statement.origin
                    name = ir.shown_name(root.name)
                    raise self.refusal("kept_argument", getattr(node, "value", node), source, name=name)

    def join_families(self) -> None:
        """What is written under a joined name is written in all that it may stand for; some of it is known only now."""
        marks = [
            self.facts.written,
            *[self.facts.results.setdefault(key, set()) for key in ("varied", "deep", "moved", "resized")],
        ]
        self.lives = {}
        for root in self.roots:
            for each in family(root) if root.sources else ():
                if each is root:
                    continue
                carried = getattr(root, "linear_checked", False)
                if carried and root.loops and root.loops[-1] in each.loops:
                    self.lives[each] = common(self.lives.get(each, each.loops), root.loops[:-1])
                for name in ("stores", "deep", "moves"):
                    known = getattr(each, name)
                    known.extend(event for event in getattr(root, name) if event not in known)
                for sites in marks:
                    if root.site in sites and each.site not in sites:
                        sites.add(each.site)
                        self.learnt = True

    def share_stores(self) -> None:
        """What may be, or hold, other memory is written where that is."""
        for root in self.roots:
            for each in family(root)[1:] if root.shares or root.inside else ():
                # that a list gets and loses items changes no array in it, nor list of numbers
                moves = {move[:2] for move in each.moves} if is_none_of(root.kind, each.kind) else set()
                extend(root.stores, [moment for moment in (*each.stores, *each.deep) if moment not in moves])
            for each in root.holders:
                extend(root.stores, each.deep)

    def write_through(self) -> None:
        """What is written through a container is written in what it holds, and the other way round."""
        changes = True
        while changes:
            changes = False
            for container, taken in [*self.taken_out, *[(each, root) for root in self.roots for each in root.holders]]:
                for each in family(container):
                    if extend(each.deep, [*taken.stores, *self.through.get(taken, ())]):
                        self.learn_deep(each)
                        changes = True
            for held in self.held:
                moments = [m for m in deep_at(held.container, held.level) if after(m, held.at, held.container.loops)]
                for root in family(held.item) if moments else ():
                    changes = extend(self.through.setdefault(root, []), moments) or changes

    def life(self, root: ir.Root) -> tuple[int, ...]:
        """The loops in one iteration of which a piece of memory is known: it may be carried over to the next one."""
        own = root.loops[:-1] if getattr(root, "linear_checked", False) else root.loops
        return common(self.lives.get(root, own), own)

    def pass_on(self) -> None:
        """A list that was made from another holds what that one holds."""
        known = {(each.container, each.item) for each in self.held if not each.inferred}
        self.held = [e for e in self.held if not e.inferred or (e.container, e.item) not in known]
        todo = list(self.held)
        while todo:
            each = todo.pop()
            for inner in list(self.held):
                if inner.container not in family(each.item) or inner is each or inner.item is each.container:
                    continue
                level = 1 if each.flat else inner.level if each.whole else each.level + inner.level
                if level > 4 or any(
                    other.container is each.container and other.item is inner.item and other.level <= level
                    for other in self.held
                ):
                    continue
                at = each.at if each.at[1] > inner.at[1] else inner.at
                made = Held(
                    each.container, inner.item, at, each.node or inner.node, each.source, inner.whole, each.times, level
                )
                made.flat = each.flat
                self.held.append(made)
                todo += [made, *[other for other in self.held if made.container in family(other.item)]]

    def check_held(self, each: Held, uses: Any) -> None:
        container, item = each.container, each.item
        named = [root.name for root in (container, item) if root.name in self.info]  # a global list is none of these
        matters = any(self.info[name].varied for name in named)
        deep = [m for m in deep_at(container, each.level) if after(m, each.at, self.life(container))]
        if deep:
            self.check_outside_item(each)
        changes = item.deep if each.whole and isinstance(item.kind, (List, Mapping)) else item.stores
        known = {moment for root in family(container) for moment in root.deep}  # that is followed through the container
        changes = [*changes, *[moment for moment in self.through.get(item, ()) if moment not in known]]
        changed = [moment for moment in changes if after(moment, each.at, self.life(item))]
        if not matters:
            self.pass_changes_on(container, changed)
            return
        if changed and uses.after(container, each.at):
            if container.site not in self.facts.results.get("deep", ()):
                self.learn_deep(container)  # with the items followed through the list only, it may be exact
                return
            raise self.refusal("held_write", each.node, each.source, name=shown(item))
        if not deep:
            return
        twice = each.times or len(each.at[0]) > len(common(each.at[0], self.life(item)))
        twice = twice or any(
            other is not each
            and other.item is item
            and (other.container is container or uses.after(other.container, each.at))
            and any(after(moment, other.at, self.life(container)) for moment in deep)  # put there before the writes
            for other in self.held
        )
        if twice or uses.after(item, each.at):
            raise self.refusal("held_write", each.node, each.source, name=shown(item))

    def pass_changes_on(self, container: ir.Root, changed: list[Moment]) -> None:
        """What a container holds changes under another name."""
        if changed:
            self.learn_deep(container)
            extend(self.through.setdefault(container, []), changed)

    def check_outside_item(self, each: Held) -> None:
        """What is written through a container belongs to the caller: a copy is written instead."""
        for root in family(each.item):
            if each.whole and isinstance(root.kind, (List, Mapping)):
                self.learn_deep(root)
            if root.site not in self.facts.written:
                self.facts.written.add(root.site)
                self.learnt = True

    def refusal(self, key: str, node: Any, source: Any, **words: Any) -> Exception:
        from s2sad.refusals import refuse

        return refuse(key, node if hasattr(node, "lineno") else source.tree, source, **words)


def extend(known: list[Any], more: Any) -> bool:
    """Adds what is not there yet; whether there was something."""
    new = [each for each in dict.fromkeys(more) if each not in known]
    known.extend(new)
    return bool(new)


def deep_at(container: ir.Root, level: int) -> list[Moment]:
    """The writes into what a container holds, that far inside or further."""
    return [each for each in container.deep if container.depths.get(each, DEEP) >= level]


class Uses:
    """Where the program made by a walk reads each piece of memory."""

    def __init__(self, walker: Any) -> None:
        self.walker = walker
        self.found: dict[ir.Root, list[Moment]] = {}
        self.placed: list[tuple[ir.Place, gast.stmt]] = []
        self.read(walker.block)

    def read(self, block: list[gast.stmt]) -> None:
        from s2sad.reading import reads

        for node in block:
            if getattr(node, "loop", None) is not None:
                self.read(node.loop.bindings)
            for inner in blocks_of(node):
                self.read(inner)
            moment = getattr(node, "loops", ()), getattr(node, "position", 0)
            for name in reads(node):
                self.note(name, moment)
            place = getattr(getattr(node, "effect", None), "place", None)
            if place is not None:
                self.placed.append((place, node))

    def note(self, name: str, moment: Moment) -> None:
        info = self.walker.info.get(name)
        if info is not None and info.place is not None:
            roots = family(info.place.root)
            for root in [*roots, *[holder for each in roots for holder in each.holders]]:
                self.found.setdefault(root, []).append(moment)

    def returned(self) -> set[str]:
        from s2sad import trees
        from s2sad.activity import leaves

        return {name for leaf in leaves(self.walker.result) for name in trees.names_in(leaf.expr)}

    def after(self, root: ir.Root, at: Moment) -> bool:
        """Whether the memory is read under its own name after that moment."""
        for name in self.returned():
            info = self.walker.info.get(name)
            if info is not None and info.place is not None and root in family(info.place.root):
                return True
        return any(after(moment, at, self.walker.life(root)) for moment in self.found.get(root, ()))

    def check_places(self) -> None:
        """A thing taken out of a list, and used as its place there, must still be at that place."""
        for place, node in self.placed:
            root = place.root
            if not isinstance(root.kind, (List, Mapping)) or not place.path or not place.since[0]:
                continue
            since, loops = place.since
            now = getattr(node, "position", 0)
            for at_loops, at, at_end, _ in [move for each in family(root) for move in each.moves]:
                if at_end and stays(place.path[0]):
                    continue
                between = since < at < now
                again = len(common(at_loops, getattr(node, "loops", ()))) > len(common(at_loops, loops)) and at != now
                if between or again:
                    origin = getattr(node, "origin", None) or self.walker.origin
                    raise self.walker.refusal("moved_item", origin[1], origin[0], name=shown(root))


def shown(root: ir.Root) -> str:
    return ir.shown_name(root.name)


def stays(step: gast.AST) -> bool:
    """Whether a position is not counted from the end, so that appending leaves it where it is."""
    return (
        isinstance(step, gast.Subscript)
        and isinstance(step.slice, gast.Constant)
        and isinstance(step.slice.value, int)
        and step.slice.value >= 0
    )


def is_none_of(kind: Any, container: Any) -> bool:
    """Whether something is an array or a list of numbers, and so isn't a list or mapping that holds such."""
    if isinstance(kind, List) and isinstance(container, List):
        return isinstance(kind.item, Scalar) and not isinstance(container.item, (Scalar, Unknown, type(None)))
    return isinstance(kind, Array)


def holds_memory(kind: Any) -> bool:
    if kind is None or isinstance(kind, Scalar):
        return False
    return is_mutable(kind) or not isinstance(kind, (Scalar, Array, Unknown))


def after(moment: Moment, at: Moment, born: tuple[int, ...]) -> bool:
    """Whether something may happen after a moment, to memory that was born inside the loops `born`."""
    loops, position = moment
    if position > at[1]:
        return True
    together = common(loops, at[0])
    return len(together) > len(common(together, born))


def common(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    k = 0
    while k < min(len(a), len(b)) and a[k] == b[k]:
        k += 1
    return a[:k]
