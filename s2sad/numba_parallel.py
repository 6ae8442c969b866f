"""Part of the stage `numba`, with `parallel=True`: loops whose iterations don't touch one another's memory become
`prange`.

An iteration may write into variables of its own, into the elements at its own index of arrays that the program made,
and add into a number or a whole array. Everything else stays one after the other; where the user wrote `prange` and the
adjoints of its iterations collide, that is refused.

>>> import gast
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, n):
...     y = np.zeros_like(x)
...     for i in range(n):
...         t = x[i] * 2.0
...         y[i] = t * x[i - 1]
...     for i in range(n):
...         y[i] += y[i - 1]
...     return y
... ''')
>>> run_side_by_side(tree.body[0], Expressions({"x": ("f", 1), "y": ("f", 1)}))
True
>>> print(to_text(tree), end="")
def f(x, n):
    y = np.zeros_like(x)
    for i in prange(n):
        t = x[i] * 2.0
        y[i] = t * x[i - 1]
    for i in range(n):
        y[i] += y[i - 1]
    return y
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.numba_ranks import Expressions
from s2sad.refusals import refuse

FRESH = ("zeros_like", "zeros", "empty", "empty_like", "full", "full_like", "ones", "ones_like", "copy")
HARMLESS = ("range", "reversed", "len", "float", "int", "abs", "min", "max")


def run_side_by_side(function: gast.FunctionDef, known: Expressions) -> bool:
    """Makes `prange` of the outermost loops that allow it; whether there were any."""
    found = False

    def walk(body: list[Any]) -> None:
        nonlocal found
        for node in body:
            if isinstance(node, gast.For) and range_of(node.iter) is not None:
                if Loop(function, node, known).independent():
                    call = range_of(node.iter)
                    assert call is not None
                    call.func, node.iter = trees.name("prange"), call
                    found = True
                    continue
                origin = getattr(node, "origin", None)
                if origin is not None and is_prange(origin[1]):
                    raise refuse("prange", origin[1], origin[0])
            for part in ("body", "orelse", "finalbody"):
                walk(getattr(node, part, None) or [])

    walk(function.body)
    return found


def range_of(node: gast.AST) -> gast.Call | None:
    """The call of `range` with a step of 1 that is run over, forwards or backwards."""
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name)):
        return None
    if node.func.id == "reversed" and len(node.args) == 1:
        return range_of(node.args[0])
    return node if node.func.id == "range" and len(node.args) < 3 else None


def is_prange(node: Any) -> bool:
    function = getattr(getattr(node, "iter", None), "func", None)
    return "prange" in (getattr(function, "id", ""), getattr(function, "attr", ""))


class Loop:
    """Whether the iterations of a loop are independent."""

    def __init__(self, function: gast.FunctionDef, node: gast.For, known: Expressions) -> None:
        self.function, self.node, self.known = function, node, known
        self.index = getattr(node.target, "id", "")

    def independent(self) -> bool:
        inside = [each for statement in self.node.body for each in trees.walk(statement)]
        if any(isinstance(each, (gast.While, gast.Try, gast.Return, gast.Break, gast.With, gast.Raise, gast.ListComp))
               for each in inside):  # fmt: skip
            return False
        if not self.index or any(map(self.is_call_with_effects, inside)):
            return False
        stored = self.stored_arrays(inside)
        if stored is None or not all(self.is_own(name) and self.only_at_index(name, inside) for name in stored):
            return False
        return all(self.is_local(name) or self.is_sum(name, inside) for name in self.assigned(inside) - stored)

    def is_call_with_effects(self, node: gast.AST) -> bool:
        if not isinstance(node, gast.Call):
            return False
        if isinstance(node.func, gast.Name):
            return node.func.id not in HARMLESS
        return trees.function_of(node.func) is None or any(each.arg == "out" for each in node.keywords)

    def assigned(self, nodes: list[Any]) -> set[str]:
        return {each.id for each in nodes if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Store)}

    def stored_arrays(self, nodes: list[Any]) -> set[str] | None:
        """The names of the arrays whose elements are set; None where a name does not say which."""
        found = set()
        for node in nodes:
            targets = node.targets if isinstance(node, gast.Assign) else []
            targets = [node.target] if isinstance(node, gast.AugAssign) else targets
            for target in targets:
                if isinstance(target, gast.Name):
                    continue
                if not (isinstance(target, gast.Subscript) and isinstance(target.value, gast.Name)):
                    return None
                found.add(target.value.id)
        return found

    def is_own(self, name: str) -> bool:
        """Whether the program made this array, and no other name stands for it or for a part of it."""
        fresh = False
        for node in trees.walk(self.function):
            if not isinstance(node, gast.Assign):
                continue
            value = node.value
            base = value
            while isinstance(base, (gast.Subscript, gast.Attribute)):
                base = base.value
            if isinstance(base, gast.Name) and base.id == name and self.known.rank(value) != 0:
                return False
            if any(isinstance(target, gast.Name) and target.id == name for target in node.targets):
                if not (isinstance(value, gast.Call) and getattr(value.func, "attr", "") in FRESH):
                    return False
                fresh = True
            elif any(isinstance(each, (gast.Tuple, gast.List)) for each in node.targets) and name in trees.names_in(
                node
            ):
                return False
        return fresh

    def only_at_index(self, name: str, nodes: list[Any]) -> bool:
        """Whether each use of the array in the loop is of what stands at the loop's own index."""
        uses = sum(isinstance(each, gast.Name) and each.id == name for each in nodes)
        good = 0
        for node in nodes:
            if isinstance(node, gast.Subscript) and isinstance(node.value, gast.Name) and node.value.id == name:
                first = node.slice.elts[0] if isinstance(node.slice, gast.Tuple) else node.slice
                good += isinstance(first, gast.Name) and first.id == self.index
        return uses == good

    def is_local(self, name: str) -> bool:
        """Whether each iteration sets a variable before it reads it, and nobody reads it after the loop."""
        if name == self.index:
            return False
        inside = {id(each) for statement in self.node.body for each in trees.walk(statement)}
        outside = [each for each in trees.walk(self.function) if isinstance(each, gast.Name) and each.id == name]
        if any(isinstance(each.ctx, gast.Load) and id(each) not in inside for each in outside):
            return False
        return set_first(self.node.body, name) is True

    def is_sum(self, name: str, nodes: list[Any]) -> bool:
        """Whether a variable is only added to."""
        sums = [each for each in nodes if isinstance(each, gast.AugAssign) and getattr(each.target, "id", "") == name]
        if not sums or any(not isinstance(each.op, (gast.Add, gast.Sub)) for each in sums):
            return False
        uses = sum(isinstance(each, gast.Name) and each.id == name for each in nodes)
        return uses == len(sums) and all(isinstance(each.op, type(sums[0].op)) for each in sums)


def set_first(body: list[Any], name: str) -> bool | None:
    """Whether statements set a variable before they read it; None where they do neither."""
    for node in body:
        if isinstance(node, gast.Assign):
            if name in trees.names_in(node.value):
                return False
            if any(isinstance(each, gast.Name) and each.id == name for each in node.targets):
                return True
            if any(name in trees.names_in(each) for each in node.targets):
                return any(isinstance(each, gast.Tuple) and name in [getattr(e, "id", "") for e in each.elts]
                           for each in node.targets)  # fmt: skip
        elif isinstance(node, gast.If):
            if name in trees.names_in(node.test):
                return False
            ways = [set_first(node.body, name), set_first(node.orelse, name)]
            if False in ways:
                return False
            if ways == [True, True]:
                return True
            if True in ways:
                return False
        elif isinstance(node, gast.For):
            if name in trees.names_in(node.iter):
                return False
            if name in trees.names_in(node.target):
                return True
            if set_first(node.body, name) is not None:
                return False
        elif name in trees.names_in(node):
            return False
    return None
