"""Part of the stage `infer`: SciPy's sparse matrices, as factors of products and as systems of equations.

    A = csr_matrix((data, indices, indptr))          A = csr_matrix((data, indices, indptr))
    y = A @ x                                   ->   y = A @ x            # by the rules in `rules/scipy/sparse.py`

A gradient flows to the vector, and to the entries that are stored: `data` of a matrix that is made of them, or that is
a parameter. Anything else that is done with such a matrix goes as with any object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import UNKNOWN, Array, Dim, Record, Static, Unknown
from s2sad.local_functions import RESULT
from s2sad.values import BoundMethod, Value

FORMS = {"csr": 3, "csc": 3, "coo": 2}  # and how many parts they are made of
PLACES = ("row", "col", "indices", "indptr")
NOTHING = Static(None)
STAY_SPARSE = frozenset(
    ["T", "tocsr", "tocsc", "tocoo", "todia", "tolil", "todok", "tobsr", "asformat", "copy", "transpose", "conj"]
    + ["conjugate", "astype", "power", "multiply", "maximum", "minimum", "real", "imag", "reshape", "getH"]
)


@dataclass(eq=False)
class Sparse:
    """A sparse matrix: `whole` is how the program refers to it, `data` its entries, if a gradient flows to them."""

    cls: type
    whole: gast.AST
    data: Value
    dtype: str

    def operand(self) -> Value:
        """What the rules see of it."""
        return Value(self.whole, Record(self.cls, (("data", Array(self.dtype)),)))


def sparse_value(matrix: Sparse) -> Value:
    return Value(trees.name(f"{matrix.cls.__name__}{RESULT}"), Static(matrix))


class SparseMatrices:
    def sparse_of(self, value: Value) -> Sparse | None:
        """What is known of a value that is a sparse matrix; None for any other."""
        if isinstance(value.static, Sparse):
            return value.static
        cls = value.object.cls if value.object is not None else None
        if cls is None or not cls.__module__.startswith("scipy.sparse."):
            return None
        data = self.state.get((value.object, "data"))
        varied = isinstance(data, Value) and data.varied
        dtype = getattr(data.kind, "dtype", "") if isinstance(data, Value) else ""
        return Sparse(cls, value.expr, data if varied else Value(trees.const(None), NOTHING), dtype)

    def make_sparse(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value | None:
        """csr_matrix((data, indices, indptr), shape=...), with entries that carry a gradient."""
        cls = function.static
        parts = args[0].items if args else None
        form = cls.__name__.partition("_")[0]
        if FORMS.get(form) != len(parts or ()) or any(
            leaf.varied for each in [*parts[1:], *args[1:], *keywords.values()] for leaf in self.leaves_of(each)
        ):
            return None
        data = self.settle(parts[0] if isinstance(parts[0].kind, Array) else self.as_array(parts[0], node))
        if data.kind.rank != 1:
            return None
        whole = self.solution(function, args, keywords, Static("sparse"))
        return sparse_value(Sparse(cls, whole.expr, data, data.kind.dtype))

    def sparse_operator(
        self, op: gast.operator, left: Value, right: Value, node: Any, hint: str | None
    ) -> Value | None:
        """A @ x, x @ A, and A * x of the matrices for which that is a product."""
        first, second = self.sparse_of(left), self.sparse_of(right)
        found, other = (first, right) if first is not None else (second, left)
        if found is None or first is not None and second is not None or not (other.varied or found.data.varied):
            return None
        times = isinstance(op, gast.Mult) and found.cls.__name__.endswith("_matrix")
        if not (isinstance(op, gast.MatMult) or times) or not isinstance(other.kind, Array):
            return None
        return self.sparse_product(found, other, first is not None, lambda a, b: gast.BinOp(a, op, b), node, hint)

    def check_sparse_operands(self, op: gast.operator, left: Value, right: Value, node: Any) -> None:
        """Of a sparse matrix only products with arrays are known; also of one of which nothing is known but where it
        comes from: what an operator makes of that is no array, as it is taken for otherwise."""
        if isinstance(op, gast.MatMult):
            return
        for value in (left, right):
            if self.sparse_of(value) is not None or isinstance(value.kind, Unknown) and self.made_sparse(value.expr):
                raise self.refuse("sparse_operator", node)

    def made_sparse(self, expr: gast.AST) -> bool:
        """Whether an expression is what a function of scipy.sparse gives, or what is made of that and stays sparse."""
        if isinstance(expr, gast.Name):
            return expr.id in self.info and self.made_sparse(getattr(self.info[expr.id].statement, "value", None))
        if isinstance(expr, gast.Attribute):
            return expr.attr in STAY_SPARSE and self.made_sparse(expr.value)
        if isinstance(expr, gast.Call):
            module = getattr(self.callee(expr.func), "__module__", None) or ""
            return module.startswith("scipy.sparse.") or self.made_sparse(expr.func)
        if not isinstance(expr, gast.BinOp):
            return False
        sides = self.made_sparse(expr.left), self.made_sparse(expr.right)
        return all(sides) if isinstance(expr.op, gast.MatMult) else any(sides)

    def sparse_method(
        self, function: Value, owner: Value, args: list[Value], node: Any, hint: str | None
    ) -> Value | None:
        """A.dot(x), A.tocoo()."""
        matrix = self.sparse_of(owner)
        if not args:
            made = self.solution(function, [], {}, Static("sparse"))
            return sparse_value(Sparse(type(matrix.cls((1, 1)).tocoo()), made.expr, matrix.data, matrix.dtype))
        x = args[0]
        if not isinstance(x.kind, Array) or not (x.varied or matrix.data.varied):
            return None
        return self.sparse_product(matrix, x, True, lambda a, b: trees.call(function.expr, b), node, hint)

    def sparse_product(
        self, matrix: Sparse, x: Value, first: bool, rebuild: Any, node: Any, hint: str | None
    ) -> Value | None:
        from s2sad.rules.scipy import sparse

        x = self.settle(x)
        data = self.entries(matrix, node)
        whole = matrix.operand()

        def made(exprs: list[gast.AST]) -> gast.AST:
            return rebuild(matrix.whole, exprs[1]) if first else rebuild(exprs[1], matrix.whole)

        rule = sparse.PRODUCT if first else sparse.LEFT_PRODUCT
        return self.primitive(rule, [whole, x, data], made, node, hint)

    def entries(self, matrix: Sparse, node: Any) -> Value:
        if matrix.data.varied and matrix.cls.__name__.partition("_")[0] not in FORMS:
            raise self.refuse("sparse_form", node, name=matrix.cls.__name__)
        return self.settle(matrix.data)

    def solve_sparse(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """spsolve(A, b)."""
        given = dict(zip(("A", "b"), args)) | keywords
        matrix = self.sparse_of(given["A"]) if "A" in given else None
        b = given.get("b")
        if matrix is None or set(given) != {"A", "b"} or not isinstance(b.kind, Array) or b.kind.rank not in (None, 1):
            return None
        from s2sad.rules.scipy import sparse

        b, data, whole = self.settle(b), self.entries(matrix, node), matrix.operand()

        def made(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(function.expr, matrix.whole, exprs[1])

        return self.primitive(sparse.SOLUTION, [whole, b, data], made, node, hint)

    def sparse_attribute(self, matrix: Sparse, owner: Value, name: str, node: Any) -> Value | None:
        """A.T, A.dot; None for what is done as with any object."""
        if name in ("T", "dot", "tocoo"):
            expr = trees.attr(matrix.whole, name)
            if name == "T":
                turned = Sparse(matrix.cls, expr, matrix.data, matrix.dtype)  # which keeps its entries in their order
                return sparse_value(turned)
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if not isinstance(owner.static, Sparse):
            return None
        if matrix.data.varied and name not in ("shape", "nnz", *PLACES):
            raise self.refuse("solver_part", node, name=matrix.cls.__name__, part=name)
        if name in PLACES:
            return Value(trees.attr(matrix.whole, name), Array("int32", (Dim(("places", id(node))),)))
        return Value(trees.attr(matrix.whole, name), UNKNOWN)
