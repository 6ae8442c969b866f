"""Part of the stage `infer`: systems of equations with sparse matrices: directly, by a factor, by iterations.

    solve = factorized(A)                     solve = factorized(A)
    x = solve(b)                        ->    x = solve(b)            # by the rules in `rules/scipy/sparse.py`

The factor is there to solve with; anything else that is done with it, where A carries a gradient, is refused.
"""

from __future__ import annotations

import dataclasses
import types
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import ir, trees
from s2sad.infer_sparse import NOTHING, Sparse
from s2sad.kinds import INT, UNKNOWN, Array, Static, Tuple
from s2sad.local_functions import RESULT
from s2sad.values import BoundMethod, Value

FACTORS = ("splu", "factorized")
ITERATIVE = ("cg", "gmres", "bicg", "bicgstab", "cgs", "tfqmr")
ITERATIONS = {"rtol": 1e-5, "atol": 0.0, "maxiter": None}  # what the system of the adjoint takes over, and its default
WITHOUT_MEANING = ("x0", "M", "callback", "restart", "callback_type", "show", "check")  # for the solution


@dataclass(eq=False)
class SparseFactor:
    """What splu(A), or factorized(A), gives. solve: how the program refers to its method `solve`."""

    name: str
    whole: gast.AST
    matrix: Sparse
    transposed: gast.AST | None = None  # of factorized: the factor of the transposed matrix


