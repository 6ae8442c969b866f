"""Functions that say themselves how they are differentiated: `custom_gradient` and `stop_gradient`.

>>> import math
>>> @custom_gradient
... def log1pexp(x):
...     e = math.exp(x)
...     def grad(dy):
...         return dy * (1.0 - 1.0 / (1.0 + e))
...     return math.log(1.0 + e), grad
>>> log1pexp(0.0) == math.log(2.0)
True
>>> value, gradient = log1pexp.with_gradient(0.0)
>>> gradient(1.0)
0.5
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any, TypeVar

from s2sad.errors import ArgumentError

T = TypeVar("T")


def custom_gradient(f: Callable[..., Any] | None = None, *, tangent: Callable[..., Any] | None = None) -> Any:
    """Decorates a function that returns its value and a function that does the gradient's work.

    The latter takes `dy`, shaped like the value, and returns the gradient of the one parameter, or a tuple with one
    gradient (or None) for each argument. Called, the decorated function returns the value alone. A program that is
    differentiated calls it and its gradient when it runs; neither is transformed.

    >>> @custom_gradient
    ... def clip_gradient(x):
    ...     return x, lambda dy: max(-1.0, min(1.0, dy))
    >>> clip_gradient(3.0)
    3.0

    tangent: the same for forward mode, a function of the arguments and of a tangent for each of them, which returns the
    tangent of the value. Without it, forward mode refuses the function.

    >>> import math
    >>> @custom_gradient(tangent=lambda x, x_dot: x_dot / (1.0 + math.exp(-x)))
    ... def softplus(x):
    ...     return math.log1p(math.exp(x)), lambda dy: dy / (1.0 + math.exp(-x))
    >>> softplus.tangent(0.0, 1.0)
    0.5
    """
    if tangent is not None and not callable(tangent):
        raise ArgumentError(f"tangent= is a function of the arguments and their tangents, not {tangent!r}")
    if f is None:
        return lambda f: CustomGradient(f, tangent)
    return CustomGradient(f, tangent)


class CustomGradient:
    """A function with a gradient of its own: called, it returns the value; `with_gradient` returns both."""

    __name__: str
    __qualname__: str

    def __init__(self, f: Callable[..., Any], tangent: Callable[..., Any] | None = None) -> None:
        functools.update_wrapper(self, f)
        self.function, self.tangent = f, tangent

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.with_gradient(*args, **kwargs)[0]

    def with_gradient(self, /, *args: Any, **kwargs: Any) -> tuple[Any, Callable[[Any], Any]]:
        """The value, and the function from dy to the gradients."""
        both = self.function(*args, **kwargs)
        if not (isinstance(both, (tuple, list)) and len(both) == 2 and callable(both[1])):
            raise TypeError(
                f"{self.__name__} is decorated with custom_gradient, so it must return (value, gradient function)"
            )
        value, gradient = both
        return value, gradient

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<{self.__qualname__} with a gradient of its own>"

    def __reduce__(self) -> Any:
        return self.__qualname__  # pickled by name, as functions are


def stop_gradient(x: T) -> T:
    """x itself, as something that the gradient doesn't flow through.

    >>> stop_gradient(2.0)
    2.0
    """
    return x
