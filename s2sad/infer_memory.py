"""Part of the stage `infer`: arrays, lists, dicts and records: reading from them, writing into them, joining them."""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.indexing import item_kind
from s2sad.infer_expressions import SliceOf, mark_pure
from s2sad.kinds import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Dict,
    Dim,
    Kind,
    List,
    Mapping,
    Never,
    Record,
    Scalar,
    Static,
    Tuple,
    Unknown,
    carries_gradient,
    join,
    of_item,
    settled,
)
from s2sad.rules import registry
from s2sad.values import MISSING, BoundMethod, Choice, Conflict, LocalFunction, Object, Partial, Super, Value

HOLE = "_"


class Memory:
    # ---------------------------------------------------------------- roots and places
    def new_root(self, site: Any, name: str, kind: Kind) -> ir.Root:
        root = ir.Root(site, name, kind, self.loops, born=self.position)
        self.roots.append(root)
        return root

    def is_written(self, root: ir.Root) -> bool:
        return any(each.site in self.facts.written for each in family(root))

    def is_memory(self, value: Value) -> bool:
        return isinstance(value.kind, (Array, List, Mapping))

    def view_place(self, place: ir.Place, base: gast.AST, expr: gast.AST, node: Any = None) -> ir.Place:
        """The place of `expr`, a view made from `base`: the same operation on the hole."""
        step = substitute(expr, base, trees.name(HOLE))
        made = self.inner_place(place, step)
        made.exact = place.exact and step is not None
        return made

    def inner_place(self, place: ir.Place, step: gast.AST) -> ir.Place:
        """The place one step further."""
        since = place.since if place.path else (self.position, self.loops)
        return ir.Place(place.root, (*place.path, step), place.exact, since)

    def note_store(self, place: ir.Place, varied: bool, node: Any, how: str = "item") -> None:
        """What is at this place is written now. What was not known before begins the walk again.

        how: of a list, 'item' for one of its items, 'end' and 'items' where it gets other items."""
        root = place.root
        self.note_change(place, how)
        if isinstance(root.site, tuple) and root.site[:1] == ("param",) and len(root.site) > 2:
            for k in range(2, len(root.site)):
                if ("object", *root.site[1:k]) not in self.facts.written:
                    self.facts.written.add(("object", *root.site[1:k]))
                    self.learnt = True
        for each in family(root):
            each.stores.append((self.loops, self.position + 1))
            if each.site not in self.facts.written:
                self.facts.written.add(each.site)
                self.learnt = True
            if varied:
                marks = self.facts.results.setdefault("varied", set())
                if each.site not in marks:
                    marks.add(each.site)
                    self.learnt = True
        if len(family(root)) > 1 and not root.linear_checked:
            raise self.refuse("ambiguous_store", node, name=ir.base_of(root.name))
        self.effects += 1

    def emit_load(self, value: Value) -> Value:
        """What written memory holds at this moment, as a value of its own."""
        site = ("load", self.path, id(self.origin[1]), self.position)
        made = self.emit(value.expr, ir.Load(value.place, value.kind), value.kind, value.varied, site=site)
        info = self.info[made.expr.id]
        info.place = made.place = ir.Place(value.place.root, value.place.path, value.place.exact, value.place.since)
        return made

    # ---------------------------------------------------------------- reading
    def visit_Subscript(self, node: gast.Subscript, hint: str | None = None) -> Value:
        base = self.visit(node.value)
        if self.is_flat(base):
            return self.flat_item(base.static.owner, node.slice, node, hint)
        if base.static is not MISSING and not isinstance(base.static, str):
            index = self.visit(node.slice)
            return Value(trees.index(base.expr, index.expr), UNKNOWN)
        return self.get_item(base, node.slice, node, hint)

    def get_item(self, base: Value, slice_node: gast.AST, node: Any, hint: str | None = None) -> Value:
        if base.items is not None or base.object is not None and base.object.cls is dict:
            found = self.static_item(base, slice_node, node)
            if found is not None:
                return found
        if (
            isinstance(base.kind, List)
            and isinstance(base.iteration, list)
            and self.chosen_functions(base)
            and not self.is_written(base.place.root)
        ):
            index = self.visit(slice_node)
            known = self.known(index)
            return (
                base.iteration[known]
                if isinstance(known, int) and -len(base.iteration) <= known < len(base.iteration)
                else self.choose_item(base, index, node)
            )
        if isinstance(base.kind, Mapping):
            self.ensure_key_of(base, slice_node, node)
        if self.is_fixed_list(base):
            return self.fixed_item(base, slice_node, node)
        if base.object is not None and base.object.cls is not dict:
            function = getattr(base.object.cls, "__getitem__", None)
            if function is not None:
                bound = Value(base.expr, Static(BoundMethod(base, function, "__getitem__")))
                return self.call_value(bound, [self.visit(slice_node)], {}, node)
        held = self.held_item(base, slice_node)
        if held is not None:
            return held
        base = self.settle(base)
        index, parts, _parts_values = self.index_expression(slice_node, base)
        kind = self.indexed_kind(base, parts)
        expr = trees.index(base.expr, index)
        varied = base.varied and carries_gradient(kind)
        if not varied or self.quiet:
            made = Value(expr, kind, varied)
            if base.place is not None and self.may_view(kind, parts):
                made.place = self.view_place(base.place, base.expr, expr)
            return made
        if isinstance(kind, Unknown) and not isinstance(base.kind, (Array, List, Mapping)):
            raise self.refuse("unknown_item", node)
        step = trees.index(trees.name(HOLE), index)
        written = base.place is not None and self.is_changed(base.place)
        place = self.inner_place(base.place, step) if base.place is not None else None
        op = ir.GetItem(base.expr.id, index, kind, base.kind, self.index_kind(parts), place if written else None)
        op.parts = parts
        made = self.emit(expr, op, kind, True, hint)
        if isinstance(kind, (Tuple, Dict, Record)):
            return self.unboxed(made)
        if place is not None and self.may_view(kind, parts):
            made.place = self.info[made.expr.id].place = place
        elif place is not None and isinstance(kind, List):
            self.note_shared_items(made.place.root, base, node)
        return made

    def held_item(self, base: Value, slice_node: gast.AST) -> Value | None:
        """An item of a list whose items are all still known: the very memory that was put into it."""
        if (
            not isinstance(base.kind, List)
            or not isinstance(base.iteration, list)
            or base.place is None
            or base.place.path
        ):
            return None
        if not isinstance(slice_node, (gast.Constant, gast.UnaryOp)) or any(
            each.moves for each in family(base.place.root)
        ):
            return None
        known = self.known(self.visit(slice_node))
        if base.place.root.site in self.facts.results.get("deep", ()):
            return None
        if (
            base.place.root.site in self.facts.results.get("moved", ())
            or not isinstance(known, int)
            or not -len(base.iteration) <= known < len(base.iteration)
        ):
            return None
        item = base.iteration[known]
        return item if item.place is not None and isinstance(item.kind, (Array, List, Mapping)) else None

    def may_view(self, kind: Kind, parts: list[tuple[str, Any]]) -> bool:
        """Whether what an index gives shares memory with what it is taken from."""
        if isinstance(kind, (Scalar, List)) and any(tag == "slice" for tag, _ in parts) and not isinstance(kind, Array):
            return False
        if isinstance(kind, Scalar):
            return False
        return not any(tag == "array" for tag, _ in parts)

    def static_item(self, base: Value, slice_node: gast.AST, node: Any) -> Value | None:
        index = self.visit(slice_node)
        known = self.known(index)
        if isinstance(index.static, SliceOf) and base.items is not None:
            symbols = index.static.symbols
            if all(s is None or isinstance(s, int) for s in symbols):
                return self.make_tuple(base.items[slice(*symbols)])
        if base.items is not None:
            if isinstance(known, int):
                if not -len(base.items) <= known < len(base.items):
                    raise self.refuse("index_range", node, index=known, length=len(base.items))
                return base.items[known]
            if self.chosen_functions(base):
                return self.choose_item(base, index, node)
            if not base.varied:
                return None
            if self.quiet:
                return Value(
                    trees.index(base.expr, index.expr), self.join_kinds([i.kind for i in base.items]), base.varied
                )
            return self.pick_item(self.make_list(base.items), index, node)
        if known is not MISSING:
            if known not in base.object.keys:
                raising = trees.index(base.expr, index.expr)
                return Value(raising, Never()) if self.quiet else self.emit(raising, ir.Plain(False), Never(), False)
            return self.read_part(base, known, node)
        if self.chosen_functions(base):
            return self.choose_item(base, index, node)
        if not base.varied and not self.mapping_sites(base.object, set()):
            return None
        self.need_mapping(base.object, node)
        return None

    def pick_item(self, base: Value, index: Value, node: Any) -> Value:
        kind = of_item(base.kind.item) or UNKNOWN
        index_expr = self.settle(index).expr
        op = ir.GetItem(base.expr.id, index_expr, kind, base.kind, INT, None)
        op.parts = [("int", None)]
        return self.emit(trees.index(base.expr, index_expr), op, kind, True)

    def read_part(self, base: Value, key: Any, node: Any) -> Value:
        found = self.state.get((base.object, key))
        if isinstance(found, Conflict):
            raise self.refuse(found.key, node, name=str(key), **found.words)
        if found is None:
            raise self.refuse("no_key", node, key=key)
        return found

    def join_kinds(self, kinds: list[Kind]) -> Kind:
        made: Kind | None = None
        for kind in kinds:
            made = join(made, kind)
        return made or UNKNOWN

    def index_expression(self, node: gast.AST, base: Value) -> tuple[gast.AST, list[tuple[str, Any]], list[Value]]:
        """An index with operands for its parts, and what each part is."""
        elements = node.elts if isinstance(node, gast.Tuple) else [node]
        values = self.visit_all(elements)
        if len(values) == 1 and values[0].items is not None and not isinstance(node, gast.Tuple):
            values = values[0].items
            elements = [None] * len(values)
            node = gast.Tuple([], gast.Load())
        parts = [self.index_part(value, base) for value in values]
        exprs = [
            value.expr if self.quiet or isinstance(value.kind, Static) else self.operand(value) for value in values
        ]
        index = gast.Tuple(exprs, gast.Load()) if isinstance(node, gast.Tuple) else exprs[0]
        return index, parts, values

    def index_part(self, value: Value, base: Value) -> tuple[str, Any]:
        static = value.static
        if isinstance(static, SliceOf):
            return "slice", static.symbols
        if static is None:
            return "none", None
        if static is Ellipsis:
            return "ellipsis", "explicit"
        if isinstance(value.kind, Scalar):
            if value.kind.char == "b":
                return "unknown", None
            if isinstance(base.kind, (Array, List)):
                self.use_as_integer(value)
            return "int", value.kind.symbol
        if isinstance(value.kind, Array) and value.kind.char in "bi":
            return "array", value.kind
        if isinstance(value.kind, (List, Tuple)):
            return "array", Array("int64", (Dim(("list", object())),))
        return "unknown", None

    def index_kind(self, parts: list[tuple[str, Any]]) -> Kind:
        return Array("int64", None) if any(tag in ("array", "unknown") for tag, _ in parts) else INT

    def indexed_kind(self, base: Value, parts: list[tuple[str, Any]]) -> Kind:
        kind = base.kind
        if isinstance(kind, Array):
            return item_kind(kind, parts)
        if isinstance(kind, List):
            return kind if parts[0][0] == "slice" else of_item(kind.item) or UNKNOWN
        if isinstance(kind, Mapping):
            return of_item(kind.value) or UNKNOWN
        if isinstance(kind, Tuple) and not base.varied and parts[0][0] == "int":
            return self.join_kinds(list(kind.items))
        return UNKNOWN

    # ---------------------------------------------------------------- attributes
    def visit_Attribute(self, node: gast.Attribute, hint: str | None = None) -> Value:
        return self.get_attribute(self.visit(node.value), node.attr, node, hint)

    def get_attribute(self, owner: Value, name: str, node: Any, hint: str | None = None) -> Value:
        static = owner.static
        expr = trees.attr(owner.expr, name)
        if isinstance(static, Super):
            return self.super_attribute(static, name, node)
        if self.is_fixed_list(owner):
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if owner.object is not None and owner.object.cls is not dict:
            return self.record_attribute(owner, name, node)
        if (
            owner.items is not None
            and isinstance(owner.kind, Tuple)
            and owner.kind.cls is not None
            and name in owner.kind.cls._fields
        ):
            return owner.items[owner.kind.cls._fields.index(name)]
        if (
            isinstance(owner.kind, Tuple)
            and owner.kind.cls is not None
            and callable(getattr(owner.kind.cls, name, None))
        ):
            return Value(expr, Static(BoundMethod(owner, getattr(owner.kind.cls, name), name)))
        if static is not MISSING and not isinstance(static, (str, bytes, SliceOf)):
            if not hasattr(static, name):
                raise self.refuse(
                    "no_attribute", node, name=name, what=getattr(static, "__name__", type(static).__name__)
                )
            value = getattr(static, name)
            if (
                hasattr(static, "__dict__")
                and name in getattr(static, "__dict__", ())
                and not str(getattr(static, "__name__", "")).startswith(("numpy", "math", "scipy"))
            ):
                self.guard(static.__dict__, name, value)
            return self.outside_value(value, expr, ("attribute", trees.show(expr)))
        if isinstance(owner.kind, (Array, Scalar)):
            return self.array_attribute(owner, name, node, hint)
        if (
            owner.object is not None
            or isinstance(owner.kind, (List, Mapping, Dict))
            or isinstance(static, (str, bytes))
        ):
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if owner.varied:
            raise self.refuse("unknown_attribute", node, name=name)
        return Value(expr, UNKNOWN)

    def array_attribute(self, owner: Value, name: str, node: Any, hint: str | None) -> Value:
        if name == "T" and isinstance(owner.kind, Scalar):
            return owner
        expr = trees.attr(owner.expr, name)
        dims = getattr(owner.kind, "dims", ())
        if name == "shape":
            if dims is None:
                return Value(expr, Array("int64", None) if False else UNKNOWN)
            items = [
                Value(trees.index(expr, trees.const(k)), Scalar("int", 1 if d.key == 1 else dim_symbol(d)))
                for k, d in enumerate(dims)
            ]
            return Value(expr, Tuple(tuple(item.kind for item in items)), items=items)
        if name == "ndim" and dims is not None:
            return Value(trees.const(len(dims)), Scalar("int", len(dims)))
        if name in ("size", "ndim", "itemsize", "nbytes"):
            return Value(expr, Scalar("int", ("size", dims) if dims is not None and name == "size" else None))
        if name in ("dtype", "flags", "strides"):
            return Value(
                expr,
                Static(np.dtype(owner.kind.dtype))
                if name == "dtype" and owner.kind.dtype in np.sctypeDict
                else UNKNOWN,
            )
        function = registry.find_attribute(name)
        if function is not None:
            rule = registry.find(function)
            owner = owner if self.quiet else self.settle(owner)
            return self.primitive(rule, [owner], lambda exprs: trees.attr(exprs[0], name), node, hint)
        if name == "flat" and isinstance(owner.kind, Array):
            return Value(expr, Static(BoundMethod(owner, None, "flat")), owner.varied, place=owner.place)
        return Value(expr, Static(BoundMethod(owner, None, name)))

    def record_attribute(self, owner: Value, name: str, node: Any) -> Value:
        if (owner.object, name) in self.state:
            return self.read_part(owner, name, node)
        cls = owner.object.cls
        found = getattr(cls, name, MISSING)
        if found is MISSING:
            raise self.refuse("no_attribute", node, name=name, what=cls.__name__)
        raw = next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), found)
        self.guard(cls, name, found)
        if isinstance(raw, property):
            return self.call_value(Value(owner.expr, Static(BoundMethod(owner, raw.fget, name))), [], {}, node)
        if isinstance(raw, staticmethod):
            return Value(trees.attr(owner.expr, name), Static(found))
        if isinstance(raw, classmethod):
            made = Value(trees.attr(owner.expr, "__class__"), Static(cls))
            return Value(trees.attr(owner.expr, name), Static(BoundMethod(made, raw.__func__, name)))
        if callable(found):
            return Value(trees.attr(owner.expr, name), Static(BoundMethod(owner, found, name)))
        return self.outside_value(found, trees.attr(owner.expr, name), ("class", cls, name))

    # ---------------------------------------------------------------- writing
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
        index, parts, _ = self.index_expression(target.slice, base)
        if isinstance(base.kind, List) and isinstance(index, gast.Slice):
            self.store_slice(base, index, value, target)
            return
        kind = self.indexed_kind(base, parts)
        self.store(base, index, parts, kind, value, operator, target)

    def store_unknown(self, base: Value, target: gast.Subscript, value: Value) -> None:
        if value.varied or base.varied:
            raise self.refuse("unknown_store", target)
        index, _, _ = self.index_expression(target.slice, base)
        self.add(gast.Assign([trees.index(base.expr, index)], value.expr, None), ir.Plain(False))
        if base.place is not None:
            self.note_store(base.place, False, target)
        self.effects += 1

    def store(
        self, base: Value, index: gast.AST, parts: Any, kind: Kind, value: Value, operator: Any, node: Any
    ) -> None:
        place = base.place
        if place is None or not place.exact:
            raise self.refuse("unknown_owner", node)
        value = self.cut_off(base, value)
        raw = value
        if isinstance(base.kind, (List, Mapping)):
            value = self.boxed(value)
            self.note_item(place, value)
            if value.object is not None or value.items is not None:
                kind = value.kind
        step = trees.index(trees.name(HOLE), index)
        here = self.inner_place(place, step)
        self.check_outside(place.root, value.varied, node)
        value = Value(self.operand(value), value.kind, value.varied)
        target = trees.index(base.expr, index)
        op = ir.Store(here, value.expr, value.kind, kind, operator)
        op.value_varied = value.varied
        op.fancy = isinstance(base.kind, Array) and any(tag in ("array", "unknown") for tag, _ in parts)
        if operator is not None and not isinstance(operator, (gast.Add, gast.Sub)) and base.varied:
            made = self.emit(target, ir.Load(here, kind), kind, True, None)
            op.old = made.expr.id
            self.info[op.old].place = None if isinstance(kind, Scalar) else here
        if isinstance(base.kind, List) and operator is None and isinstance(kind, (List, Mapping)) and base.varied:
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
            self.note_held(place.root, raw, node)

    def cut_off(self, target: Value, value: Value) -> Value:
        """What an array of integers or booleans keeps of a real number changes in steps: it carries no gradient."""
        if isinstance(target.kind, Array) and target.kind.char in "bi":
            return Value(value.expr, value.kind, False, place=value.place)
        return value

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
        for root in family(place.root):
            kind, varied = self.facts.list_items.get(root.site, (None, False))
            made = settled(join(kind, held), ("item", root.site)), varied or value.varied
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
            if base.object.cls is dict and self.known(self.visit(target.slice)) is MISSING:
                self.need_mapping(base.object, target)
            current = self.get_item(base, target.slice, target)
            if self.is_memory(current):
                self.augment_in_place(node, current)
                return
            made = self.settle(self.binary(node.op, current, self.visit(node.value), node))
            index = self.visit(target.slice)
            if self.is_fixed_list(base):
                self.store_fixed(base, target.slice, made, target)
                return
            self.store_part(base, self.known(index), made, trees.index(base.expr, index.expr), target)
            return
        if not isinstance(base.kind, (Array, List, Mapping)):
            value = self.settle(self.visit(node.value))
            if value.varied:
                raise self.refuse("unknown_store", target)
            self.effects += 1
            index, _, _ = self.index_expression(target.slice, base)
            self.add(gast.AugAssign(trees.index(base.expr, index), node.op, value.expr), ir.Plain(False))
            return
        held = self.held_item(base, target.slice)
        if held is not None:
            self.augment_in_place(node, held)
            return
        index, parts, _ = self.index_expression(target.slice, base)
        if isinstance(base.kind, Mapping):
            self.ensure_key(base, index, target)
        kind = self.indexed_kind(base, parts)
        if isinstance(base.kind, (List, Mapping)) and (isinstance(kind, (Scalar, Unknown)) or kind == UNKNOWN):
            current = self.get_item_at(base, index, parts, kind)
            made = self.settle(self.binary(node.op, current, self.visit(node.value), node))
            self.store(base, index, parts, kind, made, None, node)
            return
        block, at, writes = self.block, len(self.block), self.writes_to(base)
        value = self.settle(self.visit(node.value))
        if self.writes_to(base) != writes and not self.may_view(kind, parts) and block is self.block:
            later = block[at:]  # the value's own call writes there: what is added to was read before
            del block[at:]
            current = self.get_item_at(base, index, parts, kind)
            block.extend(later)
            self.store(base, index, parts, kind, self.settle(self.binary(node.op, current, value, node)), None, node)
            return
        self.store(base, index, parts, kind, value, node.op, node)

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

    def augment_in_place(self, node: gast.AugAssign, current: Value) -> None:
        """name op= value, where name is an array or a list."""
        if isinstance(current.kind, List) and isinstance(node.op, gast.Add):
            self.list_method(current, "extend", [self.visit(node.value)], node)
            return
        value = self.settle(self.visit(node.value))
        if isinstance(current.kind, Unknown) or isinstance(current.kind, Array) and current.kind.dims is None:
            if value.varied or current.varied:
                raise self.refuse("augment_unknown", node)
        if not isinstance(current.kind, (Array, Unknown)):
            raise self.refuse("augment_unknown", node)
        if current.place is None or not current.place.exact:
            raise self.refuse("unknown_owner", node)
        value = self.cut_off(current, value)
        place = current.place
        self.check_outside(place.root, value.varied, node)
        value = Value(self.operand(value), value.kind, value.varied)
        op = ir.Store(place, value.expr, value.kind, current.kind, node.op)
        op.value_varied, op.fancy = value.varied, False
        if not isinstance(node.op, (gast.Add, gast.Sub)) and current.varied:
            made = self.emit_load(current)
            op.old = made.expr.id
        self.note_store(place, value.varied, node)
        target = current.expr if current.expr.__class__ in (gast.Name, gast.Subscript) else None
        if target is None or target.__class__ is gast.Name and isinstance(node.target, gast.Attribute):
            target = trees.index(current.expr, trees.const(...))
        self.add(gast.AugAssign(target, node.op, value.expr), op)

    def store_part(self, base: Value, key: Any, value: Value, target: gast.AST, node: Any) -> None:
        """An attribute of a record, or an entry of a dict of known keys, becomes value."""
        thing = base.object
        if thing in thing.sources:
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
        if owner.object is None or owner.object.cls is dict:
            if value.varied or owner.varied or isinstance(owner.kind, Array):
                raise self.refuse("unknown_store", node)
            self.add(gast.Assign([trees.attr(owner.expr, name)], value.expr, None), ir.Plain(False))
            self.effects += 1
            return
        raw = next((vars(base)[name] for base in owner.object.cls.__mro__ if name in vars(base)), None)
        if isinstance(raw, property):
            bound = Value(owner.expr, Static(BoundMethod(owner, raw.fset, name)))
            self.call_value(bound, [value], {}, node)
            return
        self.store_part(owner, name, value, trees.attr(owner.expr, name), node)

    def delete_item(self, target: gast.AST) -> None:
        if isinstance(target, gast.Subscript):
            base = self.visit(target.value)
            if base.object is not None:
                key = self.known(self.visit(target.slice))
                if key is MISSING and base.object.cls is dict:
                    self.need_mapping(base.object, target)
                if key in base.object.keys:
                    self.check_same_block(base.object, target)
                    base.object.keys = [each for each in base.object.keys if each != key]
                    self.state.pop((base.object, key), None)
                    self.note_object(base.object)
                    self.add(gast.Delete([trees.index(base.expr, trees.const(key))]), ir.Plain(False))
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
                self.effects += 1
                return
        raise self.refuse("delete", target)

    # ---------------------------------------------------------------- lists
    def make_list(self, items: list[Value], hint: str | None = None) -> Value:
        if self.quiet:
            expr = gast.List([item.expr for item in items], gast.Load())
            return Value(
                expr,
                List(self.join_kinds([i.kind for i in items]) if items else None),
                any(i.varied for i in items),
                items=None,
            )
        items = [self.settle(item) for item in items]
        site = (self.path, self.site_number())
        fixed = self.make_fixed_list(items, hint, site)
        if fixed is not None:
            return fixed
        boxed = [self.boxed(item) for item in items]
        kind: Kind | None = None
        for item in boxed:
            kind = join(kind, item.kind)
        found, varied = self.facts.list_items.get(site, (None, False))
        kind = join(kind, found) if kind is not None or found is not None else None
        varied = varied or any(item.varied for item in items)
        if varied and kind is not None and not carries_gradient(kind):
            varied = False
        exprs = [self.operand(item) for item in boxed]
        expr = gast.List(exprs, gast.Load())
        op = (
            ir.Pack(exprs, [item.kind for item in boxed])
            if varied
            else ir.Plain(bool(items) and all(is_function(item) for item in items))
        )
        made = self.emit(expr, op, List(kind), varied, hint, site)
        made.items = None
        made.iteration = items
        for item in items:
            self.note_held(made.place.root, item, None)
        return made

    def container_operator(self, op: Any, left: Value, right: Value, hint: str | None) -> Value | None:
        """+ and * of tuples, lists and strings."""
        if self.is_fixed_list(left) or self.is_fixed_list(right):
            lists = [self.is_fixed_list(value) or isinstance(value.kind, List) for value in (left, right)]
            if isinstance(op, gast.Add) and all(lists):
                parts = [self.as_items(value).items or value.iteration for value in (left, right)]
                if all(isinstance(part, list) for part in parts):
                    return self.make_list([*parts[0], *parts[1]], hint)
            self.need_plain_list(left.object if self.is_fixed_list(left) else right.object, None)
        if isinstance(op, gast.Add) and left.items is not None and right.items is not None:
            return self.make_tuple([*left.items, *right.items])
        if isinstance(op, gast.BitOr) and self.is_dict(left) and self.is_dict(right):
            return self.merged(left, right, None, hint)
        lists = [isinstance(value.kind, List) for value in (left, right)]
        if isinstance(op, gast.Add) and all(lists):
            return self.list_operation(
                "concat", [left, right], gast.BinOp(left.expr, op, right.expr), left, hint, right
            )
        if isinstance(op, gast.Mult) and any(lists) and not all(lists):
            listed, times = (left, right) if lists[0] else (right, left)
            if not isinstance(times.kind, Array):
                self.use_as_integer(times)
                return self.list_operation(
                    "repeat", [listed, times], gast.BinOp(left.expr, op, right.expr), listed, hint
                )
        if isinstance(op, gast.Mult) and left.items is not None:
            count = self.known(right)
            if isinstance(count, int):
                return self.make_tuple(left.items * count)
        if isinstance(left.static, (str, bytes)) or isinstance(right.static, (str, bytes)):
            return Value(gast.BinOp(left.expr, op, right.expr), UNKNOWN)
        return None

    def list_operation(
        self,
        what: str,
        values: list[Value],
        expr: gast.AST,
        like: Value,
        hint: str | None = None,
        other: Value | None = None,
        kind: Kind | None = None,
    ) -> Value:
        """A new list (or array, or number) made from lists."""
        if kind is None:
            kind = like.kind if other is None else join(like.kind, other.kind)
        varied = any(value.varied for value in values) and carries_gradient(kind)
        mark_pure(expr)
        if not varied or self.quiet:
            if self.quiet:
                return Value(expr, kind, varied)
            made = self.emit(expr, ir.Plain(not isinstance(kind, List)), kind, False, hint)
            self.note_same_items(made, values, what)
            return made
        operands = [self.operand(value) for value in values]
        mapping = {id(value.expr): operand for value, operand in zip(values, operands)}
        expr = replace_nodes(expr, mapping)
        mark_pure(expr)
        site = (self.path, self.site_number()) if isinstance(kind, List) else None
        if site is not None:
            found = self.facts.list_items.get(site, (None, False))
            kind = List(join(kind.item, found[0]), kind.cls) if found[0] is not None else kind
        made = self.emit(
            expr, ir.ListOp(what, operands, [value.kind for value in values], kind), kind, True, hint, site
        )
        self.note_same_items(made, values, what)
        return made

    def parts_of(self, value: Value, count: int | None, node: Any) -> list[Value]:
        """The parts of a value that is unpacked."""
        value = self.as_items(value)
        if value.items is not None:
            return value.items
        if value.object is not None and value.object.cls is dict:
            return [self.key_value(key) for key in value.object.keys]
        if isinstance(value.kind, List) and value.iteration is not None and not self.is_written(value.place.root):
            return value.iteration
        if (
            count is None
            and isinstance(value.kind, Array)
            and value.kind.dims
            and isinstance(value.kind.dims[0].key, int)
        ):
            count = value.kind.dims[0].key
        if isinstance(value.kind, (Array, List)) and count is not None:
            value = self.settle(value)
            return [self.get_item(value, trees.const(k), node) for k in range(count)]
        if not value.varied and count is not None:
            names = [self.names.fresh("item") for _ in range(count)]
            target = gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())
            statement = self.add(gast.Assign([target], value.expr, None), ir.Plain(False))
            for name in names:
                place = ir.Place(self.new_root((self.path, self.site_number()), name, UNKNOWN))
                self.info[name] = ir.Info(UNKNOWN, False, statement, place, self.loops, self.position)
            return [Value(trees.name(name), UNKNOWN, place=self.info[name].place) for name in names]
        if isinstance(value.kind, (Mapping, List)):
            raise self.refuse("unpack_length", node)
        raise self.refuse("unpack_unknown", node)

    def key_value(self, key: Any) -> Value:
        return self.visit_Constant(gast.Constant(key, None))

    # ---------------------------------------------------------------- joining what two branches leave
    def join_values(self, key: Any, a: Any, b: Any, copies: list[list[tuple[str, gast.AST]]]) -> Any:
        """One value for a variable that is a on one way and b on the other; copies at the ends of both ways make it."""
        base = key[1] if isinstance(key, tuple) and isinstance(key[1], str) else "value"
        if key in getattr(self, "hints", {}):
            base = self.hints[key]
        if isinstance(key, tuple) and isinstance(key[0], Object):
            base = f"part_{key[1]}"
        if not str(base).isidentifier():
            base = "#t"
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            return a if isinstance(a, Conflict) else b
        if a is None or b is None:
            present, side = (b, 1) if a is None else (a, 0)
            if self.is_early_value(key):
                self.mark_early(present, self.joining_from)
                if self.marked_early(present):
                    return self.joined_early(base, present, copies[side], copies[1 - side])
            return self.joined_once(base, present, copies[side])
        return self.join_two(base, a, b, copies)

    def joined_early(self, base: str, value: Value, copies: list[Any], others: list[Any]) -> Value:
        """What an early return has set on one way only has a name on the other way as well, which is never read."""
        if value.items is not None:
            items = [self.joined_early(f"{base}_{k}", item, copies, others) for k, item in enumerate(value.items)]
            return self.make_tuple(items, value.kind.cls if isinstance(value.kind, Tuple) else None)
        if value.object is not None or isinstance(value.kind, (Static, Mapping, Unknown)):
            return value
        name = self.names.fresh(base)
        copies.append((name, value.expr))
        others.append((name, gast.List([], gast.Load()) if isinstance(value.kind, List) else trees.const(0.0)))
        made = self.joined_value(name, value.kind, value.varied, [value])
        self.info[name].early = True
        return made

    def joined_once(self, base: str, value: Value, copies: list[tuple[str, gast.AST]]) -> Any:
        """A variable set on one way only: reading it after the other way is f's own mistake, raised as f would."""
        return value

    def join_two(self, base: str, a: Value, b: Value, copies: list[list[tuple[str, gast.AST]]]) -> Any:
        if a.object is not None or b.object is not None:
            return self.join_objects(base, a, b, copies)
        if a.items is not None and b.items is not None:
            if len(a.items) != len(b.items):
                return Conflict("joined_tuples")
            items = [
                x if x is y else self.join_two(f"{base}_{k}", x, y, copies)
                for k, (x, y) in enumerate(zip(a.items, b.items))
            ]
            if any(isinstance(item, Conflict) for item in items):
                return next(item for item in items if isinstance(item, Conflict))
            return self.make_tuple(items, a.kind.cls if isinstance(a.kind, Tuple) else None)
        if isinstance(a.kind, Static) and isinstance(b.kind, Static) and a.kind == b.kind:
            return a
        if any(is_function(v) for v in (a, b)):
            if all(is_function(v) for v in (a, b)) and self.joining_test is not None:
                return Value(trees.const(None), Static(Choice(self.joining_test, a, b)))
            return Conflict("joined_functions")
        optional = [
            v for v in (a, b) if v.static is None or isinstance(v.expr, gast.Name) and v.expr.id in self.optional
        ]
        kind = self.joined_kind(a, b)
        varied = (a.varied or b.varied) and carries_gradient(kind)
        if varied and isinstance(kind, Unknown):
            return Conflict("joined_kinds")
        name = self.names.fresh(base)
        for pairs, value in zip(copies, (a, b)):
            pairs.append((name, value.expr))
        if optional:
            self.optional.add(name)
        made = self.joined_value(name, kind, varied, [a, b])
        if made.place is not None:
            line = (getattr(self.origin[1], "end_lineno", 0) or 0) + 1 if not self.loops else 0
            tree = self.frame.tree
            for state, value in zip(self.joining, (a, b)):
                if isinstance(value, Value):
                    self.note_sharing(
                        state,
                        (self.frame.number, base),
                        value,
                        made.place.root,
                        lambda: loaded_from(tree, line),
                        self.origin[1],
                    )
        return made

    def joined_kind(self, a: Value, b: Value) -> Kind:
        """The kind of a value that is a or b; None beside a number leaves the number's kind (`is None` is asked at
        run time)."""
        if (a.static is None) != (b.static is None):
            other = b if a.static is None else a
            if isinstance(other.kind, (Scalar, Array)):
                return other.kind
        return join(a.kind, b.kind)

    def joined_value(self, name: str, kind: Kind, varied: bool, values: list[Value]) -> Value:
        place = None
        if isinstance(kind, (Array, List, Mapping, Unknown)):
            root = self.new_root(("phi", self.path, id(self.origin[1]), ir.base_of(name), len(self.loops)), name, kind)
            root.sources = tuple(value.place.root for value in values if value.place is not None)
            root.linear_checked = False
            place = ir.Place(root)
        self.info[name] = ir.Info(kind, varied, None, place, self.loops, self.position)
        self.phi_sources.setdefault(name, []).extend(value.expr for value in values)
        return Value(trees.name(name), kind, varied, place=place)

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
        name = self.names.fresh(base)
        parts = []
        for key in thing.keys:
            x, y = self.part_states(a.object, b.object, key)
            if x is None or y is None or isinstance(x, Conflict) or isinstance(y, Conflict):
                return Conflict("joined_objects")
            part_name = f"{base}_{key}" if str(key).isidentifier() else base
            joined = x if x is y else self.join_two(part_name, x, y, copies)
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


