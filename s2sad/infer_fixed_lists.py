"""Part of the stage `infer`: lists whose items are of different kinds, followed item by item.

Such a list is an Object with the positions as its keys. Where it is used in a way that needs a list of one kind of
items (an index that is not known, most methods), the walk begins again with it as a plain list.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.errors import NotDifferentiableError
from s2sad.kinds import (
    INT,
    Array,
    Kind,
    List,
    Record,
    Scalar,
    Static,
    Tuple,
    Unknown,
    is_mixed,
    join_all,
    loses_something,
    tells_functions_apart,
)
from s2sad.values import Object, Restart, Value

LONGEST = 64


class FixedLists:
    def make_fixed_list(self, items: list[Value], hint: str | None, site: Any) -> Value | None:
        """A list display whose items have no common kind, or are objects that are written; None where a plain list will
        do."""
        self.boxed_lists += [(site, item.object) for item in items if item.object is not None]
        if site in self.facts.results.get("plain_lists", ()) or not 0 < len(items) <= LONGEST:
            return None
        followed = site in self.facts.results.get("followed_lists", ())
        kinds = [item.kind for item in items]
        apart = is_mixed(kinds) or tells_functions_apart(kinds) or loses_parts(kinds)
        if not followed and not (any(item.varied for item in items) and apart):
            return None
        thing = Object(list, list(range(len(items))), site=site)
        for k, item in enumerate(items):
            self.state[thing, k] = item
        expr = gast.List([item.expr for item in items], gast.Load())
        return self.made_object(thing, expr, Record(list, tuple((k, item.kind) for k, item in enumerate(items))), hint)

    def is_fixed_list(self, value: Value) -> bool:
        return value.object is not None and value.object.cls is list

    def need_plain_list(self, thing: Object, node: Any) -> None:
        sites = self.mapping_sites(thing, set())
        known = self.facts.results.setdefault("plain_lists", set())
        if not sites or sites <= known:
            raise self.refuse("mixed_list", node)
        known |= sites
        raise Restart

    def need_followed_lists(self, thing: Object) -> None:
        """An object that is an item of a list is written: the walk begins again, with the lists that may hold it
        followed item by item, if they are displays."""
        sites = {
            site for site, other in self.boxed_lists if other.cls is thing.cls and set(other.keys) == set(thing.keys)
        }
        known = self.facts.results.setdefault("followed_lists", set())
        if sites - known - self.facts.results.get("plain_lists", set()):
            known |= sites
            raise Restart

    def plain_if_needed(self, kind: Kind, site: Any) -> Kind:
        """The kind of a parameter that is a mixed list, as a plain list where it has to be one."""
        if isinstance(kind, Record) and kind.cls is list and site in self.facts.results.get("plain_lists", ()):
            return plain_list_kind(kind)
        return kind

    def as_items(self, value: Value) -> Value:
        """A list of different kinds, to be read only: like a tuple."""
        if not self.is_fixed_list(value):
            return value
        items = [self.read_part(value, key, None) for key in value.object.keys]
        return Value(
            value.expr, Tuple(tuple(item.kind for item in items)), any(item.varied for item in items), items=items
        )

    # ---------------------------------------------------------------- reading and writing
    def fixed_item(self, base: Value, slice_node: gast.AST, node: Any) -> Value:
        items = self.as_items(base)
        index = self.visit(slice_node)
        known = self.known(index)
        if (
            isinstance(known, int)
            or hasattr(index.static, "symbols")
            and all(s is None or isinstance(s, int) for s in index.static.symbols)
        ):
            found = self.static_item(items, slice_node, node)
            if hasattr(index.static, "symbols"):
                return self.make_list(found.items)
            return found
        self.need_plain_list(base.object, node)
        return items

    def store_fixed(self, base: Value, slice_node: gast.AST, value: Value, node: Any) -> None:
        known = self.known(self.visit(slice_node))
        count = len(base.object.keys)
        if not isinstance(known, int) or not -count <= known < count:
            self.need_plain_list(base.object, node)
        self.store_part(base, known % count, value, trees.index(base.expr, trees.const(known)), node)

    def fixed_list_method(
        self, owner: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value:
        thing = owner.object
        none = Value(trees.const(None), Static(None))
        if name == "append" and thing not in thing.sources and not thing.sources:
            value = self.settle(args[0])
            self.check_same_block(thing, node)
            self.note_object(thing)
            key = len(thing.keys)
            thing.keys = [*thing.keys, key]
            self.state[thing, key] = value
            self.add(gast.Expr(trees.call(trees.attr(owner.expr, "append"), value.expr)), ir.Plain(False))
            self.effects += 1
            return none
        if name == "copy":
            return self.make_list(self.as_items(owner).items)
        self.need_plain_list(thing, node)
        return none

    # ---------------------------------------------------------------- kinds without making anything
    def comprehension_kind(self, node: Any) -> Kind | None:
        """The kind of what a comprehension that stays as it is makes, item by item (of a dict, value by value);
        None if that can't be said."""
        state = self.state
        self.state = dict(state)
        self.quiet += 1
        try:
            for generator in node.generators:
                self.bind_kind(generator.target, self.kind_of_iteration(generator.iter))
            kind = self.visit(node.value if isinstance(node, gast.DictComp) else node.elt).kind
            return None if isinstance(kind, (Unknown, Static)) else kind
        except (NotDifferentiableError, AttributeError, TypeError, KeyError):
            return None
        finally:
            self.state = state
            self.quiet -= 1

    def kind_of_iteration(self, node: Any) -> Kind:
        """The kind of what each iteration over an expression gives."""
        if isinstance(node, gast.Call) and node.args and not node.keywords:
            function = self.visit(node.func).static
            if function is zip:
                return Tuple(tuple(map(self.kind_of_iteration, node.args)))
            if function is enumerate and len(node.args) == 1:
                return Tuple((INT, self.kind_of_iteration(node.args[0])))
            if function is reversed:
                return self.kind_of_iteration(node.args[0])
            if function is range:
                return INT
        return self.kind_of_items(self.visit(node))

    def kind_of_items(self, value: Value) -> Kind:
        if value.items is not None:
            return self.join_kinds([item.kind for item in value.items])
        if isinstance(value.kind, List):
            return value.kind.item or Unknown()
        if isinstance(value.kind, Array) and value.kind.dims:
            return self.indexed_kind(value, [("int", None)])
        return Unknown()

    def bind_kind(self, target: gast.AST, kind: Kind) -> None:
        if isinstance(target, gast.Name):
            if isinstance(kind, Scalar):
                kind = Scalar(kind.dtype)
            self.state[self.frame.number, target.id] = Value(trees.name(target.id), kind)
            return
        parts = kind.items if isinstance(kind, Tuple) else [Unknown()] * len(target.elts)
        for each, part in zip(target.elts, parts):
            self.bind_kind(each, part)


def loses_parts(kinds: list[Kind]) -> bool:
    """Whether the items are known, but not what is in an item that may be any of them: (2.0, x) or ("a", x)."""
    return loses_something(join_all(kinds)) and not any(map(loses_something, kinds))


def plain_list_kind(kind: Record) -> List:
    return List(join_all(each for _, each in kind.fields))
