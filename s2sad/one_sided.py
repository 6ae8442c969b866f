"""Part of the stage `simplify`: adjoints that are zero in one branch are used in the other one.

    if c:                                       if c:
        a_grad, b_grad <- g, 0.0                    x_grad[1] += g
    else:                                ->     else:
        a_grad, b_grad <- 0.0, g                    y_grad -= g * v
    x_grad[1] += a_grad
    y_grad -= b_grad * v

Adjoint code is linear: where an adjoint is zero, adding a multiple of it does nothing. A statement moves into the
branch if all that reads the adjoint can, and if what stands between can be done before the branches or after them.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import is_numpy
from s2sad.fresh import is_fresh
from s2sad.inlining import rename_reads
from s2sad.kinds import Array, Kind, Scalar
from s2sad.reading import owner_of, reads
from s2sad.statements import blocks_of, nested, read_list, targets


def use_in_branches(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    if any(isinstance(each, gast.If) and getattr(each, "retest", False) for node in body for each in nested(node)):
        OneSided(body, info, kinds).block(body)


class OneSided:
    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        self.info, self.kinds = info, kinds
        self.counts: dict[str, int] = {}
        self.sets: dict[str, int] = {}
        self.shared: set[str] = set()  # the names that may share memory with another one
        for node in (each for statement in body for each in nested(statement)):
            for name in read_list(node):
                self.counts[name] = self.counts.get(name, 0) + 1
            for name in targets(node):
                self.sets[name] = self.sets.get(name, 0) + 1
            if isinstance(getattr(node, "effect", None), ir.Copy):
                self.shared |= targets(node) | set(read_list(node))
            elif isinstance(node, gast.Assign) and not is_fresh(node.value):
                self.shared |= targets(node)

    def block(self, block: list[gast.stmt]) -> None:
        for node in list(block):
            for inner in blocks_of(node):
                self.block(inner)
        for node in [each for each in block if isinstance(each, gast.If) and getattr(each, "retest", False)]:
            self.branches(block, node)

    def branches(self, block: list[gast.stmt], node: gast.If) -> None:
        first, second = copies_at_end(node.body), copies_at_end(node.orelse)
        sides = {}
        for name in first.keys() & second.keys():
            if self.sets.get(name) == 2 and trees.is_zero(first[name]) != trees.is_zero(second[name]):
                sides[name] = trees.is_zero(first[name])  # True: it is used in the second branch
        unfit: set[str] = set()
        while sides.keys() - unfit:
            move = Move(self, block, node, {name: side for name, side in sides.items() if name not in unfit}, unfit)
            if move.plan():
                move.make({**first, **{name: second[name] for name in sides if sides[name]}})
                return

    # ---------------------------------------------------------------- what statements do to one another
    def is_number(self, name: str) -> bool:
        return isinstance(self.kinds.get(name), Scalar)

    def conflict(self, one: gast.stmt, other: gast.stmt) -> bool:
        """Whether two statements may not change places."""
        mine, its = targets(one), targets(other)
        if getattr(one, "restore", False) and set(read_list(one)) & set(read_list(other)):
            return True  # both take something from one list
        if mine & (reads(other) | its) or its & reads(one):
            return True
        return self.disturbs(one, other) or self.disturbs(other, one)

    def disturbs(self, one: gast.stmt, other: gast.stmt) -> bool:
        """Whether a statement writes memory that another one may read, or write other than by adding to it."""
        touched = set(read_list(other))
        if adds(one) and adds(other):
            touched = set(ir.summary(other.value).names)
        return any(self.may_be(name, owner) for owner in written_by(one) for name in touched)

    def may_be(self, name: str, owner: str) -> bool:
        """Whether a name may share memory with what is written under another one."""
        if name == owner:
            return True
        if name in self.info or self.is_number(name):  # what the forward sweep made is not written any more
            return False
        return name in self.shared or owner in self.shared

    def same_size(self, name: str, other: str) -> bool:
        """Whether a sum is as large as its first term."""
        if self.is_number(name) and self.is_number(other):
            return True
        a, b = self.kinds.get(name), self.kinds.get(other)
        return isinstance(a, Array) and isinstance(b, Array) and a.dims is not None and a == b


class Move:
    """What would be moved for the branches of one `if`; `sides`: the names to be used in one branch alone."""

    def __init__(self, facts: OneSided, block: Any, node: gast.If, sides: dict[str, bool], unfit: set[str]) -> None:
        self.facts, self.block, self.node, self.sides, self.unfit = facts, block, node, sides, unfit
        self.before: list[gast.stmt] = []
        self.after: list[gast.stmt] = []
        self.moved: list[tuple[gast.stmt, bool]] = []
        self.first = dict(sides)

    def plan(self) -> bool:
        """Sorts the statements behind the `if`; False if some names turned out to be unfit."""
        at = next(k for k, each in enumerate(self.block) if each is self.node)
        left = {name: self.facts.counts.get(name, 0) for name in self.sides}
        closed = False
        for node in self.block[at + 1 :]:
            found = [name for each in nested(node) for name in read_list(each) if name in self.sides]
            if found:
                if closed or not self.take(node, found, left):
                    self.unfit.update(self.roots(found))
                    return False
                for name in found:
                    left[name] -= 1
            else:
                self.after.append(node)
                closed = closed or not is_simple(node)
        late = {name for name, count in left.items() if count}
        self.unfit |= self.roots(late)
        return not late

    def roots(self, names: Any) -> set[str]:
        """The names set in the branches, from which those were made."""
        return set(names) & self.first.keys() or set(self.first)

    def take(self, node: gast.stmt, found: list[str], left: dict[str, int]) -> bool:
        sides = {self.sides[name] for name in found}
        if len(sides) != 1 or not is_simple(node) or not self.linear_statement(node, set(found)):
            return False
        side = sides.pop()
        for each in [each for each in self.after if self.facts.conflict(each, node)]:
            if not any(each is done for done in self.before) and not self.hoist(each):
                return False
        self.after = [each for each in self.after if not any(each is done for done in self.before)]
        if isinstance(node, gast.Assign) and base_of_sum(node, set(found)) is None:
            name = node.targets[0].id
            self.sides[name], left[name] = side, self.facts.counts.get(name, 0)
        self.moved.append((node, side))
        return True

    def linear_statement(self, node: gast.stmt, names: set[str]) -> bool:
        """Whether a statement does nothing where those names are zero, or makes another name that is zero then."""
        if isinstance(node, gast.AugAssign):
            plain = names.isdisjoint(ir.summary(node.target).names) and getattr(node, "reverse", False)
            return plain and isinstance(node.op, (gast.Add, gast.Sub)) and is_linear(node.value, names)
        target = node.targets[0]
        if not isinstance(target, gast.Name) or self.facts.sets.get(target.id) != 1:
            return False
        base = base_of_sum(node, names)
        if base is not None:
            return self.facts.same_size(target.id, base)
        return is_linear(node.value, names)

    def hoist(self, node: gast.stmt) -> bool:
        """Puts a statement before the branches, if it can be done there."""
        if owner_of(node) is not None:
            return False
        for inner in nested(self.node):
            if self.facts.conflict(inner, node):
                return False
        if any(self.facts.conflict(moved, node) for moved, _ in self.moved):
            return False
        for each in self.after:
            if each is node:
                break
            if any(each is done for done in self.before):
                continue
            if self.facts.conflict(each, node) and not self.hoist(each):
                return False
        self.before.append(node)
        return True

    def make(self, values: dict[str, gast.AST]) -> None:
        known = {name: values[name] for name in self.first if isinstance(values[name], gast.Name)}
        at = next(k for k, each in enumerate(self.block) if each is self.node)
        for moved, side in self.moved:  # in their order in both branches: one may read what another one makes
            branch, other = (self.node.orelse, self.node.body) if side else (self.node.body, self.node.orelse)
            rename_reads(moved, known)
            branch.append(moved)
            base = base_of_sum(moved, set()) if isinstance(moved, gast.Assign) and self.is_sum(moved) else None
            if base is not None:
                same = gast.Assign([trees.name("_", store=True)], trees.const(None), None)
                same.effect = ir.Copy([(moved.targets[0].id, trees.name(base))])
                same.origin, same.reverse = None, True
                other.append(same)
        for branch, side in ((self.node.body, False), (self.node.orelse, True)):
            drop_pairs(branch, {name for name, its in self.first.items() if its is not side or name in known})
        self.block[at:] = [*self.before, self.node, *self.after]

    def is_sum(self, node: gast.Assign) -> bool:
        return node.targets[0].id not in self.sides


def copies_at_end(block: list[gast.stmt]) -> dict[str, gast.AST]:
    found: dict[str, gast.AST] = {}
    for node in reversed(block):
        if not isinstance(getattr(node, "effect", None), ir.Copy):
            break
        found.update(node.effect.pairs)
    return found


def drop_pairs(block: list[gast.stmt], names: set[str]) -> None:
    for node in block:
        if isinstance(getattr(node, "effect", None), ir.Copy):
            node.effect.pairs = [pair for pair in node.effect.pairs if pair[0] not in names]
    block[:] = [each for each in block if not isinstance(getattr(each, "effect", None), ir.Copy) or each.effect.pairs]


def is_simple(node: gast.stmt) -> bool:
    """Whether it is known of a statement what it does: it sets names, or writes into an adjoint."""
    if isinstance(node, gast.AugAssign):
        return True
    if not isinstance(node, gast.Assign) or isinstance(getattr(node, "effect", None), ir.Copy):
        return False
    if getattr(node, "impure", False) or owner_of(node) is not None:
        return False
    return getattr(node, "restore", False) or not ir.summary(node.value).pop


def written_by(node: gast.stmt) -> set[str]:
    """The names of what a statement may write into: `x[0] = e`, `x.append(e)`, `np.add.at(x, k, e)`, `e = x.pop()`."""
    owner = owner_of(node)
    if owner is not None:
        return {owner}
    if isinstance(node, gast.Expr) or isinstance(node, gast.Assign) and ir.summary(node.value).pop:
        return set(read_list(node))
    return set()


def adds(node: gast.stmt) -> bool:
    return isinstance(node, gast.AugAssign) and isinstance(node.op, (gast.Add, gast.Sub))


def base_of_sum(node: gast.Assign, names: set[str]) -> str | None:
    """x, of `y = x + e` where e is zero with those names (that x is none of)."""
    value = node.value
    if not isinstance(value, gast.BinOp) or not isinstance(value.op, (gast.Add, gast.Sub)):
        return None
    if not isinstance(value.left, gast.Name) or value.left.id in names or names and not is_linear(value.right, names):
        return None
    return value.left.id


def is_linear(expr: gast.AST, names: set[str]) -> bool:
    """Whether an expression is zero where those names are, whatever else it reads."""
    if isinstance(expr, gast.Name):
        return expr.id in names
    if isinstance(expr, gast.UnaryOp):
        return isinstance(expr.op, gast.USub) and is_linear(expr.operand, names)
    if isinstance(expr, gast.BinOp):
        left, right = is_linear(expr.left, names), is_linear(expr.right, names)
        if isinstance(expr.op, (gast.Add, gast.Sub)):
            return left and right
        if isinstance(expr.op, (gast.Mult, gast.MatMult)):
            return left or right
        return isinstance(expr.op, gast.Div) and left and names.isdisjoint(ir.summary(expr.right).names)
    if isinstance(expr, gast.Subscript):
        return is_linear(expr.value, names) and names.isdisjoint(ir.summary(expr.slice).names)
    if isinstance(expr, gast.Attribute):
        return expr.attr == "T" and is_linear(expr.value, names)
    if isinstance(expr, gast.Call) and (is_numpy(expr, "sum") or is_numpy(expr, "outer")):
        return any(is_linear(each, names) for each in expr.args)
    return False
