"""Stage `numba_fusion`: statements of arrays become loops, when the program is compiled.

Elementwise statements over arrays of the same lengths, stores into parts of arrays, and sums, are put together into one
loop, which is a function of its own above the program: what only the loop reads is a number there and no array. Other
statements (products of matrices, calls) stay; a statement goes before those that it has nothing to do with.

What is as long as what follows from the program (`numba_lengths.py`); where it isn't known, the function looks at the
lengths, and has a second loop for what NumPy would broadcast. The order of operations on each element stays.

>>> import gast
>>> from s2sad.numba_forms import Forms
>>> from s2sad.numba_ranks import mark_numpy, of_functions
>>> from s2sad.numba_views import Memory
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(A, v):
...     B = np.sqrt(A[1:])
...     C = B * 2.0 + A[:-1]
...     n = len(v)
...     w = np.sum(C * B, axis=1)
...     return n, C, w
... ''')
>>> mark_numpy(tree)
>>> found = of_functions(tree, {"f": {"A": ("f", 2), "v": ("f", 1)}})["f"]
>>> forms = Forms({"f"}, "np")
>>> fuse(tree.body[0], Expressions(found), Memory(tree.body[0]), forms)
>>> print(to_text(forms.take_new() + tree.body), end="")
def loop_1(a):
    n0 = max(a.shape[0] - 1, 0)
    n1 = a.shape[1]
    r1 = np.empty((n0, n1))
    r2 = np.zeros((n0,))
    for i in range(n0):
        t2 = 0.0
        for j in range(n1):
            t0 = np.sqrt(a[i + 1, j])
            t1 = t0 * 2.0 + a[i, j]
            t2 += t1 * t0
            r1[i, j] = t1
        r2[i] = t2
    return r1, r2
<BLANKLINE>
<BLANKLINE>
def f(A, v):
    C, w = loop_1(A)
    n = len(v)
    return n, C, w
"""

from __future__ import annotations

from typing import Any

import gast

from s2sad import trees
from s2sad.kinds import Array, Kind
from s2sad.numba_access import (
    Access,
    bound,
    goes_early,
    is_passable,
    never_bound,
    parameters,
    rebound,
    stacks,
    stored,
    views_of,
)  # fmt: skip
from s2sad.numba_assumed import Assumed
from s2sad.numba_fused import Group
from s2sad.numba_lengths import Lengths
from s2sad.numba_pieces import Parts, Piece
from s2sad.numba_ranks import Expressions
from s2sad.numba_recompute import compute_again
from s2sad.numba_reuse import reuse
from s2sad.numba_row_blocks import in_row_blocks
from s2sad.numba_views import Memory
from s2sad.printer import BlankLine, Comment

WIDE = ("float64", "int64", "bool", "int", "float", "real", "")
NARROW = ("float32", "float16", "single", "half", "longdouble", "complex64", "int8", "int16", "int32", "uint8",
          "uint16", "uint32", "uint64", "intc", "short", "byte")  # fmt: skip


def fits(tree: gast.Module, kinds: dict[str, dict[str, Kind]]) -> bool:
    """Whether all numbers of a program are as wide as Python's: then a loop makes what NumPy would."""
    for known in kinds.values():
        for kind in known.values():
            if isinstance(kind, Array) and kind.char != "c" and kind.dtype not in WIDE:
                return False
            if kind.__class__.__name__ == "Scalar" and getattr(kind, "dtype", "") in NARROW:
                return False
    for node in trees.walk(tree):
        if isinstance(node, gast.Attribute) and node.attr in NARROW:
            return False
        if isinstance(node, gast.Constant) and isinstance(node.value, str) and node.value in NARROW:
            return False
    return True


def fuse(
    function: gast.FunctionDef, ranks: Expressions, memory: Memory, forms: Any, assumed: Assumed | None = None
) -> None:
    """Changes a function of the program; its loops are new helpers of the forms. assumed: what its lengths are taken to
    be, with the statement in the function that looks at them."""
    Fusion(function, ranks, memory, forms, assumed).all()
    if assumed is not None and assumed.pairs:
        is_text = [isinstance(getattr(node, "value", None), gast.Constant) for node in function.body[:1]]
        function.body[sum(is_text) : sum(is_text)] = assumed.check()


def assumptions(function: gast.FunctionDef, ranks: Expressions, forms: Any, kinds: dict[str, Kind]) -> Assumed | None:
    """The lengths of a function's arguments that may be taken to be equal, if there are any."""
    args = function.args
    positional = [*args.posonlyargs, *args.args]
    required = {each.id for each in positional[: len(positional) - len(args.defaults)]}
    assumed = Assumed({name: kind for name, kind in kinds.items() if name in required})
    for _ in range(8):  # what is equal decides what else is
        before = len(assumed.pairs)
        copy = trees.copy_tree(function)
        known = Expressions(dict(ranks.known), ranks.world)
        Fusion(copy, known, Memory(copy, True), type(forms)(set(forms.used), forms.numpy), assumed).plan()
        if len(assumed.pairs) == before:
            return assumed if before else None
    return None


