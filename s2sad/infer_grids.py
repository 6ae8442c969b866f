"""Part of the stage `infer`: values between the points of a grid, by SciPy's functions and objects.

between = RegularGridInterpolator((x, y), values)          between = RegularGridInterpolator((x, y), values)
z = between(places)                                 ->     z = between(places)     # by `rules/scipy/interpolate.py`
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from s2sad import trees
from s2sad.kinds import UNKNOWN, Array, Scalar, Static, Tuple
from s2sad.local_functions import RESULT
from s2sad.values import Value

GRIDS = ("RegularGridInterpolator", "interpn")


@dataclass(eq=False)
class Grid:
    """A grid with values at its points. masked: whether places outside get a number."""

    whole: gast.AST
    points: Value
    values: Value
    masked: bool


class Grids:
    def call_grid_function(
        self, function: Value, name: str, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """RegularGridInterpolator(points, values), interpn(points, values, places)."""
        bound = inspect.signature(function.static).bind(*args, **keywords).arguments
        points, values = bound.pop("points"), bound.pop("values")
        if any(each.varied for each in self.leaves_of(points)):
            raise self.refuse("spline_points", node, name=name)
        method = self.known(bound["method"]) if "method" in bound else "linear"
        axes = self.items_throughout(points) or []
        if not axes and isinstance(points.kind, Tuple):  # one that is made outside of f
            places = enumerate(points.kind.items)
            axes = [Value(trees.index(points.expr, trees.const(k)), each) for k, each in places]
        count = len(axes)
        values = self.array_of(values, node)
        plain = not set(bound) - {"method", "bounds_error", "fill_value", "xi"} and method == "linear"
        if not plain or not count or values.kind.rank != count or values.kind.char == "c":
            raise self.refuse("grid_options", node, name=name)
        masked = self.is_masked(bound)
        points = self.make_tuple([self.array_of(each, node) for each in axes])
        if name == "interpn":
            xi = bound["xi"]
            options = {key: bound[key].expr for key in ("method", "bounds_error", "fill_value") if key in bound}

            def made(exprs: list[gast.AST]) -> gast.AST:
                return trees.call(function.expr, exprs[0], exprs[1], exprs[2], **options)

            return self.between_points(Grid(function.expr, points, values, masked), xi, made, node, hint)
        whole = self.solution(function, args, keywords, Static("spline"))
        return Value(trees.name(f"{name}{RESULT}"), Static(Grid(whole.expr, points, values, masked)))

    def is_masked(self, bound: dict[str, Value]) -> bool:
        if "bounds_error" not in bound or self.known(bound["bounds_error"]) is True:
            return False
        return "fill_value" not in bound or self.known(bound["fill_value"]) is not None

    def call_grid(
        self, grid: Grid, args: list[Value], keywords: dict[str, Value], node: Any, hint: str | None
    ) -> Value:
        """between(places)."""
        given = dict(zip(("xi", "method"), args)) | keywords
        if set(given) != {"xi"}:
            raise self.refuse("grid_options", node, name="RegularGridInterpolator")

        def made(exprs: list[gast.AST]) -> gast.AST:
            return trees.call(grid.whole, exprs[2])

        return self.between_points(grid, given["xi"], made, node, hint)

    def between_points(self, grid: Grid, xi: Value, rebuild: Any, node: Any, hint: str | None) -> Value:
        from s2sad.rules.scipy import interpolate

        if isinstance(xi.kind, Tuple) and xi.items is not None:  # a tuple of coordinates along each axis
            parts = list(xi.items)
            numbers = all(isinstance(each.kind, (Array, Scalar)) for each in parts)
            if not numbers or len({each.kind.rank for each in parts}) != 1:
                raise self.refuse("grid_options", node, name="interpn")
            axis = Value(trees.const(-1), Scalar("int", -1))
            places = self.settle(self.call_function(np.stack, [self.make_tuple(parts)], node, axis=axis))
        else:
            places = self.array_of(xi, node)
        masked = Value(trees.const(grid.masked), Static(grid.masked))
        return self.primitive(interpolate.GRID, [grid.points, grid.values, places, masked], rebuild, node, hint)

    def part_of_grid(self, grid: Grid, name: str, node: Any) -> Value:
        if grid.values.varied:
            raise self.refuse("solver_part", node, name="RegularGridInterpolator", part=name)
        return Value(trees.attr(grid.whole, name), UNKNOWN)

    def outside_grid(self, function: Value, static: Any) -> Grid | None:
        """A grid that is made outside of f."""
        if type(static).__name__ != "RegularGridInterpolator" or static.method != "linear":
            return None
        count = len(static.grid)
        if np.ndim(static.values) != count or np.iscomplexobj(static.values):
            return None
        points = Value(trees.attr(function.expr, "grid"), UNKNOWN)
        values = Value(trees.attr(function.expr, "values"), Array("float64", None))
        return Grid(function.expr, points, values, not static.bounds_error and static.fill_value is not None)
