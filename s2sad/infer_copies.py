"""Part of the stage `infer`: `copy.copy` and `copy.deepcopy`, of what they can be followed through."""

from __future__ import annotations

from typing import Any

import numpy as np

from s2sad import trees
from s2sad.expressions import mark_pure
from s2sad.infer_holdings import holds_memory
from s2sad.kinds import UNKNOWN, Array, List, Scalar, Static, Tuple
from s2sad.rules import registry
from s2sad.values import Value

# What decides how copy.copy makes a copy, and what classes have that leave it as it is.
_COPYING = ("__copy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__")
_COPIED = {name: getattr(object, name, None) for name in (*_COPYING, "__getnewargs_ex__")}


class Copies:
    def call_copy(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        """copy.copy(x): another array or list; of a record, an object of its own that holds the same."""
        if len(args) != 1 or keywords:
            return None
        owner = args[0]
        made = self.copied_plainly(function, owner, node, hint)
        if made is not None:
            return made
        if owner.object is not None and owner.object.cls is dict:
            return self.make_dict({key: self.state[owner.object, key] for key in owner.object.keys}, hint)
        if isinstance(owner.kind, List) and owner.kind.cls is None and not self.quiet:
            expr = trees.call(function.expr, owner.expr)
            return self.list_operation("copy", [owner], expr, owner, hint)
        return self.call_replace(function, args, {}, node, hint) if has_usual_copies(owner) else None

    def call_deepcopy(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        if len(args) != 1 or keywords:
            return None
        made = self.copied_deeply(function, args[0], node, hint)
        if made is None and args[0].varied:
            raise self.refuse("deepcopy", node)
        return made or self.pure_call(function, args, {}, node)

    def copied_plainly(self, function: Value, value: Value, node: Any, hint: Any = None) -> Value | None:
        """A copy of a number, an array, or a list of numbers."""
        if isinstance(value.kind, (Scalar, Static)):
            return value
        if isinstance(value.kind, Array):
            rule = registry.find(np.copy)
            return self.primitive(rule, [value], lambda exprs: trees.call(function.expr, *exprs), node, hint)
        if (
            isinstance(value.kind, List)
            and value.kind.cls is None
            and value.kind.item is not None
            and not holds_memory(value.kind.item)
        ):
            expr = trees.call(function.expr, value.expr)
            mark_pure(expr)
            return self.list_operation("copy", [value], expr, value, hint)
        return None

    def copied_deeply(self, function: Value, value: Value, node: Any, hint: Any = None) -> Value | None:
        """A copy of a tuple, list, dict or record whose parts are known, each of which is memory of its own."""
        made = self.copied_plainly(function, value, node, hint)
        if made is not None or self.quiet:
            return made
        if value.object is not None:
            keys = list(value.object.keys)
            parts = self.copies_of([self.state.get((value.object, key)) for key in keys], function, node)
            if parts is None:
                return None
            if value.object.cls is dict:
                return self.make_dict(dict(zip(keys, parts)), hint)
            if value.object.cls is list:
                return self.make_list(parts, hint)
            return None
        items = self.items_throughout(value) if isinstance(value.kind, (List, Tuple)) else None
        parts = None if items is None else self.copies_of(items, function, node)
        if parts is None:
            return None
        return self.make_list(parts, hint) if isinstance(value.kind, List) else self.make_tuple(parts, value.kind.cls)

    def copies_of(self, parts: list[Any], function: Value, node: Any) -> list[Value] | None:
        roots = [place.root for part in parts if isinstance(part, Value) for place in self.memory_in(part)]
        alike = len(set(roots)) < len(roots) or any(root.sources for root in roots)
        if alike or not all(isinstance(part, Value) and part.kind is not UNKNOWN for part in parts):
            return None  # two that are one array are one array in the copy
        made = [self.copied_deeply(function, part, node) for part in parts]
        return None if any(each is None for each in made) else [self.settle(each) for each in made]


def has_usual_copies(owner: Value) -> bool:
    """Whether copy.copy makes another object of this class that holds the same."""
    cls = None if owner.object is None else owner.object.cls
    if cls is None or cls in (dict, list):
        return False
    return all(getattr(cls, each, None) is plain for each, plain in _COPIED.items())  # else in a way of its own
