"""Part of the stage `infer`: dicts of known keys, and tuples and records inside lists."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import INT, Array, Dict, Kind, List, Mapping, Record, Scalar, Static, Tuple, carries_gradient, join_all
from s2sad.values import MISSING, Object, Restart, Value


class Boxes:
    def dict_method(self, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        thing = owner.object
        if name in ("keys", "values", "items"):
            made = self.make_tuple(list(self.dict_iteration(owner, name, node).items))
            made.view = name
            return made
        if name == "copy":
            return self.make_dict({key: self.state[thing, key] for key in thing.keys})
        key = self.known(args[0]) if args else MISSING
        if name in ("get", "setdefault", "pop") and key is MISSING:
            self.need_mapping(thing, node)
        if name == "get" and key is not MISSING:
            if key in thing.keys:
                return self.read_part(owner, key, node)
            return args[1] if len(args) > 1 else Value(trees.const(None), Static(None))
        if name == "setdefault" and key is not MISSING:
            if key not in thing.keys:
                self.store_part(owner, key, self.settle(args[1]), trees.index(owner.expr, args[0].expr), node)
            return self.read_part(owner, key, node)
        if name == "update":
            parts = dict(keywords)
            if args and args[0].object is not None:
                parts = {k: self.state[args[0].object, k] for k in args[0].object.keys} | parts
            elif args:
                self.need_mapping(thing, node)
            for k, value in parts.items():
                self.store_part(owner, k, self.settle(value), trees.index(owner.expr, trees.const(k)), node)
            return Value(trees.const(None), Static(None))
        if name == "pop" and key not in thing.keys and len(args) > 1:
            return args[1]
        if name == "pop" and key in thing.keys:
            value = self.read_part(owner, key, node)
            self.check_same_block(thing, node)
            self.note_object(thing)
            self.add(gast.Delete([trees.index(owner.expr, self.key_node(key))]), ir.Plain(False))
            thing.keys = [each for each in thing.keys if each != key]
            return value
        raise self.refuse("unknown_method", node, name=name)

    def note_optional_item(self, value: Value) -> None:
        """What may be None is put into a list or dict: whether what is taken out is None is asked at run time."""
        if "optional_items" not in self.facts.results and self.holds_optional(value):
            self.facts.results["optional_items"] = True
            self.learnt = True

    def holds_optional(self, value: Value) -> bool:
        """Whether something may be None, or something in a tuple, dict or object."""
        parts = [self.state.get((value.object, key)) for key in value.object.keys] if value.object is not None else []
        if any(isinstance(each, Value) and self.holds_optional(each) for each in [*(value.items or ()), *parts]):
            return True
        if "optional_items" in self.facts.results and isinstance(value.kind, (List, Mapping)):
            return True
        return self.is_optional(value)

    def boxed(self, value: Value) -> Value:
        """A tuple, dict or record as one value, to be put into a list."""
        self.note_optional_item(value)
        if not value.varied or value.items is None and value.object is None:
            return value
        if value.items is not None:
            items = [self.boxed(self.settle(item)) for item in value.items]
            keys: list[Any] | None = None
            expr: gast.AST = gast.Tuple([self.operand(item) for item in items], gast.Load())
            if isinstance(value.kind, Tuple) and value.kind.cls is not None:
                expr = value.expr
            kind: Kind = Tuple(
                tuple(item.kind for item in items), value.kind.cls if isinstance(value.kind, Tuple) else None
            )
        else:
            self.boxed_objects.append(value.object)
            keys = list(value.object.keys)
            items = [self.boxed(self.settle(self.state[value.object, key])) for key in keys]
            expr = value.expr
            pairs = tuple((key, item.kind) for key, item in zip(keys, items))
            kind = Dict(pairs) if value.object.cls is dict else Record(value.object.cls, pairs)
        op = ir.Pack([self.operand(item) for item in items], [item.kind for item in items])
        op.keys = keys
        return self.emit(expr, op, kind, True)

    def need_written_boxes(self, thing: Object) -> None:
        """An entry of a dict that is an item of a list is written: the walk begins again, with the dicts that may be
        there as mappings, if their values are of one kind."""
        kind = join_all(self.state[thing, each].kind for each in thing.keys)
        if thing.cls is not dict or not isinstance(kind, (Scalar, Array)):
            self.need_followed_lists(thing)
            return
        sites: set[Any] = {boxes_site(thing.keys)}
        for other in self.boxed_objects:
            if set(other.keys) == set(thing.keys):
                sites |= self.mapping_sites(other, set())
        known = self.facts.results.setdefault("mappings", set())
        if not sites <= known:
            known |= sites
            raise Restart
        self.need_followed_lists(thing)

    def unboxed(self, value: Value, pattern: Any = None) -> Value:
        """What a list holds, taken apart where it is a tuple, dict or record; pattern: what it is bound to."""
        kind = value.kind
        if self.quiet or not isinstance(kind, (Tuple, Dict, Record)):
            return value
        base = ir.base_of(value.expr.id) if isinstance(value.expr, gast.Name) else "item"
        self.note_held_in(value)
        if isinstance(kind, Tuple):
            patterns = patterns_of(pattern, len(kind.items))
            hints = [each.id if isinstance(each, gast.Name) else f"{base}_{k}" for k, each in enumerate(patterns)]
            items = [
                self.part(value, k, trees.index(value.expr, trees.const(k)), each, hints[k], patterns[k])
                for k, each in enumerate(kind.items)
            ]
            return Value(value.expr, kind, value.varied, items=items)
        parts = kind.items if isinstance(kind, Dict) else kind.fields
        thing = Object(dict if isinstance(kind, Dict) else kind.cls, [key for key, _ in parts])
        thing.sources = (thing,)
        for key, each in parts:
            indexed = isinstance(kind, Dict) or kind.cls is list
            expr = trees.index(value.expr, self.key_node(key)) if indexed else trees.attr(value.expr, key)
            self.state[thing, key] = self.part(value, key, expr, each, f"{base}_{key}")
        return Value(value.expr, kind, value.varied, object=thing)

    def note_unnamed(self, value: Value, pattern: Any) -> None:
        """What is taken apart before the user has a name for it gets that later."""
        if not isinstance(pattern, gast.Name) and isinstance(value.expr, gast.Name):
            self.names.unnamed.add(value.expr.id)

    def part(self, value: Value, key: Any, expr: gast.AST, kind: Kind, hint: str, pattern: Any = None) -> Value:
        hint = hint if hint.isidentifier() else "item"
        if isinstance(kind, Static):
            return Value(expr, kind)
        held_in = self.held_in.get(getattr(value.expr, "id", ""), [])
        if not value.varied or not carries_gradient(kind):
            made = self.emit(expr, ir.Plain(True), kind, False, hint)
            self.block[-1].taken_out = True
            self.note_unnamed(made, pattern)
            self.note_holders(made, held_in)
            return self.unboxed(made, pattern)
        op = ir.GetItem(value.expr.id, self.key_node(key), kind, value.kind, INT, None)
        op.parts = [("int", None)]
        made = self.emit(expr, op, kind, True, hint)
        self.note_unnamed(made, pattern)
        self.note_holders(made, held_in)
        return self.unboxed(made, pattern)


def boxes_site(keys: list[Any]) -> Any:
    """Where the dicts in lists that are parameters were made: nobody knows; they go by their keys."""
    return "boxes", frozenset(keys)


def patterns_of(pattern: Any, count: int) -> list[Any]:
    """What each of so many parts is bound to; None where no name says so."""
    if not isinstance(pattern, (gast.Tuple, gast.List)) or len(pattern.elts) != count:
        return [None] * count
    return [None if isinstance(each, gast.Starred) else each for each in pattern.elts]