class SparseSolvers:
    def call_sparse(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """A function of scipy.sparse that is known; None for any other."""
        if isinstance(function.static, types.BuiltinFunctionType):
            return self.solve_with_outside(function, args, keywords, node, hint)
        if name in FACTORS:
            return self.make_sparse_factor(function, name, args, keywords, node)
        if not self.flows(args, keywords):
            makes = isinstance(function.static, type) and name.endswith(("_matrix", "_array"))
            return self.opaque_call(function, args, keywords, node) if makes else None
        if name == "spsolve":
            return self.solve_sparse(function, args, keywords, node, hint)
        if name in ITERATIVE:
            return self.solve_by_iterations(function, name, args, keywords, node, hint)
        return self.make_sparse(function, args, keywords, node)

    def solve_sparse(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """spsolve(A, b)."""
        given = dict(zip(("A", "b"), args)) | keywords
        matrix = self.sparse_of(given["A"]) if "A" in given else None
        b = self.right_side(given.get("b"), node)
        if matrix is None or set(given) != {"A", "b"} or b is None or b.kind.rank not in (None, 1):
            return None
        from s2sad.rules.scipy import sparse

        data, whole, stored = self.entries(matrix, node), matrix.operand(), matrix.stored()

        def made(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(function.expr, matrix.whole, exprs[1])

        return self.primitive(sparse.SOLUTION, [whole, b, data, stored], made, node, hint)

    def right_side(self, b: Value | None, node: Any) -> Value | None:
        if b is None or not isinstance(b.kind, Array) and self.items_throughout(b) is None:
            return None
        return self.array_of(b, node)

    # ---------------------------------------------------------------- by a factor
    def make_sparse_factor(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value | None:
        matrix = self.sparse_of(args[0]) if args else None
        if matrix is None or any(each.varied for each in [*args[1:], *keywords.values()]):
            return None
        operands = [matrix.whole, *(each.expr for each in args[1:])]
        named = {key: value.expr for key, value in keywords.items()}
        whole = self.emit(
            self.call_expression(function.expr, operands, named), ir.Plain(False), Static("factor"), False
        )
        self.effects += 1
        kept = dataclasses.replace(matrix, data=self.at_this_moment(self.entries(matrix, node)))
        made = SparseFactor(name, whole.expr, kept)
        if name == "factorized":
            from scipy.sparse import linalg

            turned = trees.call(trees.attr(trees.attr(matrix.whole, "T"), "tocsc"))
            made.transposed = self.sparse_whole(trees.call(trees.attr(trees.module(linalg), "splu"), turned))
        return Value(trees.name(f"{name}{RESULT}"), Static(made))

    def factor_attribute(self, factor: SparseFactor, owner: Value, name: str, node: Any) -> Value:
        """splu(A).solve."""
        expr = trees.attr(factor.whole, name)
        if name == "solve" and factor.name != "factorized":
            return Value(expr, Static(BoundMethod(owner, None, name)))
        if factor.matrix.data.varied:
            raise self.refuse("solver_part", node, name=factor.name, part=name)
        return Value(expr, UNKNOWN)

    def solve_with_factor(
        self, factor: SparseFactor, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """splu(A).solve(b, trans), factorized(A)(b)."""
        solver = factor.whole if factor.transposed is not None else trees.attr(factor.whole, "solve")
        return self.solved_by(factor, solver, args, keywords, node, hint)

    def solve_with_outside(
        self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """The method `solve` of a factor that is made outside of f."""
        if not self.flows(args, keywords):
            return None
        owner = trees.attr(function.expr, "__self__")
        factor = self.outside_factor(function.static.__self__, owner).static
        return self.solved_by(factor, function.expr, args, keywords, node, hint)

    def outside_factor(self, value: Any, expr: gast.AST) -> Value:
        """A factor that is made outside of f."""
        dtype = "float64" if value.L.dtype == "float64" else ""
        outside = Sparse(None, expr, Value(trees.const(None), NOTHING), dtype)
        return Value(expr, Static(SparseFactor("splu", expr, outside)))

    def solved_by(
        self,
        factor: SparseFactor,
        solver: gast.AST,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        from s2sad.rules.scipy import sparse

        given = dict(zip(("rhs", "trans"), args)) | keywords
        b = self.right_side(given.pop("rhs", None), node)
        way = self.known(given.pop("trans")) if "trans" in given else "N"
        if b is None or given or way not in ("N", "T") or b.kind.rank not in (1, 2):
            raise self.refuse("solver_option", node, name=factor.name, option=", ".join(given) or "these arguments")
        matrix = factor.matrix
        data = self.entries(matrix, node) if matrix.data.varied else Value(trees.const(None), NOTHING)
        extra = [trees.const(way)] if len(args) > 1 else []
        named = {"trans": trees.const(way)} if "trans" in keywords else {}

        def made(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(solver, exprs[1], *extra, **named)

        whole = Value(factor.whole, matrix.operand().kind)
        if factor.transposed is not None:
            other = Value(factor.transposed, UNKNOWN)
            return self.primitive(sparse.FACTORIZED, [whole, b, data, matrix.stored(), other], made, node, hint)
        option = Value(trees.const(way), Static(way))
        return self.primitive(sparse.FACTORED, [whole, b, data, matrix.stored(), option], made, node, hint)

    # ---------------------------------------------------------------- by iterations
    def solve_by_iterations(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """cg(A, b), gmres(A, b), ...: the solution, and the number that tells whether it has been found."""
        from s2sad.rules.scipy import sparse

        given = dict(zip(("A", "b", "x0"), args)) | keywords
        if not {"A", "b"} <= set(given) or len(args) > 3:
            return None
        other = set(given) - {"A", "b", *ITERATIONS, *WITHOUT_MEANING}
        options = [given.get(key) or Value(trees.const(default), Static(default)) for key, default in
                   ITERATIONS.items()]  # fmt: skip
        b = self.right_side(given["b"], node)
        if other or b is None or b.kind.rank != 1 or any(each.varied for each in options):
            raise self.refuse("solver_option", node, name=name, option=", ".join(other) or "these arguments")
        matrix = self.sparse_of(given["A"])
        if matrix is None and (isinstance(given["A"].kind, Array) or given["A"].varied):
            A = self.settle(given["A"] if isinstance(given["A"].kind, Array) else self.as_array(given["A"], node))
            operands = [A, b, Value(trees.const(None), NOTHING), Value(trees.const(None), NOTHING)]
        else:
            matrix = matrix or Sparse(None, self.operand(given["A"]), Value(trees.const(None), NOTHING), "")
            A, operands = None, [matrix.operand(), b, self.entries(matrix, node), matrix.stored()]
        whole_args = [each if each is not given["A"] or matrix is None else matrix.operand() for each in args]
        named = {key: each if each is not given["A"] or matrix is None else matrix.operand() for key, each in
                 keywords.items()}  # fmt: skip
        whole = self.settle(self.solution(function, whole_args, named, Tuple((Array("float64", b.kind.dims), INT))))
        first = self.emit(trees.index(whole.expr, trees.const(0)), ir.Plain(True), Array("float64", b.kind.dims), False)
        symmetric = Value(trees.const(name == "cg"), Static(name == "cg"))  # then it needs no transpose
        rule = sparse.ITERATED if A is None else sparse.DENSE_ITERATED
        values = [*operands, Value(function.expr, function.kind), symmetric, *options]
        made = self.primitive(rule, values, lambda exprs: first.expr, node, hint)
        return self.make_tuple([made, Value(trees.index(whole.expr, trees.const(1)), INT)])