def loaded_from(tree: Any, line: int) -> set[str]:
    from s2sad.infer_aliases import loaded_from as found

    return found(tree, line)


def is_function(value: Value) -> bool:
    static = value.static
    return static is not MISSING and (
        callable(static) or isinstance(static, (BoundMethod, LocalFunction, Partial, Choice))
    )


def family(root: ir.Root) -> list[ir.Root]:
    """A root and all that it may be another name for."""
    found, todo = [], [root]
    while todo:
        each = todo.pop()
        if each not in found:
            found.append(each)
            todo.extend(each.sources)
    return found


def dim_symbol(dim: Dim) -> Any:
    """The symbol of an axis's length: a number where that is known, else the axis itself."""
    return dim.key if isinstance(dim.key, int) else dim


def substitute(tree: gast.AST, old: gast.AST, new: gast.AST) -> gast.AST | None:
    """tree with the node `old` replaced; None if it does not stand in it."""
    if tree is old:
        return new
    made = replace_nodes(tree, {id(old): new})
    return None if made is tree else made


def replace_nodes(tree: Any, mapping: dict[int, gast.AST]) -> Any:
    """tree with some of its nodes replaced, by identity; parts without any are shared."""
    found = mapping.get(id(tree))
    if found is not None:
        return found
    if not isinstance(tree, gast.AST):
        return tree
    changes = {}
    for field in tree._fields:
        value = getattr(tree, field, None)
        if isinstance(value, list):
            made = [replace_nodes(item, mapping) for item in value]
            if any(x is not y for x, y in zip(made, value)):
                changes[field] = made
        elif isinstance(value, gast.AST):
            new = replace_nodes(value, mapping)
            if new is not value:
                changes[field] = new
    if not changes:
        return tree
    copy = ir.statement_copy(tree)
    copy.__dict__.update(changes)
    return copy


_ = (BOOL, Record)
