"""Part of the stage `simplify`: what a `where` doesn't choose adds nothing, also where it is infinite.

    t_grad = np.where(c, dy, 0.0)            x_grad = np.where(c, dy * t1 / t2, 0.0)
    x_grad = t_grad * t1 / t2         ->

Where c is false, the adjoint is zero, and zero times an infinite number (the logarithm of 0, the root of a negative
number) is nan. So what is multiplied by it is chosen as well, if it may be infinite: a name or an operation from which
an infinite number can come of finite ones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import kind_of_names
from s2sad.expressions import rebuilt
from s2sad.first_writes import names_written
from s2sad.kinds import Kind
from s2sad.reading import owner_of
from s2sad.sharing import Sharing
from s2sad.statements import all_of, blocks_of, targets
from s2sad.steps import stays_finite

SUMS = (gast.Add, gast.Sub)


@dataclass(frozen=True)
class Guard:
    """A choice of which one side is zero. chosen: the other one, if it may be read once more."""

    choice: gast.AST
    chosen: gast.AST
    test: gast.AST  # as it is found at the test's own name
    direct: bool = True  # of a name: it is the choice itself

    def around(self, expr: gast.AST) -> gast.AST:
        """expr where the choice isn't zero, and zero elsewhere."""
        test, *sides = trees.parts_of_choice(self.choice)
        made = [expr if side is self.chosen else trees.const(0.0) for side in sides]
        return trees.choice_again(self.choice, trees.copy_tree(test), made)

    def same(self, other: Guard) -> bool:
        """Whether both are zero at the same places."""
        mine, theirs = trees.parts_of_choice(self.choice), trees.parts_of_choice(other.choice)
        sides = (mine[1] is self.chosen) == (theirs[1] is other.chosen)
        return sides and type(self.choice) is type(other.choice) and trees.same(self.test, other.test)


def guard_of(node: gast.AST, tests: dict[str, gast.AST] | None = None) -> Guard | None:
    """Of `np.where(c, e, 0.0)`, or with the sides the other way round. tests: what names of tests stand for."""
    if not trees.is_choice(node):
        return None
    test, *sides = trees.parts_of_choice(node)
    others = [side for side in sides if not trees.is_zero(side)]
    own = (tests or {}).get(test.id, test) if isinstance(test, gast.Name) else test
    return Guard(node, others[0], own) if len(others) == 1 else None


def use_guards(body: list[gast.stmt], seeds: Collection[str], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> bool:
    """Rewrites the statements of the reverse sweep; whether there were any to be rewritten. seeds: the names from which
    the adjoints come: choices between others are none of adjoints."""
    if not seeds or not any(
        guard_of(each) for node in all_of(body) if getattr(node, "reverse", False) for each in trees.walk(node)
    ):
        return False
    sharing = Sharing(body, info, kind_of_names(info, kinds))
    guards = Guards(unsafe_names(body), tests_of(body), depending_on(seeds, body), sharing)
    guards.block(body, {})
    return guards.changed


def definitions(body: list[gast.stmt]) -> Iterator[tuple[set[str], gast.AST]]:
    """The names that statements set, and what to."""
    for node in all_of(body):
        if isinstance(node, (gast.Assign, gast.AugAssign)):
            yield targets(node) | ({owner_of(node) or ""} - {""}), node.value
        elif isinstance(node, gast.Expr) and isinstance(node.value, gast.Call):  # saved.append(t)
            base = getattr(node.value.func, "value", None)
            if isinstance(base, gast.Name):
                yield {base.id}, node.value
        elif isinstance(node, gast.For):
            yield {each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)}, node.iter
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            for name, source in op.pairs:
                yield {name}, source


def unsafe_names(body: list[gast.stmt]) -> set[str]:
    """The names whose values may be infinite, or not a number, though all that the function is given is finite."""
    made = [(names, trees.names_in(value), all(map(stays_finite, trees.walk(value))))
            for names, value in definitions(body)]  # fmt: skip
    found: set[str] = set()
    while True:
        more = {name for names, read, finite in made if not finite or read & found for name in names} - found
        if not more:
            return found
        found |= more


def depending_on(seeds: Collection[str], body: list[gast.stmt]) -> set[str]:
    """These names, and those that are computed from them."""
    made = [(names, trees.names_in(value)) for names, value in definitions(body)]
    found = set(seeds)
    while True:
        more = {name for names, read in made if read & found for name in names} - found
        if not more:
            return found
        found |= more


