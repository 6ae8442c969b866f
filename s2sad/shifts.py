"""Part of the stage `activity`: shifts that cancel get no adjoint.

a + np.log(np.sum(np.exp(x - a)))             a logarithm of a sum of exponentials
e = np.exp(x - a); e / np.sum(e)              softmax
z = x - a; z - np.log(np.sum(np.exp(z)))      the logarithm of it

They are the same for every a: its adjoint would be a sum of rounding errors. `a` is mostly a maximum.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import leaves
from s2sad.expression_kinds import axes_of_sum, is_numpy
from s2sad.fewer_operations import only_adds_axes
from s2sad.inlining import op_names
from s2sad.ir import family
from s2sad.kinds import ONE
from s2sad.reading import reads
from s2sad.statements import blocks_of, targets

NAMES = {"sub": "subtract", "truediv": "divide"}


def drop_shifts(program: ir.Inferred, active: set[str]) -> None:
    """Takes names out of the active ones whose every use is such a shift."""
    Shifts(program, active).drop()


class Shifts:
    def __init__(self, program: ir.Inferred, active: set[str]) -> None:
        self.program, self.active = program, active
        self.setters: dict[str, gast.stmt] = {}
        self.readers: dict[str, list[gast.stmt | None]] = {}
        self.sets: dict[str, int] = {}
        self.walk(program.body)
        for leaf in leaves(program.value):
            for name in trees.names_in(leaf.expr):
                self.readers.setdefault(name, []).append(None)

    def walk(self, block: list[gast.stmt]) -> None:
        for node in block:
            for each in [node, *(node.loop.bindings if getattr(node, "loop", None) is not None else [])]:
                for name in targets(each):
                    self.sets[name] = self.sets.get(name, 0) + 1
                    self.setters[name] = each
                for name in reads(each) | op_names(getattr(each, "effect", None)):
                    self.readers.setdefault(name, []).append(each)
            for inner in blocks_of(node):
                self.walk(inner)

    def drop(self) -> None:
        for name in sorted(self.active):
            if self.sets.get(name) != 1 or not self.is_value(name):
                continue
            if self.is_shift(name) or self.is_shift_of_softmax(name):
                self.active.discard(name)

    def is_value(self, name: str) -> bool:
        """Whether a name is of memory that is not written."""
        place = self.info(name).place
        return place is None or not any(each.stores for each in family(place.root))

    def info(self, name: str) -> ir.Info:
        return self.program.info[name]

    def is_shift(self, a: str) -> bool:
        """Whether all that reads a is x - a and a + log(sum(exp(x - a)))."""
        readers = self.readers.get(a, [])
        if len(readers) != 2 or None in readers:
            return False
        for first, second in (readers, readers[::-1]):
            total = self.other(second, "add", a)
            difference = self.single(first)
            if total is None or difference is None or self.other(first, "subtract", a) is None:
                continue
            exponential = self.made_by(self.only_reader(difference), "exp", difference)
            summed = exponential and self.made_by(self.only_reader(exponential), "sum", exponential)
            logarithm = summed and self.made_by(self.only_reader(summed), "log", summed)
            cancels = logarithm == total and self.only_reader(total) is second
            if summed and cancels and self.fits(a, difference, summed):
                return True
        return False

    def is_shift_of_softmax(self, a: str) -> bool:
        """Whether all that reads a is z = x - a, and all that is made of z is a softmax or the logarithm of one."""
        first = self.only_reader(a)
        z = self.single(first) if self.other(first, "subtract", a) is not None else None
        if z is None or not self.is_value(z):
            return False
        readers = self.readers.get(z, [])
        exponentials = [made for made in (self.made_by(node, "exp", z) for node in readers) if made]
        if len(exponentials) != 1:
            return False
        e = exponentials[0]
        if len(readers) == 1:
            return self.is_softmax(a, z, e) or self.is_softmax_in_place(a, z, e)
        return len(readers) == 2 and self.is_logarithm_of_softmax(a, z, e)

    def is_softmax(self, a: str, z: str, e: str) -> bool:
        """e / sum(e)"""
        readers = self.readers.get(e, [])
        for node in readers:
            summed = self.made_by(node, "sum", e)
            if summed and len(readers) == 2 and self.is_value(e):
                placed = self.placed(summed)
                quotient = self.operands(self.only_reader(placed), "divide")
                return quotient == [e, placed] and self.cancels(a, z, summed, placed)
        return False

    def is_softmax_in_place(self, a: str, z: str, e: str) -> bool:
        """e /= sum(e), where nothing else reads e before."""
        place, loops = self.info(e).place, self.info(e).loops
        if place is None or place.root.name != e or place.path or [when[0] for when in place.root.stores] != [loops]:
            return False
        before: list[str] = []
        for node in self.readers.get(e, []):
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Store):
                return self.divides_by_sum(op, before, a, z)
            name = self.single(node)
            if not isinstance(op, ir.Load) or op.place.path or name is None or self.info(name).loops != loops:
                return False
            before.append(name)
        return False

    def divides_by_sum(self, op: ir.Store, before: list[str], a: str, z: str) -> bool:
        """Whether a store is `e /= sum(e)`; `before`: what e was read as until then."""
        placed = getattr(op.value, "id", None)
        if op.place.path or not isinstance(op.operator, gast.Div) or placed is None:
            return False
        reading = [name for name in before if name != op.old and self.readers.get(name)]
        summed = self.made_by(self.only_reader(reading[0]), "sum", reading[0]) if len(reading) == 1 else None
        if summed is None or self.placed(summed) != placed or self.only_reader(placed) is None:
            return False
        return self.cancels(a, z, summed, placed)

    def is_logarithm_of_softmax(self, a: str, z: str, e: str) -> bool:
        """z - log(sum(e))"""
        summed = self.made_by(self.only_reader(e), "sum", e)
        if summed is None or not self.is_value(e):
            return False
        placed = self.placed(summed)
        logarithm = self.made_by(self.only_reader(placed), "log", placed)
        if logarithm is None:
            return False
        logarithm = self.placed(logarithm)
        last = self.only_reader(logarithm)
        return self.operands(last, "subtract") == [z, logarithm] and self.cancels(a, z, summed, logarithm)

    def placed(self, name: str) -> str:
        """s[:, None], of s that nothing else reads."""
        node = self.only_reader(name)
        op = getattr(node, "effect", None)
        expanded = isinstance(op, ir.GetItem) and op.base == name and op.place is None and only_adds_axes(op)
        return (self.single(node) if expanded else None) or name

    def operands(self, node: Any, name: str) -> list[Any]:
        """The names of the two operands of an operation."""
        if node is None or self.rule_name(node) != name:
            return []
        return [getattr(each, "id", None) for each in node.effect.arguments.values()]

    def cancels(self, a: str, z: str, summed: str, placed: str) -> bool:
        """Whether a shift is the same for all that is summed, and the sums stand beside what was summed."""
        op = self.setters[summed].effect
        whole = getattr(self.info(z).kind, "dims", ())
        if (
            not op.arguments.keys() <= {"a", "axis", "keepdims"}
            or not {*op.arguments} - {"a"} <= {*op.constants}
            or not whole
        ):
            return False
        axis = op.constants.get("axis")
        axes = range(len(whole)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        positions = {each % len(whole) for each in axes}
        return all(self.is_constant_along(positions, name, len(whole)) for name in (a, placed))

    def is_constant_along(self, axes: set[int], name: str, rank: int) -> bool:
        dims = getattr(self.info(name).kind, "dims", ())
        if dims is None or len(dims) > rank:
            return False
        extra = rank - len(dims)
        return all(axis < extra or dims[axis - extra] == ONE for axis in axes)

    def fits(self, a: str, difference: str, summed: str) -> bool:
        """One shift for each sum: a lies along the axes that are not summed."""
        call = self.setters[summed].value
        found = axes_of_sum(call) if is_numpy(call, "sum") else None
        dims = [getattr(self.info(name).kind, "dims", ()) for name in (a, difference, summed)]
        if found is None or None in dims:
            return False
        one, whole, other = dims
        axes = range(len(whole)) if found[0] is None else [axis % len(whole) for axis in found[0]]
        if not found[1] and any(axis >= len(whole) - len(one) for axis in axes):
            return False
        return one == other or not one and not other

    def single(self, node: Any) -> str | None:
        name = getattr(node.targets[0], "id", None) if isinstance(node, gast.Assign) else None
        return name if name is not None and self.sets.get(name) == 1 else None

    def only_reader(self, name: str) -> Any:
        found = self.readers.get(name, [])
        return found[0] if len(found) == 1 else None

    def rule_name(self, node: Any) -> str:
        op = getattr(node, "effect", None)
        if not isinstance(op, ir.Primitive) or self.single(node) is None:
            return ""
        name = getattr(op.rule.function, "__name__", "")
        return NAMES.get(name, name)

    def other(self, node: Any, name: str, a: str) -> str | None:
        """b, of a + b or b + a; of b - a."""
        if node is None or self.rule_name(node) != name:
            return None
        given = [getattr(each, "id", None) for each in node.effect.arguments.values()]
        if len(given) != 2 or a not in given or name == "subtract" and given[1] != a:
            return None
        other = given[0] if given[1] == a else given[1]
        return other if other is not None and other != a else None

    def made_by(self, node: Any, name: str, argument: str) -> str | None:
        """What a function of one array makes of it."""
        if node is None or self.rule_name(node) != name:
            return None
        first = next(iter(node.effect.arguments.values()), None)
        return self.single(node) if getattr(first, "id", None) == argument else None
