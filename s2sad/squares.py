"""Part of the stage `simplify`: what a product has twice is a square, where the function itself squares it.

    y = x * x * x                     y = x * x * x
    x_grad = 3.0 * dy * x * x    ->   x_grad = 3.0 * dy * x ** 2

Of arrays alone: `x ** 2` of a number of Python's raises OverflowError where `x * x` is infinite. Where the function has
the square as well, it overflows there too, so that no gradient is infinite that would not be without it.
"""

from __future__ import annotations

from dataclasses import replace

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, kind_of_names
from s2sad.expressions import rebuilt
from s2sad.kinds import Kind
from s2sad.statements import all_of, change_adjoints, own_expressions
from s2sad.terms import Factor, Term, as_product


def use_squares(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Rewrites the products of the reverse sweep."""
    known = ExpressionKinds(kind_of_names(info, kinds))
    squared = {
        each.left.id
        for node in all_of(body)
        if not getattr(node, "reverse", False)
        for expr in own_expressions(node)
        for each in trees.walk(expr)
        if is_square(each) and known.rank(each.left)
    }
    if not squared:
        return
    squares = Squares(squared, known)
    change_adjoints(body, squares.expression)


def is_square(node: gast.AST) -> bool:
    """x * x"""
    product = isinstance(node, gast.BinOp) and isinstance(node.op, gast.Mult) and isinstance(node.left, gast.Name)
    return product and isinstance(node.right, gast.Name) and node.left.id == node.right.id


class Squares:
    """names: what the function squares."""

    def __init__(self, names: set[str], known: ExpressionKinds) -> None:
        self.names, self.known = names, known

    def expression(self, node: gast.AST) -> gast.AST:
        if self.names.isdisjoint(ir.summary(node).names):
            return node
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Mult, gast.Div)):
            term = as_product(node, self.known.rank)
            made = self.squared(term)
            if made is not term:
                return made.tree()
        return rebuilt(node, self.expression)

    def squared(self, term: Term) -> Term:
        """x * x of a term that has more than that is x ** 2; a cube and more stay products, which are faster."""
        keys = [factor.key for factor in term.factors]
        for k, factor in enumerate(term.factors):
            name = getattr(factor.node, "id", None)
            if factor.over and name in self.names and keys.count(factor.key) == 2 and term.length > 2:
                rest = [each for each in term.factors[k + 1 :] if each.key != factor.key]
                square = Factor(gast.BinOp(factor.node, gast.Pow(), trees.const(2)), factor.rank)
                return self.squared(replace(term, factors=(*term.factors[:k], *rest, square)))
        return term
