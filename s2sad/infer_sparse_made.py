"""Part of the stage `infer`: what sparse matrices are made of, and what is made of them.

    K = D.T @ diags(k) @ D + 2.0 * M

A matrix with entries that carry a gradient is there twice: as f makes it, and as its entries (`data`) beside a matrix
that stores these, and no others, in that order. A sum has the entries of both, so that a place may be there twice; a
product has those places that any numbers would fill.
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expressions import mark_pure
from s2sad.infer_sparse import FORMS, Sparse, class_of_diagonals, sparse_value
from s2sad.kinds import UNKNOWN, Array, Dim, Scalar, Static
from s2sad.values import Value

CONVERSIONS = {"tocsr": "csr", "tocsc": "csc", "tocoo": "coo"}


class SparseMade:
    # ---------------------------------------------------------------- made of numbers
    def make_sparse(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value | None:
        """csr_matrix((data, indices, indptr), shape=...), coo_matrix((data, (i, j))), csr_matrix(dense), diags(x)."""
        name = function.static.__name__
        if name in ("diags", "diags_array"):
            return self.make_diagonals(function, args, keywords, node)
        form = name.partition("_")[0]
        if not args or form not in FORMS or not isinstance(function.static, type):
            return None
        if any(leaf.varied for each in [*args[1:], *keywords.values()] for leaf in self.leaves_of(each)):
            return None
        if isinstance(args[0].static, Sparse):
            matrix = args[0].static
            whole = self.sparse_whole(trees.call(function.expr, matrix.whole, **self.operands_of(keywords)))
            return sparse_value(self.derived(function.static, whole, matrix.data, matrix))
        parts = args[0].items
        if parts is None or len(parts) not in (2, 3) or isinstance(parts[0].kind, Scalar):
            return self.make_of_dense(function, args, keywords, node)
        if any(leaf.varied for each in parts[1:] for leaf in self.leaves_of(each)) or form == "coo" and len(parts) == 3:
            return None
        data = self.settle(parts[0] if isinstance(parts[0].kind, Array) else self.as_array(parts[0], node))
        if data.kind.rank not in (None, 1):
            return None
        if len(parts) == 2 and form != "coo":  # which brings them into an order of its own
            data = self.at_this_moment(data)
            args = [self.make_tuple([data, self.settle(parts[1])]), *args[1:]]
        whole = self.solution(function, args, keywords, Static("sparse"))
        places = None
        if len(parts) == 2 and form != "coo":
            places = self.stored_at(data, args[0].items[1].expr, whole.expr)
        return sparse_value(Sparse(function.static, whole.expr, data, data.kind.dtype, places))

    def make_of_dense(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value | None:
        """csr_matrix(A): what isn't stored, since it is zero now, has a derivative as well."""
        dense = args[0] if isinstance(args[0].kind, Array) else self.as_array(args[0], node)
        dense = self.settle(dense)
        if dense.kind.rank != 2:
            return None
        whole = self.solution(function, [dense, *args[1:]], keywords, Static("sparse"))
        data = self.settle(self.call_function(np.ravel, [self.at_this_moment(dense)], node))
        places = self.plain_call(self.of_scipy("coo_array"), [trees.np_call("ones_like", dense.expr)], {})
        return sparse_value(Sparse(function.static, whole.expr, data, data.kind.dtype, places.expr))

    def make_diagonals(self, function: Value, args: list[Value], keywords: dict[str, Value], node: Any) -> Value | None:
        """diags(x), diags([x, y], [0, 1], shape=...)."""
        given = dict(zip(("diagonals", "offsets", "shape", "format", "dtype"), args)) | keywords
        diagonals, offsets = given.get("diagonals"), given.get("offsets")
        if diagonals is None or any(given[key].varied for key in given if key != "diagonals"):
            return None
        pieces = self.items_throughout(diagonals)
        numbers = 0 if offsets is None else self.known(offsets)
        if offsets is not None and self.items_throughout(offsets) is not None:
            numbers = tuple(self.known(each) for each in self.items_throughout(offsets))
        if isinstance(numbers, int):
            alone = pieces is None or all(isinstance(each.kind, Scalar) for each in pieces)
            pieces, numbers = [diagonals] if alone else pieces, (numbers,)
        if not isinstance(numbers, tuple) or not all(type(each) is int for each in numbers):
            return None
        if pieces is None or len(pieces) != len(numbers):
            return None
        pieces = [self.settle(each if isinstance(each.kind, (Array, Scalar)) else self.as_array(each, node))
                  for each in pieces]  # fmt: skip
        if any(isinstance(each.kind, Array) and each.kind.rank != 1 for each in pieces):
            return None
        whole = self.solution(function, args, keywords, Static("sparse"))
        data, rows, columns = [], [], []
        for k, (piece, number) in enumerate(zip(pieces, numbers)):
            length = trees.call(trees.builtin("len"), piece.expr)
            if k > 0 or "shape" in given or isinstance(piece.kind, Scalar):  # a number, or an array of one, is for all
                length = length_of_diagonal(whole.expr, number)
                ones = self.numbers_of(trees.np_call("ones", length))
                piece = self.settle(self.binary(gast.Mult(), piece, ones, node))
            data.append(self.at_this_moment(piece))
            steps = self.numbers_of(trees.np_call("arange", length))
            rows.append(shifted(steps.expr, max(0, -number)))
            columns.append(shifted(steps.expr, max(0, number)))
        entries = data[0]
        if len(data) > 1:
            entries = self.settle(self.call_function(np.concatenate, [self.make_tuple(data)], node))
        where = gast.Tuple([self.joined_numbers(rows).expr, self.joined_numbers(columns).expr], gast.Load())
        places = self.stored_at(entries, where, whole.expr)
        cls = class_of_diagonals(function.static.__name__, self.known(given["format"]) if "format" in given else None)
        return sparse_value(Sparse(cls, whole.expr, entries, entries.kind.dtype, places))

    def joined_numbers(self, arrays: list[gast.AST]) -> Value:
        """One array of several, as a statement."""
        return self.numbers_of(
            trees.np_call("concatenate", gast.List(arrays, gast.Load())) if len(arrays) > 1 else arrays[0]
        )

    # ---------------------------------------------------------------- sums, multiples, products
    def multiple_of_sparse(self, op: gast.operator, matrix: Sparse, y: Value, first: bool, node: Any) -> Value | None:
        """y * A, A * y, A / y, of a number."""
        if not isinstance(op, gast.Mult) and not (isinstance(op, gast.Div) and first):
            return None
        data = self.data_of(matrix, node)
        y = self.settle(y)
        number = self.operand(y)
        whole = gast.BinOp(matrix.whole, op, number) if first else gast.BinOp(number, op, matrix.whole)
        made = self.settle(self.binary(op, data, y, node))
        return sparse_value(self.derived(matrix.cls, self.sparse_whole(whole), made, matrix))

    def constant_sparse(self, op: gast.operator, sides: list[Value], node: Any) -> Value | None:
        """What an operator makes of matrices that carry no gradient, where it is known that they are matrices."""
        found = [self.sparse_of(each) for each in sides]
        left, right = (matrix.whole if matrix else self.operand(each) for matrix, each in zip(found, sides))
        if all(each.object is None and not isinstance(each.static, Sparse) for each in sides):
            return self.emit(gast.BinOp(left, op, right), ir.Plain(True, 50), UNKNOWN, False)
        classes = [matrix.cls for matrix in found if matrix]
        dtypes = {matrix.dtype if matrix else "float64" for matrix in found}
        dtype = "float64" if dtypes == {"float64"} else ""
        nothing = Value(trees.const(None), Static(None))
        whole = self.sparse_whole(gast.BinOp(left, op, right))
        return sparse_value(Sparse(classes[0] if all(classes) else None, whole, nothing, dtype))

    def sparse_unary(self, op: gast.unaryop, value: Value, node: Any) -> Value | None:
        """-A."""
        matrix = value.static
        if not isinstance(matrix, Sparse) or not isinstance(op, gast.USub) or not matrix.data.varied:
            return None
        data = self.settle(self.call_function(np.negative, [self.data_of(matrix, node)], node))
        whole = self.sparse_whole(gast.UnaryOp(gast.USub(), matrix.whole))
        return sparse_value(self.derived(matrix.cls, whole, data, matrix))

    def of_two_sparse(self, op: gast.operator, first: Sparse, second: Sparse, node: Any) -> Value | None:
        if isinstance(op, (gast.Add, gast.Sub)):
            return self.sum_of_sparse(op, first, second, node)
        both = first.name.endswith("_matrix") and second.name.endswith("_matrix")
        if isinstance(op, gast.MatMult) or isinstance(op, gast.Mult) and both:
            return self.product_of_sparse(op, first, second, node)
        return None

    def sum_of_sparse(self, op: gast.operator, first: Sparse, second: Sparse, node: Any) -> Value:
        """A + B, A - B: the entries of the one that carries a gradient, or those of both."""
        data = [self.data_of(each, node) if each.data.varied else None for each in (first, second)]
        if data[1] is not None and isinstance(op, gast.Sub):
            data[1] = self.settle(self.call_function(np.negative, [data[1]], node))
        whole = self.sparse_whole(gast.BinOp(first.whole, op, second.whole))
        cls = first.cls if first.cls is not None and second.cls is not None else None
        for each, entries in zip((first, second), reversed(data)):
            if entries is None:
                return sparse_value(self.derived(cls, whole, data[0] or data[1], each))
        entries = self.settle(self.call_function(np.concatenate, [self.make_tuple(data)], node))
        p, q = self.coordinates_of(first), self.coordinates_of(second)
        where = [self.joined_numbers([trees.attr(p, part), trees.attr(q, part)]).expr for part in ("row", "col")]
        places = self.stored_at(entries, gast.Tuple(where, gast.Load()), whole)
        return sparse_value(Sparse(cls, whole, entries, entries.kind.dtype, places))

    def product_of_sparse(self, op: gast.operator, first: Sparse, second: Sparse, node: Any) -> Value:
        """A @ B, at the places that any numbers at those of A and B would fill."""
        from s2sad.rules.scipy import sparse

        whole = self.sparse_whole(gast.BinOp(first.whole, op, second.whole))
        filled = []
        for each in (first, second):
            p = self.coordinates_of(each)
            where = gast.Tuple([trees.attr(p, "row"), trees.attr(p, "col")], gast.Load())
            ones = trees.np_call("ones", trees.attr(p, "nnz"))
            filled.append(self.stored_at(Value(ones, UNKNOWN), where, each.whole))
        places = self.sparse_whole(trees.call(trees.attr(gast.BinOp(*pair(filled)), "tocoo")))
        values = [first.operand(), second.operand(), self.settle(first.data), self.settle(second.data)]
        values += [first.stored(), second.stored(), Value(places, UNKNOWN)]

        def made(exprs: list[gast.AST]) -> gast.AST:
            return trees.attr(places, "data")  # a number for each place: nobody reads them

        data = self.settle(self.primitive(sparse.ENTRIES, values, made, node))
        cls = first.cls if first.cls is not None and second.cls is not None else None
        return sparse_value(Sparse(cls, whole, data, data.kind.dtype, places))

    # ---------------------------------------------------------------- methods
    def sparse_method(
        self,
        function: Value,
        owner: Value,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value | None:
        """A.dot(x), A.tocoo(), A.toarray(), A.multiply(y), A.sum(), A.diagonal()."""
        matrix = self.sparse_of(owner)
        if name == "dot" and len(args) == 1:
            return self.dot_of_sparse(function, matrix, args[0], node, hint)
        if name == "multiply":
            varied = matrix.data.varied or args and args[0].varied
            return self.multiplied_sparse(function, matrix, args[0], node) if len(args) == 1 and varied else None
        if name == "tocoo" and args or owner.object is None and not isinstance(owner.static, Sparse):
            return None
        whole = trees.call(function.expr, *[self.operand(each) for each in args], **self.operands_of(keywords))
        if name in CONVERSIONS or name in ("asformat", "copy"):
            form = CONVERSIONS.get(name) or (self.known(args[0]) if args and name == "asformat" else None)
            cls = other_form(matrix.cls, form) if form else matrix.cls if name == "copy" else None
            return sparse_value(self.derived(cls, self.sparse_whole(whole), matrix.data, matrix))
        if not matrix.data.varied:
            return self.plain_call(function.expr, [each.expr for each in args], self.operands_of(keywords))
        if name == "transpose" and not args and not keywords:
            return self.sparse_attribute(matrix, owner, "T", node)
        return self.dense_of_sparse(function, matrix, name, args, keywords, node, hint)

    def dot_of_sparse(self, function: Value, matrix: Sparse, x: Value, node: Any, hint: str | None) -> Value | None:
        other = self.sparse_of(x)
        if other is not None:
            return self.of_two_sparse(gast.MatMult(), matrix, other, node)
        if not isinstance(x.kind, Array) or not (x.varied or matrix.data.varied):
            return None
        return self.sparse_product(matrix, x, True, lambda a, b: trees.call(function.expr, b), node, hint)

    def dense_of_sparse(
        self,
        function: Value,
        matrix: Sparse,
        name: str,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        """A.toarray(), A.diagonal(), A.sum(): arrays that are linear in the entries. A matrix's sum along one axis is a
        np.matrix, of which nothing is known."""
        from s2sad.rules.scipy import sparse

        given: dict[str, Value] = dict(zip(("axis",), args)) | keywords
        axis = self.known(given["axis"]) if "axis" in given else None
        rule: Any = {"toarray": sparse.DENSE, "diagonal": sparse.DIAGONAL, "sum": sparse.TOTAL}.get(name)
        if name == "sum" and axis is not None:
            rule = sparse.ALONG if matrix.name.endswith("_array") and axis in (0, 1, -1) else None
        if rule is None or set(given) - ({"axis"} if name == "sum" else set()):
            raise self.refuse("solver_part", node, name=matrix.name, part=name)
        values = [matrix.operand(), self.entries(matrix, node), matrix.stored()]
        if rule is sparse.ALONG:
            values.append(Value(trees.const(axis % 2), Scalar("int", axis % 2)))
        shown = {key: value.expr for key, value in given.items()}
        return self.primitive(rule, values, lambda exprs: trees.call(function.expr, **shown), node, hint)

    def multiplied_sparse(self, function: Value, matrix: Sparse, y: Value, node: Any) -> Value | None:
        """A.multiply(y): each entry times that of an array, which broadcasts."""
        if not isinstance(y.kind, (Array, Scalar)):
            return None
        from s2sad.rules.scipy import sparse

        y = self.settle(y)
        data = self.data_of(matrix, node)
        whole = self.sparse_whole(trees.call(function.expr, self.operand(y)))
        if isinstance(y.kind, Array):
            shape = Value(trees.attr(matrix.whole, "shape"), UNKNOWN)
            full = self.settle(self.call_function(np.broadcast_to, [y, shape], node))
            places = Value(self.coordinates_of(matrix), UNKNOWN)

            def picked(exprs: list[gast.AST]) -> gast.AST:
                parts = [trees.attr(exprs[1], part) for part in ("row", "col")]
                return trees.index(exprs[0], gast.Tuple(parts, gast.Load()))

            y = self.settle(self.primitive(sparse.PICKED, [full, places], picked, node))
        made = self.settle(self.binary(gast.Mult(), data, y, node))
        return sparse_value(self.derived(None, whole, made, matrix))

    # ---------------------------------------------------------------- for all of these
    def derived(self, cls: type | None, whole: gast.AST, data: Value, matrix: Sparse) -> Sparse:
        """A matrix with entries where those of another one are."""
        dtype = getattr(data.kind, "dtype", "") or matrix.dtype
        data = self.at_this_moment(data)
        if not data.varied:
            return Sparse(cls, whole, data, dtype)
        return Sparse(cls, whole, data, dtype, matrix.places or matrix.whole, matrix.coordinates)

    def at_this_moment(self, data: Value) -> Value:
        """Entries that a matrix has copied: what is written into the array afterwards doesn't change them."""
        written = data.varied and data.place is not None and self.is_written(data.place.root)
        return self.settle(self.call_function(np.array, [data], None)) if written else data

    def data_of(self, matrix: Sparse, node: Any) -> Value:
        """The entries, in the order of `places`, also of a constant matrix."""
        if matrix.data.varied:
            return self.entries(matrix, node)
        return self.numbers_of(trees.attr(self.coordinates_of(matrix), "data"), matrix.dtype)

    def coordinates_of(self, matrix: Sparse) -> gast.AST:
        """The form coo of what tells the places."""
        if matrix.coordinates is None:
            made = trees.call(trees.attr(matrix.places or matrix.whole, "tocoo"))
            matrix.coordinates = self.sparse_whole(made)
        return matrix.coordinates

    def stored_at(self, data: Value, where: gast.AST, like: gast.AST) -> gast.AST:
        """A matrix of the shape of another one, with these entries at these places."""
        pair = gast.Tuple([data.expr, where], gast.Load())
        return self.plain_call(self.of_scipy("coo_array"), [pair], {"shape": trees.attr(like, "shape")}).expr

    def sparse_whole(self, expr: gast.AST) -> gast.AST:
        """A statement that makes a matrix."""
        for each in trees.walk(expr):
            if isinstance(each, gast.Call):
                mark_pure(each)
        return self.emit(expr, ir.Plain(True, 50), Static("sparse"), False).expr

    def numbers_of(self, expr: gast.AST, dtype: str = "int64") -> Value:
        """A statement that makes a vector that carries no gradient."""
        for each in trees.walk(expr):
            if isinstance(each, gast.Call):
                mark_pure(each)
        return self.emit(expr, ir.Plain(True, 3), Array(dtype, (Dim(("places", self.site_number())),)), False)

    def operands_of(self, keywords: dict[str, Value]) -> dict[str, gast.AST]:
        return {key: self.operand(value) for key, value in keywords.items()}

    def of_scipy(self, name: str) -> gast.AST:
        from scipy import sparse

        return trees.attr(trees.module(sparse), name)


def pair(filled: list[gast.AST]) -> tuple[gast.AST, gast.AST, gast.AST]:
    return filled[0], gast.MatMult(), filled[1]


def length_of_diagonal(whole: gast.AST, number: int) -> gast.AST:
    rows, columns = (trees.index(trees.attr(whole, "shape"), trees.const(k)) for k in range(2))
    if number < 0:
        rows = gast.BinOp(rows, gast.Sub(), trees.const(-number))
    elif number > 0:
        columns = gast.BinOp(columns, gast.Sub(), trees.const(number))
    return trees.call(trees.builtin("min"), rows, columns)


def shifted(steps: gast.AST, by: int) -> gast.AST:
    return gast.BinOp(steps, gast.Add(), trees.const(by)) if by else steps


def other_form(cls: type | None, form: Any) -> type | None:
    """The class of the same matrix in another form."""
    from scipy import sparse

    if cls is None or not isinstance(form, str):
        return None
    return getattr(sparse, f"{form}_{cls.__name__.partition('_')[2]}", None)
