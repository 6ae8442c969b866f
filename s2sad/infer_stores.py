"""Part of the stage `infer`: writing into arrays, lists, dicts and records."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import same_axes
from s2sad.indexing import filled
from s2sad.infer_memory import HOLE
from s2sad.ir import family
from s2sad.kinds import (
    BOOL,
    UNKNOWN,
    Array,
    Kind,
    List,
    Mapping,
    Scalar,
    Static,
    Unknown,
    highest_rank,
    join,
    lowest_rank,
    may_be_number,
    settled,
)
from s2sad.values import MISSING, BoundMethod, Object, Value

# Attributes of an array that change it in place: what to write instead.
INSTEAD = {
    "shape": "`{x} = {x}.reshape(...)`",
    "dtype": "`{x} = {x}.view(...)`, or `.astype(...)` to convert the numbers",
    "strides": "a slice, `{x} = {x}[::2]`, or `np.transpose({x})`",
    "flat": "`{x}[...] = ...`, of the shape of `{x}`",
}


class Stores:
    def store_item(self, target: gast.Subscript, value: Value, operator: Any = None) -> None:
        base = self.visit(target.value)
        if self.is_fixed_list(base):
            self.store_fixed(base, target.slice, value, target)
            return
        if base.object is not None:
            index = self.visit(target.slice)
            known = self.known(index)
            if base.object.cls is not dict:
                function = getattr(base.object.cls, "__setitem__", None)
                bound = Value(base.expr, Static(BoundMethod(base, function, "__setitem__")))
                self.call_value(bound, [index, value], {}, target)
                return
            if known is MISSING:
                self.need_mapping(base.object, target)
            self.store_part(base, known, value, trees.index(base.expr, index.expr), target)
            return
        if self.is_flat(base):
            self.store_flat(base.static.owner, target, value, operator)
            return
        if not isinstance(base.kind, (Array, List, Mapping)):
            self.store_unknown(base, target, value)
            return
        index, parts, values = self.index_expression(target.slice, base)
        if isinstance(base.kind, Mapping):
            for each in values:
                self.check_key(each, target.slice)
        if isinstance(base.kind, List) and isinstance(index, gast.Slice):
            self.store_slice(base, index, value, target)
            return
        kind = self.indexed_kind(base, parts)
        self.store(base, index, parts, kind, value, operator, target)

    def store_unknown(self, base: Value, target: gast.Subscript, value: Value) -> None:
        base = self.settle(base)
        if value.varied or base.varied or base.place is None and not self.quiet:
            raise self.refuse("unknown_store", target)
        index, _, _ = self.index_expression(target.slice, base)
        self.add(gast.Assign([trees.index(base.expr, index)], value.expr, None), ir.Plain(False))
        self.note_writes(self.memory_in(base), target)
        if base.place is not None:
            self.note_shared(base, [place.root for place in self.memory_in(value)])
        self.effects += 1

    def store(
        self, base: Value, index: gast.AST, parts: Any, kind: Kind, value: Value, operator: Any, node: Any
    ) -> None:
        place = base.place
        if place is None or not place.exact:
            raise self.refuse("unknown_owner", node)
        value = self.stored_as(base, value, node, operator)
        self.check_floating(base, value)
        raw = value
        if isinstance(base.kind, Array) and base.kind.char == "O" and self.memory_in(value):
            raise self.refuse("unknown_store", node)
        if isinstance(base.kind, (List, Mapping)):
            value = self.boxed(value)
            in_place = operator is not None and isinstance(kind, Array)  # the item stays the array that it is
            self.note_item(place, Value(value.expr, kind, value.varied) if in_place else value)
            if value.object is not None or value.items is not None:
                kind = value.kind
        step = trees.index(trees.name(HOLE), index)
        here = self.inner_place(place, step)
        self.check_outside(place.root, value.varied, node)
        value = Value(self.operand(value), value.kind, value.varied)
        target = trees.index(base.expr, index)
        before, kind = kind, filled(kind, value.kind)
        op = ir.Store(here, value.expr, value.kind, kind, operator)
        op.value_varied = value.varied
        if isinstance(base.kind, Array):
            op.index, op.parts = index, parts
        if operator is not None and not isinstance(operator, (gast.Add, gast.Sub)) and base.varied:
            made = self.emit(target, ir.Load(here, kind), kind, True, None)
            op.old = made.expr.id
            self.info[op.old].place = None if isinstance(kind, Scalar) else here
        if isinstance(base.kind, List) and operator is None and base.varied and may_change_shape(before, value.kind):
            op.gone = self.emit(target, ir.Plain(True), UNKNOWN, False).expr
        self.note_store(place, value.varied, node)
        if operator is not None and isinstance(base.kind, (List, Mapping)) and not isinstance(kind, Scalar):
            self.note_change(place, "held")
        statement = (
            gast.AugAssign(target, operator, value.expr)
            if operator is not None
            else gast.Assign([target], value.expr, None)
        )
        self.add(statement, op)
        if isinstance(base.kind, (List, Mapping)) and operator is None:
            self.note_held(place.root, raw, node, len(place.path) + 1)

    def stored_as(self, target: Value, value: Value, node: Any, operator: Any = None) -> Value:
        """What is put into an array or list: of a list or tuple, an array puts in the items. What an array of integers
        or booleans keeps of a real number changes in steps: it carries no gradient."""
        if isinstance(target.kind, Array) and target.kind.char == "O" and value.varied and not self.quiet:
            raise self.refuse("dtype", node)
        if isinstance(target.kind, Array) and target.kind.char in "bi":
            return Value(value.expr, value.kind, False, place=value.place)
        if not isinstance(target.kind, Array):
            return value
        factor = operator is not None and not isinstance(operator, (gast.Add, gast.Sub))
        made = self.settle(self.list_as_array(value, node, always=factor and target.varied))
        call = getattr(self.info[made.expr.id].statement, "value", None) if made is not value else None
        if call is not None and not factor:
            call.implied = True  # it isn't printed: the user's own line does the same
        return made

    def check_floating(self, base: Value, value: Value) -> None:
        """An array whose dtype isn't known may be one of integers, which changes in steps: a program that stores a
        real number there says so."""
        if self.quiet or not value.varied or not isinstance(base.kind, Array) or base.kind.char != "?":
            return
        key = ("floating", trees.show(base.expr))
        if key in self.state or not isinstance(base.expr, gast.Name):
            return
        kind = trees.attr(trees.attr(base.expr, "dtype"), "kind")
        text = f"{ir.shown_name(base.expr.id)} is an array of integers here, so what is stored there is cut off: make "
        text += "it one of real numbers, by `dtype=float` or by arguments like 1.0"
        self.raise_where(gast.Compare(kind, [gast.In()], [trees.const("biu")]), "TypeError", text)
        self.state[key] = Value(trees.const(True), BOOL)

    def check_outside(self, root: ir.Root, varied: bool, node: Any) -> None:
        if root.site and root.site[0] in ("global", "cell", "attribute", "class", "import") and varied:
            raise self.refuse("outside_store", node, name=root.name)

    def note_item(self, place: ir.Place, value: Value) -> None:
        """What a list holds is known of all its items together."""
        whole: Any = place.root.kind
        layers: list[Any] = []
        for step in place.path:
            if (
                not isinstance(whole, (List, Mapping))
                or not isinstance(step, gast.Subscript)
                or isinstance(step.slice, gast.Slice)
            ):
                return
            whole = whole.item if isinstance(whole, List) else whole.value
            layers.append(whole)
        held = value.kind
        for layer in reversed(layers):
            if not isinstance(layer, (List, Mapping)):
                return
            held = List(held, layer.cls) if isinstance(layer, List) else Mapping(None, held, layer.default)
        for root in [place.root] if place.root.shares else family(place.root):
            kind, varied = self.facts.list_items.get(root.site, (None, False))
            made = settled(join(kind, held), ("item", root.site), self.joined), varied or value.varied
            if made != (kind, varied):
                self.facts.list_items[root.site] = made
                self.learnt = True

    def augment_item(self, node: gast.AugAssign) -> None:
        target = node.target
        base = self.visit(target.value)
        if self.is_flat(base):
            self.store_flat(base.static.owner, target, self.settle(self.visit(node.value)), node.op)
            return
        base = self.settle(base)
        if base.object is not None:
            self.augment_part(node, base)
            return
        if not isinstance(base.kind, (Array, List, Mapping)):
            self.augment_unknown(node, base)
            return
        held = self.held_item(base, target.slice)
        if held is not None:
            self.augment_in_place(node, held)
            return
        index, parts, values = self.index_expression(target.slice, base)
        if isinstance(base.kind, Mapping):
            for each in values:
                self.check_key(each, target.slice)
            self.ensure_key(base, index, target)
        kind = self.indexed_kind(base, parts)
        if isinstance(base.kind, List) and isinstance(index, gast.Slice):
            self.augment_slice(node, base, index, parts, kind)
            return
        held = isinstance(base.kind, (List, Mapping)) and isinstance(kind, Scalar)
        if held and not (kind.char == "f" and isinstance(node.op, (gast.Add, gast.Sub))):
            current = self.get_item_at(base, index, parts, kind)
            made = self.settle(self.binary(node.op, current, self.visit(node.value), node))
            self.store(base, index, parts, kind, made, None, node)
            return
        block, at, writes = self.block, len(self.block), self.writes_to(base)
        value = self.settle(self.visit(node.value))
        if isinstance(kind, Unknown) and isinstance(base.kind, (List, Mapping)) and (base.varied or value.varied):
            raise self.refuse("augment_unknown", node)  # it may be an array, which is written into
        changed = self.writes_to(base) != writes and not self.may_view(kind, parts) and block is self.block
        if changed or held and not (isinstance(value.kind, Scalar) and join(kind, value.kind) == kind):
            later = block[at:]  # what the value's own call does, a write perhaps: what is added to was read before
            del block[at:]
            current = self.get_item_at(base, index, parts, kind)
            block.extend(later)
            self.store(base, index, parts, kind, self.settle(self.binary(node.op, current, value, node)), None, node)
            return
        if isinstance(base.kind, (List, Mapping)) and lowest_rank(kind) == 0 and highest_rank(value.kind) != 0:
            if base.varied or value.varied:
                raise self.refuse("augment_number", node)
        self.store(base, index, parts, kind, value, node.op, node)

    def augment_slice(self, node: gast.AugAssign, base: Value, index: gast.Slice, parts: Any, kind: Kind) -> None:
        """`items[a:b] op= e` of a list: the new list, or array, that it makes of these items is put in their place."""
        current = self.get_item_at(base, index, parts, kind)
        value = self.settle(self.visit(node.value))
        if not base.varied and not value.varied:
            self.store(base, index, parts, kind, value, node.op, node)
            return
        if isinstance(node.op, gast.Add) and not isinstance(value.kind, Array):
            if isinstance(value.kind, Unknown):
                raise self.refuse("augment_unknown", node)  # an array is added, of anything else the items are appended
            value = self.as_list(value, node)
        self.store_slice(base, index, self.settle(self.binary(node.op, current, value, node)), node)

    def augment_part(self, node: gast.AugAssign, base: Value) -> None:
        """`d["a"] += e`, of a dict, a list or an object whose parts are known."""
        target = node.target
        if base.object.cls not in (dict, list) and self.own_method(base, "__setitem__") is None:
            raise self.refuse("unknown_store", target)
        if base.object.cls is dict and self.known(self.visit(target.slice)) is MISSING:
            self.need_mapping(base.object, target)
        current = self.get_item(base, target.slice, target)
        if is_maybe_number(current):
            made = self.augmented_apart(node, current)
        elif self.is_memory(current):
            self.augment_in_place(node, current)
            return
        else:
            made = self.settle(self.augmented_object(node, current))
        index = self.visit(target.slice)
        setter = self.own_method(base, "__setitem__")
        if setter is not None:
            self.call_special(base, setter, [index, made], target)
        elif self.is_fixed_list(base):
            self.store_fixed(base, target.slice, made, target)
        else:
            self.store_part(base, self.known(index), made, trees.index(base.expr, index.expr), target)

    def augment_unknown(self, node: gast.AugAssign, base: Value) -> None:
        """`u[k] += e`, of something that nothing is known of, and that carries no gradient."""
        target, value = node.target, self.settle(self.visit(node.value))
        if value.varied:
            raise self.refuse("unknown_store", target)
        self.effects += 1
        index, _, _ = self.index_expression(target.slice, base)
        self.add(gast.AugAssign(trees.index(base.expr, index), node.op, value.expr), ir.Plain(False))
        self.note_writes(self.memory_in(base), target)

    def writes_to(self, base: Value) -> int:
        """How often this memory, under any name, was written so far."""
        return self.effects if base.place is None else sum(len(each.stores) for each in family(base.place.root))

    def get_item_at(self, base: Value, index: gast.AST, parts: Any, kind: Kind) -> Value:
        expr = trees.index(base.expr, index)
        if not base.varied:
            return self.settle(Value(expr, kind))
        place = self.inner_place(base.place, trees.index(trees.name(HOLE), index))
        op = ir.GetItem(base.expr.id, index, kind, base.kind, self.index_kind(parts), place)
        op.parts = parts
        return self.emit(expr, op, kind, True)

    def has_second_name(self, value: Value, key: Any) -> bool:
        """Whether something else than this variable or part stands for the same."""
        names = set(trees.names_in(value.expr))
        return not isinstance(value.expr, gast.Name) or any(
            other != key and isinstance(each, Value) and not names.isdisjoint(trees.names_in(each.expr))
            for other, each in self.state.items()
        )

    def augmented_apart(self, node: gast.AugAssign, current: Value, hint: str | None = None) -> Value:
        """What may be a number or an array, after op=: under a name of its own, as others keep a number that it was."""
        named = self.emit(current.expr, ir.Plain(False), current.kind, False, hint)
        made = dataclasses.replace(named, place=current.place)
        self.augment_in_place(node, made)
        return made

    def augment_in_place(self, node: gast.AugAssign, current: Value, value: Value | None = None) -> None:
        """name op= value, where name is an array or a list; value: that, if it is known already."""
        if isinstance(current.kind, List) and isinstance(node.op, gast.Add):
            self.list_method(current, "extend", [self.visit(node.value)], node)
            return
        value = self.settle(self.visit(node.value) if value is None else value)
        if isinstance(current.kind, Unknown) or isinstance(current.kind, Array) and current.kind.dims is None:
            if value.varied or current.varied:
                raise self.refuse("augment_unknown", node)
        if not isinstance(current.kind, (Array, Unknown)):
            raise self.refuse("augment_unknown", node)
        if current.place is None or not current.place.exact:
            raise self.refuse("unknown_owner", node)
        value = self.stored_as(current, value, node, node.op)
        place = current.place
        self.check_outside(place.root, value.varied, node)
        value = Value(self.operand(value), value.kind, value.varied)
        op = ir.Store(place, value.expr, value.kind, current.kind, node.op)
        op.value_varied = value.varied
        if not isinstance(node.op, (gast.Add, gast.Sub)) and current.varied:
            made = self.emit_load(current)
            op.old = made.expr.id
        self.note_store(place, value.varied, node)
        target = current.expr if current.expr.__class__ in (gast.Name, gast.Subscript) else None
        attribute = isinstance(node.target, gast.Attribute) and not may_be_number(current.kind)
        if target is None or target.__class__ is gast.Name and attribute:
            target = trees.index(current.expr, trees.const(...))
        self.add(gast.AugAssign(target, node.op, value.expr), op)

    def store_part(self, base: Value, key: Any, value: Value, target: gast.AST, node: Any) -> None:
        """An attribute of a record, or an entry of a dict of known keys, becomes value."""
        thing = base.object
        if thing in thing.sources:
            self.need_written_boxes(thing)
            raise self.refuse("boxed_write", node, name=str(key))
        if thing.sources:
            raise self.refuse("ambiguous_store", node, name=str(key))
        self.note_object(thing)
        self.part_writes.setdefault(thing, []).append((self.loops, self.position + 1, str(key)))
        if key not in thing.keys:
            self.check_same_block(thing, node)
            thing.keys.append(key)
        self.state[thing, key] = value
        self.add(gast.Assign([target], value.expr, None), ir.Plain(False))
        self.block[-1].writes_part = thing
        self.effects += 1

    def note_object(self, thing: Object) -> None:
        """A parameter's dict or record is written into: a copy is, with those that hold it."""
        self.note_object_event("write", thing)
        if thing in self.views:
            raise self.refuse("kept_view", self.views[thing][0])
        site = thing.param
        while site is not None and len(site) >= 1:
            if ("object", *site) not in self.facts.written:
                self.facts.written.add(("object", *site))
                self.learnt = True
            site = site[:-1] if len(site) > 1 else None

    def store_attribute(self, target: gast.Attribute, value: Value) -> None:
        self.store_attribute_value(self.visit(target.value), target.attr, value, target)

    def store_attribute_value(self, owner: Value, name: str, value: Value, node: Any) -> None:
        if isinstance(owner.kind, Array) and name in ("real", "imag"):
            self.store_whole(self.get_attribute(owner, name, node), value, node)
            return
        if isinstance(owner.kind, Array) and name in INSTEAD:
            text = node.value.id if isinstance(node, gast.Attribute) and isinstance(node.value, gast.Name) else "x"
            raise self.refuse("array_attribute", node, instead=INSTEAD[name].format(x=text))
        if owner.object is None or owner.object.cls is dict:
            if value.varied or owner.varied or isinstance(owner.kind, Array):
                raise self.refuse("unknown_store", node)
            self.add(gast.Assign([trees.attr(owner.expr, name)], value.expr, None), ir.Plain(False))
            self.note_writes(self.memory_in(owner), node)
            self.effects += 1
            return
        raw = next((vars(base)[name] for base in owner.object.cls.__mro__ if name in vars(base)), None)
        if isinstance(raw, property):
            bound = Value(owner.expr, Static(BoundMethod(owner, raw.fset, name)))
            self.call_value(bound, [value], {}, node)
            return
        setter = getattr(owner.object.cls, "__setattr__", None)
        own = isinstance(setter, types.FunctionType) and not setter.__code__.co_filename.startswith("<string")
        if own or not isinstance(raw, types.MemberDescriptorType) and hasattr(type(raw), "__set__"):
            raise self.refuse("own_protocol", node, name=owner.object.cls.__name__, what=f"setting `{name}`")
        self.store_part(owner, name, value, trees.attr(owner.expr, name), node)

    def delete_item(self, target: gast.AST) -> None:
        if isinstance(target, gast.Subscript):
            base = self.visit(target.value)
            deleter = self.own_method(base, "__delitem__")
            if deleter is not None:
                self.call_special(base, deleter, [self.visit(target.slice)], target)
                return
            if base.object is not None and base.object.cls in (dict, list):
                key = self.known(self.visit(target.slice))
                if key is MISSING and base.object.cls is dict:
                    self.need_mapping(base.object, target)
                if key in base.object.keys:
                    self.check_same_block(base.object, target)
                    base.object.keys = [each for each in base.object.keys if each != key]
                    self.state.pop((base.object, key), None)
                    self.note_object(base.object)
                    self.add(gast.Delete([trees.index(base.expr, self.key_node(key))]), ir.Plain(False))
                    return
            if self.is_fixed_list(base):
                self.need_plain_list(base.object, target)
            if isinstance(base.kind, List):
                self.delete_from_list(base, target.slice, target)
                return
            if isinstance(base.kind, Mapping):
                self.delete_from_mapping(base, target.slice, target)
                return
            if not base.varied:
                index, _, _ = self.index_expression(target.slice, base)
                self.add(gast.Delete([trees.index(base.expr, index)]), ir.Plain(False))
                self.note_writes(self.memory_in(base), target)
                self.effects += 1
                return
        raise self.refuse("delete", target)


def is_maybe_number(value: Value) -> bool:
    """Whether it carries no gradient, and may be a number or an array: op= changes only one of these in place."""
    return may_be_number(value.kind) and not value.varied and value.object is None


def may_change_shape(kind: Kind, value: Kind) -> bool:
    """Whether an item of a list, of this kind, may be of another length or shape than what takes its place."""
    if not isinstance(kind, Array):
        return isinstance(kind, (List, Mapping, Unknown))
    return not isinstance(value, Array) or None in (kind.dims, value.dims) or not same_axes(kind.dims, value.dims)
