"""What a caller gives as `dy`: whether it has the structure and the shapes of the value, and numbers like them.

>>> from s2sad.kinds import Scalar, Tuple
>>> fit((1, 2), Tuple((Scalar("float"), Scalar("float"))))
(1.0, 2.0)
>>> import numpy as np
>>> describe((1.0, np.zeros((2, 3)), {"a": [1, 2]}))
"a tuple (a float, an array of shape (2, 3), a dict {'a': a list [an int, an int]})"
"""

from __future__ import annotations

import types
from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np

from s2sad.errors import ParameterError
from s2sad.kinds import ONE, Array, Dict, Kind, List, Mapping, Record, Scalar, Tuple, Unknown, named


class Misfit(Exception):
    """A dy that doesn't fit."""


def call_with_dy(
    call: Callable[..., Any], dy: Any, value_kind: Kind | None, value_in: Callable[..., Any], name: str
) -> Any:
    """(value, gradients) of `call(dy)`, or a ParameterError that shows dy and the value.

    call(): with dy left out; call(dy). f itself is not run once more for the message: value_in(traceback) finds the
    value that a call had computed before it failed, or gives NotImplemented where it had not got as far.
    """
    try:
        fitted = fit(dy, value_kind)
    except Misfit:
        value, _ = call()
        if has_shape_of(dy, value):  # less was known of the value than there is to know
            return call(dy)
        raise misfit_error(dy, value, name) from None
    try:
        result = call(fitted)
    except Exception as error:
        value = value_in(error.__traceback__)
        if value is not NotImplemented and not has_shape_of(dy, value):
            raise misfit_error(dy, value, name) from error
        raise
    if not has_shape_of(dy, result[0]):
        raise misfit_error(dy, result[0], name)
    return result


def misfit_error(dy: Any, value: Any, name: str) -> ParameterError:
    """What is raised for a dy that is not like the value."""
    return ParameterError(f"dy must be like the value of {name}: dy is {describe(dy)}, the value is {describe(value)}")


def describe(value: Any) -> str:
    """A value's structure and shapes in words."""
    cls = type(value).__name__
    if isinstance(value, np.ndarray) or (hasattr(value, "shape") and hasattr(value, "dtype") and np.shape(value)):
        dtype = "" if value.dtype.kind == "f" else f"{value.dtype.name} "
        return _article(f"{dtype}array of shape {tuple(value.shape)}")
    if isinstance(value, (tuple, list)):
        items = ", ".join(map(describe, value[:4])) + (", ..." if len(value) > 4 else "")
        length = f" of {len(value)}" if len(value) > 4 else ""
        return f"{_article(cls)}{length} " + (f"({items})" if isinstance(value, tuple) else f"[{items}]")
    if isinstance(value, dict):
        return f"{_article(cls)} {{{', '.join(f'{key!r}: {describe(item)}' for key, item in value.items())}}}"
    return "None" if value is None else _article(cls)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeio" else f"a {noun}"


def fit(dy: Any, kind: Kind | None) -> Any:
    """dy as numbers of the value's dtype, so that the gradients have their parameters'. Misfit where its structure or
    rank can't be the value's; the lengths are looked at when the value is known."""
    if isinstance(kind, Scalar):
        return _fit_scalar(dy, kind)
    if isinstance(kind, Array):
        return _fit_array(dy, kind)
    if isinstance(kind, Tuple):
        _need(isinstance(dy, tuple) and len(dy) == len(kind.items))
        items = tuple(map(fit, dy, kind.items))
        return named(kind.cls, items)
    if isinstance(kind, List):
        _need(isinstance(dy, list))
        return [fit(item, kind.item) for item in dy]
    if isinstance(kind, Dict):
        _need(isinstance(dy, dict) and set(dy) == {key for key, _ in kind.items})
        return {key: fit(dy[key], item) for key, item in kind.items}
    if isinstance(kind, Mapping):
        _need(isinstance(dy, dict))
        return {key: fit(item, kind.value) for key, item in dy.items()}
    if isinstance(kind, Record):
        _need(isinstance(dy, kind.cls))
    if isinstance(kind, Unknown) and dy is None:
        return 0.0  # of a text, say: whether the value carries a derivative is looked at when it is known
    return number_of(dy)


def number_of(dy: Any) -> Any:
    """An array without axes as the number that what is computed with it is."""
    return dy[()] if isinstance(dy, np.ndarray) and not dy.shape else dy


def _need(holds: bool) -> None:
    if not holds:
        raise Misfit


def _fit_scalar(dy: Any, kind: Scalar) -> Any:
    if kind.char in "bi":  # carries no derivative: what dy says of it is not used
        return dy
    _need(isinstance(dy, (Number, np.ndarray)) and np.ndim(dy) == 0)  # type: ignore[arg-type]
    _need(np.asarray(dy).dtype.kind in ("biufc" if kind.char == "c" else "biuf"))
    if kind.dtype in ("float", "real"):
        return float(dy)
    if kind.dtype == "complex":
        return complex(dy)
    return np.dtype(kind.dtype).type(dy) if kind.dtype and kind.char in "fc" else dy


def _fit_array(dy: Any, kind: Array) -> Any:
    if kind.char in "bi":
        return dy
    if kind.dims is not None and kind.dims:
        _need(hasattr(dy, "shape") and len(dy.shape) == len(kind.dims))
        for n, dim in zip(dy.shape, kind.dims):
            _need(n == 1 if dim == ONE else n != 1 or not dim.many)
    else:
        _need(isinstance(dy, Number) or hasattr(dy, "shape"))
        _need(kind.dims is None or np.ndim(dy) == 0)
    if kind.char == "f":
        _need(np.asarray(dy).dtype.kind in "biuf" if isinstance(dy, Number) else dy.dtype.kind in "biuf")
    if kind.dtype and kind.char in "fc" and hasattr(dy, "dtype") and dy.dtype.name != kind.dtype:
        dy = dy.astype(kind.dtype)
    return number_of(dy)


def has_shape_of(dy: Any, value: Any) -> bool:
    """Whether dy has exactly the structure of the value, and the shapes of its leaves that are floats."""
    if isinstance(value, tuple):
        return isinstance(dy, tuple) and len(dy) == len(value) and all(map(has_shape_of, dy, value))
    if isinstance(value, list):
        return isinstance(dy, list) and len(dy) == len(value) and all(map(has_shape_of, dy, value))
    if isinstance(value, dict):
        return (
            isinstance(dy, dict) and set(dy) == set(value) and all(has_shape_of(dy[key], value[key]) for key in value)
        )
    if isinstance(value, Number) or hasattr(value, "dtype"):
        char = np.asarray(value).dtype.kind
        if char not in "fc":
            return True
        if not isinstance(dy, Number) and not hasattr(dy, "dtype"):
            return False
        numbers = "biufc" if char == "c" else "biuf"
        return np.shape(dy) == np.shape(value) and np.asarray(dy).dtype.kind in numbers
    return True


def value_finder(
    variable: Callable[[], tuple[str, int]], code: types.CodeType
) -> Callable[[types.TracebackType | None], Any]:
    """A function that finds the value in the traceback of a failed call of the function with that code. variable(): its
    name, and the last line that sets it; before that line something else may have the name."""

    def value_in(trace: types.TracebackType | None) -> Any:
        while trace is not None:
            if trace.tb_frame.f_code is code:
                name, line = variable()
                return trace.tb_frame.f_locals.get(name, NotImplemented) if trace.tb_lineno > line else NotImplemented
            trace = trace.tb_next
        return NotImplemented

    return value_in
