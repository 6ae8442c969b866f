"""Part of the stage `numba`: whole numbers as sums of what is known of them, between which an index lies, and how long
the axes of a function's arrays are.

>>> text = '''
... def f(x, k):
...     n = len(x)
...     y = np.zeros((n + 1, k))
...     for i in range(1, n):
...         y[i + 1, k - 1] = x[i - 1]
... '''
>>> from s2sad.numba_ranks import mark_numpy
>>> tree = gast.parse(text)
>>> mark_numpy(tree)
>>> extents = Extents(tree.body[0])
>>> extents.length("y", 0), extents.length("x", 0)
({('x', 0): 1, None: 1}, {('x', 0): 1})
>>> loop = Loop(tree.body[0].body[2], extents)
>>> low, high = loop.ends(extents.form(gast.parse("2 * i - 1").body[0].value))
>>> extents.show(low), extents.show(high)
('1', '2 * n - 3')
>>> extents.is_positive(minus(extents.length("y", 0), plus(extents.stable(loop.high), {ONCE: 1})), [])
True
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.affine import ONCE, Form, minus, plus, product, times

MADE = (np.zeros, np.empty, np.ones, np.full)
LIKE = (np.zeros_like, np.empty_like, np.ones_like, np.full_like, np.copy)
PURE_CALLS = ("len", "min", "max", "abs", "int")


class Extents:
    """What is known of the whole numbers and the lengths in a function. A key of a sum is a name, an axis of an array
    (its name and the number), or the text of something else that names alone decide."""

    def __init__(self, function: gast.FunctionDef) -> None:
        self.used = trees.names_in(function)
        self.nodes: dict[Any, gast.AST] = {}  # what each key stands for
        self.rounds: dict[Any, tuple[str, Form]] = {}  # by key, i and n of an index (i + 1) % n
        self.stores: dict[str, int] = {}
        for statement in function.body:
            for node in trees.walk(statement):
                if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
                    self.stores[node.id] = self.stores.get(node.id, 0) + 1
        parameters = {each.id for each in trees.walk(function.args) if isinstance(each, gast.Name)}
        once = {name for name, count in self.stores.items() if count == 1} - parameters
        self.same_throughout = parameters - set(self.stores)
        self.values: dict[str, Any] = {}  # of names that are set once
        outermost = {id(node) for node in function.body}
        for node in trees.walk(function):
            if isinstance(node, gast.Assign) and len(node.targets) == 1:
                self.note(node, once, id(node) in outermost)

    def note(self, node: gast.Assign, once: set[str], first: bool) -> None:
        """What an assignment says; first: whether it is made once, and by nothing that is repeated or left out."""
        target, value = node.targets[0], node.value
        names = [target] if isinstance(target, gast.Name) else getattr(target, "elts", [])
        if any(isinstance(each, gast.Starred) for each in names):
            return
        for k, each in enumerate(names):
            if not isinstance(each, gast.Name) or each.id not in once:
                continue
            if first:
                self.same_throughout.add(each.id)
            if each is target:
                self.values[each.id] = value
            elif isinstance(value, gast.Attribute) and value.attr == "shape":
                self.values[each.id] = trees.index(value, trees.const(k))

    def fresh(self, name: str) -> str:
        while name in self.used:
            name += "_"
        self.used.add(name)
        return name

    # ------------------------------------------------------------------------------------------------- sums
    def form(self, node: Any) -> Form | None:
        """An expression as a sum, names as they stand there; None for what more than names decides."""
        value = trees.literal(node)
        if value is not None:
            return None if not isinstance(value, int) else {ONCE: value} if value else {}
        if isinstance(node, gast.UnaryOp) and isinstance(node.op, gast.USub):
            form = self.form(node.operand)
            return None if form is None else times(form, -1)
        if isinstance(node, gast.BinOp) and isinstance(node.op, (gast.Add, gast.Sub, gast.Mult)):
            left, right = self.form(node.left), self.form(node.right)
            if left is None or right is None:
                return None
            if isinstance(node.op, gast.Mult):
                made = product(left, right)
                return self.atom(node) if made is None else made
            return plus(left, right) if isinstance(node.op, gast.Add) else minus(left, right)
        return self.atom(node) if is_pure(node) else None

    def atom(self, node: gast.AST) -> Form:
        axis = axis_of(node)
        key = node.id if isinstance(node, gast.Name) else trees.show(node) if axis is None else axis
        self.nodes.setdefault(key, node)
        around = getattr(node, "around", None)
        length = None if around is None else self.form(around[1])
        if around is not None and length is not None:
            self.rounds[key] = around[0], minus(length, {ONCE: 1})
        return {key: 1}

    def names(self, form: Form) -> set[str]:
        return set().union(*(variables(self.nodes[key]) for key in form if key is not ONCE))

    def node(self, form: Form) -> gast.AST:
        """The expression of a sum."""
        made: Any = trees.const(0)
        terms = [(key, count) for key, count in form.items() if key is not ONCE]
        for key, count in sorted(terms, key=lambda term: term[1] < 0):
            term = trees.copy_tree(self.nodes[key])
            if abs(count) != 1:
                term = trees.binary(gast.Mult, trees.const(abs(count)), term)
            made = trees.add(made, term) if count > 0 else trees.sub(made, term)
        constant = form.get(ONCE, 0)
        if not terms:
            return trees.const(constant)
        return trees.add(made, trees.const(constant)) if constant >= 0 else trees.sub(made, trees.const(-constant))

    def show(self, form: Form) -> str:
        return trees.show(self.node(form))

    # ------------------------------------------------------------------------------------------------- proofs
    def stable(self, form: Form | None, depth: int = 8) -> Form | None:
        """A sum in what stays the same throughout the function; None where something in it doesn't."""
        made: Form = {}
        for key, count in (form or {}).items():
            if key is ONCE:
                part: Form | None = {ONCE: 1}
            elif isinstance(key, tuple):
                part = self.length(key[0], key[1], depth)
            elif not variables(self.nodes[key]) <= self.same_throughout:
                return None
            else:
                value = self.values.get(key) if depth else None
                part = self.stable(self.form(value), depth - 1) if value is not None and self.form(value) else None
                part = {key: 1} if part is None else part
            if part is None:
                return None
            made = plus(made, times(part, count))
        return None if form is None else made

    def length(self, name: str, axis: int, depth: int = 8) -> Form | None:
        """How long an axis of the array of that name is, whenever there is one."""
        made = self.made_with(self.values.get(name), axis, depth - 1) if depth else None
        if made is None and name in self.same_throughout:
            return {(name, axis): 1}
        return made

    def made_with(self, value: Any, axis: int, depth: int) -> Form | None:
        """The same for what an expression makes; None where that isn't known."""
        if not isinstance(value, gast.Call) or any(each.arg != "dtype" for each in value.keywords):
            return None
        called = trees.function_of(value.func) if isinstance(value.func, gast.Attribute) else None
        like: Any = None
        if called in LIKE and value.args:
            like = value.args[0]
        elif called is None and getattr(value.func, "attr", "") == "copy" and not value.args:
            like = value.func.value
        elif called in MADE and value.args:
            shape = value.args[0]
            if isinstance(shape, gast.Attribute) and shape.attr == "shape":
                like = shape.value
            else:
                lengths = shape.elts if isinstance(shape, gast.Tuple) else [shape]
                return self.stable(self.form(lengths[axis]), depth) if axis < len(lengths) else None
        return self.length(like.id, axis, depth) if isinstance(like, gast.Name) else None

    @staticmethod
    def is_positive(form: Form, facts: list[Form]) -> bool:
        """Whether a sum is no less than 0, since lengths aren't, nor is one of the facts."""
        for fact in ({}, *facts):
            if all(count >= 0 and (key is ONCE or isinstance(key, tuple)) for key, count in minus(form, fact).items()):
                return True
        return False


