"""Part of the stage `numba`: saved numbers lie in arrays where the trip count is known, and `while saved:` counts down.

A list costs Numba about 4 nanoseconds for a push and its pop, and twice that under a `while` that asks the list whether
it holds something; an array costs 0.8. Only lists that the generated program saves in are looked at, never the user's.

>>> import gast
>>> from s2sad.kinds import Scalar
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, n):
...     x_saved = []
...     for i in range(n):
...         x_saved.append(x)
...         x = x * x
...     while x_saved:
...         x = x_saved.pop()
... ''').body[0]
>>> tree.body[0].stack = "x_saved"
>>> saves_in_arrays(tree, {"x": Scalar("float")}, {"f", "x", "n", "i", "x_saved"}, "np")
>>> print(to_text(tree), end="")
def f(x, n):
    x_saved = np.empty(len(range(n)))
    x_count = 0
    for i in range(n):
        x_saved[x_count] = x
        x_count += 1
        x = x * x
    while x_count > 0:
        x_count -= 1
        x = x_saved[x_count]
"""

from __future__ import annotations

from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.kinds import Kind, Scalar
from s2sad.reading import all_blocks
from s2sad.statements import all_statements, blocks_of

DTYPES = {"f": None, "i": "int64", "b": "bool_", "c": "complex128"}


def saves_in_arrays(function: gast.FunctionDef, kinds: dict[str, Kind], used: set[str], numpy: str) -> None:
    """Changes a function of the generated program. kinds: of its names, where one kind holds throughout; used: all
    names of the module; numpy: what the text calls NumPy."""
    for block in list(all_blocks(function.body)):
        for node in [each for each in block if getattr(each, "stack", None)]:
            found = Saves(function, block, node, kinds)
            if not found.simple:
                continue
            sizes, columns = found.trip_counts(), found.columns()
            if sizes is not None and columns is not None:
                found.into_arrays(sizes, columns, used, numpy)
            else:
                found.count_down(used)


