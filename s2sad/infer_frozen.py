"""Part of the stage `infer`: SciPy's distributions with their parameters, which are objects whose methods are called.

prior = stats.norm(mu, sigma)             value = stats.norm.logpdf(x, loc=mu, scale=sigma)
value = prior.logpdf(x)              ->
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from s2sad import trees
from s2sad.kinds import Static
from s2sad.local_functions import RESULT
from s2sad.values import Conflict, Partial, Value

# The methods that take the parameters behind what they are given.
METHODS = (
    *("pdf", "logpdf", "cdf", "logcdf", "sf", "logsf", "pmf", "logpmf", "ppf", "isf"),
    *("mean", "var", "std", "median", "entropy", "interval", "moment"),
)


def is_frozen(value: Any) -> bool:
    """Whether a value is one of SciPy's distributions of numbers, with its parameters."""
    return "rv_frozen" in {each.__name__ for each in type(value).__mro__}


@dataclass(eq=False)
class Frozen:
    """A distribution, and its parameters by name."""

    distribution: Value
    parameters: dict[str, Value]


class FrozenDistributions:
    def frozen(self, function: Value, static: Any, args: list[Value], keywords: dict[str, Value]) -> Value | None:
        """What `stats.norm(mu, sigma)` makes; None of any other call."""
        if not {"rv_generic", "multi_rv_generic"} & {each.__name__ for each in type(static).__mro__}:
            return None
        names = parameters_of(static)
        if len(args) > len(names):
            return None
        named = {**dict(zip(names, args)), **keywords}
        made = Frozen(function, {key: self.settle(value) for key, value in named.items()})
        return Value(trees.name(f"{getattr(static, 'name', 'distribution')}{RESULT}"), Static(made))

    def frozen_outside(self, owner: Value, static: Any) -> Frozen | None:
        """A distribution with parameters that exists before f runs: a global, or captured."""
        if not is_frozen(static):
            return None
        from scipy import stats

        distribution = getattr(stats, static.dist.name, None)
        if type(distribution) is not type(static.dist):  # one of the user's own
            return None

        def part(value: Any, field: str, key: Any) -> Value:
            expr = trees.index(trees.attr(owner.expr, field), trees.const(key))
            return self.outside_value(value, expr, ("frozen", id(static), key))

        expr = trees.attr(trees.module(stats), static.dist.name)
        named = {key: part(value, "kwds", key) for key, value in static.kwds.items()}
        for k, (key, value) in enumerate(zip(parameters_of(distribution), static.args)):
            named[key] = part(value, "args", k)
        return Frozen(Value(expr, Static(distribution)), named)

    def join_frozen(self, base: str, a: Value, b: Value, copies: Any) -> Any:
        """One of two distributions, depending on the way: they differ by their parameters."""
        first, second = a.static, b.static
        same = first.distribution.static is second.distribution.static
        if not same or first.parameters.keys() != second.parameters.keys():
            return Conflict("joined_functions")
        made = {}
        for key, one in first.parameters.items():
            other = second.parameters[key]
            made[key] = one if one is other else self.join_two(f"{base}_{key}", one, other, copies)
            if isinstance(made[key], Conflict):
                return made[key]
        return Value(a.expr, Static(Frozen(first.distribution, made)))

    def part_of_frozen(self, frozen: Frozen, name: str, node: Any) -> Value:
        if name not in METHODS or not hasattr(frozen.distribution.static, name):
            raise self.refuse("unknown_attribute", node, name=name)
        method = self.get_attribute(frozen.distribution, name, node)
        return Value(trees.name(f"{name}{RESULT}"), Static(Partial(method, [], frozen.parameters)))


def parameters_of(distribution: Any) -> list[str]:
    """What it is called with, in order."""
    if hasattr(distribution, "shapes"):
        shapes = distribution.shapes.split(", ") if distribution.shapes else []
        return [*shapes, "loc", *(["scale"] if hasattr(distribution, "pdf") else [])]
    return list(inspect.signature(distribution).parameters)
