"""Derivatives made of both modes: Jacobians, Hessians, and products of Hessians with vectors.

>>> import numpy as np
>>> def f(x):
...     return np.array([x[0] * x[1], x[1] ** 3])
>>> jacobian(f)(np.array([2.0, 3.0]))
array([[ 3.,  2.],
       [ 0., 27.]])
>>> hessian(lambda x: np.sum(x ** 3))(np.array([1.0, 2.0]))
array([[ 6.,  0.],
       [ 0., 12.]])
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.api import make_plain_function
from s2sad.cache import CacheInfo, Entry
from s2sad.derived import Gradients, MakeVjp, grad, gradients_function, make_vjp
from s2sad.errors import ArgumentError
from s2sad.forward import ValueAndTangent, check_tuples, value_and_tangent_function
from s2sad.hessian_products import hessian_product
from s2sad.kinds import Array, Kind, Scalar
from s2sad.parameters import is_single


def hvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], params: Any = None, *, jit: Any = None
) -> Any:
    """The Hessian of f at `primals` times `tangents`: how the gradients change (forward mode over reverse mode; where
    that is refused, reverse mode over forward mode, which gives the same).

    A tuple with one product for each parameter, like its gradient; of one parameter (`params` is one name or
    position), that product alone. The Hessian itself is never made.

    >>> hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0))
    (4.0, 6.0)
    """
    check_tuples("hvp", primals, tangents)
    return hessian_product(f, params, jit)(tuple(primals), {}, tuple(tangents))


def jacobian(f: Callable[..., Any], params: Any = 0, *, jit: Any = None) -> Jacobian:
    """A function with the parameters of f that returns the Jacobian with respect to one parameter.

    f's value and the parameter are numbers or arrays; the Jacobian has the shape of the value, then that of the
    parameter. It is made column by column in forward mode if the parameter has fewer elements than the value, else
    row by row in reverse mode.

    >>> jacobian(lambda x: 3.0 * x)(np.ones(2))
    array([[3., 0.],
           [0., 3.]])
    """
    return Jacobian(f, params, jit)


def hessian(f: Callable[..., Any], params: Any = 0, *, jit: Any = None) -> Hessian:
    """A function with the parameters of f that returns the Hessian with respect to one parameter (a number or array).

    f's value is a number; the Hessian has the parameter's shape twice. It is made column by column, in forward mode
    over reverse mode.

    >>> hessian(lambda x, y: x ** 2 * y, "x")(3.0, 2.0)
    4.0
    """
    return Hessian(f, params, jit)


class Columns:
    """A matrix of derivatives of f with respect to one parameter, made of tangents. It can be pickled where f can."""

    suffix, word = "jacobian", "Jacobian"
    __name__: str

    def __init__(self, f: Callable[..., Any], params: Any, jit: Any) -> None:
        if not is_single(params):
            raise ArgumentError(f"a {self.word} is with respect to one parameter: give its name or its position")
        self._given = f, params, jit
        self.tangent_of = self._tangent()
        self.name = self.tangent_of.params[0]
        of = getattr(f, "__name__", None) or self.tangent_of.function_name
        self.__name__ = self.__qualname__ = f"{of.strip('<>')}_{self.suffix}"
        self.__doc__ = f"The {self.word} of {of} with respect to {self.name}."

    def _tangent(self) -> ValueAndTangent:
        """The function whose tangents are the columns."""
        f, params, jit = self._given
        return value_and_tangent_function(f, [params], jit=jit)

    def primal(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The argument that it is differentiated with respect to."""
        bound = self.tangent_of._bind(args, kwargs)
        primal = dict(zip(self.tangent_of._binder.names, bound))[self.name]
        check_leaf(primal, self.name)
        return primal

    def columns(self, primal: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        return [self.tangent_of(*args, **kwargs, tangents=(unit,))[1] for unit in units(primal)]

    @property
    def plain_signature(self) -> inspect.Signature:
        """The parameters of the functions that `plain_function` makes."""
        return self.tangent_of.plain_signature

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[types.FunctionType, Entry]:
        """A plain function that does what this object does for arguments of these kinds, and what it relies on."""
        entry, primal, x = self.tangent_of.entry_for(kinds), kinds[self.name], self.name
        tangent = entry.program.tangents.get(x)
        if tangent is None or not isinstance(primal, (Scalar, Array)):
            raise ArgumentError(f"{self.__name__}: {x} is neither a number nor an array of numbers")
        value = entry.program.value_kind
        lines: tuple[str, ...] = ("return {call}[1]",)
        eye = f"np.eye(np.size({x}))"
        if isinstance(primal, Array) and primal.dtype.startswith("float") and primal.dtype != "float64":
            eye = f"np.eye(np.size({x}), dtype={x}.dtype)"
        if isinstance(primal, Array) and primal.rank == 1 and getattr(value, "rank", None) in (0, 1):
            lines = (f"return np.stack([{{call}}[1] for unit in {eye}], axis=-1)",)
        elif isinstance(primal, Array):
            lines = (
                f"units = np.reshape({eye}, (-1, {lengths(x, primal)}))",
                "columns = [{call}[1] for unit in units]",
                f"return np.reshape(np.stack(columns, axis=-1), ({lengths('columns[0]', value)}{lengths(x, primal)}))",
            )
        passed = f"{tangent}=1.0" if isinstance(primal, Scalar) else f"{tangent}=unit"
        return make_plain_function(self.tangent_of, entry, self.suffix, lines, passed=passed), entry

    def kinds_of(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Kind]:
        return self.tangent_of._kinds(self.tangent_of._bind(args, kwargs))

    def compiled(self, /, *args: Any, **kwargs: Any) -> Any:
        """A function that makes the matrix for arguments of the same kinds, on which nothing is checked.

        With `jit="numba"` it is a dispatcher of Numba's, which compiled code of one's own may call, where arguments
        and results are numbers, arrays and tuples or lists of them.
        """
        if self._given[2] is None:
            return self.plain_function(self.kinds_of(args, kwargs))[0]
        made = self._compiled(self.primal(args, kwargs), args, kwargs)
        return self if made is None else made

    def _compiled(self, primal: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        from s2sad import numba_callers

        tangent = self.tangent_of._entry(args, kwargs).program.tangents.get(self.name)
        called = self.tangent_of.compiled(*args, **kwargs)
        if tangent is None or not numba_callers.is_dispatcher(called):
            return None
        return numba_callers.columns(called, self.__name__, self.name, tangent, not isinstance(primal, np.ndarray))

    def caches(self) -> list[Any]:
        """What has a cache of generated functions."""
        return [self.tangent_of]

    def cache_info(self) -> CacheInfo:
        """Hits, misses, the number of generated functions, and the seconds that went into making them."""
        return CacheInfo(*map(sum, zip(*[each.cache_info() for each in self.caches()])))

    def cache_clear(self) -> None:
        """Forgets the generated functions."""
        for each in self.caches():
            each.cache_clear()

    def source(self, /, *args: Any, **kwargs: Any) -> str:
        """The text of the program that is run for each column, where the matrix is made column by column."""
        return self.tangent_of.source(*args, **kwargs)

    @property
    def __signature__(self) -> inspect.Signature:
        return self.plain_signature

    def __repr__(self) -> str:
        return f"<{str(self.__doc__).rstrip('.')}>"

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), *self._given)