class Saves:
    """One list that the program saves in: where it begins, its pushes and its pops, and the loops that ask for it."""

    def __init__(self, function: gast.FunctionDef, home: list[Any], start: Any, kinds: dict[str, Kind]) -> None:
        self.function, self.home, self.start, self.kinds = function, home, start, kinds
        self.name = start.targets[0].id
        self.pushes: list[tuple[list[Any], Any]] = []
        self.pops: list[tuple[list[Any], Any]] = []
        self.loops: list[Any] = []
        uses = 0
        for block in all_blocks(function.body):
            for node in block:
                if is_push(node, self.name):
                    self.pushes.append((block, node))
                elif is_pop(node, self.name):
                    self.pops.append((block, node))
                elif isinstance(node, gast.While) and getattr(node.test, "id", "") == self.name:
                    self.loops.append(node)
        for each in trees.walk(function):
            uses += isinstance(each, gast.Name) and each.id == self.name
        self.simple = uses == 1 + len(self.pushes) + len(self.pops) + len(self.loops)

    # ------------------------------------------------------------------------------------------ trip counts
    def trip_counts(self) -> list[gast.AST] | None:
        """How often each loop around the only push runs, as expressions that can be computed before the outermost one;
        None where that is not known."""
        if len(self.pushes) != 1:
            return None
        path = path_to(self.pushes[0][1], self.home)
        if not path or any(not isinstance(loop, gast.For) or loop.orelse for loop in path):
            return None
        outermost = path[0]
        if any(isinstance(each, (gast.Break, gast.Return, gast.Try)) for each in trees.walk(outermost)):
            return None
        changing = {each.id for each in trees.walk(outermost) if isinstance(each, gast.Name) and not is_read(each)}
        counts = []
        for loop in path:
            count = trip_count(loop.iter)
            if count is None:
                return None
            if loop is not outermost and trees.names_in(count) & changing:
                return None
            counts.append(count)
        return counts

    # ------------------------------------------------------------------------------------------ numbers
    def columns(self) -> list[tuple[str, str | None]] | None:
        """(the name, the dtype) of each number that is saved at once; None where it is not known to be one."""
        return self.columns_of(self.pushes[0][1])

    def columns_of(self, push: Any) -> list[tuple[str, str | None]] | None:
        item = push.value.args[0]
        parts = item.elts if isinstance(item, gast.Tuple) else [item]
        found = []
        for part in parts:
            kind = self.kinds.get(getattr(part, "id", ""))
            if not isinstance(kind, Scalar) or kind.char not in DTYPES:
                return None
            found.append((part.id, DTYPES[kind.char]))
        for _, pop in self.pops:
            target = pop.targets[0]
            fits = isinstance(target, gast.Tuple) and len(target.elts) == len(parts)
            if (
                isinstance(item, gast.Tuple) != isinstance(target, gast.Tuple)
                or isinstance(item, gast.Tuple)
                and not fits
            ):
                return None
        return found

    # ------------------------------------------------------------------------------------------ changes
    def into_arrays(
        self, sizes: list[gast.AST], columns: list[tuple[str, str | None]], used: set[str], numpy: str
    ) -> None:
        block, push = self.pushes[0]
        item = push.value.args[0]
        joined = isinstance(item, gast.Tuple)
        count = fresh("count" if self.name == "saved" else f"{self.name.removesuffix('_saved')}_count", used)
        names = [fresh(f"{name}_saved", used) for name, _ in columns] if joined else [self.name]
        size = trees.copy_tree(sizes[0])
        for each in sizes[1:]:
            size = trees.mul(size, trees.copy_tree(each))
        starts = []
        for name, (_, dtype) in zip(names, columns):
            kind = [] if dtype is None else [trees.attr(trees.name(numpy, module=np), dtype)]
            made = trees.call(trees.attr(trees.name(numpy, module=np), "empty"), trees.copy_tree(size), *kind)
            starts.append(trees.assign(name, made))
        starts.append(trees.assign(count, trees.const(0)))
        loop = path_to(push, self.home)[0]
        self.home[:] = [each for each in self.home if each is not self.start]
        at = next(k for k, each in enumerate(self.home) if each is loop)
        self.home[at:at] = [like(each, loop, leading=False) for each in starts]
        parts = item.elts if joined else [item]
        stores: list[Any] = []
        for name, part in zip(names, parts):
            stores.append(gast.Assign([place(name, count, gast.Store())], part, None))
        stores.append(gast.AugAssign(trees.name(count, store=True), gast.Add(), trees.const(1)))
        replace(block, push, stores)
        for block, pop in self.pops:
            target = pop.targets[0]
            taken: list[Any] = [gast.AugAssign(trees.name(count, store=True), gast.Sub(), trees.const(1))]
            for name, each in zip(names, target.elts if joined else [target]):
                taken.append(gast.Assign([each], place(name, count, gast.Load()), None))
            replace(block, pop, taken)
        for each in self.loops:
            each.test = gast.Compare(trees.name(count), [gast.Gt()], [trees.const(0)])

    def count_down(self, used: set[str]) -> None:
        """`while saved:` that takes one away in each iteration is a loop over its length, asked for once."""
        for loop in self.loops:
            inside = [pop for block, pop in self.pops if block is loop.body]
            statements = all_statements(loop)
            everywhere = sum(any(each is pop for each in statements) for _, pop in self.pops)
            pushed = any(each is push for _, push in self.pushes for each in statements)
            stops = any(isinstance(each, (gast.Break, gast.Return, gast.Try)) for each in trees.walk(loop))
            if len(inside) != 1 or everywhere != 1 or pushed or stops or loop.orelse:
                continue
            length = trees.call(trees.builtin("len"), trees.name(self.name))
            made = gast.For(
                trees.name(fresh("_", used), store=True),
                trees.call(trees.builtin("range"), length),
                loop.body,
                [],
                None,
            )
            replace_everywhere(self.function, loop, made)


