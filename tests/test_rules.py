"""Every rule against differences: the template itself, the text made of it, its kind, its tangent."""

from __future__ import annotations

import builtins
import cmath
import dataclasses
import functools
import inspect
import math
import operator
import types
import warnings
from collections.abc import Callable
from typing import Any

import gast
import numpy as np
import pytest
import scipy

from s2sad import equivalents, trees
from s2sad.kinds import ONE, UNKNOWN, Array, Kind, List, Scalar, Static, Tuple, kind_of
from s2sad.rules import registry, results, scopes, templates
from s2sad.rules.registry import ADJOINT, NONDIFFERENTIABLE, PARTIALS, Rule
from tests.rule_rows import ROWS, Row, normal

ALL = [rule for rule in registry.rules() if rule.own]  # other tests register some of their own
WITH_DERIVATIVES = [rule for rule in ALL if rule.form != NONDIFFERENTIABLE]
# Those of some versions of NumPy; not all of them are there in each.
_DEPRECATED = [getattr(np, name) for name in ("fix", "in1d", "row_stack", "trapz", "typename") if hasattr(np, name)]


def each_row(rules: list[Rule]) -> Callable[[Callable[[Rule, Row], None]], Callable[[Rule], None]]:
    """Makes a test of each rule out of a check of one row; of the rows that it prints the last is the one that fails."""

    def decorate(check: Callable[[Rule, Row], None]) -> Callable[[Rule], None]:
        @pytest.mark.parametrize("rule", rules, ids=lambda rule: f"{rule.library or 'python'}.{rule.name}")
        @functools.wraps(check)
        def test(rule: Rule) -> None:
            for number, row in enumerate(ROWS.get(rule.function, [])):
                print(f"row {number}: {row}")
                check(rule, row)

        del test.__wrapped__  # type: ignore[attr-defined]  # pytest would take the parameters of the check
        return test

    return decorate


# --- a call, and its arguments as the compiler sees them -------------------------------------------------------------


@dataclasses.dataclass
class Call:
    """A row with its arguments bound to the rule's parameters; `leaves`: the differentiable arguments by their key."""

    rule: Rule
    row: Row

    def __post_init__(self) -> None:
        self.bound = self.rule.bind(self.row.args, self.row.keywords)
        with warnings.catch_warnings():
            if self.rule.function in _DEPRECATED:
                warnings.filterwarnings("ignore", f".*{self.rule.name}.* is deprecated", DeprecationWarning)
            self.result = self._of(self.rule.function(*self.row.args, **self.row.keywords))
        self.leaves = self._leaves()

    def _leaves(self) -> dict[str, Any]:
        found = {}
        for name in self.rule.wrt:
            if name not in self.bound or name in self.row.fixed:
                continue
            value = self.bound[name]
            if name == self.rule.variadic and isinstance(value, (tuple, list)):
                found.update({f"{name}{path}": item for path, item in _paths(value)})
            else:
                found[name] = value
        return {key: value for key, value in found.items() if _is_number(value)}

    def __call__(self, leaves: dict[str, Any]) -> Any:
        """The function's value, with some of the differentiable arguments replaced."""
        bound = dict(self.bound)
        for key, value in leaves.items():
            name, *path = key.replace("]", "").split("[")
            bound[name] = _replaced(bound[name], [int(k) for k in path], value)
        arguments = inspect.BoundArguments(self.rule.parameters, bound)  # type: ignore[arg-type]
        return self._of(self.rule.function(*arguments.args, **arguments.kwargs))

    def _of(self, result: Any) -> Any:
        """Several results as a tuple: of stacks SciPy gives some in a list."""
        return tuple(result) if self.rule.several and isinstance(result, list) else result

    def template(self, key: str, grad: Any, **extra: Any) -> Any:
        """What the template itself gives for one of the leaves."""
        name, *path = key.replace("]", "").split("[")
        place = [int(k) for k in path]
        arguments = inspect.BoundArguments(self.rule.parameters, self.bound)  # type: ignore[arg-type]
        arguments.apply_defaults()
        given = {
            "grad": grad,
            "result": self.result,
            "k": (place[0] if len(place) == 1 else tuple(place)) if place else None,
        }
        parameters = inspect.signature(self.rule.template).parameters
        keywords = {
            k: v for k, v in given.items() if k in parameters and parameters[k].kind is inspect.Parameter.KEYWORD_ONLY
        }
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = self.rule.template(*arguments.args, **arguments.kwargs, **keywords)
        if isinstance(made, tuple) and not self.rule.variadic:
            made = made[list(self.rule.parameters.parameters).index(name)]
        if self.rule.form == PARTIALS:
            made = grad * np.asarray(made)
        return made


def _paths(value: Any, prefix: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        return [each for k, item in enumerate(value) for each in _paths(item, f"{prefix}[{k}]")]
    return [(prefix, value)]


def _is_number(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_number, value))
    return not isinstance(value, (str, bool, type, type(None))) and np.asarray(value).dtype.kind in "fc"


