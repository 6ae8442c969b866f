"""The parameters of a user's function: which of them are chosen, and how a call's arguments are bound to them.

>>> choose_parameters([1], ("x", "y"), "f")
('y',)
>>> def f(x, y=3.0): ...
>>> Binder.of_function(f)(2.0)
(2.0, 3.0)
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.errors import ParameterError

_KINDS = inspect.Parameter


def choose_parameters(params: Any, names: Sequence[str], function: str) -> tuple[str, ...]:
    """The names that `params` chooses: a list of names, a list of positions, or None for all."""
    if params is None:
        return tuple(names)
    if isinstance(params, (str, int, np.integer)):
        raise ParameterError(
            f"params must be a list of names or of positions, not {params!r}: write params=[{_plain(params)!r}]"
        )
    if not isinstance(params, (list, tuple, range)):
        raise ParameterError(f"params must be a list of names or of positions, not {params!r}")
    chosen: list[str]
    if all(isinstance(each, str) for each in params):
        chosen = [_by_name(str(each), names, function) for each in params]
    elif all(_is_position(each) for each in params):
        chosen = [_by_position(int(each), names, function) for each in params]
    else:
        raise ParameterError(f"params must be all names or all positions, not {_what(params)}")
    for k, name in enumerate(chosen):
        if name in chosen[:k]:
            given = repr(params[k]) if isinstance(params[k], str) else f"position {params[k]} ({name!r})"
            raise ParameterError(f"params has {given} twice: {list(params)!r}")
    return tuple(chosen)


def is_single(params: Any) -> bool:
    """Whether `params` is one name or one position, rather than a list of them."""
    return isinstance(params, str) or _is_position(params)


def _is_position(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, np.integer) else value


def _what(params: Sequence[Any]) -> str:
    for each in params:
        if not isinstance(each, str) and not _is_position(each):
            note = " (a bool is no position)" if isinstance(each, bool) else ""
            return f"{list(params)!r}: {each!r} is a {type(each).__name__}{note}"
    return f"a mixture: {list(params)!r}"


def _by_name(name: str, names: Sequence[str], function: str) -> str:
    if name not in names:
        raise ParameterError(f"{function} has no parameter {name!r}; {_listing(names)}")
    return name


def _by_position(position: int, names: Sequence[str], function: str) -> str:
    if not 0 <= position < len(names):
        raise ParameterError(f"{function} has no parameter at position {position}; {_listing(names)}")
    return names[position]


def _listing(names: Sequence[str]) -> str:
    if not names:
        return "it has none"
    last = len(names) - 1
    return f"it has {', '.join(names)} (position{'s 0 to ' + str(last) if last else ' 0'})"


class Binder:
    """Binds the arguments of a call to the parameters of a function, in their order, as calling the function would:
    with its defaults, and with the very error that it would raise."""

    def __init__(self, signature: inspect.Signature, name: str, qualname: str) -> None:
        self.names = tuple(signature.parameters)
        self.origin: types.FunctionType | None = None
        header = parameters_text(signature)
        scope: dict[str, Any] = {}
        exec(f"def bind({header}): return ({''.join(each + ', ' for each in self.names)})", scope)
        self._bind: types.FunctionType = scope["bind"]
        self._bind.__name__, self._bind.__qualname__ = name, qualname
        set_defaults(self._bind, signature)

    @classmethod
    def of_function(cls, function: types.FunctionType) -> Binder:
        binder = cls(own_signature(function), function.__name__, function.__qualname__)
        binder.origin = function
        return binder

    def __call__(self, /, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        origin = self.origin
        if origin is not None:  # its defaults may have been changed
            self._bind.__defaults__ = origin.__defaults__
            self._bind.__kwdefaults__ = origin.__kwdefaults__
        return self._bind(*args, **kwargs)


def own_signature(function: types.FunctionType) -> inspect.Signature:
    """The parameters that the function itself has, whatever it says that it wraps."""
    cells = tuple(types.CellType() for _ in function.__code__.co_freevars)
    bare = types.FunctionType(function.__code__, {}, function.__name__, function.__defaults__, cells)
    bare.__kwdefaults__ = function.__kwdefaults__
    return inspect.signature(bare)


def parameters_text(signature: inspect.Signature) -> str:
    """`x, y=..., /, *args, k, **kwargs`; `set_defaults` puts the values of the defaults in."""
    parts: list[str] = []
    previous: Any = None
    for each in signature.parameters.values():
        if previous == _KINDS.POSITIONAL_ONLY != each.kind:
            parts.append("/")
        if each.kind == _KINDS.KEYWORD_ONLY and previous not in (_KINDS.KEYWORD_ONLY, _KINDS.VAR_POSITIONAL):
            parts.append("*")
        star = "*" if each.kind == _KINDS.VAR_POSITIONAL else "**" if each.kind == _KINDS.VAR_KEYWORD else ""
        parts.append(star + each.name + _default_text(each))
        previous = each.kind
    if previous == _KINDS.POSITIONAL_ONLY:
        parts.append("/")
    return ", ".join(parts)


def _default_text(parameter: inspect.Parameter) -> str:
    if parameter.default is parameter.empty:
        return ""
    simple = parameter.default is None or type(parameter.default) in (bool, int, str)
    return f"={parameter.default!r}" if simple else "=..."


def set_defaults(function: types.FunctionType, signature: inspect.Signature) -> None:
    """Gives a function made from `parameters_text` the defaults of the signature."""
    every = [each for each in signature.parameters.values() if each.default is not each.empty]
    function.__defaults__ = tuple(each.default for each in every if each.kind != _KINDS.KEYWORD_ONLY) or None
    keywords = {each.name: each.default for each in every if each.kind == _KINDS.KEYWORD_ONLY}
    function.__kwdefaults__ = keywords or None  # type: ignore[assignment]


def arguments_text(signature: inspect.Signature, by_keyword: Callable[[inspect.Parameter], bool] | None = None) -> str:
    """The arguments that hand a function's own parameters on: `x, *args, k=k, **kwargs`."""
    parts: list[str] = []
    for each in signature.parameters.values():
        if each.kind == _KINDS.VAR_POSITIONAL:
            parts.append("*" + each.name)
        elif each.kind == _KINDS.VAR_KEYWORD:
            parts.append("**" + each.name)
        elif each.kind == _KINDS.KEYWORD_ONLY or (by_keyword is not None and by_keyword(each)):
            parts.append(f"{each.name}={each.name}")
        else:
            parts.append(each.name)
    return ", ".join(parts)
