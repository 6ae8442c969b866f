"""Part of the stage `infer`: tuples, lists, sets and dicts that are written down."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_classes import is_plain_namedtuple
from s2sad.kinds import UNKNOWN, Dict, Kind, Mapping, Tuple
from s2sad.values import MISSING, Object, Value


class Displays:
    def visit_Tuple(self, node: gast.Tuple, hints: list[str | None] | None = None) -> Value:
        """A tuple. `hints`: what its items will be called."""
        items = self.starred_items(node.elts, hints)
        return self.make_tuple(items)

    def make_tuple(self, items: list[Value], cls: type | None = None) -> Value:
        if not self.quiet:
            items = [item if item.items is not None or item.object is not None else self.settle(item) for item in items]
        parts = [item.expr for item in items]
        expr: gast.AST = gast.Tuple(parts, gast.Load())
        if cls is not None and not self.quiet and is_plain_namedtuple(cls):
            expr = trees.call(self.class_reference(cls), *parts)
            mark_pure(expr)
        return Value(expr, Tuple(tuple(i.kind for i in items), cls), any(i.varied for i in items), items=items)

    def starred_items(self, nodes: list[gast.AST], hints: list[str | None] | None = None) -> list[Value]:
        plain = [each.value if isinstance(each, gast.Starred) else each for each in nodes]
        hints = hints if hints is not None and len(hints) == len(nodes) and plain == nodes else None
        items: list[Value] = []
        for each, value in zip(nodes, self.visit_all(plain, hints)):
            if isinstance(each, gast.Starred):
                items.extend(self.parts_of(value, None, each))
            else:
                items.append(value)
        return items

    def visit_List(self, node: gast.List, hint: str | None = None) -> Value:
        made = self.starred_list(node.elts, hint)
        return self.make_list(self.starred_items(node.elts), hint) if made is None else made

    def visit_Set(self, node: gast.Set) -> Value:
        items = self.starred_items(node.elts)
        if any(item.varied for item in items):
            raise self.refuse("active_set", node)
        return Value(gast.Set([item.expr for item in items]), UNKNOWN)

    def visit_Dict(self, node: gast.Dict, hint: str | None = None) -> Value:
        known: list[tuple[Any, Value]] = []
        for key, each in zip(node.keys, node.values):
            value = self.visit(each)
            if key is None:
                if isinstance(value.kind, Mapping):
                    return self.make_mapping(node, hint)
                if value.object is None:
                    raise self.refuse("dict_merge", each)
                known.extend((k, self.state[value.object, k]) for k in value.object.keys)
                continue
            found = self.visit(key)
            constant = found.expr.value if isinstance(found.expr, gast.Constant) else found.static
            if constant is MISSING or not isinstance(constant, (str, int, type(None))):
                return self.make_mapping(node, hint)
            known.append((constant, value))
        return self.make_dict(dict(known), hint)

    def make_dict(self, parts: dict[Any, Value], hint: str | None = None) -> Value:
        site = None if self.quiet else self.dict_site()
        if self.is_mapping_site(site):
            return self.mapping_of(parts, hint, site)
        thing = Object(dict, list(parts), site=site)
        settled = {}
        for key, value in parts.items():
            settled[key] = (
                value
                if self.quiet
                else self.settle(value, f"{hint}_{key}" if hint and str(key).isidentifier() else None)
            )
            self.state[thing, key] = settled[key]
        expr = gast.Dict([self.key_node(key) for key in settled], [value.expr for value in settled.values()])
        kind = Dict(tuple((key, value.kind) for key, value in settled.items()))
        return self.made_object(thing, expr, kind, hint)

    def made_object(self, thing: Object, expr: gast.AST, kind: Kind, hint: str | None) -> Value:
        """Names a new dict or record, so that what refers to it as a whole finds it."""
        if self.quiet:
            return Value(expr, kind, object=thing)
        varied = any(self.state[thing, key].varied for key in thing.keys)
        thing.loops, thing.block = self.loops, self.block
        value = self.emit(expr, ir.Plain(False), kind, varied, hint)
        value.object = thing
        value.place = None
        self.info[value.expr.id].place = None
        self.info[value.expr.id].statement.makes = thing
        return value
