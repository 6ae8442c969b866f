"""Part of the stage `simplify`: exponents that can't be zero need no test.

for n.2 in reversed(range(1, 5)):                                         for n.2 in reversed(range(1, 5)):
    x_grad += n.2 * x.1 ** (n.2 - 1 if x.1 != 0 or n.2 != 0 else 1)   ->      x_grad += n.2 * x.1 ** (n.2 - 1)
"""

from __future__ import annotations

import gast

from s2sad import ir, trees
from s2sad.expressions import replace_nodes
from s2sad.reading import range_arguments
from s2sad.statements import all_statements, blocks_of, targets


def drop_tests(body: list[gast.stmt], positive: frozenset[str] = frozenset()) -> None:
    """Looks at the statements of the reverse sweep, and of a tangent; `positive`: the counters that are never zero."""
    for node in body:
        if isinstance(node, gast.For) and is_counter(node):
            for inner in blocks_of(node):
                drop_tests(inner, positive | {node.target.id})
            continue
        for inner in blocks_of(node):
            drop_tests(inner, positive)
        op = getattr(node, "effect", None)
        if not positive or not getattr(node, "reverse", False):
            continue
        if isinstance(op, ir.Copy):
            op.pairs = [(target, without_tests(source, positive)) for target, source in op.pairs]
        elif isinstance(node, (gast.Assign, gast.AugAssign)):
            node.value = without_tests(node.value, positive)


def is_counter(node: gast.For) -> bool:
    """Whether a loop counts from 1, or more, upwards, or back to there."""
    if not isinstance(node.target, gast.Name) or any(node.target.id in targets(each) for each in all_statements(node)):
        return False
    args = range_arguments(node)
    return bool(args) and trees.counts_from(1, args)


def without_tests(expr: gast.AST, positive: frozenset[str]) -> gast.AST:
    found = {}
    for each in trees.walk(expr):
        if isinstance(each, gast.IfExp):
            either = isinstance(each.test, gast.BoolOp) and isinstance(each.test.op, gast.Or)
            if any(is_not_zero(test, positive) for test in (each.test.values if either else [each.test])):
                found[id(each)] = each.body
    return replace_nodes(expr, found) if found else expr


def is_not_zero(test: gast.AST, positive: frozenset[str]) -> bool:
    """n != 0, of such a counter"""
    if not isinstance(test, gast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], gast.NotEq):
        return False
    return getattr(test.left, "id", None) in positive and trees.is_zero(test.comparators[0])
