"""Part of the stage `simplify`: adjoints that begin as zeros begin with what is added to them first.

    x_grad.2 = np.zeros_like(x.1)            x_grad.2 = t.3_grad * y.4       as large as x, and of its dtype
    x_grad.2[k.5] -= t.6                ->   x_grad.2[k.5] -= t.6            a sum has no order
    x_grad.2 += t.3_grad * y.4

    x_grad.2 = np.zeros_like(x.1)            x_grad.2 = np.zeros_like(x.1)
    x_grad.2[0] += a.3                  ->   x_grad.2[0] = a.3
    x_grad.2[1] -= b.4                       x_grad.2[1] = -b.4

    y_grad.3 = a.4 * b.5                ->   y_grad.3 = a.4 * b.5 + c.6       of one line of the user's
    y_grad.3 += c.6

Zeros that are only added to in the branches of one `if` are made there, if one of them needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from s2sad import ir, trees
from s2sad.expression_kinds import ExpressionKinds, is_numpy, kind_of_names, same_axes
from s2sad.fresh import is_fresh
from s2sad.kinds import Array, Dim, Kind, Scalar
from s2sad.reading import all_blocks, owner_of, range_arguments, reads
from s2sad.statements import all_of, all_statements, blocks_of, nested, read_list, targets

EVERY = "every length"

ADDED = (gast.Add, gast.Sub)
NUMBERS = ("float64", "float", "")


def write_first(body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> bool:
    """Looks at each adjoint that begins as zeros, or as a sum that is added to; whether that changed anything but
    single elements: then sums may be simpler, and values that only zeros were like needn't be saved."""
    begun = [block for block in all_blocks(body) if any(zeros_of(node) or is_whole_sum(node) for node in block)]
    return FirstWrites(body, info, kinds).run(begun) if begun else False


def is_whole_sum(node: gast.stmt) -> bool:
    """S += E"""
    return isinstance(node, gast.AugAssign) and isinstance(node.target, gast.Name) and is_reverse(node)


def is_reverse(node: gast.stmt) -> bool:
    return getattr(node, "reverse", False) and not getattr(node, "tangent", False)


def zeros_of(node: gast.stmt) -> str:
    """S, of `S = np.zeros_like(x)` or `S = [0.0] * n` in the reverse sweep; else ''."""
    if not isinstance(node, gast.Assign) or not getattr(node, "reverse", False) or getattr(node, "tangent", False):
        return ""
    value, target = node.value, node.targets[0]
    listed = isinstance(value, gast.BinOp) and isinstance(value.left, gast.List) and isinstance(value.op, gast.Mult)
    zeros = listed and len(value.left.elts) == 1 and trees.is_zero(value.left.elts[0])
    return target.id if isinstance(target, gast.Name) and (zeros or is_numpy(value, "zeros_like")) else ""


