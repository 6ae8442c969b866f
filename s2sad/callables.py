"""Whatever a user may call, as a plain Python function for the pipeline, and what goes in front of its arguments.

    obj.method                      ->  Class.method, with obj in front
    functools.partial(f, 2.0)       ->  f, with 2.0 in front
    an object with __call__         ->  type(object).__call__, with the object in front
    np.sin                          ->  def sin(x): return np.sin(x)
    a decorated f(x, y)             ->  def f(x, y): return f_called(x, y), where f_called is what the decorator made

>>> target_of(abs).function(-2.0)
2.0
>>> list(target_of(functools.partial(pow, 2.0)).signature.parameters)
['exp']
"""

from __future__ import annotations

import builtins
import functools
import inspect
import math
import operator
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from s2sad.cache import keep
from s2sad.compiling import define
from s2sad.errors import ArgumentError
from s2sad.parameters import arguments_text, own_signature, parameters_text, set_defaults
from s2sad.rules import registry
from s2sad.rules.scopes import place_of

LRU_CACHE = type(functools.lru_cache(lambda: None))


@dataclass
class Target:
    """function: what is differentiated; before, keywords: arguments that come with it; signature: those of the caller.

    late: a generated function that is made when the kinds of the arguments are known; then `function` is None.
    """

    function: types.FunctionType | None
    signature: inspect.Signature
    name: str
    qualname: str
    before: tuple[Any, ...] = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    late: Any = None


def target_of(f: Any) -> Target:
    """How to differentiate f, whatever kind of callable it is."""
    if hasattr(type(f), "plain_function"):  # what this package made itself: its source depends on the kinds
        return Target(None, f.plain_signature, f.__name__, f.__qualname__, late=f)
    wrapped = getattr(f, "__dict__", {}).get("__s2sad_wrapped__")
    if wrapped is not None and not isinstance(f, types.FunctionType):
        return target_of(wrapped)
    if isinstance(f, functools.partial):
        inner = target_of(f.func)
        given = {**inner.keywords, **f.keywords}
        return _with_arguments(inner, _left_open(inner.signature, f), (*inner.before, *f.args), given)
    rule = registry.find(f)
    if rule is not None and isinstance(f, (types.FunctionType, types.MethodType)):
        return _target_of_function(keep(f, ("through", rule.template), lambda: _through(f)))
    if isinstance(f, types.MethodType):
        inner = target_of(f.__func__)
        parameters = list(inner.signature.parameters.values())
        signature = inner.signature.replace(parameters=parameters[_count_first(parameters) :])
        return _with_arguments(inner, signature, (*inner.before, f.__self__), inner.keywords)
    if isinstance(f, types.FunctionType):
        return _target_of_function(f)
    if isinstance(f, LRU_CACHE):
        return target_of(f.__wrapped__)
    if isinstance(getattr(f, "py_func", None), types.FunctionType):  # compiled by Numba
        return target_of(f.py_func)
    if not callable(f):
        raise ArgumentError(f"a function is needed, not {f!r}")
    if isinstance(f, type) and rule is None:
        raise ArgumentError(f"{f.__name__} is a class: write a function that makes one and returns numbers")
    call = inspect.getattr_static(type(f), "__call__", None)
    if isinstance(call, types.FunctionType) and not isinstance(f, type) and not hasattr(type(f), "with_gradient"):
        return target_of(types.MethodType(call, f))
    return _target_of_function(keep(f, "through", lambda: _through(f)))


def _only_by_position(f: Any) -> bool:
    """Whether f takes no keywords, so that an optional parameter can't be left out by its default."""
    return type(f) is types.BuiltinFunctionType and f.__module__ == "math"


def _with_arguments(
    inner: Target, signature: inspect.Signature, before: tuple[Any, ...], keywords: dict[str, Any]
) -> Target:
    return Target(inner.function, signature, inner.name, inner.qualname, before, keywords, inner.late)


def _left_open(signature: inspect.Signature, f: functools.partial[Any]) -> inspect.Signature:
    """The parameters of a partial of a function with that signature."""

    def bare() -> None: ...

    bare.__signature__ = signature  # type: ignore[attr-defined]
    return inspect.signature(functools.partial(bare, *f.args, **f.keywords))


def _count_first(parameters: list[inspect.Parameter]) -> int:
    """How many parameters the first argument takes up: none where it goes into *args."""
    takes_one = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return 1 if parameters and parameters[0].kind in takes_one else 0


def _target_of_function(f: types.FunctionType) -> Target:
    own = own_signature(f)
    if hasattr(f, "__wrapped__"):
        shown = inspect.signature(f)
        if list(shown.parameters) != list(own.parameters):
            f = keep(f, "through", lambda: _through(f))
            own = own_signature(f)
    return Target(f, own, f.__name__, f.__qualname__)


def _through(f: Any) -> types.FunctionType:
    """A plain function that calls f, with f's parameters."""
    name = getattr(f, "__name__", type(f).__name__)
    name = name if name.isidentifier() else "f"
    namespace: dict[str, Any] = {"__name__": getattr(f, "__module__", None) or "builtins", "__builtins__": builtins}
    signature, by_keyword = _signature_of(f)
    expression, found = _path_of(f, name, signature)
    namespace.update(found)
    text = (
        f"def {name}({parameters_text(signature)}):\n    return {expression}({arguments_text(signature, by_keyword)})\n"
    )
    made = define(text, namespace)
    made.__qualname__ = getattr(f, "__qualname__", name)
    made.__doc__ = getattr(f, "__doc__", None)
    set_defaults(made, signature)
    return made


def _signature_of(f: Any) -> tuple[inspect.Signature, Callable[[inspect.Parameter], bool] | None]:
    """The parameters that f has, or those that the rule for it knows, and which of them are passed by keyword."""
    rule = registry.find(f)
    if rule is not None:
        given = [
            each
            for each in rule.parameters.parameters.values()
            if not (_only_by_position(f) and each.default is not each.empty)
        ]
        own = {parameter: name for name, parameter in rule.aliases}
        plain = [each.replace(kind=_plain_kind(each), name=own.get(each.name, each.name)) for each in given]
        # f may have others in between, such as `out`.
        return inspect.Signature(plain), lambda each: each.default is not each.empty
    try:
        return inspect.signature(f), None
    except (TypeError, ValueError):
        raise ArgumentError(f"the parameters of {f!r} can't be found: write a function that calls it") from None


def _plain_kind(parameter: inspect.Parameter) -> Any:
    only = parameter.kind == inspect.Parameter.POSITIONAL_ONLY
    return inspect.Parameter.POSITIONAL_OR_KEYWORD if only else parameter.kind


def _path_of(f: Any, name: str, signature: inspect.Signature) -> tuple[str, dict[str, Any]]:
    """How to write f: `np.linalg.inv`, `math.sin`, `abs`, or a name of its own; and what that takes in the globals."""
    for prefix, module in _PLACES:
        if getattr(module, name, None) is f:
            root = prefix.partition(".")[0]
            return (f"{prefix}.{name}", {root: _ROOTS[root]}) if prefix else (name, {})
    place = place_of(f)
    if place is not None:
        last = place[0].__name__.rpartition(".")[2]
        if last not in signature.parameters:
            return f"{last}.{name}", {last: place[0]}
    called = f"{name}_called"
    while called in signature.parameters:
        called += "_"
    return called, {called: f}


_ROOTS = {"np": np, "math": math, "operator": operator}
_PLACES = [
    ("", builtins), ("np", np), ("math", math), ("operator", operator),
    ("np.linalg", np.linalg), ("np.fft", np.fft), ("np.random", np.random),
]  # fmt: skip
