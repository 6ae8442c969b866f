"""Part of the stage `simplify`: the terms of a sum, as few and as short as they can be.

g * t - g * u                  ->    g * (t - u)                      a common factor once
0.5 * (g * x) + g * t.7              g * x                            where t.7 = 0.5 * x
g / t.4 / y                          g / x                            where t.4 = x / y
(g + h / t) * t                      g * t + h
np.where(c, g, 0.0) * x              np.where(c, g * x, 0.0)          an x of 0 where c is false does no harm
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy, same_axes
from s2sad.named_products import Named
from s2sad.overflow import within
from s2sad.terms import Factor, Term, as_product, as_sum, key_of, raised, sum_tree


class Sums:
    known: ExpressionKinds
    named: list[Named]  # products and quotients that have a name
    products: dict[str, tuple[Term, tuple[int, ...]]]  # of the forward part, and the loops that they are set in
    loops: tuple[int, ...]
    target: str  # the variable that is set
    is_whole: Callable[[gast.AST], bool]

    def cancelled(self, term: Term, others: Sequence[Term] = ()) -> Term:
        """a / b * b is a, where a, or another term of the sum, has the shape of the whole; also
        a / b * np.where(np.isinf(b), 0.0, b)."""
        keys = {factor.key for factor in term.factors}
        pairs = [((False, key), (True, key)) for over, key in keys if not over]
        bounded = {factor.key: within(factor.node) for factor in term.factors if factor.over}
        pairs += [((False, key_of(inner)), key) for key, inner in bounded.items() if inner is not None]
        for below, above in pairs:
            if below in keys and above in keys:
                made, shape = term.without(above).without(below), self.shape(term)
                others = others if self.known.is_float(term.tree()) else ()
                if shape is not None and any(is_as_large(self.shape(each), shape) for each in (made, *others)):
                    return self.cancelled(made, others)
        return term

    def reduced_quotient(self, term: Term) -> Term:
        """g / t / y is g / x, where t is x / y; a * g / (a * b) is g / b; g / t * x ** 2 is g / x, of t = x ** 3."""
        for k, factor in enumerate(term.factors):
            inner = next((product for name, product in self.named if name == getattr(factor.node, "id", "")), None)
            if inner is None and not factor.over and is_product(factor.node):
                inner = as_product(factor.node, self.known.rank)
            if inner is not None and not factor.over:
                inner = replace(inner, factors=tuple(upside_down(each, factor) for each in inner.factors))
            inside = [each.key for each in inner.factors] if inner is not None else []
            before, after = (written_out(each, inside) for each in (term.factors[:k], term.factors[k + 1 :]))
            others = {each.key for each in (*before, *after)}
            if inner is not None and any((not over, key) in others for over, key in inside):
                made = replace(term, factors=(*before, *inner.factors, *after))
                shorter = self.cancelled(made)
                if len(shorter.factors) < len(term.factors):
                    number = inner.number
                    return self.reduced_quotient(shorter.times(number) if factor.over else shorter.divided_by(number))
        return term

    def unguarded(self, term: Term) -> Term:
        """g * u / (t or 1.0), where u is x / t, is g * u / t: where t is 0, u is no number, either."""
        names = {factor.node.id for factor in term.factors if factor.over and isinstance(factor.node, gast.Name)}
        below = [factor for name, product in self.named if name in names for factor in product.factors]
        for k, factor in enumerate(term.factors):
            node = None if factor.over else divisor_of(factor.node)
            if node is not None and any(not each.over and key_of(each.node) == key_of(node) for each in below):
                return replace(term, factors=(*term.factors[:k], replace(factor, node=node), *term.factors[k + 1 :]))
        return term

    def spread(self, term: Term) -> Term:
        """(a + b / t) * t is a * t + b."""
        for k, factor in enumerate(term.factors):
            inner = as_sum(factor.node, self.known.rank) if factor.over and is_sum(factor.node) else []
            below = {key for each in inner for over, key in (one.key for one in each.factors) if not over}
            for other in term.factors:
                if other.over and key_of(other.node) in below:
                    whole = [each * Term(1.0, (other,)) for each in inner]
                    shorter = [self.cancelled(each) for each in whole]
                    if all(one is each for one, each in zip(shorter, whole)):
                        continue
                    node = sum_tree(shorter)
                    factors = (*term.factors[:k], Factor(node, self.known.rank(node)), *term.factors[k + 1 :])
                    return replace(term, factors=factors).without(other.key)
        return term

    def with_names(self, term: Term) -> Term:
        """g * w / y is t * w, where t is g / y already."""
        for name, product in self.named:
            keys = [factor.key for factor in term.factors]
            if len(keys) > len(product.factors) and all(keys.count(k) >= product.keys.count(k) for k in product.keys):
                at = min(keys.index(key) for key in product.keys)
                made = term.times(product.number)
                for key in product.keys:
                    made = made.without(key)
                node = trees.name(name)
                factors = list(made.factors)
                factors.insert(at, Factor(node, self.known.rank(node)))
                term = replace(made, factors=tuple(factors))
        return term

    def shape(self, term: Term) -> Any:
        return self.known.dims(term.tree())

    def merged(self, terms: list[Term]) -> list[Term]:
        """x * y + y * x is 2.0 * x * y; also where one is written with a temporary that is such a product. Not so what
        may be a whole number: in `1 + n + 1` a length may be meant, and 2.0 * n is none."""
        made: list[tuple[Term, Term]] = []
        for term in terms:
            whole = self.expanded(term)
            for k, (other, its) in enumerate(made):
                if whole.factors and all(self.may_be_whole(each.node) for each in whole.factors):
                    continue
                total = its.number + whole.number
                if whole.keys == its.keys and total != 0:
                    ways = [(other, its), (term, whole)]
                    scaled = [replace(one, number=total * (one.number / all.number)) for one, all in ways]
                    best = min((0, 1), key=lambda which: scaled[which].length)
                    made[k] = (scaled[best], replace(whole, number=total))
                    break
            else:
                made.append((term, whole))
        return [term for term, _ in made]

    def may_be_whole(self, node: gast.AST) -> bool:
        """Whether it is a whole number, or a name of which nothing is known."""
        return self.is_whole(node) or isinstance(node, gast.Name) and self.known.kind_of_name(node.id) is None

    def expanded(self, term: Term) -> Term:
        """A term in which temporaries of the forward sweep that are products are written out."""
        made = Term(term.number)
        for factor in term.factors:
            inner, loops = self.products.get(getattr(factor.node, "id", ""), (None, ()))
            if inner is None or not factor.over or loops != self.loops[: len(loops)]:
                made *= Term(1.0, (replace(factor, node=self.in_order(factor.node)),))
            else:
                made *= self.expanded(inner)
        return made

    def in_order(self, node: gast.AST) -> gast.AST:
        """v @ w, of vectors, and not w @ v, which is the same; np.dot(v, w) likewise."""
        product = isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult)
        if not product and not (is_numpy(node, "dot") and len(node.args) == 2 and not node.keywords):
            return node
        parts = [node.left, node.right] if product else node.args
        if not all(self.known.rank(each) == 1 for each in parts):
            return node
        parts = sorted(parts, key=lambda each: repr(key_of(each)))
        return gast.BinOp(parts[0], gast.MatMult(), parts[1]) if product else gast.Call(node.func, parts, [])

    def factored(self, terms: list[Term]) -> list[Term]:
        """g * t - g * u is g * (t - u), and g - g * u is g * (1.0 - u) where that is not to be `g -= g * u`."""
        while True:
            found = common_factor(terms, self.target)
            if found is None:
                return terms
            factor, places = found
            rests = [terms[k].without(factor.key) for k in places]
            rests = self.factored(self.flat(rests))
            sign = -1.0 if all(each.number < 0 for each in rests) else 1.0
            inner = sum_tree([each.times(sign) for each in rests])
            rest, rank = self.known.rank(inner), factor.rank
            if not factor.over:
                rank = None if rest is None or rank is None else max(rest, rank)
            parts = (factor, Factor(inner, rest))
            whole = Term(sign, parts if factor.over else parts[::-1])
            terms = [whole if k == places[0] else term for k, term in enumerate(terms) if k not in places[1:]]

    def flat(self, terms: list[Term]) -> list[Term]:
        """The terms, those that are sums taken apart where that leaves no more: t - (1.0 - t) is 2.0 * t - 1.0."""
        made: list[Term] = []
        for term in terms:
            node = term.factors[0].node if len(term.factors) == 1 and term.factors[0].over else None
            made += [each.times(term.number) for each in as_sum(node, self.known.rank)] if is_sum(node) else [term]
        made = self.merged(made) if len(made) > len(terms) else terms
        return made if len(made) <= len(terms) else terms

    def guarded(self, term: Term) -> Term:
        """np.where(c, g, 0.0) * x is np.where(c, g * x, 0.0): nothing infinite in x is multiplied by 0."""
        for k, factor in enumerate(term.factors):
            rest = term.factors[:k] + term.factors[k + 1 :]
            if not factor.over or not trees.is_choice(factor.node) or not self.is_as_large(rest, factor):
                continue
            test, *choices = trees.parts_of_choice(factor.node)
            zeros = [trees.is_zero(choice) for choice in choices]
            if sum(zeros) != 1:
                continue
            kept = as_product(choices[zeros.index(False)], self.known.rank)
            inner = Term(1.0, term.factors[:k]) * kept.times(term.number) * Term(1.0, term.factors[k + 1 :])
            choices[zeros.index(False)] = inner.tree()
            node = trees.choice_again(factor.node, test, choices)
            return Term(1.0, (Factor(node, self.known.rank(node)),))
        return term

    def is_as_large(self, factors: tuple[Factor, ...], guard: Factor) -> bool:
        """Whether one of the factors has a number for each that is guarded: others do no harm, or harm to all. Of a
        number that Python chooses, all are numbers: the other choice is no array."""
        if isinstance(guard.node, gast.IfExp):
            return all(each.rank == 0 for each in factors) and bool(factors)
        return any(each.rank is None or guard.rank is None or each.rank >= guard.rank for each in factors)


def is_as_large(part: Any, whole: Any) -> bool:
    """Whether something has the shape that it has together with others: an axis longer than 1 decides."""
    if part is None or whole is None or len(part) != len(whole):
        return False
    return all(one.many or same_axes((one,), (other,)) for one, other in zip(part, whole))


def divisor_of(node: gast.AST) -> gast.AST | None:
    """t, of `t or 1.0` and of `np.where(t == 0, 1.0, t)`."""
    if isinstance(node, gast.BoolOp) and isinstance(node.op, gast.Or) and len(node.values) == 2:
        return node.values[0] if trees.literal(node.values[1]) == 1.0 else None
    if not trees.is_where(node):
        return None
    test, one, other = node.args
    is_zero = isinstance(test, gast.Compare) and isinstance(test.ops[0], gast.Eq) and trees.is_zero(test.comparators[0])
    return other if is_zero and trees.literal(one) == 1.0 and key_of(test.left) == key_of(other) else None


def written_out(factors: tuple[Factor, ...], keys: list[Any]) -> list[Factor]:
    """Factors, a power x ** 2 among them as x * x if one of the keys is that of a division by x."""
    made: list[Factor] = []
    for factor in factors:
        power = raised(factor.node) if factor.over else None
        if power is not None and (False, key_of(power[0])) in keys:
            made += [replace(factor, node=power[0])] * power[1]
        else:
            made.append(factor)
    return made


def upside_down(factor: Factor, whole: Factor) -> Factor:
    """A factor of what is divided by. What an array is divided by stays with the array (see `as_product`)."""
    return replace(factor, over=False, rank=whole.rank) if factor.over else replace(factor, over=True)


def is_product(node: gast.AST) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Mult, gast.Div))


def is_sum(node: gast.AST | None) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub))


def common_factor(terms: list[Term], target: str) -> tuple[Factor, list[int]] | None:
    """A factor of several terms: it, and where; the one that most of them have. What is divided by leaves something of
    each; so does the variable that is set to the sum."""
    places: dict[Any, list[int]] = {}
    found: dict[Any, Factor] = {}
    for k, term in enumerate(terms):
        for factor in {factor.key: factor for factor in term.factors}.values():
            name = getattr(factor.node, "id", None)
            alone = factor.over and len(term.factors) == 1 and name is not None and ir.variable(name) != target
            if alone or term.has_over > factor.over:
                places.setdefault(factor.key, []).append(k)
                found.setdefault(factor.key, factor)
    best = max(places, key=lambda key: len(places[key]), default=None)
    return None if best is None or len(places[best]) < 2 else (found[best], places[best])
