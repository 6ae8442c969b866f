"""Part of the stage `simplify`: where a root is zero its derivative is infinite; zero times that is zero all the same.

    r.1 = np.sqrt(d.1)                        r.1 = np.sqrt(d.1)
    d_grad = 0.5 * g.2 / r.1            ->    d_grad = 0.5 * g.2 / np.where(g.2 == 0, 1.0, r.1)

    r.1 = np.sqrt(np.sum(x.1 * x.1, axis=1))
    t.2 = 0.5 * g.2 / r.1               ->    t.2 = 0.5 * g.2 / np.where(r.1 == 0, 1.0, r.1)

So distances from a point to itself do no harm where nothing is made of them. The second form is for sums of squares:
the derivative of each square is zero there as well, and the root has the subgradient 0, as `np.linalg.norm` has.
Neither is needed where the root is surely positive, or where the function divides by it itself: it fails there before.
Of arrays alone: zero divided by the number zero is an error that nobody overlooks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, kind_of_names
from s2sad.expressions import rebuilt
from s2sad.first_writes import names_written
from s2sad.guards import depending_on, guard_of
from s2sad.kinds import Array, Kind
from s2sad.repeated import unwritten
from s2sad.signs import POSITIVE, SQUARES, Signs
from s2sad.statements import all_of, blocks_of, own_expressions, targets
from s2sad.terms import Factor, Term, as_product, key_of

ROOTS = (np.sqrt, np.cbrt)


def guard_roots(
    body: list[gast.stmt],
    found: FoundRoots,
    seeds: Collection[str],
    info: dict[str, ir.Info],
    kinds: dict[str, Kind],
    names: ir.Names,
) -> None:
    """Rewrites the quotients of the reverse sweep, or of the tangents. seeds: the names from which the adjoints come;
    names: for new ones."""
    if found.roots or found.powers or any(map(is_root, parts_of(filter(is_adjoint, all_of(body))))):
        Roots(found, info, kinds, names, depending_on(seeds, body)).block(body)


def values_of(forward: list[gast.stmt]) -> tuple[dict[str, gast.AST], set[str]]:
    """What the names of the function are set to, those that are set once; and those that are written into."""
    values: dict[str, gast.AST] = {}
    again: set[str] = set()
    changed: set[str] = set()
    for node in forward:
        changed |= names_written(node)
        for name in targets(node):
            if name in values or not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
                again.add(name)
            else:
                values[name] = node.value
    return {name: value for name, value in values.items() if name not in again}, changed


def roots_of(values: dict[str, gast.AST], changed: set[str]) -> dict[str, gast.AST | None]:
    """The names of roots, and of copies of them, with what they are roots of; of what is written into it isn't sure."""
    found: dict[str, gast.AST | None] = {}
    for name, value in values.items():
        seen = {name}
        while is_copy(value) and getattr(value.args[0], "id", "") in values.keys() - seen:
            seen.add(value.args[0].id)
            value = values[value.args[0].id]
        if is_root(value):
            found[name] = None if seen & changed else argument_of(value)
    return found


def is_copy(node: Any) -> bool:
    return isinstance(node, gast.Call) and len(node.args) == 1 and trees.function_of(node.func) is np.copy


def is_root(node: Any) -> bool:
    """np.sqrt(e), e ** 0.5"""
    if isinstance(node, gast.Call):
        return len(node.args) == 1 and trees.function_of(node.func) in ROOTS
    exponent = exponent_of(node)
    return exponent is not None and 0 < exponent < 1


def exponent_of(node: Any) -> float | None:
    if not isinstance(node, gast.BinOp) or not isinstance(node.op, gast.Pow):
        return None
    value = trees.literal(node.right)
    return value if isinstance(value, float) else None


def is_real_array(kind: Kind | None) -> bool:
    return isinstance(kind, Array) and kind.char == "f" and kind.rank != 0


def is_adjoint(node: gast.stmt) -> bool:
    return bool(getattr(node, "reverse", False))


def parts_of(nodes: Iterable[gast.stmt]) -> Iterator[gast.AST]:
    return (each for node in nodes for expr in own_expressions(node) for each in trees.walk(expr))


class FoundRoots:
    """Of what the function computes. roots: the names of arrays of roots that may be zero, with what they are roots of,
    if that is known; powers: what is raised to which power between 0 and 1."""

    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        kind_of = kind_of_names(info, kinds)
        forward = [node for node in all_of(body) if not is_adjoint(node)]
        values, changed = values_of(forward)
        stays = unwritten(forward, info, kind_of)
        self.signs = Signs({name: value for name, value in values.items() if name not in changed and stays(name)})
        operations = [each for each in parts_of(forward) if isinstance(each, gast.BinOp)]
        self.powers = [(key_of(each.left), exponent_of(each) or 0.0) for each in operations if is_root(each)]
        divided = {getattr(each.right, "id", "") for each in operations if isinstance(each.op, gast.Div)}
        divided |= {getattr(node.value, "id", "") for node in forward
                    if isinstance(node, gast.AugAssign) and isinstance(node.op, gast.Div)}  # fmt: skip
        found = {name: of for name, of in roots_of(values, changed).items() if is_real_array(kind_of(name))}
        self.roots = {name: of for name, of in found.items() if name not in divided and self.signs.of(of) != POSITIVE}


