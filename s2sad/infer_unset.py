"""Part of the stage `infer`: variables of a loop that have no value before it, and that an iteration may read as an
earlier one has left them: they are carried, as those are that have a value before it."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.exposed import read_from_before
from s2sad.kinds import Never, Scalar
from s2sad.values import Conflict, Object, Value, is_set


class Unset:
    def add_unset(self, entry: dict[Any, Any], facts: Any, node: Any) -> None:
        """Puts them among what a loop begins with, under names that are never set."""
        if not isinstance(node, (gast.For, gast.While)):
            return
        known = self.facts.results.get(("exposed", id(node)))
        if known is None:
            known = self.facts.results["exposed", id(node)] = sorted(read_from_before(node))
        looked_at = getattr(self.frame.tree, "unset", ())
        for name in known:
            for key in [(self.frame.number, each) for each in (name, is_set(name))][: 1 + (name in looked_at)]:
                if name in self.frame.locals and (key not in entry or self.is_unset(entry[key])):
                    entry[key] = self.unset_value(facts, key, ())
        for key in [key for key in entry if len(key) == 2 and ("form", key, ()) in facts]:
            if self.is_unset(entry[key]) and entry[key].items is None:  # a loop around this one begins without it
                entry[key] = self.unset_value(facts, key, ())
        for cls, part in self.facts.results.get("unset_parts", ()):
            for thing in dict.fromkeys(key[0] for key in entry if isinstance(key[0], Object) and key[0].cls is cls):
                if (thing, part) not in entry or self.is_unset(entry[thing, part]):
                    entry[thing, part] = self.unset_value(facts, (thing, part), ())

    def mark_set(self, names: Any, start: int | None) -> None:
        """Puts beside variables that have got a value, by statements from `start` on, a name that stands for that: a
        value that is a constant, or has another name, is not seen where they are read."""
        for name in names:
            key = (self.frame.number, name)
            value = self.state.get(key)
            if not isinstance(value, Value):
                continue
            if isinstance(value.expr, gast.Constant) and type(value.expr.value) in (float, complex):
                self.state[key] = self.copied_to(name, value)
            elif start is not None:
                parts = [each.expr for each in value.items or [value]]
                older = (each.id for each in parts if isinstance(each, gast.Name) and self.is_older(each.id, start))
                self.second_names.update((name, each) for each in older)
            hint = f"{name}_set" if name in ir.GENERATED else name  # those stand for what they are set to
            made = self.emit(trees.const(True), ir.Plain(True), Scalar("bool"), False, hint)
            self.info[made.expr.id].statement.mark = True
            self.state[self.frame.number, is_set(name)] = made

    def note_second_names(self, name: str, values: list[Value]) -> None:
        """What a variable stands for from here on shows as little whether it was set as what it was before."""
        base = ir.base_of(name)
        if base in getattr(self.frame.tree, "unset", ()):
            known = [each.expr.id if isinstance(each.expr, gast.Name) else None for each in values]
            if any(each is None or (base, each) in self.second_names for each in known):
                self.second_names.add((base, name))

    def copied_to(self, base: str, value: Value) -> Value:
        """A number with a name of its own."""
        name = self.names.fresh(base)
        self.add(gast.Assign([trees.name("_", store=True)], trees.const(None), None), ir.Copy([(name, value.expr)]))
        self.info[name] = ir.Info(value.kind, False, None, None, self.loops, self.position, scope=self.scope())
        return Value(trees.name(name), value.kind)

    def is_older(self, name: str, start: int) -> bool:
        """Whether a name has got its value elsewhere than in the block that a statement from `start` on stands in."""
        known = self.info.get(name)
        return known is None or known.position <= start and known.scope != self.scope()

    def look_whether_set(self, node: Any) -> None:
        """Statements that raise UnboundLocalError, as f does, where variables that a statement reads have no value."""
        for name in getattr(node, "looks", ()):
            value, known = (self.state.get((self.frame.number, key)) for key in (name, is_set(name)))
            if value is None or isinstance(value, Conflict):
                continue  # refused where it is read
            if isinstance(value, Value) and self.shows_itself(name, value):
                known = value.items[0] if value.items else value
            if not isinstance(known, Value) or not isinstance(known.expr, gast.Name):
                raise self.refuse("unbound", node, name=name)
            self.add(gast.Expr(known.expr), ir.Plain(False))

    def shows_itself(self, name: str, value: Value) -> bool:
        """Whether reading the value of a variable raises where that has none."""
        if value.items:
            leaves = [each.expr.id for each in value.items if isinstance(each.expr, gast.Name)]
            own = [each for each in leaves if (name, each) not in self.second_names]
            return len(own) == len(value.items) and all(self.info[each].unset for each in own if each in self.info)
        if not isinstance(value.expr, gast.Name) or value.object is not None:
            return False
        return value.expr.id in self.info and (name, value.expr.id) not in self.second_names

    def note_maybe_unset(self, value: Any) -> None:
        """An attribute may have no value yet: one way to here, or none of a loop's iterations, has set it."""
        for each in getattr(value, "items", None) or ():
            self.note_maybe_unset(each)
        if isinstance(value, Value) and isinstance(value.expr, gast.Name):
            self.maybe_unset.add(value.expr.id)

    def check_part(self, thing: Object, part: Any, value: Value, node: Any) -> None:
        """An attribute that is read in a loop, and may be as an earlier iteration has left it, is carried in the next
        walk."""
        for each in value.items or ():
            self.check_part(thing, part, each, node)
        if not self.loops or not isinstance(value.expr, gast.Name) or value.expr.id not in self.maybe_unset:
            return
        set_in = self.info[value.expr.id].loops
        together = next(
            (k for k, (a, b) in enumerate(zip(set_in, self.loops)) if a != b), min(len(set_in), len(self.loops))
        )
        if together <= len(thing.loops):
            return
        known = self.facts.results.setdefault("unset_parts", set())
        if (thing.cls, part) in known:
            raise self.refuse("carried_unset", node, name=part)
        known.add((thing.cls, part))
        self.learnt = True

    def unset_value(self, facts: Any, key: Any, path: tuple[Any, ...]) -> Value:
        """A variable that has no value yet; a tuple has a name for each part."""
        count, cls = facts.get(("form", key, path), (None, None))
        if count is not None:
            return self.make_tuple([self.unset_value(facts, key, (*path, k)) for k in range(count)], cls)
        name = self.names.fresh(self.base_name(key))
        self.info[name] = ir.Info(Never(), loops=self.loops, position=self.position)
        self.never_set.add(name)
        return Value(trees.name(name), Never())

    def is_unset(self, value: Any) -> bool:
        if not isinstance(value, Value):
            return False
        if value.items:
            return all(map(self.is_unset, value.items))
        return isinstance(value.kind, Never) and isinstance(value.expr, gast.Name) and value.expr.id in self.never_set
