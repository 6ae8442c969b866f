"""Part of the stage `simplify`: shorter forms of calls and expressions of arrays, whatever is in them."""

from __future__ import annotations

from typing import Any, cast

import gast

from s2sad import trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy
from s2sad.inlining import substituted
from s2sad.terms import Term


def without_repetition(node: gast.ListComp) -> gast.ListComp:
    """[a + b for a, b in zip(x, [g] * len(x))] is [a + g for a in x]."""
    loop = node.generators[0]
    zipped = isinstance(loop.iter, gast.Call) and getattr(loop.iter.func, "id", "") == "zip" and not loop.ifs
    if len(node.generators) > 1 or not zipped or len(loop.iter.args) != 2 or not isinstance(loop.target, gast.Tuple):
        return node
    x, items = loop.iter.args
    repeated = isinstance(items, gast.BinOp) and isinstance(items.op, gast.Mult) and isinstance(items.left, gast.List)
    if not repeated or len(items.left.elts) != 1 or not isinstance(items.left.elts[0], (gast.Name, gast.Constant)):
        return node
    first, second = loop.target.elts
    element = substituted(node.elt, {second.id: items.left.elts[0]})
    return gast.ListComp(element, [gast.comprehension(first, x, [], 0)])


def listed(node: Any, known: ExpressionKinds) -> gast.AST:
    """list(np.zeros_like(v) + e) is [e] * len(v), of a vector v and a number e."""
    added: Any = node.args[0] if getattr(node.func, "id", "") == "list" and len(node.args) == 1 else None
    if (
        not isinstance(added, gast.BinOp)
        or not isinstance(added.op, gast.Add)
        or not is_numpy(added.left, "zeros_like")
    ):
        return cast(gast.AST, node)
    vector, number = added.left.args[0], added.right
    if known.rank(vector) != 1 or known.rank(number) != 0 or not known.is_float(vector):
        return cast(gast.AST, node)
    return trees.mul(gast.List([number], gast.Load()), trees.call(trees.builtin("len"), vector))


def without_defaults(node: gast.Call) -> gast.Call:
    """np.sum(x, axis=None, keepdims=False, where=True) is np.sum(x)."""
    defaults = {"axis": None, "keepdims": False, "where": True}
    kept = [
        each
        for each in node.keywords
        if not (isinstance(each.value, gast.Constant) and each.value.value is defaults.get(each.arg, ...))
    ]
    return node if len(kept) == len(node.keywords) else gast.Call(node.func, node.args, kept)


def transposed(node: gast.Attribute) -> gast.AST:
    """(A.T @ B).T is B.T @ A, A.T.T is A, (-A).T is -A.T, and np.outer(a, b).T is np.outer(b, a)."""
    inner = node.value
    if isinstance(inner, gast.UnaryOp) and isinstance(inner.op, gast.USub):
        return gast.UnaryOp(inner.op, transposed(trees.attr(inner.operand, "T")))
    if is_numpy(inner, "outer") and len(inner.args) == 2 and not inner.keywords:
        return gast.Call(inner.func, inner.args[::-1], [])
    if isinstance(inner, gast.Attribute) and inner.attr == "T":
        return inner.value
    if isinstance(inner, gast.BinOp) and isinstance(inner.op, gast.MatMult):
        parts = [transposed(trees.attr(part, "T")) for part in (inner.right, inner.left)]
        if any(not (isinstance(part, gast.Attribute) and part.attr == "T") for part in parts):
            return gast.BinOp(parts[0], inner.op, parts[1])
    return node


def without_complex_zero(terms: list[Term]) -> list[Term]:
    """z + 0j, which makes a number complex, is z where that is complex already."""
    zeros = [term for term in terms if is_complex_zero(term)]
    rest = [term for term in terms if not is_complex_zero(term)]
    factors = [factor.node for term in rest for factor in term.factors]
    return rest if zeros and any(map(is_complex, factors)) else terms


def is_complex(node: gast.AST) -> bool:
    """Whether arithmetic has a complex number in it."""
    parts = list(trees.walk(node))
    arithmetic = (gast.BinOp, gast.UnaryOp, gast.Name, gast.Constant, gast.Add, gast.Sub, gast.Mult, gast.Div)
    plain = all(isinstance(each, (*arithmetic, gast.USub, gast.expr_context)) for each in parts)
    return plain and any(isinstance(trees.literal(each), complex) for each in parts)


def is_complex_zero(term: Term) -> bool:
    if len(term.factors) != 1:
        return False
    value = trees.literal(term.factors[0].node)
    return isinstance(value, complex) and value == 0


def first_along(key: gast.AST, rank: int) -> set[int] | None:
    """The axes along which an index takes the first of each, and all along the others; None for any other index."""
    steps = list(key.elts) if isinstance(key, gast.Tuple) else [key]
    dots = [k for k, step in enumerate(steps) if isinstance(step, gast.Constant) and step.value is ...]
    if dots:
        steps[dots[0] : dots[0] + 1] = [gast.Slice(None, None, None)] * (rank - len(steps) + 1)
    whole = [trees.same(step, gast.Slice(None, None, None)) for step in steps]
    if len(steps) > rank or not all(each or trees.literal(step) == 0 for each, step in zip(whole, steps)):
        return None
    return {k for k, each in enumerate(whole) if not each}


def without_sign(node: gast.AST) -> gast.AST | None:
    """e, of an expression that is -e as it stands: `-a * b / c`, `-np.sum(x)`, `-2.0 * a`."""
    if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
        return node.operand
    if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Mult, gast.Div)):
        left = without_sign(node.left)
        return None if left is None else gast.BinOp(left, node.op, node.right)
    return None
