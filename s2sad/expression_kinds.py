"""Part of the stage `simplify`: the kinds of expressions of the reverse sweep, as far as its names tell them.

>>> from s2sad.kinds import Array, Dim, Scalar
>>> import gast
>>> n, m = Dim("n", True), Dim("m", True)
>>> known = ExpressionKinds({"A": Array("float64", (n, m)), "v": Array("float64", (m,)), "s": Scalar("float")}.get)
>>> [known.rank(gast.parse(text, mode="eval").body) for text in ("A * v", "A @ v", "s * s", "A.T[:, None]", "f(A)")]
[2, 1, 0, 3, None]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.indexing import sliced
from s2sad.kinds import ONE, Array, Dim, Kind, Scalar, broadcast_dims, loose

Dims = tuple[Dim, ...]
# Functions whose result has the shape of their first argument, whatever else they are given.
AS_LARGE = (np.zeros_like, np.roll, np.flip, np.fliplr, np.flipud, np.tril, np.triu, np.linalg.inv)
REDUCTIONS = (np.sum, np.mean, np.max, np.min, np.prod, np.std, np.var)  # axis=, keepdims=
REAL = ("sum", "mean", "max", "min", "exp", "log", "sqrt", "abs", "sin", "cos", "tanh")  # of real numbers


def kind_of_names(info: dict[str, Any], kinds: dict[str, Kind]) -> Callable[[str], Kind | None]:
    """The kinds of a program's names: those of the adjoints, and what `infer` knows of the others."""

    def kind_of(name: str) -> Kind | None:
        own = kinds.get(name)
        return own if own is not None else info[name].kind if name in info else None

    return kind_of


class ExpressionKinds:
    """Asks `kind_of_name` for the kinds of names. What is not known is None."""

    def __init__(self, kind_of_name: Callable[[str], Kind | None]) -> None:
        self.kind_of_name = kind_of_name

    def rank(self, node: gast.AST) -> int | None:
        dims = self.dims(node)
        return None if dims is None else len(dims)

    def dims(self, node: gast.AST) -> Dims | None:
        """The axes of what an expression gives: () for a number."""
        if isinstance(node, gast.Name):
            kind = self.kind_of_name(node.id)
            return () if isinstance(kind, Scalar) else kind.dims if isinstance(kind, Array) else None
        method = getattr(self, f"_of_{type(node).__name__}", None)
        return None if method is None else method(node)

    def is_float(self, node: gast.AST) -> bool:
        """Whether an expression is made of real floats by what leaves them real."""
        todo = [node]
        while todo:
            each = todo.pop()
            if isinstance(each, gast.Name):
                kind = self.kind_of_name(each.id)
                if not isinstance(kind, (Scalar, Array)) or kind.char != "f":
                    return False
            elif isinstance(each, gast.Constant):
                if isinstance(each.value, complex):
                    return False
            elif isinstance(each, gast.Call):
                if not any(is_numpy(each, name) for name in REAL):
                    return False
                todo += each.args
            elif isinstance(each, (gast.Subscript, gast.Attribute)):
                todo.append(each.value)
            else:
                todo += [part for part in gast.iter_child_nodes(each) if isinstance(part, gast.expr)]
        return True

    def _of_Constant(self, node: gast.Constant) -> Dims | None:
        return () if isinstance(node.value, (int, float, complex)) else None

    def _of_UnaryOp(self, node: gast.UnaryOp) -> Dims | None:
        return self.dims(node.operand)

    def _of_Compare(self, node: gast.Compare) -> Dims | None:
        if len(node.ops) != 1 or isinstance(node.ops[0], (gast.Is, gast.IsNot, gast.In, gast.NotIn)):
            return None
        return broadcast_dims(self.dims(node.left), self.dims(node.comparators[0]))

    def _of_BoolOp(self, node: gast.BoolOp) -> Dims | None:
        return () if all(self.dims(each) == () for each in node.values) else None

    def _of_IfExp(self, node: gast.IfExp) -> Dims | None:
        return () if self.dims(node.body) == () == self.dims(node.orelse) else None

    def _of_BinOp(self, node: gast.BinOp) -> Dims | None:
        left, right = self.dims(node.left), self.dims(node.right)
        if left is None or right is None:
            return None
        if not isinstance(node.op, gast.MatMult):
            return broadcast_dims(left, right)
        if len(left) not in (1, 2) or len(right) not in (1, 2):
            return None
        return (*left[:-1], *(right[1:] if len(right) == 2 else ()))

    def _of_Subscript(self, node: gast.Subscript) -> Dims | None:
        """x[:, None], x[k], x[1:-1], x[..., None]; any other index is not looked at."""
        if isinstance(node.value, gast.Attribute) and node.value.attr == "shape":
            return ()
        dims = self.dims(node.value)
        steps = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
        if dims is None:
            return None
        new = [is_new_axis(step) for step in steps]
        cuts: list[Any] = [literal_bounds(step) for step in steps]
        parts = [cut is not None for cut in cuts]
        dots = [isinstance(step, gast.Constant) and step.value is ... for step in steps]
        one = [self.is_whole_number(step) for step in steps]
        if not all(map(any, zip(new, parts, dots, one))) or sum(dots) > 1 or sum(parts) + sum(one) > len(dims):
            return None
        made: list[Dim] = []
        left = list(dims)
        for k in range(len(steps)):
            if new[k]:
                made.append(ONE)
            elif one[k]:
                del left[0]
            elif parts[k]:
                made.append(sliced(left.pop(0), cuts[k]))
            else:
                count = len(left) - sum(parts[k:]) - sum(one[k:])
                made += left[:count]
                del left[:count]
        return (*made, *left)

    def is_whole_number(self, node: gast.AST) -> bool:
        """Whether an index is a single whole number: sums and products of such."""
        if isinstance(node, gast.BinOp):
            whole = isinstance(node.op, (gast.Add, gast.Sub, gast.Mult))
            return whole and self.is_whole_number(node.left) and self.is_whole_number(node.right)
        if isinstance(node, gast.Name):
            kind = self.kind_of_name(node.id)
            return isinstance(kind, Scalar) and kind.char == "i"
        return type(trees.literal(node)) is int

    def _of_Attribute(self, node: gast.Attribute) -> Dims | None:
        if node.attr == "T":
            dims = self.dims(node.value)
            return None if dims is None else dims[::-1]
        return () if node.attr in ("size", "ndim") else None

    def _of_Call(self, node: gast.Call) -> Dims | None:
        called = trees.function_of(node.func)
        if any(called is each for each in REDUCTIONS):
            return self._of_sum(node)
        if is_numpy(node, "outer") and not node.keywords:
            rows, columns = map(self.dims, node.args)
            return (*rows, *columns) if rows is not None and columns is not None else None
        if is_numpy(node, "expand_dims") and len(node.args) == 2:
            return self._of_expand_dims(node)
        if any(called is each for each in AS_LARGE) and not any(each.arg == "shape" for each in node.keywords):
            return self.dims(node.args[0]) if node.args else None
        if called is np.cumsum or called is np.cumprod:
            dims = self.dims(node.args[0])
            return dims if dims is not None and len(dims) == 1 else None
        if (isinstance(called, np.ufunc) and called.nout == 1 and called.signature is None) or called is np.where:
            return None if node.keywords else broadcast_dims(*map(self.dims, node.args))
        function = node.func
        if (
            isinstance(function, gast.Attribute)
            and getattr(getattr(function.value, "module", None), "__name__", "") == "math"
        ):
            return ()
        return () if isinstance(function, gast.Name) and function.id in ("len", "float", "int") else None

    def _of_expand_dims(self, node: gast.Call) -> Dims | None:
        inner, axis = self.dims(node.args[0]), trees.literal(node.args[1])
        if inner is None or type(axis) is not int:
            return None
        place = axis % (len(inner) + 1)
        return (*inner[:place], ONE, *inner[place:])

    def _of_sum(self, node: gast.Call) -> Dims | None:
        inner, found = self.dims(node.args[0]), axes_of_sum(node)
        if inner is None or found is None:
            return None
        axes, keepdims = found
        if axes is None:
            return None if keepdims else ()
        gone = {axis % len(inner) for axis in axes} if inner else set()
        return tuple(ONE if k in gone else dim for k, dim in enumerate(inner) if keepdims or k not in gone)