def tests_of(body: list[gast.stmt]) -> dict[str, gast.AST]:
    """Comparisons that have a name, of what doesn't change: two names of the same one are the same test."""
    count: dict[str, int] = {}
    found: dict[str, gast.AST] = {}
    for names, value in definitions(body):
        for name in names:
            count[name] = count.get(name, 0) + 1
            found[name] = value
    return {
        name: value
        for name, value in found.items()
        if isinstance(value, gast.Compare) and all(count.get(n, 0) < 2 for n in {name, *trees.names_in(value)})
    }


class Guards:
    """zero: the names that are zero where a choice is."""

    def __init__(self, unsafe: set[str], tests: dict[str, gast.AST], adjoints: set[str], sharing: Sharing) -> None:
        self.unsafe, self.tests, self.adjoints, self.changed = unsafe, tests, adjoints, False
        self.sharing = sharing
        self.zero: dict[str, Guard] = {}

    def block(self, block: list[gast.stmt], zero: dict[str, Guard]) -> None:
        self.zero = dict(zero)
        for node in block:
            inner = blocks_of(node)
            if inner:
                self.inside(node, inner)
                continue
            found = self.statement(node) if getattr(node, "reverse", False) else {}
            self.forget(self.changed_by(node))
            self.zero |= {name: guard for name, guard in found.items() if guard is not None}

    def inside(self, node: gast.stmt, inner: list[list[gast.stmt]]) -> None:
        """The blocks of a loop or branch: what is set in there isn't known, neither at their beginning nor behind, but
        for what an iteration takes over as zero and hands on as zero."""
        changed = {name for each in all_of([node]) for name in self.changed_by(each)}
        before = dict(self.zero)
        self.forget(changed)
        kept = dict(self.zero)
        if isinstance(node, (gast.For, gast.While)) and not any(inner[1:]):
            carried = {name: guard for name, guard in before.items() if name in changed}
            carried = {
                k: g
                for k, g in carried.items()
                if changed.isdisjoint(trees.names_in(trees.parts_of_choice(g.choice)[0]))
            }
            while carried:
                self.zero = {**kept, **carried}
                lost = self.lost(inner[0], carried)
                if not lost:
                    break
                carried = {name: guard for name, guard in carried.items() if name not in lost}
            kept |= carried
        for block in inner:
            self.block(block, kept)
        self.zero = kept

    def lost(self, block: list[gast.stmt], carried: dict[str, Guard]) -> set[str]:
        """Those that an iteration doesn't hand on as zero."""
        lost: set[str] = set()
        for node in block:
            inner = {name for each in all_of([node]) for name in self.changed_by(each)} if blocks_of(node) else set()
            found = dict.fromkeys(inner or self.changed_by(node)) | ({} if inner else self.guards_of(node))
            self.forget(set(found))
            self.zero |= {name: guard for name, guard in found.items() if guard is not None}
            for name, guard in found.items():
                if name in carried and (guard is None or not guard.same(carried[name])):
                    lost.add(name)
        return lost

    def changed_by(self, node: gast.stmt) -> set[str]:
        """The names that a statement sets, and those of arrays that it may write into."""
        shared = {other for name in names_written(node) if name for other in self.sharing.group(name)}
        return targets(node) | shared

    def forget(self, names: set[str]) -> None:
        self.zero = {
            name: guard
            for name, guard in self.zero.items()
            if name not in names and names.isdisjoint(trees.names_in(guard.choice))
        }

    def statement(self, node: Any) -> dict[str, Guard | None]:
        """Rewrites a statement; the guards of the names that it sets, where they are zero as well."""
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            op.pairs = [(name, self.expression(source)) for name, source in op.pairs]
        elif isinstance(node, (gast.Assign, gast.AugAssign)):
            node.value = self.expression(node.value)
        return self.guards_of(node)

    def guards_of(self, node: Any) -> dict[str, Guard | None]:
        """The names that a statement sets, with their guards."""
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            return {name: self.guard_of_name(source) for name, source in op.pairs}
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            return {node.targets[0].id: self.guard_of_name(node.value)}
        if isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name) and isinstance(node.op, SUMS):
            before, more = self.zero.get(node.target.id), self.zero_with(node.value)
            same = before is not None and more is not None and before.same(more)
            return {node.target.id: replace(before, direct=False) if before is not None and same else None}
        return dict.fromkeys(targets(node))

    def guard_of_name(self, value: gast.AST) -> Guard | None:
        guard = self.zero_with(value)
        return None if guard is None else replace(guard, direct=guard_of(value) is not None)

    def guard(self, node: gast.AST) -> Guard | None:
        """Of a choice between an adjoint and zero."""
        found = guard_of(node, self.tests)
        return None if found is None or self.adjoints.isdisjoint(trees.names_in(found.chosen)) else found

    # ---------------------------------------------------------------- expressions
    def zero_with(self, node: Any) -> Guard | None:
        """The guard with which an expression is zero, if nothing infinite is multiplied by it."""
        if isinstance(node, gast.Name):
            return self.zero.get(node.id)
        if isinstance(node, (gast.Call, gast.IfExp)):
            return self.guard(node)
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            return self.zero_with(node.operand)
        if not isinstance(node, gast.BinOp):
            return None
        left = self.zero_with(node.left)
        if isinstance(node.op, SUMS):
            right = self.zero_with(node.right)
            return left if left is not None and right is not None and left.same(right) else None
        if isinstance(node.op, gast.Div):
            return left
        return (left or self.zero_with(node.right)) if isinstance(node.op, gast.Mult) else None

    def may_be_infinite(self, node: gast.AST) -> bool:
        parts = list(trees.walk(node))
        return any(isinstance(each, gast.Name) and each.id in self.unsafe and each.id not in self.zero
                   or not stays_finite(each) for each in parts)  # fmt: skip

    def expression(self, node: Any) -> gast.AST:
        """The expression with a choice around what is zero with a guard, and multiplied by what may be infinite."""
        if isinstance(node, gast.BinOp):
            guard = self.zero_with(node)
            if guard is not None:
                return self.chosen(node, guard)
            if isinstance(node.op, SUMS):
                return self.sum(node)
        own = guard_of(node)
        chosen = None if own is None else own.chosen
        return rebuilt(node, lambda part: part if part is chosen else self.part(part))

    def part(self, node: Any) -> Any:
        return self.expression(node) if isinstance(node, (gast.expr, gast.keyword)) else node

    def sum(self, node: Any) -> gast.AST:
        """The terms with the same guard are chosen together."""
        terms: list[tuple[bool, gast.AST]] = []
        collect(node, True, terms)
        made: list[tuple[bool, gast.AST]] = []
        groups: list[tuple[Guard, int]] = []
        for positive, term in terms:
            guard = self.zero_with(term)
            if guard is None or not self.may_be_infinite(term):
                made.append((positive, self.expression(term)))
                continue
            place = next((k for other, k in groups if guard.same(other)), None)
            if place is None:
                groups.append((guard, len(made)))
                made.append((True, term if positive else trees.neg(term)))
            else:
                before = made[place][1]
                made[place] = (True, trees.add(before, term) if positive else trees.sub(before, term))
        for guard, place in groups:
            made[place] = (True, self.chosen(made[place][1], guard))
        if not groups:
            return node
        (positive, total), *rest = made
        total = total if positive else trees.neg(total)
        for positive, term in rest:
            total = trees.add(total, term) if positive else trees.sub(total, term)
        return total

    def chosen(self, node: gast.AST, guard: Guard) -> gast.AST:
        if not self.may_be_infinite(node):
            return node
        self.changed = True
        return guard.around(self.resolved(node, guard))

    def resolved(self, node: gast.AST, guard: Guard) -> gast.AST:
        """Names that are a choice with this guard, of another name, are that name in there."""

        if isinstance(node, gast.BinOp):
            return gast.BinOp(self.resolved(node.left, guard), node.op, self.resolved(node.right, guard))
        if isinstance(node, gast.UnaryOp):
            return gast.UnaryOp(node.op, self.resolved(node.operand, guard))
        if isinstance(node, gast.Name):
            known = self.zero.get(node.id)
            short = known is not None and known.direct and isinstance(known.chosen, gast.Name)
        else:
            known, short = self.guard(node), True
        return trees.copy_tree(known.chosen) if known is not None and short and known.same(guard) else node


def collect(node: Any, positive: bool, terms: list[tuple[bool, gast.AST]]) -> None:
    """The terms of a sum, with their signs."""
    if isinstance(node, gast.BinOp) and isinstance(node.op, SUMS):
        collect(node.left, positive, terms)
        collect(node.right, positive if isinstance(node.op, gast.Add) else not positive, terms)
    else:
        terms.append((positive, node))