def _replaced(value: Any, path: list[int], new: Any) -> Any:
    if not path:
        return new
    items = list(value)
    items[path[0]] = _replaced(items[path[0]], path[1:], new)
    return type(value)(items)


def _like(cotangent: Any, value: Any) -> np.ndarray:
    """A cotangent summed down or broadcast to the shape of the argument, its real part for a real one."""
    shape = np.shape(value)
    made = np.asarray(cotangent)
    if not np.iscomplexobj(value):
        made = np.real(made)
    while made.ndim > len(shape):
        made = made.sum(axis=0)
    for axis, n in enumerate(shape[len(shape) - made.ndim :]):
        if n == 1 and made.shape[axis] != 1:
            made = made.sum(axis=axis, keepdims=True)
    return np.broadcast_to(made, shape)


# --- the reference ---------------------------------------------------------------------------------------------------


def _by_differences(call: Call, key: str, grad: Any) -> np.ndarray:
    """The gradient of Re(sum(grad * f)) for one argument, by central differences in each element (and part)."""
    value = np.array(call.leaves[key], dtype=complex if np.iscomplexobj(call.leaves[key]) else float)
    made = np.zeros(value.shape, dtype=value.dtype)
    step = 1e-5

    def slope(place: Any, direction: complex) -> float:
        outcomes = []
        for sign in (1.0, -1.0):
            moved = value.copy()
            moved[place] += sign * step * direction
            outcomes.append(_weighed(grad, call({key: _as(moved, call.leaves[key])})))
        return (outcomes[0] - outcomes[1]) / (2.0 * step)

    for place in np.ndindex(value.shape):
        made[place] = slope(place, 1.0) if made.dtype.kind == "f" else slope(place, 1.0) - 1j * slope(place, 1j)
    return made


def _weighed(grad: Any, value: Any) -> float:
    """The sum of a value's elements, each times that of the cotangent; of several results, of those that have one."""
    if isinstance(grad, tuple):
        return sum(_weighed(g, v) for g, v in zip(grad, value) if g is not None)
    return float(np.real(np.sum(np.asarray(grad) * np.asarray(value))))


def _as(value: np.ndarray, like: Any) -> Any:
    """The number as the kind of thing that the argument was."""
    if isinstance(like, list):
        return value.tolist()
    if isinstance(like, np.ndarray):
        return np.asarray(value)
    return type(like)(value.item()) if not isinstance(like, int) else value.item()


def _cotangent(result: Any) -> Any:
    """A cotangent like the result, of numbers that tell its elements apart; of several results a tuple."""
    if isinstance(result, tuple):
        return tuple(None if np.asarray(part).dtype.kind not in "fc" else _cotangent(part) for part in result)
    if isinstance(result, list):
        return (
            [_cotangent(item) for item in result] if not _is_number(result) else _cotangent(np.asarray(result)).tolist()
        )
    result = np.asarray(result)
    made = 0.5 + 0.25 * np.arange(result.size).reshape(result.shape)
    if np.iscomplexobj(result):
        made = made * (1.0 + 0.5j)
    return made if result.ndim else made.item()


def _cotangents(call: Call) -> list[Any]:
    """The cotangents to try: of several results also those of one alone."""
    whole = _cotangent(call.result)
    if not isinstance(whole, tuple):
        return [whole]
    wanted = list(call.row.parts) or [k for k, part in enumerate(whole) if part is not None]
    whole = tuple(part if k in wanted else None for k, part in enumerate(whole))
    ones = [tuple(part if k == j else None for k, part in enumerate(whole)) for j in wanted]
    return [whole, *ones] if len(wanted) > 1 else ones


def _close(a: Any, b: Any, tolerance: float = 1e-6) -> bool:
    return bool(np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True))


# --- the text --------------------------------------------------------------------------------------------------------


def _kinds(call: Call) -> dict[str, Kind]:
    return {name: _kind(value, name) for name, value in call.bound.items()}


def _kind(value: Any, name: Any) -> Kind:
    """As the compiler sees an argument: constants where they are no floats."""
    if isinstance(value, np.ndarray) or _is_number(value) and not isinstance(value, (list, tuple)):
        return kind_of(value, name)
    if isinstance(value, (tuple, list)) and any(_is_number(item) for item in value):
        return Tuple(tuple(_kind(item, (name, k)) for k, item in enumerate(value)))
    return results.constant_kind(value)


def _constants(call: Call) -> dict[str, Any]:
    return {
        name: value
        for name, value in call.bound.items()
        if name in call.row.fixed or name not in call.rule.wrt and not isinstance(value, np.ndarray)
    }


def _argument(value: Any, name: str) -> gast.AST:
    if isinstance(value, (list, tuple)) and (_is_number(value) or any(isinstance(item, np.ndarray) for item in value)):
        made = gast.List if isinstance(value, list) else gast.Tuple
        return made([_argument(item, f"{name}_{k}") for k, item in enumerate(value)], gast.Load())
    return trees.name(name)


