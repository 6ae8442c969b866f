"""Part of the stage `infer`: the methods of lists and deques, and statements that change which items a list has.

A list's shadow goes through the same changes backwards: what `append` adds the reverse sweep pops, what `pop` takes
out it puts in again at the same position, and `sort` is undone by the order that it found.
"""

from __future__ import annotations

import types
from collections import deque
from collections.abc import MutableSequence
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_expressions import SliceOf
from s2sad.kinds import BOOL, FLOAT, INT, UNKNOWN, Array, List, Mapping, Scalar, Static
from s2sad.values import MISSING, LocalFunction, Value, own_target, own_variable


def nothing() -> Value:
    return Value(trees.const(None), Static(None))


def int_kind(value: Value) -> bool:
    return isinstance(value.kind, Scalar) and value.kind.char == "i"


class Lists:
    # ---------------------------------------------------------------- methods
    def list_method(
        self, owner: Value, name: str, args: list[Value], node: Any, keywords: dict[str, Value] | None = None
    ) -> Value:
        keywords = keywords or {}
        if isinstance(owner.kind, Mapping):
            return self.mapping_method(owner, name, args, keywords, node)
        if name == "copy":
            return self.list_operation(
                "copy", [owner], trees.call(trees.attr(owner.expr, name)), owner, kind=owner.kind
            )
        if name in ("index", "count"):
            return self.plain(Value(trees.attr(owner.expr, name), UNKNOWN), args, keywords, INT)
        place = owner.place
        if place is None or not place.exact or self.quiet:
            raise self.refuse("unknown_owner", node)
        if owner.kind.cls is MutableSequence:
            raise self.refuse("joined_kinds", node, name=ir.shown_name(place.root.name))
        if self.may_be_bounded(owner):
            if name == "insert":
                raise self.refuse("list_method", node, name=name)
            if name in ("extend", "__iadd__", "extendleft"):
                self.each_into(owner, "appendleft" if name == "extendleft" else "append", args[0], node)
                return nothing()
            if name in ("append", "appendleft"):
                self.make_room(owner, "popleft" if name == "append" else "pop", node)
        if name == "append":
            return self.list_append(owner, args[0], node)
        if name in ("extend", "__iadd__"):
            return self.list_extend(owner, args[0], node)
        if name in ("insert", "appendleft"):
            position = args[0] if name == "insert" else self.key_value(0)
            return self.list_insert(owner, name, position, args[-1], node)
        if name in ("pop", "popleft"):
            return self.list_pop(owner, name, args, node)
        if name == "remove":
            found = self.plain(Value(trees.attr(owner.expr, "index"), UNKNOWN), args, {}, INT)
            self.list_pop(owner, "pop", [self.emit(found.expr, ir.Plain(True), INT, False)], node)
            return nothing()
        if name in ("reverse", "sort", "clear", "rotate"):
            return getattr(self, "list_" + name)(owner, args, keywords, node)
        if owner.varied or any(value.varied for value in args):
            raise self.refuse("list_method", node, name=name)
        self.note_store(place, False, node, "items")
        call = gast.Call(
            trees.attr(owner.expr, name), [v.expr for v in args], [gast.keyword(k, v.expr) for k, v in keywords.items()]
        )
        return self.emit(call, ir.Plain(False), UNKNOWN, False)

    def list_append(self, owner: Value, value: Value, node: Any) -> Value:
        place = owner.place
        raw = self.settle(value)
        value = self.boxed(raw)
        self.note_item(place, value)
        self.check_outside(place.root, value.varied, node)
        operand = self.operand(value)
        self.note_store(place, value.varied, node, "end")
        self.note_appended(place.root)
        op = ir.Append(place, operand, value.kind)
        op.value_varied = value.varied
        self.add(gast.Expr(trees.call(trees.attr(owner.expr, "append"), operand)), op)
        self.note_held(place.root, raw, node, len(place.path) + 1)
        return nothing()

    def list_insert(self, owner: Value, name: str, position: Value, value: Value, node: Any) -> Value:
        place = owner.place
        self.use_as_integer(position)
        raw = self.settle(value)
        value = self.boxed(raw)
        self.note_item(place, value)
        self.check_outside(place.root, value.varied, node)
        operand = self.operand(value)
        at = self.settle(position).expr
        known = self.known(position)
        where = trees.const(0)
        if known != 0:
            cut = trees.call(
                trees.attr(trees.call(trees.builtin("slice"), at, trees.const(None)), "indices"),
                self.length_of(owner.expr),
            )
            mark_pure(cut)
            where = self.emit(trees.index(cut, trees.const(0)), ir.Plain(True), INT, False).expr
        self.note_store(place, value.varied, node, "items")
        op = ir.Insert(place, operand, value.kind, where)
        op.value_varied = value.varied
        arguments = [operand] if name == "appendleft" else [at, operand]
        self.add(gast.Expr(trees.call(trees.attr(owner.expr, name), *arguments)), op)
        self.note_held(place.root, raw, node, len(place.path) + 1)
        return nothing()

    def length_of(self, expr: gast.AST) -> gast.AST:
        made = trees.call(trees.builtin("len"), expr)
        mark_pure(made)
        return made

    def list_extend(self, owner: Value, value: Value, node: Any) -> Value:
        place = owner.place
        if value.items is not None:
            for item in [self.settle(each) for each in value.items]:
                self.list_append(owner, item, node)
            return nothing()
        value = self.as_list(value, node)
        if value.place is not None and value.place.root is place.root:
            value = self.list_operation("copy", [value], trees.call(trees.builtin("list"), value.expr), value)
        if value.kind.item is not None:
            self.note_item(place, Value(value.expr, value.kind.item, value.varied))
        elif value.varied:
            self.note_item(place, Value(value.expr, FLOAT, True))
        operand = self.operand(value)
        count = self.settle(self.plain(Value(trees.builtin("len"), UNKNOWN), [Value(operand, UNKNOWN)], {}, INT), "n")
        self.note_store(place, value.varied, node, "end")
        op = ir.Extend(place, operand, value.kind, count.expr.id)
        op.value_varied = value.varied
        self.add(gast.Expr(trees.call(trees.attr(owner.expr, "extend"), operand)), op)
        self.note_shared_items(place.root, value, node)
        return nothing()

    def as_list(self, value: Value, node: Any) -> Value:
        """What can be run over, as a list with a name."""
        value = self.as_iterated(value, node)
        if value.items is not None:
            listed: Value = self.make_list(value.items)
            if not isinstance(listed.kind, List):
                raise self.refuse("mixed_list", node)
            return listed
        if isinstance(value.kind, Mapping):
            made = trees.call(trees.builtin("list"), value.expr)
            return self.emit(made, ir.Plain(False), List(value.kind.key or UNKNOWN), False, "#keys")
        if isinstance(value.kind, Array):
            if value.varied:
                return self.array_as_list(value, node)
            value = Value(value.expr, List(self.indexed_kind(value, [("int", None)])))
        if not isinstance(value.kind, List):
            if value.varied:
                raise self.refuse("unknown_loop", node)
            value = Value(value.expr, List(UNKNOWN))
        return self.settle(value)

    def list_pop(self, owner: Value, name: str, args: list[Value], node: Any, hint: str | None = None) -> Value:
        place = owner.place
        kind = owner.kind.item or UNKNOWN
        position = self.key_value(0) if name == "popleft" else args[0] if args else self.key_value(-1)
        self.use_as_integer(position)
        at = self.settle(position).expr
        known = self.known(position)
        call = trees.call(trees.attr(owner.expr, name), *([] if name == "popleft" or not args else [at]))
        if not owner.varied:
            self.note_store(place, False, node, "items")
            return self.emit(call, ir.Plain(False), kind, False, hint)
        where = None if known == -1 else at
        if where is not None and not isinstance(known, int):
            where = self.emit(
                gast.IfExp(
                    gast.Compare(at, [gast.Lt()], [trees.const(0)]),
                    trees.binary(gast.Add, at, self.length_of(owner.expr)),
                    at,
                ),
                ir.Plain(True),
                INT,
                False,
            ).expr
        elif where is not None and known < 0:
            where = self.emit(
                trees.binary(gast.Sub, self.length_of(owner.expr), trees.const(-known)), ir.Plain(True), INT, False
            ).expr
        self.note_store(place, False, node, "last" if known == -1 else "items")
        made = self.emit(call, ir.Pop(place, kind, where), kind, True, hint)
        self.note_taken_out(place.root, made, node)
        statement = self.origin[1]  # a, b = rows.pop()
        bound = (
            statement.targets[0]
            if getattr(statement, "value", None) is node and hasattr(statement, "targets")
            else None
        )
        return self.unboxed(made, bound)

    def list_reverse(self, owner: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        return self.reordered(owner, trees.call(trees.attr(owner.expr, "reverse")), "reverse", None, node)

    def list_rotate(self, owner: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        steps = self.settle(args[0] if args else self.key_value(1))
        self.use_as_integer(steps)
        return self.reordered(
            owner, trees.call(trees.attr(owner.expr, "rotate"), steps.expr), "rotate", steps.expr, node
        )

    def list_sort(self, owner: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        key = keywords.get("key")
        others = {k: self.settle(v).expr for k, v in keywords.items() if k != "key"}
        silent = key is None or not self.writes(key)
        if not owner.varied and silent and (key is None or self.run_time_function(key) is not None):
            if key is not None:
                others["key"] = self.run_time_function(key)
            return self.reordered(owner, trees.call(trees.attr(owner.expr, "sort"), **others), "order", None, node)
        keys = self.sorting_keys(owner, key, node)
        order = trees.call(
            trees.builtin("sorted"),
            trees.call(trees.builtin("range"), self.length_of(owner.expr)),
            key=trees.attr(keys, "__getitem__"),
            **others,
        )
        for each in trees.walk(order):
            mark_pure(each)
        positions = self.emit(order, ir.Plain(True, 20), List(INT), False, "#order").expr
        k = trees.name(self.names.fresh("k"))
        if key is None:
            call = trees.call(trees.attr(owner.expr, "sort"), **others)
            return self.reordered(owner, call, "order", positions, node)
        taken = gast.ListComp(trees.index(owner.expr, k), [gast.comprehension(k, positions, [], 0)])
        return self.reordered(owner, taken, "order", positions, node)

    def reordered(self, owner: Value, change: gast.AST, what: str, order: gast.AST | None, node: Any) -> Value:
        """The items change places: `change` is a call that does it, or the list in its new order."""
        statement: gast.stmt = change if isinstance(change, gast.stmt) else gast.Expr(change)
        if isinstance(change, gast.ListComp):
            statement = gast.Assign([trees.index(owner.expr, gast.Slice(None, None, None))], change, None)
        self.note_store(owner.place, False, node, "items")
        op: ir.Op = ir.Plain(False)
        if owner.varied:
            op = ir.Reorder(owner.place, trees.const(0), INT, what, order)
            op.value_varied = False
        self.add(statement, op)
        return nothing()

    def list_clear(self, owner: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value:
        call = trees.call(trees.attr(owner.expr, "clear"))
        if not owner.varied:
            self.note_store(owner.place, False, node, "items")
            self.add(gast.Expr(call), ir.Plain(False))
            return nothing()
        held = self.emit(trees.call(trees.builtin("list"), owner.expr), ir.Plain(False), owner.kind, False)
        self.note_store(owner.place, False, node, "items")
        op = ir.Clear(owner.place, owner.kind, held.expr)
        self.add(gast.Expr(call), op)
        return nothing()

    # ---------------------------------------------------------------- slices and deletion
    def store_slice(self, base: Value, index: gast.AST, value: Value, node: Any) -> None:
        """items[a:b] = value, which may change the length."""
        place = base.place
        if place is None or not place.exact:
            raise self.refuse("unknown_owner", node)
        value = self.as_list(value, node)
        if value.kind.item is not None:
            self.note_item(place, Value(value.expr, value.kind.item, value.varied))
        target = trees.index(base.expr, index)
        operand = self.operand(value)
        if not base.varied and not value.varied:
            self.note_store(place, False, node, "items")
            self.add(gast.Assign([target], operand, None), ir.Plain(False))
            self.note_shared_items(place.root, value, node)
            return
        self.check_outside(place.root, value.varied, node)
        old = self.emit(target, ir.Plain(True), base.kind, False)
        stepped = index.step is not None
        bounds = [trees.const(None) if each is None else each for each in (index.lower, index.upper)]
        cut = trees.call(trees.attr(trees.call(trees.builtin("slice"), *bounds), "indices"), self.length_of(base.expr))
        mark_pure(cut)
        start = (
            trees.const(0)
            if index.lower is None
            else self.emit(trees.index(cut, trees.const(0)), ir.Plain(True), INT, False).expr
        )
        count = self.emit(self.length_of(operand), ir.Plain(True), INT, False, "n")
        self.note_store(place, value.varied, node, "items")
        op = ir.SliceStore(place, operand, value.kind, count.expr.id, start, old.expr, index if stepped else None)
        op.value_varied = value.varied
        self.add(gast.Assign([target], operand, None), op)
        self.note_shared_items(place.root, value, node)

    def delete_from_list(self, base: Value, slice_node: gast.AST, node: Any) -> None:
        index = self.visit(slice_node)
        if isinstance(index.static, SliceOf):
            if base.varied:
                if isinstance(index.expr, gast.Slice) and index.expr.step is not None:
                    raise self.refuse("delete", node)
                self.store_slice(base, index.expr, self.make_list([]), node)
                return
        elif base.varied:
            base = self.settle(base)
            self.list_pop(base, "pop", [self.settle(index)], node)
            return
        if base.place is not None:
            self.note_store(base.place, False, node, "items")
        self.add(gast.Delete([trees.index(base.expr, self.settle(index).expr)]), ir.Plain(False))
        self.effects += 1

    # ---------------------------------------------------------------- unpacking with a star
    def unpack_star(self, target: Any, value: Value, star: int) -> bool:
        """first, *middle, last = a list or array of a length that is not known: items and a slice."""
        if value.items is not None or not isinstance(value.kind, (List, Array)) or self.quiet:
            return False
        if isinstance(value.kind, Array) and (not value.kind.dims or isinstance(value.kind.dims[0].key, int)):
            return False
        if isinstance(value.kind, List) and self.items_throughout(value) is not None:
            return False
        value = self.settle(value)
        after = len(target.elts) - star - 1
        if star and after:  # else one of the items is missing
            text = f"not enough values to unpack (expected at least {star + after})"
            short = gast.Compare(self.length_of(value.expr), [gast.Lt()], [trees.const(star + after)])
            raising = gast.Raise(trees.call(trees.builtin("ValueError"), trees.const(text)), None)
            test = self.emit(short, ir.Plain(False), BOOL, False, "#c").expr
            self.branch(test, lambda: self.add(raising, ir.Plain(False)) and None, lambda: None)
        groups = [self.get_item(value, trees.const(k), target) for k in range(star)]
        stop = trees.const(-after) if after else None
        rest = self.get_item(
            self.as_plain_list(value, target), gast.Slice(trees.const(star) if star else None, stop, None), target
        )
        groups.append(rest)
        groups.extend(self.get_item(value, trees.const(k - after), target) for k in range(after))
        for each, part in zip(target.elts, [self.settle(group) for group in groups]):
            self.bind(each.value if isinstance(each, gast.Starred) else each, part)
        return True

    def as_plain_list(self, value: Value, node: Any) -> Value:
        """The items of a deque or an array in a list; a list as it is."""
        if isinstance(value.kind, List) and value.kind.cls is None:
            return value
        if isinstance(value.kind, Array):
            return (
                self.as_list(value, node)
                if value.varied
                else self.settle(
                    Value(
                        trees.call(trees.builtin("list"), value.expr), List(self.indexed_kind(value, [("int", None)]))
                    )
                )
            )
        call = trees.call(trees.builtin("list"), value.expr)
        return self.list_operation("copy", [value], call, value)

    # ---------------------------------------------------------------- orders and choices by a key
    def run_time_function(self, value: Value) -> gast.AST | None:
        """An expression for a function that the program can call where it only compares; None if there is none."""
        static = value.static
        if static is MISSING:
            return (
                value.expr if isinstance(value.expr, gast.Name) and value.object is None and not value.varied else None
            )
        if isinstance(static, LocalFunction):
            body = static.tree.body
            if (
                static.frame is not self.frame
                or len(body) != 1
                or not isinstance(body[0], gast.Return)
                or static.defaults
                or self.needs_statements(body[0].value)
            ):
                return None
            return self.renamed(gast.Lambda(static.tree.args, body[0].value), set())
        if isinstance(static, (types.FunctionType, types.BuiltinFunctionType, type, np.ufunc)):
            return value.expr
        return None

    def sorting_keys(self, value: Value, key: Value | None, node: Any) -> gast.AST:
        """What the items of a list are compared by, as a list: the list itself, or key(item) of each."""
        if key is None or key.static is None:
            return value.expr
        function = None if self.writes(key) else self.run_time_function(key)
        if function is None:
            made = self.call_map(Value(trees.builtin("map"), Static(map)), [key, value], {}, node, "keys")
            if made is None:
                raise self.refuse("sorted_key", node)
            return self.settle(made, "keys").expr
        item = trees.name(self.names.fresh("item"))
        body: gast.AST = trees.call(function, item)
        if isinstance(function, gast.Lambda) and len(function.args.args) == 1:
            parameter = function.args.args[0].id
            body = replace_named(function.body, parameter, item)
        keys = gast.ListComp(body, [gast.comprehension(item, value.expr, [], 0)])
        return self.emit(keys, ir.Plain(True, 20), List(None), False, "#keys").expr

    def writes(self, key: Value) -> bool:
        """Whether a function by whose results items are compared may write into them."""
        if isinstance(key.static, LocalFunction):
            return any(self.needs_statements(each) for each in key.static.tree.body)
        return self.is_writer(key.static)

    def sorted_by_key(self, value: Value, keywords: dict[str, Value], node: Any, hint: Any) -> Value:
        """sorted(items, key=...): the items are read in the order that their keys give."""
        value = self.settle(value)
        keys = self.sorting_keys(value, keywords.get("key"), node)
        others = {k: self.settle(v).expr for k, v in keywords.items() if k != "key"}
        order = trees.call(
            trees.builtin("sorted"),
            trees.call(trees.builtin("range"), self.length_of(value.expr)),
            key=trees.attr(keys, "__getitem__"),
            **others,
        )
        for each in trees.walk(order):
            mark_pure(each)
        positions = self.emit(order, ir.Plain(True, 20), List(INT), False, "#order").expr
        k = trees.name(self.names.fresh("k"))
        expr = gast.ListComp(trees.index(value.expr, k), [gast.comprehension(k, positions, [], 0)])
        kind = List(value.kind.item)
        if not value.varied:
            return self.emit(expr, ir.Plain(True), kind, False, hint)
        made = self.emit(
            expr, ir.ListOp("take", [self.operand(value), positions], [value.kind, List(INT)], kind), kind, True, hint
        )
        self.note_shared_items(made.place.root, value, node)
        return made

    def filtered(self, function: Value, value: Value, node: Any, hint: Any) -> Value:
        """filter(function, values), as a list."""
        made = self.make_list([], hint or "items")
        it = self.value_iteration(value, node)
        key = (self.frame.number, own_variable("item"))
        outer = self.state.get(key)

        def body() -> None:
            item = self.state[key]
            found = item if function.static is None else self.call_value(function, [item], {}, node)
            known = self.truth(found)
            if known is None:
                test = self.settle(found).expr
                self.branch(test, lambda: self.list_append(made, item, node) and None, lambda: None)
            elif known:
                self.list_append(made, item, node)

        self.for_loop(it, own_target("item"), body, node)
        self.state.pop(key, None)
        if outer is not None:
            self.state[key] = outer
        return made

    def call_deque(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: Any
    ) -> Value | None:
        limit = args[1] if len(args) > 1 else keywords.get("maxlen")
        bounded = limit is not None and limit.static is not None
        if bounded:
            self.facts.results["bounded_deques"] = True
        if self.quiet:
            item = args[0].kind.item if args and isinstance(args[0].kind, List) else UNKNOWN if args else None
            return self.plain(function, args, keywords, List(item, deque))
        value = self.as_list(args[0], node) if args else self.make_list([], hint)
        if bounded:
            return self.bounded_deque(function, value if args else None, limit, node, hint)
        expr = trees.call(function.expr, value.expr)
        made = self.list_operation("copy", [value], expr, value, hint, kind=List(value.kind.item, deque))
        if args:
            self.note_shared_items(made.place.root, value, node)
        return made

    def bounded_deque(self, function: Value, value: Value | None, limit: Value, node: Any, hint: Any) -> Value:
        """deque(values, maxlen=n): it begins empty; by its length is seen whether an item leaves as one comes in."""
        self.use_as_integer(limit)
        start = self.make_list([])
        expr = trees.call(function.expr, start.expr, maxlen=self.settle(limit).expr)
        made = self.list_operation("copy", [start], expr, start, hint, kind=List(None, deque))
        if value is not None:
            self.each_into(made, "append", value, node)
        return made

    def may_be_bounded(self, value: Value) -> bool:
        """Whether it may be a deque that has a `maxlen`."""
        bounded = "bounded_deques" in self.facts.results
        return bounded and isinstance(value.kind, List) and value.kind.cls is not None

    def make_room(self, owner: Value, way: str, node: Any) -> None:
        length = self.call_len(Value(trees.builtin("len"), Static(len)), [owner], {}, node, None)
        full = gast.Compare(length.expr, [gast.Eq()], [trees.attr(owner.expr, "maxlen")])
        test = self.emit(full, ir.Plain(False), BOOL, False, "#c").expr
        self.branch(test, lambda: self.list_pop(owner, way, [], node) and None, lambda: None)

    def each_into(self, owner: Value, way: str, values: Value, node: Any) -> None:
        """owner.append(each), for each of the values."""
        pattern = own_target("item")
        it = self.value_iteration(values, node)
        self.with_loop_names(
            [own_variable("item")],
            lambda keys: self.for_loop(
                it, pattern, lambda: self.list_method(owner, way, [self.state[keys[0]]], node) and None, node
            ),
        )


def replace_named(tree: gast.AST, name: str, new: gast.AST) -> gast.AST:
    from s2sad.expressions import replace_nodes

    return replace_nodes(
        tree, {id(each): new for each in trees.walk(tree) if isinstance(each, gast.Name) and each.id == name}
    )
