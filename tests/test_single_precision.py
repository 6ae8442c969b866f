"""Numbers of single precision stay so: the dtype that each rule says its result has, and gradients and tangents of
programs in which they meet Python's numbers, integers and arrays of double precision."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

from s2sad import gradients_function, value_and_tangent_function
from s2sad.kinds import Array, Scalar, Tuple
from s2sad.rules.results import numpy_dtype
from tests.rule_programs import all_rules
from tests.rule_rows import ROWS
from tests.test_rules import _kind

X = np.array([0.5, 0.25, 2.0], np.float32)
M = np.array([[2.0, 0.5], [0.25, 3.0]], np.float32)
WIDE = np.array([0.3, 0.6, 0.1])


def added_up(x):
    s = 0.0
    for i in range(2):
        for j in range(2):
            s += x[i] * x[j]
    return s


def scaled_on_one_way(x):
    s = 1.0
    if x[0] > 0.1:
        s = s * x[1]
    return 2.0 * s


def kept_in_a_list(x):
    s = [0.0]
    for each in x:
        s[0] += each
    return s[0]


PROGRAMS = [
    added_up,
    scaled_on_one_way,
    kept_in_a_list,
    lambda x: np.minimum(np.exp(2 * x), 10),
    lambda x: np.where(x > 0.3, x, 0.5),
    lambda x: np.sum(x, where=x > 0.3),
    lambda x: np.dot(1.7, x),
    lambda x: np.inner(x, 1.7),
    lambda x: np.kron(x, 0.5),
    lambda x: np.convolve(x, 0.5),
    lambda x: np.hstack([x, 1.0]),
    lambda x: np.einsum("i,i", x, x) + np.einsum(",i->i", 0.5, x)[0],
    lambda x: np.maximum(x, np.arange(3)),
    lambda x: np.clip(0.7, x, 2.0),
    lambda x: np.var(x, mean=np.float64(0.5)),
    lambda x: np.quantile(x, np.array([0.3, 0.6])),
    lambda x: np.quantile(x, 0.3),
    lambda x: x * WIDE + np.arange(3),
    lambda x: np.tensordot(x, WIDE, 1),
    lambda x: np.polyval(x, 0.5) + np.polyval([2.0, 1.0], x),
    lambda x: np.vander(x),
    lambda x: np.nansum(x),
    lambda x: np.array(x[0]) * 2.0,
    lambda x: x[0] * x[1:],
    lambda x: np.heaviside(x, WIDE) * x,
    lambda x: np.pad(x, 1, "maximum"),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: inspect.getsource(f).strip()[:60])
def test_gradients_and_tangents(f: Any) -> None:
    (gradient,) = gradients_function(f)(X)
    assert gradient.dtype == np.float32 and gradient.shape == X.shape
    value, tangent = value_and_tangent_function(f)(X, tangents=(np.ones_like(X),))
    assert np.asarray(tangent).dtype == np.asarray(value).dtype


def test_what_rules_say_of_their_results() -> None:
    """Of all operands of single precision; of the first alone, beside arrays of double precision, numbers, integers."""
    wrong = [
        (rule.name, said, made, row.args)
        for rule in all_rules()
        if rule.name not in SENSELESS
        for row in ROWS.get(rule.function, [])[:3]
        for others in (single, lambda v: v, number)
        for said, made in dtypes(rule, row, others)
        if said != made
    ]
    assert not wrong


# Of a number, or of integers, where they take arrays.
SENSELESS = {"fftn", "ifftn", "multi_dot", "solve", "var", "std"}


def single(value: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return value.astype(np.float32 if value.dtype == np.float64 else np.complex64)


def number(value: np.ndarray) -> Any:
    return float(value.real.flat[0]) if value.size else value


def dtypes(rule: Any, row: Any, others: Any) -> list[tuple[str, str]]:
    """(what the rule says, what it is) of the results of a row; its first array is of single precision."""
    count = 0

    def changed(value: Any) -> Any:
        nonlocal count
        if isinstance(value, (list, tuple)):
            return type(value)(map(changed, value))
        if not isinstance(value, np.ndarray) or value.dtype.char not in "dD":
            return value
        count += 1
        return single(value) if count == 1 else others(value)

    args, keywords = tuple(map(changed, row.args)), {key: changed(each) for key, each in row.keywords.items()}
    try:
        with np.errstate(all="ignore"):
            result = rule.function(*args, **keywords)
    except Exception:  # the function doesn't take these
        return []
    bound = rule.bind(args, keywords)
    return list(compared(rule.kind({name: _kind(value, name) for name, value in bound.items()}), result))


def compared(kind: Any, result: Any) -> Any:
    if isinstance(kind, Tuple) and isinstance(result, (tuple, list)):
        for one, each in zip(kind.items, result):
            yield from compared(one, each)
    elif isinstance(kind, (Scalar, Array)) and kind.dtype not in ("", "O"):
        yield numpy_dtype(kind.dtype), np.asarray(result).dtype.name
