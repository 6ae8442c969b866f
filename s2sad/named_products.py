"""Part of the stage `simplify`: products and quotients that have a name, so that they need not be computed again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds
from s2sad.kinds import Array, Kind
from s2sad.reading import reads
from s2sad.repeated import unwritten
from s2sad.statements import all_of, blocks_of, nested, targets
from s2sad.terms import Factor, Rank, Term, as_product, raised

Named = tuple[str, Term]


def is_plain(term: Term) -> bool:
    return all(isinstance(factor.node, gast.Name) for factor in term.factors)


def product_of(node: gast.AST, rank: Rank) -> Term | None:
    """x * y, x / y, x ** 2 (which is x * x) and their like of names; of what is none, or has a number, nothing."""
    power = raised(node)
    if power is not None and power[1] <= 3:
        return Term(1.0, (Factor(power[0], rank(power[0])),) * power[1])
    if not isinstance(node, gast.BinOp) or not isinstance(node.op, (gast.Mult, gast.Div)):
        return None
    term = as_product(node, rank)
    return term if is_plain(term) and abs(term.number) == 1.0 and len(term.factors) > 1 else None


@dataclass
class ForwardProducts:
    """The products and quotients of names that the forward part has named: those that hold until the sweep ends, and
    those of an iteration, which hold where they are restored."""

    outside: dict[str, Named] = field(default_factory=dict)
    inside: dict[str, Named] = field(default_factory=dict)

    def restored(self, node: gast.stmt, block: list[gast.stmt]) -> list[Named]:
        """Those that hold from a statement on that restores one of them, or one of their factors."""
        before = set().union(*map(targets, block[: next(k for k, each in enumerate(block) if each is node) + 1]))
        found = [each for name, each in self.inside.items() if name in before]
        return [each for each in found if targets(node) & {each[0], *names_of(each[1])}]


def forward_products(
    body: list[gast.stmt], info: dict[str, ir.Info], kind_of: Callable[[str], Kind | None]
) -> ForwardProducts:
    known = ExpressionKinds(kind_of)

    def rank_of_name(node: gast.AST) -> int | None:
        return known.rank(node) if isinstance(node, gast.Name) else None

    forward = [node for node in all_of(body) if not getattr(node, "reverse", False)]
    stays = unwritten(forward, info, kind_of)
    sets: dict[str, int] = {}
    needed: set[str] = set()
    for node in all_of(body):
        if getattr(node, "reverse", False):
            needed |= reads(node)
        for name in targets(node):
            sets[name] = sets.get(name, 0) + (not getattr(node, "restore", False))
    made = ForwardProducts()
    for node in forward:
        if not isinstance(getattr(node, "effect", None), ir.Primitive):
            continue
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
            continue
        name, term = node.targets[0].id, product_of(node.value, rank_of_name)
        if term is None:
            continue
        if not all(sets.get(each, 0) < 2 and stays(each) for each in (name, *names_of(term))):
            continue
        large = isinstance(kind_of(name), Array)
        if any(each is node for each in body) and (large or name in needed):
            made.outside[name] = name, term
        elif name in needed:
            made.inside[name] = name, term
    return made


def names_of(term: Term) -> list[str]:
    return [factor.node.id for factor in term.factors]


def changes(node: gast.stmt) -> set[str]:
    """The names that a statement sets, or whose memory it writes."""
    found: set[str] = set()
    for each in nested(node):
        found |= targets(each)
        if isinstance(each, gast.AugAssign):
            found |= trees.names_in(each.target)
        elif isinstance(each, gast.Assign):
            for target in each.targets:
                found |= trees.names_in(target)
            if getattr(each, "impure", False):
                found |= trees.names_in(each.value)
        elif isinstance(each, gast.Expr):
            found |= trees.names_in(each.value)
    return found


def products(body: list[gast.stmt], info: dict[str, ir.Info]) -> dict[str, tuple[Term, tuple[int, ...]]]:
    """The names of the forward sweep that are products, with their factors and the loops that they are set in."""
    found: dict[str, tuple[Term, tuple[int, ...]]] = {}
    sets: dict[str, int] = {}

    def walk(block: list[gast.stmt]) -> None:
        for node in block:
            if not getattr(node, "reverse", False):
                for name in targets(node):
                    sets[name] = sets.get(name, 0) + 1
                if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
                    term = as_product(node.value, lambda each: None)
                    plain = all(isinstance(factor.node, gast.Name) and factor.over for factor in term.factors)
                    if isinstance(getattr(node, "effect", None), ir.Primitive) and plain and term.length > 1:
                        name = node.targets[0].id
                        found[name] = (term, info[name].loops if name in info else ())
            for inner in blocks_of(node):
                walk(inner)

    walk(body)
    return {name: entry for name, entry in found.items() if sets[name] == 1}
