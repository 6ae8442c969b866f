"""Part of the stage `infer`: SciPy's sparse matrices, as factors of products; what they are made of and what is made
of them is in `infer_sparse_made.py`, systems of equations are in `infer_sparse_solvers.py`.

    A = csr_matrix((data, indices, indptr))          A = csr_matrix((data, indices, indptr))
    y = A @ x                                   ->   y = A @ x            # by the rules in `rules/scipy/sparse.py`

A gradient flows to the vector, and to the entries that are stored: `data` of a matrix that is made of them, or that is
a parameter. What is added, scaled and multiplied keeps such entries beside it. Anything else that is done with a sparse
matrix goes as with any object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import INT, UNKNOWN, Array, Dim, List, Record, Scalar, Static, Tuple, Unknown
from s2sad.local_functions import RESULT
from s2sad.values import BoundMethod, Value

FORMS = {"csr": 3, "csc": 3, "coo": 2}  # and how many parts they are made of
PLACES = ("row", "col", "indices", "indptr")
NOTHING = Static(None)
DIAGONALS = ("diags", "diags_array", "eye", "eye_array", "identity")
METHODS = ("dot", "multiply", "tocoo", "tocsr", "tocsc", "asformat", "copy", "transpose", "toarray", "diagonal", "sum")
STAY_SPARSE = frozenset(
    ["T", "tocsr", "tocsc", "tocoo", "todia", "tolil", "todok", "tobsr", "asformat", "copy", "transpose", "conj"]
    + ["conjugate", "astype", "power", "multiply", "maximum", "minimum", "real", "imag", "reshape", "getH"]
)


@dataclass(eq=False)
class Sparse:
    """A sparse matrix: `whole` is how the program refers to it, `data` its entries, if a gradient flows to them."""

    cls: type | None  # None where it isn't known
    whole: gast.AST
    data: Value
    dtype: str
    places: gast.AST | None = None  # a matrix that stores its entries in the order of `data`, where `whole` doesn't
    coordinates: gast.AST | None = None  # the same in the form coo, once it has been made

    @property
    def name(self) -> str:
        return self.cls.__name__ if self.cls is not None else "sparse"

    def operand(self) -> Value:
        """What the rules see of it."""
        return self.seen(self.whole)

    def stored(self) -> Value:
        """The matrix that tells where the entries are."""
        return self.seen(self.places or self.whole)

    def seen(self, expr: gast.AST) -> Value:
        return Value(expr, Record(self.cls or object, (("data", Array(self.dtype)),)))


def is_number(value: Value) -> bool:
    return isinstance(value.kind, Scalar) or isinstance(value.kind, Array) and value.kind.rank == 0


def class_of_diagonals(name: str, form: Any) -> type | None:
    """What the functions that make diagonals return."""
    from scipy import sparse

    if name not in DIAGONALS or not isinstance(form, (str, type(None))):
        return None
    return getattr(sparse, f"{form or 'dia'}_{'array' if name.endswith('_array') else 'matrix'}", None)


def sparse_value(matrix: Sparse) -> Value:
    return Value(trees.name(f"{matrix.name}{RESULT}"), Static(matrix))


class SparseMatrices:
    def sparse_of(self, value: Value) -> Sparse | None:
        """What is known of a value that is a sparse matrix; None for any other."""
        if isinstance(value.static, Sparse):
            return value.static
        cls = value.object.cls if value.object is not None else None
        if cls is None and isinstance(value.kind, Unknown) and not value.varied and self.made_sparse(value.expr):
            return Sparse(self.class_made(value.expr), value.expr, Value(trees.const(None), NOTHING), "")
        if cls is None or not cls.__module__.startswith("scipy.sparse."):
            return None
        data = self.state.get((value.object, "data"))
        varied = isinstance(data, Value) and data.varied
        dtype = getattr(data.kind, "dtype", "") if isinstance(data, Value) else ""
        return Sparse(cls, value.expr, data if varied else Value(trees.const(None), NOTHING), dtype)

    def is_known_sparse(self, value: Value) -> bool:
        """Whether a value is a sparse matrix that an expression which is only looked at can't hold."""
        return isinstance(value.static, Sparse) or value.object is not None and self.sparse_of(value) is not None

    def sparse_operator(
        self, op: gast.operator, left: Value, right: Value, node: Any, hint: str | None
    ) -> Value | None:
        """A @ x, x @ A, and A * x of the matrices for which that is a product; sums and multiples."""
        first, second = self.sparse_of(left), self.sparse_of(right)
        if first is None and second is None:
            return None
        if first is not None and second is not None:
            if not (first.data.varied or second.data.varied):
                return self.constant_sparse(op, [left, right], node)
            return self.of_two_sparse(op, first, second, node)
        found, other = (first, right) if first is not None else (second, left)
        if is_number(other):
            if not (other.varied or found.data.varied):
                return self.constant_sparse(op, [left, right], node)
            return self.multiple_of_sparse(op, found, other, first is not None, node)
        if isinstance(op, gast.MatMult) and isinstance(other.kind, (List, Tuple)):
            other = self.array_of(other, node)
        times = isinstance(op, gast.Mult) and found.name.endswith("_matrix") and getattr(other.kind, "rank", None)
        if not (isinstance(op, gast.MatMult) or times) or not isinstance(other.kind, Array):
            return None
        return self.sparse_product(found, other, first is not None, lambda a, b: gast.BinOp(a, op, b), node, hint)

    def class_made(self, expr: gast.AST) -> type | None:
        """The class of a matrix that is made by it: csr_matrix(...)."""
        if isinstance(expr, gast.Name):
            expr = getattr(self.info[expr.id].statement, "value", None)
        made = self.callee(expr.func) if isinstance(expr, gast.Call) else None
        return made if isinstance(made, type) else class_of_diagonals(getattr(made, "__name__", ""), None)

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

    def sparse_product(
        self, matrix: Sparse, x: Value, first: bool, rebuild: Any, node: Any, hint: str | None
    ) -> Value | None:
        from s2sad.rules.scipy import sparse

        x = self.settle(x)
        data = self.entries(matrix, node)
        whole, stored = matrix.operand(), matrix.stored()

        def made(exprs: list[gast.AST]) -> gast.AST:
            return rebuild(matrix.whole, exprs[1]) if first else rebuild(exprs[1], matrix.whole)

        rule = sparse.PRODUCT if first else sparse.LEFT_PRODUCT
        return self.primitive(rule, [whole, x, data, stored], made, node, hint)

    def entries(self, matrix: Sparse, node: Any) -> Value:
        if matrix.data.varied and matrix.places is None and matrix.name.partition("_")[0] not in FORMS:
            raise self.refuse("sparse_form", node, name=matrix.name)
        return self.settle(matrix.data)

    def sparse_attribute(self, matrix: Sparse, owner: Value, name: str, node: Any) -> Value | None:
        """A.T, A.dot; None for what is done as with any object."""
        known = isinstance(owner.static, Sparse)
        expr = trees.attr(matrix.whole, name)
        if owner.object is None and not known and name not in ("dot", "multiply"):
            return Value(expr, UNKNOWN) if name == "T" else None
        if name == "shape":
            lengths = [Value(trees.index(expr, trees.const(k)), INT) for k in range(2)]
            return Value(expr, Tuple((INT, INT)), items=lengths)
        if name == "T":
            places = None if matrix.places is None else trees.attr(matrix.places, name)
            return sparse_value(Sparse(matrix.cls, expr, matrix.data, matrix.dtype, places))  # in the same order
        if name in ("dot", "multiply") or (known or owner.object is not None) and name in METHODS:
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if not known:
            return None
        if name == "data" and matrix.places is None and matrix.name.partition("_")[0] in FORMS:
            dims = (Dim(("places", id(node))),)
            return matrix.data if matrix.data.varied else Value(expr, Array(matrix.dtype, dims))
        if matrix.data.varied and name not in ("nnz", *PLACES):
            raise self.refuse("solver_part", node, name=matrix.name, part=name)
        if name in PLACES:
            return Value(expr, Array("int32", (Dim(("places", id(node))),)))
        return Value(expr, UNKNOWN)
