"""Part of the stage `numba`, with `parallel=True`: what the iterations of a loop save lies in an array, a row for each.

A list has one end, which iterations that run side by side would all write at. Here each has a row of its own, and,
where it may save several numbers, a count of those.

>>> import gast
>>> from s2sad.kinds import Scalar
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, n, m):
...     s_saved = []
...     for i in range(n):
...         s = x[i]
...         for j in range(m):
...             s_saved.append(s)
...             s = s * s
...     for i in reversed(range(n)):
...         for j in reversed(range(m)):
...             s = s_saved.pop()
... ''').body[0]
>>> tree.body[0].stack = "s_saved"
>>> saves_in_rows(tree, {"s": Scalar("float")}, {"f", "x", "n", "m", "i", "j", "s", "s_saved"}, "np")
>>> print(to_text(tree), end="")
def f(x, n, m):
    s_saved = np.empty((len(range(n)), len(range(m))))
    s_counts = np.zeros(len(range(n)), np.int64)
    for i in range(n):
        s_count = s_counts[i]
        s = x[i]
        for j in range(m):
            s_saved[i, s_count] = s
            s_count += 1
            s = s * s
        s_counts[i] = s_count
    for i in reversed(range(n)):
        s_count = s_counts[i]
        for j in reversed(range(m)):
            s_count -= 1
            s = s_saved[i, s_count]
        s_counts[i] = s_count
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.kinds import Kind
from s2sad.numba_tapes import Saves, fresh, like, path_to, place_at, replace, trip_count
from s2sad.reading import all_blocks


def saves_in_rows(function: gast.FunctionDef, kinds: dict[str, Kind], used: set[str], numpy: str) -> None:
    """Changes a function of the generated program; the arguments are those of `saves_in_arrays`."""
    for block in list(all_blocks(function.body)):
        for node in [each for each in block if getattr(each, "stack", None)]:
            found = Saves(function, block, node, kinds)
            if found.simple and found.pushes and not found.loops:
                rows = Rows(found, used, numpy)
                if rows.fit():
                    rows.make()


class Rows:
    """A list whose items become the rows of an array."""

    def __init__(self, saves: Saves, used: set[str], numpy: str) -> None:
        self.saves, self.used, self.numpy = saves, used, numpy
        self.pushing = self.loop_of([node for _, node in saves.pushes])
        self.popping = self.loop_of([node for _, node in saves.pops])

    def loop_of(self, nodes: list[Any]) -> Any:
        """The loop whose iterations may run side by side: that of the user's `prange`, else the outermost."""
        paths = [path_to(node, self.saves.home) for node in nodes]
        common = [each for each in (paths[0] if paths else []) if all(any(each is p for p in path) for path in paths)]
        loops = [each for each in common if isinstance(each, gast.For)]
        return next((each for each in loops if is_of_prange(each)), loops[0] if loops else None)

    def fit(self) -> bool:
        """Whether the loops are over the same range from a known start, and what an iteration saves can be counted."""
        ranges = [plain_range(loop) for loop in (self.pushing, self.popping)]
        if None in ranges or not trees.same(*ranges) or self.pushing is self.popping:  # type: ignore[arg-type]
            return False
        self.rows = number_of_rows(ranges[0].args[-1])  # type: ignore[union-attr]
        first = trees.literal(ranges[0].args[0]) if len(ranges[0].args) == 2 else 0  # type: ignore[union-attr]
        if not isinstance(first, int) or first < 0:
            return False
        counts = [self.counts_of(node) for _, node in self.saves.pushes]
        columns = [self.saves.columns_of(node) for _, node in self.saves.pushes]
        if (
            None in counts
            or None in columns
            or any(columns[0] != each for each in columns)
            and len(columns[0] or ()) > 1
        ):
            return False
        if len({dtype for each in columns for _, dtype in each or ()}) > 1 and len(columns) > 1:
            return False
        self.counts, self.columns = counts, columns[0]
        return True

    def counts_of(self, push: Any) -> list[gast.AST] | None:
        """How often each loop around a push runs in one iteration, as can be computed before all loops."""
        path = path_to(push, self.saves.home)
        outermost = path[0]
        if any(isinstance(each, (gast.Break, gast.Return, gast.Try, gast.While)) for each in trees.walk(outermost)):
            return None
        names = [each for each in trees.walk(outermost) if isinstance(each, gast.Name)]
        changing = {each.id for each in names if not isinstance(each.ctx, gast.Load)}
        counts = []
        for loop in path:
            if isinstance(loop, gast.If) or loop is self.pushing:
                continue
            count = trip_count(loop.iter) if isinstance(loop, gast.For) and not loop.orelse else None
            if count is None or loop is not outermost and trees.names_in(count) & changing:
                return None
            counts.append(count)
        return counts if outermost is self.pushing or not trees.names_in(self.rows) & changing else None

    def is_single(self) -> bool:
        """Whether each iteration saves once, in any case, so that nothing needs to be counted."""
        saves = self.saves
        once = len(saves.pushes) == len(saves.pops) == 1 and self.home_of(self.pushing) and self.home_of(self.popping)
        blocks = saves.pushes[0][0], saves.pops[0][0]
        return bool(once) and blocks[0] is self.pushing.body and blocks[1] is self.popping.body

    def home_of(self, loop: Any) -> bool:
        return any(each is loop for each in self.saves.home)

    def make(self) -> None:
        saves, single = self.saves, self.is_single()
        base = saves.name.removesuffix("_saved")
        joined = len(self.columns or ()) > 1 or isinstance(saves.pushes[0][1].value.args[0], gast.Tuple)
        names = [fresh(f"{name}_saved", self.used) for name, _ in self.columns or ()] if joined else [saves.name]
        starts = []
        for name, (_, dtype) in zip(names, self.columns or ()):
            kind = [] if dtype is None else [self.attr(dtype)]
            shape = self.rows if single else gast.Tuple([self.rows, self.capacity()], gast.Load())
            starts.append(trees.assign(name, trees.call(self.attr("empty"), trees.copy_tree(shape), *kind)))
        self.count = fresh(f"{base}_count", self.used)
        self.counting = fresh(f"{base}_counts", self.used)
        if not single:
            made = trees.call(self.attr("zeros"), trees.copy_tree(self.rows), self.attr("int64"))
            starts.append(trees.assign(self.counting, made))
        outermost = path_to(saves.pushes[0][1], saves.home)[0]
        saves.home[:] = [each for each in saves.home if each is not saves.start]
        at = next(k for k, each in enumerate(saves.home) if each is outermost)
        saves.home[at:at] = [like(each, outermost, leading=False) for each in starts]
        for block, push in saves.pushes:
            item = push.value.args[0]
            parts = item.elts if joined else [item]
            made = [gast.Assign([self.place(n, self.pushing, single, True)], e, None) for n, e in zip(names, parts)]
            made += [] if single else [gast.AugAssign(trees.name(self.count, store=True), gast.Add(), trees.const(1))]
            replace(block, push, made)
        for block, pop in saves.pops:
            targets = pop.targets[0].elts if joined else pop.targets
            made = [] if single else [gast.AugAssign(trees.name(self.count, store=True), gast.Sub(), trees.const(1))]
            made += [gast.Assign([e], self.place(n, self.popping, single, False), None) for n, e in zip(names, targets)]
            replace(block, pop, made)
        for loop in () if single else (self.pushing, self.popping):
            own = trees.index(trees.name(self.counting), trees.name(loop.target.id))
            loop.body.insert(0, trees.assign(self.count, own))
            loop.body.append(gast.Assign([place_at(self.counting, trees.name(loop.target.id), gast.Store())],
                                         trees.name(self.count), None))  # fmt: skip

    def attr(self, name: str) -> gast.AST:
        return trees.attr(trees.name(self.numpy, module=np), name)

    def capacity(self) -> gast.AST:
        """How much an iteration saves at most."""
        total: Any = None
        for counts in self.counts:
            product: Any = None
            for each in counts or ():
                product = each if product is None else trees.mul(product, trees.copy_tree(each))
            product = trees.const(1) if product is None else product
            total = product if total is None else trees.add(total, product)
        return total  # type: ignore[no-any-return]

    def place(self, name: str, loop: Any, single: bool, store: bool) -> gast.Subscript:
        own = trees.name(loop.target.id)
        index = own if single else gast.Tuple([own, trees.name(self.count)], gast.Load())
        return place_at(name, index, gast.Store() if store else gast.Load())


def number_of_rows(stop: gast.AST) -> gast.AST:
    """How many rows there are: the end of the range where that is a length, else at least none."""
    if isinstance(stop, (gast.Subscript, gast.Call)):
        return stop
    return trees.call(trees.builtin("len"), trees.call(trees.builtin("range"), stop))


def plain_range(loop: Any) -> gast.Call | None:
    """The call of `range` with a step of 1 that a loop with one variable runs over, forwards or backwards."""
    node = getattr(loop, "iter", None)
    if not isinstance(getattr(loop, "target", None), gast.Name):
        return None
    if isinstance(node, gast.Call) and getattr(node.func, "id", "") == "reversed" and len(node.args) == 1:
        node = node.args[0]
    fits = isinstance(node, gast.Call) and getattr(node.func, "id", "") == "range" and len(node.args) in (1, 2)
    return node if fits else None


def is_of_prange(loop: Any) -> bool:
    """Whether the user wrote `prange` at this loop."""
    origin = getattr(loop, "origin", None)
    function = getattr(getattr(origin[1] if origin else None, "iter", None), "func", None)
    return "prange" in (getattr(function, "id", ""), getattr(function, "attr", ""))
