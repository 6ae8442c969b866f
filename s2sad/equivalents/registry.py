"""The table of equivalents, and the decorators that add to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

_equivalents: dict[Any, Callable[..., Any]] = {}
_methods: dict[str, Callable[..., Any]] = {}
_with_options: dict[Any, Callable[..., Any]] = {}
_where_unknown: dict[Any, tuple[str, Callable[..., Any]]] = {}


def equivalent(*functions: Any, method: str | None = None) -> Callable[[F], F]:
    """The decorated function is what these are, in s2sad's input language; of arrays also the method of that name."""

    def register(plain: F) -> F:
        for function in functions:
            _equivalents[function] = plain
        if method is not None:
            _methods[method] = plain
        return plain

    return register


def where_unknown(plain: Callable[..., Any], argument: str) -> Callable[[F], F]:
    """The decorated function takes the place of an equivalent where this argument isn't known before f runs."""

    def register(other: F) -> F:
        _where_unknown[plain] = argument, other
        return other

    return register


def with_options(*functions: Any) -> Callable[[F], F]:
    """The decorated function is what these are with options that their rule doesn't know: it calls them without."""

    def register(plain: F) -> F:
        for function in functions:
            _with_options[function] = plain
        return plain

    return register


def part(plain: F) -> F:
    """A function that equivalents call."""
    _equivalents[plain] = plain
    return plain


def find(function: Any) -> Callable[..., Any] | None:
    """The equivalent of a function, or None."""
    try:
        return _equivalents.get(function)
    except TypeError:  # not hashable
        return None


def find_method(name: str) -> Callable[..., Any] | None:
    """The equivalent of an array's method, or None."""
    return _methods.get(name)


def find_with_options(function: Any) -> Callable[..., Any] | None:
    """The program of a function with more options than its rule knows, or None."""
    return _with_options.get(function)


def find_where_unknown(plain: Any) -> tuple[str, Callable[..., Any]] | None:
    """The name of an argument of an equivalent, and what to take where it isn't known; None for most."""
    return _where_unknown.get(plain)


def is_part(plain: Callable[..., Any]) -> bool:
    """Whether a function is only there for equivalents to call."""
    return _equivalents.get(plain) is plain


def functions() -> list[Any]:
    """All functions that have an equivalent."""
    return [function for function, plain in _equivalents.items() if function is not plain]