class Loop:
    """A loop over a range. low, high: the sums that are the least and the greatest value of its variable, None where
    that isn't known; least, most: between which it is; assigned: what is set in it."""

    def __init__(self, node: gast.For, extents: Extents) -> None:
        self.node, self.extents = node, extents
        self.named: dict[int, str] = {}  # the names that arguments of its range get, where the loop is run
        self.name = node.target.id if isinstance(node.target, gast.Name) else ""
        self.assigned = stored_in(node.body) | stored_in([node.target])
        self.low: Form | None = None
        self.high: Form | None = None
        self.least: Form = {}
        self.most: Form = {}
        self.most_trips: Form = {}
        called = node.iter
        is_range = isinstance(called, gast.Call) and getattr(called.func, "id", "") == "range" and not called.keywords
        if self.name and is_range and self.name not in stored_in(node.body) and not node.orelse:
            self.bounded(called.args)

    def bounded(self, args: list[Any]) -> None:
        step = trees.literal(args[2]) if len(args) == 3 else 1
        if not isinstance(step, int) or step == 0:
            return
        forms = [self.form(k, each, len(args)) for k, each in enumerate(args[:2])]
        first, stop = forms if len(forms) == 2 else ({}, forms[0])
        self.most_trips = minus(stop, first) if step > 0 else minus(first, stop)
        sign = 1 if step > 0 else -1
        bound = last = minus(stop, {ONCE: sign})
        if abs(step) != 1:
            trips = self.extents.node(minus(self.most_trips, {ONCE: 1}))
            steps = self.extents.atom(trees.binary(gast.FloorDiv, trips, trees.const(abs(step))))
            last = plus(first, times(steps, step))
        self.low, self.high = (first, last) if step > 0 else (last, first)
        self.least, self.most = (first, bound) if step > 0 else (bound, first)

    def form(self, k: int, argument: gast.AST, count: int) -> Form:
        """The sum of an argument; a new name for it where more than names decides."""
        made = self.extents.form(argument)
        if made is None:
            self.named[k] = self.extents.fresh(f"{self.name}_{'stop' if k or count == 1 else 'start'}")
            made = self.extents.atom(trees.name(self.named[k]))
        return made

    def names_ends(self) -> list[Any]:
        """The statements before the loop that give arguments of its range their names."""
        made = []
        for k, name in self.named.items():
            made.append(trees.assign(name, self.node.iter.args[k]))
            self.node.iter.args[k] = trees.name(name)
        return made

    def runs(self) -> Form | None:
        """A sum that is no less than 0 where there are iterations, and only there."""
        return None if self.low is None else minus(self.most_trips, {ONCE: 1})

    def ends(self, form: Form, reached: bool = True) -> tuple[Form, Form] | None:
        """The least and the greatest value of a sum in this loop, in what is known before it. reached: two that it has
        in some iterations, and not only two between which it is."""
        if self.low is None or self.high is None:
            return None
        ends = [dict(form), dict(form)]
        for key, count in form.items():
            around = self.extents.rounds.get(key)
            pair: tuple[Form, Form]
            if around is not None and around[0] == self.name:
                if reached and (self.low or self.high != around[1]):  # i has not all values from 0 to n - 1
                    return None
                pair = ({}, around[1])
            elif key == self.name:
                pair = (self.low, self.high) if reached else (self.least, self.most)
            elif key is not ONCE and self.name in self.extents.names({key: 1}):
                return None
            else:
                continue
            for k, end in enumerate(pair if count > 0 else pair[::-1]):
                ends[k] = plus(minus(ends[k], {key: count}), times(end, count))
        return ends[0], ends[1]