def trip_count(node: gast.AST) -> gast.AST | None:
    """How many items a loop runs over, where that is a range of plain integers, or an array or list with a name."""
    if isinstance(node, gast.Name):
        return trees.call(trees.builtin("len"), trees.name(node.id))
    if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name)):
        return None
    if node.func.id in ("reversed", "enumerate") and len(node.args) == 1 and not node.keywords:
        return trip_count(node.args[0])
    if node.func.id != "range" or not all(map(is_plain, node.args)):
        return None
    return trees.call(trees.builtin("len"), trees.copy_tree(node))


def is_plain(node: gast.AST) -> bool:
    """Whether an expression has no effect, and reads nothing but names, shapes and lengths."""
    if isinstance(node, (gast.Name, gast.Constant)):
        return True
    if isinstance(node, gast.BinOp):
        return isinstance(node.op, (gast.Add, gast.Sub, gast.Mult)) and is_plain(node.left) and is_plain(node.right)
    if isinstance(node, gast.UnaryOp):
        return isinstance(node.op, gast.USub) and is_plain(node.operand)
    if isinstance(node, gast.Call):
        return getattr(node.func, "id", "") == "len" and isinstance(node.args[0], gast.Name)
    if isinstance(node, gast.Subscript):
        return isinstance(node.slice, gast.Constant) and is_plain(node.value) and isinstance(node.value, gast.Attribute)
    return isinstance(node, gast.Attribute) and node.attr in ("shape", "size") and isinstance(node.value, gast.Name)


def is_read(node: gast.Name) -> bool:
    return isinstance(node.ctx, gast.Load)


def is_push(node: Any, name: str) -> bool:
    call = getattr(node, "value", None)
    return isinstance(node, gast.Expr) and isinstance(call, gast.Call) and method_of(call) == (name, "append")


def is_pop(node: Any, name: str) -> bool:
    call = getattr(node, "value", None)
    return (
        isinstance(node, gast.Assign)
        and isinstance(call, gast.Call)
        and method_of(call) == (name, "pop")
        and not call.args
        and len(node.targets) == 1
    )


def method_of(call: gast.Call) -> tuple[str, str]:
    function: Any = call.func
    return getattr(getattr(function, "value", None), "id", ""), getattr(function, "attr", "")


def path_to(node: Any, block: list[Any]) -> list[Any]:
    """The statements around a node, from one of this block's on; [] if it is not within."""
    for each in block:
        for inner in blocks_of(each):
            if any(item is node for item in inner):
                return [each]
            rest = path_to(node, inner)
            if rest:
                return [each, *rest]
    return []


def place(name: str, index: str, ctx: gast.AST) -> gast.Subscript:
    return place_at(name, trees.name(index), ctx)


def place_at(name: str, index: gast.AST, ctx: gast.AST) -> gast.Subscript:
    """An element that is there: nothing has to be checked."""
    made = gast.Subscript(trees.name(name), index, ctx)
    made.there = True
    return made


def fresh(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    used.add(name)
    return name


def like(made: Any, node: Any, leading: bool = True) -> Any:
    """A statement that stands for another one, or before it."""
    for attribute in ("comments", "origin", "reverse", "blank") if leading else ("origin",):
        if hasattr(node, attribute):
            setattr(made, attribute, getattr(node, attribute))
    return made


def replace(block: list[Any], node: Any, made: list[Any]) -> None:
    at = next(k for k, each in enumerate(block) if each is node)
    block[at : at + 1] = [like(made[0], node), *[like(each, node, leading=False) for each in made[1:]]]


def replace_everywhere(function: Any, node: Any, made: Any) -> None:
    for block in list(all_blocks(function.body)):
        if any(each is node for each in block):
            replace(block, node, [made])
            return
