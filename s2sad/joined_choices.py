"""Part of the stage `simplify`: two choices by one test, of which each gives 0 where the other doesn't, are one.

>>> import numpy
>>> from s2sad.terms import as_sum, sum_tree
>>> term = as_sum(gast.parse("np.where(c, dy * a, 0.0) - np.where(c, 0.0, dy * b)", mode="eval").body, lambda node: 0)
>>> for node in trees.walk(sum_tree(term)):
...     if getattr(node, "id", "") == "np":
...         node.module = numpy
>>> trees.show(sum_tree(joined_choices(term, lambda node: 0)))
'dy * np.where(c, a, -b)'
"""

from __future__ import annotations

from collections.abc import Sequence

import gast

from s2sad import trees
from s2sad.terms import Factor, Rank, Term, as_product, key_of


def joined_choices(terms: Sequence[Term], rank: Rank) -> list[Term]:
    made: list[Term] = []
    for term in terms:
        for k, other in enumerate(made):
            both = joined(other, term, rank)
            if both is not None:
                made[k] = both
                break
        else:
            made.append(term)
    return made


def joined(one: Term, other: Term, rank: Rank) -> Term | None:
    first, second = choice_of(one), choice_of(other)
    if first is None or second is None or type(first) is not type(second):
        return None
    (test, *first_ways), (other_test, *second_ways) = trees.parts_of_choice(first), trees.parts_of_choice(second)
    if key_of(test) != key_of(other_test):
        return None
    zeros = [[trees.is_zero(each) for each in ways] for ways in (first_ways, second_ways)]
    if sorted(zeros) != [[False, True], [True, False]]:
        return None
    parts = [as_product(first_ways[zeros[0].index(False)], rank).times(one.number)]
    parts.append(as_product(second_ways[zeros[1].index(False)], rank).times(other.number))
    if zeros[0][0]:
        parts.reverse()
    outside, parts = common_numbers(parts) if trees.is_where(first) else (Term(), parts)
    choice = trees.choice_again(first, test, [part.tree() for part in parts])
    return outside * Term(1.0, (Factor(choice, rank(choice)),))


def choice_of(term: Term) -> gast.AST | None:
    """The `np.where(...)` or `... if ... else ...` that a term is, but for its sign."""
    alone = len(term.factors) == 1 and term.factors[0].over and abs(term.number) == 1.0
    return term.factors[0].node if alone and trees.is_choice(term.factors[0].node) else None


def common_numbers(parts: list[Term]) -> tuple[Term, list[Term]]:
    """What both parts are multiplied with, as far as it is no array."""
    outside = Term()
    for factor in parts[0].factors:
        if factor.over and factor.rank == 0 and factor.key in parts[0].keys and factor.key in parts[1].keys:
            parts = [part.without(factor.key) for part in parts]
            outside *= Term(1.0, (factor,))
    return outside, parts
