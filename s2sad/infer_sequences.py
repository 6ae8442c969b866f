"""Part of the stage `infer`: lists and tuples as wholes: made, joined by operators, taken apart."""

from __future__ import annotations

import enum
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.affine import form_of
from s2sad.expressions import mark_pure, replace_nodes
from s2sad.infer_boxes import patterns_of
from s2sad.infer_memory import is_function
from s2sad.kinds import (
    CONSTANTS,
    UNKNOWN,
    Array,
    Kind,
    List,
    Mapping,
    Never,
    Scalar,
    Static,
    Text,
    Tuple,
    carries_gradient,
    is_constants,
    is_mutable,
    join,
    join_all,
    of_item,
)
from s2sad.values import Value, is_active_text, shown_variable


class Sequences:
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
        kind = join_all(item.kind for item in boxed)
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
            else ir.Plain(bool(items) and all(map(has_function, items)))  # what reads it reads the functions themselves
        )
        made = self.emit(expr, op, List(kind), varied, hint, site)
        made.items = None
        made.iteration = items
        self.note_begun(made, form_of(len(items)))
        for item in items:
            self.note_held(made.place.root, item, None)
        return made

    def swap_items(self, target: gast.Tuple, value: gast.Tuple, node: Any) -> bool:
        """rows[i], rows[k] = rows[k], rows[i] of a list of what is memory itself: the items change places."""
        if not is_swap(target, value) or self.quiet:
            return False
        base = self.visit(value.elts[1].value)
        if not isinstance(base.kind, List) or base.place is None or not is_mutable(base.kind.item or UNKNOWN):
            return False
        first, second = self.visit_all([value.elts[1].slice, value.elts[0].slice])
        base, first, second = map(self.settle, (base, first, second))
        for index in (first, second):
            self.use_as_integer(index)
        order = gast.Tuple([first.expr, second.expr], gast.Load())
        self.reordered(base, trees.swapped(base.expr, order), "swap", order, node)
        return True

    def container_operator(
        self, op: Any, left: Value, right: Value, hint: str | None, node: Any = None
    ) -> Value | None:
        """+ and * of tuples, lists and strings."""
        if any(map(self.may_be_bounded, (left, right))):
            raise self.refuse("bounded_deque", node, sign="+" if isinstance(op, gast.Add) else "*")
        if self.is_fixed_list(left) or self.is_fixed_list(right):
            lists = [self.is_fixed_list(value) or isinstance(value.kind, List) for value in (left, right)]
            if isinstance(op, gast.Add) and all(lists):
                first, second = (self.items_throughout(self.as_items(value)) for value in (left, right))
                if first is not None and second is not None:
                    return self.make_list([*first, *second], hint)
            self.need_plain_list(left.object if self.is_fixed_list(left) else right.object, None)
        if isinstance(op, gast.Add) and left.items is not None and right.items is not None:
            return self.make_tuple([*left.items, *right.items])
        if isinstance(op, gast.BitOr) and self.is_dict(left) and self.is_dict(right):
            return self.merged(left, right, None, hint)
        if isinstance(op, gast.Add) and is_constants(left.kind) and is_constants(right.kind):
            return Value(gast.BinOp(left.expr, op, right.expr), CONSTANTS)
        lists = [isinstance(value.kind, List) for value in (left, right)]
        known = self.joined_known(op, left, right) if any(lists) else None
        if known is not None:
            return self.make_list(known, hint)
        if isinstance(op, gast.Add) and all(lists):
            kind = join(left.kind, right.kind)
            expr = gast.BinOp(left.expr, op, right.expr)
            return self.list_operation("concat", [left, right], expr, left, hint, kind=kind)
        if isinstance(op, gast.Mult) and any(lists) and not all(lists):
            listed, times = (left, right) if lists[0] else (right, left)
            if not isinstance(times.kind, Array):
                self.use_as_integer(times)
                expr = gast.BinOp(left.expr, op, right.expr)
                made = self.list_operation("repeat", [listed, times], expr, listed, hint, kind=listed.kind)
                self.note_repeated(made, listed, times)
                return made
        if isinstance(op, gast.Mult) and left.items is not None:
            count = self.known(right)
            if isinstance(count, int):
                return self.make_tuple(left.items * count)
        if isinstance(op, gast.Mult) and is_constants(left.kind) and isinstance(right.kind, Scalar):
            self.use_as_integer(right)
            return Value(gast.BinOp(left.expr, op, right.expr), CONSTANTS)
        if any(isinstance(each.static, (str, bytes)) or isinstance(each.kind, Text) for each in (left, right)):
            active = left.varied or right.varied or is_active_text(left) or is_active_text(right)
            return Value(gast.BinOp(left.expr, op, right.expr), Text(True) if active else UNKNOWN)
        return None

    def joined_known(self, op: Any, left: Value, right: Value) -> list[Value] | None:
        """What `+` or `*` gives of lists of functions, or of strings, item by item."""
        first, second = (self.known_items(value) if isinstance(value.kind, List) else None for value in (left, right))
        if isinstance(op, gast.Add) and first and second:
            return [*first, *second]
        count = self.known(right if first else left)
        return (first or second or []) * count if isinstance(op, gast.Mult) and isinstance(count, int) else None

    def list_operation(
        self,
        what: str,
        values: list[Value],
        expr: gast.AST,
        like: Value,
        hint: str | None = None,
        kind: Kind | None = None,
    ) -> Value:
        """A new list made from lists, with such items; or what `kind` says: a deque, an array, a number."""
        if kind is None:
            kind = List(like.kind.item) if isinstance(like.kind, List) else like.kind
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

    def check_length(self, value: Value, count: int) -> None:
        """`a, b = x` fails where x has more than two items. The statement gets the names of the items when the program
        is simplified (`loop_headers.py`)."""
        known = value.kind.dims[0].key if isinstance(value.kind, Array) and value.kind.dims else None
        if self.quiet or known == count:
            return
        target = gast.Tuple([trees.name("_", store=True) for _ in range(count)], gast.Store())
        statement = self.add(gast.Assign([target], value.expr, None), ir.Plain(False))
        statement.unpacking = statement.repeatable = True

    def parts_of(self, value: Value, count: int | None, node: Any) -> list[Value]:
        """The parts of a value that is unpacked."""
        if self.is_flat(value) and count is not None:
            return self.flat_parts(value, count, patterns_of(node, count), node)
        value = self.as_items(self.as_iterated(value, node))
        if value.items is not None:
            return value.items
        if value.object is not None and value.object.cls is dict:
            return [self.key_value(key) for key in value.object.keys]
        items = self.items_throughout(value) if isinstance(value.kind, List) else None
        if items is not None:
            return items
        if (
            count is None
            and isinstance(value.kind, Array)
            and value.kind.dims
            and isinstance(value.kind.dims[0].key, int)
        ):
            count = value.kind.dims[0].key
        if isinstance(value.kind, (Array, List)) and count is not None:
            value = self.settle(value)
            self.check_length(value, count)
            hints = [shown_variable(e.id) if isinstance(e, gast.Name) else None for e in patterns_of(node, count)]
            return [self.get_item(value, trees.const(k), node, hint) for k, hint in enumerate(hints)]
        if isinstance(value.kind, Never) and count is not None:  # of a function that calls itself, at the first look
            return [Value(trees.index(value.expr, trees.const(k)), Never(), value.varied) for k in range(count)]
        if not value.varied and count is not None:
            return self.unpacked_plainly(value, patterns_of(node, count))
        if isinstance(value.kind, (Mapping, List)):
            raise self.refuse("unpack_length", node)
        raise self.refuse("unpack_unknown", node)

    def unpacked_plainly(self, value: Value, patterns: list[Any]) -> list[Value]:
        """The parts of what carries no gradient: `i, j = np.triu_indices(n)` stays as it stands."""
        names = [self.names.fresh(shown_variable(e.id) if isinstance(e, gast.Name) else "item") for e in patterns]
        kinds: list[Kind] = [UNKNOWN] * len(names)
        if isinstance(value.kind, Tuple) and len(value.kind.items) == len(names):
            kinds = [self.plain_part(kind) for kind in value.kind.items]
        target = gast.Tuple([trees.name(name, store=True) for name in names], gast.Store())
        statement = self.add(gast.Assign([target], value.expr, None), ir.Plain(False))
        made = []
        for name, kind in zip(names, kinds):
            place = None
            if is_mutable(kind):
                place = ir.Place(self.new_root((self.path, self.site_number()), name, kind))
                self.note_origins(place.root, value.expr, kind)
            self.info[name] = ir.Info(kind, False, statement, place, self.loops, self.position)
            made.append(Value(trees.name(name), kind, place=place))
        self.note_common(made, value.expr)
        return made

    def plain_part(self, kind: Kind) -> Kind:
        """The kind of one part: an array that the call has made, or what can't be written into."""
        return UNKNOWN if is_mutable(kind) and not isinstance(kind, Array) else of_item(kind) or UNKNOWN

    def key_value(self, key: Any) -> Value:
        if isinstance(key, enum.Enum):
            return Value(self.key_node(key), Static(key))
        return self.visit_Constant(gast.Constant(key, None))

    def key_node(self, key: Any) -> gast.AST:
        """The expression of a key that is known: a literal, or the member of an Enum."""
        if isinstance(key, enum.Enum):
            return trees.attr(self.class_reference(type(key)), key.name)
        return trees.const(key)


def is_swap(target: gast.Tuple, value: gast.Tuple) -> bool:
    """Whether an assignment is `x[i], x[k] = x[k], x[i]`, of whatever x, i and k that do nothing."""
    if len(target.elts) != 2 or len(value.elts) != 2:
        return False
    pairs = list(zip(target.elts, value.elts[::-1]))
    if not all(isinstance(each, gast.Subscript) for pair in pairs for each in pair):
        return False
    parts = [part for each in value.elts for part in (each.value, each.slice)]
    plain = (gast.Name, gast.Constant, gast.Attribute, gast.Subscript, gast.BinOp, gast.UnaryOp, gast.operator)
    inert = (*plain, gast.unaryop, gast.expr_context)
    if not all(isinstance(node, inert) for part in parts for node in gast.walk(part)):
        return False
    alike = trees.same(value.elts[0].value, value.elts[1].value)
    return alike and all(trees.same(a.value, b.value) and trees.same(a.slice, b.slice) for a, b in pairs)


def has_function(value: Value) -> bool:
    """Whether a value is a function, or a tuple with a function in it."""
    return is_function(value) or any(map(has_function, value.items or ()))