class FirstWrites:
    def __init__(self, body: list[gast.stmt], info: dict[str, ir.Info], kinds: dict[str, Kind]) -> None:
        self.info, self.kinds = info, kinds
        self.kind_of = kind_of_names(info, kinds)
        self.known = ExpressionKinds(self.kind_of)
        self.sets: dict[str, int] = {}
        self.writers: dict[str, list[gast.stmt]] = {}  # the statements that write into the array of a name
        self.views: dict[str, set[str]] = {}  # what the sweep's views and other names are of
        self.changed = False
        self.apart: set[int] = set()  # the statements of the branch that isn't taken
        self.copied: set[str] = set()  # those that become other names of what a branch or an iteration hands on
        for node in all_of(body):
            for name in targets(node):
                self.sets[name] = self.sets.get(name, 0) + 1
            if isinstance(getattr(node, "effect", None), ir.Copy):
                self.copied.update(read_list(node))
            elif getattr(node, "reverse", False):
                for name in names_written(node):
                    self.writers.setdefault(name, []).append(node)
                if isinstance(node, gast.Assign) and isinstance(
                    node.value, (gast.Name, gast.Subscript, gast.Attribute)
                ):
                    for name in targets(node):
                        self.views.setdefault(name, set()).update(reads(node))

    def run(self, blocks: list[list[gast.stmt]]) -> bool:
        for block in blocks:
            for node in list(block):
                name = zeros_of(node)
                if name and self.sets.get(name) == 1:
                    self.begin(block, position(node, block), name)
        for block in blocks:
            for node in list(block):
                self.join(block, node)
        return self.changed

    def begin(self, block: list[gast.stmt], at: int, name: str) -> None:
        """Of zeros that stand at that position of a block."""
        following = touching(block, at + 1, name)
        first = block[following] if following is not None else None
        if isinstance(first, gast.If) and self.in_branches(block, at, first, name):
            return
        if not self.take_whole(block, at, name):
            self.set_items(block, name, start=at + 1)

    def in_branches(self, block: list[gast.stmt], at: int, node: gast.If, name: str) -> bool:
        """Makes the zeros in the branches of the next statement that has to do with them."""
        if name in read_list(node) or self.is_late(block, at, node):
            return False
        if all(self.whole_sum(branch, 0, name) is None for branch in (node.body, node.orelse)):
            return False
        zeros = block.pop(at)
        inside = [{id(each) for each in all_of(branch)} for branch in (node.orelse, node.body)]
        for branch, other in zip((node.body, node.orelse), inside):
            made = ir.statement_copy(zeros)
            made.origin = next((each.origin for each in branch if name in touched(each)), zeros.origin)
            branch.insert(0, made)
            self.apart = other
            self.begin(branch, 0, name)
        self.apart = set()
        return True

    def is_late(self, block: list[gast.stmt], at: int, node: gast.If) -> bool:
        """Whether what the zeros are like is set anew before the branches."""
        return any(targets(each) & reads(block[at]) for each in block[at + 1 : position(node, block)])

    # ---------------------------------------------------------------- a sum of the whole
    def take_whole(self, block: list[gast.stmt], at: int, name: str) -> bool:
        """S = E, of `S = zeros` and `S += E`."""
        found = self.whole_sum(block, at + 1, name)
        if found is None:
            return False
        node = block[found]
        between = block[at + 1 : found]
        adding = [each for each in between if name in touched(each)]
        value = node.value if isinstance(node.op, gast.Add) else trees.neg(node.value)
        made = gast.Assign([trees.name(name, store=True)], self.owned(value, name, node), None)
        made.origin, made.reverse = getattr(node, "origin", None), True
        self.changed = True
        others = [each for each in between if not any(each is one for one in adding)]
        block[at : found + 1] = [*others, made, *adding]
        return True

    def whole_sum(self, block: list[gast.stmt], start: int, name: str) -> int | None:
        """Where `S += E` stands, if all that is done with S until then is to add to parts of it, and that can wait."""
        waiting: list[gast.stmt] = []
        for k in range(start, len(block)):
            node = block[k]
            if name in touched(node):
                if is_sum(node, name) and isinstance(node.target, gast.Name):
                    return k if self.fits(node.value, name) else None
                if not (is_sum(node, name) or is_added_at(node, name)):
                    return None
                waiting.append(node)
            elif waiting and not all(self.can_wait(each, node) for each in waiting):
                return None
        return None

    def join(self, block: list[gast.stmt], node: Any) -> None:
        """S = E + F, of `S = E` and `S += F` right behind it, for one line of the user's."""
        if not isinstance(node, gast.Assign) or not isinstance(node.value, gast.BinOp) or not is_reverse(node):
            return
        name = getattr(node.targets[0], "id", "")
        if self.sets.get(name) != 1 or isinstance(getattr(node, "effect", None), ir.Copy):
            return
        at = position(node, block) + 1
        while at < len(block) and is_whole_sum(block[at]) and is_sum(block[at], name):
            more: Any = block[at]
            same = getattr(more, "origin", None) == getattr(node, "origin", None)
            if not same or not self.fits(node.value, name) or not self.fits(more.value, name):
                break
            node.value, self.changed = gast.BinOp(node.value, more.op, more.value), True
            del block[at]

    def can_wait(self, node: gast.stmt, other: gast.stmt) -> bool:
        """Whether a statement that adds to an adjoint may as well be done after another one."""
        if blocks_of(other) or not isinstance(other, (gast.Assign, gast.AugAssign)) or not getattr(other, "reverse", 0):
            return False
        if getattr(other, "impure", False) or isinstance(getattr(other, "effect", None), ir.Copy):
            return False
        read, waiting = set(reads(node)), list(reads(node))
        while waiting:
            new = self.views.get(waiting.pop(), set()) - read
            read |= new
            waiting += new
        return read.isdisjoint(targets(other) | {owner_of(other) or ""})

    def fits(self, value: gast.AST, name: str) -> bool:
        """Whether an expression has the shape and the dtype of the zeros."""
        kind, dims = self.kind_of(name), self.known.dims(value)
        if not isinstance(kind, Array) or not kind.dims or kind.dtype != "float64" or dims is None:
            return False
        if not same_axes(kind.dims, dims) or not (isinstance(value, gast.Name) or is_fresh(value)):
            return False
        others = [self.kind_of(each) for each in ir.summary(value).names if ir.is_ssa(each)]
        if not all(isinstance(each, (Scalar, Array)) and each.dtype in NUMBERS for each in others):
            return False
        return any(isinstance(each, Array) and each.dtype == "float64" for each in others)

    def owned(self, value: gast.AST, name: str, node: gast.stmt) -> gast.AST:
        """The value as an array that may be added to: another name for one will do, if neither is written into."""
        if not isinstance(value, gast.Name):
            return value
        writers = [*self.writers.get(name, ()), *self.writers.get(value.id, ())]
        kept = all(each is node or id(each) in self.apart for each in writers) and not {value.id, name} & self.copied
        alone = value.id not in self.info and self.sets.get(value.id) == 1
        return value if kept and alone else trees.np_call("array", value)

    # ---------------------------------------------------------------- parts of it
    def set_items(self, block: list[gast.stmt], name: str, loops: tuple[str, ...] = (), start: int = 0) -> None:
        """S[i] = e, of `S[i] += e` where that is the first that is added there."""
        before: list[gast.AST] = []
        for k in range(start, len(block)):
            node = block[k]
            if name not in touched(node):
                continue
            if isinstance(node, gast.If) and not before and name not in read_list(node):
                parts = [each for branch in (node.body, node.orelse) for each in branch if name in touched(each)]
                if loops and len(parts) > 1 and not self.are_of_one_element(parts, name):
                    return  # what one way adds in an iteration, the other may set in a later one
                for branch in (node.body, node.orelse):
                    if loops and sum(name in touched(each) for each in branch) > 1:
                        continue
                    self.set_items(branch, name, loops)
                return
            if isinstance(node, gast.For) and not before and counts_up(node):
                alone = sum(name in touched(each) for each in node.body) == 1
                fixed = not any(node.target.id in targets(each) for each in all_statements(node))
                if alone and fixed and name not in reads(node):
                    self.set_items(node.body, name, (*loops, node.target.id))
                return
            if not is_sum(node, name) or not isinstance(node.target, gast.Subscript):
                return
            place = node.target
            if not isinstance(place.value, gast.Name) or not covers_loops(place.slice, loops):
                return
            if not all(are_apart(place.slice, other, self.is_length) for other in before):
                return
            if self.is_list(name) and not self.is_number(node.value):
                return
            before.append(place.slice)
            value = node.value if isinstance(node.op, gast.Add) else trees.neg(node.value)
            made = gast.Assign([place], value, None)
            made.origin, made.reverse = getattr(node, "origin", None), True
            block[k] = made
            self.changed = True

    def is_length(self, name: str) -> bool:
        kind = self.kind_of(name)
        return isinstance(kind, Scalar) and isinstance(kind.symbol, Dim)

    def are_of_one_element(self, nodes: list[Any], name: str) -> bool:
        """Whether all of these add to S[i] with the same index."""
        places = [node.target for node in nodes if is_sum(node, name) and isinstance(node.target, gast.Subscript)]
        return len(places) == len(nodes) and all(trees.same(each.slice, places[0].slice) for each in places)

    def is_list(self, name: str) -> bool:
        return not isinstance(self.kind_of(name), Array)

    def is_number(self, value: gast.AST) -> bool:
        """Whether what would stand in a list is a number, as the sum was, and no array without axes."""
        kinds = [self.kind_of(each) for each in ir.summary(value).names if ir.is_ssa(each)]
        return isinstance(value, gast.BinOp) or all(isinstance(each, Scalar) for each in kinds)


