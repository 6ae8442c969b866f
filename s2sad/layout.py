"""Breaks one long logical line of Python into several, the way Black and Ruff do.

The printer hands over the line as pieces: a bracket, an operator with its blanks, a comma are pieces of their own, a
string literal or the head of a lambda is one. Brackets may always be opened; `OPEN` and `CLOSE` mark where the printer
allows parentheses that are written only when they are needed.

>>> pieces = ["y = ", OPEN, "alpha", " * ", "x", " + ", "beta", " * ", "z", CLOSE]
>>> print("\\n".join(break_line(pieces, margin="", width=20)))
y = (
    alpha * x
    + beta * z
)
>>> pieces = ["y = ", OPEN, "np", ".sum", "(", "x", ", ", "axis=", "0", ")", CLOSE]
>>> print("\\n".join(break_line(pieces, margin="", width=16)))
y = np.sum(
    x, axis=0
)
"""

from __future__ import annotations

from itertools import accumulate


class _Mark(str):
    """A piece without text, known by its identity."""


OPEN, CLOSE = _Mark(""), _Mark("")

INDENT = "    "
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_DOT, _COMMA, _COMPREHENSION = 1, 13, 14
# A line is broken at the operators that bind least; a comma stays on its line, every other piece starts the next one.
_LOOSENESS = {
    " ** ": 2,
    **dict.fromkeys((" * ", " / ", " // ", " % ", " @ "), 3),
    **dict.fromkeys((" + ", " - "), 4),
    **dict.fromkeys((" << ", " >> "), 5),
    " & ": 6,
    " ^ ": 7,
    " | ": 8,
    **dict.fromkeys((" < ", " > ", " <= ", " >= ", " == ", " != "), 9),
    **dict.fromkeys((" in ", " not in ", " is ", " is not "), 9),
    " and ": 10,
    " or ": 11,
    **dict.fromkeys((" if ", " else "), 12),
    ", ": _COMMA,
    **dict.fromkeys((" for ", " async for "), _COMPREHENSION),
}
_LISTS = ("import ", "del ", "global ", "nonlocal ")  # statements that may not be put in parentheses
_SMALL = 10  # a bracket that holds less than this is opened only if there is no better one


def break_line(pieces: list[str], margin: str, width: int) -> list[str]:
    """The lines, each at most `width` columns where that can be done, that together mean the line of `pieces`."""
    layout = _Layout(pieces, width)
    layout.open_brackets(0, len(pieces), margin)
    return layout.lines


