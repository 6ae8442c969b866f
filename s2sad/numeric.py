"""`check_gradients`: the gradients of a function compared with finite differences.

>>> def f(x, y):
...     return x * x * y
>>> report = check_gradients(f, 2.0, 3.0)
>>> report.ok
True
>>> print(report)  # doctest: +ELLIPSIS
parameter  gradient  differences    error
x                12           12  ...
y                 4            4  ...
the gradients of f agree with finite differences
"""

from __future__ import annotations

import functools
import inspect
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

from s2sad.api import ValueAndGradients
from s2sad.differences import (
    Differences,
    Path,
    contract,
    equal_but_for_rounding,
    get,
    identical,
    leaves,
    name_of,
    put,
    random_like,
)
from s2sad.errors import S2sadError
from s2sad.parameters import Binder, is_single
from s2sad.pullbacks import snapshot


class WrongGradientError(S2sadError, AssertionError):
    """A gradient that finite differences contradict, or a value that is not that of the function."""


@dataclass(frozen=True)
class Row:
    """One element of one parameter: its gradient, what differences give, and whether the two agree."""

    parameter: str
    gradient: complex
    differences: complex
    ok: bool

    @property
    def error(self) -> float:
        """The difference, relative to the larger of the two (and of 1)."""
        return abs(self.gradient - self.differences) / max(1.0, abs(self.gradient), abs(self.differences))


@dataclass(frozen=True)
class GradientReport:
    """What `check_gradients` found. `rows`: the elements compared; `faults`: what else is wrong, in words."""

    function: str
    rows: tuple[Row, ...]
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.faults and all(row.ok for row in self.rows)

    def __bool__(self) -> bool:
        return self.ok

    def raise_if_wrong(self) -> GradientReport:
        """Raises WrongGradientError (an AssertionError) with the table where something disagrees."""
        if not self.ok:
            raise WrongGradientError(f"\n{self}")
        return self

    def __str__(self) -> str:
        table: list[tuple[str, ...]] = [("parameter", "gradient", "differences", "error", "")]
        for row in self.rows:
            numbers = _show(row.gradient), _show(row.differences), f"{row.error:.1e}"
            table.append((row.parameter, *numbers, "" if row.ok else "WRONG"))
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = []
        for name, *right, verdict in table:
            cells = [name.ljust(widths[0]), *map(str.rjust, right, widths[1:4]), verdict]
            lines.append("  ".join(cells).rstrip())
        lines.extend(self.faults)
        wrong = sum(not row.ok for row in self.rows)
        if self.ok:
            lines.append(f"the gradients of {self.function} agree with finite differences")
        elif wrong:
            lines.append(f"the gradients of {self.function} are wrong in {wrong} of {len(self.rows)} elements")
        return "\n".join(lines)


def _show(number: complex) -> str:
    return f"{number:.8g}" if np.imag(number) else f"{np.real(number):.8g}"


def check_gradients(
    f: Callable[..., Any],
    *args: Any,
    params: Any = None,
    dy: Any = None,
    rtol: float | None = None,
    atol: float | None = None,
    elements: int = 30,
    source: str | None = None,
    jit: Any = None,
    **kwargs: Any,
) -> GradientReport:
    """Compares the gradients of f at these arguments with central differences, and the value with f's own, bit for bit.

    Of an array with more elements than `elements`, that many are compared, always the same ones. A value of several
    elements is multiplied by a `dy` of random numbers, unless one is given. It returns a report, which is false where
    something disagrees: print it, assert it, or call `raise_if_wrong()` in a test. f is run twice or four times for
    each element. With `jit="numba"` it is the compiled gradient that is checked, whose value may differ in its last
    digits; so may that of functions which Numba has compiled, since their Python text is what is differentiated.

    >>> import numpy as np
    >>> check_gradients(lambda x: np.sum(np.exp(x) * x), np.array([0.5, -1.0])).ok
    True
    """
    transformed = ValueAndGradients(f, [params] if is_single(params) else params, source=source, jit=jit)
    name = transformed.function_name
    own_value = f(*snapshot(args), **snapshot(kwargs))
    if dy is None:
        dy = random_like(own_value, np.random.default_rng(0))
    handed_args, handed_kwargs = snapshot(args), snapshot(kwargs)
    value, gradients = transformed(*handed_args, **handed_kwargs, dy=dy)
    faults = []
    exact = jit is None and not runs_compiled_code(f)
    if not (identical(value, own_value) if exact else equal_but_for_rounding(value, own_value)):
        faults.append(f"the value is {value!r}, but {name} itself returns {own_value!r}")
    if not identical((handed_args, handed_kwargs), (args, kwargs)):
        faults.append("the arguments were modified")
    signature = transformed.plain_signature
    values = dict(zip(signature.parameters, Binder(signature, name, name)(*args, **kwargs)))
    rows: list[Row] = []
    for parameter, gradient in zip(transformed.params, gradients):
        if gradient is not None:
            faults.extend(_misshapen(parameter, values[parameter], gradient))
            moved = functools.partial(_moved, f, signature, values, parameter, dy)
            rows.extend(_rows(parameter, values[parameter], gradient, moved, elements, rtol, atol))
    return GradientReport(name, tuple(rows), tuple(faults))


