"""Part of the stage `adjoint`: lists and mappings: made, joined, and with items that come, go and change places."""

from __future__ import annotations

import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, loose
from s2sad.structures import part_of, structure_parts


class Containers:
    def list_shadow(self, place: ir.Place) -> gast.AST | None:
        if place.root.name not in self.active:
            return None
        return self.at(self.as_shadow(place.root.name), place.path)

    def of_Append(self, node: gast.stmt, op: ir.Append) -> None:
        self.popped_back(op, [])

    def of_Extend(self, node: gast.stmt, op: ir.Extend) -> None:
        shadow = self.list_shadow(op.place)
        if shadow is None:
            return
        start = trees.binary(gast.Sub, trees.call(trees.builtin("len"), shadow), trees.name(op.count))
        tail = trees.index(shadow, gast.Slice(start, None, None))
        if self.is_active(op.value):
            made = self.let("#t_grad", tail, op.value_kind)
            self.add(gast.Delete([tail]))
            self.accumulate(op.value, made, among(op.value_kind, kind_at(op.place)))
        else:
            self.add(gast.Delete([tail]))

    def of_Pop(self, node: gast.Assign, op: ir.Pop) -> None:
        shadow = self.list_shadow(op.place)
        cotangent = self.take(node.targets[0].id)
        if shadow is None:
            return
        name = node.targets[0].id
        expr = self.zero(op.kind, trees.name(name)) if cotangent is None else cotangent.expr
        if cotangent is not None and cotangent.spread:
            expr = self.full(trees.name(name), cotangent, op.kind)
        self.put_back(op, shadow, expr)

    def of_Pack(self, node: gast.Assign, op: ir.Pack) -> None:
        cotangent = self.take(node.targets[0].id)
        if cotangent is None:
            return
        keys = getattr(op, "keys", None) or list(range(len(op.items)))
        whole = self.info[node.targets[0].id].kind
        held: Any = whole.item if isinstance(whole, List) else whole.value if isinstance(whole, Mapping) else None
        for key, item, kind in zip(keys, op.items, op.kinds):
            if isinstance(item, gast.Name):  # anything else is computed there, and carries no gradient
                given = cotangent.expr
                part = given.elts[key] if isinstance(given, gast.List) else trees.index(given, trees.const(key))
                expr = self.as_held(part, kind, held)
                self.accumulate(item, expr, among(kind, held), owned=False)

    def as_held(self, expr: gast.AST, kind: Kind, held: Kind | None) -> gast.AST:
        """The adjoint of a number among arrays, which is an array without axes there, as a number."""
        return trees.np_call("sum", expr) if isinstance(kind, Scalar) and isinstance(held, Array) else expr

    def of_ListOp(self, node: gast.Assign, op: ir.ListOp) -> None:
        cotangent = self.take(node.targets[0].id)
        if cotangent is None:
            return
        grad = cotangent.expr
        first, whole = op.operands[0], among(op.kinds[0], self.info[node.targets[0].id].kind)
        length = trees.call(trees.builtin("len"), first)
        if op.what == "sum":
            self.of_sum(op, self.full(trees.name(node.targets[0].id), cotangent, op.kind), first, length)
        elif op.what == "copy":
            self.accumulate(first, trees.call(trees.builtin("list"), grad), whole)
        elif op.what == "reversed":
            self.accumulate(first, trees.index(grad, gast.Slice(None, None, trees.const(-1))), whole)
        elif op.what == "concat":
            for operand, cut in zip(op.operands, (gast.Slice(None, length, None), gast.Slice(length, None, None))):
                self.accumulate(operand, trees.index(grad, cut), whole)
        elif op.what == "repeat":
            k = trees.name(self.names.fresh("k"))
            copies = trees.index(grad, gast.Slice(k, None, length))
            each = self.sum_of_copies(op.kinds[0].item, copies, trees.index(first, k))
            loop = gast.comprehension(k, trees.call(trees.builtin("range"), length), [], 0)
            self.accumulate(first, gast.ListComp(each, [loop]), whole)
        elif op.what == "take":
            k = trees.name(self.names.fresh("k"))
            order = trees.np_call("argsort", op.operands[1])
            self.accumulate(first, gast.ListComp(trees.index(grad, k), [gast.comprehension(k, order, [], 0)]), whole)
        elif op.what == "rows":
            self.accumulate(first, trees.np_call("array", grad), op.kinds[0])

    def sum_of_copies(self, kind: Kind, copies: gast.AST, like: gast.AST) -> gast.AST:
        """The sum of the adjoints of an item that was repeated, of which there may be none."""

        def part(key: gast.AST) -> gast.AST:
            each = trees.name(self.names.fresh("item"))
            return gast.ListComp(trees.index(each, key), [gast.comprehension(each, copies, [], 0)])

        if isinstance(kind, (Tuple, Dict, Record)):
            made = {
                key: self.sum_of_copies(each, part(trees.const(key)), part_of(kind, like, key))
                for key, each in structure_parts(kind)
            }
            if isinstance(kind, Tuple):
                return gast.List([*made.values()], gast.Load())
            return gast.Dict([trees.const(key) for key in made], [*made.values()])
        if isinstance(kind, Mapping):
            key = trees.name(self.names.fresh("key"))
            total = self.sum_of_copies(kind.value, part(key), trees.index(like, key))
            return gast.DictComp(key, total, [gast.comprehension(key, like, [], 0)])
        if isinstance(kind, List):
            k = trees.name(self.names.fresh("k"))
            total = self.sum_of_copies(kind.item, part(k), trees.index(like, k))
            positions = trees.call(trees.builtin("range"), trees.call(trees.builtin("len"), like))
            return gast.ListComp(total, [gast.comprehension(k, positions, [], 0)])
        return trees.call(trees.builtin("sum"), copies, self.zero(kind, like))

    def of_sum(self, op: ir.ListOp, grad: gast.AST, first: gast.AST, length: gast.AST) -> None:
        """Each item gets the adjoint of the sum, summed over the axes along which it was broadcast."""
        item = op.kinds[0].item
        dims = getattr(item, "dims", ())
        if item != op.kind and isinstance(op.kind, Array) or dims is None or any(map(loose, dims)):
            each = trees.name(self.names.fresh("item"))
            loop = gast.comprehension(each, first, [], 0)
            self.accumulate(first, gast.ListComp(self.helpers.unbroadcast(grad, each), [loop]), op.kinds[0])
        else:
            count = self.count_of_display(first) if trees.is_atom(grad) else 0
            same = gast.List([grad] * (count or 1), gast.Load())
            self.accumulate(first, same if count else trees.binary(gast.Mult, same, length), op.kinds[0])
        for other in op.operands[1:]:
            self.accumulate(other, grad, op.kind, owned=False, larger=isinstance(op.kind, Array))

    def count_of_display(self, listed: gast.AST) -> int:
        """How many items a list has that is written down, and stays as it is; 0 where that isn't known."""
        info = self.info.get(getattr(listed, "id", ""))
        effect = getattr(info.statement, "effect", None) if info is not None else None
        changes = (
            info is None
            or info.place is None
            or any(each.stores or each.moves or each.appends for each in self.family(info.place.root))
        )
        return len(effect.items) if isinstance(effect, ir.Pack) and not changes else 0

    def of_Insert(self, node: gast.stmt, op: ir.Insert) -> None:
        self.popped_back(op, [op.position])

    def popped_back(self, op: Any, position: list[gast.AST]) -> None:
        """What was put into a list is taken out of its shadow."""
        shadow = self.list_shadow(op.place)
        if shadow is None:
            return
        popped = trees.call(trees.attr(shadow, "pop"), *position)
        if not self.is_active(op.value):
            self.add(gast.Expr(popped))
            return
        name = self.names.fresh("#t_grad")
        self.kinds[name] = op.value_kind
        self.add(trees.assign(name, popped))
        held = kind_of_items(kind_at(op.place))
        expr = self.as_held(trees.name(name), op.value_kind, held)
        self.accumulate(op.value, expr, among(op.value_kind, held), owned=False)

    def put_back(self, op: ir.Pop, shadow: gast.AST, expr: gast.AST) -> None:
        """What was taken out gets its adjoint into the shadow, where it was."""
        if isinstance(op.place.root.kind, Mapping) and isinstance(kind_at(op.place), Mapping):
            self.add(gast.Assign([trees.index(shadow, op.position)], expr, None))
        elif op.position is None:
            self.add(gast.Expr(trees.call(trees.attr(shadow, "append"), expr)))
        else:
            self.add(gast.Expr(trees.call(trees.attr(shadow, "insert"), op.position, expr)))

    def of_Clear(self, node: gast.stmt, op: ir.Clear) -> None:
        shadow = self.list_shadow(op.place)
        if shadow is not None:
            self.add(
                gast.Assign([trees.index(shadow, gast.Slice(None, None, None))], self.zero(op.kind, op.position), None)
            )

    def of_Reorder(self, node: gast.stmt, op: ir.Reorder) -> None:
        shadow = self.list_shadow(op.place)
        if shadow is None:
            return
        if op.what == "reverse":
            self.add(gast.Expr(trees.call(trees.attr(shadow, "reverse"))))
            return
        if op.what == "swap":
            self.add(trees.swapped(shadow, op.order))
            return
        whole = trees.index(shadow, gast.Slice(None, None, None))
        if op.what == "rotate":
            steps = trees.name(self.names.fresh("#t"))
            length = trees.call(trees.builtin("max"), trees.call(trees.builtin("len"), shadow), trees.const(1))
            self.add(trees.assign(steps.id, trees.binary(gast.Mod, op.order, length)))
            parts = [trees.index(shadow, cut) for cut in (gast.Slice(steps, None, None), gast.Slice(None, steps, None))]
            self.add(gast.Assign([whole], trees.binary(gast.Add, *parts), None))
            return
        k = trees.name(self.names.fresh("k"))
        order = trees.np_call("argsort", op.order)
        self.add(
            gast.Assign([whole], gast.ListComp(trees.index(shadow, k), [gast.comprehension(k, order, [], 0)]), None)
        )

    def of_SliceStore(self, node: gast.stmt, op: ir.SliceStore) -> None:
        shadow = self.list_shadow(op.place)
        if shadow is None:
            return
        cut = (
            op.slice if op.slice is not None else gast.Slice(op.start, trees.add(op.start, trees.name(op.count)), None)
        )
        place = trees.index(shadow, cut)
        wanted = self.is_active(op.value)
        if wanted:
            name = self.names.fresh("#t_grad")
            self.kinds[name] = op.value_kind
            self.add(trees.assign(name, place))
        kind = self.info[op.old.id].kind
        self.add(gast.Assign([place], self.zero(kind, op.old), None))
        if wanted:
            self.accumulate(op.value, trees.name(name), among(op.value_kind, kind_at(op.place)), owned=False)


