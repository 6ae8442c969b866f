"""Part of the stage `program`: shorter ways to say the same, once the names are given.

x_grad = x_grad + e              x_grad += e
u[0] = np.array((a, b))          u[0] = a, b                  where that is the user's line
if r > 0.0:                ->    if not r > 0.0:
    pass                             x_grad = 0.0
else:
    x_grad = 0.0
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.kinds import Kind, Scalar
from s2sad.statements import blocks_of

OPPOSITE = {gast.Eq: gast.NotEq, gast.NotEq: gast.Eq, gast.Is: gast.IsNot, gast.IsNot: gast.Is}


def mark_numbers(body: list[gast.stmt], kinds: dict[str, Kind], info: dict[str, ir.Info]) -> None:
    """Before names are chosen: which sums are of a number. (An array, also one without axes, that something is added to
    in place is another thing than a sum: it may be the caller's.)"""

    def is_number(each: gast.Name) -> bool:
        known = info.get(each.id)
        kind = kinds.get(each.id) or (known.kind if known is not None else None)
        return isinstance(kind, Scalar)

    def mark(block: list[gast.stmt]) -> None:
        for node in block:
            for inner in blocks_of(node):
                mark(inner)
            if getattr(node, "number", False) and isinstance(node, gast.Assign):
                node.number = all(map(is_number, candidates(node.value)))

    mark(body)


def candidates(value: gast.AST) -> list[gast.Name]:
    """The names in a sum or product that it may be written into."""
    found = [value.right] if isinstance(value, gast.BinOp) else []
    while isinstance(value, gast.BinOp):
        value = value.left
    return [each for each in [*found, value] if isinstance(each, gast.Name)]


def is_implied(node: gast.stmt) -> bool:
    """Whether np.array stands there for the adjoint alone: a store makes an array of a display anyway."""
    if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Subscript):
        return False
    display = node.value.args[0] if getattr(node.value, "implied", False) else None
    return isinstance(display, (gast.Tuple, gast.List))


def shorten(body: list[gast.stmt]) -> None:
    """`x = x + e` is `x += e`, of numbers and of arrays that nothing else refers to; what the user wrote behind an `if`
    that leaves stands behind it again; no branch is empty."""
    body[:] = [each for node in body for each in without_else(node)]
    for k, node in enumerate(body):
        for inner in blocks_of(node):
            shorten(inner)
        if getattr(node, "swaps", False):
            trees.separate_swap(node)
        if getattr(node, "value", None) is not None and is_implied(node):
            node.value = node.value.args[0]
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            in_place = getattr(node, "number", False) or getattr(node.value, "in_place", False)
            reverse = getattr(node, "reverse", False)
            made = added_to(node.targets[0], node.value, reverse) if in_place and not is_users_own(node) else None
            if made is not None:
                made.origin, made.reverse = getattr(node, "origin", None), reverse
                body[k] = made


def is_users_own(node: gast.stmt) -> bool:
    """Whether f has an assignment there: it stays one."""
    origin = getattr(node, "origin", None)
    return not getattr(node, "reverse", False) and origin is not None and isinstance(origin[1], gast.Assign)


def added_to(target: gast.Name, value: gast.AST, regroup: bool) -> gast.stmt | None:
    """target += e, of the value `target + e`; -=, *= and /= likewise. `target - a + b` is `target += b - a` where sums
    may be regrouped: what f computes is computed in its order, to the last bit."""
    if not isinstance(value, gast.BinOp) or not isinstance(value.op, (gast.Add, gast.Sub, gast.Mult, gast.Div)):
        return None
    if not regroup:
        same = isinstance(value.left, gast.Name) and value.left.id == target.id
        return gast.AugAssign(target, value.op, value.right) if same else None
    terms: list[tuple[Any, gast.AST]] = []
    left: gast.AST = value
    while isinstance(left, gast.BinOp) and isinstance(left.op, (gast.Add, gast.Sub)):
        terms.insert(0, (type(left.op), left.right))
        left = left.left
    if not terms:
        terms, left = [(type(value.op), value.right)], value.left
        if isinstance(value.op, gast.Mult) and getattr(value.right, "id", "") == target.id:
            terms, left = [(gast.Mult, value.left)], value.right
    if not isinstance(left, gast.Name) or left.id != target.id:
        return None
    first = next((k for k, (op, _) in enumerate(terms) if op is not gast.Sub), 0)
    sign, rest = terms.pop(first)
    for op, term in terms:
        minus = (op is gast.Sub) != (sign is gast.Sub)
        rest = gast.BinOp(rest, gast.Sub() if minus else gast.Add(), term)
    return gast.AugAssign(target, sign(), rest)


def without_else(node: gast.stmt) -> list[gast.stmt]:
    """`if c: break` and what the core form has put into its `else`; `if not c` for an `if` that does nothing."""
    if not isinstance(node, gast.If) or not node.orelse:
        return [node]
    if node.body and isinstance(node.body[-1], (gast.Break, gast.Raise)) and not has_else(node):
        rest, node.orelse = node.orelse, []
        return [node, *[each for inner in rest for each in without_else(inner)]]
    own = getattr(node, "reverse", False) or getattr(node, "droppable", False)
    if own and all(isinstance(each, gast.Pass) for each in node.body):
        node.test, node.body, node.orelse = negated(node.test), node.orelse, []
    return [node]


def has_else(node: gast.If) -> bool:
    """Whether the user wrote the `else`: it is further in than its `if`."""
    users = (getattr(node, "origin", None) or (None, None))[1]
    if not isinstance(users, gast.If) or not users.orelse:
        return True
    return users.orelse[0].col_offset != users.col_offset


def negated(test: gast.AST) -> gast.AST:
    """The test that is true where the other is false: of nan, neither `a < b` nor `a >= b` is."""
    if isinstance(test, gast.UnaryOp) and isinstance(test.op, gast.Not):
        return test.operand
    if isinstance(test, gast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in OPPOSITE:
        return gast.Compare(test.left, [OPPOSITE[type(test.ops[0])]()], test.comparators)
    return gast.UnaryOp(gast.Not(), test)
