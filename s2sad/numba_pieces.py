"""Part of the stage `numba_fusion`: statements of arrays, taken apart into pieces that can be loops.

A piece is an elementwise expression over views of arrays and numbers, and what is done with it: it becomes a new array,
goes into a part of one, or is summed. What is no such expression inside of one becomes a statement before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import helpers, trees
from s2sad.numba_lengths import ONE, is_method, literal_slice
from s2sad.numba_short import size_of, split
from s2sad.numba_special_texts import parameters, special_of
from s2sad.numba_steps import View, cut, turned, widened
from s2sad.numba_views import ANYWHERE, as_read, is_view

ELEMENTWISE = ("exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "arctan", "arcsin", "arccos", "log1p",
               "expm1", "log2", "log10", "exp2", "absolute", "abs", "fabs", "square", "negative", "maximum", "minimum",
               "add", "subtract", "multiply", "divide", "true_divide", "arctan2", "hypot", "logaddexp", "less",
               "less_equal", "greater", "greater_equal", "equal", "not_equal", "sign", "isnan")  # fmt: skip
OPERATORS: dict[type, str] = {gast.Add: "+", gast.Sub: "-", gast.Mult: "*", gast.Div: "/"}
COMPARED: dict[type, str] = {gast.Lt: "<", gast.LtE: "<=", gast.Gt: ">", gast.GtE: ">=", gast.Eq: "==",
                             gast.NotEq: "!="}  # fmt: skip
CHARS = ("b", "i", "f")
MISFIT = "dy is not as large as the value"
FILLED = {"zeros_like": "0.0", "ones_like": "1.0"}
KNOWN_CALLS = ("len", "range", "float", "int", "abs", "min", "max", "bool", "round")


@dataclass
class Piece:
    """expression: of views and numbers; axes: of the loops; action: 'new', 'into', 'sum' or 'unbroadcast'; name: of the
    result; target: the view that is written into, by `sign`; axis: that is summed, None for all; like: what the result
    is as large as; node: the statement; reads, elsewhere: names whose elements are read in place, or otherwise."""

    expression: Any
    axes: Any
    action: str
    node: Any
    name: str = ""
    char: str = "f"
    target: View | None = None
    sign: str = ""
    axis: int | None = None
    keepdims: bool = False
    like: View | None = None
    views: list[View] = field(default_factory=list)
    leaves: dict[int, Any] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    again: bool = False  # computed in another loop as well

    def made(self) -> Any:
        """The axes of what an iteration computes whole; None where it is known behind the loop, or nothing."""
        if self.action == "new":
            return self.axes
        if self.action != "sum" or self.axis is None or self.axis < len(split(self.axes)[0]):
            return None
        return (*self.axes[: self.axis], *([ONE] if self.keepdims else []), *self.axes[self.axis + 1 :])


class Parts:
    """Takes statements apart. emit: takes pieces, and statements that stay as they are, in their order."""

    def __init__(self, ranks: Any, lengths: Any, fresh: Callable[[str], str], memory: Any) -> None:
        self.ranks, self.lengths, self.fresh, self.memory = ranks, lengths, fresh, memory
        self.out: list[Any] = []
        self.rebound: set[str] = set()  # names that more than one statement binds
        self.aliases: dict[str, Any] = {}  # of these, what view of another such name they stand for
        self.used: set[str] = set()  # aliases that loops see through

    def of(self, node: Any) -> list[Any]:
        """The pieces and statements that a statement is."""
        self.out = []
        if not self.is_plain(node):
            self.keep(node)
        elif isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name):
            self.named(node)
        elif isinstance(node, gast.AugAssign) or isinstance(node.targets[0], gast.Subscript):
            self.into(node)
        else:
            node.value = self.plain(node.value)
            self.keep(node)
        return self.out

    def is_plain(self, node: Any) -> bool:
        """Whether a statement is an assignment in which the order of evaluation is nobody's business."""
        if (
            not isinstance(node, (gast.Assign, gast.AugAssign))
            or isinstance(node, gast.Assign)
            and len(node.targets) > 1
        ):
            return False
        for each in trees.walk(node):
            if isinstance(each, (gast.Lambda, gast.ListComp, gast.NamedExpr, gast.Starred, gast.Await, gast.Yield)):
                return False
            if isinstance(each, gast.Call) and not self.is_pure(each):
                return False
        return True

    @staticmethod
    def is_pure(call: gast.Call) -> bool:
        if special_of(call):
            return True
        if any(each.arg == "out" or each.arg is None for each in call.keywords):
            return False
        if isinstance(call.func, gast.Name):
            known = getattr(call.func, "function", None) in (helpers.unbroadcast, helpers.last_stored)
            return known or call.func.id in KNOWN_CALLS
        found = trees.function_of(call.func)
        if found is None:
            return is_copy(call) or is_method(call, "pop")
        module = getattr(trees.function_of(call.func.value), "__name__", "")
        if isinstance(found, np.ufunc) and len(call.args) > found.nin:
            return False
        return module in ("math", "numpy.linalg") or module == "numpy" and call.func.attr not in (
            "copyto", "put", "fill_diagonal", "place", "putmask", "put_along_axis")  # fmt: skip

    def keep(self, node: Any) -> None:
        self.out.append(node)
        if isinstance(node, gast.Assign):
            node.known = {name: self.lengths.known.get(name) for name in trees.names_in(node.value)}
        self.lengths.statement(node)
        like = self.as_large_as(node)
        if like is not None:
            self.lengths.take(node.targets[0].id, self.lengths.of(like))
            self.out += self.look_at_shape(node, like)
        if isinstance(node, gast.Assign) and isinstance(node.targets[0], gast.Name) and len(node.targets) == 1:
            name, value = node.targets[0].id, node.value
            if isinstance(value, gast.BinOp) and isinstance(value.op, gast.MatMult) and self.is_new_product(value):
                node.product_axes = self.lengths.of(node.targets[0])
            if isinstance(value, gast.Subscript) and isinstance(value.value, gast.Name):
                known = value.value.id in self.lengths.known and not {name, value.value.id} & self.rebound
                view = self.view(value) if known else None
                if view is not None and isinstance(view.array, gast.Name):
                    self.aliases[name] = value
                    node.alias = name

    def is_new_product(self, node: gast.BinOp) -> bool:
        return self.ranks.char(node.left) == self.ranks.char(node.right) == "f" and self.ranks.rank(node) == 2

    def as_large_as(self, node: Any) -> Any:
        """v, of `v_grad = np.zeros_like(v) + dy`: how large dy is, is looked at behind it."""
        value = getattr(node, "value", None)
        adjoint = isinstance(node, gast.Assign) and getattr(node, "reverse", False)
        if not adjoint or not isinstance(value, gast.BinOp) or not isinstance(value.op, gast.Add):
            return None
        zeros = isinstance(value.left, gast.Call) and trees.function_of(value.left.func) is np.zeros_like
        like = value.left.args[0] if zeros and isinstance(node.targets[0], gast.Name) else None
        known = isinstance(like, gast.Name) and self.fits(like) and isinstance(value.right, gast.Name)
        rank = self.ranks.rank(like) if known else None
        return like if rank and rank == self.ranks.rank(node.targets[0]) and self.lengths.of(value) is None else None

    def look_at_shape(self, node: gast.Assign, like: gast.Name) -> list[Any]:
        """The test of how large dy is. Where that is known from the arguments, it needn't wait for the value."""
        name, shape = node.targets[0].id, f"{like.id}.shape"
        known = self.lengths.text_of_shape(like) if self.ranks.char(like) == "f" else None
        if known is not None:
            shape = known
            node.value.left = trees.np_call("zeros", gast.parse(shape, mode="eval").body)
        made = gast.parse(f"if {name}.shape != {shape}:\n    raise ValueError({MISFIT!r})").body
        for each in (node, *made):
            each.early = known is not None
        return list(made)

    # ------------------------------------------------------------------------------------------ statements
    def named(self, node: gast.Assign) -> None:
        value, name = node.value, node.targets[0].id
        total = self.reduction(value)
        if total is not None:
            made = self.lower(total[0])
            self.add(Piece(made, self.lengths.of(made), "sum", node, name, axis=total[1], keepdims=total[2]), value)
            return
        if self.is_unbroadcast(value) and not self.is_same(value):
            made, like = self.lower(value.args[0]), self.view(self.lower(value.args[1], view=True))
            axes = self.lengths.broadcast(self.lengths.of(made), self.lengths.of(value.args[1]))
            summed = shrunk_axis(axes, self.lengths.of(value.args[1]))
            if summed is not None and axes == self.lengths.of(made):
                self.add(Piece(made, axes, "sum", node, name, axis=summed, keepdims=True), value)
                return
            self.add(Piece(made, axes, "unbroadcast", node, name, like=like), value)
            return
        if self.is_elementwise(value):
            made = self.lower(value)
            self.add(Piece(made, self.lengths.of(made), "new", node, name), value)
            return
        if self.filled(value) is not None and split(self.lengths.of(value))[1]:
            self.add(Piece(value, self.lengths.of(value), "new", node, name), value)
            return
        node.value = self.plain(value)
        self.keep(node)

    def into(self, node: Any) -> None:
        """What is written into an array, or a part of one."""
        target = node.target if isinstance(node, gast.AugAssign) else node.targets[0]
        sign = "" if isinstance(node, gast.Assign) else OPERATORS.get(type(node.op))
        char, rank = self.ranks.of(target)
        fits = (
            rank
            and sign is not None
            and char == "f"
            and (isinstance(target, gast.Name) or is_view(target.slice, self.ranks))
        )
        place = self.view(as_read(target)) if fits else None
        value = self.ranks.of(node.value)
        small = value[0] in CHARS and isinstance(value[1], int) and isinstance(rank, int) and value[1] <= rank
        if place is None or not small:
            node.value = self.plain(node.value)
            self.keep(node)
            return
        made = self.lower(node.value)
        if any(view.key != place.key and self.overlap(place.array, view.array) for view in self.views(made)):
            made = self.hoisted(made if self.is_elementwise(made) else trees.np_call("copy", made))
        axes = self.lengths.of(as_read(target))
        self.lengths.broadcast(axes, self.lengths.of(made))
        piece = Piece(made, axes, "into", node, target=place, sign=sign or "")
        self.add(piece, node.value)

    def overlap(self, one: gast.AST, other: gast.AST) -> bool:
        """Whether two arrays may share memory."""
        roots, others = self.memory.of(one), self.memory.of(other)
        return bool(roots & others) or bool(roots and others) and ANYWHERE in roots | others

    def add(self, piece: Piece, value: gast.AST) -> None:
        """Ends a piece: what it reads, and how it is told of lengths."""
        piece.char = self.ranks.char(value) or "f"
        for each in leaves(piece.expression, self):
            found = None if self.ranks.rank(each) == 0 else self.filled(each) or self.view(each)
            piece.leaves[id(each)] = found
            if found is None:
                piece.elsewhere |= trees.names_in(each)
            else:
                piece.views.append(found)
        self.out.append(piece)
        self.lengths.statement(piece.node)
        if piece.name and piece.name not in self.rebound:
            self.memory.roots[piece.name] = {piece.name}

    # ------------------------------------------------------------------------------------------ expressions
    def reduction(self, node: Any) -> tuple[Any, Any, bool] | None:
        """(array, axis or None, keepdims) of a sum that loops can compute."""
        if not isinstance(node, gast.Call) or not isinstance(node.func, gast.Attribute) or node.func.attr != "sum":
            return None
        function = trees.function_of(node.func)
        args = node.args if function is np.sum else [node.func.value, *node.args]
        given = {each.arg: each.value for each in node.keywords}
        if function not in (None, np.sum) or not 1 <= len(args) <= 2 or set(given) - {"axis", "keepdims"}:
            return None
        char, rank = self.ranks.of(args[0])
        axis = args[1] if len(args) > 1 else given.get("axis")
        number = None if axis is None or getattr(axis, "value", 0) is None else trees.literal(axis)
        keep = getattr(given.get("keepdims"), "value", False)
        if char not in CHARS or not isinstance(rank, int) or not 1 <= rank <= 3 or keep not in (True, False):
            return None
        if number is None:
            alone = (axis is None or getattr(axis, "value", 0) is None) and not keep
            return (
                (args[0], None, False) if alone and self.fits(args[0]) and not isinstance(args[0], gast.Name) else None
            )
        if not isinstance(number, int) or not -rank <= number < rank or rank == 1 or not self.fits(args[0]):
            return None
        return args[0], number % rank, keep

    def fits(self, node: gast.AST) -> bool:
        """Whether loops can go over an array."""
        axes = self.lengths.of(node)
        return bool(axes) and len(axes) <= 3 and len(axes) == self.ranks.rank(node)

    def is_unbroadcast(self, node: Any) -> bool:
        if not helpers.is_unbroadcast(node):
            return False
        if self.ranks.char(node.args[0]) not in CHARS or not self.fits(node.args[0]):
            return False
        like = node.args[1]
        return self.ranks.char(like) is not None and self.fits(like) and self.view(like) is not None

    def is_same(self, node: gast.Call) -> bool:
        """Whether nothing was broadcast, for sure."""
        return bool(self.lengths.of(node.args[0]) == self.lengths.of(node.args[1]))

    def is_elementwise(self, node: Any) -> bool:
        """Whether an expression computes a new array, each element from those at its place."""
        if self.ranks.char(node) not in CHARS or not self.ranks.rank(node) or not self.fits(node):
            return False
        if isinstance(node, gast.BinOp):
            if type(node.op) not in OPERATORS:
                return is_power(node) and self.ranks.char(node.left) == "f"
            return self.ranks.char(node.left) != "b" or self.ranks.char(node.right) != "b"
        if isinstance(node, gast.UnaryOp):
            return isinstance(node.op, gast.USub) and self.ranks.char(node.operand) != "b"
        if isinstance(node, gast.Compare):
            return len(node.ops) == 1 and type(node.ops[0]) in COMPARED
        if not isinstance(node, gast.Call):
            return False
        if is_copy(node):
            return True
        if self.is_unbroadcast(node):
            return self.is_same(node)
        chars = [self.ranks.char(each) for each in node.args]
        if special_of(node):
            return len(node.args) == len(parameters(node.func.special)) and set(chars) <= {"b", "i", "f"}
        found = trees.function_of(node.func) if isinstance(node.func, gast.Attribute) else None
        if is_cross(node):
            axes = [self.lengths.of(each) for each in node.args]
            return all(each and len(each) == self.ranks.rank(node) > 1 and size_of(each[-1]) == 3 for each in axes)
        if found in (np.copy, np.array):
            return len(node.args) == 1 and not node.keywords
        if found is np.where:
            return len(node.args) == 3 and self.ranks.char(node.args[0]) == "b" and not node.keywords
        fits = isinstance(found, np.ufunc) and node.func.attr in ELEMENTWISE and len(node.args) == found.nin
        return fits and not node.keywords and set(chars) <= {"b", "i", "f"} and set(chars) != {"b"}

    def lower(self, node: Any, view: bool = False) -> Any:
        """An expression of which only views of arrays, numbers and elementwise operations are left."""
        if not view and self.is_elementwise(node):
            if self.is_unbroadcast(node):
                return self.lower(node.args[0])
            if is_copy(node):
                return self.lower(node.func.value)
            if isinstance(node, gast.BinOp):
                return self.lower_spine(node)
            if isinstance(node, gast.UnaryOp):
                return with_fields(node, operand=self.lower(node.operand))
            if isinstance(node, gast.Compare):
                return with_fields(node, left=self.lower(node.left), comparators=[self.lower(node.comparators[0])])
            if trees.function_of(node.func) in (np.copy, np.array):
                return self.lower(node.args[0])
            if is_cross(node):  # whose elements are read twice
                return with_fields(node, args=[self.named_or_view(each) for each in node.args])
            return with_fields(node, args=[self.lower(each) for each in node.args])
        if self.ranks.rank(node) == 0:
            return self.plain(node)
        if self.filled(node) is not None or self.view(node) is not None:
            return node
        made = self.plain(node)
        return made if self.view(made) is not None else self.hoisted(made)

    def named_or_view(self, node: Any) -> Any:
        return node if self.view(node) is not None else self.hoisted(node)

    def lower_spine(self, node: gast.BinOp) -> Any:
        """A long sum is no deep recursion."""
        spine = [node]
        while isinstance(spine[-1].left, gast.BinOp) and self.is_elementwise(spine[-1].left):
            spine.append(spine[-1].left)
        made = self.lower(spine[-1].left)
        for each in reversed(spine):
            made = with_fields(each, left=made, right=self.lower(each.right))
        return made

    def plain(self, node: Any) -> Any:
        """An expression that stays, with the arrays that are computed inside of it as names."""
        if isinstance(node, (gast.IfExp, gast.BoolOp, gast.Name, gast.Constant)) or node is None:
            return node
        if self.is_elementwise(node) or self.reduction(node) is not None or self.is_unbroadcast(node):
            return self.hoisted(node)
        made = with_fields(node)
        for key, value in gast.iter_fields(node):
            if isinstance(value, list):
                setattr(made, key, [self.plain(each) if isinstance(each, gast.expr) else each for each in value])
            elif isinstance(value, gast.expr):
                setattr(made, key, self.plain(value))
        return made

    def hoisted(self, node: gast.AST) -> gast.Name:
        """A name for what is computed in a statement before."""
        name = self.fresh("t")
        self.ranks.known[name] = self.ranks.of(node)
        self.memory.add(name, self.memory.of(node) or {name})
        self.named(gast.Assign([trees.name(name, store=True)], node, None))
        return trees.name(name)

    # ------------------------------------------------------------------------------------------ views
    def filled(self, node: Any) -> Any:
        """The array that an array of zeros or ones, inside of an expression, is as large as."""
        found = trees.function_of(node.func) if isinstance(node, gast.Call) else None
        if found not in (np.zeros_like, np.ones_like) or len(node.args) != 1 or node.keywords:
            return None
        return self.view(node.args[0]) if self.ranks.char(node.args[0]) == "f" else None

    def view(self, node: Any) -> View | None:
        """A part of an array that loops can read where it lies."""
        rank = self.ranks.rank(node)
        if not rank or self.ranks.char(node) not in CHARS or not self.fits(node):
            return None
        made = self.view_of(node)
        if made is not None:
            made.key = repr([trees.show(made.array), made.steps])
            made.node, made.axes = node, self.lengths.of(node)
        return made

    def view_of(self, node: Any) -> View | None:
        if isinstance(node, gast.Name):
            rank = self.ranks.rank(node)
            if node.id in self.aliases:
                self.used.add(node.id)
                return self.view_of(self.aliases[node.id])
            return View(node, [(k, 0, None) for k in range(rank)], rank) if rank else None
        if isinstance(node, gast.Attribute) and node.attr == "T":
            base = self.view_of(node.value)
            return None if base is None or base.rank != 2 else turned(base)
        if isinstance(node, gast.Call) and trees.function_of(node.func) is np.expand_dims and len(node.args) == 2:
            base, axis = self.view_of(node.args[0]), trees.literal(node.args[1])
            return None if base is None or axis not in (0, 1) or axis > base.rank else widened(base, int(axis))
        if not isinstance(node, gast.Subscript) or not has_new(node.slice, self.ranks):
            return None
        steps = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
        base = self.view_of(node.value)
        literal = all(
            isinstance(each, gast.Constant) and each.value is None
            or (literal_slice(each) is not None if isinstance(each, gast.Slice) else trees.is_at_least(each, 0))
            for each in steps
        )  # fmt: skip
        if base is not None and literal and isinstance(node.value, gast.Name) and base.is_whole():
            return cut(base, steps)
        new = [each for each in steps if isinstance(each, gast.Constant) and each.value is None]
        rank = self.ranks.rank(node)
        if new or rank is None or not self.is_simple(node):
            return None
        return View(node, [(k, 0, None) for k in range(rank)], rank)

    @staticmethod
    def is_simple(node: gast.AST) -> bool:
        """Whether a view can be taken where the loops are called."""
        kinds = (gast.Name, gast.Subscript, gast.Slice, gast.Constant, gast.BinOp, gast.UnaryOp, gast.Tuple,
                 gast.operator, gast.unaryop, gast.expr_context)  # fmt: skip
        return all(isinstance(each, kinds) for each in trees.walk(node))

    def views(self, node: Any) -> list[View]:
        """The views in an expression that was lowered."""
        return [found for each in leaves(node, self) if (found := self.view(each) or self.filled(each)) is not None]


