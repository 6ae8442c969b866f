"""Stage `adjoint`: the reverse sweep of an inferred program.

Statements are taken from the last to the first; each reads the adjoint of the name it sets, and adds to the adjoints
of the names it reads. `v_grad` is how much the value changes, against `dy`, per change of what `v` holds:

    t.3 = x.1 * y.2               t.3_grad.5 = dy * y.2
    value.4 = t.3 * y.2     ->    y.2_grad.6 = dy * t.3
                                  x.1_grad.7 = t.3_grad.5 * y.2 ...
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.adjoint_arrays import Arrays
from s2sad.adjoint_calls import Calls
from s2sad.adjoint_containers import Containers
from s2sad.adjoint_inserts import Inserts
from s2sad.adjoint_loops import Structure
from s2sad.adjoint_rules import Rules
from s2sad.adjoint_sums import Cotangent, Sums
from s2sad.adjoint_zeros import Zeros, is_mixed, widest
from s2sad.items_of_rows import items_of_rows
from s2sad.kinds import Array, Kind, Scalar
from s2sad.lengths import Pair
from s2sad.overflow import Overflow
from s2sad.statements import targets


class Adjoint(Rules, Calls, Arrays, Containers, Structure, Inserts, Sums, Zeros):
    """The mixins hold the adjoints of one kind of statement each, and how adjoints are added and made."""

    def __init__(
        self, program: ir.Inferred, active: set[str], helpers: Any, lengths: dict[Any, Any] | None = None
    ) -> None:
        self.program, self.active, self.helpers = program, active, helpers
        self.lengths = lengths or {}  # of the arguments, by their names
        self.wishes: list[Pair] = []  # pairs of them: if these were equal, the sweep would be shorter
        self.info = program.info
        self.names = program.names
        self.adj: dict[str, Cotangent] = {}
        self.block: list[gast.stmt] = []
        self.origin: Any = None
        self.scope: tuple[int, ...] = ()  # of the statement that is being reversed
        self.kinds: dict[str, Kind] = {}
        self.shadows: set[str] = set()  # arrays that adjoints are added into in place
        self.taken_over: set[str] = set()  # those that began as a sum, which may be of more digits than the array
        self.stands_for: dict[str, str] = {}  # what an array held before a statement changed it: the array
        self.swept: list[gast.stmt] = []  # the block that the sweep is in
        self.begun_late: set[str] = set()  # names whose adjoints were None until something was there for them
        self.given: set[str] = set()  # shadows that the caller of this function handed over
        self.overflow = Overflow(program, active)
        self.rows = items_of_rows(program)
        self.number, self.mixed = widest(program), is_mixed(program)
        self.whole: set[str] = set()  # shadows of lists and dicts that share nothing with any other adjoint

    # ---------------------------------------------------------------- emitting
    def add(self, node: gast.stmt) -> gast.stmt:
        node.origin = self.origin
        node.reverse = True
        self.block.append(node)
        return node

    def let(self, base: str, expr: gast.AST, kind: Kind) -> gast.AST:
        """A new adjoint name for an expression; a name or number stays itself."""
        if isinstance(expr, gast.Name) or trees.is_atom(expr) and isinstance(kind, Scalar):
            return expr
        name = self.names.fresh(base)
        self.kinds[name] = kind
        self.add(trees.assign(name, expr)).number = isinstance(kind, Scalar)
        return trees.name(name)

    def grad_base(self, name: str) -> str:
        return f"{self.stands_for.get(name, name)}_grad"

    def is_active(self, expr: gast.AST) -> bool:
        if isinstance(expr, (gast.Tuple, gast.List)) and any(map(self.is_active, expr.elts)):
            raise AssertionError(f"the adjoint of {trees.show(expr)} has no name")
        return isinstance(expr, gast.Name) and expr.id in self.active

    def beside(self, node: gast.stmt) -> gast.stmt:
        """A statement that stands in the same block: copies at the ends of iterations are made when those are over."""
        block = self.swept
        return next((each for each in block if not isinstance(getattr(each, "effect", None), ir.Copy)), node)

    # ---------------------------------------------------------------- the sweep
    def sweep(self, body: list[gast.stmt]) -> None:
        outer, around = self.scope, self.swept
        self.swept = body
        for node in reversed(body):
            self.origin = getattr(node, "origin", self.origin)
            op = getattr(node, "effect", None)
            self.scope = getattr(self.beside(node) if isinstance(op, ir.Copy) else node, "scope", self.scope)
            method = getattr(self, "of_" + type(op or node).__name__, None)
            if method is not None:
                method(node, op)
            elif isinstance(op, ir.Plain):
                self.end_at(node)
        self.scope, self.swept = outer, around

    def end_at(self, node: gast.stmt) -> None:
        """What is made here of constants, and was written into later: before that, it has no adjoint."""
        for name in targets(node) & self.info.keys():
            known = self.info[name]
            root = known.place.root if known.place is not None and known.statement is node else None
            if root is None or root.name != name or not root.stores or root.param is not None:
                continue
            if not any(each in self.info and self.info[each].varied for each in trees.names_in(node.value)):
                self.take(name)

    def take(self, name: str) -> Cotangent | None:
        """The adjoint of what is set here, which has a value then."""
        found = self.take_as_is(name)
        if found is None or not found.late:
            return found
        self.make_late({name: found}, begun=False)
        return self.adj.pop(name)

    def take_as_is(self, name: str) -> Cotangent | None:
        """The same, which may be None."""
        return self.adj.pop(name, None) if name in self.active else None

    def real_part_for(self, name: str, cotangent: Cotangent) -> Cotangent:
        """The cotangent of a real number or array, of what is complex on another way."""
        expr, kind = self.as_real(cotangent.expr, cotangent.kind, self.info[name].kind)
        if expr is cotangent.expr:
            return cotangent
        return Cotangent(self.let(self.grad_base(name), expr, kind), kind, cotangent.spread)

    def of_Again(self, node: gast.Assign, op: ir.Again) -> None:
        cotangent = self.take(node.targets[0].id)
        if cotangent is not None:
            self.accumulate(node.value, cotangent.expr, cotangent.kind, spread=cotangent.spread, owned=cotangent.owned)

    def of_Copy(self, node: gast.Assign, op: ir.Copy) -> None:
        taken = [(source, self.take_as_is(target)) for target, source in op.pairs]
        for source, cotangent in taken:
            if cotangent is None or not self.is_active(source):
                continue
            cotangent = self.real_part_for(source.id, cotangent)
            if (
                isinstance(cotangent.kind, Array)
                and not cotangent.kind.dims  # or not known
                and isinstance(self.info[source.id].kind, Scalar)
            ):
                number = self.number_of(cotangent.expr, cotangent.kind)
                if cotangent.late:
                    missing = trees.is_none(cotangent.expr)
                    number = gast.IfExp(missing, trees.const(0.0), number)
                cotangent = Cotangent(
                    self.let(self.grad_base(source.id), number, self.info[source.id].kind), self.info[source.id].kind
                )
            if source.id not in self.adj:
                self.adj[source.id] = cotangent
                loaded = isinstance(getattr(self.info[source.id].statement, "effect", None), ir.Load)
                if cotangent.late and not loaded and not self.may_have_no_value(source.id, self.beside(node)):
                    self.make_late({source.id: cotangent}, begun=False)
            elif cotangent.late:
                if not self.adj[source.id].late:
                    self.as_shadow(source.id, own=True)
                add = functools.partial(self.accumulate, source, cotangent.expr, cotangent.kind, owned=False)
                self.add_if_there(source.id, cotangent, add)
            else:
                if cotangent.shadow or self.adj[source.id].shadow and isinstance(self.info[source.id].kind, Array):
                    self.as_shadow(source.id)
                self.accumulate(source, cotangent.expr, cotangent.kind, spread=cotangent.spread, owned=False)

    def add_if_there(self, name: str, cotangent: Cotangent, add: Callable[[], None]) -> None:
        """Runs what adds a cotangent that may be None to the adjoint of a name, where it is there. That adjoint may be
        None as well: where both are, neither has a value."""
        old, outer = self.adj.get(name), self.block
        missing: list[gast.stmt] = []
        there = self.block = []
        add()
        self.block = outer
        made = self.adj.get(name)
        if made is not None and made is not old:
            fresh = self.names.fresh(self.grad_base(name))
            kind = self.kinds[fresh] = made.kind if old is None else old.kind
            self.copy_into(there, [(fresh, made.expr)])
            self.copy_into(missing, [(fresh, trees.const(None) if old is None else old.expr)])
            self.adj[name] = Cotangent(trees.name(fresh), kind, shadow=True, late=old is None or old.late)
        self.add(gast.If(trees.is_there(cotangent.expr), there, missing))
