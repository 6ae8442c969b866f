"""Forward mode: `jvp` and `value_and_tangent_function`.

>>> def f(x, y):
...     return x * x * y
>>> jvp(f, (3.0, 2.0), (1.0, 0.0))
(18.0, 12.0)
>>> val_tangent = value_and_tangent_function(f)
>>> val_tangent(3.0, 2.0, tangents=(0.0, 1.0))
(18.0, 9.0)
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

from s2sad.api import ValueAndGradients, make_plain_function
from s2sad.cache import Entry
from s2sad.errors import ArgumentError
from s2sad.kinds import NONE, Array, Kind, Scalar, Tuple
from s2sad.parameters import is_single
from s2sad.tangents import checked_tangent


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], params: Any = None, *, jit: Any = None
) -> tuple[Any, Any]:
    """The value of f at `primals`, and how it changes when they change by `tangents` (Jacobian times vector).

    primals: the arguments of f, by position; tangents: one for each of them, of its shape and structure; None, or 0
    for an int, says that it stays as it is. params: the parameters that change, names or positions (None: all); then
    `tangents` has one for each of these. The tangent returned has the structure and the shape of the value.

    Raises ValueError where a tangent has not the shape or structure of its primal, NotDifferentiableError at the
    user's line for what can't be differentiated exactly.

    >>> import numpy as np
    >>> value, tangent = jvp(lambda x, y: np.sum(x) * y, (np.array([1.0, 2.0]), 3.0), (np.array([1.0, 0.0]), None))
    >>> float(value), float(tangent)
    (9.0, 3.0)
    """
    check_tuples("jvp", primals, tangents)
    made = value_and_tangent_function(f, [params] if is_single(params) else params, jit=jit)
    return made(*primals, tangents=tuple(tangents))


def check_tuples(name: str, primals: Any, tangents: Any) -> None:
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise ArgumentError(f"{name} takes its primals and its tangents as tuples: {name}(f, (x, y), (x_dot, y_dot))")


def value_and_tangent_function(
    f: Callable[..., Any], params: Any = None, *, jit: Any = None, source: str | None = None
) -> ValueAndTangent:
    """A function with the parameters of f and the keyword `tangents` that returns `(value, tangent)`.

    params: the parameters that may change, a list of names or of positions; None means all. tangents: a tuple with one
    for each of them, of its shape and structure; None for one that stays as it is.

    >>> val_tangent = value_and_tangent_function(lambda x, n: x ** n, params=["x"])
    >>> val_tangent(2.0, 3, tangents=(1.0,))
    (8.0, 12.0)
    """
    return ValueAndTangent(f, params, jit=jit, source=source)


class ValueAndTangent(ValueAndGradients):
    """What `value_and_tangent_function` returns. It can be pickled where f can."""

    mode = "forward"
    _suffix, _sentence = "_value_and_tangent", "The value of {} and how it changes with {}."
    _keyword = "tangents"
    _plain_suffix = "with_tangent"

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        tangents = kwargs.pop("tangents", None)
        entry, given, named = self.entry_and_arguments(args, kwargs)
        values = dict(zip(self._binder.names, self._bind_given(given, named)))
        return entry.function(*given, **named, **self._tangents(entry, values, tangents))

    def _bind_given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        return self._bind(args, kwargs)

    def _tangents(self, entry: Entry, values: dict[str, Any], tangents: Any) -> dict[str, Any]:
        """The tangents by the names that the generated function has for them."""
        names = self._target.name
        if not isinstance(tangents, (tuple, list)):
            raise ArgumentError(
                f"{names}: tangents has to be a tuple with one tangent for each of ({', '.join(self.params)})"
            )
        if len(tangents) != len(self.params):
            raise ArgumentError(
                f"{names}: {len(tangents)} tangents for {len(self.params)} parameters ({', '.join(self.params)})"
            )
        made = {}
        for name, tangent in zip(self.params, tangents):
            kind = entry.program.gradient_kinds.get(name)
            checked = checked_tangent(values[name], tangent, name, name in entry.program.tangents, kind)
            if name in entry.program.tangents:
                made[entry.program.tangents[name]] = checked
        return made

    @property
    def __signature__(self) -> inspect.Signature:
        """The parameters of f, then tangents."""
        return super().__signature__

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[types.FunctionType, Entry]:
        """A plain function that does what this object does for arguments and tangents of these kinds."""
        tangents = kinds.get("tangents")
        if not isinstance(tangents, Tuple):
            raise ArgumentError(
                f"{self.__name__} has to be called with tangents=(...), a tuple, where it is differentiated"
            )
        if len(tangents.items) != len(self.params):
            raise ArgumentError(
                f"{self.__name__}: {len(tangents.items)} tangents for {len(self.params)} parameters "
                f"({', '.join(self.params)})"
            )
        kinds = {name: kind for name, kind in kinds.items() if name != "tangents"}
        entry = self.entry_for(kinds)
        tests, passed = [], []
        for k, (name, kind) in enumerate(zip(self.params, tangents.items)):
            tangent = entry.program.tangents.get(name)
            if tangent is None:
                continue
            given = f"tangents[{k}]"
            if kind == NONE:
                given = "0.0" if isinstance(kinds[name], Scalar) else f"np.zeros_like({name})"
            elif not is_like(kind, kinds[name]):
                raise ArgumentError(
                    f"{self.__name__}: the tangent of {name} is not like {name} itself, of the same number of axes"
                )
            elif getattr(kind, "dims", ()) != getattr(kinds[name], "dims", ()):
                tests += [
                    f"if np.shape({given}) != np.shape({name}):",
                    f"    raise ValueError('the tangent of {name} has another shape than {name}')",
                ]
            passed.append(f"{tangent}={given}")
        lines = (*tests, *self._plain_lines)
        made = make_plain_function(
            self, entry, self._plain_suffix, lines, keyword="tangents", passed=", ".join(passed) or " "
        )
        return made, entry

    def __repr__(self) -> str:
        return f"<value and tangent of {self._target.qualname} with respect to ({', '.join(self.params)})>"


class OnlyTangent(ValueAndTangent):
    """As a function that is differentiated again, how the value changes, and not the value."""

    _plain_suffix, _plain_lines = "tangent", ("return {call}[1]",)

    def checked(self, args: tuple[Any, ...], kwargs: dict[str, Any], tangents: Any) -> dict[str, Any]:
        """The tangents for a call by parameter, as large as what they belong to; None for one that has none."""
        entry, given, named = self.entry_and_arguments(args, kwargs)
        values = dict(zip(self._binder.names, self._bind_given(given, named)))
        made, names = self._tangents(entry, values, tangents), entry.program.tangents
        return {name: made[names[name]] if name in names else None for name in self.params}


def is_like(tangent: Kind, primal: Kind) -> bool:
    """Whether a value of one kind can be the tangent of one of the other, but for its shape."""
    if isinstance(primal, Scalar):
        return isinstance(tangent, Scalar)
    if isinstance(primal, Array):
        return isinstance(tangent, Array) and tangent.rank is not None and tangent.rank == primal.rank
    return type(tangent) is type(primal)