def among(kind: Any, held: Any) -> Any:
    """The kind of the adjoint of what lies among others: that of something real among complex things is complex."""
    if isinstance(kind, (Scalar, Array)):
        if getattr(held, "char", "") != "c" or kind.char == "c":
            return kind
        return Scalar("complex") if isinstance(kind, Scalar) else dataclasses.replace(kind, dtype="complex128")
    if isinstance(kind, List) and isinstance(held, List):
        return dataclasses.replace(kind, item=among(kind.item, held.item))
    if isinstance(kind, Mapping) and isinstance(held, Mapping):
        return dataclasses.replace(kind, value=among(kind.value, held.value))
    if isinstance(kind, Dict) and isinstance(held, Mapping):
        return Dict(tuple((key, among(each, held.value)) for key, each in kind.items))
    if isinstance(kind, (Tuple, Dict, Record)) and type(held) is type(kind):
        others = dict(structure_parts(held))
        parts = [(key, among(each, others.get(key))) for key, each in structure_parts(kind)]
        if isinstance(kind, Tuple):
            return dataclasses.replace(kind, items=tuple(each for _, each in parts))
        return dataclasses.replace(kind, **{"items" if isinstance(kind, Dict) else "fields": tuple(parts)})
    return kind


def kind_at(place: ir.Place) -> Kind | None:
    """The kind of what is at a place."""
    kind: Kind | None = place.root.kind
    for _ in place.path:
        kind = kind_of_items(kind)
    return kind


def kind_of_items(kind: Kind | None) -> Kind | None:
    return kind.item if isinstance(kind, List) else kind.value if isinstance(kind, Mapping) else None