def names_written(node: gast.stmt) -> set[str]:
    """The names of arrays that a statement may write into: `x += e` as well."""
    if isinstance(node, gast.AugAssign):
        return {owner_of(node) or ""}
    if isinstance(node, gast.Assign):
        own = {owner_of(node) or ""} if not isinstance(node.targets[0], (gast.Name, gast.Tuple)) else set()
        return own | (set(read_list(node)) if getattr(node, "impure", False) else set())
    return set(read_list(node)) if isinstance(node, gast.Expr) else set()


def position(node: gast.stmt, block: list[gast.stmt]) -> int:
    return next(k for k, each in enumerate(block) if each is node)


def touched(node: gast.stmt) -> set[str]:
    """The names that a statement, and those in it, read or set."""
    found: set[str] = set()
    for each in nested(node):
        found |= targets(each) | set(read_list(each))
    return found


def touching(block: list[gast.stmt], start: int, name: str) -> int | None:
    return next((k for k in range(start, len(block)) if name in touched(block[k])), None)


def is_sum(node: gast.stmt, name: str) -> bool:
    """Whether a statement adds to S or a part of it, and reads nothing else of it."""
    if not isinstance(node, gast.AugAssign) or not isinstance(node.op, ADDED) or not getattr(node, "reverse", False):
        return False
    part = node.target
    while isinstance(part, (gast.Subscript, gast.Attribute)):  # not of a view, whose indices are others
        part = part.value
    return isinstance(part, gast.Name) and part.id == name and read_list(node).count(name) == 1