def literal_bounds(step: gast.AST) -> tuple[Any, Any, Any] | None:
    """(1, -1, None) of the slice `1:-1`; None where it is no slice, or has other bounds than whole numbers."""
    if not isinstance(step, gast.Slice):
        return None
    given = (step.lower, step.upper, step.step)
    start, stop, by = (None if each is None else trees.literal(each) for each in given)
    return (start, stop, by) if all(a is None or type(b) is int for a, b in zip(given, (start, stop, by))) else None


def is_new_axis(node: gast.AST) -> bool:
    """None or np.newaxis, in an index."""
    if isinstance(node, gast.Attribute):
        return node.attr == "newaxis"
    return isinstance(node, gast.Constant) and node.value is None


def is_numpy(node: gast.AST, function: str) -> bool:
    """Whether the node is a call of NumPy's function of that name."""
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute) and node.func.attr == function):
        return False
    return getattr(getattr(node.func.value, "module", None), "__name__", "") == "numpy"


def axes_of_sum(node: gast.Call) -> tuple[tuple[int, ...] | None, bool] | None:
    """(axes or None for all, keepdims) of a reduction that is given nothing but these; None for any other call."""
    axes, keepdims = None, False
    if len(node.args) != 1:
        return None
    for keyword in node.keywords:
        if keyword.arg == "axis":
            parts = keyword.value.elts if isinstance(keyword.value, gast.Tuple) else [keyword.value]
            values = [trees.literal(part) for part in parts]
            if not all(isinstance(value, int) for value in values):
                return None
            axes = tuple(values)
        elif keyword.arg == "keepdims" and isinstance(keyword.value, gast.Constant):
            keepdims = bool(keyword.value.value)
        else:
            return None
    return axes, keepdims


def same_axes(a: Dims, b: Dims) -> bool:
    """Whether arrays of these axes have the same shape, for sure."""
    return len(a) == len(b) and all(m == n and not loose(m) for m, n in zip(a, b))
