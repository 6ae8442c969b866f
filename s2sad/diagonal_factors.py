"""Part of the stage `simplify`: products with a diagonal matrix that the reverse sweep would make for them alone.

t.3_grad = np.diag(e)                     t.5 = e
A_grad.4 = t.3_grad @ B.1          ->     A_grad.4 = t.5[:, None] * B.1
v_grad.5 = v.2 @ t.3_grad                 v_grad.5 = v.2 * t.5

t.3_grad = dy * np.eye(n)                 A_grad.4 = dy * B.1.T
A_grad.4 = t.3_grad @ B.1.T        ->

v_grad.5 = np.diag(G.3 @ A.1.T)    ->     v_grad.5 = np.sum(G.3 * A.1, axis=1)
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy, kind_of_names, same_axes
from s2sad.expressions import rebuilt
from s2sad.kinds import Array, Kind, Scalar, loose
from s2sad.reading import all_blocks
from s2sad.statements import all_of, change_adjoints, read_list, targets


def use_diagonals(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind], names: ir.Names) -> None:
    """Rewrites the products of the reverse sweep."""
    reverse = [node for node in all_of(body) if getattr(node, "reverse", False) and isinstance(node, gast.Assign)]
    identities = {name for node in all_of(body) if is_identity(node) for name in targets(node)}
    if not identities and not any(made_of(node.value) or is_numpy(node.value, "diag") for node in reverse):
        return
    found = Diagonals(body, info, kinds, names)
    found.identities = {name for name in identities if found.sets[name] == 1}
    for block in all_blocks(body):
        for k, node in enumerate(list(block)):
            found.statement(block, k, node)
    change_adjoints(body, found.of_product)


def mark_squares(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
    """Notes of which diagonals it is known that they are those of square matrices, as long as the matrix has a name."""
    known = ExpressionKinds(kind_of_names(info, kinds))
    for node in all_of(body):
        if getattr(node, "reverse", False) and isinstance(node, gast.Assign) and ir.summary(node.value).call:
            for each in trees.walk(node.value):
                if is_numpy(each, "diag") and is_square(known.dims(each.args[0])):
                    each.square = True


def is_square(dims: Any) -> bool:
    """Whether a matrix is as wide as it is high: the diagonal of another one is shorter."""
    return dims is not None and len(dims) == 2 and dims[0] == dims[1] and not loose(dims[0])


def made_of(value: gast.AST) -> tuple[str, gast.AST] | None:
    """("eye", c) of c * np.eye(n), ("diag", e) of np.diag(e)."""
    if is_numpy(value, "diag") and len(value.args) == 1 and not value.keywords:
        return "diag", value.args[0]
    factor: gast.AST = trees.const(1.0)
    if isinstance(value, gast.BinOp) and isinstance(value.op, gast.Mult):
        factor, value = value.left, value.right
    if is_numpy(value, "eye") and len(value.args) == 1 and not value.keywords:
        return "eye", factor
    return None


class Diagonals:
    def __init__(
        self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind], names: ir.Names
    ) -> None:
        self.kinds, self.names = kinds, names
        self.kind_of = kind_of_names(info, kinds)
        self.known = ExpressionKinds(self.kind_of)
        self.identities: set[str] = set()  # of the function's
        self.reads: dict[str, int] = {}
        self.sets: dict[str, int] = {}
        for node in all_of(body):
            for name in targets(node):
                self.sets[name] = self.sets.get(name, 0) + 1
            for name in read_list(node):
                self.reads[name] = self.reads.get(name, 0) + 1

    def statement(self, block: list[gast.stmt], k: int, node: Any) -> None:
        """A matrix of which nothing but products is read, in its own block."""
        if not getattr(node, "reverse", False) or not isinstance(node, gast.Assign):
            return
        name, made = getattr(node.targets[0], "id", ""), made_of(node.value)
        if made is None or self.sets.get(name) != 1 or not self.reads.get(name):
            return
        what, factor = made
        if not self.is_real(factor) or self.known.rank(factor) != (1 if what == "diag" else 0):
            return
        plain = isinstance(factor, (gast.Name, gast.Constant)) and self.sets.get(getattr(factor, "id", ""), 0) < 2
        vector: Any = factor if plain else trees.name(self.names.fresh("#t"))
        if not plain:
            dtype, dims = getattr(self.kind_of(name), "dtype", ""), self.known.dims(factor)
            self.kinds[vector.id] = Scalar("float") if what == "eye" else Array(dtype, dims)
        products: list[Any] = []
        for each in block[k + 1 :]:
            plainly = isinstance(each, (gast.Assign, gast.AugAssign)) and not is_copy(each)
            if plainly and name in read_list(each):
                products.append((each, self.without_matrix(each.value, name, what, vector)))
        left = sum(ir.summary(value).names.count(name) for _, value in products)
        if left or sum(ir.summary(each.value).names.count(name) for each, _ in products) != self.reads[name]:
            return
        for each, value in products:
            each.value = value
        if not plain:
            node.targets, node.value = [trees.name(vector.id, store=True)], factor

    def without_matrix(self, node: Any, name: str, what: str, vector: gast.AST) -> Any:
        """An expression with other products in the place of those with the matrix."""
        if name not in ir.summary(node).names:
            return node
        if is_transpose(node) and is_matrix_product(node.value):
            left, right = (turned(each) for each in (node.value.right, node.value.left))
            return self.without_matrix(gast.BinOp(left, node.value.op, right), name, what, vector)
        if is_matrix_product(node):
            for matrix, other, first in ((node.left, node.right, True), (node.right, node.left, False)):
                matrix = matrix.value if is_transpose(matrix) else matrix
                if getattr(matrix, "id", "") == name and name not in ir.summary(other).names:
                    made = self.product(trees.copy_tree(vector), what, other, first)
                    return node if made is None else made
        return rebuilt(node, lambda part: self.without_matrix(part, name, what, vector))

    def product(self, factor: gast.AST, what: str, other: gast.AST, first: bool) -> gast.AST | None:
        """np.diag(factor) @ other, or other @ np.diag(factor)."""
        rank = self.known.rank(other)
        if rank not in (1, 2) or not self.is_real(other):
            return None
        if first and rank == 2 and what == "diag":
            factor = trees.index(factor, gast.Tuple([gast.Slice(None, None, None), trees.const(None)], gast.Load()))
        return trees.mul(factor, other)

    def of_product(self, node: Any) -> Any:
        """np.sum(X * Y, axis=1), of np.diag(X @ Y.T); np.trace(X), of np.sum(X * np.eye(n))."""
        node = rebuilt(node, self.of_product) if isinstance(node, gast.AST) and ir.summary(node).call else node
        if is_numpy(node, "sum") and len(node.args) == 1 and not node.keywords:
            return self.trace(node)
        inner: Any = node.args[0] if is_numpy(node, "diag") and len(node.args) == 1 and not node.keywords else None
        if inner is None or not is_matrix_product(inner) or not self.is_real(inner):
            return node
        if self.known.rank(inner.left) != 2 or self.known.rank(inner.right) != 2:
            return node
        if not getattr(node, "square", False) and not is_square(self.known.dims(inner)):
            return node
        if is_transpose(inner.left) and not is_transpose(inner.right):
            return trees.np_call("sum", trees.mul(inner.left.value, inner.right), axis=trees.const(0))
        return trees.np_call("sum", trees.mul(inner.left, turned(inner.right)), axis=trees.const(1))

    def trace(self, node: Any) -> Any:
        """np.trace(X), of np.sum(X * I), for a matrix X as large as I."""
        product: Any = node.args[0]
        if not isinstance(product, gast.BinOp) or not isinstance(product.op, gast.Mult):
            return node
        for one, other in ((product.left, product.right), (product.right, product.left)):
            dims = self.known.dims(other)
            if getattr(one, "id", "") in self.identities and dims is not None and len(dims) == 2:
                if same_axes(dims, self.known.dims(one) or ()):
                    return trees.np_call("trace", other)
        return node

    def is_real(self, node: gast.AST) -> bool:
        """Whether an expression of known axes gives real floats."""
        kinds = [self.kind_of(each) for each in ir.summary(node).names if ir.is_ssa(each)]
        complex_number = any(isinstance(getattr(each, "value", None), complex) for each in trees.walk(node))
        return not complex_number and all(isinstance(each, (Scalar, Array)) and each.char == "f" for each in kinds)


def is_identity(node: Any) -> bool:
    """I = np.eye(n), or np.eye(n, m)"""
    value = node.value if isinstance(node, gast.Assign) and not getattr(node, "reverse", False) else None
    return value is not None and is_numpy(value, "eye") and len(value.args) < 3 and not value.keywords


def is_copy(node: Any) -> bool:
    return isinstance(getattr(node, "effect", None), ir.Copy)


def is_matrix_product(node: Any) -> bool:
    return isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult)


def is_transpose(node: Any) -> bool:
    return isinstance(node, gast.Attribute) and node.attr == "T"


def turned(node: Any) -> gast.AST:
    """The transpose of a matrix."""
    made: gast.AST = node.value if is_transpose(node) else trees.attr(node, "T")
    return made
