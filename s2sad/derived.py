"""What is made from `value_and_gradients_function`: only the gradients, a single gradient, the pullback (vjp).

>>> def f(x, y):
...     return x * x * y
>>> gradients_function(f)(3.0, 2.0)
(12.0, 9.0)
>>> grad(f)(3.0, 2.0), grad(f, "y")(3.0, 2.0), value_and_grad(f)(3.0, 2.0)
(12.0, 9.0, (18.0, 12.0))
>>> grad(grad(f))(3.0, 2.0)
4.0
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

from s2sad.api import ValueAndGradients, make_plain_function, without_dy
from s2sad.cache import CacheInfo, Entry
from s2sad.cotangents import Misfit, fit
from s2sad.kinds import Kind, Scalar
from s2sad.parameters import is_single
from s2sad.pullbacks import Pullback, pullback


def gradients_function(
    f: Callable[..., Any], params: Any = None, *, jit: Any = None, source: str | None = None
) -> Gradients:
    """A function with the parameters of f (and `dy`) that returns the gradients, a tuple in the order of `params`.

    Where `params` is one name or one position instead of a list, it returns that gradient alone. What only the value of
    f needs isn't computed.

    >>> gradients_function(lambda x, y: x * y, params=["y", "x"])(2.0, 3.0)
    (2.0, 3.0)
    """
    return Gradients(f, params, jit=jit, source=source)


def grad(f: Callable[..., Any], params: Any = 0, *, jit: Any = None, source: str | None = None) -> Gradients:
    """The gradient of f with respect to its first parameter, or the one that `params` names.

    >>> grad(lambda x: x ** 3)(2.0)
    12.0
    """
    return Gradients(f, params, jit=jit, source=source)


def value_and_grad(
    f: Callable[..., Any], params: Any = 0, *, jit: Any = None, source: str | None = None
) -> ValueAndGrad:
    """The value of f and its gradient with respect to its first parameter, or the one that `params` names.

    >>> value_and_grad(lambda x: x ** 3)(2.0)
    (8.0, 12.0)
    """
    return ValueAndGrad(f, params, jit=jit, source=source)


def make_vjp(f: Callable[..., Any], params: Any = None, *, jit: Any = None, source: str | None = None) -> MakeVjp:
    """A function with the parameters of f that returns the value of f and a function from `dy` to the gradients.

    f runs once; the second function may be called as often as needed.

    >>> import numpy as np
    >>> value, vjp_function = make_vjp(lambda x: x * x)(np.array([1.0, 2.0]))
    >>> value
    array([1., 4.])
    >>> vjp_function(np.array([1.0, 0.0])), vjp_function(np.array([0.0, 1.0]))
    ((array([2., 0.]),), (array([0., 4.]),))
    """
    return MakeVjp(f, params, jit=jit, source=source)


def vjp(f: Callable[..., Any], *primals: Any, params: Any = None, jit: Any = None) -> tuple[Any, Pullback]:
    """The value of f at `primals`, and the function from `dy` to the gradients there.

    >>> value, vjp_function = vjp(lambda x, y: x * y, 2.0, 3.0)
    >>> value, vjp_function(10.0)
    (6.0, (30.0, 20.0))
    """
    return MakeVjp(f, params, jit=jit)(*primals)


class Derived:
    """A function made from the value and gradients of f. It can be pickled where f can."""

    suffix = ""
    sentence = ""
    __name__: str

    def __init__(self, f: Any, params: Any = None, *, jit: Any = None, source: str | None = None) -> None:
        self.single = is_single(params)
        self._given = (params, source)
        self.function = f
        self.value_and_gradients = self._made_by()(f, [params] if self.single else params, jit=jit, source=source)
        self._describe_itself()

    def _made_by(self) -> type[ValueAndGradients]:
        return ValueAndGradients

    def _describe_itself(self) -> None:
        inner = self.value_and_gradients
        for attribute in ("__name__", "__qualname__"):
            setattr(self, attribute, getattr(inner, attribute).removesuffix(inner._suffix) + f"_{self.suffix}")
        self.__module__ = inner.__module__
        self.__doc__ = self.sentence.format(inner._target.name, ", ".join(inner.params) or "nothing")

    @property
    def params(self) -> tuple[str, ...]:
        """The names of the parameters that it is differentiated with respect to."""
        return self.value_and_gradients.params

    def source(self, /, *args: Any, **kwargs: Any) -> str:
        """The text of the program that a call with these arguments runs."""
        return self.value_and_gradients.source(*args, **kwargs)

    def cache_info(self) -> CacheInfo:
        """Hits, misses, the number of generated functions, and the seconds that went into making them."""
        return self.value_and_gradients.cache_info()

    def cache_clear(self) -> None:
        """Forgets the generated functions."""
        self.value_and_gradients.cache_clear()

    @property
    def __signature__(self) -> inspect.Signature:
        return self.value_and_gradients.__signature__

    def __repr__(self) -> str:
        return f"<{self.__doc__.rstrip('.')}>" if self.__doc__ else super().__repr__()

    def __reduce__(self) -> Any:
        params, source = self._given
        return _rebuild, (type(self), self.function, params, source, self.value_and_gradients.jit)


def _rebuild(cls: type[Derived], f: Any, params: Any, source: str | None, jit: Any) -> Derived:
    return cls(f, params, source=source, jit=jit)


class Differentiable(Derived):
    """One that can be differentiated again: its source is known as soon as the kinds of its arguments are."""

    lines: tuple[str, ...] = ()
    single_lines: tuple[str, ...] = ()

    @property
    def plain_signature(self) -> inspect.Signature:
        """The parameters of the functions that `plain_function` makes."""
        return self.value_and_gradients.plain_signature

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[types.FunctionType, Entry]:
        """A plain function that does what this object does for arguments of these kinds, and what it relies on."""
        kinds, given = without_dy(kinds, self.plain_signature)
        entry = self.value_and_gradients.entry_for(kinds, unit_dy=not given)
        lines = self.single_lines if self.single else self.lines
        return make_plain_function(self.value_and_gradients, entry, self.suffix, lines, **given), entry

    def compiled(self, /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The function that a call with these arguments runs, on which nothing is checked."""
        function = self.value_and_gradients.compiled(*args, **kwargs)
        if self.value_and_gradients.jit is not None:
            from s2sad.numba_callers import picked

            return picked(function, self.single_lines if self.single else self.lines, self.__name__)
        made = functools.partial(self._pick, function)
        made.__wrapped__ = function  # type: ignore[attr-defined]  # whose text and parameters `inspect` tells
        return made

    def _pick(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._pick(self.value_and_gradients, *args, **kwargs)


class OnlyGradients(ValueAndGradients):
    """The gradients by a program that doesn't compute the value."""

    returns = "gradients"
    _suffix, _sentence = "_gradients", "The gradients of {} with respect to {}."

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kwargs.get("dy") is None:
            return super()._call(args, kwargs)
        entry, given, others = self.entry_and_arguments(
            args, {key: each for key, each in kwargs.items() if key != "dy"}
        )
        if isinstance(entry.program.value_kind, Scalar):
            try:
                dy = fit(kwargs["dy"], entry.program.value_kind)
                return entry.function(*given, **others, **{entry.program.dy_name: dy})
            except Misfit:
                pass
        gradients = self._with_value(*args, **kwargs)[1]  # dy is compared with it
        return gradients[0] if self.returns == "gradient" else gradients

    @functools.cached_property
    def _with_value(self) -> ValueAndGradients:
        params, source = self._given
        return ValueAndGradients(self.function, params, jit=self.jit, source=source)


class OnlyGradient(OnlyGradients):
    """The same, of one parameter, and no tuple."""

    returns = "gradient"


class Gradients(Differentiable):
    """What `gradients_function` and `grad` return."""

    suffix = "gradients"
    sentence = "The gradients of {} with respect to {}."
    lines = single_lines = ("return {call}",)

    def _made_by(self) -> type[ValueAndGradients]:
        return OnlyGradient if self.single else OnlyGradients

    def compiled(self, /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The function that a call with these arguments runs, on which nothing is checked."""
        return self.value_and_gradients.compiled(*args, **kwargs)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self.value_and_gradients(*args, **kwargs)


class ValueAndGrad(Differentiable):
    """What `value_and_grad` returns."""

    suffix = "value_and_grad"
    sentence = "The value of {} and its gradient with respect to {}."
    lines = ("return {call}",)
    single_lines = ("value, gradients = {call}", "return value, gradients[0]")

    def _pick(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        value, gradients = function(*args, **kwargs)
        return value, gradients[0] if self.single else gradients


class MakeVjp(Derived):
    """What `make_vjp` returns."""

    suffix = "make_vjp"
    sentence = "The value of {} and a function from dy to its gradients with respect to {}."

    def __call__(self, /, *args: Any, **kwargs: Any) -> tuple[Any, Pullback]:
        entry, args, kwargs = self.value_and_gradients.entry_and_arguments(args, kwargs)
        return pullback(entry, args, kwargs, self.value_and_gradients.function_name, self.single)

    def compiled(self, /, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The function that such calls run, with the parameters of f and `dy`, on which nothing is checked. It returns
        the value and the gradients for this `dy`: with `jit="numba"` compiled code may call it, which can't be handed
        functions."""
        single = "value, gradients = {call}", "return value, gradients[0]"
        lines = single if self.single else ("return {call}",)
        from s2sad.numba_callers import picked

        return picked(self.value_and_gradients.compiled(*args, **kwargs), lines, self.__name__)

    @property
    def pulled_back(self) -> Any:
        """The choice of parameters."""
        return self._given[0]

    @property
    def __signature__(self) -> inspect.Signature:
        return self.value_and_gradients.plain_signature
