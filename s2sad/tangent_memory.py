"""Part of the stage `tangent`: memory. The tangent of an array, list or dict that is written is memory as well: what is
stored into the one is stored, as a tangent, at the same place of the other."""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.expressions import OPERATORS
from s2sad.indexing import added_at
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, as_given
from s2sad.places import step_into
from s2sad.rules import registry

# The operators of augmented assignments that change what stands there by their rule.
ADDED = (gast.Add, gast.Sub)


class Memory:
    # ---------------------------------------------------------------- places
    def at(self, place: ir.Place) -> gast.AST:
        """A place in the tangent's memory."""
        expr = self.dot(place.root.name)
        for step in place.path:
            expr = self.step(expr, step)
        return expr

    def step(self, expr: gast.AST, step: gast.AST) -> gast.AST:
        return step_into(expr, step, kind_of_names(self.info, self.kinds))

    def whole_place(self, place: gast.AST) -> gast.AST:
        """A place as the target of an assignment that writes into memory."""
        if isinstance(place, gast.Subscript) and not hasattr(place, "of_list"):
            return place
        return trees.index(place, trees.const(...))

    def has_memory(self, place: ir.Place) -> bool:
        return place.root.name in self.active

    # ---------------------------------------------------------------- reading
    def of_GetItem(self, node: gast.Assign, op: ir.GetItem) -> None:
        name = node.targets[0].id
        if name not in self.active:
            return
        if op.place is not None:
            expr = self.at(op.place) if self.has_memory(op.place) else None
        else:
            expr = trees.index(self.dot(op.base), op.index) if self.is_active(trees.name(op.base)) else None
        if expr is None:
            self.let_zero(name)
            return
        self.let(name, self.owned(expr, name), self.read_kind(op, name))

    def read_kind(self, op: Any, name: str) -> Kind:
        return self.info[name].kind

    def of_Load(self, node: gast.Assign, op: ir.Load) -> None:
        name = node.targets[0].id
        if name not in self.active:
            return
        if self.has_memory(op.place):
            self.let(name, self.at(op.place))
        else:
            self.let_zero(name)

    # ---------------------------------------------------------------- writing
    def of_Store(self, node: gast.stmt, op: ir.Store) -> bool:
        if not self.has_memory(op.place):
            return True
        place = self.at(op.place)
        if op.operator is None:
            value = self.stored(op)
            self.add(gast.Assign([self.whole_place(place)], value, None))
        elif isinstance(op.operator, ADDED):
            if self.is_active(op.value):
                self.add_into(op, place, self.dot(op.value.id))
        else:
            self.store_operated(op, place)
        return True

    def add_into(self, op: ir.Store, place: gast.AST, dot: gast.AST) -> None:
        if op.repeats:
            self.add(added_at(place, dot))
        else:
            target = place if isinstance(place, gast.Name) else self.whole_place(place)
            self.add(gast.AugAssign(target, op.operator, dot))

    def stored(self, op: ir.Store) -> gast.AST:
        if self.is_active(op.value):
            return self.dot(op.value.id)
        if isinstance(op.target_kind, (Scalar, Array)) and isinstance(op.place.root.kind, Array):
            return trees.const(0.0)
        return self.dot_of(op.value, op.value_kind)

    def store_operated(self, op: ir.Store, place: gast.AST) -> None:
        """A[i] *= e and the like: the rule of the operator, with what is there before."""
        rule = registry.find(OPERATORS[type(op.operator)])
        first, second = list(rule.parameters.parameters)[:2]
        old = trees.name(op.old) if op.old is not None else trees.const(0.0)
        result = trees.binary(type(op.operator), old, op.value)
        primitive = ir.Primitive(
            rule, {first: old, second: op.value}, {first: op.target_kind, second: op.value_kind}, {}, ""
        )
        if isinstance(op.value, gast.Constant):
            primitive.constants[second] = op.value.value
        if op.old is not None and op.old not in self.active:
            self.active.add(op.old)
            self.let(op.old, place)
        made = self.tangent_of(primitive, result, result, op.target_kind)
        self.add(gast.Assign([self.whole_place(place)], trees.const(0.0) if made is None else made[0], None))

    def copy_of_parameter(self, node: gast.stmt) -> None:
        """f writes into this parameter: a copy of its tangent is written, like the copy of itself."""
        name = node.targets[0].id if isinstance(node.targets[0], gast.Name) else None
        if name is None or name not in self.active:
            return
        kind = self.info[name].kind
        if name not in self.dots:  # not chosen, but what is written into it changes
            self.let(name, self.zero(kind, trees.name(name)))
            return
        given, place = self.dot(name), self.info[name].place
        if place is not None and place.root.given is not None:
            kind = as_given(kind, place.root.given)
        self.add(trees.assign(given.id, self.copy_of(kind, given, trees.name(name))))

    def copy_of(self, kind: Kind, expr: gast.AST, like: gast.AST) -> gast.AST:
        """A copy of a tangent that shares nothing with it."""
        if isinstance(kind, Array):
            return self.copied(expr, kind)
        if isinstance(kind, List) and shares(kind.item):
            item = trees.name(self.names.fresh("item"))
            return gast.ListComp(self.copy_of(kind.item, item, item), [gast.comprehension(item, expr, [], 0)])
        if isinstance(kind, Mapping) and shares(kind.value):
            key, item = trees.name(self.names.fresh("key")), trees.name(self.names.fresh("item"))
            items = trees.call(trees.attr(expr, "items"))
            loop = gast.comprehension(gast.Tuple([key, item], gast.Store()), items, [], 0)
            return gast.DictComp(key, self.copy_of(kind.value, item, item), [loop])
        if isinstance(kind, (Tuple, Dict, Record)):
            return expr
        return trees.call(trees.builtin("dict" if isinstance(kind, Mapping) else "list"), expr)

    # ---------------------------------------------------------------- lists and dicts whose items come and go
    def of_Append(self, node: gast.stmt, op: ir.Append) -> bool:
        self.put_into(op, "append")
        return True

    def of_Insert(self, node: gast.stmt, op: ir.Insert) -> bool:
        self.put_into(op, "insert", op.position)
        return True

    def put_into(self, op: ir.Append, method: str, *position: gast.AST) -> None:
        if self.has_memory(op.place):
            item = self.dot_of(op.value, op.value_kind)
            self.add(gast.Expr(trees.call(trees.attr(self.at(op.place), method), *position, item)))

    def of_Extend(self, node: gast.stmt, op: ir.Extend) -> bool:
        if self.has_memory(op.place):
            items = self.dot_of(op.value, op.value_kind)
            self.add(gast.Expr(trees.call(trees.attr(self.at(op.place), "extend"), items)))
        return True

    def of_SliceStore(self, node: gast.Assign, op: ir.SliceStore) -> bool:
        if self.has_memory(op.place):
            target = trees.index(self.at(op.place), trees.copy_tree(node.targets[0].slice))
            self.add(gast.Assign([target], self.dot_of(op.value, op.value_kind), None))
        return True

    def of_Pop(self, node: gast.Assign, op: ir.Pop) -> bool:
        name = node.targets[0].id
        if not self.has_memory(op.place):
            if name in self.active:
                self.let_zero(name)
            return True
        popped = trees.call(trees.attr(self.at(op.place), "pop"), *([] if op.position is None else [op.position]))
        if name in self.active:
            self.let(name, popped)
        else:
            self.add(gast.Expr(popped))
        return True

    def of_Clear(self, node: gast.stmt, op: ir.Clear) -> bool:
        if self.has_memory(op.place):
            self.add(gast.Expr(trees.call(trees.attr(self.at(op.place), "clear"))))
        return True

    def of_Reorder(self, node: gast.stmt, op: ir.Reorder) -> bool:
        if not self.has_memory(op.place):
            return True
        place = self.at(op.place)
        if op.what == "reverse":
            self.add(gast.Expr(trees.call(trees.attr(place, "reverse"))))
            return True
        if op.what == "swap":
            self.add(trees.swapped(place, op.order))
            return True
        whole = trees.index(place, gast.Slice(None, None, None))
        if op.what == "rotate":
            steps = trees.name(self.names.fresh("#t"))
            length = trees.call(trees.builtin("max"), trees.call(trees.builtin("len"), place), trees.const(1))
            self.add(trees.assign(steps.id, trees.binary(gast.Mod, trees.neg(op.order), length)))
            parts = [trees.index(place, cut) for cut in (gast.Slice(steps, None, None), gast.Slice(None, steps, None))]
            self.add(gast.Assign([whole], trees.binary(gast.Add, *parts), None))
            return True
        self.add(gast.Assign([whole], self.taken(place, op.order), None))
        return True

    def taken(self, items: gast.AST, order: gast.AST) -> gast.AST:
        k = trees.name(self.names.fresh("k"))
        return gast.ListComp(trees.index(items, k), [gast.comprehension(k, order, [], 0)])

    def of_Pack(self, node: gast.Assign, op: ir.Pack) -> None:
        name = node.targets[0].id
        if name not in self.active:
            return
        items = [self.dot_of(item, kind) for item, kind in zip(op.items, op.kinds)]
        keys = getattr(op, "keys", None)
        if keys is not None:
            written = node.value.keys if isinstance(node.value, gast.Dict) else map(trees.const, keys)
            self.let(name, gast.Dict([trees.copy_tree(key) for key in written], items))
        elif isinstance(self.info[name].kind, List):
            self.let(name, gast.List(items, gast.Load()))
        else:
            self.let(name, gast.Tuple(items, gast.Load()))

    def of_ListOp(self, node: gast.Assign, op: ir.ListOp) -> None:
        name = node.targets[0].id
        if name not in self.active:
            return
        dots = [self.dot_of(each, kind) for each, kind in zip(op.operands, op.kinds)]
        if op.what == "take":
            expr: gast.AST = self.taken(dots[0], op.operands[1])
        elif op.what == "concat":
            expr = trees.binary(gast.Add, *dots)
        elif op.what == "copy":
            as_tuple = isinstance(node.value, gast.Call) and getattr(node.value.func, "builtin", None) is tuple
            expr = trees.call(trees.builtin("tuple" if as_tuple else "list"), dots[0])
        elif op.what == "sum":
            start = [each for each in dots[1:] if not trees.is_zero(each)]
            if len(dots) > 1 and not start and op.kind != op.kinds[0].item:
                start = [trees.np_call("zeros_like", op.operands[1])]  # the sum is as large as what it starts with
            expr = trees.call(trees.builtin("sum"), dots[0], *start)
        elif op.what == "reversed":
            expr = trees.index(dots[0], gast.Slice(None, None, trees.const(-1)))
        elif op.what == "repeat":
            expr = self.repeated(node.value, op.operands[0], dots[0])
        elif op.what == "rows":
            expr = trees.call(trees.builtin("list"), dots[0])
        else:
            raise AssertionError(f"a list made by {op.what} has no tangent")
        self.let(name, expr)

    def repeated(self, value: gast.BinOp, operand: gast.AST, dot: gast.AST) -> gast.AST:
        left, right = value.left, value.right
        if isinstance(left, gast.Name) and left.id == operand.id:
            return gast.BinOp(dot, gast.Mult(), right)
        return gast.BinOp(left, gast.Mult(), dot)


def shares(kind: Any) -> bool:
    return isinstance(kind, (Array, List, Mapping, Tuple, Dict, Record))
