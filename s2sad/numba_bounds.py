"""Part of the stage `numba`: indices are looked at before a loop where it can be said what they will be, and not at
all where it follows from the program that they are within the array.

A function in which Numba looks at each index (its option `boundscheck`) takes up to 1.4 times as long. Here one that
has loops looks itself: at what a loop over a range reaches in all its iterations, before the loop; at the rest (by
other arrays, in branches) where it is used.

>>> from s2sad.numba_forms import Forms
>>> from s2sad.numba_ranks import mark_numpy, of_functions
>>> from s2sad.printer import to_text
>>> tree = gast.parse('''
... def f(x, u, where):
...     n, m = u.shape
...     y = np.zeros(n)
...     for i in range(1, n):
...         for j in range(1, m - 1):
...             y[i] += y[i - 1] * u[i, j + 1] * x[j] * x[where[i]]
...     return y
... ''')
>>> mark_numpy(tree)
>>> known = Expressions(of_functions(tree, {"f": {"x": ("f", 1), "u": ("f", 2), "where": ("i", 1)}})["f"])
>>> for node in trees.walk(tree):
...     if isinstance(node, gast.Subscript):
...         note_axes(node, known)
>>> print(to_text(with_bounds(tree, {"f"})).partition("def f")[2], end="")
(x, u, where):
    n, m = u.shape
    y = np.zeros(n)
    if 3 <= m:
        check_indices(1, n - 1, where.shape[0])
    if 2 <= n:
        check_indices(1, m - 2, x.shape[0])
    for i in range(1, n):
        for j in range(1, m - 1):
            y[i] += y[i - 1] * u[i, j + 1] * x[j] * x[checked_index(where[i], x.shape[0])]
    return y
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, field
from typing import Any

import gast

from s2sad import trees
from s2sad.affine import ONCE, Form, minus, plus
from s2sad.numba_extents import Extents, Loop
from s2sad.numba_ranks import Expressions
from s2sad.numba_sorts import COUNT
from s2sad.numba_tapes import like
from s2sad.printer import BlankLine
from s2sad.statements import all_of, blocks_of

CHECK_INDICES = """
def check_indices(least, most, length):
    if least <= most and (least < -length or most >= length):
        raise IndexError("index is out of bounds")
"""
CHECKED_INDEX = """
def checked_index(index, length):
    if index < -length or index >= length:
        raise IndexError("index is out of bounds")
    return index
"""


def note_axes(node: gast.Subscript, known: Expressions) -> None:
    """Notes at an index into an array which axes its numbers are of, and at one into another sequence that Numba looks
    at it anyway."""
    sort, rank = known.of(node.value)
    if sort in ("[]", "()", "{}"):
        node.there = True
        return
    if not rank or not isinstance(rank, int) or known.char(node.value) is None:
        return
    axes: list[int | None] = []
    passed = 0
    for part in parts_of(node.slice):
        if isinstance(part, gast.Slice):
            axes.append(None)
        elif isinstance(part, gast.Constant) and part.value is None:
            axes.append(None)
            continue
        elif known.of(part) == COUNT:
            axes.append(passed)
        else:
            return
        passed += 1
    if passed <= rank:
        node.axes, node.rank = axes, rank


def parts_of(index: Any) -> list[Any]:
    return index.elts if isinstance(index, gast.Tuple) else [index]


def with_bounds(tree: gast.Module, used: set[str]) -> gast.Module:
    """The module with the indices in loops looked at as said above. used: the names that nothing new may have."""
    helpers = {name: fresh(name, used) for name in ("check_indices", "checked_index")}
    own = {node.name for node in tree.body if getattr(node, "helper", False) and raises_nothing_else(node)}
    for node in tree.body:
        if isinstance(node, gast.FunctionDef) and not getattr(node, "helper", False):
            Bounds(node, helpers, own).all()
    called = {each.id for node in tree.body for each in trees.walk(node) if isinstance(each, gast.Name)}
    made: list[Any] = []
    for text in (CHECK_INDICES, CHECKED_INDEX):
        function = gast.parse(text).body[0]
        function.name, function.helper = helpers[function.name], True
        if function.name in called:
            made += [function, BlankLine(), BlankLine()]
    first = next((k for k, node in enumerate(tree.body) if isinstance(node, gast.FunctionDef)), len(tree.body))
    tree.body[first:first] = made
    return tree


def raises_nothing_else(function: gast.FunctionDef) -> bool:
    raised = [each.exc for each in trees.walk(function) if isinstance(each, gast.Raise)]
    return all(getattr(getattr(each, "func", None), "id", "") == "IndexError" for each in raised)


def fresh(name: str, used: set[str]) -> str:
    while name in used:
        name += "_"
    return name


@dataclass
class Check:
    """That a number of an index, between two sums, is within an axis. loops: those that the check went out of;
    guards: sums that are no less than 0 where it would be made at all."""

    node: gast.Subscript
    part: int
    base: gast.AST
    axis: int
    low: Form
    high: Form
    loops: list[Loop] = field(default_factory=list)
    guards: list[Form] = field(default_factory=list)


class Unsure(Exception):
    """An index of which it isn't known what it is in: Numba looks at those of the function."""


