"""Part of the stage `simplify`: what a `where` doesn't choose adds nothing, also where it is infinite.

    t_grad = np.where(c, dy, 0.0)            x_grad = np.where(c, dy * t1 / t2, 0.0)
    x_grad = t_grad * t1 / t2         ->

Where c is false, the adjoint is zero, and zero times an infinite number (the logarithm of 0, the root of a negative
number) is nan. So what is multiplied by it is chosen as well, if it may be infinite: a name or an operation from which
an infinite number can come of finite ones.

Where the function writes over a part of an array, or reads only a part of it by an index, the adjoint has zeros too:

    t_grad[mask] = 0.0                       t_grad[mask] = 0.0
    x_grad = -t_grad / x**2           ->     x_grad = np.where(t_grad != 0, -t_grad / x**2, 0.0)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, kind_of_names
from s2sad.expressions import rebuilt
from s2sad.first_writes import names_written
from s2sad.kinds import Array, Kind, Scalar
from s2sad.reading import owner_of
from s2sad.sharing import Sharing
from s2sad.statements import all_of, blocks_of, targets
from s2sad.steps import stays_finite

SUMS = (gast.Add, gast.Sub)
HALVES = (np.triu, np.tril)


@dataclass(frozen=True)
class Guard:
    """A choice of which one side is zero. chosen: the other one, if it may be read once more."""

    choice: gast.AST
    chosen: gast.AST
    test: gast.AST  # as it is found at the test's own name
    direct: bool = True  # of a name: it is the choice itself

    def around(self, expr: gast.AST, zero: gast.AST) -> gast.AST:
        """expr where the choice isn't zero, and zero elsewhere."""
        if not trees.is_choice(self.choice):
            return with_first(self.choice, expr)
        test, *sides = trees.parts_of_choice(self.choice)
        made = [expr if side is self.chosen else zero for side in sides]
        return trees.choice_again(self.choice, trees.copy_tree(test), made)

    def same(self, other: Guard) -> bool:
        """Whether both are zero at the same places."""
        if not trees.is_choice(self.choice) or not trees.is_choice(other.choice):
            return trees.same(self.test, other.test)
        mine, theirs = trees.parts_of_choice(self.choice), trees.parts_of_choice(other.choice)
        sides = (mine[1] is self.chosen) == (theirs[1] is other.chosen)
        return sides and type(self.choice) is type(other.choice) and trees.same(self.test, other.test)

    @property
    def of_choice(self) -> bool:
        """Whether the program has that choice itself."""
        return trees.is_choice(self.choice) and getattr(self.choice, "of_zeros", None) is None

    def tested(self) -> set[str]:
        """The names that decide where it is zero."""
        return trees.names_in(trees.parts_of_choice(self.choice)[0] if trees.is_choice(self.choice) else self.test)


def guard_of(node: gast.AST, tests: dict[str, gast.AST] | None = None) -> Guard | None:
    """Of `np.where(c, e, 0.0)`, or with the sides the other way round, and of halves of matrices: `np.triu(e, 1)`.
    tests: what names of tests stand for."""
    if isinstance(node, gast.Call) and node.args and trees.function_of(node.func) in HALVES:
        return Guard(node, node.args[0], with_first(node, trees.const(None)))
    if not trees.is_choice(node):
        return None
    test, *sides = trees.parts_of_choice(node)
    others = [side for side in sides if not trees.is_zero(side)]
    own = (tests or {}).get(test.id, test) if isinstance(test, gast.Name) else test
    return Guard(node, others[0], own) if len(others) == 1 else None


def with_first(call: Any, first: gast.AST) -> gast.Call:
    """The same call with another first argument."""
    return gast.Call(call.func, [first, *map(trees.copy_tree, call.args[1:])], call.keywords)


def use_guards(
    body: list[gast.stmt],
    seeds: Collection[str],
    info: dict[str, ir.Info],
    kinds: dict[str, Kind],
    roots: Collection[str] = (),
) -> bool:
    """Rewrites the statements of the reverse sweep; whether there were any to be rewritten. seeds: the names from which
    the adjoints come: choices between others are none of adjoints; roots: what only roots.py looks at, if zeros of
    adjoints are not those of a choice."""
    if not seeds or not any(
        with_zeros(node) or any(guard_of(each) for each in trees.walk(node))
        for node in all_of(body)
        if getattr(node, "reverse", False)
    ):
        return False
    sharing = Sharing(body, info, kind_of_names(info, kinds))
    guards = Guards(unsafe_names(body), tests_of(body), depending_on(seeds, body), sharing, roots)
    guards.block(body, {})
    return guards.changed


