"""Part of the stage `adjoint`: whether an index of arrays can select an element twice.

Where it can't, the adjoint of reading adds with `+=`; else it takes the slower `np.add.at`. Positions are distinct
where one of the index arrays has distinct positions along its axis, none of them counted from the end (-1 and 2 may be
the same element), and isn't broadcast against the others: those of `np.arange(n)`, `np.argsort(x)`,
`np.flatnonzero(x)`, slices of these, and different numbers that are written out. So are all arrays together that
`np.nonzero` and the like give, and those that `np.ix_` makes of distinct positions.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.ir import family
from s2sad.kinds import Array, Scalar

POSITIONS: tuple[Any, ...] = (np.argsort, np.argpartition, np.flatnonzero)
ALL_POSITIONS: tuple[Any, ...] = (
    np.nonzero,
    np.triu_indices,
    np.tril_indices,
    np.triu_indices_from,
    np.tril_indices_from,
)
DIAGONAL: tuple[Any, ...] = (np.diag_indices, np.diag_indices_from)
ALL_POSITIONS += DIAGONAL
ELEMENTWISE: tuple[Any, ...] = (gast.Compare, gast.BinOp, gast.UnaryOp, gast.Name, gast.Constant)
ELEMENTWISE += (gast.operator, gast.unaryop, gast.cmpop, gast.expr_context)


class Distinct:
    def __init__(self, info: dict[str, ir.Info]) -> None:
        self.info = info

    def index(self, op: Any) -> bool:
        """Whether base[index] reads no element twice."""
        entries = op.index.elts if isinstance(op.index, gast.Tuple) else [op.index]
        if self.together(entries):
            return True
        arrays = [(expr, kind) for expr, (tag, kind) in zip(entries, op.parts) if tag == "array"]
        if len(entries) != len(op.parts) or any(tag == "unknown" for tag, _ in op.parts):
            return False
        if any(not isinstance(kind, Array) or kind.rank != 1 for _, kind in arrays):
            return False
        return any(
            self.positions(expr) and (kind.dims[0].many or all(each.dims == kind.dims for _, each in arrays))
            for expr, kind in arrays
        )

    def definition(self, expr: Any) -> Any:
        """What a name was set to by itself, if its memory isn't written."""
        statement = self.assignment(expr)
        return statement.value if statement is not None and isinstance(statement.targets[0], gast.Name) else None

    def assignment(self, expr: Any) -> gast.Assign | None:
        """The statement that set a name, alone or with others."""
        info = self.info.get(expr.id) if isinstance(expr, gast.Name) else None
        if info is None or info.place is not None and any(each.stores for each in family(info.place.root)):
            return None
        return info.statement if isinstance(info.statement, gast.Assign) else None

    def positions(self, expr: Any) -> bool:
        """Whether an array without another axis holds positions from the start, each at most once."""
        whole = self.assignment(expr)
        if whole is not None and self.are_unpacked(whole, [expr]):
            return True
        call = self.definition(expr)
        if isinstance(call, gast.Name):
            return self.positions(call)
        if isinstance(call, gast.Subscript) and isinstance(call.slice, gast.Slice):
            return self.positions(call.value)
        if isinstance(call, gast.Subscript) and trees.literal(call.slice) == 0:
            whole = self.definition(call.value)
            return self.lists_positions(whole) and (self.is_of(whole, DIAGONAL) or self.has_one_axis(whole))
        if not isinstance(call, gast.Call):
            return self.are_different(call)
        function = trees.function_of(call.func)
        if function is np.array and len(call.args) == 1 and not call.keywords:
            return self.are_different(call.args[0])
        if function is np.arange and not call.keywords and call.args:
            return trees.counts_from(0, call.args)
        return function in POSITIONS

    def are_different(self, display: Any) -> bool:
        """Whether a list is one of positions that are written out, each once."""
        if isinstance(display, gast.Name):
            return self.are_different(self.definition(display))
        if not isinstance(display, gast.List):
            return False
        found = [trees.literal(each) for each in display.elts]
        return all(trees.is_at_least(each, 0) for each in display.elts) and len({*found}) == len(found)

    def together(self, entries: list[Any]) -> bool:
        """Whether an index is all that one call gives, which lists positions in all axes."""
        if len(entries) == 1 and self.lists_positions(self.definition(entries[0])):
            return True
        setters = [self.assignment(each) for each in entries]
        first = setters[0]
        return first is not None and all(each is first for each in setters) and self.are_unpacked(first, entries)

    def are_unpacked(self, setter: gast.Assign, entries: list[Any]) -> bool:
        """Whether a statement names all that its call gives with these, or each of what is the same in all axes."""
        targets = setter.targets[0]
        if not isinstance(targets, gast.Tuple) or not self.lists_positions(setter.value):
            return False
        return self.is_of(setter.value, DIAGONAL) or [each.id for each in targets.elts] == [each.id for each in entries]

    def lists_positions(self, call: Any) -> bool:
        if not isinstance(call, gast.Call) or call.keywords:
            return False
        function = trees.function_of(call.func)
        if function is np.ix_:
            return all(self.positions(each) or self.are_different(each) for each in call.args)
        return function in ALL_POSITIONS or function is np.where and len(call.args) == 1

    def is_of(self, call: gast.Call, functions: tuple[Any, ...]) -> bool:
        return trees.function_of(call.func) in functions

    def has_one_axis(self, call: gast.Call) -> bool:
        """Whether positions are those in a vector, so that the first ones are all."""
        if len(call.args) != 1 or not self.is_of(call, (np.nonzero, np.where)):
            return False
        parts = list(trees.walk(call.args[0]))
        kinds = [self.info[each.id].kind for each in parts if isinstance(each, gast.Name) and each.id in self.info]
        names = [each for each in parts if isinstance(each, gast.Name)]
        known = all(isinstance(kind, Scalar) or getattr(kind, "rank", None) == 1 for kind in kinds)
        return known and len(kinds) == len(names) and all(isinstance(each, ELEMENTWISE) for each in parts)
