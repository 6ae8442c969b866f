"""Products of Hessians with vectors: how the gradients of f change where its arguments change (forward mode over
reverse mode). Where that is refused, as of functions that call themselves or gradients that are lists of lists, it is
the gradients of how f changes (reverse mode over forward mode), which are the same numbers.

>>> HessianProduct(lambda x, y: x * x * y, None, None)((3.0, 2.0), {}, (1.0, 0.0))
(4.0, 6.0)
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from s2sad.cache import Entry, keep, key_of
from s2sad.derived import Gradients
from s2sad.errors import NotDifferentiableError
from s2sad.forward import OnlyTangent, ValueAndTangent
from s2sad.jit_options import options_of
from s2sad.kinds import Kind
from s2sad.parameters import is_single

_KEYWORD = "tangents"


def hessian_product(f: Callable[..., Any], params: Any, jit: Any) -> HessianProduct:
    """The product for f; of a plain function it is made once, and goes with the function."""
    if not isinstance(f, FunctionType):
        return HessianProduct(f, params, jit)
    chosen = tuple(params) if isinstance(params, list) else params
    return keep(f, ("hessian product", chosen, options_of(jit)), lambda: HessianProduct(f, params, jit))


def filled(product: Any, gradient: Any) -> Any:
    """The product, with zeros in place of None, which stands for an array of unknown kind that doesn't change."""
    if product is None:
        return np.zeros_like(gradient) if isinstance(gradient, np.ndarray) and gradient.dtype.kind in "fc" else None
    return tuple(map(filled, product, gradient)) if type(product) is tuple else product


class HessianProduct:
    """The Hessian of f times `tangents`, for arguments of any kinds; `tangent_of` is forward mode over reverse mode."""

    def __init__(self, f: Callable[..., Any], params: Any, jit: Any) -> None:
        self._given = f, params, jit
        self.chosen = [params] if is_single(params) else params
        self.tangent_of = ValueAndTangent(Gradients(f, params, jit=jit), self.chosen, jit=jit)
        self.refused: set[Any] = set()  # the kinds of arguments for which that is refused, and the other way isn't

    def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any], tangents: Any) -> Any:
        key = tuple(map(key_of, args)), tuple((name, key_of(kwargs[name])) for name in sorted(kwargs))
        if key in self.refused:
            return self.other_way(args, kwargs, tangents)
        try:
            gradients, products = self.tangent_of(*args, **kwargs, tangents=tangents)
            return filled(products, gradients)
        except NotDifferentiableError as refusal:
            if _KEYWORD in self.slope.tangent.plain_signature.parameters:
                raise
            try:
                product = self.other_way(args, kwargs, tangents)
            except NotDifferentiableError:
                raise refusal from None
            self.refused.add(key)
            return product

    @functools.cached_property
    def slope(self) -> Slope:
        f, _, jit = self._given
        return Slope(OnlyTangent(f, self.chosen, jit=jit))

    def other_way(self, args: tuple[Any, ...], kwargs: dict[str, Any], tangents: Any) -> Any:
        """Reverse mode over forward mode."""
        tangent, jit = self.slope.tangent, self._given[2]
        checked = tangent.checked(args, kwargs, tangents)
        names = [name for name, given in checked.items() if given is not None]
        gradients = keep(self.slope, tuple(names), lambda: Gradients(self.slope, names, jit=jit))
        found = dict(zip(names, gradients(*args, **kwargs, tangents=tuple(checked.values()))))
        products = tuple(found.get(name) for name in tangent.params)
        return products[0] if is_single(self._given[1]) else products


class Slope:
    """How f changes along `tangents`, as a function of f's parameters and these that can be differentiated."""

    def __init__(self, tangent: OnlyTangent) -> None:
        self.tangent = tangent
        self.__name__ = self.__qualname__ = f"{tangent.function_name.strip('<>')}_tangent"
        self.__module__ = tangent.__module__

    @property
    def plain_signature(self) -> inspect.Signature:
        """The parameters of the functions that `plain_function` makes."""
        signature = self.tangent.plain_signature
        parameters = list(signature.parameters.values())
        last = len(parameters) - any(each.kind == each.VAR_KEYWORD for each in parameters)
        parameters.insert(last, inspect.Parameter(_KEYWORD, inspect.Parameter.KEYWORD_ONLY))
        return signature.replace(parameters=parameters)

    def plain_function(self, kinds: dict[str, Kind]) -> tuple[FunctionType, Entry]:
        """A plain function that does this for arguments of these kinds, and what it relies on."""
        return self.tangent.plain_function(kinds)
