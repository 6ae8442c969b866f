"""Part of the stage `simplify`: which names of the reverse sweep may share memory.

Names are in one group if one may have been set to the other, to a view of it, or to something that holds it. What comes
from outside of the sweep (values, parameters, `dy`) is in the group OUTSIDE, with all that may share memory with it.

>>> body = gast.parse("a = b * c\\nd = a.T\\ne = d").body
>>> for node in body:
...     for each in gast.walk(node):
...         if isinstance(each, gast.Name):
...             each.id += ".1"
...     node.reverse = True
>>> sorted(Sharing(body, {}, lambda name: None).group("a.1"))
['a.1', 'd.1', 'e.1']
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.fewer_operations import elements
from s2sad.helpers import is_unbroadcast
from s2sad.kinds import Array, Kind, Scalar, Tuple
from s2sad.reading import reads
from s2sad.statements import blocks_of, targets

OUTSIDE = ""
NUMBERS = ("size", "ndim", "shape", "dtype")  # attributes that are no arrays
NEW: set[Any] = {
    *(np.sum, np.outer, np.where, np.zeros_like, np.ones_like, np.full_like, np.empty_like, np.zeros, np.array, np.dot),
    *(np.cumsum, np.cumprod, np.mean, np.prod, np.max, np.min, np.concatenate, np.stack, np.clip, np.sort, np.argsort),
    *(np.roll, np.tile, np.repeat, np.kron, np.tensordot, np.linalg.solve, np.linalg.inv, np.tril, np.triu, np.arange),
}
# All functions of these packages that rules call; none gives back what it was given.
COMPUTING = ("scipy.linalg.", "scipy.fft.", "scipy.signal.", "scipy.ndimage.", "scipy.integrate.")
PLAIN_CALLS = {"len", "range", "float", "int", "complex", "isinstance", "abs", "round"}
HOLDERS = {"append", "insert", "extend", "pop", "reverse", "update", "setdefault", "items", "values", "get", "keys"}


class Sharing:
    def __init__(self, sweep: list[gast.stmt], info: dict[str, ir.Info], kind_of: Callable[[str], Kind | None]) -> None:
        self.info, self.kind_of = info, kind_of
        self.parent: dict[str, str] = {}
        self.members: dict[str, set[str]] = {OUTSIDE: set()}
        self.set: dict[str, int] = {}
        self.given: set[str] = set()  # what the sweep reads before it sets it, such as the tangents of parameters
        self.count(sweep)
        self.block(sweep)

    # --- asking ---

    def group(self, name: str) -> set[str]:
        """The names that may share memory with this one, it among them."""
        return self.members.get(self.find(name), {name})

    def is_outside(self, name: str) -> bool:
        return self.find(name) == self.find(OUTSIDE)

    def sets(self, name: str) -> int:
        """How many statements set a name."""
        return self.set.get(name, 0)

    # --- groups ---

    def find(self, name: str) -> str:
        if name and (name not in self.set or name in self.info or name in self.given):
            name = OUTSIDE  # the sweep doesn't make it
        while name in self.parent:
            name = self.parent[name]
        return name

    def join(self, a: str, b: str) -> None:
        first, second = self.find(a), self.find(b)
        if first != second:
            self.parent[second] = first
            self.members[first] = self.members.get(first, {first}) | self.members.pop(second, {second})

    def count(self, block: list[gast.stmt]) -> None:
        for node in block:
            self.given |= reads(node) - self.set.keys()
            for name in targets(node):
                self.set[name] = self.set.get(name, 0) + 1
            for inner in blocks_of(node):
                self.count(inner)

    # --- statements ---

    def block(self, block: list[gast.stmt]) -> None:
        for node in block:
            self.statement(node)
            for inner in blocks_of(node):
                self.block(inner)

    def statement(self, node: gast.stmt) -> None:
        op = getattr(node, "effect", None)
        if isinstance(op, ir.Copy):
            for target, source in op.pairs:
                self.link([target], source)
        elif isinstance(node, gast.Assign):
            for target in node.targets:
                for each in getattr(target, "elts", None) or [target]:
                    self.put_into(each, node.value)
        elif isinstance(node, gast.AugAssign):
            if not isinstance(node.target, gast.Name) or not self.is_array(node.target.id):
                self.put_into(node.target, node.value)
        elif isinstance(node, gast.For):
            self.link([each.id for each in trees.walk(node.target) if isinstance(each, gast.Name)], node.iter)
        elif isinstance(node, gast.Expr):
            self.call(node.value)
        elif not isinstance(node, (gast.If, gast.While, gast.Return, gast.With, gast.Try, gast.Pass, gast.Break)):
            for name in names_inside(node):  # whatever it is
                self.join(OUTSIDE, name)

    def put_into(self, target: gast.AST, value: gast.AST) -> None:
        holder = target
        while isinstance(holder, (gast.Subscript, gast.Attribute, gast.Starred)):
            holder = holder.value
        if not isinstance(holder, gast.Name) or not ir.is_ssa(holder.id):
            self.link([OUTSIDE], value)
        elif holder is target or not self.is_array(holder.id):
            self.link([holder.id], value)
        else:
            self.link([], value)  # into an array: its numbers are copied

    def call(self, node: gast.AST) -> None:
        """A statement that is a call: of a method that puts something into a list, of `np.add.at`, or of the backward
        half of a function, which adds into what it is given."""
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
            base = node.func.value
            while isinstance(base, (gast.Subscript, gast.Attribute)):
                base = base.value
            if isinstance(base, gast.Name) and ir.is_ssa(base.id) and node.func.attr in HOLDERS:
                for each in node.args:
                    self.link([base.id], each)
                return
            if trees.function_of(node.func) is not None:
                return
        if isinstance(node, gast.Call) and hasattr(node.func, "pair"):
            return
        for name in ir.summary(node).names:
            self.join(OUTSIDE, name)

    def is_array(self, name: str) -> bool:
        return isinstance(self.kind_of(name), (Array, Scalar))

    def link(self, names: list[str], value: gast.AST) -> None:
        shared = [each for each in self.sources(value) if not each or not isinstance(self.kind_of(each), Scalar)]
        for name in names:
            if name and isinstance(self.kind_of(name), Scalar):
                continue
            for each in shared:
                self.join(name, each)

    # --- expressions ---

    def sources(self, node: Any) -> set[str]:
        """The names with which the value of an expression may share memory."""
        if isinstance(node, gast.Name):
            return {node.id} if ir.is_ssa(node.id) else {OUTSIDE}
        if isinstance(node, (gast.Constant, gast.Compare, gast.UnaryOp)):
            return self.escaped(node)
        if isinstance(node, gast.BinOp):
            return self.escaped(node) if self.is_arithmetic(node) else self.parts(node)
        if isinstance(node, gast.IfExp):
            return self.sources(node.body) | self.sources(node.orelse) | self.escaped(node.test)
        if isinstance(node, gast.Subscript) and self.picks(node):
            return self.escaped(node)
        if isinstance(node, (gast.Subscript, gast.Starred)):
            return self.sources(node.value)
        if isinstance(node, gast.Attribute):
            return set() if node.attr in NUMBERS else self.sources(node.value)
        if isinstance(node, (gast.Tuple, gast.List, gast.BoolOp)):
            return self.parts(node)
        if isinstance(node, gast.Dict):
            return set().union(*map(self.sources, node.values))
        if isinstance(node, gast.Call):
            return self.of_call(node)
        return {OUTSIDE, *ir.summary(node).names} if self.escaped(node) else set(ir.summary(node).names)

    def parts(self, node: gast.AST) -> set[str]:
        return set().union(*map(self.sources, [each for each in trees.children(node) if isinstance(each, gast.expr)]))

    def is_arithmetic(self, node: gast.BinOp) -> bool:
        """Whether an operation is one on numbers and arrays, which makes a new one; not on lists."""
        spine: list[gast.AST] = [node]
        while spine:
            each = spine.pop()
            if isinstance(each, gast.BinOp):
                spine += [each.left, each.right]
            elif isinstance(each, (gast.List, gast.Tuple, gast.ListComp)):
                return False
            elif isinstance(each, gast.Subscript) and isinstance(each.slice, gast.Slice):
                spine.append(each.value)
            elif isinstance(each, gast.Name):
                kind = self.kind_of(each.id)
                if kind is not None and not isinstance(kind, (Scalar, Array)):
                    return False
        return True

    def escaped(self, node: gast.AST) -> set[str]:
        """Nothing; but names that are handed to functions that are not known may be kept there."""
        if ir.summary(node).call:
            for each in trees.walk(node):
                if isinstance(each, gast.Call) and self.is_foreign(each):
                    for name in ir.summary(each).names:
                        self.join(OUTSIDE, name)
        return set()

    def is_foreign(self, node: gast.Call) -> bool:
        function: Any = node.func
        if trees.function_of(function) is not None:
            return False
        if isinstance(function, gast.Attribute):
            return self.method_owner(function) is None
        known = any(hasattr(function, mark) for mark in ("builtin", "pair", "function", "module"))
        return not known

    def method_owner(self, function: gast.Attribute) -> str | None:
        base = function.value
        while isinstance(base, (gast.Subscript, gast.Attribute, gast.Call)):
            base = base.func if isinstance(base, gast.Call) else base.value
        return base.id if isinstance(base, gast.Name) and (ir.is_ssa(base.id) or hasattr(base, "module")) else None

    def of_call(self, node: gast.Call) -> set[str]:
        arguments = [*node.args, *[each.value for each in node.keywords]]
        function: Any = node.func
        for each in arguments:
            self.escaped(each)
        if self.is_foreign(node):
            self.escaped(node)
            return {OUTSIDE}
        if trees.function_of(function) is not None:
            return set() if is_new(node) else set().union(*map(self.sources, arguments))
        if isinstance(function, gast.Attribute):
            if function.attr == "copy" and not self.holds_others(function.value):
                return set()
            return self.sources(function.value).union(*map(self.sources, arguments))
        if is_unbroadcast(node):
            return self.sources(node.args[0])
        if hasattr(function, "builtin") and function.id in PLAIN_CALLS:
            return set()
        return set().union(*map(self.sources, arguments))

    def picks(self, node: gast.Subscript) -> bool:
        """Whether an index picks items of an array by their positions, or by a mask: what it gives is new."""
        if self.holds_others(node.value):
            return False
        kinds = [self.kind_of(each.id) for each in elements(node.slice) if isinstance(each, gast.Name)]
        kinds += [inner for kind in kinds if isinstance(kind, Tuple) for inner in kind.items]
        return any(isinstance(kind, Array) and kind.char in "bi" and kind.rank for kind in kinds)

    def holds_others(self, node: gast.AST) -> bool:
        """Whether a copy of it may hold the same arrays: it isn't known to be an array, or a part of one."""
        while isinstance(node, gast.Subscript):
            node = node.value
        return not (isinstance(node, gast.Name) and self.is_array(node.id))


def is_new(node: gast.AST) -> bool:
    """Whether an expression is a call of a function of NumPy's or SciPy's that makes a new array."""
    called = trees.function_of(node.func) if isinstance(node, gast.Call) else None
    if called is None:
        return False
    computed = (getattr(called, "__module__", None) or "").startswith(COMPUTING)
    return computed or isinstance(called, np.ufunc) or any(called is each for each in NEW)


def written_in(node: gast.stmt) -> set[str]:
    """The names whose memory a statement may write, whether it sets them or not."""
    if isinstance(node, gast.AugAssign):
        return trees.names_in(node.target)
    if isinstance(node, gast.Expr):
        return trees.names_in(node.value)
    if isinstance(node, gast.Assign):
        return set().union(*(trees.names_in(each) for each in node.targets if not isinstance(each, gast.Name)))
    return set()


def names_inside(node: gast.stmt) -> set[str]:
    return {each.id for each in trees.walk(node) if isinstance(each, gast.Name) and ir.is_ssa(each.id)}
