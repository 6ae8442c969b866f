"""The text of constants, exact on every Python from 3.10 on, without a name that somebody could have shadowed.

>>> [number_text(value) for value in (2, -0.0, float("inf"), float("nan"), complex(-0.0, 2.0))]
['2', '-0.0', '1e999', '1e999 - 1e999', '-(0.0 - 2j)']
>>> print(string_text("it's"), string_text('a "b"'), docstring_text("One.\\n\\nTwo."))
"it's" 'a "b"' \"\"\"One.
<BLANKLINE>
Two.\"\"\"
"""

from __future__ import annotations

from collections.abc import Iterable
from math import copysign, isnan


class Unquotable(Exception):
    """Python 3.10 has no way to write this inside of an f-string."""


def number_text(value: int | float | complex) -> str:
    """An expression for the number: a literal, one with a minus, or a sum. (The sign of a NaN is lost.)"""
    if isinstance(value, int):
        # Decimal digits cost quadratic time, and Python limits them; hexadecimal ones it does not.
        return int.__repr__(value) if value.bit_length() < 8192 else hex(value)
    if isinstance(value, complex):
        return _complex_text(float(value.real), float(value.imag))
    return "1e999 - 1e999" if isnan(value) else float.__repr__(value).replace("inf", "1e999").replace("e+", "e")


def _complex_text(real: float, imag: float) -> str:
    """Written so that the signs of zeros survive the addition."""
    size = repr(complex(0.0, abs(imag))).replace("inf", "1e999").replace("e+", "e")
    minus = copysign(1.0, imag) < 0
    if isnan(imag) and not real:
        return "-(1e999j - 1e999j)" if copysign(1.0, real) < 0 else "1e999j - 1e999j"
    if isnan(imag):
        return f"{number_text(real)} + 1e999j - 1e999j"
    if real:
        if minus and not imag:
            return f"-({number_text(-real)} + {size})"
        return f"{number_text(real)} {'-' if minus else '+'} {size}"
    if copysign(1.0, real) > 0:
        return size if not minus else f"0.0 - {size}" if imag else "(0j).conjugate()"
    return f"-{size}" if minus else f"-(0.0 - {size})" if imag else "-(0j).conjugate()"


def escape(text: str, quote: str) -> str:
    """What stands between two `quote` signs for `text`, on one line."""
    # The quotation mark in front makes repr escape all apostrophes, and nothing else of the quotes.
    body = repr('"' + text)[2:-1].replace("\\'", "'")
    return body.replace(quote[0], "\\" + quote[0]) if quote[0] in body else body


def allowed(text: str, forbidden: Iterable[str]) -> bool:
    """Whether Python 3.10 takes `text` inside of f-strings that stand in these quotes."""
    return "\\" not in text and not any(quote in text for quote in forbidden)


def string_text(value: str, forbidden: tuple[str, ...] = ()) -> str:
    """A string literal in double quotes, if it does not need less escaping in single ones."""
    quotes = ("'", '"') if value.count('"') > value.count("'") else ('"', "'")
    for quote in quotes:
        text = quote + escape(value, quote) + quote
        if not forbidden or allowed(text, forbidden):
            return text
    raise Unquotable


def bytes_text(value: bytes, forbidden: tuple[str, ...] = ()) -> str:
    """A bytes literal, quoted like a string."""
    # The quotation mark in front makes repr escape all apostrophes, and nothing else of the quotes.
    body = bytes.__repr__(b'"' + value)[3:-1].replace("\\'", "'")
    quotes = ("'", '"') if value.count(b'"') > value.count(b"'") else ('"', "'")
    for quote in quotes:
        text = "b" + quote + body.replace(quote, "\\" + quote) + quote
        if not forbidden or allowed(text, forbidden):
            return text
    raise Unquotable


def docstring_text(value: str) -> str:
    """A string literal in triple quotes, its lines as they are."""
    end = '\\"' if value.endswith('"') else ""  # a quote before the closing ones
    lines = (value[:-1] if end else value).split("\n")
    body = "\n".join(repr('"' + line)[2:-1].replace("\\'", "'") for line in lines)
    body = body.replace('"""', '\\"\\"\\"')
    return f'"""{body}{end}"""'
