"""Part of the stage `simplify`: an element of an adjoint that is cleared and then added to once is set once.

    A_grad.2[i.3] = 0.0
    t.5 = A.1[k.4]                           t.5 = A.1[k.4]
    A_grad.2[k.4] -= t.6_grad         ->     A_grad.2[i.3] = t.6_grad / t.5
    A_grad.2[i.3] += t.6_grad / t.5          A_grad.2[k.4] -= t.6_grad

The addition moves up to where the element was cleared: whichever elements the statements between them add to, a sum has
no order. What it reads is computed before.
"""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.reading import owner_of, reads
from s2sad.statements import blocks_of, targets
from s2sad.terms import key_of


def merge_stores(body: list[gast.stmt]) -> None:
    k = 0
    while k < len(body):
        for inner in blocks_of(body[k]):
            merge_stores(inner)
        place = cleared(body[k])
        if place is not None:
            merge(body, k, place)
        k += 1


def cleared(node: gast.stmt) -> gast.Subscript | None:
    """A_grad[i], of `A_grad[i] = 0.0` in the reverse sweep."""
    if not getattr(node, "reverse", False) or not isinstance(node, gast.Assign) or not trees.is_zero(node.value):
        return None
    place = node.targets[0]
    plain = isinstance(place, gast.Subscript) and isinstance(place.value, gast.Name)
    return place if plain else None


def merge(body: list[gast.stmt], at: int, place: gast.Subscript) -> None:
    shadow, index = place.value.id, set(ir.summary(place.slice).names)
    added = next((k for k in range(at + 1, len(body)) if not is_between(body[k], place, shadow, index)), len(body))
    if added == len(body) or not adds_to(body[added], place) or shadow in ir.summary(body[added].value).names:
        return
    node = body[added]
    needed = set(ir.summary(node.value).names)
    first: list[gast.stmt] = []
    between = body[at + 1 : added]
    for each in reversed(between):
        if targets(each) & needed:
            if not can_go_first(each, between):
                return
            first.insert(0, each)
            needed |= reads(each)
    if any(owner_of(each) in needed for each in between):
        return  # it reads an adjoint that is added to in between
    value = node.value if isinstance(node.op, gast.Add) else trees.neg(node.value)
    made = gast.Assign([place], value, None)
    made.origin, made.reverse = getattr(node, "origin", None), True
    rest = [each for each in between if not any(each is other for other in first)]
    body[at : added + 1] = [*first, made, *rest]


def is_between(node: gast.stmt, place: gast.Subscript, shadow: str, index: set[str]) -> bool:
    """Whether a statement only adds to something else, or sets a name, and doesn't read the adjoint."""
    if not getattr(node, "reverse", False) or isinstance(getattr(node, "effect", None), ir.Copy):
        return False
    if isinstance(node, gast.AugAssign) and isinstance(node.op, (gast.Add, gast.Sub)):
        if shadow in ir.summary(node.value).names or key_of(node.target) == key_of(place):
            return False
        if isinstance(node.target, gast.Name):
            return node.target.id != shadow
        return isinstance(node.target, gast.Subscript) and shadow not in ir.summary(node.target.slice).names
    if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name):
        return False
    return shadow not in ir.summary(node.value).names and targets(node).isdisjoint({shadow, *index})


def adds_to(node: gast.stmt, place: gast.Subscript) -> bool:
    added = isinstance(node, gast.AugAssign) and isinstance(node.op, (gast.Add, gast.Sub))
    return added and key_of(node.target) == key_of(place)


def can_go_first(node: gast.stmt, between: list[gast.stmt]) -> bool:
    """Whether a statement that sets a name may stand before the others: none of them changes what it reads."""
    before = between[: next(k for k, each in enumerate(between) if each is node)]
    return not getattr(node, "impure", False) and reads(node).isdisjoint(map(owner_of, before))
