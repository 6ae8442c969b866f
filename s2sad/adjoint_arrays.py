"""Part of the stage `adjoint`: memory. What is read from an array or list adds into its shadow, what is stored takes
from it."""

from __future__ import annotations

import dataclasses
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.distinct import Distinct
from s2sad.expression_kinds import kind_of_names
from s2sad.expressions import OPERATORS
from s2sad.fewer_operations import elements, only_adds_axes, without_axes
from s2sad.fresh import copy_of
from s2sad.indexing import added_at
from s2sad.kinds import UNKNOWN, Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, Unknown
from s2sad.places import step_into
from s2sad.rules import registry, templates


def turned(path: tuple[gast.AST, ...]) -> bool:
    """Whether the adjoint of a place stands in the shadow with the other sign: that of the imaginary part of a
    number does."""
    return sum(1 for step in path if getattr(getattr(step, "func", step), "attr", "") == "imag") % 2 == 1


def is_flat(kind: Kind) -> bool:
    """Whether it is an array, or a list or dict of numbers or arrays: of those, the items are not written into."""
    item = kind.item if isinstance(kind, List) else kind.value if isinstance(kind, Mapping) else None
    return isinstance(kind, Array) or isinstance(item, (Scalar, Array))


STRUCTURES = (List, Tuple, Dict, Record, Mapping)


def is_whole(op: ir.Store) -> bool:
    """Whether a store writes all of an array: `a *= e`, `a[:] = e`."""
    kind = op.place.root.kind
    if not isinstance(kind, Array) or not kind.dims or kind.dtype not in ("float64", "complex128"):
        return False
    if len(op.place.path) > 1:
        return False
    return all(isinstance(step, gast.Subscript) and trees.selects_all(step.slice) for step in op.place.path)


def is_item(step: gast.AST) -> bool:
    """Whether a step goes to an item of a list, tuple or dict, or to an attribute."""
    plain = isinstance(step, gast.Subscript) and getattr(step, "read_only", None) is None
    return plain and not isinstance(step.slice, gast.Slice)


def is_written_after(root: ir.Root, item: ir.Info) -> bool:
    """Whether memory that an item was taken from may be written as long as its name is read: until the iteration of the
    innermost loop ends that it is set in."""
    writes = [write for each in ir.family(root) for write in (*each.stores, *each.deep)]
    return any(at > item.position and loops[: len(item.loops)] == item.loops for loops, at in writes)


