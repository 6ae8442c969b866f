"""Part of the stage `infer`: NumPy's functions and methods that write into an array.

What writes becomes a store, in the terms of an index: `np.put(a, k, v)` is `a[k] = v`, `b.sort()` is
`b[...] = np.sort(b)`, `np.divide(a, b, out=c, where=m)` is `c[m] = a[m] / b[m]`.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.kinds import FLOAT, Array, Dim, List, Scalar, Static, Tuple, loose
from s2sad.values import Value


class Writers:
    # ---------------------------------------------------------------- parts of arrays
    def full_mask(self, mask: Value, target: Value, node: Any) -> Value:
        """A mask of the shape of the array that it chooses from; numbers are true where they aren't zero."""
        if getattr(mask.kind, "dtype", "") != "bool":
            tested = trees.np_call("asarray", mask.expr, dtype=trees.builtin("bool"))
            mark_pure(tested)
            dims = mask.kind.dims if isinstance(mask.kind, Array) else () if isinstance(mask.kind, Scalar) else None
            mask = self.emit(tested, ir.Plain(True), Array("bool", dims), False, "mask")
        if isinstance(mask.kind, Array) and isinstance(target.kind, Array) and mask.kind.rank == target.kind.rank:
            pairs = list(zip(mask.kind.dims or (), target.kind.dims or ()))
            if pairs and all(a == b and not loose(a) or a.many for a, b in pairs):
                return mask
        if not isinstance(target.kind, Array):
            raise self.refuse("unknown_store", node)
        expr = trees.np_call("broadcast_to", mask.expr, trees.np_call("shape", target.expr))
        for each in (expr, expr.args[1]):
            mark_pure(each)
        return self.emit(expr, ir.Plain(True), Array("bool", target.kind.dims), False, "mask")

    def chosen_by(self, value: Value, mask: Value, target: Value, node: Any) -> Value:
        """value[mask], for a value that broadcasts to the target."""
        if isinstance(value.kind, Scalar):
            return value
        if not (isinstance(value.kind, Array) and value.kind.dims == target.kind.dims) or any(
            map(loose, value.kind.dims or ())
        ):
            shape = self.get_attribute(target, "shape", node)
            value = self.settle(self.call_function(np.broadcast_to, [value, shape], node))
        return self.settle(self.item_by(value, mask))

    def item_by(self, value: Value, index: Value) -> Value:
        """value[index], of an index that is in the program already."""
        parts = [self.index_part(index, value)]
        kind = self.indexed_kind(value, parts)
        operand = self.operand(index)
        expr = trees.index(value.expr, operand)
        if not value.varied:
            return Value(expr, kind)
        written = value.place is not None and self.is_written(value.place.root)
        step = trees.index(trees.name("_"), operand)
        place = ir.Place(value.place.root, (*value.place.path, step), value.place.exact) if written else None
        op = ir.GetItem(value.expr.id, operand, kind, value.kind, self.index_kind(parts), place)
        op.parts = parts
        return self.emit(expr, op, kind, True)

    def store_chosen(self, target: Value, index: Value, value: Value, node: Any) -> None:
        """target[index] = value, of an index that is in the program already."""
        parts = [self.index_part(item, target) for item in index.items or [index]]
        kind = self.indexed_kind(target, parts)
        self.store(self.settle(target), self.operand(index), parts, kind, self.settle(value), None, node)

    # ---------------------------------------------------------------- functions that write
    def call_put(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """np.put(a, places, values): places in the flattened array, values repeated as often as needed."""
        given = {**dict(zip(("a", "ind", "v", "mode"), args)), **keywords}
        mode = self.known(given["mode"]) if "mode" in given else "raise"
        if mode not in ("raise", "clip", "wrap"):
            raise self.refuse("rule_keyword", node, name="put", keywords="mode")
        target, index = self.settle(given["a"]), self.settle(given["ind"])
        if not isinstance(target.kind, Array) or target.kind.dims is None:
            raise self.refuse("unknown_store", node)
        if mode != "raise":
            index = self.within(index, target, mode)
        value = self.repeated(given["v"], trees.np_call("size", self.operand(index)), node)
        self.store_chosen(target, self.flat_index(target, index), value, node)
        return Value(trees.const(None), Static(None))

    def within(self, index: Value, target: Value, mode: str) -> Value:
        """Places that may lie outside of an array, moved into it."""
        size = trees.np_call("size", target.expr)
        if mode == "wrap":
            expr = trees.binary(gast.Mod, trees.np_call("asarray", self.operand(index)), size)
        else:
            last = trees.binary(gast.Sub, size, trees.const(1))
            expr = trees.np_call("clip", self.operand(index), trees.const(0), last)
        for each in trees.walk(expr):
            mark_pure(each)
        dims = index.kind.dims if isinstance(index.kind, Array) else (Dim(("places", object())),)
        kind = Scalar("int64") if isinstance(index.kind, Scalar) else Array("int64", dims)
        return self.emit(expr, ir.Plain(True), kind, False, "at")

    def flat_index(self, target: Value, index: Value) -> Value:
        """Places in the flattened array as an index of the array itself."""
        if target.kind.rank == 1:
            return index
        expr = trees.np_call("unravel_index", self.operand(index), trees.attr(target.expr, "shape"))
        mark_pure(expr)
        dims = (
            index.kind.dims
            if isinstance(index.kind, Array)
            else ()
            if isinstance(index.kind, Scalar)
            else (Dim(("list", object())),)
        )
        each = Array("int64", dims)
        made = self.emit(expr, ir.Plain(True), Tuple((each,) * target.kind.rank), False, "at")
        items = [Value(trees.index(made.expr, trees.const(k)), each) for k in range(target.kind.rank)]
        return Value(made.expr, made.kind, items=items)

    def repeated(self, value: Value, count: gast.AST, node: Any) -> Value:
        """The values for `count` places: from the start again where there are fewer, only the first where more."""
        value = self.settle(value)
        if isinstance(value.kind, (List, Tuple)):
            value = self.settle(self.as_array(value, node))
        if isinstance(value.kind, Scalar) or isinstance(value.kind, Array) and value.kind.rank == 0:
            return value
        if not isinstance(value.kind, Array):
            raise self.refuse("unknown_store", node)
        if value.kind.rank != 1:
            value = self.settle(self.call_function(np.ravel, [value], node))
        expr = trees.binary(gast.Mod, trees.np_call("arange", count), trees.np_call("size", value.expr))
        for each in trees.walk(expr):
            mark_pure(each)
        order = self.emit(expr, ir.Plain(True), Array("int64", (Dim(("repeated", object())),)), False, "order")
        return self.item_by(value, order)

    def call_place(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """np.place(a, mask, values): the first values, one for each place that the mask chooses."""
        given = {**dict(zip(("arr", "mask", "vals"), args)), **keywords}
        target = self.settle(given["arr"])
        mask = self.full_mask(self.settle(given["mask"]), target, node)
        value = self.repeated(given["vals"], trees.np_call("count_nonzero", self.operand(mask)), node)
        self.store_chosen(target, mask, value, node)
        return Value(trees.const(None), Static(None))

    def call_putmask(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """np.putmask(a, mask, values): the values at the places that the mask chooses."""
        given = {**dict(zip(("a", "mask", "values"), args)), **keywords}
        target = self.settle(given["a"])
        mask = self.full_mask(self.settle(given["mask"]), target, node)
        value = self.settle(given["values"])
        if isinstance(value.kind, (List, Tuple)):
            value = self.settle(self.as_array(value, node))
        if isinstance(value.kind, Array) and value.kind.rank != 0:
            if value.kind.rank != 1:
                value = self.settle(self.call_function(np.ravel, [value], node))
            at = trees.np_call("flatnonzero", self.operand(mask))
            expr = trees.binary(gast.Mod, at, trees.np_call("size", value.expr))
            for each in trees.walk(expr):
                mark_pure(each)
            order = self.emit(expr, ir.Plain(True), Array("int64", (Dim(("chosen", object())),)), False, "order")
            value = self.item_by(value, order)
        self.store_chosen(target, mask, value, node)
        return Value(trees.const(None), Static(None))

    def call_fill_diagonal(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        given = {**dict(zip(("a", "val", "wrap"), args)), **keywords}
        target, wraps = self.settle(given["a"]), self.known(given["wrap"]) if "wrap" in given else False
        if (
            not isinstance(target.kind, Array)
            or not target.kind.dims
            or len(target.kind.dims) < 2
            or wraps not in (False, True)
        ):
            raise self.refuse(
                "rule_keyword",
                node,
                name="fill_diagonal",
                keywords="wrap" if "wrap" in given else "an array of this rank",
            )
        shape = trees.attr(target.expr, "shape")
        if wraps and target.kind.rank == 2:  # in a matrix of more rows than columns the diagonal begins anew
            step = trees.binary(gast.Add, trees.index(shape, trees.const(1)), trees.const(1))
            expr = trees.np_call("arange", trees.const(0), trees.attr(target.expr, "size"), step)
        else:
            expr = trees.np_call("arange", trees.call(trees.builtin("min"), shape))
        for each in trees.walk(expr):
            mark_pure(each)
        k = self.emit(expr, ir.Plain(True), Array("int64", (Dim(("diagonal", object())),)), False, "k")
        value = self.repeated(given["val"], trees.np_call("size", k.expr), node)
        rank = target.kind.rank
        if wraps and rank == 2:
            index = self.flat_index(target, k)
        else:
            index = Value(gast.Tuple([k.expr] * rank, gast.Load()), Tuple((k.kind,) * rank), items=[k] * rank)
        self.store_chosen(target, index, value, node)
        return Value(trees.const(None), Static(None))

    def call_copy_to(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        where = keywords.get("where")
        if set(keywords) - {"where"} or len(args) != 2:
            raise self.refuse("rule_keyword", node, name="copyto", keywords=", ".join(keywords) or "these arguments")
        value = self.settle(args[1])
        if isinstance(value.kind, (List, Tuple)):
            value = self.settle(self.as_array(value, node))
        if where is None or self.known(where) is True:
            self.store_whole(args[0], value, node)
            return Value(trees.const(None), Static(None))
        target = self.settle(args[0])
        mask = self.full_mask(self.settle(where), target, node)
        self.store_chosen(target, mask, self.chosen_by(value, mask, target, node), node)
        return Value(trees.const(None), Static(None))

    def call_subtract_at(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        negative = self.settle(self.binary(gast.Mult(), Value(trees.const(-1.0), FLOAT), args[2], node))
        inner = Value(trees.add_at(), Static(np.add.at))
        return self.call_add_at(inner, [args[0], args[1], negative], keywords, node, hint)
