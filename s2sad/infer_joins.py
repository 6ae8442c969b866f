"""Part of the stage `infer`: what a variable is where two ways join."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.infer_frozen import Frozen
from s2sad.infer_maybe import Maybe, may_be_none, without_none
from s2sad.infer_memory import is_function
from s2sad.kinds import (
    UNKNOWN,
    Array,
    Kind,
    List,
    Mapping,
    Never,
    Scalar,
    Static,
    Tuple,
    Unknown,
    carries_gradient,
    carries_memory,
    is_constants,
    join,
    join_variable,
    tells_nothing,
)
from s2sad.local_functions import RESULT
from s2sad.values import Choice, Conflict, Object, Value, of_user


class Joins:
    def left_a_loop(self, value: Any) -> bool:
        """Whether an early return in a loop has set a part of a value, which has nothing to hold otherwise."""
        names = self.leaf_names(without_none(value), list(self.joining))
        return any(self.info[each].early for each in names if each in self.info)

    def base_name(self, key: Any) -> str:
        """What the names that a variable gets begin with."""
        base = of_user(key[1]) if isinstance(key, tuple) and isinstance(key[1], str) else "value"
        base = self.hints.get(key, base)
        if isinstance(key, tuple) and isinstance(key[0], Object):
            base = f"{self.owner_of_parts(key[0])}_{key[1]}"
        return base if base.isidentifier() else "#t"

    def owner_of_parts(self, thing: Object) -> str:
        """What the user calls an object: its name, that of the attribute that holds it."""
        names = (key[1] for key, held in self.state.items() if getattr(held, "object", None) is thing)
        return next(
            (name for name in names if isinstance(name, str) and name.isidentifier() and name != "self"), "part"
        )

    def join_values(self, key: Any, a: Any, b: Any, copies: list[list[tuple[str, gast.AST]]]) -> Any:
        """One value for a variable that is a on one way and b on the other; copies at the ends of both ways make it."""
        base = self.base_name(key)
        self.joins_early = self.is_early_value(key)
        if a is not None and b is not None and may_be_none(a, b):
            if not self.is_early_value(key) or not self.left_a_loop(a) and not self.left_a_loop(b):
                return self.join_maybe(base, a, b, copies)
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            return a if isinstance(a, Conflict) else b
        if self.joins_early:
            self.give_early_values(a, list(self.joining))
            self.give_early_values(b, list(self.joining))
        if a is None or b is None:
            present, side = (b, 1) if a is None else (a, 0)
            if self.is_early_value(key):
                return self.joined_early(base, present, side, copies)
            made = self.joined_once(base, present, copies[side], side)
            if isinstance(key[0], Object):
                self.note_maybe_unset(made)
            return made
        made = self.join_two(base, a, b, copies)
        if a.telling is not None or b.telling is not None:
            self.note_there(a, b, made)
        return made

    def joined_early(self, base: str, value: Any, side: int, copies: list[list[Any]]) -> Any:
        """What an early return has set on one way only has a name on the other way as well, which is never read."""
        if isinstance(value, Conflict):
            return value
        if value.items is not None:
            items = [self.joined_early(part_name(base, k), item, side, copies) for k, item in enumerate(value.items)]
            return self.make_tuple(items, value.kind.cls if isinstance(value.kind, Tuple) else None)
        if value.object is not None:
            return self.joined_early_object(base, value, side, copies)
        if isinstance(value.kind, (Static, Mapping, Unknown)):
            return value
        name = self.names.fresh(base)
        copies[side].append((name, value.expr))
        copies[1 - side].append(
            (name, gast.List([], gast.Load()) if isinstance(value.kind, List) else trees.const(0.0))
        )
        made = self.joined_value(name, value.kind, value.varied, [value])
        self.info[name].early = True
        return made

    def joined_early_object(self, base: str, value: Value, side: int, copies: list[list[Any]]) -> Any:
        """The same for a dict or record, part by part."""
        thing = Object(value.object.cls, list(value.object.keys), sources=(value.object,))
        self.note_joined_object(thing, thing.sources, True)
        for key in thing.keys:
            part = self.joining[side].get((value.object, key))
            if part is None or isinstance(part, Conflict):
                return Conflict("joined_objects")
            made = self.joined_early(part_name(base, key), part, side, copies)
            self.pending_parts[thing, key] = self.state[thing, key] = made
        name = self.names.fresh(base)
        copies[side].append((name, value.expr))
        copies[1 - side].append((name, trees.const(None)))
        self.info[name] = ir.Info(value.kind, value.varied, None, None, self.loops, self.position)
        return Value(trees.name(name), value.kind, value.varied, object=thing)

    def joined_once(self, base: str, value: Any, copies: list[tuple[str, gast.AST]], side: int) -> Any:
        """A variable set on one way only: reading it after the other way is f's own mistake, raised as f would.

        What another name stands for as well, which the next iteration sets anew, gets its own name (`kept = best`).
        """
        if isinstance(value, Maybe):
            return Conflict("joined_kinds")
        if not isinstance(value, Value):
            return value
        if value.items is not None:
            parts = [self.joined_once(part_name(base, k), item, copies, side) for k, item in enumerate(value.items)]
            if all(part is item for part, item in zip(parts, value.items)):
                return value
            if any(isinstance(part, Conflict) for part in parts):
                return Conflict("joined_objects")
            return self.make_tuple(parts, value.kind.cls if isinstance(value.kind, Tuple) else None)
        if value.object is not None:
            others = (each.object for each in self.joining[1 - side].values() if isinstance(each, Value))
            return Conflict("joined_objects") if self.loops and value.object in others else value
        if isinstance(value.kind, Static):
            return value
        read = [self.info[each] for each in trees.names_in(value.expr) if each in self.info]
        if any(each.loops and each.position <= self.branch_start for each in read):
            name = self.names.fresh(base)
            copies.append((name, value.expr))
            made = self.joined_value(name, value.kind, value.varied, [value])
            self.note_second_name(self.joining[side], base, value, made)
            value = made
        if isinstance(value.expr, gast.Name):
            self.one_way.add(value.expr.id)
        return value

    def join_two(self, base: str, a: Value, b: Value, copies: list[list[tuple[str, gast.AST]]]) -> Any:
        if isinstance(a.kind, Never) and b.items is not None or isinstance(b.kind, Never) and a.items is not None:
            return b if isinstance(a.kind, Never) else a
        if a.object is not None or b.object is not None:
            return self.join_objects(base, a, b, copies)
        differ = a.items is not None and b.items is not None and len(a.items) != len(b.items)
        if a.items is not None and b.items is not None and not (differ and is_constants(join(a.kind, b.kind))):
            cls = getattr(a.kind, "cls", None)
            if differ:
                return Conflict("joined_tuples")
            if cls is not getattr(b.kind, "cls", None):
                return Conflict("joined_kinds")
            items = [
                x if x is y else self.join_two(part_name(base, k), x, y, copies)
                for k, (x, y) in enumerate(zip(a.items, b.items))
            ]
            if any(isinstance(item, Conflict) for item in items):
                return next(item for item in items if isinstance(item, Conflict))
            return self.make_tuple(items, cls)
        if isinstance(a.kind, Static) and isinstance(b.kind, Static) and a.kind == b.kind:
            return a
        if isinstance(a.static, Frozen) and isinstance(b.static, Frozen):
            return self.join_frozen(base, a, b, copies)
        if any(is_function(v) for v in (a, b)):
            if all(is_function(v) for v in (a, b)) and self.joining_test is not None:
                return Value(trees.const(None), Static(Choice(self.joining_test, a, b)))
            return Conflict("joined_functions")
        if any(isinstance(v.expr, gast.Name) and v.expr.id.endswith(RESULT) for v in (a, b)):
            return Conflict("joined_kinds")
        kind = self.joined_kind(a, b)
        varied = (a.varied or b.varied) and carries_gradient(kind)
        if varied and tells_nothing(kind, a.kind, b.kind):
            return Conflict("joined_kinds")
        name = self.names.fresh(base)
        for pairs, value in zip(copies, (a, b)):
            pairs.append((name, value.expr))
        made = self.joined_value(name, kind, varied, [a, b])
        read = {name for value in (a, b) for name in trees.names_in(value.expr)}
        if made.place is not None and self.left_by_a_loop(read) or not self.one_way.isdisjoint(read):
            self.info[name].missing = True
            self.one_way.add(name)
        for state, value in zip(self.joining, (a, b)):
            self.note_second_name(state, base, value, made)
        if made.place is not None and made.place.root.whole:
            made.place.root.apart = is_plain(a.kind) and is_plain(b.kind) and same_memory(a.kind, b.kind)
        return made

    def note_second_name(self, state: dict[Any, Any], base: str, value: Value, made: Value) -> None:
        """`base` is another name, `made`, of the memory of a value from now on."""
        if made.place is None:
            return
        self.note_sharing(state, (self.frame.number, base), value, made.place.root, self.live_names, self.origin[1])

    def joined_kind(self, a: Value, b: Value) -> Kind:
        """The kind of a value that is a or b; None beside a number leaves the number's kind (`is None` is asked at
        run time)."""
        if (a.static is None) != (b.static is None):
            other = b if a.static is None else a
            if isinstance(other.kind, Scalar):
                return Scalar(other.kind.dtype)  # not always of that value
            if isinstance(other.kind, Array):
                return other.kind
        return join_variable(a.kind, b.kind)

    def joined_value(self, name: str, kind: Kind, varied: bool, values: list[Value]) -> Value:
        place = None
        if any(each.static is None or self.is_optional(each) for each in values):
            self.optional.add(name)
        self.note_second_names(name, values)
        if isinstance(kind, Tuple) and not varied and carries_memory(kind):
            kind = UNKNOWN
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            root = self.new_root(("phi", self.path, id(self.origin[1]), ir.base_of(name), len(self.loops)), name, kind)
            root.sources = tuple(each for value in values for each in self.roots_of(value))
            root.linear_checked = False
            places = [value.place for value in values if value.place is not None]
            root.inside = any(place.path and isinstance(place.root.kind, (List, Mapping)) for place in places)
            root.whole = not any(place.path for place in places)
            root.whole &= len(places) == sum(not isinstance(value.kind, Never) for value in values)
            root.joined_at = self.frame.source, self.origin[1]
            place = ir.Place(root)
        self.info[name] = ir.Info(kind, varied, None, place, self.loops, self.position, scope=self.scope())
        self.phi_sources.setdefault(name, []).extend(value.expr for value in values)
        return Value(trees.name(name), kind, varied, place=place)

    def roots_of(self, value: Value) -> list[ir.Root]:
        """The memory of a value; of a tuple that isn't taken apart, what may be in it."""
        if value.place is not None:
            return [value.place.root]
        return self.origins(value.expr) if isinstance(value.kind, Tuple) and carries_memory(value.kind) else []

    def join_objects(self, base: str, a: Value, b: Value, copies: Any) -> Any:
        if a.object is b.object and a.object is not None:
            return a
        self.need_same_form(a, b)
        both = a.object is not None and b.object is not None and a.object.cls is b.object.cls
        if both and a.object.cls in (dict, list) and set(a.object.keys) != set(b.object.keys):
            self.need_mappings([a.object, b.object], None)
        if not both or set(a.object.keys) != set(b.object.keys):
            return Conflict("joined_objects")
        thing = Object(a.object.cls, list(a.object.keys), sources=(a.object, b.object))
        self.note_joined_object(thing, thing.sources, self.joins_early)
        name = self.names.fresh(base)
        parts = []
        for key in thing.keys:
            x, y = self.part_states(a.object, b.object, key)
            if x is None or y is None or isinstance(x, Conflict) or isinstance(y, Conflict):
                return Conflict("joined_objects")
            joined = x if x is y else self.join_two(part_name(base, key), x, y, copies)
            if isinstance(joined, Conflict):
                return joined
            parts.append((thing, key, joined))
        for pairs, value in zip(copies, (a, b)):
            pairs.append((name, value.expr))
        for thing_, key, joined in parts:
            self.pending_parts[thing_, key] = joined
            self.state[thing_, key] = joined
        kind = join(a.kind, b.kind)
        self.info[name] = ir.Info(kind, any(j.varied for _, _, j in parts), None, None, self.loops, self.position)
        return Value(trees.name(name), kind, self.info[name].varied, object=thing)

    def part_states(self, a: Object, b: Object, key: Any) -> tuple[Any, Any]:
        first, second = self.joining
        return first.get((a, key)), second.get((b, key))


def is_plain(kind: Kind) -> bool:
    """Whether it is an array of a known type, or a list or dict of numbers: nothing in it is memory of its own."""
    item = kind.item if isinstance(kind, List) else kind.value if isinstance(kind, Mapping) else None
    return isinstance(kind, Array) and kind.dtype != "" or isinstance(item, Scalar)


def same_memory(a: Kind, b: Kind) -> bool:
    """Whether what is stored into one would become the same in the other."""
    return type(a) is type(b) and getattr(a, "dtype", None) == getattr(b, "dtype", None)


def part_name(base: str, key: Any) -> str:
    """What the names of a part begin with."""
    return f"{base}_{key}" if base.isidentifier() and f"_{key}".isidentifier() else base