def _rebuild(cls: type[Columns], f: Any, params: Any, jit: Any) -> Columns:
    return cls(f, params, jit)


class Jacobian(Columns):
    """What `jacobian` returns."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        value, pullback = self.pullback_of(*args, **kwargs)
        primal = self.primal(args, kwargs)
        check_leaf(value, "the value of " + self.tangent_of.function_name)
        shape = (*np.shape(value), *np.shape(primal))
        if np.size(primal) < np.size(value):
            return stacked(self.columns(primal, args, kwargs), -1, shape)
        return stacked([pullback(unit) for unit in units(value)], 0, shape)

    @functools.cached_property
    def pullback_of(self) -> MakeVjp:
        f, params, jit = self._given
        return make_vjp(f, params, jit=jit)

    @functools.cached_property
    def gradient_of(self) -> Gradients:
        f, params, jit = self._given
        return grad(f, params, jit=jit)

    def caches(self) -> list[Any]:
        return [self.tangent_of, self.pullback_of.value_and_gradients, self.gradient_of.value_and_gradients]

    def _compiled(self, primal: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """By rows, where these are fewer: f runs once to tell."""
        from s2sad import numba_callers

        if not isinstance(primal, np.ndarray):
            return super()._compiled(primal, args, kwargs)
        value, _ = self.pullback_of(*args, **kwargs)
        check_leaf(value, "the value of " + self.tangent_of.function_name)
        if not isinstance(value, np.ndarray):
            called = self.gradient_of.compiled(*args, **kwargs)
            return called if numba_callers.is_dispatcher(called) else None
        if primal.size < value.size:
            return super()._compiled(primal, args, kwargs)
        pairs = self.pullback_of.value_and_gradients
        called = pairs.compiled(*args, **kwargs)
        if not numba_callers.is_dispatcher(called):
            return None
        entry: Any
        entry, args, kwargs = pairs.entry_and_arguments(args, kwargs)
        value_of = entry.value_for_callers(args, kwargs)
        return numba_callers.rows(called, value_of, self.__name__, self.name, entry.program.dy_name)

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[types.FunctionType, Entry]:
        """As of `Columns`; of a number, the gradient."""
        value = self.tangent_of.entry_for(kinds).program.value_kind
        if isinstance(value, Scalar) and isinstance(kinds[self.name], Array):
            return gradients_function(*self._given[:2]).plain_function(kinds)
        return super().plain_function(kinds)


class Hessian(Columns):
    """What `hessian` returns."""

    suffix, word = "hessian", "Hessian"

    def _tangent(self) -> ValueAndTangent:
        self.product = hessian_product(*self._given)
        return self.product.tangent_of

    def columns(self, primal: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        return [self.product(args, kwargs, (unit,)) for unit in units(primal)]

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        primal = self.primal(args, kwargs)
        return stacked(self.columns(primal, args, kwargs), -1, np.shape(primal) * 2)


def stacked(parts: list[Any], axis: int, shape: tuple[int, ...]) -> Any:
    """The rows (axis 0) or columns (-1) of a matrix of derivatives, in the shape that it has."""
    made = np.stack([np.ravel(each) for each in parts], axis=axis) if parts else np.zeros(shape)
    return np.reshape(made, shape) if shape else made.item()


def lengths(name: str, kind: Any) -> str:
    """The lengths of an array, as items of a tuple that is written out: `x.shape[0], x.shape[1], `."""
    rank = 0 if isinstance(kind, Scalar) else getattr(kind, "rank", None)
    return f"*np.shape({name}), " if rank is None else "".join(f"{name}.shape[{k}], " for k in range(rank))


def check_leaf(value: Any, what: str) -> None:
    if isinstance(value, (list, tuple, dict)) or np.asarray(value).dtype.kind not in "biuf":
        raise ArgumentError(f"{what} is a {type(value).__name__}: this is for real numbers and arrays of them")


def units(value: Any) -> Any:
    """For each element of a number or array one like it that is 1 there, and 0 elsewhere."""
    if not isinstance(value, np.ndarray):
        yield 1.0
        return
    for place in np.ndindex(value.shape):
        unit = np.zeros_like(value, dtype=value.dtype if value.dtype.kind == "f" else float)
        unit[place] = 1.0
        yield unit