def _names(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, (list, tuple)):
        return {name: value, **{k: v for i, item in enumerate(value) for k, v in _names(item, f"{name}_{i}").items()}}
    return {name: value}


def _expanded(call: Call, wanted: list[str] | None, **options: Any) -> templates.Expansion:
    arguments = {name: _argument(value, name) for name, value in call.bound.items()}
    grad, result = options.pop("grad", None), trees.name("value")
    cotangent: gast.AST = trees.name("value_grad")
    kinds = {**_kinds(call), **options.pop("kinds", {})}
    if isinstance(grad, tuple):
        whole = call.rule.kind(_kinds(call))
        assert isinstance(whole, Tuple)
        kinds["grad"] = Tuple(tuple(Static(None) if g is None else k for g, k in zip(grad, whole.items)))
        cotangent = gast.Tuple(
            [trees.const(None) if g is None else trees.name(f"grad_{k}") for k, g in enumerate(grad)], gast.Load()
        )
    return templates.expand(call.rule, arguments, kinds, _constants(call), wanted, result, cotangent, **options)


def _space(call: Call, helpers: list[Callable[..., Any]], grad: Any) -> dict[str, Any]:
    space: dict[str, Any] = {
        "np": np,
        "math": math,
        "cmath": cmath,
        "scipy": scipy,
        "value": call.result,
        "value_grad": grad,
    }
    space.update({f"grad_{k}": part for k, part in enumerate(grad)} if isinstance(grad, tuple) else {})
    for name, value in call.bound.items():
        space.update(_names(value, name))
    for helper in helpers:
        exec(trees.show(templates.printable(helper)), space)
    return space


def _evaluated(call: Call, made: templates.Expansion, grad: Any) -> dict[str, Any]:
    space = _space(call, made.helpers, grad)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for statement in made.statements:
            exec(trees.show(statement), space)
        return {key: eval(trees.show(value), space) for key, value in made.values.items()}


# --- tests -----------------------------------------------------------------------------------------------------------


def test_every_rule_has_a_row() -> None:
    missing = [f"{rule.library}.{rule.name}" for rule in ALL if rule.function not in ROWS]
    assert not missing, f"rules without a row in tests/rule_rows: {missing}"


def test_every_rule_is_compared_in_some_row() -> None:
    """That of np.choose once had no differentiable parameter: none of its rows compared anything."""
    compared = [rule for rule in WITH_DERIVATIVES if any(Call(rule, row).leaves for row in ROWS.get(rule.function, []))]
    assert [rule.name for rule in WITH_DERIVATIVES if rule not in compared] == []


def test_every_function_of_math_has_a_rule() -> None:
    missing = [
        name
        for name in dir(math)
        if not name.startswith("_") and callable(getattr(math, name)) and registry.find(getattr(math, name)) is None
    ]
    assert not missing


@pytest.mark.rows
@each_row(WITH_DERIVATIVES)
def test_template_against_differences(rule: Rule, row: Row) -> None:
    call = Call(rule, row)
    if row.expected is not None:
        grad: Any = np.ones(np.shape(call.result)) if np.ndim(call.result) else 1.0
        found = [_like(call.template(key, grad), value) for key, value in call.leaves.items()]
        assert len(found) >= len(row.expected)
        for one, expected in zip(found, row.expected):
            assert np.allclose(one, expected, rtol=1e-10, atol=1e-300, equal_nan=True), (one, expected)
    elif row.compared:
        for grad in _cotangents(call):
            for key, value in call.leaves.items():
                assert _close(_like(call.template(key, grad), value), _by_differences(call, key, grad)), key


@pytest.mark.rows
@each_row(WITH_DERIVATIVES)
def test_text_is_the_template(rule: Rule, row: Row) -> None:
    call = Call(rule, row)
    if not row.compared:
        return
    for grad in _cotangents(call):
        _check_text(call, grad)


def _check_text(call: Call, grad: Any) -> None:
    made = _expanded(call, list(call.leaves), grad=grad)
    values = _evaluated(call, made, grad)
    for key, leaf in call.leaves.items():
        expected = _like(call.template(key, grad), leaf)
        if key not in values:
            assert _close(expected, 0.0), key
            continue
        assert _close(_like(values[key], leaf), expected, 1e-12), (key, trees.show(made.values[key]))
        _check_size(made, key, values[key], leaf)


def _check_size(made: templates.Expansion, key: str, value: Any, leaf: Any) -> None:
    if key not in made.spread | made.unbroadcast and not isinstance(leaf, list):
        assert np.shape(value) == np.shape(leaf), (key, trees.show(made.values[key]), np.shape(value))
    if key in made.spread and key not in made.unbroadcast:
        assert np.broadcast_shapes(np.shape(value), np.shape(leaf)) == np.shape(leaf)
    kind = made.kinds[key]
    if isinstance(kind, (Scalar, Array)):
        _check_kind(kind, value, {}, exact=False)