def _moved(
    f: Callable[..., Any],
    signature: inspect.Signature,
    values: dict[str, Any],
    parameter: str,
    dy: Any,
    path: Path,
    number: Any,
) -> Any:
    """The sum of dy times the value of f, with another number at one place of one parameter."""
    bound = inspect.BoundArguments(signature, OrderedDict(snapshot(values)))
    bound.arguments[parameter] = put(bound.arguments[parameter], path, number)
    return contract(dy, f(*bound.args, **bound.kwargs))


def _rows(
    parameter: str,
    value: Any,
    gradient: Any,
    moved: Callable[[Path, Any], Any],
    elements: int,
    rtol: float | None,
    atol: float | None,
) -> Iterator[Row]:
    places = list(leaves(value))
    if len(places) > elements:
        chosen = np.random.default_rng(0).choice(len(places), elements, replace=False)
        places = [places[k] for k in sorted(chosen)]
    differences = Differences(lambda number: number)
    for path, leaf in places:
        found = get(gradient, path)
        if found is None or np.ndim(found) != 0:
            continue
        differences.f = functools.partial(moved, path)
        expected, relative, absolute = differences.at(leaf, complex(found))
        precision = getattr(leaf, "dtype", np.dtype(float))
        if precision.kind in "fc" and np.finfo(precision).bits < 64:
            relative = absolute = float(np.sqrt(np.finfo(precision).eps))
        ok = _agree(complex(found), expected, relative if rtol is None else rtol, absolute if atol is None else atol)
        yield Row(name_of(parameter, path), found.item() if hasattr(found, "item") else found, expected, ok)


def _misshapen(place: str, value: Any, gradient: Any) -> Iterator[str]:
    """What is wrong with the shapes of a gradient, and of those in it."""
    if gradient is None:
        return
    if isinstance(value, (list, tuple)):
        for k, (item, part) in enumerate(zip(value, gradient)):
            yield from _misshapen(f"{place}[{k}]", item, part)
    elif isinstance(value, dict):
        for key in value.keys() & gradient.keys():
            yield from _misshapen(f"{place}[{key!r}]", value[key], gradient[key])
    elif isinstance(value, (np.ndarray, Number)):
        made, own = np.asarray(gradient).shape, np.asarray(value).shape
        if made != own:
            yield f"the gradient of {place} has the shape {made}, {place} itself {own}"


def _agree(found: complex, expected: complex, rtol: float, atol: float) -> bool:
    if np.isfinite(found) and np.isfinite(expected):
        return bool(abs(found - expected) <= rtol * max(abs(found), abs(expected)) + atol)
    # Both not a number, or the same infinity, is agreement too.
    return found == expected or (found != found and expected != expected)


def runs_compiled_code(f: Any, looked_at: set[Any] | None = None) -> bool:
    """Whether f, or a function that it names, has been compiled by Numba: its numbers may be rounded otherwise."""
    looked_at = set() if looked_at is None else looked_at
    if str(type(f).__module__).startswith("numba.") and hasattr(f, "py_func"):
        return True
    f = inspect.unwrap(getattr(f, "__func__", getattr(f, "func", f)))
    if not isinstance(f, types.FunctionType) or f in looked_at:
        return False
    looked_at.add(f)
    named = [f.__globals__.get(name) for name in f.__code__.co_names]
    cells = [cell.cell_contents for cell in f.__closure__ or () if cell != types.CellType()]
    return any(runs_compiled_code(each, looked_at) for each in [*named, *cells] if callable(each))
