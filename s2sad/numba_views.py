"""Part of the stage `numba`: which arrays may share memory, and statements that write into a part of one.

NumPy reads all of the right side before it writes; Numba (0.68) writes while it reads, where the right side is a view
itself. So a view that may share memory with what is written is copied first. And `A[i] += row` is read, added and
stored by Numba, which takes it seconds to compile: a function that adds in place gives the same in a fraction.

>>> import gast
>>> function = gast.parse("def f(A):\\n    B = A * 2.0\\n    v = B[:-1]\\n    w = A[0]").body[0]
>>> memory = Memory(function)
>>> apart = lambda a, b: memory.apart(gast.parse(a).body[0].value, gast.parse(b).body[0].value)
>>> apart("B[1:]", "v"), apart("B[1:]", "w"), apart("B[1:]", "2.0 * v"), apart("B[1:]", "B[1:]")
(False, True, True, True)
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.helpers import last_stored, unbroadcast
from s2sad.numba_helpers import at_indices as at_indices_text
from s2sad.numba_helpers import store
from s2sad.numba_slice_texts import at_mask as at_mask_text

SIGNS: dict[type, tuple[str, str]] = {gast.Add: ("add_to", "+"), gast.Sub: ("subtract_from", "-"),
                                      gast.Mult: ("multiply_into", "*"), gast.Div: ("divide_into", "/")}  # fmt: skip
VIEWING = ("reshape", "ravel", "transpose", "swapaxes", "expand_dims", "squeeze", "diagonal", "diag", "asarray", "view",
           "atleast_1d", "atleast_2d", "ascontiguousarray", "broadcast_to", "rollaxis", "moveaxis")  # fmt: skip
FRESH = ("copy", "zeros", "zeros_like", "ones", "ones_like", "empty", "empty_like", "full", "full_like", "array", "sum",
         "exp", "log", "sqrt", "tanh", "where", "outer", "dot", "maximum", "minimum", "sign", "abs", "sin", "cos",
         "concatenate", "stack", "arange", "linspace", "eye", "cumsum", "argsort", "repeat")  # fmt: skip
ANYWHERE = "?"


class Memory:
    """By name, whose memory it may be: names of arrays that were made or came in, or '?'. apart: whether the parameters
    are known to share none (of the main function, the arguments are compared before each call)."""

    def __init__(self, function: gast.FunctionDef, apart: bool = True) -> None:
        self.roots: dict[str, set[str]] = {}
        self.lists: set[str] = set()
        args = function.args
        for each in [*args.posonlyargs, *args.args, *args.kwonlyargs]:
            self.roots[each.id] = {each.id if apart else ANYWHERE}
        changed = True
        while changed:
            before = sum(map(len, self.roots.values()))
            for node in trees.walk(function):
                self.note(node)
            changed = sum(map(len, self.roots.values())) != before

    def note(self, node: Any) -> None:
        if isinstance(node, gast.Assign):
            for target in node.targets:
                if isinstance(target, gast.Name):
                    self.add(target.id, self.of(node.value) or {target.id})
                else:
                    self.add_parts(target, self.of(node.value) if is_pop(node.value) else {ANYWHERE})
        elif isinstance(node, (gast.For, gast.comprehension)):
            made = self.of(node.iter)
            if isinstance(node.target, gast.Name):
                self.add(node.target.id, made or {node.target.id})
            else:
                self.add_parts(node.target)
        elif isinstance(node, gast.NamedExpr):
            self.add_parts(node.target)
        elif isinstance(node, gast.Call) and getattr(node.func, "attr", "") in ("append", "insert", "extend"):
            if isinstance(node.func.value, gast.Name):  # a list holds what is put into it
                self.lists.add(node.func.value.id)
                for each in node.args:
                    self.add(node.func.value.id, self.of(each))

    def add_parts(self, target: Any, found: Any = frozenset({ANYWHERE})) -> None:
        if isinstance(target, (gast.Tuple, gast.List, gast.Starred, gast.Name)):
            for each in trees.walk(target):
                if isinstance(each, gast.Name):
                    self.add(each.id, set(found) or {each.id})

    def add(self, name: str, found: set[str]) -> None:
        self.roots.setdefault(name, set()).update(found)

    def of(self, node: Any) -> set[str]:
        """Whose memory an expression may refer to; none where it makes an array of its own, or a number."""
        if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Compare, gast.Constant)):
            return set()
        if isinstance(node, gast.Name):
            return self.roots.get(node.id, {ANYWHERE})
        if isinstance(node, gast.IfExp):
            return self.of(node.body) | self.of(node.orelse)
        if isinstance(node, gast.Subscript):
            return self.of(node.value)
        if isinstance(node, gast.Attribute):
            return self.of(node.value)
        if isinstance(node, (gast.Tuple, gast.List)):
            return {root for each in node.elts for root in self.of(each)}
        if isinstance(node, gast.Call):
            return self.of_call(node)
        return {ANYWHERE}

    def of_call(self, node: gast.Call) -> set[str]:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if isinstance(node.func, gast.Name):
            helper = node.func.__dict__.get("function")
            made = name in ("len", "range", "float", "int", "abs") or helper in (last_stored, unbroadcast)
            return set() if made else {ANYWHERE}
        if is_pop(node):
            return self.of(node.func.value)
        function = trees.function_of(node.func)
        if any(each.arg == "out" for each in node.keywords):
            return {ANYWHERE}
        if isinstance(function, np.ufunc) and len(node.args) > function.nin:
            return {ANYWHERE}
        if name == "copy" and getattr(node.func.value, "id", "") in self.lists:  # what a list holds is not copied
            return self.of(node.func.value)
        if name in FRESH:
            return set()
        if name not in VIEWING:
            return {ANYWHERE}
        if function is None:
            return self.of(node.func.value)
        return self.of(node.args[0]) if node.args else {ANYWHERE}

    def apart(self, target: gast.AST, value: gast.AST) -> bool:
        """Whether each element of the target can be written before the next one of the value is read."""
        if trees.same(as_read(target), value):
            return True
        one, other = self.of(target), self.of(value)
        return not other or not one & other and ANYWHERE not in one | other


def is_pop(node: Any) -> bool:
    """Whether something is taken out of a list that has a name."""
    function = node.func if isinstance(node, gast.Call) else None
    return getattr(function, "attr", "") == "pop" and isinstance(getattr(function, "value", None), gast.Name)


def as_read(target: gast.AST) -> gast.AST:
    made = trees.copy_tree(target)
    made.ctx = gast.Load()
    return made


def in_place(forms: Any, node: gast.AugAssign, known: Any) -> gast.stmt | None:
    """`A[i] += row` as a call of a function that adds in place; None to leave it."""
    target = node.target
    if type(node.op) in SIGNS and isinstance(target, gast.Subscript):
        masked = at_mask(forms, target, known, node.value, SIGNS[type(node.op)])
        if masked is not None:
            return gast.Expr(masked)
    if type(node.op) not in SIGNS or not isinstance(target, gast.Subscript) or not is_view(target.slice, known):
        return None
    name, sign = SIGNS[type(node.op)]
    place: Any = as_read(target)
    steps = place.slice.elts if isinstance(place.slice, gast.Tuple) else [place.slice]
    if all(map(trees.selects_all, steps)):
        place = place.value
        if isinstance(place, gast.Name):
            return gast.AugAssign(trees.name(place.id, store=True), node.op, node.value)
    return gast.Expr(forms.helper(name, f"def {name}(a, b):\n    a {sign}= b\n", place, node.value))


def stored(forms: Any, node: gast.Assign, known: Any, memory: Memory | None) -> gast.stmt | None:
    """`A[i] = row` as a call of a function that stores: the store that Numba has takes it seconds to compile."""
    target = node.targets[0]
    if len(node.targets) > 1 or not isinstance(target, gast.Subscript):
        return None
    if not is_view(target.slice, known):
        call = at_indices(forms, target, known, node.value) or at_mask(forms, target, known, node.value)
        if call is not None and known.rank(node.value) and memory is not None and not memory.apart(target, node.value):
            call.args[-1] = forms.np("copy", node.value)
        return None if call is None else gast.Expr(call)
    (_, rank), (char, others) = known.of(target), known.of(node.value)
    if not isinstance(rank, int) or not isinstance(others, int) or char not in ("b", "i", "f", "c"):
        return None
    if not 1 <= others <= rank <= 3:
        return None
    value = node.value
    if memory is not None and not memory.apart(target, value):
        value = forms.np("copy", value)
    key = f"store_{others}_in_{rank}"
    return gast.Expr(forms.helper(key, store(rank, others), as_read(target), value))


def is_view(index: gast.AST, known: Any) -> bool:
    """Whether indexing with this gives a view for sure: by slices and whole numbers."""
    if trees.selects_all(index):
        return True
    steps = index.elts if isinstance(index, gast.Tuple) else [index]
    return all(isinstance(each, gast.Slice) or known.of(each) == ("i", 0) for each in steps)


def at_mask(
    forms: Any, node: gast.Subscript, known: Any, value: gast.AST | None = None, change: tuple[str, str] = ("store", "")
) -> gast.Call | None:
    """`A[A > 0.0]` with a mask of several axes, read, stored or added into; None where it is something else."""
    (char, rank), mask = known.of(node.value), known.of(node.slice)
    if char not in ("b", "i", "f", "c") or not isinstance(rank, int) or not 2 <= rank <= 4 or mask != ("b", rank):
        return None
    if value is None:
        return forms.helper(f"taken_where_{rank}", at_mask_text(rank), node.value, node.slice)
    its, count = known.of(value)
    name, sign = change
    if its not in ("b", "i", "f", "c") or count not in (0, 1):
        return None
    text = at_mask_text(rank, sign, count)
    return forms.helper(f"{name}_where_{count}_{rank}", text, as_read(node).value, node.slice, value)


def at_indices(forms: Any, node: gast.Subscript, known: Any, value: gast.AST | None = None) -> gast.Call | None:
    """`A[rows, columns]` with vectors of indices, read or stored into; None where it is something else."""
    indices = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
    array, sorts = known.of(node.value), [known.of(each) for each in indices]
    if (
        not indices
        or array[0] not in ("b", "i", "f", "c")
        or array[1] != len(indices)
        or any(sort != ("i", 1) for sort in sorts)
    ):
        return None
    count = len(indices)
    if value is None:
        key = f"taken_at_{count}"
        return forms.helper(key, at_indices_text(count, False, False), node.value, *indices)
    char, rank = known.of(value)
    if char not in ("b", "i", "f", "c") or rank not in (0, 1):
        return None
    key = f"store_at_{count}_{rank}"
    return forms.helper(key, at_indices_text(count, bool(rank), True), node.value, *indices, value)