class Arrays:
    # ---------------------------------------------------------------- shadows
    def as_shadow(self, name: str, *, own: bool = False) -> gast.AST:
        """The adjoint of a name as something that can be written into in place: its `own`, or where the name is an
        item of a list or dict that stays as it is, that item of its owner's."""
        from s2sad.adjoint import Cotangent

        kind = self.info[name].kind
        old = self.adj.get(name)
        if old is not None and old.late:
            self.make_late({name: old})
            old = self.adj[name]
        if old is not None and old.shadow:
            return old.expr
        owner = None if own else self.owner_of(name)
        if owner is not None:
            return self.at(self.as_shadow(owner[0]), owner[1])
        base = self.grad_base(name)
        like = trees.name(name)
        place = self.info[name].place
        in_order = place is not None and place.root.in_order
        if old is None and isinstance(kind, Array):  # written into: no number, if it has no axes
            expr = self.zeros_of(kind, like)
        elif old is None:
            expr = self.zero(kind, like)
        elif (
            isinstance(kind, Array) and not kind.rank
        ):  # an array without axes: sums and products of such are no arrays
            expr = trees.np_call("array", trees.binary(gast.Add, trees.np_call("zeros_like", like), old.expr))
        elif isinstance(kind, Array):
            if old.spread:
                expr = (
                    trees.binary(gast.Add, trees.np_call("zeros_like", like), old.expr)
                    if not trees.is_zero(old.expr)
                    else trees.np_call("zeros_like", like)
                )
            elif old.owned and isinstance(old.expr, gast.Name) and not in_order:
                expr = None
            else:
                expr = copy_of(kind, old.expr, self.names.fresh, in_order)
        else:
            own = old.owned and isinstance(old.expr, gast.Name) and not self.is_written_deep(name) and not in_order
            expr = None if own else copy_of(kind, old.expr, self.names.fresh, in_order)
        if expr is None:
            made = old.expr
        else:
            fresh = self.names.fresh(base)
            self.kinds[fresh] = kind
            self.add(trees.assign(fresh, expr))
            made = trees.name(fresh)
        self.mark_shadow(made)
        if old is not None:
            self.taken_over.add(made.id)
        if expr is not None and isinstance(kind, STRUCTURES):
            self.whole.add(made.id)
        self.adj[name] = Cotangent(made, kind, shadow=True, owned=True)
        return made

    def owner_of(self, name: str) -> tuple[str, tuple[gast.AST, ...]] | None:
        """The list or dict that a name is an item of, and the way to it, where both stay as they are as long as the
        name is read: the item's adjoint is that item of the owner's shadow."""
        info = self.info[name]
        op = getattr(info.statement, "effect", None)
        if name in self.adj or not isinstance(info.kind, STRUCTURES) or name not in self.active:
            return None
        if not isinstance(op, ir.GetItem) or any(tag == "slice" for tag, _ in getattr(op, "parts", ())):
            return None  # a slice is a list of its own
        owner, kind, path = op.base, op.base_kind, (trees.index(trees.name("_"), op.index),)
        if op.place is not None:
            owner, kind, path = op.place.root.name, op.place.root.kind, op.place.path
        if not isinstance(kind, STRUCTURES) or owner not in self.active or not all(map(is_item, path)):
            return None
        if op.place is not None and is_written_after(op.place.root, info):
            return None
        return (owner, path) if all(self.is_same_item(info, step.slice) for step in path) else None

    def is_same_item(self, info: ir.Info, index: gast.AST) -> bool:
        """Whether an index, where the sweep is, still selects the item that it selected."""
        made = info.scope
        if made is not None and made == self.scope[: len(made)]:
            return True
        return not any(self.info[name].loops for name in trees.names_in(index) if name in self.info)

    def is_written_deep(self, name: str) -> bool:
        """Whether the program writes into what a list or dict holds: its adjoint has to have items of its own."""
        place = self.info[name].place
        return place is not None and any(each.deep for each in self.family(place.root))

    def mark_shadow(self, expr: gast.AST) -> None:
        self.shadows.add(expr.id)

    def at(self, shadow: gast.AST, path: tuple[gast.AST, ...]) -> gast.AST:
        """The place that a path leads to, in the shadow."""
        expr = shadow
        for step in path:
            expr = self.step(expr, step)
        return expr

    def step(self, expr: gast.AST, step: gast.AST) -> gast.AST:
        return step_into(expr, step, kind_of_names(self.info, self.kinds))

    def target(self, place: gast.AST) -> gast.AST:
        """A place as the target of an assignment that writes into memory."""
        return (
            place
            if isinstance(place, gast.Subscript) and not hasattr(place, "of_list")
            else trees.index(place, trees.const(...))
        )

    # ---------------------------------------------------------------- reading
    def of_GetItem(self, node: gast.Assign, op: ir.GetItem) -> None:
        cotangent = self.take(node.targets[0].id)
        if cotangent is None:
            return
        op = self.rows.get(id(node), op)
        if op.place is None and self.is_only_longer(op, cotangent):
            expr = trees.index(cotangent.expr, without_axes(op.index))
            self.accumulate(op.base, expr, op.base_kind, owned=False)
            return
        if op.place is not None:
            root, path = op.place.root.name, op.place.path
        else:
            root, path = op.base, (trees.index(trees.name("_"), op.index),)
        if root not in self.active:
            return
        if op.place is None and isinstance(op.base_kind, (Tuple, Dict, Record)):
            path = (trees.index(trees.name("_"), op.index),)
        shadow = self.as_shadow(root)
        if turned(path):
            cotangent = dataclasses.replace(cotangent, expr=trees.neg(cotangent.expr))
        place, finish = self.through(shadow, path)
        self.add_into(place, op, cotangent, node)
        finish()

    def is_only_longer(self, op: ir.GetItem, cotangent: Any) -> bool:
        """Whether an index adds axes, which the adjoint has as well."""
        kinds = (op.base_kind, op.kind, cotangent.kind)
        if cotangent.spread or not all(isinstance(kind, Array) and kind.dims is not None for kind in kinds):
            return False
        if op.base_kind.dtype != cotangent.kind.dtype or len(op.kind.dims) != len(cotangent.kind.dims):
            return False
        return only_adds_axes(op)

    def through(self, shadow: gast.AST, path: tuple[gast.AST, ...]) -> tuple[gast.AST, Any]:
        """Where to add what belongs to a place, and what is to be done after. A view that can't be written into gets
        an array of
        its own, which the rule of that view carries over."""
        at = next((k for k, step in enumerate(path) if getattr(step, "read_only", None) is not None), None)
        if at is None:
            return self.at(shadow, path), lambda: None
        rule, first, others, kinds, constants = path[at].read_only
        base = self.at(shadow, path[:at])
        name = self.names.fresh("#t_grad")
        self.kinds[name] = UNKNOWN
        self.add(trees.assign(name, trees.np_call("zeros_like", self.step(base, path[at]))))

        def finish() -> None:
            made = templates.expand(
                rule,
                {first: base, **others},
                kinds,
                constants,
                [first],
                None,
                trees.name(name),
                lambda stem: self.names.fresh("#t"),
                rule.library or None,
            )
            self.helpers.need_all(made.helpers)
            for statement in made.statements:
                self.add(statement)
            expr = made.values[first]
            if first in made.unbroadcast:
                expr = self.helpers.unbroadcast(expr, base)
            finished, after = self.through(shadow, path[:at])
            self.add(self.augment(finished if not at else self.target(finished), expr))
            after()

        return self.at(trees.name(name), path[at + 1 :]), finish

    def add_into(self, place: gast.AST, op: Any, cotangent: Any, node: Any) -> None:
        kind, base = op.kind, op.base_kind
        expr = cotangent.expr
        if isinstance(kind, (List, Tuple, Dict, Record, Mapping)):
            total = self.added(kind, place, expr)
            self.add(gast.Assign([self.target(place)], total, None))
        elif isinstance(base, Array):
            expr, _ = self.as_real(expr, cotangent.kind, base)
            if self.may_repeat(op):
                self.add(added_at(place, expr))
            else:
                self.add(self.augment(place, expr))
        elif isinstance(kind, Scalar) or op.place is not None and isinstance(op.place.root.kind, Array):
            self.add(self.augment(place, self.as_real(expr, cotangent.kind, kind)[0]))
        else:
            full = self.full(trees.name(node.targets[0].id), cotangent, kind)
            if op.place is None and self.is_own_item(place, kind, cotangent.kind):
                self.add(self.augment(place, full)).whole_item = kind.dtype == cotangent.kind.dtype
            else:
                self.add(gast.Assign([place], trees.add(place, full), None))

    def may_repeat(self, op: Any) -> bool:
        """Whether an index may select an element twice: one of arrays of positions may, a mask doesn't."""
        fancy = any(
            tag == "array" and getattr(value, "char", "i") != "b" or tag == "unknown" for tag, value in op.parts
        )
        return fancy and not Distinct(self.info).index(op)

    def is_own_item(self, place: gast.AST, kind: Kind, added: Kind) -> bool:
        """Whether a place in a structure's shadow holds an array of its own, and of a dtype that can take the sum."""
        while isinstance(place, gast.Subscript):
            place = place.value
        chars = (getattr(kind, "char", ""), getattr(added, "char", ""))
        return isinstance(place, gast.Name) and place.id in self.whole and chars in (("f", "f"), ("c", "f"), ("c", "c"))

    def of_Load(self, node: gast.Assign, op: ir.Load) -> None:
        name = node.targets[0].id
        cotangent = self.take_as_is(name)
        root = op.place.root.name
        if cotangent is None or root not in self.active:
            return
        if not op.place.path and root not in self.adj and is_flat(op.kind):
            if cotangent.owned or not isinstance(cotangent.expr, gast.Name):
                name = self.names.fresh(self.grad_base(root))
                self.kinds[name] = cotangent.kind
                self.add(trees.assign(name, cotangent.expr))
                cotangent = dataclasses.replace(cotangent, expr=trees.name(name))
            self.adj[root] = cotangent
            if cotangent.late and not self.may_have_no_value(root, node):
                self.make_late({root: cotangent}, begun=False)
            return
        if not cotangent.late:
            self.add_to_place(self.as_shadow(root), op, cotangent)
            return
        if not (self.adj[root].late if root in self.adj else self.may_have_no_value(root, node)):
            self.as_shadow(root)
        self.add_if_there(root, cotangent, lambda: self.add_to_place(self.as_shadow(root), op, cotangent))

    def add_to_place(self, shadow: gast.AST, op: ir.Load, cotangent: Any) -> None:
        place, finish = self.through(shadow, op.place.path)
        if isinstance(op.kind, (List, Tuple, Dict, Record, Mapping)):
            total = self.added(op.kind, place, cotangent.expr, bool(op.place.root.deep))
            if not op.place.path and isinstance(op.kind, (Dict, Record, Mapping)):
                self.add(gast.Expr(trees.call(trees.attr(shadow, "update"), total)))
            elif not op.place.path:
                self.add(gast.Assign([trees.index(shadow, gast.Slice(None, None, None))], total, None))
            else:
                self.add(gast.Assign([self.target(place)], total, None))
            return
        expr, _ = self.as_real(cotangent.expr, cotangent.kind, op.kind)
        expr = trees.neg(expr) if turned(op.place.path) else expr
        if isinstance(place, gast.Subscript) and self.is_vague(place.slice):  # it may select an element twice
            self.add(added_at(place, expr))
        else:
            self.add(self.augment(place if isinstance(place, gast.Name) else self.target(place), expr))
        finish()

    def is_vague(self, index: gast.AST) -> bool:
        """Whether an index is, or has in it, something that nothing is known of."""
        names = [each.id for each in elements(index) if isinstance(each, gast.Name)]
        kinds = [self.info[name].kind for name in names if name in self.info]
        return any(isinstance(kind, Unknown) for kind in kinds)

    # ---------------------------------------------------------------- writing
    def of_Store(self, node: gast.stmt, op: ir.Store) -> None:
        root = op.place.root.name
        if root not in self.active:
            return
        if root not in self.adj and isinstance(op.place.root.kind, Array):
            return
        if root in self.adj and self.adj[root].late:
            self.make_late({root: self.adj[root]})
        if is_whole(op) and trees.names_in(self.adj[root].expr).isdisjoint(self.given):
            self.store_whole(op, root)
            return
        shadow = self.as_shadow(root)
        place = self.at(shadow, op.place.path)
        if op.operator is None:
            self.store_plain(op, place, node)
        elif isinstance(op.operator, (gast.Add, gast.Sub)):
            self.store_added(op, place)
        elif self.is_scaled(op):
            target = place if isinstance(place, gast.Name) else self.target(place)
            self.add(gast.AugAssign(target, op.operator, op.value))
        else:
            self.store_operated(op, place)

    def taken(self, op: ir.Store, place: gast.AST, always: bool = True) -> gast.AST:
        """The adjoint of what was stored, as a value of its own."""
        name = self.names.fresh("#t_grad")
        expr = place
        if not isinstance(op.target_kind, Scalar):
            picked = any(tag == "array" and each.rank for tag, each in op.parts or ())  # is new
            expr = trees.call(trees.attr(place, "copy")) if isinstance(op.target_kind, Array) and not picked else place
            if getattr(op.target_kind, "dims", None) == ():
                expr = trees.index(place, trees.const(()))  # a number
        if turned(op.place.path):
            expr = trees.neg(place)
        self.kinds[name] = op.target_kind
        self.add(trees.assign(name, expr)).number = isinstance(op.target_kind, Scalar)
        return trees.name(name)

    def store_plain(self, op: ir.Store, place: gast.AST, node: gast.stmt) -> None:
        wanted = self.is_active(op.value)
        grad = self.taken(op, place) if wanted else None
        zero: gast.AST = trees.const(0.0)
        if (
            not isinstance(op.target_kind, (Scalar, Array))
            or isinstance(op.place.root.kind, (List, Mapping))
            and not isinstance(op.target_kind, Scalar)
        ):
            like = getattr(op, "gone", place)
            inside = isinstance(op.target_kind, Array) and op.place.root.deep  # it is written into: it stays an array
            zero = self.zeros_of(op.target_kind, like) if inside else self.zero(op.target_kind, like)
        if not self.is_first_use(node):
            self.add(gast.Assign([self.target(place)], zero, None))
        if wanted:
            self.to_value(op, grad, place)

    def is_first_use(self, node: gast.stmt) -> bool:
        from s2sad.dependence import dependence_of

        dependence = dependence_of(self.program)
        return dependence is not None and dependence.first_use(node, self.program.roots)

    def to_value(self, op: ir.Store, grad: gast.AST, place: gast.AST, sign: int = 1) -> None:
        if self.may_repeat(op):
            grad = self.helpers.last_stored(grad, place)
        expr = grad if sign > 0 else trees.neg(grad)
        kind = op.target_kind
        self.accumulate(
            op.value,
            expr,
            kind,
            larger=isinstance(kind, Array) or isinstance(op.value_kind, Array),
            owned=not isinstance(grad, gast.Name) or sign < 0,
        )

    def store_added(self, op: ir.Store, place: gast.AST) -> None:
        if self.is_active(op.value):
            self.to_value(op, self.taken(op, place), place, 1 if isinstance(op.operator, gast.Add) else -1)

    def is_scaled(self, op: ir.Store) -> bool:
        """Whether what was there is multiplied by, or divided through, something real without a gradient; then so is
        its adjoint. Of an element that an index selects twice, the last factor counts, here as there."""
        kind: Any = op.value_kind
        real = isinstance(kind, (Scalar, Array)) and kind.char in "fib"
        return isinstance(op.operator, (gast.Mult, gast.Div)) and real and not self.is_active(op.value)

    def store_whole(self, op: ir.Store, name: str) -> None:
        """`a *= e` or `a[:] = e` of a whole array: its adjoint goes over into others, as that of a name does."""
        from s2sad.adjoint import Cotangent

        old = self.adj.pop(name)
        whole = self.info[name].kind
        if op.operator is None or isinstance(op.operator, (gast.Add, gast.Sub)):
            if old.spread:
                old = Cotangent(self.full(trees.name(name), old, whole), whole)
            expr = trees.neg(old.expr) if isinstance(op.operator, gast.Sub) else old.expr
            active = self.is_active(op.value)
            # The value's adjoint may be the very array, also after it was summed over axes that it may lack.
            shared = active and isinstance(op.operator, gast.Add) and op.value.id not in self.adj
            if active:
                self.accumulate(op.value, expr, old.kind, larger=True, owned=op.operator is None and old.owned)
            if op.operator is not None:
                self.adj[name] = Cotangent(old.expr, old.kind) if shared else old
        elif self.is_scaled(op):
            if old.spread and not isinstance(op.value_kind, Scalar):  # what is smaller than the whole is no longer so
                smaller = self.may_be_smaller(op.value_kind, whole)
                old = Cotangent(self.full(trees.name(name), old, whole) if smaller else old.expr, whole)
            expr = trees.binary(type(op.operator), old.expr, op.value)
            made = self.let(self.grad_base(name), expr, old.kind)
            self.adj[name] = Cotangent(made, old.kind, old.spread, owned=True)
        else:
            if op.old is not None:
                self.stands_for[op.old] = name
            self.apply_operator(op, old)
            back = self.adj.pop(op.old, None) if op.old is not None else None
            if back is not None:
                self.adj[name] = back

    def store_operated(self, op: ir.Store, place: gast.AST) -> None:
        """A[i] *= e and the like: the rule of the operator, with what was there before."""
        from s2sad.adjoint import Cotangent

        grad = self.taken(op, place)
        self.add(gast.Assign([self.target(place)], trees.const(0.0), None))
        if self.is_active(op.value) and self.may_repeat(op):
            grad = self.helpers.last_stored(grad, place)
        self.apply_operator(op, Cotangent(grad, op.target_kind))
        back = self.adj.pop(op.old, None) if op.old is not None else None
        if back is not None:
            self.add(self.augment(self.target(place), trees.neg(back.expr) if turned(op.place.path) else back.expr))

    def apply_operator(self, op: ir.Store, cotangent: Any) -> None:
        """The rule of the operator: adds to the adjoints of what was there before, `op.old`, and of the value."""
        rule = registry.find(OPERATORS[type(op.operator)])
        if rule.form == "nondifferentiable":  # a //= e
            return
        first, second = list(rule.parameters.parameters)[:2]
        old = trees.name(op.old) if op.old is not None else trees.const(0.0)
        result = trees.binary(type(op.operator), old, op.value)
        primitive = ir.Primitive(
            rule, {first: old, second: op.value}, {first: op.target_kind, second: op.value_kind}, {}
        )
        if isinstance(op.value, gast.Constant):
            primitive.constants[second] = op.value.value
        wanted = [second] if self.is_active(op.value) else []
        if op.old is not None:
            self.active.add(op.old)
            wanted.insert(0, first)
        self.apply_rule(primitive, result, cotangent, wanted, op.target_kind)

    # ---------------------------------------------------------------- lists
