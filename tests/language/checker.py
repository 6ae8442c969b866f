"""The shared check of a language case: value, gradients, arguments, output and the generated source of one call.

A file of cases makes a `Cases()` and decorates each function with the arguments to try it on. With S2SAD_REFERENCE_ONLY
set in the environment only the cases themselves are checked: that they run, and are smooth at that point.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
from typing import Any, Callable

import numpy as np
import pytest

from tests import reference
from tests.alone import run_alone
from tests.language.basics import array, identical, printed_by, signed  # noqa: F401
from tests.language.forward_checker import check_forward
from tests.reference import UNCHECKED, copied, is_narrow, is_real_leaf, leaves, mapped

REFERENCE_ONLY = bool(os.environ.get("S2SAD_REFERENCE_ONLY"))


class Cases(list):
    """The cases of a file; `@case(2.0, 3.0)` above a function adds one, and leaves the function as it is.

    Keywords are check_case's options: params, kwargs, rtol, dy, expected, counts, may_refuse, options.
    """

    def __call__(self, *args: Any, **options: Any) -> Callable:
        def register(f: Callable) -> Callable:
            self.append(Case(f, args, options))
            return f

        return register

    def each(self, *arguments: Any, **options: Any) -> Callable:
        """A case for each of several single arguments, or tuples of arguments."""

        def register(f: Callable) -> Callable:
            for args in arguments:
                self.append(Case(f, args if isinstance(args, tuple) else (args,), options))
            return f

        return register


class Case:
    """One function with the arguments to call it with."""

    def __init__(self, f: Callable, args: tuple, options: dict):
        self.f, self.args, self.options = f, args, options

    def __str__(self) -> str:
        name = getattr(self.f, "__name__", "callable")
        if name == "<lambda>":
            lines, _ = inspect.getsourcelines(self.f)
            return re.sub(r"[^\w.,*+/=@<>()-]+", "_", lines[0].split("lambda", 1)[-1].strip().removesuffix(")"))
        return name

    def check(self) -> None:
        check_case(self.f, self.args, **self.options)


def _compare_leaf(got: Any, want: Any, argument: Any, rtol: float, where: str) -> None:
    if got is None:
        raise AssertionError(f"{where}: no gradient, wanted {want}")
    if isinstance(argument, np.ndarray):
        if np.shape(got) != argument.shape:
            raise AssertionError(f"{where}: the gradient's shape is {np.shape(got)}, the parameter's {argument.shape}")
        if argument.ndim and not isinstance(got, np.ndarray):
            raise AssertionError(f"{where}: the gradient is {type(got)}, not an array")
    elif np.shape(got) != () or isinstance(got, np.ndarray):
        raise AssertionError(f"{where}: the gradient is {type(got)} of shape {np.shape(got)}, the parameter a scalar")
    if isinstance(argument, (np.ndarray, np.generic)):
        if np.asarray(got).dtype != argument.dtype:
            raise AssertionError(
                f"{where}: the gradient's dtype is {np.asarray(got).dtype}, the parameter's {argument.dtype}"
            )
    elif isinstance(argument, (float, complex)) and not isinstance(got, type(argument)):
        raise AssertionError(f"{where}: the gradient is a {type(got)}, the parameter a {type(argument)}")
    scale = np.max(np.abs(want), initial=0.0)
    if not np.allclose(got, want, rtol=rtol, atol=rtol * (0.1 * scale + 0.01)):
        raise AssertionError(f"{where}: the gradient is\n{got}\nby differences\n{want}")


def compare_gradient(got: Any, want: Any, argument: Any, rtol: float, where: str) -> None:
    """Compare one gradient with the expected one in values, shapes, dtypes and structure."""
    if want is UNCHECKED:
        return
    if want is None:
        if got is not None:
            raise AssertionError(f"{where}: the gradient is {got!r}, wanted None")
        return
    if isinstance(argument, (list, tuple, dict)):
        if type(got) is not type(argument) or len(got) != len(argument):
            raise AssertionError(f"{where}: the gradient is {got!r}, the parameter {argument!r}")
        keys = list(argument) if isinstance(argument, dict) else range(len(argument))
        if isinstance(argument, dict) and list(got) != keys:
            raise AssertionError(f"{where}: the gradient's keys are {list(got)}, wanted {keys}")
        for key in keys:
            compare_gradient(got[key], want[key], argument[key], rtol, f"{where}[{key!r}]")
    elif not is_real_leaf(argument) and hasattr(argument, "__dict__"):
        if type(got) is not type(argument):
            raise AssertionError(f"{where}: the gradient is a {type(got)}, the parameter a {type(argument)}")
        for name, field in vars(argument).items():
            compare_gradient(getattr(got, name), getattr(want, name), field, rtol, f"{where}.{name}")
    else:
        _compare_leaf(got, want, argument, rtol, where)


def _check_source(
    text: str, compiled: Callable, args: tuple, kwargs: dict, extra: dict, result: tuple, printed: str
) -> None:
    """The generated source, imported from a file where there is no s2sad, gives the same value and gradients."""
    value, gradients = result
    [((again, found), output, untouched)] = run_alone(text, [(args, kwargs, extra)], compiled)
    assert identical(again, value), f"the source run alone gives the value {again!r}, not {value!r}"
    assert output == printed, "the source run alone prints something else"
    assert untouched, "the source run alone modified its arguments"
    want = [each for each in gradients if each is not None]
    got = [each for each in found if each is not None]
    assert len(got) == len(want), f"the source run alone gives {len(got)} gradients, not {len(want)}"
    for one, other in zip(got, want):
        for (_, a), (_, b) in zip(leaves(one), leaves(other)):
            if is_real_leaf(a):
                np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-300)


def weights(value: Any) -> Any:
    """A `dy` for a value: different positive numbers in its structure."""
    count = iter(range(1000))

    def weight(_: tuple, leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            return array(*leaf.shape, seed=next(count)).astype(leaf.dtype)
        return type(leaf)(0.7 + 0.6 * next(count))

    return mapped(value, weight)


def _reference(f: Callable, args: tuple, kwargs: dict, params: list | None, dy: Any, counts: tuple) -> tuple:
    with contextlib.redirect_stdout(io.StringIO()):
        return reference.value_and_gradients(f, args, kwargs, params, dy, counts)[1]


def check_case(
    f: Callable,
    args: tuple,
    params: list | None = None,
    kwargs: dict | None = None,
    rtol: float = 1e-6,
    *,
    dy: Any = None,
    expected: tuple | None = None,
    counts: tuple = (),
    may_refuse: bool = False,
    options: dict | None = None,
    forward: bool = True,
) -> None:
    """Check the value, gradients and side effects of one call; without a `dy`, for one of ones and one of weights.

    expected: the gradients, where differences can't give them (ties, kinks); None there means "no gradient".
    counts: int parameters that f uses as counts, where this call alone doesn't show it.
    may_refuse: a NotDifferentiableError is right as well.
    options: more keywords for value_and_gradients_function.
    forward: whether forward mode can do it too.
    """
    args, kwargs = copied(tuple(args)), kwargs or {}
    value, printed = printed_by(f, *copied(args), **copied(kwargs))
    assert np.all(np.isfinite(reference.numbers(value))), f"the case's value isn't finite: {value}"
    weighted = dy is None and expected is None
    weighted = weighted and all(is_real_leaf(leaf) and not np.iscomplexobj(leaf) for _, leaf in leaves(value))
    if expected is None:
        expected = _reference(f, args, kwargs, params, dy, counts)
    extra = {"dy": weights(value)} if weighted else {}
    expected_weighted = _reference(f, args, kwargs, params, extra["dy"], counts) if weighted else ()
    if REFERENCE_ONLY:
        return
    from s2sad import NotDifferentiableError, value_and_gradients_function

    val_grads = value_and_gradients_function(f, params=params, **(options or {}))
    own_args, own_kwargs = copied((args, kwargs))
    first = {} if dy is None else {"dy": dy}
    try:
        (got_value, got), got_printed = printed_by(val_grads, *own_args, **own_kwargs, **first)
    except NotDifferentiableError as error:
        if may_refuse:
            pytest.skip(f"refused: {error}")
        raise
    assert identical(got_value, value), f"the value is {got_value!r}, f's own {value!r}"
    assert identical((own_args, own_kwargs), (args, kwargs)), "the caller's arguments were modified"
    assert got_printed == printed, f"printed {got_printed!r}, f prints {printed!r}"
    assert isinstance(got, tuple) and len(got) == len(expected), f"gradients {got!r}, wanted {len(expected)}"
    arguments = reference.bind(f, args, kwargs)
    names = reference.chosen(arguments, params)
    if any(is_narrow(leaf) for _, leaf in leaves(arguments)):
        rtol = max(rtol, 1e-4)

    def compare(found: tuple, wanted: tuple, note: str = "") -> None:
        for name, one, want in zip(names, found, wanted):
            compare_gradient(one, want, arguments[name], rtol, name + note)

    compare(got, expected)
    if weighted:
        kept = copied(extra)
        (_, got), _ = printed_by(val_grads, *own_args, **own_kwargs, **extra)
        assert identical(extra, kept), "dy was modified"
        compare(got, expected_weighted, " with a dy of weights")
    text = val_grads.source(*copied(args), **copied(kwargs))
    compiled = val_grads.compiled(*copied(args), **copied(kwargs))
    _check_source(text, compiled, args, kwargs, extra or first, (got_value, got), printed)
    if forward:
        weight, gradients = (extra["dy"], expected_weighted) if weighted else (dy, expected)
        check_forward(f, args, kwargs, params, value, weight, gradients, printed, rtol, options or {})
