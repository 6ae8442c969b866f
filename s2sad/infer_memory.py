"""Part of the stage `infer`: arrays, lists, dicts and records: reading from them, writing into them, joining them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expressions import substitute
from s2sad.indexing import Mask, item_kind
from s2sad.infer_expressions import SliceOf
from s2sad.infer_splines import Spline, SplineMethod
from s2sad.infer_surfaces import Surface
from s2sad.ir import family
from s2sad.kinds import (
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
    join_all,
    of_item,
)
from s2sad.refusals import refuse
from s2sad.rules.results import numeric
from s2sad.values import MISSING, BoundMethod, Choice, Conflict, LocalFunction, Partial, Value, is_active_text

HOLE = "_"


class Memory:
    # ---------------------------------------------------------------- roots and places
    def new_root(self, site: Any, name: str, kind: Kind) -> ir.Root:
        root = ir.Root(site, name, kind, self.loops, born=self.position)
        self.roots.append(root)
        return root

    def is_written(self, root: ir.Root) -> bool:
        return any(each.site in self.facts.written for each in family(root))

    def items_throughout(self, value: Value) -> list[Value] | None:
        """The items of a tuple, or of a list that keeps those that it was made with; None where they aren't known."""
        if value.items is not None:
            return value.items
        if not isinstance(value.iteration, list) or value.place is not None and self.is_written(value.place.root):
            return None
        return value.iteration if all(map(self.holds_still, value.iteration)) else None

    def holds_still(self, item: Any) -> bool:
        """Whether an item that a list was made with is still what its name stands for: not that of an iteration of a
        loop that is over, whose variables have gone on since."""
        if not isinstance(item, Value):
            return True
        if item.items is not None:
            return all(map(self.holds_still, item.items))
        loops = [self.info[name].loops for name in trees.names_in(item.expr) if name in self.info]
        return all(each == self.loops[: len(each)] for each in loops)

    def is_active(self, root: ir.Root) -> bool:
        """Whether memory carries a gradient, at any time."""
        known = self.info.get(root.name)
        return known is not None and known.varied or root.site in self.facts.results.get("varied", ())

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
        if step is not None:
            step.scope = self.scope()
        return ir.Place(place.root, (*place.path, step), place.exact, since)

    def note_store(self, place: ir.Place, varied: bool, node: Any, how: str = "item") -> None:
        """What is at this place is written now. What was not known before begins the walk again.

        how: of a list, 'item' for one of its items, 'end' where some are put at its end, 'last' where its last is taken
        out, 'items' where it gets others."""
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
        checked = len(family(root)) == 1 or root.linear_checked or root.apart
        if not checked and (varied or any(map(self.is_active, family(root)))):
            raise self.refuse("ambiguous_store", node, name=ir.shown_name(root.name))
        if root.holders:
            self.part_stores.append((root, (self.loops, self.position + 1), node, self.frame.source))
            for holder in root.holders:
                self.note_change(ir.Place(holder), "held")
        self.effects += 1

    def emit_load(self, value: Value) -> Value:
        """What written memory holds at this moment, as a value of its own."""
        if isinstance(value.kind, Array) and value.kind.dims is None and is_position(value.place):
            self.doubtful.append((value.place, self.loops, self.position, self.origin))
        site = ("load", self.path, id(self.origin[1]), self.position)
        made = self.emit(value.expr, ir.Load(value.place, value.kind), value.kind, value.varied, site=site)
        info = self.info[made.expr.id]
        info.place = made.place = ir.Place(value.place.root, value.place.path, value.place.exact, value.place.since)
        return made

    def check_doubtful(self) -> None:
        """At the end of a walk: `b = a[k]`, with `a` of unknown rank, is a number or a view, which may change."""
        for place, loops, position, (source, node) in self.doubtful:
            since, around = place.since
            for root in family(place.root):
                for store_loops, at in root.stores:
                    if since < at <= position or set(store_loops) & set(loops) - set(around):
                        raise refuse("number_or_view", node, source, name=ir.base_of(root.name))

    # ---------------------------------------------------------------- reading
    def visit_Subscript(self, node: gast.Subscript, hint: str | None = None) -> Value:
        self.look_first(node.value, node)
        base = self.taken_apart(self.visit(node.value), node)
        if self.is_flat(base):
            return self.flat_item(base.static.owner, node.slice, node, hint)
        if base.static is not MISSING and not isinstance(base.static, str):
            index = self.visit(node.slice)
            self.refuse_active_key(node.slice, [index], node)
            return Value(trees.index(base.expr, index.expr), UNKNOWN)
        return self.get_item(base, node.slice, node, hint)

    def refuse_active_key(self, slice_node: gast.AST, values: list[Value], node: Any) -> None:
        """What an object that is not known makes of a number that carries a gradient (`np.mgrid[0:x:5j]`) isn't."""
        names = [each for each in trees.walk(slice_node) if isinstance(each, gast.Name)]
        if any(each.varied and carries_gradient(each.kind) for each in [*values, *self.visit_all(names)]):
            raise self.refuse("unknown_item", node)

    def get_item(self, base: Value, slice_node: gast.AST, node: Any, hint: str | None = None) -> Value:
        own = self.own_method(base, "__getitem__")
        if own is not None:
            return self.call_special(base, own, [self.visit(slice_node)], node)
        joined = self.index_trick(base, slice_node, node, hint)
        if joined is not None:
            return joined
        if base.items is not None or base.object is not None and base.object.cls is dict:
            found = self.static_item(base, slice_node, node)
            if found is not None:
                return found
        chosen = self.of_table(base, slice_node)
        if chosen is not None:
            return chosen
        if isinstance(base.kind, List) and self.items_throughout(base) is not None and self.chosen_functions(base):
            index = self.visit(slice_node)
            known = self.known(index)
            if isinstance(index.static, SliceOf) and all(s is None or isinstance(s, int) for s in index.static.symbols):
                return self.make_list(base.iteration[slice(*index.static.symbols)])
            return (
                base.iteration[known]
                if isinstance(known, int) and -len(base.iteration) <= known < len(base.iteration)
                else self.choose_item(base, index, node)
            )
        if isinstance(base.kind, Mapping):
            self.ensure_key_of(base, slice_node, node)
        if self.is_fixed_list(base):
            return self.fixed_item(base, slice_node, node)
        held = self.held_item(base, slice_node)
        if held is not None:
            return held
        base = self.settle(base)
        if isinstance(slice_node, gast.Constant) and isinstance(slice_node.value, str):
            self.refuse_left_open(base, node)
        index, parts, part_values = self.index_expression(slice_node, base)
        if isinstance(base.kind, Unknown) and not base.varied:
            self.refuse_active_key(slice_node, part_values, node)
        kind = base.kind if is_active_text(base) else self.indexed_kind(base, parts)
        expr = trees.index(base.expr, index)
        varied = base.varied and carries_gradient(kind)
        if not varied or self.quiet:
            made = Value(expr, kind, varied)
            handed = isinstance(base.kind, Unknown) and any(map(self.memory_in, part_values))  # np.s_[array]
            if base.place is not None and self.may_view(kind, parts) and not handed:
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

    def of_table(self, base: Value, slice_node: gast.AST) -> Value | None:
        """A function or class of a dict outside of f, or a dict of such, by a known key: guarded with the dict."""
        if not isinstance(base.kind, Dict) or not isinstance(slice_node, (gast.Constant, gast.Name, gast.Attribute)):
            return None
        index = self.visit(slice_node)
        known = self.known(index)
        kind = base.kind.get(known) if isinstance(known, (str, int)) else None
        return Value(trees.index(base.expr, index.expr), kind) if isinstance(kind, (Static, Dict)) else None

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
        memory = item.place is not None and isinstance(item.kind, (Array, List, Mapping))
        return item if memory and self.holds_still(item) else None

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
        if not isinstance(base.kind, List):
            raise self.refuse("mixed_list", node)
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
        self.check_part(base.object, key, found, node)
        self.note_read(found)
        return found

    def join_kinds(self, kinds: list[Kind]) -> Kind:
        return join_all(kinds) or UNKNOWN

    def index_expression(self, node: gast.AST, base: Value) -> tuple[gast.AST, list[tuple[str, Any]], list[Value]]:
        """An index with operands for its parts, and what each part is."""
        elements = node.elts if isinstance(node, gast.Tuple) else [node]
        starred = any(isinstance(each, gast.Starred) for each in elements)  # A[1, *rest]
        given = self.starred_items(elements, None) if starred else self.visit_all(elements)
        values = [self.flat_operand(value) for value in given]
        if len(values) == 1 and values[0].items is not None and not isinstance(node, gast.Tuple):
            values = values[0].items
            elements = [None] * len(values)
            node = gast.Tuple([], gast.Load())
        entries = values
        if len(values) == 1 and isinstance(values[0].kind, Tuple) and not isinstance(node, gast.Tuple):
            kinds = enumerate(values[0].kind.items)  # a tuple as an index is one entry for each axis
            entries = [Value(trees.index(values[0].expr, trees.const(k)), kind) for k, kind in kinds]
            name = getattr(values[0].expr, "id", "")
            if name in self.info and any(map(self.is_written, self.parts_memory(name))):
                values, node = entries, gast.Tuple([], gast.Load())
        parts = [self.index_part(entry, base) for entry in entries]
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
        if isinstance(value.kind, (List, Tuple)):
            value = replace(value, kind=numeric(value.kind))
        if isinstance(value.kind, Array) and value.kind.char == "b":
            kind, which = value.kind, self.which_mask(value)
            return "array", Mask("bool", kind.dims, kind.most, kind.least, which=which)
        if isinstance(value.kind, Array) and value.kind.char in "bi":
            return "array", value.kind
        return "unknown", None

    def which_mask(self, value: Value) -> Any:
        """What tells a mask from every other one: its text, as long as none of the arrays in it is written into."""
        read = (each for each in trees.walk(value.expr) if isinstance(each, gast.Name) and not hasattr(each, "module"))
        names = sorted({each.id for each in read})
        places = [self.info[each].place if each in self.info else MISSING for each in names]
        if not names or any(each is MISSING or each is not None and self.is_written(each.root) for each in places):
            return object()
        return trees.show(value.expr), *names

    def index_kind(self, parts: list[tuple[str, Any]]) -> Kind:
        return Array("int64", None) if any(tag in ("array", "unknown") for tag, _ in parts) else INT

    def indexed_kind(self, base: Value, parts: list[tuple[str, Any]]) -> Kind:
        kind = base.kind
        if isinstance(kind, Array):
            return item_kind(kind, parts, self.cut_axis)
        if isinstance(kind, List):
            return kind if parts[0][0] == "slice" else of_item(kind.item) or UNKNOWN
        if isinstance(kind, Mapping):
            return of_item(kind.value) or UNKNOWN
        if isinstance(kind, Tuple) and not base.varied and parts[0][0] == "int":
            at, count = parts[0][1], len(kind.items)
            known = isinstance(at, int) and -count <= at < count
            return kind.items[at] if known else self.join_kinds(list(kind.items))
        return UNKNOWN


def is_position(place: ir.Place) -> bool:
    """Whether a place ends with an index that has no slice."""
    step = place.path[-1] if place.path else None
    return isinstance(step, gast.Subscript) and not any(isinstance(each, gast.Slice) for each in trees.walk(step.slice))


def is_function(value: Value) -> bool:
    static = value.static
    return static is not MISSING and (
        callable(static)
        or isinstance(static, (BoundMethod, LocalFunction, Partial, Choice, Spline, SplineMethod, Surface))
    )


def dim_symbol(dim: Dim) -> Any:
    """The symbol of an axis's length: a number where that is known, else the axis itself."""
    return dim.key if isinstance(dim.key, int) else dim