def variables(node: gast.AST) -> set[str]:
    """The names in an expression other than those of functions that it calls."""
    called = {id(each.func) for each in trees.walk(node) if isinstance(each, gast.Call)}
    return {each.id for each in trees.walk(node) if isinstance(each, gast.Name) and id(each) not in called}


def stored_in(block: list[Any]) -> set[str]:
    found = set()
    for statement in block:
        for node in trees.walk(statement):
            if isinstance(node, gast.Name) and not isinstance(node.ctx, gast.Load):
                found.add(node.id)
    return found


def axis_of(node: Any) -> tuple[str, int] | None:
    """The name and the axis of `x.shape[1]` and `len(x)`."""
    if isinstance(node, gast.Call):
        named = getattr(node.func, "id", "") == "len" and isinstance(node.args[0], gast.Name)
        return (node.args[0].id, 0) if named else None
    shape, axis = getattr(node, "value", None), trees.literal(getattr(node, "slice", None))  # type: ignore[arg-type]
    if not isinstance(node, gast.Subscript) or not isinstance(axis, int) or axis < 0:
        return None
    if isinstance(shape, gast.Attribute) and shape.attr == "shape" and isinstance(shape.value, gast.Name):
        return shape.value.id, axis
    return None


def is_pure(node: Any) -> bool:
    """Whether names alone decide what an expression gives, as long as none of them is set again."""
    if isinstance(node, gast.Name):
        return True
    if axis_of(node) is not None or trees.literal(node) is not None:
        return True
    if isinstance(node, gast.BinOp):
        arithmetic = isinstance(node.op, (gast.Add, gast.Sub, gast.Mult, gast.FloorDiv, gast.Mod))
        return arithmetic and is_pure(node.left) and is_pure(node.right)
    if isinstance(node, gast.Call) and getattr(node.func, "id", "") in PURE_CALLS:
        return not node.keywords and all(map(is_pure, node.args))
    return isinstance(node, gast.IfExp) and hasattr(node, "around")