def is_added_at(node: gast.stmt, name: str) -> bool:
    """np.add.at(S, index, e)"""
    if not isinstance(node, gast.Expr) or not isinstance(node.value, gast.Call) or len(node.value.args) != 3:
        return False
    function, first = node.value.func, node.value.args[0]
    if not isinstance(function, gast.Attribute) or function.attr != "at":
        return False
    if trees.function_of(function.value) is not np.add:
        return False
    return isinstance(first, gast.Name) and first.id == name and read_list(node).count(name) == 1


# ---------------------------------------------------------------- indices
def counts_up(node: gast.For) -> bool:
    """Whether a loop runs over positions from the start, each once: `range(n)`, `range(1, n)`, also backwards."""
    args = range_arguments(node)
    return getattr(node, "reverse", False) and bool(args) and trees.counts_from(0, args)


def covers_loops(index: gast.AST, loops: tuple[str, ...]) -> bool:
    """Whether an index is another one in each iteration: the counters stand in it, beside numbers and slices."""
    parts = list(index.elts) if isinstance(index, gast.Tuple) else [index]
    names = [each.id for each in parts if isinstance(each, gast.Name)]
    plain = all(isinstance(each, (gast.Name, gast.Slice)) or trees.is_at_least(each, 0) for each in parts)
    return not loops or plain and set(loops) <= set(names)


def are_apart(index: gast.AST, other: gast.AST, is_length: Callable[[str], bool]) -> bool:
    """Whether two indices, of numbers and slices of numbers, select nothing that is the same. is_length: of a name,
    whether it stands for a length, so that 2 * m isn't before m."""
    one, two = ([*each.elts] if isinstance(each, gast.Tuple) else [each] for each in (index, other))
    for a, b in zip(one, two):
        first, second = span(a, is_length), span(b, is_length)
        if first is None or second is None or len({first[2], second[2]} - {EVERY}) > 1:
            return False
        if first[1] <= second[0] or second[1] <= first[0]:
            return True
    return False


def span(index: gast.AST, is_length: Callable[[str], bool]) -> tuple[float, float, str] | None:
    """From where to where a number or slice, counted from the start, selects, and the length that is the unit of both:
    '' for 1, EVERY where any will do."""
    if not isinstance(index, gast.Slice):
        place = trees.literal(index)
        return (place, place + 1, "") if trees.is_at_least(index, 0) else None
    low = (0.0, EVERY) if index.lower is None else multiple(index.lower, is_length)
    high = (float("inf"), EVERY) if index.upper is None else multiple(index.upper, is_length)
    if low is None or high is None or index.step is not None and trees.literal(index.step) != 1:
        return None
    units = {low[1], high[1]} - {EVERY}
    return (low[0], high[0], units.pop() if units else EVERY) if len(units) < 2 else None


def multiple(bound: gast.AST, is_length: Callable[[str], bool]) -> tuple[float, str] | None:
    """(3, "m") of `3 * m`, (3, "") of 3."""
    if isinstance(bound, gast.BinOp) and isinstance(bound.op, gast.Mult) and trees.is_at_least(bound.left, 0):
        inner = multiple(bound.right, is_length)
        return None if inner is None or not inner[1] else (trees.literal(bound.left) * inner[0], inner[1])
    if isinstance(bound, gast.Name) and is_length(bound.id):
        return 1, bound.id
    return (trees.literal(bound), "") if trees.is_at_least(bound, 0) else None