class Roots:
    def __init__(
        self, found: FoundRoots, info: dict[str, ir.Info], kinds: dict[str, Kind], names: ir.Names, adjoints: set[str]
    ) -> None:
        self.roots, self.powers, self.signs = found.roots, found.powers, found.signs
        self.kinds, self.names, self.adjoints = kinds, names, adjoints
        self.known = ExpressionKinds(kind_of_names(info, kinds))
        self.before: list[gast.stmt] = []

    def block(self, block: list[gast.stmt]) -> None:
        made: list[gast.stmt] = []
        for node in block:
            for inner in blocks_of(node):
                self.block(inner)
            op = getattr(node, "effect", None)
            if is_adjoint(node):
                if isinstance(op, ir.Copy):
                    op.pairs = [(target, self.expression(source)) for target, source in op.pairs]
                elif isinstance(node, (gast.Assign, gast.AugAssign)):
                    node.value = self.expression(node.value)
            for each in self.before:
                each.origin = getattr(node, "origin", None)
            made += [*self.before, node]
            self.before = []
        block[:] = made

    def expression(self, node: Any, around: gast.AST | None = None) -> Any:
        """around: the adjoint that all of it is multiplied by."""
        if not isinstance(node, (gast.expr, gast.keyword)):
            return node
        if trees.is_choice(node) and guard_of(node) is not None:
            return node  # it is guarded, and by more
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Mult, gast.Div)):
            term = as_product(node, self.known.rank)
            risky = [each for each in term.factors if self.is_risky(each)]
            if risky:
                return self.guarded(term, risky, around).tree()
            large = [each.node for each in self.adjoints_in(term) if each.rank != 0]
            around = large[0] if len(large) == 1 and isinstance(large[0], gast.Name) else around
            below = None if isinstance(node.op, gast.Div) else around
            return gast.BinOp(self.expression(node.left, around), node.op, self.expression(node.right, below))
        if not isinstance(node, (gast.BinOp, gast.UnaryOp)):
            around = None
        return rebuilt(node, lambda part: self.expression(part, around))

    def adjoints_in(self, term: Term) -> list[Factor]:
        return [each for each in term.factors if each.over and self.adjoints & trees.names_in(each.node)]

    def is_risky(self, factor: Factor) -> bool:
        """Whether a factor may be infinite where the function is not."""
        node: Any = factor.node
        if not factor.over:
            return any(map(self.is_root, factors_of(node)))
        exponent = exponent_of(node)  # x ** -0.7, of x ** 0.3
        if exponent is None or not -1 < exponent < 0 or self.known.rank(node) == 0:
            return False
        return any(base == key_of(node.left) and abs(power - 1 - exponent) < 1e-9 for base, power in self.powers)

    def is_root(self, node: Any) -> bool:
        """Whether this is a root that may be zero."""
        if isinstance(node, gast.Name):
            return node.id in self.roots
        return is_root(node) and self.known.rank(node) != 0 and self.sign(node) != POSITIVE

    def sign(self, root: Any) -> str | None:
        """The sign of what this is a root of."""
        return self.signs.of(self.roots[root.id] if isinstance(root, gast.Name) else argument_of(root))

    def guarded(self, term: Term, risky: list[Factor], around: gast.AST | None) -> Term:
        """The product with a choice in each of its risky factors."""
        below = [each for factor in risky for each in factors_of(factor.node) if not factor.over and self.is_root(each)]
        named = any(isinstance(each, gast.Name) for each in below) or any(each.over for each in risky)
        if below and all(isinstance(each, gast.Name) and self.sign(each) == SQUARES for each in below):
            return self.with_choices(term, risky, None)
        own = self.adjoints_in(term)
        if around is not None and not own:
            return self.with_choices(term, risky, around)
        large = [each for each in term.factors if each.over and each.rank != 0 and each not in risky]
        if not large or self.adjoints and not own or not named and not any(each in own for each in large):
            return term  # one number times all of the roots' derivatives; or a formula of a rule
        test = large[0].node
        if len(large) > 1 or not isinstance(test, gast.Name):
            test = trees.name(self.names.fresh("#t"))
            product = Term(1.0, tuple(large)).tree()
            self.kinds[test.id] = Array("float64", self.known.dims(product))
            node = trees.assign(test.id, product)
            node.reverse = True
            self.before.append(node)
            first = Factor(test, self.known.rank(test))
            factors = [first if each is large[0] else each for each in term.factors if each not in large[1:]]
            term = Term(term.number, tuple(factors))
        return self.with_choices(term, risky, test)

    def with_choices(self, term: Term, risky: list[Factor], test: gast.AST | None) -> Term:
        """test: what is zero there; or else the root itself."""

        def chosen(node: Any) -> gast.AST:
            zero = trees.copy_tree(test or node)
            return trees.np_call("where", gast.Compare(zero, [gast.Eq()], [trees.const(0)]), trees.const(1.0), node)

        def change(node: Any) -> gast.AST:
            if test is not None and exponent_of(node) is not None:
                return gast.BinOp(chosen(node.left), node.op, node.right)
            if test is not None:
                return chosen(node)
            if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult):
                return gast.BinOp(change(node.left), node.op, change(node.right))
            return chosen(node) if self.is_root(node) else node

        factors = [Factor(change(each.node), each.rank, each.over) if each in risky else each for each in term.factors]
        return Term(term.number, tuple(factors))


def factors_of(node: Any) -> list[gast.AST]:
    if isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult):
        return factors_of(node.left) + factors_of(node.right)
    return [node]


def argument_of(root: Any) -> gast.AST:
    return root.args[0] if isinstance(root, gast.Call) else root.left
