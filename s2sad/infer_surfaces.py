"""Part of the stage `infer`: SciPy's splines of two variables, by where they are evaluated.

surface = RectBivariateSpline(x, y, values)
z = surface.ev(u, v)                          ->     z = surface.ev(u, v)           # by `rules/surfaces.py`
"""

from __future__ import annotations

import dataclasses
import types
from dataclasses import dataclass
from typing import Any

import gast

from s2sad import trees
from s2sad.expressions import owner_of_method
from s2sad.kinds import UNKNOWN, Scalar, Static
from s2sad.local_functions import RESULT
from s2sad.rules import surfaces
from s2sad.values import Value

SURFACES = ("RectBivariateSpline", "SmoothBivariateSpline", "LSQBivariateSpline")


@dataclass(eq=False)
class Surface:
    """A surface of numbers that carry no gradient. on_grid: whether it is called for all pairs of places, not for each
    pair; of one that f makes, and whose `ev` isn't meant, the call says that."""

    whole: Value
    name: str
    degrees: tuple[int, int]
    on_grid: bool | None


class Surfaces:
    def outside_surface(self, function: Value, static: Any, keywords: dict[str, Value]) -> Surface | None:
        """surface(x, y) or surface.ev(x, y)."""
        if type(static).__name__ in SURFACES:
            grid = self.known(keywords["grid"]) if "grid" in keywords else True
            return Surface(function, type(static).__name__, static.degrees, grid) if isinstance(grid, bool) else None
        owner = getattr(static, "__self__", None)
        if not isinstance(static, types.MethodType) or type(owner).__name__ not in SURFACES or static.__name__ != "ev":
            return None
        whole = Value(owner_of_method(function.expr), Static(owner))
        return Surface(whole, type(owner).__name__, owner.degrees, False)

    def make_surface(self, function: Value, name: str, args: list[Value], keywords: dict[str, Value]) -> Value | None:
        """RectBivariateSpline(x, y, z), of numbers that carry no gradient."""
        degrees = [self.known(keywords[key]) if key in keywords else 3 for key in ("kx", "ky")]
        if len(args) > 4 or not all(isinstance(each, int) for each in degrees):
            return None
        exprs = [self.settle(value).expr for value in args]
        whole = self.plain_call(function.expr, exprs, {key: self.settle(each).expr for key, each in keywords.items()})
        return Value(trees.name(f"{name}{RESULT}"), Static(Surface(whole, name, (degrees[0], degrees[1]), None)))

    def part_of_surface(self, surface: Surface, name: str) -> Value:
        expr = trees.attr(surface.whole.expr, name)
        return (
            Value(expr, Static(dataclasses.replace(surface, on_grid=False))) if name == "ev" else Value(expr, UNKNOWN)
        )

    def call_made_surface(
        self, surface: Surface, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """A surface that f has made, or its method `ev`."""
        if surface.on_grid is False:
            called = Value(trees.attr(surface.whole.expr, "ev"), UNKNOWN)
            return self.call_surface(surface, called, args, keywords, node, hint)
        grid = self.known(keywords["grid"]) if "grid" in keywords else True
        if not isinstance(grid, bool):
            raise self.refuse("solver_option", node, name=surface.name, option="grid")
        surface = dataclasses.replace(surface, on_grid=grid)
        return self.call_surface(surface, surface.whole, args, keywords, node, hint)

    def call_surface(
        self,
        surface: Surface,
        function: Value,
        args: list[Value],
        keywords: dict[str, Value],
        node: Any,
        hint: str | None,
    ) -> Value:
        given = dict(zip(("x", "y", "dx", "dy"), args)) | keywords
        given.pop("grid", None)
        orders = [self.known(given[key]) if key in given else 0 for key in ("dx", "dy")]
        plain = len(args) <= 4 and {"x", "y"} <= set(given) <= {"x", "y", "dx", "dy"}
        if not plain or not all(isinstance(each, int) for each in orders):
            option = ", ".join(keywords) or "these arguments"
            raise self.refuse("solver_option", node, name=surface.name, option=option)
        places = [self.settle(self.as_points(given[key], node)) for key in ("x", "y")]
        for place, order, degree in zip(places, orders, surface.degrees):
            if place.varied and order + 1 >= degree:
                raise self.refuse("surface_degree", node, name=surface.name)
            if surface.on_grid and not (isinstance(place.kind, Scalar) or getattr(place.kind, "rank", None) == 1):
                raise self.refuse("surface_degree", node, name=surface.name)
        numbers = [Value(trees.const(each), Scalar("int", each)) for each in orders]
        options = {key: value.expr for key, value in keywords.items() if key in ("dx", "dy", "grid")}
        behind = [value.expr for value in args[2:]]

        def call(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(function.expr, exprs[0], exprs[1], *behind, **options)

        rule = surfaces.ON_GRID if surface.on_grid else surfaces.AT_PLACES
        return self.primitive(rule, [*places, surface.whole, *numbers], call, node, hint)
