"""Part of the stage `infer`: what f computes twice from the same values is computed once.

    #t.4 = np.exp(x.1)                 #t.4 = np.exp(x.1)
    #t.5 = 1.0 + #t.4                  #t.5 = 1.0 + #t.4
    #t.6 = np.exp(x.1)          ->     value.7 = #t.4 / #t.5
    value.7 = #t.6 / #t.5

So it has one adjoint, and is kept once. Only temporaries are left out; the user's own names stay. The same operations
give the same numbers, to the bit; memory that may be written is not taken for the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.activity import leaves
from s2sad.fresh import is_fresh
from s2sad.inlining import rename_loop, rename_reads, substituted, value_names
from s2sad.kinds import Array, Kind, Scalar
from s2sad.statements import all_of, blocks_of, nested, read_list, targets
from s2sad.tape_costs import cost_of_call
from s2sad.terms import key_of

WORTH_A_NAME = 2  # operations on numbers; fewer are rather written out twice
LIBRARIES = ("math", "cmath", "numpy", "scipy")
COMPUTING = (abs, max, min, pow, len)


def compute_once(program: ir.Inferred) -> None:
    repeats = Repeats(program)
    repeats.block(program.body, {})
    if repeats.left:
        value_names(program.value, repeats.left)


@dataclass
class Computed:
    """A value that is at hand: its name, the names it was computed from, what it cost, and whether it has arrays."""

    name: str
    names: frozenset[str]
    cost: int
    large: bool


Seen = dict[Any, Computed]


class Repeats:
    def __init__(self, program: ir.Inferred) -> None:
        self.program = program
        self.same: dict[str, gast.AST] = {}  # by name, the earlier name of the same value
        self.left: dict[str, gast.AST] = {}  # of these, the ones that are left out
        self.costs: dict[str, int] = {}
        self.held: set[str] = set()  # what others may refer to, so that it matters which array it is
        self.written = ir.written_roots(program.roots)
        self.apart: set[str] = set()  # what has an adjoint of its own, since the user asks for it
        for node in all_of(program.body):
            op = getattr(node, "effect", None)
            if isinstance(op, ir.GradOf):
                self.apart.update(*(trees.names_in(each) for each in op.grads))
            if not self.takes_numbers(node):
                self.held.update(read_list(node))
        self.returned = {name for leaf in leaves(program.value) for name in trees.names_in(leaf.expr)}

    def block(self, block: list[gast.stmt], outer: Seen) -> None:
        made, seen = [], dict(outer)
        for node in block:
            rename_reads(node, self.left)
            self.use_operands(node, seen)
            for inner in blocks_of(node):
                self.block(inner, self.after(node, seen) if isinstance(node, (gast.For, gast.While)) else seen)
            rename_loop(node, self.left)
            key, value = self.computed(node)
            if value is None or not self.is_left_out(value, seen.get(key)):
                made.append(node)
            seen = self.after(node, seen)
            if value is not None:
                seen.setdefault(key, value)
        block[:] = made

    def is_left_out(self, value: Computed, first: Computed | None) -> bool:
        if first is None or ir.base_of(value.name) != "#t":
            return False
        self.same[value.name] = trees.name(first.name)
        if {first.name, value.name} & self.apart or value.large and value.name in self.returned:
            return False
        if not value.large and value.cost < WORTH_A_NAME:
            return False
        self.left[value.name] = trees.name(first.name)
        return True

    def use_operands(self, node: Any, seen: Seen) -> None:
        """Puts names for operands of what has no derivative, and so stands there as a whole: `np.abs(r.1) < 1.0`."""

        def used(expr: gast.AST) -> gast.AST:
            first = seen.get(key_of(substituted(expr, self.same)))
            return trees.name(first.name) if first is not None and first.large else expr

        if isinstance(node, gast.Assign) and isinstance(node.value, gast.Compare) and isinstance(node.effect, ir.Plain):
            value = gast.Compare(used(node.value.left), node.value.ops, [used(each) for each in node.value.comparators])
            node.value = value

    def after(self, node: gast.stmt, seen: Seen) -> Seen:
        """What is at hand behind a statement."""
        changed = set().union(*(targets(each) for each in nested(node)))
        calm = all(map(is_calm, nested(node)))
        return {
            key: value
            for key, value in seen.items()
            if value.names.isdisjoint(changed) and value.name not in changed and (calm or not value.large)
        }

    def computed(self, node: Any) -> tuple[Any, Computed | None]:
        """What a statement computes, where that follows from numbers, and arrays that are never written."""
        op: Any = getattr(node, "effect", None)
        name = ""
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            name = node.targets[0].id
        if not name or type(op) not in (ir.Primitive, ir.Plain) or not is_computation(node.value, op):
            return None, None
        names = ir.summary(node.value).names
        if name in self.held or not all(map(self.stays, (name, *names))):
            return None, None
        large = any(isinstance(self.program.info[each].kind, Array) for each in (name, *names))
        cost = cost_of_call(op, large) if isinstance(op, ir.Primitive) else op.cost
        cost = max(cost, WORTH_A_NAME) if isinstance(node.value, gast.Call) else cost
        cost += sum(self.costs.get(each, 0) for each in names)
        if ir.base_of(name) == "#t":
            self.costs[name] = cost
        return key_of(substituted(node.value, self.same)), Computed(name, frozenset(names), cost, large)

    def stays(self, name: str) -> bool:
        """Whether a name stands for a number, or for an array that f never writes."""
        info = self.program.info.get(name)
        if info is None or not isinstance(info.kind, (Scalar, Array)):
            return False
        return info.place is None or info.place.root not in self.written

    def takes_numbers(self, node: Any) -> bool:
        """Whether nothing that a statement makes, changes or calls can share memory with what it reads."""
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Store):
            return isinstance(op.place.root.kind, Array)
        if not isinstance(op, (ir.Primitive, ir.Plain)) or not isinstance(node, gast.Assign):
            return False
        info = self.program.info.get(getattr(node.targets[0], "id", ""))
        if info is not None and isinstance(info.kind, Scalar):
            return is_computation(node.value, op) or not ir.summary(node.value).call
        return isinstance(node.value, gast.Compare) or is_fresh(node.value)


def unwritten(
    forward: list[gast.stmt], info: dict[str, ir.Info], kind_of: Callable[[str], Kind | None]
) -> Callable[[str], bool]:
    """Whether a name stands for a number, or for an array that nothing writes, in the program with these statements."""
    calm = all(map(is_calm, forward))
    written = ir.written_roots({each.place.root for each in info.values() if each.place is not None})

    def stays(name: str) -> bool:
        kind, place = kind_of(name), info[name].place if name in info else None
        if isinstance(kind, Array):
            return calm and (place is None or place.root not in written)
        return isinstance(kind, Scalar)

    return stays


def is_calm(node: Any) -> bool:
    """Whether a statement writes into no array but one that is known to be written."""
    op = getattr(node, "effect", None)
    if isinstance(op, ir.Store):
        return not op.place.root.shares
    if isinstance(op, ir.Plain):
        return op.pure
    if op is None:
        return not isinstance(node, (gast.Expr, gast.Assign, gast.AugAssign, gast.With, gast.Delete))
    return not isinstance(op, (ir.Checked, ir.PairCall, ir.Solved, ir.GradOf))


def is_computation(expr: gast.AST, op: ir.Op) -> bool:
    """Whether an expression is an operation, or a call of a function that gives the same each time."""
    if isinstance(expr, (gast.BinOp, gast.UnaryOp, gast.Compare)):
        return isinstance(op, ir.Primitive) or isinstance(op, ir.Plain) and op.pure
    if not isinstance(expr, gast.Call) or isinstance(op, ir.Plain) and not op.pure:
        return False
    return gives_the_same(expr) or isinstance(op, ir.Primitive) and is_ssa_method(expr.func)


def gives_the_same(call: gast.Call) -> bool:
    """Whether a call is one of a library's function that gives the same number or new array each time."""
    base, path = call.func, []
    while isinstance(base, gast.Attribute):
        path.append(base.attr)
        base = base.value
    if hasattr(base, "builtin"):
        return base.builtin in COMPUTING
    if hasattr(base, "imported"):
        return True
    module = getattr(base, "module", None)
    return module is not None and module.__name__.partition(".")[0] in LIBRARIES and "random" not in path


def is_ssa_method(function: gast.AST) -> bool:
    """x.sum"""
    while isinstance(function, gast.Attribute):
        function = function.value
    return isinstance(function, gast.Name) and ir.is_ssa(function.id)
