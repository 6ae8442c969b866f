"""What NumPy and Python offer and Numba does not, and how it is written for Numba: a table, for people to extend.

Reductions and integers are here, the others in the files beside. A form gets the arguments and what is known of them,
and returns another expression, or None to leave the call as it is (Numba may know it, or refuses it). What takes a loop
is a function printed beside the program, made by `numba_helpers.py`.

>>> show("np.sum(A, axis=0, keepdims=True)")
'np.expand_dims(sum_along_0(A), 0)'
>>> show("np.concatenate([u, v])"), show("np.max(A)"), show("u.max()")
('np.concatenate((u, v))', 'np.max(A)', 'u.max()')
"""

from __future__ import annotations

import functools
import math
from typing import Any

import gast
import numpy as np

from s2sad import numba_helpers, numba_rarer, numba_slices, numba_special, trees  # noqa: F401  # they register their forms
from s2sad import numba_more as more
from s2sad.numba_axes import spread
from s2sad.numba_products import product
from s2sad.numba_ranks import Expressions, mark_numpy
from s2sad.numba_registry import FORMS, by_rows, is_turned

REDUCTIONS = ("sum", "prod", "mean", "max", "min", "amax", "amin", "var", "std", "all", "any", "ptp")
ALIASES = {"amax": "max", "amin": "min"}
METHODS = ("round", "sum", "prod", "mean", "max", "min", "var", "std", "all", "any", "ptp")
REDUCED = {"add.reduce": "sum", "multiply.reduce": "prod", "maximum.reduce": "max", "minimum.reduce": "min"}
DTYPES = {"float": "float64", "int": "int64", "bool": "bool_", "complex": "complex128"}
LIST_TO_TUPLE = ("concatenate", "stack", "vstack", "hstack", "column_stack", "dstack")


