"""`check_rule`: the rule of a function compared with finite differences, in every mode.

>>> import math
>>> print(check_rule(math.tanh, 0.5))  # doctest: +ELLIPSIS
reverse mode
parameter    gradient  differences    error
x          0.78644773   0.78644773  ...
forward mode
parameter    gradient  differences    error
result     0.89416094   0.89416094  ...
second order
parameter     gradient  differences    error
x          -0.82641422  -0.82641422  ...
the rule of tanh agrees with finite differences
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from s2sad.compiling import define
from s2sad.derived import gradients_function
from s2sad.differences import leaves, name_of, random_like
from s2sad.errors import NotDifferentiableError, RuleError
from s2sad.forward import value_and_tangent_function
from s2sad.numeric import GradientReport, Row, WrongGradientError, check_gradients
from s2sad.rules import registry, scopes


@dataclass(frozen=True)
class RuleReport:
    """What `check_rule` found: a report for each mode, and what else is wrong, in words."""

    function: str
    reverse: GradientReport
    forward: GradientReport | None
    second: GradientReport | None
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything agrees."""
        return not self.faults and all(part.ok for _, part in self._parts())

    def __bool__(self) -> bool:
        return self.ok

    def raise_if_wrong(self) -> RuleReport:
        """Raises WrongGradientError (an AssertionError) with the tables where something disagrees."""
        if not self.ok:
            raise WrongGradientError(f"\n{self}")
        return self

    def _parts(self) -> list[tuple[str, GradientReport]]:
        named = ("reverse mode", self.reverse), ("forward mode", self.forward), ("second order", self.second)
        return [(title, part) for title, part in named if part is not None]

    def __str__(self) -> str:
        lines = []
        for title, part in self._parts():
            table = str(part).split("\n")
            lines += [title, *(table[:-1] if part.rows else [*part.faults])]
        lines += self.faults
        if self.ok:
            lines.append(f"the rule of {self.function} agrees with finite differences")
        else:
            wrong = [title for title, part in self._parts() if not part.ok]
            lines.append(f"the rule of {self.function} is wrong" + (f" in {' and '.join(wrong)}" if wrong else ""))
        return "\n".join(lines)


def check_rule(
    function: Callable[..., Any],
    *args: Any,
    order: Any = None,
    rtol: float | None = None,
    atol: float | None = None,
    **kwargs: Any,
) -> RuleReport:
    """Compares the rule that is registered for a function with central differences, at these arguments.

    Compared are the gradients of a program that calls the function (reverse mode), the directional derivative that the
    rule gives (forward mode, where the rule states one), the gradients of these gradients (`order=1` leaves them out)
    and the shape and dtype of each. Arguments for which the rule has no derivative, and what is no float, stay as they
    are. It returns a report: print it, look at its `ok`, or call `raise_if_wrong()` in a test. RuleError where there is
    no rule, or where it doesn't know these arguments; NotDifferentiableError where it refuses them. An `order`, `rtol`
    or `atol` that the function has itself is the function's.

    >>> import numpy as np
    >>> check_rule(np.hypot, np.array([3.0, 1.0]), 4.0).ok
    True
    """
    name = getattr(function, "__name__", repr(function))
    rule = registry.find(function)
    if rule is None:
        raise RuleError(f"no rule is registered for {name}: write one with @partials or @adjoint")
    given_options = {"order": order, "rtol": rtol, "atol": atol}
    for key in given_options.keys() & rule.parameters.parameters.keys():
        value = given_options.pop(key)
        kwargs = kwargs if value is None else {**kwargs, key: value}
    order, rtol, atol = (given_options.get(key) for key in ("order", "rtol", "atol"))
    bound = rule.bind(args, kwargs)
    moved = {key: bound[key] for key in rule.wrt if key in bound and _is_number(bound[key])}
    if rule.form == registry.NONDIFFERENTIABLE:
        moved = {key: value for key, value in bound.items() if _is_number(value)}
    if not moved:
        raise RuleError(f"none of these arguments of {name} is a float (or array of floats) that its rule is about")
    call = _call_of(rule, bound, list(moved))
    given = list(moved.values())
    faults: list[str] = []
    if rule.form == registry.NONDIFFERENTIABLE:
        return RuleReport(name, _constant(name, function, args, kwargs, call, given), None, None)
    result = call(*given)
    if not rule.own and rule.several != (count := len(result) if isinstance(result, (list, tuple)) else 0):
        what = f"{count} results: register its rule with `several={count}`" if count else "one result, and no tuple"
        return RuleReport(name, GradientReport(name, (), (f"{name} returns {what}",)), None, None)
    _check_template(rule, bound, moved, result, faults)
    try:
        reverse = check_gradients(call, *given, rtol=rtol, atol=atol)
    except (IndexError, ValueError):  # gradients of other shapes than the arguments
        if not faults:
            raise
        return RuleReport(name, GradientReport(name, (), tuple(faults)), None, None)
    faults += _sizes(call, moved)
    forward = _forward(rule, moved, call, name)
    second = None
    if order is None or order > 1:
        try:
            second = check_gradients(gradients_function(call), *given, rtol=rtol, atol=atol)
        except NotDifferentiableError as error:
            faults.append(f"its gradient can't be differentiated again: {error}")
    return RuleReport(name, reverse, forward, second, tuple(faults))


