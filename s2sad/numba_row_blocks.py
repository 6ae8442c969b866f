"""Part of the stage `numba_fusion`: what follows a product of matrices row by row is done for some rows at a time.

A product `P = A @ B` is an array of its own, and where P is large, new pages of memory cost more than the product, as
does the way of each loop over it to memory and back. If all that reads P goes along its rows (elementwise, sums, least
elements, other products), or adds up over them, then a block of rows goes through all of it before the next one comes:

    P = A @ B                  for i in range(0, n, rows):
    u = loop_1(P, v)               P = A[i:i+rows] @ B
    w = u.T @ A          ->        u = loop_1(P, v[i:i+rows])
                                   w += u.T @ A[i:i+rows]

Sums over the rows are so in another order: that of the blocks. Arrays that were there before are read alone.

>>> import gast
>>> from s2sad.numba_forms import Forms
>>> from s2sad.numba_fusion import fuse
>>> from s2sad.numba_ranks import Expressions, mark_numpy, of_functions
>>> from s2sad.numba_views import Memory
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(A, B):
...     P = A @ B
...     u = np.exp(P)
...     w = np.min(u, axis=1)
...     G = A.T @ u
...     return G, w
... ''')
>>> mark_numpy(tree)
>>> found = of_functions(tree, {"f": {"A": ("f", 2), "B": ("f", 2)}})["f"]
>>> forms = Forms({"f"}, "np")
>>> fuse(tree.body[0], Expressions(found), Memory(tree.body[0]), forms)
>>> print(to_text(tree.body), end="")
def f(A, B):
    rows1 = max(256, int(65536 / max(B.shape[1], 1)))
    G_sum1 = np.zeros((A.shape[1], B.shape[1]))
    w_all1 = np.empty((A.shape[0],))
    for start1 in range(0, max(A.shape[0], 1), rows1):
        stop1 = start1 + rows1
        A_rows1 = A[start1:stop1]
        P = A_rows1 @ B
        u = loop_1(P)
        w = np.min(u, axis=1)
        G = A_rows1.T @ u
        loop_2(G, G_sum1)
        w_all1[start1:stop1] = w
    G = G_sum1
    w = w_all1
    return G, w
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_access import Access, is_passable, views_of
from s2sad.numba_assumed import text_of
from s2sad.numba_fused import Group
from s2sad.numba_lengths import ONE
from s2sad.numba_pieces import Parts, Piece, with_fields
from s2sad.numba_reuse import BLOCKS, leaves, names_of
from s2sad.numba_short import size_of
from s2sad.numba_steps import View
from s2sad.printer import BlankLine, Comment

ROWS, ELEMENTS = 256, 65536  # of a block: at least, and about
ALONG_ROWS = ("min", "max", "amin", "amax", "argmin", "argmax", "prod", "mean", "all", "any", "var", "std")
KNOWN = ("own", "totals", "rows", "whole", "sizes")  # fields of a run that are learnt
LIKE = ("zeros_like", "ones_like", "empty_like", "copy")


def in_row_blocks(planned: list[Any], parts: Parts, everything: list[Any] | None = None) -> list[Any]:
    """Changes a plan: the statements and groups behind a product, as far as they go along its rows, become a loop.
    The bodies of these loops."""
    everything = planned if everything is None else everything
    place, bodies = 0, []
    while place < len(planned):
        item = planned[place]
        if not isinstance(item, (Group, Comment, BlankLine)):
            for part in BLOCKS:
                bodies += in_row_blocks(getattr(item, part, None) or [], parts, everything)
            run = run_from(planned, place, parts, everything)
            if run is not None:
                before, loop, after = run.statements()
                planned[place : run.end] = [*before, loop, *after]
                place += len(before)
                bodies.append(loop.body)
        place += 1
    return bodies


def run_from(planned: list[Any], start: int, parts: Parts, everything: list[Any]) -> Run | None:
    """What goes along the rows of a product, if nothing else needs that; None where there is nothing to be won."""
    product = planned[start]
    axes = getattr(product, "product_axes", None)
    if axes is None or not axes[0] or size_of(axes[0]) is not None or size_of(axes[1]) is not None:
        return None
    left = product.value.left
    its = product.known.get(left.id) if isinstance(left, gast.Name) else None
    if not its or its[0] != axes[0]:
        return None
    run = Run(axes[0], left.id, trees.copy_tree(product.value.right), parts)
    for run.end in range(start, len(planned) + 1):
        if run.end == len(planned) or not run.takes(planned[run.end]):
            break
    return run if run.is_worth_it(everything) else None


@dataclass
class Run:
    """length: of the rows; array: one that has them; width: an array that has as many columns as the product.

    own: by name of what is made here, row by row, its axes; totals: by name of what is summed over the rows, its axes
    and what it is at the beginning; rows: by name of an array from outside that is read row by row, the name of a block
    of it; whole: what is read otherwise; sizes: how lengths are written before the loop; body: the statements and
    groups, which were `taken`; before: those that have nothing to do with them; later: those that none of them needs;
    access, postponed: what the body does, and what comes later; comments: those before the next item; kept: of `own`,
    what is read behind the loop, and the shape of it."""

    length: Any
    array: str
    width: gast.AST
    parts: Parts
    end: int = 0
    own: dict[str, Any] = field(default_factory=dict)
    totals: dict[str, tuple[Any, gast.AST]] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    sizes: dict[Any, str] = field(default_factory=dict)
    body: list[Any] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)
    before: list[Any] = field(default_factory=list)
    later: list[Any] = field(default_factory=list)
    access: Access = field(default_factory=Access)
    postponed: Access = field(default_factory=Access)
    comments: list[Any] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)

    def takes(self, item: Any) -> bool:
        """Whether an item of the plan goes along, or may come before or behind the loop."""
        if isinstance(item, (Comment, BlankLine)):
            self.comments.append(item)
            return True
        if isinstance(item, Group):
            access = item.access
        elif is_passable(item) and isinstance(item, (gast.Assign, gast.AugAssign)):
            access = Access.of_statement(item, self.parts.memory)
        else:
            return False
        trial = dataclasses.replace(self, **{key: getattr(self, key).copy() for key in KNOWN})
        made = trial.group(item) if isinstance(item, Group) else trial.statement(item)
        if made is not None and not trial.rebinds(access) and not access.depends(self.postponed):
            for key in KNOWN:
                setattr(self, key, getattr(trial, key))
            self.access.join(access)
            self.taken.append(item)
            self.body += [*self.comments, made]
        elif not isinstance(item, Group) and not access.depends(self.access) and not access.depends(self.postponed):
            self.before += [*self.comments, item]
        else:
            self.postponed.join(access)
            self.later += [*self.comments, item]
        self.comments = []
        return True

    def rebinds(self, access: Access) -> bool:
        """Whether an item sets what this reads as it was before, or what is summed."""
        once = self.rows.keys() | self.whole | self.access.sets & self.totals.keys()
        return bool(access.sets & once) or bool(access.written & {root for name in once for root in self.roots(name)})

    def roots(self, name: str) -> set[str]:
        found: set[str] = self.parts.memory.of(trees.name(name))
        return found

    # ------------------------------------------------------------------------------------------ statements
    def statement(self, node: Any) -> Any:
        """A statement for the rows of a block; None where it isn't one of rows."""
        if not isinstance(node, gast.Assign) or not isinstance(node.targets[0], gast.Name) or len(node.targets) > 1:
            return None
        name = node.targets[0].id
        made = self.total_of(name, node)
        if made is None:
            found = self.by_rows(node.value, node)
            if found is None:
                return None
            made, self.own[name] = found
        return with_fields(node, value=made)

    def total_of(self, name: str, node: Any) -> Any:
        """A sum over the rows: `np.sum(rows)`, `rows.T @ rows`; None for others."""
        value = node.value
        if isinstance(value, gast.Call) and trees.function_of(value.func) is np.sum:
            found = self.by_rows(value.args[0], node) if len(value.args) == 1 and not value.keywords else None
            if found is None or self.parts.ranks.char(value.args[0]) != "f" or not self.total(name, (), "f"):
                return None
            return with_fields(value, args=[found[0]])
        if not isinstance(value, gast.BinOp) or not isinstance(value.op, gast.MatMult):
            return None
        left, right = value.left, value.right
        turned = isinstance(left, gast.Attribute) and left.attr == "T"
        if not turned and self.parts.ranks.rank(left) != 1:
            return None
        one, other = self.by_rows(left.value if turned else left, node), self.by_rows(right, node)
        if one is None or other is None or len(one[1]) + len(other[1]) > 4:
            return None
        if not self.total(name, (*one[1][1:], *other[1][1:]), "f"):
            return None
        return gast.BinOp(trees.attr(one[0], "T") if turned else one[0], gast.MatMult(), other[0])

    def by_rows(self, node: Any, statement: Any) -> tuple[Any, Any] | None:
        """An expression for the rows of a block, and the axes of what it gives for all rows; None where it doesn't go
        along the rows."""
        if isinstance(node, gast.Name):
            axes = None if node.id in self.totals else self.own.get(node.id) or statement.known.get(node.id)
            if not axes or axes[0] != self.length:
                return None
            return node if node.id in self.own else trees.name(self.rows_of(node.id)), axes
        if isinstance(node, gast.BinOp) and isinstance(node.op, gast.MatMult):
            return self.product(node, statement)
        if isinstance(node, gast.Call) and isinstance(node.func, gast.Attribute):
            return self.call(node, statement)
        if isinstance(node, gast.Subscript):
            steps = node.slice.elts if isinstance(node.slice, gast.Tuple) else [node.slice]
            new = [isinstance(each, gast.Constant) and each.value is None for each in steps[1:]]
            whole = bool(steps) and trees.selects_all(steps[0]) and all(new)
            found = self.by_rows(node.value, statement) if whole else None
            if found is not None:
                return with_fields(node, value=found[0]), (self.length, *([ONE] * len(new)), *found[1][1:])
        return None

    def product(self, node: gast.BinOp, statement: Any) -> tuple[Any, Any] | None:
        """`rows @ matrix` is of rows."""
        found, rank = self.by_rows(node.left, statement), self.parts.ranks.rank(node.right)
        if found is None or len(found[1]) != 2 or not self.reads_whole(node.right):
            return None
        made = gast.BinOp(found[0], gast.MatMult(), node.right)
        if rank == 1:
            return made, (self.length,)
        axes = getattr(statement, "product_axes", None) if statement.value is node else None
        if axes is None or rank != 2:
            return None
        self.sizes.setdefault(axes[1], f"{trees.show(node.right)}.shape[1]")
        return made, axes

    def call(self, node: gast.Call, statement: Any) -> tuple[Any, Any] | None:
        """The least elements of rows and the like, outer products; an array as large as one of rows."""
        function, what = trees.function_of(node.func), node.func.attr
        if function is None or function is not getattr(np, what, None) or not node.args:
            return None
        found = self.by_rows(node.args[0], statement)
        given = {each.arg: trees.literal(each.value) for each in node.keywords}
        if found is None or len(node.args) > 2:
            return None
        made = with_fields(node, args=[found[0], *node.args[1:]])
        if what in LIKE and len(node.args) == 1 and not given:
            return made, found[1]
        if what == "outer" and len(node.args) == 2 and len(found[1]) == 1 and isinstance(node.args[1], gast.Name):
            columns = statement.known.get(node.args[1].id) if self.reads_whole(node.args[1]) else None
            return (made, (*found[1], *columns)) if columns and len(columns) == 1 else None
        along = trees.literal(node.args[1]) if len(node.args) == 2 else given.get("axis")
        if what in ALONG_ROWS and not set(given) - {"axis"} and len(found[1]) == 2 and along in (1, -1):
            return made, found[1][:1]
        return None

    def rows_of(self, name: str) -> str:
        if name not in self.rows:
            self.rows[name] = self.parts.fresh(f"{name}_rows")
        return self.rows[name]

    def reads_whole(self, node: Any) -> bool:
        names = trees.names_in(node)
        self.whole |= names
        return not names & (self.own.keys() | self.totals.keys())

    def total(self, name: str, axes: Any, char: str) -> bool:
        """Notes a sum over the rows, if it is known how large it is."""
        if name in self.totals or name in self.own:
            return False
        zero: Any = trees.const(0.0 if char == "f" else 0)
        if axes:
            sizes = [self.size(length) for length in axes]
            if None in sizes:
                return False
            shape = gast.parse(f"({', '.join(map(str, sizes))},)", mode="eval").body
            zero = trees.np_call("zeros", shape, *([] if char == "f" else [trees.attr(trees.module(np), "int64")]))
        self.totals[name] = axes, zero
        return True

    def size(self, length: Any) -> str | None:
        lengths = self.parts.lengths
        return self.sizes.get(length) or (text_of(length) if lengths.is_given(length) else None)

    # ------------------------------------------------------------------------------------------ groups
    def group(self, group: Group) -> Group | None:
        pieces = []
        for each in group.pieces:
            piece = self.piece(each)
            if piece is None:
                return None
            pieces.append(piece)
        made = dataclasses.replace(group, pieces=pieces, reused={})
        made.access = Access()
        for piece in made.pieces:
            made.access.join(Access.of_piece(piece, self.parts.memory))
        return made

    def piece(self, piece: Piece) -> Piece | None:
        """A piece for the rows of a block."""
        if not piece.axes or piece.axes[0] != self.length or piece.again:
            return None
        numbers = [each for each in trees.walk(piece.expression) if piece.leaves.get(id(each), each) is None]
        if not all(self.reads_whole(without_widths(each)) for each in numbers):
            return None
        views: dict[int, View] = {}
        for view in [*views_of(piece), *piece.leaves.values()]:
            if view is not None:
                changed = self.view(view, piece)
                if changed is None:
                    return None
                views[id(view)] = changed
        if piece.target is not None and getattr(piece.target.array, "id", "") not in self.own:
            return None
        if not self.result(piece):
            return None
        return dataclasses.replace(
            piece,
            target=views.get(id(piece.target)),
            like=views.get(id(piece.like)),
            views=[views[id(view)] for view in piece.views],
            leaves={key: views.get(id(view)) for key, view in piece.leaves.items()},
        )

    def view(self, view: View, piece: Piece) -> View | None:
        """A view of the rows of a block, or of what is the same for all rows."""
        name = getattr(view.array, "id", "")
        if view.rank == len(piece.axes) and view.axes[0] == self.length:
            if not name or name in self.totals or view.steps[0] != (0, 0, None):
                return None
            for place, step in enumerate(view.steps[1:], 1):
                if name not in self.own and not isinstance(step, int) and step[1:] == (0, None):
                    self.sizes.setdefault(view.axes[step[0]], f"{name}.shape[{place}]")
            return view if name in self.own else dataclasses.replace(view, array=trees.name(self.rows_of(name)))
        same = view.rank < len(piece.axes) or view.axes[0] == ONE
        return view if same and self.reads_whole(view.array) else None

    def result(self, piece: Piece) -> bool:
        if piece.action == "into":
            return True
        char = "i" if piece.char == "b" else piece.char
        if piece.action == "new":
            self.own[piece.name] = piece.axes
        elif piece.action == "sum" and piece.axis is None:
            return self.total(piece.name, (), char)
        elif piece.axis is not None:
            kept = [ONE] if piece.keepdims else []
            axes = (*piece.axes[: piece.axis], *kept, *piece.axes[piece.axis + 1 :])
            if piece.axis == 0:
                return self.total(piece.name, axes, char)
            self.own[piece.name] = axes
        else:
            like = piece.like
            assert like is not None
            if like.rank == len(piece.axes) and like.axes[0] == self.length:
                self.own[piece.name] = like.axes
                return True
            return self.total(piece.name, like.axes, "f")
        return True

    # ------------------------------------------------------------------------------------------ the loop
    def is_worth_it(self, everything: list[Any]) -> bool:
        """Whether the product and what comes of it is read in the loop alone. The rest is kept: fewer arrays as large
        than there are products that are not."""
        inside = {id(leaf) for leaf in leaves(self.taken)}
        elsewhere = {name for leaf in leaves(everything) if id(leaf) not in inside for name in names_of(leaf)}
        self.kept = {name: self.shape(axes) for name, axes in self.own.items() if name in elsewhere}
        known = all(self.kept.values()) and all(self.parts.ranks.char(trees.name(name)) == "f" for name in self.kept)
        products = [item.targets[0].id for item in self.taken if getattr(item, "product_axes", None)]
        gone = [name for name in products if name in self.own and name not in self.kept]
        widths = [self.own[name][1] for name in gone]
        large = [
            name for name in self.kept.keys() - set(products) if self.own[name][1:] and self.own[name][1] in widths
        ]
        return known and len(self.taken) > 1 and products[0] in gone and len(gone) > len(large)

    def shape(self, axes: Any) -> Any:
        """The shape of a whole array; None where it isn't known."""
        sizes = [f"{self.array}.shape[0]", *(self.size(length) for length in axes[1:])]
        return None if None in sizes else gast.parse(f"({', '.join(map(str, sizes))},)", mode="eval").body

    def statements(self) -> tuple[list[Any], Any, list[Any]]:
        """What comes before the loop, the loop, and what comes behind it."""
        start, stop, rows = (self.parts.fresh(name) for name in ("start", "stop", "rows"))
        self.parts.ranks.known.update(dict.fromkeys((start, stop, rows), ("i", 0)))
        count, width = f"{self.array}.shape[0]", trees.show(self.width)
        before = [*self.before, *gast.parse(f"{rows} = max({ROWS}, int({ELEMENTS} / max({width}.shape[1], 1)))").body]
        body = gast.parse(f"{stop} = {start} + {rows}").body
        for name, block in self.rows.items():
            self.know(block, name, self.roots(name))
            body += gast.parse(f"{block} = {name}[{start}:{stop}]").body
        body += self.body
        after: list[Any] = []
        for name, (axes, zero) in self.totals.items():
            total = self.parts.fresh(f"{name}_sum")
            self.know(total, name, {total})
            self.parts.lengths.known.update({total: axes, name: axes} if axes else {})
            before.append(trees.assign(total, zero))
            adding = self.parts.of(gast.AugAssign(trees.name(total, store=True), gast.Add(), trees.name(name)))
            body += [Group([each], Access.of_piece(each, self.parts.memory)) if isinstance(each, Piece) else each
                     for each in adding]  # fmt: skip
            after.append(trees.assign(name, trees.name(total)))
        for name, shape in self.kept.items():
            whole = self.parts.fresh(f"{name}_all")
            self.know(whole, name, {whole})
            before.append(trees.assign(whole, trees.np_call("empty", shape)))
            body += gast.parse(f"{whole}[{start}:{stop}] = {name}").body
            after.append(trees.assign(name, trees.name(whole)))
        # Once at least: what raises an error for no rows does so.
        loop: Any = gast.parse(f"for {start} in range(0, max({count}, 1), {rows}):\n    pass").body[0]
        loop.body = body
        return before, loop, [*after, *self.later, *self.comments]

    def know(self, name: str, like: str, roots: set[str]) -> None:
        self.parts.ranks.known[name] = self.parts.ranks.known[like]
        self.parts.memory.add(name, roots)
        self.parts.rebound |= {name, like}


def without_widths(node: Any) -> Any:
    """A number, without what it takes from the lengths of rows, which are those in a block: `p.shape[1]`."""
    made = trees.copy_tree(gast.Expr(node))
    for each in list(trees.walk(made)):
        for key, value in gast.iter_fields(each):
            if isinstance(value, gast.Subscript) and getattr(value.value, "attr", "") == "shape":
                if trees.is_at_least(value.slice, 1) and isinstance(value.value.value, gast.Name):
                    setattr(each, key, trees.const(1))
    return made.value
