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

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from s2sad.derived import gradients_function, make_vjp
from s2sad.errors import ArgumentError
from s2sad.forward import jvp, value_and_tangent_function
from s2sad.parameters import is_single


def hvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], params: Any = None, *, jit: Any = None
) -> Any:
    """The Hessian of f at `primals` times `tangents`: how the gradients change (forward mode over reverse mode).

    A tuple with one product for each parameter, like its gradient; of one parameter (`params` is one name or
    position), that product alone. The Hessian itself is never made.

    >>> hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0))
    (4.0, 6.0)
    """
    return jvp(gradients_function(f, params), primals, tangents, params, jit=jit)[1]


def jacobian(f: Callable[..., Any], params: Any = 0, *, jit: Any = None) -> Callable[..., Any]:
    """A function with the parameters of f that returns the Jacobian with respect to one parameter.

    f's value and the parameter are numbers or arrays; the Jacobian has the shape of the value, then that of the
    parameter. It is made column by column in forward mode if the parameter has fewer elements than the value, else
    row by row in reverse mode.

    >>> jacobian(lambda x: 3.0 * x)(np.ones(2))
    array([[3., 0.],
           [0., 3.]])
    """
    if not is_single(params):
        raise ArgumentError("a Jacobian is with respect to one parameter: give its name or its position")
    pullback_of, tangent_of = make_vjp(f, params, jit=jit), value_and_tangent_function(f, [params], jit=jit)

    def jacobian_function(*args: Any, **kwargs: Any) -> Any:
        value, pullback = pullback_of(*args, **kwargs)
        primal = dict(zip(tangent_of._binder.names, tangent_of._bind(args, kwargs)))[tangent_of.params[0]]
        check_leaf(value, "the value of " + tangent_of.function_name)
        check_leaf(primal, tangent_of.params[0])
        shape = (*np.shape(value), *np.shape(primal))
        if np.size(primal) < np.size(value):
            columns = [tangent_of(*args, **kwargs, tangents=(unit,))[1] for unit in units(primal)]
            made = np.stack([np.ravel(each) for each in columns], axis=-1) if columns else np.zeros(shape)
        else:
            rows = [pullback(unit) for unit in units(value)]
            made = np.stack([np.ravel(each) for each in rows]) if rows else np.zeros(shape)
        return np.reshape(made, shape) if shape else made.item()

    jacobian_function.__name__ = jacobian_function.__qualname__ = f"{tangent_of.function_name.strip('<>')}_jacobian"
    jacobian_function.__doc__ = f"The Jacobian of {tangent_of.function_name} with respect to {tangent_of.params[0]}."
    return jacobian_function


def hessian(f: Callable[..., Any], params: Any = 0, *, jit: Any = None) -> Callable[..., Any]:
    """A function with the parameters of f that returns the Hessian with respect to one parameter (a number or array).

    f's value is a number; the Hessian has the parameter's shape twice. It is made column by column, in forward mode
    over reverse mode.

    >>> hessian(lambda x, y: x ** 2 * y, "x")(3.0, 2.0)
    4.0
    """
    if not is_single(params):
        raise ArgumentError("a Hessian is with respect to one parameter: give its name or its position")
    change_of = value_and_tangent_function(gradients_function(f, params), [params], jit=jit)

    def hessian_function(*args: Any, **kwargs: Any) -> Any:
        primal = dict(zip(change_of._binder.names, change_of._bind(args, kwargs)))[change_of.params[0]]
        check_leaf(primal, change_of.params[0])
        shape = np.shape(primal) * 2
        columns = [change_of(*args, **kwargs, tangents=(unit,))[1] for unit in units(primal)]
        made = np.stack([np.ravel(each) for each in columns], axis=-1) if columns else np.zeros(shape)
        return np.reshape(made, shape) if shape else made.item()

    name = getattr(f, "__name__", "f").strip("<>")
    hessian_function.__name__ = hessian_function.__qualname__ = f"{name}_hessian"
    hessian_function.__doc__ = f"The Hessian of {name} with respect to {change_of.params[0]}."
    return hessian_function


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