class Bounds:
    """Goes through a function. helpers: the names of the two functions that look; harmless: of those that never raise
    anything but IndexError."""

    def __init__(self, function: gast.FunctionDef, helpers: dict[str, str], harmless: set[str]) -> None:
        self.function, self.helpers = function, helpers
        self.harmless = {*harmless, *dir(builtins)} - {"print"}
        self.extents = Extents(function)
        self.loops: list[Loop] = []  # those around
        self.before: dict[int, list[Check]] = {}  # by the loop before which they are made
        self.inline: list[Check] = []
        self.known: list[tuple[list[Form], list[Form]]] = []  # sums that are no less than 0 where the others aren't
        self.proven = 0

    def all(self) -> None:
        """Changes the function in place, where it has loops in which anything is gained."""
        if not any(isinstance(node, gast.For) for node in all_of(self.function.body)):
            return
        try:
            for node in self.function.body:
                for check in self.block([node]):
                    self.settle(check)
                    self.note(check)
        except Unsure:
            return
        in_parts = any(isinstance(each, gast.Subscript) for check in self.inline for each in trees.walk(check.base))
        if in_parts or not self.before and not self.proven:
            return
        for check in self.inline:
            self.put_inline(check)
        self.put_before(self.function.body)
        for node in trees.walk(self.function):
            if isinstance(node, gast.Subscript):
                node.there = True

    # ------------------------------------------------------------------------------------------------- going through
    def block(self, body: list[Any]) -> list[Check]:
        """The checks of a block that is run from its beginning to its end."""
        found: list[Check] = []
        for node in body:
            if isinstance(node, (gast.FunctionDef, gast.Try, gast.With)):
                raise Unsure
            if isinstance(node, gast.For):
                found += self.expression(node.iter)
                found += self.loop(node)
            elif isinstance(node, (gast.If, gast.While)):
                found += self.expression(node.test, sure=isinstance(node, gast.If))
                for inner in blocks_of(node):
                    for check in self.block(inner):
                        self.settle(check)
            elif isinstance(node, gast.stmt):
                found += self.expression(node)
        return found

    def loop(self, node: gast.For) -> list[Check]:
        loop = Loop(node, self.extents)
        for each in self.loops:
            each.assigned |= set(loop.named.values())
        self.loops.append(loop)
        found = self.block(node.body)
        self.loops.pop()
        for check in self.block(node.orelse):
            self.settle(check)
        passed: list[Check] = []
        runs_through = self.runs_through(node)
        for check in found:
            if runs_through and self.goes_out(check, loop):
                passed.append(check)
            else:
                self.settle(check)
        return passed

    def runs_through(self, loop: gast.For) -> bool:
        """Whether all iterations of a loop run to their end, if no index is out of bounds."""
        pending = [(each, False) for each in loop.body]
        while pending:
            node, inner = pending.pop()
            if isinstance(node, (gast.Break, gast.Continue)):
                if not inner:
                    return False
                continue
            if isinstance(node, (gast.Return, gast.Raise, gast.Assert, gast.Yield)):
                return False
            if isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.func.id not in self.harmless:
                return False
            if isinstance(getattr(node, "op", None), (gast.Mod, gast.FloorDiv)):  # by 0 it is an error
                divisor = node.right if isinstance(node, gast.BinOp) else node.value
                if not trees.literal(divisor):
                    return False
            inner = inner or isinstance(node, (gast.For, gast.While))
            pending += [(each, inner) for each in trees.children(node)]
        return True

    def goes_out(self, check: Check, loop: Loop) -> bool:
        """Moves a check before a loop, if that is the same there."""
        names = set().union(*map(self.extents.names, (check.low, check.high)))
        fixed = trees.names_in(check.base).union(*map(self.extents.names, check.guards))
        ends, runs = (loop.ends(check.low), loop.ends(check.high)), loop.runs()
        if (fixed | names - {loop.name}) & loop.assigned or ends[0] is None or ends[1] is None or runs is None:
            return False
        check.low, check.high = ends[0][0], ends[1][1]
        check.loops.append(loop)
        check.guards.append(runs)
        return True

    # ------------------------------------------------------------------------------------------------- expressions
    def expression(self, node: Any, sure: bool = True) -> list[Check]:
        """The checks of what is surely computed in an expression or a simple statement; the others are settled."""
        found: list[Check] = []
        pending = [(node, sure)]  # a long sum is no deep recursion
        while pending:
            node, sure = pending.pop()
            later: list[Any] = []  # what may not be computed
            if isinstance(node, gast.BoolOp):
                later = node.values[1:]
            elif isinstance(node, gast.IfExp):
                later = [node.body, node.orelse]
            elif isinstance(node, gast.Compare):
                later = node.comparators[1:]
            elif isinstance(node, (gast.ListComp, gast.GeneratorExp, gast.SetComp, gast.DictComp)):
                later = list(trees.children(node))
            elif isinstance(node, gast.Lambda):
                raise Unsure
            pending += [(each, sure and not any(each is other for other in later)) for each in trees.children(node)]
            if isinstance(node, gast.Subscript) and not getattr(node, "there", False):
                checks = self.subscript(node)
                if sure:
                    found += checks
                else:
                    self.inline += checks
        return found

    def subscript(self, node: gast.Subscript) -> list[Check]:
        if not hasattr(node, "axes"):
            if all(isinstance(part, gast.Slice) for part in parts_of(node.slice)):
                return []
            raise Unsure
        found = []
        for k, axis in enumerate(node.axes):
            if axis is None:
                continue
            base, along = self.owner(node.value, axis)
            form = self.extents.form(parts_of(node.slice)[k])
            if form is None:  # other arrays decide
                self.inline.append(Check(node, k, base, along, {}, {}))
                continue
            check = Check(node, k, base, along, form, form)
            if not self.is_proven(check, self.loops):
                found.append(check)
        return found

    @staticmethod
    def owner(base: Any, axis: int) -> tuple[gast.AST, int]:
        """The array that has the axis: that of `A[i]` is the next one of A."""
        while isinstance(base, gast.Subscript) and None not in getattr(base, "axes", [None]):
            axis += len(base.axes)
            base = base.value
        inner = base
        while isinstance(inner, gast.Attribute) or isinstance(inner, gast.Subscript) and is_plain_item(inner):
            inner = inner.value
        if not isinstance(inner, gast.Name):
            raise Unsure
        return base, axis

    # ------------------------------------------------------------------------------------------------- proofs
    def is_proven(self, check: Check, loops: list[Loop]) -> bool:
        """Whether a check never fails, in the loops that are around it."""
        if not isinstance(check.base, gast.Name):
            return False
        low, high, facts = check.low, check.high, []
        for loop in reversed(loops):
            ends = loop.ends(low, reached=False), loop.ends(high, reached=False)
            if ends[0] is not None and ends[1] is not None:
                low, high = ends[0][0], ends[1][1]
                facts.append(self.extents.stable(loop.runs()))
        first, last = self.extents.stable(low), self.extents.stable(high)
        length = self.extents.length(check.base.id, check.axis)
        if first is None or last is None or length is None:
            return False
        given = [*(each for each in facts if each is not None), length]
        is_positive = self.extents.is_positive
        for guards, sums in self.known:
            if all(is_positive(each, given) for each in guards):
                given += sums
        inside = all(is_positive(each, given) for each in room(length, first, last))
        self.proven += inside and bool(loops)
        return inside

    def note(self, check: Check) -> None:
        """What is known behind a check that is made in any case."""
        sums = self.extents.stable(check.low), self.extents.stable(check.high)
        length = self.extents.length(check.base.id, check.axis) if isinstance(check.base, gast.Name) else None
        guards = [self.extents.stable(each) for each in check.guards]
        if sums[0] is not None and sums[1] is not None and length is not None and None not in guards:
            self.known.append((guards, room(length, *sums)))  # type: ignore[arg-type]

    # ------------------------------------------------------------------------------------------------- the text
    def settle(self, check: Check) -> None:
        """Where a check stays."""
        if check.loops:
            self.before.setdefault(id(check.loops[-1].node), []).append(check)
        else:
            self.inline.append(check)

    @staticmethod
    def length(check: Check) -> gast.AST:
        base: Any = trees.copy_tree(check.base)
        base.ctx = gast.Load()
        return trees.index(trees.attr(base, "shape"), trees.const(check.axis))

    def put_inline(self, check: Check) -> None:
        parts = parts_of(check.node.slice)
        made = trees.call(trees.name(self.helpers["checked_index"]), parts[check.part], self.length(check))
        if isinstance(check.node.slice, gast.Tuple):
            check.node.slice.elts[check.part] = made
        else:
            check.node.slice = made

    def put_before(self, body: list[Any]) -> None:
        k = 0
        while k < len(body):
            for inner in blocks_of(body[k]):
                self.put_before(inner)
            checks = self.before.get(id(body[k]), [])
            made = [*(checks[0].loops[-1].names_ends() if checks else []), *self.statements(checks)]
            for n, each in enumerate(made):
                like(each, body[k], leading=n == 0)
            for attribute in ("comments", "blank") if made else ():
                body[k].__dict__.pop(attribute, None)
            body[k:k] = made
            k += len(made) + 1

    def statements(self, checks: list[Check]) -> list[Any]:
        """The checks before a loop, those of one axis that differ by a number together."""
        together: dict[str, list[Check]] = {}
        for check in checks:
            shown = [self.extents.show(each) for each in check.guards]
            sums = [self.extents.show({**each, ONCE: 0}) for each in (check.low, check.high)]
            together.setdefault(repr((trees.show(self.length(check)), shown, sums)), []).append(check)
        grouped: dict[str, tuple[list[Form], list[Any]]] = {}
        for group in together.values():
            first = group[0]
            least = min((each.low for each in group), key=lambda form: form.get(ONCE, 0))
            most = max((each.high for each in group), key=lambda form: form.get(ONCE, 0))
            ends = self.extents.node(least), self.extents.node(most)
            guards = guards_of(first, minus(most, least))
            called = trees.call(trees.name(self.helpers["check_indices"]), *ends, self.length(first))
            grouped.setdefault(repr(guards), (guards, []))[1].append(gast.Expr(called))
        made: list[Any] = []
        for guards, body in grouped.values():
            tests = [self.is_positive(each) for each in guards]
            test = tests[0] if len(tests) == 1 else gast.BoolOp(gast.And(), tests)
            made += [gast.If(test, body, [])] if guards else body
        return made

    def is_positive(self, form: Form) -> gast.AST:
        """The test that a sum is no less than 0."""
        right = {key: count for key, count in form.items() if key is not ONCE and count > 0}
        left = minus(right, form)
        return gast.Compare(self.extents.node(left), [gast.LtE()], [self.extents.node(right)])


def room(length: Form, least: Form, most: Form) -> list[Form]:
    """Sums that are no less than 0 where indices between two others are within an axis."""
    return [plus(length, least), minus(length, plus(most, {ONCE: 1}))]


def guards_of(check: Check, spread: Form) -> list[Form]:
    """What has to be looked at before a check is made: that there are iterations. spread: what the check looks at."""
    found: list[Form] = []
    of_item = any(isinstance(each, gast.Subscript) for each in trees.walk(check.base))  # there may be none
    for guard in check.guards:
        is_sure = set(guard) <= {ONCE} and guard.get(ONCE, 0) >= 0
        if not is_sure and (of_item or guard != spread) and guard not in found:
            found.append(guard)
    return found


def is_plain_item(node: gast.Subscript) -> bool:
    """`layers[k]` of a list."""
    index = node.slice
    return getattr(node, "there", False) and (isinstance(index, gast.Name) or trees.literal(index) is not None)