class Fusion:
    """Goes through a function, block by block."""

    def __init__(
        self,
        function: gast.FunctionDef,
        ranks: Expressions,
        memory: Memory,
        forms: Any,
        assumed: Assumed | None = None,
    ) -> None:
        self.function, self.ranks, self.memory, self.forms = function, ranks, memory, forms
        self.lengths = Lengths(ranks, never_bound(function), assumed)
        self.lengths.pushes = stacks(function)
        self.parts = Parts(ranks, self.lengths, self.fresh, memory)
        self.parts.rebound = rebound(function)
        self.reads: dict[str, int] = {}
        self.unread: list[Any] = []  # views with a name that nothing is known to read

    def fresh(self, name: str) -> str:
        number = 1
        while f"{name}{number}" in self.forms.used or f"{name}{number}" in self.ranks.known:
            number += 1
        made = f"{name}{number}"
        self.forms.used.add(made)
        return made

    def plan(self) -> list[Any]:
        self.lengths.parameters(parameters(self.function))
        return self.block(self.function.body)

    def all(self) -> None:
        planned = self.plan()
        blocks = [planned, *in_row_blocks(planned, self.parts)]
        written = self.written(planned)
        for block in blocks:
            compute_again(block, written, self.parts.rebound, self.memory)
        self.count(planned)
        while self.count_aliases():
            pass
        floats = {name for name, (char, rank) in self.ranks.known.items() if char == "f" and rank}
        read = {name for name, count in self.reads.items() if count}
        reuse(planned, read, floats - {*parameters(self.function)}, self.ranks)
        self.function.body = self.finished(planned)

    def count(self, planned: list[Any]) -> None:
        """How often each name is read."""
        for item in planned:
            if isinstance(item, Group):
                self.count_group(item)
                continue
            if getattr(item, "alias", None) in self.parts.used:
                self.unread.append(item)
                continue
            for key, value in gast.iter_fields(item):
                if key in ("body", "orelse", "finalbody") and isinstance(value, list):
                    self.count(value)
                    continue
                for part in value if isinstance(value, list) else [value]:
                    for each in trees.walk(part) if isinstance(part, gast.AST) else ():
                        if isinstance(each, gast.Name) and isinstance(each.ctx, gast.Load):
                            self.reads[each.id] = self.reads.get(each.id, 0) + 1

    # ------------------------------------------------------------------------------------------ plan
    def block(self, body: list[Any]) -> list[Any]:
        """The statements and groups that a block becomes."""
        made: list[Any] = []
        comments: list[Any] = []
        aliases = dict(self.parts.aliases)
        for node in body:
            if isinstance(node, (Comment, BlankLine)):
                comments.append(node)
                continue
            if any(isinstance(getattr(node, part, None), list) for part in ("body", "orelse", "finalbody")):
                made += [*comments, self.compound(node)]
                comments = []
                continue
            for piece in self.parts.of(node):
                place = self.schedule(made, piece)
                if comments and place >= len(made) - 1:
                    made[place:place] = comments
                    comments = []
        self.parts.aliases = aliases
        return [*made, *comments]

    def schedule(self, made: list[Any], piece: Any) -> int:
        """Puts a piece or statement behind the last one that it depends on; where that was."""
        if isinstance(piece, Piece):
            access = Access.of_piece(piece, self.memory)
            place = len(made)
            for k in range(len(made) - 1, -1, -1):
                item = made[k]
                if isinstance(item, (Comment, BlankLine)):
                    continue
                if isinstance(item, Group) and item.takes(piece, self.memory):
                    item.pieces.append(piece)
                    item.access.join(access)
                    return k
                if not isinstance(item, Group) and not is_passable(item):
                    break
                its = item.access if isinstance(item, Group) else Access.of_statement(item, self.memory)
                if access.depends(its):
                    break
                place = k
            while place < len(made) and not isinstance(made[place], Group) and goes_early(made[place]):
                place += 1
            made.insert(place, Group([piece], access))
            return place
        place = len(made)
        if goes_early(piece):  # so that the loops before and behind it can be one
            access = Access.of_statement(piece, self.memory)
            for k in range(len(made) - 1, -1, -1):
                if isinstance(made[k], (Comment, BlankLine)):
                    continue
                group = isinstance(made[k], Group)
                if not group and not is_passable(made[k]):
                    break
                its = made[k].access if group else Access.of_statement(made[k], self.memory)
                if access.depends(its):
                    break
                place = k
        made.insert(place, piece)
        return place

    def compound(self, node: Any) -> Any:
        """A statement with blocks inside it. Their plans take the place of the blocks."""
        if isinstance(node, (gast.For, gast.While)):
            self.loop(node)
            return node
        before = self.lengths.state()
        node.body = self.block(node.body)
        after = self.lengths.state()
        if isinstance(node, gast.If):
            self.lengths.restore(before)
            node.orelse = self.block(node.orelse)
            self.lengths.meet(after, (id(node), "if"))
        else:
            for part in ("orelse", "finalbody"):
                if getattr(node, part, None):
                    setattr(node, part, self.block(getattr(node, part)))
            self.lengths.meet(before, (id(node), "block"))
            for name in bound(node):
                self.lengths.fresh(name, (id(node), "after", name))
        return node

    def loop(self, node: Any) -> None:
        """What is known before the first iteration and at the end of each holds at the beginning of each."""
        lengths = self.lengths
        names = bound(node)
        before = lengths.state()
        for name in names:
            lengths.fresh(name, (id(node), "before", name))
        lengths.depth += 1
        lengths.restore(before)
        for attempt in range(6):
            start = lengths.state()
            if attempt == 5:  # not settled: nothing is known of what the loop sets
                for name in names:
                    lengths.fresh(name, (id(node), "any", name))
                start = lengths.state()
            if isinstance(node, gast.For):
                self.target(node.target, node)
            self.follow(node.body)
            if attempt == 5:
                break
            end = lengths.state()
            lengths.restore(start)
            lengths.meet(end, (id(node), "start"))
            if lengths.state() == start:
                break
        lengths.restore(start)
        if isinstance(node, gast.For):
            self.target(node.target, node)
        node.body = self.block(node.body)
        lengths.depth -= 1
        lengths.restore(start)
        for name in names:
            if attempt == 5 or start[0].get(name) != before[0].get(name) or start[1].get(name) != before[1].get(name):
                lengths.fresh(name, (id(node), "after", name))
        if isinstance(node, gast.For):
            self.target(node.target, node)
        if node.orelse:
            node.orelse = self.block(node.orelse)
            for name in bound(node):
                lengths.fresh(name, (id(node), "else", name))

    def target(self, target: Any, node: Any) -> None:
        for each in trees.walk(target):
            if isinstance(each, gast.Name):
                self.lengths.fresh(each.id, (id(node), "target", each.id))

    def follow(self, body: list[Any]) -> None:
        """Learns the lengths that a block leaves, without changing it."""
        for node in body:
            if isinstance(node, (Comment, BlankLine)):
                continue
            if not any(isinstance(getattr(node, part, None), list) for part in ("body", "orelse", "finalbody")):
                self.lengths.statement(node)
                continue
            before = self.lengths.state()
            if isinstance(node, gast.For):
                self.target(node.target, node)
            for name in bound(node) if isinstance(node, (gast.For, gast.While)) else ():
                self.lengths.fresh(name, (id(node), "follow", name))
            self.follow(node.body)
            after = self.lengths.state()
            self.lengths.restore(before)
            for part in ("orelse", "finalbody"):
                self.follow(getattr(node, part, None) or [])
            self.lengths.meet(after, (id(node), "follow"))

    # ------------------------------------------------------------------------------------------ result
    def finished(self, planned: list[Any]) -> list[Any]:
        """The statements of a plan, the groups as calls of their loops."""
        made: list[Any] = []
        for item in planned:
            if isinstance(item, Group):
                made += item.statements(self.forms, self.reads_elsewhere(item), item.changing(self.memory))
                continue
            alias = getattr(item, "alias", None)
            if alias in self.parts.used and not self.reads.get(alias):
                continue
            for part in ("body", "orelse", "finalbody"):
                if isinstance(getattr(item, part, None), list):
                    setattr(item, part, self.finished(getattr(item, part)))
            made.append(item)
        return made

    def reads_elsewhere(self, group: Group) -> set[str]:
        """The names that something reads but a piece of the group that comes after the one that sets it."""
        return {name for name, count in self.reads.items() if count}

    def count_aliases(self) -> bool:
        """Counts what views with a name read that something reads; whether there were more of them."""
        read = [node for node in self.unread if self.reads.get(node.alias)]
        for node in read:
            for name in trees.names_in(node.value):
                self.reads[name] = self.reads.get(name, 0) + 1
        self.unread = [node for node in self.unread if not self.reads.get(node.alias)]
        return bool(read)

    def count_group(self, group: Group) -> None:
        """What a group reads, but for what is known in its loop by then."""
        there: set[str] = set()
        for piece in group.pieces:
            names = [*piece.elsewhere]
            for view in views_of(piece):
                if not (isinstance(view.array, gast.Name) and view.array.id in there):
                    names += trees.names_in(view.array)
            for name in names:
                self.reads[name] = self.reads.get(name, 0) + 1
            if piece.made() is not None:
                there.add(piece.name)

    def written(self, planned: list[Any]) -> set[str]:
        """The roots of the arrays that something writes into."""
        found: set[str] = set()
        for item in planned:
            if isinstance(item, Group):
                found |= item.access.written
                continue
            for part in ("body", "orelse", "finalbody"):
                found |= self.written(getattr(item, part, None) or [])
            if not any(isinstance(getattr(item, part, None), list) for part in ("body", "orelse", "finalbody")):
                found |= set() if isinstance(item, (Comment, BlankLine)) else stored(item, self.memory)
        return found
