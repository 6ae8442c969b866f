"""Part of the stage `infer`: matrices that are factored by SciPy, and the systems of equations solved with the factor.

    factor = lu_factor(A)                     factor = lu_factor(A)
    x = lu_solve(factor, b)             ->    x = lu_solve(factor, b)     # of A and b: rules/scipy/factors.py

The factor is only there to be handed on, whole or as `lu, piv`; anything else that is done with it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import INT, UNKNOWN, Scalar, Static, Tuple
from s2sad.local_functions import RESULT
from s2sad.values import MISSING, Value

SOLVERS = {"lu_solve": "lu_factor", "cho_solve": "cho_factor"}


@dataclass(eq=False)
class Factor:
    """The first part of what `name`, `lu_factor` or `cho_factor`, returns for `matrix`. whole: all of that."""

    name: str
    whole: gast.AST
    matrix: Value
    lower: Value | None = None  # of cho_factor's


class Factors:
    def call_factor(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any
    ) -> Value | None:
        """lu_factor(a), cho_factor(a, lower), of a matrix that carries a gradient; None for any other."""
        given = dict(zip(("a", "lower") if name == "cho_factor" else ("a",), args)) | keywords
        matrix, lower = given.pop("a", None), given.pop("lower", None)
        half = self.side_of(lower)
        if matrix is None or not matrix.varied or half is None or set(given) - {"check_finite"}:
            return None
        matrix = self.array_of(matrix, node)
        if matrix.kind.rank is None or matrix.kind.rank < 2 or matrix.kind.char not in ("f", "c"):
            return None
        whole = self.solution(function, args, keywords, Static("factor"))
        first = Value(trees.name(name + RESULT), Static(Factor(name, whole.expr, matrix, half)))
        second = Value(trees.index(whole.expr, trees.const(1)), UNKNOWN)
        kind = Tuple((first.kind, UNKNOWN))
        return Value(trees.name(name + RESULT), kind, items=[first, second])

    def side_of(self, lower: Value | None) -> Value | None:
        """Which triangle it is, known or not; None of what is no truth value."""
        known = False if lower is None else self.known(lower)
        if lower is not None and known is MISSING and isinstance(lower.kind, Scalar) and lower.kind.char in ("b", "i"):
            return Value(self.operand(lower), lower.kind)
        return Value(trees.const(bool(known)), Static(bool(known))) if known in (False, True) else None

    def call_factor_solver(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """lu_solve((lu, piv), b, trans), cho_solve((c, lower), b), with a factor that carries a gradient."""
        pair = args[0] if args else None
        found = pair.items[0].static if pair is not None and pair.items else None
        if name == "cho_solve" and pair is not None and pair.items and pair.items[0].varied:
            return self.call_with_triangle(function, pair, args[1:], keywords, node, hint)
        if not isinstance(found, Factor) or found.name != SOLVERS[name]:
            return None
        given = dict(zip(("b", "trans"), args[1:])) | keywords
        b, trans = given.pop("b", None), given.pop("trans", None)
        way: Any = 0 if trans is None else self.known(trans)
        if way is MISSING and trans is not None and isinstance(trans.kind, Scalar) and trans.kind.char == "i":
            option = Value(self.operand(trans), INT)
        else:
            way = way if way in (0, 1, 2) else None
            option = Value(trees.const(way), Static(way))
        if b is None or way is None or set(given) - {"check_finite"}:
            raise self.refuse("solver_option", node, name=name, option=", ".join(given) or "these arguments")
        b = self.array_of(b, node)
        if not b.kind.rank:
            raise self.refuse("solver_option", node, name=name, option="an array of this rank")
        from s2sad.rules.scipy import factors

        rule = factors.LU if name == "lu_solve" else factors.CHOLESKY
        if name == "cho_solve":
            option = found.lower or option
        names = list(keywords)
        rest = [self.operand(each) for each in args[2:]]

        def made(exprs: list[gast.AST]) -> gast.AST:
            named = {key: exprs[2] if key == "b" else keywords[key].expr for key in names}
            first = [] if "b" in keywords else [exprs[2]]
            return trees.call(function.expr, found.whole, *first, *rest, **named)

        values = [Value(found.whole, UNKNOWN), found.matrix, b, option]
        return self.primitive(rule, values, made, node, hint)

    def call_with_triangle(
        self, function: Value, pair: Value, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value | None:
        """cho_solve((c, lower), b), with a c that is computed (by `cholesky`) and carries a gradient."""
        given = dict(zip(("b", "overwrite_b", "check_finite"), args)) | keywords
        b = given.pop("b", None)
        half = self.side_of(pair.items[1]) if len(pair.items or ()) == 2 else None
        if b is None or half is None or set(given) - {"check_finite"}:
            return None
        c, b = (self.array_of(each, node) for each in (pair.items[0], b))
        if (c.kind.rank or 0) < 2 or not b.kind.rank:
            raise self.refuse("solver_option", node, name="cho_solve", option="arrays of this rank")
        from s2sad.rules.scipy import factors

        rest = [self.operand(each) for each in args[1:]]

        def made(exprs: list[gast.AST]) -> gast.AST:
            named = {key: exprs[2] if key == "b" else keywords[key].expr for key in keywords}
            first = [] if "b" in keywords else [exprs[2]]
            factor = gast.Tuple([exprs[0], exprs[1]], gast.Load())
            return trees.call(function.expr, factor, *first, *rest, **named)

        return self.primitive(factors.TRIANGLE, [c, half, b], made, node, hint)