def with_zeros(node: Any) -> str:
    """The name of an adjoint that is zero where the function doesn't read an array: `t_grad[mask] = 0.0`, or
    `t_grad = np.zeros_like(t)`."""
    if not isinstance(node, gast.Assign) or len(node.targets) != 1:
        return ""
    target, value = node.targets[0], node.value
    if isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name) and trees.is_zero(value):
        return target.value.id
    zeros = isinstance(value, gast.Call) and trees.function_of(value.func) is np.zeros_like
    return target.id if zeros and isinstance(target, gast.Name) else ""


def guard_of_zeros(name: str) -> Guard:
    test = gast.Compare(trees.name(name), [gast.NotEq()], [trees.const(0)])
    choice: Any = trees.np_call("where", test, trees.name(name), trees.const(0.0))
    choice.of_zeros = True
    return Guard(choice, choice.args[1], test)


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
    made = [(names, trees.names_in(value), all(map(stays_finite, risky_parts(value))))
            for names, value in definitions(body)]  # fmt: skip
    found: set[str] = set()
    while True:
        more = {name for names, read, finite in made if not finite or read & found for name in names} - found
        if not more:
            return found
        found |= more


def risky_parts(node: gast.AST, safe: Collection[str] = ()) -> Iterator[gast.AST]:
    """The parts of an expression that may make it infinite: not a division by what is never zero, or by these names."""
    pending = [node]
    while pending:
        each: Any = pending.pop()
        op = getattr(each, "op", None)
        if isinstance(each, gast.BinOp) and isinstance(op, (gast.Div, gast.Pow)):
            base, other = (each.right, each.left) if isinstance(op, gast.Div) else (each.left, each.right)
            if is_nonzero(base) or getattr(base, "id", "") in safe:
                pending.append(other)
                continue
        if getattr(each, "id", "") in safe:
            continue
        yield each
        pending += trees.children(each)


def is_nonzero(node: Any) -> bool:
    """np.where(t == 0, 1.0, t)"""
    return trees.is_where(node) and isinstance(node.args[0], gast.Compare) and trees.literal(node.args[1]) == 1.0


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

    def __init__(
        self,
        unsafe: set[str],
        tests: dict[str, gast.AST],
        adjoints: set[str],
        sharing: Sharing,
        roots: Collection[str],
    ) -> None:
        self.unsafe, self.tests, self.adjoints, self.changed = unsafe, tests, adjoints, False
        self.sharing, self.roots = sharing, roots
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
            carried = {name: guard for name, guard in carried.items() if not changed & (guard.tested() - {name})}
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
        zeros = with_zeros(node) if getattr(node, "reverse", False) else ""
        if zeros and self.is_array(zeros):
            return {zeros: guard_of_zeros(zeros)}
        filled = self.filled(node)
        if filled:
            return {filled: self.zero[filled]}
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

    def filled(self, node: Any) -> str:
        """The name of an array with zeros, if a statement writes items into it that an array of positions, or a mask,
        picks: `t_grad[mask] += e`."""
        target: Any = getattr(node, "target", None) or (getattr(node, "targets", None) or [None])[0]
        name = getattr(target.value, "id", "") if isinstance(target, gast.Subscript) else ""
        if name not in self.zero or not self.zero[name].same(guard_of_zeros(name)):
            return ""
        index: Any = target.slice
        parts = index.elts if isinstance(index, gast.Tuple) else [index]
        return name if any(isinstance(each, gast.Name) and self.is_array(each.id) for each in parts) else ""

    def is_array(self, name: str) -> bool:
        kind = self.sharing.kind_of(name)
        return isinstance(kind, Array) and kind.rank != 0

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

    def may_be_infinite(self, node: gast.AST, guard: Guard) -> bool:
        parts = list(risky_parts(node, () if guard.of_choice else self.roots))
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
        if own is not None and self.zero_with(own.chosen) is not None:
            chosen = None  # it is zero at other places as well
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
            if guard is None or not self.may_be_infinite(term, guard):
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
        if not self.may_be_infinite(node, guard):
            return node
        self.changed = True
        made = self.resolved(node, guard)
        return guard.around(made, self.zero_like(made) if isinstance(guard.choice, gast.IfExp) else trees.const(0.0))

    def zero_like(self, node: gast.AST) -> gast.AST:
        """The zero of a choice by one test: as large as the other side, where a name in that is. What is not known is a
        number mostly: `dy`."""
        kinds = ExpressionKinds(lambda name: self.sharing.kind_of(name) or Scalar("float"))
        dims = kinds.dims(node)
        names = [each for each in trees.walk(node) if isinstance(each, gast.Name) and kinds.dims(each) == dims]
        return trees.np_call("zeros_like", trees.name(names[0].id)) if dims and names else trees.const(0.0)

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
