"""Part of the stage `adjoint`: adjoints that are zero, and those that are as large as what they belong to."""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.adjoint_sums import Cotangent
from s2sad.kinds import Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, parts_of
from s2sad.structures import part_of, structure_parts


class Zeros:
    def full(self, like: gast.AST, cotangent: Cotangent, kind: Kind) -> gast.AST:
        """A cotangent of the shape of what it belongs to."""
        if not cotangent.spread or isinstance(kind, Scalar):
            return cotangent.expr
        zeros = trees.np_call("zeros_like", like)
        if getattr(kind, "char", "f") not in "fc?":
            zeros = trees.np_call("zeros_like", like, dtype=trees.builtin("float"))
        if trees.is_zero(cotangent.expr):
            return zeros
        if trees.literal(cotangent.expr) is not None:
            return trees.np_call("full_like", like, cotangent.expr)
        base = self.grad_base(like.id) if isinstance(like, gast.Name) else "#t_grad"
        return self.let(base, trees.binary(gast.Add, zeros, cotangent.expr), kind)

    def zero(self, kind: Kind, like: gast.AST) -> gast.AST:
        """The adjoint that is zero, for what `like` holds."""
        if isinstance(kind, Scalar):
            return trees.const(0.0)
        if isinstance(kind, Array):
            made = self.zeros_of(kind, like)
            return trees.index(made, gast.Tuple([], gast.Load())) if kind.dims is None else made
        if isinstance(kind, List):
            if isinstance(like, gast.Name) and like.id in self.info and self.info[like.id].early:
                return gast.List([], gast.Load())
            if isinstance(kind.item, Scalar) or kind.item is None:
                return trees.binary(
                    gast.Mult, gast.List([trees.const(0.0)], gast.Load()), trees.call(trees.builtin("len"), like)
                )
            item = trees.name(self.names.fresh("item"))
            return gast.ListComp(self.zero(kind.item, item), [gast.comprehension(item, like, [], 0)])
        if isinstance(kind, Mapping):
            key, item = trees.name(self.names.fresh("key")), trees.name(self.names.fresh("item"))
            if isinstance(kind.value, Scalar):
                return gast.DictComp(key, trees.const(0.0), [gast.comprehension(key, like, [], 0)])
            target = gast.Tuple([key, item], gast.Store())
            return gast.DictComp(
                key,
                self.zero(kind.value, item),
                [gast.comprehension(target, trees.call(trees.attr(like, "items")), [], 0)],
            )
        if isinstance(kind, (Tuple, Dict, Record)):
            parts = structure_parts(kind)
            made = [
                self.zero(each, part_of(kind, like, key))
                if not isinstance(each, Scalar) or each.char in "fc"
                else trees.const(0.0)
                for key, each in parts
            ]
            if isinstance(kind, Tuple):
                return gast.List(made, gast.Load())
            return gast.Dict([trees.const(key) for key, _ in parts], made)
        return trees.const(0.0)

    def zeros_of(self, kind: Array, like: gast.AST) -> gast.AST:
        """Zeros as large as an array; with a dtype that holds the adjoint too, where that of the array isn't known."""
        if kind.dtype and not (kind.char == "c" and self.mixed):
            return trees.np_call("zeros_like", like)
        number = 0.0 if kind.real else 0j if kind.dtype else self.number
        return trees.np_call("zeros_like", like, dtype=trees.np_call("result_type", like, trees.const(number)))


def is_mixed(program: ir.Inferred) -> bool:
    """Whether anything is complex on some ways and real on others: so is what is made of it."""
    return any(holds_mixed(each.kind) for each in program.info.values())


def holds_mixed(kind: Kind | None) -> bool:
    return getattr(kind, "mixed", False) or any(map(holds_mixed, parts_of(kind)))


def widest(program: ir.Inferred) -> complex:
    """0.0, or 0j where what is added to the adjoint of an array of unknown dtype may be complex though the array is
    real: the real part is taken where something is known to be real, the function's arguments at the latest."""
    given = [getattr(value, "kind", None) for value in program.parameters.values()]
    chars = {getattr(each.kind, "char", "") for each in program.info.values()}
    if "?" not in chars or any(isinstance(kind, (Scalar, Array)) and kind.char == "?" for kind in given):
        return 0.0
    nodes = (each for statement in program.body for each in trees.walk(statement))
    written = any(isinstance(each, gast.Constant) and isinstance(each.value, complex) for each in nodes)
    return 0j if written or "c" in chars else 0.0
