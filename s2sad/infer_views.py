"""Part of the stage `infer`: views of arrays. What is a view, what is a copy, and what depends on how the memory lies.

`A.ravel()` is a view where A is contiguous, and a copy elsewhere. It matters where A, or what ravel gives, is written.
Where the program shows which it is, that is taken; else the generated program looks, and raises where it is no view.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.indexing import item_kind
from s2sad.ir import family
from s2sad.kinds import Array, Dim, Kind, List, Scalar, Static, Tuple
from s2sad.values import MISSING, BoundMethod, Value, shown_variable

IN_ORDER = (np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.outer)
MAYBE = (np.reshape, np.ndarray.reshape, np.ravel, np.ascontiguousarray, np.asfortranarray)
READ_ONLY = (np.diagonal, np.diag, np.broadcast_to)


class Views:
    def decided_view(self, rule: Any, bound: dict[str, Value], base: Value, kind: Kind, node: Any) -> Any:
        """The rule, as one whose result is a view of its first argument, or as one whose result is new memory."""
        function = rule.function
        if base.place is None or not isinstance(kind, Array):
            return rule
        copied = dataclasses.replace(rule, view=False)
        if isinstance(base.kind, (List, Tuple)):
            return copied
        if (
            function is np.diag
            and base.kind.rank == 1
            or function is np.imag
            and getattr(base.kind, "char", "?") != "c"
        ):
            return copied
        if function in (np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray):
            given = base.kind.dtype if isinstance(base.kind, Array) else ""
            if not given or not kind.dtype:
                return rule if isinstance(base.kind, Array) else dataclasses.replace(copied, shares=True)
            if kind.dtype != given:
                return copied
        if function not in MAYBE:
            return rule
        if base.place.root.name.startswith("#") and isinstance(self.viewed(node), (gast.BinOp, gast.UnaryOp)):
            return copied  # of new memory that has no other name, a view is as good as a copy
        fortran = function is np.asfortranarray
        order = self.known(bound["order"]) if "order" in bound else "F" if fortran else "C"
        straight = self.contiguous(base)
        if order != "C" and not (getattr(base.kind, "rank", None) == 1 and kind.rank == 1):
            straight = None
        shaping = function in (np.reshape, np.ndarray.reshape)
        if shaping and getattr(base.kind, "rank", None) == 1 and kind.rank == 1:
            return rule
        sure = base.place.root.param is None and self.made_in_order(base.place.root)
        if self.quiet or not self.is_written(base.place.root):
            return rule
        base.place.root.in_order = True
        if straight is True and sure:
            return rule
        site = ("view", self.path, id(node))
        if site not in self.facts.results.setdefault("views", set()):
            self.assumed = (site, base.place.root, self.position, self.loops)
            return copied
        if base.place.root.param is not None and not isinstance(base.place.root.kind, Array):
            raise self.refuse("maybe_view", node, name=self.shown(node), base=self.shown(node, True))
        if straight is False and (not shaping or kind.rank == 1 and base.kind.rank is not None):
            self.note_layout(base.place.root, node)
            return copied
        if straight is not True:
            if straight is False or order != "C":
                raise self.refuse("maybe_view", node, name=self.shown(node), base=self.shown(node, True))
            self.look_at_layout(base, node)
        if isinstance(base.place.root.kind, Array):
            self.note_layout(base.place.root, node)
        return rule

    def assumed_copy(self, made: Value, assumed: Any) -> Value:
        """What may be a view is taken for a copy, as long as neither it nor its base is written afterwards."""
        made = self.settle(made)
        self.assumptions.append((*assumed, made.place.root if made.place is not None else None))
        return made

    def check_assumptions(self) -> None:
        """At the end of a walk: what was written after all is a view in the next one. What has to lie in order has to
        under each of its names."""
        for site, base, position, loops, made in self.assumptions:
            stored = [(store, each) for each in family(base) for store in each.stores]
            written = made is not None and any(each.stores for each in family(made))
            if written or any(
                at > position or set(around) & set(loops) - set(root.loops) for (around, at), root in stored
            ):
                self.facts.results["views"].add(site)
                self.learnt = True
        for root in self.roots:
            if root.in_order:
                for each in family(root):
                    each.in_order = True

    def shown(self, node: Any, owner: bool = False) -> str:
        """The user's text of a call, or of what it is a view of."""
        node = self.viewed(node) if owner else node
        return trees.show(node) if isinstance(node, gast.AST) else "the array"

    def viewed(self, node: Any) -> Any:
        """Of a call of the user's, what it makes a view of."""
        if not isinstance(node, gast.Call):
            return node
        return node.args[0] if node.args and not self.is_method(node) else getattr(node.func, "value", node)

    def is_method(self, node: gast.Call) -> bool:
        """Whether a call of the user's is that of an array's method."""
        found = (
            self.lookup_quietly(node.func.value.id)
            if isinstance(node.func, gast.Attribute) and isinstance(node.func.value, gast.Name)
            else None
        )
        return isinstance(node.func, gast.Attribute) and not (isinstance(node.func.value, gast.Name) and found is None)

    def contiguous(self, value: Value) -> bool | None:
        """Whether an array's elements lie one after the other, in C order: True, False, or None where it is not known.

        Of the memory behind it, it is taken to be so; where that isn't sure, the program looks (`note_layout`).
        """
        place = value.place
        straight: bool | None = True if place.root.param is not None or place.root.name in self.info else None
        kind = place.root.kind
        for step in place.path:
            if straight is None or not isinstance(kind, Array) or kind.dims is None or step is None:
                return None
            straight, kind = self.contiguous_step(straight, kind, step)
        return straight

    def made_in_order(self, root: ir.Root) -> bool:
        """Whether memory was made in C order."""
        if root.name not in self.info:  # what outlives the call: `look_at_layout` has looked at the view itself
            return True
        statement = self.info[root.name].statement
        value = getattr(statement, "value", None)
        effect = getattr(statement, "effect", None)
        if isinstance(effect, ir.Primitive) and isinstance(root.kind, Array) and root.kind.rank in (0, 1):
            return True
        if isinstance(effect, ir.Primitive) and effect.rule.function in (
            np.ndarray.copy,
            np.ndarray.flatten,
            *IN_ORDER,
        ):
            return "order" not in effect.arguments
        if not isinstance(value, gast.Call) or not isinstance(value.func, gast.Attribute):
            return False
        if value.func.attr in ("copy", "flatten") and not value.args and not value.keywords:
            return not hasattr(value.func.value, "module")
        module = getattr(value.func.value, "module", None)
        return (
            module is np
            and value.func.attr in {each.__name__ for each in IN_ORDER}
            and not any(k.arg == "order" for k in value.keywords)
        )

    def contiguous_index(self, straight: bool, kind: Array, entries: list[gast.AST]) -> tuple[bool | None, Kind | None]:
        """What A[index] makes of A: rows, a range of rows, a column, the rows backwards."""
        slices = [isinstance(each, gast.Slice) for each in entries]
        first = slices.index(True) if True in slices else len(entries)
        if not all(is_position(each) for each, cut in zip(entries, slices) if not cut):
            return None, None
        steps = [self.step_of(each) for each in entries if isinstance(each, gast.Slice)]
        whole = [isinstance(each, gast.Slice) and each.lower is None and each.upper is None for each in entries]
        tags = [
            ("slice", (None, None, None) if w else (("?",),) * 3) if cut else ("int", None)
            for cut, w in zip(slices, whole)
        ]
        made = item_kind(kind, tags)
        if all(slices[first:]) and all(whole[first + 1 :]) and all(step == 1 for step in steps):
            return straight, made
        turned = all(step in (1, -1) for step in steps)
        long = (
            straight
            and turned
            and all(dim.many for dim in kind.dims or ())
            and all(w for w, cut in zip(whole, slices) if cut)
        )
        if long and (False in slices[first:] or steps[:1] == [-1]):
            return False, made
        return None, None

    def step_of(self, entry: gast.Slice) -> Any:
        """The step of a slice, where it is known."""
        if isinstance(entry.step, gast.Name) and entry.step.id in self.info:
            return getattr(self.info[entry.step.id].kind, "symbol", None)
        return 1 if entry.step is None else trees.literal(entry.step)

    def contiguous_step(self, straight: bool, kind: Array, step: gast.AST) -> tuple[bool | None, Kind | None]:
        """What one view makes of an array."""
        hole = isinstance(getattr(step, "value", None), gast.Name) and step.value.id == "_"
        if isinstance(step, gast.Subscript) and hole:
            entries = step.slice.elts if isinstance(step.slice, gast.Tuple) else [step.slice]
            return self.contiguous_index(straight, kind, entries)
        if isinstance(step, gast.Attribute) and hole and step.attr == "T":
            if kind.rank == 1:
                return straight, kind
            long = [dim for dim in kind.dims or () if dim.many]
            return (False if straight and len(long) > 1 else None), kind.with_axes((kind.dims or ())[::-1])
        return None, None

    def note_layout(self, root: ir.Root, node: Any) -> None:
        """The program relies on it that an array lies in C order: at a parameter it looks at the start, else here."""
        if root.param is None:
            if not self.made_in_order(root):
                self.raise_unless_contiguous(trees.name(root.name), self.layout_text(node))
            return
        known = self.facts.results.setdefault("layout", set())
        if root.param is not None and root.site not in known:
            known.add(root.site)
            self.learnt = True

    def look_at_parameter(self, ssa: str) -> None:
        """Before a parameter is copied: the copy is contiguous, the caller's array may not be."""
        root = next((each for each in reversed(self.roots) if each.name == ssa), None)
        if root is not None and root.site in self.facts.results.get("layout", ()) and isinstance(root.kind, Array):
            name = ir.base_of(ssa)
            text = f"{name} has to be contiguous, since a view of it is written into: pass np.ascontiguousarray({name})"
            self.raise_unless_contiguous(trees.name(ssa), text)

    def look_at_layout(self, value: Value, node: Any) -> None:
        value = self.settle(value)
        self.raise_unless_contiguous(value.expr, self.layout_text(node))

    def layout_text(self, node: Any) -> str:
        view = self.shown(node)
        return f"{self.shown(node, True)} has to be contiguous: whether {view} is a view or a copy depends on it"

    def raise_unless_contiguous(self, expr: gast.AST, text: str) -> None:
        test = gast.UnaryOp(gast.Not(), trees.attr(trees.attr(expr, "flags"), "c_contiguous"))
        self.raise_if(test, text)

    def mark_read_only(self, place: ir.Place, rule: Any, bound: dict[str, Value]) -> None:
        """A view that can't be written into: what its shadow gets is carried over by the rule."""
        if rule.function in READ_ONLY and place.path and place.path[-1] is not None:
            first, *others = rule.parameters.parameters
            constants = {
                name: self.known(bound[name])
                for name in others
                if name in bound and self.known(bound[name]) is not MISSING
            }
            arguments = {name: self.operand(bound[name]) for name in others if name in bound}
            kinds = {name: value.kind for name, value in bound.items()}
            place.path[-1].read_only = (rule, first, arguments, kinds, constants)

    # ---------------------------------------------------------------- A.flat
    def is_flat(self, value: Value) -> bool:
        return (
            isinstance(value.static, BoundMethod)
            and value.static.name == "flat"
            and isinstance(value.static.owner.kind, Array)
        )

    def flat_operand(self, value: Value) -> Value:
        """A.flat as an index: the elements of A."""
        if not self.is_flat(value):
            return value
        owner = self.settle(value.static.owner)
        made = Value(trees.attr(owner.expr, "flat"), owner.kind.with_axes((Dim(("flat", owner.kind.dims)),)))
        if owner.place is not None:
            made.place = self.inner_place(owner.place, trees.attr(trees.name("_"), "flat"))
        return made

    def flat_parts(self, value: Value, count: int, patterns: list[Any], node: Any) -> list[Value]:
        """The elements of A.flat, which is unpacked."""
        self.check_length(self.flat_operand(value), count)
        hints = [shown_variable(each.id) if isinstance(each, gast.Name) else None for each in patterns]
        return [self.flat_item(value.static.owner, trees.const(k), node, hint) for k, hint in enumerate(hints)]

    def flat_item(self, owner: Value, slice_node: gast.AST, node: Any, hint: str | None) -> Value:
        """A.flat[index]."""
        owner = self.settle(owner)
        flat = trees.attr(owner.expr, "flat")
        base = Value(flat, owner.kind.with_axes((Dim(("flat", owner.kind.dims)),)), owner.varied)
        index, parts, values = self.index_expression(slice_node, base)
        if parts[0][0] not in ("int", "slice") or len(parts) != 1:
            places = Value(index, values[0].kind, items=values[0].items)
            if len(parts) != 1 or owner.kind.dims is None or getattr(places.kind, "char", "i") == "b":
                raise self.refuse("unknown_item", node)
            at = self.flat_index(owner, self.settle(places))
            return self.item_by_items(owner, at, node, hint)
        kind = item_kind(base.kind, parts)
        expr = trees.index(flat, index)
        if not owner.varied or self.quiet:
            return Value(expr, kind, owner.varied)
        steps = (trees.attr(trees.name("_"), "flat"), trees.index(trees.name("_"), index))
        place = ir.Place(owner.place.root, (*owner.place.path, *steps), owner.place.exact)
        op = ir.GetItem(owner.expr.id, index, kind, base.kind, self.index_kind(parts), place)
        op.parts = parts
        return self.emit(expr, op, kind, True, hint)

    def item_by_items(self, owner: Value, index: Value, node: Any, hint: str | None) -> Value:
        if index.items is None:
            return self.item_by(owner, index)
        operand = index.expr
        parts = [self.index_part(item, owner) for item in index.items]
        kind = self.indexed_kind(owner, parts)
        expr = trees.index(owner.expr, operand)
        if not owner.varied:
            return Value(expr, kind)
        step = trees.index(trees.name("_"), operand)
        place = ir.Place(owner.place.root, (*owner.place.path, step), owner.place.exact)
        op = ir.GetItem(
            owner.expr.id,
            operand,
            kind,
            owner.kind,
            self.index_kind(parts),
            place if self.is_written(place.root) else None,
        )
        op.parts = parts
        return self.emit(expr, op, kind, True, hint)

    def store_flat(self, owner: Value, target: gast.Subscript, value: Value, operator: Any) -> None:
        """A.flat[index] = value."""
        owner = self.settle(owner)
        flat = Value(
            trees.attr(owner.expr, "flat"), owner.kind.with_axes((Dim(("flat", owner.kind.dims)),)), owner.varied
        )
        flat.place = ir.Place(
            owner.place.root, (*owner.place.path, trees.attr(trees.name("_"), "flat")), owner.place.exact
        )
        index, parts, values = self.index_expression(target.slice, flat)
        if len(parts) == 1 and parts[0][0] in ("int", "slice"):
            if not (isinstance(value.kind, Scalar) or parts[0][0] == "int"):
                value = self.exactly(value, trees.index(flat.expr, index))
            self.store(flat, index, parts, self.indexed_kind(flat, parts), value, operator, target)
            return
        if len(parts) != 1 or owner.kind.dims is None or getattr(values[0].kind, "char", "i") == "b":
            raise self.refuse("unknown_store", target)
        places = self.settle(Value(index, values[0].kind, items=values[0].items))
        count = trees.np_call("size", places.expr)
        mark_pure(count)
        value = self.repeated(value, count, target)
        at = self.flat_index(owner, places)
        parts = [self.index_part(item, owner) for item in at.items or [at]]
        self.store(owner, at.expr, parts, self.indexed_kind(owner, parts), self.settle(value), operator, target)

    def exactly(self, value: Value, place: gast.AST) -> Value:
        """As many values as a place has: `A.flat[:] = values` begins again where there are fewer."""
        count = trees.np_call("size", place)
        mark_pure(count)
        return self.settle(self.repeated(value, count, None))

    def flat_elements(self, value: Value, node: Any) -> Value:
        """The elements of A.flat, as they are at this moment or, where A is contiguous, at each."""
        owner = self.settle(value.static.owner)
        if self.contiguous(owner) is False and self.is_written(owner.place.root):
            raise self.refuse(
                "maybe_view",
                node,
                name="flat",
                base=trees.show(node.value) if isinstance(node, gast.Attribute) else "the array",
            )
        method = Value(trees.attr(owner.expr, "ravel"), Static(BoundMethod(owner, None, "ravel")))
        return self.array_method(method, owner, "ravel", [], {}, node, None)


def is_position(entry: gast.AST) -> bool:
    """Whether a part of an index is one position."""
    return isinstance(entry, gast.Name) or isinstance(entry, gast.Constant) and type(entry.value) is int
