"""The check of a language case in forward mode, against the gradients that differences give: dy times the tangent of the
value is the gradients for that dy times the tangents of the parameters."""

from __future__ import annotations

import ast
from typing import Any, Callable

import numpy as np

from tests import reference
from tests.alone import run_alone
from tests.language.basics import identical, printed_by, signed
from tests.reference import UNCHECKED, copied, is_narrow, is_real_leaf, leaves, mapped


def _tangents(arguments: dict, names: list, gradients: tuple) -> tuple:
    """A tangent for each parameter: numbers in its structure where it has a gradient, else None."""
    count = iter(range(1000))

    def tangent(gradient: Any, leaf: Any) -> Any:
        if gradient is None or gradient is UNCHECKED or not is_real_leaf(leaf) and not isinstance(leaf, int):
            return None
        number = 0.4 + 0.7 * next(count)
        if isinstance(leaf, np.ndarray):
            made = signed(*leaf.shape, seed=next(count)).astype(leaf.dtype)
            return made * leaf.dtype.type(1 - 0.5j) if leaf.dtype.kind == "c" else made
        return number if isinstance(leaf, int) else type(leaf)(number * (1 - 0.5j if np.iscomplexobj(leaf) else 1))

    def of(gradient: Any, argument: Any) -> Any:
        if gradient is None or gradient is UNCHECKED:
            return None
        found = dict(leaves(gradient))
        return mapped(argument, lambda path, leaf: tangent(found.get(path), leaf))

    return tuple(of(gradient, arguments[name]) for name, gradient in zip(names, gradients))


def _product(gradients: Any, tangents: Any) -> float:
    """The sum of all gradients times tangents, leaf by leaf."""
    own = dict(leaves(tangents))
    total = 0.0
    for path, gradient in leaves(gradients):
        if gradient is not None and gradient is not UNCHECKED and own.get(path) is not None:
            total += float(np.real(np.sum(gradient * own[path])))
    return total


def check_tangent(got: Any, value: Any, where: str = "the tangent") -> None:
    """Whether a tangent has the structure, shapes and types of the value that it belongs to."""
    if isinstance(value, (list, tuple, dict)):
        assert type(got) is type(value) and len(got) == len(value), f"{where} is {got!r} for the value {value!r}"
        for key in value if isinstance(value, dict) else range(len(value)):
            check_tangent(got[key], value[key], f"{where}[{key!r}]")
    elif isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        assert isinstance(got, np.ndarray) and got.shape == value.shape, f"{where} is {got!r} for the value {value!r}"
        assert got.dtype == value.dtype, f"{where} has the dtype {got.dtype}, the value {value.dtype}"
    elif is_real_leaf(value):
        assert np.shape(got) == () and not isinstance(got, np.ndarray), f"{where} is {got!r} for the value {value!r}"
        assert np.iscomplexobj(value) or not np.iscomplexobj(got), f"{where} is complex, the value real"
        if isinstance(value, np.generic):
            assert is_narrow(value) == is_narrow(np.asarray(got)), f"{where} has the dtype of {got!r}, not {value!r}"


def check_forward(
    f: Callable, args: tuple, kwargs: dict, params: list | None, value: Any, dy: Any, gradients: tuple, printed: str,
    rtol: float, options: dict,
) -> None:  # fmt: skip
    """Forward mode: dy times the tangent of the value is the gradients for that dy times the tangents."""
    from s2sad import value_and_tangent_function
    from s2sad.tangents import checked_tangent

    arguments = reference.bind(f, args, kwargs)
    names = reference.chosen(arguments, params)
    tangents = _tangents(arguments, names, gradients)
    val_tangent = value_and_tangent_function(f, params=params, **options)
    own_args, own_kwargs, own_tangents = copied((args, kwargs, tangents))
    (got_value, got), got_printed = printed_by(val_tangent, *own_args, **own_kwargs, tangents=own_tangents)
    assert identical(got_value, value), f"forward mode: the value is {got_value!r}, f's own {value!r}"
    assert identical((own_args, own_kwargs), (args, kwargs)), "forward mode: the arguments were modified"
    assert identical(own_tangents, tangents), "forward mode: the tangents were modified"
    assert got_printed == printed, f"forward mode: printed {got_printed!r}, f prints {printed!r}"
    check_tangent(got, value)
    ones = mapped(value, lambda _, leaf: np.ones_like(leaf, float if isinstance(leaf, int) else None))
    weight = ones if dy is None else dy
    one, other = _product(got, weight), _product(gradients, tangents)
    scale = sum(abs(_product(each, its)) for each, its in zip(gradients, tangents))
    assert abs(one - other) <= 10 * rtol * (scale + 0.01), f"forward mode: {one}, by differences {other}"
    program = val_tangent.source(*copied(args), **copied(kwargs))
    compiled = val_tangent.compiled(*copied(args), **copied(kwargs))
    main = ast.parse(program).body[-1]
    filled = [checked_tangent(arguments[name], each, name, True) for name, each in zip(names, tangents)]
    known = {f"{name}_dot": tangent for name, tangent in zip(names, filled)}
    wanted = [each.arg for each in [*main.args.args, *main.args.kwonlyargs] if each.arg.rstrip("_") in known]
    given = {name: known[name.rstrip("_")] for name in wanted if name not in arguments}
    [((again, found), output, untouched)] = run_alone(program, [(args, kwargs, given)], compiled)
    assert identical(again, value) and identical(found, got), "forward mode: the source run alone differs"
    assert output == printed and untouched, "forward mode: the source run alone prints or modifies something else"
