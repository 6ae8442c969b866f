"""Integers as sums: `n - k + 1` as a constant and how often each symbol occurs, so that equal ones have one form.

A symbol names the value of an integer (`Scalar.symbol`): a number, an axis (`Dim`) for its length, or what `symbol_of`
makes here of others.

>>> n, k = Dim(("x", 0), True), Dim(("parameter", ("k",)))
>>> symbol_of(minus(form_of(n), {ONCE: 1})) == symbol_of(minus(plus(form_of(n), form_of(2)), form_of(3)))
True
>>> symbol_of(minus(plus(form_of(n), form_of(k)), form_of(k))) == n
True
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import OPERATORS
from s2sad.kinds import Dim

Form = dict[Any, int]  # how often each symbol occurs; under ONCE the constant
ONCE = None
SUM = "sum"


def form_of(symbol: Any) -> Form:
    """The form of a symbol."""
    if isinstance(symbol, Dim) and isinstance(symbol.key, int):
        symbol = symbol.key
    if isinstance(symbol, int):
        return {ONCE: int(symbol)} if symbol else {}
    inner = symbol.key if isinstance(symbol, Dim) else symbol
    if isinstance(inner, tuple) and inner[:1] == (SUM,):
        return dict(inner[1])
    return {symbol: 1}


def symbol_of(form: Form) -> Any:
    """The symbol of a form: the number, the one symbol, or the sum."""
    if set(form) <= {ONCE}:
        return form.get(ONCE, 0)
    if len(form) == 1 and set(form.values()) == {1}:
        return next(iter(form))
    return SUM, tuple(sorted(form.items(), key=repr))


def plus(one: Form, other: Form) -> Form:
    return {key: total for key in {**one, **other} if (total := one.get(key, 0) + other.get(key, 0))}


def times(form: Form, factor: int) -> Form:
    return {key: factor * each for key, each in form.items()} if factor else {}


def minus(one: Form, other: Form) -> Form:
    return plus(one, times(other, -1))


def product(one: Form, other: Form) -> Form | None:
    """None where neither is a number."""
    for form, factor in ((one, other), (other, one)):
        if set(factor) <= {ONCE}:
            return times(form, factor.get(ONCE, 0))
    return None


ARITHMETIC: dict[Any, Any] = {
    operator.add: plus,
    operator.sub: minus,
    operator.mul: product,
    operator.neg: lambda form: times(form, -1),
    operator.pos: lambda form: form,
}


def computed(function: Any, symbols: Sequence[Any]) -> Any:
    """The symbol of what a function makes of integers with these symbols, None among them where one is not known."""
    if any(symbol is None for symbol in symbols) or len(str(symbols)) > 200:
        return None
    combine = ARITHMETIC.get(function)
    made = combine(*map(form_of, symbols)) if combine is not None else None
    return (getattr(function, "__name__", "?"), *symbols) if made is None else symbol_of(made)


def form_of_tree(expr: gast.AST, leaf: Callable[[gast.AST], Form | None]) -> Form | None:
    """The form of an expression; `leaf` says that of a name or a call in it. None if it is no such sum.

    >>> form_of_tree(gast.parse("2 * (n - 3)").body[0].value, lambda name: {name.id: 1})
    {'n': 2, None: -6}
    """
    value = trees.literal(expr)
    if isinstance(value, int):
        return form_of(int(value))
    if not isinstance(expr, (gast.BinOp, gast.UnaryOp)):
        return leaf(expr)
    parts = [expr.left, expr.right] if isinstance(expr, gast.BinOp) else [expr.operand]
    combine = ARITHMETIC.get(OPERATORS.get(type(expr.op)))
    forms = [form_of_tree(each, leaf) for each in parts]
    return None if combine is None or None in forms else combine(*forms)


def isnt_negative(form: Form, facts: list[Form]) -> bool:
    """Whether a sum of lengths is zero or more, since one of `facts` is.

    >>> n, k = Dim(("x", 0)), Dim(("parameter", ("k",)))
    >>> isnt_negative({n: 1, ONCE: 2}, [{}]), isnt_negative({n: 1, k: -1}, [{}])
    (True, False)
    >>> isnt_negative({n: 1, k: -1, ONCE: 1}, [{}, {n: 1, k: -1}])
    True
    """
    return any(all(count >= 0 and is_length(atom) for atom, count in minus(form, fact).items()) for fact in facts)


def is_length(symbol: Any) -> bool:
    """Whether a symbol is an axis of an array, or the constant."""
    return not is_parameter(symbol) if isinstance(symbol, Dim) else symbol is ONCE


def is_parameter(symbol: Any) -> bool:
    """Whether a symbol is an integer that is a parameter."""
    return isinstance(symbol, Dim) and isinstance(symbol.key, tuple) and symbol.key[0] == "parameter"
