"""Part of the stage `infer`: variables of a loop that have no value before it, and that an iteration may read as an
earlier one has left them: they are carried, as those are that have a value before it."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.exposed import read_from_before
from s2sad.kinds import Never
from s2sad.values import Value


class Unset:
    def add_unset(self, entry: dict[Any, Any], facts: Any, node: Any) -> None:
        """Puts them among what a loop begins with, under names that are never set."""
        if not isinstance(node, (gast.For, gast.While)):
            return
        known = self.facts.results.get(("exposed", id(node)))
        if known is None:
            known = self.facts.results["exposed", id(node)] = sorted(read_from_before(node))
        for name in known:
            key = (self.frame.number, name)
            if name in self.frame.locals and (key not in entry or self.is_unset(entry[key])):
                entry[key] = self.unset_value(facts, key, ())

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
