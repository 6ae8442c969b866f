"""Part of the stage `simplify`: choices between an adjoint, half of it and zero are products with a step function.

    np.where(t.1 > 0.0, 1.0, np.where(t.1 == 0.0, 0.5, 0.0))            np.heaviside(t.1, 0.5)
    np.where(t.1 > 0.0, g.2, np.where(t.1 == 0.0, 0.5 * g.2, 0.0))      g.2 * np.heaviside(t.1, 0.5)

The second one only in programs all whose numbers are finite if those that they are given are, and if no sum or product
of theirs is too large: a choice takes nothing from an infinite adjoint, where a product with 0 would be nan.
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy, kind_of_names
from s2sad.expressions import rebuilt
from s2sad.kinds import Kind
from s2sad.statements import all_of, change_adjoints
from s2sad.terms import Factor, Term, as_product

LITTLE = (gast.Add, gast.Sub, gast.Mult, gast.MatMult)  # operations that make finite numbers of finite ones
FINITE = {
    *("sum", "mean", "outer", "dot", "matmul", "maximum", "minimum", "where", "heaviside", "abs", "absolute", "sign"),
    *("tanh", "sin", "cos", "arctan", "arange", "zeros", "ones", "zeros_like", "ones_like", "full_like", "array"),
    *("asarray", "reshape", "transpose", "ravel", "concatenate", "stack", "copy"),
}
METHODS = {"append", "pop", "insert", "copy", "reshape", "transpose", "ravel", "sum", "mean", "dot", "items", "values"}
BUILTINS = {"len", "range", "reversed", "enumerate", "zip", "list", "abs", "float", "int", "min", "max", "sum"}


def use_steps(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Rewrites the choices in the statements of the sweep."""

    parts = parts_of(body)
    if any(map(is_choice, parts)):
        steps = Steps(all(map(stays_finite, parts)), ExpressionKinds(kind_of_names(info, kinds)))
        change_adjoints(body, steps.expression)


def parts_of(block: list[gast.stmt]) -> list[gast.AST]:
    """All nodes of a program, those that are copied at the ends of branches and iterations as well."""
    found = [each for node in block for each in trees.walk(node)]
    for node in all_of(block):
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            found += [each for _, source in op.pairs for each in trees.walk(source)]
    return found


class Steps:
    """finite: whether nothing in the program makes an infinite number of finite ones."""

    def __init__(self, finite: bool, known: ExpressionKinds) -> None:
        self.finite, self.known = finite, known

    def expression(self, node: Any) -> Any:
        if not ir.summary(node).call:
            return node
        if is_choice(node):
            return self.product(node)
        return rebuilt(node, self.expression)

    def product(self, node: gast.Call) -> gast.AST:
        test, whole, rest = node.args
        half = rest.args[1]
        numbers = trees.literal(whole) is not None
        if not numbers and not self.finite:
            return node
        term, its = as_product(whole, self.known.rank), as_product(half, self.known.rank)
        if term.keys != its.keys or its.number * 2.0 != term.number:
            return node
        bound = test.comparators[0]
        difference = test.left if trees.is_zero(bound) else trees.sub(test.left, bound)
        step = trees.np_call("heaviside", difference, trees.const(0.5))
        return (term * Term(1.0, (Factor(step, self.known.rank(step)),))).tree()


def is_choice(node: gast.AST) -> bool:
    """np.where(x > c, a, np.where(x == c, b, 0.0)), with a number c"""
    if not trees.is_where(node) or not trees.is_where(node.args[2]):
        return False
    first, second = node.args[0], node.args[2].args[0]
    if not (is_comparison(first, gast.Gt) and is_comparison(second, gast.Eq) and trees.is_zero(node.args[2].args[2])):
        return False
    bound = trees.literal(first.comparators[0])
    same = trees.same(first.left, second.left) and trees.same(first.comparators[0], second.comparators[0])
    return same and isinstance(bound, (int, float)) and abs(bound) < float("inf")


def is_comparison(node: gast.AST, op: type) -> bool:
    return isinstance(node, gast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], op)


def stays_finite(node: gast.AST) -> bool:
    """Whether a node does nothing that makes an infinite number of finite ones, but for sums and products."""
    if isinstance(node, (gast.BinOp, gast.AugAssign)):
        right = node.right if isinstance(node, gast.BinOp) else node.value
        number = trees.literal(right)
        if isinstance(node.op, gast.Div):
            return number not in (None, 0) or isinstance(right, gast.Attribute) and right.attr == "size"
        if isinstance(node.op, gast.Pow):
            return isinstance(number, (int, float)) and number >= 1
        return isinstance(node.op, LITTLE)
    if isinstance(node, gast.Constant):
        return not isinstance(node.value, float) or abs(node.value) < float("inf")
    if isinstance(node, gast.Call):
        function = node.func
        if isinstance(function, gast.Name):
            return getattr(function, "builtin", None) is not None and function.id in BUILTINS
        if isinstance(getattr(function, "value", None), gast.Name) and hasattr(function.value, "module"):
            return any(is_numpy(node, each) for each in FINITE)
        return isinstance(function, gast.Attribute) and function.attr in METHODS
    return not isinstance(node, (gast.Lambda, gast.FunctionDef, gast.Try, gast.With, gast.Yield, gast.Await))
