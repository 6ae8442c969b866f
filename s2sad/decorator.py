"""`@differentiable`: a function stays as it is, and gets its gradients as attributes.

>>> @differentiable
... def f(x, y):
...     return x * y
>>> f(2.0, 3.0), f.gradients(2.0, 3.0), f.value_and_gradients(2.0, 3.0)
(6.0, (3.0, 2.0), (6.0, (3.0, 2.0)))
>>> @differentiable(params=["x"])
... def g(x, n):
...     return x ** n
>>> g.gradients(2.0, 3)
(12.0,)
>>> class Line:
...     def __init__(self, slope):
...         self.slope = slope
...     @differentiable
...     def at(self, x):
...         return self.slope * x
>>> Line(2.0).at(5.0), Line(2.0).at.gradients(5.0)
(10.0, (2.0,))
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from s2sad.api import ValueAndGradients
from s2sad.derived import Gradients


def differentiable(f: Any = None, /, *, params: Any = None, jit: Any = None, source: str | None = None) -> Any:
    """Decorates f, which stays callable as it was, and adds to it

    f.value_and_gradients(...)  its value and gradients, as `value_and_gradients_function` has them,
    f.gradients(...)            the gradients,
    f.source(...)               the text of the program that computes them for such arguments.

    It is written bare, or with the options of `value_and_gradients_function`. A method gets them too:
    `object.method.gradients(...)` is with respect to the method's parameters, `Class.method.gradients(object, ...)`
    with respect to the object as well.
    """
    options = {"params": params, "jit": jit, "source": source}
    if f is None:
        return functools.partial(_decorate, options)
    return _decorate(options, f)


def _decorate(options: dict[str, Any], f: Any) -> Any:
    if isinstance(f, (staticmethod, classmethod)):
        return type(f)(_decorate(options, f.__func__))
    if isinstance(f, types.FunctionType) and not _is_in_class(f):
        return _Attributes(f, options).give_to(f)
    return DifferentiableMethod(f, options)


def _is_in_class(f: types.FunctionType) -> bool:
    """Whether f is written in the body of a class, and so becomes a method."""
    outer = f.__qualname__.rpartition(".")[0]
    return bool(outer) and not outer.endswith("<locals>")


class _Attributes:
    """What a differentiable function has beside itself."""

    def __init__(self, f: Any, options: dict[str, Any]) -> None:
        self.value_and_gradients = ValueAndGradients(f, **options)
        self.gradients = Gradients(f, **options)
        self.source = self.value_and_gradients.source

    def give_to(self, f: Any) -> Any:
        for name, value in vars(self).items():
            setattr(f, name, value)
        return f


class DifferentiableMethod:
    """A method (or another callable that takes no attributes) with its gradients."""

    def __init__(self, f: Callable[..., Any], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, f)
        # The mark by which the stage that reads source text looks through this object.
        self.__s2sad_wrapped__ = f
        self._options = options

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.__s2sad_wrapped__(*args, **kwargs)

    @functools.cached_property
    def _attributes(self) -> _Attributes:
        options = dict(self._options)
        if isinstance(self.__s2sad_wrapped__, types.MethodType):
            options["params"] = _without_self(options["params"])
        return _Attributes(self.__s2sad_wrapped__, options)

    @property
    def value_and_gradients(self) -> ValueAndGradients:
        """The value and the gradients."""
        return self._attributes.value_and_gradients

    @property
    def gradients(self) -> Gradients:
        """The gradients."""
        return self._attributes.gradients

    @property
    def source(self) -> Callable[..., str]:
        """The text of the program that computes the gradients, for arguments like those given."""
        return self._attributes.source

    def __get__(self, instance: Any, owner: type | None = None) -> DifferentiableMethod:
        if instance is None:
            return self
        return DifferentiableMethod(types.MethodType(self.__s2sad_wrapped__, instance), self._options)

    def __repr__(self) -> str:
        return repr(self.__s2sad_wrapped__)


def _without_self(params: Any) -> Any:
    """Positions are counted as the method is written, with self at 0."""
    if isinstance(params, (list, tuple)) and all(type(each) is int and each > 0 for each in params):
        return [each - 1 for each in params]
    return params