def _is_number(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_is_number, value))
    return not isinstance(value, (str, bool, type, type(None))) and np.asarray(value).dtype.kind in "fc"


def _call_of(rule: registry.Rule, bound: dict[str, Any], moved: list[str]) -> Callable[..., Any]:
    """A function of the arguments that are moved, which calls the rule's function with the others as constants."""
    space: dict[str, Any] = {"__name__": __name__, "function": rule.function}
    parts = []
    by_name = False
    for key, parameter in rule.parameters.parameters.items():
        if key not in bound:
            by_name = True
            continue
        if key in moved:
            text = key
        elif scopes.is_constant(bound[key]):
            text = repr(bound[key])
        else:
            text = f"{key}_given"
            space[text] = bound[key]
        if parameter.kind is parameter.VAR_POSITIONAL:
            parts.append(f"*{text}")
        elif (
            parameter.kind is parameter.POSITIONAL_ONLY or parameter.kind is not parameter.KEYWORD_ONLY and not by_name
        ):
            parts.append(text)
        else:
            parts.append(f"{key}={text}")
    return define(f"def call({', '.join(moved)}):\n    return function({', '.join(parts)})\n", space)


def _constant(name: str, function: Any, args: Any, kwargs: Any, call: Any, given: list[Any]) -> GradientReport:
    """Of a function that is said to have no derivative: differences have to be zero as well."""
    rows = []
    dy = random_like(function(*args, **kwargs), np.random.default_rng(0))
    for k, value in enumerate(given):
        slope = _slope(lambda t: call(*given[:k], _shifted(value, 1.0, t), *given[k + 1 :]), dy)
        rows.append(Row(list(inspect.signature(call).parameters)[k], 0.0, slope, abs(slope) < 1e-6))
    return GradientReport(name, tuple(rows))


def _slope(f: Callable[[float], Any], dy: Any) -> float:
    ends = [float(np.sum(np.real(np.asarray(f(step)) * (1.0 if dy is None else dy)))) for step in (1e-6, -1e-6)]
    return (ends[0] - ends[1]) / 2e-6


# ---------------------------------------------------------------- the template itself
def _check_template(
    rule: registry.Rule, bound: dict[str, Any], moved: dict[str, Any], result: Any, faults: list[str]
) -> None:
    """That the template returns one derivative for each parameter, each as large as it has to be."""
    if rule.variadic is not None or isinstance(result, (list, tuple, dict)):
        return
    made = _run(rule, rule.template, bound, {"grad": np.ones_like(result), "result": result})
    parts = made if isinstance(made, tuple) else (made,)
    names = list(rule.parameters.parameters)
    if len(parts) > len(names):
        faults.append(f"the template returns {len(parts)} derivatives for {len(names)} parameters")
        return
    wide = rule.form == registry.PARTIALS
    for key, part in zip(names, parts):
        if key not in moved or part is None:
            continue
        own, whole = np.shape(part), np.shape(result) if wide else np.shape(moved[key])
        try:
            fits = np.broadcast_shapes(own, whole) == whole or not wide and np.broadcast_shapes(own, whole) == own
        except ValueError:
            fits = False
        if not fits:
            what = "its result" if wide else "the argument"
            faults.append(f"the template's derivative for {key} has the shape {own}, {what} {whole}")