@each_row(WITH_DERIVATIVES)
def test_text_without_kinds_is_the_template(rule: Rule, row: Row) -> None:
    """What is printed where kinds are unknown: the undecided template as a function, with the helpers it needs."""
    call = Call(rule, row)
    if not row.compared or rule.variadic:
        return
    for grad in _cotangents(call):
        _check_printed_template(call, grad)


@functools.cache
def _printed_template(rule: Rule, only: str | None = None) -> tuple[str, set[str], types.CodeType]:
    """The name of the undecided template's function, its keyword parameters, and the text with the helpers, compiled."""
    definition, helpers = templates.runtime_helper(rule, only=only)
    text = "\n".join(map(trees.show, [*map(templates.printable, helpers), definition]))
    return definition.name, {each.id for each in definition.args.kwonlyargs}, compile(text, "<template>", "exec")


def _check_printed_template(call: Call, grad: Any) -> None:
    rule = call.rule
    made = _of_printed_template(call, grad)
    for name, value in zip(rule.wrt, made):
        if name in call.leaves:
            expected = _like(call.template(name, grad), call.leaves[name])
            assert _close(_like(value, call.leaves[name]), expected, 1e-12), name
            alone = _of_printed_template(call, grad, name)
            assert _close(_like(alone, call.leaves[name]), expected, 1e-12), name


def _of_printed_template(call: Call, grad: Any, only: str | None = None) -> Any:
    name_of_it, accepted, code = _printed_template(call.rule, only)
    space = _space(call, [], grad)
    exec(code, space)
    arguments = inspect.BoundArguments(call.rule.parameters, call.bound)  # type: ignore[arg-type]
    given = {"grad": grad, "result": call.result}
    keywords = {k: v for k, v in given.items() if k in accepted}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return space[name_of_it](*arguments.args, **arguments.kwargs, **keywords)


@each_row([rule for rule in WITH_DERIVATIVES if rule.form == ADJOINT and rule.spreads])
def test_a_small_cotangent_is_the_same_as_one_in_full(rule: Rule, row: Row) -> None:
    call = Call(rule, row)
    if not row.compared or not np.ndim(call.result):
        return
    shape = np.shape(call.result)
    for small in (1.5, normal(*shape[1:]), normal(*shape[:-1], 1)):
        if not np.ndim(small) and np.iscomplexobj(call.result):
            continue
        made = _expanded(call, list(call.leaves), kinds={"grad": kind_of(small, "grad")})
        values = _evaluated(call, made, small)
        for key, leaf in call.leaves.items():
            expected = call.template(key, np.broadcast_to(small, shape))
            assert _close(_like(values[key], leaf), _like(expected, leaf), 1e-12), (key, trees.show(made.values[key]))


def test_helpers_have_names_of_their_own() -> None:
    """They stand side by side in a generated program."""
    found: dict[str, Any] = {}
    for rule in ALL:
        if rule.template is not None:
            for name in trees.names_in(templates.parse(rule.template)):
                helper = rule.template.__globals__.get(name)
                for each in templates.helpers_of(helper) if templates.is_helper(helper) else []:
                    assert found.setdefault(each.__name__, each) is each, each


@pytest.mark.rows
@pytest.mark.filterwarnings("ignore:logm result may be inaccurate")
@each_row(WITH_DERIVATIVES)
def test_float32_stays_float32(rule: Rule, row: Row) -> None:
    if not row.compared or rule.function in (
        np.float64,
        float,
        np.ndarray.astype,
        np.float_power,
        np.array,
        np.linspace,
        np.logspace,
        np.geomspace,
        np.full,
        np.arange,
        np.ndarray.tolist,
        np.ndarray.item,
        np.polyval,  # np.vander makes double precision of single
        np.roots,
        np.poly,
    ):
        return
    if not _fits_single(row):
        return
    keywords = {k: _single(v) for k, v in row.keywords.items()}
    call = Call(rule, dataclasses.replace(row, args=tuple(map(_single, row.args)), keywords=keywords))
    arrays = [leaf for leaf in call.leaves.values() if isinstance(leaf, np.ndarray)]
    if not arrays or any(leaf.dtype != np.float32 for leaf in arrays) or _dtype(call.result) != np.float32:
        return
    double = Call(rule, row)
    same = _same_results(call.result, double.result)
    for grad in _cotangents(call):
        doubles = {key: double.template(key, grad) for key in call.leaves} if same else {}
        _check_float32(call, _single_cotangent(grad), doubles)


def _same_results(single: Any, double: Any) -> bool:
    """Not where a place is rounded to beyond an edge, vectors have the other sign, or SciPy has no single precision."""
    if isinstance(double, tuple):
        return all(map(_same_results, single, double))
    return np.asarray(double).dtype.kind not in "fc" or _close(single, double, 1e-3)


