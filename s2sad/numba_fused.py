"""Part of the stage `numba_fusion`: pieces that are one loop, and the text of the function that it stands in."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_access import Access, overlap, views_of
from s2sad.numba_lengths import ONE
from s2sad.numba_pieces import COMPARED, FILLED, OPERATORS, Piece, is_cross
from s2sad.numba_short import local_index, places_of, row_of, split
from s2sad.numba_special import scalar
from s2sad.numba_special_texts import special_of
from s2sad.numba_steps import View
from s2sad.numba_vectors import AT_ONCE, LEAST, LETTERS, Ahead
from s2sad.numba_vectors import TEXTS as VECTORS
from s2sad.numba_views import Memory

ARRAYS = "abcdeghpquvwxyz"
MOST = 64  # of arrays in one loop
DTYPES = {"f": "", "b": ", np.bool_", "i": ", np.int64"}
ERROR = 'raise ValueError("operands could not be broadcast together")'
STORE_ERROR = 'raise ValueError("could not broadcast an array into the place where it is stored")'


@dataclass
class Group:
    """Pieces that go over the same axes, in their order."""

    pieces: list[Piece]
    access: Access
    comments: list[Any] = field(default_factory=list)
    reused: dict[str, str] = field(default_factory=dict)  # by name of a result, the array whose memory it gets

    def takes(self, piece: Piece, memory: Memory) -> bool:
        """Whether a piece may come last in the loop."""
        if split(piece.axes)[0] != split(self.pieces[0].axes)[0]:
            return False
        if len(self.access.reads | self.access.sets) > MOST:
            return False
        later = {each.name for each in self.pieces if each.made() is None} - {""}  # known after the loop
        reads = {name for view in views_of(piece) for name in trees.names_in(view.array)}
        if (reads | piece.elsewhere | {piece.name}) & later or piece.elsewhere & self.access.sets:
            return False
        made = {each.name: each.made() for each in self.pieces if each.name}
        for view in views_of(piece):
            if trees.names_in(view.array) & self.access.sets:
                axes = made.get(getattr(view.array, "id", ""))
                if axes is None or local_index(view, axes, piece.axes, None) is None:
                    return False
        return not any(self.collide(piece, each, memory) for each in self.pieces)

    @staticmethod
    def collide(one: Piece, other: Piece, memory: Memory) -> bool:
        """Whether one writes what the other reads or writes at another place."""
        for piece, rest in ((one, other), (other, one)):
            if piece.target is None:
                continue
            written = memory.of(piece.target.array)
            for view in views_of(rest):
                if view.key == piece.target.key or not overlap(written, memory.of(view.array)):
                    continue
                if view.apart_from(piece.target):
                    continue
                row = row_of(piece.target, piece.axes)
                if row is None or row != row_of(view, rest.axes):
                    return True
            if any(overlap(written, memory.of(trees.name(name))) for name in rest.elsewhere):
                return True
        return False

    def changing(self, memory: Memory) -> set[str]:
        """The arrays that the loop reads and that it may write into."""
        written = {root for piece in self.pieces if piece.target for root in memory.of(piece.target.array)}
        views = [view for piece in self.pieces for view in views_of(piece)]
        return {view.array_key() for view in views if overlap(written, memory.of(view.array))}

    def statements(self, forms: Any, needed: set[str], changing: set[str]) -> list[Any]:
        """The statement that calls the loop."""
        text, results, args = Text(self, needed, forms, changing).all()
        call = forms.helper(f"loop {text}", f"def loop_{forms.number(text)}{text}", *args)
        made: Any = gast.Expr(call)
        if len(results) == 1:
            made = trees.assign(results[0], call)
        elif results:
            names = gast.Tuple([trees.name(each, store=True) for each in results], gast.Store())
            made = gast.Assign([names], call, None)
        made.comments = [line for piece in self.pieces for line in getattr(piece.node, "comments", None) or []]
        for piece in self.pieces[::-1]:
            origin = getattr(piece.node, "origin", None)
            if origin is not None:
                made.origin = origin
        return [made]


class Text(Ahead):
    """Writes the function of a group: its parameters, the checks of lengths, the loops."""

    def __init__(self, group: Group, needed: set[str], forms: Any, changing: set[str]) -> None:
        self.group, self.forms, self.changing = group, forms, changing
        self.leaves: dict[int, Any] = {}
        self.outer, _ = split(group.pieces[0].axes)  # the axes that are loops; short ones are written out
        self.loops_count = len(self.outer)
        self.axes: Any = ()  # of the piece
        self.inner: tuple[int, ...] = ()  # its short axes
        self.arrays: dict[str, tuple[str, Any]] = {}
        self.scalars: dict[str, tuple[str, Any]] = {}
        self.locals: dict[str, tuple[str, Any]] = {}  # by name of the program, what holds its elements, and its axes
        self.flags: dict[tuple[Any, ...], tuple[str, str, str]] = {}  # flag, length, what that has to be
        self.exact: list[str] = [""] * self.loops_count
        self.checks: list[str] = []
        self.before: list[str] = []
        self.head: list[str] = []  # before the innermost loop
        self.body: list[Any] = []  # (target, sign, expression) as functions of the mode
        self.tail: list[tuple[str, str]] = []  # (place, value), at the end of an iteration
        self.end: list[str] = []  # behind the innermost loop
        self.results: list[tuple[str, str]] = []
        self.ahead: list[tuple[str, str, Any]] = []  # array, function and argument of what is computed ahead
        self.at_once = True  # whether texts take what is computed ahead
        self.needed = needed
        self.error, self.errors = ERROR, []  # type: str, list[str]

    def all(self) -> tuple[str, list[str], list[Any]]:
        """The text from the parameters on, the names of the results, the arguments."""
        pieces = self.group.pieces
        last = {piece.name: k for k, piece in enumerate(pieces) if piece.name}
        wanted = {name for name in last if name in self.needed and not pieces[last[name]].again}
        if not wanted and not any(piece.target for piece in pieces):
            wanted = set(last)
        for k, piece in enumerate(pieces):
            self.piece(k, piece, piece.name in wanted and last[piece.name] == k)
        fast = self.loops(False)
        if self.ahead:
            fast = [f"if n{self.loops_count - 1} >= {LEAST}:", *indented(self.in_chunks()), "else:", *indented(fast)]
        lines = self.lengths()
        if self.flags and self.group.reused:  # what may be broadcast may be larger than it seems
            return Text(dataclasses.replace(self.group, reused={}), self.needed, self.forms, self.changing).all()
        if self.flags:
            test = " and ".join(f"{flag} == 1" for flag, _, _ in self.flags.values())
            lines += [*self.before, f"if {test}:", *indented(fast), "else:", *indented(self.loops(True))]
        else:
            lines += [*self.before, *fast]
        if self.results:
            lines.append("return " + ", ".join(value for value, _ in self.results))
        names = [letter for letter, _ in [*self.arrays.values(), *self.scalars.values()]]
        args = [node for _, node in [*self.arrays.values(), *self.scalars.values()]]
        return f"({', '.join(names)}):\n" + "\n".join(indented(lines)) + "\n", [each for _, each in self.results], args

    # ------------------------------------------------------------------------------------------ pieces
    def piece(self, k: int, piece: Piece, wanted: bool) -> None:
        self.leaves, self.axes = piece.leaves, piece.axes
        self.inner = split(piece.axes)[1]
        self.error = STORE_ERROR if piece.action == "into" and not piece.sign else ERROR
        value = self.expression(piece.expression)
        if piece.action == "new":
            for at in places_of(self.inner):
                self.body.append((local_name(k, at), "=", bind(value, at)))
            self.made(k, piece, wanted, piece.char)
        elif piece.action == "into":
            assert piece.target is not None
            place = self.element(piece.target)
            for at in places_of(self.inner):
                self.body.append((bind(place, at), f"{piece.sign}=", bind(value, at)))
        elif piece.action == "sum" and piece.made() is not None:
            self.short_sum(k, piece, value)
            self.made(k, piece, wanted, "i" if piece.char == "b" else piece.char)
        elif piece.action == "sum":
            self.total(k, piece, value)
        else:
            self.shrunk(k, piece, value)

    def made(self, k: int, piece: Piece, wanted: bool, char: str) -> None:
        """What a piece makes is known as numbers in the loop, and as an array where something else reads it."""
        axes = piece.made()
        self.locals[piece.name] = (f"t{k}", axes)
        if not wanted:
            return
        inner = split(axes)[1] if len(axes) > self.loops_count else ()
        result = f"r{k}"
        if piece.name in self.group.reused:
            result = self.parameter(trees.name(self.group.reused[piece.name]))
        else:
            self.before.append(f"{result} = np.empty({self.shape(range(self.loops_count), inner)}{DTYPES[char]})")
        letters = LETTERS[: self.loops_count]
        for at in places_of(inner):
            place = ", ".join([*letters, *map(str, at)])
            self.tail.append((f"{result}[{place}]", local_name(k, at)))
        self.results.append((result, piece.name))

    def short_sum(self, k: int, piece: Piece, value: Any) -> None:
        """A sum over a short axis, from its first element to its last."""
        assert piece.axis is not None
        axis = piece.axis - self.loops_count
        zero = "0.0" if piece.char == "f" else "0"
        sizes = [1 if number == axis else size for number, size in enumerate(self.inner)]
        for at in places_of(sizes):
            kept = tuple(each for number, each in enumerate(at) if number != axis or piece.keepdims)
            self.body.append((local_name(k, kept), "=", constant(zero)))
            for along in range(self.inner[axis]):
                there = (*at[:axis], along, *at[axis + 1 :])
                self.body.append((local_name(k, kept), "+=", bind(value, there)))

    def total(self, k: int, piece: Piece, value: Any) -> None:
        zero, loops = "0.0" if piece.char == "f" else "0", self.loops_count
        if piece.axis is None:
            self.before.append(f"r{k} = {zero}")
            for at in places_of(self.inner):
                self.body.append((f"r{k}", "+=", bind(value, at)))
        else:
            sizes = [f"n{axis}" if axis != piece.axis else "1" for axis in range(loops)]
            letters = [LETTERS[axis] if axis != piece.axis else "0" for axis in range(loops)]
            if not piece.keepdims:
                del sizes[piece.axis], letters[piece.axis]
            dtype = DTYPES["i" if piece.char == "b" else piece.char]
            self.before.append(f"r{k} = np.zeros(({', '.join([*sizes, *map(str, self.inner)])},){dtype})")
            for at in places_of(self.inner):
                place = f"r{k}[{', '.join([*letters, *map(str, at)])}]"
                if piece.axis == loops - 1 and loops > 1:
                    self.head.append(f"{local_name(k, at)} = {zero}")
                    self.body.append((local_name(k, at), "+=", bind(value, at)))
                    self.end.append(f"{place} = {local_name(k, at)}")
                else:
                    self.body.append((place, "+=", bind(value, at)))
        self.results.append((f"r{k}", piece.name))

    def shrunk(self, k: int, piece: Piece, value: Any) -> None:
        """What was broadcast gets the sum over what it was broadcast to."""
        like = piece.like
        assert like is not None and like.axes is not None
        sizes = []
        for axis, length in enumerate(like.axes):
            along = len(self.axes) - like.rank + axis
            if length == ONE:
                sizes.append("1")
            else:
                sizes.append(self.size(along) if length == self.axes[along] else self.length_of(like, axis))
        self.before.append(f"r{k} = np.zeros(({', '.join(sizes)},))")
        self.element(like)  # its lengths are looked at
        for at in places_of(self.inner):
            place = lambda general, at=at: f"r{k}[{', '.join(self.steps_of(like, general, at))}]"  # noqa: E731
            self.body.append((self.in_piece(place), "+=", bind(value, at)))
        self.results.append((f"r{k}", piece.name))

    def in_piece(self, function: Any) -> Any:
        """A function that is called when all pieces are known, as one of this piece."""
        axes = self.axes

        def call(*args: Any) -> Any:
            self.axes = axes
            return function(*args)

        return call

    def size(self, along: int) -> str:
        """The length of an axis of the piece."""
        return f"n{along}" if along < self.loops_count else str(split(self.axes)[1][along - self.loops_count])

    # ------------------------------------------------------------------------------------------ expressions
    def expression(self, node: Any) -> Any:
        """A function from the mode (whether something may be broadcast) and the place in short axes to text."""
        if id(node) in self.leaves:
            view = self.leaves[id(node)]
            if view is None:
                return constant(self.scalar(node))
            element = self.element(view)
            filled = isinstance(node, gast.Call) and getattr(node.func, "attr", "") in FILLED
            return constant(FILLED[node.func.attr]) if filled else element
        if isinstance(node, gast.BinOp):
            return self.binary(node)
        if isinstance(node, gast.UnaryOp):
            inner = self.expression(node.operand)
            return lambda general, at: f"(-{inner(general, at)})"
        if isinstance(node, gast.Compare):
            left, right = self.expression(node.left), self.expression(node.comparators[0])
            sign = COMPARED[type(node.ops[0])]
            return lambda general, at: f"({left(general, at)} {sign} {right(general, at)})"
        args = [self.expression(each) for each in node.args]
        if getattr(node.func, "attr", "") in VECTORS and self.goes_ahead(args[0]):
            return self.computed_ahead(node.func.attr, args[0])
        if is_cross(node):
            return crossed(*args)
        name = special_of(node)
        if name is not None:
            function = scalar(self.forms, name)
            return lambda general, at: f"{function}({', '.join(each(general, at) for each in args)})"
        if trees.function_of(node.func) is np.where:
            return lambda general, at: f"({args[1](general, at)} if {args[0](general, at)} else {args[2](general, at)})"
        return lambda general, at: f"np.{node.func.attr}({', '.join(each(general, at) for each in args)})"

    def binary(self, node: gast.BinOp) -> Any:
        spine = [node]
        while isinstance(spine[-1].left, gast.BinOp) and id(spine[-1].left) not in self.leaves:
            spine.append(spine[-1].left)
        made = self.expression(spine[-1].left)
        for each in reversed(spine):
            if isinstance(each.op, gast.Pow):
                made = power(made, trees.literal(each.right))
            else:
                made = joined(made, OPERATORS[type(each.op)], self.expression(each.right))
        return made

    def scalar(self, node: Any) -> str:
        value = trees.literal(node)
        if isinstance(value, (int, float)) or isinstance(node, gast.Constant) and isinstance(node.value, bool):
            return f"({trees.show(node)})" if isinstance(value, (int, float)) and value < 0 else trees.show(node)
        key = trees.show(node)
        if key not in self.scalars:
            self.scalars[key] = (f"s{len(self.scalars) + 1}", node)
        return self.scalars[key][0]

    def parameter(self, array: Any) -> str:
        key = trees.show(array)
        if key not in self.arrays:
            number = len(self.arrays)
            letter = ARRAYS[number] if number < len(ARRAYS) else f"a{number}"
            self.arrays[key] = (letter, array)
        return self.arrays[key][0]

    # ------------------------------------------------------------------------------------------ elements and lengths
    def element(self, view: View) -> Any:
        """How the element of a view at the place of the loops is written. Its lengths are noted."""
        assert view.axes is not None
        name, axes = getattr(view.array, "id", ""), self.axes
        if name in self.locals:
            prefix, own = self.locals[name]
            return lambda general, at: prefix + suffix(local_index(view, own, axes, at))
        letter = self.parameter(view.array)
        for place, step in enumerate(view.steps):
            if isinstance(step, int):
                check = f"if {letter}.shape[{place}] <= {step}:"
                if check not in self.checks:
                    self.checks += [check, f'    raise IndexError("index {step} is out of bounds")']
                continue
            length, along = view.axes[step[0]], len(axes) - view.rank + step[0]
            text = cut_length(letter, place, step)
            if length == axes[along] and length != ONE:
                if along < self.loops_count:
                    self.exact[along] = self.exact[along] or text
            elif length != ONE and (view.array_key(), place, step) not in self.flags:
                flag = f"f{len(self.flags) + 1}"
                self.flags[view.array_key(), place, step] = (flag, text, self.size(along))
                self.errors.append(self.error)
        return self.in_piece(lambda general, at: f"{letter}[{', '.join(self.steps_of(view, general, at, True))}]")

    def steps_of(self, view: View, general: bool, at: tuple[int, ...], base: bool = False) -> list[str]:
        """The indices, into the array that a view is of (base), or into something as large as the view."""
        made = []
        order = list(enumerate(view.steps))
        if not base:
            by_axis = {step[0]: (place, step) for place, step in order if not isinstance(step, int)}
            order = [by_axis.get(axis, (-1, (axis, 0, None))) for axis in range(view.rank)]
        assert view.axes is not None
        for place, step in order:
            if isinstance(step, int):
                made.append(str(step))
                continue
            length, along = view.axes[step[0]], len(self.axes) - view.rank + step[0]
            low = step[1] if base else 0
            flag = self.flags.get((view.array_key(), place, step)) if general else None
            if along >= self.loops_count and flag is None:
                made.append(str(low + (0 if length == ONE else at[along - self.loops_count])))
                continue
            letter = LETTERS[along] if along < self.loops_count else str(at[along - self.loops_count])
            letter = "0" if length == ONE else letter if flag is None else f"{letter} * {flag[0]}"
            made.append(f"{letter} + {low}" if low else letter)
        return made

    def length_of(self, view: View, axis: int) -> str:
        letter = self.parameter(view.array)
        for place, step in enumerate(view.steps):
            if not isinstance(step, int) and step[0] == axis:
                return cut_length(letter, place, step)
        return "1"

    def lengths(self) -> list[str]:
        """The lengths of the loops, and what has to fit."""
        lines = list(self.checks)
        for along in range(self.loops_count):
            unsure = [text for _, text, its in self.flags.values() if its == f"n{along}"]
            if self.exact[along]:
                lines.append(f"n{along} = {self.exact[along]}")
            elif not unsure or self.outer[along] == ONE:  # what is written into doesn't become longer
                lines.append(f"n{along} = 1")
            else:
                lines.append(f"n{along} = {unsure[0]}")
                for text in unsure[1:]:
                    lines += [f"if n{along} == 1:", f"    n{along} = {text}"]
        for (flag, text, size), error in zip(self.flags.values(), self.errors):
            lines.append(f"{flag} = 1 if {text} == {size} else 0")
            lines += [f"if {flag} == 0 and {text} != 1:", f"    {error}"]
        return lines

    def shape(self, axes: Any, inner: Any = ()) -> str:
        sizes = [*(f"n{axis}" for axis in axes), *map(str, inner)]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def loops(self, general: bool) -> list[str]:
        self.at_once = False
        body = [self.statement(each, general) for each in self.body]
        self.at_once = True
        letter = f"{LETTERS[self.loops_count - 1]} in range(n{self.loops_count - 1})"
        return self.around([f"for {letter}:", *indented([*body, *self.last_statements()])])

    def in_chunks(self) -> list[str]:
        """The loops with what is computed for several iterations at once."""
        size, letter = f"n{self.loops_count - 1}", LETTERS[self.loops_count - 1]
        body = [self.statement(each, False) for each in self.body]
        chunk = [
            f"last = min(first + {AT_ONCE}, {size})",
            *self.loops_ahead(body),
            f"for {letter} in range(first, last):",
        ]
        chunk += indented([*body, *self.last_statements()])
        arrays = [f"{array} = np.empty(min({size}, {AT_ONCE}))" for array, _, _ in self.ahead]
        return arrays + self.around([f"for first in range(0, {size}, {AT_ONCE}):", *indented(chunk)])

    def around(self, innermost: list[str]) -> list[str]:
        """The outer loops, with what comes before and behind the innermost one."""
        lines = [*self.head, *innermost, *self.end]
        for axis in range(self.loops_count - 2, -1, -1):
            lines = [f"for {LETTERS[axis]} in range(n{axis}):", *indented(lines)]
        return lines

    def last_statements(self) -> list[str]:
        return [f"{place} = {value}" for place, value in self.tail]

    @staticmethod
    def statement(each: Any, general: bool) -> str:
        target, sign, value = each
        return f"{target(general) if callable(target) else target} {sign} {value(general)}"


def crossed(a: Any, b: Any) -> Any:
    """An element of the cross product of two vectors."""

    def element(general: bool, at: tuple[int, ...]) -> str:
        one, two = ((*at[:-1], (at[-1] + turn) % 3) for turn in (1, 2))
        return f"({a(general, one)} * {b(general, two)} - {a(general, two)} * {b(general, one)})"

    return element


def bind(value: Any, at: tuple[int, ...]) -> Any:
    return lambda general: value(general, at)


def local_name(k: int, at: tuple[int, ...]) -> str:
    return f"t{k}{suffix(at)}"


def suffix(at: Any) -> str:
    return "".join(f"_{each}" for each in at)


def cut_length(letter: str, place: int, step: tuple[int, int, Any]) -> str:
    """The length of an axis of a view."""
    _, low, high = step
    size = f"{letter}.shape[{place}]"
    if high is not None and high >= 0:
        size = f"min({size}, {high})"
    shift = (high if high is not None and high < 0 else 0) - low
    return (
        size
        if shift == 0 and (high is None or high >= 0)
        else f"max({size} {'-' if shift < 0 else '+'} {abs(shift)}, 0)"
    )


def constant(text: str) -> Any:
    return lambda general, at=(): text


def joined(left: Any, sign: str, right: Any) -> Any:
    return lambda general, at: f"({left(general, at)} {sign} {right(general, at)})"


def power(base: Any, exponent: Any) -> Any:
    """As NumPy computes it, for arrays."""
    if exponent == 2:
        return lambda general, at: f"np.square({base(general, at)})"
    if exponent == 0.5:
        return lambda general, at: f"np.sqrt({base(general, at)})"
    if exponent == -1:
        return lambda general, at: f"(1.0 / {base(general, at)})"
    return lambda general, at: f"({base(general, at)} ** {float(exponent)!r})"


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