class Forms:
    """The forms, for one module's text."""

    def __init__(self, used: set[str], numpy: str, modules: dict[str, Any] | None = None) -> None:
        self.used, self.numpy = used, numpy
        self.modules = {} if modules is None else modules  # that the text needs, by name
        self.names: dict[str, str] = {}
        self.own: dict[str, str] = {}
        self.new: list[gast.FunctionDef] = []
        self.loops: dict[str, int] = {}
        self.known: Any = None  # what is known where a call stands
        self.narrow = False  # whether there may be numbers of fewer digits than Python's
        self.solves_matrices = False  # whether the module solves systems with several right-hand sides

    def fresh(self, name: str, known: Expressions) -> str:
        """A name that nobody has for the variable of a comprehension."""
        if name in self.own.values():
            return name
        if name not in self.own:
            made = f"{name}_"
            while made in self.used:
                made += "_"
            self.used.add(made)
            self.own[name] = made
            known.known[made] = known.known.get(name, (None, None))
        return self.own[name]

    def take_new(self) -> list[gast.FunctionDef]:
        """The helpers that were asked for since this was last called."""
        made, self.new = self.new, []
        return made

    def helper(self, key: str, text: str, *args: gast.AST) -> gast.Call:
        """A call of a helper, printed once under a name that nobody has."""
        if key not in self.names:
            name = key if key.isidentifier() else text[4 : text.index("(")]
            while name in self.used:
                name += "_"
            self.used.add(name)
            self.names[key] = name
            tree = gast.parse(text).body[0]
            tree.name, tree.helper = name, not key.startswith(("add_at", "subtract_at", "store_at", "taken_at"))
            for node in trees.walk(tree):
                if isinstance(node, gast.Name) and node.id in ("np", "math"):
                    node.module = np if node.id == "np" else math
                    node.id = self.numpy if node.id == "np" else self.math()
            self.new.append(tree)
        return trees.call(trees.name(self.names[key]), *args)

    def math(self) -> str:
        """What the text calls the module."""
        found = next((name for name, module in self.modules.items() if module is math), "math")
        while found not in self.modules and found in self.used:
            found += "_"
        self.used.add(found)
        self.modules[found] = math
        return found

    def number(self, text: str) -> int:
        """A number for a loop of the program, its own for each text."""
        return self.loops.setdefault(text, len(self.loops) + 1)

    def np(self, function: str, *args: gast.AST, **keywords: gast.AST) -> gast.Call:
        made = trees.np_call(function, *args, **keywords)
        made.func.value.id = self.numpy
        return made

    # ------------------------------------------------------------------------------------------ loops
    def iterated(self, node: gast.AST, known: Expressions) -> gast.AST:
        """What a loop runs over: Numba has no `reversed`."""
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id in ("zip", "enumerate"):
            node.args = [self.iterated(each, known) for each in node.args]
            return node
        if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id == "reversed"):
            return node
        inner = node.args[0]
        if isinstance(inner, gast.Call) and isinstance(inner.func, gast.Name) and inner.func.id == "range":
            return reversed_range(inner)
        if isinstance(inner, gast.Call):
            return trees.index(inner, trees.const(slice(None, None, -1)))
        return trees.index(inner, gast.Slice(None, None, trees.const(-1)))

    # ------------------------------------------------------------------------------------------ calls
    def prepared(self, node: gast.Call, known: Expressions) -> Any:
        """What is known of the arguments before they are written anew."""
        base = known.of(node.func.value) if isinstance(node.func, gast.Attribute) else None
        return base, [known.of(each) for each in node.args]

    def call(self, node: gast.Call, known: Expressions, before: Any) -> gast.AST:
        base, sorts = before
        self.known = known
        if hasattr(node.func, "special"):
            return numba_special.call(self, node, sorts) or node
        name, args = None, list(node.args)
        function = trees.function_of(node.func) if isinstance(node.func, gast.Attribute) else None
        if function is not None:
            name = self.numpy_name(node.func)
        elif (
            isinstance(node.func, gast.Attribute)
            and node.func.attr in METHODS
            and (node.keywords + node.args or node.func.attr == "round")
        ):
            name, args = node.func.attr, [node.func.value, *args]
            sorts = [base, *sorts]
        if function is math.hypot and not node.keywords:
            return functools.reduce(lambda a, b: trees.call(trees.copy_tree(node.func), a, b), args)
        method = getattr(node.func, "attr", "") if name is None else ""
        if method in ("reshape", "ravel", "flatten") and is_turned(node.func.value):  # NumPy copies then
            node.func.value = by_rows(self, node.func.value)
        if method == "astype" and len(node.args) == 1 and getattr(node.args[0], "id", "") in DTYPES:
            node.args[0] = trees.attr(trees.name(self.numpy, module=np), DTYPES[node.args[0].id])
        if name is None:
            return more.builtin(self, node, sorts) if isinstance(node.func, gast.Name) else node
        for each in node.keywords:
            if each.arg == "dtype" and getattr(each.value, "id", "") in DTYPES:
                each.value = trees.attr(trees.name(self.numpy, module=np), DTYPES[each.value.id])
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if name in REDUCTIONS:
            return self.reduction(node, ALIASES.get(name, name), args, given, sorts) or node
        if name in REDUCED and args:
            given = {"axis": trees.const(0), **given}
            return self.reduction(node, REDUCED[name], args, given, sorts) or node
        if name == "round" and function is None and base is not None and base[1] not in (0, None):
            return self.np("round", *args, **given)
        if name in LIST_TO_TUPLE and args and isinstance(args[0], gast.List):
            node.args[0] = gast.Tuple(args[0].elts, gast.Load())
            return node
        form = FORMS.get(name)
        return (form(self, args, given, sorts) if form is not None else None) or node

    def numpy_name(self, function: gast.Attribute) -> str | None:
        """'sum' of `np.sum`, 'linalg.norm' of `np.linalg.norm`, 'add.reduce' of `np.add.reduce`."""
        owner = trees.function_of(function.value)
        if owner is np:
            return function.attr
        inner = getattr(function.value, "attr", "")
        if owner is np.linalg:
            return f"linalg.{function.attr}"
        return f"{inner}.{function.attr}" if isinstance(owner, np.ufunc) else None

    def reduction(
        self, node: gast.Call, name: str, args: list[Any], given: dict[str, Any], sorts: list[Any]
    ) -> gast.AST | None:
        if len(args) > 1:
            given = {**given, "axis": args[1]}
        if name in ("var", "std") and len(args) < 3:
            return spread(self, name, args[0], given, sorts[0])
        if set(given) - {"axis", "keepdims"} or len(args) > 2:
            return None
        keep = given.get("keepdims")
        if keep is not None and not isinstance(keep, gast.Constant):
            return None
        keepdims = keep is not None and bool(keep.value)
        array, (char, rank) = args[0], sorts[0]
        rank = rank if isinstance(rank, int) else None
        axes = axes_of(given.get("axis"))
        if axes is None:
            return None
        if char == "b" and name in ("sum", "mean", "prod"):
            array = trees.binary(gast.Mult, trees.const(1), array)
        if axes == ():
            if not keepdims:
                return self.np(name, array) if "keepdims" in given or char == "b" else None
            if rank is None:
                return None
            whole = self.np(name, array)
            return self.np("full", trees.const((1,) * rank), whole) if rank else whole
        if rank is None:
            return None
        axes = tuple(sorted((axis % rank for axis in axes), reverse=True)) if rank else axes
        if len(axes) == rank and rank:
            whole = self.np(name, array)
            return self.np("full", trees.const((1,) * rank), whole) if keepdims else whole
        if name == "ptp":
            if not trees.is_atom(array):
                return None
            parts = [self.reduction(node, each, args[:1], given, sorts) for each in ("max", "min")]
            return None if None in parts else trees.sub(*parts)
        made, left = array, rank
        for axis in axes:
            along = self.along(name, left, axis, made)
            made, left = along, left - 1
        if keepdims:
            for axis in reversed(axes):
                made = self.np("expand_dims", made, trees.const(axis))
        return made

    def along(self, name: str, rank: int, axis: int, array: gast.AST) -> gast.AST:
        if rank == 1:
            return self.np(name, array)
        return self.helper(
            f"{name}_along_{axis}_of_{rank}" if rank != 2 else f"{name}_along_{axis}",
            numba_helpers.along(name, rank, axis),
            array,
        )

    # ------------------------------------------------------------------------------------------ arithmetic
    def operation(self, op: gast.AST, left: gast.AST, right: gast.AST, sorts: Any, growing: bool) -> gast.AST | None:
        """Integer arithmetic that Numba does otherwise than Python: it wraps around at 64 bits, an int to the power of
        a negative one is 0, and nothing is said of a division by 0. growing: in a loop, from what the loop computes."""
        if isinstance(op, gast.MatMult):
            return product(self, [left, right], {}, sorts)
        if sorts != (("i", 0), ("i", 0)):
            return None
        value = trees.literal(right)
        if isinstance(op, gast.Pow) and not (isinstance(value, int) and 0 <= value <= 2 and not growing):
            return self.helper("int_power", numba_helpers.INT_POWER, left, right)
        if isinstance(op, (gast.FloorDiv, gast.Mod)) and not value:
            name = "int_floor_divide" if isinstance(op, gast.FloorDiv) else "int_remainder"
            sign = "//" if isinstance(op, gast.FloorDiv) else "%"
            return self.helper(name, numba_helpers.INT_DIVIDE.format(name=name, sign=sign), left, right)
        if isinstance(op, gast.LShift):
            return self.helper("int_shift", numba_helpers.INT_SHIFT, left, right)
        if growing and isinstance(op, gast.Mult):
            return self.helper("int_multiply", numba_helpers.INT_MULTIPLY, left, right)
        if growing and isinstance(op, gast.Add) and value is None and trees.literal(left) is None:
            return self.helper("int_add", numba_helpers.INT_ADD, left, right)
        return None