def _check_float32(call: Call, grad: Any, doubles: dict[str, Any]) -> None:
    values = _evaluated(call, made := _expanded(call, list(call.leaves), grad=grad), grad)
    for key, value in values.items():
        if isinstance(call.leaves[key], np.ndarray):
            if key in doubles:
                double = _like(doubles[key], call.leaves[key])
                largest = np.max(np.abs(double[np.isfinite(double)]), initial=1.0)
                assert _close(_like(value, call.leaves[key]) / largest, double / largest, 1e-3), key
            if call.rule.function not in _IN_NUMPY and getattr(made.kinds[key], "dtype", "") == "float64":
                continue  # functions that have double precision only: the gradient is converted at the end
            assert np.asarray(value).dtype == np.float32, (
                key,
                trees.show(made.values[key]),
                [trees.show(s) for s in made.statements],
            )


def _dtype(result: Any) -> Any:
    return np.asarray(result[0] if isinstance(result, tuple) else result).dtype


_IN_NUMPY = {rule.function for rule in ALL if "scipy" not in getattr(rule.template, "__module__", "")}


def _single_cotangent(grad: Any) -> Any:
    if isinstance(grad, tuple):
        return tuple(None if part is None else _single_cotangent(part) for part in grad)
    return np.asarray(grad).astype(np.complex64 if np.iscomplexobj(grad) else np.float32)[()]


def _fits_single(row: Row) -> bool:
    arrays = [value for value in row.args if isinstance(value, np.ndarray) and value.dtype == np.float64]
    return all(np.all(np.abs(value[np.isfinite(value)]) < np.finfo(np.float32).max) for value in arrays)


