"""Part of the stage `numba_fusion`: what a loop makes gets the memory of an array that nothing reads any more.

A new array of many megabytes is new pages of memory, which cost more than to compute what goes into it. What is given
away is an array of this function's own, of as many numbers, read only where no other name of it can arise, and in the
loop itself at no other element than the one that is written. So does what a name stands for in a loop, when it becomes
something new: `r = r - a * p` is written where r lies.

>>> import gast
>>> from s2sad.numba_forms import Forms
>>> from s2sad.numba_fusion import fuse
>>> from s2sad.numba_ranks import Expressions, mark_numpy, of_functions
>>> from s2sad.numba_views import Memory
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(A, B):
...     t = A @ B
...     u = np.sqrt(t) * 0.5
...     w = np.min(u)
...     return u @ A, w
... ''')
>>> mark_numpy(tree)
>>> found = of_functions(tree, {"f": {"A": ("f", 2), "B": ("f", 2)}})["f"]
>>> forms = Forms({"f"}, "np")
>>> fuse(tree.body[0], Expressions(found), Memory(tree.body[0]), forms)
>>> print(to_text(forms.take_new() + tree.body), end="")
def loop_1(a):
    n0 = a.shape[0]
    n1 = a.shape[1]
    for i in range(n0):
        for j in range(n1):
            t0 = np.sqrt(a[i, j]) * 0.5
            a[i, j] = t0
    return a
<BLANKLINE>
<BLANKLINE>
def f(A, B):
    t = A @ B
    u = loop_1(t)
    w = np.min(u)
    return u @ A, w
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_access import bound, views_of
from s2sad.numba_fused import Group
from s2sad.numba_pieces import Parts, Piece
from s2sad.numba_results import REDUCTIONS
from s2sad.numba_views import FRESH
from s2sad.printer import BlankLine, Comment

MAKERS = (np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.linspace)
BLOCKS = ("body", "orelse", "finalbody")


def reuse(planned: list[Any], wanted: set[str], floats: set[str], known: Any) -> None:
    """Notes at groups whose memory their results get. wanted: the names that are read as arrays; floats: those that
    always stand for arrays of floating-point numbers and are no parameters; known: the ranks of expressions."""
    Mentions(planned, floats, known).give(planned, wanted)


class Mentions:
    """By name, which statements and groups mention it, and how many of them bind it."""

    def __init__(self, planned: list[Any], floats: set[str], known: Any) -> None:
        self.count: dict[str, int] = {}
        self.binds: dict[str, int] = {}
        self.kept: set[str] = set()  # read where another name of the array, or of a part of it, may arise
        self.changing = set(floats)  # of these, those whose every array is nobody else's
        for item in leaves(planned):
            self.changing -= borrowed(item)
            for name in names_of(item):
                self.count[name] = self.count.get(name, 0) + 1
            for name in item.access.sets if isinstance(item, Group) else bound(item):
                self.binds[name] = self.binds.get(name, 0) + 1
            if not isinstance(item, Group):
                self.kept |= kept_by(item, known)

    def give(self, planned: list[Any], wanted: set[str]) -> None:
        """Goes through a block: what is made in it, and read for the last time, goes to what is made next."""
        own: dict[str, Any] = {}  # by name of an array that is made here, its axes
        seen: dict[str, int] = {}
        for item in planned:
            if isinstance(item, (Comment, BlankLine)):
                continue
            for part in BLOCKS:
                self.give(getattr(item, part, None) or [], wanted)
            for leaf in leaves([item]):
                for name in names_of(leaf):
                    seen[name] = seen.get(name, 0) + 1
            made = made_by(item, wanted)
            for name, axes in made.items() if isinstance(item, Group) else ():
                itself = reads_as_before(item, name) and name in self.changing - self.kept
                if itself and self.binds[name] > 1 and can_hold(item, name, axes):
                    item.reused[name] = name
                    continue
                dead = [old for old, its in own.items() if its == axes and seen[old] == self.count[old]]
                dead = [old for old in dead if can_hold(item, old, axes)]
                if dead:
                    read = [old for old in dead if old in item.access.reads]
                    item.reused[name] = (read or dead)[-1]
                    del own[item.reused[name]]
            own |= {name: axes for name, axes in made.items() if self.binds[name] == 1 and name not in self.kept}


def leaves(planned: list[Any]) -> list[Any]:
    """The statements without others inside them, the tests and iterators of the others, and the groups."""
    found: list[Any] = []
    for item in planned:
        if isinstance(item, (Comment, BlankLine)):
            continue
        blocks = [part for part in BLOCKS if isinstance(getattr(item, part, None), list)]
        if isinstance(item, Group) or not blocks:
            found.append(item)
            continue
        found += [part for key, part in gast.iter_fields(item) if key not in blocks and isinstance(part, gast.AST)]
        for key in ("items", "handlers"):
            found += getattr(item, key, None) or []
        for part in blocks:
            found += leaves(getattr(item, part))
    return found


def names_of(item: Any) -> set[str]:
    return item.access.reads | item.access.sets if isinstance(item, Group) else trees.names_in(item)


def made_by(item: Any, wanted: set[str]) -> dict[str, Any]:
    """The arrays of floating-point numbers, row by row in memory, that an item makes, with their axes."""
    if isinstance(item, Group):
        last = {piece.name: piece for piece in item.pieces if piece.name in wanted}
        return {name: piece.axes for name, piece in last.items() if is_new(piece)}
    axes = getattr(item, "product_axes", None)
    return {item.targets[0].id: axes} if axes and item.targets[0].id in wanted else {}


def borrowed(item: Any) -> set[str]:
    """The names that a statement or group makes stand for an array that may have another name, or is no new one."""
    if isinstance(item, Group):
        return {piece.name for piece in item.pieces if piece.name and not is_new(piece)}
    value: Any = getattr(item, "value", None)
    named = isinstance(item, gast.Assign) and len(item.targets) == 1 and isinstance(item.targets[0], gast.Name)
    call = isinstance(value, gast.Call) and isinstance(value.func, gast.Attribute)
    new = call and trees.function_of(value.func) in MAKERS or getattr(item, "product_axes", None)
    return set() if named and new else bound(item)


def is_new(piece: Piece) -> bool:
    return piece.action == "new" and piece.char == "f" and not piece.again


def reads_as_before(group: Group, name: str) -> bool:
    """Whether a loop reads what a name stood for before it sets it: an array as large then, as `can_hold` sees."""
    for piece in group.pieces:
        if any(name in trees.names_in(view.array) for view in views_of(piece)):
            return True
        if piece.name == name:
            return False
    return False


def can_hold(group: Group, name: str, axes: Any) -> bool:
    """Whether a loop reads no element of an array after something was written at its place."""
    for piece in group.pieces:
        for view in views_of(piece):
            if name in trees.names_in(view.array) and not (view.is_whole() and piece.axes == axes == view.axes):
                return False
    return True


def kept_by(statement: Any, known: Any) -> set[str]:
    """The names of arrays that a statement may keep, or a part of them: read otherwise than by arithmetic, products,
    sums and the like, or for single elements and those at a vector of indices, which are no views."""
    kept: set[str] = set()
    pending: list[tuple[Any, bool]] = [(statement, False)]
    while pending:
        node, harmless = pending.pop()
        if isinstance(node, gast.Name) and not harmless and isinstance(node.ctx, gast.Load):
            kept.add(node.id)
        if isinstance(node, (gast.BinOp, gast.UnaryOp, gast.Compare)):
            harmless = True
        elif isinstance(node, gast.Attribute):
            harmless = harmless and node.attr == "T" or node.attr in ("shape", "size", "ndim")
        elif isinstance(node, gast.Call):
            harmless = Parts.is_pure(node) and getattr(node.func, "attr", "") in (*FRESH, *REDUCTIONS)
        elif isinstance(node, gast.Subscript):
            harmless = isinstance(node.ctx, gast.Load) and (known.rank(node) == 0 or takes_copies(node.slice, known))
        else:
            harmless = False
        pending += [(each, harmless) for each in gast.iter_child_nodes(node)]
    return kept


def takes_copies(index: Any, known: Any) -> bool:
    """Whether there is a vector among the indices: what they select is an array of its own."""
    parts = index.elts if isinstance(index, gast.Tuple) else [index]
    return any(known.char(each) in ("i", "b") and (known.rank(each) or 0) > 0 for each in parts)
