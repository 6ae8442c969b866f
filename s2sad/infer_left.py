"""Part of the stage `infer`: what a loop has set and leaves behind, also where it returns early."""

from __future__ import annotations

import functools
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.infer_joins import part_name
from s2sad.infer_maybe import Maybe
from s2sad.kinds import Array, List, Mapping, Scalar, Static, Tuple, Unknown, join_variable, tells_nothing
from s2sad.values import Conflict, Object, Value

Found = list[tuple[Any, list[Any]]]  # what the ways out of a loop hold, each with the copies that are made there


class LeftBehind:
    def set_anew(self, known: set[Any], every: Any, exits: Any, ends: Any, live: Any) -> dict[Any, Found]:
        """What iterations have set that had no value before the loop, and may be read behind it."""
        fresh: dict[Any, Found] = {}
        for (state, pairs), (_, block) in zip(every, exits):
            for key, value in state.items():
                if self.is_early_value(key) and any(block is each for _, each in ends):
                    continue  # an iteration that goes on has not returned: what it holds is never read
                # the parts of a carried dict or record are carried themselves
                if key not in known and self.is_live(key, live) and isinstance(value, (Value, Conflict)):
                    fresh.setdefault(key, []).append((value, pairs))
        return fresh

    def left_behind(self, key: Any, found: Found, every: Any, exits: Any, number: int) -> Any:
        """The value of a variable behind a loop that has set it."""
        made = self.early_left_behind(key, found, exits)
        if made is None:
            made = self.joined_behind(key, found, every, exits, number)
        if isinstance(key[0], Object):
            self.note_maybe_unset(made)
        if self.is_early_value(key):
            states = [state for state, _ in exits]
            self.early_names |= self.leaf_names(made, states) - self.named_elsewhere(key, states)
        return made

    def early_left_behind(self, key: Any, found: Found, exits: Any) -> Value | None:
        if not self.is_early_value(key) or self.one_early_value([value for value, _ in found]):
            return None
        for value, _ in found:
            self.give_early_values(value, [state for state, _ in exits])
        return self.early_value(key[1], found)

    def joined_behind(self, key: Any, found: Found, every: Any, exits: Any, number: int) -> Any:
        first, base = found[0][0], self.base_name(key)
        if all(same_thing(value, first) for value, _ in found):
            without = [self.scope_of(block) for state, block in exits if key not in state]
            ends = [(state, pairs) for state, pairs in every if any(pairs is each for _, each in found)]
            return self.kept_value(base, first, ends, number, without)
        if any(
            not isinstance(value, Value) or value.items is not None or value.object is not None for value, _ in found
        ):
            return Conflict("joined_objects")
        kind = functools.reduce(join_variable, [value.kind for value, _ in found])
        name = self.names.fresh(base)
        varied = any(value.varied for value, _ in found)
        if varied and tells_nothing(kind, *[value.kind for value, _ in found]):
            return Conflict("joined_kinds")
        made = self.joined_value(name, kind, varied, [value for value, _ in found])
        self.info[name].left = True
        for value, pairs in found:
            pairs.append((name, value.expr))
            state = next(state for state, each in every if each is pairs)
            self.note_second_name(state, base, value, made)
        return made

    def kept_value(self, base: str, value: Any, ends: Any, number: int, without: Any) -> Any:
        """What a loop has set and leaves behind. What iterations set anew that leave it as it is (those that end in the
        blocks `without`), and what is carried to the next, is copied at the ends of those that set it."""
        if isinstance(value, Maybe):
            return Conflict("joined_kinds")
        if not isinstance(value, Value) or isinstance(value.kind, Static):
            return value
        if value.items is not None:
            parts = [
                self.kept_value(part_name(base, k), item, ends, number, without) for k, item in enumerate(value.items)
            ]
            if any(isinstance(part, Conflict) for part in parts):
                return Conflict("joined_objects")
            same = all(part is item for part, item in zip(parts, value.items))
            return value if same else self.make_tuple(parts, getattr(value.kind, "cls", None))
        names = trees.names_in(value.expr) | ({value.place.root.name} if value.place is not None else set())
        read = [self.info[each] for each in names if each in self.info]
        if not any(number in each.loops and is_set_again(each, without) for each in read):
            return value
        if value.object is not None or value.varied and isinstance(value.kind, Unknown):
            return Conflict("joined_objects")
        name = self.names.fresh(base)
        made = self.joined_value(name, value.kind, value.varied, [value])
        self.info[name].left = True
        for state, pairs in ends:
            pairs.append((name, value.expr))
            self.note_second_name(state, base, value, made)
        return made

    def marked_early(self, value: Any) -> bool:
        if not isinstance(value, Value):
            return False
        if value.items is not None:
            return any(map(self.marked_early, value.items))
        if value.object is not None:
            return True
        return isinstance(value.expr, gast.Name) and value.expr.id in self.info and self.info[value.expr.id].early

    def is_early_value(self, key: Any) -> bool:
        """Whether a variable is the one that holds what an early `return` in a loop returns."""
        last = self.frame.tree.body[-1] if isinstance(self.frame.tree, gast.FunctionDef) else None
        return getattr(last, "early", False) and key == (self.frame.number, last.value.id)

    def leaf_names(self, value: Any, states: list[dict[Any, Any]]) -> set[str]:
        """The names of the program that a value is made of."""
        if not isinstance(value, Value):
            return set()
        parts = list(value.items or ())
        if value.object is not None:
            parts += [state.get((value.object, key)) for state in states for key in value.object.keys]
        found = {name for part in parts for name in self.leaf_names(part, states)}
        return found | ({value.expr.id} if isinstance(value.expr, gast.Name) else set())

    def named_elsewhere(self, key: Any, states: list[dict[Any, Any]]) -> set[str]:
        """The names of the program that other variables stand for."""
        held = [(other, value) for state in states for other, value in state.items()]
        held = [(other, value) for other, value in held if other != key and not isinstance(other[0], Object)]
        return {name for _, value in held for name in self.leaf_names(value, states)}

    def give_early_values(self, value: Any, states: list[dict[Any, Any]]) -> None:
        """What an early return in a loop has set gets something to hold before the loop, as it is to be copied."""
        for name in sorted(self.leaf_names(value, states)):
            block, _ = self.early_homes.get(name, (None, None))
            if block is None or block is self.block:  # beside the loop, it is copied only where it was set
                continue
            self.give_early_value(name)

    def give_early_lists(self, names: list[str]) -> None:
        """A list has something to hold before the loop in any case: its adjoint is made like it, also if nothing was
        returned early."""
        for name in names:
            if isinstance(self.info[name].kind, List):
                self.give_early_value(name)

    def give_early_value(self, name: str) -> None:
        block, loop = self.early_homes.pop(name)
        at = next((k for k, each in enumerate(block) if each is loop), 0)
        kind = self.info[name].kind
        start: gast.AST = gast.List([], gast.Load()) if isinstance(kind, List) else trees.const(0.0)
        pairs = [(name, start if isinstance(kind, (List, Scalar, Array)) else trees.const(None))]
        node = gast.Assign([trees.name("_", store=True)], trees.const(None), None)
        node.effect, node.origin, node.loops, node.position = ir.Copy(pairs), None, self.loops, loop.position
        block.insert(at, node)

    def one_early_value(self, values: list[Any]) -> bool:
        """Whether these are one value, that an inner loop has set and that already has names of its own."""
        return self.marked_early(values[0]) and all(same_thing(value, values[0]) for value in values)

    def early_value(self, base: str, found: list[tuple[Any, list[Any]]]) -> Value | None:
        """What early returns have set in a loop, under names of its own, which no other variable has."""
        values = [value for value, _ in found]
        if any(not isinstance(value, Value) for value in values):
            return None
        first = values[0]
        if isinstance(first.kind, Static) and all(value.kind == first.kind for value in values):
            return first
        if all(value.items is not None and len(value.items) == len(first.items or ()) for value in values):
            items = []
            for k in range(len(first.items)):
                items.append(self.early_value(part_name(base, k), [(value.items[k], pairs) for value, pairs in found]))
            cls = first.kind.cls if isinstance(first.kind, Tuple) else None
            return None if None in items else self.make_tuple(items, cls)
        kind = functools.reduce(join_variable, [value.kind for value in values])
        if any(value.items is not None or value.object is not None for value in values):
            return None
        if isinstance(kind, (Static, Mapping, Unknown)):
            return None
        name = self.names.fresh(base)
        made = self.joined_value(name, kind, any(value.varied for value in values), values)
        for value, pairs in found:
            pairs.append((name, value.expr))
        self.info[name].early = True
        return made


def is_set_again(info: ir.Info, scopes: list[tuple[int, ...]]) -> bool:
    """Whether a name may be set in an iteration that ends in one of these blocks."""
    return info.carried or info.scope is None or any(info.scope == each[: len(info.scope)] for each in scopes)


def same_thing(a: Any, b: Any) -> bool:
    from s2sad.infer_branches import same_value

    if a is b or same_value(a, b):
        return True
    if isinstance(a, Value) and isinstance(b, Value):
        if a.object is not None and a.object is b.object:
            return True
        if a.items is not None and b.items is not None and len(a.items) == len(b.items):
            return all(same_thing(x, y) for x, y in zip(a.items, b.items))
        if isinstance(a.kind, Static) and a.kind == b.kind:
            return True
    return False