def _run(rule: registry.Rule, template: Any, bound: dict[str, Any], given: dict[str, Any]) -> Any:
    ready = inspect.BoundArguments(rule.parameters, dict(bound))  # type: ignore[arg-type]
    ready.apply_defaults()
    taken = inspect.signature(template).parameters
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return template(*ready.args, **ready.kwargs, **{key: value for key, value in given.items() if key in taken})


def _sizes(call: Callable[..., Any], moved: dict[str, Any]) -> Iterator[str]:
    """The gradients' shapes and dtypes, also for numbers of single precision."""
    for single in (False, True):
        given = [_single(value) if single else value for value in moved.values()]
        try:
            gradients = gradients_function(call)(*given)
        except NotDifferentiableError:
            raise
        except (TypeError, ValueError):  # a function for double precision only
            if single:
                return
            raise
        for key, value, gradient in zip(moved, given, gradients):
            if isinstance(value, (list, tuple)):
                continue
            if np.shape(gradient) != np.shape(value):
                yield f"the gradient of {key} has the shape {np.shape(gradient)}, the argument {np.shape(value)}"
            elif isinstance(value, np.ndarray) and np.asarray(gradient).dtype != value.dtype:
                yield f"the gradient of {key} has the dtype {np.asarray(gradient).dtype}, the argument {value.dtype}"


def _single(value: Any) -> Any:
    if isinstance(value, np.ndarray) and value.dtype in (np.float64, np.complex128):
        return value.astype(np.float32 if value.dtype == np.float64 else np.complex64)
    return value


# ---------------------------------------------------------------- forward mode
def _forward(rule: registry.Rule, moved: dict[str, Any], call: Callable[..., Any], name: str) -> GradientReport | None:
    """The directional derivative, of a program that calls the function, where the rule states one: by its partial
    derivatives, by a tangent, or as the function is linear."""
    if rule.form != registry.PARTIALS and rule.tangent is None and not rule.linear:
        return None
    dots = tuple(random_like(_as_array(value), np.random.default_rng(k)) for k, value in enumerate(moved.values()))
    dots = tuple(_like(value, dot) for value, dot in zip(moved.values(), dots))
    _, tangent = value_and_tangent_function(call)(*moved.values(), tangents=dots)
    step = 1e-6
    high, low = (call(*(_shifted(v, dot, sign * step) for v, dot in zip(moved.values(), dots))) for sign in (1.0, -1.0))
    rows = []
    several = isinstance(high, (list, tuple))
    parts = zip(high, low, tangent) if several else [(high, low, tangent)]
    for k, (above, below, found) in enumerate(parts):
        if np.asarray(above).dtype.kind not in "fc":
            continue
        title, shape = f"result[{k}]" if several else "result", np.shape(above)
        if np.shape(found) != shape and np.ndim(found):
            fault = f"the tangent has the shape {np.shape(found)}, the {title.replace('[', ' [')} {shape}"
            return GradientReport(name, (), (fault,))
        slopes, found = (np.asarray(above) - np.asarray(below)) / (2.0 * step), np.broadcast_to(found, shape)
        scale = max(1.0, float(np.max(np.abs(above), initial=0.0)))
        for path, slope in leaves(slopes):
            one = found[path[0][1] if path else ()].item()
            close = bool(np.isclose(one, slope, rtol=1e-5, atol=1e-7 * scale, equal_nan=True))
            rows.append(Row(name_of(title, path), one, slope, close))
    return GradientReport(name, tuple(rows[:30]))


def _as_array(value: Any) -> Any:
    """A number as an array, so that it gets a direction that is not 1."""
    return value if isinstance(value, (list, tuple)) else np.asarray(value)


def _like(value: Any, dot: Any) -> Any:
    return dot.item() if isinstance(dot, np.ndarray) and not isinstance(value, np.ndarray) else dot


def _shifted(value: Any, direction: Any, step: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_shifted(*pair, step) for pair in zip(value, direction))
    moved = np.asarray(value) + step * np.asarray(direction)
    return moved if isinstance(value, np.ndarray) else moved.item()