def leaves(node: Any, parts: Parts) -> list[Any]:
    """The views and numbers of an expression that was lowered."""
    found, pending = [], [node]
    while pending:
        each = pending.pop()
        if parts.ranks.rank(each) == 0 or parts.filled(each) is not None or parts.view(each) is not None:
            found.append(each)
        elif isinstance(each, gast.BinOp):
            pending += [each.right, each.left]
        elif isinstance(each, gast.UnaryOp):
            pending.append(each.operand)
        elif isinstance(each, gast.Compare):
            pending += [each.comparators[0], each.left]
        else:
            pending += each.args[::-1]
    return found


def with_fields(node: Any, **fields: Any) -> Any:
    """A copy of a node alone, with other parts."""
    made = type(node)(*(getattr(node, key, None) for key in node._fields))
    made.__dict__.update(node.__dict__)
    for key, value in fields.items():
        setattr(made, key, value)
    return made


def is_copy(node: Any) -> bool:
    """Whether this is the method of an array (or list)."""
    return (
        isinstance(node, gast.Call)
        and isinstance(node.func, gast.Attribute)
        and node.func.attr == "copy"
        and trees.function_of(node.func) is None
        and not (node.args or node.keywords)
    )


def is_cross(node: gast.Call) -> bool:
    function = trees.function_of(node.func) if isinstance(node.func, gast.Attribute) else None
    known = function is not None and function in (np.cross, getattr(np.linalg, "cross", None))
    return known and len(node.args) == 2 and not node.keywords


def is_power(node: gast.BinOp) -> bool:
    return isinstance(node.op, gast.Pow) and trees.literal(node.right) in (2, 0.5, -1, 3, 4, -2, 1.5, -0.5)


def has_new(index: Any, ranks: Any) -> bool:
    """Whether an index is of slices, numbers and new axes."""
    steps = index.elts if isinstance(index, gast.Tuple) else [index]
    return all(isinstance(each, gast.Slice) or isinstance(each, gast.Constant) and each.value is None
               or ranks.of(each) == ("i", 0) for each in steps)  # fmt: skip


def shrunk_axis(axes: Any, like: Any) -> int | None:
    """The short axis that is the only one along which something of length 1 was broadcast."""
    if axes is None or like is None or len(axes) != len(like):
        return None
    found = [k for k, (length, own) in enumerate(zip(axes, like)) if length != own]
    short = len(found) == 1 and like[found[0]] == ONE and found[0] >= len(split(axes)[0])
    return found[0] if short else None
