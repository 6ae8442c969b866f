"""Part of the stage `infer`: objects and dicts of known keys that are one or another, depending on the way.

    if better:
        best = current          # its parts are copied into those of `best`
    current.loss = 0.0          # which is that of `best` too, if ...
    return best.loss            # refused

Exact as long as none of the originals is written between the moment where ways join and one where it is read. What
happens is noted while the walk goes on, and looked through at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from s2sad.refusals import refuse
from s2sad.values import Object, Value


@dataclass
class Event:
    """`thing` gets what `source` has, where ways join; or is written; or is read."""

    what: str
    thing: Object
    loops: tuple[int, ...]
    position: float
    source: Object | None = None
    origin: Any = None


class JoinedObjects:
    def note_object_event(self, what: str, thing: Object, source: Object | None = None, entry: bool = False) -> None:
        loops = self.loops[:-1] if entry else self.loops
        position = self.position + 0.5 * (what == "write")  # by the next statement
        self.object_events.append(Event(what, thing, loops, position, source, self.origin))

    def note_joined_object(self, made: Object, parts: tuple[Object, ...], early: bool) -> None:
        """early: by a `return` that isn't the last statement; nothing of the function runs behind that."""
        if early:
            self.joined_early_objects.append((made, parts))
            return
        made.joined = self.loops
        for each in parts:
            self.note_object_event("join", made, each)

    def note_returned_objects(self) -> None:
        """A function is left: what comes now runs behind its early returns."""
        waiting, self.joined_early_objects = self.joined_early_objects, []
        for made, parts in waiting:
            self.note_joined_object(made, parts, False)

    def note_read(self, value: Any) -> None:
        """A variable or attribute is looked up."""
        if isinstance(value, Value):
            for each in value.items or ():
                self.note_read(each)
            if value.object is not None and value.object.joined is not None:
                self.note_object_event("read", value.object)

    def check_object_joins(self) -> None:
        joins: dict[Object, list[Event]] = {}
        writes: dict[Object, list[Event]] = {}
        for event in self.object_events:
            if event.what != "read":
                (joins if event.what == "join" else writes).setdefault(event.thing, []).append(event)
        if not joins or not writes:
            return
        for read in [event for event in self.object_events if event.what == "read"]:
            for join in joined_into(read.thing, joins):
                if any(is_between(join, write, read) for write in writes.get(join.source, ())):
                    source, node = join.origin
                    raise refuse("ambiguous_object", node, source)


def joined_into(thing: Object, joins: dict[Object, list[Event]]) -> list[Event]:
    """The joins from which a thing has its parts, directly or by others."""
    found: list[Event] = []
    seen, todo = {thing}, [thing]
    while todo:
        for join in joins.get(todo.pop(), ()):
            found.append(join)
            if join.source not in seen:
                seen.add(join.source)
                todo.append(join.source)
    return found


def is_between(join: Event, write: Event, read: Event) -> bool:
    """Whether a write may come after a join and before a read of what it made."""
    if join.position < write.position < read.position:
        return True
    life = join.thing.joined or ()
    if join.position < write.position and any(each not in life for each in set(write.loops) & set(read.loops)):
        return True
    around = set(join.loops) & set(write.loops) - set(life) - set(join.source.loops)
    return bool(around) and (write.position < read.position or bool(around & set(read.loops)))