class _Layout:
    def __init__(self, pieces: list[str], width: int) -> None:
        self.pieces = pieces
        self.width = width
        self.lines: list[str] = []
        self.ends = list(accumulate(map(len, pieces), initial=0))  # so that any stretch's length is one subtraction
        self.partner = _partners(pieces)
        self.is_header = pieces[0] in ("def ", "async def ", "class ")

    def length(self, start: int, stop: int) -> int:
        return self.ends[stop] - self.ends[start]

    def fits(self, start: int, stop: int, around: str) -> bool:
        return self.length(start, stop) + len(around) <= self.width

    def text(self, start: int, stop: int) -> str:
        return "".join(self.pieces[start:stop])

    def open_brackets(self, start: int, stop: int, margin: str, prefix: str = "", suffix: str = "") -> None:
        """Opens one bracket after the other, its content on lines of its own, until the rest fits."""
        while not self.fits(start, stop, margin + prefix + suffix):
            pair = self.choose_bracket(start, stop, margin, len(margin + prefix))
            if pair is None:
                break
            opening, closing = pair
            self.lines.append(margin + prefix + self.text(start, opening) + (self.pieces[opening] or "("))
            self.break_content(opening + 1, closing, margin + INDENT, is_display=not self.is_trailer(opening))
            prefix = self.pieces[closing] or ")"
            start = closing + 1
        if start == 0 and self.pieces[0] in _LISTS:
            self.continue_with_backslashes(start, stop, margin)
        else:
            self.lines.append(margin + prefix + self.text(start, stop) + suffix)

    def break_content(
        self, start: int, stop: int, margin: str, prefix: str = "", suffix: str = "", is_display: bool = False
    ) -> None:
        """Lays out what is inside a bracket: on one line, else one operand a line, else by opening brackets.

        The elements of a display (a tuple, a list, a dict) are never put on one line below its bracket.
        """
        fits = self.fits(start, stop, margin + prefix + suffix)
        breaks = [] if fits and not is_display else self.loosest(start, stop)
        is_list = bool(breaks) and self.pieces[breaks[0]] == ", "
        if fits and not (is_display and is_list):
            self.lines.append(margin + prefix + self.text(start, stop) + suffix)
            return
        if not breaks:
            self.open_brackets(start, stop, margin, prefix, suffix)
            return
        for position in breaks:
            self.break_content(start, position, margin, prefix, "," if is_list else "")
            prefix = "" if is_list else self.pieces[position].lstrip()
            start = position + 1
        self.break_content(start, stop, margin, prefix, "," + suffix if is_list else suffix)

    def operators(self, start: int, stop: int) -> list[tuple[int, int]]:
        """How loosely each operator outside of all brackets binds, and where it is."""
        found = []
        in_comprehension = False
        position = start
        while position < stop:
            piece = self.pieces[position]
            looseness = _LOOSENESS.get(piece, 0)
            in_comprehension = in_comprehension or looseness == _COMPREHENSION
            if in_comprehension and piece == " if ":
                looseness = _COMPREHENSION
            elif piece[:1] == "." and position > start and self.partner[position - 1] >= 0:
                looseness = _DOT  # of a chain of calls, not of a name
            if looseness:
                found.append((looseness, position))
            position = max(position, self.partner[position]) + 1
        return found

    def loosest(self, start: int, stop: int) -> list[int]:
        """Where a line is to be broken: at the operators that bind least."""
        found = self.operators(start, stop)
        best = max(found)[0] if found else 0
        breaks = [position for looseness, position in found if looseness == best]
        # A single method call that is parted from its object reads badly.
        return breaks if best > _DOT or len(breaks) > 1 else []

    def is_trailer(self, opening: int) -> bool:
        """Whether a bracket holds arguments, parameters or an index, and not elements."""
        before = self.pieces[opening - 1] if opening else ""
        return before.isidentifier() or before[:1] == "." or 0 <= self.partner[opening - 1] < opening - 1

    def choose_bracket(self, start: int, stop: int, margin: str, column: int) -> tuple[int, int] | None:
        """The last bracket that can be opened so that the line up to it fits; of a definition, its parameters."""
        chosen = small = None
        column -= self.ends[start]
        position = start
        while position < stop:
            partner = self.partner[position]
            if partner <= position + 1 or (self.pieces[position] is OPEN and not self.wraps(position, margin, column)):
                position += 1
                continue
            if column + self.ends[position] + 1 > self.width and (chosen or small):
                break
            if self.is_header and self.pieces[position] == "(":
                return position, partner
            if self.length(position + 1, partner) >= _SMALL:
                chosen = position, partner
            elif self.fits(partner, stop, margin):
                small = position, partner
            position = partner + 1
        return chosen or small

    def wraps(self, opening: int, margin: str, column: int) -> bool:
        """Whether the parentheses that are allowed here are better than opening a bracket inside of them."""
        closing = self.partner[opening]
        breaks = self.loosest(opening + 1, closing)
        if len(breaks) > 1 or (breaks and self.pieces[breaks[0]] == ", "):
            return True
        if breaks:
            return not self.is_hung(opening + 1, closing, breaks[0], margin, column)
        inner = next((k for k in range(opening + 1, closing) if self.partner[k] > k + 1), -1)
        helps = self.fits(opening, closing, margin + INDENT)
        if inner < 0:
            return helps
        if column + self.ends[inner] + 1 > self.width:
            return helps or column + self.ends[opening] > len(margin + INDENT)
        return helps and self.length(inner + 1, self.partner[inner]) < _SMALL

    def is_hung(self, start: int, stop: int, operator: int, margin: str, column: int) -> bool:
        """Whether of two operands the last is better opened at its bracket, or else the first is nothing but one."""
        places = [position for looseness, position in self.operators(start, stop) if looseness > _DOT]
        helps = self.fits(start, stop, margin + INDENT)
        inner = self.partner[stop - 1]
        if places[-1] == operator and inner > 0 and column + self.ends[inner] + 1 <= self.width:
            is_index = self.pieces[inner] == "[" and self.is_trailer(inner)
            return inner < stop - 2 and not (helps and is_index)
        return places[0] == operator == self.partner[start] + 1 and not helps and self.fits(operator, stop, margin)

    def continue_with_backslashes(self, start: int, stop: int, margin: str) -> None:
        line = margin + self.pieces[start]
        for piece in self.pieces[start + 1 : stop]:
            if piece == ", ":
                line += ","
            elif line[-1] == "," and len(line) + len(piece) + 4 > self.width:
                self.lines.append(line + " \\")
                line = margin + INDENT + piece
            else:
                line += " " + piece if line[-1] == "," else piece
        self.lines.append(line)


def _partners(pieces: list[str]) -> list[int]:
    """For each bracket the position of the one that belongs to it, for every other piece -1."""
    partner = [-1] * len(pieces)
    waiting: list[int] = []
    for position, piece in enumerate(pieces):
        if piece in _BRACKETS or piece is OPEN:
            waiting.append(position)
        elif piece is CLOSE or (waiting and piece == _BRACKETS.get(pieces[waiting[-1]])):
            partner[position] = waiting.pop()
            partner[partner[position]] = position
    return partner
