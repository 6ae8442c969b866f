"""The half of the printer that writes expressions and patterns, as pieces of one line; statements are in printer.py.

>>> import gast
>>> printer = ExpressionPrinter()
>>> printer.put(gast.parse("(a - (b - c)) * (-(2) ** x)").body[0].value)
>>> printer.pieces
['(', 'a', ' - ', '(', 'b', ' - ', 'c', ')', ')', ' * ', '-', '2', '**', 'x']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import astunparse
import gast

from s2sad.layout import CLOSE, OPEN
from s2sad.literals import Unquotable, allowed, bytes_text, docstring_text, escape, number_text, string_text

# How tightly an expression binds. It gets parentheses where one that binds tighter is expected.
YIELD, NAMED, TEST, OR, AND, NOT, COMPARE, BIT_OR, BIT_XOR, BIT_AND, SHIFT, ARITH, TERM, SIGN, POWER, AWAIT = range(16)
ATOM, ALWAYS = 16, 17

BINARY = {
    "Add": (" + ", ARITH),
    "Sub": (" - ", ARITH),
    "Mult": (" * ", TERM),
    "MatMult": (" @ ", TERM),
    "Div": (" / ", TERM),
    "Mod": (" % ", TERM),
    "FloorDiv": (" // ", TERM),
    "LShift": (" << ", SHIFT),
    "RShift": (" >> ", SHIFT),
    "BitOr": (" | ", BIT_OR),
    "BitXor": (" ^ ", BIT_XOR),
    "BitAnd": (" & ", BIT_AND),
    "Pow": (" ** ", POWER),
}
UNARY = {"Invert": ("~", SIGN), "UAdd": ("+", SIGN), "USub": ("-", SIGN), "Not": ("not ", NOT)}
BOOLEAN = {"Or": (" or ", OR), "And": (" and ", AND)}
COMPARISON = {name: f" {symbol} " for name, symbol in astunparse.Unparser.cmpops.items()}
CHAIN = ("Attribute", "Call", "Subscript")


def _constant_rank(node: Any) -> int:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, (int, float, complex)):
        return ATOM
    if not isinstance(value, complex) and value > 0:
        return ATOM
    text = number_text(value)
    return ARITH if " " in text and text[-1] != ")" else SIGN if text[0] == "-" else ATOM


# The binding of what is not an atom, by class; a function where it depends on the node.
RANKS: dict[str, Any] = {
    "Yield": YIELD,
    "YieldFrom": YIELD,
    "NamedExpr": NAMED,
    "Lambda": TEST,
    "IfExp": TEST,
    "Compare": COMPARE,
    "Await": AWAIT,
    "BinOp": lambda node: BINARY[node.op.__class__.__name__][1],
    "UnaryOp": lambda node: UNARY[node.op.__class__.__name__][1],
    "BoolOp": lambda node: BOOLEAN[node.op.__class__.__name__][1],
    "Constant": _constant_rank,
    "MatchAs": lambda node: ATOM if node.pattern is None else NAMED,
    "MatchOr": TEST,
}


class ExpressionPrinter(astunparse.Unparser):
    """Expressions and patterns become pieces of the present line; what is missing here the base class prints."""

    def __init__(self) -> None:  # without super().__init__, which prints at once
        self.pieces: list[str] = []
        self.write: Callable[[str], None] = self.pieces.append
        self.methods: dict[str, Callable[[Any], None]] = {}
        self.forbidden: tuple[str, ...] = ()  # the quotes of the f-strings around

    def method(self, name: str) -> Callable[[Any], None]:
        """The method that prints the nodes of the class `name`."""
        found = self.methods.get(name)
        if found is None:
            found = getattr(self, "_" + name, None)
            if found is None:
                raise TypeError(f"a node of class {name} can't be printed")
            self.methods[name] = found
        return found

    def put(self, node: Any, level: int = TEST) -> None:
        """Writes an expression (or a pattern), in parentheses if it binds less than `level`."""
        name = node.__class__.__name__
        rank = RANKS.get(name, ATOM)
        if rank.__class__ is not int:
            rank = rank(node)
        if rank < level:
            self.write("(")
            self.method(name)(node)
            self.write(")")
        else:
            self.method(name)(node)

    dispatch = put  # what the base class calls

    def commas(self, nodes: Iterable[Any], level: int = TEST) -> None:
        comma = False
        for node in nodes:
            if comma:
                self.write(", ")
            comma = True
            self.put(node, level)

    def bare(self, node: Any, level: int = TEST) -> None:
        """An expression where a tuple needs no parentheses."""
        if node.__class__.__name__ == "Tuple" and len(node.elts) > 1:
            self.commas(node.elts)
        else:
            self.put(node, level)

    def soft(self, node: Any, level: int = TEST) -> None:
        """An expression that gets parentheses if its line is too long."""
        self.write(OPEN)
        self.put(node, level)
        self.write(CLOSE)

    def atomic(self, emit: Callable[..., None], *arguments: Any) -> str:
        """The text of what `emit` writes, for a place where the line must not be broken."""
        start = len(self.pieces)
        try:
            emit(*arguments)
            return "".join(self.pieces[start:])
        finally:
            del self.pieces[start:]

    # Atoms

    def _Name(self, t: Any) -> None:
        self.write(t.id)

    def _Constant(self, t: Any) -> None:
        value = t.value
        if isinstance(value, str):
            self.write(("u" if getattr(t, "kind", None) else "") + string_text(value, self.forbidden))
        elif isinstance(value, bytes):
            self.write(bytes_text(value, self.forbidden))
        elif value is Ellipsis:
            self.write("...")
        elif isinstance(value, tuple):
            self._Tuple(gast.Tuple([gast.Constant(item, None) for item in value], gast.Load()))
        elif value is None or isinstance(value, bool):
            self.write(repr(value))
        elif isinstance(value, (int, float, complex)):
            self.write(number_text(value))
        else:
            raise TypeError(f"a constant of type {type(value).__name__} can't be printed: {value!r}")

    def docstring(self, t: Any) -> None:
        self.write(("u" if getattr(t, "kind", None) else "") + docstring_text(t.value))

    def _Tuple(self, t: Any) -> None:
        self.write("(")
        self.commas(t.elts)
        if len(t.elts) == 1:
            self.write(",")
        self.write(")")

    def _Set(self, t: Any) -> None:
        self.write("{")
        self.commas(t.elts)
        self.write("" if t.elts else "*()")
        self.write("}")

    def _Dict(self, t: Any) -> None:
        self.write("{")
        for position, (key, value) in enumerate(zip(t.keys, t.values)):
            if position:
                self.write(", ")
            if key is None:
                self.write("**")
                self.put(value, BIT_OR)
            else:
                self.put(key)
                self.write(": ")
                self.put(value)
        self.write("}")

    def _comprehension(self, t: Any) -> None:
        self.write(" async for " if t.is_async else " for ")
        self.write(self.atomic(self.bare, t.target) + " in ")
        self.put(t.iter, OR)
        for test in t.ifs:
            self.write(" if ")
            self.put(test, OR)

    # Operators

    def _BinOp(self, t: Any) -> None:
        # Down the left spine without recursion: a sum can have thousands of terms.
        waiting = []
        while True:
            symbol, rank = BINARY[t.op.__class__.__name__]
            level = AWAIT if rank == POWER else rank
            waiting.append((symbol, t.right, SIGN if rank == POWER else rank + 1))
            left = t.left
            if left.__class__.__name__ != "BinOp" or BINARY[left.op.__class__.__name__][1] < level:
                break
            t = left
        if rank == POWER and is_simple(left, False) and is_simple(t.right):
            waiting[-1] = ("**", t.right, SIGN)
        self.put(left, level)
        for symbol, right, level in reversed(waiting):
            self.write(symbol)
            self.put(right, level)

    def _UnaryOp(self, t: Any) -> None:
        symbol, rank = UNARY[t.op.__class__.__name__]
        self.write(symbol)
        self.put(t.operand, rank)

    def _BoolOp(self, t: Any) -> None:
        symbol, rank = BOOLEAN[t.op.__class__.__name__]
        for position, node in enumerate(t.values):
            if position:
                self.write(symbol)
            self.put(node, rank + 1)

    def _Compare(self, t: Any) -> None:
        self.put(t.left, COMPARE + 1)
        for op, node in zip(t.ops, t.comparators):
            self.write(COMPARISON[op.__class__.__name__])
            self.put(node, COMPARE + 1)

    def _IfExp(self, t: Any) -> None:
        self.put(t.body, OR)
        self.write(" if ")
        self.put(t.test, OR)
        self.write(" else ")
        self.put(t.orelse)

    def _Lambda(self, t: Any) -> None:
        parameters = self.atomic(self._arguments, t.args)
        self.write(f"lambda {parameters}: " if parameters else "lambda: ")
        self.put(t.body)

    def _NamedExpr(self, t: Any) -> None:
        self.put(t.target)
        self.write(" := ")
        self.put(t.value)

    def _Starred(self, t: Any) -> None:
        self.write("*")
        self.put(t.value, BIT_OR)

    def _Await(self, t: Any) -> None:
        self.write("await ")
        self.put(t.value, ATOM)

    def _Yield(self, t: Any) -> None:
        self.write("yield")
        if t.value is not None:
            self.write(" ")
            self.bare(t.value)

    def _YieldFrom(self, t: Any) -> None:
        self.write("yield from ")
        self.put(t.value)

    # Attributes, calls, subscripts

    def _chain(self, t: Any) -> None:
        """One after the other, without recursion too."""
        links = []
        while t.__class__.__name__ in CHAIN:
            links.append(t)
            t = t.func if t.__class__.__name__ == "Call" else t.value
        # `1.real` would be a malformed float.
        is_int = t.__class__.__name__ == "Constant" and isinstance(t.value, int) and not isinstance(t.value, bool)
        self.put(t, ALWAYS if is_int else ATOM)
        for link in reversed(links):
            kind = link.__class__.__name__
            if kind == "Attribute":
                self.write("." + link.attr)
            elif kind == "Subscript":
                self.write("[")
                self.index(link.slice)
                self.write("]")
            elif len(link.args) == 1 and not link.keywords and link.args[0].__class__.__name__ == "GeneratorExp":
                self.put(link.args[0])
            else:
                self.write("(")
                self.commas(link.args, NAMED)
                if link.keywords:
                    self.write(", " if link.args else "")
                    self.commas(link.keywords)
                self.write(")")

    _Attribute = _Subscript = _Call = _chain

    def index(self, t: Any) -> None:
        """What stands between the brackets of a subscript."""
        if t.__class__.__name__ == "Tuple" and t.elts:
            kinds = {item.__class__.__name__ for item in t.elts}
            # A slice allows no parentheses around the tuple; a star needs them before Python 3.11.
            if "Slice" in kinds or ("Starred" not in kinds and len(t.elts) > 1):
                self.commas(t.elts)
                self.write("," if len(t.elts) == 1 else "")
                return
        self.put(t)

    def _Slice(self, t: Any) -> None:
        bounds = [node for node in (t.lower, t.upper, t.step) if node is not None]
        blank = "" if all(is_simple(node, dotted=False) for node in bounds) else " "
        if t.lower is not None:
            self.put(t.lower)
            self.write(blank)
        self.write(":")
        if t.upper is not None:
            self.write(blank)
            self.put(t.upper)
        if t.step is not None:
            self.write(blank + ":" + blank if t.upper is not None else ":" + blank)
            self.put(t.step)

    def _arguments(self, t: Any) -> None:
        """The parameters of a function or a lambda."""
        positional = [*t.posonlyargs, *t.args]
        defaults = [None] * (len(positional) - len(t.defaults)) + t.defaults
        parts: list[tuple[str, Any, Any]] = [("", *pair) for pair in zip(positional, defaults)]
        if t.posonlyargs:
            parts.insert(len(t.posonlyargs), ("/", None, None))
        if t.vararg or t.kwonlyargs:
            parts.append(("*", t.vararg, None))
        parts += [("", *pair) for pair in zip(t.kwonlyargs, t.kw_defaults)]
        if t.kwarg:
            parts.append(("**", t.kwarg, None))
        for position, (star, parameter, default) in enumerate(parts):
            if position:
                self.write(", ")
            self.write(star + parameter.id if parameter else star)
            annotation = getattr(parameter, "annotation", None)
            if annotation is not None:
                self.write(": ")
                self.put(annotation)
            if default is not None:
                self.write("=" if annotation is None else " = ")
                self.put(default)

    # F-strings, in a form that Python 3.10 reads too: no backslash inside of the braces, no quote used twice

    def _JoinedStr(self, t: Any) -> None:
        literal = "".join(part.value for part in t.values if part.__class__.__name__ == "Constant")
        single_first = '"' in literal and "'" not in literal
        for quote in ("'", '"', '"""', "'''") if single_first else ('"', "'", '"""', "'''"):
            try:
                text = f"f{quote}{self.fields(t, quote)}{quote}"
            except Unquotable:
                continue
            if not self.forbidden or allowed(text, self.forbidden):
                self.write(text)
                return
        self.format_call(t)

    def fields(self, t: Any, quote: str, is_format: bool = False) -> str:
        """What stands between the quotes of an f-string, or after the colon of a field."""
        parts = []
        for part in t.values:
            if part.__class__.__name__ == "FormattedValue":
                parts.append(self.field(part, quote, is_format))
                continue
            text = escape(part.value, quote)
            if is_format and ("\\" in text or "{" in text or "}" in text):
                raise Unquotable
            parts.append(text.replace("{", "{{").replace("}", "}}"))
        return "".join(parts)

    def field(self, t: Any, quote: str, is_format: bool) -> str:
        around, self.forbidden = self.forbidden, (*self.forbidden, quote)
        try:
            text = self.atomic(self.put, t.value, TEST if ends_without_lambda(t.value) else OR)
        finally:
            self.forbidden = around
        if not allowed(text, (quote,)):
            raise Unquotable
        text = " " + text if text[0] == "{" else text
        if getattr(t, "conversion", -1) not in (-1, None):
            text += "!" + chr(t.conversion)
        if getattr(t, "format_spec", None) is not None:
            if is_format and any(part.__class__.__name__ == "FormattedValue" for part in t.format_spec.values):
                raise Unquotable
            text += ":" + self.fields(t.format_spec, quote, True)
        return "{" + text + "}"

    def format_call(self, t: Any) -> None:
        """An f-string that has no such form, as `"...{}...".format(...)`; a format that is not empty is an argument."""
        template, arguments = "", []
        for part in t.values:
            if part.__class__.__name__ != "FormattedValue":
                template += part.value.replace("{", "{{").replace("}", "}}")
                continue
            arguments.append(part.value)
            template += "{" if getattr(part, "conversion", -1) in (-1, None) else "{!" + chr(part.conversion)
            if getattr(part, "format_spec", None) is not None:
                arguments.append(part.format_spec)
                template += ":{}"
            template += "}"
        self.write(string_text(template, self.forbidden))
        self.write(".format")
        self.write("(")
        self.commas(arguments)
        self.write(")")

    def _FormattedValue(self, t: Any) -> None:
        self._JoinedStr(gast.JoinedStr([t]))

    # Patterns

    def _MatchValue(self, t: Any) -> None:
        self.put(t.value)

    def _MatchSingleton(self, t: Any) -> None:
        self.write(repr(t.value))

    def _MatchSequence(self, t: Any) -> None:
        self.write("[")
        self.commas(t.patterns, NAMED)
        self.write("]")

    def _MatchStar(self, t: Any) -> None:
        self.write("*" + (t.name or "_"))

    def _MatchMapping(self, t: Any) -> None:
        self.write("{")
        for position, (key, pattern) in enumerate(zip(t.keys, t.patterns)):
            self.write(", " if position else "")
            self.put(key)
            self.write(": ")
            self.put(pattern, NAMED)
        if t.rest:
            self.write(", " if t.keys else "")
            self.write("**" + t.rest)
        self.write("}")

    def _MatchClass(self, t: Any) -> None:
        self.put(t.cls)
        self.write("(")
        self.commas(t.patterns, NAMED)
        for position, (name, pattern) in enumerate(zip(t.kwd_attrs, t.kwd_patterns)):
            self.write(", " if position or t.patterns else "")
            self.write(name + "=")
            self.put(pattern, NAMED)
        self.write(")")

    def _MatchAs(self, t: Any) -> None:
        if t.pattern is not None:
            self.put(t.pattern)
            self.write(" as ")
        self.write(t.name or "_")

    def _MatchOr(self, t: Any) -> None:
        for position, pattern in enumerate(t.patterns):
            self.write(" | " if position else "")
            self.put(pattern, OR)


def is_simple(node: Any, signed: bool = True, dotted: bool = True) -> bool:
    """A name, a number, an attribute of a name: what may stand without blanks beside `**` and the `:` of a slice."""
    kind = node.__class__.__name__
    if kind == "UnaryOp" and signed and node.op.__class__.__name__ == "USub":
        return is_simple(node.operand, False, dotted)
    if kind == "Constant":
        return isinstance(node.value, (int, float)) and (signed or _constant_rank(node) == ATOM)
    while kind == "Attribute" and dotted:
        node = node.value
        kind = node.__class__.__name__
    return kind == "Name"


def ends_without_lambda(node: Any) -> bool:
    """A ternary may stand bare in the braces of an f-string, if it does not end with a lambda and its colon."""
    while node.__class__.__name__ == "IfExp":
        node = node.orelse
    return node.__class__.__name__ != "Lambda"
