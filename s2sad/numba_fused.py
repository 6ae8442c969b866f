"""Part of the stage `numba_fusion`: pieces that are one loop, and the text of the function that it stands in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.numba_access import Access, overlap, views_of
from s2sad.numba_lengths import ONE
from s2sad.numba_pieces import COMPARED, FILLED, OPERATORS, Piece, View
from s2sad.numba_views import Memory

LETTERS = "ijk"
ARRAYS = "abcdeghpquvwxyz"
MOST = 24  # of arrays in one loop
DTYPES = {"f": "", "b": ", np.bool_", "i": ", np.int64"}
ERROR = 'raise ValueError("operands could not be broadcast together")'
STORE_ERROR = 'raise ValueError("could not broadcast an array into the place where it is stored")'


@dataclass
class Group:
    """Pieces that go over the same axes, in their order."""

    pieces: list[Piece]
    access: Access
    comments: list[Any] = field(default_factory=list)

    def takes(self, piece: Piece, memory: Memory) -> bool:
        """Whether a piece may come last in the loop."""
        if piece.axes != self.pieces[0].axes or len(self.access.reads | self.access.sets) > MOST:
            return False
        later = {each.name for each in self.pieces if each.action != "new"} - {""}  # known after the loop
        reads = {name for view in views_of(piece) for name in trees.names_in(view.array)}
        if (reads | piece.elsewhere | {piece.name}) & later or piece.elsewhere & self.access.sets:
            return False
        for view in views_of(piece):
            if trees.names_in(view.array) & self.access.sets and not view.is_whole():
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
                if view.key != piece.target.key and overlap(written, memory.of(view.array)):
                    return True
            if any(overlap(written, memory.of(trees.name(name))) for name in rest.elsewhere):
                return True
        return False

    def statements(self, forms: Any, needed: set[str]) -> list[Any]:
        """The statement that calls the loop."""
        text, results, args = Text(self, needed).all()
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


class Text:
    """Writes the function of a group: its parameters, the checks of lengths, the loops."""

    def __init__(self, group: Group, needed: set[str]) -> None:
        self.group = group
        self.leaves: dict[int, Any] = {}
        self.axes = group.pieces[0].axes
        self.rank = len(self.axes)
        self.arrays: dict[str, tuple[str, Any]] = {}
        self.scalars: dict[str, tuple[str, Any]] = {}
        self.locals: dict[str, str] = {}  # by name of the program, what holds its element
        self.flags: dict[tuple[Any, ...], tuple[str, str, int]] = {}
        self.exact: list[str] = [""] * self.rank
        self.checks: list[str] = []
        self.before: list[str] = []
        self.head: list[str] = []  # before the innermost loop
        self.body: list[Any] = []  # (target, sign, expression) as functions of the mode
        self.tail: list[Any] = []
        self.results: list[tuple[str, str]] = []
        self.needed = needed
        self.error, self.errors = ERROR, []  # type: str, list[str]

    def all(self) -> tuple[str, list[str], list[Any]]:
        """The text from the parameters on, the names of the results, the arguments."""
        pieces = self.group.pieces
        last = {piece.name: k for k, piece in enumerate(pieces) if piece.name}
        wanted = {name for name in last if name in self.needed}
        if not wanted and not any(piece.target for piece in pieces):
            wanted = set(last)
        for k, piece in enumerate(pieces):
            self.piece(k, piece, piece.name in wanted and last[piece.name] == k)
        fast = self.loops(False)
        lines = self.lengths()
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
        self.leaves = piece.leaves
        self.error = STORE_ERROR if piece.action == "into" and not piece.sign else ERROR
        value = self.expression(piece.expression)
        if piece.action == "new":
            self.body.append((f"t{k}", "=", value))
            self.locals[piece.name] = f"t{k}"
            if wanted:
                self.before.append(f"r{k} = np.empty({self.shape(range(self.rank))}{DTYPES[piece.char]})")
                self.tail.append((f"r{k}", piece.name, f"t{k}"))
                self.results.append((f"r{k}", piece.name))
        elif piece.action == "into":
            target = piece.target
            assert target is not None
            name = getattr(target.array, "id", "")
            place = self.element(target)
            if name in self.locals:
                self.body.append((self.locals[name], f"{piece.sign}=", value))
            else:
                self.body.append((place, f"{piece.sign}=", value))
        elif piece.action == "sum":
            self.total(k, piece, value)
        else:
            self.shrunk(k, piece, value)

    def total(self, k: int, piece: Piece, value: Any) -> None:
        zero = "0.0" if piece.char == "f" else "0"
        if piece.axis is None:
            self.before.append(f"r{k} = {zero}")
            self.body.append((f"r{k}", "+=", value))
        else:
            rest = [axis for axis in range(self.rank) if axis != piece.axis]
            sizes = [f"n{axis}" if axis in rest else "1" for axis in range(self.rank) if axis in rest or piece.keepdims]
            places = [
                LETTERS[axis] if axis in rest else "0" for axis in range(self.rank) if axis in rest or piece.keepdims
            ]
            dtype = DTYPES["i" if piece.char == "b" else piece.char]
            self.before.append(f"r{k} = np.zeros(({', '.join(sizes)},){dtype})")
            place = f"r{k}[{', '.join(places)}]"
            if piece.axis == self.rank - 1:
                self.head.append(f"t{k} = {zero}")
                self.body.append((f"t{k}", "+=", value))
                self.tail.append(("", place, f"t{k}"))
            else:
                self.body.append((place, "+=", value))
        self.results.append((f"r{k}", piece.name))

    def shrunk(self, k: int, piece: Piece, value: Any) -> None:
        """What was broadcast gets the sum over what it was broadcast to."""
        like = piece.like
        assert like is not None and like.axes is not None
        sizes = []
        for axis, length in enumerate(like.axes):
            along = self.rank - like.rank + axis
            if length == ONE:
                sizes.append("1")
            else:
                sizes.append(f"n{along}" if length == self.axes[along] else self.length_of(like, axis))
        self.before.append(f"r{k} = np.zeros(({', '.join(sizes)},))")
        self.element(like)  # its lengths are looked at
        place = lambda general: f"r{k}[{', '.join(self.steps_of(like, general))}]"  # noqa: E731
        self.body.append((place, "+=", value))
        self.results.append((f"r{k}", piece.name))

    # ------------------------------------------------------------------------------------------ expressions
    def expression(self, node: Any) -> Any:
        """A function from the mode (whether something may be broadcast) to text."""
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
            return lambda general: f"(-{inner(general)})"
        if isinstance(node, gast.Compare):
            left, right = self.expression(node.left), self.expression(node.comparators[0])
            sign = COMPARED[type(node.ops[0])]
            return lambda general: f"({left(general)} {sign} {right(general)})"
        args = [self.expression(each) for each in node.args]
        if trees.function_of(node.func) is np.where:
            return lambda general: f"({args[1](general)} if {args[0](general)} else {args[2](general)})"
        return lambda general: f"np.{node.func.attr}({', '.join(each(general) for each in args)})"

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

    def parameter(self, view: View) -> str:
        key = trees.show(view.array)
        if key not in self.arrays:
            number = len(self.arrays)
            letter = ARRAYS[number] if number < len(ARRAYS) else f"a{number}"
            self.arrays[key] = (letter, view.array)
        return self.arrays[key][0]

    # ------------------------------------------------------------------------------------------ elements and lengths
    def element(self, view: View) -> Any:
        """How the element of a view at the place of the loops is written. Its lengths are noted."""
        assert view.axes is not None
        name = getattr(view.array, "id", "")
        if name in self.locals:
            return constant(self.locals[name])
        letter = self.parameter(view)
        for place, step in enumerate(view.steps):
            if isinstance(step, int):
                check = f"if {letter}.shape[{place}] <= {step}:"
                if check not in self.checks:
                    self.checks += [check, f'    raise IndexError("index {step} is out of bounds")']
                continue
            length, along = view.axes[step[0]], self.rank - view.rank + step[0]
            text = cut_length(letter, place, step)
            if length == self.axes[along] and length != ONE:
                self.exact[along] = self.exact[along] or text
            elif length != ONE and (view.array_key(), place, step) not in self.flags:
                self.flags[view.array_key(), place, step] = (f"f{len(self.flags) + 1}", text, along)
                self.errors.append(self.error)
        return lambda general: f"{letter}[{', '.join(self.steps_of(view, general, True))}]"

    def steps_of(self, view: View, general: bool, base: bool = False) -> list[str]:
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
            length, along = view.axes[step[0]], self.rank - view.rank + step[0]
            letter = LETTERS[along] if length != ONE else "0"
            flag = self.flags.get((view.array_key(), place, step))
            if general and flag is not None:
                letter = f"{letter} * {flag[0]}"
            made.append(f"{letter} + {step[1]}" if base and step[1] else letter)
        return made

    def length_of(self, view: View, axis: int) -> str:
        letter = self.parameter(view)
        for place, step in enumerate(view.steps):
            if not isinstance(step, int) and step[0] == axis:
                return cut_length(letter, place, step)
        return "1"

    def lengths(self) -> list[str]:
        """The lengths of the loops, and what has to fit."""
        lines = list(self.checks)
        for along in range(self.rank):
            unsure = [text for _, text, its in self.flags.values() if its == along]
            if self.exact[along]:
                lines.append(f"n{along} = {self.exact[along]}")
            elif not unsure or self.axes[along] == ONE:  # what is written into doesn't become longer
                lines.append(f"n{along} = 1")
            else:
                lines.append(f"n{along} = {unsure[0]}")
                for text in unsure[1:]:
                    lines += [f"if n{along} == 1:", f"    n{along} = {text}"]
        for (flag, text, along), error in zip(self.flags.values(), self.errors):
            lines.append(f"{flag} = 1 if {text} == n{along} else 0")
            lines += [f"if {flag} == 0 and {text} != 1:", f"    {error}"]
        return lines

    def shape(self, axes: Any) -> str:
        sizes = [f"n{axis}" for axis in axes]
        return sizes[0] if len(sizes) == 1 else f"({', '.join(sizes)})"

    def loops(self, general: bool) -> list[str]:
        lines: list[str] = []
        for axis in range(self.rank):
            pad = "    " * axis
            if axis == self.rank - 1:
                lines += [pad + each for each in self.head]
            lines.append(f"{pad}for {LETTERS[axis]} in range(n{axis}):")
        pad = "    " * self.rank
        for target, sign, value in self.body:
            place = target(general) if callable(target) else target
            lines.append(f"{pad}{place} {sign} {value(general)}")
        letters = ", ".join(LETTERS[: self.rank])
        for result, _, value in self.tail:
            if result:
                lines.append(f"{pad}{result}[{letters}] = {value}")
        for result, place, value in self.tail:
            if not result:
                lines.append(f"{pad[4:]}{place} = {value}")
        return lines


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
    return lambda general: text


def joined(left: Any, sign: str, right: Any) -> Any:
    return lambda general: f"({left(general)} {sign} {right(general)})"


def power(base: Any, exponent: Any) -> Any:
    """As NumPy computes it, for arrays."""
    if exponent == 2:
        return lambda general: f"np.square({base(general)})"
    if exponent == 0.5:
        return lambda general: f"np.sqrt({base(general)})"
    if exponent == -1:
        return lambda general: f"(1.0 / {base(general)})"
    return lambda general: f"({base(general)} ** {float(exponent)!r})"


def indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