def _single(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(map(_single, value))
    return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


@each_row(WITH_DERIVATIVES)
def test_tangent_against_differences(rule: Rule, row: Row) -> None:
    """Forward mode: the partial derivatives, the function of the tangents, or the tangent's own template."""
    call = Call(rule, row)
    if (
        not row.compared
        or row.expected is not None
        or rule.form == ADJOINT
        and not rule.linear
        and rule.tangent is None
    ):
        return
    if rule.variadic and not rule.linear or not call.leaves or "dtype" in row.keywords:
        return
    dots = {key: _as(np.asarray(_cotangent(value)), value) for key, value in call.leaves.items()}
    step = 1e-5
    ends = []
    for sign in (1.0, -1.0):
        moved = {
            key: _as(np.asarray(value) + sign * step * np.asarray(dots[key]), value)
            for key, value in call.leaves.items()
        }
        ends.append(call(moved))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = _tangent(call, dots)
        except (registry.RuleError, np.linalg.LinAlgError):  # of all results, where only some have a derivative
            assert row.parts
            return
    parts = list(zip(found, *ends)) if isinstance(ends[0], tuple) else [(found, *ends)]
    for one, above, _ in parts:
        assert np.shape(one) in ((), np.shape(above))
    for one, above, below in [parts[k] for k in row.parts] or parts:
        expected = (np.asarray(above) - np.asarray(below)) / (2.0 * step)
        one = np.asarray(one) if np.iscomplexobj(expected) else np.real(np.asarray(one))
        assert _close(one, expected, 1e-5)


def _tangent(call: Call, dots: dict[str, Any]) -> Any:
    rule = call.rule
    if rule.form == PARTIALS:
        return sum(np.asarray(call.template(key, 1.0)) * np.asarray(dot) for key, dot in dots.items())
    if rule.tangent is not None:
        accepted = inspect.signature(rule.tangent).parameters
        given = {f"{key}_dot": dot for key, dot in dots.items()}
        given.update(
            {
                name: np.zeros(np.shape(call.bound.get(name[:-4], 0.0)))
                for name in accepted
                if name.endswith("_dot") and name not in given
            }
        )
        given["result"] = call.result
        arguments = inspect.BoundArguments(rule.parameters, call.bound)  # type: ignore[arg-type]
        return rule.tangent(*arguments.args, **arguments.kwargs, **{k: v for k, v in given.items() if k in accepted})
    if rule.linear is True:
        zeros = {key: _as(0.0 * np.asarray(call.leaves[key]), call.leaves[key]) for key in call.leaves}
        inactive = {
            name: np.zeros(np.shape(call.bound[name]))
            for name in rule.wrt
            if name in call.bound and name != rule.variadic and name not in call.leaves
        }
        return call({**inactive, **zeros, **dots})
    return sum(np.asarray(call({key: dot})) for key, dot in dots.items())


# --- kinds -----------------------------------------------------------------------------------------------------------


@each_row(ALL)
def test_kind(rule: Rule, row: Row) -> None:
    call = Call(rule, row)
    if not (kinds := _kinds_of_call(call)):
        return
    lengths = {name: np.shape(value) for name, value in call.bound.items() if isinstance(value, np.ndarray)}
    _check_kind(rule.kind(kinds), call.result, lengths)


def _kinds_of_call(call: Call) -> dict[str, Kind]:
    """With a tuple for a `*parameter`; {} for a function whose options the rule takes as a dictionary."""
    kinds = _kinds(call)
    for name, parameter in call.rule.parameters.parameters.items():
        if parameter.kind is parameter.VAR_POSITIONAL and name in call.bound:
            kinds[name] = Tuple(tuple(_kind(item, (name, k)) for k, item in enumerate(call.bound[name])))
    return {} if "options" in kinds else kinds


def _check_kind(kind: Kind, value: Any, lengths: dict[str, tuple[int, ...]], exact: bool = True) -> None:
    """That a kind says nothing wrong of a value."""
    if isinstance(kind, Static):
        assert kind.value == value or kind.value is value
    elif isinstance(kind, Tuple):
        assert isinstance(value, tuple) and len(value) == len(kind.items)
        for item, part in zip(kind.items, value):
            _check_kind(item, part, lengths, exact)
    elif isinstance(kind, List):
        assert isinstance(value, list)
        for part in value:
            _check_kind(kind.item or UNKNOWN, part, lengths, exact)
    elif isinstance(kind, Scalar):
        assert np.ndim(value) == 0 and (not exact or not isinstance(value, np.ndarray)), (kind, value)
        if kind.real:
            assert not np.iscomplexobj(value), (kind, value)
        if exact and kind.dtype:
            assert (
                type(value).__name__ == {"bool": "bool"}.get(kind.dtype, kind.dtype)
                or type(value) is np.dtype(kind.dtype).type
                or isinstance(value, np.generic)
                and value.dtype == np.dtype(kind.dtype)
            ), (kind, type(value))
        if isinstance(kind.symbol, int):
            assert kind.symbol == value
    elif isinstance(kind, Array):
        _check_array(kind, value, lengths, exact)


def _check_array(kind: Array, value: Any, lengths: dict[str, tuple[int, ...]], exact: bool) -> None:
    assert not exact or isinstance(value, np.ndarray) or kind.dims is None, (kind, type(value))
    if kind.dtype and exact:
        assert np.asarray(value).dtype.name == kind.dtype, (kind, np.asarray(value).dtype)
    if kind.dims is None:
        return
    assert len(kind.dims) == np.ndim(value), (kind, np.shape(value))
    for dim, length in zip(kind.dims, np.shape(value)):
        assert dim != ONE or length == 1, (kind, np.shape(value))
        assert not dim.many or length != 1, (kind, np.shape(value))
        if isinstance(dim.key, int):
            assert dim.key == length
        elif isinstance(dim.key, tuple) and len(dim.key) == 2 and dim.key[0] in lengths:
            assert lengths[dim.key[0]][dim.key[1]] == length, (kind, np.shape(value))


LESS: dict[str, Callable[[Array], Kind]] = {
    "no rank": lambda kind: Array(kind.dtype, None),
    "no dtype": lambda kind: Array("", kind.dims),
    "nothing": lambda kind: UNKNOWN,
}


@pytest.mark.parametrize("what", LESS)
def test_kinds_of_what_is_less_known(what: str) -> None:
    """Of arrays of which less is known a kind says less, and nothing wrong."""
    for rule in ALL:
        for row in ROWS.get(rule.function, []):
            call = Call(rule, row)
            if kinds := _kinds_of_call(call):
                fewer = {name: _less(each, LESS[what]) for name, each in kinds.items()}
                lengths = {name: np.shape(each) for name, each in call.bound.items() if isinstance(each, np.ndarray)}
                _check_kind(rule.kind(fewer), call.result, lengths, exact=False)


def _less(kind: Kind, less: Callable[[Array], Kind]) -> Kind:
    if isinstance(kind, Tuple):
        return Tuple(tuple(_less(each, less) for each in kind.items))
    return less(kind) if isinstance(kind, Array) else kind


def test_most_kinds_are_known() -> None:
    """A kind that is left open costs code; only these may be."""
    open_kinds = set()
    by_number = {
        getattr(np.emath, name)
        for name in ("sqrt", "log", "log2", "log10", "logn", "power", "arccos", "arcsin", "arctanh")
    }
    for rule in ALL:
        for row in ROWS.get(rule.function, []):
            if rule.form != NONDIFFERENTIABLE and rule.function not in by_number:  # those are real or complex
                kind = rule.kind(_kinds(Call(rule, row)))
                if kind is UNKNOWN or isinstance(kind, Array) and (kind.dims is None or not kind.dtype):
                    open_kinds.add(rule.name)
    of_matrices = {"eigvals", "roots", "sqrtm", "logm", "fractional_matrix_power", "real_if_close"}  # real or complex
    by_version = {"toeplitz"}  # of stacks, which SciPy took for one long row before 1.17
    assert open_kinds <= {"atleast_3d", "where", "norm", "entropy", *of_matrices, *by_version}, open_kinds


# --- second order ----------------------------------------------------------------------------------------------------

# What has no derivative of its own in elementary terms: what is made of it can't be differentiated again.
_FIRST_ORDER_ONLY = {"special.elliprd"}
_OF_CONSTANTS = {"signal.get_window"}  # rules call them with nothing that a gradient is asked of
_UNDERSTOOD = {
    "reversed",
    "range",
    "len",
    "min",
    "max",
    "tuple",
    "list",
    "sorted",
    "enumerate",
    "zip",
    "int",
    "isinstance",
    "sum",
    "slice",
    "set",
    "all",
    "any",
}


@pytest.mark.parametrize(
    "rule", [rule for rule in ALL if rule.template is not None], ids=lambda rule: f"{rule.library}.{rule.name}"
)
def test_templates_use_functions_that_have_rules(rule: Rule) -> None:
    """So that what is generated can be differentiated again."""
    functions = [rule.template, *([rule.tangent] if rule.tangent else [])]
    for function in functions:
        for helper in [
            each
            for name in trees.names_in(templates.parse(function))
            if templates.is_helper(each := scopes.names_of(function).get(name))
        ]:
            functions += [each for each in templates.helpers_of(helper) if each not in functions]
    for function in functions:
        for node in trees.walk(templates.parse(function)):
            if isinstance(node, gast.Call):
                assert _has_rule(node.func, function), f"{function.__name__}: {trees.show(node.func)}"


_OF_TEXT_AND_LISTS = {"append", "pop", "replace", "partition", "split", "join", "count"}


def _has_rule(node: gast.AST, function: Callable[..., Any]) -> bool:
    if isinstance(node, gast.Name):
        value = scopes.names_of(function).get(node.id, getattr(builtins, node.id, None))
        known = value in registry.MARKERS or templates.is_helper(value) or node.id in _UNDERSTOOD
        return known or registry.find(value) is not None
    text = trees.show(node)
    if text.endswith("Error") or node.attr in _OF_TEXT_AND_LISTS:  # an exception, a method of a string or list
        return True
    if text == "np.add.at":  # a store
        return True
    library, _, path = text.partition(".")
    module = {"np": np, "math": math}.get(library, scopes.names_of(function).get(library))
    if inspect.ismodule(module) and "(" not in text:
        found = operator.attrgetter(path)(module)
        known = registry.find(found) is not None or equivalents.find(found) is not None
        return known or text in _FIRST_ORDER_ONLY | _OF_CONSTANTS
    return registry.find_method(node.attr) is not None or node.attr == "__getitem__"


# --- the registry ----------------------------------------------------------------------------------------------------


def test_binding_refuses_what_the_rule_does_not_know() -> None:
    rule = registry.find(np.sum)
    assert rule is not None
    with pytest.raises(registry.RuleError, match="weights"):
        rule.bind([1.0], {"weights": True})


def test_undecided_without_a_rank() -> None:
    rule = registry.find(np.matmul)
    assert rule is not None
    unknown = Array("float64", None)
    with pytest.raises(templates.Undecided):
        templates.expand(rule, {"a": trees.name("a"), "b": trees.name("b")}, {"a": unknown, "b": unknown})


def test_arithmetic_of_literals_that_can_not_be_folded() -> None:
    for a, b in ((1j, 2.0), (2.0, 1j), (1e308, 10.0), (1j, 1j)):
        assert eval(trees.show(trees.mul(trees.const(a), trees.const(b)))) == a * b
        assert eval(trees.show(trees.add(trees.const(a), trees.const(b)))) == a + b
        assert eval(trees.show(trees.div(trees.const(a), trees.const(b)))) == a / b


@pytest.mark.parametrize("seed", range(20))
def test_arithmetic_keeps_the_value(seed: int) -> None:
    """Random sums, products, quotients and signs: what is built simplified is what would be computed plainly."""
    rng = np.random.default_rng(seed)
    space = {"x": 1.7, "y": -0.6, "z": 2.3}
    pool: list[tuple[gast.AST, float]] = [(trees.name(name), value) for name, value in space.items()]
    pool += [(trees.const(value), value) for value in (0.0, 1.0, -1.0, 2.0, 0.5)]
    binary = [
        (trees.add, operator.add),
        (trees.sub, operator.sub),
        (trees.mul, operator.mul),
        (trees.div, operator.truediv),
    ]
    for _ in range(60):
        (a, x), (b, y) = (pool[k] for k in rng.integers(len(pool), size=2))
        build, compute = binary[rng.integers(4)]
        if build is trees.div and abs(y) < 1e-6:
            made, value = trees.neg(trees.copy_tree(a)), -x
        else:
            made, value = build(trees.copy_tree(a), trees.copy_tree(b)), compute(x, y)
        assert eval(trees.show(made), dict(space)) == pytest.approx(value, rel=1e-9, abs=1e-9)
        if len(trees.show(made)) < 300:
            pool.append((made, value))


def test_users_add_rules() -> None:
    def cube(x: Any) -> Any:
        return x * x * x

    rule_of_cube: Any = _register_cube(cube)
    rule = registry.find(cube)
    assert rule is not None and rule.template is rule_of_cube and rule.wrt == ("x",)
    made = templates.expand(rule, {"x": trees.name("x")}, {"x": Scalar("float")}, grad=trees.name("g"))
    assert trees.show(made.values["x"]) == "3.0 * g * x ** 2"
    registry._rules.pop(cube)


def _register_cube(cube: Any) -> Any:
    @registry.partials(cube)
    def template(x: Any) -> Any:
        return 3.0 * x**2

    return template


TEXTS = [
    (np.sum, (np.zeros((3, 4)),), {}, {"a": "g"}),
    (np.sum, (np.zeros((3, 4)),), {"axis": 0}, {"a": "g"}),
    (np.sum, (np.zeros((3, 4)),), {"axis": 1}, {"a": "g[:, None]"}),
    (np.sum, (np.zeros((2, 3, 4)),), {"axis": -1}, {"a": "g[..., None]"}),
    (np.sum, (np.zeros((2, 3, 4)),), {"axis": (0, 2)}, {"a": "np.expand_dims(g, axis)"}),
    (np.mean, (np.zeros((3, 4)),), {}, {"a": "g / a.size"}),
    (np.mean, (np.zeros((3, 4)),), {"axis": 1}, {"a": "g[:, None] / a.shape[1]"}),
    (np.var, (np.zeros((3, 4)),), {}, {"a": "2.0 * g / a.size * (a - np.mean(a))"}),
    (np.max, (np.zeros(3),), {}, {"a": "np.where(best1, g / (np.count_nonzero(best1) or 1), 0.0)"}),
    (
        np.maximum,
        (1.0, 2.0),
        {},
        {
            "x1": "g if x1 > x2 else 0.5 * g if x1 == x2 else 0.0",
            "x2": "g if x2 > x1 else 0.5 * g if x2 == x1 else 0.0",
        },
    ),
    (np.maximum, (np.zeros(3), 0.0), {}, {"x1": "np.where(x1 > x2, g, np.where(x1 == x2, 0.5 * g, 0.0))"}),
    (np.where, (np.zeros(3) > 0, np.zeros(3), 0.0), {}, {"x": "np.where(condition, g, 0.0)"}),
    (operator.matmul, (np.zeros((3, 4)), np.zeros((4, 2))), {}, {"a": "g @ b.T", "b": "a.T @ g"}),
    (
        operator.matmul,
        (np.zeros((5, 3, 4)), np.zeros((4, 2))),
        {},
        {"a": "g @ b.T", "b": "np.reshape(a, (-1, a.shape[2])).T @ np.reshape(g, (-1, g.shape[2]))"},
    ),
    (
        np.concatenate,
        ([np.zeros(2), np.zeros(3)],),
        {},
        {"arrays[0]": "g[:arrays_0.shape[0]]", "arrays[1]": "g[arrays_0.shape[0]:]"},
    ),
    (
        np.concatenate,
        ([np.zeros((2, 1)), np.zeros((2, 3))],),
        {"axis": 1},
        {"arrays[0]": "g[:, :1]", "arrays[1]": "g[:, 1:]"},
    ),
    (np.stack, ([np.zeros(2), np.zeros(2)],), {}, {"arrays[0]": "g[0]", "arrays[1]": "g[1]"}),
    (np.array, ([1.0, 2.0],), {}, {"object[0]": "g[0]", "object[1]": "g[1]"}),
    (math.hypot, (1.0, 2.0), {}, {"coordinates[0]": "g * coordinates_0 / (result or 1.0)"}),
    (np.transpose, (np.zeros((2, 3, 4)), (1, 2, 0)), {}, {"a": "np.transpose(g, (2, 0, 1))"}),
    (operator.pow, (np.zeros(3), 2), {}, {"x": "2.0 * g * x"}),
    (operator.pow, (np.zeros(3), 0), {}, {}),
    (np.tanh, (np.zeros(3),), {}, {"x": "g * (1.0 - result * result)"}),
    (np.linalg.norm, (np.zeros(3),), {}, {"x": "g / (result or 1.0) * x"}),
]


@pytest.mark.parametrize(("function", "args", "keywords", "expected"), TEXTS)
def test_text(function: Any, args: Any, keywords: Any, expected: dict[str, str]) -> None:
    """What a person would write for these ranks and keywords."""
    rule = registry.find(function)
    assert rule is not None
    call = Call(rule, Row(args, keywords))
    arguments = {name: _argument(value, name) for name, value in call.bound.items()}
    wanted = [key for key in expected if key in call.leaves] or list(call.leaves)
    made = templates.expand(
        rule, arguments, _kinds(call), _constants(call), wanted, trees.name("result"), trees.name("g")
    )
    assert {key: trees.show(value) for key, value in made.values.items()} == expected
