"""Part of the stage `adjoint`: lists and mappings whose items come, go and change places, and the structure of
adjoints."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Tuple


class Containers:
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
        self.accumulate(op.value, trees.name(name), op.value_kind, owned=False)

    def put_back(self, op: ir.Pop, shadow: gast.AST, expr: gast.AST) -> None:
        """What was taken out gets its adjoint into the shadow, where it was."""
        if isinstance(op.place.root.kind, Mapping) and self.kind_at(op.place, Mapping):
            self.add(gast.Assign([trees.index(shadow, op.position)], expr, None))
        elif op.position is None:
            self.add(gast.Expr(trees.call(trees.attr(shadow, "append"), expr)))
        else:
            self.add(gast.Expr(trees.call(trees.attr(shadow, "insert"), op.position, expr)))

    def kind_at(self, place: ir.Place, cls: type) -> bool:
        """Whether what is at a place is of a kind."""
        kind: Any = place.root.kind
        for _ in place.path:
            kind = kind.item if isinstance(kind, List) else kind.value if isinstance(kind, Mapping) else None
        return isinstance(kind, cls)

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
            self.accumulate(op.value, trees.name(name), op.value_kind, owned=False)


def copy_of(kind: Kind, expr: gast.AST, fresh: Any) -> gast.AST:
    """A copy of an adjoint that shares nothing with it."""
    if isinstance(kind, Array):
        return trees.np_call("array", expr)
    if isinstance(kind, List) and shares(kind.item):
        item = trees.name(fresh("item"))
        return gast.ListComp(copy_of(kind.item, item, fresh), [gast.comprehension(item, expr, [], 0)])
    if isinstance(kind, Mapping) and shares(kind.value):
        key, item = trees.name(fresh("key")), trees.name(fresh("item"))
        loop = gast.comprehension(gast.Tuple([key, item], gast.Store()), trees.call(trees.attr(expr, "items")), [], 0)
        return gast.DictComp(key, copy_of(kind.value, item, fresh), [loop])
    if isinstance(kind, Tuple):
        return gast.List(
            [copy_of(each, trees.index(expr, trees.const(k)), fresh) for k, each in enumerate(kind.items)], gast.Load()
        )
    if isinstance(kind, (Dict, Record)):
        parts = kind.items if isinstance(kind, Dict) else kind.fields
        return gast.Dict(
            [trees.const(key) for key, _ in parts],
            [copy_of(each, trees.index(expr, trees.const(key)), fresh) for key, each in parts],
        )
    if isinstance(kind, List):
        return trees.call(trees.builtin("list"), expr)
    return trees.call(trees.builtin("dict"), expr) if isinstance(kind, Mapping) else expr


def shares_nothing(kind: Kind | None, expr: gast.AST) -> bool:
    """Whether an adjoint in the structure of a kind is new, down to its arrays, each of them there once."""
    from s2sad.adjoint import is_fresh, structure_parts

    if not shares(kind):
        return True
    if isinstance(kind, Array):
        return is_fresh(expr)
    if isinstance(expr, (gast.List, gast.Tuple)):
        items = kind.items if isinstance(kind, Tuple) else [getattr(kind, "item", None)] * len(expr.elts)
        return all(map(shares_nothing, items, expr.elts))
    if isinstance(expr, gast.Dict):
        items = (
            [kind.value] * len(expr.values)
            if isinstance(kind, Mapping)
            else [each for _, each in structure_parts(kind)]
        )
        return all(map(shares_nothing, items, expr.values))
    if isinstance(expr, gast.ListComp):
        return shares_nothing(getattr(kind, "item", None), expr.elt)
    if isinstance(expr, gast.DictComp):
        return isinstance(kind, Mapping) and shares_nothing(kind.value, expr.value)
    sliced = isinstance(expr, gast.Subscript) and isinstance(expr.slice, gast.Slice)
    new = sliced or isinstance(expr, (gast.BinOp, gast.Call))
    return new and not shares(kind.value if isinstance(kind, Mapping) else getattr(kind, "item", kind))


def shares(kind: Any) -> bool:
    return isinstance(kind, (Array, List, Mapping, Tuple, Dict, Record))