def axes_of(node: gast.AST | None) -> tuple[int, ...] | None:
    """The axes that an argument names: () for all of them, None where they are not literal."""
    if node is None or isinstance(node, gast.Constant) and node.value is None:
        return ()
    parts = node.elts if isinstance(node, gast.Tuple) else [node]
    values = tuple(trees.literal(part) for part in parts)
    return values if all(type(value) is int for value in values) else None  # type: ignore[return-value]


def reversed_range(node: gast.Call) -> gast.AST:
    """The numbers of a range, the last one first."""
    args = node.args
    start = args[0] if len(args) > 1 else trees.const(0)
    stop = args[1] if len(args) > 1 else args[0]
    step = trees.literal(args[2]) if len(args) > 2 else 1
    if step in (1, -1):
        one = trees.const(step)
        return trees.call(node.func, trees.sub(stop, one), trees.sub(trees.copy_tree(start), one), trees.const(-step))
    step = args[2]
    count = trees.call(trees.builtin("len"), trees.copy_tree(node))
    last = trees.add(start, trees.mul(trees.sub(count, trees.const(1)), step))
    return trees.call(
        node.func, last, trees.sub(trees.copy_tree(start), trees.copy_tree(step)), trees.neg(trees.copy_tree(step))
    )


def show(text: str) -> str:
    """An expression as it is written for Numba, where u, v are vectors and A, B matrices; for the examples."""
    from s2sad.numba_rewriter import Rewriter

    known = Expressions({"A": ("f", 2), "B": ("f", 2), "u": ("f", 1), "v": ("f", 1), "s": ("f", 0), "n": ("i", 0)})
    tree = gast.parse(text, mode="eval").body
    mark_numpy(tree)
    return trees.show(Rewriter(Forms(set(), "np"), known).visit(tree))
