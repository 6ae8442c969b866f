"""Part of the stage `adjoint`: what is added to the adjoint of a name, in the shape, type and structure that it has."""

from __future__ import annotations

from dataclasses import dataclass

import gast

from s2sad import trees
from s2sad.fresh import is_fresh, shares_nothing
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, loose, parts_of
from s2sad.lengths import wished
from s2sad.rules.results import promoted
from s2sad.rules.templates import real_kind
from s2sad.shapes import broadcast_axes
from s2sad.structures import structure_parts


@dataclass
class Cotangent:
    """What is known of a name's adjoint: its expression;
    `spread`: it may be smaller than the name's value and then broadcasts;
    `owned`: an array that nothing else refers to; `shadow`: it is accumulated into in place;
    `late`: None until an iteration has something for it;
    `partly`: on some of the ways that led here nothing reads the name, which may have no value then."""

    expr: gast.AST
    kind: Kind
    spread: bool = False
    owned: bool = False
    shadow: bool = False
    late: bool = False
    partly: bool = False


class Sums:
    def as_real(self, expr: gast.AST, kind: Kind, target: Kind) -> tuple[gast.AST, Kind]:
        """An adjoint and its kind, of what is real: the real part of one that is complex."""
        if getattr(kind, "char", "") == "c" and getattr(target, "char", "") == "f":
            return trees.attr(expr, "real"), real_kind(kind)
        return expr, kind

    def real_parts(self, expr: gast.AST, kind: Kind | None, target: Kind | None) -> gast.AST:
        """An adjoint and its kind, of a list or dict: with the real parts of what is complex in it, where that is real
        in the target."""
        if not is_cut(kind, target):
            return expr
        if isinstance(kind, List):
            item = trees.name(self.names.fresh("item"))
            inner = self.real_parts(item, kind.item, getattr(target, "item", None))
            return gast.ListComp(inner, [gast.comprehension(item, expr, [], 0)])
        if isinstance(kind, Mapping):
            key = trees.name(self.names.fresh("key"))
            inner = self.real_parts(trees.index(expr, key), kind.value, getattr(target, "value", None))
            return gast.DictComp(key, inner, [gast.comprehension(key, expr, [], 0)])
        if not isinstance(kind, (Tuple, Dict, Record)):
            return trees.attr(expr, "real")
        parts = [
            (key, self.real_parts(trees.index(expr, trees.const(key)), one, other))
            for (key, one), (_, other) in zip(structure_parts(kind), structure_parts(target))
        ]
        if isinstance(kind, Tuple):
            return gast.List([each for _, each in parts], gast.Load())
        return gast.Dict([trees.const(key) for key, _ in parts], [each for _, each in parts])

    def accumulate(
        self,
        target: gast.AST | str,
        expr: gast.AST,
        kind: Kind,
        *,
        spread: bool = False,
        larger: bool = False,
        owned: bool | None = None,
    ) -> None:
        """target_grad += expr. `larger`: the expression may have to be summed down to the target's shape."""
        name = target if isinstance(target, str) else target.id if isinstance(target, gast.Name) else None
        if name is None and not isinstance(target, gast.Constant) and trees.names_in(target) & self.active:
            raise AssertionError(f"the adjoint of {trees.show(target)} has no name")
        if name is None or name not in self.active:
            return
        info = self.info[name]
        if isinstance(info.kind, (List, Tuple)) and isinstance(
            kind, (Array, Scalar)
        ):  # a list where NumPy takes an array
            expr = trees.call(trees.attr(self.helpers.unbroadcast(expr, trees.name(name)), "tolist"))
        if isinstance(info.kind, (List, Tuple, Dict, Record, Mapping)):
            real = self.real_parts(expr, kind, info.kind)
            self.accumulate_structure(name, real, info.kind, owned is not False or real is not expr)
            return
        exact = False
        if larger:
            exact = broadcast_axes(kind, info.kind) is None  # what `unbroadcast` gives is just as large
            expr, kind = self.summed_down(expr, kind, name, info.kind)
        if isinstance(info.kind, Scalar):
            number = self.as_number(expr, kind)
            expr, kind = number, kind if number is expr else info.kind
        expr, kind = self.as_real(expr, kind, info.kind)
        fresh = is_fresh(expr) if owned is None else owned
        spread = not exact and (spread or self.may_be_smaller(kind, info.kind))
        old = self.adj.get(name)
        if old is not None and old.late:
            self.make_late({name: old})
            old = self.adj[name]
        if old is None:
            made = self.let(self.grad_base(name), expr, kind)
            self.adj[name] = Cotangent(made, kind, spread, fresh and made is not expr)
        elif old.shadow:
            self.add(self.augment(old.expr, expr))
        else:
            total = trees.mul(trees.const(2.0), expr) if trees.same(old.expr, expr) else trees.add(old.expr, expr)
            full = old.spread and isinstance(kind, Array)  # a number plus what may be an array may be an array
            wide = promoted(*((kind, old.kind) if full or not isinstance(old.kind, Array) else (old.kind, kind)))
            if isinstance(info.kind, Array) and isinstance(wide, Array) and not (old.spread and spread):
                wide = Array(wide.dtype, info.kind.dims)
            made = self.let(self.grad_base(name), total, wide)
            self.adj[name] = Cotangent(made, wide, old.spread and spread, is_fresh(total))

    def as_number(self, expr: gast.AST, kind: Kind) -> gast.AST:
        """The same, where it is the adjoint of an array without axes, or one of two things is."""
        if is_of_unknown_rank(kind):
            return self.number_of(expr, kind)
        if isinstance(expr, gast.IfExp):
            body, orelse = self.as_number(expr.body, kind), self.as_number(expr.orelse, kind)
            return expr if body is expr.body and orelse is expr.orelse else gast.IfExp(expr.test, body, orelse)
        inner = expr
        if isinstance(inner, gast.Call) and isinstance(inner.func, gast.Attribute) and inner.func.attr == "copy":
            inner = inner.func.value
        if isinstance(inner, gast.Subscript) and getattr(inner.slice, "value", None) is Ellipsis:
            return trees.index(inner, trees.const(()))
        return self.number_of(expr, kind) if isinstance(expr, gast.Name) and expr.id in self.shadows else expr

    def number_of(self, expr: gast.AST, kind: Kind) -> gast.AST:
        """The number that an adjoint without axes holds, where it is, or may be, an array."""
        if not isinstance(expr, gast.Name):
            return expr
        if expr.id in self.shadows and not is_of_unknown_rank(kind):  # else it may be a number at times
            return trees.index(expr, trees.const(()))
        return trees.np_call("sum", expr)

    def summed_down(self, expr: gast.AST, kind: Kind, name: str, target: Kind) -> tuple[gast.AST, Kind]:
        """expr, summed over the axes along which the target was broadcast."""
        axes = broadcast_axes(kind, target)
        if axes == ():
            return expr, kind
        dtype = getattr(kind, "dtype", "")
        if isinstance(target, Scalar) or getattr(target, "dims", None) == ():
            return trees.np_call("sum", expr), Scalar(dtype) if isinstance(target, Scalar) else Array(dtype, ())
        if axes is None:
            self.wish(kind, target)
            return self.helpers.unbroadcast(expr, trees.name(name)), Array(dtype, getattr(target, "dims", None))
        kept = tuple(axis for axis in axes if axis < 0)
        if len(kept) > 1 or kept and kept[0] < -1:
            kept = tuple(sorted(axis % len(target.dims) for axis in kept))
        added = tuple(axis for axis in axes if axis >= 0)
        if added:
            expr = trees.np_call("sum", expr, axis=trees.const(added[0] if len(added) == 1 else added))
        if kept:
            expr = trees.np_call(
                "sum", expr, axis=trees.const(kept[0] if len(kept) == 1 else kept), keepdims=trees.const(True)
            )
        return expr, Array(dtype, target.dims)

    def wish(self, kind: Kind, target: Kind) -> None:
        """Notes the lengths that would have to be equal for these two to be as large as each other."""
        dims, others = getattr(kind, "dims", None) or (), getattr(target, "dims", None) or ()
        if self.lengths and len(dims) >= len(others):
            both = zip(dims[len(dims) - len(others) :], others)
            pairs = [wished(a, b, self.lengths, self.program.joined) for a, b in both if not b.many]
            if None not in pairs:
                self.wishes += [pair for each in pairs for pair in each or ()]

    def augment(self, target: gast.AST, expr: gast.AST) -> gast.stmt:
        """target += expr, or -= where that is shorter."""
        negative = trees.positive_of(expr)
        if negative is not None and not isinstance(expr, gast.BinOp):
            return gast.AugAssign(target, gast.Sub(), negative)
        return gast.AugAssign(target, gast.Add(), expr)

    def is_smaller(self, kind: Kind | None, operand: gast.AST) -> bool:
        return kind is None or self.may_be_smaller(kind, self.info[operand.id].kind)

    def may_be_smaller(self, kind: Kind, target: Kind) -> bool:
        if isinstance(target, Array):
            if not isinstance(kind, Array) or kind.dims is None or target.dims is None:
                return not (isinstance(kind, Array) and kind == target)
            if len(kind.dims) != len(target.dims):
                return True
            return not all(a == b and not loose(a) or a.many for a, b in zip(kind.dims, target.dims))
        return False

    def accumulate_structure(self, name: str, expr: gast.AST, kind: Kind, owned: bool) -> None:
        """The adjoint of a list, or of a tuple inside one, has the same structure, as lists."""
        old = self.adj.get(name)
        if old is not None and old.late:
            self.make_late({name: old})
            old = self.adj[name]
        if old is None:
            new = owned and not isinstance(expr, (gast.Name, gast.Subscript, gast.Attribute))
            made = expr if is_row_of_names(expr) else self.let(self.grad_base(name), expr, kind)
            self.adj[name] = Cotangent(made, kind, owned=new and shares_nothing(kind, expr))
            return
        total = self.added(kind, old.expr, expr)
        self.adj[name] = Cotangent(self.let(self.grad_base(name), total, kind), kind, owned=True)

    def added(self, kind: Kind, a: gast.AST, b: gast.AST, written: bool = False) -> gast.AST:
        """The sum of two adjoints of one structure; written: what it holds is written into, so that an array without
        axes stays one."""
        if isinstance(kind, (Tuple, Dict, Record)):
            parts = structure_parts(kind)
            made = [
                self.added(each, trees.index(a, trees.const(key)), trees.index(b, trees.const(key)), written)
                for key, each in parts
            ]
            if isinstance(kind, Tuple):
                return gast.List(made, gast.Load())
            return gast.Dict([trees.const(key) for key, _ in parts], made)
        if isinstance(kind, List):
            x, y = trees.name(self.names.fresh("a")), trees.name(self.names.fresh("b"))
            target = gast.Tuple([x, y], gast.Store())
            loop = gast.comprehension(target, trees.call(trees.builtin("zip"), a, b), [], 0)
            return gast.ListComp(self.added(kind.item, x, y, written), [loop])
        if isinstance(kind, Mapping):
            key = trees.name(self.names.fresh("key"))
            made = self.added(kind.value, trees.index(a, key), trees.index(b, key), written)
            return gast.DictComp(key, made, [gast.comprehension(key, a, [], 0)])
        total = trees.add(a, b)
        return trees.np_call("array", total) if written and isinstance(kind, Array) and not kind.dims else total


def is_cut(kind: Kind | None, target: Kind | None) -> bool:
    """Whether something is complex in an adjoint and real in what that is of."""
    if getattr(kind, "char", "") == "c" and getattr(target, "char", "") == "f":
        return True
    return type(kind) is type(target) and any(map(is_cut, parts_of(kind), parts_of(target)))


def is_row_of_names(expr: gast.AST) -> bool:
    """[y_grad, y_grad]"""
    return isinstance(expr, gast.List) and all(map(trees.is_atom, expr.elts))


def is_of_unknown_rank(kind: Kind) -> bool:
    """Whether it is that of an array of which not even is known whether it has axes."""
    return isinstance(kind, Array) and kind.dims is None
