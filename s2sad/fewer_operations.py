"""Part of the stages `adjoint` and `simplify`: idioms of array code whose adjoint a person would write with less work.

y = x[:, None]                           x_grad = y_grad[:, 0]             no shadow for an axis that is added
np.sum(g, axis=1, keepdims=True)[:, 0]   np.sum(g, axis=1)
np.sum(G @ Q, axis=0)                    np.sum(G, axis=0) @ Q             sum before multiplying
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, axes_of_sum, is_numpy, kind_of_names
from s2sad.expressions import rebuilt
from s2sad.kinds import ONE, Array
from s2sad.rules.results import unknown_dim
from s2sad.statements import blocks_of, own_expressions, read_list, targets


# ---------------------------------------------------------------- axes that are added
def only_adds_axes(op: Any) -> bool:
    """Whether an index is made of `None` and whole slices."""
    tags = [tag for tag, _ in op.parts]
    if "none" not in tags or not set(tags) <= {"none", "slice"}:
        return False
    return all(is_whole(each) for each in elements(op.index))


def elements(index: gast.AST) -> list[gast.AST]:
    return list(index.elts) if isinstance(index, gast.Tuple) else [index]


def is_whole(node: gast.AST) -> bool:
    """`:` or `None`"""
    if isinstance(node, gast.Slice):
        return node.lower is None and node.upper is None and node.step is None
    return isinstance(node, gast.Constant) and node.value is None


def without_axes(index: gast.AST) -> gast.AST:
    """The index that takes the added axes away again: `:, None` is `:, 0`."""
    added = [isinstance(each, gast.Constant) for each in elements(index)]
    made = [trees.const(0) if each else gast.Slice(None, None, None) for each in added]
    while len(made) > 1 and isinstance(made[-1], gast.Slice):
        made.pop()
    return made[0] if len(made) == 1 else gast.Tuple(made, gast.Load())


def simpler_axes(node: gast.Subscript, dims: Any) -> gast.AST:
    """An axis that is added and taken away, or the other way round, of length 1; dims: of expressions."""
    inner = node.value
    if isinstance(inner, gast.UnaryOp) and isinstance(inner.op, gast.USub):
        made = simpler_axes(trees.index(inner.operand, node.slice), dims)
        return node if isinstance(made, gast.Subscript) else trees.neg(made)
    if is_numpy(inner, "sum") and inner.args:
        return sum_without_axes(node, dims(inner.args[0]))
    if isinstance(inner, gast.Subscript) and all(map(is_whole, elements(node.slice))):
        own = dims(inner.value)
        added = [k for k, each in enumerate(elements(node.slice)) if isinstance(each, gast.Constant)]
        taken = [k for k, each in enumerate(elements(inner.slice)) if trees.literal(each) == 0]
        rest = [each for each in elements(inner.slice) if trees.literal(each) != 0]
        whole = all(isinstance(each, gast.Slice) and is_whole(each) for each in rest)
        if own is not None and whole and added == taken and all(own[k] == ONE for k in taken):
            return inner.value
    return node


def sum_without_axes(node: gast.Subscript, dims: Any) -> gast.AST:
    """np.sum(x, axis=k, keepdims=True)[:, 0] without the axis; dims: of x."""
    call = node.value
    found = axes_of_sum(call) if is_numpy(call, "sum") else None
    if found is None or not found[1] or found[0] is None or dims is None:
        return node
    taken = [k for k, each in enumerate(elements(node.slice)) if trees.literal(each) == 0]
    rest = [each for each in elements(node.slice) if trees.literal(each) != 0]
    if not all(isinstance(each, gast.Slice) and is_whole(each) for each in rest):
        return node
    if taken != sorted(axis % len(dims) for axis in found[0]):
        return node
    keywords = [each for each in call.keywords if each.arg != "keepdims"]
    return gast.Call(call.func, call.args, keywords)


# ---------------------------------------------------------------- sums of products of matrices
def sum_products(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Any]) -> None:
    """np.sum(A @ B, axis=0) is np.sum(A, axis=0) @ B, and with axis=1 A @ np.sum(B, axis=1), of matrices; also where
    A @ B has a name of its own, which is read for nothing else."""

    kind_of = kind_of_names(info, kinds)
    known = ExpressionKinds(kind_of)
    sums: dict[str, list[gast.Call]] = {}
    products: dict[str, list[gast.Assign]] = {}
    counts: dict[str, int] = {}

    def look(block: list[gast.stmt]) -> None:
        for node in block:
            for name in read_list(node):
                counts[name] = counts.get(name, 0) + 1
            for name in targets(node):
                counts[name] = counts.get(name, 0) + (name in products)
            if getattr(node, "reverse", False):
                if isinstance(node, gast.Assign) and is_product(node.value) and isinstance(node.targets[0], gast.Name):
                    products.setdefault(node.targets[0].id, []).append(node)
                for expr in own_expressions(node):
                    for each in trees.walk(expr):
                        if is_numpy(each, "sum") and each.args and isinstance(each.args[0], gast.Name):
                            sums.setdefault(each.args[0].id, []).append(each)
            for inner in blocks_of(node):
                look(inner)

    look(body)
    taken: dict[str, gast.Call] = {}
    for name, setters in products.items():
        if len(setters) == 1 and counts.get(name) == 1 and len(sums.get(name, ())) == 1:
            made = sum_first(sums[name][0], setters[0].value, known.rank)
            if made is not None:
                setters[0].value = made
                kinds[name] = Array(getattr(kind_of(name), "dtype", ""), (known.dims(made) or (unknown_dim(),))[:1])
                taken[name] = sums[name][0]

    def instead(call: gast.Call) -> gast.AST | None:
        argument = call.args[0] if call.args else None
        if isinstance(argument, gast.Name) and argument.id in taken and trees.same(call, taken[argument.id]):
            return argument
        return sum_first(call, argument, known.rank) if is_product(argument) else None

    replace_sums(body, instead)


def is_product(node: gast.AST) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult)


def sum_first(call: gast.Call, product: Any, rank: Any) -> gast.AST | None:
    """The sum of a product of matrices, as the product of a sum; None where it is no such thing."""
    found = axes_of_sum(call)
    if found is None or found[1] or found[0] is None or len(found[0]) != 1:
        return None
    if rank(product.left) != 2 or rank(product.right) != 2:
        return None
    if found[0][0] % 2:
        return gast.BinOp(product.left, gast.MatMult(), gast.Call(call.func, [product.right], call.keywords))
    return gast.BinOp(gast.Call(call.func, [product.left], call.keywords), gast.MatMult(), product.right)


def replace_sums(block: list[gast.stmt], instead: Any) -> None:
    for node in block:
        if getattr(node, "reverse", False):
            for field in ("value", "test", "iter"):
                if isinstance(getattr(node, field, None), gast.AST):
                    setattr(node, field, with_sums_replaced(getattr(node, field), instead))
            op = getattr(node, "effect", None)
            if isinstance(op, ir.Copy):
                op.pairs = [(target, with_sums_replaced(source, instead)) for target, source in op.pairs]
        for inner in blocks_of(node):
            replace_sums(inner, instead)


def with_sums_replaced(expr: gast.AST, instead: Any) -> gast.AST:
    if not any(is_numpy(each, "sum") and instead(each) is not None for each in trees.walk(expr)):
        return expr
    made = instead(expr) if is_numpy(expr, "sum") else None
    if made is not None:
        return made
    return rebuilt(expr, lambda part: with_sums_replaced(part, instead))
